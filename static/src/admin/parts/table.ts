// The one table: role=grid, only rows near the window in the page, sorted and filtered by the server, chosen one by one, by range or
// all that is found. The focus stays on the grid (aria-activedescendant); the active row is never taken out of the page.
import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { count } from '../../core/format.ts';
import { t } from '../../core/i18n.ts';
import { css, html, live, nothing, repeat } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { failure } from './small.ts';
import type { Rows, Selection } from './rows.ts';

export interface Column<T> {
  id: string;
  label: string;
  /** Word of the server's `sort`; absent: not sorted by. */
  sort?: string;
  /** A track of CSS grid. */
  width: string;
  cell: (row: T) => unknown;
  end?: boolean;
  /** On a phone: the first line, the second one, or not at all. */
  phone?: 'first' | 'second' | 'none';
}
const SPARE = 6;
let serial = 0;

export class WxTable<T = unknown> extends WxElement {
  static override properties = {
    columns: { attribute: false }, rows: { attribute: false }, selection: { attribute: false }, label: {}, tall: { type: Boolean }, bulk: { attribute: false }, opened: {}, empty: { attribute: false },
    first: { state: true }, last: { state: true }, active: { state: true }, height: { state: true },
  };
  declare columns: Column<T>[];
  declare rows: Rows<T>;
  /** null: nothing is chosen here. */
  declare selection: Selection<T> | null;
  declare label: string;
  /** Rows of three lines, for words that wrap. */
  declare tall: boolean;
  /** Buttons for what is chosen. */
  declare bulk: (() => unknown) | null;
  /** Key of the row that is shown beside the table. */
  declare opened: string;
  declare empty: (() => TemplateResult) | null;
  /** Enter, or a press on a row. */
  declare open: ((row: T) => void) | null;
  declare first: number;
  declare last: number;
  declare active: number;
  declare height: number;
  #id = `table-${++serial}`;
  #anchor = -1;
  #watch: ResizeObserver | null = null;

  constructor() {
    super();
    this.columns = []; this.selection = null; this.tall = false; this.label = ''; this.bulk = null; this.opened = ''; this.empty = null; this.open = null;
    this.first = 0; this.last = 40; this.active = -1; this.height = 44;
  }

  get #grid(): HTMLElement | null { return this.querySelector<HTMLElement>('.table-scroll'); }

  override firstUpdated(): void {
    const grid = this.#grid!;
    this.#watch = new ResizeObserver(() => this.#look());
    this.#watch.observe(grid);
    this.onLeave(() => this.#watch?.disconnect());
    this.#look();
  }
  override updated(): void { this.rows.need(this.first, this.last); }

  #look = (): void => {
    const grid = this.#grid;
    if (!grid) return;
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.height = Math.round((grid.clientWidth < 640 ? (this.tall ? 7.5 : 3.75) : this.tall ? 4.25 : 2.75) * rem);
    this.toggleAttribute('data-phone', grid.clientWidth < 640);
    const first = Math.max(0, Math.floor(grid.scrollTop / this.height) - SPARE);
    const last = Math.ceil((grid.scrollTop + grid.clientHeight) / this.height) + SPARE;
    if (first !== this.first || last !== this.last) { this.first = first; this.last = last; }
  };

  /** To the top, where another question begins. */
  top(): void { this.active = -1; this.#anchor = -1; if (this.#grid) this.#grid.scrollTop = 0; this.#look(); }
  override focus(): void { this.#grid?.focus(); }

  #to(i: number): void {
    const n = this.rows.total.value;
    if (n <= 0) return;
    this.active = Math.max(0, Math.min(n - 1, i));
    const grid = this.#grid!;
    const head = this.querySelector<HTMLElement>('.table-head')?.offsetHeight ?? 0;
    const top = this.active * this.height;
    if (top < grid.scrollTop) grid.scrollTop = top;
    else if (top + this.height > grid.scrollTop + grid.clientHeight - head) grid.scrollTop = top + this.height - grid.clientHeight + head;
    this.#look();
  }

  #choose(from: number, to: number, on: boolean): void {
    const keys: string[] = [];
    for (let i = Math.min(from, to); i <= Math.max(from, to); i++) { const r = this.rows.row(i); if (r) keys.push(this.rows.keyOf(r)); }
    this.selection?.set(keys, on);
  }

  #key(e: KeyboardEvent): void {
    if (e.target !== this.#grid) return;
    const s = this.selection;
    const page = Math.max(1, Math.floor((this.#grid!.clientHeight - this.height) / this.height) - 1);
    const steps: Record<string, number> = { ArrowDown: this.active + 1, ArrowUp: this.active < 0 ? 0 : this.active - 1, PageDown: this.active + page, PageUp: this.active - page, Home: 0, End: this.rows.total.value - 1 };
    const row = this.active >= 0 ? this.rows.row(this.active) : null;
    if (e.key in steps && !e.altKey && !e.metaKey) {
      const before = Math.max(0, this.active);
      this.#to(steps[e.key]!);
      if (e.shiftKey && s) { if (this.#anchor < 0) this.#anchor = before; this.#choose(this.#anchor, this.active, true); } else this.#anchor = this.active;
    } else if (e.key === ' ' && s && row) { s.toggle(this.rows.keyOf(row)); this.#anchor = this.active; }
    else if (e.key === 'Enter' && row) this.open?.(row);
    else if (e.key === 'a' && (e.ctrlKey || e.metaKey) && s) s.everything();
    else if (e.key === 'Escape' && s && s.count() > 0) s.clear();
    else return;
    e.preventDefault();
    e.stopPropagation();
  }

  #press(e: MouseEvent, i: number, row: T): void {
    if ((e.target as Element).closest('a, button, .table-pick')) return;
    this.active = i;
    if (e.shiftKey && this.selection) { this.#choose(Math.max(0, this.#anchor), i, true); return; }
    if ((e.ctrlKey || e.metaKey) && this.selection) { this.selection.toggle(this.rows.keyOf(row)); this.#anchor = i; return; }
    this.#anchor = i;
    this.open?.(row);
  }
  #pick(e: MouseEvent, i: number, row: T): void {
    if (e.shiftKey && this.#anchor >= 0) this.#choose(this.#anchor, i, true);
    else this.selection!.toggle(this.rows.keyOf(row));
    this.#anchor = i;
    this.active = i;
    this.focus();
  }

  #sort(c: Column<T>): void {
    const q = this.rows.query.value;
    const same = q.sort === c.sort;
    this.dispatchEvent(new CustomEvent('sort', { detail: { sort: c.sort!, descending: same ? !q.descending : false } }));
  }

  #head(): TemplateResult {
    const q = this.rows.query.value;
    const s = this.selection;
    const n = s?.count() ?? 0;
    return html`<div class="table-row table-head" role="row" aria-rowindex="1">
      ${s ? html`<span class="table-cell table-pick" role="columnheader" @click=${() => { if (n > 0) s.clear(); else s.everything(); }}><input type="checkbox" class="check" tabindex="-1" aria-label=${t('adm-table-all')} .checked=${live(n > 0 && n === this.rows.total.value)} .indeterminate=${live(n > 0 && n < this.rows.total.value)}></span>` : nothing}
      ${this.columns.map((c) => html`<span class="table-cell ${c.end ? 'is-end' : ''}" role="columnheader" data-phone=${c.phone ?? 'none'} aria-sort=${c.sort && q.sort === c.sort ? (q.descending ? 'descending' : 'ascending') : nothing}>
        ${c.sort ? html`<button type="button" class="table-sort" @click=${() => this.#sort(c)}>${c.label}${q.sort === c.sort ? icon(q.descending ? 'arrow-down' : 'arrow-up') : nothing}</button>` : c.label}</span>`)}</div>`;
  }

  #row(i: number): TemplateResult {
    const row = this.rows.row(i);
    const place = css({ 'inset-block-start': `${i * this.height}px`, 'block-size': `${this.height}px` });
    if (!row) return html`<div class="table-row is-bone" role="row" aria-rowindex=${i + 2} ${place}><span role="gridcell" class="table-cell"><span class="bone"></span></span></div>`;
    const key = this.rows.keyOf(row);
    const chosen = this.selection?.has(key) ?? false;
    return html`<div class="table-row ${chosen ? 'is-chosen' : ''} ${i === this.active ? 'is-active' : ''} ${key === this.opened ? 'is-open' : ''}" role="row" id=${`${this.#id}-${i}`} aria-rowindex=${i + 2} aria-selected=${this.selection ? String(chosen) as 'true' : nothing} ${place}
      @click=${(e: MouseEvent) => this.#press(e, i, row)}>
      ${this.selection ? html`<span class="table-cell table-pick" role="gridcell" @click=${(e: MouseEvent) => this.#pick(e, i, row)}><input type="checkbox" class="check" tabindex="-1" aria-label=${t('adm-table-choose', { what: key })} .checked=${live(chosen)}></span>` : nothing}
      ${this.columns.map((c) => html`<span class="table-cell ${c.end ? 'is-end' : ''}" role="gridcell" data-phone=${c.phone ?? 'none'}>${c.cell(row)}</span>`)}</div>`;
  }

  #bulk(): TemplateResult | typeof nothing {
    const s = this.selection;
    if (!s || !this.bulk) return nothing;
    const n = s.count();
    const total = this.rows.total.value;
    return html`<div class="table-bulk ${n ? '' : 'is-off'}" ?inert=${n === 0} role="toolbar" aria-label=${t('adm-table-bulk')}><span class="table-bulk-count" role="status">${n ? t('adm-table-chosen', { n: count(n) }) : ''}</span>
      ${n > 0 && n < total ? html`<button type="button" class="button button-small button-quiet" @click=${() => { s.everything(); this.focus(); }}>${t('adm-table-all-found', { n: count(total) })}</button>` : nothing}
      <span class="table-bulk-acts">${this.bulk()}</span><button type="button" class="icon-button is-small" aria-label=${t('adm-table-none')} data-tip=${t('adm-table-none')} @click=${() => { s.clear(); this.focus(); }}>${icon('x')}</button></div>`;
  }

  override render(): TemplateResult {
    const r = this.rows;
    void r.version.value;
    const total = r.total.value;
    const shown: number[] = [];
    for (let i = this.first; i <= Math.min(this.last, (total < 0 ? 12 : total) - 1); i++) shown.push(i);
    if (this.active >= 0 && this.active < total && (this.active < this.first || this.active > this.last)) shown.push(this.active);
    const tracks = [...(this.selection ? ['2.75rem'] : []), ...this.columns.map((c) => c.width)].join(' ');
    return html`<div class="table ${this.selection ? 'has-pick' : ''}" ${css({ '--tracks': tracks })}>
      <div class="table-scroll" role="grid" tabindex="0" aria-label=${this.label} aria-multiselectable=${this.selection ? 'true' : nothing} aria-rowcount=${total < 0 ? -1 : total + 1} aria-busy=${total < 0 || r.loading.value ? 'true' : 'false'}
        aria-activedescendant=${this.active >= 0 && this.active < total ? `${this.#id}-${this.active}` : nothing} @keydown=${(e: KeyboardEvent) => this.#key(e)} @scroll=${this.#look}
        @focus=${() => { if (this.active < 0 && total > 0) this.#to(Math.min(total - 1, this.first + (this.first ? SPARE : 0))); }}>
        ${this.#head()}
        ${total === 0 || (total < 0 && r.failure.value !== null) ? nothing : html`<div class="table-body" role="rowgroup" ${css({ 'block-size': `${(total < 0 ? 12 : total) * this.height}px` })}>${repeat(shown, (i) => i, (i) => this.#row(i))}</div>`}
      </div>
      ${r.failure.value !== null ? html`<div class="table-over">${failure(r.failure.value, () => r.reload())}</div>` : total === 0 && !r.loading.value ? html`<div class="table-over">${this.empty?.() ?? nothing}</div>` : nothing}
      ${this.#bulk()}</div>`;
  }
}
define('wx-table', WxTable);
