// The keyring in the browser and the same C in waxsealctl say the same about every file, and the page reads
// certificates as the server does.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Cert } from '../../src/api/types.ts';
import { KeyringError } from '../../src/smime/keyring.ts';
import type { OpenedFile } from '../../src/smime/protocol.ts';
import { readCertificate } from '../../src/smime/x509.ts';
import { FakeWorker, NOT_BUILT, built, newKeyring, pass } from './harness.ts';

const TOOL = join(process.env.BUILD ?? 'build', 'waxsealctl');
const CORPUS = process.env.WAXSEAL_CORPUS ?? '../shared/corpus';
const skip = !built ? NOT_BUILT : existsSync(TOOL) ? false : `${TOOL} is missing: run make server`;
const folder = mkdtempSync(join(tmpdir(), 'waxseal-agree-'));
after(() => rmSync(folder, { recursive: true }));

interface Native { keys?: { type: string; bits: number; certificate: number | null }[]; certificates?: Cert[]; error?: { code: string } }

function native(file: string, passphrase: string): Native {
  const secret = join(folder, 'passphrase');
  writeFileSync(secret, passphrase, { mode: 0o600 });
  try {
    return JSON.parse(execFileSync(TOOL, ['p12', 'inspect', '--passphrase-file', secret, file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) as Native;
  } catch (e) {
    return JSON.parse((e as { stdout: string }).stdout) as Native;
  }
}

async function browser(file: string, passphrase: string): Promise<OpenedFile | string> {
  const keyring = newKeyring(new FakeWorker());
  try {
    return await keyring.open(new Uint8Array(readFileSync(file)), pass(passphrase));
  } catch (e) {
    assert.ok(e instanceof KeyringError);
    return e.code;
  }
}

function sameCertificates(file: string, n: Native, b: OpenedFile): void {
  const mine = [...b.keys.flatMap((k) => k.certificates), ...b.others];
  assert.deepEqual(mine.map((c) => c.fingerprint).sort(), n.certificates!.map((c) => c.fingerprint).sort(), file);
  for (const c of mine) {
    const theirs = n.certificates!.find((x) => x.fingerprint === c.fingerprint)!;
    const info = readCertificate(c.der);
    assert.deepEqual(info.addresses, theirs.addresses, `${file}: addresses`);
    assert.equal(info.notAfter, Date.parse(theirs.not_after), `${file}: end of validity`);
    assert.equal(info.canSign, theirs.can_sign, `${file}: ${theirs.subject} signs`);
    assert.equal(info.canEncrypt, theirs.can_encrypt, `${file}: ${theirs.subject} encrypts`);
    assert.equal(info.weak, theirs.weak, `${file}: ${theirs.subject} weak`);
  }
}

async function compare(file: string, passphrase: string): Promise<void> {
  const n = native(file, passphrase);
  const b = await browser(file, passphrase);
  if (typeof b === 'string') {
    assert.equal(b, n.error?.code, file);
    return;
  }
  assert.equal(n.error, undefined, file);
  assert.deepEqual(b.keys.map((k) => `${k.type} ${k.bits}`), n.keys!.map((k) => `${k.type} ${k.bits}`), file);
  sameCertificates(file, n, b);
}

test('fixtures', { skip }, async () => {
  const files = readdirSync('tests/fixtures/p12').filter((f) => f.endsWith('.p12') && !f.startsWith('nss-'));
  assert.ok(files.length > 35);
  for (const f of files) await compare(join('tests/fixtures/p12', f), 'corpus');
});

const manifest = join(CORPUS, 'manifest.json');
test('corpus', { skip: skip || (existsSync(manifest) ? false : `SKIPPED: no corpus at ${CORPUS} (set WAXSEAL_CORPUS)`) }, async () => {
  const { files } = JSON.parse(readFileSync(manifest, 'utf8')) as { files: { file: string; passphrase?: string }[] };
  const all = files.filter((f) => /\.(p12|pfx)$/.test(f.file));
  assert.ok(all.length > 50);
  for (const f of all) await compare(join(CORPUS, f.file), f.passphrase ?? '');
});
