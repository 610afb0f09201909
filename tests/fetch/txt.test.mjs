// Texts of the DNS through waxseal-fetch, and a domain that proves by one whose it is. Inside tests/lib/netns.sh.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { closeAll, dnsServer, fetchCall, fetchDaemon, outside } from '../lib/netns.mjs';

const options = { skip: outside };
const top = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
let dns, daemon, dir, redis;
const ask = (name, more = {}) => fetchCall(daemon.socket, { kind: 'txt', url: `txt:${name}`, ...more });
// The name server of the test lives in this process, so nothing here may block it.
const ctl = (...args) => new Promise((resolve) => {
  execFile(path.join(top, process.env.BUILD ?? 'build', 'waxsealctl'), ['--config', path.join(dir, 'conf'), ...args, '--json'], { encoding: 'utf8' },
    (error, out) => resolve({ code: error?.code ?? 0, ...(out ? { json: JSON.parse(out) } : {}) }));
});

before(async () => {
  if (options.skip) return;
  dns = await dnsServer();
  daemon = await fetchDaemon();
  dir = mkdtempSync(path.join(tmpdir(), 'waxseal-txt-'));
  writeFileSync(path.join(dir, 'conf'), `[server]
instance = txt
listen = ${dir}/s
public_origin = http://localhost
static_dir = ${dir}
template_dir = ${dir}
redis_socket = ${dir}/redis.sock
host_key_file = ${dir}/key
trust_dir = ${dir}
[fetch]
socket = ${daemon.socket}
[domain *]
imap = imap://127.0.0.1:1
smtp = smtp://127.0.0.1:1
plan = basic
[plan basic]
smime = off
`);
  redis = spawn('redis-server', ['--port', '0', '--unixsocket', path.join(dir, 'redis.sock'), '--save', ''], { stdio: 'ignore' });
  while (!existsSync(path.join(dir, 'redis.sock'))) await new Promise((r) => { setTimeout(r, 10); });
});
after(async () => {
  await closeAll();
  redis?.kill('SIGKILL');
  if (dir) rmSync(dir, { recursive: true });
});

test('texts of a name: all of them, parts put together, nothing with a line feed in it', options, async () => {
  dns.setText('one.test', ['hello']);
  dns.setText('_many.test', ['v=spf1 -all', ['in ', 'two parts'], 'a\nb', 'x'.repeat(255), ['y'.repeat(255), 'y'.repeat(255), 'y'.repeat(255)]]);
  dns.setText('empty.test', []);
  assert.deepEqual((({ outcome, status, body }) => [outcome, status, String(body)])(await ask('one.test')), ['answered', 200, 'hello\n']);
  assert.equal(String((await ask('_many.test')).body), `v=spf1 -all\nin two parts\n${'x'.repeat(255)}\n`);
  for (const name of ['empty.test', 'nowhere.test']) assert.deepEqual((({ outcome, status }) => [outcome, status])(await ask(name)), ['answered', 404], name);
});

test('what is no name is not asked for; a server that is silent, cuts short or lies ends in time', options, async () => {
  const before = dns.asked.length;
  for (const name of ['', 'a..b', '.a', 'A.test', 'a b', 'a/b', 'ä.test', `${'a'.repeat(250)}.test`, 'a\n.test'])
    assert.ok(['refused', 'closed'].includes((await ask(name)).outcome), name);
  assert.equal(dns.asked.length, before);
  dns.setText('silent.test', null);
  assert.equal((await ask('silent.test')).outcome, 'unreachable');
  assert.ok(dns.asked.filter((q) => q === 'silent.test TXT').length <= 4);
  const reply = (f) => (question, at) => { const head = Buffer.from(question.subarray(0, 12)); head.fill(0, 8); return f(head, question.subarray(12, at + 5)); };
  const text = (length, bytes, count = 1) => reply((head, q) => { head.writeUInt16BE(0x8580, 2); head.writeUInt16BE(count, 6); return Buffer.concat([head, q, Buffer.from([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 0, length >> 8, length & 255]), Buffer.from(bytes)]); });
  dns.setText('truncated.test', reply((head, q) => { head.writeUInt16BE(0x8780, 2); return Buffer.concat([head, q]); }));
  dns.setText('overlong.test', text(400, [3, 97, 98, 99]));
  dns.setText('toomany.test', text(4, [3, 97, 98, 99], 9));
  dns.setText('inner.test', text(4, [200, 97, 98, 99]));
  for (const name of ['truncated.test', 'overlong.test', 'toomany.test']) assert.notEqual((await ask(name)).status, 200, name);
  assert.equal((await ask('inner.test')).status, 404, 'a part that is longer than its record is no text');
});

test('a domain is claimed, proved and then belongs to the organisation; another is not told whose it is', options, async () => {
  for (const args of [['customer', 'add', 'acme'], ['organisation', 'add', 'north', '--customer', 'acme'], ['organisation', 'add', 'south', '--customer', 'acme']]) assert.equal((await ctl(...args)).code, 0);
  const claim = (await ctl('domain', 'claim', 'acme.test', 'north')).json;
  assert.deepEqual([claim.name, claim.type], ['_waxseal.acme.test', 'TXT']);
  assert.match(claim.text, /^waxseal-verify=[0-9a-f]{32}$/);
  const rival = (await ctl('domain', 'claim', 'acme.test', 'south')).json;
  assert.notEqual(rival.text, claim.text);
  const verify = async (organisation) => { const r = await ctl('domain', 'verify', 'acme.test', organisation); return r.json.done ? 'done' : r.json.error.code; };
  assert.equal(await verify('north'), 'forbidden');
  dns.setText('_waxseal.acme.test', null);
  assert.equal(await verify('north'), 'source_unavailable');
  dns.setText('_waxseal.acme.test', ['something else', claim.text]);
  assert.equal(await verify('south'), 'forbidden', 'its own text is not there');
  assert.equal(await verify('north'), 'done');
  assert.deepEqual((({ organisation, proof }) => [organisation, proof])((await ctl('domain', 'show', 'acme.test')).json), ['north', 'dns']);
  dns.setText('_waxseal.acme.test', [rival.text]);
  const late = await ctl('domain', 'verify', 'acme.test', 'south');
  assert.equal(late.json.error.code, 'conflict');
  assert.doesNotMatch(JSON.stringify(late.json), /north/);
});
