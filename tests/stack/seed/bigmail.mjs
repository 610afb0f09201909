// What a busy mailbox looks like after some years: conversations, lists, machines, newsletters, attachments, S/MIME,
// several languages. The same seed and count give the same mail, apart from the day it ends on.
import { alternative, attachment, message, multipart, text } from '../../lib/mime.mjs';
import { Smime } from '../../lib/smime.mjs';
import { pdf, png } from './files.mjs';
import { people } from './people.mjs';

export const OWNER = { name: 'Erin Engel', address: 'erin@demo.test' };
/** Keywords of the messages, as labels show them; the order is their letter in the Maildir. */
export const LABELS = ['aurora', 'invoices', 'family', 'to-do'];

/** Small, fast and the same everywhere (mulberry32). */
export function random(seed) {
  let s = seed >>> 0;
  return () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const WORDS = {
  en: {
    things: ['the roof', 'the second floor', 'the tender', 'the spring conference', 'the budget', 'the drawings', 'the crane', 'the permits', 'the archive room', 'the contract', 'the north gate', 'the heating', 'the website', 'the photographs', 'the insurance', 'the workshop', 'the timber', 'the stairwell', 'the lease', 'the minutes'],
    subjects: ['Question about {}', '{}: next steps', 'Comments on {}', 'Delay of {}', '{}, revised', 'Short update on {}', 'Who looks after {}?', 'Photos of {}', 'Invoice for {}', 'Decision on {} until Friday'],
    lines: ['I walked through it again this morning and found two points that we should settle before the week ends.', 'Could you look at it before Monday? Ten minutes are enough.', 'The numbers are in the table; the third column is the one that changed.', 'Nobody has objected so far, so I take it as agreed.', 'If the weather holds we are done by Thursday.', 'I have asked for a second offer, it should be here tomorrow.', 'Please keep the old version, the insurer may ask for it.', 'This is not urgent, but it should not be forgotten either.'],
    hello: 'Hello Erin,', bye: 'Best regards',
  },
  de: {
    things: ['das Dach', 'die Ausschreibung', 'der Anschluss', 'die Rechnung', 'der Vertrag', 'die Übergabe', 'der Brandschutz', 'die Schlüssel', 'das Protokoll', 'die Baustraße', 'der Prüfbericht', 'das Förderprogramm'],
    subjects: ['Rückfrage: {}', '{} – nächste Schritte', 'Änderung: {}', 'Terminvorschlag für {}', 'Unterlagen zu {}', 'Größe und Maße: {}'],
    lines: ['vielen Dank für die schnelle Rückmeldung; die Unterlagen sind vollständig.', 'der Termin lässt sich um eine Woche verschieben, ohne dass es teurer wird.', 'bitte prüfen Sie die beiden markierten Stellen, die übrigen sind unverändert.', 'die Prüfung durch das Amt dauert erfahrungsgemäß drei Wochen.', 'für Rückfragen bin ich bis 16 Uhr zu erreichen.'],
    hello: 'Guten Tag Frau Engel,', bye: 'Mit freundlichen Grüßen',
  },
  ar: {
    things: ['العقد', 'الاجتماع', 'الفاتورة', 'المشروع', 'الرسومات'],
    subjects: ['سؤال حول {}', 'موعد {}', 'تحديث {} (3)', '{}: الخطوات التالية'],
    lines: ['راجعت الملف هذا الصباح ووجدت نقطتين يجب أن نحسمهما قبل نهاية الأسبوع.', 'هل يمكنك الاطلاع عليه قبل يوم الاثنين؟', 'الأرقام في الجدول، والعمود الثالث هو الذي تغير.'],
    hello: 'مرحبا إيرين،', bye: 'مع أطيب التحيات',
  },
  ja: {
    things: ['図面', '見積書', '会議', '契約書', '屋根の工事'],
    subjects: ['{}について', '{}のご確認のお願い', '【重要】{}', '{}（改訂版）'],
    lines: ['今朝もう一度確認しましたが、週末までに決めたい点が二つあります。', '月曜日までにご覧いただけますか。', '数字は表にまとめました。三列目が変更箇所です。'],
    hello: 'エリン様', bye: 'よろしくお願いいたします。',
  },
};
const WRITERS = { en: ['marta', 'noah', 'priya', 'omar', 'lena', 'tom', 'alice', 'bob', 'carol', 'dave', 'ines'], de: ['jonas', 'marta', 'lena'], ar: ['omar'], ja: ['yuki'] };
const LISTS = [
  { tag: 'imap-dev', address: 'imap-dev@lists.example', topics: ['QRESYNC after a lost connection', 'Sorting by display name', 'Literal handling in the parser', 'Release candidate 3', 'Test failures on big-endian', 'Threads that lost their root'] },
  { tag: 'gardeners', address: 'gardeners@lists.example', topics: ['Apple grafts, spring', 'Slugs again', 'Which hedge for a windy corner?', 'Compost too wet', 'Seed exchange on Sunday'] },
  { tag: 'staff', address: 'staff@demo.test', topics: ['Canteen closed on Monday', 'Fire drill', 'Lost umbrella', 'New door codes', 'Parking behind the hall'] },
];
const MACHINES = [
  { from: { name: 'Uptime monitor', address: 'monitor@atlantico.example' }, subject: (n) => `Weekly report ${n}: ${99 + (n % 100) / 100} % over 7 days`, label: null },
  { from: { name: 'Kontor Bürobedarf', address: 'bestellung@kontor-buero.example' }, subject: (n) => `Rechnung ${40000 + n} ist verfügbar`, label: 1 },
  { from: { name: 'Nordbahn Tickets', address: 'noreply@nordbahn.example' }, subject: (n) => `Your ticket ${100000 + n}`, label: null },
  { from: { name: 'Build server', address: 'build@northbridge.example' }, subject: (n) => `[build] main #${n} ${n % 7 ? 'passed' : 'FAILED'}`, label: null },
];
const LETTERS = [
  { from: { name: 'The Field Notes', address: 'letter@fieldnotes.example' }, id: 'weekly.fieldnotes.example', topics: ['The quiet return of the hedge', 'Rain gardens, measured', 'How to read a soil map', 'Twelve trees for small gardens'] },
  { from: { name: 'Museum of Everyday Things', address: 'news@everydaythings.example' }, id: 'news.everydaythings.example', topics: ['Teapots until midnight', 'Door handles you may touch', 'The lost property room'] },
];

/** Entities that cost more to make are made once and carried by many messages. */
function shapes(keys) {
  const s = new Smime(keys);
  const body = (t) => text(`${t}\n\nBob\n`);
  const small = png(32, 24, (x, y) => [x * 7, y * 9, 120]);
  return {
    encrypted: [0, 1, 2].map((i) => s.encrypted(s.clearSigned(body(`The figures for lot ${i + 1} are final. The code word is kestrel-${i + 1}.`), 'bob'), ['erin', 'bob'])),
    signed: [0, 1, 2].map((i) => s.clearSigned(body(`Approved, version ${i + 1}, as discussed on the telephone.`), 'bob')),
    files: [
      attachment('plan.pdf', 'application/pdf', pdf(['Plan', 'Scale 1:50'])), attachment('photo.png', 'image/png', small),
      attachment('numbers.csv', 'text/csv', Buffer.from('line;item;amount\n1;Travel;18400\n2;Rooms;7200\n')), attachment('Übersicht März.pdf', 'application/pdf', pdf(['Ubersicht'])),
    ],
  };
}

class Writer {
  constructor(count, keys, { seed = 20240229, end = Date.now(), years = 8 } = {}) {
    Object.assign(this, { count, seed, end, years, rnd: random(seed), shape: shapes(keys), open: [], serial: 0 });
  }
  pick(list) { return list[Math.floor(this.rnd() * list.length)]; }
  /** Newer years are fuller; the last message came a moment ago. */
  time(i) { return new Date(this.end - 60_000 - Math.round((1 - ((i + 1) / this.count) ** 0.6) * this.years * 365 * 86_400_000)); }

  paragraph(w) { return Array.from({ length: 1 + Math.floor(this.rnd() * 4) }, () => this.pick(w.lines)).join(' '); }
  words(w, writer) { return `${w.hello}\n\n${this.paragraph(w)}\n\n${this.paragraph(w)}\n\n${w.bye}\n${writer.name}\n`; }

  begin() {
    const r = this.rnd();
    if (r < 0.3) {
      const list = this.pick(LISTS);
      return { list, lang: 'en', subject: `[${list.tag}] ${this.pick(list.topics)} (${(this.serial % 97) + 2})`, ids: [], most: 2 + Math.floor(this.rnd() ** 3 * 40) };
    }
    const lang = r < 0.52 ? 'de' : r < 0.57 ? 'ar' : r < 0.63 ? 'ja' : 'en';
    const w = WORDS[lang];
    const subject = this.pick(w.subjects).replace('{}', this.pick(w.things));
    return { lang, subject: `${subject[0].toUpperCase()}${subject.slice(1)}${this.rnd() < 0.3 ? ` ${1 + this.serial % 89}` : ''}`, ids: [], most: 1 + Math.floor(this.rnd() ** 3 * 12), label: this.rnd() < 0.12 ? Math.floor(this.rnd() * LABELS.length) : null };
  }
  /** A message of a conversation: an old one goes on, or a new one begins. */
  talk(date) {
    const at = this.open.length && this.rnd() < 0.62 ? this.open.length - 1 - Math.floor(this.rnd() ** 2 * this.open.length) : -1;
    const t = at >= 0 ? this.open[at] : this.begin();
    const writer = people[this.pick(WRITERS[t.lang])];
    const id = `<${this.seed.toString(36)}.${this.serial.toString(36)}@big.demo.test>`;
    const w = WORDS[t.lang];
    const quoted = t.ids.length ? `\n> ${this.pick(w.lines)}\n> ${this.pick(w.lines)}\n` : '';
    const fields = {
      from: writer, to: t.list ? { address: t.list.address } : OWNER, cc: !t.list && this.rnd() < 0.2 ? [people.alice, people.carol] : undefined,
      subject: t.ids.length ? `Re: ${t.subject}` : t.subject, date, id, inReplyTo: t.ids.at(-1), references: t.ids.slice(-12),
      more: t.list ? [['List-Id', `<${t.list.tag}.lists.example>`], ['List-Unsubscribe', `<mailto:${t.list.tag}-leave@lists.example>`]] : [],
    };
    t.ids.push(id);
    if (at < 0 && t.most > 1) { this.open.push(t); if (this.open.length > 70) this.open.shift(); } else if (t.ids.length >= t.most && at >= 0) this.open.splice(at, 1);
    const sealed = !t.list && this.rnd();
    if (sealed !== false && sealed < 0.05) return { fields: { ...fields, from: people.bob }, entity: this.pick(this.shape.encrypted), label: t.label };
    if (sealed !== false && sealed < 0.11) return { fields: { ...fields, from: people.bob }, entity: this.pick(this.shape.signed), label: t.label };
    const body = text(this.words(w, writer) + quoted);
    return { fields, entity: this.rnd() < 0.12 ? multipart('mixed', [body, this.pick(this.shape.files)]) : body, label: t.label };
  }
  machine(date) {
    const m = this.pick(MACHINES);
    return { fields: { from: m.from, to: OWNER, subject: m.subject(this.serial), date, id: `<m${this.serial}@machines.example>`, more: [['Auto-Submitted', 'auto-generated']] }, entity: text(`${m.subject(this.serial)}\n\nThis mail was sent by a machine.\n`), label: m.label };
  }
  letter(date) {
    const l = this.pick(LETTERS);
    const topic = this.pick(l.topics);
    const p = this.pick(WORDS.en.lines);
    return { fields: { from: l.from, to: OWNER, subject: topic, date, id: `<l${this.serial}@letters.example>`, more: [['List-Id', `<${l.id}>`], ['List-Unsubscribe', `<https://${l.id}/leave?u=${this.serial}>`], ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click']] },
      entity: alternative(`${topic}\n\n${p}\n`, `<html><body style="background:#f3f4f6"><table width="600" style="background:#fff;font-family:Helvetica,sans-serif"><tr><td style="padding:24px"><h1 style="color:#2f6f4e">${topic}</h1><p>${p}</p><p><img src="https://${l.id}/open.gif?u=${this.serial}" width="1" height="1" alt=""></p></td></tr></table></body></html>`), label: null };
  }
  flags(date, label) {
    const age = (this.end - date) / 86_400_000;
    const r = this.rnd();
    const flags = r > (age < 2 ? 0.6 : age < 30 ? 0.12 : 0.01) ? ['\\Seen'] : [];
    if (this.rnd() < 0.02) flags.push('\\Flagged');
    if (flags.includes('\\Seen') && this.rnd() < 0.15) flags.push('\\Answered');
    return { flags, keywords: label === null || label === undefined ? [] : [label] };
  }
  next(i) {
    this.serial = i;
    const date = this.time(i);
    const r = this.rnd();
    const m = r < 0.72 ? this.talk(date) : r < 0.9 ? this.machine(date) : this.letter(date);
    return { ...this.flags(date, m.label), date, subject: m.fields.subject, bytes: message(m.fields, m.entity) };
  }
}

/** `count` messages, oldest first: {date, subject, flags, keywords (numbers into LABELS), bytes}. keys: folder of the demo's keys. */
export function* bigMail(count, keys, options) {
  const w = new Writer(count, keys, options);
  for (let i = 0; i < count; i++) yield w.next(i);
}
