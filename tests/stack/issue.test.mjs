// waxsealctl authority and certificate issue, renew, revoke, request, answer, with the real key agent and the Redis users of a
// deployment; openssl as second opinion on everything that was signed.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { keyDaemon } from '../lib/keyd.mjs';
import { endBed, registryBed, startRedis, writeConfig } from '../lib/registrybed.mjs';
import { openssl } from '../lib/smime.mjs';

const top = path.join(import.meta.dirname, '../..');
const program = path.join(top, process.env.BUILD ?? 'build', 'waxsealctl');
const bed = registryBed('issue');
const { at } = bed;
const PEOPLE = 100;
const person = (i) => `person${i}@acme.test`;
let redis, agent;

function ctl(config, ...args) {
  const r = spawnSync(program, ['--config', at(config), ...args, '--json'], { encoding: 'utf8', timeout: 120000 });
  return { code: r.status, v: r.stdout ? JSON.parse(r.stdout) : null, err: r.stderr };
}
function json(...args) {
  const r = ctl('waxseal.conf', ...args);
  assert.equal(r.code, 0, `${args.join(' ')}: ${JSON.stringify(r.v)}${r.err}`);
  return r.v;
}
/** The same while what the agent logs is read: a full pipe would stop it. */
async function many(...args) {
  const child = spawn(program, ['--config', at('waxseal.conf'), ...args, '--json']);
  const code = new Promise((resolve) => child.once('close', resolve));
  let out = '';
  for await (const d of child.stdout) out += d;
  return { code: await code, v: JSON.parse(out) };
}
function refused(...args) {
  const r = ctl('waxseal.conf', ...args);
  assert.equal(r.code, 1, `${args.join(' ')}: ${JSON.stringify(r.v)}${r.err}`);
  return r.v.error ?? r.v;
}
const redisAs = (user, ...args) => spawnSync('redis-cli', ['-s', at('redis.sock'), '--user', user, '--pass', user, '--no-auth-warning', ...args], { encoding: 'latin1' }).stdout.trim();
const issued = () => json('certificate', 'issued', 'acme');
const list = (address) => json('certificate', 'list', 'acme', ...(address ? [address] : []));
const keys = () => redisAs('admin', 'HKEYS', 'ca:ok:acme').split('\n').filter(Boolean).length;
/** The certificate as a file. */
function pem(row, name = 'leaf.pem') {
  writeFileSync(at(name), `-----BEGIN CERTIFICATE-----\n${row.der.match(/.{1,64}/g).join('\n')}\n-----END CERTIFICATE-----\n`);
  return at(name);
}
const text = (file, ...what) => openssl(['x509', '-in', file, '-noout', ...what]).toString();
function verify(leaf, ...more) {
  const r = spawnSync('openssl', ['verify', '-x509_strict', '-purpose', 'smimesign', '-CAfile', at('ca.pem'), ...more, leaf], { encoding: 'utf8' });
  return { ok: r.status === 0, said: r.stdout + r.stderr };
}
const configure = (file, admin, user = 'ctl') => writeConfig(bed, file, { instance: 'ca', admin, gate: agent.gate, user, origin: 'https://mail.acme.test' });

before(async () => {
  agent = await keyDaemon();
  configure('admin.conf', agent.admin, 'admin');
  configure('waxseal.conf', agent.admin);
  configure('away.conf', at('nobody.sock'));
  redis = await startRedis(bed, { usersOf: 'ca', more: 'user tester on >tester ~* &* +@all\n' });
  json('customer', 'add', 'hoster', '--quota', '1000');
  json('organisation', 'add', 'acme', '--customer', 'hoster', '--name', 'Acme & Söhne');
  const document = json('registry', 'export');
  document.domains['acme.test'] = { organisation: 'acme', plan: null, proof: 'operator' };
  document.accounts.acme = Object.fromEntries(Array.from({ length: PEOPLE }, (_, i) => [person(i), {}]));
  document.accounts.acme['poor@acme.test'] = {};
  writeFileSync(at('registry.json'), JSON.stringify(document));
  json('registry', 'import', at('registry.json'));
  json('licence', 'activate', 'acme', ...Array.from({ length: PEOPLE }, (_, i) => person(i)));
});
after(() => endBed(bed, redis));

let authority;
test('an authority is made once, with its first list; its key is nobody else\'s to read', () => {
  assert.deepEqual([refused('authority', 'show', 'acme').details.field, refused('certificate', 'issue', 'acme', '--all').details.field], ['authority', 'authority']);
  assert.equal(refused('authority', 'create', 'nobody').details.field, 'organisation');
  assert.equal(refused('authority', 'create', 'acme', '--algorithm', 'rsa1024').details.field, 'algorithm');
  assert.equal(ctl('away.conf', 'authority', 'create', 'acme').v.error.code, 'key_agent_unavailable');
  authority = json('authority', 'create', 'acme', '--algorithm', 'p256', '--out', at('ca.pem'));
  assert.deepEqual([authority.algorithm, authority.domains, authority.uncovered, authority.automatic, authority.status], ['p256', ['acme.test'], [], false, 'valid']);
  assert.match(authority.list.url, /^http:\/\/mail\.acme\.test\/crl\/acme-[0-9a-f]{64}\.crl$/);
  assert.deepEqual([authority.list.number > 1.7e9, authority.list.revoked, authority.list.status], [true, 0, 'current']);
  assert.equal(refused('authority', 'create', 'acme').code, 'conflict');
  assert.deepEqual(json('trust', 'list', 'acme').map((x) => [x.fingerprint, x.source]), [[authority.fingerprint, 'issued']]);
  const said = text(at('ca.pem'), '-subject', '-ext', 'nameConstraints,basicConstraints,keyUsage', '-nameopt', 'utf8');
  assert.match(said, /O ?= ?Acme & Söhne, ?CN ?= ?Mail authority [0-9a-f]{8}/);
  assert.match(said, /CA:TRUE, pathlen:0/);
  assert.match(said, /Permitted:\s+email:acme\.test/);
  assert.ok(Buffer.from(redisAs('ctl', 'HGET', 'ca:oa:acme', redisAs('ctl', 'HKEYS', 'ca:oa:acme')), 'base64').length > 100);
  for (const user of ['web', 'gate']) assert.match(redisAs(user, 'HGETALL', 'ca:oa:acme'), /NOPERM/);
});

test('one hundred are issued: primary, verified, unique; a second time nothing happens', async () => {
  const { code, v: r } = await many('certificate', 'issue', 'acme', '--all');
  assert.equal(code, 0);
  assert.deepEqual([r.done, r.failed, r.unchanged, r.stopped, r.rows.length], [PEOPLE, 0, 0, null, PEOPLE]);
  const rows = list();
  assert.equal(rows.length, PEOPLE);
  assert.equal(keys(), PEOPLE);
  assert.equal(new Set(rows.map((x) => x.serial)).size, PEOPLE);
  for (const x of rows) assert.deepEqual([x.source, x.custody, x.usage, x.primary, x.algorithm, x.addresses], ['issued', 'agent', 'both', 'both', 'P-256', [x.address]]);
  assert.deepEqual(issued().map((x) => x.fingerprint).sort(), rows.map((x) => x.fingerprint).sort());
  const file = pem(rows[0]);
  assert.ok(verify(file).ok, verify(file).said);
  assert.equal((Date.parse(rows[0].not_after) - Date.parse(rows[0].not_before)) / 86400e3 | 0, 365);
  assert.match(text(file, '-ext', 'subjectAltName,extendedKeyUsage,keyUsage,crlDistributionPoints'), /Digital Signature, Key Agreement[^]*E-mail Protection[^]*email:person\d+@acme\.test[^]*URI:http:\/\/mail\.acme\.test\/crl\/acme-[0-9a-f]{64}\.crl/);
  const again = json('certificate', 'issue', 'acme', person(0), '--usage', 'sign');
  assert.deepEqual(again.rows, [{ address: person(0), ok: true, result: 'unchanged' }]);
  assert.deepEqual(json('certificate', 'issue', 'acme', '--all').rows, []);
});

test('who may not have one is named, and the others get theirs', () => {
  json('account', 'set', person(2), '--state', 'suspended');
  const r = ctl('waxseal.conf', 'certificate', 'issue', 'acme', 'poor@acme.test', 'nobody@acme.test', person(1), person(2), 'x', '--again', '--usage', 'sign');
  assert.equal(r.code, 1);
  assert.deepEqual(r.v.rows.map((x) => [x.address, x.result, x.field]), [['poor@acme.test', 'refused', 'licence'], ['nobody@acme.test', 'refused', 'account'],
    [person(1), 'issued', undefined], [person(2), 'refused', 'account'], ['x', 'refused', 'address']]);
  json('account', 'set', person(2), '--state', 'active');
  const [first, second] = list(person(1)).sort((a, b) => a.seq - b.seq);
  assert.deepEqual([first.primary, second.primary, second.usage], ['encrypt', 'sign', 'sign']);
  assert.equal(refused('certificate', 'issue', 'acme', person(1), '--usage', 'none').details.field, 'usage');
});

test('a domain that comes later waits for the authority\'s renewal, which changes nothing of what was issued', () => {
  json('domain', 'attach', 'later.test', 'acme');
  json('account', 'add', 'late@later.test');
  json('licence', 'activate', 'acme', 'late@later.test');
  assert.deepEqual(json('authority', 'show', 'acme').uncovered, ['later.test']);
  const before = keys();
  assert.equal(refused('certificate', 'issue', 'acme', 'late@later.test').rows[0].field, 'domain');
  assert.equal(keys(), before); // no key was kept for nothing
  const next = json('authority', 'renew', 'acme', '--out', at('ca.pem'));
  assert.deepEqual([next.domains, next.uncovered, next.subject], [['acme.test', 'later.test'], [], authority.subject]);
  assert.notEqual(next.fingerprint, authority.fingerprint);
  assert.deepEqual(json('trust', 'list', 'acme').map((x) => x.fingerprint), [next.fingerprint]);
  assert.equal(next.not_before, authority.not_before); // what was signed before today is judged by this one, too
  assert.equal(json('certificate', 'issue', 'acme', 'late@later.test').done, 1);
  for (const address of [person(3), 'late@later.test']) assert.ok(verify(pem(list(address)[0])).ok);
});

test('renewal at two thirds of life: the new one is primary, the old one stays; twice is once', () => {
  const later = (days) => new Date(Date.now() + days * 86400e3).toISOString().replace(/\.\d+/, '');
  assert.deepEqual(json('certificate', 'due', 'acme', '--at', later(243)), []);
  const due = json('certificate', 'due', 'acme', '--at', later(244));
  assert.equal(due.length, PEOPLE + 2); // one has two, one came late
  const [old] = list(person(5));
  const r = json('certificate', 'renew', 'acme', person(5));
  assert.deepEqual(r.rows.map((x) => [x.address, x.result]), [[person(5), 'renewed']]);
  const [was, is] = list(person(5)).sort((a, b) => a.seq - b.seq);
  assert.deepEqual([was.fingerprint, was.primary, was.replaced_by, was.status], [old.fingerprint, 'none', is.fingerprint, 'valid']);
  assert.deepEqual([is.primary, is.usage, is.custody], ['both', 'both', 'agent']);
  assert.notEqual(is.key, was.key);
  assert.ok(!json('certificate', 'due', 'acme', '--at', later(243)).length);
  assert.equal(refused('certificate', 'renew', 'acme', 'poor@acme.test').rows[0].field, 'licence');
});

test('one certificate to sign with and one to encrypt to: each is renewed for what it is for; what ends first is due first', () => {
  json('certificate', 'issue', 'acme', person(60), '--again', '--usage', 'sign');
  json('certificate', 'issue', 'acme', person(60), '--again', '--usage', 'encrypt');
  const primary = () => list(person(60)).filter((x) => x.primary !== 'none');
  const had = primary();
  assert.deepEqual(had.map((x) => x.primary).sort(), ['encrypt', 'sign']);
  assert.deepEqual(json('certificate', 'renew', 'acme', person(60)).rows.map((x) => x.result), ['renewed', 'renewed']);
  const has = primary();
  assert.deepEqual(has.map((x) => [x.primary, x.usage]).sort(), [['encrypt', 'encrypt'], ['sign', 'sign']]);
  assert.ok(!has.some((x) => had.some((y) => x.fingerprint === y.fingerprint)));
  const ends = json('certificate', 'due', 'acme', '--at', new Date(Date.now() + 250 * 86400e3).toISOString().replace(/\.\d+/, '')).map((x) => x.not_after);
  assert.ok(ends.length > 50);
  assert.deepEqual(ends, [...ends].sort());
});

test('what is revoked is on the list, which openssl takes from us, and is used no more', () => {
  const [victim] = list(person(7)), [spared] = list(person(8));
  assert.equal(refused('certificate', 'revoke', person(7), victim.fingerprint, '--reason', 'removeFromCRL').details.field, 'reason');
  assert.equal(refused('certificate', 'revoke', person(8), victim.fingerprint, '--reason', 'superseded').details.field, 'certificate');
  assert.equal(ctl('away.conf', 'certificate', 'revoke', person(7), victim.fingerprint, '--reason', 'superseded').v.error.code, 'key_agent_unavailable');
  assert.deepEqual([list(person(7))[0].status, json('authority', 'show', 'acme').list.number], ['valid', authority.list.number]); // nothing half done
  const done = json('certificate', 'revoke', person(7), victim.fingerprint.slice(0, 12), '--reason', 'keyCompromise');
  assert.deepEqual([done.serial, done.reason, done.address], [victim.serial, 'keyCompromise', person(7)]);
  assert.deepEqual(list(person(7)).map((x) => [x.status, x.primary]), [['revoked', 'none']]);
  const list2 = json('authority', 'show', 'acme').list;
  assert.deepEqual([list2.number > authority.list.number, list2.revoked], [true, 1]);
  assert.equal(refused('certificate', 'revoke', person(7), victim.fingerprint, '--reason', 'superseded').code, 'conflict');
  const list3 = json('authority', 'crl', 'acme', '--out', at('list.crl'));
  assert.deepEqual([list3.number > list2.number, (Date.parse(list3.next) - Date.parse(list3.at)) / 86400e3], [true, 7]);
  openssl(['crl', '-inform', 'DER', '-in', at('list.crl'), '-out', at('list.pem')]);
  const said = spawnSync('openssl', ['crl', '-in', at('list.pem'), '-noout', '-text', '-CAfile', at('ca.pem')], { encoding: 'utf8' });
  assert.match(said.stdout + said.stderr, /verify OK[^]*/);
  assert.match(said.stdout.replace(/\s+/g, ' '), new RegExp(`CRL Number: [^]*Serial Number: ${victim.serial.toUpperCase()}[^]*Key Compromise`));
  const checks = ['-crl_check', '-CRLfile', at('list.pem')];
  assert.match(verify(pem(victim), ...checks).said, /certificate revoked/);
  assert.ok(verify(pem(spared), ...checks).ok);
  // whose certificate was revoked for a reason that forbids another one gets none with all the others, but by name
  assert.deepEqual(json('certificate', 'issue', 'acme', '--all').rows, []);
  json('authority', 'set', 'acme', '--automatic', 'on');
  assert.deepEqual(json('certificate', 'renew', '--due').organisations.map((x) => [x.issued, x.renewed]), [[0, 0]]);
  asks(person(7));
  assert.deepEqual(json('certificate', 'renew', '--due').organisations.map((x) => [x.issued, x.renewed]), [[0, 0]]);
  json('authority', 'set', 'acme', '--automatic', 'off');
  assert.deepEqual(json('certificate', 'approve', 'acme', '--all').rows, []);
  assert.deepEqual(json('certificate', 'asked', 'acme').map((x) => [x.address, x.barred]), [[person(7), true]]);
  json('certificate', 'refuse', 'acme', person(7), '--reason', 'Please come by.');
  assert.deepEqual(json('certificate', 'issue', 'acme', person(7)).rows.map((x) => [x.address, x.result]), [[person(7), 'issued']]);
});

test('a mailbox goes only when nothing issued to it holds; what was revoked is revoked also when it comes back', () => {
  json('account', 'add', 'leaver@acme.test');
  json('licence', 'activate', 'acme', 'leaver@acme.test');
  json('certificate', 'issue', 'acme', 'leaver@acme.test');
  const [was] = list('leaver@acme.test');
  json('certificate', 'remove', 'leaver@acme.test', was.fingerprint);
  assert.equal(refused('account', 'remove', 'leaver@acme.test').details.field, 'issued');
  json('certificate', 'revoke', 'leaver@acme.test', was.fingerprint, '--reason', 'cessationOfOperation');
  json('certificate', 'add', 'leaver@acme.test', pem(was, 'back.pem'));
  assert.deepEqual(list('leaver@acme.test').map((x) => [x.fingerprint, x.status, x.primary]), [[was.fingerprint, 'revoked', 'none']]);
  assert.equal(refused('certificate', 'primary', 'leaver@acme.test', was.fingerprint, 'sign').code, 'invalid');
  json('certificate', 'remove', 'leaver@acme.test', was.fingerprint);
  json('account', 'remove', 'leaver@acme.test');
  // nor does a domain, even where a mailbox went without all this
  const [late] = list('late@later.test');
  json('certificate', 'remove', 'late@later.test', late.fingerprint);
  user('HDEL', 'ca:o:accounts:acme', 'late@later.test');
  assert.equal(refused('domain', 'detach', 'later.test').details.field, 'issued');
  json('certificate', 'revoke', 'late@later.test', late.fingerprint, '--reason', 'cessationOfOperation');
  json('domain', 'detach', 'later.test');
});

test('the agent goes away in the middle: what was done is whole, the rest is named, the same call goes on', async () => {
  const addresses = Array.from({ length: 40 }, (_, i) => person(20 + i));
  const before = { keys: keys(), issued: issued().length };
  const running = many('certificate', 'issue', 'acme', ...addresses, '--again', '--algorithm', 'rsa3072');
  while (issued().length < before.issued + 3) await sleep(20);
  await agent.close();
  const { code, v: r } = await running;
  assert.deepEqual([code, r.stopped, r.failed, r.done + r.failed + r.not_tried, r.rows.length], [1, 'key_agent_unavailable', 1, 40, 40]);
  assert.ok(r.done >= 3 && r.not_tried > 0);
  const made = r.rows.filter((x) => x.result === 'issued');
  assert.equal(issued().length, before.issued + made.length);
  assert.equal(keys(), before.keys + made.length);
  for (const x of made) assert.ok(list(x.address).some((c) => c.fingerprint === x.fingerprint && c.primary === 'both'));
  for (const x of r.rows.slice(made.length)) assert.equal(list(x.address).length, 1);
  agent = await keyDaemon({ at: agent.at, masters: agent.masters });
});

test('what is due everywhere: renewals, certificates for the licensed where that is wanted, lists', () => {
  json('account', 'add', 'new@acme.test');
  json('licence', 'activate', 'acme', 'new@acme.test');
  const first = json('certificate', 'renew', '--due');
  assert.deepEqual(first, { organisations: [{ organisation: 'acme', renewed: 0, issued: 0, rows: [], list: false }], failed: 0 });
  assert.equal(json('authority', 'set', 'acme', '--automatic', 'on').automatic, true);
  const r = json('certificate', 'renew', '--due');
  assert.deepEqual([r.organisations[0].issued, r.failed], [1, 0]);
  assert.equal(list('new@acme.test')[0].primary, 'both');
  json('authority', 'set', 'acme', '--automatic', 'off');
});

test('a request to an authority outside: the key is made here, its answer must fit, the chain is kept', () => {
  assert.equal(refused('certificate', 'request', 'acme', 'nobody@acme.test').details.field, 'account');
  const asked = json('certificate', 'request', 'acme', 'poor@acme.test', '--algorithm', 'p256', '--out', at('req.pem'));
  assert.match(openssl(['req', '-in', at('req.pem'), '-noout', '-verify', '-subject']).toString(), /poor@acme\.test|subject/);
  assert.deepEqual(json('certificate', 'requests', 'acme').map((x) => [x.key, x.address]), [[asked.key, 'poor@acme.test']]);
  openssl(['req', '-x509', '-newkey', 'rsa:2048', '-noenc', '-keyout', at('out.key'), '-out', at('out.pem'), '-days', '30', '-subj', '/CN=Test authority outside']);
  writeFileSync(at('out.ext'), 'subjectAltName=email:poor@acme.test\nkeyUsage=digitalSignature,keyAgreement\nextendedKeyUsage=emailProtection\n');
  const sign = (csr, name) => openssl(['x509', '-req', '-in', csr, '-CA', at('out.pem'), '-CAkey', at('out.key'), '-CAcreateserial', '-days', '20', '-extfile', at('out.ext'), '-out', at(name)]);
  sign(at('req.pem'), 'answer.pem');
  openssl(['req', '-new', '-newkey', 'rsa:2048', '-noenc', '-keyout', at('other.key'), '-subj', '/CN=x', '-out', at('other.csr')]);
  sign(at('other.csr'), 'other.pem');
  assert.equal(refused('certificate', 'answer', 'acme', 'poor@acme.test', at('other.pem')).details.field, 'request');
  assert.equal(refused('certificate', 'answer', 'acme', person(1), at('answer.pem')).details.field, 'request');
  assert.equal(refused('certificate', 'answer', 'acme', 'poor@acme.test', at('req.pem')).details.field, 'file');
  openssl(['crl2pkcs7', '-nocrl', '-certfile', at('out.pem'), '-certfile', at('answer.pem'), '-outform', 'DER', '-out', at('answer.p7b')]);
  const row = json('certificate', 'answer', 'acme', 'poor@acme.test', at('answer.p7b'));
  assert.deepEqual([row.custody, row.key, row.primary, row.source, row.usage], ['agent', asked.key, 'both', 'upload', 'both']);
  const issuers = JSON.parse(redisAs('admin', 'HGET', 'ca:o:certificates:acme', `poor@acme.test ${row.fingerprint}`)).issuers;
  assert.equal(issuers, readFileSync(at('out.pem'), 'utf8').replace(/-----.*|\n/g, ''));
  assert.deepEqual(json('certificate', 'requests', 'acme'), []);
  json('account', 'add', 'short@acme.test');
  const short = json('certificate', 'request', 'acme', 'short@acme.test', '--algorithm', 'p256');
  assert.equal(refused('account', 'remove', 'short@acme.test').details.field, 'request'); // its key would stay behind
  json('certificate', 'withdraw', 'acme', short.key);
  json('account', 'remove', 'short@acme.test');
  const second = json('certificate', 'request', 'acme', 'poor@acme.test', '--algorithm', 'p256');
  const had = keys();
  json('certificate', 'withdraw', 'acme', second.key.slice(0, 10));
  assert.deepEqual([keys(), json('certificate', 'requests', 'acme')], [had - 1, []]);
});

test('what was issued to a renamed mailbox is revoked by its new address, and is no primary one; a request that waits refuses the rename', () => {
  const [old, now] = [person(60), 'sixty@acme.test'], row = list(old).find((r) => r.primary !== 'none');
  const rename = () => ctl('admin.conf', 'account', 'rename', old, now);
  const waits = json('certificate', 'request', 'acme', old, '--algorithm', 'p256'), no = rename();
  assert.deepEqual([no.code, no.v.error?.code, no.v.error?.details.field], [1, 'conflict', 'request']);
  json('certificate', 'withdraw', 'acme', waits.key);
  assert.equal(rename().code, 0);
  assert.equal(refused('certificate', 'primary', now, row.fingerprint).details.field, 'certificate');
  const mine = () => issued().find((r) => r.fingerprint === row.fingerprint);
  assert.equal(mine().address, now);
  assert.equal(refused('certificate', 'revoke', old, row.fingerprint, '--reason', 'superseded').details.field, 'certificate');
  json('certificate', 'revoke', now, row.fingerprint, '--reason', 'affiliationChanged');
  const kept = list(now).find((r) => r.fingerprint === row.fingerprint);
  assert.deepEqual([mine().revoked_at, kept.revoked_at, kept.status].map(Boolean), [true, true, true]);
  assert.equal(kept.status, 'revoked');
});

test('a key held elsewhere gets its certificate by a request that is signed with it', () => {
  openssl(['genpkey', '-quiet', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', at('own.key')]);
  openssl(['req', '-new', '-key', at('own.key'), '-subj', '/CN=whatever/O=somebody', '-out', at('own.csr'), '-addext', 'subjectAltName=email:boss@acme.test']);
  const had = keys();
  assert.equal(json('certificate', 'issue', 'acme', person(9), '--again', '--request', at('own.csr')).done, 1);
  const row = list(person(9)).find((x) => x.custody === 'user');
  assert.deepEqual([row.key, row.primary, row.addresses, row.subject], [null, 'both', [person(9)], `CN=${person(9)}`]); // nothing of what the request says
  assert.equal(keys(), had);
  assert.ok(verify(pem(row)).ok);
  assert.equal(refused('certificate', 'renew', 'acme', person(9)).rows[0].field, 'custody');
  const der = openssl(['req', '-in', at('own.csr'), '-outform', 'DER']);
  der[der.length - 1] ^= 1; // not its own signature any more
  writeFileSync(at('bad.csr'), der);
  assert.equal(refused('certificate', 'issue', 'acme', person(9), '--again', '--request', at('bad.csr')).rows[0].field, 'request');
});

const user = (...args) => redisAs('tester', ...args);
const listName = (organisation = 'acme') => `${organisation}-${json('authority', 'show', organisation).list.key}`;
const lists = () => { const v = JSON.parse(user('--json', 'HGETALL', 'ca:o:lists')); for (const [name, text] of Object.entries(v)) if (text.startsWith('{')) v[name] = JSON.parse(text); return v; };

test('a list outlives its authority: the last one holds until everything issued has ended, at the place that certificates name', () => {
  const now = () => JSON.parse(user('HGET', 'ca:o:authorities', 'former'));
  json('organisation', 'add', 'former', '--customer', 'hoster');
  json('domain', 'attach', 'former.test', 'former');
  json('account', 'add', 'a@former.test');
  json('licence', 'activate', 'former', 'a@former.test');
  const { list: { key } } = json('authority', 'create', 'former', '--algorithm', 'p256', '--out', at('former.pem'));
  // as an earlier release left it: one list, at a place that does not say whose
  user('SET', 'ca:o:crl:former', user('HGET', 'ca:o:lists', `former-${key}`));
  user('HDEL', 'ca:o:lists', `former-${key}`);
  user('HSET', 'ca:o:authorities', 'former', JSON.stringify({ ...now(), list_url: 'http://mail.acme.test/crl/former.crl' }));
  assert.equal(json('authority', 'show', 'former').list.status, 'current');
  json('certificate', 'issue', 'former', 'a@former.test');
  const [row] = json('certificate', 'list', 'former');
  assert.match(text(pem(row), '-ext', 'crlDistributionPoints'), /\/crl\/former\.crl/);
  assert.equal(refused('authority', 'remove', 'former').details.field, 'issued');
  const early = exportWhole();
  json('certificate', 'revoke', 'a@former.test', row.fingerprint, '--reason', 'keyCompromise');
  assert.deepEqual([lists().former, user('EXISTS', 'ca:o:crl:former'), Object.hasOwn(lists(), `former-${key}`)], [key, '0', true]);
  const had = lists()[`former-${key}`];

  assert.equal(ctl('away.conf', 'authority', 'remove', 'former').v.error.code, 'key_agent_unavailable');
  assert.deepEqual([lists()[`former-${key}`], json('authority', 'show', 'former').list.key], [had, key]); // nothing half done
  json('authority', 'remove', 'former');
  const last = lists()[`former-${key}`];
  assert.ok(last.number > had.number + 3600); // above what others may publish until it is stored
  assert.deepEqual([lists().former, last.number > had.number, Date.parse(last.next) >= Date.parse(row.not_after)], [key, true, true]);
  writeFileSync(at('last.crl'), Buffer.from(last.der, 'base64'));
  openssl(['crl', '-inform', 'DER', '-in', at('last.crl'), '-out', at('last.pem')]);
  const said = spawnSync('openssl', ['crl', '-in', at('last.pem'), '-noout', '-text', '-CAfile', at('former.pem')], { encoding: 'utf8' });
  assert.match(said.stdout + said.stderr, /verify OK/);
  assert.match(said.stdout, new RegExp(`Serial Number: ${row.serial.toUpperCase()}`));
  const eve = Math.floor(Date.parse(row.not_after) / 1000) - 60; // on its last day it is revoked still
  assert.match(spawnSync('openssl', ['verify', '-attime', String(eve), '-CAfile', at('former.pem'), '-crl_check', '-CRLfile', at('last.pem'), pem(row)], { encoding: 'utf8' }).stderr, /certificate revoked/);
  assert.deepEqual(json('authority', 'lists').map((x) => [x.organisation, x.key, x.number, new URL(x.url).pathname]), [['former', key, last.number, `/crl/former-${key}.crl`]]);

  // what an export of before says that holds was revoked since, and stays so when the authority comes back
  assert.equal(ctl('admin.conf', ...putDocument(early)).code, 0);
  const restored = json('certificate', 'issued', 'former').map((x) => [x.fingerprint, Boolean(x.revoked_at), x.reason]);
  assert.deepEqual([restored, json('certificate', 'list', 'former').map((x) => [x.status, x.primary])], [[[row.fingerprint, true, 'keyCompromise']], [['revoked', 'none']]]);
  assert.deepEqual([lists()[`former-${key}`].der, lists()[`former-${key}`].issuer], [last.der, undefined]);
  assert.ok(json('authority', 'crl', 'former', '--out', at('back.crl')).number > last.number);
  assert.match(openssl(['crl', '-inform', 'DER', '-in', at('back.crl'), '-noout', '-text']).toString(), new RegExp(`Serial Number: ${row.serial.toUpperCase()}`));
  json('authority', 'remove', 'former');
  Object.assign(last, lists()[`former-${key}`]);

  const next = json('authority', 'create', 'former', '--algorithm', 'p256');
  assert.notEqual(next.list.key, key);
  assert.deepEqual([lists().former, lists()[`former-${key}`]], [key, last]); // another issuer has another place
  json('authority', 'remove', 'former'); // it issued nothing: no list is left of it
  assert.deepEqual([Object.keys(lists()).filter((x) => x.startsWith('former')).sort(), user('HEXISTS', 'ca:o:authorities', 'former')], [['former', `former-${key}`], '0']);
  json('authority', 'create', 'former', '--algorithm', 'p256');
});

test('an organisation goes when its authority signed its last list; a list that ended is swept', () => {
  json('certificate', 'issue', 'former', 'a@former.test');
  const row = json('certificate', 'list', 'former').find((x) => x.status === 'valid'), name = listName('former');
  for (const x of json('certificate', 'list', 'former')) json('certificate', 'remove', 'a@former.test', x.fingerprint);
  json('certificate', 'revoke', 'a@former.test', row.fingerprint, '--reason', 'superseded');
  json('account', 'remove', 'a@former.test');
  json('domain', 'detach', 'former.test');
  assert.equal(refused('organisation', 'remove', 'former').details.field, 'authority');
  json('authority', 'remove', 'former');
  json('organisation', 'remove', 'former');
  assert.ok(lists()[name].issuer);
  const ended = (days) => user('HSET', 'ca:o:lists', name, JSON.stringify({ ...lists()[name], next: new Date(Date.now() - days * 86400e3).toISOString().replace(/\.\d+/, '') }));
  const swept = () => { json('certificate', 'renew', '--due'); return !Object.hasOwn(lists(), name); };
  ended(6);
  assert.equal(swept(), false);
  ended(8);
  assert.equal(swept(), true);
});
/** Everything the registry keeps, by key; but for what is left out of an export on purpose. */
const LEFT_OUT = {
  'ca:o:audit:': 'what was done is not made by an import, which is an entry of its own',
  'ca:o:audits': 'names of these',
  'ca:o:audits:': 'likewise',
  'ca:o:ver:': 'counters that only ever grow: whoever compares them would take old for new',
  'ca:o:briefed:': 'likewise',
};
function everything() {
  const left = (key) => Object.keys(LEFT_OUT).some((x) => (x.endsWith(':') ? key.startsWith(x) : key === x));
  const lines = (text) => text.split('\n').filter(Boolean);
  const read = { string: (key) => user('GET', key), hash: (key) => { const v = lines(user('--json', 'HGETALL', key)).join(''); return JSON.parse(v); } };
  return Object.fromEntries(lines(user('KEYS', 'ca:o*')).filter((key) => !left(key)).sort().map((key) => {
    const v = read[user('TYPE', key)](key);
    if (key.startsWith('ca:o:certified:')) for (const [address, list] of Object.entries(v)) v[address] = list.split(' ').sort().join(' '); // a set
    return [key, v];
  }));
}
/** The records that the program has: one of each must be there, or a kind that nobody exports would not be missed. */
const kinds = [...readFileSync(path.join(top, 'policy/record.c'), 'utf8').matchAll(/= SHAPE\("\w+", "(\w+)"/g)].map((m) => m[1]);

test('an export brings all of a loaded registry back into an empty Redis, sealed keys too; the authority works on', () => {
  assert.equal(spawnSync(program, ['--config', at('waxseal.conf'), 'plan', 'set', 'basic', 'smime', 'on']).status, 0);
  json('role', 'give', person(1), 'owner', 'acme');
  json('role', 'give', 'root@hoster.test', 'operator');
  json('domain', 'claim', 'claimed.test', 'acme');
  json('token', 'make', 'backup', new Date(Date.now() + 90 * 86400e3).toISOString().slice(0, 10), 'accounts:read', '--organisation', 'acme');
  assert.equal(ctl('admin.conf', 'account', 'rename', person(50), 'renamed@acme.test').code, 0);
  json('organisation', 'set', 'acme', '--directory', 'names');
  json('branding', 'set', 'acme', '--name', 'Acme Mail');
  json('certificate', 'request', 'acme', 'poor@acme.test', '--algorithm', 'p256');
  writeFileSync(at('rules.json'), JSON.stringify({ rules: [] }));
  json('rules', 'set', 'acme', at('rules.json'));
  const had = everything(), authorityHad = json('authority', 'show', 'acme'), token = user('HKEYS', 'ca:o:tokens');
  assert.ok(kinds.length >= 15, String(kinds));
  for (const kind of [...kinds.map((x) => (x === 'certificate' ? x : `o:${x}`)), 'o:operators', 'o:rules:', 'o:lists', 'o:certified:', 'ok:', 'oa:', 'o:schema'])
    assert.ok(Object.keys(had).some((key) => key.startsWith(`ca:${kind}`)), `the test loads nothing into ${kind}`);
  const exported = (name) => { assert.equal(ctl('admin.conf', 'registry', 'export', '--with-sealed-keys', '--out', at(name)).code, 0); return readFileSync(at(name), 'utf8'); };
  const first = exported('whole.json');
  assert.deepEqual(Object.keys(JSON.parse(first).tokens), [token]); // a hash
  assert.equal(json('registry', 'import', at('whole.json'), '--dry-run').changes.length, 0);

  user('FLUSHALL');
  writeFileSync(at('bare.json'), JSON.stringify({ ...JSON.parse(first), sealed_authority_keys: {} }));
  assert.equal(refused('registry', 'import', at('bare.json')).details.field, 'sealed_authority_keys');
  assert.deepEqual(everything(), {}); // nothing half done
  const dry = json('registry', 'import', at('whole.json'), '--dry-run');
  for (const what of ['authorities acme', 'crl acme', `tokens ${token}`, 'renamed ']) assert.ok(dry.added > 1000 || dry.changes.some((x) => x.what.startsWith(what) && x.change === 'added'), what);
  assert.deepEqual(everything(), {});
  json('registry', 'import', at('whole.json'));
  const has = everything();
  assert.deepEqual(Object.keys(has), Object.keys(had));
  for (const key of Object.keys(had)) assert.ok(isDeepStrictEqual(has[key], had[key]), `${key} is not what it was`);
  assert.ok(exported('again.json') === first, 'the second export differs');
  assert.deepEqual(json('authority', 'show', 'acme'), authorityHad);
  assert.ok(json('authority', 'crl', 'acme', '--out', at('list.crl')).number > authorityHad.list.number); // by the key that came back
});

test('an old document takes back no revocation, and says when it is silent or wrong', () => {
  const before = json('registry', 'export'), [victim] = list(person(8));
  const put = (document, ...more) => { writeFileSync(at('document.json'), JSON.stringify(document)); return ['registry', 'import', at('document.json'), ...more]; };
  json('certificate', 'revoke', person(8), victim.fingerprint, '--reason', 'keyCompromise');
  const number = json('authority', 'show', 'acme').list.number;
  json('certificate', 'issue', 'acme', person(8));
  const later = list(person(8)).find((x) => x.fingerprint !== victim.fingerprint);
  json(...put(before));
  assert.deepEqual(list(person(8)).map((x) => [x.fingerprint, x.status, x.primary]), [[victim.fingerprint, 'revoked', 'none']]);
  assert.equal(json('authority', 'show', 'acme').list.number, number);
  assert.ok(issued().some((x) => x.fingerprint === later.fingerprint)); // it is out there, and can still be revoked
  json('certificate', 'revoke', person(8), later.fingerprint, '--reason', 'superseded');
  const whole = json('registry', 'export');
  const without = (...members) => Object.fromEntries(Object.entries(whole).filter(([member]) => !members.includes(member)));
  for (const silent of [['authorities', 'issued', 'crl'], ['issued'], ['requests']]) assert.equal(refused(...put(without(...silent))).details.field, silent[0]);
  json(...put(without('tokens'), '--dry-run'));
  const changed = (act) => { const document = structuredClone(whole); act(document); return refused(...put(document)).message; };
  assert.match(changed((d) => { d.authorities.acme.key = 'ab'.repeat(32); }), /another certificate's/);
  assert.match(changed((d) => { const l = d.crl[listName()], der = Buffer.from(l.der, 'base64'); der[der.length - 1] ^= 1; l.der = der.toString('base64'); }), /did not sign/);
  assert.match(changed((d) => { Object.values(d.issued.acme)[0].reason = 'superseded'; Object.values(d.issued.acme)[0].revoked_at = null; }), /goes with/);
  assert.match(changed((d) => { Object.values(d.requests.acme)[0].csr = 'AAAA'; }), /no request/);
  assert.match(changed((d) => { Object.values(d.tokens)[0].scopes = 'everything'; }), /A scope is/);
  assert.match(changed((d) => { Object.values(d.tokens)[0].organisation = 'nobody'; }), /no such organisation/);
});

const putDocument = (document, ...more) => { writeFileSync(at('document.json'), JSON.stringify(document)); return ['registry', 'import', at('document.json'), ...more]; };
const exportWhole = () => { assert.equal(ctl('admin.conf', 'registry', 'export', '--with-sealed-keys', '--out', at('whole.json')).code, 0); return JSON.parse(readFileSync(at('whole.json'), 'utf8')); };

test('two documents, the first without the authority, take back no revocation either', () => {
  json('certificate', 'issue', 'acme', person(70));
  const [victim] = list(person(70)), right = exportWhole(), wrong = structuredClone(right);
  json('certificate', 'revoke', person(70), victim.fingerprint, '--reason', 'keyCompromise');
  for (const section of ['authorities', 'issued', 'crl', 'sealed_authority_keys']) wrong[section] = {};
  json(...putDocument(wrong));
  assert.equal(refused('authority', 'show', 'acme').details.field, 'authority');
  json(...putDocument(right));
  assert.deepEqual(list(person(70)).map((x) => [x.fingerprint, x.status, x.primary]), [[victim.fingerprint, 'revoked', 'none']]);
  const row = issued().find((x) => x.serial === victim.serial);
  assert.deepEqual([Boolean(row.revoked_at), row.reason], [true, 'keyCompromise']);
  json('authority', 'crl', 'acme', '--out', at('list.crl'));
  const said = spawnSync('openssl', ['crl', '-inform', 'DER', '-in', at('list.crl'), '-noout', '-text'], { encoding: 'utf8' }).stdout.replace(/\s+/g, ' ');
  assert.match(said, new RegExp(`Serial Number: ${victim.serial.toUpperCase()}[^:]*:[^]*?Key Compromise`));
  assert.equal(json(...putDocument(json('registry', 'export'), '--dry-run')).changes.length, 0);
});

test('a document that is older than the authority\'s certificate, or than its root, leaves both', () => {
  const before = json('registry', 'export'), roots = json('trust', 'list', 'acme').map((x) => x.fingerprint);
  json(...putDocument({ ...before, roots: {} }));
  assert.deepEqual(json('trust', 'list', 'acme').map((x) => x.fingerprint), roots);
  const renewed = json('authority', 'renew', 'acme', '--out', at('ca.pem'));
  json(...putDocument(before));
  assert.equal(json('authority', 'show', 'acme').fingerprint, renewed.fingerprint);
  assert.deepEqual(json('trust', 'list', 'acme').map((x) => [x.fingerprint, x.source]), [[renewed.fingerprint, 'issued']]);
  assert.equal(json(...putDocument(json('registry', 'export'), '--dry-run')).changes.length, 0);
});

test('an organisation that is removed leaves nothing to the next one of its name', () => {
  const before = json('registry', 'export');
  const left = () => user('KEYS', 'ca:*').split('\n').filter((key) => /:beta(:|$)/.test(key) && !/^ca:o:(ver|briefed|audit):/.test(key)).sort(); // counters only grow, and what was done stays known
  json('organisation', 'add', 'beta', '--customer', 'hoster');
  json('domain', 'attach', 'beta.test', 'beta');
  json('authority', 'create', 'beta', '--algorithm', 'p256');
  for (const address of ['a@beta.test', 'b@beta.test']) json('account', 'add', address);
  json('licence', 'activate', 'beta', 'a@beta.test');
  assert.equal(json('certificate', 'issue', 'beta', 'a@beta.test').done, 1);
  json('certificate', 'request', 'beta', 'b@beta.test', '--algorithm', 'p256');
  user('HSET', 'ca:ok:beta', 'ab'.repeat(32), 'AAAA'); // keys that nothing names any more
  user('HSET', 'ca:oa:beta', 'ab'.repeat(32), 'AAAA');
  const name = listName('beta'), list = lists()[name];
  for (const kind of ['oa', 'ok', 'o:issued', 'o:requests', 'o:roots']) assert.ok(left().includes(`ca:${kind}:beta`), kind);
  json(...putDocument(before));
  assert.deepEqual(left(), []);
  assert.deepEqual([lists()[name].der, Boolean(lists()[name].issuer)], [list.der, true]); // but to those outside who ask for its list
  json(...putDocument(json('registry', 'export')));
  json('organisation', 'add', 'beta', '--customer', 'hoster');
  assert.deepEqual([refused('authority', 'show', 'beta').details.field, json('trust', 'list', 'beta'), json('certificate', 'requests', 'beta')], ['authority', [], []]);
  json('domain', 'attach', 'beta.test', 'beta');
  json('authority', 'create', 'beta', '--algorithm', 'p256');
  user('HSET', 'ca:ok:beta', 'ab'.repeat(32), 'AAAA');
  json('domain', 'detach', 'beta.test');
  json('organisation', 'remove', 'beta');
  assert.deepEqual(left(), []);
});

test('a sealed key that is there stays, whatever a document has; unless it is told, or the key is of another mailbox', () => {
  const sealed = () => ['ca:ok:acme', 'ca:oa:acme'].map((key) => JSON.parse(user('--json', 'HGETALL', key)));
  const had = sealed(), whole = exportWhole();
  const other = { ...structuredClone(whole), sealed_keys: {}, sealed_authority_keys: {} };
  for (const section of ['sealed_keys', 'sealed_authority_keys']) // as a master key that is retired sealed them
    other[section].acme = Object.fromEntries(Object.keys(whole[section].acme).map((id) => [id, 'AAAA']));
  json(...putDocument(other));
  assert.deepEqual(sealed(), had);
  json(...putDocument(other, '--replace-keys'));
  assert.deepEqual(sealed(), [other.sealed_keys.acme, other.sealed_authority_keys.acme]);
  json(...putDocument(whole, '--replace-keys'));
  assert.deepEqual(sealed(), had);
  const { key } = list(person(51))[0];
  assert.equal(ctl('admin.conf', 'account', 'rename', person(51), 'moved@acme.test').code, 0);
  const moved = user('HGET', 'ca:ok:acme', key);
  assert.notEqual(moved, had[0][key]); // a key is sealed for its mailbox
  const bare = structuredClone(whole);
  delete bare.sealed_keys[`acme`];
  assert.equal(refused(...putDocument(bare)).details.field, 'sealed_keys');
  assert.equal(user('HGET', 'ca:ok:acme', key), moved);
  json(...putDocument(whole));
  assert.deepEqual(sealed(), had);
});

test('the timer\'s run makes a list of revoked ones anew when it grew old, and then not again', () => {
  const name = listName(), kept = () => lists()[name], set = (more) => user('HSET', 'ca:o:lists', name, JSON.stringify({ ...kept(), ...more }));
  const ago = (hours) => set({ at: new Date(Date.now() - hours * 3600e3).toISOString().replace(/\.\d+/, '') });
  const due = () => json('certificate', 'renew', '--due').organisations[0].list;
  const { number } = kept();
  ago(10);
  assert.deepEqual([due(), kept().number], [false, number]);
  ago(30);
  assert.deepEqual([due(), kept().number > number], [true, true]);
  const next = kept().number;
  assert.deepEqual([due(), kept().number], [false, next]);
  set({ number: next + 1000, at: '2026-01-01T00:00:00Z' }); // of a clock that went ahead
  assert.deepEqual([due(), kept().number], [true, next + 1001]);
});

test('the doctor names lists that nobody signs anew, and certificates without their briefs', () => {
  const said = () => spawnSync(program, ['--config', at('waxseal.conf'), 'doctor'], { encoding: 'utf8' }).stdout.split('\n').filter((x) => /^\S+ +(certificates|revocations) /.test(x)).join('\n');
  json('authority', 'crl', 'acme');
  assert.match(said(), /^ok +certificates +lists of revoked ones: \d+, all current; briefs are whole/);
  const name = listName(), list = user('HGET', 'ca:o:lists', name), ago = (days) => new Date(Date.now() - days * 86400e3).toISOString().replace(/\.\d+/, '');
  const set = (more) => user('HSET', 'ca:o:lists', name, JSON.stringify({ ...JSON.parse(list), ...more }));
  set({ at: ago(3) });
  assert.match(said(), /^PROBLEM +revocations +the list of acme was not signed anew for days/);
  set({ at: ago(8), next: ago(1) });
  assert.match(said(), /the list of acme has ended/);
  user('HDEL', 'ca:o:lists', name);
  assert.match(said(), /the list of acme is not there/);
  user('HSET', 'ca:o:lists', name, list);
  const [[id, brief]] = Object.entries(JSON.parse(user('--json', 'HGETALL', 'ca:o:briefs:acme')));
  user('HDEL', 'ca:o:briefs:acme', id);
  assert.match(said(), /^PROBLEM +certificates +acme has \d+ certificates and \d+ briefs/);
  user('HSET', 'ca:o:briefs:acme', id, brief);
});

test('a damaged list or authority of one organisation stops nobody else, and is named', () => {
  const name = `gone-${'cd'.repeat(32)}`;
  json('organisation', 'add', 'broken', '--customer', 'hoster');
  try {
    user('HSET', 'ca:o:lists', name, 'no list');
    const run = ctl('waxseal.conf', 'certificate', 'renew', '--due');
    assert.deepEqual([run.code, run.v.failed, run.v.organisations.filter((x) => x.error).map((x) => [x.organisation, x.error.code, x.error.message.includes(name)])], [1, 1, [['gone', 'damaged', true]]]);
    user('HDEL', 'ca:o:lists', name);
    user('HSET', 'ca:o:authorities', 'broken', '{"key":');
    user('SET', 'ca:o:crl:broken', 'as an earlier release left it');
    const { number } = lists()[listName()];
    assert.ok(json('authority', 'crl', 'acme').number > number);
    assert.equal(user('GET', 'ca:o:crl:broken'), 'as an earlier release left it');
  } finally {
    user('HDEL', 'ca:o:lists', name);
    user('HDEL', 'ca:o:authorities', 'broken');
    user('DEL', 'ca:o:crl:broken');
  }
  json('organisation', 'remove', 'broken');
});

test('a list that lacks a revocation is due, however young it is', () => {
  const due = () => json('certificate', 'renew', '--due').organisations[0].list;
  user('INCR', 'ca:o:ver:revoked:acme'); // as a revocation leaves it whose list could not be signed
  assert.deepEqual([due(), due()], [true, false]);
});

test('a revocation is not starved by what others change, however much was issued', async () => {
  const victim = list().find((x) => x.source === 'issued' && x.status === 'valid' && x.primary !== 'none');
  const other = { ...JSON.parse(user('HGET', 'ca:o:issued:acme', victim.serial)), revoked_at: new Date(Date.now() - 60e3).toISOString().replace(/\.\d+/, ''), reason: 'superseded', address: 'gone@acme.test' };
  const lines = Array.from({ length: 8000 }, (_, i) => `HSET ca:o:issued:acme ${(0x40000000 + i).toString(16).padStart(victim.serial.length, '4')} '${JSON.stringify(other)}'\n`).join('');
  assert.doesNotMatch(spawnSync('redis-cli', ['-s', at('redis.sock'), '--user', 'tester', '--pass', 'tester', '--no-auth-warning'], { input: lines, encoding: 'latin1' }).stdout, /ERR/);
  const busy = spawn('redis-cli', ['-s', at('redis.sock'), '--user', 'tester', '--pass', 'tester', '--no-auth-warning', '-r', '-1', '-i', '0.02', 'INCR', 'ca:ver'], { stdio: 'ignore' });
  try {
    const done = await many('certificate', 'revoke', victim.addresses[0], victim.fingerprint, '--reason', 'keyCompromise');
    assert.deepEqual([done.code, done.v.serial], [0, victim.serial], JSON.stringify(done.v));
    const renewed = await many('authority', 'renew', 'acme', '--out', at('ca.pem')); // nor is its authority's certificate
    assert.equal(renewed.code, 0, JSON.stringify(renewed.v));
  } finally {
    const ended = new Promise((resolve) => busy.once('exit', resolve));
    busy.kill();
    await ended;
  }
  json('authority', 'crl', 'acme', '--out', at('list.crl'));
  assert.ok(openssl(['crl', '-inform', 'DER', '-in', at('list.crl'), '-noout', '-text']).toString().includes(victim.serial.toUpperCase()));
});

/** Somebody asks: as the mail client's server writes it, without its checks. */
function asks(address, { key = 'vault-1', names = `email:${address}`, by = 'ask.key', state = 'waiting', until = new Date(Date.now() + 86400e3), damage = false } = {}) {
  if (!existsSync(at(by))) openssl(['genpkey', '-quiet', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', at(by)]);
  const der = openssl(['req', '-new', '-key', at(by), '-subj', '/CN=Somebody', '-addext', `subjectAltName=${names}`, '-outform', 'DER']);
  if (damage) der[der.length - 1] ^= 1;
  const stamp = (d) => `${d.toISOString().slice(0, 19)}Z`;
  redisAs('web', 'HSET', 'ca:req:acme', address, JSON.stringify({ key, csr: der.toString('base64'), algorithm: 'P-256', state, since: stamp(new Date()), until: stamp(until) }));
}
const waiting = () => json('certificate', 'asked', 'acme').map((x) => x.address);
const lies = (address) => JSON.parse(redisAs('web', 'HGET', 'ca:req:acme', address));

test('what people ask for waits, is approved for the asker\'s own key alone, or refused with a reason', () => {
  assert.match(redisAs('gate', 'HGETALL', 'ca:req:acme'), /NOPERM/);
  asks(person(30));
  asks(person(31), { names: `email:${person(1)}` });
  asks(person(32), { damage: true });
  asks('poor@acme.test');
  asks(person(33));
  asks(person(34), { until: new Date(Date.now() - 1000) });
  assert.deepEqual(waiting(), [person(30), person(31), person(32), person(33), 'poor@acme.test']);
  assert.deepEqual(json('certificate', 'asked', 'acme').map((x) => x.has), [true, true, true, true, true]);
  const r = refused('certificate', 'approve', 'acme', person(30), person(31), person(32), 'poor@acme.test', person(34), person(35));
  assert.deepEqual(r.rows.map((x) => [x.result, x.field ?? null]), [['issued', null], ['refused', 'request'], ['refused', 'request'], ['refused', 'licence'], ['refused', 'request'], ['refused', 'request']]);
  assert.deepEqual([r.done, r.failed], [1, 5]);
  const row = list(person(30)).find((x) => x.custody === 'user');
  assert.deepEqual([row.source, row.primary, row.key, row.addresses], ['issued', 'both', null, [person(30)]]);
  assert.ok(verify(pem(row)).ok);
  const answer = lies(person(30));
  const authorityDer = json('authority', 'show', 'acme').certificate.replace(/-----.*|\n/g, '');
  assert.deepEqual([answer.state, answer.key, answer.certificate, answer.issuers], ['issued', 'vault-1', row.der, [authorityDer]]);
  assert.equal(text(pem(row), '-pubkey').replace(/.*(-----BEGIN PUBLIC)/s, '$1'), openssl(['pkey', '-in', at('ask.key'), '-pubout']).toString());
  assert.equal(refused('certificate', 'approve', 'acme', person(30)).rows[0].field, 'request'); // once
  assert.equal(refused('certificate', 'refuse', 'acme', person(33), '--reason', 'x'.repeat(201)).details.field, 'reason');
  assert.equal(json('certificate', 'refuse', 'acme', person(33), '--reason', 'Please ask with your staff card.').done, 1);
  assert.deepEqual([lies(person(33)).state, lies(person(33)).reason], ['refused', 'Please ask with your staff card.']);
  assert.deepEqual(waiting(), [person(31), person(32), 'poor@acme.test']);
});

test('an authority that issues by itself answers who has none; what ended is swept', () => {
  json('account', 'add', 'asker@acme.test');
  json('licence', 'activate', 'acme', 'asker@acme.test');
  asks('asker@acme.test');
  asks(person(36)); // has one of the agent's: a person decides
  json('authority', 'set', 'acme', '--automatic', 'on');
  assert.equal(json('certificate', 'renew', '--due').failed, 0);
  assert.deepEqual([list('asker@acme.test').map((x) => x.custody), lies('asker@acme.test').state], [['user'], 'issued']);
  assert.ok(waiting().includes(person(36)));
  assert.equal(redisAs('web', 'HGET', 'ca:req:acme', person(34)), '');
  json('authority', 'set', 'acme', '--automatic', 'off');
});

test('a certificate that an earlier certificate of the authority signed is not kept', async () => {
  const address = person(12), fingerprints = () => list(address).map((x) => x.fingerprint).sort();
  const renew = () => new Promise((resolve) => { spawn(program, ['--config', at('waxseal.conf'), 'authority', 'renew', 'acme'], { stdio: 'ignore' }).once('close', resolve); });
  for (let tries = 0; ; tries++) { // making a key takes longer than a renewal, mostly
    const had = fingerprints();
    const running = many('certificate', 'issue', 'acme', address, '--again', '--algorithm', 'rsa3072');
    let ended = false;
    running.then(() => { ended = true; });
    while (!ended) await renew();
    const [row] = (await running).v.rows;
    if (row.ok && tries < 8) continue;
    assert.deepEqual([row.ok, row.field, fingerprints()], [false, 'authority', had]);
    break;
  }
});
