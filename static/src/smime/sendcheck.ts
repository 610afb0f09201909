// Does what the server prepared say what the person wrote? Every byte that will be signed is either compared here
// with the composer's own values or is an attachment that the page itself holds. Pure: no keyring, no network.
import type { Address, Prepared } from '../api/types.ts';
import type { Frozen } from './contract.ts';
import { fromBase64 } from './bytes.ts';
import { MAX_ATTACHMENTS, decodeText, decodeWords, markedAttachment, marker, readAddressList, readEntity, readParams, unflow } from './mime.ts';
import type { Entity } from './mime.ts';
import { isForeign } from '../core/address.ts';
import { priorityFields } from '../core/wishes.ts';

/** Where the server's proposal differs. The words end in i18n keys "smime-check-…". */
export type Difference =
  | 'mode' | 'signer' | 'recipients' | 'certificate' | 'from' | 'subject' | 'header' | 'text' | 'html' | 'attachment' | 'structure' | 'time' | 'forward';

export class DifferenceError extends Error {
  readonly difference: Difference;
  constructor(difference: Difference) {
    super(difference);
    this.name = 'DifferenceError';
    this.difference = difference;
  }
}

function must(ok: boolean, difference: Difference): asserts ok {
  if (!ok) throw new DifferenceError(difference);
}

const DAY = 86_400_000;

/* --- recipients ------------------------------------------------------------------------- */

const fold = (address: string): string => {
  const at = address.lastIndexOf('@');
  return at < 0 ? address : `${address.slice(0, at)}@${address.slice(at + 1).toLowerCase()}`;
};

/** Exactly the addresses of the composer, in the right envelope, with the certificates it showed. */
function checkRecipients(p: Prepared, f: Frozen, own: ReadonlySet<string>): void {
  const encrypting = p.mode === 'encrypt' || p.mode === 'sign_encrypt';
  const wanted = new Map<string, 'main' | 'bcc'>();
  for (const a of f.body.bcc) wanted.set(fold(a.address), 'bcc');
  for (const a of [...f.body.to, ...f.body.cc]) wanted.set(fold(a.address), 'main');
  const shownFor = new Map(Object.entries(f.certificates).map(([a, fingerprint]) => [a.toLowerCase(), fingerprint]));
  const seen = new Set<string>();
  for (const r of p.recipients) {
    const address = fold(r.address);
    const self = address === fold(f.from.address) && r.fingerprint !== null && own.has(r.fingerprint);
    must(wanted.get(address) === r.envelope || (self && !wanted.has(address)), 'recipients');
    must(!seen.has(`${r.envelope} ${address}`), 'recipients');
    seen.add(`${r.envelope} ${address}`);
    if (!encrypting) continue;
    must(r.fingerprint !== null, 'certificate');
    must(self || shownFor.get(r.address.toLowerCase()) === r.fingerprint, 'certificate');
  }
  for (const [address, envelope] of wanted) must(seen.has(`${envelope} ${address}`), 'recipients');
}

/* --- header ----------------------------------------------------------------------------- */

const OUTSIDE = ['date', 'from', 'sender', 'reply-to', 'to', 'cc', 'subject', 'message-id', 'in-reply-to', 'references', 'x-priority', 'importance', 'disposition-notification-to', 'x-waxseal-request'];
const ONCE = [...OUTSIDE, 'mime-version', 'content-type', 'content-transfer-encoding'];

const oneLine = (s: string): string => s.replace(/[\u0000-\u001f\u007f]/g, ' ');
/** Blanks as the server trims them; String.trim would also take what Unicode calls a blank. */
const trimmed = (s: string): string => s.replace(/^[ \t]+|[ \t]+$/g, '');

function sameAddresses(value: string | undefined, wanted: readonly Address[]): boolean {
  if (wanted.length === 0) return value === undefined;
  if (value === undefined) return false;
  const list = readAddressList(value);
  return list.length === wanted.length && list.every((a, i) => {
    const w = wanted[i]!;
    const name = trimmed(oneLine(w.name));
    const shown = trimmed(a.name);
    return a.address === w.address && (shown === name || (shown === '' && name === w.address));
  });
}

const ids = (value: string): string[] => value.match(/<[^<>\s]+>/g) ?? [];

/** Only ids the composer gave; a long chain may be shortened. */
function sameIds(value: string | undefined, wanted: string | null): boolean {
  if (value === undefined) return true;
  const known = new Set(ids(wanted ?? ''));
  return ids(value).length > 0 && ids(value).every((id) => known.has(id)) && value.replace(/<[^<>\s]+>/g, '').trim() === '';
}

/** RFC 9788: the field that says what the outside shows, once for each; only the subject is hidden there, and only when
 *  the person wants that. */
const HIDDEN_SUBJECT = '[...]';
const encrypts = (f: Frozen): boolean => f.body.mode === 'encrypt' || f.body.mode === 'sign_encrypt';
const hidesSubject = (f: Frozen): boolean => encrypts(f) && f.body.hide_subject === true;

function checkOuter(root: Entity, get: (name: string) => string | undefined, f: Frozen): void {
  const told = new Map<string, string>();
  for (const field of root.fields.filter((x) => x.name === 'hp-outer')) {
    const m = /^([!-9;-~]+):[ \t]?(.*)$/.exec(field.value);
    const name = m?.[1]!.toLowerCase() ?? '';
    must(m !== null && OUTSIDE.includes(name) && !told.has(name), 'header');
    told.set(name, m[2]!.trim());
  }
  // Signed mail that is not encrypted hides nothing and lists nothing.
  if (!encrypts(f)) { must(told.size === 0, 'header'); return; }
  for (const name of OUTSIDE) {
    const wanted = name === 'subject' && hidesSubject(f) ? HIDDEN_SUBJECT : get(name)?.trim();
    must(told.get(name) === wanted, 'header');
  }
}

/** Fields in which letters beyond ASCII may stand as they are (RFC 6532), because they are compared letter by letter. */
const ADDRESSES = ['from', 'sender', 'reply-to', 'to', 'cc', 'disposition-notification-to'];
const isAddresses = (name: string, value: string): boolean => ADDRESSES.includes(name === 'hp-outer' ? value.split(':', 1)[0]!.toLowerCase() : name);

function checkHeader(root: Entity, p: Prepared, f: Frozen, now: number): void {
  const seen = new Set<string>();
  for (const { name, value } of root.fields) {
    must(!isForeign(value) || isAddresses(name, value), 'header');
    if (name === 'hp-outer') continue;
    must(ONCE.includes(name) && !seen.has(name), 'header');
    seen.add(name);
  }
  const get = (name: string): string | undefined => root.fields.find((x) => x.name === name)?.value;
  const { to, cc } = f.body;
  must(sameAddresses(get('from'), [f.from]), 'from');
  must(get('sender') === undefined || sameAddresses(get('sender'), [f.from]), 'from');
  must(sameAddresses(get('reply-to'), f.body.reply_to), 'header');
  if (to.length + cc.length === 0) must(get('to')?.trim() === 'undisclosed-recipients:;', 'recipients');
  else must(sameAddresses(get('to'), to), 'recipients');
  must(sameAddresses(get('cc'), cc), 'recipients');
  must(decodeWords(get('subject') ?? '\u0000') === oneLine(f.body.subject), 'subject');
  must(get('message-id')?.trim() === p.message_id, 'header');
  must(sameIds(get('in-reply-to'), f.body.in_reply_to) && sameIds(get('references'), f.body.references), 'header');
  const { 'x-priority': number, importance } = priorityFields(f.body.priority);
  must(get('x-priority')?.trim() === number && get('importance')?.trim() === importance, 'header');
  // One signature is over all copies, and blind recipients are never asked: for them it stays outside, in the others' copies.
  must(sameAddresses(get('disposition-notification-to'), f.body.receipt === true && f.body.bcc.length === 0 ? [f.from] : []), 'header');
  must(get('x-waxseal-request')?.trim() === f.body.request, 'header');
  must(get('mime-version')?.trim() === '1.0', 'header');
  must(Math.abs(Date.parse(get('date') ?? '') - now) < DAY, 'time');
  checkOuter(root, get, f);
}

/* --- content ---------------------------------------------------------------------------- */

const LEAF = ['content-type', 'content-transfer-encoding'];

/** What a person sees of a text: trailing blanks and the last line ends are not part of it. */
function plain(text: string): string {
  return text.replace(/\r\n?/g, '\n').split('\n').map((l) => (l === '-- ' ? l : l.replace(/[ \t]+$/, ''))).join('\n').replace(/\n+$/, '');
}
const lines = (text: string): string => text.replace(/\r\n?/g, '\n').replace(/\n+$/, '');

function onlyParams(e: Entity, allowed: Record<string, string | null>): boolean {
  for (const [name, value] of e.params) {
    if (!(name in allowed)) return false;
    const wanted = allowed[name];
    if (wanted !== null && wanted !== value.toLowerCase()) return false;
  }
  return true;
}

function onlyFields(e: Entity, root: boolean, allowed: readonly string[]): boolean {
  // The root carries the protected header too, which checkHeader has seen.
  return root || (e.fields.every((x) => allowed.includes(x.name)) && new Set(e.fields.map((x) => x.name)).size === e.fields.length);
}

/** The hidden subject once more at the top of a text, for readers that know nothing of RFC 9788 (mail/build_legacy.c). */
function legacyDisplay(subject: string, text: string, html: boolean): string {
  const line = oneLine(subject);
  if (!html) return `Subject: ${line}\n\n${text}`;
  const escaped = line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<div class="header-protection-legacy-display"><pre>Subject: ${escaped}</pre></div>\n${text}`;
}

class Content {
  #f: Frozen;
  #hp: string;
  #hides: boolean;
  #used = new Set<number>();
  constructor(f: Frozen, hp: string) { this.#f = f; this.#hp = hp; this.#hides = hidesSubject(f); }

  #hpOf(root: boolean): Record<string, string> { return root ? { hp: this.#hp } : {}; }

  #leaf(e: Entity, type: string, params: Record<string, string>, root: boolean, difference: Difference): string {
    must(e.type === type && e.parts.length === 0, 'structure');
    const legacy: Record<string, string> = this.#hides ? { 'hp-legacy-display': '1' } : {};
    must(onlyParams(e, { charset: 'utf-8', ...params, ...legacy, ...this.#hpOf(root) }) && onlyFields(e, root, LEAF), 'structure');
    // Without the mark our own readers would show the subject twice; with it and without the lines they would cut text off.
    must(e.params.has('hp-legacy-display') === this.#hides, 'structure');
    must(e.params.get('charset')?.toLowerCase() === 'utf-8', 'structure');
    try { return decodeText(e); } catch { throw new DifferenceError(difference); }
  }

  #text(e: Entity, root: boolean): void {
    const text = this.#leaf(e, 'text/plain', { format: 'flowed' }, root, 'text');
    let shown = text;
    if (e.params.has('format')) try { shown = unflow(text); } catch { throw new DifferenceError('text'); }
    const wanted = this.#hides ? legacyDisplay(this.#f.body.subject, this.#f.body.text, false) : this.#f.body.text;
    must(plain(shown) === plain(wanted), 'text');
  }

  #html(e: Entity, root: boolean): void {
    const html = this.#f.body.html ?? '';
    const wanted = this.#hides ? legacyDisplay(this.#f.body.subject, html, true) : html;
    must(lines(this.#leaf(e, 'text/html', {}, root, 'html')) === lines(wanted), 'html');
  }

  #attachment(e: Entity, inline: boolean): void {
    must(e.parts.length === 0, 'structure');
    const index = markedAttachment(e.body);
    // Bytes of the server's own, where a file of the composer should be.
    must(index >= 0 && index < this.#f.files.length && !this.#used.has(index), 'attachment');
    this.#used.add(index);
    const a = this.#f.body.attachments[index]!;
    must((inline && a.content_id !== null) || !inline, 'structure');
    must(onlyFields(e, false, ['content-type', 'content-transfer-encoding', 'content-disposition', 'content-id']), 'header');
    const get = (name: string): string => e.fields.find((x) => x.name === name)?.value.trim() ?? '';
    must(get('content-transfer-encoding').toLowerCase() === 'base64', 'attachment');
    const d = readParams(get('content-disposition'));
    must(d.main === (inline ? 'inline' : 'attachment') && [...d.params.keys()].every((k) => k === 'filename'), 'attachment');
    const name = trimmed(oneLine(a.name));
    for (const shown of [d.params.get('filename'), e.params.get('name')]) must(trimmed(shown ?? '') === name, 'attachment');
    must([...e.params.keys()].every((k) => k === 'name'), 'attachment');
    must(e.type === a.type.toLowerCase().split(';')[0]!.trim() || e.type === 'application/octet-stream', 'attachment');
    must(get('content-id') === (inline ? `<${a.content_id}>` : ''), 'attachment');
  }

  #multipart(e: Entity, kind: string, root: boolean): Entity[] {
    must(e.type === `multipart/${kind}` && onlyParams(e, { boundary: null, ...this.#hpOf(root) }), 'structure');
    must(onlyFields(e, root, ['content-type']), 'header');
    // RFC 2045 section 6.4: nothing but an identity; some readers would decode the whole body otherwise.
    must(!e.fields.some((x) => x.name === 'content-transfer-encoding'), 'structure');
    return e.parts;
  }

  #related(e: Entity, root: boolean): void {
    const inline = this.#f.body.attachments.filter((a) => a.content_id !== null).length;
    if (inline === 0) return this.#html(e, root);
    const parts = this.#multipart(e, 'related', root);
    must(parts.length === inline + 1, 'attachment');
    this.#html(parts[0]!, false);
    for (const part of parts.slice(1)) this.#attachment(part, true);
  }

  #body(e: Entity, root: boolean): void {
    if (this.#f.body.html === null) return this.#text(e, root);
    const parts = this.#multipart(e, 'alternative', root);
    must(parts.length === 2, 'structure');
    this.#text(parts[0]!, false);
    this.#related(parts[1]!, false);
  }

  check(e: Entity): void {
    const { attachments, html } = this.#f.body;
    const apart = attachments.filter((a) => html === null || a.content_id === null).length;
    if (apart === 0) {
      this.#body(e, true);
    } else {
      // A part too many or too few says "attachment": that is what a person would call it.
      must(e.type === 'multipart/mixed', 'structure');
      const parts = this.#multipart(e, 'mixed', true);
      must(parts.length === apart + 1, 'attachment');
      this.#body(parts[0]!, false);
      for (const part of parts.slice(1)) this.#attachment(part, false);
    }
    must(this.#used.size === this.#f.files.length, 'attachment');
  }
}

/* --- all of it -------------------------------------------------------------------------- */

export type Piece = { bytes: Uint8Array } | { attachment: number };

/** Seven bits, but for what a mail server with SMTPUTF8 has as letters: in the header at its very beginning, and only
 *  where somebody's address has such letters (checkHeader: in fields of addresses). */
function textOf(bytes: Uint8Array, first: boolean, f: Frozen): string {
  const text = new TextDecoder('latin1').decode(bytes);
  const end = text.indexOf('\r\n\r\n');
  must(!text.includes('\u0000'), 'structure');
  if (!isForeign(text)) return text;
  must(first && end >= 0 && !isForeign(text.slice(end)), 'structure');
  must([f.from, ...f.body.reply_to, ...f.body.to, ...f.body.cc].some((a) => isForeign(a.address)), 'structure');
  try { return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes); } catch { throw new DifferenceError('structure'); }
}

/** The skeleton as pieces for the digest and as text for reading. */
function readSkeleton(p: Prepared, f: Frozen): { pieces: Piece[]; text: string } {
  const pieces: Piece[] = [];
  let text = '';
  for (const item of p.skeleton) {
    if ('attachment' in item) {
      must(Number.isInteger(item.attachment) && item.attachment >= 0 && item.attachment < MAX_ATTACHMENTS, 'attachment');
      pieces.push({ attachment: item.attachment });
      text += `${marker(item.attachment)}\r\n`;
      continue;
    }
    const bytes = fromBase64(item.bytes);
    text += textOf(bytes, pieces.length === 0, f);
    pieces.push({ bytes });
  }
  must(!/\r(?!\n)|(?<!\r)\n/.test(text), 'structure');
  return { pieces, text };
}

export interface CheckContext {
  now: number;
  /** Fingerprints of the person's own certificates: encrypted mail also goes to oneself. */
  own: ReadonlySet<string>;
}

/** The pieces to be hashed, or DifferenceError. */
export function checkPrepared(p: Prepared, f: Frozen, c: CheckContext): Piece[] {
  must(p.mode === f.body.mode, 'mode');
  must((f.body.forward?.parts.length ?? 0) === 0, 'forward');
  must(f.files.length === f.body.attachments.length, 'attachment');
  const signing = p.mode === 'sign' || p.mode === 'sign_encrypt';
  must(!signing || (p.signer !== null && (f.body.signer === null || f.body.signer === p.signer)), 'signer');
  checkRecipients(p, f, c.own);
  const { pieces, text } = readSkeleton(p, f);
  let root: Entity;
  try { root = readEntity(text); } catch { throw new DifferenceError('structure'); }
  try {
    checkHeader(root, p, f, c.now);
    const hp = root.params.get('hp')?.toLowerCase() ?? '';
    must(p.mode === 'none' || hp === (encrypts(f) ? 'cipher' : 'clear'), 'header');
    new Content(f, hp).check(root);
  } catch (error) {
    // Our own MIME reader refused something inside: the server built what it never builds.
    throw error instanceof DifferenceError ? error : new DifferenceError('structure');
  }
  return pieces;
}
