// The rich text editor, alone in a frame of opaque origin: no cookies, no network, no way to the page but a port.
// One classic script, so that the frame's policy can name exactly this URL.
import createDOMPurify from 'dompurify';
import Squire from 'squire-rte';
import editorCss from './editor.css';
import { htmlToText } from './html-text.ts';
import { signatureBlock, swapSignature } from './signature.ts';
import { Spelling } from './spelling.ts';
import { EDITOR_HERE } from './protocol.ts';
import { giveState, heldState } from './state.ts';
import type { EditorLook, EditorValue, FromEditor, InlineImage, ToEditor } from './protocol.ts';

const purify = createDOMPurify(window);
/* Squire marks the selection with an <input> of its own while it works: only what comes from outside may have none. */
const FORBID_FOREIGN = ['input', 'optgroup', 'datalist', 'output', 'meter', 'progress', 'marquee'];
const FORBID_TAGS = ['style', 'form', 'button', 'textarea', 'select', 'option', 'fieldset', 'legend', 'label', 'link', 'meta', 'base', 'iframe', 'frame', 'object', 'embed', 'video', 'audio', 'source', 'track', 'svg', 'math', 'template', 'slot', 'dialog', 'canvas', 'map', 'area', 'noscript', 'title'];
const FORBID_ATTR = ['id', 'name', 'class', 'srcset', 'background', 'bgcolor', 'color', 'hidden', 'poster', 'ping', 'autofocus', 'contenteditable', 'tabindex', 'accesskey', 'popover', 'is', 'slot', 'download', 'draggable'];

// Squire puts its own, already sanitised text back on undo by innerHTML; under Trusted Types that needs a policy.
interface Factory { createPolicy(name: string, rules: { createHTML: (s: string) => string }): unknown }
const factory = (window as unknown as { trustedTypes?: Factory }).trustedTypes;
factory?.createPolicy('default', { createHTML: (s) => purify.sanitize(s, { ADD_TAGS: ['input'], ADD_ATTR: ['id', 'type'], FORBID_TAGS }) as unknown as string });

function hiddenByStyle(el: HTMLElement): boolean {
  const s = el.style;
  return s.display === 'none' || s.visibility === 'hidden' || s.opacity === '0' || s.fontSize === '0px' || (s.maxHeight === '0px' && s.overflow === 'hidden');
}

/* What a quotation keeps of foreign style: nothing that could make text invisible (colours, offsets, clipping). */
const QUOTED = /^(?:font-(?:weight|style|family)|text-(?:align|decoration)[a-z-]*|border[a-z-]*|padding[a-z-]*|vertical-align|list-style-type|white-space[a-z-]*|(?:max-|min-)?width)$/;

function keepHarmlessStyle(el: HTMLElement): void {
  for (const name of [...el.style]) if (!QUOTED.test(name)) el.style.removeProperty(name);
  // What the browser does not know of (mso-…) stands in the attribute only, and would go with the mail.
  const left = el.style.cssText;
  if (left) el.setAttribute('style', left); else el.removeAttribute('style');
}

/** Pictures of what the editor began with, by cid; null: it stays out. Undo brings them back without. */
const pictures = new Map<string, string | null>();

const inWords = (img: HTMLImageElement): string => (img.alt ? `[${img.alt}]` : '');

/** Gives pictures that are empty what is known for them. */
function fillIn(within: ParentNode): void {
  for (const img of within.querySelectorAll<HTMLImageElement>('img[data-cid]:not([src])')) {
    const data = pictures.get(img.dataset.cid ?? '');
    if (data) img.src = data;
    else if (data === null) img.replaceWith(inWords(img));
  }
}

/** Foreign HTML as a fragment: what cannot be seen is dropped (it must not be quoted), nothing loads. awaited: its pictures by cid come later. */
function sanitise(html: string, awaited = false): DocumentFragment {
  // An address for all others is not even parsed as one: the frame's policy would stop it, and say so.
  const fragment = purify.sanitize(html.replace(/<base(?=[\s/>])/gi, '<x-base'), { RETURN_DOM_FRAGMENT: true, USE_PROFILES: { html: true }, FORBID_TAGS: [...FORBID_TAGS, ...FORBID_FOREIGN], FORBID_ATTR, ALLOW_DATA_ATTR: false, ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|tel:|cid:|data:image\/(?:png|gif|jpe?g|webp);base64,)/i }) as unknown as DocumentFragment;
  for (const el of fragment.querySelectorAll<HTMLElement>('[style]')) {
    if (hiddenByStyle(el)) { el.remove(); continue; }
    keepHarmlessStyle(el);
    if (/url\s*\(|image-set|src\s*\(/i.test(el.getAttribute('style') ?? '')) { el.style.background = ''; if (/url|image-set|src\s*\(/i.test(el.getAttribute('style') ?? '')) el.removeAttribute('style'); }
  }
  for (const img of fragment.querySelectorAll('img')) {
    const src = img.getAttribute('src') ?? '';
    if (/^cid:/i.test(src) && (awaited || pictures.has(src.slice(4)))) { img.setAttribute('data-cid', src.slice(4)); img.removeAttribute('src'); }
    else if (!/^data:image\/(?:png|gif|jpe?g|webp);base64,/i.test(src)) img.replaceWith(inWords(img));
  }
  // Word processors wrap every run in one, whose language or name is gone now.
  for (const span of fragment.querySelectorAll('span')) if (!span.attributes.length) span.replaceWith(...span.childNodes);
  return document.importNode(fragment, true);
}

let port: MessagePort | null = null;
let squire: Squire;
const root = document.createElement('div');
const send = (m: FromEditor, transfer: Transferable[] = []): void => { port?.postMessage(m, transfer); };

const spelling = new Spelling(root);
let guarded = true;
let ours = false;

function guard(on: boolean): void {
  guarded = on;
  // All the ways by which a browser or an extension may send what is typed elsewhere.
  root.spellcheck = !on && !ours;
  root.translate = !on;
  const set = (name: string, value: string): void => { if (on) root.setAttribute(name, value); else root.removeAttribute(name); };
  root.setAttribute('spellcheck', on || ours ? 'false' : 'true');
  set('writingsuggestions', 'false');
  set('autocorrect', 'off');
  set('autocapitalize', 'off');
  set('translate', 'no');
  set('data-gramm', 'false');
  set('data-gramm_editor', 'false');
  set('data-enable-grammarly', 'false');
  set('data-lt-active', 'false');
}

function look(l: EditorLook): void {
  const s = document.documentElement.style;
  s.setProperty('--ink', l.ink);
  s.setProperty('--muted', l.muted);
  s.setProperty('--link', l.link);
  s.setProperty('--placeholder', JSON.stringify(l.placeholder));
  s.setProperty('--drop-hint', JSON.stringify(l.dropHint));
  s.colorScheme = l.dark ? 'dark' : 'light';
  root.setAttribute('aria-label', l.label);
}

function isEmpty(): boolean { return (root.textContent ?? '').replace(/[\u200b\s]/g, '') === '' && !root.querySelector('img, li, blockquote'); }

const words = (s: string | null): string => (s ?? '').replace(/[\u200b\s]+/g, ' ').trim();

/** Every quotation, and the line that introduces it. What was written between the quotations stays. */
function cutQuotes(el: HTMLElement, intro: string): void {
  for (const q of el.querySelectorAll('blockquote')) q.remove();
  const wanted = words(intro);
  if (wanted) for (const d of el.querySelectorAll('div, p')) if (words(d.textContent) === wanted) d.remove();
}

/** null: a picture is not there yet. What is kept or sent would be without it. */
function value(cut: { intro: string } | null, bare = false): { value: EditorValue | null; transfer: Transferable[] } {
  // In a document of its own, which loads nothing: here a picture would be asked for by its "cid:".
  const aside = document.implementation.createHTMLDocument('');
  const holder = aside.createElement('div');
  holder.append(...Array.from(root.childNodes, (n) => aside.importNode(n, true)));
  holder.querySelector('.squire-image-resize-container')?.remove();
  if (cut) cutQuotes(holder, cut.intro);
  if (bare) for (const x of holder.querySelectorAll('.wx-signature, img')) x.remove();
  fillIn(holder);
  if (holder.querySelector('img[data-cid]:not([src])')) return { value: null, transfer: [] };
  const images: InlineImage[] = [];
  for (const img of holder.querySelectorAll('img')) {
    const m = /^data:(image\/(?:png|gif|jpe?g|webp));base64,(.*)$/i.exec(img.getAttribute('src') ?? '');
    if (!m) { img.replaceWith(inWords(img)); continue; }
    let cid = img.getAttribute('data-cid') ?? '';
    if (!/^[\w.!#$%&'*+/=?^`{|}~@-]{1,200}$/.test(cid)) cid = `${crypto.getRandomValues(new Uint32Array(4)).join('')}@waxseal`;
    const bytes = Uint8Array.from(atob(m[2]!), (c) => c.charCodeAt(0));
    if (!images.some((i) => i.cid === cid)) images.push({ cid, type: m[1]!.toLowerCase(), bytes: bytes.buffer as ArrayBuffer });
    img.setAttribute('src', `cid:${cid}`);
    img.removeAttribute('data-cid');
  }
  const html = holder.getHTML().replace(/\u200b/g, '');
  return { value: { html, text: htmlToText(holder), images, empty: isEmpty() }, transfer: images.map((i) => i.bytes) };
}

function reportFormats(): void {
  const formats = [['B', 'bold'], ['I', 'italic'], ['U', 'underline'], ['S', 'strikethrough'], ['UL', 'bullets'], ['OL', 'numbers'], ['BLOCKQUOTE', 'quote']] as const;
  const a = squire.getSelection().commonAncestorContainer;
  const anchor = (a.nodeType === 1 ? (a as Element) : a.parentElement)?.closest('a');
  const undo = squire as unknown as UndoState;
  const same = undo._isInUndoState || unchanged(undo);
  send({
    type: 'formats', formats: formats.filter(([tag]) => squire.hasFormat(tag)).map(([, name]) => name), link: anchor?.getAttribute('href') ?? '',
    canUndo: undo._undoIndex > 0 || !same, canRedo: undo._undoIndex + 1 < undo._undoStackLength && same,
  });
}

const commands: Record<string, (v: string) => void> = {
  bold: () => (squire.hasFormat('B') ? squire.removeBold() : squire.bold()),
  italic: () => (squire.hasFormat('I') ? squire.removeItalic() : squire.italic()),
  underline: () => (squire.hasFormat('U') ? squire.removeUnderline() : squire.underline()),
  strikethrough: () => (squire.hasFormat('S') ? squire.removeStrikethrough() : squire.strikethrough()),
  bullets: () => (squire.hasFormat('UL') ? squire.removeList() : squire.makeUnorderedList()),
  numbers: () => (squire.hasFormat('OL') ? squire.removeList() : squire.makeOrderedList()),
  quote: () => squire.increaseQuoteLevel(),
  unquote: () => squire.decreaseQuoteLevel(),
  indent: () => squire.increaseListLevel(),
  outdent: () => squire.decreaseListLevel(),
  clear: () => squire.removeAllFormatting(),
  undo: () => squire.undo(),
  redo: () => squire.redo(),
  link: (v) => squire.makeLink(v),
  unlink: () => squire.removeLink(),
};

/** The text that the composer knows of. */
let known = '';
const content = (): string => root.getHTML().replace(/\u200b/g, '');

interface UndoState { _undoIndex: number; _undoStackLength: number; _isInUndoState: boolean }
/** The text that the last undo or redo led to, or that it began with. */
let stepped = { text: '', at: -1 };
const unchanged = (state: UndoState): boolean => state._undoIndex === stepped.at && content() === stepped.text;

/** Squire takes any mutation after undo for a change, also what focus and caret leave behind: then redo is lost, and the
 *  next undo leads nowhere. Only another text is a change. */
function keepRedo(): void {
  const state = squire as unknown as UndoState;
  const step = (run: () => Squire) => (): Squire => {
    if (unchanged(state)) state._isInUndoState = true;
    const done = run();
    stepped = { text: content(), at: state._undoIndex };
    return done;
  };
  squire.undo = step(squire.undo.bind(squire));
  squire.redo = step(squire.redo.bind(squire));
}

/** A picture that comes is no change; one of the person's that was not told of yet still is. */
function fill(cid: string, data: string | null): void {
  const untold = content() !== known;
  pictures.set(cid, data);
  fillIn(root);
  known = content();
  if (untold) { spelling.changed(); send({ type: 'changed' }); }
}

/** The line above what is quoted. */
let quoted: HTMLElement | null = null;

function start(m: Extract<ToEditor, { type: 'init' }>): void {
  look(m.look);
  guard(m.guarded);
  const holder = document.createElement('div');
  const block = (): HTMLElement => document.createElement('div');
  if (m.html) holder.append(sanitise(m.html, true));
  else holder.append(block());
  if (m.signature) {
    holder.append(block());
    holder.append(signatureBlock(m.signature));
  }
  if (m.quote) {
    const intro = quoted = block();
    intro.textContent = m.intro;
    const quote = document.createElement('blockquote');
    quote.setAttribute('type', 'cite');
    quote.append(sanitise(m.quote, true));
    holder.append(block(), intro, quote);
  }
  squire = new Squire(root, { sanitizeToDOMFragment: (html: string) => sanitise(html), addLinks: true, undo: { documentSizeThreshold: 500_000, undoLimit: 60 }, didError: () => undefined });
  (squire as unknown as { setHTML(h: string): void }).setHTML('');
  root.replaceChildren(...holder.childNodes);
  for (const d of root.querySelectorAll('div:empty')) d.append(document.createElement('br'));
  squire.moveCursorToStart();
  // Undo leads back to this, not to nothing: as setHTML begins.
  Object.assign(squire, { _undoIndex: -1, _undoStack: [], _undoStackLength: 0, _isInUndoState: false });
  squire.saveUndoState();
  keepRedo();
  root.classList.toggle('is-empty', isEmpty());
  const cids = [...new Set(Array.from(root.querySelectorAll('img[data-cid]:not([src])'), (i) => i.getAttribute('data-cid') ?? ''))];
  if (cids.length) send({ type: 'cids', cids });
  known = content();
  if (m.state) heldState(squire, root, m.state);
  stepped = { text: known, at: (squire as unknown as UndoState)._undoIndex };
  let timer: ReturnType<typeof setTimeout> | undefined;
  squire.addEventListener('input', () => {
    fillIn(root);
    root.classList.toggle('is-empty', isEmpty());
    clearTimeout(timer);
    // Squire reports every mutation, also those of focus and caret; only another text is a change.
    const compare = (): void => {
      const now = content();
      if (now === known) return;
      known = now;
      spelling.changed();
      send({ type: 'changed' });
    };
    if (known.length < 100_000) compare();
    else timer = setTimeout(compare, 150);
  });
  for (const e of ['pathChange', 'select', 'cursor', 'undoStateChange']) squire.addEventListener(e, reportFormats);
}

function receive(m: ToEditor): void {
  switch (m.type) {
    case 'init': start(m); send({ type: 'ready' }); break;
    case 'look': look(m.look); break;
    case 'guard': guard(m.on); break;
    case 'command': commands[m.name]?.(m.value ?? ''); break;
    case 'image': { const img = squire.insertImage(m.data, { alt: m.alt }); img.setAttribute('data-cid', m.cid); break; }
    case 'fill': fill(m.cid, m.data); break;
    case 'html': squire.focus(); squire.insertHTML(m.html, false); break;
    case 'text': squire.insertPlainText(m.text, false); break;
    case 'signature': {
      squire.saveUndoState();
      if (swapSignature(root, m.before, m.after, quoted) === 'kept') send({ type: 'signature-kept' });
      break;
    }
    case 'focus': squire.focus(); break;
    case 'state': send({ type: 'state', id: m.id, state: giveState(squire, root, unchanged(squire as unknown as UndoState)) }); break;
    case 'spell-read': send({ type: 'spell-text', id: m.id, rev: spelling.rev, text: spelling.read() }); break;
    case 'spell-mark': spelling.mark(m.rev, m.misses); break;
    case 'spell-remove': spelling.remove(m.ids); break;
    case 'spell-replace': squire.saveUndoState(); spelling.replace(m.mark, m.word, (r) => { squire.focus(); squire.setSelection(r); }); break;
    case 'spell-place': { const r = spelling.place(m.mark); send({ type: 'spell-place', id: m.id, rect: r && { x: r.x, y: r.y, width: r.width, height: r.height } }); break; }
    case 'spell-ours': ours = m.on; guard(guarded); break;
    case 'cut': squire.saveUndoState(); cutQuotes(root, m.intro); if (!root.firstChild) root.append(document.createElement('div')); squire.moveCursorToStart(); break;
    case 'get': { const v = value(m.cut, m.bare); send({ type: 'value', id: m.id, value: v.value }, v.transfer); break; }
  }
}

/** What is dropped goes where it was dropped. */
function caretAt(x: number, y: number): void {
  const range = document.caretRangeFromPoint?.(x, y);
  if (range && root.contains(range.startContainer)) squire.setSelection(range);
}

/** Files and folders; folders are told apart here, as a File they cannot be. */
function brought(data: DataTransfer): { files: File[]; folders: string[] } {
  const items = Array.from(data.items).filter((i) => i.kind === 'file').map((i) => ({ entry: i.webkitGetAsEntry?.(), file: i.getAsFile() }));
  return {
    files: items.flatMap((i) => (i.file && !i.entry?.isDirectory ? [i.file] : [])),
    folders: items.flatMap((i) => (i.entry?.isDirectory ? [i.entry.name] : [])),
  };
}

/** Squire's own keys where Caps Lock or another alphabet writes another letter. */
function otherwise(e: KeyboardEvent): boolean {
  if (!(e.ctrlKey || e.metaKey) || e.altKey || e.shiftKey || e.isComposing || e.key.length !== 1 || /[a-z]/.test(e.key)) return false;
  const letter = /[A-Z]/.test(e.key) ? e.key.toLowerCase() : /^Key[A-Z]$/.test(e.code) && e.key > '~' ? e.code.slice(3).toLowerCase() : '';
  const handler = (squire as unknown as { _keyHandlers: Record<string, ((s: Squire, e: KeyboardEvent, r: Range) => void) | undefined> })._keyHandlers[`${e.ctrlKey ? 'Ctrl-' : ''}${e.metaKey ? 'Meta-' : ''}${letter}`];
  if (!letter || !handler) return false;
  e.stopImmediatePropagation();
  handler(squire, e, squire.getSelection());
  return true;
}

/** Squire takes every key away from whoever has clicked a picture, and knows four. Here the caret goes beside the picture (what
 *  deletes, copies or cuts takes it) and the key goes on as it would in any text. */
function leavePicture(e: KeyboardEvent): void {
  const handles = root.querySelector('.squire-image-resize-container');
  const picture = (squire as unknown as { _imageResizer: { _currentImage: HTMLImageElement | null } } | undefined)?._imageResizer._currentImage;
  if (!handles || !picture) return;
  if (['Shift', 'Control', 'Alt', 'Meta', 'AltGraph', 'CapsLock'].includes(e.key)) { e.stopImmediatePropagation(); return; }
  (squire as unknown as { _imageResizer: { _deselectImage(): void } })._imageResizer._deselectImage();
  const range = document.createRange();
  range.selectNode(picture);
  const takes = e.key === 'Delete' || e.key === 'Backspace' || (e.ctrlKey || e.metaKey) && /^[cx]$/i.test(e.key);
  if (!takes) range.collapse(e.key === 'ArrowLeft' || e.key === 'ArrowUp');
  squire.focus();
  squire.setSelection(range);
  // These have done what they were pressed for.
  if (e.key === 'Escape' || (e.key === 'ArrowLeft' || e.key === 'ArrowRight') && !e.ctrlKey && !e.metaKey && !e.shiftKey) { e.preventDefault(); e.stopImmediatePropagation(); }
}

function listen(): void {
  addEventListener('keydown', leavePicture, { capture: true });
  root.addEventListener('keydown', (e) => {
    if ((e.ctrlKey || e.metaKey) && e.key === 'Enter') { e.preventDefault(); e.stopImmediatePropagation(); send({ type: 'key', key: 'send' }); }
    else if ((e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && e.key.toLowerCase() === 's') { e.preventDefault(); e.stopImmediatePropagation(); send({ type: 'key', key: 'save' }); }
    else if (otherwise(e)) return;
    else if (e.key === 'Escape') { e.preventDefault(); send({ type: 'key', key: 'escape' }); }
    else if (e.key === 'Tab' && e.shiftKey && !squire.hasFormat('LI')) { e.preventDefault(); send({ type: 'key', key: 'tab-back' }); }
  }, { capture: true });
  // A marked word has a menu of its own: by the menu key and the right button, and by a tap. Elsewhere the browser's stays.
  const ask = (e: Event, at: { x: number; y: number } | null): void => {
    const mark = spelling.find(at);
    if (!mark) return;
    e.preventDefault();
    send({ type: 'misspelt', mark: mark.id });
  };
  document.addEventListener('contextmenu', (e) => ask(e, e.button === 2 ? { x: e.clientX, y: e.clientY } : null));
  root.addEventListener('click', (e) => { if ((e as PointerEvent).pointerType === 'touch') ask(e, { x: e.clientX, y: e.clientY }); });
  // Files go to the composer; dropped HTML is sanitised here (Squire would take it as it is).
  document.addEventListener('dragover', (e) => { e.preventDefault(); if (e.dataTransfer?.types.includes('Files')) document.body.classList.add('is-dropping'); });
  document.addEventListener('dragleave', (e) => { if (!e.relatedTarget) document.body.classList.remove('is-dropping'); });
  document.addEventListener('drop', (e) => {
    document.body.classList.remove('is-dropping');
    e.preventDefault();
    e.stopImmediatePropagation();
    if (e.dataTransfer?.types.includes('Files')) { caretAt(e.clientX, e.clientY); send({ type: 'files', ...brought(e.dataTransfer) }); return; }
    const html = e.dataTransfer?.getData('text/html');
    const text = e.dataTransfer?.getData('text/plain');
    if (html) squire.insertHTML(html, true);
    else if (text) squire.insertPlainText(text, true);
  }, { capture: true });
  root.addEventListener('paste', (e) => {
    const data = e.clipboardData;
    if (!data?.files.length) return;
    // A copied picture comes with a line of HTML that names it; HTML with words in it is text with a picture beside it.
    if (data.types.includes('text/html') && /[^\s]/.test(data.getData('text/html').replace(/<!--.*?-->|<style.*?<\/style>|<[^>]*>|&nbsp;/gis, ''))) return;
    e.preventDefault();
    e.stopImmediatePropagation();
    send({ type: 'files', ...brought(data) });
  }, { capture: true });
}

root.id = 'root';
root.setAttribute('role', 'textbox');
root.setAttribute('aria-multiline', 'true');
// Off before anything is typed; the composer says when it may be on.
guard(true);
const sheet = new CSSStyleSheet();
sheet.replaceSync(editorCss);
document.adoptedStyleSheets = [sheet];
document.body.append(root);
listen();
// The first message from our parent carries the port; the frame has an opaque origin, so only the source can be checked.
addEventListener('message', function first(e: MessageEvent) {
  if (e.source !== parent || e.data !== 'waxseal-editor' || !e.ports[0]) return;
  removeEventListener('message', first);
  port = e.ports[0];
  port.onmessage = (m: MessageEvent<ToEditor>) => receive(m.data);
});
parent.postMessage(EDITOR_HERE, '*');
