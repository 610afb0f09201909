// What a certificate is in a few words: its key, and who gave it.
import type { Cert } from '../api/types.ts';

/** "RSA 3072", "P-256", "ED25519". */
export function keySize(key: Cert['key']): string {
  if (key.curve) return key.curve;
  return key.algorithm.startsWith('rsa') ? `RSA ${key.bits}` : key.algorithm.toUpperCase();
}

/** The common name of the issuer, else all of it. */
export function issuerName(c: Pick<Cert, 'issuer'>): string { return /(?:^|,\s*)CN=((?:[^,\\]|\\.)*)/.exec(c.issuer)?.[1]?.replace(/\\(.)/g, '$1') || c.issuer; }
