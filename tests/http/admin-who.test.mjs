// Who may do what at the administration: every route of its description, for everybody who may not.
import assert from 'node:assert/strict';
import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { AdminClient, adminClient, adminOrigin, adminReader, api, org } from '../lib/admin.mjs';
import { Client } from '../lib/http.mjs';
import { account, ctl, instance, redis, signedIn } from '../lib/instance.mjs';
import { codeAt, stepNow } from '../lib/totp.mjs';

const key = (what) => `${instance.instance}:${what}`;
const forget = (name) => ctl('role', 'totp-off', account(name).address);
let dave, olga, rita, walt, alice, bob, routes, snapshot;

// "other" is an organisation beside "demo": alice owns it, bob writes; neither has a second factor.
before(async () => {
  [dave, olga, walt] = [await adminClient('dave'), await adminClient('olga'), await adminClient('walt')];
  snapshot = (await dave.post(api('registry/export'), {})).json;
  const make = async (what, json) => assert.equal((await dave.post(what, json)).status, 200, what);
  await make(api('customers/set'), { id: 'other', add: true, patch: { name: 'Other', quota: 2 } });
  await make(api('organisations/set'), { id: 'other', add: true, patch: { customer: 'other', name: 'Other organisation' } });
  await make(org('domains/attach', 'other'), { domain: 'other.example' });
  for (const [name, role] of [['alice', 'owner'], ['bob', 'writer']]) await make(org('roles/set', 'other'), { name: account(name).address, role });
  [rita, alice, bob] = [await adminReader('rita'), await adminReader('alice'), await adminReader('bob')];
  const { paths } = (await dave.get(api('openapi.json'))).json;
  routes = Object.entries(paths).flatMap(([route, ops]) => Object.entries(ops).map(([method, op]) =>
    ({ method: method.toUpperCase(), route, act: op['x-waxseal-act'], scope: op.security.some((s) => s.token), op })));
});
after(async () => {
  const r = await dave.post(api('registry/import'), { document: snapshot });
  for (const c of [dave, olga, walt, rita, alice, bob]) c?.close();
  for (const name of ['alice', 'bob']) forget(name);
  assert.equal(r.status, 200, r.text);
});

const at = (route, o = 'demo') => `/api/admin/v1${route.replace('{o}', o).replace(/\{\w+\}/g, 'x')}`;
const ask = (c, { method, route, op }, options = {}, o) => c.request(method, at(route, o), { ...(op.requestBody?.content['application/json'] ? { json: {} } : {}), ...options });
const isOf = (r) => r.route.startsWith('/organisations/{o}/');
const least = { LOOK: 'reader', LOOK_STEP: 'reader', CHANGE: 'writer', CHANGE_STEP: 'writer', WHO_STEP: 'owner', OVERSEE: 'operator', OPERATE: 'operator', OPERATE_STEP: 'operator' };
const rank = ['reader', 'writer', 'owner', 'operator'];

test('the description names every route with who may', () => {
  assert.ok(routes.length > 45);
  for (const r of routes) assert.ok(['PUBLIC', 'SELF', ...Object.keys(least)].includes(r.act), r.route);
});

test('without a session, and with that of the mail client, there is nothing', async () => {
  const nobody = new Client(adminOrigin), mail = await signedIn('dave');
  const asMail = new Client(adminOrigin);
  asMail.cookies = mail.cookies;
  asMail.csrf = mail.csrf;
  for (const r of routes.filter((x) => x.act !== 'PUBLIC')) {
    for (const c of [nobody, asMail]) assert.equal((await ask(c, r)).status, 401, `${r.method} ${r.route}`);
  }
  const asAdmin = new Client(instance.origin);
  asAdmin.cookies = dave.cookies;
  assert.equal((await asAdmin.get('/api/v1/session')).status, 401);
  assert.equal((await asAdmin.get('/api/v1/folders')).status, 401);
  for (const c of [nobody, mail, asMail, asAdmin]) c.close();
});

test('a role that is too small is refused, whatever the second factor', async () => {
  for (const [c, role] of [[rita, 'reader'], [walt, 'writer'], [olga, 'owner']])
    for (const r of routes.filter((x) => least[x.act] && rank.indexOf(least[x.act]) > rank.indexOf(role))) {
      const a = await ask(c, r);
      assert.deepEqual([a.status, a.json?.code], [403, 'forbidden'], `${role} ${r.method} ${r.route}: ${a.text.slice(0, 200)}`);
    }
});

test('another organisation is not there, in either direction', async () => {
  for (const r of routes.filter(isOf)) {
    assert.equal((await ask(alice, r)).status, 404, `${r.method} ${r.route}`);
    assert.equal((await ask(olga, r, {}, 'other')).status, 404, `${r.method} ${r.route}`);
    assert.equal((await ask(dave, r, {}, 'no-such')).status, 404, `${r.method} ${r.route}`);
  }
  // nor by the back door: an address, a token's id, a domain of the other one
  assert.equal((await olga.post(org('accounts/set'), { address: 'eve@other.example', patch: {} })).status, 404);
  assert.equal((await olga.post(org('domains/release'), { domain: 'other.example' })).status, 404);
  assert.equal((await olga.post(org('accounts/add'), { address: 'eve@other.example' })).status, 404);
});

test('without a second factor a session only reads', async () => {
  for (const [c, role] of [[alice, 'owner'], [bob, 'writer']])
    for (const r of routes.filter((x) => isOf(x) && rank.indexOf(least[x.act]) <= rank.indexOf(role) && x.act !== 'LOOK')) {
      const a = await ask(c, r, {}, 'other');
      assert.deepEqual([a.status, a.json?.code], [403, 'second_factor'], `${role} ${r.method} ${r.route}: ${a.text.slice(0, 200)}`);
    }
  assert.equal((await alice.get(org('overview', 'other'))).status, 200);
});

// The server's own key makes a mark that says: the code was given an hour ago.
function age(c, seconds) {
  const raw = Buffer.from([...c.cookies.values()][0], 'base64url');
  const name = key(`a:f:${createHash('sha256').update(raw.subarray(0, 16)).digest('hex')}`);
  const before = redis('admin', '--raw', 'GET', name);
  const since = /"since":"([^"]*)"/.exec(before)[1];
  const value = JSON.stringify({ since, at: Math.floor(Date.now() / 1000) - seconds });
  const host = readFileSync(path.join(instance.data, 'etc/admin.key'));
  const info = Buffer.concat([Buffer.from([0, 5]), Buffer.from(`store${instance.instance}`)]);
  const mac = createHmac('sha256', Buffer.from(hkdfSync('sha256', host, Buffer.alloc(32), info, 32))).update(`${name.length}:${name}${value}`).digest();
  const hex = [...Buffer.concat([mac, Buffer.from(value)])].map((b) => `\\x${b.toString(16).padStart(2, '0')}`).join('');
  return { write: (kept) => redisSet(name, kept ?? hex), name };
}
const redisSet = (name, hex) => redis('admin', 'EVAL', `return redis.call('SET', KEYS[1], (string.gsub(ARGV[1], '\\\\x(..)', function(h) return string.char(tonumber(h, 16)) end)))`, '1', name, hex);

test('what is grave wants a code of the last ten minutes', async () => {
  assert.equal(age(olga, 3600).write().trim(), 'OK');
  const { json: session } = await olga.get(api('session'));
  assert.deepEqual([session.second_factor, session.fresh_until], [true, null]);
  for (const r of routes.filter((x) => isOf(x) && /_STEP$/.test(x.act) && least[x.act] !== 'operator')) {
    const a = await ask(olga, r);
    assert.deepEqual([a.status, a.json?.code], [403, 'step_up'], `${r.method} ${r.route}: ${a.text.slice(0, 200)}`);
  }
  assert.equal((await olga.post(org('accounts/set'), { address: 'no@demo.test', patch: {} })).status, 404); // CHANGE goes on
  assert.equal((await olga.post(api('stepup'), { code: '000000' })).status, 422);
  await olga.stepUp();
  assert.equal((await olga.post(org('domains/release'), { domain: 'no.example' })).status, 404);
  // a mark the server did not write is none: refused, and not taken for a fresh one
  const { name } = age(olga, 0);
  redisSet(name, Buffer.from(`${'x'.repeat(32)}{"since":"2026-01-01T00:00:00Z","at":9999999999}`).toString('hex').replace(/../g, '\\x$&'));
  assert.equal((await olga.post(org('accounts/set'), { address: 'no@demo.test', patch: {} })).status, 422);
  await olga.stepUp();
});

test('a change needs the token and our own origin', async () => {
  for (const options of [{ csrf: false }, { csrf: 'A'.repeat(43) }, { origin: instance.origin }, { origin: 'https://evil.example' }]) {
    for (const what of [api('signout'), org('accounts/query'), org('accounts/set')]) {
      const r = await olga.post(what, {}, options);
      assert.deepEqual([r.status, r.json.code], [403, 'csrf'], `${what} ${JSON.stringify(options)}`);
    }
  }
  const nobody = new Client(adminOrigin), { address, password } = account('rita');
  assert.equal((await nobody.post(api('signin'), { username: address, password }, { origin: instance.origin })).status, 403);
  const r = await nobody.post(api('signin'), { username: address, password });
  assert.match(r.headers['set-cookie'][0], new RegExp(`^__Host-waxseal-admin-${instance.instance}=[\\w-]{64}; Path=/; Secure; HttpOnly; SameSite=Strict$`));
  nobody.close();
});

test('who has no role is not told from a wrong password, and a role that is taken counts at once', async () => {
  const c = new Client(adminOrigin), { address, password } = account('erin');
  const [right, wrong] = [await c.post(api('signin'), { username: address, password }), await c.post(api('signin'), { username: address, password: 'wrong' })];
  assert.deepEqual([right.status, right.json], [wrong.status, wrong.json]);
  assert.equal(right.json.code, 'wrong_password');
  assert.equal((await dave.post(org('roles/set', 'other'), { name: address, role: 'reader' })).status, 200);
  const session = await c.post(api('signin'), { username: address, password });
  assert.equal(session.status, 200, session.text);
  assert.deepEqual(session.json.organisations.map((o) => [o.id, o.role]), [['other', 'reader']]);
  assert.deepEqual([session.json.may_write, session.json.operator, session.json.second_factor], [false, false, false]);
  c.csrf = session.json.csrf;
  assert.equal((await c.get(org('overview', 'other'))).status, 200);
  assert.equal((await dave.post(org('roles/set', 'other'), { name: address, role: null })).status, 200);
  assert.equal((await c.get(org('overview', 'other'))).status, 404);
  c.close();
});

test('failed sign-ins count for both hosts', async () => {
  const admin = new Client(adminOrigin), mail = new Client(instance.origin);
  const name = { username: `nobody-${Date.now()}@demo.test`, password: 'wrong' }; // nobody's, and not the last run's
  const tries = await Promise.all([...Array(10)].map((_, i) => (i % 2 ? admin.post(api('signin'), name) : mail.post('/api/v1/signin', name))));
  assert.ok(tries.every((r) => r.status === 401));
  for (const r of [await admin.post(api('signin'), name), await mail.post('/api/v1/signin', name)]) {
    assert.equal(r.status, 429);
    assert.ok(Number(r.headers['retry-after']) > 0);
  }
  admin.close();
  mail.close();
});

test('the second factor: each code once, recovery codes once, never off; removed, it ends what its sessions may write', async () => {
  const { address, password } = account('alice'), c = new AdminClient('alice');
  const signIn = (code) => c.post(api('signin'), { username: address, password, ...(code ? { code } : {}) });
  await c.signIn();
  assert.equal((await c.post(api('totp'), { action: 'start', password: 'wrong' })).status, 422);
  const { secret, uri } = (await c.post(api('totp'), { action: 'start', password })).json;
  assert.match(uri, /^otpauth:\/\/totp\/Waxseal%20Admin:/);
  const code = codeAt(secret, stepNow());
  const { recovery } = (await c.post(api('totp'), { action: 'confirm', code })).json;
  assert.equal(recovery.length, 10);
  assert.equal((await c.get(api('session'))).json.second_factor, true);
  const other = new AdminClient('alice');
  const tell = async (r) => `${r.status} ${r.json.code ?? 'fine'}`;
  assert.equal(await tell(await signIn()), '401 code_needed');
  assert.equal(await tell(await signIn(code)), '401 wrong_code');
  assert.equal(await tell(await other.post(api('signin'), { username: address, password: 'wrong', code: recovery[0] })), '401 wrong_password');
  const again = await other.post(api('signin'), { username: address, password, code: recovery[0] });
  assert.deepEqual([again.status, again.json.second_factor], [200, true]);
  other.csrf = again.json.csrf;
  assert.equal(await tell(await signIn(recovery[0])), '401 wrong_code');
  assert.equal((await other.post(api('totp'), { action: 'off', password, code: recovery[1] })).status, 422);
  assert.equal((await other.post(org('accounts/set', 'other'), { address: 'no@other.example', patch: {} })).status, 404);
  forget('alice');
  assert.equal(await tell(await other.post(org('accounts/set', 'other'), { address: 'no@other.example', patch: {} })), '403 second_factor');
  // the mail client's second factor is another one
  assert.equal((await (await signedIn('alice')).get('/api/v1/totp')).json.on, false);
  c.close();
  other.close();
});

test('a token may what its scopes say, in its organisation, until it is removed', async () => {
  const areas = ['accounts', 'certificates', 'licences', 'rules', 'log', 'audit', 'organisation'];
  const make = (name, scopes, expires = '2027-06-01') => olga.post(org('tokens'), { name, scopes, expires });
  const all = (await make('who-all', areas.map((a) => `${a}:write`))).json, look = (await make('who-look', ['accounts:read'])).json;
  assert.match(all.token, /^wxs_[\w-]{43}$/);
  for (const [fields, field] of [[['x', ['accounts:all'], undefined], 'scopes'], [['x', []], 'scopes'], [['x', ['log:read'], '2020-01-01'], 'expires'], [['x', ['log:read'], '2036-01-01'], 'expires'], [['X Y', ['log:read']], 'name']]) {
    const r = await make(...fields);
    assert.deepEqual([r.status, r.json.details.field], [422, field]);
  }
  assert.equal((await make('who-all', ['log:read'])).status, 409);
  const c = new Client(adminOrigin);
  const headers = { Authorization: `Bearer ${all.token}` }, looking = { Authorization: `Bearer ${look.token}` };
  for (const r of routes.filter((x) => x.act !== 'PUBLIC')) {
    if (!r.scope) assert.equal((await ask(c, r, { headers })).status, 403, `${r.method} ${r.route}`);
    if (isOf(r) && r.scope) assert.equal((await ask(c, r, { headers }, 'other')).status, 404, `${r.method} ${r.route}`);
    const area = /Scope of a token: (\w+)/.exec(r.op.description)?.[1];
    if (isOf(r) && r.scope && (area !== 'accounts' || r.act !== 'LOOK')) assert.equal((await ask(c, r, { headers: looking })).status, 403, `${r.method} ${r.route}`);
  }
  assert.equal((await c.post(org('accounts/query'), {}, { headers: looking, origin: null })).status, 200);
  assert.equal((await c.post(org('accounts/set'), { address: 'no@demo.test', patch: {} }, { headers })).status, 404);
  assert.equal((await olga.post(org('accounts/query'), {}, { headers })).status, 401); // a cookie beside it
  for (const bad of ['', 'Basic eDp5', `Bearer ${all.token}x`, `Bearer wxs_${'A'.repeat(43)}`]) assert.equal((await c.post(org('accounts/query'), {}, { headers: { Authorization: bad } })).status, 401, bad);
  const rows = (await olga.get(org('tokens'))).json.rows;
  assert.ok(rows.find((t) => t.name === 'who-all').last_used);
  assert.ok(!JSON.stringify(rows).includes(all.token));
  assert.equal((await olga.post(org('audit/query'), { what: 'token who-all' })).json.entries[0].who, account('olga').address);
  // ended: told by the list, and good for nothing
  const field = redis('admin', '--raw', 'HGET', key('o:tokens'), look.id).trim();
  redis('admin', 'HSET', key('o:tokens'), look.id, field.replace(/"expires":"[^"]*"/, '"expires":"2026-01-02T00:00:00Z"'));
  assert.equal((await c.post(org('accounts/query'), {}, { headers: looking })).status, 401);
  assert.equal((await alice.delete(org(`tokens/${all.id}`))).status, 404);
  for (const t of [all, look]) assert.equal((await olga.delete(org(`tokens/${t.id}`))).status, 200);
  assert.equal((await c.post(org('accounts/query'), {}, { headers })).status, 401);
  c.close();
});

test('a token by the command line, for all organisations: the same, and told apart in the audit', async () => {
  const { id, token } = JSON.parse(ctl('token', 'make', 'who-ctl', '2027-06-01', 'organisation:write', 'accounts:write', '--json'));
  const c = new Client(adminOrigin), headers = { Authorization: `Bearer ${token}` };
  try {
    assert.equal((await c.get(org('domains', 'other'), { headers })).status, 200);
    assert.equal((await c.post(org('accounts/add', 'other'), { address: 'eve@other.example' }, { headers })).status, 200);
    assert.equal((await alice.post(org('audit/query', 'other'), { what: 'account eve@other.example' })).json.entries[0].who, 'token:all/who-ctl');
    assert.equal((await c.get(org('licences'), { headers })).status, 403);
    assert.ok(JSON.parse(ctl('token', 'list', '--json')).some((t) => t.id === id));
    assert.ok(!JSON.parse(ctl('token', 'list', 'demo', '--json')).some((t) => t.id === id));
  } finally { ctl('token', 'remove', id); }
  assert.equal((await c.get(org('domains', 'other'), { headers })).status, 401);
  c.close();
});

test('the web client\'s Redis user reaches nothing of the administration', () => {
  const denied = (...args) => assert.match(redis('web', ...args), /NOPERM/, args.join(' '));
  for (const name of ['a:s:x', 'a:f:x', 'a:u:dave@demo.test:totp', 'a:t:x']) {
    denied('GET', key(name));
    denied('SET', key(name), 'x');
  }
  for (const name of ['o:operators', 'o:roles:demo', 'o:tokens', 'o:accounts:demo', 'o:licences:demo', 'o:rules:demo']) denied('HSET', key(name), 'x', 'y');
  denied('XADD', key('o:audit:demo'), '*', 'a', 'b');
  denied('HGET', key('ok:demo'), 'x');
  assert.match(redis('admin', 'GET', key('u:alice@demo.test:settings')), /NOPERM/);
  assert.match(redis('admin', 'GET', key('s:x')), /NOPERM/);
});
