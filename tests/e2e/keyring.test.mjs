// The keyring Worker in a real browser under different policies: it works under its own and refuses under every other
// that would let something out. Needs no running instance.
import test from 'node:test';
import assert from 'node:assert/strict';
import { OWN_POLICY, WorkerLab, file, missing } from '../lib/worker.mjs';

const skip = missing;
let lab;
test.before(async () => { if (!skip) lab = await WorkerLab.start(); });
test.after(() => lab?.stop());

const open = (kind) => lab.ask(kind, lab.unlocking(file('tests/fixtures/p12/rsa2048-legacy.p12'), 'corpus'));

for (const kind of ['shared', 'own']) {
  test(`${kind} Worker: works under its own policy`, { skip }, async () => {
    lab.policy = OWN_POLICY;
    const answers = await open(kind);
    assert.deepEqual(answers.map((a) => a.error), [undefined, undefined, undefined]);
    assert.equal(answers[0].value.locked, true);
    assert.equal(answers[2].value.keys.length, 1, 'an old RC2 file opens in the browser');
  });

  const leaky = {
    'no policy at all': '',
    'scripts of the same origin': "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'",
    'requests to the same origin': "default-src 'none'; script-src 'wasm-unsafe-eval'; connect-src 'self'",
    'requests to anywhere': "default-src 'none'; script-src 'wasm-unsafe-eval'; connect-src *",
    'requests to data: only': "default-src 'none'; script-src 'wasm-unsafe-eval'; connect-src data:",
    eval: "default-src 'none'; script-src 'wasm-unsafe-eval' 'unsafe-eval'",
  };
  for (const [name, policy] of Object.entries(leaky)) {
    test(`${kind} Worker: refuses under a policy that allows ${name}`, { skip }, async () => {
      lab.policy = policy;
      assert.deepEqual((await open(kind)).map((a) => a.error), ['unsafe', 'unsafe', 'unsafe']);
    });
  }
}
