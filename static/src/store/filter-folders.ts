// Filters name folders by path: what becomes of those when a folder is moved, renamed or deleted here.
import '../core/shared.ts';
import * as account from '../api/account.ts';
import type { Filters } from '../api/account.ts';
import { t } from '../core/i18n.ts';
import { go } from '../core/router.ts';
import { toast } from './toasts.ts';

/** Filters in force that put mail at the path or below it; null: a script that is not made of filters names it. */
export function filtersAt(all: Filters, path: string, delimiter: string): string[] | null {
  const there = (p: unknown): boolean => typeof p === 'string' && (p === path || (delimiter !== '' && p.startsWith(path + delimiter)));
  const raw = all.raw;
  if (all.mode !== 'visual') {
    const quoted = path.replace(/["\\]/g, '\\$&');
    return raw && raw.name === all.active && (raw.script.includes(`"${quoted}"`) || (delimiter !== '' && raw.script.includes(`"${quoted}${delimiter}`))) ? null : [];
  }
  return (all.rules ?? []).filter((r) => r.enabled && r.actions.some((a) => (a.type === 'move' || a.type === 'copy') && there(a.value))).map((r) => r.name);
}

/** Says so when filters still put mail where the folder was. The change of the folder is done: a server that cannot be asked
 *  about filters spoils nothing of it, and their own page says what is wrong there. */
export async function tellFilters(path: string, delimiter: string): Promise<void> {
  const all = await account.getFilters().catch(() => null);
  const names = all && filtersAt(all, path, delimiter);
  if (!all || (names && names.length === 0)) return;
  toast(names ? t('filters-old-folder', { n: names.length, folder: path, names: names.join(', ') }) : t('filters-old-script', { folder: path }),
    { action: { label: t('filters-look'), run: () => go({ page: 'settings', section: 'filters' }) } });
}
