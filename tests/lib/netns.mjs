// Servers with public-looking addresses for tests that run inside tests/lib/netns.sh (which says what that place is):
//
//     const dns = await dnsServer();
//     dns.set('ocsp.example', ['11.1.2.3', '2a00::80']);
//     const web = await httpServer('11.1.2.3', 80, (request, response) => response.end('hello'));
//     const daemon = await fetchDaemon();
//     const answer = await fetchCall(daemon.socket, { kind: 'crl', url: 'http://ocsp.example/x' });
//
// Everything has close(); closeAll() closes what is still open.
import { spawn } from 'node:child_process';
import dgram from 'node:dgram';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const top = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');

// The folder of this namespace, or null outside; a reason for node:test's `skip`, or false inside.
export const folder = process.env.WAXSEAL_NETNS ?? null;
export const outside = folder ? false : 'runs inside a network namespace: bash tests/lib/netns.sh node --test FILE';

const open = new Set();
function keep(thing) {
  open.add(thing);
  const { close } = thing;
  thing.close = async () => { if (open.delete(thing)) await close(); };
  return thing;
}
export async function closeAll() { for (const thing of [...open].reverse()) await thing.close(); }

// --- names ---------------------------------------------------------------------------------------------------

const TYPES = { 1: 'A', 16: 'TXT', 28: 'AAAA' };

function ipv6Bytes(text) {
  const [head, tail] = text.split('::').map((half) => (half ? half.split(':') : []));
  const groups = tail ? [...head, ...Array(8 - head.length - tail.length).fill('0'), ...tail] : head;
  return Buffer.from(groups.map((g) => g.padStart(4, '0')).join(''), 'hex');
}

function textAnswer(question, at, known) {
  if (typeof known === 'function') return known(question, at);
  const head = Buffer.from(question.subarray(0, 12));
  head.writeUInt16BE(known ? 0x8580 : 0x8583, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(known?.length ?? 0, 6);
  head.fill(0, 8);
  const records = (known ?? []).map((text) => {
    const data = Buffer.concat([text].flat().map((part) => Buffer.concat([Buffer.from([Buffer.byteLength(part)]), Buffer.from(part)])));
    return Buffer.concat([Buffer.from([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 0, data.length >> 8, data.length & 255]), data]);
  });
  return Buffer.concat([head, question.subarray(12, at + 5), ...records]);
}

// Name server on 127.0.0.1:53. set(name, addresses): addresses is a list, or a function (type, n) => list called for
// the n-th question (from 0) of that type, or null: it never answers. Other names do not exist. `asked` lists every
// question as "NAME TYPE".
export async function dnsServer() {
  const socket = dgram.createSocket('udp4');
  const names = new Map(), texts = new Map(), asked = [], counts = new Map();
  socket.on('message', (question, from) => {
    const labels = [];
    let at = 12;
    for (let n; (n = question[at]); at += n + 1) labels.push(question.toString('latin1', at + 1, at + 1 + n));
    const name = labels.join('.').toLowerCase(), type = TYPES[question.readUInt16BE(at + 1)];
    const key = `${name} ${type}`, count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    asked.push(key);
    const known = type === 'TXT' ? texts.get(name) : names.get(name);
    if (known === null) return;
    if (type === 'TXT') { socket.send(textAnswer(question, at, known), from.port, from.address); return; }
    const addresses = (typeof known === 'function' ? known(type, count) : known ?? []).filter((a) => net.isIPv6(a) === (type === 'AAAA'));
    const head = Buffer.alloc(12);
    question.copy(head, 0, 0, 2);
    head.writeUInt16BE(known ? 0x8580 : 0x8583, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(addresses.length, 6);
    const records = addresses.map((a) => {
      const bytes = net.isIPv6(a) ? ipv6Bytes(a) : Buffer.from(a.split('.').map(Number));
      return Buffer.concat([Buffer.from([0xc0, 12, 0, type === 'A' ? 1 : 28, 0, 1, 0, 0, 0, 0, 0, bytes.length]), bytes]);
    });
    socket.send(Buffer.concat([head, question.subarray(12, at + 5), ...records]), from.port, from.address);
  });
  await new Promise((resolve) => { socket.bind(53, '127.0.0.1', resolve); });
  return keep({
    asked,
    // texts: a list, each a text or a list of its parts; null: never answers; a function (question, at) => the answer's bytes
    setText: (name, list) => { texts.set(name.toLowerCase(), list); },
    set: (name, addresses) => { names.set(name.toLowerCase(), addresses); },
    close: () => new Promise((resolve) => { socket.close(resolve); }),
  });
}

// --- servers -------------------------------------------------------------------------------------------------

function listening(server, address, port) {
  const sockets = new Set();
  server.on('connection', (s) => { sockets.add(s); s.on('close', () => sockets.delete(s)); s.on('error', () => {}); });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen({ host: address, port, ipv6Only: false }, () => resolve(keep({
      address, port, server, sockets,
      close: () => new Promise((done) => { server.close(done); for (const s of sockets) s.destroy(); }),
    })));
  });
}
// handler(request, response). Address '::' hears every address of both families; `requests` lists what came in:
// {address (of ours, as it was dialled), method, url, headers, body}.
export async function httpServer(address, port, handler, tls = null) {
  const requests = [];
  const onRequest = (request, response) => {
    const chunks = [];
    request.on('data', (d) => chunks.push(d));
    request.on('end', () => {
      const dialled = request.socket.localAddress.replace(/^::ffff:(?=\d+\.)/, '');
      requests.push({ address: dialled, method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks) });
      handler(request, response, requests.at(-1));
    });
  };
  const server = tls ? https.createServer(tls, onRequest) : http.createServer(onRequest);
  return Object.assign(await listening(server, address, port), { requests });
}
// onConnection(socket): raw TCP, for servers that misbehave.
export function tcpServer(address, port, onConnection) { return listening(net.createServer(onConnection), address, port); }

// Makes the certificate (PEM) a trusted TLS root of this namespace, for processes started afterwards.
export function trustRoot(name, pem) { writeFileSync(path.join(folder, 'certs', `${name}.pem`), pem); }

// A program of the tests (openssl ocsp ...): ends with close(). `output` grows.
export function run(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const ended = new Promise((resolve) => { child.on('close', (code, signal) => resolve(signal ?? code)).on('error', (e) => resolve(e.code)); });
  const thing = keep({ child, ended, output: '', close: async () => {
    child.kill('SIGTERM');
    await ended;
    const report = /^.*(ERROR: \w*Sanitizer|WARNING: ThreadSanitizer|runtime error:).*$/m.exec(thing.output); // of a build with SAN=
    if (report) throw new Error(`${command}: ${thing.output.slice(report.index, report.index + 2000)}`);
  } });
  child.on('error', (e) => { thing.output += e.message; });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (d) => { thing.output += d; });
  return thing;
}
// Waits until ready() is true (or gives a value); fails after `seconds`.
export async function until(what, ready, seconds = 20) {
  for (const end = Date.now() + seconds * 1000; ;) {
    const value = await ready();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${what}: did not happen`);
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}
export const connectable = (address, port) => new Promise((resolve) => {
  const s = net.connect(port, address, () => { s.destroy(); resolve(true); });
  s.on('error', () => resolve(false));
});

// --- waxseal-fetch -------------------------------------------------------------------------------------------

// Starts the real daemon; `section` holds lines of [fetch] besides socket. `log()` gives its lines as objects.
export async function fetchDaemon({ section = [], program = path.join(top, process.env.BUILD ?? 'build', 'waxseal-fetch'), ...options } = {}) {
  const at = mkdtempSync(path.join(folder, 'fetch-')); // other test files may have theirs here
  chmodSync(at, 0o755);
  const socket = path.join(at, 'fetch.sock');
  writeFileSync(path.join(at, 'waxseal.conf'), `[server]
listen = ${at}/none.sock
public_origin = https://mail.example
static_dir = ${at}
template_dir = ${at}
redis_socket = ${at}/none
host_key_file = ${at}/none
trust_dir = ${at}
log_level = debug
[fetch]
socket = ${socket}
${section.join('\n')}
[domain example.org]
imap = imap://127.0.0.1:143
smtp = smtp://127.0.0.1:25
[plan basic]
smime = off
`);
  const daemon = run(program, ['--config', path.join(at, 'waxseal.conf')], options);
  const up = await Promise.race([
    until('waxseal-fetch', async () => (await fetchCall(socket, { kind: 'ping', timeout: 1000 }).catch(() => null))?.status === 204).then(() => true),
    daemon.ended.then(() => false),
  ]);
  if (!up) throw new Error(`waxseal-fetch ended: ${daemon.output}`);
  return Object.assign(daemon, {
    socket, config: path.join(at, 'waxseal.conf'),
    log: () => daemon.output.split('\n').filter((l) => l.startsWith('{')).map((l) => JSON.parse(l)),
  });
}

const KINDS = ['ping', 'ocsp', 'crl', 'aia', 'image', 'unsubscribe', 'ldap', 'txt'];
const OUTCOMES = ['answered', 'unreachable', 'refused', 'too_large', 'timed_out', 'busy', 'failed'];
// One request, written and read by the table in base/fetch_wire.h: {outcome, status, type, body, detail}.
export function fetchCall(socket, { kind, url = '', post = null, type = '', max = 0, timeout = 20000 }) {
  const fields = [Buffer.from(url, 'latin1'), Buffer.from(type, 'latin1'), post ?? Buffer.alloc(0)];
  const head = Buffer.alloc(28);
  head.write('WXF1');
  head[4] = KINDS.indexOf(kind);
  head[5] = post ? 1 : 0;
  fields.forEach((f, i) => head.writeUInt32BE(f.length, 8 + 4 * i));
  head.writeUInt32BE(max, 20);
  head.writeUInt32BE(timeout, 24);
  return fetchRaw(socket, Buffer.concat([head, ...fields])).then((bytes) => {
    if (bytes.length === 0) return { outcome: 'closed', status: 0, type: '', body: Buffer.alloc(0), detail: '' };
    if (bytes.toString('latin1', 0, 4) !== 'WXA1') throw new Error('not an answer of waxseal-fetch');
    const lengths = [8, 12, 16].map((i) => bytes.readUInt32BE(i));
    if (bytes.length !== 24 + lengths[0] + lengths[1] + lengths[2]) throw new Error('an answer of another length');
    const cut = lengths.reduce((list, n) => [...list, list.at(-1) + n], [24]);
    return {
      outcome: OUTCOMES[bytes[4]], status: bytes.readUInt16BE(6), type: bytes.toString('latin1', cut[0], cut[1]),
      body: bytes.subarray(cut[1], cut[2]), detail: bytes.toString('latin1', cut[2], cut[3]),
    };
  });
}
// Sends bytes as they are; everything that comes back until the end of the connection.
export function fetchRaw(socket, bytes, { end = false } = {}) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    const s = net.connect(socket, () => { s.write(bytes); if (end) s.end(); });
    s.on('data', (d) => chunks.push(d));
    s.on('error', (e) => (e.code === 'EPIPE' || e.code === 'ECONNRESET' ? resolve(Buffer.concat(chunks)) : reject(e)));
    s.on('end', () => { s.end(); resolve(Buffer.concat(chunks)); });
  });
}
