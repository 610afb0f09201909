// The signed attributes a server proposes (RFC 5652 section 11, RFC 8551 section 2.5, RFC 5035). The Worker checks
// their form and the digest; here is what only the page can judge: the clock, and whose certificates they name.
import { Reader, TAG, context, oidText, readAll, timeValue } from './der.ts';
import { sameBytes, sha256 } from './bytes.ts';
import type { CertInfo } from './x509.ts';

const SIGNING_TIME = '1.2.840.113549.1.9.5';
const PREFERENCE = '1.2.840.113549.1.9.16.2.11';
const MS_PREFERENCE = '1.3.6.1.4.1.311.16.4';
const CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47';
const SHA256 = '2.16.840.1.101.3.4.2.1';
const DAY = 86_400_000;

export function readAttributes(der: Uint8Array): Map<string, Uint8Array> {
  const out = new Map<string, Uint8Array>();
  const set = new Reader(der);
  for (const a of readAll(set.expect(TAG.SET).content)) {
    const r = new Reader(a.content);
    out.set(oidText(r.expect(TAG.OID).content), r.expect(TAG.SET).content);
  }
  set.end();
  return out;
}

function namesOneOf(issuerAndSerial: Reader, certs: readonly CertInfo[]): boolean {
  const issuer = issuerAndSerial.expect(TAG.SEQUENCE).whole;
  const serial = issuerAndSerial.expect(TAG.INTEGER).content;
  return certs.some((c) => sameBytes(c.issuer, issuer) && sameBytes(c.serial, serial));
}

/** Would ask the whole world to encrypt replies to somebody else, if it named a foreign certificate. */
function preferenceIsOurs(value: Uint8Array, oid: string, mine: readonly CertInfo[]): boolean {
  const e = new Reader(value).next();
  if (e.tag === (oid === PREFERENCE ? context(0) : TAG.SEQUENCE)) return namesOneOf(new Reader(e.content), mine);
  if (oid === PREFERENCE && e.tag === context(2)) {
    // [2] SubjectKeyIdentifier is implicit in the definition and constructed nowhere; writers differ.
    const id = e.content[0] === TAG.OCTET_STRING ? new Reader(e.content).next().content : e.content;
    return mine.some((c) => c.keyIdentifier !== null && sameBytes(c.keyIdentifier, id));
  }
  return oid === PREFERENCE && e.tag === 0x82 && mine.some((c) => c.keyIdentifier !== null && sameBytes(c.keyIdentifier, e.content));
}

async function namesSigner(value: Uint8Array, signer: CertInfo): Promise<boolean> {
  // SigningCertificateV2 { certs SEQUENCE OF ESSCertIDv2 { hashAlgorithm DEFAULT sha256, certHash, issuerSerial? } }
  const first = new Reader(value).enter(TAG.SEQUENCE).enter(TAG.SEQUENCE).enter(TAG.SEQUENCE);
  const alg = first.optional(TAG.SEQUENCE);
  if (alg && oidText(new Reader(alg.content).expect(TAG.OID).content) !== SHA256) return false;
  return sameBytes(first.expect(TAG.OCTET_STRING).content, await sha256(signer.der));
}

/** A word for what is wrong with them, or null. mine: certificates of the unlocked keys. */
export async function faultOfAttributes(
  der: Uint8Array, signer: CertInfo, mine: readonly CertInfo[], now: number,
): Promise<'attributes' | 'time' | 'certificate' | null> {
  try {
    for (const [oid, values] of readAttributes(der)) {
      if (oid === SIGNING_TIME && Math.abs(timeValue(new Reader(values).next()) - now) > DAY) return 'time';
      if ((oid === PREFERENCE || oid === MS_PREFERENCE) && !preferenceIsOurs(values, oid, mine)) return 'certificate';
      if (oid === CERTIFICATE_V2 && !(await namesSigner(values, signer))) return 'certificate';
    }
    return null;
  } catch {
    return 'attributes';
  }
}
