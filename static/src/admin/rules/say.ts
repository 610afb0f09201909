// Rules in sentences: who writes to whom, when, and what is done.
import { foreign } from '../../core/foreign.ts';
import { count, fileSize } from '../../core/format.ts';
import { t } from '../../core/i18n.ts';
import { groupOf, kindOf, partsOf, isTest } from './filter.ts';
import { inboundOf, levelsOf, outboundOf } from './presets.ts';
import { isFault, readSelector } from './selectors.ts';
import { FIELDS } from './types.ts';
import type { FieldName, Filter, FilterTest, Level, Rule } from './types.ts';

export const ruleName = (r: Pick<Rule, 'id' | 'name'>): string => foreign(r.name, 120) || foreign(r.id, 120);

export function selectorWords(text: string): string {
  const s = readSelector(text, text.startsWith('dataset:') ? [text.slice(8)] : []);
  if (isFault(s)) return foreign(text, 120);
  switch (s.kind) {
    case 'any': return t('adm-sel-any');
    case 'managed': return t('adm-sel-managed');
    case 'external': return t('adm-sel-external');
    case 'wildcard': return t('adm-sel-wildcard', { domain: foreign(text.slice(2), 120) });
    case 'dataset': return t('adm-sel-dataset', { name: foreign(text.slice(8), 80) });
    default: return foreign(text, 120);
  }
}
export function sideWords(list: readonly string[], most = 3): string {
  if (list.length === 0) return t('adm-sel-nobody');
  const shown = list.slice(0, most).map(selectorWords).join(', ');
  return list.length > most ? t('adm-sel-more', { list: shown, n: count(list.length - most) }) : shown;
}
export const levelWords = (f: FieldName, l: Level): string => t(`adm-level-${f.replaceAll('_', '-')}-${l.replaceAll('_', '-')}`);
export const fieldWords = (f: FieldName): string => t(`adm-field-${f.replaceAll('_', '-')}`);

/** What a rule does, in the words of the presets where they say all of it. */
export function effectWords(r: Rule): string[] {
  const l = levelsOf(r);
  const out = outboundOf(l);
  const inb = inboundOf(l);
  const words: string[] = [];
  if (out && out !== 'not_defined') words.push(t('adm-effect-out', { what: t(`adm-preset-out-${out.replaceAll('_', '-')}`) }));
  else if (!out) for (const f of ['sign', 'encrypt'] as const) if (l[f] !== 'inherit') words.push(levelWords(f, l[f]));
  if (inb && inb !== 'not_defined') words.push(t('adm-effect-in', { what: t(`adm-preset-in-${inb.replaceAll('_', '-')}`) }));
  for (const f of FIELDS.slice(3)) if (l[f] !== 'inherit') words.push(levelWords(f, l[f]));
  return words;
}

function testWords(x: FilterTest): string {
  const kind = kindOf(x.field);
  if (kind === 'has_attachment') return t(x.value === true || x.value === 'true' ? 'adm-filter-attached' : 'adm-filter-unattached');
  const field = kind === 'header' ? t('adm-filter-header', { name: foreign(x.field.slice(7), 60) }) : t(`adm-filter-${kind}`);
  const value = kind === 'size' ? fileSize(Number(x.value)) : foreign(String(x.value), 80);
  return t(`adm-filter-say-${x.op.replaceAll('_', '-')}`, { field, value });
}
export function filterWords(f: Filter): string {
  if (isTest(f)) return testWords(f);
  const group = groupOf(f)!;
  const parts = partsOf(f).map((p) => (isTest(p) ? testWords(p) : `(${filterWords(p)})`));
  if (parts.length === 0) return t(group === 'any' ? 'adm-filter-never' : 'adm-filter-always');
  return group === 'not' ? t('adm-filter-say-not', { part: parts[0]! }) : parts.join(` ${t(group === 'all' ? 'adm-filter-and' : 'adm-filter-or')} `);
}

/** The whole rule in one sentence. */
export function ruleSentence(r: Rule): string {
  const effects = effectWords(r);
  const who = t(r.bidirectional ? 'adm-rule-both-ways' : 'adm-rule-one-way', { from: sideWords(r.from), to: sideWords(r.to) });
  const not = [...(r.exclude_from ?? []), ...(r.exclude_to ?? [])];
  return [who, not.length ? t('adm-rule-except', { list: sideWords(not) }) : '', r.filter ? t('adm-rule-when', { filter: filterWords(r.filter) }) : '', effects.length ? t('adm-rule-does', { what: effects.join('; ') }) : t('adm-rule-does-nothing')].filter(Boolean).join(' ');
}
