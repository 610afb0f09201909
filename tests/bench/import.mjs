// 5,000 mailboxes (ROWS) registered from one archive with every mistake in it, and SINGLES (1,000) of them one by one beside it, by
// the real key agent and a Redis of their own. Called by `make organisation`; alone it renews its part of the report.
import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bulk, differences } from '../lib/bulk.mjs';
import { keyDaemon } from '../lib/keyd.mjs';
import { closeAll } from '../lib/netns.mjs';

const top = path.join(import.meta.dirname, '../..');
const tool = path.join(top, process.env.BUILD ?? 'build', 'waxsealctl');
const ROWS = Number(process.env.ROWS ?? 5000), SINGLES = Number(process.env.SINGLES ?? 1000);
export const HEADING = '## Certificates of many mailboxes';
const s = (ms) => (ms / 1000).toFixed(1);

async function world(act) {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'waxseal-many-')), at = (name) => path.join(dir, name);
  const agent = await keyDaemon();
  const redis = spawn('redis-server', ['--port', '0', '--unixsocket', at('redis.sock'), '--save', '', '--dir', dir], { stdio: 'ignore' });
  while (!existsSync(at('redis.sock'))) await sleep(10);
  const config = readFileSync(agent.file, 'utf8').replace(/^redis_socket = .*$/m, `redis_socket = ${at('redis.sock')}\ninstance = many`);
  writeFileSync(at('waxseal.conf'), config);
  try {
    return await act({ at, agent, redis: (...args) => spawnSync('redis-cli', ['-s', at('redis.sock'), ...args], { encoding: 'utf8' }).stdout.trim() });
  } finally {
    redis.kill('SIGKILL');
    await closeAll();
    rmSync(dir, { recursive: true });
  }
}
/** {code, out, ms, peak: KB of memory at most}. */
function measured(...args) {
  return new Promise((resolve) => {
    let peak = 0;
    const began = performance.now();
    const p = execFile(tool, args, { encoding: 'utf8', maxBuffer: 1 << 28 }, (error, out) => { clearInterval(watch); resolve({ code: error?.code ?? 0, out, ms: performance.now() - began, peak }); });
    const watch = setInterval(() => { try { peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${p.pid}/status`, 'utf8'))?.[1] ?? 0)); } catch { /* it has ended */ } }, 20);
  });
}
const ticks = (pid) => { const f = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' '); return (Number(f[11]) + Number(f[12])) * 10; }; // ms

export async function measureImport() {
  return world(async ({ at, agent, redis }) => {
    const run = (...args) => measured('--config', at('waxseal.conf'), ...args);
    const many = bulk({ count: ROWS, domain: 'many.test', mistakes: ROWS > 3200 ? { wrong_passphrase: 3115 } : {} }); // row 3,117 of the table
    const ones = bulk({ count: SINGLES, domain: 'ones.test' });
    writeFileSync(at('many.zip'), many.zip);
    writeFileSync(at('r.json'), JSON.stringify({ schema: 'waxseal-registry/1', customers: { c: { quota: 1 } }, organisations: { many: { customer: 'c' }, ones: { customer: 'c' } }, domains: { 'many.test': { organisation: 'many', proof: 'operator' }, 'ones.test': { organisation: 'ones', proof: 'operator' } },
      accounts: { many: Object.fromEntries(many.accounts.map((a) => [a, {}])), ones: Object.fromEntries(ones.accounts.map((a) => [a, {}])) }, certificates: {} }));
    if ((await run('registry', 'import', at('r.json'))).code !== 0) throw new Error('the registry was not imported');
    const version = redis('GET', 'many:ver');
    const check = await run('certificate', 'import', 'many', at('many.zip'), '--check', '--json');
    const unchanged = redis('GET', 'many:ver') === version;
    const before = ticks(agent.child.pid);
    const done = await run('certificate', 'import', 'many', at('many.zip'), '--json');
    const agentMs = ticks(agent.child.pid) - before;
    const again = await run('certificate', 'import', 'many', at('many.zip'), '--json');
    const wrong = [check, done].map((r) => differences(JSON.parse(r.out), many.expect).length), report = JSON.parse(done.out), repeated = JSON.parse(again.out);
    if (wrong[1]) console.error(differences(report, many.expect)[0]);
    // one by one: only the rows that can be done, a process each
    const good = ones.expect.map((e, i) => [e, ones.rows[i]]).filter(([e, r]) => e.result === 'registered' && r.file.endsWith('.p12') && r.passphrase && !r.primary);
    let singles = 0;
    for (const [, row] of good) {
      writeFileSync(at('one.p12'), ones.files.find(([name]) => name === row.file)[1]);
      writeFileSync(at('pass'), row.passphrase, { mode: 0o600 });
      const r = await run('certificate', 'add', row.address, at('one.p12'), '--passphrase-file', at('pass'), '--json');
      if (r.code !== 0) throw new Error(r.out);
      singles += r.ms;
    }
    const perRow = done.ms / ROWS, perSingle = singles / good.length;
    const exact = wrong[0] === 0 && wrong[1] === 0 && unchanged && Number(redis('HLEN', 'many:o:certificates:many')) === report.done && repeated.done === 0 && repeated.already === report.done + report.already;
    return { exact, text: `
${HEADING}

${ROWS.toLocaleString('en')} rows, each with a P-256 key and a PKCS#12 file of its own (PBKDF2, 2,048 rounds, twice), ${(many.zip.length / 1e6).toFixed(1)} MB, by \`waxsealctl certificate import\`; among them ${many.expect.filter((e) => !e.ok).length} rows with a mistake each (a wrong
passphrase in row 3,117, another mailbox's, RSA-1024, SHA-1, expired, not yet valid, damaged, missing, …) and a row that is there twice.

| what | measured |
|---|---|
| rows whose result is not exactly what was expected | check ${wrong[0]}, import **${wrong[1]}** |
| check (all but the writing) | ${s(check.ms)} s; the registry is ${unchanged ? 'unchanged' : '**changed**'} |
| import | ${s(done.ms)} s, ${perRow.toFixed(1)} ms a row; ${report.done} registered, ${report.already} there already, ${report.failed} refused, ${report.not_tried} not tried |
| of that, the key agent's work | ${s(agentMs)} s of processor time, ${(agentMs / ROWS).toFixed(1)} ms a row |
| the same archive again | ${s(again.ms)} s; ${repeated.done} registered, ${repeated.already} there already |
| memory of waxsealctl at most | ${Math.round(done.peak / 1024)} MB (archive and table are in it) |
| one by one, a command each (${good.length} rows) | ${perSingle.toFixed(1)} ms a row: **${(perSingle / perRow).toFixed(1)} times** as long |
` };
  });
}

if (process.argv[1] === import.meta.filename) {
  const file = process.env.REPORT ?? path.join(top, 'docs/reports/organisation.md');
  const { exact, text } = await measureImport();
  const old = readFileSync(file, 'utf8');
  writeFileSync(file, old.split(`\n${HEADING}`)[0] + text);
  process.stdout.write(text);
  if (!exact) process.exitCode = 1;
}
