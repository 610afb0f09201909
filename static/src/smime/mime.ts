// The MIME entity our own server builds, read back strictly: 7-bit, CRLF, the few structures of mail/build.h. Not a
// mail parser: what is not exactly of this kind is refused, because it is about to be signed unseen otherwise.
// Attachments are not in the text; each stands as one marker character (U+E000 + index).

export class MimeError extends Error {
  constructor(what: string) { super(what); this.name = 'MimeError'; }
}

export interface Field { name: string; value: string }
export interface Entity {
  fields: Field[];
  type: string;
  params: Map<string, string>;
  /** Leaf: the encoded body. */
  body: string;
  parts: Entity[];
}

export const MARK = 0xe000;
export const MAX_ATTACHMENTS = 4096;
export const marker = (i: number): string => String.fromCharCode(MARK + i);
/** Index of the attachment a body is, or -1. */
export function markedAttachment(body: string): number {
  const code = body.charCodeAt(0);
  return body.replace(/\r\n$/, '').length === 1 && code >= MARK && code < MARK + MAX_ATTACHMENTS ? code - MARK : -1;
}

const LINE = 998;

/** Field lines up to the empty line; folds are undone (RFC 5322 section 2.2.3). */
function readFields(text: string): { fields: Field[]; rest: string } {
  const fields: Field[] = [];
  let at = 0;
  for (;;) {
    const end = text.indexOf('\r\n', at);
    if (end < 0) throw new MimeError('header without end');
    const line = text.slice(at, end);
    at = end + 2;
    if (line === '') return { fields, rest: text.slice(at) };
    if (line.length > LINE) throw new MimeError('line too long');
    const last = fields[fields.length - 1];
    if (/^[ \t]/.test(line)) {
      if (!last || line.trim() === '') throw new MimeError('stray fold');
      last.value += line;
      continue;
    }
    const m = /^([!-9;-~]+):[ \t]?(.*)$/.exec(line);
    if (!m) throw new MimeError('not a field');
    fields.push({ name: m[1]!.toLowerCase(), value: m[2]! });
  }
}

/** type/subtype; name=value … with quoted strings (RFC 2045 section 5.1), RFC 2231 continuations joined. */
export function readParams(value: string): { main: string; params: Map<string, string> } {
  const m = /^[ \t]*([^\s;"]+)[ \t]*/.exec(value);
  if (!m) throw new MimeError('no value');
  const raw = new Map<string, string>();
  let rest = value.slice(m[0].length);
  while (rest !== '') {
    const p = /^;[ \t]*([!#$%&'*+.0-9A-Z^_`a-z{|}~-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"()<>@,\\/[\]?=]+))[ \t]*/.exec(rest);
    if (!p) throw new MimeError('malformed parameter');
    const name = p[1]!.toLowerCase();
    if (raw.has(name)) throw new MimeError('parameter twice');
    raw.set(name, p[2] !== undefined ? p[2].replace(/\\(.)/g, '$1') : p[3]!);
    rest = rest.slice(p[0].length);
  }
  return { main: m[1]!.toLowerCase(), params: joinExtended(raw) };
}

/** RFC 2231: name*0*=utf-8''…, name*1*=…; only UTF-8, only in order. */
function joinExtended(raw: Map<string, string>): Map<string, string> {
  const out = new Map<string, string>();
  const encoded = new Map<string, string>();
  for (const [name, value] of raw) {
    const m = /^([^*]+)(?:\*(\d+))?\*$/.exec(name);
    if (!m) {
      if (name.includes('*')) throw new MimeError('parameter form');
      if (out.has(name)) throw new MimeError('parameter twice');
      out.set(name, value);
      continue;
    }
    const base = m[1]!;
    const sofar = encoded.get(base);
    if ((m[2] ?? '0') === '0') {
      if (sofar !== undefined || !/^utf-8''/i.test(value)) throw new MimeError('parameter charset');
      encoded.set(base, value.slice(7));
    } else {
      if (sofar === undefined) throw new MimeError('parameter order');
      encoded.set(base, sofar + value);
    }
  }
  for (const [name, value] of encoded) {
    if (out.has(name)) throw new MimeError('parameter twice');
    try { out.set(name, decodeURIComponent(value)); } catch { throw new MimeError('parameter bytes'); }
  }
  return out;
}

function splitParts(body: string, boundary: string): string[] {
  const open = `--${boundary}\r\n`;
  const close = `--${boundary}--\r\n`;
  // A boundary that also stands elsewhere would be a delimiter to readers less strict than this one.
  if (!/^[A-Za-z0-9'()+_,./:=?-]{8,70}$/.test(boundary) || !body.startsWith(open)) throw new MimeError('preamble');
  if (!body.endsWith(`\r\n${close}`)) throw new MimeError('epilogue');
  const inner = body.slice(open.length, -close.length);
  const parts = inner.split(`\r\n${open}`);
  if (body.split(boundary).length !== parts.length + 2) throw new MimeError('boundary');
  // The CRLF before a delimiter belongs to it; our builder ends every part with one of its own.
  return parts.map((p, i) => (i === parts.length - 1 ? p : `${p}\r\n`));
}

export function readEntity(text: string, depth = 0): Entity {
  if (depth > 4) throw new MimeError('too deep');
  const { fields, rest } = readFields(text);
  const content = fields.filter((f) => f.name === 'content-type');
  if (content.length !== 1) throw new MimeError('content-type');
  const { main, params } = readParams(content[0]!.value);
  const entity: Entity = { fields, type: main, params, body: rest, parts: [] };
  if (main.startsWith('multipart/')) {
    entity.parts = splitParts(rest, params.get('boundary') ?? '').map((p) => readEntity(p, depth + 1));
    entity.body = '';
  }
  return entity;
}

/* --- decoding ------------------------------------------------------------------------- */

function bytesOf(binary: string): Uint8Array {
  const out = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) out[i] = binary.charCodeAt(i);
  return out;
}

function utf8(bytes: Uint8Array): string {
  try { return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes); } catch { throw new MimeError('not UTF-8'); }
}

function quotedPrintable(body: string): string {
  const joined = body.replace(/[ \t]+\r\n/g, '\r\n').replace(/=\r\n/g, '');
  if (/=(?![0-9A-F]{2})/.test(joined)) throw new MimeError('quoted-printable');
  return joined.replace(/=([0-9A-F]{2})/g, (_, h: string) => String.fromCharCode(parseInt(h, 16)));
}

function base64(text: string): string {
  const joined = text.replace(/\r\n/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(joined) || joined.length % 4 !== 0) throw new MimeError('base64');
  return atob(joined);
}

/** Text of a leaf, by its Content-Transfer-Encoding. */
export function decodeText(e: Entity): string {
  const encoding = e.fields.find((f) => f.name === 'content-transfer-encoding')?.value.trim().toLowerCase() ?? '7bit';
  if (encoding === '7bit') return e.body;
  if (encoding === 'quoted-printable') return utf8(bytesOf(quotedPrintable(e.body)));
  if (encoding === 'base64') return utf8(bytesOf(base64(e.body)));
  throw new MimeError('encoding');
}

/** RFC 2047 words of our own kind (UTF-8, B or Q); blanks between two words vanish. */
export function decodeWords(value: string): string {
  const word = /=\?utf-8\?([bq])\?([^?\s]*)\?=/gi;
  let out = '';
  let last = 0;
  let pending: number[] = [];
  const flush = (): void => {
    if (pending.length) out += utf8(Uint8Array.from(pending));
    pending = [];
  };
  for (const m of value.matchAll(word)) {
    const between = value.slice(last, m.index);
    if (between.trim() !== '' || pending.length === 0) { flush(); out += between; }
    const raw = m[1]!.toLowerCase() === 'b' ? base64(m[2]!) : m[2]!.replace(/_/g, ' ').replace(/=([0-9A-Fa-f]{2})/g, (_, h: string) => String.fromCharCode(parseInt(h, 16)));
    pending.push(...bytesOf(raw));
    last = m.index + m[0].length;
  }
  flush();
  return out + value.slice(last);
}

/** format=flowed, DelSp=no (RFC 3676), back to the paragraphs the writer typed. */
export function unflow(text: string): string {
  const out: string[] = [];
  let open = false;
  for (const raw of text.split('\r\n')) {
    const quoted = raw.startsWith('>');
    // Would flow into the next quoted line; our builder takes such blanks off.
    if (quoted && raw.endsWith(' ')) throw new MimeError('flowed quote');
    const line = !quoted && raw.startsWith(' ') ? raw.slice(1) : raw;
    if (open && !quoted) out[out.length - 1] += line;
    else out.push(line);
    open = !quoted && line.endsWith(' ') && line !== '-- ';
  }
  return out.join('\n');
}

/** name <address>, "name" <address>, address: the forms our builder writes, several by commas. */
export function readAddressList(value: string): { name: string; address: string }[] {
  const out: { name: string; address: string }[] = [];
  let rest = value.trim();
  while (rest !== '') {
    const m = /^(?:"((?:[^"\\]|\\.)*)"\s*<([^<>\s]+)>|([^"<>,]*?)\s*<([^<>\s]+)>|([^"<>,\s]+@[^"<>,\s]+))\s*(?:,\s*|$)/.exec(rest);
    if (!m) throw new MimeError('address list');
    const name = m[1] !== undefined ? m[1].replace(/\\(.)/g, '$1') : (m[3] ?? '');
    out.push({ name: decodeWords(name), address: (m[2] ?? m[4] ?? m[5])! });
    rest = rest.slice(m[0].length);
  }
  return out;
}
