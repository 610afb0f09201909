// What the page itself reads out of a certificate (RFC 5280): names, addresses, validity, usage. Trust is the
// server's verdict; this is for the summary of a .p12, for picking keys and for comparing what a server sends.
import { Reader, TAG, context, oidText, primitive, readAll, stringValue, timeValue } from './der.ts';
import type { Element } from './der.ts';
import { toHex } from './bytes.ts';

export interface CertInfo {
  der: Uint8Array;
  /** DER Name. */
  issuer: Uint8Array;
  subject: Uint8Array;
  issuerText: string;
  subjectText: string;
  commonName: string;
  /** Content octets of the INTEGER. */
  serial: Uint8Array;
  serialText: string;
  notBefore: number;
  notAfter: number;
  /** rfc822Name and SmtpUTF8Mailbox of the subjectAltName; never the subject. */
  addresses: string[];
  key: { algorithm: string; bits: number; curve: string | null };
  keyIdentifier: Uint8Array | null;
  isCa: boolean;
  canSign: boolean;
  canEncrypt: boolean;
  weak: boolean;
}

const NAMES: Record<string, string> = {
  '2.5.4.3': 'CN', '2.5.4.10': 'O', '2.5.4.11': 'OU', '2.5.4.6': 'C', '2.5.4.7': 'L', '2.5.4.8': 'ST', '2.5.4.5': 'serialNumber',
  '2.5.4.4': 'SN', '2.5.4.42': 'GN', '1.2.840.113549.1.9.1': 'emailAddress', '0.9.2342.19200300.100.1.25': 'DC', '0.9.2342.19200300.100.1.1': 'UID',
};
const KEYS: Record<string, string> = {
  '1.2.840.113549.1.1.1': 'rsa', '1.2.840.113549.1.1.10': 'rsa-pss', '1.2.840.10045.2.1': 'ec', '1.3.101.112': 'ed25519',
  '1.3.101.113': 'ed448', '1.3.101.110': 'x25519', '1.3.101.111': 'x448',
};
const CURVES: Record<string, [string, number]> = {
  '1.2.840.10045.3.1.7': ['P-256', 256], '1.3.132.0.34': ['P-384', 384], '1.3.132.0.35': ['P-521', 521],
  '1.3.36.3.3.2.8.1.1.7': ['brainpoolP256r1', 256], '1.3.36.3.3.2.8.1.1.11': ['brainpoolP384r1', 384], '1.3.36.3.3.2.8.1.1.13': ['brainpoolP512r1', 512],
};
// MD2, MD4, MD5 and SHA-1 with RSA, SHA-1 with ECDSA and DSA.
const WEAK_SIGNATURES = new Set(['1.2.840.113549.1.1.2', '1.2.840.113549.1.1.3', '1.2.840.113549.1.1.4', '1.2.840.113549.1.1.5', '1.2.840.10045.4.1', '1.2.840.10040.4.3']);
const EMAIL = '1.3.6.1.5.5.7.3.4';
const ANY_USAGE = '2.5.29.37.0';
const SMTP_UTF8 = '1.3.6.1.5.5.7.8.9';

function readName(name: Uint8Array): { text: string; commonName: string } {
  const parts: string[] = [];
  let commonName = '';
  for (const rdn of readAll(new Reader(name).expect(TAG.SEQUENCE).content)) {
    const values = readAll(rdn.content).map((atv) => {
      const [type, value] = readAll(atv.content);
      if (!type || !value) return '';
      const oid = oidText(type.content);
      const text = stringValue(value);
      if (oid === '2.5.4.3') commonName = text;
      return `${NAMES[oid] ?? oid}=${text.replace(/[,+"\\<>;]/g, '\\$&')}`;
    });
    parts.unshift(values.join('+'));
  }
  return { text: parts.join(', '), commonName };
}

function readKey(spki: Reader): CertInfo['key'] {
  const alg = spki.enter(TAG.SEQUENCE);
  const oid = oidText(alg.expect(TAG.OID).content);
  const algorithm = KEYS[oid] ?? oid;
  const bits = spki.expect(TAG.BIT_STRING).content.subarray(1);
  if (algorithm === 'ec') {
    const curve = alg.optional(TAG.OID);
    const [name, size] = (curve && CURVES[oidText(curve.content)]) || [null, 0];
    return { algorithm, bits: size, curve: name };
  }
  if (algorithm === 'rsa' || algorithm === 'rsa-pss') {
    const modulus = new Reader(bits).enter(TAG.SEQUENCE).expect(TAG.INTEGER).content;
    const start = modulus[0] === 0 ? 1 : 0;
    return { algorithm, bits: (modulus.length - start) * 8 - Math.clz32(modulus[start] ?? 0) + 24, curve: null };
  }
  return { algorithm, bits: bits.length * 8, curve: null };
}

function readAddresses(san: Uint8Array): string[] {
  const out: string[] = [];
  for (const name of readAll(new Reader(san).expect(TAG.SEQUENCE).content)) {
    if (name.tag === primitive(1)) out.push(new TextDecoder('latin1').decode(name.content));
    if (name.tag === context(0)) {
      const other = new Reader(name.content);
      const oid = oidText(other.expect(TAG.OID).content);
      if (oid === SMTP_UTF8) out.push(stringValue(other.enter(context(0)).next()));
    }
  }
  return out;
}

interface Extensions { san: string[]; usage: number | null; extended: string[] | null; ski: Uint8Array | null; ca: boolean }

function readExtension(into: Extensions, oid: string, value: Uint8Array): void {
  const r = new Reader(value);
  if (oid === '2.5.29.17') into.san = readAddresses(value);
  else if (oid === '2.5.29.15') into.usage = r.expect(TAG.BIT_STRING).content[1] ?? 0;
  else if (oid === '2.5.29.37') into.extended = readAll(r.expect(TAG.SEQUENCE).content).map((e) => oidText(e.content));
  else if (oid === '2.5.29.14') into.ski = r.expect(TAG.OCTET_STRING).content;
  else if (oid === '2.5.29.19') into.ca = (r.enter(TAG.SEQUENCE).optional(TAG.BOOLEAN)?.content[0] ?? 0) !== 0;
}

function readExtensions(tbs: Reader): Extensions {
  const out: Extensions = { san: [], usage: null, extended: null, ski: null, ca: false };
  while (!tbs.done) {
    const e: Element = tbs.next();
    if (e.tag !== context(3)) continue;
    for (const ext of readAll(new Reader(e.content).expect(TAG.SEQUENCE).content)) {
      const r = new Reader(ext.content);
      const oid = oidText(r.expect(TAG.OID).content);
      r.optional(TAG.BOOLEAN);
      readExtension(out, oid, r.expect(TAG.OCTET_STRING).content);
    }
  }
  return out;
}

/** Throws DerError when it is no certificate. */
export function readCertificate(der: Uint8Array): CertInfo {
  const outer = new Reader(der).enter(TAG.SEQUENCE);
  const tbs = outer.enter(TAG.SEQUENCE);
  tbs.optional(context(0));
  const serial = tbs.expect(TAG.INTEGER).content;
  const signature = oidText(tbs.enter(TAG.SEQUENCE).expect(TAG.OID).content);
  const issuer = tbs.expect(TAG.SEQUENCE).whole;
  const validity = tbs.enter(TAG.SEQUENCE);
  const notBefore = timeValue(validity.next());
  const notAfter = timeValue(validity.next());
  const subject = tbs.expect(TAG.SEQUENCE).whole;
  const key = readKey(tbs.enter(TAG.SEQUENCE));
  const ext = readExtensions(tbs);
  const mail = !ext.extended || ext.extended.includes(EMAIL) || ext.extended.includes(ANY_USAGE);
  const may = (bits: number): boolean => mail && (ext.usage === null || (ext.usage & bits) !== 0);
  const rsa = key.algorithm === 'rsa';
  const ec = key.algorithm === 'ec';
  const name = readName(subject);
  return {
    der, issuer, subject, issuerText: readName(issuer).text, subjectText: name.text, commonName: name.commonName, serial, serialText: toHex(serial),
    notBefore, notAfter, addresses: ext.san, key, keyIdentifier: ext.ski, isCa: ext.ca,
    // RFC 8550 section 4.4.2: digitalSignature or nonRepudiation; keyEncipherment (RSA) or keyAgreement (ECDH). Of what
    // the usage allows, only what the server can do: no Ed25519, no X25519.
    canSign: (rsa || ec || key.algorithm === 'rsa-pss') && may(0x80 | 0x40),
    canEncrypt: (rsa && may(0x20)) || (ec && may(0x08)),
    weak: ((rsa || key.algorithm === 'rsa-pss') && key.bits < 2048) || WEAK_SIGNATURES.has(signature),
  };
}

export type AddressMatch = 'yes' | 'case' | 'no';

/** The domain without case, the local part exactly; one that differs in case only is told apart. */
export function matchAddress(cert: CertInfo, address: string): AddressMatch {
  const split = (a: string): [string, string] => {
    const at = a.lastIndexOf('@');
    return at < 0 ? [a, ''] : [a.slice(0, at), a.slice(at + 1).toLowerCase()];
  };
  const [local, domain] = split(address);
  let best: AddressMatch = 'no';
  for (const other of cert.addresses) {
    const [l, d] = split(other);
    if (d !== domain || d === '') continue;
    if (l === local) return 'yes';
    if (l.toLowerCase() === local.toLowerCase()) best = 'case';
  }
  return best;
}
