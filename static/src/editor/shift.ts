// Marks in a text that changes: those behind the change move with it, those whose word it touches go.

export interface Mark { id: number; offset: number; word: string }

const LETTER = /[\p{L}\p{M}]/u;

export function shift(marks: readonly Mark[], before: string, now: string): Mark[] {
  if (before === now) return [...marks];
  let from = 0;
  while (from < now.length && from < before.length && now[from] === before[from]) from++;
  let end = 0;
  while (end < now.length - from && end < before.length - from && now[now.length - 1 - end] === before[before.length - 1 - end]) end++;
  const edge = before.length - end;
  return marks.flatMap((m) => {
    const at = m.offset >= edge ? m.offset + now.length - before.length : m.offset;
    const whole = now.startsWith(m.word, at) && !LETTER.test(now[at - 1] ?? '') && !LETTER.test(now[at + m.word.length] ?? '');
    return whole ? [{ ...m, offset: at }] : [];
  });
}
