// The rules engine against a second evaluator that was written from the text alone: the same decision for examples that
// nobody has written down. CASES and SEED choose how many and which.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { cases } from '../lib/policycases.mjs';
import { decide, normal } from '../lib/policyreference.mjs';

const top = path.join(import.meta.dirname, '../..');
const ctl = path.join(top, process.env.BUILD ?? 'build', 'waxsealctl');
const seed = Number(process.env.SEED ?? 1), count = Number(process.env.CASES ?? 4000);
const dir = mkdtempSync(path.join(tmpdir(), 'waxseal-'));
after(() => rmSync(dir, { recursive: true }));

function evaluated(examples) {
  const file = path.join(dir, 'examples.json');
  writeFileSync(file, JSON.stringify({ schema: 'smime-policy-examples/1', set: 'random', count: examples.length, examples }));
  return JSON.parse(execFileSync(ctl, ['policy', 'evaluate', file], { maxBuffer: 2 ** 30 }));
}

test(`${count} random examples: the two evaluators decide the same`, () => {
  const seen = new Set();
  for (let done = 0; done < count; done += 2000) {
    const examples = cases(seed + done, Math.min(2000, count - done));
    const got = evaluated(examples);
    assert.deepEqual(got.map((x) => x.id), examples.map((x) => x.id));
    for (const [i, e] of examples.entries()) {
      assert.equal(normal(got[i].decision), normal(decide(e)), `seed ${seed + done}, ${e.id}: ${JSON.stringify(e)}`);
      for (const r of Object.values(got[i].decision.recipients)) { seen.add(r.outcome); for (const p of r.passes) for (const [k, a] of Object.entries(p.actions ?? {})) seen.add(`${k} ${a.result} ${a.reason}`); }
    }
  }
  // What cannot differ because it never came up would say nothing.
  for (const wanted of ['deliver', 'reject', 'defer', 'quarantine', 'sign done ok', 'encrypt done ok', 'encrypt done revocation_unknown', 'encrypt deferred revocation_unknown', 'encrypt unavailable not_for_recipient', 'decrypt done ok',
    'decrypt none same_pass', 'decrypt unavailable tampered', 'decrypt unavailable cipher_refused', 'validate refused opaque', 'sign none user_declined', 'sign unavailable not_primary', 'encrypt unavailable recipient_revoke_pending'])
    assert.ok(seen.has(wanted), `no example came to "${wanted}"`);
});
