// A message attached to another, opened in place: visibly inside, in a box of its own, with its own header, its own
// verdict and its own frames. What it says of itself is never said of the message around it. Loaded with the first use.
import '../../core/shared.ts';
import { sentence } from '../../api/client.ts';
import * as mail from '../../api/mail.ts';
import type { Attachment, LayerKey, Message, MessageRef, Part } from '../../api/types.ts';
import { WxElement, define } from '../../core/element.ts';
import { foreign } from '../../core/foreign.ts';
import { fileSize, fullDate, nameList, nameOf } from '../../core/format.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing, repeat } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { smimeOn } from '../../store/session.ts';
import { toast } from '../../store/toasts.ts';
import { statusBar } from '../../smime/bar.ts';
import { securityDetails } from '../../smime/details.ts';
import { attachmentList } from './attachments.ts';
import { plainPart } from './plain.ts';
import { saveBlob } from './save.ts';

/** Messages within messages; deeper ones can be downloaded. */
const DEEPEST = 4;

export class WxAttached extends WxElement {
  static override properties = { source: { attribute: false }, file: { attribute: false }, keys: { attribute: false }, depth: { type: Number }, message: { state: true }, failure: { state: true }, details: { state: true }, busy: { state: true }, inner: { state: true } };
  /** The message on the screen, which holds the part. */
  declare source: MessageRef;
  declare file: Attachment;
  declare keys: LayerKey[];
  declare depth: number;
  declare message: Message | null;
  declare failure: unknown;
  declare details: boolean;
  declare busy: ReadonlySet<string>;
  declare inner: ReadonlySet<string>;
  #shown = '';

  constructor() { super(); this.keys = []; this.depth = 1; this.message = null; this.failure = null; this.details = false; this.busy = new Set(); this.inner = new Set(); }

  override willUpdate(): void {
    const now = `${this.source.folder}/${this.source.uidvalidity}/${this.source.uid}/${this.file.id}`;
    if (now === this.#shown) return;
    this.#shown = now;
    this.message = null;
    this.details = false;
    this.inner = new Set();
    void this.#load();
  }

  async #load(): Promise<void> {
    const mine = this.#shown;
    this.failure = null;
    try {
      const message = await mail.getAttached(this.source, this.file.id, this.file.sealed ? this.keys : []);
      if (message.parts.some((p) => p.kind === 'html')) await import('./mail-frame.ts');
      if (mine === this.#shown) this.message = message;
    } catch (failure) { if (mine === this.#shown) this.failure = failure; }
  }

  async #download(a: Attachment): Promise<void> {
    if (this.busy.has(a.id)) return;
    this.busy = new Set([...this.busy, a.id]);
    try {
      saveBlob(await mail.getPart(this.source, a.id, { keys: this.file.sealed ? this.keys : [] }), a.name || t('attachment-unnamed'));
    } catch (error) { toast(sentence(error), { kind: 'bad' }); } finally { this.busy = new Set([...this.busy].filter((x) => x !== a.id)); }
  }

  #toggle(id: string): void {
    const next = new Set(this.inner);
    if (!next.delete(id)) next.add(id);
    this.inner = next;
  }

  #part(p: Part, m: Message): TemplateResult {
    // What came out of an encrypted message stays where nothing can be loaded, whatever it is attached to.
    const part = this.file.sealed && !p.sealed ? { ...p, sealed: true } : p;
    if (part.kind === 'text') return plainPart(part);
    return html`<wx-mail-frame .content=${part} .message=${this.source} .attachments=${m.attachments} .keys=${this.keys}></wx-mail-frame>`;
  }

  #content(m: Message): TemplateResult {
    const h = m.headers;
    const from = h.from[0];
    return html`<h3 class="attached-subject"><bdi>${h.subject.trim() || t('no-subject')}</bdi></h3>
      <p class="attached-people"><strong><bdi>${nameOf(from)}</bdi></strong>${from && nameOf(from) !== from.address ? html` <bdi class="muted">${from.address}</bdi>` : nothing}
        <span class="muted">${t('to-list', { names: nameList([...h.to, ...h.cc], 3) || t('row-no-recipient') })}${h.date ? ` · ${fullDate(h.date)}` : ''}</span></p>
      ${h.from.length > 1 ? html`<div class="notice is-warning">${icon('triangle-alert')}<div class="notice-text">${t('from-several')}</div></div>` : nothing}
      ${m.security && m.security.verdict !== 'none' && smimeOn.value ? html`<section class="security is-${m.security.level}" aria-label=${t('attached-security')} data-verdict=${m.security.verdict} data-level=${m.security.level}>
        ${statusBar(m, 'other', { open: this.details, checking: false, toggle: () => { this.details = !this.details; } })}${this.details ? securityDetails(m, null) : nothing}</section>` : nothing}
      <div class="parts">${repeat(m.parts, (p) => `${p.id}/${p.kind}`, (p) => this.#part(p, m))}
        ${m.parts.length === 0 && !m.security?.encryption ? html`<p class="muted parts-none">${t(m.attachments.length ? 'body-none-attachments' : 'body-none')}</p>` : nothing}</div>
      ${attachmentList(m, { busy: this.busy, open: this.depth < DEEPEST ? this.inner : null, toggle: (id) => this.#toggle(id), download: (a) => void this.#download(a), link: null })}
      ${m.attachments.filter((a) => this.inner.has(a.id)).map((a) => html`<wx-attached .source=${this.source} .file=${{ ...a, sealed: a.sealed || this.file.sealed }} .keys=${this.keys} .depth=${this.depth + 1}></wx-attached>`)}`;
  }

  override render(): TemplateResult {
    const m = this.message;
    return html`<section class="attached" aria-label=${t('attached-message')} aria-busy=${!m && !this.failure} data-part=${this.file.id}>
      <h2 class="attached-head">${icon('paperclip')}<span>${t('attached-message')}</span><span class="muted truncate">${foreign(this.file.name, 80)} · ${fileSize(this.file.size)}</span></h2>
      ${this.failure ? html`<div class="notice is-bad" role="alert">${icon('circle-alert')}<div class="notice-text">${sentence(this.failure)}
          <div class="notice-actions"><button type="button" class="button button-small" @click=${() => void this.#load()}>${t('try-again')}</button></div></div></div>`
        : m ? this.#content(m) : html`<p class="muted" role="status">${t('loading')}</p>`}
    </section>`;
  }
}
define('wx-attached', WxAttached);
