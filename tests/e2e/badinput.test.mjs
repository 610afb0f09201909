// Wrong, damaged, missing, too large, gone: each has a sentence a person understands, and what was written stays.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Browser, forget, passphraseOf } from '../lib/browser.mjs';
import { account, imapOf, instance, redis, signedIn, top } from '../lib/instance.mjs';

let browser, alice;
const run = Date.now().toString(36);
const p12 = (name) => readFileSync(path.join(instance.keys, `${name}.p12`));

/** Not synchronous: the browser's relay is in this process, and a request that it holds would be answered as if nothing had been away. */
function stack(script, ...services) {
  return promisify(execFile)('bash', [path.join(top, 'tests/stack', script), ...services], {
    env: { ...process.env, DATA: instance.data, INSTANCE: instance.instance, PORT_BASE: String(instance.ports.http), NODE: process.execPath } });
}
const stop = (service) => stack('down.sh', service);
const start = () => stack('up.sh');
const noFaults = () => assert.deepEqual(alice.faults.splice(0), []);

async function emptyDrafts() {
  const imap = await imapOf('alice');
  for (const folder of ['Drafts', 'Sent']) {
    await imap.select(folder);
    for (const uid of await imap.search(`OR SUBJECT "Encrypted draft" SUBJECT ${run}`)) await imap.command(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
    await imap.command('EXPUNGE');
  }
  imap.close();
}
async function openWizard(file, password) {
  const { page } = alice;
  await page.locator('wx-keys-panel').getByRole('button', { name: /^Import/ }).first().click();
  const dialog = page.locator('.import-dialog');
  await dialog.locator('input[type=file]').setInputFiles({ name: 'key.p12', mimeType: 'application/x-pkcs12', buffer: file });
  if (password !== undefined) {
    await dialog.locator('#file-password').fill(password);
    await dialog.locator('button[type=submit]').click();
  }
  return dialog;
}
async function begin(subject, text, to = 'bob@demo.test') {
  await alice.newMessage();
  await alice.to(to);
  await alice.composer().locator('.subject-input').fill(subject);
  await alice.write(text);
}
async function discard() {
  await alice.composer().getByRole('button', { name: 'Discard' }).click();
  const yes = alice.page.locator('.dialog .button-danger');
  await yes.click();
  await alice.composer().waitFor({ state: 'detached' });
}

before(async () => {
  await forget('alice');
  browser = await Browser.launch();
  alice = await browser.person('alice');
});
after(async () => {
  await start();
  await browser?.close();
  await emptyDrafts();
});

/** How many mails with that subject bob has, once the queue has handed on the first. */
async function arrivals(subject) {
  const imap = await imapOf('bob');
  let found = [];
  for (let i = 0; i < 300 && found.length === 0; i++) {
    if (i > 0) await new Promise((done) => setTimeout(done, 100));
    await imap.select('INBOX');
    found = await imap.search(`SUBJECT "${subject}"`);
  }
  imap.close();
  return found.length;
}

test('wrong account password: a sentence, the name is kept, the password is not', async () => {
  const { page } = alice;
  await page.goto(`${instance.origin}/`);
  await page.fill('#username', account('alice').address);
  await page.fill('#password', 'wrong password');
  await page.click('button[type=submit]');
  await page.locator('#signin-error').waitFor();
  assert.match(await page.locator('#signin-error').innerText(), /user name or password is wrong/i);
  assert.equal(await page.inputValue('#username'), account('alice').address);
  assert.equal(await page.inputValue('#password'), '');
  noFaults();
  await alice.signIn();
  await alice.settings('Security');
});

for (const [what, file, password, says] of [
  ['wrong passphrase of the file', 'alice', 'no', /does not open this file/i],
  ['a damaged .p12', 'damaged', 'alice demo passphrase', /damaged|not a \.p12/i],
]) {
  test(`${what}: a sentence, and another try`, async () => {
    const dialog = await openWizard(p12(file), password);
    await dialog.locator('[role=alert]').waitFor();
    assert.match(await dialog.locator('[role=alert]').innerText(), says);
    assert.equal(await dialog.locator('#file-password').inputValue(), '');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    noFaults();
  });
}
test('a file that is no key at all', async () => {
  const dialog = await openWizard(Buffer.from('%PDF-1.7 this is something else'));
  await dialog.locator('[role=alert]').waitFor();
  assert.match(await dialog.locator('[role=alert]').innerText(), /not a \.p12 file/i);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
});
test('the certificate of another address cannot be imported, and it is said why', async () => {
  const dialog = await openWizard(p12('mallory'), 'mallory demo passphrase');
  await dialog.locator('.key-card').waitFor();
  const text = await dialog.innerText();
  assert.match(text, /mallory@demo\.test/);
  assert.match(text, /alice@demo\.test/);
  assert.ok(await dialog.locator('button[type=submit]').isDisabled(), 'there is no way on');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
});
test('the server refuses it as well, whatever the page says', async () => {
  const c = await signedIn('alice');
  const pem = readFileSync(path.join(instance.keys, 'mallory.pem'), 'utf8');
  const a = await c.post('/api/v1/smime/certificates', { address: 'bob@demo.test', certificate: pem });
  assert.ok(a.status >= 400 && a.status < 500, a.text);
  c.close();
});
test('an expired certificate: may be kept for old mail, and says so', async () => {
  const dialog = await openWizard(p12('expired'), 'expired demo passphrase');
  await dialog.locator('.key-card').waitFor();
  assert.match(await dialog.innerText(), /expired/i);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  noFaults();
});
test('two different new passphrases, and one that is too short', async () => {
  const dialog = await openWizard(p12('alice'), account('alice').passphrase);
  await dialog.locator('.key-card').waitFor();
  await dialog.locator('button[type=submit]').click();
  for (const [a, b] of [['a good long passphrase', 'another good long one'], ['short', 'short']]) {
    await dialog.locator('#new-passphrase').fill(a);
    await dialog.locator('#new-passphrase-again').fill(b);
    await dialog.locator('button[type=submit]').click();
    await dialog.locator('[role=alert]').waitFor();
    assert.ok((await dialog.locator('[role=alert]').innerText()).length > 10);
  }
  await dialog.getByRole('button', { name: 'Cancel' }).click();
});
test('wrong keyring passphrase at a mail: a sentence in place, nothing shown', async () => {
  await alice.importKey();
  await alice.page.locator('wx-keys-panel').getByRole('button', { name: /lock now/i }).click();
  await alice.page.locator('.keyring-chip').waitFor({ state: 'detached' });
  await alice.page.locator('.settings-back').click();
  await alice.folder('Inbox');
  await alice.open('Offer for the Lindqvist account');
  await alice.unlock('not this one');
  await alice.page.locator('form.unlock [role=alert]').waitFor();
  assert.match(await alice.page.locator('form.unlock [role=alert]').innerText(), /passphrase is wrong/i);
  assert.equal(await alice.page.locator('#keyring-passphrase').inputValue(), '');
  assert.equal(await alice.page.locator('[data-asked] .parts').innerText(), '');
  await alice.unlock(passphraseOf('alice'));
  await alice.hasVerdict('encrypted+signed-valid');
  noFaults();
});

test('a recipient without a certificate: the panel names him, nothing leaves, the text stays', async () => {
  await begin(`No certificate ${run}`, 'Not in the clear.', 'carol@demo.test');
  await alice.mode('sign_encrypt');
  await alice.send();
  const panel = alice.composer().locator('.composer-notice', { hasText: 'carol@demo.test' });
  await panel.waitFor();
  assert.match(await panel.innerText(), /certificate/i);
  assert.match(await alice.editor().innerText(), /Not in the clear/);
  const imap = await imapOf('carol');
  await imap.select('INBOX');
  assert.deepEqual(await imap.search(`SUBJECT ${run}`), []);
  imap.close();
  noFaults();
});
test('sending without protection needs a second word, and can be called off', async () => {
  await alice.composer().locator('.composer-notice .button-quiet').click();
  const dialog = alice.page.locator('.dialog', { has: alice.page.locator('.button-danger') });
  await dialog.waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await alice.composer().getByRole('tab', { name: 'Security' }).click();
  assert.ok(await alice.composer().locator('.mode-options input[value=sign_encrypt]').isChecked(), 'still to be encrypted');
  await alice.composer().getByRole('tab', { name: 'Message' }).click();
  await discard();
});

test('60 MB: refused before anything is sent', async () => {
  await begin(`Too large ${run}`, 'See attachment.');
  browser.relay.exchanges.length = 0;
  browser.relay.recording = true;
  await alice.composer().locator('.file-input').evaluate((input) => {
    const t = new DataTransfer();
    t.items.add(new File([new Uint8Array(60 << 20)], 'film.mp4', { type: 'video/mp4' }));
    input.files = t.files;
    input.dispatchEvent(new Event('change'));
  });
  const alert = alice.composer().locator('.composer-notice[role=alert]');
  await alert.waitFor();
  assert.match(await alert.innerText(), /film\.mp4.*\d+.*MB/s);
  assert.equal(await alice.composer().locator('.file-chip').count(), 0);
  browser.relay.recording = false;
  assert.ok(browser.relay.exchanges.every((e) => Buffer.concat(e.request).length < 1 << 20), 'nothing of it was sent');
  assert.match(await alice.editor().innerText(), /See attachment/);
  await discard();
  const c = await signedIn('alice');
  const a = await c.request('POST', '/api/v1/compose/prepare', { body: Buffer.alloc(60 << 20, 65), headers: { 'Content-Type': 'application/vnd.waxseal.compose' } }).catch((e) => ({ status: e.code }));
  assert.ok(a.status === 413 || a.status === 'EPIPE' || a.status === 'ECONNRESET', `the server refuses it too: ${a.status}`);
  c.close();
});

test('broken MIME is shown as far as it goes', async () => {
  await alice.folder('Odd and hostile');
  for (const subject of ['Unclosed multipart', 'Broken base64', 'A damaged encrypted mail', 'A changed encrypted mail']) {
    await alice.open(subject);
    await alice.page.waitForFunction(() => !document.querySelector('wx-reader [aria-busy=true], .unlock-busy'));
    assert.equal(await alice.page.locator('wx-reader .empty[role=alert]').count(), 0, subject);
  }
  await alice.page.locator('.unlock-failed, .security').first().waitFor();
  assert.match(await alice.page.locator('wx-security-bar').innerText(), /could not be decrypted|damaged/i);
  noFaults();
});

test('the session ends in the middle of writing: sign in on top, everything is still there and goes out', async () => {
  const subject = `Session ${run}`;
  await alice.folder('Inbox');
  await begin(subject, 'Long thoughts, not to be lost.');
  await alice.mode('none');
  await alice.page.keyboard.press('Control+s');
  await alice.composer().locator('.composer-saved', { hasText: 'Saved' }).waitFor();
  const cookie = (await alice.context.cookies(instance.origin)).find((c) => c.name === `__Host-waxseal-${instance.instance}`);
  const id = Buffer.from(cookie.value, 'base64url').subarray(0, 16);
  assert.equal(redis('web', 'DEL', `${instance.instance}:s:${createHash('sha256').update(id).digest('hex')}`).trim(), '1', 'the session was there');
  // Pressed as the session ends: whatever else asks the server just then may bring the dialog, which lies over the button.
  await alice.composer().locator('.send-button').evaluate((b) => b.click());
  const dialog = alice.page.locator('.dialog', { has: alice.page.locator('#expired-password') });
  await dialog.waitFor();
  assert.match(await dialog.innerText(), /still here/);
  await dialog.locator('#expired-password').fill('wrong');
  await dialog.locator('button[type=submit]').click();
  await dialog.locator('#expired-problem').waitFor();
  assert.match(await dialog.locator('#expired-problem').innerText(), /wrong/i);
  assert.match(await alice.editor().innerText(), /Long thoughts/);
  await dialog.locator('#expired-password').fill(account('alice').password);
  await dialog.locator('button[type=submit]').click();
  await alice.sent();
  assert.equal(await arrivals(subject), 1, 'sent once');
  noFaults();
});

for (const [service, says] of [['dovecot', /mail server cannot be reached/i], ['postfix', /outgoing mail server cannot be reached/i], ['redis', /cannot reach its own memory|server is not answering/i]]) {
  test(`${service} away while a mail is sent: a sentence, the text stays; back again it goes out`, async () => {
    const subject = `${service} away ${run}`;
    await begin(subject, `Written while ${service} was there.`);
    await alice.mode('none');
    try {
      await stop(service);
      await alice.send();
      // What is said of a draft that could not be kept is no end of sending.
      const alert = alice.composer().locator('.composer-notice[role=alert]', { hasText: 'Not sent.' });
      await alert.waitFor();
      assert.match(await alert.innerText(), says);
      // What is pressed now is meant for the message, and not for the list behind it.
      await alice.composer().locator('.send-button:focus').waitFor();
      assert.match(await alice.editor().innerText(), /Written while/);
      assert.equal(await alice.composer().locator('.subject-input').inputValue(), subject);
      if (service !== 'postfix') {
        await alice.page.keyboard.press('Escape');
        await alice.page.locator('wx-composer .composer.is-small').waitFor();
        await alice.page.locator('wx-list .list-head [data-keys], .list-head .icon-button').first().click();
        await alice.page.locator('.row, .empty[role=alert]').first().waitFor();
      }
    } finally { await start(); }
    if (service !== 'postfix') await alice.composer().locator('.composer-min').click();
    await alice.send();
    await alice.sent();
    assert.equal(await arrivals(subject), 1, 'sent once');
    noFaults();
  });
}
