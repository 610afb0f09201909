// What a writer may ask for beside the text: priority, a receipt, delivery reports. They leave where they were asked for
// and nowhere else, blind recipients are never asked, and what the outgoing server cannot do is said, not left out.
import assert from 'node:assert/strict';
import test from 'node:test';
import { FakeSmtp } from '../lib/faulty.mjs';
import { instance } from '../lib/instance.mjs';
import { entityOf, fingerprint } from '../lib/keyring.mjs';
import { Outgoing, address, stored as all } from '../lib/outgoing.mjs';

const smtp = await new FakeSmtp().start();
const out = new Outgoing({ ports: { smtp: smtp.port }, knows: ['bob', 'erin'], letter: { subject: 'Wishes' } });
const { server } = out;
/** Commands of the envelope, as they came. */
let said = [];
const script = (dsn) => (step, line) => {
  if (step === 'mail' || step === 'rcpt') said.push(line);
  return step === 'ehlo' && dsn ? '250-fake\r\n250-AUTH PLAIN LOGIN\r\n250-DSN\r\n250 8BITMIME' : null;
};

test.before(() => out.start());
test.after(async () => {
  await out.stop();
  smtp.close();
});
test.beforeEach(() => {
  smtp.script = script(true);
  smtp.messages = [];
  said = [];
});

const letter = (fields) => out.letter(fields);
const SIGNED = { mode: 'sign', signer: fingerprint('alice') };
const BOTH = { mode: 'sign_encrypt', may_encrypt: true, signer: fingerprint('alice') };
const BLIND = { bcc: [{ name: null, address: address('erin') }] };
const ask = (what, fields) => out.compose(what, fields), finish = (p) => out.finish(p), send = (fields) => out.send(fields);
const headOf = (text) => text.slice(0, text.indexOf('\r\n\r\n') + 2);
const field = (text, name) => new RegExp(`^${name}: (.*)\r$`, 'mi').exec(headOf(text))?.[1];
const copyFor = (name) => smtp.messages.find((m) => m.to.includes(address(name)));
const stored = async (mailbox, criteria) => (await all(mailbox, criteria))[0];

test('nothing was asked for: nothing of it leaves', async () => {
  for (const how of [{}, SIGNED, { priority: 'normal', receipt: false, dsn: [] }]) {
    const fields = letter(how);
    await send(fields);
    const { text } = smtp.messages.at(-1);
    assert.doesNotMatch(text, /^(?:X-Priority|Importance|Disposition-Notification-To|X-Waxseal)/mi);
    assert.ok(said.every((l) => !l.includes('NOTIFY')), said.join());
  }
});

test('priority stands in the header, and where the message is signed in what is signed', async () => {
  for (const [word, number] of [['high', '1'], ['low', '5']]) {
    await send(letter({ priority: word }));
    const { text } = smtp.messages.at(-1);
    assert.deepEqual([field(text, 'X-Priority'), field(text, 'Importance')], [number, word]);
    const fields = letter({ ...SIGNED, priority: word });
    const { prepared } = await send(fields);
    const signed = entityOf(prepared, []).toString('latin1');
    for (const part of [signed, smtp.messages.at(-1).text]) assert.deepEqual([field(part, 'X-Priority'), field(part, 'Importance')], [number, word]);
    const sealed = entityOf((await send(letter({ ...BOTH, priority: word }))).prepared, []).toString('latin1');
    assert.match(sealed, new RegExp(`^HP-Outer: X-Priority: ${number}\r\nHP-Outer: Importance: ${word}\r$`, 'm'));
  }
});

test('a receipt is asked for at the address the message is from', async () => {
  const { prepared } = await send(letter({ ...SIGNED, receipt: true }));
  const wanted = `Alice <${address('alice')}>`;
  assert.equal(field(entityOf(prepared, []).toString('latin1'), 'Disposition-Notification-To'), wanted);
  assert.equal(field(smtp.messages[0].text, 'Disposition-Notification-To'), wanted);
  assert.equal(smtp.messages.length, 1);
});

test('blind recipients are never asked for a receipt, in any way of sending', async () => {
  for (const how of [{}, SIGNED, BOTH]) {
    smtp.messages = [];
    const fields = letter({ ...how, ...BLIND, receipt: true });
    const { prepared, sent } = await send(fields);
    assert.deepEqual(smtp.messages.map((m) => m.to), [[address('bob')], [address('erin')]], how.mode);
    assert.ok(field(copyFor('bob').text, 'Disposition-Notification-To'), how.mode);
    assert.doesNotMatch(copyFor('erin').text, /Disposition-Notification/i, how.mode);
    assert.doesNotMatch(entityOf(prepared, []).toString('latin1'), /Disposition-Notification/i, 'one signature is over all copies');
    assert.equal(sent.envelopes.length, 2);
    const copy = await stored('Sent', `HEADER Message-ID "<${fields.submission}@${instance.domain}>"`);
    assert.ok(field(copy, 'Disposition-Notification-To') && field(copy, 'Bcc'), 'the copy in Sent says both');
  }
  // All of the blind ones together where nothing is encrypted.
  smtp.messages = [];
  await send(letter({ bcc: ['erin', 'carol'].map((n) => ({ name: null, address: address(n) })), receipt: true }));
  assert.deepEqual(smtp.messages.map((m) => m.to), [[address('bob')], [address('erin'), address('carol')]]);
  // Without a receipt they still go in one.
  smtp.messages = [];
  await send(letter(BLIND));
  assert.deepEqual(smtp.messages.map((m) => m.to), [[address('bob'), address('erin')]]);
});

test('a receipt from blind recipients only is refused by name; the draft may be kept', async () => {
  const fields = letter({ to: [], ...BLIND, receipt: true });
  const r = await ask('prepare', fields);
  assert.deepEqual([r.status, r.json.details?.field], [422, 'receipt'], r.text);
  assert.equal((await ask('draft', fields)).status, 200);
});

test('delivery reports are asked for from each recipient, blind ones too', async () => {
  const fields = letter({ ...BOTH, ...BLIND, dsn: ['delay', 'success'] });
  await send(fields);
  assert.equal(said.length, 4);
  for (const name of ['bob', 'erin']) assert.ok(said.includes(`RCPT TO:<${address(name)}> NOTIFY=SUCCESS,DELAY`), said.join());
  assert.ok(said.filter((l) => l.startsWith('MAIL')).every((l) => l.endsWith(` RET=HDRS ENVID=${fields.submission}`)), said.join());
});

test('a server without delivery reports: refused by name before anything is signed; without them it goes', async () => {
  smtp.script = script(false);
  const fields = letter({ ...SIGNED, dsn: ['success'] });
  const r = await ask('prepare', fields);
  assert.deepEqual([r.status, r.json.details?.field], [422, 'dsn'], r.text);
  assert.match(r.json.message, /delivery reports/);
  assert.equal((await ask('draft', fields)).status, 200, 'the wish is kept in the draft');
  await send({ ...fields, dsn: [] });
  assert.ok(said.every((l) => !l.includes('NOTIFY')), said.join());
});

test('whether there are delivery reports is told while the message is written', async () => {
  assert.deepEqual((await server.post('/api/v1/compose/reports', {})).json, { offered: true });
  smtp.script = script(false);
  assert.deepEqual((await server.post('/api/v1/compose/reports', {})).json, { offered: false });
  assert.ok(said.every((l) => !/^(?:MAIL|RCPT|DATA)/.test(l)), 'nothing is sent by asking');
});

test('a server that loses delivery reports between the two requests gets no message', async () => {
  const fields = letter({ dsn: ['failure'] });
  const p = await ask('prepare', fields);
  assert.equal(p.status, 200, p.text);
  smtp.script = script(false);
  const r = await finish(p.json);
  assert.equal(r.json.status, 'failed', r.text);
  assert.match(r.json.message, /delivery reports/);
  assert.deepEqual([smtp.messages, said], [[], []]);
});

test('values that are none are refused by name, and nothing gets into the header', async () => {
  for (const [wrong, name] of [[{ priority: 'urgent' }, 'priority'], [{ priority: 'high\r\nBcc: eve@evil.test' }, 'priority'], [{ priority: 1 }, 'priority'], [{ receipt: 'yes' }, 'receipt'],
    [{ receipt: { address: 'eve@evil.test' } }, 'receipt'], [{ dsn: 'success' }, 'dsn'], [{ dsn: ['never'] }, 'dsn[0]'], [{ dsn: ['success', 'success'] }, 'dsn[1]'],
    [{ dsn: ['success', 'delay\r\nDATA'] }, 'dsn[1]'], [{ dsn: [7] }, 'dsn[0]'], [{ dsn: ['success', 'failure', 'delay', 'success'] }, 'dsn[3]']])
    for (const what of ['draft', 'prepare']) {
      const r = await ask(what, letter(wrong));
      assert.deepEqual([r.status, r.json.details?.field], [422, name], `${what} ${JSON.stringify(wrong)}: ${r.text}`);
    }
});

test('a draft keeps what was asked for; what leaves does not say so', async () => {
  for (const how of [{}, BOTH]) {
    const fields = letter({ ...how, priority: 'low', receipt: true, dsn: ['failure', 'success'] });
    assert.equal((await ask('draft', fields)).status, 200);
    const kept = await stored('Drafts', `HEADER X-Waxseal-Submission "${fields.submission}"`);
    assert.deepEqual(['Priority', 'Receipt', 'DSN'].map((n) => field(kept, `X-Waxseal-${n}`)), ['low', 'yes', 'success,failure']);
    if (how.mode) assert.doesNotMatch(kept, /^(?:X-Priority|Importance|Disposition-Notification-To)/mi, 'the outside of an encrypted draft is a mark of ours only');
    smtp.messages = [];
    await send(fields);
    assert.doesNotMatch(smtp.messages[0].text, /X-Waxseal/i);
  }
});
