import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Prepared } from '../../src/api/types.ts';
import { fromBase64, sha256, toBase64 } from '../../src/smime/bytes.ts';
import type { Frozen } from '../../src/smime/contract.ts';
import { base64Lines, feed } from '../../src/smime/hashing.ts';
import { KeyringError } from '../../src/smime/keyring.ts';
import { DifferenceError, checkPrepared } from '../../src/smime/sendcheck.ts';
import { checkAndSign } from '../../src/smime/signing.ts';
import type { SigningContext } from '../../src/smime/signing.ts';
import { FakeWorker, NOT_BUILT, attributes, built, concat, fixture, newKeyring, pass, tlv, unhex } from './harness.ts';

// Made by mail/build.c (build_entity) from the values below: what an honest server sends.
const skeletons = JSON.parse(readFileSync('static/tests/smime/skeletons.json', 'utf8')) as Record<string, Prepared['skeleton']>;
const NOW = 1_790_000_000_000;
const ID = '<6f1c1c1e-0000-4000-8000-1234567890ab@demo.test>';
const TEXT = 'Hallo Bob,\n\ndas ist eine sehr lange Zeile, die ganz sicher umgebrochen werden muss, weil sie mehr als zweiundsiebzig Zeichen hat – und mehr.\n> zitiert \nFrom here on\n  indented\n\n-- \nAlice\n';
const HTML = '<p>Hallo <b>Bob</b>,<br>siehe <img src="cid:logo@waxseal"></p>\n<p>Grüße</p>';
const PDF = '%PDF-1.7 not really a PDF, but long enough to need two lines of base64, at least I hope so';
const FROM = { name: 'Alice Adams', address: 'alice@demo.test' };

function frozen(kind: string, patch: Partial<Frozen['body']> = {}): Frozen {
  const long = kind !== 'plain' && kind !== 'attached';
  const attachments = [
    { name: 'Übersicht 2026 – final.pdf', type: 'application/pdf', size: PDF.length, content_id: null },
    { name: 'logo.png', type: 'image/png', size: 4, content_id: 'logo@waxseal' },
    { name: 'empty.txt', type: 'text/plain', size: 0, content_id: null },
  ];
  const files = [new Blob([PDF]), new Blob([Uint8Array.from([0x89, 0x50, 0x4e, 0x47])]), new Blob([])];
  const count = kind === 'full' || kind === 'hidden_full' ? 3 : kind === 'attached' ? 1 : 0;
  const bob = { name: 'Bob Builder', address: 'bob@demo.test' };
  return {
    from: FROM, files: files.slice(0, count), certificates: { 'bob@demo.test': 'b0', 'jm@Example.ORG': 'b1', 'carol@demo.test': 'b2' },
    body: {
      submission: '6f1c1c1e-0000-4000-8000-1234567890ab', from: FROM, to: long ? [bob, { name: 'Müller, Jürgen', address: 'jm@Example.ORG' }] : [bob],
      cc: long ? [{ name: '', address: 'carol@demo.test' }] : [], bcc: [], reply_to: [],
      subject: long ? 'Prüfbericht – bitte bis Freitag lesen und unterschreiben, danke' : 'Plain', text: long ? TEXT : 'Hello\nworld',
      html: kind === 'full' || kind === 'hidden_full' ? HTML : null, in_reply_to: long ? '<x@y.test>' : null, references: long ? '<w@y.test> <x@y.test>' : null,
      mode: kind === 'cipher' || kind.startsWith('hidden') ? 'sign_encrypt' : 'sign', may_encrypt: false, hide_subject: kind.startsWith('hidden'), signer: null, attachments: attachments.slice(0, count), ...patch,
    },
  };
}

function prepared(kind: string, f: Frozen, patch: Partial<Prepared> = {}): Prepared {
  const encrypted = f.body.mode.includes('encrypt');
  return {
    ticket: 't', mode: f.body.mode, message_id: ID, draft: { folder: 'f', uid: 1, uidvalidity: 1 }, signer: 'aa', content_key: null,
    recipients: [...f.body.to, ...f.body.cc].map((a) => ({ address: a.address, envelope: 'main' as const, fingerprint: encrypted ? f.certificates[a.address]! : null })),
    skeleton: skeletons[kind]!, attributes: 'MQA=', digest: 'sha256', ...patch,
  };
}

const context = { now: NOW, own: new Set(['a0']) };
const verdict = (p: Prepared, f: Frozen): string => {
  try {
    checkPrepared(p, f, context);
    return 'same';
  } catch (e) {
    if (e instanceof DifferenceError) return e.difference;
    throw e;
  }
};
/** The skeleton with its text changed. */
function edit(kind: string, change: (text: string) => string): Prepared['skeleton'] {
  let hits = 0;
  const out = skeletons[kind]!.map((item) => {
    if (!('bytes' in item)) return item;
    const before = new TextDecoder('latin1').decode(fromBase64(item.bytes));
    const after = change(before);
    if (after !== before) hits++;
    return { bytes: toBase64(new TextEncoder().encode(after)) };
  });
  assert.ok(hits > 0, 'the edit must hit something');
  return out;
}

test('agrees with what our own server builds', () => {
  for (const kind of Object.keys(skeletons)) {
    const f = frozen(kind);
    assert.equal(verdict(prepared(kind, f), f), 'same', kind);
  }
});

test('letters beyond ASCII are what the person typed as somebody\'s address, and nothing else', () => {
  const wide = (address: string): Partial<Frozen['body']> => ({ to: [{ name: 'Bob Builder', address }] });
  const utf8 = (kind: string, change: (t: string) => string): Prepared['skeleton'] => edit(kind, change);
  const to = (address: string, more = '') => (t: string): string => t.replace(/^To: .*\r\n/m, `To: Bob Builder <${address}>\r\n${more}`);
  const seen = (typed: string, skeleton: Prepared['skeleton']): string => { const f = frozen('plain', wide(typed)); return verdict(prepared('plain', f, { skeleton }), f); };
  assert.equal(seen('müller@x.test', utf8('plain', to('müller@x.test'))), 'same');
  assert.equal(seen('用户@x.test', utf8('plain', to('用户@x.test'))), 'same');
  assert.equal(seen('müller@x.test', utf8('plain', to('mueller@x.test'))), 'recipients');
  assert.equal(seen('müller@x.test', utf8('plain', to('muller@x.test'))), 'recipients', 'another person');
  assert.equal(seen('mueller@x.test', utf8('plain', to('müller@x.test'))), 'structure', 'nobody typed such letters');
  assert.equal(seen('müller@x.test', utf8('plain', (t) => to('müller@x.test')(t).replace('Subject: Plain', 'Subject: Plaïn'))), 'header');
  assert.equal(seen('müller@x.test', utf8('plain', (t) => to('müller@x.test')(t).replace('Hello', 'Hellö'))), 'structure');
  // Bytes that are no UTF-8.
  const plain = new TextDecoder('latin1').decode(fromBase64((skeletons.plain![0] as { bytes: string }).bytes));
  const broken = [{ bytes: toBase64(Uint8Array.from(to('m\u00fcller@x.test')(plain), (x) => x.charCodeAt(0))) }];
  assert.equal(seen('müller@x.test', broken), 'structure');
});

test('a hidden subject with marks of HTML and controls is read as it was written', () => {
  const f = frozen('hidden', { subject: 'A <b>&amp;\u0001C' });
  const text = new TextDecoder('latin1').decode(fromBase64((skeletons.hidden![0] as { bytes: string }).bytes))
    .replace(/(?<=\r\n)Subject: =\?utf-8.*\r\n .*\r\n/, 'Subject: A <b>&amp; C\r\n')
    .replace(/Subject: Pr=C3[^]*?danke/, 'Subject: A <b>&amp; C');
  assert.equal(verdict(prepared('hidden', f, { skeleton: [{ bytes: toBase64(pass(text)) }] }), f), 'same');
});

test('hiding the subject means nothing where nothing is encrypted', () => {
  const f = frozen('plain', { hide_subject: true });
  assert.equal(verdict(prepared('plain', f), f), 'same');
});

test('a composer with other line ends or trailing blanks wrote the same text', () => {
  const f = frozen('plain', { text: 'Hello  \r\nworld\r\n\r\n' });
  assert.equal(verdict(prepared('plain', f), f), 'same');
});

const HIGH = 'X-Priority: 1\r\nImportance: high\r\n';
const ASKS = 'Disposition-Notification-To: Alice Adams <alice@demo.test>\r\n';
const outside = (fields: string): string => fields.replace(/^(?=.)/gm, 'HP-Outer: ');
/** As build_header and put_hp_outer write them: last of the header, inside and in what is told of the outside. */
const adding = (kind: string, fields: string): Prepared['skeleton'] => edit(kind, (t) => t.replace('MIME-Version: 1.0\r\n', `${fields}MIME-Version: 1.0\r\n`).replace(/(?=Content-Type: [^]*hp="cipher")/, outside(fields)));
const withFields = (kind: string, fields: string, patch: Partial<Frozen['body']>): string => {
  const f = frozen(kind, patch);
  return verdict(prepared(kind, f, fields ? { skeleton: adding(kind, fields) } : {}), f);
};

test('the request for a certificate: in the note that asks, and in no other message', () => {
  const field = 'X-Waxseal-Request: certificate\r\n';
  for (const kind of ['plain', 'cipher']) {
    assert.equal(withFields(kind, field, { request: 'certificate' }), 'same', kind);
    assert.equal(withFields(kind, field, {}), 'header', 'unasked');
    assert.equal(withFields(kind, '', { request: 'certificate' }), 'header', 'left out');
    assert.equal(withFields(kind, 'X-Waxseal-Request: key\r\n', { request: 'certificate' }), 'header', 'for something else');
  }
});

test('priority and receipt: there when they were asked for, and never else', () => {
  for (const kind of ['plain', 'cipher']) {
    assert.equal(withFields(kind, HIGH, { priority: 'high' }), 'same', kind);
    assert.equal(withFields(kind, 'X-Priority: 5\r\nImportance: low\r\n', { priority: 'low' }), 'same');
    assert.equal(withFields(kind, ASKS, { receipt: true }), 'same');
    assert.equal(withFields(kind, HIGH + ASKS, { priority: 'high', receipt: true, dsn: ['success'] }), 'same');
    // Unasked, or of another kind.
    for (const [fields, patch] of [[HIGH, {}], [HIGH, { priority: 'normal' }], [HIGH, { priority: 'low' }], ['Importance: high\r\n', {}], ['X-Priority: 1\r\n', { priority: 'high' }],
      [ASKS, {}], [ASKS, { receipt: false }], [ASKS.replace('alice@', 'eve@'), { receipt: true }], [ASKS.replace('Alice Adams', 'eve@demo.test, Alice Adams'), { receipt: true }], [ASKS + ASKS, { receipt: true }]] as const)
      assert.equal(withFields(kind, fields, patch), 'header', `${kind} ${fields} ${JSON.stringify(patch)}`);
    // Asked for, and left out.
    for (const patch of [{ priority: 'high' }, { priority: 'low' }, { receipt: true }] as const) assert.equal(withFields(kind, '', patch), 'header', JSON.stringify(patch));
  }
  // Said inside, and something else told of the outside.
  const f = frozen('cipher', { receipt: true });
  assert.equal(verdict(prepared('cipher', f, { skeleton: edit('cipher', (t) => t.replace('MIME-Version: 1.0\r\n', `${ASKS}MIME-Version: 1.0\r\n`)) }), f), 'header');
});

test('with a blind recipient nothing that is signed asks for a receipt', () => {
  const blind = { bcc: [{ name: '', address: 'zoe@demo.test' }], receipt: true };
  const of = (fields: string): string => {
    const f = frozen('plain', blind);
    const p = prepared('plain', f, fields ? { skeleton: adding('plain', fields) } : {});
    return verdict({ ...p, recipients: [...p.recipients, { address: 'zoe@demo.test', envelope: 'bcc', fingerprint: null }] }, f);
  };
  assert.equal(of(''), 'same');
  assert.equal(of(ASKS), 'header');
});

const lies: [string, string, (f: Frozen) => Partial<Prepared>, string][] = [
  ['changed body', 'plain', () => ({ skeleton: edit('plain', (t) => t.replace('world', 'World')) }), 'text'],
  ['a line more', 'plain', () => ({ skeleton: edit('plain', (t) => t.replace('world', 'world\r\nPay 100 to Mallory')) }), 'text'],
  ['changed long text', 'text', () => ({ skeleton: edit('text', (t) => t.replace('lange', 'kurze')) }), 'text'],
  ['changed HTML', 'full', () => ({ skeleton: edit('full', (t) => t.replace('<b>Bob</b>', '<b>Rob</b>')) }), 'html'],
  ['hidden HTML', 'full', () => ({ skeleton: edit('full', (t) => t.replace('</p>\r\n<p>', '</p>\r\n<i></i><p>')) }), 'html'],
  ['changed subject', 'plain', () => ({ skeleton: edit('plain', (t) => t.replace('Subject: Plain', 'Subject: Plan')) }), 'subject'],
  ['changed encoded subject', 'text', () => ({ skeleton: edit('text', (t) => t.replace('iB1bmQ', 'iB1bmR')) }), 'subject'],
  ['no subject', 'plain', () => ({ skeleton: edit('plain', (t) => t.replace('Subject: Plain\r\n', '')) }), 'subject'],
  ['second subject', 'plain', () => ({ skeleton: edit('plain', (t) => t.replace('MIME-Version', 'Subject: Plain\r\nMIME-Version')) }), 'header'],
  ['other recipient in the header', 'plain', () => ({ skeleton: edit('plain', (t) => t.replace('To: Bob Builder <bob@', 'To: Bob Builder <rob@')) }), 'recipients'],
  ['recipient more in the header', 'plain', () => ({ skeleton: edit('plain', (t) => t.replace('To: Bob', 'To: eve@demo.test, Bob')) }), 'recipients'],
  ['other name of a recipient', 'plain', () => ({ skeleton: edit('plain', (t) => t.replace('To: Bob Builder', 'To: Rob Builder')) }), 'recipients'],
  ['Cc added', 'plain', () => ({ skeleton: edit('plain', (t) => t.replace('Subject:', 'Cc: eve@demo.test\r\nSubject:')) }), 'recipients'],
  ['Bcc added', 'plain', () => ({ skeleton: edit('plain', (t) => t.replace('Subject:', 'Bcc: eve@demo.test\r\nSubject:')) }), 'header'],
  ['other sender', 'plain', () => ({ skeleton: edit('plain', (t) => t.replace('<alice@', '<alicia@')) }), 'from'],
  ['Sender added', 'plain', () => ({ skeleton: edit('plain', (t) => t.replace('Subject:', 'Sender: eve@demo.test\r\nSubject:')) }), 'from'],
  ['Reply-To added', 'plain', () => ({ skeleton: edit('plain', (t) => t.replace('Subject:', 'Reply-To: eve@demo.test\r\nSubject:')) }), 'header'],
  ['unknown field', 'plain', () => ({ skeleton: edit('plain', (t) => t.replace('Subject:', 'X-Order: yes\r\nSubject:')) }), 'header'],
  ['foreign reference', 'text', () => ({ skeleton: edit('text', (t) => t.replace('<w@y.test>', '<v@y.test>')) }), 'header'],
  ['other message id', 'plain', () => ({ message_id: '<other@demo.test>' }), 'header'],
  ['outer header of another mail', 'cipher', () => ({ skeleton: edit('cipher', (t) => t.replace('HP-Outer: Cc: carol', 'HP-Outer: Cc: eve')) }), 'header'],
  ['outer header not told', 'cipher', () => ({ skeleton: edit('cipher', (t) => t.replace('HP-Outer: Cc: carol@demo.test\r\n', '')) }), 'header'],
  ['outer header told twice', 'cipher', () => ({ skeleton: edit('cipher', (t) => t.replace('HP-Outer: Cc: carol', 'HP-Outer: Cc: carol@demo.test\r\nHP-Outer: Cc: carol')) }), 'header'],
  ['outer header of a signed mail', 'plain', () => ({ skeleton: edit('plain', (t) => t.replace('Content-Type', 'HP-Outer: Subject: Plain\r\nContent-Type')) }), 'header'],
  ['a field outside that is not inside', 'cipher', () => ({ skeleton: edit('cipher', (t) => t.replace('Content-Type', 'HP-Outer: Sender: eve@demo.test\r\nContent-Type')) }), 'header'],
  ['signed mail that calls itself encrypted', 'plain', () => ({ skeleton: edit('plain', (t) => t.replace('hp="clear"', 'hp="cipher"')) }), 'header'],
  ['encrypted mail that calls itself clear', 'cipher', () => ({ skeleton: edit('cipher', (t) => t.replace('hp="cipher"', 'hp="clear"')) }), 'header'],
  ['subject hidden unasked', 'cipher', () => ({ skeleton: skeletons.hidden! }), 'header'],
  ['subject hidden outside only', 'cipher', () => ({ skeleton: edit('cipher', (t) => t.replace(/HP-Outer: Subject: .*\r\n .*\r\n/, 'HP-Outer: Subject: [...]\r\n')) }), 'header'],
  ['subject not hidden', 'hidden', () => ({ skeleton: skeletons.cipher! }), 'header'],
  ['another subject outside', 'hidden', () => ({ skeleton: edit('hidden', (t) => t.replace('HP-Outer: Subject: [...]', 'HP-Outer: Subject: Hello')) }), 'header'],
  ['subject dropped outside', 'hidden', () => ({ skeleton: edit('hidden', (t) => t.replace('HP-Outer: Subject: [...]\r\n', '')) }), 'header'],
  ['no mark of the lines for old readers', 'hidden', () => ({ skeleton: edit('hidden', (t) => t.replace(';\r\n hp-legacy-display="1"', '')) }), 'structure'],
  ['mark without the lines', 'hidden', () => ({ skeleton: edit('hidden', (t) => t.replace(/Subject: Pr=C3[^]*?danke\r\n\r\n/, '')) }), 'text'],
  ['another subject for old readers', 'hidden', () => ({ skeleton: edit('hidden', (t) => t.replace('Subject: Pr=C3=BCf', 'Subject: Vr=C3=BCf')) }), 'text'],
  ['a line more for old readers', 'hidden', () => ({ skeleton: edit('hidden', (t) => t.replace('ben, danke\r\n', 'ben, danke\r\nReply-To: eve@demo.test\r\n')) }), 'text'],
  ['text cut off for our own readers', 'text', () => ({ skeleton: edit('text', (t) => t.replace('hp="clear"', 'hp="clear"; hp-legacy-display="1"')) }), 'structure'],
  ['an old reader\'s subject in HTML', 'hidden_full', () => ({ skeleton: edit('hidden_full', (t) => t.replace('<pre>Subject: Pr', '<pre>Subject: Vr')) }), 'html'],
  ['the element of another class', 'hidden_full', () => ({ skeleton: edit('hidden_full', (t) => t.replace('header-protection-legacy-display', 'header-protection-legacy-displaz')) }), 'html'],
  ['mark on an attachment', 'hidden_full', () => ({ skeleton: edit('hidden_full', (t) => t.replace('name="empty.txt"', 'name="empty.txt"; hp-legacy-display="1"')) }), 'attachment'],
  ['no header protection', 'plain', () => ({ skeleton: edit('plain', (t) => t.replace(';\r\n hp="clear"', '')) }), 'header'],
  ['old date', 'plain', () => ({ skeleton: edit('plain', (t) => t.replace('Sep 2026', 'Sep 2025')) }), 'time'],
  ['part added', 'attached', () => ({ skeleton: edit('attached', (t) => t.replace(/(--=_[0-9a-f]+)--\r\n$/, '$1\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nI owe you.\r\n$1--\r\n')) }), 'attachment'],
  ['plain mail turned into a mixed one', 'plain', () => ({ skeleton: skeletons.attached! }), 'structure'],
  ['text after the last part', 'attached', () => ({ skeleton: edit('attached', (t) => t.replace(/--\r\n$/, '--\r\nAlso: yes\r\n')) }), 'structure'],
  ['text before the first part', 'attached', () => ({ skeleton: edit('attached', (t) => t.replace('\r\n\r\n--=_', '\r\n\r\nAlso: yes\r\n--=_')) }), 'structure'],
  ['attachment of the server\'s own', 'attached', () => ({ skeleton: [skeletons.attached![0]!, { bytes: toBase64(base64Lines(pass('malware'))) }, skeletons.attached![2]!] }), 'attachment'],
  ['attachment dropped', 'full', () => ({ skeleton: [...skeletons.full!.filter((x) => !('attachment' in x && x.attachment === 2))] }), 'attachment'],
  ['attachment twice', 'full', () => ({ skeleton: skeletons.full!.map((x) => ('attachment' in x && x.attachment === 2 ? { attachment: 0 } : x)) }), 'attachment'],
  ['attachments exchanged', 'full', () => ({ skeleton: skeletons.full!.map((x) => ('attachment' in x && x.attachment !== 1 ? { attachment: 2 - x.attachment } : x)) }), 'attachment'],
  ['attachment that nobody has', 'attached', () => ({ skeleton: skeletons.attached!.map((x) => ('attachment' in x ? { attachment: 5 } : x)) }), 'attachment'],
  ['attachment renamed', 'attached', () => ({ skeleton: edit('attached', (t) => t.replaceAll('final.pdf', 'final.exe')) }), 'attachment'],
  ['attachment of another type', 'attached', () => ({ skeleton: edit('attached', (t) => t.replace('application/pdf', 'text/html')) }), 'attachment'],
  ['picture turned into an attachment', 'full', () => ({ skeleton: edit('full', (t) => t.replace('inline', 'attachment')) }), 'attachment'],
  ['other charset', 'plain', () => ({ skeleton: edit('plain', (t) => t.replace('utf-8', 'utf-7')) }), 'structure'],
  ['text shown as HTML', 'plain', () => ({ skeleton: edit('plain', (t) => t.replace('text/plain; charset=utf-8; format=flowed', 'text/html; charset=utf-8')) }), 'structure'],
  ['bare line feeds', 'plain', () => ({ skeleton: edit('plain', (t) => t.replace('Hello\r\n', 'Hello\n')) }), 'structure'],
  ['eight-bit bytes', 'plain', () => ({ skeleton: edit('plain', (t) => t.replace('Hello', 'H\u00e4llo')) }), 'structure'],
  ['an encoding for all parts', 'attached', () => ({ skeleton: edit('attached', (t) => t.replace('MIME-Version: 1.0', 'MIME-Version: 1.0\r\nContent-Transfer-Encoding: base64')) }), 'structure'],
  ['a quote that flows into the next line', 'text', () => ({ skeleton: edit('text', (t) => t.replace('> zitiert\r\n', '> zitiert=20\r\n')) }), 'text'],
  ['a boundary taken from the text', 'attached', () => ({ skeleton: skeletons.attached!.map((x) => ('bytes' in x ? { bytes: toBase64(pass(new TextDecoder().decode(fromBase64(x.bytes)).replace(/=_[0-9a-f]{32}/g, 'Hello world'))) } : x)) }), 'structure'],
  ['a boundary that stands in the text', 'attached', () => ({ skeleton: skeletons.attached!.map((x) => ('bytes' in x ? { bytes: toBase64(pass(new TextDecoder().decode(fromBase64(x.bytes)).replace(/=_[0-9a-f]{32}/g, 'somewhere-in-here').replace('world', '--somewhere-in-here-too'))) } : x)) }), 'structure'],
  ['weaker mode', 'cipher', () => ({ mode: 'sign' }), 'mode'],
  ['recipient dropped', 'text', (f) => ({ recipients: prepared('text', f).recipients.slice(1) }), 'recipients'],
  ['recipient added', 'text', (f) => ({ recipients: [...prepared('text', f).recipients, { address: 'eve@demo.test', envelope: 'main', fingerprint: null }] }), 'recipients'],
  ['recipient made Bcc', 'text', (f) => ({ recipients: prepared('text', f).recipients.map((r, i) => (i ? r : { ...r, envelope: 'bcc' as const })) }), 'recipients'],
  ['certificate exchanged', 'cipher', (f) => ({ recipients: prepared('cipher', f).recipients.map((r, i) => (i ? r : { ...r, fingerprint: 'ee' })) }), 'certificate'],
  ['certificate missing', 'cipher', (f) => ({ recipients: prepared('cipher', f).recipients.map((r, i) => (i ? r : { ...r, fingerprint: null })) }), 'certificate'],
  ['foreign certificate for oneself', 'cipher', (f) => ({ recipients: [...prepared('cipher', f).recipients, { address: FROM.address, envelope: 'main', fingerprint: 'ee' }] }), 'recipients'],
  ['nobody signs', 'plain', () => ({ signer: null }), 'signer'],
];

for (const [name, kind, lie, expected] of lies) {
  test(`a lying server is found out: ${name}`, () => {
    const f = frozen(kind);
    assert.equal(verdict(prepared(kind, f, lie(f)), f), expected);
  });
}

test('one\'s own copy is no foreign recipient', () => {
  const f = frozen('cipher');
  const p = prepared('cipher', f);
  p.recipients.push({ address: FROM.address, envelope: 'main', fingerprint: 'a0' });
  assert.equal(verdict(p, f), 'same');
});

test('names are trimmed as the server trims them, not as Unicode does', () => {
  const f = frozen('plain', { to: [{ name: '\u0001\u00a0Bob ', address: 'bob@demo.test' }] });
  const p = prepared('plain', f, { skeleton: edit('plain', (t) => t.replace('To: Bob Builder', 'To: =?utf-8?B?IMKgQm9i?=')) });
  assert.equal(verdict(p, f), 'same');
  f.body.to[0]!.name = 'Bob';
  assert.equal(verdict(p, f), 'recipients');
});

test('signer of the composer\'s choice', () => {
  const f = frozen('plain', { signer: 'bb' });
  assert.equal(verdict(prepared('plain', f), f), 'signer');
});

test('forwarded parts are not signed unseen', () => {
  const f = frozen('plain', { forward: { folder: 'f', uid: 1, uidvalidity: 1, parts: ['2'] } });
  assert.equal(verdict(prepared('plain', f), f), 'forward');
});

test('base64 in 76 columns, like the server', async () => {
  const cases = [0, 1, 2, 3, 56, 57, 58, 114, 115, 1000];
  for (const n of cases) {
    const raw = Uint8Array.from({ length: n }, (_, i) => i * 7 + n);
    const text = new TextDecoder().decode(base64Lines(raw));
    assert.equal(text, (Buffer.from(raw).toString('base64').match(/.{1,76}/g) ?? []).map((l) => `${l}\r\n`).join(''), String(n));
  }
  const big = new Uint8Array(57 * 4096 * 2 + 5).fill(3);
  const parts: Uint8Array[] = [];
  await feed([{ bytes: pass('a') }, { attachment: 0 }], [new Blob([big])], (b) => { parts.push(b.slice()); return Promise.resolve(); });
  assert.equal(toBase64(concat(...parts)), toBase64(concat(pass('a'), base64Lines(big))));
});

/* --- with the real keyring ------------------------------------------------------------- */

const skip = built ? false : NOT_BUILT;

interface Setup { f: Frozen; p: Prepared; c: SigningContext; entity: Uint8Array }

/** Everything honest: signing succeeds with it. The certificate of this fixture is for zoe.p256@zoo.example. */
async function honest(kind = 'attached', more: Uint8Array[] = []): Promise<Setup> {
  const keyring = newKeyring(new FakeWorker());
  await keyring.unlock(fixture('key-p256.p12'), pass('corpus'), 'x', 15);
  const signer = keyring.state.value.keys[0]!.main!;
  const { readCertificate } = await import('../../src/smime/x509.ts');
  const address = readCertificate(keyring.state.value.keys[0]!.certificates[0]!.der).addresses[0]!;
  const f = frozen(kind);
  f.from = { name: 'Alice Adams', address };
  f.body.from = f.from;
  const skeleton = edit(kind, (t) => t.replace('alice@demo.test', address));
  const parts: Uint8Array[] = [];
  const pieces = skeleton.map((x) => ('bytes' in x ? { bytes: fromBase64(x.bytes) } : x));
  await feed(pieces, f.files, (b) => { parts.push(b.slice()); return Promise.resolve(); });
  const entity = concat(...parts);
  const p = prepared(kind, f, { signer, skeleton, attributes: toBase64(attributes(await sha256(entity), ...more)) });
  return { f, p, entity, c: { keyring, own: new Set([signer]), now: NOW, needKey: () => Promise.reject(new Error('not asked for')) } };
}

const refused = async (s: Setup, difference: string): Promise<void> => {
  await assert.rejects(checkAndSign(s.p, s.f, s.c), (e) => e instanceof DifferenceError && e.difference === difference);
  assert.equal(s.c.keyring.activity.value.some((a) => a.action === 'sign'), false, 'no signature was made');
};

test('an honest server gets a signature over exactly these bytes', { skip }, async () => {
  const s = await honest();
  const signature = fromBase64((await checkAndSign(s.p, s.f, s.c))!);
  const { X509Certificate, verify } = await import('node:crypto');
  const key = new X509Certificate(s.c.keyring.state.value.keys[0]!.certificates[0]!.der).publicKey;
  assert.equal(verify('sha256', fromBase64(s.p.attributes!), key, signature), true);
});

test('another digest in the attributes gets no signature', { skip }, async () => {
  const s = await honest();
  s.p.attributes = toBase64(attributes(await sha256(pass('something else'))));
  await assert.rejects(checkAndSign(s.p, s.f, s.c), (e) => e instanceof KeyringError && e.code === 'refused');
});

test('another attachment than the composer\'s gets no signature', { skip }, async () => {
  const s = await honest();
  s.f.files[0] = new Blob(['%PDF-1.7 another one']);
  await assert.rejects(checkAndSign(s.p, s.f, s.c), (e) => e instanceof KeyringError && e.code === 'refused');
});

test('a lie in the skeleton gets no signature, though the digest fits it', { skip }, async () => {
  const s = await honest('plain');
  s.p.skeleton = s.p.skeleton.map((x) => ('bytes' in x ? { bytes: toBase64(pass(new TextDecoder().decode(fromBase64(x.bytes)).replace('world', 'moon'))) } : x));
  const entity = concat(...s.p.skeleton.map((x) => ('bytes' in x ? fromBase64(x.bytes) : new Uint8Array())));
  s.p.attributes = toBase64(attributes(await sha256(entity)));
  await refused(s, 'text');
});

test('a signer for another address gets no signature', { skip }, async () => {
  const s = await honest('plain');
  const other = { name: 'Alice Adams', address: 'alice@demo.test' };
  s.f.from = s.f.body.from = other;
  s.p.skeleton = skeletons.plain!;
  await refused(s, 'signer');
});

test('a locked keyring asks; who declines signs nothing', { skip }, async () => {
  const s = await honest('plain');
  await s.c.keyring.lock();
  let asked = '';
  s.c.needKey = (fingerprint) => { asked = fingerprint; return Promise.reject(new KeyringError('locked')); };
  await assert.rejects(checkAndSign(s.p, s.f, s.c), KeyringError);
  assert.equal(asked, s.p.signer);
});

test('the preference for encryption may name own certificates only', { skip }, async () => {
  const preference = (name: Uint8Array, serial: Uint8Array): Uint8Array =>
    tlv(0x30, unhex('060b2a864886f70d010910020b'), tlv(0x31, tlv(0xa0, name, tlv(0x02, serial))));
  const probe = await honest('plain');
  const { readCertificate } = await import('../../src/smime/x509.ts');
  const own = readCertificate(probe.c.keyring.state.value.keys[0]!.certificates[0]!.der);
  const good = await honest('plain', [preference(own.issuer, own.serial)]);
  assert.ok(await checkAndSign(good.p, good.f, good.c));
  await refused(await honest('plain', [preference(own.issuer, Uint8Array.from([1, 2, 3]))]), 'certificate');
});

test('a signing time far from now gets no signature', { skip }, async () => {
  const time = (text: string): Uint8Array => tlv(0x30, unhex('06092a864886f70d010905'), tlv(0x31, tlv(0x17, pass(text))));
  const good = await honest('plain', [time('260921141320Z')]);
  assert.ok(await checkAndSign(good.p, good.f, good.c));
  await refused(await honest('plain', [time('240921141320Z')]), 'time');
});
