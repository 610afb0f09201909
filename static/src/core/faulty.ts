// Recipients whose addresses are none (yet): a draft keeps them beside the others, so that all that was typed is there again.
import type { Address, Faulty } from '../api/types.ts';
import { isAddress } from './address.ts';

type Lists = Record<keyof Faulty, Address[]>;
/** As the server takes them. */
const MOST = 100, MOST_TEXT = 300, MOST_BYTES = 60_000;

const fits = (a: Address): boolean => a.name.length + a.address.length > 0 && a.name.length <= MOST_TEXT && a.address.length <= MOST_TEXT;

/** What is not to be seen would cost the whole draft: no header may have it. A blank does not make an address of it. */
const clean = (text: string): string => text.replace(/[\p{Cc}\p{Cs}]/gu, ' ');

/** The lists as they can be sent, and what is kept beside them; a text too long to be meant as an address is not. */
export function apart(lists: Lists): Lists & { faulty?: Faulty } {
  const valid = (l: Address[]): Address[] => l.filter((a) => isAddress(a.address));
  let left = MOST, bytes = MOST_BYTES;
  const takes = (a: Address): boolean => {
    const n = new TextEncoder().encode(JSON.stringify(a)).length + 1;
    if (left === 0 || n > bytes) return false;
    left--;
    bytes -= n;
    return true;
  };
  const bad = (l: Address[]): Address[] => l.filter((a) => !isAddress(a.address) && fits(a)).map(({ name, address }) => ({ name: clean(name), address: clean(address) })).filter(takes);
  const faulty = { to: bad(lists.to), cc: bad(lists.cc), bcc: bad(lists.bcc), reply_to: bad(lists.reply_to) };
  return { to: valid(lists.to), cc: valid(lists.cc), bcc: valid(lists.bcc), reply_to: valid(lists.reply_to), ...(left < MOST ? { faulty } : {}) };
}

/** As the draft had them. */
export function together(lists: Lists, faulty: Faulty | null | undefined): Lists {
  if (!faulty) return lists;
  return { to: [...lists.to, ...faulty.to], cc: [...lists.cc, ...faulty.cc], bcc: [...lists.bcc, ...faulty.bcc], reply_to: [...lists.reply_to, ...faulty.reply_to] };
}
