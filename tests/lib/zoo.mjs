// People with keys of every kind, made for one run by the openssl command, and mails of theirs. All are test keys.
import { execFileSync, spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Cert } from './cmsmake.mjs';
import { base64, entity } from './mime.mjs';

export const SHOWN = 'The shown text 4711.';
export const BODY = Buffer.from(`Content-Type: text/plain; charset=utf-8\r\n\r\n${SHOWN}\r\n`);

export class Zoo {
  constructor(top) {
    this.top = top;
    this.tool = path.join(top, process.env.BUILD ?? 'build', 'waxsealctl');
    this.dir = mkdtempSync(path.join(tmpdir(), 'waxseal-zoo-'));
    this.people = {};
    this.count = 0;
    this.openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'root.key', '-out', 'root.pem', '-days', '30',
      '-subj', '/O=Waxseal test key/CN=Zoo root', '-addext', 'keyUsage=critical,keyCertSign,cRLSign');
  }
  close() { rmSync(this.dir, { recursive: true, force: true }); }
  at(name) { return path.join(this.dir, name); }
  file(name, bytes) { writeFileSync(this.at(name), bytes, { mode: 0o600 }); return name; }
  openssl(...args) { return execFileSync('openssl', args, { cwd: this.dir, maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'pipe'] }); }
  tryOpenssl(...args) { return spawnSync('openssl', args, { cwd: this.dir, maxBuffer: 1 << 28 }); }

  /** genpkey: arguments of `openssl genpkey`. usage: keyUsage of the certificate. */
  person(name, genpkey, usage = 'digitalSignature,keyEncipherment,keyAgreement', md = '-sha256') {
    if (this.people[name]) return this.people[name];
    this.openssl('genpkey', ...genpkey, '-out', `${name}.key`);
    this.file(`${name}.ext`, `basicConstraints=CA:FALSE\nkeyUsage=critical,${usage}\nextendedKeyUsage=emailProtection\nsubjectAltName=email:${name}@zoo.example\nsubjectKeyIdentifier=hash\n`);
    const made = this.tryOpenssl('req', '-new', '-key', `${name}.key`, '-out', `${name}.csr`, '-subj', `/O=Waxseal test key/CN=${name}`);
    const ca = ['-CA', 'root.pem', '-CAkey', 'root.key', '-set_serial', String(100 + this.count++), '-days', '30', '-extfile', `${name}.ext`, md, '-out', `${name}.pem`];
    if (made.status === 0) this.openssl('x509', '-req', '-in', `${name}.csr`, ...ca);
    else { // a key that cannot sign its own request
      this.openssl('pkey', '-in', `${name}.key`, '-pubout', '-out', `${name}.pub`);
      this.openssl('req', '-new', '-key', 'root.key', '-out', `${name}.csr`, '-subj', `/O=Waxseal test key/CN=${name}`);
      this.openssl('x509', '-req', '-in', `${name}.csr`, '-force_pubkey', `${name}.pub`, ...ca);
    }
    const der = this.openssl('x509', '-in', `${name}.pem`, '-outform', 'DER');
    return this.people[name] = { name, cert: new Cert(der), key: crypto.createPrivateKey(readFileSync(this.at(`${name}.key`))), address: `${name}@zoo.example` };
  }
  rsa(name = 'rsa') { return this.person(name, ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']); }
  ec(curve) { return this.person(curve.toLowerCase(), ['-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${curve}`, '-pkeyopt', 'ec_param_enc:named_curve']); }

  /** A whole mail around an entity. */
  mail(inner, from = 'rsa@zoo.example', more = []) {
    const head = [`From: ${from}`, 'To: reader@zoo.example', 'Subject: Zoo', 'Date: Mon, 02 Jun 2025 12:00:00 +0000', 'MIME-Version: 1.0', ...more];
    return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n`), inner]);
  }
  /** What the product says about a mail; keys: names of the people whose keys it has. */
  inspect(mail, keys = [], extra = []) {
    const file = this.at(this.file(`m${this.count++}.eml`, mail));
    const args = keys.flatMap((n) => ['--key', this.at(`${n}.key`), '--cert', this.at(`${n}.pem`)]);
    const r = spawnSync(this.tool, ['message', 'inspect', ...args, ...extra, '--trust', this.at('root.pem'), '--content', file], { maxBuffer: 1 << 28, timeout: 60_000 });
    if (r.status !== 0) throw new Error(`message inspect: ${r.status ?? r.signal} ${r.stdout} ${r.stderr}`);
    const out = JSON.parse(r.stdout);
    return { ...out, text: out.content?.text ?? '', codes: out.reasons.map((x) => x.code) };
  }
}
/** application/pkcs7-mime with the usual labels; headers replaces them. */
export function p7m(der, smimeType = 'enveloped-data', headers) {
  return entity(headers ?? [['Content-Type', `application/pkcs7-mime; smime-type=${smimeType}; name="smime.p7m"`], ['Content-Transfer-Encoding', 'base64'],
    ['Content-Disposition', 'attachment; filename="smime.p7m"']], base64(der));
}
export function clearSigned(inner, der, { protocol = '; protocol="application/pkcs7-signature"', micalg = '; micalg=sha-256', type = 'application/pkcs7-signature; name="smime.p7s"' } = {}) {
  const mark = `zoo-${crypto.randomBytes(6).toString('hex')}`;
  return Buffer.concat([Buffer.from(`Content-Type: multipart/signed${protocol}${micalg}; boundary="${mark}"\r\n\r\n--${mark}\r\n`), inner,
    Buffer.from(`\r\n--${mark}\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64(der)}--${mark}--\r\n`)]);
}
