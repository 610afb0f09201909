// R1 in short: the worker dies once at every named point of a send. `make fault` does it fifty times each.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Lab, killPoints, kinds, missing } from './lab.mjs';

const points = killPoints();
let lab;
test.before(async () => { if (!missing) lab = await Lab.make(); });
test.after(async () => { await lab?.stop(); });

test('there are at least twenty places to die at', () => assert.ok(points.length >= 20, points.join(' ')));

test('killed anywhere on the way of a send: nothing lost, nothing sent twice, nothing called sent that was not, every doubtful one flagged', { skip: missing }, async () => {
  const ends = new Map(), sent = [], doubtful = [];
  // Of a send with a blind copy each point of the second envelope, too.
  const again = points.filter((p) => p.startsWith('smtp_') || p.startsWith('envelope_')).map((p) => [p, 'sign_encrypt', 2]);
  for (const [point, kind, nth] of [...points.map((p, i) => [p, kinds[i % kinds.length], 1]), ...again]) {
    const run = await lab.run(point, kind, nth);
    assert.ok(run.died, `${point}:${nth} was not reached`);
    await lab.restart();
    const end = await lab.judge(run);
    await lab.tryAgain(run, end);
    ends.set(end, (ends.get(end) ?? 0) + 1);
    if (end === 'sent') sent.push(run);
    if (end === 'in doubt') doubtful.push(run);
  }
  assert.equal(lab.killed().size, points.length);
  assert.deepEqual([...ends.keys()].sort(), ['in doubt', 'not sent', 'sent'], 'every kind of end was met');
  for (const run of sent) await lab.settle(run, 20);
  for (const run of doubtful) await lab.flagged(run, 20);
});
