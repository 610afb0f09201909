// The list on the screen: one folder or one search in it. Rows come by position as the view needs them.
import { ApiError } from '../api/client.ts';
import * as mail from '../api/mail.ts';
import type { Row, SearchQuery } from '../api/types.ts';
import { batch, signal, untracked } from '../core/signals.ts';
import { setCounts } from './folders.ts';
import { RowWindow } from './rows.ts';

export interface Source { folder: string; query: SearchQuery | null }
const PAGE = 50;
const BLOCK = 50;

export const source = signal<Source | null>(null);
/** Bumped whenever rows changed; views read it and then ask rowAt(). */
export const version = signal(0);
export const total = signal(0);
export const loading = signal(false);
export const failure = signal<unknown>(null);
export const headerOnly = signal(0);
export const uidvalidity = signal(0);
/** The cursor. Kept by uid, so that it stays on its message when others come or go. */
export const activeUid = signal<number | null>(null);
export const selection = signal<ReadonlySet<number>>(new Set());
/** True when rows came or went above the view: the view keeps its place by uid. */
let rows = new RowWindow();
let uidnext = 0;
let generation = 0;
let abort = new AbortController();
const inFlight = new Map<number, Promise<void>>();
/** Changes of ours under way; fetches wait for them so that positions fit. */
let changes: Promise<unknown> = Promise.resolve();
let visible = { from: 0, to: PAGE };

function bump(): void {
  batch(() => { total.value = rows.total; version.value = untracked(() => version.value) + 1; });
}

export function rowAt(position: number): Row | undefined { return rows.at(position); }
export function positionOf(uid: number | null): number { return uid === null ? -1 : rows.positionOf(uid); }
export function rowOf(uid: number): Row | undefined { return rows.row(uid); }
export function loadedRows(): Row[] { return rows.all(); }
export function sameSource(a: Source | null, b: Source | null): boolean {
  return a === b || (a !== null && b !== null && a.folder === b.folder && JSON.stringify(a.query) === JSON.stringify(b.query));
}

/** Runs a change of messages; fetches that start later wait for it. */
export function duringChange<T>(run: () => Promise<T>): Promise<T> {
  const result = changes.then(run, run);
  changes = result.catch(() => undefined);
  return result;
}

async function fetchRange(offset: number, limit: number): Promise<void> {
  const s = source.value;
  const mine = generation;
  if (!s) return;
  await changes;
  if (mine !== generation) return;
  if (s.query) {
    const page = await mail.search(s.folder, s.query, offset, limit, abort.signal);
    if (mine !== generation) return;
    batch(() => { take(page.total, page.uidvalidity); rows.put(page.offset, page.messages); headerOnly.value = page.header_only; bump(); });
    return;
  }
  const page = await mail.getList(s.folder, offset, limit, abort.signal);
  if (mine !== generation) return;
  const moved = uidnext !== 0 && page.uidnext !== uidnext && offset > 0;
  batch(() => {
    take(page.total, page.uidvalidity);
    if (offset === 0 || uidnext === 0) uidnext = page.uidnext;
    rows.put(page.offset, page.messages);
    setCounts(s.folder, page.total, page.unread);
    bump();
  });
  // New mail came between two fetches: positions no longer fit together.
  if (moved) void refresh();
}

function take(newTotal: number, validity: number): void {
  if (uidvalidity.value !== 0 && validity !== uidvalidity.value) { rows = new RowWindow(newTotal); selection.value = new Set(); }
  uidvalidity.value = validity;
  if (rows.total !== newTotal) {
    const next = new RowWindow(newTotal);
    if (rows.total !== 0) for (let p = 0; p < newTotal; p++) { const r = rows.at(p); if (!r) break; next.put(p, [r]); }
    rows = next;
  }
}

/** Shows a folder or a search from its top. */
export async function show(next: Source): Promise<void> {
  if (sameSource(untracked(() => source.value), next)) return;
  abort.abort();
  abort = new AbortController();
  generation++;
  inFlight.clear();
  rows = new RowWindow();
  uidnext = 0;
  visible = { from: 0, to: PAGE };
  batch(() => {
    source.value = next; uidvalidity.value = 0; headerOnly.value = 0; activeUid.value = null; selection.value = new Set();
    failure.value = null; loading.value = true; bump();
  });
  await load(0, PAGE);
}

async function load(offset: number, limit: number): Promise<void> {
  const mine = generation;
  try {
    await fetchRange(offset, limit);
    if (mine === generation) failure.value = null;
  } catch (error) {
    if (mine !== generation) return;
    if (error instanceof ApiError || !(error instanceof Error && error.name === 'AbortError')) failure.value = error;
  } finally {
    if (mine === generation) loading.value = false;
  }
}

/** Asks for the rows of [from, to) that are not here yet. Whole blocks, each once at a time. */
export function need(from: number, to: number): void {
  visible = { from, to };
  if (failure.value) return;
  for (const gap of rows.missing(Math.floor(from / BLOCK) * BLOCK, Math.ceil(to / BLOCK) * BLOCK)) {
    if (inFlight.has(gap.offset)) continue;
    const run = load(gap.offset, gap.limit).finally(() => inFlight.delete(gap.offset));
    inFlight.set(gap.offset, run);
  }
}

/** Waits until the row at a position is here (for moving the cursor beyond the window). */
export async function ensure(position: number): Promise<Row | undefined> {
  if (position < 0 || position >= rows.total) return undefined;
  if (!rows.at(position)) await load(Math.max(0, position - BLOCK / 2), BLOCK);
  return rows.at(position);
}

/** Fetches the top and what is on the screen again and swaps them in at once: no flicker, no lost place. */
export async function refresh(): Promise<void> {
  const s = source.value;
  if (!s || loading.value) return;
  if (failure.value || rows.size === 0) { batch(() => { failure.value = null; loading.value = true; }); await load(0, PAGE); return; }
  if (s.query) return;
  const mine = generation;
  try {
    await changes;
    const top = await mail.getList(s.folder, 0, PAGE, abort.signal);
    if (mine !== generation) return;
    const grown = top.total - rows.total;
    const fresh = top.messages.filter((m) => m.uid >= uidnext).length;
    const next = new RowWindow(top.total);
    if (top.uidvalidity === uidvalidity.value && grown === fresh) {
      for (const [i, r] of loadedEntries()) next.put(i + grown, [r]);
    } else if (visible.to > PAGE) {
      const mid = await mail.getList(s.folder, visible.from, Math.min(200, Math.max(1, visible.to - visible.from)), abort.signal);
      if (mine !== generation) return;
      next.put(mid.offset, mid.messages);
    }
    next.put(0, top.messages);
    batch(() => {
      if (top.uidvalidity !== uidvalidity.value) selection.value = new Set();
      rows = next; uidnext = top.uidnext; uidvalidity.value = top.uidvalidity;
      setCounts(s.folder, top.total, top.unread);
      bump();
    });
  } catch (error) {
    // A refresh in the background that fails leaves what is shown; the next one tries again.
    if (!(error instanceof ApiError)) return;
  }
}

function* loadedEntries(): Generator<[number, Row]> {
  for (let p = 0, left = rows.size; left > 0 && p < rows.total; p++) {
    const r = rows.at(p);
    if (r) { left--; yield [p, r]; }
  }
}

// ---- changes on the screen before the server has answered ----

export function patchFlags(uids: ReadonlySet<number>, add: readonly string[], remove: readonly string[]): Row[] {
  const before: Row[] = [];
  for (const uid of uids) {
    const row = rows.row(uid);
    if (!row) continue;
    before.push(row);
    rows.replace({ ...row, flags: [...row.flags.filter((f) => !remove.includes(f) && !add.includes(f)), ...add] });
  }
  bump();
  return before;
}
export function putBack(before: readonly Row[]): void { for (const r of before) rows.replace(r); bump(); }

export function takeOut(uids: ReadonlySet<number>): { position: number; row: Row }[] {
  const gone = rows.remove(uids);
  batch(() => { selection.value = new Set([...selection.value].filter((u) => !uids.has(u))); bump(); });
  return gone;
}
export function putIn(gone: readonly { position: number; row: Row }[], missing = 0): void { rows.restore(gone, missing); bump(); }
/** Forgets everything but the source and loads again (after an undo: new uids). */
export async function reload(): Promise<void> {
  const s = source.value;
  if (!s) return;
  const mine = generation;
  try {
    await changes;
    const from = Math.max(0, visible.from);
    const limit = Math.min(200, Math.max(PAGE, visible.to - from));
    const page = s.query ? await mail.search(s.folder, s.query, from, limit) : await mail.getList(s.folder, from, limit);
    if (mine !== generation) return;
    const next = new RowWindow(page.total);
    next.put(page.offset, page.messages);
    batch(() => {
      rows = next; uidvalidity.value = page.uidvalidity;
      if ('uidnext' in page) { uidnext = page.uidnext; setCounts(s.folder, page.total, page.unread); }
      bump();
    });
  } catch (error) {
    if (mine === generation && error instanceof ApiError) failure.value = error;
  }
}

// ---- selection ----

let anchor: number | null = null;
export function toggle(uid: number): void {
  const next = new Set(selection.value);
  if (next.has(uid)) next.delete(uid); else next.add(uid);
  anchor = uid;
  selection.value = next;
}
/** From the last touched row to this one (Shift). Rows between that are not here are loaded first. */
export async function selectTo(uid: number): Promise<void> {
  const a = rows.positionOf(anchor ?? activeUid.value ?? uid);
  const b = rows.positionOf(uid);
  if (a < 0 || b < 0) { toggle(uid); return; }
  const [from, to] = a < b ? [a, b] : [b, a];
  for (const gap of rows.missing(from, to + 1)) await load(gap.offset, gap.limit);
  const next = new Set(selection.value);
  for (let p = from; p <= to; p++) { const r = rows.at(p); if (r) next.add(r.uid); }
  selection.value = next;
}
export function clearSelection(): void { if (selection.value.size) selection.value = new Set(); }
/** Every message of the list up to `most`, not only what has been scrolled past. Answers false when cut. */
export async function selectAll(most = 2000): Promise<boolean> {
  const end = Math.min(rows.total, most);
  for (const gap of rows.missing(0, end)) await load(gap.offset, gap.limit);
  const next = new Set<number>();
  for (let p = 0; p < end; p++) { const r = rows.at(p); if (r) next.add(r.uid); }
  selection.value = next;
  return rows.total <= most;
}
