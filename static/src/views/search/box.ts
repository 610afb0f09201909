// The search field: operators as chips, proposals while typing (ARIA combobox with a list box), recent searches.
// Loaded when it is first used; until then the header shows a plain field.
import '../../core/shared.ts';
import { complete } from '../../api/complete.ts';
import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, ifDefined, live, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { joined, piecesOf, split } from '../../core/query.ts';
import type { Piece } from '../../core/query.ts';
import { folder, folderName, folders } from '../../store/folders.ts';
import { labelOf, labels } from '../../store/labels.ts';
import { route } from '../../core/router.ts';
import * as list from '../../store/list.ts';
import { clearSearch, everywhere, recent, searchText, startSearch } from '../../store/search.ts';
import { signOutHooks } from '../../store/session.ts';
import { Completion } from '../../store/completion.ts';
import { propose } from './suggest.ts';
import type { Known, Proposal } from './suggest.ts';

const ABOUT_PEOPLE = new Set(['from', 'to', 'cc', 'bcc']);

export class WxSearch extends WxElement {
  static override properties = { chips: { state: true }, rest: { state: true }, open: { state: true }, at: { state: true } };
  declare chips: Piece[];
  declare rest: string;
  declare open: boolean;
  declare at: number;
  #list: Proposal[] = [];
  /** Contacts and whom one has written to, for the word at the cursor. */
  #people: { name: string; address: string }[] = [];
  #completion = new Completion(complete, (found) => {
    this.#people = found.flatMap((f) => (f.address ? [{ name: f.name, address: f.address }] : []));
    this.#show();
  });
  constructor() { super(); this.chips = []; this.rest = ''; this.open = false; this.at = -1; signOutHooks.push(async () => { this.#completion.stop(); this.#people = []; }); }

  get #input(): HTMLInputElement { return this.querySelector<HTMLInputElement>('#search')!; }

  /** What the store says, unless it is what stands here already. */
  #follow(): void {
    const text = searchText.value;
    if (text.trim() === joined(this.chips, this.rest)) return;
    const parts = split(text);
    this.chips = parts.chips;
    this.rest = parts.rest;
  }
  #say(): void { searchText.value = joined(this.chips, this.rest); }

  /** The piece at the end of what is typed. */
  #word(): Piece | null {
    if (this.rest === '' || /\s$/.test(this.rest)) return null;
    const all = piecesOf(this.rest);
    return all[all.length - 1] ?? null;
  }

  #known(): Known {
    const rows = list.loadedRows().flatMap((r) => [...r.from, ...r.to]);
    return {
      people: [...this.#people, ...rows], recent: recent.value, labels: labels.value, t: (key, args) => t(key, args),
      folders: folders.value.filter((f) => f.selectable).map((f) => ({ name: folderName(f), path: f.path, role: f.shared ? null : f.role })),
    };
  }

  #propose(): void {
    const w = this.#word();
    this.at = -1;
    this.open = true;
    const about = w && (w.field === null || ABOUT_PEOPLE.has(w.field)) ? (w.field === null ? w.text : w.value).replace(/^-/, '') : '';
    // Shows at once what is known already, and once more when the answer is here.
    if (about.length > (w?.field ? 0 : 1)) this.#completion.type(about);
    else { this.#completion.stop(); this.#people = []; this.#show(); }
  }
  #show(): void {
    if (!this.open) return;
    const w = this.#word();
    const held = this.#list[this.at]?.insert;
    this.#list = propose(w?.text ?? '', w?.field ?? null, w?.value ?? '', this.rest.trim() === '' && this.chips.length === 0, this.#known());
    this.at = held === undefined ? -1 : this.#list.findIndex((p) => p.insert === held);
    this.requestUpdate();
  }

  #typed(value: string): void {
    this.rest = value;
    // A blank behind an operator that is complete makes it a chip.
    if (/\s$/.test(value)) {
      const parts = split(value);
      const last = piecesOf(value).at(-1);
      if (last?.field && last.value !== '' && parts.chips.length && !/["“„][^"”“]*$/.test(last.text.slice(last.text.indexOf(':') + 1).replace(/^["“„].*["”“]$/, ''))) {
        this.chips = [...this.chips, ...parts.chips];
        this.rest = parts.rest ? `${parts.rest} ` : '';
      }
    }
    this.#say();
    this.#propose();
  }

  #take(p: Proposal): void {
    if (p.whole) { this.open = false; startSearch(p.insert); this.#leave(); return; }
    const w = this.#word();
    const before = w ? this.rest.slice(0, this.rest.length - w.text.length) : this.rest;
    this.rest = before + p.insert;
    if (p.insert.endsWith(':')) { this.#say(); this.#propose(); return; }
    const parts = split(this.rest);
    this.chips = [...this.chips, ...parts.chips];
    this.rest = parts.rest ? `${parts.rest} ` : '';
    this.#say();
    this.#propose();
    this.open = false;
  }

  #leave(): void { this.#input.blur(); document.querySelector<HTMLElement>('.grid')?.focus(); }

  #submit(event: Event): void {
    event.preventDefault();
    this.open = false;
    const text = joined(this.chips, this.rest);
    if (text) { startSearch(text); this.#leave(); } else clearSearch();
  }

  async #edit(i: number): Promise<void> {
    const chip = this.chips[i];
    if (!chip) return;
    this.chips = this.chips.filter((_, k) => k !== i);
    this.rest = [this.rest.trim(), chip.text].filter(Boolean).join(' ');
    this.#say();
    await this.updateComplete;
    const input = this.#input;
    input.focus();
    input.setSelectionRange(input.value.length, input.value.length);
    this.#propose();
  }
  async #drop(i: number): Promise<void> {
    this.chips = this.chips.filter((_, k) => k !== i);
    this.#say();
    await this.updateComplete;
    this.#input.focus();
  }

  #key(event: KeyboardEvent): void {
    const input = event.target as HTMLInputElement;
    const n = this.#list.length;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!this.open || n === 0) { this.#propose(); return; }
      const by = event.key === 'ArrowDown' ? 1 : -1;
      this.at = this.at < 0 && by < 0 ? n - 1 : this.at + by >= n ? -1 : this.at + by;
    } else if (event.key === 'Enter' && this.open && this.at >= 0) {
      event.preventDefault();
      this.#take(this.#list[this.at]!);
    } else if (event.key === 'Tab' && this.open && this.at >= 0) {
      event.preventDefault();
      this.#take(this.#list[this.at]!);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      if (this.open && n > 0) { this.open = false; this.at = -1; return; }
      clearSearch();
      this.chips = [];
      this.rest = '';
      this.#leave();
    } else if (event.key === 'Backspace' && input.selectionStart === 0 && input.selectionEnd === 0 && this.chips.length) {
      event.preventDefault();
      void this.#edit(this.chips.length - 1);
    } else if (event.key === 'ArrowLeft' && input.selectionStart === 0 && input.selectionEnd === 0 && this.chips.length) {
      event.preventDefault();
      this.querySelectorAll<HTMLElement>('.search-chip-edit').item(this.chips.length - 1)?.focus();
    }
  }
  #chipKey(event: KeyboardEvent, i: number): void {
    const all = this.querySelectorAll<HTMLElement>('.search-chip-edit');
    if (event.key === 'Backspace' || event.key === 'Delete') { event.preventDefault(); void this.#drop(i); }
    else if (event.key === 'ArrowLeft') { event.preventDefault(); all.item(Math.max(0, i - 1))?.focus(); }
    else if (event.key === 'ArrowRight') { event.preventDefault(); if (i + 1 < all.length) all.item(i + 1).focus(); else this.#input.focus(); }
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.listen(document, 'pointerdown', (e: PointerEvent) => { if (!this.contains(e.target as Node)) this.open = false; });
    this.onLeave(() => this.#completion.stop());
  }

  #chip(p: Piece, i: number): TemplateResult {
    return html`<span class="search-chip ${p.without ? 'is-without' : ''}" role="listitem">
      <button type="button" class="search-chip-edit" aria-label=${t('search-chip-edit', { chip: p.text })} @click=${() => void this.#edit(i)} @keydown=${(e: KeyboardEvent) => this.#chipKey(e, i)}><b>${p.without ? '−' : ''}${p.field}:</b> <span class="truncate">${/^-?keyword:/i.test(p.text) ? labelOf(p.value).name : p.value}</span></button><button
        type="button" class="search-chip-drop" tabindex="-1" aria-label=${t('search-chip-remove', { chip: p.text })} @click=${() => void this.#drop(i)}>${icon('x')}</button></span>`;
  }

  override render(): TemplateResult {
    this.#follow();
    const where = folder(list.source.value?.folder ?? null);
    const any = this.chips.length > 0 || this.rest !== '';
    const hint = everywhere.value || !where || route.value.page !== 'mail' ? t('search') : t('search-in', { folder: folderName(where) });
    return html`<form class="search" role="search" @submit=${(e: Event) => this.#submit(e)}>
      ${icon('search')}
      ${this.chips.length ? html`<span class="search-chips" role="list" aria-label=${t('search-chips')}>${this.chips.map((p, i) => this.#chip(p, i))}</span>` : nothing}
      <input id="search" class="search-input" type="text" name="q" inputmode="search" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="400" enterkeyhint="search"
        role="combobox" aria-autocomplete="list" aria-expanded=${this.open && this.#list.length > 0} aria-controls="search-list" aria-activedescendant=${ifDefined(this.open && this.at >= 0 ? `search-option-${this.at}` : undefined)}
        placeholder=${this.chips.length ? '' : hint} aria-label=${t('search')} .value=${live(this.rest)}
        @input=${(e: InputEvent) => this.#typed((e.target as HTMLInputElement).value)} @focus=${() => this.#propose()} @keydown=${(e: KeyboardEvent) => this.#key(e)}
        @blur=${(e: FocusEvent) => { if (!this.contains(e.relatedTarget as Node | null)) this.open = false; }}>
      ${any ? html`<button type="button" class="icon-button is-small" aria-label=${t('search-clear')} data-tip=${t('search-clear')} @click=${() => { this.chips = []; this.rest = ''; clearSearch(); }}>${icon('x')}</button>` : html`<kbd class="search-key" aria-hidden="true">/</kbd>`}
      <div class="search-list" id="search-list" role="listbox" aria-label=${t('search-proposals')} ?hidden=${!this.open || this.#list.length === 0}>
        ${this.open ? this.#list.map((p, i) => html`<div class="search-option" role="option" id="search-option-${i}" aria-selected=${i === this.at} @pointerdown=${(e: Event) => e.preventDefault()} @click=${() => { this.#take(p); }}>
          ${icon(p.icon)}<span class="search-option-label truncate">${p.label}</span><span class="search-option-detail truncate">${p.detail}</span></div>`) : nothing}
      </div>
    </form>`;
  }
}
define('wx-search', WxSearch);
