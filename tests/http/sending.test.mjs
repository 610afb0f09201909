// Writing and sending over HTTP: drafts, prepare, finish, status, spell check. The test plays the
// browser: it holds the private keys, hashes the skeleton and signs the attributes.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { ctl, eventually, folderId, imapOf, instance, redis, signedIn as signIn, top } from '../lib/instance.mjs';
import { inspect } from '../lib/keyring.mjs';

const address = (name) => `${name}@${instance.domain}`;
const key = (name, kind) => path.join(instance.keys, `${name}.${kind}`);
const pem = (name) => readFileSync(key(name, 'pem'), 'utf8');
const derOf = (text) => Buffer.from(text.split('-----')[2].replace(/\s/g, ''), 'base64');
const fingerprint = (name) => crypto.createHash('sha256').update(derOf(pem(name))).digest('hex');

// One session an account: each holds connections to the mail server.
const sessions = new Map();
const signedIn = (name) => sessions.get(name) ?? sessions.set(name, signIn(name)).get(name);
test.after(async () => { for (const c of sessions.values()) await (await c).request('POST', '/api/v1/signout', {}); });

// --- a browser -----------------------------------------------------------------------------------------

function letter(fields = {}) {
  return { submission: crypto.randomUUID(), from: { name: 'Alice', address: address('alice') }, to: [{ name: null, address: address('bob') }], cc: [], bcc: [],
    reply_to: null, subject: 'Subject', text: 'Text\n', html: null, in_reply_to: null, references: null, mode: 'none', may_encrypt: false, signer: null,
    attachments: [], ...fields };
}
function bodyOf(fields, files = []) {
  const json = Buffer.from(JSON.stringify({ ...fields, attachments: files.map(({ bytes, ...x }) => ({ content_id: null, ...x, size: bytes.length })) }));
  return Buffer.concat([Buffer.from(`${json.length}\n`), json, ...files.map((f) => f.bytes)]);
}
const compose = (c, what, fields, files) =>
  c.request('POST', `/api/v1/compose/${what}`, { body: bodyOf(fields, files), headers: { 'Content-Type': 'application/vnd.waxseal.compose' } });

async function prepare(c, fields, files) {
  const r = await compose(c, 'prepare', fields, files);
  assert.equal(r.status, 200, r.text);
  return r.json;
}
const sign = (name, attributes) => crypto.sign('sha256', Buffer.from(attributes, 'base64'), readFileSync(key(name, 'key'), 'utf8')).toString('base64');
const finishWith = (c, p, extra = {}) => c.post('/api/v1/compose/finish',
  { ticket: p.ticket, signature: p.attributes ? sign('alice', p.attributes) : null, content_key: p.content_key, ...extra });

// The frozen entity as the browser puts it together.
function entityOf(p, files = []) {
  return Buffer.concat(p.skeleton.map((s) => (s.bytes !== undefined ? Buffer.from(s.bytes, 'base64')
    : Buffer.from(files[s.attachment].bytes.toString('base64').replace(/.{1,76}/g, '$&\r\n')))));
}

// --- behind the product's back -------------------------------------------------------------------------

async function mailsWith(name, mailbox, id) {
  const imap = await imapOf(name);
  try {
    await imap.select(mailbox);
    const out = [];
    for (const uid of await imap.search(`HEADER Message-ID "${id}"`)) out.push((await imap.source(uid)).toString('latin1'));
    return out;
  } finally { imap.close(); }
}
async function draftsOf(submission) {
  const imap = await imapOf('alice');
  try {
    await imap.select('Drafts');
    const out = [];
    for (const uid of await imap.search(`HEADER X-Waxseal-Submission "${submission}"`)) out.push((await imap.source(uid)).toString('latin1'));
    return out;
  } finally { imap.close(); }
}
const idOf = (fields) => `<${fields.submission}@${instance.domain}>`;
const received = (name, fields) => eventually(async () => (await mailsWith(name, 'INBOX', idOf(fields)))[0], `${name} receives ${fields.submission}`);

function withFile(text, f) {
  const dir = mkdtempSync(path.join(tmpdir(), 'waxseal-'));
  try {
    const file = path.join(dir, 'mail.eml');
    writeFileSync(file, text, 'latin1');
    return f(file);
  } finally { rmSync(dir, { recursive: true }); }
}
const openssl = (args) => execFileSync('openssl', args, { encoding: 'latin1', stdio: ['ignore', 'pipe', 'pipe'] });

// Everything Redis has written to disk.
function redisFiles() {
  const dir = path.join(instance.data, 'redis');
  return readdirSync(dir, { recursive: true, withFileTypes: true }).filter((f) => f.isFile() && /\.(aof|rdb)$/.test(f.name))
    .map((f) => readFileSync(path.join(f.parentPath ?? f.path, f.name), 'latin1')).join('');
}

// Alice has her key in the vault and Bob's and Mallory's certificates in her book.
async function withKey(name) {
  const c = await signedIn(name);
  const have = (await c.get('/api/v1/smime/keys')).json.keys.some((k) => k.certificates.some((x) => x.fingerprint === fingerprint(name)));
  if (have) return c;
  const p12 = execFileSync('openssl', ['pkcs12', '-export', '-in', key(name, 'pem'), '-inkey', key(name, 'key'), '-passout', 'pass:test passphrase',
    '-iter', '600000', '-macalg', 'sha256', '-keypbe', 'AES-256-CBC', '-certpbe', 'AES-256-CBC']);
  const r = await c.post('/api/v1/smime/keys', { p12: p12.toString('base64'), label: 'test', certificates: [derOf(pem(name)).toString('base64')] });
  assert.equal(r.status, 200, r.text);
  return c;
}
async function aliceReady() {
  const c = await withKey('alice');
  const r = await c.post('/api/v1/smime/certificates', { address: address('bob'), certificate: pem('bob') });
  assert.equal(r.status, 200, r.text);
  return c;
}

// --- plain mail ----------------------------------------------------------------------------------------

test('a plain mail reaches To and Bcc, says nothing of Bcc, lies in Sent, and its draft is gone', async () => {
  const c = await signedIn('alice');
  const files = [{ name: 'Grüße.bin', type: 'application/x-test', bytes: crypto.randomBytes(100_001) }];
  const fields = letter({ subject: 'Grüße', text: 'Hallo wörld\n', bcc: [{ name: 'D', address: address('dave') }] });
  const p = await prepare(c, fields, files);
  assert.equal(p.attributes, null);
  assert.equal(p.content_key, null);
  assert.equal((await draftsOf(fields.submission)).length, 1, 'the draft is there before anything is sent');
  const r = await finishWith(c, p);
  assert.equal(r.status, 200, r.text);
  assert.equal(r.json.status, 'sent', r.text);
  assert.deepEqual(r.json.envelopes.map((e) => [e.status, e.recipients.map((x) => x.address)]), [['sent', [address('bob'), address('dave')]]]);
  for (const name of ['bob', 'dave']) {
    const mail = await received(name, fields);
    assert.doesNotMatch(mail, /^(bcc:|x-waxseal-)/im);
    const v = inspect(mail);
    assert.equal(v.headers.subject, 'Grüße');
    assert.equal(v.content.text.trim(), 'Hallo wörld');
    assert.deepEqual(v.attachments.map((a) => [a.name, a.type, a.size]), [['Grüße.bin', 'application/x-test', 100_001]]);
    assert.ok(mail.includes(entityOf(p, files).toString('latin1')), 'what was shown is what was sent');
  }
  const [copy] = await mailsWith('alice', 'Sent', idOf(fields));
  assert.match(copy, new RegExp(`^Bcc: ${address('dave')}`, 'm'));
  assert.equal(r.json.draft, null);
  assert.deepEqual(await draftsOf(fields.submission), []);
  assert.deepEqual((await c.post(`/api/v1/compose/status/${fields.submission}`, {})).json, r.json);
});

test('who has got a message is offered the next time, until forgotten', async () => {
  const c = await signedIn('alice');
  const found = async (text) => (await c.post('/api/v1/contacts/complete', { text })).json.found.filter((x) => x.source === 'met').map((x) => [x.name, x.address]);
  const name = `Met ${crypto.randomUUID().slice(0, 8)}`;
  assert.deepEqual(await found(name), []);
  const fields = letter({ to: [{ name, address: address('erin') }], bcc: [{ name: 'D', address: address('dave') }] });
  const p = await prepare(c, fields);
  assert.deepEqual(await found(name), [], 'prepared is not sent');
  assert.equal((await finishWith(c, p)).json.status, 'sent');
  assert.deepEqual(await found(name), [[name, address('erin')]]);
  assert.ok((await found(address('dave'))).length === 1, 'a blind copy too');
  for (const who of ['erin', 'dave']) assert.equal((await c.post('/api/v1/contacts/forget', { address: address(who) })).status, 200);
  assert.deepEqual(await found(name), []);
});

test('a ticket works once, in its own session, unaltered', async () => {
  const c = await signedIn('alice');
  const other = await signIn('alice');
  const fields = letter();
  const p = await prepare(c, fields);
  for (const ticket of [`${p.ticket}x`, p.ticket.slice(1), '', 'x'.repeat(5000), `${p.ticket.slice(0, -1)}${p.ticket.endsWith('A') ? 'B' : 'A'}`]) {
    const r = await finishWith(c, p, { ticket });
    assert.equal(r.status, 409, `${ticket.slice(0, 20)}: ${r.text}`);
  }
  assert.equal((await finishWith(other, p)).status, 409, 'another session of the same user');
  await other.request('POST', '/api/v1/signout', {});
  assert.deepEqual(await mailsWith('bob', 'INBOX', idOf(fields)), []);
  const both = await Promise.all([finishWith(c, p), finishWith(c, p)]);
  assert.deepEqual(both.map((r) => r.status).sort(), [200, 409]);
  await received('bob', fields);
  assert.equal((await mailsWith('bob', 'INBOX', idOf(fields))).length, 1);
  assert.equal((await finishWith(c, p)).status, 409);
  assert.equal((await compose(c, 'prepare', fields)).status, 409, 'the same submission cannot be sent again');
  assert.equal((await compose(c, 'draft', fields)).status, 409);
});

test('a ticket that has run out is refused and nothing is sent', async () => {
  const c = await signedIn('alice');
  const fields = letter();
  let p;
  const forget = async () => { // no ACL user may list keys: the ticket's is the last one on disk
    p = await prepare(c, fields);
    return redis('web', 'DEL', redisFiles().match(new RegExp(`${instance.instance}:t:[0-9a-f]{64}`, 'g'))?.at(-1) ?? 'none').trim() === '1';
  };
  await eventually(forget, 'the ticket is found and deleted');
  const r = await finishWith(c, p);
  assert.equal(r.status, 409);
  assert.equal((await draftsOf(fields.submission)).length, 1, 'the draft is kept');
  assert.equal((await c.post(`/api/v1/compose/status/${fields.submission}`, {})).status, 404);
});

test('one submission prepared and finished twenty times in parallel is one mail', async () => {
  const [a, b] = await Promise.all([signedIn('alice'), signIn('alice')]);
  const fields = letter();
  const clients = Array.from({ length: 20 }, (_, i) => (i % 2 ? a : b));
  const prepared = await Promise.all(clients.map(async (c) => ({ c, p: await compose(c, 'prepare', fields) })));
  assert.ok(prepared.some(({ p }) => p.status === 200));
  const results = await Promise.all(prepared.filter(({ p }) => p.status === 200).map(({ c, p }) => finishWith(c, p.json)));
  assert.ok(results.some((r) => r.status === 200 && r.json.status === 'sent'), results.map((r) => r.text).join('\n'));
  for (const r of results) assert.ok(r.status === 409 || ['sent', 'pending'].includes(r.json.status), r.text);
  await received('bob', fields);
  assert.equal((await mailsWith('bob', 'INBOX', idOf(fields))).length, 1);
  assert.equal((await mailsWith('alice', 'Sent', idOf(fields))).length, 1);
  await b.request('POST', '/api/v1/signout', {});
});

test('an address the server refuses: nobody gets the mail, the reply is shown, the draft stays, a second try works', async () => {
  const c = await signedIn('alice');
  const fields = letter({ to: [{ name: null, address: address('bob') }, { name: null, address: address('nobody-of-that-name') }] });
  const r = await finishWith(c, await prepare(c, fields));
  assert.equal(r.status, 200, r.text);
  assert.equal(r.json.status, 'failed', r.text);
  const refused = r.json.envelopes[0].recipients.find((x) => x.address === address('nobody-of-that-name'));
  assert.equal(refused.status, 'failed');
  assert.ok(refused.code >= 500 && refused.reply.length > 0, JSON.stringify(refused));
  assert.equal(r.json.sent_copy, null);
  assert.equal((await draftsOf(fields.submission)).length, 1);
  assert.deepEqual(await mailsWith('bob', 'INBOX', idOf(fields)), []);
  const again = await finishWith(c, await prepare(c, { ...fields, to: fields.to.slice(0, 1) }));
  assert.equal(again.json.status, 'sent', again.text);
  await received('bob', fields);
  assert.deepEqual(await draftsOf(fields.submission), []);
});

test('unacceptable input is named and nothing is kept or sent', async () => {
  const c = await signedIn('alice');
  const cases = [
    [{ from: { name: null, address: address('bob') } }, 403, 'forbidden', 'from'],
    [{ to: [{ name: null, address: 'bob' }] }, 422, 'invalid', 'to[0]'],
    [{ cc: [{ name: 'x', address: 'a@b.test\r\nRCPT TO:<evil@b.test>' }] }, 422, 'invalid', 'cc[0]'],
    [{ to: [], cc: [], bcc: [] }, 422, 'invalid', 'to'],
    [{ mode: 'secret' }, 422, 'invalid', 'mode'],
    [{ submission: '../../x' }, 422, 'invalid', 'submission'],
    [{ submission: crypto.randomUUID().toUpperCase() }, 422, 'invalid', 'submission'],
    [{ bcc: Array.from({ length: 501 }, (_, i) => ({ name: null, address: `u${i}@x.test` })) }, 413, 'too_large', 'bcc'],
  ];
  for (const [change, status, code, field] of cases) {
    const r = await compose(c, 'prepare', letter(change));
    assert.equal(r.status, status, `${JSON.stringify(change).slice(0, 80)}: ${r.text}`);
    assert.equal(r.json.code, code);
    assert.equal(r.json.details.field, field, r.text);
  }
  for (const body of ['', 'x', '5\n{}', '2\n{}extra', '99999999999\n{}', '-1\n{}']) {
    const r = await c.request('POST', '/api/v1/compose/draft', { body, headers: { 'Content-Type': 'application/vnd.waxseal.compose' } });
    assert.ok([400, 422].includes(r.status), `${body}: ${r.status}`);
  }
});

test('line breaks in names and subjects never become header fields', async () => {
  const c = await signedIn('alice');
  const fields = letter({ subject: 'one\r\nBcc: evil@x.test\r\n\r\nbody', to: [{ name: 'Bob\r\nX-Evil: 1', address: address('bob') }],
    from: { name: 'Alice\nX-Evil: 2', address: address('alice') }, references: '<a@b>\r\nX-Evil: 3', in_reply_to: '<c@d>\nX-Evil: 4' });
  const files = [{ name: 'a\r\nX-Evil: 5.txt', type: 'text/plain\r\nX-Evil: 6', bytes: Buffer.from('x') }];
  const r = await finishWith(c, await prepare(c, fields, files));
  assert.equal(r.json.status, 'sent', r.text);
  const mail = await received('bob', fields);
  assert.doesNotMatch(mail, /^(x-evil|bcc)/im);
  assert.equal(inspect(mail).headers.subject, 'one  Bcc: evil@x.test    body');
});

test('60 MB are too much, and the draft before is kept', async () => {
  const c = await signedIn('alice');
  const fields = letter({ text: 'kept text\n' });
  assert.equal((await compose(c, 'draft', fields)).status, 200);
  const r = await compose(c, 'prepare', fields, [{ name: 'big', type: 'application/x-big', bytes: Buffer.alloc(60 << 20, 'a') }]);
  assert.equal(r.status, 413, r.text.slice(0, 200));
  assert.equal(r.json.code, 'too_large');
  const [draft] = await draftsOf(fields.submission);
  assert.match(draft, /kept text/);
});

// --- drafts --------------------------------------------------------------------------------------------

test('a plain draft is kept once, replaced, and discarded', async () => {
  const c = await signedIn('alice');
  const fields = letter({ text: 'first\n', bcc: [{ name: null, address: address('dave') }] });
  const r = await compose(c, 'draft', fields);
  assert.equal(r.status, 200, r.text);
  assert.equal(r.json.encrypted, false);
  assert.equal((await compose(c, 'draft', { ...fields, text: 'second\n', to: [] })).status, 200);
  const drafts = await draftsOf(fields.submission);
  assert.equal(drafts.length, 1);
  assert.match(drafts[0], /second/);
  assert.match(drafts[0], /^X-Waxseal-May-Encrypt: no\r$/m);
  assert.match(drafts[0], new RegExp(`^Bcc: ${address('dave')}`, 'm'));
  assert.equal((await c.delete('/api/v1/compose/draft', { submission: fields.submission })).status, 200);
  assert.deepEqual(await draftsOf(fields.submission), []);
});

test('a draft that may be encrypted is unreadable without the own key, and readable with it', async () => {
  const c = await aliceReady();
  const canary = `canary-${crypto.randomUUID()}`;
  const fields = letter({ subject: `subject ${canary}`, text: `${canary}\n`, may_encrypt: true, to: [{ name: canary, address: address('bob') }],
    bcc: [{ name: null, address: address('dave') }] });
  const r = await compose(c, 'draft', fields);
  assert.equal(r.status, 200, r.text);
  assert.equal(r.json.encrypted, true);
  const [draft] = await draftsOf(fields.submission);
  const head = draft.slice(0, draft.indexOf('\r\n\r\n'));
  assert.deepEqual(head.split('\r\n').map((l) => l.split(':')[0]).filter((n) => !/^\s/.test(n)),
    ['X-Waxseal-Submission', 'X-Waxseal-Mode', 'X-Waxseal-May-Encrypt', 'X-Waxseal-Hide-Subject', 'X-Waxseal-Opaque', 'Date', 'From', 'Subject', 'MIME-Version', 'Content-Type', 'Content-Transfer-Encoding', 'Content-Disposition']);
  assert.match(head, /^Subject: Encrypted draft\r$/m);
  assert.ok(!draft.includes(canary) && !draft.includes('dave'));
  const v = inspect(draft, 'alice');
  assert.equal(v.content.text.trim(), canary);
  assert.equal(v.headers.subject, `subject ${canary}`);
  assert.equal(v.verdict, 'encrypted');
});

test('without a key of one\'s own a draft that may be encrypted is refused, never kept in the clear', async () => {
  const c = await signedIn('dave');
  const r = await compose(c, 'draft', letter({ from: { name: null, address: address('dave') }, may_encrypt: true }));
  assert.equal(r.status, 422, r.text);
  assert.equal(r.json.code, 'no_certificate');
});

// --- S/MIME --------------------------------------------------------------------------------------------

test('who can be encrypted to', async () => {
  const c = await aliceReady();
  const r = await c.post('/api/v1/compose/recipients', { addresses: [address('bob'), address('alice'), address('dave'), 'nonsense', 'a@b\r\n'] });
  assert.equal(r.status, 200, r.text);
  assert.deepEqual(r.json.recipients.map((x) => [x.address, x.status, x.source, x.certificate?.fingerprint ?? null]), [
    [address('bob'), 'ready', 'imported', fingerprint('bob')], [address('alice'), 'ready', 'own', fingerprint('alice')],
    [address('dave'), 'none', null, null], ['nonsense', 'invalid_address', null, null], ['a@b\r\n', 'invalid_address', null, null]]);
});

test('a signed mail: what is signed is the skeleton with the attachments; openssl and our reader agree', async () => {
  const c = await aliceReady();
  const files = [{ name: 'a.bin', type: 'application/x-test', bytes: crypto.randomBytes(5000) }];
  const fields = letter({ mode: 'sign', signer: fingerprint('alice'), subject: 'Signed ü', html: '<p>Text</p>' });
  const p = await prepare(c, fields, files);
  assert.equal(p.digest, 'sha256');
  assert.equal(p.signer, fingerprint('alice'));
  const digest = crypto.createHash('sha256').update(entityOf(p, files)).digest();
  assert.ok(Buffer.from(p.attributes, 'base64').includes(digest), 'messageDigest is the hash of the skeleton');
  const r = await finishWith(c, p);
  assert.equal(r.json?.status, 'sent', r.text);
  const mail = await received('bob', fields);
  const v = inspect(mail);
  assert.equal(v.verdict, 'signed-valid', JSON.stringify(v.reasons));
  assert.equal(v.headers.protected, true);
  assert.equal(v.headers.subject, 'Signed ü');
  withFile(mail, (file) => openssl(['cms', '-verify', '-in', file, '-CAfile', key('root', 'pem'), '-purpose', 'any', '-out', `${file}.out`]));
});

test('a signed and encrypted mail: each Bcc has its own copy, drafts and Redis hold no plaintext', async () => {
  const c = await aliceReady();
  const canary = `canary-${crypto.randomUUID()}`;
  const files = [{ name: 'c.txt', type: 'text/plain', bytes: Buffer.from(`attached ${canary}`) }];
  const fields = letter({ mode: 'sign_encrypt', may_encrypt: true, signer: fingerprint('alice'), text: `${canary}\n`, bcc: [{ name: null, address: address('alice') }] });
  const p = await prepare(c, fields, files);
  assert.deepEqual(p.recipients.map((x) => [x.address, x.envelope, x.fingerprint]),
    [[address('bob'), 'main', fingerprint('bob')], [address('alice'), 'bcc', fingerprint('alice')]]);
  assert.equal(Buffer.from(p.content_key, 'base64').length, 32);
  const [draft] = await draftsOf(fields.submission);
  assert.ok(!draft.includes(canary) && !draft.includes(Buffer.from(canary).toString('base64').slice(4, 40)));
  assert.equal(inspect(draft, 'alice').content.text.trim(), canary);
  const dump = redisFiles();
  assert.equal(redis('web', 'EXISTS', `${instance.instance}:sub:${address('alice')}:${fields.submission}`).trim(), '1');
  for (const secret of [canary, p.content_key, Buffer.from(p.content_key, 'base64').toString('latin1'), Buffer.from(p.content_key, 'base64').toString('hex')])
    assert.ok(!dump.includes(secret), 'plaintext or key in Redis');
  const r = await finishWith(c, p);
  assert.equal(r.json?.status, 'sent', r.text);
  assert.deepEqual(r.json.envelopes.map((e) => e.recipients.map((x) => x.address)), [[address('bob')], [address('alice')]]);
  const mail = await received('bob', fields);
  assert.ok(!mail.includes(canary));
  assert.doesNotMatch(mail, /^(bcc:|x-waxseal-)/im);
  const v = inspect(mail, 'bob');
  assert.equal(v.verdict, 'encrypted+signed-valid', JSON.stringify(v.reasons));
  assert.equal(v.content.text.trim(), canary);
  assert.deepEqual(v.attachments.map((a) => a.name), ['c.txt']);
  const opened = withFile(mail, (file) => openssl(['cms', '-decrypt', '-in', file, '-inkey', key('bob', 'key'), '-recip', key('bob', 'pem')]));
  assert.match(opened, /multipart\/signed/);
  const blind = await received('alice', fields);
  assert.equal(inspect(blind, 'alice').verdict, 'encrypted+signed-valid');
  assert.throws(() => withFile(blind, (file) => openssl(['cms', '-decrypt', '-in', file, '-inkey', key('bob', 'key'), '-recip', key('bob', 'pem')])),
    'Bob\'s key does not open the blind copy');
  const [copy] = await mailsWith('alice', 'Sent', idOf(fields));
  assert.ok(!copy.includes(canary));
  assert.equal(inspect(copy, 'alice').verdict, 'encrypted+signed-valid');
  assert.deepEqual(await draftsOf(fields.submission), []);
});

test('AES-GCM for whom it is known to be understood, AES-CBC for everybody else', async () => {
  const c = await aliceReady();
  const { contacts } = (await c.get('/api/v1/contacts')).json;
  await c.delete(`/api/v1/contacts/${contacts.find((x) => x.addresses.some((a) => a.address === address('bob'))).id}`);
  await aliceReady(); // imported: nothing is known of what Bob's program understands
  const encrypted = async () => {
    const fields = letter({ mode: 'encrypt', may_encrypt: true });
    const r = await finishWith(c, await prepare(c, fields));
    assert.equal(r.json?.status, 'sent', r.text);
    return inspect(await received('bob', fields), 'bob');
  };
  let v = await encrypted();
  assert.equal(v.encryption.cipher, 'aes-256-cbc');
  assert.equal(v.verdict, 'encrypted-unauthenticated');
  const bob = await withKey('bob');
  const fields = letter({ from: { name: 'Bob', address: address('bob') }, to: [{ name: null, address: address('alice') }], mode: 'sign', signer: fingerprint('bob') });
  const p = await prepare(bob, fields);
  assert.equal((await finishWith(bob, p, { signature: sign('bob', p.attributes) })).json?.status, 'sent');
  await received('alice', fields);
  const imap = await imapOf('alice');
  const { uidvalidity } = await imap.select('INBOX');
  const [uid] = await imap.search(`HEADER Message-ID "${idOf(fields)}"`);
  imap.close();
  const r = await c.post('/api/v1/smime/harvest', { folder: folderId('INBOX'), uid, uidvalidity, keys: [] });
  assert.equal(r.json?.reason, 'known', r.text);
  v = await encrypted();
  assert.equal(v.encryption.cipher, 'aes-256-gcm');
  assert.equal(v.verdict, 'encrypted');
});

test('a wrong signature, a missing one, or one over something else is refused; nothing is sent', async () => {
  const c = await aliceReady();
  const other = await prepare(c, letter({ mode: 'sign', signer: fingerprint('alice'), text: 'other\n' }));
  const tries = {
    missing: () => null, garbage: () => Buffer.alloc(256, 7).toString('base64'), 'over another message': () => sign('alice', other.attributes),
    'by another key': (p) => sign('mallory', p.attributes),
  };
  for (const [what, signature] of Object.entries(tries)) {
    const fields = letter({ mode: 'sign', signer: fingerprint('alice') });
    const p = await prepare(c, fields);
    const r = await finishWith(c, p, { signature: signature(p) });
    assert.equal(r.status, 422, `${what}: ${r.text}`);
    assert.equal(r.json.code, what === 'missing' ? 'invalid' : 'signature_rejected', what);
    assert.equal((await finishWith(c, p)).status, 409, `${what}: the ticket is used`);
    assert.equal((await draftsOf(fields.submission)).length, 1, `${what}: the draft is kept`);
    assert.deepEqual(await mailsWith('alice', 'Sent', idOf(fields)), [], what);
  }
});

test('a wrong content key sends nothing', async () => {
  const c = await aliceReady();
  const fields = letter({ mode: 'encrypt', may_encrypt: true });
  for (const content_key of [null, Buffer.alloc(32, 1).toString('base64'), Buffer.alloc(5).toString('base64')]) {
    const r = await finishWith(c, await prepare(c, fields), { content_key });
    assert.equal(r.status, 422, r.text);
    assert.ok(['decrypt_failed', 'invalid'].includes(r.json.code), r.text);
  }
  assert.equal((await c.post(`/api/v1/compose/status/${fields.submission}`, {})).status, 404);
});

test('a draft that was changed after prepare is not sent', async () => {
  const c = await aliceReady();
  const fields = letter({ mode: 'sign', signer: fingerprint('alice') });
  const p = await prepare(c, fields);
  assert.equal((await compose(c, 'draft', { ...fields, text: 'changed\n' })).status, 200);
  const r = await finishWith(c, p);
  assert.equal(r.status, 409, r.text);
  assert.deepEqual(await mailsWith('alice', 'Sent', idOf(fields)), []);
});

test('a recipient without certificate, or whose certificate went away after prepare', async () => {
  const c = await aliceReady();
  const missing = await compose(c, 'prepare', letter({ mode: 'encrypt', to: [{ name: null, address: address('dave') }] }));
  assert.equal(missing.status, 422);
  assert.equal(missing.json.code, 'no_certificate');
  assert.match(missing.json.message, new RegExp(address('dave')));
  const fields = letter({ mode: 'encrypt', may_encrypt: true });
  const p = await prepare(c, fields);
  const { contacts } = (await c.get('/api/v1/contacts')).json;
  const bob = contacts.find((x) => x.addresses.some((a) => a.address === address('bob')));
  // What he may list for colleagues would take its place.
  await c.put('/api/v1/settings', { security: { lookups: false } });
  let r;
  try {
    assert.equal((await c.delete(`/api/v1/contacts/${bob.id}`)).status, 200);
    r = await finishWith(c, p);
  } finally { await c.put('/api/v1/settings', { security: { lookups: true } }); }
  assert.equal(r.status, 409, r.text);
  assert.equal(r.json.code, 'conflict', 'it was there when the mail was prepared');
  assert.ok(r.json.message.includes(address('bob')), r.text);
  assert.equal(r.json.details.field, 'to');
  assert.deepEqual(await mailsWith('alice', 'Sent', idOf(fields)), []);
  await aliceReady();
});

test('signing needs an own, valid certificate for the address', async () => {
  const c = await aliceReady();
  for (const signer of [null, '', fingerprint('bob'), 'f'.repeat(64)]) {
    const r = await compose(c, 'prepare', letter({ mode: 'sign', signer }));
    assert.equal(r.status, 422, `${signer}: ${r.text}`);
    assert.equal(r.json.code, 'no_certificate');
    assert.equal(r.json.details.field, 'signer');
  }
});

// --- the plan ------------------------------------------------------------------------------------------

test('without the feature there is no S/MIME, and plain mail works', async () => {
  const c = await signedIn('carol');
  const from = { name: 'Carol', address: address('carol') };
  for (const change of [{ mode: 'sign' }, { mode: 'encrypt' }, { mode: 'sign_encrypt' }, { may_encrypt: true }]) {
    for (const what of ['prepare', 'draft']) {
      const r = await compose(c, what, letter({ from, ...change }));
      assert.equal(r.status, 403, `${what} ${JSON.stringify(change)}: ${r.text}`);
      assert.equal(r.json.code, 'feature_disabled');
    }
  }
  assert.equal((await c.post('/api/v1/compose/recipients', { addresses: [address('bob')] })).status, 403);
  const fields = letter({ from });
  const r = await finishWith(c, await prepare(c, fields));
  assert.equal(r.json.status, 'sent', r.text);
  await received('bob', fields);
});

test('the feature taken away between prepare and finish stops the sending', async () => {
  const c = await aliceReady();
  const fields = letter({ mode: 'sign', signer: fingerprint('alice') });
  const p = await prepare(c, fields);
  ctl('plan', 'set', 'enterprise', 'smime', 'off');
  try {
    const r = await finishWith(c, p);
    assert.equal(r.status, 403, r.text);
    assert.equal(r.json.code, 'feature_disabled');
  } finally { ctl('plan', 'set', 'enterprise', 'smime', 'on'); }
  assert.deepEqual(await mailsWith('alice', 'Sent', idOf(fields)), []);
});

// --- spell check ---------------------------------------------------------------------------------------

test('spell check works on a plain draft only; an absent or encrypted one is refused', async () => {
  const c = await aliceReady();
  const text = 'This sentense is 🙂 fine, see www.exampel.test or mispelt.';
  const plain = (await compose(c, 'draft', letter())).json;
  const may = (await compose(c, 'draft', letter({ may_encrypt: true }))).json;
  const inbox = await imapOf('alice');
  const { uidvalidity } = await inbox.select('INBOX');
  const [uid] = await inbox.search('ALL');
  inbox.close();
  const spell = (draft) => c.post('/api/v1/spell', { draft, language: 'en', text });
  for (const [what, draft] of Object.entries({ none: undefined, null: null, encrypted: may, 'gone uid': { ...plain, uid: 4_000_000_000 },
    'other uidvalidity': { ...plain, uidvalidity: plain.uidvalidity + 1 }, 'no folder': { ...plain, folder: folderId('Nowhere') }, 'not a draft of ours': { folder: folderId('INBOX'), uid, uidvalidity } })) {
    const r = await spell(draft);
    assert.equal(r.status, 403, `${what}: ${r.text}`);
    assert.equal(r.json.code, 'spell_check_off', what);
  }
  const r = await spell(plain);
  assert.equal(r.status, 200, r.text);
  assert.deepEqual(r.json.misspelt.map((m) => text.slice(m.offset, m.offset + m.length)), ['sentense', 'mispelt']);
  assert.ok(r.json.misspelt[0].suggestions.includes('sentence'));
  assert.equal((await c.post('/api/v1/spell', { draft: plain, language: '../../etc/x', text })).status, 422);
});
