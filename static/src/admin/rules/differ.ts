// What differs: of two documents (for Publish and for conflicts), of two decisions (live beside draft). Pure.
import { FIELDS } from './types.ts';
import type { Decision, Rule, RuleDocument } from './types.ts';

/** Members of objects in one order, so that what is written differently but says the same is the same. */
export function canonical(v: unknown): string {
  return JSON.stringify(v, (_, x: unknown) => (x && typeof x === 'object' && !Array.isArray(x) ? Object.fromEntries(Object.entries(x).filter(([, y]) => y !== null && y !== undefined).sort(([a], [b]) => (a < b ? -1 : 1))) : x)) ?? 'null';
}
export const same = (a: unknown, b: unknown): boolean => a === b || canonical(a ?? null) === canonical(b ?? null);

export interface Change { field: string; before: unknown; after: unknown }
const PARTS = ['datasets', 'defaults', 'triggers'] as const;
const emptied = (v: unknown): unknown => (v && typeof v === 'object' && Object.keys(v).length === 0 ? null : v ?? null);

export function changesOf(before: RuleDocument, after: RuleDocument): Change[] {
  const was = new Map(before.rules.map((r) => [r.id, r]));
  const is = new Map(after.rules.map((r) => [r.id, r]));
  const out: Change[] = [];
  for (const [id, r] of was) if (!same(r, is.get(id))) out.push({ field: `rules.${id}`, before: r, after: is.get(id) ?? null });
  for (const [id, r] of is) if (!was.has(id)) out.push({ field: `rules.${id}`, before: null, after: r });
  for (const p of PARTS) if (!same(emptied(before[p]), emptied(after[p]))) out.push({ field: p, before: before[p] ?? null, after: after[p] ?? null });
  return out;
}
/** One thing of a document made what it is elsewhere; null takes it away. */
export function applied(doc: RuleDocument, c: Change, value: unknown): RuleDocument {
  if (!c.field.startsWith('rules.')) return { ...doc, [c.field]: value ?? undefined };
  const id = c.field.slice(6);
  const rest = doc.rules.filter((r) => r.id !== id);
  const where = doc.rules.findIndex((r) => r.id === id);
  return { ...doc, rules: value === null ? rest : where < 0 ? [...rest, value as Rule] : doc.rules.with(where, value as Rule) };
}
/** What both changed and not alike; what only one changed stands by itself. */
export interface Merge { contested: { field: string; before: unknown; theirs: unknown; mine: unknown }[]; theirs: Change[]; mine: Change[] }
export function merge(base: RuleDocument, theirs: RuleDocument, mine: RuleDocument): Merge {
  const t = changesOf(base, theirs);
  const m = changesOf(base, mine);
  const contested = m.flatMap((x) => { const y = t.find((z) => z.field === x.field); return y && !same(y.after, x.after) ? [{ field: x.field, before: x.before, theirs: y.after, mine: x.after }] : []; });
  const both = new Set(contested.map((c) => c.field));
  return { contested, theirs: t.filter((x) => !both.has(x.field)), mine: m.filter((x) => !both.has(x.field)) };
}
/** Theirs, with what only I changed, and what was contested and shall be mine. */
export function merged(theirs: RuleDocument, m: Merge, keepMine: ReadonlySet<string>): RuleDocument {
  let doc = theirs;
  for (const c of m.mine) doc = applied(doc, c, c.after);
  for (const c of m.contested) if (keepMine.has(c.field)) doc = applied(doc, { field: c.field, before: c.before, after: c.mine }, c.mine);
  return doc;
}

/** Which members of a rule differ, for a table of what will change. */
export function membersOf(before: unknown, after: unknown): Change[] {
  const [b, a] = [(before ?? {}) as Record<string, unknown>, (after ?? {}) as Record<string, unknown>];
  return [...new Set([...Object.keys(b), ...Object.keys(a)])].filter((k) => k !== 'id' && k !== 'created' && !same(b[k], a[k])).map((field) => ({ field, before: b[field] ?? null, after: a[field] ?? null }));
}

/** Paths of a decision that differ between live and draft: "outcome", "0.rule", "0.effective.sign", "0.actions.sign", "0.trace.R1". */
export function differences(address: string, live: Decision, draft: Decision): Set<string> {
  const out = new Set<string>();
  const [a, b] = [live.recipients[address], draft.recipients[address]];
  if (!a || !b) return out.add('outcome');
  if (a.outcome !== b.outcome || a.status !== b.status || a.held !== b.held) out.add('outcome');
  if (a.stored !== b.stored) out.add('stored');
  for (let i = 0; i < Math.max(a.passes.length, b.passes.length); i++) {
    const [p, q] = [a.passes[i], b.passes[i]];
    if (!p || !q || p.org !== q.org || p.pass !== q.pass) { out.add(`${i}.pass`); continue; }
    if (p.rule !== q.rule || p.note !== q.note) out.add(`${i}.rule`);
    for (const f of FIELDS) {
      if (p.effective?.[f] !== q.effective?.[f] || p.from_rule?.[f] !== q.from_rule?.[f]) out.add(`${i}.effective.${f}`);
      if (!same(p.actions?.[f], q.actions?.[f])) out.add(`${i}.actions.${f}`);
    }
    for (const id of new Set([...Object.keys(p.trace ?? {}), ...Object.keys(q.trace ?? {})])) if (p.trace?.[id] !== q.trace?.[id]) out.add(`${i}.trace.${id}`);
  }
  return out;
}
