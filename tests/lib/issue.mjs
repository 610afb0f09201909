// The demo's certificate authority at work in a test: signs requests, and makes .p12 files with what a test needs.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { instance } from './instance.mjs';
import { openssl } from './smime.mjs';

const ca = (name) => path.join(instance.keys, name);

function inFolder(act) {
  const dir = mkdtempSync(path.join(tmpdir(), 'waxseal-'));
  try { return act((name) => path.join(dir, name)); } finally { rmSync(dir, { recursive: true }); }
}

/** What an authority sends for a request (PEM or DER): the certificate in DER, in PEM, and with its issuer as PKCS#7. */
export function answerRequest(csr, days = 365) {
  return inFolder((f) => {
    writeFileSync(f('r'), csr);
    const form = csr.includes('-----BEGIN') ? 'PEM' : 'DER';
    openssl(['x509', '-req', '-inform', form, '-in', f('r'), '-CA', ca('root.pem'), '-CAkey', ca('root.key'), '-copy_extensions', 'copy', '-days', String(days), '-sha256', '-out', f('c.pem')]);
    openssl(['x509', '-in', f('c.pem'), '-outform', 'DER', '-out', f('c.der')]);
    openssl(['crl2pkcs7', '-nocrl', '-certfile', ca('root.pem'), '-certfile', f('c.pem'), '-outform', 'DER', '-out', f('c.p7b')]);
    return { der: readFileSync(f('c.der')), pem: readFileSync(f('c.pem')), p7b: readFileSync(f('c.p7b')) };
  });
}

/** A key (RSA-2048, for tests only) and its certificate by the demo's authority as a .p12, and the certificate in DER.
 *  usage: keyUsage in openssl's words. */
export function makeP12(passphrase, { name, address, usage = 'digitalSignature,keyEncipherment', days = 365 }) {
  return inFolder((f) => {
    openssl(['genpkey', '-quiet', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', f('key')]);
    openssl(['req', '-new', '-key', f('key'), '-subj', `/CN=${name}`, '-addext', `keyUsage=critical,${usage}`, '-addext', 'extendedKeyUsage=emailProtection', '-addext', `subjectAltName=email:${address}`, '-out', f('csr')]);
    const { pem, der } = answerRequest(readFileSync(f('csr')), days);
    writeFileSync(f('cert'), pem);
    return { der, p12: openssl(['pkcs12', '-export', '-inkey', f('key'), '-in', f('cert'), '-certfile', ca('root.pem'), '-name', name, '-passout', `pass:${passphrase}`]) };
  });
}

/** The private key of a .p12 in PEM, in a file that is there while act() runs. */
export async function withKeyOf(p12, passphrase, act) {
  const dir = mkdtempSync(path.join(tmpdir(), 'waxseal-'));
  try {
    const file = path.join(dir, 'key.pem');
    writeFileSync(file, openssl(['pkcs12', '-passin', `pass:${passphrase}`, '-nodes', '-nocerts'], p12), { mode: 0o600 });
    return await act(file);
  } finally { rmSync(dir, { recursive: true }); }
}
