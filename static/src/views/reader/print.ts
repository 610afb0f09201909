// One message on paper: its head and its text, nothing of the page around it. Drawn into a frame of its own, which can
// load nothing and run nothing and is gone after printing; nothing is stored. Loaded with the first use.
import '../../core/shared.ts';
import printCss from '../../frame/print.css';
import frameCss from '../../frame/mailframe.css';
import { request } from '../../api/client.ts';
import * as mail from '../../api/mail.ts';
import type { Address, Message, Part } from '../../api/types.ts';
import { foreign } from '../../core/foreign.ts';
import { fileSize, fullDate } from '../../core/format.ts';
import { t } from '../../core/i18n.ts';
import { parsePlain } from '../../core/plaintext.ts';
import { sanitizeHtml } from '../../frame/sanitize.ts';
import type { Open } from '../../store/reader.ts';
import { status, summary } from '../../smime/words.ts';
import { shownAttachments } from './attachments.ts';
import { byContentId, pictureType } from './content-id.ts';

type FrameWindow = Window & typeof globalThis;

function element(doc: Document, name: string, text = '', className = ''): HTMLElement {
  const e = doc.createElement(name);
  if (text) e.textContent = text;
  if (className) e.className = className;
  return e;
}

/** The verdict in the words of the page. What is printed says what the screen says, and never more. */
function verdict(m: Message): string {
  const s = m.security;
  if (!s || s.verdict === 'none') return '';
  return [t(status(s, 'locked').text), ...summary(m, 'locked').map((i) => t(i.text, i.args))].join(' · ');
}

function head(doc: Document, m: Message): HTMLElement {
  const h = m.headers;
  const list = element(doc, 'dl');
  const people = (all: readonly Address[]): string => all.map((a) => (a.name ? `${foreign(a.name, 200)} <${a.address}>` : a.address)).join(', ');
  const rows: [string, string][] = [
    [t('header-from'), people(h.from)], [t('header-to'), people(h.to)], [t('header-cc'), people(h.cc)], [t('header-bcc'), people(h.bcc)], [t('header-date'), fullDate(h.date ?? m.received)],
    [t('smime-security'), verdict(m)], [t('attachments'), shownAttachments(m).map((a) => `${foreign(a.name, 200) || t('attachment-unnamed')} (${fileSize(a.size)})`).join(', ')],
  ];
  for (const [name, value] of rows) {
    if (!value) continue;
    const row = element(doc, 'div');
    row.append(element(doc, 'dt', name), element(doc, 'dd', value));
    list.append(row);
  }
  const box = element(doc, 'header');
  box.append(element(doc, 'h1', h.subject.trim() || t('no-subject')), list);
  return box;
}

function plain(doc: Document, p: Part): HTMLElement {
  const box = element(doc, 'div', '', 'part plain');
  for (const b of parsePlain(p.content, p.flowed, p.delsp)) {
    let at = box;
    for (let d = 0; d < Math.min(b.depth, 8); d++) { const q = element(doc, 'blockquote'); at.append(q); at = q; }
    at.append(element(doc, 'div', b.lines.map((l) => l.map((x) => x.text).join('')).join('\n') || ' '));
  }
  return box;
}

/** In a tree of its own, so that the style of one part says nothing about another; what it draws stays within its box
 *  (print.css), so that it can lie over no word of ours. */
async function rich(win: FrameWindow, p: Part, o: Open): Promise<HTMLElement> {
  const box = element(win.document, 'div', '', 'part');
  const root = box.attachShadow({ mode: 'open' });
  const sheet = new win.CSSStyleSheet();
  sheet.replaceSync(frameCss);
  root.adoptedStyleSheets = [sheet];
  const { styles, holder, inline } = sanitizeHtml(win, p.content, p.sealed ? null : o.message?.remote ?? null);
  root.append(...styles, holder);
  const show = async (image: HTMLImageElement, get: () => Promise<Blob>, type: string): Promise<void> => {
    let url = '';
    try {
      const blob = await get();
      const kind = pictureType(blob.type, type);
      if (!kind) throw new TypeError('no picture');
      url = URL.createObjectURL(new Blob([blob], { type: kind }));
      image.src = url;
      await image.decode();
    } catch { image.alt ||= t('image-missing'); } finally { URL.revokeObjectURL(url); } // the element has what it needs
  };
  const relayed = [...holder.querySelectorAll<HTMLImageElement>('img[data-relayed]')].map((image) => { const from = image.getAttribute('src')!; image.removeAttribute('src'); return show(image, async () => (await request(from)).blob(), ''); });
  await Promise.all([...relayed, ...inline.map(({ image, cid }) => {
    const found = byContentId(o.message!.attachments, cid);
    return found ? show(image, () => mail.getPart(o.ref, found.id, { inline: true, keys: found.sealed ? o.keys : [] }), found.type) : Promise.resolve();
  })]);
  return box;
}

export async function printMessage(o: Open): Promise<void> {
  const m = o.message;
  if (!m) return;
  document.querySelector('iframe.print-frame')?.remove();
  const frame = document.createElement('iframe');
  frame.className = 'print-frame';
  // As wide as a page, out of sight: what is wider than the page is made smaller.
  Object.assign(frame.style, { position: 'fixed', insetInlineStart: '-200vw', insetBlockStart: '0', inlineSize: '182mm', blockSize: '257mm', border: '0' });
  frame.setAttribute('sandbox', 'allow-same-origin allow-modals');
  frame.setAttribute('aria-hidden', 'true');
  frame.tabIndex = -1;
  frame.src = '/mailframe/print';
  const loaded = new Promise((done) => { frame.addEventListener('load', done, { once: true }); });
  document.body.append(frame);
  await loaded;
  const win = frame.contentWindow as FrameWindow;
  const doc = win.document;
  const sheet = new win.CSSStyleSheet();
  sheet.replaceSync(printCss);
  doc.adoptedStyleSheets = [sheet];
  doc.title = foreign(m.headers.subject, 120) || t('no-subject');
  doc.documentElement.lang = document.documentElement.lang;
  const parts: HTMLElement[] = [];
  for (const p of m.parts) parts.push(p.kind === 'text' ? plain(doc, p) : await rich(win, p, o));
  doc.body.append(head(doc, m), ...parts);
  for (const part of parts) {
    const mailBox = part.shadowRoot?.querySelector<HTMLElement>('.wx-mail');
    if (mailBox && mailBox.scrollWidth > part.clientWidth + 1) mailBox.style.setProperty('zoom', String(Math.max(0.4, part.clientWidth / mailBox.scrollWidth)));
  }
  win.addEventListener('afterprint', () => setTimeout(() => frame.remove()), { once: true });
  // The name of the file that "print to PDF" offers is that of the page.
  win.focus();
  win.print();
}
