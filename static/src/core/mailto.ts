// mailto: links (RFC 6068).
import type { Address } from '../api/types.ts';
import { isAddress } from './address.ts';
import { parseRecipients } from './recipients.ts';

export interface Mailto { to: Address[]; cc: Address[]; bcc: Address[]; subject: string; body: string }

/** Only these five fields are honoured; anything else (attach!) is ignored. */
export function parseMailto(href: string): Mailto {
  const out: Mailto = { to: [], cc: [], bcc: [], subject: '', body: '' };
  if (!/^mailto:/i.test(href)) return out;
  const decode = (s: string): string => { try { return decodeURIComponent(s); } catch { return s; } };
  const rest = href.slice(7);
  const q = rest.indexOf('?');
  const path = q < 0 ? rest : rest.slice(0, q);
  const list = (s: string): Address[] => s.split(',').flatMap((p) => parseRecipients(decode(p))).filter((a) => isAddress(a.address));
  out.to = list(path);
  for (const pair of q < 0 ? [] : rest.slice(q + 1).split('&')) {
    const eq = pair.indexOf('=');
    const name = decode(eq < 0 ? pair : pair.slice(0, eq)).toLowerCase();
    const value = eq < 0 ? '' : pair.slice(eq + 1);
    if (name === 'to') out.to.push(...list(value));
    else if (name === 'cc') out.cc.push(...list(value));
    else if (name === 'bcc') out.bcc.push(...list(value));
    else if (name === 'subject') out.subject = decode(value).replace(/[\r\n\u0000]+/g, ' ').slice(0, 900);
    else if (name === 'body') out.body = decode(value).replace(/\r\n?/g, '\n').slice(0, 100_000);
  }
  return out;
}
