// The rich text frame and its port, with the toolbar above it.
import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { EDITOR_HERE } from '../../editor/protocol.ts';
import type { Command, EditorLook, EditorState, FromEditor, Place, ToEditor } from '../../editor/protocol.ts';
import type { Body, Composer } from '../../store/compose.ts';
import type { Marked } from '../../store/spelling.ts';
import { settings } from '../../store/session.ts';
import { toast } from '../../store/toasts.ts';
import { dialog } from '../parts/dialog.ts';
import { frameInto } from './warm.ts';

const BUTTONS: { name: Command; glyph: string }[] = [
  { name: 'bold', glyph: 'bold' }, { name: 'italic', glyph: 'italic' }, { name: 'underline', glyph: 'underline' }, { name: 'strikethrough', glyph: 'strikethrough' },
  { name: 'bullets', glyph: 'list' }, { name: 'numbers', glyph: 'list-ordered' }, { name: 'quote', glyph: 'quote' }, { name: 'link', glyph: 'link' }, { name: 'clear', glyph: 'eraser' },
];
const ANSWER_MS = 8000;
/** For a frame that stood ready; one whose process is gone says nothing. */
const SPARE_MS = 3000;

export class WxEditor extends WxElement {
  static override properties = { composer: { attribute: false }, guarded: { type: Boolean }, ready: { state: true }, formats: { state: true }, linkHref: { state: true }, asking: { state: true }, can: { state: true } };
  declare composer: Composer;
  declare guarded: boolean;
  declare ready: boolean;
  declare formats: readonly string[];
  declare linkHref: string;
  declare asking: boolean;
  declare can: { undo: boolean; redo: boolean };
  #port: MessagePort | null = null;
  #waiting = new Map<number, (b: Body | null) => void>();
  #texts = new Map<number, (t: { rev: number; text: string }) => void>();
  #places = new Map<number, (r: DOMRect | null) => void>();
  #states = new Map<number, (s: EditorState) => void>();
  #frame: HTMLIFrameElement | null = null;
  #next = 0;
  #guard: boolean | null = null;
  #look = '';
  /** The last body read: used when the frame is gone (element removed while closing). */
  #last: Body | null = null;

  constructor() { super(); this.guarded = true; this.ready = false; this.formats = []; this.linkHref = ''; this.asking = false; this.can = { undo: false, redo: false }; }

  #frameLook(): EditorLook {
    const own = getComputedStyle(this);
    const probe = this.querySelector<HTMLElement>('.frame-probe');
    const theme = document.documentElement.dataset.theme;
    return {
      ink: own.color, muted: probe ? getComputedStyle(probe).color : own.color, link: probe ? getComputedStyle(probe).borderTopColor : own.color,
      dark: theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches),
      placeholder: t('editor-placeholder'), label: t('editor-label'), dropHint: t('editor-drop'),
    };
  }

  #post(m: ToEditor): void { this.#port?.postMessage(m); }

  /** The one that stood ready, else a new one. */
  #place(fresh = false): void {
    const { frame, ready } = frameInto(this.querySelector<HTMLElement>('.editor-slot')!, fresh);
    this.#frame = frame;
    frame.title = t('editor-label');
    if (!ready) return;
    this.#loaded();
    setTimeout(() => {
      if (this.ready || this.#frame !== frame || !this.isConnected) return;
      this.#port?.close();
      this.#port = null;
      frame.remove();
      this.#place(true);
    }, SPARE_MS);
  }

  #loaded(): void {
    const frame = this.#frame;
    if (!frame?.contentWindow || this.#port) return;
    const channel = new MessageChannel();
    this.#port = channel.port1;
    channel.port1.onmessage = (e: MessageEvent<FromEditor>) => this.#receive(e.data);
    // The frame's origin is opaque, so the target cannot be named; it gets only the port.
    frame.contentWindow.postMessage('waxseal-editor', '*', [channel.port2]);
    const s = this.composer.start;
    const look = this.#frameLook();
    this.#look = JSON.stringify(look);
    this.#guard = this.guarded;
    this.#post({ type: 'init', html: s.html ?? '', quote: s.quote ?? '', intro: s.intro ?? '', signature: s.signature ?? '', look, guarded: this.guarded, state: this.composer.handed });
    this.composer.handed = null;
  }

  #receive(m: FromEditor): void {
    switch (m.type) {
      case 'ready':
        this.ready = true;
        this.composer.readBody = (without) => this.read(without);
        this.composer.readState = () => this.#state();
        this.composer.cutQuote = () => this.#post({ type: 'cut', intro: this.composer.start.intro ?? '' });
        this.composer.swapSignature = (before, after) => this.#post({ type: 'signature', before, after });
        this.dispatchEvent(new CustomEvent('wx-editor-ready', { bubbles: true }));
        break;
      case 'changed': this.composer.typed(); break;
      case 'signature-kept': toast(t('signature-kept')); break;
      case 'formats': this.formats = m.formats; this.linkHref = m.link; this.can = { undo: m.canUndo, redo: m.canRedo }; break;
      case 'files': this.dispatchEvent(new CustomEvent('wx-files', { bubbles: true, detail: { files: m.files, folders: m.folders } })); break;
      case 'cids': this.dispatchEvent(new CustomEvent('wx-cids', { bubbles: true, detail: m.cids })); break;
      case 'spell-text': this.#texts.get(m.id)?.(m); this.#texts.delete(m.id); break;
      case 'spell-place': this.#places.get(m.id)?.(m.rect && this.#outside(m.rect)); this.#places.delete(m.id); break;
      case 'misspelt': this.dispatchEvent(new CustomEvent('wx-misspelt', { bubbles: true, detail: m.mark })); break;
      case 'key': this.dispatchEvent(new CustomEvent(`wx-editor-${m.key}`, { bubbles: true })); break;
      case 'state': this.#states.get(m.id)?.(m.state); this.#states.delete(m.id); break;
      case 'value': {
        const done = this.#waiting.get(m.id);
        this.#waiting.delete(m.id);
        done?.(m.value);
        break;
      }
    }
  }

  read(without = false, bare = false): Promise<Body> {
    if (!this.#port || !this.isConnected) return this.#last && !without ? Promise.resolve(this.#last) : Promise.reject(new Error('editor is not ready'));
    const id = ++this.#next;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => { this.#waiting.delete(id); reject(new Error('editor does not answer')); }, ANSWER_MS);
      this.#waiting.set(id, (b) => {
        clearTimeout(timer);
        if (!b) { reject(new Error('pictures are not there yet')); return; }
        if (!without) this.#last = b;
        resolve(b);
      });
      this.#post({ type: 'get', id, cut: without ? { intro: this.composer.start.intro ?? '' } : null, bare });
    });
  }

  /** Undo and caret; null where the frame does not say: they are not worth waiting for. */
  #state(): Promise<EditorState | null> {
    const id = ++this.#next;
    return new Promise((resolve) => {
      this.#states.set(id, resolve);
      setTimeout(() => { this.#states.delete(id); resolve(null); }, ANSWER_MS / 4);
      this.#post({ type: 'state', id });
    });
  }

  /** A place in the frame as one in the window. */
  #outside(r: Place): DOMRect {
    const f = this.querySelector('iframe')!.getBoundingClientRect();
    return new DOMRect(f.x + r.x, f.y + r.y, r.width, r.height);
  }

  /** The rich text as the spell check sees it. */
  readonly marked: Marked = {
    read: () => new Promise((resolve, reject) => {
      if (!this.#port || !this.ready) { reject(new Error('editor is not ready')); return; }
      const id = ++this.#next;
      this.#texts.set(id, resolve);
      this.#post({ type: 'spell-read', id });
    }),
    mark: (rev, misses) => this.#post({ type: 'spell-mark', rev, misses: misses.map(({ id, offset, length }) => ({ id, offset, length })) }),
    remove: (ids) => this.#post({ type: 'spell-remove', ids }),
    replace: (mark, word) => this.#post({ type: 'spell-replace', mark, word }),
    place: (mark) => new Promise((resolve) => {
      if (!this.#port) { resolve(null); return; }
      const id = ++this.#next;
      this.#places.set(id, resolve);
      this.#post({ type: 'spell-place', id, mark });
    }),
    focus: () => this.focusBody(),
    ours: (on) => this.#post({ type: 'spell-ours', on }),
  };

  focusBody(): void {
    this.querySelector('iframe')?.focus();
    this.#post({ type: 'focus' });
  }
  insertHtml(html: string): void { this.querySelector('iframe')?.focus(); this.#post({ type: 'html', html }); }
  fill(cid: string, data: string | null): void { this.#post({ type: 'fill', cid, data }); }
  insertImage(cid: string, data: string, alt: string): void { this.#post({ type: 'image', cid, data, alt }); }

  #run(name: Command): void {
    if (name === 'link') { this.asking = true; return; }
    this.#post({ type: 'command', name });
    this.focusBody();
  }

  #setLink(): void {
    const field = this.querySelector<HTMLInputElement>('#link-address')!;
    const text = field.value.trim();
    this.asking = false;
    if (!text) this.#post({ type: 'command', name: 'unlink' });
    else this.#post({ type: 'command', name: 'link', value: /^(?:https?:|mailto:|tel:)/i.test(text) ? text : text.includes('@') && !text.includes('/') ? `mailto:${text}` : `https://${text}` });
    setTimeout(() => this.focusBody());
  }

  override firstUpdated(): void { this.#place(); }

  override updated(): void {
    if (this.#frame) this.#frame.title = t('editor-label');
    if (!this.#port) return;
    if (this.#guard !== this.guarded) { this.#guard = this.guarded; this.#post({ type: 'guard', on: this.guarded }); }
    const look = this.#frameLook();
    const text = JSON.stringify(look);
    if (text !== this.#look) { this.#look = text; this.#post({ type: 'look', look }); }
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.listen(window, 'message', (e: MessageEvent<unknown>) => { if (this.#frame && e.source === this.#frame.contentWindow && e.data === EDITOR_HERE) this.#loaded(); });
    // The frame cannot see the system's theme change by itself.
    this.listen(matchMedia('(prefers-color-scheme: dark)'), 'change', () => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#port?.close();
    this.#port = null;
    this.composer.swapSignature = null;
    this.composer.readState = null;
  }

  override render(): TemplateResult {
    void settings.value.ui.theme;
    return html`<div class="editor-tools" role="toolbar" aria-label=${t('editor-tools')}>
        ${BUTTONS.map((b) => html`<button type="button" class="icon-button is-small" aria-label=${t(`editor-${b.name}`)} data-tip=${t(`editor-${b.name}`)} aria-pressed=${b.name === 'clear' || b.name === 'link' ? 'false' : String(this.formats.includes(b.name)) as 'true'}
          @mousedown=${(e: Event) => e.preventDefault()} @click=${() => this.#run(b.name)}>${icon(b.glyph)}</button>`)}
        <span class="editor-gap"></span>
        <button type="button" class="icon-button is-small" aria-label=${t('editor-undo')} data-tip=${t('editor-undo')} ?disabled=${!this.can.undo} @click=${() => this.#run('undo')}>${icon('undo-2')}</button>
        <button type="button" class="icon-button is-small" aria-label=${t('editor-redo')} data-tip=${t('editor-redo')} ?disabled=${!this.can.redo} @click=${() => this.#run('redo')}>${icon('redo-2')}</button>
      </div>
      <span class="frame-probe editor-probe" hidden></span>
      <div class="editor-slot"></div>
      ${this.asking ? dialog({
        title: t('editor-link'), close: () => { this.asking = false; }, submit: () => this.#setLink(),
        body: html`<label class="field"><span class="field-label">${t('editor-link-address')}</span><input class="input" id="link-address" autofocus inputmode="url" autocomplete="off" spellcheck="false" .value=${this.linkHref}></label>`,
        foot: html`<button type="button" class="button" @click=${() => { this.asking = false; }}>${t('cancel')}</button><button type="submit" class="button button-primary">${t('apply')}</button>`,
      }) : nothing}`;
  }
}
define('wx-editor', WxEditor);
