// Times, sizes and names as a person reads them, in the language of the page.
import type { Address } from '../api/types.ts';
import { language, t } from './i18n.ts';
import { signal } from './signals.ts';

/** BCP 47 tag whose region is the style of dates ('': the page's language), and the IANA zone they are told in ('': the browser's). */
export const dateTag = signal('');
export const timeZone = signal('');
/** Takes over what the person chose; a zone this browser does not know is as if none were chosen. */
export function useDates(wanted: string, zone: string, browser: readonly string[]): void {
  const base = (tag: string): string => tag.split('-')[0]!.toLowerCase();
  const chosen = wanted.includes('-') && base(wanted) === language.value ? wanted : browser.find((b) => base(b) === language.value) ?? '';
  let known = zone;
  try { new Intl.DateTimeFormat('en', zone ? { timeZone: zone } : {}); } catch { known = ''; }
  dateTag.value = chosen;
  timeZone.value = known;
}

const cache = new Map<string, Intl.DateTimeFormat>();
export function dateFormat(options: Intl.DateTimeFormatOptions, tag = dateTag.value || language.value): Intl.DateTimeFormat {
  const key = `${tag} ${timeZone.value} ${JSON.stringify(options)}`;
  let format = cache.get(key);
  if (!format) cache.set(key, (format = new Intl.DateTimeFormat(tag, timeZone.value ? { timeZone: timeZone.value, ...options } : options)));
  return format;
}

/** Days since the epoch of the calendar day in the chosen zone. */
function dayNumber(date: Date): number {
  if (!timeZone.value) return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000;
  return Date.parse(dateFormat({ year: 'numeric', month: '2-digit', day: '2-digit' }, 'en-CA').format(date)) / 86_400_000;
}

function valid(iso: string | null | undefined): Date | null {
  if (!iso) return null;
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** Short form for lists: time today, weekday this week, day and month this year, else the date. */
export function listDate(iso: string | null, now = new Date()): string {
  const date = valid(iso);
  if (!date) return '';
  const today = dayNumber(now);
  const age = today - dayNumber(date);
  if (age <= 0 && date.getTime() - now.getTime() < 86_400_000) return dateFormat({ hour: 'numeric', minute: '2-digit' }).format(date);
  if (age === 1) return t('date-yesterday');
  if (age > 0 && age <= 6) return dateFormat({ weekday: 'short' }).format(date);
  if (new Date((today - age) * 86_400_000).getUTCFullYear() === new Date(today * 86_400_000).getUTCFullYear()) return dateFormat({ day: 'numeric', month: 'short' }).format(date);
  return dateFormat({ day: 'numeric', month: 'numeric', year: 'numeric' }).format(date);
}

/** Whole form for the reader: with the time, in the reader's own zone. */
export function fullDate(iso: string | null): string {
  const date = valid(iso);
  return date ? dateFormat({ weekday: 'short', day: 'numeric', month: 'long', year: 'numeric', hour: 'numeric', minute: '2-digit' }).format(date) : '';
}

export function dayDate(iso: string | null): string {
  const date = valid(iso);
  return date ? dateFormat({ day: 'numeric', month: 'long', year: 'numeric' }).format(date) : '';
}

/** A date of the calendar ("2026-07-01"), which is the same day in every zone. */
export function calendarDate(day: string): string {
  const date = valid(`${day}T12:00:00Z`);
  return date ? dateFormat({ day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }).format(date) : '';
}

/** The calendar's date of now in the chosen zone. */
export function calendarToday(now = new Date()): string { return dateFormat({ year: 'numeric', month: '2-digit', day: '2-digit' }, 'en-CA').format(now); }

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
/** Sizes count in 1,000s, as file managers and providers do. */
export function fileSize(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) { value /= 1000; unit++; }
  return new Intl.NumberFormat(language.value, {
    style: 'unit', unit: UNITS[unit] ?? 'byte', unitDisplay: unit === 0 ? 'long' : 'short',
    maximumFractionDigits: unit < 2 || value >= 10 ? 0 : 1,
  }).format(value);
}

export function count(n: number): string { return new Intl.NumberFormat(language.value).format(n); }

export function nameOf(a: Address | undefined): string {
  if (!a) return t('someone-unknown');
  const name = a.name.trim();
  // A display name that looks like another address is a known trick: the true address is shown instead.
  if (name === '' || (/\S@\S/.test(name) && name.toLowerCase() !== a.address.toLowerCase())) return a.address;
  return name;
}

const lists = new Map<string, Intl.ListFormat>();
function listFormat(): Intl.ListFormat {
  let f = lists.get(language.value);
  if (!f) lists.set(language.value, (f = new Intl.ListFormat(language.value, { type: 'conjunction', style: 'long' })));
  return f;
}

export function nameList(list: readonly Address[], most = 3): string {
  const shown = list.slice(0, most).map(nameOf);
  if (list.length > most) shown.push(t('and-more', { n: list.length - most }));
  return list.length > most ? shown.join(', ') : listFormat().format(shown);
}

export function initials(a: Address | undefined): string {
  const name = nameOf(a).replace(/[^\p{L}\p{N}\s@.-]/gu, '').trim();
  const words = (name.includes('@') ? name.split('@')[0]! : name).split(/[\s._-]+/).filter(Boolean);
  const first = Array.from(words[0] ?? '?')[0] ?? '?';
  const last = words.length > 1 ? (Array.from(words[words.length - 1]!)[0] ?? '') : '';
  return (first + last).toLocaleUpperCase();
}

/** A stable tint 0..7 for an address. */
export function tintOf(a: Address | undefined): number {
  let h = 0;
  for (const c of (a?.address ?? '').toLowerCase()) h = (h * 31 + c.charCodeAt(0)) >>> 0;
  return h % 8;
}
