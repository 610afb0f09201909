// What a person does to messages: shown at once, taken back when the server refuses, with Undo where possible.
import { sentence } from '../api/client.ts';
import * as mail from '../api/mail.ts';
import type { Row } from '../api/types.ts';
import { t } from '../core/i18n.ts';
import { go, route } from '../core/router.ts';
import { adjust, byRole, folder, folderName, loadFolders } from './folders.ts';
import * as list from './list.ts';
import * as reader from './reader.ts';
import { toast } from './toasts.ts';
import { confirm, wide } from './ui.ts';

export const SEEN = '\\Seen';
export const FLAGGED = '\\Flagged';

/** What a command works on: the selection, else the open message, else the cursor. */
export function targets(): number[] {
  if (list.selection.value.size) return [...list.selection.value];
  const r = route.value;
  if (r.page === 'mail' && r.uid) return [r.uid];
  return list.activeUid.value === null ? [] : [list.activeUid.value];
}

const isUnread = (r: Row): boolean => !r.flags.includes(SEEN);
const has = (uid: number, flag: string): boolean => list.rowOf(uid)?.flags.includes(flag) ?? reader.open.value?.message?.flags.includes(flag) ?? false;

export function opening(): string | null { return list.source.value?.folder ?? null; }

export async function flag(uids: readonly number[], add: string[], remove: string[], quiet = false): Promise<void> {
  const f = opening();
  if (!f || uids.length === 0) return;
  const before = list.patchFlags(new Set(uids), add, remove);
  const unreadBefore = before.filter(isUnread).length;
  let delta = 0;
  if (add.includes(SEEN)) delta = -unreadBefore;
  else if (remove.includes(SEEN)) delta = before.length - unreadBefore;
  adjust(f, { unread: delta });
  for (const uid of uids) {
    const flags = list.rowOf(uid)?.flags;
    if (flags) reader.patchCached({ folder: f, uid, uidvalidity: list.uidvalidity.value }, flags);
  }
  try {
    await list.duringChange(() => inBatches(uids, (some) => mail.setFlags(f, list.uidvalidity.value, some, add, remove)));
  } catch (error) {
    list.putBack(before);
    adjust(f, { unread: -delta });
    if (!quiet) toast(sentence(error), { kind: 'bad' });
  }
}

async function inBatches<T>(uids: readonly number[], run: (some: number[]) => Promise<T>): Promise<T[]> {
  const out: T[] = [];
  for (let i = 0; i < uids.length; i += 500) out.push(await run(uids.slice(i, i + 500)));
  return out;
}

export function toggleFlag(uids = targets()): void {
  const all = uids.length > 0 && uids.every((u) => has(u, FLAGGED));
  void flag(uids, all ? [] : [FLAGGED], all ? [FLAGGED] : []);
}
export function toggleRead(uids = targets()): void {
  const all = uids.length > 0 && uids.every((u) => has(u, SEEN));
  void flag(uids, all ? [] : [SEEN], all ? [SEEN] : []);
}
export function markRead(uids: number[]): void { void flag(uids, [SEEN], [], true); }

/** Opens the next message after those that go, or returns to the list where there is none or the list is the page. */
function advance(uids: ReadonlySet<number>): void {
  const r = route.value;
  const positions = [...uids].map((u) => list.positionOf(u)).filter((p) => p >= 0);
  if (positions.length === 0) {
    if (r.page === 'mail' && r.uid && uids.has(r.uid)) go({ ...r, uid: null }, { replace: true });
    return;
  }
  const last = Math.max(...positions);
  let next: number | null = null;
  for (let p = last + 1; p < Math.min(list.total.value, last + 100); p++) {
    const row = list.rowAt(p);
    if (!row) break;
    if (!uids.has(row.uid)) { next = row.uid; break; }
  }
  for (let p = Math.min(...positions) - 1; next === null && p >= 0; p--) {
    const row = list.rowAt(p);
    if (row && !uids.has(row.uid)) next = row.uid;
    if (!row) break;
  }
  if (list.activeUid.value !== null && uids.has(list.activeUid.value)) list.activeUid.value = next;
  if (r.page === 'mail' && r.uid && uids.has(r.uid)) go({ ...r, uid: wide.value ? next : null }, { replace: true });
}

async function leave(uids: number[], run: (f: string, validity: number) => Promise<{ to: string | null; validity: number; uids: number[] }>, said: (n: number, to: string | null) => string): Promise<void> {
  const f = opening();
  if (!f || uids.length === 0) return;
  const set = new Set(uids);
  const validity = list.uidvalidity.value;
  advance(set);
  const gone = list.takeOut(set);
  const unread = gone.filter((g) => isUnread(g.row)).length;
  adjust(f, { unread: -unread, total: -uids.length });
  try {
    const done = await list.duringChange(() => run(f, validity));
    if (done.to) adjust(done.to, { unread, total: uids.length });
    const back = done.uids.filter((u) => u > 0);
    const to = done.to;
    if (to && back.length === uids.length) {
      toast(said(uids.length, to), { action: { label: t('undo'), run: () => void undoMove(to, done.validity, back, f, unread) } });
    } else toast(said(uids.length, to));
  } catch (error) {
    adjust(f, { unread, total: uids.length });
    list.putIn(gone, uids.length - gone.length);
    toast(sentence(error), { kind: 'bad' });
  }
}

async function undoMove(from: string, validity: number, uids: number[], to: string, unread: number): Promise<void> {
  try {
    await list.duringChange(() => inBatches(uids, (some) => mail.moveMessages(from, validity, some, to)));
    adjust(from, { unread: -unread, total: -uids.length });
    adjust(to, { unread, total: uids.length });
    if (list.source.value?.folder === to || list.source.value?.folder === from) await list.reload();
    toast(t('undone'));
  } catch (error) {
    toast(sentence(error), { kind: 'bad' });
    void loadFolders();
  }
}

export async function moveTo(to: string, uids = targets()): Promise<void> {
  if (to === opening()) return;
  await leave(uids, async (f, validity) => {
    const parts = await inBatches(uids, (some) => mail.moveMessages(f, validity, some, to));
    return { to, validity: parts[0]?.uidvalidity ?? 0, uids: parts.flatMap((p) => p.uids) };
  }, (n, dest) => t('moved', { n, folder: folderName(folder(dest)) }));
}

export async function archive(uids = targets()): Promise<void> {
  const f = byRole('archive');
  if (!f) { toast(t('archive-none'), { kind: 'bad' }); return; }
  if (f.id === opening()) return;
  await leave(uids, async (from, validity) => {
    const parts = await inBatches(uids, (some) => mail.moveMessages(from, validity, some, f.id));
    return { to: f.id, validity: parts[0]?.uidvalidity ?? 0, uids: parts.flatMap((p) => p.uids) };
  }, (n) => t('archived', { n }));
}

export async function remove(uids = targets()): Promise<void> {
  if (uids.length === 0) return;
  const here = folder(opening());
  if (here?.role === 'trash') {
    const yes = await confirm({ title: t('delete-forever-title', { n: uids.length }), text: t('delete-forever-text'), action: t('delete-forever'), danger: true });
    if (!yes) return;
  }
  await leave(uids, async (f, validity) => {
    const parts = await inBatches(uids, (some) => mail.deleteMessages(f, validity, some));
    return { to: parts[0]?.moved_to ?? null, validity: parts[0]?.uidvalidity ?? 0, uids: parts.flatMap((p) => p.uids ?? []) };
  }, (n, to) => (to ? t('deleted', { n }) : t('deleted-forever', { n })));
}

export async function junk(uids = targets()): Promise<void> {
  const here = folder(opening());
  const to = here?.role === 'junk' ? byRole('inbox') : byRole('junk');
  if (!to) { toast(t('junk-none'), { kind: 'bad' }); return; }
  await moveTo(to.id, uids);
}

// ---- the cursor ----

export function refOf(uid: number): { folder: string; uid: number; uidvalidity: number } | null {
  const f = opening();
  return f && list.uidvalidity.value ? { folder: f, uid, uidvalidity: list.uidvalidity.value } : null;
}

export function openMessage(uid: number, replace = false): void {
  const s = list.source.value;
  if (!s) return;
  list.activeUid.value = uid;
  go({ page: 'mail', folder: s.folder, uid, search: s.query !== null }, { replace });
}

/** Moves the cursor; where a message is open, opens the neighbour. */
export async function step(by: number, extend = false): Promise<void> {
  const here = list.positionOf(list.activeUid.value);
  const from = here < 0 ? (by > 0 ? -1 : list.total.value) : here;
  const row = await list.ensure(Math.max(0, Math.min(list.total.value - 1, from + by)));
  if (!row) return;
  if (extend) { if (!list.selection.value.size && list.activeUid.value !== null) list.toggle(list.activeUid.value); await list.selectTo(row.uid); }
  list.activeUid.value = row.uid;
  const r = route.value;
  if (r.page === 'mail' && r.uid && !extend) openMessage(row.uid, true);
  const next = list.rowAt(list.positionOf(row.uid) + Math.sign(by));
  const ref = next ? refOf(next.uid) : null;
  if (ref && r.page === 'mail' && r.uid) reader.prefetch(ref);
}
