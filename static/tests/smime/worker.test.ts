import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { KeyringError, Keyring } from '../../src/smime/keyring.ts';
import { sha256, toHex } from '../../src/smime/bytes.ts';
import { FakeWorker, NOT_BUILT, attributes, built, fixture, newKeyring, pass, unhex, wasmBytes } from './harness.ts';

const skip = built ? false : NOT_BUILT;
const word = (code: string) => (e: unknown): boolean => e instanceof KeyringError && e.code === code;

test('works only when eval, fetch and importScripts are blocked', { skip }, async () => {
  for (const open of ['eval', 'fetch', 'importScripts', 'same-origin fetch', 'same-origin importScripts'] as const) {
    const keyring = newKeyring(new FakeWorker({ open }));
    await assert.rejects(keyring.unlock(fixture('key-p256.p12'), pass('corpus'), 'x', 15), word('unsafe'), open);
  }
});

test('removes every global that could talk to anything', { skip }, async () => {
  const worker = new FakeWorker();
  await newKeyring(worker).look();
  for (const name of ['fetch', 'importScripts', 'indexedDB', 'caches', 'BroadcastChannel', 'WebSocket'])
    assert.equal(worker.scope[name], undefined, name);
});

test('refuses to work where such a global cannot be removed', { skip }, async () => {
  const source = readFileSync('build/keyring/worker.js', 'utf8');
  const worker = new FakeWorker({ source: `Object.defineProperty(self, 'caches', {value: 1});\n${source}` });
  // A non-configurable property makes delete throw in strict mode: no answer but a refusal either way.
  await assert.rejects(newKeyring(worker).look(), KeyringError);
});

test('runs no module but its own', { skip }, async () => {
  const other = wasmBytes();
  other[other.length - 1]! ^= 1;
  const worker = new FakeWorker();
  const keyring = new Keyring({ connect: () => worker.link(), wasm: () => Promise.resolve(other) });
  await assert.rejects(keyring.open(fixture('key-p256.p12'), pass('corpus')), word('integrity'));
});

test('opens, unlocks, tells what is inside, locks', { skip }, async () => {
  const keyring = newKeyring(new FakeWorker());
  await keyring.unlock(fixture('multi-sign-enc.p12'), pass('corpus'), 'Two keys', 15);
  assert.equal(keyring.state.value.locked, false);
  assert.equal(keyring.state.value.keys.length, 2);
  for (const key of keyring.state.value.keys) {
    assert.equal(key.type, 'rsa');
    assert.equal(key.certificates.length, 1);
    assert.equal(key.main, key.certificates[0]!.fingerprint);
    assert.equal(key.main, toHex(await sha256(key.certificates[0]!.der)));
  }
  assert.deepEqual(keyring.activity.value.map((a) => [a.action, a.label]), [['unlock', 'Two keys']]);
  await keyring.lock();
  assert.equal(keyring.state.value.locked, true);
  assert.deepEqual(keyring.state.value.keys, []);
  assert.equal(keyring.activity.value.at(-1)!.reason, 'user');
});

test('refuses for the right reason', { skip }, async () => {
  const keyring = newKeyring(new FakeWorker());
  const cases: [string, string, string][] = [
    ['key-p256.p12', 'wrong', 'wrong_passphrase'], ['bad-truncated.p12', 'corpus', 'damaged'], ['no-key.p12', 'corpus', 'empty'],
    ['bad-empty-file.p12', '', 'damaged'], ['bad-bitflip.p12', 'corpus', 'damaged'],
  ];
  for (const [file, passphrase, code] of cases) {
    await assert.rejects(keyring.unlock(fixture(file), pass(passphrase), file, 15), word(code), file);
    assert.equal(keyring.state.value.locked, true);
  }
});

test('opens every file of the zoo that must open, RC2 too', { skip }, async () => {
  const keyring = newKeyring(new FakeWorker());
  const files = ['rsa2048-legacy', 'rsa2048-rc2-40-both', 'rsa2048-3des', 'rsa2048-aes128', 'rsa2048-all-clear', 'rsa2048-nomac', 'rsa2048-mac-sha1',
    'rsa2048-mac-sha512', 'key-bp256', 'key-ed25519', 'key-p384', 'key-rsa4096', 'key-rsapss', 'name-utf8', 'cert-multi', 'chain-none'];
  for (const name of files) {
    const file = await keyring.open(fixture(`${name}.p12`), pass('corpus'));
    assert.equal(file.keys.length, 1, name);
    assert.equal(file.keys[0]!.certificates.length, 1, name);
    await keyring.close(file.handle);
  }
  for (const [name, text] of [['pw-astral', 'key🔑end'], ['pw-cyrillic-legacy', 'пароль123'], ['pw-empty-legacy', ''], ['pw-latin1', 'Zürich-Straße-é']] as const) {
    const file = await keyring.open(fixture(`${name}.p12`), pass(text));
    assert.equal(file.keys.length, 1, name);
    await keyring.close(file.handle);
  }
  assert.equal(keyring.state.value.locked, true, 'looking into a file unlocks nothing');
});

test('leaves no passphrase behind, and nothing at all after a lock', { skip }, async () => {
  const worker = new FakeWorker();
  const keyring = newKeyring(worker);
  const text = 'Zürich-Straße-é';
  const passphrase = pass(text);
  await keyring.unlock(fixture('pw-latin1.p12'), passphrase, 'x', 15);
  assert.equal(passphrase.length, 0, 'handed over, not copied');
  assert.equal(worker.contains(pass(text)), false, 'UTF-8');
  assert.equal(worker.contains(new Uint8Array(Buffer.from(text, 'utf16le').swap16())), false, 'BMPString');
  assert.equal(worker.contains(pass('Zoe Tester')), true, 'the search finds what is there: the certificate');
  await keyring.lock();
  for (const m of worker.memories) assert.ok(new Uint8Array(m.buffer).every((b) => b === 0));
  await keyring.unlock(fixture('key-p256.p12'), pass('corpus'), 'x', 15);
  assert.equal(keyring.state.value.locked, false, 'can be opened again');
});

test('nothing of a private key leaves', { skip }, async () => {
  const worker = new FakeWorker();
  const keyring = newKeyring(worker);
  await keyring.unlock(fixture('key-p256.p12'), pass('corpus'), 'x', 15);
  const file = await keyring.open(fixture('key-p256.p12'), pass('corpus'));
  assert.ok(file.keys.length === 1);
  const allowed = new Set(['id', 'value', 'event', 'entry', 'locked', 'since', 'lockAfter', 'keys', 'others', 'handle', 'build', 'started', 'activity', 'error',
    'index', 'type', 'bits', 'name', 'main', 'certificates', 'fingerprint', 'der', 'time', 'action', 'label', 'reason']);
  const walk = (v: unknown): void => {
    if (v instanceof Uint8Array || typeof v !== 'object' || v === null) return;
    for (const [k, x] of Object.entries(v)) {
      if (!Array.isArray(v)) assert.ok(allowed.has(k), k);
      walk(x);
    }
  };
  walk(worker.sent);
});

test('forgets a file that was only looked into, too', { skip }, async () => {
  const worker = new FakeWorker();
  const keyring = newKeyring(worker);
  const file = await keyring.open(fixture('key-p256.p12'), pass('corpus'));
  for (let i = 0; i < 59; i++) await worker.tick(15_000);
  assert.equal(worker.contains(pass('Zoe Tester')), true, 'still there while the import may go on');
  for (let i = 0; i < 3; i++) await worker.tick(15_000);
  for (const m of worker.memories) assert.ok(new Uint8Array(m.buffer).every((b) => b === 0));
  await assert.rejects(keyring.rewrap(file.handle, pass('another passphrase'), 600_000), word('unknown'));
});

test('locks when idle, after sleep, and for another account', { skip }, async () => {
  const worker = new FakeWorker();
  const keyring = newKeyring(worker);
  const unlock = () => keyring.unlock(fixture('key-p256.p12'), pass('corpus'), 'x', 5);
  await unlock();
  for (let i = 0; i < 19; i++) await worker.tick(15_000);
  assert.equal(keyring.state.value.locked, false);
  keyring.touch();
  await worker.tick(0);
  for (let i = 0; i < 19; i++) await worker.tick(15_000);
  assert.equal(keyring.state.value.locked, false, 'a touch starts the clock again');
  for (let i = 0; i < 3; i++) await worker.tick(15_000);
  assert.equal(keyring.state.value.locked, true);
  assert.equal(keyring.activity.value.at(-1)!.reason, 'idle');

  await unlock();
  await keyring.setTimeout(0);
  for (let i = 0; i < 100; i++) await worker.tick(15_000);
  assert.equal(keyring.state.value.locked, false, '0: until the tab closes');
  await worker.tick(3_600_000);
  assert.equal(keyring.state.value.locked, true);
  assert.equal(keyring.activity.value.at(-1)!.reason, 'sleep');

  await unlock();
  const other = newKeyring(worker, 'mallory@zoo.example');
  await other.look();
  assert.equal(other.state.value.locked, true);
  assert.equal(keyring.state.value.locked, true);
  assert.deepEqual(other.activity.value, []);
});

test('is one keyring for all tabs', { skip }, async () => {
  const worker = new FakeWorker();
  const a = newKeyring(worker);
  const b = newKeyring(worker);
  await a.unlock(fixture('key-p256.p12'), pass('corpus'), 'x', 15);
  await b.look();
  assert.equal(b.state.value.locked, false);
  assert.equal(b.state.value.keys.length, 1);
  await b.lock();
  assert.equal(a.state.value.locked, true);
});

test('re-wraps to the strong form, which opens with the new passphrase only', { skip }, async () => {
  const keyring = newKeyring(new FakeWorker());
  const file = await keyring.open(fixture('rsa2048-legacy.p12'), pass('corpus'));
  await assert.rejects(keyring.rewrap(file.handle, pass('new passphrase'), 1000), word('refused'));
  const strong = await keyring.rewrap(file.handle, pass('new passphrase'), 600_000);
  assert.match(toHex(strong), /060960864801650304012a/, 'AES-256-CBC');
  await assert.rejects(keyring.open(strong, pass('corpus')), word('wrong_passphrase'));
  const again = await keyring.open(strong, pass('new passphrase'));
  assert.equal(again.keys[0]!.main, file.keys[0]!.main);
});

test('signs only what was streamed into it, once', { skip }, async () => {
  const keyring = newKeyring(new FakeWorker());
  await keyring.unlock(fixture('key-p256.p12'), pass('corpus'), 'x', 15);
  const fingerprint = keyring.state.value.keys[0]!.main!;
  const entity = pass('Content-Type: text/plain\r\n\r\nHello\r\n');
  const sum = await sha256(entity);
  const sign = async (fed: Uint8Array, attrs: Uint8Array): Promise<Uint8Array> => {
    const d = await keyring.digest('sha256');
    await keyring.add(d, fed.subarray(0, 7));
    await keyring.add(d, fed.subarray(7));
    return keyring.sign(d, fingerprint, attrs, false, { subject: 'Hello' });
  };
  const good = await sign(entity, attributes(sum));
  assert.equal(good[0], 0x30, 'ECDSA-Sig-Value');
  const { X509Certificate, verify } = await import('node:crypto');
  const key = new X509Certificate(keyring.state.value.keys[0]!.certificates[0]!.der).publicKey;
  assert.equal(verify('sha256', attributes(sum), key, good), true);
  assert.equal(keyring.activity.value.at(-1)!.action, 'sign');
  assert.equal(keyring.activity.value.at(-1)!.subject, 'Hello');

  await assert.rejects(sign(pass('something else'), attributes(sum)), word('refused'));
  await assert.rejects(sign(entity, entity), word('refused'));
  const d = await keyring.digest('sha256');
  await keyring.add(d, entity);
  await keyring.sign(d, fingerprint, attributes(sum), false, {});
  await assert.rejects(keyring.sign(d, fingerprint, attributes(sum), false, {}), word('unknown'), 'a digest is used up');
  const e = await keyring.digest('sha256');
  await assert.rejects(keyring.sign(e, 'ab'.repeat(32), attributes(sum), false, {}), word('unknown'));
});

test('bounds how often a key is used', { skip }, async () => {
  const worker = new FakeWorker();
  const keyring = newKeyring(worker);
  await keyring.unlock(fixture('rsa2048-default.p12'), pass('corpus'), 'x', 15);
  const fingerprint = keyring.state.value.keys[0]!.main!;
  const rsa = unhex('300d06092a864886f70d0101010500');
  const ask = () => keyring.unwrap(fingerprint, rsa, new Uint8Array(256).fill(1), 32, { uid: 7, folder: 'f' });
  const first = await ask();
  assert.deepEqual(await ask(), first, 'the same answer to the same question');
  for (let i = 0; i < 58; i++) await ask();
  await assert.rejects(ask(), word('too_many'));
  assert.equal(keyring.activity.value.filter((a) => a.action === 'decrypt' && a.uid === '7').length, 60);
  await worker.tick(61_000);
  await ask();
});

test('answers nonsense with a refusal and goes on', { skip }, async () => {
  const worker = new FakeWorker();
  const keyring = newKeyring(worker);
  await keyring.unlock(fixture('key-p256.p12'), pass('corpus'), 'x', 15);
  const link = worker.link();
  const answers: { id?: number; error?: string }[] = [];
  link.listen((d) => answers.push(d as { id?: number; error?: string }), () => undefined);
  const bad: object[] = [{ op: '__proto__' }, { op: 'constructor' }, { op: 'unwrap' }, { op: 'open', file: 'x' }, { op: 'rewrap', handle: 99 }, { op: 'add', digest: 1 },
    { op: 'unlock', file: new Uint8Array(3 << 20), passphrase: new Uint8Array(1) }, { op: 'digest', name: 'md5' }, { op: 'timeout', lockAfter: -1 }];
  bad.forEach((m, i) => link.post({ id: i + 1, ...m }, []));
  await keyring.look();
  await new Promise((r) => setTimeout(r, 20));
  const errors = answers.filter((a) => a.error !== undefined);
  assert.equal(errors.length, bad.length);
  assert.equal(keyring.state.value.locked, false, 'none of it was a fault of the module');
});

test('a Worker of this tab alone is stopped when it takes too long', { skip: false }, async () => {
  let closed = 0;
  const keyring = new Keyring({
    connect: () => ({ shared: false, post: () => undefined, listen: () => undefined, close: () => { closed++; } }),
    wasm: () => Promise.resolve(new Uint8Array()), deadline: 5,
  });
  await assert.rejects(keyring.look(), word('timeout'));
  assert.equal(closed, 1);
});
