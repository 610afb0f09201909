// From the server's proposal to a signature, or to a reason why there is none.
import type { Prepared } from '../api/types.ts';
import { faultOfAttributes } from './attributes.ts';
import { fromBase64, toBase64 } from './bytes.ts';
import type { Frozen } from './contract.ts';
import { feed } from './hashing.ts';
import type { Keyring } from './keyring.ts';
import { certificateOf } from './opening.ts';
import { DifferenceError, checkPrepared } from './sendcheck.ts';
import { matchAddress } from './x509.ts';
import type { CertInfo } from './x509.ts';

export interface SigningContext {
  keyring: Keyring;
  /** Called when a signature is needed and the signer's key is not open; throws when the person declines. */
  needKey(fingerprint: string): Promise<void>;
  /** Fingerprints of the certificates in the vault. */
  own: ReadonlySet<string>;
  now: number;
}

function openCertificate(keyring: Keyring, fingerprint: string): CertInfo | null {
  for (const key of keyring.state.value.keys)
    for (const c of key.certificates) if (c.fingerprint === fingerprint) return certificateOf(c);
  return null;
}

function openCertificates(keyring: Keyring): CertInfo[] {
  return keyring.state.value.keys.flatMap((k) => k.certificates.map(certificateOf)).filter((c): c is CertInfo => c !== null);
}

/** Base64 of the signature; null where the mode needs none. DifferenceError: nothing was signed. */
export async function checkAndSign(p: Prepared, f: Frozen, c: SigningContext): Promise<string | null> {
  const pieces = checkPrepared(p, f, c);
  if (p.mode !== 'sign' && p.mode !== 'sign_encrypt') return null;
  if (p.signer === null || p.attributes === null) throw new DifferenceError('signer');
  if (!openCertificate(c.keyring, p.signer)) await c.needKey(p.signer);
  const signer = openCertificate(c.keyring, p.signer);
  if (!signer || matchAddress(signer, f.from.address) === 'no') throw new DifferenceError('signer');
  const attributes = fromBase64(p.attributes);
  const fault = await faultOfAttributes(attributes, signer, openCertificates(c.keyring), c.now);
  if (fault) throw new DifferenceError(fault === 'attributes' ? 'structure' : fault);
  const digest = await c.keyring.digest(p.digest);
  try {
    await feed(pieces, f.files, (bytes) => c.keyring.add(digest, bytes));
  } catch (error) {
    await c.keyring.drop(digest);
    throw error;
  }
  // The Worker compares the digest itself: another one in the attributes is refused there.
  const signature = await c.keyring.sign(digest, p.signer, attributes, signer.key.algorithm === 'rsa-pss', { subject: f.body.subject });
  return toBase64(signature);
}
