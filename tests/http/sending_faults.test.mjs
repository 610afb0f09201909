// Sending while the servers fail: nothing is lost, nothing is sent twice, nothing is said to be sent that was not.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import path from 'node:path';
import test from 'node:test';
import { FakeSmtp, ImapProxy } from '../lib/faulty.mjs';
import { Server } from '../lib/fastcgi.mjs';
import { account, imapOf, instance, signedIn, top } from '../lib/instance.mjs';
import { certificateDer, composeBody, fillVault, fingerprint, signAttributes } from '../lib/keyring.mjs';

const address = (name) => `${name}@${instance.domain}`;
const smtp = await new FakeSmtp().start();
const imap = await new ImapProxy(instance.ports.imap).start();
const server = new Server(instance, path.join(top, process.env.BUILD ?? 'build', 'waxseald'),
  { imap: `imap://127.0.0.1:${imap.port}`, smtp: `smtp://127.0.0.1:${smtp.port}` });

test.before(async () => {
  const c = await signedIn('alice'); // keys and certificates, by the ordinary server: both use one Redis
  await fillVault(c, 'alice');
  const r = await c.post('/api/v1/smime/certificates', { address: address('bob'), certificate: certificateDer('bob').toString('base64') });
  assert.equal(r.status, 200, r.text);
  await c.post('/api/v1/signout', {});
  c.close();
  await server.start();
  await server.signIn(address('alice'), account('alice').password);
});
test.after(async () => {
  await server.stop();
  smtp.close();
  imap.close();
});
test.beforeEach(() => {
  smtp.script = () => null;
  smtp.messages = [];
  imap.refuse = null;
});

const letter = (fields = {}) => ({ submission: crypto.randomUUID(), from: { name: 'Alice', address: address('alice') }, to: [{ name: null, address: address('bob') }],
  cc: [], bcc: [], reply_to: null, subject: 'Fault', text: 'Text\n', html: null, in_reply_to: null, references: null, mode: 'none', may_encrypt: false, signer: null,
  attachments: [], ...fields });
async function prepare(fields) {
  const r = await server.request('POST', '/api/v1/compose/prepare', composeBody(fields, []));
  assert.equal(r.status, 200, r.text);
  return r.json;
}
const finish = (p) => server.post('/api/v1/compose/finish', { ticket: p.ticket, signature: p.attributes ? signAttributes('alice', p.attributes, p.digest) : null, content_key: p.content_key });
const status = async (fields) => (await server.post(`/api/v1/compose/status/${fields.submission}`, {})).json;

async function count(mailbox, criteria) {
  const real = await imapOf('alice');
  try {
    await real.select(mailbox);
    return (await real.search(criteria)).length;
  } finally { real.close(); }
}
const drafts = (fields) => count('Drafts', `HEADER X-Waxseal-Submission "${fields.submission}"`);
const copies = (fields) => count('Sent', `HEADER Message-ID "<${fields.submission}@${instance.domain}>"`);

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
