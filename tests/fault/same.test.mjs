// R2: one submission, many times at once, over two servers of their own.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Lab, kinds, missing } from './lab.mjs';

let lab;
test.before(async () => { if (!missing) lab = await Lab.make(); });
test.after(async () => { await lab?.stop(); });

test('one submission fifty times in parallel over two servers is one mail, one copy, no draft', { skip: missing }, async () => {
  for (const kind of kinds) {
    const { fields, finished } = await lab.flood(kind, 50);
    assert.ok(finished.some((r) => r.json?.status === 'sent'), finished.map((r) => r.text).join('\n'));
    for (const r of finished) assert.ok(r.status === 409 || ['sent', 'pending'].includes(r.json?.status), r.text);
    assert.equal(lab.delivered(fields).length, kind === 'sign_encrypt' ? 2 : 1, kind);
    assert.equal(new Set(lab.delivered(fields)).size, lab.delivered(fields).length, kind);
    assert.deepEqual([await lab.copies(fields), await lab.drafts(fields)], [1, 0], kind);
  }
});
