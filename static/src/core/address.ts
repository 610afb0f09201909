// Mail addresses: which can be sent to, and which are the same. Lists that people type and paste: recipients.ts.
import type { Address } from '../api/types.ts';

/** Letters of all scripts (RFC 6531), but nothing that is not seen, passes for a blank, a dot or an @, or turns its neighbours: the
 *  same list as in mail/build_field.c. */
const FOREIGN = '[^\\u0000-\\u007f\\u0080-\\u00a0\\u00ad\\u034f\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u115f\\u1160\\u1680\\u17b4\\u17b5\\u180b-\\u180f\\u2000-\\u206f\\u2800\\u3000\\u3002\\u3164\\ud800-\\uf8ff\\ufdd0-\\ufdef\\ufe00-\\ufe19\\ufe52\\ufe6b\\ufeff\\uff0e\\uff20\\uff61\\uffa0\\ufff0-\\uffff\\u{110bd}\\u{110cd}\\u{13430}-\\u{1343f}\\u{16fe4}\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{1fffe}\\u{1ffff}\\u{2fffe}\\u{2ffff}\\u{3fffe}-\\u{10ffff}]';
const ATOM = `(?:[\\w!#$%&'*+/=?^\`{|}~-]|${FOREIGN})`;
/** One sign that may stand before the @ outside quotes, but for the dot. */
export const LOCAL_SIGN = new RegExp(`^${ATOM}$`, 'u');
const LOCAL = new RegExp(`^(?:${ATOM}+(?:\\.${ATOM}+)*|"(?:[ !#-\\[\\]-~]|\\\\[ -~])+")$`, 'u');
const DOMAIN = /^(?:(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?|\[[\w!#$%&'*+/=?^`{|}~.:-]+\])$/i;

export const octets = (s: string): number => (isForeign(s) ? new TextEncoder().encode(s).length : s.length);

/** Letters beyond ASCII: for outgoing servers with SMTPUTF8 only. */
export function isForeign(s: string): boolean { return /[^\u0000-\u007f]/.test(s); }

/** As the server sees it (RFC 5321; before the @ also RFC 6531): what it would refuse is no address here either. */
export function isAddress(s: string): boolean {
  const at = s.lastIndexOf('@');
  return at > 0 && octets(s.slice(0, at)) <= 64 && octets(s) <= 254 && LOCAL.test(s.slice(0, at)) && DOMAIN.test(s.slice(at + 1));
}

/** Domains compare without case; local parts as they are. */
export function sameAddress(a: string, b: string): boolean { return foldAddress(a) === foldAddress(b); }
export function foldAddress(a: string): string {
  const at = a.lastIndexOf('@');
  return at < 0 ? a : a.slice(0, at) + a.slice(at).toLowerCase();
}

export function unique(list: readonly Address[], except: readonly string[] = []): Address[] {
  const seen = new Set(except.map((x) => foldAddress(x).toLowerCase()));
  return list.filter((a) => {
    const key = foldAddress(a.address).toLowerCase();
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
