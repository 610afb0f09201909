// The organisation's mailboxes: found, filtered, sorted, chosen over all that is found; one beside the list; added and removed.
import { WxElement, define } from '../../core/element.ts';
import { count, dayDate } from '../../core/format.ts';
import { foreign } from '../../core/foreign.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { effect, signal, untracked } from '../../core/signals.ts';
import { toast } from '../../store/toasts.ts';
import { certificatePill, licencePill, statePill } from '../account-words.ts';
import { ask, of, post } from '../api.ts';
import { chunks, runBulk } from '../parts/bulk.ts';
import { writeRecord } from '../parts/conflict.ts';
import { confirmed } from '../parts/dialog.ts';
import { formDialog } from '../parts/form.ts';
import type { Field, Values } from '../parts/form.ts';
import { Rows, Selection } from '../parts/rows.ts';
import { emptyState, facts, head, tell } from '../parts/small.ts';
import type { Column, WxTable } from '../parts/table.ts';
import { placeOf } from '../places.ts';
import { follow, go, hrefOf, keepAlso, openBeside, placeState, route } from '../router.ts';
import { mayOwn, mayWrite, organisationId, session } from '../state.ts';
import type { Account, Bulk, Page } from '../types.ts';
import { codeText } from '../words.ts';
import './mailbox-import.ts';

const FILTERS = { state: ['active', 'suspended'], licence: ['active', 'revoke_pending', 'inactive'], certificate: ['valid', 'expiring', 'expired', 'revoked', 'former', 'none'] } as const;
type Filter = keyof typeof FILTERS;
type Act = 'activate' | 'deactivate' | 'suspend' | 'resume' | 'plan' | 'remove';
/** Each is a change of its own there: told in steps. Licences are given in one. */
const SLOW: readonly Act[] = ['suspend', 'resume', 'plan', 'remove'];
const STEP = 500;
/** What one request takes. */
const MOST = 10_000;
const SEARCH_MS = 250;

/** What no address says, and a reload or the way back finds again. */
interface Kept { text: string; domain: string; sort: string; descending: boolean }
interface Domains { rows: { domain: string }[] }
/** What each mailbox may send at most, whatever its record says. */
interface Ceiling { outbound_per_hour: number | null; outbound_recipients: number | null }

export class WxPlaceMailboxes extends WxElement {
  readonly #o = organisationId.peek();
  readonly #rows = new Rows<Account>((q, s) => post<Page<Account>>(of(this.#o, 'accounts/query'), q, { signal: s }), (a) => a.address);
  readonly #chosen = new Selection(this.#rows);
  readonly #text = signal('');
  readonly #domain = signal('');
  readonly #domains = signal<string[]>([]);
  readonly #plans = signal<string[]>([]);
  readonly #ceiling = signal<Ceiling | null>(null);
  readonly #kept = signal<Account | null>(null);
  #typing: ReturnType<typeof setTimeout> | undefined;
  #asked = '';

  override connectedCallback(): void {
    super.connectedCallback();
    this.classList.add('is-fixed');
    const kept = placeState<Partial<Kept>>();
    this.#text.value = kept?.text ?? '';
    this.#domain.value = kept?.domain ?? '';
    if (kept?.sort) this.#rows.query.value = { sort: kept.sort, descending: kept.descending === true };
    // The address says which filters; whoever comes by a link or goes Back finds the same.
    this.onLeave(effect(() => { void route.value; untracked(() => { if (route.value.place === 'mailboxes') this.#ask(); }); }));
    ask<Domains>(of(this.#o, 'domains')).then((d) => { this.#domains.value = d.rows.map((x) => x.domain); }, () => undefined);
    void this.#top();
    if (session.value?.operator) ask<{ rows: { id: string }[] }>('plans').then((p) => { this.#plans.value = p.rows.map((x) => x.id); }, () => undefined);
  }

  // --- what is asked for ---

  #filters(): Partial<Record<Filter, string>> {
    const out: Partial<Record<Filter, string>> = {};
    for (const word of route.value.rest) {
      const at = word.indexOf('-');
      const [name, value] = [word.slice(0, at) as Filter, word.slice(at + 1).replaceAll('-', '_')];
      if (name in FILTERS && (FILTERS[name] as readonly string[]).includes(value)) out[name] = value;
    }
    return out;
  }
  #filter(): Record<string, string> { return { ...this.#filters(), ...(this.#text.value.trim() ? { text: this.#text.value.trim() } : {}), ...(this.#domain.value ? { domain: this.#domain.value } : {}) }; }
  #ask(sort = this.#rows.query.value): void {
    const q = { sort: sort.sort ?? 'address', descending: sort.descending ?? false, ...this.#filter() };
    const key = JSON.stringify(q);
    if (key === this.#asked) { this.requestUpdate(); return; }
    this.#asked = key;
    keepAlso(this.#words(sort));
    this.#chosen.clear();
    this.#rows.ask(q);
    this.querySelector<WxTable>('wx-table')?.top();
  }
  #words(o: { sort?: unknown; descending?: unknown } = this.#rows.query.value): Kept { return { text: this.#text.value, domain: this.#domain.value, sort: String(o.sort ?? 'address'), descending: o.descending === true }; }
  #set(name: Filter, value: string): void {
    const next: Partial<Record<Filter, string>> = { ...this.#filters(), [name]: value };
    void go('mailboxes', Object.entries(next).filter(([, v]) => v).map(([k, v]) => `${k}-${v.replaceAll('_', '-')}`), { replace: true, keep: this.#words() });
  }
  #type(text: string): void { this.#text.value = text; clearTimeout(this.#typing); this.#typing = setTimeout(() => this.#ask(), SEARCH_MS); }
  #clear(): void { this.#text.value = ''; this.#domain.value = ''; void go('mailboxes', [], { replace: true }).then(() => this.#ask()); }

  // --- acts ---

  async #bulk(act: Act, value?: string | null): Promise<void> {
    const n = this.#chosen.count();
    const all = this.#chosen.state.value.all && this.#chosen.state.value.keys.size === 0;
    const filter = this.#filter();
    const body = { act, ...(value === undefined ? {} : { value }) };
    const send = (part: object): Promise<Bulk> => post<Bulk>(of(this.#o, 'accounts/bulk'), { ...part, ...body }, { deadline: 180_000 });
    const title = t(`adm-bulk-${act}`, { n });
    if (all && n <= MOST && !SLOW.includes(act)) await runBulk({ title, parts: [{ filter }], total: n, send, sizeOf: () => n });
    else {
      const keys = await tell(() => this.#chosen.keys());
      if (!keys) return;
      await runBulk({ title, parts: chunks(keys, SLOW.includes(act) ? STEP : MOST).map((addresses) => ({ addresses })), total: keys.length, send, sizeOf: (p) => p.addresses.length });
    }
    this.#chosen.clear();
    this.#rows.reload();
    this.#again();
  }
  async #sure(act: Act): Promise<void> {
    const n = this.#chosen.count();
    if (act === 'activate' || act === 'resume') { await this.#bulk(act); return; }
    if (act === 'plan') {
      const plan = await formDialog<{ value: string | null }>({ title: t('adm-bulk-plan', { n }), text: t('adm-plan-text'), yes: t('adm-plan-set'), fields: [this.#planField(null)], act: async (v) => ({ value: String(v.plan ?? '').trim() || null }) });
      if (plan) await this.#bulk('plan', plan.value);
      return;
    }
    if (await confirmed({ title: t(`adm-bulk-${act}`, { n }), text: t(`adm-sure-${act}`, { n }), yes: t(`adm-act-${act}`), danger: act === 'remove', n })) await this.#bulk(act);
  }

  async #one(a: Account, act: Act): Promise<void> {
    if ((act === 'suspend' || act === 'remove' || act === 'deactivate') && !(await confirmed({ title: t(`adm-bulk-${act}`, { n: 1 }), text: `${foreign(a.address)}: ${t(`adm-sure-${act}`, { n: 1 })}`, yes: t(`adm-act-${act}`), danger: act === 'remove' }))) return;
    const done = await tell(async () => {
      const answer = await post<Bulk>(of(this.#o, 'accounts/bulk'), { addresses: [a.address], act });
      const bad = answer.rows.find((r) => !r.ok);
      if (bad) { throw new Error(codeText(bad.code ?? 'internal', bad.field ?? '', bad.message ?? '')); }
      return answer;
    }, t(`adm-did-${act}`, { what: foreign(a.address) }));
    if (!done) return;
    if (act === 'remove') { this.#kept.value = null; openBeside(null); }
    this.#rows.reload();
    this.#again();
  }

  #planField(value: string | null): Field {
    const known = [...new Set([...this.#plans.value, ...(value ? [value] : [])])];
    return known.length
      ? { name: 'plan', label: t('adm-col-plan'), kind: 'select', value: value ?? '', choices: [{ value: '', label: t('adm-plan-inherit') }, ...known.map((p) => ({ value: p, label: foreign(p, 60) }))] }
      : { name: 'plan', label: t('adm-col-plan'), value: value ?? '', hint: t('adm-plan-hint'), mono: true, most: 64 };
  }
  /** Asked for before each form: the operator may have changed it. */
  #top(): Promise<void> { return ask<{ ceiling: Ceiling }>(of(this.#o, 'record')).then((r) => { this.#ceiling.value = r.ceiling; }, () => undefined); }
  /** The operator's ceiling stands beside it; what was above it already may stay as it is, and counts as the ceiling. */
  #limitField(name: keyof Ceiling, label: string, a: Account | null): Field {
    const top = this.#ceiling.value?.[name] ?? null;
    const value = a?.[name] ?? null;
    return { name, label, kind: 'number', value, min: 0, most: 1_000_000, placeholder: top === null ? t('adm-limit-none') : count(top), ...(top === null ? {} : { hint: t('adm-limit-ceiling-hint', { n: top }), yields: true }),
      check: (v) => (top !== null && v !== value && Number(v) > top ? t('adm-limit-above', { n: top }) : '') };
  }
  #limitWords(name: keyof Ceiling, a: Account): string {
    const top = this.#ceiling.value?.[name] ?? null;
    const own = a[name];
    if (top !== null && (own === null || own > top)) return t('adm-limit-ceiling', { n: top });
    return own === null ? t('adm-limit-none') : count(own);
  }
  #fields(a: Account | null): Field[] {
    return [
      { name: 'name', label: t('adm-member-name'), value: a?.name ?? '', most: 200 }, ...(session.value?.operator ? [this.#planField(a?.plan ?? null)] : []),
      { name: 'from', label: t('adm-member-from'), kind: 'lines', value: a?.from ?? [], hint: t('adm-from-hint') },
      this.#limitField('outbound_per_hour', t('adm-member-outbound-per-hour'), a),
      this.#limitField('outbound_recipients', t('adm-member-outbound-recipients'), a),
    ];
  }
  #patch(v: Values): Record<string, unknown> { return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, k === 'plan' ? String(x ?? '').trim() || null : k === 'name' ? String(x ?? '').trim() : x])); }

  async #add(): Promise<void> {
    await this.#top();
    const hint = this.#domains.value.length ? t('adm-add-domains', { domains: this.#domains.value.slice(0, 6).join(', ') }) : '';
    const added = await formDialog<{ address: string }>({
      title: t('adm-mailbox-add'), yes: t('adm-act-add'),
      fields: [{ name: 'address', label: t('adm-col-address'), kind: 'email', required: true, hint, most: 320, check: (v) => (/^[^\s@]+@[^\s@]+$/.test(String(v).trim()) ? '' : t('adm-address-wrong')) }, ...this.#fields(null),
        { name: 'licence', label: t('adm-add-licence'), kind: 'check', value: false }],
      act: async (v) => {
        const { licence, address, ...rest } = this.#patch(v);
        const a = String(address).trim().toLowerCase();
        await post(of(this.#o, 'accounts/add'), { address: a, ...rest });
        if (licence) await tell(() => post<Bulk>(of(this.#o, 'licences/activate'), { addresses: [a] }).then((b) => { if (b.failed) toast(t('adm-add-no-seat'), { kind: 'bad' }); }));
        return { address: a };
      },
    });
    if (!added) return;
    toast(t('adm-added', { what: foreign(added.address) }));
    this.#rows.reload();
    openBeside({ open: added.address });
  }
  async #edit(a: Account): Promise<void> {
    await this.#top();
    const done = await formDialog<{ wrote: boolean }>({
      title: t('adm-mailbox-edit', { what: foreign(a.address, 60) }), yes: t('adm-save'), fields: this.#fields(a),
      act: async (_v, form) => ({ wrote: await writeRecord(this.#patch(form.changed()), a.version, (patch, version) => post(of(this.#o, 'accounts/set'), { address: a.address, patch, version })) }),
    });
    if (!done) return;
    if (done.wrote) toast(t('adm-saved'));
    this.#rows.reload();
    this.#again();
  }

  async #rename(a: Account): Promise<void> {
    const word = (v: unknown): string => String(v ?? '').trim().toLowerCase();
    const done = await formDialog<{ account: { address: string } }>({
      title: t('adm-rename', { what: foreign(a.address, 60) }), text: t('adm-rename-text'), yes: t('adm-rename-yes'),
      fields: [
        { name: 'to', label: t('adm-rename-to'), kind: 'email', value: a.address, required: true, mono: true, most: 254, check: (v) => (word(v) === a.address ? t('adm-rename-same') : '') },
        { name: 'keep', label: t('adm-rename-keep', { what: foreign(a.address, 60) }), kind: 'check', value: true },
      ],
      act: (v) => post(of(this.#o, 'accounts/rename'), { address: a.address, to: word(v.to), keep: v.keep === true }),
    });
    if (!done) return;
    toast(t('adm-renamed', { what: foreign(done.account.address, 60) }));
    this.#rows.reload();
    openBeside({ open: done.account.address });
    this.#again();
  }

  // --- the one beside the list ---

  #open(): string { return placeState<{ open?: string }>()?.open ?? ''; }
  /** The open one may stand anywhere in the list, or no longer in what is filtered. */
  #again(): void {
    const address = this.#open();
    if (!address) return;
    post<Page<Account>>(of(this.#o, 'accounts/query'), { text: address, offset: 0, limit: 50 }).then((p) => { this.#kept.value = p.rows.find((a) => a.address === address) ?? null; }, () => undefined);
  }
  #panel(address: string): TemplateResult | typeof nothing {
    const a = this.#kept.value?.address === address ? this.#kept.value : this.#rows.find(address);
    if (!a) { if (this.#kept.value?.address !== address) queueMicrotask(() => { if (this.#lookedFor !== address) { this.#lookedFor = address; this.#again(); } }); return nothing; }
    const c = a.certificates;
    const until = (p: { not_after: string } | null): unknown => (p ? t('adm-until', { date: dayDate(p.not_after) }) : t('adm-value-none'));
    const write = mayWrite.value;
    const certificates = placeOf('certificates');
    return html`<aside class="adm-panel" aria-label=${foreign(a.address)} @keydown=${(e: KeyboardEvent) => { if (e.key === 'Escape' && !e.defaultPrevented) { openBeside(null); this.querySelector<WxTable>('wx-table')?.focus(); } }}>
      <div class="adm-panel-head"><div><h2 tabindex="-1">${foreign(a.address)}</h2><p class="muted">${foreign(a.name) || t('adm-no-name')}</p></div><button type="button" class="icon-button" aria-label=${t('close')} data-tip=${t('close')} @click=${() => { openBeside(null); this.querySelector<WxTable>('wx-table')?.focus(); }}>${icon('x')}</button></div>
      <div class="adm-panel-body">
        <section><h3>${t('adm-col-licence')} ${licencePill(a.licence)}</h3>${a.licence.state === 'revoke_pending' ? html`<p class="muted">${t('adm-licence-pending-text')}</p>` : a.licence.since ? html`<p class="muted">${t('adm-since', { date: dayDate(a.licence.since) })}</p>` : nothing}
          ${write ? html`<div class="button-row">${a.licence.state === 'active' ? html`<button type="button" class="button button-small" @click=${() => void this.#one(a, 'deactivate')}>${t('adm-act-deactivate')}</button>` : html`<button type="button" class="button button-small button-primary" @click=${() => void this.#one(a, 'activate')}>${t('adm-act-activate')}</button>`}</div>` : nothing}</section>
        <section><h3>${t('adm-place-certificates')} ${certificatePill(a)}</h3>${facts([[t('adm-for-sign'), until(c.sign)], [t('adm-for-encrypt'), until(c.encrypt)], [t('adm-certificates-held'), count(c.count)], c.custody ? [t('adm-custody'), t(`adm-custody-${c.custody}`)] : null])}
          ${certificates ? html`<div class="button-row"><a class="button button-small" href=${hrefOf('certificates')} @click=${follow('certificates', [], { address: a.address })}>${t('adm-certificates-of')}</a></div>` : nothing}</section>
        <section><h3>${t('adm-mailbox')} ${statePill(a)}</h3>${facts([[t('adm-col-plan'), a.plan ? foreign(a.plan, 64) : t('adm-plan-inherit')], [t('adm-member-from'), a.from.length ? html`${a.from.map((x) => html`<div>${foreign(x)}</div>`)}` : t('adm-from-own')], [t('adm-member-outbound-per-hour'), this.#limitWords('outbound_per_hour', a)], [t('adm-member-outbound-recipients'), this.#limitWords('outbound_recipients', a)]])}
          ${write ? html`<div class="button-row"><button type="button" class="button button-small" @click=${() => void this.#edit(a)}>${icon('pen-line')}${t('adm-edit')}</button>${mayOwn.value ? html`<button type="button" class="button button-small" data-act="rename" @click=${() => void this.#rename(a)}>${t('adm-rename-short')}</button>` : nothing}</div>` : nothing}</section></div>
      ${write ? html`<div class="adm-panel-foot">${a.state === 'active' ? html`<button type="button" class="button button-small" @click=${() => void this.#one(a, 'suspend')}>${icon('circle-pause')}${t('adm-act-suspend')}</button>` : html`<button type="button" class="button button-small" @click=${() => void this.#one(a, 'resume')}>${icon('circle-play')}${t('adm-act-resume')}</button>`}<button type="button" class="button button-small button-quiet" @click=${() => void this.#one(a, 'remove')}>${icon('trash')}${t('adm-act-remove')}</button></div>` : nothing}</aside>`;
  }
  #lookedFor = '';

  // --- drawing ---

  readonly #columns = (): Column<Account>[] => [
    { id: 'address', label: t('adm-col-address'), sort: 'address', width: 'minmax(14rem, 2fr)', phone: 'first', cell: (a) => foreign(a.address) },
    { id: 'name', label: t('adm-member-name'), sort: 'name', width: 'minmax(8rem, 1.2fr)', cell: (a) => foreign(a.name) },
    { id: 'licence', label: t('adm-col-licence'), sort: 'licence', width: 'minmax(8.5rem, .9fr)', phone: 'second', cell: (a) => html`<span class="phone-word">${t('adm-col-licence')}:</span> ${licencePill(a.licence)}` },
    { id: 'certificate', label: t('adm-place-certificates'), sort: 'expires', width: 'minmax(11rem, 1fr)', phone: 'second', cell: (a) => html`${a.certificates.sign || a.certificates.encrypt ? nothing : html`<span class="phone-word">${t('adm-col-certificate')}:</span>`} ${certificatePill(a)}` },
    // Beside an open one there is no room for them; it says both.
    ...(this.#open() ? [] : [
      { id: 'plan', label: t('adm-col-plan'), sort: 'plan', width: 'minmax(6rem, .6fr)', cell: (a) => (a.plan ? foreign(a.plan, 40) : html`<span class="muted">${t('adm-plan-inherited')}</span>`) },
      { id: 'state', label: t('adm-col-state'), sort: 'state', width: 'minmax(8rem, .6fr)', cell: (a) => statePill(a) },
    ] satisfies Column<Account>[]),
  ];
  #select(name: Filter | 'domain', value: string, choices: readonly string[], set: (v: string) => void): TemplateResult {
    return html`<span class="adm-filter ${value ? 'is-on' : ''}"><select class="select" aria-label=${t(`adm-filter-${name}`)} @change=${(e: Event) => set((e.target as HTMLSelectElement).value)}><option value="" ?selected=${!value}>${t(`adm-filter-${name}`)}</option>
      ${choices.map((c) => html`<option value=${c} ?selected=${c === value}>${name === 'domain' ? c : t(`adm-filter-${name}-${c.replaceAll('_', '-')}`)}</option>`)}</select>${icon('chevron-down')}</span>`;
  }
  #acts = (): TemplateResult => html`<button type="button" class="button button-small button-primary" data-act="activate" @click=${() => void this.#sure('activate')}>${t('adm-act-activate')}</button>
    <button type="button" class="button button-small" data-act="deactivate" @click=${() => void this.#sure('deactivate')}>${t('adm-act-deactivate')}</button>
    <wx-menu button-class="button button-small" .label=${t('adm-more-acts')} .text=${t('adm-more-acts')} .icon=${''} .items=${() => [{ label: t('adm-act-suspend'), icon: 'circle-pause', run: () => void this.#sure('suspend') }, { label: t('adm-act-resume'), icon: 'circle-play', run: () => void this.#sure('resume') }, ...(session.value?.operator ? [{ label: t('adm-plan-set'), icon: 'id-card', run: () => void this.#sure('plan') }] : []), { label: '', separator: true, run: () => undefined }, { label: t('adm-act-remove'), icon: 'trash', danger: true, run: () => void this.#sure('remove') }]}></wx-menu>`;

  #empty = (): TemplateResult => {
    const filtered = Object.keys(this.#filter()).length > 0;
    if (filtered) return emptyState({ icon: 'search', title: t('adm-found-none'), text: t('adm-found-none-text'), action: html`<button type="button" class="button" @click=${() => this.#clear()}>${t('adm-filter-clear')}</button>` });
    return emptyState({ icon: 'mailbox', title: t('adm-mailboxes-none'), text: t(this.#domains.value.length ? 'adm-begin-accounts' : 'adm-begin-domain'),
      action: !mayWrite.value ? nothing : this.#domains.value.length ? html`<div class="button-row"><button type="button" class="button button-primary" @click=${() => void this.#add()}>${t('adm-mailbox-add')}</button><a class="button" href=${hrefOf('mailboxes', ['import'])} @click=${follow('mailboxes', ['import'])}>${t('adm-cert-tab-import')}</a></div>` : placeOf('settings') ? html`<a class="button button-primary" href=${hrefOf('settings')} @click=${follow('settings')}>${t('adm-domain-claim')}</a>` : nothing });
  };

  override render(): TemplateResult {
    void route.value;
    const f = this.#filters();
    const open = this.#open();
    const panel = open ? this.#panel(open) : nothing;
    const total = this.#rows.total.value;
    const filtered = Object.keys(this.#filter()).length > 0;
    const write = mayWrite.value;
    const many = write && route.value.rest[0] === 'import';
    this.classList.toggle('is-fixed', !many);
    const link = (id: 'list' | 'import', mark: string): TemplateResult => { const rest = id === 'list' ? [] : [id]; return html`<a class="tab" href=${hrefOf('mailboxes', rest)} aria-current=${many === (id === 'import') ? 'page' : nothing} @click=${follow('mailboxes', rest)}>${icon(mark)}${t(`adm-cert-tab-${id}`)}</a>`; };
    const tabs = write ? html`<nav class="adm-tabs cert-tabs" aria-label=${t('adm-place-mailboxes')}>${link('list', 'mailbox')}${link('import', 'upload')}</nav>` : nothing;
    if (many) return html`${head({ title: t('adm-place-mailboxes'), text: t('adm-mbi-about') })}${tabs}<wx-mailbox-import @imported=${() => { this.#asked = ''; }}></wx-mailbox-import>`;
    return html`${head({ title: t('adm-place-mailboxes'), text: total < 0 ? t('adm-loading') : t(filtered ? 'adm-mailboxes-found' : 'adm-mailboxes-count', { n: total }), actions: write ? html`<button type="button" class="button button-primary" data-act="add" @click=${() => void this.#add()}>${icon('plus')}${t('adm-mailbox-add')}</button>` : nothing })}${tabs}
      <div class="adm-tools" role="search"><label class="adm-search">${icon('search')}<span class="visually-hidden">${t('adm-search-mailboxes')}</span><input class="input" type="search" data-search placeholder=${t('adm-search-mailboxes')} autocomplete="off" spellcheck="false" maxlength="200" .value=${this.#text.value} @input=${(e: Event) => this.#type((e.target as HTMLInputElement).value)}></label>
        <div class="adm-filters">${(Object.keys(FILTERS) as Filter[]).map((name) => this.#select(name, f[name] ?? '', FILTERS[name], (v) => this.#set(name, v)))}
        ${this.#domains.value.length > 1 ? this.#select('domain', this.#domain.value, this.#domains.value, (v) => { this.#domain.value = v; this.#ask(); }) : nothing}
        ${filtered ? html`<button type="button" class="button button-small button-quiet" @click=${() => this.#clear()}>${icon('x')}${t('adm-filter-clear')}</button>` : nothing}</div></div>
      <div class="adm-split ${panel === nothing ? '' : 'has-panel'}"><wx-table .columns=${this.#columns()} .rows=${this.#rows} .selection=${write ? this.#chosen : null} .bulk=${this.#acts} .label=${t('adm-place-mailboxes')} .opened=${open} .empty=${this.#empty}
        .open=${(a: Account) => { this.#kept.value = a; openBeside({ open: a.address }); }} @sort=${(e: CustomEvent<{ sort: string; descending: boolean }>) => this.#ask(e.detail)}></wx-table>${panel}</div>`;
  }
}
define('wx-place-mailboxes', WxPlaceMailboxes);
