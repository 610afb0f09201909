// report.mjs FILE: R1, R2, R4 and the races of drafts at full length; writes what came of them. Fails where anything is lost, sent twice or
// said to be sent falsely. RUNS: a kill point (50); RACES: a race at each of its points (a fifth of it).
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import { killPoints, kinds, refusals } from './lab.mjs';
import { Races, kindsOf, pointsOf, races } from './races.mjs';

const RUNS = Number(process.env.RUNS ?? 50), FLOODS = 20, RACES = Number(process.env.RACES ?? Math.ceil(RUNS / 5));
const LAGS = [-12, -6, -2, 0, 2, 6, 12], DEATHS = [0, 25];
const FAULTS = { lost: /is lost/, double: /sent twice|sent again|worked twice/, 'false': /sent", but|was said to be sent|the answer arrived/ };
const lab = await Races.make();
const problems = [];
const started = Date.now();

/** True when it went as it must; else what went wrong is kept for the report. */
async function holds(act) {
  try { await act(); return true; } catch (e) { if (e.code !== 'ERR_ASSERTION' && !/^never happened/.test(e.message)) throw e; problems.push(e.message.split('\n')[0]); return false; }
}

async function killing() {
  const points = killPoints(), rows = [];
  const twice = points.filter((p) => p.startsWith('smtp_') || p.startsWith('envelope_'));
  for (const [point, nth] of [...points.map((p) => [p, 1]), ...twice.map((p) => [p, 2])]) {
    const row = { point, nth, died: 0, 'not sent': 0, sent: 0, 'in doubt': 0 }, later = [];
    for (let i = 0; i < RUNS; i++) {
      const run = await lab.run(point, nth > 1 ? 'sign_encrypt' : kinds[i % kinds.length], nth);
      row.died += run.died;
      await lab.restart();
      await holds(async () => {
        const end = await lab.judge(run);
        row[end]++;
        await lab.tryAgain(run, end);
        if (end !== 'not sent') later.push([end, run]);
      });
    }
    for (const [end, run] of later) await holds(() => (end === 'sent' ? lab.settle(run, 20) : lab.flagged(run, 20)));
    lab.smtp.messages = [];
    if (row.died !== RUNS) problems.push(`${point}:${nth} was reached ${row.died} times of ${RUNS}`);
    rows.push(row);
    console.log(`${point}${nth > 1 ? ' (second envelope)' : ''}: ${row.died} died, ${row['not sent']} not sent, ${row.sent} sent, ${row['in doubt']} in doubt; ${problems.length} problems`);
  }
  return rows;
}

async function flooding() {
  let mails = 0, requests = 0;
  for (let i = 0; i < FLOODS; i++) {
    const kind = kinds[i % kinds.length];
    await holds(async () => {
      const { fields, finished } = await lab.flood(kind, 50);
      requests += 50;
      const got = lab.delivered(fields), wanted = kind === 'sign_encrypt' ? 2 : 1;
      if (new Set(got).size !== got.length || got.length > wanted) throw Object.assign(new Error(`R2 ${kind}: sent twice`), { code: 'ERR_ASSERTION' });
      if (got.length !== wanted || !finished.some((r) => r.json?.status === 'sent')) throw Object.assign(new Error(`R2 ${kind}: is lost`), { code: 'ERR_ASSERTION' });
      if ((await lab.copies(fields)) !== 1) throw Object.assign(new Error(`R2 ${kind}: ${await lab.copies(fields)} copies in Sent`), { code: 'ERR_ASSERTION' });
      mails++;
    });
  }
  return { mails, requests };
}

async function refusing() {
  const rows = [];
  for (const [name, cases] of refusals()) {
    let good = 0;
    for (const one of cases) good += await holds(() => lab.refuse(one));
    rows.push({ name, cases: cases.length, good });
  }
  return rows;
}

/** Each race as it comes, RACES times a kind, and once with a death at each point of the first one, early and late. */
async function racing() {
  const rows = [];
  for (const name of Object.keys(races)) {
    const row = { name, runs: 0, died: 0, told: 0, good: 0 };
    const cases = kindsOf(name).flatMap((kind) => [...Array.from({ length: RACES }, (_, i) => [kind, LAGS[i % LAGS.length]]), ...pointsOf(name).flatMap((p) => DEATHS.map((lag) => [kind, lag, p]))]);
    for (const one of cases) {
      row.runs++;
      row.good += await holds(async () => { const r = await lab.race(name, ...one); row.died += r.died; row.told += r.told; });
    }
    lab.smtp.messages = [];
    rows.push(row);
    console.log(`${name}: ${row.runs} runs, ${row.died} died, ${row.told} told, ${row.good} good`);
  }
  return rows;
}

function report(rows, floods, refusals_, raced) {
  const sum = (key) => rows.reduce((n, r) => n + r[key], 0);
  const of = (kind) => problems.filter((p) => FAULTS[kind].test(p)).length;
  const other = problems.filter((p) => !Object.values(FAULTS).some((f) => f.test(p)));
  return `# Sending while everything fails

${new Date().toISOString().slice(0, 10)}, ${os.cpus().length} cores, ${Math.round((Date.now() - started) / 60_000)} minutes. Made by \`make fault\` (\`tests/fault/report.mjs\`): a server built with
\`KILL=1\`, Dovecot and Redis as they are, and in place of the outgoing server one that records every message it took.

| | runs | lost | sent twice | "sent" falsely | other faults |
|---|---|---|---|---|---|
| all | ${sum('died') + floods.requests + refusals_.reduce((n, r) => n + r.cases, 0) + raced.reduce((n, r) => n + r.runs, 0)} | ${of('lost')} | ${of('double')} | ${of('false')} | ${other.length} |

## R1: the worker dies

${killPoints().length} named points (\`WX_KILL_POINT\`), ${RUNS} runs each, by turns a plain, a signed, and a signed and encrypted mail with a blind copy (two
envelopes); the points of the outgoing dialogue for the second envelope, too. After each death: what the status says is compared with what the
outgoing server took; the same ticket and a new preparation are tried. *Not sent*: nothing left, the draft is there, and the
next try sent it once. *Sent*: everybody has it once; one copy in Sent, no draft. *In doubt*: is said to be so ("may have been sent"), the
draft is there, nothing is sent again.

| point | died | not sent | sent | in doubt |
|---|---|---|---|---|
${rows.map((r) => `| \`${r.point}\`${r.nth > 1 ? ', second envelope' : ''} | ${r.died} | ${r['not sent']} | ${r.sent} | ${r['in doubt']} |`).join('\n')}
| **${rows.length}** | **${sum('died')}** | **${sum('not sent')}** | **${sum('sent')}** | **${sum('in doubt')}** |

## R2: one submission many times at once

${FLOODS} submissions, each prepared and finished 50 times in parallel over two servers: ${floods.mails} of ${FLOODS} were one mail (one a blind copy more), with one copy in Sent.

## R4: the outgoing server refuses, hangs up, falls silent

At EHLO, AUTH, MAIL, RCPT, DATA and after the dot. Each: the right state and reply for each recipient, a sentence, the draft kept, nothing in
the clear; then sent once (or, after a dot without an answer, in doubt and not sent again).

| what | cases | as it must be |
|---|---|---|
${refusals_.map((r) => `| ${r.name} | ${r.cases} | ${r.good} |`).join('\n')}

## Races of drafts

Two windows that have the same draft open, or one window whose answer was lost, do two things at the same moment over two servers, a few
milliseconds apart either way; then once more with the first one's server dying at each point of what it does, early and late. A window does what
the browser does: it names the draft it goes from and counts its requests, repeats what had no answer, and where another one was quicker it is told so
and goes on as a message of its own. As it must be: the last text of every window that is still open lies in exactly one draft, no submission has two drafts,
"sent" is with everybody once, with one copy and no draft, what was discarded is gone, and no secret is in the clear anywhere. *Told*: runs in which a window was told.

| race | runs | died | told | as it must be |
|---|---|---|---|---|
${raced.map((r) => `| ${r.name} | ${r.runs} | ${r.died} | ${r.told} | ${r.good} |`).join('\n')}
| **${raced.length}** | **${raced.reduce((n, r) => n + r.runs, 0)}** | **${raced.reduce((n, r) => n + r.died, 0)}** | **${raced.reduce((n, r) => n + r.told, 0)}** | **${raced.reduce((n, r) => n + r.good, 0)}** |
${problems.length ? `\n## What went wrong\n\n${[...new Set(problems)].slice(0, 50).map((p) => `- ${p}`).join('\n')}\n` : ''}`;
}

try {
  const raced = await racing(), rows = await killing(), floods = await flooding(), refused = await refusing();
  writeFileSync(process.argv[2], report(rows, floods, refused, raced));
} finally { await lab.stop(); }
console.log(`${problems.length} problems; report: ${process.argv[2]}`);
process.exit(problems.length ? 1 : 0);
