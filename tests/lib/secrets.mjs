// The ways in which a private key or a passphrase may stand in bytes, and the search for them.
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
