// Writes docs/reports/corpus.md: what holds of the developers' corpus, family by family, and why the rest does not.
// `make corpus-report`. Ends with an error when a firm expectation is missed without a reason, or a miss has none.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { corpus, inspect, isMessage, keyring, misses, root } from './expect.mjs';
import * as mime from './expect_mime.mjs';
import * as p12 from './expect_p12.mjs';

// Where the families that are no single messages are tested.
const ELSEWHERE = {
  'html-vectors': '`tests/e2e/hostile` (our own vectors, in a browser), `static/*/sanitize*.test.ts`',
  'html-cve-mail': '`tests/e2e/hostile`, `docs/reports/attacks.md`',
  'imap-transcripts': '`tests/unit/mail/imap_replay_test`',
  tnef: '`tests/corpus/tnef`: every file that is listed is found, and the whole is offered',
};
// Why a hint is not followed: [family or file, field, reason].
const REASONS = [
  [/^mime-/, 'attachment_count', 'what counts as an attachment: here every part that is not shown as text, and a forwarded message as one'],
  [/^mime-/, 'attachment_names', 'names as a reader may save them: without path and control characters, and only of what counts as an attachment'],
  [/^mime-/, 'text_begins', 'the parsers disagree: here the charset rules of WHATWG, and the text that is shown'],
  [/^mime-/, 'subject', 'the parsers disagree about damaged encoded words or charsets'],
  [/^mime-/, 'from', 'the parsers disagree about a malformed address: here it is none'],
  ['attacks/dos/opaque-12-layers.eml', 'text', 'too many layers: eight are opened'],
  ['attacks/dos/opaque-12-layers.eml', 'signed', 'too many layers: damaged, with a reason that says so'],
  [/^attacks\/(efail\/direct|oracle\/covert)/, 'opened', 'an encrypted part that is not the whole message is never opened in place: that is the attack'],
  ['attacks/oracle/covert-content-reply.eml', 'text', 'the hidden part is not opened, so nothing can quote it'],
  ['attacks/mime/forwarded-signed.eml', 'signer', 'the signature of a forwarded message is its own'],
  [/^smime\/bouncycastle/, 'text', 'of alternatives one is shown'],
  ['smime/header-protection/smime-signed-enc-hp-baseline-legacy.eml', 'text', 'declared legacy display elements are left out'],
  ['p12/openssl/v3-certs-TDES.p12', 'must_open', 'holds no private key: "empty"'],
  ['smime/rfc4134/4.3.bin', 'signed', 'a detached signature without what it signs'],
  ['smime/generated/compressed-bomb-small.eml', 'text', 'more than 200 times its compressed size: refused'],
  ['smime/generated/enc-other-recipient.eml', 'opened', 'measured with a key that the reader of this test does not have'],
  ['smime/generated/enc-other-recipient.eml', 'text', 'measured with a key that the reader of this test does not have'],
  ['attacks/efail/cbc-gadget-img.eml', 'text', 'the measured text is the gadget itself; shown as the plain form of HTML that was cleaned'],
  [/^attacks\/efail|^attacks\/mime/, 'text', 'the text of parts that are not the whole message is theirs alone'],
  [/^attacks\/efail\/gcm-tag-8/, 'opened', 'a tag of 8 bytes is refused (RFC 5084); OpenSSL takes it'],
  [/^smime\/thunderbird/, 'opened', 'an encrypted part that is not the whole message is never opened in place'],
  [/^smime\/thunderbird/, 'signed', 'the signed part is not the whole message: partially-signed'],
  [/^smime\/thunderbird/, 'text', 'the text of a part inside another one that is not opened in place'],
  [/^smime\/thunderbird|^smime\/rfc4134|^smime\/bouncycastle/, 'signer', 'the certificate names the address in its subject only'],
];
const reasonOf = (family, file, field) => REASONS.find(([where, what]) => what === field && (where instanceof RegExp ? where.test(family) || where.test(file) : where === file))?.[2];

const flat = (s) => (s ?? '').replace(/\s+/g, ' ').trim();
/** What OpenSSL measured, as hints: [field, held, expected, actual]. */
function measured(entry, got) {
  const out = [];
  const words = got.verdict.split('+');
  const all = JSON.stringify(got).toLowerCase();
  for (const l of entry.measured ?? []) {
    const held = { signed: !words.includes('signed-invalid') && /signe[dr]/.test(got.verdict), altered: !words.includes('signed-valid') };
    if (l.signature === 'valid') out.push(['signed', held.signed, `a valid signature at ${l.at}`, got.verdict]);
    if (l.signature === 'invalid') out.push(['altered', held.altered, `no valid signature at ${l.at}`, got.verdict]);
    if (l.decrypts !== undefined) {
      const opened = got.encryption?.layers?.some?.((x) => x.opened) || got.encryption?.opened === true;
      out.push(['opened', opened === l.decrypts, l.decrypts ? `opens with the key of ${l.decrypted_by}` : 'does not open', got.verdict]);
    }
    if (l.text && /^text\//.test(l.leaf ?? 'text/')) {
      const plain = flat(l.text.replace(/<[^>]*>/g, ' ')).slice(0, 30);
      out.push(['text', flat(got.content.text).includes(plain), plain, flat(got.content.text).slice(0, 60)]);
    }
    for (const s of l.signature === 'valid' ? l.signers ?? [] : []) for (const mail of s.emails)
      out.push(['signer', all.includes(mail.toLowerCase()), mail, got.signature.signers.map((x) => x.address).join(', ')]);
  }
  return out;
}

class Family {
  constructor(name, files) { Object.assign(this, { name, files, firm: [0, 0], hints: [0, 0], rows: [], unexplained: [] }); }
  count(kind, file, field, held, want, is, reason) {
    this[kind][1]++;
    if (held) { this[kind][0]++; return; }
    reason ??= reasonOf(this.name, file, field);
    if (kind === 'firm' && reason) this.firm[1]--; // not followed on purpose: docs/VIOLATIONS.md
    const text = (v) => JSON.stringify(v ?? null).slice(0, 60).replace(/\|/g, '\\|').replace(/`/g, "'");
    this.rows.push(`| ${file} | ${kind} | ${field} | \`${text(want)}\` | \`${text(is)}\` | ${reason ?? '**no reason**'} |`);
    if (!reason) this.unexplained.push(`${file} ${field}`);
  }
}

async function smime(f, entries) {
  const args = keyring(corpus, f.name);
  for (const entry of entries) {
    const got = await inspect(corpus, entry.file, args);
    const bad = new Map(misses(entry, got).map(([field, want, is]) => [field, [want, is]]));
    for (const field of Object.keys(entry.expect ?? {})) if (!/^(note|rule|must|must_not|reply|signed|decrypt_with|must_not_request|must_not_quote)$/.test(field)) {
      const [want, is] = bad.get(field) ?? [];
      f.count('firm', entry.file, field, !bad.has(field), want, is);
      bad.delete(field);
    }
    for (const [field, [want, is]] of bad) f.count('firm', entry.file, field, false, want, is);
    for (const [field, held, want, is] of measured(entry, got)) f.count('hints', entry.file, field, held, want, is);
  }
}
async function mimeFamily(f, entries) {
  for (const entry of entries) {
    const got = await mime.inspect(entry.file);
    for (const [level, kind] of [[3, 'firm'], [2, 'hints']]) for (const [field, want, is] of await mime.demands(entry, got, level))
      f.count(kind, entry.file, field, JSON.stringify(want) === JSON.stringify(is), want, is, mime.DEVIATIONS[entry.file]?.[field]);
  }
}
async function p12Family(f, entries) {
  for (const entry of entries) {
    const got = await p12.inspect(join(corpus, entry.file), entry.passphrase ?? '');
    const must = entry.expect?.must_open ?? true, is = got.code === 0 ? 'opens' : got.error.code;
    if (must === true) f.count('firm', entry.file, 'must_open', got.code === 0, true, is);
    else if (must === false || must === 'reject-no-key') f.count('firm', entry.file, 'must_open', got.code === 1, must, is);
    else f.count('hints', entry.file, 'must_open', got.code === 0 || !(entry.measured?.openssl3_legacy ?? entry.measured?.openssl3)?.opens, must, is);
    const seen = entry.measured?.openssl3_legacy ?? entry.measured?.openssl3;
    if (got.code === 0 && seen?.opens) f.count('hints', entry.file, 'contents', got.keys.length === seen.private_keys && got.certificates.length === seen.certificates,
      [seen.private_keys, seen.certificates], [got.keys.length, got.certificates.length]);
  }
}

const manifest = join(corpus, 'manifest.json');
if (!existsSync(manifest)) {
  console.error(`no corpus at ${corpus} (set WAXSEAL_CORPUS)`);
  process.exit(1);
}
const { files } = JSON.parse(readFileSync(manifest, 'utf8'));
const names = [...new Set(files.map((f) => f.family))].sort();
const families = [];
for (const name of names) {
  const entries = files.filter((f) => f.family === name), f = new Family(name, entries.length);
  families.push(f);
  if (name.startsWith('mime-')) await mimeFamily(f, entries);
  else if (name.startsWith('p12-') || name === 'keys') await p12Family(f, entries.filter((e) => e.file.endsWith('.p12')));
  else if (entries.some(isMessage)) {
    await smime(f, entries.filter(isMessage));
    await p12Family(f, entries.filter((e) => e.file.endsWith('.p12')).map((e) => ({ passphrase: 'nss', ...e })));
  }
}
const sum = (kind, i) => families.reduce((n, f) => n + f[kind][i], 0);
const held = ([a, b]) => (b ? `${a}/${b}` : '–');
const lines = ['# The developers\' corpus', '', 'Made by `make corpus-report`; the same checks run in `tests/corpus`. *Firm*: what the corpus demands, without what we leave aside on purpose',
  '(docs/VIOLATIONS.md, listed below). *Hints*: what two of three MIME parsers say, and what OpenSSL measured layer by layer.', '',
  '| family | files | firm | hints | not held | tested also in |', '| --- | ---: | ---: | ---: | ---: | --- |',
  ...families.map((f) => `| ${f.name} | ${f.files} | ${held(f.firm)} | ${held(f.hints)} | ${f.rows.length || ''} | ${ELSEWHERE[f.name] ?? ''} |`),
  `| **all** | ${files.length} | **${sum('firm', 0)}/${sum('firm', 1)}** | ${sum('hints', 0)}/${sum('hints', 1)} | ${families.reduce((n, f) => n + f.rows.length, 0)} | |`, '',
  '## What does not hold, and why', '', '| file | kind | what | corpus | here | reason |', '| --- | --- | --- | --- | --- | --- |', ...families.flatMap((f) => f.rows), ''];
writeFileSync(join(root, 'docs/reports/corpus.md'), lines.join('\n'));
const bare = families.flatMap((f) => f.unexplained);
console.log(`firm ${sum('firm', 0)}/${sum('firm', 1)}, hints ${sum('hints', 0)}/${sum('hints', 1)}; without a reason: ${bare.length}`);
for (const b of bare) console.log(`  ${b}`);
if (bare.length || sum('firm', 0) !== sum('firm', 1)) process.exitCode = 1;
