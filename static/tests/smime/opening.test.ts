import assert from 'node:assert/strict';
import { X509Certificate, constants, createCipheriv, createHash, createPublicKey, diffieHellman, generateKeyPairSync, publicEncrypt } from 'node:crypto';
import { test } from 'node:test';
import type { Job, JobRecipient } from '../../src/api/types.ts';
import { fromBase64, toBase64 } from '../../src/smime/bytes.ts';
import { KeyringError } from '../../src/smime/keyring.ts';
import type { Keyring } from '../../src/smime/keyring.ts';
import { canOpen, contentKey, matching } from '../../src/smime/opening.ts';
import { readCertificate } from '../../src/smime/x509.ts';
import { FakeWorker, NOT_BUILT, built, concat, fixture, newKeyring, pass, tlv, unhex } from './harness.ts';

const skip = built ? false : NOT_BUILT;
const RSA = unhex('300d06092a864886f70d0101010500');
// RSAES-OAEP with SHA-256 and MGF1 with SHA-256.
const OAEP = unhex('303c06092a864886f70d010107302fa00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500');
const CEK = Uint8Array.from({ length: 32 }, (_, i) => 200 - i);

async function unlocked(name: string): Promise<{ keyring: Keyring; der: Uint8Array }> {
  const keyring = newKeyring(new FakeWorker());
  await keyring.unlock(fixture(name), pass('corpus'), name, 15);
  return { keyring, der: keyring.state.value.keys[0]!.certificates[0]!.der };
}

function recipient(der: Uint8Array, patch: Partial<JobRecipient>): JobRecipient {
  const cert = readCertificate(der);
  return {
    index: 0, kind: 'rsa-v15', mine: true, issuer: toBase64(cert.issuer), serial: toBase64(cert.serial), key_identifier: null,
    encrypted_key: '', key_algorithm: toBase64(RSA), originator_key: null, ukm: null, ...patch,
  };
}
const job = (...recipients: JobRecipient[]): Job => ({ layer: 2, key_bytes: 32, recipients });

test('RSA v1.5 and OAEP, by issuer and serial or by key identifier', { skip }, async () => {
  const { keyring, der } = await unlocked('rsa2048-default.p12');
  const key = new X509Certificate(der).publicKey;
  const v15 = toBase64(new Uint8Array(publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, CEK)));
  const oaep = toBase64(new Uint8Array(publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, CEK)));
  const ski = toBase64(readCertificate(der).keyIdentifier!);
  const cases: Partial<JobRecipient>[] = [
    { encrypted_key: v15 }, { encrypted_key: oaep, kind: 'rsa-oaep', key_algorithm: toBase64(OAEP) }, { encrypted_key: v15, issuer: null, serial: null, key_identifier: ski },
  ];
  for (const patch of cases) {
    const answer = await contentKey(job(recipient(der, patch)), keyring, { uid: 4, subject: 'S' });
    assert.deepEqual(answer, { layer: 2, content_key: toBase64(CEK) });
  }
  const log = keyring.activity.value.filter((a) => a.action === 'decrypt');
  assert.equal(log.length, cases.length, 'one entry for each use');
  assert.equal(log[0]!.uid, '4');
});

test('picks the recipient that is ours among others', { skip }, async () => {
  const { keyring, der } = await unlocked('rsa2048-default.p12');
  const v15 = publicEncrypt({ key: new X509Certificate(der).publicKey, padding: constants.RSA_PKCS1_PADDING }, CEK);
  const other = recipient(der, { serial: toBase64(Uint8Array.from([9])) });
  const j = job(other, recipient(der, { encrypted_key: toBase64(new Uint8Array(v15)) }));
  assert.equal((await contentKey(j, keyring, {})).content_key, toBase64(CEK));
  assert.deepEqual(matching(j, keyring.state.value.keys[0]!.certificates), [keyring.state.value.keys[0]!.main]);
});

test('says when no open key fits, and when nothing is open', { skip }, async () => {
  const { keyring, der } = await unlocked('rsa2048-default.p12');
  const foreign = job(recipient(der, { serial: toBase64(Uint8Array.from([9])) }));
  assert.equal(canOpen(foreign, keyring), false);
  await assert.rejects(contentKey(foreign, keyring, {}), (e) => e instanceof KeyringError && e.code === 'unknown');
  await keyring.lock();
  await assert.rejects(contentKey(job(recipient(der, {})), keyring, {}), (e) => e instanceof KeyringError && e.code === 'locked');
});

test('ECDH, with and without user keying material', { skip }, async () => {
  const { keyring, der } = await unlocked('key-p256.p12');
  const ephemeral = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const z = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: new X509Certificate(der).publicKey });
  const wrap = unhex('300b060960864801650304012d');
  const algorithm = tlv(0x30, unhex('06062b8104010b01'), wrap); // dhSinglePass-stdDH-sha256kdf, aes256-wrap
  for (const ukm of [null, pass('material')]) {
    const info = tlv(0x30, wrap, ...(ukm ? [tlv(0xa0, tlv(0x04, ukm))] : []), unhex('a206040400000100'));
    const kek = createHash('sha256').update(concat(new Uint8Array(z), Uint8Array.from([0, 0, 0, 1]), info)).digest();
    const c = createCipheriv('id-aes256-wrap', new Uint8Array(kek), unhex('a6a6a6a6a6a6a6a6'));
    const wrapped = concat(new Uint8Array(c.update(CEK)), new Uint8Array(c.final()));
    const spki = createPublicKey(ephemeral.privateKey).export({ type: 'spki', format: 'der' });
    const r = recipient(der, {
      kind: 'ecdh', key_algorithm: toBase64(algorithm), originator_key: toBase64(new Uint8Array(spki)), ukm: ukm && toBase64(ukm), encrypted_key: toBase64(wrapped),
    });
    assert.equal((await contentKey(job(r), keyring, {})).content_key, toBase64(CEK));
    r.encrypted_key = toBase64(fromBase64(r.encrypted_key).map((b, i) => (i === 5 ? b ^ 1 : b)));
    await assert.rejects(contentKey(job(r), keyring, {}), (e) => e instanceof KeyringError && e.code === 'failed');
  }
});
