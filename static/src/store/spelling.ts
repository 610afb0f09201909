// Spell check of one composer by the server. Nothing of a message that is or may be encrypted is ever asked about: looked
// at again in the very step in which a request would leave, and what is under way is given up.
import * as api from '../api/spell.ts';
import { ApiError } from '../api/client.ts';
import { language as pageLanguage } from '../core/i18n.ts';
import { effect, signal } from '../core/signals.ts';
import type { Composer } from './compose.ts';

/** What shows the text: the rich text's frame, or the field of plain text. */
export interface Marked {
  read(): Promise<{ rev: number; text: string }>;
  mark(rev: number, misses: readonly { id: number; offset: number; length: number }[]): void;
  remove(ids: readonly number[]): void;
  replace(id: number, word: string): void;
  /** In the window's own points; null: it is gone. */
  place(id: number): Promise<DOMRect | null>;
  focus(): void;
  /** The browser's own check gives way where ours marks. */
  ours(on: boolean): void;
}

export interface Miss { id: number; word: string }
export type Choice = 'auto' | 'off' | (string & {});

const PAUSE_MS = 700;
const BUSY_MS = 3000;
const TRIES_MS = [300, 600, 900];
const MOST = 100_000;
const KEPT = 'waxseal-spelling';
let serial = 0;

/** Last choice of this browser; it says nothing of any message. */
export function keptChoice(): Choice { try { return localStorage.getItem(KEPT) || 'auto'; } catch { return 'auto'; } }
function keep(c: Choice): void { try { localStorage.setItem(KEPT, c); } catch { /* A browser that keeps nothing asks again next time. */ } }

/** It may be asked again in a moment: another check of this account, or too many of others, are under way. */
function isBusy(error: unknown): boolean { return error instanceof ApiError && (error.code === 'busy' || error.code === 'throttled'); }

export class Speller {
  readonly choice = signal<Choice>(keptChoice());
  /** The language the text was found to be in; '' before the first check. */
  readonly found = signal('');
  readonly misses = signal<readonly Miss[]>([]);
  #c: Composer;
  #view: Marked;
  #ignored = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort: AbortController | null = null;
  #stop: (() => void)[] = [];
  #checked = '';

  constructor(c: Composer, view: Marked) {
    this.#c = c;
    this.#view = view;
    this.#stop.push(effect(() => {
      const on = this.on;
      void c.touches.value;
      void c.draft.value;
      view.ours(on);
      if (!on) this.#clear();
      else this.#soon();
    }));
  }

  get on(): boolean { return !this.#c.mayEncrypt.value && !this.#c.planLost.value && this.choice.value !== 'off'; }

  stop(): void {
    for (const f of this.#stop) f();
    this.#stop = [];
    this.#clear();
  }

  #clear(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#abort = null;
    this.#checked = '';
    if (this.misses.peek().length) { this.#view.remove(this.misses.peek().map((m) => m.id)); this.misses.value = []; }
  }

  /** The text has changed, or there is a draft now. */
  #soon(pause = PAUSE_MS): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.check(), pause);
  }

  async check(): Promise<void> {
    if (!this.on || !this.#c.draft.value || this.#c.draft.value.encrypted) return;
    const { rev, text } = await this.#view.read().catch(() => ({ rev: -1, text: '' }));
    const draft = this.#c.draft.value;
    // Asked again here: meanwhile the message may have become one that may be encrypted.
    if (!this.on || !draft || draft.encrypted || rev < 0 || text.length > MOST) return;
    if (text === this.#checked) return;
    if (!text.trim()) { this.#clear(); return; }
    this.#abort?.abort();
    const own = (this.#abort = new AbortController());
    try {
      const r = await api.check(draft, this.choice.value, pageLanguage.value, text, own.signal);
      if (own.signal.aborted || !this.on) return;
      const list = r.misspelt.map((m) => ({ id: ++serial, offset: m.offset, length: m.length, word: text.slice(m.offset, m.offset + m.length) })).filter((m) => !this.#ignored.has(m.word));
      this.#checked = text;
      this.found.value = r.language;
      this.misses.value = list;
      this.#view.mark(rev, list);
    } catch (error) {
      // The draft was replaced just now, or there is no dictionary: the next save or choice asks again.
      if (!(error instanceof ApiError) && !own.signal.aborted) throw error;
      if (isBusy(error) && !own.signal.aborted && this.on) this.#soon(BUSY_MS);
    }
  }

  /** Rejects where it could not be found out: that is not "none". */
  async suggestions(word: string): Promise<string[]> {
    for (let tries = 0; ; tries++) {
      const draft = this.#c.draft.value;
      if (!this.on || !draft || draft.encrypted) return [];
      try {
        const r = await api.suggest(draft, this.found.value, word);
        return r.misspelt[0]?.suggestions ?? [];
      } catch (error) {
        const pause = TRIES_MS[tries];
        if (!isBusy(error) || pause === undefined) throw error;
        await new Promise((r) => { setTimeout(r, pause); });
      }
    }
  }

  #drop(gone: (m: Miss) => boolean): void {
    this.#view.remove(this.misses.value.filter(gone).map((m) => m.id));
    this.misses.value = this.misses.value.filter((m) => !gone(m));
  }

  replace(m: Miss, word: string): void {
    this.#view.replace(m.id, word);
    this.misses.value = this.misses.value.filter((x) => x.id !== m.id);
  }
  ignore(m: Miss): void { this.#ignored.add(m.word); this.#drop((x) => x.word === m.word); }
  async add(m: Miss): Promise<void> {
    await api.addWord(this.found.value, m.word);
    this.#drop((x) => x.word === m.word);
  }
  choose(choice: Choice): void {
    keep(choice);
    this.#checked = '';
    this.found.value = '';
    this.choice.value = choice;
  }
}
