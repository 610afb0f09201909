// Asking for a certificate: a signed note to each one separately, so that nobody learns who else was asked; the draft
// waits encrypted. Nothing of the draft is in the note.
import * as api from '../../api/compose.ts';
import { sentence } from '../../api/client.ts';
import type { Address, ComposeBody } from '../../api/types.ts';
import { t } from '../../core/i18n.ts';
import { textToHtml } from '../../core/reply.ts';
import type { Composer } from '../../store/compose.ts';
import { take } from '../../store/waiting.ts';
import { SendCheckError } from '../../smime/contract.ts';
import { outcomeOf, signerOf, transmit } from './send.ts';

export const MOST_ASKED = 20;

export function noteText(c: Composer): string { return [t('ask-note-hello'), t('ask-note-why'), t('ask-note-how'), t('ask-note-mine'), c.identity.value.name || c.identity.value.address].join('\n\n'); }

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
