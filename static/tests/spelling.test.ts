// Marks that follow their words, and a speller that asks nothing about what is or may become a secret.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Session } from '../src/api/types.ts';
import { shift } from '../src/editor/shift.ts';
import { Composer } from '../src/store/compose.ts';
import { defaults, session, settings } from '../src/store/session.ts';
import { Speller } from '../src/store/spelling.ts';
import type { Marked } from '../src/store/spelling.ts';
import { ownText, promisedFile } from '../src/core/own-text.ts';

test('marks move with the text around them and go when their word changes', () => {
  const text = 'one speling, two mispelt';
  const marks = [{ id: 1, offset: 4, word: 'speling' }, { id: 2, offset: 17, word: 'mispelt' }];
  const ids = (now: string): [number, number][] => shift(marks, text, now).map((m) => [m.id, m.offset]);
  assert.deepEqual(ids(text), [[1, 4], [2, 17]]);
  assert.deepEqual(ids(`Well, ${text}`), [[1, 10], [2, 23]]);
  assert.deepEqual(ids('one spelling, two mispelt'), [[2, 18]]);
  assert.deepEqual(ids('one speling, two mispelts'), [[1, 4]], 'a letter more is another word');
  assert.deepEqual(ids('one speling, two mispelt.'), [[1, 4], [2, 17]]);
  assert.deepEqual(ids('one xspeling, two mispelt'), [[2, 18]]);
  assert.deepEqual(ids(''), []);
  assert.deepEqual(ids('one spelin'), []);
});

test('of plain text only what the writer wrote is checked, at its own place', () => {
  const text = 'Mine.\n\nOn Monday Bob wrote:\n> hiss words\n>> older\nMine too.\n-- \nAlice Archer\nHead of Things\n\nMine again.';
  const own = ownText(text);
  assert.equal(own.length, text.length);
  assert.deepEqual(own.split('\n').map((l) => l.trim()).filter((l) => l !== ''), ['Mine.', 'Mine too.', 'Mine again.']);
  assert.equal(own.indexOf('Mine too'), text.indexOf('Mine too'));
});

test('a promise of a file is found in one\'s own words, in English and German, and nowhere else', () => {
  for (const text of ['Please see the attached plan.', 'I am attaching it.', 'Find the attachment below', 'Enclosed please find it', 'Anbei der Plan.', 'Ich habe ihn angehängt.', 'Der Plan ist im Anhang', 'die beigefügten Dateien', 'Ich hänge den Plan an.', 'steht in der Anlage']) assert.notEqual(promisedFile(text), '', text);
  for (const text of ['A plan.', 'Unattached people', 'without attachments, please', 'Ohne Anhang geht es nicht', 'Die Anlage läuft wieder.', 'Ich habe keinen Anhang gesehen', 'Abhängig von allem', 'I am attached'.slice(0, 8),
    'Thanks!\n\nOn Monday Bob wrote:\n> see the attached plan', 'Thanks!\n-- \nHead of Attachments']) assert.equal(promisedFile(text), '', text);
  const forwarded = 'For you.\n\n---------- Forwarded message ----------\nFrom: x\nsee the attached plan';
  assert.equal(promisedFile(forwarded, '---------- Forwarded message ----------\nFrom: x'), '');
});

const made: { stop(): void }[] = [];
after(() => { for (const x of made) x.stop(); });

test('nothing is asked about a message that may be encrypted, not even by a check that is under way', async () => {
  session.value = { user: { address: 'a@x.test', name: '' }, csrf: '', plan: '', features: { smime: true }, limits: { message_bytes: 1e6, attachment_bytes: 1e6 }, instance: '', version: '', settings: defaults() } satisfies Session;
  settings.value = defaults();
  const asked: { url: string; body: string; signal: AbortSignal }[] = [];
  const real = globalThis.fetch;
  let answer: () => Promise<Response> = () => Promise.resolve(Response.json({ language: 'en-US', misspelt: [{ offset: 2, length: 7, suggestions: [] }] }));
  globalThis.fetch = ((url: string, o: RequestInit) => {
    if (url.includes('/spell')) { asked.push({ url, body: String(o.body), signal: o.signal! }); return answer(); }
    return Promise.resolve(Response.json({ uid: 1, uidvalidity: 1, folder: 'RHJhZnRz', encrypted: false, recipients: [] }));
  }) as typeof fetch;
  let release: (v: { rev: number; text: string }) => void = () => undefined;
  let read: Marked['read'] = () => Promise.resolve({ rev: 1, text: 'a speling' });
  const shown: number[] = [];
  const view: Marked = { read: () => read(), mark: (_, m) => { shown.splice(0, shown.length, ...m.map((x) => x.id)); }, remove: (ids) => { for (const id of ids) shown.splice(shown.indexOf(id), 1); }, replace: () => undefined, place: () => Promise.resolve(null), focus: () => undefined, ours: () => undefined };
  try {
    const c = new Composer({ mode: 'none', plain: true, text: 'a speling' });
    const s = new Speller(c, view);
    made.push(c, s);
    await s.check();
    assert.equal(asked.length, 0, 'without a draft on the server there is nothing it could look into');
    c.changed();
    assert.ok(await c.save());
    await s.check();
    assert.equal(asked.length, 1);
    assert.deepEqual(s.misses.value.map((m) => m.word), ['speling']);
    assert.equal(shown.length, 1);
    // The text is being read when encryption is turned on.
    read = () => new Promise((r) => { release = r; });
    c.changed();
    const slow = s.check();
    c.setMode('encrypt');
    release({ rev: 2, text: 'a speling secret' });
    await slow;
    assert.equal(asked.length, 1, 'nothing left');
    assert.deepEqual([s.misses.value.length, shown.length], [0, 0], 'no mark stays');
    assert.deepEqual(await s.suggestions('secret'), []);
    assert.equal(asked.length, 1);
    // Back to plain: what is under way is given up when it is turned on once more, and its answer shows nothing.
    c.setMode('none');
    assert.ok(await c.save());
    read = () => Promise.resolve({ rev: 3, text: 'a speling' });
    let arrive: () => void = () => undefined;
    answer = () => new Promise((r) => { arrive = () => r(Response.json({ language: 'en-US', misspelt: [{ offset: 2, length: 7, suggestions: [] }] })); });
    const late = s.check();
    await new Promise((r) => setTimeout(r));
    assert.equal(asked.length, 2);
    c.setMode('sign_encrypt');
    assert.ok(asked[1]!.signal.aborted);
    arrive();
    await late;
    assert.deepEqual([s.misses.value.length, shown.length], [0, 0]);
    // An answer to an encrypted mail is one from the start.
    const reply = new Composer({ mode: 'none', toEncrypted: true, plain: true, text: 'x' });
    const other = new Speller(reply, view);
    made.push(reply, other);
    assert.equal(other.on, false);
  } finally { globalThis.fetch = real; }
});

test('a server that is busy is asked again in a moment, and what it did not say is not "nothing"', async (t) => {
  session.value = { user: { address: 'a@x.test', name: '' }, csrf: '', plan: '', features: { smime: true }, limits: { message_bytes: 1e6, attachment_bytes: 1e6 }, instance: '', version: '', settings: defaults() } satisfies Session;
  settings.value = defaults();
  const real = globalThis.fetch;
  const answers: Response[] = [];
  let asked = 0;
  const busy = (status: number, code: string): Response => Response.json({ code, message: '', details: {} }, { status });
  const good = (suggestions: string[]): Response => Response.json({ language: 'en-US', misspelt: [{ offset: 2, length: 7, suggestions }] });
  globalThis.fetch = ((url: string) => {
    if (url.includes('/spell')) { asked++; return Promise.resolve(answers.shift()!); }
    return Promise.resolve(Response.json({ uid: 1, uidvalidity: 1, folder: 'RHJhZnRz', encrypted: false, recipients: [] }));
  }) as typeof fetch;
  const turns = async (): Promise<void> => { for (let i = 0; i < 50; i++) await Promise.resolve(); };
  const view: Marked = { read: () => Promise.resolve({ rev: 1, text: 'a speling' }), mark: () => undefined, remove: () => undefined, replace: () => undefined, place: () => Promise.resolve(null), focus: () => undefined, ours: () => undefined };
  try {
    const c = new Composer({ mode: 'none', plain: true, text: 'a speling' });
    c.changed();
    assert.ok(await c.save());
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const s = new Speller(c, view);
    made.push(c, s);
    answers.push(busy(503, 'busy'), busy(429, 'throttled'), good([]));
    await s.check();
    for (let i = 0; i < 2; i++) { assert.deepEqual([asked, s.misses.value.length], [i + 1, 0]); t.mock.timers.tick(3000); await turns(); }
    assert.equal(asked, 3);
    assert.deepEqual(s.misses.value.map((m) => m.word), ['speling']);
    // One word: a few times, and then it is not known.
    answers.push(busy(429, 'throttled'), good(['spelling']));
    const late = s.suggestions('speling');
    await turns();
    t.mock.timers.tick(300);
    assert.deepEqual(await late, ['spelling']);
    asked = 0;
    answers.push(...Array.from({ length: 4 }, () => busy(503, 'busy')));
    const never = assert.rejects(s.suggestions('speling'));
    for (let i = 0; i < 4; i++) { await turns(); t.mock.timers.tick(900); }
    await never;
    assert.equal(asked, 4);
    // Turned to encryption while it waits: nothing more leaves.
    answers.push(busy(503, 'busy'));
    const secret = s.suggestions('speling');
    await turns();
    c.setMode('encrypt');
    t.mock.timers.tick(300);
    assert.deepEqual(await secret, []);
    assert.equal(asked, 5);
  } finally { t.mock.timers.reset(); globalThis.fetch = real; }
});
