// Addresses as people type and paste them: "Ana <a@x.org>, b@y.org; c@z.org", one a line, with quotes and comments.
import type { Address } from '../api/types.ts';

const ATOM = "[^\\s\"(),:;<>@\\[\\]\\\\\\u0000-\\u001f]+";
const ADDRESS = new RegExp(`^(?:${ATOM}|"[^"\\\\\\u0000-\\u001f]*")@(?:[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]{0,61}[\\p{L}\\p{N}])?\\.)*[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]{0,61}[\\p{L}\\p{N}])?$`, 'u');

export function isAddress(s: string): boolean {
  return s.length <= 254 && ADDRESS.test(s) && !s.startsWith('.') && !s.includes('..') && !s.includes('.@');
}

/** Splits at , ; and line ends that stand outside quotes, comments and angle brackets. */
function split(text: string): string[] {
  const out: string[] = [];
  let part = '';
  let quoted = false;
  let angle = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quoted) {
      part += c;
      if (c === '\\') part += text[++i] ?? '';
      else if (c === '"') quoted = false;
    } else if (c === '"') { quoted = true; part += c; }
    else if (c === '<') { angle = true; part += c; }
    else if (c === '>') { angle = false; part += c; }
    else if ((c === ',' || c === ';') && !angle || c === '\n' || c === '\r' || c === '\t') { out.push(part); part = ''; angle = false; }
    else part += c;
  }
  out.push(part);
  return out.map((p) => p.trim()).filter(Boolean);
}

function one(text: string): Address {
  const m = /^(.*?)<\s*([^<>]*?)\s*>\s*$/.exec(text);
  if (m) {
    const name = m[1]!.trim().replace(/^"((?:[^"\\]|\\.)*)"$/, '$1').replace(/\\(.)/g, '$1').trim();
    return { name: name === m[2] ? '' : name, address: m[2]! };
  }
  return { name: '', address: text.replace(/^mailto:/i, '') };
}

export function parseAddresses(text: string): Address[] {
  const out: Address[] = [];
  for (const part of split(text)) {
    const a = one(part);
    // "a@x.org b@y.org" pasted with spaces
    const words = a.name === '' ? a.address.split(/\s+/) : [];
    if (words.length > 1 && words.every(isAddress)) out.push(...words.map((w) => ({ name: '', address: w })));
    else out.push(a);
  }
  return out;
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

export interface Mailto { to: Address[]; cc: Address[]; bcc: Address[]; subject: string; body: string }

/** RFC 6068. Only these five fields are honoured; anything else (attach!) is ignored. */
export function parseMailto(href: string): Mailto {
  const out: Mailto = { to: [], cc: [], bcc: [], subject: '', body: '' };
  if (!/^mailto:/i.test(href)) return out;
  const decode = (s: string): string => { try { return decodeURIComponent(s); } catch { return s; } };
  const rest = href.slice(7);
  const q = rest.indexOf('?');
  const path = q < 0 ? rest : rest.slice(0, q);
  const list = (s: string): Address[] => s.split(',').flatMap((p) => parseAddresses(decode(p))).filter((a) => isAddress(a.address));
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
