// Care of certificates over HTTP: keys made in the browser, files that take another's place, reminders, states of
// correspondents' certificates; and mail that hides its subject.
import assert from 'node:assert/strict';
import { createPrivateKey, randomUUID } from 'node:crypto';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { Authority } from '../lib/authority.mjs';
import { Cert, attribute, signedData, signerInfo } from '../lib/cmsmake.mjs';
import { ctx, oid, seq, tlv } from '../lib/der.mjs';
import { eventually, folderId, imapOf, instance, signedIn } from '../lib/instance.mjs';
import { attributesHold, certificateDer, composeBody, entityOf, fillVault, fingerprint, keyFile, signAttributes, strongP12, unwrap } from '../lib/keyring.mjs';
import { entity } from '../lib/mime.mjs';
import { Smime, openssl, p7m } from '../lib/smime.mjs';

const OID_GCM = '2.16.840.1.101.3.4.1.46';

const address = (name) => `${name}@${instance.domain}`;
const inbox = folderId('INBOX');
let alice, bob;
before(async () => {
  alice = await signedIn('alice');
  bob = await signedIn('bob');
  await fillVault(alice, 'alice');
  await fillVault(bob, 'bob');
  const r = await alice.post('/api/v1/smime/certificates', { address: address('bob'), certificate: certificateDer('bob').toString('base64') });
  assert.equal(r.status, 200, r.text);
});
after(() => { alice.close(); bob.close(); });

// --- keys ----------------------------------------------------------------------------------------------

function requestOf(name) {
  const dir = mkdtempSync(path.join(tmpdir(), 'waxseal-'));
  try {
    writeFileSync(path.join(dir, 'c.cnf'), '[req]\ndistinguished_name=dn\n[dn]\n');
    const out = path.join(dir, 'r.der');
    openssl(['req', '-new', '-sha256', '-key', keyFile(name), '-subj', '/CN=Waxseal test key', '-config', path.join(dir, 'c.cnf'), '-outform', 'DER', '-out', out]);
    return readFileSync(out).toString('base64');
  } finally { rmSync(dir, { recursive: true }); }
}

test('a key waits with its request until its certificate arrives; the file is replaced by a strong one only', async () => {
  const p12 = strongP12('bob', 'another passphrase').toString('base64');
  const request = requestOf('bob');
  const own = certificateDer('bob').toString('base64');
  const broken = await bob.post('/api/v1/smime/keys', { p12, label: 'Made here', certificates: [], request: request.slice(0, -8) });
  assert.deepEqual([broken.status, broken.json.details.field], [422, 'request']);
  const made = await bob.post('/api/v1/smime/keys', { p12, label: 'Made here', certificates: [], request });
  assert.equal(made.status, 200, made.text);
  assert.deepEqual([made.json.request, made.json.certificates, made.json.reminder], [request, [], null]);
  const url = `/api/v1/smime/keys/${made.json.id}`;
  assert.equal((await bob.get(`${url}/file`)).status, 405, 'handing out is recorded, so it is no GET');
  const first = (await bob.post(`${url}/file`, {})).json;
  assert.equal(first.p12, p12);
  for (const [body, field] of [[{ p12, certificates: [certificateDer('mallory').toString('base64')] }, 'certificates'], [{ certificates: [own] }, 'p12'],
    [{ p12: readFileSync(keyFile('bob')).toString('base64') }, 'p12'], [{}, 'p12'], [{ label: 'a\nb' }, 'label']]) {
    const no = await bob.request('PUT', url, { json: body });
    assert.deepEqual([no.status, no.json?.details?.field], [422, field], no.text);
  }
  assert.equal((await alice.request('PUT', url, { json: { label: 'mine' } })).status, 404, "another user's key does not exist");
  const done = await bob.request('PUT', url, { json: { p12, certificates: [own], version: first.version } });
  assert.equal(done.status, 200, done.text);
  assert.deepEqual([done.json.request, done.json.certificates.map((x) => x.fingerprint)], [null, [fingerprint('bob')]]);
  const late = await bob.request('PUT', url, { json: { p12, version: first.version } });
  assert.deepEqual([late.status, late.json.code], [409, 'conflict'], 'made from a file that was replaced meanwhile');
  const second = (await bob.post(`${url}/file`, {})).json;
  assert.deepEqual([second.p12, second.downloads.length], [p12, 2]);
  assert.notEqual(second.version, first.version);
  assert.equal((await bob.delete(url, {})).status, 200);
});

test('a reminder is dismissed step by step', async () => {
  const keep = (await alice.get('/api/v1/settings')).json.security;
  assert.deepEqual([typeof keep.hide_subject, typeof keep.reminded], ['boolean', 'object']);
  const put = (reminded) => alice.request('PUT', '/api/v1/settings', { json: { security: { reminded } } });
  assert.equal((await put({ [fingerprint('alice')]: 7 })).status, 200);
  const r = await put({ [fingerprint('bob')]: 30 });
  assert.deepEqual([r.json.security.reminded[fingerprint('alice')], r.json.security.reminded[fingerprint('bob')]], [7, 30], 'joined, not replaced');
  for (const bad of [{ x: 7 }, { [fingerprint('bob')]: 8 }, { [fingerprint('bob')]: '7' }, []]) assert.equal((await put(bad)).status, 422, JSON.stringify(bad));
  const gone = await put({ [fingerprint('alice')]: null, [fingerprint('bob')]: null });
  assert.equal(gone.json.security.reminded[fingerprint('bob')], undefined);
  // Alice's demo certificate is good for long: nothing to remind of.
  for (const key of (await alice.get('/api/v1/smime/keys')).json.keys) assert.equal(key.reminder, null);
});

// --- certificates of others ----------------------------------------------------------------------------

test('the person decides about a certificate; the composer follows', async () => {
  const recipient = async () => (await alice.post('/api/v1/compose/recipients', { addresses: [address('mallory')] })).json.recipients[0];
  const imported = await alice.post('/api/v1/smime/certificates', { address: address('mallory'), certificate: certificateDer('mallory').toString('base64') });
  assert.equal(imported.status, 200, imported.text);
  const { id } = imported.json;
  const url = `/api/v1/contacts/${id}/certificates/${fingerprint('mallory')}`;
  const state = (r) => r.json.certificates.find((x) => x.fingerprint === fingerprint('mallory'));
  assert.deepEqual([state(imported).state, state(imported).preferred, state(imported).provenance], ['valid', false, null]);
  const before = await recipient();
  assert.equal(before.certificate.fingerprint, fingerprint('mallory'));
  assert.equal(before.revocation, 'no_source');
  const preferred = await alice.post(url, { action: 'prefer' });
  assert.equal(state(preferred).preferred, true, preferred.text);
  assert.equal(state(await alice.post(url, { action: 'reject' })).state, 'rejected');
  assert.deepEqual([(await recipient()).status, (await recipient()).certificate], ['none', null], 'never used again');
  const refused = await alice.request('POST', '/api/v1/compose/prepare', composeBody(letter({ mode: 'encrypt', may_encrypt: true, to: [{ name: null, address: address('mallory') }] })));
  assert.deepEqual([refused.status, refused.json.code, refused.json.details.field], [422, 'no_certificate', 'to']);
  assert.ok(refused.json.message.includes(address('mallory')));
  assert.equal(state(await alice.post(url, { action: 'accept' })).state, 'valid');
  assert.equal((await recipient()).status, before.status);
  for (const bad of ['', 'shred', 7]) assert.equal((await alice.post(url, { action: bad })).status, 422);
  assert.equal((await bob.post(url, { action: 'remove' })).status, 404, "another user's contact does not exist");
  const removed = await alice.post(url, { action: 'remove' });
  assert.equal(state(removed), undefined);
  assert.equal((await alice.post(url, { action: 'accept' })).status, 404);
});

// Mail of a correspondent whose authorities alice vouches for, appended to her inbox; answers what harvest says.
async function harvested(authority, name, subject, sign = (inner) => new Smime(authority.dir).clearSigned(inner, name)) {
  copyFileSync(authority.file('ca.pem'), authority.file('root.pem'));
  const id = `<${randomUUID()}@care.test>`;
  const inner = entity([['Content-Type', 'text/plain; charset=utf-8']], `Text of ${name}\r\n`);
  const mail = Buffer.concat([Buffer.from(`From: Peer <peer@care.test>\r\nTo: ${address('alice')}\r\nSubject: ${subject}\r\nDate: ${new Date().toUTCString()}\r\nMessage-ID: ${id}\r\nMIME-Version: 1.0\r\n`),
    sign(inner)]);
  const put = await alice.request('POST', `/api/v1/folders/${inbox}/append`, { body: mail, headers: { 'Content-Type': 'message/rfc822' } });
  assert.equal(put.status, 200, put.text);
  appended.push(put.json);
  const ref = { folder: inbox, uid: put.json.uid, uidvalidity: put.json.uidvalidity };
  const again = async () => (await alice.post('/api/v1/smime/harvest', { ...ref, keys: [] })).json;
  return { id, first: await again(), again };
}
const appended = [];

test('a harvested certificate takes another\'s place as a renewal only; everything else waits for the person', async () => {
  const day = (n) => new Date(Date.now() + n * 86_400_000);
  const ca = new Authority('Care CA'), other = new Authority('Other Care CA');
  const trusted = [];
  let contact;
  try {
    for (const x of [ca, other]) {
      const r = await alice.post('/api/v1/smime/trust', { kind: 'issuer', certificate: x.der().toString('base64'), address: null });
      assert.equal(r.status, 200, r.text);
      trusted.push(r.json.id);
    }
    ca.issue('ending', 'peer@care.test', { from: day(-300), to: day(20) });
    ca.issue('renewed', 'peer@care.test', { from: day(-2), to: day(300) });
    ca.issue('early', 'peer@care.test', { from: day(-1), to: day(300) });
    other.issue('foreign', 'peer@care.test', { from: day(-1), to: day(300) });
    ca.issue('stranger', 'someone.else@care.test', { from: day(-1), to: day(300) });
    const recipient = async () => {
      const [r] = (await alice.post('/api/v1/compose/recipients', { addresses: ['peer@care.test'] })).json.recipients;
      return [r.status, r.certificate?.fingerprint ?? null];
    };
    const states = () => Object.fromEntries(contact.certificates.map((x) => [x.fingerprint, x.state]));
    assert.deepEqual(await recipient(), ['none', null]);
    const wrong = await harvested(ca, 'stranger', 'By somebody else');
    assert.deepEqual([wrong.first.harvested, wrong.first.reason], [false, 'not_valid'], 'the certificate names another address');
    const one = await harvested(ca, 'ending', 'First <b>mail</b>');
    assert.deepEqual([one.first.harvested, one.first.reason, one.first.why], [true, 'harvested', 'first'], JSON.stringify(one.first));
    ({ contact } = one.first);
    assert.equal(one.first.certificate, ca.fingerprint('ending'));
    const [kept] = contact.certificates;
    assert.deepEqual([kept.source, kept.state, kept.preferred, kept.revocation], ['harvested', 'valid', false, 'no_source']);
    assert.deepEqual([kept.provenance.folder, kept.provenance.message_id, kept.provenance.subject], [inbox, one.id, 'First <b>mail</b>']);
    assert.deepEqual(await recipient(), ['ready', ca.fingerprint('ending')]);
    const two = await harvested(ca, 'renewed', 'Renewed');
    assert.deepEqual([two.first.harvested, two.first.why], [true, 'renewed'], JSON.stringify(two.first));
    assert.deepEqual(await recipient(), ['ready', ca.fingerprint('renewed')]);
    const three = await harvested(ca, 'early', 'Too early');
    assert.deepEqual([three.first.harvested, three.first.reason, three.first.why], [false, 'pending', 'early']);
    const four = await harvested(other, 'foreign', 'Other authority');
    assert.deepEqual([four.first.harvested, four.first.reason, four.first.why], [false, 'pending', 'authority']);
    assert.deepEqual(await recipient(), ['pending_change', ca.fingerprint('renewed')], 'the one in use stays in use');
    ({ contact } = four.first);
    assert.deepEqual(states(), { [ca.fingerprint('ending')]: 'superseded', [ca.fingerprint('renewed')]: 'valid', [ca.fingerprint('early')]: 'pending', [other.fingerprint('foreign')]: 'pending' });
    assert.deepEqual([(await three.again()).reason, (await one.again()).reason], ['pending', 'known'], 'saying it again changes nothing');
    const act = async (fingerprint, action) => { contact = (await alice.post(`/api/v1/contacts/${contact.id}/certificates/${fingerprint}`, { action })).json; };
    await act(other.fingerprint('foreign'), 'reject');
    assert.equal((await four.again()).reason, 'rejected');
    await act(ca.fingerprint('early'), 'accept');
    assert.deepEqual(await recipient(), ['ready', ca.fingerprint('early')]);
    assert.equal(states()[ca.fingerprint('renewed')], 'superseded');
    // Trust taken back: nobody is encrypted to any more.
    await alice.delete(`/api/v1/smime/trust/${trusted[0]}`, {});
    assert.equal((await recipient())[0], 'untrusted');
  } finally {
    for (const id of trusted) await alice.delete(`/api/v1/smime/trust/${id}`, {});
    if (contact) await alice.delete(`/api/v1/contacts/${contact.id}`, {});
    for (const m of appended.splice(0)) await alice.post(`/api/v1/folders/${inbox}/delete`, { uidvalidity: m.uidvalidity, uids: [m.uid] });
    ca.close();
    other.close();
  }
});

test('who signs with one certificate and prefers another one is encrypted to by the other, with the ciphers both signed for', async () => {
  const ca = new Authority('Preference CA');
  let trusted, contact;
  try {
    trusted = (await alice.post('/api/v1/smime/trust', { kind: 'issuer', certificate: ca.der().toString('base64'), address: 'peer@care.test' })).json.id;
    ca.issue('signs', 'peer@care.test');
    ca.issue('reads', 'peer@care.test');
    ca.issue('foreign', 'someone.else@care.test');
    // Opaque, with the signed attributes of RFC 8551 sections 2.5.2 and 2.5.3.
    const preferring = (which, ciphers) => (inner) => {
      const [signer, wanted] = ['signs', which].map((n) => new Cert(ca.der(n)));
      const time = new Date().toISOString().slice(2, 19).replace(/[-T:]/g, '');
      const more = [attribute('1.2.840.113549.1.9.5', tlv(0x17, Buffer.from(`${time}Z`))), attribute('1.2.840.113549.1.9.16.2.11', ctx(0, wanted.issuer, wanted.serial)), attribute('1.2.840.113549.1.9.15', seq(...ciphers.map((id) => seq(oid(id)))))];
      const info = signerInfo(signer, createPrivateKey(readFileSync(ca.file('signs.key'))), inner, { change: (a) => [...a.slice(0, 2), ...more] });
      return p7m('signed-data', signedData(inner, [info], [ca.der('signs'), ca.der(which), ca.der()]));
    };
    const recipient = async () => (await alice.post('/api/v1/compose/recipients', { addresses: ['peer@care.test'] })).json.recipients[0].certificate?.fingerprint ?? null;
    const poison = await harvested(ca, 'signs', 'Prefers a certificate of another address', preferring('foreign', [OID_GCM]));
    assert.deepEqual([poison.first.harvested, poison.first.reason], [false, 'no_encryption_certificate'], JSON.stringify(poison.first));
    assert.equal(await recipient(), null, 'and the one it signs with is not used instead');
    const good = await harvested(ca, 'signs', 'Prefers its own', preferring('reads', [OID_GCM]));
    assert.deepEqual([good.first.harvested, good.first.certificate], [true, ca.fingerprint('reads')], JSON.stringify(good.first));
    ({ contact } = good.first);
    assert.equal(await recipient(), ca.fingerprint('reads'));
    const of = (name) => contact.certificates.find((x) => x.fingerprint === ca.fingerprint(name));
    assert.deepEqual([of('reads').takes_gcm, of('reads').state, of('signs').state], [true, 'valid', 'valid']);
    const message = await alice.get(`/api/v1/folders/${inbox}/messages/${appended.at(-1).uid}?uidvalidity=${appended.at(-1).uidvalidity}`);
    assert.equal(message.json.security.signature.signers[0].known, 'known', 'the one for signing is remembered');
  } finally {
    await alice.delete(`/api/v1/smime/trust/${trusted}`, {});
    const left = (await alice.get('/api/v1/contacts')).json.contacts.find((x) => x.addresses.some((a) => a.address === 'peer@care.test'));
    if (left) await alice.delete(`/api/v1/contacts/${left.id}`, {});
    for (const m of appended.splice(0)) await alice.post(`/api/v1/folders/${inbox}/delete`, { uidvalidity: m.uidvalidity, uids: [m.uid] });
    ca.close();
  }
});

test('nothing is harvested from a folder that others write to', async () => {
  const r = await alice.post('/api/v1/smime/harvest', { folder: folderId('shared/bob@demo.test/Projects/Aurora'), uid: 1, uidvalidity: 1, keys: [] });
  assert.deepEqual([r.status, r.json.harvested, r.json.reason], [200, false, 'shared_mailbox'], r.text);
});

// --- hidden subjects -----------------------------------------------------------------------------------

const letter = (fields) => ({ submission: randomUUID(), from: { name: 'Alice', address: address('alice') }, to: [{ name: null, address: address('bob') }], cc: [], bcc: [], reply_to: null,
  subject: 'Subject', text: 'Text\n', html: null, in_reply_to: null, references: null, mode: 'none', may_encrypt: false, hide_subject: true, signer: fingerprint('alice'), attachments: [], ...fields });
async function prepared(fields) {
  const r = await alice.request('POST', '/api/v1/compose/prepare', composeBody(fields));
  assert.equal(r.status, 200, r.text);
  if (r.json.attributes) assert.ok(attributesHold(r.json, entityOf(r.json, [])));
  return r.json;
}
async function sent(p) {
  const r = await alice.post('/api/v1/compose/finish', { ticket: p.ticket, signature: p.attributes ? signAttributes('alice', p.attributes, p.digest) : null, content_key: p.content_key });
  assert.equal(r.json?.status, 'sent', r.text);
  return r.json;
}
async function sourceOf(name, mailbox, criteria) {
  const imap = await imapOf(name);
  try {
    await imap.select(mailbox);
    const [uid] = await imap.search(criteria);
    return uid ? { uid, text: (await imap.source(uid)).toString('latin1') } : null;
  } finally { imap.close(); }
}
let lastKeys; // of what was opened last
async function opened(c, name, folder, uid) {
  const list = await c.get(`/api/v1/folders/${folder}/messages?offset=0&limit=200`);
  const url = `/api/v1/folders/${folder}/messages/${uid}`;
  let message = (await c.get(`${url}?uidvalidity=${list.json.uidvalidity}`)).json;
  const keys = [];
  while (message.security?.job) {
    keys.push({ layer: message.security.job.layer, content_key: unwrap(name, message.security.job) });
    message = (await c.post(`${url}/open`, { uidvalidity: list.json.uidvalidity, keys })).json;
    assert.ok(keys.length < 5);
  }
  lastKeys = { uid, uidvalidity: list.json.uidvalidity, keys };
  return message;
}

const appendOnly = () => readdirSync(path.join(instance.data, 'redis'), { recursive: true, withFileTypes: true }).filter((x) => x.isFile()).map((x) => path.join(x.parentPath ?? x.path, x.name));

test('a hidden subject is nowhere outside, and our reader shows it once', async () => {
  for (const mode of ['encrypt', 'sign_encrypt']) {
    const secret = `Zebra-${randomUUID()}`;
    const fields = letter({ mode, may_encrypt: true, subject: `${secret} <b>&`, html: '<p>Text</p>' });
    const p = await prepared(fields);
    const draft = await sourceOf('alice', 'Drafts', `HEADER X-Waxseal-Submission "${fields.submission}"`);
    assert.match(draft.text, /^X-Waxseal-Hide-Subject: yes\r$/m, 'the draft keeps the choice');
    assert.ok(!draft.text.includes(secret));
    await sent(p);
    const mail = await eventually(async () => sourceOf('bob', 'INBOX', `HEADER Message-ID "${fields.submission}"`), 'bob receives it');
    assert.match(mail.text, /^Subject: \[\.\.\.\]\r$/m);
    assert.ok(!mail.text.includes(secret) && !mail.text.includes(Buffer.from(secret).toString('base64').slice(4, 20)));
    const m = await opened(bob, 'bob', inbox, mail.uid);
    assert.equal(m.headers.subject, fields.subject);
    assert.equal(m.headers.outer_subject, '[...]');
    assert.equal(m.headers.protected, true);
    assert.equal(m.security.verdict, mode === 'encrypt' ? 'encrypted-unauthenticated' : 'encrypted+signed-valid', m.security.reasons.map((r) => r.code).join());
    assert.ok(m.parts.length > 0 && m.parts.every((x) => !x.content.includes(secret)), 'the lines for old readers are left out');
    const kept = await bob.post('/api/v1/smime/harvest', { folder: inbox, ...lastKeys });
    assert.equal(kept.status, 200, kept.text);
    if (mode === 'sign_encrypt') assert.ok(kept.json.contact, kept.text);
    const known = await bob.get('/api/v1/contacts');
    assert.ok(!kept.text.includes(secret) && !known.text.includes(secret), 'nor is it written down with the certificate');
    for (const file of appendOnly()) assert.ok(!readFileSync(file).includes(secret), `nor in ${file}`);
    const own = await sourceOf('alice', 'Sent', `HEADER Message-ID "${fields.submission}"`);
    assert.match(own.text, /^Subject: \[\.\.\.\]\r$/m);
    assert.equal((await opened(alice, 'alice', folderId('Sent'), own.uid)).headers.subject, fields.subject);
  }
});

test('without encryption there is nothing to hide behind: the subject stays', async () => {
  for (const mode of ['none', 'sign']) {
    const fields = letter({ mode, subject: `Open ${randomUUID()}` });
    const p = await prepared(fields);
    const skeleton = entityOf(p, []).toString('latin1');
    assert.ok(!/HP-Outer|hp-legacy-display|\[\.\.\.\]/.test(skeleton), skeleton);
    if (mode === 'sign') assert.match(skeleton, /hp="clear"/);
    await sent(p);
    const mail = await eventually(async () => sourceOf('bob', 'INBOX', `HEADER Message-ID "${fields.submission}"`), 'bob receives it');
    assert.ok(mail.text.includes(`Subject: ${fields.subject}\r\n`));
  }
});

test('an encrypted mail that hides nothing says so: hp="cipher" with every outer field', async () => {
  const fields = letter({ mode: 'sign_encrypt', may_encrypt: true, hide_subject: false, subject: 'Known to all' });
  const skeleton = entityOf(await prepared(fields), []).toString('latin1');
  assert.match(skeleton, /hp="cipher"/);
  assert.match(skeleton, /^HP-Outer: Subject: Known to all\r$/m);
  assert.ok(!skeleton.includes('legacy'));
  assert.equal((await alice.delete('/api/v1/compose/draft', { submission: fields.submission })).status, 200);
});
