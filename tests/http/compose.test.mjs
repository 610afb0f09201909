// Sending: two requests, what leaves is checked with openssl, and a send that goes wrong loses nothing.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { eventually, imapOf, instance, signedIn } from '../lib/instance.mjs';
import { attributesHold, certificateDer, certificateFile, composeBody, entityOf, fillVault, fingerprint, keyFile, signAttributes } from '../lib/keyring.mjs';
import { openssl } from '../lib/smime.mjs';

let alice, mailbox;
before(async () => {
  alice = await signedIn('alice');
  await fillVault(alice, 'alice');
  const r = await alice.post('/api/v1/smime/certificates', { address: 'bob@demo.test', certificate: certificateDer('bob').toString('base64') });
  assert.equal(r.status, 200, r.text);
  mailbox = { alice: await imapOf('alice'), bob: await imapOf('bob'), carol: await imapOf('carol') };
});
after(() => { for (const i of Object.values(mailbox)) i.close(); alice.close(); });

const person = (n) => ({ name: '', address: `${n}@demo.test` });
const draft = (more) => ({ submission: randomUUID(), from: { name: 'Alice Archer', address: 'alice@demo.test' }, to: [person('bob')], cc: [], bcc: [], reply_to: [], subject: `Send ${randomUUID()}`,
  text: 'Dear Bob,\n\nfrom here on it is ours: größer, ein Punkt am Anfang:\n.\nFrom the line.\n\nAlice\n', html: null, in_reply_to: null, references: null, mode: 'none', may_encrypt: false, signer: null, attachments: [], ...more });
const prepare = (body, files) => alice.request('POST', '/api/v1/compose/prepare', composeBody(body, files));
const finish = (body) => alice.post('/api/v1/compose/finish', body);

async function arrived(who, subject, folder = 'INBOX') {
  const imap = mailbox[who];
  const uid = await eventually(async () => { await imap.select(folder); return (await imap.search(`SUBJECT "${subject}"`))[0]; }, `"${subject}" in ${who}'s ${folder}`);
  return imap.source(uid);
}
async function absent(who, subject, folder = 'INBOX') {
  await mailbox[who].select(folder);
  assert.deepEqual(await mailbox[who].search(`SUBJECT "${subject}"`), []);
}
// openssl as the other side: decrypts with NAME's key, then verifies against the demo root; gives the signed entity.
function openWithOpenssl(source, name) {
  const dir = mkdtempSync(path.join(tmpdir(), 'waxseal-'));
  try {
    const f = (n) => path.join(dir, n);
    writeFileSync(f('mail'), source);
    let signed = 'mail';
    if (name) { openssl(['cms', '-decrypt', '-in', f('mail'), '-inkey', keyFile(name), '-recip', certificateFile(name), '-out', f('inner')]); signed = 'inner'; }
    return openssl(['cms', '-verify', '-in', f(signed), '-CAfile', instance.ca, '-purpose', 'smimesign', '-signer', f('signer')]);
  } finally { rmSync(dir, { recursive: true }); }
}

async function sealedSend(mode, more = {}, files = []) {
  const body = draft({ mode, signer: fingerprint('alice'), may_encrypt: mode === 'sign_encrypt', ...more });
  const p = await prepare(body, files);
  assert.equal(p.status, 200, p.text);
  const entity = entityOf(p.json, files);
  assert.ok(attributesHold(p.json, entity), 'the attributes hold the digest of the whole entity');
  const s = await finish({ ticket: p.json.ticket, signature: signAttributes('alice', p.json.attributes, p.json.digest), content_key: p.json.content_key });
  return { body, prepared: p.json, entity, sent: s };
}

test('a plain mail is sent, delivered, kept in Sent, and its draft is gone', async () => {
  const body = draft({ bcc: [person('carol')], text: 'Hello Bob,\n.\nFrom here.\n' });
  const p = await prepare(body);
  assert.equal(p.status, 200, p.text);
  const s = await finish({ ticket: p.json.ticket, signature: null, content_key: null });
  assert.equal(s.json.status, 'sent', s.text);
  const source = (await arrived('bob', body.subject)).toString();
  assert.match(source, /\r\n\.\r\n|=2E/, 'the line with a single dot is still there');
  assert.doesNotMatch(source, /^(Bcc|X-Waxseal)/im);
  await arrived('carol', body.subject);
  await arrived('alice', body.subject, 'Sent');
  await absent('alice', body.subject, 'Drafts');
});

test('signed: openssl verifies what arrived, byte for byte what was signed', async () => {
  const attachment = randomBytes(100000);
  const { body, entity, sent } = await sealedSend('sign', { attachments: [{ name: 'zufällig.bin', type: 'application/octet-stream', size: attachment.length, content_id: null }], html: '<p>Dear <b>Bob</b></p>' }, [attachment]);
  assert.equal(sent.json.status, 'sent', sent.text);
  const verified = openWithOpenssl(await arrived('bob', body.subject));
  assert.ok(verified.equals(entity), 'the signed entity is the prepared one');
});

test('opaque: the text is inside its signature, and openssl takes it out as it was signed', async () => {
  const secret = `secret-${randomUUID()}`;
  const signed = await sealedSend('sign', { opaque: true, text: `${secret}\n`, html: `<p>${secret}</p>` });
  assert.equal(signed.sent.json.status, 'sent', signed.sent.text);
  for (const [who, folder] of [['bob', 'INBOX'], ['alice', 'Sent']]) {
    const source = await arrived(who, signed.body.subject, folder);
    assert.match(source.toString(), /^Content-Type: application\/pkcs7-mime;\s+smime-type=signed-data/im);
    assert.doesNotMatch(source.toString(), /multipart\/signed/i);
    assert.ok(openWithOpenssl(source).equals(signed.entity), folder);
  }
  const both = await sealedSend('sign_encrypt', { opaque: true, text: `${secret}\n` });
  assert.equal(both.sent.json.status, 'sent', both.sent.text);
  const source = await arrived('bob', both.body.subject);
  assert.match(source.toString(), /smime-type="?authEnveloped-data|smime-type="?enveloped-data/i);
  assert.ok(openWithOpenssl(source, 'bob').equals(both.entity));
  // Where nothing is signed it says nothing.
  const plain = draft({ opaque: true });
  const p = await prepare(plain);
  assert.equal(p.status, 200, p.text);
  assert.equal((await finish({ ticket: p.json.ticket, signature: null, content_key: null })).json.status, 'sent');
  assert.doesNotMatch((await arrived('bob', plain.subject)).toString(), /pkcs7|Opaque/i);
});

test('signed and encrypted: openssl opens it with either key, and nothing is readable before', async () => {
  const secret = `secret-${randomUUID()}`;
  const { body, entity, sent } = await sealedSend('sign_encrypt', { text: `${secret}\n` });
  assert.equal(sent.json.status, 'sent', sent.text);
  const source = await arrived('bob', body.subject);
  assert.ok(!source.includes(secret));
  assert.ok(openWithOpenssl(source, 'bob').equals(entity));
  const copy = await arrived('alice', body.subject, 'Sent');
  assert.ok(!copy.includes(secret));
  assert.ok(openWithOpenssl(copy, 'alice').equals(entity), 'the Sent copy can be read again');
});

test('signed mail carries its header inside (RFC 9788)', async () => {
  const { body, entity } = await sealedSend('sign');
  const text = entity.toString();
  assert.match(text, /hp="?clear"?/);
  assert.ok(text.includes(`Subject: ${body.subject}`));
});

test('a blind copy of an encrypted mail has its own envelope', async () => {
  const mallory = await alice.post('/api/v1/smime/certificates', { address: 'mallory@demo.test', certificate: certificateDer('mallory').toString('base64') });
  assert.equal(mallory.status, 200);
  const body = draft({ mode: 'sign_encrypt', signer: fingerprint('alice'), may_encrypt: true, bcc: [person('mallory')] });
  const p = await prepare(body);
  assert.equal(p.status, 200, p.text);
  assert.deepEqual(p.json.recipients.map((r) => [r.address, r.envelope]), [['bob@demo.test', 'main'], ['mallory@demo.test', 'bcc']]);
  const s = await finish({ ticket: p.json.ticket, signature: signAttributes('alice', p.json.attributes), content_key: p.json.content_key });
  // mallory has a certificate and no mailbox here: the server refuses that one envelope
  assert.equal(s.json.status, 'partly', s.text);
  assert.equal(s.json.envelopes.flatMap((e) => e.recipients).find((r) => r.address === 'mallory@demo.test').code, 550);
  const printed = openssl(['cms', '-cmsout', '-print', '-inform', 'SMIME'], await arrived('bob', body.subject)).toString();
  assert.equal(printed.match(/d\.(ktri|kari)/g).length, 2, 'only Bob and Alice are named in it');
});

test('a signature that does not fit is refused, nothing is sent, the draft stays', async () => {
  for (const [what, make] of [['random bytes', () => randomBytes(256).toString('base64')], ["somebody else's", (p) => signAttributes('mallory', p.attributes)],
    ['of other attributes', (p) => signAttributes('alice', Buffer.concat([Buffer.from(p.attributes, 'base64'), Buffer.from([0])]).toString('base64'))]]) {
    const body = draft({ mode: 'sign', signer: fingerprint('alice') });
    const p = await prepare(body);
    const s = await finish({ ticket: p.json.ticket, signature: make(p.json), content_key: null });
    assert.deepEqual([s.status, s.json.code], [422, 'signature_rejected'], what);
    await absent('bob', body.subject);
    await arrived('alice', body.subject, 'Drafts');
  }
});

test('a ticket works once, in its own session, and the same submission is sent once', async () => {
  const body = draft();
  const p = await prepare(body);
  const other = await signedIn('bob');
  const stolen = await other.post('/api/v1/compose/finish', { ticket: p.json.ticket, signature: null, content_key: null });
  assert.ok(stolen.status >= 400, stolen.text);
  const tickets = [p.json.ticket];
  for (let i = 0; i < 4; i++) { const again = await prepare(body); if (again.status === 200) tickets.push(again.json.ticket); }
  const answers = await Promise.all(tickets.concat(tickets).map((ticket) => finish({ ticket, signature: null, content_key: null })));
  assert.ok(answers.some((a) => a.json.status === 'sent'), answers.map((a) => a.text).join('\n'));
  await arrived('bob', body.subject);
  await mailbox.bob.select('INBOX');
  assert.equal((await mailbox.bob.search(`SUBJECT "${body.subject}"`)).length, 1);
  const status = await alice.post(`/api/v1/compose/status/${body.submission}`, {});
  assert.equal(status.json.status, 'sent');
});

test('a refused recipient: said per recipient, the draft is kept', async () => {
  const body = draft({ to: [{ name: '', address: 'nobody-here@demo.test' }] });
  const p = await prepare(body);
  const s = await finish({ ticket: p.json.ticket, signature: null, content_key: null });
  assert.equal(s.json.status, 'failed', s.text);
  const [r] = s.json.envelopes.flatMap((e) => e.recipients);
  assert.equal(r.code, 550);
  assert.match(r.reply, /unknown/i);
  await arrived('alice', body.subject, 'Drafts');
});

test('encrypting to somebody without a certificate is refused before anything is frozen', async () => {
  const r = await prepare(draft({ mode: 'sign_encrypt', signer: fingerprint('alice'), may_encrypt: true, to: [person('bob'), person('dave')] }));
  assert.deepEqual([r.status, r.json.code], [422, 'no_certificate']);
  assert.match(r.json.message, /dave@demo\.test/);
  const ready = await alice.post('/api/v1/compose/recipients', { addresses: ['bob@demo.test', 'dave@demo.test', 'not an address'] });
  assert.deepEqual(ready.json.recipients.map((x) => x.status), ['ready', 'none', 'invalid_address']);
});

test('input that is no message is refused', async () => {
  const base = draft();
  for (const [what, more, files] of [['no recipient', { to: [] }], ['an address with a line break', { to: [{ name: '', address: 'bob@demo.test\r\nRCPT TO:<carol@demo.test>' }] }],
    ['a subject with a line break', { subject: 'x\r\nBcc: carol@demo.test' }], ["somebody else's address", { from: person('bob') }], ['an unknown mode', { mode: 'secret' }],
    ['a wrong size', { attachments: [{ name: 'a', type: 'text/plain', size: 10, content_id: null }] }, [Buffer.from('123')]]]) {
    const r = await prepare({ ...base, submission: randomUUID(), ...more }, files);
    if (r.status === 200) { // a line break in a subject may also be taken out
      assert.equal(what, 'a subject with a line break');
      assert.ok(!Buffer.concat(r.json.skeleton.map((x) => Buffer.from(x.bytes ?? '', 'base64'))).toString().match(/^Bcc:/im));
    } else assert.ok([400, 403, 413, 422].includes(r.status), `${what}: ${r.status} ${r.text}`);
  }
});

test('60 MB is too large, and said so', async () => {
  const big = Buffer.alloc(60 << 20, 97);
  const r = await prepare(draft({ attachments: [{ name: 'big.bin', type: 'application/octet-stream', size: big.length, content_id: null }] }), [big]);
  assert.deepEqual([r.status, r.json?.code], [413, 'too_large']);
  assert.equal((await alice.get('/api/v1/session')).status, 200);
});

test('a draft that will be encrypted is encrypted to its writer; spell check is off for it', async () => {
  const secret = `draft-${randomUUID()}`;
  const body = draft({ mode: 'sign_encrypt', may_encrypt: true, signer: fingerprint('alice'), text: `${secret}\n`, subject: `Hidden ${secret}` });
  const d = await alice.request('POST', '/api/v1/compose/draft', composeBody(body));
  assert.equal(d.status, 200, d.text);
  assert.equal(d.json.encrypted, true);
  await mailbox.alice.select('Drafts');
  const stored = await mailbox.alice.source(d.json.uid);
  assert.ok(!stored.includes(secret));
  assert.match(stored.toString(), /^Subject: Encrypted draft\r$/m);
  const opened = openssl(['cms', '-decrypt', '-inkey', keyFile('alice'), '-recip', certificateFile('alice')], stored);
  assert.ok(opened.includes(secret));
  const place = { uid: d.json.uid, uidvalidity: d.json.uidvalidity, folder: d.json.folder };
  const spell = await alice.post('/api/v1/spell', { draft: place, language: 'en', text: 'speling' });
  assert.deepEqual([spell.status, spell.json.code], [403, 'spell_check_off']);
  const gone = await alice.post('/api/v1/spell', { draft: { ...place, uid: 4000000000 }, language: 'en', text: 'speling' });
  assert.ok(gone.status >= 400, 'an absent draft is refused');
  const plain = await alice.request('POST', '/api/v1/compose/draft', composeBody(draft({ text: 'plain speling\n' })));
  const checked = await alice.post('/api/v1/spell', { draft: { uid: plain.json.uid, uidvalidity: plain.json.uidvalidity, folder: plain.json.folder }, language: 'en', text: 'plain speling' });
  assert.equal(checked.status, 200, checked.text);
  assert.deepEqual(checked.json.misspelt.map((m) => [m.offset, m.length]), [[6, 7]]);
  for (const submission of [body.submission]) assert.equal((await alice.delete('/api/v1/compose/draft', { submission })).status, 200);
  await mailbox.alice.select('Drafts');
  assert.deepEqual(await mailbox.alice.search(`UID ${d.json.uid}`), []);
});

test('a new draft of the same composer replaces the old one', async () => {
  const body = draft();
  const first = await alice.request('POST', '/api/v1/compose/draft', composeBody(body));
  const second = await alice.request('POST', '/api/v1/compose/draft', composeBody({ ...body, text: 'second\n' }));
  assert.notEqual(first.json.uid, second.json.uid);
  await mailbox.alice.select('Drafts');
  assert.deepEqual(await mailbox.alice.search(`SUBJECT "${body.subject}"`), [second.json.uid]);
});

