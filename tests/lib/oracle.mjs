// The programs our mail is compared with: `openssl cms` and gpgsm, each given the keys of the demo accounts.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openssl } from './smime.mjs';

/** Header fields (unfolded, lower-case names) and body of an entity. */
export function split(entity) {
  const at = entity.indexOf('\r\n\r\n');
  const head = entity.subarray(0, at).toString('latin1').replace(/\r\n[ \t]+/g, ' ');
  const headers = Object.fromEntries(head.split('\r\n').map((l) => [l.slice(0, l.indexOf(':')).toLowerCase(), l.slice(l.indexOf(':') + 1).trim()]));
  return { headers, body: entity.subarray(at + 4) };
}
/** The two parts of a multipart/signed, byte for byte: what was signed, and the DER of the signature. */
export function signedParts(entity) {
  const { headers, body } = split(entity);
  const boundary = /boundary="?([^";]+)"?/i.exec(headers['content-type'])[1];
  const mark = Buffer.from(`--${boundary}\r\n`);
  const first = body.indexOf(mark) + mark.length;
  const second = body.indexOf(Buffer.concat([Buffer.from('\r\n'), mark]), first);
  const end = body.indexOf(Buffer.from(`\r\n--${boundary}--`), second);
  const p7s = split(body.subarray(second + 2 + mark.length, end)).body;
  return { content: body.subarray(first, second), signature: Buffer.from(p7s.toString('latin1'), 'base64') };
}
export const derOf = (entity) => Buffer.from(split(entity).body.toString('latin1'), 'base64');

export class Oracle {
  constructor(keys) {
    this.keys = keys;
    this.dir = mkdtempSync(path.join(tmpdir(), 'waxseal-oracle-'));
  }
  #at(name, bytes) {
    const f = path.join(this.dir, name);
    if (bytes !== undefined) writeFileSync(f, bytes, { mode: 0o600 });
    return f;
  }
  key(name) { return path.join(this.keys, name); }

  decrypt(entity, name) {
    return openssl(['cms', '-decrypt', '-binary', '-inform', 'DER', '-in', this.#at('in', derOf(entity)), '-recip', this.key(`${name}.pem`), '-inkey', this.key(`${name}.key`)]);
  }
  /** Throws unless the detached signature is right and the chain ends at the demo's root. Returns the signer's certificate. */
  verify({ content, signature }) {
    openssl(['cms', '-verify', '-binary', '-inform', 'DER', '-in', this.#at('sig', signature), '-content', this.#at('content', content),
      '-CAfile', this.key('root.pem'), '-purpose', 'smimesign', '-signer', this.#at('signer.pem', ''), '-out', '/dev/null']);
    return readFileSync(this.#at('signer.pem'), 'utf8');
  }
  certificate(name) { return readFileSync(this.key(`${name}.pem`), 'utf8'); }

  // --- gpgsm: RSA and AES-CBC; the 2.2 of Debian 12 knows no AES-GCM and ends on a .p12 with an EC key ---
  static gpgsmMissing = existsSync('/usr/bin/gpgsm') ? false : 'gpgsm is not installed';
  get #home() { return path.join(this.dir, 'gnupg'); }
  #run(program, args, input) {
    const r = spawnSync(program, args, { cwd: this.dir, input, maxBuffer: 1 << 26, timeout: 60_000 });
    if (r.status !== 0) throw new Error(`${program} ${args.join(' ').slice(0, 200)}: ${r.status ?? r.signal} ${r.stderr}`);
    return r.stdout;
  }
  gpgsm(...args) {
    this.#setUp();
    return this.#run('sh', ['-c', 'echo pw | gpgsm --passphrase-fd 0 "$@"', 'gpgsm', '--homedir', this.#home, '--batch', '--yes', '--disable-crl-checks', '--pinentry-mode', 'loopback', ...args]);
  }
  #ready = false;
  #setUp() {
    if (this.#ready) return;
    this.#ready = true;
    mkdirSync(this.#home, { mode: 0o700 });
    const print = openssl(['x509', '-in', this.key('root.pem'), '-noout', '-fingerprint', '-sha1']).toString().split('=')[1].trim();
    writeFileSync(path.join(this.#home, 'trustlist.txt'), `${print} S relax\n`);
    writeFileSync(path.join(this.#home, 'gpg-agent.conf'), 'allow-loopback-pinentry\n');
    this.#run('gpgconf', ['--homedir', this.#home, '--launch', 'gpg-agent']);
    this.gpgsm('--import', this.key('root.pem'));
    for (const name of ['alice', 'mallory']) this.#importKey(name);
    this.gpgsm('--import', this.key('bob.pem'));
  }
  /* This gpgsm cannot decrypt some good files, depending on their random salt: a fresh one is made then. */
  #importKey(name) {
    for (let left = 8; ; left--) {
      openssl(['pkcs12', '-export', '-inkey', this.key(`${name}.key`), '-in', this.key(`${name}.pem`), '-certfile', this.key('root.pem'), '-name', name, '-passout', 'pass:pw',
        '-legacy', '-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1', '-out', this.#at(`${name}.p12`)]);
      try {
        this.gpgsm('--import', this.#at(`${name}.p12`));
        return;
      } catch (error) {
        if (left === 1) throw error;
      }
    }
  }
  gpgsmDecrypt(entity) { return this.gpgsm('--decrypt', this.#at('in', derOf(entity))); }
  gpgsmVerify({ content, signature }) { this.gpgsm('--verify', this.#at('sig', signature), this.#at('content', content)); }
  gpgsmSign(content, name) { return this.gpgsm('--local-user', `${name}@demo.test`, '--sign', '--detach-sign', this.#at('content', content)); }
  gpgsmEncrypt(content, ...names) { return this.gpgsm(...names.flatMap((n) => ['--recipient', `${n}@demo.test`]), '--encrypt', this.#at('content', content)); }

  close() {
    if (this.#ready) execFileSync('gpgconf', ['--homedir', this.#home, '--kill', 'all']);
    rmSync(this.dir, { recursive: true, force: true });
  }
}
