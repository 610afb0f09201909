// S/MIME messages through `waxsealctl message inspect`: every firm verdict, what must and must not
// be shown, signers, attachments and protected headers.
//
// tests/fixtures/smime holds the families that may be copied (generated, attacks, header protection,
// RFC 4134); the others are read from the developers' corpus and skipped where that is absent.
import test from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { corpus, folder, inspect, isMessage, keyring, misses, passphraseFile, root, run, tool, VERDICT_WORDS } from './expect.mjs';

const fixtures = join(root, 'tests/fixtures/smime');

function wellFormed(got) {
  for (const word of got.verdict.split('+')) assert.ok(VERDICT_WORDS.has(word), `unknown verdict word ${word}`);
  for (const r of got.reasons) assert.match(r.text, /^.+[.]$/su, 'a reason is a sentence');
  if (got.level === 'good') assert.ok(got.verdict.endsWith('signed-valid'), `green for ${got.verdict}`);
  if (/decrypt-error|encrypted-no-key/.test(got.verdict)) assert.equal(got.content.text, '', 'text of a mail that was not opened');
}

async function hold(base, family, entries) {
  const args = keyring(base, family), bad = [];
  for (const entry of entries) {
    const got = await inspect(base, entry.file, args); // exit 0 or this throws
    wellFormed(got);
    for (const [field, want, is] of misses(entry, got)) bad.push(`${entry.file} ${field}: expected ${JSON.stringify(want)}, got ${JSON.stringify(is)}`);
  }
  assert.deepEqual(bad, []);
}

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
