// big.mjs ACCOUNTS.json COUNT: a mailbox of COUNT messages for erin, written into Dovecot's Maildir as Dovecot itself
// would (names with size, uid list, keywords). One of that size is left alone, any other mail of erin makes way.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Imap } from '../../lib/imap.mjs';
import { bigMail, LABELS, OWNER } from './bigmail.mjs';

const LETTER = { '\\Draft': 'D', '\\Flagged': 'F', '\\Answered': 'R', '\\Seen': 'S' };
/** Maildir flags stand in the order of their letters; keywords are small letters. */
const info = (m) => [...m.flags.map((f) => LETTER[f]), ...m.keywords.map((k) => String.fromCharCode(97 + k))].sort().join('');

/** Writes a Maildir at `folder`, which must not be there. Returns its UIDVALIDITY. */
export function writeMaildir(folder, mails, { uid, gid } = {}) {
  const cur = path.join(folder, 'cur'), validity = Math.floor(Date.now() / 1000), list = [];
  for (const d of ['', 'cur', 'new', 'tmp']) mkdirSync(path.join(folder, d), { mode: 0o700, recursive: true });
  const made = [];
  for (const m of mails) {
    const seconds = Math.floor(m.date / 1000), base = `${seconds}.M${list.length + 1}P1.big,S=${m.bytes.length},W=${m.bytes.length}`;
    const file = path.join(cur, `${base}:2,${info(m)}`);
    writeFileSync(file, m.bytes, { mode: 0o600 });
    utimesSync(file, seconds, seconds); // Dovecot's INTERNALDATE
    if (uid !== undefined) chownSync(file, uid, gid);
    list.push(`${list.length + 1} W${m.bytes.length} :${base}`);
  }
  const put = (name, lines) => { made.push(path.join(folder, name)); writeFileSync(made.at(-1), `${lines.join('\n')}\n`, { mode: 0o600 }); };
  put('dovecot-uidlist', [`3 V${validity} N${list.length + 1} G${randomBytes(16).toString('hex')}`, ...list]);
  put('dovecot-keywords', LABELS.map((name, i) => `${i} ${name}`));
  if (uid !== undefined) for (const f of [folder, cur, path.join(folder, 'new'), path.join(folder, 'tmp'), ...made]) chownSync(f, uid, gid);
  return validity;
}

/** Dovecot's index and cache, so that the first reader does not wait for them: as in a mailbox that has been in use. */
async function warm(instance, folder) {
  const a = instance.accounts.find((x) => x.address === OWNER.address);
  const imap = await Imap.open(instance.ports.imap, a.address, a.password);
  const { exists } = await imap.select(folder);
  for (let at = 1; at <= exists; at += 2000) await imap.command(`FETCH ${at}:${Math.min(exists, at + 1999)} (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (REFERENCES)])`);
  imap.close();
  return exists;
}

/** Ends who still reads the mailbox that made way: they would take the new one's index for a damaged one, and throw everybody out. */
async function dismiss(instance) {
  const doveadm = (...args) => spawnSync('doveadm', ['-f', 'tab', '-c', path.join(instance.data, 'etc/dovecot.conf'), ...args, OWNER.address], { encoding: 'utf8' });
  const reading = () => [...(doveadm('who').stdout ?? '').matchAll(/\bimap\t\(([\d ]+)\)/g)].flatMap((m) => m[1].split(' '));
  const before = reading();
  if (before.length) doveadm('kick');
  while (reading().some((pid) => before.includes(pid))) await new Promise((r) => { setTimeout(r, 50); });
}

/** Fills erin's INBOX (once). Returns how many messages it has. */
export async function bigBox(instance, count, options) {
  const home = path.join(instance.data, 'mail', OWNER.address), box = path.join(home, 'Maildir');
  const owner = statSync(path.join(instance.data, 'mail')), as = process.getuid?.() === 0 ? { uid: owner.uid, gid: owner.gid } : {};
  const mark = path.join(home, 'big');
  if (existsSync(mark) && Number(readFileSync(mark, 'utf8')) === count) return count;
  const fresh = path.join(home, 'Maildir.new');
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(home, { mode: 0o700, recursive: true });
  if (as.uid !== undefined) chownSync(home, as.uid, as.gid);
  writeMaildir(fresh, bigMail(count, instance.keys, options), as);
  rmSync(box, { recursive: true, force: true });
  renameSync(fresh, box);
  await dismiss(instance);
  const there = await warm(instance, 'INBOX');
  if (there !== count) throw new Error(`${there} of ${count} messages are there`);
  writeFileSync(mark, String(count));
  return there;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [file, count] = process.argv.slice(2);
  if (!(Number(count) > 0)) throw new Error('big.mjs ACCOUNTS.json COUNT');
  const began = Date.now();
  console.log(`erin: ${await bigBox(JSON.parse(readFileSync(file, 'utf8')), Number(count))} messages in ${((Date.now() - began) / 1000).toFixed(1)} s`);
}
