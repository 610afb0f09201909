// Files of a message on the whole screen, one after the other. A picture is drawn under the type its bytes say, text is a
// text node; everything else can only be downloaded. Loaded with the first use.
import '../../core/shared.ts';
import sheet from './preview.css';
import { sentence } from '../../api/client.ts';
import { getInline } from '../../api/reading.ts';
import type { Attachment, LayerKey, MessageRef } from '../../api/types.ts';
import { WxElement, define } from '../../core/element.ts';
import { foreign } from '../../core/foreign.ts';
import { fileSize } from '../../core/format.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { useSheet } from '../parts/sheet.ts';
import { mayDownload, previewKind } from './attachments.ts';

export interface PreviewOptions { ref: MessageRef; keys: LayerKey[]; files: Attachment[]; at: string; download: (a: Attachment) => void }
type Shown = { kind: 'image'; url: string } | { kind: 'text'; text: string; cut: boolean } | { kind: 'none' } | { kind: 'failed'; text: string };

export class WxPreview extends WxElement {
  static override properties = { what: { attribute: false }, at: { state: true }, shown: { state: true } };
  declare what: PreviewOptions;
  declare at: number;
  declare shown: Shown | null;
  #abort = new AbortController();
  #from: Element | null = document.activeElement;

  constructor() { super(); this.at = 0; this.shown = null; }

  get ref(): MessageRef { return this.what.ref; }

  override connectedCallback(): void {
    super.connectedCallback();
    this.at = Math.max(0, this.what.files.findIndex((f) => f.id === this.what.at));
    void this.updateComplete.then(() => this.querySelector('dialog')?.showModal());
    void this.#load();
  }

  override disconnectedCallback(): void { super.disconnectedCallback(); this.#drop(); }

  #drop(): void {
    this.#abort.abort();
    if (this.shown?.kind === 'image') URL.revokeObjectURL(this.shown.url);
    this.shown = null;
  }

  async #load(): Promise<void> {
    this.#drop();
    const { signal } = this.#abort = new AbortController();
    const file = this.what.files[this.at]!;
    const kind = previewKind(file);
    if (kind !== 'image' && kind !== 'text') { this.shown = { kind: 'none' }; return; }
    try {
      const { blob, cut } = await getInline(this.what.ref, file.id, file.sealed ? this.what.keys : [], signal);
      if (signal.aborted) return;
      // Only pictures a browser cannot run anything from, whatever the mail called them.
      if (kind === 'image' && !/^image\/(?:png|gif|jpe?g|webp|avif|bmp)$/.test(blob.type)) { this.shown = { kind: 'none' }; return; }
      const next: Shown = kind === 'image' ? { kind, url: URL.createObjectURL(blob) } : { kind, text: await blob.text(), cut };
      if (signal.aborted) { if (next.kind === 'image') URL.revokeObjectURL(next.url); return; }
      this.shown = next;
    } catch (error) { if (!signal.aborted) this.shown = { kind: 'failed', text: sentence(error) }; }
  }

  #step(by: number): void {
    const next = this.at + by;
    if (next < 0 || next >= this.what.files.length) return;
    this.at = next;
    void this.#load();
  }

  #close(): void {
    this.querySelector('dialog')?.close();
    this.remove();
    if (this.#from instanceof HTMLElement) this.#from.focus();
  }

  #key(e: KeyboardEvent): void {
    const rtl = getComputedStyle(this).direction === 'rtl' ? -1 : 1;
    if (e.key === 'ArrowRight') this.#step(rtl);
    else if (e.key === 'ArrowLeft') this.#step(-rtl);
    else return;
    e.preventDefault();
  }

  #stage(file: Attachment): TemplateResult {
    const s = this.shown;
    if (!s) return html`<p role="status">${t('loading')}</p>`;
    if (s.kind === 'image') return html`<img class="preview-image" src=${s.url} alt=${foreign(file.name, 120)} @error=${() => { this.shown = { kind: 'none' }; }}>`;
    if (s.kind === 'text') return html`<pre class="preview-text" tabindex="0" dir="auto">${s.text}${s.cut ? html`\n\n${t('source-cut')}` : nothing}</pre>`;
    return html`<div class="preview-none">${icon(s.kind === 'failed' ? 'circle-alert' : 'file')}<p role=${s.kind === 'failed' ? 'alert' : 'status'}>${s.kind === 'failed' ? s.text : t(previewKind(file) === 'pdf' ? 'preview-pdf' : 'preview-none')}</p>
      <button type="button" class="button" @click=${() => this.#download(file)}>${icon('download')}${t('attachment-download')}</button></div>`;
  }

  #download(file: Attachment): void { void mayDownload(file).then((yes) => { if (yes) this.what.download(file); }); }

  override render(): TemplateResult {
    const { files } = this.what;
    const file = files[this.at]!;
    const name = foreign(file.name, 200) || t('attachment-unnamed');
    const many = files.length > 1;
    return html`<dialog class="preview" aria-label=${t('preview-of', { name })} @cancel=${(e: Event) => { e.preventDefault(); this.#close(); }} @keydown=${(e: KeyboardEvent) => this.#key(e)}>
      <div class="preview-bar"><div class="preview-title"><span class="preview-name truncate" dir="auto">${name}</span><span class="preview-meta" aria-live="polite">${many ? `${t('position-of', { n: this.at + 1, total: files.length })} · ` : nothing}${fileSize(file.size)}</span></div>
        ${many ? html`<button type="button" class="icon-button" aria-label=${t('preview-previous')} ?disabled=${this.at === 0} @click=${() => this.#step(-1)}>${icon('chevron-left')}</button>
        <button type="button" class="icon-button" aria-label=${t('preview-next')} ?disabled=${this.at === files.length - 1} @click=${() => this.#step(1)}>${icon('chevron-right')}</button>` : nothing}
        <button type="button" class="icon-button" aria-label=${t('attachment-download')} @click=${() => this.#download(file)}>${icon('download')}</button>
        <button type="button" class="icon-button" autofocus aria-label=${t('close')} @click=${() => this.#close()}>${icon('x')}</button></div>
      <div class="preview-stage" @click=${(e: Event) => { if (e.target === e.currentTarget) this.#close(); }}>${this.#stage(file)}</div></dialog>`;
  }
}
define('wx-preview', WxPreview);

export function openPreview(o: PreviewOptions): void {
  useSheet('preview', sheet);
  document.querySelector('wx-preview')?.remove();
  const element = new WxPreview();
  element.what = o;
  document.body.append(element);
}
