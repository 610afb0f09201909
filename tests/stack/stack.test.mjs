// The demo stack itself: two instances side by side, nothing left behind, data kept, foreign processes left alone.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync, existsSync, realpathSync, chmodSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { Imap } from '../lib/imap.mjs';
import { fetchCall } from '../lib/netns.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const base = Number(process.env.STACK_TEST_PORT_BASE ?? 8600);
const dir = mkdtempSync(path.join(tmpdir(), 'ws-'));
chmodSync(dir, 0o755);
const one = { INSTANCE: 'one', PORT_BASE: String(base), DATA: path.join(dir, 'one'), SEED: 'no' };
const two = { INSTANCE: 'two', PORT_BASE: String(base + 10), DATA: path.join(dir, 'two'), SEED: 'no' };

function script(name, env) {
  const r = spawnSync('bash', [path.join(here, name)], { env: { ...process.env, ...env }, encoding: 'utf8' });
  return { ...r, all: r.stdout + r.stderr };
}
// Live processes that work inside a folder or name it in their arguments.
function processesOf(folder) {
  const real = existsSync(folder) ? realpathSync(folder) : folder;
  return readdirSync('/proc').filter((p) => /^\d+$/.test(p)).filter((p) => {
    try {
      if (/^State:\s+Z/m.test(readFileSync(`/proc/${p}/status`, 'utf8'))) return false;
      return readlinkSync(`/proc/${p}/cwd`).startsWith(real) || readFileSync(`/proc/${p}/cmdline`, 'utf8').includes(`${real}/`);
    } catch { return false; }
  });
}
const accounts = (env) => JSON.parse(readFileSync(path.join(env.DATA, 'demo/accounts.json'), 'utf8'));
const login = async (env, user, password) => { const i = await Imap.open(accounts(env).ports.imap, `${user}@demo.test`, password ?? `${user}-demo`); return i; };

// One SMTP dialogue: sends the lines, gives back the reply codes.
function smtp(port, lines) {
  return new Promise((resolve, reject) => {
    const s = net.connect(port, '127.0.0.1');
    const replies = [];
    let buffer = '';
    s.on('error', reject);
    s.on('close', () => resolve(replies));
    s.on('data', (d) => {
      buffer += d;
      for (let m; (m = /^(\d{3})([ -])(.*)\r\n/.exec(buffer)); buffer = buffer.slice(m[0].length)) {
        if (m[2] === '-') continue;
        replies.push(`${m[1]} ${m[3]}`);
        if (lines.length) s.write(`${lines.shift()}\r\n`);
        else s.end();
      }
    });
  });
}
const plain = (user, password) => `AUTH PLAIN ${Buffer.from(`\0${user}@demo.test\0${password}`).toString('base64')}`;

before(() => {
  for (const env of [one, two]) {
    const r = script('up.sh', env);
    assert.equal(r.status, 0, r.all);
  }
});
after(() => { for (const env of [one, two]) script('down.sh', env); rmSync(dir, { recursive: true, force: true }); });

test('two instances run side by side', async () => {
  for (const env of [one, two]) {
    const imap = await login(env, 'alice');
    const folders = await imap.command('LIST "" "*"');
    assert.ok(folders.some((f) => f.text.includes('\\Sent')));
    imap.close();
  }
});

test('the address, accounts and .p12 files are printed and written', () => {
  const r = script('up.sh', one);
  assert.equal(r.status, 0, r.all);
  for (const text of ['alice@demo.test', 'alice-demo', '.p12', 'make stop']) assert.ok(r.all.includes(text), text);
  for (const a of accounts(one).accounts.filter((x) => x.p12)) {
    const checked = spawnSync('openssl', ['pkcs12', '-in', a.p12, '-passin', `pass:${a.passphrase}`, '-nokeys'], { encoding: 'utf8' });
    assert.match(checked.stdout, new RegExp(a.address.split('@')[0], 'i'));
  }
});

test('mail reaches the demo domain only, with a login, under the own address', async () => {
  const { smtp: port } = accounts(one).ports;
  const to = (from, rcpt, user = 'bob') => smtp(port, ['EHLO t', plain(user, `${user}-demo`), `MAIL FROM:<${from}>`, `RCPT TO:<${rcpt}>`, 'QUIT']);
  assert.match((await to('bob@demo.test', 'alice@demo.test')).at(-2), /^250/);
  assert.match((await to('bob@demo.test', 'someone@example.org')).at(-2), /^550/);
  assert.match((await to('bob@demo.test', 'nobody@demo.test')).at(-2), /^550/);
  assert.match((await to('alice@demo.test', 'carol@demo.test')).at(-2), /^553/);
  const noLogin = await smtp(port, ['EHLO t', 'MAIL FROM:<bob@demo.test>', 'RCPT TO:<alice@demo.test>', 'QUIT']);
  assert.match(noLogin.at(-2), /^55[034]/);
});

test('every listener is on loopback', () => {
  const ports = new Set(Object.values(accounts(one).ports).map((p) => p.toString(16).toUpperCase().padStart(4, '0')));
  const listening = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1).map((l) => l.trim().split(/\s+/)).filter((f) => f[3] === '0A');
  const ours = listening.filter((f) => ports.has(f[1].split(':')[1]));
  assert.ok(ours.length >= 5, `${ours.length} listeners`);
  for (const f of ours) assert.equal(f[1].split(':')[0], '0100007F');
});

test('TLS on the extra IMAP port is by the demo authority', async () => {
  const a = accounts(one);
  const connect = (options) => new Promise((resolve) => {
    const s = tls.connect({ port: a.ports.imaps, host: '127.0.0.1', ...options }, () => { resolve('ok'); s.destroy(); });
    s.on('error', (e) => resolve(e.code));
  });
  const ca = readFileSync(a.ca);
  assert.equal(await connect({ ca, servername: 'localhost' }), 'ok');
  assert.equal(await connect({ ca, servername: 'wrong.test' }), 'ERR_TLS_CERT_ALTNAME_INVALID');
  assert.match(await connect({ servername: 'localhost' }), /SELF_SIGNED|UNABLE_TO/);
});

test('Redis lets each user do only its own work', () => {
  const a = accounts(one);
  const as = (user, ...args) => spawnSync('redis-cli', ['-s', a.redis_socket, '--user', user, '--no-auth-warning', ...args], {
    encoding: 'utf8', env: { ...process.env, REDISCLI_AUTH: readFileSync(path.join(a.data, `etc/redis-${user}.password`), 'utf8').trim() } }).stdout.trim();
  const nobody = spawnSync('redis-cli', ['-s', a.redis_socket, 'get', 'one:ver'], { encoding: 'utf8' }).stdout;
  assert.match(nobody, /NOAUTH|NOPERM/);
  assert.equal(as('web', 'set', 'one:s:test', '1', 'EX', '5'), 'OK');
  for (const [user, ...args] of [['web', 'hset', 'one:o:plans', 'basic', 'x'], ['web', 'incr', 'one:ver'], ['web', 'eval', "return redis.call('HSET', KEYS[1], 'a', 'b')", '1', 'one:o:customers'],
    ['web', 'hgetall', 'one:ok:demo'], ['web', 'xadd', 'one:o:audit:demo', '*', 'who', 'me'], ['ctl', 'hgetall', 'one:ok:demo'], ['gate', 'hset', 'one:ok:demo', 'a', 'b'], ['gate', 'hset', 'one:o:accounts:demo', 'a', 'b'],
    ...['web', 'gate'].flatMap((u) => [[u, 'xrange', 'one:log:demo', '-', '+'], [u, 'xtrim', 'one:log:demo', 'MAXLEN', '0'], [u, 'del', 'one:log:demo'], [u, 'hgetall', 'one:stat:demo:19700101'], [u, 'xadd', 'one:o:log:demo', '*', 'a', 'b']]),
    ['admin', 'del', 'one:log:demo'], ['web', 'set', 'two:s:x', '1'], ['web', 'keys', '*'], ['web', 'flushall'], ['web', 'config', 'get', '*'],
    ['gate', 'set', 'one:ver', '1'], ['gate', 'get', 'one:s:test'], ['ctl', 'get', 'one:s:test'], ['ctl', 'get', 'one:u:alice@demo.test:keys'], ['admin', 'get', 'one:u:alice@demo.test:keys']])
    assert.match(as(user, ...args), /NOPERM/, `${user} ${args.join(' ')}`);
  for (const [user, ...args] of [['web', 'hgetall', 'one:o:customers'], ['gate', 'hgetall', 'one:o:customers'], ['admin', 'hgetall', 'one:ok:demo'],
    ...['web', 'gate'].flatMap((u) => [[u, 'xadd', 'one:log:nobody', 'MAXLEN', '~', '1', '*', 'a', 'b'], [u, 'hincrby', 'one:stat:nobody:19700101', 'messages', '1'], [u, 'expire', 'one:stat:nobody:19700101', '1']]),
    ...['admin', 'ctl'].flatMap((u) => [[u, 'xrange', 'one:log:nobody', '-', '+'], [u, 'hgetall', 'one:stat:nobody:19700101']]),
    ['admin', 'hset', 'one:o:roles:nobody', 'a', 'b'], ['ctl', 'xrevrange', 'one:o:audit:demo', '+', '-', 'COUNT', '1']]) assert.doesNotMatch(as(user, ...args), /NOPERM|ERR/, `${user} ${args.join(' ')}`);
});

const runs = (service, env) => { // its pid, or null
  const line = script('status.sh', env).stdout.split('\n').find((l) => l.trim().startsWith(`${service} `));
  return /runs \(pid (\d+)\)/.exec(line)?.[1] ?? null;
};

test('what certificates name is asked from a network without an exit', { skip: spawnSync('unshare', ['--net', 'true']).status === 0 ? false : 'no network of its own can be made here' }, async () => {
  const pid = runs('fetch', one);
  assert.notEqual(readlinkSync(`/proc/${pid}/ns/net`), readlinkSync('/proc/self/ns/net'));
  assert.equal(readFileSync(`/proc/${pid}/net/fib_trie`, 'utf8'), '', 'it has no address, not even loopback');
  assert.match(script('up.sh', one).stdout, /Nothing leaves this machine/);
  const socket = path.join(realpathSync(one.DATA), 'run/fetch.sock');
  assert.equal((await fetchCall(socket, { kind: 'ping' })).status, 204);
  assert.equal((await fetchCall(socket, { kind: 'crl', url: 'http://11.1.2.3/x.crl' })).outcome, 'unreachable');
});

test('status says what runs, and fails unless all does', async () => {
  assert.equal(script('status.sh', one).status, 0);
  const nothing = script('status.sh', { ...two, DATA: path.join(dir, 'nothing') });
  assert.equal(nothing.status, 1);
  assert.doesNotMatch(nothing.all, /runs/);
  const pid = Number(runs('fetch', two));
  process.kill(pid, 'SIGKILL');
  for (let i = 0; i < 500 && existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')); i++) await new Promise((r) => { setTimeout(r, 10); });
  const rest = script('status.sh', two);
  assert.equal(rest.status, 1);
  assert.match(rest.all, /fetch +-/);
  assert.match(rest.all, /waxseald +runs/);
  assert.equal(script('up.sh', two).status, 0);
  assert.equal(script('status.sh', two).status, 0);
});

test('another configuration on running data is refused, a taken port is named', () => {
  const moved = script('up.sh', { ...one, PORT_BASE: String(base + 20) });
  assert.notEqual(moved.status, 0);
  assert.match(moved.all, /make stop first/);
  const taken = script('up.sh', { ...two, DATA: path.join(dir, 'three'), INSTANCE: 'three' });
  assert.notEqual(taken.status, 0);
  assert.match(taken.all, new RegExp(`port ${base + 10} is taken`));
  const bad = script('up.sh', { ...one, INSTANCE: 'Not A Name' });
  assert.match(bad.all, /INSTANCE is/);
});

test('stop ends every process of ours and no other; a second start keeps the data', async () => {
  const cli = (...args) => spawnSync('redis-cli', ['-s', accounts(two).redis_socket, '--user', 'ctl', '--no-auth-warning', ...args.slice(1)], { encoding: 'utf8', input: args[0],
    env: { ...process.env, REDISCLI_AUTH: readFileSync(path.join(accounts(two).data, 'etc/redis-ctl.password'), 'utf8').trim() } }).stdout;
  assert.match(cli('MULTI\nSET two:plan:kept yes\nINCR two:ver\nEXEC\n'), /OK/);
  const imap = await login(two, 'alice');
  await imap.append('INBOX', Buffer.from('Subject: kept\r\n\r\nkept\r\n'));
  imap.close();
  assert.ok(processesOf(two.DATA).length > 5);
  const sleeper = spawn('sleep', ['60']);
  writeFileSync(path.join(realpathSync(two.DATA), 'run/redis.pid'), `${sleeper.pid}\n`);
  const idFile = path.join(realpathSync(two.DATA), 'run/waxseald.id');
  if (!existsSync(idFile)) writeFileSync(idFile, `${sleeper.pid} 1@no-such-boot\n`);
  const stopped = script('down.sh', two);
  assert.equal(stopped.status, 0, stopped.all);
  assert.deepEqual(processesOf(two.DATA), []);
  assert.equal(sleeper.exitCode, null, 'a process that only stands in a pid file is left alone');
  sleeper.kill();
  assert.ok(processesOf(one.DATA).length > 5, 'the other instance runs on');
  assert.equal(script('down.sh', two).status, 0, 'stopping twice is no error');
  const again = script('up.sh', two);
  assert.equal(again.status, 0, again.all);
  const after = await login(two, 'alice');
  await after.select('INBOX');
  assert.equal((await after.search('SUBJECT kept')).length, 1);
  after.close();
  assert.match(cli('GET two:plan:kept\n'), /yes/, 'what a transaction wrote is there again');
});
