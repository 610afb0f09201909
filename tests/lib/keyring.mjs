// Plays the browser's keyring with node's crypto and the openssl command: the person's private operations in HTTP tests.
import { createDecipheriv, createHash, createPrivateKey, createPublicKey, diffieHellman, sign } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { instance, top } from './instance.mjs';
import { openssl } from './smime.mjs';

export const keyFile = (name) => path.join(instance.keys, `${name}.key`);
export const certificateFile = (name) => path.join(instance.keys, `${name}.pem`);
export const certificateDer = (name) => openssl(['x509', '-in', certificateFile(name), '-outform', 'DER']);
export const fingerprint = (name) => createHash('sha256').update(certificateDer(name)).digest('hex');
const bytes = (b64) => Buffer.from(b64, 'base64');

function der(tag, ...parts) {
  const body = Buffer.concat(parts);
  const n = body.length;
  const length = n < 128 ? [n] : n < 256 ? [0x81, n] : [0x82, n >> 8, n & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

// RFC 5753: the wrap algorithm's identifier stands inside the key encryption algorithm.
function derive(name, r) {
  const privateKey = createPrivateKey(readFileSync(keyFile(name)));
  // The originator may leave its curve out (RFC 5753 section 3.1.1): it is the recipient's, and so the key is spelled as ours.
  const own = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const point = { 'prime256v1': 65, 'secp384r1': 97, 'secp521r1': 133 }[privateKey.asymmetricKeyDetails.namedCurve];
  const spki = Buffer.concat([own.subarray(0, own.length - point), bytes(r.originator_key).subarray(-point)]);
  const z = diffieHellman({ privateKey, publicKey: createPublicKey({ key: spki, format: 'der', type: 'spki' }) });
  const algorithm = bytes(r.key_algorithm);
  const text = algorithm.toString('hex');
  const hash = ['sha224', 'sha256', 'sha384', 'sha512'][/06062b8104010b0([0-3])/.exec(text)?.[1]] ?? 'sha1';
  const at = text.search(/300[bd]06096086480165030401(05|19|2d)/) / 2;
  const wrap = algorithm.subarray(at, at + 2 + algorithm[at + 1]);
  const bits = { 5: 128, 0x19: 192, 0x2d: 256 }[wrap[12]];
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bits);
  const info = der(0x30, wrap, ...(r.ukm ? [der(0xa0, der(0x04, bytes(r.ukm)))] : []), der(0xa2, der(0x04, size)));
  const pieces = [];
  for (let i = 1; Buffer.concat(pieces).length < bits / 8; i++) {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(i);
    pieces.push(createHash(hash).update(Buffer.concat([z, counter, info])).digest());
  }
  const kek = Buffer.concat(pieces).subarray(0, bits / 8);
  const unwrap = createDecipheriv(`id-aes${bits}-wrap`, kek, Buffer.from('a6a6a6a6a6a6a6a6', 'hex'));
  return Buffer.concat([unwrap.update(bytes(r.encrypted_key)), unwrap.final()]);
}

// The content key of a job for the holder of NAME's key, in base64.
export function unwrap(name, job, pick = (r) => r.mine) {
  const r = job.recipients.find(pick);
  if (!r) throw new Error('no recipient of this job is ours');
  if (r.kind === 'ecdh') return derive(name, r).toString('base64');
  const padding = r.kind === 'rsa-oaep' ? ['-pkeyopt', 'rsa_padding_mode:oaep'] : [];
  return openssl(['pkeyutl', '-decrypt', '-inkey', keyFile(name), ...padding], bytes(r.encrypted_key)).toString('base64');
}

export function signAttributes(name, attributes, digest = 'sha256') {
  return sign(digest, bytes(attributes), readFileSync(keyFile(name))).toString('base64');
}

// The frozen entity, put together from the skeleton and the attachments the writer holds.
export function entityOf(prepared, files) {
  return Buffer.concat(prepared.skeleton.map((p) => (p.attachment === undefined ? bytes(p.bytes)
    : Buffer.from((Buffer.from(files[p.attachment]).toString('base64').match(/.{1,76}/g) ?? []).join('\r\n') + '\r\n'))));
}

// True when the signed attributes hold the digest of exactly these bytes.
export function attributesHold(prepared, entity) {
  const digest = createHash(prepared.digest).update(entity).digest();
  return bytes(prepared.attributes).includes(Buffer.concat([Buffer.from([0x04, digest.length]), digest]));
}

// The demo .p12 in the strong form the vault takes. Slow on purpose: 600,000 iterations.
export function strongP12(name, passphrase, iterations = 600000) {
  const dir = mkdtempSync(path.join(tmpdir(), 'waxseal-'));
  try {
    const out = path.join(dir, 'o.p12');
    openssl(['pkcs12', '-export', '-inkey', keyFile(name), '-in', certificateFile(name), '-certfile', path.join(instance.keys, 'root.pem'), '-keypbe', 'AES-256-CBC',
      '-certpbe', 'AES-256-CBC', '-macalg', 'sha256', '-iter', String(iterations), '-passout', `pass:${passphrase}`, '-out', out]);
    return readFileSync(out);
  } finally { rmSync(dir, { recursive: true }); }
}

const vaulted = new Map();
// Puts NAME's key file and certificates into the vault of the signed-in client, once per run.
export async function fillVault(client, name) {
  const have = await client.get('/api/v1/smime/keys');
  const mine = have.json.keys.find((k) => k.certificates.some((c) => c.fingerprint.replaceAll(':', '').toLowerCase() === fingerprint(name)));
  if (mine) return mine;
  if (!vaulted.has(name)) vaulted.set(name, strongP12(name, `${name} vault passphrase`).toString('base64'));
  const root = openssl(['x509', '-in', path.join(instance.keys, 'root.pem'), '-outform', 'DER']);
  const r = await client.post('/api/v1/smime/keys', { p12: vaulted.get(name), label: `${name}'s key`, certificates: [certificateDer(name), root].map((x) => x.toString('base64')) });
  if (r.status !== 200) throw new Error(`vault of ${name}: ${r.status} ${r.text}`);
  return r.json;
}

export function composeBody(json, files = []) {
  const head = Buffer.from(JSON.stringify(json));
  return { body: Buffer.concat([Buffer.from(`${head.length}\n`), head, ...files.map((f) => Buffer.from(f))]), headers: { 'Content-Type': 'application/vnd.waxseal.compose' } };
}

// What `waxsealctl message inspect` makes of a message, for whoever has NAME's key.
export function inspect(text, name) {
  const dir = mkdtempSync(path.join(tmpdir(), 'waxseal-'));
  try {
    const file = path.join(dir, 'mail.eml');
    writeFileSync(file, text, 'latin1');
    return JSON.parse(execFileSync(path.join(top, process.env.BUILD ?? 'build', 'waxsealctl'),
      ['message', 'inspect', '--content', '--trust', certificateFile('root'), ...(name ? ['--key', keyFile(name), '--cert', certificateFile(name)] : []), file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }));
  } finally { rmSync(dir, { recursive: true }); }
}
