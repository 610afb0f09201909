// What was unfolded counts as read: once for each message of the conversation on the screen, so that "unread" said by a
// person stays. Answers in Sent and the rest of a thread have no row of their own in the list.
import * as mail from '../../api/mail.ts';
import { SEEN, markRead } from '../../store/actions.ts';
import { adjust, folder } from '../../store/folders.ts';
import { may } from '../../store/rights.ts';
import { isSealed } from '../../core/security-mode.ts';
import * as list from '../../store/list.ts';
import * as reader from '../../store/reader.ts';
import { settings } from '../../store/session.ts';

const told = new Set<string>();
export function beginReading(): void { told.clear(); }

async function mark(ref: reader.Item['ref'], flags: readonly string[]): Promise<void> {
  if (!may(folder(ref.folder), 's')) return; // a mailbox of others that may only be looked at
  const row = list.rowFor(ref);
  const number = list.numberOf(ref);
  if (row) markRead([number]);
  if (row?.uid === number) return;
  reader.patchCached(ref, [...flags, SEEN]);
  if (row) return; // its conversation has a row, and that knows
  adjust(ref.folder, { unread: -1 });
  try { await mail.setFlags(ref.folder, ref.uidvalidity, { uids: [ref.uid] }, [SEEN], []); } catch {
    // Unread on the server, so unread here.
    reader.patchCached(ref, flags.slice());
    adjust(ref.folder, { unread: 1 });
  }
}

/** A row of the list knows newer flags than a message that was fetched ahead. */
function flagsOf(i: reader.Item): readonly string[] {
  const row = list.rowFor(i.ref);
  return row?.uid === list.numberOf(i.ref) ? row.flags : i.message!.flags;
}

/** Nobody has read what is still closed, or could not be opened: it stays unread until its text was shown. */
function isHere(i: reader.Item): boolean { return i.unfolded && i.message !== null && !isSealed(i.message); }

export function followReading(): void {
  const { mark_read: wanted, mark_read_after: seconds } = settings.value.reading;
  if (!wanted) return;
  for (const i of reader.items.value) {
    const key = reader.keyOf(i.ref);
    if (!isHere(i) || told.has(key) || flagsOf(i).includes(SEEN)) continue;
    told.add(key);
    setTimeout(() => {
      const now = reader.items.value.find((x) => reader.keyOf(x.ref) === key);
      if (now && !isHere(now)) { told.delete(key); return; } // closed again before its time: another day
      if (now && !flagsOf(now).includes(SEEN)) void mark(now.ref, flagsOf(now));
    }, seconds * 1000);
  }
}
