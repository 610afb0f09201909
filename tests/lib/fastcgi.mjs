// Speaks FastCGI (version 1, one request a connection) to a Unix socket, and starts waxseald beside a running instance.
import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const BEGIN = 1, PARAMS = 4, STDIN = 5, STDOUT = 6;

export function record(type, content) {
  const c = Buffer.from(content), head = Buffer.from([1, type, 0, 1, c.length >> 8, c.length & 255, 0, 0]);
  return Buffer.concat([head, c]);
}
export const begin = () => record(BEGIN, [0, 1, 0, 0, 0, 0, 0, 0]);
export function params(all) {
  const size = (n) => (n < 128 ? Buffer.from([n]) : Buffer.from([128 | (n >> 24), (n >> 16) & 255, (n >> 8) & 255, n & 255]));
  const pairs = Object.entries(all).map(([k, v]) => {
    const [key, value] = [Buffer.from(k), Buffer.from(v)];
    return Buffer.concat([size(key.length), size(value.length), key, value]);
  });
  const bytes = Buffer.concat(pairs), records = [];
  for (let at = 0; at < bytes.length; at += 60000) records.push(record(PARAMS, bytes.subarray(at, at + 60000)));
  return Buffer.concat([...records, record(PARAMS, [])]);
}
export const stdin = (bytes) => record(STDIN, bytes);

/** Sends raw bytes, resolves with what came back until the peer closed. */
export function exchange(socket, bytes, { end = false } = {}) {
  return new Promise((resolve, reject) => {
    const pieces = [], c = net.connect(socket, () => (end ? c.end(bytes) : c.write(bytes)));
    c.on('data', (d) => pieces.push(d));
    c.on('error', (e) => (e.code === 'ECONNRESET' || e.code === 'EPIPE' ? resolve(Buffer.concat(pieces)) : reject(e)));
    c.on('close', () => resolve(Buffer.concat(pieces)));
  });
}

export function parseAnswer(raw) {
  let out = Buffer.alloc(0);
  for (let at = 0; at + 8 <= raw.length;) {
    const n = raw.readUInt16BE(at + 4);
    if (raw[at + 1] === STDOUT) out = Buffer.concat([out, raw.subarray(at + 8, at + 8 + n)]);
    at += 8 + n + raw[at + 6];
  }
  const cut = out.indexOf('\r\n\r\n'), headers = {};
  if (cut < 0) return null;
  for (const line of out.subarray(0, cut).toString().split('\r\n')) {
    const colon = line.indexOf(': ');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 2);
  }
  const text = out.subarray(cut + 4).toString();
  return { status: Number(headers.status?.slice(0, 3)), headers, text, json: /^application\/json/.test(headers['content-type'] ?? '') ? JSON.parse(text) : null };
}

export class Server {
  cookie = '';
  csrf = '';

  /** A waxseald of its own with the configuration of a running instance; changes: {key: value} of [server], or imap, smtp, sieve of the domain. */
  static async start(instance, binary, changes = {}) {
    const s = new Server();
    s.folder = mkdtempSync(path.join(os.tmpdir(), 'waxseald-'));
    s.socket = path.join(s.folder, 's');
    s.config = path.join(s.folder, 'conf');
    s.source = readFileSync(instance.config, 'utf8');
    s.program = path.join(s.folder, 'waxseald');
    copyFileSync(binary, s.program);
    chmodSync(s.program, 0o755);
    s.log = '';
    const wanted = { processes: '2', threads: '4', log_level: 'info', ...changes };
    s.configure(wanted);
    s.process = spawn(s.program, ['--config', s.config], { stdio: ['ignore', 'ignore', 'pipe'] });
    s.process.stderr.on('data', (d) => { s.log += d; });
    s.ended = new Promise((resolve) => s.process.on('exit', (code, signal) => resolve({ code, signal })));
    const up = () => existsSync(s.socket) && s.events('worker_started').length >= Number(wanted.processes);
    for (let i = 0; i < 2000 && !up() && s.process.exitCode === null; i++) await new Promise((r) => { setTimeout(r, 10); });
    if (!up()) throw new Error(`waxseald did not start: ${s.log}`);
    return s;
  }
  configure(changes) {
    let text = this.source.replace(/^listen = .*$/m, `listen = ${this.socket}`);
    for (const [k, v] of Object.entries(changes)) {
      if (['imap', 'smtp', 'sieve'].includes(k)) text = text.replace(new RegExp(`^${k} = .*$`, 'm'), `${k} = ${v}`);
      else text = text.replace(new RegExp(`^${k} = .*\\n`, 'm'), '').replace(/^\[server\]$/m, `[server]\n${k} = ${v}`);
    }
    writeFileSync(this.config, text);
  }
  events(name) {
    return this.log.split('\n').filter((l) => l.startsWith('{') && l.endsWith('}')).map((l) => JSON.parse(l)).filter((l) => l.event === name);
  }
  /** A connection that has sent its parameters and the first part of a body of `length` bytes. */
  open(method, uri, { headers = {}, length = 0 } = {}) {
    const all = { REQUEST_METHOD: method, REQUEST_URI: uri, REMOTE_ADDR: '127.0.0.1', CONTENT_LENGTH: String(length), ...headers };
    if (this.cookie) all.HTTP_COOKIE = this.cookie;
    if (this.csrf && method !== 'GET') all.HTTP_X_WAXSEAL_CSRF = this.csrf;
    const c = net.connect(this.socket);
    const pieces = [];
    c.on('data', (d) => pieces.push(d));
    c.on('error', () => {});
    c.write(Buffer.concat([begin(), params(all)]));
    return { send: (bytes) => c.write(stdin(bytes)), finish: () => c.write(stdin('')),
      answer: new Promise((resolve) => c.on('close', () => resolve(parseAnswer(Buffer.concat(pieces))))) };
  }
  async request(method, uri, options = {}) {
    const body = options.json === undefined ? '' : JSON.stringify(options.json);
    const c = this.open(method, uri, { length: Buffer.byteLength(body), headers: { ...(body ? { CONTENT_TYPE: 'application/json' } : {}), ...options.headers } });
    if (body) c.send(body);
    c.finish();
    return c.answer;
  }
  async signIn(username, password) {
    const r = await this.request('POST', '/api/v1/signin', { json: { username, password } });
    if (r?.status !== 200) throw new Error(`sign-in: ${r?.status} ${r?.text}`);
    this.cookie = r.headers['set-cookie'].split(';')[0];
    this.csrf = r.json.csrf;
  }
  async stop() {
    if (this.process.exitCode === null) this.process.kill('SIGTERM');
    const end = await this.ended;
    rmSync(this.folder, { recursive: true, force: true });
    return end;
  }
}
