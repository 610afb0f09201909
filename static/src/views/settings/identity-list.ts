// Identities by what they are, not by their place, which another tab may change. Pure.
import type { Identity } from '../../api/types.ts';

/** The address, and which of those with it. */
export function keyOf(list: readonly Identity[], at: number): string {
  const { address } = list[at]!;
  return `${address}#${list.slice(0, at).filter((i) => i.address === address).length}`;
}
export const placeOf = (list: readonly Identity[], key: string): number => list.findIndex((_, at) => keyOf(list, at) === key);

/** null: it is there no more. */
export function edited(list: readonly Identity[], key: string, patch: Partial<Identity>): Identity[] | null {
  const at = placeOf(list, key);
  if (at < 0) return null;
  return list.map((i, n) => (patch.default ? { ...i, default: n === at } : n === at ? { ...i, ...patch } : i));
}
export function without(list: readonly Identity[], key: string): Identity[] {
  const at = placeOf(list, key);
  const rest = list.filter((_, n) => n !== at);
  if (rest.length && !rest.some((i) => i.default)) rest[0] = { ...rest[0]!, default: true };
  return rest;
}
