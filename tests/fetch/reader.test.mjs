// Remote pictures and one-click unsubscribe through the whole system, where the whole internet is this machine.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { promisify } from 'node:util';
import { html, message } from '../lib/mime.mjs';
import { closeAll, dnsServer, folder, httpServer, outside, trustRoot } from '../lib/netns.mjs';

const options = { skip: outside };
const top = path.join(import.meta.dirname, '../..');
const data = folder && path.join(folder, 'reader-stack');
const inbox = Buffer.from('INBOX').toString('base64url');
const sh = (script) => promisify(execFile)('bash', [path.join(top, 'tests/stack', script)], {
  env: { ...process.env, INSTANCE: 'reader', PORT_BASE: '9130', DATA: data, SEED: 'no', FETCH_NETWORK: 'shared' },
});
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64');
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';

/** A server certificate of a root that this namespace trusts from now on. Only for these tests. */
function certificate(name) {
  const at = path.join(folder, 'reader-tls');
  const openssl = (...args) => execFileSync('openssl', args, { cwd: at, stdio: ['ignore', 'pipe', 'pipe'] });
  mkdirSync(at, { recursive: true });
  writeFileSync(path.join(at, 'leaf.ext'), `subjectAltName=DNS:${name}\n`);
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'root.key', '-out', 'root.pem', '-subj', '/CN=Waxseal test root of the reader', '-days', '30');
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'leaf.key', '-out', 'leaf.csr', '-subj', `/CN=${name}`);
  openssl('x509', '-req', '-in', 'leaf.csr', '-CA', 'root.pem', '-CAkey', 'root.key', '-extfile', 'leaf.ext', '-out', 'leaf.pem', '-days', '20');
  trustRoot('reader', readFileSync(path.join(at, 'root.pem')));
  return { key: readFileSync(path.join(at, 'leaf.key')), cert: readFileSync(path.join(at, 'leaf.pem')) };
}

let tls, names, web, lib, alice, bob, imap;
const answers = new Map();

before(async () => {
  if (outside) return;
  tls = certificate('list.example');
  names = await dnsServer();
  names.set('img.example', ['11.1.2.3']);
  names.set('inside.example', ['127.0.0.1']);
  names.set('router.example', ['192.168.1.1']);
  web = await httpServer('11.1.2.3', 80, (q, r) => {
    const made = answers.get(new URL(q.url, 'http://x').pathname);
    if (made) made(q, r);
    else r.writeHead(404).end();
  });
  mkdirSync(path.join(data, 'trust'), { recursive: true, mode: 0o755 });
  await sh('up.sh');
  process.env.WAXSEAL_ACCOUNTS = path.join(data, 'demo/accounts.json');
  lib = await import('../lib/instance.mjs');
  alice = await lib.signedIn('alice');
  bob = await lib.signedIn('bob');
  imap = await lib.imapOf('alice');
});
after(async () => {
  for (const x of [alice, bob, imap]) x?.close();
  if (data) await sh('down.sh').catch(() => {});
  await closeAll();
});

async function put(body, { from = 'news@l.example', head = '' } = {}) {
  const uid = await imap.append('INBOX', Buffer.concat([Buffer.from(head), message({ from, to: 'alice@demo.test', subject: 'News', date: new Date(), id: `<${randomUUID()}@l.example>` }, html(body))]));
  const { uidvalidity } = await imap.select('INBOX');
  const url = `/api/v1/folders/${inbox}/messages/${uid}`;
  return {
    url, uidvalidity,
    get: async () => (await alice.get(`${url}?uidvalidity=${uidvalidity}`)).json,
    images: (remember = false) => alice.post(`${url}/images`, { uidvalidity, remember }),
    leave: () => alice.post(`${url}/unsubscribe`, { uidvalidity }),
  };
}
/** The paths of a mail whose HTML has these pictures. */
async function pathsOf(...urls) {
  const m = await put(urls.map((u) => `<img src="${u}">`).join(''));
  return Object.values((await m.images()).json.remote);
}

test('pictures are named only after they were asked for, and come by our own name alone', options, async () => {
  answers.set('/a.png', (q, r) => r.writeHead(200, { 'content-type': 'text/html', 'set-cookie': 'a=b', 'cache-control': 'public', etag: 'x' }).end(PNG));
  const m = await put('<img src="http://img.example/a.png?id=1&amp;x=2"><p style="background:url(//img.example/b.png)">', { from: 'once@l.example' });
  assert.equal((await m.get()).remote, null);
  assert.equal(web.requests.length, 0);
  const { remote } = (await m.images()).json;
  assert.deepEqual(Object.keys(remote), ['http://img.example/a.png?id=1&x=2', '//img.example/b.png']);
  assert.equal(web.requests.length, 0, 'nothing is fetched before the frame asks');
  const r = await alice.get(Object.values(remote)[0]);
  assert.equal(r.status, 200, r.text);
  assert.ok(r.bytes.equals(PNG));
  assert.equal(r.headers['content-type'], 'image/png');
  assert.equal(r.headers['x-content-type-options'], 'nosniff');
  assert.match(r.headers['content-security-policy'], /sandbox/);
  assert.match(r.headers['cache-control'], /^private/);
  for (const name of ['set-cookie', 'etag', 'access-control-allow-origin']) assert.equal(r.headers[name], undefined, name);
  const seen = web.requests.at(-1);
  assert.equal(seen.url, '/a.png?id=1&x=2');
  for (const name of ['cookie', 'referer', 'authorization', 'x-forwarded-for', 'accept-language', 'origin']) assert.equal(seen.headers[name], undefined, name);
  assert.equal(seen.headers['user-agent'], 'Waxseal');
  assert.equal((await m.get()).remote, null, 'once is not always');
});

test('a picture is asked for once in two minutes', options, async () => {
  answers.set('/twice.png', (q, r) => r.end(PNG));
  const [one] = await pathsOf('http://img.example/twice.png');
  const before = web.requests.length;
  for (let i = 0; i < 12; i++) assert.equal((await alice.get(one)).status, 200);
  // each of the two worker processes has a memory of its own
  assert.ok(web.requests.length - before <= 2, `${web.requests.length - before}`);
});

/** What our own server writes on top of mail whose signature it has checked (tests/stack/conf/waxseal.conf). */
const passed = (domain) => `Authentication-Results: mx.demo.test; dkim=pass header.d=${domain} header.s=k1\r\n`;
const ONE = '<img src="http://img.example/a.png">';
const remembered = async () => (await alice.get('/api/v1/settings')).json.remote_images;

test('of a remembered sender pictures come at once, and of nobody else', options, async () => {
  const first = await put(ONE, { from: 'Always@L.example', head: passed('l.example') });
  assert.equal((await first.get()).sender_confirmed, true);
  assert.equal((await first.images(true)).status, 200);
  assert.ok((await remembered()).includes('always@l.example'));
  const later = await put(ONE, { from: 'always@l.example', head: passed('l.example') });
  assert.equal(Object.keys((await later.get()).remote).length, 1);
  assert.equal((await (await put(ONE, { from: 'other@l.example', head: passed('l.example') })).get()).remote, null);
  const two = await put(ONE, { from: 'always@l.example, other@l.example', head: passed('l.example') });
  assert.equal((await two.get()).remote, null, 'two authors are nobody');
});

test('who only writes the address of a remembered sender learns nothing', options, async () => {
  const asked = web.requests.length;
  for (const [why, head] of [
    ['a From alone', ''], ['another domain signed', passed('evil.example')], ['another server says so', 'Authentication-Results: mx.evil.example; dkim=pass header.d=l.example\r\n'],
    ['said below our own word', `Authentication-Results: mx.demo.test; dkim=none\r\n${passed('l.example')}`], ['two senders', `From: x@evil.example\r\n${passed('l.example')}`],
  ]) {
    const shown = await (await put(ONE, { from: 'always@l.example', head })).get();
    assert.deepEqual([shown.remote, shown.sender_confirmed], [null, false], why);
  }
  assert.equal(web.requests.length, asked);
  // What is not confirmed is shown when asked for, and not remembered.
  const m = await put(ONE, { from: 'forged@l.example' });
  assert.equal(Object.keys((await m.images(true)).json.remote).length, 1);
  assert.ok(!(await remembered()).includes('forged@l.example'));
});

test('the settings say always or never', options, async () => {
  const m = await put(ONE, { from: 'nobody@l.example' }), known = await put(ONE, { from: 'always@l.example', head: passed('l.example') });
  const set = async (images) => assert.equal((await alice.request('PUT', '/api/v1/settings', { json: { reading: { images } } })).status, 200);
  await set('always');
  assert.equal(Object.keys((await m.get()).remote).length, 1);
  await set('never');
  assert.deepEqual([(await m.get()).remote, (await known.get()).remote], [null, null]);
  await set('ask');
  assert.deepEqual([(await m.get()).remote, Object.keys((await known.get()).remote).length], [null, 1]);
});

test('only the session that asked can load it, and only what was signed', options, async () => {
  const [one] = await pathsOf('http://img.example/a.png');
  const q = new URL(one, 'http://x').searchParams;
  assert.equal((await bob.get(one)).status, 403);
  const again = await lib.signedIn('alice');
  assert.equal((await again.get(one)).status, 403, 'another session of the same person');
  again.close();
  const other = Buffer.from('http://img.example/b.png').toString('base64url');
  const bytes = Buffer.from(q.get('s'), 'base64url');
  const late = Buffer.from(bytes);
  late.writeUInt32BE(late.readUInt32BE(0) + 3600, 0);
  for (const bad of [`u=${other}&s=${q.get('s')}`, `u=${q.get('u')}&s=${late.toString('base64url')}`, `u=${q.get('u')}&s=`, `u=${q.get('u')}`, 's=x&u=y', `u=${q.get('u')}&s=${'A'.repeat(4000)}`, ''])
    assert.equal((await alice.get(`/api/v1/image?${bad}`)).status, 403, bad.slice(0, 60));
});

test('what is no picture is not shown', options, async () => {
  answers.set('/x.svg', (q, r) => r.writeHead(200, { 'content-type': 'image/svg+xml' }).end(SVG));
  answers.set('/x.html', (q, r) => r.writeHead(200, { 'content-type': 'image/png' }).end('<script>alert(1)</script>'));
  answers.set('/bomb.png', (q, r) => { const b = Buffer.from(PNG); b.writeUInt32BE(60000, 16); b.writeUInt32BE(60000, 20); r.end(b); });
  answers.set('/empty', (q, r) => r.end());
  answers.set('/large', (q, r) => r.end(Buffer.concat([PNG, Buffer.alloc(7 << 20)])));
  answers.set('/gone', (q, r) => r.writeHead(500).end(PNG));
  answers.set('/in', (q, r) => r.writeHead(302, { location: 'http://inside.example/' }).end());
  const paths = await pathsOf(...['x.svg', 'x.html', 'bomb.png', 'empty', 'large', 'gone', 'in'].map((p) => `http://img.example/${p}`));
  const got = [];
  for (const p of paths) got.push((await alice.get(p)).json.code);
  assert.deepEqual(got, ['unsupported', 'unsupported', 'unsupported', 'unsupported', 'too_large', 'source_unavailable', 'source_refused']);
});

test('addresses that are not public are not asked', options, async () => {
  const inside = await httpServer('127.0.0.1', 80, (q, r) => r.end(PNG));
  const paths = await pathsOf('http://127.0.0.1/a.png', 'http://inside.example/a.png', 'http://router.example/a.png', 'http://[::1]/a.png', 'http://2130706433/a.png', 'http://localhost/a.png', 'http://img.example:8080/a.png');
  assert.equal(paths.length, 7);
  for (const p of paths) assert.equal((await alice.get(p)).json.code, 'source_refused', p);
  assert.equal(inside.requests.length, 0);
  await inside.close();
});

test('what failed is not asked for again for two minutes', options, async () => {
  answers.set('/never', (q, r) => r.writeHead(500).end());
  const [one] = await pathsOf('http://img.example/never');
  const before = web.requests.length;
  for (let i = 0; i < 8; i++) assert.equal((await alice.get(`${one}&again=${i}`)).json.code, 'source_unavailable');
  assert.ok(web.requests.length - before <= 2, `${web.requests.length - before}`); // one a worker process
});

test('a message may load only so many', options, async () => {
  // Too large to be kept in memory together: what was pushed out is asked for again.
  const large = Buffer.concat([PNG, Buffer.alloc(5 << 20)]);
  answers.set('/many', (q, r) => r.end(large));
  const m = await put(Array.from({ length: 400 }, (_, i) => `<img src="http://img.example/many?${i}">`).join(''));
  const paths = Object.values((await m.images()).json.remote);
  assert.equal(paths.length, 256);
  const codes = [], before = web.requests.length;
  for (const p of paths.slice(0, 20)) codes.push((await alice.get(p)).json?.code ?? 'shown');
  const shown = codes.indexOf('throttled');
  // 64 MiB an hour and message
  assert.ok(shown >= 12 && shown <= 14, `${shown} of 5 MiB`);
  assert.deepEqual([codes.slice(0, shown).every((x) => x === 'shown'), codes.slice(shown).every((x) => x === 'throttled')], [true, true]);
  assert.equal(web.requests.length - before, shown);
});

test('and only so often', options, async () => {
  answers.set('/small', (q, r) => r.end('no picture'));
  const m = await put(Array.from({ length: 256 }, (_, i) => `<img src="http://img.example/small?${i}">`).join(''));
  const codes = [], before = web.requests.length;
  // What was fetched is kept for one session; a second one of the same user has the same count.
  const again = await lib.signedIn('alice');
  for (const person of [alice, again]) {
    const { remote } = (await person.post(`${m.url}/images`, { uidvalidity: m.uidvalidity, remember: false })).json;
    for (const p of Object.values(remote)) codes.push((await person.get(p)).json.code);
  }
  again.close();
  assert.deepEqual(codes, [...Array(300).fill('unsupported'), ...Array(212).fill('throttled')]);
  assert.equal(web.requests.length - before, 300);
});

// --- unsubscribe ------------------------------------------------------------------------------------------------

const signedHead = (url, id = 'mx.demo.test') => `Authentication-Results: ${id}; dkim=pass header.d=l.example\r\n`
  + 'DKIM-Signature: v=1; d=l.example; s=k; h=from:list-unsubscribe:list-unsubscribe-post; bh=x; b=y\r\n'
  + `List-Unsubscribe: <${url}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n`;

test('one click posts what RFC 8058 says, and only where our server vouches for it', options, async () => {
  names.set('list.example', ['11.1.2.5']);
  const list = await httpServer('11.1.2.5', 443, (q, r) => {
    if (q.url === '/moved') r.writeHead(302, { location: 'https://list.example/u' }).end();
    else r.writeHead(q.url.startsWith('/u') ? 200 : 500).end('bye');
  }, tls);
  const good = await put('<p>x', { head: signedHead('https://list.example/u?who=alice') });
  const r = await good.leave();
  assert.equal(r.status, 200, r.text);
  assert.deepEqual(r.json, { done: true, status: 200 });
  const seen = list.requests.at(-1);
  assert.deepEqual([seen.method, seen.url, seen.body.toString(), seen.headers['content-type']], ['POST', '/u?who=alice', 'List-Unsubscribe=One-Click', 'application/x-www-form-urlencoded']);
  for (const name of ['cookie', 'referer', 'authorization']) assert.equal(seen.headers[name], undefined, name);
  const count = list.requests.length;
  for (const head of [signedHead('https://list.example/u', 'mx.evil.test'), 'List-Unsubscribe: <https://list.example/u>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n', signedHead('http://list.example/u'), ''])
    assert.equal((await (await put('<p>x', { head })).leave()).status, 403, head.slice(0, 60));
  assert.equal(list.requests.length, count);
  assert.deepEqual((await (await put('<p>x', { head: signedHead('https://list.example/no') })).leave()).json, { done: false, status: 500 });
  assert.deepEqual((await (await put('<p>x', { head: signedHead('https://list.example/moved') })).leave()).json, { done: false, status: 302 });
  assert.equal(list.requests.length, count + 2, 'no redirect was followed');
  assert.equal((await (await put('<p>x', { head: signedHead('https://inside.example/u') })).leave()).json.code, 'source_refused');
});
