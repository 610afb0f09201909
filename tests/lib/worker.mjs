// The keyring's two files from a server of our own, with a policy of the caller's choice, in headless Chromium.
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import { WHOLE } from './chromium.mjs';

const KEYRING = 'build/keyring';
export const OWN_POLICY = "default-src 'none'; script-src 'wasm-unsafe-eval'";
/** A reason to skip, or false. */
export const missing = existsSync(`${KEYRING}/keyring.wasm`) && existsSync(`${KEYRING}/worker.js`) ? false : 'build/keyring is missing: run make keyring';
/** Bytes in a request are written so; the page makes a Uint8Array of them. */
export const hex = (bytes) => `hex:${Buffer.from(bytes).toString('hex')}`;
export const text = (s) => hex(Buffer.from(s));
export const file = (path) => hex(readFileSync(path));

export class WorkerLab {
  policy = OWN_POLICY;

  static async start() {
    const lab = new WorkerLab();
    lab.server = createServer((req, res) => {
      if (new URL(req.url, 'http://x').pathname === '/keyring/worker.js') {
        res.writeHead(200, { 'Content-Type': 'text/javascript', ...(lab.policy ? { 'Content-Security-Policy': lab.policy } : {}) });
        res.end(readFileSync(`${KEYRING}/worker.js`));
      } else {
        res.writeHead(200, { 'Content-Type': 'text/html', 'Content-Security-Policy': "default-src 'none'; script-src 'self'; worker-src 'self'" });
        res.end('<!doctype html><title>keyring</title>');
      }
    });
    lab.server.listen(0, '127.0.0.1');
    await once(lab.server, 'listening');
    lab.base = `http://localhost:${lab.server.address().port}/`;
    lab.browser = await chromium.launch({ executablePath: WHOLE, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
    return lab;
  }

  /** Asks a fresh Worker ("shared" or "own") each request in turn. Answers {value | error, ms}; a request may have
   *  `use: [i, name, field]`: its field `name` is the value (or that field of the value) of answer i. */
  async ask(kind, requests) {
    const context = await this.browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(this.base);
      return await page.evaluate(async ({ kind, requests }) => {
        const raw = kind === 'shared' ? new SharedWorker('/keyring/worker.js') : new Worker('/keyring/worker.js');
        const port = kind === 'shared' ? raw.port : raw;
        const bytes = (v) => (typeof v === 'string' && v.startsWith('hex:') ? Uint8Array.from(v.slice(4).match(/../g) ?? [], (h) => parseInt(h, 16)) : v);
        const values = [], answers = [];
        for (const [i, { use, fill, ...r }] of requests.entries()) {
          const message = { id: i + 1, ...Object.fromEntries(Object.entries(r).map(([k, v]) => [k, bytes(v)])) };
          if (use) message[use[1]] = use[2] ? values[use[0]]?.[use[2]] : values[use[0]];
          if (fill) message.bytes = new Uint8Array(fill).fill(0x61);
          const start = performance.now();
          const answer = await new Promise((resolve) => {
            port.onmessage = (e) => { if (e.data.id === i + 1) resolve(e.data); };
            port.postMessage(message);
          });
          values.push(answer.value);
          const value = answer.value instanceof Uint8Array ? Array.from(answer.value) : answer.value;
          answers.push({ ...(answer.error ? { error: answer.error } : { value }), ms: performance.now() - start });
        }
        return answers;
      }, { kind, requests });
    } finally { await context.close(); }
  }

  async stop() {
    await this.browser.close();
    this.server.close();
  }

  /** The requests that start a Worker and unlock a file. */
  unlocking(p12, passphrase) {
    return [{ op: 'hello', account: 'zoe' }, { op: 'start', wasm: file(`${KEYRING}/keyring.wasm`) },
      { op: 'unlock', file: p12, passphrase: text(passphrase), label: 'test', lockAfter: 5 }];
  }
}
