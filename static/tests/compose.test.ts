import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composeBlob } from '../src/api/compose.ts';
import type { ComposeBody, Message, RecipientInfo, Settings } from '../src/api/types.ts';
import { quotable, quoteHtml, quoteText, replyRecipients, textToHtml, threading, unquoted, withPrefix } from '../src/core/reply.ts';
import { blockers, draftHides, draftMode, followMode, mayEncrypt, sendLabel, startMode, toRemember } from '../src/core/security-mode.ts';

const a = (address: string, name = ''): { name: string; address: string } => ({ name, address });
const message = (h: Partial<Message['headers']> = {}, parts: Message['parts'] = []): Message => ({
  uid: 1, uidvalidity: 1, flags: [], size: 1, received: '', security: null, parts, attachments: [],
  headers: { subject: '', from: [a('bob@x.org')], sender: [], reply_to: [], to: [a('me@x.org'), a('c@x.org')], cc: [a('d@x.org')], bcc: [], date: null, message_id: '<3@x>', in_reply_to: '<2@x>', references: '<1@x> <2@x>', protected: false, outer_subject: null, ...h },
});
const part = (kind: 'html' | 'text', content: string, sealed = false): Message['parts'][number] => ({ id: '1', kind, flowed: false, delsp: false, sealed, content });

test('subjects get one prefix, in every language that has its own', () => {
  assert.equal(withPrefix('Re: AW: Re[2]: Budget', 'Re'), 'Re: Budget');
  assert.equal(withPrefix('Budget', 'Fwd'), 'Fwd: Budget');
  assert.equal(withPrefix('Recipe: soup', 'Re'), 'Re: Recipe: soup');
});

test('replies go where they should', () => {
  const to = (m: Message, all: boolean): string[][] => { const r = replyRecipients(m, 'me@x.org', all); return [r.to.map((x) => x.address), r.cc.map((x) => x.address)]; };
  assert.deepEqual(to(message(), false), [['bob@x.org'], []]);
  assert.deepEqual(to(message(), true), [['bob@x.org'], ['c@x.org', 'd@x.org']]);
  assert.deepEqual(to(message({ reply_to: [a('list@x.org')] }), false), [['list@x.org'], []]);
  // my own mail: again to whom I wrote
  assert.deepEqual(to(message({ from: [a('me@x.org')], to: [a('c@x.org')], cc: [] }), true), [['c@x.org'], []]);
  // the domain's case does not make another person of me
  assert.deepEqual(to(message({ to: [a('me@X.ORG')], cc: [] }), true), [['bob@x.org'], []]);
});

test('the thread is continued, long chains are cut to their ends', () => {
  assert.deepEqual(threading(message()), { in_reply_to: '<3@x>', references: '<1@x> <2@x> <3@x>' });
  const long = threading(message({ references: Array.from({ length: 60 }, (_, i) => `<r${i}@x>`).join(' ') })).references!.split(' ');
  assert.equal(long.length, 20);
  assert.equal(long[0], '<r0@x>');
  assert.equal(long.at(-1), '<3@x>');
  assert.deepEqual(threading(message({ message_id: null })), { in_reply_to: null, references: null });
});

test('decrypted and plain parts are never quoted together', () => {
  assert.equal(quotable(message({}, [part('text', 'a'), part('text', 'secret', true)])).parts.length, 0);
  assert.equal(quotable(message({}, [part('text', 'a'), part('text', 'secret', true)])).mixed, true);
  assert.equal(quotable(message({}, [part('text', 'a', true)])).parts.length, 1);
});

test('quoted text is escaped and keeps its depth', () => {
  assert.equal(textToHtml('<b> & "x"\n\ny'), '<div>&lt;b&gt; &amp; &quot;x&quot;</div><div><br></div><div>y</div>');
  assert.equal(quoteText('a\n> b\n\n'), '> a\n>> b');
  assert.equal(quoteHtml([part('text', 'a\n> b\n-- \nsig')]), '<div>a</div><blockquote type="cite"><div>b</div></blockquote>');
});

const security = (mode: Settings['security']['mode'], last: Settings['security']['last_mode'] = null): Settings['security'] => ({ mode, lock_after_minutes: 15, last_mode: last });

test('the mode of a message follows the default, and answers to encrypted mail stay encrypted', () => {
  const table: [Settings['security'], boolean, string][] = [
    [security('auto'), false, 'none'], [security('auto', 'sign_encrypt'), false, 'sign_encrypt'], [security('auto', 'encrypt'), true, 'encrypt'], [security('auto', 'sign'), true, 'sign_encrypt'],
    [security('none'), false, 'none'], [security('none'), true, 'sign_encrypt'], [security('sign'), false, 'sign'], [security('sign', 'none'), true, 'sign_encrypt'], [security('sign_encrypt', 'none'), false, 'sign_encrypt'],
  ];
  for (const [s, toEncrypted, wanted] of table) assert.equal(startMode(true, s, toEncrypted), wanted, JSON.stringify([s, toEncrypted]));
  assert.equal(startMode(false, security('sign_encrypt'), true), 'none', 'a plan without S/MIME never signs');
  // the header of a stored draft is the mail server's to change: it never takes encryption away
  assert.equal(draftMode(true, security('none'), 'none', true), 'sign_encrypt');
  assert.equal(draftMode(true, security('none'), 'sign', true), 'sign_encrypt');
  assert.equal(draftMode(true, security('none'), 'encrypt', true), 'encrypt');
  assert.equal(draftMode(true, security('sign_encrypt'), 'none', false), 'none');
  assert.equal(draftMode(true, security('sign'), null, false), 'sign');
  assert.equal(draftMode(false, security('sign'), 'encrypt', true), 'none');
});

test('a draft that was not encrypted says nothing about its subject when it is encrypted later', () => {
  assert.equal(draftHides('none', false), undefined);
  assert.equal(draftHides('sign', false), undefined);
  assert.equal(draftHides(null, false), undefined);
  assert.equal(draftHides('sign_encrypt', false), false);
  assert.equal(draftHides('encrypt', true), true);
  assert.equal(draftHides('none', true), true);
  assert.equal(draftHides('encrypt', null), undefined);
});

test('spell check rests whenever the text is or may become secret', () => {
  assert.ok(mayEncrypt('encrypt', false) && mayEncrypt('sign_encrypt', false) && mayEncrypt('none', true) && mayEncrypt('sign', true));
  assert.ok(!mayEncrypt('none', false) && !mayEncrypt('sign', false));
});

test('the button says what will happen, Auto remembers it', () => {
  assert.deepEqual((['none', 'sign', 'encrypt', 'sign_encrypt'] as const).map(sendLabel), ['send', 'send-signed', 'send-encrypted', 'send-signed-encrypted']);
  assert.equal(toRemember('auto', 'sign'), 'sign');
  assert.equal(toRemember('none', 'sign'), null);
});

test('whoever is not known to be ready stops an encrypted message', () => {
  const info = new Map<string, RecipientInfo>([['a@x', { address: 'a@x', status: 'ready', certificate: null, source: null }], ['b@x', { address: 'b@x', status: 'expired', certificate: null, source: null }]]);
  assert.deepEqual(blockers(['a@x', 'b@x', 'c@x'], info).map((b) => [b.address, b.status]), [['b@x', 'expired'], ['c@x', 'unknown']]);
});

test('the compose body is length, line feed, JSON, then the attachments as they are', async () => {
  const body = { subject: 'Grüße', attachments: [{ name: 'a', type: 't', size: 3, content_id: null }] } as unknown as ComposeBody;
  const bytes = new Uint8Array(await composeBlob(body, [new Blob([new Uint8Array([0, 255, 10])])]).arrayBuffer());
  const lf = bytes.indexOf(10);
  const n = Number(new TextDecoder().decode(bytes.slice(0, lf)));
  assert.deepEqual(JSON.parse(new TextDecoder().decode(bytes.slice(lf + 1, lf + 1 + n))), body);
  assert.deepEqual([...bytes.slice(lf + 1 + n)], [0, 255, 10]);
});

test('a text without what it quotes: own words stay, also those between the quoted lines; of a forwarded mail nothing is left', () => {
  const intro = 'On Monday, Bob wrote:';
  assert.equal(unquoted(`Mine\n\n${intro}\n> secret\n>> older\nYes.\n> more\n`, intro, false), 'Mine\n\n\nYes.');
  assert.equal(unquoted(`Mine\n\n${intro}\nsecret as it was\n`, intro, true), 'Mine');
  assert.equal(unquoted('Mine', '', false), 'Mine');
  assert.equal(unquoted('> all of it', 'changed by hand', false), '');
});

test('Auto is what was used for the same recipients, else what was used last; others have their mode', () => {
  assert.equal(startMode(true, security('auto', 'sign_encrypt'), false, 'none'), 'none');
  assert.equal(startMode(true, security('auto', 'none'), false, 'encrypt'), 'encrypt');
  assert.equal(startMode(true, security('auto', 'sign'), false, null), 'sign');
  assert.equal(startMode(true, security('sign', 'none'), false, 'encrypt'), 'sign', 'only Auto follows');
  assert.equal(startMode(true, security('auto', 'none'), true, 'none'), 'sign_encrypt', 'an answer to encrypted mail, whatever was used before');
  assert.equal(startMode(false, security('auto', 'sign'), true, 'encrypt'), 'none');
});

test('Auto never turns plain what was written while it was to be encrypted', () => {
  for (const now of ['encrypt', 'sign_encrypt'] as const) for (const wanted of ['none', 'sign'] as const) {
    assert.equal(followMode(now, wanted, true), now);
    assert.equal(followMode(now, wanted, false), wanted);
  }
  assert.equal(followMode('none', 'encrypt', true), 'encrypt');
  assert.equal(followMode('sign', 'none', true), 'none');
  assert.equal(followMode('encrypt', 'sign_encrypt', true), 'sign_encrypt');
});
