// The folder tree and its counters.
import * as mail from '../api/mail.ts';
import type { Folder, Role } from '../api/types.ts';
import { computed, signal } from '../core/signals.ts';
import { hasText, t } from '../core/i18n.ts';
import { route } from '../core/router.ts';

export const folders = signal<Folder[]>([]);
export const foldersError = signal<unknown>(null);
export const INBOX_ID = 'SU5CT1g'; // base64url of "INBOX", the only name IMAP fixes

const byId = computed(() => new Map(folders.value.map((f) => [f.id, f])));
export function folder(id: string | null): Folder | undefined { return id ? byId.value.get(id) : undefined; }
/** Whose mailbox a folder is in; null: one's own, or nobody says. Where the server does not tell, the path often does ("shared/bob@demo.test/Plans"). */
export function ownerOf(f: Folder | undefined): string | null {
  if (!f?.shared) return null;
  return f.owner ?? (f.delimiter ? f.path.split(f.delimiter).find((part) => /^[^@\s]+@[^@\s]+\.[^@\s.]+$/.test(part)) ?? null : null);
}
export function byRole(role: Role): Folder | undefined { return folders.value.find((f) => f.role === role && !f.shared); }

const ROLE_ORDER: Role[] = ['inbox', 'flagged', 'drafts', 'sent', 'archive', 'junk', 'trash', 'all'];

/** Folders with a role are called what the person's language calls them; all others by their own name. */
export function folderName(f: Folder | undefined): string {
  if (!f) return '';
  if (f.role && !f.shared && hasText(`folder-${f.role}`)) return t(`folder-${f.role}`);
  return f.name;
}

export interface Node { folder: Folder; depth: number; children: Node[] }

/** Tree in display order: roles first, then by name; mailboxes of others apart, by owner. */
export function buildTree(list: readonly Folder[]): { own: Node[]; shared: Node[] } {
  const all = list.map((f): Node => ({ folder: f, depth: 0, children: [] }));
  // Two names that no server should have may be shown alike: both are there.
  const nodes = new Map<string, Node>(all.map((n) => [n.folder.path, n]));
  const parentOf = (f: Folder): Node | undefined => {
    // The nearest ancestor the server told of; a level between may be hidden from us.
    for (let path = f.path, at = f.delimiter ? path.lastIndexOf(f.delimiter) : -1; at > 0; at = path.lastIndexOf(f.delimiter)) {
      path = path.slice(0, at);
      const node = nodes.get(path);
      if (node) return node;
    }
    return undefined;
  };
  const roots: Node[] = [];
  for (const node of all) {
    const parent = parentOf(node.folder);
    // Children of INBOX are shown beside it, as some servers put every folder there.
    if (parent && parent.folder.role !== 'inbox') parent.children.push(node);
    else roots.push(node);
  }
  const rank = (n: Node): number => {
    const i = ROLE_ORDER.indexOf(n.folder.role);
    return i < 0 ? ROLE_ORDER.length : i;
  };
  const order = (a: Node, b: Node): number => rank(a) - rank(b) || a.folder.name.localeCompare(b.folder.name);
  const settle = (some: Node[], depth: number): Node[] => {
    some.sort(order);
    for (const n of some) { n.depth = depth; settle(n.children, depth + 1); }
    return some;
  };
  // A level that can neither be opened nor leads anywhere is left out.
  const prune = (some: Node[]): Node[] => some.filter((n) => { n.children = prune(n.children); return n.folder.selectable || n.children.length > 0; });
  const foreign = (n: Node): boolean => n.folder.shared || (!n.folder.selectable && n.children.length > 0 && n.children.every(foreign));
  const own: Node[] = [];
  const shared: Node[] = [];
  for (const n of prune(roots)) {
    if (!foreign(n)) own.push(n);
    else if (!n.folder.shared) shared.push(...n.children); // the namespace itself says nothing
    else shared.push(n);
  }
  return { own: settle(own, 0), shared: settle(shared, 0) };
}

/** What is always in the tree: the folders the program needs. */
export function staysShown(f: Folder): boolean { return f.role !== null && !f.shared; }
/** Of one's own folders, or of those of others, the server keeps none as shown: then all are (it has no subscriptions, or nobody ever made one). */
export function allShown(list: readonly Folder[], shared: boolean): boolean { return !list.some((f) => f.shared === shared && f.subscribed); }
/** Folders without those the person has hidden. A hidden one stays while it is open, and while one inside it is shown. */
export function shownFolders(list: readonly Folder[], openId: string | null): readonly Folder[] {
  const all = { own: allShown(list, false), shared: allShown(list, true) };
  const kept = list.filter((f) => f.subscribed || staysShown(f) || f.id === openId || (f.shared ? all.shared : all.own));
  const paths = new Set<string>();
  for (const f of kept)
    for (let at = f.delimiter ? f.path.indexOf(f.delimiter) : -1; at >= 0; at = f.path.indexOf(f.delimiter, at + 1)) paths.add(f.path.slice(0, at));
  const ids = new Set(kept.map((f) => f.id));
  return list.filter((f) => ids.has(f.id) || paths.has(f.path));
}
const openFolder = computed(() => (route.value.page === 'mail' ? route.value.folder : null));
export const tree = computed(() => buildTree(shownFolders(folders.value, openFolder.value)));

export async function loadFolders(): Promise<void> {
  try {
    folders.value = await mail.getFolders();
    foldersError.value = null;
  } catch (error) {
    foldersError.value = error;
  }
}

/** Counts at once what an action of ours changes; the next refresh brings the server's numbers. */
export function adjust(id: string, change: { unread?: number; total?: number }): void {
  folders.value = folders.value.map((f) => f.id !== id ? f : {
    ...f, unread: Math.max(0, f.unread + (change.unread ?? 0)), total: Math.max(0, f.total + (change.total ?? 0)),
  });
}
export function setCounts(id: string, total: number, unread: number): void {
  const f = folder(id);
  if (f && (f.total !== total || f.unread !== unread)) folders.value = folders.value.map((x) => (x.id === id ? { ...x, total, unread } : x));
}
