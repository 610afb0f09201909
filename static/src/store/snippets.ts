// First words of messages, asked for when their rows rest on the screen. In memory only; encrypted mail has none.
import * as mail from '../api/mail.ts';
import type { Row } from '../api/types.ts';
import { signal, untracked } from '../core/signals.ts';
import * as list from './list.ts';

const MOST = 1500;
const AT_ONCE = 50;
const REST_MS = 15_000;
const texts = new Map<number, string>();
export const snippetVersion = signal(0);
let abort: AbortController | null = null;
let restUntil = 0;
const asked = new Set<number>();

const sealed = (r: Row): boolean => r.security === 'encrypted';
export function snippetOf(row: Row): string | undefined { return sealed(row) ? undefined : texts.get(row.uid); }

/** By folder: a search may have found them in several. */
async function ask(numbers: readonly number[], stop: AbortSignal): Promise<Map<number, string>> {
  const places = new Map<string, { folder: string; uidvalidity: number; of: Map<number, number> }>();
  for (const n of numbers) {
    const ref = list.refOf(n);
    if (!ref) continue;
    const name = `${ref.folder} ${ref.uidvalidity}`;
    const p = places.get(name) ?? { folder: ref.folder, uidvalidity: ref.uidvalidity, of: new Map() };
    p.of.set(ref.uid, n);
    places.set(name, p);
  }
  const out = new Map<number, string>();
  for (const p of places.values()) {
    const found = await mail.getSnippets(p.folder, p.uidvalidity, [...p.of.keys()], stop);
    for (const [uid, n] of p.of) out.set(n, found[String(uid)] ?? '');
  }
  return out;
}

export function wantSnippets(rows: readonly Row[]): void {
  const s = untracked(() => list.source.value);
  const validity = untracked(() => list.uidvalidity.value);
  const uids = rows.filter((r) => !sealed(r) && !texts.has(r.uid) && !asked.has(r.uid)).map((r) => r.uid).slice(0, AT_ONCE);
  if (!s || !validity || uids.length === 0 || Date.now() < restUntil) return;
  abort ??= new AbortController();
  const mine = abort;
  for (const u of uids) asked.add(u);
  ask(uids, mine.signal).then((found) => {
    if (mine !== abort) return;
    for (const u of uids) { asked.delete(u); texts.set(u, found.get(u) ?? ''); }
    for (const u of texts.keys()) { if (texts.size <= MOST) break; texts.delete(u); }
    snippetVersion.value++;
  }, () => {
    if (mine !== abort) return;
    // A list reads well without them: the next ones are asked for a little later.
    for (const u of uids) asked.delete(u);
    restUntil = Date.now() + REST_MS;
  });
}
list.forgetHooks.push(() => { abort?.abort(); abort = null; texts.clear(); asked.clear(); });
