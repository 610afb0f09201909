// Drafts that are never lost: two windows with one draft, encryption turned on late, a message that may have been sent.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, forget } from '../lib/browser.mjs';
import { account, eventually, imapOf, instance, signedIn } from '../lib/instance.mjs';
import { certificateDer } from '../lib/keyring.mjs';
import { clearDrafts, texts } from '../lib/mailbox.mjs';

const run = crypto.randomUUID().slice(0, 8);
const bob = account('bob').address;
let browser, alice;

const drafts = (name) => texts(name, 'Drafts');
const written = (p, subject, text) => p.begin(subject, text, bob);
const saved = (p) => p.composer().locator('.composer-saved', { hasText: /saved/i }).waitFor();
const withText = async (name, text) => (await drafts(name)).filter((d) => d.includes(text));

before(async () => {
  await forget('alice', 'dave');
  await clearDrafts('alice', 'dave');
  browser = await Browser.launch();
});
after(async () => {
  await browser?.close();
  await clearDrafts('alice', 'dave');
  await forget('alice', 'dave');
});

test('two windows with the same draft: what the second has becomes a draft of its own, and it is said', async () => {
  const p = await (await browser.person('dave')).signIn();
  const subject = `Two windows ${run}`;
  await written(p, subject, 'Common words.');
  await saved(p);
  const q = await (await browser.person('dave')).signIn();
  await q.folder('Drafts');
  await q.row(subject).locator('.row-subject').click();
  await q.editor().waitFor();
  await q.write('Second window. ');
  await eventually(async () => (await withText('dave', 'Second window')).length === 1, 'the second window has saved');
  await p.write('First window. ');
  await p.page.locator('.toast', { hasText: 'another window' }).waitFor();
  await eventually(async () => (await withText('dave', 'First window')).length === 1, 'the first one kept its own');
  assert.equal((await withText('dave', 'Second window')).length, 1, 'the other is as it was');
  assert.match(await p.editor().innerText(), /First window/);
  assert.deepEqual([...p.faults, ...q.faults], []);
  await p.close();
  await q.close();
  await clearDrafts('dave');
});

test('what could not be kept without a connection is kept by itself when there is one again', async () => {
  const p = await (await browser.person('dave')).signIn();
  const text = `Tern ${run}`;
  await p.page.locator('.row:not(.is-bone), .grid-empty').first().waitFor();
  await written(p, `Reconnected ${run}`, 'Before.');
  await saved(p);
  await p.context.setOffline(true);
  await p.write(`${text} `);
  const bad = p.composer().locator('.composer-notice.is-bad');
  await bad.waitFor();
  assert.deepEqual(await withText('dave', text), []);
  await p.context.setOffline(false);
  await bad.waitFor({ state: 'detached' });
  await saved(p);
  await eventually(async () => (await withText('dave', text)).length === 1, 'the server has it');
  assert.deepEqual(p.faults, []);
  await p.close();
  await clearDrafts('dave');
});

test('a message that may have been sent is never sent again by itself; as a new message it can be', async () => {
  const p = await (await browser.person('dave')).signIn();
  const subject = `Doubtful ${run}`;
  let seen = 0;
  // The answer gets lost behind the relay, and then nobody can be asked.
  await p.page.route('**/api/v1/compose/finish', async (r) => { seen++; await r.fetch(); await r.abort(); }, { times: 1 });
  await p.page.route('**/api/v1/compose/status/*', async (r) => { await r.abort(); }, { times: 1 });
  await written(p, subject, 'Said once.');
  await p.send();
  const note = p.composer().locator('.composer-notice', { hasText: 'It may have been sent' });
  await note.waitFor();
  assert.equal(seen, 1);
  await note.getByRole('button', { name: 'Make a new message of it' }).click();
  const question = p.page.locator('dialog[open]', { hasText: 'twice' });
  await question.getByRole('button', { name: 'Make a new message of it' }).click();
  await note.waitFor({ state: 'detached' });
  assert.match(await p.editor().innerText(), /Said once\./);
  await p.composer().locator('.subject-input').fill(`${subject} again`);
  await p.send();
  await p.sent();
  const imap = await imapOf('bob');
  await imap.select('INBOX');
  await eventually(async () => (await imap.search(`HEADER Subject "${subject} again"`)).length === 1, 'the new one is there');
  assert.equal((await imap.search(`HEADER Subject "${subject}"`)).length, 2, 'and the first one once');
  imap.close();
  await p.close();
});

test('encryption turned on late: the draft in the clear is gone, and it is said what may remain', async () => {
  alice = await (await browser.person('alice')).signIn();
  await alice.importKey();
  const c = await signedIn('alice');
  assert.equal((await c.post('/api/v1/smime/certificates', { address: bob, certificate: certificateDer('bob').toString('base64') })).status, 200);
  await c.put('/api/v1/settings', { security: { mode: 'none' } });
  await c.post('/api/v1/signout', {});
  c.close();
  await alice.page.goto(`${instance.origin}/mail/`);
  await alice.page.locator('.row:not(.is-bone)').first().waitFor();
  const text = `petrel ${run}`;
  await written(alice, `Late ${run}`, text);
  await eventually(async () => (await withText('alice', text)).length === 1, 'a plain draft');
  await alice.mode('sign_encrypt');
  await alice.page.locator('.toast', { hasText: 'backups' }).waitFor();
  const left = await drafts('alice');
  assert.equal(left.length, 1);
  assert.ok(!left[0].includes(text) && !left[0].includes(`Late ${run}`), 'the one that is left is encrypted');
  assert.deepEqual(alice.faults, []);
  await alice.close();
});

test('what is no address yet is there again when the draft is opened, and still not sent', async () => {
  const p = await (await browser.person('dave')).signIn();
  const subject = `Unfinished ${run}`;
  await p.newMessage();
  await p.to(bob, 'bob at home');
  await p.composer().locator('.recipient.is-bad', { hasText: 'bob at home' }).waitFor();
  await p.composer().locator('.subject-input').fill(subject);
  await p.write('Where was that again?');
  await saved(p);
  const q = await (await browser.person('dave')).signIn();
  await q.folder('Drafts');
  await q.row(subject).locator('.row-subject').click();
  await q.editor().waitFor();
  await q.composer().locator('.recipient.is-bad', { hasText: 'bob at home' }).waitFor();
  assert.equal(await q.composer().locator('.recipient').count(), 2);
  await q.send();
  await q.composer().locator('.composer-notice', { hasText: 'bob at home' }).waitFor();
  assert.equal((await withText('dave', subject)).length, 1, 'one draft');
  assert.deepEqual(q.faults, []);
  await p.close();
  await q.close();
});
