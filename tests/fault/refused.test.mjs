// R4: the outgoing server refuses, hangs up or falls silent at each command.
import test from 'node:test';
import { Lab, missing, refusals } from './lab.mjs';

let lab;
test.before(async () => { if (!missing) lab = await Lab.make(); });
test.after(async () => { await lab?.stop(); });

for (const [name, cases] of refusals())
  test(`${name}: the right sentence for each recipient, the draft kept, nothing sent or sent once, never in the clear`, { skip: missing }, async () => {
    for (const one of cases) await lab.refuse(one);
  });
