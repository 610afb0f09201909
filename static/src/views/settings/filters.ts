// Settings: filters and the vacation message, kept as one script on the mail server. Every change is checked by that
// server before it counts; a script that is not ours is shown as text.
import '../../core/shared.ts';
import { ApiError, sentence } from '../../api/client.ts';
import * as account from '../../api/account.ts';
import type { Filters, Rule, Vacation } from '../../api/account.ts';
import { define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, live, nothing, repeat } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { confirm } from '../../store/ui.ts';
import { toast } from '../../store/toasts.ts';
import { dialog } from '../parts/dialog.ts';
import { asksForProof, proofFields, proofIn, proofProblem } from './proof.ts';
import type { Proof } from './proof.ts';
import { freshRule, moved, ruleWords } from './rule-words.ts';
import { NEW, answered, kept, matched, putBack } from './rule-list.ts';
import type { Kept } from './rule-list.ts';
import './rule-editor.ts';
import type { WxRuleEditor } from './rule-editor.ts';
import './vacation.ts';
import type { WxVacation } from './vacation.ts';
import { WxSection } from './section.ts';

const CANCELLED = new Error('no password was given');
type Problem = { field: string; text: string } | null;
/** The form of a rule (its id), or where else. */
type Where = number | 'vacation' | 'list' | 'raw';

export class WxFiltersSection extends WxSection {
  static override properties = { ...WxSection.properties, filters: { state: true }, list: { state: true }, failed: { state: true }, editing: { state: true }, problem: { state: true }, busy: { state: true }, dragged: { state: true }, text: { state: true }, asking: { state: true } };
  declare filters: Filters | null;
  declare list: Kept[];
  declare failed: string;
  /** Id of the rule in the form; NEW; null. */
  declare editing: number | null;
  declare problem: { of: Where; what: NonNullable<Problem> } | null;
  declare busy: boolean;
  declare dragged: number | null;
  /** A script as it is being written, and which version of it that began with. */
  declare text: { name: string; script: string; version: string } | null;
  /** The password is asked for: how the answer, or null, goes on. */
  declare asking: { code: boolean; problem: string; answer: (proof: Proof | null) => void } | null;
  #fresh = freshRule();
  constructor() { super(); this.filters = null; this.list = []; this.failed = ''; this.editing = null; this.problem = null; this.busy = false; this.dragged = null; this.text = null; this.asking = null; }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  async #load(): Promise<void> {
    this.failed = '';
    try { this.#show(await account.getFilters(), null); } catch (error) { this.failed = sentence(error); }
  }

  /** sent: the rules this is the answer to. */
  #show(next: Filters, sent: Kept[] | null): void {
    const rules = next.rules ?? [];
    const list = sent ? answered(rules, sent) : matched(rules, this.list);
    if (this.editing !== null && this.editing !== NEW && !list.some((k) => k.id === this.editing)) {
      // Removed by another tab, while it is written here: what was written can be kept as a new rule.
      const draft = sent ? null : this.querySelector<WxRuleEditor>('wx-rule-editor')?.draft;
      if (draft) this.#fresh = draft;
      this.editing = draft ? NEW : null;
    }
    this.filters = next;
    this.list = list;
  }

  async #put(change: account.FilterChange, of: Where, name: string, sent: Kept[] | null = null): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = null;
    try {
      this.#show(await this.#proven(change), sent);
      this.tell(name);
      return true;
    } catch (error) {
      if (error === CANCELLED) { this.requestUpdate(); return false; }
      const e = error instanceof ApiError ? error : null;
      if (e?.code === 'conflict') { toast(t('filters-conflict'), { kind: 'bad' }); await this.#load(); this.#rebase(); }
      // The path of the server: "rules[2].conditions[0].value", "vacation.text", "script".
      const field = (e?.field ?? '').replace(/^rules\[\d+\]\.?/, '').replace(/^vacation\.?/, '');
      this.problem = { of, what: { field, text: e?.field === 'script' && e.message ? e.message : sentence(error) } };
      if (of === 'list') toast(this.problem.what.text, { kind: 'bad' });
      return false;
    } finally { this.busy = false; this.asking = null; }
  }

  /** Asks for the password as long as the server does, or until the person gives up. */
  async #proven(change: account.FilterChange): Promise<Filters> {
    let proof: Proof | null = null;
    for (let code = false; ; ) {
      try { return await account.putFilters(change, proof); } catch (error) {
        if (!asksForProof(error)) throw error;
        const problem: string = proof || (error as ApiError).field === 'code' ? proofProblem(error, code) : '';
        code ||= (error as ApiError).field === 'code';
        this.busy = false;
        proof = await new Promise<Proof | null>((answer) => { this.asking = { code, problem, answer }; });
        if (!proof) throw CANCELLED;
        this.busy = true;
      }
    }
  }

  #dialog(): TemplateResult | typeof nothing {
    const a = this.asking;
    if (!a) return nothing;
    const close = (): void => { if (!this.busy) { this.asking = null; a.answer(null); } };
    return dialog({
      title: t('forward-title'), close, submit: () => { if (!this.busy) a.answer(proofIn(this, 'forward')); },
      body: html`<p>${t('forward-ask')}</p>${proofFields('forward', a.code, a.problem)}`,
      foot: html`<button type="button" class="button button-quiet" @click=${close}>${t('cancel')}</button><button type="submit" class="button button-primary" ?disabled=${this.busy}>${t('forward-do')}</button>`,
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.asking?.answer(null);
  }

  /** The person has been told that the script is another one now: saving again is meant. */
  #rebase(): void {
    const raw = this.filters?.raw;
    if (this.text && raw?.name === this.text.name) this.text = { ...this.text, version: raw.version };
  }

  #putRules(list: Kept[], of: number | 'list', name: string, more: { take_over?: boolean } = {}): Promise<boolean> {
    return this.#put({ rules: list.map((k) => k.rule), vacation: this.filters?.vacation ?? null, version: this.filters?.version ?? '', ...more }, of, name, list);
  }
  #with(id: number, rule: Rule): Kept[] { return this.list.map((k) => (k.id === id ? { id, rule } : k)); }

  async #saveRule(id: number, rule: Rule): Promise<void> {
    const made = id === NEW ? kept(rule) : null;
    if (await this.#putRules(made ? [...this.list, made] : this.#with(id, rule), id, `rule-${made?.id ?? id}`)) this.editing = null;
  }

  #move(from: number, to: number): void {
    void this.#putRules(moved(this.list, from, to), 'list', `rule-${this.list[from]?.id}`).then((ok) => {
      if (ok) void this.updateComplete.then(() => this.querySelector<HTMLElement>(`[data-rule="${to}"] .rule-edit`)?.focus());
    });
  }

  #remove(k: Kept, at: number): void {
    void this.#putRules(this.list.filter((x) => x.id !== k.id), 'list', 'rules').then((ok) => {
      if (ok) toast(t('rule-removed'), { action: { label: t('undo'), run: () => { void this.#putRules(putBack(this.list, k, at), 'list', `rule-${k.id}`); } } });
    });
  }

  #vacation(v: Vacation): void {
    void this.#put({ rules: this.list.map((k) => k.rule), vacation: v, version: this.filters?.version ?? '' }, 'vacation', 'vacation', this.list).then((ok) => { if (ok) this.querySelector<WxVacation>('wx-vacation')?.done(); });
  }

  #editor(rule: Rule, id: number): TemplateResult {
    return html`<wx-rule-editor .rule=${rule} .extensions=${this.filters?.extensions ?? []} .busy=${this.busy} .problem=${this.problem?.of === id ? this.problem.what : null}
      @rule-save=${(e: CustomEvent<Rule>) => void this.#saveRule(id, e.detail)} @rule-cancel=${() => { this.editing = null; this.problem = null; }}></wx-rule-editor>`;
  }

  #rule(k: Kept, at: number, n: number): TemplateResult {
    const { id, rule: r } = k;
    const name = r.name || t('rule-unnamed', { n: at + 1 });
    const drop = (e: DragEvent): void => { e.preventDefault(); if (this.dragged !== null && this.dragged !== at) this.#move(this.dragged, at); this.dragged = null; };
    return html`<li class="set-card rule-card ${r.enabled ? '' : 'is-off'} ${this.dragged === at ? 'is-dragged' : ''}" data-rule=${at} @dragover=${(e: DragEvent) => { if (this.dragged !== null) e.preventDefault(); }} @drop=${drop}>
      <div class="set-card-head"><span class="rule-grip" draggable="true" aria-hidden="true" @dragstart=${(e: DragEvent) => { this.dragged = at; e.dataTransfer?.setData('text/plain', ''); }} @dragend=${() => { this.dragged = null; }}>${icon('grip-vertical')}</span>
        <div class="rule-what"><h3><bdi>${name}</bdi></h3><p class="muted">${ruleWords(r)}</p></div>${this.mark(`rule-${id}`)}
        <button type="button" class="icon-button" ?disabled=${at === 0 || this.busy} aria-label=${t('rule-up', { name })} data-tip=${t('rule-up-tip')} @click=${() => this.#move(at, at - 1)}>${icon('chevron-up')}</button>
        <button type="button" class="icon-button" ?disabled=${at === n - 1 || this.busy} aria-label=${t('rule-down', { name })} data-tip=${t('rule-down-tip')} @click=${() => this.#move(at, at + 1)}>${icon('chevron-down')}</button>
        <button type="button" class="icon-button rule-edit" aria-label=${t('rule-edit-name', { name })} data-tip=${t('rule-edit')} aria-expanded=${this.editing === id ? 'true' : 'false'} @click=${() => { this.editing = this.editing === id ? null : id; this.problem = null; }}>${icon('pen-line')}</button>
        <button type="button" class="icon-button" aria-label=${t('rule-remove', { name })} data-tip=${t('rule-remove-tip')} ?disabled=${this.busy} @click=${() => this.#remove(k, at)}>${icon('trash')}</button>
        <input class="switch" type="checkbox" role="switch" aria-label=${t('rule-on', { name })} ?disabled=${this.busy} .checked=${live(r.enabled)} @change=${(e: Event) => void this.#putRules(this.#with(id, { ...r, enabled: (e.target as HTMLInputElement).checked }), 'list', `rule-${id}`)}></div>
      ${this.editing === id ? this.#editor(r, id) : nothing}</li>`;
  }

  #visual(): TemplateResult {
    const rules = this.list;
    return html`<wx-vacation .vacation=${this.filters?.vacation ?? null} .busy=${this.busy} .offered=${this.filters?.extensions?.includes('vacation') === true} .saved=${this.saved === 'vacation'} .problem=${this.problem?.of === 'vacation' ? this.problem.what : null} @vacation-save=${(e: CustomEvent<Vacation>) => this.#vacation(e.detail)}></wx-vacation>
      <div class="set-group"><h2 class="set-legend" id="rules-title">${t('rules-title')}${this.mark('rules')}</h2><p class="field-hint">${t('rules-hint')}</p>
        ${rules.length ? html`<ol class="card-list" aria-labelledby="rules-title">${repeat(rules, (k) => k.id, (k, at) => this.#rule(k, at, rules.length))}</ol>` : this.editing === null ? html`<p class="muted">${t('rules-none')}</p>` : nothing}
        ${this.editing === NEW ? html`<div class="set-card">${this.#editor(this.#fresh, NEW)}</div>` : html`<button type="button" class="button button-small set-inline" @click=${() => { this.#fresh = freshRule(); this.editing = NEW; this.problem = null; }}>${icon('plus')}${t('rule-add')}</button>`}</div>`;
  }

  async #takeOver(): Promise<void> {
    if (await confirm({ title: t('filters-take-over'), text: t('filters-take-over-text'), action: t('filters-take-over-do') })) void this.#putRules(this.list, 'list', 'rules', { take_over: true });
  }

  #raw(raw: NonNullable<Filters['raw']>): TemplateResult {
    const text = this.text?.name === raw.name ? this.text : raw;
    const p = this.problem?.of === 'raw' ? this.problem.what : null;
    return html`<div class="note">${icon('info')}<div><p>${t(this.filters?.mode === 'changed' ? 'filters-changed' : 'filters-foreign', { name: raw.name })}</p></div></div>
      <form class="rule-form" @submit=${(e: Event) => { e.preventDefault(); void this.#put({ name: text.name, script: text.script, version: text.version, activate: true }, 'raw', 'raw').then((ok) => { if (ok) this.text = null; }); }}>
        <label class="field"><span class="field-label">${t('filters-script', { name: raw.name })}${this.mark('raw')}</span><textarea class="textarea mono script-text" rows="18" spellcheck="false" aria-describedby=${p ? 'script-problem' : 'script-hint'} .value=${live(text.script)} @input=${(e: Event) => { this.text = { ...text, script: (e.target as HTMLTextAreaElement).value }; }}></textarea></label>
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
    return html`<h1>${t('settings-filters')}</h1>${body}${this.#dialog()}`;
  }
}
define('wx-settings-filters', WxFiltersSection);
