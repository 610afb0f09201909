// Time zones and distances in time, for the settings. Not on the way to the list.
import { fullDate, timeZone } from './format.ts';
import { language } from './i18n.ts';

export function browserZone(): string { return Intl.DateTimeFormat().resolvedOptions().timeZone; }
export function zones(): string[] { return Intl.supportedValuesOf('timeZone'); }

/** "+0200": what the chosen zone is away from UTC on that day of the calendar, at noon. */
export function zoneOffset(day: string): string {
  const at = new Date(`${day}T12:00:00Z`);
  const name = new Intl.DateTimeFormat('en-US', { timeZone: timeZone.value || browserZone(), timeZoneName: 'longOffset' }).formatToParts(at).find((p) => p.type === 'timeZoneName')?.value ?? '';
  const m = /GMT([+-])(\d{2}):(\d{2})/.exec(name);
  return m ? `${m[1]}${m[2]}${m[3]}` : '+0000';
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [['minute', 60], ['hour', 3600], ['day', 86_400]];
/** "5 minutes ago"; after a month the date. */
export function ago(iso: string, now = Date.now()): string {
  const seconds = Math.max(0, (now - Date.parse(iso)) / 1000);
  if (Number.isNaN(seconds) || seconds > 30 * 86_400) return fullDate(iso);
  const [unit, size] = STEPS.findLast(([, s]) => seconds >= s) ?? STEPS[0]!;
  return new Intl.RelativeTimeFormat(language.value, { numeric: 'auto' }).format(-Math.floor(seconds / size), unit);
}
