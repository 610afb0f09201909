// What keys are for and how long they last; reminders; names and requests.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canBe, dueReminder, answerMark, expiryOf, holderOf, isPending, issuerName, newAnswer, opensOldMail, pemOf, remindedWith, requestFileName, requestName } from '../../src/smime/keys.ts';
import type { Cert, VaultKey } from '../../src/api/types.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-22T12:00:00Z');
const at = (days: number): string => new Date(NOW + days * DAY).toISOString();
const cert = (fingerprint: string, days: number, more: Partial<Cert> = {}): Cert => ({
  fingerprint, subject: 'CN=Zoe', issuer: 'CN=Test CA', serial: '1', addresses: ['zoe@zoo.example'], not_before: at(-300), not_after: at(days),
  key: { algorithm: 'rsa', bits: 3072, curve: null }, can_sign: true, can_encrypt: true, weak: false, der: '', ...more,
});
const key = (id: string, certificates: Cert[], more: Partial<VaultKey> = {}): VaultKey => ({ id, label: id, created: at(-300), certificates, ...more });

test('how long a certificate lasts, in days begun', () => {
  const cases: [number, string, number][] = [[200, 'good', 200], [30.5, 'good', 31], [29.5, 'soon', 30], [1.2, 'soon', 2], [0.2, 'soon', 1], [-0.1, 'ended', 0], [-1.5, 'ended', 1], [-40, 'ended', 40]];
  for (const [days, state, n] of cases) assert.deepEqual(expiryOf(cert('a', days), NOW), { state, days: n }, String(days));
  assert.equal(expiryOf(cert('a', 400, { not_before: at(1) }), NOW).state, 'not_yet');
});

test('only what is made for it, valid and strong can be chosen', () => {
  assert.ok(canBe(cert('a', 200), 'sign', NOW) && canBe(cert('a', 3), 'encrypt', NOW));
  for (const c of [cert('a', -1), cert('a', 9, { not_before: at(1) }), cert('a', 9, { weak: true })]) assert.ok(!canBe(c, 'sign', NOW) && !canBe(c, 'encrypt', NOW));
  assert.ok(!canBe(cert('a', 9, { can_sign: false }), 'sign', NOW));
  assert.ok(!canBe(cert('a', 9, { can_encrypt: false }), 'encrypt', NOW));
});

test('pending, in use, and kept for old mail', () => {
  const primary = { sign: 'a', encrypt: 'b' };
  assert.ok(isPending(key('k', [], { request: 'MII' })));
  assert.ok(!isPending(key('k', [cert('a', 9)], { request: 'MII' })) && !isPending(key('k', [])));
  assert.ok(opensOldMail(key('k', [cert('c', -900)]), primary));
  assert.ok(!opensOldMail(key('k', [cert('c', -900), cert('b', 9)]), primary), 'one of its certificates is in use');
  assert.ok(!opensOldMail(key('k', [cert('c', 9, { can_encrypt: false })]), primary), 'it never encrypted anything');
  assert.ok(!opensOldMail(key('k', [], { request: 'MII' }), primary));
});

test('the most urgent reminder, about the certificate in use', () => {
  const primary = { sign: 'a', encrypt: 'b' };
  assert.equal(dueReminder(null), null);
  assert.equal(dueReminder({ keys: [key('k', [cert('a', 90)])], primary }), null);
  assert.equal(dueReminder({ keys: [key('k', [cert('a', 5)], { reminder: null })], primary }), null, 'the server knows what was said already');
  const v = { keys: [key('k', [cert('old', -100), cert('a', 20)], { reminder: 30 }), key('l', [cert('b', 0.5)], { reminder: 1 })], primary };
  const due = dueReminder(v)!;
  assert.deepEqual([due.key.id, due.days, due.certificate.fingerprint], ['l', 1, 'b']);
  assert.equal(dueReminder({ keys: [v.keys[0]!], primary })!.certificate.fingerprint, 'a');
  const over = dueReminder({ keys: [key('k', [cert('x', -9), cert('y', -2)], { reminder: 0 })], primary: { sign: null, encrypt: null } })!;
  assert.equal(over.certificate.fingerprint, 'y', 'all ended: the one that ended last');
  assert.deepEqual(remindedWith({ z: 30 }, due, NOW), { z: 30, b: 1 });
  assert.deepEqual(remindedWith({ a: 30 }, { key: v.keys[0]!, days: 7, certificate: v.keys[0]!.certificates[1]! }, NOW), { a: 30, old: 7 }, 'not for one that has more time');
});

test('a name for the certificate, a request as text', () => {
  assert.equal(requestName('  Zoë\n\tTester ', 'z@x'), 'Zoë Tester');
  assert.equal(requestName(' \u0007 ', 'z@x'), 'z@x');
  assert.equal([...requestName('🔑'.repeat(90), 'z@x')].length, 64);
  const pem = pemOf('A'.repeat(130), 'CERTIFICATE REQUEST').split('\n');
  assert.deepEqual(pem.map((l) => l.length), [35, 64, 64, 2, 33, 0]);
  assert.equal(pem[0], '-----BEGIN CERTIFICATE REQUEST-----');
  assert.equal(requestFileName('a/b@c.d'), 'a_b@c.d.csr');
  assert.equal(issuerName(cert('a', 1, { issuer: 'CN=Test\\, CA,O=X' })), 'Test, CA');
  assert.equal(issuerName(cert('a', 1, { issuer: 'O=Only an organisation' })), 'O=Only an organisation');
  assert.equal(holderOf(cert('a', 1)), '', 'not a certificate: no name, no error');
});

test('what the organisation answered is told once for each answer, of a key that waits still', async () => {
  const waits = { ...key('k', []), request: 'cHQ=' };
  const asked = (over: object = {}): Parameters<typeof answerMark>[0] => ({ key: 'k', state: 'refused', since: '2026-01-01T00:00:00Z', until: '', reason: 'No.', certificate: null, issuers: null, ...over });
  const mark = await answerMark(asked());
  assert.match(mark, /^[0-9a-f]{64}$/);
  assert.equal(newAnswer(asked(), [waits], mark, {}), 'refused');
  assert.equal(newAnswer(asked(), [waits], mark, { [mark]: 0 }), null, 'put aside');
  for (const other of [{ state: 'issued' }, { since: '2026-01-02T00:00:00Z' }, { reason: 'Later.' }]) assert.notEqual(await answerMark(asked(other)), mark);
  assert.equal(newAnswer(asked({ state: 'issued' }), [waits], 'x', { [mark]: 0 }), 'issued');
  assert.equal(newAnswer(asked({ state: 'waiting' }), [waits], mark, {}), null);
  assert.equal(newAnswer(asked({ state: 'issued' }), [{ ...waits, certificates: [cert('a', 90)] }], mark, {}), null, 'it has its certificate');
  assert.equal(newAnswer(asked({ key: 'other' }), [waits], mark, {}), null);
  assert.equal(newAnswer(null, [waits], mark, {}), null);
});
