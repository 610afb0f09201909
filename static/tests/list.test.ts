// The stores of the list against a server in memory: paging, anchors, refusals, undo, everything at once.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { beforeEach, test } from 'node:test';
import type { Row, SearchQuery } from '../src/api/types.ts';
import { useTexts } from '../src/core/i18n.ts';
import { setOf, uidsOf } from '../src/core/sets.ts';
import * as actions from '../src/store/actions.ts';
import { folders } from '../src/store/folders.ts';
import * as search from '../src/store/found.ts';
import { route } from '../src/core/router.ts';
import * as scattered from '../src/store/scattered.ts';
import { ownHooks } from '../src/store/own.ts';
import type { Own } from '../src/store/own.ts';
import { confirming, overlay, wide } from '../src/store/ui.ts';
import { keywordFor, labelsOf, nameIsFree } from '../src/store/labels.ts';
import * as list from '../src/store/list.ts';
import * as chosen from '../src/store/selection.ts';
import { defaults, settings } from '../src/store/session.ts';
import { toasts } from '../src/store/toasts.ts';
import { canUndo, forgetUndo, undoLast } from '../src/store/undo.ts';

assert.deepEqual(useTexts('en', readFileSync('static/i18n/en.ftl', 'utf8')), []);

const F = 'SU5CT1g', ARCHIVE = 'QXJjaGl2ZQ', TRASH = 'VHJhc2g';
/** log: what happened elsewhere, for /changes. */
interface Box { uids: number[]; next: number; flags: Map<number, string[]>; log?: { modseq: number; uid: number; gone: boolean }[] }
let boxes: Map<string, Box>;
let threads: number[][] | null;
let asked: { method: string; path: string; body: Record<string, unknown> }[];
let refuse: (path: string) => { status: number; code: string } | null;
let hold: Promise<void> | null;
/** How many messages of a search are found by each of its parts. */
let partSize = 1000;
let modseq = 1;
let resets = false;

const rowOf = (b: Box, uid: number): Row => ({ uid, from: [{ name: 'Ana', address: 'ana@x.test' }], to: [], subject: `s${uid}`, date: '2026-01-01T00:00:00Z', received: '2026-01-01T00:00:00Z', size: 1, flags: b.flags.get(uid) ?? [], attachment: false, security: null, message_id: `<${uid}@x>` });
const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
const has = (b: Box, uid: number, flag: string): boolean => (b.flags.get(uid) ?? []).includes(flag);
function found(b: Box, q: SearchQuery | null): number[] {
  if (!q) return b.uids;
  return b.uids.filter((u) => (!q.filters.unread || !has(b, u, '\\Seen')) && (!q.filters.flagged || has(b, u, '\\Flagged')) && q.text.split(' ').filter(Boolean).every((w) => {
    const no = w.startsWith('-'), word = no ? w.slice(1) : w;
    const yes = word === 'is:read' ? has(b, u, '\\Seen') : word === 'is:flagged' ? has(b, u, '\\Flagged') : word.startsWith('keyword:') ? has(b, u, word.slice(8)) : word.startsWith('label:') ? has(b, u, settings.value.labels.find((l) => l.name.toLowerCase() === word.slice(6))?.keyword ?? word.slice(6)) : rowOf(b, u).subject.includes(word);
    return yes !== no;
  }));
}
function meant(b: Box, body: { uids?: number[] | string; all?: { search: SearchQuery | null; below: number; except?: number[]; only?: string } }): number[] {
  if (body.uids) return typeof body.uids === 'string' ? uidsOf(body.uids) : body.uids;
  const { search, below, except = [], only } = body.all!;
  return found(b, search).filter((u) => u < below && !except.includes(u) && (only === undefined || uidsOf(only).includes(u)));
}

globalThis.fetch = (async (input: string, init: RequestInit = {}) => {
  const url = new URL(String(input), 'http://x');
  const path = url.pathname.slice('/api/v1'.length);
  const body = init.body ? JSON.parse(String(init.body)) as Record<string, unknown> : {};
  asked.push({ method: init.method ?? 'GET', path: path + url.search, body });
  await new Promise((r) => setTimeout(r));
  if (hold) await hold;
  if (init.signal?.aborted) throw init.signal.reason;
  const no = refuse(path);
  if (no) return json({ code: no.code, message: 'No.', details: {} }, no.status);
  if (path === '/folders') return json({ folders: folders.value });
  if (path === '/settings') return json({});
  if (path === '/search') {
    const hits = [F, ARCHIVE].map((folder) => ({ folder, uidvalidity: 7, uids: boxes.get(folder)!.uids, times: boxes.get(folder)!.uids }));
    return json({ header_only: 0, messages: [], hits, complete: true, next: null, progress: { done: 1, of: 1 } });
  }
  if (path === '/rows') {
    const of = body.of as { folder: string; uids: number[] }[];
    return json({ messages: of.flatMap((g) => g.uids.map((u) => ({ ...rowOf(boxes.get(g.folder)!, u), folder: g.folder, uidvalidity: 7 }))) });
  }
  const [, , f, what] = path.split('/') as [string, string, string, string];
  const b = boxes.get(f)!;
  const common = { uidvalidity: 7, uidnext: b.next, modseq, total: b.uids.length, unread: found(b, { text: '', scope: 'headers', filters: { unread: true } }).length };
  if (what === 'messages') {
    const o = Number(url.searchParams.get('offset')), l = Number(url.searchParams.get('limit'));
    if (url.searchParams.get('sort')) return json({ code: 'unsupported', message: '', details: {} }, 422);
    if (url.searchParams.get('threads') && threads) {
      const rows = threads.map((t) => t.filter((u) => b.uids.includes(u))).filter((t) => t.length).map((t) => ({ ...rowOf(b, t.at(-1)!), thread: { count: t.length, unread: t.filter((u) => !has(b, u, '\\Seen')).length, flagged: t.filter((u) => has(b, u, '\\Flagged')).length, uids: setOf(t) } }));
      return json({ ...common, rows: rows.length, offset: o, messages: rows.slice(o, o + l) });
    }
    return json({ ...common, rows: b.uids.length, offset: o, messages: b.uids.slice(o, o + l).map((u) => rowOf(b, u)) });
  }
  if (what === 'changes') {
    const m = Number(url.searchParams.get('modseq')), below = Number(url.searchParams.get('uidnext'));
    const told = (b.log ?? []).filter((x) => x.modseq > m && x.uid < below);
    const gone = setOf(told.filter((x) => x.gone).map((x) => x.uid));
    const changed = told.filter((x) => !x.gone && b.uids.includes(x.uid)).map((x) => ({ uid: x.uid, flags: b.flags.get(x.uid) ?? [] }));
    return json({ ...common, changed, vanished: gone || null, reset: resets });
  }
  if (what === 'search') {
    const all = found(b, { text: String(body.text), scope: 'all', filters: {} });
    const from = Number(body.next ?? 0), part = all.slice(from, from + partSize), over = from + part.length >= all.length;
    return json({ uidvalidity: 7, header_only: 0, messages: part.slice(0, 50).map((u) => rowOf(b, u)), uids: setOf(part), complete: over, next: over ? null : String(from + part.length), progress: { done: from + part.length, of: all.length } });
  }
  const some = meant(b, body as Parameters<typeof meant>[1]);
  const bySet = !Array.isArray(body.uids);
  modseq++;
  if (what === 'flags') {
    for (const u of some) b.flags.set(u, [...(b.flags.get(u) ?? []).filter((x) => !(body.remove as string[]).includes(x) && !(body.add as string[]).includes(x)), ...(body.add as string[])]);
    return json(bySet ? { count: some.length, uids: setOf(some) } : {});
  }
  if (what === 'move' || what === 'delete') {
    const to = what === 'move' ? String(body.to) : TRASH;
    const target = boxes.get(to)!;
    b.uids = b.uids.filter((u) => !some.includes(u));
    const now = [...some].sort((x, y) => x - y).map((u) => { const v = target.next++; target.flags.set(v, b.flags.get(u) ?? []); return v; });
    target.uids = [...[...now].reverse(), ...target.uids];
    return json({ moved_to: to, uidvalidity: 7, count: now.length, uids: bySet ? setOf(now) : now });
  }
  throw new Error(`nobody answers ${path}`);
}) as typeof fetch;

const box = (n: number): Box => ({ uids: Array.from({ length: n }, (_, i) => n - i), next: n + 1, flags: new Map() });
const folder = (id: string, role: 'inbox' | 'archive' | 'trash', total: number) => ({ id, name: role, path: role, delimiter: '/', role, selectable: true, subscribed: true, shared: false, total, unread: 0 });
let place = 0;
/** Another folder first, so that nothing of the test before is kept. */
async function open(n: number, view?: { threads: boolean; sort: 'arrival' | 'subject'; order: 'desc' | 'asc' }): Promise<void> {
  boxes = new Map([[F, box(n)], [ARCHIVE, box(0)], [TRASH, box(0)], [`x${++place}`, box(0)]]);
  folders.value = [folder(F, 'inbox', n), folder(ARCHIVE, 'archive', 0), folder(TRASH, 'trash', 0)];
  await list.show({ folder: `x${place}`, query: null });
  list.forgetKept();
  await list.show({ folder: F, query: null, view });
  asked = [];
}
const shown = (): number[] => list.loadedRows().map((r) => r.uid);
/** The next answer about the list says what was true when it was asked for. */
function fetchLate(): () => void {
  const real = globalThis.fetch;
  const old = { uids: [...boxes.get(F)!.uids] };
  let once = true;
  globalThis.fetch = (async (input: string, init: RequestInit = {}) => {
    if (!once || !String(input).includes('/messages')) return real(input, init);
    once = false;
    if (hold) await hold;
    const b = { ...boxes.get(F)!, uids: old.uids };
    return json({ uidvalidity: 7, uidnext: b.next, modseq, total: b.uids.length, unread: 0, rows: b.uids.length, offset: 0, messages: b.uids.map((u) => rowOf(b, u)) });
  }) as typeof fetch;
  return () => { setTimeout(() => { globalThis.fetch = real; }, 50); };
}
const settled = async (): Promise<void> => { for (let i = 0; i < 30; i++) await new Promise((r) => setTimeout(r)); };
const said = (): string => (toasts.value.at(-1)?.text ?? '').replace(/[\u2066-\u2069]/g, '');

beforeEach(() => {
  asked = []; refuse = () => null; hold = null; threads = null; partSize = 1000;
  settings.value = defaults();
  forgetUndo();
});

test('pages come as they are seen, whole blocks, each once', async () => {
  await open(1000);
  assert.deepEqual([list.total.value, shown().length], [1000, 50]);
  list.need(490, 520);
  list.need(492, 522);
  await settled();
  assert.deepEqual(asked.map((a) => a.path), [`/folders/${F}/messages?offset=450&limit=100`]);
  assert.equal(list.rowAt(500)?.uid, 500);
});

test('what flies past is not waited for', async () => {
  await open(100_000);
  let go = (): void => undefined;
  hold = new Promise((r) => { go = r; });
  for (let p = 1000; p < 50_000; p += 1000) list.need(p, p + 20);
  await settled();
  assert.equal(list.underWay(), 1);
  hold = null;
  go();
  await settled();
  assert.equal(list.failure.value, null);
  assert.ok(list.rowAt(49_000) && !list.rowAt(1000));
});

test('a page that cannot be fetched is said and asked for again, what is here stays', async () => {
  await open(1000);
  refuse = () => ({ status: 503, code: 'imap_unavailable' });
  list.need(500, 520);
  await settled();
  assert.ok(list.failure.value);
  assert.equal(shown().length, 50);
  refuse = () => null;
  await list.refresh();
  list.need(500, 520);
  await settled();
  assert.equal(list.failure.value, null);
  assert.ok(list.rowAt(510));
});

test('new mail: the rows that are here move down, nothing else is fetched', async () => {
  await open(1000);
  list.need(100, 120);
  await settled();
  const b = boxes.get(F)!;
  b.uids.unshift(1001);
  b.next = 1002;
  modseq++;
  await list.refresh();
  assert.deepEqual([list.positionOf(1001), list.positionOf(900), list.total.value], [0, 101, 1001]);
  assert.equal(list.rowAt(101)?.uid, 900);
});

test('mail that went above the window: what is read is found again by its number', async () => {
  await open(1000);
  list.need(300, 320);
  await settled();
  boxes.get(F)!.uids = boxes.get(F)!.uids.filter((u) => u < 900 || u > 950);
  modseq++;
  await list.refresh();
  assert.equal(list.total.value, 949);
  assert.equal(list.rowAt(list.positionOf(690))?.uid, 690);
  assert.equal(list.positionOf(690), 310 - 51);
});

test('a linked message far down is found in a few looks', async () => {
  await open(100_000);
  boxes.get(F)!.uids = boxes.get(F)!.uids.filter((u) => u % 3 !== 0 || u > 60_000);
  await list.refresh();
  asked = [];
  const p = await list.locate(12_346);
  assert.equal(list.rowAt(p)?.uid, 12_346);
  assert.ok(asked.length <= 8, `${asked.length} looks`);
  assert.equal(await list.locate(12_345), -1, 'not there');
});

test('a list that was left is shown at once and brought up to date', async () => {
  await open(300);
  boxes.set('other', box(3));
  await list.show({ folder: 'other', query: null });
  boxes.get(F)!.uids.unshift(301);
  boxes.get(F)!.next = 302;
  modseq++;
  const back = list.show({ folder: F, query: null });
  assert.equal(list.rowAt(0)?.uid, 300, 'before the answer');
  assert.equal(list.loading.value, false);
  await back;
  assert.equal(list.rowAt(0)?.uid, 301);
});

test('an order the server cannot give: said, and the plain list is what remains', async () => {
  await open(10, { threads: false, sort: 'subject', order: 'asc' });
  assert.match(said(), /cannot sort/);
  assert.equal(list.failure.value, null);
});

test('flags: shown at once, taken back when refused', async () => {
  await open(20);
  refuse = (p) => (p.endsWith('/flags') ? { status: 403, code: 'forbidden' } : null);
  const run = actions.flag([20, 19], ['\\Seen'], []);
  assert.deepEqual(list.rowAt(0)?.flags, ['\\Seen']);
  await run;
  assert.deepEqual(list.rowAt(0)?.flags, []);
  assert.equal(said(), 'You may not do that here.');
  assert.equal(canUndo.value, false);
});

test('undo of a flag touches only those that the flag changed', async () => {
  await open(5);
  boxes.get(F)!.flags.set(4, ['\\Flagged']);
  await list.reload();
  await actions.flag(actions.aimAt([5, 4, 3]), ['\\Flagged'], []);
  assert.equal(said(), 'Star added to 2 messages.');
  await undoLast();
  assert.deepEqual([5, 4, 3].map((u) => has(boxes.get(F)!, u, '\\Flagged')), [false, true, false]);
  assert.deepEqual(list.rowOf(4)?.flags, ['\\Flagged']);
});

test('a conversation: all of its messages of the folder, and undo leaves alone those that were read before', async () => {
  threads = [[6, 8, 10], [9], [1, 2]];
  await open(10, { threads: true, sort: 'arrival', order: 'desc' });
  assert.deepEqual([list.total.value, shown()], [3, [10, 9, 2]]);
  boxes.get(F)!.flags.set(8, ['\\Seen']);
  await list.reload();
  await actions.flag(actions.aimAt([10]), ['\\Seen'], []);
  assert.equal(list.rowAt(0)?.thread?.unread, 0);
  assert.deepEqual([6, 8, 10, 9].map((u) => has(boxes.get(F)!, u, '\\Seen')), [true, true, true, false]);
  await undoLast();
  assert.deepEqual([6, 8, 10].map((u) => has(boxes.get(F)!, u, '\\Seen')), [false, true, false]);
  await actions.archive(actions.aimAt([10]));
  assert.deepEqual(shown(), [9, 2]);
  assert.equal(boxes.get(ARCHIVE)!.uids.length, 3);
  await undoLast();
  assert.equal(boxes.get(ARCHIVE)!.uids.length, 0);
  assert.equal(boxes.get(F)!.uids.length, 10);
});

test('archive, refused: the rows are back where they were', async () => {
  await open(100);
  const before = shown();
  refuse = (p) => (p.endsWith('/move') ? { status: 507, code: 'storage_full' } : null);
  const run = actions.archive([97, 95, 50]);
  assert.equal(list.total.value, 97);
  await run;
  assert.deepEqual(shown(), before.filter((u) => u >= 51));
  assert.equal(list.total.value, 100);
  assert.equal(said(), 'There is no room left in the mailbox.');
  assert.equal(folders.value[0]!.total, 100);
});

test('archive and undo: by the numbers the messages have over there, once', async () => {
  await open(100);
  await actions.archive([100, 99]);
  assert.equal(said(), '2 messages archived.');
  assert.deepEqual([boxes.get(ARCHIVE)!.uids.length, list.total.value], [2, 98]);
  await Promise.all([undoLast(), undoLast()]);
  assert.deepEqual([boxes.get(ARCHIVE)!.uids.length, boxes.get(F)!.uids.length, list.total.value], [0, 100, 100]);
  assert.equal(asked.filter((a) => a.path.endsWith('/move')).length, 2);
});

test('several steps back, newest first', async () => {
  await open(10);
  await actions.flag([10], ['\\Flagged'], []);
  await actions.remove([9]);
  await undoLast();
  assert.equal(boxes.get(TRASH)!.uids.length, 0);
  assert.ok(has(boxes.get(F)!, 10, '\\Flagged'));
  await undoLast();
  assert.ok(!has(boxes.get(F)!, 10, '\\Flagged'));
  assert.equal(canUndo.value, false);
});

test('a range chooses rows that were never loaded, and a long one is cut at its far end', async () => {
  await open(5000);
  chosen.toggle(5000);
  await list.ensure(700);
  assert.equal(await chosen.selectTo(4300), true);
  assert.equal(chosen.selection.value.size, 701);
  chosen.clearSelection();
  chosen.toggle(5000);
  await list.ensure(4000);
  assert.equal(await chosen.selectTo(1000), false);
  assert.equal(chosen.selection.value.size, chosen.MOST);
  assert.ok(chosen.selection.value.has(5000));
  await actions.archive();
  assert.equal(boxes.get(ARCHIVE)!.uids.length, chosen.MOST);
  assert.equal(asked.filter((a) => a.path.endsWith('/move')).length, 1, 'as one set');
});

test('everything in the folder but two: never loaded, moved at once, what came later stays, undone', async () => {
  await open(3000);
  chosen.selectEverything();
  chosen.toggle(3000);
  chosen.toggle(2998);
  assert.equal(chosen.chosenCount.value, 2998);
  assert.ok(!chosen.isChosen(list.rowOf(3000)!) && chosen.isChosen(list.rowOf(2999)!));
  boxes.get(F)!.uids.unshift(3001);
  boxes.get(F)!.next = 3002;
  const run = actions.archive();
  assert.deepEqual(shown(), [3000, 2998]);
  await run;
  assert.deepEqual(boxes.get(F)!.uids, [3001, 3000, 2998]);
  assert.deepEqual(shown(), [3001, 3000, 2998]);
  assert.equal(said(), '2998 messages archived.'.replace('2998', '2,998'));
  assert.equal(chosen.choosing.value, false);
  await undoLast();
  assert.equal(boxes.get(F)!.uids.length, 3001);
});

test('a page that was asked for before something went does not bring it back', async () => {
  await open(30);
  let go = (): void => undefined;
  hold = new Promise((r) => { go = r; });
  // The answer is made before the messages go, and comes after.
  const late = fetchLate();
  const reload = list.reload();
  await settled();
  hold = null;
  const run = actions.archive([30, 29]);
  go();
  late();
  await Promise.all([reload, run]);
  await settled();
  assert.equal(list.total.value, 28);
  assert.equal(list.rowAt(0)?.uid, 28);
});

test('everything, refused: all rows are back', async () => {
  await open(3000);
  chosen.selectEverything();
  refuse = (p) => (p.endsWith('/delete') ? { status: 403, code: 'forbidden' } : null);
  await actions.remove();
  assert.equal(list.total.value, 3000);
  assert.ok(shown().length >= 50);
  assert.equal(boxes.get(F)!.uids.length, 3000);
});

test('everything marked as read: undo knows which were unread', async () => {
  await open(200);
  for (let u = 1; u <= 200; u += 2) boxes.get(F)!.flags.set(u, ['\\Seen']);
  await list.reload();
  chosen.selectEverything();
  actions.toggleRead();
  await settled();
  assert.equal(found(boxes.get(F)!, { text: '', scope: 'headers', filters: { unread: true } }).length, 0);
  assert.equal(said(), '100 messages marked as read.');
  await undoLast();
  assert.equal(found(boxes.get(F)!, { text: '', scope: 'headers', filters: { unread: true } }).length, 100);
});

test('labels: put and taken off like any flag, system words are none', async () => {
  settings.value = { ...defaults(), labels: [{ keyword: 'work', name: 'Work', colour: 'blue' }] };
  await open(5);
  await actions.setLabel(actions.aimAt([5, 4]), 'work', 'Work', true);
  assert.equal(said(), 'Label “Work” added to 2 messages.');
  assert.equal(actions.labelState(actions.aimAt([5, 4]), 'WORK'), 'all');
  assert.equal(actions.labelState(actions.aimAt([5, 3]), 'work'), 'some');
  await undoLast();
  assert.equal(actions.labelState(actions.aimAt([5, 4]), 'work'), 'none');
  assert.deepEqual(labelsOf({ flags: ['\\Seen', '$Forwarded', 'NonJunk', 'work', 'Strange'] }).map((l) => [l.name, l.colour]), [['Work', 'blue'], ['Strange', 'grey']]);
});

test('a label whose keyword is the name of another one is put on and taken off alone', async () => {
  settings.value = { ...defaults(), labels: [{ keyword: 'work', name: 'Clients', colour: 'blue' }, { keyword: 'work_2', name: 'Work', colour: 'red' }] };
  await open(5);
  const b = boxes.get(F)!;
  b.flags.set(5, ['work']);
  b.flags.set(4, ['work_2']);
  await list.reload();
  chosen.selectEverything();
  await actions.setLabel(actions.aim(), 'work', 'Clients', true);
  assert.deepEqual([5, 4, 3].map((u) => b.flags.get(u)), [['work'], ['work_2', 'work'], ['work']]);
  await undoLast();
  assert.deepEqual([5, 4, 3].map((u) => b.flags.get(u)), [['work'], ['work_2'], []]);
});

test('no label is called as another one is, or was when it was made', () => {
  const all = [{ keyword: 'work', name: 'Clients', colour: 'blue' as const }];
  assert.deepEqual(['Work', 'clients', 'Other'].map((n) => nameIsFree(n, '', all)), [false, false, true]);
  assert.ok(nameIsFree('Work', 'work', all), 'its own');
});

test('a keyword for a name: an atom, no other label\'s, no system word', () => {
  assert.equal(keywordFor('Über uns & mehr', []), 'uber_uns_mehr');
  assert.equal(keywordFor('Work', ['work', 'WORK_2']), 'work_3');
  assert.equal(keywordFor('Junk', []), 'label_junk');
  assert.match(keywordFor('日本', []), /^label$/);
  for (const name of ['a b', '(x)', '"', '\\Seen', '$Junk', 'x'.repeat(200), '  ']) assert.match(keywordFor(name, []), /^[a-z0-9][a-z0-9_]{0,63}$/);
});

test('changes from elsewhere: flags in their place, what vanished goes', async () => {
  await open(20);
  list.applyFlags([{ uid: 20, flags: ['\\Seen'] }, { uid: 999, flags: [] }]);
  assert.deepEqual(list.rowAt(0)?.flags, ['\\Seen']);
  list.applyVanished(new Set([19, 999]));
  assert.deepEqual([list.total.value, list.rowAt(1)?.uid], [19, 18]);
});

// ---- what happened elsewhere ----

const elsewhere = {
  flag(uid: number, ...flags: string[]): void { const b = boxes.get(F)!; b.flags.set(uid, flags); (b.log ??= []).push({ modseq: ++modseq, uid, gone: false }); },
  expunge(...uids: number[]): void { const b = boxes.get(F)!; modseq++; for (const uid of uids) { b.uids = b.uids.filter((u) => u !== uid); (b.log ??= []).push({ modseq, uid, gone: true }); } },
  arrive(n: number): void { const b = boxes.get(F)!; for (let i = 0; i < n; i++) { b.uids.unshift(b.next); (b.log ??= []).push({ modseq: ++modseq, uid: b.next, gone: false }); b.next++; } },
};
/** Every row that is here stands where the server has it, with its flags. */
function fits(): void {
  const b = boxes.get(F)!;
  assert.equal(list.total.value, b.uids.length);
  for (let p = 0; p < b.uids.length; p++) {
    const r = list.rowAt(p);
    if (!r) continue;
    assert.equal(r.uid, b.uids[p], `position ${p}`);
    assert.deepEqual(r.flags, b.flags.get(r.uid) ?? []);
  }
}
const lists = (): number => asked.filter((a) => a.path.includes('/messages?')).length;

test('flags changed elsewhere: told exactly, without a new look', async () => {
  await open(300);
  elsewhere.flag(290, '\\Seen');
  elsewhere.flag(20, '\\Flagged'); // not here
  const before = lists();
  const changed = await list.catchUp();
  assert.equal(lists(), before);
  assert.deepEqual(changed.map((c) => c.uid), [290, 20]);
  assert.deepEqual(list.rowOf(290)?.flags, ['\\Seen']);
  fits();
});

test('gone elsewhere, here and out of sight: rows keep their places, selection and cursor follow', async () => {
  await open(300);
  await list.loadAll(120, 150);
  chosen.toggle(295);
  chosen.toggle(294);
  list.activeUid.value = 295;
  elsewhere.expunge(295, 220, 200, 160, 5); // 220 and 200 were never loaded
  const before = lists();
  await list.catchUp();
  assert.equal(lists(), before, 'no new look');
  assert.deepEqual([...chosen.selection.value], [294]);
  assert.equal(list.activeUid.value, 294);
  assert.ok(list.rowAt(140));
  fits();
});

test('new mail on top moves the rest down; what came and went meanwhile is nothing', async () => {
  await open(300);
  elsewhere.arrive(3);
  elsewhere.expunge(302, 299);
  list.activeUid.value = 280;
  await list.catchUp();
  assert.equal(list.rowAt(0)?.uid, 303);
  assert.equal(list.activeUid.value, 280);
  assert.equal(list.positionOf(280), 300 - 280 + 2 - 1);
  fits();
});

test('what is our own is not taken out twice', async () => {
  await open(300);
  await actions.archive([290, 289]);
  (boxes.get(F)!.log ??= []).push({ modseq, uid: 290, gone: true }, { modseq, uid: 289, gone: true });
  elsewhere.flag(288, '\\Seen');
  await list.catchUp();
  assert.equal(list.total.value, 298);
  fits();
});

test('reset, or more new mail than a page: a new look', async () => {
  await open(300);
  elsewhere.arrive(120);
  await list.catchUp();
  fits();
  resets = true;
  elsewhere.expunge(300);
  const before = lists();
  await list.catchUp();
  resets = false;
  assert.ok(lists() > before);
  fits();
});

test('many changes in any order, with own ones between: the list is always as the server has it', async () => {
  for (let seed = 1; seed <= 25; seed++) {
    let x = seed * 7919;
    const next = (n: number): number => { x = (x * 48271) % 2147483647; return x % n; };
    await open(200);
    await list.loadAll(60, 100);
    for (let step = 0; step < 12; step++) {
      const b = boxes.get(F)!;
      const kind = next(4);
      if (kind === 0) elsewhere.arrive(1 + next(4));
      if (kind === 1) elsewhere.expunge(...new Set([b.uids[next(b.uids.length)]!, b.uids[next(b.uids.length)]!]));
      if (kind === 2) elsewhere.flag(b.uids[next(b.uids.length)]!, ['\\Seen', '\\Flagged', 'work'][next(3)]!);
      if (kind === 3) await list.catchUp();
    }
    await list.catchUp();
    fits();
  }
});

// ---- what is meant is what is seen ----

const findIn = (text: string): Promise<void> => list.show({ folder: F, query: { text, scope: 'all', filters: {} } });
const moves = (): Record<string, unknown>[] => asked.filter((a) => /\/(move|delete|flags)$/.test(a.path)).map((a) => a.body);

test('everything found by a search that was stopped: what was found, not what the server would find', async () => {
  await open(100);
  partSize = 10;
  const show = findIn('s');
  refuse = (p) => (p.endsWith('/search') && asked.filter((a) => a.path.endsWith('/search')).length > 1 ? { status: 503, code: 'imap_unavailable' } : null);
  await show;
  await settled();
  assert.equal(list.total.value, 10);
  chosen.selectEverything();
  assert.equal(chosen.chosenCount.value, 10);
  assert.equal(actions.countOf(actions.aim()!), 10);
  boxes.get(F)!.uids.unshift(101);
  boxes.get(F)!.next = 102;
  refuse = () => null;
  await actions.flag(actions.aim(), ['\\Flagged'], []);
  assert.deepEqual(boxes.get(F)!.uids.filter((u) => has(boxes.get(F)!, u, '\\Flagged')), [100, 99, 98, 97, 96, 95, 94, 93, 92, 91]);
  await actions.archive();
  assert.equal(boxes.get(ARCHIVE)!.uids.length, 10);
  assert.ok(boxes.get(F)!.uids.includes(101) && boxes.get(F)!.uids.includes(90));
  search.leave();
});

test('more than a row is here of a search: all found are acted on, none by a new search', async () => {
  await open(900);
  await findIn('s');
  await settled();
  chosen.selectEverything();
  chosen.toggle(900);
  assert.equal(chosen.chosenCount.value, 899);
  asked = [];
  await actions.archive();
  assert.deepEqual(moves().map((m) => [m.uids, m.all]), [['1:899', undefined]]);
  assert.equal(said(), '899 messages archived.');
  search.leave();
});

test('everything in a folder: mail that came since is neither counted nor meant', async () => {
  await open(300);
  chosen.selectEverything();
  elsewhere.arrive(2);
  await list.catchUp();
  assert.equal(list.total.value, 302);
  assert.equal(chosen.chosenCount.value, 300);
  await actions.archive();
  assert.deepEqual(boxes.get(F)!.uids, [302, 301]);
});

test('what was meant in one folder is not done in another', async () => {
  await open(20);
  boxes.set('other', box(20));
  const meant = actions.aimAt([20, 19]);
  await list.show({ folder: 'other', query: null });
  for (const run of [() => actions.archive(meant), () => actions.remove(meant), () => actions.flag(meant, ['\\Flagged'], []), () => actions.copyTo(ARCHIVE, meant), () => actions.setLabel(meant, 'work', 'Work', true)]) {
    toasts.value = [];
    await run();
    assert.match(said(), /changed meanwhile/);
  }
  assert.deepEqual(moves(), []);
  assert.deepEqual([boxes.get('other')!.uids.length, boxes.get(F)!.uids.length], [20, 20]);
});

test('Back while "delete forever" is asked: nothing is deleted, and no dialog is left', async () => {
  await open(20);
  boxes.set(TRASH, box(20));
  await list.show({ folder: TRASH, query: null });
  overlay.value = 'move';
  const run = actions.remove(actions.aimAt([20]));
  assert.ok(confirming.value);
  route.value = { page: 'mail', folder: F, uid: null, search: false };
  await run;
  assert.deepEqual([confirming.value, overlay.value], [null, null]);
  // Also where the answer came in the same moment as the other folder.
  const late = actions.remove(actions.aimAt([20]));
  const yes = confirming.value!.resolve;
  await list.show({ folder: F, query: null });
  yes(true);
  await late;
  assert.deepEqual(moves(), []);
  assert.deepEqual([boxes.get(TRASH)!.uids.length, boxes.get(F)!.uids.length], [20, 20]);
});

// ---- refused, while another list is on the screen ----

/** Runs something that the server will refuse, once the other list is there. */
async function refusedLater(run: () => Promise<void>): Promise<void> {
  boxes.set('other', box(30));
  refuse = (p) => (/\/(flags|move|delete)$/.test(p) ? { status: 403, code: 'forbidden' } : null);
  let go = (): void => undefined;
  hold = new Promise((r) => { go = r; });
  const done = run();
  const shows = list.show({ folder: 'other', query: null });
  hold = null;
  go();
  await Promise.all([done, shows]);
  await settled();
}

for (const [what, run] of [
  ['a flag', () => actions.flag([20, 19], ['\\Flagged'], [])],
  ['messages that went', () => actions.archive([20, 19])],
  ['everything', () => { chosen.selectEverything(); return actions.archive(); }],
] as const) {
  test(`${what}, refused: another list that is on the screen meanwhile is left alone`, async () => {
    await open(20);
    await refusedLater(run);
    assert.equal(list.source.value?.folder, 'other');
    assert.equal(list.total.value, 30);
    assert.deepEqual(shown(), boxes.get('other')!.uids);
    assert.ok(list.loadedRows().every((r) => r.flags.length === 0));
    // And the list it was refused in is as the server has it.
    await list.show({ folder: F, query: null });
    await settled();
    fits();
    assert.equal(list.rowOf(20)?.uid, 20);
  });
}

test('other tabs are told that it was refused', async () => {
  const told: Own[] = [];
  const hook = (o: Own): void => { told.push(o); };
  ownHooks.push(hook);
  try {
    await open(20);
    refuse = (p) => (/\/(flags|move)$/.test(p) ? { status: 403, code: 'forbidden' } : null);
    await actions.flag([20], ['\\Seen'], []);
    await actions.archive([19, 18]);
    assert.deepEqual(told.map((o) => [o.uids, o.unread, o.total, o.refused ?? false]), [[[20], -1, 0, false], [[20], 1, 0, true], [[19, 18], -2, -2, false], [[19, 18], 2, 2, true]]);
  } finally { ownHooks.splice(ownHooks.indexOf(hook), 1); }
});

// ---- who is meant, again ----

const place0 = { location: (globalThis as { location?: unknown }).location, history: (globalThis as { history?: unknown }).history };
function withPlace<T>(run: () => T): T {
  Object.assign(globalThis, { location: { pathname: '/' }, history: { state: null, pushState: () => undefined, replaceState: () => undefined } });
  try { return run(); } finally { Object.assign(globalThis, place0); route.value = { page: 'mail', folder: null, uid: null, search: false }; wide.value = true; }
}
const uidsMeant = (): number[] => actions.targets();

test('who opens a message turns to it: nothing is chosen any longer', async () => {
  await open(20);
  withPlace(() => {
    chosen.toggle(18);
    chosen.toggle(17);
    actions.openMessage(20);
    assert.equal(chosen.choosing.value, false);
    assert.deepEqual(uidsMeant(), [20]);
  });
});

test('a message that covers the list is what commands are about', async () => {
  await open(20);
  withPlace(() => {
    chosen.toggle(18);
    route.value = { page: 'mail', folder: F, uid: 20, search: false };
    assert.deepEqual(uidsMeant(), [18], 'beside the list one sees what is chosen');
    wide.value = false;
    assert.deepEqual(uidsMeant(), [20]);
    chosen.selectEverything();
    assert.deepEqual(uidsMeant(), [20]);
  });
});

test('a range, while mail comes in: from the message that was touched to the other one', async () => {
  await open(3000);
  chosen.toggle(3000);
  await list.ensure(1200);
  const real = globalThis.fetch;
  let late = true;
  globalThis.fetch = (async (input: string, init: RequestInit = {}) => {
    // After the first page of the range.
    if (late && String(input).includes('/messages') && !String(input).includes('offset=50&')) { late = false; elsewhere.arrive(3); elsewhere.expunge(2500); }
    return real(input, init);
  }) as typeof fetch;
  try {
    assert.equal(await chosen.selectTo(1800), true);
  } finally { globalThis.fetch = real; }
  assert.equal(late, false);
  const got = [...chosen.selection.value].sort((a, b) => b - a);
  assert.deepEqual(got, boxes.get(F)!.uids.filter((u) => u <= 3000 && u >= 1800));
});

// ---- found in several folders ----

const everywhere = (): Promise<void> => list.show({ folder: F, query: { text: 's', scope: 'all', filters: {}, everywhere: true } });

test('undo of a flag in all folders leaves alone what was so before, also where no row was ever here', async () => {
  await open(120);
  for (const [f, uid] of [[F, 5], [F, 6], [ARCHIVE, 2]] as const) (f === F ? boxes.get(F)! : Object.assign(boxes.get(ARCHIVE)!, box(3))).flags.set(uid, ['\\Flagged']);
  await everywhere();
  chosen.selectEverything();
  assert.equal(chosen.chosenCount.value, 123);
  await actions.flag(actions.aim(), ['\\Flagged'], []);
  assert.equal(said(), 'Star added to 120 messages.');
  await undoLast();
  const starred = (f: string): number[] => boxes.get(f)!.uids.filter((u) => has(boxes.get(f)!, u, '\\Flagged'));
  assert.deepEqual([starred(F), starred(ARCHIVE)], [[6, 5], [2]]);
  search.leave();
});

test('a message of which nobody knows where it lies: nothing is done, and that is said', async () => {
  await open(3);
  await everywhere();
  const nobody = 2 ** 40;
  let back = 0;
  await scattered.leave([...search.allKeys(), nobody], () => { throw new Error('asked'); }, () => 'done', () => { back++; });
  assert.match(said(), /changed meanwhile/);
  assert.equal(back, 1);
  toasts.value = [];
  await scattered.copy([nobody], ARCHIVE, 'Archive');
  assert.match(said(), /changed meanwhile/);
  search.leave();
});

test('names of messages that are on the screen are not forgotten, however many others were met', async () => {
  await open(3);
  await everywhere();
  const keys = search.allKeys();
  for (let uid = 1; uid < 60_100; uid++) search.keyOf({ folder: 'many', uid, uidvalidity: 1 });
  assert.ok(keys.every((k) => search.refOfKey(k) !== null));
  const gone = search.keyOf({ folder: 'many', uid: 1, uidvalidity: 1 });
  await list.reload();
  assert.ok(keys.every((k) => search.refOfKey(k) !== null), 'the same search, begun anew');
  assert.equal(search.refOfKey(gone), null, 'those of no use are');
  search.forget();
});
