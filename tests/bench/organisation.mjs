// make organisation: 1,000 changes (CHANGES) of plan, feature, account, rule and certificate while two workers on two sockets are
// asked without a pause; licences of 10,000 mailboxes; 100 processes for one seat; certificates of 5,000 from one archive.
// Writes docs/reports/organisation.md (REPORT).
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Server } from '../lib/fastcgi.mjs';
import { account, ctl, instance, top } from '../lib/instance.mjs';
import { measureImport } from './import.mjs';

const CHANGES = Number(process.env.CHANGES ?? 1000);
const report = process.env.REPORT ?? path.join(top, 'docs/reports/organisation.md');
const build = process.env.BUILD ?? 'build';
const tool = path.join(top, build, 'waxsealctl');
const dir = mkdtempSync(path.join(os.tmpdir(), 'waxseal-organisation-'));
const alice = account('alice'), bob = account('bob');
const run = (...args) => new Promise((resolve) => { execFile(tool, ['--config', instance.ctl_config, ...args], { encoding: 'utf8', maxBuffer: 1 << 26 }, (error, out) => resolve({ code: error?.code ?? 0, out })); });
const at = (list, p) => list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * p))] ?? 0;
const ms = (n) => (n < 10 ? n.toFixed(1) : Math.round(n).toString());
const timed = (f) => { const t = performance.now(); const out = f(); return [performance.now() - t, out]; };

/** Asks without a pause what an account may do and what rules make of a mail; every answer with when its question began and ended. */
async function watch(server, answers, stop) {
  while (!stop.now) {
    const asked = performance.now(), session = await server.get('/api/v1/session');
    answers.push({ asked, told: performance.now(), plan: `${session.json.plan} ${session.json.features.smime}` });
    const again = performance.now(), r = await server.post('/api/v1/compose/demands', { from: { name: '', address: bob.address }, to: [{ name: '', address: alice.address }], cc: [], bcc: [], subject: 'x', mode: 'none' });
    if (r.status !== 200) throw new Error(r.text);
    const encrypt = r.json.recipients[0]?.encrypt;
    if (encrypt) answers.push({ asked: again, told: performance.now(), rule: encrypt.level, certificate: encrypt.certificate ? 'there' : encrypt.reason });
  }
}

/** One change of each kind, made and unmade: [what is seen of it, what is to be seen then, command]. */
function kinds() {
  const rule = (encrypt) => { const file = path.join(dir, `${encrypt}.json`); writeFileSync(file, JSON.stringify({ rules: [{ id: 'R', priority: 1, from: [bob.address], to: [alice.address], encrypt }] })); return ['rules', 'set', 'demo', file]; };
  const pem = path.join(dir, 'alice.pem');
  const key = execFileSync('openssl', ['pkcs12', '-in', alice.p12, '-nokeys', '-clcerts', '-passin', `pass:${alice.passphrase}`], { stdio: ['ignore', 'pipe', 'ignore'] });
  const der = execFileSync('openssl', ['x509', '-outform', 'DER'], { input: key });
  writeFileSync(pem, execFileSync('openssl', ['x509'], { input: key }));
  return [
    ['plan', 'enterprise false', ['plan', 'set', 'enterprise', 'smime', 'off']], ['plan', 'enterprise true', ['plan', 'set', 'enterprise', 'smime', 'on']],
    ['rule', 'require', rule('require')], ['rule', 'on', rule('on')],
    ['certificate', 'there', ['certificate', 'add', alice.address, pem, '--custody', 'user']], ['certificate', 'no_certificate', ['certificate', 'remove', alice.address, createHash('sha256').update(der).digest('hex')]],
    ['plan', 'basic false', ['user', 'set', bob.address, 'basic']], ['plan', 'enterprise true', ['user', 'set', bob.address, 'default']],
    ['plan', 'basic false', ['customer', 'set', 'demo', '--plan', 'basic']], ['plan', 'enterprise true', ['customer', 'set', 'demo', '--plan', 'enterprise']],
  ];
}

async function changes() {
  const servers = [await Server.start(instance, path.join(top, build, 'waxseald'), { processes: '1' }), await Server.start(instance, path.join(top, build, 'waxseald'), { processes: '1' })];
  const answers = [[], []], stop = {}, made = [], all = kinds();
  const done = async (what) => { const r = await run(...what); if (r.code !== 0) throw new Error(`${what.join(' ')}: ${r.out}`); };
  try {
    await done(all[3][2]);
    for (const s of servers) await s.signIn(bob.address, bob.password);
    const watching = servers.map((s, i) => watch(s, answers[i], stop));
    for (let i = 0; i < CHANGES; i++) {
      const [seen, want, command] = all[i % all.length], began = performance.now();
      await done(command);
      made.push({ began, ended: performance.now(), seen, want });
    }
    stop.now = true;
    await Promise.all(watching);
  } finally {
    stop.now = true;
    writeFileSync(path.join(dir, 'none.json'), '{"rules": []}');
    for (const what of [['rules', 'set', 'demo', path.join(dir, 'none.json')], ...all.filter((_, i) => i % 2).filter(([seen]) => seen === 'plan').map(([, , c]) => c)]) ctl(...what);
    for (const s of servers) await s.stop();
  }
  return { answers, made };
}

/** For each change and server: how many questions begun after its end had an old answer, and how long after the change's
 *  end the first new answer came. An answer counts until the next change of what it is about begins. */
function judge({ answers, made }) {
  let old = 0, latest = 0;
  const until = [], by = {};
  for (const [i, change] of made.entries()) {
    const next = made.slice(i + 1).find((m) => m.seen === change.seen)?.began ?? Infinity;
    by[change.seen] ??= { changes: 0, asked: 0 };
    by[change.seen].changes++;
    for (const list of answers) {
      const about = list.filter((a) => a[change.seen] !== undefined && a.told >= change.began && a.told <= next);
      for (const a of about.filter((x) => x.asked >= change.ended)) { by[change.seen].asked++; if (a[change.seen] !== change.want) { old++; latest = Math.max(latest, a.asked - change.ended); } }
      const first = about.find((a) => a[change.seen] === change.want);
      if (first) until.push(first.told - change.ended);
    }
  }
  return { old, latest, until, by, asked: answers.flat().length };
}

function own(name) { // a registry of its own, so that nothing of the demo changes
  const config = path.join(dir, `${name}.conf`);
  writeFileSync(config, execFileSync('sed', ['s/^instance = .*/instance = bench/', instance.ctl_config], { encoding: 'utf8' }).replace(/^redis_socket = .*$/m, `redis_socket = ${dir}/redis.sock`).replace(/^redis_(user|password_file) = .*\n/gm, ''));
  return (...args) => execFileSync(tool, ['--config', config, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
}

async function licences() {
  const config = path.join(dir, 'x.conf'), ask = own('x');
  const { spawn } = await import('node:child_process');
  const redis = spawn('redis-server', ['--port', '0', '--unixsocket', `${dir}/redis.sock`, '--save', ''], { stdio: 'ignore' });
  for (;;) { try { statSync(`${dir}/redis.sock`); break; } catch { await new Promise((r) => { setTimeout(r, 20); }); } }
  try {
    const accounts = Object.fromEntries(Array.from({ length: 10000 }, (_, i) => [`user${i}@big.test`, { name: `User ${i}` }]));
    writeFileSync(path.join(dir, 'big.json'), JSON.stringify({ schema: 'waxseal-registry/1', customers: { big: { quota: 9999 } }, organisations: { big: { customer: 'big' } }, domains: { 'big.test': { organisation: 'big', proof: 'operator' } }, accounts: { big: accounts } }));
    const out = {};
    [out.import] = timed(() => ask('registry', 'import', path.join(dir, 'big.json'), '--json'));
    [out.all] = timed(() => { try { ask('licence', 'activate', 'big', '--all', '--json'); } catch (e) { if (e.status !== 1) throw e; } });
    out.state = JSON.parse(ask('licence', 'show', 'big', '--json'));
    [out.export] = timed(() => ask('registry', 'export'));
    [out.account] = timed(() => ask('account', 'set', 'user5000@big.test', '--name', 'Somebody', '--json'));
    ask('licence', 'deactivate', 'big', 'user0@big.test');
    ask('customer', 'set', 'big', '--quota', '10000');
    ask('account', 'add', 'late@big.test');
    [out.one] = timed(() => ask('licence', 'deactivate', 'big', 'user1@big.test'));
    ask('customer', 'set', 'big', '--quota', '10000');
    const wish = (i) => new Promise((resolve) => { execFile(tool, ['--config', config, 'licence', 'activate', 'big', `extra${i}@big.test`, '--json'], (error, text) => { const v = JSON.parse(text); resolve(v[0]?.result ?? v.error.message + JSON.stringify(v.error.details)); }); });
    const document = JSON.parse(ask('registry', 'export'));
    for (let i = 0; i < 100; i++) document.accounts.big[`extra${i}@big.test`] = {};
    writeFileSync(path.join(dir, 'more.json'), JSON.stringify(document));
    ask('registry', 'import', path.join(dir, 'more.json'), '--json');
    const free = JSON.parse(ask('licence', 'show', 'big', '--json')).free;
    const begun = performance.now();
    const results = await Promise.all(Array.from({ length: 100 }, (_, i) => wish(i)));
    out.rush = performance.now() - begun;
    out.got = results.filter((r) => r === 'activated').length;
    out.other = results.filter((r) => r !== "activated" && r !== "no_seat");
    if (out.other.length) console.error(out.other.length, out.other[0]);
    out.refused = results.filter((r) => r === 'no_seat').length;
    out.free = free;
    return out;
  } finally {
    redis.kill('SIGKILL');
  }
}

try {
  const seen = judge(await changes());
  const l = await licences();
  const many = await measureImport();
  const text = `# Changes of the registry, and what they cost

\`make organisation\` wrote this: ${CHANGES} changes with \`waxsealctl\` (features of a plan, a user's plan, a customer's plan, a rule, a certificate) while two workers, each on
a socket of its own, were asked without a pause what an account may do and what rules make of a mail. ${os.cpus().length} processors.

| what | measured |
|---|---|
| questions asked meanwhile | ${seen.asked} |
${Object.entries(seen.by).map(([what, n]) => `| of ${what}: changes, and questions begun after one of them had ended | ${n.changes}, ${n.asked} |`).join('\n')}
| questions begun after a change had ended and answered by the old version | **${seen.old}**${seen.old ? `, the last ${ms(seen.latest)} ms after it` : ''} (allowed: none later than 1,000 ms) |
| first new answer, counted from the end of the command (before it: below 0) | p50 ${ms(at(seen.until, 0.5))} ms, p99 ${ms(at(seen.until, 0.99))} ms, last ${ms(at(seen.until, 1))} ms |

Licences of one customer, 10,000 mailboxes:

| what | measured |
|---|---|
| import of the document with 10,000 accounts | ${ms(l.import)} ms |
| activate all, quota 9,999 | ${ms(l.all)} ms; ${l.state.active} active, ${l.state.free} free |
| export of all | ${ms(l.export)} ms |
| change of one account | ${ms(l.account)} ms |
| deactivate one among 9,999 | ${ms(l.one)} ms |
| 100 processes at once for ${l.free} free seat${l.free === 1 ? '' : 's'} | **${l.got}** got one, ${l.refused} were told that there is none; ${ms(l.rush)} ms in all |
${many.text}`;
  writeFileSync(report, text);
  process.stdout.write(text);
  if (seen.old > 0 || l.got !== l.free || !many.exact) process.exitCode = 1;
} finally {
  rmSync(dir, { recursive: true });
}
