// S/MIME messages through `waxsealctl message inspect`: every firm verdict, what must and must not
// be shown, signers, attachments and protected headers.
//
// tests/fixtures/smime holds the families that may be copied (generated, attacks, header protection,
// RFC 4134); the others are read from the developers' corpus and skipped where that is absent. Where
// we differ on purpose, DEVIATIONS says so and docs/VIOLATIONS.md says why.
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
const fixtures = join(root, 'tests/fixtures/smime');
const corpus = process.env.WAXSEAL_CORPUS ?? resolve(root, '../shared/corpus');

const READERS = ['bert', 'bert-ec', 'anna-enc', 'rsa3072', 'expired'];
const ANCHORS = ['keys/corpus/root.cert.pem', 'keys/rfc9216/rsa-ca.cert.pem', 'keys/rfc9216/ed25519-ca.cert.pem'];
// A PKCS#12 file takes its time to open: each family gets those it needs.
const P12 = {
  thunderbird: [['smime/thunderbird/Bob.p12', 'nss']],
  'nss-interop': [['smime/nss-interop/Fran.p12', 'nss'], ['smime/nss-interop/Fran-ec.p12', 'nss']],
  'header-protection': [['keys/rfc9216/bob.p12', 'bob']],
};
const VERDICT_WORDS = new Set(['signed', 'signed-valid', 'signed-weak-or-invalid', 'signed-unverifiable', 'signed-untrusted',
  'signed-expired', 'signed-invalid', 'signer-mismatch', 'partially-signed', 'partially-encrypted', 'encrypted',
  'encrypted-unauthenticated', 'encrypted-no-key', 'decrypt-error', 'damaged', 'not-signed', 'none',
  'signed-valid-but-address-unconfirmed']);

// file → field → why (in full in docs/VIOLATIONS.md)
const DEVIATIONS = {
  'smime/openssl/SignedInvalidMappingFromanyPolicyTest7.eml': { verdict: 'the word is signed-untrusted' },
  'smime/openssl/rsa-malformed.der': { verdict: 'its key is not in the corpus' },
};

const folder = mkdtempSync(join(tmpdir(), 'waxseal-'));
test.after(() => rmSync(folder, { recursive: true }));

function passphraseFile(passphrase) {
  const file = join(folder, `p-${Buffer.from(passphrase).toString('hex')}`);
  writeFileSync(file, passphrase, { mode: 0o600 });
  return file;
}

// Keys and anchors that base has.
function keyring(base, family) {
  const args = [];
  for (const name of READERS)
    args.push('--key', join(base, `keys/corpus/${name}.key.pem`), '--cert', join(base, `keys/corpus/${name}.cert.pem`));
  args.push('--key', join(base, 'smime/rfc4134/BobPrivRSAEncrypt.pri'), '--cert', join(base, 'smime/rfc4134/BobRSASignByCarl.cer'));
  for (const [file, passphrase] of P12[family] ?? [])
    args.push('--p12', join(base, file), '--passphrase-file', passphraseFile(passphrase));
  for (const anchor of [...ANCHORS, 'smime/thunderbird/TestCA.pem'])
    if (existsSync(join(base, anchor))) args.push('--trust', join(base, anchor));
  return args;
}

async function inspect(base, file, args) {
  const { stdout } = await run(tool, ['message', 'inspect', ...args, '--content', join(base, file)], { timeout: 30_000, maxBuffer: 256 << 20 });
  return JSON.parse(stdout);
}

// A verdict the corpus writes as a test, as a function of ours.
function verdictHolds(want, is) {
  if (want === 'must-not-be-valid') return !is.split('+').includes('signed-valid');
  if (want === 'decrypt-error-or-garbage') return ['decrypt-error', 'encrypted-unauthenticated'].includes(is);
  if (want.startsWith('as measured')) return !is.split('+').includes('signed-valid'); // obsolete algorithms: never green
  return want === is;
}

// [field, expected, actual] where they differ.
function misses(entry, got) {
  const e = entry.expect ?? {};
  const out = [];
  const text = got.content.text ?? '';
  const all = JSON.stringify(got) + text;
  const miss = (field, want, is) => out.push([field, want, is]);
  if (e.verdict && !verdictHolds(e.verdict, got.verdict)) miss('verdict', e.verdict, got.verdict);
  if (e.show === '4711 or a message about depth') {
    if (!text.includes('4711') && !got.reasons.some((r) => r.code === 'too_deep')) miss('show', e.show, text.slice(0, 80));
  } else if (e.show && !text.includes(e.show)) miss('show', e.show, text.slice(0, 80));
  for (const s of e.must_not_show ?? []) if (all.includes(s)) miss('must_not_show', s, 'shown');
  for (const s of e.must_show_in_body ?? []) if (!text.includes(s)) miss('must_show_in_body', s, text.slice(0, 80));
  for (const s of e.must_not_show_in_body ?? []) if (text.includes(s)) miss('must_not_show_in_body', s, 'shown');
  if (e.subject !== undefined && got.headers.subject !== e.subject) miss('subject', e.subject, got.headers.subject);
  if (e.from && got.headers.from[0]?.address !== e.from) miss('from', e.from, got.headers.from[0]?.address);
  if (e.attachments) {
    const names = got.attachments.map((a) => a.name);
    if (JSON.stringify(names) !== JSON.stringify(e.attachments)) miss('attachments', e.attachments, names);
  }
  const signers = got.signature.signers.map((s) => s.address?.toLowerCase() ?? null);
  for (const s of e.signers ?? (e.signer ? [e.signer] : [])) if (!signers.includes(s)) miss('signer', s, signers);
  if (e.protected_headers) {
    const want = e.protected_headers !== 'none';
    if (got.headers.protected !== want) miss('protected_headers', want, got.headers.protected);
  }
  // "a layer measured invalid must never be shown as valid; SHA-1 counts as weak"
  const measured = e.verdict_measured ?? '';
  const words = got.verdict.split('+');
  if (/signed-invalid|not-trusted/.test(measured) && words.includes('signed-valid')) miss('verdict_measured', measured, got.verdict);
  if (/SHA1/.test(entry.file) && words.includes('signed-valid')) miss('verdict_measured', 'weak', got.verdict);
  return out;
}

function wellFormed(got) {
  for (const word of got.verdict.split('+')) assert.ok(VERDICT_WORDS.has(word), `unknown verdict word ${word}`);
  for (const r of got.reasons) assert.match(r.text, /^.+[.]$/su, 'a reason is a sentence');
  if (got.level === 'good') assert.ok(got.verdict.endsWith('signed-valid'), `green for ${got.verdict}`);
  if (/decrypt-error|encrypted-no-key/.test(got.verdict)) assert.equal(got.content.text, '', 'text of a mail that was not opened');
}

async function hold(base, family, entries) {
  const args = keyring(base, family), found = [], bad = [];
  const violations = readFileSync(join(root, 'docs/VIOLATIONS.md'), 'utf8');
  for (const entry of entries) {
    const got = await inspect(base, entry.file, args); // exit 0 or this throws
    wellFormed(got);
    const known = DEVIATIONS[entry.file] ?? {};
    const differ = misses(entry, got);
    for (const field of Object.keys(known)) {
      assert.ok(differ.some(([f]) => f === field), `${entry.file} ${field}: agrees by now, take it off DEVIATIONS`);
      assert.ok(violations.includes(entry.file.split('/').pop()), `${entry.file} is not in VIOLATIONS.md`);
    }
    for (const [field, want, is] of differ)
      (known[field] ? found : bad).push(`${entry.file} ${field}: expected ${JSON.stringify(want)}, got ${JSON.stringify(is)}`);
  }
  assert.deepEqual(bad, []);
  return found.length;
}

const isMessage = (f) => /\.(eml|message|env|bin|der|cms|p7m)$/.test(f.file) && /^(smime|attacks)\//.test(f.file);
const byFamily = (files) => {
  const map = new Map();
  for (const f of files.filter(isMessage)) map.set(f.family, [...(map.get(f.family) ?? []), f]);
  return map;
};

const own = byFamily(JSON.parse(readFileSync(join(fixtures, 'manifest.json'), 'utf8')).files);
for (const [family, entries] of own)
  test(`${family}: ${entries.length} files`, () => hold(fixtures, family, entries));

if (!existsSync(join(corpus, 'manifest.json'))) {
  test('families of the corpus that may not be copied', { skip: `SKIPPED: no corpus at ${corpus} (set WAXSEAL_CORPUS)` }, () => {});
} else {
  const { files } = JSON.parse(readFileSync(join(corpus, 'manifest.json'), 'utf8'));
  for (const [family, entries] of byFamily(files))
    if (!own.has(family)) test(`${family}: ${entries.length} files`, () => hold(corpus, family, entries));
  test('no file of the corpus ends the program', async () => {
    const args = keyring(corpus);
    for (const f of files.filter((x) => !/^(p12|keys|imap)\//.test(x.file))) wellFormed(await inspect(corpus, f.file, args));
  });
}

// --- what the corpus has no file for, made from what it has -------------------------------------------

const generated = (name) => readFileSync(join(fixtures, 'smime/generated', name), 'latin1');
async function inspectText(text) {
  const file = join(folder, `m-${Math.random().toString(16).slice(2)}.eml`);
  writeFileSync(file, text, 'latin1');
  return inspect('/', file, keyring(fixtures));
}

test('without its key a message shows nothing, and says which key is needed', async () => {
  const got = await inspect(fixtures, 'smime/generated/enc-aes256gcm-rsa.eml', []);
  assert.equal(got.verdict, 'encrypted-no-key');
  assert.equal(got.encryption.opened, false);
  assert.equal(got.encryption.recipients.length, 1);
  assert.ok(!JSON.stringify(got).includes('4711'));
});

test('without its root a signature is not trusted', async () => {
  const got = await inspect(fixtures, 'smime/generated/sign-clear-rsa-sha256.eml', []);
  assert.equal(got.verdict, 'signed-untrusted');
  assert.equal(got.level, 'neutral');
});

test('a second From field takes the badge away', async () => {
  const got = await inspectText(generated('sign-clear-rsa-sha256.eml').replace(/^To:/m, 'From: Chef <chef@corpus.example>\nTo:'));
  assert.equal(got.verdict, 'signer-mismatch');
  assert.ok(got.reasons.some((r) => r.code === 'from_several'));
});

test('two addresses in From take the badge away', async () => {
  const got = await inspectText(generated('sign-clear-rsa-sha256.eml').replace(/^From: (.*)$/m, 'From: $1, chef@corpus.example'));
  assert.equal(got.verdict, 'signer-mismatch');
});

test('a message without From is not green', async () => {
  const got = await inspectText(generated('sign-clear-rsa-sha256.eml').replace(/^From: .*\r?\n/m, ''));
  assert.notEqual(got.level, 'good');
  assert.ok(!got.verdict.split('+').includes('signed-valid'));
});

test('a third part in multipart/signed is shown as what it is', async () => {
  const mail = generated('sign-clear-rsa-sha256.eml');
  const end = /\n(--[^\n]*)--\s*$/.exec(mail);
  const got = await inspectText(`${mail.slice(0, end.index)}\n${end[1]}\nContent-Type: text/plain\n\nEVIL footer\n${end[1]}--\n`);
  assert.equal(got.verdict, 'partially-signed');
  assert.ok(got.content.text.includes('EVIL footer') && got.content.text.includes('4711'));
});

test('a list that rewrote From is a warning, not an alarm', async () => {
  const mail = generated('sign-clear-rsa-sha256.eml')
    .replace(/^From: (.*)$/m, 'From: Anna via list <list@lists.example>\nReply-To: $1\nList-Id: <list.lists.example>');
  const got = await inspectText(mail);
  assert.equal(got.verdict, 'signer-mismatch');
  assert.equal(got.level, 'warning');
});

test('a mislabelled p7m is opened, one that only has the name is a file', async () => {
  const as = (type) => generated('enc-aes256gcm-rsa.eml').replace(/^Content-Type: [^\n]*(\n[ \t][^\n]*)*/m, `Content-Type: ${type}; name="smime.p7m"`);
  assert.equal((await inspectText(as('application/octet-stream'))).verdict, 'encrypted');
  const other = 'From: a@b.example\nContent-Type: application/octet-stream; name="x.p7m"\n\njust text\n';
  const got = await inspectText(other);
  assert.equal(got.verdict, 'none');
  assert.deepEqual(got.attachments.map((a) => a.name), ['x.p7m']);
});

test('the certificate counts at the time that is asked for', async () => {
  const file = join(fixtures, 'smime/generated/sign-clear-rsa-sha256.eml');
  const { stdout } = await run(tool, ['message', 'inspect', ...keyring(fixtures), '--at', '2060-01-01T00:00:00Z', file]);
  const got = JSON.parse(stdout);
  assert.equal(got.verdict, 'signed-expired');
  assert.equal(got.content, undefined, 'no text without --content');
});

test('a file that is not there is an error, a wrong call is a usage error', async () => {
  await assert.rejects(run(tool, ['message', 'inspect', '/nonexistent.eml']), (e) => e.code === 1 && JSON.parse(e.stdout).error.code === 'not_found');
  await assert.rejects(run(tool, ['message', 'inspect', '--at', 'noon', 'x']), (e) => e.code === 2);
  await assert.rejects(run(tool, ['message', 'inspect', '--key', 'k', 'x']), (e) => e.code === 2);
});

test('keys and their other halves come in either order; a wrong passphrase is said', async () => {
  const mail = join(fixtures, 'smime/generated/enc-aes256gcm-rsa.eml');
  const [key, cert] = ['bert.key.pem', 'bert.cert.pem'].map((f) => join(fixtures, 'keys/corpus', f));
  for (const args of [['--key', key, '--cert', cert], ['--cert', cert, '--key', key]])
    assert.equal(JSON.parse((await run(tool, ['message', 'inspect', ...args, mail])).stdout).verdict, 'encrypted');
  const p12 = join(fixtures, 'keys/rfc9216/bob.p12');
  await run(tool, ['message', 'inspect', '--passphrase-file', passphraseFile('bob'), '--p12', p12, mail]);
  await assert.rejects(run(tool, ['message', 'inspect', '--p12', p12, '--passphrase-file', passphraseFile('no'), mail]),
    (e) => e.code === 1 && JSON.parse(e.stdout).error.code === 'wrong_passphrase');
});
