// Plain text mail as structure: paragraphs, quotes by depth, links. RFC 3676 for format=flowed. Output is data
// that views turn into text nodes; nothing here makes markup.

export type Piece = { text: string; href?: string };
/** original: written below a line like "-----Original Message-----", without quote marks. */
export interface Block { depth: number; lines: Piece[][]; signature?: boolean; original?: boolean }

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

const ORIGINAL = /^[-_=\s]{2,}(?:original message|original appointment|urspr[üu]ngliche nachricht|original-?nachricht|message d['’]origine|mensaje original|messaggio originale|oorspronkelijk bericht|ursprungligt meddelande|mensagem original)[-_=\s]{2,}$/iu;
const FIRST = /^(?:from|von|de|da|van|från|fra|od|от|发件人|差出人)\s*[:：]\s*\S/iu;
const NEXT = /^(?:sent|date|to|subject|cc|gesendet|datum|an|betreff|envoyé|date|à|objet|enviado|para|asunto|inviato|a|oggetto|verzonden|aan|onderwerp|skickat|till|ämne|oggetto)\s*[:：]/iu;
const textOf = (line: readonly Piece[]): string => line.map((p) => p.text).join('');

/** Outlook quotes without marks: a separator, or a block of "From: Sent: To: Subject:", and then the message as it was. */
export function splitOriginal(blocks: readonly Block[]): Block[] {
  for (const [b, block] of blocks.entries()) {
    if (block.depth > 0) continue;
    const at = block.lines.findIndex((line, i) => {
      const text = textOf(line).trim();
      if (ORIGINAL.test(text)) return true;
      if (!FIRST.test(text.replace(/^\*|\*/g, ''))) return false;
      const following = block.lines.slice(i + 1, i + 5).filter((l) => NEXT.test(textOf(l).replace(/\*/g, '').trim())).length;
      return following >= 2;
    });
    if (at < 0) continue;
    // The line of underscores above belongs to it.
    const from = at > 0 && /^_{5,}$/.test(textOf(block.lines[at - 1]!).trim()) ? at - 1 : at;
    const said = blocks.slice(0, b).some((x) => x.lines.some((l) => l.length)) || block.lines.slice(0, from).some((l) => l.length);
    if (!said) return [...blocks];
    return [...blocks.slice(0, b), ...(from ? [{ ...block, lines: block.lines.slice(0, from) }] : []), { ...block, lines: block.lines.slice(from), original: true }, ...blocks.slice(b + 1).map((x) => ({ ...x, original: true }))];
  }
  return [...blocks];
}

/** Index from which everything to the end is quote (or empty): shown folded. -1 when nothing is. */
export function trailingQuote(blocks: readonly Block[]): number {
  const quoted = (b: Block): boolean => b.depth > 0 || b.original === true;
  let i = blocks.length;
  while (i > 0 && (quoted(blocks[i - 1]!) || blocks[i - 1]!.lines.every((l) => l.length === 0))) i--;
  return i > 0 && i < blocks.length && blocks.slice(i).some(quoted) ? i : -1;
}
