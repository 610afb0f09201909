// What is shown of a message that was read before: its text at once, its verdict never from before.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { dropTrust } from '../src/api/smime.ts';
import type { Message, Security } from '../src/api/types.ts';
import { settings } from '../src/store/session.ts';
import * as reader from '../src/store/reader.ts';

const REF = { folder: 'F', uid: 3, uidvalidity: 7 };
const security = (level: string): Security => ({ verdict: level === 'good' ? 'signed' : 'untrusted', level, reasons: [], signature: null, encryption: null, job: null, check: false }) as unknown as Security;
let verdict: Security | null = null;
let asked: string[] = [];
let hold: Promise<void> | null = null;
let offline = false;
const message = (s: Security | null): Message => ({
  uid: REF.uid, uidvalidity: 7, flags: [], size: 9, received: '2026-11-22T09:00:00Z', attachments: [], security: s,
  headers: { subject: 's', from: [], sender: [], reply_to: [], to: [], cc: [], bcc: [], date: null, message_id: null, in_reply_to: null, references: null, protected: false, outer_subject: null },
  parts: [{ id: '1', kind: 'text', flowed: false, delsp: false, sealed: false, content: 'text' }],
});
globalThis.fetch = (async (input: string) => {
  const path = String(input);
  asked.push(path);
  const told = verdict; // true when it was asked for
  if (hold) await hold;
  if (offline) throw new TypeError('no network');
  return Response.json(path.includes('/check') ? { security: told } : path.includes('/trust/') ? {} : message(told));
}) as typeof fetch;
const settled = async (): Promise<void> => { for (let i = 0; i < 10; i++) await new Promise((r) => setTimeout(r)); };
const shown = (): string | undefined => reader.open.value?.message?.security?.level;
const text = (): string | undefined => reader.open.value?.message?.parts[0]?.content;
const gets = (): number => asked.filter((p) => p.includes('/messages/')).length;

const realNow = performance.now.bind(performance);
let later = 0;
performance.now = () => realNow() + later;

beforeEach(async () => {
  settings.value = { ...settings.value, list: { ...settings.value.list, threads: false } };
  hold = null; offline = false; verdict = security('good');
  reader.forgetAll();
  await reader.show(REF);
  assert.equal(shown(), 'good');
  asked = [];
});

test('a verdict that lay here for a while is asked for anew; the text is there at once and stays as it is', async () => {
  reader.close();
  later += 60_000;
  verdict = security('warning');
  let go = (): void => undefined;
  hold = new Promise((r) => { go = r; });
  const done = reader.show(REF);
  const parts = reader.open.value!.message!.parts;
  assert.equal(parts[0]!.content, 'text', 'at once');
  go();
  await done;
  assert.equal(gets(), 1);
  assert.equal(shown(), 'warning');
  assert.equal(reader.open.value!.message!.parts, parts, 'nothing is drawn again');
});

test('no answer: a verdict from before is not left standing, text without one is', async () => {
  reader.close();
  later += 60_000;
  offline = true;
  await reader.show(REF);
  assert.equal(reader.open.value!.message, null);
  assert.ok(reader.open.value!.failure);
  offline = false; verdict = null;
  reader.forgetAll();
  await reader.show(REF);
  reader.close();
  later += 60_000;
  offline = true;
  await reader.show(REF);
  assert.equal(text(), 'text');
});

test('what was fetched a moment ago, ahead of the click, is not fetched twice', async () => {
  reader.close();
  await reader.show(REF);
  assert.equal(gets(), 0);
});

test('trust was withdrawn: nothing cached survives, what is on the screen is judged again', async () => {
  verdict = security('warning');
  await dropTrust('t1');
  assert.ok(!reader.isCached(REF));
  await settled();
  assert.equal(shown(), 'warning', 'on the screen');
  reader.close();
  await reader.show(REF);
  assert.equal(shown(), 'warning', 'shown again');
});

test('an answer from before the change that comes after it is neither kept nor shown', async () => {
  reader.close();
  reader.forgetAll();
  let go = (): void => undefined;
  hold = new Promise((r) => { go = r; });
  const done = reader.show(REF);
  await settled();
  verdict = security('warning');
  reader.forgetVerdicts();
  hold = null;
  go();
  await done;
  assert.equal(shown(), 'warning');
});

test('a message whose layer is open is judged again with its keys, and its text stays', async () => {
  const keys = [{ layer: 1, content_key: 'k' }];
  reader.opened(REF, { ...message(security('good')), parts: [{ id: '1', kind: 'text', flowed: false, delsp: false, sealed: true, content: 'secret' }] }, keys);
  verdict = security('warning');
  reader.forgetVerdicts();
  await settled();
  assert.equal(shown(), 'warning');
  assert.equal(reader.open.value!.message!.parts[0]!.content, 'secret');
  assert.deepEqual(reader.open.value!.keys, keys);
});
