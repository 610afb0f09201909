// Style text of a mail without anything that loads. The text is parsed and serialised by the browser first, so
// that escapes cannot hide a url(); what is left is checked in its normal form.

const LOADS = /(?:image-set|cross-fade|element|paint|-webkit-canvas|(?<![\w-])image|(?<![\w-])src)\s*\(/i;
const URL_CALL = /url\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^)"'\s]*))\s*\)/gi;
const HARMLESS = /^(?:data:image\/(?:png|gif|jpe?g|webp|avif|bmp);|#)/i;

export interface Cleaned { css: string; blocked: number }

/** The address of ours that shows this picture of the outside; null: it stays away. */
export type Resolve = (address: string) => string | null;

/** Replaces every url() that is not an inline picture; drops values with other loading functions. */
export function cleanValue(value: string, resolve?: Resolve): { value: string | null; blocked: number } {
  if (LOADS.test(value)) return { value: null, blocked: 1 };
  let blocked = 0;
  const out = value.replace(URL_CALL, (whole, a?: string, b?: string, c?: string) => {
    const address = (a ?? b ?? c ?? '').trim();
    if (HARMLESS.test(address)) return whole;
    const here = resolve?.(address);
    if (here) return `url("${here}")`;
    blocked++;
    return 'none';
  });
  // "url(" that the pattern above could not read must not stay.
  if (/url\s*\(/i.test(out.replace(URL_CALL, ''))) return { value: null, blocked: blocked + 1 };
  return { value: out, blocked };
}

/** Text the browser keeps as it was written (custom properties, shorthands with var()): an escape can hide a function
 *  from us there and show it to the browser later. */
function cleanRaw(text: string): ReturnType<typeof cleanValue> { return text.includes('\\') ? { value: null, blocked: 1 } : cleanValue(text); }

function cleanDeclarations(style: CSSStyleDeclaration, resolve: Resolve): number {
  let blocked = 0;
  // A shorthand with var() has no longhand values yet: it is not looked at below, so it goes if it holds anything.
  const pending = Array.from(style).filter((name) => !name.startsWith('--') && style.getPropertyValue(name) === '');
  if (pending.length && cleanRaw(style.cssText).value !== style.cssText) {
    for (const name of pending) style.removeProperty(name);
    blocked++;
  }
  for (const name of Array.from(style)) {
    const before = style.getPropertyValue(name);
    const { value, blocked: n } = name.startsWith('--') || /\bvar\(/i.test(before) ? cleanRaw(before) : cleanValue(before, resolve);
    blocked += n;
    if (value === before) continue;
    const priority = style.getPropertyPriority(name);
    style.removeProperty(name);
    if (value && value !== 'none') style.setProperty(name, value, priority);
  }
  return blocked;
}

/** Rules that can do nothing but style and be grouped. Every other kind goes, known (@font-face, @property with an
 *  initial url(), @counter-style, @page) or not: what a browser will learn to load is not known today. */
const RULES = new Set(['CSSStyleRule', 'CSSMediaRule', 'CSSSupportsRule', 'CSSContainerRule', 'CSSLayerBlockRule', 'CSSScopeRule', 'CSSStartingStyleRule', 'CSSKeyframesRule', 'CSSKeyframeRule', 'CSSNestedDeclarations']);

/** Pseudo-classes of a shadow tree that reach out of it. The browser writes their names without escapes. */
const OUTSIDE = /:host(?![\w])|::(?:slotted|part|backdrop|view-transition)/i;

function cleanRules(owner: CSSStyleSheet | CSSGroupingRule | CSSKeyframesRule, resolve: Resolve): number {
  let blocked = 0;
  for (let i = owner.cssRules.length - 1; i >= 0; i--) {
    const rule = owner.cssRules[i] as CSSRule & { style?: CSSStyleDeclaration; cssRules?: CSSRuleList; name?: string };
    const kind = rule.constructor.name;
    if (!RULES.has(kind)) {
      if (/url|src|image/i.test(rule.cssText)) blocked++;
      (owner as CSSStyleSheet).deleteRule(i); // such rules stand in sheets and groups only
      continue;
    }
    // The tree around the mail is not the mail's to style: its host, above all (views/reader/print.ts).
    if (OUTSIDE.test((rule as CSSStyleRule).selectorText ?? '') || (kind === 'CSSScopeRule' && OUTSIDE.test(rule.cssText.slice(0, rule.cssText.indexOf('{'))))) {
      (owner as CSSStyleSheet).deleteRule(i);
      continue;
    }
    if (rule.style) blocked += cleanDeclarations(rule.style, resolve);
    if (rule.cssRules) blocked += cleanRules(rule as unknown as CSSGroupingRule, resolve);
  }
  return blocked;
}

/** A style element's text. Sheet is the constructor of the frame's realm. */
export function cleanSheet(text: string, Sheet: typeof CSSStyleSheet, resolve: Resolve = () => null): Cleaned {
  const sheet = new Sheet();
  try {
    sheet.replaceSync(text.replace(/<!--|-->/g, ''));
  } catch {
    return { css: '', blocked: 0 };
  }
  // Constructed sheets drop @import; it is counted, so that the banner tells.
  const blocked = cleanRules(sheet, resolve) + (text.match(/@import/gi)?.length ?? 0);
  return { css: Array.from(sheet.cssRules, (r) => r.cssText).join('\n'), blocked };
}

export function cleanStyle(element: HTMLElement, resolve: Resolve = () => null): number {
  const before = element.getAttribute('style') ?? '';
  const blocked = cleanDeclarations(element.style, resolve);
  if (blocked) element.setAttribute('data-remote-style', before);
  return blocked;
}
