// Whether a mail brings colours of its own. One that does not follows the theme of the page; one that does is shown on
// light paper, as it was made. Looked at as the browser computes it, so that it does not matter how it was written.

export interface Rgba { r: number; g: number; b: number; a: number }
/** "rgb(1, 2, 3)", "rgba(…)", "color(srgb …)" as getComputedStyle writes them; null for anything else. */
export function parseColour(text: string): Rgba | null {
  const m = /^rgba?\(\s*([\d.]+)[ ,]+([\d.]+)[ ,]+([\d.]+)(?:\s*[,/]\s*([\d.]+%?))?\s*\)$/.exec(text);
  if (!m) return null;
  const alpha = m[4] === undefined ? 1 : m[4].endsWith('%') ? Number(m[4].slice(0, -1)) / 100 : Number(m[4]);
  return { r: Number(m[1]), g: Number(m[2]), b: Number(m[3]), a: alpha };
}
/** WCAG 2 relative luminance. */
export function luminance({ r, g, b }: Rgba): number {
  const f = (v: number): number => { const x = v / 255; return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4; };
  return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b);
}
export function contrast(a: Rgba, b: Rgba): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}
const spread = (c: Rgba): number => Math.max(c.r, c.g, c.b) - Math.min(c.r, c.g, c.b);
/** The black or dark grey that programs write as if it were no colour. */
export function isInk(c: Rgba): boolean { return c.a > 0 && spread(c) <= 24 && luminance(c) < 0.1; }
export function isPaper(c: Rgba): boolean { return c.a === 0 || (spread(c) <= 8 && luminance(c) > 0.93); }

const DARK_SHEET: Rgba = { r: 30, g: 28, b: 33, a: 1 };
/** Stand-ins while the mail is looked at: whatever is not one of these the mail has set itself. */
const INK = 'rgb(3, 5, 7)';
const LINK = 'rgb(7, 5, 3)';
/** Longer mails are taken as designed: looking at all of them would hold up the page. */
const MOST = 4000;

/** True: on paper. False: what it had of black on white is taken away, so that the theme shows. */
export function bringsColours(frame: Window & typeof globalThis, holder: HTMLElement): boolean {
  if (holder.querySelector('[data-remote-background]')) return true;
  const all = [holder, ...holder.querySelectorAll<HTMLElement>('*')];
  if (all.length > MOST) return true;
  const root = frame.document.documentElement.style;
  const before = [root.getPropertyValue('--wx-ink'), root.getPropertyValue('--wx-link')];
  root.setProperty('--wx-ink', INK);
  root.setProperty('--wx-link', LINK);
  const neutral: [HTMLElement, string, string][] = [];
  let own = false;
  for (const e of all) {
    if (e.localName === 'style' || e.localName === 'br') continue;
    const s = frame.getComputedStyle(e);
    const paper = parseColour(s.backgroundColor);
    if (s.backgroundImage !== 'none' || !paper || !isPaper(paper)) { own = true; break; }
    if (paper.a > 0) neutral.push([e, 'background-color', 'transparent']);
    if (s.color === INK || s.color === LINK || !e.parentElement || s.color === frame.getComputedStyle(e.parentElement).color && e !== holder) continue;
    const ink = parseColour(s.color);
    if (!ink) { own = true; break; }
    if (isInk(ink)) neutral.push([e, 'color', e.localName === 'a' ? 'var(--wx-link)' : e === holder ? 'var(--wx-ink)' : 'inherit']);
    // A word in red can be read on both; a word in navy cannot.
    else if (contrast(ink, DARK_SHEET) < 3.5 && e.textContent?.trim()) { own = true; break; }
  }
  if (before[0]) root.setProperty('--wx-ink', before[0]); else root.removeProperty('--wx-ink');
  if (before[1]) root.setProperty('--wx-link', before[1]); else root.removeProperty('--wx-link');
  if (!own) for (const [e, name, value] of neutral) e.style.setProperty(name, value, 'important');
  return own;
}
