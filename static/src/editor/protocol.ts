// Messages between the composer and its editor frame. The frame has an opaque origin: nothing but this port connects them.

/** Said to the page by the script of a frame that waits for its port. */
export const EDITOR_HERE = 'waxseal-editor-here';

/** How far one has come besides the text itself: steps of undo, and the caret. */
export interface EditorState { undo: { steps: string[]; at: number; whole: boolean } | null; caret: readonly [Spot, Spot] | null }
/** The element by its places among elements, from the root on, and the letters of it before the caret. */
export interface Spot { path: number[]; at: number }
export interface EditorLook { ink: string; muted: string; link: string; dark: boolean; placeholder: string; label: string; dropHint: string }
export interface InlineImage { cid: string; type: string; bytes: ArrayBuffer }
export interface EditorValue { html: string; text: string; images: InlineImage[]; empty: boolean }
export type Command = 'bold' | 'italic' | 'underline' | 'strikethrough' | 'bullets' | 'numbers' | 'quote' | 'unquote' | 'clear' | 'undo' | 'redo' | 'indent' | 'outdent' | 'link' | 'unlink';

export interface Place { x: number; y: number; width: number; height: number }

export type ToEditor =
  /** quote is foreign mail HTML; the frame sanitises it before it touches the page. */
  | { type: 'init'; html: string; quote: string; intro: string; signature: string; look: EditorLook; guarded: boolean; state: EditorState | null }
  | { type: 'look'; look: EditorLook }
  | { type: 'guard'; on: boolean }
  | { type: 'command'; name: Command; value?: string }
  | { type: 'image'; cid: string; data: string; alt: string }
  /** The picture of a cid that was told of; data null: it stays out, its words stand in its place. */
  | { type: 'fill'; cid: string; data: string | null }
  | { type: 'text'; text: string }
  /** The signature of another identity in the place of the one of before. */
  | { type: 'signature'; before: string; after: string }
  | { type: 'focus' }
  | { type: 'state'; id: number }
  /** Spelling: only ever of what will not be encrypted (store/spelling.ts). */
  | { type: 'spell-read'; id: number }
  | { type: 'spell-mark'; rev: number; misses: readonly { id: number; offset: number; length: number }[] }
  | { type: 'spell-remove'; ids: readonly number[] }
  | { type: 'spell-replace'; mark: number; word: string }
  | { type: 'spell-place'; id: number; mark: number }
  | { type: 'spell-ours'; on: boolean }
  /** What is quoted goes, with the lines that introduce it. */
  | { type: 'cut'; intro: string }
  /** cut: the value without what is quoted, which stays where it is; null: all. bare: without signature and pictures. */
  | { type: 'get'; id: number; cut: { intro: string } | null; bare?: boolean }
  /** Sanitised like everything that is pasted. */
  | { type: 'html'; html: string };

export type FromEditor =
  | { type: 'ready' }
  | { type: 'changed' }
  /** The signature was changed by hand, and stays. */
  | { type: 'signature-kept' }
  | { type: 'cids'; cids: string[] }
  | { type: 'formats'; formats: string[]; link: string; canUndo: boolean; canRedo: boolean }
  | { type: 'files'; files: File[]; folders: string[] }
  | { type: 'spell-text'; id: number; rev: number; text: string }
  | { type: 'spell-place'; id: number; rect: Place | null }
  | { type: 'misspelt'; mark: number }
  | { type: 'state'; id: number; state: EditorState }
  | { type: 'key'; key: 'send' | 'save' | 'escape' | 'tab-back' }
  /** value null: pictures are not there yet, and nothing is given without them. */
  | { type: 'value'; id: number; value: EditorValue | null };
