// What a mail server holds of somebody, looked at and tidied beside the server that is tested.
import { imapOf } from './instance.mjs';

/** The raw messages of a mailbox that an IMAP search finds; those replaced meanwhile are left out. */
export async function texts(name, mailbox, what = 'ALL') {
  const imap = await imapOf(name);
  try {
    await imap.select(mailbox);
    const out = [];
    for (const uid of await imap.search(what)) out.push((await imap.source(uid))?.toString('latin1') ?? '');
    return out.filter(Boolean);
  } finally { imap.close(); }
}

export async function clearDrafts(...names) {
  for (const name of names) {
    const imap = await imapOf(name);
    try {
      await imap.select('Drafts');
      for (const uid of await imap.search('ALL')) await imap.command(`UID STORE ${uid} +FLAGS (\\Deleted)`);
      await imap.command('EXPUNGE');
    } finally { imap.close(); }
  }
}
