// Nobody can say what the organisation demands: a new message is kept encrypted only, a draft that lies in the clear stays as it is, and
// with the answer what waited is kept.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { DraftSaved, Session } from '../src/api/types.ts';
import { Composer } from '../src/store/compose.ts';
import { defaults, session, settings } from '../src/store/session.ts';

const NONE = { organisation: 'acme', recipients: [], locked: { sign: null, encrypt: null }, wished: { sign: null, encrypt: null }, trigger: null, subject: null, may: { sign: false, encrypt: false, subject: false } };
const PLAIN: DraftSaved = { folder: 'd', uid: 7, uidvalidity: 1, encrypted: false };

async function world(run: (w: { away: boolean; kept: { may_encrypt: boolean }[] }, compose: (more?: object) => Composer) => Promise<void>): Promise<void> {
  session.value = { user: { address: 'a@x.test', name: '' }, csrf: '', plan: '', features: { smime: true }, limits: { message_bytes: 1e6, attachment_bytes: 1e6 }, instance: '', version: '', organisation: true, settings: defaults() } satisfies Session;
  settings.value = defaults();
  const w = { away: true, kept: [] as { may_encrypt: boolean }[] };
  const made: Composer[] = [];
  const real = globalThis.fetch;
  const json = (x: unknown, status = 200): Response => new Response(JSON.stringify(x), { status, headers: { 'Content-Type': 'application/json' } });
  globalThis.fetch = (async (url: string, init: RequestInit) => {
    if (url.endsWith('/demands')) return w.away ? json({ code: 'state_unavailable', message: '' }, 503) : json(NONE);
    if (url.endsWith('/draft')) {
      const text = await new Response(init.body).text();
      const may_encrypt = /"may_encrypt":true/.test(text);
      w.kept.push({ may_encrypt });
      return json({ ...PLAIN, uid: 8, encrypted: may_encrypt });
    }
    if (url.endsWith('/recipients')) {
      if (w.away) return json({ code: 'state_unavailable', message: '' }, 503);
      const { addresses } = JSON.parse(await new Response(init.body).text()) as { addresses: string[] };
      return json({ recipients: addresses.map((address) => ({ address, status: 'ready', certificate: null, source: null })), mode: null });
    }
    return json({ recipients: [], mode: null });
  }) as typeof fetch;
  try {
    await run(w, (more = {}) => { const c = new Composer({ mode: 'none', plain: true, ...more }); made.push(c); return c; });
  } finally {
    for (const c of made) c.stop();
    globalThis.fetch = real;
    session.value = null;
  }
}

test('a new message is kept encrypted only until there is an answer', () => world(async (w, compose) => {
  const c = compose();
  c.plain = 'secret';
  c.changed();
  assert.equal(await c.save(), true);
  assert.deepEqual([w.kept, c.mayEncrypt.value, c.rules.trouble.value], [[{ may_encrypt: true }], true, 'failed']);
  w.away = false;
  await c.rules.again();
  assert.deepEqual([c.mayEncrypt.value, c.rules.trouble.value], [false, 'no']);
}));

test('a draft that lies in the clear is neither written over nor taken away before there is an answer', () => world(async (w, compose) => {
  const c = compose({ draft: PLAIN });
  await c.rules.settle();
  assert.equal(c.mayEncrypt.value, true, 'no spell check either');
  c.plain = 'more';
  c.changed();
  assert.equal(await c.save(), false);
  assert.deepEqual([w.kept, c.saveState.value, c.draft.value?.uid, c.waitsForRules], [[], 'failed', 7, true]);
  await assert.rejects(c.keepForHold(), { code: 'rules_unknown' });
  w.away = false;
  await c.rules.again();
  assert.deepEqual([c.saveState.value, c.mayEncrypt.value], ['dirty', false], 'kept soon');
  assert.equal(await c.save(), true);
  assert.deepEqual([w.kept, c.saveState.value], [[{ may_encrypt: false }], 'saved']);
}));

test('certificates that nobody could tell of are asked for again by themselves, as long as the composer is open', () => world(async (w, compose) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const turn = async (): Promise<void> => { for (let i = 0; i < 20; i++) await new Promise((done) => { setImmediate(done); }); };
  try {
    const c = compose();
    c.setRecipients({ to: [{ name: '', address: 'b@y.test' }], cc: [], bcc: [] });
    await turn();
    assert.deepEqual([c.infoOf({ name: '', address: 'b@y.test' }), c.lookupWhy.value !== ''], [undefined, true]);
    mock.timers.tick(5_000);
    await turn();
    assert.equal(c.lookupWhy.value !== '', true, 'still away');
    w.away = false;
    mock.timers.tick(15_000);
    await turn();
    assert.deepEqual([c.infoOf({ name: '', address: 'b@y.test' })?.status, c.lookupWhy.value], ['ready', '']);
  } finally { mock.timers.reset(); }
}));
