// What can be done with a recipient: by right button, the menu key, or a tap.
import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { place } from '../parts/menu.ts';
import type { MenuItem } from '../parts/menu.ts';

export class WxChipMenu extends WxElement {
  static override properties = { items: { state: true }, label: { state: true } };
  declare items: readonly MenuItem[];
  declare label: string;
  #back: HTMLElement | null = null;

  constructor() { super(); this.items = []; this.label = ''; }

  get #panel(): HTMLElement { return this.querySelector<HTMLElement>('.menu')!; }

  async show(anchor: HTMLElement, label: string, items: readonly MenuItem[]): Promise<void> {
    this.items = items;
    this.label = label;
    this.#back = anchor;
    await this.updateComplete;
    this.#panel.showPopover();
    place(this.#panel, anchor);
    this.querySelector<HTMLElement>('.menu-item')?.focus();
  }

  #hide(): void { if (this.#panel.matches(':popover-open')) this.#panel.hidePopover(); }

  #key(event: KeyboardEvent): void {
    const all = [...this.querySelectorAll<HTMLElement>('.menu-item')];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const { key } = event;
    if (key === 'ArrowDown' || key === 'ArrowUp') all[(at + (key === 'ArrowDown' ? 1 : -1) + all.length) % all.length]?.focus();
    else if (key === 'Home' || key === 'End') all.at(key === 'Home' ? 0 : -1)?.focus();
    else if (key === 'Escape' || key === 'Tab') this.#hide();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  override render(): TemplateResult {
    return html`<div class="menu" popover role="menu" aria-label=${this.label} @keydown=${this.#key}
        @toggle=${(e: ToggleEvent) => { if (e.newState !== 'closed') return; if (this.contains(document.activeElement)) this.#back?.focus(); this.items = []; }}>
      ${this.items.map((i) => html`<button type="button" role="menuitem" tabindex="-1" class="menu-item ${i.danger ? 'is-danger' : ''}" @click=${() => { this.#hide(); i.run(); }}>
        ${i.icon ? icon(i.icon) : nothing}<span>${i.label}</span>${i.keys?.length ? html`<span class="menu-keys" aria-hidden="true">${i.keys.map((p) => p.map((k) => html`<kbd>${k}</kbd>`))}</span>` : nothing}</button>`)}</div>`;
  }
}
define('wx-chip-menu', WxChipMenu);
