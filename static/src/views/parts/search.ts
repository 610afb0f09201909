// The parts of static/src/views/search and how they are loaded: with the first look at the field, or the first search.
import { effect, signal } from '../../core/signals.ts';
import { query, searching } from '../../store/search.ts';

export const searchPart = signal<typeof import('../search/bar.ts') | null>(null);
/** The field with chips and proposals; until it is here a plain one does. */
export const fieldReady = signal(false);

const TEXTS = '.row-subject, .row-who, .row-snippet';
/** Marks what was looked for; without a search on the screen takes the marks off. roots: null are the list's rows. */
export function markFound(doc: Document, roots: Iterable<Element> | null, name = 'found'): void {
  const q = searching();
  if (!q && !doc.defaultView?.CSS.highlights?.has(name)) return;
  void import('../search/marks.ts').then((m) => m.mark(doc, roots ?? doc.querySelectorAll(TEXTS), q?.text ?? '', name), () => undefined);
}

/** The same for the plain text of the messages on the screen. */
export function markText(): void { markFound(document, document.querySelectorAll('.plain, .message-subject'), 'found-text'); }

let field: Promise<void> | null = null;
export function loadField(): Promise<void> {
  field ??= import('../search/box.ts').then(() => undefined, (error: unknown) => { field = null; throw error; });
  return field;
}
let part: Promise<void> | null = null;
effect(() => {
  if (query.value) part ??= import('../search/bar.ts').then((m) => { searchPart.value = m; }, () => { part = null; });
});
