// The mail flow on the real servers: Postfix hands mail programs' mail to waxseal-gate, takes back what goes on, and Dovecot stores it.
import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, afterEach, before } from 'node:test';
import { account, ctl, eventually, instance, redis } from '../lib/instance.mjs';
import { ALICE, BOB, letter, lmtp, stored, submit, verified } from '../lib/mailflow.mjs';
import { fingerprint } from '../lib/keyring.mjs';
import { Smime, openssl, p7m } from '../lib/smime.mjs';

const CAROL = `carol@${instance.domain}`;
const dir = mkdtempSync(path.join(tmpdir(), 'waxseal-gate-'));
const smime = new Smime(instance.keys);

function rules(list, more = {}) {
  writeFileSync(path.join(dir, 'rules.json'), JSON.stringify({ rules: list.map((r, i) => ({ id: `R${i}`, priority: i + 1, from: ['*'], to: ['*'], ...r })), ...more }));
  ctl('rules', 'set', 'demo', path.join(dir, 'rules.json'));
}
function hold(name) { // the organisation has the key
  writeFileSync(path.join(dir, 'passphrase'), account(name).passphrase);
  ctl('certificate', 'add', account(name).address, account(name).p12, '--passphrase-file', path.join(dir, 'passphrase'));
}
/** The newest decision about a mail, by the log that administrators read. */
function logged(id) {
  for (const line of redis('ctl', '--json', 'XREVRANGE', `${instance.instance}:log:demo`, '+', '-', 'COUNT', '50').split('\n').filter(Boolean).map((l) => JSON.parse(l))) for (const [, fields] of line) {
    const entry = Object.fromEntries(fields.flatMap((f, i) => (i % 2 ? [] : [[f, fields[i + 1]]])));
    if (entry.message_id === id) return { ...entry, groups: JSON.parse(entry.groups) };
  }
  return null;
}
const rest = () => rules([]);
const outside = (over = {}) => letter({ from: 'pat@outside.test', to: [BOB], ...over });
const encryptedTo = (name, options = {}, inner = 'Content-Type: text/plain; charset=utf-8\r\n\r\nfor your eyes\r\n', over = {}) => {
  const { id } = outside();
  const entity = smime.encrypted(Buffer.from(inner), [name], options).toString('latin1');
  return { id, text: `From: pat@outside.test\r\nTo: ${BOB}\r\nSubject: ${over.subject ?? 'Sealed'}\r\nMessage-ID: ${id}\r\nDate: Mon, 5 Jan 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n${entity}` };
};

before(() => {
  hold('alice');
  hold('bob');
  rules([]);
});
after(() => {
  rules([]);
  for (const name of ['alice', 'bob']) ctl('certificate', 'remove', account(name).address, fingerprint(name));
  rmSync(dir, { recursive: true });
});

test('what a mail program submits is signed with the key of its mailbox, and opens as it was', async () => {
  const m = letter();
  assert.equal(await submit('alice', [BOB], m.text), 'taken');
  const got = await stored('bob', m.id);
  assert.match(got.text, /^Content-Type: multipart\/signed/m);
  assert.match(verified(got.bytes), /Gr=C3=BC=C3=9Fe|R3LDvMOfZQ|Gr\u00c3/);
  assert.equal(got.copies, 1);
  const entry = logged(m.id);
  assert.deepEqual([entry.source, entry.direction, entry.outcome, entry.groups[0].actions.sign.result], ['gate', 'internal', 'deliver', 'done']);
});

test('a demanded encryption is done for whom it can be, and the others are refused with a report that has no text', async () => {
  rules([{ encrypt: 'require' }]);
  const m = letter({ to: [BOB, CAROL], body: 'the secret plan\r\n' });
  assert.equal(await submit('alice', [BOB, CAROL], m.text), 'taken');
  const got = await stored('bob', m.id);
  assert.match(got.text, /smime-type=(auth)?enveloped-data/i);
  assert.ok(!got.text.includes('the secret plan'));
  const report = await eventually(async () => {
    const { imapOf } = await import('../lib/instance.mjs');
    const imap = await imapOf('alice');
    try {
      await imap.command('SELECT INBOX');
      const uid = (await imap.command(`UID SEARCH BODY "${m.id}" HEADER Content-Type "multipart/report"`)).map((r) => /^\* SEARCH (\d+)/.exec(r.text)?.[1]).find(Boolean);
      if (!uid) return null;
      return (await imap.command(`UID FETCH ${uid} BODY.PEEK[]`)).find((r) => r.literals.length).literals[0].toString('latin1');
    } finally { imap.close(); }
  }, 'alice is told');
  assert.match(report, /^Status: 5\.7\.3/m);
  assert.match(report, new RegExp(`^Final-Recipient: rfc822; ?${CAROL}`, 'm'));
  assert.ok(!report.includes('the secret plan'));
  assert.equal(await stored('carol', m.id, { wait: false }), null);
  rules([]);
});

test('encrypted mail from outside is opened for who has a rule or the default, and the mark says how', async () => {
  const m = encryptedTo('bob');
  assert.deepEqual(await lmtp('mailbox', 'pat@outside.test', [BOB], m.text), ['250 2.0.0 OK']);
  const got = await stored('bob', m.id);
  assert.match(got.text, /for your eyes/);
  assert.match(got.text, /^X-Waxseal-Opened: cipher=aes-256-gcm; protected=yes/m);
});

test('where the rules cannot be read nothing goes on', async () => {
  redis('admin', 'HGET', `${instance.instance}:o:organisations`, 'demo'); // it is there
  const key = `${instance.instance}:o:rules:demo`, was = redis('admin', 'GET', key);
  redis('admin', 'SET', key, '{"damaged"');
  redis('admin', 'INCR', `${instance.instance}:o:ver:demo`);
  try {
    const m = letter();
    const [reply] = await lmtp('submission', ALICE, [BOB], m.text);
    assert.match(reply, /^451 4\.3\.0 /);
    assert.equal(await stored('bob', m.id, { wait: false }), null);
  } finally {
    redis('admin', 'SET', key, was.replace(/\n$/, ''));
    redis('admin', 'INCR', `${instance.instance}:o:ver:demo`);
  }
});

test('an outsider learns nothing from altered mail whose cipher notices no change', async () => {
  rules([{ decrypt: 'always' }]);
  const good = encryptedTo('bob', { cipher: 'aes-256-cbc' });
  // in the last block the padding breaks; in one before it what comes out is rubbish that no mail server takes
  const inner = `Content-Type: text/plain\r\n\r\n${'for your eyes\r\n'.repeat(20)}`;
  const altered = (fromEnd) => {
    const m = encryptedTo('bob', { cipher: 'aes-256-cbc' }, inner);
    const cut = m.text.lastIndexOf('\r\n\r\n') + 4;
    const der = Buffer.from(m.text.slice(cut), 'base64');
    der[der.length - fromEnd] ^= 1;
    return { ...m, text: `${m.text.slice(0, cut)}${der.toString('base64').replace(/.{1,76}/g, '$&\r\n')}` };
  };
  const bad = altered(1), rubbish = altered(100);
  for (const m of [good, bad, rubbish]) assert.deepEqual(await lmtp('mailbox', 'pat@outside.test', [BOB], m.text), ['250 2.0.0 OK']);
  assert.match((await stored('bob', good.id)).text, /^X-Waxseal-Opened: cipher=aes-256-cbc; protected=no/m);
  const kept = await stored('quarantine', bad.id);
  assert.match(kept.text, /^X-Waxseal-Quarantine: 5\.7\.7; from=<pat@outside\.test>;/m);
  assert.equal(await stored('bob', bad.id, { wait: false }), null);
  // what is merely not for him says so, and no more than that
  assert.match((await lmtp('mailbox', 'pat@outside.test', [BOB], encryptedTo('erin').text))[0], /^550 5\.7\.5 /);
});

afterEach(rest);

test('who is not the sender he claims to be is not signed for, an address of his own counts', async () => {
  const foreign = letter({ from: BOB, to: [CAROL] });
  assert.deepEqual(await lmtp('submission', ALICE, [CAROL], foreign.text), ['250 2.0.0 OK']);
  assert.doesNotMatch((await stored('carol', foreign.id)).text, /multipart\/signed/);
  const two = letter({ more: [`From: ${BOB}`] });
  assert.deepEqual(await lmtp('submission', ALICE, [BOB], two.text), ['250 2.0.0 OK']);
  assert.doesNotMatch((await stored('bob', two.id)).text, /multipart\/signed/);
  const sender = letter({ more: [`Sender: ${BOB}`] });
  assert.deepEqual(await lmtp('submission', ALICE, [BOB], sender.text), ['250 2.0.0 OK']);
  assert.doesNotMatch((await stored('bob', sender.id)).text, /multipart\/signed/);
});

test('a text in the subject asks for encryption, is gone when the mail leaves, and all or none get it', async () => {
  rules([], { triggers: { encrypt: '[seal]' } });
  const m = letter({ subject: 'Plans [seal] for May' });
  assert.deepEqual(await lmtp('submission', ALICE, [BOB], m.text), ['250 2.0.0 OK']);
  const got = await stored('bob', m.id);
  assert.match(got.text, /^Subject: Plans for May\r$/m);
  assert.match(got.text, /enveloped-data/i);
  const both = letter({ subject: 'Plans [seal] for May', to: [BOB, CAROL] });
  const replies = await lmtp('submission', ALICE, [BOB, CAROL], both.text);
  assert.deepEqual(replies.map((r) => r.slice(0, 9)), ['550 5.7.3', '550 5.7.3']);
  assert.equal(await stored('bob', both.id, { wait: false }), null);
});

test('who has a blind copy has one of his own, and nobody is named in another one\'s', async () => {
  rules([{ encrypt: 'require' }]);
  const m = letter({ to: [BOB] });
  assert.deepEqual(await lmtp('submission', ALICE, [BOB, ALICE], m.text.replace(/\r\n\r\n/, `\r\nBcc: ${ALICE}\r\n\r\n`)), ['250 2.0.0 OK', '250 2.0.0 OK']);
  const [bob, alice] = [await stored('bob', m.id), await stored('alice', m.id)];
  for (const x of [bob, alice]) {
    assert.doesNotMatch(x.text, /^Bcc:/m);
    const out = openssl(['cms', '-cmsout', '-print', '-inform', 'SMIME', '-in', '-'], x.bytes).toString();
    assert.equal(out.match(/serialNumber/g).length, 1, 'one recipient info');
  }
});

test('nobody is told of refused mail that came from nobody: it is kept', async () => {
  rules([{ validate: 'require', to: [BOB] }]);
  const m = outside({ to: [BOB, CAROL] });
  // part of a mail is refused, and there is no sender to tell
  assert.deepEqual(await lmtp('mailbox', '', [BOB, CAROL], m.text), ['250 2.0.0 OK', '250 2.0.0 OK']);
  assert.match((await stored('quarantine', m.id)).text, /^X-Waxseal-Quarantine: 5\.7\.1; from=<>;\r\n\tto=<bob@demo\.test>/m);
  assert.equal(await stored('bob', m.id, { wait: false }), null);
  assert.ok(await stored('carol', m.id));
  const alone = outside();
  assert.deepEqual(await lmtp('mailbox', '', [BOB], alone.text), ['250 2.0.0 OK']);
  assert.ok(await stored('quarantine', alone.id));
  // all of it is refused, and there is somebody to tell: that is the peer's to do
  assert.match((await lmtp('mailbox', 'pat@outside.test', [BOB], outside().text))[0], /^550 5\.7\.1 /);
});

test('mail that concerns no organisation goes on as it came', async () => {
  const m = letter({ from: 'pat@outside.test', to: ['kim@elsewhere.test'] });
  const [reply] = await lmtp('submission', 'pat@outside.test', ['kim@elsewhere.test'], m.text);
  assert.match(reply, /^5\d\d 5\.|^250/); // the demo's Postfix sends nowhere else
  const own = letter({ from: 'pat@outside.test', body: 'a\r\n\r\n.dot\r\n\tx  \r\n' });
  rules([{ decrypt: 'off', validate: 'off' }]);
  assert.deepEqual(await lmtp('mailbox', 'pat@outside.test', [BOB], own.text), ['250 2.0.0 OK']);
  const got = await stored('bob', own.id);
  assert.ok(got.text.endsWith(own.text), 'byte for byte behind the trace');
  assert.match(got.text, /^Received: from outside\.test\r\n\tby mail\.demo\.test with LMTP id [0-9a-f]{18};/m);
});

test('a recipient in other letters, or twice, is one; he gets one copy, and each time a reply', async () => {
  const m = letter({ to: [BOB, 'BOB@Demo.Test'] });
  assert.deepEqual(await lmtp('submission', ALICE, ['Bob@DEMO.test', BOB, BOB], m.text), ['250 2.0.0 OK', '250 2.0.0 OK', '250 2.0.0 OK']);
  assert.equal((await stored('bob', m.id)).copies, 1);
});

const away = async (file, run) => { // somebody a mail needs is not there
  const at = path.join(instance.data, 'run', file);
  renameSync(at, `${at}.away`);
  try { await run(); } finally { renameSync(`${at}.away`, at); }
};

test('while the key agent is away mail waits, and goes nowhere in clear', async () => {
  rules([{ encrypt: 'require' }]);
  const m = letter();
  await away('keyd-gate.sock', async () => assert.match((await lmtp('submission', ALICE, [BOB], m.text))[0], /^451 4\.3\.0 /));
  const sealed = encryptedTo('bob');
  await away('keyd-gate.sock', async () => assert.match((await lmtp('mailbox', 'pat@outside.test', [BOB], sealed.text))[0], /^451 4\.3\.0 /));
  assert.equal(await stored('bob', m.id, { wait: false }), null);
  assert.deepEqual(await lmtp('submission', ALICE, [BOB], m.text), ['250 2.0.0 OK']);
  assert.match((await stored('bob', m.id)).text, /enveloped-data/i);
});

test('what cannot be examined is refused once, and does not wait for days', async () => {
  const m = outside({ more: Array.from({ length: 6000 }, (_, i) => `X-F: ${i}`) });
  assert.match((await lmtp('mailbox', 'pat@outside.test', [BOB], m.text))[0], /^554 5\.6\.0 /);
});

test('a mail to thousands is decided about at once', async () => {
  const many = Array.from({ length: 3000 }, (_, i) => `kim${i}@elsewhere.test`);
  const m = letter({ from: ALICE, to: [BOB] });
  const replies = await lmtp('submission', ALICE, [BOB, ...many], m.text.replace(/^To: .*$/m, `To: ${[BOB, ...many].join(',\r\n ')}`));
  assert.equal(replies.length, 3001);
  assert.equal(replies[0], '250 2.0.0 OK');
  assert.equal(new Set(replies.slice(1)).size, 1, 'the demo sends nowhere else, or all of it');
});

test('a key opens mail for its own mailbox only, whoever else is named in the mail or claims to have written it', async () => {
  // bob has the ciphertext of a mail to alice, names his own certificate in it behind hers, with a key that is none, and sends it to himself
  const both = smime.envelopedDer(Buffer.from('Content-Type: text/plain\r\n\r\nfor your eyes\r\n'), ['alice', 'bob']);
  const serial = (name) => both.indexOf(Buffer.from(openssl(['x509', '-in', account(name).certificate, '-noout', '-serial']).toString().trim().replace('serial=', ''), 'hex'));
  const key = both.indexOf(Buffer.from('0428', 'hex'), serial('bob'));
  assert.ok(serial('alice') < serial('bob') && key < serial('bob') + 100, 'the EC recipient is the second one');
  both.fill(0x41, key + 2, key + 42);
  const { id } = outside();
  const forged = `From: ${ALICE}\r\nTo: ${BOB}\r\nSubject: x\r\nMessage-ID: ${id}\r\nMIME-Version: 1.0\r\n${p7m('authEnveloped-data', both).toString('latin1')}`;
  for (const to of [[BOB], [BOB, CAROL]]) {
    assert.deepEqual(await lmtp('mailbox', 'mallory@outside.test', to, forged), to.map(() => '250 2.0.0 OK'));
    const got = await stored('bob', id);
    assert.doesNotMatch(got.text, /for your eyes|X-Waxseal-Opened/);
  }
  // where alice is a recipient, she gets it opened, and bob still does not
  const later = id.replace('<', '<b'), other = forged.replace(id, later);
  assert.deepEqual(await lmtp('mailbox', 'mallory@outside.test', [BOB, ALICE], other), ['250 2.0.0 OK', '250 2.0.0 OK']);
  assert.match((await stored('alice', later)).text, /for your eyes/);
  assert.doesNotMatch((await stored('bob', later)).text, /for your eyes|X-Waxseal-Opened/);
});

test('what another kind of protection covers is left alone, a mark that an outsider wrote is not', async () => {
  const pgp = letter({ type: 'multipart/signed; micalg=pgp-sha256; protocol="application/pgp-signature"; boundary=b', encoding: '7bit', body: '--b\r\n\r\nhello\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\n-----END PGP SIGNATURE-----\r\n--b--\r\n' });
  assert.deepEqual(await lmtp('submission', ALICE, [BOB], pgp.text), ['250 2.0.0 OK']);
  assert.ok((await stored('bob', pgp.id)).text.endsWith(pgp.text));
  const marked = outside({ more: ['X-Waxseal-Opened: cipher=aes-256-gcm;', ' protected=yes', 'X-waxseal-quarantine: 5.7.1', 'X-Waxseal-Request: certificate'] });
  assert.deepEqual(await lmtp('mailbox', 'pat@outside.test', [BOB], marked.text), ['250 2.0.0 OK']);
  const got = await stored('bob', marked.id);
  assert.doesNotMatch(got.text, /X-Waxseal-Opened|quarantine|protected=yes/i);
  assert.match(got.text, /^X-Waxseal-Request: certificate\r$/m);
});
