// Whether the rules let an unencrypted request for a certificate go: their no is only what the server said. Where nobody could say, that is
// said, and it is asked again with a pause and by the person.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Session } from '../src/api/types.ts';
import { Composer } from '../src/store/compose.ts';
import { defaults, session, settings } from '../src/store/session.ts';
import { NoteRules } from '../src/views/compose/asking.ts';

const PAT = { name: 'Pat', address: 'Pat@y.test' }, QUIN = { name: '', address: 'quin@z.test' };
const turn = async (): Promise<void> => { for (let i = 0; i < 10; i++) await new Promise((r) => setImmediate(r)); };

interface World { away: boolean; asked: number; told: number; note: NoteRules }
async function world(run: (w: World, tick: (ms: number) => Promise<void>) => Promise<void>, timers: { enable(o: { apis: ['setTimeout'] }): void; tick(ms: number): void }): Promise<void> {
  session.value = { user: { address: 'a@x.test', name: '' }, csrf: '', plan: '', features: { smime: true }, limits: { message_bytes: 1e6, attachment_bytes: 1e6 }, instance: '', version: '', settings: defaults() } satisfies Session;
  settings.value = defaults();
  const real = globalThis.fetch;
  timers.enable({ apis: ['setTimeout'] });
  const level = (address: string): object => ({ address: address.toLowerCase(), sign: { level: 'off' }, encrypt: { level: address === PAT.address ? 'require' : 'off' } });
  globalThis.fetch = (async (_: string, init: RequestInit) => {
    w.asked++;
    const asked = JSON.parse(String(init.body)) as { to: { address: string }[] };
    const [body, status] = w.away ? [{ code: 'state_unavailable', message: '' }, 503] : [{ organisation: 'acme', recipients: asked.to.map((a) => level(a.address)), locked: { sign: null, encrypt: null }, wished: { sign: null, encrypt: null }, trigger: null, subject: null, may: {} }, 200];
    return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
  }) as typeof fetch;
  const c = new Composer({ mode: 'none', plain: true });
  const w: World = { away: true, asked: 0, told: 0, note: new NoteRules(c, () => { w.told++; }) };
  try {
    await run(w, async (ms) => { timers.tick(ms); await turn(); });
  } finally {
    w.note.stop();
    c.stop();
    globalThis.fetch = real;
    session.value = null;
  }
}

test('that nobody could say is not the rules\' no, and is asked again with a growing pause', (t) => world(async (w, tick) => {
  w.note.about([PAT, QUIN], '');
  await turn();
  assert.deepEqual([w.asked, w.note.lets([PAT, QUIN]), w.note.refuses([PAT, QUIN])], [1, [], []]);
  assert.notEqual(w.note.why, '');
  assert.equal(w.told, 1);
  w.note.about([PAT, QUIN], '');
  await tick(4999);
  assert.equal(w.asked, 1, 'a pause');
  await tick(1);
  assert.equal(w.asked, 2);
  await tick(14_999);
  assert.equal(w.asked, 2, 'a longer one');
  w.away = false;
  await tick(1);
  assert.deepEqual([w.asked, w.note.why, w.note.lets([PAT, QUIN]), w.note.refuses([PAT, QUIN])], [3, '', [QUIN], [PAT]]);
  await tick(600_000);
  assert.equal(w.asked, 3, 'it was said');
}, t.mock.timers));

test('asked again by the person, and about others at once; who leaves asks nothing more', (t) => world(async (w, tick) => {
  w.note.about([PAT], '');
  await turn();
  w.away = false;
  const again = w.note.again();
  assert.equal(w.note.asking, true);
  await again;
  assert.deepEqual([w.asked, w.note.asking, w.note.why, w.note.refuses([PAT])], [2, false, '', [PAT]]);
  assert.deepEqual([w.note.lets([QUIN]), w.note.refuses([QUIN])], [[], []], 'nobody asked about them');
  w.away = true;
  w.note.about([PAT], 'other rules');
  await turn();
  assert.deepEqual([w.asked, w.note.refuses([PAT])], [3, []]);
  assert.notEqual(w.note.why, '');
  w.note.stop();
  await tick(600_000);
  assert.deepEqual([w.asked, w.note.why], [3, ''], 'nobody looks any more');
}, t.mock.timers));
