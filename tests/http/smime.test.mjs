// Reading: the verdict of every S/MIME mail in the demo mailbox, the content key's way, and refusals that tell nothing.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test, { after, before } from 'node:test';
import { account, folderId, signedIn } from '../lib/instance.mjs';
import { certificateDer, fillVault, unwrap } from '../lib/keyring.mjs';

let c;
const inbox = folderId('INBOX'), odd = folderId('Odd and hostile'), archive = folderId('Archive');
before(async () => { c = await signedIn('alice'); await fillVault(c, 'alice'); });
after(() => c.close());

async function find(folder, subject) {
  const r = await c.get(`/api/v1/folders/${folder}/messages?offset=0&limit=200`);
  const row = r.json.messages.find((m) => m.subject === subject);
  assert.ok(row, `no "${subject}"`);
  return { row, url: `/api/v1/folders/${folder}/messages/${row.uid}`, uidvalidity: r.json.uidvalidity };
}
async function get(folder, subject) {
  const f = await find(folder, subject);
  const m = await c.get(`${f.url}?uidvalidity=${f.uidvalidity}`);
  assert.equal(m.status, 200, m.text);
  return { ...f, message: m.json };
}
// Opens layer after layer as the browser does: one job at a time.
async function opened(folder, subject, tamper = (key) => key) {
  const f = await get(folder, subject);
  const keys = [];
  let message = f.message;
  while (message.security?.job) {
    keys.push({ layer: message.security.job.layer, content_key: tamper(unwrap('alice', message.security.job)) });
    const r = await c.post(`${f.url}/open`, { uidvalidity: f.uidvalidity, keys });
    assert.equal(r.status, 200, r.text);
    message = r.json;
    assert.ok(keys.length < 9);
  }
  return { ...f, keys, first: f.message, message };
}
const shown = (m) => JSON.stringify([m.headers, m.parts, m.attachments]);

const unencrypted = [
  [inbox, "Minutes of Tuesday's call", 'signed-valid', 'good'],
  [inbox, 'Signed in one piece', 'signed-valid', 'good'],
  [odd, 'Please transfer the money', 'signed-invalid', 'bad'],
  [odd, 'Signed by somebody else', 'signer-mismatch', 'bad'],
  [odd, 'Signed by an unknown authority', 'signed-untrusted', 'neutral'],
  [odd, 'Signed with an expired certificate', 'signed-expired', 'warning'],
];
for (const [folder, subject, verdict, level] of unencrypted) {
  test(`"${subject}" is ${verdict}`, async () => {
    const { message } = await get(folder, subject);
    assert.equal(message.security.verdict, verdict);
    assert.equal(message.security.level, level);
    assert.ok(message.security.reasons.length > 0);
    for (const r of message.security.reasons) assert.match(r.text, /[a-z]{3}.*[.]$/, 'a reason is a sentence');
    if (verdict === 'signed-valid') assert.equal(message.security.signature.signers[0].match, 'yes');
    else assert.notEqual(message.security.level, 'good');
  });
}

for (const subject of ['An encrypted part among others', 'Image around an encrypted part', '[Team] Signed before the list added its footer', 'Two kinds of signature', 'A damaged encrypted mail',
  'A name that looks like an address']) {
  test(`"${subject}" is never green`, async () => {
    const { message } = await get(odd, subject);
    if (subject.startsWith('A name')) return assert.ok(['good', 'neutral', 'warning'].includes(message.security.level) && message.security.signature.signers[0].address === 'mallory@demo.test');
    assert.notEqual(message.security?.level, 'good');
    assert.ok(!/signed-valid$/.test(message.security?.verdict ?? '') || /partial/.test(message.security.verdict));
  });
}

test('a signed and encrypted mail opens with the content key, and with nothing else', async () => {
  const { first, message, row } = await opened(inbox, 'Offer for the Lindqvist account');
  assert.equal(row.security, 'encrypted');
  assert.deepEqual([first.parts, first.attachments.filter((a) => a.sealed)], [[], []]);
  assert.ok(!JSON.stringify(first).includes('cormorant-41'));
  const job = first.security.job;
  assert.equal(job.key_bytes, 32);
  assert.deepEqual(job.recipients.map((r) => [r.kind, r.mine]), [['rsa-v15', true], ['ecdh', false]]);
  assert.equal(message.security.verdict, 'encrypted+signed-valid');
  assert.equal(message.security.level, 'good');
  assert.ok(message.parts.every((p) => p.sealed));
  assert.ok(shown(message).includes('cormorant-41'));
  assert.deepEqual(message.attachments.map((a) => a.name), ['offer-lindqvist.pdf']);
});

test('an attachment of an opened mail is given out for the key only', async () => {
  const { url, uidvalidity, keys, message } = await opened(inbox, 'Offer for the Lindqvist account');
  const path = `${url}/parts/${message.attachments[0].id}`;
  const pdf = await c.post(path, { uidvalidity, keys });
  assert.equal(pdf.status, 200, pdf.text);
  assert.match(pdf.text, /^%PDF/);
  assert.match(pdf.headers['cache-control'], /no-store/);
  const without = await c.get(`${path}?uidvalidity=${uidvalidity}`);
  assert.ok(without.status >= 400);
  const wrong = await c.post(path, { uidvalidity, keys: [{ layer: 0, content_key: randomBytes(32).toString('base64') }] });
  assert.ok(wrong.status >= 400);
  assert.ok(!wrong.text.includes('%PDF'));
});

test('the other kinds of encryption', async () => {
  for (const [folder, subject, verdict] of [[inbox, 'Re: salary bands', 'encrypted+signed-valid'], [inbox, 'Keys for the archive room', 'encrypted'],
    [archive, 'Triple wrapped', 'signed+encrypted+signed-valid'], [odd, 'Encrypted only, old cipher', 'encrypted-unauthenticated'],
    [odd, 'Encrypted, as a streaming program writes it', 'encrypted-unauthenticated']]) {
    const { message } = await opened(folder, subject);
    assert.equal(message.security.verdict, verdict, subject);
    assert.ok(message.parts.length > 0, subject);
  }
});

test('a key that does not fit, and a mail that was changed, get one and the same answer', async () => {
  const outcome = (m) => ({ verdict: m.security.verdict, level: m.security.level, reasons: m.security.reasons, parts: m.parts, sealed: m.attachments.filter((a) => a.sealed), opened: m.security.encryption.layers.map((l) => l.opened) });
  const wrongKey = outcome((await opened(inbox, 'Keys for the archive room', () => randomBytes(32).toString('base64'))).message);
  assert.equal(wrongKey.verdict, 'decrypt-error');
  assert.deepEqual([wrongKey.parts, wrongKey.sealed], [[], []]);
  const changed = await opened(odd, 'A changed encrypted mail');
  assert.deepEqual(outcome(changed.message), wrongKey);
  // One wrong key in 256 leaves padding that looks right; three in a row do not.
  let cbc;
  for (let i = 0; i < 3 && cbc?.verdict !== 'decrypt-error'; i++)
    cbc = outcome((await opened(inbox, 'Re: salary bands', () => randomBytes(32).toString('base64'))).message);
  assert.deepEqual(cbc, wrongKey, 'bad padding and bad tag look alike');
});

test('a mail for somebody else has no job for us', async () => {
  const { message } = await get(odd, 'Encrypted for Bob only');
  assert.equal(message.security.verdict, 'encrypted-no-key');
  assert.ok(!message.security.job || message.security.job.recipients.every((r) => !r.mine));
  assert.deepEqual(message.parts, []);
});

test('keys that are not keys are refused', async () => {
  const { url, uidvalidity } = await get(inbox, 'Offer for the Lindqvist account');
  for (const keys of ['x', [{}], [{ layer: 0, content_key: 'not base64!' }], [{ layer: 0, content_key: '' }], [{ layer: -1, content_key: 'AAAA' }], [{ layer: 0, content_key: 'A'.repeat(4000) }], Array(100).fill({ layer: 0, content_key: 'AAAA' })]) {
    const r = await c.post(`${url}/open`, { uidvalidity, keys });
    assert.ok([400, 413, 422].includes(r.status) || (r.status === 200 && r.json.parts.length === 0), `${JSON.stringify(keys).slice(0, 50)}: ${r.status}`);
    assert.ok(!r.text.includes('cormorant-41'));
  }
});

test("the vault takes strong files only, and gives them to their owner", async () => {
  const keys = (await c.get('/api/v1/smime/keys')).json.keys;
  assert.ok(keys.length >= 1);
  const file = await c.post(`/api/v1/smime/keys/${keys[0].id}/file`, {});
  assert.equal(file.status, 200);
  assert.ok(Buffer.from(file.json.p12, 'base64').length > 1000);
  assert.ok(file.json.downloads.length >= 1, 'each download is listed');
  const weak = await c.post('/api/v1/smime/keys', { p12: readFileSync(account('alice').p12).toString('base64'), label: 'weak', certificates: [] });
  assert.deepEqual([weak.status, weak.json.code], [422, 'invalid']);
  const junk = await c.post('/api/v1/smime/keys', { p12: randomBytes(500).toString('base64'), label: 'junk', certificates: [] });
  assert.equal(junk.status, 422);
  const bob = await signedIn('bob');
  assert.equal((await bob.post(`/api/v1/smime/keys/${keys[0].id}/file`, {})).status, 404, "another user's key does not exist");
});

test('a certificate is imported for the address it names, and for no other', async () => {
  const mallory = certificateDer('mallory').toString('base64');
  const wrong = await c.post('/api/v1/smime/certificates', { address: 'bob@demo.test', certificate: mallory });
  assert.equal(wrong.status, 422, wrong.text);
  const right = await c.post('/api/v1/smime/certificates', { address: 'mallory@demo.test', certificate: mallory });
  assert.equal(right.status, 200, right.text);
  assert.ok(right.json.certificates.some((x) => x.addresses.includes('mallory@demo.test')));
});

test('harvest keeps the certificate of a valid signer and of nobody else', async () => {
  const valid = await find(inbox, "Minutes of Tuesday's call");
  const r = await c.post('/api/v1/smime/harvest', { folder: inbox, uid: valid.row.uid, uidvalidity: valid.uidvalidity, keys: [] });
  assert.equal(r.status, 200, r.text);
  assert.ok(r.json.harvested || r.json.reason === 'known', r.text);
  for (const subject of ['Please transfer the money', 'Signed by somebody else', 'Signed by an unknown authority', 'Signed with an expired certificate']) {
    const f = await find(odd, subject);
    const no = await c.post('/api/v1/smime/harvest', { folder: odd, uid: f.row.uid, uidvalidity: f.uidvalidity, keys: [] });
    assert.equal(no.json.harvested, false, subject);
  }
  const contacts = (await c.get('/api/v1/contacts')).json.contacts;
  const bob = contacts.find((x) => x.addresses.some((a) => (a.address ?? a) === 'bob@demo.test'));
  assert.ok(bob.certificates.length >= 1);
});

test('whoever sends many keys that do not fit, to open or to harvest, has to wait; right keys are not counted', async () => {
  const dave = await signedIn('dave');
  try {
    const mail = readFileSync(new URL('../fixtures/smime/smime/generated/enc-aes256gcm-rsa.eml', import.meta.url), 'latin1');
    const put = await dave.request('POST', `/api/v1/folders/${inbox}/append`,
      { body: Buffer.from(mail.replace(/\r?\n/g, '\r\n'), 'latin1'), headers: { 'Content-Type': 'message/rfc822' } });
    assert.equal(put.status, 200, put.text);
    const url = `/api/v1/folders/${inbox}/messages/${put.json.uid}`;
    let last, attempts = 0; // fewer than 60 when this ran a moment ago
    const wrong = () => [{ layer: 0, content_key: randomBytes(32).toString('base64') }];
    const open = () => dave.post(`${url}/open`, { uidvalidity: put.json.uidvalidity, keys: wrong() });
    const harvest = () => dave.post('/api/v1/smime/harvest', { folder: inbox, uid: put.json.uid, uidvalidity: put.json.uidvalidity, keys: wrong() });
    do { // in turn: both are one way to ask whether a key fits
      last = await (attempts % 2 ? harvest() : open());
      if (last.status === 429) break;
      if (attempts % 2) assert.deepEqual([last.json?.harvested, last.json?.reason], [false, 'not_valid'], last.text);
      else assert.equal(last.json.security?.verdict, 'decrypt-error', `attempt ${attempts}: ${last.text.slice(0, 200)}`);
    } while (++attempts < 62);
    assert.ok(attempts <= 60, `${attempts} were answered`);
    for (const r of [last, await open(), await harvest()]) assert.deepEqual([r.status, r.json.code], [429, 'throttled']);
    assert.equal((await dave.get(`${url}?uidvalidity=${put.json.uidvalidity}`)).status, 200, 'reading goes on');
    await dave.post(`/api/v1/folders/${inbox}/delete`, { uidvalidity: put.json.uidvalidity, uids: [put.json.uid] });
  } finally { dave.close(); }
});
