// What waited has arrived while its message is on its way: nothing is brought up, and it is told when that comes back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Composer } from '../src/store/compose.ts';
import { composers } from '../src/store/composers.ts';
import { defaults, session, settings } from '../src/store/session.ts';
import type { Session, Waiting } from '../src/api/types.ts';
import { take } from '../src/store/waiting.ts';

const turn = async (): Promise<void> => { for (let i = 0; i < 5; i++) await new Promise((r) => setTimeout(r, 0)); };

test('a composer that is held or being sent stays out of sight; the next answer brings it up', async () => {
  session.value = { user: { address: 'a@x.test', name: '' }, csrf: '', plan: '', features: { smime: true }, limits: { message_bytes: 1e6, attachment_bytes: 1e6 }, instance: '', version: '', settings: defaults() } satisfies Session;
  settings.value = defaults();
  const real = globalThis.fetch;
  globalThis.fetch = (() => Promise.resolve(new Response(JSON.stringify({ recipients: [], mode: null }), { headers: { 'Content-Type': 'application/json' } }))) as typeof fetch;
  const c = new Composer({ mode: 'sign_encrypt', plain: true });
  try {
    composers.value = [c];
    const ready: Waiting[] = [{ submission: c.submission, since: '', ready: true, draft: { folder: 'f', uid: 1, uidvalidity: 1 }, addresses: [{ address: 'bob@x.test', asked: '', ready: true }] }];
    c.held.value = true;
    c.minimized.value = true;
    take(ready);
    await turn();
    assert.deepEqual([c.cannot.value, c.minimized.value], [false, true], 'held');
    c.held.value = false;
    c.sendState.value = 'sending';
    take(ready);
    await turn();
    assert.deepEqual([c.cannot.value, c.minimized.value], [false, true], 'being sent');
    c.sendState.value = 'failed';
    take(ready);
    await turn();
    assert.deepEqual([c.cannot.value, c.minimized.value], [true, false], 'back');
  } finally {
    c.stop();
    composers.value = [];
    globalThis.fetch = real;
    session.value = null;
  }
});
