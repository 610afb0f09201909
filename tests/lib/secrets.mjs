// The ways in which a private key or a passphrase may stand in bytes, and the search for them.
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { openssl } from './smime.mjs';

/** Base64 of bytes that stand anywhere inside a longer text: one form for each alignment, without its uncertain ends. */
function base64Forms(bytes) {
  return [0, 1, 2].flatMap((skip) => {
    const whole = Buffer.concat([Buffer.alloc(skip), bytes]).toString('base64').replace(/=+$/, '');
    const core = whole.slice(skip === 0 ? 0 : skip + 1, Math.floor((skip + bytes.length) / 3) * 4);
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
const hexForms = (bytes) => { const h = bytes.toString('hex'); return [h, h.toUpperCase(), h.replace(/..(?=.)/g, '$&:'), h.toUpperCase().replace(/..(?=.)/g, '$&:')]; };
const encoded = (bytes) => [...hexForms(bytes), ...base64Forms(bytes)].map((t) => Buffer.from(t));
const reversed = (bytes) => Buffer.from(bytes).reverse();

function keyNumbers(file) {
  const text = openssl(['pkey', '-in', file, '-noout', '-text']).toString();
  const numbers = {};
  for (const [, name, hex] of text.matchAll(/^(priv|privateExponent|prime1|prime2|exponent1|exponent2|coefficient):\n((?:\s+[0-9a-f:]+\n)+)/gm)) {
    numbers[name] = Buffer.from(hex.replace(/[\s:]/g, '').replace(/^(?:00)+/, ''), 'hex');
  }
  return numbers;
}

/** [{what, bytes}] for a key in PEM and for passphrases. */
export function keyNeedles(name, file) {
  const ders = { 'PKCS#8': openssl(['pkey', '-in', file, '-outform', 'DER']), traditional: openssl(['pkey', '-in', file, '-traditional', '-outform', 'DER']) };
  const needles = Object.entries(ders).flatMap(([form, der]) => [der, ...encoded(der)].map((bytes) => ({ what: `${form} key of ${name}`, bytes })));
  const numbers = keyNumbers(file);
  if (Object.keys(numbers).length < 1) throw new Error(`no private number in ${file}`);
  for (const [number, big] of Object.entries(numbers)) {
    for (const bytes of [big, reversed(big)]) needles.push(...[bytes, ...encoded(bytes)].map((b) => ({ what: `${number} of ${name}`, bytes: b })));
  }
  return needles;
}
export function passphraseNeedles(text) {
  const utf8 = Buffer.from(text), wide = Buffer.from(text, 'utf16le'), wideBig = Buffer.from(wide).swap16();
  const percent = [...utf8].map((b) => `%${b.toString(16).padStart(2, '0')}`).join('');
  const logged = [...utf8].map((b) => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : `\\u00${b.toString(16).padStart(2, '0')}`)).join(''); // base/log.c
  const forms = [utf8, wide, wideBig, Buffer.from(logged), ...[utf8, wide, wideBig].flatMap(encoded),
    ...[encodeURIComponent(text), new URLSearchParams({ x: text }).toString().slice(2), percent, percent.toUpperCase(), JSON.stringify(text).slice(1, -1)].map((t) => Buffer.from(t))];
  return forms.map((bytes) => ({ what: `passphrase "${text.slice(0, 5)}…"`, bytes }));
}

/** What is found where; line breaks inside base64 hide nothing. texts: [{where, bytes}]. */
export function search(texts, needles) {
  const hits = new Set();
  for (const { where, bytes } of texts) {
    const forms = [bytes];
    const latin = bytes.toString('latin1');
    if (/[A-Za-z0-9+/]{40}(?:\r\n|\n|\\r\\n|\\n)/.test(latin)) forms.push(Buffer.from(latin.replace(/\r\n|\n|\\r\\n|\\n/g, ''), 'latin1'));
    for (const n of needles) if (forms.some((f) => f.includes(n.bytes))) hits.add(`${n.what} in ${where}`);
  }
  return [...hits];
}

/** The same for much to look through (memory, dumps): one pass over the bytes, whatever the number of needles. Needles also as
 * pieces: a number that was overwritten in part, and base64 whose lines end anywhere. Gives a function (where, bytes) → hits. */
export function scanner(needles) {
  const heads = new Uint8Array(1 << 24), by = new Map();
  const place = (head) => Math.imul(head, 0x9e3779b1) >>> 8;
  const add = (what, bytes) => {
    if (bytes.length < 8) throw new Error(`too short to look for: ${what}`);
    const head = bytes.readInt32LE(0);
    heads[place(head)] = 1;
    if (!by.has(head)) by.set(head, []);
    by.get(head).push({ what, bytes });
  };
  const seen = new Set();
  for (const n of needles) {
    const text = /^[\x20-\x7e]+$/.test(n.bytes.toString('latin1'));
    const size = n.pieces ? Math.min(16, n.bytes.length) : n.bytes.length, step = !n.pieces ? size : text ? 8 : 13;
    for (let at = 0; at + size <= n.bytes.length; at += step) {
      const piece = n.bytes.subarray(at, at + size), id = piece.toString('latin1');
      if (seen.has(id)) continue;
      seen.add(id);
      add(n.what, piece);
    }
  }
  return (where, bytes) => {
    const hits = new Set();
    let head = bytes.length < 8 ? 0 : bytes.readInt32LE(0);
    for (let i = 0; i + 8 <= bytes.length; i++, head = (head >>> 8) | (bytes[i + 3] << 24)) {
      if (!heads[place(head)]) continue;
      for (const n of by.get(head) ?? []) if (bytes.subarray(i, i + n.bytes.length).equals(n.bytes)) hits.add(`${n.what} in ${where}`);
    }
    return [...hits];
  };
}
/** keyNeedles for a scanner: the whole forms, and pieces of the private numbers alone (what is around them in DER is the same in every key). */
export const keyPieces = (name, file) => keyNeedles(name, file).map((n) => ({ ...n, pieces: !/ key of /.test(n.what) }));

/** What a process may write to, as it is now: what a core dump of it would hold, [{where, bytes}]. Needs root. */
export function* memoryOf(pid) {
  const fd = openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'latin1').split('\n')) {
      const m = /^([0-9a-f]+)-([0-9a-f]+) rw.. \S+ \S+ \S+ *(.*)$/.exec(line);
      if (!m || m[3].startsWith('[v')) continue;
      const end = BigInt(`0x${m[2]}`), step = 16n << 20n;
      for (let at = BigInt(`0x${m[1]}`); at < end; at += step - 4096n) {
        const bytes = Buffer.alloc(Number(end - at < step ? end - at : step));
        let n = 0;
        try { n = readSync(fd, bytes, 0, bytes.length, at); } catch { break; } // guard pages
        yield { where: `memory of ${pid}, ${m[3] || 'anonymous'}`, bytes: bytes.subarray(0, n) };
        if (end - at <= step) break;
      }
    }
  } finally { closeSync(fd); }
}
