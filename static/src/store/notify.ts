// Desktop notifications for mail that came in: sender and subject, of encrypted mail only that there is one.
import '../core/shared.ts';
import * as mail from '../api/mail.ts';
import type { Row } from '../api/types.ts';
import { t } from '../core/i18n.ts';
import { go } from '../core/router.ts';
import { INBOX_ID } from './folders.ts';
import { clearSelection } from './selection.ts';
import { settings } from './session.ts';

/** More at once are told as a number. */
const EACH = 3;
const LOOK = 50;

export interface Note { title: string; body: string; tag: string; uid: number | null }

/** What may be shown on a desktop, which others may see: nothing of mail that is or may be encrypted. */
function noteOf(row: Row, details: boolean, tag: string): Note {
  const secret = row.security === 'encrypted' || row.security === 'opaque';
  const from = row.from[0];
  if (secret || !details || !from) return { title: t('notify-new'), body: '', tag, uid: row.uid };
  return { title: from.name || from.address, body: row.subject || t('no-subject'), tag, uid: row.uid };
}

/** Rows that are unread and came in [from, below); oldest first. */
export function notesFor(rows: readonly Row[], from: number, below: number, uidvalidity: number, details: boolean): Note[] {
  const fresh = rows.filter((r) => r.uid >= from && r.uid < below && !r.flags.includes('\\Seen') && !r.flags.includes('\\Deleted')).sort((a, b) => a.uid - b.uid);
  const tag = (uid: number): string => `waxseal ${uidvalidity} ${uid}`;
  if (fresh.length > EACH) return [{ title: t('notify-many', { n: fresh.length }), body: '', tag: tag(fresh.at(-1)!.uid), uid: null }];
  return fresh.map((r) => noteOf(r, details, tag(r.uid)));
}

function show(n: Note): void {
  // Two tabs that tell of the same message make one notification: they share its tag.
  const shown = new Notification(n.title, { body: n.body, tag: n.tag });
  shown.onclick = () => {
    window.focus();
    clearSelection();
    go({ page: 'mail', folder: INBOX_ID, uid: n.uid, search: false });
    shown.close();
  };
}

export async function notify(from: number, below: number): Promise<void> {
  let p = await mail.getList(INBOX_ID, 0, LOOK);
  // Another connection to the mail server may still show the folder as it was.
  for (let tries = 0; p.uidnext < below && tries < 3; tries++) {
    await new Promise((r) => setTimeout(r, 1000));
    p = await mail.getList(INBOX_ID, 0, LOOK);
  }
  for (const n of notesFor(p.messages, from, below, p.uidvalidity, settings.value.notifications.details)) show(n);
}
