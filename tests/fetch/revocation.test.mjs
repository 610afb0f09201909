// Revocation and missing issuers, asked by `waxsealctl certificate check` through the real waxseal-fetch: the real
// `openssl ocsp` responder behind a counting door, a server for lists and certificates, public-looking addresses.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { Authority } from '../lib/authority.mjs';
import { authorityWeb, NAMES } from '../lib/authorityweb.mjs';
import { closeAll, dnsServer, fetchDaemon, folder, httpServer, outside } from '../lib/netns.mjs';
import { openssl } from '../lib/smime.mjs';

const options = { skip: outside };
const top = path.join(import.meta.dirname, '../..');
const program = path.join(top, process.env.BUILD ?? 'build', 'waxsealctl');

let root, inter, daemon, doors;

// Not spawnSync: the servers live in this process.
function ctl(...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, WAXSEAL_CONF: '' } });
    let out = '', err = '';
    child.stdout.on('data', (d) => { out += d; });
    child.stderr.on('data', (d) => { err += d; });
    child.on('close', (code) => (code === 0 ? resolve(JSON.parse(out)) : reject(new Error(`${args.join(' ')}: ${code} ${out} ${err}`))));
  });
}
const check = (name, { trust = root.file('ca.pem'), issuers = [inter.file('ca.pem')], socket = daemon.socket } = {}) =>
  ctl('certificate', 'check', '--trust', trust, ...issuers.flatMap((f) => ['--issuer', f]), ...(socket ? ['--fetch', socket] : []), inter.file(`${name}.pem`));
const asked = (v) => v.asked.map((a) => `${a.kind} ${a.outcome}`);

before(async () => {
  if (outside) return;
  root = new Authority('Root of the test');
  inter = new Authority('Issuer of the test', { names: NAMES, issuer: root });
  for (const name of ['anna', 'bert', 'carl']) inter.issue(name, `${name}@example.org`, { kind: 'ec' });
  inter.issue('responder', null, { commonName: 'Responder', ocsp: true });
  inter.revoke('bert', 'keyCompromise');
  daemon = await fetchDaemon();
  doors = await authorityWeb(inter, await dnsServer());
});
after(async () => { await closeAll(); root?.close(); inter?.close(); });

test('good, by the real responder', options, async () => {
  doors.reset();
  const v = await check('anna');
  assert.equal(v.chain, 'trusted');
  assert.equal(v.trusted_by, 'organisation');
  assert.equal(v.path.length, 3);
  assert.equal(v.path[0].fingerprint, inter.fingerprint('anna'));
  assert.equal(v.revocation.status, 'good');
  assert.equal(v.revocation.source, 'ocsp');
  assert.equal(v.revocation.url, NAMES.ocsp);
  assert.ok(v.revocation.next_update > v.revocation.this_update);
  assert.deepEqual(doors.counts, { ocsp: 1, crl: 0, aia: 0 });
  assert.deepEqual(v.certificates.map((c) => [c.fingerprint, c.status]),
    [[inter.fingerprint('anna'), 'good'], [inter.fingerprint('ca'), 'no_source']]);
});

test('revoked, with time and reason', options, async () => {
  doors.reset();
  const v = await check('bert');
  assert.equal(v.revocation.status, 'revoked');
  assert.equal(v.revocation.reason, 'keyCompromise');
  assert.match(v.revocation.revoked_at, /^20\d\d-/);
  assert.equal(v.revocation.source, 'ocsp');
});

test('by a responder that the issuer named', options, async () => {
  doors.reset();
  await doors.respond('responder');
  for (const [name, status] of [['anna', 'good'], ['bert', 'revoked']]) {
    const v = await check(name);
    assert.equal(v.revocation.status, status);
    assert.equal(v.revocation.source, 'ocsp');
  }
  await doors.respond();
});

test('the responder is down: the list', options, async () => {
  for (const how of ['down', Buffer.from('<html>busy</html>'), Buffer.from([0x30, 3, 0x0a, 1, 3])]) {
    doors.reset();
    doors.ocsp = how;
    const good = await check('anna'), revoked = await check('bert');
    assert.equal(good.revocation.status, 'good');
    assert.equal(good.revocation.source, 'crl');
    assert.equal(good.revocation.url, NAMES.crl);
    assert.equal(revoked.revocation.status, 'revoked');
    assert.equal(revoked.revocation.reason, 'keyCompromise');
    assert.equal(doors.counts.crl, 2);
  }
});

test('another certificate\'s answer is no answer', options, async () => {
  doors.reset();
  await check('anna');
  doors.ocsp = doors.last; // good, of anna
  doors.crl = null;
  assert.equal((await check('bert')).revocation.status, 'unknown');
  assert.equal((await check('anna')).revocation.status, 'good');
});

test('everything is down: not known, and said what was tried', options, async () => {
  doors.reset();
  doors.ocsp = 'down';
  doors.crl = null;
  const v = await check('anna');
  assert.equal(v.chain, 'trusted');
  assert.equal(v.revocation.status, 'unknown');
  assert.deepEqual(asked(v), ['ocsp source_unavailable', 'crl source_unavailable']);
});

test('a responder that hangs leaves time for the list', options, async () => {
  doors.reset();
  doors.ocsp = 'hangs';
  const v = await check('anna');
  assert.equal(v.revocation.status, 'good');
  assert.equal(v.revocation.source, 'crl');
  assert.equal(v.asked[0].outcome, 'timeout');
});

test('a name server that is silent costs one place, not the answer', options, async () => {
  doors.reset();
  doors.names.set('ocsp.ca.example', null);
  const v = await check('anna');
  assert.equal(v.revocation.status, 'good');
  assert.equal(v.revocation.source, 'crl');
  assert.equal(doors.counts.ocsp, 0);
  doors.names.set('ocsp.ca.example', ['11.1.1.1']);
});

test('a list that has run out is none', options, async () => {
  doors.reset();
  doors.ocsp = 'down';
  doors.crl = oldList();
  assert.equal((await check('anna')).revocation.status, 'unknown');
});
test('a list that is not the issuer\'s is none', options, async () => {
  doors.reset();
  doors.ocsp = 'down';
  doors.crl = root.crl();
  assert.equal((await check('anna')).revocation.status, 'unknown');
  doors.crl = inter.crl();
  doors.crl[doors.crl.length - 5] ^= 1;
  assert.equal((await check('bert')).revocation.status, 'unknown');
});
function oldList() {
  execFileSync('openssl', ['ca', '-config', inter.file('ca.cnf'), '-keyfile', inter.file('ca.key'), '-cert', inter.file('ca.pem'), '-gencrl', '-out', inter.file('old.crl'),
    '-crl_lastupdate', '240101000000Z', '-crl_nextupdate', '240102000000Z'], { stdio: ['ignore', 'pipe', 'pipe'] });
  return openssl(['crl', '-in', inter.file('old.crl'), '-outform', 'DER']);
}

test('a missing issuer is fetched, over IPv6 too', options, async () => {
  doors.reset();
  const v = await check('anna', { issuers: [] });
  assert.equal(v.chain, 'trusted');
  assert.equal(v.path.length, 3);
  assert.equal(v.revocation.status, 'good');
  assert.deepEqual(doors.counts, { ocsp: 1, crl: 0, aia: 1 });
  doors.reset();
  doors.aia = null;
  const w = await check('anna', { issuers: [] });
  assert.equal(w.chain, 'incomplete');
  assert.equal(w.revocation.status, 'not_checked');
  assert.deepEqual(doors.counts, { ocsp: 0, crl: 0, aia: 1 }); // who is not known is not asked
  doors.aia = root.der(); // somebody, but not the issuer
  assert.equal((await check('anna', { issuers: [] })).chain, 'incomplete');
});

test('without a fetcher nobody is asked', options, async () => {
  doors.reset();
  const v = await check('anna', { socket: null });
  assert.equal(v.chain, 'trusted');
  assert.equal(v.revocation.status, 'not_checked');
  assert.deepEqual(v.asked, []);
  const w = await check('anna', { socket: path.join(folder, 'nowhere.sock') });
  assert.equal(w.revocation.status, 'unknown');
  assert.deepEqual(doors.counts, { ocsp: 0, crl: 0, aia: 0 });
});

test('addresses inside are never asked', options, async () => {
  doors.reset();
  const evil = new Authority('Issuer with places inside', { names: { ocsp: 'http://127.0.0.1/', crl: 'http://10.0.0.1/x.crl' }, issuer: root });
  const inside = await httpServer('::', 8080, (q, r) => r.end());
  evil.issue('eve', 'eve@example.org', { kind: 'ec' });
  copyFileSync(evil.file('eve.pem'), inter.file('eve.pem'));
  const v = await check('eve', { issuers: [evil.file('ca.pem')] });
  assert.equal(v.revocation.status, 'unknown');
  assert.deepEqual(asked(v), ['ocsp source_refused', 'crl source_refused']);
  assert.equal(inside.requests.length, 0);
  evil.close();
});

test('wrong calls and unreadable files are told apart', options, async () => {
  await assert.rejects(ctl('certificate', 'check'), / 2 /);
  await assert.rejects(ctl('certificate', 'check', '--trust'), / 2 /);
  await assert.rejects(ctl('certificate', 'check', '--colour', 'red', inter.file('anna.pem')), / 2 /);
  await assert.rejects(ctl('certificate', 'check', inter.file('anna.key')), / 1 .*"damaged"/s);
  await assert.rejects(ctl('certificate', 'check', inter.file('nobody.pem')), / 1 .*"not_found"/s);
  assert.equal((await ctl('certificate', 'check', inter.file('anna.pem'))).chain, 'incomplete'); // trusts nobody
});
