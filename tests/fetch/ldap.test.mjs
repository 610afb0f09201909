// waxseal-fetch and directories: a real slapd, and servers that are silent, endless, garbled or send us elsewhere. Inside
// tests/lib/netns.sh.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { Authority } from '../lib/authority.mjs';
import { closeAll, fetchCall, fetchDaemon, folder, outside, tcpServer } from '../lib/netns.mjs';
import { BASE, missing, slapd } from '../lib/slapd.mjs';
import { openssl } from '../lib/smime.mjs';

const options = { skip: outside || missing };
const PORTS = { staff: 3890, secured: 3891, silent: 3892, drip: 3893, huge: 3894, garbage: 3895, endless: 3896, refer: 3897, references: 3898, closes: 3899, nobody: 3900, locked: 3901, many: 3902 };
let daemon, authority, dir;
const f = (name) => path.join(dir, name);

// --- LDAP by hand ----------------------------------------------------------------------------------------
const tlv = (tag, ...parts) => {
  const v = Buffer.concat(parts.map((p) => Buffer.from(p)));
  const n = v.length < 128 ? Buffer.from([v.length]) : Buffer.concat([Buffer.from([0x84]), (() => { const b = Buffer.alloc(4); b.writeUInt32BE(v.length); return b; })()]);
  return Buffer.concat([Buffer.from([tag]), n, v]);
};
const ldap = (id, op) => tlv(0x30, tlv(2, [id]), op);
const result = (code, more = []) => tlv(0x65, tlv(10, [code]), tlv(4, ''), tlv(4, ''), ...more);
const entry = (bytes) => tlv(0x64, tlv(4, 'uid=x'), tlv(0x30, tlv(0x30, tlv(4, 'userCertificate;binary'), tlv(0x31, tlv(4, bytes)))));
/** answers(socket, id): what the server does when a search came. */
const bad = (port, answers) => tcpServer('127.0.0.1', port, (s) => { s.once('data', (d) => answers(s, d[4])); });

before(async () => {
  if (options.skip) return;
  dir = mkdtempSync(path.join(tmpdir(), 'waxseal-ldap-'));
  authority = new Authority('Test directory authority');
  for (const who of ['anna', 'berta']) authority.issue(who, `${who}@example.org`);
  openssl(['crl2pkcs7', '-nocrl', '-certfile', authority.file('berta.pem'), '-certfile', authority.file('ca.pem'), '-outform', 'DER', '-out', f('berta.p7')]);
  openssl(['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', f('tls.key'), '-out', f('tls.pem'), '-subj', '/CN=ldap.example', '-addext', 'subjectAltName=DNS:ldap.example', '-days', '2']);
  const people = [
    { id: 'anna', mail: ['anna@example.org', 'a(b)*c@example.org'], certificates: [authority.der('anna')] },
    { id: 'berta', mail: ['berta@example.org'], smime: [execFileSync('cat', [f('berta.p7')])] },
    { id: 'none', mail: ['none@example.org'] },
    ...Array.from({ length: 9 }, (_, i) => ({ id: `twin${i}`, mail: ['twin@example.org'], certificates: [authority.der('anna')] })),
  ];
  await slapd({ port: PORTS.staff, people, tls: { port: PORTS.secured, key: f('tls.key'), certificate: f('tls.pem') } });
  await slapd({ port: PORTS.locked, people, reader: 'test only' });
  writeFileSync(f('password'), 'test only\n');
  writeFileSync(f('wrong'), 'something else\n');
  await tcpServer('127.0.0.1', PORTS.silent, () => {});
  await bad(PORTS.drip, (s, id) => { const bytes = ldap(id, entry(Buffer.alloc(60_000))); let at = 0; const t = setInterval(() => { if (s.destroyed || at >= bytes.length) clearInterval(t); else s.write(bytes.subarray(at, ++at)); }, 20); });
  await bad(PORTS.huge, (s) => { s.write(Buffer.from([0x30, 0x84, 0x7f, 0xff, 0xff, 0xff])); const more = () => { while (!s.destroyed && s.write(Buffer.alloc(65536))); }; s.on('drain', more); more(); });
  await bad(PORTS.garbage, (s) => s.write('HTTP/1.1 400 Bad Request\r\n\r\n<html>no</html>'));
  await bad(PORTS.endless, (s, id) => { const one = ldap(id, entry(Buffer.alloc(2000, 1))); const more = () => { while (!s.destroyed && s.write(one)); }; s.on('drain', more); more(); });
  await bad(PORTS.refer, (s, id) => s.write(ldap(id, result(10, [tlv(0xa3, tlv(4, `ldap://127.0.0.1:${PORTS.references}/${BASE}`))]))));
  await bad(PORTS.references, (s, id) => { for (let i = 0; i < 3; i++) s.write(ldap(id, tlv(0x73, tlv(4, `ldap://127.0.0.1:${PORTS.references}/`)))); s.write(ldap(id, result(0))); });
  await bad(PORTS.closes, (s) => s.end());
  await bad(PORTS.many, (s, id) => { for (let i = 0; i < 20; i++) s.write(ldap(id, entry(Buffer.alloc(3, i)))); s.write(ldap(id, entry(Buffer.alloc(70_000)))); s.write(ldap(id, result(4))); });
  const section = (name, url, more = []) => [`[directory ${name}]`, `url = ${url}`, `base = ${BASE}`, ...more];
  daemon = await fetchDaemon({ section: [
    ...Object.entries(PORTS).filter(([n]) => !['secured', 'locked'].includes(n)).flatMap(([n, port]) => section(n, `ldap://127.0.0.1:${port}`)),
    ...section('secured', `ldaps://127.0.0.1:${PORTS.secured}?ca=${f('tls.pem')}&name=ldap.example`),
    ...section('starttls', `ldap://127.0.0.1:${PORTS.staff}?starttls&ca=${f('tls.pem')}&name=ldap.example`),
    ...section('othername', `ldaps://127.0.0.1:${PORTS.secured}?ca=${f('tls.pem')}&name=other.example`),
    ...section('otherroot', `ldaps://127.0.0.1:${PORTS.secured}?ca=${authority.file('ca.pem')}&name=ldap.example`),
    ...section('locked', `ldap://127.0.0.1:${PORTS.locked}`, [`bind_dn = cn=reader,${BASE}`, `bind_password_file = ${f('password')}`]),
    ...section('wrong', `ldap://127.0.0.1:${PORTS.locked}`, [`bind_dn = cn=reader,${BASE}`, `bind_password_file = ${f('wrong')}`]),
    ...section('nofile', `ldap://127.0.0.1:${PORTS.locked}`, [`bind_dn = cn=reader,${BASE}`, `bind_password_file = ${f('not-there')}`]),
  ] });
});
after(async () => { await closeAll(); if (dir) rmSync(dir, { recursive: true }); });

const ask = (directory, address = 'anna@example.org', more = {}) => fetchCall(daemon.socket, { kind: 'ldap', url: `ldap:${directory}/${address}`, ...more });
function values(body) {
  const out = [];
  for (let at = 0; at < body.length;) { const n = body.readUInt32BE(at + 1); out.push({ kind: String.fromCharCode(body[at]), bytes: body.subarray(at + 5, at + 5 + n) }); at += 5 + n; }
  return out;
}
const word = async (directory, outcome, says) => {
  const a = await ask(directory);
  assert.equal(a.outcome, outcome, `${directory}: ${a.outcome} ${a.detail}`);
  assert.match(a.detail, says, directory);
};

test('a person has a certificate, another one a CMS message of them, a third nothing, a fourth is unknown', options, async () => {
  const anna = values((await ask('staff')).body);
  assert.deepEqual(anna.map((v) => v.kind), ['c']);
  assert.ok(anna[0].bytes.equals(authority.der('anna')));
  const berta = values((await ask('staff', 'berta@example.org')).body);
  assert.deepEqual(berta.map((v) => v.kind), ['s']);
  for (const who of ['none@example.org', 'nobody@example.org']) {
    const a = await ask('staff', who);
    assert.equal(a.outcome, 'answered', a.detail);
    assert.equal(a.body.length, 0);
  }
  const line = daemon.log().filter((l) => l.event === 'fetched' && l.kind === 'ldap').at(-1);
  assert.equal(line.host, '127.0.0.1');
  assert.ok(!daemon.output.includes('anna@example.org'), 'whom somebody writes to is not in the log');
});

test('an address is a value, whatever stands in it, and never a filter', options, async () => {
  assert.equal(values((await ask('staff', 'a(b)*c@example.org')).body).length, 1);
  for (const address of ['*@example.org', 'a*@example.org', '*)(uid=*@x', 'anna@example.org)(mail=*', 'a\\2a@example.org'])
    assert.equal((await ask('staff', address)).body.length, 0, address);
});

test('few entries are taken, however many there are', options, async () => {
  const a = await ask('staff', 'twin@example.org');
  assert.equal(a.outcome, 'answered');
  assert.equal(values(a.body).length, 5);
  const many = await ask('many');
  assert.equal(many.outcome, 'answered', many.detail);
  assert.equal(values(many.body).length, 16, 'and of what a server sends that does not care, as many');
});

test('by TLS from the first byte or by STARTTLS, to the right name under the right root only', options, async () => {
  for (const name of ['secured', 'starttls']) {
    const a = await ask(name);
    assert.equal(a.outcome, 'answered', `${name}: ${a.detail}`);
    assert.equal(values(a.body).length, 1, name);
  }
  await word('othername', 'unreachable', /TLS|certificate/);
  await word('otherroot', 'unreachable', /TLS|certificate/);
});

test('a directory that wants a name and password gets those of the configuration', options, async () => {
  assert.equal(values((await ask('locked')).body).length, 1);
  await word('wrong', 'unreachable', /Invalid credentials/);
  await word('nofile', 'unreachable', /Invalid credentials/);
});

test('bad servers get a word and no more time than there is', options, async () => {
  for (const name of ['silent', 'drip']) {
    const since = Date.now();
    const a = await ask(name, undefined, { timeout: 1000 });
    assert.equal(a.outcome, 'timed_out', `${name}: ${a.outcome} ${a.detail}`);
    assert.ok(Date.now() - since < 20_000, `${name} does not hang`);
  }
  await word('huge', 'unreachable', /broke off|no LDAP/);
  await word('closes', 'unreachable', /broke off/);
  await word('nobody', 'unreachable', /no connection/);
  await word('endless', 'too_large', /does not end/);
  await word('refer', 'refused', /refers to another server/);
  const garbage = await ask('garbage', undefined, { timeout: 1000 });
  assert.ok(['unreachable', 'timed_out'].includes(garbage.outcome), garbage.outcome);
  // References to elsewhere are passed over; a loop of them is none.
  const a = await ask('references');
  assert.equal(a.outcome, 'answered', a.detail);
  assert.equal(a.body.length, 0);
  // After all that it works as before.
  assert.equal(values((await ask('staff')).body).length, 1);
});

test('only directories of the configuration, only addresses, only questions', options, async () => {
  for (const url of ['ldap:other/anna@example.org', 'ldap://127.0.0.1:3890/anna@example.org', 'ldap:staff/', 'ldap:staff/anna', 'ldap:staff', 'http://127.0.0.1:3890/', 'ldap:staff/@x'])
    assert.equal((await fetchCall(daemon.socket, { kind: 'ldap', url })).outcome, 'refused', url);
  assert.equal((await fetchCall(daemon.socket, { kind: 'ldap', url: 'ldap:staff/anna@example.org', post: Buffer.from('x'), type: 'text/plain' })).outcome, 'refused');
  // And by no other kind is one reached.
  assert.equal((await fetchCall(daemon.socket, { kind: 'crl', url: 'ldap:staff/anna@example.org' })).outcome, 'refused');
  assert.ok(folder);
});
