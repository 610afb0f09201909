// What `openssl cms` writes in every cipher and form, opened by `waxsealctl message inspect`: the path of
// server and gateway, from the MIME entity to the verdict.
import test from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const tool = join(root, process.env.BUILD ?? 'build', 'waxsealctl');
const keys = join(root, 'tests/fixtures/smime/keys/corpus');
const folder = mkdtempSync(join(tmpdir(), 'waxseal-'));
test.after(() => rmSync(folder, { recursive: true }));
const text = join(folder, 'in');
writeFileSync(text, 'Content-Type: text/plain\r\n\r\nThe code is 4711.\r\n');

const cert = (name) => join(keys, `${name}.cert.pem`);
const key = (name) => join(keys, `${name}.key.pem`);
const legacy = ['-provider', 'default', '-provider', 'legacy'];

// The entity openssl writes, or null where openssl itself cannot (RC2-40 under AES key wrap).
function openssl(args) {
  const r = spawnSync('openssl', ['cms', '-binary', ...args, '-in', text], { maxBuffer: 1 << 24 });
  return r.status === 0 ? r.stdout : null;
}
function inspect(entity, readers) {
  const file = join(folder, 'mail.eml');
  writeFileSync(file, Buffer.concat([Buffer.from('From: Anna <anna@corpus.example>\r\nTo: bert@corpus.example\r\n'), entity]));
  const args = readers.flatMap((r) => ['--key', key(r), '--cert', cert(r)]);
  return JSON.parse(execFileSync(tool, ['message', 'inspect', '--content', '--trust', cert('root'), ...args, file]));
}

const CIPHERS = { aes128: 'aes-128-cbc', aes192: 'aes-192-cbc', aes256: 'aes-256-cbc', 'aes-128-gcm': 'aes-128-gcm',
  'aes-192-gcm': 'aes-192-gcm', 'aes-256-gcm': 'aes-256-gcm', des3: 'des-ede3-cbc', 'rc2-40': 'rc2-cbc', 'rc2-64': 'rc2-cbc',
  'rc2-128': 'rc2-cbc', camellia128: 'camellia-128-cbc', camellia256: 'camellia-256-cbc' };
const FORMS = { plain: [], 'by key identifier': ['-keyid'], streamed: ['-stream'] };

for (const [option, cipher] of Object.entries(CIPHERS)) {
  test(`we open ${option}`, () => {
    let made = 0;
    for (const reader of ['bert', 'bert-ec', 'rsa3072']) {
      for (const [form, args] of Object.entries(FORMS)) {
        const entity = openssl(['-encrypt', ...legacy, `-${option}`, ...args, '-recip', cert(reader)]);
        if (!entity) continue;
        made++;
        const got = inspect(entity, ['rsa4096', reader]);
        const gcm = cipher.endsWith('gcm');
        assert.equal(got.verdict, gcm ? 'encrypted' : 'encrypted-unauthenticated', `${reader} ${form}`);
        assert.equal(got.encryption.cipher, cipher);
        assert.equal(got.encryption.integrity, gcm ? 'authenticated' : 'none');
        assert.ok(got.content.text.includes('4711'), `${reader} ${form}`);
        const old = /^(des|rc2)/.test(cipher);
        assert.equal(got.level, old ? 'warning' : 'neutral');
      }
    }
    assert.ok(made >= 6, `openssl made ${made}`);
  });
}

test('single DES is not opened, and that is said', () => {
  const got = inspect(openssl(['-encrypt', ...legacy, '-des', '-recip', cert('bert')]), ['bert']);
  assert.equal(got.verdict, 'decrypt-error');
  assert.ok(got.reasons.some((r) => r.code === 'cipher_unsupported'));
  assert.equal(got.content.text, '');
});

test('a password recipient is counted and not asked', () => {
  const got = inspect(openssl(['-encrypt', '-aes256', '-pwri_password', 'x', '-recip', cert('bert')]), ['bert']);
  assert.equal(got.verdict, 'encrypted-unauthenticated');
  assert.deepEqual(got.encryption.recipients.map((r) => r.kind).sort(), ['other', 'rsa-v15']);
});

for (const [name, args, verdict, algorithm] of [
  ['clear', [], 'signed-valid', 'rsa-pkcs1-sha256'],
  ['opaque', ['-nodetach'], 'signed-valid', 'rsa-pkcs1-sha256'],
  ['opaque and streamed', ['-nodetach', '-stream'], 'signed-valid', 'rsa-pkcs1-sha256'],
  ['without attributes', ['-noattr'], 'signed-valid', 'rsa-pkcs1-sha256'],
  ['by key identifier', ['-keyid'], 'signed-valid', 'rsa-pkcs1-sha256'],
  ['with SHA-512', ['-md', 'sha512'], 'signed-valid', 'rsa-pkcs1-sha512'],
  ['with SHA3-256', ['-md', 'sha3-256'], 'signed-valid', 'rsa-pkcs1-sha3-256'],
  ['with PSS', ['-keyopt', 'rsa_padding_mode:pss'], 'signed-valid', 'rsa-pss-sha256'],
  ['with SHA-1', ['-md', 'sha1'], 'signed-weak-or-invalid', 'rsa-pkcs1-sha1'],
  ['with MD5', ['-md', 'md5'], 'signed-weak-or-invalid', 'rsa-pkcs1-md5'],
  ['without its certificate', ['-nocerts'], 'signed-unverifiable', 'rsa-pkcs1-sha256'],
]) {
  test(`we judge what openssl signs, ${name}`, () => {
    const keyopt = args.includes('-keyopt');
    const rest = keyopt ? [] : args;
    const entity = openssl(['-sign', '-signer', cert('anna'), '-inkey', key('anna'), ...(keyopt ? args : []), '-certfile', cert('inter'), ...rest]);
    assert.ok(entity, 'openssl signs');
    // openssl writes bare LF around CRLF content; a mailbox has CRLF everywhere
    const got = inspect(Buffer.from(entity.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1'), []);
    assert.equal(got.verdict, verdict);
    assert.equal(got.signature.signers[0].algorithm, algorithm);
    assert.ok(got.content.text.includes('4711'));
  });
}
