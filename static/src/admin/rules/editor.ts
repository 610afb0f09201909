// One rule as a form: who, when, what. Nothing leaves it before it is kept in the draft.
import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, live, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import './chips.ts';
import './filter-builder.ts';
import type { WxSelectors } from './chips.ts';
import { faultOf, tests } from './filter.ts';
import { BOXES, INBOUND, OUTBOUND, boxesOf, boxed, inboundOf, levelsOf, outboundOf, ticked, withInbound, withLevels, withOutbound } from './presets.ts';
import type { Levels } from './presets.ts';
import { fieldWords, levelWords, ruleSentence } from './say.ts';
import { FIELDS, LEVELS } from './types.ts';
import type { FieldName, Level, Rule, Side, Warning } from './types.ts';

const HELPS = { from: 'adm-rule-from-hint', to: 'adm-rule-to-hint', exclude_from: 'adm-rule-exclude-hint', exclude_to: 'adm-rule-exclude-hint' } as const;

export class WxRuleForm extends WxElement {
  static override properties = { rule: { attribute: false }, datasets: { attribute: false }, warnings: { attribute: false }, problem: { attribute: false }, readonly: { type: Boolean }, isNew: { type: Boolean }, form: { state: true }, boxes: { state: true }, fine: { state: true } };
  declare rule: Rule;
  declare datasets: string[];
  declare warnings: readonly Warning[];
  /** What the server refused of this rule: {field, text}. */
  declare problem: { field: string; text: string } | null;
  declare readonly: boolean;
  declare isNew: boolean;
  declare form: Rule;
  declare boxes: boolean;
  declare fine: boolean;

  constructor() { super(); this.datasets = []; this.warnings = []; this.problem = null; this.readonly = this.isNew = this.boxes = this.fine = false; }

  override willUpdate(): void {
    if (this.form) return;
    this.form = structuredClone(this.rule);
    const l = levelsOf(this.form);
    this.fine = outboundOf(l) === null || inboundOf(l) === null || l.validate !== 'inherit' || l.on_partial !== 'inherit';
    this.boxes = boxesOf(l) !== null;
  }

  get #levels(): Levels { return levelsOf(this.form); }
  #set(patch: Partial<Rule>): void { this.form = { ...this.form, ...patch }; }
  #level(l: Levels): void { this.form = withLevels(this.form, l); }
  /** Something was written that is not in the draft yet. */
  dirty(): boolean { return JSON.stringify(this.form) !== JSON.stringify(this.rule); }

  save(): void {
    // What stands half typed in a side counts, or is refused.
    const sides = [...this.querySelectorAll<WxSelectors>('wx-selectors')];
    const wrong = sides.find((s) => !s.commit()) ?? sides.find((s) => s.needed && s.value.length === 0);
    if (wrong) { wrong.querySelector('input')?.focus(); return; }
    if (this.form.filter && tests(this.form.filter).some((x) => faultOf(x, this.datasets) !== null)) { this.querySelector<HTMLElement>('.rl-filter .field-error')?.closest('.rl-test')?.querySelector<HTMLElement>('select')?.focus(); return; }
    const next = { ...this.form };
    for (const side of ['exclude_from', 'exclude_to'] as const) if (next[side]?.length === 0) delete next[side];
    for (const text of ['name', 'note'] as const) if (!next[text]?.trim()) delete next[text];
    if (!next.filter) delete next.filter;
    if (!next.bidirectional) delete next.bidirectional;
    this.dispatchEvent(new CustomEvent('keep', { detail: next }));
  }
  #leave(): void { this.dispatchEvent(new CustomEvent('leave')); }
  #said(path: string): string { const p = this.problem; return p && (p.field === path || p.field.startsWith(`${path}.`) || p.field.startsWith(`${path}[`)) ? p.text : ''; }

  #side(side: Side): TemplateResult {
    return html`<wx-selectors .label=${t(`adm-rule-${side.replaceAll('_', '-')}`)} .hint=${t(HELPS[side])} .value=${this.form[side] ?? []} .datasets=${this.datasets} .problem=${this.#said(side)} ?needed=${side === 'from' || side === 'to'} data-side=${side}
      @selectors=${(e: CustomEvent<string[]>) => this.#set({ [side]: e.detail })}></wx-selectors>`;
  }
  #presets<T extends string>(name: 'out' | 'in', words: readonly T[], now: T | null, pick: (w: T) => void): TemplateResult {
    return html`<fieldset class="rl-presets"><legend class="field-label">${t(`adm-preset-${name}`)}</legend>
      ${words.map((w) => html`<label class="option rl-preset"><input type="radio" class="radio" name=${`preset-${name}`} value=${w} .checked=${live(now === w)} @change=${() => pick(w)}><span class="option-title">${t(`adm-preset-${name}-${w.replaceAll('_', '-')}`)}</span><span class="option-text">${t(`adm-preset-${name}-${w.replaceAll('_', '-')}-hint`)}</span></label>`)}
      ${now === null ? html`<p class="field-hint">${t('adm-preset-own')}</p>` : nothing}</fieldset>`;
  }
  #fields(): TemplateResult {
    const l = this.#levels;
    return html`<div class="rl-fields">${FIELDS.map((f: FieldName) => html`<label class="field"><span class="field-label">${fieldWords(f)}</span><span class="select-wrap rl-select"><select class="select" data-field=${f} @change=${(e: Event) => this.#level({ ...l, [f]: (e.target as HTMLSelectElement).value as Level })}>
      ${LEVELS[f].map((w) => html`<option value=${w} ?selected=${w === l[f]}>${levelWords(f, w)}</option>`)}</select>${icon('chevron-down')}</span></label>`)}</div>`;
  }
  #boxRow(): TemplateResult {
    const l = this.#levels;
    return html`<fieldset class="rl-boxes"><legend class="field-label">${t('adm-boxes')}</legend>${BOXES.map((b) => html`<label class="adm-check"><input type="checkbox" class="check" data-box=${b} .checked=${live(ticked(l[b]))} @change=${(e: Event) => this.#level(boxed(l, b, (e.target as HTMLInputElement).checked))}><span>${fieldWords(b)}</span></label>`)}
      <p class="field-hint">${t(boxesOf(l) ? 'adm-boxes-hint' : 'adm-boxes-more')}</p></fieldset>`;
  }

  override render(): TemplateResult {
    const r = this.form;
    const l = this.#levels;
    const text = (name: 'name' | 'note') => (e: Event) => this.#set({ [name]: (e.target as HTMLInputElement).value });
    const other = this.problem && !['from', 'to', 'exclude_from', 'exclude_to', 'filter'].some((f) => this.#said(f)) ? this.problem.text : '';
    return html`<form class="rl-form" novalidate @submit=${(e: Event) => { e.preventDefault(); this.save(); }} @keydown=${(e: KeyboardEvent) => { if (e.key === 'Escape' && !e.defaultPrevented) { e.stopPropagation(); this.#leave(); } }}>
      <div class="rl-form-head"><button type="button" class="icon-button" aria-label=${t('adm-rule-back')} data-tip=${t('adm-rule-back')} @click=${() => this.#leave()}>${icon('arrow-left')}</button><h1 tabindex="-1">${t(this.isNew ? 'adm-rule-new-title' : 'adm-rule-edit-title')}</h1><code class="muted rl-id">${r.id}</code></div>
      <p class="notice is-info rl-sentence" role="status"><span class="notice-text">${ruleSentence(r)}</span></p>
      ${other ? html`<p class="notice is-bad" role="alert">${icon('circle-alert')}<span class="notice-text">${other}</span></p>` : nothing}
      <fieldset class="rl-all" ?disabled=${this.readonly}>
        <section class="adm-card"><div class="rl-names"><label class="field"><span class="field-label">${t('adm-rule-name')}</span><input class="input" id="rule-name" maxlength="200" autocomplete="off" .value=${live(r.name ?? '')} @input=${text('name')}></label>
          <label class="field"><span class="field-label">${t('adm-rule-priority')}</span><input class="input rl-number" id="rule-priority" type="number" min="1" max="1000000000" step="1" .value=${live(String(r.priority))} @change=${(e: Event) => { const n = (e.target as HTMLInputElement).valueAsNumber; if (Number.isSafeInteger(n) && n >= 1) this.#set({ priority: n }); else this.requestUpdate(); }}></label>
          <label class="rl-switch"><input type="checkbox" class="switch" role="switch" .checked=${live(r.enabled !== false)} @change=${(e: Event) => this.#set({ enabled: (e.target as HTMLInputElement).checked })}><span>${t('adm-rule-enabled')}</span></label></div></section>
        <section class="adm-card"><h2>${t('adm-rule-who')}</h2><div class="rl-sides">${this.#side('from')}${this.#side('to')}</div>
          <label class="adm-check"><input type="checkbox" class="check" id="rule-both" .checked=${live(r.bidirectional === true)} @change=${(e: Event) => this.#set({ bidirectional: (e.target as HTMLInputElement).checked })}><span>${t('adm-rule-bidirectional')}</span></label>
          <details class="rl-more" ?open=${(r.exclude_from?.length ?? 0) + (r.exclude_to?.length ?? 0) > 0}><summary>${t('adm-rule-exceptions')}</summary><div class="rl-sides">${this.#side('exclude_from')}${this.#side('exclude_to')}</div></details></section>
        <section class="adm-card"><h2>${t('adm-rule-filter')}</h2><wx-filter .value=${r.filter ?? null} .datasets=${this.datasets} .problem=${this.#said('filter')} @filter=${(e: CustomEvent) => this.#set({ filter: e.detail })}></wx-filter></section>
        <section class="adm-card"><div class="rl-what-head"><h2>${t('adm-rule-what')}</h2><div class="rl-modes" role="group" aria-label=${t('adm-rule-modes')}>
            <button type="button" class="chip" aria-pressed=${this.boxes ? 'false' : 'true'} @click=${() => { this.boxes = false; }}>${t('adm-rule-by-level')}</button><button type="button" class="chip" aria-pressed=${this.boxes ? 'true' : 'false'} @click=${() => { this.boxes = true; }}>${t('adm-rule-by-box')}</button></div></div>
          ${this.boxes ? this.#boxRow() : html`<div class="rl-sides">${this.#presets('out', OUTBOUND, outboundOf(l), (w) => this.#level(withOutbound(l, w)))}${this.#presets('in', INBOUND, inboundOf(l), (w) => this.#level(withInbound(l, w)))}</div>
          <details class="rl-more" ?open=${this.fine}><summary>${t('adm-rule-fine')}</summary><p class="field-hint">${t('adm-rule-fine-hint')}</p>${this.#fields()}</details>`}</section>
        <section class="adm-card"><label class="field"><span class="field-label">${t('adm-rule-note')}</span><textarea class="textarea" id="rule-note" maxlength="2000" .value=${live(r.note ?? '')} @input=${text('note')}></textarea><span class="field-hint">${t('adm-rule-note-hint')}</span></label></section>
      </fieldset>
      <div class="rl-foot">${this.readonly ? nothing : html`<button type="submit" class="button button-primary">${t('adm-rule-keep')}</button>`}<button type="button" class="button" @click=${() => this.#leave()}>${t(this.readonly ? 'close' : 'cancel')}</button>
        ${this.readonly || this.isNew ? nothing : html`<button type="button" class="button button-quiet rl-foot-end" @click=${() => this.dispatchEvent(new CustomEvent('remove'))}>${icon('trash')}${t('adm-rule-delete')}</button>`}</div>
    </form>`;
  }
}
define('wx-rule-form', WxRuleForm);
