// Where the answer ends and what it answers begins, in the forms that mail programs write. Folded behind a <details>,
// which works without scripts; nothing is taken away.

/** Ids of Outlook's separators. Ids do not survive sanitising: this class takes their place. */
export const SPLIT_IDS = new Set(['divRplyFwdMsg', 'appendonsend', 'OLK_SRC_BODY_SECTION', 'reply-intro', 'mail-editor-reference-message-container', 'ms-outlook-mobile-reference-message']);
export const SPLIT_CLASS = 'wx-split';

const QUOTES = 'blockquote[type="cite"], .gmail_quote_container, .gmail_quote, .moz-cite-prefix, .yahoo_quoted, .protonmail_quote, .tutanota_quote, blockquote.cite';
/** The line above a quoted header or a whole quoted message. */
const ORIGINAL = /^[-_=\s]*(?:original message|original appointment|urspr[üu]ngliche nachricht|original-nachricht|originalnachricht|message d['’]origine|mensaje original|messaggio originale|oorspronkelijk bericht|ursprungligt meddelande|mensagem original)[-_=\s]*$/iu;
const FROM_LINE = /^\s*(?:from|von|de|da|van|från|fra|od|od:|från|lähettäjä|feladó|от|发件人|寄件者|差出人|보낸 사람)\s*[:：]/iu;
const FORWARDED = /^[-_\s]*(?:begin forwarded message|forwarded message|weitergeleitete nachricht|anfang der weitergeleiteten nachricht|message transf[ée]r[ée]|mensaje reenviado|messaggio inoltrato|doorgestuurd bericht)/iu;

export function isOriginalLine(text: string): boolean { return text.length < 80 && ORIGINAL.test(text.trim()); }
export function isFromLine(text: string): boolean { return FROM_LINE.test(text); }

const says = (n: Node | null): boolean => {
  if (!n) return false;
  if (n.nodeType === 3) return (n.nodeValue ?? '').trim() !== '';
  if (n.nodeType !== 1) return false;
  const e = n as Element;
  return e.localName !== 'style' && ((e.textContent ?? '').trim() !== '' || e.localName === 'img' || e.querySelector('img') !== null);
};

/** True when something is said before this node (back = true) or after it, anywhere in the mail. */
function saysMore(from: Node, holder: Node, back: boolean): boolean {
  for (let n: Node | null = from; n && n !== holder; n = n.parentNode) {
    for (let s = back ? n.previousSibling : n.nextSibling; s; s = back ? s.previousSibling : s.nextSibling) if (says(s)) return true;
  }
  return false;
}

/** Outlook writes a bordered box with "From: …" and then the quoted message beside it, to the end. */
function separator(holder: Element): Element | null {
  const known = holder.querySelector(`.${SPLIT_CLASS}`);
  if (known) return known;
  for (const div of holder.querySelectorAll<HTMLElement>('div')) {
    const style = div.getAttribute('style') ?? '';
    if (/border-top:\s*(?:[\d.]+p[tx]\s+)?solid|border(?:-width)?:[^;]*\b1pt none none/i.test(style) && isFromLine(div.textContent ?? '')) return div;
  }
  for (const e of holder.querySelectorAll<HTMLElement>('p, div, span, b')) if (e.childElementCount < 3 && isOriginalLine(e.textContent ?? '')) return e;
  return null;
}

function wrap(first: Node, last: Node, label: string): void {
  const doc = first.ownerDocument!;
  const details = doc.createElement('details');
  details.className = 'wx-quote';
  const summary = doc.createElement('summary');
  summary.textContent = label;
  first.parentNode!.insertBefore(details, first);
  details.append(summary);
  for (let n: Node | null = first; n;) { const next: Node | null = n === last ? null : n.nextSibling; details.append(n); n = next; }
}

export function foldQuote(holder: HTMLElement, label: string): void {
  const split = separator(holder);
  if (split && !FORWARDED.test((split.textContent ?? '').trim())) {
    // The line of the separator belongs to it.
    let first: Node = split;
    while (first.previousSibling && (!says(first.previousSibling) || (first.previousSibling as Element).localName === 'hr')) first = first.previousSibling;
    // A box around the separator alone is folded with what follows the box.
    while (first.parentNode && first.parentNode !== holder && !saysMore(first, first.parentNode, true) && !saysMore(first, first.parentNode, false) ) first = first.parentNode;
    if (saysMore(first, holder, true) && first.parentNode?.lastChild) { wrap(first, first.parentNode.lastChild, label); return; }
  }
  for (const quote of holder.querySelectorAll<HTMLElement>(QUOTES)) {
    if (quote.parentElement?.closest(QUOTES)) continue;
    let last: Node = quote;
    if (quote.matches('.moz-cite-prefix')) {
      const next = quote.nextElementSibling;
      if (next?.localName !== 'blockquote') continue;
      last = next;
    }
    if (FORWARDED.test((quote.textContent ?? '').trim())) continue;
    // Answers between the quotes stay where they are; a message that is nothing but a quote stays open.
    if (saysMore(last, holder, false) || !saysMore(quote, holder, true)) continue;
    wrap(quote, last, label);
    return;
  }
}
