// Settings: filters and the vacation message, kept as one script on the mail server. Every change is checked by that
// server before it counts; a script that is not ours is shown as text.
import '../../core/shared.ts';
import { ApiError, sentence } from '../../api/client.ts';
import * as account from '../../api/account.ts';
import type { Filters, Rule, Vacation } from '../../api/account.ts';
import { define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, live, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { confirm } from '../../store/ui.ts';
import { toast } from '../../store/toasts.ts';
import { freshRule, moved, ruleWords } from './rule-words.ts';
import './rule-editor.ts';
import './vacation.ts';
import { WxSection } from './section.ts';

type Problem = { field: string; text: string } | null;

export class WxFiltersSection extends WxSection {
  static override properties = { ...WxSection.properties, filters: { state: true }, failed: { state: true }, editing: { state: true }, problem: { state: true }, busy: { state: true }, dragged: { state: true }, text: { state: true } };
  declare filters: Filters | null;
  declare failed: string;
  /** The rule in the form: its place, or the number of rules for a new one; 'vacation': a problem of that; null. */
  declare editing: number | null;
  declare problem: { of: number | 'vacation' | 'list' | 'raw'; what: NonNullable<Problem> } | null;
  declare busy: boolean;
  declare dragged: number | null;
  declare text: string | null;
  /** The same object while its form is open: another one would begin the form anew. */
  #fresh = freshRule();
  constructor() { super(); this.filters = null; this.failed = ''; this.editing = null; this.problem = null; this.busy = false; this.dragged = null; this.text = null; }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  async #load(): Promise<void> {
    this.failed = '';
    try { this.filters = await account.getFilters(); } catch (error) { this.failed = sentence(error); }
  }

  #rules(): Rule[] { return this.filters?.rules ?? []; }

  async #put(change: account.FilterChange, of: number | 'vacation' | 'list' | 'raw', name: string): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = null;
    try {
      this.filters = await account.putFilters(change);
      this.tell(name);
      return true;
    } catch (error) {
      const e = error instanceof ApiError ? error : null;
      if (e?.code === 'conflict') { toast(t('filters-conflict'), { kind: 'bad' }); void this.#load(); }
      // The path of the server: "rules[2].conditions[0].value", "vacation.text", "script".
      const field = (e?.field ?? '').replace(/^rules\[\d+\]\.?/, '').replace(/^vacation\.?/, '');
      this.problem = { of, what: { field, text: e?.field === 'script' && e.message ? e.message : sentence(error) } };
      if (of === 'list') toast(this.problem.what.text, { kind: 'bad' });
      return false;
    } finally { this.busy = false; }
  }

  #putRules(rules: Rule[], of: number | 'list', name: string, more: { take_over?: boolean } = {}): Promise<boolean> {
    return this.#put({ rules, vacation: this.filters?.vacation ?? null, version: this.filters?.version ?? '', ...more }, of, name);
  }

  async #saveRule(at: number, rule: Rule): Promise<void> {
    const rules = this.#rules();
    if (await this.#putRules(at < rules.length ? rules.map((r, i) => (i === at ? rule : r)) : [...rules, rule], at, `rule-${at}`)) this.editing = null;
  }

  #move(from: number, to: number): void {
    this.editing = null;
    void this.#putRules(moved(this.#rules(), from, to), 'list', `rule-${to}`).then((ok) => {
      if (ok) void this.updateComplete.then(() => this.querySelector<HTMLElement>(`[data-rule="${to}"] .rule-edit`)?.focus());
    });
  }

  #remove(at: number): void {
    const before = this.#rules();
    void this.#putRules(before.filter((_, i) => i !== at), 'list', 'rules').then((ok) => {
      if (ok) toast(t('rule-removed'), { action: { label: t('undo'), run: () => { void this.#putRules(before, 'list', `rule-${at}`); } } });
    });
  }

  #vacation(v: Vacation): void {
    void this.#put({ rules: this.#rules(), vacation: v, version: this.filters?.version ?? '' }, 'vacation', 'vacation');
  }

  #editor(rule: Rule, at: number): TemplateResult {
    return html`<wx-rule-editor .rule=${rule} .extensions=${this.filters?.extensions ?? []} .busy=${this.busy} .problem=${this.problem?.of === at ? this.problem.what : null}
      @rule-save=${(e: CustomEvent<Rule>) => void this.#saveRule(at, e.detail)} @rule-cancel=${() => { this.editing = null; this.problem = null; }}></wx-rule-editor>`;
  }

  #rule(r: Rule, at: number, n: number): TemplateResult {
    const name = r.name || t('rule-unnamed', { n: at + 1 });
    const drop = (e: DragEvent): void => { e.preventDefault(); if (this.dragged !== null && this.dragged !== at) this.#move(this.dragged, at); this.dragged = null; };
    return html`<li class="set-card rule-card ${r.enabled ? '' : 'is-off'} ${this.dragged === at ? 'is-dragged' : ''}" data-rule=${at} @dragover=${(e: DragEvent) => { if (this.dragged !== null) e.preventDefault(); }} @drop=${drop}>
      <div class="set-card-head"><span class="rule-grip" draggable="true" aria-hidden="true" @dragstart=${(e: DragEvent) => { this.dragged = at; e.dataTransfer?.setData('text/plain', ''); }} @dragend=${() => { this.dragged = null; }}>${icon('grip-vertical')}</span>
        <div class="rule-what"><h3><bdi>${name}</bdi></h3><p class="muted">${ruleWords(r)}</p></div>${this.mark(`rule-${at}`)}
        <button type="button" class="icon-button" ?disabled=${at === 0 || this.busy} aria-label=${t('rule-up', { name })} data-tip=${t('rule-up-tip')} @click=${() => this.#move(at, at - 1)}>${icon('chevron-up')}</button>
        <button type="button" class="icon-button" ?disabled=${at === n - 1 || this.busy} aria-label=${t('rule-down', { name })} data-tip=${t('rule-down-tip')} @click=${() => this.#move(at, at + 1)}>${icon('chevron-down')}</button>
        <button type="button" class="icon-button rule-edit" aria-label=${t('rule-edit-name', { name })} data-tip=${t('rule-edit')} aria-expanded=${this.editing === at ? 'true' : 'false'} @click=${() => { this.editing = this.editing === at ? null : at; this.problem = null; }}>${icon('pen-line')}</button>
        <button type="button" class="icon-button" aria-label=${t('rule-remove', { name })} data-tip=${t('rule-remove-tip')} ?disabled=${this.busy} @click=${() => this.#remove(at)}>${icon('trash')}</button>
        <input class="switch" type="checkbox" role="switch" aria-label=${t('rule-on', { name })} ?disabled=${this.busy} .checked=${live(r.enabled)} @change=${(e: Event) => void this.#putRules(this.#rules().map((x, i) => (i === at ? { ...x, enabled: (e.target as HTMLInputElement).checked } : x)), 'list', `rule-${at}`)}></div>
      ${this.editing === at ? this.#editor(r, at) : nothing}</li>`;
  }

  #visual(): TemplateResult {
    const rules = this.#rules();
    return html`<wx-vacation .vacation=${this.filters?.vacation ?? null} .busy=${this.busy} .offered=${this.filters?.extensions?.includes('vacation') === true} .saved=${this.saved === 'vacation'} .problem=${this.problem?.of === 'vacation' ? this.problem.what : null} @vacation-save=${(e: CustomEvent<Vacation>) => this.#vacation(e.detail)}></wx-vacation>
      <div class="set-group"><h2 class="set-legend" id="rules-title">${t('rules-title')}${this.mark('rules')}</h2><p class="field-hint">${t('rules-hint')}</p>
        ${rules.length ? html`<ol class="card-list" aria-labelledby="rules-title">${rules.map((r, at) => this.#rule(r, at, rules.length))}</ol>` : this.editing === null ? html`<p class="muted">${t('rules-none')}</p>` : nothing}
        ${this.editing === rules.length ? html`<div class="set-card">${this.#editor(this.#fresh, rules.length)}</div>` : html`<button type="button" class="button button-small set-inline" @click=${() => { this.#fresh = freshRule(); this.editing = rules.length; this.problem = null; }}>${icon('plus')}${t('rule-add')}</button>`}</div>`;
  }

  async #takeOver(): Promise<void> {
    if (await confirm({ title: t('filters-take-over'), text: t('filters-take-over-text'), action: t('filters-take-over-do') })) void this.#putRules(this.#rules(), 'list', 'rules', { take_over: true });
  }

  #raw(raw: { name: string; script: string }): TemplateResult {
    const p = this.problem?.of === 'raw' ? this.problem.what : null;
    return html`<div class="note">${icon('info')}<div><p>${t(this.filters?.mode === 'changed' ? 'filters-changed' : 'filters-foreign', { name: raw.name })}</p></div></div>
      <form class="rule-form" @submit=${(e: Event) => { e.preventDefault(); void this.#put({ name: raw.name, script: this.text ?? raw.script, activate: true }, 'raw', 'raw').then((ok) => { if (ok) this.text = null; }); }}>
        <label class="field"><span class="field-label">${t('filters-script', { name: raw.name })}${this.mark('raw')}</span><textarea class="textarea mono script-text" rows="18" spellcheck="false" aria-describedby=${p ? 'script-problem' : 'script-hint'} .value=${live(this.text ?? raw.script)} @input=${(e: Event) => { this.text = (e.target as HTMLTextAreaElement).value; }}></textarea></label>
        <p class="field-hint" id="script-hint">${t('filters-script-hint')}</p>
        ${p ? html`<pre class="note note-bad script-problem" id="script-problem" role="alert">${p.text}</pre>` : nothing}
        <div class="button-row"><button type="submit" class="button button-small button-primary" ?disabled=${this.busy}>${t('filters-script-save')}</button><button type="button" class="button button-small" ?disabled=${this.busy} @click=${() => void this.#takeOver()}>${t('filters-take-over')}</button></div></form>`;
  }

  #others(): TemplateResult | typeof nothing {
    const list = (this.filters?.scripts ?? []).filter((s) => !s.active && (!s.ours || this.filters?.mode !== 'visual'));
    if (!list.length) return nothing;
    return html`<div class="set-group"><span class="set-legend">${t('filters-others')}</span><p class="field-hint">${t('filters-others-hint')}</p><ul class="plain-list">${list.map((s) => html`<li class="set-row"><bdi>${s.ours ? t('filters-ours') : s.name}</bdi>
      <button type="button" class="button button-small" ?disabled=${this.busy} @click=${() => { this.text = null; void this.#put({ active: s.name }, 'list', 'rules'); }}>${t('filters-activate')}</button></li>`)}</ul></div>`;
  }

  override render(): TemplateResult {
    const f = this.filters;
    const body = this.failed ? html`<p class="note note-bad" role="alert">${this.failed}</p><button type="button" class="button button-small set-inline" @click=${() => void this.#load()}>${t('retry')}</button>`
      : !f ? html`<p class="muted" role="status">${t('loading')}</p>`
        : !f.supported ? html`<p class="note">${t('filters-not-offered')}</p>`
          : html`${f.raw ? this.#raw(f.raw) : this.#visual()}${this.#others()}`;
    return html`<h1>${t('settings-filters')}</h1>${body}`;
  }
}
define('wx-settings-filters', WxFiltersSection);
