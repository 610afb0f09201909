// The oracle's own trick: a gpgsm that cannot read a good key file gets another one, and is given up on after eight.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Oracle } from '../lib/oracle.mjs';

const { PATH } = process.env;
let dir;
before(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'waxseal-oracle-test-'));
  for (const name of ['root', 'alice', 'mallory', 'bob'])
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', path.join(dir, `${name}.key`), '-out', path.join(dir, `${name}.pem`), '-days', '2', '-subj', `/O=Waxseal test key/CN=${name}`], { stdio: 'ignore' });
  // Takes the place of gpgsm: notes what it is given; the first FAIL key files are no good to it.
  writeFileSync(path.join(dir, 'gpgsm'), `#!/bin/sh
for f; do :; done
case "$f" in *.p12)
  sha256sum < "$f" >> "${dir}/files"
  [ "$(wc -l < "${dir}/files")" -gt "$FAIL" ] || { echo 'gpgsm: error parsing or importing' >&2; exit 2; };;
esac
`);
  writeFileSync(path.join(dir, 'gpgconf'), '#!/bin/sh\nexit 0\n');
  for (const f of ['gpgsm', 'gpgconf']) chmodSync(path.join(dir, f), 0o755);
  process.env.PATH = `${dir}:${PATH}`;
});
after(() => {
  process.env.PATH = PATH;
  rmSync(dir, { recursive: true });
});

/** Imports with a gpgsm that refuses so many files; what it was given. */
function files(fail) {
  writeFileSync(path.join(dir, 'files'), '');
  process.env.FAIL = String(fail);
  const oracle = new Oracle(dir);
  try {
    oracle.gpgsm('--list-keys');
  } finally { oracle.close(); }
  return readFileSync(path.join(dir, 'files'), 'utf8').trim().split('\n');
}

test('a good gpgsm is given one file for each key', () => assert.equal(files(0).length, 2));
test('a file that cannot be read is made again, with another salt', () => {
  const given = files(5);
  assert.equal(given.length, 7);
  assert.equal(new Set(given).size, 7, 'never the same file twice');
});
test('after eight files it is a failure', () => assert.throws(() => files(100), /error parsing or importing/));
