// The message list: a grid of fixed-height rows of which only those near the window exist. Focus stays on the
// grid; aria-activedescendant names the cursor's row, which is never unmounted.
import { sentence } from '../../api/client.ts';
import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { css, html, ifDefined, nothing, repeat } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { route } from '../../core/router.ts';
import * as actions from '../../store/actions.ts';
import { folder, folderName } from '../../store/folders.ts';
import * as list from '../../store/list.ts';
import * as reader from '../../store/reader.ts';
import { clearSearch, query, setFilter, setScope } from '../../store/search.ts';
import { smimeOn, settings } from '../../store/session.ts';
import { toast } from '../../store/toasts.ts';
import { commandButton, commandItem } from '../parts/command-button.ts';
import { separator } from '../parts/menu.ts';
import type { MenuItem } from '../parts/menu.ts';
import { DRAG_TYPE } from '../shell/sidebar.ts';
import { windowOf } from './window.ts';
import { boneRow, messageRow, rowId } from './row.ts';
import type { RowState } from './row.ts';

export class WxList extends WxElement {
  static override properties = { top: { state: true }, height: { state: true } };
  declare top: number;
  declare height: number;
  #row = 68;
  #anchor: { uid: number; offset: number } | null = null;
  #settle: ReturnType<typeof setTimeout> | undefined;
  #shown: list.Source | null = null;
  #revealed: number | null = null;
  #version = 0;

  constructor() { super(); this.top = 0; this.height = 800; }

  get #grid(): HTMLElement | null { return this.querySelector<HTMLElement>('.grid'); }

  override connectedCallback(): void {
    super.connectedCallback();
    const sizes = new ResizeObserver(() => this.#measure());
    sizes.observe(this);
    this.onLeave(() => sizes.disconnect());
  }

  #measure(): void {
    const grid = this.#grid;
    if (!grid) return;
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
    const row = parseFloat(getComputedStyle(grid).getPropertyValue('--row')) || 4.25;
    this.#row = Math.round(row * rem);
    this.height = grid.clientHeight || this.height;
    this.requestUpdate();
  }

  #scrolled(): void {
    const grid = this.#grid;
    if (!grid) return;
    this.top = grid.scrollTop;
    const first = Math.floor(this.top / this.#row);
    const r = list.rowAt(first);
    this.#anchor = r && this.top > 0 ? { uid: r.uid, offset: this.top - first * this.#row } : null;
  }

  /** Rows that came or went above the window must not move what is read. */
  #keepPlace(): void {
    const grid = this.#grid;
    if (!grid || !this.#anchor) return;
    const p = list.positionOf(this.#anchor.uid);
    if (p < 0) return;
    const top = p * this.#row + this.#anchor.offset;
    if (Math.abs(top - grid.scrollTop) > 1) { grid.scrollTop = top; this.top = top; }
  }

  override updated(): void {
    const grid = this.#grid;
    if (!grid) return;
    if (!list.sameSource(this.#shown, list.source.value)) {
      this.#shown = list.source.value;
      this.#anchor = null;
      grid.scrollTop = 0;
      this.top = 0;
      this.#measure();
    } else if (list.version.value !== this.#version) this.#keepPlace(); // reads the layout: not for every frame of a scroll
    this.#version = list.version.value;
    const active = list.activeUid.value;
    if (active !== this.#revealed) { this.#revealed = active; if (active !== null) this.reveal(active); }
    const { from, to } = windowOf(this.top, this.height, this.#row, list.total.value, 4);
    clearTimeout(this.#settle);
    // While the wheel spins through thousands, only the place where it rests is fetched.
    if (list.total.value) this.#settle = setTimeout(() => list.need(from, to), list.rowAt(from) || list.rowAt(to - 1) ? 0 : 70);
  }

  /** Brings the cursor's row into the window. */
  reveal(uid: number): void {
    const grid = this.#grid;
    const p = list.positionOf(uid);
    if (!grid || p < 0) return;
    const y = p * this.#row;
    if (y < grid.scrollTop) grid.scrollTop = y;
    else if (y + this.#row > grid.scrollTop + grid.clientHeight) grid.scrollTop = y + this.#row - grid.clientHeight;
  }

  #uidOf(event: Event): number | null {
    const uid = (event.target as Element).closest<HTMLElement>('[data-uid]')?.dataset.uid;
    return uid ? Number(uid) : null;
  }

  #click(event: MouseEvent): void {
    const uid = this.#uidOf(event);
    if (uid === null) return;
    const target = event.target as Element;
    if (target.closest('[data-star]')) { actions.toggleFlag([uid]); return; }
    if (event.shiftKey) { void list.selectTo(uid); return; }
    if (target.closest('.row-pick') || event.ctrlKey || event.metaKey) { list.toggle(uid); list.activeUid.value = uid; this.requestUpdate(); return; }
    list.clearSelection();
    actions.openMessage(uid);
  }

  #pointer(event: PointerEvent): void {
    if (event.shiftKey) event.preventDefault();
    const uid = this.#uidOf(event);
    const ref = uid === null ? null : actions.refOf(uid);
    if (ref && event.button === 0) reader.prefetch(ref);
  }

  #dragStart(event: DragEvent): void {
    const uid = this.#uidOf(event);
    if (uid === null || !event.dataTransfer) return;
    const uids = list.selection.value.has(uid) ? [...list.selection.value] : [uid];
    event.dataTransfer.setData(DRAG_TYPE, JSON.stringify(uids));
    event.dataTransfer.effectAllowed = 'move';
    const label = document.createElement('div');
    label.className = 'drag-label';
    label.textContent = t('messages-count', { n: uids.length });
    document.body.append(label);
    event.dataTransfer.setDragImage(label, 12, 12);
    setTimeout(() => label.remove());
  }

  #key(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'a') { event.preventDefault(); void this.#all(); }
      return;
    }
    const page = Math.max(1, Math.floor(this.height / this.#row) - 1);
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -list.total.value, End: list.total.value };
    const by = steps[event.key];
    if (by !== undefined) { event.preventDefault(); void actions.step(by, event.shiftKey); return; }
    const uid = list.activeUid.value;
    if (event.key === 'Enter' && uid !== null) { event.preventDefault(); actions.openMessage(uid); }
    else if (event.key === ' ' && uid !== null) { event.preventDefault(); if (event.shiftKey) void list.selectTo(uid); else list.toggle(uid); }
    else if (event.key === 'Delete') { event.preventDefault(); void actions.remove(); }
  }

  async #all(): Promise<void> {
    if (list.selection.value.size) { list.clearSelection(); return; }
    if (!(await list.selectAll())) toast(t('select-all-cut', { n: list.selection.value.size, total: list.total.value }));
  }

  #more(): MenuItem[] {
    return [commandItem('message.move'), commandItem('message.unread'), commandItem('message.flag'), commandItem('message.junk'), separator, commandItem('list.clear')];
  }

  #filters(): MenuItem[] {
    const f = query.value?.filters ?? {};
    const one = (name: 'unread' | 'flagged' | 'attachment' | 'encrypted' | 'signed', glyph: string): MenuItem => (
      { label: t(`filter-${name}`), icon: glyph, checked: f[name] === true, run: () => setFilter(name, f[name] !== true) });
    const items = [one('unread', 'mail'), one('flagged', 'star'), one('attachment', 'paperclip')];
    if (smimeOn.value) items.push(one('encrypted', 'lock'), one('signed', 'seal-plain'));
    return items;
  }

  #head(n: number): TemplateResult {
    const s = list.source.value;
    const f = folder(s?.folder ?? null);
    const chosen = list.selection.value.size;
    const all = chosen > 0 && chosen >= n;
    const box = html`<span class="list-all"><input type="checkbox" class="check" aria-label=${t('select-all')} data-tip=${t('select-all')} .checked=${all} .indeterminate=${chosen > 0 && !all} ?disabled=${n === 0} @click=${(e: Event) => { e.preventDefault(); void this.#all(); }}></span>`;
    if (chosen) {
      return html`<div class="list-head is-selecting" role="toolbar" aria-label=${t('selection-actions')}>${box}
        <strong class="list-title" aria-live="polite">${t('selected-count', { n: chosen })}</strong>
        ${commandButton('message.archive')}${commandButton('message.delete')}${commandButton('message.move')}${commandButton('message.unread')}
        <wx-menu label=${t('more-actions')} .items=${() => this.#more()}></wx-menu></div>`;
    }
    const title = s?.query ? t('search-results') : folderName(f);
    return html`<div class="list-head">${box}
      <div class="list-name"><h1 class="list-title truncate">${title}</h1>
        <span class="list-count truncate">${list.loading.value ? nothing : s?.query ? t('search-found', { n, folder: folderName(f) }) : t('messages-count', { n })}</span></div>
      ${commandButton('list.refresh')}
      <wx-menu label=${t('filter')} icon="list-filter" .items=${() => this.#filters()}></wx-menu></div>`;
  }

  #searchBar(): TemplateResult | typeof nothing {
    const q = list.source.value?.query;
    if (!q) return nothing;
    const only = list.headerOnly.value;
    return html`<div class="search-bar">
      <div class="segments" role="group" aria-label=${t('search-scope')}>
        <button type="button" class="segment" aria-pressed=${q.scope === 'all'} @click=${() => setScope('all')}>${t('search-scope-all')}</button>
        <button type="button" class="segment" aria-pressed=${q.scope === 'headers'} @click=${() => setScope('headers')}>${t('search-scope-headers')}</button>
      </div>
      ${(Object.keys(q.filters) as (keyof typeof q.filters)[]).map((name) => html`<button type="button" class="chip" aria-pressed="true" @click=${() => setFilter(name, false)}>${t(`filter-${name}`)}${icon('x', t('filter-remove'))}</button>`)}
      <button type="button" class="link search-close" @click=${() => clearSearch()}>${t('search-close')}</button>
      ${only > 0 && q.scope === 'all' ? html`<p class="search-note" role="status">${icon('lock')}<span>${t('search-header-only', { n: only })}</span></p>` : nothing}
    </div>`;
  }

  #empty(): TemplateResult {
    const s = list.source.value;
    if (list.failure.value) {
      return html`<div class="empty" role="alert"><span class="empty-art">${icon('circle-alert')}</span><h2>${t('list-failed')}</h2><p>${sentence(list.failure.value)}</p>
        <button type="button" class="button" @click=${() => void list.refresh()}>${icon('refresh-cw')}${t('try-again')}</button></div>`;
    }
    if (s?.query) {
      return html`<div class="empty" role="status"><span class="empty-art">${icon('search')}</span><h2>${t('search-none')}</h2><p>${t('search-none-text')}</p>
        <button type="button" class="button" @click=${() => clearSearch()}>${t('search-close')}</button></div>`;
    }
    const role = folder(s?.folder ?? null)?.role;
    return html`<div class="empty" role="status"><span class="empty-art">${icon(role === 'inbox' ? 'inbox' : role === 'trash' ? 'trash' : 'mail-open')}</span>
      <h2>${t(role === 'inbox' ? 'empty-inbox' : 'empty-folder')}</h2><p>${t(role === 'inbox' ? 'empty-inbox-text' : role === 'trash' ? 'empty-trash-text' : role === 'drafts' ? 'empty-drafts-text' : 'empty-folder-text')}</p></div>`;
  }

  override render(): TemplateResult {
    void list.version.value;
    void settings.value.list.density;
    const n = list.total.value;
    const { from, to } = windowOf(this.top, this.height, this.#row, n, 6);
    const active = list.activeUid.value;
    const at = list.positionOf(active);
    const positions = Array.from({ length: to - from }, (_, i) => from + i);
    if (at >= 0 && (at < from || at >= to)) positions.push(at);
    const s = list.source.value;
    const f = folder(s?.folder ?? null);
    const openUid = route.value.page === 'mail' ? route.value.uid : null;
    const selection = list.selection.value;
    const state = (position: number, uid: number): RowState => ({
      position, top: position * this.#row, active: uid === active, selected: selection.has(uid), open: uid === openUid, selecting: selection.size > 0, folder: f, smime: smimeOn.value,
    });
    const busy = list.loading.value && n === 0;
    return html`${this.#head(n)}${this.#searchBar()}
      <div class="grid ${selection.size ? 'is-selecting' : ''}" role="grid" tabindex="0" aria-label=${t('list-label', { folder: folderName(f) })} aria-multiselectable="true"
        aria-rowcount=${n} aria-busy=${busy} aria-activedescendant=${ifDefined(at >= 0 && active !== null ? rowId(active) : undefined)}
        @scroll=${this.#scrolled} @click=${this.#click} @pointerdown=${this.#pointer} @keydown=${this.#key} @dragstart=${this.#dragStart}>
        ${busy ? html`<div class="grid-space" role="rowgroup">${Array.from({ length: 12 }, (_, i) => boneRow(state(i, -1)))}</div>`
          : n === 0 ? html`<div role="row" class="grid-empty"><div role="gridcell" class="grid-empty">${this.#empty()}</div></div>`
          : html`<div class="grid-space" role="rowgroup" ${css({ height: `${n * this.#row}px` })}>
              ${repeat(positions, (p) => list.rowAt(p)?.uid ?? `p${p}`, (p) => { const row = list.rowAt(p); return row ? messageRow(row, state(p, row.uid)) : boneRow(state(p, -1)); })}
            </div>`}
      </div>`;
  }
}
define('wx-list', WxList);
