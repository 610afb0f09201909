// A fake server for working on the client without a mail server: node static/dev/fake.mjs [port].
// It speaks the API of docs/PLAN.md from memory and sends the same security headers as waxseald.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const dist = path.join(root, 'static/dist');
const types = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json', '.ftl': 'text/plain; charset=utf-8', '.wasm': 'application/wasm' };
const APP_CSP = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob: data:; font-src 'self'; frame-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lit-html dompurify app-url";
const SANDBOX = 'sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox';
const PRINT_CSP = "default-src 'none'; script-src 'none'; style-src 'unsafe-inline'; img-src blob: data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox allow-same-origin allow-modals";
const FRAME_CSP = (sealed) => `default-src 'none'; script-src 'none'; style-src 'unsafe-inline'; img-src ${sealed ? '' : "'self' "}blob: data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; ${SANDBOX}`;
const EDITOR_CSP = (url) => `default-src 'none'; script-src ${url}; style-src 'unsafe-inline'; img-src blob: data:; connect-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; require-trusted-types-for 'script'; sandbox allow-scripts`;

// ---- content ----

const id = (path) => Buffer.from(path).toString('base64url');
const person = (name, address) => ({ name, address });
const ME = person('Alice Werner', 'alice@demo.test');
const PEOPLE = [
  person('Bob Lindqvist', 'bob@demo.test'), person('Ana López', 'ana.lopez@orchard.test'), person('Dr. Jürgen Müller', 'mueller@klinik.test'), person('Printing House', 'orders@press.test'),
  person('Mina Okafor', 'mina@studio.test'), person('', 'noreply@status.test'), person('שרה כהן', 'sara@galil.test'), person('Tomáš Novák', 'tomas@brno.test'), person('Elena Rossi', 'elena@rossi.test'), person('Weekly Harbour News', 'news@harbour.test'),
];
const SUBJECTS = ['Contract draft, second reading', 'Photos from Sunday', 'Invoice 2026-1184', 'Re: Train tickets to Vienna', 'Minutes of the board meeting', 'Your order has been sent', 'Question about the new certificate', 'The quiet harbour: nine places to read', 'Re: Re: Budget for the second half of the year, with the numbers you asked for', 'Lunch on Thursday?', 'Server maintenance tonight', 'שלום, פגישה ביום שלישי', ''];
const SECURITY = [null, null, 'signed', null, 'encrypted', null, null, null, 'opaque', null, null];

const folders = [
  ['INBOX', 'inbox', 10000, 14], ['Drafts', 'drafts', 2, 0], ['Sent', 'sent', 120, 0], ['Archive', 'archive', 4210, 0], ['Junk', 'junk', 31, 3], ['Trash', 'trash', 0, 0],
  ['Projects', null, 12, 0], ['Projects/Harbour', null, 40, 2], ['Projects/Vienna', null, 8, 0], ['Family', null, 77, 0], ['Huge', null, 100000, 0], ['Enormous', null, 1000000, 0], ['Shared/Reception', null, 25, 5],
].map(([p, role, total, unread]) => ({ id: id(p), name: p.split('/').pop(), path: p, delimiter: '/', role, selectable: true, subscribed: true, shared: p.startsWith('Shared/'), total, unread }));
folders.push({ id: id('Shared'), name: 'Shared', path: 'Shared', delimiter: '/', role: null, selectable: false, subscribed: true, shared: true, total: 0, unread: 0 });

const boxes = new Map();
function box(f) {
  if (!boxes.has(f.id)) boxes.set(f.id, { uidnext: f.total + 1, uids: Array.from({ length: f.total }, (_, i) => f.total - i), flags: new Map() });
  return boxes.get(f.id);
}
const START = Date.now();
function row(f, uid) {
  const from = boxes.get(f.id)?.copies?.get(uid);
  if (from) return { ...row(...from), uid, flags: boxes.get(f.id).flags.get(uid) ?? row(...from).flags };
  const k = f.total - uid;
  const n = (uid * 7 + 3) % PEOPLE.length;
  const outgoing = f.role === 'sent' || f.role === 'drafts';
  const date = new Date(START - k * 3_700_000 - (k > 4 ? k * 1_900_000 : 0)).toISOString();
  const flags = box(f).flags.get(uid) ?? [...(k >= f.unread ? ['\\Seen'] : []), ...(k % 9 === 4 ? ['\\Flagged'] : []), ...(k % 7 === 5 ? ['\\Answered'] : []), ...(k % 6 === 1 ? ['work'] : []), ...(k % 13 === 2 ? ['travel', 'private', 'Todo_2026'] : [])];
  return { uid, from: outgoing ? [ME] : [PEOPLE[n]], to: outgoing ? [PEOPLE[n]] : [ME], subject: SUBJECTS[(uid * 5 + 1) % SUBJECTS.length], date, received: date, size: 4000 + ((uid * 7919) % 400_000), flags, attachment: k % 4 === 2, security: SECURITY[k % SECURITY.length], message_id: `<${uid}@demo.test>` };
}

/** Runs of one to five messages, the same each time. */
function conversations(f) {
  const b = box(f);
  if (b.threads?.of === b.uids) return b.threads.list;
  const out = [];
  for (let i = 0; i < b.uids.length;) { const n = [1, 1, 3, 1, 5, 1, 2][b.uids[i] % 7]; out.push(b.uids.slice(i, i + n)); i += n; }
  b.threads = { of: b.uids, list: out };
  return out;
}
function threadRow(f, uids) {
  const rows = uids.map((u) => row(f, u));
  return { ...rows[0], thread: { count: uids.length, unread: rows.filter((r) => !r.flags.includes('\\Seen')).length, flagged: rows.filter((r) => r.flags.includes('\\Flagged')).length, uids: joined(uids) } };
}
const WORDS = 'the harbour is quiet in November when the boats have gone and the cafés keep their stoves lit so please bring the signed draft along with the tickets for Vienna and let me know by Thursday'.split(' ');
const snippet = (uid) => Array.from({ length: 16 }, (_, i) => WORDS[(uid * 3 + i) % WORDS.length]).join(' ');
const field = { date: (r) => r.date, from: (r) => (r.from[0]?.name || r.from[0]?.address || '').toLowerCase(), to: (r) => (r.to[0]?.name ?? '').toLowerCase(), subject: (r) => r.subject.replace(/^(re: )+/i, '').toLowerCase(), size: (r) => r.size };
function arranged(f, q) {
  const b = box(f);
  const rows = q.get('threads') ? conversations(f) : b.uids;
  const by = field[q.get('sort')];
  if (!by || rows.length > 20_000) return rows;
  const key = (x) => by(row(f, Array.isArray(x) ? x[0] : x));
  const sorted = [...rows].map((x) => [key(x), x]).sort((a, c) => (a[0] < c[0] ? -1 : a[0] > c[0] ? 1 : 0)).map((x) => x[1]);
  return q.get('order') === 'desc' ? sorted.reverse() : sorted;
}
const spread = (set) => set.split(',').flatMap((p) => { const [a, c] = p.split(':').map(Number); return Array.from({ length: (c ?? a) - a + 1 }, (_, i) => a + i); });
function joined(uids) {
  const out = [];
  for (const u of [...uids].sort((a, c) => a - c)) { const last = out.at(-1); if (last && last[1] === u - 1) last[1] = u; else out.push([u, u]); }
  return out.map(([a, c]) => (a === c ? `${a}` : `${a}:${c}`)).join(',');
}
function hits(f, q) {
  const words = (q.text ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const one = (r, w) => { const [, no, op, x] = /^(-?)(?:(keyword|label|is):)?(.*)$/.exec(w); const yes = op === 'label' || op === 'keyword' ? r.flags.some((y) => y.toLowerCase() === x) : op === 'is' ? r.flags.includes({ read: '\\Seen', flagged: '\\Flagged' }[x]) : `${r.subject} ${r.from[0]?.name}`.toLowerCase().includes(x); return no ? !yes : yes; };
  const g = q.filters ?? {};
  return box(f).uids.slice(0, 20_000).filter((u) => { const r = row(f, u); return words.every((w) => one(r, w)) && (!g.unread || !r.flags.includes('\\Seen')) && (!g.flagged || r.flags.includes('\\Flagged')) && (!g.encrypted || r.security === 'encrypted') && (!g.attachment || r.attachment); });
}
/** The messages a request means, and whether it named them as a set. */
function meant(f, body) {
  if (typeof body.uids === 'string') return { uids: spread(body.uids), set: true };
  if (body.uids) return { uids: body.uids, set: false };
  const { search, below, except = [], only } = body.all;
  const some = only ? new Set(spread(only)) : null;
  return { uids: (search ? hits(f, search) : box(f).uids).filter((u) => u < below && !except.includes(u) && (!some || some.has(u))), set: true };
}

const HTML = `<html><head><style>@import url(https://tracker.test/a.css); .lead{font-size:17px} .card{border:1px solid #ddd;border-radius:8px;padding:14px;background:url("https://tracker.test/bg.png") #fff} </style></head><body bgcolor="#f4efe9" style="font-family:Georgia,serif">
<table width="100%" cellpadding="0" cellspacing="0"><tr><td align="center"><table width="560" style="background:#ffffff;border-radius:10px;padding:22px" cellpadding="12"><tr><td>
<h2 style="color:#8c2f45;margin:0">Nine quiet places to read by the water</h2><p class="lead">The harbour is at its best in November, when the boats have gone and the cafés keep their stoves lit.</p>
<img src="https://tracker.test/open.gif" width="1" height="1"><img src="https://pictures.test/harbour.jpg" width="300" height="120" alt="The harbour"><img src="cid:logo@demo" width="48" height="48" alt="Logo">
<div class="card">Read the <a href="https://harbour.test/nine">whole story</a>, or visit <a href="https://evil.test/login">www.mybank.test</a>.</div>
<p onclick="alert(1)">Until next week <b>— the editors</b></p><script>alert(1)</script><form action="https://evil.test"><input name="a"></form></td></tr></table></td></tr></table></body></html>`;
const SIMPLE = `<div dir="ltr"><p>Dear Alice,</p><p>thank you for the draft. I have <i>two remarks</i> and one question:</p><ol><li>Section 4 names the old address.</li><li>The period of notice should be <b>three</b> months.</li></ol><p>Could we talk on Thursday?</p><p>Kind regards<br>Bob</p><br><div class="gmail_quote"><div>On Wed, Alice Werner wrote:</div><blockquote type="cite"><p>Dear Bob,</p><p>here is the second reading of the contract. Please look at sections 3 and 4.</p></blockquote></div></div>`;
const PLAIN = `Hello Alice,\n\nthe tickets are booked: we leave on Friday at 8:12 and arrive at 15:40.\nSeats 41 and 42, see https://rail.test/booking/7Q2X (the link works until Sunday).\n\nShall I ask mina@studio.test to join us?\n\nBob\n-- \nBob Lindqvist · Harbour Street 12\n\n> Dear Bob,\n>\n> would you book the train? I would like to leave early.\n>> We could also go on Saturday.\n>\n> Alice`;

const HEX = (n) => String(n).padStart(2, '0').repeat(32);
const LINK = (subject, issuer, n, der) => ({ subject, issuer, serial: '01', fingerprint: HEX(n), not_before: '2026-01-01T00:00:00Z', not_after: '2027-05-03T00:00:00Z', der });
/** Every second one is of an unknown issuer; the others are grey until they were checked. */
function signedSecurity(address, uid, checked = false) {
  const unknown = uid % 2 === 0;
  const reason = (code, text, better = null) => ({ code, text, a: address, b: null, better });
  return {
    verdict: unknown ? 'signed-untrusted' : 'signed-valid', level: unknown || !checked ? 'neutral' : 'good', check: !unknown && !checked, encryption: null, job: null,
    reasons: [...(unknown ? [reason('issuer_unknown', "The authority that issued the signer's certificate is not known here, so it is not certain who signed.", 'If you know the authority or the certificate from elsewhere, you can trust it for your own mail.')]
      : [reason('signature_valid', `Signed by ${address} and not changed since.`)]), ...(unknown || checked ? [] : [reason('revocation_not_checked', "Whether the signer's certificate was revoked could not be checked.", 'Look again when the connection is there.')])],
    signature: { whole: true, signers: [{ address, subject: `CN=${address.split('@')[0]},O=Demo`, issuer: 'CN=Demo Mail CA', serial: '1f', fingerprint: HEX(uid % 90), algorithm: 'rsa-pkcs1-sha256', integrity: 'intact', match: 'yes', chain: unknown ? 'unknown_issuer' : 'trusted', chain_detail: unknown ? 'unable to get local issuer certificate' : null,
      revocation: checked ? 'good' : 'not_checked', not_before: '2026-01-01T00:00:00Z', not_after: '2027-05-03T00:00:00Z', signed_at: '2026-11-20T08:00:00Z', trusted_by: unknown ? 'none' : 'organisation', known: uid % 3 ? 'known' : 'changed',
      path: [LINK(`CN=${address.split('@')[0]},O=Demo`, 'CN=Demo Mail CA', uid % 90, unknown ? 'MAA=' : null), LINK('CN=Demo Mail CA', 'CN=Demo Mail CA', 7, unknown ? 'MAA=' : null)], revocation_detail: checked ? { source: 'ocsp', url: 'http://ocsp.demo.test/', this_update: '2026-11-22T06:00:00Z', next_update: '2026-11-23T06:00:00Z', revoked_at: null, reason: null } : null }] },
  };
}

function message(f, uid) {
  const r = row(f, uid);
  const k = uid % 3;
  const html = k === 0 ? HTML : SIMPLE;
  const sealed = r.security === 'encrypted';
  const security = r.security === null ? null : sealed ? { verdict: 'encrypted-locked', level: 'neutral', reasons: [{ code: 'locked', text: 'Unlock your key to read this message.' }], signature: null, encryption: { whole: true, layers: [{ layer: 0, cipher: 'AES-256-GCM', authenticated: true, opened: false, recipients: 2 }] }, job: { layer: 0, key_bytes: 32, recipients: [] } }
    : signedSecurity(r.from[0].address, uid);
  return {
    uid, uidvalidity: 7, flags: r.flags, size: r.size, received: r.received,
    headers: { subject: r.subject, from: r.from, sender: [], reply_to: [], to: [ME, PEOPLE[4]], cc: uid % 5 ? [] : [PEOPLE[1], PEOPLE[2]], bcc: [], date: r.date, message_id: r.message_id, in_reply_to: null, references: null, protected: false, outer_subject: null },
    security,
    parts: sealed ? [] : k === 1 ? [{ id: '1', kind: 'text', flowed: false, delsp: false, sealed: false, content: PLAIN }] : [{ id: '1', kind: 'html', flowed: false, delsp: false, sealed: false, content: html }],
    attachments: sealed ? [] : [...(r.attachment ? [{ id: '2', name: 'Contract draft 2.pdf', type: 'application/pdf', size: 182_311, inline: false, content_id: null, sealed: false }, { id: '3', name: 'Harbour in the morning.jpg', type: 'image/jpeg', size: 2_411_000, inline: false, content_id: null, sealed: false }] : []), ...(uid % 4 === 1 ? [{ id: '5', name: 'forwarded.eml', type: 'message/rfc822', size: 4210, inline: false, content_id: null, sealed: false }] : []), ...(html === HTML ? [{ id: '4', name: 'logo.png', type: 'image/png', size: 70, inline: true, content_id: '<logo@demo>', sealed: false }] : [])],
  };
}
// ---- the reader ----

/** The whole conversation of a message, and where it has more than one an answer in Sent. */
function conversation(f, uid) {
  const group = [...(conversations(f).find((g) => g.includes(uid)) ?? [uid])].reverse();
  const older = group.map((u) => ({ ...row(f, u), subject: row(f, group.at(-1)).subject, folder: f.id, uidvalidity: 7 }));
  const sent = folders.find((x) => x.role === 'sent');
  const own = older.length > 1 ? [{ ...row(sent, 7), subject: `Re: ${older[0].subject}`, folder: sent.id, uidvalidity: 7, date: older.at(-2).date }] : [];
  return [...older.slice(0, -1), ...own, older.at(-1)];
}
const when = (utc) => ({ utc, local: utc.slice(0, 19), zone: 'Europe/Vienna' });
const PREVIEWS = {
  'text/calendar': { kind: 'calendar', method: 'REQUEST', total: 1, events: [{ uid: 'e1', sequence: 0, status: 'CONFIRMED', summary: 'Second reading of the contract', location: 'Room 4, Harbour Street 12', description: 'Please bring the annotated draft.', url: null, start: when('2026-11-26T09:00:00Z'), end: when('2026-11-26T10:30:00Z'), all_day: false, repeats: { frequency: 'weekly', interval: 1, count: 4, until: null, days: ['TH'] }, recurrence_id: null, organizer: PEOPLE[0], attendees: [{ ...ME, role: 'REQ-PARTICIPANT', status: 'NEEDS-ACTION' }, { ...PEOPLE[4], role: 'OPT-PARTICIPANT', status: 'ACCEPTED' }, { ...PEOPLE[2], role: null, status: 'DECLINED' }], attendees_total: 3 }] },
  'text/vcard': { kind: 'contact', total: 1, contacts: [{ name: 'Mina Okafor', organization: 'Okafor Studio', title: 'Architect', emails: [{ value: 'mina@studio.test', label: 'work' }], phones: [{ value: '+43 1 555 01 23', label: 'cell' }], addresses: [{ value: 'Harbour Street 14, 1010 Vienna', label: 'work' }], urls: [{ value: 'https://studio.test/', label: '' }], birthday: '1981-04-02', note: '' }] },
  'application/ms-tnef': { kind: 'tnef', subject: 'Plans', total: 2, attachments: [{ id: '6/t1', name: 'Ground floor.pdf', type: 'application/pdf', size: 80_211, preview: 'pdf' }, { id: '6/t2', name: 'Facade.png', type: 'image/png', size: 70, preview: 'image' }] },
  'message/delivery-status': { kind: 'report', report: 'delivery', reporter: 'mx.harbour.test', arrived: null, total: 2, original: { subject: 'Budget', from: 'alice@demo.test', to: 'nobody@harbour.test', date: '2026-11-20T08:00:00Z', message_id: '<b@demo.test>' }, recipients: [{ address: 'nobody@harbour.test', action: 'failed', status: '5.1.1', diagnostic: '550 5.1.1 <nobody@harbour.test>: Recipient address rejected: User unknown in local recipient table', remote: 'mx.harbour.test', last_attempt: null, retry_until: null }, { address: 'full@harbour.test', action: 'delayed', status: '4.2.2', diagnostic: '452 4.2.2 Mailbox full', remote: 'mx.harbour.test', last_attempt: null, retry_until: '2026-11-25T08:00:00Z' }] },
};
const EXTRAS = { 3: ['7', 'invite.ics', 'text/calendar', 'calendar'], 4: ['8', 'mina.vcf', 'text/vcard', 'contact'], 6: ['6', 'winmail.dat', 'application/ms-tnef', 'tnef'], 7: ['9', 'setup.pdf.exe', 'application/octet-stream', null], 8: ['10', 'report.txt', 'message/delivery-status', 'report'], 9: ['11', 'notes.txt', 'text/plain', 'text'] };
function dressed(f, uid, m) {
  const extra = EXTRAS[uid % 10];
  if (m.security?.encryption) return m;
  return {
    ...m, attachments: [...m.attachments.map((a) => ({ ...a, preview: a.type === 'image/jpeg' ? 'image' : a.type === 'application/pdf' ? 'pdf' : null })), ...(extra ? [{ id: extra[0], name: extra[1], type: extra[2], size: 1234, inline: false, content_id: null, sealed: false, preview: extra[3] }] : [])],
    report: uid % 10 === 8 ? { kind: 'delivery', part: '10' } : null, remote: state.pictures.has(uid) ? { 'https://pictures.test/harbour.jpg': '/api/v1/image?u=aGFyYm91cg&s=c2ln' } : null,
    sender_confirmed: true,
    unsubscribe: m.headers.from[0]?.address.startsWith('news') ? { one_click: true, https: true, url: 'https://harbour.test/u', host: 'harbour.test', mailto: null, address: null } : null,
  };
}
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC', 'base64');

// ---- state ----

export const state = { pictures: new Set(), settings: { security: { mode: 'auto', lock_after_minutes: 15, last_mode: null }, reading: { mark_read: true, mark_read_after: 0, images: 'ask' }, list: { threads: true, sort: 'arrival', order: 'desc', density: 'comfortable', snippets: true, preview: 'right' }, notifications: { desktop: false, details: false }, ui: { theme: 'system', language: 'en' }, time_zone: '', shortcuts: true, remote_images: [], labels: [{ keyword: 'work', name: 'Work', colour: 'blue' }, { keyword: 'travel', name: 'Travel', colour: 'green' }, { keyword: 'private', name: 'Private', colour: 'pink' }], identities: [{ name: 'Alice Werner', address: ME.address, reply_to: '', signature: 'Alice Werner\nHarbour Street 12', default: true }] }, trust: [], expired: false, delay: 25, smime: true, sent: [], drafts: [], refuse: {} };
const session = () => ({ user: { address: ME.address, name: ME.name }, csrf: 'c'.repeat(32), plan: state.smime ? 'enterprise' : 'basic', features: { smime: state.smime }, limits: { message_bytes: 50_000_000, attachment_bytes: 40_000_000 }, instance: 'demo', version: '0.1.0', settings: state.settings });
const CERT = (a, extra = {}) => ({ fingerprint: `AB:CD:${Buffer.from(a).toString('hex').slice(0, 20)}`, subject: `CN=${a}`, issuer: 'CN=Demo Mail CA', serial: '1f', addresses: [a], not_before: '2026-01-01T00:00:00Z', not_after: '2027-05-03T00:00:00Z', key: { algorithm: 'RSA', bits: 3072, curve: null }, can_sign: true, can_encrypt: true, weak: false, der: '', ...extra });

const KEPT = (a, kept, extra = {}) => ({ ...CERT(a, extra), source: 'harvested', since: '2026-10-01T00:00:00Z', state: kept, why: kept === 'pending' ? 'early' : null, preferred: false, takes_gcm: true, provenance: { folder: id('INBOX'), message_id: '<1@demo.test>', date: '2026-10-01T00:00:00Z', subject: 'Contract draft' }, revocation: 'good', ...extra });
state.contacts = PEOPLE.map((x, i) => ({ id: String(i), name: x.name, addresses: [{ address: x.address, label: '' }], phone: '', photo: false, groups: [], version: 1, certificates: i === 0 ? [KEPT(x.address, 'pending', { fingerprint: HEX(12) }), KEPT(x.address, 'valid', { fingerprint: HEX(13), preferred: true })] : i === 1 ? [KEPT(x.address, 'valid'), KEPT(x.address, 'superseded', { fingerprint: HEX(14), not_after: '2026-05-03T00:00:00Z' })] : [] }));

function render(name, values) {
  const manifest = JSON.parse(readFileSync(path.join(dist, 'manifest.json'), 'utf8'));
  const texts = JSON.parse(readFileSync(path.join(dist, manifest['en.json']), 'utf8'));
  const escape = (s) => String(s ?? '').replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
  let text = readFileSync(path.join(root, 'templates', name), 'utf8');
  text = text.replace(/\{\{> ([\w.]+)\}\}/g, (_, n) => readFileSync(path.join(root, 'templates', n), 'utf8'));
  text = text.replace(/\{\{#if (\w+)\}\}([\s\S]*?)(?:\{\{else\}\}([\s\S]*?))?\{\{\/if\}\}/g, (_, k, a, b) => (values[k] ? a : (b ?? '')));
  return text.replace(/\{\{asset ([\w.]+)\}\}/g, (_, n) => `/static/${manifest[n]}`).replace(/\{\{t ([\w-]+)\}\}/g, (_, k) => escape(texts[k]))
    .replace(/\{\{json (\w+)\}\}/g, (_, k) => JSON.stringify(values[k]).replace(/</g, '\\u003c')).replace(/\{\{(\w+)\}\}/g, (_, k) => escape(values[k]));
}

function answer(res, status, body, headers = {}) {
  const json = typeof body === 'object' && !Buffer.isBuffer(body);
  res.writeHead(status, { 'Content-Type': json ? 'application/json' : 'text/html; charset=utf-8', 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store', ...headers });
  res.end(json ? JSON.stringify(body) : body);
}
const fail = (res, status, code, message, details = {}) => answer(res, status, { code, message, details });

async function readBody(req) {
  const chunks = [];
  for await (const c of req) chunks.push(c);
  return Buffer.concat(chunks);
}
function composeJson(raw) {
  const lf = raw.indexOf(10);
  return JSON.parse(raw.subarray(lf + 1, lf + 1 + Number(raw.subarray(0, lf).toString())).toString());
}

async function api(req, res, url) {
  const raw = await readBody(req);
  const isCompose = (req.headers['content-type'] ?? '').includes('compose');
  const body = raw.length && !isCompose ? JSON.parse(raw.toString()) : {};
  const p = url.pathname.slice('/api/v1'.length);
  if (p === '/signin') { if (body.password === 'wrong') return fail(res, 401, 'wrong_password', 'User name or password is wrong.'); state.expired = false; return answer(res, 200, session()); }
  if (state.expired) return fail(res, 401, 'unauthenticated', 'Please sign in again.');
  if (req.method !== 'GET' && req.headers['x-waxseal-csrf'] !== session().csrf) return fail(res, 403, 'csrf', 'CSRF');
  await new Promise((r) => setTimeout(r, state.delay));
  const refused = Object.entries(state.refuse).find(([k]) => p.includes(k));
  if (refused) return fail(res, refused[1].status, refused[1].code, refused[1].message ?? '', refused[1].details ?? {});
  if (p === '/image') return answer(res, 200, PNG, { 'Content-Type': 'image/png' });
  if (p === '/session') return answer(res, 200, session());
  if (p === '/signout') return answer(res, 200, {});
  if (p === '/settings') { if (req.method === 'PUT') for (const [k, v] of Object.entries(body)) { if (v && typeof v === 'object' && !Array.isArray(v)) Object.assign(state.settings[k], v); else state.settings[k] = v; } return answer(res, 200, state.settings); }
  if (p === '/smime/trust') { if (req.method === 'POST') state.trust.push({ id: String(state.trust.length), since: new Date().toISOString(), kind: body.kind, address: body.address, certificate: CERT(body.address ?? 'Demo Mail CA') }); return answer(res, 200, req.method === 'POST' ? state.trust.at(-1) : { entries: state.trust }); }
  if (p.startsWith('/smime/trust/')) { state.trust = state.trust.filter((x) => x.id !== p.split('/').at(-1)); return answer(res, 200, {}); }
  if (p === '/smime/certificates') { state.contacts[1].certificates.push(KEPT(state.contacts[1].addresses[0].address, 'valid', { source: 'imported' })); return answer(res, 200, state.contacts[1]); }
  if (p === '/smime/harvest') { const c = state.contacts[0]; return answer(res, 200, { harvested: false, reason: 'pending', certificate: c.certificates[0].fingerprint, contact: c }); }
  const decided = /^\/contacts\/(\w+)\/certificates\/([^/]+)$/.exec(p);
  if (decided) {
    const c = state.contacts[Number(decided[1])];
    const k = c?.certificates.find((x) => x.fingerprint === decodeURIComponent(decided[2]));
    if (!k) return fail(res, 404, 'not_found', 'This contact has no such certificate.');
    if (body.action === 'remove') c.certificates = c.certificates.filter((x) => x !== k);
    else if (body.action === 'prefer') for (const x of c.certificates) x.preferred = x === k;
    else { if (body.action === 'accept') for (const x of c.certificates) if (x.state === 'valid') x.state = 'superseded'; k.state = body.action === 'accept' ? 'valid' : 'rejected'; }
    return answer(res, 200, c);
  }
  if (p === '/contacts') return answer(res, 200, { total: state.contacts.length, contacts: state.contacts });
  if (p === '/smime/keys') return answer(res, 200, { keys: [], primary: { sign: null, encrypt: null } });
  if (p === '/rows') return answer(res, 200, { messages: body.of.flatMap((x) => x.uids.map((u) => ({ ...row(folders.find((f) => f.id === x.folder), u), folder: x.folder, uidvalidity: 7 }))) });
  if (p === '/folders') { if (req.method === 'POST') { folders.push({ id: id(body.path), name: body.path.split('/').pop(), path: body.path, delimiter: '/', role: null, selectable: true, subscribed: true, shared: false, total: 0, unread: 0 }); return answer(res, 200, { id: id(body.path) }); } return answer(res, 200, { folders }); }
  if (p === '/compose/recipients') {
    return answer(res, 200, { recipients: body.addresses.map((a) => !/^[^@\s]+@[^@\s]+$/.test(a) ? { address: a, status: 'invalid_address', certificate: null, source: null } : a.startsWith('eve') ? { address: a, status: 'expired', certificate: CERT(a, { not_after: '2026-05-03T00:00:00Z' }), source: 'contact' } : a.startsWith('rita') ? { address: a, status: 'revoked', certificate: CERT(a), source: 'imported' } : a.startsWith('vera') ? { address: a, status: 'pending_change', certificate: CERT(a), source: 'harvested' } : a.endsWith('demo.test') || a.startsWith('ana') ? { address: a, status: 'ready', certificate: CERT(a), source: 'harvest' } : { address: a, status: 'none', certificate: null, source: null }) });
  }
  if (p === '/compose/draft') { if (req.method === 'DELETE') return answer(res, 200, {}); const c = composeJson(raw); state.drafts.push(c); return answer(res, 200, { uid: 900 + state.drafts.length, uidvalidity: 7, folder: id('Drafts'), encrypted: c.may_encrypt }); }
  if (p === '/compose/prepare') { const c = composeJson(raw); state.prepared = c; return answer(res, 200, { ticket: 'T1', mode: c.mode, message_id: '<x@demo.test>', draft: { folder: id('Drafts'), uid: 901, uidvalidity: 7 }, recipients: [], signer: null, content_key: null, skeleton: [], attributes: null, digest: 'sha256' }); }
  if (p === '/compose/finish') { state.sent.push(state.prepared); return answer(res, 200, state.outcome ?? { status: 'sent', message: 'Sent.', envelopes: [], sent_copy: null, draft: null }); }
  const m = /^\/folders\/([\w-]+)\/(messages|search|flags|move|copy|delete|conversation|snippets)(?:\/(\d+))?(?:\/(source|open|parts|check|proof|attached|images|zip|preview|unsubscribe)(?:\/([^/]+))?)?$/.exec(p);
  const f = m && folders.find((x) => x.id === m[1]);
  if (!f) return fail(res, 404, 'not_found', 'That is not there (any more).');
  const b = box(f);
  const page = (uids) => { const o = Number(url.searchParams.get('offset') ?? body.offset ?? 0); const l = Number(url.searchParams.get('limit') ?? body.limit ?? 50); return { offset: o, messages: uids.slice(o, o + l).map((u) => row(f, u)) }; };
  if (m[2] === 'messages' && !m[3]) {
    const list = arranged(f, url.searchParams);
    const o = Number(url.searchParams.get('offset') ?? 0);
    const l = Number(url.searchParams.get('limit') ?? 50);
    const some = list.slice(o, o + l);
    return answer(res, 200, { uidvalidity: 7, uidnext: b.uidnext, modseq: b.modseq ?? 1, total: b.uids.length, unread: f.unread, offset: o, ...(url.searchParams.get('threads') ? { rows: list.length, messages: some.map((x) => threadRow(f, x)) } : { rows: list.length, messages: some.map((u) => row(f, u)) }) });
  }
  if (m[2] === 'search') { const found = hits(f, body); return answer(res, 200, { uidvalidity: 7, total: found.length, header_only: body.scope === 'all' ? 273 : 0, ...page(found) }); }
  if (m[2] === 'snippets') return answer(res, 200, { snippets: Object.fromEntries(body.uids.filter((u) => row(f, u).security !== 'encrypted').map((u) => [u, snippet(u)])) });
  if (m[2] === 'conversation') return answer(res, 200, { messages: conversation(f, body.uid) });
  const change = m[2] === 'messages' ? null : meant(f, body);
  if (change) b.modseq = (b.modseq ?? 1) + 1;
  if (m[2] === 'flags') { for (const u of change.uids) { const now = row(f, u).flags; b.flags.set(u, [...now.filter((x) => !body.remove.includes(x) && !body.add.includes(x)), ...body.add]); } f.unread = Math.max(0, f.unread); return answer(res, 200, change.set ? { count: change.uids.length, uids: joined(change.uids) } : {}); }
  if (m[2] === 'copy') return answer(res, 200, {});
  if (m[2] === 'move' || m[2] === 'delete') {
    const gone = new Set(change.uids);
    b.uids = b.uids.filter((u) => !gone.has(u));
    const to = m[2] === 'move' ? body.to : id('Trash');
    if (f.id === to) return answer(res, 200, { moved_to: null, count: gone.size });
    const target = box(folders.find((x) => x.id === to));
    const uids = [...gone].sort((a, c) => a - c).map((u) => { const v = target.uidnext++; target.copies ??= new Map(); target.copies.set(v, b.copies?.get(u) ?? [f, u]); return v; });
    target.uids = [...[...uids].reverse(), ...target.uids];
    return answer(res, 200, { ...(m[2] === 'move' ? {} : { moved_to: to }), uidvalidity: 7, count: uids.length, uids: change.set ? joined(uids) : uids });
  }
  if (m[4] === 'images') { state.pictures.add(Number(m[3])); return answer(res, 200, dressed(f, Number(m[3]), message(f, Number(m[3])))); }
  if (m[4] === 'zip') return answer(res, 200, Buffer.from('PK'), { 'Content-Type': 'application/zip' });
  if (m[4] === 'unsubscribe') return answer(res, 200, { done: true, status: 202 });
  if (m[4] === 'preview') { const a = dressed(f, Number(m[3]), message(f, Number(m[3]))).attachments.find((x) => x.id === body.part); return PREVIEWS[a?.type] ? answer(res, 200, PREVIEWS[a.type]) : fail(res, 422, 'unsupported', 'There is no preview.'); }
  if (m[4] === 'parts' && body.inline && m[5] === '11') return answer(res, 200, Buffer.from(PLAIN), { 'Content-Type': 'text/plain; charset=utf-8' });
  if (m[4] === 'check') return answer(res, 200, { security: signedSecurity(row(f, Number(m[3])).from[0].address, Number(m[3]), true) });
  if (m[4] === 'proof') return answer(res, 200, Buffer.from('Verdict: signed-valid\n'), { 'Content-Type': 'text/plain' });
  if (m[4] === 'attached') { const inner = message(f, Number(m[3]) - 2 > 0 ? Number(m[3]) - 2 : 1); return answer(res, 200, { ...inner, part: body.part, security: signedSecurity(inner.headers.from[0].address, 1, true) }); }
  if (m[4] === 'source') return answer(res, 200, Buffer.from(`From: bob@demo.test\r\nSubject: ${row(f, Number(m[3])).subject}\r\n\r\n${PLAIN}`), { 'Content-Type': 'message/rfc822', 'Content-Disposition': 'attachment' });
  if (m[4] === 'parts') return answer(res, 200, PNG, { 'Content-Type': 'image/png', 'Content-Disposition': 'attachment' });
  if (!b.uids.includes(Number(m[3])) && f.id !== id('Drafts')) return fail(res, 404, 'not_found', 'That is not there (any more).');
  return answer(res, 200, dressed(f, Number(m[3]), message(f, Number(m[3]))));
}

export function start(port) {
  const server = createServer(async (req, res) => {
    try {
      const url = new URL(req.url, 'http://localhost');
      if (url.pathname.startsWith('/api/v1/')) return await api(req, res, url);
      if (url.pathname.startsWith('/static/')) {
        const name = path.basename(url.pathname);
        const br = (req.headers['accept-encoding'] ?? '').includes('br');
        try { return answer(res, 200, readFileSync(path.join(dist, br ? `${name}.br` : name)), { 'Content-Type': types[path.extname(name)] ?? 'application/octet-stream', 'Cache-Control': 'public, max-age=31536000, immutable', ...(br ? { 'Content-Encoding': 'br' } : {}) }); } catch { return fail(res, 404, 'not_found', ''); }
      }
      if (url.pathname === '/dev/state') { Object.assign(state, JSON.parse((await readBody(req)).toString())); return answer(res, 200, {}); }
      if (url.pathname === '/dev/look') return answer(res, 200, { sent: state.sent, drafts: state.drafts });
      if (url.pathname.startsWith('/mailframe')) return answer(res, 200, render('mailframe.html', {}), { 'Content-Security-Policy': url.pathname.endsWith('print') ? PRINT_CSP : FRAME_CSP(url.pathname.endsWith('sealed')) });
      if (url.pathname === '/editor') { const m = JSON.parse(readFileSync(path.join(dist, 'manifest.json'), 'utf8')); return answer(res, 200, render('editor.html', {}), { 'Content-Security-Policy': EDITOR_CSP(`http://${req.headers.host}/static/${m['editor.js']}`) }); }
      if (url.pathname === '/signin') return answer(res, 200, render('signin.html', { lang: 'en', username: url.searchParams.get('u') ?? '', error: url.searchParams.get('e') }), { 'Content-Security-Policy': APP_CSP });
      if (url.pathname === '/error') return answer(res, 404, render('error.html', { lang: 'en', title: 'Not here', message: 'There is no page at this address (any more).', reference: 'a1b2c3' }), { 'Content-Security-Policy': APP_CSP });
      return answer(res, 200, render('app.html', { lang: 'en', theme: state.settings.ui.theme ?? 'system', density: state.settings.list.density, boot: session() }), { 'Content-Security-Policy': APP_CSP });
    } catch (error) {
      console.error(error);
      fail(res, 500, 'internal', 'Something went wrong on our side.');
    }
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const port = Number(process.argv[2] ?? 8290);
  await start(port);
  console.log(`http://localhost:${port}/mail/`);
}
