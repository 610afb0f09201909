// The search field's text as pieces, chips, words to mark; proposals; and what a search has found, in parts.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFlat, joined, marksIn, piecesOf, quoted, split, wordsOf } from '../src/core/query.ts';
import { parsePath, pathOf } from '../src/core/router.ts';
import type { Folder } from '../src/api/types.ts';
import * as found from '../src/store/found.ts';
import * as list from '../src/store/list.ts';
import { may, mayTake } from '../src/store/rights.ts';
import { parseSearch } from '../src/store/search.ts';
import { propose } from '../src/views/search/suggest.ts';
import type { Known } from '../src/views/search/suggest.ts';

test('pieces: operators, quotes, a minus, words with colons', () => {
  const of = (text: string): string[] => piecesOf(text).map((p) => `${p.without ? '-' : ''}${p.field ?? ''}=${p.value}`);
  assert.deepEqual(of('from:ana  subject:"the roof" x'), ['from=ana', 'subject=the roof', '=x']);
  assert.deepEqual(of('-is:unread -"two words" -'), ['-is=unread', '-=two words', '=-']);
  assert.deepEqual(of('KEYWORD:a Since:7d'), ['label=a', 'after=7d']);
  assert.deepEqual(of('http://a/b re:x'), ['=http://a/b', '=re:x']);
  assert.deepEqual(of('“one two” from:„x y”'), ['=one two', 'from=x y']);
  assert.deepEqual(of('"not closed'), ['=not closed']);
  assert.deepEqual(of("don't 5\" pipe"), ["=don't", '=5"', '=pipe']);
});

test('chips: complete operators, unless OR or parentheses bind them', () => {
  const chips = (text: string): [string[], string] => { const s = split(text); return [s.chips.map((c) => c.text), s.rest]; };
  assert.deepEqual(chips('invoice is:unread from:"Ana L" -in:trash'), [['is:unread', 'from:"Ana L"', '-in:trash'], 'invoice']);
  assert.deepEqual(chips('from: ana'), [[], 'from: ana']);
  assert.deepEqual(chips('is:unread OR is:starred'), [[], 'is:unread OR is:starred']);
  assert.deepEqual(chips('from:(a OR b) x'), [[], 'from:(a OR b) x']);
  assert.ok(isFlat('a f(x) b or c'));
  assert.ok(!isFlat('(a'));
  const back = split('invoice is:unread');
  assert.equal(joined(back.chips, back.rest), 'is:unread invoice');
  assert.equal(quoted('a "b" (c)'), '"a b (c)"');
  assert.equal(quoted('plain'), 'plain');
});

test('what is marked: what was looked for, not what was excluded', () => {
  assert.deepEqual(wordsOf('Roof -moss from:ana is:unread subject:"Two Words" (x1 OR y1) after:7d 日 a'), ['roof', 'ana', 'two words', 'x1', 'y1', '日']);
  assert.deepEqual(marksIn('The roof of the Roof', ['roof', 'the']), [[0, 3], [4, 8], [12, 15], [16, 20]]);
  assert.deepEqual(marksIn('aaaa', ['aa', 'aaa']), [[0, 3]]);
  // Lower case that is longer than the text would move every place: then only what is written the same is marked.
  assert.deepEqual(marksIn('İİ roof', ['roof']), [[3, 7]]);
  assert.deepEqual(marksIn('nothing', []), []);
});

test('a search that names a folder looks there, wherever one stands', () => {
  assert.deepEqual(parseSearch('invoice is:unread', 'all', false), { text: 'invoice is:unread', scope: 'all', filters: {} });
  assert.equal(parseSearch('in:sent x', 'all', false).everywhere, true);
  assert.equal(parseSearch('x', 'headers', true).everywhere, true);
});

test('addresses of a search in all folders name the message, not our number', () => {
  const ref = { folder: 'U2VudA', uid: 7, uidvalidity: 3 };
  const key = found.keyOf(ref);
  assert.equal(found.keyOf({ ...ref }), key);
  assert.ok(found.isKey(key) && !found.isKey(4294967295));
  assert.deepEqual(found.refOfKey(key), ref);
  assert.equal(pathOf({ page: 'mail', folder: 'SU5CT1g', uid: key, search: true, all: true }), '/mail/search/U2VudA/7');
  assert.equal(pathOf({ page: 'mail', folder: 'SU5CT1g', uid: null, search: true, all: true }), '/mail/search');
  assert.deepEqual(parsePath('/mail/search'), { page: 'mail', folder: null, uid: null, search: true, all: true });
  // Of a search that is gone: the message itself.
  assert.deepEqual(parsePath('/mail/search/U2VudA/7'), { page: 'mail', folder: 'U2VudA', uid: 7, search: false });
});

test('rights of others\u2019 folders: what is not told is not forbidden', () => {
  const f = (rights?: string | null): Folder => ({ id: 'x', name: 'x', path: 'x', delimiter: '/', role: null, selectable: true, subscribed: true, shared: true, total: 0, unread: 0, ...(rights === undefined ? {} : { rights }) });
  assert.ok(may(f(), 's', 'x') && may(f(null), 't') && may(undefined, 'i'));
  assert.ok(may(f('lrs'), 's') && !may(f('lr'), 's') && !may(f('lrsw'), 'i'));
  assert.ok(mayTake(f('lrste')) && !mayTake(f('lrst')) && mayTake(f('lrd')), 'old servers say d for both');
  assert.ok(!may(f(''), 's'), 'no letter: nothing');
});

const known: Known = {
  people: [{ name: 'Ana López', address: 'ana@x.org' }, { name: '', address: 'analytics@y.org' }, { name: 'Ana again', address: 'ANA@x.org' }],
  folders: [{ name: 'Gesendet', path: 'Sent', role: 'sent' }, { name: 'Roof works', path: 'Work/Roof works', role: null }],
  labels: [{ name: 'To do', keyword: 'todo' }], recent: ['from:bob', 'roof'], t: (key) => key,
};
const inserts = (word: string, all = false): string[] => { const p = piecesOf(word)[0]; return propose(word, p?.field ?? null, p?.value ?? '', all, known).map((x) => x.insert); };

test('proposals for the word at the cursor', () => {
  assert.deepEqual(inserts('', true).slice(0, 3), ['from:bob', 'roof', 'from:']);
  assert.equal(inserts('', false)[0], 'from:', 'earlier searches are whole ones');
  assert.deepEqual(inserts('from:an'), ['from:ana@x.org', 'from:analytics@y.org']);
  assert.deepEqual(inserts('-to:lop'), ['-to:ana@x.org']);
  assert.deepEqual(inserts('in:ges'), ['in:sent']);
  assert.deepEqual(inserts('in:roof'), ['in:"Work/Roof works"']);
  assert.deepEqual(inserts('label:to'), ['label:"To do"']);
  assert.deepEqual(inserts('is:s'), ['is:starred', 'is:signed']);
  assert.deepEqual(inserts('fro'), ['from:']);
  assert.ok(inserts('ana').includes('from:ana@x.org'));
  assert.deepEqual(inserts('enc'), ['is:encrypted']);
  assert.deepEqual(inserts('zzz'), []);
  assert.ok(inserts('s').length <= 8);
});

// ---- parts: a server that answers what the test says ----

interface Answer { status?: number; json: unknown }
function serve(answers: ((url: string, body: Record<string, unknown>) => Answer)[]): { asked: [string, Record<string, unknown>][]; done: () => void } {
  const before = globalThis.fetch;
  const asked: [string, Record<string, unknown>][] = [];
  globalThis.fetch = (async (url: string, init: RequestInit) => {
    const body = JSON.parse(String(init.body)) as Record<string, unknown>;
    asked.push([url, body]);
    init.signal?.throwIfAborted();
    const next = answers.shift();
    assert.ok(next, `not expected: ${url}`);
    const a = next(url, body);
    return new Response(JSON.stringify(a.json), { status: a.status ?? 200, headers: { 'Content-Type': 'application/json' } });
  }) as typeof fetch;
  return { asked, done: () => { globalThis.fetch = before; found.forget(); } };
}
const row = (uid: number, more: object = {}): object => ({ uid, from: [], to: [], subject: `s${uid}`, date: '', received: '', size: 1, flags: [], attachment: false, security: null, message_id: null, ...more });
const settled = async (): Promise<void> => { for (let i = 0; i < 20; i++) await new Promise((r) => setTimeout(r, 1)); };

test('a search in parts: shown from the first part on, gone on with until it is done', async () => {
  const q = { text: 'roof', scope: 'all' as const, filters: {} };
  const s = serve([
    () => ({ json: { uidvalidity: 5, header_only: 2, messages: [row(90), row(80)], uids: '80,90', complete: false, next: '5.50.9', progress: { done: 50, of: 100 } } }),
    () => ({ json: { uidvalidity: 5, header_only: 1, messages: [row(40)], uids: '30,40', complete: true, next: null, progress: { done: 100, of: 100 } } }),
    (_, body) => { assert.deepEqual(body.of, [{ folder: 'F', uidvalidity: 5, uids: [30] }]); return { json: { messages: [{ ...row(30), folder: 'F', uidvalidity: 5 }] } }; },
  ]);
  let grown = 0;
  found.whenGrown(() => { grown++; });
  try {
    const first = await found.page('F', q, 0, 50);
    assert.deepEqual(first.messages.map((m) => m.uid), [90, 80]);
    assert.equal(first.header_only, 2);
    await settled();
    assert.equal(grown, 1);
    assert.equal(s.asked[1]![1].next, '5.50.9');
    assert.ok(!('everywhere' in s.asked[0]![1]));
    assert.match(String(s.asked[0]![1].today), /^\d{4}-\d{2}-\d{2}$/);
    assert.equal(found.progress.value.running, false);
    const all = await found.page('F', q, 0, 50);
    assert.deepEqual(all.messages.map((m) => m.uid), [90, 80, 40, 30]);
    assert.equal(all.header_only, 3);
    // What went is left out, and comes back.
    found.took([80], true);
    assert.deepEqual((await found.page('F', q, 0, 50)).messages.map((m) => m.uid), [90, 40, 30]);
    found.took([80], false);
    assert.equal((await found.page('F', q, 0, 50)).total, 4);
  } finally { s.done(); }
});

test('a search that is stopped keeps what it found, and goes on from there', async () => {
  const q = { text: 'x', scope: 'all' as const, filters: {} };
  const part = (uid: number, next: string | null) => (): Answer => ({ json: { uidvalidity: 5, header_only: 0, messages: [row(uid)], uids: String(uid), complete: next === null, next, progress: { done: 1, of: 3 } } });
  const s = serve([part(9, '5.9.1'), part(8, '5.8.1'), part(7, null)]);
  try {
    found.whenGrown(() => { if (found.allKeys().length === 2) found.stop(); });
    await found.page('F', q, 0, 50);
    await settled();
    assert.deepEqual(found.allKeys(), [9, 8]);
    assert.deepEqual([found.progress.value.running, found.progress.value.stopped], [false, true]);
    found.whenGrown(() => undefined);
    found.resume();
    await settled();
    assert.deepEqual(found.allKeys(), [9, 8, 7]);
    assert.equal(s.asked[2]![1].next, '5.8.1');
  } finally { s.done(); }
});

test('everywhere: merged by time, the same number in two folders is two messages', async () => {
  const q = { text: 'x', scope: 'headers' as const, filters: {}, everywhere: true };
  const s = serve([
    () => ({ json: { total: 2, header_only: 0, messages: [row(1, { folder: 'A', uidvalidity: 1 })], hits: [{ folder: 'A', uidvalidity: 1, uids: [1, 2], times: [300, 100] }], complete: false, next: '0.0.0.B', progress: { done: 1, of: 2 } } }),
    () => ({ json: { total: 1, header_only: 0, messages: [row(1, { folder: 'B', uidvalidity: 7 })], hits: [{ folder: 'B', uidvalidity: 7, uids: [1], times: [200] }], complete: true, next: null, progress: { done: 2, of: 2 } } }),
    (_, body) => { assert.deepEqual(body.of, [{ folder: 'A', uidvalidity: 1, uids: [2] }]); return { json: { messages: [] } }; },
  ]);
  found.whenGrown(() => undefined);
  try {
    assert.equal((await found.page('A', q, 0, 1)).total, 2);
    await settled();
    const all = await found.page('A', q, 0, 50);
    assert.deepEqual(all.messages.map((m) => [m.at?.folder, m.at?.uid]), [['A', 1], ['B', 1]], 'in the order of time; the third is gone meanwhile');
    assert.notEqual(all.messages[0]!.uid, all.messages[1]!.uid);
    assert.equal(all.total, 2);
  } finally { s.done(); }
});

test('a search the server refuses is an error of the page, and is asked anew', async () => {
  const q = { text: 'is:foo', scope: 'all' as const, filters: {} };
  const s = serve([() => ({ status: 422, json: { code: 'invalid', message: 'Position 4: no', details: { field: 'text', position: 4 } } }), () => ({ json: { uidvalidity: 5, header_only: 0, messages: [], uids: '', complete: true, next: null, progress: { done: 0, of: 0 } } })]);
  try {
    await assert.rejects(found.page('F', q, 0, 50), /Position 4/);
    assert.equal(found.progress.value.running, false);
    assert.equal((await found.page('F', q, 0, 50)).total, 0);
  } finally { s.done(); }
});

test('coming back to a search is a new search: what it found before may be gone', async () => {
  const before = globalThis.fetch;
  const q = parseSearch('invoice', 'headers', false);
  let hits = [9, 8];
  const rowsOf = (uids: number[]): object[] => uids.map((uid) => ({ uid, flags: [], size: 1, received: '2026-11-22T09:00:00Z', date: null, subject: `s${uid}`, from: [], to: [], attachment: false, security: null }));
  globalThis.fetch = (async (input: string) => (String(input).includes('/search')
    ? Response.json({ uidvalidity: 7, total: hits.length, offset: 0, messages: rowsOf(hits), header_only: 0, uids: [...hits].reverse().join(','), complete: true, next: null, progress: { done: 1, of: 1 } })
    : Response.json({ uidvalidity: 7, uidnext: 10, modseq: 1, total: 1, unread: 0, rows: 1, offset: 0, messages: rowsOf([1]) }))) as typeof fetch;
  const shown = (): number[] => list.loadedRows().map((r) => r.uid);
  try {
    await list.show({ folder: 'Back', query: q });
    assert.deepEqual(shown(), [9, 8]);
    await list.show({ folder: 'Back', query: null });
    hits = [10, 9];
    await list.show({ folder: 'Back', query: q });
    assert.deepEqual(shown(), [10, 9]);
  } finally { globalThis.fetch = before; found.forget(); }
});
