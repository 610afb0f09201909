// Somebody cannot be encrypted to: every way on, and none of them silently in clear. Asked, the answer arrives, the
// person is told, and the mail that waited goes encrypted.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe } from '../lib/axe.mjs';
import { Browser, forget, passphraseOf } from '../lib/browser.mjs';
import { account, eventually, imapOf, instance, signedIn } from '../lib/instance.mjs';
import { makeP12 } from '../lib/issue.mjs';
import { message, text } from '../lib/mime.mjs';
import { Oracle, signedParts } from '../lib/oracle.mjs';
import { Smime } from '../lib/smime.mjs';

const run = Date.now().toString(36);
const SECRET = `The kingfisher flies at noon ${run}`;
const SUBJECT = `Kingfisher ${run}`;
const BOB = 'bob@demo.test', CAROL = 'carol@demo.test', ERIN = 'erin@demo.test';
const NOTE = 'Please send me a signed message';
let browser, alice, bob, oracle;
const box = {};

async function clean() {
  const api = await signedIn('alice');
  for (const w of (await api.get('/api/v1/compose/waiting')).json.waiting) await api.delete('/api/v1/compose/draft', { submission: w.submission });
  api.close();
  for (const [who, folder] of [['alice', 'INBOX'], ['alice', 'Sent'], ['alice', 'Drafts'], ['bob', 'INBOX'], ['carol', 'INBOX']]) {
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
async function count(who, folder, subject) { await box[who].select(folder); return (await box[who].search(`HEADER Subject "${subject}"`)).length; }
async function draftsHold(words) {
  await box.alice.select('Drafts');
  const all = [];
  for (const uid of await box.alice.search('ALL')) all.push((await box.alice.source(uid)).toString('latin1'));
  return all.filter((s) => s.includes(words)).length;
}
const notice = () => alice.composer().locator('[data-notice=cannot-encrypt]');
const noFaults = () => assert.deepEqual(alice.faults.splice(0), []);
async function write(subject, words, ...to) {
  await alice.newMessage();
  await alice.mode('sign_encrypt');
  await alice.to(...to);
  await alice.composer().locator('.subject-input').fill(subject);
  await alice.write(words);
}
async function discard() {
  await alice.composer().getByRole('button', { name: 'Discard' }).click();
  await alice.page.locator('.dialog').getByRole('button', { name: 'Discard' }).click();
  await alice.composer().waitFor({ state: 'detached' });
}

before(async () => {
  for (const who of ['alice', 'bob', 'carol']) box[who] = await imapOf(who);
  await forget('alice', 'bob', 'erin'); // keys that are here would be found in the organisation's directory
  await clean();
  oracle = new Oracle(instance.keys);
  browser = await Browser.launch();
  alice = await (await browser.person('alice')).signIn();
  await alice.importKey();
  await alice.page.goto(`${instance.origin}/mail/`);
  await alice.page.locator('.row:not(.is-bone), .grid-empty').first().waitFor();
});
after(async () => {
  await browser?.close();
  oracle?.close();
  await clean();
  for (const b of Object.values(box)) b.close();
  await forget('alice');
});

test('Send stops at who cannot be encrypted to, says why, and offers every way on', async () => {
  await write(SUBJECT, SECRET, BOB);
  await alice.send();
  await notice().waitFor();
  assert.match(await notice().innerText(), /bob@demo\.test – no certificate/i);
  for (const name of ['find', 'ask', 'clear']) assert.equal(await notice().locator(`.cannot-${name}`).count(), 1, name);
  assert.equal(await notice().locator('.cannot-split').count(), 0, 'there are no others');
  assert.deepEqual(await axe(alice.page), []);
  await notice().locator('.cannot-find').click();
  await notice().getByText('Nothing that can be used was found').waitFor();
  noFaults();
});

test('asking: what is sent is shown before, it is signed, and says nothing of the mail, which waits encrypted', async () => {
  await notice().locator('.cannot-ask').click();
  const dialog = alice.page.locator('.cannot-dialog');
  await dialog.waitFor();
  assert.match(await dialog.locator('.ask-note').innerText(), /I do not have your certificate/);
  assert.deepEqual(await axe(alice.page), []);
  await alice.page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  assert.ok(await notice().isVisible(), 'Escape closes the question, not the composer');
  await notice().locator('.cannot-ask').click();
  await dialog.getByRole('button', { name: 'Send the request' }).click();
  // The keyring asks where it is locked.
  await alice.page.locator('form.unlock, .cannot-aside').first().waitFor();
  if (await alice.page.locator('form.unlock').count()) await alice.unlock(passphraseOf('alice'));
  await notice().locator('.cannot-aside').waitFor();
  assert.match(await notice().innerText(), /asked on/);
  const note = await found('bob', 'INBOX', NOTE);
  assert.equal(oracle.verify(signedParts(note)), oracle.certificate('alice'));
  assert.ok(!note.toString('latin1').includes('ingfisher'), 'nothing of the mail is in the note');
  assert.match(signedParts(note).content.toString('latin1'), /^X-Waxseal-Request: certificate\r$/m);
  await notice().locator('.cannot-aside').click();
  await alice.composer().waitFor({ state: 'detached' });
  await alice.folder('Drafts');
  await alice.page.locator('.row-waiting', { hasText: 'Waits for a certificate' }).waitFor();
  assert.equal(await draftsHold('ingfisher'), 0, 'Drafts hold no word of it');
  noFaults();
});

test('the answer arrives and is read: she is told, opens the mail that waits, and it goes encrypted', async () => {
  const s = new Smime(instance.keys);
  await box.alice.append('INBOX', message({ from: BOB, to: account('alice').address, subject: `Re: ${NOTE} ${run}`, date: new Date(), id: `<answer.${run}@demo.test>` }, s.clearSigned(text('Here it is.\n'), 'bob')));
  await alice.folder('Inbox');
  await alice.open(`Re: ${NOTE} ${run}`);
  await alice.hasVerdict('signed-valid');
  const told = alice.page.locator('.toast', { hasText: 'a message waits for it' });
  await told.waitFor();
  assert.match(await told.innerText(), /bob@demo\.test/);
  await told.getByRole('button', { name: 'Open it' }).click();
  await alice.page.locator('form.unlock, wx-composer').first().waitFor();
  if (await alice.page.locator('form.unlock').count()) await alice.unlock(passphraseOf('alice'));
  await alice.editor().waitFor();
  const ready = alice.composer().locator('[data-notice=can-encrypt]');
  await ready.waitFor();
  assert.ok((await alice.editor().innerText()).includes(SECRET));
  await ready.getByRole('button', { name: 'Send it now' }).click();
  await alice.sent();
  const mail = await found('bob', 'INBOX', SUBJECT);
  assert.ok(!mail.toString('latin1').includes(SECRET));
  const parts = signedParts(oracle.decrypt(mail, 'bob'));
  assert.equal(oracle.verify(parts), oracle.certificate('alice'));
  assert.ok(parts.content.toString('latin1').replace(/=\r\n/g, '').includes(SECRET));
  await alice.folder('Drafts');
  await eventually(async () => (await alice.page.locator('.row-waiting').count()) === 0, 'nothing waits any more');
  assert.equal(await draftsHold('ingfisher'), 0);
  noFaults();
});

test('to the others encrypted, to this one signed only: confirmed, two mails, each naming only its own', async () => {
  const subject = `Both ${run}`;
  await write(subject, `For two kinds of people ${run}`, BOB, CAROL);
  await alice.send();
  await notice().waitFor();
  assert.match(await notice().innerText(), /carol@demo\.test/);
  await notice().locator('.cannot-split').click();
  const dialog = alice.page.locator('.cannot-dialog');
  await dialog.waitFor();
  assert.match(await dialog.innerText(), /Encrypted, as it is, to\s+bob@demo\.test[^]*Signed only[^]*carol@demo\.test/);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  assert.equal(await count('bob', 'INBOX', subject), 0, 'nothing leaves without the word');
  await notice().locator('.cannot-split').click();
  await dialog.getByRole('button', { name: 'Send both' }).click();
  const secret = await found('bob', 'INBOX', subject), clear = await found('carol', 'INBOX', subject);
  assert.match(secret.toString('latin1'), /application\/pkcs7-mime/);
  assert.ok(!secret.toString('latin1').includes(CAROL));
  assert.equal(oracle.verify(signedParts(clear)), oracle.certificate('alice'));
  assert.ok(clear.toString('latin1').includes(`For two kinds of people ${run}`));
  assert.ok(!clear.toString('latin1').includes(BOB));
  await eventually(async () => (await alice.page.locator('wx-composer').count()) === 0, 'both are sent');
  assert.equal(await count('bob', 'INBOX', subject), 1);
  assert.equal(await count('carol', 'INBOX', subject), 1);
  await eventually(async () => (await count('alice', 'Drafts', 'Encrypted draft')) === 0, 'no draft is left');
  noFaults();
});

test('split, and the encrypted one is refused: nothing leaves, and the draft is for all of them again', async () => {
  const subject = `Refused ${run}`, finish = '**/api/v1/compose/finish';
  await write(subject, `For nobody yet ${run}`, BOB, CAROL);
  await alice.composer().locator('.composer-saved', { hasText: /saved/i }).waitFor();
  await alice.send();
  await notice().waitFor();
  await alice.page.route(finish, (r) => r.fulfill({ status: 503, contentType: 'application/json', body: JSON.stringify({ code: 'smtp_refused', message: 'Refused.' }) }));
  try {
    await notice().locator('.cannot-split').click();
    await alice.page.locator('.cannot-dialog').getByRole('button', { name: 'Send both' }).click();
    await alice.composer().locator('.notice', { hasText: 'Not sent' }).waitFor();
    await alice.composer().locator('.composer-saved', { hasText: /saved/i }).waitFor();
    await eventually(async () => (await count('alice', 'Drafts', 'Encrypted draft')) === 1, 'one draft, and no copy');
    assert.match(await alice.composer().locator('.notice', { hasText: 'Not sent' }).innerText(), /Refused/, 'still said when it was saved');
    await alice.composer().getByRole('button', { name: 'Close' }).click();
    await alice.composer().waitFor({ state: 'detached' });
  } finally { await alice.page.unroute(finish); }
  for (const who of ['bob', 'carol']) assert.equal(await count(who, 'INBOX', subject), 0, who);
  await alice.folder('Drafts');
  await alice.page.locator('.row', { hasText: 'Encrypted draft' }).first().locator('.row-subject').click();
  await alice.page.locator('form.unlock, wx-composer').first().waitFor();
  if (await alice.page.locator('form.unlock').count()) await alice.unlock(passphraseOf('alice'));
  await alice.editor().waitFor();
  for (const who of [BOB, CAROL]) await alice.composer().locator('.recipient', { hasText: who.split('@')[0] }).waitFor();
  await discard();
  noFaults();
});

test('split confirmed twice while the copy is on its way: one of each, and nothing can be changed meanwhile', async () => {
  const subject = `Once ${run}`, save = '**/api/v1/compose/draft';
  await eventually(async () => (await count('alice', 'Drafts', 'Encrypted draft')) === 0, 'what the test before discarded is gone');
  await write(subject, `Only once ${run}`, BOB, CAROL);
  await alice.composer().locator('.composer-saved', { hasText: /saved/i }).waitFor();
  await alice.send();
  await notice().waitFor();
  let letGo, asked = 0;
  const held = new Promise((r) => { letGo = r; });
  await alice.page.route(save, async (r) => { asked += 1; await held; await r.continue(); });
  try {
    await notice().locator('.cannot-split').click();
    await alice.page.locator('.cannot-dialog').getByRole('button', { name: 'Send both' }).click();
    await eventually(() => asked > 0, 'the copy is being kept');
    await alice.page.locator('wx-composer .composer-body[inert]').waitFor({ state: 'attached' });
    assert.equal(await notice().count(), 0, 'no second one can be confirmed');
    await alice.composer().press('Control+Enter');
  } finally { letGo(); }
  await found('bob', 'INBOX', subject);
  await found('carol', 'INBOX', subject);
  await eventually(async () => (await alice.page.locator('wx-composer').count()) === 0, 'both are sent');
  await alice.page.unroute(save);
  for (const who of ['bob', 'carol']) assert.equal(await count(who, 'INBOX', subject), 1, who);
  await eventually(async () => (await count('alice', 'Drafts', 'Encrypted draft')) === 0, 'no draft of it is left');
  noFaults();
});

test('everything unencrypted only after one more question; removing the recipient goes on encrypted', async () => {
  const subject = `Remove ${run}`;
  await write(subject, 'To one of them', BOB, CAROL);
  await alice.send();
  await notice().waitFor();
  await notice().locator('.cannot-clear').click();
  const dialog = alice.page.locator('.cannot-dialog');
  await dialog.waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  assert.equal(await count('carol', 'INBOX', subject), 0);
  await notice().locator('.cannot-remove').click();
  await notice().waitFor({ state: 'detached' });
  await alice.send();
  await alice.sent();
  assert.match((await found('bob', 'INBOX', subject)).toString('latin1'), /application\/pkcs7-mime/);
  assert.equal(await count('carol', 'INBOX', subject), 0);
  noFaults();
});

test('an answer to an encrypted mail: what it quotes is taken out by default, and it is looked at once more', async () => {
  const subject = `Quoted ${run}`, quoted = `Quoted secret ${run}`;
  const s = new Smime(instance.keys);
  await box.alice.append('INBOX', message({ from: CAROL, to: account('alice').address, subject, date: new Date(), id: `<quoted.${run}@demo.test>` }, s.encrypted(text(`${quoted}\n`), ['alice'])));
  await alice.folder('Inbox');
  await alice.open(subject);
  await alice.page.locator('[data-asked] .parts').getByText(quoted).or(alice.page.locator('form.unlock')).first().waitFor();
  if (await alice.page.locator('form.unlock').count()) await alice.unlock(passphraseOf('alice'));
  await alice.page.locator('[data-asked] .parts').getByText(quoted).waitFor();
  await alice.reply();
  await alice.editor().getByText(quoted).waitFor();
  await alice.write(`My own words ${run}`);
  await alice.send();
  await notice().waitFor();
  await notice().locator('.cannot-clear').click();
  const dialog = alice.page.locator('.cannot-dialog');
  assert.ok(await dialog.locator('.cut-quote').isChecked());
  await dialog.getByRole('button', { name: 'Do not encrypt' }).click();
  await alice.composer().getByText('This answer is no longer encrypted').waitFor();
  await eventually(async () => !(await alice.editor().innerText()).includes(quoted), 'the quotation is gone');
  assert.match(await alice.editor().innerText(), new RegExp(`My own words ${run}`));
  assert.equal(await count('carol', 'INBOX', subject), 0, 'it was not sent yet');
  await alice.send();
  await alice.sent();
  const mail = (await found('carol', 'INBOX', subject)).toString('latin1');
  assert.ok(mail.includes(`My own words ${run}`));
  assert.ok(!mail.includes(quoted));
  noFaults();
});

test('a certificate imported elsewhere while the composer is open is told there, too', async () => {
  await write(`Elsewhere ${run}`, 'Soon', 'dave@demo.test');
  await alice.send();
  await notice().waitFor();
  await notice().locator('.cannot-ask').click();
  await alice.page.locator('.cannot-dialog').getByRole('button', { name: 'Send the request' }).click();
  await notice().locator('.cannot-aside').waitFor();
  const api = await signedIn('alice');
  try {
    const r = await api.post('/api/v1/smime/certificates', { address: 'dave@demo.test', certificate: makeP12('x', { name: 'Dave', address: 'dave@demo.test' }).der.toString('base64') });
    assert.equal(r.status, 200, r.text);
  } finally { api.close(); }
  await alice.composer().locator('[data-notice=can-encrypt]').waitFor();
  await discard();
  noFaults();
});

test('two were asked, one of them is taken out again: it waits for the other alone, whose answer is told', async () => {
  const subject = `Changed ${run}`, chips = (who) => alice.composer().locator('.recipient', { hasText: who });
  await write(subject, `For whom it waits ${run}`, ERIN, CAROL);
  await alice.send();
  await notice().waitFor();
  await notice().locator('.cannot-ask').click();
  await alice.page.locator('.cannot-dialog').getByRole('button', { name: /^Send .*requests$/ }).click();
  await alice.page.locator('form.unlock, .cannot-aside').first().waitFor();
  if (await alice.page.locator('form.unlock').count()) await alice.unlock(passphraseOf('alice'));
  await notice().locator('.cannot-aside').waitFor();
  await chips(CAROL).locator('.recipient-remove').click();
  await chips(CAROL).waitFor({ state: 'detached' });
  await notice().getByText(CAROL).waitFor({ state: 'detached' });
  assert.match(await notice().innerText(), /erin@demo\.test[^]*asked on/, 'who is still missing is still said');
  await notice().locator('.cannot-aside').click();
  await alice.composer().waitFor({ state: 'detached' });
  await alice.folder('Drafts');
  await alice.page.locator('.row-waiting', { hasText: 'Waits for a certificate' }).waitFor();
  await box.alice.append('INBOX', message({ from: ERIN, to: account('alice').address, subject: `Re: ${NOTE} ${run}e`, date: new Date(), id: `<answer.${run}e@demo.test>` }, new Smime(instance.keys).clearSigned(text('Here is mine.\n'), 'erin')));
  await alice.folder('Inbox');
  await alice.open(`Re: ${NOTE} ${run}e`);
  const told = alice.page.locator('.toast', { hasText: 'a message waits for it' });
  await told.waitFor();
  assert.match(await told.innerText(), /erin@demo\.test/);
  assert.ok(!(await told.innerText()).includes(CAROL));
  await alice.folder('Drafts');
  await alice.page.locator('.row-waiting', { hasText: 'Can be sent' }).waitFor();
  noFaults();
});

test('the request is known as one: without a key it is said what to do, with one the answer starts signed', async () => {
  await forget('bob');
  bob = await (await browser.person('bob')).signIn();
  await bob.folder('Inbox');
  await bob.open(NOTE);
  const asked = bob.page.locator('.reader [data-notice=request], wx-message [data-notice=request]').first();
  await asked.waitFor();
  assert.match(await asked.innerText(), /no key here yet/);
  assert.deepEqual(await axe(bob.page), []);
  await asked.getByRole('link', { name: 'Go to your keys' }).click();
  await bob.page.locator('wx-settings').waitFor();
  await bob.importKey();
  await bob.page.goto(`${instance.origin}/mail/`);
  await bob.page.locator('.row:not(.is-bone)').first().waitFor();
  await bob.open(NOTE);
  await asked.getByText('the answer is signed').waitFor();
  await bob.reply();
  const why = bob.composer().locator('[data-notice=request]');
  await why.getByText('it goes along with the signature').waitFor();
  await bob.mode('none');
  await why.getByText('does not bring it').waitFor();
  await bob.mode('sign');
  await bob.composer().locator('.subject-input').fill(`Re: ${NOTE} ${run}b`);
  await bob.send();
  await bob.page.locator('form.unlock, .toast').first().waitFor();
  if (await bob.page.locator('form.unlock').count()) await bob.unlock(passphraseOf('bob'));
  await bob.sent();
  assert.equal(oracle.verify(signedParts(await found('alice', 'INBOX', `${NOTE} ${run}b`))), oracle.certificate('bob'));
  assert.deepEqual(bob.faults, []);
  await bob.close();
  await forget('bob');
});
