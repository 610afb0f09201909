// A filter as nested groups: all of, any of, none of; each condition a field, an operation and a value.
import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, live, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { FIELD_NAMES, MOST_DEPTH, MOST_TESTS, add, asGroup, faultOf, groupOf, isTest, kindOf, newTest, opsOf, partsOf, put, tests, unwrap, withField, withOp } from './filter.ts';
import type { FieldKind, Group, Path } from './filter.ts';
import { filterWords } from './say.ts';
import type { Filter, FilterOp, FilterTest } from './types.ts';

export class WxFilter extends WxElement {
  static override properties = { value: { attribute: false }, datasets: { attribute: false }, problem: {} };
  declare value: Filter | null;
  declare datasets: string[];
  declare problem: string;
  constructor() { super(); this.value = null; this.datasets = []; this.problem = ''; }

  #change(next: Filter | null): void { this.value = next; this.dispatchEvent(new CustomEvent('filter', { detail: next })); }
  #put(path: Path, next: Filter | null): void { if (this.value) this.#change(put(this.value, path, next)); }

  #select(label: string, value: string, options: readonly (readonly [string, string])[], pick: (v: string) => void): TemplateResult {
    return html`<span class="select-wrap rl-select"><select class="select" aria-label=${label} @change=${(e: Event) => pick((e.target as HTMLSelectElement).value)}>${options.map(([v, words]) => html`<option value=${v} ?selected=${v === value}>${words}</option>`)}</select>${icon('chevron-down')}</span>`;
  }
  #value(x: FilterTest, path: Path): TemplateResult | typeof nothing {
    const kind = kindOf(x.field);
    const set = (value: FilterTest['value']): void => this.#put(path, { ...x, value });
    if (kind === 'has_attachment') return this.#select(t('adm-filter-value'), String(x.value), [['true', t('adm-value-yes')], ['false', t('adm-value-no')]], (v) => set(v === 'true'));
    if (x.op === 'in_dataset' || x.op === 'contains_word_of') {
      const known = this.datasets.includes(String(x.value));
      return this.#select(t('adm-filter-list'), String(x.value), [...(known ? [] : [[String(x.value), x.value === '' ? t('adm-filter-choose') : t('adm-filter-gone', { name: String(x.value) })] as const]), ...this.datasets.map((d) => [d, d] as const)], set);
    }
    if (kind === 'size') return html`<input class="input rl-number" type="number" min="0" step="1" aria-label=${t('adm-filter-bytes')} .value=${live(String(x.value))} @change=${(e: Event) => set((e.target as HTMLInputElement).valueAsNumber)}><span class="muted">${t('adm-filter-bytes')}</span>`;
    return html`<input class="input rl-text" maxlength="1000" aria-label=${t('adm-filter-value')} .value=${live(String(x.value))} @change=${(e: Event) => set((e.target as HTMLInputElement).value)}>`;
  }
  #test(x: FilterTest, path: Path): TemplateResult {
    const kind = kindOf(x.field);
    const fault = faultOf(x, this.datasets);
    return html`<div class="rl-test" role="group" aria-label=${t('adm-filter-condition')}>
      ${this.#select(t('adm-filter-field'), kind, FIELD_NAMES.map((f) => [f, f === 'header' ? t('adm-filter-header-any') : t(`adm-filter-${f.replaceAll('_', '-')}`)] as const), (v) => this.#put(path, withField(x, v as FieldKind)))}
      ${kind === 'header' ? html`<input class="input rl-header mono" maxlength="100" spellcheck="false" aria-label=${t('adm-filter-header-name')} .value=${live(x.field.slice(7))} @change=${(e: Event) => this.#put(path, { ...x, field: `header:${(e.target as HTMLInputElement).value.trim()}` })}>` : nothing}
      ${kind === 'has_attachment' ? nothing : this.#select(t('adm-filter-op'), x.op, opsOf(kind).map((o) => [o, t(`adm-filter-op-${o.replaceAll('_', '-')}`)] as const), (v) => this.#put(path, withOp(x, v as FilterOp, this.datasets)))}
      ${this.#value(x, path)}
      <button type="button" class="icon-button is-small" aria-label=${t('adm-filter-remove')} data-tip=${t('adm-filter-remove')} @click=${() => this.#put(path, null)}>${icon('x')}</button>
      ${fault ? html`<span class="field-error">${t(`adm-filter-fault-${fault}`)}</span>` : nothing}</div>`;
  }
  #node(f: Filter, path: Path): TemplateResult {
    if (isTest(f)) return this.#test(f, path);
    const group = groupOf(f)!;
    const parts = partsOf(f);
    const room = path.length < MOST_DEPTH - 1 && tests(this.value!).length < MOST_TESTS;
    return html`<div class="rl-group" role="group" aria-label=${t(`adm-filter-group-${group}`)}>
      <div class="rl-group-head">${this.#select(t('adm-filter-group'), group, (['all', 'any', 'not'] as const).map((g) => [g, t(`adm-filter-group-${g}`)] as const), (v) => this.#change(asGroup(this.value!, path, v as Group)))}
        ${parts.length === 1 ? html`<button type="button" class="button button-small button-quiet" @click=${() => this.#change(unwrap(this.value!, path))}>${t('adm-filter-unwrap')}</button>` : nothing}
        <button type="button" class="icon-button is-small" aria-label=${t('adm-filter-remove-group')} data-tip=${t('adm-filter-remove-group')} @click=${() => this.#put(path, null)}>${icon('x')}</button></div>
      <div class="rl-parts">${parts.map((p, i) => this.#node(p, [...path, i]))}</div>
      ${group !== 'not' && room ? html`<div class="rl-quick"><button type="button" class="button button-small button-quiet" @click=${() => this.#change(add(this.value, path, newTest()))}>${icon('plus')}${t('adm-filter-add')}</button>
        <button type="button" class="button button-small button-quiet" @click=${() => this.#change(add(this.value, path, { [group === 'all' ? 'any' : 'all']: [newTest()] } as unknown as Filter))}>${icon('plus')}${t('adm-filter-add-group')}</button></div>` : nothing}</div>`;
  }

  override render(): TemplateResult {
    const f = this.value;
    return html`<div class="rl-filter">${f ? html`${this.#node(f, [])}
        ${isTest(f) ? html`<div class="rl-quick"><button type="button" class="button button-small button-quiet" @click=${() => this.#change(add(f, [], newTest()))}>${icon('plus')}${t('adm-filter-add')}</button>
          <button type="button" class="button button-small button-quiet" @click=${() => this.#change(asGroup(f, [], 'not'))}>${t('adm-filter-negate')}</button></div>` : nothing}
        <p class="field-hint rl-said">${filterWords(f)}</p>`
      : html`<p class="field-hint">${t('adm-filter-none')}</p><div class="rl-quick"><button type="button" class="button button-small" @click=${() => this.#change(newTest())}>${icon('list-filter')}${t('adm-filter-first')}</button></div>`}
      ${this.problem ? html`<p class="field-error" role="alert">${this.problem}</p>` : nothing}</div>`;
  }
}
define('wx-filter', WxFilter);
