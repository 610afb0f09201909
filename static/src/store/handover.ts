// A message that goes on in another window: everything of it, in memory only, and handed over exactly once.
//
//   new window                         old window
//   READY (postMessage)             →
//                                   ←  GIVEN with the message and a port
//   'holds', once all of it stands  →  lets go of it
//                                   ←  'yours'
//   may be written in
//
// Until 'holds' the old window keeps it, whatever becomes of the new one; until 'yours' nothing can be written in the
// new one. Only where no answer comes (a window that is frozen, or gone) the new one goes on alone; should the old one
// have it all the same, the server knows one from the other, and neither takes the place of the other's text.
import '../core/shared.ts';
import type { ComposeBody, DraftSaved, LayerKey, MessageRef } from '../api/types.ts';
import type { EditorState } from '../editor/protocol.ts';
import { batch } from '../core/signals.ts';
import { Composer } from './compose.ts';
import type { Body, FileItem, Inner, Start } from './compose.ts';

export const READY = 'waxseal-compose-ready';
export const GIVEN = 'waxseal-compose';
/** What became of it, when it is over there: said where the person looks next. */
export const SAID = 'waxseal-compose-said';
export interface Word { text: string; bad: boolean }
/** Answers SAID: somebody was there to hear it. */
export const HEARD = 'waxseal-compose-heard';
/** Files of an answered mail as they can be fetched again. */
export interface OfferedFiles { ref: MessageRef; files: { id: string; name: string; type: string; size: number; sealed: boolean }[]; keys: LayerKey[] }

export interface Handed {
  account: string;
  start: Omit<Start, 'offered' | 'picture'>;
  offered: { names: string[]; from: OfferedFiles } | null;
  files: Omit<FileItem, 'id'>[];
  /** What would leave now, as it would: the new window must come to the same. */
  wanted: ComposeBody;
  images: Body['images'];
  /** Undo and caret, where they could be read: the message is whole without. */
  editor: EditorState | null;
  signer: string | null;
  draft: DraftSaved | null;
  private: Inner;
  flags: { showCc: boolean; tab: 'message' | 'security'; lateGuard: boolean; released: boolean; cleared: boolean; broughtAlong: boolean };
}

/** What the composer holds; it must be at rest (Composer.pause). Throws where the text cannot be read. */
export async function pack(c: Composer, account: string): Promise<Handed> {
  const kept = await c.pause();
  if (c.rich.value && !c.readBody) throw new Error('editor is not ready');
  const { body: wanted } = await c.body(c.signer.value);
  const images = c.rich.value ? (await c.readBody!()).images : [];
  const { offered, picture: _picture, quote: _quote, intro, ...rest } = c.start;
  const start: Handed['start'] = {
    ...rest, ...(intro === undefined ? {} : { intro }), submission: c.submission, to: c.to.value, cc: c.cc.value, bcc: c.bcc.value, subject: c.subject.value, mode: c.mode.value, auto: c.auto.value,
    opaque: c.opaque.value, hideSubject: c.hideSubject.value, wishes: c.wishes.value, identity: c.identity.value, plain: !c.rich.value, text: c.plain, ...(wanted.html === null ? {} : { html: wanted.html }), ...(c.replyTo.value ? { replyTo: c.replyTo.value } : {}),
  };
  // The signature stands in the text already.
  delete start.signature;
  return {
    account, start, offered: offered ? { names: offered.names, from: offered.from } : null, files: c.files.value.map(({ id: _id, ...f }) => f), wanted, images, editor: c.rich.value ? await c.readState?.() ?? null : null, signer: c.signer.value, draft: c.draft.value, private: kept,
    flags: { showCc: c.showCc.value, tab: c.tab.value, lateGuard: c.lateGuard.value, released: c.released.value, cleared: c.cleared.value, broughtAlong: c.broughtAlong.value },
  };
}

/** The composer of the new window; it rests until `resume`. */
export function unpack(h: Handed, fetchOffered: (from: OfferedFiles) => Promise<File[]>): Composer {
  const picture = (cid: string): Promise<Blob | null> => {
    const i = h.images.find((x) => x.cid === cid);
    return Promise.resolve(i ? new Blob([i.bytes], { type: i.type }) : null);
  };
  const start: Start = { ...h.start, picture, ...(h.offered ? { offered: { ...h.offered, fetch: () => fetchOffered(h.offered!.from) } } : {}) };
  const c = new Composer(start);
  batch(() => {
    c.moving.value = true;
    c.signer.value = h.signer;
    c.draft.value = h.draft;
    c.handed = h.editor;
    c.hold(h.files, h.private);
    c.showCc.value = h.flags.showCc;
    c.tab.value = h.flags.tab;
    c.lateGuard.value = h.flags.lateGuard;
    c.released.value = h.flags.released;
    c.cleared.value = h.flags.cleared;
    c.broughtAlong.value = h.flags.broughtAlong;
  });
  return c;
}

const plainly = (s: string): string => s.replace(/\s+/g, ' ').trim();

/** The text and its HTML may differ in blanks once they have been through an editor. */
const comparable = (b: ComposeBody): string => JSON.stringify({ ...b, text: plainly(b.text), html: b.html === null });

/** Everything that was handed over is there, read back from where it stands now: what would leave is the same, whatever
 *  a message may consist of some day, and its pictures and files are as large. */
export async function complete(c: Composer, h: Handed): Promise<boolean> {
  if (c.files.value.length !== h.files.length || c.files.value.some((f, i) => f.size !== h.files[i]!.size)) return false;
  return comparable((await c.body(c.signer.value)).body) === comparable(h.wanted);
}
