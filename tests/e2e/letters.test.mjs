// An address with letters beyond ASCII before the @: taken by the composer, compared before it is signed, handed over.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, forget, passphraseOf } from '../lib/browser.mjs';
import { imapOf, instance } from '../lib/instance.mjs';

const SUBJECT = `Letters ${Date.now().toString(36)}`;
let browser, alice;

async function clean() {
  const imap = await imapOf('alice');
  await imap.select('Drafts');
  for (const uid of await imap.search(`HEADER Subject "${SUBJECT}"`)) await imap.command(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
  await imap.command('EXPUNGE');
  imap.close();
}
before(async () => {
  await forget('alice');
  browser = await Browser.launch();
  alice = await (await browser.person('alice')).signIn();
  await alice.importKey();
  await alice.page.goto(`${instance.origin}/mail/`);
  await alice.page.locator('.row:not(.is-bone), .grid-empty').first().waitFor();
});
after(async () => {
  await browser?.close();
  await clean();
  await forget('alice');
});

test('it is a recipient like any other; the server knows nobody of that name, the composer says that nothing was sent, and the draft is kept', async () => {
  await alice.newMessage();
  await alice.mode('sign');
  // As some keyboards write it: the letter and its dots apart.
  await alice.to('mu\u0308ller@demo.test');
  const c = alice.composer();
  await c.locator('.recipient:not(.is-bad)', { hasText: 'm\u00fcller@demo.test' }).waitFor();
  await c.locator('.subject-input').fill(SUBJECT);
  await alice.write('Hello');
  await alice.send();
  await alice.page.locator('form.unlock, .composer [role=alert]').first().waitFor();
  if (await alice.page.locator('form.unlock').count()) await alice.unlock(passphraseOf('alice'));
  // What was signed was compared letter by letter before: this is the mail server's own answer.
  await c.getByText(/The outgoing mail server refused/).waitFor();
  await c.locator('.composer-notice', { hasText: /m\u00fcller@demo\.test.*the server answered .*5\d\d /s }).waitFor(); // whom, and in whose words
  assert.ok(await c.isVisible());
  assert.equal(await c.locator('.subject-input').inputValue(), SUBJECT);
  assert.deepEqual(alice.faults, []);
});

test('the list of drafts shows a domain by its letters, and no initials of nobody', async () => {
  const imap = await imapOf('alice');
  const mail = (to, what) => Buffer.from(`From: alice@demo.test\r\n${to}Subject: ${SUBJECT} ${what}\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nText\r\n`);
  await imap.append('Drafts', mail('To: max@xn--mller-kva.test\r\n', 'domain'), ['\\Draft']);
  await imap.append('Drafts', mail('', 'nobody'), ['\\Draft']);
  imap.close();
  await alice.folder('Drafts');
  await alice.row(`${SUBJECT} domain`).locator('.row-who', { hasText: 'max@m\u00fcller.test' }).waitFor();
  await alice.row(`${SUBJECT} nobody`).locator('.avatar', { hasText: /^\u2013$/ }).waitFor({ state: 'attached' });
  assert.deepEqual(alice.faults.splice(0), []);
});
