// Undo of a merge. What came with mail cannot be written back: only where no certificate has changed hands.
import * as api from '../../api/contacts.ts';
import type { Contact } from '../../api/types.ts';
import * as people from '../../store/people.ts';
import { changeMembers } from './groups.ts';

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

const fields = (c: Contact): api.PersonFields => ({ name: c.name, addresses: c.addresses, phone: c.phone, notes: c.notes ?? '' });

/** Fails, and changes nothing, where the one was changed meanwhile. */
export async function unmerge(all: readonly Contact[], one: Contact, photos: ReadonlyMap<string, Blob>): Promise<void> {
  const [lead, ...others] = all as [Contact, ...Contact[]];
  await api.savePerson(one.id, { ...fields(lead), version: one.version });
  if (one.photo && !lead.photo) await api.dropPhoto(one.id);
  for (const g of one.groups) if (!lead.groups.includes(g)) await changeMembers(g, [], [one.id]);
  for (const c of others) {
    const back = await api.savePerson('new', fields(c));
    const photo = photos.get(c.id);
    if (photo) await api.setPhoto(back.id, photo);
    for (const g of c.groups) await changeMembers(g, [back.id], []);
  }
  await Promise.all([people.refresh(), people.loadGroups()]);
}
