// One HTML part in its own sandboxed frame. Decrypted parts get the frame whose CSP allows no host at all. A lazy chunk.
import '../../core/shared.ts';
import frameCss from '../../frame/mailframe.css';
import { sentence } from '../../api/client.ts';
import * as mail from '../../api/mail.ts';
import { allowImages } from '../../api/reading.ts';
import type { Attachment, LayerKey, MessageRef, Part } from '../../api/types.ts';
import { markFound } from '../parts/search.ts';
import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { renderHtml } from '../../frame/sanitize.ts';
import * as reader from '../../store/reader.ts';
import { reloadSettings, settings, settingsHooks } from '../../store/session.ts';
import { toast } from '../../store/toasts.ts';
import { confirm } from '../../store/ui.ts';
import { byContentId, pictureType } from './content-id.ts';
import { pointAt } from './link-target.ts';

type FrameWindow = Window & typeof globalThis;
/** Beyond this the frame scrolls by itself (browsers limit element heights). */
const TALLEST = 60_000;
/** As it was made, on light paper; in the colours of the page; or whichever suits the mail. */
type Look = 'auto' | 'paper' | 'theme';
/** So often a picture is asked for again by itself. */
const AGAIN = 3;
/** What only counts readers is no picture that anybody would miss. */
function isTiny(image: HTMLImageElement): boolean { return ['width', 'height'].some((name) => { const v = image.getAttribute(name); return v !== null && Number.parseInt(v, 10) <= 1; }); }

export class WxMailFrame extends WxElement {
  static override properties = {
    content: { attribute: false }, message: { attribute: false }, attachments: { attribute: false }, keys: { attribute: false }, remote: { attribute: false }, from: { attribute: false }, confirmed: { type: Boolean },
    blocked: { state: true }, designed: { state: true }, look: { state: true }, fetching: { state: true }, pictures: { state: true }, missing: { state: true },
  };
  declare content: Part;
  declare message: MessageRef;
  declare attachments: Attachment[];
  declare keys: LayerKey[];
  /** What may be shown of the outside; never given for decrypted mail. */
  declare remote: Record<string, string> | null;
  /** Address of the sender, for "always"; empty: not offered (a message attached to another). */
  declare from: string;
  /** It is known that the mail is from there; else "always" would be for anybody who writes that address. */
  declare confirmed: boolean;
  declare blocked: number;
  declare designed: boolean;
  declare look: Look;
  declare fetching: boolean;
  /** Pictures of the outside, and how many of them did not come. */
  declare pictures: number;
  declare missing: number;
  readonly #missing = new Map<HTMLImageElement, () => void>();
  #urls: string[] = [];
  #sizes: ResizeObserver | null = null;
  #drawn: { part: Part; remote: Record<string, string> | null } | null = null;
  #abort = new AbortController();
  #width = 0;

  constructor() { super(); this.blocked = 0; this.designed = false; this.look = 'auto'; this.attachments = []; this.keys = []; this.remote = null; this.from = ''; this.confirmed = false; this.fetching = false; this.pictures = 0; this.missing = 0; }

  get #frame(): HTMLIFrameElement { return this.querySelector('iframe')!; }
  get #paper(): boolean { return this.look === 'paper' || (this.look === 'auto' && this.designed); }

  #loaded(): void {
    const win = this.#frame.contentWindow as FrameWindow | null;
    if (!win || win.location.pathname === 'blank') return;
    const doc = win.document;
    const sheet = new win.CSSStyleSheet();
    sheet.replaceSync(frameCss);
    doc.adoptedStyleSheets = [sheet];
    doc.addEventListener('click', this.#click);
    doc.addEventListener('auxclick', this.#click);
    doc.addEventListener('keydown', this.#key);
    doc.addEventListener('pointerover', this.#point, { passive: true });
    doc.addEventListener('focusin', this.#point);
    for (const type of ['pointerleave', 'focusout']) doc.documentElement.addEventListener(type, () => pointAt(null));
    doc.addEventListener('pointerdown', () => this.dispatchEvent(new Event('wx-worked', { bubbles: true })), { passive: true });
    this.#sizes?.disconnect();
    this.#sizes = new ResizeObserver(() => this.#fit());
    this.#sizes.observe(doc.body);
    this.#drawn = null;
    this.#draw();
  }

  #draw(): void {
    const win = this.#frame?.contentWindow as FrameWindow | null;
    const remote = this.content.sealed ? null : this.remote;
    if (!win?.document.adoptedStyleSheets.length || (this.#drawn?.part === this.content && this.#drawn.remote === remote)) return;
    this.#drawn = { part: this.content, remote };
    this.#release();
    const { blocked, designed, inline } = renderHtml(win, this.content.content, { quoteLabel: t('quote-show'), remote, fold: true });
    this.blocked = blocked;
    this.designed = designed;
    this.#width = 0;
    this.#dress();
    markFound(win.document, [win.document.body]);
    for (const { image, cid } of inline) void this.#fill(image, cid);
    this.#missing.clear();
    this.missing = 0;
    if (remote) this.#insist(win.document);
    this.#fit();
  }

  /** The server fetches only some pictures at once: one that found no room there is asked for again (what failed
   *  elsewhere is remembered there, and nobody else is asked). What does not come is said, and where it should be. */
  #insist(doc: Document): void {
    const { signal } = this.#abort;
    const all = [...doc.querySelectorAll<HTMLImageElement>('img[src^="/api/v1/image?"]')].filter((x) => !isTiny(x));
    this.pictures = all.length;
    for (const image of doc.querySelectorAll<HTMLImageElement>('img[src^="/api/v1/image?"]')) {
      const src = image.getAttribute('src')!;
      let left = AGAIN;
      let asked = 0;
      const again = (): void => { if (!signal.aborted && image.isConnected) image.src = `${src}&again=${++asked}`; };
      image.addEventListener('load', () => { this.#came(image); this.#fit(); }, { signal });
      image.addEventListener('error', () => {
        if (left-- > 0) setTimeout(again, 1000 + Math.random() * 2000);
        else if (!isTiny(image)) {
          image.alt ||= t('image-missing');
          image.setAttribute('data-failed', '');
          this.#missing.set(image, () => { left = 0; again(); });
          this.missing = this.#missing.size;
          this.#fit();
        }
      }, { signal });
    }
  }

  #came(image: HTMLImageElement): void {
    if (!this.#missing.delete(image)) return;
    image.removeAttribute('data-failed');
    this.missing = this.#missing.size;
  }

  #again(): void { for (const again of [...this.#missing.values()]) again(); }

  async #fill(image: HTMLImageElement, cid: string): Promise<void> {
    const found = byContentId(this.attachments, cid);
    if (!found) { image.alt ||= t('image-missing'); return; }
    const { signal } = this.#abort;
    try {
      const blob = await mail.getPart(this.message, found.id, { inline: true, keys: found.sealed ? this.keys : [], signal });
      if (signal.aborted) return;
      const type = pictureType(blob.type, found.type);
      if (!type) { image.alt ||= t('image-missing'); return; }
      const url = URL.createObjectURL(new Blob([blob], { type }));
      this.#urls.push(url);
      image.src = url;
    } catch {
      if (!signal.aborted) image.alt ||= t('image-missing');
    }
  }

  #dress(): void {
    const frame = this.#frame;
    const doc = frame?.contentDocument;
    if (!doc) return;
    const paper = this.#paper;
    const own = getComputedStyle(this);
    const rootStyle = doc.documentElement.style;
    const scheme = paper || !this.#isDark() ? 'light' : 'dark';
    doc.documentElement.classList.toggle('wx-designed', paper);
    doc.documentElement.classList.toggle('wx-forced', this.designed && this.look === 'theme');
    // Equal colour schemes inside and outside keep the frame transparent, and the mail's own dark style follows.
    rootStyle.setProperty('color-scheme', scheme);
    frame.style.colorScheme = scheme;
    rootStyle.setProperty('--wx-ink', own.getPropertyValue('color'));
    const probe = this.querySelector('.frame-probe');
    if (probe) rootStyle.setProperty('--wx-link', getComputedStyle(probe).color);
  }

  #isDark(): boolean {
    const theme = document.documentElement.dataset.theme;
    return theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  }

  #fit(): void {
    const frame = this.#frame;
    const doc = frame?.contentDocument;
    if (!doc?.body) return;
    this.#shrink(doc);
    const scrollbar = doc.documentElement.scrollWidth > doc.documentElement.clientWidth + 1 ? 14 : 0;
    const height = Math.min(TALLEST, Math.ceil(doc.body.getBoundingClientRect().height) + scrollbar);
    doc.documentElement.style.overflowY = height >= TALLEST ? 'auto' : 'hidden';
    const px = `${Math.max(24, height)}px`;
    if (frame.style.blockSize !== px) frame.style.blockSize = px;
  }

  /** A mail made for a wide window is shown smaller on a narrow one, down to half, before it has to scroll. */
  #shrink(doc: Document): void {
    const mailBox = doc.querySelector<HTMLElement>('.wx-mail');
    if (!mailBox) return;
    const width = doc.documentElement.clientWidth;
    // A picture that came since may need more room than there was need for.
    if (width === this.#width && doc.documentElement.scrollWidth <= width + 1) return;
    this.#width = width;
    mailBox.style.removeProperty('zoom');
    const needs = doc.documentElement.scrollWidth;
    if (width > 0 && needs > width + 1) mailBox.style.setProperty('zoom', String(Math.max(0.5, width / needs)));
  }

  #link(event: Event): HTMLAnchorElement | null {
    const target = event.target as Element | null;
    return (target && 'closest' in target ? target.closest('a[href]') : null) as HTMLAnchorElement | null;
  }

  #point = (event: Event): void => {
    const a = this.#link(event);
    pointAt(a ? { href: a.href, odd: a.hasAttribute('data-misleading') } : null);
  };

  #click = (event: MouseEvent): void => {
    const a = this.#link(event);
    if (!a || (event.type === 'auxclick' && event.button !== 1)) return; // the middle button follows links too
    if (a.href.startsWith('mailto:')) {
      event.preventDefault();
      this.dispatchEvent(new CustomEvent('wx-mailto', { bubbles: true, detail: a.href }));
    } else if (a.hasAttribute('data-misleading')) {
      event.preventDefault();
      const href = a.href;
      void confirm({ title: t('link-odd-title'), text: t('link-odd-text', { shown: a.textContent?.trim() ?? '', real: new URL(href).hostname }), action: t('link-odd-open') })
        .then((yes) => { if (yes) window.open(href, '_blank', 'noopener,noreferrer'); });
    }
  };

  /** Keys pressed while the focus is in the mail work as everywhere else. */
  #key = (event: KeyboardEvent): void => {
    const { key, code, ctrlKey, metaKey, shiftKey, altKey } = event;
    if (!key) return;
    if ((ctrlKey || metaKey) && ['c', 'a', 'f', 'p'].includes(key.toLowerCase())) return;
    if (key.startsWith('Arrow') || key === 'Tab' || key === ' ' || key.startsWith('Page') || key === 'Enter') return;
    const copy = new KeyboardEvent('keydown', { key, code, ctrlKey, metaKey, shiftKey, altKey, bubbles: true, cancelable: true });
    if (!window.dispatchEvent(copy)) event.preventDefault();
  };

  #release(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    for (const url of this.#urls.splice(0)) URL.revokeObjectURL(url);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.listen(matchMedia('(prefers-color-scheme: dark)'), 'change', () => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes?.disconnect();
    this.#release();
    pointAt(null);
  }

  override updated(): void {
    void settings.value.ui.theme;
    this.#draw();
    this.#dress();
  }

  async #allow(remember: boolean): Promise<void> {
    if (this.fetching) return;
    this.fetching = true;
    const { message } = this;
    try {
      const { remote } = await allowImages(message, remember);
      reader.pictures(message, remote ?? {});
      if (remember) { await reloadSettings(); for (const f of settingsHooks) f(); }
    } catch (error) { toast(sentence(error), { kind: 'bad' }); } finally { this.fetching = false; }
  }

  /** Pictures that were asked for and did not come. */
  #lost(): TemplateResult | typeof nothing {
    if (!this.missing) return nothing;
    return html`<div class="frame-notice" role="status">${icon('image-off')}<span class="frame-notice-text">${t('remote-failed', { n: this.missing, total: this.pictures })}</span>
      <span class="frame-notice-acts"><button type="button" class="link" @click=${() => this.#again()}>${t('try-again')}</button></span></div>`;
  }

  #banner(): TemplateResult | typeof nothing {
    if (this.blocked <= 0) return nothing;
    const { sealed } = this.content;
    // What is still blocked after it was allowed cannot be shown (no picture, or an address nobody may ask).
    const ask = !sealed && this.remote === null && this.from !== '' && settings.value.reading.images !== 'never';
    const forged = ask && !this.confirmed && settings.value.remote_images.includes(this.from.toLowerCase());
    return html`<div class="frame-notice" role="note">${icon('image-off')}<span class="frame-notice-text">${t(sealed ? 'remote-blocked-sealed' : this.remote ? 'remote-blocked-rest' : forged ? 'remote-blocked-unconfirmed' : 'remote-blocked', { n: this.blocked, who: this.from })}</span>
      ${ask ? html`<span class="frame-notice-acts"><button type="button" class="link" ?disabled=${this.fetching} @click=${() => void this.#allow(false)}>${t('remote-show')}</button>
        ${this.confirmed ? html`<button type="button" class="link" data-tip=${this.from} ?disabled=${this.fetching} @click=${() => void this.#allow(true)}>${t('remote-always')}</button>` : nothing}</span>` : nothing}</div>`;
  }

  override render(): TemplateResult {
    void settings.value.ui.theme;
    const src = this.content.sealed ? '/mailframe/sealed' : '/mailframe';
    return html`
      <span class="frame-probe link" hidden></span>
      ${this.#banner()}${this.#lost()}
      <iframe class="mail-frame ${this.#paper ? 'is-paper' : ''}" sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox" src=${src} title=${t('frame-title')} @load=${this.#loaded}></iframe>
      ${this.designed && this.#isDark() ? html`<div class="frame-tools"><button type="button" class="link" @click=${() => { this.look = this.#paper ? 'theme' : 'paper'; }}>${icon(this.#paper ? 'moon' : 'sun')}${t(this.#paper ? 'look-theme' : 'look-paper')}</button></div>` : nothing}`;
  }
}
define('wx-mail-frame', WxMailFrame);
