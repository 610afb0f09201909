// A server in memory for the tests of the list's stores, and what they look at.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Row, SearchQuery } from '../src/api/types.ts';
import { useTexts } from '../src/core/i18n.ts';
import { setOf, uidsOf } from '../src/core/sets.ts';
import { folders } from '../src/store/folders.ts';
import * as list from '../src/store/list.ts';
import { defaults, settings } from '../src/store/session.ts';
import { toasts } from '../src/store/toasts.ts';
import { forgetUndo } from '../src/store/undo.ts';

assert.deepEqual(useTexts('en', readFileSync('static/i18n/en.ftl', 'utf8')), []);

export const F = 'SU5CT1g', ARCHIVE = 'QXJjaGl2ZQ', TRASH = 'VHJhc2g';
/** log: what happened elsewhere, for /changes. */
interface Box { uids: number[]; next: number; flags: Map<number, string[]>; log?: { modseq: number; uid: number; gone: boolean }[] }
/** What the server in memory holds and how it behaves; a test changes it as it likes, `freshWorld` (before each test) puts the behaviour back. */
export const world = {
  boxes: new Map<string, Box>(),
  threads: null as number[][] | null,
  asked: [] as { method: string; path: string; body: Record<string, unknown> }[],
  refuse: (() => null) as (path: string) => { status: number; code: string } | null,
  hold: null as Promise<void> | null,
  /** A page is read, and on its way as long as this waits. */
  onTheWay: null as Promise<void> | null,
  /** How many messages of a search are found by each of its parts. */
  partSize: 1000,
  modseq: 1,
  resets: false,
};

const rowOf = (b: Box, uid: number): Row => ({ uid, from: [{ name: 'Ana', address: 'ana@x.test' }], to: [], subject: `s${uid}`, date: '2026-01-01T00:00:00Z', received: '2026-01-01T00:00:00Z', size: 1, flags: b.flags.get(uid) ?? [], attachment: false, security: null, message_id: `<${uid}@x>` });
const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
export const has = (b: Box, uid: number, flag: string): boolean => (b.flags.get(uid) ?? []).includes(flag);
export function found(b: Box, q: SearchQuery | null): number[] {
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
  world.asked.push({ method: init.method ?? 'GET', path: path + url.search, body });
  await new Promise((r) => setTimeout(r));
  if (world.hold) await world.hold;
  if (init.signal?.aborted) throw init.signal.reason;
  const no = world.refuse(path);
  if (no) return json({ code: no.code, message: 'No.', details: {} }, no.status);
  if (path === '/folders') return json({ folders: folders.value });
  if (path === '/settings') return json({});
  if (path === '/search') {
    const hits = [F, ARCHIVE].map((folder) => ({ folder, uidvalidity: 7, uids: world.boxes.get(folder)!.uids, times: world.boxes.get(folder)!.uids }));
    return json({ header_only: 0, messages: [], hits, complete: true, next: null, progress: { done: 1, of: 1 } });
  }
  if (path === '/rows') {
    const of = body.of as { folder: string; uids: number[] }[];
    return json({ messages: of.flatMap((g) => g.uids.map((u) => ({ ...rowOf(world.boxes.get(g.folder)!, u), folder: g.folder, uidvalidity: 7 }))) });
  }
  const [, , f, what] = path.split('/') as [string, string, string, string];
  const b = world.boxes.get(f)!;
  const common = { uidvalidity: 7, uidnext: b.next, modseq: world.modseq, total: b.uids.length, unread: found(b, { text: '', scope: 'headers', filters: { unread: true } }).length };
  if (what === 'messages') {
    const o = Number(url.searchParams.get('offset')), l = Number(url.searchParams.get('limit'));
    if (url.searchParams.get('sort')) return json({ code: 'unsupported', message: '', details: {} }, 422);
    if (url.searchParams.get('threads') && world.threads) {
      const rows = world.threads.map((t) => t.filter((u) => b.uids.includes(u))).filter((t) => t.length).map((t) => ({ ...rowOf(b, t.at(-1)!), thread: { count: t.length, unread: t.filter((u) => !has(b, u, '\\Seen')).length, flagged: t.filter((u) => has(b, u, '\\Flagged')).length, uids: setOf(t) } }));
      return json({ ...common, rows: rows.length, offset: o, messages: rows.slice(o, o + l) });
    }
    const page = json({ ...common, rows: b.uids.length, offset: o, messages: b.uids.slice(o, o + l).map((u) => rowOf(b, u)) });
    if (world.onTheWay) await world.onTheWay;
    return page;
  }
  if (what === 'changes') {
    const m = Number(url.searchParams.get('modseq')), below = Number(url.searchParams.get('uidnext'));
    const told = (b.log ?? []).filter((x) => x.modseq > m && x.uid < below);
    const gone = setOf(told.filter((x) => x.gone).map((x) => x.uid));
    const changed = told.filter((x) => !x.gone && b.uids.includes(x.uid)).map((x) => ({ uid: x.uid, flags: b.flags.get(x.uid) ?? [] }));
    return json({ ...common, changed, vanished: gone || null, reset: world.resets });
  }
  if (what === 'search') {
    const all = found(b, { text: String(body.text), scope: 'all', filters: {} });
    const from = Number(body.next ?? 0), part = all.slice(from, from + world.partSize), over = from + part.length >= all.length;
    return json({ uidvalidity: 7, header_only: 0, messages: part.slice(0, 50).map((u) => rowOf(b, u)), uids: setOf(part), complete: over, next: over ? null : String(from + part.length), progress: { done: from + part.length, of: all.length } });
  }
  const some = meant(b, body as Parameters<typeof meant>[1]);
  const bySet = !Array.isArray(body.uids);
  world.modseq++;
  if (what === 'flags') {
    for (const u of some) b.flags.set(u, [...(b.flags.get(u) ?? []).filter((x) => !(body.remove as string[]).includes(x) && !(body.add as string[]).includes(x)), ...(body.add as string[])]);
    return json(bySet ? { count: some.length, uids: setOf(some) } : {});
  }
  if (what === 'move' || what === 'delete') {
    const to = what === 'move' ? String(body.to) : TRASH;
    const target = world.boxes.get(to)!;
    b.uids = b.uids.filter((u) => !some.includes(u));
    const now = [...some].sort((x, y) => x - y).map((u) => { const v = target.next++; target.flags.set(v, b.flags.get(u) ?? []); return v; });
    target.uids = [...[...now].reverse(), ...target.uids];
    return json({ moved_to: to, uidvalidity: 7, count: now.length, uids: bySet ? setOf(now) : now });
  }
  throw new Error(`nobody answers ${path}`);
}) as typeof fetch;

export const box = (n: number): Box => ({ uids: Array.from({ length: n }, (_, i) => n - i), next: n + 1, flags: new Map() });
const folder = (id: string, role: 'inbox' | 'archive' | 'trash', total: number) => ({ id, name: role, path: role, delimiter: '/', role, selectable: true, subscribed: true, shared: false, total, unread: 0 });
let place = 0;
/** Another folder first, so that nothing of the test before is kept. */
export async function open(n: number, view?: { threads: boolean; sort: 'arrival' | 'subject'; order: 'desc' | 'asc' }): Promise<void> {
  world.boxes = new Map([[F, box(n)], [ARCHIVE, box(0)], [TRASH, box(0)], [`x${++place}`, box(0)]]);
  folders.value = [folder(F, 'inbox', n), folder(ARCHIVE, 'archive', 0), folder(TRASH, 'trash', 0)];
  await list.show({ folder: `x${place}`, query: null });
  list.forgetKept();
  await list.show({ folder: F, query: null, view });
  world.asked = [];
}
export const shown = (): number[] => list.loadedRows().map((r) => r.uid);
/** The next answer about the list says what was true when it was asked for. */
export function fetchLate(): () => void {
  const real = globalThis.fetch;
  const old = { uids: [...world.boxes.get(F)!.uids] };
  let once = true;
  globalThis.fetch = (async (input: string, init: RequestInit = {}) => {
    if (!once || !String(input).includes('/messages')) return real(input, init);
    once = false;
    if (world.hold) await world.hold;
    const b = { ...world.boxes.get(F)!, uids: old.uids };
    return json({ uidvalidity: 7, uidnext: b.next, modseq: world.modseq, total: b.uids.length, unread: 0, rows: b.uids.length, offset: 0, messages: b.uids.map((u) => rowOf(b, u)) });
  }) as typeof fetch;
  return () => { setTimeout(() => { globalThis.fetch = real; }, 50); };
}
export const settled = async (): Promise<void> => { for (let i = 0; i < 30; i++) await new Promise((r) => setTimeout(r)); };
export const said = (): string => (toasts.value.at(-1)?.text ?? '').replace(/[\u2066-\u2069]/g, '');

// ---- what happened elsewhere ----

export const elsewhere = {
  flag(uid: number, ...flags: string[]): void { const b = world.boxes.get(F)!; b.flags.set(uid, flags); (b.log ??= []).push({ modseq: ++world.modseq, uid, gone: false }); },
  expunge(...uids: number[]): void { const b = world.boxes.get(F)!; world.modseq++; for (const uid of uids) { b.uids = b.uids.filter((u) => u !== uid); (b.log ??= []).push({ modseq: world.modseq, uid, gone: true }); } },
  arrive(n: number): void { const b = world.boxes.get(F)!; for (let i = 0; i < n; i++) { b.uids.unshift(b.next); (b.log ??= []).push({ modseq: ++world.modseq, uid: b.next, gone: false }); b.next++; } },
};
/** Every row that is here stands where the server has it, with its flags. */
export function fits(): void {
  const b = world.boxes.get(F)!;
  assert.equal(list.total.value, b.uids.length);
  for (let p = 0; p < b.uids.length; p++) {
    const r = list.rowAt(p);
    if (!r) continue;
    assert.equal(r.uid, b.uids[p], `position ${p}`);
    assert.deepEqual(r.flags, b.flags.get(r.uid) ?? []);
  }
}
export const lists = (): number => world.asked.filter((a) => a.path.includes('/messages?')).length;

/** The behaviour as it is where a test says nothing else. */
export function freshWorld(): void {
  Object.assign(world, { asked: [], refuse: () => null, hold: null, threads: null, partSize: 1000, resets: false });
  settings.value = defaults();
  forgetUndo();
}
