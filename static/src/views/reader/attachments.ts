// The files of a message as cards; a message among them can be opened in place.
import type { Attachment, Message } from '../../api/types.ts';
import { fileSize } from '../../core/format.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';

function fileIcon(type: string): string {
  if (type.startsWith('image/')) return 'file-image';
  if (/zip|compressed|tar|7z|rar/.test(type)) return 'file-archive';
  if (type.startsWith('message/')) return 'mail';
  if (type.startsWith('text/') || /pdf|word|document|sheet|presentation/.test(type)) return 'file-text';
  if (/pkcs7/.test(type)) return 'lock';
  return 'file';
}
export const isMessage = (a: Attachment): boolean => a.type.toLowerCase() === 'message/rfc822' || a.type.toLowerCase() === 'message/global';

export interface ListOptions {
  /** Being fetched. */
  busy: ReadonlySet<string>;
  /** Messages that are open in place; null: they cannot be opened here. */
  open: ReadonlySet<string> | null;
  toggle: (id: string) => void;
  download: (a: Attachment) => void;
  /** Address of a plain file, which the browser fetches by itself; null: every file is fetched by us. */
  link: ((a: Attachment) => string) | null;
}

export function attachmentList(m: Message, o: ListOptions): TemplateResult | typeof nothing {
  // Pictures that stand in the text are not listed again.
  const shown = m.attachments.filter((a) => !(a.inline && a.content_id && m.parts.some((p) => p.kind === 'html' && p.content.includes(a.content_id!.replace(/^<|>$/g, '')))));
  if (!shown.length) return nothing;
  const card = (a: Attachment): TemplateResult => {
    const name = a.name || t(isMessage(a) ? 'attached-message' : 'attachment-unnamed');
    const busy = o.busy.has(a.id);
    const inner = html`<span class="visually-hidden">${t('attachment-download')}</span><span class="attachment-icon">${icon(fileIcon(a.type))}</span><span class="attachment-text"><span class="attachment-name truncate" dir="auto">${name}</span><span class="muted">${fileSize(a.size)}</span></span>${icon(busy ? 'loader-circle' : 'download', undefined, busy ? 'spin' : '')}`;
    return html`<li>${a.sealed || !o.link
      ? html`<button type="button" class="attachment" @click=${() => o.download(a)}>${inner}</button>`
      : html`<a class="attachment" href=${o.link(a)} download=${name}>${inner}</a>`}
      ${isMessage(a) && o.open ? html`<button type="button" class="link attachment-open" aria-expanded=${o.open.has(a.id)} @click=${() => o.toggle(a.id)}>${icon('mail-open')}${t(o.open.has(a.id) ? 'attached-close' : 'attached-open')}</button>` : nothing}</li>`;
  };
  return html`<section class="attachments" aria-label=${t('attachments')}>
    <h2 class="attachments-title">${t('attachments-count', { n: shown.length })}</h2><ul>${shown.map(card)}</ul></section>`;
}
