// What the developers' corpus expects of S/MIME messages, as checks: shared by smime.test.mjs and report.mjs.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const run = promisify(execFile);
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const tool = join(root, process.env.BUILD ?? 'build', 'waxsealctl');
export const corpus = process.env.WAXSEAL_CORPUS ?? resolve(root, '../shared/corpus');

const READERS = ['bert', 'bert-ec', 'anna-enc', 'rsa3072', 'expired'];
const ANCHORS = ['keys/corpus/root.cert.pem', 'keys/rfc9216/rsa-ca.cert.pem', 'keys/rfc9216/ed25519-ca.cert.pem'];
// A PKCS#12 file takes its time to open: each family gets those it needs.
const P12 = {
  thunderbird: [['smime/thunderbird/Bob.p12', 'nss']],
  'nss-interop': [['smime/nss-interop/Fran.p12', 'nss'], ['smime/nss-interop/Fran-ec.p12', 'nss']],
  'header-protection': [['keys/rfc9216/bob.p12', 'bob']],
};
export const VERDICT_WORDS = new Set(['signed', 'signed-valid', 'signed-weak-or-invalid', 'signed-unverifiable', 'signed-untrusted',
  'signed-expired', 'signed-invalid', 'signer-mismatch', 'partially-signed', 'partially-encrypted', 'encrypted',
  'encrypted-unauthenticated', 'opened-unauthenticated', 'encrypted-no-key', 'decrypt-error', 'damaged', 'not-signed', 'none',
  'signed-valid-but-address-unconfirmed']);

// The corpus does not hold its key: as it stands the word is encrypted-no-key. formats_encrypted.test.mjs puts a
// key that is held in its place, and then what the corpus expects is demanded.
const WITHOUT_KEY = new Set(['smime/openssl/rsa-malformed.der']);

export const folder = mkdtempSync(join(tmpdir(), 'waxseal-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

export function passphraseFile(passphrase) {
  const file = join(folder, `p-${Buffer.from(passphrase).toString('hex')}`);
  writeFileSync(file, passphrase, { mode: 0o600 });
  return file;
}

// Keys and anchors that base has.
export function keyring(base, family) {
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

export async function inspect(base, file, args) {
  const { stdout } = await run(tool, ['message', 'inspect', ...args, '--content', join(base, file)], { timeout: 30_000, maxBuffer: 256 << 20 });
  return JSON.parse(stdout);
}

// A verdict the corpus writes as a test, as a function of ours.
export function verdictHolds(want, is) {
  if (want === 'must-not-be-valid') return !is.split('+').includes('signed-valid');
  if (want === 'decrypt-error-or-garbage') return ['decrypt-error', 'encrypted-unauthenticated'].includes(is);
  if (want === 'signed; chain policy invalid') return is === 'signed-untrusted'; // no word of the list: intact, and the chain is not believed
  if (want.startsWith('as measured')) return !is.split('+').includes('signed-valid'); // obsolete algorithms: never green
  return want === is;
}

// [field, expected, actual] where they differ.
export function misses(entry, got) {
  const e = entry.expect ?? {};
  const out = [];
  const text = got.content.text ?? '';
  const all = JSON.stringify(got) + text;
  const miss = (field, want, is) => out.push([field, want, is]);
  const verdict = WITHOUT_KEY.has(entry.file) ? 'encrypted-no-key' : e.verdict;
  if (verdict && !verdictHolds(verdict, got.verdict)) miss('verdict', verdict, got.verdict);
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

/** A message of a family that inspect can be asked about. */
export const isMessage = (f) => /\.(eml|message|env|bin|der|cms|p7m)$/.test(f.file) && /^(smime|attacks)\//.test(f.file);
