// The message list: a grid of fixed-height rows of which only those near the window exist. Focus stays on the
// grid; aria-activedescendant names the cursor's row, which is never unmounted.
import { sentence } from '../../api/client.ts';
import type { Row } from '../../api/types.ts';
import { runCommand } from '../../core/commands.ts';
import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { css, html, ifDefined, nothing, repeat } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { remember } from '../../core/place.ts';
import { route } from '../../core/router.ts';
import * as actions from '../../store/actions.ts';
import { paged } from '../../store/arrange.ts';
import { writing } from '../../store/composers.ts';
import { folder, folderName } from '../../store/folders.ts';
import * as list from '../../store/list.ts';
import * as reader from '../../store/reader.ts';
import * as chosen from '../../store/selection.ts';
import { smimeOn, settings } from '../../store/session.ts';
import { snippetOf, snippetVersion, wantPeople, wantSnippets } from '../../store/snippets.ts';
import { toast } from '../../store/toasts.ts';
import { DRAG_TYPE, dragged } from '../../store/ui.ts';
import { markFound } from '../parts/search.ts';
import { emptyList, listHead, pager, searchBar, selectionBanner } from './frame.ts';
import { Track, windowOf } from './window.ts';
import { boneRow, messageRow, rowId } from './row.ts';

const OVER = 6;
/** Rows beyond the window that are asked for before they are seen. */
const AHEAD = 25;
const PAGE_ROWS = 50;
const REST_MS = 160;
type Touch = typeof import('./touch.ts');

export class WxList extends WxElement {
  static override properties = { top: { state: true }, height: { state: true }, page: { state: true } };
  declare top: number;
  declare height: number;
  declare page: number;
  #row = 68;
  #track = new Track();
  #scrollTop = 0;
  /** Rows on the screen and how far they are below its edge: what must not move. */
  #anchors: { uid: number; offset: number }[] = [];
  #settle: ReturnType<typeof setTimeout> | undefined;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #words: ReturnType<typeof setTimeout> | undefined;
  #shown: list.Source | null = null;
  #placed = true;
  #held: (() => void) | null = null;
  #revealed: number | null = null;
  #version = 0;
  #look = '';
  #touch: Touch | null = null;

  constructor() { super(); this.top = 0; this.height = 800; this.page = 0; }

  get #grid(): HTMLElement | null { return this.querySelector<HTMLElement>('.grid'); }

  override connectedCallback(): void {
    super.connectedCallback();
    const sizes = new ResizeObserver(() => this.#measure());
    sizes.observe(this);
    this.onLeave(() => sizes.disconnect());
    // Fingers need their part from the first touch on.
    if (matchMedia('(any-pointer: coarse)').matches) setTimeout(() => void this.#fingers(), 500);
    // The element is made anew (settings were shown): the list is where it was.
    if (this.hasUpdated) this.#shown = null;
  }

  #measure(): void {
    const grid = this.#grid;
    if (!grid || grid.clientHeight === 0) return;
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
    const row = Math.round((parseFloat(getComputedStyle(grid).getPropertyValue('--row')) || 4.25) * rem);
    const first = this.#anchors[0];
    this.height = grid.clientHeight;
    if (row !== this.#row) { this.#row = row; this.#track.set(list.total.value * row, this.height); if (first) { const p = list.positionOf(first.uid); if (p >= 0) this.#scrollTo(p * row); } }
    // It was not shown for a while (a phone's reader): browsers forget where it stood.
    else if (grid.scrollTop === 0 && this.#scrollTop > 0) this.#scrollTo(this.top);
    this.requestUpdate();
  }

  #scrollTo(pixel: number): void {
    const grid = this.#grid;
    if (!grid || paged.value) return;
    this.#track.set(list.total.value * this.#row, this.height);
    const to = this.#track.seek(Math.max(0, pixel));
    grid.scrollTop = to;
    this.#scrollTop = to;
    this.top = this.#track.at(to);
  }

  /** Goes to a place and stays there while the list is still getting as high as it is about to be: for some frames, or
   *  until somebody scrolls. */
  #hold(pixel: number): void {
    this.#scrollTo(pixel);
    let frames = 20;
    const mine = (this.#held = () => {
      const grid = this.#grid;
      if (this.#held !== mine || !grid || frames-- === 0) { if (this.#held === mine) this.#held = null; return; }
      const most = Math.max(0, this.#track.height - grid.clientHeight);
      if (Math.abs(grid.scrollTop - Math.min(this.#scrollTop, most)) > 2) this.#scrollTo(pixel);
      requestAnimationFrame(mine);
    });
    requestAnimationFrame(mine);
  }

  #scrolled(): void {
    const grid = this.#grid;
    if (!grid || paged.value || grid.clientHeight === 0) return;
    const now = grid.scrollTop;
    if (now === this.#scrollTop || this.#held) return;
    this.#track.moved(this.#scrollTop, now);
    this.#scrollTop = now;
    this.top = this.#track.at(now);
    this.#note();
    this.#restSoon();
  }

  #restSoon(): void {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#rested(), REST_MS);
  }

  #note(): void {
    const first = Math.floor(this.top / this.#row);
    this.#anchors = [];
    if (this.top <= 0) return;
    for (let p = first; p < first + this.height / this.#row; p++) {
      const r = list.rowAt(p);
      if (r) this.#anchors.push({ uid: r.uid, offset: this.top - p * this.#row });
    }
  }

  /** The scrolling has come to rest: the bar goes where it belongs, and the place is remembered. */
  #rested(): void {
    if (this.#track.scaled) { const to = this.#track.seek(this.top); if (to !== this.#scrollTop) this.#scrollTo(this.top); }
    const first = Math.floor(this.top / this.#row);
    const row = list.rowAt(first);
    if (route.value.page === 'mail' && row) remember(first === 0 ? null : { position: first, offset: Math.round(this.top - first * this.#row), uid: row.uid });
  }

  /** Rows that came or went above the window must not move what is read. */
  #keepPlace(): void {
    const hold = this.#anchors.find((a) => list.positionOf(a.uid) >= 0);
    if (!hold || !this.#grid) return;
    const top = list.positionOf(hold.uid) * this.#row + hold.offset;
    if (Math.abs(top - this.top) > 1) this.#scrollTo(top);
  }

  override updated(): void {
    markFound(document, null);
    const grid = this.#grid;
    if (!grid) return;
    const look = `${settings.value.list.density} ${settings.value.list.snippets} ${paged.value}`;
    if (!list.sameSource(this.#shown, list.source.value)) {
      this.#shown = list.source.value;
      this.#anchors = [];
      this.#placed = list.place.value === null;
      this.page = 0;
      this.#measure();
      this.#scrollTo(0);
    } else if (list.version.value !== this.#version) { this.#keepPlace(); this.#note(); this.#restSoon(); } // reads the layout: not for every frame of a scroll
    if (look !== this.#look) { this.#look = look; this.#measure(); }
    this.#version = list.version.value;
    const at = list.place.value;
    if (!this.#placed && at && list.total.value > 0) {
      this.#placed = true;
      const found = list.positionOf(at.uid);
      this.#hold((found >= 0 ? found : Math.min(at.position, list.total.value - 1)) * this.#row + at.offset);
      this.#note();
    }
    const active = list.activeUid.value;
    if (active !== this.#revealed && (active === null || list.positionOf(active) >= 0)) { this.#revealed = active; if (active !== null) this.reveal(active); }
    const { from, to } = this.#range(4);
    clearTimeout(this.#settle);
    // While the wheel spins through thousands, only the place where it rests is fetched.
    if (list.total.value) this.#settle = setTimeout(() => this.#fetch(from, to), list.rowAt(from) || list.rowAt(to - 1) ? 0 : 70);
  }

  #fetch(from: number, to: number): void {
    list.need(Math.max(0, from - AHEAD), Math.min(list.total.value, to + AHEAD));
    const rows: Row[] = [];
    for (let p = from; p < to; p++) { const r = list.rowAt(p); if (r) rows.push(r); }
    clearTimeout(this.#words);
    this.#words = setTimeout(() => { wantPeople(rows); if (settings.value.list.snippets) wantSnippets(rows); }, REST_MS);
  }

  #range(over: number): { from: number; to: number } {
    const n = list.total.value;
    if (paged.value) { const from = Math.min(this.page, Math.max(0, Math.ceil(n / PAGE_ROWS) - 1)) * PAGE_ROWS; return { from, to: Math.min(n, from + PAGE_ROWS) }; }
    return windowOf(this.top, this.height, this.#row, n, over);
  }

  /** Brings the cursor's row into the window. */
  reveal(uid: number): void {
    const grid = this.#grid;
    const p = list.positionOf(uid);
    if (!grid || p < 0) return;
    if (paged.value) {
      this.page = Math.floor(p / PAGE_ROWS);
      void this.updateComplete.then(() => grid.querySelector(`#${rowId(list.rowAt(p)?.uid ?? 0)}`)?.scrollIntoView({ block: 'nearest' }));
      return;
    }
    const y = p * this.#row;
    const far = y < this.top - 3 * this.height || y > this.top + 4 * this.height;
    if (far) this.#scrollTo(y - this.height / 3);
    else if (y < this.top) this.#scrollTo(y);
    else if (y + this.#row > this.top + this.height) this.#scrollTo(y + this.#row - this.height);
    this.#note();
  }

  #letGo = (): void => { this.#held = null; };

  #uidOf(event: Event): number | null {
    const uid = (event.target as Element).closest<HTMLElement>('[data-uid]')?.dataset.uid;
    return uid ? Number(uid) : null;
  }

  async #extend(uid: number): Promise<void> {
    if (!(await chosen.selectTo(uid))) toast(t('select-range-cut', { n: chosen.MOST }));
    list.activeUid.value = uid;
  }

  #click(event: MouseEvent): void {
    const uid = this.#uidOf(event);
    if (uid === null || this.#touch?.swallowsClick()) return;
    const target = event.target as Element;
    if (target.closest('[data-star]')) { actions.toggleFlag(actions.aimAt([uid])); return; }
    if (event.shiftKey) { void this.#extend(uid); return; }
    // While a finger chooses, every touch chooses.
    const choosing = chosen.choosing.value && this.#touch !== null && (event as PointerEvent).pointerType === 'touch';
    if (target.closest('.row-pick') || event.ctrlKey || event.metaKey || choosing) { chosen.toggle(uid); list.activeUid.value = uid; this.requestUpdate(); return; }
    chosen.clearSelection();
    actions.openMessage(uid);
  }

  #pointer(event: PointerEvent): void {
    this.#letGo();
    if (event.shiftKey) event.preventDefault();
    const uid = this.#uidOf(event);
    if (event.pointerType === 'touch') {
      if (this.#touch) this.#touch.begin(event, this.#grid!);
      else void this.#fingers();
    }
    const ref = uid === null ? null : actions.refOf(uid);
    if (ref && event.button === 0) reader.prefetch(ref);
  }

  async #fingers(): Promise<void> { this.#touch ??= await import('./touch.ts').catch(() => null); }

  #dragStart(event: DragEvent): void {
    const uid = this.#uidOf(event);
    const row = uid === null ? undefined : list.rowOf(uid);
    if (!row || !event.dataTransfer) return;
    const aim = chosen.isChosen(row) ? actions.aim() : actions.aimAt([row.uid]);
    dragged.value = aim;
    event.dataTransfer.setData(DRAG_TYPE, '1');
    event.dataTransfer.effectAllowed = 'copyMove';
    const label = document.createElement('div');
    label.className = 'drag-label';
    label.textContent = t('messages-count', { n: aim === null ? 1 : 'uids' in aim ? aim.uids.length : aim.rows });
    document.body.append(label);
    event.dataTransfer.setDragImage(label, 12, 12);
    setTimeout(() => label.remove());
  }

  #key(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'a') { event.preventDefault(); this.chooseAll(true); }
      return;
    }
    this.#letGo();
    const page = Math.max(1, Math.floor(this.height / this.#row) - 1);
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -list.total.value, End: list.total.value };
    const by = steps[event.key];
    if (by !== undefined) { event.preventDefault(); void actions.step(by, event.shiftKey); return; }
    const uid = list.activeUid.value;
    if (event.key === 'Enter' && uid !== null) { event.preventDefault(); actions.openMessage(uid); }
    else if (event.key === ' ' && uid !== null) { event.preventDefault(); if (event.shiftKey) void this.#extend(uid); else chosen.toggle(uid); }
    else if (event.key === 'Delete') { event.preventDefault(); if (!event.repeat) void actions.remove(); }
  }

  /** All in view; in a short folder all there are; asked again, everything. */
  chooseAll(more = false): void {
    const n = list.total.value;
    if (n === 0) return;
    if (chosen.choosing.value) {
      if (!more) chosen.clearSelection();
      else if (chosen.chosenCount.value < n) chosen.selectEverything();
      return;
    }
    const { from, to } = paged.value ? this.#range(0) : windowOf(this.top, this.height, this.#row, n, 0);
    chosen.selectShown(from, to);
    if (n <= 200) void list.loadAll(0, n).then(() => { if (chosen.selection.value.size) chosen.selectShown(0, n); });
  }

  #positions(): number[] {
    const { from, to } = this.#range(OVER);
    const positions = Array.from({ length: to - from }, (_, i) => from + i);
    const at = list.positionOf(list.activeUid.value);
    if (!paged.value && at >= 0 && (at < from || at >= to)) positions.push(at);
    return positions;
  }

  #draw(p: number): TemplateResult {
    const row = list.rowAt(p);
    const top = paged.value ? 0 : p * this.#row - this.#track.base;
    if (!row) return boneRow(p, top);
    const s = list.source.value;
    const open = route.value.page === 'mail' && route.value.uid !== null && list.positionOf(route.value.uid) === p;
    return messageRow(row, {
      position: p, top, active: list.positionOf(list.activeUid.value) === p, selected: chosen.isChosen(row), open, folder: folder(s?.folder ?? null), smime: smimeOn.value,
      snippet: settings.value.list.snippets ? snippetOf(row) : null,
    });
  }

  override render(): TemplateResult {
    void list.version.value;
    void snippetVersion.value;
    void settings.value.list;
    const n = list.total.value;
    const choosing = chosen.choosing.value;
    this.#track.set(n * this.#row, this.height);
    const at = list.positionOf(list.activeUid.value);
    const active = at >= 0 ? list.rowAt(at) : undefined;
    const s = list.source.value;
    const busy = list.loading.value && n === 0;
    const many = paged.value;
    const classes = `grid ${choosing ? 'is-selecting' : ''} ${settings.value.list.snippets ? 'has-snippets' : ''} ${many ? 'is-paged' : ''}`;
    return html`${listHead(n, () => this.chooseAll())}${searchBar()}${choosing ? selectionBanner(n) : nothing}
      <div class=${classes} role="grid" tabindex="0" aria-label=${t('list-label', { folder: folderName(folder(s?.folder ?? null)) })} aria-multiselectable="true"
        aria-rowcount=${n} aria-busy=${busy} aria-activedescendant=${ifDefined(active ? rowId(active.uid) : undefined)}
        @scroll=${this.#scrolled} @wheel=${{ handleEvent: this.#letGo, passive: true }} @touchstart=${{ handleEvent: this.#letGo, passive: true }} @click=${this.#click} @pointerdown=${this.#pointer} @keydown=${this.#key} @dragstart=${this.#dragStart} @dragend=${() => { dragged.value = null; }}>
        ${busy ? html`<div class="grid-space" role="rowgroup">${Array.from({ length: 12 }, (_, i) => boneRow(i, i * this.#row))}</div>`
          : n === 0 ? html`<div role="row" class="grid-empty"><div role="gridcell" class="grid-empty">${emptyList()}</div></div>`
          : html`<div class="grid-space" role="rowgroup" ${css(many ? {} : { height: `${this.#track.height}px` })}>
              ${repeat(this.#positions(), (p) => list.rowAt(p)?.uid ?? `p${p}`, (p) => this.#draw(p))}
            </div>`}
      </div>
      ${choosing || writing.value ? nothing : html`<div class="compose-float"><button type="button" class="compose-round" aria-label=${t('compose')} data-tip=${t('compose')} @click=${() => runCommand('compose.new')}>${icon('pen-line')}</button></div>`}
      ${list.failure.value && n > 0 ? html`<div class="list-trouble" role="alert">${icon('circle-alert')}<span>${sentence(list.failure.value)}</span><button type="button" class="button button-small" @click=${() => void list.refresh()}>${t('try-again')}</button></div>` : nothing}
      ${many && n > 0 ? pager(this.#range(0), n, (by) => { this.page += by; this.#grid?.scrollTo({ top: 0 }); }) : nothing}`;
  }
}
define('wx-list', WxList);
