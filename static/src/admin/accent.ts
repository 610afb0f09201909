// A brand's accent colour, made fit for light and dark pages: policy/accent.c in the page, for the preview. tests/fixtures/accent.json
// holds both to the same colours.
export type Rgb = number;
const STEPS = 64, WHITE = 0xffffff, BLACK = 0;
const LIGHT_SUNK = 0xefebe5, LIGHT_SHEET = 0xfffefc, DARK_RAISE = 0x28252c, DARK_SHEET = 0x1e1c21;

/** "#rrggbb", lower case; null for anything else. */
export function readAccent(s: string): Rgb | null { return /^#[0-9a-f]{6}$/.test(s) ? Number.parseInt(s.slice(1), 16) : null; }
function linear(channel: number): number {
  const c = channel / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
}
function luminance(c: Rgb): number { return 0.2126 * linear((c >> 16) & 255) + 0.7152 * linear((c >> 8) & 255) + 0.0722 * linear(c & 255); }
/** WCAG's contrast ratio: 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const x = luminance(a), y = luminance(b);
  return x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
}
function mix(a: Rgb, b: Rgb, k: number): Rgb {
  return [16, 8, 0].reduce((out, shift) => (out << 8) | Math.floor((((a >> shift) & 255) * (STEPS - k) + ((b >> shift) & 255) * k + STEPS / 2) / STEPS), 0);
}
/** As little as is needed of the way to black or white, until it stands out from `against`. */
function until(c: Rgb, to: Rgb, against: Rgb, least: number): Rgb {
  let k = 0;
  while (k < STEPS && contrast(mix(c, to, k), against) < least) k++;
  return mix(c, to, k);
}
const hex = (c: Rgb): string => `#${c.toString(16).padStart(6, '0')}`;

/** Custom properties, each in light and in dark. */
export function accentTokens(rgb: Rgb): Record<string, [light: string, dark: string]> {
  const light = until(rgb, BLACK, LIGHT_SUNK, 5.2), dark = until(rgb, WHITE, DARK_RAISE, 6.5);
  const fill = until(rgb, BLACK, WHITE, 4.5), darkFill = until(until(rgb, WHITE, DARK_RAISE, 2.2), BLACK, WHITE, 4.5);
  const tints = (l: number, d: number): [string, string] => [hex(mix(LIGHT_SHEET, light, l)), hex(mix(DARK_SHEET, dark, d))];
  return {
    '--wax': [hex(light), hex(dark)], '--wax-strong': [hex(mix(light, BLACK, 12)), hex(mix(dark, WHITE, 16))],
    '--wax-fill': [hex(fill), hex(darkFill)], '--wax-fill-hover': [hex(mix(fill, BLACK, 10)), hex(mix(darkFill, BLACK, 10))],
    '--wax-soft': tints(6, 8), '--wax-line': tints(18, 22), '--seal': [hex(fill), hex(darkFill)],
    '--selected': tints(4, 3), '--selected-hover': tints(6, 4), '--focus': [hex(light), hex(dark)],
  };
}
