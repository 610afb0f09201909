// First words of messages and who takes part in conversations, asked for when their rows rest on the screen. In memory
// only; encrypted mail has no first words.
import * as mail from '../api/mail.ts';
import type { Address, Row } from '../api/types.ts';
import { signal, untracked } from '../core/signals.ts';
import * as list from './list.ts';

const REST_MS = 15_000;
/** Bumped when something came. */
export const snippetVersion = signal(0);

type Ask<T> = (folder: string, uidvalidity: number, uids: number[], signal: AbortSignal) => Promise<Record<string, T>>;

/** What belongs to messages by number, asked for once and kept for the newest `most`. */
class Known<T> {
  readonly #ask: Ask<T>;
  readonly #none: T;
  readonly #most: number;
  readonly #atOnce: number;
  readonly #here = new Map<number, T>();
  readonly #asked = new Set<number>();
  #abort: AbortController | null = null;
  #restUntil = 0;
  constructor(ask: Ask<T>, none: T, most: number, atOnce: number) { this.#ask = ask; this.#none = none; this.#most = most; this.#atOnce = atOnce; }

  get(uid: number): T | undefined { return this.#here.get(uid); }

  want(wanted: readonly number[]): void {
    const s = untracked(() => list.source.value);
    const validity = untracked(() => list.uidvalidity.value);
    const uids = wanted.filter((u) => !this.#here.has(u) && !this.#asked.has(u)).slice(0, this.#atOnce);
    if (!s || !validity || uids.length === 0 || Date.now() < this.#restUntil) return;
    const mine = (this.#abort ??= new AbortController());
    for (const u of uids) this.#asked.add(u);
    this.#each(uids, mine.signal).then((found) => {
      if (mine !== this.#abort) return;
      for (const u of uids) { this.#asked.delete(u); this.#here.set(u, found.get(u) ?? this.#none); }
      for (const u of this.#here.keys()) { if (this.#here.size <= this.#most) break; this.#here.delete(u); }
      snippetVersion.value++;
    }, () => {
      if (mine !== this.#abort) return;
      // A list reads well without them: the next ones are asked for a little later.
      for (const u of uids) this.#asked.delete(u);
      this.#restUntil = Date.now() + REST_MS;
    });
  }

  /** By folder: a search may have found them in several. */
  async #each(numbers: readonly number[], stop: AbortSignal): Promise<Map<number, T>> {
    const places = new Map<string, { folder: string; uidvalidity: number; of: Map<number, number> }>();
    for (const n of numbers) {
      const ref = list.refOf(n);
      if (!ref) continue;
      const name = `${ref.folder} ${ref.uidvalidity}`;
      const p = places.get(name) ?? { folder: ref.folder, uidvalidity: ref.uidvalidity, of: new Map<number, number>() };
      p.of.set(ref.uid, n);
      places.set(name, p);
    }
    const out = new Map<number, T>();
    for (const p of places.values()) {
      const found = await this.#ask(p.folder, p.uidvalidity, [...p.of.keys()], stop);
      for (const [uid, n] of p.of) { const x = found[String(uid)]; if (x !== undefined) out.set(n, x); }
    }
    return out;
  }

  forget(): void { this.#abort?.abort(); this.#abort = null; this.#here.clear(); this.#asked.clear(); this.#restUntil = 0; }
}

const texts = new Known<string>(mail.getSnippets, '', 1500, 50);
const senders = new Known<Address | null>(mail.getSenders, null, 6000, 200);
/** The newest writers of a long conversation are enough for a line. */
const WRITERS = 6;

const sealed = (r: Row): boolean => r.security === 'encrypted';
export function snippetOf(row: Row): string | undefined { return sealed(row) ? undefined : texts.get(row.uid); }
export function wantSnippets(rows: readonly Row[]): void { texts.want(rows.filter((r) => !sealed(r)).map((r) => r.uid)); }

/** The others: the newest one's is in the row. */
const writers = (row: Row): number[] => (row.thread && row.thread.count > 1 ? row.thread.uids.filter((u) => u !== row.uid).slice(-WRITERS) : []);
/** Who wrote in a conversation, oldest first; null: not known yet, or one message only. */
export function peopleOf(row: Row): Address[] | null {
  const uids = writers(row);
  if (!uids.length || uids.some((u) => senders.get(u) === undefined)) return null;
  return [...uids.map((u) => senders.get(u)), row.from[0]].filter((a): a is Address => a !== null && a !== undefined);
}
export function wantPeople(rows: readonly Row[]): void { senders.want(rows.flatMap(writers)); }

list.forgetHooks.push(() => { texts.forget(); senders.forget(); });
