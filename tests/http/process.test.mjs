// The processes of waxseald: bad FastCGI, graceful stop, replacement without a lost request, crashes.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { Server, begin, exchange, params, parseAnswer, record, stdin } from '../lib/fastcgi.mjs';
import { account, eventually, folderId, instance, top } from '../lib/instance.mjs';

const program = path.join(top, process.env.BUILD ?? 'build', 'waxseald');
const inbox = folderId('INBOX');
const workers = (s) => execFileSync('ps', ['-o', 'pid=', '--ppid', String(s.process.pid)], { encoding: 'utf8' }).trim().split(/\s+/).map(Number);
const healthy = async (s) => (await s.request('GET', '/healthz'))?.status === 200;

async function signedIn(s, name = 'alice') {
  const a = account(name);
  await s.signIn(a.address, a.password);
}

test('malformed FastCGI ends no worker', async () => {
  const s = await Server.start(instance, program);
  const before = workers(s);
  const uri = { REQUEST_METHOD: 'GET', REQUEST_URI: '/healthz' };
  const blobs = [
    Buffer.alloc(0), Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.alloc(4096, 255), Buffer.alloc(70000), Buffer.from([1]), record(9, 'x'), record(255, 'x'),
    Buffer.concat([Buffer.from([9]), begin().subarray(1)]), begin(), Buffer.concat([begin(), begin()]), record(1, ''), record(1, [0, 9, 0, 0, 0, 0, 0, 0]),
    Buffer.concat([begin(), record(4, [255, 255, 255, 255, 255, 255, 255, 255])]), Buffer.concat([begin(), record(4, [127, 127, 65]), record(4, '')]),
    Buffer.concat([begin(), record(4, [128, 0, 0, 200, 1, 65])]), Buffer.concat([begin(), params(uri).subarray(0, 20)]),
    Buffer.concat([begin(), params({}), stdin('')]), Buffer.concat([begin(), params({ REQUEST_METHOD: 'GET' }), stdin('')]),
    Buffer.concat([begin(), params({ ...uri, CONTENT_LENGTH: '-5' }), stdin('')]), Buffer.concat([begin(), params({ ...uri, CONTENT_LENGTH: '99999999999999999999' }), stdin('')]),
    Buffer.concat([begin(), params({ ...uri, X: 'x'.repeat(60000), Y: 'y'.repeat(5000) }), stdin('')]),
    Buffer.concat([begin(), params({ 'REQUEST_URI=': '/', '': '', '=': '=' }), stdin('')]),
    Buffer.concat([begin(), params({ ...uri, HTTP_COOKIE: `${'a=b;'.repeat(5000)}` }), stdin('')]),
    Buffer.concat([begin(), params({ ...uri, REQUEST_METHOD: 'POST', REQUEST_URI: '/api/v1/signin', CONTENT_TYPE: 'application/json', CONTENT_LENGTH: '100' }), stdin('{"user')]),
  ];
  for (const blob of blobs) await exchange(s.socket, blob, { end: true });
  assert.ok(await healthy(s));
  assert.deepEqual(workers(s), before, 'the same workers as before');
  assert.equal(s.events('worker_ended').length, 0);
  assert.deepEqual(await s.stop(), { code: 0, signal: null });
});

test('a request that is bad gets an answer that says so', async () => {
  const s = await Server.start(instance, program);
  const get = async (all) => parseAnswer(await exchange(s.socket, Buffer.concat([begin(), params({ REQUEST_METHOD: 'GET', ...all }), stdin('')])));
  assert.equal((await get({ REQUEST_URI: '/a/../b' })).status, 400);
  assert.equal((await get({ REQUEST_URI: '/healthz', CONTENT_LENGTH: 'x' })).status, 400);
  assert.equal((await get({ REQUEST_URI: '/healthz', X: 'x'.repeat(60000), Y: 'y'.repeat(6000) })).status, 413);
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`HTTP_X${i}`, '1']));
  assert.equal((await get({ REQUEST_URI: '/healthz', ...many })).status, 413);
  assert.equal((await get({ REQUEST_URI: '/healthz', REQUEST_METHOD: 'BREW' })).status, 405);
  await s.stop();
});

test('a stop waits for the request that is under way, then leaves nothing behind', async () => {
  const s = await Server.start(instance, program);
  await signedIn(s);
  const mail = 'From: a@demo.test\r\nSubject: graceful stop\r\n\r\nText\r\n';
  const c = s.open('POST', `/api/v1/folders/${inbox}/append`, { length: mail.length, headers: { CONTENT_TYPE: 'message/rfc822' } });
  c.send(mail.slice(0, 10));
  await eventually(() => s.request('GET', '/healthz'), 'the server answers');
  s.process.kill('SIGTERM');
  await eventually(() => s.events('stopping').length > 0, 'the master stops');
  c.send(mail.slice(10));
  c.finish();
  const r = await c.answer;
  assert.equal(r?.status, 200, r?.text);
  assert.ok(r.json.uid > 0);
  assert.deepEqual(await s.ended, { code: 0, signal: null });
  assert.ok(!existsSync(s.socket), 'the socket is gone');
  await s.stop();
});

const alive = (pid) => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

test('a worker whose master was killed ends by itself, though a peer keeps it waiting', async () => {
  const s = await Server.start(instance, program, { processes: '1', request_timeout_ms: '1000' });
  const [pid] = workers(s);
  const c = s.open('POST', '/api/v1/signin', { length: 100, headers: { CONTENT_TYPE: 'application/json' } });
  c.send('{');
  assert.ok(await healthy(s));
  s.process.kill('SIGKILL');
  assert.deepEqual(await s.ended, { code: null, signal: 'SIGKILL' });
  await eventually(() => !alive(pid), 'the worker ends');
  assert.equal(await c.answer, null);
  await s.stop();
});

test('a test that fails leaves no server behind', async () => {
  const lib = (name) => JSON.stringify(path.join(top, 'tests/lib', name));
  const script = `const { Server } = await import(${lib('fastcgi.mjs')}), { instance } = await import(${lib('instance.mjs')});
    const s = await Server.start(instance, ${JSON.stringify(program)});
    console.log(s.process.pid, ...s.events('worker_started').map((e) => e.pid));
    if (process.argv[1] === 'throw') throw new Error('as a failed test does');
    process.kill(process.pid, 'SIGTERM');
    await new Promise(() => setInterval(() => {}, 1000));`;
  for (const how of ['throw', 'stopped']) {
    const r = spawnSync(process.execPath, ['--input-type=module', '-e', script, '--', how], { encoding: 'utf8' });
    const pids = r.stdout.trim().split(' ').map(Number);
    assert.equal(pids.length, 3, r.stderr);
    assert.notEqual(r.status, 0);
    await eventually(() => !pids.some(alive), `${how}: master and workers are gone`);
  }
});

test('SIGHUP replaces all workers and loses no request', async () => {
  const s = await Server.start(instance, program);
  await signedIn(s);
  const before = workers(s);
  let answered = 0, failed = 0, going = true;
  const one = async () => {
    while (going) {
      const r = await s.request('GET', '/api/v1/session');
      if (r?.status === 200) answered++;
      else failed++;
    }
  };
  const load = Promise.all([one(), one(), one()]);
  await eventually(() => answered > 50, 'requests are answered');
  s.process.kill('SIGHUP');
  await eventually(() => s.events('worker_ended').length >= 2, 'both old workers have left');
  const mark = answered;
  await eventually(() => answered > mark + 50, 'requests go on');
  going = false;
  await load;
  assert.equal(failed, 0);
  const after = workers(s);
  assert.equal(after.length, 2);
  assert.ok(after.every((pid) => !before.includes(pid)));
  assert.ok(s.events('worker_ended').every((e) => e.exit === 0));
  await s.stop();
});

test('a configuration that is wrong is named with its line, and a running server keeps its old one', async () => {
  const s = await Server.start(instance, program);
  const before = workers(s);
  s.configure({ threads: 'many' });
  const check = spawnSync(s.program, ['--config', s.config, '--check'], { encoding: 'utf8' });
  assert.equal(check.status, 1);
  const line = readFileSync(s.config, 'utf8').split('\n').findIndex((l) => l.startsWith('threads')) + 1;
  assert.match(check.stderr, new RegExp(`${s.config}:${line}: threads: expected a number from 1 to 256, got "many"`));
  s.process.kill('SIGHUP');
  await eventually(() => s.events('reload_failed').length > 0, 'the reload is refused');
  assert.ok(await healthy(s));
  assert.deepEqual(workers(s), before);
  await s.stop();
});

test('a list of mail roots that is named must be there and readable', async () => {
  const s = await Server.start(instance, program);
  const bad = `${s.config}.roots`;
  for (const [file, content] of [[`${s.config}.nowhere`, null], [bad, 'no certificate'], [bad, '# distrust-after: soon\n-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----\n']]) {
    if (content) writeFileSync(file, content);
    s.configure({ mail_roots: file });
    const check = spawnSync(s.program, ['--config', s.config, '--check'], { encoding: 'utf8' });
    assert.equal(check.status, 1);
    assert.ok(check.stderr.includes(file), check.stderr);
  }
  assert.ok(await healthy(s));
  await s.stop();
});

test('a second server on the same socket is refused; --check passes', async () => {
  const s = await Server.start(instance, program);
  const second = spawnSync(s.program, ['--config', s.config], { encoding: 'utf8' });
  assert.equal(second.status, 1);
  assert.match(second.stderr, /Another server is listening/);
  assert.ok(await healthy(s));
  assert.equal(spawnSync(s.program, ['--config', s.config, '--check']).status, 0);
  await s.stop();
});

test('a killed worker is started again, and sessions go on', async () => {
  const s = await Server.start(instance, program, { processes: '1' });
  await signedIn(s);
  const [pid] = workers(s);
  process.kill(pid, 'SIGKILL');
  await eventually(() => s.events('worker_started').length >= 2, 'a new worker');
  const r = await s.request('GET', '/api/v1/session');
  assert.equal(r.status, 200);
  await s.stop();
});

test('a mail that crashes the parser is unreadable afterwards, once', async (t) => {
  const mutant = path.join(top, 'build/mutant-ABORT/waxseald');
  if (!existsSync(mutant)) { t.skip('build/mutant-ABORT/waxseald is not built: make MUTANT=ABORT server'); return; }
  const s = await Server.start(instance, mutant, { processes: '1' });
  await signedIn(s, 'bob');
  const drafts = folderId('Drafts');
  const append = async (text) => {
    const c = s.open('POST', `/api/v1/folders/${drafts}/append`, { length: text.length, headers: { CONTENT_TYPE: 'message/rfc822' } });
    c.send(text);
    c.finish();
    return (await c.answer).json;
  };
  const bad = await append('From: a@demo.test\r\nSubject: crash\r\nX-Waxseal-Abort: yes\r\n\r\nText\r\n');
  const good = await append('From: a@demo.test\r\nSubject: fine\r\n\r\nText\r\n');
  const read = (m) => s.request('GET', `/api/v1/folders/${drafts}/messages/${m.uid}?uidvalidity=${m.uidvalidity}`);
  assert.equal(await read(bad), null, 'the worker ended without an answer');
  await eventually(() => s.events('worker_started').length >= 2, 'a new worker');
  const again = await read(bad);
  assert.equal(again.status, 422, again.text);
  assert.equal(again.json.code, 'damaged');
  assert.match(again.json.message, /cannot be read/);
  assert.equal((await read(good)).json.headers.subject, 'fine');
  const source = await s.request('GET', `/api/v1/folders/${drafts}/messages/${bad.uid}/source?uidvalidity=${bad.uidvalidity}`);
  assert.equal(source.status, 200);
  assert.equal(s.events('worker_ended').length, 1, 'no crash loop');
  for (const m of [bad, good]) await s.request('POST', `/api/v1/folders/${drafts}/delete`, { json: { uidvalidity: m.uidvalidity, uids: [m.uid] } });
  await s.stop();
});
