// Rules with an id while the page runs: the server knows them by their place only, which another change may move. Pure.
import type { Rule } from '../../api/account.ts';

export interface Kept { id: number; rule: Rule }
/** Stands for the rule that is being made. */
export const NEW = 0;

let serial = 0;
export const kept = (rule: Rule): Kept => ({ id: ++serial, rule });

/** What the server answered to a list that was sent: rule by rule the same. */
export function answered(rules: readonly Rule[], sent: readonly Kept[]): Kept[] {
  return rules.length === sent.length ? rules.map((rule, i) => ({ id: sent[i]!.id, rule })) : matched(rules, sent);
}

/** What was read anew, beside what was shown: the same rules first, then those whose name is left once on both sides. */
export function matched(rules: readonly Rule[], before: readonly Kept[]): Kept[] {
  const left = [...before];
  const ids = new Map<number, number>();
  const take = (at: number, find: (k: Kept) => boolean): void => {
    const i = left.findIndex(find);
    if (i >= 0) ids.set(at, left.splice(i, 1)[0]!.id);
  };
  rules.forEach((r, at) => { const word = JSON.stringify(r); take(at, (k) => JSON.stringify(k.rule) === word); });
  rules.forEach((r, at) => {
    if (ids.has(at) || r.name === '' || rules.filter((x, i) => !ids.has(i) && x.name === r.name).length > 1) return;
    if (left.filter((k) => k.rule.name === r.name).length === 1) take(at, (k) => k.rule.name === r.name);
  });
  return rules.map((rule, at) => ({ id: ids.get(at) ?? ++serial, rule }));
}

/** A removed rule again where it stood, in the list as it is now. */
export function putBack(list: readonly Kept[], k: Kept, at: number): Kept[] {
  return list.some((x) => x.id === k.id) ? [...list] : list.toSpliced(Math.min(at, list.length), 0, k);
}
