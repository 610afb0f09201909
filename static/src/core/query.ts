// The text of a search as pieces, for chips, suggestions and marks. What it means the server alone decides
// (mail/imap_query.h); this only finds operators and words again. Pure.

export const FIELDS = ['from', 'to', 'cc', 'bcc', 'subject', 'body', 'in', 'is', 'has', 'label', 'filename', 'after', 'before', 'on', 'larger', 'smaller', 'list'] as const;
export type Field = (typeof FIELDS)[number];
const ALSO: Record<string, Field> = { keyword: 'label', since: 'after' };

export interface Piece {
  /** As it stands in the text. */
  text: string;
  field: Field | null;
  value: string;
  without: boolean;
}

const QUOTES = '"“”„';
const isBlank = (c: string): boolean => /\s/.test(c);
export const fieldOf = (word: string): Field | null => {
  const w = word.toLowerCase();
  return (FIELDS as readonly string[]).includes(w) ? (w as Field) : (ALSO[w] ?? null);
};

/** Words and operators, quotes kept together; parentheses are part of the words they stand at. */
export function piecesOf(text: string): Piece[] {
  const out: Piece[] = [];
  let i = 0;
  while (i < text.length) {
    if (isBlank(text[i]!)) { i++; continue; }
    const from = i;
    let open = false;
    for (; i < text.length && (open || !isBlank(text[i]!)); i++) {
      const before = i === from || /[:(-]/.test(text[i - 1]!);
      if (QUOTES.includes(text[i]!) && (open || before)) open = !open;
    }
    out.push(piece(text.slice(from, i)));
  }
  return out;
}

function piece(text: string): Piece {
  const without = text.length > 1 && text.startsWith('-');
  const bare = without ? text.slice(1) : text;
  const colon = bare.indexOf(':');
  const field = colon > 0 ? fieldOf(bare.slice(0, colon)) : null;
  const value = unquoted(field ? bare.slice(colon + 1) : bare);
  return { text, field, value, without };
}

export function unquoted(s: string): string {
  const open = s.length > 0 && QUOTES.includes(s[0]!);
  const closed = open && s.length > 1 && QUOTES.includes(s[s.length - 1]!);
  return open ? s.slice(1, closed ? -1 : undefined) : s;
}
/** A value as it can stand behind an operator. */
export function quoted(value: string): string {
  const clean = value.replace(/["“”„]/g, ' ').replace(/\s+/g, ' ').trim();
  return /[\s()]/.test(clean) ? `"${clean}"` : clean;
}

/** OR, AND, NOT and parentheses bind pieces to each other: then none can be taken out as a chip. */
export function isFlat(text: string): boolean {
  return piecesOf(text).every((p) => !/^(OR|AND|NOT)$/.test(p.text) && !/^-?(\w+:)?\(/.test(p.text) && !(p.text.endsWith(')') && !p.text.includes('(')));
}

/** Operators that are complete, and the rest. */
export function split(text: string): { chips: Piece[]; rest: string } {
  if (!isFlat(text)) return { chips: [], rest: text };
  const all = piecesOf(text);
  const chips = all.filter((p) => p.field !== null && p.value !== '');
  return { chips, rest: all.filter((p) => !chips.includes(p)).map((p) => p.text).join(' ') };
}
export function joined(chips: readonly Piece[], rest: string): string {
  return [...chips.map((p) => p.text), rest.trim()].filter(Boolean).join(' ');
}

const TEXTUAL: ReadonlySet<Field> = new Set(['from', 'to', 'cc', 'subject', 'body']);
/** What may be marked in what was found: words that were looked for, not those that were excluded. */
export function wordsOf(text: string): string[] {
  const words = piecesOf(text)
    .filter((p) => !p.without && !/^(OR|AND|NOT)$/.test(p.text) && (p.field === null || TEXTUAL.has(p.field)))
    .map((p) => unquoted(p.value.replace(/^\(+/, '')).replace(/\)+$/, '').trim())
    .filter((w) => w.length > 1 || /[^\x00-\x7f]/.test(w));
  return [...new Set(words.map((w) => w.toLowerCase()))].slice(0, 16);
}

/** Where the words stand in a text, ascending, none overlapping. Lengths are those of the text itself. */
export function marksIn(text: string, words: readonly string[]): [number, number][] {
  const low = text.toLowerCase();
  // Folding that changes the length (İ) would move every place behind it.
  const same = low.length === text.length;
  const hits: [number, number][] = [];
  for (const w of words) {
    for (let at = (same ? low : text).indexOf(w); at >= 0 && hits.length < 500; at = (same ? low : text).indexOf(w, at + w.length)) hits.push([at, at + w.length]);
  }
  hits.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  const out: [number, number][] = [];
  for (const h of hits) if (!out.length || h[0] >= out[out.length - 1]![1]) out.push(h);
  return out;
}
