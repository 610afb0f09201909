// Two submissions that are one to the person: encrypted to those who can receive it, and a copy that is signed only to
// the others. The encrypted one goes first; when it does not leave, nothing leaves in clear.
import * as api from '../../api/compose.ts';
import { ApiError, sentence } from '../../api/client.ts';
import type { Address, Sent } from '../../api/types.ts';
import { foldAddress } from '../../core/address.ts';
import { t } from '../../core/i18n.ts';
import type { Fields } from '../../core/recipients.ts';
import { unquoted } from '../../core/reply.ts';
import { Composer } from '../../store/compose.ts';
import type { Body, SendState } from '../../store/compose.ts';
import { composers } from '../../store/composers.ts';
import { SendCheckError } from '../../smime/contract.ts';
import { begin, busy, send, signerOf } from './send.ts';

export const isForward = (c: Composer): boolean => c.start.original?.flag === '$Forwarded';

function base64(bytes: ArrayBuffer): string {
  let text = '';
  for (const b of new Uint8Array(bytes)) text += String.fromCharCode(b);
  return btoa(text);
}

/** The pictures inside again, for a window that has to show it. */
function whole(body: Body): string {
  return body.images.reduce((html, i) => html.replaceAll(`cid:${i.cid}`, `data:${i.type};base64,${base64(i.bytes)}`), body.html);
}

async function copyFor(c: Composer, bad: ReadonlySet<string>, without: boolean): Promise<Composer> {
  const only = (list: Address[]): Address[] => list.filter((a) => bad.has(foldAddress(a.address)));
  const rich = c.rich.value && c.readBody ? await c.readBody(without) : null;
  const copy = new Composer({
    apart: true, mode: 'sign', to: only(c.to.value), cc: only(c.cc.value), bcc: only(c.bcc.value), subject: c.subject.value, identity: c.identity.value, wishes: c.wishes.value, hideSubject: false, ...(c.replyTo.value ? { replyTo: c.replyTo.value } : {}),
    plain: !rich, text: without ? unquoted(c.plain, c.start.intro ?? '', isForward(c)) : c.plain, ...(rich ? { html: whole(rich) } : {}),
    in_reply_to: c.start.in_reply_to ?? null, references: c.start.references ?? null,
  });
  copy.files.value = c.files.value;
  copy.signer.value = c.signer.value;
  copy.opaque.value = c.opaque.value;
  if (rich) copy.readBody = () => Promise.resolve(rich);
  return copy;
}

/** Nobody needs it: the encrypted message did not leave. */
async function forget(copy: Composer): Promise<string> {
  copy.stop();
  try { await api.dropDraft(copy.submission); return ''; } catch (error) { return sentence(error); }
}

/** The copy, kept (encrypted) before anything leaves: a page that is closed in between loses nothing. null: it is not,
 *  and why is said. */
async function keptCopy(c: Composer, bad: ReadonlySet<string>, without: boolean): Promise<Composer | null> {
  try {
    await signerOf(c);
    const copy = await copyFor(c, bad, without);
    copy.changed();
    if (await copy.save()) return copy;
    copy.stop();
    c.problem.value = t('split-not-kept');
  } catch (error) {
    c.problem.value = error instanceof SendCheckError ? error.message : error instanceof ApiError ? sentence(error) : t('send-failed', { why: t('send-no-text') });
  }
  return null;
}

/** The encrypted one did not leave. Its draft may be without those of the copy: they are in it again before the copy goes. */
async function together(c: Composer, before: Fields, copy: Composer): Promise<void> {
  const { problem, cannot } = c;
  const why = problem.value, panel = cannot.value;
  c.setRecipients(before);
  cannot.value = panel;
  problem.value = why;
  if (!(await c.save())) { copy.stop(); return; } // the one more draft is what the server knows of them
  const left = await forget(copy);
  problem.value ||= left;
}

/** bad: folded addresses of those who cannot be encrypted to. without: what is quoted stays out of the copy in clear. */
export async function sendSplit(c: Composer, bad: ReadonlySet<string>, without: boolean): Promise<void> {
  if (busy(c)) return;
  c.problem.value = '';
  c.outcome.value = null;
  // From here on nothing of it can be changed, saved or sent by another press: both are of one text.
  c.sendState.value = 'sending';
  const copy = await keptCopy(c, bad, without);
  if (!copy) { c.sendState.value = 'editing'; return; }
  c.auto.value = false; // other recipients, the same protection
  const before = c.fields;
  const others = (list: Address[]): Address[] => list.filter((a) => !bad.has(foldAddress(a.address)));
  c.to.value = others(before.to);
  c.cc.value = others(before.cc);
  c.bcc.value = others(before.bcc);
  c.cannot.value = false;
  await begin(c);
  const status = (c.outcome.value as Sent | null)?.status, state = c.sendState.value as SendState;
  if (status === 'sent') {
    composers.value = [...composers.value, copy];
    await send(copy);
    return;
  }
  if (state === 'partly' || state === 'unknown') {
    // Whether the copy shall go is the person's to say, when they know what became of the first.
    copy.problem.value = t('split-waits');
    copy.minimized.value = true;
    composers.value = [copy, ...composers.value];
    return;
  }
  await together(c, before, copy);
}
