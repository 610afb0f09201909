// waxsealctl certificate with the real key agent and a private Redis with the users of a deployment: what is registered, what is
// refused and why, that nothing is half done, that no key is seen anywhere, and what the rules make of it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { ctx, oid, seq, utf8 } from '../lib/der.mjs';
import { attributesFor, call, keyDaemon } from '../lib/keyd.mjs';
import { endBed, registryBed, startRedis, writeConfig } from '../lib/registrybed.mjs';
import { keyNeedles, passphraseNeedles, search } from '../lib/secrets.mjs';
import { openssl } from '../lib/smime.mjs';

const top = path.join(import.meta.dirname, '../..');
const program = path.join(top, process.env.BUILD ?? 'build', 'waxsealctl');
const PASSPHRASE = 'Grüße an die Prüfung'; // a test passphrase
const bed = registryBed('certificates');
const { at } = bed;
const seen = []; // everything that was ever printed
let redis, agent;

// --- an authority of the test, with keys made here -----------------------------------------------------------------
function authority() {
  mkdirSync(at('trust'));
  mkdirSync(at('issued'));
  writeFileSync(at('index'), '');
  writeFileSync(at('ca.cnf'), `[ca]\ndefault_ca=a\n[a]\ndatabase=${at('index')}\nnew_certs_dir=${at('issued')}\nrand_serial=yes\ndefault_md=sha256\npolicy=p\ncopy_extensions=copy\nunique_subject=no\nemail_in_dn=no\n[p]\ncommonName=supplied\n`);
  openssl(['req', '-x509', '-newkey', 'rsa:2048', '-noenc', '-keyout', at('ca.key'), '-out', at('trust/ca.pem'), '-days', '30', '-subj', '/CN=Test authority']);
}
/** Key and certificate {key, pem (files), p12 (file)}. */
function make(name, { address = 'anna@acme.test', kind = 'P-256', key = null, usage = 'digitalSignature,keyAgreement', extended = 'emailProtection', md = 'sha256', from = '-1', to = '30', more = [], own = false, passphrase = PASSPHRASE } = {}) {
  const file = key ?? at(`${name}.key`), csr = at(`${name}.csr`), pem = at(`${name}.pem`), p12 = at(`${name}.p12`);
  const stamp = (days) => new Date(Date.now() + Number(days) * 86400e3).toISOString().replace(/[-:T]/g, '').replace(/\..*/, 'Z');
  const how = kind.startsWith('rsa') ? ['-algorithm', 'RSA', '-pkeyopt', `rsa_keygen_bits:${kind.slice(4)}`] : ['-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${kind}`];
  if (!key) openssl(['genpkey', '-quiet', ...how, '-out', file]);
  openssl(['req', '-new', '-key', file, '-subj', `/CN=${name}`, '-out', csr, '-addext', `subjectAltName=${address.startsWith('DER:') ? '' : 'email:'}${address}`, '-addext', `keyUsage=critical,${usage}`,
    ...(extended ? ['-addext', `extendedKeyUsage=${extended}`] : []), ...more.flatMap((m) => ['-addext', m])]);
  openssl(['ca', '-batch', '-notext', '-config', at('ca.cnf'), '-cert', at('trust/ca.pem'), '-keyfile', at('ca.key'), '-md', md, '-in', csr, '-out', pem, '-startdate', stamp(from), '-enddate', stamp(to)]);
  openssl(['pkcs12', '-export', '-inkey', own || file, '-in', pem, '-certfile', at('trust/ca.pem'), '-passout', `pass:${passphrase}`, '-iter', '2048', '-out', p12]);
  return { key: file, pem, p12 };
}
const fingerprint = (made) => openssl(['x509', '-in', made.pem, '-noout', '-fingerprint', '-sha256']).toString().replace(/.*=|:|\n/g, '').toLowerCase();

// --- waxsealctl ----------------------------------------------------------------------------------------------------
function ctl(config, ...args) {
  const r = spawnSync(program, ['--config', config, ...args], { encoding: 'utf8', timeout: 60000 });
  seen.push({ where: `the output of ${args.slice(0, 2).join(' ')}`, bytes: Buffer.from(r.stdout + r.stderr) });
  return { code: r.status, out: r.stdout, err: r.stderr };
}
function json(...args) {
  const r = ctl(at('waxseal.conf'), ...args, '--json');
  assert.equal(r.code, 0, `${args.join(' ')}: ${r.out}${r.err}`);
  return JSON.parse(r.out);
}
function refused(...args) {
  const r = ctl(at('waxseal.conf'), ...args, '--json');
  assert.equal(r.code, 1, `${args.join(' ')}: ${r.out}${r.err}`);
  return JSON.parse(r.out).error;
}
const withKey = ['--passphrase-file', at('passphrase')];
const registry = () => json('registry', 'export');
const redisAs = (user, ...args) => spawnSync('redis-cli', ['-s', at('redis.sock'), '--user', user, '--pass', user, '--no-auth-warning', ...args], { encoding: 'latin1' }).stdout.trim();
const held = () => redisAs('admin', 'HKEYS', 'cert:ok:acme').split('\n').filter(Boolean).sort();

const configure = (file, admin, user = 'ctl') => writeConfig(bed, file, { instance: 'cert', admin, gate: agent.gate, user, trust: at('trust') });

before(async () => {
  agent = await keyDaemon();
  authority();
  writeFileSync(at('passphrase'), `${PASSPHRASE}\n`);
  writeFileSync(at('wrong'), 'not it\n');
  configure('waxseal.conf', agent.admin);
  configure('away.conf', at('nobody.sock'));
  configure('admin.conf', agent.admin, 'admin');
  redis = await startRedis(bed, { usersOf: 'cert' });
  json('customer', 'add', 'hoster', '--quota', '5');
  for (const o of ['acme', 'apex']) json('organisation', 'add', o, '--customer', 'hoster');
  json('domain', 'attach', 'acme.test', 'acme');
  json('domain', 'attach', 'apex.test', 'apex');
  for (const a of ['anna@acme.test', 'bert@acme.test', 'zoe@apex.test']) json('account', 'add', a);
  json('licence', 'activate', 'acme', 'anna@acme.test');
});
after(() => endBed(bed, redis));

let first, second;
test('a PKCS#12 file is registered: its key is sealed, the certificate is primary', () => {
  first = make('first');
  const [row] = json('certificate', 'add', 'Anna@acme.test', first.p12, ...withKey);
  assert.deepEqual([row.address, row.fingerprint, row.usage, row.primary, row.custody, row.status, row.algorithm, row.source, row.seq, row.version],
    ['anna@acme.test', fingerprint(first), 'both', 'both', 'agent', 'valid', 'P-256', 'upload', 1, 1]);
  assert.deepEqual(held(), [row.key]);
  const sealed = redisAs('admin', 'HGET', 'cert:ok:acme', row.key);
  assert.ok(Buffer.from(sealed, 'base64').length > 100);
  assert.deepEqual(json('certificate', 'list', 'acme'), [row]);
  assert.deepEqual(json('certificate', 'show', 'anna@acme.test', row.fingerprint.slice(0, 8)), row);
  assert.match(ctl(at('waxseal.conf'), 'certificate', 'list', 'acme').out, /^address +fingerprint +usage.*\nanna@acme\.test +[0-9a-f]{16} +both +both +agent +valid/);
  assert.deepEqual(json('certificate', 'list', 'apex'), []);
  const [audit] = json('audit', '--organisation', 'acme', '--count', '1');
  assert.equal(audit.what, `certificate anna@acme.test ${row.fingerprint}`);
});

test('everything that is wrong is refused with its reason and field, and nothing changes', () => {
  const stranger = make('stranger', { address: 'eve@acme.test' });
  const good = make('good');
  writeFileSync(at('garbage'), 'garbage');
  openssl(['pkcs12', '-export', '-nocerts', '-inkey', good.key, '-passout', `pass:${PASSPHRASE}`, '-out', at('bare.p12')]);
  // key and certificate of two people; openssl will not join them, so the key travels with a certificate of nobody
  openssl(['pkcs12', '-export', '-nocerts', '-inkey', good.key, '-certfile', stranger.pem, '-passout', `pass:${PASSPHRASE}`, '-out', at('foreign.p12')]);
  writeFileSync(at('both.pem'), readFileSync(good.pem, 'utf8') + readFileSync(good.key, 'utf8'));
  const cases = [
    [[stranger.p12, ...withKey], 'invalid', 'address', /is for eve@acme\.test, not for anna@acme\.test/],
    [[make('short', { kind: 'rsa:1024', usage: 'digitalSignature,keyEncipherment' }).p12, ...withKey], 'invalid', 'key', /RSA with 1024 bits/],
    [[make('sha', { md: 'sha1' }).p12, ...withKey], 'invalid', 'algorithm', /SHA-1/],
    [[make('old', { from: '-30', to: '-1' }).p12, ...withKey], 'invalid', 'validity', /expired at 20/],
    [[make('later', { from: '5' }).p12, ...withKey, '--primary', 'sign'], 'invalid', 'validity', /not valid yet/],
    [[make('web', { extended: 'serverAuth' }).p12, ...withKey], 'invalid', 'usage', /not for mail/],
    [[make('issuer', { usage: 'keyCertSign,digitalSignature', more: ['basicConstraints=critical,CA:TRUE'] }).p12, ...withKey], 'invalid', 'ca', /authority/],
    [[make('signs', { usage: 'digitalSignature' }).p12, ...withKey, '--usage', 'encrypt'], 'invalid', 'usage', /can only sign/],
    [[make('signs2', { usage: 'digitalSignature' }).p12, ...withKey, '--primary', 'both'], 'invalid', 'primary', /not for that/],
    [[first.p12, ...withKey], 'conflict', 'certificate', /registered already/],
    [[first.pem], 'conflict', 'certificate', /registered already/],
    [[good.p12, '--passphrase-file', at('wrong')], 'wrong_passphrase', 'passphrase', /wrong/],
    [[at('bare.p12'), ...withKey], 'no_certificate', 'file', /belongs to its key/],
    [[at('foreign.p12'), ...withKey], 'no_certificate', 'file', /belongs to its key/],
    [[at('garbage'), ...withKey], 'damaged', 'file', /./],
    [[at('garbage')], 'damaged', 'file', /./],
    [[good.p12], 'damaged', 'file', /./],
    [[at('both.pem')], 'invalid', 'file', /private key/],
    [[good.pem, '--custody', 'agent'], 'invalid', 'custody', /PKCS#12/],
    [[good.pem, '--usage', 'everything'], 'invalid', 'usage', /one of/],
    [[good.pem, '--organisation', 'nobody'], 'not_found', 'organisation', /no organisation/],
    [[good.pem, '--organisation', 'apex', '--custody', 'user'], 'invalid', 'address', /own mailboxes/],
    [[at('nothing.p12'), ...withKey], 'not_found', 'file', /./],
  ];
  const was = registry(), keys = held();
  for (const [args, code, field, message] of cases) {
    const e = refused('certificate', 'add', 'anna@acme.test', ...args);
    assert.deepEqual([e.code, e.details.field], [code, field], `${args.join(' ')}: ${e.message}`);
    assert.match(e.message, message, args.join(' '));
  }
  const others = [
    [['certificate', 'add', 'eve@acme.test', stranger.pem], 'not_found', 'account'],
    [['certificate', 'add', 'eve@outside.test', make('outside', { address: 'eve@outside.test' }).pem], 'not_found', 'address'],
    [['certificate', 'add', 'eve@outside.test', at('outside.p12'), ...withKey, '--organisation', 'acme'], 'invalid', 'address'],
    [['certificate', 'show', 'anna@acme.test', 'ffffffff'], 'not_found', 'certificate'],
    [['certificate', 'remove', 'anna@acme.test', 'ff'], 'invalid', 'certificate'],
    [['certificate', 'primary', 'bert@acme.test', fingerprint(first)], 'not_found', 'certificate'],
    [['certificate', 'primary', 'anna@acme.test', fingerprint(first), 'all'], 'invalid', 'usage'],
    [['certificate', 'list', 'nobody'], 'not_found', 'organisation'],
    [['account', 'remove', 'anna@acme.test'], 'conflict', 'account'],
  ];
  for (const [args, code, field] of others) {
    const e = refused(...args);
    assert.deepEqual([e.code, e.details.field], [code, field], `${args.join(' ')}: ${e.message}`);
  }
  const away = ctl(at('away.conf'), 'certificate', 'add', 'anna@acme.test', good.p12, ...withKey, '--json');
  assert.deepEqual([away.code, JSON.parse(away.out).error.code], [1, 'key_agent_unavailable']);
  assert.deepEqual(registry(), was);
  assert.deepEqual(held(), keys);
});

test('addresses of other scripts count by their own name in the certificate', () => {
  json('account', 'add', 'grüße@acme.test');
  const name = seq(ctx(0, oid('1.3.6.1.5.5.7.8.9'), ctx(0, utf8('grüße@acme.test')))); // SmtpUTF8Mailbox
  const made = make('scripts', { address: `DER:${name.toString('hex')}` });
  assert.deepEqual(json('certificate', 'add', 'grüße@acme.test', made.p12, ...withKey)[0].addresses, ['grüße@acme.test']);
  json('certificate', 'remove', 'grüße@acme.test', fingerprint(made));
});

test('another primary takes the place of the first in one change, for each use', () => {
  second = make('second');
  const [row] = json('certificate', 'add', 'anna@acme.test', second.p12, ...withKey);
  assert.deepEqual([row.primary, row.seq], ['none', 2]);
  assert.equal(json('certificate', 'primary', 'anna@acme.test', row.fingerprint, 'sign').primary, 'sign');
  const other = json('certificate', 'show', 'anna@acme.test', fingerprint(first));
  assert.deepEqual([other.primary, other.replaced_by, other.version], ['encrypt', row.fingerprint, 2]);
  const version = redisAs('admin', 'GET', 'cert:ver');
  json('certificate', 'primary', 'anna@acme.test', row.fingerprint, 'sign');
  assert.equal(redisAs('admin', 'GET', 'cert:ver'), version); // nothing to do, nothing done
  assert.equal(json('certificate', 'primary', 'anna@acme.test', row.fingerprint).primary, 'both');
  assert.equal(json('certificate', 'show', 'anna@acme.test', fingerprint(first)).primary, 'none');
});

test('a renewed certificate finds its key; a key goes with its last certificate, and to one mailbox only', () => {
  const renewed = make('renewed', { key: first.key });
  const [row] = json('certificate', 'add', 'anna@acme.test', renewed.pem, '--primary', 'encrypt');
  assert.deepEqual([row.custody, row.primary], ['agent', 'encrypt']);
  assert.equal(row.key, json('certificate', 'show', 'anna@acme.test', fingerprint(first)).key);
  const e = refused('certificate', 'add', 'bert@acme.test', make('shared', { key: first.key, address: 'bert@acme.test' }).p12, ...withKey);
  assert.deepEqual([e.code, e.details.field], ['conflict', 'key']);
  const keys = held();
  json('certificate', 'remove', 'anna@acme.test', row.fingerprint);
  assert.deepEqual(held(), keys);
  json('certificate', 'remove', 'anna@acme.test', fingerprint(first));
  assert.deepEqual(held(), keys.filter((k) => k !== row.key));
  const [audit] = json('audit', '--organisation', 'acme', '--count', '1');
  assert.deepEqual([audit.before.replaced_by, audit.after], [fingerprint(second), null]); // what was removed can be looked up
});

test('a certificate registered alone gets its key later', () => {
  const made = make('alone', { address: 'bert@acme.test' });
  const [alone] = json('certificate', 'add', 'bert@acme.test', made.pem, '--custody', 'user');
  assert.deepEqual([alone.custody, alone.key, alone.primary], ['user', null, 'both']);
  const [row] = json('certificate', 'add', 'bert@acme.test', made.p12, ...withKey);
  assert.deepEqual([row.custody, row.version, row.fingerprint], ['agent', 2, alone.fingerprint]);
  assert.ok(held().includes(row.key));
});

test('the rules use what is registered: keys of mailboxes, certificates of outside people', () => {
  const outside = make('friend', { address: 'Friend@elsewhere.test' });
  writeFileSync(at('rules.json'), JSON.stringify({ rules: [{ id: 'all', priority: 1, created: 1, from: ['acme.test'], to: ['*'], outbound: 'enforce' }] }));
  writeFileSync(at('mail.json'), JSON.stringify({ message: { authenticated: true, mail_from: 'anna@acme.test', from: 'anna@acme.test', to: ['friend@elsewhere.test'] } }));
  const set = ctl(at('waxseal.conf'), 'rules', 'set', 'acme', at('rules.json'));
  assert.equal(set.code, 0, set.err);
  const simulate = () => { const r = ctl(at('waxseal.conf'), 'rules', 'simulate', at('mail.json')); assert.equal(r.code, 0, r.err); return r.out; };
  assert.match(simulate(), /no_certificate/);
  json('certificate', 'add', 'friend@elsewhere.test', outside.pem, '--organisation', 'acme');
  const decision = simulate();
  assert.ok(decision.includes(fingerprint(second)), decision); // signs
  assert.ok(decision.includes(fingerprint(outside)), decision); // is encrypted to
  assert.doesNotMatch(decision, /no_certificate|untrusted/);
});

test('export and import carry certificates, and sealed keys only when asked', () => {
  const whole = registry();
  assert.equal(Object.keys(whole.certificates.acme).length, 3);
  assert.equal(whole.sealed_keys, undefined);
  assert.equal(refused('registry', 'export', '--with-sealed-keys').details.field, 'out');
  const mayNot = ctl(at('waxseal.conf'), 'registry', 'export', '--with-sealed-keys', '--out', at('sealed.json')); // writes them, but reads none
  assert.deepEqual([mayNot.code, existsSync(at('sealed.json'))], [1, false]);
  assert.match(mayNot.err, /NOPERM/);
  const done = ctl(at('admin.conf'), 'registry', 'export', '--with-sealed-keys', '--out', at('sealed.json'));
  assert.equal(done.code, 0, done.err);
  const sealed = JSON.parse(readFileSync(at('sealed.json')));
  assert.deepEqual(Object.keys(sealed.sealed_keys.acme).sort(), held());
  const put = (document, ...more) => { writeFileSync(at('document.json'), JSON.stringify(document)); return ['registry', 'import', at('document.json'), ...more]; };
  const keys = held(), index = redisAs('admin', 'HGETALL', 'cert:o:certified:acme');
  assert.deepEqual(json(...put(whole, '--dry-run')), { added: 0, changed: 0, removed: 0, changes: [] });
  assert.equal(refused(...put({ schema: whole.schema })).details.field, 'certificates'); // an older export removes none
  json(...put({ schema: whole.schema, certificates: {} }));
  assert.deepEqual([held(), redisAs('admin', 'HGETALL', 'cert:o:certified:acme')], [[], '']);
  assert.equal(refused(...put(whole)).details.field, 'sealed_keys');
  for (const [change, message] of [[(d) => { const [id, row] = Object.entries(d.certificates.acme)[0]; d.certificates.acme[id.replace(/ ./, id.includes(' 0') ? ' 1' : ' 0')] = row; }, /another fingerprint/],
    [(d) => { delete d.accounts.acme['bert@acme.test']; }, /no such account/], [(d) => { d.sealed_keys.acme = { short: 'AAAA' }; }, /not a sealed key/]]) {
    const wrong = structuredClone(sealed);
    change(wrong);
    assert.match(refused(...put(wrong)).message, message);
  }
  json(...put(sealed));
  assert.deepEqual(registry().certificates, whole.certificates);
  assert.deepEqual(held(), keys);
  assert.deepEqual(redisAs('admin', 'HGETALL', 'cert:o:certified:acme').split('\n').sort(), index.split('\n').sort());
  assert.equal(json('certificate', 'list', 'acme').length, 3);
});

test('a renamed mailbox takes licence, roles, certificates and keys along; the keys open for the new address alone', async () => {
  const as = (config, ...args) => { const r = ctl(at(config), ...args, '--json'); return { code: r.code, answer: JSON.parse(r.out || 'null') }; };
  json('role', 'give', 'anna@acme.test', 'writer', 'acme');
  const rows = json('certificate', 'list', 'acme', 'anna@acme.test'), keys = held(), before = registry();
  const own = rows.find((r) => r.custody === 'agent');
  assert.ok(own && rows.some((r) => r.primary !== 'none'));
  const sign = async (mailbox) => {
    const digest = crypto.createHash('sha256').update('x').digest(), sealed = Buffer.from(redisAs('admin', 'HGET', 'cert:ok:acme', own.key), 'base64');
    return (await call(agent.gate, 'sign', ['mailbox', 'acme', mailbox, own.key, sealed, 'sha256', 'pkcs1', attributesFor(digest), digest])).result;
  };
  // What may not be: and nothing of it is half done.
  for (const [config, from, to, code, field] of [['waxseal.conf', 'anna@acme.test', 'anne@acme.test', 'forbidden', 'key'], ['away.conf', 'anna@acme.test', 'anne@acme.test', 'forbidden', 'key'], ['admin.conf', 'anna@acme.test', 'bert@acme.test', 'conflict', 'to'],
    ['admin.conf', 'anna@acme.test', 'anna@apex.test', 'forbidden', 'to'], ['admin.conf', 'nobody@acme.test', 'anne@acme.test', 'not_found', 'from'], ['admin.conf', 'anna@acme.test', 'anna@acme.test', 'invalid', 'to']]) {
    const { answer } = as(config, 'account', 'rename', from, to);
    assert.deepEqual([answer.error.code, answer.error.details.field], [code, field], `${from} ${to}`);
  }
  assert.deepEqual(registry(), before);
  assert.equal(await sign('anna@acme.test'), 'done');

  const renamed = as('admin.conf', 'account', 'rename', 'anna@acme.test', 'Anne@acme.test');
  assert.deepEqual([renamed.code, renamed.answer.address, renamed.answer.renamed_from, renamed.answer.from], [0, 'anne@acme.test', 'anna@acme.test', ['anna@acme.test']], JSON.stringify(renamed));
  const now = json('certificate', 'list', 'acme', 'anne@acme.test');
  assert.deepEqual(now.map((r) => r.fingerprint).sort(), rows.map((r) => r.fingerprint).sort());
  for (const r of now) assert.deepEqual([r.former, r.primary, r.custody], ['anna@acme.test', 'none', rows.find((o) => o.fingerprint === r.fingerprint).custody]);
  assert.deepEqual(json('certificate', 'list', 'acme', 'anna@acme.test'), []);
  assert.deepEqual([await sign('anne@acme.test'), await sign('anna@acme.test')], ['done', 'unknown_key']);
  assert.deepEqual(held(), keys);
  const after = registry();
  assert.deepEqual([Object.keys(after.licences.hoster), after.roles.acme['anne@acme.test'].role, after.roles.acme['anna@acme.test'], after.accounts.acme['anna@acme.test']], [Object.keys(before.licences.hoster).map((a) => a.replace('anna', 'anne')).sort(), 'writer', undefined, undefined]);
  assert.match(after.renamed['anna@acme.test'].moves, /^anne@acme\.test - \d+$/);

  // An export brings all of it back; a name that was given up can be given again, and taken back.
  writeFileSync(at('renamed.json'), JSON.stringify(after));
  assert.deepEqual(json('registry', 'import', at('renamed.json'), '--dry-run').changes, []);
  assert.equal(as('admin.conf', 'account', 'rename', 'anne@acme.test', 'anna@acme.test', '--drop-old').code, 0);
  const back = json('certificate', 'list', 'acme', 'anna@acme.test');
  assert.deepEqual([back.map((r) => r.former), await sign('anna@acme.test'), json('account', 'show', 'anna@acme.test').from], [back.map(() => null), 'done', []]);
});

test('the audit says which certificate it was, and fits a terminal', () => {
  const rows = json('audit', '--organisation', 'acme', '--count', '200').flatMap((e) => [e.before, e.after]).filter((r) => r?.fingerprint && r.subject);
  assert.ok(rows.length > 5);
  for (const r of rows) assert.ok(/^[0-9a-f]{64}$/.test(r.fingerprint) && r.subject.startsWith('CN=') && r.not_before < r.not_after && Array.isArray(r.addresses) && Number.isInteger(r.issuers), JSON.stringify(r));
  assert.ok(rows.some((r) => r.fingerprint === fingerprint({ pem: at('first.pem') }) && r.addresses.includes('anna@acme.test')));
  for (const r of rows) assert.ok(!('der' in r));
  const lines = ctl(at('waxseal.conf'), 'audit', '--organisation', 'acme', '--count', '200').out.split('\n');
  assert.ok(lines.length > 50 && lines.some((l) => /^ {4}not_after +20\d\d-/.test(l)) && lines.some((l) => /^\d{4}-.*Z {2}added certificate anna@acme\.test/.test(l)));
  assert.deepEqual(lines.filter((l) => [...l].length > 100), []);
});

test('web workers cannot read sealed keys, and nothing holds a private key or passphrase', () => {
  for (const command of [['HGETALL', 'cert:ok:acme'], ['HKEYS', 'cert:ok:acme'], ['GET', 'cert:ok:acme'], ['DEL', 'cert:ok:acme'], ['HSET', 'cert:o:certificates:acme', 'a', 'b']])
    assert.match(redisAs('web', ...command), /NOPERM/, command.join(' '));
  for (const key of ['certificates', 'certified']) assert.doesNotMatch(redisAs('web', 'HMGET', `cert:o:${key}:acme`, 'anna@acme.test'), /NOPERM/); // the composer asks the rules
  for (const command of [['HGETALL', 'cert:ok:acme'], ['HKEYS', 'cert:ok:acme']]) assert.match(redisAs('ctl', ...command), /NOPERM/);
  const names = ['first', 'second', 'alone', 'good', 'stranger'];
  const needles = [...names.flatMap((n) => keyNeedles(n, at(`${n}.key`))), ...passphraseNeedles(PASSPHRASE)];
  const everything = ['ok:acme', 'o:certificates:acme', 'o:certified:acme'].map((k) => ({ where: k, bytes: Buffer.from(redisAs('admin', 'HGETALL', `cert:${k}`), 'latin1') }));
  const audit = { where: 'the audit', bytes: Buffer.from(redisAs('admin', 'XRANGE', 'cert:o:audit:acme', '-', '+'), 'latin1') };
  assert.ok(audit.bytes.length > 1000 && everything[0].bytes.length > 200);
  const dump = spawnSync('redis-cli', ['-s', at('redis.sock'), '--user', 'admin', '--pass', 'admin', '--no-auth-warning', 'HVALS', 'cert:ok:acme'], { encoding: 'latin1' }).stdout.trim().split('\n');
  const raw = dump.map((text, i) => ({ where: `sealed key ${i}`, bytes: Buffer.from(text, 'base64') }));
  assert.deepEqual(search([...seen, ...everything, ...raw, audit, { where: 'the log of the agent', bytes: Buffer.from(agent.output) }, { where: 'the export', bytes: readFileSync(at('sealed.json')) }], needles), []);
  assert.ok(search([{ where: 'itself', bytes: readFileSync(at('first.key')) }], needles).length > 0); // the search finds what is there
});
