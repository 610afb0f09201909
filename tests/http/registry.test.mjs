// The registry and the running workers: a change counts from the next request on, whichever process on whichever socket
// answers it; what it costs in questions to Redis; a suspended account; outbound limits.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { Server } from '../lib/fastcgi.mjs';
import { Client } from '../lib/http.mjs';
import { account, ctl, eventually, imapOf, instance, signedIn, top } from '../lib/instance.mjs';
import { composeBody } from '../lib/keyring.mjs';
import { RedisProxy } from '../lib/redisproxy.mjs';

const program = path.join(top, process.env.BUILD ?? 'build', 'waxseald');
const bob = account('bob');
const plans = async (servers) => Promise.all(servers.map(async (s) => (await s.get('/api/v1/session')).json.plan));

async function two(changes, f) {
  const servers = [];
  try {
    for (let i = 0; i < 2; i++) servers.push(await Server.start(instance, program, { processes: '1', ...changes }));
    for (const s of servers) await s.signIn(bob.address, bob.password);
    await f(servers);
  } finally {
    for (const s of servers) await s.stop();
  }
}

test('after a change no request is answered by the old version: two servers on two sockets, 24 changes', async () => {
  try {
    await two({}, async (servers) => {
      for (let i = 0; i < 24; i++) {
        const plan = i % 2 ? 'enterprise' : 'basic';
        if (i % 3 === 0) ctl('customer', 'set', 'demo', '--plan', plan);
        else if (i % 3 === 1) ctl('user', 'set', bob.address, plan);
        else ctl('domain', 'set', instance.domain, plan);
        if (i % 3 === 2) ctl('user', 'set', bob.address, 'default');
        const want = i % 3 === 0 ? null : plan;
        // No waiting: the command has ended, so it counts.
        const got = await plans(servers);
        if (want) assert.deepEqual(got, [want, want], `change ${i}`);
        else assert.equal(got[0], got[1], `change ${i}`);
      }
      ctl('domain', 'set', instance.domain, 'default');
      for (const plan of ['basic', 'enterprise']) {
        ctl('customer', 'set', 'demo', '--plan', plan);
        assert.deepEqual(await plans(servers), [plan, plan]);
      }
      ctl('plan', 'set', 'enterprise', 'smime', 'off');
      for (const s of servers) assert.equal((await s.get('/api/v1/smime/keys')).status, 403);
      ctl('plan', 'set', 'enterprise', 'smime', 'on');
      for (const s of servers) assert.equal((await s.get('/api/v1/smime/keys')).status, 200);
    });
  } finally {
    ctl('plan', 'set', 'enterprise', 'smime', 'on');
    ctl('user', 'set', bob.address, 'default');
    ctl('domain', 'set', instance.domain, 'default');
    ctl('customer', 'set', 'demo', '--plan', 'enterprise');
  }
});

test('what an account may do is asked with the session; after a change once more, and by which version its organisation\'s roots are kept', async () => {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'waxseal-proxy-'));
  const proxy = await RedisProxy.start(path.join(dir, 's'), instance.redis_socket);
  const server = await Server.start(instance, program, { processes: '1', threads: '1', redis_socket: proxy.socket });
  try {
    await server.signIn(bob.address, bob.password);
    const ask = () => proxy.during(async () => assert.equal((await server.get('/api/v1/smime/keys')).status, 200));
    await ask();
    const warm = await ask();
    ctl('plan', 'set', 'basic', 'smime', 'on'); // somebody else's plan: everything is asked anew
    const cold = await ask();
    ctl('plan', 'set', 'basic', 'smime', 'off');
    assert.equal(warm.commands.includes('EVAL_RO'), false);
    assert.equal(cold.commands.filter((c) => c === 'EVAL_RO').length, 1);
    assert.equal(cold.trips - warm.trips, 2, `${cold.trips} round trips after a change, ${warm.trips} else`);
    console.log(`# ${warm.trips} round trips a request (${warm.commands.join(' ')}), ${cold.trips} after a change`);
  } finally {
    ctl('plan', 'set', 'basic', 'smime', 'off');
    await server.stop();
    await proxy.close();
    rmSync(dir, { recursive: true });
  }
});

test('a suspended account: its session ends, the right password says why, others go on', async () => {
  const erin = account('erin');
  const running = await signedIn('erin'), beside = await signedIn('alice');
  try {
    assert.equal((await running.get('/api/v1/session')).status, 200);
    ctl('account', 'set', erin.address, '--state', 'suspended');
    assert.equal((await running.get('/api/v1/session')).status, 401);
    assert.equal((await beside.get('/api/v1/session')).status, 200);
    const fresh = new Client(instance.origin);
    const right = await fresh.post('/api/v1/signin', { username: erin.address, password: erin.password });
    assert.deepEqual([right.status, right.json.code], [403, 'forbidden']);
    assert.match(right.json.message, /suspended/);
    const wrong = await fresh.post('/api/v1/signin', { username: erin.address, password: 'not it' });
    assert.deepEqual([wrong.status, wrong.json.code], [401, 'wrong_password'], 'who does not know the password learns nothing');
    ctl('account', 'set', erin.address, '--state', 'active');
    assert.equal((await running.get('/api/v1/session')).status, 200, 'the session was never away');
  } finally {
    ctl('account', 'set', erin.address, '--state', 'active');
    running.close();
    beside.close();
  }
});

test('outbound limits: recipients at once before anything is signed, messages an hour; what is refused stays a draft', async () => {
  const erin = account('erin'), c = await signedIn('erin'), bobs = await imapOf('bob');
  const to = (...names) => names.map((n) => ({ name: '', address: `${n}@demo.test` }));
  const body = (more) => ({ submission: randomUUID(), from: { name: '', address: erin.address }, to: to('bob'), cc: [], bcc: [], reply_to: [], subject: `Limit ${randomUUID()}`, text: 'x', html: null,
    in_reply_to: null, references: null, mode: 'none', may_encrypt: false, signer: null, attachments: [], ...more });
  const prepare = (b) => c.request('POST', '/api/v1/compose/prepare', composeBody(b, []));
  const finish = (ticket) => c.post('/api/v1/compose/finish', { ticket, signature: null, content_key: null });
  const arrived = async (subject) => { await bobs.select('INBOX'); return (await bobs.search(`SUBJECT "${subject}"`)).length; };
  try {
    ctl('account', 'set', erin.address, '--outbound-recipients', '2');
    const wide = body({ cc: to('alice'), bcc: to('carol') });
    const refused = await prepare(wide);
    assert.deepEqual([refused.status, refused.json.code, refused.json.details.field], [422, 'invalid', 'to']);
    assert.match(refused.json.message, /2 recipients.*these are 3/);
    assert.equal((await c.request('POST', '/api/v1/compose/draft', composeBody(wide, []))).status, 200, 'a draft may have them');
    assert.equal((await prepare(body({ cc: to('alice') }))).status, 200);
    // Nothing an hour: nothing was counted for erin before, and nothing has to be waited for afterwards.
    ctl('account', 'set', erin.address, '--outbound-per-hour', '0');
    const none = body(), ticket = (await prepare(none)).json.ticket;
    const late = await finish(ticket);
    assert.deepEqual([late.status, late.json.code], [429, 'throttled']);
    assert.match(late.json.message, /still a draft/);
    assert.ok(Number(late.headers['retry-after']) > 0);
    ctl('account', 'set', erin.address, '--outbound-per-hour', 'none', '--outbound-recipients', 'none');
    const again = await prepare(none);
    assert.equal(again.status, 200, again.text);
    assert.equal((await finish(again.json.ticket)).json.status, 'sent');
    await eventually(() => arrived(none.subject), 'it arrives');
    assert.equal(await arrived(none.subject), 1, 'once: the refused one never left');
    const much = await prepare(wide);
    assert.equal((await finish(much.json.ticket)).json.status, 'sent');
  } finally {
    ctl('account', 'set', erin.address, '--outbound-per-hour', 'none', '--outbound-recipients', 'none');
    c.close();
    bobs.close();
  }
});
