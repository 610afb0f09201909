// PKCS#12 files through `waxsealctl p12 inspect`: what must open opens with its keys and
// certificates, the rest is refused for the right reason.
import test from 'node:test';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const tool = join(root, process.env.BUILD ?? 'build', 'waxsealctl');
const fixtures = join(root, 'tests/fixtures/p12');
const corpus = process.env.WAXSEAL_CORPUS ?? resolve(root, '../shared/corpus');
const folder = mkdtempSync(join(tmpdir(), 'waxseal-'));
test.after(() => rmSync(folder, { recursive: true }));

// Why a file that must not open does not: its code, or one of several.
const REASONS = {
  'p12/bad-bitflip.p12': ['wrong_passphrase', 'damaged'], // a wrong MAC: which of the two cannot be told
  'p12/bad-empty-file.p12': ['damaged'],
  'p12/bad-truncated.p12': ['damaged'],
  'p12/bad-wrong-passphrase.p12': ['wrong_passphrase'],
  'p12/no-key.p12': ['empty'],
  'p12/nss/pbmac1-invalid-no-length.p12': ['damaged', 'unsupported', 'wrong_passphrase'],
};
const CODES = ['wrong_passphrase', 'damaged', 'unsupported', 'empty'];

async function inspect(file, passphrase) {
  const secret = join(folder, 'passphrase');
  writeFileSync(secret, passphrase, { mode: 0o600 });
  try {
    const { stdout } = await run(tool, ['p12', 'inspect', '--passphrase-file', secret, file], { timeout: 60_000 });
    return { code: 0, ...JSON.parse(stdout) };
  } catch (e) {
    if (typeof e.code !== 'number') throw e;
    return { code: e.code, ...JSON.parse(e.stdout) };
  }
}

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
