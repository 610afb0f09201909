// What the security bar and its panel say: one status, each thing once, foreign text tamed, texts by code.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { beforeEach, test } from 'node:test';
import type { Message, PathCert, Reason, Security, Signer } from '../../src/api/types.ts';
import { foreign } from '../../src/core/foreign.ts';
import { useTexts } from '../../src/core/i18n.ts';
import { certificateText } from '../../src/smime/certificate-file.ts';
import { securityDetails } from '../../src/smime/details.ts';
import type { Acts } from '../../src/smime/details.ts';
import { betterText, reasonLevel, reasonText } from '../../src/smime/reasons.ts';
import { commonName } from '../../src/core/foreign.ts';
import { status, summary } from '../../src/smime/words.ts';

const english = (): void => { useTexts('en', readFileSync('static/i18n/en.ftl', 'utf8')); };
const german = (): void => { useTexts('de', readFileSync('static/i18n/de.ftl', 'utf8')); };
beforeEach(english);

const reason = (code: string, more: Partial<Reason> = {}): Reason => ({ code, text: `The server's English for ${code}.`, a: null, b: null, better: null, ...more });
const link = (name: string, der: string | null): PathCert => ({ subject: `CN=${name}`, issuer: 'CN=Root', serial: '01', fingerprint: 'ab'.repeat(32), not_before: '2026-01-01T00:00:00Z', not_after: '2027-01-01T00:00:00Z', der });
const signer = (more: Partial<Signer> = {}): Signer => ({
  address: 'ana@x.test', subject: 'O=X,CN=Ana López', issuer: 'CN=Root', serial: '01', fingerprint: 'ab'.repeat(32), algorithm: 'rsa', integrity: 'intact', match: 'yes', chain: 'trusted', chain_detail: null,
  revocation: 'good', not_before: '2026-01-01T00:00:00Z', not_after: '2027-01-01T00:00:00Z', signed_at: null, trusted_by: 'organisation', known: 'known', path: [], revocation_detail: null, ...more,
});
const security = (more: Partial<Security> = {}, s: Signer[] = [signer()]): Security => ({ verdict: 'signed-valid', level: 'good', reasons: [], signature: { whole: true, signers: s }, encryption: null, job: null, check: false, ...more });
const message = (s: Security): Message => ({ security: s, headers: { protected: false } } as unknown as Message);
const acts: Acts = { harvested: '', checking: false, proving: false, proof: () => undefined, checkAgain: () => undefined, trust: () => undefined };

/** Everything a template would show, as text. */
function flat(x: unknown): string {
  if (x === null || x === undefined || typeof x === 'symbol' || typeof x === 'function' || typeof x === 'boolean') return '';
  if (Array.isArray(x)) return x.map(flat).join(' ');
  if (typeof x === 'object' && 'strings' in x && 'values' in x) {
    const { strings, values } = x as { strings: readonly string[]; values: unknown[] };
    return strings.map((s, i) => s + flat(values[i])).join('');
  }
  return typeof x === 'object' ? '' : String(x);
}
const panel = (s: Security, a: Acts | null = acts): string => flat(securityDetails(message(s), a));

test('foreign text cannot reorder, hide, break or flood what stands around it', () => {
  assert.equal(foreign('a\u202eb\u2066c\u200fd\u2069e'), 'abcde');
  assert.equal(foreign('two\r\nlines\u2028and\ttabs'), 'two lines and tabs');
  assert.equal(foreign(`z${'\u0301'.repeat(50)}`), `z${'\u0301'.repeat(3)}`);
  assert.equal(foreign('x'.repeat(500), 20), `${'x'.repeat(19)}…`);
  assert.equal(Array.from(foreign('😀'.repeat(500), 5)).length, 5);
  assert.equal(foreign('José 李 שרה'), 'José 李 שרה');
  assert.equal(foreign(null), '');
});

test('the common name is found in any order and escaped commas do not make one', () => {
  assert.equal(commonName('O=X,CN=Ana López'), 'Ana López');
  assert.equal(commonName('CN=Ana\\, Dr.,O=X'), 'Ana, Dr.');
  assert.equal(commonName('O=Evil\\,CN=Your Bank,CN=Mallory'), 'Mallory');
  assert.equal(commonName('O=Only'), '');
  assert.equal(commonName('CN=\u202eknab'), 'knab');
});

test('one status for each level, and a locked message says so', () => {
  for (const level of ['good', 'neutral', 'warning', 'bad', 'none'] as const) assert.deepEqual([status(security({ level }), 'none').level, status(security({ level }), 'none').text], [level, `smime-status-${level}`]);
  const job = { layer: 0, key_bytes: 32, recipients: [] };
  assert.equal(status(security({ level: 'good', job }), 'locked').level, 'neutral', 'nothing is green before it was read');
  assert.equal(status(security({ level: 'bad', job }), 'locked').level, 'bad');
});

test('green by the reader’s own word says so', () => {
  assert.equal(summary(message(security({}, [signer({ trusted_by: 'personal' })])), 'none')[0]!.text, 'smime-sig-valid-personal');
  assert.equal(summary(message(security()), 'none')[0]!.text, 'smime-sig-valid');
});

test('each thing is told once: what a reason says is no line of the signer', () => {
  const s = security({ level: 'neutral', reasons: [reason('signature_valid', { text: 'Signed by ana@x.test and not changed since.' }), reason('revocation_not_checked', { text: 'Whether the certificate was revoked could not be checked.' })] }, [signer({ revocation: 'not_checked' })]);
  const text = panel(s).split('<details')[0]!.replace(/<[^>]*>/g, '');
  assert.equal(text.match(/revo(?:ked|cation)/gi)?.length, 1, text);
  assert.equal(text.match(/changed/gi)?.length, 1, text);
  assert.match(panel(security()), /The issuer has not revoked it/, 'told by the line where no reason tells it');
  const two = panel(security({ reasons: [reason('revocation_not_checked')] }, [signer({ revocation: 'not_checked' }), signer({ revocation: 'revoked' })]));
  assert.match(two, /Revocation was not checked[\s\S]*The issuer has revoked it/, 'of several signers each has its own lines');
});

test('no tick stands under a signature that does not hold, whatever else is right about the signer', () => {
  const altered = panel(security({ verdict: 'signed-invalid', level: 'bad' }, [signer({ integrity: 'altered' })]));
  assert.doesNotMatch(altered, /is-good|circle-check/);
  assert.match(panel(security()), /is-good/);
});

test('what is bad comes first, then who signed, then what is only worth knowing', () => {
  const codes = (s: Security): string[] => [...panel(s).matchAll(/data-code=(\w+)/g)].map((x) => x[1] ?? '');
  assert.deepEqual(codes(security({ reasons: [reason('revocation_no_source'), reason('signature_valid')] })), ['signature_valid', 'revocation_no_source']);
  assert.deepEqual(codes(security({ level: 'bad', reasons: [reason('encrypted'), reason('signature_altered')] })), ['signature_altered', 'encrypted']);
});

test('a reason shows what would make it better, and the mark of its level', () => {
  const text = panel(security({ level: 'neutral', reasons: [reason('issuer_unknown', { better: 'You can trust it.' })] }, [signer({ chain: 'unknown_issuer', trusted_by: 'none' })]));
  assert.match(text, /check-line is-neutral[\s\S]*English for issuer_unknown[\s\S]*You can trust it\./);
  assert.equal(reasonLevel(reason('certificate_revoked')), 'bad');
  assert.equal(reasonLevel(reason('sender_differs')), 'none');
});

test('trust is offered where nobody vouches and the certificate is at hand, never on a bad message, never inside another', () => {
  const offer = (s: Security, a: Acts | null = acts): string => [...panel(s, a).matchAll(/data-act="(trust-[a-z]+)"/g)].map((m) => m[1]).join();
  const lone = signer({ chain: 'unknown_issuer', trusted_by: 'none', path: [link('Ana', 'AA=='), link('CA', 'BB==')] });
  const grey = (s: Signer): Security => security({ level: 'neutral', verdict: 'signed-untrusted' }, [s]);
  assert.equal(offer(grey(lone)), 'trust-certificate,trust-issuer');
  assert.equal(offer(grey({ ...lone, path: [link('Ana', 'AA==')] })), 'trust-certificate');
  assert.equal(offer(grey({ ...lone, path: [] })), '');
  assert.equal(offer(grey({ ...lone, match: 'no' })), '');
  assert.equal(offer(grey({ ...lone, integrity: 'altered' })), '');
  assert.equal(offer({ ...grey(lone), level: 'bad' }), '');
  assert.equal(offer(grey(lone), null), '');
  assert.equal(offer(security({}, [signer({ path: [link('Ana', null)] })])), '');
});

test('an attached message offers no act at all', () => { assert.doesNotMatch(panel(security(), null), /data-act/); });

test('technical values are there, tamed, behind their button', () => {
  const text = panel(security({}, [signer({ subject: 'CN=<b>\u202eX', path: [link('Leaf', null), link('Root', null)], revocation_detail: { source: 'ocsp', url: 'http://o.example/', this_update: '2026-11-22T05:00:00Z', next_update: '2026-11-23T05:00:00Z', revoked_at: null, reason: null } })]));
  const technical = text.slice(text.indexOf('<details'));
  assert.match(technical, /CN=<b>X/);
  assert.match(technical, /OCSP[\s\S]*http:\/\/o\.example\//);
  assert.match(technical, /Chain of .?2.? certificates/);
  assert.doesNotMatch(text, /\u202e/);
});

test('outside English no sentence of the server is shown; days and fixed words are in the language', () => {
  const revoked = reason('certificate_revoked', { a: '2026-11-20', b: 'keyCompromise', better: 'Do not rely on it.' });
  assert.match(reasonText(revoked), /English for certificate_revoked/);
  german();
  assert.match(reasonText(revoked), /widerrufen \(.?20\. November 2026.?; .?der Schlüssel wurde kompromittiert.?\)/);
  assert.match(betterText(revoked), /Verlassen Sie sich nicht/);
  assert.doesNotMatch(reasonText(reason('something_new')) + betterText(reason('something_new', { better: 'English.' })), /English/);
  assert.match(reasonText(reason('address_mismatch', { a: 'x\u202e@y.test', b: 'z@y.test' })), /x@y\.test/);
});

test('a certificate file: PEM with its issuers as it is, DER in base64, anything else is none', () => {
  const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
  assert.equal(certificateText(new TextEncoder().encode(`Bag\n${pem}\nx\n${pem}`)), `${pem}\n${pem}\n`);
  assert.equal(certificateText(Uint8Array.of(0x30, 1, 2)), 'MAEC');
  assert.equal(certificateText(new TextEncoder().encode('-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----')), null);
  assert.equal(certificateText(new Uint8Array()), null);
});
