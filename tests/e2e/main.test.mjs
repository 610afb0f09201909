// The main job, in a real browser: unlock, read what came signed and encrypted, answer it; the other side reads the
// answer; `openssl cms` and gpgsm judge what left, and the client opens what they made.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, forget, passphraseOf } from '../lib/browser.mjs';
import { Client } from '../lib/http.mjs';
import { account, eventually, imapOf, instance } from '../lib/instance.mjs';
import { attachment, message, multipart, text } from '../lib/mime.mjs';
import { Oracle, signedParts, split } from '../lib/oracle.mjs';
import { Smime, openssl, p7m } from '../lib/smime.mjs';

let browser, alice, bob, oracle;
const run = Date.now().toString(36);
const ANSWER = `Accepted as it stands (${run}). Grüße, Alice`;
const SUBJECT = 'Offer for the Lindqvist account';

async function found(who, folder, subject) {
  const imap = await imapOf(who);
  try {
    return await eventually(async () => {
      await imap.select(folder);
      const uids = await imap.search(`HEADER Subject "${subject}" SINCE 1-Jan-2020`);
      return uids.length ? { source: await imap.source(uids.at(-1)), uid: uids.at(-1), count: uids.length } : null;
    }, `a mail "${subject}" in ${folder} of ${who}`);
  } finally { imap.close(); }
}
async function remove(who, folder, subject) {
  const imap = await imapOf(who);
  await imap.select(folder);
  for (const uid of await imap.search(`HEADER Subject "${subject}"`)) await imap.command(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
  await imap.command('EXPUNGE');
  imap.close();
}
const noFaults = (p) => assert.deepEqual(p.faults, []);

before(async () => {
  await forget('alice', 'bob');
  for (const [who, folder] of [['bob', 'INBOX'], ['alice', 'Sent'], ['alice', 'INBOX'], ['bob', 'Sent']]) await remove(who, folder, `Re: ${SUBJECT}`);
  oracle = new Oracle(instance.keys);
  browser = await Browser.launch();
  alice = await (await browser.person('alice')).signIn();
  bob = await (await browser.person('bob')).signIn();
});
after(async () => {
  await browser?.close();
  oracle?.close();
  for (const [who, folder] of [['bob', 'INBOX'], ['alice', 'INBOX'], ['alice', 'Sent']]) await remove(who, folder, run);
});

test('alice imports her .p12: what the backup holds opens with the new passphrase and is her key', async () => {
  const backup = await alice.importKey();
  const out = openssl(['pkcs12', '-passin', `pass:${passphraseOf('alice')}`, '-nodes', '-nocerts'], backup).toString();
  const modulus = (pem) => openssl(['rsa', '-noout', '-modulus'], pem).toString();
  assert.equal(modulus(out), openssl(['rsa', '-noout', '-modulus', '-in', oracle.key('alice.key')]).toString());
  await assert.rejects(async () => openssl(['pkcs12', '-passin', `pass:${account('alice').passphrase}`, '-nodes'], backup));
  noFaults(alice);
});

test('locked, the mail shows a lock, a prompt in place and no text', async () => {
  await alice.page.goto(`${instance.origin}/mail/`);
  await alice.open(SUBJECT);
  await alice.page.locator('form.unlock').waitFor();
  assert.match(await alice.item('encryption').innerText(), /encrypted/i);
  assert.equal(await alice.page.locator('iframe.mail-frame').count(), 0);
  assert.equal(await alice.page.locator('.security-item[data-level=good]').count(), 0, 'nothing is green before it was read');
});

test('unlocked, it shows who signed, that it is encrypted, and the text in the sealed frame', async () => {
  await alice.unlock(passphraseOf('alice'));
  await alice.hasVerdict('encrypted+signed-valid');
  assert.equal(await alice.item('encryption').getAttribute('data-level'), 'good');
  assert.equal(await alice.item('signature').getAttribute('data-level'), 'good');
  assert.match(await alice.item('signature').innerText(), /Signed by .*Bob Baker <bob@demo\.test>/);
  await alice.reads('cormorant-41');
  const frame = alice.page.locator('iframe.mail-frame');
  assert.equal(await frame.getAttribute('src'), '/mailframe/sealed');
  assert.doesNotMatch(await frame.getAttribute('sandbox'), /allow-scripts/);
  await alice.page.locator('.security-toggle').click();
  assert.match(await alice.page.locator('.security-details').innerText(), /aes-256-gcm/i);
  await alice.page.locator('.keyring-chip').waitFor();
  noFaults(alice);
});

test('an attachment of the sealed mail is what bob sent', async () => {
  const download = alice.page.waitForEvent('download');
  await alice.page.locator('.attachment', { hasText: 'offer-lindqvist.pdf' }).click();
  const stream = await (await download).createReadStream();
  const pieces = [];
  for await (const d of stream) pieces.push(d);
  assert.match(Buffer.concat(pieces).toString('latin1'), /^%PDF.*Lindqvist/s);
});

test('alice answers signed and encrypted', async () => {
  await alice.reply();
  const c = alice.composer();
  assert.equal(await c.locator('.recipient').first().innerText(), 'Bob Baker');
  await c.getByRole('tab', { name: 'Security' }).click();
  assert.ok(await c.locator('.mode-options input[value=sign_encrypt]').isChecked(), 'an answer to an encrypted mail is encrypted');
  await c.locator('.recipients-table td.is-good').waitFor();
  await c.getByRole('tab', { name: 'Message' }).click();
  await alice.write(ANSWER);
  await alice.send();
  await alice.sent();
  noFaults(alice);
});

test('what left: openssl opens it with the key of either side and verifies alice; nothing secret is outside', async () => {
  const arrived = await found('bob', 'INBOX', `Re: ${SUBJECT}`);
  const kept = await found('alice', 'Sent', `Re: ${SUBJECT}`);
  for (const [mail, names] of [[arrived, ['bob', 'alice']], [kept, ['alice', 'bob']]]) {
    assert.ok(!mail.source.toString('latin1').includes(run), 'the text is not in the clear');
    assert.match(split(mail.source).headers['content-type'], /application\/pkcs7-mime/);
    assert.equal(split(mail.source).headers['x-waxseal-submission'], undefined);
    for (const name of names) {
      const inner = oracle.decrypt(mail.source, name);
      const parts = signedParts(inner);
      assert.equal(oracle.verify(parts), oracle.certificate('alice'));
      const plain = parts.content.toString('utf8').replace(/=\r\n/g, '').replace(/(?:=[0-9A-F]{2})+/g, (x) => Buffer.from(x.replaceAll('=', ''), 'hex').toString('utf8'));
      assert.ok(plain.includes(ANSWER), 'the text arrived');
      assert.match(plain, /cormorant-41/, 'the quote arrived');
      assert.match(plain, new RegExp(`^Subject: Re: ${SUBJECT}`, 'm'), 'the subject is protected too');
    }
  }
  await remove('alice', 'Drafts', 'Encrypted draft');
});

test('gpgsm opens the answer with the RSA key of alice and verifies its signature', { skip: Oracle.gpgsmMissing }, async () => {
  // Bob's certificate says nothing about AES-GCM, so this left in AES-CBC, which gpgsm knows.
  const { source } = await found('bob', 'INBOX', `Re: ${SUBJECT}`);
  const parts = signedParts(oracle.gpgsmDecrypt(source));
  oracle.gpgsmVerify(parts);
  assert.throws(() => oracle.gpgsmVerify({ ...parts, content: Buffer.concat([parts.content, Buffer.from('x')]) }));
});

test('bob reads the answer with a P-256 key in a browser of his own', async () => {
  await bob.importKey();
  await bob.page.goto(`${instance.origin}/mail/`);
  await bob.open(`Re: ${SUBJECT}`);
  await bob.unlock(passphraseOf('bob'));
  await bob.hasVerdict('encrypted+signed-valid');
  assert.equal(await bob.item('signature').getAttribute('data-level'), 'good');
  assert.match(await bob.item('signature').innerText(), /Alice Archer <alice@demo\.test>/);
  await bob.reads(ANSWER);
  noFaults(bob);
});

test("alice's second browser unlocks the copy in the vault without an import", async () => {
  const second = await (await browser.person('alice')).signIn();
  await second.open(SUBJECT);
  await second.page.locator('form.unlock').waitFor();
  await second.unlock(passphraseOf('alice'));
  await second.hasVerdict('encrypted+signed-valid');
  await second.folder('Sent');
  await second.open(`Re: ${SUBJECT}`);
  await second.hasVerdict('encrypted+signed-valid');
  await second.reads(ANSWER); // her own sent mail opens too
  noFaults(second);
  await second.close();
});

test('a mail that is only signed, with an attachment: openssl and gpgsm verify it', async () => {
  const subject = `Signed only ${run}`;
  const file = Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * 7 + (i >> 8)) & 255));
  await alice.newMessage();
  await alice.to('bob@demo.test');
  await alice.composer().locator('.subject-input').fill(subject);
  await alice.mode('sign');
  await alice.write('Everybody may read this, nobody may change it.');
  await alice.composer().locator('.file-input').setInputFiles({ name: 'Zeichnung ü.bin', mimeType: 'application/octet-stream', buffer: file });
  await alice.send();
  await alice.sent();
  const { source } = await found('bob', 'INBOX', subject);
  const parts = signedParts(source);
  assert.equal(oracle.verify(parts), oracle.certificate('alice'));
  const coded = /Content-Transfer-Encoding: base64\r\n[^]*?\r\n\r\n([A-Za-z0-9+/=\r\n]+)/i.exec(parts.content.toString('latin1').slice(parts.content.indexOf('Zeichnung') - 300));
  assert.ok(Buffer.from(coded[1], 'base64').equals(file), 'the attachment is the same, byte for byte');
  if (!Oracle.gpgsmMissing) oracle.gpgsmVerify(parts);
  noFaults(alice);
});

test('the client opens what openssl cms and gpgsm made', async () => {
  const imap = await imapOf('alice');
  const mallory = { name: 'Mallory Moss', address: 'mallory@demo.test' };
  const put = (subject, entity, from = account('bob').address) => imap.append('INBOX',
    message({ from, to: account('alice').address, subject, date: new Date(), id: `<${subject.replaceAll(' ', '.')}@demo.test>` }, entity));
  const s = new Smime(instance.keys);
  const body = multipart('mixed', [text(`Made by another program, ${run}.\n`), attachment('a.txt', 'text/plain', Buffer.from('attached\n'))]);
  const made = [];
  for (const cipher of ['aes-256-gcm', 'aes-128-cbc', 'des-ede3-cbc']) {
    const subject = `openssl ${cipher} ${run}`;
    await put(subject, s.encrypted(s.clearSigned(body, 'bob'), ['alice'], { cipher, indefinite: true }));
    made.push([subject, 'Bob Baker']);
  }
  if (!Oracle.gpgsmMissing) {
    const inner = multipart('signed', [body, p7sEntity(oracle.gpgsmSign(body, 'mallory'))], '; protocol="application/pkcs7-signature"; micalg=sha-256');
    await put(`gpgsm ${run}`, p7m('enveloped-data', oracle.gpgsmEncrypt(inner, 'alice')), mallory);
    made.push([`gpgsm ${run}`, 'Mallory Moss']);
  }
  imap.close();
  await alice.folder('Archive'); // without a reload: the keyring ends with its last page
  await alice.folder('Inbox');
  for (const [subject, signer] of made) {
    await alice.open(subject);
    await alice.hasVerdict('encrypted+signed-valid');
    assert.match(await alice.item('signature').innerText(), new RegExp(signer), subject);
    await alice.message().locator('.parts', { hasText: `Made by another program, ${run}` }).waitFor();
    assert.equal(await alice.page.locator('.attachment').count(), 1, subject);
  }
  noFaults(alice);
});
function p7sEntity(der) {
  return attachment('smime.p7s', 'application/pkcs7-signature', der);
}

test('Lock now locks: the next encrypted mail asks again', async () => {
  await alice.page.locator('.keyring-chip').click();
  await alice.page.locator('.dialog').getByRole('button', { name: /lock now/i }).click();
  await alice.page.locator('.keyring-chip').waitFor({ state: 'detached' });
  await alice.open(SUBJECT);
  await alice.page.locator('form.unlock').waitFor();
  assert.equal(await alice.page.locator('[data-asked] .parts').innerText(), '');
  noFaults(alice);
});

test('nothing went to another host', () => assert.deepEqual(browser.strangers, []));

test('sign-out ends the session on the server', async () => {
  await alice.page.locator('.account-button').click();
  await alice.page.getByRole('menuitem', { name: /sign out/i }).click();
  await alice.page.waitForURL(/\/signin/);
  await alice.page.goto(`${instance.origin}/mail/`);
  await alice.page.locator('#username').waitFor();
  const c = new Client(instance.origin);
  assert.equal((await c.get('/api/v1/session')).status, 401);
  c.close();
});
