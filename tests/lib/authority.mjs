// A certificate authority for tests: issues, revokes, writes CRLs, and keeps the index that `openssl ocsp` reads.
// Everything made here is for tests and protects nothing.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openssl } from './smime.mjs';

const time = (date) => `${date.toISOString().slice(2, 19).replace(/[-T:]/g, '')}Z`;
const DAY = 86_400_000;

export class Authority {
  /** names: {ocsp, crl, aia} URLs that its certificates carry; issuer: an Authority this one is an intermediate of;
   *  from, to: Dates; adopt: {pem, key} files of an authority that is there already. Files: DIR/ca.pem, ca.key, index.txt, NAME.pem, NAME.key. */
  constructor(commonName, { names = {}, issuer = null, adopt = null, from = new Date(Date.now() - 400 * DAY), to = new Date(Date.now() + 3650 * DAY), days = 397 } = {}) {
    this.names = names;
    this.days = days;
    this.dir = mkdtempSync(path.join(tmpdir(), 'waxseal-ca-'));
    this.index = path.join(this.dir, 'index.txt');
    writeFileSync(this.index, '');
    writeFileSync(path.join(this.dir, 'index.txt.attr'), 'unique_subject = no\n');
    writeFileSync(path.join(this.dir, 'crlnumber'), '01\n');
    writeFileSync(this.file('req.cnf'), '[req]\ndistinguished_name=dn\n[dn]\n');
    writeFileSync(this.#config, ['[ca]', 'default_ca=x', '[x]', `database=${this.index}`, `crlnumber=${this.file('crlnumber')}`, `new_certs_dir=${this.dir}`, 'rand_serial=yes',
      'policy=p', 'default_md=sha256', 'unique_subject=no', '[p]', 'commonName=supplied', 'organizationName=optional', ''].join('\n'));
    if (adopt) {
      copyFileSync(adopt.pem, this.file('ca.pem'));
      copyFileSync(adopt.key, this.file('ca.key'));
      return;
    }
    this.#key('ca', 'rsa');
    this.#sign('ca', commonName, ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign', 'subjectKeyIdentifier=hash', 'authorityKeyIdentifier=keyid'], from, to, issuer);
  }
  get #config() { return this.file('ca.cnf'); }
  file(name) { return path.join(this.dir, name); }
  pem(name = 'ca') { return readFileSync(this.file(`${name}.pem`), 'utf8'); }
  der(name = 'ca') { return openssl(['x509', '-in', this.file(`${name}.pem`), '-outform', 'DER']); }
  fingerprint(name) { return createHash('sha256').update(this.der(name)).digest('hex'); }

  #key(name, kind) {
    openssl(['genpkey', '-quiet', ...(kind === 'ec' ? ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-pkeyopt', 'ec_param_enc:named_curve']
      : ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']), '-out', this.file(`${name}.key`)]);
  }
  #sign(name, commonName, extensions, from, to, issuer) {
    const by = issuer ?? this;
    writeFileSync(this.file(`${name}.ext`), `${extensions.join('\n')}\n`);
    openssl(['req', '-new', '-sha256', '-key', this.file(`${name}.key`), '-out', this.file(`${name}.csr`), '-subj', `/O=Waxseal test only/CN=${commonName}`, '-config', this.file('req.cnf')]);
    const self = name === 'ca' && !issuer;
    openssl(['ca', '-batch', '-notext', '-config', by.#config, '-in', this.file(`${name}.csr`), '-out', this.file(`${name}.pem`), '-startdate', time(from), '-enddate', time(to),
      '-extfile', this.file(`${name}.ext`), '-keyfile', by.file('ca.key'), ...(self ? ['-selfsign'] : ['-cert', by.file('ca.pem')])]);
  }
  /** NAME.pem and NAME.key for an address. kind: rsa, ec; more: further extension lines; ocsp: a responder's certificate instead. */
  issue(name, address, { commonName = name, kind = 'rsa', from = new Date(Date.now() - DAY), to = new Date(Date.now() + this.days * DAY), ocsp = false, more = [] } = {}) {
    this.#key(name, kind);
    const { ocsp: responder, crl, aia } = this.names;
    const places = [...(responder ? [`OCSP;URI:${responder}`] : []), ...(aia ? [`caIssuers;URI:${aia}`] : [])];
    this.#sign(name, commonName, ['basicConstraints=critical,CA:FALSE', 'subjectKeyIdentifier=hash', 'authorityKeyIdentifier=keyid',
      `keyUsage=critical,digitalSignature${ocsp ? '' : kind === 'ec' ? ',keyAgreement' : ',keyEncipherment'}`, `extendedKeyUsage=${ocsp ? 'OCSPSigning' : 'emailProtection'}`,
      ...(ocsp ? ['noCheck=ignored'] : [`subjectAltName=email:${address}`, ...(places.length ? [`authorityInfoAccess=${places.join(',')}`] : []), ...(crl ? [`crlDistributionPoints=URI:${crl}`] : [])]),
      ...more], from, to, null);
    return this.file(`${name}.pem`);
  }
  /** reason as openssl spells it: keyCompromise, superseded, certificateHold ... */
  revoke(name, reason = 'keyCompromise', env = {}) {
    execFileSync('openssl', ['ca', '-config', this.#config, '-keyfile', this.file('ca.key'), '-cert', this.file('ca.pem'), '-revoke', this.file(`${name}.pem`), '-crl_reason', reason],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  }
  /** A fresh CRL in DER. */
  crl({ hours = 24, env = {} } = {}) {
    execFileSync('openssl', ['ca', '-config', this.#config, '-keyfile', this.file('ca.key'), '-cert', this.file('ca.pem'), '-gencrl', '-crlhours', String(hours), '-out', this.file('ca.crl')],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    return openssl(['crl', '-in', this.file('ca.crl'), '-outform', 'DER']);
  }
  /** Arguments of `openssl ocsp` that answer for this authority, by its own key or by a responder it issued. */
  responder({ port, by = 'ca', minutes = 60 }) {
    return ['ocsp', '-index', this.index, '-CA', this.file('ca.pem'), '-rsigner', this.file(`${by}.pem`), '-rkey', this.file(`${by}.key`), '-port', String(port), '-nmin', String(minutes), '-ignore_err'];
  }
  close() { rmSync(this.dir, { recursive: true, force: true }); }
}
