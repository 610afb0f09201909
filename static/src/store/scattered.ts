// What a person does to messages that a search found in several folders: the same as in one, folder by folder.
import '../core/shared.ts';
import { sentence } from '../api/client.ts';
import * as mail from '../api/mail.ts';
import type { Done, MessageRef, Row, Which } from '../api/types.ts';
import { pieces, setOf } from '../core/sets.ts';
import { t } from '../core/i18n.ts';
import { adjust, loadFolders } from './folders.ts';
import * as list from './list.ts';
import * as reader from './reader.ts';
import * as chosen from './selection.ts';
import { toast } from './toasts.ts';
import { offer } from './undo.ts';

interface Group { folder: string; uidvalidity: number; uids: number[]; keys: number[] }

export function groupsOf(keys: Iterable<number>): Group[] {
  const out = new Map<string, Group>();
  for (const key of keys) {
    const ref = list.refOf(key);
    if (!ref) continue;
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
  const before = list.patchFlags(new Set(changed), add, remove);
  const delta = (r: Row): number => unread(list.rowOf(r.uid) ?? r) - unread(r);
  counted(before, (r) => ({ unread: delta(r) }));
  for (const r of before) {
    const ref = list.refOf(r.uid);
    const flags = list.rowOf(r.uid)?.flags;
    if (ref && flags) reader.patchCached(ref, flags);
  }
  const groups = groupsOf(changed);
  const set = (a: string[], b: string[]): Promise<unknown> => list.duringChange(() => eachPart(groups, (g, w) => mail.setFlags(g.folder, g.uidvalidity, w, a, b)));
  try {
    await set(add, remove);
    if (o.quiet) return;
    offer(changed.length > 1 ? o.said(changed.length) : null, async () => {
      await set(remove, add);
      list.patchFlags(new Set(changed), remove, add);
      void loadFolders();
    });
  } catch (error) {
    counted(before, (r) => ({ unread: -delta(r) }));
    list.putBack(before);
    if (!o.quiet) toast(sentence(error), { kind: 'bad' });
  }
}

export type Leaving = (folder: string, uidvalidity: number, w: Which) => Promise<{ to: string | null } & Partial<Done>>;

/** taken: the rows are off the screen already; back() puts them there again. */
export async function leave(keys: readonly number[], run: Leaving, said: (n: number, to: string | null) => string, back: () => void): Promise<void> {
  const groups = groupsOf(keys);
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
  try {
    await list.duringChange(() => eachPart(groupsOf(keys), (g, w) => mail.copyMessages(g.folder, g.uidvalidity, w, to)));
    toast(t('copied', { n: keys.length, folder: name }));
  } catch (error) { toast(sentence(error), { kind: 'bad' }); }
  void loadFolders();
}
export type { MessageRef };
