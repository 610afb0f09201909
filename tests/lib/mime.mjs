// Writes MIME messages: small, exact, CRLF. Entities are Buffers that start with their own header.
import { createHash } from 'node:crypto';

const CRLF = '\r\n';

export function encodedWord(text) {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const words = [];
  let piece = '';
  for (const ch of text) {
    if (Buffer.byteLength(piece + ch) > 42) { words.push(piece); piece = ''; }
    piece += ch;
  }
  words.push(piece);
  return words.map((w) => `=?utf-8?B?${Buffer.from(w).toString('base64')}?=`).join(`${CRLF} `);
}

export function address(a) {
  const { name, address: mail } = typeof a === 'string' ? { address: a } : a;
  if (!name) return mail;
  if (!/^[\x20-\x7e]*$/.test(name)) return `${encodedWord(name)} <${mail}>`;
  return /^[A-Za-z0-9 .'-]+$/.test(name) && !name.includes('.') ? `${name} <${mail}>` : `"${name.replace(/["\\]/g, '\\$&')}" <${mail}>`;
}
export const addresses = (list) => [list].flat().map(address).join(`,${CRLF} `);

export function base64(bytes) {
  return (Buffer.from(bytes).toString('base64').match(/.{1,76}/g) ?? []).join(CRLF) + CRLF;
}

export function quotedPrintable(text) {
  const out = [];
  for (const line of text.replace(/\r\n/g, '\n').split('\n')) {
    let row = '';
    const bytes = Buffer.from(line);
    bytes.forEach((b, i) => {
      const blankAtEnd = (b === 0x20 || b === 0x09) && i === bytes.length - 1;
      const plain = b >= 0x20 && b <= 0x7e && b !== 0x3d && !blankAtEnd && !(i === 0 && (b === 0x2e || line.startsWith('From ')));
      const piece = plain ? String.fromCharCode(b) : `=${b.toString(16).toUpperCase().padStart(2, '0')}`;
      if (row.length + piece.length > 75) { out.push(`${row}=`); row = ''; }
      row += piece;
    });
    out.push(row);
  }
  return out.join(CRLF);
}

export function entity(headers, body) {
  const lines = headers.filter(([, v]) => v !== undefined && v !== null).map(([k, v]) => `${k}: ${v}`);
  return Buffer.concat([Buffer.from(lines.join(CRLF) + CRLF + CRLF), Buffer.isBuffer(body) ? body : Buffer.from(body)]);
}

export function text(body, { type = 'text/plain', extra = '' } = {}) {
  return entity([['Content-Type', `${type}; charset=utf-8${extra}`], ['Content-Transfer-Encoding', 'quoted-printable']],
    quotedPrintable(body.endsWith('\n') ? body : `${body}\n`));
}
export const html = (body) => text(body, { type: 'text/html' });

export function attachment(name, type, bytes, { inline, cid } = {}) {
  const ascii = /^[\x20-\x7e]*$/.test(name);
  const param = (key) => ascii ? `${key}="${name}"` : `${key}*=utf-8''${encodeURIComponent(name).replace(/'/g, '%27')}`;
  return entity([
    ['Content-Type', `${type}; ${param('name')}`],
    ['Content-Transfer-Encoding', 'base64'],
    ['Content-Disposition', `${inline ? 'inline' : 'attachment'}; ${param('filename')}`],
    ['Content-ID', cid && `<${cid}>`],
  ], base64(bytes));
}

export function multipart(subtype, parts, extra = '') {
  const boundary = `=_${createHash('sha256').update(Buffer.concat(parts)).digest('hex').slice(0, 24)}`;
  const pieces = [Buffer.from(`Content-Type: multipart/${subtype}; boundary="${boundary}"${extra}${CRLF}${CRLF}`)];
  for (const p of parts) pieces.push(Buffer.from(`--${boundary}${CRLF}`), p, Buffer.from(CRLF));
  pieces.push(Buffer.from(`--${boundary}--${CRLF}`));
  return Buffer.concat(pieces);
}

export const alternative = (plain, rich) => multipart('alternative', [text(plain), html(rich)]);

export function rfc5322Date(d) {
  return d.toUTCString().replace('GMT', '+0000');
}

// A whole message: header fields, then the entity's own.
export function message(fields, body) {
  const head = [
    ['From', addresses(fields.from)], ['To', fields.to && addresses(fields.to)], ['Cc', fields.cc && addresses(fields.cc)],
    ['Subject', encodedWord(fields.subject)], ['Date', rfc5322Date(fields.date)], ['Message-ID', fields.id],
    ['In-Reply-To', fields.inReplyTo], ['References', fields.references?.length ? fields.references.join(`${CRLF} `) : undefined],
    ...(fields.more ?? []), ['MIME-Version', '1.0'],
  ].filter(([, v]) => v !== undefined && v !== null);
  return Buffer.concat([Buffer.from(head.map(([k, v]) => `${k}: ${v}${CRLF}`).join('')), body]);
}
