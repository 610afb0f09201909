// Addresses of the page: /o/<organisation>/<place>/<more…>, and /system/<more…>, which is of no organisation. No address of a
// mailbox and no word of a search is ever part of one: what is open besides stands in the history's own state.
import { signal } from '../core/signals.ts';
import { chooseOrganisation, organisationId } from './state.ts';

export interface Route { place: string; rest: string[] }
const ID = /^[a-z0-9_-]{1,64}$/;
const WORD = /^[A-Za-z0-9._~-]{1,128}$/;

export function parsePath(path: string): Route & { organisation: string } {
  const seg = path.split('/').filter((s) => WORD.test(s));
  let organisation = '';
  if (seg[0] === 'o' && seg[1] && ID.test(seg[1])) { organisation = seg[1]; seg.splice(0, 2); }
  // /settings of no organisation is what is one's own.
  const place = seg[0] === 'settings' && !organisation ? 'account' : seg[0] ?? 'overview';
  return { organisation, place, rest: seg.slice(1) };
}
export function pathOf(r: Route, organisation: string): string {
  if (r.place === 'account') return '/settings';
  const tail = [r.place, ...r.rest].join('/');
  if (r.place === 'system') return `/${tail}`;
  return organisation ? `/o/${organisation}/${tail}` : '/';
}

export const route = signal<Route>({ place: 'overview', rest: [] });
/** Asked before a place is left; false: the person stays (something is not saved). */
let guard: (() => Promise<boolean>) | null = null;
export function guardPlace(ask: () => Promise<boolean>): () => void { guard = ask; return () => { if (guard === ask) guard = null; }; }

function take(): void {
  const { organisation, place, rest } = parsePath(location.pathname);
  if (organisation !== organisationId.value || organisationId.value === '') chooseOrganisation(organisation || organisationId.value);
  route.value = { place, rest };
}

let here = '';
export function startRouter(): void {
  take();
  history.replaceState(history.state, '', pathOf(route.value, organisationId.value || parsePath(location.pathname).organisation));
  here = location.pathname;
  addEventListener('popstate', () => {
    const there = location.pathname;
    if (!guard || there === here) { here = there; take(); return; }
    // Back to where one was while one is asked; then there.
    history.pushState(null, '', here);
    void guard().then((may) => { if (may) { guard = null; goPath(there); } });
  });
}
function goPath(path: string, state: unknown = null, replace = false): void {
  if (replace || path === location.pathname) history.replaceState(state, '', path);
  else history.pushState(state, '', path);
  here = path;
  take();
}

/** To a place. keep: it is told the place by the history's state (`placeState()`), which a reload keeps and no server sees. */
export async function go(place: string, rest: string[] = [], o: { replace?: boolean; keep?: unknown } = {}): Promise<void> {
  if (guard && place !== route.value.place && !(await guard())) return;
  if (place !== route.value.place) guard = null;
  goPath(pathOf({ place, rest }, organisationId.value), o.keep ?? null, o.replace);
}
export async function goOrganisation(id: string): Promise<void> {
  if (id === organisationId.value || (guard && !(await guard()))) return;
  guard = null;
  const place = ['system', 'account'].includes(route.value.place) ? 'overview' : route.value.place;
  goPath(pathOf({ place, rest: [] }, id));
}
export function placeState<T>(): T | null { return history.state as T | null; }
export function keepState(state: unknown): void { history.replaceState(state, ''); }
/** Beside what is kept already. */
export function keepAlso(part: object): void { keepState({ ...(history.state as object | null), ...part }); }

/** Something is opened beside a list, or (null) closed: Back closes it, too. */
export function openBeside(state: object | null): void {
  const now = history.state as { beside?: boolean } | null;
  if (state) { const next = { ...now, ...state, beside: true }; if (now?.beside) history.replaceState(next, ''); else history.pushState(next, ''); } else if (now?.beside) { history.back(); return; }
  route.value = { ...route.value };
}

/** For an <a href>: the address, and a click that stays in the page. */
export function hrefOf(place: string, rest: string[] = []): string { return pathOf({ place, rest }, organisationId.value); }
export function follow(place: string, rest: string[] = [], keep?: unknown): (e: MouseEvent) => void {
  return (e) => {
    if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
    e.preventDefault();
    void go(place, rest, { keep });
  };
}
