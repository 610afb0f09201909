// What a day in erin's full mailbox begins with and is checked against, for the tests with the mouse, with the keyboard
// alone, and on a phone.
import { randomUUID } from 'node:crypto';
import { bigBox } from '../stack/seed/big.mjs';
import { LABELS, OWNER } from '../stack/seed/bigmail.mjs';
import { people } from '../stack/seed/people.mjs';
import { forget } from './browser.mjs';
import { imapOf, instance, signedIn } from './instance.mjs';
import { message, text } from './mime.mjs';
import { Smime } from './smime.mjs';

export const MESSAGES = Number(process.env.MESSAGES ?? 3000);
export const QUESTION = 'Keys for the site office';
export const SEALED = 'Figures for the night shift';
export const SECRET = 'kestrel-77';
/** Three of one kind, to choose together. */
export const RECEIPTS = [1, 2, 3].map((i) => `Receipt of the hardware shop, part ${i}`);
export const NEWS = 'The crane is free from noon';
export const NAMES = ['Aurora', 'Invoices', 'Family', 'To do'];
const COLOURS = ['teal', 'orange', 'pink', 'blue'];
/** Where the day files things. */
export const FOLDER = 'Site';

const mail = (fields, entity) => message({ to: OWNER, date: new Date(), id: `<${randomUUID()}@demo.test>`, ...fields }, entity);

/** erin's mailbox as full as it should be, with what the day is about on top. */
export async function morning() {
  await bigBox(instance, MESSAGES);
  await forget('erin', 'alice');
  const api = await signedIn('erin');
  // A message a row, so that what is counted is what IMAP counts; conversations have a part of the day for themselves.
  const set = await api.put('/api/v1/settings', { list: { threads: false }, labels: LABELS.map((keyword, i) => ({ keyword, name: NAMES[i], colour: COLOURS[i] })) });
  if (set.status !== 200) throw new Error(set.text);
  api.close();
  const imap = await imapOf('erin');
  await clean(imap);
  const s = new Smime(instance.keys);
  const put = (fields, entity, flags = []) => imap.append('INBOX', mail(fields, entity), flags);
  for (const subject of RECEIPTS) await put({ from: people.tom, subject }, text('Paid in cash.\n'), ['\\Seen']);
  await put({ from: people.bob, subject: SEALED }, s.encrypted(s.clearSigned(text(`The code word is ${SECRET}.\n\nBob\n`), 'bob'), ['erin', 'bob']));
  await put({ from: people.alice, subject: QUESTION }, text('Hello Erin,\n\nwho has the second key for the site office?\n\nAlice\n'));
  const { exists } = await imap.select('INBOX');
  imap.close();
  return exists;
}
/** A new mail arrives. */
export async function deliver(subject = NEWS) {
  const imap = await imapOf('erin');
  await imap.append('INBOX', mail({ from: people.marta, subject }, text('From noon on.\n\nMarta\n')));
  imap.close();
}
async function clean(imap) {
  for (const f of [FOLDER, 'Archive', 'Trash', 'Drafts', 'Sent']) {
    await imap.create(f);
    if ((await imap.select(f)).exists) { await imap.command('STORE 1:* +FLAGS.SILENT (\\Deleted)'); await imap.command('EXPUNGE'); }
  }
  await imap.command('UNSELECT');
  await imap.command(`DELETE ${FOLDER}`);
  await imap.create(FOLDER);
  await imap.select('INBOX');
  for (const subject of [QUESTION, SEALED, 'Receipt of the hardware shop', NEWS]) {
    const uids = await imap.search(`HEADER Subject "${subject}"`);
    if (uids.length) await imap.command(`UID STORE ${uids.join()} +FLAGS.SILENT (\\Deleted)`);
  }
  await imap.command('EXPUNGE');
}
/** Puts everything back as it was. */
export async function evening() {
  const imap = await imapOf('erin');
  await clean(imap);
  await imap.command(`DELETE ${FOLDER}`).catch(() => undefined);
  imap.close();
  const alice = await imapOf('alice');
  await alice.select('INBOX');
  for (const uid of await alice.search(`HEADER Subject "Re: ${QUESTION}"`)) await alice.command(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
  await alice.command('EXPUNGE');
  alice.close();
}
/** What IMAP says a folder holds. */
export async function holds(folder, criteria = 'ALL', who = 'erin') {
  const imap = await imapOf(who);
  await imap.select(folder);
  const uids = await imap.search(criteria);
  imap.close();
  return uids.length;
}
