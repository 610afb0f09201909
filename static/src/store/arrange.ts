// How lists are arranged: conversations, order, snippets, density. The settings remember it; what a mail server cannot
// do is not asked of it again.
import { sentence } from '../api/client.ts';
import type { Arrangement, ListSort, Settings } from '../api/types.ts';
import { t } from '../core/i18n.ts';
import { signal } from '../core/signals.ts';
import { folder } from './folders.ts';
import { changeSettings, settings } from './session.ts';
import { toast } from './toasts.ts';

const refused = signal<ReadonlySet<string>>(new Set());
const word = (a: Arrangement): string => `${a.threads} ${a.sort} ${a.order}`;

/** undefined: by arrival, every message a row. Drafts and junk are never conversations. */
export function arrangementFor(folderId: string): Arrangement | undefined {
  const { threads, sort, order } = settings.value.list;
  const role = folder(folderId)?.role;
  const wanted: Arrangement = { threads: threads && role !== 'drafts' && role !== 'junk', sort, order };
  if (!wanted.threads && wanted.sort === 'arrival' && wanted.order === 'desc') return undefined;
  return refused.value.has(word(wanted)) ? undefined : wanted;
}
/** The server says it cannot: the plain list takes its place. */
export function refuse(a: Arrangement): void {
  refused.value = new Set([...refused.value, word(a)]);
  toast(t('sort-refused'), { kind: 'bad' });
}

export async function changeList(list: Partial<Settings['list']>): Promise<void> {
  refused.value = new Set();
  try { await changeSettings({ list }); } catch (error) { toast(sentence(error), { kind: 'bad' }); }
}
/** Text begins with A; times and sizes with the newest and largest. */
export function sortBy(sort: ListSort): Promise<void> {
  const text = sort === 'from' || sort === 'to' || sort === 'subject';
  return changeList({ sort, order: text ? 'asc' : 'desc' });
}

const PAGED = 'waxseal-paged';
function stored(): boolean { try { return localStorage.getItem(PAGED) === '1'; } catch { return false; } }
/** Pages instead of one long list; a wish of this device. */
export const paged = signal(stored());
export function setPaged(on: boolean): void {
  paged.value = on;
  try { if (on) localStorage.setItem(PAGED, '1'); else localStorage.removeItem(PAGED); } catch { /* The wish lasts as long as the page then. */ }
}
