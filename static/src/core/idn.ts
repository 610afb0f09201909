// Domains in other scripts (RFC 5890): inside and on the way they are ASCII (A-labels), people see and type their letters
// (U-labels). Shown as letters is only what cannot be taken for something else; the rest stays "xn--". Pure.

/** As the mail system writes it (IDNA mapping); what is no such domain stays as it is. */
export function asciiDomain(domain: string): string {
  if (!/[^\u0000-\u007f]/.test(domain) || /[\s/?#@:%\\[\]]/.test(domain)) return domain;
  try { return new URL(`http://${domain}/`).hostname || domain; } catch { return domain; }
}
export function asciiAddress(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 0 ? address : address.slice(0, at + 1) + asciiDomain(address.slice(at + 1));
}

/** RFC 3492 section 6.2; null: it is not the Punycode of anything. */
function letters(punycode: string): string | null {
  const cut = punycode.lastIndexOf('-');
  const out = Array.from(punycode.slice(0, Math.max(0, cut)), (c) => c.charCodeAt(0));
  let n = 128, i = 0, bias = 72;
  for (let at = cut + 1; at < punycode.length;) {
    const before = i;
    for (let w = 1, k = 36; ; k += 36) {
      const digit = 'abcdefghijklmnopqrstuvwxyz0123456789'.indexOf(punycode[at++] ?? '?');
      if (digit < 0 || digit * w > 0x7fffffff - i) return null;
      i += digit * w;
      const t = Math.min(26, Math.max(1, k - bias));
      if (digit < t) break;
      w *= 36 - t;
    }
    const points = out.length + 1;
    let delta = Math.floor((i - before) / (before === 0 ? 700 : 2));
    delta += Math.floor(delta / points);
    let k = 0;
    for (; delta > 455; k += 36) delta = Math.floor(delta / 35);
    bias = k + Math.floor(36 * delta / (delta + 38));
    n += Math.floor(i / points);
    i %= points;
    if (n > 0x10ffff || (n >= 0xd800 && n < 0xe000)) return null;
    out.splice(i++, 0, n);
  }
  return String.fromCodePoint(...out);
}

/** One script a label. Latin without its letters that pass for others. */
const PLAIN = [
  /^[a-z0-9\u00df-\u00f6\u00f8-\u00ff\u0101-\u0130\u0132-\u0137\u0139-\u013f\u0141-\u0148\u014a-\u017e-]+$/,
  /^[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\u30fc0-9-]+$/u, /^[\p{sc=Hang}0-9-]+$/u, /^[\p{sc=Thai}0-9-]+$/u, /^[\p{sc=Deva}0-9-]+$/u,
  /^[\p{sc=Arab}0-9-]+$/u, /^[\p{sc=Hebr}0-9-]+$/u,
];
/** Half of their letters look like Latin ones: shown only beneath a top level of their own. */
const ALIKE = [/^[\p{sc=Cyrl}0-9-]+$/u, /^[\p{sc=Grek}0-9-]+$/u];

/** In its letters where these can be trusted to be what they look like. */
export function shownDomain(domain: string): string {
  if (!/(?:^|\.)xn--/i.test(domain)) return domain;
  const labels = domain.toLowerCase().split('.').map((l) => (l.startsWith('xn--') ? letters(l.slice(4)) : l));
  if (labels.some((l) => l === null)) return domain;
  const all = labels as string[];
  const top = all.at(-1)!;
  const own = ALIKE.find((s) => s.test(top) && /\D/.test(top));
  const fine = all.every((l) => /^[a-z0-9_-]*$/.test(l) || PLAIN.some((s) => s.test(l)) || own?.test(l));
  const text = all.join('.');
  // What does not lead back to the same domain is not its name.
  return fine && asciiDomain(text) === domain.toLowerCase() ? text : domain;
}
export function shownAddress(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 0 ? address : address.slice(0, at + 1) + shownDomain(address.slice(at + 1));
}
