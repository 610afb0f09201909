// Simulate: a described mail, or one of the log, decided by the rules in effect and by the draft beside them. Nothing is sent or changed.
import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, live, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { signal } from '../../core/signals.ts';
import { useSheet } from '../../views/parts/sheet.ts';
import { of, post } from '../api.ts';
import { bones, emptyState, head } from '../parts/small.ts';
import { go, placeState } from '../router.ts';
import { organisation, organisationId } from '../state.ts';
import { say } from '../words.ts';
import { CIPHERS, SIGNATURES, describedOf, emptyMail, faultOf, messageOf } from '../rules/described.ts';
import type { Described } from '../rules/described.ts';
import { differences } from '../rules/differ.ts';
import { draftOf } from '../rules/draft.ts';
import type { Draft } from '../rules/draft.ts';
import { afterwards, recipientView } from '../rules/explain.ts';
import type { Explaining } from '../rules/explain.ts';
import { useRuleSheet } from '../rules/sheet.ts';
import type { Rule, Simulated } from '../rules/types.ts';

useRuleSheet(useSheet);

/** Kept while the page is open, so that one may go to the rules and come back. Of one organisation. */
interface Kept { organisation: string; mail: Described; assumed: string[]; log: string }
const kept = signal<Kept>({ organisation: '', mail: emptyMail(), assumed: [], log: '' });
type Text = Exclude<{ [K in keyof Described]: Described[K] extends string ? K : never }[keyof Described], undefined>;

export class WxPlaceSimulate extends WxElement {
  static override properties = { live: { state: true }, drafted: { state: true }, problem: { state: true }, fault: { state: true }, busy: { state: true } };
  declare live: Simulated | null;
  declare drafted: Simulated | null;
  declare problem: string;
  declare fault: string;
  declare busy: boolean;
  readonly #id = organisationId.peek();
  readonly #draft: Draft = draftOf(this.#id);
  #round = 0;

  constructor() { super(); this.live = this.drafted = null; this.problem = this.fault = ''; this.busy = false; }

  override connectedCallback(): void {
    super.connectedCallback();
    if (kept.peek().organisation !== this.#id) kept.value = { organisation: this.#id, mail: emptyMail(), assumed: [], log: '' };
    void this.#draft.load().catch(() => undefined);
    const log = placeState<{ log?: string }>()?.log;
    if (log && log !== kept.peek().log) void this.#take(log);
  }

  #set(patch: Partial<Described>): void { kept.value = { ...kept.value, mail: { ...kept.value.mail, ...patch } }; this.fault = ''; }

  /** The draft is asked beside the rules in effect where there is one. */
  async #ask(body: object): Promise<Simulated> {
    const round = ++this.#round;
    this.busy = true;
    this.problem = '';
    const path = of(this.#id, 'rules/simulate');
    const document = this.#draft.dirty.value ? this.#draft.doc.value : null;
    try {
      const [now, next] = await Promise.all([post<Simulated>(path, body), document ? post<Simulated>(path, { ...body, document }) : null]);
      if (round === this.#round) { this.live = now; this.drafted = next; }
      return now;
    } finally { if (round === this.#round) this.busy = false; }
  }
  async #take(log: string): Promise<void> {
    try {
      const answer = await this.#ask({ log });
      kept.value = { organisation: this.#id, mail: describedOf(answer.message!), assumed: answer.assumed ?? [], log };
    } catch (error) { this.problem = say(error); }
  }
  async #run(): Promise<void> {
    const mail = kept.peek().mail;
    const wrong = faultOf(mail);
    this.fault = wrong ?? '';
    if (wrong) { await this.updateComplete; this.querySelector<HTMLElement>(`[data-mail="${wrong}"]`)?.focus(); return; }
    try { await this.#ask({ message: messageOf(mail) }); await this.updateComplete; this.#toResults(); } catch (error) { this.problem = say(error); this.live = this.drafted = null; }
  }

  /** Where they stand below the form they would not be seen. */
  #toResults(): void {
    const box = this.querySelector<HTMLElement>('.rl-results');
    if (box && box.getBoundingClientRect().top > innerHeight * 0.7) box.scrollIntoView({ block: 'start' });
  }
  #text(name: Text, label: string, o: { hint?: string; many?: boolean; mono?: boolean } = {}): TemplateResult {
    const m = kept.value.mail;
    const bad = this.fault === name;
    const typed = (e: Event): void => this.#set({ [name]: (e.target as HTMLInputElement).value });
    return html`<label class="field"><span class="field-label">${label}</span><input class="input ${o.mono ? 'mono' : ''}" data-mail=${name} maxlength="20000" autocomplete="off" autocapitalize="none" spellcheck="false" aria-invalid=${bad ? 'true' : 'false'} .value=${live(m[name])} @input=${typed}>${o.hint ? html`<span class="field-hint">${o.hint}</span>` : nothing}${bad ? html`<span class="field-error" role="alert">${t(`adm-sim-fault-${name}`)}</span>` : nothing}</label>`;
  }
  #choose(name: Text, label: string, options: readonly (readonly [string, string])[]): TemplateResult {
    const v = kept.value.mail[name];
    return html`<label class="field"><span class="field-label">${label}</span><span class="select-wrap rl-select"><select class="select" data-mail=${name} @change=${(e: Event) => this.#set({ [name]: (e.target as HTMLSelectElement).value })}>${options.map(([o, words]) => html`<option value=${o} ?selected=${o === v}>${words}</option>`)}</select>${icon('chevron-down')}</span></label>`;
  }
  #box(name: 'attachment' | 'nullSender' | 'report' | 'encrypted' | 'tampered', label: string): TemplateResult {
    return html`<label class="adm-check"><input type="checkbox" class="check" data-mail=${name} .checked=${live(kept.value.mail[name])} @change=${(e: Event) => this.#set({ [name]: (e.target as HTMLInputElement).checked })}><span>${label}</span></label>`;
  }
  #headers(): TemplateResult {
    const list = kept.value.mail.headers;
    const put = (i: number, patch: Partial<(typeof list)[number]>): void => this.#set({ headers: list.map((h, k) => (k === i ? { ...h, ...patch } : h)) });
    return html`<div class="field"><span class="field-label">${t('adm-sim-headers')}</span>${list.map((h, i) => html`<div class="rl-test"><input class="input rl-header mono" maxlength="100" aria-label=${t('adm-filter-header-name')} .value=${live(h.name)} @input=${(e: Event) => put(i, { name: (e.target as HTMLInputElement).value })}><input class="input rl-text" maxlength="1000" aria-label=${t('adm-filter-value')} .value=${live(h.value)} @input=${(e: Event) => put(i, { value: (e.target as HTMLInputElement).value })}><button type="button" class="icon-button is-small" aria-label=${t('adm-sim-header-remove')} @click=${() => this.#set({ headers: list.filter((_, k) => k !== i) })}>${icon('x')}</button></div>`)}
      <div class="rl-quick"><button type="button" class="button button-small button-quiet" @click=${() => this.#set({ headers: [...list, { name: '', value: '' }] })}>${icon('plus')}${t('adm-sim-header-add')}</button></div></div>`;
  }
  #form(): TemplateResult {
    const m = kept.value.mail;
    const ours = m.way === 'ours';
    const wish = [['', t('adm-sim-wish-none')], ['yes', t('adm-value-yes')], ['no', t('adm-value-no')]] as const;
    const signatures = SIGNATURES.map((s) => [s, t(s === '' ? 'adm-sim-unsigned' : `adm-why-${s}`)] as const);
    return html`<form class="rl-mail adm-card" novalidate @submit=${(e: Event) => { e.preventDefault(); void this.#run(); }} @keydown=${(e: KeyboardEvent) => { if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) { e.preventDefault(); void this.#run(); } }}>
      ${kept.value.assumed.length ? html`<p class="notice is-info">${icon('info')}<span class="notice-text">${t('adm-sim-assumed', { what: kept.value.assumed.map((a) => t(`adm-sim-known-${a.replaceAll('_', '-')}`)).join(', ') })}</span></p>` : nothing}
      <fieldset class="rl-way"><legend class="field-label">${t('adm-sim-way')}</legend>${(['ours', 'outside'] as const).map((w) => html`<label class="option"><input type="radio" class="radio" name="sim-way" value=${w} .checked=${live(m.way === w)} @change=${() => this.#set({ way: w })}><span class="option-title">${t(`adm-sim-way-${w}`)}</span><span class="option-text">${t(`adm-sim-way-${w}-hint`)}</span></label>`)}</fieldset>
      ${this.#text('from', t('adm-sim-from'))}${this.#text('to', t('adm-sim-to'), { hint: t('adm-sim-to-hint') })}${this.#text('subject', t('adm-sim-subject-field'))}
      ${ours ? html`<div class="rl-pair">${this.#choose('sign', t('adm-sim-wish-sign'), wish)}${this.#choose('encrypt', t('adm-sim-wish-encrypt'), wish)}</div>` : this.#choose('auth', t('adm-sim-auth'), [['', t('adm-sim-auth-unknown')], ['pass', t('adm-sim-auth-pass')], ['fail', t('adm-sim-auth-fail')]])}
      <details class="rl-more" ?open=${m.encrypted || m.signed !== ''}><summary>${t('adm-sim-protection')}</summary><div class="rl-stack">${this.#box('encrypted', t('adm-sim-encrypted'))}
        ${m.encrypted ? html`${this.#text('for', t('adm-sim-for'), { hint: t('adm-sim-for-hint'), mono: true })}${this.#choose('cipher', t('adm-sim-cipher'), CIPHERS.map((c) => [c, c] as const))}${this.#box('tampered', t('adm-sim-tampered'))}${this.#choose('inner', t('adm-sim-inner'), signatures)}` : this.#choose('signed', t('adm-sim-signed'), signatures)}</div></details>
      <details class="rl-more"><summary>${t('adm-sim-more')}</summary><div class="rl-stack">${this.#text('cc', t('adm-sim-cc'))}${this.#text('bcc', t('adm-sim-bcc'))}${this.#text('size', t('adm-sim-size'))}${this.#box('attachment', t('adm-sim-attachment'))}${this.#headers()}${this.#box('nullSender', t('adm-sim-null'))}${this.#box('report', t('adm-sim-report'))}</div></details>
      ${this.problem ? html`<p class="notice is-bad" role="alert">${icon('circle-alert')}<span class="notice-text">${this.problem}</span></p>` : nothing}
      <div class="rl-foot"><button type="submit" class="button button-primary" aria-disabled=${this.busy ? 'true' : nothing}>${icon(this.busy ? 'loader-circle' : 'circle-play', undefined, this.busy ? 'spin' : '')}${t('adm-sim-run')}</button><button type="button" class="button button-quiet" @click=${() => { kept.value = { organisation: this.#id, mail: emptyMail(), assumed: [], log: '' }; this.live = this.drafted = null; this.fault = this.problem = ''; }}>${t('adm-sim-clear')}</button></div></form>`;
  }

  #side(s: Simulated, rules: readonly Rule[], other: Simulated | null, label: string): TemplateResult {
    const about = (address: string): Explaining => ({ rules: new Map(rules.map((r) => [r.id, r])), organisation: this.#id, name: organisation.value?.name, ...(other ? { differs: differences(address, this.live!.decision, this.drafted!.decision) } : {}), openRule: (id) => void go('rules', ['rule'], { keep: { id } }) });
    return html`<section class="rl-result" aria-label=${label}><h2>${label}</h2>${Object.entries(s.decision.recipients).map(([a, r]) => recipientView(about(a), a, r))}${afterwards(s.decision)}${s.notes.length ? html`<p class="notice is-warning"><span class="notice-text">${s.notes.join(' ')}</span></p>` : nothing}</section>`;
  }
  #results(): TemplateResult {
    if (!this.live) return this.busy ? bones(4) : emptyState({ icon: 'flask-conical', title: t('adm-sim-none'), text: t('adm-sim-none-text') });
    const live = this.live;
    const base = this.#draft.base.value?.rules ?? [];
    const next = this.#draft.doc.value?.rules ?? [];
    if (!this.drafted) return this.#side(live, base, null, t('adm-sim-live'));
    const changed = Object.keys(live.decision.recipients).filter((a) => differences(a, live.decision, this.drafted!.decision).size > 0).length;
    return html`<p class="notice ${changed ? 'is-warning' : 'is-info'}" role="status"><span class="notice-text">${changed ? t('adm-sim-changed', { n: changed }) : t('adm-sim-same')}</span></p><div class="rl-versus">${this.#side(live, base, this.drafted, t('adm-sim-live'))}${this.#side(this.drafted, next, live, t('adm-sim-draft'))}</div>`;
  }
  override render(): TemplateResult {
    return html`<div class="adm-place rl-place rl-wide">${head({ title: t('adm-place-simulate'), text: t('adm-sim-text') })}<p class="muted" data-part="reach">${t('adm-rules-reach')}</p><div class="rl-simulate ${this.drafted ? 'is-versus' : ''}">${this.#form()}<div class="rl-results" aria-live="polite" aria-busy=${this.busy ? 'true' : 'false'}>${this.#results()}</div></div></div>`;
  }
}
define('wx-place-simulate', WxPlaceSimulate);
