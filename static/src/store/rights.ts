// What may be done in a folder of others: the letters of RFC 4314 as the mail server tells them. Without letters
// nothing is forbidden here; the server has the last word anyway.
import type { Folder } from '../api/types.ts';

/** s: seen, w: other flags and labels, i: put messages in, t and e: take them out for good, k: folders inside, x: the folder itself. */
export type Right = 's' | 'w' | 'i' | 't' | 'e' | 'k' | 'x';

export function may(f: Folder | undefined, ...rights: Right[]): boolean {
  const has = f?.rights;
  if (has === null || has === undefined) return true;
  // c and d are RFC 2086: some servers still say only these.
  return rights.every((r) => has.includes(r) || (r === 'k' && has.includes('c')) || ('tex'.includes(r) && has.includes('d')));
}
/** Messages can leave it. */
export function mayTake(f: Folder | undefined): boolean { return may(f, 't', 'e'); }
