// What the organisation registered, in the mail client: encrypted to where the address book has nothing, and a sender's signature
// counts for its accounts, by this certificate under this address only.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { Server } from '../lib/fastcgi.mjs';
import { account, ctl, eventually, folderId, imapOf, instance, redis, signedIn, top } from '../lib/instance.mjs';
import { composeBody, entityOf, fillVault, fingerprint as ownFingerprint, signAttributes } from '../lib/keyring.mjs';
import { base64, entity, message, multipart, text } from '../lib/mime.mjs';
import { openssl } from '../lib/smime.mjs';

const dir = mkdtempSync(path.join(tmpdir(), 'waxseal-registered-'));
const at = (name) => path.join(dir, name);
// Addresses of nobody else: what is registered for them goes with this file.
const PAT = 'pat@registered.example', CAROL = 'carol@demo.test', archive = folderId('Archive'), OTHER = 'registered-other';
let alice, stranger, imap;
const json = (...args) => JSON.parse(ctl(...args, '--json'));

/** NAME.key and NAME.pem: self-signed, a test key. */
function own(name, address, { usage = 'digitalSignature,keyEncipherment' } = {}) {
  openssl(['req', '-x509', '-newkey', 'rsa:2048', '-sha256', '-noenc', '-keyout', at(`${name}.key`), '-out', at(`${name}.pem`), '-days', '30', '-subj', '/O=Waxseal test only/CN=Pat',
    '-addext', 'basicConstraints=critical,CA:FALSE', '-addext', `keyUsage=critical,${usage}`, '-addext', 'extendedKeyUsage=emailProtection', '-addext', `subjectAltName=email:${address}`]);
}
const print = (name) => openssl(['x509', '-in', at(`${name}.pem`), '-noout', '-fingerprint', '-sha256']).toString().replace(/.*=|[:\s]/g, '').toLowerCase();
const register = (organisation, address, name, ...more) => json('certificate', 'add', address, at(`${name}.pem`), '--organisation', organisation, ...more);
// As the organisation's own authority writes it down.
function revoke(name) {
  const key = `${instance.instance}:o:certificates:demo`, id = `${PAT} ${print(name)}`;
  const row = JSON.parse(redis('ctl', 'HGET', key, id));
  redis('ctl', 'HSET', key, id, JSON.stringify({ ...row, revoked_at: new Date().toISOString().slice(0, 19) + 'Z' }));
}
const there = () => json('organisation', 'list').some((x) => x.organisation === OTHER);
function forget() {
  for (const o of ['demo', ...(there() ? [OTHER] : [])])
    for (const address of [PAT, CAROL]) for (const c of json('certificate', 'list', o, address)) ctl('certificate', 'remove', address, c.fingerprint, '--organisation', o);
}
async function sees(client, address) {
  const r = await client.post('/api/v1/compose/recipients', { addresses: ['someone@registered.example', address, 'no address'] });
  assert.equal(r.status, 200, r.text);
  assert.deepEqual([r.json.recipients[0].status, r.json.recipients[2].status], ['none', 'invalid_address']);
  const x = r.json.recipients[1];
  return [x.status, x.source, x.certificate?.fingerprint ?? null];
}
const NOTHING = ['none', null, null];
async function forgetContacts() {
  for (const a of [PAT, CAROL]) for (const x of (await alice.post('/api/v1/contacts/search', { text: a })).json.contacts) await alice.delete(`/api/v1/contacts/${x.id}`, {});
}

before(async () => {
  alice = await signedIn('alice');
  await fillVault(alice, 'alice');
  imap = { alice: await imapOf('alice'), dave: await imapOf('dave'), carol: await imapOf('carol') };
  stranger = new Server(instance, path.join(top, process.env.BUILD ?? 'build', 'waxseald'));
  stranger.source = stranger.source.replace('[domain demo.test]', '[domain other.test]').replace(/^login = .*$/m, 'login = %n@demo.test');
  stranger.configure(stranger.wanted);
  await stranger.start();
  await stranger.signIn('dave@other.test', account('dave').password);
  for (const name of ['pat', 'twin']) own(name, PAT);
  own('signs', PAT, { usage: 'digitalSignature,keyCertSign' });
  own('carol', CAROL);
  forget();
  if (!there()) ctl('organisation', 'add', OTHER, '--customer', 'demo');
  await forgetContacts();
});
after(async () => {
  forget();
  if (there()) ctl('organisation', 'remove', OTHER);
  await forgetContacts();
  await stranger?.stop();
  for (const i of Object.values(imap ?? {})) i.close();
  alice?.close();
  rmSync(dir, { recursive: true });
});

function signed(from, name, beside = [], issue = name) {
  const inner = text('What was said is meant.');
  const der = openssl(['cms', '-sign', '-binary', '-md', 'sha256', '-outform', 'DER', '-signer', at(`${name}.pem`), '-inkey', at(`${issue}.key`), ...beside.flatMap((f) => ['-certfile', at(`${f}.pem`)])], inner);
  const p7s = entity([['Content-Type', 'application/pkcs7-signature; name="smime.p7s"'], ['Content-Transfer-Encoding', 'base64']], base64(der));
  return message({ from, to: 'alice@demo.test', subject: `Registered ${randomUUID()}`, date: new Date(), id: `<${randomUUID()}@registered.example>` },
    multipart('signed', [inner, p7s], '; protocol="application/pkcs7-signature"; micalg=sha-256'));
}
async function reading(client, box, bytes) {
  const uid = await box.append('Archive', bytes);
  return async () => {
    const { uidvalidity } = (await client.get(`/api/v1/folders/${archive}/messages?offset=0&limit=1`)).json;
    const r = await client.get(`/api/v1/folders/${archive}/messages/${uid}?uidvalidity=${uidvalidity}`);
    assert.equal(r.status, 200, r.text);
    const s = r.json.security;
    return [s.verdict, s.level, s.signature.signers[0].trusted_by, s.reasons.some((x) => x.code === 'registered_certificate')];
  };
}
const GREEN = ['signed-valid', 'good', 'registered', true];
async function isUnknown(look) {
  const [verdict, level, by, reason] = await look();
  assert.deepEqual([verdict, by, reason], ['signed-untrusted', 'none', false]);
  assert.ok(['neutral', 'warning'].includes(level), level);
}

test('a signature counts by the very certificate registered for its sender, for the organisation that registered it, and for nothing else', async () => {
  // Issued with the registered certificate's key, which may sign certificates by its key usage.
  openssl(['req', '-new', '-newkey', 'rsa:2048', '-noenc', '-keyout', at('sub.key'), '-out', at('sub.csr'), '-subj', '/O=Waxseal test only/CN=Sub']);
  writeFileSync(at('sub.ext'), `basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=emailProtection\nsubjectAltName=email:${PAT}\n`);
  openssl(['x509', '-req', '-in', at('sub.csr'), '-CA', at('signs.pem'), '-CAkey', at('signs.key'), '-set_serial', '7', '-days', '20', '-extfile', at('sub.ext'), '-out', at('sub.pem')]);
  const ours = await reading(alice, imap.alice, signed(PAT, 'signs'));
  const twin = await reading(alice, imap.alice, signed(PAT, 'twin', ['signs']));
  const sub = await reading(alice, imap.alice, signed(PAT, 'sub', ['signs']));
  const elsewhere = await reading(alice, imap.alice, signed('mallory@registered.example', 'signs'));
  const encrypts = await reading(alice, imap.alice, signed(PAT, 'pat'));
  const outside = await reading(stranger, imap.dave, signed(PAT, 'signs'));
  try {
    register(OTHER, PAT, 'signs');
    for (const look of [ours, twin, sub, encrypts, outside]) await isUnknown(look);
    register('demo', PAT, 'signs', '--usage', 'sign');
    register('demo', PAT, 'pat', '--usage', 'encrypt');
    assert.deepEqual(await ours(), GREEN);
    for (const look of [twin, sub, encrypts, outside]) await isUnknown(look);
    const [verdict, level] = await elsewhere();
    assert.deepEqual([verdict, level], ['signer-mismatch', 'bad']);
    assert.ok(!(await elsewhere()).includes('registered'));
    revoke('signs');
    await isUnknown(ours);
    ctl('certificate', 'remove', PAT, print('signs'), '--organisation', 'demo');
    await isUnknown(ours);
  } finally { forget(); }
});

test('mail is encrypted to what is registered, where the address book has nothing of its own, until that is removed', async () => {
  const send = async () => {
    const body = { submission: randomUUID(), from: { name: '', address: 'alice@demo.test' }, to: [{ name: '', address: CAROL }], cc: [], bcc: [], reply_to: [], subject: `Registered ${randomUUID()}`, text: 'For Carol.\n', html: null, in_reply_to: null,
      references: null, mode: 'sign_encrypt', may_encrypt: true, signer: ownFingerprint('alice'), attachments: [] };
    const p = await alice.request('POST', '/api/v1/compose/prepare', composeBody(body));
    return { body, p, finish: () => { entityOf(p.json, []); return alice.post('/api/v1/compose/finish', { ticket: p.json.ticket, signature: signAttributes('alice', p.json.attributes, p.json.digest), content_key: p.json.content_key }); } };
  };
  try {
    register(OTHER, PAT, 'twin');
    assert.deepEqual(await sees(alice, PAT), NOTHING);
    register('demo', PAT, 'twin', '--usage', 'sign');
    assert.deepEqual(await sees(alice, PAT), NOTHING);
    register('demo', PAT, 'pat');
    assert.deepEqual(await sees(alice, PAT.toUpperCase().replace('PAT', 'Pat')), ['ready', 'registered', print('pat')]);
    assert.deepEqual(await sees(stranger, PAT), NOTHING);
    revoke('pat');
    assert.deepEqual(await sees(alice, PAT), ['revoked', 'registered', print('pat')]);
    ctl('certificate', 'remove', PAT, print('pat'), '--organisation', 'demo');
    assert.deepEqual(await sees(alice, PAT), NOTHING);
    register('demo', PAT, 'pat');

    register('demo', CAROL, 'carol');
    const m = await send();
    assert.equal(m.p.status, 200, m.p.text);
    assert.equal((await m.finish()).status, 200);
    const uid = await eventually(async () => { await imap.carol.select('INBOX'); return (await imap.carol.search(`SUBJECT "${m.body.subject}"`))[0]; }, 'the mail');
    writeFileSync(at('mail'), await imap.carol.source(uid));
    writeFileSync(at('inner'), openssl(['cms', '-decrypt', '-in', at('mail'), '-inkey', at('carol.key'), '-recip', at('carol.pem')]));
    assert.match(openssl(['cms', '-verify', '-in', at('inner'), '-CAfile', instance.ca, '-purpose', 'smimesign']).toString(), /For Carol/);

    // Gone between the two requests: nothing goes out; then nothing is prepared.
    const late = await send();
    assert.equal(late.p.status, 200, late.p.text);
    ctl('certificate', 'remove', CAROL, print('carol'), '--organisation', 'demo');
    const refused = await late.finish();
    assert.deepEqual([refused.status, refused.json.code], [409, 'conflict'], refused.text);
    assert.deepEqual([(await send()).p.status, await sees(alice, CAROL)], [422, NOTHING]);

    // Whose key the organisation holds: Carol could not read it in her mail client. The same certificate without its key is encrypted to.
    openssl(['pkcs12', '-export', '-inkey', at('carol.key'), '-in', at('carol.pem'), '-out', at('carol.p12'), '-passout', 'pass:a test passphrase']);
    writeFileSync(at('passphrase'), 'a test passphrase');
    ctl('certificate', 'add', CAROL, at('carol.p12'), '--passphrase-file', at('passphrase'));
    assert.deepEqual(json('certificate', 'list', 'demo', CAROL).map((x) => x.custody), ['agent']);
    assert.deepEqual([(await send()).p.status, await sees(alice, CAROL)], [422, NOTHING]);
    ctl('certificate', 'remove', CAROL, print('carol'), '--organisation', 'demo');
    register('demo', CAROL, 'carol');
    assert.deepEqual(await sees(alice, CAROL), ['ready', 'registered', print('carol')]);
    ctl('certificate', 'remove', CAROL, print('carol'), '--organisation', 'demo');

    // The own address book goes before it.
    own('mine', PAT);
    const r = await alice.post('/api/v1/smime/certificates', { address: PAT, certificate: openssl(['x509', '-in', at('mine.pem'), '-outform', 'DER']).toString('base64') });
    assert.equal(r.status, 200, r.text);
    assert.deepEqual(await sees(alice, PAT), ['ready', 'registered', print('pat')]); // the own one is not trusted by anybody
    const trust = await alice.post('/api/v1/smime/trust', { kind: 'certificate', certificate: openssl(['x509', '-in', at('mine.pem'), '-outform', 'DER']).toString('base64'), address: PAT });
    try { assert.deepEqual(await sees(alice, PAT), ['ready', 'imported', print('mine')]); } finally { await alice.delete(`/api/v1/smime/trust/${trust.json.id}`); }
  } finally {
    forget();
    await forgetContacts();
  }
});
