// Mail HTML into a sandboxed frame: sanitised in the frame's own realm, nothing that loads from outside, links made
// safe. The frame has no scripts (sandbox) and its own CSP; this is the first of three walls.
import createDOMPurify from 'dompurify';
import { bringsColours } from './colours.ts';
import { cleanSheet, cleanStyle } from './css.ts';
import type { Resolve } from './css.ts';
import { SPLIT_CLASS, SPLIT_IDS, foldQuote } from './quotes.ts';

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
/** Attributes that load. They are renamed; what the person allows is asked of our own server instead. */
const LOADING = ['src', 'srcset', 'background', 'poster', 'lowsrc', 'dynsrc', 'longdesc', 'data'];
const INLINE_IMAGE = /^data:image\/(?:png|gif|jpe?g|webp|avif|bmp);base64,/i;
const LINKS = /^(?:https?|mailto|tel):/i;
const LONGEST = 2_000_000;

/** How the server names an address of a mail: without blanks around it and without line ends and tabs. */
function named(value: string): string { return value.replace(/[\r\n\t]/g, '').trim(); }

function handleLoading(element: HTMLElement, resolve: Resolve): { blocked: number; cid: string | null } {
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
    const here = resolve(trimmed);
    if (here && name === 'src' && element.localName === 'img') { element.setAttribute('src', here); element.setAttribute('data-relayed', ''); continue; }
    if (here && name === 'background') { element.style.backgroundImage = `url("${here}")`; continue; }
    // A set of sizes says the same picture again.
    if (name !== 'srcset' || !element.hasAttribute('data-relayed')) blocked++;
    element.setAttribute(name === 'src' ? 'data-remote' : `data-remote-${name}`, trimmed);
  }
  return { blocked, cid };
}

function hostOf(href: string): string {
  try { return new URL(href).hostname.replace(/^www\./, ''); } catch { return ''; }
}

/** The host a link's text claims, when the text looks like an address of its own. */
export function claimedHost(text: string): string {
  const m = /^\s*(https?:\/\/)?((?:[\p{L}\p{N}-]+\.)+(?:\p{L}{2,24}|xn--[a-z0-9-]{2,59}))(?:[/:?#]\S*)?\s*$/iu.exec(text);
  // "report.pdf" is a file, whatever it leads to.
  if (!m || (!m[1] && /\.(?:pdf|docx?|xlsx?|pptx?|txt|csv|jpe?g|png|gif|html?)$/i.test(m[2]!))) return '';
  return hostOf(`http://${m[2]}`);
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

/** remote: what may be shown of the outside, by the address the mail names (null: nothing); every value is ours. */
export interface RenderOptions { quoteLabel: string; remote: Record<string, string> | null; fold: boolean }

function resolver(remote: Record<string, string> | null): Resolve {
  return (address) => {
    const key = named(address);
    const path = remote && Object.hasOwn(remote, key) ? remote[key]! : null;
    return path && /^\/api\/v1\/image\?[\w=&%.~-]+$/.test(path) ? path : null;
  };
}

/** The body of a mail as an element of the frame's realm, with the style it brought. */
export function sanitizeHtml(frame: FrameWindow, html: string, remote: Record<string, string> | null): { styles: Element[]; holder: HTMLElement; blocked: number; inline: Rendered['inline'] } {
  const purify = createDOMPurify(frame);
  if (!purify.isSupported) throw new Error('sanitiser not supported');
  purify.addHook('beforeSanitizeAttributes', (node) => { if (SPLIT_IDS.has(node.id)) node.classList.add(SPLIT_CLASS); });
  // An address for all others is not even parsed as one: the frame's policy would stop it, and say so.
  const root = purify.sanitize(html.slice(0, LONGEST).replace(/<base(?=[\s/>])/gi, '<x-base'), {
    WHOLE_DOCUMENT: true, RETURN_DOM: true, USE_PROFILES: { html: true }, FORBID_TAGS: FORBIDDEN, FORBID_ATTR: FORBIDDEN_ATTRIBUTES,
    ALLOW_DATA_ATTR: false, ALLOW_ARIA_ATTR: false, ALLOW_UNKNOWN_PROTOCOLS: false, SANITIZE_DOM: true,
    ALLOWED_URI_REGEXP: /^(?:(?:https?|mailto|tel|cid):|data:image\/(?:png|gif|jpe?g|webp|avif|bmp);base64,|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i,
    ADD_TAGS: ['style', 'center'], KEEP_CONTENT: true,
  }) as unknown as HTMLElement;
  const sourceBody = root.querySelector('body') ?? root;
  const resolve = resolver(remote);
  let blocked = 0;
  const inline: Rendered['inline'] = [];
  for (const style of root.querySelectorAll('style')) {
    const clean = cleanSheet(style.textContent ?? '', frame.CSSStyleSheet, resolve);
    style.textContent = clean.css;
    blocked += clean.blocked;
  }
  for (const el of [sourceBody, ...sourceBody.querySelectorAll<HTMLElement>('*')] as HTMLElement[]) {
    if (el.hasAttribute('style')) blocked += cleanStyle(el, resolve);
    const found = handleLoading(el, resolve);
    blocked += found.blocked;
    if (found.cid !== null && el instanceof frame.HTMLImageElement) inline.push({ image: el, cid: found.cid });
    if (el.localName === 'a') handleLink(el);
  }
  const holder = frame.document.createElement('div');
  holder.className = 'wx-mail';
  for (const name of ['style', 'dir', 'lang', 'align']) {
    const value = sourceBody.getAttribute(name);
    if (value !== null) holder.setAttribute(name, value);
  }
  const colour = sourceBody.getAttribute('bgcolor');
  if (colour && /^#?[\w]{3,20}$/.test(colour) && !holder.style.backgroundColor) holder.style.backgroundColor = colour;
  const ink = sourceBody.getAttribute('text');
  if (ink && /^#?[\w]{3,20}$/.test(ink) && !holder.style.color) holder.style.color = ink;
  if (root.getAttribute('dir') && !holder.hasAttribute('dir')) holder.setAttribute('dir', root.getAttribute('dir')!);
  holder.append(...sourceBody.childNodes);
  return { styles: [...root.querySelectorAll('head style')], holder, blocked, inline };
}

export function renderHtml(frame: FrameWindow, html: string, o: RenderOptions): Rendered {
  const { styles, holder, blocked, inline } = sanitizeHtml(frame, html, o.remote);
  const doc = frame.document;
  const fragment = doc.createDocumentFragment();
  fragment.append(...styles, holder);
  doc.body.replaceChildren(fragment);
  const designed = bringsColours(frame, holder);
  doc.documentElement.style.backgroundColor = designed ? holder.style.backgroundColor : '';
  if (o.fold) foldQuote(holder, o.quoteLabel);
  return { blocked, designed, inline };
}
