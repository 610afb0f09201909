// Writing as it is meant, from the default to the mail that waited: Auto, overridden once; an answer to encrypted mail;
// somebody without a certificate, who is asked and answers; a blind copy. Everybody writes and reads in a browser, and
// what arrived is compared byte by byte. At no moment does the mailbox hold a word of it.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Authority } from '../lib/authority.mjs';
import { Browser, forget, passphraseOf } from '../lib/browser.mjs';
import { account, eventually, imapOf, instance, signedIn } from '../lib/instance.mjs';
import { message, text } from '../lib/mime.mjs';
import { Oracle, derOf, signedParts } from '../lib/oracle.mjs';
import { passphraseNeedles, search } from '../lib/secrets.mjs';
import { Smime, openssl } from '../lib/smime.mjs';

const run = Date.now().toString(36);
const NOTE = 'Please send me a signed message';
const QUESTION = `Harbour plans ${run}`, THEIRS = `moorings-${run}-heron`, OURS = `lanterns-${run}-osprey`, OPEN = `In the open ${run}`, ONCE = `Only this one ${run}`;
const address = (name) => account(name).address;
let browser, alice, bob, oracle, dave;
const box = {};

async function clean() {
  const api = await signedIn('alice');
  for (const w of (await api.get('/api/v1/compose/waiting')).json.waiting) await api.delete('/api/v1/compose/draft', { submission: w.submission });
  api.close();
  for (const who of Object.keys(box)) for (const folder of ['INBOX', 'Sent', 'Drafts']) {
    await box[who].select(folder);
    for (const what of [run, NOTE, ...(folder === 'Drafts' ? ['Encrypted draft'] : [])])
      for (const uid of await box[who].search(`HEADER Subject "${what}"`)) await box[who].command(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
    await box[who].command('EXPUNGE');
  }
}
async function found(who, folder, subject) {
  const uid = await eventually(async () => { await box[who].select(folder); return (await box[who].search(`HEADER Subject "${subject}"`)).at(-1); }, `"${subject}" in ${folder} of ${who}`);
  return box[who].source(uid);
}
/** Every file of alice's mailbox on the disk of the mail server: mails, indexes, caches, what was deleted and is still there. */
function disk() {
  const root = path.join(instance.data, 'mail', address('alice'));
  return readdirSync(root, { recursive: true, withFileTypes: true }).filter((f) => f.isFile()).flatMap((f) => {
    const where = path.join(f.parentPath ?? f.path, f.name);
    try { return [{ where, bytes: readFileSync(where) }]; } catch (e) { if (e.code === 'ENOENT') return []; throw e; } // moved from new to cur meanwhile
  });
}
const nowhere = (when) => { for (const word of [THEIRS, OURS]) assert.deepEqual(search(disk(), passphraseNeedles(word)), [], `${word} ${when}`); };
const noFaults = (p) => assert.deepEqual(p.faults.splice(0), []);
const remark = (words) => alice.composer().locator('.tabs-note', { hasText: words }).waitFor();
const subject = (p, words) => p.composer().locator('.subject-input').fill(words);
const kept = () => alice.composer().locator('.composer-saved', { hasText: /saved/i }).waitFor();
async function unlockIfAsked(p, other) {
  await p.page.locator('form.unlock').or(other).first().waitFor();
  if (await p.page.locator('form.unlock').count()) await p.unlock(passphraseOf(p.name));
}

before(async () => {
  for (const who of ['alice', 'bob', 'erin', 'dave']) box[who] = await imapOf(who);
  await forget('alice', 'bob');
  await clean();
  oracle = new Oracle(instance.keys);
  dave = new Authority('', { adopt: { pem: path.join(instance.keys, 'root.pem'), key: path.join(instance.keys, 'root.key') } });
  dave.issue('dave', address('dave'));
  const api = await signedIn('alice');
  const r = await api.post('/api/v1/smime/certificates', { address: address('dave'), certificate: dave.der('dave').toString('base64') });
  assert.equal(r.status, 200, r.text);
  api.close();
  const s = new Smime(instance.keys);
  await box.alice.append('INBOX', message({ from: `Erin Ek <${address('erin')}>`, to: address('alice'), subject: QUESTION, date: new Date(), id: `<question.${run}@demo.test>` },
    s.encrypted(s.clearSigned(text(`The plans lie behind the ${THEIRS}.\n`), 'erin'), ['alice', 'erin'])));
  browser = await Browser.launch();
  alice = await (await browser.person('alice')).signIn();
  await alice.importKey();
  await alice.page.goto(`${instance.origin}/mail/`);
});
after(async () => {
  await browser?.close();
  oracle?.close();
  dave?.close();
  await clean();
  for (const b of Object.values(box)) b.close();
  await forget('alice', 'bob');
});

test('Auto, on the first day: nothing is demanded of anybody', async () => {
  await alice.open(QUESTION);
  await alice.unlocked(passphraseOf('alice'), 'encrypted+signed-valid');
  await alice.message().getByText(THEIRS).waitFor();
  await alice.newMessage();
  await remark('Auto');
  await alice.to(address('bob'));
  await remark('Not protected');
  await subject(alice, OPEN);
  await alice.write('Whoever likes may read this.');
  await alice.send();
  await alice.sent();
  assert.ok((await found('bob', 'INBOX', OPEN)).toString('latin1').includes('Whoever likes'));
  noFaults(alice);
});

test('overridden once: this message is encrypted, others are as they were', async () => {
  await alice.newMessage();
  await alice.to(address('erin'));
  await alice.mode('sign_encrypt');
  await alice.composer().locator('.send-button', { hasText: 'Send signed and encrypted' }).waitFor();
  await subject(alice, ONCE);
  await alice.write(`For Erin: ${OURS}.`);
  await kept();
  nowhere('while the one message is written');
  await alice.send();
  await alice.sent();
  const mail = await found('erin', 'INBOX', ONCE);
  assert.equal(oracle.verify(signedParts(oracle.decrypt(mail, 'erin'))), oracle.certificate('alice'));
  await alice.newMessage();
  await alice.to(address('bob'));
  await remark('Not protected');
  await alice.composer().getByRole('button', { name: 'Discard' }).click();
  await alice.page.locator('.dialog').getByRole('button', { name: 'Discard' }).click();
  await alice.composer().waitFor({ state: 'detached' });
  noFaults(alice);
});

test('an answer to encrypted mail is encrypted; one recipient has no certificate: asked, and the mail waits', async () => {
  await alice.open(QUESTION);
  await alice.reply();
  await alice.composer().locator('.send-button', { hasText: 'Send signed and encrypted' }).waitFor();
  await alice.to(address('bob'));
  await alice.composer().locator('.cc-button').click();
  const blind = alice.composer().locator('wx-chips[data-field=bcc] .chips-input');
  await blind.fill(address('dave'));
  await blind.press('Enter');
  await alice.write(`They hang where the ${OURS} do.`);
  await kept();
  nowhere('while the answer is written');
  await alice.send();
  const notice = alice.composer().locator('[data-notice=cannot-encrypt]');
  await notice.waitFor();
  assert.match(await notice.innerText(), /bob@demo\.test/);
  assert.doesNotMatch(await notice.innerText(), /erin@|dave@/);
  await notice.locator('.cannot-ask').click();
  await alice.page.locator('.cannot-dialog').getByRole('button', { name: 'Send the request' }).click();
  await unlockIfAsked(alice, notice.locator('.cannot-aside'));
  await notice.locator('.cannot-aside').click();
  await alice.composer().waitFor({ state: 'detached' });
  nowhere('while the answer waits');
  assert.equal(await box.bob.select('INBOX').then(() => box.bob.search(`HEADER Subject "${QUESTION}"`)).then((u) => u.length), 0, 'nothing of it has left');
  noFaults(alice);
});

test('the one who was asked answers in a browser of his own', async () => {
  bob = await (await browser.person('bob')).signIn();
  await bob.importKey();
  await bob.page.goto(`${instance.origin}/mail/`);
  await bob.row(NOTE).waitFor();
  await bob.open(NOTE);
  await bob.message().getByText('the answer is signed').waitFor();
  await bob.reply();
  await subject(bob, `Re: ${NOTE} ${run}`);
  await bob.write('Here it is.');
  await bob.send();
  await unlockIfAsked(bob, bob.page.locator('.toast', { hasText: 'sent' }));
  await bob.sent();
  noFaults(bob);
});

test('the answer arrives: she is told, and the mail that waited goes', async () => {
  await alice.folder('Inbox');
  await alice.row(`Re: ${NOTE} ${run}`).waitFor(); // open() looks for it further down when it is not there yet
  await alice.open(`Re: ${NOTE} ${run}`);
  await alice.hasVerdict('signed-valid');
  const told = alice.page.locator('.toast', { hasText: 'a message waits for it' });
  await told.waitFor();
  await told.getByRole('button', { name: 'Open it' }).click();
  await unlockIfAsked(alice, alice.page.locator('wx-composer'));
  const ready = alice.composer().locator('[data-notice=can-encrypt]');
  await ready.waitFor();
  assert.ok((await alice.editor().innerText()).includes(OURS));
  await ready.getByRole('button', { name: 'Send it now' }).click();
  await alice.sent();
  noFaults(alice);
});

test('on the other side: the same bytes for all, and nobody learns of the blind copy', async () => {
  const title = `Re: ${QUESTION}`;
  const got = { bob: await found('bob', 'INBOX', title), erin: await found('erin', 'INBOX', title), dave: await found('dave', 'INBOX', title), alice: await found('alice', 'Sent', title) };
  const ofDave = () => openssl(['cms', '-decrypt', '-binary', '-inform', 'DER', '-recip', dave.file('dave.pem'), '-inkey', dave.file('dave.key')], derOf(got.dave));
  const opened = { bob: oracle.decrypt(got.bob, 'bob'), erin: oracle.decrypt(got.erin, 'erin'), dave: ofDave(), alice: oracle.decrypt(got.alice, 'alice') };
  const contents = Object.fromEntries(Object.entries(opened).map(([who, inner]) => {
    const parts = signedParts(inner);
    assert.equal(oracle.verify(parts), oracle.certificate('alice'), who);
    return [who, parts.content];
  }));
  const words = contents.bob.toString('latin1').replaceAll('=\r\n', '');
  assert.ok(words.includes(OURS) && words.includes(THEIRS), 'what was written, and what it answers');
  for (const who of ['erin', 'dave', 'alice']) assert.ok(contents[who].equals(contents.bob), `the content of ${who} is that of bob, byte for byte`);
  const cms = (mail) => openssl(['cms', '-cmsout', '-print', '-noout', '-inform', 'DER'], derOf(mail)).toString('latin1');
  assert.ok(derOf(got.bob).equals(derOf(got.erin)), 'one encrypted body for those who may know of each other');
  assert.ok(!derOf(got.dave).equals(derOf(got.bob)), 'another for the blind one');
  const serial = (pem) => openssl(['x509', '-noout', '-serial'], Buffer.from(pem)).toString().trim().slice('serial='.length).toLowerCase();
  const names = (mail, pem) => cms(mail).replaceAll(':', '').toLowerCase().includes(serial(pem)) || derOf(mail).toString('hex').includes(serial(pem));
  assert.ok(names(got.bob, oracle.certificate('bob')) && names(got.bob, oracle.certificate('erin')) && names(got.dave, dave.pem('dave')), 'the search finds who is there');
  assert.ok(!names(got.bob, dave.pem('dave')), 'no recipient info of the blind one among the others');
  for (const who of ['bob', 'erin']) assert.ok(!names(got.dave, oracle.certificate(who)), `nor of ${who} in the blind copy`);
  for (const who of ['bob', 'erin']) assert.doesNotMatch(got[who].toString('latin1').replace(/^[^]*?(?=^From:)/m, '') + contents[who].toString('latin1'), /dave@|^bcc/im, who);
  assert.doesNotMatch(got.dave.toString('latin1') + contents.dave.toString('latin1'), /^bcc|^x-waxseal/im);
});

test('he reads it where he answered; nothing of it is left in Drafts, and no word was ever on the disk', async () => {
  await bob.folder('Inbox');
  await bob.row(`Re: ${QUESTION}`).waitFor();
  await bob.open(`Re: ${QUESTION}`);
  await bob.unlocked(passphraseOf('bob'), 'encrypted+signed-valid');
  await bob.reads(OURS);
  await eventually(async () => { await box.alice.select('Drafts'); return (await box.alice.search('HEADER Subject "Encrypted draft"')).length === 0; }, 'the draft is gone');
  nowhere('at the end');
  assert.notDeepEqual(search(disk(), passphraseNeedles('Whoever likes')), [], 'the search finds what was sent in the open');
  noFaults(bob);
  noFaults(alice);
  assert.deepEqual(browser.strangers, []);
});
