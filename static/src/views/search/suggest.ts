// What the search field proposes for the word at the cursor. Pure: what there is to propose is handed in.
import { folded } from '../../core/fold.ts';
import { quoted } from '../../core/query.ts';
import type { Field } from '../../core/query.ts';

export interface Proposal {
  /** Takes the place of the word at the cursor; "from:" waits for more. A whole search when `whole`. */
  insert: string;
  label: string;
  /** What it means, in words. */
  detail: string;
  icon: string;
  whole?: boolean;
}
export interface Known {
  people: readonly { name: string; address: string }[];
  folders: readonly { name: string; path: string; role: string | null }[];
  labels: readonly { name: string; keyword: string }[];
  recent: readonly string[];
  t: (key: string, args?: Record<string, string | number>) => string;
}
const MOST = 8;
const ICONS = new Map<Field, string>([['from', 'user'], ['to', 'user'], ['cc', 'user'], ['bcc', 'user'], ['in', 'folder'], ['label', 'tag'], ['has', 'paperclip'], ['filename', 'paperclip'], ['after', 'calendar'], ['before', 'calendar'], ['on', 'calendar']]);
const OFFERED: Field[] = ['from', 'to', 'subject', 'body', 'in', 'is', 'has', 'label', 'filename', 'after', 'before', 'on', 'larger', 'smaller', 'cc', 'bcc', 'list'];
const WORDS: Partial<Record<Field, string[]>> = {
  is: ['unread', 'read', 'starred', 'answered', 'forwarded', 'encrypted', 'signed', 'draft'], has: ['attachment'],
  after: ['today', 'yesterday', '7d', '30d', '1y'], before: ['today', '7d', '30d', '1y'], on: ['today', 'yesterday'], larger: ['1M', '5M', '10M'], smaller: ['100k', '1M'],
};
const PEOPLE: ReadonlySet<Field> = new Set(['from', 'to', 'cc', 'bcc']);

/** Every typed word begins a word of the text. */
function begins(text: string, typed: string): boolean {
  const words = folded(text).split(/[^\p{L}\p{N}@._-]+/u);
  return folded(typed).split(/\s+/).filter(Boolean).every((w) => words.some((x) => x.startsWith(w)) || folded(text).startsWith(w));
}

function people(field: Field, typed: string, minus: string, k: Known): Proposal[] {
  const seen = new Set<string>();
  const out: Proposal[] = [];
  for (const p of k.people) {
    const key = p.address.toLowerCase();
    if (!p.address || seen.has(key) || !begins(`${p.name} ${p.address}`, typed)) continue;
    seen.add(key);
    out.push({ insert: `${minus}${field}:${quoted(p.address)}`, label: p.name || p.address, detail: p.name ? p.address : '', icon: 'user' });
    if (out.length === MOST) break;
  }
  return out;
}
function folders(typed: string, minus: string, k: Known): Proposal[] {
  return k.folders.filter((f) => begins(`${f.name} ${f.path}`, typed)).slice(0, MOST)
    .map((f) => ({ insert: `${minus}in:${f.role ?? quoted(f.path)}`, label: f.name, detail: k.t('op-in'), icon: 'folder' }));
}
function labels(typed: string, minus: string, k: Known): Proposal[] {
  return k.labels.filter((l) => begins(`${l.name} ${l.keyword}`, typed)).slice(0, MOST)
    .map((l) => ({ insert: `${minus}label:${quoted(l.name)}`, label: l.name, detail: k.t('op-label'), icon: 'tag' }));
}

function values(field: Field, typed: string, minus: string, k: Known): Proposal[] {
  if (PEOPLE.has(field)) return people(field, typed, minus, k);
  if (field === 'in') return folders(typed, minus, k);
  if (field === 'label') return labels(typed, minus, k);
  return (WORDS[field] ?? []).filter((w) => w.startsWith(typed.toLowerCase()))
    .map((w) => ({ insert: `${minus}${field}:${w}`, label: `${field}:${w}`, detail: field === 'is' || field === 'has' ? k.t(`op-${field}-${w}`) : k.t(`op-${field}`), icon: ICONS.get(field) ?? 'search' }));
}

function operators(typed: string, minus: string, k: Known): Proposal[] {
  return OFFERED.filter((f) => f.startsWith(typed.toLowerCase()) || (typed.length > 1 && begins(k.t(`op-${f}`), typed)))
    .map((f) => ({ insert: `${minus}${f}:`, label: `${f}:`, detail: k.t(`op-${f}`), icon: ICONS.get(f) ?? 'search' }));
}

/** word: the piece at the cursor; empty: nothing is typed. all: nothing else stands in the field. */
export function propose(word: string, field: Field | null, value: string, all: boolean, k: Known): Proposal[] {
  if (word === '' || word === '-') {
    const recent = all && word === '' ? k.recent.slice(0, 4).map((r) => ({ insert: r, label: r, detail: k.t('search-recent'), icon: 'clock', whole: true })) : [];
    return [...recent, ...operators('', word, k)].slice(0, MOST);
  }
  const minus = word.startsWith('-') ? '-' : '';
  if (field) return values(field, value, minus, k).slice(0, MOST);
  const typed = word.slice(minus.length);
  const marks = typed.length > 1 ? [...values('is', typed, minus, k), ...values('has', typed, minus, k)] : [];
  const who = typed.length > 1 ? people('from', typed, minus, k).slice(0, 4).map((p) => ({ ...p, detail: k.t('search-from', { who: p.detail || p.label }) })) : [];
  const where = typed.length > 1 ? [...folders(typed, minus, k).slice(0, 2), ...labels(typed, minus, k).slice(0, 2)] : [];
  return [...operators(typed, minus, k).slice(0, 3), ...marks, ...who, ...where].slice(0, MOST);
}
