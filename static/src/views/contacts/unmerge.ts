// Undo of a merge. What came with mail cannot be written back: only where no certificate has changed hands.
import * as api from '../../api/contacts.ts';
import type { Contact } from '../../api/types.ts';
import * as people from '../../store/people.ts';
import { changeMembers } from './groups.ts';
import { inSteps, madeAgain, savedOver } from './steps.ts';
import type { Step } from './steps.ts';

const fold = (s: string): string => s.toLowerCase();

/** The first one leads. Its certificates name nobody of the others, and these have none. Without S/MIME nobody knows. */
export function canUnmerge(all: readonly Contact[], smime: boolean): boolean {
  const [lead, ...others] = all;
  if (!smime || !lead) return false;
  const theirs = new Set(others.flatMap((c) => c.addresses.map((a) => fold(a.address))));
  return others.every((c) => c.certificates.length === 0) && !lead.certificates.some((k) => k.addresses.some((a) => theirs.has(fold(a))));
}

/** Before they are one: photographs go with the contacts. */
export async function photosOf(others: readonly Contact[]): Promise<ReadonlyMap<string, Blob>> {
  const out = new Map<string, Blob>();
  for (const c of others) if (c.photo) out.set(c.id, await api.getPhoto(c.id));
  return out;
}

/** Undo, as often as it takes: each try goes on where the last one failed. Changes nothing where the one was changed meanwhile. */
export function unmerging(all: readonly Contact[], one: Contact, photos: ReadonlyMap<string, Blob>): () => Promise<void> {
  const [lead, ...others] = all as [Contact, ...Contact[]];
  const steps: Step[] = [savedOver(one, lead)];
  if (one.photo && !lead.photo) steps.push(() => api.dropPhoto(one.id));
  for (const g of one.groups) if (!lead.groups.includes(g)) steps.push(() => changeMembers(g, [], [one.id]));
  return inSteps(steps, others.map((c) => madeAgain(c, photos.get(c.id) ?? null)), () => Promise.all([people.refresh(), people.loadGroups()]));
}
