// A certificate that comes as a file.
import '../core/shared.ts';
import { addCertificate } from '../api/smime.ts';
import type { Contact } from '../api/types.ts';
import { toBase64 } from './bytes.ts';

/** Larger than any certificate; a file of that size is something else. */
const LARGEST = 100_000;
export class NoCertificate extends Error { override name = 'NoCertificate'; }

/** A certificate file as the server takes it: PEM (also with its issuers) as text, DER as base64; null: neither. */
export function certificateText(bytes: Uint8Array): string | null {
  if (bytes[0] === 0x30) return toBase64(bytes);
  const pem = new TextDecoder('latin1').decode(bytes).match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g);
  return pem ? `${pem.join('\n')}\n` : null;
}

/** Kept with the contact whose address it names, who is made where there is none. */
export async function addCertificateFile(file: File): Promise<Contact> {
  const text = file.size > 0 && file.size <= LARGEST ? certificateText(new Uint8Array(await file.arrayBuffer())) : null;
  if (!text) throw new NoCertificate();
  return addCertificate(text);
}
