// The organisation's own authority: what it is and for which domains, whom it issues to, what is due, what was revoked; and requests to
// authorities outside. Keys stay in the key agent.
import { WxElement, define } from '../../core/element.ts';
import { count, dayDate, fullDate } from '../../core/format.ts';
import { foreign } from '../../core/foreign.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, live, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { signal } from '../../core/signals.ts';
import { ask, of, post } from '../api.ts';
import { chunks, runBulk } from '../parts/bulk.ts';
import { confirmed, openDialog } from '../parts/dialog.ts';
import { formDialog } from '../parts/form.ts';
import type { Field } from '../parts/form.ts';
import { Loaded } from '../parts/loaded.ts';
import { Rows } from '../parts/rows.ts';
import { bones, card, copyable, emptyState, facts, failure, head, pill, saveAs, shortDay, tell, untilDay } from '../parts/small.ts';
import type { Column } from '../parts/table.ts';
import { mayOwn, mayWrite, organisationId } from '../state.ts';
import type { Bulk, Page } from '../types.ts';

interface Authority {
  fingerprint: string; subject: string; algorithm: string; not_before: string; not_after: string; status: string; domains: string[]; uncovered: string[]; automatic: boolean; certificate: string; version: number;
  list: { url: string; number: number; at?: string; next?: string; revoked: number; status: 'current' | 'expired' | 'none' }; issued: { valid: number; revoked: number };
}
interface Due { address: string; fingerprint: string; not_after: string; due: string; custody: string }
interface Issued { serial: string; address: string; fingerprint: string; since: string; until: string; revoked_at: string | null; reason: string | null }
interface Request { key: string; address: string; algorithm: string; since: string; request: string }
interface Asked { address: string; algorithm: string; since: string; until: string; has: boolean; /** Approved by name only. */ barred: boolean }
interface Kept { key: string; number: number; at: string; next: string; url: string }
interface State { authority: Authority | null; /** Of authorities before it. */ lists: Kept[]; lacking: string[]; /** They have none because theirs was revoked, for a reason that forbids another one. */ barred: string[]; due: Due[]; requests: Request[]; asked: Asked[] }

const AT_ONCE = 20;
const REASONS = ['superseded', 'keyCompromise', 'affiliationChanged', 'cessationOfOperation', 'privilegeWithdrawn', 'unspecified'] as const;
const KINDS = ['rsa3072', 'p256', 'p384'] as const;
const SEARCH_MS = 250;
const SHOWN = 100;
async function base64Of(file: File): Promise<string> {
  let text = '';
  for (const b of new Uint8Array(await file.arrayBuffer())) text += String.fromCharCode(b);
  return btoa(text);
}
const kindField = (value: string): Field => ({ name: 'algorithm', label: t('adm-ca-kind'), kind: 'radio', value, choices: KINDS.slice(0, 2).map((k) => ({ value: k, label: t(`adm-ca-kind-${k}`), hint: t(`adm-ca-kind-${k}-text`) })) });

export class WxPlaceAuthority extends WxElement {
  readonly #o = organisationId.peek();
  readonly #data = new Loaded<State>(async () => {
    const [{ authority, lists }, { rows: requests }] = await Promise.all([ask<{ authority: Authority | null; lists: Kept[] }>(of(this.#o, 'authority')), ask<{ rows: Request[] }>(of(this.#o, 'csr'))]);
    if (!authority) return { authority, lists, lacking: [], barred: [], due: [], requests, asked: [] };
    const [{ addresses: lacking, barred }, { rows }, { rows: asked }] = await Promise.all([post<{ addresses: string[]; barred: string[] }>(of(this.#o, 'authority/lacking'), {}), post<{ rows: Due[] }>(of(this.#o, 'due'), {}), ask<{ rows: Asked[] }>(of(this.#o, 'asked'))]);
    return { authority, lists, lacking, barred, due: rows.filter((x) => x.custody === 'agent'), requests, asked };
  });
  readonly #rows = new Rows<Issued>(async (q, s) => ({ version: 0, ...await post<Omit<Page<Issued>, 'version'>>(of(this.#o, 'issued/query'), { offset: q.offset, limit: q.limit, ...(q.text ? { text: q.text } : {}), ...(q.status ? { status: q.status } : {}) }, { signal: s }) }), (r) => r.serial);
  readonly #text = signal('');
  readonly #status = signal('');
  #typing: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
    this.#rows.ask({});
    this.listen(window, 'focus', () => void this.#data.load());
  }
  #load = async (): Promise<void> => { await this.#data.load(); this.#rows.reload(); };
  #ask(): void { this.#rows.ask({ ...(this.#text.value.trim() ? { text: this.#text.value.trim() } : {}), ...(this.#status.value ? { status: this.#status.value } : {}) }); }

  // --- the authority ---

  async #create(): Promise<void> {
    const made = await formDialog<Authority>({ title: t('adm-ca-create'), text: t('adm-ca-create-text'), yes: t('adm-ca-create-yes'), fields: [kindField('rsa3072')],
      act: async (v) => (await post<{ authority: Authority }>(of(this.#o, 'authority/create'), { algorithm: v.algorithm })).authority });
    if (made) await this.#load();
  }
  async #renew(a: Authority): Promise<void> {
    if (!(await confirmed({ title: t('adm-ca-renew'), text: t('adm-ca-renew-text'), yes: t('adm-ca-renew-yes'), also: a.uncovered.length ? html`<p>${t('adm-ca-renew-new', { domains: foreign(a.uncovered.join(', '), 300) })}</p>` : nothing }))) return;
    await tell(() => post(of(this.#o, 'authority/renew'), {}), t('adm-ca-renewed'));
    await this.#load();
  }
  async #remove(): Promise<void> {
    await this.#data.load(); // what holds may have changed since the page was drawn
    const n = this.#data.value.peek()?.authority?.issued.valid ?? 0;
    if (n > 0) {
      const go = await openDialog<boolean>((close) => () => ({ title: t('adm-ca-remove'), body: html`<p data-part="still">${t('adm-ca-remove-holds', { n })}</p>`, submit: () => close(true),
        foot: html`<button type="button" class="button button-quiet" @click=${() => close(null)}>${t('close')}</button><button type="submit" class="button button-primary" data-act="show-holding" autofocus>${t('adm-ca-remove-show', { n })}</button>` }));
      if (go) this.#showHolding();
      return;
    }
    if (!(await confirmed({ title: t('adm-ca-remove'), text: t('adm-ca-remove-text'), yes: t('adm-ca-remove'), danger: true }))) return;
    await tell(() => post(of(this.#o, 'authority/remove'), {}), t('adm-ca-removed'));
    await this.#load();
  }
  #showHolding(): void {
    this.#text.value = '';
    this.#status.value = 'valid';
    this.#ask();
    this.querySelector('[data-card=issued]')?.scrollIntoView({ block: 'start' });
    this.querySelector<HTMLElement>('.ca-table [role=grid]')?.focus({ preventScroll: true });
  }
  async #automatic(a: Authority): Promise<void> {
    await tell(() => post(of(this.#o, 'authority/set'), { automatic: !a.automatic, version: a.version }), t(a.automatic ? 'adm-ca-automatic-now-off' : 'adm-ca-automatic-now-on'));
    await this.#load();
  }
  async #publish(): Promise<void> { await tell(() => post(of(this.#o, 'authority/crl'), {}), t('adm-ca-list-done')); await this.#load(); }

  // --- issuing ---

  async #run(title: string, path: 'issue' | 'renew' | 'asked/approve', addresses: string[], more: Record<string, unknown> = {}): Promise<void> {
    await runBulk({ title, parts: chunks(addresses, AT_ONCE), total: addresses.length, sizeOf: (p) => p.length, send: (p) => post<Bulk>(of(this.#o, path), { addresses: p, ...more }, { deadline: 120_000 }) });
    await this.#load();
  }
  async #all(lacking: string[]): Promise<void> {
    if (await confirmed({ title: t('adm-ca-issue-all'), text: t('adm-ca-issue-all-text', { n: lacking.length }), yes: t('adm-ca-issue-yes') })) await this.#run(t('adm-ca-issue-all'), 'issue', lacking);
  }
  async #some(): Promise<void> {
    const chosen = await formDialog<{ addresses: string[]; usage: string; again: boolean }>({ title: t('adm-ca-issue-some'), yes: t('adm-ca-issue-yes'), fields: [
      { name: 'addresses', label: t('adm-ca-addresses'), kind: 'lines', required: true, hint: t('adm-ca-addresses-hint') },
      { name: 'usage', label: t('adm-ca-usage'), kind: 'select', value: 'both', choices: ['both', 'sign', 'encrypt'].map((u) => ({ value: u, label: t(`adm-ca-usage-${u}`) })) },
      { name: 'again', label: t('adm-ca-again'), kind: 'check', value: false, hint: t('adm-ca-again-text') }],
    act: (v) => Promise.resolve({ addresses: v.addresses as string[], usage: String(v.usage), again: v.again === true }) });
    if (chosen) await this.#run(t('adm-ca-issue-some'), 'issue', chosen.addresses, { usage: chosen.usage, again: chosen.again });
  }
  async #due(due: Due[]): Promise<void> {
    if (await confirmed({ title: t('adm-ca-due'), text: t('adm-ca-due-text', { n: due.length }), yes: t('adm-ca-due-yes') })) await this.#run(t('adm-ca-due'), 'renew', due.map((d) => d.address));
  }
  #factsOf(r: Issued): TemplateResult {
    return facts([[t('adm-ca-address'), foreign(r.address)], [t('adm-ca-serial'), html`<span class="mono">${r.serial}</span>`], [t('adm-ca-fingerprint'), html`<span class="mono">${r.fingerprint}</span>`], [t('adm-ca-since'), fullDate(r.since)], [t('adm-ca-until'), fullDate(r.until)],
      r.revoked_at ? [t('adm-ca-revoked-at'), fullDate(r.revoked_at)] : null, r.revoked_at ? [t('adm-ca-reason'), t(`adm-ca-reason-${r.reason ?? 'unspecified'}`)] : null]);
  }
  /** One that was issued, with what can be done about it. */
  async #show(r: Issued): Promise<void> {
    const may = mayWrite.value && !r.revoked_at;
    const revoke = await openDialog<boolean>((close) => () => ({ title: t('adm-ca-one'), body: html`<div data-part="issued">${this.#factsOf(r)}</div>`, submit: () => close(null),
      foot: html`${may ? html`<button type="button" class="button button-danger" data-act="revoke" @click=${() => close(true)}>${icon('ban')}${t('adm-ca-revoke-one')}</button>` : nothing}<button type="submit" class="button" autofocus>${t('close')}</button>` }));
    if (revoke) await this.#revoke(r);
  }
  async #revoke(r: Issued): Promise<void> {
    const done = await formDialog<boolean>({ title: t('adm-ca-revoke'), text: t('adm-ca-revoke-text', { address: foreign(r.address) }), yes: t('adm-ca-revoke-yes'), danger: true,
      fields: [{ name: 'reason', label: t('adm-ca-reason'), kind: 'select', required: true, choices: [{ value: '', label: t('adm-ca-reason-choose') }, ...REASONS.map((x) => ({ value: x, label: t(`adm-ca-reason-${x}`) }))] }], also: () => this.#factsOf(r),
      act: async (v) => { await post(of(this.#o, 'revoke'), { address: r.address, fingerprint: r.fingerprint, reason: v.reason }); return true; } });
    if (done) await this.#load();
  }

  // --- what people ask for ---

  async #approve(list: Asked[]): Promise<void> {
    const one = list[0];
    const again = list.filter((r) => r.has).length;
    if (!one || !(await confirmed({ title: t('adm-asked-approve'), text: list.length === 1 ? t('adm-asked-approve-text', { address: foreign(one.address) }) : t('adm-asked-approve-many', { n: list.length }), yes: t('adm-ca-issue-yes'), also: again ? html`<p>${t('adm-asked-has-text', { n: again })}</p>` : nothing }))) return;
    await this.#run(t('adm-asked-approve'), 'asked/approve', list.map((r) => r.address));
  }
  async #refuse(list: Asked[]): Promise<void> {
    const done = await formDialog<boolean>({ title: t('adm-asked-refuse'), text: list.length === 1 ? t('adm-asked-refuse-text', { address: foreign(list[0]!.address) }) : t('adm-asked-refuse-many', { n: list.length }), yes: t('adm-asked-refuse-yes'), danger: true,
      fields: [{ name: 'reason', label: t('adm-asked-reason'), kind: 'text', required: true, most: 200, hint: t('adm-asked-reason-hint') }],
      act: async (v) => {
        for (const part of chunks(list.map((r) => r.address), AT_ONCE)) await post(of(this.#o, 'asked/refuse'), { addresses: part, reason: String(v.reason) });
        return true;
      } });
    if (done) await this.#load();
  }

  // --- authorities outside ---

  async #request(): Promise<void> {
    const made = await formDialog<Request>({ title: t('adm-csr-new'), text: t('adm-csr-new-text'), yes: t('adm-csr-new-yes'), fields: [{ name: 'address', label: t('adm-ca-address'), kind: 'email', required: true, most: 320 }, kindField('rsa3072')],
      act: async (v) => (await post<{ request: Request }>(of(this.#o, 'csr'), { address: String(v.address).trim(), algorithm: v.algorithm })).request });
    if (!made) return;
    saveAs(new Blob([made.request], { type: 'application/pkcs10' }), `${made.address}.csr`);
    await this.#load();
  }
  async #answer(r: Request): Promise<void> {
    const done = await formDialog<boolean>({ title: t('adm-csr-answer'), text: t('adm-csr-answer-text', { address: foreign(r.address) }), yes: t('adm-csr-answer-yes'),
      fields: [{ name: 'file', label: t('adm-csr-file'), kind: 'file', required: true, accept: '.pem,.crt,.cer,.der,.p7b,.p7c' }],
      act: async (v) => { await post(of(this.#o, 'csr/answer'), { address: r.address, file: await base64Of(v.file as File) }); return true; } });
    if (done) await this.#load();
  }
  async #withdraw(r: Request): Promise<void> {
    if (!(await confirmed({ title: t('adm-csr-withdraw'), text: t('adm-csr-withdraw-text', { address: foreign(r.address) }), yes: t('adm-csr-withdraw'), danger: true }))) return;
    await tell(() => post(of(this.#o, 'csr/withdraw'), { key: r.key }), t('adm-csr-withdrawn'));
    await this.#load();
  }

  // --- drawing ---

  #button(name: string, label: string, mark: string, act: () => unknown, tone = ''): TemplateResult { return html`<button type="button" class="button button-small ${tone}" data-act=${name} @click=${act}>${icon(mark)}${label}</button>`; }

  #authorityCard(a: Authority): TemplateResult {
    const until = untilDay(a.not_after);
    return card({ name: 'authority', title: t('adm-ca-title'), icon: 'shield-check', body: html`
      ${a.uncovered.length ? html`<div class="notice is-warning" role="status">${icon('triangle-alert')}<span class="notice-text">${t('adm-ca-uncovered', { domains: foreign(a.uncovered.join(', '), 300) })}</span>${mayOwn.value ? this.#button('renew-ca', t('adm-ca-renew'), 'refresh-cw', () => void this.#renew(a)) : nothing}</div>` : nothing}
      ${facts([[t('adm-ca-subject'), foreign(a.subject, 200)], [t('adm-ca-domains'), foreign(a.domains.join(', '), 400)], [t('adm-ca-until'), pill(until.text, until.tone)], [t('adm-ca-key'), t(`adm-ca-kind-${a.algorithm}`)], [t('adm-ca-automatic'), pill(t(a.automatic ? 'adm-ca-on' : 'adm-ca-off'), a.automatic ? 'good' : 'plain')], [t('adm-ca-fingerprint'), copyable(a.fingerprint, t('adm-ca-fingerprint'))]])}
      <p class="muted">${t('adm-ca-partners')}</p>
      <div class="button-row">${this.#button('save', t('adm-ca-save'), 'download', () => saveAs(new Blob([a.certificate], { type: 'application/x-pem-file' }), `${this.#o}-authority.pem`))}
        ${mayWrite.value ? this.#button('automatic', t(a.automatic ? 'adm-ca-automatic-off' : 'adm-ca-automatic-on'), 'refresh-cw', () => void this.#automatic(a)) : nothing}
        ${mayOwn.value ? html`${a.uncovered.length ? nothing : this.#button('renew-ca', t('adm-ca-renew'), 'refresh-cw', () => void this.#renew(a))}${this.#button('remove', t('adm-ca-remove'), 'trash', () => void this.#remove(), 'button-quiet')}` : nothing}</div>` });
  }
  #former(lists: Kept[]): TemplateResult {
    return html`<div data-part="former"><p class="muted">${t('adm-ca-former', { n: lists.length })}</p><ul class="adm-list">${lists.toSorted((a, b) => b.number - a.number).map((l) => html`<li><span class="adm-list-words"><strong>${t('adm-ca-former-until', { at: dayDate(l.at), day: dayDate(l.next) })}</strong><span>${t('adm-ca-former-key', { id: l.key.slice(0, 16) })}</span>${copyable(l.url, t('adm-ca-list-url'))}</span></li>`)}</ul></div>`;
  }
  #listCard(a: Authority, former: Kept[]): TemplateResult {
    const l = a.list;
    return card({ name: 'list', title: t('adm-ca-list'), icon: 'scroll-text', aside: pill(t(`adm-ca-list-${l.status}`), l.status === 'current' ? 'good' : 'bad'), body: html`
      ${facts([[t('adm-ca-list-revoked'), count(l.revoked)], l.at ? [t('adm-ca-list-at'), fullDate(l.at)] : null, l.next ? [t('adm-ca-list-next'), fullDate(l.next)] : null, [t('adm-ca-list-url'), copyable(l.url, t('adm-ca-list-url'))]])}
      ${mayWrite.value ? html`<div class="button-row">${this.#button('publish', t('adm-ca-list-now'), 'refresh-cw', () => void this.#publish())}</div>` : nothing}${former.length ? this.#former(former) : nothing}` });
  }
  #issueCard(d: State): TemplateResult {
    return card({ name: 'issue', title: t('adm-ca-issue'), icon: 'badge-check', body: html`<ul class="adm-list">
      <li><span class="adm-list-words"><strong>${t('adm-ca-lacking', { n: d.lacking.length })}</strong><span>${t('adm-ca-lacking-text', { n: d.lacking.length })}</span></span>${mayWrite.value && d.lacking.length ? this.#button('issue-all', t('adm-ca-issue-all'), 'badge-check', () => void this.#all(d.lacking)) : nothing}</li>
      ${d.barred.length ? html`<li data-part="barred"><span class="adm-list-words"><strong>${t('adm-ca-barred', { n: d.barred.length })}</strong><span>${foreign(d.barred.slice(0, 5).join(', ') + (d.barred.length > 5 ? ' …' : ''), 300)}</span><span>${t('adm-ca-barred-text')}</span></span></li>` : nothing}
      <li><span class="adm-list-words"><strong>${t('adm-ca-due-n', { n: d.due.length })}</strong><span>${t('adm-ca-due-note')}</span></span>${mayWrite.value && d.due.length ? this.#button('renew-due', t('adm-ca-due'), 'refresh-cw', () => void this.#due(d.due)) : nothing}</li></ul>
      ${mayWrite.value ? html`<div class="button-row">${this.#button('issue-some', t('adm-ca-issue-some'), 'users', () => void this.#some())}</div>` : nothing}` });
  }
  #askedCard(list: Asked[]): TemplateResult {
    const open = list.filter((r) => !r.barred);
    return card({ name: 'asked', title: t('adm-asked-title'), icon: 'user-key', body: list.length === 0 ? html`<p class="muted">${t('adm-asked-none')}</p>` : html`<p class="muted">${t('adm-asked-text')}</p>
      <ul class="adm-list">${list.slice(0, SHOWN).map((r) => html`<li data-address=${r.address}><span class="adm-list-words"><strong>${foreign(r.address)}</strong><span>${t('adm-asked-since', { when: dayDate(r.since), kind: foreign(r.algorithm, 20) })}${r.has ? html` · ${t('adm-asked-has')}` : nothing}</span>${r.barred ? html`<span>${t('adm-asked-barred')}</span>` : nothing}</span>
      ${mayWrite.value ? html`<span class="button-row">${this.#button('approve', t('adm-asked-approve'), 'badge-check', () => void this.#approve([r]))}${this.#button('refuse', t('adm-asked-refuse'), 'x', () => void this.#refuse([r]))}</span>` : nothing}</li>`)}</ul>
      ${list.length > SHOWN ? html`<p class="muted">${t('adm-asked-more', { n: list.length - SHOWN })}</p>` : nothing}
      ${mayWrite.value && list.length > 1 ? html`<div class="button-row">${open.length > 0 ? this.#button('approve-all', t('adm-asked-approve-all'), 'badge-check', () => void this.#approve(open)) : nothing}${this.#button('refuse-all', t('adm-asked-refuse-all'), 'x', () => void this.#refuse(list))}</div>` : nothing}` });
  }
  #requestsCard(list: Request[]): TemplateResult {
    return card({ name: 'requests', title: t('adm-csr-title'), icon: 'scroll-text', aside: mayWrite.value ? this.#button('request', t('adm-csr-new'), 'user-key', () => void this.#request()) : nothing, body: list.length === 0 ? html`<p class="muted">${t('adm-csr-none')}</p>` : html`<ul class="adm-list">${list.map((r) => html`<li><span class="adm-list-words"><strong>${foreign(r.address)}</strong><span>${t('adm-csr-since', { when: dayDate(r.since) })}</span></span>
      <span class="button-row">${this.#button('csr-save', t('adm-csr-save'), 'download', () => saveAs(new Blob([r.request], { type: 'application/pkcs10' }), `${r.address}.csr`))}${mayWrite.value ? html`${this.#button('csr-answer', t('adm-csr-answer'), 'badge-check', () => void this.#answer(r))}${this.#button('csr-withdraw', t('adm-csr-withdraw'), 'x', () => void this.#withdraw(r))}` : nothing}</span></li>`)}</ul>` });
  }
  #issuedCard(): TemplateResult {
    const state = (r: Issued): TemplateResult => (r.revoked_at ? pill(t(`adm-ca-reason-${r.reason ?? 'unspecified'}`), 'bad') : Date.parse(r.until) < Date.now() ? pill(t('adm-ca-ended')) : pill(t('adm-ca-holds'), 'good'));
    const columns: Column<Issued>[] = [
      { id: 'address', label: t('adm-ca-address'), width: 'minmax(0, 3fr)', cell: (r) => foreign(r.address), phone: 'first' },
      { id: 'state', label: t('adm-ca-state'), width: 'minmax(0, 2fr)', cell: state, phone: 'second' },
      { id: 'since', label: t('adm-ca-since'), width: 'minmax(0, 1.3fr)', cell: (r) => shortDay(r.since) },
      { id: 'until', label: t('adm-ca-until'), width: 'minmax(0, 1.3fr)', cell: (r) => shortDay(r.until) },
    ];
    return card({ name: 'issued', title: t('adm-ca-issued'), icon: 'scroll-text', body: html`<div class="adm-tools is-plain" role="search"><label class="adm-search">${icon('search')}<span class="visually-hidden">${t('adm-ca-search')}</span><input class="input" type="search" data-search placeholder=${t('adm-ca-search')} autocomplete="off" spellcheck="false" maxlength="200" .value=${this.#text.value} @input=${(e: Event) => { this.#text.value = (e.target as HTMLInputElement).value; clearTimeout(this.#typing); this.#typing = setTimeout(() => this.#ask(), SEARCH_MS); }}></label>
      <span class="adm-filter ${this.#status.value ? 'is-on' : ''}"><select class="select" aria-label=${t('adm-ca-state')} @change=${(e: Event) => { this.#status.value = (e.target as HTMLSelectElement).value; this.#ask(); }}>${['', 'valid', 'revoked', 'expired'].map((s) => html`<option value=${s} .selected=${live(s === this.#status.value)}>${t(`adm-ca-filter-${s || 'all'}`)}</option>`)}</select>${icon('chevron-down')}</span></div>
      <wx-table class="ca-table" .columns=${columns as Column<unknown>[]} .rows=${this.#rows as Rows<unknown>} .label=${t('adm-ca-issued')} .open=${(r: unknown) => void this.#show(r as Issued)} .empty=${() => emptyState({ icon: 'badge-check', title: t('adm-ca-issued-none') })}></wx-table>
      <p class="muted">${t('adm-ca-revoke-how')}</p>` });
  }

  override render(): TemplateResult {
    const d = this.#data.value.value;
    const title = head({ title: t('adm-place-authority'), text: t('adm-ca-text') });
    const wrong = this.#data.failure.value !== null ? failure(this.#data.failure.value, this.#data.load) : nothing;
    if (!d) return html`${title}${wrong === nothing ? bones(3) : wrong}`;
    const a = d.authority;
    if (!a) return html`${title}${wrong}${card({ name: 'none', body: emptyState({ icon: 'shield-check', title: t('adm-ca-none'), text: t('adm-ca-none-text'), action: mayOwn.value ? html`<button type="button" class="button button-primary" data-act="create" @click=${() => void this.#create()}>${t('adm-ca-create')}</button>` : html`<p class="muted">${t('adm-ca-none-owner')}</p>` }) })}${d.lists.length ? card({ name: 'former', title: t('adm-ca-list'), icon: 'scroll-text', body: this.#former(d.lists) }) : nothing}${this.#requestsCard(d.requests)}`;
    return html`${title}${wrong}<div class="adm-cards">${this.#authorityCard(a)}${this.#issueCard(d)}${this.#listCard(a, d.lists)}</div>${this.#askedCard(d.asked)}${this.#issuedCard()}${this.#requestsCard(d.requests)}`;
  }
}
define('wx-place-authority', WxPlaceAuthority);
