// Weighs the built client against static/build/budget.json: what the first page loads, piece by piece and together, and
// all that is loaded later. `node static/build/budget.mjs` fails when something grew by more than 2 %; with --write it takes what is there
// as the new measure (to be done in the same commit as what made it grow, with the reason).
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ADMIN_LOAD, adminLoad, over, weigh } from './weigh.mjs';

const BUDGET = path.join(path.dirname(fileURLToPath(import.meta.url)), 'budget.json');
const now = weigh();
if (process.argv.includes('--write')) {
  writeFileSync(BUDGET, `${JSON.stringify(Object.fromEntries(Object.entries(now).sort()), null, 1)}\n`);
  console.log(`first load ${(now.first / 1024).toFixed(1)} KB`);
} else {
  const found = over(now, JSON.parse(readFileSync(BUDGET, 'utf8')));
  if (adminLoad() > ADMIN_LOAD) found.push(`admin page: ${adminLoad()} bytes (gzip), at most ${ADMIN_LOAD}`);
  for (const line of found) console.error(line);
  if (found.length) { console.error('Grown on purpose: make client-budget, and say why in the commit.'); process.exit(1); }
  console.log(`first load ${(now.first / 1024).toFixed(1)} KB, within the budget`);
}
