// What a person does to messages that a search found in several folders: the same as in one, folder by folder.
import '../core/shared.ts';
import { sentence } from '../api/client.ts';
import * as mail from '../api/mail.ts';
import type { Done, MessageRef, Row, Which } from '../api/types.ts';
import { countOf, pieces, setOf, uidsOf } from '../core/sets.ts';
import { t } from '../core/i18n.ts';
import { gathered, narrowed } from './actions.ts';
import { adjust, loadFolders } from './folders.ts';
import * as list from './list.ts';
import * as reader from './reader.ts';
import * as chosen from './selection.ts';
import { toast } from './toasts.ts';
import { offer } from './undo.ts';

interface Group { folder: string; uidvalidity: number; uids: number[]; keys: number[] }

/** null, and said: of one of them nobody knows where it lies. Then nothing is done, rather than a part of it. */
export function groupsOf(keys: Iterable<number>): Group[] | null {
  const out = new Map<string, Group>();
  for (const key of keys) {
    const ref = list.refOf(key);
    if (!ref) { toast(t('err-conflict'), { kind: 'bad' }); return null; }
    const name = `${ref.folder} ${ref.uidvalidity}`;
    const g = out.get(name) ?? { folder: ref.folder, uidvalidity: ref.uidvalidity, uids: [], keys: [] };
    g.uids.push(ref.uid);
    g.keys.push(key);
    out.set(name, g);
  }
  return [...out.values()];
}
const parts = (uids: readonly number[]): Which[] => (uids.length <= 100 ? [{ uids }] : pieces(setOf(uids)).map((some) => ({ uids: some })));

async function eachPart<T>(groups: readonly Group[], run: (g: Group, w: Which) => Promise<T>): Promise<{ group: Group; done: T[] }[]> {
  const out: { group: Group; done: T[] }[] = [];
  for (const group of groups) {
    const done: T[] = [];
    for (const w of parts(group.uids)) done.push(await run(group, w));
    out.push({ group, done });
  }
  return out;
}

const unread = (r: Row): number => (r.flags.includes('\\Seen') ? 0 : 1);
function counted(rows: readonly Row[], by: (r: Row) => { unread?: number; total?: number }): void {
  for (const r of rows) { const ref = list.refOf(r.uid); if (ref) adjust(ref.folder, by(r)); }
}

export async function flag(keys: readonly number[], add: string[], remove: string[], o: { quiet?: boolean; said: (n: number) => string }): Promise<void> {
  const wants = (r: Row | undefined): boolean => !r || add.some((x) => !r.flags.includes(x)) || remove.some((x) => r.flags.includes(x));
  const changed = keys.filter((k) => wants(chosen.chosenRow(k)));
  if (changed.length === 0) return;
  const groups = groupsOf(changed);
  if (!groups) return;
  const mark = list.mark();
  const before = list.patchFlags(new Set(changed), add, remove);
  const delta = (r: Row): number => unread(list.rowOf(r.uid) ?? r) - unread(r);
  counted(before, (r) => ({ unread: delta(r) }));
  for (const r of before) {
    const ref = list.refOf(r.uid);
    const flags = list.rowOf(r.uid)?.flags;
    if (ref && flags) reader.patchCached(ref, flags);
  }
  // Of a message whose row was never here only the server knows whether it was so before; Undo leaves those alone.
  const seen = (g: Group): boolean => g.keys.every((k) => chosen.chosenRow(k));
  try {
    const done: { group: Group; set: string }[] = [];
    await list.duringChange(async () => {
      for (const group of groups) {
        const some = seen(group);
        const answers: Partial<Done>[] = [];
        for (const w of some ? parts(group.uids) : narrowed({ uids: group.uids }, add, remove)) answers.push(await mail.setFlags(group.folder, group.uidvalidity, w, add, remove));
        done.push({ group, set: some ? setOf(group.uids) : gathered(answers) });
      }
    });
    if (o.quiet) return;
    const n = done.reduce((sum, d) => sum + countOf(d.set), 0);
    if (n === 0) return;
    offer(changed.length > 1 ? o.said(n) : null, async () => {
      for (const d of done) {
        await list.duringChange(async () => { for (const some of pieces(d.set)) await mail.setFlags(d.group.folder, d.group.uidvalidity, { uids: some }, remove, add); });
        const back = new Set(uidsOf(d.set));
        list.patchFlags(new Set(d.group.keys.filter((_, i) => back.has(d.group.uids[i]!))), remove, add);
      }
      void loadFolders();
    });
  } catch (error) {
    counted(before, (r) => ({ unread: -delta(r) }));
    list.putBack(before, mark);
    // Of several folders some may have been changed.
    if (groups.length > 1) await list.reload();
    if (!o.quiet) toast(sentence(error), { kind: 'bad' });
  }
}

export type Leaving = (folder: string, uidvalidity: number, w: Which) => Promise<{ to: string | null } & Partial<Done>>;

/** taken: the rows are off the screen already; back() puts them there again. */
export async function leave(keys: readonly number[], run: Leaving, said: (n: number, to: string | null) => string, back: () => void): Promise<void> {
  const groups = groupsOf(keys);
  if (!groups) { back(); return; }
  try {
    const all = await list.duringChange(() => eachPart(groups, (g, w) => run(g.folder, g.uidvalidity, w)));
    const to = all[0]?.done[0]?.to ?? null;
    void loadFolders();
    const moved = all.flatMap(({ group, done }) => done.map((d) => ({ from: group.folder, to: d.to, uidvalidity: d.uidvalidity ?? 0, uids: typeof d.uids === 'string' ? d.uids : setOf(d.uids ?? []) })));
    // What was moved where it lay already has not moved.
    if (to && moved.every((m) => m.to && m.uids)) {
      offer(said(keys.length, to), async () => {
        for (const m of moved) for (const some of pieces(m.uids)) await list.duringChange(() => mail.moveMessages(m.to!, m.uidvalidity, { uids: some }, m.from));
        void loadFolders();
        await list.reload();
      });
    } else toast(said(keys.length, to));
  } catch (error) {
    back();
    toast(sentence(error), { kind: 'bad' });
    void loadFolders();
    await list.reload();
  }
}

export async function copy(keys: readonly number[], to: string, name: string): Promise<void> {
  const groups = groupsOf(keys);
  if (!groups) return;
  try {
    await list.duringChange(() => eachPart(groups, (g, w) => mail.copyMessages(g.folder, g.uidvalidity, w, to)));
    toast(t('copied', { n: keys.length, folder: name }));
  } catch (error) { toast(sentence(error), { kind: 'bad' }); }
  void loadFolders();
}
export type { MessageRef };
