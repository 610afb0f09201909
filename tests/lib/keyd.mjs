// waxseal-keyd for tests: a daemon with a folder of its own, and its two sockets spoken to byte by byte.
import { spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import { chmodSync, chownSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { attribute, OID } from './cmsmake.mjs';
import { octets, oid, setOf } from './der.mjs';
import { run, until } from './netns.mjs';
import { openssl } from './smime.mjs';

const top = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const build = process.env.BUILD ?? 'build';
export const OPERATIONS = ['ping', 'sign', 'unwrap', 'derive', 'failed', 'import', 'generate', 'request', 'issue', 'reseal'];
export const RESULTS = ['done', 'refused', 'unknown_key', 'failed', 'wrong_passphrase', 'damaged', 'unsupported', 'empty', 'stopped', 'too_fast', 'busy'];
export const newMaster = () => crypto.randomBytes(32).toString('hex');
/** Builds with a sanitizer are not confined: sanitizers need files. */
export const sanitized = build.includes('san-');
export const root = process.getuid() === 0;
/** As root the daemon is somebody else who may lock memory, as it is in earnest. */
export const daemonUser = { uid: 33, gid: 33 };
const lockCaps = ['--inh-caps=+ipc_lock', '--ambient-caps=+ipc_lock'];
export const mayLock = root && spawnSync('setpriv', [...lockCaps, 'true']).status === 0;
const asDaemon = root ? ['setpriv', `--reuid=${daemonUser.uid}`, `--regid=${daemonUser.gid}`, '--clear-groups', ...(mayLock ? lockCaps : [])] : [];

const number = (n) => { const b = Buffer.alloc(4); b.writeUInt32BE(n); return b; };
export function frame(operation, fields, { magic = 'WXK1', code = OPERATIONS.indexOf(operation), count = fields.length, zero = 0, length = null } = {}) {
  const body = Buffer.concat(fields.flatMap((f) => { const b = Buffer.from(f); return [number(b.length), b]; }));
  const head = Buffer.alloc(12);
  head.write(magic);
  head[4] = code;
  head[5] = count;
  head.writeUInt16BE(zero, 6);
  head.writeUInt32BE(length ?? body.length, 8);
  return Buffer.concat([head, body]);
}
/** Sends bytes, gives back whatever came until the other side closed. */
export async function raw(socket, bytes, { end = false } = {}) {
  for (;;) {
    const came = await new Promise((resolve, reject) => {
      const parts = [], s = net.connect(socket, () => { if (end) s.end(bytes); else s.write(bytes); });
      s.on('data', (d) => parts.push(d)).on('close', () => resolve(Buffer.concat(parts))).on('error', (e) => {
        if (e.code === 'EAGAIN') resolve(null); // the kernel's own queue is full: a blocking connect would wait
        else if (!['EPIPE', 'ECONNRESET'].includes(e.code)) reject(e);
      });
    });
    if (came) return came;
    await new Promise((done) => { setTimeout(done, 20); });
  }
}
/** {result, fields}; bytes: the whole answer. null: closed without a byte. */
export async function call(socket, operation, fields = [], options = {}) {
  const bytes = await raw(socket, frame(operation, fields, options));
  if (bytes.length === 0) return null;
  const out = [];
  for (let at = 12; at < bytes.length;) {
    const n = bytes.readUInt32BE(at);
    out.push(bytes.subarray(at + 4, at + 4 + n));
    at += 4 + n;
  }
  return { result: RESULTS[bytes[4]], fields: out, bytes };
}

export function config(at, { gate = userInfo().username, admin = userInfo().username, more = [], master = path.join(at, 'master') } = {}) {
  return `[server]
listen = ${at}/none.sock
public_origin = https://mail.example
static_dir = ${at}
template_dir = ${at}
redis_socket = ${at}/none
host_key_file = ${at}/none
trust_dir = ${at}
[keyd]
gate_socket = ${at}/gate.sock
admin_socket = ${at}/admin.sock
gate_users = ${gate}
admin_users = ${admin}
master_keys = ${master}
${more.join('\n')}
[domain example.org]
imap = imap://127.0.0.1:143
smtp = smtp://127.0.0.1:25
[plan basic]
smime = off
`;
}
/** masters: keys in hex, oldest first. */
export async function keyDaemon({ masters = [newMaster()], program = path.join(top, build, 'waxseal-keyd'), at = mkdtempSync(path.join(tmpdir(), 'waxseal-keyd-')), wrap = [], env = {}, ...options } = {}) {
  chmodSync(at, 0o755);
  const file = path.join(at, 'waxseal.conf'), master = path.join(at, 'master');
  writeFileSync(file, config(at, options));
  rmSync(master, { force: true });
  writeFileSync(master, `# test keys\n${masters.join('\n')}\n`, { mode: 0o600 });
  if (root) for (const f of [at, master]) chownSync(f, daemonUser.uid, daemonUser.gid);
  let own = program;
  if (root) copyFileSync(program, own = path.join(at, 'waxseal-keyd')); // its user may not reach the checkout
  const [command, ...args] = [...asDaemon, ...wrap, own, '--config', file];
  const daemon = run(command, args, { cwd: at, env: { ...process.env, MALLOC_PERTURB_: '0', ...env } }); // what is wiped is wiped by the daemon
  Object.assign(daemon, { at, file, gate: path.join(at, 'gate.sock'), admin: path.join(at, 'admin.sock'), masters });
  daemon.log = () => daemon.output.split('\n').filter((l) => l.startsWith('{')).map((l) => JSON.parse(l));
  const started = () => daemon.log().some((l) => l.event === 'started');
  const up = await Promise.race([until('waxseal-keyd', started).then(() => true), daemon.ended.then(() => false)]);
  if (!up) throw new Error(`waxseal-keyd ended: ${daemon.output}`);
  return daemon;
}

/** A key with a certificate, made by openssl: {key, cert (PEM files), der, p12}. kind: "rsa:2048" or a curve. */
export function testKey(folder, name, passphrase, { kind = 'rsa:2048', address = `${name}@example.org` } = {}) {
  const key = path.join(folder, `${name}.key`), cert = path.join(folder, `${name}.pem`);
  const how = kind.startsWith('rsa') ? ['-algorithm', 'RSA', '-pkeyopt', `rsa_keygen_bits:${kind.slice(4)}`] : ['-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${kind}`];
  openssl(['genpkey', ...how, '-out', key]);
  const bare = path.join(folder, 'bare.cnf'); // the system's would make it an authority's
  writeFileSync(bare, '[req]\ndistinguished_name=d\n[d]\n');
  openssl(['req', '-config', bare, '-x509', '-new', '-key', key, '-subj', `/CN=Test key ${name}`, '-days', '30', '-out', cert, '-addext', `subjectAltName=email:${address}`, '-addext', 'extendedKeyUsage=emailProtection']);
  const p12 = openssl(['pkcs12', '-export', '-inkey', key, '-in', cert, '-passout', `pass:${passphrase}`, '-iter', '2048']);
  return { key, cert, p12, passphrase, address, der: openssl(['x509', '-in', cert, '-outform', 'DER']), private: crypto.createPrivateKey(readFileSync(key)) };
}
/** What an import gave for its first key: {id, sealed, type, bits, spki, certificate, place}; place: the first fields of operations on it. */
export function imported(answer, { purpose = 'mailbox', organisation = 'acme', mailbox = 'alice@example.org' } = {}, at = 1) {
  const [id, sealed, type, bits, spki, certificate] = answer.fields.slice(at, at + 6);
  return { id: id.toString(), sealed, type: type.toString(), bits: Number(bits), spki, certificate, place: [purpose, organisation, mailbox, id, sealed] };
}
/** DER of signed attributes for a digest. */
export const attributesFor = (digest, more = []) => setOf(attribute(OID.contentType, oid(OID.data)), attribute(OID.messageDigest, octets(digest)), ...more);
