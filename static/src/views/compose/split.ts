// Two submissions that are one to the person: encrypted to those who can receive it, and a copy that is signed only to
// the others. The encrypted one goes first; when it does not leave, nothing leaves in clear.
import * as api from '../../api/compose.ts';
import { sentence } from '../../api/client.ts';
import type { Address } from '../../api/types.ts';
import { foldAddress } from '../../core/address.ts';
import { t } from '../../core/i18n.ts';
import { unquoted } from '../../core/reply.ts';
import { Composer } from '../../store/compose.ts';
import type { Body } from '../../store/compose.ts';
import { composers } from '../../store/composers.ts';
import { SendCheckError } from '../../smime/contract.ts';
import { send, signerOf } from './send.ts';

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

/** bad: folded addresses of those who cannot be encrypted to. without: what is quoted stays out of the copy in clear. */
export async function sendSplit(c: Composer, bad: ReadonlySet<string>, without: boolean): Promise<void> {
  try {
    await signerOf(c);
  } catch (error) {
    c.problem.value = error instanceof SendCheckError ? error.message : sentence(error);
    return;
  }
  const copy = await copyFor(c, bad, without);
  // Kept (encrypted) before anything leaves: a page that is closed in between loses nothing.
  copy.changed();
  if (!(await copy.save())) { copy.stop(); c.problem.value = t('split-not-kept'); return; }
  c.auto.value = false; // other recipients, the same protection
  const before = { to: c.to.value, cc: c.cc.value, bcc: c.bcc.value };
  const others = (list: Address[]): Address[] => list.filter((a) => !bad.has(foldAddress(a.address)));
  c.to.value = others(before.to);
  c.cc.value = others(before.cc);
  c.bcc.value = others(before.bcc);
  c.cannot.value = false;
  await send(c);
  const status = c.outcome.value?.status;
  if (status === 'sent') {
    composers.value = [...composers.value, copy];
    await send(copy);
    return;
  }
  if (c.sendState.value === 'partly' || c.sendState.value === 'unknown') {
    // Whether the copy shall go is the person's to say, when they know what became of the first.
    copy.problem.value = t('split-waits');
    copy.minimized.value = true;
    composers.value = [copy, ...composers.value];
    return;
  }
  c.to.value = before.to;
  c.cc.value = before.cc;
  c.bcc.value = before.bcc;
  c.problem.value ||= await forget(copy);
}
