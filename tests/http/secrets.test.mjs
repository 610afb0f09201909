// A loaded system is searched for private keys, their passphrases and mail passwords: the memory of every process (what a core dump of it
// holds), Redis and its dumps, exports, logs, temporary folders, answers. Keys of an organisation are registered and used by the key agent
// meanwhile, personal ones lie in the vault, mail is opened and sent. WAXSEAL_SECRETS=FILE (make secrets) does more of it, swaps what can be
// swapped where the system lets it, and writes what was searched into FILE.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { Cert, kari, ktri } from '../lib/cmsmake.mjs';
import { children, read, seq } from '../lib/der.mjs';
import { Client } from '../lib/http.mjs';
import { account, ctl, eventually, folderId, imapOf, instance, redis, signedIn, top } from '../lib/instance.mjs';
import { attributesFor, call, frame, imported, keyDaemon, testKey } from '../lib/keyd.mjs';
import { certificateDer, composeBody, fillVault, fingerprint, keyFile, signAttributes, unwrap } from '../lib/keyring.mjs';
import { message, text } from '../lib/mime.mjs';
import { closeAll } from '../lib/netns.mjs';
import { keyPieces, memoryOf, passphraseNeedles, scanner } from '../lib/secrets.mjs';
import { Smime } from '../lib/smime.mjs';

const report = process.env.WAXSEAL_SECRETS ?? null, ROUNDS = report ? 40 : 4;
const asRoot = process.getuid() === 0 ? false : 'needs root to look into processes and be somebody else';
const PASSPHRASE = 'Schlüsselbund für die Prüfung'; // of test keys; letters that UTF-8 and UTF-16 write differently
const folder = mkdtempSync(path.join(tmpdir(), 'waxseal-secrets-'));
const sockets = { gate: path.join(instance.data, 'run/keyd-gate.sock'), admin: path.join(instance.data, 'run/keyd-admin.sock') };
const digest = createHash('sha256').update('what is sent').digest();
const KINDS = report ? ['rsa:2048', 'rsa:3072', 'rsa:4096', 'P-256', 'P-384', 'P-521'] : ['rsa:2048', 'rsa:3072', 'P-256', 'P-384'];
const answers = []; // everything the server and the agent answered, and the commands printed
let keys = [], look, lookMail, alice;

const lines = [];
const said = (what, n, found) => { lines.push(`| ${what} | ${n} | ${found} |`); };
const keep = (where, bytes) => answers.push({ where: `the answer to ${where}`, bytes: Buffer.from(bytes) });
function command(...args) {
  const out = ctl(...args);
  keep(args.slice(0, 2).join(' '), out);
  return out;
}
function recorded(client) {
  const request = client.request.bind(client);
  client.request = async (method, url, options) => {
    const r = await request(method, url, options);
    keep(`${method} ${url.replace(/\?.*/, '')}`, Buffer.concat([Buffer.from(JSON.stringify(r.headers)), r.bytes]));
    return r;
  };
  return client;
}
const pidOf = (name) => Number(readFileSync(path.join(instance.data, 'run', `${name}.pid`), 'utf8'));
/** Every process of the instance: {pid, name}. */
function processes() {
  return readdirSync('/proc').filter((p) => /^\d+$/.test(p)).flatMap((pid) => {
    try {
      const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0'), title = args.join(' ');
      const status = readFileSync(`/proc/${pid}/status`, 'utf8'), parent = Number(/^PPid:\t(\d+)/m.exec(status)[1]);
      if (/^State:\s+Z/m.test(status)) return [];
      if (title.includes(`${instance.data}/`) && !/node|bash/.test(args[0])) return [{ pid: Number(pid), parent, name: path.basename(args[0].split(':')[0].split(' ')[0]) }];
      return [{ pid: Number(pid), parent, name: null }];
    } catch { return []; }
  });
}
function ofInstance() {
  const all = processes(), ours = new Map(all.filter((p) => p.name).map((p) => [p.pid, p]));
  for (let n = -1; n !== ours.size;) { // nginx's and Dovecot's workers do not name the folder
    n = ours.size;
    for (const p of all) if (!ours.has(p.pid) && ours.has(p.parent)) ours.set(p.pid, { ...p, name: ours.get(p.parent).name });
  }
  return [...ours.values()];
}
function* files(dir) {
  for (const e of readdirSync(dir, { withFileTypes: true })) {
    const p = path.join(dir, e.name);
    if (e.isDirectory()) yield* files(p);
    else if (e.isFile()) yield p;
  }
}
const searchAll = (list, find = look) => [...new Set(list.flatMap(({ where, bytes }) => find(where, bytes)))];

// --- the load ---------------------------------------------------------------------------------------------------------
function registerKeys() {
  command('customer', 'add', 'secrets', '--quota', '10', '--json');
  command('organisation', 'add', 'secrets', '--customer', 'secrets', '--json');
  command('domain', 'attach', 'secrets.test', 'secrets', '--json');
  const passphrase = path.join(folder, 'passphrase');
  writeFileSync(passphrase, PASSPHRASE);
  keys = KINDS.map((kind, i) => ({ kind, ...testKey(folder, `k${i}`, PASSPHRASE, { kind, address: `k${i}@secrets.test` }) }));
  for (const [i, k] of keys.entries()) {
    const file = path.join(folder, `k${i}.p12`);
    writeFileSync(file, k.p12);
    command('account', 'add', k.address, '--json');
    const [row] = JSON.parse(command('certificate', 'add', k.address, file, '--passphrase-file', passphrase, '--json'));
    assert.equal(row.custody, 'agent');
    k.id = row.key;
    k.print = row.fingerprint;
    k.sealed = Buffer.from(redis('gate', 'HGET', `${instance.instance}:ok:secrets`, k.id).trim(), 'base64');
    k.place = ['mailbox', 'secrets', k.address, k.id, k.sealed];
  }
}
function forgetKeys() {
  const quietly = (...args) => { try { ctl(...args); } catch { /* it was not made */ } };
  for (const k of keys) {
    if (k.print) quietly('certificate', 'remove', k.address, k.print);
    quietly('account', 'remove', k.address);
  }
  quietly('domain', 'detach', 'secrets.test');
  quietly('organisation', 'remove', 'secrets');
  quietly('customer', 'remove', 'secrets');
}
/** As the gateway does: sign, and open what was encrypted to the key. */
async function useKey(k) {
  const signed = await call(sockets.gate, 'sign', [...k.place, 'sha256', 'pkcs1', attributesFor(digest), digest]);
  assert.equal(signed.result, 'done');
  const cert = new Cert(k.der), content = Buffer.alloc(32, 7);
  let opened;
  if (k.kind.startsWith('rsa')) {
    const [, , algorithm, wrapped] = children(ktri(cert, content));
    opened = await call(sockets.gate, 'unwrap', [...k.place, algorithm, read(wrapped).body, '32']);
  } else {
    const parts = children(kari(cert, content)).slice(1), [algorithm, recipients] = parts.slice(-2);
    opened = await call(sockets.gate, 'derive', [...k.place, algorithm, seq(read(read(parts[0]).body).body), '', read(children(children(recipients)[0])[1]).body]);
  }
  assert.deepEqual(opened.fields, [content]);
  keep('sign', signed.bytes);
}
async function useMail() {
  const imap = await imapOf('alice'), smime = new Smime(instance.keys);
  const mail = message({ from: 'bob@demo.test', to: 'alice@demo.test', subject: 'Secrets to read', date: new Date(), id: `<${randomUUID()}@demo.test>` }, smime.encrypted(smime.clearSigned(text('Opened.\n'), 'bob'), ['alice']));
  const uid = await imap.append('Archive', mail), { uidvalidity } = await imap.select('Archive');
  const url = `/api/v1/folders/${folderId('Archive')}/messages/${uid}`;
  const job = (await alice.get(`${url}?uidvalidity=${uidvalidity}`)).json.security.job;
  const opened = await alice.post(`${url}/open`, { uidvalidity, keys: [{ layer: job.layer, content_key: unwrap('alice', job) }] });
  assert.equal(opened.status, 200, opened.text);
  const body = { submission: randomUUID(), from: { name: '', address: 'alice@demo.test' }, to: [{ name: '', address: 'alice@demo.test' }], cc: [], bcc: [], reply_to: [], subject: 'Secrets sent', text: 'x\n', html: null, in_reply_to: null, references: null,
    mode: 'sign_encrypt', may_encrypt: true, signer: fingerprint('alice'), attachments: [] };
  const p = await alice.request('POST', '/api/v1/compose/prepare', composeBody(body));
  assert.equal(p.status, 200, p.text);
  const sent = await alice.post('/api/v1/compose/finish', { ticket: p.json.ticket, signature: signAttributes('alice', p.json.attributes, p.json.digest), content_key: p.json.content_key });
  assert.equal(sent.json.status, 'sent', sent.text);
  await imap.command(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
  await imap.command('EXPUNGE');
  imap.close();
}

before(async () => {
  alice = recorded(await signedIn('alice'));
  await fillVault(alice, 'alice');
  registerKeys();
  const personal = ['alice', 'bob'].map((name) => [`${name} (personal)`, keyFile(name)]);
  const vault = passphraseNeedles('alice vault passphrase');
  look = scanner([...keys.map((k) => [k.address, k.key]), ...personal].flatMap(([name, file]) => keyPieces(name, file)).concat(passphraseNeedles(PASSPHRASE), vault));
  lookMail = scanner(['alice', 'bob'].flatMap((name) => passphraseNeedles(account(name).password).map((n) => ({ ...n, what: `mail password of ${name}` }))));
  const bob = recorded(new Client(instance.origin));
  await bob.signIn(account('bob').address, account('bob').password);
  for (let i = 0; i < ROUNDS; i++) await Promise.all([...keys.map(useKey), i < 4 ? useMail() : null, alice.get('/api/v1/session'), alice.get('/api/v1/smime/keys'), bob.get('/api/v1/settings')]);
  for (const route of ['settings', 'contacts', 'account/sessions', 'smime/trust']) await alice.get(`/api/v1/${route}`);
  await alice.post('/api/v1/account/export', { password: account('alice').password, include: ['settings', 'keys'] });
  bob.close();
});
after(async () => {
  alice?.close();
  forgetKeys();
  await closeAll();
  rmSync(folder, { recursive: true });
  if (report) writeFileSync(report, `${head()}${lines.join('\n')}\n`);
});

const head = () => `# Secrets of a loaded system

Made by \`make secrets\` (tests/http/secrets.test.mjs): the demo stack with ${KINDS.length} keys registered at the key agent (${KINDS.join(', ')}), each used ${2 * ROUNDS} times through the
gate's socket, a personal key in the vault, mail opened and sent, sessions open. Searched for private keys in DER, each private number (primes, exponents,
scalars; both byte orders; pieces of 16 bytes), all of them in hexadecimal and base64 at each alignment, passphrases in UTF-8, UTF-16, URL and JSON forms.

| where | searched | found |
|---|---|---|
`;

// --- where nothing may be ---------------------------------------------------------------------------------------------
test('the search finds what is there, in each form, and a part of it', () => {
  const der = execFileSync('openssl', ['pkey', '-in', keys[0].key, '-outform', 'DER']);
  const prime = execFileSync('openssl', ['pkey', '-in', keys[0].key, '-noout', '-text'], { encoding: 'utf8' }).match(/prime1:\n((?:\s+[0-9a-f:]+\n)+)/)[1].replace(/[\s:]/g, '').replace(/^00/, '');
  const wide = (t) => Buffer.from(t, 'utf16le');
  const forms = [der, Buffer.from(der.toString('base64')), readFileSync(keys[0].key), Buffer.from(der.toString('hex').toUpperCase()), Buffer.from(prime, 'hex').reverse(), Buffer.from(prime, 'hex').subarray(20, 100),
    readFileSync(keys[2].key), Buffer.from(PASSPHRASE), wide(PASSPHRASE), Buffer.from(encodeURIComponent(PASSPHRASE)), wide('alice vault passphrase')];
  for (const [i, f] of forms.entries()) assert.ok(look('x', Buffer.concat([Buffer.alloc(4097, 0x2e), f, Buffer.alloc(99)])).length >= 1, `form ${i}`);
  assert.deepEqual(look('x', Buffer.concat([keys[0].der, keys[0].p12, readFileSync(keys[2].cert)])), [], 'what is public is no secret');
});

test('no process but the agent has ever had a key, and the agent has wiped it', { skip: asRoot }, async () => {
  const list = ofInstance();
  for (const name of ['waxseald', 'waxseal-keyd', 'waxseal-fetch', 'redis-server', 'nginx', 'dovecot']) assert.ok(list.some((p) => p.name === name), `${name} runs`);
  let bytes = 0, found = [];
  const passwords = new Set();
  await eventually(() => { // a thread may still be on its way to the wiping when its answer arrives
    bytes = 0;
    found = [];
    for (const p of list) {
      for (const t of memoryOf(p.pid)) {
        bytes += t.bytes.length;
        found.push(...look(`${p.name}: ${t.where}`, t.bytes));
        const mail = lookMail(p.name, t.bytes);
        if (mail.length && p.name !== 'dovecot' && p.name !== 'nginx') found.push(...mail);
        if (mail.length) passwords.add(p.name);
      }
    }
    return found.length === 0;
  }, 'no secret in memory', 5).catch(() => {});
  assert.deepEqual([...new Set(found)], []);
  assert.ok(bytes > 20 << 20, `${bytes} bytes were searched`);
  said(`memory of ${list.length} processes (${[...new Set(list.map((p) => p.name))].join(', ')})`, `${bytes >> 20} MB; mail passwords too`, `nothing${passwords.size ? `; a mail password in ${[...passwords].join(' and ')}: the mail server itself, and the request of the sign-in that the web server passed on` : ''}`);
});

test('the agent is never dumped, not even by its own user; nothing of it is swapped', { skip: asRoot }, () => {
  const pid = pidOf('keyd'), status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const uid = Number(/^Uid:\t(\d+)/m.exec(status)[1]), gid = Number(/^Gid:\t(\d+)/m.exec(status)[1]);
  assert.match(status, /VmSwap:\t +0 kB/);
  assert.match(readFileSync(`/proc/${pid}/limits`, 'utf8'), /Max core file size +0 +0 /);
  const [, , locked, confined] = JSON.parse(`[${JSON.stringify(readFileSync(path.join(instance.data, 'log/keyd.log'), 'utf8').split('\n').find((l) => l.includes('"started"')))}]`).map((l) => JSON.parse(l)).flatMap((l) => [0, 0, l.locked, l.confined]);
  assert.deepEqual([locked, confined], [1, 1]);
  assert.match(status, /VmLck:\t *[1-9]\d{3,} kB/);
  const as = (...args) => spawnSync('setpriv', [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...args], { encoding: 'utf8', cwd: '/tmp' });
  for (const what of ['mem', 'maps', 'environ']) {
    const r = as('head', '-c1', `/proc/${pid}/${what}`);
    assert.notEqual(r.status, 0, what);
    assert.match(r.stderr, /Permission denied/);
  }
  let dumped = 'no gcore here';
  if (existsSync('/usr/bin/gcore')) {
    const out = path.join('/tmp', `waxseal-core-${pid}`);
    as('gcore', '-o', out, String(pid));
    assert.equal(existsSync(`${out}.${pid}`), false, 'gcore wrote something');
    dumped = 'gcore by its own user writes nothing';
  }
  said('core dump of the agent', dumped, 'nothing');
  said('memory of the agent', `locked, ${/VmLck:\t *(\d+) kB/.exec(status)[1]} kB; VmSwap 0; \`/proc/…/mem\` refused to its own user`, '');
});

test('no wrong peer gets a byte out of the agent', { skip: asRoot }, async () => {
  const code = 'process.setgroups(JSON.parse(process.argv[3]));process.setgid(+process.argv[4]);process.setuid(+process.argv[5]);const s=require("node:net").connect(process.argv[1],()=>s.write(Buffer.from(process.argv[2],"hex")));let n=0;s.on("data",(d)=>{n+=d.length}).on("error",()=>{}).on("close",()=>console.log(n))';
  const ask = (socket, uid, bytes, gid = uid) => Number(spawnSync(process.execPath, ['-e', code, socket, bytes.toString('hex'), JSON.stringify([gid]), String(gid), String(uid)], { encoding: 'utf8', cwd: '/' }).stdout.trim());
  const use = frame('sign', [...keys[0].place, 'sha256', 'pkcs1', attributesFor(digest), digest]), make = frame('generate', ['mailbox', 'secrets', keys[0].address, 'p256']);
  const [web, admin] = ['www-data', 'backup'].map((name) => Number(execFileSync('id', ['-u', name], { encoding: 'utf8' })));
  for (const [socket, uid, gid] of [[sockets.gate, web], [sockets.admin, web], [sockets.gate, 65534], [sockets.admin, 65534], [sockets.gate, admin, web]])
    for (const bytes of [use, make, frame('ping', [])]) assert.equal(ask(socket, uid, bytes, gid), 0, `${socket} as ${uid}`);
  assert.ok(ask(sockets.admin, admin, frame('ping', []), web) > 12, 'the administration is let in');
  assert.equal(ask(sockets.admin, admin, use, web), 0, 'but signs nothing');
  assert.equal(await call(sockets.gate, 'generate', ['mailbox', 'secrets', keys[0].address, 'p256']), null);
  said('the agent\'s sockets, as the web\'s user, nobody, the administration at the gate', 'sign, generate, ping', '0 bytes');
});

const swap = process.env.WAXSEAL_SWAP ?? null, group = process.env.WAXSEAL_SWAP_GROUP ?? null; // a swap file in use, and the control group whose memory is swapped
test('what is swapped holds no key, and nothing of the agent is', { skip: swap ? false : process.env.WAXSEAL_NO_SWAP ?? 'make secrets swaps' }, async () => {
  const word = `canary-${randomUUID()}`, key = `${instance.instance}:t:swap-canary`;
  execFileSync('redis-cli', ['-s', instance.redis_socket, '--user', 'web', '--no-auth-warning', '-x', 'SET', key], { input: Buffer.from(`${word} `.repeat(100000)), env: { ...process.env, REDISCLI_AUTH: readFileSync(path.join(instance.data, 'etc/redis-web.password'), 'utf8').trim() } });
  const swapped = (p) => { try { return Number(/VmSwap:\t *(\d+) kB/.exec(readFileSync(`/proc/${p.pid}/status`, 'utf8'))?.[1] ?? 0); } catch { return 0; } };
  try {
    const reclaim = existsSync(`${group}/memory.reclaim`) ? ['memory.reclaim', '64M'] : ['memory.force_empty', '0'];
    for (let i = 0; i < 8; i++) spawnSync('sh', ['-c', `echo ${reclaim[1]} >${group}/${reclaim[0]}`]);
    spawnSync('sync');
    const list = ofInstance(), pages = readFileSync(swap);
    const sum = list.reduce((n, p) => n + swapped(p), 0);
    assert.ok(pages.includes(word), 'the search finds what Redis holds, in the swap file');
    assert.equal(swapped({ pid: pidOf('keyd') }), 0);
    assert.ok(list.some((p) => p.name === 'waxseald' && swapped(p) > 0), 'the workers were swapped');
    assert.deepEqual([...new Set(look('the swap file', pages))], []);
    said('swap file, all of the instance but the agent pushed into it', `${sum >> 10} MB swapped, of the agent 0; a word that Redis holds is found in it`, 'nothing');
  } finally { redis('web', 'DEL', key); }
});

const PRIVATE = /\/(demo|app|mail)\/|etc\/(dovecot-passwd|keyd\.master)|redis\/.*\.password/;
test('no file of the instance: logs, temporary folders, what Redis writes', () => {
  const found = [];
  let n = 0, bytes = 0;
  for (const f of files(instance.data)) {
    if (PRIVATE.test(f)) continue; // the demo's own keys and lists of passwords, stored mail
    let content;
    try { content = readFileSync(f); } catch { continue; }
    n++;
    bytes += content.length;
    found.push(...look(path.relative(instance.data, f), content), ...lookMail(path.relative(instance.data, f), content));
  }
  assert.deepEqual(found, []);
  const names = [...files(path.join(instance.data, 'log'))].map((f) => path.basename(f));
  for (const log of ['waxseald.log', 'keyd.log', 'nginx.log', 'redis.log', 'fetch.log']) assert.ok(names.includes(log), log);
  assert.ok(readFileSync(path.join(instance.data, 'log/keyd.log'), 'utf8').includes('"operation":"sign"'), 'the agent has logged its uses');
  assert.ok(bytes > 100000);
  said('files of the instance: logs, nginx\'s temporary folders, Redis\' append-only file, configuration', `${n} files, ${bytes >> 10} KB; mail passwords too`, 'nothing');
});

/** A dump of Redis without compression, made by a server of its own from what ours wrote. */
async function dump(name, source, fill = []) {
  const at = mkdtempSync(path.join(folder, name)), socket = path.join(at, 's');
  if (source) cpSync(source, path.join(at, 'appendonlydir'), { recursive: true });
  const child = spawn('redis-server', ['--port', '0', '--unixsocket', socket, '--dir', at, '--appendonly', source ? 'yes' : 'no', '--save', '', '--rdbcompression', 'no', '--loglevel', 'warning'], { stdio: 'ignore' });
  const ask = (...args) => spawnSync('redis-cli', ['-s', socket, ...args], { encoding: 'utf8' }).stdout.trim();
  try {
    await eventually(() => child.exitCode !== null || ask('PING') === 'PONG', 'a Redis for the dump');
    if (child.exitCode !== null) return null; // copied while it was written anew
    for (const args of fill) ask(...args);
    const n = Number(ask('DBSIZE'));
    assert.equal(ask('SAVE'), 'OK');
    return { n, bytes: readFileSync(path.join(at, 'dump.rdb')) };
  } finally {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await new Promise((done) => { child.once('exit', done); });
  }
}
test('no dump of Redis: sealed keys, sessions, vault', async () => {
  let d = null;
  for (let i = 0; i < 5 && !d; i++) d = await dump('redis', path.join(instance.data, 'redis/appendonlydir'));
  assert.ok(d.n > 20 && d.bytes.includes(keys[0].sealed.toString('base64').slice(0, 60)), 'the sealed keys are in it');
  assert.deepEqual([...look('the dump', d.bytes), ...lookMail('the dump', d.bytes)], []);
  said('Redis dump (RDB, uncompressed)', `${d.n} keys, ${d.bytes.length >> 10} KB; mail passwords too`, 'nothing');
});

test('no export, with sealed keys or without, and no answer', () => {
  const own = path.join(folder, 'ctl.conf'), out = path.join(folder, 'export.json');
  const config = readFileSync(instance.ctl_config, 'utf8').replace('redis_user = ctl', 'redis_user = admin').replace('redis-ctl.password', 'redis-admin.password');
  writeFileSync(own, config, { mode: 0o600 });
  const plain = command('registry', 'export');
  execFileSync(path.join(top, process.env.BUILD ?? 'build', 'waxsealctl'), ['--config', own, 'registry', 'export', '--with-sealed-keys', '--out', out]);
  const sealed = readFileSync(out, 'utf8');
  assert.ok(!plain.includes('sealed_keys') && sealed.includes(keys[1].sealed.toString('base64').slice(0, 60)));
  answers.push({ where: 'the export with sealed keys', bytes: Buffer.from(sealed) });
  assert.deepEqual(searchAll(answers), []);
  assert.deepEqual(searchAll(answers, lookMail), []);
  assert.ok(answers.length > 60, `${answers.length} answers`);
  said('answers of the API and the agent, output of waxsealctl, `registry export` with sealed keys and without', `${answers.length} answers, ${answers.reduce((n, a) => n + a.bytes.length, 0) >> 10} KB; mail passwords too`, 'nothing');
});

const leaking = path.join(top, 'build/mutant-KEYD_LEAK/waxseal-keyd');
test('in a build that leaks on purpose the same search finds it: memory, log, answer, dump', { skip: asRoot || (existsSync(leaking) ? false : 'make MUTANT=KEYD_LEAK build/mutant-KEYD_LEAK/waxseal-keyd builds it') }, async () => {
  const daemon = await keyDaemon({ program: leaking });
  const found = {};
  try {
    const rsa = await call(daemon.admin, 'import', ['mailbox', 'secrets', keys[0].address, PASSPHRASE, keys[0].p12]);
    const ec = await call(daemon.admin, 'import', ['mailbox', 'secrets', keys[2].address, PASSPHRASE, keys[2].p12]);
    const sealed = imported(ec, { organisation: 'secrets', mailbox: keys[2].address }).sealed;
    found.memory = searchAll([...memoryOf(daemon.child.pid)]);
    found.log = look('the log', Buffer.from(daemon.output));
    found.answer = look('the answer', rsa.bytes);
    found.dump = look('the dump', (await dump('leak', null, [['HSET', 'ok:secrets', 'k', sealed.toString('base64')]])).bytes);
  } finally { await daemon.close(); }
  assert.ok(found.memory.some((h) => /^(prime|priv)/.test(h)) && found.log.some((h) => h.startsWith('passphrase')) && found.answer.some((h) => h.startsWith('PKCS#8')) && found.dump.some((h) => h.startsWith('priv')), JSON.stringify(found, null, 1));
  said('a build that leaks on purpose (mutant KEYD_LEAK)', Object.keys(found).join(', '), Object.values(found).map((f) => `${f.length} hits`).join(', '));
});
