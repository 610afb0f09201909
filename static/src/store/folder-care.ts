// What a person does to whole folders.
import { ApiError, sentence } from '../api/client.ts';
import * as mail from '../api/mail.ts';
import type { Folder } from '../api/types.ts';
import { t } from '../core/i18n.ts';
import { go, route } from '../core/router.ts';
import { reflag, SEEN } from './actions.ts';
import { adjust, allShown, folder, folderName, folders, foldersError, INBOX_ID, loadFolders, ownerOf } from './folders.ts';
import * as list from './list.ts';
import { may } from './rights.ts';
import { toast } from './toasts.ts';
import { confirm } from './ui.ts';
import { dropUndo, Gone, offer } from './undo.ts';

const isOpen = (f: Folder): boolean => route.value.page === 'mail' && (route.value.folder ?? INBOX_ID) === f.id;
const leave = (f: Folder): void => { if (isOpen(f)) go({ page: 'mail', folder: INBOX_ID, uid: null, search: false }); };

/** What the server needs to know which messages were there when the person decided. */
async function seenUpTo(f: Folder): Promise<{ uidvalidity: number; below: number }> {
  const page = await mail.getList(f.id, 0, 1);
  return { uidvalidity: page.uidvalidity, below: page.uidnext };
}
async function attempt(run: () => Promise<void>): Promise<void> {
  try { await run(); } catch (error) { toast(sentence(error), { kind: 'bad' }); }
  await loadFolders();
}
const refreshed = async (f: Folder): Promise<void> => { if (isOpen(f)) await list.reload(); };

export function markAllRead(f: Folder): Promise<void> {
  return attempt(async () => {
    const { uidvalidity, below } = await seenUpTo(f);
    const done = await mail.setFlags(f.id, uidvalidity, { all: { search: { text: '', scope: 'headers', filters: { unread: true } }, below } }, [SEEN], []);
    const n = done.count ?? 0;
    adjust(f.id, { unread: -n });
    await refreshed(f);
    if (n) offer(t('folder-read-done', { n, folder: folderName(f) }), () => reflag(f.id, uidvalidity, String(done.uids ?? ''), [], [SEEN]));
  });
}

export async function empty(f: Folder): Promise<void> {
  const yes = await confirm({ title: t('folder-empty-title', { folder: folderName(f) }), text: t('folder-empty-text', { n: f.total }), action: t('folder-empty'), danger: true });
  if (!yes) return;
  await attempt(async () => {
    const { uidvalidity, below } = await seenUpTo(f);
    const done = await mail.emptyFolder(f.id, uidvalidity, below);
    await refreshed(f);
    toast(t('folder-empty-done', { n: done.count }));
  });
}

/** In the tree or out of it; nothing happens to the folder or what is in it. Where all were shown because none was kept so, the others are from now on. */
export async function setShown(f: Folder, shown: boolean): Promise<void> {
  if (!shown && allShown(folders.value, f.shared))
    for (const other of folders.value.filter((x) => x.shared === f.shared && x.selectable && x.id !== f.id)) await mail.subscribe(other.id, true);
  await mail.subscribe(f.id, shown);
  await loadFolders();
}
/** The folder as it was when a change was offered to be taken back. An id is a path: by now another folder may have it. */
async function still(f: Folder): Promise<Folder> {
  await loadFolders();
  if (foldersError.value) throw foldersError.value;
  const now = folder(f.id);
  if (!now || now.uidvalidity !== f.uidvalidity || now.selectable !== f.selectable) throw new Gone();
  return now;
}
export function hide(f: Folder): Promise<void> {
  return attempt(async () => {
    await setShown(f, false);
    leave(f);
    offer(t('folder-hidden', { folder: folderName(f) }), async () => { await setShown(await still(f), true); }, f.path);
  });
}

/** Filters go on putting mail where the folder was: the person is told. */
async function askFilters(f: Folder): Promise<void> { await (await import('./filter-folders.ts')).tellFilters(f.path, f.delimiter); }

export async function remove(f: Folder): Promise<void> {
  const yes = await confirm({
    title: t('folder-delete-title', { folder: folderName(f) }), text: f.total ? t('folder-delete-text', { n: f.total }) : t('folder-delete-text-empty'),
    action: t('folder-delete'), danger: true,
  });
  if (!yes) return;
  await attempt(async () => {
    await mail.deleteFolder(f.id, f.total > 0);
    dropUndo(f.path, f.delimiter);
    void askFilters(f);
    leave(f);
    toast(t('folder-delete-done', { folder: folderName(f) }));
  });
}

/** Where nobody keeps folders: what lies there goes when Trash is emptied, or is looked for by other rules. */
const NO_PLACE = ['inbox', 'trash', 'junk', 'drafts', 'sent'];
/** Folders that this one can be put into; null is the top. Not into itself, nor where it is. */
export function placesFor(f: Folder): (Folder | null)[] {
  const above = parentPath(f);
  const inside = f.path + f.delimiter;
  const rubbish = folders.value.filter((r) => (r.role === 'trash' || r.role === 'junk') && r.delimiter !== '').map((r) => r.path + r.delimiter);
  const fits = (p: Folder): boolean => p.delimiter !== '' && p.delimiter === f.delimiter && !(p.role && NO_PLACE.includes(p.role)) && p.shared === f.shared && ownerOf(p) === ownerOf(f) && may(p, 'k')
    && p.id !== f.id && p.path !== above && !p.path.startsWith(inside) && !rubbish.some((r) => p.path.startsWith(r));
  return [...(above !== '' && !f.shared ? [null] : []), ...folders.value.filter(fits)];
}
/** The path of the folder around it; "" at the top. */
export function parentPath(f: Folder): string { return f.delimiter ? f.path.slice(0, Math.max(0, f.path.lastIndexOf(f.delimiter))) : ''; }

/** The paths around it, from above. */
function pathsAbove(f: Folder): string[] {
  const parts = parentPath(f).split(f.delimiter);
  return parts[0] === '' ? [] : parts.map((_, n) => parts.slice(0, n + 1).join(f.delimiter));
}
/** What was only a name goes with some servers when the last folder under it leaves, and is made anew. A folder that is
 *  gone was deleted by somebody. */
async function remake(f: Folder, names: readonly string[]): Promise<void> {
  for (const path of pathsAbove(f)) {
    if (folders.value.some((x) => x.path === path)) continue;
    if (!names.includes(path)) throw new Gone();
    await mail.makeFolder(path);
  }
}

/** Into another folder, or to the top, with all that is in it. */
export async function moveFolder(f: Folder, to: Folder | null): Promise<void> {
  const names = pathsAbove(f).filter((path) => !folders.value.some((x) => x.path === path && x.selectable));
  try {
    const id = await rename(f, to ? to.path + to.delimiter + f.name : f.name);
    const now = folder(id);
    const said = to ? t('folder-moved', { folder: folderName(f), to: folderName(to) }) : t('folder-moved-top', { folder: folderName(f) });
    const back = async (): Promise<void> => {
      const there = await still(now!);
      await remake(f, names);
      await rename(there, f.path);
    };
    if (now) offer(said, back, now.path);
    else toast(said);
  } catch (error) { toast(pathProblem(error, to ? to.path + to.delimiter + f.name : f.name), { kind: 'bad' }); }
}

/** What is wrong with a path, in the person's words. */
export function pathProblem(error: unknown, path: string): string {
  if (!(error instanceof ApiError) || error.field !== 'path') return sentence(error);
  if (error.code !== 'conflict') return t('folder-bad-name');
  const all = folders.value;
  const delimiter = all.find((f) => f.delimiter)?.delimiter ?? '';
  const parent = delimiter ? path.slice(0, Math.max(0, path.lastIndexOf(delimiter))) : '';
  return parent && !all.some((f) => f.path === parent) ? t('folder-no-parent', { folder: parent }) : t('folder-taken');
}

/** To another path; throws what the server says, for the dialog to show. Answers the folder's new id. The page follows
 *  where it shows this folder or one inside it. */
export async function rename(f: Folder, path: string): Promise<string> {
  const open = route.value.page === 'mail' ? folder(route.value.folder ?? INBOX_ID) : undefined;
  const inside = open && f.delimiter !== '' && open.path.startsWith(f.path + f.delimiter) ? open.path.slice(f.path.length) : null;
  const id = await mail.renameFolder(f.id, path);
  dropUndo(f.path, f.delimiter);
  void askFilters(f);
  await loadFolders();
  const follow = (to: string): void => go({ page: 'mail', folder: to, uid: null, search: false });
  if (isOpen(f)) follow(id);
  else if (inside !== null && isOpen(open!)) follow(folders.value.find((x) => x.path === path + inside)?.id ?? id);
  return id;
}
