// What a composer shows of the spell check: how many words, in which language, and the menu of one word. Loaded for mail
// that will not be encrypted only.
import '../../core/shared.ts';
import * as api from '../../api/spell.ts';
import { sentence } from '../../api/client.ts';
import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { language as pageLanguage, t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import type { Composer } from '../../store/compose.ts';
import { Speller } from '../../store/spelling.ts';
import type { Marked, Miss } from '../../store/spelling.ts';
import { toast } from '../../store/toasts.ts';
import { announce } from '../../store/ui.ts';
import { separator } from '../parts/menu.ts';
import type { MenuItem } from '../parts/menu.ts';
import { useSheet } from '../parts/sheet.ts';
import '../parts/menu.ts';

export { PlainMarks } from './plain-marks.ts';

const STYLE = `
wx-spelling { display: contents; }
.spell-menu { position: fixed; margin: 0; inset: auto; min-inline-size: 11rem; }
.spell-menu .menu-title bdi { font-weight: 600; }
`;

const OFFERS_MS = 2000;
let known: Promise<string[]> | null = null;
function languages(): Promise<string[]> { return (known ??= api.languages().catch((e: unknown) => { known = null; throw e; })); }
function nameOf(tag: string): string { return new Intl.DisplayNames([pageLanguage.value], { type: 'language' }).of(tag) ?? tag; }

export class WxSpelling extends WxElement {
  static override properties = { composer: { attribute: false }, view: { attribute: false }, asked: { state: true }, offers: { state: true }, tags: { state: true } };
  declare composer: Composer;
  declare view: Marked;
  declare asked: Miss | null;
  declare offers: readonly string[] | null;
  declare tags: readonly string[];
  #speller: Speller | null = null;
  #of: Marked | null = null;

  constructor() { super(); this.asked = null; this.offers = null; this.tags = []; }

  override connectedCallback(): void {
    super.connectedCallback();
    useSheet('spelling', STYLE);
    languages().then((l) => { this.tags = l; }, () => undefined); // without it "auto" and "off" are left to choose from
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#speller?.stop();
    this.#speller = this.#of = null;
  }

  override willUpdate(): void {
    if (this.#of === this.view) return;
    this.#speller?.stop();
    this.#of = this.view;
    this.#speller = new Speller(this.composer, this.view);
  }

  get #menu(): HTMLElement { return this.querySelector<HTMLElement>('.spell-menu')!; }

  /** Opens the menu of a word; of the first one where none is named. */
  async ask(id?: number): Promise<void> {
    const s = this.#speller;
    const miss = s?.misses.value.find((m) => id === undefined || m.id === id);
    if (!s || !miss) return;
    // First what it offers, then the menu: nothing moves under the finger that chooses.
    // null: that is not known; only what the server said is said.
    const late = new Promise<null>((r) => { setTimeout(() => r(null), OFFERS_MS); });
    const offers = await Promise.race([s.suggestions(miss.word).catch(() => null), late]);
    // Meanwhile the text may have been checked again: the same word has another number then.
    const still = s.misses.value.find((m) => m.id === miss.id) ?? s.misses.value.find((m) => m.word === miss.word);
    const at = still && (await this.view.place(still.id));
    if (!still || !at || !this.isConnected) return;
    this.asked = still;
    this.offers = offers;
    await this.updateComplete;
    const menu = this.#menu;
    if (!menu.matches(':popover-open')) menu.showPopover();
    this.#beside(at);
    menu.querySelector<HTMLElement>('.menu-item')?.focus();
  }

  #beside(at: DOMRect): void {
    const menu = this.#menu;
    const p = menu.getBoundingClientRect();
    menu.style.left = `${Math.max(8, Math.min(at.left, innerWidth - p.width - 8))}px`;
    menu.style.top = `${at.bottom + 4 + p.height > innerHeight - 8 ? Math.max(8, at.top - 4 - p.height) : at.bottom + 4}px`;
  }

  #close(): void {
    if (this.#menu.matches(':popover-open')) this.#menu.hidePopover();
    this.asked = null;
    this.view.focus();
  }

  async #add(m: Miss): Promise<void> {
    this.#close();
    try { await this.#speller!.add(m); announce(t('spell-added', { word: m.word })); } catch (error) { toast(sentence(error), { kind: 'bad' }); }
  }

  #key(event: KeyboardEvent): void {
    const items = [...this.#menu.querySelectorAll<HTMLElement>('.menu-item')];
    const at = items.indexOf(document.activeElement as HTMLElement);
    if (event.key === 'ArrowDown') items[(at + 1) % items.length]?.focus();
    else if (event.key === 'ArrowUp') items[(at - 1 + items.length) % items.length]?.focus();
    else if (event.key === 'Home') items[0]?.focus();
    else if (event.key === 'End') items.at(-1)?.focus();
    else if (event.key === 'Escape' || event.key === 'Tab') this.#close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #items(): MenuItem[] {
    const s = this.#speller;
    if (!s) return [];
    const n = s.misses.value.length;
    const choice = s.choice.value;
    const pick = (value: string, label: string): MenuItem => ({ label, radio: true, checked: choice === value, run: () => s.choose(value) });
    return [
      ...(s.on ? [{ label: n ? t('spell-next', { n }) : t('spell-none'), icon: 'spell-check', disabled: n === 0, run: () => void this.ask() }, separator] : []),
      { label: t('spell-language'), heading: true, run: () => undefined },
      pick('auto', s.found.value && choice === 'auto' ? t('spell-auto-found', { language: nameOf(s.found.value) }) : t('spell-auto')),
      ...this.tags.map((tag) => pick(tag, nameOf(tag))),
      pick('off', t('spell-not')),
    ];
  }

  #word(m: Miss): TemplateResult {
    const s = this.#speller!;
    const line = (label: unknown, run: () => void, glyph?: string): TemplateResult => html`<button type="button" class="menu-item" role="menuitem" tabindex="-1" @click=${run}>${glyph ? icon(glyph) : nothing}<span>${label}</span></button>`;
    return html`<div class="menu-title" role="presentation"><bdi>${m.word}</bdi></div>
      ${(this.offers ?? []).map((w) => line(html`<bdi lang=${s.found.value}>${w}</bdi>`, () => { this.#close(); s.replace(m, w); }))}
      ${this.offers?.length === 0 ? html`<div class="menu-title" role="presentation">${t('spell-nothing')}</div>` : nothing}
      ${line(t('spell-add'), () => void this.#add(m), 'plus')}
      ${line(t('spell-ignore'), () => { this.#close(); s.ignore(m); }, 'x')}
      ${s.misses.value.length > 1 ? line(t('spell-skip'), () => { const list = s.misses.value; void this.ask(list[(list.findIndex((x) => x.id === m.id) + 1) % list.length]!.id); }, 'chevron-down') : nothing}`;
  }

  override render(): TemplateResult {
    const s = this.#speller;
    const n = s?.misses.value.length ?? 0;
    return html`<wx-menu .label=${n ? t('spell-count', { n }) : t('spell-title')} icon="spell-check" button-class="icon-button spell-button" .items=${() => this.#items()}></wx-menu>
      <div class="menu spell-menu" popover role="menu" aria-label=${t('spell-title')} @keydown=${this.#key} @toggle=${(e: ToggleEvent) => { if (e.newState === 'closed') this.asked = null; }}>${this.asked && s ? this.#word(this.asked) : nothing}</div>`;
  }
}
define('wx-spelling', WxSpelling);
