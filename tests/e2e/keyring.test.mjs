// The keyring Worker in a real browser under different policies: it works under its own and refuses under every other
// that would let something out. Needs no running instance: the two files it is made of, from a server of this test.
import test from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const KEYRING = 'build/keyring';
const OWN = "default-src 'none'; script-src 'wasm-unsafe-eval'";
const skip = existsSync(`${KEYRING}/keyring.wasm`) ? false : 'build/keyring is missing: run make keyring';
let server, browser, base;
let policy = OWN;

test.before(async () => {
  if (skip) return;
  server = createServer((req, res) => {
    const path = new URL(req.url, 'http://x').pathname;
    if (path === '/keyring/worker.js') {
      res.writeHead(200, { 'Content-Type': 'text/javascript', ...(policy ? { 'Content-Security-Policy': policy } : {}) });
      res.end(readFileSync(`${KEYRING}/worker.js`));
    } else {
      res.writeHead(200, { 'Content-Type': 'text/html', 'Content-Security-Policy': "default-src 'none'; script-src 'self'; worker-src 'self'" });
      res.end('<!doctype html><title>keyring</title>');
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://localhost:${server.address().port}/`;
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
});
test.after(async () => {
  await browser?.close();
  server?.close();
});

/** Asks a fresh Worker of this kind each request in turn; what it answers, errors as {error}. */
async function ask(kind, requests) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(base);
    return await page.evaluate(async ({ kind, requests }) => {
      const raw = kind === 'shared' ? new SharedWorker('/keyring/worker.js') : new Worker('/keyring/worker.js');
      const port = kind === 'shared' ? raw.port : raw;
      const answers = [];
      for (const [i, r] of requests.entries()) {
        const answer = await new Promise((resolve) => {
          port.onmessage = (e) => { if (e.data.id === i + 1) resolve(e.data); };
          const bytes = (v) => (typeof v === 'string' && v.startsWith('hex:') ? Uint8Array.from(v.slice(4).match(/../g) ?? [], (h) => parseInt(h, 16)) : v);
          port.postMessage({ id: i + 1, ...Object.fromEntries(Object.entries(r).map(([k, v]) => [k, bytes(v)])) });
        });
        answers.push(answer.error ? { error: answer.error } : { keys: answer.value?.keys?.length ?? null });
      }
      return answers;
    }, { kind, requests });
  } finally { await context.close(); }
}

const hex = (path) => `hex:${readFileSync(path).toString('hex')}`;
const open = () => [
  { op: 'hello', account: 'zoe' }, { op: 'start', wasm: hex(`${KEYRING}/keyring.wasm`) },
  { op: 'unlock', file: hex('tests/fixtures/p12/rsa2048-legacy.p12'), passphrase: `hex:${Buffer.from('corpus').toString('hex')}`, label: 'x', lockAfter: 5 },
];

for (const kind of ['shared', 'own']) {
  test(`${kind} Worker: works under its own policy`, { skip }, async () => {
    policy = OWN;
    const answers = await ask(kind, open());
    assert.deepEqual(answers.slice(0, 2), [{ keys: 0 }, { keys: null }]);
    assert.deepEqual(answers[2], { keys: 1 }, 'an old RC2 file opens in the browser');
  });

  const leaky = {
    'no policy at all': '',
    'scripts of the same origin': "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'",
    'requests to the same origin': "default-src 'none'; script-src 'wasm-unsafe-eval'; connect-src 'self'",
    'requests to anywhere': "default-src 'none'; script-src 'wasm-unsafe-eval'; connect-src *",
    'requests to data: only': "default-src 'none'; script-src 'wasm-unsafe-eval'; connect-src data:",
    eval: "default-src 'none'; script-src 'wasm-unsafe-eval' 'unsafe-eval'",
  };
  for (const [name, value] of Object.entries(leaky)) {
    test(`${kind} Worker: refuses under a policy that allows ${name}`, { skip }, async () => {
      policy = value;
      const answers = await ask(kind, open());
      assert.deepEqual(answers, [{ error: 'unsafe' }, { error: 'unsafe' }, { error: 'unsafe' }]);
    });
  }
}
