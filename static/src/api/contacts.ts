// The address book: people, groups, whom one has written to, vCards, photographs.
import { api, request, trustChanged } from './client.ts';
import type { Contact } from './types.ts';

export { complete, forgetMet } from './complete.ts';
export type { Found } from './complete.ts';

const V1 = '/api/v1';
const one = (id: string): string => `${V1}/contacts/${encodeURIComponent(id)}`;

export interface PeoplePage { total: number; contacts: Contact[] }
export interface Group { id: string; name: string; members: string[]; version: number }
export interface PersonFields { name: string; addresses: { address: string; label: string }[]; phone: string; notes: string; version?: number }
export interface Imported { added: number; changed: number; skipped: { line: number; why: string }[] }

export interface Wanted { offset: number; limit: number; text: string; group: string | null }
/** Sorted by name. Who is looked for stands in the body: no log of requests names people. */
export function getPeople(w: Wanted): Promise<PeoplePage> {
  return api<PeoplePage>(`${V1}/contacts/search`, { method: 'POST', json: { offset: w.offset, limit: w.limit, ...(w.text ? { text: w.text } : {}), ...(w.group ? { group: w.group } : {}) } });
}
/** With notes. */
export function getPerson(id: string): Promise<Contact> { return api<Contact>(one(id)); }
/** id: 'new' makes one. A version that is not the present one: conflict, nothing changes. */
export function savePerson(id: string, fields: PersonFields): Promise<Contact> { return trustChanged(api<Contact>(one(id), { method: 'PUT', json: fields })); }
export function dropPerson(id: string): Promise<unknown> { return trustChanged(api(one(id), { method: 'DELETE', json: {} })); }
export function mergePeople(ids: readonly string[]): Promise<Contact> { return trustChanged(api<Contact>(`${V1}/contacts/merge`, { method: 'POST', json: { ids } })); }

export async function getGroups(): Promise<Group[]> { return (await api<{ groups: Group[] }>(`${V1}/groups`)).groups; }
export function makeGroup(name: string, members: readonly string[]): Promise<Group> { return api<Group>(`${V1}/groups`, { method: 'POST', json: { name, members } }); }
export function saveGroup(g: Group): Promise<Group> { return api<Group>(`${V1}/groups/${encodeURIComponent(g.id)}`, { method: 'PUT', json: { name: g.name, members: g.members, version: g.version } }); }
export function dropGroup(id: string): Promise<unknown> { return api(`${V1}/groups/${encodeURIComponent(id)}`, { method: 'DELETE', json: {} }); }

export async function exportCards(version: 3 | 4): Promise<Blob> { return (await request(`${V1}/contacts/export?version=${version}`, { deadline: 300_000 })).blob(); }
export function importCards(file: Blob): Promise<Imported> {
  return trustChanged(api<Imported>(`${V1}/contacts/import`, { method: 'POST', body: file, type: 'text/vcard', deadline: 300_000 }));
}

/** version: so that a new picture is not taken for the old one. */
export function photoUrl(c: { id: string; version: number }): string { return `${one(c.id)}/photo?version=${c.version}`; }
export async function getPhoto(id: string): Promise<Blob> { return (await request(`${one(id)}/photo`)).blob(); }
export function setPhoto(id: string, picture: Blob): Promise<Contact> { return api<Contact>(`${one(id)}/photo`, { method: 'PUT', body: picture, type: picture.type }); }
export function dropPhoto(id: string): Promise<Contact> { return api<Contact>(`${one(id)}/photo`, { method: 'DELETE', json: {} }); }
