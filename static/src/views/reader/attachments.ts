// The files of a message as cards: a press shows what can be shown here and downloads the rest; a message among them can
// be opened in place. What can run programs asks before it leaves.
import type { Attachment, Message, PreviewKind } from '../../api/types.ts';
import { foreign } from '../../core/foreign.ts';
import { fileSize } from '../../core/format.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { confirm } from '../../store/ui.ts';

function fileIcon(a: Attachment): string {
  const { type } = a;
  const ending = endingOf(a.name);
  if (type.startsWith('image/')) return 'file-image';
  if (type.startsWith('audio/')) return 'file-music';
  if (type.startsWith('video/')) return 'file-play';
  if (type === 'text/calendar' || ending === 'ics') return 'calendar';
  if (/vcard/.test(type) || ending === 'vcf') return 'user';
  if (/zip|compressed|tar|7z|rar/.test(type) || /^(?:zip|gz|tgz|tar|7z|rar|bz2|xz)$/.test(ending)) return 'file-archive';
  if (/sheet|excel|csv/.test(type) || /^(?:xlsx?|ods|csv)$/.test(ending)) return 'file-spreadsheet';
  if (type.startsWith('message/')) return 'mail';
  if (type.startsWith('text/') || /pdf|word|document|presentation/.test(type) || /^(?:pdf|docx?|odt|pptx?|odp|rtf)$/.test(ending)) return 'file-text';
  return 'file';
}
const endingOf = (name: string): string => /\.([a-z0-9]{1,10})[\s.]*$/i.exec(name)?.[1]?.toLowerCase() ?? '';
export const isMessage = (a: Attachment): boolean => a.type.toLowerCase() === 'message/rfc822' || a.type.toLowerCase() === 'message/global';

const PROGRAMS = new Set(('exe com scr pif bat cmd msi msp msc cpl dll jar js jse vbs vbe wsf wsh ws ps1 psm1 hta lnk url reg scf inf chm app pkg dmg command sh run deb rpm apk appimage desktop '
  + 'iso img vhd vhdx docm dotm xlsm xltm xlam pptm potm ppam ppsm sldm one xll html htm xhtml shtml svg mht mhtml').split(' '));
/** A file that can run programs or imitate a page when it is opened, by its ending or by what it says it is. */
export function risky(a: Pick<Attachment, 'name' | 'type'>): boolean {
  return PROGRAMS.has(endingOf(a.name)) || /x-msdownload|x-msdos-program|x-dosexec|x-sh\b|javascript|x-msi|java-archive|x-executable|x-apple-diskimage|vnd\.microsoft\.portable-executable|text\/html|image\/svg|application\/xhtml/i.test(a.type);
}

/** What the reader can show of a file by itself; older servers do not say. */
export function previewKind(a: Attachment): PreviewKind | null {
  if (a.preview !== undefined) return a.preview;
  if (/^image\/(?:png|gif|jpe?g|webp|avif|bmp)$/.test(a.type)) return 'image';
  return a.type === 'text/plain' ? 'text' : null;
}
const isShown = (a: Attachment): boolean => ['image', 'text'].includes(previewKind(a) ?? '');

/** Pictures that stand in the text are not listed again. */
export function shownAttachments(m: Message): Attachment[] {
  return m.attachments.filter((a) => !(a.inline && a.content_id && m.parts.some((p) => p.kind === 'html' && p.content.includes(a.content_id!.replace(/^<|>$/g, '')))));
}

/** Asks first where opening the file could harm. */
export async function mayDownload(a: Attachment): Promise<boolean> {
  return !risky(a) || confirm({ title: t('risky-title'), text: t('risky-text', { name: foreign(a.name, 120) || t('attachment-unnamed') }), action: t('risky-download'), danger: true });
}

export interface ListOptions {
  /** Being fetched. */
  busy: ReadonlySet<string>;
  /** Messages that are open in place; null: they cannot be opened here. */
  open: ReadonlySet<string> | null;
  toggle: (id: string) => void;
  download: (a: Attachment) => void;
  /** Address of a plain file, which the browser fetches by itself; null: every file is fetched by us. */
  link: ((a: Attachment) => string) | null;
  /** Shows a picture or text; absent: everything is downloaded. */
  preview?: (a: Attachment) => void;
  /** All in one file; absent: not offered. */
  zip?: () => void;
}

export function attachmentList(m: Message, o: ListOptions, files = shownAttachments(m)): TemplateResult | typeof nothing {
  if (!files.length) return nothing;
  const fetchIt = (a: Attachment): void => { void mayDownload(a).then((yes) => { if (yes) o.download(a); }); };
  const card = (a: Attachment): TemplateResult => {
    const name = foreign(a.name, 200) || t(isMessage(a) ? 'attached-message' : 'attachment-unnamed');
    const busy = o.busy.has(a.id);
    const danger = risky(a);
    // A document without origin in a tab of its own; what was encrypted is not shown to the browser's viewer.
    const pdf = previewKind(a) === 'pdf' && !a.sealed && !danger && o.link !== null;
    const shows = !pdf && o.preview !== undefined && isShown(a);
    const glyph = busy ? icon('loader-circle', undefined, 'spin') : nothing;
    const inner = html`<span class="visually-hidden">${t(pdf ? 'attachment-pdf' : shows ? 'attachment-show' : 'attachment-download')}</span><span class="attachment-icon ${danger ? 'is-risky' : ''}">${icon(danger ? 'triangle-alert' : fileIcon(a))}</span>
      <span class="attachment-text"><span class="attachment-name truncate" dir="auto">${name}</span><span class="muted">${fileSize(a.size)}${danger ? html` · <span class="attachment-risk">${t('risky-note')}</span>` : nothing}</span></span>
      ${pdf ? icon('external-link') : shows || busy ? glyph : icon('download')}`;
    return html`<li class="attachment-item">${shows || pdf ? html`${pdf ? html`<a class="attachment" href=${`${o.link!(a)}&inline=1`} target="_blank" rel="noopener noreferrer">${inner}</a>`
        : html`<button type="button" class="attachment" @click=${() => o.preview!(a)}>${inner}</button>`}
        <button type="button" class="icon-button attachment-save" aria-label=${t('attachment-save', { name })} data-tip=${t('attachment-download')} @click=${() => fetchIt(a)}>${icon('download')}</button>`
      : a.sealed || !o.link || danger
        ? html`<button type="button" class="attachment" @click=${() => fetchIt(a)}>${inner}</button>`
        : html`<a class="attachment" href=${o.link(a)} download=${name}>${inner}</a>`}
      ${isMessage(a) && o.open ? html`<button type="button" class="link attachment-open" aria-expanded=${o.open.has(a.id)} @click=${() => o.toggle(a.id)}>${icon('mail-open')}${t(o.open.has(a.id) ? 'attached-close' : 'attached-open')}</button>` : nothing}</li>`;
  };
  const total = files.reduce((n, a) => n + a.size, 0);
  return html`<section class="attachments" aria-label=${t('attachments')}>
    <div class="attachments-head"><h2 class="attachments-title">${t('attachments-count', { n: files.length })} · ${fileSize(total)}</h2>
      ${o.zip && files.length > 1 ? html`<button type="button" class="link attachments-all" ?disabled=${o.busy.has('zip')} @click=${o.zip}>${o.busy.has('zip') ? icon('loader-circle', undefined, 'spin') : icon('file-archive')}${t('attachments-zip')}</button>` : nothing}</div>
    <ul>${files.map(card)}</ul></section>`;
}
