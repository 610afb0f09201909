// Undo and the caret of a text that goes on in another frame. Squire keeps its steps as HTML with the caret in it; they are
// put back through the same sanitiser as its own.
import type Squire from 'squire-rte';
import type { EditorState, Spot } from './protocol.ts';

interface Inner { _undoIndex: number; _undoStack: string[]; _undoStackLength: number; _isInUndoState: boolean }
const inner = (squire: Squire): Inner => squire as unknown as Inner;
/** In letters; the oldest steps stay behind. */
const MOST = 4_000_000;

const letters = (s: string): number => s.replace(/\u200b/g, '').length;

function spotOf(root: HTMLElement, node: Node, offset: number): Spot | null {
  const el = node.nodeType === 1 ? (node as Element) : node.parentElement;
  if (!el || !root.contains(el)) return null;
  const before = document.createRange();
  before.setStart(el, 0);
  before.setEnd(node, offset);
  const path: number[] = [];
  for (let e: Element = el; e !== root; e = e.parentElement!) path.unshift(Array.prototype.indexOf.call(e.parentElement!.children, e));
  return { path, at: letters(before.toString()) };
}

/** null: there is no such place (any more). */
function placeOf(root: HTMLElement, spot: Spot): [Node, number] | null {
  let el: Element | undefined = root;
  for (const i of spot.path) { el = el.children[i]; if (!el) return null; }
  let left = spot.at;
  const texts = document.createTreeWalker(el, NodeFilter.SHOW_TEXT);
  for (let n = texts.nextNode(); n; n = texts.nextNode()) {
    const length = n.nodeValue!.length;
    if (left <= length) return [n, left];
    left -= length;
  }
  return left === 0 ? [el, 0] : null;
}

function steps(squire: Squire, root: HTMLElement): EditorState['undo'] {
  const s = inner(squire);
  const all = s._undoStack.slice(0, s._undoStackLength);
  // A picture that only an older step has would be missing there, and with it the mail could not be kept.
  const there = new Set<string | undefined>(Array.from(root.querySelectorAll<HTMLElement>('img[data-cid]'), (i) => i.dataset.cid));
  for (const html of all) for (const [img] of html.matchAll(/<img[^>]*>/gi)) if (!there.has(/ data-cid="([^"]*)"/.exec(img)?.[1] ?? '')) return null;
  let at = s._undoIndex;
  let size = all.reduce((n, x) => n + x.length, 0);
  while (all.length > 1 && at > 0 && size > MOST) { size -= all.shift()!.length; at--; }
  return size > MOST ? null : { steps: all, at, whole: s._isInUndoState };
}

/** unchanged: it is the text of the last step still, whatever Squire takes for a change. */
export function giveState(squire: Squire, root: HTMLElement, unchanged: boolean): EditorState {
  if (unchanged) inner(squire)._isInUndoState = true;
  squire.saveUndoState();
  const r = squire.getSelection();
  const from = spotOf(root, r.startContainer, r.startOffset);
  const to = spotOf(root, r.endContainer, r.endOffset);
  return { undo: steps(squire, root), caret: from && to ? [from, to] : null };
}

/** Into an editor that has the text. */
export function heldState(squire: Squire, root: HTMLElement, state: EditorState): void {
  const u = state.undo;
  if (u && u.at < u.steps.length) Object.assign(inner(squire), { _undoIndex: u.at, _undoStack: [...u.steps], _undoStackLength: u.steps.length, _isInUndoState: u.whole });
  const from = state.caret && placeOf(root, state.caret[0]);
  const to = state.caret && placeOf(root, state.caret[1]);
  if (!from || !to) return;
  const r = document.createRange();
  r.setStart(...from);
  r.setEnd(...to);
  squire.setSelection(r);
}
