// A job of docs/PLAN.md: which of our keys opens this layer, and the content key it gives.
import type { Job, JobRecipient, LayerKey } from '../api/types.ts';
import { fromBase64, sameBytes, toBase64 } from './bytes.ts';
import { KeyringError } from './keyring.ts';
import type { Keyring } from './keyring.ts';
import type { About } from './protocol.ts';
import { readCertificate } from './x509.ts';
import type { CertInfo } from './x509.ts';

const parsed = new Map<string, CertInfo | null>();

/** Parsed once per fingerprint; null when it is not a certificate. */
export function certificateOf(c: { fingerprint: string; der: Uint8Array }): CertInfo | null {
  let info = parsed.get(c.fingerprint);
  if (info === undefined) {
    try { info = readCertificate(c.der); } catch { info = null; }
    parsed.set(c.fingerprint, info);
  }
  return info;
}

/** By issuer and serial number, or by key identifier, as the recipient names itself (RFC 5652 section 6.2.1). */
export function isFor(r: JobRecipient, cert: CertInfo): boolean {
  if (r.issuer !== null && r.serial !== null) return sameBytes(fromBase64(r.issuer), cert.issuer) && sameBytes(fromBase64(r.serial), cert.serial);
  return r.key_identifier !== null && cert.keyIdentifier !== null && sameBytes(fromBase64(r.key_identifier), cert.keyIdentifier);
}

interface Choice { recipient: JobRecipient; fingerprint: string }

function choose(job: Job, keyring: Keyring): Choice | null {
  for (const recipient of job.recipients) {
    for (const key of keyring.state.value.keys) {
      for (const c of key.certificates) {
        const info = certificateOf(c);
        if (info && isFor(recipient, info)) return { recipient, fingerprint: c.fingerprint };
      }
    }
  }
  return null;
}

/** Which of these certificates (of the vault, say) a job is for. */
export function matching(job: Job, certificates: readonly { fingerprint: string; der: Uint8Array }[]): string[] {
  return certificates.filter((c) => {
    const info = certificateOf(c);
    return info !== null && job.recipients.some((r) => isFor(r, info));
  }).map((c) => c.fingerprint);
}

export function canOpen(job: Job, keyring: Keyring): boolean { return choose(job, keyring) !== null; }

/** The content key of one layer. One unwrap for one explicit opening; KeyringError `unknown` when no open key fits. */
export async function contentKey(job: Job, keyring: Keyring, about: About): Promise<LayerKey> {
  const choice = choose(job, keyring);
  if (!choice) throw new KeyringError(keyring.state.value.locked ? 'locked' : 'unknown');
  const { recipient: r, fingerprint } = choice;
  const algorithm = fromBase64(r.key_algorithm);
  const encrypted = fromBase64(r.encrypted_key);
  let key: Uint8Array;
  if (r.kind === 'ecdh') {
    if (r.originator_key === null) throw new KeyringError('failed');
    key = await keyring.derive(fingerprint, algorithm, fromBase64(r.originator_key), r.ukm === null ? null : fromBase64(r.ukm), encrypted, about);
  } else {
    key = await keyring.unwrap(fingerprint, algorithm, encrypted, job.key_bytes, about);
  }
  const text = toBase64(key);
  key.fill(0);
  return { layer: job.layer, content_key: text };
}
