// DER and BER for tests: values are built from the inside out, or taken apart to be put together otherwise.

function length(n) {
  if (n < 0x80) return Buffer.from([n]);
  const bytes = [];
  for (let left = n; left; left = Math.floor(left / 256)) bytes.unshift(left % 256);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}
export function tlv(tag, ...parts) {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), length(body.length), body]);
}
export const seq = (...parts) => tlv(0x30, ...parts);
export const set = (...parts) => tlv(0x31, ...parts);
/** SET OF, sorted as DER wants it. */
export const setOf = (...parts) => tlv(0x31, ...parts.sort(Buffer.compare));
export const octets = (bytes) => tlv(0x04, Buffer.from(bytes));
export const bits = (bytes) => tlv(0x03, Buffer.from([0]), bytes);
export const nul = () => tlv(0x05);
export const bool = (v) => tlv(0x01, Buffer.from([v ? 255 : 0]));
/** [n], constructed; explicit around a whole value, implicit around its content. */
export const ctx = (n, ...parts) => tlv(0xa0 | n, ...parts);
export const prim = (n, bytes) => tlv(0x80 | n, bytes);
export const bmp = (text) => tlv(0x1e, Buffer.from(text, 'utf16le').swap16());
export const utf8 = (text) => tlv(0x0c, Buffer.from(text));
export function int(v) {
  if (Buffer.isBuffer(v)) return tlv(0x02, v[0] & 0x80 ? Buffer.concat([Buffer.from([0]), v]) : v);
  let hex = v.toString(16);
  if (hex.length % 2) hex = `0${hex}`;
  return int(Buffer.from(hex, 'hex'));
}
export function oid(text) {
  const [a, b, ...rest] = text.split('.').map(Number);
  const out = [];
  for (const n of [a * 40 + b, ...rest]) {
    const group = [n % 128];
    for (let left = Math.floor(n / 128); left; left = Math.floor(left / 128)) group.unshift(0x80 | left % 128);
    out.push(...group);
  }
  return tlv(0x06, Buffer.from(out));
}

/** One value at an offset: {tag, body, whole, end}; definite lengths only. */
export function read(buf, at = 0) {
  let n = buf[at + 1], head = 2;
  if (n & 0x80) {
    const size = n & 0x7f;
    n = buf.readUIntBE(at + 2, size);
    head += size;
  }
  return { tag: buf[at], body: buf.subarray(at + head, at + head + n), whole: buf.subarray(at, at + head + n), end: at + head + n };
}
export function children(buf) {
  const { body } = read(buf);
  const out = [];
  for (let at = 0; at < body.length;) {
    const v = read(body, at);
    out.push(Buffer.from(v.whole));
    at = v.end;
  }
  return out;
}

const EOC = Buffer.from([0, 0]);
/** An OCTET STRING (or another string of that form) in pieces, of which one is itself in pieces. */
function pieces(body, tag, chunk) {
  const list = [];
  for (let at = 0; at < body.length; at += chunk) list.push(octets(body.subarray(at, at + chunk)));
  if (list.length > 2) list.splice(0, 2, Buffer.concat([Buffer.from([0x24, 0x80]), list[0], list[1], EOC]));
  return Buffer.concat([Buffer.from([tag | 0x20, 0x80]), ...list, EOC]);
}
/** The same value in BER: indefinite lengths, strings in pieces ([0] without children counts as one). keep(path, tag) true: left as it is.
 * path: child numbers from the root, "0.1.2". */
export function toBer(der, keep = () => false, chunk = 100, path = '') {
  const v = read(der);
  if (keep(path, v.tag)) return der;
  if (v.tag & 0x20) {
    const inner = children(der).map((c, i) => toBer(c, keep, chunk, path ? `${path}.${i}` : `${i}`));
    return Buffer.concat([Buffer.from([v.tag, 0x80]), ...inner, EOC]);
  }
  return v.tag === 0x04 || v.tag === 0x80 ? pieces(v.body, v.tag, chunk) : der;
}
