// Importing a .p12: what kind of file it is, what is inside, and whether it can be used for this mail address.
import type { KeyInfo, OpenedFile } from './protocol.ts';
import { certificateOf } from './opening.ts';
import { matchAddress } from './x509.ts';
import type { CertInfo } from './x509.ts';

export const ITERATIONS = 600_000;
export const MIN_PASSPHRASE = 8;
export const MAX_FILE = 2 << 20;
const MONTH = 30 * 86_400_000;

export type FileKind = 'p12' | 'empty' | 'too_large' | 'pem_key' | 'pem' | 'certificate' | 'key' | 'other';

/** By its first bytes: what people pick by mistake gets a sentence of its own. */
export function classifyFile(bytes: Uint8Array): FileKind {
  if (bytes.length === 0) return 'empty';
  if (bytes.length > MAX_FILE) return 'too_large';
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 4096));
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(head)) return 'pem_key';
  if (/-----BEGIN /.test(head)) return 'pem';
  if (bytes[0] !== 0x30) return 'other';
  // SEQUENCE, then INTEGER 3 (PFX), INTEGER 0 or 1 (bare key), or SEQUENCE (certificate, encrypted PKCS#8).
  const length = bytes[1]!;
  const at = length === 0x80 || length < 0x80 ? 2 : 2 + (length & 0x7f);
  if (bytes[at] === 0x02) return bytes[at + 2] === 3 ? 'p12' : 'key';
  return bytes[at] === 0x30 ? 'certificate' : 'other';
}

/** fatal: this key is of no use here. Words end in i18n keys "smime-problem-…". */
export type Problem =
  | 'no_certificate' | 'address' | 'address_case' | 'no_address' | 'expired' | 'not_yet_valid' | 'expires_soon' | 'weak' | 'no_use' | 'sign_only' | 'encrypt_only';
const FATAL: ReadonlySet<Problem> = new Set(['no_certificate', 'address', 'no_address', 'no_use']);

export interface KeySummary { key: KeyInfo; cert: CertInfo | null; problems: Problem[]; usable: boolean }

function problemsOf(cert: CertInfo | null, address: string, now: number): Problem[] {
  if (!cert) return ['no_certificate'];
  const out: Problem[] = [];
  const match = matchAddress(cert, address);
  if (cert.addresses.length === 0) out.push('no_address');
  else if (match === 'no') out.push('address');
  else if (match === 'case') out.push('address_case');
  // Expired keys stay useful: old mail was encrypted to them.
  if (now > cert.notAfter) out.push('expired');
  else if (now < cert.notBefore) out.push('not_yet_valid');
  else if (cert.notAfter - now < MONTH) out.push('expires_soon');
  if (cert.weak) out.push('weak');
  if (!cert.canSign && !cert.canEncrypt) out.push('no_use');
  else if (!cert.canEncrypt) out.push('sign_only');
  else if (!cert.canSign) out.push('encrypt_only');
  return out;
}

/** The certificate to show for a key: the file's own choice, else the one that lasts longest. */
export function mainCertificate(key: KeyInfo): CertInfo | null {
  const main = key.certificates.find((c) => c.fingerprint === key.main);
  if (main) return certificateOf(main);
  const all = key.certificates.map(certificateOf).filter((c): c is CertInfo => c !== null);
  return all.reduce<CertInfo | null>((best, c) => (best === null || c.notAfter > best.notAfter ? c : best), null);
}

export function summarize(file: OpenedFile, address: string, now: number): KeySummary[] {
  return file.keys.map((key) => {
    const cert = mainCertificate(key);
    const problems = problemsOf(cert, address, now);
    return { key, cert, problems, usable: !problems.some((p) => FATAL.has(p)) };
  });
}

export function canImport(summaries: readonly KeySummary[]): boolean { return summaries.some((s) => s.usable); }

/** Certificates of the keys, for the vault's index (docs/PLAN.md, POST /smime/keys). */
export function vaultCertificates(file: OpenedFile): Uint8Array[] {
  return file.keys.flatMap((k) => k.certificates.map((c) => c.der));
}

export function labelOf(summaries: readonly KeySummary[], fileName: string): string {
  const named = summaries.map((s) => s.key.name ?? s.cert?.commonName ?? '').find((n) => n !== '');
  return (named || fileName.replace(/\.(p12|pfx)$/i, '') || 'Key').slice(0, 100);
}

export type PassphraseFault = 'short' | 'blank' | 'differs' | null;

export function judgePassphrase(first: string, second: string): PassphraseFault {
  if ([...first].length < MIN_PASSPHRASE) return 'short';
  if (first.trim() === '') return 'blank';
  return first === second ? null : 'differs';
}

/** The backup is the re-wrapped file itself: encrypted, readable by every mail program. */
export function backupName(address: string, now: number): string {
  const who = address.replace(/[^A-Za-z0-9._@-]/g, '_');
  return `${who}-${new Date(now).toISOString().slice(0, 10)}.p12`;
}
