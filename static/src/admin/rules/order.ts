// The order of rules: bands of one priority, 1 first; inside a band the more specific, then the newer goes first. Moving one
// renumbers as little as possible. Pure: every function answers a new list.
import { levelsOf } from './presets.ts';
import { RANK, isFault, readSelector } from './selectors.ts';
import type { Rule } from './types.ts';

export interface Band { priority: number; rules: Rule[] }
const MOST = 1_000_000_000;

/** How specific a rule can be: what it is sorted by inside a band. A message decides by the selectors that matched. */
export function specificity(r: Rule): number {
  const best = (list: readonly string[]): number => Math.max(0, ...list.map((s) => { const x = readSelector(s, [s.slice(8)]); return isFault(x) ? 0 : RANK[x.kind]; }));
  return (best(r.from) + best(r.to)) * 2 + (r.filter ? 1 : 0);
}
export function sorted(rules: readonly Rule[]): Rule[] {
  const rank = new Map<Rule, number>();
  const of = (r: Rule): number => { let n = rank.get(r); if (n === undefined) rank.set(r, n = specificity(r)); return n; };
  return [...rules].sort((a, b) => a.priority - b.priority || of(b) - of(a) || (b.created ?? 0) - (a.created ?? 0) || (a.id < b.id ? -1 : 1));
}
export function bands(rules: readonly Rule[]): Band[] {
  const out: Band[] = [];
  for (const r of sorted(rules)) {
    const last = out.at(-1);
    if (last?.priority === r.priority) last.rules.push(r); else out.push({ priority: r.priority, rules: [r] });
  }
  return out;
}
function renumber(rules: readonly Rule[], give: (r: Rule) => number): Rule[] {
  return rules.map((r) => { const p = Math.min(MOST, Math.max(1, give(r))); return p === r.priority ? r : { ...r, priority: p }; });
}

/** Joins the band of that number; nothing else moves. */
export function joinBand(rules: readonly Rule[], id: string, priority: number): Rule[] {
  return renumber(rules, (r) => (r.id === id ? Math.trunc(priority) : r.priority));
}
/** A band of its own before the at-th band of the others (their count: after the last one). */
export function placeBefore(rules: readonly Rule[], id: string, at: number): Rule[] {
  const others = bands(rules.filter((r) => r.id !== id));
  const before = at > 0 ? others[Math.min(at, others.length) - 1]!.priority : 0;
  const next = others[at]?.priority;
  if (next === undefined || next > before + 1) return joinBand(rules, id, before + 1);
  // No number is free between them: what comes later goes down, as far as it has to.
  const moved = new Map<number, number>();
  let free = before + 2;
  for (const b of others.slice(at)) { if (b.priority >= free) break; moved.set(b.priority, free++); }
  return renumber(rules, (r) => (r.id === id ? before + 1 : moved.get(r.priority) ?? r.priority));
}
export type Step = 'up' | 'down' | 'first' | 'last';
/** One step: out of a band that is shared, else past the next one. */
export function step(rules: readonly Rule[], id: string, way: Step): Rule[] {
  const all = bands(rules);
  const at = all.findIndex((b) => b.rules.some((r) => r.id === id));
  if (at < 0) return [...rules];
  const shared = all[at]!.rules.length > 1;
  const others = all.length - (shared ? 0 : 1);
  const to = way === 'first' ? 0 : way === 'last' ? others : way === 'up' ? Math.max(0, shared ? at : at - 1) : Math.min(others, at + 1);
  if (!shared && to === at) return [...rules];
  return placeBefore(rules, id, to);
}

function newest(rules: readonly Rule[]): number { return Math.max(0, ...rules.map((r) => r.created ?? 0)); }
/** A short id that no rule has. */
export function freeId(rules: readonly Rule[], wanted = 'R'): string {
  const taken = new Set(rules.map((r) => r.id));
  const stem = wanted.replace(/-\d+$/, '');
  if (wanted !== 'R' && !taken.has(wanted)) return wanted;
  for (let i = wanted === 'R' ? 1 : 2; ; i++) { const id = wanted === 'R' ? `R${i}` : `${stem}-${i}`; if (!taken.has(id)) return id; }
}
/** A new rule goes first of all: all others one down. With a priority it joins that band. */
export function addRule(rules: readonly Rule[], rule: Omit<Rule, 'priority'> & { priority?: number }): Rule[] {
  const created = newest(rules) + 1;
  if (rule.priority) return [...rules, { ...rule, priority: rule.priority, created }];
  return [...renumber(rules, (r) => r.priority + 1), { ...rule, priority: 1, created }];
}
/** A copy in the same band, switched off, so that nothing changes before it was looked at. */
export function duplicate(rules: readonly Rule[], id: string, name: (of: string) => string): { rules: Rule[]; id: string } | null {
  const of = rules.find((r) => r.id === id);
  if (!of) return null;
  const copy = structuredClone(of);
  copy.id = freeId(rules, `${of.id}-2`);
  copy.enabled = false;
  copy.name = name(of.name || of.id);
  return { rules: addRule(rules, copy), id: copy.id };
}
export function remove(rules: readonly Rule[], id: string): Rule[] { return rules.filter((r) => r.id !== id); }
export function replace(rules: readonly Rule[], id: string, rule: Rule): Rule[] { return rules.map((r) => (r.id === id ? rule : r)); }
export function enable(rules: readonly Rule[], id: string, on: boolean): Rule[] { return rules.map((r) => (r.id === id ? { ...r, enabled: on } : r)); }
/** A removed rule again where it was, beside what happened meanwhile. */
export function putBack(rules: readonly Rule[], rule: Rule): Rule[] { return rules.some((r) => r.id === rule.id) ? [...rules] : [...rules, rule]; }

/** It sets nothing: it is looked at and passed over. */
export function setsNothing(r: Rule): boolean { const l = levelsOf(r); return l.sign === 'inherit' && l.encrypt === 'inherit' && l.decrypt === 'inherit' && l.validate === 'inherit'; }
