import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { Reader, DerError, oidText } from '../../src/smime/der.ts';
import { backupName, canImport, classifyFile, judgePassphrase, labelOf, summarize, vaultCertificates } from '../../src/smime/importing.ts';
import type { OpenedFile } from '../../src/smime/protocol.ts';
import { matchAddress, readCertificate } from '../../src/smime/x509.ts';
import { FakeWorker, NOT_BUILT, built, fixture, newKeyring, pass, unhex } from './harness.ts';

const skip = built ? false : NOT_BUILT;
const NOW = Date.UTC(2026, 10, 22);

async function opened(name: string, passphrase = 'corpus'): Promise<OpenedFile> {
  return newKeyring(new FakeWorker()).open(fixture(name), pass(passphrase));
}
const leaf = (f: OpenedFile): Uint8Array => f.keys[0]!.certificates[0]!.der;

test('reads certificates as node does', { skip }, async () => {
  const files = ['rsa2048-default', 'key-p256', 'key-p384', 'key-ed25519', 'key-bp256', 'cert-multi', 'cert-noeku', 'cert-expired', 'key-rsa4096', 'key-rsa1024', 'cert-selfsigned'];
  for (const name of files) {
    const der = leaf(await opened(`${name}.p12`));
    const mine = readCertificate(der);
    const theirs = new X509Certificate(der);
    assert.equal(mine.notBefore, Date.parse(theirs.validFrom), name);
    assert.equal(mine.notAfter, Date.parse(theirs.validTo), name);
    assert.equal(mine.serialText.toUpperCase().replace(/^00/, ''), theirs.serialNumber.replace(/^00/, ''), name);
    const san = theirs.subjectAltName ?? '';
    assert.deepEqual(mine.addresses, [...san.matchAll(/email:([^,]+)/g)].map((m) => m[1]), name);
    const details = theirs.publicKey.asymmetricKeyDetails;
    if (details?.modulusLength) assert.equal(mine.key.bits, details.modulusLength, name);
    assert.ok(theirs.subject.includes(`CN=${mine.commonName}`), name);
  }
});

test('every truncation of a certificate is refused, none hangs', { skip }, async () => {
  const der = leaf(await opened('key-p256.p12'));
  for (let n = 0; n < der.length; n++) assert.throws(() => readCertificate(der.subarray(0, n)), DerError);
});

test('addresses: domain without case, local part with', { skip }, async () => {
  const cert = readCertificate(leaf(await opened('cert-multi.p12')));
  assert.equal(cert.addresses.length, 3);
  const [local, domain] = cert.addresses[0]!.split('@') as [string, string];
  assert.equal(matchAddress(cert, `${local}@${domain.toUpperCase()}`), 'yes');
  assert.equal(matchAddress(cert, `${local.toUpperCase()}@${domain}`), 'case');
  assert.equal(matchAddress(cert, `${local}@other.example`), 'no');
  assert.equal(matchAddress(cert, local), 'no');
});

test('the summary says what a file is good for', { skip }, async () => {
  const cases: [string, string | null, string[], boolean][] = [
    ['rsa2048-default.p12', null, [], true], ['rsa2048-default.p12', 'else@demo.test', ['address'], false], ['cert-expired.p12', null, ['expired'], true],
    ['key-rsa1024.p12', null, ['weak'], true], ['key-ed25519.p12', null, ['no_use'], false],
  ];
  for (const [name, address, problems, usable] of cases) {
    const file = await opened(name);
    const own = readCertificate(leaf(file)).addresses[0]!;
    const all = summarize(file, address ?? own, NOW);
    assert.deepEqual(all.map((s) => s.problems), [problems], name);
    assert.equal(canImport(all), usable, name);
  }
  const two = summarize(await opened('multi-sign-enc.p12'), 'x@y.test', NOW);
  assert.equal(two.length, 2);
  const uses = two.map((s) => s.problems.filter((p) => p.endsWith('_only')).join());
  assert.deepEqual(uses.sort(), ['encrypt_only', 'sign_only']);
});

test('each key brings its certificates to the vault', { skip }, async () => {
  assert.equal(vaultCertificates(await opened('multi-sign-enc.p12')).length, 2);
  const f = await opened('name-utf8.p12');
  assert.notEqual(labelOf(summarize(f, 'a@b.c', NOW), 'file.p12'), 'file');
});

test('files picked by mistake get a name', () => {
  assert.equal(classifyFile(new Uint8Array()), 'empty');
  assert.equal(classifyFile(pass('-----BEGIN RSA PRIVATE KEY-----\nMII')), 'pem_key');
  assert.equal(classifyFile(pass('Bag Attributes\n-----BEGIN ENCRYPTED PRIVATE KEY-----')), 'pem_key');
  assert.equal(classifyFile(pass('-----BEGIN CERTIFICATE-----\n')), 'pem');
  assert.equal(classifyFile(unhex('308204a2020100')), 'key');
  assert.equal(classifyFile(unhex('308204a2308203')), 'certificate');
  assert.equal(classifyFile(pass('Hello')), 'other');
  assert.equal(classifyFile(new Uint8Array(3 << 20)), 'too_large');
  for (const name of ['rsa2048-default', 'nss-default', 'key-p256']) assert.equal(classifyFile(fixture(`${name}.p12`)), 'p12');
});

test('passphrases', () => {
  assert.equal(judgePassphrase('short', 'short'), 'short');
  assert.equal(judgePassphrase('         ', '         '), 'blank');
  assert.equal(judgePassphrase('long enough', 'long enouth'), 'differs');
  assert.equal(judgePassphrase('long enough', 'long enough'), null);
  assert.equal(judgePassphrase('🔑🔑🔑🔑🔑🔑🔑', '🔑🔑🔑🔑🔑🔑🔑'), 'short', 'counted in characters');
});

test('names of backups are safe file names', () => {
  assert.equal(backupName('alice@demo.test', NOW), 'alice@demo.test-2026-11-22.p12');
  assert.equal(backupName('../a b/"c"@x.y', NOW), '.._a_b__c_@x.y-2026-11-22.p12');
});

test('DER is read strictly', () => {
  const bad = ['30', '3080', '308100', '30820001ff', '1f8101', '3003020101ff00'.slice(0, 8), '3085000000000100'];
  for (const hex of bad) assert.throws(() => new Reader(unhex(hex)).expect(0x30), DerError, hex);
  assert.equal(oidText(unhex('2a864886f70d010101')), '1.2.840.113549.1.1.1');
  assert.equal(oidText(unhex('551d11')), '2.5.29.17');
});
