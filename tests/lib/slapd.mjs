// A real slapd with people and their certificates, for tests; its data lives in a folder of its own.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectable, run, until } from './netns.mjs';

const SLAPD = '/usr/sbin/slapd';
export const missing = existsSync(SLAPD) ? false : 'there is no slapd (package slapd)';
export const BASE = 'dc=example,dc=org';

const b64 = (bytes) => Buffer.from(bytes).toString('base64');
/** people: [{id, mail: [addresses], certificates: [DER], smime: [CMS DER]}] */
function ldif(people) {
  const blocks = [`dn: ${BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: Test\n`];
  for (const p of people) {
    const lines = [`dn: uid=${p.id},${BASE}`, 'objectClass: inetOrgPerson', `uid: ${p.id}`, `cn: ${p.id}`, `sn: ${p.id}`, ...p.mail.map((m) => `mail: ${m}`),
      ...(p.certificates ?? []).map((c) => `userCertificate;binary:: ${b64(c)}`), ...(p.smime ?? []).map((c) => `userSMIMECertificate:: ${b64(c)}`)];
    blocks.push(`${lines.join('\n')}\n`);
  }
  return blocks.join('\n');
}

/** port: plain on 127.0.0.1; tls: {port, key, certificate} (PEM files), or null; reader: password that is needed to read, or null. */
export async function slapd({ port, people, tls = null, reader = null }) {
  const at = mkdtempSync(path.join(tmpdir(), 'waxseal-slapd-'));
  const f = (name) => path.join(at, name);
  mkdirSync(f('data'));
  writeFileSync(f('slapd.conf'), ['include /etc/ldap/schema/core.schema', 'include /etc/ldap/schema/cosine.schema', 'include /etc/ldap/schema/inetorgperson.schema',
    `pidfile ${f('pid')}`, 'modulepath /usr/lib/ldap', 'moduleload back_mdb', ...(tls ? [`TLSCertificateFile ${tls.certificate}`, `TLSCertificateKeyFile ${tls.key}`] : []),
    'database mdb', 'maxsize 16777216', `suffix "${BASE}"`, `rootdn "cn=reader,${BASE}"`, `rootpw "${reader ?? 'unused'}"`, `directory ${f('data')}`,
    `access to * by ${reader ? 'users read by anonymous auth' : '* read'}`, ''].join('\n'));
  writeFileSync(f('people.ldif'), ldif(people));
  execFileSync('/usr/sbin/slapadd', ['-q', '-f', f('slapd.conf'), '-l', f('people.ldif')], { stdio: 'pipe' });
  const urls = [`ldap://127.0.0.1:${port}`, ...(tls ? [`ldaps://127.0.0.1:${tls.port}`] : [])];
  const server = run(SLAPD, ['-d', '0', '-f', f('slapd.conf'), '-h', urls.join(' ')]);
  const up = await Promise.race([until('slapd', () => connectable('127.0.0.1', port)).then(() => true), server.ended.then(() => false)]);
  if (!up) throw new Error(`slapd ended: ${server.output}`);
  const close = server.close;
  return Object.assign(server, { close: async () => { await close(); rmSync(at, { recursive: true, force: true }); } });
}
