// Makes S/MIME entities with the `openssl cms` command, the oracle the product is compared with.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { base64, entity, multipart } from './mime.mjs';

export function openssl(args, input) {
  return execFileSync('openssl', args, { input, maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'pipe'] });
}

// keys: folder with NAME.pem, NAME.key and root.pem.
export class Smime {
  constructor(keys) { this.keys = keys; }
  file(name) { return path.join(this.keys, name); }

  #sign(inner, signer, extra) {
    return openssl(['cms', '-sign', '-binary', '-md', 'sha256', '-outform', 'DER', '-signer', this.file(`${signer}.pem`),
      '-inkey', this.file(`${signer}.key`), '-certfile', this.file('root.pem'), ...extra], inner);
  }
  clearSigned(inner, signer) {
    const p7s = entity([['Content-Type', 'application/pkcs7-signature; name="smime.p7s"'], ['Content-Transfer-Encoding', 'base64'],
      ['Content-Disposition', 'attachment; filename="smime.p7s"']], base64(this.#sign(inner, signer, [])));
    return multipart('signed', [inner, p7s], '; protocol="application/pkcs7-signature"; micalg=sha-256');
  }
  opaqueSigned(inner, signer) { return p7m('signed-data', this.#sign(inner, signer, ['-nodetach'])); }

  // to: names of certificates. options: cipher, oaep (names that get OAEP), indefinite (BER as streaming writers make it).
  envelopedDer(inner, to, { cipher = 'aes-256-gcm', oaep = [], indefinite = false } = {}) {
    const dir = mkdtempSync(path.join(tmpdir(), 'waxseal-'));
    try {
      const input = path.join(dir, 'in');
      writeFileSync(input, inner, { mode: 0o600 });
      const recipients = to.flatMap((n) => ['-recip', this.file(`${n}.pem`), ...(oaep.includes(n) ? ['-keyopt', 'rsa_padding_mode:oaep'] : [])]);
      return openssl(['cms', '-encrypt', '-binary', `-${cipher}`, '-outform', 'DER', '-in', input,
        ...(indefinite ? ['-stream'] : []), ...recipients]);
    } finally { rmSync(dir, { recursive: true }); }
  }
  encrypted(inner, to, options = {}) {
    return p7m((options.cipher ?? 'aes-256-gcm').endsWith('gcm') ? 'authEnveloped-data' : 'enveloped-data', this.envelopedDer(inner, to, options));
  }
}

export function p7m(smimeType, der, { type = 'application/pkcs7-mime', name = 'smime.p7m' } = {}) {
  return entity([['Content-Type', `${type}; ${smimeType ? `smime-type=${smimeType}; ` : ''}name="${name}"`],
    ['Content-Transfer-Encoding', 'base64'], ['Content-Disposition', `attachment; filename="${name}"`]], base64(der));
}
