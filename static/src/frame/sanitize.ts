// Mail HTML into a sandboxed frame: sanitised in the frame's own realm, nothing that loads from outside, links made
// safe. The frame has no scripts (sandbox) and its own CSP; this is the first of three walls.
import createDOMPurify from 'dompurify';
import { cleanSheet, cleanStyle } from './css.ts';

export interface Rendered {
  /** Remote things that were kept from loading. */
  blocked: number;
  /** The mail sets colours of its own: it is shown on light paper in every theme. */
  designed: boolean;
  /** Pictures inside the message, to be filled in by the caller. */
  inline: { image: HTMLImageElement; cid: string }[];
}

type FrameWindow = Window & typeof globalThis;

const FORBIDDEN = [
  'form', 'input', 'button', 'textarea', 'select', 'option', 'optgroup', 'datalist', 'fieldset', 'legend', 'output', 'label', 'meter', 'progress',
  'link', 'meta', 'base', 'iframe', 'frame', 'frameset', 'object', 'embed', 'applet', 'param', 'video', 'audio', 'source', 'track',
  'dialog', 'template', 'slot', 'noscript', 'portal', 'svg', 'math', 'canvas', 'map', 'area', 'marquee', 'title',
];
const FORBIDDEN_ATTRIBUTES = ['id', 'name', 'ping', 'srcdoc', 'autofocus', 'contenteditable', 'tabindex', 'accesskey', 'popover', 'is', 'slot', 'part', 'usemap', 'formaction', 'action', 'download', 'inert', 'draggable'];
/** Attributes that load. They are renamed, so that the proxy of a later release can put them back. */
const LOADING = ['src', 'srcset', 'background', 'poster', 'lowsrc', 'dynsrc', 'longdesc', 'data'];
const INLINE_IMAGE = /^data:image\/(?:png|gif|jpe?g|webp|avif|bmp);base64,/i;
const LINKS = /^(?:https?|mailto|tel):/i;
const LONGEST = 2_000_000;

function handleLoading(element: Element): { blocked: number; cid: string | null } {
  let blocked = 0;
  let cid: string | null = null;
  for (const name of LOADING) {
    const value = element.getAttribute(name);
    if (value === null) continue;
    const trimmed = value.trim();
    if (name === 'src' && element.localName === 'img' && INLINE_IMAGE.test(trimmed)) continue;
    element.removeAttribute(name);
    if (name === 'src' && element.localName === 'img' && /^cid:/i.test(trimmed)) { cid = trimmed.slice(4); continue; }
    if (!trimmed) continue;
    blocked++;
    element.setAttribute(name === 'src' ? 'data-remote' : `data-remote-${name}`, trimmed);
  }
  return { blocked, cid };
}

function hostOf(href: string): string {
  try { return new URL(href).hostname.replace(/^www\./, ''); } catch { return ''; }
}

/** The host a link's text claims, when the text looks like an address of its own. */
export function claimedHost(text: string): string {
  const m = /^\s*(?:https?:\/\/)?((?:[\p{L}\p{N}-]+\.)+\p{L}{2,24})(?:[/:?#]\S*)?\s*$/u.exec(text);
  return m ? m[1]!.toLowerCase().replace(/^www\./, '') : '';
}

/** True when the text names one host and the link leads to another that is no part of it. */
export function misleading(text: string, href: string): boolean {
  const claimed = claimedHost(text);
  const real = hostOf(href);
  return claimed !== '' && real !== '' && claimed !== real && !real.endsWith(`.${claimed}`);
}

function handleLink(a: Element): void {
  const href = a.getAttribute('href')?.trim() ?? '';
  if (!LINKS.test(href)) { a.removeAttribute('href'); return; }
  a.setAttribute('target', '_blank');
  a.setAttribute('rel', 'noopener noreferrer nofollow');
  a.setAttribute('title', href);
  if (misleading(a.textContent ?? '', href)) a.setAttribute('data-misleading', '');
}

function setsColours(root: Element): boolean {
  if (root.querySelector('[bgcolor], [background], [data-remote-background], font[color], body[text]')) return true;
  for (const el of root.querySelectorAll<HTMLElement>('[style]')) if (/(?:^|;)\s*(?:background|color)/i.test(el.getAttribute('style') ?? '')) return true;
  for (const el of root.querySelectorAll('style')) if (/(?:background(?:-color)?|[^-]color)\s*:/i.test(el.textContent ?? '')) return true;
  return false;
}

/** Everything that follows a mail client's reply line, folded behind a <details> (works without scripts). */
function foldQuote(body: HTMLElement, label: string): void {
  const doc = body.ownerDocument;
  const quote = body.querySelector('blockquote[type="cite"], .gmail_quote, .moz-cite-prefix + blockquote, .yahoo_quoted, .protonmail_quote');
  if (!quote || !quote.parentElement) return;
  let after = quote.nextSibling;
  while (after) { if (after.textContent?.trim() || (after as Element).querySelector?.('img')) return; after = after.nextSibling; }
  let before = quote.previousSibling;
  let any = false;
  while (before) { if (before.textContent?.trim()) any = true; before = before.previousSibling; }
  // A message that is nothing but a quote stays open.
  if (!any && quote.parentElement === body) return;
  const details = doc.createElement('details');
  details.className = 'wx-quote';
  const summary = doc.createElement('summary');
  summary.textContent = label;
  quote.replaceWith(details);
  details.append(summary, quote);
}

export function renderHtml(frame: FrameWindow, html: string, quoteLabel: string): Rendered {
  const result: Rendered = { blocked: 0, designed: false, inline: [] };
  const purify = createDOMPurify(frame);
  if (!purify.isSupported) throw new Error('sanitiser not supported');
  const root = purify.sanitize(html.slice(0, LONGEST), {
    WHOLE_DOCUMENT: true, RETURN_DOM: true, USE_PROFILES: { html: true }, FORBID_TAGS: FORBIDDEN, FORBID_ATTR: FORBIDDEN_ATTRIBUTES,
    ALLOW_DATA_ATTR: false, ALLOW_ARIA_ATTR: false, ALLOW_UNKNOWN_PROTOCOLS: false, SANITIZE_DOM: true,
    ALLOWED_URI_REGEXP: /^(?:(?:https?|mailto|tel|cid):|data:image\/(?:png|gif|jpe?g|webp|avif|bmp);base64,|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i,
    ADD_TAGS: ['style', 'center'], KEEP_CONTENT: true,
  }) as unknown as HTMLElement;
  const sourceBody = root.querySelector('body') ?? root;
  result.designed = setsColours(root) || sourceBody.hasAttribute('bgcolor') || /background|color/i.test(sourceBody.getAttribute('style') ?? '');
  for (const style of root.querySelectorAll('style')) {
    const { css, blocked } = cleanSheet(style.textContent ?? '', frame.CSSStyleSheet);
    style.textContent = css;
    result.blocked += blocked;
  }
  for (const el of [sourceBody, ...sourceBody.querySelectorAll<HTMLElement>('*')] as HTMLElement[]) {
    const { blocked, cid } = handleLoading(el);
    result.blocked += blocked;
    if (cid !== null && el instanceof frame.HTMLImageElement) result.inline.push({ image: el, cid });
    if (el.hasAttribute('style')) result.blocked += cleanStyle(el);
    if (el.localName === 'a') handleLink(el);
  }
  const doc = frame.document;
  const fragment = doc.createDocumentFragment();
  fragment.append(...root.querySelectorAll('head style'));
  const holder = doc.createElement('div');
  holder.className = 'wx-mail';
  for (const name of ['style', 'dir', 'lang', 'align']) {
    const value = sourceBody.getAttribute(name);
    if (value !== null) holder.setAttribute(name, value);
  }
  const colour = sourceBody.getAttribute('bgcolor');
  if (colour && /^#?[\w]{3,20}$/.test(colour) && !holder.style.backgroundColor) holder.style.backgroundColor = colour;
  if (root.getAttribute('dir') && !holder.hasAttribute('dir')) holder.setAttribute('dir', root.getAttribute('dir')!);
  holder.append(...sourceBody.childNodes);
  fragment.append(holder);
  doc.body.replaceChildren(fragment);
  doc.documentElement.style.backgroundColor = holder.style.backgroundColor;
  foldQuote(holder, quoteLabel);
  return result;
}
