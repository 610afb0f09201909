// Rows of a list by position, of which only some are here. Pure, so that it can be tested. A row of a conversation
// stands for all of its messages: any of their numbers finds it.
import type { Row } from '../api/types.ts';

/** At most this many rows are kept; those farthest from the last look are dropped. */
export const MAX_ROWS = 1500;

export interface Taken { position: number; row: Row }
const numbers = (row: Row): readonly number[] => row.thread?.uids ?? [row.uid];

export class RowWindow {
  total = 0;
  /** How often rows were put elsewhere. */
  moves = 0;
  #rows = new Map<number, Row>();
  #at = new Map<number, number>();
  #limit: number;

  constructor(total = 0, limit = MAX_ROWS) {
    this.total = total;
    this.#limit = limit;
  }

  get size(): number { return this.#rows.size; }
  at(position: number): Row | undefined { return this.#rows.get(position); }
  entries(): [number, Row][] { return [...this.#rows].sort((a, b) => a[0] - b[0]); }
  all(): Row[] { return this.entries().map(([, r]) => r); }

  #set(position: number, row: Row): void {
    this.#forget(position);
    this.#rows.set(position, row);
    this.#at.set(row.uid, position);
    for (const uid of numbers(row)) this.#at.set(uid, position);
  }

  #forget(position: number): void {
    const row = this.#rows.get(position);
    if (!row) return;
    this.#rows.delete(position);
    for (const uid of [row.uid, ...numbers(row)]) if (this.#at.get(uid) === position) this.#at.delete(uid);
  }

  #rebuild(next: Iterable<[number, Row]>): void {
    this.moves++;
    const rows = [...next];
    this.#rows.clear();
    this.#at.clear();
    for (const [position, row] of rows) if (position >= 0 && position < this.total) this.#set(position, row);
  }

  put(offset: number, rows: readonly Row[]): void {
    for (const [i, row] of rows.entries()) {
      const position = offset + i;
      if (position >= this.total) break;
      // A message is in one place: where it was before, something else stands now.
      const before = this.#at.get(row.uid);
      if (before !== undefined && before !== position) { this.moves++; this.#forget(before); }
      this.#set(position, row);
    }
    this.#trim(offset + rows.length / 2);
  }

  positionOf(uid: number): number { return this.#at.get(uid) ?? -1; }

  row(uid: number): Row | undefined {
    const p = this.#at.get(uid);
    return p === undefined ? undefined : this.#rows.get(p);
  }

  replace(row: Row): void {
    const p = this.#at.get(row.uid);
    if (p !== undefined) this.#set(p, row);
  }

  /** Removes messages and closes the gaps. Numbers that are not here only make the list shorter. A conversation
   *  that keeps some of its messages stays. */
  remove(uids: ReadonlySet<number>): Taken[] {
    const gone: Taken[] = [];
    const next: [number, Row][] = [];
    let known = 0;
    for (const [position, row] of this.entries()) {
      const mine = numbers(row);
      const left = mine.filter((u) => !uids.has(u));
      known += mine.length - left.length;
      if (left.length === mine.length) next.push([position - gone.length, row]);
      else if (left.length === 0) gone.push({ position, row });
      else next.push([position - gone.length, without(row, left)]);
    }
    this.total = Math.max(0, this.total - gone.length - Math.max(0, uids.size - known));
    this.#rebuild(next);
    return gone;
  }

  /** Puts rows back where they were (undo, refusal). */
  restore(rows: readonly Taken[], missing = 0): void {
    this.total += rows.length + missing;
    const back = [...rows].sort((a, b) => a.position - b.position);
    const next: [number, Row][] = [];
    let i = 0;
    for (const [position, row] of this.entries()) {
      while (i < back.length && back[i]!.position <= position + i) { next.push([back[i]!.position, back[i]!.row]); i++; }
      next.push([position + i, row]);
    }
    for (; i < back.length; i++) next.push([back[i]!.position, back[i]!.row]);
    this.#rebuild(next);
  }

  /** The same rows `by` places further down, in a list of another length. */
  shifted(by: number, total: number): RowWindow {
    const next = new RowWindow(total, this.#limit);
    next.#rebuild(this.entries().map(([p, r]): [number, Row] => [p + by, r]));
    return next;
  }

  /** The same rows after messages went and `fresh` others came on top, in a list that stands by falling number: what
   *  went moves those below it up, whether its row is here or not. */
  after(gone: ReadonlySet<number>, fresh: number, total: number): RowWindow {
    const falling = [...gone].sort((a, b) => b - a);
    const next: [number, Row][] = [];
    let above = 0;
    for (const [position, row] of this.entries()) {
      while (above < falling.length && falling[above]! > row.uid) above++;
      if (!gone.has(row.uid)) next.push([position - above + fresh, row]);
    }
    const window = new RowWindow(total, this.#limit);
    window.#rebuild(next);
    return window;
  }

  /** Only what is near [from, to): for lists that are kept for coming back. */
  near(from: number, to: number): RowWindow {
    const next = new RowWindow(this.total, this.#limit);
    next.#rebuild(this.entries().filter(([p]) => p >= from && p < to));
    return next;
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

  #trim(center: number): void {
    if (this.#rows.size <= this.#limit) return;
    const far = [...this.#rows.keys()].sort((a, b) => Math.abs(b - center) - Math.abs(a - center));
    for (const p of far.slice(0, this.#rows.size - Math.floor(this.#limit * 0.8))) this.#forget(p);
  }
}

/** A conversation after some of its messages went; what the newest says is known again after the next look. */
function without(row: Row, left: number[]): Row {
  const t = row.thread!;
  return { ...row, uid: left.includes(row.uid) ? row.uid : left[left.length - 1]!, thread: { ...t, uids: left, count: left.length, unread: Math.min(t.unread, left.length), flagged: t.flagged } };
}
