// IMAP keywords as labels: those of the settings with name and colour, others by their keyword, the system's not at all.
import type { Label, LabelColour, Row } from '../api/types.ts';
import { folded } from '../core/fold.ts';
import { computed } from '../core/signals.ts';
import { settings } from './session.ts';

export const COLOURS: LabelColour[] = ['grey', 'red', 'orange', 'yellow', 'green', 'teal', 'blue', 'purple', 'pink'];
export interface ShownLabel { keyword: string; name: string; colour: LabelColour }

const known = computed(() => new Map(settings.value.labels.map((l) => [l.keyword.toLowerCase(), l])));
export const labels = computed<Label[]>(() => [...settings.value.labels].sort((a, b) => a.name.localeCompare(b.name)));

/** Words that mail programs leave, without a meaning for people. */
const SYSTEM = new Set(['junk', 'nonjunk', 'notjunk', 'forwarded', 'receipthandled', 'oldest', 'redirected']);
export function isLabel(flag: string): boolean { return !/^[\\$]/.test(flag) && !SYSTEM.has(flag.toLowerCase()); }
export function labelOf(keyword: string): ShownLabel { return known.value.get(keyword.toLowerCase()) ?? { keyword, name: keyword, colour: 'grey' }; }

export function labelsOf(row: Pick<Row, 'flags'>): ShownLabel[] {
  return row.flags.filter(isLabel).map(labelOf);
}

/** What finds the messages of a label: by its keyword, which "label:" might take for another label's name. */
export const queryOf = (keyword: string): string => `keyword:${keyword}`;

/** May a label have this name? Not where another one is called so, or was when it was made (its keyword): "label:work"
 *  would mean two. keyword: of the label itself; '' for a new one. */
export function nameIsFree(name: string, keyword: string, all: readonly Label[]): boolean {
  const word = name.toLowerCase();
  return all.every((l) => l.keyword === keyword || (l.name.toLowerCase() !== word && l.keyword.toLowerCase() !== word));
}

/** A keyword for a name: an atom every server takes, unlike all others and all names but its own. */
export function keywordFor(name: string, taken: Iterable<string>): string {
  const used = new Set([...taken].map((k) => k.toLowerCase()));
  const stem = folded(name).replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '').slice(0, 40) || 'label';
  let word = isLabel(stem) ? stem : `label_${stem}`;
  for (let n = 2; used.has(word); n++) word = `${stem}_${n}`;
  return word;
}
