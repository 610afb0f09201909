// What is offered while a name or address is typed. Answers come in any order; only one for what stands there is shown.
import type { Found } from '../api/complete.ts';

const WAIT_MS = 90;
const KEPT = 60;
export const OFFERED = 8;

const folded = (s: string): string => s.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
const wordsOf = (s: string): string[] => folded(s).split(/[^\p{L}\p{N}]+/u).filter(Boolean);

/** Every word that is typed begins one of the name or address. Behind an @ names no longer count. */
export function stillFits(f: { name: string; address: string | null }, text: string): boolean {
  const words = wordsOf(text);
  const there = wordsOf(text.includes('@') ? f.address ?? '' : `${f.name} ${f.address ?? ''}`);
  return words.length > 0 && words.every((w) => there.some((x) => x.startsWith(w)));
}

export type Ask = (text: string, limit: number, signal: AbortSignal) => Promise<Found[]>;

export class Completion {
  #ask: Ask;
  #show: (found: Found[], settled: boolean) => void;
  #more: (text: string) => Found[];
  #wait: number;
  #known = new Map<string, Found[]>();
  #running: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #shown: Found[] = [];

  /** more: who else fits, from what is at hand. show: called with what is to be offered, and whether it is the answer. */
  constructor(ask: Ask, show: (found: Found[], settled: boolean) => void, more: (text: string) => Found[] = () => [], wait = WAIT_MS) {
    this.#ask = ask;
    this.#show = show;
    this.#more = more;
    this.#wait = wait;
  }

  /** Until the answer is there, those of before that still fit stay where they are; no others flicker past. */
  type(text: string): void {
    const key = text.trim().toLowerCase();
    this.#drop();
    if (!key) { this.#give([], true); return; }
    const known = this.#known.get(key);
    if (known) { this.#give(known, true); return; }
    this.#give(this.#shown.filter((f) => stillFits(f, key)), false);
    this.#timer = setTimeout(() => void this.#run(key), this.#wait);
  }

  async #run(key: string): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    let found: Found[] = [];
    let failed = false;
    try { found = await this.#ask(key, OFFERED, running.signal); } catch { failed = true; }
    if (this.#running !== running) return;
    this.#running = null;
    const seen = new Set(found.map((f) => f.address?.toLowerCase()));
    const all = [...found, ...this.#more(key).filter((f) => !seen.has(f.address?.toLowerCase()))].slice(0, OFFERED);
    if (!failed) {
      if (this.#known.size >= KEPT) this.#known.delete(this.#known.keys().next().value!);
      this.#known.set(key, all);
    }
    this.#give(all, true);
  }

  #give(found: Found[], settled: boolean): void { this.#shown = found; this.#show(found, settled); }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#running?.abort();
    this.#running = null;
  }

  /** Closed: what is still under way is not shown. What is known may be old by the next time. */
  stop(): void {
    this.#drop();
    this.#known.clear();
    this.#shown = [];
  }

  /** An answer of before may no longer be true. */
  forget(): void { this.#known.clear(); }
}
