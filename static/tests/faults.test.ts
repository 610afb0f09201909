// What keeps a message from being sent is said all at once; what may be forgotten is asked in one question.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { Session } from '../src/api/types.ts';
import { useTexts } from '../src/core/i18n.ts';
import { Composer } from '../src/store/compose.ts';
import type { Start } from '../src/store/compose.ts';
import { composers } from '../src/store/composers.ts';
import { defaults, session, settings } from '../src/store/session.ts';
import { confirming } from '../src/store/ui.ts';
import { isLeaving, leavingHere } from '../src/store/unsent.ts';
import { summary } from '../src/views/compose/security-tab.ts';
import { faults, nothingForgotten } from '../src/views/compose/faults.ts';

/** Without the marks that keep directions apart. */
const said = (text: string): string => text.replace(/[\u2066-\u2069]/g, '');
const made: Composer[] = [];
const composer = (start: Partial<Start>): Composer => { const c = new Composer({ mode: 'none', plain: true, ...start }); made.push(c); return c; };
const to = (...all: string[]): { name: string; address: string }[] => all.map((address) => ({ name: '', address }));
const plan = (smime: boolean): void => {
  session.value = { user: { address: 'a@x.test', name: '' }, csrf: '', plan: '', features: { smime }, limits: { message_bytes: 10_000_000, attachment_bytes: 5_000_000 }, instance: '', version: '', settings: defaults() } satisfies Session;
};

before(async () => { useTexts('en', await readFile('static/i18n/en.ftl', 'utf8')); settings.value = defaults(); plan(false); });
after(() => { for (const c of made) c.stop(); });

test('all bad addresses stand in one sentence, with everything else that is to be mended', () => {
  assert.deepEqual(faults(composer({ to: to('bob@x.test') })), []);
  assert.deepEqual(faults(composer({})).map(said), ['Please enter at least one recipient.']);
  assert.match(said(faults(composer({ to: to('bob') }))[0]!), /^“bob” is not an e-mail address\. ./);
  const c = composer({ to: to('bob', 'ok@x.test'), cc: to('a..b@x.test'), bcc: to('eve at x'), replyTo: to('nobody') });
  c.files.value = [{ id: 1, file: new Blob(), name: 'a', type: 't', size: 6_000_000, cid: null }];
  const all = faults(c).map(said);
  assert.deepEqual(all.slice(0, 1), ['4 entries are no e-mail addresses: “bob”, “a..b@x.test”, “eve at x”, and “nobody”.']);
  assert.match(all[1]!, /6 MB/);
  assert.equal(all.length, 2);
  assert.match(said(faults(composer({ to: to('a', 'b', 'c', 'd', 'e', 'f', 'g') }))[0]!), /^7 entries .*“e”, and 2 more\.$/);
  const blind = composer({ bcc: to('bob@x.test') });
  blind.setWishes({ receipt: true });
  assert.equal(faults(blind).length, 1);
  blind.stop();
});

test('subject and attachment are asked for in one question', async () => {
  const ask = async (c: Composer, yes: boolean): Promise<[boolean, string, string]> => {
    const answer = nothingForgotten(c);
    for (let i = 0; i < 20 && !confirming.value; i++) await Promise.resolve();
    const q = confirming.value;
    q?.resolve(yes);
    return [await answer, q ? said(q.title) : '', q ? said(q.text) : ''];
  };
  assert.deepEqual(await ask(composer({ subject: 'Plan', text: 'Hello' }), false), [true, '', ''], 'nothing to ask');
  assert.deepEqual(await ask(composer({ subject: 'Plan', text: 'The plan is attached.' }), false), [false, 'Send without an attachment?', 'Your text says “attached”, and no file is attached.']);
  assert.deepEqual(await ask(composer({ text: 'Hello' }), true), [true, 'Send without a subject?', 'Recipients see an empty subject line.']);
  assert.deepEqual(await ask(composer({ text: 'The plan is attached.' }), true), [true, 'Send without a subject and an attachment?', 'Recipients see an empty subject line. Your text says “attached”, and no file is attached.']);
});

test('"may have been checked by your browser" is said of text, not of a subject or a recipient', () => {
  plan(true);
  const c = composer({});
  c.subject.value = 'Plan';
  c.changed();
  c.setMode('encrypt');
  assert.equal(c.lateGuard.value, false);
  c.setMode('none');
  c.plain = 'words';
  c.typed();
  c.setMode('encrypt');
  assert.equal(c.lateGuard.value, true);
  c.stop();
  plan(false);
});

test('why a file was refused outlives what is typed', () => {
  const c = composer({ text: 'words' });
  c.refused.value = 'too large';
  c.problem.value = 'not sent';
  c.typed();
  assert.deepEqual([c.refused.value, c.problem.value], ['too large', '']);
  c.removeFile(1);
  assert.equal(c.refused.value, '');
  c.stop();
});

test('a draft that waits to be sent is about to leave, not unsent; no longer when it was taken back', () => {
  const c = composer({ text: 'words' });
  c.draft.value = { folder: 'RHJhZnRz', uid: 5, uidvalidity: 7, encrypted: false };
  composers.value = [c];
  assert.equal(isLeaving('RHJhZnRz', 5), false);
  c.held.value = true;
  assert.equal(isLeaving('RHJhZnRz', 5), true);
  assert.equal(leavingHere('RHJhZnRz', 5), c);
  assert.equal(isLeaving('RHJhZnRz', 6), false);
  assert.equal(isLeaving('U2VudA', 5), false);
  c.held.value = false;
  assert.equal(isLeaving('RHJhZnRz', 5), false);
  composers.value = [];
});

test('the line above the message counts nobody as not ready before somebody has looked', () => {
  const c = composer({ to: to('a@x.test', 'b@x.test') });
  plan(true);
  c.mode.value = 'sign_encrypt';
  assert.equal(said(summary(c)), 'Will be signed and encrypted');
  c.info.value = new Map([['a@x.test', { address: 'a@x.test', status: 'ready', certificate: null, source: null }], ['b@x.test', { address: 'b@x.test', status: 'none', certificate: null, source: null }]]);
  assert.equal(said(summary(c)), 'Signed and encrypted for 1 of 2');
  c.info.value = new Map();
  c.lookupWhy.value = 'nobody could be asked';
  assert.equal(said(summary(c)), 'Signed and encrypted for 0 of 2');
  plan(false);
});
