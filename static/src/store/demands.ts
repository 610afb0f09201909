// What the organisation demands of one message: asked as its sender, recipients and (where something depends on it) its
// subject change. Until there is an answer the message counts as one that may have to be encrypted.
import { ApiError, rulesNow, sentence } from '../api/client.ts';
import { demands } from '../api/demands.ts';
import type { Asked, By, Demands } from '../api/demands.ts';
import { foreign } from '../core/foreign.ts';
import { shownDomain } from '../core/idn.ts';
import { t } from '../core/i18n.ts';
import { encrypts, modeOf, signs } from '../core/security-mode.ts';
import type { SecurityMode } from '../api/types.ts';
import { againAfter } from '../core/again.ts';
import { batch, computed, effect, signal, untracked } from '../core/signals.ts';
import { session } from './session.ts';
import { link } from './ui.ts';

const PAUSE_MS = 300;
/** So long an answer may take before it counts as none. */
const LATE_MS = 3000;
const NOTE_MOST = 500;

/** Only letters were taken out: nothing that the person did not write goes in their name. */
export function isShortened(written: string, left: string): boolean {
  let at = 0;
  const from = written.replace(/\s+/g, ' ');
  for (const ch of left) {
    at = from.indexOf(ch, at) + ch.length;
    if (at < ch.length) return false;
  }
  return true;
}

/** What stays on whoever chooses otherwise. */
export function withLocked(mode: SecurityMode, d: Demands | null): SecurityMode {
  return modeOf(signs(mode) || d?.locked.sign != null, encrypts(mode) || d?.locked.encrypt != null);
}

export class Rules {
  readonly answer = signal<Demands | null>(null);
  /** Nobody could say, and the server decides when it is sent ('failed'), or it takes long ('late'): an answer that is there is of what was here before. */
  readonly trouble = signal<'no' | 'late' | 'failed'>('no');
  /** Why nobody could say, as a sentence. */
  readonly why = signal('');
  /** The person asks again. */
  readonly asking = signal(false);
  /** It is to be encrypted ('yes'), or that is not known yet ('open': no answer so far, or nobody it goes to), or could not be asked ('unknown'). */
  readonly encrypts = computed((): 'yes' | 'open' | 'unknown' | 'no' => {
    const d = this.answer.value;
    if (d && d.locked.encrypt !== null) return 'yes';
    if (!d && session.value?.organisation !== true) return 'no';
    if (this.trouble.value !== 'no') return 'unknown';
    return !d || (d.recipients.length === 0 && d.may.encrypt) ? 'open' : 'no';
  });
  #what: () => Asked;
  #then: () => void;
  #asked = '';
  #asking: Promise<void> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What could not be answered last, and how often in a row. */
  #vain = '';
  #tries = 0;
  #stops: (() => void)[];
  #stopped = false;

  /** what: the message as it is now. then: an answer has come. */
  constructor(what: () => Asked, then: () => void) {
    this.#what = what;
    this.#then = then;
    let first = true;
    this.#stops = [
      effect(() => { void rulesNow.value; if (!first) untracked(() => void this.settle(true)); first = false; }),
      effect(() => { if (link.value === 'live') untracked(() => { if (this.trouble.value === 'failed') void this.settle(true); }); }),
    ];
  }

  #key(): string {
    const { from, to, cc, bcc, subject, priority, receipt, attachment } = this.#what();
    const at = (list: { address: string }[]): string[] => list.map((a) => a.address.toLowerCase());
    // Sizes and names matter when it is sent; what rules say of them then is said by the refusal.
    return JSON.stringify([from.address, at(to), at(cc), at(bcc), this.answer.value?.may.subject === true ? subject : '', priority, receipt, attachment]);
  }

  get #none(): boolean { return this.#stopped || (session.value?.organisation !== true && !this.answer.value); }

  /** Something of it changed. */
  changed(): void {
    if (this.#none || this.#key() === this.#asked || this.#key() === this.#vain) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.settle(), PAUSE_MS);
  }

  /** By the person. */
  async again(): Promise<void> {
    if (this.asking.value) return;
    this.asking.value = true;
    this.#tries = 0;
    try { await this.settle(true); } finally { this.asking.value = false; }
  }

  /** The answer is of what is here now; or nobody could say. again: the rules themselves may have changed. */
  async settle(again = false): Promise<void> {
    clearTimeout(this.#timer);
    if (again) this.#asked = '';
    while (!this.#none && this.#key() !== this.#asked) {
      const mine = this.#asking === null;
      this.#asking ??= this.#ask();
      try { await this.#asking; } finally { if (mine) this.#asking = null; }
      if (this.trouble.value === 'failed') return;
    }
  }

  async #ask(): Promise<void> {
    const key = this.#key();
    const told = this.answer.value?.may.subject === true;
    const late = setTimeout(() => { if (this.trouble.value === 'no') this.trouble.value = 'late'; }, LATE_MS);
    try {
      const what = this.#what();
      const d = await demands(told ? what : { ...what, subject: '' });
      if (this.#stopped) return;
      if (d.subject !== null && !isShortened(what.subject, d.subject)) throw new ApiError('internal', '', 500);
      this.#asked = key;
      this.#tries = 0;
      this.#vain = '';
      // Where the subject matters its key is another one now: asked again, with it.
      batch(() => { this.trouble.value = 'no'; this.answer.value = d; });
      this.#then();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#failed(key, error);
    } finally { clearTimeout(late); }
  }

  #failed(key: string, error: ApiError): void {
    if (this.#stopped) return;
    batch(() => { this.trouble.value = 'failed'; this.why.value = sentence(error); });
    this.#asked = '';
    this.#vain = key;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.settle(), againAfter(this.#tries));
    this.#tries++;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const stop of this.#stops) stop();
  }
}

/** "Your organisation demands encryption to partner.example (rule "Partners")", one sentence for each of what is demanded. */
export function lockWords(d: Demands | null): string[] {
  if (!d) return [];
  const out: string[] = [];
  for (const what of ['sign', 'encrypt'] as const) {
    const by = d.locked[what];
    if (by) out.push(...sentencesOf(by, what, d));
  }
  if (d.subject !== null) out.push(t('rule-subject', { subject: d.subject }));
  return out;
}

/** One for each rule that demands it, of those it is about; a note that its administrator wrote goes with it. */
function sentencesOf(by: By, what: 'sign' | 'encrypt', d: Demands): string[] {
  const groups = new Map<string, { by: By; who: Set<string> }>();
  for (const r of d.recipients) {
    if (r[what].level !== 'require' || r[what].by.kind === 'trigger') continue;
    const own = r[what].by;
    const key = `${own.kind} ${own.id ?? ''}`;
    const group = groups.get(key) ?? { by: own, who: new Set<string>() };
    group.who.add(shownDomain(r.address.slice(r.address.lastIndexOf('@') + 1)));
    groups.set(key, group);
  }
  const out = by.kind === 'trigger' ? [t(`rule-trigger-${what}`)] : [];
  for (const g of groups.values()) {
    const names = [...g.who].slice(0, 3).join(', ') + (g.who.size > 3 ? ' …' : '');
    const said = g.by.kind === 'rule' ? t(`rule-lock-${what}`, { who: names, rule: ruleName(g.by) }) : t(`rule-default-${what}`, { who: names });
    const note = foreign(g.by.note ?? '', NOTE_MOST).trim();
    out.push(note ? t('rule-note', { said, note }) : said);
  }
  return out;
}

/** The organisation demands a signature: who asks for one by the subject does it themselves. */
export function signerDemanded(d: Demands | null): boolean { return d?.locked.sign != null && d.locked.sign.kind !== 'trigger'; }

export function ruleName(by: By): string { return by.name ?? by.id ?? ''; }
