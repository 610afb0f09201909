// Speaks FastCGI to a waxseald of its own, so that a test can give it servers that fail: a copy of the instance's
// configuration with another IMAP or SMTP server, the same Redis and accounts, no nginx.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

function record(type, content) {
  const head = Buffer.alloc(8);
  head.writeUInt8(1, 0);
  head.writeUInt8(type, 1);
  head.writeUInt16BE(1, 2);
  head.writeUInt16BE(content.length, 4);
  return Buffer.concat([head, content]);
}
function pairs(params) {
  const length = (n) => { const b = Buffer.alloc(4); b.writeUInt32BE((n | 0x80000000) >>> 0); return b; };
  return Buffer.concat(Object.entries(params).flatMap(([k, v]) => [length(k.length), length(Buffer.byteLength(v)), Buffer.from(k), Buffer.from(v)]));
}
function* chunks(bytes) {
  for (let at = 0; at < bytes.length; at += 65_000) yield bytes.subarray(at, at + 65_000);
}

// One server; requests keep cookies and the CSRF token like tests/lib/http.mjs.
export class Waxseald {
  cookies = new Map();
  csrf = null;

  constructor(binary, config, changes) {
    this.dir = mkdtempSync(path.join(tmpdir(), 'waxseal-'));
    this.socket = path.join(this.dir, 's');
    this.binary = binary;
    let text = readFileSync(config, 'utf8').replace(/^listen = .*$/m, `listen = ${this.socket}`);
    for (const [name, value] of Object.entries(changes)) text = text.replace(new RegExp(`^${name} = .*$`, 'm'), `${name} = ${value}`);
    this.origin = /^public_origin = (.*)$/m.exec(text)[1].trim();
    writeFileSync(path.join(this.dir, 'conf'), text);
  }
  async start() {
    rmSync(this.socket, { force: true });
    this.process = spawn(this.binary, ['--config', path.join(this.dir, 'conf')], { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    let log = '';
    this.process.stderr.on('data', (d) => { log += d; });
    for (let i = 0; !existsSync(this.socket); i++) {
      if (i > 400 || this.process.exitCode !== null) throw new Error(`waxseald did not start: ${log}`);
      await new Promise((r) => setTimeout(r, 25));
    }
  }
  // All its processes, at once: nothing can be tidied up.
  async kill() {
    const gone = once(this.process, 'exit');
    process.kill(-this.process.pid, 'SIGKILL');
    await gone;
  }
  async stop() {
    if (this.process.exitCode === null && this.process.signalCode === null) await this.kill();
    rmSync(this.dir, { recursive: true });
  }

  request(method, url, { json, body, headers = {} } = {}) {
    const bytes = json !== undefined ? Buffer.from(JSON.stringify(json)) : Buffer.from(body ?? '');
    const { pathname, search, host } = new URL(url, this.origin);
    const params = { REQUEST_METHOD: method, REQUEST_URI: pathname + search, DOCUMENT_URI: pathname, QUERY_STRING: search.slice(1), SERVER_PROTOCOL: 'HTTP/1.1',
      REMOTE_ADDR: '127.0.0.1', CONTENT_LENGTH: String(bytes.length), CONTENT_TYPE: json !== undefined ? 'application/json' : headers['Content-Type'] ?? '', HTTP_HOST: host,
      HTTP_ORIGIN: this.origin, HTTP_COOKIE: [...this.cookies].map(([k, v]) => `${k}=${v}`).join('; '), ...(this.csrf ? { HTTP_X_WAXSEAL_CSRF: this.csrf } : {}) };
    const begin = record(1, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0]));
    const out = [begin, record(4, pairs(params)), record(4, Buffer.alloc(0)), ...[...chunks(bytes)].map((c) => record(5, c)), record(5, Buffer.alloc(0))];
    return new Promise((resolve, reject) => {
      const s = net.connect(this.socket, () => s.write(Buffer.concat(out)));
      let got = Buffer.alloc(0);
      s.on('data', (d) => { got = Buffer.concat([got, d]); });
      s.on('error', reject);
      s.on('close', () => { try { resolve(this.#answer(got)); } catch (e) { reject(e); } });
    });
  }
  #answer(got) {
    const parts = [];
    for (let at = 0; at + 8 <= got.length;) {
      const type = got.readUInt8(at + 1), n = got.readUInt16BE(at + 4), pad = got.readUInt8(at + 6);
      if (type === 6) parts.push(got.subarray(at + 8, at + 8 + n));
      at += 8 + n + pad;
    }
    const text = Buffer.concat(parts).toString('utf8');
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) throw new Error('the server closed the connection without an answer');
    const head = text.slice(0, end).split('\r\n').map((l) => [l.slice(0, l.indexOf(':')).toLowerCase(), l.slice(l.indexOf(':') + 1).trim()]);
    for (const [name, value] of head) {
      const cookie = name === 'set-cookie' && /^([^=]+)=([^;]*)/.exec(value);
      if (cookie) this.cookies.set(cookie[1], cookie[2]);
    }
    const body = text.slice(end + 4);
    return { status: Number.parseInt(head.find(([n]) => n === 'status')?.[1] ?? '200', 10), text: body, json: body.startsWith('{') ? JSON.parse(body) : null };
  }
  get(url) { return this.request('GET', url); }
  post(url, json) { return this.request('POST', url, { json }); }
  async signIn(username, password) {
    const r = await this.post('/api/v1/signin', { username, password });
    if (r.status !== 200) throw new Error(`sign-in: ${r.status} ${r.text}`);
    this.csrf = r.json.csrf;
  }
}
