// Rules by the administration's API: every example of the policy text decided exactly, stored and drafted rules, conflicts, mistakes with
// their place, who may, what one organisation sees of another.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { adminClient, adminReader, api, org } from '../lib/admin.mjs';
import { ctl, instance, redis, top } from '../lib/instance.mjs';
import { cases } from '../lib/policycases.mjs';
import { decide, normal } from '../lib/policyreference.mjs';

const ALICE = `alice@${instance.domain}`;
let walt, rita, dave, stored;
const rule = (id, more = {}) => ({ id, priority: 1, from: ['@managed'], to: ['*'], ...more });
const put = (who, document, version) => who.put(org('rules'), { ...document, ...(version === undefined ? {} : { version }) });
const ok = (r) => { assert.equal(r.status, 200, r.text); return r.json; };
const set = async (rules, more = {}) => ok(await put(walt, { rules, ...more })).version;
const mail = (more = {}) => ({ message: { authenticated: true, mail_from: ALICE, from: ALICE, to: ['pat@partner.example'], subject: 'x', ...more } });
const simulate = async (who, body) => ok(await who.post(org('rules/simulate'), body));
const passOf = (r, to = 'pat@partner.example') => r.decision.recipients[to].passes[0];

before(async () => {
  [walt, dave] = [await adminClient('walt'), await adminClient('dave')];
  rita = await adminReader('rita');
  const { version, ...rest } = ok(await walt.get(org('rules')));
  assert.equal(typeof version, 'number');
  stored = rest;
});
after(async () => {
  await put(walt, stored);
  for (const c of [walt, rita, dave]) c?.close();
});

/** copies, reports and the recipients in them are sets. */
function sorted(x) {
  for (const list of [x.copies, x.notify]) {
    for (const entry of list ?? []) entry.recipients?.sort();
    list?.sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
  }
  return x;
}
test('all examples of the policy text are decided exactly', async () => {
  const { examples } = JSON.parse(readFileSync(path.join(top, 'tests/fixtures/policy/examples.json'), 'utf8'));
  assert.ok(examples.length >= 81);
  for (const e of examples) {
    const { expect, ...given } = e;
    const { results } = ok(await dave.post(api('policy/evaluate'), given));
    assert.deepEqual(results.map((r) => r.id), [e.id]);
    assert.deepEqual(sorted(results[0].decision), sorted(expect), e.id);
  }
  const all = ok(await dave.post(api('policy/evaluate'), { schema: 'smime-policy-examples/1', examples: examples.map(({ expect, ...given }) => (void expect, given)) }));
  assert.equal(all.results.length, examples.length);
  assert.equal((await walt.post(api('policy/evaluate'), examples[0])).status, 403);
  // and some that nobody has written down, by the second evaluator
  const random = cases(7, 100);
  const { results } = ok(await dave.post(api('policy/evaluate'), { examples: random }));
  for (const [i, e] of random.entries()) assert.equal(normal(results[i].decision), normal(decide(e)), JSON.stringify(e));
});

test('stored rules decide what the command says, a draft in their place, and nothing is changed', async () => {
  const version = await set([rule('A', { sign: 'on', name: 'Sign' })]);
  const live = await simulate(rita, mail());
  assert.deepEqual([live.rules_version, passOf(live).rule, passOf(live).trace], [version, 'A', { A: 'selected' }]);
  const certs = [{ id: 'c', address: ALICE, usage: ['sign'], key: 'gateway', primary: true }], accounts = [{ address: ALICE, licence: 'active' }];
  assert.deepEqual(passOf(await simulate(rita, { ...mail(), certs, accounts })).actions.sign, { result: 'done', reason: 'ok', cert: 'c' });
  const draft = await simulate(rita, { ...mail(), document: { rules: [rule('A', { sign: 'on', enabled: false }), rule('B', { outbound: 'enforce' })] } });
  assert.deepEqual([draft.rules_version, passOf(draft).rule, passOf(draft).trace, draft.decision.recipients['pat@partner.example'].status], [null, 'B', { A: 'disabled', B: 'selected' }, '5.7.3']);
  assert.equal(ok(await rita.get(org('rules'))).version, version);
  // the same as the command line: one code
  assert.deepEqual(JSON.parse(ctl('rules', 'simulate', described(mail()))), (await simulate(dave, mail())).decision);
});
function described(body) {
  const file = path.join(instance.data, 'demo', 'simulate.json');
  writeFileSync(file, JSON.stringify(body));
  return file;
}

test('two who write at once: the second is told who changed what', async () => {
  const seen = await set([rule('A'), rule('B', { priority: 2 })]);
  ok(await put(dave, { rules: [rule('A', { name: 'Dave' }), rule('C')] }, seen));
  const r = await put(walt, { rules: [rule('A', { name: 'Walt' }), rule('B', { priority: 2 })] }, seen);
  assert.deepEqual([r.status, r.json.code], [409, 'conflict'], r.text);
  const c = r.json.details.conflict;
  assert.deepEqual([c.version, c.who, c.changes.map((x) => [x.field, x.before?.name ?? null, x.after?.name ?? null])], [seen + 1, `dave@${instance.domain}`, [['rules.A', null, 'Dave'], ['rules.B', null, null], ['rules.C', null, null]]]);
  assert.equal((await walt.post(org('rules/ops'), { ops: [{ op: 'delete', id: 'C' }], version: seen })).status, 409);
  assert.equal(ok(await walt.get(org('rules'))).rules.find((x) => x.id === 'A').name, 'Dave');
});

test('operations renumber as the policy text says, all of them or none', async () => {
  await set([rule('A', { name: 'kept' }), rule('B', { priority: 4 })]);
  const done = ok(await walt.post(org('rules/ops'), { ops: [{ op: 'create', rule: { id: 'N', from: ['*'], to: ['*'] } }, { op: 'move', id: 'B', priority: 'top' }, { op: 'enable', id: 'A', value: false }] }));
  assert.deepEqual(done.rules.map((r) => [r.id, r.priority, r.enabled ?? true, r.name ?? null]), [['A', 3, false, 'kept'], ['B', 1, true, null], ['N', 2, true, null]]);
  const r = await walt.post(org('rules/ops'), { ops: [{ op: 'delete', id: 'A' }, { op: 'move', id: 'gone', priority: 1 }] });
  assert.deepEqual([r.status, r.json.details?.field], [404, 'ops[1].id'], r.text);
  assert.equal(ok(await walt.get(org('rules'))).version, done.version);
});

test('every mistake in rule text is refused with its place, and nothing is kept', async () => {
  const version = await set([]);
  const bad = (more) => ({ rules: [rule('A'), rule('B', more)] });
  for (const [document, field] of [
    [bad({ encript: 'on' }), 'rules[1].encript'], [bad({ sign: 'maybe' }), 'rules[1].sign'], [bad({ sign: 'force' }), 'rules[1].sign'], [bad({ outbound: 'all' }), 'rules[1].outbound'], [bad({ priority: 0 }), 'rules[1].priority'],
    [bad({ from: ['*@x.test'] }), 'rules[1].from[0]'], [bad({ to: ['a.test', '@mananged'] }), 'rules[1].to[1]'], [bad({ exclude_to: [7] }), 'rules[1].exclude_to[0]'], [bad({ id: 'A' }), 'rules[1].id'], [bad({ id: '' }), 'rules[1].id'],
    [bad({ filter: { all: [{ field: 'subject', op: 'near', value: 'x' }] } }), 'rules[1].filter.all[0].op'], [bad({ filter: { any: [{ not: { field: 'color', op: 'equals', value: 'x' } }] } }), 'rules[1].filter.any[0].not.field'],
    [bad({ filter: { field: 'size', op: 'gt', value: 'big' } }), 'rules[1].filter.value'], [bad({ enabled: 'yes' }), 'rules[1].enabled'], [{ rulez: [] }, 'rulez'], [{ defaults: { sign: 'require ' } }, 'defaults.sign'], [{ triggers: { both: 'x' } }, 'triggers.both'],
    [{ datasets: { V: ['a', ''] } }, 'datasets.V[1]'], [{ datasets: { V: 'a' } }, 'datasets.V'], [{ rules: {} }, 'rules'],
  ]) {
    const r = await put(walt, document);
    assert.deepEqual([r.status, r.json.details?.field], [422, field], `${JSON.stringify(document)}: ${r.text}`);
    const s = await rita.post(org('rules/simulate'), { ...mail(), document });
    assert.deepEqual([s.status, s.json.details?.field], [422, `document.${field}`], s.text);
  }
  // an answer names each rule for each recipient: told before it is written
  const many = await rita.post(org('rules/simulate'), { ...mail({ to: Array.from({ length: 100 }, (_, i) => `p${i}@partner.example`) }), document: { rules: Array.from({ length: 5000 }, (_, i) => rule(`R${i}`)) } });
  assert.deepEqual([many.status, many.json.code], [413, 'too_large'], many.text.slice(0, 300));
  assert.match(many.json.message, /fewer recipients/);
  const r = await rita.post(org('rules/simulate'), mail({ auth: 'perhaps' }));
  assert.deepEqual([r.status, r.json.details?.field], [422, 'message.auth'], r.text);
  assert.equal(ok(await walt.get(org('rules'))).version, version);
});

test('warnings know accounts, of what is stored and of a draft', async () => {
  await set([rule('A', { priority: 1, outbound: 'none' }), rule('B', { priority: 2, outbound: 'none', to: ['x.test'] })]);
  const { warnings, complete } = ok(await rita.post(org('rules/check'), {}));
  assert.deepEqual([complete, warnings.map((w) => [w.rule, w.warning, w.by])], [true, [['B', 'hidden', 'A']]]);
  const draft = ok(await rita.post(org('rules/check'), { document: { rules: [rule('S', { sign: 'require' })] } }));
  const cannot = draft.warnings.find((w) => w.warning === 'cannot_sign');
  assert.ok(cannot && cannot.accounts.count > 0 && cannot.accounts.first.endsWith(`@${instance.domain}`), JSON.stringify(draft));
});

test('a reader looks and simulates, and changes nothing; of another organisation there is nothing', async () => {
  for (const [method, what, body] of [['PUT', 'rules', { rules: [] }], ['POST', 'rules/ops', { ops: [] }]]) assert.equal((await rita.request(method, org(what), { json: body })).status, 403, what);
  for (const [method, what, body] of [['GET', 'rules'], ['PUT', 'rules', { rules: [] }], ['POST', 'rules/ops', { ops: [] }], ['POST', 'rules/check', {}], ['POST', 'rules/simulate', mail()]]) {
    assert.equal((await walt.request(method, org(what, 'elsewhere'), body ? { json: body } : {})).status, 404, what);
  }
});

test('an organisation is told nothing of what another one would do', async () => {
  const other = 'rules-other', domain = 'rules-other.example';
  try {
    ctl('organisation', 'add', other, '--customer', 'demo');
    ctl('domain', 'attach', domain, other);
    await set([rule('A', { sign: 'on' })]);
    ok(await dave.put(org('rules', other), { rules: [rule('THEIRS', { from: ['*'], decrypt: 'force' })] }));
    const body = mail({ to: [`zoe@${domain}`] });
    const seen = (r) => r.decision.recipients[`zoe@${domain}`];
    const mine = await simulate(rita, body), all = await simulate(dave, body);
    assert.deepEqual([seen(mine).direction, seen(mine).passes.map((p) => p.org), JSON.stringify(mine).includes('THEIRS')], ['outbound', ['demo'], false]);
    assert.deepEqual([seen(all).direction, seen(all).passes.map((p) => p.rule)], ['outbound+inbound', ['A', 'THEIRS']]);
  } finally {
    ctl('domain', 'detach', domain);
    ctl('organisation', 'remove', other);
  }
});

test('a processed mail is found, explained, and decided again by the rules of today', async () => {
  const to = `log-${Date.now()}@partner.example`;
  const group = { recipients: [to], direction: 'outbound', rule: 'OLD', effective: { sign: 'require' }, from_rule: { sign: 'user' }, trace: { OLD: 'selected' }, actions: { sign: { result: 'satisfied', reason: 'already_signed' } }, outcome: 'deliver', status: '2.0.0' };
  const id = redis('web', 'XADD', `${instance.instance}:log:demo`, '*', 'message_id', `<${to}>`, 'source', 'web', 'from', ALICE, 'recipients', to, 'count', '1', 'direction', 'outbound', 'outcome', 'deliver', 'status', '2.0.0', 'rules', 'OLD', 'version', '1', 'groups', JSON.stringify([group])).trim();
  for (const filter of [{ address: to }, { message_id: to }, { address: to, status: 'deliver', direction: 'outbound', rule: 'OLD' }]) assert.deepEqual(ok(await rita.post(org('log/query'), filter)).entries.map((x) => x.id), [id], JSON.stringify(filter));
  assert.deepEqual(ok(await rita.post(org('log/query'), { address: to, status: 'reject' })).entries, []);
  assert.equal((await rita.post(org('log/query'), { status: 'fine' })).json.details.field, 'status');
  assert.deepEqual(ok(await rita.get(org(`log/${id}`))).groups, [group]);
  assert.equal((await rita.get(org(`log/${id}`, 'elsewhere'))).status, 404);
  assert.equal((await rita.get(org('log/1-1'))).status, 404);
  await set([rule('NOW', { sign: 'on' })]);
  const again = await simulate(rita, { log: id });
  assert.deepEqual([passOf(again, to).rule, passOf(again, to).actions.sign.reason, again.message.user, again.message.signed, again.assumed.includes('subject')], ['NOW', 'already_signed', { sign: true }, { result: 'valid' }, true]);
  assert.equal((await rita.post(org('rules/simulate'), { log: id, certs: [] })).status, 422);
});
