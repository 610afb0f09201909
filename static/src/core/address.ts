// Mail addresses: which can be sent to, and which are the same. Lists that people type and paste: recipients.ts.
import type { Address } from '../api/types.ts';

/** Letters of all scripts (RFC 6531), but nothing that is not seen, passes for a blank or turns its neighbours (mail/build_field.c). */
const FOREIGN = '[^\\u0000-\\u00a0\\u00ad\\u034f\\u061c\\u115f\\u1160\\u1680\\u17b4\\u17b5\\u180b-\\u180f\\u2000-\\u206f\\u2800\\u3000\\u3164\\ud800-\\uf8ff\\ufdd0-\\ufdef\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\uffff\\u{e0000}-\\u{10ffff}]';
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
