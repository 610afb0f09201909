// What is known of the recipients of one message: who can be encrypted to, and what Auto makes of all of them together.
import * as api from '../api/compose.ts';
import { ApiError } from '../api/client.ts';
import type { Address, Lookup, RecipientInfo, SecurityMode } from '../api/types.ts';
import { foldAddress, isAddress } from '../core/address.ts';
import { againAfter } from '../core/again.ts';
import { canReceive } from '../core/security-mode.ts';
import { batch, signal } from '../core/signals.ts';
import { lookupWords } from './lookup.ts';
import { session, settings, smimeOn } from './session.ts';
import { toast } from './toasts.ts';

/** As the server takes them in one question, and in one message. */
const MOST_ASKED = 500;

/** The message it is asked for. */
export interface Asker {
  everyone: () => readonly Address[];
  /** The mode follows the recipients. */
  follows: () => boolean;
  closed: () => boolean;
  /** What was used last for all of them together. False: it is not followed now, and the answer counts as none. */
  follow: (forThem: SecurityMode | null) => boolean;
  /** Something is known that was not. */
  came: () => void;
}

export class Recipients {
  readonly info = signal<ReadonlyMap<string, RecipientInfo>>(new Map());
  /** How the last asking of the directory went. */
  readonly lookup = signal<Lookup>('none');
  /** Why certificates could not be looked for at all, as a sentence; '' where they could. */
  readonly why = signal('');
  #for: Asker;
  /** Until then the directory is asked by the person only (performance.now). */
  #quiet = 0;
  #asked = new Set<string>();
  #looking = new Set<Promise<void>>();
  /** The set of recipients of which the mode was last asked for. */
  #set = '';
  #known: Promise<void> | null = null;
  /** What was not told is asked for again by itself. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;

  constructor(asker: Asker) { this.#for = asker; }

  #addresses(): string[] { return [...new Set(this.#for.everyone().map((a) => foldAddress(a.address)))].filter(isAddress); }
  #persons(all: readonly string[]): string { return all.map((a) => a.toLowerCase()).sort().join('\n'); }

  /** Asks for certificates of addresses not asked for yet, all in one call, and for the mode of all of them together. */
  look(again = false): Promise<void> {
    const asking = this.#look(again).finally(() => this.#looking.delete(asking));
    this.#looking.add(asking);
    return asking;
  }

  /** What was asked about the recipients so far has its answer, or has failed: nobody is said to have no certificate before. */
  async looked(): Promise<void> { while (this.#looking.size) await Promise.allSettled([...this.#looking]); }

  /** What was followed counts no more: it is asked for again. */
  forgetMode(): void { this.#set = '?'; }

  /** Until the mode of those who are there now was answered, or could not be. */
  async answered(): Promise<void> {
    await this.look();
    for (let p: Promise<void> | null = null; p !== this.#known;) { p = this.#known; await p; }
  }

  /** What is followed is the answer for those who are there. */
  get current(): boolean {
    const set = this.#persons(this.#addresses());
    return set === '' || set === this.#set;
  }

  async #look(again: boolean): Promise<void> {
    if (!smimeOn.value) return;
    const all = this.#addresses();
    const wanted = all.filter((a) => again || !this.#asked.has(a));
    const set = this.#persons(all);
    const follows = this.#for.follows() && set !== this.#set;
    if ((!wanted.length && !follows) || all.length > MOST_ASKED) return;
    if (!follows) { await this.#ask(wanted, all); await this.#find(wanted, again); return; }
    this.#set = set;
    this.#known = this.#ask(wanted, all, set);
    await this.#known;
    await this.#find(wanted, again);
  }

  /** The directory is asked about those for whom nothing is known that can be used. */
  async #find(wanted: string[], again: boolean): Promise<void> {
    const missing = wanted.filter((a) => this.info.value.has(a) && !canReceive(this.info.value.get(a)));
    if (!missing.length || session.value?.directories !== true || settings.value.security.lookups === false || this.#for.closed() || (!again && performance.now() < this.#quiet)) return;
    try {
      const found = await api.find(missing, again);
      const next = new Map(this.info.value);
      for (const r of found.recipients) next.set(foldAddress(r.address), r);
      batch(() => { this.info.value = next; this.lookup.value = found.lookup; this.why.value = ''; });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#notFound(error); // "Find certificates" asks again
    }
  }

  /** Said where certificates are shown; where it has to wait, once by itself too. */
  #notFound(error: ApiError): void {
    const before = this.why.value;
    this.why.value = lookupWords(error);
    if (error.code !== 'throttled') return;
    if (!before) toast(this.why.value, { kind: 'bad' });
    this.#quiet = performance.now() + error.wait * 1000;
  }

  async #ask(wanted: string[], all: string[], set: string | null = null): Promise<void> {
    for (const a of wanted) this.#asked.add(a);
    try {
      const found = await api.recipients(wanted, all.filter((a) => !wanted.includes(a)));
      const next = new Map(this.info.value);
      for (const r of found.recipients) next.set(foldAddress(r.address), r);
      this.info.value = next;
      if (performance.now() >= this.#quiet) this.why.value = '';
      this.stop();
      this.#tries = 0;
      // The answer for the recipients that are still there.
      if (set !== null && set === this.#set && !this.#for.follow(found.mode)) this.#set = '?';
      this.#for.came();
    } catch (error) {
      for (const a of wanted) this.#asked.delete(a);
      if (set !== null && this.#set === set) this.#set = '?';
      if (!(error instanceof ApiError)) throw error;
      this.#notFound(error);
      this.stop();
      if (!this.#for.closed()) this.#timer = setTimeout(() => void this.look(), Math.max(againAfter(this.#tries++), error.code === 'throttled' ? error.wait * 1000 : 0));
    }
  }

  /** Nothing is asked by itself any more. */
  stop(): void { clearTimeout(this.#timer); }
}
