// The stores of the list against a server in memory: paging, anchors, changes from elsewhere.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import * as actions from '../src/store/actions.ts';
import * as list from '../src/store/list.ts';
import * as chosen from '../src/store/selection.ts';
import { ARCHIVE, box, elsewhere, F, fits, freshWorld, lists, open, said, settled, shown, world } from './list-world.ts';

beforeEach(freshWorld);

test('pages come as they are seen, whole blocks, each once', async () => {
  await open(1000);
  assert.deepEqual([list.total.value, shown().length], [1000, 50]);
  list.need(490, 520);
  list.need(492, 522);
  await settled();
  assert.deepEqual(world.asked.map((a) => a.path), [`/folders/${F}/messages?offset=450&limit=100`]);
  assert.equal(list.rowAt(500)?.uid, 500);
});

test('what flies past is not waited for', async () => {
  await open(100_000);
  let go = (): void => undefined;
  world.hold = new Promise((r) => { go = r; });
  for (let p = 1000; p < 50_000; p += 1000) list.need(p, p + 20);
  await settled();
  assert.equal(list.underWay(), 1);
  world.hold = null;
  go();
  await settled();
  assert.equal(list.failure.value, null);
  assert.ok(list.rowAt(49_000) && !list.rowAt(1000));
});

test('a page that cannot be fetched is said and asked for again, what is here stays', async () => {
  await open(1000);
  world.refuse = () => ({ status: 503, code: 'imap_unavailable' });
  list.need(500, 520);
  await settled();
  assert.ok(list.failure.value);
  assert.equal(shown().length, 50);
  world.refuse = () => null;
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
  const b = world.boxes.get(F)!;
  b.uids.unshift(1001);
  b.next = 1002;
  world.modseq++;
  await list.refresh();
  assert.deepEqual([list.positionOf(1001), list.positionOf(900), list.total.value], [0, 101, 1001]);
  assert.equal(list.rowAt(101)?.uid, 900);
});

test('mail that went above the window: what is read is found again by its number', async () => {
  await open(1000);
  list.need(300, 320);
  await settled();
  world.boxes.get(F)!.uids = world.boxes.get(F)!.uids.filter((u) => u < 900 || u > 950);
  world.modseq++;
  await list.refresh();
  assert.equal(list.total.value, 949);
  assert.equal(list.rowAt(list.positionOf(690))?.uid, 690);
  assert.equal(list.positionOf(690), 310 - 51);
});

test('a linked message far down is found in a few looks', async () => {
  await open(100_000);
  world.boxes.get(F)!.uids = world.boxes.get(F)!.uids.filter((u) => u % 3 !== 0 || u > 60_000);
  await list.refresh();
  world.asked = [];
  const p = await list.locate(12_346);
  assert.equal(list.rowAt(p)?.uid, 12_346);
  assert.ok(world.asked.length <= 8, `${world.asked.length} looks`);
  assert.equal(await list.locate(12_345), -1, 'not there');
});

test('a list that was left is shown at once and brought up to date', async () => {
  await open(300);
  world.boxes.set('other', box(3));
  await list.show({ folder: 'other', query: null });
  world.boxes.get(F)!.uids.unshift(301);
  world.boxes.get(F)!.next = 302;
  world.modseq++;
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

test('changes from elsewhere: flags in their place, what vanished goes', async () => {
  await open(20);
  list.applyFlags([{ uid: 20, flags: ['\\Seen'] }, { uid: 999, flags: [] }]);
  assert.deepEqual(list.rowAt(0)?.flags, ['\\Seen']);
  list.applyVanished(new Set([19, 999]));
  assert.deepEqual([list.total.value, list.rowAt(1)?.uid], [19, 18]);
});

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

test('news of a folder whose first page is on its way is not lost', async () => {
  await open(300);
  await list.show({ folder: ARCHIVE, query: null });
  list.forgetKept();
  let arrive = (): void => undefined;
  world.onTheWay = new Promise((r) => { arrive = r; });
  const shown = list.show({ folder: F, query: null });
  await new Promise((r) => setTimeout(r, 5)); // read by now
  elsewhere.arrive(1);
  await list.catchUp();
  world.onTheWay = null;
  arrive();
  await shown;
  await settled();
  assert.equal(list.total.value, 301);
  fits();
});

test('what is our own is not taken out twice', async () => {
  await open(300);
  await actions.archive([290, 289]);
  (world.boxes.get(F)!.log ??= []).push({ modseq: world.modseq, uid: 290, gone: true }, { modseq: world.modseq, uid: 289, gone: true });
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
  world.resets = true;
  elsewhere.expunge(300);
  const before = lists();
  await list.catchUp();
  world.resets = false;
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
      const b = world.boxes.get(F)!;
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
