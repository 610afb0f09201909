// A message leaves for a window of its own: when this page lets go of it, and when the other window is closed.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { Session } from '../src/api/types.ts';
import { Composer } from '../src/store/compose.ts';
import { composers, drop, openOne } from '../src/store/composers.ts';
import { GIVEN, HEARD, READY, SAID } from '../src/store/handover.ts';
import { defaults, session } from '../src/store/session.ts';
import { toasts } from '../src/store/toasts.ts';
import { popOut } from '../src/views/compose/popout.ts';

const turn = async (): Promise<void> => { for (let i = 0; i < 60; i++) await Promise.resolve(); };
/** What ports carry comes as tasks of their own. */
const delivered = (): Promise<void> => new Promise((done) => { setImmediate(() => setImmediate(done)); });

interface Other { closed: boolean; shut: number; heard: unknown[]; port: MessagePort | null; wake: (slept: number) => void; say: (data: unknown) => void }

async function world(run: (c: Composer, other: Other) => Promise<void>): Promise<void> {
  session.value = { user: { address: 'me@x.test', name: 'Me' }, csrf: '', plan: '', features: { smime: true }, limits: { message_bytes: 1e7, attachment_bytes: 1e7 }, instance: '', version: '', settings: defaults() } satisfies Session;
  let now = 1000;
  const hears = new Set<(e: object) => void>();
  const other: Other = { closed: false, shut: 0, heard: [], port: null, wake: (slept) => { now += slept; mock.timers.tick(250); }, say: (data) => { for (const f of [...hears]) f({ source: w, origin: 'https://mail.test', data }); } };
  const w = {
    get closed() { return other.closed; },
    close() { other.closed = true; other.shut++; },
    postMessage(data: { type?: string }, _to: string, ports?: MessagePort[]) { other.heard.push(data); if (data.type === GIVEN) other.port = ports![0]!; },
  };
  const was = { fetch: globalThis.fetch, window: globalThis.window, location: globalThis.location, on: globalThis.addEventListener, off: globalThis.removeEventListener };
  mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  mock.method(performance, 'now', () => now);
  const tick = mock.timers.tick.bind(mock.timers);
  mock.timers.tick = (ms = 0) => { now += ms; tick(ms); };
  Object.assign(globalThis, {
    fetch: () => new Promise(() => undefined), window: { open: () => w }, location: { origin: 'https://mail.test' },
    addEventListener: (type: string, f: (e: object) => void) => { if (type === 'message') hears.add(f); }, removeEventListener: (_: string, f: (e: object) => void) => { hears.delete(f); },
  });
  const c = new Composer({ mode: 'none', plain: true });
  c.plain = 'words';
  openOne(c);
  try { await run(c, other); } finally {
    other.port?.close();
    drop(c);
    mock.timers.tick = tick;
    mock.timers.reset();
    mock.restoreAll();
    Object.assign(globalThis, { fetch: was.fetch, window: was.window, location: was.location, addEventListener: was.on, removeEventListener: was.off });
    session.value = null;
    toasts.value = [];
  }
}
const answers = (port: MessagePort): Promise<unknown> => new Promise((done) => { port.onmessage = (e) => done(e.data); });

test('it is let go of when the other window has it; what became of it there is said here, and that it was heard', () => world(async (c, other) => {
  const out = popOut(c);
  other.say(READY);
  await turn();
  const answer = answers(other.port!);
  assert.equal(composers.value.includes(c), true, 'kept until then');
  other.port!.postMessage('holds');
  await out;
  assert.deepEqual([await answer, composers.value.includes(c), other.shut], ['yours', false, 0]);
  toasts.value = [];
  other.say({ type: SAID, words: [{ text: 'Sent.', bad: false }, { text: 'Not marked.', bad: true }] });
  assert.deepEqual(toasts.value.map((x) => [x.text, x.kind]), [['Sent.', 'plain'], ['Not marked.', 'bad']]);
  assert.equal(other.heard.at(-1), HEARD);
}));

test('a page that slept over the time hears what was said meanwhile before it gives up', () => world(async (c, other) => {
  const out = popOut(c);
  other.say(READY);
  await turn();
  const answer = answers(other.port!);
  // Said while it slept: its clock comes first when it wakes, and once only.
  other.port!.postMessage('holds');
  other.wake(30_000);
  await delivered();
  await out;
  assert.deepEqual([await answer, composers.value.includes(c), other.shut], ['yours', false, 0], 'one has it, and that one is not closed');
}));

test('a window that never has it is closed, and the message goes on here', () => world(async (c, other) => {
  const out = popOut(c);
  other.say(READY);
  await turn();
  const answer = answers(other.port!);
  for (let i = 0; i < 120; i++) { mock.timers.tick(250); await turn(); }
  await out;
  assert.deepEqual([await answer, composers.value.includes(c), c.moving.value, other.shut], ['kept', true, false, 1]);
}));
