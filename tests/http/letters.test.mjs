// Addresses with letters beyond ASCII before the @ (RFC 6531, 6532): sent where every server takes them, said where the
// outgoing one does not, and no mail without them is any different. Peers that record, then two real Postfix.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import path from 'node:path';
import test from 'node:test';
import { FakeSmtp } from '../lib/faulty.mjs';
import { Server } from '../lib/fastcgi.mjs';
import { Authority } from '../lib/authority.mjs';
import { account, eventually, folderId, imapOf, instance, signedIn, top } from '../lib/instance.mjs';
import { attributesHold, composeBody, entityOf, fillVault, fingerprint, signAttributes } from '../lib/keyring.mjs';
import { Postfix, missing } from '../lib/postfix.mjs';
import { openssl } from '../lib/smime.mjs';

const address = (name) => `${name}@${instance.domain}`;
const MUELLER = 'müller@xn--exmple-cua.test', USER = '用户@x.test';
const WIDE = '250-fake\r\n250-AUTH PLAIN LOGIN\r\n250-SMTPUTF8\r\n250 8BITMIME';
const smtp = await new FakeSmtp().start();
const server = new Server(instance, path.join(top, process.env.BUILD ?? 'build', 'waxseald'), { smtp: `smtp://127.0.0.1:${smtp.port}` });
let said;
/** A peer with or without the extension; what it is told is kept in `said`, as text. */
function peer(wide) {
  said = [];
  smtp.messages = [];
  smtp.script = (step, line) => {
    said.push(Buffer.from(line ?? '', 'latin1').toString('utf8'));
    return step === 'ehlo' && wide ? WIDE : null;
  };
}
test.before(async () => {
  const c = await signedIn('alice');
  await fillVault(c, 'alice');
  await c.post('/api/v1/signout', {});
  c.close();
  await server.start();
  await server.signIn(address('alice'), account('alice').password);
});
test.after(async () => {
  await server.stop();
  smtp.close();
  const imap = await imapOf('alice');
  for (const folder of ['Drafts', 'Sent', 'INBOX']) {
    await imap.select(folder);
    for (const uid of await imap.search('HEADER Subject "Letters"')) await imap.command(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
    await imap.command('EXPUNGE');
  }
  imap.close();
});

const letter = (fields = {}) => ({ submission: crypto.randomUUID(), from: { name: 'Alice', address: address('alice') }, to: [{ name: 'Jürgen Müller', address: MUELLER }], cc: [{ name: null, address: address('bob') }], bcc: [],
  reply_to: null, subject: 'Letters', text: 'Grüße\n', html: null, in_reply_to: null, references: null, mode: 'none', may_encrypt: false, signer: null, attachments: [], ...fields });
const prepare = (fields) => server.request('POST', '/api/v1/compose/prepare', composeBody(fields, []));
const finish = (p) => server.post('/api/v1/compose/finish', { ticket: p.ticket, signature: p.attributes ? signAttributes('alice', p.attributes, p.digest) : null, content_key: p.content_key });
async function send(fields) {
  const p = await prepare(fields);
  assert.equal(p.status, 200, p.text);
  const r = await finish(p.json);
  assert.equal(r.json?.status, 'sent', r.text);
  return p.json;
}
async function copyOf(fields) {
  const imap = await imapOf('alice');
  const { uidvalidity } = await imap.select('Sent');
  const uid = await eventually(async () => { await imap.select('Sent'); return (await imap.search(`HEADER Message-ID "${fields.submission}"`))[0]; }, 'the copy in Sent');
  imap.close();
  const m = await server.request('GET', `/api/v1/folders/${folderId('Sent')}/messages/${uid}?uidvalidity=${uidvalidity}`);
  assert.equal(m.status, 200, m.text);
  return m.json;
}
/** The bytes as they were taken, as a text of UTF-8. */
const taken = () => Buffer.from(smtp.messages.at(-1).text, 'latin1').toString('utf8');

test('a server with SMTPUTF8 gets the address as it is, in the envelope and in the header', async () => {
  peer(true);
  await send(letter());
  assert.ok(said.some((l) => l.startsWith(`MAIL FROM:<${address('alice')}>`) && l.endsWith(' BODY=8BITMIME SMTPUTF8')), said.join('\n'));
  assert.ok(said.includes(`RCPT TO:<${MUELLER}>`) && said.includes(`RCPT TO:<${address('bob')}>`), said.join('\n'));
  assert.match(taken(), /^To: =\?utf-8\?B\?[^\r]*\?=(?:\r\n)? <müller@xn--exmple-cua\.test>\r$/m);
  const [head, body] = [taken().split('\r\n\r\n')[0], taken().slice(taken().indexOf('\r\n\r\n'))];
  assert.ok(/^[\0-\x7f]*$/.test(body), 'the body is of seven bits');
  assert.ok(/^[\0-\x7f]*$/.test(head.replaceAll(MUELLER, '')), 'and so is all else');
});

test('mail without such addresses asks for nothing', async () => {
  peer(true);
  await send(letter({ to: [{ name: 'Jürgen', address: 'mueller@xn--exmple-cua.test' }] }));
  assert.ok(said.some((l) => /^MAIL FROM:<[^>]*>$/.test(l)), said.join('\n'));
  assert.ok(/^[\0-\x7f]*$/.test(taken()));
});

test('a server without it is never given one: said before anything is frozen, in every field; the draft is kept', async () => {
  peer(false);
  for (const where of ['to', 'cc', 'bcc', 'reply_to']) {
    const fields = letter({ to: [{ name: 'Bob', address: address('bob') }], cc: [], [where]: [{ name: null, address: USER }] });
    const kept = await server.request('POST', '/api/v1/compose/draft', composeBody(fields, []));
    assert.equal(kept.status, 200, kept.text);
    const r = await prepare(fields);
    assert.deepEqual([r.status, r.json.code, r.json.details.field], [422, 'invalid', 'utf8'], `${where}: ${r.text}`);
    assert.match(r.json.message, /letters/);
  }
  assert.ok(!said.some((l) => l.startsWith('MAIL')), said.join('\n'));
  assert.equal(smtp.messages.length, 0);
});

test('it was there when the mail was prepared, and is gone when it is sent: nothing leaves', async () => {
  peer(true);
  const fields = letter({ to: [{ name: null, address: USER }], cc: [] });
  const p = await prepare(fields);
  assert.equal(p.status, 200, p.text);
  peer(false);
  const r = await finish(p.json);
  assert.equal(r.json.status, 'failed', r.text);
  assert.match(r.json.message, /letters/);
  assert.ok(!said.some((l) => l.startsWith('MAIL')));
});

test('what is no letter, or is not seen, is no address', async () => {
  peer(true);
  for (const bad of ['mü\u200bller@x.test', 'mü\u00a0ller@x.test', '\u202eü@x.test', 'ü..b@x.test', 'ü@exämple.test', '"ü"@x.test', `${'ü'.repeat(33)}@x.test`]) {
    const r = await prepare(letter({ to: [{ name: null, address: bad }] }));
    assert.equal(r.status, 422, JSON.stringify(bad));
  }
});

test('what is signed is what arrives, and the copy in Sent is read as it was written', async () => {
  peer(true);
  const fields = letter({ mode: 'sign', signer: fingerprint('alice') });
  const p = await send(fields);
  const entity = entityOf(p, []);
  assert.ok(attributesHold(p, entity));
  const bytes = Buffer.from(smtp.messages.at(-1).text, 'latin1');
  assert.ok(bytes.includes(entity), 'every byte is the one that was frozen');
  const inner = entity.toString('utf8');
  assert.ok(inner.slice(0, inner.indexOf('\r\n\r\n')).includes(MUELLER));
  assert.ok(/^[\0-\x7f]*$/.test(inner.slice(inner.indexOf('\r\n\r\n'))), 'what is signed has such letters in its header only');
  openssl(['cms', '-verify', '-CAfile', instance.ca, '-purpose', 'smimesign'], bytes);
  const m = await copyOf(fields);
  assert.deepEqual(m.headers.to.map((a) => [a.name, a.address]), [['Jürgen Müller', MUELLER]]);
  assert.equal(m.security.verdict, 'signed-valid');
});

test('encrypted to a certificate that names it as SmtpUTF8Mailbox, and to no other', async () => {
  peer(true);
  const authority = new Authority('Authority of letters');
  let anchor, contact;
  try {
    authority.issue('mueller', 'someone@x.test', { more: ['subjectAltName=@names', '[names]', 'email=someone@x.test', `otherName=1.3.6.1.5.5.7.8.9;FORMAT:UTF8,UTF8:${MUELLER}`] });
    const put = (who) => server.post('/api/v1/smime/certificates', { address: who, certificate: authority.der('mueller').toString('base64') });
    assert.equal((await put('muller@xn--exmple-cua.test')).status, 422, 'another address');
    const added = await put(MUELLER);
    assert.equal(added.status, 200, added.text);
    contact = (await server.post('/api/v1/contacts/search', { text: MUELLER })).json.contacts[0].id;
    anchor = (await server.post('/api/v1/smime/trust', { kind: 'issuer', certificate: openssl(['x509', '-in', authority.file('ca.pem'), '-outform', 'DER']).toString('base64'), address: null })).json.id;
    const ready = await server.post('/api/v1/compose/recipients', { addresses: [MUELLER] });
    assert.deepEqual(ready.json.recipients.map((x) => [x.address, x.status]), [[MUELLER, 'ready']]);
    const fields = letter({ mode: 'sign_encrypt', may_encrypt: true, signer: fingerprint('alice'), cc: [] });
    await send(fields);
    const bytes = Buffer.from(smtp.messages.at(-1).text, 'latin1');
    const opened = openssl(['cms', '-decrypt', '-inkey', authority.file('mueller.key'), '-recip', authority.file('mueller.pem')], bytes).toString('utf8');
    assert.match(opened, /^HP-Outer: To: =\?utf-8\?B\?[^\r]*\?=(?:\r\n)? <müller@xn--exmple-cua\.test>\r$/m);
    assert.ok(opened.includes('R3LDvMOfZQ'), opened); // "Grüße" in base64
  } finally {
    if (contact) await server.request('DELETE', `/api/v1/contacts/${contact}`, { json: {} });
    if (anchor) await server.request('DELETE', `/api/v1/smime/trust/${anchor}`, { json: {} });
    authority.close();
  }
});

test('two real Postfix hand it on whole, every byte of what was signed', { skip: missing }, async () => {
  const sink = await new FakeSmtp().start();
  let first, second;
  try {
    sink.script = (step) => (step === 'ehlo' ? '250-fake\r\n250-SMTPUTF8\r\n250 8BITMIME' : null);
    second = await Postfix.start(sink.port);
    first = await Postfix.start(second.port, { smtpd_sasl_type: 'dovecot', smtpd_sasl_path: path.join(instance.data, 'run/sasl.sock'), smtpd_sasl_auth_enable: 'yes' });
    const other = new Server(instance, path.join(top, process.env.BUILD ?? 'build', 'waxseald'), { smtp: `smtp://127.0.0.1:${first.port}` });
    try {
      await other.start();
      await other.signIn(address('alice'), account('alice').password);
      const fields = letter({ mode: 'sign', signer: fingerprint('alice'), to: [{ name: null, address: USER }], cc: [] });
      const p = await other.request('POST', '/api/v1/compose/prepare', composeBody(fields, []));
      assert.equal(p.status, 200, p.text);
      const r = await other.post('/api/v1/compose/finish', { ticket: p.json.ticket, signature: signAttributes('alice', p.json.attributes, p.json.digest), content_key: null });
      assert.equal(r.json.status, 'sent', r.text);
      const got = await eventually(() => sink.messages.find((m) => m.text.includes(fields.submission)), 'the mail behind both relays');
      assert.equal(Buffer.from(got.to[0], 'latin1').toString('utf8'), USER);
      assert.ok(Buffer.from(got.text, 'latin1').includes(entityOf(p.json, [])), 'what was signed came through byte for byte');
      openssl(['cms', '-verify', '-CAfile', instance.ca, '-purpose', 'smimesign'], Buffer.from(got.text, 'latin1'));
    } finally { await other.stop(); }
  } finally {
    first?.stop();
    second?.stop();
    sink.close();
  }
});
