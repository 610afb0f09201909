// Signed mail and encryption while certificates are revoked and services come and go: the whole system (nginx,
// waxseald, waxseal-fetch, Redis, Dovecot) where the whole internet is this machine.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { promisify } from 'node:util';
import { Authority } from '../lib/authority.mjs';
import { authorityWeb, NAMES } from '../lib/authorityweb.mjs';
import { message, text } from '../lib/mime.mjs';
import { closeAll, dnsServer, folder, outside } from '../lib/netns.mjs';
import { openssl, Smime } from '../lib/smime.mjs';

const options = { skip: outside };
const top = path.join(import.meta.dirname, '../..');
const data = folder && path.join(folder, 'stack');
const inbox = Buffer.from('INBOX').toString('base64url');
const sh = (script, env = {}) => promisify(execFile)('bash', [path.join(top, 'tests/stack', script[0]), ...script.slice(1)], {
  env: { ...process.env, INSTANCE: 'revocation', PORT_BASE: '9110', DATA: data, SEED: 'no', FETCH_NETWORK: 'shared', ...env },
});

const people = ['anna', 'bert', 'carl', 'dora', 'emil', 'fred'];
let root, inter, web, lib, alice, imap, smime;

before(async () => {
  if (outside) return;
  root = new Authority('Root of the test');
  inter = new Authority('Issuer of the test', { names: NAMES, issuer: root });
  for (const name of people) inter.issue(name, `${name}@example.org`);
  smime = new Smime(inter.dir);
  web = await authorityWeb(inter, await dnsServer());
  mkdirSync(path.join(data, 'trust'), { recursive: true, mode: 0o755 });
  copyFileSync(root.file('ca.pem'), path.join(data, 'trust', 'authority.pem'));
  await sh(['up.sh']);
  process.env.WAXSEAL_ACCOUNTS = path.join(data, 'demo/accounts.json');
  lib = await import('../lib/instance.mjs');
  alice = await lib.signedIn('alice');
  imap = await lib.imapOf('alice');
});
after(async () => {
  alice?.close();
  imap?.close();
  if (data) await sh(['down.sh']).catch(() => {});
  await closeAll();
  root?.close();
  inter?.close();
});

// --- mail -----------------------------------------------------------------------------------------------------

// A mail signed by NAME@example.org, in alice's inbox. alone: without the issuer's certificate.
async function deliver(name, { alone = false } = {}) {
  copyFileSync((alone ? root : inter).file('ca.pem'), inter.file('root.pem'));
  const signed = smime.clearSigned(text('The minutes are attached to nothing.'), name);
  const uid = await imap.append('INBOX', message({ from: `${name}@example.org`, to: 'alice@demo.test', subject: `From ${name}`, date: new Date(), id: `<${name}.${Math.random()}@example.org>` }, signed));
  const { uidvalidity } = await imap.select('INBOX');
  return { url: `/api/v1/folders/${inbox}/messages/${uid}`, uidvalidity };
}
async function opened(m) {
  const r = await alice.get(`${m.url}?uidvalidity=${m.uidvalidity}`);
  assert.equal(r.status, 200, r.text);
  return r.json.security;
}
async function checked(m) {
  const r = await alice.post(`${m.url}/check`, { uidvalidity: m.uidvalidity, keys: [] });
  assert.equal(r.status, 200, r.text);
  return r.json.security;
}
const codes = (security) => security.reasons.map((r) => r.code);
const revocation = (security) => security.signature.signers[0].revocation;
// Names of what is kept (crypto/revocation.c): no user of Redis may list keys.
const kept = (kind, first, second = '') => `revocation:${kind}:${createHash('sha256').update(`${first.length}:${first}${second}`).digest('hex')}`;
const keyOf = (name) => kept('rev:c', inter.fingerprint(name), inter.fingerprint('ca'));
// Everything forgotten, as if its time had come.
function clear() {
  const questions = ['aia:', ...['ocsp', 'crl'].map((kind) => `${kind}:${inter.fingerprint('ca')}`)];
  const places = Object.values(NAMES).flatMap((url) => [...questions.map((q) => kept('rev:u', url, q)), kept('rev:l', url), kept('aia', url)]);
  lib.redis('web', 'DEL', ...people.map(keyOf), ...places);
}

// --- tests ----------------------------------------------------------------------------------------------------

test('opening asks nobody, checking asks once, the next mail asks no more', options, async () => {
  web.reset();
  const first = await deliver('anna');
  let s = await opened(first);
  assert.equal(s.level, 'neutral');
  assert.equal(s.check, true);
  assert.equal(revocation(s), 'not_checked');
  assert.deepEqual(web.counts, { ocsp: 0, crl: 0, aia: 0 });
  s = await checked(first);
  assert.equal(s.level, 'good', JSON.stringify(s.reasons));
  assert.equal(s.verdict, 'signed-valid');
  assert.equal(revocation(s), 'good');
  const detail = s.signature.signers[0].revocation_detail;
  assert.equal(detail.source, 'ocsp');
  assert.equal(detail.url, NAMES.ocsp);
  assert.deepEqual(web.counts, { ocsp: 1, crl: 0, aia: 0 });
  s = await opened(first);
  assert.equal(s.level, 'good');
  assert.equal(s.check, false);
  const second = await deliver('anna');
  s = await opened(second);
  assert.equal(s.level, 'good');
  await checked(second);
  // The report holds the responder's answer as it came, and what it says.
  const proof = (await alice.post(`${second.url}/proof`, { uidvalidity: second.uidvalidity, keys: [] })).text;
  const answer = path.join(data, 'answer.der');
  writeFileSync(answer, Buffer.from(/^answer: (.+)$/m.exec(proof)[1], 'base64'));
  assert.match(openssl(['ocsp', '-respin', answer, '-noverify', '-resp_text']).toString(), /Cert Status: good/);
  assert.ok(proof.includes(`\nrevocation-this-update: ${detail.this_update}\n`) && proof.includes(`\nrevocation-url: ${NAMES.ocsp}\n`));
  assert.deepEqual(web.counts, { ocsp: 1, crl: 0, aia: 0 });
});

test('a revoked certificate is red, also for what was signed before', options, async () => {
  web.reset();
  const old = await deliver('bert');
  assert.equal((await checked(old)).level, 'good');
  inter.revoke('bert', 'keyCompromise');
  await web.respond();
  assert.equal((await opened(old)).level, 'good'); // until the answer runs out
  clear();
  const s = await checked(old);
  assert.equal(s.level, 'bad');
  assert.equal(s.verdict, 'signed-invalid');
  assert.ok(codes(s).includes('certificate_revoked'));
  const reason = s.reasons.find((r) => r.code === 'certificate_revoked');
  assert.match(reason.a, /^20\d\d-\d\d-\d\d$/);
  assert.equal(s.signature.signers[0].revocation_detail.reason, 'keyCompromise');
  assert.match(s.signature.signers[0].revocation_detail.revoked_at, /^20\d\d-/);
  assert.equal((await opened(old)).level, 'bad');
  assert.equal((await opened(await deliver('bert'))).level, 'bad');
});

test('the responder is down: the list, once for all of its authority', options, async () => {
  clear();
  web.reset();
  web.ocsp = 'down';
  const s = await checked(await deliver('carl'));
  assert.equal(s.level, 'good', JSON.stringify(s.reasons));
  assert.equal(s.signature.signers[0].revocation_detail.source, 'crl');
  const t = await checked(await deliver('dora'));
  assert.equal(t.level, 'good');
  assert.deepEqual(web.counts, { ocsp: 1, crl: 1, aia: 0 });
});

test('nobody answers: grey, and not asked again at once', options, async () => {
  clear();
  web.reset();
  web.ocsp = 'hangs';
  web.crl = null;
  const m = await deliver('emil');
  let s = await checked(m);
  assert.equal(s.level, 'neutral');
  assert.equal(s.verdict, 'signed-valid');
  assert.ok(codes(s).includes('revocation_unknown'));
  const asked = { ...web.counts };
  s = await checked(m);
  assert.equal(revocation(s), 'unknown');
  assert.deepEqual(web.counts, asked);
});

test('a missing issuer is fetched and kept', options, async () => {
  clear();
  web.reset();
  const m = await deliver('fred', { alone: true });
  let s = await opened(m);
  assert.equal(s.verdict, 'signed-untrusted');
  assert.ok(codes(s).includes('chain_incomplete'));
  assert.equal(s.check, true);
  s = await checked(m);
  assert.equal(s.level, 'good', JSON.stringify(s.reasons));
  assert.equal(web.counts.aia, 1);
  assert.equal((await opened(m)).level, 'good');
  await checked(await deliver('fred', { alone: true }));
  assert.equal(web.counts.aia, 1);
});

test('what a Redis writer puts there is not believed', options, async () => {
  clear();
  web.reset();
  await checked(await deliver('anna'));
  await checked(await deliver('bert'));
  assert.match(lib.redis('web', 'GET', keyOf('bert')), /1 ocsp revoked /);
  assert.match(lib.redis('web', 'GET', keyOf('anna')), /1 ocsp good /);
  lib.redis('web', 'EVAL', "return redis.call('SET', KEYS[2], redis.call('GET', KEYS[1]))", '2', keyOf('anna'), keyOf('bert'));
  const s = await opened(await deliver('bert'));
  assert.notEqual(s.level, 'good');
  assert.equal(revocation(s), 'not_checked');
});

// --- encryption -------------------------------------------------------------------------------------------------

async function ready(name) {
  const r = await alice.post('/api/v1/compose/recipients', { addresses: [`${name}@example.org`] });
  assert.equal(r.status, 200, r.text);
  return r.json.recipients[0].status;
}

test('nobody is encrypted to whose certificate was revoked', options, async () => {
  clear();
  web.reset();
  for (const name of ['dora', 'emil']) {
    const r = await alice.post('/api/v1/smime/certificates', { address: `${name}@example.org`, certificate: `${inter.pem(name)}` });
    assert.equal(r.status, 200, r.text);
  }
  assert.equal(await ready('dora'), 'ready');
  inter.revoke('dora', 'superseded');
  await web.respond();
  assert.equal(await ready('dora'), 'ready'); // until the answer runs out
  clear();
  assert.equal(await ready('dora'), 'revoked');
  const asked = web.counts.ocsp;
  assert.equal(await ready('dora'), 'revoked');
  assert.equal(web.counts.ocsp, asked);
});

test('revoked between preparing and finishing: nothing is sent', options, async () => {
  clear();
  web.reset();
  const { composeBody, fillVault } = await import('../lib/keyring.mjs');
  await fillVault(alice, 'alice');
  const r = await alice.post('/api/v1/smime/certificates', { address: 'carl@example.org', certificate: inter.pem('carl') });
  assert.equal(r.status, 200, r.text);
  const letter = { submission: randomUUID(), from: { name: 'Alice', address: 'alice@demo.test' }, to: [{ name: null, address: 'carl@example.org' }], cc: [], bcc: [],
    reply_to: null, subject: 'Subject', text: 'Text\n', html: null, in_reply_to: null, references: null, mode: 'encrypt', may_encrypt: true, signer: null, attachments: [] };
  const p = await alice.request('POST', '/api/v1/compose/prepare', composeBody(letter));
  assert.equal(p.status, 200, p.text);
  inter.revoke('carl', 'keyCompromise');
  await web.respond();
  clear();
  const f = await alice.post('/api/v1/compose/finish', { ticket: p.json.ticket, signature: null, content_key: p.json.content_key });
  assert.equal(f.status, 409, f.text);
  assert.match(f.json.message, /carl@example\.org was revoked/);
});

test('soft: what nobody answers can be encrypted to', options, async () => {
  clear();
  web.reset();
  web.ocsp = 'down';
  web.crl = null;
  assert.equal(await ready('emil'), 'ready');
});

test('hard: what nobody answers is amber, and cannot be encrypted to', options, async () => {
  clear();
  web.reset();
  web.ocsp = 'down';
  web.crl = null;
  await sh(['down.sh', 'waxseald']);
  await sh(['up.sh'], { REVOCATION: 'hard' });
  const m = await deliver('emil');
  const s = await checked(m);
  assert.equal(s.level, 'warning');
  assert.ok(codes(s).includes('revocation_required'));
  assert.equal(s.verdict, 'signed-valid');
  assert.equal(await ready('emil'), 'revocation_unknown');
  clear();
  web.reset();
  assert.equal(await ready('emil'), 'ready');
  assert.equal((await checked(m)).level, 'good');
});
