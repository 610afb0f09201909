// Undo send: the countdown, taking back, sign-out while it runs, and a window that is gone before its time.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe } from '../lib/axe.mjs';
import { Browser, forget, passphraseOf } from '../lib/browser.mjs';
import { account, eventually, imapOf, instance, redis, signedIn } from '../lib/instance.mjs';
import { clearDrafts, texts } from '../lib/mailbox.mjs';

const run = crypto.randomUUID().slice(0, 8);
const bob = account('bob').address;
let browser;

async function undoSeconds(name, n) {
  const c = await signedIn(name);
  const r = await c.put('/api/v1/settings', { composing: { undo_seconds: n } });
  assert.equal(r.status, 200, r.text);
  await c.post('/api/v1/signout', {});
  c.close();
}
const mails = (name, mailbox, field, value) => texts(name, mailbox, `HEADER ${field} "${value}"`);
const written = (p, subject, text) => p.begin(subject, text, bob);
const arrived = (subject) => mails('bob', 'INBOX', 'Subject', subject);
const held = (name) => mails(name, 'Drafts', 'X-Waxseal-Held', 'until');
/** What is held looks as if its window had been gone for long. */
async function longAgo(name) {
  const imap = await imapOf(name);
  try {
    await imap.select('Drafts');
    for (const uid of await imap.search('HEADER X-Waxseal-Held "until"')) {
      const raw = (await imap.source(uid)).toString('latin1');
      await imap.append('Drafts', Buffer.from(raw.replace(/^X-Waxseal-Held: until \d+/m, 'X-Waxseal-Held: until 1700000000'), 'latin1'), ['\\Draft', '\\Seen']);
      await imap.command(`UID STORE ${uid} +FLAGS (\\Deleted)`);
      // The server has long forgotten where it put it.
      const id = /^X-Waxseal-Submission: (\S+)/im.exec(raw)[1].toLowerCase();
      redis('web', 'DEL', `${instance.instance}:sub:${account(name).address}:${id}`);
    }
    await imap.command('EXPUNGE');
  } finally { imap.close(); }
}
const toast = (p) => p.page.locator('.toast', { has: p.page.locator('.toast-left') });
const noFaults = (p) => assert.deepEqual(p.faults, []);

before(async () => {
  await forget('alice', 'dave');
  for (const name of ['alice', 'dave']) { await clearDrafts(name); await undoSeconds(name, 30); }
  browser = await Browser.launch();
});
after(async () => {
  await browser?.close();
  for (const name of ['alice', 'dave']) { await undoSeconds(name, 0); await clearDrafts(name); }
  await forget('alice', 'dave');
});

test('while it counts down nothing has left; Undo brings the composer back as it was; signing out asks', async () => {
  const p = await (await browser.person('dave')).signIn();
  const subject = `Taken back ${run}`;
  await written(p, subject, 'Words that stay.');
  await p.send();
  await toast(p).waitFor();
  await p.composer().waitFor({ state: 'hidden' });
  assert.equal((await held('dave')).length, 1, 'a held draft at the server');
  assert.deepEqual(await arrived(subject), []);
  await p.page.locator('.account-button').first().click();
  await p.page.getByRole('menuitem', { name: 'Sign out' }).click();
  const question = p.page.locator('dialog[open]', { hasText: 'not been sent yet' });
  await question.waitFor();
  await question.getByRole('button', { name: 'Cancel' }).click();
  await toast(p).locator('.toast-action').click();
  await p.composer().waitFor();
  assert.equal(await p.composer().locator('.subject-input').inputValue(), subject);
  assert.match(await p.editor().innerText(), /Words that stay\./);
  await eventually(async () => (await held('dave')).length === 0, 'the mark is gone');
  await toast(p).waitFor({ state: 'detached' });
  assert.deepEqual(await arrived(subject), []);
  await p.composer().getByRole('button', { name: 'Close' }).click();
  await p.composer().waitFor({ state: 'detached' });
  noFaults(p);
  await p.close();
});

test('the setting is in Settings, and when the time has come the message leaves once', async () => {
  const p = await (await browser.person('dave')).signIn();
  await p.settings('Writing');
  await p.page.locator('#set-undo').selectOption('5');
  await p.page.locator('.saved:not(:empty)').first().waitFor();
  await p.page.locator('.settings-back').click();
  const subject = `In time ${run}`;
  await written(p, subject, 'Words that go.');
  await p.send();
  await p.sent();
  await toast(p).waitFor({ state: 'detached' });
  await eventually(async () => (await arrived(subject)).length === 1, 'bob has it');
  assert.deepEqual(await held('dave'), []);
  noFaults(p);
  await p.close();
});

test('a window that is gone: not sent, said at the next sign-in, and sent from there', async () => {
  await undoSeconds('dave', 30);
  const p = await (await browser.person('dave')).signIn();
  const subject = `Left behind ${run}`;
  await written(p, subject, 'Words that wait.');
  await p.send();
  await toast(p).waitFor();
  await p.close();
  assert.deepEqual(await arrived(subject), []);
  await longAgo('dave');
  await undoSeconds('dave', 5);
  const q = await (await browser.person('dave')).signIn();
  const note = q.page.locator('.unsent');
  await note.waitFor();
  await note.getByText(subject).waitFor();
  assert.deepEqual(await axe(q.page), []);
  await note.getByRole('button', { name: new RegExp(`^Send: .*${subject}`) }).click();
  await toast(q).waitFor();
  await q.page.locator('.toast', { hasText: 'sent' }).first().waitFor();
  await eventually(async () => (await arrived(subject)).length === 1, 'bob has it');
  assert.match((await arrived(subject))[0], /Words that wait\./);
  assert.deepEqual(await mails('dave', 'Drafts', 'Subject', subject), [], 'no draft is left');
  noFaults(q);
  await q.close();
});

test('an encrypted one is held encrypted, and sent after the unlock', async () => {
  const p = await (await browser.person('alice')).signIn();
  await p.importKey();
  const c = await signedIn('alice');
  const { certificateDer } = await import('../lib/keyring.mjs');
  assert.equal((await c.post('/api/v1/smime/certificates', { address: bob, certificate: certificateDer('bob').toString('base64') })).status, 200);
  await c.post('/api/v1/signout', {});
  c.close();
  await p.page.goto(`${instance.origin}/mail/`);
  await p.page.locator('.row:not(.is-bone)').first().waitFor();
  const subject = `Sealed ${run}`, text = `cormorant ${run} below`;
  await p.newMessage();
  await p.mode('sign_encrypt');
  await p.to(bob);
  await p.composer().locator('.subject-input').fill(subject);
  await p.write(text);
  await p.send();
  await toast(p).waitFor();
  const [raw, ...more] = await held('alice');
  assert.deepEqual(more, []);
  assert.ok(!raw.includes(text) && !raw.includes(subject), 'nothing of it is in the clear');
  await p.close();
  await longAgo('alice');
  await undoSeconds('alice', 5);
  const q = await (await browser.person('alice')).signIn();
  const note = q.page.locator('.unsent');
  await note.waitFor();
  await note.getByText(/Encrypted draft, .*2023/).waitFor();
  await note.getByRole('button', { name: /^Send: .*Encrypted draft/ }).click();
  await q.page.locator('form.unlock, .toast .toast-left').first().waitFor();
  if (await q.page.locator('form.unlock').count()) await q.unlock(passphraseOf('alice'));
  await toast(q).waitFor();
  await q.page.locator('.toast', { hasText: 'sent' }).first().waitFor();
  await eventually(async () => (await arrived(subject)).length === 1, 'bob has it');
  assert.ok(!(await arrived(subject))[0].includes(text));
  assert.deepEqual(await held('alice'), []);
  noFaults(q);
  await q.close();
});

test('another tab that is open all the time says it too, and the row in Drafts says so', async () => {
  await undoSeconds('dave', 30);
  const p = await (await browser.person('dave')).signIn();
  const other = await p.context.newPage();
  const asked = (page) => page.waitForResponse((r) => r.url().endsWith('/api/v1/compose/held'));
  const first = asked(other);
  await other.goto(`${instance.origin}/mail/`);
  await other.locator('.row:not(.is-bone), .grid-empty').first().waitFor();
  await first;
  const subject = `Other tab ${run}`, told = asked(other);
  await p.page.bringToFront();
  await written(p, subject, 'Words that wait elsewhere.');
  await p.send();
  await toast(p).waitFor();
  await told;
  assert.equal(await other.locator('.unsent').count(), 0, 'its time is not over');
  await p.page.close();
  await longAgo('dave');
  await other.bringToFront();
  await eventually(async () => {
    await other.evaluate(() => { document.dispatchEvent(new Event('visibilitychange')); });
    return (await other.locator('.unsent', { hasText: subject }).count()) === 1;
  }, 'the open tab says that it was not sent');
  await other.locator('wx-sidebar .folder-link', { has: other.getByText('Drafts', { exact: true }) }).click();
  await other.locator('.row', { hasText: subject }).locator('.row-unsent', { hasText: 'Not sent' }).waitFor();
  assert.deepEqual(await arrived(subject), []);
  await p.close();
  await clearDrafts('dave');
});

test('taken back from another window: this one does not send it, and says so', async () => {
  // Time enough to take it back; then this window's clock goes on to the end of it.
  await undoSeconds('dave', 30);
  const p = await browser.person('dave');
  await p.page.clock.install();
  await p.signIn();
  const subject = `Taken elsewhere ${run}`;
  await written(p, subject, 'Words of this window.');
  await p.send();
  await toast(p).waitFor();
  const c = await signedIn('dave');
  try {
    let h;
    await eventually(async () => (h = (await c.get('/api/v1/compose/held')).json.held.find((x) => x.subject === subject)) !== undefined, 'held');
    assert.equal((await c.post('/api/v1/compose/hold', { submission: h.submission, seconds: 0 })).status, 200);
  } finally { c.close(); }
  assert.equal(await p.composer().isVisible(), false);
  await p.page.clock.fastForward(30_000);
  await p.composer().locator('.composer-notice.is-bad').waitFor();
  await p.composer().waitFor();
  assert.deepEqual(await arrived(subject), []);
  assert.equal((await mails('dave', 'Drafts', 'Subject', subject)).length, 1, 'the draft is there');
  await p.close();
});

test('Undo, and typing while the mark is still being taken off: one draft, with what was typed', async () => {
  await undoSeconds('dave', 30);
  const p = await (await browser.person('dave')).signIn();
  const subject = `Undone ${run}`;
  await written(p, subject, 'Words. ');
  await p.send();
  await toast(p).waitFor();
  let go;
  const typed = new Promise((done) => { go = done; });
  let saves = 0;
  p.page.on('request', (r) => { if (r.url().endsWith('/compose/draft')) saves++; });
  // The server has done it; its answer comes after what is typed.
  await p.page.route('**/api/v1/compose/hold', async (r) => { const response = await r.fetch(); await typed; await r.fulfill({ response }); });
  try {
    await toast(p).locator('.toast-action').click();
    await p.composer().waitFor();
    await eventually(async () => (await held('dave')).length === 0, 'the mark is off');
    await p.write('Typed after Undo. ');
    await p.composer().locator('.subject-input').focus();
    // Saving now would be of a draft that this window has not been told of.
    await p.page.evaluate(() => { void document.querySelector('wx-composer').composer.save(); });
    assert.equal(saves, 0);
    go();
    await eventually(async () => (await mails('dave', 'Drafts', 'Subject', subject)).some((x) => x.includes('Typed after Undo')), 'saved');
    assert.equal((await mails('dave', 'Drafts', 'Subject', subject)).length, 1);
    assert.equal(await p.page.locator('.toast', { hasText: 'another window' }).count(), 0);
    noFaults(p);
  } finally {
    go();
    await p.page.unroute('**/api/v1/compose/hold');
    await p.close();
    await clearDrafts('dave');
  }
});
