// What leaves survives real relays: two Postfix, the first of which must make 7-bit mail for the second. Signatures hold,
// every byte is the one that was frozen, and the copies of a blind recipient tell nothing of the others.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { FakeSmtp } from '../lib/faulty.mjs';
import { account, eventually, instance } from '../lib/instance.mjs';
import { certificateFile, entityOf, fingerprint, keyFile } from '../lib/keyring.mjs';
import { Outgoing, address } from '../lib/outgoing.mjs';
import { Postfix, missing as skip } from '../lib/postfix.mjs';

let sink, second, first, out;
test.before(async () => {
  if (skip) return;
  sink = await new FakeSmtp().start();
  second = await Postfix.start(sink.port, { smtpd_discard_ehlo_keywords: '8bitmime, smtputf8, chunking' });
  first = await Postfix.start(second.port, { smtpd_sasl_type: 'dovecot', smtpd_sasl_path: path.join(instance.data, 'run/sasl.sock'), smtpd_sasl_auth_enable: 'yes' });
  out = await new Outgoing({ ports: { smtp: first.port }, knows: ['bob', 'erin'], letter: { subject: 'Über Relais', to: [{ name: 'Bob', address: address('bob') }], mode: 'sign', signer: fingerprint('alice') } }).start();
});
test.after(async () => {
  if (skip) return;
  await out?.stop();
  first?.stop();
  second?.stop();
  sink?.close();
});

const letter = (fields) => out.letter(fields);
const send = async (fields, files) => (await out.send(fields, files)).prepared;
/** The messages of a submission that came out behind both relays, by recipient. */
async function arrived(fields, n) {
  const of = () => sink.messages.filter((m) => m.text.includes(`<${fields.submission}@`));
  await eventually(() => of().length >= n, `${n} copies behind the relays: ${second.text.slice(-500)}`);
  return new Map(of().map((m) => [m.to.join(' '), m.text.endsWith('\r\n') ? m.text : `${m.text}\r\n`]));
}
function inFile(text, run) {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'waxseal-'));
  try {
    const file = path.join(dir, 'mail.eml');
    writeFileSync(file, text, 'latin1');
    return run(file);
  } finally { rmSync(dir, { recursive: true }); }
}
const openssl = (args) => execFileSync('openssl', args, { encoding: 'latin1', stdio: ['ignore', 'pipe', 'pipe'] });
/** The signed content, when openssl finds the signature good; fails otherwise. */
const verified = (mail) => inFile(mail, (f) => { openssl(['cms', '-verify', '-in', f, '-CAfile', path.join(instance.keys, 'root.pem'), '-purpose', 'any', '-out', `${f}.out`]); return readFileSync(`${f}.out`, 'latin1'); });
const opened = (mail, name) => inFile(mail, (f) => openssl(['cms', '-decrypt', '-in', f, '-inkey', keyFile(name), '-recip', certificateFile(name)]));
const split = (mail) => { const at = mail.indexOf('\r\n\r\n'); return [mail.slice(0, at + 2), mail.slice(at + 4)]; };
const withoutTrace = (head) => head.replace(/^(?:Received|Return-Path|Delivered-To):.*\r\n(?:[ \t].*\r\n)*/gm, '');

const HARD = ['From the first word: a line that mailboxes quote', 'From: looks like a header', '>From quoted once already', 'trailing blanks   ', 'a trailing tab\t', '   ', '', '.', '..', '.leading dot', '-- ', 'ümlaut and ß, \u{1f58b}, 日本語',
  `one long line ${'of many words '.repeat(200)}`, 'x'.repeat(3000), 'ü'.repeat(2000), '=3D=0D=0A', '--=_boundary', '\u00a0no-break space at both ends\u00a0'].join('\n');

test('the relays do what the others must survive: 8-bit mail is made 7-bit', { skip }, async () => {
  const words = [`EHLO test`, `AUTH PLAIN ${Buffer.from(`\0${address('alice')}\0${account('alice').password}`).toString('base64')}`, `MAIL FROM:<${address('alice')}> BODY=8BITMIME`, `RCPT TO:<${address('bob')}>`, 'DATA',
    `From: <${address('alice')}>\r\nMessage-ID: <control@demo.test>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nümlaut\r\n.`, 'QUIT'];
  await new Promise((resolve, reject) => {
    const c = net.connect(first.port, '127.0.0.1');
    let replies = '';
    c.on('data', (d) => {
      replies += d;
      if (/^[45]\d\d/m.test(replies)) reject(new Error(replies));
      if (/^\d{3} .*\r\n$/m.test(replies.split(/(?<=\r\n)/).at(-1) ?? '')) { const w = words.shift(); if (w === undefined) resolve(); else c.write(Buffer.from(`${w}\r\n`)); }
    });
    c.on('end', resolve);
    c.on('error', reject);
  });
  const control = () => sink.messages.find((m) => m.text.includes('<control@demo.test>'));
  await eventually(control, 'the control mail');
  assert.match(control().text, /Content-Transfer-Encoding: quoted-printable/i);
  assert.match(control().text, /=C3=BCmlaut/);
});

test('a signed mail with everything that relays spoil arrives byte for byte, and its signature holds', { skip }, async () => {
  const files = [{ name: 'From grün.txt', type: 'text/plain', bytes: Buffer.from(`From here\r\nbare\nline, trailing \r\n${'y'.repeat(5000)}`) }, { name: 'x.bin', type: 'application/octet-stream', bytes: crypto.randomBytes(3000) }];
  for (const [html, attached] of [[null, []], [`<p>${HARD.replaceAll('\n', '<br>')}</p>`, files]]) {
    const fields = letter({ text: HARD, html });
    const p = await send(fields, attached);
    const mail = (await arrived(fields, 1)).get(address('bob'));
    const entity = entityOf(p, attached.map((f) => f.bytes)).toString('latin1');
    assert.ok(mail.includes(entity), 'the frozen bytes are in it as they were');
    assert.doesNotMatch(mail, /[^\x00-\x7f]/, 'nothing is left that a relay would have to convert');
    for (const line of mail.split('\r\n')) assert.ok(line.length <= 998, `a line of ${line.length}`);
    assert.equal(verified(mail), entity, 'openssl: the signature holds');
    assert.ok(!/^From /m.test(split(mail)[1]) && !/[ \t]\r\n/.test(entity.slice(entity.indexOf('\r\n\r\n'))), 'nothing that mailboxes and gateways mend');
  }
});

test('blind copies: each recipient gets a mail of their own that tells nothing of the others, not even by its size', { skip }, async () => {
  const content = { mode: 'sign_encrypt', may_encrypt: true, text: HARD, subject: 'Quarterly numbers' };
  const blind = letter({ ...content, bcc: [{ name: 'Erin', address: address('erin') }] });
  const open = letter(content);
  await send(blind);
  await send(open);
  const both = await arrived(blind, 2), [alone] = (await arrived(open, 1)).values();
  const main = both.get(address('bob')), copy = both.get(address('erin'));
  assert.ok(main && copy, [...both.keys()].join(', '));
  for (const [mail, name] of [[main, 'bob'], [copy, 'erin']]) {
    verified(opened(mail, name));
    const [head] = split(mail);
    assert.doesNotMatch(head, /^(?:bcc|resent-bcc|x-waxseal)/im);
    assert.ok(!head.slice(head.indexOf('Message-ID')).includes('erin') && !withoutTrace(head).includes('erin'), 'no header names the blind recipient');
  }
  const plain = (mail, name) => verified(opened(mail, name));
  assert.equal(plain(main, 'bob'), plain(copy, 'erin'), 'the same content, byte for byte');
  assert.doesNotMatch(plain(main, 'bob'), /erin|^bcc/im);
  assert.throws(() => opened(main, 'erin'), 'the blind recipient is not among the open one\'s recipients');
  assert.throws(() => opened(copy, 'bob'));
  // Header, but for what the date and each boundary bring, and size are those of the same mail without a blind copy.
  const shape = (mail) => withoutTrace(split(mail)[0]).replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID').replace(/^Date:.*$/m, 'Date');
  assert.equal(shape(main), shape(alone));
  assert.equal(shape(copy), shape(main));
  assert.equal(split(main)[1].length, split(alone)[1].length, 'the size tells nothing of a blind copy');
});
