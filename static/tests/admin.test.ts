// The administration's page without a page: rows by position, what is chosen of them, addresses, differences.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rows, Selection } from '../src/admin/parts/rows.ts';
import { chunks } from '../src/admin/parts/bulk.ts';
import { parsePath, pathOf } from '../src/admin/router.ts';
import { difference, parts } from '../src/admin/places/audit.ts';
import { headFault } from '../src/admin/places/mailbox-table.ts';
import { certificatesIn, rootsIn } from '../src/admin/root-file.ts';
import { ask } from '../src/admin/api.ts';
import { gone } from '../src/admin/state.ts';
import type { Page, Query } from '../src/admin/types.ts';

interface Row { id: string; text: string }
/** A server with n rows; what it was asked for, and a way to let it answer later. */
function world(n: number) {
  const state = { n, version: 1, text: 'a', asked: [] as Query[], fail: null as Error | null, gate: Promise.resolve() };
  const rows = new Rows<Row>(async (q): Promise<Page<Row>> => {
    state.asked.push(q);
    const { n: total, version, text } = state;
    await state.gate;
    if (state.fail) throw state.fail;
    return { total, offset: q.offset, version, rows: Array.from({ length: Math.max(0, Math.min(q.limit, total - q.offset)) }, (_, i) => ({ id: `r${q.offset + i}`, text })) };
  }, (r) => r.id);
  return { state, rows };
}
const settle = (): Promise<void> => new Promise((r) => { setTimeout(r); });

test('rows: pages near the window only, far ones are let go', async () => {
  const { state, rows } = world(100_000);
  rows.ask({ sort: 'address' });
  await settle();
  assert.equal(rows.total.value, 100_000);
  rows.need(5_050, 5_060);
  await settle();
  assert.equal(rows.row(5_055)?.id, 'r5055');
  assert.equal(rows.row(5_155), null, 'nobody asked for it');
  assert.deepEqual(state.asked.map((q) => q.offset), [0, 5_000]);
  assert.equal(rows.row(0), null, 'far from the window');
});

test('rows: another state of the registry makes the rest old, and what is there stays until it comes', async () => {
  const { state, rows } = world(300);
  rows.ask({});
  await settle();
  rows.need(100, 150);
  await settle();
  Object.assign(state, { version: 2, text: 'b' });
  rows.reload();
  assert.equal(rows.row(120)?.text, 'a', 'not empty meanwhile');
  rows.need(0, 150);
  await settle();
  assert.deepEqual([rows.row(0)?.text, rows.row(120)?.text], ['b', 'b']);
});

test('rows: an answer to an older question is not taken', async () => {
  const { state, rows } = world(300);
  let open = (): void => undefined;
  state.gate = new Promise((r) => { open = r; });
  rows.ask({ text: 'old' });
  const late = state.gate;
  state.gate = Promise.resolve();
  state.n = 2;
  rows.ask({ text: 'new' });
  await settle();
  assert.equal(rows.total.value, 2);
  open();
  await late;
  await settle();
  assert.equal(rows.total.value, 2);
});

test('rows: a refusal is told and can be tried again', async () => {
  const { state, rows } = world(10);
  state.fail = new Error('no');
  rows.ask({});
  await settle();
  assert.equal((rows.failure.value as Error).message, 'no');
  const asked = state.asked.length;
  rows.need(0, 10);
  await settle();
  assert.equal(state.asked.length, asked, 'not by itself');
  state.fail = null;
  rows.reload();
  await settle();
  assert.equal(rows.failure.value, null);
  assert.equal(rows.total.value, 10);
});

test('chosen: one by one, all that is found but some, and named in the end', async () => {
  const { rows } = world(1_200);
  rows.ask({});
  await settle();
  const s = new Selection(rows);
  s.toggle('r3');
  s.set(['r4', 'r5'], true);
  assert.deepEqual([s.count(), await s.keys()], [3, ['r3', 'r4', 'r5']]);
  s.everything();
  s.toggle('r7');
  assert.deepEqual([s.count(), s.has('r7'), s.has('r8')], [1_199, false, true]);
  const all = await s.keys();
  assert.deepEqual([all.length, all.includes('r7'), all.at(-1)], [1_199, false, 'r1199']);
  s.toggle('r7');
  assert.equal(s.count(), 1_200);
  assert.deepEqual(chunks(all, 500).map((c) => c.length), [500, 500, 199]);
});

test('addresses: an organisation before its places, none before what is over all of them', () => {
  assert.deepEqual(parsePath('/o/acme/mailboxes/state-active'), { organisation: 'acme', place: 'mailboxes', rest: ['state-active'] });
  assert.deepEqual(parsePath('/'), { organisation: '', place: 'overview', rest: [] });
  assert.equal(parsePath('/settings').place, 'account');
  assert.equal(parsePath('/o/acme/settings').place, 'settings');
  assert.deepEqual(parsePath('/o/ACME/x<script>'), { organisation: '', place: 'o', rest: ['ACME'] }, 'no id, and nothing of it is a place');
  for (const path of ['/o/acme/mailboxes/state-active', '/system/plans', '/settings', '/o/acme/audit']) { const { organisation, ...r } = parsePath(path); assert.equal(pathOf(r, organisation || 'acme'), path); }
});

test('the audit: what differs, and nothing else', () => {
  assert.deepEqual(difference({ name: 'a', plan: null, version: 1 }, { name: 'b', plan: null, version: 2 }), [{ field: 'name', before: 'a', after: 'b' }]);
  assert.deepEqual(difference(null, { from: ['x@y.test'], plan: null, version: 1 }).map((d) => d.field), ['from'], 'null is nothing new');
  assert.deepEqual(difference({ from: ['a'] }, { from: ['a'] }), []);
  assert.deepEqual(parts('account ana@x.test'), { kind: 'account', id: 'ana@x.test' });
  assert.deepEqual(parts('rules'), { kind: 'rules', id: '' });
});

test('the file of an authority: PEM with several, DER, and what is neither', async () => {
  const pem = (bytes: number[]): string => `-----BEGIN CERTIFICATE-----\n${btoa(String.fromCharCode(...bytes))}\n-----END CERTIFICATE-----\n`;
  const text = new TextEncoder().encode(`Bag\n${pem([0x30, 1, 2])}${pem([0x30, 3])}`);
  assert.deepEqual(certificatesIn(text), [Uint8Array.of(0x30, 1, 2), Uint8Array.of(0x30, 3)]);
  assert.deepEqual(certificatesIn(Uint8Array.of(0x30, 9)), [Uint8Array.of(0x30, 9)]);
  assert.deepEqual(certificatesIn(new TextEncoder().encode('no certificate')), []);
  assert.deepEqual(await rootsIn(new Blob([text])), [], 'broken ones are not shown as something');
});

test('a refusal in our words is a server that answers; a proxy that says 502 is not', async () => {
  const before = globalThis.fetch;
  try {
    globalThis.fetch = () => Promise.resolve(Response.json({ code: 'dns_down', message: 'The name server does not answer.' }, { status: 503 }));
    await assert.rejects(ask('x'), { code: 'dns_down' });
    assert.equal(gone.value, false);
    globalThis.fetch = () => Promise.resolve(new Response('<html>', { status: 502 }));
    await assert.rejects(ask('x'));
    assert.equal(gone.value, true);
  } finally { globalThis.fetch = before; gone.value = false; }
});

test('a table of mailboxes: which column of the first row was refused', () => {
  for (const good of ['address,name', '\ufeffAddress;NAME;licence\na@b;c;yes', '"address"\t"from"']) assert.equal(headFault(good), null, good);
  assert.deepEqual(headFault('E-Mail;Name\na@b;c'), { kind: 'unknown', column: 'E-Mail' });
  assert.deepEqual(headFault('address,"full, name"'), { kind: 'unknown', column: 'full, name' });
  assert.deepEqual(headFault('address,name,Address\n'), { kind: 'twice', column: 'Address' });
  assert.deepEqual(headFault('name,licence'), { kind: 'address', column: '' });
});
