// waxseal-keyd as a process: who may ask, what it does with a key, what it refuses, what can be seen of a key from outside.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import { chmodSync, closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, afterEach, before } from 'node:test';
import { attribute, Cert, kari, ktri, OID } from '../lib/cmsmake.mjs';
import { children, ctx, int, octets, oid, read, seq, setOf, tlv, utf8 } from '../lib/der.mjs';
import { attributesFor, call, config, daemonUser, frame, imported, keyDaemon, mayLock, newMaster, OPERATIONS, raw, root, sanitized, testKey } from '../lib/keyd.mjs';
import { closeAll, until } from '../lib/netns.mjs';
import { keyNeedles, passphraseNeedles, search } from '../lib/secrets.mjs';
import { openssl } from '../lib/smime.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'waxseal-keys-'));
const top = path.join(import.meta.dirname, '../..');
const program = path.join(top, process.env.BUILD ?? 'build', 'waxseal-keyd');
const PASSPHRASE = 'Grüße an die Prüfung'; // a test passphrase, with letters that UTF-8 and UTF-16 write differently
const digest = crypto.createHash('sha256').update('what is sent').digest();
const attributes = attributesFor(digest);
let rsa, ec, other;

before(() => {
  rsa = testKey(folder, 'alice', PASSPHRASE);
  ec = testKey(folder, 'bob', PASSPHRASE, { kind: 'P-256' });
  other = testKey(folder, 'mallory', PASSPHRASE);
});
afterEach(closeAll);
after(() => rmSync(folder, { recursive: true }));

const importKey = async (daemon, key, { purpose = 'mailbox', organisation = 'acme', mailbox = key.address } = {}) => {
  const answer = await call(daemon.admin, 'import', [purpose, organisation, mailbox, key.passphrase, key.p12]);
  assert.equal(answer.result, 'done');
  return imported(answer, { purpose, organisation, mailbox });
};
const sign = (daemon, key, attrs = attributes, { hash = 'sha256', padding = 'pkcs1', value = digest } = {}) =>
  call(daemon.gate, 'sign', [...key.place, hash, padding, attrs, value]);
/** Fields of unwrap or derive out of a recipient info of cmsmake. */
const unwrapFields = (info, size) => { const [, , alg, wrapped] = children(info); return [alg, read(wrapped).body, String(size)]; };
function deriveFields(info) {
  const parts = children(info).slice(1), [alg, recipients] = parts.slice(-2);
  const ukm = parts.find((p) => read(p).tag === 0xa1);
  return [alg, seq(read(read(parts[0]).body).body), ukm ? Buffer.concat([Buffer.from([1]), read(read(ukm).body).body]) : '', read(children(children(recipients)[0])[1]).body];
}
const unwrap = (daemon, key, info, size = 32) => call(daemon.gate, 'unwrap', [...key.place, ...unwrapFields(info, size)]);
const derive = (daemon, key, info) => call(daemon.gate, 'derive', [...key.place, ...deriveFields(info)]);

test('a key is imported, signs and decrypts; no answer holds it', async () => {
  const daemon = await keyDaemon();
  const a = await importKey(daemon, rsa), b = await importKey(daemon, ec);
  assert.equal(a.type, 'rsa');
  assert.equal(a.bits, 2048);
  assert.deepEqual(a.certificate, rsa.der);
  assert.equal(a.id, crypto.createHash('sha256').update(a.spki).digest('hex'));
  for (const padding of ['pkcs1', 'pss']) {
    const s = await sign(daemon, a, attributes, { padding });
    const key = { key: readFileSync(rsa.cert), ...(padding === 'pss' ? { padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } : {}) };
    assert.ok(crypto.verify('sha256', attributes, key, s.fields[0]));
  }
  assert.ok(crypto.verify('sha256', attributes, readFileSync(ec.cert), (await sign(daemon, b)).fields[0]));
  const content = crypto.randomBytes(32), cert = new Cert(rsa.der), curve = new Cert(ec.der);
  for (const options of [{}, { hash: 'sha1' }, { hash: 'sha256' }, { hash: 'sha256', mgf: 'sha1', label: Buffer.from('x') }]) {
    const opened = await unwrap(daemon, a, ktri(cert, content, options));
    assert.equal(opened.result, 'done');
    assert.deepEqual(opened.fields, [content]);
  }
  for (const options of [{}, { ukm: Buffer.from('ukm') }, { agreement: 'std-sha1', wrap: 'aes128-wrap' }]) {
    assert.deepEqual((await derive(daemon, b, kari(curve, content, options))).fields, [content]);
  }
  const wrong = await call(daemon.admin, 'import', ['mailbox', 'acme', rsa.address, 'not it', rsa.p12]);
  assert.equal(wrong.result, 'wrong_passphrase');
  assert.equal(wrong.bytes.length, 12);
  assert.equal((await call(daemon.admin, 'import', ['mailbox', 'acme', rsa.address, PASSPHRASE, rsa.p12.subarray(0, 900)])).result, 'damaged');
});

test('a peer who is not named gets not one byte', async () => {
  const ping = frame('ping', []);
  for (const [users, open, shut] of [[{ gate: 'daemon' }, 'admin', 'gate'], [{ admin: 'daemon' }, 'gate', 'admin']]) {
    const daemon = await keyDaemon(users);
    assert.equal((await call(daemon[open], 'ping')).result, 'done');
    for (const bytes of [ping, frame('generate', ['mailbox', 'acme', 'a@b.c', 'p256']), Buffer.alloc(0), Buffer.alloc(1 << 20)]) assert.equal((await raw(daemon[shut], bytes)).length, 0);
    const refused = await until('the refusals in the log', () => { const r = daemon.log().filter((l) => l.event === 'peer_refused'); return r.length === 4 && r; });
    assert.deepEqual([...new Set(refused.map((r) => r.uid))], [process.getuid()]);
    assert.equal(daemon.log().filter((l) => l.event === 'key_used').length, 0);
    await daemon.close();
  }
});

test('a real other user is stopped at the door, whatever the mode of the socket is', { skip: root ? false : 'needs root to be somebody else' }, async () => {
  const daemon = await keyDaemon();
  for (const door of ['gate', 'admin']) {
    const ask = (mode) => {
      chmodSync(daemon[door], mode);
      const code = `process.setgroups([]);process.setgid(65534);process.setuid(65534);const s=require("node:net").connect(process.argv[1],()=>s.write(Buffer.from(process.argv[2],"hex")));let n=0;s.on("data",(d)=>{n+=d.length}).on("error",(e)=>{console.log(e.code)}).on("close",()=>console.log(n))`;
      return spawnSync(process.execPath, ['-e', code, daemon[door], frame('ping', []).toString('hex')], { encoding: 'utf8' }).stdout.trim().split('\n');
    };
    assert.deepEqual(ask(0o660), ['EACCES', '0']);
    assert.equal(ask(0o666).at(-1), '0');
  }
  await until('both refusals in the log', () => daemon.log().filter((l) => l.event === 'peer_refused' && l.uid === 65534).length === 2);
});

test('the gate cannot do what the administration does, nor the other way round', async () => {
  const daemon = await keyDaemon();
  const a = await importKey(daemon, rsa);
  for (const operation of ['import', 'generate', 'request', 'issue', 'reseal']) assert.equal(await call(daemon.gate, operation, ['mailbox', 'acme', 'a@b.c', 'p256', '', '', ''].slice(0, { import: 5, generate: 4, request: 7, issue: 6, reseal: 6 }[operation])), null);
  assert.equal(await call(daemon.admin, 'sign', [...a.place, 'sha256', 'pkcs1', attributes, digest]), null);
  assert.equal(await call(daemon.admin, 'unwrap', [...a.place, ...unwrapFields(ktri(new Cert(rsa.der), digest), 32)]), null);
});

test('a frame that is none is not answered, and does no harm', async () => {
  const daemon = await keyDaemon();
  const a = await importKey(daemon, rsa);
  const good = ['sign', [...a.place, 'sha256', 'pkcs1', attributes, digest]];
  const bad = [Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.alloc(12), Buffer.alloc(1 << 20, 0xff), frame('ping', [], { magic: 'WXL1' }), frame('ping', ['']), frame('ping', [], { zero: 1 }),
    frame('ping', [], { code: OPERATIONS.length }), frame('ping', [], { code: 255 }), frame(...good, { count: 8 }), frame(...good, { count: 255 }), frame(...good, { length: 2 ** 32 - 1 }), frame(...good, { length: 12 }),
    frame('sign', [...a.place, 'sha256-and-more', 'pkcs1', attributes, digest]), frame('sign', [...a.place, 'sha256', 'pkcs1', Buffer.alloc((64 << 10) + 1), digest]), frame('unwrap', [...a.place, '', Buffer.alloc(1025), '32'])];
  for (const bytes of bad) assert.equal((await raw(daemon.gate, bytes)).length, 0);
  const whole = frame(...good);
  for (const n of [1, 11, 12, 13, 16, 200, whole.length - 1]) assert.equal((await raw(daemon.gate, whole.subarray(0, n), { end: true })).length, 0);
  assert.equal((await sign(daemon, a)).result, 'done');
});

test('nothing is signed but signed attributes with the digest asked for', async () => {
  const daemon = await keyDaemon();
  const a = await importKey(daemon, rsa);
  const type = attribute(OID.contentType, oid(OID.data)), message = attribute(OID.messageDigest, octets(digest));
  const hash = (name) => crypto.createHash(name).update('what is sent').digest();
  const rows = [
    [Buffer.from('any text at all')], [digest], [Buffer.alloc(0)], [setOf(type)], [setOf(message)], [seq(type, message)], [Buffer.concat([attributes, Buffer.from([0])])], [attributes.subarray(0, -1)],
    [setOf(type, attribute(OID.messageDigest, octets(hash('sha1'))))], [setOf(type, message, message)], [tlv(0x31, ...[type, message].sort(Buffer.compare).reverse())],
    [setOf(attribute(OID.contentType, oid(OID.enveloped)), message)], [setOf(type, message, attribute('1.2.3.4', int(1)))],
    [seq(int(2), oid('1.2.840.113549.1.1.11'))], [attributes, { hash: 'md5' }], [attributes, { hash: 'sha1' }], [attributes, { hash: 'sha512' }], [attributes, { padding: 'raw' }], [attributes, { value: hash('sha384') }],
  ];
  for (const [attrs, options] of rows) {
    const r = await sign(daemon, a, attrs, options);
    assert.equal(r.result, 'refused', attrs.toString('hex').slice(0, 60));
    assert.equal(r.bytes.length, 12);
  }
});

test('a sealed key opens for its own place only, and only whole', async () => {
  const daemon = await keyDaemon();
  const a = await importKey(daemon, rsa), b = await importKey(daemon, ec);
  const with_ = (i, value) => ({ place: a.place.map((f, j) => (j === i ? value : f)) });
  for (const [key, result] of [
    [with_(1, 'acme2'), 'unknown_key'], [with_(2, 'eve@example.org'), 'unknown_key'], [with_(3, b.id), 'unknown_key'], [with_(4, b.sealed), 'unknown_key'], [with_(4, ''), 'unknown_key'],
    [with_(0, 'authority'), 'refused'], [with_(0, 'anything'), 'refused'], [with_(1, 'ACME'), 'refused'], [with_(1, ''), 'refused'], [with_(2, ''), 'refused'], [with_(2, 'Alice@example.org'), 'refused'], [with_(2, 'a@b\n'), 'refused'],
    [with_(3, a.id.toUpperCase()), 'refused'], [with_(3, a.id.slice(1)), 'refused'],
  ]) assert.equal((await sign(daemon, key)).result, result);
  for (const at of [0, 1, 8, 9, 10, 22, 40, a.sealed.length - 1]) {
    const changed = Buffer.from(a.sealed);
    changed[at] ^= 1;
    assert.equal((await sign(daemon, with_(4, changed))).result, 'unknown_key', `byte ${at}`);
  }
  for (const n of [1, 9, 37, a.sealed.length - 1]) assert.equal((await sign(daemon, with_(4, a.sealed.subarray(0, n)))).result, 'unknown_key');
  assert.equal((await sign(daemon, with_(4, Buffer.concat([a.sealed, Buffer.from([0])])))).result, 'unknown_key');
  assert.equal((await sign(daemon, a)).result, 'done');
});

test('wrong padding gives a key that opens nothing, the same each time, and the same after a restart', async () => {
  const masters = [newMaster()];
  const daemon = await keyDaemon({ masters });
  const a = await importKey(daemon, rsa);
  const pub = crypto.createPublicKey(readFileSync(rsa.cert));
  const raw_ = (em) => crypto.publicEncrypt({ key: pub, padding: crypto.constants.RSA_NO_PADDING }, em);
  const em = (change) => { const b = Buffer.concat([Buffer.from([0, 2]), Buffer.alloc(256 - 3 - 32, 0x5a), Buffer.from([0]), Buffer.alloc(32, 7)]); change?.(b); return b; };
  const ask = async (d, wrapped, size = 32) => (await call(d.gate, 'unwrap', [...a.place, seq(oid(OID.rsa), tlv(5)), wrapped, String(size)]));
  assert.deepEqual((await ask(daemon, raw_(em()))).fields[0], Buffer.alloc(32, 7));
  const wrongs = [(b) => { b[1] = 1; }, (b) => { b[1] = 0; }, (b) => { b[2] = 0; }, (b) => { b[100] = 0; }, (b) => { b[223] = 1; }, (b) => { b.fill(0, 2); }].map((change) => raw_(em(change)));
  const answers = [];
  for (const wrapped of wrongs) {
    const first = await ask(daemon, wrapped), second = await ask(daemon, wrapped);
    assert.equal(first.result, 'done');
    assert.deepEqual(first.fields, second.fields);
    answers.push(first.fields[0]);
  }
  const another = await ask(daemon, raw_(em()), 16); // a good padding around another length than asked for
  assert.equal(another.result, 'done');
  assert.equal(another.fields[0].length, 16);
  assert.equal(new Set(answers.map((x) => x.toString('hex'))).size, wrongs.length);
  assert.ok(answers.every((x) => x.length === 32 && new Set(x).size > 16), 'looks random');
  await daemon.close();
  const again = await keyDaemon({ masters });
  for (const [i, wrapped] of wrongs.entries()) assert.deepEqual((await ask(again, wrapped)).fields[0], answers[i]);
});

test('how long good and bad padding take is reported', async (t) => {
  const daemon = await keyDaemon({ more: ['uses_per_minute = 1000000'] });
  const a = await importKey(daemon, rsa);
  const pub = crypto.createPublicKey(readFileSync(rsa.cert));
  const make = (first) => crypto.publicEncrypt({ key: pub, padding: crypto.constants.RSA_NO_PADDING }, Buffer.concat([Buffer.from([0, first]), crypto.randomBytes(221).map((x) => x || 1), Buffer.from([0]), crypto.randomBytes(32)]));
  const times = { good: [], bad: [] };
  for (let i = 0; i < 300; i++) {
    for (const [kind, first] of i % 2 ? [['good', 2], ['bad', 1]] : [['bad', 1], ['good', 2]]) {
      const fields = [...a.place, seq(oid(OID.rsa), tlv(5)), make(first), '32'], start = process.hrtime.bigint();
      assert.equal((await call(daemon.gate, 'unwrap', fields)).result, 'done');
      times[kind].push(Number(process.hrtime.bigint() - start));
    }
  }
  const median = (list) => list.sort((x, y) => x - y)[list.length >> 1];
  t.diagnostic(`unwrap, 300 each: bad padding takes ${(median(times.bad) / median(times.good)).toFixed(4)} of the time of good (${(median(times.good) / 1e6).toFixed(2)} ms with the connection)`);
});

test('twenty failures, and decrypting with this key rests; signing and other keys go on', async () => {
  const daemon = await keyDaemon();
  const a = await importKey(daemon, rsa), b = await importKey(daemon, other);
  const content = crypto.randomBytes(32), fine = ktri(new Cert(rsa.der), content, { hash: 'sha256' }), foreign = ktri(new Cert(other.der), content, { hash: 'sha256' });
  for (let i = 0; i < 7; i++) assert.equal((await unwrap(daemon, a, foreign)).result, 'failed'); // what the agent sees itself
  for (let i = 0; i < 12; i++) assert.equal((await call(daemon.gate, 'failed', a.place)).result, 'done'); // and what the gate tells
  assert.equal((await unwrap(daemon, a, fine)).result, 'done');
  assert.equal((await call(daemon.gate, 'failed', a.place)).result, 'done');
  assert.equal((await unwrap(daemon, a, fine)).result, 'stopped');
  assert.equal((await unwrap(daemon, a, ktri(new Cert(rsa.der), content))).result, 'stopped');
  assert.equal((await sign(daemon, a)).result, 'done');
  assert.deepEqual((await unwrap(daemon, b, foreign)).fields, [content]);
  assert.equal(daemon.log().filter((l) => l.event === 'key_stopped' && l.key === a.id).length, 1);
});

test('a key that is used too often has to wait; who sends a wrong sealed key costs it nothing', async () => {
  const daemon = await keyDaemon({ more: ['uses_per_minute = 1'] }); // one more after a minute
  const a = await importKey(daemon, rsa);
  const broken = { place: [...a.place.slice(0, 4), Buffer.concat([a.sealed.subarray(0, -1), Buffer.from([a.sealed.at(-1) ^ 1])])] };
  for (let i = 0; i < 10; i++) assert.equal((await sign(daemon, broken)).result, 'unknown_key');
  assert.equal((await sign(daemon, a)).result, 'done');
  assert.equal((await sign(daemon, a)).result, 'too_fast');
  assert.equal((await unwrap(daemon, a, ktri(new Cert(rsa.der), digest))).result, 'done');
});

test('master keys are changed without a gap', async () => {
  const first = newMaster(), second = newMaster();
  const old = await keyDaemon({ masters: [first] });
  const a = await importKey(old, rsa);
  const oldId = (await call(old.gate, 'ping')).fields[0].toString();
  assert.equal(a.sealed.subarray(1, 9).toString('hex'), oldId);
  await old.close();
  const both = await keyDaemon({ masters: [first, second] });
  const [newId, count] = (await call(both.gate, 'ping')).fields.map(String);
  assert.notEqual(newId, oldId);
  assert.equal(count, '2');
  assert.equal((await sign(both, a)).result, 'done');
  const again = await call(both.admin, 'reseal', [...a.place, rsa.address]);
  assert.equal(again.fields[0].subarray(1, 9).toString('hex'), newId);
  const renamed = await call(both.admin, 'reseal', [...a.place, 'alice.b@example.org']);
  assert.equal((await call(both.admin, 'reseal', [...a.place, 'no address'])).result, 'refused');
  await both.close();
  const fresh = await keyDaemon({ masters: [second] });
  assert.equal((await sign(fresh, a)).result, 'unknown_key');
  assert.equal((await sign(fresh, { place: [...a.place.slice(0, 4), again.fields[0]] })).result, 'done');
  assert.equal((await sign(fresh, { place: [...a.place.slice(0, 4), renamed.fields[0]] })).result, 'unknown_key');
  assert.equal((await sign(fresh, { place: ['mailbox', 'acme', 'alice.b@example.org', a.id, renamed.fields[0]] })).result, 'done');
});

// --- keys that are made here, requests, the authority -----------------------------------------------------------

const generate = async (daemon, kind, purpose = 'mailbox', mailbox = purpose === 'mailbox' ? 'carol@example.org' : '') =>
  imported(await call(daemon.admin, 'generate', [purpose, 'acme', mailbox, kind]), { purpose, mailbox }, 0);
const dn = (name) => seq(tlv(0x31, seq(oid('2.5.4.3'), utf8(name))));
const ext = (id, critical, value) => seq(oid(id), ...(critical ? [tlv(1, Buffer.from([255]))] : []), octets(value));
const time = (days) => tlv(0x17, Buffer.from(`${new Date(Date.now() + days * 86400e3).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));
const ECDSA256 = seq(oid('1.2.840.10045.4.3.2')), ECDSA384 = seq(oid('1.2.840.10045.4.3.3'));
const EMAIL = oid('1.3.6.1.5.5.7.3.4');
const bitString = (...bytes) => tlv(3, Buffer.from(bytes));
function tbs(spki, { alg = ECDSA256, version = ctx(0, int(2)), serial = int(4711), issuer = dn('Test authority'), subject = dn('Carol'), days = 365, ca = null, usage = bitString(5, 0xa0), ekus = [EMAIL], names = [tlv(0x81, Buffer.from('carol@example.org'))], more = [] } = {}) {
  const extensions = [ca !== null && ext('2.5.29.19', true, seq(...(ca ? [tlv(1, Buffer.from([255]))] : []))), usage && ext('2.5.29.15', true, usage), ekus.length && ext('2.5.29.37', false, seq(...ekus)), names.length && ext('2.5.29.17', false, seq(...names)), ...more].filter(Boolean);
  return seq(version, serial, alg, issuer, seq(time(-1), time(days - 1)), subject, spki, ctx(3, seq(...extensions)));
}
const crl = ({ alg = ECDSA256, version = [int(1)], next = [time(7)], revoked = [seq(seq(int(99), time(-1)))] } = {}) => seq(...version, alg, dn('Test authority'), time(-1), ...next, ...revoked, ctx(0, seq(ext('2.5.29.20', false, int(7)))));

test('keys are made, ask for a certificate, and an authority issues it', async () => {
  const daemon = await keyDaemon();
  for (const [kind, bits] of [['rsa3072', 3072], ['p256', 256], ['p384', 384]]) {
    const key = await generate(daemon, kind);
    assert.equal(key.bits, bits);
    const request = (await call(daemon.admin, 'request', [...key.place, 'Carol Test', 'carol@example.org'])).fields[0];
    const text = openssl(['req', '-inform', 'DER', '-verify', '-noout', '-text'], request).toString();
    assert.match(text, /Subject: CN = Carol Test\n[^]*email:carol@example\.org/);
    assert.ok(request.includes(key.spki));
  }
  const ca = await generate(daemon, 'p256', 'authority'), key = await generate(daemon, 'p256');
  const rootTbs = tbs(ca.spki, { subject: dn('Test authority'), days: 3650, ca: true, usage: bitString(1, 0x06), ekus: [], names: [] });
  const issue = (what, by = ca) => call(daemon.admin, 'issue', [...by.place, what]);
  const rootCert = (await issue(rootTbs)).fields[0], leaf = (await issue(tbs(key.spki))).fields[0], list = (await issue(crl())).fields[0];
  const file = (name, type, der) => { const f = path.join(folder, name); writeFileSync(f, openssl([type, '-inform', 'DER'], der)); return f; };
  const rootFile = file('ca.pem', 'x509', rootCert);
  assert.match(openssl(['verify', '-CAfile', rootFile, '-purpose', 'smimesign', file('leaf.pem', 'x509', leaf)]).toString(), /: OK/);
  assert.match(spawnSync('openssl', ['crl', '-in', file('list.pem', 'crl', list), '-noout', '-CAfile', rootFile], { encoding: 'utf8' }).stderr, /verify OK/);
  const imported_ = await importKey(daemon, rsa, { purpose: 'authority', mailbox: '' }); // one that was there before
  const byRsa = (await issue(tbs(key.spki, { alg: seq(oid('1.2.840.113549.1.1.11'), tlv(5)), serial: int(Buffer.concat([Buffer.from([0x41]), crypto.randomBytes(15)])) }), imported_)).fields[0];
  assert.ok(new crypto.X509Certificate(byRsa).verify(crypto.createPublicKey(readFileSync(rsa.cert))));
  assert.equal((await issue(tbs(key.spki, { alg: seq(oid('1.2.840.113549.1.1.11')) }), imported_)).result, 'refused'); // NULL is missing (RFC 4055)
  assert.equal((await sign(daemon, imported_)).result, 'refused');
  const ca384 = await generate(daemon, 'p384', 'authority');
  assert.equal((await issue(tbs(key.spki, { alg: ECDSA384 }), ca384)).result, 'done');
  assert.equal((await issue(tbs(key.spki), ca384)).result, 'refused');
});

test('an authority signs certificates for mail and lists, nothing else', async () => {
  const daemon = await keyDaemon();
  const ca = await generate(daemon, 'p256', 'authority'), key = await generate(daemon, 'p256');
  const server = oid('1.3.6.1.5.5.7.3.1'), code = oid('1.3.6.1.5.5.7.3.3');
  const issue = (what, by = ca) => call(daemon.admin, 'issue', [...by.place, what]);
  assert.equal((await issue(tbs(key.spki))).result, 'done');
  assert.equal((await issue(tbs(key.spki, { days: 825 }))).result, 'done');
  for (const [what, bytes] of Object.entries({
    'a text': Buffer.from('sign this'), 'signed attributes': attributes, 'nothing': Buffer.alloc(0), 'an empty sequence': seq(), 'another sequence': seq(oid('1.2.3'), int(1)),
    'an authority below': tbs(key.spki, { ca: true, usage: bitString(1, 0x06) }), 'a CA without key usage': tbs(key.spki, { ca: true }), 'keyCertSign without CA': tbs(key.spki, { usage: bitString(2, 0x84) }), 'cRLSign': tbs(key.spki, { usage: bitString(1, 0x82) }),
    'no key usage': tbs(key.spki, { usage: null }), 'for servers': tbs(key.spki, { ekus: [server] }), 'for mail and servers': tbs(key.spki, { ekus: [EMAIL, server] }), 'for code': tbs(key.spki, { ekus: [code] }), 'for anything': tbs(key.spki, { ekus: [] }),
    'no address': tbs(key.spki, { names: [] }), 'a host name': tbs(key.spki, { names: [tlv(0x82, Buffer.from('www.example.org'))] }), 'an address and a host': tbs(key.spki, { names: [tlv(0x81, Buffer.from('a@b.c')), tlv(0x82, Buffer.from('b.c'))] }),
    'three years': tbs(key.spki, { days: 1095 }), 'no days': tbs(key.spki, { days: -5 }), 'version 1': tbs(key.spki, { version: ctx(0, int(0)) }), 'serial 0': tbs(key.spki, { serial: int(0) }), 'a negative serial': tbs(key.spki, { serial: tlv(2, Buffer.from([0x80])) }), 'a long serial': tbs(key.spki, { serial: int(Buffer.alloc(21, 1)) }),
    'its own key for mail': tbs(ca.spki), 'its own key under another name': tbs(ca.spki, { subject: dn('Other'), ca: true, usage: bitString(1, 0x06), ekus: [], names: [] }), 'another algorithm': tbs(key.spki, { alg: ECDSA384 }),
    'an unknown critical extension': tbs(key.spki, { more: [ext('1.2.3.4', true, int(1))] }), 'something behind it': Buffer.concat([tbs(key.spki), Buffer.from([0])]), 'cut short': tbs(key.spki).subarray(0, -1),
    'a list of version 1': crl({ version: [] }), 'a list without an end': crl({ next: [] }), 'a list with another algorithm': crl({ alg: ECDSA384 }), 'a whole certificate': rsa.der,
  })) assert.equal((await issue(bytes)).result, 'refused', what);
  assert.equal((await issue(tbs(ca.spki), key)).result, 'refused'); // a mailbox's key is no authority
  assert.equal((await sign(daemon, ca)).result, 'refused'); // and an authority signs no mail
  assert.equal((await sign(daemon, { place: ['mailbox', 'acme', 'carol@example.org', ca.id, ca.sealed] })).result, 'unknown_key');
  assert.equal((await issue(tbs(key.spki), { place: ['authority', 'acme', '', key.id, key.sealed] })).result, 'unknown_key');
  assert.equal((await call(daemon.admin, 'generate', ['authority', 'acme', 'a@b.c', 'p256'])).result, 'refused');
  for (const kind of ['rsa1024', 'p521', '', 'ed25519']) assert.equal((await call(daemon.admin, 'generate', ['mailbox', 'acme', 'a@b.c', kind])).result, 'unsupported');
});

// --- what can be seen from outside --------------------------------------------------------------------------------

const needles = () => [...keyNeedles('alice', rsa.key), ...keyNeedles('bob', ec.key), ...passphraseNeedles(PASSPHRASE)];
/** Every operation once; all bytes that came back. */
async function useAll(daemon) {
  const out = [];
  const keep = (where, answer) => { if (answer) out.push({ where: `the answer to ${where}`, bytes: answer.bytes }); return answer; };
  for (const key of [rsa, ec]) {
    const a = imported(keep('import', await call(daemon.admin, 'import', ['mailbox', 'acme', key.address, PASSPHRASE, key.p12])), { mailbox: key.address });
    out.push({ where: 'the sealed key', bytes: a.sealed });
    keep('sign', await sign(daemon, a));
    keep('request', await call(daemon.admin, 'request', [...a.place, 'Test', key.address]));
    keep('reseal', await call(daemon.admin, 'reseal', [...a.place, key.address]));
    keep('unwrap', await call(daemon.gate, 'unwrap', [...a.place, ...unwrapFields(ktri(new Cert(rsa.der), digest), 32)]));
    keep('derive', await call(daemon.gate, 'derive', [...a.place, ...deriveFields(kari(new Cert(ec.der), digest))]));
  }
  keep('a wrong passphrase', await call(daemon.admin, 'import', ['mailbox', 'acme', rsa.address, `${PASSPHRASE}!`, rsa.p12]));
  return out;
}

test('no key and no passphrase in answers, sealed keys and the log', async () => {
  const daemon = await keyDaemon({ more: ['uses_per_minute = 1000'], env: {} });
  const seen = await useAll(daemon);
  await daemon.close();
  assert.ok(seen.length >= 14);
  assert.ok(daemon.log().filter((l) => l.event === 'key_used').length >= 13);
  assert.deepEqual(search([...seen, { where: 'the log', bytes: Buffer.from(daemon.output) }], needles()), []);
});

test('a build that leaks on purpose is found out', { skip: existsSync(path.join(top, 'build/mutant-KEYD_LEAK/waxseal-keyd')) ? false : 'make MUTANT=KEYD_LEAK build/mutant-KEYD_LEAK/waxseal-keyd builds it' }, async () => {
  const daemon = await keyDaemon({ program: path.join(top, 'build/mutant-KEYD_LEAK/waxseal-keyd') });
  const a = await call(daemon.admin, 'import', ['mailbox', 'acme', rsa.address, PASSPHRASE, rsa.p12]);
  const memory = root && !sanitized ? memoryOf(daemon) : [];
  await daemon.close();
  if (memory.length) assert.ok(search(memory, needles()).some((h) => h.startsWith('prime')), 'memory that is not wiped');
  const hits = search([{ where: 'the answer', bytes: a.bytes }, { where: 'the log', bytes: Buffer.from(daemon.output) }], needles());
  for (const what of [/^PKCS#8 key of alice in the answer$/, /^prime1 of alice in the answer$/, /^passphrase .* in the log$/]) assert.ok(hits.some((h) => what.test(h)), `${what}: ${hits}`);
});

/** What it may write to, as it is now. */
function memoryOf(daemon) {
  const texts = [], fd = openSync(`/proc/${daemon.child.pid}/mem`, 'r');
  for (const line of readFileSync(`/proc/${daemon.child.pid}/maps`, 'latin1').split('\n')) {
    const m = /^([0-9a-f]+)-([0-9a-f]+) rw.. \S+ \S+ \S+ *(.*)$/.exec(line);
    if (!m) continue;
    const from = BigInt(`0x${m[1]}`), bytes = Buffer.alloc(Number(BigInt(`0x${m[2]}`) - from));
    try { texts.push({ where: `memory ${m[3] || m[1]}`, bytes: bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, from)) }); } catch { /* guard pages */ }
  }
  closeSync(fd);
  return texts;
}
test('nothing of a key is left in memory once it was used', { skip: !root ? 'needs root to look into its memory' : sanitized ? 'a sanitizer keeps freed memory' : false }, async () => {
  const daemon = await keyDaemon({ more: ['uses_per_minute = 1000'] });
  await useAll(daemon);
  const texts = memoryOf(daemon);
  assert.ok(texts.reduce((n, t) => n + t.bytes.length, 0) > 1 << 20);
  const master = Buffer.from(daemon.masters[0], 'hex');
  assert.equal(search(texts, [{ what: 'the master key', bytes: master }]).length > 0, true, 'the search finds what is there');
  assert.deepEqual(search(texts, needles()), []);
});

test('its memory is locked, its own and never dumped', async () => {
  const daemon = await keyDaemon();
  const proc = (name) => readFileSync(`/proc/${daemon.child.pid}/${name}`, 'utf8');
  const [, , locked, confined] = (await call(daemon.gate, 'ping')).fields.map(String);
  if (!sanitized) {
    for (const task of readdirSync(`/proc/${daemon.child.pid}/task`)) assert.match(proc(`task/${task}/status`), /NoNewPrivs:\t1\nSeccomp:\t2\n/);
    assert.equal(confined, 'confined');
  }
  if (mayLock && !sanitized) {
    assert.equal(locked, 'locked');
    assert.match(proc('status'), /VmLck:\t *[1-9]\d{3,} kB/);
  }
  assert.match(proc('status'), /VmSwap:\t +0 kB/);
  assert.match(proc('limits'), /Max core file size +0 +0 /);
  assert.equal(proc('coredump_filter'), '00000000\n');
  const as = (args) => (root ? spawnSync('setpriv', [`--reuid=${daemonUser.uid}`, `--regid=${daemonUser.gid}`, '--clear-groups', ...args], { encoding: 'utf8' }) : spawnSync(args[0], args.slice(1), { encoding: 'utf8' }));
  for (const name of ['mem', 'maps', 'environ', 'fd']) { // its own user, who might send it a signal
    const r = as([name === 'fd' ? 'ls' : 'head', ...(name === 'fd' ? [] : ['-c1']), `/proc/${daemon.child.pid}/${name}`]);
    assert.notEqual(r.status, 0, name);
    assert.match(r.stderr, /Permission denied/);
  }
  if (sanitized) return; // a sanitizer reports the signal instead of dying by it
  assert.equal(as(['kill', '-SEGV', String(daemon.child.pid)]).status, 0);
  assert.match(String(await daemon.ended), /^SIGSEGV$/);
  assert.deepEqual(readdirSync(daemon.at).filter((f) => f.startsWith('core')), []);
});

// --- starting -------------------------------------------------------------------------------------------------------

test('a master key file that others may read, a wrong one, or none: it does not start and says why', () => {
  const at = mkdtempSync(path.join(folder, 'start-')), file = path.join(at, 'waxseal.conf'), master = path.join(at, 'master');
  const check = (text, mode, more = {}, env = {}) => {
    rmSync(master, { force: true });
    if (text !== null) writeFileSync(master, text, { mode: 0o600 });
    if (text !== null) chmodSync(master, mode);
    writeFileSync(file, config(at, more));
    const r = spawnSync(program, ['--config', file, '--check'], { encoding: 'utf8', env: { ...process.env, ...env } });
    return r.status === 0 ? 'ok' : r.stderr.trim();
  };
  const key = newMaster();
  assert.equal(check(`${key}\n`, 0o600), 'ok');
  assert.equal(check(`# old\n${newMaster()}\n\n${key.toUpperCase()}`, 0o400), 'ok');
  assert.match(check(`${key}\n`, 0o640), /master: others may read or write it; chmod 600$/);
  assert.match(check(`${key}\n`, 0o604), /others may/);
  assert.match(check(null, 0), /No such file/);
  assert.match(check('', 0o600), /There is no master key\.$/);
  for (const text of [key.slice(1), `${key}0`, 'x'.repeat(64), '0'.repeat(64), 'ab'.repeat(32)]) {
    const said = check(`${text}\n`, 0o600);
    assert.match(said, /Line 1 is no master key/);
    assert.ok(!said.includes(text.slice(0, 16)));
  }
  assert.match(check(`${key}\n${key}\n`, 0o600), /Line 2 repeats a master key\.$/);
  assert.match(check(Array.from({ length: 17 }, newMaster).join('\n'), 0o600), /more than 16/);
  assert.match(check(`${key}\n`, 0o600, { gate: 'nobody-of-this-name' }), /gate_users: expected .* got "nobody-of-this-name"/);
  assert.match(check(`${key}\n`, 0o600, { admin: 'nobody' }), /admin_users: not "nobody"/);
  assert.match(check(`${key}\n`, 0o600, { master: 'master' }), /\$CREDENTIALS_DIRECTORY/);
  assert.equal(check(`${key}\n`, 0o440, { master: 'master' }, { CREDENTIALS_DIRECTORY: at }), 'ok'); // as systemd hands it over
  assert.match(check(`${key}\n`, 0o444, { master: 'master' }, { CREDENTIALS_DIRECTORY: at }), /others may/);
});

/** Who is told "busy" before it wrote its request loses that answer in node, which gives up at the failed write. */
const orBusy = (r) => r?.result ?? 'busy';
test('a client that never finishes its request is let go; a full queue says so; the other door is not kept waiting', async () => {
  const daemon = await keyDaemon({ more: ['threads = 1'] });
  const a = await importKey(daemon, ec);
  const order = [];
  const held = raw(daemon.gate, frame('sign', [...a.place, 'sha256', 'pkcs1', attributes, digest]).subarray(0, 100)).then((bytes) => { order.push('held'); return bytes; });
  const crowd = Array.from({ length: 70 }, () => call(daemon.gate, 'ping'));
  await until('a full queue', () => daemon.log().some((l) => l.event === 'queue_full'));
  assert.equal((await call(daemon.admin, 'generate', ['mailbox', 'acme', 'a@b.c', 'p256'])).result, 'done');
  order.push('admin');
  assert.equal((await held).length, 0);
  assert.deepEqual(order, ['admin', 'held']);
  const results = (await Promise.all(crowd)).map(orBusy);
  assert.ok(results.every((r) => ['done', 'busy'].includes(r)), results.join(' '));
  assert.ok(results.includes('busy') && results.filter((r) => r === 'done').length >= 60, results.join(' '));
  assert.equal((await sign(daemon, a)).result, 'done');
  assert.equal(daemon.log().filter((l) => l.event === 'request_unreadable').length, 1);
});

test('slow files at the administration keep nobody waiting at the gate', async () => {
  const daemon = await keyDaemon();
  const a = await importKey(daemon, ec);
  const slow = openssl(['pkcs12', '-export', '-inkey', ec.key, '-in', ec.cert, '-passout', 'pass:x', '-iter', '2000000']);
  const order = [];
  const imports = Array.from({ length: 2 }, () => call(daemon.admin, 'import', ['mailbox', 'acme', ec.address, 'x', slow]).then((r) => { order.push('import'); return r; }));
  for (let i = 0; i < 3; i++) {
    assert.equal((await sign(daemon, a)).result, 'done');
    order.push('sign');
  }
  for (const r of await Promise.all(imports)) assert.equal(r.result, 'done');
  assert.deepEqual(order, ['sign', 'sign', 'sign', 'import', 'import']);
});

test('what is under way when it is stopped is answered', async () => {
  const daemon = await keyDaemon();
  const making = Array.from({ length: 4 }, () => call(daemon.admin, 'generate', ['mailbox', 'acme', 'a@b.c', 'rsa3072']));
  await until('the first key', () => daemon.log().some((l) => l.operation === 'generate'));
  daemon.child.kill('SIGTERM');
  assert.equal(await daemon.ended, 0);
  const results = (await Promise.all(making)).map(orBusy);
  assert.ok(results.every((r) => ['done', 'busy'].includes(r)), results.join(' '));
});

test('many at once, and a clean end', async () => {
  const daemon = await keyDaemon({ more: ['uses_per_minute = 100000'] });
  const a = await importKey(daemon, ec);
  for (let round = 0; round < 5; round++) {
    const answers = await Promise.all(Array.from({ length: 60 }, () => sign(daemon, a)));
    for (const r of answers) assert.ok(r.result === 'busy' || crypto.verify('sha256', attributes, readFileSync(ec.cert), r.fields[0]));
    assert.ok(answers.some((r) => r.result === 'done'));
  }
  daemon.child.kill('SIGTERM');
  assert.equal(await daemon.ended, 0);
  assert.ok(daemon.log().some((l) => l.event === 'stopping'));
});
