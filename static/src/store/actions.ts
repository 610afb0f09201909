// What a person does to messages: shown at once, taken back when the server refuses, with Undo for everything.
import { sentence } from '../api/client.ts';
import * as mail from '../api/mail.ts';
import type { AllOf, Done, Row, SearchQuery, Which } from '../api/types.ts';
import { t } from '../core/i18n.ts';
import { go, route } from '../core/router.ts';
import { pieces, setOf } from '../core/sets.ts';
import { adjust, byRole, folder, folderName, loadFolders } from './folders.ts';
import * as list from './list.ts';
import * as reader from './reader.ts';
import * as chosen from './selection.ts';
import { toast } from './toasts.ts';
import { confirm, wide } from './ui.ts';
import { did } from './own.ts';
import { offer, underway } from './undo.ts';

export const SEEN = '\\Seen';
export const FLAGGED = '\\Flagged';

/** What is meant: messages by number (a conversation's are all named), or everything in the folder or search.
 *  rows: how many lines of the list that is, for the person. */
export type Aim = ({ uids: number[] } | { all: AllOf }) & { rows: number; at: Where };
/** The list the numbers are of: in another one they are other messages. */
export interface Where { folder: string; uidvalidity: number; source: list.Source | null }
const here = (): Where => ({ folder: opening() ?? '', uidvalidity: list.uidvalidity.value, source: list.source.value });
const isHere = (w: Where): boolean => w.uidvalidity === list.uidvalidity.value && list.sameSource(w.source, list.source.value);

/** False, and said: what was meant is not on the screen any longer. */
function still(a: Aim): boolean {
  if (isHere(a.at)) return true;
  toast(t('err-conflict'), { kind: 'bad' });
  return false;
}

const aimOf = (uids: number[], rows = uids.length): Aim => ({ uids, rows, at: here() });
export function aimAt(rowUids: readonly number[]): Aim { return aimOf(chosen.messagesOf(rowUids), rowUids.length); }
/** How many messages that is. In an arrangement by conversation the list is shorter than the folder. */
export function countOf(a: Aim): number {
  if ('uids' in a) return a.uids.length;
  return a.at.source?.view?.threads ? Math.max(a.rows, (folder(a.at.folder)?.total ?? 0) - (a.all.except?.length ?? 0)) : a.rows;
}

/** What a command works on: the selection, else the open message, else the cursor; a conversation whole. */
export function aim(): Aim | null {
  const r = route.value;
  // Over the list lies the open message: nobody sees what is chosen there.
  if (r.page === 'mail' && r.uid && !wide.value) return aimAt([r.uid]);
  const all = chosen.allOf();
  if (all) return { all, rows: chosen.chosenCount.value, at: here() };
  if (chosen.selection.value.size) return aimAt([...chosen.selection.value]);
  if (r.page === 'mail' && r.uid) return aimAt([r.uid]);
  return list.activeUid.value === null ? null : aimAt([list.activeUid.value]);
}
/** Is there anything to work on? Cheap: asked for every button. */
export function hasTargets(): boolean {
  return chosen.choosing.value || (route.value.page === 'mail' && route.value.uid !== null) || list.activeUid.value !== null;
}
/** The numbers a command works on; none while everything is chosen. */
export function targets(): number[] { const a = aim(); return a && 'uids' in a ? a.uids : []; }

type Meant = Aim | number[] | null | undefined;
const settle = (m: Meant): Aim | null => (m === undefined ? aim() : Array.isArray(m) ? aimOf(m) : m);
const nothing = (a: Aim | null): a is null => a === null || ('uids' in a && a.uids.length === 0);

const unreadOf = (r: Row): number => (r.thread ? r.thread.unread : r.flags.includes(SEEN) ? 0 : 1);
/** Of a message that is open and not in the list (a link from outside). */
function readFlags(uid: number): readonly string[] {
  const m = reader.open.value;
  return m?.message && list.numberOf(m.ref) === uid ? m.message.flags : [];
}
const has = (uid: number, flag: string): boolean => {
  const row = chosen.chosenRow(uid);
  // The number of a conversation: all of it is meant.
  if (row?.thread && row.uid === uid && flag === SEEN) return row.thread.unread === 0;
  if (row?.thread && row.uid === uid && flag === FLAGGED) return Boolean(row.thread.flagged);
  return (row?.flags ?? readFlags(uid)).includes(flag);
};

export function opening(): string | null { return list.source.value?.folder ?? null; }

// ---- many at once ----

/** Few by number, more as sets of at most what the server takes. */
function parts(a: { uids: number[] } | { all: AllOf }): Which[] {
  if ('all' in a) return [{ all: a.all }];
  return a.uids.length <= 100 ? [{ uids: a.uids }] : pieces(setOf(a.uids)).map((uids) => ({ uids }));
}
const byText = (uids: string): Which[] => pieces(uids).map((some) => ({ uids: some }));

async function each<T>(which: readonly Which[], run: (w: Which) => Promise<T>): Promise<T[]> {
  const out: T[] = [];
  for (const w of which) out.push(await run(w));
  return out;
}
const textOf = (uids: number[] | string | undefined): string => (uids === undefined ? '' : typeof uids === 'string' ? uids : setOf(uids));
export const gathered = (done: readonly Partial<Done>[]): string => done.map((d) => textOf(d.uids)).filter(Boolean).join(',');

// ---- flags, labels ----

/** What finds the messages that a change would change, so that Undo touches no others. */
function lacking(add: string[], remove: string[]): Partial<SearchQuery> {
  const flag = add[0] ?? remove[0] ?? '';
  if (flag === SEEN) return add.length ? { filters: { unread: true } } : { text: 'is:read' };
  if (flag === FLAGGED) return add.length ? { text: '-is:flagged' } : { filters: { flagged: true } };
  return { text: `${add.length ? '-' : ''}keyword:${flag}` };
}
export function narrowed(a: { uids: number[] } | { all: AllOf }, add: string[], remove: string[]): Which[] {
  const only = lacking(add, remove);
  const q = 'all' in a ? a.all.search : null;
  const search: SearchQuery = { text: [q?.text, only.text].filter(Boolean).join(' '), scope: q?.scope ?? 'headers', filters: { ...q?.filters, ...only.filters } };
  if ('all' in a) return [{ all: { ...a.all, search } }];
  const below = a.uids.reduce((most, u) => Math.max(most, u), 0) + 1;
  return pieces(setOf(a.uids)).map((set) => ({ all: { search, below, only: set } }));
}

interface Said { quiet?: boolean; said?: (n: number) => string }

/** One flag or label, set or cleared. */
export function flag(meant: Meant, add: string[], remove: string[], o: Said = {}): Promise<void> {
  return o.quiet ? flagging(meant, add, remove, o) : underway(() => flagging(meant, add, remove, o));
}
async function flagging(meant: Meant, add: string[], remove: string[], o: Said): Promise<void> {
  const a = settle(meant);
  if (nothing(a) || !still(a)) return;
  const { folder: f, uidvalidity: validity } = a.at;
  if (list.scattered()) return (await import('./scattered.ts')).flag(keysOf(a), add, remove, { said: flagSaid(add, remove), ...o });
  const wants = (r: Row): boolean => add.some((x) => !r.flags.includes(x)) || remove.some((x) => r.flags.includes(x));
  const known = 'uids' in a && a.uids.every((u) => { const r = chosen.chosenRow(u); return r !== undefined && !r.thread; });
  // Those that are so already are left alone, and so are they by Undo.
  const changed = known ? a.uids.filter((u) => wants(chosen.chosenRow(u)!)) : [];
  if (known && changed.length === 0) return;
  const mark = list.mark();
  const before = list.patchFlags('uids' in a ? new Set(a.uids) : null, add, remove, new Set('all' in a ? a.all.except : []));
  const delta = before.reduce((n, r) => n + (unreadOf(list.rowOf(r.uid) ?? r) - unreadOf(r)), 0);
  adjust(f, { unread: delta });
  const told = 'uids' in a ? { folder: f, uidvalidity: validity, uids: known ? changed : a.uids, add, remove, unread: delta, total: 0 } : null;
  if (told) did(told);
  for (const r of before) {
    const flags = list.rowOf(r.uid)?.flags;
    if (flags) reader.patchCached({ folder: f, uid: r.uid, uidvalidity: validity }, flags);
  }
  try {
    const which = known ? parts({ uids: changed }) : narrowed(a, add, remove);
    const done = await list.duringChange(() => each(which, (w) => mail.setFlags(f, validity, w, add, remove)));
    const set = known ? setOf(changed) : gathered(done);
    const n = known ? changed.length : done.reduce((sum, d) => sum + (d.count ?? 0), 0);
    if ('all' in a) { void loadFolders(); await list.reload(); }
    if (!o.quiet && n > 0) offer(a.rows > 1 || o.said ? (o.said ?? flagSaid(add, remove))(n) : null, () => reflag(f, validity, set, remove, add));
  } catch (error) {
    list.putBack(before, mark);
    for (const r of before) reader.patchCached({ folder: f, uid: r.uid, uidvalidity: validity }, r.flags);
    adjust(f, { unread: -delta });
    if (told) did({ ...told, unread: -delta, refused: true });
    if (!o.quiet) toast(sentence(error), { kind: 'bad' });
  }
}

/** Sets and clears flags of a set of messages, wherever they are: what Undo does. */
export async function reflag(f: string, validity: number, set: string, add: string[], remove: string[]): Promise<void> {
  await list.duringChange(() => each(byText(set), (w) => mail.setFlags(f, validity, w, add, remove)));
  void loadFolders();
  if (opening() === f) await list.reload();
}

function flagSaid(add: string[], remove: string[]): (n: number) => string {
  const key = add.includes(SEEN) ? 'marked-read' : remove.includes(SEEN) ? 'marked-unread' : add.includes(FLAGGED) ? 'starred' : 'unstarred';
  return (n) => t(key, { n });
}

/** Is the flag on all that is meant? Everything counts as not: the command sets it. */
function onAll(a: Aim, name: string): boolean {
  if ('all' in a) return false;
  return rowsOf(a).every((u) => has(u, name));
}
const rowsOf = (a: { uids: number[] }): number[] => [...new Set(a.uids.map((u) => list.rowOf(u)?.uid ?? u))];

export function toggleFlag(meant?: Meant): void {
  const a = settle(meant);
  if (nothing(a)) return;
  const all = onAll(a, FLAGGED);
  void flag(a, all ? [] : [FLAGGED], all ? [FLAGGED] : []);
}
export function toggleRead(meant?: Meant): void {
  const a = settle(meant);
  if (nothing(a)) return;
  const all = onAll(a, SEEN);
  void flag(a, all ? [] : [SEEN], all ? [SEEN] : []);
}
export function markRead(uids: number[]): void { void flag(uids, [SEEN], [], { quiet: true }); }

/** How far a keyword is on what is meant. */
export function labelState(a: Aim, keyword: string): 'all' | 'some' | 'none' {
  if ('all' in a) return 'none';
  const rows = rowsOf(a).map((u) => chosen.chosenRow(u)?.flags ?? readFlags(u));
  const n = rows.filter((flags) => flags.some((x) => x.toLowerCase() === keyword.toLowerCase())).length;
  return n === 0 ? 'none' : n === rows.length ? 'all' : 'some';
}
export function setLabel(a: Aim | null, keyword: string, name: string, on: boolean): Promise<void> {
  return flag(a, on ? [keyword] : [], on ? [] : [keyword], { said: (n) => t(on ? 'labelled' : 'unlabelled', { n, label: name }) });
}

// ---- to another folder ----

/** Opens the next message after those that go, or returns to the list where there is none or the list is the page. */
function advance(uids: ReadonlySet<number>): void {
  const r = route.value;
  const leaving = r.page === 'mail' && r.uid !== null && uids.has(r.uid);
  const positions = [...uids].map((u) => list.positionOf(u)).filter((p) => p >= 0);
  if (positions.length === 0) {
    if (leaving) go({ ...r, uid: null }, { replace: true });
    return;
  }
  const stays = (row: Row): boolean => !uids.has(row.uid);
  const last = Math.max(...positions);
  let next: number | null = null;
  for (let p = last + 1; p < Math.min(list.total.value, last + 100); p++) {
    const row = list.rowAt(p);
    if (!row) break;
    if (stays(row)) { next = row.uid; break; }
  }
  for (let p = Math.min(...positions) - 1; next === null && p >= 0; p--) {
    const row = list.rowAt(p);
    if (!row) break;
    if (stays(row)) next = row.uid;
  }
  if (list.activeUid.value !== null && uids.has(list.activeUid.value)) list.activeUid.value = next;
  if (leaving) go({ ...r, uid: wide.value ? next : null }, { replace: true });
}

type Run = (f: string, validity: number, w: Which) => Promise<{ to: string | null } & Partial<Done>>;
type Word = (n: number, to: string | null) => string;

/** Messages go at once; refused, they come back; done, Undo brings them back from where they went. */
function leave(a: Aim, run: Run, said: Word): Promise<void> { return underway(() => leaving(a, run, said)); }
async function leaving(a: Aim, run: Run, said: Word): Promise<void> {
  if (!still(a)) return;
  const { folder: f, uidvalidity: validity } = a.at;
  if (list.scattered()) {
    const keys = keysOf(a);
    const off = takenOff(keys);
    return (await import('./scattered.ts')).leave(keys, run, said, off);
  }
  const back = 'all' in a ? emptied(a.all, f) : taken(a.uids, f);
  try {
    const which = parts(a);
    const done = await list.duringChange(() => each(which, (w) => run(f, validity, w)));
    const to = done[0]?.to ?? null;
    const n = 'uids' in a ? a.uids.length : done.reduce((sum, d) => sum + (d.count ?? 0), 0);
    if ('uids' in a && to) adjust(to, { unread: back.unread, total: n });
    else { void loadFolders(); await list.reload(); }
    const set = gathered(done);
    // Without the new numbers (a server without UIDPLUS) nothing can be found again.
    const complete = done.every((d) => typeof d.uids === 'string' ? d.uids !== '' : (d.uids?.length ?? 0) > 0 && d.uids!.every((u) => u > 0));
    if (to && complete) offer(said(n, to), () => unmove(to, done[0]?.uidvalidity ?? 0, set, f));
    else toast(said(n, to));
  } catch (error) {
    back.run();
    toast(sentence(error), { kind: 'bad' });
    // Of several pieces some may have gone: what is there is looked up.
    if ('all' in a || parts(a).length > 1 || list.source.value?.view?.threads) { void loadFolders(); await list.reload(); }
  }
}

/** Of a search every message is named, also where all of them are meant. */
const keysOf = (a: Aim): number[] => ('uids' in a ? a.uids : []);
function takenOff(keys: readonly number[]): () => void {
  const set = new Set(keys);
  const length = list.total.value;
  const mark = list.mark();
  advance(set);
  const gone = list.takeOut(set);
  chosen.clearSelection();
  const missing = Math.max(0, length - list.total.value - gone.length);
  return () => list.putIn(gone, missing, mark);
}

function taken(uids: number[], f: string): { unread: number; run: () => void } {
  const set = new Set(uids);
  const length = list.total.value;
  const mark = list.mark();
  advance(set);
  const gone = list.takeOut(set);
  chosen.unchoose(set);
  const missing = length - list.total.value - gone.length;
  const unread = gone.reduce((n, g) => n + unreadOf(g.row), 0);
  adjust(f, { unread: -unread, total: -uids.length });
  const told = { folder: f, uidvalidity: mark.uidvalidity, uids, unread: -unread, total: -uids.length };
  did(told);
  return { unread, run: () => { adjust(f, { unread, total: uids.length }); list.putIn(gone, missing, mark); did({ ...told, unread, total: uids.length, refused: true }); } };
}

function emptied(all: AllOf, f: string): { unread: number; run: () => void } {
  const r = route.value;
  const except = new Set(all.except);
  if (r.page === 'mail' && r.uid && !except.has(r.uid)) go({ ...r, uid: null }, { replace: true });
  if (list.activeUid.value !== null && !except.has(list.activeUid.value)) list.activeUid.value = null;
  const back = list.takeOutAll(except);
  chosen.clearSelection();
  const unread = all.search ? 0 : (folder(f)?.unread ?? 0);
  adjust(f, { unread: -unread });
  return { unread, run: () => { back(); adjust(f, { unread }); } };
}

async function unmove(from: string, validity: number, set: string, to: string): Promise<void> {
  const done = await list.duringChange(() => each(byText(set), (w) => mail.moveMessages(from, validity, w, to)));
  await loadFolders();
  if (opening() !== to && opening() !== from) return;
  await list.reload();
  const first = Number.parseInt(gathered(done), 10);
  if (opening() === to && list.rowOf(first)) list.activeUid.value = list.rowOf(first)!.uid;
}

const moving = (to: string): Run => async (f, validity, w) => ({ to, ...(await mail.moveMessages(f, validity, w, to)) });

export async function moveTo(to: string, meant?: Meant): Promise<void> {
  const a = settle(meant);
  if ((to === opening() && !list.scattered()) || nothing(a)) return;
  await leave(a, moving(to), (n, dest) => t('moved', { n, folder: folderName(folder(dest)) }));
}

export async function copyTo(to: string, meant?: Meant): Promise<void> {
  const a = settle(meant);
  if (nothing(a) || !still(a) || (to === a.at.folder && !list.scattered())) return;
  const { folder: f, uidvalidity: validity } = a.at;
  if (list.scattered()) return (await import('./scattered.ts')).copy(keysOf(a), to, folderName(folder(to)));
  try {
    await list.duringChange(() => each(parts(a), (w) => mail.copyMessages(f, validity, w, to)));
    toast(t('copied', { n: countOf(a), folder: folderName(folder(to)) }));
  } catch (error) { toast(sentence(error), { kind: 'bad' }); }
  void loadFolders();
}

export async function archive(meant?: Meant): Promise<void> {
  const a = settle(meant);
  const f = byRole('archive');
  if (!f) { toast(t('archive-none'), { kind: 'bad' }); return; }
  if ((f.id === opening() && !list.scattered()) || nothing(a)) return;
  await leave(a, moving(f.id), (n) => t('archived', { n }));
}

/** Does something of it lie in such a folder? */
function inRole(a: Aim, role: 'trash' | 'junk'): boolean {
  if (!list.scattered()) return folder(opening())?.role === role;
  return keysOf(a).some((k) => folder(list.refOf(k)?.folder ?? null)?.role === role);
}

export async function remove(meant?: Meant): Promise<void> {
  const a = settle(meant);
  if (nothing(a)) return;
  const n = countOf(a);
  if (inRole(a, 'trash')) {
    const yes = await confirm({ title: t('delete-forever-title', { n }), text: t('delete-forever-text'), action: t('delete-forever'), danger: true });
    if (!yes) return;
  }
  await leave(a, async (f, validity, w) => { const d = await mail.deleteMessages(f, validity, w); return { ...d, to: d.moved_to }; },
    (count, to) => (to ? t('deleted', { n: count }) : t('deleted-forever', { n: count })));
}

export async function junk(meant?: Meant): Promise<void> {
  const a = settle(meant);
  if (nothing(a)) return;
  const to = inRole(a, 'junk') ? byRole('inbox') : byRole('junk');
  if (!to) { toast(t('junk-none'), { kind: 'bad' }); return; }
  await moveTo(to.id, a);
}

// ---- the cursor ----

export const refOf = list.refOf;

export function openMessage(uid: number, replace = false): void {
  const s = list.source.value;
  if (!s) return;
  // Who opens a message turns to it; the cursor that goes on to the next one leaves what is chosen.
  if (!replace) chosen.clearSelection();
  list.activeUid.value = uid;
  go({ page: 'mail', folder: s.folder, uid, search: s.query !== null, ...(list.scattered() ? { all: true } : {}) }, { replace });
}

/** Moves the cursor; where a message is open, opens the neighbour. */
export async function step(by: number, extend = false): Promise<void> {
  const here = list.positionOf(list.activeUid.value);
  const from = here < 0 ? (by > 0 ? -1 : list.total.value) : here;
  const row = await list.ensure(Math.max(0, Math.min(list.total.value - 1, from + by)));
  if (!row) return;
  if (extend) { if (!chosen.selection.value.size && list.activeUid.value !== null) chosen.toggle(list.activeUid.value); await chosen.selectTo(row.uid); }
  list.activeUid.value = row.uid;
  const r = route.value;
  if (r.page === 'mail' && r.uid && !extend) openMessage(row.uid, true);
  const next = list.rowAt(list.positionOf(row.uid) + Math.sign(by));
  const ref = next ? refOf(next.uid) : null;
  if (ref && r.page === 'mail' && r.uid) reader.prefetch(ref);
}
