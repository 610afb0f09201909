// Recipients as people type and paste them. Pure. What is not understood stays as a whole, so that nothing is lost:
// an Address whose address fails isAddress() is shown as a faulty chip with its text.
import type { Address } from '../api/types.ts';
import { LOCAL_SIGN, isAddress, octets } from './address.ts';
import { asciiAddress } from './idn.ts';

/** Marks that a copy brings along and nobody sees: zero width, direction, byte order. */
const UNSEEN = /[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;
const WIDE: Record<string, string> = { '，': ',', '、': ',', '；': ';', '＠': '@', '＜': '<', '＞': '>', '“': '"', '”': '"', '„': '"', '«': '"', '»': '"', '\u00a0': ' ', '\u3000': ' ', '\u2028': '\n', '\u2029': '\n' };
/** Names of header fields that come along with a copied header, and never as the name of a group. */
const FIELDS = /^(?:to|cc|bcc|from|reply-to|an|kopie|blindkopie|von|antwort an)$/i;
/** Words between addresses in a sentence. */
const BETWEEN = /^(?:and|or|und|oder|&|\+|-|–|·|\*|•|\|)$/i;

type Cut = '' | ',' | ';' | '\n' | '\t';
/** One entry with the sign before it; words that stood in quotes, comments and angle brackets apart from the rest. */
interface Entry { cut: Cut; text: string; angle: string | null; comment: string }

function tidy(text: string): string {
  return text.replace(UNSEEN, '').replace(/[，、；＠＜＞“”„«»\u00a0\u3000\u2028\u2029]/g, (c) => WIDE[c]!).replace(/\r\n?/g, '\n')
    .replace(/([^,;\s])[ \t]*\n[ \t]+(?=\S)/g, '$1 ').replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, ' ');
}

/** Nothing that belongs together is longer: what is never closed must not be looked through again and again. */
const FAR = 1000;

/** End of what opens at i, on the same line; -1: it is not closed, and is a sign like others. */
function closes(text: string, i: number): number {
  const open = text[i]!;
  let depth = 0;
  for (let k = i + 1; k < text.length && k - i < FAR && text[k] !== '\n'; k++) {
    const c = text[k]!;
    if (c === '\\' && open !== '<') k++;
    else if (open === '"' && c === '"' || open === '<' && c === '>' || open === '(' && c === ')' && depth-- === 0) return k;
    else if (open === '(' && c === '(') depth++;
    else if (open === '<' && c === '<') return -1;
  }
  return -1;
}

/** A group (RFC 5322 section 3.4) or a field name: members or nothing follow up to the sign that ends it. */
function opensGroup(before: string, rest: string): boolean {
  const name = before.trim();
  if (!name || /[@<]/.test(name) || /(?:^|\W)(?:mailto|sip|https?)$/i.test(name)) return false;
  return FIELDS.test(name) || /^[^;\n]*@/.test(rest) || /^\s*;/.test(rest);
}

class Reader {
  readonly entries: Entry[] = [];
  #e: Entry = { cut: '', text: '', angle: null, comment: '' };

  #end(cut: Cut): void {
    const e = this.#e;
    e.text = e.text.trim();
    if (e.text || e.angle !== null || e.comment) this.entries.push(e);
    // A sign that follows another says less than a line end does.
    else if (cut !== '\n' && e.cut) cut = e.cut;
    this.#e = { cut, text: '', angle: null, comment: '' };
  }

  #angle(inner: string, rest: string): void {
    const e = this.#e;
    if (e.angle !== null) { this.#end(''); this.#e.angle = inner; return; }
    e.angle = inner;
    // "<ana@x.org> Ana": the name may come after; "Ana <ana@x.org> Bob <bob@x.org>": a sign is missing.
    if (e.text.trim() || /^[^,;\n\t]*[@<]/.test(rest)) this.#end('');
  }

  read(text: string): Entry[] {
    for (let i = 0; i < text.length; i++) {
      const c = text[i]!;
      const to = c === '"' && /(?:^|[\s,;:(<])$/.test(text.slice(Math.max(0, i - 1), i)) || c === '<' || c === '(' ? closes(text, i) : -1;
      if (to > 0 && c === '<') { this.#angle(text.slice(i + 1, to).trim(), text.slice(to + 1)); i = to; }
      else if (to > 0 && c === '(') { this.#e.comment ||= text.slice(i + 1, to).trim(); i = to; }
      else if (to > 0) { this.#e.text += text.slice(i, to + 1); i = to; }
      else if (c === ',' || c === ';' || c === '\n' || c === '\t') this.#end(c);
      else if (c === ':' && opensGroup(this.#e.text, text.slice(i + 1, i + FAR))) this.#e.text = '';
      else this.#e.text += c;
    }
    this.#end('');
    return this.entries;
  }
}

/** RFC 2047: names that were copied out of a source. What cannot be read stays as it is. */
function decodeWords(s: string): string {
  return s.replace(/\?=\s+=\?/g, '?==?').replace(/=\?([\w-]+)(?:\*[\w-]*)?\?([bq])\?([^?\s]*)\?=/gi, (all, charset: string, kind: string, text: string) => {
    try {
      const raw = kind.toLowerCase() === 'b' ? atob(text) : text.replaceAll('_', ' ').replace(/=([0-9a-f]{2})/gi, (_, h: string) => String.fromCharCode(parseInt(h, 16)));
      return new TextDecoder(charset, { fatal: true }).decode(Uint8Array.from(raw, (x) => x.charCodeAt(0)));
    } catch { return all; }
  });
}

function nameOf(text: string): string {
  const bare = text.trim().replace(/"((?:[^"\\]|\\.)*)"/g, (_, inner: string) => inner.replace(/\\(.)/g, '$1')).trim();
  return decodeWords(bare.replace(/^'(.*)'$/, '$1')).replace(/[\u0000-\u001f\u007f\s]+/g, ' ').trim();
}

/** What stands around an address and is no part of it goes; the domain in ASCII. */
function addressOf(text: string): string {
  let s = text.trim().replace(/^mailto:/i, '').replace(/^@[^:]*:(?=.+@)/, '').replace(/^'([^']*)'$/, '$1').trim();
  s = asciiAddress(s).normalize('NFC');
  if (isAddress(s)) return s;
  const inner = s.replace(/^["'[({<]+|["'\])}>.!?:]+$/g, '');
  return isAddress(inner) ? inner : s;
}

const hasAddress = (text: string): boolean => text.includes('@');

/** An entry without brackets: addresses with or without names before them, else all of it as it is. */
function bareEntry(e: Entry): Address[] {
  const outlook = /^(.*?)\s*\[mailto:([^\]\s]+)\]$/i.exec(e.text);
  if (outlook) return [{ name: nameOf(addressOf(outlook[1]!) === addressOf(outlook[2]!) ? '' : outlook[1]!), address: addressOf(outlook[2]!) }];
  const whole = addressOf(e.text);
  if (isAddress(whole)) return [{ name: nameOf(e.comment), address: whole }];
  const out: Address[] = [];
  let name: string[] = [];
  for (const word of e.text.split(/\s+/)) {
    const a = addressOf(word);
    if (isAddress(a)) { out.push({ name: nameOf(name.filter((w) => !BETWEEN.test(w)).join(' ')), address: a }); name = []; } else name.push(word);
  }
  if (out.length && name.every((w) => BETWEEN.test(w))) return out;
  const text = e.comment && !e.text ? `(${e.comment})` : e.text;
  return [{ name: '', address: whole.includes('@') && !/\s/.test(whole) ? whole : decodeWords(text).replace(/\s+/g, ' ') }];
}

function angleEntry(e: Entry): Address[] {
  const inner = e.angle ?? '';
  const several = inner.split(/[,;\s]+/).map(addressOf);
  const address = addressOf(inner);
  // "<a@x.org, b@x.org>"
  if (!isAddress(address) && several.length > 1 && several.every(isAddress)) return several.map((a) => ({ name: '', address: a }));
  const name = nameOf(e.text) || nameOf(e.comment);
  if (!inner) return [{ name: '', address: `${name} <>`.trim() }];
  return [{ name: name.toLowerCase() === address.toLowerCase() ? '' : name, address }];
}

/** "Doe, John <j@x.org>" and cells of a table: what has no address is the beginning of the name that follows. */
function joined(list: Entry[]): Entry[] {
  const out: Entry[] = [];
  for (const e of list) {
    const before: Entry[] = [];
    const bareAddress = e.angle === null && isAddress(addressOf(e.text));
    const takes = (x: Entry | undefined, cut: Cut): boolean => x !== undefined && x.angle === null && !hasAddress(x.text) && (cut === '\t' || cut === ',' && e.angle !== null && !bareAddress && x.text.split(/\s+/).length <= 3);
    let cut = e.cut;
    while (before.length < 2 && (e.angle !== null && e.text !== '' || cut === '\t') && takes(out.at(-1), cut)) { const x = out.pop()!; before.unshift(x); cut = x.cut; }
    const last = out.at(-1);
    // A cell after the address: "ana@x.org TAB Ana"
    if (!before.length && e.cut === '\t' && e.angle === null && !hasAddress(e.text) && last && last.angle === null && isAddress(addressOf(last.text))) { last.angle = last.text; last.text = e.text; continue; }
    if (!before.length) { out.push(e); continue; }
    const words = before.map((x) => x.text).join(e.cut === '\t' ? ' ' : ', ');
    out.push(bareAddress ? { cut, text: words, angle: e.text, comment: e.comment } : { ...e, cut, text: `${words}${e.cut === '\t' ? ' ' : ', '}${e.text}`.trim() });
  }
  return out;
}

/** At , ; tab and line end; groups, quotes, comments, names before, after and without brackets. In the order of the text. */
export function parseRecipients(text: string): Address[] {
  return joined(new Reader().read(tidy(text))).flatMap((e) => (e.angle === null ? bareEntry(e) : angleEntry(e))).filter((a) => a.address !== '' || a.name !== '');
}

/** One recipient as text that parseRecipients reads as the same one. */
export function recipientText(a: Address): string {
  if (!a.name) return a.address;
  const plain = /^[^\s"(),.:;<>@[\]\\][^"(),.:;<>@[\]\\]*$/.test(a.name);
  return `${plain ? a.name : `"${a.name.replace(/["\\]/g, '\\$&')}"`} <${a.address}>`;
}

/** True where a sign that was typed at the end ends a recipient: not in a name ("Doe, John"), quotes or brackets. */
export function endsRecipient(text: string): boolean {
  const m = /^(.*?)\s*([,;])\s*$/s.exec(text);
  if (!m || !m[1]!.trim()) return false;
  const before = m[1]!;
  if ((before.match(/(?<!\\)"/g)?.length ?? 0) % 2 === 1 || /<[^>]*$/.test(before) || /\([^)]*$/.test(before)) return false;
  return m[2] === ';' || hasAddress(before);
}

export type AddressFault = 'none' | 'no-at' | 'ats' | 'no-local' | 'no-domain' | 'blank' | 'dots' | 'long' | 'domain' | 'sign';

/** Why nothing can be sent to it, with the sign that it is about; null: all is well. */
export function addressFault(address: string): { fault: AddressFault; sign: string } | null {
  if (isAddress(address)) return null;
  const is = (fault: AddressFault, sign = ''): { fault: AddressFault; sign: string } => ({ fault, sign });
  const at = address.lastIndexOf('@');
  const local = address.slice(0, Math.max(0, at));
  const domain = address.slice(at + 1);
  if (!address) return is('none');
  if (at < 0) return is('no-at');
  if (!local) return is('no-local');
  if (!domain) return is('no-domain');
  if (/\s/.test(address)) return is('blank');
  if (local.includes('@')) return is('ats');
  if (octets(address) > 254 || octets(local) > 64) return is('long');
  if (/^\.|\.$|\.\./.test(local) || /^\.|\.$|\.\./.test(domain)) return is('dots');
  const odd = [...local].find((sign) => sign !== '.' && !LOCAL_SIGN.test(sign));
  return odd ? is('sign', odd) : is('domain', domain);
}

/* --- one person in one field ------------------------------------------------------------ */

export type Field = 'to' | 'cc' | 'bcc';
export type Fields = Record<Field, Address[]>;
export const FIELDS_IN_ORDER: readonly Field[] = ['to', 'cc', 'bcc'];
/** Case makes no second person of somebody; a member without an address is known by the name. */
export const personKey = (a: Address): string => (a.address ? a.address.toLowerCase() : `\u0000${a.name.toLowerCase()}`);

export interface Placed { fields: Fields; added: Address[]; moved: Address[]; already: { who: Address; where: Field }[] }

/** Puts a list into a field. Whoever stands in a field that says more (To before Cc before Bcc) stays there, and whoever
 *  stands in one that says less comes from there; `move`: comes in any case. The name that is known is kept. */
export function placeRecipients(fields: Fields, which: Field, list: readonly Address[], move = false): Placed {
  const out: Placed = { fields: { to: [...fields.to], cc: [...fields.cc], bcc: [...fields.bcc] }, added: [], moved: [], already: [] };
  const where = new Map<string, Field>();
  for (const f of FIELDS_IN_ORDER) for (const a of out.fields[f]) if (!where.has(personKey(a))) where.set(personKey(a), f);
  const leaving: Record<Field, Set<string>> = { to: new Set(), cc: new Set(), bcc: new Set() };
  const seen = new Set<string>();
  const coming: Address[] = [];
  for (const a of list) {
    const key = personKey(a);
    if (seen.has(key)) continue;
    seen.add(key);
    const there = where.get(key);
    if (there === which || there && !move && FIELDS_IN_ORDER.indexOf(there) < FIELDS_IN_ORDER.indexOf(which)) { out.already.push({ who: a, where: there }); continue; }
    const known = there ? out.fields[there].find((x) => personKey(x) === key) : undefined;
    if (there) { leaving[there].add(key); out.moved.push(a); } else out.added.push(a);
    coming.push(a.name || !known ? a : known);
  }
  for (const f of FIELDS_IN_ORDER) if (leaving[f].size) out.fields[f] = out.fields[f].filter((a) => !leaving[f].has(personKey(a)));
  out.fields[which] = [...out.fields[which], ...coming];
  return out;
}

/** The fields after one of them was changed in place: who is new in it comes from a field that says less, and does not
 *  come where another says more. */
export function changeField(fields: Fields, which: Field, list: readonly Address[]): Placed {
  const before = new Set(fields[which].map(personKey));
  const fresh = list.filter((a) => !before.has(personKey(a)));
  const placed = placeRecipients({ ...fields, [which]: [] }, which, fresh);
  const refused = new Set(placed.already.map((x) => personKey(x.who)));
  const named = new Map(placed.fields[which].map((a) => [personKey(a), a]));
  placed.fields[which] = list.filter((a) => !refused.has(personKey(a))).map((a) => (a.name ? a : named.get(personKey(a)) ?? a));
  return placed;
}
