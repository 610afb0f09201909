// make admin-bench: pages of the administration over an organisation of 10,000 mailboxes (MAILBOXES) with a P-256 certificate each, beside a
// running instance whose registry is put back afterwards. Writes docs/reports/admin.md (REPORT). Times are only reported.
import { execFileSync, spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Server } from '../lib/fastcgi.mjs';
import { fingerprint, TestIssuer } from '../lib/bulk.mjs';
import { instance, top } from '../lib/instance.mjs';

const MAILBOXES = Number(process.env.MAILBOXES ?? 10000), TIMES = 7, ORG = 'pages', DOMAIN = 'pages.test';
const report = process.env.REPORT ?? path.join(top, 'docs/reports/admin.md');
const dir = mkdtempSync(path.join(os.tmpdir(), 'waxseal-pages-'));
const ask = (...args) => execFileSync(path.join(top, process.env.BUILD ?? 'build', 'waxsealctl'), ['--config', instance.ctl_config, ...args], { encoding: 'utf8', maxBuffer: 1 << 29 });
const address = (i) => `user${i}@${DOMAIN}`;
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
const ms = (n) => (n < 10 ? n.toFixed(1) : Math.round(n).toString());

/** A worker of the administration beside the running ones. */
class AdminServer extends Server {
  options = ['--role=admin'];
  static async start(...args) {
    const s = new AdminServer(...args);
    s.origin = instance.admin.origin;
    await s.start();
    return s;
  }
  configure(changes) {
    super.configure({ 'admin.listen': this.socket, 'admin.processes': '1', 'admin.threads': '1', listen: `${this.folder}/w`, ...changes });
  }
}

function filled(before) {
  const issuer = new TestIssuer('Test authority of pages'), key = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const since = new Date().toISOString().replace(/\.\d+Z/, 'Z'), accounts = {}, certificates = {}, licences = {};
  for (let i = 0; i < MAILBOXES; i++) {
    accounts[address(i)] = { name: `User ${i}` };
    const der = issuer.certify(key.publicKey, address(i), { to: 5 + (i % 600) });
    certificates[`${address(i)} ${fingerprint(der)}`] = { der: der.toString('base64'), usage: 'sign', custody: 'user', primary: 'sign', seq: 1, source: i % 2 ? 'issued' : 'upload', since };
    licences[address(i)] = { organisation: ORG, state: 'active', since };
  }
  const d = structuredClone(before);
  const put = (section, id, row) => { d[section] = { ...d[section], [id]: row }; };
  put('customers', ORG, { quota: MAILBOXES });
  put('organisations', ORG, { customer: ORG });
  put('domains', DOMAIN, { organisation: ORG, proof: 'operator' });
  put('accounts', ORG, accounts);
  put('certificates', ORG, certificates);
  put('licences', ORG, licences);
  return d;
}
function replace(document, name) {
  const file = path.join(dir, name);
  writeFileSync(file, JSON.stringify(document));
  ask('registry', 'import', file, '--json');
}

/** Milliseconds of one HGETALL of all that the lists are about, by redis-cli over the same socket. */
function raw(keys) {
  const conf = readFileSync(instance.ctl_config, 'utf8'), value = (k) => new RegExp(`^${k} = (.*)$`, 'm').exec(conf)?.[1].trim();
  const secret = value('redis_password_file'), user = value('redis_user');
  const input = `${keys.map((k) => `HGETALL ${value('instance')}:o:${k}:${ORG}`).join('\n')}\n`;
  const env = { ...process.env, ...(secret ? { REDISCLI_AUTH: readFileSync(secret, 'utf8').trim() } : {}) };
  const began = performance.now();
  const r = spawnSync('redis-cli', ['-s', value('redis_socket'), ...(user ? ['--user', user] : []), '--no-auth-warning'], { input, env, maxBuffer: 1 << 29 });
  const took = performance.now() - began;
  if (r.status !== 0 || r.stdout.length < MAILBOXES * 50) throw new Error(`${r.stderr}${r.stdout.subarray(0, 200)}`);
  return { took, bytes: r.stdout.length };
}

const before = JSON.parse(ask('registry', 'export'));
let server;
try {
  const began = performance.now();
  replace(filled(before), 'filled.json');
  const imported = performance.now() - began;
  const made = JSON.parse(ask('token', 'make', 'pages', `${new Date().getFullYear() + 1}-01-01`, 'accounts:write', 'certificates:write', '--organisation', ORG, '--json'));
  const { token } = made;
  const start = () => AdminServer.start(instance, path.join(top, process.env.BUILD ?? 'build', 'waxseald'), { processes: '1', threads: '1' });
  const call = async (what, body) => {
    const t = performance.now();
    const r = await server.request(body ? 'POST' : 'GET', `/api/admin/v1/organisations/${ORG}/${what}`, { headers: { HTTP_AUTHORIZATION: `Bearer ${token}` }, ...(body ? { json: body } : {}) });
    const took = performance.now() - t;
    if (r.status !== 200) throw new Error(`${what}: ${r.status} ${r.text}`);
    said = r.json;
    return took;
  };
  let said;
  const change = (i) => call('accounts/set', { address: address(i), patch: { name: `Changed ${i} ${Date.now()}` } });
  /** Megabytes that are a worker's own, with as many threads as are configured: what it holds after each round of changes and of lists asked for by all threads at once. */
  const memory = async () => {
    const threads = 8, of = [];
    const worker = () => readFileSync(`/proc/${server.process.pid}/task/${server.process.pid}/children`, 'utf8').trim().split(' ')[0];
    const pss = () => Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${worker()}/smaps_rollup`, 'utf8'))[1]) / 1024;
    server = await AdminServer.start(instance, path.join(top, process.env.BUILD ?? 'build', 'waxseald'), { processes: '1', threads: '1', 'admin.threads': String(threads) });
    for (let round = 0; round < 6; round++) {
      for (let n = 0; n < 4; n++) {
        await change(n);
        await certify(n);
        await Promise.all(Array.from({ length: threads }, (_, i) => call(...[['accounts/query', { limit: 100 }], ['certificates/query', { limit: 100 }], ['certificates/calendar', null], ['accounts/query', { limit: 100, text: '9' }]][i % 4])));
      }
      of.push(pss());
    }
    await server.stop();
    server = null;
    return { held: of, parallel: threads };
  };
  const lists = [['mailboxes', 'accounts/query', { limit: 100 }], ['mailboxes by expiry, found by a word', 'accounts/query', { limit: 100, text: '9', sort: 'expires' }], ['certificates', 'certificates/query', { limit: 100 }], ['calendar', 'certificates/calendar', null]];
  const rows = [], key = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }), issuer = new TestIssuer('Test authority of pages');
  const certify = (i) => call('certificates/add', { address: address(i), file: issuer.certify(key.publicKey, address(i)).toString('base64'), custody: 'user', primary: 'sign' });
  for (const [title, what, body] of lists) {
    const first = [], again = [], after = [], certified = [];
    for (let n = 0; n < 3; n++) {
      server = await start();
      first.push(await call(what, body));
      if (n < 2) await server.stop();
    }
    for (let n = 0; n < TIMES; n++) {
      again.push(await call(what, body));
      await change(n);
      after.push(await call(what, body));
      await certify(n);
      certified.push(await call(what, body));
    }
    await server.stop();
    server = null;
    rows.push([title, median(first), median(again), median(after), median(certified)]);
  }
  const { held, parallel } = await memory();
  const records = raw(['accounts', 'certificates']), all = Array.from({ length: 3 }, () => raw(['accounts', 'certificates']).took);
  const short = Array.from({ length: 3 }, () => raw(['accounts', 'briefs']));
  const base = median([records.took, ...all]), brief = median(short.map((s) => s.took));
  ask('authority', 'create', ORG, '--algorithm', 'p256');
  server = await start();
  const later = `${new Date(Date.now() + 300 * 86400e3).toISOString().slice(0, 19)}Z`, issuing = { lacking: [], due: [], all: [], named: [] };
  for (let n = 0, after; n < TIMES; n++) {
    issuing.lacking.push(await call('authority/lacking', {}));
    issuing.due.push(await call('due', { at: later }));
    issuing.all.push(await call('issue', { all: true, ...(after ? { after } : {}) }));
    if (said.done !== 20) throw new Error(JSON.stringify(said));
    after = said.next;
    issuing.named.push(await call('issue', { addresses: Array.from({ length: 20 }, (_, i) => address(MAILBOXES - 1 - 20 * n - i)) }));
    if (said.done !== 20) throw new Error(JSON.stringify(said));
  }
  await server.stop();
  server = null;
  const [lacking, due, all20, named] = Object.values(issuing).map(median);
  const text = `# Lists of the administration

\`make admin-bench\` wrote this: an organisation of ${MAILBOXES} mailboxes with a P-256 certificate each, one worker with one thread, asked over FastCGI. ${os.cpus().length} processors; times are medians.
Beside it, of the same run, what one \`HGETALL\` of the records takes by redis-cli (${(records.bytes / 1e6).toFixed(1)} MB): ${ms(base)} ms; with the briefs the lists read instead of the certificates (${(short[0].bytes / 1e6).toFixed(1)} MB): ${ms(brief)} ms.

| page of 100 | first of a fresh worker | nothing changed | after a change of one mailbox | of one certificate | the same, by the HGETALL |
|---|---|---|---|---|---|
${rows.map(([title, first, again, after, certified]) => `| ${title} | ${ms(first)} ms | ${ms(again)} ms | ${ms(after)} ms | ${ms(certified)} ms | ${(after / base).toFixed(2)}, ${(certified / base).toFixed(2)} |`).join('\n')}

| issuing by an authority of its own | a request | the same, by the HGETALL |
|---|---|---|
| who lacks a certificate (all of them do, for one use) | ${ms(lacking)} ms | ${(lacking / base).toFixed(2)} |
| what is due in 300 days (half of what was issued) | ${ms(due)} ms | ${(due / base).toFixed(2)} |
| 20 of all who lack one, with a new P-256 key each | ${ms(all20)} ms | ${(all20 / base).toFixed(2)} |
| 20 by name, likewise | ${ms(named)} ms | ${(named / base).toFixed(2)} |

As long as each of these requests read and parsed every certificate, the first three took 80, 70 and 71 times the HGETALL (14.6, 12.7 and 12.9 s on a busy machine); who is refused each time stands last or behind \`next\`, and keeps nobody waiting.

Memory of a worker with ${parallel} threads (what it shares with others in proportion), after each of ${held.length} rounds of 8 changes and ${4 * parallel} lists: ${held.map((m) => Math.round(m)).join(', ')} MB.

The registry with all of them was generated and imported in ${(imported / 1000).toFixed(1)} s.
`;
  writeFileSync(report, text);
  console.log(text);
} finally {
  if (server) await server.stop();
  for (const t of JSON.parse(ask('token', 'list', ORG, '--json'))) ask('token', 'remove', t.id, ORG);
  replace(before, 'before.json');
  rmSync(dir, { recursive: true });
}
