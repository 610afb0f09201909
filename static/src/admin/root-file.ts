// What a file of authorities holds, for the eyes of who is about to trust it. Whether it may be trusted is the server's to say.
import { toHex } from '../smime/bytes.ts';
import { readCertificate } from '../smime/x509.ts';

export interface FileRoot { name: string; subject: string; fingerprint: string; from: string; until: string; key: string }

/** The certificates of a file, PEM or DER; what is none is left out. */
export function certificatesIn(bytes: Uint8Array): Uint8Array[] {
  if (bytes[0] === 0x30) return [bytes];
  const out: Uint8Array[] = [];
  for (const m of new TextDecoder('latin1').decode(bytes).matchAll(/-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g)) {
    try { out.push(Uint8Array.from(atob(m[1]!.replace(/\s+/g, '')), (c) => c.charCodeAt(0))); } catch { /* Not base64: the server refuses the file. */ }
  }
  return out;
}

export async function rootsIn(file: Blob): Promise<FileRoot[]> {
  const out: FileRoot[] = [];
  for (const der of certificatesIn(new Uint8Array(await file.arrayBuffer()))) {
    try {
      const c = readCertificate(der);
      const key = c.key.curve ?? `${c.key.algorithm.toUpperCase()}${c.key.bits ? ` ${c.key.bits}` : ''}`;
      const digest = toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(der))));
      out.push({ name: c.commonName || c.subjectText, subject: c.subjectText, fingerprint: digest, from: new Date(c.notBefore).toISOString(), until: new Date(c.notAfter).toISOString(), key });
    } catch { /* No certificate: said by how many there are, and by the server. */ }
  }
  return out;
}
