// Undo send: what a window does whose clock stood still, how a long upload is told, and that a save waits for the mark.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { ComposeBody } from '../src/api/types.ts';
import { Composer } from '../src/store/compose.ts';
import { countDown } from '../src/store/held.ts';
import { canUndo, undoLast } from '../src/store/undo.ts';

interface Asked { what: string; json: Record<string, unknown>; answer: (status?: number) => Promise<void> }
interface World { asked: Asked[]; c: Composer; body: ComposeBody; pass: (ms: number, asleep?: number) => Promise<void> }
const turn = async (): Promise<void> => { for (let i = 0; i < 40; i++) await Promise.resolve(); };

/** Time goes on by `pass` only; asleep: so long stood the clock of the page, not that on the wall. */
async function world(run: (w: World) => Promise<void>): Promise<void> {
  const asked: Asked[] = [];
  let now = 1000, uid = 20;
  const realFetch = globalThis.fetch, realNow = performance.now;
  mock.timers.enable({ apis: ['setInterval', 'setTimeout', 'Date'], now: 1_800_000_000_000 });
  performance.now = () => now;
  globalThis.fetch = ((url: string, init: RequestInit) => new Promise((resolve) => {
    asked.push({ what: String(url).replace('/api/v1/compose/', ''), json: JSON.parse(String(init.body)) as Record<string, unknown>, answer: async (status = 200) => {
      const answer = status === 200 ? { folder: 'RHJhZnRz', uid: ++uid, uidvalidity: 7, until: 1 } : { code: 'conflict', message: '', details: {} };
      resolve(new Response(JSON.stringify(answer), { status, headers: { 'Content-Type': 'application/json' } }));
      await turn();
    } });
  })) as typeof fetch;
  const c = new Composer({ mode: 'none', plain: true });
  c.draft.value = { folder: 'RHJhZnRz', uid: 20, uidvalidity: 7, encrypted: false };
  c.saveState.value = 'saved';
  c.sendState.value = 'sending';
  const pass = async (ms: number, asleep = 0): Promise<void> => {
    if (asleep) mock.timers.setTime(Date.now() + asleep);
    for (let t = 0; t < ms; t += 250) { now += 250; mock.timers.tick(250); await turn(); }
  };
  try {
    await run({ asked, c, body: {} as ComposeBody, pass });
  } finally {
    c.stop();
    mock.timers.reset();
    performance.now = realNow;
    globalThis.fetch = realFetch;
  }
}

test('when its time has come it goes, as the draft that is held; a long upload is said again and again', () => world(async ({ asked, c, body, pass }) => {
  const going = countDown(c, 5, body);
  await turn();
  assert.deepEqual(asked.map((q) => [q.what, q.json.seconds, q.json.base]), [['hold', 5, { uid: 20, uidvalidity: 7 }]]);
  await asked[0]!.answer();
  await pass(5250);
  assert.equal(await going, true);
  assert.deepEqual(body.base, { uid: 21, uidvalidity: 7 });
  await pass(21_000);
  assert.deepEqual(asked.slice(1).map((q) => [q.json.renew, q.json.base]), [[true, { uid: 21, uidvalidity: 7 }], [true, { uid: 21, uidvalidity: 7 }]]);
  c.moved({ folder: 'RHJhZnRz', uid: 30, uidvalidity: 7 }); // prepared
  await pass(30_000);
  assert.equal(asked.length, 3, 'then no more');
}));

test('a window that slept over its time does not send', () => world(async ({ asked, c, body, pass }) => {
  const going = countDown(c, 5, body);
  await turn();
  await asked[0]!.answer();
  await pass(3000);
  await pass(250, 3_600_000);
  assert.equal(await going, false);
  assert.deepEqual([c.sendState.value, c.held.value, c.problem.value !== ''], ['failed', false, true]);
  await pass(10_000);
  assert.equal(asked.length, 1, 'and does nothing by itself');
}));

test('Undo: what is typed meanwhile is saved after the mark is off, from the draft that is there then', () => world(async ({ asked, c, body, pass }) => {
  const going = countDown(c, 5, body);
  await turn();
  await asked[0]!.answer();
  await pass(500);
  assert.equal(canUndo.value, true);
  await undoLast();
  assert.equal(await going, false);
  assert.deepEqual(asked.map((q) => q.json.seconds), [5, 0]);
  const id = c.submission;
  c.plain = 'typed';
  c.changed();
  let saved: boolean | null = null;
  void c.save().then((x) => { saved = x; });
  await pass(6000);
  assert.deepEqual([saved, asked.length], [null, 2], 'it waits');
  await asked[1]!.answer();
  assert.deepEqual([c.draft.value?.uid, c.submission], [22, id]);
}));

test('every request about the draft is counted: the base is the one that was seen, and another message begins anew', () => world(async ({ asked, c }) => {
  const going = countDown(c, 5, {} as ComposeBody).catch((e: unknown) => e);
  await turn();
  await asked[0]!.answer(500); // its answer is lost
  await going;
  const { window, n } = asked[0]!.json.turn as { window: string; n: number };
  assert.equal(n, 1);
  assert.deepEqual(c.next(), { base: { uid: 20, uidvalidity: 7 }, turn: { window, n: 2 } });
  const moved = new Composer({ mode: 'none', plain: true });
  moved.hold([], await c.pause());
  assert.deepEqual(moved.next().turn, { window, n: 3 }, 'a window of its own goes on counting');
  moved.stop();
  const was = c.submission;
  c.renew();
  assert.equal(c.asked, false);
  assert.deepEqual(c.next(), { turn: { window, n: 1, was } });
}));
