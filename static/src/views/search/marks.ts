// Marks the words of the search in what is shown: the rows of the list, the text of the open message, and the frame of
// an HTML message. The CSS Custom Highlight API changes no document; where there is none, nothing is marked.
import '../../core/shared.ts';
import { marksIn, wordsOf } from '../../core/query.ts';

const NAME = 'found';
const TEXT_MAX = 200_000;

type Realm = Window & typeof globalThis;
function realmOf(doc: Document): Realm | null {
  const w = doc.defaultView as Realm | null;
  return w && 'Highlight' in w && w.CSS?.highlights ? w : null;
}

/** Ranges over the text nodes inside these elements. */
function rangesIn(roots: Iterable<Element>, words: readonly string[], doc: Document): Range[] {
  const out: Range[] = [];
  let seen = 0;
  for (const root of roots) {
    const walk = doc.createTreeWalker(root, 4 /* NodeFilter.SHOW_TEXT */);
    for (let n = walk.nextNode(); n && seen < TEXT_MAX; n = walk.nextNode()) {
      const text = n.nodeValue ?? '';
      seen += text.length;
      for (const [from, to] of marksIn(text, words)) {
        const r = doc.createRange();
        r.setStart(n, from);
        r.setEnd(n, to);
        out.push(r);
      }
    }
  }
  return out;
}

/** Takes the place of the marks that were in this document under this name. */
export function mark(doc: Document, roots: Iterable<Element>, text: string, name = NAME): number {
  const w = realmOf(doc);
  if (!w) return 0;
  const words = wordsOf(text);
  const ranges = words.length ? rangesIn(roots, words, doc) : [];
  if (ranges.length === 0) { w.CSS.highlights.delete(name); return 0; }
  w.CSS.highlights.set(name, new w.Highlight(...ranges));
  return ranges.length;
}
