// Two weeks of one correspondent: her certificate is seen, renewed, runs out, is exchanged, is revoked, and the
// places it names go away. The clock of the server and of the OCSP responder is moved; verdicts and what the
// composer is told must follow.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { promisify } from 'node:util';
import { Authority } from '../lib/authority.mjs';
import { authorityWeb, NAMES } from '../lib/authorityweb.mjs';
import { Server } from '../lib/fastcgi.mjs';
import { base64, entity, message, multipart, text } from '../lib/mime.mjs';
import { closeAll, dnsServer, folder, outside } from '../lib/netns.mjs';

const FAKETIME = ['x86_64', 'aarch64'].map((m) => `/usr/lib/${m}-linux-gnu/faketime/libfaketimeMT.so.1`).find(existsSync);
const skip = outside || (FAKETIME ? false : 'libfaketime is not installed (package faketime)');
const top = path.join(import.meta.dirname, '../..');
const data = folder && path.join(folder, 'growth');
const sh = (script) => promisify(execFile)('bash', [path.join(top, 'tests/stack', script)], {
  env: { ...process.env, INSTANCE: 'growth', PORT_BASE: '9120', DATA: data, SEED: 'no', FETCH_NETWORK: 'shared' },
});

const DAY = 86_400_000, start = Date.now();
const clock = folder && path.join(folder, 'clock');
const env = { LD_PRELOAD: FAKETIME, FAKETIME_TIMESTAMP_FILE: clock, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1' };
const day = (n) => new Date(start + n * DAY);
const clara = 'clara@example.com';
const inbox = Buffer.from('INBOX').toString('base64url');
let ca, other, web, lib, keyring, server, imap, uidvalidity, now = 0;

/** Moves the clock; a session does not live for days, so alice signs in again. */
async function at(n) {
  now = n;
  writeFileSync(clock, `+${Math.round(n * 86_400)}\n`);
  if (server?.process) await server.signIn(lib.account('alice').address, lib.account('alice').password);
}
/** Signs with that certificate at the present time, puts the mail into the inbox and answers its UID. */
async function mail(authority, name, subject, { signedOn = now } = {}) {
  const inner = text(`${subject}.\n`);
  const own = path.join(folder, `clock-${randomUUID()}`);
  writeFileSync(own, `+${Math.round(signedOn * 86_400)}\n`);
  const der = execFileSync('openssl', ['cms', '-sign', '-binary', '-md', 'sha256', '-outform', 'DER', '-signer', authority.file(`${name}.pem`), '-inkey', authority.file(`${name}.key`)],
    { input: inner, env: { ...process.env, ...env, FAKETIME_TIMESTAMP_FILE: own } });
  const signature = entity([['Content-Type', 'application/pkcs7-signature; name="smime.p7s"'], ['Content-Transfer-Encoding', 'base64']], base64(der));
  const whole = message({ from: { name: 'Clara', address: clara }, to: lib.account('alice').address, subject, date: day(signedOn), id: `<${randomUUID()}@example.com>` },
    multipart('signed', [inner, signature], '; protocol="application/pkcs7-signature"; micalg=sha-256'));
  return imap.append('INBOX', whole, [], day(signedOn));
}
const url = (uid, what = '') => `/api/v1/folders/${inbox}/messages/${uid}${what}`;
async function ok(r) {
  const answer = await r;
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}
const codes = (security) => security.reasons.map((r) => r.code);
/** What is shown at once, and what after the server has asked outside. */
async function read(uid) {
  const first = (await ok(server.get(`${url(uid)}?uidvalidity=${uidvalidity}`))).security;
  const { security } = await ok(server.post(url(uid, '/check'), { uidvalidity, keys: [] }));
  return { first, security, level: security.level, codes: codes(security) };
}
const harvest = (uid) => server.post('/api/v1/smime/harvest', { folder: inbox, uid, uidvalidity, keys: [] }).then((r) => ok(r));
const recipient = async () => (await ok(server.post('/api/v1/compose/recipients', { addresses: [clara] }))).recipients[0];
const contact = async () => (await ok(server.get('/api/v1/contacts'))).contacts.find((c) => c.addresses.some((a) => a.address === clara));
const states = async () => Object.fromEntries((await contact()).certificates.map((c) => [c.fingerprint, c.state]));
const letter = () => keyring.composeBody({ submission: randomUUID(), from: { name: 'Alice', address: lib.account('alice').address }, to: [{ name: null, address: clara }], cc: [], bcc: [], reply_to: null,
  subject: 'To Clara', text: 'Text\n', html: null, in_reply_to: null, references: null, mode: 'encrypt', may_encrypt: true, signer: null, hide_subject: false, attachments: [] });
const prepare = () => server.request('POST', '/api/v1/compose/prepare', letter());

before(async () => {
  if (skip) return;
  await at(0);
  ca = new Authority('Growth CA', { names: NAMES });
  other = new Authority('Another CA'); // its certificates name no place to ask
  ca.issue('first', clara, { from: day(-300), to: day(9) });
  ca.issue('second', clara, { from: day(6), to: day(300) });
  other.issue('third', clara, { kind: 'ec', from: day(10), to: day(300) });
  web = await authorityWeb(ca, await dnsServer(), env);
  mkdirSync(path.join(data, 'trust'), { recursive: true, mode: 0o755 });
  for (const [name, a] of [['growth', ca], ['another', other]]) copyFileSync(a.file('ca.pem'), path.join(data, 'trust', `${name}.pem`));
  await sh('up.sh');
  process.env.WAXSEAL_ACCOUNTS = path.join(data, 'demo/accounts.json');
  lib = await import('../lib/instance.mjs');
  keyring = await import('../lib/keyring.mjs');
  server = await Server.start(lib.instance, path.join(top, process.env.BUILD ?? 'build', 'waxseald'), { processes: '1' }, env);
  imap = await lib.imapOf('alice');
  ({ uidvalidity } = await imap.select('INBOX'));
  await at(0);
  await keyring.fillVault(server, 'alice');
});
after(async () => {
  imap?.close();
  await server?.stop();
  if (data) await sh('down.sh').catch(() => {});
  await closeAll();
  ca?.close();
  other?.close();
});

const mails = {};
test('day 0: the first mail is green after the responder was asked, and the certificate is kept', { skip }, async () => {
  mails.first = await mail(ca, 'first', 'First letter');
  const r = await read(mails.first);
  assert.notEqual(r.first.level, 'good', 'nothing was asked outside by a GET');
  assert.equal(r.first.check, true);
  assert.equal(r.level, 'good', r.codes.join());
  assert.deepEqual(web.counts, { ocsp: 1, crl: 0, aia: 0 });
  assert.equal((await recipient()).status, 'none');
  const kept = await harvest(mails.first);
  assert.equal(kept.harvested, true, `${kept.reason} ${kept.why}`);
  const to = await recipient();
  assert.deepEqual([to.status, to.certificate.fingerprint], ['ready', ca.fingerprint('first')]);
  assert.equal((await prepare()).status, 200);
});

test('day 2: a second mail asks the responder anew, the answer of day 0 has run out', { skip }, async () => {
  web.reset();
  await at(2);
  const uid = await mail(ca, 'first', 'Second letter');
  assert.equal((await read(uid)).level, 'good');
  assert.equal(web.counts.ocsp, 1);
  assert.equal((await read(uid)).level, 'good');
  assert.equal(web.counts.ocsp, 1, 'and then what is known is used');
});

test('day 7: her renewed certificate, of the same authority, is said to be new and takes over', { skip }, async () => {
  await at(7);
  mails.second = await mail(ca, 'second', 'With my new certificate');
  const r = await read(mails.second);
  assert.equal(r.level, 'good', r.codes.join());
  assert.ok(r.codes.includes('certificate_changed'), r.codes.join());
  assert.equal(r.security.signature.signers[0].known, 'changed');
  const kept = await harvest(mails.second);
  assert.equal(kept.harvested, true, `${kept.reason} ${kept.why}`);
  assert.equal((await recipient()).certificate.fingerprint, ca.fingerprint('second'));
  assert.deepEqual(await states(), { [ca.fingerprint('first')]: 'superseded', [ca.fingerprint('second')]: 'valid' });
});

test('day 10: the first certificate has run out: green only where we had checked before', { skip }, async () => {
  await at(10);
  const old = await read(mails.first);
  assert.equal(old.level, 'good', old.codes.join());
  const late = await read(await mail(ca, 'first', 'Seen too late', { signedOn: 3 }));
  assert.equal(late.level, 'warning', late.codes.join());
  assert.equal(late.security.verdict, 'signed-expired');
  assert.equal((await read(await mail(ca, 'first', 'Signed after the end'))).level, 'warning');
  assert.equal((await recipient()).status, 'ready', 'the renewed one is used');
});

test('day 11: another authority says she has another key: nothing changes until alice says so', { skip }, async () => {
  await at(11);
  const uid = await mail(other, 'third', 'From my new office');
  const r = await read(uid);
  assert.equal(r.level, 'good', r.codes.join());
  assert.equal(r.security.signature.signers[0].known, 'changed');
  await harvest(uid);
  assert.equal((await states())[other.fingerprint('third')], 'pending');
  const to = await recipient();
  assert.deepEqual([to.status, to.certificate.fingerprint], ['pending_change', ca.fingerprint('second')]);
});

test('day 12: the second certificate is revoked: red at once, also what was green, and no mail to it', { skip }, async () => {
  await at(12);
  ca.revoke('second', 'keyCompromise', env);
  await web.respond();
  const r = await read(mails.second);
  assert.equal(r.level, 'bad', r.codes.join());
  assert.ok(r.codes.includes('certificate_revoked'));
  assert.equal(r.security.signature.signers[0].revocation_detail.source, 'ocsp');
  assert.match(r.security.signature.signers[0].revocation_detail.reason, /compromise/i);
  assert.equal((await recipient()).status, 'revoked');
  const refused = await prepare();
  assert.notEqual(refused.status, 200);
  assert.ok(refused.json.message.length > 20 && !/undefined|null/.test(refused.json.message), refused.text);
});

test('day 13: alice accepts the other certificate and can write again', { skip }, async () => {
  await at(13);
  const c = await contact();
  await ok(server.post(`/api/v1/contacts/${c.id}/certificates/${other.fingerprint('third')}`, { action: 'accept' }));
  const to = await recipient();
  assert.deepEqual([to.status, to.certificate.fingerprint], ['ready', other.fingerprint('third')]);
  assert.equal((await prepare()).status, 200);
});

test('day 14: the places are gone: what is revoked stays red while that is known, a new mail is grey, never green', { skip }, async () => {
  await at(14);
  ca.issue('fourth', clara, { from: day(13), to: day(300) });
  Object.assign(web, { ocsp: 'down', crl: null });
  const fresh = await read(await mail(ca, 'fourth', 'While the responder is away'));
  assert.equal(fresh.level, 'neutral', fresh.codes.join());
  assert.ok(fresh.codes.includes('revocation_unknown'), fresh.codes.join());
  assert.notEqual((await read(mails.second)).level, 'good');
  assert.equal((await recipient()).status, 'ready');
  Object.assign(web, { ocsp: 'up', crl: ca.crl({ env }) });
  await at(14.1);
  assert.equal((await read(await mail(ca, 'fourth', 'And back'))).level, 'good');
  assert.equal((await read(mails.second)).level, 'bad');
});
