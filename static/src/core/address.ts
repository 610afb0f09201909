// Mail addresses: which can be sent to, and which are the same. Lists that people type and paste: recipients.ts.
import type { Address } from '../api/types.ts';

const LOCAL = /^(?:[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*|"(?:[ !#-[\]-~]|\\[ -~])+")$/;
const DOMAIN = /^(?:(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?|\[[\w!#$%&'*+/=?^`{|}~.:-]+\])$/i;

/** As the server sees it (RFC 5321 without SMTPUTF8): what it would refuse is no address here either. */
export function isAddress(s: string): boolean {
  const at = s.lastIndexOf('@');
  return at > 0 && at <= 64 && s.length <= 254 && LOCAL.test(s.slice(0, at)) && DOMAIN.test(s.slice(at + 1));
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
