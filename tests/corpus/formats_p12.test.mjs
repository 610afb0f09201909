// PKCS#12 files in every form that programs write, also those nobody put into a file for us.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import path from 'node:path';
import { after, test } from 'node:test';
import { ctx, int, octets, oid, seq, toBer } from '../lib/der.mjs';
import { bag, bmpPass, certBag, crlBag, keyBag, pfx, plainSafe, safesBag, sealedSafe, secretBag, shrouded } from '../lib/p12make.mjs';
import { Zoo } from '../lib/zoo.mjs';

const zoo = new Zoo(path.join(import.meta.dirname, '../..'));
after(() => zoo.close());
const { cert, key } = zoo.rsa();
const pkcs8 = key.export({ type: 'pkcs8', format: 'der' });
const PASS = 'corpus';

function inspect(p12, pass = PASS) {
  const r = spawnSync(zoo.tool, ['p12', 'inspect', '--passphrase-file', zoo.at(zoo.file('pass', pass)), zoo.at(zoo.file('x.p12', p12))], { timeout: 60_000 });
  assert.ok(r.status === 0 || r.status === 1, `${r.status ?? r.signal} ${r.stderr}`);
  const out = JSON.parse(r.stdout);
  return r.status === 0 ? { word: 'opens', ...out } : { word: out.error.code };
}
/** By the openssl command; a passphrase that is not ASCII goes by a file. */
function written(name, ...args) {
  zoo.openssl('pkcs12', '-export', '-inkey', `${name}.key`, '-in', `${name}.pem`, '-out', 'o.p12', ...(args.some((a) => a.startsWith('-pass')) ? [] : ['-passout', `pass:${PASS}`]), ...args);
  return zoo.openssl('base64', '-A', '-in', 'o.p12').toString();
}
const opens = (p12, message, { keys = 1, certificates = 1, pass = PASS } = {}) => {
  const got = inspect(typeof p12 === 'string' ? Buffer.from(p12, 'base64') : p12, pass);
  assert.equal(got.word, 'opens', message);
  assert.deepEqual([got.keys.length, got.certificates.length], [keys, certificates], message);
  return got;
};
const pair = (pass = PASS, o = {}) => [sealedSafe([certBag(cert.der, { id: 'k' })], pass, o), plainSafe(shrouded(pkcs8, pass, { id: 'k', ...o }))];

test('PBES2 with every cipher and function, with and without a length', () => {
  for (const cipher of ['aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc', 'des-ede3-cbc'])
    for (const prf of [null, 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'])
      opens(pfx(pair(PASS, { cipher, prf, length: prf === 'sha512' }), PASS), `${cipher} ${prf}`);
});

test('MACs: every hash, PBMAC1, one round, none', () => {
  for (const hash of ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512']) opens(pfx(pair(), PASS, { mac: { hash, iterations: 100 } }), hash);
  opens(pfx(pair(), PASS, { mac: { hash: 'sha1', iterations: 1 } }), 'iterations left out');
  for (const pbmac1 of ['sha256', 'sha384', 'sha512']) opens(pfx(pair(), PASS, { mac: { pbmac1, prf: 'sha256' } }), `PBMAC1 ${pbmac1}`);
  opens(pfx(pair(), PASS, { mac: { pbmac1: 'sha512', length: 64 } }), 'PBMAC1 with 64 bytes');
  assert.notEqual(inspect(pfx(pair(), PASS, { mac: { pbmac1: 'sha256', length: 8 } })).word, 'opens', 'a short key proves nothing (RFC 9579 section 9)');
  opens(pfx(pair(), PASS, { mac: null }), 'no MAC');
  for (const mac of [{ hash: 'sha256', iterations: 100 }, { pbmac1: 'sha256' }])
    assert.equal(inspect(pfx(pair('another'), 'another', { mac })).word, 'wrong_passphrase', 'another passphrase');
  const bad = pfx(pair(), PASS);
  bad[Math.floor(bad.length / 2)] ^= 1;
  assert.ok(['wrong_passphrase', 'damaged'].includes(inspect(bad).word));
});

test('what openssl writes: old and new ciphers', () => {
  for (const name of ['PBE-SHA1-3DES', 'PBE-SHA1-2DES', 'PBE-SHA1-RC2-128', 'PBE-SHA1-RC2-40', 'AES-128-CBC', 'AES-256-CBC', 'DES-EDE3-CBC'])
    opens(written('rsa', '-legacy', '-keypbe', name, '-certpbe', name), name);
  for (const name of ['PBE-SHA1-RC4-128', 'PBE-SHA1-RC4-40', 'PBE-MD5-DES', 'PBE-SHA1-DES'])
    assert.equal(inspect(Buffer.from(written('rsa', '-legacy', '-keypbe', name, '-certpbe', name), 'base64')).word, 'unsupported', name);
  for (const md of ['sha1', 'sha224', 'sha256', 'sha384', 'sha512']) opens(written('rsa', '-macalg', md), `MAC ${md}`);
  opens(written('rsa', '-certpbe', 'NONE'), 'certificates in the clear');
  opens(written('rsa', '-keypbe', 'NONE', '-certpbe', 'NONE'), 'all in the clear');
  opens(written('rsa', '-nomac'), 'no MAC');
  opens(written('rsa', '-noiter', '-nomaciter'), 'one round');
  opens(written('rsa', '-certfile', 'root.pem'), 'with its root', { certificates: 2 });
});

test('keys of every kind', () => {
  for (const curve of ['P-256', 'P-384', 'P-521', 'brainpoolP256r1', 'brainpoolP384r1', 'brainpoolP512r1', 'secp256k1']) {
    const got = opens(written(zoo.ec(curve).name), curve);
    assert.equal(got.keys[0].type, 'ec', curve);
  }
  zoo.person('explicit', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-pkeyopt', 'ec_param_enc:explicit']);
  assert.ok(['opens', 'unsupported', 'empty', 'damaged'].includes(inspect(Buffer.from(written('explicit'), 'base64')).word), 'explicit parameters');
  zoo.person('ed25519', ['-algorithm', 'ED25519'], 'digitalSignature');
  assert.equal(opens(written('ed25519'), 'Ed25519').keys[0].type, 'ed25519');
  zoo.person('pss', ['-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:2048'], 'digitalSignature');
  opens(written('pss'), 'RSASSA-PSS');
  zoo.openssl('genpkey', '-genparam', '-algorithm', 'DSA', '-pkeyopt', 'dsa_paramgen_bits:1024', '-out', 'dsa.par');
  zoo.person('dsa', ['-paramfile', 'dsa.par'], 'digitalSignature');
  assert.equal(inspect(Buffer.from(written('dsa'), 'base64')).word, 'unsupported', 'DSA');
});

test('passphrases: as UTF-16, as UTF-8, as older programs had them, empty in both ways', () => {
  for (const pass of ['pässwörd', 'пароль', 'p 😀 w', '  blanks  ', 'x'.repeat(200), '1'])
    opens(pfx(pair(pass), pass), pass, { pass });
  opens(pfx(pair(''), ''), 'empty: two zero bytes', { pass: '' });
  opens(pfx(pair(''), '', { mac: { hash: 'sha256', iterations: 100, form: Buffer.alloc(0) } }), 'empty: nothing at all', { pass: '' });
  // OpenSSL before 1.1 widened each byte of what the terminal gave; others took Latin-1.
  const bytes = (pass, charset) => Buffer.concat([...Buffer.from(pass, charset)].map((b) => Buffer.from([0, b]))).toString('hex') + '0000';
  for (const charset of ['utf8', 'latin1'])
    opens(pfx(pair(Buffer.from('pässwörd', charset)), 'unused', { mac: { hash: 'sha1', iterations: 100, form: Buffer.from(bytes('pässwörd', charset), 'hex') } }), charset, { pass: 'pässwörd' });
  assert.equal(inspect(pfx(pair(), PASS), 'Corpus').word, 'wrong_passphrase');
  assert.equal(inspect(pfx(pair(), PASS), '').word, 'wrong_passphrase');
  assert.deepEqual(bmpPass('a').toString('hex'), '00610000');
});

test('contents: nested safes, unknown bags, lists, secrets, several keys, doubles, names', () => {
  const everything = [certBag(cert.der, { id: 'k', name: 'Ünï' }), crlBag(Buffer.from('a list')), secretBag(Buffer.from('a secret')), bag(9, octets('what comes later'))];
  opens(pfx([sealedSafe(everything, PASS), plainSafe(shrouded(pkcs8, PASS, { id: 'k' }))], PASS), 'other bags');
  opens(pfx([plainSafe(safesBag(safesBag(shrouded(pkcs8, PASS), certBag(cert.der))))], PASS), 'nested safes');
  opens(pfx([sealedSafe([keyBag(pkcs8), certBag(cert.der)], PASS)], PASS), 'a plain key inside an encrypted safe');
  let deep = certBag(cert.der);
  for (let i = 0; i < 60; i++) deep = safesBag(deep);
  assert.ok(['unsupported', 'damaged'].includes(inspect(pfx([plainSafe(shrouded(pkcs8, PASS), deep)], PASS)).word), 'sixty deep');
  const more = [...pair(), plainSafe(shrouded(zoo.rsa('second').key.export({ type: 'pkcs8', format: 'der' }), PASS), certBag(zoo.people.second.cert.der))];
  const two = opens(pfx(more, PASS), 'two keys', { keys: 2, certificates: 2 });
  assert.deepEqual(two.keys.map((k) => k.certificate).sort(), [0, 1], 'each key has its own certificate, with or without ids');
  opens(pfx([plainSafe(shrouded(pkcs8, PASS), shrouded(pkcs8, PASS), certBag(cert.der), certBag(cert.der))], PASS), 'everything twice counts once');
  assert.equal(inspect(pfx([plainSafe(certBag(cert.der))], PASS)).word, 'empty', 'no key');
  assert.equal(inspect(pfx([], PASS)).word, 'empty', 'nothing');
  assert.equal(opens(pfx([plainSafe(shrouded(pkcs8, PASS))], PASS), 'a key without certificate', { certificates: 0 }).keys[0].certificate, null);
  const strange = certBag(cert.der, { id: 'other' });
  assert.equal(opens(pfx([plainSafe(shrouded(pkcs8, PASS, { id: 'k' }), strange)], PASS), 'ids that do not fit').keys[0].certificate, 0, 'the public key decides');
});

test('BER, as browsers and Java wrote it', () => {
  const der = pfx(pair(), PASS);
  opens(toBer(der, (at) => at.startsWith('2')), 'outside');
  opens(toBer(der, undefined, 33), 'all of it');
  opens(toBer(der, (at) => at.startsWith('2'), 1), 'byte by byte');
  opens(Buffer.concat([der, Buffer.alloc(10)]), 'zeros behind it');
});

test('limits: huge iteration counts, odd versions, other modes of protection', () => {
  for (const said of [100_000_001, 2 ** 40]) {
    assert.equal(inspect(pfx(pair(PASS, { said }), PASS)).word, 'unsupported', `PBKDF2 ${said}`);
    assert.equal(inspect(pfx(pair(), PASS, { mac: { hash: 'sha256', iterations: 10, said } })).word, 'unsupported', `MAC ${said}`);
  }
  assert.equal(inspect(pfx(pair(PASS, { kdf: 'scrypt' }), PASS)).word, 'unsupported', 'scrypt');
  assert.equal(inspect(pfx(pair(), PASS, { version: 4 })).word, 'damaged', 'version 4');
  const signed = seq(int(3), seq(oid('1.2.840.113549.1.7.2'), ctx(0, seq(int(1)))));
  assert.ok(['unsupported', 'damaged'].includes(inspect(signed).word), 'integrity by a signature');
  assert.ok(['damaged', 'empty'].includes(inspect(Buffer.alloc(0)).word), 'an empty file');
  for (const n of [1, 5, 100, 700]) assert.notEqual(inspect(pfx(pair(), PASS).subarray(0, n)).word, 'opens', `cut after ${n} bytes`);
  assert.equal(inspect(crypto.randomBytes(3000)).word, 'damaged', 'noise');
  assert.equal(inspect(Buffer.from('-----BEGIN CERTIFICATE-----\n')).word, 'damaged', 'a certificate in PEM');
});
