import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Row } from '../src/api/types.ts';
import { RowWindow } from '../src/store/rows.ts';
import { windowOf } from '../src/views/list/window.ts';

const row = (uid: number): Row => ({ uid, from: [], to: [], subject: `s${uid}`, date: '', received: '', size: 1, flags: [], attachment: false, security: null, message_id: null });
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
