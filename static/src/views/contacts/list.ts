// The people of the address book: a list box of which only what is near the window is drawn.
import type { Contact } from '../../api/types.ts';
import * as api from '../../api/contacts.ts';
import type { Found } from '../../api/contacts.ts';
import { sentence } from '../../api/client.ts';
import { WxElement, define } from '../../core/element.ts';
import { foreign } from '../../core/foreign.ts';
import { count } from '../../core/format.ts';
import { icon } from '../../core/icon.ts';
import { shownAddress } from '../../core/idn.ts';
import { t } from '../../core/i18n.ts';
import { css, html, ifDefined, live, nothing, repeat } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { go, route } from '../../core/router.ts';
import * as people from '../../store/people.ts';
import { smimeOn } from '../../store/session.ts';
import { toast } from '../../store/toasts.ts';
import { announce, drawer, newcomer, wide } from '../../store/ui.ts';
import { separator } from '../parts/menu.ts';
import type { MenuItem } from '../parts/menu.ts';
import { exportAll, importFile } from './cards.ts';
import { face, titleOf } from './face.ts';
import { addToGroup, editGroup } from './groups.ts';
import { merge } from './merge.ts';
import { removePeople, writeTo } from './several.ts';

const WAIT_MS = 150;
const ROW_REM = 3.75;
const OVER = 8;

export class WxPeople extends WxElement {
  static override properties = { top: { state: true }, height: { state: true }, at: { state: true }, met: { state: true }, typed: { state: true } };
  declare top: number;
  declare height: number;
  /** Position of the cursor. */
  declare at: number;
  /** Whom one has written to, for what is typed. */
  declare met: readonly Found[];
  declare typed: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #row = 60;
  #sizes: ResizeObserver | null = null;
  constructor() { super(); this.top = 0; this.height = 0; this.at = 0; this.met = []; this.typed = people.text.peek(); }

  get #box(): HTMLElement | null { return this.querySelector<HTMLElement>('.people'); }
  #open(): string | null { const r = route.value; return r.page === 'contacts' ? r.id : null; }

  override firstUpdated(): void {
    this.#row = ROW_REM * parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.#sizes = new ResizeObserver(() => { this.height = this.#box?.clientHeight ?? 0; });
    this.#sizes.observe(this.#box!);
    // Whoever came by the keyboard goes on here.
    if (wide.value && !this.#open() && document.activeElement?.matches('body, #main, .header-contacts')) this.#box?.focus();
    void people.refresh();
    people.loadGroups().catch(() => undefined);
    if (this.typed.trim()) void this.#askMet(this.typed.trim());
  }
  override disconnectedCallback(): void { super.disconnectedCallback(); this.#sizes?.disconnect(); clearTimeout(this.#timer); }
  override updated(): void { const { from, to } = this.#range(); people.want(from, to); }

  #range(): { from: number; to: number } {
    const n = people.total.value ?? 0;
    const first = Math.floor(this.top / this.#row);
    return { from: Math.max(0, Math.min(first, n) - OVER), to: Math.min(n, first + Math.ceil(this.height / this.#row) + OVER) };
  }

  // ---- words ----

  #type(words: string): void {
    this.typed = words;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#search(words.trim()), WAIT_MS);
  }
  async #search(words: string): Promise<void> {
    this.at = 0;
    if (this.#box) this.#box.scrollTop = 0;
    await Promise.all([people.narrow(words, people.group.peek()), this.#askMet(words)]);
    if (this.typed.trim() === words && people.total.value !== null) announce(t('people-count', { n: people.total.value }));
  }
  async #askMet(words: string): Promise<void> {
    if (!words || people.group.peek() !== null) { this.met = []; return; }
    try {
      const found = (await api.complete(words)).filter((f) => f.source === 'met');
      if (this.typed.trim() === words) this.met = found;
    } catch { this.met = []; }
  }
  async #forget(f: Found): Promise<void> {
    try {
      await api.forgetMet(f.address!);
      this.met = this.met.filter((x) => x !== f);
      toast(t('met-forgotten', { address: foreign(f.address, 80) }));
    } catch (error) { toast(sentence(error), { kind: 'bad' }); }
  }

  // ---- the cursor ----

  #show(c: Contact | undefined): void { if (c) go({ page: 'contacts', id: c.id }, { replace: this.#open() !== null }); }

  #move(to: number): void {
    const n = people.total.value ?? 0;
    if (n === 0) return;
    this.at = Math.max(0, Math.min(n - 1, to));
    const box = this.#box!;
    const top = this.at * this.#row;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + this.#row > box.scrollTop + box.clientHeight) box.scrollTop = top + this.#row - box.clientHeight;
  }

  #key(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(this.height / this.#row) - 1);
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1, PageDown: page, PageUp: -page, Home: -1e9, End: 1e9 };
    const by = steps[event.key];
    const c = people.rowAt(this.at);
    if (by !== undefined) { this.#move(this.at + by); if (wide.value && this.#open() && this.#open() !== 'new') this.#show(people.rowAt(this.at)); }
    else if (event.key === 'Enter' || event.key === 'o') this.#show(c);
    else if ((event.key === ' ' || event.key === 'x') && c) this.#toggle(c);
    else if (event.key === 'Escape' && people.chosen.value.size) people.clearChosen();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #toggle(c: Contact): void {
    people.toggle(c);
    announce(t('people-chosen', { n: people.chosen.value.size }));
  }

  #click(event: MouseEvent): void {
    const row = (event.target as Element).closest<HTMLElement>('.person-row');
    if (!row) return;
    const at = Number(row.dataset.at);
    const c = people.rowAt(at);
    this.at = at;
    if (!c) return;
    if ((event.target as Element).closest('.person-pick') || event.ctrlKey || event.metaKey) this.#toggle(c);
    else this.#show(c);
  }

  // ---- what is drawn ----

  #rowOf(at: number): TemplateResult {
    const c = people.rowAt(at);
    const place = css({ transform: `translateY(${at * this.#row}px)` });
    if (!c) return html`<div class="person-row is-bone" role="option" aria-selected="false" aria-label=${t('loading')} ${place}><span class="bone bone-avatar"></span><span class="bone person-bone"></span></div>`;
    const chosen = people.chosen.value.has(c.id);
    const open = this.#open() === c.id;
    const title = titleOf(c);
    const waits = c.certificates.some((k) => k.state === 'pending');
    const ready = c.certificates.some((k) => k.state === 'valid' && k.can_encrypt && k.status === 'ready');
    const first = c.addresses[0]?.address ?? '';
    const rest = c.addresses.length - 1;
    return html`<div class="person-row ${open ? 'is-open' : ''} ${this.at === at ? 'is-active' : ''} ${chosen ? 'is-chosen' : ''}" role="option" id="person-${c.id}" data-at=${at} data-id=${c.id} aria-selected=${people.chosen.value.size ? chosen : open}
        aria-posinset=${at + 1} aria-setsize=${people.total.value ?? 0} ${place}>
      <span class="person-pick"><span class="person-tick ${chosen ? 'is-on' : ''}" aria-hidden="true">${icon('check')}</span>${face(c)}</span>
      <span class="person-who"><bdi class="person-name truncate">${title}</bdi><span class="muted truncate"><bdi>${title === foreign(first, 80) ? '' : foreign(shownAddress(first), 120)}</bdi>${rest > 0 ? html` ${t('person-more-addresses', { n: rest })}` : nothing}</span></span>
      ${smimeOn.value && waits ? icon('clock', t('person-waits'), 'person-mark is-warning') : smimeOn.value && ready ? icon('lock', t('person-ready'), 'person-mark') : nothing}</div>`;
  }

  #metOf(f: Found): TemplateResult {
    const name = foreign(f.name || f.address, 80);
    const add = (): void => { newcomer.value = { name: f.name, address: f.address! }; go({ page: 'contacts', id: 'new' }); };
    return html`<li class="met-row"><span class="person-who"><bdi class="truncate">${name}</bdi>${f.name ? html`<bdi class="muted truncate">${foreign(f.address, 120)}</bdi>` : nothing}</span>
      <button type="button" class="icon-button" aria-label=${t('met-add', { name })} data-tip=${t('met-add-tip')} @click=${add}>${icon('plus')}</button>
      <button type="button" class="icon-button" aria-label=${t('met-forget', { name })} data-tip=${t('met-forget-tip')} @click=${() => void this.#forget(f)}>${icon('x')}</button></li>`;
  }

  #menu(): MenuItem[] {
    const now = people.groups.value.find((g) => g.id === people.group.value);
    return [
      { label: t('circle-new'), icon: 'users', run: () => void editGroup(null) },
      ...(now ? [{ label: t('circle-edit', { name: now.name }), icon: 'pen-line', run: () => void editGroup(now) }] : []),
      separator,
      { label: t('cards-import'), icon: 'folder-input', run: () => void importFile() },
      { label: t('cards-export-4'), icon: 'download', disabled: !people.total.value, run: () => void exportAll(4) },
      { label: t('cards-export-3'), icon: 'download', disabled: !people.total.value, run: () => void exportAll(3) },
    ];
  }

  #head(): TemplateResult {
    const n = people.total.value;
    const chosen = people.chosen.value;
    if (chosen.size) {
      const ids = [...chosen.keys()];
      const acts: [string, string, () => void, boolean?][] = [
        ['write', 'pen-line', () => void writeTo([...chosen.values()])], ['group', 'users', () => void addToGroup(ids)],
        ['merge', 'merge', () => void merge(ids), chosen.size < 2], ['remove', 'trash', () => void removePeople(ids)],
      ];
      return html`<div class="list-head is-selecting people-head"><button type="button" class="icon-button" aria-label=${t('people-clear')} data-tip=${t('people-clear')} @click=${() => people.clearChosen()}>${icon('x')}</button>
        <h1 class="list-title" role="status">${t('people-chosen', { n: chosen.size })}</h1>
        ${acts.map(([act, glyph, run, off]) => html`<button type="button" class="icon-button" data-act=${act} aria-label=${t(`people-${act}`)} data-tip=${t(`people-${act}`)} ?disabled=${off ?? false} @click=${run}>${icon(glyph)}</button>`)}</div>`;
    }
    return html`<div class="list-head people-head"><div class="list-name"><h1 class="list-title">${t('contacts')}</h1><span class="list-count" role="status">${n === null ? '' : t('people-count', { n })}</span></div>
      <button type="button" class="button button-small" data-act="new" @click=${() => { drawer.value = false; newcomer.value = null; go({ page: 'contacts', id: 'new' }); }}>${icon('plus')}${t('person-new')}</button>
      <wx-menu label=${t('more-actions')} .items=${() => this.#menu()}></wx-menu></div>`;
  }

  #narrow(): TemplateResult {
    const all = people.groups.value;
    const pick = (e: Event): void => { this.at = 0; if (this.#box) this.#box.scrollTop = 0; void people.narrow(people.text.peek(), (e.target as HTMLSelectElement).value || null).then(() => this.#askMet(this.typed.trim())); };
    return html`<div class="people-narrow"><label class="people-search">${icon('search')}<span class="visually-hidden">${t('people-search')}</span>
        <input class="input" type="search" id="people-search" autocomplete="off" spellcheck="false" maxlength="200" placeholder=${t('people-find')} .value=${live(this.typed)}
          @input=${(e: InputEvent) => this.#type((e.target as HTMLInputElement).value)}
          @keydown=${(e: KeyboardEvent) => { if (e.key === 'ArrowDown') { e.preventDefault(); this.#box?.focus(); } else if (e.key === 'Escape' && this.typed) { e.preventDefault(); e.stopPropagation(); this.#type(''); } }}></label>
      ${all.length ? html`<span class="select-wrap"><select class="select" aria-label=${t('people-group-filter')} @change=${pick}><option value="" ?selected=${people.group.value === null}>${t('people-everyone')}</option>
        ${all.map((g) => html`<option value=${g.id} ?selected=${g.id === people.group.value}>${t('circle-option', { name: g.name, n: g.members.length })}</option>`)}</select>${icon('chevron-down')}</span>` : nothing}</div>`;
  }

  #nobody(): TemplateResult {
    if (people.failure.value) return html`<div class="empty" role="alert"><span class="empty-art">${icon('circle-alert')}</span><h2>${t('people-failed')}</h2><p>${sentence(people.failure.value)}</p><button type="button" class="button" @click=${() => void people.refresh()}>${icon('refresh-cw')}${t('try-again')}</button></div>`;
    if (people.total.value === null) return html`<div class="people-bones" aria-hidden="true">${[0, 1, 2, 3, 4, 5, 6].map((i) => html`<div class="person-row is-bone" ${css({ transform: `translateY(${i * this.#row}px)` })}><span class="bone bone-avatar"></span><span class="bone person-bone"></span></div>`)}</div>`;
    if (people.text.value) return html`<div class="empty" role="status"><span class="empty-art">${icon('search')}</span><h2>${t('people-none-found')}</h2><p>${t('people-none-found-how')}</p></div>`;
    if (people.group.value) return html`<div class="empty"><span class="empty-art">${icon('users')}</span><h2>${t('circle-empty')}</h2><p>${t('circle-empty-how')}</p></div>`;
    return html`<div class="empty"><span class="empty-art">${icon('users')}</span><h2>${t('people-none')}</h2><p>${t('people-none-how')}</p>
      <div class="empty-actions"><button type="button" class="button button-primary" @click=${() => go({ page: 'contacts', id: 'new' })}>${icon('plus')}${t('person-new')}</button><button type="button" class="button" @click=${() => void importFile()}>${icon('folder-input')}${t('cards-import')}</button></div></div>`;
  }

  override render(): TemplateResult {
    void people.version.value;
    const n = people.total.value ?? 0;
    const { from, to } = this.#range();
    const shown = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
    // The cursor is never taken off the page.
    if (n > 0 && this.at < n && (this.at < from || this.at >= to)) shown.push(this.at);
    const active = people.rowAt(this.at);
    return html`${this.#head()}${this.#narrow()}
      <div class="people" role=${n > 0 ? 'listbox' : nothing} tabindex=${n > 0 ? '0' : '-1'} aria-label=${n > 0 ? t('contacts') : nothing} aria-multiselectable=${n > 0 ? 'true' : nothing} aria-busy=${people.total.value === null && !people.failure.value}
        aria-activedescendant=${ifDefined(n > 0 && active ? `person-${active.id}` : undefined)} @scroll=${(e: Event) => { this.top = (e.target as HTMLElement).scrollTop; }} @keydown=${this.#key} @click=${this.#click}>
        ${n === 0 ? this.#nobody() : html`<div class="people-space" role="presentation" ${css({ height: `${n * this.#row}px` })}>${repeat(shown, (p) => people.rowAt(p)?.id ?? `p${p}`, (p) => this.#rowOf(p))}</div>`}
      </div>
      ${people.failure.value && n > 0 ? html`<div class="list-trouble" role="alert">${icon('circle-alert')}<span>${sentence(people.failure.value)}</span><button type="button" class="button button-small" @click=${() => void people.refresh()}>${t('try-again')}</button></div>` : nothing}
      ${this.met.length ? html`<section class="met" aria-labelledby="met-title"><h2 id="met-title">${t('met-title')} <span class="muted">${count(this.met.length)}</span></h2><ul>${repeat(this.met, (f) => f.address!, (f) => this.#metOf(f))}</ul></section>` : nothing}`;
  }
}
define('wx-people', WxPeople);
