// Who wrote and to whom, in short. The address of the sender always stands beside the name.
import { isSealed } from '../../core/security-mode.ts';
import type { Address, Message } from '../../api/types.ts';
import { getContacts } from '../../api/mail.ts';
import { sameAddress } from '../../core/address.ts';
import { folded } from '../../core/fold.ts';
import { nameList, nameOf } from '../../core/format.ts';
import { t } from '../../core/i18n.ts';
import { signal } from '../../core/signals.ts';
import { me } from '../../store/session.ts';

/** Everybody the reader knows: name and addresses. Asked once, when the first message has been drawn. */
export interface Known { name: string; addresses: string[] }
export const known = signal<readonly Known[]>([]);
let wanted = false;
export function learnPeople(): void {
  if (wanted) return;
  wanted = true;
  getContacts().then((all) => { known.value = all.map((c) => ({ name: c.name, addresses: c.addresses.map((a) => a.address) })); }).catch(() => { wanted = false; });
}

const plain = (name: string): string => folded(name).replace(/[^\p{L}\p{N}]+/gu, ' ').trim();

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
