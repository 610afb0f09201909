// Messages whose time to be sent came while nobody was there to sign them: told once the list stands.
import { held } from '../api/compose.ts';
import type { Held } from '../api/types.ts';
import { signal } from '../core/signals.ts';

export const unsent = signal<readonly Held[]>([]);
/** The draft that shall leave as soon as its composer is open; forgotten when the person goes elsewhere. */
export const sendWhenOpen = signal<Held | null>(null);

/** One that may still be on its way in another window is looked at again when it no longer can. */
export async function lookForUnsent(): Promise<void> {
  const all = await held();
  unsent.value = all.filter((h) => h.left === 0);
  const next = Math.min(...all.filter((h) => h.left > 0).map((h) => h.left));
  if (Number.isFinite(next)) setTimeout(() => { lookForUnsent().catch(() => undefined); }, (next + 1) * 1000);
}
