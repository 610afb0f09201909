// What a person does to whole folders.
import { sentence } from '../api/client.ts';
import * as mail from '../api/mail.ts';
import type { Folder } from '../api/types.ts';
import { t } from '../core/i18n.ts';
import { go, route } from '../core/router.ts';
import { reflag, SEEN } from './actions.ts';
import { adjust, allShown, folderName, folders, INBOX_ID, loadFolders } from './folders.ts';
import * as list from './list.ts';
import { toast } from './toasts.ts';
import { confirm } from './ui.ts';
import { offer } from './undo.ts';

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
export function hide(f: Folder): Promise<void> {
  return attempt(async () => {
    await setShown(f, false);
    leave(f);
    offer(t('folder-hidden', { folder: folderName(f) }), () => setShown(f, true));
  });
}

export async function remove(f: Folder): Promise<void> {
  const yes = await confirm({
    title: t('folder-delete-title', { folder: folderName(f) }), text: f.total ? t('folder-delete-text', { n: f.total }) : t('folder-delete-text-empty'),
    action: t('folder-delete'), danger: true,
  });
  if (!yes) return;
  await attempt(async () => {
    await mail.deleteFolder(f.id, f.total > 0);
    leave(f);
    toast(t('folder-delete-done', { folder: folderName(f) }));
  });
}

/** To another path; throws what the server says, for the dialog to show. */
export async function rename(f: Folder, path: string): Promise<void> {
  const id = await mail.renameFolder(f.id, path);
  await loadFolders();
  if (isOpen(f)) go({ page: 'mail', folder: id, uid: null, search: false });
}
