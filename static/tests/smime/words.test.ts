import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Level, Message, Security, Signer } from '../../src/api/types.ts';
import type { KeyState } from '../../src/smime/words.ts';
import { summary } from '../../src/smime/words.ts';

const signer: Signer = {
  address: 'ana@x.test', subject: 'CN=Ana López,O=X', issuer: '', serial: '', fingerprint: '', algorithm: '', integrity: 'intact', match: 'yes', chain: 'trusted',
  chain_detail: null, revocation: 'good', not_before: '', not_after: '', signed_at: null,
  trusted_by: 'organisation', known: 'known', path: [], revocation_detail: null,
};
const job: Security['job'] = {
  layer: 0, key_bytes: 32,
  recipients: [{ index: 0, kind: 'rsa-v15', mine: true, issuer: '', serial: '', key_identifier: null, encrypted_key: '', key_algorithm: '', originator_key: null, ukm: null }],
};
function show(verdict: string, level: Level, o: { job?: Security['job']; keys?: KeyState } = {}): string[] {
  const security: Security = { verdict, level, reasons: [], signature: verdict.includes('sign') ? { whole: true, signers: [signer] } : null, encryption: null, job: o.job ?? null, check: false };
  return summary({ security } as Message, o.keys ?? 'locked').map((i) => `${i.icon} ${i.text.replace('smime-', '')} ${i.level}`);
}

test('one line: lock for encryption, seal for signature, nothing for ordinary mail', () => {
  const cases: [string, Level, string[]][] = [
    ['none', 'none', []], ['not-signed', 'none', []],
    ['signed-valid', 'good', ['seal sig-valid good']],
    ['encrypted+signed-valid', 'good', ['lock enc-yes good', 'seal sig-valid good']],
    ['encrypted', 'neutral', ['lock enc-yes neutral']],
    ['encrypted-unauthenticated', 'neutral', ['lock enc-unauthenticated neutral']],
    ['opened-unauthenticated', 'neutral', ['lock-keyhole-open enc-opened neutral']],
    ['signed-invalid', 'bad', ['seal-broken sig-invalid bad']],
    ['encrypted+signed-invalid', 'bad', ['lock enc-yes neutral', 'seal-broken sig-invalid bad']],
    ['signer-mismatch', 'bad', ['seal-broken sig-mismatch bad']],
    ['signed-untrusted', 'neutral', ['seal-question sig-untrusted neutral']],
    ['signed-unverifiable', 'neutral', ['seal-question sig-unverifiable neutral']],
    ['signed-expired', 'warning', ['seal-question sig-expired warning']],
    ['partially-signed', 'warning', ['seal-plain sig-partial warning']],
    ['decrypt-error', 'bad', ['lock enc-failed bad']],
    ['damaged', 'warning', ['triangle-alert enc-damaged warning']],
    ['signed+encrypted+signed-valid', 'good', ['lock enc-yes good', 'seal sig-valid good']],
  ];
  for (const [verdict, level, items] of cases) assert.deepEqual(show(verdict, level), items, verdict);
});

test('names the signer the verdict is about, by what its certificate proves', () => {
  const who = (signers: Signer[]): string | undefined => {
    const security: Security = { verdict: 'signed-valid', level: 'good', reasons: [], signature: { whole: true, signers }, encryption: null, job: null, check: false };
    return summary({ security } as Message, 'locked')[0]!.args?.who;
  };
  const added: Signer = { ...signer, address: 'mallory@evil.test', subject: 'CN=Your Bank', match: 'no' };
  assert.equal(who([signer]), 'Ana López <ana@x.test>');
  assert.equal(who([added, signer]), 'Ana López <ana@x.test>', 'a signature that somebody added in front');
  assert.equal(who([added]), 'Your Bank <mallory@evil.test>');
  for (const name of ['chef@x.test', 'chef\uff20x.test']) assert.equal(who([{ ...signer, subject: `CN=${name},O=X` }]), 'ana@x.test', name);
});

test('never green where the whole is not', () => {
  for (const level of ['none', 'neutral', 'warning', 'bad'] as const) {
    const items = show('encrypted+signed-valid', level);
    assert.ok(items.every((i) => !i.endsWith('good')), items.join());
    assert.ok(items.some((i) => i.startsWith('seal-plain')), 'no seal with a tick');
  }
});

test('a job says whether a key of ours opens it', () => {
  const cases: [KeyState, string][] = [
    ['locked', 'lock-keyhole enc-locked neutral'], ['open', 'lock-keyhole-open enc-opening neutral'], ['other', 'lock enc-other neutral'], ['none', 'lock enc-sealed neutral'],
  ];
  for (const [keys, item] of cases) assert.deepEqual(show('encrypted-no-key', 'neutral', { job, keys }), [item], keys);
});

test('the signer is named with name and address', () => {
  const security: Security = { verdict: 'signed-valid', level: 'good', reasons: [], signature: { whole: true, signers: [signer] }, encryption: null, job: null, check: false };
  assert.deepEqual(summary({ security } as Message, 'none')[0]!.args, { who: 'Ana López <ana@x.test>' });
});

test('every text of this folder exists in every language', () => {
  const files = ['words', 'form', 'unlock', 'activity', 'chip', 'details', 'first-run', 'reading', 'sending', 'wizard', 'settings', 'bar', 'reasons', 'trusting', 'certificates'];
  const source = files.map((f) => readFileSync(`static/src/smime/${f}.ts`, 'utf8')).join('\n');
  const wanted = new Set([...source.matchAll(/'(smime-[a-z0-9-]*[a-z0-9])'/g)].map((m) => m[1]!));
  for (const d of ['mode', 'signer', 'recipients', 'certificate', 'from', 'subject', 'header', 'text', 'html', 'attachment', 'structure', 'time', 'forward', 'digest']) wanted.add(`smime-check-${d}`);
  for (const e of ['wrong-passphrase', 'damaged', 'unsupported', 'empty', 'refused', 'failed', 'locked', 'unknown', 'too-many', 'integrity', 'unsafe', 'timeout', 'unavailable']) wanted.add(`smime-err-${e}`);
  for (const s of ['file', 'password', 'summary', 'passphrase', 'backup']) wanted.add(`smime-import-title-${s}`);
  for (const k of ['empty', 'too-large', 'pem-key', 'pem', 'certificate', 'key', 'other']) wanted.add(`smime-file-${k}`);
  for (const p of ['none', 'no-certificate', 'address', 'address-case', 'no-address', 'expired', 'not-yet-valid', 'expires-soon', 'weak', 'no-use', 'sign-only', 'encrypt-only']) wanted.add(`smime-problem-${p}`);
  for (const v of ['yes', 'sealed', 'unauthenticated', 'locked', 'opening', 'other', 'failed', 'partial', 'damaged']) wanted.add(`smime-enc-${v}`);
  for (const v of ['valid', 'weak', 'unverifiable', 'untrusted', 'expired', 'invalid', 'mismatch', 'partial', 'unconfirmed', 'valid-personal']) wanted.add(`smime-sig-${v}`);
  for (const lang of ['en', 'de']) {
    const ftl = readFileSync(`static/i18n/${lang}.ftl`, 'utf8');
    for (const key of wanted) assert.ok(new RegExp(`^${key} =`, 'm').test(ftl), `${lang}: ${key}`);
  }
});
