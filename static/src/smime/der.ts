// A strict reader for DER (X.690): definite minimal lengths, one-byte tags. Throws DerError on anything else.

export class DerError extends Error {
  constructor() { super('not DER'); this.name = 'DerError'; }
}

export interface Element {
  tag: number;
  /** The value. */
  content: Uint8Array;
  /** With tag and length. */
  whole: Uint8Array;
}

export const TAG = {
  BOOLEAN: 0x01, INTEGER: 0x02, BIT_STRING: 0x03, OCTET_STRING: 0x04, OID: 0x06, UTF8: 0x0c, PRINTABLE: 0x13, TELETEX: 0x14, IA5: 0x16,
  UTC_TIME: 0x17, GENERALIZED_TIME: 0x18, UNIVERSAL: 0x1c, BMP: 0x1e, SEQUENCE: 0x30, SET: 0x31,
} as const;

/** Context-specific, constructed: [n]. */
export const context = (n: number): number => 0xa0 | n;
/** Context-specific, primitive. */
export const primitive = (n: number): number => 0x80 | n;

export class Reader {
  #b: Uint8Array;
  #at = 0;
  constructor(bytes: Uint8Array) { this.#b = bytes; }

  get done(): boolean { return this.#at >= this.#b.length; }
  /** Tag of what comes next, or -1 at the end. */
  get peek(): number { return this.#b[this.#at] ?? -1; }

  next(): Element {
    const start = this.#at;
    const tag = this.#byte();
    if ((tag & 0x1f) === 0x1f) throw new DerError();
    let length = this.#byte();
    if (length >= 0x80) {
      const n = length & 0x7f;
      if (n === 0 || n > 4) throw new DerError();
      length = 0;
      for (let i = 0; i < n; i++) length = length * 256 + this.#byte();
      if (length < 0x80 || length < 256 ** (n - 1)) throw new DerError();
    }
    const from = this.#at;
    if (length > this.#b.length - from) throw new DerError();
    this.#at = from + length;
    return { tag, content: this.#b.subarray(from, this.#at), whole: this.#b.subarray(start, this.#at) };
  }

  expect(tag: number): Element {
    if (this.peek !== tag) throw new DerError();
    return this.next();
  }

  /** The element when it has this tag, else null and nothing is read. */
  optional(tag: number): Element | null { return this.peek === tag ? this.next() : null; }

  /** Reader of an element's value. */
  enter(tag: number): Reader { return new Reader(this.expect(tag).content); }

  end(): void { if (!this.done) throw new DerError(); }

  #byte(): number {
    const b = this.#b[this.#at++];
    if (b === undefined) throw new DerError();
    return b;
  }
}

export function readAll(bytes: Uint8Array): Element[] {
  const r = new Reader(bytes);
  const out: Element[] = [];
  while (!r.done) out.push(r.next());
  return out;
}

export function oidText(content: Uint8Array): string {
  const parts: number[] = [];
  let v = 0;
  for (const b of content) {
    v = v * 128 + (b & 0x7f);
    if (b & 0x80) continue;
    if (parts.length === 0) {
      const first = Math.min(2, Math.floor(v / 40));
      parts.push(first, v - first * 40);
    } else {
      parts.push(v);
    }
    v = 0;
  }
  return parts.join('.');
}

/** Milliseconds since the epoch of a UTCTime or GeneralizedTime (RFC 5280 section 4.1.2.5). */
export function timeValue(e: Element): number {
  const s = new TextDecoder('latin1').decode(e.content);
  const m = e.tag === TAG.UTC_TIME ? /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(s)
    : e.tag === TAG.GENERALIZED_TIME ? /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(s) : null;
  if (!m) throw new DerError();
  const [y, mo, d, h, mi, sec] = m.slice(1).map(Number) as [number, number, number, number, number, number];
  const year = e.tag === TAG.UTC_TIME ? (y < 50 ? 2000 + y : 1900 + y) : y;
  return Date.UTC(year, mo - 1, d, h, mi, sec);
}

export function stringValue(e: Element): string {
  switch (e.tag) {
    case TAG.UTF8: return new TextDecoder().decode(e.content);
    case TAG.BMP: return new TextDecoder('utf-16be').decode(e.content);
    case TAG.PRINTABLE: case TAG.IA5: case TAG.TELETEX: return new TextDecoder('latin1').decode(e.content);
    case TAG.UNIVERSAL: {
      let out = '';
      for (let i = 0; i + 3 < e.content.length; i += 4) {
        const cp = new DataView(e.content.buffer, e.content.byteOffset + i, 4).getUint32(0);
        out += cp < 0x110000 ? String.fromCodePoint(cp) : '\ufffd';
      }
      return out;
    }
    default: return '';
  }
}
