// PKCS#12 files through `waxsealctl p12 inspect`: what must open opens with its keys and
// certificates, the rest is refused for the right reason.
import test from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { corpus, root } from './expect.mjs';
import { CODES, inspect, REASONS } from './expect_p12.mjs';

const fixtures = join(root, 'tests/fixtures/p12');

function checkRefusal(file, got) {
  assert.equal(got.code, 1, `${file}: exit status`);
  assert.ok(CODES.includes(got.error?.code), `${file}: ${JSON.stringify(got)}`);
  assert.match(got.error.message, /\.$/, 'a sentence');
  if (REASONS[file]) assert.ok(REASONS[file].includes(got.error.code), `${file}: ${got.error.code}`);
}

function checkContent(entry, got) {
  const measured = entry.measured?.openssl3_legacy ?? entry.measured?.openssl3;
  assert.ok(got.keys.length > 0, `${entry.file}: no key`);
  if (!measured?.opens) return;
  assert.equal(got.keys.length, measured.private_keys, `${entry.file}: keys`);
  assert.equal(got.certificates.length, measured.certificates, `${entry.file}: certificates`);
}

if (!existsSync(join(corpus, 'manifest.json'))) {
  test('PKCS#12 families', { skip: `SKIPPED: no corpus at ${corpus} (set WAXSEAL_CORPUS)` }, () => {});
} else {
  const { files } = JSON.parse(readFileSync(join(corpus, 'manifest.json'), 'utf8'));
  for (const family of ['p12-zoo', 'p12-upstream']) {
    const entries = files.filter((f) => f.family === family);
    test(`${family}: ${entries.length} files`, async () => {
      assert.ok(entries.length > 0);
      for (const entry of entries) {
        const got = await inspect(join(corpus, entry.file), entry.passphrase ?? '');
        const must = entry.expect.must_open;
        if (got.code !== 0) checkRefusal(entry.file, got);
        if (must === true) assert.equal(got.code, 0, `${entry.file} must open: ${got.error?.code}`);
        if (must === false || must === 'reject-no-key') assert.equal(got.code, 1, `${entry.file} must not open`);
        if (got.code === 0) checkContent(entry, got);
      }
    });
  }
}

test('what a file holds is described', async () => {
  const got = await inspect(join(fixtures, 'multi-sign-enc.p12'), 'corpus');
  assert.equal(got.keys.length, 2);
  const used = got.keys.map((k) => got.certificates[k.certificate]);
  assert.deepEqual(used.map((c) => [c.can_sign, c.can_encrypt]).sort(), [[false, true], [true, false]].sort());
  for (const c of used) assert.match(c.fingerprint, /^[0-9a-f]{64}$/);
});

test('the line end of a passphrase file is not part of the passphrase, blanks are', async () => {
  assert.equal((await inspect(join(fixtures, 'rsa2048-default.p12'), 'corpus\n')).code, 0);
  assert.equal((await inspect(join(fixtures, 'pw-spaces.p12'), '  lead and trail  \n')).code, 0);
  assert.equal((await inspect(join(fixtures, 'pw-spaces.p12'), 'lead and trail\n')).error.code, 'wrong_passphrase');
});
