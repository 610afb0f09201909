// What is searched. The words stay in memory and in POST bodies; they never enter an address.
import type { SearchFilters, SearchQuery } from '../api/types.ts';
import { batch, signal } from '../core/signals.ts';
import { addressHooks, go, route } from '../core/router.ts';
import { joined, piecesOf } from '../core/query.ts';
import * as found from './found.ts';
import * as list from './list.ts';
import { folderName, folders, INBOX_ID } from './folders.ts';

export const searchText = signal('');
export const query = signal<SearchQuery | null>(null);
/** Search all folders, or the one that is open. */
export const everywhere = signal(false);
/** Searches of this session, newest first; they are not kept anywhere. */
export const recent = signal<readonly string[]>([]);
const RECENT = 8;
/** What was typed for the search that `query` holds. */
let submitted = '';
let place = '';

addressHooks.toPath = (key) => found.refOfKey(key);
addressHooks.fromPath = (folder, uid) => found.keyAt(folder, uid);

/** The field says what the list shows: another folder empties it, going back to the search fills it again. Text that
 *  was typed and not sent yet stays while messages of the same folder are opened. */
export function followPlace(folder: string, search: boolean): void {
  const now = `${folder} ${search}`;
  if (now === place) return;
  const first = place === '';
  place = now;
  if (!search) found.leave();
  if (!first) searchText.value = search ? submitted : '';
}

/** The search whose results are on the screen. */
export const searching = (): SearchQuery | null => list.source.peek()?.query ?? null;

const here = (): string => list.source.value?.folder ?? (route.value.page === 'mail' ? route.value.folder : null) ?? INBOX_ID;

function run(q: SearchQuery): void {
  const folder = here();
  batch(() => { query.value = q; go({ page: 'mail', folder, uid: null, search: true, ...(q.everywhere ? { all: true } : {}) }); });
}

const namesFolder = (text: string): boolean => piecesOf(text).some((p) => p.field === 'in' && !p.without) || /\bin:/i.test(text);

export function parseSearch(text: string, scope: SearchQuery['scope'] = 'all', wide = everywhere.value): SearchQuery {
  const words = text.trim();
  // Who names a folder means that one, wherever he stands.
  return { text: words, scope, filters: {}, ...(wide || namesFolder(words) ? { everywhere: true } : {}) };
}

export function startSearch(text: string): void {
  const clean = text.trim();
  // From the address book or the settings no folder is in sight that could be meant.
  if (route.value.page !== 'mail') everywhere.value = true;
  searchText.value = clean;
  submitted = clean;
  recent.value = [clean, ...recent.value.filter((r) => r !== clean)].slice(0, RECENT);
  run(parseSearch(clean, query.value?.scope ?? 'all'));
}
export function setScope(scope: SearchQuery['scope']): void { if (query.value) run({ ...query.value, scope }); }
export function setEverywhere(on: boolean): void {
  everywhere.value = on;
  if (query.value && route.value.page === 'mail' && route.value.search) run(parseSearch(submitted, query.value.scope, on));
}

/** Filters are words of the search: they are seen in the field, and can be taken out there. */
const WORDS: Record<keyof SearchFilters, string> = { unread: 'is:unread', flagged: 'is:starred', attachment: 'has:attachment', encrypted: 'is:encrypted', signed: 'is:signed' };
export function hasFilter(name: keyof SearchFilters): boolean { return piecesOf(submitted).some((p) => p.text.toLowerCase() === WORDS[name]); }
export function setFilter(name: keyof SearchFilters, on: boolean): void {
  setWord(WORDS[name], on);
}
function setWord(word: string, on: boolean): void {
  const searching = route.value.page === 'mail' && route.value.search && query.value !== null;
  const text = searching ? submitted : '';
  const rest = piecesOf(text).filter((p) => p.text.toLowerCase() !== word);
  const next = joined(on ? [...rest, ...piecesOf(word)] : rest, '');
  if (next) startSearch(next); else clearSearch();
}
/** after: and the like, of which there is one: the new one takes the place of the old. */
export function setDays(word: string | null): void {
  const rest = piecesOf(submitted).filter((p) => p.field !== 'after' && p.field !== 'before' && p.field !== 'on');
  const next = joined(word ? [...rest, ...piecesOf(word)] : rest, '');
  if (next) startSearch(next); else clearSearch();
}
export function daysWord(): string { return piecesOf(submitted).find((p) => p.field === 'after' || p.field === 'before' || p.field === 'on')?.text ?? ''; }

/** What the search calls the folder it looks in: of words that name one (`in:`) that one's name, of several all of them.
 *  null: it names none, or every folder there is. "": it cannot be said in a word. */
export function searchedIn(text: string): string | null {
  const named = piecesOf(text).filter((p) => p.field === 'in' && !p.without).map((p) => p.value);
  if (named.length === 0 && namesFolder(text)) return '';
  if (named.length === 0 || named.some((v) => /^any(?:where)?$|^all$/i.test(v))) return null;
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  const one = (v: string): string => {
    const f = folders.value.find((x) => !x.shared && x.role !== null && same(x.role, v)) ?? folders.value.find((x) => same(x.path, v)) ?? folders.value.find((x) => same(x.name, v));
    return f ? folderName(f) : v;
  };
  return [...new Set(named.map(one))].join(', ');
}
/** The same words in all folders. */
export function dropFolders(): void {
  everywhere.value = true;
  const rest = joined(piecesOf(submitted).filter((p) => p.field !== 'in' || p.without), '');
  if (rest) startSearch(rest); else clearSearch();
}

/** The encrypted messages that a search could look at by their headers only. */
export function listHeaderOnly(): void {
  const named = piecesOf(submitted).filter((p) => p.field === 'in');
  startSearch(joined([...named, ...piecesOf('is:encrypted')], ''));
}

/** A link to a search: its words stand behind "#q=", which no browser sends to a server, and go from the address. */
export function startLinked(): boolean {
  const words = new URLSearchParams(location.hash.slice(1)).get('q')?.slice(0, 400).trim();
  if (!words) return false;
  const r = route.value;
  history.replaceState(history.state, '', location.pathname);
  if (r.page === 'mail' && r.all) everywhere.value = true;
  startSearch(words);
  return true;
}

export function clearSearch(): void {
  submitted = '';
  found.leave();
  const r = route.value;
  batch(() => {
    searchText.value = '';
    query.value = null;
    if (r.page === 'mail' && r.search) go({ page: 'mail', folder: r.folder, uid: null, search: false });
  });
}
export function forgetSearch(): void {
  batch(() => { searchText.value = ''; query.value = null; recent.value = []; });
  submitted = '';
  found.forget();
}
