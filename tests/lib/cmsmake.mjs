// CMS made by hand, for forms that no command line writes: odd recipients, ciphers, attributes, signers.
import crypto from 'node:crypto';
import { bits, children, ctx, int, nul, octets, oid, prim, read, seq, set, setOf, tlv } from './der.mjs';

export const OID = {
  data: '1.2.840.113549.1.7.1', signed: '1.2.840.113549.1.7.2', enveloped: '1.2.840.113549.1.7.3', digested: '1.2.840.113549.1.7.5',
  encrypted: '1.2.840.113549.1.7.6', compressed: '1.2.840.113549.1.9.16.1.9', authEnveloped: '1.2.840.113549.1.9.16.1.23',
  zlib: '1.2.840.113549.1.9.16.3.8', rsa: '1.2.840.113549.1.1.1', oaep: '1.2.840.113549.1.1.7', mgf1: '1.2.840.113549.1.1.8', pSpecified: '1.2.840.113549.1.1.9',
  contentType: '1.2.840.113549.1.9.3', messageDigest: '1.2.840.113549.1.9.4', signingTime: '1.2.840.113549.1.9.5', ecPublicKey: '1.2.840.10045.2.1',
  sha1: '1.3.14.3.2.26', sha224: '2.16.840.1.101.3.4.2.4', sha256: '2.16.840.1.101.3.4.2.1', sha384: '2.16.840.1.101.3.4.2.2', sha512: '2.16.840.1.101.3.4.2.3',
  ed25519: '1.3.101.112', x25519: '1.3.101.110',
};
const AES = '2.16.840.1.101.3.4.1';
export const CIPHERS = { // name of node → OID, key bytes, IV bytes
  'aes-128-cbc': [`${AES}.2`, 16, 16], 'aes-192-cbc': [`${AES}.22`, 24, 16], 'aes-256-cbc': [`${AES}.42`, 32, 16],
  'aes-128-gcm': [`${AES}.6`, 16, 12], 'aes-192-gcm': [`${AES}.26`, 24, 12], 'aes-256-gcm': [`${AES}.46`, 32, 12],
  'aes-256-ccm': [`${AES}.47`, 32, 12], 'des-ede3-cbc': ['1.2.840.113549.3.7', 24, 8], 'chacha20-poly1305': ['1.2.840.113549.1.9.16.3.18', 32, 12],
  'camellia-256-cbc': ['1.2.392.200011.61.1.1.1.4', 32, 16],
};
export const WRAPS = { 'aes128-wrap': [`${AES}.5`, 16], 'aes192-wrap': [`${AES}.25`, 24], 'aes256-wrap': [`${AES}.45`, 32], 'des3-wrap': ['1.2.840.113549.1.9.16.3.6', 24] };
/** Key agreements of RFC 5753 and RFC 8418: OID, KDF, hash. */
export const AGREEMENTS = {
  'std-sha1': ['1.3.133.16.840.63.0.2', 'x963', 'sha1'], 'cofactor-sha1': ['1.3.133.16.840.63.0.3', 'x963', 'sha1'],
  ...Object.fromEntries(['sha224', 'sha256', 'sha384', 'sha512'].flatMap((h, i) => [[`std-${h}`, [`1.3.132.1.11.${i}`, 'x963', h]], [`cofactor-${h}`, [`1.3.132.1.14.${i}`, 'x963', h]]])),
  ...Object.fromEntries(['sha256', 'sha384', 'sha512'].map((h, i) => [`hkdf-${h}`, [`1.2.840.113549.1.9.16.3.${19 + i}`, 'hkdf', h]])),
};

/** What CMS needs of a certificate. */
export class Cert {
  constructor(der) {
    this.der = der;
    const tbs = children(children(der)[0]);
    const at = read(tbs[0]).tag === 0xa0 ? 1 : 0;
    [this.serial, , this.issuer] = tbs.slice(at);
    this.spki = tbs[at + 5];
    this.x509 = new crypto.X509Certificate(der);
    this.ski = crypto.createHash('sha1').update(read(children(this.spki)[1]).body.subarray(1)).digest();
  }
  get issuerAndSerial() { return seq(this.issuer, this.serial); }
}

export const contentInfo = (type, content) => seq(oid(type), ctx(0, content));
const algorithm = (id, ...params) => seq(oid(id), ...params);

// --- recipients -----------------------------------------------------------------------------------

/** options: hash and mgf (OAEP), label, keyid. */
export function ktri(cert, key, { hash, mgf = hash, label, keyid = false } = {}) {
  const rid = keyid ? prim(0, cert.ski) : cert.issuerAndSerial;
  const pub = cert.x509.publicKey;
  let alg = algorithm(OID.rsa, nul()), wrapped;
  if (!hash) wrapped = crypto.publicEncrypt({ key: pub, padding: crypto.constants.RSA_PKCS1_PADDING }, key);
  else {
    const hashAlg = (h) => algorithm(OID[h], nul());
    const parts = [];
    if (hash !== 'sha1') parts.push(ctx(0, hashAlg(hash)));
    if (mgf !== 'sha1') parts.push(ctx(1, algorithm(OID.mgf1, hashAlg(mgf))));
    if (label) parts.push(ctx(2, algorithm(OID.pSpecified, octets(label))));
    alg = algorithm(OID.oaep, seq(...parts));
    wrapped = crypto.publicEncrypt({ key: pub, padding: crypto.constants.RSA_NO_PADDING }, oaep(key, pub.asymmetricKeyDetails.modulusLength / 8, hash, mgf, label ?? Buffer.alloc(0)));
  }
  return seq(int(keyid ? 2 : 0), rid, alg, octets(wrapped));
}
function mask(hash, seed, n) {
  const out = [];
  for (let i = 0; out.length * crypto.createHash(hash).digest().length < n; i++) {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(i);
    out.push(crypto.createHash(hash).update(seed).update(count).digest());
  }
  return Buffer.concat(out).subarray(0, n);
}
const xor = (a, b) => Buffer.from(a.map((v, i) => v ^ b[i]));
/** EME-OAEP of RFC 8017 section 7.1.1: node has one hash for both, senders need not. */
function oaep(message, k, hash, mgf, label) {
  const lHash = crypto.createHash(hash).update(label).digest();
  const db = Buffer.concat([lHash, Buffer.alloc(k - message.length - 2 * lHash.length - 2), Buffer.from([1]), message]);
  const seed = crypto.randomBytes(lHash.length);
  const maskedDb = xor(db, mask(mgf, seed, db.length));
  return Buffer.concat([Buffer.from([0]), xor(seed, mask(mgf, maskedDb, seed.length)), maskedDb]);
}

function kdf(kind, hash, z, info, n) {
  if (kind === 'hkdf') return Buffer.from(crypto.hkdfSync(hash, z, Buffer.alloc(0), info, n));
  const out = [];
  for (let i = 1; Buffer.concat(out).length < n; i++) {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(i);
    out.push(crypto.createHash(hash).update(z).update(count).update(info).digest());
  }
  return Buffer.concat(out).subarray(0, n);
}
/** ECDH to one certificate. parameters: of the originator's algorithm ("named", "null", "absent"). */
export function kari(cert, key, { agreement = 'std-sha256', wrap = 'aes256-wrap', ukm, keyid = false, parameters = 'named', wrapNull = false } = {}) {
  const [id, kind, hash] = AGREEMENTS[agreement];
  const [wrapId, size] = WRAPS[wrap];
  const pub = cert.x509.publicKey, type = pub.asymmetricKeyType;
  const ephemeral = crypto.generateKeyPairSync(type, type === 'ec' ? { namedCurve: pub.asymmetricKeyDetails.namedCurve } : {});
  const wrapAlg = wrapNull ? algorithm(wrapId, nul()) : algorithm(wrapId);
  const supp = Buffer.alloc(4);
  supp.writeUInt32BE(size * 8);
  const info = seq(wrapAlg, ...(ukm ? [ctx(0, octets(ukm))] : []), ctx(2, octets(supp)));
  const z = crypto.diffieHellman({ privateKey: ephemeral.privateKey, publicKey: pub });
  const kek = kdf(kind, hash, z, info, size);
  const cipher = wrap === 'des3-wrap' ? crypto.createCipheriv('des3-wrap', kek, null) : crypto.createCipheriv(wrap, kek, Buffer.alloc(8, 0xa6));
  const wrapped = Buffer.concat([cipher.update(key), cipher.final()]);
  const [alg, point] = children(ephemeral.publicKey.export({ type: 'spki', format: 'der' }));
  const shown = parameters === 'named' ? alg : parameters === 'null' ? algorithm(OID.ecPublicKey, nul()) : seq(children(alg)[0]);
  const originator = ctx(0, ctx(1, shown, point));
  const rid = keyid ? ctx(0, octets(cert.ski)) : cert.issuerAndSerial;
  return ctx(1, int(3), originator, ...(ukm ? [ctx(1, octets(ukm))] : []), algorithm(id, wrapAlg), seq(seq(rid, octets(wrapped))));
}
/** A password recipient: counted, never used. */
export const pwri = () => ctx(3, int(0), algorithm('1.2.840.113549.1.9.16.3.9', algorithm(`${AES}.42`, octets(Buffer.alloc(16)))), octets(Buffer.alloc(48)));
export const kekri = () => ctx(2, int(4), seq(octets('a key')), algorithm(`${AES}.45`), octets(Buffer.alloc(40)));

// --- (Auth)EnvelopedData --------------------------------------------------------------------------

/** recipients: functions of the content key. options: cipher, tag (bytes), attributes, originatorInfo, key. */
export function envelope(plain, recipients, { cipher = 'aes-256-cbc', tag = 16, attributes, originator, key } = {}) {
  const [id, keyBytes, ivBytes] = CIPHERS[cipher];
  key ??= crypto.randomBytes(keyBytes);
  const iv = crypto.randomBytes(ivBytes), aead = /gcm|ccm|poly/.test(cipher), gcm = /gcm|ccm/.test(cipher);
  const e = crypto.createCipheriv(cipher, key, iv, aead ? { authTagLength: tag } : {});
  if (attributes) e.setAAD(setOf(...attributes), { plaintextLength: plain.length });
  const content = Buffer.concat([e.update(plain), e.final()]);
  const params = gcm ? seq(octets(iv), ...(tag === 12 ? [] : [int(tag)])) : octets(iv);
  const eci = seq(oid(OID.data), algorithm(id, params), prim(0, content));
  const head = [int(aead ? 0 : 2), ...(originator ? [originator] : []), set(...recipients.map((r) => r(key)))];
  if (!aead) return contentInfo(OID.enveloped, seq(...head, eci));
  return contentInfo(OID.authEnveloped, seq(...head, eci, ...(attributes ? [ctx(1, ...attributes.sort(Buffer.compare))] : []), octets(e.getAuthTag())));
}
export const attribute = (id, ...values) => seq(oid(id), set(...values));

// --- SignedData -------------------------------------------------------------------------------------

/** One SignerInfo over content. options: digest, sign (data → signature), sigAlg (DER), attributes (list; null: none), change (list → list). */
export function signerInfo(cert, privateKey, content, { digest = 'sha256', sigAlg, sign, attributes = true, change = (a) => a, unsigned = [], keyid = false } = {}) {
  const hash = crypto.createHash(digest).update(content).digest();
  const own = change([attribute(OID.contentType, oid(OID.data)), attribute(OID.messageDigest, octets(hash)),
    attribute(OID.signingTime, tlv(0x17, Buffer.from('250601120000Z')))]);
  const edwards = privateKey.asymmetricKeyType === 'ed25519';
  sign ??= (data) => crypto.sign(edwards ? null : digest, data, privateKey);
  sigAlg ??= edwards ? algorithm(OID.ed25519) : algorithm(OID.rsa, nul());
  const signature = sign(attributes ? setOf(...own) : content);
  return seq(int(keyid ? 3 : 1), keyid ? prim(0, cert.ski) : cert.issuerAndSerial, algorithm(OID[digest], nul()),
    ...(attributes ? [ctx(0, ...own.sort(Buffer.compare))] : []), sigAlg, octets(signature), ...(unsigned.length ? [ctx(1, ...unsigned)] : []));
}
/** content null: detached. certificates: DER values, also of other kinds. */
export function signedData(content, signers, certificates, { digests = ['sha256'], type = OID.data, crls = [] } = {}) {
  return contentInfo(OID.signed, seq(int(1), set(...digests.map((d) => algorithm(OID[d] ?? d, nul()))),
    seq(oid(type), ...(content ? [ctx(0, octets(content))] : [])), ...(certificates.length ? [ctx(0, ...certificates)] : []),
    ...(crls.length ? [ctx(1, ...crls)] : []), set(...signers)));
}
export const compressedData = (deflated, algorithmId = OID.zlib) =>
  contentInfo(OID.compressed, seq(int(0), algorithm(algorithmId), seq(oid(OID.data), ctx(0, octets(deflated)))));
export { algorithm, bits };
