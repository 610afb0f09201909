// scale.mjs FILE.json...: what tests/e2e/scale.test.mjs measured, as the table of docs/reports/scale.md. Several runs
// of one size: the median of each row.
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { percentile } from '../lib/measure.mjs';

const runs = process.argv.slice(2).map((f) => JSON.parse(readFileSync(f, 'utf8')));
const sizes = [...new Set(runs.map((r) => r.messages))].sort((a, b) => a - b);
const number = new Intl.NumberFormat('en');
const values = (size, what) => runs.filter((r) => r.messages === size).flatMap((r) => r.rows.filter((x) => x.what === what).map((x) => x.value));
const rows = [...new Map(runs.flatMap((r) => r.rows.map((x) => [x.what, x]))).values()];

console.log(`# The client at a full mailbox

${new Date().toISOString().slice(0, 10)}, ${os.cpus().length} cores, load average ${runs.map((r) => r.load.toFixed(1)).join(', ')}; headless Chromium, drawing in software;
${runs.length === sizes.length ? 'one run a size' : `median of ${runs.length / sizes.length} runs a size`}. Made by \`make scale\`: the mailbox of \`tests/stack/seed/bigmail.mjs\`, measured by \`tests/e2e/scale.test.mjs\`.
Goals in bold may fail a test (they are counts and bytes); times are only reported.

| what | ${sizes.map((s) => `${number.format(s)} messages`).join(' | ')} | unit | goal |
|---|${sizes.map(() => '---').join('|')}|---|---|`);
for (const r of rows) {
  const cells = sizes.map((s) => { const v = percentile(values(s, r.what), 50); return Number.isNaN(v) ? '–' : `${v}${r.goal !== null && v > r.goal ? ' ✗' : ''}`; });
  console.log(`| ${r.what} | ${cells.join(' | ')} | ${r.unit} | ${r.goal === null ? '–' : r.hard ? `**≤ ${r.goal}**` : `≤ ${r.goal}`} |`);
}
