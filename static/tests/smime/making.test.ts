// Keys made in the Worker, their requests, the certificates that arrive, copies: the real Worker with the real module.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { KeyringError } from '../../src/smime/keyring.ts';
import type { Keyring } from '../../src/smime/keyring.ts';
import { readCertificate } from '../../src/smime/x509.ts';
import { FakeWorker, NOT_BUILT, built, fixture, newKeyring, pass, wasmBytes } from './harness.ts';

const skip = built ? false : NOT_BUILT;
const ADDRESS = 'zoe@zoo.example';
const SECRET = 'Zürich, four new words';
const word = (code: string) => (e: unknown): boolean => e instanceof KeyringError && e.code === code;

function inFolder<T>(act: (file: (name: string, bytes?: Uint8Array) => string) => T): T {
  const dir = mkdtempSync(path.join(tmpdir(), 'waxseal-'));
  try {
    return act((name, bytes) => { const f = path.join(dir, name); if (bytes) writeFileSync(f, bytes); return f; });
  } finally { rmSync(dir, { recursive: true }); }
}
const openssl = (...args: string[]): string => execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

/** An authority of one test signs what the request asks for. */
function sign(request: Uint8Array, days = 30): { der: Uint8Array; p7: Uint8Array } {
  return inFolder((f) => {
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=Test authority', '-days', '90', '-keyout', f('ca.key'), '-out', f('ca.pem'));
    openssl('x509', '-req', '-inform', 'DER', '-in', f('r.csr', request), '-CA', f('ca.pem'), '-CAkey', f('ca.key'), '-copy_extensions', 'copy', '-days', String(days), '-out', f('c.pem'));
    openssl('x509', '-in', f('c.pem'), '-outform', 'DER', '-out', f('c.der'));
    openssl('crl2pkcs7', '-nocrl', '-certfile', f('ca.pem'), '-certfile', f('c.pem'), '-outform', 'DER', '-out', f('c.p7b'));
    return { der: new Uint8Array(readFileSync(f('c.der'))), p7: new Uint8Array(readFileSync(f('c.p7b'))) };
  });
}

async function made(keyring: Keyring, kind: 'p256' | 'p384' | 'rsa3072' = 'p256') {
  const { handle, keys } = await keyring.make(kind);
  return { handle, keys, request: await keyring.request(handle, 'Zoë Tester', ADDRESS) };
}

for (const [kind, type, bits, size] of [['p256', 'ec', 256, 'P-256'], ['p384', 'ec', 384, 'P-384'], ['rsa3072', 'rsa', 3072, 'Public-Key: (3072 bit)']] as const) {
  test(`makes a ${kind} key, asks for its certificate, takes it in`, { skip }, async () => {
    const keyring = newKeyring(new FakeWorker());
    const { handle, keys, request } = await made(keyring, kind);
    assert.deepEqual(keys.map((k) => [k.type, k.bits, k.main, k.certificates]), [[type, bits, null, []]]);
    const text = inFolder((f) => openssl('req', '-inform', 'DER', '-in', f('r', request), '-noout', '-verify', '-text', '-nameopt', 'utf8,sep_comma_plus'));
    assert.match(text, /Subject: CN=Zoë Tester\n/);
    assert.match(text, /Subject Alternative Name:\s*\n\s*email:zoe@zoo\.example\n/);
    assert.match(text, kind === 'rsa3072' ? /Key Usage: critical\s*\n\s*Digital Signature, Key Encipherment\n/ : /Key Usage: critical\s*\n\s*Digital Signature, Key Agreement\n/);
    assert.match(text, /Extended Key Usage:\s*\n\s*E-mail Protection\n/);
    assert.ok(text.includes(size));
    const file = await keyring.rewrap(handle, pass(SECRET), 600_000);
    await keyring.close(handle);

    const again = await keyring.open(file, pass(SECRET));
    const { der, p7 } = sign(request);
    const full = await keyring.take(again.handle, kind === 'p384' ? p7 : der);
    assert.equal(full.handle, again.handle);
    assert.deepEqual(full.keys[0]!.certificates.map((c) => Buffer.from(c.der).equals(der)), [true]);
    assert.equal(full.keys[0]!.main, full.keys[0]!.certificates[0]!.fingerprint);
    assert.equal(full.others.length, kind === 'p384' ? 1 : 0, 'the issuer comes along');
    const info = readCertificate(der);
    assert.deepEqual([info.addresses, info.canSign, info.canEncrypt], [[ADDRESS], true, true]);
    await keyring.keep(again.handle, 'New key', 15);
    assert.equal(keyring.state.value.locked, false);
    assert.equal(keyring.state.value.keys[0]!.main, full.keys[0]!.main);
  });
}

test('asks for no other address than the account has, and for no nonsense', { skip }, async () => {
  const keyring = newKeyring(new FakeWorker(), `demo ${ADDRESS}`);
  const { handle } = await keyring.make('p256');
  await assert.rejects(keyring.request(handle, 'Zoe', 'mallory@zoo.example'), word('refused'));
  await assert.rejects(keyring.request(handle, 'Zoe', `demo ${ADDRESS}`), word('refused'));
  await assert.rejects(keyring.request(handle, '', ADDRESS), word('refused'));
  await assert.rejects(keyring.request(handle, 'Zoe\nTester', ADDRESS), word('refused'));
  await assert.rejects(keyring.request(handle + 1, 'Zoe', ADDRESS), word('unknown'));
  await assert.rejects(keyring.make('rsa1024' as 'p256'), word('unsupported'));
  assert.ok((await keyring.request(handle, 'Zoe', ADDRESS)).length > 100, 'none of it harmed the key');
});

test('takes in no certificate of another key', { skip }, async () => {
  const keyring = newKeyring(new FakeWorker());
  const mine = await made(keyring);
  const other = await made(keyring);
  await assert.rejects(keyring.take(mine.handle, sign(other.request).der), word('empty'));
  await assert.rejects(keyring.take(mine.handle, pass('no certificate')), word('damaged'));
  await assert.rejects(keyring.take(mine.handle, mine.request), word('damaged'), 'the request itself');
  assert.equal(keyring.state.value.locked, true);
});

test('keeps unlocked what was opened, beside what is open already', { skip }, async () => {
  const keyring = newKeyring(new FakeWorker());
  const first = await keyring.open(fixture('key-p256.p12'), pass('corpus'));
  await keyring.keep(first.handle, 'First', 5);
  await keyring.close(first.handle);
  assert.equal(keyring.state.value.keys.length, 1);
  assert.equal(keyring.state.value.lockAfter, 5);
  const { since } = keyring.state.value;
  const second = await keyring.open(fixture('multi-sign-enc.p12'), pass('corpus'));
  await keyring.keep(second.handle, 'Second', 5);
  await keyring.keep(second.handle, 'Second', 5);
  assert.equal(keyring.state.value.keys.length, 3, 'doubles are dropped');
  assert.equal(keyring.state.value.since, since);
  await keyring.lock();
  await assert.rejects(keyring.keep(second.handle, 'Second', 5), word('unknown'));
});

/** Private numbers of the key in a .p12. */
function numbers(p12: Uint8Array): Uint8Array[] {
  const text = inFolder((f) => {
    writeFileSync(f('key.pem'), openssl('pkcs12', '-in', f('k.p12', p12), '-passin', `pass:${SECRET}`, '-nocerts', '-nodes'));
    return openssl('pkey', '-in', f('key.pem'), '-noout', '-text');
  });
  return [...text.matchAll(/^(?:priv|privateExponent|prime1|prime2|exponent1|exponent2|coefficient):\n((?:\s+[0-9a-f:]+\n)+)/gm)]
    .map((m) => new Uint8Array(Buffer.from(m[1]!.replace(/[\s:]/g, '').replace(/^(?:00)+/, ''), 'hex')));
}
/** As bytes and as the library holds numbers: lowest word first. */
const forms = (n: Uint8Array): Uint8Array[] => [n, n.toReversed()];

for (const kind of ['p256', 'rsa3072'] as const) {
  test(`leaves nothing of a ${kind} key behind once it is closed, and nothing at all after a lock`, { skip }, async () => {
    const worker = new FakeWorker();
    const keyring = newKeyring(worker);
    const { handle } = await made(keyring, kind);
    const file = await keyring.rewrap(handle, pass(SECRET), 600_000);
    const secrets = numbers(file);
    assert.equal(secrets.length, kind === 'p256' ? 1 : 6);
    assert.ok(secrets.every((n) => forms(n).some((x) => worker.contains(x))), 'the search finds the key that is there');
    assert.equal(worker.contains(pass(SECRET)), false, 'the passphrase of the re-wrapping');
    await keyring.close(handle);
    for (const n of secrets) for (const x of forms(n)) assert.equal(worker.contains(x), false);
    assert.ok(worker.sent.every((m) => secrets.every((n) => forms(n).every((x) => !Buffer.from(JSON.stringify(m, (_, v) => (v instanceof Uint8Array ? Buffer.from(v).toString('hex') : v as unknown))).includes(Buffer.from(x).toString('hex'))))), 'nor in what was answered');
    await keyring.lock();
    for (const m of worker.memories) assert.ok(new Uint8Array(m.buffer).every((b) => b === 0));
  });
}

test('re-wraps with a new passphrase: no trace of the old one, the same key', { skip }, async () => {
  const worker = new FakeWorker();
  const keyring = newKeyring(worker);
  const file = await keyring.open(fixture('pw-latin1.p12'), pass('Zürich-Straße-é'));
  const strong = await keyring.rewrap(file.handle, pass(SECRET), 600_000);
  for (const text of ['Zürich-Straße-é', SECRET]) {
    assert.equal(worker.contains(pass(text)), false);
    assert.equal(worker.contains(new Uint8Array(Buffer.from(text, 'utf16le').swap16())), false);
  }
  await assert.rejects(keyring.open(strong, pass('Zürich-Straße-é')), word('wrong_passphrase'));
  assert.equal((await keyring.open(strong, pass(SECRET))).keys[0]!.main, file.keys[0]!.main);
});

test('the module has one import, and no export that could give out a private key', { skip }, async () => {
  const module = await WebAssembly.compile(wasmBytes() as Uint8Array<ArrayBuffer>);
  assert.deepEqual(WebAssembly.Module.imports(module).map((i) => `${i.module}.${i.name}`), ['env.random']);
  assert.deepEqual(WebAssembly.Module.exports(module).map((e) => e.name).toSorted(), ['kr_alloc', 'kr_cert', 'kr_cert_count', 'kr_cert_key', 'kr_cert_size', 'kr_close', 'kr_derive', 'kr_digest_add',
    'kr_digest_end', 'kr_digest_new', 'kr_free', 'kr_init', 'kr_is_strong', 'kr_join', 'kr_key_bits', 'kr_key_cert', 'kr_key_count', 'kr_key_name', 'kr_key_type', 'kr_make', 'kr_new', 'kr_open',
    'kr_request', 'kr_result', 'kr_result_clear', 'kr_result_size', 'kr_rewrap', 'kr_sign', 'kr_take', 'kr_unwrap', 'memory']);
});

test('fails, and keeps nothing, where the browser has no random bytes', { skip }, async () => {
  const worker = new FakeWorker();
  const broken = { subtle: crypto.subtle, getRandomValues: () => { throw new Error('no randomness'); } };
  (worker.scope as { crypto: unknown }).crypto = broken;
  const keyring = newKeyring(worker);
  await assert.rejects(keyring.make('rsa3072'), word('failed'));
  await assert.rejects(keyring.make('p256'), word('failed'));
  for (const m of worker.memories) assert.ok(new Uint8Array(m.buffer).every((b) => b === 0));
});
