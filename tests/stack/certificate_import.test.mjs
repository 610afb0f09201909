// waxsealctl certificate import: a table and its files with every mistake in it, by the real key agent and a private Redis. What is
// said of each row is exact, a check says the same and writes nothing, and what is cut off in the middle can be brought again.
import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { TestIssuer, bulk, differences, fingerprint, pem, table, zip } from '../lib/bulk.mjs';
import { keyDaemon } from '../lib/keyd.mjs';
import { endBed, registryBed, startRedis, writeConfig } from '../lib/registrybed.mjs';
import { passphraseNeedles, search } from '../lib/secrets.mjs';

const top = path.join(import.meta.dirname, '../..');
const program = path.join(top, process.env.BUILD ?? 'build', 'waxsealctl');
const bed = registryBed('import');
const { at } = bed;
const seen = [];
let redis, agent;

// never waits in place: the agent's log is read meanwhile
async function ctl(config, ...args) {
  const r = await new Promise((resolve) => { execFile(program, ['--config', at(config), ...args], { encoding: 'utf8', maxBuffer: 1 << 26 }, (error, out, err) => resolve({ code: error?.code ?? 0, out, err })); });
  seen.push({ where: `the output of ${args.slice(0, 2).join(' ')}`, bytes: Buffer.from(r.out + r.err) });
  return r;
}
async function json(...args) {
  const r = await ctl('waxseal.conf', ...args, '--json');
  return { code: r.code, ...JSON.parse(r.out) };
}
const redisCli = (...args) => spawnSync('redis-cli', ['-s', at('redis.sock'), ...args], { encoding: 'latin1' }).stdout.trim();
const certificates = () => Number(redisCli('HLEN', 'imp:o:certificates:acme'));
const importOf = (archive, ...more) => { writeFileSync(at('a.zip'), archive); return json('certificate', 'import', 'acme', at('a.zip'), ...more); };
const refusedAs = async (archive) => { const r = await importOf(archive); return [r.error?.code, r.error?.details.field, r.error?.message]; };
const addAccounts = async (accounts) => {
  writeFileSync(at('registry.json'), JSON.stringify({ schema: 'waxseal-registry/1', customers: { c: { quota: 1 } }, organisations: { acme: { customer: 'c' } }, domains: { 'acme.test': { organisation: 'acme', proof: 'operator' } }, accounts: { acme: Object.fromEntries(accounts.map((a) => [a, {}])) }, certificates: {} }));
  assert.equal((await ctl('waxseal.conf', 'registry', 'import', at('registry.json'))).code, 0);
};
const configure = (name, admin) => writeConfig(bed, name, { instance: 'imp', admin, gate: agent.gate });

/** Says it is 300 MB. */
function bomb() {
  const z = zip([['t.csv', 'address,file\n'], ['big', 'x']]), at = z.lastIndexOf('PK\x01\x02');
  z.writeUInt32LE(300 << 20, at + 24);
  z.writeUInt32LE(300 << 20, z.lastIndexOf('PK\x03\x04') + 22);
  return z;
}

before(async () => {
  agent = await keyDaemon();
  configure('waxseal.conf', agent.admin);
  configure('away.conf', at('nobody.sock'));
  redis = await startRedis(bed);
});
after(() => endBed(bed, redis));

test('every mistake is said of its own row, and only that; a check says the same and writes nothing', async () => {
  const many = bulk({ count: 60, domain: 'acme.test', mistakes: { wrong_passphrase: 31 } });
  await addAccounts(many.accounts);
  const version = redisCli('GET', 'imp:ver');
  const checked = await importOf(many.zip, '--check');
  assert.deepEqual(differences(checked, many.expect), []);
  assert.deepEqual([redisCli('GET', 'imp:ver'), certificates(), redisCli('EXISTS', 'imp:ok:acme')], [version, 0, '0']);

  const done = await importOf(many.zip);
  assert.equal(done.code, 1); // some were refused
  assert.deepEqual(differences(done, many.expect), []);
  assert.deepEqual(done.rows.map((r) => [r.row, r.code, r.message]), checked.rows.map((r) => [r.row, r.code, r.message]));
  const count = (result) => many.expect.filter((r) => r.result === result).length;
  assert.deepEqual([done.done, done.already, done.failed, done.not_tried, done.stopped, done.unused], [count('registered'), 1, count('refused'), 0, null, many.unused]);
  assert.equal(certificates(), count('registered'));
  assert.match(done.rows.find((r) => r.field === 'key' && r.code === 'invalid').message, /RSA with 1024 bits/);

  const again = await importOf(many.zip);
  assert.deepEqual(differences(again, many.expect.map((r) => (r.result === 'registered' ? { ...r, result: 'already', code: 'conflict', field: 'certificate' } : r))), []);
  assert.equal(certificates(), count('registered'));
  const text = await ctl('waxseal.conf', 'certificate', 'import', 'acme', at('a.zip'));
  assert.match(text.out, /^row +address +file +result +code/);
  assert.match(text.out, new RegExp(`\\n0 registered, ${done.done + 1} registered already, ${done.failed} refused, 0 not tried\\n$`));
  const needles = many.passphrases.slice(0, 40).flatMap((p) => passphraseNeedles(p));
  assert.deepEqual(search([...seen, { where: 'the audit', bytes: Buffer.from(redisCli('XRANGE', 'imp:o:audit:acme', '-', '+'), 'latin1') }, { where: 'the log of the agent', bytes: Buffer.from(agent.output) }], needles), []);
});

test('what the key agent or an interruption leaves is said to be not tried, and the same archive ends it', async () => {
  const issuer = new TestIssuer(), list = Array.from({ length: 12 }, (_, i) => issuer.mailbox(`late${i}@acme.test`, 'test'));
  await addAccounts(list.map((m) => m.address));
  const archive = zip([['t.csv', table(list.map((m, i) => ({ address: m.address, file: `${i}`, passphrase: 'test' })))], ...list.map((m, i) => [`${i}`, m.p12])]);
  writeFileSync(at('a.zip'), archive);
  const away = JSON.parse((await ctl('away.conf', 'certificate', 'import', 'acme', at('a.zip'), '--json')).out);
  assert.deepEqual(away.rows.map((r) => r.result), ['refused', ...Array(11).fill('not_tried')]);
  assert.deepEqual([away.rows[0].code, away.stopped, away.not_tried], ['key_agent_unavailable', 'key_agent_unavailable', 11]);

  // the agent behind a door that counts: a row is a connection
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
  configure('door.conf', at('door.sock'));
  const importing = () => {
    const p = spawn(program, ['--config', at('door.conf'), 'certificate', 'import', 'acme', at('a.zip'), '--json']);
    let out = '';
    p.stdout.on('data', (d) => { out += d; });
    p.report = new Promise((resolve) => { p.once('close', (code) => resolve({ code, ...JSON.parse(out) })); });
    return p;
  };
  try {
    const first = importing();
    meet = (n) => { if (n === 5) first.kill('SIGINT'); return true; }; // told to stop while row 5 is at work
    const cut = await first.report;
    assert.deepEqual([cut.code, cut.done, cut.not_tried, cut.stopped, certificates()], [1, 5, 7, 'cancelled', 5]);
    assert.deepEqual(cut.rows.slice(4, 6).map((r) => r.result), ['registered', 'not_tried']);

    const before = asked;
    meet = (n) => n - before <= 8; // the first five are asked again; then the agent is gone
    const gone = await importing().report;
    assert.deepEqual([gone.already, gone.done, gone.failed, gone.not_tried, gone.stopped, certificates()], [5, 3, 1, 3, 'key_agent_unavailable', 8]);
    assert.deepEqual(gone.rows[8].code, 'key_agent_unavailable');
  } finally {
    door.close();
  }
  const rest = await importOf(archive);
  assert.deepEqual([rest.code, rest.done, rest.already, certificates()], [0, 4, 8, 12]);
});

test('tables and archives of other kinds: folders, semicolons, columns in another order, what cannot be read', async () => {
  const issuer = new TestIssuer(), anna = issuer.mailbox('anna@acme.test', ''), bert = issuer.mailbox('bert@acme.test', 'x');
  await addAccounts(['anna@acme.test', 'bert@acme.test']);
  const rows = [{ File: 'anna.pfx', Address: ' Anna@Acme.test ' }, { File: 'sub/bert.crt', Address: 'bert@acme.test', Custody: 'user', Primary: 'none' }];
  const odd = await importOf(zip([['list/Mailboxes.CSV', table(rows, { separator: ';', columns: ['File', 'Address', 'Custody', 'Primary'], end: '\n' })], ['list/anna.pfx', anna.p12], ['list/sub/bert.crt', pem(bert.der)]], { store: true }));
  assert.deepEqual(odd.rows.map((r) => [r.result, r.fingerprint]), [['registered', fingerprint(anna.der)], ['registered', fingerprint(bert.der)]]);
  const view = JSON.parse((await ctl('waxseal.conf', 'certificate', 'list', 'acme', 'bert@acme.test', '--json')).out)[0];
  assert.deepEqual([view.custody, view.primary], ['user', 'none']);

  const t = ['t.csv', 'address,file\n'];
  for (const [archive, code, field, message] of [
    [Buffer.from('no archive'), 'damaged', 'file', /no complete ZIP/], [zip([['a.p12', 'x']]), 'invalid', 'file', /no table/], [zip([t, ['u.csv', '']]), 'invalid', 'file', /several tables/],
    [zip([t, ['../x', 'x']]), 'invalid', 'file', /leads out/], [zip([t, ['x', 'x']], { flags: 0x801 }), 'unsupported', 'file', /password/], [zip([['t.csv', '']]), 'invalid', 'table', /empty/],
    [zip([['t.csv', 'anna@acme.test,anna.p12,secret\n']]), 'invalid', 'table', /Column 1 .* not known/], [zip([['t.csv', 'address,file,address\n']]), 'invalid', 'table', /Column 3 .* twice/], [zip([['t.csv', 'address\n']]), 'invalid', 'table', /address and file/],
    [zip([['t.csv', `address,file\n${'a@acme.test,x\n'.repeat(5001)}`]]), 'too_large', 'table', /5,000 rows/], [zip([['t.csv', 'address,file\na,"b\n']]), 'invalid', 'table', /Row 2/], [zip([['t.csv', Buffer.from('address,file\n\xff,b\n', 'latin1')]]), 'invalid', 'table', /UTF-8/],
    [bomb(), 'too_large', 'file', /unfold/]]) {
    const got = await refusedAs(archive);
    assert.deepEqual(got.slice(0, 2), [code, field], got[2]);
    assert.match(got[2], message);
    assert.doesNotMatch(got[2], /secret/);
  }
  assert.equal((await json('certificate', 'import', 'nobody', at('a.zip'))).error.details.field, 'organisation');
  assert.equal(certificates(), 2);
  assert.ok(readFileSync(at('a.zip')).length > 0);
});
