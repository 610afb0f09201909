// Rules: the list in its order, one rule as a form, what stands beside them. Changes gather in a draft until they are published.
import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, live, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { ApiError } from '../../api/client.ts';
import { useSheet } from '../../views/parts/sheet.ts';
import { toast } from '../../store/toasts.ts';
import { confirmed } from '../parts/dialog.ts';
import { bones, emptyState, failure, head } from '../parts/small.ts';
import { placeOf } from '../places.ts';
import { follow, go, guardPlace, hrefOf, placeState, route } from '../router.ts';
import { mayWrite, organisationId } from '../state.ts';
import { say } from '../words.ts';
import { draftOf } from '../rules/draft.ts';
import type { Draft } from '../rules/draft.ts';
import '../rules/editor.ts';
import type { WxRuleForm } from '../rules/editor.ts';
import '../rules/list.ts';
import type { WxRuleList } from '../rules/list.ts';
import '../rules/lists.ts';
import { addRule, duplicate, enable, freeId, putBack, remove, replace } from '../rules/order.ts';
import { publish } from '../rules/publish.ts';
import { ruleName } from '../rules/say.ts';
import type { Rule, Warning } from '../rules/types.ts';
import { useRuleSheet } from '../rules/sheet.ts';

useRuleSheet(useSheet);

export class WxPlaceRules extends WxElement {
  static override properties = { filter: { state: true }, fresh: { state: true } };
  declare filter: string;
  /** A rule that is being made and not in the draft yet. */
  declare fresh: Rule | null;
  readonly #draft: Draft = draftOf(organisationId.peek());
  #unguard: (() => void) | null = null;
  /** The rule that is open; the history forgets it where somebody stays after all. */
  #opened = '';

  constructor() { super(); this.filter = ''; this.fresh = null; }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#draft.load();
    this.listen(window, 'focus', () => { if (!this.#draft.dirty.value && !this.#form()) void this.#draft.load().catch(() => undefined); });
    this.listen(window, 'beforeunload', (e: BeforeUnloadEvent) => { if (this.#draft.dirty.value) e.preventDefault(); });
  }
  /** A guard is spent when it let somebody go, also to another part of this place. */
  override updated(): void { this.#unguard?.(); this.#unguard = guardPlace(() => this.#mayLeave()); }
  override disconnectedCallback(): void { super.disconnectedCallback(); this.#unguard?.(); this.#unguard = null; }
  async #mayLeave(): Promise<boolean> { return !this.#form()?.dirty() || (await confirmed({ title: t('adm-rule-leave-title'), text: t('adm-rule-leave-text'), yes: t('adm-rule-leave'), danger: true })); }

  #form(): WxRuleForm | null { return this.querySelector('wx-rule-form'); }
  #open(id: string): void { void go('rules', ['rule'], { keep: { id } }); }
  async #close(force = false): Promise<void> {
    const id = this.fresh?.id ?? this.#opened;
    if (!force && !(await this.#mayLeave())) return;
    this.fresh = null;
    await go('rules', []);
    await this.updateComplete;
    if (id) this.querySelector<WxRuleList>('wx-rules-order')?.focusRule(id);
  }
  #new(): void {
    const rules = this.#draft.doc.value!.rules;
    this.fresh = { id: freeId(rules), priority: 1, from: ['@managed'], to: ['*'] };
    void go('rules', ['new']);
  }
  #keep(rule: Rule, isNew: boolean): void {
    // First of all, as the only one there: whoever wrote another number joins that band.
    this.#draft.rules((rules) => (isNew ? (rule.priority === 1 ? addRule(rules, (({ priority, ...rest }) => (void priority, rest))(rule)) : addRule(rules, rule)) : replace(rules, rule.id, rule)));
    void this.#close(true);
  }
  #remove(id: string): void {
    const rule = this.#draft.doc.value!.rules.find((r) => r.id === id);
    if (!rule) return;
    this.#draft.rules((rules) => remove(rules, id));
    toast(t('adm-rule-removed', { name: ruleName(rule) }), { action: { label: t('undo'), run: () => this.#draft.rules((rules) => putBack(rules, rule)) } });
    this.querySelector<HTMLElement>('.rl-name')?.focus();
  }
  #copy(id: string): void {
    const made = duplicate(this.#draft.doc.value!.rules, id, (of) => t('adm-rule-copy-name', { name: of }).replace(/[\u2066-\u2069]/g, ''));
    if (!made) return;
    this.#draft.rules(() => made.rules);
    this.querySelector<WxRuleList>('wx-rules-order')?.focusRule(made.id);
  }
  async #discard(): Promise<void> {
    if (await confirmed({ title: t('adm-rules-discard-title'), text: t('adm-rules-discard-text', { n: this.#draft.changes.value.length }), yes: t('adm-rules-discard'), danger: true })) { this.#draft.discard(); void this.#draft.load(); }
  }

  #bar(): TemplateResult | typeof nothing {
    const n = this.#draft.changes.value.length;
    const wrong = this.#draft.mistake.value;
    if (n === 0) return nothing;
    return html`<div class="rl-draft" role="region" aria-label=${t('adm-rules-draft')}><span class="rl-draft-words">${icon('pen-line')}<span role="status"><strong>${t('adm-rules-changes', { n })}</strong> ${t('adm-rules-not-yet')}</span></span>
      ${wrong ? html`<span class="field-error" role="alert">${wrong instanceof ApiError && wrong.field ? `${say(wrong)} (${wrong.field})` : say(wrong)}</span>` : nothing}
      <span class="rl-draft-acts"><button type="button" class="icon-button" aria-label=${t('adm-rules-undo')} data-tip=${t('adm-rules-undo')} ?disabled=${this.#draft.undone.value.length === 0} @click=${() => this.#draft.undo()}>${icon('undo-2')}</button>
      <button type="button" class="button button-quiet" @click=${() => void this.#discard()}>${t('adm-rules-discard')}</button>
      ${placeOf('simulate') ? html`<a class="button" href=${hrefOf('simulate')} @click=${follow('simulate')}>${icon('flask-conical')}${t('adm-rules-try')}</a>` : nothing}
      <button type="button" class="button button-primary" @click=${() => void publish(this.#draft)}>${t('adm-rules-publish')}</button></span></div>`;
  }
  #tabs(now: 'list' | 'lists'): TemplateResult {
    const tab = (id: 'list' | 'lists', rest: string[], words: string): TemplateResult => html`<a class="tab" aria-current=${now === id ? 'page' : nothing} href=${hrefOf('rules', rest)} @click=${follow('rules', rest)}>${words}</a>`;
    return html`<nav class="tabs" aria-label=${t('adm-place-rules')}>${tab('list', [], t('adm-rules-tab-list'))}${tab('lists', ['lists'], t('adm-rules-tab-lists'))}</nav>`;
  }
  #list(): TemplateResult {
    const d = this.#draft;
    const rules = d.doc.value!.rules;
    const ro = !mayWrite.value;
    if (rules.length === 0) return emptyState({ icon: 'route', title: t('adm-rules-none'), text: t('adm-rules-none-text'), action: ro ? nothing : html`<button type="button" class="button button-primary" @click=${() => this.#new()}>${icon('plus')}${t('adm-rule-new')}</button>` });
    return html`${rules.length > 6 ? html`<div class="rl-find"><input class="input" type="search" aria-label=${t('adm-rules-find')} placeholder=${t('adm-rules-find')} .value=${live(this.filter)} @input=${(e: Event) => { this.filter = (e.target as HTMLInputElement).value; }}></div>` : nothing}
      <wx-rules-order .rules=${rules} .was=${d.base.value?.rules ?? []} .warnings=${d.warnings.value} .filter=${this.filter} ?readonly=${ro} @open=${(e: CustomEvent<string>) => this.#open(e.detail)} @order=${(e: CustomEvent<Rule[]>) => d.rules(() => e.detail)} @remove=${(e: CustomEvent<string>) => this.#remove(e.detail)} @copy=${(e: CustomEvent<string>) => this.#copy(e.detail)}
        @enable=${(e: CustomEvent<{ id: string; on: boolean }>) => d.rules((r) => enable(r, e.detail.id, e.detail.on))} @accounts=${(e: CustomEvent<Warning>) => { if (placeOf('mailboxes')) void go('mailboxes', [], { keep: { open: e.detail.accounts?.first ?? '' } }); else toast(e.detail.accounts?.first ?? ''); }}></wx-rules-order>`;
  }

  override render(): TemplateResult {
    const d = this.#draft;
    const r = route.value;
    const doc = d.doc.value;
    const title = (more?: unknown): TemplateResult => head({ title: t('adm-place-rules'), text: t('adm-rules-text'), actions: more });
    if (!doc) return html`<div class="adm-place rl-place">${title()}${d.failure.value ? failure(d.failure.value, () => { d.failure.value = null; void d.load(); }) : bones(5)}</div>`;
    const isNew = r.rest[0] === 'new' && this.fresh !== null;
    if (r.rest[0] !== 'rule') this.#opened = '';
    else this.#opened = placeState<{ id?: string }>()?.id ?? this.#opened;
    const id = r.rest[0] === 'rule' ? this.#opened : undefined;
    const rule = isNew ? this.fresh! : id === undefined ? undefined : doc.rules.find((x) => x.id === id);
    if (rule) {
      const mistake = d.mistake.value instanceof ApiError ? d.mistake.value : null;
      const at = doc.rules.findIndex((x) => x.id === rule.id);
      const prefix = `document.rules[${at}].`;
      const problem = mistake && at >= 0 && mistake.field.startsWith(prefix) ? { field: mistake.field.slice(prefix.length), text: say(mistake) } : null;
      return html`<div class="adm-place rl-place">${isNew ? html`<wx-rule-form .rule=${rule} .datasets=${Object.keys(doc.datasets ?? {})} isNew @keep=${(e: CustomEvent<Rule>) => this.#keep(e.detail, true)} @leave=${() => void this.#close()}></wx-rule-form>`
        : html`<wx-rule-form .rule=${rule} .datasets=${Object.keys(doc.datasets ?? {})} .problem=${problem} ?readonly=${!mayWrite.value} @keep=${(e: CustomEvent<Rule>) => this.#keep(e.detail, false)} @leave=${() => void this.#close()} @remove=${() => { const gone = rule.id; void this.#close(true).then(() => this.#remove(gone)); }}></wx-rule-form>`}</div>`;
    }
    const lists = r.rest[0] === 'lists';
    return html`<div class="adm-place rl-place">${title(mayWrite.value && !lists && doc.rules.length ? html`<button type="button" class="button button-primary" @click=${() => this.#new()}>${icon('plus')}${t('adm-rule-new')}</button>` : nothing)}<p class="muted" data-part="reach">${t('adm-rules-reach')}</p>${this.#tabs(lists ? 'lists' : 'list')}
      ${lists ? html`<wx-rule-lists .draft=${d} ?readonly=${!mayWrite.value}></wx-rule-lists>` : this.#list()}${this.#bar()}</div>`;
  }
}
define('wx-place-rules', WxPlaceRules);
