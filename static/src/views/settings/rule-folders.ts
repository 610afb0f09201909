// Folders of a filter as the sidebar names and orders them; what is kept is the server's path.
import type { Folder } from '../../api/types.ts';
import { buildTree, folderName, ownerOf } from '../../store/folders.ts';
import type { Node } from '../../store/folders.ts';

export interface FolderChoice { value: string; title: string }

/** "Work › Plans"; those of others after one's own, with whose they are. Two that read alike say their path. */
export function folderChoices(list: readonly Folder[]): FolderChoice[] {
  const out: FolderChoice[] = [];
  const walk = (some: readonly Node[], before: string): void => {
    for (const n of some) {
      const title = before + folderName(n.folder);
      if (n.folder.selectable) out.push({ value: n.folder.path, title });
      walk(n.children, `${title} › `);
    }
  };
  const { own, shared } = buildTree(list);
  walk(own, '');
  for (const n of shared) {
    const owner = ownerOf(n.folder);
    walk([n], owner && !folderName(n.folder).includes(owner) ? `${owner} › ` : '');
  }
  const often = new Map<string, number>();
  for (const c of out) often.set(c.title, (often.get(c.title) ?? 0) + 1);
  return out.map((c) => (often.get(c.title) === 1 || c.title === c.value ? c : { ...c, title: `${c.title} (${c.value})` }));
}

/** What the sidebar calls the folder of a path; the path where there is none. */
export function folderTitle(path: string, list: readonly Folder[]): string { return folderChoices(list).find((c) => c.value === path)?.title ?? path; }
