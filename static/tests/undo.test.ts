// What "z" takes back, above all while the server has not answered yet.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runFor } from '../src/core/keyboard.ts';
import { canUndo, forgetUndo, offer, underway, undoLast } from '../src/store/undo.ts';

const step = (done: string[], name: string) => (): Promise<void> => { done.push(name); return Promise.resolve(); };

test('the newest step is taken back, each once', async () => {
  const done: string[] = [];
  forgetUndo();
  offer(null, step(done, 'one'));
  offer(null, step(done, 'two'));
  await undoLast();
  await undoLast();
  await undoLast();
  assert.deepEqual(done, ['two', 'one']);
  assert.equal(canUndo.value, false);
});

test('a change that is under way is waited for, and taken back', async () => {
  const done: string[] = [];
  forgetUndo();
  offer(null, step(done, 'older'));
  let answer = (): void => undefined;
  const change = underway(async () => { await new Promise<void>((go) => { answer = go; }); offer(null, step(done, 'meant')); });
  const undo = undoLast();
  assert.ok(canUndo.value);
  answer();
  await Promise.all([change, undo]);
  assert.deepEqual(done, ['meant']);
});

test('a change that is refused takes nothing older back', async () => {
  const done: string[] = [];
  forgetUndo();
  offer(null, step(done, 'older'));
  let refuse = (_: Error): void => undefined;
  const change = underway(() => new Promise<void>((_, no) => { refuse = no; })).catch(() => undefined);
  const undo = undoLast();
  refuse(new Error('refused'));
  await Promise.all([change, undo]);
  assert.deepEqual(done, []);
  await undoLast();
  assert.deepEqual(done, ['older']);
});

test('an Undo that fails can be tried again; not by the next person', async () => {
  let tries = 0;
  const fails = (): Promise<void> => { tries++; return tries === 1 ? Promise.reject(new Error('no answer')) : Promise.resolve(); };
  forgetUndo();
  offer(null, fails);
  await undoLast();
  assert.equal(canUndo.value, true);
  await undoLast();
  assert.deepEqual([tries, canUndo.value], [2, false]);
  offer(null, async () => { forgetUndo(); throw new Error('signed out'); });
  await undoLast();
  assert.equal(canUndo.value, false);
});

test('a key that is held down does its command once, unless it moves the cursor', () => {
  const done: string[] = [];
  const command = (id: string, repeats?: boolean) => ({ id, label: id, group: 'message' as const, run: () => { done.push(id); }, ...(repeats ? { repeats } : {}) });
  let kept = 0;
  for (const repeat of [false, true, true]) {
    runFor({ repeat, preventDefault: () => { kept++; } }, [command('delete')]);
    runFor({ repeat, preventDefault: () => { kept++; } }, [command('next', true)]);
  }
  assert.deepEqual(done, ['delete', 'next', 'next', 'next']);
  assert.equal(kept, 6);
});
