// Trust roots and renaming by the administration's API: who may, what is refused with its field, and what is left when it failed.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { adminClient, adminReader, org } from '../lib/admin.mjs';
import { Authority } from '../lib/authority.mjs';
import { ctl } from '../lib/instance.mjs';

const OLD = 'roots-old@demo.test', NEW = 'roots-new@demo.test';
const house = new Authority('The house CA of the administration'), other = new Authority('Another house CA');
const file = (...paths) => Buffer.concat(paths.map((p) => readFileSync(p))).toString('base64');
let olga, walt, rita;
const quietly = (...args) => { try { ctl(...args); } catch { /* it is not there */ } };

before(async () => {
  [olga, walt, rita] = [await adminClient('olga'), await adminClient('walt'), await adminReader('rita')];
  ctl('account', 'add', OLD);
  house.issue('leaf', 'leaf@house.example');
});
after(() => {
  for (const r of JSON.parse(ctl('trust', 'list', 'demo', '--json'))) quietly('trust', 'remove', 'demo', r.fingerprint);
  for (const a of [OLD, NEW]) quietly('account', 'remove', a);
  for (const c of [olga, walt, rita]) c?.close();
  for (const a of [house, other]) a.close();
});

test('an owner trusts authorities, everybody of the organisation sees them, nobody else changes them', async () => {
  const add = (who, f) => who.post(org('roots/add'), { file: f });
  assert.deepEqual((await rita.get(org('roots'))).json.roots, []);
  for (const who of [walt, rita]) assert.equal((await add(who, file(house.file('ca.pem')))).status, 403);
  const made = await add(olga, file(house.file('ca.pem')));
  assert.equal(made.status, 200, made.text);
  const [root] = made.json.roots;
  assert.deepEqual([root.fingerprint, root.source, root.status], [house.fingerprint('ca'), 'upload', 'valid']);
  assert.deepEqual((await rita.get(org('roots'))).json, made.json);

  const refused = async (f) => { const r = await add(olga, f); return [r.status, r.json.details?.field]; };
  assert.deepEqual(await refused(file(house.file('leaf.pem'))), [422, 'ca']);
  assert.deepEqual(await refused(file(house.file('ca.pem'), house.file('leaf.pem'))), [422, 'ca']);
  assert.deepEqual(await refused(Buffer.from('none').toString('base64')), [422, 'file']);
  assert.deepEqual(await refused(file(house.file('leaf.key'))), [422, 'file']);
  assert.deepEqual((await rita.get(org('roots'))).json, made.json);

  const put = (f, version) => olga.put(org('roots'), { file: f, version });
  const stale = await put('', made.json.version + 1);
  assert.deepEqual([stale.status, stale.json.details.field], [409, 'version']);
  const both = await put(file(house.file('ca.pem'), other.file('ca.pem')), made.json.version);
  assert.equal(both.json.roots.length, 2, both.text);
  assert.equal((await olga.post(org('roots/remove'), { fingerprint: other.fingerprint('ca').slice(0, 10) })).json.roots.length, 1);
  assert.deepEqual((await put('', undefined)).json.roots, []);
  const { entries } = (await olga.post(org('audit/query'), { what: `root ${house.fingerprint('ca')}`, limit: 5 })).json;
  assert.deepEqual(entries.map((x) => [x.who, x.before === null, x.after === null]), [['olga@demo.test', false, true], ['olga@demo.test', true, false]]);
});

test('an owner renames a mailbox; what is in the way is named, and nothing is half done', async () => {
  const rename = (who, json) => who.post(org('accounts/rename'), json);
  assert.equal((await rename(walt, { address: OLD, to: NEW })).status, 403);
  for (const [json, status, field] of [[{ address: OLD, to: 'alice@demo.test' }, 409, 'to'], [{ address: OLD, to: 'x@elsewhere.test' }, 403, 'to'], [{ address: 'nobody-here@demo.test', to: NEW }, 404, 'address'], [{ address: OLD, to: 'none' }, 422, 'to'],
    [{ address: 'dave@demo.test', to: NEW }, 403, 'roles']]) {
    const r = await rename(olga, json);
    assert.deepEqual([r.status, r.json.details?.field], [status, field], r.text);
  }
  const done = await rename(olga, { address: OLD, to: NEW });
  assert.equal(done.status, 200, done.text);
  assert.deepEqual([done.json.account.address, done.json.account.renamed_from, done.json.account.from], [NEW, OLD, [OLD]]);
  const found = (await rita.post(org('accounts/query'), { text: 'roots-' })).json.rows;
  assert.deepEqual(found.map((a) => [a.address, a.renamed_from]), [[NEW, OLD]]);
});
