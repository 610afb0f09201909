// What the composer makes of the organisation's rules: asked once for what is there, again when rules change, and believed of the
// subject only what takes something out of it.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { mock, test } from 'node:test';
import { rulesNow } from '../src/api/client.ts';
import type { Asked, Demands } from '../src/api/demands.ts';
import { useTexts } from '../src/core/i18n.ts';
import { Rules, isShortened, lockWords, withLocked } from '../src/store/demands.ts';
import { session } from '../src/store/session.ts';
import { link } from '../src/store/ui.ts';

const by = { kind: 'rule' as const, id: 'R1', name: 'Partners', note: null };
const off = { level: 'off' as const, by: { kind: 'default' as const }, result: 'none', reason: 'off' };
const NONE: Demands = { organisation: 'acme', recipients: [], locked: { sign: null, encrypt: null }, wished: { sign: null, encrypt: null }, trigger: null, subject: null, may: { sign: false, encrypt: false, subject: false } };
const LOCKED: Demands = { ...NONE, recipients: [{ address: 'pat@partner.example', sign: off, encrypt: { ...off, level: 'require', by } }], locked: { sign: null, encrypt: by } };
const what = (over: Partial<Asked> = {}): Asked => ({ from: { name: '', address: 'a@acme.test' }, to: [], cc: [], bcc: [], subject: 'Plan', mode: 'none', user: { sign: false, encrypt: false }, priority: 'normal', receipt: false, attachment: false, size: 0, ...over });
const quiet = (): Promise<void> => new Promise((done) => { setTimeout(done, 5); });

/** The server answers with what `answer` gives; bodies of the questions. */
function server(answer: () => Demands | null): Record<string, unknown>[] {
  const asked: Record<string, unknown>[] = [];
  mock.method(globalThis, 'fetch', (_: string, o: RequestInit) => {
    asked.push(JSON.parse(String(o.body)) as Record<string, unknown>);
    const d = answer();
    return Promise.resolve(new Response(JSON.stringify(d ?? { code: 'internal', message: '' }), { status: d ? 200 : 500 }));
  });
  return asked;
}
session.value = { organisation: true } as typeof session.value;

test('asked once for what is there; the subject is told only where something depends on it', async () => {
  let answer = NONE, now = what();
  const asked = server(() => answer);
  let answers = 0;
  const r = new Rules(() => now, () => { answers++; });
  assert.equal(r.encrypts.value, 'open');
  await r.settle();
  await r.settle();
  assert.deepEqual([asked.length, answers, asked[0]!.subject, r.encrypts.value], [1, 1, '', 'no']);
  now = what({ to: [{ name: '', address: 'pat@partner.example' }] });
  answer = { ...LOCKED, may: { sign: false, encrypt: true, subject: true } };
  await r.settle();
  assert.deepEqual([asked.length, asked[1]!.subject, asked[2]!.subject, r.encrypts.value], [3, '', 'Plan', 'yes']);
  answer = { ...NONE, may: { ...NONE.may, subject: true } };
  rulesNow.value++;
  await quiet();
  await quiet();
  assert.deepEqual([asked.length, r.encrypts.value], [4, 'no']);
  r.stop();
  rulesNow.value++;
  await quiet();
  assert.equal(asked.length, 4);
});

test('nobody it goes to yet: open; nobody could say: unknown, also where something was said before; an organisation that is none is not asked', async () => {
  let answer: Demands | null = null;
  const asked = server(() => answer);
  const r = new Rules(() => what(), () => undefined);
  await r.settle();
  assert.deepEqual([r.trouble.value, r.encrypts.value, r.why.value !== ''], ['failed', 'unknown', true]);
  answer = { ...NONE, may: { ...NONE.may, encrypt: true } };
  await r.settle();
  assert.deepEqual([r.trouble.value, r.encrypts.value], ['no', 'open']);
  r.stop();
  const n = asked.length;
  session.value = { organisation: false } as typeof session.value;
  const other = new Rules(() => what(), () => undefined);
  await other.settle();
  assert.deepEqual([asked.length, other.encrypts.value], [n, 'no']);
  other.stop();
  session.value = { organisation: true } as typeof session.value;
});

test('what could not be answered is asked again by the person, when news come again, and with what is new; not with each letter', async () => {
  let answer: Demands | null = NONE, now = what();
  const asked = server(() => answer);
  const r = new Rules(() => now, () => undefined);
  try {
    await r.settle();
    assert.equal(r.encrypts.value, 'no');
    answer = null;
    now = what({ to: [{ name: '', address: 'pat@partner.example' }] });
    await r.settle();
    assert.deepEqual([asked.length, r.encrypts.value], [2, 'unknown'], 'the answer that is there is of somebody else');
    r.changed();
    await new Promise((done) => { setTimeout(done, 330); }); // longer than the pause before a question
    assert.equal(asked.length, 2);
    await r.again();
    assert.deepEqual([asked.length, r.trouble.value, r.asking.value], [3, 'failed', false]);
    answer = LOCKED;
    link.value = 'live';
    await quiet();
    await quiet();
    assert.deepEqual([asked.length, r.trouble.value, r.encrypts.value], [4, 'no', 'yes']);
    answer = null;
    rulesNow.value++;
    await quiet();
    await quiet();
    assert.deepEqual([r.trouble.value, r.encrypts.value], ['failed', 'yes'], 'what was demanded last stays on');
  } finally { r.stop(); link.value = 'starting'; }
});

test('a subject is only ever shortened', async () => {
  for (const [written, left, may] of [['[secret] Plan', 'Plan', true], ['Plan [s]  two', 'Plan two', true], ['Plan', 'Plam', false], ['Plan', 'Plan B', false], ['ab', 'ba', false], ['x', '', true]] as const) assert.equal(isShortened(written, left), may, `${written} > ${left}`);
  server(() => ({ ...NONE, subject: 'Send money', may: { ...NONE.may, subject: true } }));
  const r = new Rules(() => what(), () => undefined);
  await r.settle();
  assert.deepEqual([r.answer.value, r.trouble.value], [null, 'failed']);
  r.stop();
});

test('what is locked stays on, and is said with rule and place', async () => {
  useTexts('en', await readFile('static/i18n/en.ftl', 'utf8'));
  assert.deepEqual([withLocked('none', LOCKED), withLocked('sign', LOCKED), withLocked('none', null)], ['encrypt', 'sign_encrypt', 'none']);
  const said = (d: Demands | null): string[] => lockWords(d).map((w) => w.replace(/[\u2066-\u2069]/g, ''));
  assert.deepEqual(said(LOCKED), ['Your organisation demands encryption to partner.example (rule “Partners”).']);
  assert.deepEqual(said({ ...NONE, locked: { sign: { kind: 'trigger' }, encrypt: null }, subject: 'Plan' }), ['The subject asks for a signature.', 'The subject leaves as “Plan”.']);
  assert.deepEqual(said(null), []);
  // Two rules meet in one message: each is said with those it is about, and its note with it.
  const all = { kind: 'rule' as const, id: 'R2', name: 'Sign all', note: 'Ask the desk.' };
  const two: Demands = { ...NONE, locked: { sign: by, encrypt: null }, recipients: [{ address: 'pat@partner.example', sign: { ...off, level: 'require', by }, encrypt: off }, { address: 'alice@demo.test', sign: { ...off, level: 'require', by: all }, encrypt: off }] };
  assert.deepEqual(said(two), ['Your organisation demands a signature to partner.example (rule “Partners”).', 'Your organisation demands a signature to demo.test (rule “Sign all”). “Ask the desk.”']);
});
