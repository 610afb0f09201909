// An HTTP relay between the browser and the instance under test: every request and answer passes here with headers
// and body, whoever in the browser sent it (pages, frames, Workers, beacons). Answers are asked for uncompressed.
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';

const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.wasm': 'application/wasm', '.json': 'application/json', '.ftl': 'text/plain; charset=utf-8' };

export class Relay {
  /** {method, url, request: Buffer, answer: Buffer, status, done, dropped}: the buffers hold start line, headers and body; dropped: the browser hung up before it had all. */
  exchanges = [];
  recording = false;
  /** Answers as they cross the wire, to weigh them; they cannot be searched then. */
  compressed = false;
  /** Folder with another build of the client, which is served in place of the instance's own. */
  overlay = null;

  static async start(target) {
    const r = new Relay();
    // Given up before nginx does (75 s): a request that meets the end of its connection would be lost.
    r.agent = new http.Agent({ keepAlive: true, timeout: 50_000 });
    r.server = http.createServer((q, a) => r.#pass(target, q, a));
    r.server.keepAliveTimeout = 60_000;
    r.server.listen(0, '127.0.0.1');
    await once(r.server, 'listening');
    r.port = r.server.address().port;
    return r;
  }
  #pass(target, q, a) {
    const keep = this.recording ? { method: q.method, url: q.url, request: [head(`${q.method} ${q.url}`, q.rawHeaders)], answer: [], status: 0, done: false, dropped: false } : null;
    if (keep) this.exchanges.push(keep);
    const headers = { ...q.headers };
    if (keep && !this.compressed) delete headers['accept-encoding'];
    // A 304 would be answered with the overlay's bytes, but without the headers that the first answer had.
    if (this.overlay) delete headers['if-none-match'];
    const up = http.request({ host: '127.0.0.1', port: target, method: q.method, path: q.url, headers, agent: this.agent }, (answer) => {
      if (keep) { keep.status = answer.statusCode; keep.answer.push(head(String(answer.statusCode), answer.rawHeaders)); }
      const other = this.#other(q.url);
      const raw = [];
      for (let i = 0; i < answer.rawHeaders.length; i += 2) if (!/^(?:connection|keep-alive|transfer-encoding)$/i.test(answer.rawHeaders[i]) && !(other && /^content-(?:length|encoding)$/i.test(answer.rawHeaders[i]))) raw.push(answer.rawHeaders[i], answer.rawHeaders[i + 1]);
      if (other) { answer.resume(); a.writeHead(200, answer.statusCode === 200 ? raw : ['Content-Type', TYPES[path.extname(q.url)] ?? 'application/octet-stream']); a.end(other); return; }
      a.writeHead(answer.statusCode, answer.statusMessage, raw);
      answer.on('data', (d) => { keep?.answer.push(d); a.write(d); });
      answer.on('end', () => { a.end(); if (keep) keep.done = true; });
      answer.on('error', () => a.destroy());
    });
    up.on('error', () => a.destroy());
    a.on('close', () => { if (!a.writableFinished) { up.destroy(); if (keep) keep.dropped = true; } });
    q.on('data', (d) => { keep?.request.push(d); up.write(d); });
    q.on('end', () => up.end());
  }
  /** The overlay's file for this address: of the same logical name where it has one, else of the same name. */
  #other(url) {
    if (!this.overlay) return null;
    const read = (name) => { const f = path.join(this.overlay, name); return existsSync(f) ? readFileSync(f) : null; };
    const names = JSON.parse(readFileSync(path.join(this.overlay, 'manifest.json'), 'utf8'));
    if (url === '/keyring/worker.js') return read(names['worker.js']);
    const name = /^\/static\/([A-Za-z0-9._-]+)$/.exec(url)?.[1];
    if (!name) return null;
    return /^app\.[A-Za-z0-9]+\.js$/.test(name) ? read(names['app.js']) : read(name);
  }
  /** Everything recorded so far, as [{where, bytes}]. */
  texts() {
    return this.exchanges.flatMap((e) => [
      { where: `request ${e.method} ${e.url}`, bytes: Buffer.concat(e.request) }, { where: `answer to ${e.method} ${e.url}`, bytes: Buffer.concat(e.answer) }]);
  }
  async stop() {
    this.server.close();
    this.server.closeAllConnections();
    this.agent.destroy();
  }
}

function head(first, raw) {
  const lines = [first];
  for (let i = 0; i < raw.length; i += 2) lines.push(`${raw[i]}: ${raw[i + 1]}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}
