// The list on the screen: one folder or one search in it, in one arrangement. Rows come by position as the view needs
// them; what flies past is not asked for any longer; what is far away is dropped.
import { ApiError } from '../api/client.ts';
import * as mail from '../api/mail.ts';
import type { Arrangement, Changes, ListPage, MessageRef, Row, SearchPage, SearchQuery } from '../api/types.ts';
import { batch, signal, untracked } from '../core/signals.ts';
import type { Place } from '../core/place.ts';
import { countOf, uidsOf } from '../core/sets.ts';
import { refuse } from './arrange.ts';
import * as found from './found.ts';
import { setCounts } from './folders.ts';
import { RowWindow } from './rows.ts';
import type { Taken } from './rows.ts';

/** view: how the server is to arrange a folder; absent: by arrival, newest first, every message a row. */
export interface Source { folder: string; query: SearchQuery | null; view?: Arrangement | undefined }
const PAGE = 50;
const BLOCK = 50;
/** Lists that were left, to be shown at once when they come back. */
const KEPT = 6;
const KEPT_ROWS = 100;

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
/** Where the view begins; set with each new source. */
export const place = signal<Place | null>(null);
/** Called with every new source, and when numbers of messages mean nothing any longer. */
export const forgetHooks: (() => void)[] = [];
/** Called with messages that went elsewhere. */
export const vanishHooks: ((uids: ReadonlySet<number>) => void)[] = [];

let rows = new RowWindow();
let uidnext = 0;
let modseq = 0;
let generation = 0;
let abort = new AbortController();
const inFlight = new Map<number, { limit: number; stop: AbortController; done: Promise<void> }>();
/** Changes of ours under way; fetches wait for them so that positions fit. */
let changes: Promise<unknown> = Promise.resolve();
/** Counts what was changed on the screen: a page that was asked for before shows what no longer is. */
let edits = 0;
let visible = { from: 0, to: PAGE };
/** News came while the first page was on its way, which may be from before it. */
let late = false;

interface Kept { rows: RowWindow; uidnext: number; modseq: number; uidvalidity: number; headerOnly: number }
const kept = new Map<string, Kept>();

function bump(): void {
  batch(() => { total.value = rows.total; version.value = untracked(() => version.value) + 1; });
}
const keyOf = (s: Source): string => JSON.stringify([s.folder, s.query, s.view ?? null]);
/** Rows stand by falling number of the message: places can be worked out. */
const byNumber = (s: Source): boolean => s.query === null && !s.view;

let layout = rows;
let moves = 0;
/** Changes whenever rows may stand elsewhere than before: positions from earlier mean nothing then. */
export function moved(): string { if (layout !== rows) { layout = rows; moves++; } return `${moves} ${rows.moves}`; }
export function rowAt(position: number): Row | undefined { return rows.at(position); }
export function positionOf(uid: number | null): number { return uid === null ? -1 : rows.positionOf(uid); }
export function rowOf(uid: number): Row | undefined { return rows.row(uid); }
export function loadedRows(): Row[] { return rows.all(); }
/** Messages from this number on came after what is shown. */
export function below(): number { return uidnext; }
export function sameSource(a: Source | null, b: Source | null): boolean {
  return a === b || (a !== null && b !== null && keyOf(a) === keyOf(b));
}

/** Rows of several folders, found by a search: their numbers are names of ours. */
export function scattered(): boolean { return source.value?.query?.everywhere === true; }
/** Where a row's message lies on the server. */
export function refOf(uid: number): MessageRef | null {
  const s = source.value;
  if (!s || !uidvalidity.value) return null;
  return found.isKey(uid) ? found.refOfKey(uid) : { folder: s.folder, uid, uidvalidity: uidvalidity.value };
}
/** The row of a message that is named by where it lies; a conversation's row for each of its messages. */
export function rowFor(ref: MessageRef): Row | undefined {
  if (scattered()) return rows.row(found.keyOf(ref));
  return source.value?.folder === ref.folder && uidvalidity.value === ref.uidvalidity ? rows.row(ref.uid) : undefined;
}
/** The number of its row here. */
export function numberOf(ref: MessageRef): number { return scattered() ? found.keyOf(ref) : ref.uid; }

/** Runs a change of messages; fetches that start later wait for it. */
export function duringChange<T>(run: () => Promise<T>): Promise<T> {
  const result = changes.then(run, run);
  changes = result.catch(() => undefined);
  return result;
}

/** When our own changes under way are done. */
export function settled(): Promise<unknown> { return changes; }

type Page = Partial<Pick<ListPage, 'uidnext' | 'modseq' | 'unread' | 'rows' | 'pending'>> & Pick<SearchPage, 'uidvalidity' | 'total' | 'offset' | 'messages'> & { header_only?: number };
async function ask(s: Source, offset: number, limit: number, stop?: AbortSignal, anew = false): Promise<Page> {
  for (;;) {
    await changes;
    stop?.throwIfAborted();
    const before = edits;
    const p: Page = await (s.query ? found.page(s.folder, s.query, offset, limit, stop, anew) : mail.getList(s.folder, offset, limit, stop, s.view));
    // Something was moved or marked meanwhile: this is the folder as it was before, so it is asked again.
    if (before === edits) return p;
  }
}
/** Rows of the whole list: fewer than messages where conversations are. */
const lengthOf = (p: Page): number => p.rows ?? p.total;

function count(s: Source, p: Page): void {
  if (s.query === null && p.unread !== undefined) setCounts(s.folder, p.total, p.unread);
}

function forget(): void { for (const f of forgetHooks) f(); }

let asked = 0;
let tries = 0;
/** The server is still finding out the conversations of a large folder: asked again until it has (it waits a second itself). */
function askAgain(): void {
  const mine = generation;
  window.clearTimeout(asked);
  asked = window.setTimeout(() => { if (mine === generation) void reload(); }, [300, 300, 1000][tries++] ?? 3000);
}

/** Takes a page into the rows that are here. Answers true when the others do not fit to it any longer. */
function take(s: Source, p: Page): boolean {
  const n = lengthOf(p);
  const anew = uidvalidity.value !== 0 && p.uidvalidity !== uidvalidity.value;
  const grown = rows.total !== 0 && n !== rows.total;
  const moved = p.uidnext !== undefined && uidnext !== 0 && p.uidnext !== uidnext;
  batch(() => {
    if (anew) { rows = new RowWindow(n); forget(); }
    else if (grown) rows = new RowWindow(n);
    rows.total = n;
    uidvalidity.value = p.uidvalidity;
    if (uidnext === 0 || p.offset === 0) { uidnext = p.uidnext ?? uidnext; modseq = p.modseq ?? modseq; }
    if (p.header_only !== undefined) headerOnly.value = p.header_only;
    rows.put(p.offset, p.messages);
    count(s, p);
    bump();
  });
  if (p.pending) askAgain(); else tries = 0;
  return !anew && (grown || (moved && p.offset > 0));
}

async function fetchRange(offset: number, limit: number, stop: AbortSignal): Promise<void> {
  const s = source.value;
  const mine = generation;
  if (!s) return;
  const p = await ask(s, offset, limit, stop);
  if (mine === generation && take(s, p)) void refresh();
}

async function load(offset: number, limit: number, stop: AbortSignal = abort.signal): Promise<void> {
  const mine = generation;
  try {
    await fetchRange(offset, limit, stop);
    if (mine === generation) failure.value = null;
  } catch (error) {
    if (mine !== generation || stop.aborted) return;
    const view = source.value?.view;
    if (view && error instanceof ApiError && error.code === 'unsupported') { refuse(view); return; }
    failure.value = error;
  } finally {
    if (mine === generation) {
      loading.value = false;
      if (late) { late = false; void catchUp(); }
    }
  }
}

function keep(): void {
  const s = untracked(() => source.value);
  // What a search found is true of its time: coming back to it is a new one.
  if (s?.query) { found.leave(); return; }
  if (!s || !rows.size || untracked(() => uidvalidity.value) === 0) return;
  kept.delete(keyOf(s));
  kept.set(keyOf(s), {
    rows: rows.near(Math.min(visible.from - BLOCK, rows.total - KEPT_ROWS), Math.max(visible.from - BLOCK, 0) + KEPT_ROWS), uidnext, modseq,
    uidvalidity: untracked(() => uidvalidity.value), headerOnly: untracked(() => headerOnly.value),
  });
  for (const k of kept.keys()) { if (kept.size <= KEPT) break; kept.delete(k); }
}
/** Nothing that was seen stays in memory (sign out, change of the plan). */
export function forgetKept(): void { kept.clear(); }
found.tidyHooks.push(forgetKept);
/** Nor what is on the screen; source and place stay, for reload(). */
export function forgetRows(): void {
  kept.clear();
  abort.abort();
  abort = new AbortController();
  generation++;
  inFlight.clear();
  rows = new RowWindow();
  batch(() => { loading.value = false; bump(); });
}

/** Shows a folder or a search, from its top or from where it was left. */
export async function show(next: Source, at: Place | null = null): Promise<void> {
  if (sameSource(untracked(() => source.value), next)) return;
  keep();
  abort.abort();
  abort = new AbortController();
  generation++;
  inFlight.clear();
  const old = kept.get(keyOf(next));
  const first = at ? Math.max(0, Math.floor(at.position / BLOCK) * BLOCK) : 0;
  rows = old ? old.rows.shifted(0, old.rows.total) : new RowWindow();
  uidnext = old?.uidnext ?? 0;
  modseq = old?.modseq ?? 0;
  visible = { from: first, to: first + PAGE };
  // What is kept of a list may lie elsewhere: then it is loaded like any other.
  const here = old !== undefined && rows.missing(first, Math.min(first + 12, rows.total)).length === 0;
  batch(() => {
    source.value = next; uidvalidity.value = old?.uidvalidity ?? 0; headerOnly.value = old?.headerOnly ?? 0; activeUid.value = null;
    place.value = at; failure.value = null; loading.value = !here; forget(); bump();
  });
  if (here) await catchUp();
  else await load(first, at ? 2 * PAGE : PAGE);
}

/** The search on the screen found more: rows keep their numbers, and the view its place by them. */
found.whenGrown((folder, query) => {
  const s = untracked(() => source.value);
  const p = s?.query ? found.placed(folder, query) : null;
  if (!s || !p || !sameSource(s, { folder, query })) return;
  const next = new RowWindow(p.total);
  for (const [position, row] of p.rows) next.put(position, [rows.row(row.uid) ?? row]);
  batch(() => { rows = next; headerOnly.value = p.headerOnly; loading.value = false; bump(); });
});

/** Asks for the rows of [from, to) that are not here yet. Whole blocks, each once at a time. */
export function need(from: number, to: number): void {
  visible = { from, to };
  if (failure.value) return;
  for (const [offset, f] of inFlight) {
    if (offset + f.limit > from - 2 * BLOCK && offset < to + 2 * BLOCK) continue;
    f.stop.abort();
    inFlight.delete(offset);
  }
  for (const gap of rows.missing(Math.floor(from / BLOCK) * BLOCK, Math.ceil(to / BLOCK) * BLOCK)) {
    if ([...inFlight].some(([o, f]) => gap.offset >= o && gap.offset + gap.limit <= o + f.limit)) continue;
    const stop = new AbortController();
    const mine = { limit: gap.limit, stop, done: Promise.resolve() };
    inFlight.set(gap.offset, mine);
    const both = AbortSignal.any([stop.signal, abort.signal]);
    mine.done = load(gap.offset, gap.limit, both).finally(() => { if (inFlight.get(gap.offset) === mine) inFlight.delete(gap.offset); });
  }
}
/** How many pages are being fetched. */
export function underWay(): number { return inFlight.size; }

/** Waits until the row at a position is here (for moving the cursor beyond the window). */
export async function ensure(position: number): Promise<Row | undefined> {
  if (position < 0 || position >= rows.total) return undefined;
  if (!rows.at(position)) await load(Math.max(0, position - BLOCK / 2), BLOCK);
  return rows.at(position);
}
/** Loads every row of [from, to) that is not here, as far as they are kept at once. */
export async function loadAll(from: number, to: number): Promise<void> {
  for (const gap of rows.missing(from, to)) await load(gap.offset, gap.limit);
}

/** The position of a message that may not be here yet (a link from outside); -1 where it cannot be found. Numbers
 *  fall with the position, so a few guesses between what is known on both sides find it. */
export async function locate(uid: number): Promise<number> {
  const s = source.value;
  const mine = generation;
  if (!s || !byNumber(s) || rows.positionOf(uid) >= 0) return rows.positionOf(uid);
  let lo = 0, hi = rows.total, high = uidnext, low = 0;
  for (let tries = 0; tries < 12 && lo < hi && mine === generation; tries++) {
    const guess = lo + Math.round(((high - uid) / Math.max(1, high - low)) * (hi - lo));
    const offset = Math.max(lo, Math.min(guess, hi - 1) - BLOCK / 2);
    await loadAll(offset, Math.min(offset + BLOCK, hi));
    const found = rows.positionOf(uid);
    if (found >= 0 || mine !== generation) return found;
    const a = rows.at(offset);
    const b = rows.at(Math.min(offset + BLOCK, hi) - 1);
    if (!a || !b) return -1;
    if (uid > a.uid) { hi = offset; low = a.uid; } else if (uid < b.uid) { lo = offset + BLOCK; high = b.uid; } else return -1;
  }
  return -1;
}

/** Fetches the top and what is on the screen again and swaps them in at once: no flicker, no lost place. */
export async function refresh(): Promise<void> {
  const s = source.value;
  if (!s || loading.value) return;
  if (failure.value || rows.size === 0) { batch(() => { failure.value = null; loading.value = true; }); await load(0, PAGE); return; }
  if (s.query) return;
  const mine = generation;
  try {
    const top = await ask(s, 0, PAGE, abort.signal);
    if (mine !== generation) return;
    const n = lengthOf(top);
    const grown = n - rows.total;
    const anew = top.uidvalidity !== uidvalidity.value;
    const fresh = byNumber(s) ? top.messages.filter((m) => m.uid >= uidnext).length : 0;
    const changed = anew || grown !== 0 || top.uidnext !== uidnext || top.modseq !== modseq;
    // Only new mail on top: all others moved by as many places.
    const shifts = !anew && byNumber(s) && grown === fresh && fresh < PAGE;
    const next = shifts ? rows.shifted(grown, n) : changed ? new RowWindow(n) : rows;
    if (changed && visible.to > PAGE) {
      const from = Math.max(0, Math.min(visible.from + grown, n - 1) - 25);
      const mid = await ask(s, from, Math.min(200, visible.to - visible.from + 75), abort.signal);
      if (mine !== generation) return;
      if (lengthOf(mid) === n) next.put(mid.offset, mid.messages);
    }
    if (top.messages.length || n === 0) next.put(0, top.messages);
    batch(() => {
      if (anew) forget();
      rows = next; uidnext = top.uidnext ?? uidnext; modseq = top.modseq ?? modseq; uidvalidity.value = top.uidvalidity;
      count(s, top);
      bump();
    });
  } catch (error) {
    // A refresh in the background that fails leaves what is shown; the next one tries again.
    if (!(error instanceof ApiError)) return;
  }
}

// ---- what happened elsewhere, told exactly ----

/** More that went at once is not worth working out. */
const GONE_MOST = 5000;

/** Which of those that went were still in the list: those of our own action are out of it already. null: the numbers
 *  do not fit together. */
function wereHere(gone: ReadonlySet<number>, fresh: number, n: number): ReadonlySet<number> | null {
  const shown = new Set([...gone].filter((u) => rows.row(u)));
  if (rows.total - shown.size + fresh === n) return shown;
  return rows.total - gone.size + fresh === n ? gone : null;
}

function leaveCursor(gone: ReadonlySet<number>): void {
  const at = activeUid.value;
  if (at === null || !gone.has(at)) return;
  const p = rows.positionOf(at);
  for (let q = p + 1; q < p + 50; q++) { const r = rows.at(q); if (r && !gone.has(r.uid)) { activeUid.value = r.uid; return; } }
  activeUid.value = null;
}

function takeChanges(s: Source, d: Changes, top: Page | null): boolean {
  const gone = new Set(uidsOf(d.vanished ?? ''));
  const fresh = top ? top.messages.filter((m) => m.uid >= uidnext).length : 0;
  const n = top ? lengthOf(top) : d.total;
  const went = fresh < PAGE ? wereHere(gone, fresh, n) : null;
  if (!went) return false;
  batch(() => {
    leaveCursor(went);
    if (went.size || fresh || rows.total !== n) rows = rows.after(went, fresh, n);
    if (top) rows.put(0, top.messages);
    uidnext = top?.uidnext ?? d.uidnext;
    modseq = d.modseq;
    if (went.size) for (const f of vanishHooks) f(went);
    setCounts(s.folder, n, top?.unread ?? d.unread);
    applyFlags(d.changed);
    bump();
  });
  return true;
}

/** Brings the list up to date by what changed since it was read; by a new look where that cannot be told. Answers
 *  flags that changed, also of messages that are not in the list. */
export async function catchUp(): Promise<Changes['changed']> {
  const s = source.value;
  if (!s) return [];
  if (loading.value) { late = true; return []; }
  if (!byNumber(s) || failure.value || rows.size === 0 || uidvalidity.value === 0 || modseq === 0) { await refresh(); return []; }
  const mine = generation;
  try {
    for (let tries = 0; tries < 3; tries++) {
      const ours = changes;
      await ours;
      if (mine !== generation) return [];
      const d = await mail.getChanges(s.folder, { uidvalidity: uidvalidity.value, modseq, uidnext }, abort.signal);
      if (mine !== generation) return [];
      if (d.reset || countOf(d.vanished ?? '') > GONE_MOST) break;
      const top = d.uidnext === uidnext ? null : await ask(s, 0, PAGE, abort.signal);
      if (mine !== generation) return [];
      if (changes !== ours) continue; // something of ours began meanwhile: its rows are out already, or back
      if (takeChanges(s, d, top)) return d.changed;
      break;
    }
    await refresh();
  } catch (error) {
    // What is shown stays; the next event tries again.
    if (!(error instanceof ApiError) && !(error instanceof Error && error.name === 'AbortError')) throw error;
  }
  return [];
}

// ---- changes on the screen before the server has answered, and changes made elsewhere ----

function patched(row: Row, uids: ReadonlySet<number> | null, add: readonly string[], remove: readonly string[]): Row {
  const flags = (): string[] => [...row.flags.filter((f) => !remove.includes(f) && !add.includes(f)), ...add];
  if (!row.thread) return { ...row, flags: flags() };
  const hit = uids === null ? row.thread.count : row.thread.uids.filter((u) => uids.has(u)).length;
  const part = (flag: string, now: number): number => add.includes(flag) ? Math.min(row.thread!.count, now + hit) : remove.includes(flag) ? Math.max(0, now - hit) : now;
  // \Seen counts the other way round.
  const unread = add.includes('\\Seen') ? (hit >= row.thread.count ? 0 : Math.max(0, row.thread.unread - hit)) : remove.includes('\\Seen') ? Math.min(row.thread.count, row.thread.unread + hit) : row.thread.unread;
  const own = uids === null || uids.has(row.uid);
  return { ...row, flags: own ? flags() : row.flags, thread: { ...row.thread, unread, flagged: part('\\Flagged', Number(row.thread.flagged)) } };
}

/** Answers the rows as they were. uids null: every row but `except`. */
export function patchFlags(uids: ReadonlySet<number> | null, add: readonly string[], remove: readonly string[], except: ReadonlySet<number> = new Set()): Row[] {
  const before: Row[] = [];
  edits++;
  const hit = uids === null ? rows.all().filter((r) => !except.has(r.uid)) : new Set([...uids].map((u) => rows.row(u)).filter((r) => r !== undefined));
  for (const row of hit) { before.push(row); const now = patched(row, uids, add, remove); rows.replace(now); found.changed(now); }
  bump();
  return before;
}
/** Which list is on the screen. A change that is refused is taken back only there. */
export interface Mark { source: Source | null; generation: number; uidvalidity: number }
export function mark(): Mark { return { source: source.value, generation, uidvalidity: uidvalidity.value }; }
function takeBack(at: Mark, run: () => void): void {
  edits++;
  if (at.generation === generation && at.uidvalidity === uidvalidity.value) { run(); bump(); return; }
  // Another list, or the same one come back: how it is now, the server says.
  if (at.source) distrust(at.source.folder);
}
/** What is shown or kept of a folder is not as the server has it: a change was shown that it refused. */
export function distrust(folder: string): void {
  for (const k of kept.keys()) { const [f, q] = JSON.parse(k) as [string, SearchQuery | null]; if (f === folder || q?.everywhere) kept.delete(k); }
  const s = source.value;
  if (s && (s.folder === folder || scattered())) void reload();
}

export function putBack(before: readonly Row[], at: Mark): void { takeBack(at, () => { for (const r of before) { rows.replace(r); found.changed(r); } }); }

export function takeOut(uids: ReadonlySet<number>): Taken[] {
  edits++;
  if (source.value?.query) found.took(uids, true);
  const gone = rows.remove(uids);
  bump();
  return gone;
}
export function putIn(gone: readonly Taken[], missing: number, at: Mark): void {
  takeBack(at, () => {
    if (source.value?.query) found.took(gone.map((g) => g.row.uid), false);
    rows.restore(gone, missing);
  });
}
/** Everything goes but these (an action on the whole folder). Answers how to take it back. */
export function takeOutAll(except: ReadonlySet<number>): () => void {
  edits++;
  const before = rows;
  const stay = rows.all().filter((r) => except.has(r.uid));
  rows = new RowWindow(Math.max(stay.length, except.size));
  rows.put(0, stay);
  bump();
  const mine = rows;
  const at = mark();
  // Another look at the server meanwhile knows better than what was here.
  return () => takeBack(at, () => { if (rows === mine) rows = before; else void reload(); });
}

/** Flags that were changed elsewhere. */
export function applyFlags(changed: readonly { uid: number; flags: string[] }[]): void {
  let any = false;
  for (const c of changed) {
    const row = rows.row(c.uid);
    if (!row) continue;
    any = true;
    if (!row.thread) { rows.replace({ ...row, flags: c.flags }); continue; }
    if (row.uid === c.uid) rows.replace({ ...row, flags: c.flags });
  }
  if (any) bump();
}
/** Messages that went elsewhere; those that are not here are seen by the next refresh. */
export function applyVanished(uids: ReadonlySet<number>): void {
  const here = new Set([...uids].filter((u) => rows.row(u)));
  if (here.size) { rows.remove(here); bump(); }
}

/** What a person asks for: the list as it is now; a search, also one that is under way, begins anew. */
export async function lookAgain(): Promise<void> {
  if (!source.value?.query) { await refresh(); return; }
  abort.abort();
  abort = new AbortController();
  generation++;
  inFlight.clear();
  found.leave();
  batch(() => { failure.value = null; loading.value = rows.size === 0; });
  await reload();
  loading.value = false;
}

/** Forgets everything but the source and the place and loads again (after an undo: new uids). */
export async function reload(): Promise<void> {
  const s = source.value;
  if (!s) return;
  const mine = generation;
  try {
    const from = Math.max(0, visible.from - 10);
    const limit = Math.min(200, Math.max(PAGE, visible.to - from + 10));
    let p = await ask(s, from, limit, abort.signal, true);
    if (mine === generation && p.messages.length === 0 && from > 0) p = await ask(s, Math.max(0, lengthOf(p) - PAGE), PAGE, abort.signal);
    if (mine !== generation) return;
    if (p.pending) askAgain(); else tries = 0;
    const next = new RowWindow(lengthOf(p));
    next.put(p.offset, p.messages);
    batch(() => {
      if (uidvalidity.value !== 0 && uidvalidity.value !== p.uidvalidity) forget();
      rows = next; uidvalidity.value = p.uidvalidity; failure.value = null; loading.value = false;
      if (p.uidnext !== undefined) { uidnext = p.uidnext; modseq = p.modseq ?? 0; }
      count(s, p);
      bump();
    });
  } catch (error) {
    if (mine === generation && error instanceof ApiError) failure.value = error;
  }
}
