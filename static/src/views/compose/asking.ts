// Asking for a certificate: a signed note to each one separately, so that nobody learns who else was asked; the draft
// waits encrypted. Nothing of the draft is in the note.
import * as api from '../../api/compose.ts';
import { ApiError, sentence } from '../../api/client.ts';
import { demands } from '../../api/demands.ts';
import type { Address, ComposeBody } from '../../api/types.ts';
import { againAfter } from '../../core/again.ts';
import { t } from '../../core/i18n.ts';
import { textToHtml } from '../../core/reply.ts';
import type { Composer } from '../../store/compose.ts';
import { take } from '../../store/waiting.ts';
import { SendCheckError } from '../../smime/contract.ts';
import { outcomeOf, signerOf, transmit } from './send.ts';

export const MOST_ASKED = 20;

export function noteText(c: Composer): string { return [t('ask-note-hello'), t('ask-note-why'), t('ask-note-how'), t('ask-note-mine'), c.identity.value.name || c.identity.value.address].join('\n\n'); }

/** Whether the note may go to each of these, unencrypted as it is: what is demanded of the message (by its subject, its files) need not be demanded
 *  of the note. What leaves is decided by the server in any case. */
async function mayBeAsked(c: Composer, people: readonly Address[]): Promise<ReadonlyMap<string, boolean>> {
  const from = { name: c.identity.value.name, address: c.identity.value.address };
  const d = await demands({ from, to: people.map((a) => ({ name: '', address: a.address })), cc: [], bcc: [], subject: t('ask-subject'), mode: 'sign', user: { sign: true, encrypt: false }, priority: 'normal', receipt: false, attachment: false, size: noteText(c).length });
  return new Map(d.recipients.map((r) => [r.address.toLowerCase(), r.encrypt.level !== 'require']));
}

/** What the rules say of the note: that nobody could say is not their no, and is asked again with a pause. */
export class NoteRules {
  /** Why nobody could say; '' where that is not so. */
  why = '';
  /** The person asks again. */
  asking = false;
  /** Whether it may go, of whom that was said; the server answers in small letters. */
  #said: ReadonlyMap<string, boolean> = new Map();
  #c: Composer;
  #then: () => void;
  #about = '';
  #people: readonly Address[] = [];
  #turn = 0;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** then: something of it is different. */
  constructor(c: Composer, then: () => void) { this.#c = c; this.#then = then; }

  /** To whom of these the note may go. */
  lets(people: readonly Address[]): Address[] { return people.filter((a) => this.#said.get(a.address.toLowerCase()) === true); }
  /** To whom of these the rules do not let it go: they said so. */
  refuses(people: readonly Address[]): Address[] { return people.filter((a) => this.#said.get(a.address.toLowerCase()) === false); }

  /** Asked once for these; again when `state` (what else the answer hangs on) is another, or when nobody could say. */
  about(people: readonly Address[], state: string): void {
    const key = JSON.stringify([people.map((a) => a.address.toLowerCase()), state]);
    if (key === this.#about) return;
    this.#about = key;
    this.#people = people;
    this.#tries = 0;
    void this.#ask();
  }

  /** By the person. */
  async again(): Promise<void> {
    if (this.asking || !this.#about) return;
    this.#tries = 0;
    this.asking = true;
    this.#then();
    try { await this.#ask(); } finally { this.asking = false; this.#then(); }
  }

  async #ask(): Promise<void> {
    clearTimeout(this.#timer);
    const turn = ++this.#turn;
    try {
      const said = await mayBeAsked(this.#c, this.#people);
      if (turn !== this.#turn) return;
      this.#said = said;
      this.why = '';
      this.#tries = 0;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (turn !== this.#turn) return;
      this.#said = new Map();
      this.why = sentence(error);
      this.#timer = setTimeout(() => void this.#ask(), againAfter(this.#tries));
      this.#tries++;
    }
    this.#then();
  }

  /** Nothing is asked any more, and what was said is forgotten, until about(). */
  stop(): void {
    clearTimeout(this.#timer);
    this.#turn++;
    this.#about = this.why = '';
    this.#said = new Map();
  }
}

async function sendNote(c: Composer, to: Address, signer: string): Promise<string> {
  const from = { name: c.identity.value.name, address: c.identity.value.address };
  const text = noteText(c);
  const body: ComposeBody = {
    submission: crypto.randomUUID(), from, to: [to], cc: [], bcc: [], reply_to: [], subject: t('ask-subject'), text, html: textToHtml(text), in_reply_to: null, references: null,
    mode: 'sign', may_encrypt: false, hide_subject: false, remember: false, request: 'certificate', signer, attachments: [],
  };
  const s = await outcomeOf(body.submission, await transmit({ body, files: [], certificates: {} }, () => undefined));
  if (s.status !== 'sent') throw new SendCheckError('not_sent', s.message || t('err-smtp-refused'));
  return body.submission;
}

/** The encrypted draft that is to wait; false: it could not be kept so. */
async function keep(c: Composer): Promise<boolean> {
  if (!c.draft.value) c.changed();
  return (await c.save()) && c.draft.value?.encrypted === true;
}

/** Asks these; answers whether the draft waits now. What went wrong stands in the composer. */
export async function ask(c: Composer, people: readonly Address[]): Promise<boolean> {
  c.problem.value = '';
  const asked: { address: string; note: string }[] = [];
  let why = '';
  try {
    const signer = await signerOf(c);
    if (!(await keep(c))) { c.problem.value = c.saveState.value === 'impossible' ? t('ask-no-draft') : c.problem.value || t('ask-not-kept'); return false; }
    for (const to of people.slice(0, MOST_ASKED)) asked.push({ address: to.address, note: await sendNote(c, to, signer) });
  } catch (error) {
    if (error instanceof SendCheckError && error.code === 'cancelled' && !asked.length) return false;
    why = error instanceof SendCheckError ? error.message : sentence(error);
  }
  try {
    if (asked.length) take(await api.ask(c.submission, asked));
  } catch (error) {
    why ||= sentence(error);
  }
  if (why) c.problem.value = t(asked.length ? 'ask-partly' : 'ask-failed', { why, n: asked.length });
  return asked.length > 0 && !why;
}
