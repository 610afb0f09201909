// Plain text mail as structure: paragraphs, quotes by depth, links. RFC 3676 for format=flowed. Output is data
// that views turn into text nodes; nothing here makes markup.

export type Piece = { text: string; href?: string };
export interface Block { depth: number; lines: Piece[][]; signature?: boolean }

interface Line { depth: number; text: string; flows: boolean; signature: boolean }

function quoteDepth(raw: string): { depth: number; rest: string } {
  let depth = 0;
  let i = 0;
  for (; i < raw.length; i++) {
    if (raw[i] === '>') depth++;
    else if (raw[i] === ' ' && depth > 0 && raw[i + 1] === '>') continue;
    else break;
  }
  return { depth, rest: raw.slice(i) };
}

function readLines(text: string, flowed: boolean): Line[] {
  return text.replace(/\r\n?/g, '\n').split('\n').map((raw) => {
    const { depth, rest } = quoteDepth(raw);
    // Space-stuffing: one leading space belongs to the transport (flowed) or to the quote mark.
    const body = (flowed || depth > 0) && rest.startsWith(' ') ? rest.slice(1) : rest;
    const signature = body === '-- ' || body === '--';
    return { depth, text: body, flows: flowed && body.endsWith(' ') && body !== '-- ', signature };
  });
}

function unflow(lines: Line[], delsp: boolean): Line[] {
  const out: Line[] = [];
  let open: Line | null = null;
  for (const line of lines) {
    const joins: boolean = open !== null && open.flows && open.depth === line.depth && !line.signature;
    if (joins && open) {
      open.text = (delsp ? open.text.slice(0, -1) : open.text) + line.text;
      open.flows = line.flows;
    } else {
      open = { ...line };
      out.push(open);
    }
  }
  return out;
}

const LINK = /\b(?:https?:\/\/|www\.)[^\s<>"'`]+|\b[\w.+-]{1,64}@(?:[\w-]{1,63}\.)+[a-z]{2,24}\b/giu;

/** Links of a line. What follows a sentence's end or an unbalanced bracket stays text. */
export function linkify(line: string): Piece[] {
  const out: Piece[] = [];
  let at = 0;
  for (const m of line.matchAll(LINK)) {
    let hit = m[0];
    const isMail = !/^(https?:|www\.)/i.test(hit);
    if (!isMail) {
      hit = hit.replace(/[.,;:!?…]+$/u, '');
      for (const [open, close] of [['(', ')'], ['[', ']']] as const) {
        while (hit.endsWith(close) && hit.split(close).length > hit.split(open).length) hit = hit.slice(0, -1);
      }
    }
    const href = isMail ? `mailto:${hit}` : hit.startsWith('www.') || hit.startsWith('WWW.') ? `http://${hit}` : hit;
    if (!isMail && !URL.canParse(href)) continue;
    if (m.index > at) out.push({ text: line.slice(at, m.index) });
    out.push({ text: hit, href });
    at = m.index + hit.length;
  }
  if (at < line.length) out.push({ text: line.slice(at) });
  return out;
}

export function parsePlain(text: string, flowed = false, delsp = false): Block[] {
  const lines = unflow(readLines(text, flowed), delsp);
  const blocks: Block[] = [];
  let signature = false;
  for (const line of lines) {
    if (line.signature && line.depth === 0) signature = true;
    const last = blocks.at(-1);
    const same = last && last.depth === line.depth && (last.signature === true) === (signature && line.depth === 0);
    const pieces = linkify(line.text.replace(/\s+$/, ''));
    if (same) last.lines.push(pieces);
    else blocks.push(signature && line.depth === 0 ? { depth: line.depth, lines: [pieces], signature: true } : { depth: line.depth, lines: [pieces] });
  }
  for (const b of blocks) {
    while (b.lines.length > 1 && b.lines.at(-1)!.length === 0) b.lines.pop();
  }
  return blocks.filter((b, i) => b.lines.some((l) => l.length > 0) || (i > 0 && i < blocks.length - 1));
}

/** Index from which everything to the end is quote (or empty): shown folded. -1 when nothing is. */
export function trailingQuote(blocks: readonly Block[]): number {
  let i = blocks.length;
  while (i > 0 && (blocks[i - 1]!.depth > 0 || blocks[i - 1]!.lines.every((l) => l.length === 0))) i--;
  return i > 0 && i < blocks.length && blocks.slice(i).some((b) => b.depth > 0) ? i : -1;
}
