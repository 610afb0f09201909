// What stands beside the rules: data sets, what counts where no rule says anything, and words in the subject that are a wish.
import { WxElement, define } from '../../core/element.ts';
import { count } from '../../core/format.ts';
import { foreign } from '../../core/foreign.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, live, nothing, repeat } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { toast } from '../../store/toasts.ts';
import { confirmed } from '../parts/dialog.ts';
import { formDialog } from '../parts/form.ts';
import { emptyState } from '../parts/small.ts';
import type { Draft } from './draft.ts';
import { tests } from './filter.ts';
import { fieldWords, levelWords } from './say.ts';
import { BUILTIN, FIELDS, LEVELS } from './types.ts';
import type { FieldName, Level, Rule, RuleDocument } from './types.ts';

const SIDES = ['from', 'to', 'exclude_from', 'exclude_to'] as const;
export function usesList(r: Rule, name: string): boolean {
  return SIDES.some((s) => r[s]?.includes(`dataset:${name}`)) || (r.filter ? tests(r.filter).some((x) => (x.op === 'in_dataset' || x.op === 'contains_word_of') && x.value === name) : false);
}
function renamed(r: Rule, from: string, to: string): Rule {
  if (!usesList(r, from)) return r;
  const next = structuredClone(r);
  for (const s of SIDES) if (next[s]) next[s] = next[s].map((x) => (x === `dataset:${from}` ? `dataset:${to}` : x));
  if (next.filter) for (const x of tests(next.filter)) if ((x.op === 'in_dataset' || x.op === 'contains_word_of') && x.value === from) x.value = to;
  return next;
}

export class WxRuleLists extends WxElement {
  static override properties = { draft: { attribute: false }, readonly: { type: Boolean } };
  declare draft: Draft;
  declare readonly: boolean;

  async #edit(name: string | null): Promise<void> {
    const doc = this.draft.doc.value!;
    const entries = name === null ? [] : doc.datasets?.[name] ?? [];
    await formDialog<boolean>({
      title: t(name === null ? 'adm-list-new' : 'adm-list-edit'), yes: t('adm-list-keep'), wide: true,
      fields: [
        { name: 'name', label: t('adm-list-name'), value: name ?? '', required: true, most: 64, check: (v) => (/\s/u.test(String(v).trim()) ? t('adm-list-name-blank') : String(v).trim() !== name && doc.datasets && Object.hasOwn(doc.datasets, String(v).trim()) ? t('adm-list-name-taken') : '') },
        { name: 'entries', label: t('adm-list-entries'), kind: 'area', mono: true, most: 4_000_000, value: entries.join('\n'), hint: t('adm-list-entries-hint') },
      ],
      act: (v) => {
        const to = String(v.name).trim();
        const list = [...new Set(String(v.entries).split(/[\n,;]+/u).map((s) => s.trim().toLowerCase()).filter(Boolean))];
        const now = this.draft.doc.value!;
        const rest = Object.fromEntries(Object.entries(now.datasets ?? {}).filter(([k]) => k !== name));
        this.draft.edit({ ...now, datasets: { ...rest, [to]: list }, rules: name !== null && name !== to ? now.rules.map((r) => renamed(r, name, to)) : now.rules });
        return Promise.resolve(true);
      },
    });
  }
  async #remove(name: string): Promise<void> {
    const doc = this.draft.doc.value!;
    const used = doc.rules.filter((r) => usesList(r, name));
    if (used.length && !(await confirmed({ title: t('adm-list-remove-title'), text: t('adm-list-remove-used', { name: foreign(name, 80), n: used.length }), yes: t('adm-list-remove'), danger: true }))) return;
    const now = this.draft.doc.value!;
    this.draft.edit({ ...now, datasets: Object.fromEntries(Object.entries(now.datasets ?? {}).filter(([k]) => k !== name)) });
    toast(t('adm-list-removed', { name: foreign(name, 80) }), { action: { label: t('undo'), run: () => { const d = this.draft.doc.value!; if (!Object.hasOwn(d.datasets ?? {}, name)) this.draft.edit({ ...d, datasets: { ...d.datasets, [name]: doc.datasets![name]! } }); } } });
  }
  #lists(doc: RuleDocument): TemplateResult {
    const all = Object.entries(doc.datasets ?? {}).sort(([a], [b]) => a.localeCompare(b));
    return html`<section class="adm-card"><div class="adm-card-head">${icon('list-checks')}<h2>${t('adm-lists')}</h2>${this.readonly ? nothing : html`<button type="button" class="button button-small" @click=${() => void this.#edit(null)}>${icon('plus')}${t('adm-list-new')}</button>`}</div><p class="muted">${t('adm-lists-text')}</p>
      ${all.length === 0 ? emptyState({ icon: 'list-checks', title: t('adm-lists-none') }) : html`<ul class="rl-lists">${repeat(all, ([n]) => n, ([name, entries]) => {
        const used = doc.rules.filter((r) => usesList(r, name)).length;
        return html`<li data-list=${name}><div><strong>${foreign(name, 80)}</strong><p class="muted">${t('adm-list-count', { n: entries.length, count: count(entries.length) })} · ${t('adm-list-used', { n: used })}</p><p class="rl-line">${entries.slice(0, 4).map((e) => foreign(e, 60)).join(', ')}${entries.length > 4 ? '…' : ''}</p></div>
          ${this.readonly ? nothing : html`<button type="button" class="button button-small" aria-label=${t('adm-list-edit-of', { name: foreign(name, 80) })} @click=${() => void this.#edit(name)}>${icon('pen-line')}${t('adm-list-edit-short')}</button><button type="button" class="icon-button is-small" aria-label=${t('adm-list-remove-of', { name: foreign(name, 80) })} @click=${() => void this.#remove(name)}>${icon('trash')}</button>`}</li>`;
      })}</ul>`}</section>`;
  }
  #defaults(doc: RuleDocument): TemplateResult {
    const set = (f: FieldName, l: Level): void => {
      const next = { ...doc.defaults };
      if (l === 'inherit') delete next[f]; else next[f] = l;
      this.draft.edit({ ...doc, defaults: next });
    };
    return html`<section class="adm-card"><div class="adm-card-head">${icon('sliders-horizontal')}<h2>${t('adm-defaults')}</h2></div><p class="muted">${t('adm-defaults-text')}</p><div class="rl-fields">${FIELDS.map((f) => html`<label class="field"><span class="field-label">${fieldWords(f)}</span><span class="select-wrap rl-select"><select class="select" data-default=${f} ?disabled=${this.readonly} @change=${(e: Event) => set(f, (e.target as HTMLSelectElement).value as Level)}>
      ${LEVELS[f].map((l) => html`<option value=${l} ?selected=${l === (doc.defaults?.[f] ?? 'inherit')}>${l === 'inherit' ? t('adm-default-builtin', { level: levelWords(f, BUILTIN[f]) }) : levelWords(f, l)}</option>`)}</select>${icon('chevron-down')}</span></label>`)}</div></section>`;
  }
  #triggers(doc: RuleDocument): TemplateResult {
    const set = (f: 'sign' | 'encrypt', text: string): void => {
      const next = { ...doc.triggers };
      if (text.trim() === '') delete next[f]; else next[f] = text.trim();
      this.draft.edit({ ...doc, triggers: next });
    };
    return html`<section class="adm-card"><div class="adm-card-head">${icon('flask-conical')}<h2>${t('adm-triggers')}</h2></div><p class="muted">${t('adm-triggers-text')}</p><div class="rl-sides">${(['sign', 'encrypt'] as const).map((f) => html`<label class="field"><span class="field-label">${t(`adm-trigger-${f}`)}</span><input class="input" data-trigger=${f} maxlength="200" placeholder=${f === 'sign' ? '[sign]' : '[encrypt]'} ?disabled=${this.readonly} .value=${live(doc.triggers?.[f] ?? '')} @change=${(e: Event) => set(f, (e.target as HTMLInputElement).value)}></label>`)}</div></section>`;
  }
  override render(): TemplateResult {
    const doc = this.draft.doc.value;
    return doc ? html`${this.#lists(doc)}${this.#defaults(doc)}${this.#triggers(doc)}` : html``;
  }
}
define('wx-rule-lists', WxRuleLists);
