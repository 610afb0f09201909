// PKCS#12 files made by hand (RFC 7292, 8018, 9579), for forms that no command line writes.
import crypto from 'node:crypto';
import { bmp, ctx, int, nul, octets, oid, prim, seq, set } from './der.mjs';

export const P12 = { data: '1.2.840.113549.1.7.1', encrypted: '1.2.840.113549.1.7.6', bag: '1.2.840.113549.1.12.10.1', x509: '1.2.840.113549.1.9.22.1',
  name: '1.2.840.113549.1.9.20', keyId: '1.2.840.113549.1.9.21', pbes2: '1.2.840.113549.1.5.13', pbkdf2: '1.2.840.113549.1.5.12', pbmac1: '1.2.840.113549.1.5.14', scrypt: '1.3.6.1.4.1.11591.4.11' };
const PRF = { sha1: '1.2.840.113549.2.7', sha224: '1.2.840.113549.2.8', sha256: '1.2.840.113549.2.9', sha384: '1.2.840.113549.2.10', sha512: '1.2.840.113549.2.11' };
const HASH = { md5: '1.2.840.113549.2.5', sha1: '1.3.14.3.2.26', sha224: '2.16.840.1.101.3.4.2.4', sha256: '2.16.840.1.101.3.4.2.1', sha384: '2.16.840.1.101.3.4.2.2', sha512: '2.16.840.1.101.3.4.2.3' };
const CIPHER = { 'aes-128-cbc': ['2.16.840.1.101.3.4.1.2', 16, 16], 'aes-192-cbc': ['2.16.840.1.101.3.4.1.22', 24, 16], 'aes-256-cbc': ['2.16.840.1.101.3.4.1.42', 32, 16], 'des-ede3-cbc': ['1.2.840.113549.3.7', 24, 8] };
const alg = (id, ...p) => seq(oid(id), ...p);

/** Appendix B of RFC 7292. */
function pkcs12Kdf(hash, pass, salt, id, iterations, n) {
  const v = hash === 'sha384' || hash === 'sha512' ? 128 : 64;
  const stretch = (x) => x.length ? Buffer.alloc(Math.ceil(x.length / v) * v).map((_, i) => x[i % x.length]) : Buffer.alloc(0);
  let input = Buffer.concat([stretch(salt), stretch(pass)]), out = Buffer.alloc(0);
  while (out.length < n) {
    let a = crypto.createHash(hash).update(Buffer.alloc(v, id)).update(input).digest();
    for (let i = 1; i < iterations; i++) a = crypto.createHash(hash).update(a).digest();
    out = Buffer.concat([out, a]);
    const b = BigInt(`0x${Buffer.alloc(v).map((_, i) => a[i % a.length]).toString('hex')}`) + 1n;
    const next = [];
    for (let at = 0; at < input.length; at += v) {
      const sum = (BigInt(`0x${input.subarray(at, at + v).toString('hex')}`) + b) % (1n << BigInt(8 * v));
      next.push(Buffer.from(sum.toString(16).padStart(2 * v, '0'), 'hex'));
    }
    input = Buffer.concat(next);
  }
  return out.subarray(0, n);
}
export const bmpPass = (text, end = true) => Buffer.concat([Buffer.from(text, 'utf16le').swap16(), ...(end ? [Buffer.alloc(2)] : [])]);

/** Encrypts by PBES2: [AlgorithmIdentifier, ciphertext]. prf null: left out, SHA-1. */
export function pbes2(plain, pass, { prf = 'sha256', cipher = 'aes-256-cbc', iterations = 2048, length = false, salt = crypto.randomBytes(16), said = iterations, kdf } = {}) {
  const [id, size, ivSize] = CIPHER[cipher];
  const iv = crypto.randomBytes(ivSize);
  const key = kdf === 'scrypt' ? crypto.scryptSync(pass, salt, size, { N: 1024, r: 8, p: 1 }) : crypto.pbkdf2Sync(pass, salt, iterations, size, prf ?? 'sha1');
  const e = crypto.createCipheriv(cipher, key, iv);
  const derive = kdf === 'scrypt' ? alg(P12.scrypt, seq(octets(salt), int(1024), int(8), int(1)))
    : alg(P12.pbkdf2, seq(octets(salt), int(said), ...(length ? [int(size)] : []), ...(prf ? [alg(PRF[prf], nul())] : [])));
  return [alg(P12.pbes2, seq(derive, alg(id, octets(iv)))), Buffer.concat([e.update(plain), e.final()])];
}
const attributes = ({ name, id }) => name || id ? [set(...(name ? [seq(oid(P12.name), set(bmp(name)))] : []), ...(id ? [seq(oid(P12.keyId), set(octets(id)))] : []))] : [];
export const bag = (n, value, o = {}) => seq(oid(`${P12.bag}.${n}`), ctx(0, value), ...attributes(o));
export const keyBag = (pkcs8, o) => bag(1, pkcs8, o);
export function shrouded(pkcs8, pass, o = {}) {
  const [a, sealed] = pbes2(pkcs8, pass, o);
  return bag(2, seq(a, octets(sealed)), o);
}
export const certBag = (der, o) => bag(3, seq(oid(P12.x509), ctx(0, octets(der))), o);
export const crlBag = (bytes) => bag(4, seq(oid('1.2.840.113549.1.9.23.1'), ctx(0, octets(bytes))));
export const secretBag = (bytes) => bag(5, seq(oid('1.2.3.4'), ctx(0, octets(bytes))));
export const safesBag = (...bags) => bag(6, seq(...bags));

export const plainSafe = (...bags) => seq(oid(P12.data), ctx(0, octets(seq(...bags))));
export function sealedSafe(bags, pass, o) {
  const [a, sealed] = pbes2(seq(...bags), pass, o);
  return seq(oid(P12.encrypted), ctx(0, seq(int(0), seq(oid(P12.data), a, prim(0, sealed)))));
}
/** mac: {hash, iterations, form}, {pbmac1: hash, prf, iterations, length}, or null. said: iterations it claims. */
export function pfx(safes, pass, { mac = { hash: 'sha256', iterations: 2048 }, version = 3 } = {}) {
  const content = seq(...safes), salt = crypto.randomBytes(8);
  const head = [int(version), seq(oid(P12.data), ctx(0, octets(content)))];
  if (!mac) return seq(...head);
  if (mac.pbmac1) {
    const { pbmac1, prf = pbmac1, iterations = 2048, length = 32 } = mac;
    const key = crypto.pbkdf2Sync(pass, salt, iterations, length, prf);
    const sum = crypto.createHmac(pbmac1, key).update(content).digest();
    const params = seq(alg(P12.pbkdf2, seq(octets(salt), int(iterations), int(length), alg(PRF[prf], nul()))), alg(PRF[pbmac1], nul()));
    return seq(...head, seq(seq(alg(P12.pbmac1, params), octets(sum)), octets(Buffer.from('NOT USED')), int(1)));
  }
  const { hash, iterations, form = bmpPass(pass), said = iterations } = mac;
  const key = pkcs12Kdf(hash, form, salt, 3, iterations, crypto.createHash(hash).digest().length);
  const sum = crypto.createHmac(hash, key).update(content).digest();
  return seq(...head, seq(seq(alg(HASH[hash], nul()), octets(sum)), octets(salt), ...(said === 1 ? [] : [int(said)])));
}
