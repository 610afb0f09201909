// What the reader is told of a message, and parts shown in place.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test, { after, before } from 'node:test';
import { folderId, imapOf, instance, signedIn } from '../lib/instance.mjs';
import { unwrap } from '../lib/keyring.mjs';
import { crc32 } from '../lib/crc32.mjs';
import { attachment, entity, message, multipart, text } from '../lib/mime.mjs';
import { Smime } from '../lib/smime.mjs';

let c, imap;
// A folder of their own: other tests look for the demo's mail among the newest of the inbox.
const FOLDER = 'Reader of the test', base = `/api/v1/folders/${folderId(FOLDER)}`;
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64');
before(async () => {
  c = await signedIn('alice');
  imap = await imapOf('alice');
  const made = await c.post('/api/v1/folders', { path: FOLDER });
  assert.ok([200, 409].includes(made.status), made.text);
});
after(async () => {
  await c.request('DELETE', `${base}?messages=1`, {});
  imap.close();
  c.close();
});

/** A message of this test's own: its URL and the query that names the folder's state. */
async function put(body, { head = '', from = 'tester@demo.test' } = {}) {
  const bytes = message({ from, to: 'alice@demo.test', subject: `Reader ${randomUUID()}`, date: new Date(), id: `<${randomUUID()}@demo.test>` }, body);
  const uid = await imap.append(FOLDER, Buffer.concat([Buffer.from(head), bytes]));
  const { uidvalidity } = await imap.select(FOLDER);
  const url = `${base}/messages/${uid}`;
  return { url, uidvalidity, query: `uidvalidity=${uidvalidity}`, get: async () => (await c.get(`${url}?uidvalidity=${uidvalidity}`)).json };
}
const part = (m, id, more = '') => c.get(`${m.url}/parts/${id}?${m.query}${more}`);

/** An encrypted message, and the keys that open it. */
async function sealed(inner) {
  const m = await put(new Smime(instance.keys).encrypted(inner, ['alice']));
  const { security } = await m.get();
  return { ...m, keys: [{ layer: 0, content_key: unwrap('alice', security.job, () => true) }] };
}

test('attachments say how they can be shown', async () => {
  const m = await put(multipart('mixed', [
    text('Hello'), attachment('a.png', 'image/png', PNG), attachment('b.svg', 'image/svg+xml', Buffer.from('<svg/>')), attachment('c.pdf', 'application/pdf', Buffer.from('%PDF-1.4')),
    attachment('d.txt', 'application/octet-stream', Buffer.from('x')), attachment('e.ics', 'text/calendar', Buffer.from('x')), attachment('f.vcf', 'text/vcard', Buffer.from('x')),
    attachment('winmail.dat', 'application/ms-tnef', Buffer.from('x')), attachment('g.zip', 'application/zip', Buffer.from('x')),
  ]));
  const shown = await m.get();
  assert.deepEqual(shown.attachments.map((a) => a.preview), ['image', null, 'pdf', 'text', 'calendar', 'contact', 'tnef', null]);
  assert.deepEqual([shown.unsubscribe, shown.report, shown.remote], [null, null, null]);
});

test('a picture is shown under the type its bytes have, whatever it is called', async () => {
  const page = Buffer.from('<html><script>alert(1)</script></html>');
  const m = await put(multipart('mixed', [text('x'), attachment('really.jpg', 'image/jpeg', PNG), attachment('page.png', 'image/png', page), attachment('page.html', 'text/html', page)]));
  const [picture, fake, html] = (await m.get()).attachments;
  const r = await part(m, picture.id, '&inline=1');
  assert.equal(r.status, 200, r.text);
  assert.equal(r.headers['content-type'], 'image/png');
  assert.match(r.headers['content-disposition'], /^inline/);
  assert.equal(r.headers['x-content-type-options'], 'nosniff');
  assert.match(r.headers['content-security-policy'], /sandbox/);
  assert.ok(r.bytes.equals(PNG));
  const no = await part(m, fake.id, '&inline=1');
  assert.deepEqual([no.status, no.json.code], [422, 'unsupported']);
  assert.equal((await part(m, html.id, '&inline=1')).status, 403);
  const saved = await part(m, html.id);
  assert.deepEqual([saved.status, saved.headers['content-type']], [200, 'application/octet-stream']);
});

test('a PDF goes to the browser\'s viewer without an origin, and never out of encrypted mail', async () => {
  const pdf = Buffer.from('%PDF-1.4\n%%EOF'), content = multipart('mixed', [text('x'), attachment('a.pdf', 'application/pdf', pdf), attachment('b.pdf', 'application/pdf', Buffer.from('<script>alert(1)</script>%PDF-'))]);
  const m = await put(content);
  const [good, bad] = (await m.get()).attachments;
  const r = await part(m, good.id, '&inline=1');
  assert.deepEqual([r.status, r.headers['content-type'], r.bytes.equals(pdf), r.headers['x-content-type-options']], [200, 'application/pdf', true, 'nosniff']);
  assert.match(r.headers['content-security-policy'], /default-src 'none'.*frame-ancestors 'none'.*sandbox$/);
  assert.match(r.headers['content-disposition'], /^inline/);
  assert.equal((await part(m, bad.id, '&inline=1')).status, 422);
  const s = await sealed(content);
  const [inner] = (await c.post(`${s.url}/open`, { uidvalidity: s.uidvalidity, keys: s.keys })).json.attachments;
  assert.equal((await c.post(`${s.url}/parts/${inner.id}`, { uidvalidity: s.uidvalidity, keys: s.keys, inline: true })).status, 403);
});

test('text is shown as UTF-8 text, and only its beginning', async () => {
  const latin = attachment('notes.txt', 'text/plain; charset=iso-8859-1', Buffer.from('Gr\xfc\xdfe <script>', 'latin1'));
  const long = attachment('long.log', 'application/octet-stream', Buffer.from('ä'.repeat(200_000)));
  const m = await put(multipart('mixed', [text('x'), latin, long]));
  const [small, large] = (await m.get()).attachments;
  const r = await part(m, small.id, '&inline=1');
  assert.deepEqual([r.status, r.headers['content-type'], r.text], [200, 'text/plain; charset=utf-8', 'Grüße <script>']);
  assert.equal(r.headers['x-waxseal-truncated'], undefined);
  const cut = await part(m, large.id, '&inline=1');
  assert.equal(cut.headers['x-waxseal-truncated'], 'yes');
  assert.deepEqual([cut.bytes.length, /^ä+$/.test(cut.text)], [256 << 10, true]);
  assert.equal((await part(m, large.id)).bytes.length, 400_000);
  assert.equal((await part(m, '9.9', '&inline=1')).status, 404);
});

test('a way out of a list is told, one click only where our own server vouches for it', async () => {
  const list = 'List-Unsubscribe: <mailto:out@l.example>, <https://l.example/u>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n';
  const signed = 'DKIM-Signature: v=1; d=l.example; s=k; h=from:list-unsubscribe:list-unsubscribe-post; bh=x; b=y\r\n';
  const pass = (id) => `Authentication-Results: ${id}; dkim=pass header.d=l.example\r\n`;
  const of = async (head) => (await (await put(text('x'), { head })).get()).unsubscribe;
  const want = { one_click: true, https: true, url: 'https://l.example/u', host: 'l.example', mailto: 'mailto:out@l.example', address: 'out@l.example' };
  assert.deepEqual(await of(pass('mx.demo.test') + signed + list), want);
  assert.deepEqual(await of(pass('mx.evil.test') + signed + list), { ...want, one_click: false });
  assert.deepEqual(await of(pass('mx.demo.test') + list), { ...want, one_click: false });
  assert.equal(await of('List-Unsubscribe: <javascript:alert(1)>\r\n'), null);
});

test('a report is marked', async () => {
  const status = entity([['Content-Type', 'message/delivery-status']], 'Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; x@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n');
  const shown = await (await put(multipart('report', [text('It failed.'), status], '; report-type=delivery-status'))).get();
  assert.equal(shown.report.kind, 'delivery');
  assert.equal(shown.attachments.find((a) => a.id === shown.report.part).preview, 'report');
});

/** Names and bytes of an archive of stored files, by its directory. */
function unzip(z) {
  const end = z.length - 22;
  assert.equal(z.toString('latin1', end, end + 4), 'PK\x05\x06');
  const files = [];
  for (let i = 0, at = z.readUInt32LE(end + 16); i < z.readUInt16LE(end + 10); i++) {
    assert.equal(z.toString('latin1', at, at + 4), 'PK\x01\x02');
    const name = z.toString('utf8', at + 46, at + 46 + z.readUInt16LE(at + 28));
    const local = z.readUInt32LE(at + 42), from = local + 30 + z.readUInt16LE(local + 26) + z.readUInt16LE(local + 28);
    const bytes = z.subarray(from, from + z.readUInt32LE(at + 24));
    assert.equal(crc32(bytes), z.readUInt32LE(at + 16), name);
    files.push({ name, bytes });
    at += 46 + z.readUInt16LE(at + 28) + z.readUInt16LE(at + 30);
  }
  return files;
}

test('all attachments as one archive, under names that are safe everywhere', async () => {
  const files = ['../../etc/passwd', 'C:\\x\\CON', 'a.txt', 'A.txt', 'a (2).txt', 'a.txt', 'evil\u202efdp.exe', 'x<>:|?*.txt', '...', 'lpt1.tar.gz', 'Grüße 佐.txt', 'trailing. '];
  const m = await put(multipart('mixed', [text('x'), ...files.map((name, i) => attachment(name, 'application/octet-stream', Buffer.alloc(1000 + i, i))), attachment('logo.png', 'image/png', PNG, { inline: true, cid: 'logo' })]));
  const r = await c.post(`${m.url}/zip`, { uidvalidity: m.uidvalidity, keys: [] });
  assert.equal(r.status, 200, r.text.slice(0, 200));
  assert.deepEqual([r.headers['content-type'], r.headers['x-content-type-options']], ['application/zip', 'nosniff']);
  assert.match(r.headers['content-disposition'], /^attachment; filename="attachments\.zip"/);
  const got = unzip(r.bytes);
  assert.deepEqual(got.map((f) => f.name), ['passwd', '_CON', 'a.txt', 'A (2).txt', 'a (2) (2).txt', 'a (3).txt', 'evilfdp.exe', 'x______.txt', 'attachment', '_lpt1.tar.gz', 'Grüße 佐.txt', 'trailing']);
  got.forEach((f, i) => assert.ok(f.bytes.equals(Buffer.alloc(1000 + i, i)), f.name));
  const ids = (await m.get()).attachments.map((a) => a.id);
  const two = await c.post(`${m.url}/zip`, { uidvalidity: m.uidvalidity, keys: [], parts: [ids.at(-1), ids[2]] });
  assert.deepEqual(unzip(two.bytes).map((f) => f.name), ['logo.png', 'a.txt']);
});

test('of a decrypted message only with its keys', async () => {
  const m = await sealed(multipart('mixed', [text('x'), attachment('a.png', 'image/png', PNG), attachment('b.txt', 'text/plain', Buffer.from('secret text'))]));
  const shown = (await c.post(`${m.url}/open`, { uidvalidity: m.uidvalidity, keys: m.keys })).json;
  assert.deepEqual(shown.attachments.map((a) => a.preview), ['image', 'text']);
  const zip = await c.post(`${m.url}/zip`, { uidvalidity: m.uidvalidity, keys: m.keys });
  assert.deepEqual(unzip(zip.bytes).map((f) => f.name), ['a.png', 'b.txt']);
  assert.match(zip.headers['cache-control'], /no-store/);
  const without = await c.post(`${m.url}/zip`, { uidvalidity: m.uidvalidity, keys: [] });
  assert.ok(!without.bytes.includes('secret text'));
  assert.deepEqual(without.status === 200 ? unzip(without.bytes).map((f) => f.name) : [], ['smime.p7m']);
  const [picture, note] = shown.attachments;
  const inline = await c.post(`${m.url}/parts/${picture.id}`, { uidvalidity: m.uidvalidity, keys: m.keys, inline: true });
  assert.deepEqual([inline.headers['content-type'], inline.bytes.equals(PNG)], ['image/png', true]);
  const words = await c.post(`${m.url}/parts/${note.id}`, { uidvalidity: m.uidvalidity, keys: m.keys, inline: true });
  assert.deepEqual([words.headers['content-type'], words.text], ['text/plain; charset=utf-8', 'secret text']);
  assert.equal((await c.post(`${m.url}/images`, { uidvalidity: m.uidvalidity, remember: false })).status, 403);
});

test('archives that cannot be made', async () => {
  const m = await put(multipart('mixed', [text('x'), attachment('a.txt', 'text/plain', Buffer.from('x'))]));
  const zip = (more) => c.post(`${m.url}/zip`, { uidvalidity: m.uidvalidity, keys: [], ...more });
  const [id] = (await m.get()).attachments.map((a) => a.id);
  for (const parts of [[id, id], [''], [7], [], 'x']) assert.equal((await zip({ parts })).status, 422, JSON.stringify(parts).slice(0, 40));
  assert.equal((await zip({ parts: Array(2001).fill('1') })).status, 413);
  assert.equal((await zip({ parts: ['9.9'] })).status, 404);
  assert.equal((await zip({ parts: [id, '9.9'] })).status, 404);
  assert.equal((await zip({ uidvalidity: 1 })).status, 409);
  const none = await put(text('x'));
  assert.equal((await c.post(`${none.url}/zip`, { uidvalidity: none.uidvalidity, keys: [] })).status, 404);
});

test('encrypted mail never names pictures elsewhere', async () => {
  const m = await sealed(text('<img src="http://img.example/a.png">', { type: 'text/html' }));
  const r = await c.post(`${m.url}/images`, { uidvalidity: m.uidvalidity, remember: true });
  assert.deepEqual([r.status, r.json.code], [403, 'forbidden']);
  assert.ok(!(await c.get('/api/v1/settings')).json.remote_images.includes('tester@demo.test'));
  const opened = await c.post(`${m.url}/open`, { uidvalidity: m.uidvalidity, keys: m.keys });
  assert.equal(opened.json.parts.length, 1);
  assert.equal(opened.json.remote, null);
});

test('an author without a usable address is not remembered, and pictures are shown once', async () => {
  const count = async () => (await c.get('/api/v1/settings')).json.remote_images.length;
  const before = await count();
  for (const from of ['nobody', 'a@b.example, c@d.example', `${'x'.repeat(400)}@d.example`]) {
    const m = await put(text('<img src="http://img.example/a.png">', { type: 'text/html' }), { from });
    const r = await c.post(`${m.url}/images`, { uidvalidity: m.uidvalidity, remember: true });
    assert.equal(r.status, 200, `${from.slice(0, 30)}: ${r.text.slice(0, 100)}`);
    assert.deepEqual(Object.keys(r.json.remote), ['http://img.example/a.png']);
  }
  assert.equal(await count(), before);
});

test('what may not be asked for', async () => {
  const m = await put(text('x'));
  assert.equal((await c.post(`${m.url}/images`, { uidvalidity: m.uidvalidity + 1, remember: false })).status, 409);
  assert.equal((await c.post(`${m.url}/images`, { remember: false })).status, 422);
  assert.equal((await c.post(`${m.url}/images`, { uidvalidity: m.uidvalidity, remember: 'yes' })).status, 422);
  assert.deepEqual((await c.post(`${m.url}/images`, { uidvalidity: m.uidvalidity, remember: false })).json.remote, {});
  assert.equal((await c.post(`${m.url}/unsubscribe`, { uidvalidity: m.uidvalidity })).status, 403);
  assert.equal((await c.get('/api/v1/image?u=aHR0cDovL2EuZXhhbXBsZS8&s=AAAA')).status, 403);
});

const ICS = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'METHOD:REQUEST', 'BEGIN:VEVENT', 'UID:1@b.example', 'SEQUENCE:0', 'SUMMARY:<img src=x onerror=alert(1)> Plan', 'DTSTART;TZID=Europe/Vienna:20260715T090000',
  'DTEND;TZID=Europe/Vienna:20260715T100000', 'ORGANIZER;CN=Ana:mailto:ana@a.example', 'ATTENDEE;CN=Alice;PARTSTAT=NEEDS-ACTION:mailto:alice@demo.test', 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n');
const VCF = 'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ana L\u00f3pez\r\nEMAIL;TYPE=work:ana@a.example\r\nTEL;TYPE=cell:+43 1\r\nEND:VCARD\r\n';
const preview = (m, part, keys = []) => c.post(`${m.url}/preview`, { uidvalidity: m.uidvalidity, keys, part });

test('an invitation as data', async () => {
  const event = {
    uid: '1@b.example', sequence: 0, status: null, summary: '<img src=x onerror=alert(1)> Plan', location: '', description: '', url: null, all_day: false, repeats: null, recurrence_id: null,
    start: { utc: '2026-07-15T07:00:00Z', local: '2026-07-15T09:00:00', zone: 'Europe/Vienna' }, end: { utc: '2026-07-15T08:00:00Z', local: '2026-07-15T10:00:00', zone: 'Europe/Vienna' },
    organizer: { name: 'Ana', address: 'ana@a.example' }, attendees: [{ name: 'Alice', address: 'alice@demo.test', role: null, status: 'NEEDS-ACTION' }], attendees_total: 1,
  };
  const want = { kind: 'calendar', method: 'REQUEST', events: [event], total: 1 };
  const inner = multipart('mixed', [text('x'), attachment('invite.ics', 'text/calendar; method=REQUEST', Buffer.from(ICS))]);
  const m = await put(inner);
  assert.deepEqual((await preview(m, (await m.get()).attachments[0].id)).json, want);
  const s = await sealed(inner);
  const { attachments } = (await c.post(`${s.url}/open`, { uidvalidity: s.uidvalidity, keys: s.keys })).json;
  assert.deepEqual((await preview(s, attachments[0].id, s.keys)).json, want);
  assert.equal((await preview(s, attachments[0].id)).status, 404);
  const outlook = await put(multipart('alternative', [text('x'), text(ICS, { type: 'text/calendar' })]));
  assert.deepEqual((await preview(outlook, (await outlook.get()).attachments[0].id)).json, want);
});

test('a card as data', async () => {
  const m = await put(multipart('mixed', [text('x'), attachment('ana.vcf', 'text/vcard', Buffer.from(VCF))]));
  const contact = { name: 'Ana L\u00f3pez', organization: '', title: '', emails: [{ value: 'ana@a.example', label: 'work' }], phones: [{ value: '+43 1', label: 'cell' }], addresses: [], urls: [], birthday: null, note: '' };
  assert.deepEqual((await preview(m, (await m.get()).attachments[0].id)).json, { kind: 'contact', contacts: [contact], total: 1 });
});

test('reports as data, with the message they are about', async () => {
  const original = entity([['Content-Type', 'message/rfc822']], 'From: Alice <alice@demo.test>\r\nTo: x@b.example\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nDate: Sat, 31 Jan 2026 12:00:00 +0000\r\nMessage-ID: <1@demo.test>\r\n\r\nx\r\n');
  const status = entity([['Content-Type', 'message/delivery-status']], 'Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; x@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such user\r\n');
  const m = await put(multipart('report', [text('It failed.'), status, original], '; report-type=delivery-status'));
  const about = { subject: 'Gr\u00fc\u00dfe', from: 'Alice <alice@demo.test>', to: 'x@b.example', date: '2026-01-31T12:00:00Z', message_id: '<1@demo.test>' };
  const recipient = { address: 'x@b.example', action: 'failed', status: '5.1.1', diagnostic: '550 no such user', remote: null, last_attempt: null, retry_until: null };
  assert.deepEqual((await preview(m, (await m.get()).report.part)).json, { kind: 'report', report: 'delivery', reporter: 'mx.example', arrived: null, recipients: [recipient], total: 1, original: about });
  const mdn = entity([['Content-Type', 'message/disposition-notification']], 'Final-Recipient: rfc822; x@b.example\r\nOriginal-Message-ID: <1@demo.test>\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n');
  const r = await put(multipart('report', [text('Seen.'), mdn], '; report-type=disposition-notification'));
  assert.deepEqual((await preview(r, (await r.get()).report.part)).json,
    { kind: 'report', report: 'disposition', reporter: null, recipient: 'x@b.example', disposition: 'displayed', automatic: false, problem: null, message_id: '<1@demo.test>', original: null });
});

// A winmail.dat of our own: two files, and a message with a file of its own inside.
const number = (n, v) => { const b = Buffer.alloc(n); b.writeUIntLE(v, 0, n); return b; };
const attribute = (level, id, value) => Buffer.concat([number(1, level), number(4, id), number(4, value.length), Buffer.from(value), number(2, 0)]);
const property = (type, id, value) => Buffer.concat([number(2, type), number(2, id), number(4, 1), number(4, value.length), Buffer.from(value), Buffer.alloc((4 - value.length % 4) % 4)]);
const tnef = (...attributes) => Buffer.concat([number(4, 0x223e9f78), number(2, 1), ...attributes]);
const tnefFile = (name, bytes) => [attribute(2, 0x69002, ''), attribute(2, 0x18010, `${name}\0`), attribute(2, 0x6800f, bytes)];

test('files in a winmail.dat are listed, and are parts like any other', async () => {
  const inner = tnef(...tnefFile('deep.txt', 'deep inside'));
  const nested = Buffer.concat([number(4, 2), property(0x1e, 0x3001, 'Old mail\0'), property(0x0d, 0x3701, Buffer.concat([Buffer.alloc(16), inner]))]);
  const dat = tnef(attribute(1, 0x18004, 'Subject\0'), ...tnefFile('../a.png', PNG), ...tnefFile('notes.txt', 'hello'), attribute(2, 0x69002, ''), attribute(2, 0x69005, nested));
  const content = multipart('mixed', [text('x'), attachment('winmail.dat', 'application/ms-tnef', dat)]);
  const m = await put(content);
  const [{ id }] = (await m.get()).attachments;
  const shown = (await preview(m, id)).json;
  assert.deepEqual(shown, { kind: 'tnef', subject: 'Subject', total: 3, attachments: [
    { id: `${id}/t1`, name: 'a.png', type: 'application/octet-stream', size: PNG.length, preview: 'image' },
    { id: `${id}/t2`, name: 'notes.txt', type: 'application/octet-stream', size: 5, preview: 'text' },
    { id: `${id}/t3`, name: 'Old mail.dat', type: 'application/ms-tnef', size: inner.length, preview: 'tnef' }] });
  const picture = await part(m, `${id}/t1`, '&inline=1');
  assert.deepEqual([picture.headers['content-type'], picture.bytes.equals(PNG)], ['image/png', true]);
  assert.equal((await part(m, `${id}/t2`, '&inline=1')).text, 'hello');
  const saved = await part(m, `${id}/t2`);
  assert.deepEqual([saved.text, saved.headers['content-disposition']], ['hello', 'attachment; filename="notes.txt"; filename*=UTF-8\'\'notes.txt']);
  assert.deepEqual((await preview(m, `${id}/t3`)).json.attachments.map((a) => a.id), [`${id}/t3/t1`]);
  assert.equal((await part(m, `${id}/t3/t1`)).text, 'deep inside');
  const zip = await c.post(`${m.url}/zip`, { uidvalidity: m.uidvalidity, keys: [], parts: [`${id}/t1`, `${id}/t2`, `${id}/t3/t1`] });
  assert.deepEqual(unzip(zip.bytes).map((f) => f.name), ['a.png', 'notes.txt', 'deep.txt']);
  for (const bad of ['t0', 't4', 't', 't01x', 't-1', 't1/t1', 't99999', 'x1', 't3/t2', 't3/t1/t1', 't3/t1/t1/t1/t1/t1']) assert.equal((await part(m, `${id}/${bad}`)).status, 404, bad);
  assert.equal((await part(m, '1/t1')).status, 404);
  const s = await sealed(content);
  const [at] = (await c.post(`${s.url}/open`, { uidvalidity: s.uidvalidity, keys: s.keys })).json.attachments;
  assert.equal((await c.post(`${s.url}/parts/${at.id}/t2`, { uidvalidity: s.uidvalidity, keys: s.keys })).text, 'hello');
  assert.equal((await c.get(`${s.url}/parts/${at.id}/t2?${s.query}`)).status, 404);
  const broken = await put(multipart('mixed', [text('x'), attachment('winmail.dat', 'application/ms-tnef', Buffer.from('no such thing'))]));
  const [none] = (await broken.get()).attachments;
  assert.equal((await preview(broken, none.id)).json.code, 'damaged');
  assert.equal((await part(broken, none.id)).text, 'no such thing');
});

test('what cannot be previewed', async () => {
  const m = await put(multipart('mixed', [text('x'), attachment('a.zip', 'application/zip', Buffer.from('x')), attachment('b.ics', 'text/calendar', Buffer.from('nothing')), attachment('c.vcf', 'text/vcard', Buffer.from('nothing')),
    attachment('d.ics', 'text/calendar', Buffer.from(`BEGIN:VCALENDAR\r\n${'BEGIN:VEVENT\r\n'.repeat(100_000)}`))]));
  const ids = (await m.get()).attachments.map((a) => a.id);
  const codes = [];
  for (const id of ids) codes.push((await preview(m, id)).json.code);
  assert.deepEqual(codes, ['unsupported', 'damaged', 'damaged', 'too_large']);
  assert.equal((await preview(m, '9.9')).status, 404);
  for (const part of ['', 7, null, undefined]) assert.equal((await preview(m, part)).status, 422, String(part));
});
