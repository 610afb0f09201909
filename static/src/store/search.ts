// What is searched. The words stay in memory and in POST bodies; they never enter an address.
import type { SearchFilters, SearchQuery } from '../api/types.ts';
import { batch, signal } from '../core/signals.ts';
import { go, route } from '../core/router.ts';
import * as list from './list.ts';
import { INBOX_ID } from './folders.ts';

export const searchText = signal('');
export const query = signal<SearchQuery | null>(null);
/** What was typed for the search that `query` holds. */
let submitted = '';
let place = '';

/** The field says what the list shows: another folder empties it, going back to the search fills it again. Text that
 *  was typed and not sent yet stays while messages of the same folder are opened. */
export function followPlace(folder: string, search: boolean): void {
  const now = `${folder} ${search}`;
  if (now === place) return;
  const first = place === '';
  place = now;
  if (!first) searchText.value = search ? submitted : '';
}

const FILTER_WORDS: Record<string, keyof SearchFilters> = {
  'is:unread': 'unread', 'is:flagged': 'flagged', 'is:starred': 'flagged', 'is:encrypted': 'encrypted', 'is:signed': 'signed', 'has:attachment': 'attachment',
};

/** "has:attachment invoice" -> the words and the filters. Other operators (from:, subject:) are the server's. */
export function parseSearch(text: string, scope: SearchQuery['scope'] = 'all'): SearchQuery {
  const filters: SearchFilters = {};
  const words = text.trim().split(/\s+/).filter((w) => {
    const f = FILTER_WORDS[w.toLowerCase()];
    if (f) filters[f] = true;
    return !f;
  });
  return { text: words.join(' '), scope, filters };
}

function run(q: SearchQuery): void {
  const folder = list.source.value?.folder ?? (route.value.page === 'mail' ? route.value.folder : null) ?? INBOX_ID;
  batch(() => { query.value = q; go({ page: 'mail', folder, uid: null, search: true }); });
}

export function startSearch(text: string): void {
  searchText.value = text;
  submitted = text;
  run(parseSearch(text, query.value?.scope ?? 'all'));
}
export function setScope(scope: SearchQuery['scope']): void { if (query.value) run({ ...query.value, scope }); }
export function setFilter(name: keyof SearchFilters, on: boolean): void {
  const q = query.value ?? { text: '', scope: 'all' as const, filters: {} };
  const filters = { ...q.filters };
  if (on) filters[name] = true; else delete filters[name];
  if (!q.text && Object.keys(filters).length === 0) { clearSearch(); return; }
  run({ ...q, filters });
}
export function clearSearch(): void {
  searchText.value = '';
  query.value = null;
  const r = route.value;
  if (r.page === 'mail' && r.search) go({ page: 'mail', folder: r.folder, uid: null, search: false });
}
