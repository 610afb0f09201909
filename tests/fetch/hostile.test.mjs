// Servers that misbehave, inside tests/lib/netns.sh: waxseal-fetch ends, says what was wrong and gives nothing of
// it on. What takes time is judged by its outcome, never by a clock.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { after, before, beforeEach } from 'node:test';
import { gzipSync } from 'node:zlib';
import { closeAll, dnsServer, fetchCall, fetchDaemon, folder, httpServer, outside, tcpServer, trustRoot, until } from '../lib/netns.mjs';

const options = { skip: outside };
let names, daemon, raw, tls;
let behave = () => {}; // (socket): what the raw server on 11.1.2.3:80 does when a request has begun
const leave = [];
const URL_ = 'http://bad.example/x';

const openssl = (...args) => execFileSync('openssl', args, { cwd: path.join(folder, 'tls'), stdio: 'pipe' });
function makeCertificates() { // test keys, made here and gone with the namespace
  mkdirSync(path.join(folder, 'tls'));
  const ca = (name) => openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.pem`, '-subj', `/CN=Test ${name}`, '-days', '30');
  const leaf = (name, issuer, san, ...dates) => {
    writeFileSync(path.join(folder, 'tls', `${name}.ext`), `subjectAltName=${san}\n`);
    openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    openssl('x509', '-req', '-in', `${name}.csr`, '-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`, '-extfile', `${name}.ext`, '-out', `${name}.pem`, ...dates);
    return { key: readFileSync(path.join(folder, 'tls', `${name}.key`)), cert: readFileSync(path.join(folder, 'tls', `${name}.pem`)) };
  };
  ca('root');
  ca('stranger');
  trustRoot('root', readFileSync(path.join(folder, 'tls/root.pem')));
  return {
    good: leaf('good', 'root', 'DNS:tls.example', '-days', '3'),
    other: leaf('other', 'root', 'DNS:another.example', '-days', '3'),
    untrusted: leaf('untrusted', 'stranger', 'DNS:tls.example', '-days', '3'),
    expired: leaf('expired', 'root', 'DNS:tls.example', '-days', '-1'),
  };
}

before(async () => {
  if (outside) return;
  tls = makeCertificates();
  names = await dnsServer();
  for (const name of ['bad.example', 'tls.example']) names.set(name, ['11.1.2.3']);
  names.set('silent.example', null);
  raw = await tcpServer('11.1.2.3', 80, (s) => s.once('data', () => behave(s)));
  daemon = await fetchDaemon();
});
beforeEach(() => { for (const timer of leave.splice(0)) clearInterval(timer); });
after(async () => { for (const timer of leave) clearInterval(timer); await closeAll(); });

const call = (request = {}) => fetchCall(daemon.socket, { kind: 'aia', url: URL_, ...request });
async function outcome(how, expected, request = {}, detail = /./) {
  behave = how;
  const a = await call(request);
  assert.equal(a.outcome, expected, a.detail);
  assert.match(a.detail, detail);
  assert.equal(a.body.length, 0);
}
const every = (ms, f) => { const t = setInterval(f, ms); leave.push(t); return t; };
const hung = () => until('the connection to end', () => raw.sockets.size === 0);

test('a server that says nothing', options, async () => {
  await outcome(() => {}, 'timed_out', { timeout: 300 });
  await hung();
});

test('headers that drip', options, async () => {
  await outcome((s) => { s.write('HTTP/1.1 200 OK\r\n'); every(20, () => s.write('x')); }, 'timed_out', { timeout: 400 });
  await hung();
});

test('header lines that drip', options, async () => {
  await outcome((s) => { s.write('HTTP/1.1 200 OK\r\n'); every(20, () => s.write('a: b\r\n')); }, 'timed_out', { timeout: 400 });
  await hung();
});

test('a body that drips', options, async () => {
  await outcome((s) => { s.write('HTTP/1.1 200 OK\r\n\r\n'); every(20, () => s.write('x')); }, 'timed_out', { timeout: 400 });
  await hung();
});

test('redirects that take their time share one deadline', options, async () => {
  await outcome((s) => { leave.push(setTimeout(() => s.end('HTTP/1.1 302 Found\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n'), 250)); }, 'timed_out', { timeout: 600 });
});

test('a name server that says nothing', options, async () => {
  assert.equal((await call({ url: 'http://silent.example/', timeout: 300 })).outcome, 'timed_out');
  behave = (s) => s.end('HTTP/1.1 200 OK\r\n\r\nfine');
  assert.equal((await call()).body.toString(), 'fine');
});

test('an endless body', options, async () => {
  const flood = Buffer.alloc(65536, 'x');
  const pour = (s) => { while (s.writable && s.write(flood)); s.once('drain', () => pour(s)); };
  await outcome((s) => { s.write('HTTP/1.1 200 OK\r\n\r\n'); pour(s); }, 'too_large');
  await outcome((s) => { s.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'); every(1, () => s.write(`10000\r\n${flood}\r\n`)); }, 'too_large');
  await hung();
});

test('a length over the limit of the kind, or of the asker', options, async () => {
  const announce = (n) => (s) => s.write(`HTTP/1.1 200 OK\r\ncontent-length: ${n}\r\n\r\n`);
  await outcome(announce((512 << 10) + 1), 'too_large');
  await outcome(announce(4 * 1024 ** 3 + 5), 'too_large');
  await outcome((s) => s.end('HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\nhello world'), 'too_large', { max: 10 });
  behave = (s) => s.end('HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\nhello world');
  assert.equal((await call({ max: 11 })).body.toString(), 'hello world');
  behave = (s) => s.end(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(512 << 10)}`);
  assert.equal((await call()).body.length, 512 << 10);
});

test('a long body of a redirect counts too', options, async () => {
  await outcome((s) => s.end(`HTTP/1.1 302 Found\r\nlocation: /again\r\n\r\n${'x'.repeat((512 << 10) + 1)}`), 'too_large');
});

test('header bombs', options, async () => {
  await outcome((s) => s.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(1 << 20)}`), 'too_large');
  await outcome((s) => s.write(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(100000)}`), 'too_large');
  await outcome((s) => s.write('HTTP/1.1 103 Early Hints\r\nx: y\r\n\r\n'.repeat(10000)), 'too_large');
  await hung();
});

test('compression bombs stay packed', options, async () => {
  const bomb = gzipSync(Buffer.alloc(64 << 20));
  for (const header of ['content-encoding: gzip', 'Content-Encoding: x-gzip', 'content-encoding: deflate', 'content-encoding: br', 'content-encoding: gzip, gzip', 'transfer-encoding: gzip', 'transfer-encoding: gzip, chunked'])
    await outcome((s) => { s.write(`HTTP/1.1 200 OK\r\n${header}\r\n\r\n`); s.end(bomb); }, 'unreachable', {}, /encoding/);
  behave = (s) => { s.write('HTTP/1.1 200 OK\r\ncontent-encoding: identity\r\n\r\n'); s.end(bomb); };
  const a = await call();
  assert.equal(a.outcome, 'answered');
  assert.ok(a.body.equals(bomb));
});

test('what is no HTTP', options, async () => {
  for (const text of ['SSH-2.0-OpenSSH_9.2\r\n', '220 mail.example ESMTP\r\n', '<html>an old server</html>', '\x00\x01\x02\x03', '+OK ready\r\n', '-ERR unknown command\r\n'])
    await outcome((s) => s.end(text), 'unreachable');
  await outcome((s) => s.end(), 'unreachable');
  await outcome((s) => s.resetAndDestroy(), 'unreachable');
  await outcome((s) => s.end('HTTP/1.1 999 What\r\ncontent-length: 0\r\n\r\n'), 'unreachable');
  await outcome((s) => s.end('HTTP/1.1 100 Continue\r\n\r\n'), 'unreachable');
  await outcome((s) => s.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n'), 'unreachable');
  await outcome((s) => s.end('HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\nhello'), 'unreachable');
});

test('an answer that is cut off is none', options, async () => {
  await outcome((s) => s.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'), 'unreachable');
  await outcome((s) => s.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n64\r\nhalf'), 'unreachable');
  await outcome((s) => s.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n'), 'unreachable');
  await outcome((s) => s.end('HTTP/1.1 200 OK\r\nx: y\r\n'), 'unreachable');
});

test('an early answer and a trailer belong to a whole one', options, async () => {
  behave = (s) => s.end('HTTP/1.1 103 Early Hints\r\nx: y\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nx: y\r\n\r\n');
  assert.equal((await call()).body.toString(), 'body');
  await outcome((s) => s.end('HTTP/1.1 103 Early Hints\r\nx: y\r\n\r\nHTTP/1.1 200 OK\r\nx: y\r\n'), 'unreachable');
});

test('odd content types do not travel', options, async () => {
  for (const [type, expected] of [['application/pkix-crl', 'application/pkix-crl'], ['x'.repeat(127), 'x'.repeat(127)], ['x'.repeat(128), ''], ['\xe4\xff', ''], ['a\tb', '']]) {
    behave = (s) => s.end(Buffer.from(`HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: 2\r\n\r\nok`, 'latin1'));
    const a = await call();
    assert.deepEqual([a.outcome, a.type, a.body.toString()], ['answered', expected, 'ok']);
  }
});

test('cookies, logins and upgrades are not answered', options, async () => {
  const seen = [];
  await raw.close();
  const web = await httpServer('11.1.2.3', 80, (q, r) => {
    seen.push(q.headers);
    if (q.url === '/x') r.writeHead(302, { location: '/y', 'set-cookie': 'a=b; Path=/', 'strict-transport-security': 'max-age=999' }).end();
    else r.writeHead(401, { 'www-authenticate': ['Basic realm="x"', 'NTLM', 'Negotiate'], 'alt-svc': 'h2="127.0.0.1:443"' }).end('login');
  });
  const a = await call();
  assert.equal(a.status, 401);
  assert.equal(seen.length, 2);
  for (const h of seen) for (const name of ['cookie', 'authorization', 'upgrade', 'referer', 'proxy-authorization']) assert.equal(h[name], undefined, name);
  await web.close();
  raw = await tcpServer('11.1.2.3', 80, (s) => s.once('data', () => behave(s)));
});

test('TLS is verified', options, async () => {
  for (const [which, expected] of [['good', 'answered'], ['other', 'unreachable'], ['untrusted', 'unreachable'], ['expired', 'unreachable']]) {
    const web = await httpServer('11.1.2.3', 443, (q, r) => r.end('sealed'), tls[which]);
    const a = await call({ url: 'https://tls.example/' });
    assert.equal(a.outcome, expected, `${which}: ${a.detail}`);
    assert.equal(web.requests.length, expected === 'answered' ? 1 : 0);
    await web.close();
  }
  const old = await httpServer('11.1.2.3', 443, (q, r) => r.end('sealed'), { ...tls.good, maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' });
  assert.equal((await call({ url: 'https://tls.example/' })).outcome, 'unreachable');
  await old.close();
});

test('https never becomes http', options, async () => {
  let to = 'http://tls.example/';
  const web = await httpServer('11.1.2.3', 443, (q, r) => (q.url === '/end' ? r.end('sealed') : r.writeHead(302, { location: to }).end()), tls.good);
  behave = () => assert.fail('asked without TLS');
  const a = await call({ url: 'https://tls.example/' });
  assert.deepEqual([a.outcome, /https to http/.test(a.detail)], ['refused', true]);
  to = '/end';
  assert.equal((await call({ url: 'https://tls.example/' })).body.toString(), 'sealed');
  to = 'https://tls.example/end';
  behave = (s) => s.end('HTTP/1.1 301 Moved\r\nlocation: https://tls.example/end\r\ncontent-length: 0\r\n\r\n');
  assert.equal((await call()).body.toString(), 'sealed');
  await web.close();
});

test('nothing of the environment is used', options, async () => {
  const home = path.join(folder, 'home');
  mkdirSync(home);
  writeFileSync(path.join(home, '.netrc'), 'machine bad.example login u password p\n', { mode: 0o600 });
  const proxied = [];
  const proxy = await tcpServer('127.0.0.1', 3128, (s) => { proxied.push(s); s.destroy(); });
  const keys = path.join(folder, 'tls-keys.log');
  const own = await fetchDaemon({ env: { ...process.env, HOME: home, http_proxy: 'http://127.0.0.1:3128', HTTP_PROXY: 'http://127.0.0.1:3128', https_proxy: 'http://127.0.0.1:3128', ALL_PROXY: 'socks5h://127.0.0.1:3128', SSLKEYLOGFILE: keys } });
  let headers = '';
  behave = (s) => s.end('HTTP/1.1 200 OK\r\n\r\ndirect');
  raw.server.once('connection', (s) => s.once('data', (d) => { headers = d.toString(); }));
  assert.equal((await fetchCall(own.socket, { kind: 'aia', url: URL_ })).body.toString(), 'direct');
  assert.doesNotMatch(headers, /authorization/i);
  const web = await httpServer('11.1.2.3', 443, (q, r) => r.end('sealed'), tls.good);
  assert.equal((await fetchCall(own.socket, { kind: 'aia', url: 'https://tls.example/' })).body.toString(), 'sealed');
  assert.equal(proxied.length, 0);
  assert.throws(() => readFileSync(keys), { code: 'ENOENT' });
  await web.close();
  await proxy.close();
  await own.close();
});

test('after all this it still answers', options, async () => {
  behave = (s) => s.end('HTTP/1.1 200 OK\r\n\r\nfine');
  assert.equal((await call()).body.toString(), 'fine');
});
