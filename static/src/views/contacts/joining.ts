// What several people become when they are made one; the server does the same (webmail/contacts/merge.c). Pure.
import type { Contact } from '../../api/types.ts';
import { LIMITS } from './form.ts';
import type { Line } from './form.ts';

export const MOST_JOINED = 20;
export interface Joined {
  name: string; phone: string; notes: string; lines: Line[];
  /** Whose photograph it keeps. */
  photo: Contact | null;
  groups: number; certificates: number;
  problem: 'addresses' | 'notes' | null;
}

/** The first one leads. */
export function joined(all: readonly Contact[]): Joined {
  const first = (pick: (c: Contact) => string): string => all.map(pick).find((s) => s !== '') ?? '';
  const once = (pick: (c: Contact) => string): string[] => [...new Set(all.map(pick).filter(Boolean))];
  const phone = first((c) => c.phone);
  // There is one field for a number; the others are not lost.
  const notes = [...once((c) => c.notes ?? ''), once((c) => c.phone).filter((p) => p !== phone).join('\n')].filter(Boolean).join('\n\n');
  const lines = all.flatMap((c) => c.addresses);
  return {
    name: first((c) => c.name), phone, notes, lines,
    photo: all.find((c) => c.photo) ?? null,
    groups: new Set(all.flatMap((c) => c.groups)).size,
    certificates: new Set(all.flatMap((c) => c.certificates.map((k) => k.fingerprint))).size,
    problem: lines.length > LIMITS.addresses ? 'addresses' : new TextEncoder().encode(notes).length > LIMITS.notes ? 'notes' : null,
  };
}
