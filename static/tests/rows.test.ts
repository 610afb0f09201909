import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Row } from '../src/api/types.ts';
import { countOf, inSet, pieces, setOf, uidsOf } from '../src/core/sets.ts';
import { RowWindow } from '../src/store/rows.ts';
import { Track, windowOf } from '../src/views/list/window.ts';

const row = (uid: number): Row => ({ uid, from: [], to: [], subject: `s${uid}`, date: '', received: '', size: 1, flags: [], attachment: false, security: null, message_id: null });
const talk = (...uids: number[]): Row => ({ ...row(uids.at(-1)!), thread: { count: uids.length, unread: 0, flagged: 0, uids } });
/** Positions 0..n-1 hold uids n..1: newest first. */
const filled = (n: number): RowWindow => { const w = new RowWindow(n); w.put(0, Array.from({ length: n }, (_, i) => row(n - i))); return w; };
const uids = (w: RowWindow): number[] => w.all().map((r) => r.uid);

test('rows keep their positions and find themselves by uid', () => {
  const w = filled(10);
  assert.equal(w.at(0)?.uid, 10);
  assert.equal(w.positionOf(3), 7);
  assert.equal(w.positionOf(99), -1);
  assert.equal(w.row(1)?.subject, 's1');
});

test('removing closes the gaps and restoring opens them again', () => {
  const w = filled(6);
  const gone = w.remove(new Set([6, 3]));
  assert.deepEqual(uids(w), [5, 4, 2, 1]);
  assert.equal(w.total, 4);
  assert.deepEqual(gone.map((g) => g.position), [0, 3]);
  w.restore(gone);
  assert.deepEqual(uids(w), [6, 5, 4, 3, 2, 1]);
  assert.equal(w.total, 6);
  for (const [i, uid] of [6, 5, 4, 3, 2, 1].entries()) assert.equal(w.positionOf(uid), i);
});

test('whatever is removed comes back where it was, also out of a list with gaps', () => {
  for (let seed = 1; seed < 200; seed++) {
    const w = new RowWindow(60);
    for (const o of [0, 20, 25, 50]) w.put(o, Array.from({ length: 5 + (seed % 5) }, (_, i) => row(60 - o - i)));
    const before = w.entries().map(([p, r]) => `${p}:${r.uid}`);
    const pick = new Set(w.all().map((r) => r.uid).filter((u) => (u * 7919 + seed * 104729) % 3 === 0));
    const total = w.total;
    const gone = w.remove(pick);
    assert.equal(gone.length, pick.size);
    w.restore(gone, total - w.total - gone.length);
    assert.deepEqual(w.entries().map(([p, r]) => `${p}:${r.uid}`), before, `seed ${seed}`);
    assert.equal(w.total, total);
  }
});

test('uids that are not loaded shorten the list and come back on restore', () => {
  const w = new RowWindow(100);
  w.put(0, [row(100), row(99)]);
  const gone = w.remove(new Set([99, 5]));
  assert.equal(w.total, 98);
  assert.equal(gone.length, 1);
  w.restore(gone, 1);
  assert.equal(w.total, 100);
  assert.deepEqual(uids(w), [100, 99]);
});

test('a conversation is found by each of its messages, goes with all of them and stays with some', () => {
  const w = new RowWindow(3);
  w.put(0, [talk(4, 7, 9), talk(8), talk(1, 2)]);
  assert.deepEqual([4, 7, 9, 8, 1, 2].map((u) => w.positionOf(u)), [0, 0, 0, 1, 2, 2]);
  assert.equal(w.remove(new Set([9])).length, 0);
  assert.equal(w.total, 3, 'the length counts conversations');
  assert.deepEqual([w.at(0)?.uid, w.at(0)?.thread?.count, w.at(0)?.thread?.uids], [7, 2, [4, 7]]);
  assert.equal(w.positionOf(9), -1);
  const gone = w.remove(new Set([4, 7, 1]));
  assert.deepEqual(gone.map((g) => g.row.uid), [7]);
  assert.equal(w.total, 2);
  assert.deepEqual(uids(w), [8, 2]);
});

test('a message that moved is in one place only', () => {
  const w = filled(6);
  w.put(0, [row(7), row(6)]);
  assert.deepEqual(w.entries().map(([p, r]) => [p, r.uid]), [[0, 7], [1, 6], [2, 4], [3, 3], [4, 2], [5, 1]]);
  assert.equal(w.positionOf(5), -1);
});

test('new mail on top moves the others down; what is kept for coming back is what was seen', () => {
  const w = filled(10).shifted(2, 12);
  assert.equal(w.at(0), undefined);
  assert.equal(w.positionOf(10), 2);
  assert.equal(w.total, 12);
  assert.deepEqual(w.near(4, 6).entries().map(([p]) => p), [4, 5]);
});

test('rows beyond the end are never kept', () => {
  const w = new RowWindow(3);
  w.put(2, [row(1), row(77)]);
  assert.deepEqual(uids(w), [1]);
});

test('missing ranges come in pieces and stop at the end', () => {
  const w = new RowWindow(500);
  w.put(50, Array.from({ length: 50 }, (_, i) => row(400 - i)));
  assert.deepEqual(w.missing(0, 150), [{ offset: 0, limit: 50 }, { offset: 100, limit: 50 }]);
  assert.deepEqual(w.missing(0, 50), [{ offset: 0, limit: 50 }]);
  assert.deepEqual(w.missing(50, 100), []);
  assert.deepEqual(w.missing(480, 700), [{ offset: 480, limit: 20 }]);
  assert.deepEqual(w.missing(100, 450, 200), [{ offset: 100, limit: 200 }, { offset: 300, limit: 150 }]);
});

test('the cache stays bounded and keeps what is near the last look', () => {
  const w = new RowWindow(100_000, 300);
  for (let o = 0; o < 5000; o += 50) w.put(o, Array.from({ length: 50 }, (_, i) => row(100_000 - o - i)));
  assert.ok(w.size <= 300, String(w.size));
  assert.ok(w.at(4999), 'newest block is there');
  assert.equal(w.at(0), undefined);
  assert.equal(w.positionOf(100_000), -1, 'the index forgets too');
});

test('the window covers what is seen, with a margin, and never leaves the list', () => {
  assert.deepEqual(windowOf(0, 680, 68, 1000, 6), { from: 0, to: 16 });
  assert.deepEqual(windowOf(6800, 680, 68, 1000, 6), { from: 94, to: 116 });
  assert.deepEqual(windowOf(68 * 995, 680, 68, 1000, 6), { from: 989, to: 1000 });
  assert.deepEqual(windowOf(0, 680, 68, 3, 6), { from: 0, to: 3 });
  assert.deepEqual(windowOf(9999, 680, 68, 0, 6), { from: 0, to: 0 });
  for (let top = 0; top < 68_000; top += 331) {
    const { from, to } = windowOf(top, 700, 68, 1000, 6);
    assert.ok(to - from <= 60 && from * 68 <= top && (to === 1000 || to * 68 >= top + 700));
  }
});

test('a list that is too high for an element: near steps are pixels, far ones proportion, both ends are reached', () => {
  const t = new Track(1_000_000);
  const full = 68_000_000, view = 800;
  t.set(full, view);
  assert.ok(t.scaled);
  assert.equal(t.height, 1_000_000);
  assert.equal(t.at(0), 0);
  // a wheel
  let top = 0;
  for (let i = 0; i < 50; i++) { t.moved(top, top + 120); top += 120; }
  assert.equal(t.at(top), 6000);
  // the bar is dragged to the middle and to the ends
  t.moved(top, 499_600); top = 499_600;
  assert.ok(Math.abs(t.at(top) - (full - view) / 2) < view);
  t.moved(top, 999_200); top = 999_200;
  assert.equal(t.at(top), full - view);
  t.moved(top, 0); top = 0;
  assert.equal(t.at(top), 0);
  // at rest the bar goes where it belongs; what is seen stays
  for (const pixel of [0, 1, 12_345, 34_000_000, full - view - 1, full - view]) {
    top = t.seek(pixel);
    assert.equal(t.at(top), pixel);
    assert.ok(top >= 0 && top <= 1_000_000 - view);
  }
  t.set(68_000, view);
  assert.equal(t.scaled, false);
  assert.deepEqual([t.base, t.at(77), t.seek(77)], [0, 77, 77]);
});

test('sets: written in runs, read, counted, cut', () => {
  assert.equal(setOf([9, 4, 5, 6, 4, 0, 1]), '1,4:6,9');
  assert.equal(setOf([]), '');
  assert.deepEqual(uidsOf('1,4:6,9'), [1, 4, 5, 6, 9]);
  assert.deepEqual(uidsOf('6:4'), [4, 5, 6]);
  assert.deepEqual(uidsOf('x,*,1:*,2'), [2]);
  assert.equal(uidsOf('1:4294967295', 1000).length, 1000, 'a set from outside cannot fill the memory');
  assert.equal(countOf('1,4:6,9'), 5);
  assert.ok(inSet('1,4:6', 5) && !inSet('1,4:6', 3));
  for (let seed = 1; seed < 60; seed++) {
    const some = Array.from({ length: 200 }, (_, i) => 1 + ((i * 7919 + seed * 31) % 500)).filter((u) => u % seed !== 0);
    const sorted = [...new Set(some)].sort((a, b) => a - b);
    assert.deepEqual(uidsOf(setOf(some)), sorted);
    assert.equal(countOf(setOf(some)), sorted.length);
  }
  const long = setOf(Array.from({ length: 30_000 }, (_, i) => 1_000_000 + 2 * i));
  const cut = pieces(long, 60_000);
  assert.ok(cut.length > 3 && cut.every((p) => p.length <= 60_000 && /^\d/.test(p) && /\d$/.test(p)));
  assert.equal(cut.join(','), long);
  assert.deepEqual(pieces(''), []);
});
