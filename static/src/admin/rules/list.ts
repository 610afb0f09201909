// The rules in their order: bands of one priority, moved by drag, by Alt and arrows, or by number.
import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, live, nothing, repeat } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { same } from './differ.ts';
import { bands, joinBand, placeBefore, sorted, step } from './order.ts';
import type { Step } from './order.ts';
import { effectWords, filterWords, ruleName, sideWords } from './say.ts';
import type { Rule, Warning } from './types.ts';
import { tellable, warningKey } from './words.ts';

const STEP = 150;
const KEYS: Record<string, Step> = { ArrowUp: 'up', ArrowDown: 'down', Home: 'first', End: 'last' };
/** Where a dragged rule would come to lie: into a band, or before the at-th band of the others. */
type Aim = { band: number } | { before: number } | null;

export class WxRuleList extends WxElement {
  static override properties = { rules: { attribute: false }, was: { attribute: false }, warnings: { attribute: false }, readonly: { type: Boolean }, filter: {}, dragged: { state: true }, aim: { state: true }, told: { state: true }, most: { state: true } };
  declare rules: readonly Rule[];
  /** As they are in effect: what differs is marked. */
  declare was: readonly Rule[];
  declare warnings: readonly Warning[];
  declare readonly: boolean;
  declare filter: string;
  declare dragged: string;
  declare aim: Aim;
  declare told: string;
  /** So many rules are drawn; more when the end of them comes near. */
  declare most: number;
  #near: IntersectionObserver | null = null;

  constructor() { super(); this.rules = this.was = []; this.warnings = []; this.readonly = false; this.filter = this.dragged = this.told = ''; this.aim = null; this.most = STEP; }

  /** A number that is being typed: the warnings may come meanwhile, and draw the rows anew. */
  #typing: { id: string; text: string } | null = null;
  #about: ReadonlyMap<string, Warning[]> = new Map();
  override willUpdate(): void {
    const about = new Map<string, Warning[]>();
    for (const w of this.warnings) if (w.warning !== 'disabled') about.set(w.rule, [...(about.get(w.rule) ?? []), w]);
    this.#about = new Map([...about].map(([id, list]) => [id, tellable(list)]));
  }

  #send(type: string, detail: unknown): void { this.dispatchEvent(new CustomEvent(type, { detail })); }
  override firstUpdated(): void {
    this.#near = new IntersectionObserver((seen) => { if (seen.some((x) => x.isIntersecting)) this.most += STEP; }, { rootMargin: '600px' });
    this.onLeave(() => this.#near?.disconnect());
  }
  override updated(): void {
    this.#near?.disconnect();
    const end = this.querySelector('.rl-end');
    if (end) this.#near?.observe(end);
  }
  focusRule(id: string): void {
    const at = sorted(this.rules).findIndex((r) => r.id === id);
    if (at >= this.most) this.most = at + STEP;
    this.#focus(id);
  }
  #focus(id: string): void { void this.updateComplete.then(() => { for (const e of this.querySelectorAll<HTMLElement>('[data-rule]')) if (e.dataset.rule === id) e.querySelector<HTMLElement>('.rl-name')?.focus(); }); }

  #moved(next: Rule[], r: Rule): void {
    const to = next.find((x) => x.id === r.id)!;
    if (bands(next).map((b) => b.rules.map((x) => x.id).join()).join('|') === bands(this.rules).map((b) => b.rules.map((x) => x.id).join()).join('|') && to.priority === r.priority) return;
    this.#send('order', next);
    const all = bands(next);
    const at = all.findIndex((b) => b.priority === to.priority);
    this.told = t('adm-rule-moved', { name: ruleName(r), place: at + 1, of: all.length, priority: to.priority });
    this.focusRule(r.id);
  }
  #key(e: KeyboardEvent, r: Rule): void {
    if (this.readonly) return;
    const way = KEYS[e.key];
    if (way && e.altKey && !e.ctrlKey && !e.metaKey) { e.preventDefault(); this.#moved(step(this.rules, r.id, way), r); }
    else if (e.key === 'Delete' && (e.target as Element).classList.contains('rl-name')) { e.preventDefault(); this.#send('remove', r.id); }
  }
  #drop(e: DragEvent): void {
    e.preventDefault();
    const r = this.rules.find((x) => x.id === this.dragged);
    const aim = this.aim;
    this.dragged = ''; this.aim = null;
    if (!r || !aim) return;
    this.#moved('band' in aim ? joinBand(this.rules, r.id, aim.band) : placeBefore(this.rules, r.id, aim.before), r);
  }
  /** By the height of the pointer over a band: its upper and lower edge part bands, its middle joins it. */
  #over(e: DragEvent, priority: number): void {
    if (!this.dragged) return;
    e.preventDefault();
    const box = (e.currentTarget as HTMLElement).getBoundingClientRect();
    const others = bands(this.rules.filter((r) => r.id !== this.dragged));
    const at = others.findIndex((b) => b.priority === priority);
    const edge = Math.min(22, box.height * 0.3);
    const aim: Aim = at < 0 ? null : e.clientY < box.top + edge ? { before: at } : e.clientY > box.bottom - edge ? { before: at + 1 } : { band: priority };
    if (JSON.stringify(aim) !== JSON.stringify(this.aim)) this.aim = aim;
  }

  #warnings(r: Rule): TemplateResult | typeof nothing {
    const mine = this.#about.get(r.id) ?? [];
    if (mine.length === 0) return nothing;
    return html`<ul class="rl-warnings">${mine.map((w) => {
      const by = w.by ? this.rules.find((x) => x.id === w.by) : undefined;
      const words = t(warningKey(w.warning), { count: w.accounts?.count ?? 0, of: w.accounts?.of ?? 0, first: w.accounts?.first ?? '' });
      return html`<li>${icon('triangle-alert')}<span>${words}${by ? html` <button type="button" class="link" @click=${() => this.#send('open', by.id)}>${ruleName(by)}</button>` : nothing}${w.accounts ? html` <button type="button" class="link" @click=${() => this.#send('accounts', w)}>${t('adm-rule-warning-accounts')}</button>` : nothing}</span></li>`;
    })}</ul>`;
  }
  #row(r: Rule, before: ReadonlyMap<string, Rule>): TemplateResult {
    const off = r.enabled === false;
    const was = before.get(r.id);
    const mark = !was ? 'new' : was !== r && !same(was, r) ? 'changed' : '';
    const name = ruleName(r);
    return html`<li class="rl-row ${off ? 'is-off' : ''} ${this.dragged === r.id ? 'is-dragged' : ''}" data-rule=${r.id} @keydown=${(e: KeyboardEvent) => this.#key(e, r)}>
      ${this.readonly ? nothing : html`<span class="rl-grip" draggable="true" data-tip=${t('adm-rule-drag')} @dragstart=${(e: DragEvent) => { this.dragged = r.id; e.dataTransfer!.effectAllowed = 'move'; e.dataTransfer!.setData('text/plain', r.id); const row = (e.target as Element).closest('.rl-row'); if (row) e.dataTransfer!.setDragImage(row, 16, 16); }} @dragend=${() => { this.dragged = ''; this.aim = null; }}>${icon('grip-vertical')}</span>`}
      <input type="checkbox" class="switch" role="switch" aria-label=${t('adm-rule-enable', { name })} ?disabled=${this.readonly} .checked=${live(!off)} @change=${(e: Event) => this.#send('enable', { id: r.id, on: (e.target as HTMLInputElement).checked })}>
      <div class="rl-what"><div class="rl-title"><button type="button" class="rl-name" aria-describedby="rl-keys" @click=${() => this.#send('open', r.id)}>${name}</button>${mark ? html`<span class="adm-pill is-info">${t(`adm-rule-mark-${mark}`)}</span>` : nothing}${off ? html`<span class="adm-pill is-plain">${t('adm-rule-off')}</span>` : nothing}</div>
        <p class="rl-line"><span>${sideWords(r.from)}</span>${icon(r.bidirectional ? 'arrow-right-left' : 'arrow-right', t(r.bidirectional ? 'adm-rule-arrow-both' : 'adm-rule-arrow'), 'rl-arrow')}<span>${sideWords(r.to)}</span>${(r.exclude_from?.length ?? 0) + (r.exclude_to?.length ?? 0) ? html`<span class="muted">${t('adm-rule-except', { list: sideWords([...(r.exclude_from ?? []), ...(r.exclude_to ?? [])]) })}</span>` : nothing}</p>
        ${r.filter ? html`<p class="rl-line is-filter muted">${icon('list-filter')}<span>${filterWords(r.filter)}</span></p>` : nothing}
        <p class="rl-effects">${effectWords(r).map((w) => html`<span class="adm-pill is-plain">${w}</span>`)}</p>${this.#warnings(r)}</div>
      <label class="rl-prio"><span class="visually-hidden">${t('adm-rule-priority-of', { name })}</span><input class="input" type="number" min="1" max="1000000000" step="1" ?disabled=${this.readonly} .value=${live(this.#typing?.id === r.id ? this.#typing.text : String(r.priority))} @input=${(e: Event) => { this.#typing = { id: r.id, text: (e.target as HTMLInputElement).value }; }} @blur=${() => { this.#typing = null; }} @change=${(e: Event) => { this.#typing = null; const n = (e.target as HTMLInputElement).valueAsNumber; if (Number.isSafeInteger(n) && n >= 1) this.#moved(joinBand(this.rules, r.id, n), r); else this.requestUpdate(); }}></label>
      <div class="rl-acts">${this.readonly ? nothing : html`${this.#act('arrow-up', 'adm-rule-up', name, () => this.#moved(step(this.rules, r.id, 'up'), r), 'rl-touch')}${this.#act('arrow-down', 'adm-rule-down', name, () => this.#moved(step(this.rules, r.id, 'down'), r), 'rl-touch')}
        ${this.#act('copy', 'adm-rule-copy', name, () => this.#send('copy', r.id))}${this.#act('trash', 'adm-rule-remove', name, () => this.#send('remove', r.id))}`}</div></li>`;
  }
  #act(mark: string, key: string, name: string, run: () => void, extra = ''): TemplateResult {
    return html`<button type="button" class="icon-button is-small ${extra}" aria-label=${t(key, { name })} data-tip=${t(key, { name })} @click=${run}>${icon(mark)}</button>`;
  }
  #gap(at: number): TemplateResult { return html`<div class="rl-gap ${this.aim && 'before' in this.aim && this.aim.before === at ? 'is-aim' : ''}" aria-hidden="true"></div>`; }

  override render(): TemplateResult {
    const wanted = this.filter.trim().toLowerCase();
    const fits = (r: Rule): boolean => wanted === '' || [r.id, r.name ?? '', r.note ?? '', ...r.from, ...r.to, ...(r.exclude_from ?? []), ...(r.exclude_to ?? [])].some((s) => s.toLowerCase().includes(wanted));
    const all = bands(this.rules);
    const before = new Map(this.was.map((r) => [r.id, r]));
    const others = bands(this.rules.filter((r) => r.id !== this.dragged));
    const place = new Map(others.map((b, i) => [b.priority, i]));
    const found = all.map((b) => ({ ...b, shown: b.rules.filter(fits) })).filter((b) => b.shown.length > 0);
    let left = this.most;
    const drawn = found.filter((b) => { const yes = left > 0; left -= b.shown.length; return yes; });
    const more = found.slice(drawn.length).reduce((n, b) => n + b.shown.length, 0);
    return html`<p class="visually-hidden" id="rl-keys">${this.readonly ? '' : t('adm-rule-keys')}</p><div class="visually-hidden" role="status">${this.told}</div>
      <div class="rl-bands" @drop=${(e: DragEvent) => this.#drop(e)}>${repeat(drawn, (b) => b.priority, (b) => {
        const at = place.get(b.priority);
        return html`${at === undefined ? nothing : this.#gap(at)}<section class="rl-band ${this.aim && 'band' in this.aim && this.aim.band === b.priority ? 'is-aim' : ''}" data-priority=${b.priority} aria-label=${t('adm-rule-band', { n: b.priority })} @dragover=${(e: DragEvent) => this.#over(e, b.priority)}>
          <h3 class="rl-band-head"><span class="rl-band-number">${b.priority}</span>${b.rules.length > 1 ? html`<span class="muted">${t('adm-rule-band-several', { n: b.rules.length })}</span>` : nothing}</h3>
          <ul class="rl-rows">${repeat(b.shown, (r) => r.id, (r) => this.#row(r, before))}</ul></section>`;
      })}${more ? html`<p class="rl-end muted">${t('adm-rules-more', { n: more })}</p>` : this.#gap(others.length)}</div>`;
  }
}
define('wx-rules-order', WxRuleList);
