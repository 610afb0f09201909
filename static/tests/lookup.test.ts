// The composer asks the directory: about whom nothing usable is known only, not when the person or the server has none.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Address, Session } from '../src/api/types.ts';
import { useTexts } from '../src/core/i18n.ts';
import { Composer } from '../src/store/compose.ts';
import { lookupTrouble } from '../src/store/lookup.ts';
import { defaults, session, settings } from '../src/store/session.ts';
import { toasts } from '../src/store/toasts.ts';

/** Without the marks that keep directions apart. */
const said = (text: string): string => text.replace(/[\u2066-\u2069]/g, '');
const a = (address: string): Address => ({ name: '', address });
const json = (v: object): Response => new Response(JSON.stringify(v), { headers: { 'Content-Type': 'application/json' } });
interface Asked { what: string; addresses: string[]; again?: boolean }

async function world(o: { directories: boolean; lookups?: boolean; lookup?: string }, run: (asked: Asked[], c: Composer) => Promise<void>): Promise<void> {
  session.value = { user: { address: 'a@x.test', name: '' }, csrf: '', plan: '', features: { smime: true }, limits: { message_bytes: 1e6, attachment_bytes: 1e6 }, instance: '', version: '', settings: defaults(), directories: o.directories } satisfies Session;
  settings.value = { ...defaults(), security: { ...defaults().security, lookups: o.lookups ?? true } };
  const asked: Asked[] = [];
  const real = globalThis.fetch;
  globalThis.fetch = ((url: string, init: RequestInit) => {
    const { addresses, again } = JSON.parse(String(init.body)) as { addresses: string[]; again?: boolean };
    const find = url.endsWith('/find');
    asked.push({ what: find ? 'find' : 'recipients', addresses, ...(find ? { again: again === true } : {}) });
    const of = (address: string): object => ({ address, certificate: null, source: find ? 'ldap' : null, status: address.startsWith('known') || (find && address.startsWith('staff')) ? 'ready' : 'none' });
    return Promise.resolve(json({ recipients: addresses.map(of), ...(find ? { lookup: o.lookup ?? 'done' } : { mode: null }) }));
  }) as typeof fetch;
  const c = new Composer({ mode: 'sign_encrypt', plain: true });
  try { await run(asked, c); } finally {
    c.stop();
    globalThis.fetch = real;
    settings.value = defaults();
    session.value = null;
  }
}

test('only those without a certificate are told to the directory, once, and again when the person wants it', () => world({ directories: true }, async (asked, c) => {
  c.to.value = [a('known@x.test'), a('staff@x.test'), a('nobody@x.test')];
  await c.lookUp();
  assert.deepEqual(asked, [{ what: 'recipients', addresses: ['known@x.test', 'staff@x.test', 'nobody@x.test'] }, { what: 'find', addresses: ['staff@x.test', 'nobody@x.test'], again: false }]);
  assert.equal(c.infoOf(a('staff@x.test'))?.status, 'ready');
  assert.equal(c.infoOf(a('staff@x.test'))?.source, 'ldap');
  assert.equal(c.infoOf(a('nobody@x.test'))?.status, 'none');
  await c.lookUp();
  assert.equal(asked.length, 2, 'nobody is asked about twice');
  await c.lookUp(true);
  assert.deepEqual(asked.at(-1)?.again, true);
}));

test('without a directory, or where the person switched it off, nobody is told', async () => {
  for (const o of [{ directories: false }, { directories: true, lookups: false }])
    await world(o, async (asked, c) => {
      c.to.value = [a('staff@x.test')];
      await c.lookUp();
      assert.deepEqual(asked.map((q) => q.what), ['recipients']);
      assert.equal(c.infoOf(a('staff@x.test'))?.status, 'none');
    });
});

test('a directory that does not answer is said', () => world({ directories: true, lookup: 'timeout' }, async (_asked, c) => {
  c.to.value = [a('nobody@x.test')];
  await c.lookUp();
  assert.equal(c.lookup.value, 'timeout');
}));

test('a directory that wants a pause: said once how long, and not asked by itself meanwhile', async () => {
  useTexts('en', await readFile('static/i18n/en.ftl', 'utf8'));
  await world({ directories: true }, async (asked, c) => {
    const answered = globalThis.fetch;
    let wait = '40';
    globalThis.fetch = (async (url: string, init: RequestInit) => {
      const good = await answered(url, init);
      return url.endsWith('/find') && wait ? new Response(JSON.stringify({ code: 'throttled', message: 'Slowly.', details: {} }), { status: 429, headers: { 'Retry-After': wait } }) : good;
    }) as typeof fetch;
    toasts.value = [];
    c.to.value = [a('staff@x.test')];
    await c.lookUp();
    assert.equal(said(c.lookupWhy.value), 'The directory was asked often just now. Try again in 40 s.');
    assert.deepEqual(toasts.value.map((x) => said(x.text)), [said(c.lookupWhy.value)]);
    c.to.value = [a('staff@x.test'), a('other@x.test')];
    await c.lookUp();
    assert.deepEqual(asked.map((q) => q.what), ['recipients', 'find', 'recipients'], 'not asked by itself');
    assert.notEqual(c.lookupWhy.value, '', 'and still said');
    wait = '3000';
    await c.lookUp(true);
    assert.match(said(c.lookupWhy.value), /in 50 minutes\.$/);
    assert.equal(toasts.value.length, 1, 'once by itself');
    wait = '';
    await c.lookUp(true);
    assert.deepEqual([c.lookupWhy.value, c.infoOf(a('staff@x.test'))?.status], ['', 'ready']);
    globalThis.fetch = answered;
  });
});

test('what went wrong while looking is said, and what the directory said of itself', async () => {
  useTexts('en', await readFile('static/i18n/en.ftl', 'utf8'));
  await world({ directories: true }, async (_asked, c) => {
    const answered = globalThis.fetch;
    globalThis.fetch = (() => Promise.resolve(new Response('{"code":"state_down","message":"","details":{}}', { status: 503 }))) as typeof fetch;
    c.to.value = [a('staff@x.test')];
    await c.lookUp();
    assert.match(said(c.lookupWhy.value), /^Certificates could not be looked for\. ./);
    globalThis.fetch = answered;
    await c.lookUp();
    assert.equal(c.lookupWhy.value, '');
  });
  assert.equal(lookupTrouble('done', ''), '');
  assert.equal(said(lookupTrouble('timeout', '')), 'The directory did not answer in time.');
  assert.equal(lookupTrouble('timeout', 'why'), 'why');
});

test('who was asked about already is waited for: without an answer nobody is said to have no certificate', () => world({ directories: true }, async (_asked, c) => {
  const real = globalThis.fetch;
  let release = (): void => undefined;
  const held = new Promise<void>((done) => { release = done; });
  globalThis.fetch = (async (...a: Parameters<typeof fetch>) => { await held; return real(...a); }) as typeof fetch;
  c.to.value = [a('known@x.test'), a('staff@x.test')];
  void c.lookUp();
  await c.lookUp(); // there is nobody new to ask about
  assert.equal(c.infoOf(a('known@x.test')), undefined);
  let known = false;
  const looked = c.looked().then(() => { known = true; });
  await new Promise((done) => { setImmediate(done); });
  assert.equal(known, false, 'the answer is still on its way');
  release();
  await looked;
  assert.equal(c.infoOf(a('known@x.test'))?.status, 'ready');
  assert.equal(c.infoOf(a('staff@x.test'))?.status, 'ready', 'the directory has answered too');
}));
