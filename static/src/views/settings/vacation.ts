// The vacation message as a form, with a switch that can be used without opening the rest.
import type { Vacation } from '../../api/account.ts';
import { WxElement, define } from '../../core/element.ts';
import { calendarDate, calendarToday } from '../../core/format.ts';
import { zoneOffset } from '../../core/zones.ts';
import { icon } from '../../core/icon.ts';
import { plainText, t } from '../../core/i18n.ts';
import { html, live, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { me, session } from '../../store/session.ts';

/** Whether anybody is answered, and from when to when. */
export function stateWords(v: Vacation | null, today = calendarToday()): string {
  const from = v?.from ? calendarDate(v.from) : '', until = v?.until ? calendarDate(v.until) : '';
  if (!v?.enabled) return t('vacation-state-off');
  if (v.until && v.until < today) return t('vacation-state-over', { until });
  if (from && until) return t(v.from! > today ? 'vacation-state-range' : 'vacation-state-until', { from, until });
  if (from && v.from! > today) return t('vacation-state-from', { from });
  return until ? t('vacation-state-until', { until }) : t('vacation-state-on');
}

/** Who writes one for the first time wants it: it is on once it is saved. */
export function freshVacation(): Vacation {
  const aliases = (session.value?.user.addresses ?? []).filter((a) => a !== me.value.address);
  return { enabled: true, from: null, until: null, zone: null, subject: plainText('vacation-subject-first'), text: plainText('vacation-text-first'), days: 7, once: true, addresses: aliases };
}

export class WxVacation extends WxElement {
  static override properties = { vacation: { attribute: false }, problem: { attribute: false }, busy: { attribute: false }, offered: { attribute: false }, saved: { attribute: false }, draft: { state: true }, typed: { state: true }, open: { state: true } };
  declare vacation: Vacation | null;
  declare problem: { field: string; text: string } | null;
  declare busy: boolean;
  declare offered: boolean;
  declare saved: boolean;
  declare draft: Vacation;
  /** As it stands in the field, which is not always how it is kept. */
  declare typed: { addresses?: string; days?: string };
  declare open: boolean;
  constructor() { super(); this.open = false; this.typed = {}; }

  override willUpdate(changed: Map<string, unknown>): void {
    if (this.problem) this.open = true;
    // An open form is the person's: no answer and no other tab writes into it.
    if (!this.draft || (!this.open && changed.has('vacation'))) this.#begin();
  }
  override updated(changed: Map<string, unknown>): void {
    // What is wrong may stand far above the button: there the person goes on.
    if (!changed.has('problem') || !this.problem) return;
    const said = this.querySelector<HTMLElement>('.field-error');
    const field = said?.closest('.field')?.querySelector<HTMLElement>('input, textarea') ?? said?.previousElementSibling?.querySelector<HTMLElement>('input, textarea');
    field?.focus();
    (field ?? said)?.scrollIntoView({ block: 'center' });
  }
  /** It was saved: what it does now is said where the form was. */
  done(): void {
    if (!this.open) return;
    this.open = false;
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('.vacation-edit')?.focus());
  }
  #begin(): void { this.draft = structuredClone(this.vacation ?? freshVacation()); this.typed = {}; }

  #set(patch: Partial<Vacation>): void { this.draft = { ...this.draft, ...patch }; }
  #save(patch: Partial<Vacation> = {}): void {
    const v = { ...this.draft, ...patch };
    // The day begins and ends where the person lives; in summer that may be another offset than in winter.
    const detail: Vacation = { ...v, zone: v.from || v.until ? zoneOffset(v.from ?? v.until!) : null };
    this.draft = detail;
    this.dispatchEvent(new CustomEvent('vacation-save', { bubbles: true, detail }));
  }

  #problemAt(field: string): TemplateResult | typeof nothing {
    return this.problem?.field === field ? html`<p class="field-error" role="alert">${this.problem.text}</p>` : nothing;
  }

  #date(name: 'from' | 'until'): TemplateResult {
    return html`<label class="field"><span class="field-label">${t(`vacation-${name}`)}</span><input class="input" type="date" .value=${live(this.draft[name] ?? '')} @input=${(e: Event) => this.#set({ [name]: (e.target as HTMLInputElement).value || null })}>${this.#problemAt(name)}</label>`;
  }

  #form(): TemplateResult {
    const d = this.draft;
    return html`<form class="rule-form" @submit=${(e: Event) => { e.preventDefault(); this.#save(); }}>
      <label class="set-switch"><span class="set-switch-text"><span class="option-title">${t('vacation-on')}</span><span class="option-text">${t('vacation-on-hint')}</span></span><input class="switch" type="checkbox" role="switch" data-set="vacation-on" ?disabled=${!this.offered} .checked=${live(d.enabled)} @change=${(e: Event) => this.#set({ enabled: (e.target as HTMLInputElement).checked })}></label>
      <div class="field-pair">${this.#date('from')}${this.#date('until')}</div>
      <label class="field"><span class="field-label">${t('vacation-subject')}</span><input class="input" maxlength="200" .value=${live(d.subject)} @input=${(e: Event) => this.#set({ subject: (e.target as HTMLInputElement).value })}></label>${this.#problemAt('subject')}
      <label class="field"><span class="field-label">${t('vacation-text')}</span><textarea class="textarea" rows="6" maxlength="9000" .value=${live(d.text)} @input=${(e: Event) => this.#set({ text: (e.target as HTMLTextAreaElement).value })}></textarea></label>${this.#problemAt('text')}
      <label class="set-switch"><span class="set-switch-text"><span class="option-title">${t('vacation-once')}</span><span class="option-text">${t('vacation-once-hint')}</span></span><input class="switch" type="checkbox" role="switch" .checked=${live(d.once)} @change=${(e: Event) => this.#set({ once: (e.target as HTMLInputElement).checked })}></label>
      ${d.once ? nothing : html`<label class="field"><span class="field-label">${t('vacation-days')}</span><input class="input rule-size" type="number" min="1" max="365" .value=${live(this.typed.days ?? String(d.days))} @input=${(e: Event) => { const days = (e.target as HTMLInputElement).value; this.typed = { ...this.typed, days }; this.#set({ days: Number(days) }); }}></label>${this.#problemAt('days')}`}
      <label class="field"><span class="field-label">${t('vacation-addresses')}</span><input class="input" .value=${live(this.typed.addresses ?? d.addresses.join(', '))} @input=${(e: Event) => { const addresses = (e.target as HTMLInputElement).value; this.typed = { ...this.typed, addresses }; this.#set({ addresses: addresses.split(/[\s,;]+/).filter(Boolean) }); }}><span class="field-hint">${t('vacation-addresses-hint')}</span></label>${this.#problemAt('addresses')}
      <p class="field-hint">${t('vacation-plain')}</p>
      ${this.#problemAt('zone')}${this.#problemAt('')}
      <div class="button-row"><button type="submit" class="button button-small button-primary" ?disabled=${this.busy}>${t('rule-save')}</button><button type="button" class="button button-small button-quiet" @click=${() => { this.problem = null; this.#begin(); this.open = false; }}>${t('cancel')}</button></div></form>`;
  }

  override render(): TemplateResult {
    const on = this.vacation?.enabled === true;
    return html`<div class="set-card"><div class="set-card-head">${icon('calendar')}<h2>${t('vacation-title')}</h2>
        <span class="saved" role="status">${this.saved ? html`${icon('check')}${t('saved')}` : nothing}</span>
        <button type="button" class="button button-small button-quiet vacation-edit" aria-expanded=${this.open ? 'true' : 'false'} @click=${() => { this.problem = null; if (!this.open) this.#begin(); this.open = !this.open; }}>${t('rule-edit')}</button>
        ${this.open ? nothing : html`<input class="switch" type="checkbox" role="switch" data-set="vacation" aria-label=${t('vacation-title')} ?disabled=${this.busy || !this.offered} .checked=${live(on)} @change=${(e: Event) => { this.#save({ enabled: (e.target as HTMLInputElement).checked }); }}>`}</div>
      ${this.offered ? html`<p class="muted">${t('vacation-hint')}</p>` : html`<p class="note">${t('vacation-not-offered')}</p>`}
      <p class="vacation-state" role="status">${this.offered || on ? stateWords(this.vacation) : nothing}</p>
      ${this.open ? this.#form() : nothing}</div>`;
  }
}
define('wx-vacation', WxVacation);
