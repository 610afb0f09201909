// The composer when the plan changes under it, the subject that is hidden, who can receive, and the search field.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message, RecipientInfo, RecipientStatus, Session } from '../src/api/types.ts';
import { blockers, canReceive } from '../src/core/security-mode.ts';
import { withTemplate } from '../src/core/wishes.ts';
import { replyRecipients } from '../src/core/reply.ts';
import { swapSignature } from '../src/core/signature.ts';
import { Composer } from '../src/store/compose.ts';
import { followPlace, searchText } from '../src/store/search.ts';
import { defaults, session, settings } from '../src/store/session.ts';
import { draftHeader, identityFor } from '../src/views/compose/open.ts';
import { recipientState } from '../src/views/compose/security-tab.ts';

const plan = (smime: boolean): void => { session.value = { user: { address: 'a@x.test', name: '' }, csrf: '', plan: '', features: { smime }, limits: { message_bytes: 1e6, attachment_bytes: 1e6 }, instance: '', version: '', settings: defaults() } satisfies Session; };

test('when S/MIME leaves the plan, what was to be secret is neither saved nor turned plain by itself', async () => {
  plan(true);
  const asked: string[] = [];
  const real = globalThis.fetch;
  globalThis.fetch = ((url: string) => { asked.push(url); return Promise.reject(new Error('no network here')); }) as typeof fetch;
  try {
    const c = new Composer({ mode: 'sign_encrypt', plain: true, text: 'a secret' });
    c.changed();
    assert.ok(c.mayEncrypt.value && !c.planLost.value);
    plan(false);
    assert.ok(c.planLost.value);
    assert.ok(c.mayEncrypt.value, 'still guarded');
    assert.equal(await c.save(), false);
    assert.equal(c.saveState.value, 'impossible');
    assert.deepEqual(asked, [], 'nothing left');
    c.release();
    assert.ok(!c.planLost.value && !c.mayEncrypt.value);
    assert.equal(c.mode.value, 'none');
    c.stop();
    const answer = new Composer({ mode: 'none', toEncrypted: true, plain: true });
    assert.ok(answer.planLost.value, 'an answer that quotes an encrypted mail waits too');
    answer.stop();
    const plainOne = new Composer({ mode: 'none', plain: true });
    assert.ok(!plainOne.planLost.value);
    plainOne.stop();
  } finally { globalThis.fetch = real; plan(true); }
});

test('a draft that cannot be kept while the message is on its way says nothing that reads as the end of sending', async () => {
  plan(true);
  const real = globalThis.fetch;
  const waiting: ((why: Error) => void)[] = [];
  globalThis.fetch = (() => new Promise((_, fail) => { waiting.push(fail); })) as typeof fetch;
  try {
    for (const sending of [true, false]) {
      const c = new Composer({ mode: 'none', plain: true, text: 'words' });
      c.changed();
      const saved = c.save();
      while (!waiting.length) await new Promise((done) => { setTimeout(done); });
      if (sending) c.sendState.value = 'sending'; // pressed while the draft was on its way
      waiting.shift()!(new Error('no network here'));
      assert.equal(await saved, false);
      assert.equal(c.saveState.value, 'failed');
      if (sending) assert.equal(c.problem.value, '');
      else assert.match(c.problem.value, /^draft-failed|could not be saved/i);
      c.stop();
    }
  } finally { globalThis.fetch = real; }
});

test('the subject is hidden only where the mode encrypts; the default comes from the settings', async () => {
  plan(true);
  settings.value = { ...defaults(), security: { ...defaults().security, hide_subject: true } };
  const c = new Composer({ mode: 'sign', plain: true, subject: 's' });
  assert.equal((await c.body(null)).body.hide_subject, false);
  c.mode.value = 'encrypt';
  assert.equal((await c.body(null)).body.hide_subject, true);
  c.setHideSubject(false);
  assert.equal((await c.body(null)).body.hide_subject, false);
  c.stop();
  const kept = new Composer({ mode: 'encrypt', plain: true, hideSubject: false });
  assert.equal(kept.hideSubject.value, false, 'a draft keeps what was chosen for it');
  kept.stop();
  settings.value = defaults();
  assert.deepEqual(draftHeader('X-Waxseal-Hide-Subject: yes\r\nX-Waxseal-Mode: encrypt\r\n\r\nX-Waxseal-Hide-Subject: no').hideSubject, true);
  assert.equal(draftHeader('Subject: x\r\n\r\n').hideSubject, null);
  assert.equal(draftHeader('X-Waxseal-Opaque: yes\r\n\r\n').opaque, true);
  assert.equal(draftHeader('X-Waxseal-Opaque: no\r\n\r\nX-Waxseal-Opaque: yes').opaque, false);
});

test('what was asked for beside the text goes with the message and comes back from its draft', async () => {
  plan(true);
  const c = new Composer({ mode: 'none', plain: true, subject: 's' });
  const wishes = async (): Promise<unknown> => { const { priority, receipt, dsn } = (await c.body(null)).body; return { priority, receipt, dsn }; };
  assert.deepEqual(await wishes(), { priority: 'normal', receipt: false, dsn: [] });
  c.setWishes({ priority: 'high' });
  c.setWishes({ receipt: true, dsn: ['success', 'failure'] });
  assert.deepEqual(await wishes(), { priority: 'high', receipt: true, dsn: ['success', 'failure'] });
  assert.equal(c.saveState.value, 'dirty', 'a draft keeps it');
  c.stop();
  const { wishes: read } = draftHeader('X-Waxseal-Mode: none\r\nX-Waxseal-Priority: low\r\nX-Waxseal-Receipt: yes\r\nX-Waxseal-DSN: failure,success\r\nSubject: x\r\n\r\nX-Waxseal-Priority: high');
  assert.deepEqual(read, { priority: 'low', receipt: true, dsn: ['success', 'failure'] });
  const again = new Composer({ mode: 'none', plain: true, wishes: read });
  assert.deepEqual(again.wishes.value, read);
  again.stop();
  assert.deepEqual(draftHeader('Subject: x\r\n\r\nX-Waxseal-Receipt: yes\r\n').wishes, { priority: 'normal', receipt: false, dsn: [] });
  assert.deepEqual(draftHeader('X-Waxseal-Priority: urgent\r\nX-Waxseal-DSN: never\r\n\r\n').wishes, { priority: 'normal', receipt: false, dsn: [] });
});

test('a change that waits stops nobody; revoked, expired and unknown do', () => {
  const info = (status: RecipientStatus): RecipientInfo => ({ address: 'b@x.test', status, certificate: null, source: null });
  for (const s of ['ready', 'pending_change'] as const) assert.ok(canReceive(info(s)), s);
  const stops: RecipientStatus[] = ['none', 'expired', 'not_yet_valid', 'weak', 'untrusted', 'revoked', 'revocation_unknown', 'invalid_address'];
  for (const s of stops) {
    assert.deepEqual(blockers(['b@x.test'], new Map([['b@x.test', info(s)]])).map((b) => b.status), [s]);
    assert.notEqual(recipientState(info(s), 'b@x.test', true).level, 'good', s);
  }
  assert.equal(recipientState(info('pending_change'), 'b@x.test', true).level, 'good');
  assert.equal(recipientState(info('revoked'), 'b@x.test', true).level, 'bad');
  assert.equal(recipientState(undefined, 'no address', true).level, 'bad');
});

test('the search field is emptied by another folder and kept while reading', () => {
  followPlace('inbox', false);
  searchText.value = 'half typed';
  followPlace('inbox', false);
  assert.equal(searchText.value, 'half typed');
  followPlace('archive', false);
  assert.equal(searchText.value, '');
});

test('who has several identities answers as the one that was written to, and is not among the recipients', () => {
  const one = { name: 'A', address: 'a@x.test', reply_to: '', signature: 'A.', default: true };
  const two = { name: 'Sales', address: 'Sales@x.test', reply_to: 'desk@x.test', signature: 'S.', default: false };
  settings.value = { ...defaults(), identities: [one, two] };
  const m = (to: string): Message => ({ headers: { to: [{ name: '', address: to }], cc: [], from: [{ name: '', address: 'x@y.test' }], reply_to: [] } }) as unknown as Message;
  assert.equal(identityFor(m('sales@X.test')).name, 'Sales');
  assert.equal(identityFor(m('a@x.test')).name, 'A');
  assert.equal(identityFor(m('list@y.test')).name, 'A');
  assert.deepEqual(replyRecipients({ ...m('sales@x.test'), headers: { ...m('sales@x.test').headers, cc: [{ name: '', address: 'a@x.test' }, { name: '', address: 'z@y.test' }] } }, ['a@x.test', 'sales@x.test'], true),
    { to: [{ name: '', address: 'x@y.test' }], cc: [{ name: '', address: 'z@y.test' }] });
  settings.value = defaults();
});

test('the signature of a plain text gives way where it stands as it was put there', () => {
  const table: [string, string, string, string, boolean][] = [
    ['Hello\n\n-- \nAna', 'Ana', 'Sales', 'Hello\n\n-- \nSales', false],
    ['Hello\n\n-- \nAna\n\nOn Monday:\n> -- \n> Ana', 'Ana', 'S $&', 'Hello\n\n-- \nS $&\n\nOn Monday:\n> -- \n> Ana', false],
    ['Hello\n\n-- \nAna', 'Ana', '', 'Hello\n\n', false],
    ['Hello', '', 'Ana\nB', 'Hello\n\n-- \nAna\nB', false],
    ['Hello\nAna\nDesk\n\nquote', 'Ana\nDesk', 'Sales', 'Hello\nSales\n\nquote', false],
    ['Dear Ana,\nAnaconda', 'Ana', 'Sales', 'Dear Ana,\nAnaconda', true],
    ['Hello\n\n-- \nAna (away)', 'Ana\nDesk', 'Sales', 'Hello\n\n-- \nAna (away)', true],
    ['Hello', 'Ana', 'Ana', 'Hello', false],
  ];
  for (const [text, before, after, wanted, kept] of table) assert.deepEqual(swapSignature(text, before, after), { text: wanted, kept }, text);
});

test('another identity takes its name, its address for answers and, in plain text, its signature along', async () => {
  const one = { name: 'A', address: 'a@x.test', reply_to: '', signature: 'A $& sign', default: true };
  const two = { name: 'Sales', address: 'sales@x.test', reply_to: 'desk@x.test', signature: 'S $& sign', default: false };
  settings.value = { ...defaults(), identities: [one, two] };
  plan(false);
  const c = new Composer({ mode: 'none', plain: true, text: 'Hello\n\n-- \nA $& sign' });
  assert.equal((await c.body(null)).body.from.address, 'a@x.test');
  c.setIdentity(two);
  const { body } = await c.body(null);
  assert.deepEqual([body.from, body.reply_to, body.text], [{ name: 'Sales', address: 'sales@x.test' }, [{ name: '', address: 'desk@x.test' }], 'Hello\n\n-- \nS $& sign']);
  // Where answers go was opened and is as the identity says: it goes along. What was written there by hand stays.
  c.replyTo.value = c.ownReplyTo;
  c.setIdentity(one);
  assert.deepEqual(c.replyTo.value, []);
  c.replyTo.value = [{ name: '', address: 'by@hand.test' }];
  c.signer.value = 'chosen';
  assert.equal(c.setIdentity(two), true);
  assert.deepEqual([(await c.body(null)).body.reply_to, c.signer.value], [[{ name: '', address: 'by@hand.test' }], null]);
  c.plain = 'Hello\n\n-- \nby hand';
  assert.equal(c.setIdentity(one), false, 'it stays, and that is said');
  assert.equal(c.plain, 'Hello\n\n-- \nby hand');
  c.stop();
  settings.value = defaults();
});

test('a template brings what it asks for, and takes nothing off', () => {
  const none = { priority: 'normal', receipt: false, dsn: [] } as const;
  assert.deepEqual(withTemplate(none, {}), none, 'kept before templates could ask for anything');
  assert.deepEqual(withTemplate(none, { priority: 'high', receipt: true, dsn: ['failure'] }), { priority: 'high', receipt: true, dsn: ['failure'] });
  assert.deepEqual(withTemplate({ priority: 'low', receipt: true, dsn: ['success'] }, { priority: 'high', receipt: false, dsn: ['failure'] }), { priority: 'low', receipt: true, dsn: ['success', 'failure'] });
});
