// Live updates without a browser: who leads, what a stream says, what a notification may show.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Row, RowSecurity } from '../src/api/types.ts';
import { useTexts } from '../src/core/i18n.ts';
import { Leader } from '../src/core/leader.ts';
import type { Locks } from '../src/core/leader.ts';
import { backoff, EventParser } from '../src/core/sse.ts';
import { RowWindow } from '../src/store/rows.ts';
import { notesFor } from '../src/store/notify.ts';

assert.deepEqual(useTexts('en', readFileSync('static/i18n/en.ftl', 'utf8')), []);

// ---- the lock of the browser, as the Web Locks specification has it: a queue, stealing, withdrawing ----

class FakeLocks implements Locks {
  holder: { end: (error?: unknown) => void } | null = null;
  queue: (() => void)[] = [];
  request(_name: string, o: { steal?: boolean; signal?: AbortSignal }, run: () => Promise<void>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const grant = (): void => {
        if (o.signal?.aborted) { this.#next(); return; }
        const me = { end: (error?: unknown) => { if (this.holder === me) this.holder = null; if (error) reject(error); else resolve(undefined); } };
        this.holder = me;
        void run().then(() => { if (this.holder === me) { me.end(); this.#next(); } });
      };
      o.signal?.addEventListener('abort', () => { this.queue = this.queue.filter((g) => g !== grant); reject(o.signal!.reason); });
      if (o.steal) { this.holder?.end(new DOMException('stolen', 'AbortError')); grant(); return; }
      if (this.holder) this.queue.push(grant); else grant();
    });
  }
  #next(): void { if (!this.holder) this.queue.shift()?.(); }
  /** The tab that holds it is closed. */
  crash(): void { this.holder = null; this.#next(); }
}
const settle = (): Promise<void> => new Promise((r) => { setTimeout(r); });
let clock = 0;
function tab(locks: Locks | null, log: string[], name: string): Leader {
  return new Leader({ name: 'n', locks, now: () => clock, stale: 40, lead: () => log.push(`${name} leads`), lose: () => log.push(`${name} loses`) });
}

test('one tab leads; when it is closed the next one does', async () => {
  const locks = new FakeLocks(), log: string[] = [];
  const [a, b, c] = ['a', 'b', 'c'].map((n) => tab(locks, log, n)) as [Leader, Leader, Leader];
  a.start(); b.start(); c.start();
  await settle();
  assert.deepEqual(log, ['a leads']);
  locks.crash();
  await settle();
  assert.deepEqual(log, ['a leads', 'b leads']);
  b.stop();
  await settle();
  assert.deepEqual(log.slice(2), ['b loses', 'c leads']);
  assert.deepEqual([b.leading, c.leading], [false, true]);
});

test('a frozen leader is replaced, and stands in line again when it wakes', async () => {
  const locks = new FakeLocks(), log: string[] = [];
  clock = 0;
  const a = tab(locks, log, 'a'), b = tab(locks, log, 'b');
  a.start(); b.start();
  await settle();
  clock = 39;
  b.check();
  await settle();
  assert.equal(b.leading, false, 'not yet');
  b.heard();
  clock = 78;
  b.check();
  assert.equal(b.leading, false, 'it was heard');
  clock = 80;
  b.check();
  await settle();
  assert.deepEqual([a.leading, b.leading], [false, true]);
  assert.deepEqual(log, ['a leads', 'a loses', 'b leads'].sort((x, y) => log.indexOf(x) - log.indexOf(y)));
  b.stop();
  await settle();
  assert.equal(a.leading, true, 'it was waiting');
});

test('a tab that stood in line and stops never leads', async () => {
  const locks = new FakeLocks(), log: string[] = [];
  const a = tab(locks, log, 'a'), b = tab(locks, log, 'b');
  a.start(); b.start();
  await settle();
  b.stop();
  locks.crash();
  await settle();
  assert.deepEqual(log, ['a leads']);
  b.start();
  await settle();
  assert.equal(b.leading, true);
});

test('without locks, or with broken ones, every tab leads', async () => {
  const log: string[] = [];
  const a = tab(null, log, 'a'), b = tab({ request: () => Promise.reject(new Error('no')) }, log, 'b');
  a.start(); b.start();
  await settle();
  assert.deepEqual([a.leading, b.leading], [true, true]);
});

// ---- the stream ----

test('events come out whole however the text is cut', () => {
  const text = ':\n\nevent: hello\ndata: {"a":1}\n\n: remark\r\nevent: folder\r\ndata: {"b":\r\ndata: 2}\r\n\r\n\nevent: empty\n\ndata: x\n\n';
  const want = [{ name: 'hello', data: '{"a":1}' }, { name: 'folder', data: '{"b":\n2}' }, { name: 'message', data: 'x' }];
  for (let size = 1; size < text.length; size++) {
    // A carriage return apart from its line feed comes from no server of ours.
    if (text[size - 1] === '\r') continue;
    const p = new EventParser();
    const out = [...p.feed(text.slice(0, size)), ...p.feed(text.slice(size))];
    assert.deepEqual(out, want, `cut at ${size}`);
  }
  assert.throws(() => { const p = new EventParser(); for (let i = 0; i < 20; i++) p.feed('x'.repeat(100_000)); });
});

test('new attempts come ever later, to a minute, and spread', () => {
  assert.deepEqual([0, 1, 2, 5, 6, 50].map((n) => backoff(n, () => 0.5)), [1000, 2000, 4000, 32_000, 60_000, 60_000]);
  assert.equal(backoff(3, () => 0), 4000);
  assert.equal(backoff(3, () => 1), 12_000);
});

// ---- rows ----

const row = (uid: number, security: RowSecurity = null, flags: string[] = []): Row => ({ uid, from: [{ name: 'Ana López', address: 'ana@x.test' }], to: [], subject: `About ${uid}`, date: '', received: '', size: 1, flags, attachment: false, security, message_id: null });

test('rows move by everything that went above them, loaded or not', () => {
  const w = new RowWindow(100);
  w.put(0, [row(100), row(99), row(98)]);
  w.put(50, [row(50), row(49)]);
  const next = w.after(new Set([99, 70, 60, 20]), 2, 98);
  assert.deepEqual(next.entries().map(([p, r]) => [p, r.uid]), [[2, 100], [3, 98], [49, 50], [50, 49]]);
  assert.equal(next.total, 98);
});

// ---- notifications ----

test('a notification names sender and subject of plain mail only', () => {
  const notes = (rows: Row[], details = true): string[][] => notesFor(rows, 5, 10, 7, details).map((n) => [n.title, n.body]);
  assert.deepEqual(notes([row(6)]), [['Ana López', 'About 6']]);
  assert.deepEqual(notes([row(6, 'signed')]), [['Ana López', 'About 6']]);
  for (const secret of ['encrypted', 'opaque'] as const) assert.deepEqual(notes([row(6, secret)]), [['New message', '']]);
  assert.deepEqual(notes([row(6)], false), [['New message', '']]);
  assert.deepEqual(notes([{ ...row(6), from: [{ name: '', address: 'ana@x.test' }], subject: '' }]), [['ana@x.test', '(No subject)']]);
  assert.deepEqual(notes([{ ...row(6), from: [] }]), [['New message', '']]);
});

test('what was told, what was read and what is not new is not told; many are a number', () => {
  const rows = [row(12), row(9), row(8, null, ['\\Seen']), row(7, null, ['\\Deleted']), row(6), row(4)];
  assert.deepEqual(notesFor(rows, 5, 10, 7, true).map((n) => n.uid), [6, 9]);
  const many = notesFor([5, 6, 7, 8].map((u) => row(u)), 5, 10, 7, true);
  assert.deepEqual(many.map((n) => [n.title.replace(/[\u2068\u2069]/g, ''), n.body, n.uid]), [['4 new messages', '', null]]);
  assert.equal(new Set(notesFor([row(6), row(7)], 5, 10, 7, true).map((n) => n.tag)).size, 2);
});
