// One filter as a form: conditions, actions, a name. Nothing leaves the form before it is saved.
import type { ActionType, Condition, Rule, RuleAction } from '../../api/account.ts';
import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, live, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { folders } from '../../store/folders.ts';
import { labels } from '../../store/labels.ts';
import { folderChoices } from './rule-folders.ts';
import { ACTIONS, FIELDS, NEEDS, fieldOf, key, opsOf, takesValue, withField } from './rule-words.ts';

const MOST_CONDITIONS = 20;
const MOST_ACTIONS = 10;

export class WxRuleEditor extends WxElement {
  static override properties = { rule: { attribute: false }, extensions: { attribute: false }, problem: { attribute: false }, busy: { attribute: false }, draft: { state: true } };
  declare rule: Rule;
  declare extensions: string[];
  declare problem: { field: string; text: string } | null;
  declare busy: boolean;
  declare draft: Rule;

  /** An element is a form that was opened: what happens to the rule meanwhile does not write into it. */
  override willUpdate(): void { this.draft ??= structuredClone(this.rule); }

  #set(patch: Partial<Rule>): void { this.draft = { ...this.draft, ...patch }; }
  #condition(at: number, c: Condition): void { this.#set({ conditions: this.draft.conditions.map((x, i) => (i === at ? c : x)) }); }
  #action(at: number, a: RuleAction): void { this.#set({ actions: this.draft.actions.map((x, i) => (i === at ? a : x)) }); }
  #can(word: string): boolean { return !NEEDS[word] || this.extensions.includes(NEEDS[word]); }
  #send(type: 'rule-save' | 'rule-cancel'): void { this.dispatchEvent(new CustomEvent(type, { bubbles: true, detail: this.draft })); }

  #select(label: string, value: string, options: { value: string; title: string; off?: boolean }[], pick: (v: string) => void): TemplateResult {
    return html`<span class="select-wrap rule-select"><select class="select" aria-label=${label} .value=${live(value)} @change=${(e: Event) => pick((e.target as HTMLSelectElement).value)}>
      ${options.map((o) => html`<option value=${o.value} ?selected=${o.value === value} ?disabled=${o.off === true}>${o.title}</option>`)}</select>${icon('chevron-down')}</span>`;
  }

  #problemAt(path: string): TemplateResult | typeof nothing {
    const p = this.problem;
    return p && (p.field === path || p.field.startsWith(`${path}.`)) ? html`<p class="field-error" role="alert">${p.text}</p>` : nothing;
  }

  #conditionRow(c: Condition, at: number): TemplateResult {
    const field = fieldOf(c);
    const text = (v: string): void => this.#condition(at, { ...c, value: v });
    return html`<li class="rule-row">
      ${this.#select(t('rule-field'), field, FIELDS.map((f) => ({ value: f, title: t(`rule-field-${f}`), off: !this.#can(f) })), (v) => this.#condition(at, withField(c, v)))}
      ${field === 'header' ? html`<input class="input rule-header" aria-label=${t('rule-header-name')} placeholder="X-Header" maxlength="64" .value=${live(c.field.slice(7))} @input=${(e: Event) => this.#condition(at, { ...c, field: `header:${(e.target as HTMLInputElement).value.trim()}` })}>` : nothing}
      ${this.#select(t('rule-op'), c.op, opsOf(field).map((o) => ({ value: o, title: t(`rule-op-${key(o)}`) })), (v) => this.#condition(at, { ...c, op: v as Condition['op'] }))}
      ${field === 'attachment' ? nothing : field === 'size'
        ? html`<input class="input rule-size" type="number" min="1" max="1000000" aria-label=${t('rule-size')} .value=${live(String(c.value))} @input=${(e: Event) => this.#condition(at, { ...c, value: Number((e.target as HTMLInputElement).value) })}><span>KB</span>`
        : html`<input class="input rule-value" aria-label=${t('rule-value')} maxlength="500" .value=${live(String(c.value ?? ''))} @input=${(e: Event) => text((e.target as HTMLInputElement).value)}>`}
      <button type="button" class="icon-button" aria-label=${t('rule-condition-remove')} data-tip=${t('rule-condition-remove')} @click=${() => this.#set({ conditions: this.draft.conditions.filter((_, i) => i !== at) })}>${icon('x')}</button>
      ${this.#problemAt(`conditions[${at}]`)}</li>`;
  }

  #value(a: RuleAction, at: number): TemplateResult | typeof nothing {
    const set = (value: string): void => this.#action(at, { ...a, value });
    if (a.type === 'forward') return html`<input class="input rule-value" type="email" aria-label=${t('rule-address')} maxlength="254" .value=${live(a.value ?? '')} @input=${(e: Event) => set((e.target as HTMLInputElement).value.trim())}>`;
    if (a.type === 'label') return this.#select(t('rule-label'), a.value ?? '', [{ value: '', title: t('rule-choose') }, ...labels.value.map((l) => ({ value: l.keyword, title: l.name }))], set);
    if (a.type !== 'move' && a.type !== 'copy') return nothing;
    const choices = folderChoices(folders.value);
    // A folder that is gone stays visible, so that it is not changed unseen.
    const gone = a.value && !choices.some((c) => c.value === a.value) ? [{ value: a.value, title: t('rule-folder-gone', { name: a.value }) }] : [];
    return this.#select(t('rule-folder'), a.value ?? '', [{ value: '', title: t('rule-choose') }, ...gone, ...choices], set);
  }

  #actionRow(a: RuleAction, at: number): TemplateResult {
    return html`<li class="rule-row">
      ${this.#select(t('rule-action'), a.type, ACTIONS.map((x) => ({ value: x, title: t(`rule-action-${x}`), off: !this.#can(x) })), (v) => this.#action(at, takesValue(v as ActionType) ? { type: v as ActionType, value: '' } : { type: v as ActionType }))}
      ${this.#value(a, at)}
      <button type="button" class="icon-button" aria-label=${t('rule-action-remove')} data-tip=${t('rule-action-remove')} @click=${() => this.#set({ actions: this.draft.actions.filter((_, i) => i !== at) })}>${icon('x')}</button>
      ${a.type === 'forward' ? html`<p class="field-hint">${t('rule-forward-hint')}</p>` : a.type === 'discard' ? html`<p class="field-hint">${t('rule-discard-hint')}</p>` : nothing}${this.#problemAt(`actions[${at}]`)}</li>`;
  }

  override render(): TemplateResult {
    const d = this.draft;
    const named = (words: string, path: string): TemplateResult => html`<span class="set-legend">${words}</span>${this.#problemAt(path)}`;
    return html`<form class="rule-form" @submit=${(e: Event) => { e.preventDefault(); this.#send('rule-save'); }} @keydown=${(e: KeyboardEvent) => { if (e.key === 'Escape') { e.stopPropagation(); this.#send('rule-cancel'); } }}>
      <label class="field"><span class="field-label">${t('rule-name')}</span><input class="input" id="rule-name" maxlength="100" .value=${live(d.name)} @input=${(e: Event) => this.#set({ name: (e.target as HTMLInputElement).value })}></label>
      <div class="set-group">${named(t('rule-if'), 'match')}
        ${d.conditions.length > 1 ? this.#select(t('rule-match'), d.match, [{ value: 'all', title: t('rule-match-all') }, { value: 'any', title: t('rule-match-any') }], (v) => this.#set({ match: v as Rule['match'] })) : nothing}
        ${d.conditions.length ? nothing : html`<p class="field-hint">${t('rule-always')}</p>`}
        <ul class="rule-rows">${d.conditions.map((c, i) => this.#conditionRow(c, i))}</ul>
        ${d.conditions.length < MOST_CONDITIONS ? html`<button type="button" class="button button-small button-quiet set-inline" @click=${() => this.#set({ conditions: [...d.conditions, { field: 'subject', op: 'contains', value: '' }] })}>${icon('plus')}${t('rule-condition-add')}</button>` : nothing}</div>
      <div class="set-group">${named(t('rule-then'), 'actions')}
        <ul class="rule-rows">${d.actions.map((a, i) => this.#actionRow(a, i))}</ul>
        ${d.actions.length < MOST_ACTIONS ? html`<button type="button" class="button button-small button-quiet set-inline" @click=${() => this.#set({ actions: [...d.actions, { type: 'read' }] })}>${icon('plus')}${t('rule-action-add')}</button>` : nothing}</div>
      <label class="set-switch"><span class="set-switch-text"><span class="option-title">${t('rule-stop')}</span><span class="option-text">${t('rule-stop-hint')}</span></span><input class="switch" type="checkbox" role="switch" .checked=${live(d.stop)} @change=${(e: Event) => this.#set({ stop: (e.target as HTMLInputElement).checked })}></label>
      ${this.problem && !/^(?:conditions|actions|match)/.test(this.problem.field) ? html`<p class="note note-bad rule-problem" role="alert">${this.problem.text}</p>` : nothing}
      <div class="button-row"><button type="submit" class="button button-small button-primary" ?disabled=${this.busy}>${t('rule-save')}</button><button type="button" class="button button-small button-quiet" @click=${() => this.#send('rule-cancel')}>${t('cancel')}</button></div></form>`;
  }
}
define('wx-rule-editor', WxRuleEditor);
