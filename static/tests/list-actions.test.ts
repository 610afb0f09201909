// What is done to messages, against a server in memory: flags, labels, archive, refusals, undo, everything at once.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import * as actions from '../src/store/actions.ts';
import { folders } from '../src/store/folders.ts';
import { keywordFor, labelsOf, nameIsFree } from '../src/store/labels.ts';
import * as list from '../src/store/list.ts';
import * as chosen from '../src/store/selection.ts';
import { defaults, settings } from '../src/store/session.ts';
import { canUndo, undoLast } from '../src/store/undo.ts';
import { ARCHIVE, F, fetchLate, found, freshWorld, has, open, said, settled, shown, TRASH, world } from './list-world.ts';

beforeEach(freshWorld);

test('flags: shown at once, taken back when refused', async () => {
  await open(20);
  world.refuse = (p) => (p.endsWith('/flags') ? { status: 403, code: 'forbidden' } : null);
  const run = actions.flag([20, 19], ['\\Seen'], []);
  assert.deepEqual(list.rowAt(0)?.flags, ['\\Seen']);
  await run;
  assert.deepEqual(list.rowAt(0)?.flags, []);
  assert.equal(said(), 'You may not do that here.');
  assert.equal(canUndo.value, false);
});

test('undo of a flag touches only those that the flag changed', async () => {
  await open(5);
  world.boxes.get(F)!.flags.set(4, ['\\Flagged']);
  await list.reload();
  await actions.flag(actions.aimAt([5, 4, 3]), ['\\Flagged'], []);
  assert.equal(said(), 'Star added to 2 messages.');
  await undoLast();
  assert.deepEqual([5, 4, 3].map((u) => has(world.boxes.get(F)!, u, '\\Flagged')), [false, true, false]);
  assert.deepEqual(list.rowOf(4)?.flags, ['\\Flagged']);
});

test('a conversation: all of its messages of the folder, and undo leaves alone those that were read before', async () => {
  world.threads = [[6, 8, 10], [9], [1, 2]];
  await open(10, { threads: true, sort: 'arrival', order: 'desc' });
  assert.deepEqual([list.total.value, shown()], [3, [10, 9, 2]]);
  world.boxes.get(F)!.flags.set(8, ['\\Seen']);
  await list.reload();
  await actions.flag(actions.aimAt([10]), ['\\Seen'], []);
  assert.equal(list.rowAt(0)?.thread?.unread, 0);
  assert.deepEqual([6, 8, 10, 9].map((u) => has(world.boxes.get(F)!, u, '\\Seen')), [true, true, true, false]);
  await undoLast();
  assert.deepEqual([6, 8, 10].map((u) => has(world.boxes.get(F)!, u, '\\Seen')), [false, true, false]);
  await actions.archive(actions.aimAt([10]));
  assert.deepEqual(shown(), [9, 2]);
  assert.equal(world.boxes.get(ARCHIVE)!.uids.length, 3);
  await undoLast();
  assert.equal(world.boxes.get(ARCHIVE)!.uids.length, 0);
  assert.equal(world.boxes.get(F)!.uids.length, 10);
});

test('archive, refused: the rows are back where they were', async () => {
  await open(100);
  const before = shown();
  world.refuse = (p) => (p.endsWith('/move') ? { status: 507, code: 'storage_full' } : null);
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
  assert.deepEqual([world.boxes.get(ARCHIVE)!.uids.length, list.total.value], [2, 98]);
  await Promise.all([undoLast(), undoLast()]);
  assert.deepEqual([world.boxes.get(ARCHIVE)!.uids.length, world.boxes.get(F)!.uids.length, list.total.value], [0, 100, 100]);
  assert.equal(world.asked.filter((a) => a.path.endsWith('/move')).length, 2);
});

test('several steps back, newest first', async () => {
  await open(10);
  await actions.flag([10], ['\\Flagged'], []);
  await actions.remove([9]);
  await undoLast();
  assert.equal(world.boxes.get(TRASH)!.uids.length, 0);
  assert.ok(has(world.boxes.get(F)!, 10, '\\Flagged'));
  await undoLast();
  assert.ok(!has(world.boxes.get(F)!, 10, '\\Flagged'));
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
  assert.equal(world.boxes.get(ARCHIVE)!.uids.length, chosen.MOST);
  assert.equal(world.asked.filter((a) => a.path.endsWith('/move')).length, 1, 'as one set');
});

test('everything in the folder but two: never loaded, moved at once, what came later stays, undone', async () => {
  await open(3000);
  chosen.selectEverything();
  chosen.toggle(3000);
  chosen.toggle(2998);
  assert.equal(chosen.chosenCount.value, 2998);
  assert.ok(!chosen.isChosen(list.rowOf(3000)!) && chosen.isChosen(list.rowOf(2999)!));
  world.boxes.get(F)!.uids.unshift(3001);
  world.boxes.get(F)!.next = 3002;
  const run = actions.archive();
  assert.deepEqual(shown(), [3000, 2998]);
  await run;
  assert.deepEqual(world.boxes.get(F)!.uids, [3001, 3000, 2998]);
  assert.deepEqual(shown(), [3001, 3000, 2998]);
  assert.equal(said(), '2998 messages archived.'.replace('2998', '2,998'));
  assert.equal(chosen.choosing.value, false);
  await undoLast();
  assert.equal(world.boxes.get(F)!.uids.length, 3001);
});

test('a page that was asked for before something went does not bring it back', async () => {
  await open(30);
  let go = (): void => undefined;
  world.hold = new Promise((r) => { go = r; });
  // The answer is made before the messages go, and comes after.
  const late = fetchLate();
  const reload = list.reload();
  await settled();
  world.hold = null;
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
  world.refuse = (p) => (p.endsWith('/delete') ? { status: 403, code: 'forbidden' } : null);
  await actions.remove();
  assert.equal(list.total.value, 3000);
  assert.ok(shown().length >= 50);
  assert.equal(world.boxes.get(F)!.uids.length, 3000);
});

test('everything marked as read: undo knows which were unread', async () => {
  await open(200);
  for (let u = 1; u <= 200; u += 2) world.boxes.get(F)!.flags.set(u, ['\\Seen']);
  await list.reload();
  chosen.selectEverything();
  actions.toggleRead();
  await settled();
  assert.equal(found(world.boxes.get(F)!, { text: '', scope: 'headers', filters: { unread: true } }).length, 0);
  assert.equal(said(), '100 messages marked as read.');
  await undoLast();
  assert.equal(found(world.boxes.get(F)!, { text: '', scope: 'headers', filters: { unread: true } }).length, 100);
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
  const b = world.boxes.get(F)!;
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
