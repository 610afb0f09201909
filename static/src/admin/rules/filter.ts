// A filter as a tree that is edited: parts by their path (places in the list of parts). Pure.
import type { Filter, FilterField, FilterOp, FilterTest } from './types.ts';

export type Path = readonly number[];
export type Group = 'all' | 'any' | 'not';
export const MOST_DEPTH = 8;
export const MOST_TESTS = 100;

export function groupOf(f: Filter): Group | null { return 'all' in f ? 'all' : 'any' in f ? 'any' : 'not' in f ? 'not' : null; }
export function partsOf(f: Filter): Filter[] { return 'all' in f ? f.all : 'any' in f ? f.any : 'not' in f ? [f.not] : []; }
export function isTest(f: Filter): f is FilterTest { return 'field' in f; }
function made(group: Group, parts: Filter[]): Filter { return group === 'all' ? { all: parts } : group === 'any' ? { any: parts } : { not: parts[0] ?? newTest() }; }
export function newTest(): FilterTest { return { field: 'subject', op: 'contains', value: '' }; }

export function at(f: Filter, path: Path): Filter | undefined { return path.reduce<Filter | undefined>((x, i) => (x ? partsOf(x)[i] : undefined), f); }
/** with null: that part is taken away; a group that is left empty goes along, and null is no filter at all. */
export function put(f: Filter, path: Path, next: Filter | null): Filter | null {
  if (path.length === 0) return next;
  const group = groupOf(f);
  if (!group) return f;
  const [i, ...rest] = path as [number, ...number[]];
  const part = partsOf(f)[i];
  if (!part) return f;
  const changed = put(part, rest, next);
  const parts = changed ? partsOf(f).toSpliced(i, 1, changed) : partsOf(f).toSpliced(i, 1);
  return parts.length === 0 ? null : made(group, parts);
}
/** One more part in a group; a single test becomes a group of two first. */
export function add(f: Filter | null, path: Path, part: Filter): Filter {
  if (!f) return part;
  const here = at(f, path);
  if (!here) return f;
  const group = groupOf(here);
  return put(f, path, group && group !== 'not' ? made(group, [...partsOf(here), part]) : { all: [here, part] })!;
}
export function asGroup(f: Filter, path: Path, group: Group): Filter {
  const here = at(f, path);
  if (!here) return f;
  const now = groupOf(here);
  if (now === group) return f;
  // "not" has one part: what was several becomes one in it.
  const parts = now && now !== 'not' ? (group === 'not' ? [here] : partsOf(here)) : now === 'not' ? partsOf(here) : [here];
  return put(f, path, made(group, parts))!;
}
/** What "not" negates takes its place. */
export function unwrap(f: Filter, path: Path): Filter {
  const here = at(f, path);
  const parts = here ? partsOf(here) : [];
  return parts.length === 1 ? put(f, path, parts[0]!)! : f;
}
export function depth(f: Filter): number { return isTest(f) ? 0 : 1 + Math.max(0, ...partsOf(f).map(depth)); }
export function tests(f: Filter): FilterTest[] { return isTest(f) ? [f] : partsOf(f).flatMap(tests); }

export const FIELD_NAMES = ['subject', 'from', 'to', 'size', 'has_attachment', 'header'] as const;
export type FieldKind = (typeof FIELD_NAMES)[number];
export function kindOf(field: FilterField): FieldKind { return field.startsWith('header:') ? 'header' : (field as FieldKind); }
export function opsOf(kind: FieldKind): FilterOp[] {
  switch (kind) {
    case 'size': return ['gt', 'lt', 'equals'];
    case 'has_attachment': return ['equals'];
    case 'from': case 'to': return ['equals', 'contains', 'in_dataset'];
    default: return ['contains', 'equals', 'contains_word_of'];
  }
}
export function withField(t: FilterTest, kind: FieldKind): FilterTest {
  if (kindOf(t.field) === kind) return t;
  const field: FilterField = kind === 'header' ? 'header:X-Confidential' : kind;
  const op = opsOf(kind).includes(t.op) ? t.op : opsOf(kind)[0]!;
  const value = kind === 'size' ? (typeof t.value === 'number' ? t.value : 1_000_000) : kind === 'has_attachment' ? true : typeof t.value === 'string' ? t.value : '';
  return { field, op, value };
}
export function withOp(t: FilterTest, op: FilterOp, datasets: readonly string[]): FilterTest {
  const names = op === 'in_dataset' || op === 'contains_word_of';
  const named = t.op === 'in_dataset' || t.op === 'contains_word_of';
  return { ...t, op, value: names === named ? t.value : names ? datasets[0] ?? '' : kindOf(t.field) === 'size' ? 0 : '' };
}
/** What cannot be kept; null: it can. */
export function faultOf(t: FilterTest, datasets: readonly string[]): 'value' | 'dataset' | 'header' | 'number' | null {
  if (t.field.startsWith('header:') && !/^[!-9;-~]{1,100}$/.test(t.field.slice(7))) return 'header';
  if (t.op === 'in_dataset' || t.op === 'contains_word_of') return datasets.includes(String(t.value)) ? null : 'dataset';
  if (kindOf(t.field) === 'size') return Number.isSafeInteger(t.value) && Number(t.value) >= 0 ? null : 'number';
  return t.op === 'contains' && t.value === '' ? 'value' : null;
}
