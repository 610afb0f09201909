// Protected headers in every form that senders make (RFC 9788 and what was there before it): what is
// protected is shown, what is not protected never takes its place.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, test } from 'node:test';
import { envelope, ktri, signedData, signerInfo } from '../lib/cmsmake.mjs';
import { clearSigned, p7m, SHOWN, Zoo } from '../lib/zoo.mjs';

const zoo = new Zoo(path.join(import.meta.dirname, '../..'));
after(() => zoo.close());
const { cert, key } = zoo.rsa();
const FROM = 'rsa@zoo.example';
const sign = (inner) => clearSigned(inner, signedData(null, [signerInfo(cert, key, inner)], [cert.der]));
const opaque = (inner) => p7m(signedData(inner, [signerInfo(cert, key, inner)], [cert.der]), 'signed-data');
const seal = (inner, cipher = 'aes-256-gcm') => p7m(envelope(inner, [(k) => ktri(cert, k)], { cipher }), 'authEnveloped-data');
const lines = (...l) => Buffer.from(`${l.join('\r\n')}\r\n`);
const HEAD = [`From: Zoo <${FROM}>`, 'To: reader@zoo.example', 'Subject: Protected 0815', 'Date: Mon, 02 Jun 2025 12:00:00 +0000'];
const OUTER = ['HP-Outer: Subject: [...]', 'HP-Outer: From: rsa@zoo.example', 'HP-Outer: To: reader@zoo.example'];
const payload = (params, { head = HEAD, text = SHOWN, type = 'text/plain; charset=utf-8', more = [] } = {}) => lines(...head, ...more, `Content-Type: ${type}${params}`, '', text);
function mail(inner, subject = '[...]', from = FROM) {
  return Buffer.concat([lines(`From: ${from}`, 'To: reader@zoo.example', `Subject: ${subject}`, 'Date: Mon, 02 Jun 2025 12:00:00 +0000', 'MIME-Version: 1.0'), inner]);
}
function shows(bytes, verdict, { subject = 'Protected 0815', isProtected = true, message } = {}) {
  const got = zoo.inspect(bytes, ['rsa']);
  assert.equal(got.verdict, verdict, `${message}: ${got.codes}`);
  assert.equal(got.headers.protected, isProtected, message);
  assert.equal(got.headers.subject, subject, message);
  assert.ok(got.text.includes(SHOWN), `${message}: ${got.text}`);
  return got;
}

test('the forms: clear, cipher, wrapped, and the one before', () => {
  for (const [name, wrap, word] of [['signed', sign, 'signed-valid'], ['opaque', opaque, 'signed-valid'], ['signed, encrypted', (p) => seal(sign(p)), 'encrypted+signed-valid'], ['encrypted only', seal, 'encrypted']]) {
    const encrypted = word.startsWith('encrypted');
    shows(mail(wrap(payload(`; hp="${encrypted ? 'cipher' : 'clear'}"`, { more: encrypted ? OUTER : [] }))), word, { message: `hp, ${name}` });
    shows(mail(wrap(payload('; hp=clear'))), word, { message: `hp=clear without quotes, ${name}` });
    shows(mail(wrap(payload('; protected-headers="v1"'))), word, { message: `v1, ${name}` });
    const wrapped = Buffer.concat([lines('Content-Type: message/rfc822; forwarded=no', ''), payload('')]);
    shows(mail(wrap(wrapped)), word, { message: `wrapped, ${name}` });
  }
});

test('what triple wrapping protects is the innermost', () => {
  const got = shows(mail(sign(seal(sign(payload('; hp="cipher"', { more: OUTER }))))), 'signed+encrypted+signed-valid', { message: 'triple' });
  assert.equal(got.headers.outer_subject, '[...]');
});

test('nobody protects headers without a signature or encryption', () => {
  for (const params of ['; hp="clear"', '; hp="cipher"', '; protected-headers="v1"'])
    shows(mail(payload(params, { head: ['X-Other: 1'] }), 'Outside 4'), 'none', { subject: 'Outside 4', isProtected: false, message: params });
  const wrapped = Buffer.concat([lines('Content-Type: message/rfc822; forwarded=no', ''), payload('')]);
  assert.equal(zoo.inspect(mail(wrapped, 'Outside 4')).headers.subject, 'Outside 4');
});

test('a forwarded message, or a part below the payload, protects nothing', () => {
  const forwarded = Buffer.concat([lines('Content-Type: message/rfc822', ''), payload('')]);
  assert.equal(zoo.inspect(mail(sign(forwarded), 'Outside 4')).headers.subject, 'Outside 4');
  const below = Buffer.concat([lines('Content-Type: multipart/mixed; boundary=b', '', '--b'), payload('; hp="clear"'), lines('--b--')]);
  shows(mail(sign(below), 'Outside 4'), 'signed-valid', { subject: 'Outside 4', isProtected: false, message: 'below' });
});

test('an altered message shows the outer header', () => {
  const bytes = mail(sign(payload('; hp="clear"')), 'Outside 4').toString('latin1').replace('Protected 0815', 'Protected 0816');
  shows(Buffer.from(bytes, 'latin1'), 'signed-invalid', { subject: 'Outside 4', isProtected: false, message: 'altered' });
});

test('another sender inside than outside is a mismatch, a name alone is none', () => {
  const other = payload('; hp="clear"', { head: ['From: chef@zoo.example', ...HEAD.slice(1)] });
  assert.equal(zoo.inspect(mail(sign(other)), ['rsa']).verdict, 'signer-mismatch');
  const faked = mail(sign(payload('; hp="clear"')), '[...]', 'Chef <chef@zoo.example>');
  assert.equal(zoo.inspect(faked, ['rsa']).verdict, 'signer-mismatch');
  shows(mail(seal(sign(payload('; hp="cipher"', { more: OUTER }))), '[...]', FROM.toUpperCase().replace('RSA', 'rsa')), 'encrypted+signed-valid', { message: 'shy: no name outside' });
});

test('legacy display elements are left out where they are declared, and only there', () => {
  const plain = `Subject: Protected 0815\r\n\r\n${SHOWN}`;
  const declared = shows(mail(seal(sign(payload('; hp="cipher"', { type: 'text/plain; charset=utf-8; hp-legacy-display="1"', text: plain, more: OUTER })))), 'encrypted+signed-valid', { message: 'declared' });
  assert.ok(!declared.text.includes('Subject: Protected'), declared.text);
  const undeclared = shows(mail(seal(sign(payload('; hp="cipher"', { text: plain, more: OUTER })))), 'encrypted+signed-valid', { message: 'not declared' });
  assert.ok(undeclared.text.includes('Subject: Protected'), undeclared.text);
  const html = `<html><body><div class="header-protection-legacy-display"><pre>Subject: Protected 0815</pre></div><p>${SHOWN}</p></body></html>`;
  const page = shows(mail(seal(sign(payload('; hp="cipher"', { type: 'text/html; charset=utf-8; hp-legacy-display="1"', text: html, more: OUTER })))), 'encrypted+signed-valid', { message: 'HTML' });
  assert.ok(!page.text.includes('Subject: Protected'), page.text);
  // The older form: a part of its own before the text.
  const part = lines(...HEAD, 'Content-Type: multipart/mixed; boundary=b; protected-headers="v1"', '', '--b', 'Content-Type: text/plain; protected-headers="v1"', 'Content-Disposition: inline', '', 'Subject: Protected 0815', '', '--b', 'Content-Type: text/plain', '', SHOWN, '--b--');
  const old = shows(mail(seal(part)), 'encrypted', { message: 'v1' });
  assert.ok(!old.text.includes('Subject: Protected'), old.text);
});

test('fields that are protected: addresses, encoded words, several HP-Outer, odd ones', () => {
  const head = [`From: =?utf-8?B?${Buffer.from('Zoë').toString('base64')}?= <${FROM}>`, 'To: a@zoo.example, B <b@zoo.example>', 'Cc: c@zoo.example', 'Reply-To: r@zoo.example',
    'Subject: =?utf-8?Q?Gesch=C3=BCtzt?=', 'Date: Tue, 03 Jun 2025 12:00:00 +0000', 'Message-ID: <inner@zoo.example>'];
  const got = shows(mail(seal(sign(payload('; hp="cipher"', { head, more: [...OUTER, 'HP-Outer: no colon here', 'HP-Outer:', 'HP-Outer: Subject: twice'] })))), 'encrypted+signed-valid', { subject: 'Geschützt', message: 'fields' });
  assert.deepEqual(got.headers.to.map((a) => a.address), ['a@zoo.example', 'b@zoo.example']);
  assert.deepEqual(got.headers.cc.map((a) => a.address), ['c@zoo.example']);
  assert.deepEqual(got.headers.reply_to.map((a) => a.address), ['r@zoo.example']);
  assert.equal(got.headers.from[0].name, 'Zoë');
  assert.match(got.headers.date, /^2025-06-03T12:00:00Z$/);
});
