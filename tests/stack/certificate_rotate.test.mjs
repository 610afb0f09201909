// waxsealctl keyd rotate: keys of mailboxes, of one that waits for its certificate and of an authority are sealed with a newer master
// key, can be stopped in the middle, and open without the old one afterwards; a key that no certificate names is told.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { TestIssuer, table, zip } from '../lib/bulk.mjs';
import { call, keyDaemon, newMaster } from '../lib/keyd.mjs';
import { endBed, registryBed, startRedis, writeConfig } from '../lib/registrybed.mjs';

const top = path.join(import.meta.dirname, '../..');
const program = path.join(top, process.env.BUILD ?? 'build', 'waxsealctl');
const bed = registryBed('rotate');
const { at } = bed;
const masters = [newMaster(), newMaster()], N = 8;
let redis;
const redisCli = (...args) => spawnSync('redis-cli', ['-s', at('redis.sock'), ...args], { encoding: 'utf8' }).stdout.trim();
const ctl = (...args) => new Promise((resolve) => { execFile(program, ['--config', at('waxseal.conf'), ...args], { encoding: 'utf8' }, (error, out, err) => resolve({ code: error?.code ?? 0, out, err })); });
async function json(...args) {
  const r = await ctl(...args, '--json');
  return { code: r.code, ...JSON.parse(r.out) };
}
const configure = (admin) => writeConfig(bed, 'waxseal.conf', { instance: 'rot', admin });
const counts = (r) => [r.keys, r.current, r.resealed, r.left, r.finished];

before(async () => {
  redis = await startRedis(bed);
  const agent = await keyDaemon({ masters: masters.slice(0, 1) });
  configure(agent.admin);
  const issuer = new TestIssuer(), list = Array.from({ length: N }, (_, i) => issuer.mailbox(`u${i}@acme.test`, 'x'));
  writeFileSync(at('registry.json'), JSON.stringify({ schema: 'waxseal-registry/1', customers: { c: { quota: 1 } }, organisations: { acme: { customer: 'c' }, apex: { customer: 'c' } }, domains: { 'acme.test': { organisation: 'acme', proof: 'operator' } }, accounts: { acme: Object.fromEntries(list.map((m) => [m.address, {}])) }, certificates: {} }));
  assert.equal((await ctl('registry', 'import', at('registry.json'))).code, 0);
  writeFileSync(at('a.zip'), zip([['t.csv', table(list.map((m, i) => ({ address: m.address, file: `${i}`, passphrase: 'x' })))], ...list.map((m, i) => [`${i}`, m.p12])]));
  assert.equal((await json('certificate', 'import', 'acme', at('a.zip'))).done, N);
  assert.equal((await ctl('authority', 'create', 'acme', '--algorithm', 'p256')).code, 0);
  assert.equal((await ctl('certificate', 'request', 'acme', 'u0@acme.test', '--algorithm', 'p256', '--out', at('csr.pem'))).code, 0);
});
after(() => endBed(bed, redis));

test('counted first; stopped in the middle; run again it ends; then the old master key is not needed', async () => {
  const agent = await keyDaemon({ masters });
  let asked = 0, meet = () => true;
  const door = net.createServer({ allowHalfOpen: true }, (s) => {
    s.on('error', () => {});
    if (!meet(++asked)) return s.destroy();
    const inner = net.connect({ path: agent.admin, allowHalfOpen: true });
    inner.on('error', () => {});
    s.pipe(inner).pipe(s);
    return undefined;
  });
  await new Promise((resolve) => { door.listen(at('door.sock'), resolve); });
  configure(at('door.sock'));
  const all = N + 2;
  try {
    const stored = () => redisCli('HVALS', 'rot:ok:acme').split('\n').sort();
    const before = stored();
    assert.deepEqual(counts(await json('keyd', 'rotate', '--check')), [all, 0, 0, all, true]);
    assert.deepEqual(stored(), before);

    asked = 0;
    meet = (n) => n <= 1 + 2 * 3; // the ping, then two calls a key: gone at the fourth key
    const gone = await json('keyd', 'rotate');
    assert.deepEqual([gone.code, ...counts(gone), gone.stopped], [1, all, 0, 3, all - 3, false, 'key_agent_unavailable']);
    assert.equal(gone.organisations[0].faults[0].code, 'key_agent_unavailable');
    meet = () => true;
    const done = await json('keyd', 'rotate', 'acme');
    assert.deepEqual([done.code, ...counts(done)], [0, all, 3, all - 3, 0, true]);
  } finally { door.close(); }
  configure(agent.admin);
  assert.deepEqual(counts(await json('keyd', 'rotate')), [all, all, 0, 0, true]);
  assert.match((await ctl('keyd', 'rotate')).out, /Older master keys can be removed/);
  assert.equal((await json('keyd', 'rotate', 'nobody')).error.details.field, 'organisation');

  // an agent that has the new master key alone opens every one, for its own mailbox only
  const later = await keyDaemon({ masters: masters.slice(1) });
  configure(later.admin);
  const list = JSON.parse((await ctl('certificate', 'list', 'acme', '--json')).out);
  for (const c of list) {
    const sealed = Buffer.from(redisCli('HGET', 'rot:ok:acme', c.key), 'base64'), place = ['mailbox', 'acme', c.address, c.key, sealed];
    assert.equal((await call(later.admin, 'reseal', [...place, c.address])).result, 'done');
    assert.notEqual((await call(later.admin, 'reseal', [...place.with(2, 'other@acme.test'), c.address])).result, 'done');
  }
  assert.equal(list.length, N);
  assert.equal((await ctl('authority', 'renew', 'acme')).code, 0); // the authority's key works, too
});

test('a key that no certificate and no request names is told, and counts as left', async () => {
  const id = 'ab'.repeat(32);
  redisCli('HSET', 'rot:ok:apex', id, redisCli('HVALS', 'rot:ok:acme').split('\n')[0]);
  const newest = await keyDaemon({ masters: [masters[1], newMaster()] });
  configure(newest.admin);
  const r = await json('keyd', 'rotate');
  assert.deepEqual([r.code, r.keys, r.resealed, r.left], [1, N + 3, N + 2, 1]);
  assert.deepEqual(r.organisations.find((o) => o.organisation === 'apex').faults.map((f) => [f.key, f.code]), [[id, 'not_found']]);
  assert.match((await ctl('keyd', 'rotate')).out, /No certificate and no request names it/);
});
