import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liftOf } from '../src/core/lift.ts';
import type { Box } from '../src/core/lift.ts';

const box = (left: number, top: number, right: number, bottom: number): Box => ({ left, top, right, bottom });
const message = box(16, 780, 216, 824);
const at = (lift: number): Box => box(16, 780 - lift, 216, 824 - lift);
const free = (lift: number, others: readonly Box[]): boolean => { const m = at(lift); return others.every((o) => o.left >= m.right || o.right <= m.left || o.top >= m.bottom || o.bottom <= m.top); };

test('it stays where nothing is below it', () => {
  assert.equal(liftOf(message, [], 500), 0);
  assert.equal(liftOf(message, [box(300, 780, 380, 824), box(16, 100, 216, 140)], 500), 0, 'beside and far above');
});
test('it is lifted over what lies below, and over what lies above that', () => {
  const send = box(20, 790, 100, 820);
  const card = box(0, 700, 390, 844);
  const second = box(0, 640, 390, 695);
  for (const others of [[send], [send, card], [card, second], [second, card, send]]) {
    const lift = liftOf(message, others, 500);
    assert.ok(lift > 0);
    assert.ok(free(lift, others), JSON.stringify(others));
  }
});
test('it stays where it was lifted to as long as it is free there, and not otherwise', () => {
  const send = box(20, 790, 100, 820);
  const was = liftOf(message, [send], 500);
  assert.equal(liftOf(message, [], 500, was), was, 'nothing moves under a finger');
  const others = [send, box(0, 700, 390, 770)];
  assert.ok(free(liftOf(message, others, 500, was), others));
});
test('where there is no place in reach it stays at the bottom', () => {
  assert.equal(liftOf(message, [box(0, 0, 390, 844)], 500), 0);
});
