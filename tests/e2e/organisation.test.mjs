// Colleagues who never exchanged mail: Alice writes to Bob, sees where his certificate is from, and only he can read it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe } from '../lib/axe.mjs';
import { Browser, forget, passphraseOf } from '../lib/browser.mjs';
import { eventually, imapOf, instance, signedIn } from '../lib/instance.mjs';

const run = Date.now().toString(36);
const SUBJECT = `Heron ${run}`;
const SECRET = `The heron stands at the weir ${run}`;
const BOB = 'bob@demo.test';
let browser, alice, bob, box;

async function clean() {
  for (const [who, folder] of [['alice', 'Sent'], ['alice', 'Drafts'], ['bob', 'INBOX']]) {
    const imap = await imapOf(who);
    await imap.select(folder);
    for (const uid of await imap.search(`HEADER Subject "${folder === 'Drafts' ? 'Encrypted draft' : run}"`)) await imap.command(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
    await imap.command('EXPUNGE');
    imap.close();
  }
}
async function status() {
  const api = await signedIn('alice');
  try { return (await api.post('/api/v1/compose/recipients', { addresses: [BOB] })).json.recipients[0]; } finally { api.close(); }
}

before(async () => {
  await forget('alice', 'bob');
  await clean();
  box = await imapOf('bob');
  browser = await Browser.launch();
  alice = await (await browser.person('alice')).signIn();
  await alice.importKey();
  bob = await (await browser.person('bob')).signIn();
});
after(async () => {
  await browser?.close();
  box.close();
  await clean();
  await forget('alice', 'bob');
});

test('before Bob has a key there is nothing of his; when he stores one, he is told who can use it', async () => {
  assert.equal((await status()).status, 'none');
  await bob.importKey();
  const listed = bob.page.getByRole('switch', { name: /^List my certificate for colleagues/ });
  await listed.waitFor();
  assert.equal(await listed.isChecked(), true);
  assert.deepEqual(await axe(bob.page), []);
  await eventually(async () => (await status()).source === 'directory', 'Bob is listed');
});

test('the Security tab says where the certificate is from; the mail goes encrypted, and Bob reads it', async () => {
  await alice.page.goto(`${instance.origin}/mail/`);
  await alice.page.locator('.row:not(.is-bone), .grid-empty').first().waitFor();
  await alice.newMessage();
  await alice.mode('sign_encrypt');
  await alice.to(BOB);
  const c = alice.composer();
  await c.getByRole('tab', { name: 'Security' }).click();
  const row = c.locator('.recipients-table tr', { hasText: BOB });
  await row.locator('.certificate-source', { hasText: 'from your organisation' }).waitFor();
  await row.locator('td.is-good').waitFor();
  assert.deepEqual(await axe(alice.page), []);
  await c.getByRole('tab', { name: 'Message' }).click();
  await c.locator('.subject-input').fill(SUBJECT);
  await alice.write(SECRET);
  await alice.send();
  await alice.page.locator('form.unlock, .toast').first().waitFor();
  if (await alice.page.locator('form.unlock').count()) await alice.unlock(passphraseOf('alice'));
  await alice.sent();
  const uid = await eventually(async () => { await box.select('INBOX'); return (await box.search(`HEADER Subject "${SUBJECT}"`))[0]; }, 'the mail in Bob\'s INBOX');
  assert.ok(!(await box.source(uid)).toString('latin1').includes('heron stands'));
  await bob.page.goto(`${instance.origin}/mail/`);
  await bob.open(SUBJECT);
  await bob.unlocked(passphraseOf('bob'), 'encrypted+signed-valid');
  await bob.frameText().getByText(SECRET).waitFor();
  assert.deepEqual([...alice.faults, ...bob.faults], []);
});

test('Bob takes himself off the list: the next message to him cannot be encrypted by it, and the panel says so', async () => {
  await bob.settings('Security');
  const listed = bob.page.getByRole('switch', { name: /^List my certificate for colleagues/ });
  await listed.click();
  await eventually(async () => (await status()).status === 'none', 'Bob is not listed');
  await alice.newMessage();
  await alice.mode('sign_encrypt');
  await alice.to(BOB);
  await alice.composer().locator('.subject-input').fill(`Again ${run}`);
  await alice.write('Again');
  await alice.send();
  const notice = alice.composer().locator('[data-notice=cannot-encrypt]');
  await notice.waitFor();
  assert.match(await notice.innerText(), /bob@demo\.test – no certificate/i);
  await listed.click();
  await eventually(async () => (await status()).source === 'directory', 'Bob is listed again');
  await notice.locator('.cannot-find').click();
  await notice.waitFor({ state: 'detached' });
  await alice.composer().getByRole('button', { name: 'Discard' }).click();
  await alice.page.locator('.dialog').getByRole('button', { name: 'Discard' }).click();
  await alice.composer().waitFor({ state: 'detached' });
  assert.deepEqual([...alice.faults, ...bob.faults], []);
});
