// A directory and the composer: the whole system (nginx, waxseald, waxseal-fetch, Redis, Dovecot, Postfix) with a real
// slapd, inside tests/lib/netns.sh. What the directory says is a hint: it is judged like any certificate.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { promisify } from 'node:util';
import { Authority } from '../lib/authority.mjs';
import { closeAll, folder, outside, tcpServer } from '../lib/netns.mjs';
import { BASE, missing, slapd } from '../lib/slapd.mjs';

const options = { skip: outside || missing };
const top = path.join(import.meta.dirname, '../..');
const data = folder && path.join(folder, 'directory');
const sh = (script) => promisify(execFile)('bash', [path.join(top, 'tests/stack', script)], {
  env: { ...process.env, INSTANCE: 'directory', PORT_BASE: '9130', DATA: data, SEED: 'no', FETCH_NETWORK: 'shared', MORE_CONFIG: path.join(folder, 'more.conf') },
});
const CAROL = 'carol@demo.test';
let root, stranger, lib, keyring, alice, directory;

before(async () => {
  if (options.skip) return;
  root = new Authority('Root of the directory test');
  stranger = new Authority('Root nobody trusts');
  const day = 86_400_000;
  root.issue('carol', CAROL);
  root.issue('moved', 'moved@elsewhere.example'); // in the entry of somebody else
  root.issue('late', 'late@staff.example', { from: new Date(Date.now() - 20 * day), to: new Date(Date.now() - 2 * day) });
  stranger.issue('strange', 'strange@staff.example');
  directory = await slapd({ port: 3910, people: [
    { id: 'carol', mail: [CAROL], certificates: [root.der('carol')] },
    { id: 'moved', mail: ['moved@staff.example'], certificates: [root.der('moved')] },
    { id: 'late', mail: ['late@staff.example'], certificates: [root.der('late')] },
    { id: 'strange', mail: ['strange@staff.example'], certificates: [stranger.der('strange')] },
  ] });
  await tcpServer('127.0.0.1', 3911, () => {}); // silent
  writeFileSync(path.join(folder, 'more.conf'), `[directory staff]\nurl = ldap://127.0.0.1:3910\nbase = ${BASE}\n[directory silent]\nurl = ldap://127.0.0.1:3911\nbase = ${BASE}\ndomains = silent.example quiet.example\n[server]\nclear_fallback = off\n`);
  mkdirSync(path.join(data, 'trust'), { recursive: true, mode: 0o755 });
  copyFileSync(root.file('ca.pem'), path.join(data, 'trust', 'authority.pem'));
  await sh('up.sh');
  process.env.WAXSEAL_ACCOUNTS = path.join(data, 'demo/accounts.json');
  lib = await import('../lib/instance.mjs');
  keyring = await import('../lib/keyring.mjs');
  alice = await lib.signedIn('alice');
  await keyring.fillVault(alice, 'alice');
});
after(async () => {
  alice?.close();
  if (data && !options.skip) await sh('down.sh').catch(() => {});
  await closeAll();
  root?.close();
  stranger?.close();
});

async function find(addresses, again = false) {
  const r = await alice.post('/api/v1/compose/find', { addresses, again });
  assert.equal(r.status, 200, r.text);
  return { lookup: r.json.lookup, of: Object.fromEntries(r.json.recipients.map((x) => [x.address, x])) };
}
const known = async (address) => (await alice.post('/api/v1/compose/recipients', { addresses: [address] })).json.recipients[0];
const set = (lookups) => alice.put('/api/v1/settings', { security: { lookups } });

test('who is in the directory can be encrypted to, and it is said where the certificate is from', options, async () => {
  assert.equal((await alice.get('/api/v1/session')).json.directories, true);
  assert.equal((await known(CAROL)).status, 'none', 'nothing is asked before it is asked for');
  const r = await find([CAROL, 'nobody@staff.example']);
  assert.equal(r.lookup, 'done');
  assert.equal(r.of[CAROL].status, 'ready');
  assert.equal(r.of[CAROL].source, 'ldap');
  assert.equal(r.of[CAROL].certificate.fingerprint, root.fingerprint('carol'));
  assert.equal(r.of['nobody@staff.example'].status, 'none');
  assert.equal((await known(CAROL)).status, 'ready', 'the answer is kept');
  const contacts = (await alice.get('/api/v1/contacts')).json.contacts;
  assert.ok(!contacts.some((x) => x.addresses.some((a) => a.address === CAROL)), 'and is no contact');
});

test('a mail goes to it encrypted, and the key that belongs to it opens it', options, async () => {
  await find([CAROL]);
  const body = { submission: randomUUID(), from: { name: 'Alice', address: 'alice@demo.test' }, to: [{ name: '', address: CAROL }], cc: [], bcc: [], reply_to: [], subject: `Directory ${randomUUID()}`,
    text: 'Found by the directory', html: null, in_reply_to: null, references: null, mode: 'encrypt', may_encrypt: true, signer: null, attachments: [] };
  const p = await alice.request('POST', '/api/v1/compose/prepare', keyring.composeBody(body));
  assert.equal(p.status, 200, p.text);
  assert.equal(p.json.recipients[0].fingerprint, root.fingerprint('carol'));
  const s = await alice.post('/api/v1/compose/finish', { ticket: p.json.ticket, signature: null, content_key: p.json.content_key });
  assert.equal(s.json.status, 'sent', s.text);
  const imap = await lib.imapOf('carol');
  try {
    const uid = await lib.eventually(async () => { await imap.select('INBOX'); return (await imap.search(`SUBJECT "${body.subject}"`))[0]; }, 'the mail at carol');
    const file = path.join(folder, 'mail.eml');
    writeFileSync(file, await imap.source(uid));
    const plain = execFileSync('openssl', ['cms', '-decrypt', '-in', file, '-inkey', root.file('carol.key'), '-recip', root.file('carol.pem')], { stdio: 'pipe' }).toString();
    assert.match(plain, /Found by the directory/);
  } finally { imap.close(); }
});

test('a directory makes nothing good: another address, an unknown authority, one that has expired', options, async () => {
  const { of } = await find(['moved@staff.example', 'strange@staff.example', 'late@staff.example']);
  assert.equal(of['moved@staff.example'].status, 'none');
  assert.equal(of['strange@staff.example'].status, 'untrusted');
  assert.equal(of['late@staff.example'].status, 'expired');
});

test('what the person decided stands: a rejected certificate does not come back by the directory', options, async () => {
  const added = await alice.post('/api/v1/smime/certificates', { address: CAROL, certificate: root.der('carol').toString('base64') });
  const { id } = added.json;
  try {
    assert.equal((await known(CAROL)).source, 'imported', 'what the person has comes first');
    await alice.post(`/api/v1/contacts/${id}/certificates/${root.fingerprint('carol')}`, { action: 'reject' });
    assert.equal((await find([CAROL], true)).of[CAROL].status, 'none');
  } finally { await alice.delete(`/api/v1/contacts/${id}`, {}); }
  assert.equal((await find([CAROL])).of[CAROL].status, 'ready');
});

test('switched off, nobody is asked and nothing that was found is used', options, async () => {
  await find([CAROL]);
  try {
    assert.equal((await set(false)).status, 200);
    assert.equal((await known(CAROL)).status, 'none');
    assert.equal((await find([CAROL], true)).lookup, 'none');
  } finally { await set(true); }
  assert.equal((await known(CAROL)).status, 'ready');
});

test('a directory that is silent costs its time once, for all together, and says so', options, async () => {
  const since = Date.now();
  const r = await find(['a@silent.example', 'b@silent.example', 'c@quiet.example', CAROL]);
  assert.equal(r.lookup, 'timeout');
  assert.equal(r.of['a@silent.example'].status, 'none');
  assert.equal(r.of[CAROL].status, 'ready', 'what is known is told all the same');
  assert.ok(Date.now() - since < 20_000, 'it does not hang');
  assert.equal((await find(['a@silent.example'])).lookup, 'timeout', 'and is not asked again at once');
});

test('a directory is asked about a thousand addresses an hour for one account, and others are not kept from it', options, async () => {
  const bob = await lib.signedIn('bob');
  try {
    let refused;
    // What did not fit into the time of one call was not asked about, so there may be a few more calls.
    for (let i = 0; i < 200 && !refused; i++) {
      const r = await bob.post('/api/v1/compose/find', { addresses: Array.from({ length: 50 }, (_, k) => `n${i}-${k}@staff.example`) });
      if (r.status === 200) continue;
      assert.equal(r.status, 429, r.text);
      refused = r;
      assert.ok(i >= 20, `not before a thousand: ${i}`);
    }
    assert.equal(refused?.json.code, 'throttled');
    assert.ok(Number(refused.headers['retry-after']) > 0);
    assert.equal((await bob.post('/api/v1/compose/recipients', { addresses: ['n0-0@staff.example'] })).status, 200, 'what is known is told');
    assert.equal((await bob.post('/api/v1/compose/find', { addresses: ['n0-0@staff.example'] })).status, 200, 'and kept answers cost nothing');
  } finally { bob.close(); }
  assert.equal((await find(['another@staff.example'])).lookup, 'done');
});

test('clear_fallback = off: what was to be encrypted is not sent in the clear, whatever the page asks for', options, async () => {
  assert.equal((await alice.get('/api/v1/session')).json.clear_fallback, false);
  const body = (may_encrypt) => ({ submission: randomUUID(), from: { name: 'Alice', address: 'alice@demo.test' }, to: [{ name: '', address: 'bob@demo.test' }], cc: [], bcc: [], reply_to: [], subject: 'Clear',
    text: 'Text', html: null, in_reply_to: null, references: null, mode: 'none', may_encrypt, signer: null, attachments: [] });
  const refused = await alice.request('POST', '/api/v1/compose/prepare', keyring.composeBody(body(true)));
  assert.equal(refused.status, 403, refused.text);
  assert.equal(refused.json.details.field, 'mode');
  const secret = body(true);
  assert.equal((await alice.request('POST', '/api/v1/compose/draft', keyring.composeBody(secret))).json.encrypted, true, 'it is kept, encrypted');
  await alice.delete('/api/v1/compose/draft', { submission: secret.submission });
  const plain = body(false);
  assert.equal((await alice.request('POST', '/api/v1/compose/prepare', keyring.composeBody(plain))).status, 200, 'what never was a secret may go');
  await alice.delete('/api/v1/compose/draft', { submission: plain.submission });
});

test('a directory that is gone: what was found stays of use for a day, for anybody else it is down', options, async () => {
  await directory.close();
  assert.equal((await known(CAROL)).status, 'ready');
  assert.equal((await find(['new@staff.example'])).lookup, 'down');
});
