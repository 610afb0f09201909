// Rows of a list by position, newest first, of which only some are here. Pure, so that it can be tested.
import type { Row } from '../api/types.ts';

/** At most this many rows are kept; those farthest from the last look are dropped. */
export const MAX_ROWS = 3000;

export class RowWindow {
  total = 0;
  #rows = new Map<number, Row>();
  #limit: number;

  constructor(total = 0, limit = MAX_ROWS) {
    this.total = total;
    this.#limit = limit;
  }

  get size(): number { return this.#rows.size; }
  at(position: number): Row | undefined { return this.#rows.get(position); }

  put(offset: number, rows: readonly Row[]): void {
    for (const [i, row] of rows.entries()) {
      const position = offset + i;
      if (position < this.total) this.#rows.set(position, row);
    }
    this.#trim(offset + rows.length / 2);
  }

  positionOf(uid: number): number {
    for (const [position, row] of this.#rows) if (row.uid === uid) return position;
    return -1;
  }

  row(uid: number): Row | undefined {
    const p = this.positionOf(uid);
    return p < 0 ? undefined : this.#rows.get(p);
  }

  replace(row: Row): void {
    const p = this.positionOf(row.uid);
    if (p >= 0) this.#rows.set(p, row);
  }

  /** Removes rows and closes the gaps. Uids that are not here only make the list shorter. */
  remove(uids: ReadonlySet<number>): { position: number; row: Row }[] {
    const gone: { position: number; row: Row }[] = [];
    const next = new Map<number, Row>();
    const sorted = [...this.#rows].sort((a, b) => a[0] - b[0]);
    for (const [position, row] of sorted) {
      if (uids.has(row.uid)) gone.push({ position, row });
      else next.set(position - gone.length, row);
    }
    this.#rows = next;
    this.total = Math.max(0, this.total - uids.size);
    for (const position of this.#rows.keys()) if (position >= this.total) this.#rows.delete(position);
    return gone;
  }

  /** Puts rows back where they were (undo, refusal). */
  restore(rows: readonly { position: number; row: Row }[], missing = 0): void {
    this.total += rows.length + missing;
    for (const { position, row } of [...rows].sort((a, b) => a.position - b.position)) {
      const next = new Map<number, Row>();
      for (const [p, r] of this.#rows) next.set(p >= position ? p + 1 : p, r);
      next.set(position, row);
      this.#rows = next;
    }
  }

  /** Ranges of [from, to) that are not here, in pieces of at most `most`. */
  missing(from: number, to: number, most = 200): { offset: number; limit: number }[] {
    const out: { offset: number; limit: number }[] = [];
    let start = -1;
    const end = Math.min(to, this.total);
    for (let p = Math.max(0, from); p <= end; p++) {
      const lacks = p < end && !this.#rows.has(p);
      if (lacks && start < 0) start = p;
      if (start >= 0 && (!lacks || p - start >= most)) {
        out.push({ offset: start, limit: p - start });
        start = lacks ? p : -1;
      }
    }
    return out;
  }

  all(): Row[] { return [...this.#rows].sort((a, b) => a[0] - b[0]).map(([, r]) => r); }

  #trim(center: number): void {
    if (this.#rows.size <= this.#limit) return;
    const far = [...this.#rows.keys()].sort((a, b) => Math.abs(b - center) - Math.abs(a - center));
    for (const p of far.slice(0, this.#rows.size - Math.floor(this.#limit * 0.8))) this.#rows.delete(p);
  }
}
