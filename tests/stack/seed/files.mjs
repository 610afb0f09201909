// Small files to attach: real PDF, PNG, ZIP, CSV and iCalendar bytes, made here.
import * as zlib from 'node:zlib';

const crc = zlib.crc32 ?? ((buf) => {
  let c = ~0;
  for (const b of buf) { c ^= b; for (let k = 0; k < 8; k++) c = (c >>> 1) ^ (0xedb88320 & -(c & 1)); }
  return ~c >>> 0;
});

export function pdf(lines) {
  const escape = (s) => s.normalize('NFD').replace(/[^\x20-\x7e]/g, '').replace(/[\\()]/g, '\\$&');
  const stream = `BT /F1 20 Tf 72 760 Td ${lines.map((l, i) => `${i ? '0 -32 Td ' : ''}(${escape(l)}) Tj`).join(' ')} ET`;
  const objects = ['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`, '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>'];
  let out = '%PDF-1.4\n';
  const offsets = objects.map((o, i) => { const at = out.length; out += `${i + 1} 0 obj\n${o}\nendobj\n`; return at; });
  const xref = out.length;
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.map((o) => `${String(o).padStart(10, '0')} 00000 n \n`).join('')}`;
  return Buffer.from(`${out}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${xref}\n%%EOF\n`);
}

// paint(x, y) gives [r, g, b]
export function png(width, height, paint) {
  const chunk = (type, body) => {
    const name = Buffer.concat([Buffer.from(type), body]);
    const size = Buffer.alloc(4), sum = Buffer.alloc(4);
    size.writeUInt32BE(body.length); sum.writeUInt32BE(crc(name));
    return Buffer.concat([size, name, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0); head.writeUInt32BE(height, 4); head.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) rows.set(paint(x, y), y * (1 + width * 3) + 1 + x * 3);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', zlib.deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

// A bar chart, so that an inline image looks like something.
export function chart(values, colour = [47, 111, 78]) {
  const w = 420, h = 180, bar = w / values.length;
  const most = Math.max(...values);
  return png(w, h, (x, y) => {
    const v = values[Math.floor(x / bar)] / most;
    const inside = x % bar > 6 && x % bar < bar - 6 && h - y < v * (h - 20);
    return inside ? colour : y % 45 === 0 ? [229, 231, 235] : [255, 255, 255];
  });
}

export function zip(files) { // [[name, bytes]], stored
  const parts = [], directory = [];
  let at = 0;
  for (const [name, bytes] of files) {
    const n = Buffer.from(name), local = Buffer.alloc(30), central = Buffer.alloc(46);
    local.writeUInt32LE(0x04034b50, 0); local.writeUInt16LE(20, 4); local.writeUInt16LE(0x800, 6); local.writeUInt16LE(0x21, 12);
    local.writeUInt32LE(crc(bytes), 14); local.writeUInt32LE(bytes.length, 18); local.writeUInt32LE(bytes.length, 22); local.writeUInt16LE(n.length, 26);
    central.writeUInt32LE(0x02014b50, 0); central.writeUInt16LE(20, 4); local.copy(central, 6, 4, 30); central.writeUInt32LE(at, 42);
    directory.push(central, n);
    parts.push(local, n, bytes);
    at += 30 + n.length + bytes.length;
  }
  const size = directory.reduce((s, b) => s + b.length, 0), end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0); end.writeUInt16LE(files.length, 8); end.writeUInt16LE(files.length, 10); end.writeUInt32LE(size, 12); end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

export function invitation({ uid, summary, place, start, organiser, attendees }) {
  const stamp = (d) => d.toISOString().replace(/[-:]|\.\d+/g, '');
  return Buffer.from(['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Waxseal//Demo//EN', 'METHOD:REQUEST', 'BEGIN:VEVENT', `UID:${uid}`,
    `DTSTAMP:${stamp(start)}`, `DTSTART:${stamp(start)}`, `DTEND:${stamp(new Date(start.getTime() + 5400000))}`, `SUMMARY:${summary}`, `LOCATION:${place}`,
    `ORGANIZER;CN=${organiser.name}:mailto:${organiser.address}`, ...attendees.map((a) => `ATTENDEE;CN=${a.name};RSVP=TRUE:mailto:${a.address}`),
    'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n'));
}
