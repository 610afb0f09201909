// Addresses for what is typed, and who is in a group.
import type { Address, Contact } from './types.ts';
import { api } from './client.ts';

const V1 = '/api/v1';

/** address is null of a group, which has members instead; ready: can be encrypted to, null without S/MIME. */
export interface Found { name: string; address: string | null; source: 'contact' | 'group' | 'met' | 'directory' | 'ldap' | 'shown'; id: string | null; members?: number; ready: boolean | null }

export async function complete(text: string, limit = 12, signal?: AbortSignal): Promise<Found[]> {
  return (await api<{ found: Found[] }>(`${V1}/contacts/complete`, { method: 'POST', json: { text, limit }, ...(signal ? { signal } : {}), deadline: 10_000 })).found;
}
/** Somebody written to before is offered no longer. */
export function forgetMet(address: string): Promise<unknown> { return api(`${V1}/contacts/forget`, { method: 'POST', json: { address } }); }

interface Group { id: string; name: string; members: string[] }

/** Everybody of a group in its order. Who has no address is among them, with a name and an empty address; gone: how many
 *  were taken out of the address book at this very time. */
export async function membersOf(id: string): Promise<{ members: Address[]; gone: number }> {
  const { groups } = await api<{ groups: Group[] }>(`${V1}/groups`);
  const group = groups.find((g) => g.id === id);
  if (!group) return { members: [], gone: 0 };
  const contacts = new Map<string, Contact>();
  for (let offset = 0, total = 1; offset < total && offset < 1000; offset += 200) {
    const page = await api<{ total: number; contacts: Contact[] }>(`${V1}/contacts?offset=${offset}&limit=200&group=${encodeURIComponent(id)}`);
    for (const c of page.contacts) contacts.set(c.id, c);
    total = page.total;
  }
  const members = group.members.flatMap((m) => memberAddress(m, contacts.get(m)) ?? []);
  return { members, gone: group.members.length - members.length };
}

/** A member is an address, or a contact, whose first address is taken; null: the id of one that is gone. */
export function memberAddress(member: string, contact: Contact | undefined): Address | null {
  if (!contact && !member.includes('@')) return null;
  if (contact) return { name: contact.name, address: contact.addresses[0]?.address ?? '' };
  return { name: '', address: member };
}
