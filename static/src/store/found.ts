// What the search on the screen has found so far. The server searches in parts; this asks on until it is done or
// stopped, and knows of every hit where it lies, so that rows can be fetched for any place of the list.
import * as mail from '../api/mail.ts';
import type { MessageRef, Row, SearchQuery } from '../api/types.ts';
import { signal } from '../core/signals.ts';
import { uidsOf } from '../core/sets.ts';

export interface Progress { running: boolean; stopped: boolean; done: number; of: number }
const IDLE: Progress = { running: false, stopped: false, done: 0, of: 0 };
export const progress = signal<Progress>(IDLE);
/** More than this is not shown of a search in all folders. */
export const MOST = 5000;
const ROWS_KEPT = 1500;

interface Hit { key: number; time: number }
interface Run {
  id: string; folder: string; query: SearchQuery; hits: Hit[]; rows: Map<number, Row>; gone: Set<number>;
  headerOnly: number; uidvalidity: number; complete: boolean; cut: boolean; next: string | null; abort: AbortController; first: Promise<void>;
}
let run: Run | null = null;
let grown: (folder: string, query: SearchQuery) => void = () => undefined;
/** Called when more was found behind the list's back. */
export function whenGrown(f: typeof grown): void { grown = f; }

// ---- names for messages of several folders: numbers no UID can have, the same for the same message ----

const FIRST_KEY = 2 ** 32;
const KEYS_KEPT = 60_000;
let nextKey = FIRST_KEY;
const keys = new Map<string, number>();
const refs = new Map<number, MessageRef>();
const nameOf = (r: MessageRef): string => `${r.folder} ${r.uidvalidity} ${r.uid}`;

export function keyOf(ref: MessageRef): number {
  const name = nameOf(ref);
  const known = keys.get(name);
  if (known !== undefined) return known;
  const key = nextKey++;
  keys.set(name, key);
  refs.set(key, ref);
  return key;
}
/** Lists that were kept lose their names with this; whoever keeps some forgets them. */
export const tidyHooks: (() => void)[] = [];
/** Names are forgotten only between two searches, and never those of the one on the screen. */
function tidy(now: Run | null): void {
  if (keys.size <= KEYS_KEPT) return;
  const inUse = new Set([...(now?.hits.map((h) => h.key) ?? []), ...(now?.gone ?? [])]);
  for (const [name, key] of keys) if (!inUse.has(key)) { keys.delete(name); refs.delete(key); }
  for (const f of tidyHooks) f();
}
export function refOfKey(key: number): MessageRef | null { return refs.get(key) ?? null; }
export function isKey(n: number): boolean { return n >= FIRST_KEY; }
/** The same by what an address tells, of the folder as it was searched. */
export function keyAt(folder: string, uid: number): number | null {
  for (const h of run?.hits ?? []) { const r = refs.get(h.key); if (r && r.folder === folder && r.uid === uid) return h.key; }
  return null;
}

// ---- searching ----

const today = (): string => { const d = new Date(); return `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, '0')}-${String(d.getDate()).padStart(2, '0')}`; };
const idOf = (folder: string, q: SearchQuery): string => JSON.stringify([q.everywhere ? '' : folder, q]);

function keepRow(r: Run, key: number, row: Row): void {
  r.rows.delete(key);
  r.rows.set(key, row);
  for (const k of r.rows.keys()) { if (r.rows.size <= ROWS_KEPT) break; r.rows.delete(k); }
}
const scatter = (row: Row & { folder: string; uidvalidity: number }): Row => {
  const at = { folder: row.folder, uid: row.uid, uidvalidity: row.uidvalidity };
  return { ...row, uid: keyOf(at), at };
};

async function partHere(r: Run): Promise<void> {
  const p = await mail.searchPart(r.folder, { ...r.query, limit: 50, parts: true, today: today(), ...(r.next ? { next: r.next } : {}) }, r.abort.signal);
  r.uidvalidity = p.uidvalidity;
  r.headerOnly += p.header_only;
  for (const row of p.messages) keepRow(r, row.uid, row);
  // Parts come from the newest down: what is found later stands further down.
  const uids = p.uids === null ? p.messages.map((m) => m.uid) : uidsOf(p.uids, 2_000_000).reverse();
  for (const uid of uids) r.hits.push({ key: uid, time: 0 });
  r.next = p.next;
  r.complete = p.complete;
  progress.value = { running: !p.complete, stopped: false, ...p.progress };
}

async function partEverywhere(r: Run): Promise<void> {
  const p = await mail.searchAll({ ...r.query, limit: 50, today: today(), ...(r.next ? { next: r.next } : {}) }, r.abort.signal);
  r.uidvalidity = 1;
  r.headerOnly += p.header_only;
  for (const row of p.messages) { const one = scatter(row); keepRow(r, one.uid, one); }
  // Only what stays gets a name: a word that is everywhere must not fill the memory with them.
  const oldest = r.hits.length >= MOST ? r.hits.at(-1)!.time : -Infinity;
  const all = p.hits.flatMap((h) => h.uids.map((uid, i) => ({ ref: { folder: h.folder, uid, uidvalidity: h.uidvalidity }, time: h.times[i] ?? 0 })));
  const part = all.filter((h) => h.time > oldest).sort((a, b) => b.time - a.time).slice(0, MOST);
  if (part.length < all.length) r.cut = true;
  for (const h of part) r.hits.push({ key: keyOf(h.ref), time: h.time });
  r.hits.sort((a, b) => b.time - a.time || b.key - a.key);
  if (r.hits.length > MOST) { r.hits.length = MOST; r.cut = true; }
  r.next = p.next;
  r.complete = p.complete;
  progress.value = { running: !p.complete, stopped: false, ...p.progress };
}
const part = (r: Run): Promise<void> => (r.query.everywhere ? partEverywhere(r) : partHere(r));

async function goOn(r: Run): Promise<void> {
  while (!r.complete && r === run && !r.abort.signal.aborted) {
    await part(r);
    if (r === run) grown(r.folder, r.query);
  }
}

function start(folder: string, query: SearchQuery): Run {
  run?.abort.abort();
  tidy(run);
  const r: Run = {
    id: idOf(folder, query), folder, query, hits: [], rows: new Map(), gone: new Set(), headerOnly: 0, uidvalidity: 0, complete: false, cut: false, next: null,
    abort: new AbortController(), first: Promise.resolve(),
  };
  run = r;
  progress.value = { ...IDLE, running: true };
  r.first = part(r);
  // A part that fails later leaves what was found; Go on tries again.
  r.first.catch(() => { if (r === run) run = null; });
  r.first.then(() => goOn(r)).catch(() => { if (r === run || run === null) progress.value = { ...progress.value, running: false, stopped: r.next !== null && r === run }; });
  return r;
}

/** Ends the search where it is; what was found stays. */
export function stop(): void {
  if (!run || run.complete) return;
  run.abort.abort();
  progress.value = { ...progress.value, running: false, stopped: true };
}
/** Goes on where it was stopped. */
export function resume(): void {
  const r = run;
  if (!r || r.complete) return;
  r.abort = new AbortController();
  progress.value = { ...progress.value, running: true, stopped: false };
  goOn(r).catch(() => { if (r === run) progress.value = { ...progress.value, running: false, stopped: true }; });
}
/** Nothing is searched any longer (another list, sign-out). */
export function leave(): void {
  run?.abort.abort();
  run = null;
  progress.value = IDLE;
}
export function forget(): void { leave(); keys.clear(); refs.clear(); }

const left = (r: Run): Hit[] => (r.gone.size ? r.hits.filter((h) => !r.gone.has(h.key)) : r.hits);

// ---- rows ----

async function fetchRows(r: Run, wanted: readonly number[], stopped?: AbortSignal): Promise<void> {
  const of = new Map<string, { folder: string; uidvalidity: number; uids: number[] }>();
  for (const key of wanted) {
    const ref = refs.get(key) ?? { folder: r.folder, uid: key, uidvalidity: r.uidvalidity };
    const group = of.get(`${ref.folder} ${ref.uidvalidity}`) ?? { folder: ref.folder, uidvalidity: ref.uidvalidity, uids: [] };
    group.uids.push(ref.uid);
    of.set(`${ref.folder} ${ref.uidvalidity}`, group);
  }
  const rows = await mail.rowsOf([...of.values()], stopped);
  const here = new Set<number>();
  for (const row of rows) {
    const one = r.query.everywhere ? scatter(row) : row;
    keepRow(r, one.uid, one);
    here.add(one.uid);
  }
  // Deleted meanwhile: no place is kept for them.
  for (const key of wanted) if (!here.has(key)) r.gone.add(key);
}

export interface FoundPage { total: number; uidvalidity: number; offset: number; messages: Row[]; header_only: number }
/** Rows of [offset, offset + limit). anew: the mailbox changed, the old numbers mean nothing. */
export async function page(folder: string, query: SearchQuery, offset: number, limit: number, stopped?: AbortSignal, anew = false): Promise<FoundPage> {
  let r = run;
  if (!r || anew || r.id !== idOf(folder, query)) r = start(folder, query);
  await r.first;
  for (let tries = 0; tries < 3; tries++) {
    const wanted = left(r).slice(offset, offset + limit).map((h) => h.key).filter((k) => !r.rows.has(k));
    if (wanted.length === 0) break;
    for (let i = 0; i < wanted.length; i += 200) await fetchRows(r, wanted.slice(i, i + 200), stopped);
  }
  const messages = left(r).slice(offset, offset + limit).map((h) => r.rows.get(h.key)).filter((row) => row !== undefined);
  return { total: left(r).length, uidvalidity: r.uidvalidity, offset, messages, header_only: r.headerOnly };
}

/** Every place whose row is here. */
export function placed(folder: string, query: SearchQuery): { total: number; headerOnly: number; rows: [number, Row][] } | null {
  if (!run || run.id !== idOf(folder, query)) return null;
  const rows: [number, Row][] = [];
  const hits = left(run);
  for (const [i, h] of hits.entries()) { const row = run.rows.get(h.key); if (row) rows.push([i, row]); }
  return { total: hits.length, headerOnly: run.headerOnly, rows };
}
/** All that was found so far by this search, for a choice of everything; null: it is not running, nor over. */
export function keysFor(folder: string, query: SearchQuery): number[] | null { return run?.id === idOf(folder, query) && run.uidvalidity ? allKeys() : null; }
export function allKeys(): number[] { return run ? left(run).map((h) => h.key) : []; }
export function isCut(): boolean { return run?.cut ?? false; }

/** Messages that left the list, or came back into it. */
export function took(uids: Iterable<number>, out: boolean): void {
  if (!run) return;
  for (const u of uids) if (out) run.gone.add(u); else run.gone.delete(u);
}
/** What was changed on the screen is so also when it comes back into view. */
export function changed(row: Row): void { if (run?.rows.has(row.uid)) run.rows.set(row.uid, row); }
