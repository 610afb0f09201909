// Known words go through everything the product does; then every place where they must not stay is searched:
// Redis and its file, logs, spools, temporary folders, stored mail, core dumps, and the memory of the workers.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { account, eventually, folderId, imapOf, instance, signedIn } from '../lib/instance.mjs';
import { certificateDer, composeBody, fillVault, fingerprint, signAttributes, unwrap } from '../lib/keyring.mjs';
import { message, text } from '../lib/mime.mjs';
import { Smime } from '../lib/smime.mjs';

const canary = (what) => Buffer.from(`canary-${what}-${randomBytes(12).toString('hex')}`);
const words = { sent: canary('sent'), draft: canary('draft'), read: canary('read'), attachment: canary('attachment'), search: canary('search'), wrong: canary('wrong-password') };
const secrets = new Map(); // name → bytes, with what became of them on the way: content keys, session id
let alice;

// A byte string in the clear, in UTF-16, in hex, and in base64 at each of the three alignments.
function forms(bytes) {
  const out = [bytes, Buffer.from(bytes.toString('latin1'), 'utf16le'), Buffer.from(bytes.toString('hex'))];
  for (let shift = 0; shift < 3; shift++) {
    const coded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64').replace(/=+$/, '');
    out.push(Buffer.from(coded.slice(shift ? shift + 1 : 0, -2)));
  }
  return out.filter((f) => f.length >= 12);
}
function searcher(list) {
  const needles = [...list].flatMap(([name, bytes]) => forms(bytes).map((f) => [name, f]));
  return (where, haystack, found) => { for (const [name, f] of needles) if (haystack.includes(f)) found.push(`${name} in ${where}`); };
}
function* files(dir) {
  for (const e of readdirSync(dir, { withFileTypes: true })) {
    const p = path.join(dir, e.name);
    if (e.isDirectory()) yield* files(p);
    else if (e.isFile()) yield p;
  }
}
const workers = () => readdirSync('/proc').filter((p) => {
  try { return /^\d+$/.test(p) && readFileSync(`/proc/${p}/cmdline`, 'utf8').startsWith(path.join(instance.data, 'app/bin/waxseald')); } catch { return false; }
});
function searchMemory(pid, look, found) {
  const fd = openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const m = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line);
      if (!m || line.includes('[v')) continue;
      let at = BigInt(`0x${m[1]}`);
      const end = BigInt(`0x${m[2]}`);
      for (const step = 16n << 20n; at < end; at += step - 4096n) {
        const chunk = Buffer.alloc(Number(end - at < step ? end - at : step));
        let n = 0;
        try { n = readSync(fd, chunk, 0, chunk.length, at); } catch { break; }
        look(`memory of worker ${pid}, ${line.slice(74) || 'heap or stack'}`, chunk.subarray(0, n), found);
        if (end - at <= step) break;
      }
    }
  } finally { closeSync(fd); }
}

before(async () => {
  alice = await signedIn('alice');
  await fillVault(alice, 'alice');
  await alice.post('/api/v1/smime/certificates', { address: 'bob@demo.test', certificate: certificateDer('bob').toString('base64') });
});
after(() => alice.close());

test('the words go through sending, drafts, reading, searching and signing in', async () => {
  const base = (more) => ({ submission: randomUUID(), from: { name: '', address: 'alice@demo.test' }, to: [{ name: '', address: 'bob@demo.test' }], cc: [], bcc: [], reply_to: [], subject: `Canary ${randomUUID()}`, html: null,
    in_reply_to: null, references: null, mode: 'sign_encrypt', may_encrypt: true, signer: fingerprint('alice'), attachments: [], ...more });
  const file = Buffer.concat([Buffer.alloc(200000, 0x2e), words.attachment, Buffer.alloc(200000, 0x2d)]);
  const body = base({ text: `${words.sent}\n`, attachments: [{ name: 'c.bin', type: 'application/octet-stream', size: file.length, content_id: null }] });
  const p = await alice.request('POST', '/api/v1/compose/prepare', composeBody(body, [file]));
  assert.equal(p.status, 200, p.text);
  secrets.set('content key of the draft', Buffer.from(p.json.content_key, 'base64'));
  const s = await alice.post('/api/v1/compose/finish', { ticket: p.json.ticket, signature: signAttributes('alice', p.json.attributes), content_key: p.json.content_key });
  assert.equal(s.json.status, 'sent', s.text);
  const d = await alice.request('POST', '/api/v1/compose/draft', composeBody(base({ text: `${words.draft}\n` })));
  assert.equal(d.json.encrypted, true, d.text);

  const imap = await imapOf('alice');
  const smime = new Smime(instance.keys);
  const uid = await imap.append('Archive', message({ from: 'bob@demo.test', to: 'alice@demo.test', subject: 'Canary to read', date: new Date(), id: `<${randomUUID()}@demo.test>` },
    smime.encrypted(smime.clearSigned(text(`${words.read}\n`), 'bob'), ['alice'])));
  const { uidvalidity } = await imap.select('Archive');
  imap.close();
  const url = `/api/v1/folders/${folderId('Archive')}/messages/${uid}`;
  const job = (await alice.get(`${url}?uidvalidity=${uidvalidity}`)).json.security.job;
  const key = unwrap('alice', job);
  secrets.set('content key of the mail', Buffer.from(key, 'base64'));
  const o = await alice.post(`${url}/open`, { uidvalidity, keys: [{ layer: job.layer, content_key: key }] });
  assert.ok(o.text.includes(words.read.toString()), 'it was really opened');

  await alice.post(`/api/v1/folders/${folderId('INBOX')}/search`, { text: words.search.toString(), scope: 'all', filters: {}, offset: 0, limit: 10 });
  const refused = await alice.post('/api/v1/signin', { username: account('dave').address, password: words.wrong.toString() });
  assert.equal(refused.status, 401);
  const cookie = [...alice.cookies.values()][0];
  secrets.set('session cookie', Buffer.from(cookie));
  secrets.set('vault passphrase', Buffer.from('alice vault passphrase'));
  secrets.set('account password', Buffer.from(account('alice').password));
  for (const [name, bytes] of Object.entries(words)) secrets.set(`the word "${name}"`, bytes);
});

test('the search finds a word that is there', () => {
  const found = [];
  for (const as of [(b) => b, (b) => Buffer.from(b.toString('base64')), (b) => Buffer.from(b.toString(), 'utf16le'), (b) => Buffer.from(b.toString('hex'))])
    searcher([['x', words.sent]])('here', Buffer.concat([Buffer.from('before '), as(words.sent), Buffer.from(' after')]), found);
  assert.equal(found.length, 4);
});

test('no file of the instance holds one of them', () => {
  const look = searcher(secrets);
  const found = [];
  let seen = 0;
  for (const f of files(instance.data)) {
    // the demo's own lists of passwords, and the program
    if (/\/(demo\/|app\/|etc\/dovecot-passwd|redis\/.*\.password)/.test(f)) continue;
    let bytes;
    try { bytes = readFileSync(f); } catch { continue; }
    seen++;
    look(path.relative(instance.data, f), bytes, found);
  }
  assert.ok(seen > 100, `${seen} files were searched`);
  assert.deepEqual(found, []);
});

test('no core dump was written', () => {
  for (const dir of [path.join(instance.data, 'run'), process.cwd()]) assert.deepEqual(readdirSync(dir).filter((f) => /^core(\.|$)/.test(f) && statSync(path.join(dir, f)).isFile()), []);
});

test('the workers have wiped plaintext and content keys', { skip: process.getuid() === 0 ? false : "reading another process's memory needs root" }, async () => {
  assert.ok(workers().length >= 2);
  const list = [...secrets].filter(([name]) => /content key|"sent"|"draft"|"read"|"attachment"|wrong/.test(name));
  const look = searcher(list);
  // the thread that answered may still be on its way to the wiping when the answer arrives
  let found;
  await eventually(() => {
    found = [];
    for (const pid of workers()) searchMemory(pid, look, found);
    return found.length === 0;
  }, 'every word gone from memory', 5).catch(() => {});
  assert.deepEqual(found, []);
});
