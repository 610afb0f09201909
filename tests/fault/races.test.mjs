// R6 in short: every race of drafts, as it comes and with a dying worker. `make fault` does them many times.
import test from 'node:test';
import { missing } from './lab.mjs';
import { Races, kindsOf, pointsOf, races } from './races.mjs';

let lab;
test.before(async () => { if (!missing) lab = await Races.make(); });
test.after(async () => { await lab?.stop(); });

for (const name of Object.keys(races))
  test(`${name}: no text is lost, nothing goes twice, and nobody is overtaken silently`, { skip: missing }, async () => {
    const kinds = kindsOf(name), points = pointsOf(name), at = Object.keys(races).indexOf(name);
    for (const [i, kind] of kinds.entries()) await lab.race(name, kind, (at + i) % 2 ? 5 : -5);
    for (let i = 0; i < 2; i++) await lab.race(name, kinds[i % kinds.length], 40 * i, points[(2 * at + i) % points.length]);
  });
