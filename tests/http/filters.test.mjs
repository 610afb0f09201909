// Filters and vacation against the real Dovecot: what the editor says is what happens to arriving mail.
import assert from 'node:assert/strict';
import net from 'node:net';
import path from 'node:path';
import test from 'node:test';
import { Server } from '../lib/fastcgi.mjs';
import { account, eventually, instance, signedIn, top } from '../lib/instance.mjs';
import { deliver } from '../lib/lmtp.mjs';

const program = path.join(top, process.env.BUILD ?? 'build', 'waxseald');
const rule = (conditions, actions, more = {}) => ({ name: 'Test', enabled: true, match: 'all', conditions, actions, stop: false, ...more });
const off = { enabled: false, from: null, until: null, subject: '', text: '', days: 7, once: false, addresses: [] };
const c = await signedIn('dave');
test.after(async () => {
  const state = (await c.get('/api/v1/filters')).json;
  if (state.active) await c.put('/api/v1/filters', { rules: [], vacation: null, take_over: true });
  c.close();
});
const put = (rules, vacation = null, more = {}) => c.put('/api/v1/filters', { rules, vacation, take_over: true, ...more });

test('filters are offered with what the server can do', async () => {
  const { json } = await c.get('/api/v1/filters');
  assert.equal(json.supported, true);
  for (const x of ['fileinto', 'vacation', 'imap4flags', 'copy', 'date']) assert.ok(json.extensions.includes(x), x);
  assert.ok(['visual', 'foreign', 'changed'].includes(json.mode));
});

test('rules move, label and mark what arrives, in the order they stand in, and come back as they were', async () => {
  const name = `Ärger "${process.pid}"`;
  await c.post('/api/v1/folders', { path: name });
  const rules = [
    rule([{ field: 'subject', op: 'begins', value: '[a*b?\\"] ' }], [{ type: 'move', value: name }, { type: 'read' }, { type: 'label', value: 'Work' }], { stop: true }),
    rule([{ field: 'subject', op: 'contains', value: 'never' }], [{ type: 'discard' }], { enabled: false, name: 'off' }),
    rule([{ field: 'list', op: 'contains', value: 'news.example' }, { field: 'size', op: 'under', value: 100 }], [{ type: 'move', value: 'Archive' }]),
  ];
  const r = await put(rules);
  assert.equal(r.status, 200, r.text);
  assert.equal(r.json.mode, 'visual');
  assert.equal(r.json.active, 'waxseal');
  assert.deepEqual(r.json.rules, rules);
  assert.deepEqual((await c.get('/api/v1/filters')).json.rules, rules);
  const hit = await deliver(account('dave').address, '[a*b?\\"] hello');
  const miss = await deliver(account('dave').address, '[aXXbX never');
  const list = await deliver(account('dave').address, 'News', { headers: ['List-Id: All the news <news.example.test>'] });
  const folders = (await c.get('/api/v1/folders')).json.folders;
  const folder = folders.find((f) => f.path === name);
  const rows = async (f) => (await c.get(`/api/v1/folders/${f.id}/messages?offset=0&limit=50`)).json.messages;
  const row = await eventually(async () => (await rows(folder)).find((m) => m.message_id?.includes(hit)), 'moved');
  assert.ok(row.flags.includes('\\Seen') && row.flags.includes('Work'), JSON.stringify(row.flags));
  await eventually(async () => (await rows(folders.find((f) => f.role === 'inbox'))).some((m) => m.message_id?.includes(miss)), 'left in the inbox');
  await eventually(async () => (await rows(folders.find((f) => f.path === 'Archive'))).some((m) => m.message_id?.includes(list)), 'list mail archived');
});

test('vacation answers once, not to lists, and not outside its dates', async () => {
  const bob = await signedIn('bob');
  const inbox = (await bob.get('/api/v1/folders')).json.folders.find((f) => f.role === 'inbox');
  const mark = `Away ${process.pid}-${Date.now()}`;
  const answers = async () => (await bob.get(`/api/v1/folders/${inbox.id}/messages?offset=0&limit=100`)).json.messages.filter((m) => m.subject.includes(mark)).length;
  const vacation = { ...off, enabled: true, subject: mark, text: 'I am away.\n.\nBack "soon" \\o/ — bis bald.', once: true };
  assert.equal((await put([], { ...vacation, from: '2001-01-01', until: '2001-02-01' })).status, 200);
  await deliver(account('dave').address, 'are you there?', { from: account('bob').address });
  const set = await put([], { ...vacation, zone: '+0200', from: '2020-01-01' });
  assert.equal(set.status, 200, set.text);
  assert.equal(set.json.vacation.text, vacation.text);
  await deliver(account('dave').address, 'list', { headers: ['List-Id: <x.test>', 'Precedence: list'], from: account('bob').address });
  for (let i = 0; i < 2; i++) await deliver(account('dave').address, `are you there ${i}?`, { from: account('bob').address });
  await eventually(async () => (await answers()) > 0, 'the answer arrives', 40);
  // What follows in the same queue has arrived after any second answer would have.
  const after = await deliver(account('bob').address, `after ${mark.slice(5)}`);
  await eventually(async () => (await bob.get(`/api/v1/folders/${inbox.id}/messages?offset=0&limit=100`)).json.messages.some((m) => m.message_id?.includes(after)), 'later mail');
  assert.equal(await answers(), 1);
  bob.close();
});

test('a script that is not ours is shown, kept, and gives way only when told so', async () => {
  const mine = `mine ${process.pid} "\\`;
  const text = 'require ["fileinto"];\r\n# mine: "ä"\r\nif header :contains "subject" "x" { fileinto "Archive"; }\r\n';
  const bad = await c.put('/api/v1/filters', { name: mine, script: 'fileinto "x";\r\nif {', activate: true });
  assert.deepEqual([bad.status, bad.json.details.field], [422, 'script']);
  assert.match(bad.json.message, /line|error/i, 'the server\'s own words');
  assert.ok(!(await c.get('/api/v1/filters')).json.scripts.some((s) => s.name === mine), 'nothing was stored');
  const put1 = await c.put('/api/v1/filters', { name: mine, script: text, activate: true });
  assert.equal(put1.status, 200, put1.text);
  assert.deepEqual([put1.json.mode, put1.json.raw.name, put1.json.raw.script], ['foreign', mine, text]);
  const refused = await c.put('/api/v1/filters', { rules: [], vacation: null });
  assert.equal(refused.status, 409);
  assert.equal((await put([])).json.active, 'waxseal');
  const state = (await c.get('/api/v1/filters')).json;
  assert.ok(state.scripts.some((s) => s.name === mine && !s.active && !s.ours), 'kept');
  assert.equal((await c.put('/api/v1/filters', { active: mine })).json.mode, 'foreign');
  assert.equal((await c.put('/api/v1/filters', { active: null })).json.active, null);
  assert.equal((await c.put('/api/v1/filters', { active: 'not there' })).status, 404);
});

test('our script, changed by hand, is shown as text and not overwritten', async () => {
  await put([rule([{ field: 'subject', op: 'contains', value: 'x' }], [{ type: 'read' }])]);
  const s = await managesieve();
  const ours = await s.get('waxseal');
  await s.put('waxseal', ours.replace('"x"', '"y"'));
  const state = (await c.get('/api/v1/filters')).json;
  assert.equal(state.mode, 'changed');
  assert.match(state.raw.script, /:contains "subject" "y"/);
  assert.equal((await c.put('/api/v1/filters', { rules: [], vacation: null })).status, 409);
  assert.equal((await put([])).json.mode, 'visual');
});

test('two editors do not overwrite each other', async () => {
  const { version } = (await put([])).json;
  assert.equal((await c.put('/api/v1/filters', { rules: [rule([], [{ type: 'read' }])], vacation: null, version })).status, 200);
  assert.equal((await c.put('/api/v1/filters', { rules: [], vacation: null, version })).status, 409);
});

test('two who write a script as text do not overwrite each other', async () => {
  const name = `text-${process.pid}`;
  const first = await c.put('/api/v1/filters', { name, script: 'keep;\n', version: '', activate: true });
  assert.equal(first.status, 200, first.text);
  const { version } = first.json.raw;
  assert.equal((await c.put('/api/v1/filters', { name, script: 'stop;\n', version: '' })).status, 409, 'it is there already');
  assert.equal((await c.put('/api/v1/filters', { name, script: '# one\nkeep;\n', version })).status, 200);
  const late = await c.put('/api/v1/filters', { name, script: '# two\nkeep;\n', version });
  assert.equal(late.status, 409, late.text);
  assert.match((await c.get('/api/v1/filters')).json.raw.script, /# one/);
  assert.equal((await put([])).json.mode, 'visual');
});

test('mail is sent to another address from now on only with the password; what was so before needs none', async () => {
  const { password } = account('dave');
  const forward = (to, more) => rule([{ field: 'subject', op: 'contains', value: 'nobody writes this' }], [{ type: 'forward', value: to }], more);
  const asked = (r, field = 'password') => assert.deepEqual([r.status, r.json.code, r.json.details.field], [422, 'invalid', field], r.text);
  await put([]);
  asked(await put([forward('elsewhere@x.test')]));
  asked(await put([forward('elsewhere@x.test')], null, { password: 'wrong' }));
  assert.deepEqual((await c.get('/api/v1/filters')).json.rules, [], 'nothing was stored');
  const set = await put([forward('elsewhere@x.test')], null, { password });
  assert.deepEqual([set.status, set.json.rules?.length], [200, 1], set.text);
  // The same address in another rule, another order, off: no need. On again, or another address: yes.
  assert.equal((await put([rule([], [{ type: 'read' }]), forward('elsewhere@x.test', { name: 'renamed' })])).status, 200);
  asked(await put([forward('elsewhere@x.test'), forward('more@x.test')]));
  assert.equal((await put([forward('elsewhere@x.test', { enabled: false })])).status, 200);
  asked(await put([forward('elsewhere@x.test')]));
  // As text: stored or used, also where nobody can tell what it does; what is no script is said before anything is asked.
  const name = `sends-${process.pid}`;
  for (const script of ['redirect "elsewhere@x.test";', 'require "copy"; /* */ REDIRECT :copy "elsewhere@x.test";', 'require "variables"; set "a" "elsewhere@x.test"; redirect "${a}";', 'require "include"; include "other";'])
    for (const activate of [false, true]) asked(await c.put('/api/v1/filters', { name, script, activate }));
  assert.equal((await c.put('/api/v1/filters', { name, script: 'redirect "x', activate: true })).json.details.field, 'script');
  assert.ok(!(await c.get('/api/v1/filters')).json.scripts.some((s) => s.name === name));
  // One that another program has put there is used only with the password, and then it may be changed.
  const program = await managesieve();
  await program.put(name, 'redirect "elsewhere@x.test";');
  asked(await c.put('/api/v1/filters', { active: name }));
  assert.equal((await c.put('/api/v1/filters', { active: name, password })).json.active, name);
  assert.equal((await c.put('/api/v1/filters', { name, script: '# mine\nredirect "elsewhere@x.test";', activate: true })).status, 200);
  assert.equal((await put([forward('elsewhere@x.test')])).status, 200, 'the script in use did so already');
  assert.equal((await put([])).json.mode, 'visual');
});

test('values with quotes, line ends and commands stay values', async () => {
  for (const value of ['"; discard; #', '\\"; stop; discard;', '${hex:22}', '*/ discard; /*', 'text:', '"\\']) {
    const rules = [rule([{ field: 'subject', op: 'is', value }], [{ type: 'move', value: 'Archive' }], { name: value })];
    const r = await put(rules, { ...off, enabled: true, subject: value, text: value });
    assert.equal(r.status, 200, `${value}: ${r.text}`);
    assert.deepEqual(r.json.rules, rules);
  }
  for (const value of ['a\r\nb', 'a\u0000b', 'a\u007fb']) { // JSON with NUL is no JSON here
    const status = value.includes('\u0000') ? 400 : 422;
    assert.equal((await put([rule([{ field: 'subject', op: 'is', value }], [{ type: 'keep' }])])).status, status);
    assert.equal((await put([rule([], [{ type: 'move', value }])])).status, status);
    assert.equal((await c.put('/api/v1/filters', { name: value, script: 'keep;' })).status, status);
  }
  assert.equal((await put(Array.from({ length: 101 }, () => rule([], [{ type: 'keep' }])))).json.details.field, 'rules');
  assert.equal((await c.put('/api/v1/filters', {})).status, 422);
  const kept = await deliver(account('dave').address, 'still delivered');
  const inbox = (await c.get('/api/v1/folders')).json.folders.find((f) => f.role === 'inbox');
  await eventually(async () => (await c.get(`/api/v1/folders/${inbox.id}/messages?offset=0&limit=50`)).json.messages.some((m) => m.message_id?.includes(kept)), 'nothing was discarded');
});

// A peer that answers what it is told to.
async function liar(script) {
  const heard = [];
  const server = net.createServer((s) => {
    s.on('error', () => undefined);
    s.write(script.greeting ?? '"IMPLEMENTATION" "x"\r\n"SASL" "PLAIN"\r\n"SIEVE" "fileinto vacation"\r\n"VERSION" "1.0"\r\nOK\r\n');
    s.on('data', (d) => {
      heard.push(String(d));
      for (const [word, answer] of Object.entries(script.answers ?? {})) if (String(d).startsWith(word)) { if (answer === null) s.destroy(); else s.write(answer); }
    });
  });
  await new Promise((r) => server.listen(0, '127.0.0.1', r));
  return { port: server.address().port, heard, close: () => new Promise((r) => server.close(r)) };
}

test('a filter server that is away, lies or falls silent costs a sentence and no more', async () => {
  const dave = account('dave');
  for (const [what, script, statuses] of [
    ['garbage', { greeting: '\u0001\u0002\r\n' }, [422, 502, 503]],
    ['no PLAIN', { greeting: '"SASL" "GSSAPI"\r\nOK\r\n' }, [502]],
    ['refuses the password', { answers: { AUTHENTICATE: 'NO "no"\r\n' } }, [502]],
    ['says goodbye', { greeting: 'BYE "busy"\r\n' }, [503]],
    ['goes away', { answers: { AUTHENTICATE: null } }, [503]],
    ['claims a literal of 4 GiB', { answers: { AUTHENTICATE: 'OK\r\n', LISTSCRIPTS: '{4294967295}\r\n' } }, [413, 422, 502]],
    ['goes on for ever', { greeting: `"X" "${'y'.repeat(2_000_000)}` }, [413, 422, 502]],
    ['is silent', { greeting: '' }, [504]],
  ]) {
    const peer = await liar(script);
    const s = await Server.start(instance, program, { sieve: `sieve://127.0.0.1:${peer.port}`, request_timeout_ms: 2000 });
    const r = await s.request('POST', '/api/v1/signin', { json: { username: dave.address, password: dave.password } });
    assert.equal(r.status, 200, `${what}: ${r.text}`);
    const f = await s.request('GET', '/api/v1/filters');
    assert.ok(statuses.includes(f.status), `${what}: ${f.status} ${f.text}`);
    assert.ok(f.json.message.length > 5);
    assert.equal((await s.request('GET', '/api/v1/session')).status, 200, `${what}: the session lives`);
    await s.stop();
    await peer.close();
  }
});

async function managesieve() {
  const s = net.connect(instance.ports.sieve, '127.0.0.1');
  let buffer = '';
  let wake = () => undefined;
  s.on('data', (d) => { buffer += d.toString('latin1'); wake(); });
  const answer = async () => { while (!/^(OK|NO|BYE)[^\r\n]*\r\n$/m.test(buffer)) await new Promise((r) => { wake = r; }); const a = buffer; buffer = ''; return a; };
  const say = async (text) => { s.write(text); return answer(); };
  await answer();
  const d = account('dave');
  await say(`AUTHENTICATE "PLAIN" "${Buffer.from(`\0${d.address}\0${d.password}`).toString('base64')}"\r\n`);
  return {
    get: async (name) => { const a = await say(`GETSCRIPT "${name}"\r\n`); const [, n] = /^\{(\d+)\}\r\n/.exec(a); return a.slice(a.indexOf('\r\n') + 2).slice(0, Number(n)); },
    put: async (name, text) => { const a = await say(`PUTSCRIPT "${name}" {${text.length}+}\r\n${text}\r\n`); s.end(); if (!a.startsWith('OK')) throw new Error(a); },
  };
}
