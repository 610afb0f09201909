// What the reader decides about a message before it is drawn: which colours are its own, what is quoted, where a link
// leads, which files can harm, what a header line is.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { contrast, isInk, isPaper, parseColour } from '../src/frame/colours.ts';
import { cleanSheet, cleanValue } from '../src/frame/css.ts';
import { titleSubject } from '../src/core/title.ts';
import { isFromLine, isOriginalLine } from '../src/frame/quotes.ts';
import { claimedHost, misleading } from '../src/frame/sanitize.ts';
import { useTexts } from '../src/core/i18n.ts';
import { parsePlain, splitOriginal, trailingQuote } from '../src/core/plaintext.ts';
import { previewKind, risky, shownAttachments } from '../src/views/reader/attachments.ts';
import { span, undeliveredText } from '../src/views/reader/cards.ts';
import { partsOf } from '../src/views/reader/link-target.ts';
import { bareSubject, sameName } from '../src/views/reader/people.ts';
import { fieldsOf, openSource } from '../src/views/reader/source.ts';
import type { TemplateResult } from '../src/core/lit.ts';
import type { Attachment, Message } from '../src/api/types.ts';

const rgb = (s: string): NonNullable<ReturnType<typeof parseColour>> => parseColour(s)!;
const file = (name: string, type = 'application/octet-stream', more: Partial<Attachment> = {}): Attachment => ({ id: '1', name, type, size: 1, inline: false, content_id: null, sealed: false, ...more });

test('black and white are no colours of a mail, anything else is', () => {
  for (const ink of ['rgb(0, 0, 0)', 'rgb(34, 34, 34)', 'rgba(0, 0, 0, 0.87)', 'rgb(31 41 55)']) assert.ok(isInk(rgb(ink)), ink);
  for (const own of ['rgb(192, 0, 0)', 'rgb(0, 0, 128)', 'rgb(120, 120, 120)', 'rgba(0, 0, 0, 0)']) assert.ok(!isInk(rgb(own)), own);
  for (const paper of ['rgb(255, 255, 255)', 'rgba(0, 0, 0, 0)', 'rgb(250, 250, 252)']) assert.ok(isPaper(rgb(paper)), paper);
  for (const own of ['rgb(244, 239, 233)', 'rgb(0, 0, 0)', 'rgb(220, 220, 220)']) assert.ok(!isPaper(rgb(own)), own);
  assert.equal(parseColour('url(x)'), null);
  assert.ok(contrast(rgb('rgb(0, 0, 128)'), rgb('rgb(30, 28, 33)')) < 3.5 && contrast(rgb('rgb(255, 120, 120)'), rgb('rgb(30, 28, 33)')) > 3.5);
});

test('a picture of the outside is shown only at an address of ours, and only the one that was asked for', () => {
  const ours = (a: string): string | null => (a === 'https://pictures.test/a.png' ? '/api/v1/image?u=1&s=2' : null);
  assert.deepEqual(cleanValue('url("https://pictures.test/a.png") no-repeat', ours), { value: 'url("/api/v1/image?u=1&s=2") no-repeat', blocked: 0 });
  assert.deepEqual(cleanValue('url(https://other.test/a.png)', ours), { value: 'none', blocked: 1 });
  assert.equal(cleanValue('image-set("https://pictures.test/a.png" 1x)', ours).value, null);
});

test('Outlook and others: the line above an original', () => {
  for (const line of ['-----Original Message-----', ' -----Ursprüngliche Nachricht----- ', '________ Message d’origine ________', 'Original Message']) assert.ok(isOriginalLine(line), line);
  for (const line of ['The original message was shorter.', 'Message', '']) assert.ok(!isOriginalLine(line), line);
  assert.ok(isFromLine('From: Bob') && isFromLine('Von: Bob') && !isFromLine('Fromage: Brie'));
});

test('plain text below an original line or a block of header lines is folded; a message that is only that stays open', () => {
  const folded = (text: string): string | null => {
    const blocks = splitOriginal(parsePlain(text));
    const at = trailingQuote(blocks);
    return at < 0 ? null : blocks.slice(at).map((b) => b.lines.map((l) => l.map((p) => p.text).join('')).join('\n')).join('\n');
  };
  assert.match(folded('Agreed.\n\n-----Original Message-----\nFrom: Bob\nOld text.')!, /^-----Original/);
  assert.match(folded('Agreed.\n\n________________________________\nVon: Bob\nGesendet: Montag\nAn: Alice\nBetreff: x\n\nAlter Text')!, /^_{5,}\nVon: Bob/);
  assert.equal(folded('-----Original Message-----\nFrom: Bob\nOnly this.'), null);
  assert.equal(folded('From: Vienna to Graz\nI take the train.\n\nTo: do nothing'), null, 'a sentence that begins with From');
  assert.match(folded('Yes.\n\n> Shall we?\n> Bob')!, /Shall we/);
  assert.equal(folded('> Shall we?\nYes, in the middle.\n> And then?\nThen not.'), null, 'answers between the quotes');
});

test('a link that names another host is odd; names in other letters and files are not', () => {
  assert.equal(claimedHost('https://www.Bank.test/login'), 'bank.test');
  assert.equal(claimedHost('report.pdf'), '');
  assert.equal(claimedHost('bücher.example'), 'xn--bcher-kva.example');
  assert.ok(misleading('www.mybank.test', 'https://evil.test/login'));
  assert.ok(misleading('mybank.test', 'https://mybank.test.evil.test/'));
  assert.ok(!misleading('mybank.test', 'https://login.mybank.test/') && !misleading('bücher.example', 'https://xn--bcher-kva.example/') && !misleading('Read more', 'https://evil.test/'));
  assert.deepEqual(partsOf('https://mybank.test@evil.test/a'), ['https://…@', 'evil.test', '/a']);
  assert.deepEqual(partsOf('mailto:bob%40demo.test?subject=x'), ['', 'bob@demo.test', '']);
});

test('files that can run programs or imitate a page ask first, whatever else their name says', () => {
  for (const f of [file('setup.exe'), file('invoice.pdf.exe'), file('a.JS'), file('macro.docm'), file('disk.iso'), file('page.html', 'text/html'), file('x', 'image/svg+xml'), file('trailing.scr .'), file('link.lnk')]) assert.ok(risky(f), f.name);
  for (const f of [file('invoice.pdf', 'application/pdf'), file('photo.jpeg', 'image/jpeg'), file('exe', 'text/plain'), file('letter.docx'), file('')]) assert.ok(!risky(f), f.name);
  assert.equal(previewKind(file('a.svg', 'image/svg+xml')), null);
  assert.equal(previewKind(file('a.png', 'image/png', { preview: null })), null, 'the server decides where it says something');
  assert.equal(previewKind(file('a.bin', 'application/octet-stream', { preview: 'image' })), 'image');
});

test('a picture of the text is not listed again; one nobody names is', () => {
  const part = { id: '1', kind: 'html' as const, flowed: false, delsp: false, sealed: false, content: '<img src="cid:logo@x">' };
  const m = { parts: [part], attachments: [file('logo.png', 'image/png', { id: '2', inline: true, content_id: '<logo@x>' }), file('other.png', 'image/png', { id: '3', inline: true, content_id: '<other@x>' })] } as unknown as Message;
  assert.deepEqual(shownAttachments(m).map((a) => a.id), ['3']);
});

test('somebody of the same name with another address is noticed; a single word and known addresses are not', () => {
  const people = [{ name: 'Bob Lindqvist', addresses: ['bob@demo.test', 'Bob@office.test'] }];
  assert.equal(sameName({ name: ' bob  LINDQVIST ', address: 'bob@evil.test' }, people), people[0]);
  assert.equal(sameName({ name: 'Bob Lindqvist', address: 'BOB@Office.test' }, people), null);
  assert.equal(sameName({ name: 'Support', address: 'x@evil.test' }, [{ name: 'Support', addresses: ['support@demo.test'] }]), null);
  assert.equal(sameName({ name: 'Bób Lindqvist', address: 'bob@evil.test' }, people), people[0], 'accents do not hide it');
});

test('subjects of a conversation are compared without Re and Fwd', () => {
  assert.equal(bareSubject('Re: AW: Fwd:  Budget  2026'), 'Budget 2026');
  assert.equal(bareSubject('Regarding: Budget'), 'Regarding: Budget');
});

test('header lines as they stand: folded ones are joined, what is no field is kept', () => {
  assert.deepEqual(fieldsOf('Received: from a\r\n\tby b\r\nSubject:x\r\nnonsense\r\nX-Y : z'), [
    { name: 'Received', value: 'from a by b' }, { name: 'Subject', value: 'x' }, { name: '', value: 'nonsense' }, { name: 'X-Y', value: 'z' },
  ]);
});

test('times of events: a whole day ends on the day before its end, a time without zone is told as it is written', () => {
  const day = (local: string): { utc: null; local: string; zone: null } => ({ utc: null, local, zone: null });
  assert.doesNotMatch(span(day('2026-11-26'), day('2026-11-27'), true), /27/);
  assert.match(span(day('2026-11-26'), day('2026-11-28'), true), /26.*27/);
  assert.match(span(day('2026-11-26T09:00:00'), day('2026-11-26T10:30:00'), false), /9:00.*10:30/);
  assert.equal(span({ utc: 'nonsense', local: '', zone: null }, null, false), '');
});

test('codes of delivery reports become sentences; unknown ones say only what is certain', () => {
  useTexts('en', readFileSync('static/i18n/en.ftl', 'utf8'));
  assert.match(undeliveredText('5.1.1', 'failed'), /no such mailbox/);
  assert.match(undeliveredText('5.7.26', 'failed'), /security or policy/);
  assert.match(undeliveredText(null, 'failed'), /refused/);
  assert.match(undeliveredText('9.9.9', 'delayed'), /keeps trying/);
});

test('a sheet of the mail says nothing about the tree around it', () => {
  class CSSStyleRule { style = []; cssRules = []; selectorText: string; cssText: string; constructor(s: string) { this.selectorText = s; this.cssText = `${s} { color: red; }`; } }
  class CSSMediaRule { cssRules: unknown[]; constructor(inner: unknown[]) { this.cssRules = inner; } deleteRule(i: number): void { this.cssRules.splice(i, 1); } get cssText(): string { return `@media print { ${this.cssRules.map((r) => (r as CSSStyleRule).cssText).join(' ')} }`; } }
  class CSSScopeRule extends CSSMediaRule { head: string; constructor(head: string) { super([]); this.head = head; } override get cssText(): string { return `@scope (${this.head}) { }`; } }
  class Sheet { cssRules: unknown[] = []; replaceSync(): void { this.cssRules = [':host', 'p, :host(.x) b', ':is(:host)', ':host-context(body)', '::slotted(p)', '.hostess', 'p::before', ':root'].map((s) => new CSSStyleRule(s)); this.cssRules.push(new CSSMediaRule([new CSSStyleRule(':host'), new CSSStyleRule('i')]), new CSSScopeRule(':host'), new CSSScopeRule('.x')); } deleteRule(i: number): void { this.cssRules.splice(i, 1); } }
  const { css } = cleanSheet('x', Sheet as unknown as typeof CSSStyleSheet);
  assert.doesNotMatch(css, /:host|slotted/);
  for (const stays of ['.hostess {', 'p::before {', ':root {', '@media print { i {', '@scope (.x)']) assert.ok(css.includes(stays), stays);
});

test('the title, which the browser keeps, holds no subject that was encrypted or hidden', () => {
  const m = (o: object, more: object = {}): Message => ({ headers: { subject: 'secret', outer_subject: null, protected: false, ...o }, parts: [], security: null, ...more }) as unknown as Message;
  const opened = { security: { encryption: { layers: [{ opened: true }] } } };
  assert.equal(titleSubject({ message: m({}), keys: [] }), 'secret', 'everybody could read it');
  assert.equal(titleSubject({ message: m({ outer_subject: '[...]', protected: true }), keys: [] }), '[...]');
  assert.equal(titleSubject({ message: m({ outer_subject: '[...]', protected: true }, opened), keys: [{}] }), '[...]');
  assert.equal(titleSubject({ message: m({ protected: true }, opened), keys: [{}] }), '', 'nothing is known of the outside');
  assert.equal(titleSubject({ message: m({ subject: 'x' }, opened), keys: [{}] }), 'x', 'not protected: the outer one');
  assert.equal(titleSubject(null), '');
});

test('the source of a message that was left is not shown over the next one', async () => {
  const before = globalThis.fetch;
  const open = { ref: { folder: 'F', uid: 1, uidvalidity: 7 }, message: null, failure: null, keys: [] };
  try {
    const stop = new AbortController();
    const shown: (TemplateResult | null)[] = [];
    // It was all there already when the next message was opened.
    globalThis.fetch = (async () => { stop.abort(); return new Response('Subject: old\r\n\r\nx'); }) as unknown as typeof fetch;
    await openSource(open, false, (s) => { shown.push(s); }, stop.signal);
    assert.equal(shown.length, 0);
    globalThis.fetch = (async (_: string, init: RequestInit) => { assert.ok(init.signal!.aborted, 'the read is ended'); throw init.signal!.reason; }) as unknown as typeof fetch;
    await assert.rejects(openSource(open, true, (s) => { shown.push(s); }, stop.signal), { name: 'AbortError' });
    assert.equal(shown.length, 0);
  } finally { globalThis.fetch = before; }
});
