// The registry by HTTP: what is answered is what is described, changes that meet, many at once, the last seats.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { adminClient, adminOrigin, api, org } from '../lib/admin.mjs';
import { Client } from '../lib/http.mjs';
import { account, ctl, instance, redis } from '../lib/instance.mjs';
import { fault, lostReferences } from '../lib/jsonschema.mjs';

let dave, olga, description, snapshot;
const box = (n) => `box-${String(n).padStart(2, '0')}@demo.test`;

before(async () => {
  [dave, olga] = [await adminClient('dave'), await adminClient('olga')];
  snapshot = (await dave.post(api('registry/export'), {})).json;
  description = (await dave.get(api('openapi.json'))).json;
});
after(async () => {
  const r = await dave.post(api('registry/import'), { document: snapshot });
  dave.close();
  olga.close();
  assert.equal(r.status, 200, r.text);
});

// A request, and its answer held against the description.
async function call(c, method, route, json, { status = 200, id = 'demo' } = {}) {
  const r = await c.request(method, `/api/admin/v1${route.replace('{o}', id)}`, json === undefined ? {} : { json });
  const op = description.paths[route]?.[method.toLowerCase()];
  assert.ok(op, `${method} ${route} is described`);
  assert.equal(r.status, status, `${method} ${route}: ${r.text.slice(0, 300)}`);
  const { schemas } = description.components;
  const answer = op.responses[status === 200 ? '200' : 'default'].content['application/json'].schema;
  assert.equal(fault(answer, r.json, schemas), null, `${method} ${route}`);
  if (json !== undefined && status === 200) assert.equal(fault(op.requestBody.content['application/json'].schema, json, schemas), null, `request of ${method} ${route}`);
  return r.json;
}
const O = '/organisations/{o}';
const post = (route, json, options) => call(olga, 'POST', O + route, json, options);
const get = (route, options) => call(olga, 'GET', O + route, undefined, options);

test('the description is whole: no lost reference, ids once, an answer for every route', () => {
  assert.equal(description.openapi, '3.1.0');
  assert.deepEqual(lostReferences(description), []);
  const ops = Object.values(description.paths).flatMap((p) => Object.values(p));
  assert.equal(new Set(ops.map((o) => o.operationId)).size, ops.length);
  for (const o of ops) assert.ok(o.summary && o.responses.default && o.responses['200'], o.operationId);
  for (const [route, methods] of Object.entries(description.paths))
    for (const op of Object.values(methods))
      assert.deepEqual(op.parameters.filter((p) => p.in === 'path').map((p) => p.name), [...route.matchAll(/\{(\w+)\}/g)].map((m) => m[1]), route);
});

test('what can be read answers as described', async () => {
  for (const route of ['/session', '/sessions', '/totp', '/customers', '/organisations', '/plans', '/operators', '/tokens']) await call(dave, 'GET', route);
  for (const route of ['/overview', '/licences', '/domains', '/roles', '/tokens']) await get(route);
  await call(dave, 'POST', '/organisations/query', { text: 'DEMO' });
  await post('/audit/query', { limit: 3 });
  await call(dave, 'POST', '/audit/query', { limit: 3 });
  const { mail } = await get('/overview');
  assert.equal(mail.length, 30);
});

test('mailboxes: added, changed, found, sorted, removed; what others changed meanwhile is told', async () => {
  const one = await post('/accounts/add', { address: box(1), name: 'Zoë Zimmer' });
  assert.equal(one.account.version, 1);
  await post('/accounts/add', { address: box(1) }, { status: 409 });
  await post('/accounts/add', { address: 'x@elsewhere.example' }, { status: 404 });
  await post('/accounts/add', { address: 'No Address' }, { status: 422 });
  assert.equal((await post('/accounts/set', { address: box(1), patch: { nonsense: 1 } }, { status: 422 })).details.field, 'nonsense');
  await call(dave, 'POST', `${O}/accounts/set`, { address: box(1), patch: { name: 'Zoë Zucker' }, version: 1 });
  const told = (await post('/accounts/set', { address: box(1), patch: { name: 'Zoë Zirkel' }, version: 1 }, { status: 409 })).details.conflict;
  assert.deepEqual([told.version, told.who, told.changes], [2, 'dave@demo.test', [{ field: 'name', before: 'Zoë Zimmer', after: 'Zoë Zucker' }]]);
  await post('/accounts/set', { address: box(1), patch: { name: 'Zoë Zirkel', state: 'suspended' }, version: told.version });
  const found = await post('/accounts/query', { text: 'ZIRKEL', state: 'suspended', certificate: 'none', licence: 'inactive', domain: 'demo.test' });
  assert.deepEqual(found.rows.map((r) => [r.address, r.name, r.version]), [[box(1), 'Zoë Zirkel', 3]]);
  const names = (await post('/accounts/query', { sort: 'name', descending: true })).rows.map((r) => r.name);
  assert.deepEqual(names, [...names].sort().reverse());
  assert.equal((await post('/accounts/query', { sort: 'colour' }, { status: 422 })).details.field, 'sort');
  assert.equal((await post('/accounts/query', { limit: 501 }, { status: 422 })).details.field, 'limit');
  const entry = (await post('/audit/query', { what: 'account', text: 'zirkel', who: 'olga@demo.test', limit: 1 })).entries[0];
  assert.deepEqual([entry.what, entry.before.name, entry.after.name], [`account ${box(1)}`, 'Zoë Zucker', 'Zoë Zirkel']);
  await post('/accounts/remove', { address: box(1), version: 2 }, { status: 409 });
  await post('/accounts/remove', { address: box(1) });
  assert.equal((await post('/accounts/query', { text: box(1) })).total, 0);
});

test('what the command line changed is on the next page of every worker', async () => {
  for (let i = 0; i < 6; i++) {
    ctl('account', 'set', 'erin@demo.test', '--name', `Erin ${i}`);
    const rows = await Promise.all([...Array(4)].map(() => post('/accounts/query', { text: 'erin@' })));
    for (const r of rows) assert.equal(r.rows[0].name, `Erin ${i}`);
  }
});

test('one act on many: each has its result, in the order of the request', async () => {
  for (let n = 2; n < 6; n++) await post('/accounts/add', { address: box(n) });
  const bulk = (act, more) => post('/accounts/bulk', { act, ...more });
  const mixed = await bulk('suspend', { addresses: [box(3), 'nobody@demo.test', box(2), 'eve@elsewhere.example'] });
  assert.deepEqual(mixed.rows.map((r) => [r.address, r.ok, r.code ?? r.result]),
    [[box(3), true, 'changed'], ['nobody@demo.test', false, 'not_found'], [box(2), true, 'changed'], ['eve@elsewhere.example', false, 'not_found']]);
  assert.deepEqual([mixed.done, mixed.failed], [2, 2]);
  assert.equal((await bulk('resume', { filter: { state: 'suspended', text: 'box-' } })).done, 2);
  assert.equal((await post('/accounts/query', { state: 'suspended' })).total, 0);
  assert.equal((await bulk('plan', { filter: { text: 'box-' }, value: 'no-such-plan' })).failed, 4);
  const refused = await bulk('plan', { filter: { text: 'box-' }, value: 'basic' }); // the contract's is enterprise
  assert.deepEqual([refused.failed, refused.rows[0].code, refused.rows[0].field], [4, 'forbidden', 'plan']);
  assert.equal((await call(dave, 'POST', O + '/accounts/bulk', { act: 'plan', filter: { text: 'box-' }, value: 'basic' })).done, 4);
  await post('/accounts/bulk', { act: 'explode', addresses: [box(2)] }, { status: 422 });
  await post('/accounts/bulk', { act: 'suspend' }, { status: 422 });
  assert.equal((await post('/accounts/bulk', { act: 'suspend', addresses: [box(2), 'x'] }, { status: 422 })).details.field, 'addresses[1]');
  assert.equal((await bulk('remove', { filter: { text: 'box-' } })).done, 4);
});

test('what mailboxes may send: an organisation gives less than the operator allows, never more', async () => {
  const ceiling = (patch) => call(dave, 'POST', '/organisations/set', { id: 'demo', patch });
  const erin = (patch, options) => post('/accounts/set', { address: 'erin@demo.test', patch }, options);
  const configured = (await get('/record')).ceiling;
  try {
    await ceiling({ outbound_per_hour: 40_000 });
    assert.deepEqual((await get('/record')).ceiling, { ...configured, outbound_per_hour: 40_000 });
    const more = await erin({ outbound_per_hour: 40_001 }, { status: 422 });
    assert.deepEqual([more.code, more.details.field], ['invalid', 'outbound_per_hour']);
    assert.match(more.message, /At most 40000 messages/);
    assert.equal((await erin({ outbound_per_hour: 40_000 })).account.outbound_per_hour, 40_000);
    assert.equal((await post('/accounts/add', { address: box(9), outbound_per_hour: 50_000 }, { status: 422 })).details.field, 'outbound_per_hour');
    const own = await post('/record', { patch: { outbound_per_hour: null } }, { status: 403 });
    assert.deepEqual([own.code, own.details.field], ['forbidden', 'outbound_per_hour'], 'an owner leaves the ceiling where it is');
  } finally {
    await ceiling({ outbound_per_hour: null });
    await erin({ outbound_per_hour: null });
  }
  assert.deepEqual((await get('/record')).ceiling, configured);
});

test('"activate all" with two seats left gives two, and says who got none', async () => {
  const document = structuredClone(snapshot), seat = { organisation: 'demo', state: 'active', since: '2026-01-01T00:00:00Z' };
  Object.assign(document.customers.demo, { quota: 5, disabled: false });
  document.licences.demo = Object.fromEntries(['alice', 'bob', 'dave'].map((n) => [`${n}@demo.test`, seat]));
  await call(dave, 'POST', '/registry/import', { document });
  const all = await post('/licences/activate', { all: true });
  const by = (result) => all.rows.filter((r) => (r.result ?? r.code) === result).map((r) => r.address);
  assert.equal(by('activated').length, 2);
  assert.deepEqual(by('unchanged').sort(), ['alice@demo.test', 'bob@demo.test', 'dave@demo.test']);
  assert.deepEqual([all.done, all.failed, by('storage_full').length], [5, all.rows.length - 5, all.rows.length - 5]);
  const full = await get('/licences');
  assert.deepEqual([full.free, full.warnings[0].code, full.forecast.days_left], [0, 'no_seat_left', 0]);
  // taken back they stay counted for 14 days, and come back without a further seat
  await post('/licences/deactivate', { addresses: by('activated') });
  const pending = await get('/licences');
  assert.deepEqual([pending.pending, pending.free, pending.frees[0].seats], [2, 0, 2]);
  assert.equal((await post('/accounts/query', { licence: 'revoke_pending' })).total, 2);
  assert.equal((await post('/licences/activate', { addresses: by('activated') })).done, 2);
});

test('twenty at once for one seat: one gets it', async () => {
  await call(dave, 'POST', '/customers/set', { id: 'demo', patch: { quota: 6 } });
  const tries = await Promise.all([...Array(20)].map((_, i) => post('/licences/activate', { addresses: [['erin', 'olga', 'rita', 'walt', 'carol'][i % 5] + '@demo.test'] })));
  assert.equal(tries.filter((r) => r.rows[0].result === 'activated').length, 1);
  const now = await get('/licences');
  assert.deepEqual([now.quota, now.used, now.free], [6, 6, 0]);
});

test('domains: claimed, not proved, not taken from others; the last owner stays', async () => {
  const claim = await post('/domains/claim', { domain: 'Claimed.example' });
  assert.deepEqual([claim.domain, claim.name], ['claimed.example', '_waxseal.claimed.example']);
  assert.match(claim.text, /^waxseal-verify=[0-9a-f]{32}$/);
  assert.equal((await get('/domains')).claims.find((c) => c.domain === 'claimed.example').text, claim.text);
  await post('/domains/claim', { domain: 'demo.test' }, { status: 409 });
  await post('/domains/release', { domain: 'demo.test' }, { status: 409 }); // it has mailboxes
  await call(dave, 'POST', `${O}/domains/attach`, { domain: 'spare.example' });
  assert.ok((await get('/domains')).rows.some((d) => d.domain === 'spare.example' && d.proof === 'operator'));
  await post('/domains/release', { domain: 'spare.example' });
  assert.equal((await post('/roles/set', { name: 'olga@demo.test', role: 'reader' }, { status: 422 })).details.field, 'role');
  assert.equal((await post('/roles/set', { name: 'erin@demo.test', role: 'operator' }, { status: 422 })).details.field, 'role');
  assert.equal((await call(dave, 'POST', '/operators/set', { name: 'dave@demo.test', operator: false }, { status: 422 })).details.field, 'name');
});

test('operators keep customers, organisations and plans; the whole goes out and comes back', async () => {
  const set = (what, json, options) => call(dave, 'POST', `/${what}/set`, json, options);
  await set('customers', { id: 'acme', add: true, patch: { name: 'Acme', plan: 'enterprise', quota: 10, valid_until: '2030-01-01T00:00:00Z' } });
  await set('customers', { id: 'acme', add: true, patch: {} }, { status: 409 });
  const own = await call(olga, 'POST', `${O}/record`, { patch: { name: 'Demo & friends' }, version: (await get('/record')).organisation.version });
  assert.equal(own.organisation.name, 'Demo & friends');
  assert.equal((await post('/record', { patch: { customer: 'acme' } }, { status: 422 })).details.field, 'customer');
  await post('/record', { patch: { name: 'Mine' }, version: 1 }, { status: 409 });
  await set('organisations', { id: 'acme-north', add: true, patch: { customer: 'acme', name: 'North' } });
  assert.equal((await set('organisations', { id: 'acme-south', add: true, patch: { customer: 'nobody' } }, { status: 404 })).code, 'not_found');
  await call(dave, 'POST', '/customers/remove', { id: 'acme' }, { status: 409 });
  const plans = await set('plans', { id: 'basic', patch: { smime: true } });
  assert.equal(plans.plan.smime, true);
  assert.equal((await call(dave, 'GET', '/plans')).rows.find((p) => p.id === 'basic').smime, true);
  const document = (await dave.post(api('registry/export'), {})).json;
  const wanted = structuredClone(document);
  delete wanted.plans.basic;
  delete wanted.organisations['acme-north'];
  const report = await call(dave, 'POST', '/registry/import', { document: wanted, dry_run: true });
  assert.deepEqual([report.added, report.removed], [0, 2]);
  assert.deepEqual((await dave.post(api('registry/export'), {})).json, document);
  // what belonged to the organisation goes along, and does not come back with another of its name
  const { token } = await call(dave, 'POST', `${O}/tokens`, { name: 'north', scopes: ['accounts:read'], expires: '2027-06-01T00:00:00Z' }, { id: 'acme-north' });
  const c = new Client(adminOrigin);
  const program = () => c.post(org('accounts/query', 'acme-north'), {}, { headers: { Authorization: `Bearer ${token}` } });
  assert.equal((await program()).status, 200);
  await call(dave, 'POST', '/registry/import', { document: wanted });
  assert.equal((await program()).status, 401);
  await set('organisations', { id: 'acme-north', add: true, patch: { customer: 'acme', name: 'North' } });
  assert.equal((await program()).status, 401);
  await call(dave, 'POST', '/organisations/remove', { id: 'acme-north' });
  c.close();
  await call(dave, 'POST', '/customers/remove', { id: 'acme' });
  await call(dave, 'POST', '/registry/import', { document: { schema: 'waxseal-registry/9' } }, { status: 422 });
});

test('an audit outlives its organisation, for operators; a later one of the same id begins anew', async () => {
  const id = 'demo-gone', all = (json, options) => call(dave, 'POST', '/audit/query', json, options);
  const kept = async () => (await call(dave, 'GET', '/audits')).rows.find((x) => x.organisation === id);
  await call(dave, 'POST', '/organisations/set', { id, add: true, patch: { customer: 'demo', name: 'Gone' } });
  await call(dave, 'POST', '/audits/remove', { organisation: id }, { status: 409 });
  await call(dave, 'POST', '/organisations/remove', { id });
  assert.deepEqual([(await kept()).name, typeof (await kept()).ended, (await kept()).entries], [null, 'string', 2]);
  const before = await all({ organisation: id, limit: 10 });
  assert.deepEqual(before.entries.map((e) => [e.what, e.after === null]), [[`organisation ${id}`, true], [`organisation ${id}`, false]]);
  await call(olga, 'POST', '/audit/query', { organisation: id, limit: 10 }, { status: 403 });
  await call(dave, 'POST', '/audits/remove', { organisation: id });
  assert.equal(await kept(), undefined);
  assert.equal((await all({ organisation: id, limit: 10 })).entries.length, 0);
  assert.equal((await all({ what: `audit ${id}`, limit: 1 })).entries.length, 1);
  await call(dave, 'POST', '/audits/remove', { organisation: id }, { status: 404 });
});

test('a later organisation of the same id sees no mail of the earlier one: not by search, id, simulation or count', async () => {
  const id = `past-${Date.now()}`, as = { id }, gone = { id, status: 404 };
  const begin = () => call(dave, 'POST', '/organisations/set', { id, add: true, patch: { customer: 'demo', name: 'Past' } });
  const log = (at) => redis('web', 'XADD', `${instance.instance}:log:${id}`, at, 'message_id', '<m@x>', 'source', 'web', 'from', 'a@past.test', 'recipients', 'b@partner.example', 'count', '1', 'direction', 'outbound', 'outcome', 'deliver', 'status', '2.0.0', 'rules', '-', 'version', '1', 'groups', '[]').trim();
  const found = async (who, more = {}) => (await call(who, 'POST', `${O}/log/query`, { limit: 10, ...more }, as)).entries.map((x) => x.id);
  const counted = async (who) => (await call(who, 'GET', `${O}/overview`, undefined, as)).mail.reduce((n, day) => n + day.messages, 0);
  await begin();
  const old = log('*');
  redis('web', 'HINCRBY', `${instance.instance}:stat:${id}:${new Date().toISOString().slice(0, 10).replaceAll('-', '')}`, 'messages', '7');
  await call(dave, 'POST', '/organisations/remove', { id });
  const { ended } = (await call(dave, 'GET', '/audits')).rows.find((x) => x.organisation === id);
  await begin();
  ctl('role', 'give', account('olga').address, 'reader', id);
  assert.deepEqual([await found(dave), await counted(dave)], [[old], 7]);
  assert.deepEqual([await found(olga), await found(olga, { from: '2026-01-01T00:00:00Z' }), await counted(olga)], [[], [], 0]);
  assert.equal((await dave.get(org(`log/${old}`, id))).status, 200);
  assert.equal((await olga.get(org(`log/${old}`, id))).status, 404);
  await call(olga, 'POST', `${O}/rules/simulate`, { log: old }, gone);
  const own = log(`${Date.parse(ended) + 3600_000}-0`);
  assert.deepEqual([await found(olga), await found(olga, { before_id: own })], [[own], []]);
  assert.equal((await olga.get(org(`log/${own}`, id))).status, 200);
  await call(dave, 'POST', '/organisations/remove', { id });
  await call(dave, 'POST', '/audits/remove', { organisation: id });
});

test('the page is the same at every place, closed by its policy, and speaks to nobody else', async () => {
  const c = new Client(adminOrigin);
  for (const place of ['/', '/o/demo/mailboxes', '/system', '/settings']) {
    const r = await c.get(place);
    assert.equal(r.status, 200, place);
    const policy = r.headers['content-security-policy'];
    for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "require-trusted-types-for 'script'"]) assert.ok(policy.includes(part), part);
    assert.ok(!/unsafe|blob: ?script|https?:/.test(policy), policy);
    assert.equal(r.headers['x-content-type-options'], 'nosniff');
  }
  assert.equal((await c.get('/mail/')).status, 404);
  assert.equal((await c.get('/api/v1/session')).status, 404);
  assert.notEqual(new URL(adminOrigin).origin, new URL(instance.origin).origin);
  c.close();
});
