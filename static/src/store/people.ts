// The list of the address book by position: pages near the window are asked for, far ones are forgotten. Words and group
// narrow it on the server, so that a book of 20,000 is as quick as one of 20.
import * as api from '../api/contacts.ts';
import type { Group } from '../api/contacts.ts';
import type { Contact } from '../api/types.ts';
import { batch, signal } from '../core/signals.ts';
import { signOutHooks } from './session.ts';

export const PAGE = 50;
/** Rows carry certificates: what is far from the window is not kept. */
const KEPT_PAGES = 12;

export const text = signal('');
export const group = signal<string | null>(null);
export const groups = signal<readonly Group[]>([]);
/** null: not known yet. */
export const total = signal<number | null>(null);
export const failure = signal<unknown>(null);
export const version = signal(0);
/** An answer is on its way for what is shown now. */
export const busy = signal(false);
/** Chosen for merging, a group, writing or removing: by id, as they were when they were chosen. */
export const chosen = signal<ReadonlyMap<string, Contact>>(new Map());

let pages = new Map<number, readonly Contact[]>();
const asked = new Set<number>();
/** Counts what is asked for: an answer to an older question is not shown. */
let turn = 0;
let near = { from: 0, to: PAGE };

export function rowAt(position: number): Contact | undefined { return pages.get(Math.floor(position / PAGE))?.[position % PAGE]; }
export function positionOf(id: string | null): number {
  if (id === null) return -1;
  for (const [n, rows] of pages) { const at = rows.findIndex((c) => c.id === id); if (at >= 0) return n * PAGE + at; }
  return -1;
}

const numbers = (from: number, to: number): number[] => { const out: number[] = []; for (let n = Math.floor(from / PAGE); n * PAGE < Math.max(to, 1); n++) out.push(n); return out; };
const ask = (n: number): Promise<api.PeoplePage> => api.getPeople({ offset: n * PAGE, limit: PAGE, text: text.peek().trim(), group: group.peek() });

/** Rows near these positions are wanted. */
export function want(from: number, to: number): void {
  near = { from, to };
  const end = total.peek();
  // After a failure nothing is asked for by itself: the list says so, with a button.
  if (end === null || busy.peek() || failure.peek() !== null) return;
  for (const n of numbers(from, Math.min(to, end))) if (!pages.has(n) && !asked.has(n)) void load(n);
}

async function load(n: number): Promise<void> {
  const mine = turn;
  asked.add(n);
  try {
    const page = await ask(n);
    if (mine !== turn) return;
    pages.set(n, page.contacts);
    const here = near.from / PAGE;
    for (const far of [...pages.keys()].sort((a, b) => Math.abs(b - here) - Math.abs(a - here)).slice(0, Math.max(0, pages.size - KEPT_PAGES))) pages.delete(far);
    // Somebody came or went meanwhile: the places of all others are not what they were.
    if (page.total !== total.peek()) void refresh();
    else batch(() => { failure.value = null; version.value++; });
  } catch (error) { if (mine === turn) failure.value = error; } finally { if (mine === turn) asked.delete(n); }
}

/** Asks for what is on the screen anew; it stays until the answer is here. */
export async function refresh(): Promise<void> {
  const mine = ++turn;
  asked.clear();
  busy.value = true;
  const known = total.peek();
  try {
    let got = await Promise.all(numbers(near.from, Math.min(near.to, known ?? PAGE)).map(async (n) => [n, await ask(n)] as const));
    // Fewer by now than where the window stands.
    if (got.every(([, p]) => p.contacts.length === 0) && (got[0]?.[1].total ?? 0) > 0) got = [[0, await ask(0)]];
    if (mine !== turn) return;
    pages = new Map(got.map(([n, p]) => [n, p.contacts]));
    batch(() => { total.value = got[0]?.[1].total ?? 0; failure.value = null; busy.value = false; version.value++; });
  } catch (error) { if (mine === turn) batch(() => { failure.value = error; busy.value = false; }); }
}

/** Other words or another group: from the top. */
export function narrow(words: string, in_: string | null): Promise<void> {
  near = { from: 0, to: PAGE };
  batch(() => { text.value = words; group.value = in_; });
  return refresh();
}

export async function loadGroups(): Promise<void> {
  const list = await api.getGroups();
  groups.value = list.toSorted((a, b) => a.name.localeCompare(b.name));
  if (group.peek() !== null && !list.some((g) => g.id === group.peek())) await narrow(text.peek(), null);
}

/** The newest state of somebody who may be in the list. */
export function replace(c: Contact): void {
  const at = positionOf(c.id);
  if (at < 0) return;
  const n = Math.floor(at / PAGE);
  pages.set(n, pages.get(n)!.map((x) => (x.id === c.id ? c : x)));
  version.value++;
}

export function toggle(c: Contact): void {
  const next = new Map(chosen.peek());
  if (!next.delete(c.id)) next.set(c.id, c);
  chosen.value = next;
}
export function clearChosen(): void { chosen.value = new Map(); }

signOutHooks.push(async () => {
  turn++;
  pages = new Map();
  asked.clear();
  batch(() => { text.value = ''; group.value = null; groups.value = []; total.value = null; failure.value = null; busy.value = false; chosen.value = new Map(); version.value++; });
});
