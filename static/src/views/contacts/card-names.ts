// Who stands at which line of a file of vCards, so that a report can say more than a number. Pure.
export interface Named { line: number; name: string }

const unescape = (s: string): string => s.replace(/\\n/gi, ' ').replace(/\\([\\,;])/g, '$1').trim();

/** Beginning of each card, with its name, or the first address where it has none. */
export function namesOf(text: string): Named[] {
  const cards: { line: number; fn: string; address: string }[] = [];
  text.split(/\r\n|\n|\r/).forEach((line, i) => {
    if (/^BEGIN:VCARD\s*$/i.test(line)) { cards.push({ line: i + 1, fn: '', address: '' }); return; }
    const card = cards[cards.length - 1];
    const m = /^(?:[\w-]+\.)?(FN|EMAIL)(?:;[^:]*)?:(.*)$/i.exec(line);
    if (!card || !m) return;
    if (m[1]!.toUpperCase() === 'FN') card.fn ||= unescape(m[2]!);
    else card.address ||= unescape(m[2]!);
  });
  return cards.map((c) => ({ line: c.line, name: c.fn || c.address }));
}

/** The card a line belongs to. */
export function nameAt(names: readonly Named[], line: number): string {
  let found = '';
  for (const n of names) { if (n.line > line) break; found = n.name; }
  return found;
}
