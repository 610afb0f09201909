// A list by position: the server sorts and filters, pages near the window are fetched, far ones are let go. And what is chosen of it:
// rows one by one, or everything that the filter finds but a few.
import { signal } from '../../core/signals.ts';
import type { Page, Query } from '../types.ts';

const PAGE = 100;
const KEEP = 12;

export class Rows<T> {
  readonly total = signal(-1);
  readonly failure = signal<unknown>(null);
  readonly loading = signal(false);
  /** Counts what arrived, for whoever draws. */
  readonly version = signal(0);
  readonly query = signal<Omit<Query, 'offset' | 'limit'>>({});
  /** Beside rows and total, what the last answer held. */
  readonly extra = signal<Record<string, unknown>>({});
  #pages = new Map<number, T[]>();
  #asked = new Map<number, AbortController>();
  #round = 0;
  #stale = new Set<number>();
  #of: number | string | undefined;
  readonly #fetch: (q: Query, signal: AbortSignal) => Promise<Page<T>>;
  readonly keyOf: (row: T) => string;

  constructor(fetchPage: (q: Query, signal: AbortSignal) => Promise<Page<T>>, keyOf: (row: T) => string) {
    this.#fetch = fetchPage;
    this.keyOf = keyOf;
  }

  row(i: number): T | null { return this.#pages.get(Math.floor(i / PAGE))?.[i % PAGE] ?? null; }
  find(key: string): T | null { for (const page of this.#pages.values()) for (const r of page) if (this.keyOf(r) === key) return r; return null; }

  /** Another question: rows of the old one go when the first of the new are here. */
  ask(q: Omit<Query, 'offset' | 'limit'>): void { this.query.value = q; this.#begin(); void this.#load(0); }
  /** The same again, without an empty screen between. */
  reload(): void { this.failure.value = null; for (const p of this.#pages.keys()) this.#stale.add(p); this.#round++; this.#stop(); this.version.value++; if (this.#pages.size === 0) void this.#load(0); }
  /** A row that an answer brought anew. */
  put(row: T): void {
    const key = this.keyOf(row);
    for (const page of this.#pages.values()) { const i = page.findIndex((r) => this.keyOf(r) === key); if (i >= 0) page[i] = row; }
    this.version.value++;
  }
  /** These positions are on the screen. */
  need(from: number, to: number): void {
    // What was refused is asked for again by the person, not by every drawing.
    if (this.failure.value !== null) return;
    const first = Math.max(0, Math.floor(from / PAGE));
    const last = Math.floor(Math.max(0, to) / PAGE);
    for (let p = first; p <= last; p++) if (p === 0 || p * PAGE < this.total.value) void this.#load(p);
    for (const p of this.#pages.keys()) if (p < first - KEEP || p > last + KEEP) this.#pages.delete(p);
  }

  #stop(): void { for (const a of this.#asked.values()) a.abort(); this.#asked.clear(); }
  #begin(): void { this.failure.value = null; this.#round++; this.#stop(); for (const p of this.#pages.keys()) this.#stale.add(p); this.#of = undefined; this.loading.value = true; }

  async #load(p: number): Promise<void> {
    if ((this.#pages.has(p) && !this.#stale.has(p)) || this.#asked.has(p)) return;
    const round = this.#round;
    const abort = new AbortController();
    this.#asked.set(p, abort);
    this.loading.value = true;
    try {
      const answer = await this.#fetch({ ...this.query.value, offset: p * PAGE, limit: PAGE }, abort.signal);
      if (round !== this.#round) return;
      // Made of another state of the registry than what is here: all else is asked for again.
      if (this.#of !== undefined && this.#of !== answer.version) for (const other of this.#pages.keys()) this.#stale.add(other);
      this.#of = answer.version;
      if (this.total.value !== answer.total) for (const other of [...this.#pages.keys()]) if (other * PAGE >= answer.total) this.#pages.delete(other);
      if (p === 0 && this.#stale.size) for (const other of [...this.#stale]) if (other !== 0) { this.#pages.delete(other); this.#stale.delete(other); }
      this.#pages.set(p, answer.rows);
      this.#stale.delete(p);
      this.total.value = answer.total;
      this.extra.value = answer as unknown as Record<string, unknown>;
      this.failure.value = null;
    } catch (error) {
      if (round !== this.#round || abort.signal.aborted) return;
      this.failure.value = error;
    } finally {
      if (this.#asked.get(p) === abort) this.#asked.delete(p);
      if (round === this.#round) { this.loading.value = this.#asked.size > 0; this.version.value++; }
    }
  }

  /** Every row of the question, page by page: for what must name them. */
  async all(): Promise<T[]> {
    const out: T[] = [];
    for (;;) {
      const answer = await this.#fetch({ ...this.query.value, offset: out.length, limit: 500 }, AbortSignal.timeout(60_000));
      out.push(...answer.rows);
      if (answer.rows.length === 0 || out.length >= answer.total) return out;
    }
  }
}

export class Selection<T> {
  /** all: everything the filter finds but `keys`; else just these. */
  readonly state = signal<{ all: boolean; keys: ReadonlySet<string> }>({ all: false, keys: new Set() });
  readonly rows: Rows<T>;
  constructor(rows: Rows<T>) { this.rows = rows; }

  has(key: string): boolean { const s = this.state.value; return s.all !== s.keys.has(key); }
  count(): number { const s = this.state.value; return s.all ? Math.max(0, this.rows.total.value - s.keys.size) : s.keys.size; }
  set(keys: Iterable<string>, on: boolean): void {
    const s = this.state.value;
    const next = new Set(s.keys);
    for (const k of keys) if (on !== s.all) next.add(k); else next.delete(k);
    this.state.value = { all: s.all, keys: next };
  }
  toggle(key: string): void { this.set([key], !this.has(key)); }
  everything(): void { this.state.value = { all: true, keys: new Set() }; }
  clear(): void { if (this.count() > 0 || this.state.value.all) this.state.value = { all: false, keys: new Set() }; }
  /** The keys it stands for: asked for where only a filter is known of them. */
  async keys(): Promise<string[]> {
    const s = this.state.value;
    return s.all ? (await this.rows.all()).map((r) => this.rows.keyOf(r)).filter((k) => !s.keys.has(k)) : [...s.keys];
  }
}
