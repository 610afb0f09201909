// What the keys of the vault are for and how long they last, in words for the settings page and the reminder.
import type { Cert, VaultKey, VaultKeys } from '../api/types.ts';
import type { Asked } from '../api/smime.ts';
import { readCertificate } from './x509.ts';
import { fromBase64, sha256, toHex } from './bytes.ts';

export const DAY = 86_400_000;
const SOON = 30 * DAY;
const MAX_NAME = 64;

export type Lasting = 'ended' | 'soon' | 'good' | 'not_yet';
/** days: until the end, or since the end; whole days begun. */
export interface Expiry { state: Lasting; days: number }

export function expiryOf(c: Cert, now: number): Expiry {
  const end = Date.parse(c.not_after);
  if (now > end) return { state: 'ended', days: Math.floor((now - end) / DAY) };
  const days = Math.ceil((end - now) / DAY);
  if (now < Date.parse(c.not_before)) return { state: 'not_yet', days };
  return { state: end - now < SOON ? 'soon' : 'good', days };
}

/** Can be chosen: for this use, today, strong. Which addresses fit is the server's to say. */
export function canBe(c: Cert, use: 'sign' | 'encrypt', now: number): boolean {
  const { state } = expiryOf(c, now);
  return (use === 'sign' ? c.can_sign : c.can_encrypt) && !c.weak && (state === 'good' || state === 'soon');
}

/** Waits for its certificate. */
export function isPending(k: VaultKey): boolean { return Boolean(k.request) && k.certificates.length === 0; }

/** Kept for mail of the past: nothing is signed with it or encrypted to it any more. */
export function opensOldMail(k: VaultKey, primary: VaultKeys['primary']): boolean {
  return k.certificates.some((c) => c.can_encrypt) && !k.certificates.some((c) => c.fingerprint === primary.sign || c.fingerprint === primary.encrypt);
}

export interface Reminder { key: VaultKey; days: number; certificate: Cert }

/** The most urgent one that the server says is due, or null. */
export function dueReminder(v: VaultKeys | null): Reminder | null {
  let due: Reminder | null = null;
  for (const key of v?.keys ?? []) {
    const days = key.reminder;
    if (days === null || days === undefined || (due && due.days <= days)) continue;
    const inUse = key.certificates.filter((c) => c.fingerprint === v!.primary.sign || c.fingerprint === v!.primary.encrypt);
    const first = (inUse.length ? inUse : key.certificates).toSorted((a, b) => (inUse.length ? 1 : -1) * (Date.parse(a.not_after) - Date.parse(b.not_after)))[0];
    if (first) due = { key, days, certificate: first };
  }
  return due;
}

/** "Remind me later": this step, for every certificate of the key that it is due for. */
export function remindedWith(before: Readonly<Record<string, number>>, r: Reminder, now: number): Record<string, number> {
  const out = { ...before };
  for (const c of r.key.certificates) if (Date.parse(c.not_after) - now <= r.days * DAY) out[c.fingerprint] = r.days;
  return out;
}

/** What the organisation answered about a key that waits still; null: nothing, or nothing new. `dismissed`: marks of what was put aside. */
export function newAnswer(a: Asked | null, keys: readonly VaultKey[], mark: string, dismissed: Readonly<Record<string, number>>): 'issued' | 'refused' | null {
  if (!a || a.state === 'waiting' || mark in dismissed) return null;
  return keys.some((k) => k.id === a.key && isPending(k)) ? a.state : null;
}
/** An answer in 64 hexadecimal digits, as the preferences keep what was put aside: another one about the same key is news again. */
export async function answerMark(a: Asked): Promise<string> { return toHex(await sha256(new TextEncoder().encode([a.key, a.since, a.state, a.reason ?? ''].join('\n')))); }

/** A name that a certificate may carry as commonName: no control characters, at most 64 characters. */
export function requestName(name: string, address: string): string {
  const clean = name.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  return [...(clean || address)].slice(0, MAX_NAME).join('').trim();
}

/** RFC 7468. */
export function pemOf(base64: string, label: string): string {
  return `-----BEGIN ${label}-----\n${base64.match(/.{1,64}/g)?.join('\n') ?? ''}\n-----END ${label}-----\n`;
}
export function requestFileName(address: string): string { return `${address.replace(/[^A-Za-z0-9._@-]/g, '_')}.csr`; }

export { issuerName } from '../core/certificate-words.ts';

/** The name in a certificate, for a renewal. */
export function holderOf(c: Cert): string {
  try { return readCertificate(fromBase64(c.der)).commonName; } catch { return ''; }
}
