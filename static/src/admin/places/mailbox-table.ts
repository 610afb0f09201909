// The first row of a table of mailboxes, where the server refused it: which column it was. Pure, and only for words: the server judges.
export const COLUMNS = ['address', 'name', 'plan', 'licence', 'from', 'outbound_per_hour', 'outbound_recipients', 'state'];
export interface HeadFault { kind: 'unknown' | 'twice' | 'address'; column: string }

/** The cells of the first row, by the first separator that is there; '' where a quoted one does not end. */
function headOf(text: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  let mark = '';
  for (const c of text.replace(/^\ufeff/, '').replace(/^[\r\n]+/, '')) {
    if (c === '"') quoted = !quoted;
    else if (!quoted && (c === '\n' || c === '\r')) break;
    else if (!quoted && (mark ? c === mark : ',;\t'.includes(c))) { mark = c; cells.push(cell.trim()); cell = ''; }
    else cell += c;
  }
  return [...cells, cell.trim()];
}
export function headFault(text: string): HeadFault | null {
  const there = new Set<string>();
  for (const cell of headOf(text)) {
    const name = cell.toLowerCase();
    if (!COLUMNS.includes(name)) return { kind: 'unknown', column: cell };
    if (there.has(name)) return { kind: 'twice', column: cell };
    there.add(name);
  }
  return there.has('address') ? null : { kind: 'address', column: '' };
}
