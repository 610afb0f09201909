// What the outgoing server said of whom, in lines of text.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import type { Sent } from '../src/api/types.ts';
import { useTexts } from '../src/core/i18n.ts';
import { refusals } from '../src/views/compose/refused.ts';

before(async () => { useTexts('en', await readFile('static/i18n/en.ftl', 'utf8')); });
type R = Sent['envelopes'][number]['recipients'][number];
const said = (...recipients: R[]): string[] => refusals({ status: 'failed', message: '', envelopes: [{ status: 'failed', recipients }], sent_copy: null, draft: null }).map((s) => s.replace(/[\u2068\u2069]/g, ''));
const r = (address: string, code: number | null, reply: string | null): R => ({ address, status: 'failed', code, reply });

test('only who was refused is named, with the reply; one reply stands once', () => {
  assert.deepEqual(said(r('a@x.org', 250, 'Ok'), r('max@xn--mller-kva.de', 550, '5.1.1 User unknown'), r('c@x.org', 550, '5.1.1 User unknown'), r('d@x.org', 452, null)),
    ['max@müller.de, c@x.org: the server answered “550 5.1.1 User unknown”', 'd@x.org: the server answered “452”']);
  assert.deepEqual(said(r('a@x.org', null, null), r('b@x.org', 0, '')), []);
});
test('what the server says is text on one line and of bounded length, and so are names', () => {
  const [line] = said(r('a@x.org', 554, `no\r\n\u202e<b>${'x'.repeat(2000)}`));
  assert.ok(line!.startsWith('a@x.org: the server answered “554 no <b>x') && line!.length < 350 && !line!.includes('\n'), line);
  assert.match(said(...Array.from({ length: 40 }, (_, n) => r(`p${n}@x.org`, 550, 'no')))[0]!, /^p0@x\.org, .*p4@x\.org, …: the server/);
});
