// Which drafts wait for certificates, as far as it is known; store/waiting.ts asks and tells.
import type { Waiting } from '../api/types.ts';
import { signal } from '../core/signals.ts';

export const waiting = signal<readonly Waiting[]>([]);

/** Of a draft in a list: it waits, what it waited for has arrived, or nothing of the kind. */
export function waitingMark(folder: string | undefined, uid: number): 'waits' | 'ready' | null {
  const w = waiting.value.find((x) => x.draft.folder === folder && x.draft.uid === uid);
  return w ? (w.ready ? 'ready' : 'waits') : null;
}
