// The composers that are open.
import * as api from '../api/compose.ts';
import { deleteMessages } from '../api/mail.ts';
import { ApiError, sentence } from '../api/client.ts';
import { t } from '../core/i18n.ts';
import { computed, effect, signal, untracked } from '../core/signals.ts';
import type { Composer } from './compose.ts';
import { byRole, loadFolders } from './folders.ts';
import * as list from './list.ts';
import { toast } from './toasts.ts';
import { link } from './ui.ts';

export const composers = signal<readonly Composer[]>([]);
/** One is open, not put aside. */
export const writing = computed(() => composers.value.some((c) => !c.minimized.value && !c.held.value));
const MOST = 3;

export function openOne(c: Composer): boolean {
  if (composers.value.filter((x) => !x.held.value).length >= MOST) { toast(t('compose-too-many', { n: MOST }), { kind: 'bad' }); return false; }
  for (const other of composers.value) { other.minimized.value = true; other.full.value = false; }
  composers.value = [...composers.value, c];
  return true;
}

/** Puts those that are open aside and keeps what was written. */
export function minimizeAll(): void {
  for (const c of composers.value) {
    if (c.minimized.value || c.held.value) continue;
    c.minimized.value = true;
    c.full.value = false;
    void c.save();
  }
}

export function drop(c: Composer): void {
  c.stop();
  composers.value = composers.value.filter((x) => x !== c);
}

/** What was begun for a message that is no longer here, and has not ended. */
const ending = new Set<Promise<unknown>>();
/** A window of its own stays for it: a request ends with its page (views/compose/arrive.ts). */
export function ends(begun: Promise<unknown>): void {
  ending.add(begun);
  const out = (): void => { ending.delete(begun); };
  begun.then(out, out);
}
/** Until all of it has ended, with what began meanwhile. False: not in so many milliseconds. */
export async function ended(most: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<false>((done) => { timer = setTimeout(() => done(false), most); });
  try {
    while (ending.size) if ((await Promise.race([over, Promise.allSettled([...ending])])) === false) return false;
    return true;
  } finally { clearTimeout(timer); }
}

function afterwards(c: Composer): void {
  const here = list.source.value?.folder;
  const drafts = byRole('drafts')?.id;
  if (here && (here === drafts || here === byRole('sent')?.id)) void list.refresh();
  void loadFolders();
  const old = c.start.replaces;
  // A draft that was opened again is replaced by the new one (or by the sent message).
  if (old) ends(deleteMessages(old.folder, old.uidvalidity, { uids: [old.uid] }).then(() => { if (here === drafts) void list.refresh(); }, (error: unknown) => toast(t('replaced-left', { why: sentence(error) }), { kind: 'bad' })));
}

/** Closes and keeps the draft; stays open when it could not be kept. */
export async function close(c: Composer): Promise<void> {
  if (!c.hasEdits) { drop(c); return; }
  const kept = await c.save();
  if (!kept) { c.minimized.value = false; toast(c.saveState.value === 'impossible' ? t('draft-impossible') : c.waitsForRules ? t('err-rules-unknown') : c.problem.value, { kind: 'bad' }); return; }
  drop(c);
  afterwards(c);
  toast(t('draft-kept'));
}

export function discard(c: Composer): Promise<void> {
  const done = discarded(c);
  ends(done);
  return done;
}

async function discarded(c: Composer): Promise<void> {
  const had = c.draft.value !== null || c.asked; // a save that was broken off may have come to the server
  drop(c);
  if (had) {
    try { await api.dropDraft(c.submission, c.next()); } catch (error) {
      toast(error instanceof ApiError && error.code === 'conflict' ? t('discard-newer') : sentence(error), { kind: 'bad' });
      afterwards(c);
      return;
    }
  }
  afterwards(c);
  toast(t('draft-discarded'));
}

export function sent(c: Composer): void {
  drop(c);
  afterwards(c);
}

/** What could not be kept while the server was out of reach is kept as soon as it is back. An upload that the person ended
 *  has no problem written beside it, and waits for them. */
function saveAgain(): void {
  for (const c of composers.value) if (c.saveState.value === 'failed' && c.problem.value) void c.save();
}
effect(() => { if (link.value === 'live' || link.value === 'polling') untracked(saveAgain); });
