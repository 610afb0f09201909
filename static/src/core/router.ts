// Addresses of the app on the history API. Every message has one, so links, Back and reload work.
import { signal } from './signals.ts';

export type Route =
  /** all: a search in all folders; uid is the list's own number then, and addressHooks know what it stands for. */
  | { page: 'mail'; folder: string | null; uid: number | null; search: boolean; all?: boolean }
  /** id: of a contact, or 'new'; null: the list alone. */
  | { page: 'contacts'; id: string | null; edit?: boolean }
  /** One composer in a window of its own. */
  | { page: 'compose' }
  | { page: 'settings'; section: string };

export const addressHooks: { toPath: (uid: number) => { folder: string; uid: number } | null; fromPath: (folder: string, uid: number) => number | null } = { toPath: () => null, fromPath: () => null };
/** The folder in which a search in all folders began: it stays the open one. */
const searchedFrom = (): string | null => { const r = route.peek(); return r.page === 'mail' && r.all ? r.folder : null; };

const FOLDER = /^[A-Za-z0-9_-]+$/;
const CONTACT = /^(?:[0-9a-f]{16}|new)$/;
const NUMBER = /^[1-9]\d{0,9}$/;

export function parsePath(path: string): Route {
  const seg = path.split('/').filter(Boolean).map((s) => { try { return decodeURIComponent(s); } catch { return ''; } });
  if (seg[0] === 'compose') return { page: 'compose' };
  if (seg[0] === 'settings') return { page: 'settings', section: seg[1] ?? 'general' };
  if (seg[0] === 'contacts') {
    const id = seg[1] && CONTACT.test(seg[1]) ? seg[1] : null;
    return id && id !== 'new' && seg[2] === 'edit' ? { page: 'contacts', id, edit: true } : { page: 'contacts', id };
  }
  if (seg[0] === 'mail') {
    if (seg[1] === 'search') {
      const folder = seg[2] && FOLDER.test(seg[2]) ? seg[2] : null;
      const uid = folder && seg[3] && NUMBER.test(seg[3]) ? Number(seg[3]) : null;
      const key = folder && uid ? addressHooks.fromPath(folder, uid) : null;
      // Not of a search that is still here: the message itself is shown, in its folder.
      return key === null && uid ? { page: 'mail', folder, uid, search: false } : { page: 'mail', folder: searchedFrom(), uid: key, search: true, all: true };
    }
    const folder = seg[1] && FOLDER.test(seg[1]) ? seg[1] : null;
    const search = seg[2] === 'search';
    const last = search ? seg[3] : seg[2];
    const uid = last && NUMBER.test(last) ? Number(last) : null;
    return { page: 'mail', folder, uid, search };
  }
  return { page: 'mail', folder: null, uid: null, search: false };
}

export function pathOf(route: Route): string {
  if (route.page === 'settings') return `/settings/${route.section}`;
  if (route.page === 'compose') return '/compose/';
  if (route.page === 'contacts') return `/contacts/${route.id ? `${route.id}${route.edit ? '/edit' : ''}` : ''}`;
  if (route.all) { const at = route.uid ? addressHooks.toPath(route.uid) : null; return at ? `/mail/search/${at.folder}/${at.uid}` : '/mail/search'; }
  if (!route.folder) return '/mail/';
  return `/mail/${route.folder}${route.search ? '/search' : ''}${route.uid ? `/${route.uid}` : ''}`;
}

export const route = signal<Route>({ page: 'mail', folder: null, uid: null, search: false });
/** How many entries of ours lie below the current one: Back may be used inside the app when > 0. */
let depth = 0;

/** over: made for what lies over the page (a composer on a phone), so that Back takes that away and leads nowhere else. */
interface State { depth: number; at?: unknown; over?: boolean }
/** Reading a message of a list is still being at that place of it. */
function stateFor(next: Route): State {
  const now = route.value;
  const at = (history.state as State | null)?.at;
  const same = at !== undefined && next.page === 'mail' && now.page === 'mail' && next.folder === now.folder && next.search === now.search;
  return same ? { depth, at } : { depth };
}

export function startRouter(): void {
  const state = history.state as State | null;
  depth = state?.depth ?? 0;
  route.value = parsePath(location.pathname);
  history.replaceState({ ...state, depth } satisfies State, '');
  isOver = state?.over === true;
  addEventListener('popstate', (event) => arrive(event.state as State | null));
}

/** The entry of the history we are at was made for what lies, or lay, over the page. */
let isOver = false;
let uncover: (() => void) | null = null;

function arrive(state: State | null): void {
  const before = { depth, isOver };
  depth = state?.depth ?? 0;
  isOver = state?.over === true;
  const taken = uncover;
  if (taken) {
    uncover = null;
    isOver = false;
    history.replaceState(stateFor(route.value), '', pathOf(route.value));
    taken();
    return;
  }
  // What lay over the page was closed by other means: its entry is no step of its own.
  if (before.isOver && depth < before.depth && location.pathname === pathOf(route.value)) { history.back(); return; }
  route.value = parsePath(location.pathname);
}

/** Something lies over the whole page: the next Back calls `close`, once, and the page behind it stays. Answers how to
 *  say that it went by other means. */
export function coverPage(close: () => void): () => void {
  uncover = close;
  if (!isOver) {
    depth++;
    isOver = true;
    history.pushState({ ...stateFor(route.value), over: true } satisfies State, '', location.pathname);
  }
  return () => { if (uncover === close) uncover = null; };
}

export function go(next: Route, options: { replace?: boolean } = {}): void {
  const path = pathOf(next);
  if (path === location.pathname) { route.value = next; return; }
  // From one section of the settings to another is no step: Back leads to the mail.
  if (options.replace || (next.page === 'settings' && route.value.page === 'settings')) history.replaceState({ ...stateFor(next), ...(isOver ? { over: true } : {}) }, '', path);
  else { depth++; isOver = false; history.pushState(stateFor(next), '', path); }
  route.value = next;
}

/** Back inside the app; where there is nothing of ours behind, goes to the parent page instead. */
export function back(parent: Route): void {
  if (depth > 0) history.back();
  else go(parent, { replace: true });
}
