// Misspelt words in the rich text: marked by highlights, which are no part of the document and so never of the mail.
// Which words these are comes from outside; here is only where they stand.

import { shift } from './shift.ts';
import type { Mark } from './shift.ts';

interface Piece { node: Text; at: number }

const SKIPPED = 'blockquote[type="cite"], .wx-signature, pre, code, .squire-image-resize-container';
const BLOCK = 'div, p, li, td, th, h1, h2, h3, h4, h5, h6, blockquote, dd, dt';
const NAME = 'spelling';

/** Not what others wrote, nor the line that says who did. */
function skipped(el: Element | null, root: HTMLElement): boolean {
  if (!el || el.closest(SKIPPED)) return true;
  for (let x: Element | null = el; x && x !== root; x = x.parentElement) if (x.parentElement === root) return x.nextElementSibling?.matches('blockquote[type="cite"]') ?? false;
  return false;
}

export class Spelling {
  #root: HTMLElement;
  #marks: Mark[] = [];
  #pieces: Piece[] = [];
  #text = '';
  rev = 0;

  constructor(root: HTMLElement) {
    this.#root = root;
    // The editor takes the text apart and together again without changing it (undo, caret): ranges would not outlive that.
    let due = false;
    new MutationObserver(() => {
      if (due || !this.#marks.length) return;
      due = true;
      requestAnimationFrame(() => { due = false; this.#follow(); });
    }).observe(root, { childList: true, characterData: true, subtree: true });
  }

  #follow(): void {
    const before = this.#text;
    this.#marks = shift(this.#marks, before, this.read());
    this.#paint();
  }

  /** The writer's own words; blocks and line breaks become line ends. */
  read(): string {
    const walker = document.createTreeWalker(this.#root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    this.#pieces = [];
    this.#text = '';
    let block: Element | null = null;
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (node.nodeName === 'BR') { this.#text += '\n'; continue; }
      if (node.nodeType !== Node.TEXT_NODE || skipped(node.parentElement, this.#root)) continue;
      const own = node.parentElement!.closest(BLOCK);
      if (block && own !== block) this.#text += '\n';
      block = own;
      this.#pieces.push({ node: node as Text, at: this.#text.length });
      this.#text += (node as Text).data;
    }
    return this.#text;
  }

  #range(offset: number, length: number): Range | null {
    const at = (place: number, end: boolean): [Text, number] | null => {
      const p = this.#pieces.findLast((x) => (end ? x.at < place : x.at <= place));
      return p && place - p.at <= p.node.length ? [p.node, place - p.at] : null;
    };
    const from = at(offset, false);
    const to = at(offset + length, true);
    if (!from || !to) return null;
    const range = document.createRange();
    range.setStart(...from);
    range.setEnd(...to);
    return range;
  }

  /** Places in the text that read() gave; of no use when it has changed since. */
  mark(rev: number, misses: readonly { id: number; offset: number; length: number }[]): void {
    if (rev !== this.rev) return;
    const text = this.#text;
    this.#marks = misses.map((m) => ({ id: m.id, offset: m.offset, word: text.slice(m.offset, m.offset + m.length) }));
    this.#paint();
  }

  remove(ids: readonly number[]): void {
    this.#marks = this.#marks.filter((m) => !ids.includes(m.id));
    this.#follow();
  }

  changed(): void { this.rev++; }

  #rangeOf(m: Mark): Range | null { return this.#range(m.offset, m.word.length); }

  #paint(): void {
    if (typeof Highlight === 'undefined') return;
    const ranges = this.#marks.flatMap((m) => this.#rangeOf(m) ?? []);
    if (ranges.length) CSS.highlights.set(NAME, new Highlight(...ranges));
    else CSS.highlights.delete(NAME);
  }

  /** The mark at a point of the window, else at the caret. */
  find(point: { x: number; y: number } | null): Mark | null {
    if (this.#marks.length) this.#follow();
    const hit = (r: Range): boolean => {
      if (point) return [...r.getClientRects()].some((b) => point.x >= b.left - 2 && point.x <= b.right + 2 && point.y >= b.top - 2 && point.y <= b.bottom + 2);
      const s = getSelection();
      return s?.focusNode ? r.isPointInRange(s.focusNode, s.focusOffset) : false;
    };
    return this.#marks.find((m) => { const r = this.#rangeOf(m); return r !== null && hit(r); }) ?? null;
  }

  #now(id: number): { mark: Mark; range: Range } | null {
    this.#follow();
    const mark = this.#marks.find((x) => x.id === id);
    const range = mark && this.#rangeOf(mark);
    return mark && range ? { mark, range } : null;
  }

  /** Where it is, for what is shown beside it; brought into view. */
  place(id: number): DOMRect | null {
    const at = this.#now(id);
    at?.range.startContainer.parentElement?.scrollIntoView({ block: 'nearest' });
    return at?.range.getBoundingClientRect() ?? null;
  }

  /** Puts another word in its place and the caret behind it. The first letter's style stays. */
  replace(id: number, word: string, select: (r: Range) => void): void {
    const at = this.#now(id);
    if (!at || at.range.toString() !== at.mark.word) return;
    const { startContainer: node, startOffset } = at.range;
    at.range.deleteContents();
    (node as Text).insertData(startOffset, word);
    this.remove([id]);
    const caret = document.createRange();
    caret.setStart(node, startOffset + word.length);
    select(caret);
  }
}
