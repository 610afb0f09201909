// A composer that follows its recipients: which answer counts, what the person's choice does, and sending before the answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Address, SecurityMode, Session } from '../src/api/types.ts';
import { Composer } from '../src/store/compose.ts';
import { defaults, session, settings } from '../src/store/session.ts';

const a = (address: string): Address => ({ name: '', address });
interface Asked { addresses: string[]; others: string[]; answer: (mode: SecurityMode | null) => Promise<void>; fail: () => Promise<void> }
const turn = async (): Promise<void> => { for (let i = 0; i < 3; i++) await new Promise((r) => setTimeout(r, 0)); };

async function world(run: (asked: Asked[], compose: (more?: object) => Composer) => Promise<void>): Promise<void> {
  session.value = { user: { address: 'a@x.test', name: '' }, csrf: '', plan: '', features: { smime: true }, limits: { message_bytes: 1e6, attachment_bytes: 1e6 }, instance: '', version: '', settings: defaults() } satisfies Session;
  settings.value = { ...defaults(), security: { ...defaults().security, mode: 'auto', last_mode: 'sign' } };
  const asked: Asked[] = [];
  const made: Composer[] = [];
  const real = globalThis.fetch;
  globalThis.fetch = ((_url: string, init: RequestInit) => new Promise((resolve, reject) => {
    const { addresses, others } = JSON.parse(String(init.body)) as { addresses: string[]; others: string[] };
    asked.push({
      addresses, others,
      answer: async (mode) => { resolve(new Response(JSON.stringify({ recipients: addresses.map((address) => ({ address, status: 'ready', certificate: null, source: null })), mode }), { headers: { 'Content-Type': 'application/json' } })); await turn(); },
      fail: async () => { reject(new TypeError('away')); await turn(); },
    });
  })) as typeof fetch;
  try {
    await run(asked, (more = {}) => { const c = new Composer({ mode: 'sign', auto: true, plain: true, ...more }); made.push(c); return c; });
  } finally {
    for (const c of made) c.stop();
    globalThis.fetch = real;
    settings.value = defaults();
  }
}

test('the mode follows the whole set, and only the answer for those who are still there', () => world(async (asked, compose) => {
  const c = compose();
  c.setRecipients({ to: [a('bob@x.test')] });
  c.setRecipients({ cc: [a('CY@x.test')] });
  await turn();
  assert.deepEqual(asked.map((q) => [q.addresses, q.others]), [[['bob@x.test'], []], [['CY@x.test'], ['bob@x.test']]]);
  await asked[1]!.answer('sign_encrypt');
  assert.equal(c.mode.value, 'sign_encrypt');
  await asked[0]!.answer('none');
  assert.equal(c.mode.value, 'sign_encrypt', 'a late answer for another set');
  assert.equal(c.infoOf(a('bob@x.test'))?.status, 'ready', 'what it says of the address counts');
  assert.equal(c.said.value, 1);
  c.setRecipients({ cc: [] });
  await turn();
  assert.deepEqual([asked[2]!.addresses, asked[2]!.others], [[], ['bob@x.test']]);
  await asked[2]!.answer(null);
  assert.equal(c.mode.value, 'sign', 'never written to: what was used last');
}));

test('an answer nobody has written in yet is not edited by following: it is neither saved nor asked about', () => world(async (asked, compose) => {
  const c = compose({ to: [a('bob@x.test')] });
  void c.lookUp();
  await turn();
  await asked[0]!.answer('sign_encrypt');
  assert.deepEqual([c.mode.value, c.hasEdits, c.saveState.value], ['sign_encrypt', false, 'clean']);
  c.setRecipients({ cc: [a('cy@x.test')] });
  await turn();
  assert.equal(c.hasEdits, true);
  await asked.at(-1)!.answer('none');
  assert.deepEqual([c.mode.value, c.saveState.value], ['none', 'dirty']);
}));

test('what the person chooses holds for this message, until they follow again', () => world(async (asked, compose) => {
  const c = compose();
  c.setRecipients({ to: [a('bob@x.test')] });
  await turn();
  c.setMode('none');
  await asked[0]!.answer('sign_encrypt');
  assert.equal(c.mode.value, 'none');
  c.setRecipients({ to: [a('bob@x.test'), a('cy@x.test')] });
  await turn();
  await asked[1]!.answer('encrypt');
  assert.equal(c.mode.value, 'none');
  c.setAuto();
  await turn();
  await asked[2]!.answer('encrypt');
  assert.equal(c.mode.value, 'encrypt');
}));

test('text that was written while it was to be encrypted is not turned plain', () => world(async (asked, compose) => {
  const c = compose({ mode: 'sign_encrypt' });
  c.changed();
  c.setRecipients({ to: [a('bob@x.test')] });
  await turn();
  await asked[0]!.answer('none');
  assert.equal(c.mode.value, 'sign_encrypt');
  assert.ok(c.mayEncrypt.value);
  const fresh = compose({ mode: 'sign_encrypt' });
  fresh.setRecipients({ to: [a('bob@x.test')] });
  await turn();
  await asked[1]!.answer('none');
  assert.equal(fresh.mode.value, 'none', 'nothing was written yet');
}));

test('an answer to encrypted mail encrypts, whatever was used before', () => world(async (asked, compose) => {
  const c = compose({ mode: 'sign_encrypt', toEncrypted: true, to: [a('bob@x.test')] });
  await turn();
  await asked[0]!.answer('none');
  assert.equal(c.mode.value, 'sign_encrypt');
}));

test('sending waits until it is known how; less than what was shown is not sent', () => world(async (asked, compose) => {
  const c = compose({ mode: 'none' });
  c.setRecipients({ to: [a('bob@x.test')] });
  let known: string | null = null;
  const waiting = c.modeKnown().then((x) => { known = x; });
  await turn();
  assert.equal(known, null);
  await asked[0]!.answer('encrypt');
  await waiting;
  assert.deepEqual([known, c.mode.value, asked.length], ['same', 'encrypt', 1], 'more than what was shown');
  const less = compose({ mode: 'sign' });
  less.setRecipients({ to: [a('bob@x.test')] });
  const second = less.modeKnown();
  await turn();
  await asked[1]!.answer('none');
  assert.equal(await second, 'less');
  assert.equal(await less.modeKnown(), 'same', 'looked at');
  const away = compose({ mode: 'sign' });
  away.setRecipients({ to: [a('bob@x.test')] });
  await turn();
  await asked[2]!.fail();
  const third = away.modeKnown();
  await turn();
  assert.equal(asked.length, 4, 'asked once more');
  await asked[3]!.answer('sign_encrypt');
  assert.equal(await third, 'same');
  assert.equal(away.mode.value, 'sign_encrypt');
}));

test('where nobody can say what Auto makes of them, it is not known, whatever stands there; a choice is one', () => world(async (asked, compose) => {
  for (const mode of ['none', 'sign'] as const) {
    const c = compose({ mode });
    c.setRecipients({ to: [a('bob@x.test')] });
    await turn();
    await asked.at(-1)!.fail();
    const known = c.modeKnown();
    await turn();
    await asked.at(-1)!.fail();
    assert.deepEqual([await known, c.mode.value], ['unknown', mode]);
    c.setMode(mode);
    await turn();
    await asked.at(-1)!.fail();
    const chosen = c.modeKnown();
    await turn();
    await asked.at(-1)!.fail();
    assert.equal(await chosen, 'same', 'by the person');
  }
}));

test('recipients changed while one of the answers is away: it is not known of the new set', () => world(async (asked, compose) => {
  const c = compose({ mode: 'none' });
  c.setRecipients({ to: [a('bob@x.test')] });
  await turn();
  await asked[0]!.answer('none');
  assert.equal(await c.modeKnown(), 'same');
  c.setRecipients({ to: [a('bob@x.test'), a('cy@x.test')] });
  const known = c.modeKnown();
  await turn();
  await asked[1]!.fail();
  assert.equal(await known, 'unknown');
}));

test('an answer that comes while it is being sent counts as none: the next try asks again', () => world(async (asked, compose) => {
  const c = compose({ mode: 'none' });
  c.setRecipients({ to: [a('bob@x.test')] });
  await turn();
  c.sendState.value = 'sending';
  await asked[0]!.answer('encrypt');
  c.sendState.value = 'failed';
  const known = c.modeKnown();
  await turn();
  assert.equal(asked.length, 2);
  await asked[1]!.answer('encrypt');
  assert.deepEqual([await known, c.mode.value], ['same', 'encrypt']);
}));
