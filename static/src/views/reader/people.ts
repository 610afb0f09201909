// Who wrote and to whom, in short. The address of the sender always stands beside the name.
import { isSealed } from '../../core/security-mode.ts';
import type { Address, Message } from '../../api/types.ts';
import { trustHooks } from '../../api/client.ts';
import { complete } from '../../api/complete.ts';
import { getPeople } from '../../api/contacts.ts';
import { sameAddress } from '../../core/address.ts';
import { folded } from '../../core/fold.ts';
import { nameList, nameOf } from '../../core/format.ts';
import { t } from '../../core/i18n.ts';
import { signal } from '../../core/signals.ts';
import { me, signOutHooks } from '../../store/session.ts';

/** Somebody the reader knows: name and addresses. */
export interface Known { name: string; addresses: string[] }
/** Contacts, and people one has written to, who are called as somebody whose mail was opened. */
export const known = signal<readonly Known[]>([]);
const asked = new Set<string>();
const forget = (): void => { asked.clear(); known.value = []; };
// A contact was made, changed or removed here.
trustHooks.push(forget);
signOutHooks.push(async () => forget());

const plain = (name: string): string => folded(name).replace(/[^\p{L}\p{N}]+/gu, ' ').trim();

/** Who else is called so: asked once for each sender, when the message has been drawn. One word says too little ("Support"). */
export function learnAbout(from: Address | undefined): void {
  const name = plain(from?.name ?? '');
  if (!from || !name.includes(' ') || from.name.length > 200) return;
  const key = `${name} ${from.address.toLowerCase()}`;
  if (asked.has(key)) return;
  asked.add(key);
  namesakes(from).then((people) => { if (asked.has(key) && people.length) known.value = [...known.value, ...people]; }, () => { asked.delete(key); });
}
async function namesakes(from: Address): Promise<Known[]> {
  // By name, so that those who are called exactly so come before those whose name only begins so.
  const { contacts } = await getPeople({ offset: 0, limit: 20, text: from.name, group: null });
  const people = contacts.map((c) => ({ name: c.name, addresses: c.addresses.map((a) => a.address) }));
  if (people.some((p) => p.addresses.some((a) => sameAddress(a.toLowerCase(), from.address.toLowerCase())))) return people;
  return [...people, ...(await complete(from.name)).flatMap((f) => (f.source === 'met' && f.address ? [{ name: f.name, addresses: [f.address] }] : []))];
}

/** Somebody known who is called exactly so and never wrote from this address. One word says too little ("Support"). */
export function sameName(from: Address | undefined, people: readonly Known[]): Known | null {
  const name = plain(from?.name ?? '');
  if (!from || !name.includes(' ')) return null;
  const namesakes = people.filter((p) => plain(p.name) === name);
  return namesakes.length && !namesakes.some((p) => p.addresses.some((a) => sameAddress(a.toLowerCase(), from.address.toLowerCase()))) ? namesakes[0]! : null;
}

/** "to me", "to me and 3 others", "to Ana and Bob". */
export function recipientsLine(m: Message): string {
  const all = [...m.headers.to, ...m.headers.cc, ...m.headers.bcc];
  const others = all.filter((a) => !sameAddress(a.address.toLowerCase(), me.value.address.toLowerCase()));
  if (!all.length && m.flags.includes('\\Draft') && isSealed(m)) return t('row-draft-sealed');
  if (!all.length) return t('to-list', { names: t('row-no-recipient') });
  if (others.length === all.length) return t('to-list', { names: nameList(all, 3) });
  if (!others.length) return t('to-me');
  return others.length === 1 ? t('to-me-and', { name: nameOf(others[0]) }) : t('to-me-others', { n: others.length });
}

/** A subject without what answers and forwards put before it. */
export function bareSubject(subject: string): string { return subject.replace(/^\s*(?:(?:re|aw|antw|sv|vs|fwd?|wg|tr|rv)(?:\[\d+\])?\s*[:：]\s*)+/i, '').replace(/\s+/g, ' ').trim(); }
