// seed.mjs ACCOUNTS.json: fills the demo's mailboxes over IMAP. Run once, on empty mailboxes.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Imap } from '../../lib/imap.mjs';
import { alternative, attachment, html, message, multipart, text } from '../../lib/mime.mjs';
import { bulkMail } from './bulk.mjs';
import { chart, invitation, pdf, png, zip } from './files.mjs';
import { people } from './people.mjs';
import { sealedMail } from './sealed.mjs';
import { singles, threads } from './threads.mjs';

const accounts = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const now = Date.now();
const ago = (days) => new Date(now - days * 86400000);
const local = ['alice', 'bob', 'carol', 'dave'];
const boxes = new Map(local.map((n) => [n, []])); // owner → [{folder, flags, date, bytes}]
let serial = 0;
const nextId = () => `<demo.${(++serial).toString(36)}.${now.toString(36)}@demo.test>`;

function put(owner, folder, date, bytes, flags = []) { boxes.get(owner).push({ folder, flags, date, bytes }); }

// What one conversation leaves in each person's mailbox.
function addThread([subject, mails]) {
  const references = [];
  mails.forEach(([writer, to, days, body], i) => {
    const fields = { from: people[writer], to: to.map((n) => people[n]), subject: i ? `Re: ${subject}` : subject, date: ago(days), id: nextId(),
      inReplyTo: references.at(-1), references: [...references] };
    let entity = text(body);
    if (subject.startsWith('Logo') && i === 0)
      entity = multipart('mixed', [text(body), ...[[124, 58, 237], [185, 28, 28], [29, 78, 216]].map((c, n) =>
        attachment(`direction-${n + 1}.png`, 'image/png', png(240, 160, (x, y) => ((x - 120) ** 2 + (y - 80) ** 2 < 3600 + n * 900 ? c : [250, 250, 249]))))]);
    if (subject.startsWith('Budget') && i === 0)
      entity = multipart('mixed', [text(body), attachment('budget-draft-3.csv', 'text/csv', Buffer.from('line;item;amount\n41;Travel;18400\n42;Rooms;7200\n52;Maintenance;9100\n'))]);
    const bytes = message(fields, entity);
    references.push(fields.id);
    if (local.includes(writer)) put(writer, 'Sent', fields.date, bytes, ['\\Seen']);
    for (const n of to) if (local.includes(n)) {
      const old = days > 45;
      const recent = days < 2.5 && i === mails.length - 1;
      put(n, n === 'alice' && old ? 'Archive' : 'INBOX', fields.date, bytes, recent ? [] : ['\\Seen', ...(i < mails.length - 1 && mails[i + 1][0] === n ? ['\\Answered'] : [])]);
    }
  });
}

function addSingles() {
  for (const [from, days, subject, body, flags] of singles)
    put('alice', days > 90 ? 'Archive' : 'INBOX', ago(days), message({ from: people[from], to: people.alice, subject, date: ago(days), id: nextId() }, text(body)), flags);
}

function addBulk() {
  for (const m of bulkMail()) {
    const body = m.html ? alternative(m.text, m.html) : text(m.text);
    const entity = m.pdf ? multipart('mixed', [body, attachment('ticket.pdf', 'application/pdf', pdf(m.pdf))]) : body;
    put('alice', m.folder, ago(m.days), message({ from: m.from, to: people.alice, subject: m.subject, date: ago(m.days), id: nextId(), more: m.more }, entity), m.days < 3 ? [] : ['\\Seen']);
  }
}

function addRich() {
  const { alice, bob, carol, dave, priya, marta, ines } = people;
  const send = (owner, folder, days, fields, entity, flags = ['\\Seen']) =>
    put(owner, folder, ago(days), message({ to: people[owner], date: ago(days), id: nextId(), ...fields }, entity), flags);
  const report = multipart('related', [
    html(`<p>Hello all,</p><p>visitors per week since January, the small house on the right is the new one:</p><p><img src="cid:chart@demo.test" alt="Bar chart of visitors per week" width="420" height="180"></p>
<table border="1" cellpadding="6" style="border-collapse:collapse"><tr><th>House</th><th>Visitors</th><th>Change</th></tr><tr><td>North</td><td align="right">1,204</td><td align="right">+4 %</td></tr><tr><td>Canal</td><td align="right">860</td><td align="right">+11 %</td></tr></table><p>Dave</p>`),
    attachment('chart.png', 'image/png', chart([4, 6, 5, 8, 9, 7, 11, 12, 10, 14]), { inline: true, cid: 'chart@demo.test' })]);
  send('alice', 'INBOX', 0.75, { from: dave, subject: 'Visitors, weekly report' }, report, []);
  send('alice', 'INBOX', 2.4, { from: marta, subject: 'Drawings, revision C' }, multipart('mixed', [
    alternative('Revision C of the sections, and all sheets as one archive.\n\nMarta\n', '<p>Revision C of the sections, and all sheets as one archive.</p><p>Marta</p>'),
    attachment('sections-rev-C.pdf', 'application/pdf', pdf(['Aurora', 'Sections, revision C', 'Scale 1:50'])),
    attachment('Grundriss Südflügel.pdf', 'application/pdf', pdf(['Grundriss', 'Sudflugel'])),
    attachment('all-sheets.zip', 'application/zip', zip([['sheet-01.txt', Buffer.from('Sheet 1\n')], ['sheet-02.txt', Buffer.from('Sheet 2\n')]]))]), ['\\Flagged']);
  const start = new Date(now + 3 * 86400000);
  start.setUTCHours(8, 30, 0, 0);
  send('alice', 'INBOX', 1.4, { from: priya, to: [alice, bob, dave], subject: 'Invitation: quarterly review' }, multipart('mixed', [
    multipart('alternative', [text('You are invited to the quarterly review.\n\nRoom Cormorant, 90 minutes.\n'),
      text(invitation({ uid: 'review@northbridge.example', summary: 'Quarterly review', place: 'Room Cormorant', start, organiser: priya, attendees: [alice, bob, dave] }).toString(), { type: 'text/calendar', extra: '; method=REQUEST' })])]), []);
  send('alice', 'INBOX', 5.5, { from: ines, subject: 'Server move, report' }, multipart('mixed', [text('Alice,\n\nthe report of the move. Short version: eleven minutes, no mail lost.\n\nInês\n'),
    attachment('relatório.pdf', 'application/pdf', pdf(['Server move', 'Duration: 11 minutes', 'Mail lost: 0'])), attachment('timeline.csv', 'text/csv', Buffer.from('time,event\n22:00,start\n22:11,done\n'))]));
  send('alice', 'INBOX', 18.3, { from: bob, subject: 'Fwd: parking permits' }, multipart('mixed', [text('See below.\n\nBob\n'),
    Buffer.concat([Buffer.from('Content-Type: message/rfc822\r\nContent-Disposition: inline\r\n\r\n'), message({ from: carol, to: bob, subject: 'parking permits', date: ago(18.6), id: nextId() }, text('The new permits are valid from Monday. Please put them behind the windscreen.\n\nCarol\n'))])]));
  put('alice', 'Drafts', ago(0.3), message({ from: alice, to: people.noah, subject: 'Turning circle', date: ago(0.3), id: nextId() }, text('Dear Noah,\n\nI measured it: 26 m at the north gate, so the lorry\n')), ['\\Draft', '\\Seen']);
  put('alice', 'Junk', ago(0.45), message({ from: { name: 'Prize Office', address: 'win@prize.example' }, to: alice, subject: 'YOU HAVE WON', date: ago(0.45), id: nextId() }, html('<h1 style="color:red">CONGRATULATIONS</h1><p><a href="http://prize.example/">Click here</a> to claim your prize.</p>')));
  put('alice', 'Trash', ago(3.3), message({ from: carol, to: alice, subject: 'Wrong attachment, sorry', date: ago(3.3), id: nextId() }, text('Please ignore my last mail.\n\nCarol\n')), ['\\Seen']);
}

function addAurora() { // Bob's folder that Alice may read
  const notes = [['Moisture readings, week 9', 'West wall 3.1, east wall 2.8, cellar 4.4.'], ['Moisture readings, week 10', 'West wall 2.9, east wall 2.8, cellar 4.1.'],
    ['Telephone numbers on site', 'Crane 0100 555 01, electrician 0100 555 02, caretaker 0100 555 03.']];
  notes.forEach(([subject, body], i) => put('bob', 'Projects/Aurora', ago(12 - 4 * i), message({ from: people.marta, to: people.bob, subject, date: ago(12 - 4 * i), id: nextId() }, text(`${body}\n`)), ['\\Seen']));
}

function addSealed() {
  for (const [owner, folder, days, fields, entity] of sealedMail(accounts.keys)) {
    const { key, ...rest } = fields;
    put(owner, folder, ago(days), message({ date: ago(days), id: `<${key}@demo.test>`, ...rest }, entity), days < 1.5 && folder === 'INBOX' ? [] : ['\\Seen']);
  }
}

function addHostile() {
  const dir = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../fixtures/hostile');
  readdirSync(dir).filter((f) => f.endsWith('.eml')).forEach((f, i) => {
    const crlf = Buffer.from(readFileSync(path.join(dir, f), 'latin1').replace(/\r?\n/g, '\r\n'), 'latin1');
    put('alice', 'Odd and hostile', ago(3 + i / 10), crlf, ['\\Seen']);
  });
  const odd = (i, raw) => put('alice', 'Odd and hostile', ago(2.5 + i / 100), Buffer.from(raw, 'latin1'), ['\\Seen']);
  odd(1, 'From: nobody\r\nSubject: No date, no address\r\n\r\nA mail without much of a header.\r\n');
  odd(2, 'Subject: \r\n\r\n');
  odd(3, `From: "A very long name ${'x'.repeat(300)}" <long@demo.test>\r\nTo: alice@demo.test\r\nSubject: ${'Long subject '.repeat(60)}\r\nDate: ${ago(2.53).toUTCString()}\r\n\r\nx\r\n`);
  odd(4, `From: bob@demo.test\r\nTo: alice@demo.test\r\nSubject: Unclosed multipart\r\nDate: ${ago(2.54).toUTCString()}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nThe last boundary never comes.\r\n`);
  odd(5, `From: bob@demo.test\r\nTo: alice@demo.test\r\nSubject: Raw \xe9\xff bytes and =?utf-8?Q?<script>alert(1)</script>?=\r\nDate: ${ago(2.55).toUTCString()}\r\nContent-Type: text/plain; charset=no-such-charset\r\n\r\nBytes \xe9\xff of no declared kind.\r\n`);
  odd(6, `From: bob@demo.test\r\nTo: alice@demo.test\r\nSubject: Broken base64\r\nDate: ${ago(2.56).toUTCString()}\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!PGI+aGVsbG88L2I+???\r\n`);
}

async function fill(owner) {
  const a = accounts.accounts.find((x) => x.address === `${owner}@demo.test`);
  const imap = await Imap.open(accounts.ports.imap, a.address, a.password);
  const mails = boxes.get(owner).sort((x, y) => x.date - y.date);
  const standard = ['INBOX', 'Sent', 'Drafts', 'Archive', 'Junk', 'Trash'];
  for (const folder of new Set(mails.map((m) => m.folder))) if (!standard.includes(folder)) await imap.create(folder);
  for (const folder of new Set(mails.map((m) => m.folder))) { // what an interrupted run may have left
    if (!(await imap.select(folder)).exists) continue;
    await imap.command('STORE 1:* +FLAGS.SILENT (\\Deleted)');
    await imap.command('EXPUNGE');
  }
  for (const m of mails) await imap.append(m.folder, m.bytes, m.flags, m.date);
  imap.close();
  console.log(`${owner}: ${mails.length} messages`);
}

threads.forEach(addThread);
addSingles();
addBulk();
addRich();
addAurora();
addSealed();
addHostile();
await Promise.all(local.map(fill));
