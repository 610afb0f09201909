// The places an authority names in its certificates, on public-looking addresses inside tests/lib/netns.sh: the real
// `openssl ocsp` responder behind a door that counts and misbehaves on demand, its list, and its own certificate.
//
//     const web = await authorityWeb(inter, await dnsServer());
//     web.reset(); web.ocsp = 'down'; web.crl = null; … web.counts.ocsp
import http from 'node:http';
import { httpServer, run, until } from './netns.mjs';

export const NAMES = { ocsp: 'http://ocsp.ca.example/', crl: 'http://crl.ca.example/inter.crl', aia: 'http://aia.ca.example/inter.cer' };
const RESPONDER = 8888;

class AuthorityWeb {
  /** up, down (HTTP 500), hangs, or the bytes to answer with. */
  ocsp = 'up';
  /** Bytes, or null: HTTP 503. */
  crl = null; aia = null;
  counts = { ocsp: 0, crl: 0, aia: 0 };
  /** The last answer of the responder. */
  last = null;
  #responder = null;

  /** env: for the responder and the lists (another clock). */
  constructor(authority, env) { Object.assign(this, { authority, env }); }

  async open(names) {
    this.names = names;
    names.set('ocsp.ca.example', ['11.1.1.1']);
    names.set('crl.ca.example', ['11.1.1.2']);
    names.set('aia.ca.example', ['2a00::80']);
    await httpServer('11.1.1.1', 80, (q, r, seen) => this.#answer(r, seen));
    await httpServer('11.1.1.2', 80, (q, r) => this.#file('crl', r));
    await httpServer('2a00::80', 80, (q, r) => this.#file('aia', r));
    await this.respond();
    this.reset();
    return this;
  }

  /** Everything there and nothing counted. */
  reset() { Object.assign(this, { ocsp: 'up', crl: this.authority.crl({ env: this.env }), aia: this.authority.der(), counts: { ocsp: 0, crl: 0, aia: 0 } }); }

  /** The responder reads its index once: call this after a revocation. by: whose key signs. It is not tried by
   *  connecting: one connection without a request, and it answers nobody any more. */
  async respond(by = 'ca') {
    await this.#responder?.close();
    this.#responder = run('openssl', this.authority.responder({ port: RESPONDER, by }), { env: { ...process.env, ...this.env } });
    await until('the OCSP responder', () => this.#responder.output.includes('waiting for OCSP'));
  }

  #file(kind, response) {
    this.counts[kind]++;
    if (this[kind]) response.end(this[kind]);
    else response.writeHead(503).end();
  }

  #answer(response, { method, headers, body }) {
    this.counts.ocsp++;
    if (this.ocsp === 'hangs') return;
    if (this.ocsp === 'down') { response.writeHead(500).end(); return; }
    if (Buffer.isBuffer(this.ocsp)) { response.end(this.ocsp); return; }
    const on = http.request({ host: '127.0.0.1', port: RESPONDER, method, path: '/', agent: false, headers: { 'content-type': headers['content-type'], 'content-length': body.length } }, (answer) => {
      const chunks = [];
      answer.on('data', (d) => chunks.push(d));
      answer.on('end', () => { this.last = Buffer.concat(chunks); response.writeHead(answer.statusCode, { 'content-type': answer.headers['content-type'] ?? '' }).end(this.last); });
    });
    on.on('error', () => response.writeHead(502).end());
    on.end(body);
  }
}

export function authorityWeb(authority, names, env = {}) { return new AuthorityWeb(authority, env).open(names); }
