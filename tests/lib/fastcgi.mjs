// Speaks FastCGI (version 1, one request a connection) to a Unix socket, and starts waxseald beside a running instance.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
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

function setIn(text, section, key, value) {
  const [before, body = '', ...rest] = text.split(new RegExp(`^\\[${section}\\]\\n((?:[^[].*\\n|\\n)*)`, 'm'));
  return `${before}[${section}]\n${key} = ${value}\n${body.replace(new RegExp(`^${key} = .*\\n`, 'm'), '')}${rest.join('')}`;
}

// A test that ends before stop() (a failed one, or the whole run stopped) must leave nothing running: the servers are
// leaders of groups of their own, which nobody else would end.
const running = new Set();
function endGroup(child) { // true when some of it was still there
  try { return process.kill(-child.pid, 'SIGKILL'); } catch (e) { if (e.code !== 'ESRCH') throw e; return false; }
}
process.on('exit', () => { for (const child of running) endGroup(child); });
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => process.exit(128 + os.constants.signals[signal]));

/** A waxseald of its own beside a running instance: the instance's configuration with some values changed, the same
 *  Redis and accounts, no nginx. Keeps the cookie and the CSRF token like tests/lib/http.mjs. */
export class Server {
  cookie = '';
  csrf = '';
  log = '';
  options = []; // before --config

  /** changes: {key: value} of [server], "SECTION.key" of another section, or imap, smtp, sieve of the domain; env: added to the environment. */
  constructor(instance, binary, changes = {}, env = {}) {
    this.folder = mkdtempSync(path.join(os.tmpdir(), 'waxseald-'));
    this.socket = path.join(this.folder, 's');
    this.config = path.join(this.folder, 'conf');
    this.source = readFileSync(instance.config, 'utf8');
    this.origin = /^public_origin = (.*)$/m.exec(this.source)[1].trim();
    this.program = path.join(this.folder, 'waxseald');
    this.env = env;
    this.wanted = { processes: '2', threads: '4', log_level: 'info', ...changes };
    copyFileSync(binary, this.program);
    chmodSync(this.program, 0o755);
    this.configure(this.wanted);
  }
  static async start(...args) {
    const s = new Server(...args);
    await s.start();
    return s;
  }
  async start() {
    rmSync(this.socket, { force: true });
    this.log = '';
    this.process = spawn(this.program, [...this.options, '--config', this.config], { stdio: ['ignore', 'ignore', 'pipe'], detached: true, env: { ...process.env, ...this.env } });
    this.process.stderr.on('data', (d) => { this.log += d; });
    running.add(this.process);
    this.ended = once(this.process, 'exit').then(([code, signal]) => ({ code, signal }));
    const up = () => existsSync(this.socket) && this.events('worker_started').length >= Number(this.wanted.processes);
    for (let i = 0; i < 2000 && !up() && this.process.exitCode === null; i++) await new Promise((r) => { setTimeout(r, 10); });
    if (!up()) throw new Error(`waxseald did not start: ${this.log}`);
  }
  configure(changes) {
    let text = this.source.replace(/^listen = .*$/m, `listen = ${this.socket}`);
    for (const [k, v] of Object.entries(changes)) {
      if (['imap', 'smtp', 'sieve'].includes(k)) text = text.replace(new RegExp(`^${k} = .*$`, 'm'), `${k} = ${v}`);
      else if (k.includes('.')) text = setIn(text, ...k.split('.'), v);
      else text = text.replace(new RegExp(`^${k} = .*\\n`, 'm'), '').replace(/^\[server\]$/m, `[server]\n${k} = ${v}`);
    }
    writeFileSync(this.config, text);
  }
  events(name) {
    return this.log.split('\n').filter((l) => l.startsWith('{') && l.endsWith('}')).map((l) => JSON.parse(l)).filter((l) => l.event === name);
  }
  /** A connection that has sent its parameters, for a body of `length` bytes. */
  open(method, uri, { headers = {}, length = 0 } = {}) {
    const all = { REQUEST_METHOD: method, REQUEST_URI: uri, REMOTE_ADDR: '127.0.0.1', HTTP_ORIGIN: this.origin, CONTENT_LENGTH: String(length), ...headers };
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
  /** The answer, or null when the server broke the connection off without one. json or body; headers as FastCGI names them, or Content-Type. */
  async request(method, uri, { json, body, headers = {} } = {}) {
    const bytes = Buffer.from(json === undefined ? body ?? '' : JSON.stringify(json));
    const { 'Content-Type': type = json === undefined ? '' : 'application/json', ...rest } = headers;
    const c = this.open(method, uri, { length: bytes.length, headers: { ...(type ? { CONTENT_TYPE: type } : {}), ...rest } });
    for (let at = 0; at < bytes.length; at += 65_000) c.send(bytes.subarray(at, at + 65_000));
    c.finish();
    const answer = await c.answer;
    const cookie = answer?.headers['set-cookie'];
    if (cookie) this.cookie = cookie.split(';')[0];
    return answer;
  }
  get(uri) { return this.request('GET', uri); }
  post(uri, json) { return this.request('POST', uri, { json }); }
  async signIn(username, password) {
    this.csrf = '';
    const r = await this.post('/api/v1/signin', { username, password });
    if (r?.status !== 200) throw new Error(`sign-in: ${r?.status} ${r?.text}`);
    this.csrf = r.json.csrf;
  }
  /** All its processes, at once: nothing can be tidied up. */
  async kill() {
    endGroup(this.process);
    running.delete(this.process);
    return this.ended;
  }
  async stop() {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill('SIGTERM');
    const end = await this.ended;
    const left = endGroup(this.process);
    running.delete(this.process);
    if (left && end.code === 0) throw new Error('waxseald ended before all its workers had');
    rmSync(this.folder, { recursive: true, force: true });
    return end;
  }
}
