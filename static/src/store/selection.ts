// What is chosen in the list: messages (or conversations) one by one, or everything in the folder but a few. Of a
// search everything is what was found, each by its number: the server would find others.
import type { AllOf, Row, SearchQuery } from '../api/types.ts';
import { batch, computed, signal } from '../core/signals.ts';
import * as found from './found.ts';
import * as list from './list.ts';

/** Numbers of the chosen rows. Empty while everything is chosen. */
export const selection = signal<ReadonlySet<number>>(new Set());
/** Everything below a number is chosen, but these rows. */
export const everything = signal<{ below: number; except: ReadonlySet<number> } | null>(null);
/** All in view were chosen at once: then the rest is offered. */
export const wholeView = signal(false);
/** The chosen rows themselves: they may be far from what is loaded. */
const pinned = new Map<number, Row>();
let anchor: number | null = null;
/** A range longer than this is not loaded row by row; there is "everything" for that. */
export const MOST = 2000;

const heldBy = (row: Row): number[] => (row.thread?.uids ?? [row.uid]);

/** Rows of mail that came after everything was chosen are not meant. */
function came(below: number): number {
  void list.version.value;
  return list.loadedRows().filter((r) => r.uid >= below).length;
}
export const chosenCount = computed(() => {
  const all = everything.value;
  return all ? Math.max(0, list.total.value - came(all.below) - all.except.size) : selection.value.size;
});
export const choosing = computed(() => everything.value !== null || selection.value.size > 0);

export function isChosen(row: Row): boolean {
  const all = everything.value;
  // A conversation that got an answer meanwhile is still the one that was chosen.
  const named = (set: ReadonlySet<number>): boolean => set.has(row.uid) || (row.thread !== undefined && set.size > 0 && row.thread.uids.some((u) => set.has(u)));
  if (all) return row.uid < all.below && !named(all.except);
  return named(selection.value);
}

export function chosenRow(uid: number): Row | undefined { return list.rowOf(uid) ?? pinned.get(uid); }

/** Every message behind these rows: a conversation stands for all of its messages in this folder. */
export function messagesOf(rowUids: Iterable<number>): number[] {
  const out = new Set<number>();
  for (const uid of rowUids) {
    const row = chosenRow(uid);
    for (const u of row ? heldBy(row) : [uid]) out.add(u);
  }
  return [...out];
}

/** The contract's `all` for what is chosen; null when rows are chosen one by one. */
export function allOf(): AllOf | null {
  const all = everything.value;
  if (!all) return null;
  return { search: null, below: all.below, except: messagesOf(all.except) };
}

function choose(next: Set<number>): void {
  for (const uid of next) { const row = list.rowOf(uid); if (row) pinned.set(uid, row); }
  for (const uid of [...pinned.keys()]) if (!next.has(uid) && !everything.value?.except.has(uid)) pinned.delete(uid);
  selection.value = next;
}

export function toggle(uid: number): void {
  const row = list.rowOf(uid);
  const same = (set: ReadonlySet<number>): number => row?.thread?.uids.find((u) => set.has(u)) ?? uid;
  anchor = uid;
  const all = everything.value;
  if (all) {
    const except = new Set(all.except);
    if (!except.delete(same(except))) { except.add(uid); if (row) pinned.set(uid, row); }
    everything.value = { ...all, except };
    if (chosenCount.value === 0) clearSelection();
    return;
  }
  const next = new Set(selection.value);
  if (!next.delete(same(next))) next.add(uid);
  choose(next);
}

/** From the last touched row to this one (Shift). Rows between that are not here are loaded first. False: cut. */
export async function selectTo(uid: number): Promise<boolean> {
  if (everything.value) { toggle(uid); return true; }
  const first = anchor ?? list.activeUid.value ?? uid;
  const s = list.source.value;
  // Mail that comes or goes while rows are fetched moves the others: then the range is worked out anew, by its ends.
  for (let tries = 0; tries < 4; tries++) {
    const a = tries ? await list.locate(first) : list.positionOf(first);
    const b = tries ? await list.locate(uid) : list.positionOf(uid);
    if (list.source.value !== s) return true;
    if (a < 0 || b < 0) break;
    const got = await rowsBetween(a, b);
    if (got === 'left') return true;
    if (got === 'moved') continue;
    for (const r of got) pinned.set(r.uid, r);
    choose(new Set([...selection.value, ...got.map((r) => r.uid)]));
    return Math.abs(a - b) < MOST;
  }
  toggle(uid);
  return true;
}

async function rowsBetween(a: number, b: number): Promise<Row[] | 'moved' | 'left'> {
  // Cut at the far end: what was touched first stays in.
  const from = a <= b ? a : Math.max(b, a - MOST + 1);
  const to = a <= b ? Math.min(b, a + MOST - 1) : a;
  const s = list.source.value;
  const moved = list.moved();
  const got: Row[] = [];
  // In steps, since only so many rows are kept at once.
  for (let at = from; at <= to; at += 500) {
    const end = Math.min(at + 500, to + 1);
    await list.loadAll(at, end);
    if (list.source.value !== s) return 'left';
    if (list.moved() !== moved) return 'moved';
    for (let p = at; p < end; p++) { const r = list.rowAt(p); if (r) got.push(r); }
  }
  return got;
}

export function clearSelection(): void {
  pinned.clear();
  batch(() => { if (selection.value.size) selection.value = new Set(); everything.value = null; wholeView.value = false; });
}

/** The rows that are here, from `from` to `to`. */
export function selectShown(from: number, to: number): void {
  const next = new Set(selection.value);
  for (let p = from; p < to; p++) { const r = list.rowAt(p); if (r) { next.add(r.uid); pinned.set(r.uid, r); } }
  batch(() => { choose(next); wholeView.value = true; });
}

/** Every message of the folder, also those never loaded, or what the search has found so far. What comes later, or is
 *  found later, is not meant. */
export function selectEverything(): void {
  const s = list.source.value;
  if (s?.query) { selectFound(s.folder, s.query); return; }
  // Before the first page is here nobody knows what there is.
  if (!list.below()) return;
  pinned.clear();
  batch(() => { selection.value = new Set(); everything.value = { below: list.below(), except: new Set() }; });
}
function selectFound(folder: string, query: SearchQuery): void {
  const keys = found.keysFor(folder, query);
  // A list that was kept, of a search that is over: what is here is known, the rest is looked for again.
  if (!keys) void list.reload();
  batch(() => { choose(new Set(keys ?? list.loadedRows().map((r) => r.uid))); wholeView.value = true; });
}

/** Rows that went take their choice with them. */
export function unchoose(uids: ReadonlySet<number>): void {
  if (selection.value.size) choose(new Set([...selection.value].filter((u) => !uids.has(u))));
}
list.forgetHooks.push(() => { anchor = null; clearSelection(); });
list.vanishHooks.push(unchoose);
