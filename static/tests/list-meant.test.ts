// What a command works on is what was meant: searches, other folders, other lists meanwhile, several folders.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { route } from '../src/core/router.ts';
import * as actions from '../src/store/actions.ts';
import * as search from '../src/store/found.ts';
import * as list from '../src/store/list.ts';
import type { Own } from '../src/store/own.ts';
import { ownHooks } from '../src/store/own.ts';
import * as scattered from '../src/store/scattered.ts';
import * as chosen from '../src/store/selection.ts';
import { toasts } from '../src/store/toasts.ts';
import { confirming, overlay, wide } from '../src/store/ui.ts';
import { undoLast } from '../src/store/undo.ts';
import { ARCHIVE, box, elsewhere, F, fits, freshWorld, has, open, said, settled, shown, TRASH, world } from './list-world.ts';

beforeEach(freshWorld);

// ---- what is meant is what is seen ----

const findIn = (text: string): Promise<void> => list.show({ folder: F, query: { text, scope: 'all', filters: {} } });
const moves = (): Record<string, unknown>[] => world.asked.filter((a) => /\/(move|delete|flags)$/.test(a.path)).map((a) => a.body);

test('everything found by a search that was stopped: what was found, not what the server would find', async () => {
  await open(100);
  world.partSize = 10;
  const show = findIn('s');
  world.refuse = (p) => (p.endsWith('/search') && world.asked.filter((a) => a.path.endsWith('/search')).length > 1 ? { status: 503, code: 'imap_unavailable' } : null);
  await show;
  await settled();
  assert.equal(list.total.value, 10);
  chosen.selectEverything();
  assert.equal(chosen.chosenCount.value, 10);
  assert.equal(actions.countOf(actions.aim()!), 10);
  world.boxes.get(F)!.uids.unshift(101);
  world.boxes.get(F)!.next = 102;
  world.refuse = () => null;
  await actions.flag(actions.aim(), ['\\Flagged'], []);
  assert.deepEqual(world.boxes.get(F)!.uids.filter((u) => has(world.boxes.get(F)!, u, '\\Flagged')), [100, 99, 98, 97, 96, 95, 94, 93, 92, 91]);
  await actions.archive();
  assert.equal(world.boxes.get(ARCHIVE)!.uids.length, 10);
  assert.ok(world.boxes.get(F)!.uids.includes(101) && world.boxes.get(F)!.uids.includes(90));
  search.leave();
});

test('more than a row is here of a search: all found are acted on, none by a new search', async () => {
  await open(900);
  await findIn('s');
  await settled();
  chosen.selectEverything();
  chosen.toggle(900);
  assert.equal(chosen.chosenCount.value, 899);
  world.asked = [];
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
  assert.deepEqual(world.boxes.get(F)!.uids, [302, 301]);
});

test('what was meant in one folder is not done in another', async () => {
  await open(20);
  world.boxes.set('other', box(20));
  const meant = actions.aimAt([20, 19]);
  await list.show({ folder: 'other', query: null });
  for (const run of [() => actions.archive(meant), () => actions.remove(meant), () => actions.flag(meant, ['\\Flagged'], []), () => actions.copyTo(ARCHIVE, meant), () => actions.setLabel(meant, 'work', 'Work', true)]) {
    toasts.value = [];
    await run();
    assert.match(said(), /changed meanwhile/);
  }
  assert.deepEqual(moves(), []);
  assert.deepEqual([world.boxes.get('other')!.uids.length, world.boxes.get(F)!.uids.length], [20, 20]);
});

test('Back while "delete forever" is asked: nothing is deleted, and no dialog is left', async () => {
  await open(20);
  world.boxes.set(TRASH, box(20));
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
  assert.deepEqual([world.boxes.get(TRASH)!.uids.length, world.boxes.get(F)!.uids.length], [20, 20]);
});

// ---- refused, while another list is on the screen ----

/** Runs something that the server will refuse, once the other list is there. */
async function refusedLater(run: () => Promise<void>): Promise<void> {
  world.boxes.set('other', box(30));
  world.refuse = (p) => (/\/(flags|move|delete)$/.test(p) ? { status: 403, code: 'forbidden' } : null);
  let go = (): void => undefined;
  world.hold = new Promise((r) => { go = r; });
  const done = run();
  const shows = list.show({ folder: 'other', query: null });
  world.hold = null;
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
    assert.deepEqual(shown(), world.boxes.get('other')!.uids);
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
    world.refuse = (p) => (/\/(flags|move)$/.test(p) ? { status: 403, code: 'forbidden' } : null);
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
  assert.deepEqual(got, world.boxes.get(F)!.uids.filter((u) => u <= 3000 && u >= 1800));
});

// ---- found in several folders ----

const everywhere = (): Promise<void> => list.show({ folder: F, query: { text: 's', scope: 'all', filters: {}, everywhere: true } });

test('undo of a flag in all folders leaves alone what was so before, also where no row was ever here', async () => {
  await open(120);
  for (const [f, uid] of [[F, 5], [F, 6], [ARCHIVE, 2]] as const) (f === F ? world.boxes.get(F)! : Object.assign(world.boxes.get(ARCHIVE)!, box(3))).flags.set(uid, ['\\Flagged']);
  await everywhere();
  chosen.selectEverything();
  assert.equal(chosen.chosenCount.value, 123);
  await actions.flag(actions.aim(), ['\\Flagged'], []);
  assert.equal(said(), 'Star added to 120 messages.');
  await undoLast();
  const starred = (f: string): number[] => world.boxes.get(f)!.uids.filter((u) => has(world.boxes.get(f)!, u, '\\Flagged'));
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
