// What takes several requests to write back. Where one fails, the next try goes on from there: what was done is not done
// again, and a request whose answer was lost is looked for before it is taken for refused.
import { ApiError } from '../../api/client.ts';
import * as api from '../../api/contacts.ts';
import type { Contact } from '../../api/types.ts';
import { changeMembers } from './groups.ts';

export type Step = () => Promise<unknown>;

/** In turn, each until it has succeeded once. */
function inTurn(steps: readonly Step[]): Step {
  let at = 0;
  return async () => { for (; at < steps.length; at++) await steps[at]!(); };
}

/** First what all need, then the rest: one that cannot be brought back (its address is another's by now) keeps no other away.
 *  Fails while something is missing. */
export function inSteps(first: readonly Step[], rest: readonly (readonly Step[])[], last: Step): () => Promise<void> {
  const before = inTurn(first);
  const each = rest.map(inTurn);
  return async () => {
    await before();
    const all: PromiseSettledResult<unknown>[] = [];
    for (const run of each) all.push(...await Promise.allSettled([run()]));
    await last();
    for (const r of all) if (r.status === 'rejected') throw r.reason as Error;
  };
}

export const fields = (c: Contact): api.PersonFields => ({ name: c.name, addresses: c.addresses, phone: c.phone, notes: c.notes ?? '' });
const same = (c: Contact, wanted: Contact): boolean => {
  const flat = (x: Contact): string => JSON.stringify([x.name, x.addresses.map((a) => [a.address, a.label]), x.phone, x.notes ?? '']);
  return flat(c) === flat(wanted);
};
/** A group that is gone, or full. */
const NO_ROOM = ['not_found', 'storage_full', 'invalid'];
const refused = (error: unknown): boolean => error instanceof ApiError && (error.code === 'conflict' || error.code === 'invalid');

/** Writes the fields of another state over it, if it is still what it was. */
export function savedOver(one: Contact, wanted: Contact): Step {
  let unsure = false;
  return async () => {
    try { await api.savePerson(one.id, { ...fields(wanted), version: one.version }); } catch (error) {
      if (!refused(error)) { unsure = true; throw error; }
      if (!unsure || !same(await api.getPerson(one.id), wanted)) throw error;
    }
  };
}

async function lookedFor(wanted: Contact): Promise<Contact | null> {
  const first = wanted.addresses[0]?.address ?? wanted.name;
  const { contacts } = await api.getPeople({ offset: 0, limit: 20, text: first, group: null });
  for (const c of contacts) {
    const whole = await api.getPerson(c.id);
    if (same(whole, wanted)) return whole;
  }
  return null;
}

/** A contact that is gone, with its photograph, in those of its groups that are still there. */
export function madeAgain(gone: Contact, photo: Blob | null): Step[] {
  let id = '';
  let unsure = false;
  const make = async (): Promise<void> => {
    // Without an address nothing at the server tells the second of the same from the first.
    const there = unsure ? await lookedFor(gone) : null;
    unsure = true;
    try { id = (there ?? await api.savePerson('new', fields(gone))).id; } catch (error) {
      if (refused(error)) unsure = false;
      throw error;
    }
  };
  const into = (g: string) => async (): Promise<void> => {
    try { await changeMembers(g, [id], []); } catch (error) {
      if (!(error instanceof ApiError) || !NO_ROOM.includes(error.code)) throw error;
    }
  };
  return [make, ...(photo ? [() => api.setPhoto(id, photo)] : []), ...gone.groups.map(into)];
}
