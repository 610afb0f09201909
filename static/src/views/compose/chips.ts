// Recipients as chips with one input: an ARIA combobox. Comma, Enter, blur and paste commit; Backspace selects the
// last chip, a second one deletes it; arrow keys walk the chips; Enter on a chip edits it.
import * as mail from '../../api/mail.ts';
import type { Address, RecipientInfo } from '../../api/types.ts';
import { isAddress, parseAddresses, unique } from '../../core/address.ts';
import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, ifDefined, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { loadedRows } from '../../store/list.ts';
import { announce } from '../../store/ui.ts';
import { recipientState } from './security-tab.ts';

let book: Promise<Address[]> | null = null;
/** Contacts, then people of the messages at hand. */
function addressBook(): Promise<Address[]> {
  const asked = book ?? mail.getContacts().then((list) => list.flatMap((c) => c.addresses.map(({ address }) => ({ name: c.name, address })))).catch((): Address[] => { book = null; return []; });
  book = asked;
  return asked.then((contacts) => unique([...contacts, ...loadedRows().flatMap((r) => [...r.from, ...r.to])]));
}

let serial = 0;

export class WxChips extends WxElement {
  static override properties = {
    label: {}, value: { attribute: false }, infoOf: { attribute: false }, strict: { type: Boolean }, smime: { type: Boolean }, typed: { state: true }, found: { state: true }, at: { state: true }, chip: { state: true },
  };
  declare label: string;
  declare value: Address[];
  declare infoOf: (a: Address) => RecipientInfo | undefined;
  /** The message will be encrypted: a missing certificate is a warning, not a remark. */
  declare strict: boolean;
  declare smime: boolean;
  declare typed: string;
  declare found: Address[];
  declare at: number;
  declare chip: number;
  #id = `chips-${++serial}`;

  constructor() { super(); this.label = ''; this.value = []; this.infoOf = () => undefined; this.strict = false; this.smime = false; this.typed = ''; this.found = []; this.at = -1; this.chip = -1; }

  get input(): HTMLInputElement { return this.querySelector<HTMLInputElement>('.chips-input')!; }

  #set(list: Address[]): void { this.dispatchEvent(new CustomEvent('wx-chips', { detail: unique(list) })); }

  /** Turns what is typed into chips. */
  commit(): void {
    const list = parseAddresses(this.typed);
    this.typed = '';
    this.found = [];
    this.at = -1;
    if (list.length) { this.#set([...this.value, ...list]); announce(t('chips-added', { n: list.length })); }
  }

  #choose(a: Address): void {
    this.typed = '';
    this.found = [];
    this.at = -1;
    this.#set([...this.value, a]);
    announce(t('chips-added', { n: 1 }));
    this.input.focus();
  }

  #remove(i: number): void {
    const gone = this.value[i];
    this.#set(this.value.filter((_, n) => n !== i));
    if (gone) announce(t('chips-removed', { name: gone.name || gone.address }));
    this.chip = -1;
    this.input.focus();
  }

  #edit(i: number): void {
    const a = this.value[i];
    if (!a) return;
    this.commit();
    this.typed = a.name ? `${a.name} <${a.address}>` : a.address;
    this.#set(this.value.filter((x) => x !== a));
    void this.updateComplete.then(() => { this.input.focus(); this.input.select(); });
  }

  async #suggest(): Promise<void> {
    const words = this.typed.toLowerCase().trim();
    if (words.length < 1) { this.found = []; return; }
    const all = await addressBook();
    if (this.typed.toLowerCase().trim() !== words) return;
    const chosen = new Set(this.value.map((a) => a.address.toLowerCase()));
    const score = (a: Address): number => (a.name.toLowerCase().startsWith(words) || a.address.toLowerCase().startsWith(words) ? 0 : a.name.toLowerCase().split(/\s+/).some((w) => w.startsWith(words)) ? 1 : a.address.toLowerCase().includes(words) ? 2 : 9);
    this.found = all.filter((a) => score(a) < 9 && !chosen.has(a.address.toLowerCase())).sort((a, b) => score(a) - score(b)).slice(0, 7);
    this.at = this.found.length ? 0 : -1;
  }

  #type(event: InputEvent): void {
    const text = (event.target as HTMLInputElement).value;
    this.typed = text;
    const quoted = (text.match(/(?<!\\)"/g)?.length ?? 0) % 2 === 1;
    if (!quoted && /[,;]\s*$/.test(text)) this.commit();
    else void this.#suggest();
  }

  #paste(event: ClipboardEvent): void {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    const list = parseAddresses(text);
    if (list.length < 2 && !(list[0] && isAddress(list[0].address) && this.typed === '')) return;
    event.preventDefault();
    this.#set([...this.value, ...list]);
    announce(t('chips-added', { n: list.length }));
  }

  #key(event: KeyboardEvent): void {
    const { key } = event;
    const open = this.found.length > 0;
    if (open && (key === 'ArrowDown' || key === 'ArrowUp')) { event.preventDefault(); this.at = (this.at + (key === 'ArrowDown' ? 1 : -1) + this.found.length) % this.found.length; return; }
    if (key === 'Enter' || (key === 'Tab' && open && !event.shiftKey)) {
      if (event.ctrlKey || event.metaKey) { this.commit(); return; }
      const pick = this.found[this.at];
      if (pick && open) { event.preventDefault(); this.#choose(pick); } else if (this.typed.trim()) { event.preventDefault(); this.commit(); } else if (key === 'Enter') event.preventDefault();
      return;
    }
    if (key === 'Escape' && (open || this.typed)) { event.preventDefault(); event.stopPropagation(); if (open) this.found = []; else this.typed = ''; return; }
    const start = this.input.selectionStart === 0 && this.input.selectionEnd === 0;
    if ((key === 'Backspace' || key === 'ArrowLeft') && start && this.value.length) { event.preventDefault(); this.#focusChip(this.value.length - 1); }
  }

  #focusChip(i: number): void {
    if (i >= this.value.length) { this.chip = -1; this.input.focus(); return; }
    this.chip = Math.max(0, i);
    void this.updateComplete.then(() => this.querySelectorAll<HTMLElement>('.recipient')[this.chip]?.focus());
  }

  #chipKey(event: KeyboardEvent, i: number): void {
    const { key } = event;
    if (key === 'Backspace' || key === 'Delete') this.#remove(i);
    else if (key === 'ArrowLeft') this.#focusChip(i - 1);
    else if (key === 'ArrowRight') this.#focusChip(i + 1);
    else if (key === 'Enter' || key === 'F2') this.#edit(i);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #state(a: Address): { glyph: string; words: string; level: string } | null {
    if (!isAddress(a.address)) return { glyph: 'circle-alert', words: t('recipient-invalid-address'), level: 'bad' };
    if (!this.smime) return null;
    const i = this.infoOf(a);
    return i ? recipientState(i, a.address, this.strict) : null;
  }

  override render(): TemplateResult {
    const open = this.found.length > 0;
    return html`<div class="chips" @click=${(e: MouseEvent) => { if (e.target === e.currentTarget) this.input.focus(); }}>
      <label class="chips-label" for=${this.#id}>${this.label}</label>
      ${this.value.map((a, i) => {
        const s = this.#state(a);
        const name = a.name || a.address;
        return html`<span class="recipient is-${s?.level ?? 'plain'}" role="button" tabindex=${this.chip === i ? 0 : -1} aria-label=${[name, a.name ? a.address : '', s?.words ?? '', t('chip-hint')].filter(Boolean).join(', ')}
            data-tip=${[a.name ? a.address : '', s?.words ?? ''].filter(Boolean).join(' · ') || a.address}
            @keydown=${(e: KeyboardEvent) => this.#chipKey(e, i)} @dblclick=${() => this.#edit(i)} @focus=${() => { this.chip = i; }}>
          ${s ? icon(s.glyph) : nothing}<bdi class="truncate">${name}</bdi>
          <span class="recipient-remove" role="presentation" @click=${(e: Event) => { e.stopPropagation(); this.#remove(i); }}>${icon('x')}</span></span>`;
      })}
      <input class="chips-input" id=${this.#id} type="text" inputmode="email" autocomplete="off" autocapitalize="off" autocorrect="off" spellcheck="false" role="combobox" aria-autocomplete="list"
        aria-expanded=${open} aria-controls="${this.#id}-list" aria-activedescendant=${ifDefined(open && this.at >= 0 ? `${this.#id}-${this.at}` : undefined)}
        .value=${this.typed} @input=${this.#type} @keydown=${this.#key} @paste=${this.#paste} @focus=${() => void addressBook()}
        @blur=${() => { setTimeout(() => { this.found = []; if (this.typed.trim() && document.activeElement !== this.input) this.commit(); }, 120); }}>
      <div class="suggestions" id="${this.#id}-list" role="listbox" aria-label=${t('suggestions')} ?hidden=${!open}>
        ${this.found.map((a, i) => html`<div class="suggestion ${i === this.at ? 'is-active' : ''}" id="${this.#id}-${i}" role="option" aria-selected=${i === this.at} @pointerdown=${(e: Event) => { e.preventDefault(); this.#choose(a); }}>
          <bdi class="truncate">${a.name || a.address}</bdi>${a.name ? html`<bdi class="muted truncate">${a.address}</bdi>` : nothing}</div>`)}
      </div></div>`;
  }
}
define('wx-chips', WxChips);
