// Sending while the servers fail: nothing is lost, nothing is sent twice, nothing is said to be sent that was not.
import assert from 'node:assert/strict';
import test from 'node:test';
import { FakeSmtp, ImapProxy } from '../lib/faulty.mjs';
import { instance } from '../lib/instance.mjs';
import { certificateFile, composeBody, fingerprint, inspect, keyFile } from '../lib/keyring.mjs';
import { Outgoing, address, copiesOf, draftsOf } from '../lib/outgoing.mjs';
import { openssl } from '../lib/smime.mjs';

const smtp = await new FakeSmtp().start();
const imap = await new ImapProxy(instance.ports.imap).start();
const out = new Outgoing({ ports: { imap: imap.port, smtp: smtp.port }, letter: { subject: 'Fault' } });
const { server } = out;
test.before(() => out.start());
test.after(async () => {
  await out.stop();
  smtp.close();
  imap.close();
});
test.beforeEach(() => {
  smtp.script = () => null;
  smtp.messages = [];
  imap.refuse = null;
});

const letter = (fields) => out.letter(fields), prepare = (fields) => out.prepare(fields), finish = (p) => out.finish(p);
const status = async (fields) => (await out.status(fields)).json;
const drafts = async (fields) => (await draftsOf(fields)).length;
const copies = async (fields) => (await copiesOf(fields)).length;

test('a refusal at any command: failed, with the reply, the draft kept; then it can be sent', async () => {
  for (const [step, reply] of [['ehlo', '421 4.3.2 shutting down'], ['mail', '452 4.3.1 no room'], ['mail', '550 5.7.1 not you'], ['rcpt', '450 4.2.1 later'],
    ['rcpt', '550 5.1.1 unknown'], ['data', '451 4.3.0 not now'], ['dot', '554 5.6.0 refused'], ['mail', 'cut'], ['rcpt', 'cut'], ['data', 'cut']]) {
    const what = `${step} ${reply}`;
    const fields = letter();
    smtp.script = (s) => (s === step ? reply : null);
    const p = await prepare(fields);
    const r = await finish(p);
    assert.equal(r.status, 200, `${what}: ${r.text}`);
    assert.equal(r.json.status, 'failed', what);
    assert.ok(r.json.message.length > 10, what);
    assert.equal(r.json.envelopes[0].status, 'failed', what);
    if (step === 'rcpt' && reply !== 'cut') {
      assert.equal(r.json.envelopes[0].recipients[0].code, Number(reply.slice(0, 3)), what);
      assert.ok(r.json.envelopes[0].recipients[0].reply.includes(reply.slice(-5)), what);
    }
    assert.equal(await drafts(fields), 1, what);
    assert.equal(await copies(fields), 0, what);
    smtp.script = () => null;
    smtp.messages = [];
    assert.equal((await finish(await prepare(fields))).json.status, 'sent', what);
    assert.equal(smtp.messages.length, 1, what);
  }
});

test('no answer after the message was handed over: unknown, never sent again, the draft kept', async () => {
  const fields = letter();
  smtp.script = (s) => (s === 'dot' ? 'cut' : null);
  const r = await finish(await prepare(fields));
  assert.equal(r.json?.status, 'unknown', r.text);
  assert.match(r.json.message, /may have been sent/);
  smtp.script = () => null;
  assert.equal((await status(fields)).status, 'unknown');
  const again = await server.request('POST', '/api/v1/compose/prepare', composeBody(fields, []));
  assert.equal(again.status, 409, again.text);
  assert.equal(smtp.messages.length, 1);
  assert.equal(await drafts(fields), 1);
  assert.equal(await copies(fields), 0);
});

test('a blind copy that is refused: partly, said who, Sent has it, the draft is kept', async () => {
  const fields = letter({ mode: 'sign_encrypt', may_encrypt: true, signer: fingerprint('alice'), bcc: [{ name: null, address: address('alice') }] });
  smtp.script = (s, line) => (s === 'rcpt' && line.includes(address('alice')) ? '550 5.1.1 no such user' : null);
  const r = await finish(await prepare(fields));
  assert.equal(r.json?.status, 'partly', r.text);
  assert.deepEqual(r.json.envelopes.map((e) => [e.status, e.recipients[0].address, e.recipients[0].code]), [['sent', address('bob'), 250], ['failed', address('alice'), 550]]);
  assert.equal(await copies(fields), 1);
  assert.equal(await drafts(fields), 1);
});

test('a main envelope that is refused: no blind copy leaves', async () => {
  const fields = letter({ mode: 'sign_encrypt', may_encrypt: true, signer: fingerprint('alice'), bcc: [{ name: null, address: address('alice') }] });
  smtp.script = (s, line) => (s === 'rcpt' && line.includes(address('bob')) ? '550 5.1.1 no such user' : null);
  const r = await finish(await prepare(fields));
  assert.equal(r.json?.status, 'failed', r.text);
  assert.deepEqual(smtp.messages, []);
});

test('a Sent copy that fails never makes the mail unsent; it is filed later, once, and the draft goes then', async () => {
  const modes = { none: {}, sign: { signer: fingerprint('alice') }, sign_encrypt: { signer: fingerprint('alice'), may_encrypt: true } };
  for (const [mode, more] of Object.entries(modes)) {
    const fields = letter({ mode, ...more });
    const p = await prepare(fields);
    imap.refuse = /APPEND "?Sent/i;
    const r = await finish(p);
    assert.equal(r.json?.status, 'sent', `${mode}: ${r.text}`);
    assert.equal(r.json.sent_copy, null, mode);
    assert.match(r.json.message, /no copy/);
    assert.equal(await drafts(fields), 1, mode);
    imap.refuse = null;
    let s;
    for (const end = Date.now() + 30_000; Date.now() < end && !s?.sent_copy;) {
      s = await status(fields);
      await new Promise((done) => setTimeout(done, 200));
    }
    assert.ok(s.sent_copy, `${mode}: filed at last`);
    assert.equal(s.status, 'sent', mode);
    assert.equal((await status(fields)).draft, null, mode);
    assert.equal(await copies(fields), 1, mode);
    assert.equal(await drafts(fields), 0, mode);
    assert.equal(smtp.messages.length, 1, `${mode}: sent once`);
    smtp.messages = [];
  }
});

test('whoever asks while the Sent copy is on its way does not file a second one', async () => {
  const fields = letter({ mode: 'sign', signer: fingerprint('alice') });
  const p = await prepare(fields);
  imap.hold = /APPEND "?Sent/i;
  const first = finish(p);
  const goOn = await imap.held;
  for (let i = 0; i < 3; i++) {
    const s = await status(fields);
    assert.deepEqual([s.status, s.sent_copy], ['sent', null]);
  }
  assert.equal(await copies(fields), 0);
  goOn();
  const r = await first;
  assert.equal(r.json?.status, 'sent', r.text);
  assert.ok(r.json.sent_copy);
  assert.deepEqual((await status(fields)).sent_copy, r.json.sent_copy);
  assert.equal(await copies(fields), 1);
  assert.equal(await drafts(fields), 0);
});

test('killed at any point of the submission: never sent again, never called failed, the draft kept', async () => {
  for (const point of ['ehlo', 'mail', 'rcpt', 'data', 'dot', 'after']) {
    const fields = letter();
    const p = await prepare(fields);
    const reached = new Promise((resolve) => {
      smtp.script = (s) => {
        if (s === point) return new Promise(() => resolve());
        if (s === 'dot' && point === 'after') setImmediate(resolve); // our 250 is on its way
        return null;
      };
    });
    const lost = finish(p).catch(() => null);
    await reached;
    await server.kill();
    const answer = await lost;
    smtp.script = () => null;
    await server.start();
    const now = (await status(fields)).status;
    assert.ok(now === 'pending' || (point === 'after' && now === 'sent'), `${point}: ${now}`);
    if (answer?.json) assert.equal(answer.json.status, 'sent', point);
    assert.equal((await finish(p)).status, 409, `${point}: the ticket was taken`);
    assert.equal((await server.request('POST', '/api/v1/compose/prepare', composeBody(fields, []))).status, 409, point);
    assert.ok(await drafts(fields) === 1 || await copies(fields) === 1, `${point}: nothing is lost`);
    assert.equal(smtp.messages.length, ['dot', 'after'].includes(point) ? 1 : 0, point);
    smtp.messages = [];
  }
});

test('the mail server away at prepare: a sentence, nothing sent', async () => {
  const fields = letter();
  imap.refuse = /APPEND|LIST/i;
  const r = await server.request('POST', '/api/v1/compose/prepare', composeBody(fields, []));
  assert.ok([502, 503].includes(r.status), r.text);
  assert.ok(r.json.message.length > 10);
  assert.deepEqual(smtp.messages, []);
});

test('what was a secret and is sent in clear by choice: if that fails, nothing of it lies in Drafts in the clear; then it can be sent', async () => {
  // An answer to encrypted mail (may_encrypt), and a message that was encrypted until now.
  for (const [mode, answer] of [['none', true], ['none', false], ['sign', true], ['sign', false]]) {
    const what = `${mode} ${answer}`, text = `bittern ${what}`;
    const secret = letter({ text: `${text}\n`, subject: `heron ${what}`, mode: 'encrypt', may_encrypt: true, bcc: [{ name: null, address: address('dave') }] });
    assert.equal((await out.compose('draft', secret)).status, 200);
    const clear = { ...secret, mode, may_encrypt: answer, signer: mode === 'sign' ? fingerprint('alice') : null };
    smtp.script = (s) => (s === 'dot' ? '554 5.6.0 refused' : null);
    let p = await prepare(clear);
    assert.equal(typeof p.content_key, 'string', what);
    assert.equal((await out.server.post('/api/v1/compose/finish', { ticket: p.ticket, signature: null, content_key: null })).status, 422, `${what}: without the key of its draft`);
    p = await prepare(clear);
    assert.equal((await finish(p)).json.status, 'failed', what);
    const [kept, ...more] = await draftsOf(clear);
    assert.deepEqual(more, [], what);
    assert.ok(!/bittern|heron|dave/.test(kept) && /^X-Waxseal-May-Encrypt: yes\r$/m.test(kept), `${what}: ${kept.slice(0, 600)}`);
    const v = inspect(kept, 'alice');
    assert.deepEqual([v.content.text.trim(), v.headers.subject, v.headers.to.map((a) => a.address)], [text, secret.subject, [address('bob')]], what);
    assert.match(openssl(['cms', '-decrypt', '-inform', 'SMIME', '-recip', certificateFile('alice'), '-inkey', keyFile('alice')], Buffer.from(kept, 'latin1')).toString(), new RegExp(`^Bcc: .*${address('dave')}`, 'm'), what);
    smtp.script = () => null;
    smtp.messages = [];
    assert.equal((await finish(await prepare(clear))).json.status, 'sent', what);
    const sent = smtp.messages[0].text;
    assert.deepEqual([smtp.messages.length, sent.includes(text), new RegExp(`^Subject: ${secret.subject}\r$`, 'm').test(sent), /message\/rfc822|X-Waxseal|^Bcc/m.test(sent)], [1, true, true, false], `${what}: ${sent}`);
    assert.equal(inspect(sent).content.text.trim(), text, what);
    assert.deepEqual([await drafts(clear), await copies(clear)], [0, 1], what);
  }
});
