// The organisation's certificates: found, filtered, one beside the list with the history of its address; registered one by one or by
// archive; and the year in which they end. Which of the three is shown stands in the address.
import { WxElement, define } from '../../core/element.ts';
import { dayDate } from '../../core/format.ts';
import { foreign } from '../../core/foreign.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { effect, signal, untracked } from '../../core/signals.ts';
import { toast } from '../../store/toasts.ts';
import { of, post } from '../api.ts';
import { commonName, fingerprintText, keyOf, pemOf, primaryPill, statusPill } from '../certificate-words.ts';
import type { Certificate, Usage } from '../certificate-words.ts';
import { confirmed } from '../parts/dialog.ts';
import { formDialog } from '../parts/form.ts';
import type { Field, Values } from '../parts/form.ts';
import { Rows } from '../parts/rows.ts';
import { copyable, emptyState, facts, head, pill, saveAs, shortDay, tell, untilDay } from '../parts/small.ts';
import type { Column, WxTable } from '../parts/table.ts';
import { go, follow, hrefOf, keepAlso, placeState, route } from '../router.ts';
import { mayWrite, organisationId } from '../state.ts';
import type { Page } from '../types.ts';
import './certificate-calendar.ts';
import './certificate-import.ts';
import type { WxCertificateImport } from './certificate-import.ts';

const FILTERS = { status: ['valid', 'expiring', 'expired', 'not_yet_valid', 'revoked'], custody: ['agent', 'user', 'none'], primary: ['yes', 'no'] } as const;
type Filter = keyof typeof FILTERS;
const TABS = ['calendar', 'import'] as const;
const SEARCH_MS = 250;
const FILE_MOST = 256 << 10;
const isP12 = (f: unknown): boolean => f instanceof File && /\.(p12|pfx)$/i.test(f.name);

async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x2000) text += String.fromCharCode(...bytes.subarray(i, i + 0x2000));
  bytes.fill(0);
  return btoa(text);
}

/** What no address says, and a reload or the way back finds again. */
interface Kept { text: string; address: string; day: string; sort: string; descending: boolean }

export class WxPlaceCertificates extends WxElement {
  readonly #o = organisationId.peek();
  readonly #rows = new Rows<Certificate>((q, s) => post<Page<Certificate>>(of(this.#o, 'certificates/query'), q, { signal: s }), keyOf);
  readonly #text = signal('');
  readonly #address = signal(''); // of one mailbox only
  readonly #day = signal('');
  readonly #open = signal<Certificate | null>(null);
  readonly #history = signal<Certificate[]>([]);
  readonly #over = signal(false); // a file is held over the page
  #typing: ReturnType<typeof setTimeout> | undefined;
  #asked = '';

  override connectedCallback(): void {
    super.connectedCallback();
    const kept = placeState<Partial<Kept>>();
    this.#text.value = kept?.text ?? '';
    this.#address.value = kept?.address ?? '';
    this.#day.value = kept?.day ?? '';
    if (kept?.sort) this.#rows.query.value = { sort: kept.sort, descending: kept.descending === true };
    this.onLeave(effect(() => { void route.value; untracked(() => { if (route.value.place === 'certificates') this.#ask(); }); }));
    const on = (type: 'dragover' | 'dragleave' | 'drop', act: (e: DragEvent) => void): void => { this.addEventListener(type, act); this.onLeave(() => this.removeEventListener(type, act)); };
    on('dragover', (e) => { if (mayWrite.value && e.dataTransfer?.types.includes('Files')) { e.preventDefault(); this.#over.value = true; } });
    on('dragleave', (e) => { if (!this.contains(e.relatedTarget as Node | null)) this.#over.value = false; });
    on('drop', (e) => { const file = e.dataTransfer?.files[0]; if (!mayWrite.value || !file) return; e.preventDefault(); this.#over.value = false; void this.#dropped(file); });
  }

  // --- what is asked for ---

  get #tab(): 'list' | (typeof TABS)[number] { return TABS.find((x) => x === route.value.rest[0]) ?? 'list'; }
  #filters(): Partial<Record<Filter, string>> {
    const out: Partial<Record<Filter, string>> = {};
    for (const word of route.value.rest) {
      const at = word.indexOf('-');
      const plain = word.replaceAll('-', '_');
      if ((FILTERS.status as readonly string[]).includes(plain)) { out.status = plain; continue; }
      const [name, value] = [word.slice(0, at) as Filter, word.slice(at + 1).replaceAll('-', '_')];
      if (name in FILTERS && (FILTERS[name] as readonly string[]).includes(value)) out[name] = value;
    }
    return out;
  }
  #filter(): Record<string, string> {
    const day = this.#day.value;
    const next = day ? `${new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)}T00:00:00Z` : '';
    return { ...this.#filters(), ...(this.#text.value.trim() ? { text: this.#text.value.trim() } : {}), ...(this.#address.value ? { address: this.#address.value } : {}), ...(day ? { from: `${day}T00:00:00Z`, until: next } : {}) };
  }
  #ask(sort: { sort?: string; descending?: boolean } = this.#rows.query.value): void {
    if (this.#tab !== 'list') { this.requestUpdate(); return; }
    const q = { sort: sort.sort ?? 'address', descending: sort.descending ?? false, ...this.#filter() };
    const key = JSON.stringify(q);
    if (key === this.#asked) { this.requestUpdate(); return; }
    this.#asked = key;
    keepAlso(this.#words(sort));
    this.#rows.ask(q);
    this.querySelector<WxTable>('wx-table')?.top();
  }
  #words(o: { sort?: unknown; descending?: unknown } = this.#rows.query.value): Kept { return { text: this.#text.value, address: this.#address.value, day: this.#day.value, sort: String(o.sort ?? 'address'), descending: o.descending === true }; }
  #set(name: Filter, value: string): void {
    const next: Partial<Record<Filter, string>> = { ...this.#filters(), [name]: value };
    void go('certificates', Object.entries(next).filter(([, v]) => v).map(([k, v]) => `${k}-${v.replaceAll('_', '-')}`), { replace: true, keep: this.#words() });
  }
  #type(text: string): void { this.#text.value = text; clearTimeout(this.#typing); this.#typing = setTimeout(() => this.#ask(), SEARCH_MS); }
  #clear(): void { this.#text.value = this.#address.value = this.#day.value = ''; void go('certificates', [], { replace: true }).then(() => this.#ask()); }

  // --- acts ---

  async #dropped(file: File): Promise<void> {
    if (!/\.zip$/i.test(file.name)) { await this.#add(file); return; }
    await go('certificates', ['import']);
    await this.updateComplete;
    this.querySelector<WxCertificateImport>('wx-certificate-import')?.take(file);
  }

  async #add(dropped: File | null = null): Promise<void> {
    const fileOf = (v: Values): unknown => dropped ?? v.file;
    const use = (name: 'usage' | 'primary', words: string[]): Field => ({ name, label: t(`adm-cert-${name}`), kind: 'select', value: '', hint: t(`adm-cert-${name}-hint`), choices: [{ value: '', label: t(`adm-cert-${name}-auto`) }, ...words.map((w) => ({ value: w, label: t(w === 'none' ? 'adm-cert-primary-no' : `adm-cert-use-${w}`) }))] });
    const added = await formDialog<Certificate[]>({
      title: t('adm-cert-add'), yes: t('adm-cert-add-yes'), ...(dropped ? { text: t('adm-cert-add-file', { file: foreign(dropped.name, 80) }) } : {}),
      fields: [
        { name: 'address', label: t('adm-cert-address'), kind: 'email', required: true, most: 320, value: this.#address.value, hint: t('adm-cert-address-hint'), check: (v) => (/^[^\s@]+@[^\s@]+$/.test(String(v).trim()) ? '' : t('adm-cert-address-wrong')) },
        ...(dropped ? [] : [{ name: 'file', label: t('adm-cert-file'), kind: 'file', required: true, accept: '.p12,.pfx,.pem,.crt,.cer,.der', hint: t('adm-cert-file-hint'), check: (v) => (v instanceof File && v.size > FILE_MOST ? t('adm-cert-file-large') : '') } satisfies Field]),
        { name: 'passphrase', label: t('adm-cert-passphrase'), kind: 'password', autocomplete: 'off', hint: t('adm-cert-passphrase-hint'), when: (v) => isP12(fileOf(v)) },
        use('usage', ['sign', 'encrypt']),
        use('primary', ['none', 'sign', 'encrypt', 'both']),
        { name: 'custody', label: t('adm-cert-custody'), kind: 'radio', value: 'none', when: (v) => fileOf(v) instanceof File && !isP12(fileOf(v)), choices: (['none', 'user'] as const).map((c) => ({ value: c, label: t(`adm-cert-custody-${c}`), hint: t(`adm-cert-custody-${c}-text`) })) },
      ],
      act: async (v) => {
        const file = fileOf(v) as File;
        const body: Record<string, unknown> = { address: String(v.address).trim(), file: await base64Of(file) };
        if (isP12(file)) body.passphrase = String(v.passphrase ?? ''); else body.custody = v.custody;
        for (const name of ['usage', 'primary']) if (v[name]) body[name] = v[name];
        return (await post<{ rows: Certificate[] }>(of(this.#o, 'certificates/add'), body)).rows;
      },
    });
    if (!added?.length) return;
    toast(t('adm-cert-added', { n: added.length, what: foreign(added[0]!.address) }));
    this.#rows.reload();
    this.#show(added[0]!);
  }

  #show(c: Certificate | null): void {
    const same = c?.address === this.#open.value?.address;
    this.#open.value = c;
    if (!c) return;
    if (!same) this.#history.value = [];
    post<Page<Certificate>>(of(this.#o, 'certificates/query'), { address: c.address, limit: 100 }).then((p) => {
      if (this.#open.value?.address !== c.address) return;
      this.#history.value = p.rows;
      this.#open.value = p.rows.find((x) => x.fingerprint === this.#open.value?.fingerprint) ?? null;
    }, () => undefined);
  }

  async #primary(c: Certificate): Promise<void> {
    const at = { address: c.address, fingerprint: c.fingerprint };
    const write = (use?: string): Promise<{ certificate: Certificate }> => post(of(this.#o, 'certificates/primary'), use ? { ...at, use } : at);
    const text = t('adm-cert-make-primary-text', { what: foreign(c.address) });
    const uses: Usage[] = ['both', 'sign', 'encrypt'];
    const done = c.usage === 'both' ? await formDialog({ title: t('adm-cert-make-primary'), text, yes: t('adm-cert-make-primary-yes'), fields: [{ name: 'use', label: t('adm-cert-for'), kind: 'radio', value: 'both', choices: uses.map((u) => ({ value: u, label: t(`adm-cert-use-${u}`) })) }], act: (v) => write(String(v.use)) })
      : (await confirmed({ title: t('adm-cert-make-primary'), text, yes: t('adm-cert-make-primary-yes') })) ? await tell(() => write()) : null;
    if (!done) return;
    toast(t('adm-cert-made-primary'));
    this.#rows.reload();
    this.#show(done.certificate);
  }
  async #remove(c: Certificate): Promise<void> {
    const shared = this.#history.value.some((x) => x.key && x.key === c.key && x.fingerprint !== c.fingerprint);
    const text = t(c.custody !== 'agent' ? 'adm-cert-remove-plain' : shared ? 'adm-cert-remove-shared' : 'adm-cert-remove-key', { what: foreign(c.address) });
    const also = c.primary !== 'none' ? html`<p>${t('adm-cert-remove-primary')}</p>` : nothing;
    if (!(await confirmed({ title: t('adm-cert-remove'), text, also, yes: t('adm-cert-remove-yes'), danger: true }))) return;
    if ((await tell(() => post(of(this.#o, 'certificates/remove'), { address: c.address, fingerprint: c.fingerprint }), t('adm-cert-removed'))) === null) return;
    this.#rows.reload();
    this.#show(this.#history.value.find((x) => x.fingerprint !== c.fingerprint) ?? null);
  }
  async #download(c: Certificate): Promise<void> {
    await tell(async () => {
      const { certificate } = await post<{ certificate: Certificate }>(of(this.#o, 'certificates/show'), { address: c.address, fingerprint: c.fingerprint });
      saveAs(new Blob([pemOf(certificate.der ?? '')], { type: 'application/x-pem-file' }), `${c.address}-${c.fingerprint.slice(0, 8)}.pem`);
    });
  }

  // --- drawing ---

  #leave(): void { this.#show(null); this.querySelector<WxTable>('wx-table')?.focus(); }
  #panel(c: Certificate): TemplateResult {
    const ends = untilDay(c.not_after);
    const others = this.#history.value.filter((x) => x.fingerprint !== c.fingerprint);
    return html`<aside class="adm-panel" aria-label=${foreign(c.address)} @keydown=${(e: KeyboardEvent) => { if (e.key === 'Escape' && !e.defaultPrevented) this.#leave(); }}>
      <div class="adm-panel-head"><div><h2 tabindex="-1">${foreign(c.address)}</h2><p class="muted">${foreign(commonName(c.subject), 120)}</p></div><button type="button" class="icon-button" aria-label=${t('close')} data-tip=${t('close')} @click=${() => this.#leave()}>${icon('x')}</button></div>
      <div class="adm-panel-body">
        <section><h3>${t('adm-cert')} ${statusPill(c)}</h3>${facts([[t('adm-cert-for'), t(`adm-cert-use-${c.usage}`)], [t('adm-cert-col-primary'), primaryPill(c)], [t('adm-cert-ends'), ends.tone === 'plain' ? ends.text : pill(ends.text, ends.tone)], [t('adm-cert-begins'), dayDate(c.not_before)],
          [t('adm-cert-issuer'), foreign(c.issuer, 160)], [t('adm-cert-algorithm'), c.algorithm], [t('adm-cert-serial'), html`<span class="mono">${foreign(c.serial, 80)}</span>`], [t('adm-cert-addresses'), html`${c.addresses.map((a) => html`<div>${foreign(a)}</div>`)}`],
          c.former ? [t('adm-cert-former'), foreign(c.former)] : null, c.revoked_at ? [t('adm-cert-revoked'), pill(dayDate(c.revoked_at), 'bad')] : null,
          [t('adm-cert-source'), t('adm-cert-source-value', { source: t(`adm-cert-source-${c.source}`), date: dayDate(c.since) })], c.replaced_by ? [t('adm-cert-replaced'), html`${c.replaced_at ? dayDate(c.replaced_at) : ''} <span class="mono">${c.replaced_by.slice(0, 16)}</span>`] : null])}
          <div><span class="field-label">${t('adm-cert-fingerprint')}</span>${copyable(fingerprintText(c.fingerprint), t('adm-cert-fingerprint'))}</div></section>
        <section><h3>${t('adm-cert-custody')}</h3><p>${pill(t(`adm-cert-custody-${c.custody}`), c.custody === 'agent' ? 'good' : 'plain', c.custody === 'agent' ? 'lock' : c.custody === 'user' ? 'user-key' : undefined)}</p><p class="muted">${t(`adm-cert-custody-${c.custody}-text`)}</p></section>
        ${others.length ? html`<section><h3>${t('adm-cert-history', { n: others.length })}</h3><ul class="adm-list">${others.map((x) => html`<li><span class="adm-list-words"><strong class="mono">${x.fingerprint.slice(0, 16)}</strong><span>${t('adm-cert-history-line', { from: dayDate(x.not_before), until: dayDate(x.not_after) })}</span></span>${x.primary !== 'none' ? primaryPill(x) : statusPill(x)}<button type="button" class="button button-small" aria-label=${t('adm-cert-open', { what: x.fingerprint.slice(0, 16) })} @click=${() => this.#show(x)}>${t('adm-cert-look')}</button></li>`)}</ul></section>` : nothing}</div>
      <div class="adm-panel-foot">${mayWrite.value && c.primary !== c.usage && c.status !== 'expired' && c.status !== 'revoked' ? html`<button type="button" class="button button-small button-primary" data-act="primary" @click=${() => void this.#primary(c)}>${t('adm-cert-make-primary')}</button>` : nothing}
        <button type="button" class="button button-small" data-act="download" @click=${() => void this.#download(c)}>${icon('download')}${t('adm-cert-download')}</button>
        ${mayWrite.value ? html`<button type="button" class="button button-small button-quiet" data-act="remove" @click=${() => void this.#remove(c)}>${icon('trash')}${t('adm-cert-remove-act')}</button>` : nothing}</div></aside>`;
  }

  readonly #columns = (): Column<Certificate>[] => [
    { id: 'address', label: t('adm-cert-address'), sort: 'address', width: 'minmax(14rem, 2fr)', phone: 'first', cell: (c) => foreign(c.address) },
    { id: 'status', label: t('adm-cert-col-status'), width: 'minmax(10rem, .9fr)', phone: 'second', cell: (c) => statusPill(c) },
    { id: 'ends', label: t('adm-cert-ends'), sort: 'expires', width: 'minmax(8rem, .8fr)', phone: 'second', cell: (c) => shortDay(c.not_after) },
    { id: 'primary', label: t('adm-cert-col-primary'), width: 'minmax(11rem, 1fr)', cell: (c) => primaryPill(c) },
    { id: 'custody', label: t('adm-cert-col-custody'), width: 'minmax(9rem, .8fr)', cell: (c) => t(`adm-cert-custody-${c.custody}`) },
    { id: 'issuer', label: t('adm-cert-issuer'), width: 'minmax(9rem, 1.2fr)', cell: (c) => html`<span class="muted" title=${foreign(c.issuer, 200)}>${foreign(commonName(c.issuer), 80)}</span>` },
  ];
  #select(name: Filter, value: string): TemplateResult {
    return html`<span class="adm-filter ${value ? 'is-on' : ''}"><select class="select" data-filter=${name} aria-label=${t(`adm-cert-filter-${name}`)} @change=${(e: Event) => this.#set(name, (e.target as HTMLSelectElement).value)}><option value="" ?selected=${!value}>${t(`adm-cert-filter-${name}`)}</option>
      ${FILTERS[name].map((c) => html`<option value=${c} ?selected=${c === value}>${t(`adm-cert-filter-${name}-${c.replaceAll('_', '-')}`)}</option>`)}</select>${icon('chevron-down')}</span>`;
  }
  #empty = (): TemplateResult => {
    if (Object.keys(this.#filter()).length > 0) return emptyState({ icon: 'search', title: t('adm-cert-found-none'), action: html`<button type="button" class="button" @click=${() => this.#clear()}>${t('adm-cert-filter-clear')}</button>` });
    return emptyState({ icon: 'badge-check', title: t('adm-cert-none'), text: t('adm-cert-none-text'), action: mayWrite.value ? html`<div class="button-row"><button type="button" class="button button-primary" @click=${() => void this.#add()}>${t('adm-cert-add')}</button><a class="button" href=${hrefOf('certificates', ['import'])} @click=${follow('certificates', ['import'])}>${t('adm-cert-tab-import')}</a></div>` : nothing });
  };

  #list(): TemplateResult {
    const f = this.#filters();
    const filtered = Object.keys(this.#filter()).length > 0;
    const open = this.#open.value;
    const chip = (text: string, off: () => void): TemplateResult => html`<button type="button" class="button button-small is-chip" @click=${() => { off(); this.#ask(); }}>${text}${icon('x')}</button>`;
    return html`<div class="adm-tools" role="search"><label class="adm-search">${icon('search')}<span class="visually-hidden">${t('adm-cert-search')}</span><input class="input" type="search" data-search placeholder=${t('adm-cert-search')} autocomplete="off" spellcheck="false" maxlength="200" .value=${this.#text.value} @input=${(e: Event) => this.#type((e.target as HTMLInputElement).value)}></label>
        <div class="adm-filters">${(Object.keys(FILTERS) as Filter[]).map((name) => this.#select(name, f[name] ?? ''))}
        ${this.#address.value ? chip(t('adm-cert-of', { what: foreign(this.#address.value, 60) }), () => { this.#address.value = ''; }) : nothing}${this.#day.value ? chip(t('adm-cert-on-day', { date: dayDate(this.#day.value) }), () => { this.#day.value = ''; }) : nothing}
        ${filtered ? html`<button type="button" class="button button-small button-quiet" @click=${() => this.#clear()}>${icon('x')}${t('adm-cert-filter-clear')}</button>` : nothing}</div></div>
      <div class="adm-split ${open ? 'has-panel' : ''}"><wx-table .columns=${this.#columns()} .rows=${this.#rows} .selection=${null} .label=${t('adm-place-certificates')} .opened=${open ? keyOf(open) : ''} .empty=${this.#empty}
        .open=${(c: Certificate) => this.#show(c)} @sort=${(e: CustomEvent<{ sort: string; descending: boolean }>) => this.#ask(e.detail)}></wx-table>${open ? this.#panel(open) : nothing}</div>`;
  }

  override render(): TemplateResult {
    void route.value;
    const tab = this.#tab;
    const total = this.#rows.total.value;
    const write = mayWrite.value;
    this.classList.toggle('is-fixed', tab === 'list');
    this.classList.toggle('is-over', this.#over.value);
    const link = (id: string, mark: string): TemplateResult => { const rest = id === 'list' ? [] : [id]; return html`<a class="tab" href=${hrefOf('certificates', rest)} aria-current=${tab === id ? 'page' : nothing} @click=${follow('certificates', rest)}>${icon(mark)}${t(`adm-cert-tab-${id}`)}</a>`; };
    return html`${head({ title: t('adm-place-certificates'), text: tab !== 'list' ? t(`adm-cert-${tab}-text`) : total < 0 ? t('adm-loading') : t('adm-cert-count', { n: total }), actions: write && tab === 'list' ? html`<button type="button" class="button button-primary" data-act="add" @click=${() => void this.#add()}>${icon('plus')}${t('adm-cert-add')}</button>` : nothing })}
      <nav class="adm-tabs cert-tabs" aria-label=${t('adm-place-certificates')}>${link('list', 'badge-check')}${link('calendar', 'calendar')}${write ? link('import', 'upload') : nothing}</nav>
      ${tab === 'list' ? this.#list() : tab === 'calendar' ? html`<wx-certificate-calendar .show=${(day: string) => { this.#day.value = day; void go('certificates', ['primary-yes']); }}></wx-certificate-calendar>`
        : write ? html`<wx-certificate-import @imported=${() => { this.#asked = ''; }}></wx-certificate-import>` : nothing}`;
  }
}
define('wx-place-certificates', WxPlaceCertificates);
