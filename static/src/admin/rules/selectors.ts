// Selectors of a rule's sides: what they mean, how specific they are, what is wrong with one. The server judges again.
export type Kind = 'any' | 'external' | 'managed' | 'wildcard' | 'domain' | 'dataset' | 'address';
export interface Selector { kind: Kind; rank: number; text: string }
/** The class that specificity counts with. */
export const RANK: Record<Kind, number> = { any: 0, external: 1, wildcard: 2, managed: 3, domain: 3, dataset: 4, address: 5 };
export type Fault = 'empty' | 'blank' | 'at' | 'wildcard' | 'word' | 'domain' | 'dataset' | 'long';

const LABEL = /^[\p{L}\p{N}_](?:[\p{L}\p{N}_-]{0,61}[\p{L}\p{N}_])?$/u;
function isDomain(s: string): boolean { return s.length > 0 && s.length <= 253 && s.split('.').every((l) => LABEL.test(l)); }

/** What was typed, in the form it is kept in. */
export function tidy(text: string): string {
  const s = text.trim();
  return s.startsWith('dataset:') ? s : s.toLowerCase();
}

export function readSelector(text: string, datasets: readonly string[] = []): Selector | Fault {
  const s = tidy(text);
  const is = (kind: Kind): Selector => ({ kind, rank: RANK[kind], text: s });
  if (s === '') return 'empty';
  if (new TextEncoder().encode(s).length > 320) return 'long';
  if (s === '*') return is('any');
  if (s === '@managed') return is('managed');
  if (s === '@external') return is('external');
  if (s.startsWith('dataset:')) return datasets.includes(s.slice(8)) ? is('dataset') : 'dataset';
  if (/\s/u.test(s)) return 'blank';
  if (s.startsWith('*.')) return isDomain(s.slice(2)) ? is('wildcard') : 'wildcard';
  if (s.includes('*')) return 'wildcard';
  if (s.startsWith('@')) return 'word';
  const at = s.lastIndexOf('@');
  if (at > 0) return isDomain(s.slice(at + 1)) && !s.slice(0, at).includes('@') ? is('address') : 'at';
  return isDomain(s) ? is('domain') : 'domain';
}
export function isFault(s: Selector | Fault): s is Fault { return typeof s === 'string'; }

/** A side with one selector more. Where nothing but "anyone" stood, as in a new rule, a narrower one takes its place. */
export function withSelector(side: readonly string[], text: string): string[] {
  const s = tidy(text);
  if (side.includes(s)) return [...side];
  return side.length === 1 && side[0] === '*' ? [s] : [...side, s];
}

/** Several at once, as they are pasted: blanks, commas, semicolons and lines part them. */
export function splitSelectors(text: string): string[] {
  const t = text.trim();
  return t.startsWith('dataset:') ? [t] : t.split(/[\s,;]+/u).filter(Boolean);
}
