// How folded messages of a conversation begin. Asked of the server, which never looks into encrypted mail.
import { getSnippets } from '../../api/mail.ts';
import type { MessageRef } from '../../api/types.ts';
import { signal } from '../../core/signals.ts';

const MOST = 500;
const texts = signal<ReadonlyMap<string, string>>(new Map());
const asked = new Set<string>();
const keyOf = (m: MessageRef): string => `${m.folder}/${m.uidvalidity}/${m.uid}`;

/** '' where the server had nothing to say; null while nobody knows. */
export function snippetOf(m: MessageRef): string | null { return texts.value.get(keyOf(m)) ?? null; }

export function wantSnippets(refs: readonly MessageRef[]): void {
  const missing = refs.filter((r) => !asked.has(keyOf(r)));
  const places = new Map<string, MessageRef[]>();
  for (const r of missing) { const at = `${r.folder}/${r.uidvalidity}`; places.set(at, [...(places.get(at) ?? []), r]); asked.add(keyOf(r)); }
  for (const some of places.values()) {
    for (let i = 0; i < some.length; i += 50) void fetchSome(some.slice(i, i + 50));
  }
}

async function fetchSome(some: readonly MessageRef[]): Promise<void> {
  const { folder, uidvalidity } = some[0]!;
  try {
    const found = await getSnippets(folder, uidvalidity, some.map((r) => r.uid));
    const next = new Map(texts.value);
    for (const r of some) next.set(keyOf(r), found[r.uid] ?? '');
    while (next.size > MOST) next.delete(next.keys().next().value!);
    texts.value = next;
  } catch { /* A line without its beginning says who and when all the same. */ }
}
