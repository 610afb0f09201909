// waxseal-fetch against servers that behave, inside tests/lib/netns.sh.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { closeAll, dnsServer, fetchCall, fetchDaemon, httpServer, outside, until } from '../lib/netns.mjs';

const options = { skip: outside };
let names, daemon, web;
const bodies = new Map();

before(async () => {
  if (outside) return;
  names = await dnsServer();
  names.set('ocsp.example', ['11.1.2.3']);
  names.set('six.example', ['2a00::80']);
  names.set('both.example', ['11.1.2.9', '2a00::80']); // nobody listens on the first
  web = await httpServer('::', 80, (request, response) => {
    const made = bodies.get(new URL(request.url, 'http://x').pathname);
    if (made) made(request, response);
    else response.writeHead(404, { 'content-type': 'text/plain' }).end('none');
  });
  daemon = await fetchDaemon();
});
after(closeAll);
const call = (request) => fetchCall(daemon.socket, request);

test('a GET brings status, type and body', options, async () => {
  bodies.set('/ca.cer', (q, r) => r.writeHead(200, { 'content-type': 'application/pkix-cert' }).end(Buffer.from([0, 1, 255])));
  const a = await call({ kind: 'aia', url: 'http://ocsp.example/ca.cer?x=1#y' });
  assert.deepEqual({ ...a, body: [...a.body] }, { outcome: 'answered', status: 200, type: 'application/pkix-cert', body: [0, 1, 255], detail: '' });
  const seen = web.requests.at(-1);
  assert.equal(seen.address, '11.1.2.3');
  assert.equal(seen.url, '/ca.cer?x=1');
  assert.equal(seen.headers.host, 'ocsp.example');
  assert.equal(seen.headers['accept-encoding'], undefined);
  assert.equal(seen.headers.cookie, undefined);
  assert.equal(seen.headers.authorization, undefined);
});

test('a POST carries its body', options, async () => {
  bodies.set('/post', (q, r) => r.writeHead(200, { 'content-type': 'application/ocsp-response' }).end('good'));
  const post = Buffer.from([0x30, 3, 2, 1, 0]);
  const a = await call({ kind: 'ocsp', url: 'http://six.example/post', post, type: 'application/ocsp-request' });
  assert.equal(a.body.toString(), 'good');
  const seen = web.requests.at(-1);
  assert.equal(seen.address, '2a00::80');
  assert.equal(seen.method, 'POST');
  assert.deepEqual(seen.body, post);
  assert.equal(seen.headers['content-type'], 'application/ocsp-request');
  assert.equal(seen.headers.expect, undefined);
});

test('only OCSP may POST, and only its own type', options, async () => {
  const before = web.requests.length, post = Buffer.from('x');
  for (const [kind, type] of [['crl', 'application/ocsp-request'], ['aia', 'text/plain'], ['ocsp', 'application/x-www-form-urlencoded'], ['image', 'application/ocsp-request'], ['unsubscribe', 'application/x-www-form-urlencoded']])
    assert.equal((await call({ kind, url: 'http://ocsp.example/post', post, type })).outcome, 'refused', kind);
  assert.equal(web.requests.length, before);
});

test('unsubscribe posts one thing, to https', options, async () => {
  const before = web.requests.length, type = 'application/x-www-form-urlencoded', url = 'https://ocsp.example/u', body = Buffer.from('List-Unsubscribe=One-Click');
  assert.equal((await call({ kind: 'unsubscribe', url, post: body, type })).outcome, 'unreachable', 'nobody listens, but it may be asked');
  for (const bad of [{ post: Buffer.from('a=b') }, { post: null, type: '' }, { type: 'text/plain' }, { url: 'http://ocsp.example/u' }])
    assert.equal((await call({ kind: 'unsubscribe', url, post: body, type, ...bad })).outcome, 'refused', JSON.stringify(bad));
  assert.equal(web.requests.length, before);
});

test('any HTTP status is an answer', options, async () => {
  for (const status of [204, 304, 404, 410, 500, 503]) {
    bodies.set('/status', (q, r) => r.writeHead(status).end());
    const a = await call({ kind: 'crl', url: 'http://ocsp.example/status' });
    assert.deepEqual([a.outcome, a.status, a.type, a.body.length], ['answered', status, '', 0]);
  }
});

test('redirects are followed, three of them', options, async () => {
  for (let i = 0; i < 5; i++) bodies.set(`/r${i}`, (q, r) => r.writeHead([301, 302, 307, 308, 303][i], { location: i === 1 ? `//six.example/r${i - 1}` : `/r${i - 1}` }).end('moved'));
  bodies.set('/r-1', (q, r) => r.end('there'));
  const a = await call({ kind: 'crl', url: 'http://ocsp.example/r2' });
  assert.equal(a.body.toString(), 'there');
  assert.equal(web.requests.at(-1).address, '2a00::80');
  const b = await call({ kind: 'crl', url: 'http://ocsp.example/r3' });
  assert.equal(b.outcome, 'refused');
  assert.match(b.detail, /too many redirects/);
  assert.equal(b.body.length, 0);
});

test('a POST stays a POST when it is redirected, or is not repeated', options, async () => {
  bodies.set('/there', (q, r) => r.end('ok'));
  const post = Buffer.from('question');
  for (const status of [301, 302, 307, 308]) {
    bodies.set('/moved', (q, r) => r.writeHead(status, { location: '/there' }).end());
    assert.equal((await call({ kind: 'ocsp', url: 'http://ocsp.example/moved', post, type: 'application/ocsp-request' })).body.toString(), 'ok');
    assert.deepEqual([web.requests.at(-1).method, web.requests.at(-1).body.toString()], ['POST', 'question']);
  }
  bodies.set('/moved', (q, r) => r.writeHead(303, { location: '/there' }).end());
  assert.equal((await call({ kind: 'ocsp', url: 'http://ocsp.example/moved', post, type: 'application/ocsp-request' })).status, 303);
});

test('a loop of redirects ends', options, async () => {
  bodies.set('/loop', (q, r) => r.writeHead(302, { location: '/loop' }).end());
  const before = web.requests.length;
  assert.equal((await call({ kind: 'aia', url: 'http://ocsp.example/loop' })).outcome, 'refused');
  assert.equal(web.requests.length - before, 4);
});

test('megabytes arrive whole', options, async () => {
  const big = Buffer.alloc(8 << 20, 'crl!');
  bodies.set('/big.crl', (q, r) => r.end(big));
  const a = await call({ kind: 'crl', url: 'http://six.example/big.crl' });
  assert.equal(a.status, 200);
  assert.ok(a.body.equals(big));
});

test('a server that is not there', options, async () => {
  assert.equal((await call({ kind: 'crl', url: 'http://nowhere.example/' })).outcome, 'unreachable');
  await web.close();
  const a = await call({ kind: 'crl', url: 'http://ocsp.example/' });
  assert.equal(a.outcome, 'unreachable');
  assert.match(a.detail, /^ocsp\.example: /);
  web = await httpServer('2a00::80', 80, (q, r) => r.end('second address'));
  assert.equal((await call({ kind: 'crl', url: 'http://both.example/' })).body.toString(), 'second address');
});

test('the log names host and outcome, never path, query or body', options, async () => {
  await web.close();
  web = await httpServer('11.1.2.3', 80, (q, r) => r.end('SECRET-BODY'));
  await call({ kind: 'ocsp', url: 'http://ocsp.example/SECRET-PATH?SECRET-QUERY', post: Buffer.from('SECRET-QUESTION'), type: 'application/ocsp-request' });
  const line = await until('its line in the log', () => daemon.log().find((l) => l.event === 'fetched' && l.bytes === 11));
  assert.equal(line.host, 'ocsp.example');
  assert.equal(line.outcome, 'answered');
  assert.equal(line.kind, 'ocsp');
  assert.doesNotMatch(daemon.output, /SECRET/);
});
