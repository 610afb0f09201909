// waxseal-fetch as a process: who may ask, broken askers, the queue, starting and stopping.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import test, { after, afterEach, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { closeAll, fetchCall, fetchDaemon, fetchRaw, folder, httpServer, outside, run, until } from '../lib/netns.mjs';

const options = { skip: outside };
const top = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const program = path.join(top, process.env.BUILD ?? 'build', 'waxseal-fetch');
const held = []; // responses of requests to /hold
let web;

before(async () => {
  if (outside) return;
  web = await httpServer('11.1.2.3', 80, (q, r) => (q.url === '/hold' ? held.push(r) : r.end('fine')));
});
after(closeAll);
afterEach(() => release()); // so that a failed test does not fail those after it

const ask = (daemon, url = '/x', more = {}) => fetchCall(daemon.socket, { kind: 'crl', url: `http://11.1.2.3${url}`, ...more });
const holding = (n) => until(`${n} held requests`, () => held.length === n);
const release = () => { for (const r of held.splice(0)) r.end('released'); };

function request({ magic = 'WXF1', kind = 2, method = 0, zero = 0, url = 'http://11.1.2.3/x', type = '', body = '', max = 0, timeout = 5000, lengths = null } = {}) {
  const head = Buffer.alloc(28);
  head.write(magic);
  head[4] = kind;
  head[5] = method;
  head.writeUInt16BE(zero, 6);
  (lengths ?? [url.length, type.length, body.length]).forEach((n, i) => head.writeUInt32BE(n, 8 + 4 * i));
  head.writeUInt32BE(max, 20);
  head.writeUInt32BE(timeout, 24);
  return Buffer.concat([head, Buffer.from(url + type + body, 'latin1')]);
}

test('a request that is none is not answered, and does no harm', options, async () => {
  const daemon = await fetchDaemon();
  const before = web.requests.length;
  for (const bytes of [
    Buffer.from('GET / HTTP/1.1\r\nHost: x\r\nx: yyyyyyyyyyyyyyyyyyyyyyy\r\n\r\n'), request({ magic: 'WXF2' }), request({ kind: 8 }), request({ kind: 255 }), request({ method: 2 }), request({ zero: 1 }),
    request({ timeout: 0 }), request({ timeout: 2 ** 32 - 1 }), request({ max: 2 ** 32 - 1 }), request({ url: '' }), request({ kind: 0 }), request({ url: `http://11.1.2.3/${'x'.repeat(2048)}` }),
    request({ lengths: [2 ** 32 - 1, 0, 0] }), request({ lengths: [17, 2 ** 31, 2 ** 31] }), request({ lengths: [17, 0, 65537] }), request({ type: 'a/b' }), request({ body: 'x' }), request({ method: 1, body: 'x' }),
    request({ url: 'http://11.1.2.3/\r\nx' }), request({ url: 'http://11.1.2.3/ x' }), request({ url: 'http://11.1.2.3/\0' }), request({ url: 'http://11.1.2.3/\xe4' }),
    request({ kind: 1, method: 1, type: 'a/b\r\nX: y', body: 'x' }), Buffer.alloc(28), Buffer.alloc(1 << 20, 0xff),
  ]) assert.equal((await fetchRaw(daemon.socket, bytes)).length, 0);
  for (let n = 0; n < 45; n += 5) assert.equal((await fetchRaw(daemon.socket, request().subarray(0, n), { end: true })).length, 0);
  assert.equal(web.requests.length, before);
  assert.equal((await ask(daemon)).body.toString(), 'fine');
  assert.equal(daemon.log().filter((l) => l.event === 'request_unreadable').length, 34);
  await daemon.close();
});

test('an asker that never finishes its request is let go', options, async () => {
  const daemon = await fetchDaemon({ section: ['threads = 1'] });
  const ended = fetchRaw(daemon.socket, request().subarray(0, 20));
  assert.equal((await ask(daemon)).body.toString(), 'fine');
  assert.equal((await ended).length, 0);
  await daemon.close();
});

test('an asker that leaves ends its transfer', options, async () => {
  const daemon = await fetchDaemon({ section: ['threads = 1'] });
  const s = net.connect(daemon.socket, () => s.write(request({ url: 'http://11.1.2.3/hold', timeout: 20000 })));
  await holding(1);
  const gone = new Promise((resolve) => { held[0].on('close', resolve); });
  s.destroy();
  await gone;
  held.length = 0;
  assert.equal((await ask(daemon)).body.toString(), 'fine');
  await daemon.close();
});

test('a full queue says so at once; who waits is served in the end', options, async () => {
  const daemon = await fetchDaemon({ section: ['threads = 1'] });
  const first = ask(daemon, '/hold');
  await holding(1);
  const waiting = Array.from({ length: 64 }, () => ask(daemon, '/x', { timeout: 20000 }));
  const turned = await until('a busy answer', async () => { const a = await ask(daemon, '/x', { timeout: 20 }); return a.outcome === 'busy' && a; });
  assert.match(turned.detail, /too many/);
  release();
  assert.equal((await first).body.toString(), 'released');
  const outcomes = (await Promise.all(waiting)).map((a) => a.outcome);
  assert.ok(outcomes.every((o) => ['answered', 'busy'].includes(o)), outcomes.join(' '));
  assert.ok(outcomes.filter((o) => o === 'answered').length >= 60);
  assert.equal((await fetchCall(daemon.socket, { kind: 'ping' })).status, 204);
  await daemon.close();
});

test('waiting in the queue counts against the deadline', options, async () => {
  const daemon = await fetchDaemon({ section: ['threads = 1'] });
  const first = ask(daemon, '/hold');
  await holding(1);
  const before = web.requests.length;
  const late = ask(daemon, '/x', { timeout: 100 });
  await new Promise((resolve) => { setTimeout(resolve, 1000); }); // its time runs out while the only thread is held
  release();
  assert.equal((await first).body.toString(), 'released');
  assert.equal((await late).outcome, 'busy'); // and not that the place did not answer in time: nobody asked it
  assert.equal(web.requests.length, before);
  await daemon.close();
});

test('many at once', options, async () => {
  const daemon = await fetchDaemon({ section: ['threads = 8'] });
  const all = Array.from({ length: 8 }, () => ask(daemon, '/hold'));
  await holding(8);
  release();
  for (const a of await Promise.all(all)) assert.equal(a.body.toString(), 'released');
  for (let round = 0; round < 5; round++) for (const a of await Promise.all(Array.from({ length: 40 }, () => ask(daemon)))) assert.equal(a.outcome, 'answered');
  await daemon.close();
});

test('a slow host does not keep everybody waiting', options, async () => {
  const daemon = await fetchDaemon({ section: ['threads = 2'] });
  const other = await httpServer('11.1.2.4', 80, (q, r) => r.end('another host'));
  const first = ask(daemon, '/hold');
  await holding(1);
  // On a busy machine one may also find its time gone before its turn: that is another answer.
  await until('others to be let off', async () => { const a = await ask(daemon, '/hold', { timeout: 200 }); return a.outcome === 'busy' && /others wait for this host/.test(a.detail); });
  assert.equal((await fetchCall(daemon.socket, { kind: 'crl', url: 'http://11.1.2.4/' })).body.toString(), 'another host');
  release();
  assert.equal((await first).body.toString(), 'released');
  assert.equal((await ask(daemon)).body.toString(), 'fine');
  await other.close();
  await daemon.close();
});

test('only its own user, root and those it is told may ask', options, async () => {
  const asNobody = (daemon) => {
    const script = 'use Socket; socket(S, PF_UNIX, SOCK_STREAM, 0); connect(S, sockaddr_un($ARGV[0])) or die "connect: $!\\n"; $SIG{PIPE} = "IGNORE"; syswrite S, pack("H*", $ARGV[1]); local $/; print unpack("H*", <S>);';
    return spawnSync('setpriv', ['--reuid', 'nobody', '--regid', 'nogroup', '--clear-groups', 'perl', '-e', script, daemon.socket, request().toString('hex')], { encoding: 'utf8' });
  };
  const closed = await fetchDaemon();
  assert.equal(statSync(closed.socket).mode & 0o777, 0o660);
  assert.match(asNobody(closed).stderr, /connect: Permission denied/);
  chmodSync(closed.socket, 0o666);
  const before = web.requests.length;
  const answer = Buffer.from(asNobody(closed).stdout, 'hex').toString('latin1');
  assert.match(answer, /^WXA1\x06.*this user may not ask$/s);
  assert.equal(web.requests.length, before);
  await until('its line in the log', () => closed.log().some((l) => l.event === 'peer_refused' && l.uid === 65534));
  await closed.close();
  const open = await fetchDaemon({ section: ['users = daemon nobody'] });
  chmodSync(open.socket, 0o666);
  const child = run('setpriv', ['--reuid', 'nobody', '--regid', 'nogroup', '--clear-groups', 'perl', '-e', 'use Socket; socket(S, PF_UNIX, SOCK_STREAM, 0); connect(S, sockaddr_un($ARGV[0])) or die; syswrite S, pack("H*", $ARGV[1]); local $/; print <S>;', open.socket, request().toString('hex')]);
  assert.equal(await child.ended, 0);
  assert.match(child.output, /^WXA1\x00.*fine$/s);
  await open.close();
});

test('pictures never take more than half of the threads, and questions go past those that wait', options, async () => {
  const daemon = await fetchDaemon({ section: ['threads = 4'] });
  const pictures = Array.from({ length: 12 }, () => ask(daemon, '/hold', { kind: 'image', timeout: 10000 }));
  await holding(2);
  for (let i = 0; i < 5; i++) for (const a of await Promise.all([ask(daemon), ask(daemon, '/x', { kind: 'aia' })])) assert.equal(a.body?.toString(), 'fine');
  assert.equal(held.length, 2, 'the other ten stand aside');
  const all = Promise.all(pictures);
  let over = false;
  all.then(() => { over = true; });
  await until('all pictures', () => { assert.ok(held.length <= 2); release(); return over; });
  assert.deepEqual((await all).map((a) => a.outcome), Array(12).fill('answered'));
  await daemon.close();
});

test('a slow host of pictures is asked a question all the same', options, async () => {
  const daemon = await fetchDaemon({ section: ['threads = 4'] });
  const pictures = [1, 2].map(() => ask(daemon, '/hold', { kind: 'image', timeout: 10000 }));
  await holding(2);
  await new Promise((resolve) => { setTimeout(resolve, 1200); }); // the host counts as slow now
  assert.equal((await ask(daemon)).body?.toString(), 'fine');
  release();
  for (const a of await Promise.all(pictures)) assert.equal(a.outcome, 'answered');
  await daemon.close();
});

test('SIGTERM: what is under way is finished, what waits is told', options, async () => {
  const daemon = await fetchDaemon({ section: ['threads = 1'] });
  const first = ask(daemon, '/hold');
  await holding(1);
  const answers = [];
  const second = await new Promise((resolve) => { const s = net.connect(daemon.socket, () => s.write(request({ timeout: 20000 }), () => resolve(s))); });
  const ended = new Promise((resolve) => { second.on('data', (d) => answers.push(d)).on('error', () => {}).on('close', resolve); });
  daemon.child.kill('SIGTERM');
  await ended;
  assert.match(Buffer.concat(answers).toString('latin1'), /^WXA1\x05.*the daemon stops$/s);
  release();
  assert.equal((await first).body.toString(), 'released');
  assert.equal(await daemon.ended, 0);
  assert.ok(!existsSync(daemon.socket));
});

test('SIGTERM: what does not end is ended', options, async () => {
  const daemon = await fetchDaemon();
  const first = ask(daemon, '/hold');
  await holding(1);
  daemon.child.kill('SIGINT');
  const a = await first;
  assert.deepEqual([a.outcome, /stops/.test(a.detail)], ['busy', true]);
  assert.equal(await daemon.ended, 0);
  held.length = 0;
});

test('SIGHUP changes nothing', options, async () => {
  const daemon = await fetchDaemon();
  daemon.child.kill('SIGHUP');
  assert.equal((await ask(daemon)).body.toString(), 'fine');
  await daemon.close();
});

test('a second one does not take the socket, a stale one is replaced', options, async () => {
  const daemon = await fetchDaemon();
  const second = spawnSync(program, ['--config', daemon.config], { encoding: 'utf8' });
  assert.equal(second.status, 1);
  assert.match(second.stderr, /Another server is listening/);
  assert.equal((await ask(daemon)).body.toString(), 'fine');
  daemon.child.kill('SIGKILL');
  await daemon.ended;
  assert.ok(existsSync(daemon.socket));
  const again = run(program, ['--config', daemon.config]);
  await until('an answer', () => fetchCall(daemon.socket, { kind: 'ping' }).then((a) => a.status === 204, () => false));
  await again.close();
});

test('the configuration is checked', options, async () => {
  const daemon = await fetchDaemon();
  const text = readFileSync(daemon.config, 'utf8');
  const check = (changed) => {
    const file = path.join(folder, 'check.conf');
    writeFileSync(file, changed);
    return spawnSync(program, ['--config', file, '--check'], { encoding: 'utf8' });
  };
  assert.equal(check(text).status, 0);
  for (const [changed, message] of [
    [text.replace(/\[fetch\]\n.*\n/, ''), /there is no section \[fetch\]/],
    [text.replace('[fetch]', '[fetch]\nallow = ca.intern'), /allow: expected HOST:PORT/],
    [text.replace('[fetch]', '[fetch]\nusers = nobody nosuchuser'), /users: expected .*"nosuchuser"/],
    [text.replace('[fetch]', '[fetch]\nproxy = http://x'), /proxy: expected a known key/],
    [text.replace('[fetch]', '[fetch]\nthreads = 65'), /threads: expected a number from 1 to 64/],
  ]) {
    const r = check(changed);
    assert.equal(r.status, 1);
    assert.match(r.stderr, message);
  }
  assert.equal(spawnSync(program, [], { encoding: 'utf8' }).status, 2);
  assert.equal(spawnSync(program, ['--config', daemon.config, 'more'], { encoding: 'utf8' }).status, 2);
  await daemon.close();
});
