// A button that opens a menu. Arrow keys walk it, Escape closes it, focus returns to the button.
import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { html, nothing, ifDefined } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';

export interface MenuItem {
  label: string;
  icon?: string | undefined;
  keys?: string[][] | undefined;
  checked?: boolean | undefined;
  disabled?: boolean | undefined;
  danger?: boolean | undefined;
  /** One of several, of which one is on. */
  radio?: boolean | undefined;
  /** A title above those that follow. */
  heading?: boolean | undefined;
  /** Colour of a label: shown as a dot in place of the icon's own. */
  colour?: string | undefined;
  separator?: boolean | undefined;
  run: () => void;
}

let serial = 0;

/** Puts a popover beside its anchor, inside the window, following the writing direction. */
/** under: what the panel keeps clear of above and below, where it is more than the anchor. */
export function place(panel: HTMLElement, anchor: Element, under: Element | null = null): void {
  const a = anchor.getBoundingClientRect();
  const clear = (under ?? anchor).getBoundingClientRect();
  const p = panel.getBoundingClientRect();
  const rtl = getComputedStyle(anchor).direction === 'rtl';
  const gap = 4;
  const preferEnd = a.left + a.width / 2 > innerWidth / 2;
  let left = preferEnd !== rtl ? a.right - p.width : a.left;
  left = Math.max(8, Math.min(left, innerWidth - p.width - 8));
  let top = clear.bottom + gap;
  if (top + p.height > innerHeight - 8) top = Math.max(8, clear.top - gap - p.height);
  panel.style.left = `${left}px`;
  panel.style.top = `${top}px`;
}

export class WxMenu extends WxElement {
  static override properties = {
    label: {}, icon: {}, glyph: {}, items: { attribute: false }, lazy: { attribute: false }, text: {}, buttonClass: { attribute: 'button-class' }, head: { attribute: false }, open: { state: true },
  };
  declare label: string;
  declare icon: string;
  declare glyph: string;
  declare items: () => MenuItem[];
  /** Items whose code is loaded when the menu is first opened. */
  declare lazy: (() => Promise<() => MenuItem[]>) | null;
  declare text: string;
  declare buttonClass: string;
  declare head: TemplateResult | typeof nothing;
  declare open: boolean;
  #id = `menu-${++serial}`;

  constructor() {
    super();
    this.label = ''; this.icon = 'ellipsis'; this.glyph = ''; this.items = () => []; this.lazy = null; this.text = ''; this.buttonClass = 'icon-button'; this.head = nothing; this.open = false;
  }

  get #panel(): HTMLElement { return this.querySelector<HTMLElement>('.menu')!; }
  get #buttons(): HTMLElement[] { return [...this.querySelectorAll<HTMLElement>('.menu-item')]; }

  async show(): Promise<void> {
    if (this.lazy) { this.items = await this.lazy(); this.lazy = null; }
    this.open = true;
    await this.updateComplete;
    this.#panel.showPopover();
    place(this.#panel, this.querySelector('[data-trigger]')!);
    this.#buttons.find((b) => b.getAttribute('aria-disabled') !== 'true')?.focus();
  }

  #hide(): void { if (this.#panel.matches(':popover-open')) this.#panel.hidePopover(); }

  #toggled(event: ToggleEvent): void {
    if (event.newState === 'closed') {
      this.open = false;
      if (this.contains(document.activeElement)) this.querySelector<HTMLElement>('[data-trigger]')?.focus();
    }
  }

  #key(event: KeyboardEvent): void {
    const items = this.#buttons;
    const at = items.indexOf(document.activeElement as HTMLElement);
    const to = (i: number): void => { items[(i + items.length) % items.length]?.focus(); };
    if (event.key === 'ArrowDown') to(at + 1);
    else if (event.key === 'ArrowUp') to(at < 0 ? -1 : at - 1);
    else if (event.key === 'Home') to(0);
    else if (event.key === 'End') to(-1);
    else if (event.key === 'Tab') { this.#hide(); return; }
    else if (event.key === 'Escape') this.#hide();
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && event.key !== ' ') {
      const hit = [...items.slice(at + 1), ...items.slice(0, at + 1)].find((b) => b.textContent!.trim().toLowerCase().startsWith(event.key.toLowerCase()));
      hit?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  override render(): TemplateResult {
    const items = this.open ? this.items() : [];
    return html`
      <button type="button" class=${this.buttonClass} data-trigger aria-haspopup="menu" aria-expanded=${this.open} aria-controls=${this.#id}
        aria-label=${ifDefined(this.text ? undefined : this.label)} data-tip=${ifDefined(this.text ? undefined : this.label)}
        @click=${() => (this.open ? this.#hide() : void this.show())}>
        ${this.glyph ? html`<span class="glyph" data-glyph=${this.glyph}></span>` : this.icon ? icon(this.icon) : nothing}${this.text ? html`<span>${this.text}</span>${icon('chevron-down')}` : nothing}
      </button>
      <div class="menu" id=${this.#id} popover role="menu" aria-label=${this.label || this.text} @toggle=${this.#toggled} @keydown=${this.#key}>
        ${this.open ? this.head : nothing}
        ${items.map((i) => i.separator ? html`<div class="menu-sep" role="separator"></div>` : i.heading ? html`<div class="menu-title" role="presentation">${i.label}</div>` : html`
          <button type="button" class="menu-item ${i.danger ? 'is-danger' : ''}" tabindex="-1"
            role=${i.checked === undefined ? 'menuitem' : i.radio ? 'menuitemradio' : 'menuitemcheckbox'} aria-checked=${ifDefined(i.checked === undefined ? undefined : String(i.checked) as 'true')}
            aria-disabled=${ifDefined(i.disabled ? 'true' : undefined)}
            @click=${() => { if (i.disabled) return; this.#hide(); i.run(); }}>
            ${i.icon ? icon(i.icon, undefined, i.colour ? `label-ink label-${i.colour}` : '') : nothing}<span>${i.label}</span>
            ${i.checked ? icon('check') : nothing}
            ${i.keys?.length ? html`<span class="menu-keys" aria-hidden="true">${i.keys.map((p) => p.map((k) => html`<kbd>${k}</kbd>`))}</span>` : nothing}
          </button>`)}
      </div>`;
  }
}
define('wx-menu', WxMenu);
export const separator: MenuItem = { label: '', separator: true, run: () => undefined };
