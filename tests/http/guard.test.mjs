import assert from 'node:assert/strict';
import net from 'node:net';
import test from 'node:test';
import { Client } from '../lib/http.mjs';
import { folderId, imapOf, instance, signedIn } from '../lib/instance.mjs';

const inbox = folderId('INBOX');

test('a change without the token, with a wrong one, or from another origin is refused and not made', async () => {
  const c = await signedIn('carol');
  const imap = await imapOf('carol');
  const { uidvalidity } = await imap.select('INBOX');
  const [uid] = await imap.search('UNFLAGGED');
  const body = { uidvalidity, uids: [uid], add: ['\\Flagged'], remove: [] };
  const path = `/api/v1/folders/${inbox}/flags`;
  const tries = {
    'no token': { csrf: false }, 'wrong token': { csrf: 'x'.repeat(c.csrf.length) }, 'token of another session': { csrf: (await signedIn('carol')).csrf },
    'other origin': { origin: 'https://evil.example' }, 'null origin': { origin: 'null' },
    'origin that begins like ours': { origin: `${instance.origin}.evil.example` },
  };
  for (const [what, options] of Object.entries(tries)) {
    const r = await c.post(path, body, options);
    assert.equal(r.status, 403, what);
    assert.equal(r.json.code, 'csrf', what);
    assert.ok(!(await imap.flags(uid)).includes('\\Flagged'), `${what}: nothing changed`);
  }
  const r = await c.post(path, body);
  assert.equal(r.status, 200, r.text);
  assert.ok((await imap.flags(uid)).includes('\\Flagged'));
  await c.post(path, { ...body, add: [], remove: ['\\Flagged'] });
  imap.close();
});

test('every changing route refuses a request without token', async () => {
  const c = await signedIn('alice');
  const f = `/api/v1/folders/${inbox}`;
  const routes = [['POST', '/api/v1/signout'], ['POST', '/api/v1/folders'], ['POST', `${f}/search`], ['POST', `${f}/flags`], ['POST', `${f}/move`],
    ['POST', `${f}/copy`], ['POST', `${f}/delete`], ['POST', `${f}/append`], ['PUT', '/api/v1/settings'], ['PUT', '/api/v1/contacts/new'],
    ['DELETE', '/api/v1/contacts/x'], ['POST', '/api/v1/smime/certificates'], ['POST', '/api/v1/smime/harvest'], ['POST', '/api/v1/smime/keys'],
    ['DELETE', '/api/v1/smime/keys/x'], ['PUT', '/api/v1/smime/primary'], ['POST', '/api/v1/compose/recipients'], ['POST', '/api/v1/compose/draft'],
    ['DELETE', '/api/v1/compose/draft'], ['POST', '/api/v1/compose/prepare'], ['POST', '/api/v1/compose/finish'], ['POST', '/api/v1/spell'],
    ['POST', `${f}/messages/1/open`], ['POST', `${f}/messages/1/parts/1`]];
  for (const [method, path] of routes) {
    const r = await c.request(method, path, { json: {}, csrf: false });
    assert.equal(r.status, 403, `${method} ${path}: ${r.text.slice(0, 80)}`);
    assert.equal(r.json.code, 'csrf', `${method} ${path}`);
  }
  assert.equal((await c.get('/api/v1/session')).status, 200, 'still signed in');
});

test('a page of somebody else gets nothing with the cookie of this account, not even by reading', async () => {
  const c = await signedIn('alice');
  const mine = c.session.user.address;
  for (const path of ['/api/v1/session', '/api/v1/folders', `/api/v1/folders/${inbox}/messages`, '/api/v1/events']) {
    for (const who of [encodeURIComponent('bob@waxseal.test'), '%', encodeURIComponent(`${mine}x`)]) {
      const r = await c.get(path, { headers: { 'X-Waxseal-Account': who } });
      assert.equal(r.status, 401, `${path} ${who}`);
      assert.equal(r.json.code, 'unauthenticated', path);
    }
  }
  const r = await c.post(`/api/v1/folders/${inbox}/flags`, {}, { headers: { 'X-Waxseal-Account': 'bob%40waxseal.test' } });
  assert.equal(r.status, 401, 'nor by changing');
  assert.equal((await c.get('/api/v1/folders', { headers: { 'X-Waxseal-Account': encodeURIComponent(mine) } })).status, 200, 'its own');
});

test('every API route answers 401 without a session', async () => {
  const c = new Client(instance.origin);
  for (const [method, path] of [['GET', '/api/v1/session'], ['GET', '/api/v1/folders'], ['GET', `/api/v1/folders/${inbox}/messages`], ['GET', '/api/v1/settings'],
    ['GET', '/api/v1/contacts'], ['GET', '/api/v1/smime/keys'], ['POST', '/api/v1/compose/finish'], ['POST', `/api/v1/folders/${inbox}/flags`]]) {
    const r = await c.request(method, path, method === 'GET' ? {} : { json: {} });
    assert.equal(r.status, 401, `${method} ${path}`);
  }
});

test('unknown paths, methods and odd requests get a proper answer', async () => {
  const c = await signedIn('alice');
  assert.equal((await c.get('/api/v1/no-such-thing')).status, 404);
  assert.equal((await c.request('DELETE', '/api/v1/session', { json: {} })).status, 405);
  for (const path of ['/static/../../etc/passwd', '/static/%2e%2e/%2e%2e/etc/passwd', '/static/..%2f..%2fetc/passwd', '/%00', '/static/%ff']) {
    const r = await c.request('GET', '/', { path });
    assert.ok([400, 404].includes(r.status), `${path}: ${r.status}`);
    assert.ok(!r.text.includes('root:'), path);
  }
  for (const body of ['', '[]', 'null', '{"a":1,"a":2}', '{"uids":"\u0000"}', `${'['.repeat(5000)}`]) {
    const r = await c.request('POST', `/api/v1/folders/${inbox}/flags`, { body, headers: { 'Content-Type': 'application/json' } });
    assert.ok(r.status === 400 || r.status === 422, `${body.slice(0, 20)}: ${r.status}`);
  }
  const big = await c.post('/api/v1/folders', { path: 'x'.repeat(100000) });
  assert.equal(big.status, 413);
});

test('pages carry the policies that keep foreign code out', async () => {
  const c = await signedIn('alice');
  const shell = await c.get('/mail/');
  const csp = shell.headers['content-security-policy'];
  for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "require-trusted-types-for 'script'"])
    assert.ok(csp.includes(part), `${part} in ${csp}`);
  assert.doesNotMatch(csp, /unsafe-(inline|eval)/);
  assert.equal(shell.headers['x-content-type-options'], 'nosniff');
  assert.match(shell.headers['referrer-policy'] ?? '', /no-referrer|same-origin/);
  assert.match(shell.headers['cache-control'] ?? '', /no-store|no-cache|private/);
  const worker = await c.get('/keyring/worker.js');
  assert.equal(worker.headers['content-security-policy'], "default-src 'none'; script-src 'wasm-unsafe-eval'");
  const frame = await c.get('/mailframe');
  assert.match(frame.headers['content-security-policy'], /sandbox/);
  assert.match(frame.headers['content-security-policy'], /script-src 'none'/);
  const sealed = await c.get('/mailframe/sealed');
  assert.match(sealed.headers['content-security-policy'], /img-src blob: data:(;|$)/);
  assert.doesNotMatch(frame.headers['content-security-policy'], /allow-scripts/);
  const print = await c.get('/mailframe/print');
  assert.match(print.headers['content-security-policy'], /default-src 'none'; script-src 'none'; .*img-src blob: data:; .*sandbox allow-same-origin allow-modals$/);
});

test('static files are immutable, compressed ahead of time, and listed nowhere', async () => {
  const c = new Client(instance.origin);
  const page = await c.get('/signin');
  const asset = /(?:href|src)="(\/static\/[^"]+\.(?:css|js))"/.exec(page.text)?.[1];
  assert.ok(asset, 'the sign-in page names a hashed file');
  const plain = await c.get(asset);
  assert.equal(plain.status, 200);
  assert.match(plain.headers['cache-control'], /immutable/);
  const br = await c.get(asset, { headers: { 'Accept-Encoding': 'br, gzip' } });
  assert.equal(br.headers['content-encoding'], 'br');
  assert.ok(br.bytes.length < plain.bytes.length);
  assert.match(br.headers.vary ?? '', /accept-encoding/i);
  assert.equal((await c.get('/static/')).status, 404);
});

test('a request that breaks off harms nobody', async () => {
  const port = new URL(instance.origin).port;
  const cut = (text) => new Promise((resolve) => {
    const s = net.connect(port, '127.0.0.1', () => { s.write(text); setTimeout(() => { s.destroy(); resolve(); }, 20); });
    s.on('error', resolve);
  });
  await Promise.all(Array.from({ length: 20 }, () => cut('POST /api/v1/signin HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nContent-Type: application/json\r\n\r\n{"us')));
  const c = await signedIn('alice');
  assert.equal((await c.get('/api/v1/session')).status, 200);
});
