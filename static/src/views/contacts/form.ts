// What a person fills in about somebody, compared with what is stored. Pure.
import type { Contact } from '../../api/types.ts';
import { foldAddress, isAddress } from '../../core/address.ts';
import { asciiAddress, shownAddress } from '../../core/idn.ts';

export interface Line { address: string; label: string }
export interface Form { name: string; lines: Line[]; phone: string; notes: string }
export type Field = 'name' | 'addresses' | 'phone' | 'notes';
const FIELDS: readonly Field[] = ['name', 'addresses', 'phone', 'notes'];

/** As the server counts (webmail/contacts/book.h); name, phone and notes in bytes of UTF-8. */
export const LIMITS = { addresses: 20, name: 200, label: 40, phone: 64, notes: 8192 };
const bytes = (s: string): number => new TextEncoder().encode(s).length;

export function formOf(c: Pick<Contact, 'name' | 'addresses' | 'phone' | 'notes'>): Form {
  return { name: c.name, lines: c.addresses.map(({ address, label }) => ({ address: shownAddress(address), label })), phone: c.phone, notes: c.notes ?? '' };
}
export function blank(name = '', address = ''): Form { return { name, lines: [{ address, label: '' }], phone: '', notes: '' }; }

const key = (address: string): string => foldAddress(address).toLowerCase();
/** What is sent: no blanks at the ends, no empty lines, each address once, its domain in ASCII. */
export function tidy(f: Form): Form {
  const seen = new Set<string>();
  const lines = f.lines.map((l) => ({ address: asciiAddress(l.address.trim()), label: l.label.trim() })).filter((l) => l.address !== '' && !seen.has(key(l.address)) && seen.add(key(l.address)) !== undefined);
  return { name: f.name.trim(), lines, phone: f.phone.trim(), notes: f.notes.replace(/\r\n?/g, '\n').trimEnd() };
}

const same = (a: Form, b: Form, field: Field): boolean => (field === 'addresses' ? JSON.stringify(a.lines) === JSON.stringify(b.lines) : a[field] === b[field]);
export function isChanged(before: Form, now: Form): boolean { const n = tidy(now); const b = tidy(before); return FIELDS.some((f) => !same(b, n, f)); }

/** Keys of texts, by field; of addresses by the number of the line. */
export interface Problems { name?: string; phone?: string; notes?: string; none?: string; lines: Record<number, string> }
export function problemsOf(f: Form): Problems {
  const out: Problems = { lines: {} };
  f.lines.forEach((l, i) => {
    if (l.address.trim() !== '' && !isAddress(asciiAddress(l.address.trim()))) out.lines[i] = 'person-address-wrong';
    else if (bytes(l.label.trim()) > LIMITS.label) out.lines[i] = 'person-label-long';
  });
  const t = tidy(f);
  if (t.lines.length === 0) out.none = 'person-address-none';
  if (bytes(t.name) > LIMITS.name) out.name = 'person-too-long';
  if (bytes(t.phone) > LIMITS.phone) out.phone = 'person-too-long';
  if (bytes(t.notes) > LIMITS.notes) out.notes = 'person-too-long';
  return out;
}
export function hasProblem(p: Problems): boolean { return Object.keys(p.lines).length > 0 || Boolean(p.name ?? p.phone ?? p.notes ?? p.none); }

/** It was changed elsewhere while it was being edited: what only they changed is taken over, what only the person changed
 *  stays, and what both changed stays as typed and is said. */
export interface Together { form: Form; taken: Field[]; clashes: Field[] }
export function together(before: Form, mine: Form, theirs: Form): Together {
  const form: Form = { ...mine, lines: mine.lines };
  const taken: Field[] = [];
  const clashes: Field[] = [];
  const [b, m, s] = [tidy(before), tidy(mine), tidy(theirs)];
  for (const f of FIELDS) {
    if (same(b, s, f) || same(m, s, f)) continue;
    if (!same(b, m, f)) { clashes.push(f); continue; }
    taken.push(f);
    take(form, theirs, f);
  }
  return { form, taken, clashes };
}
/** One field as the other has it. */
export function take(into: Form, from: Form, field: Field): void {
  if (field === 'addresses') into.lines = from.lines.map((l) => ({ ...l }));
  else into[field] = from[field];
}
export function shown(f: Form, field: Field): string { return field === 'addresses' ? f.lines.map((l) => l.address).join(', ') : f[field]; }
