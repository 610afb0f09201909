// The person's own keys in a real browser: unlocked after an import, separate certificates for signing and receiving,
// change of the passphrase, a key made here from request to first mail, old keys for old mail, reminders, removal. What
// crosses the wire meanwhile is recorded and searched for private keys and passphrases.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Browser, forget, passphraseOf } from '../lib/browser.mjs';
import { account, eventually, imapOf, instance, signedIn } from '../lib/instance.mjs';
import { answerRequest, makeP12, withKeyOf } from '../lib/issue.mjs';
import { Oracle, derOf, signedParts } from '../lib/oracle.mjs';
import { keyNeedles, passphraseNeedles, search } from '../lib/secrets.mjs';
import { openssl } from '../lib/smime.mjs';

const run = Date.now().toString(36);
const OLD_MAIL = 'Offer for the Lindqvist account';
const ADDRESS = account('alice').address;
const NEXT = 'another keyring test passphrase';
const fingerprint = (der) => createHash('sha256').update(der).digest('hex');
const noFaults = (p) => assert.deepEqual(p.faults, []);

let browser, alice, api, oracle;
const page = () => alice.page;
const dialog = (className) => page().locator(className ? `.${className}` : 'dialog[open]');
const submit = () => dialog().locator('button[type=submit]');
const card = (label) => page().locator('.key-list .key-card', { has: page().getByRole('heading', { name: label, exact: true }) });
const certRow = (der) => page().locator(`.key-cert[data-fingerprint="${fingerprint(der)}"]`);
const vault = async () => (await api.get('/api/v1/smime/keys')).json;

async function action(label, item) {
  await card(label).locator('wx-menu [data-trigger]').click();
  await page().getByRole('menuitem', { name: item, exact: true }).click();
  await dialog().waitFor();
}
async function closed() { await dialog().waitFor({ state: 'detached' }); }
/** In-app, without a reload: the keyring ends with its last page. */
async function back() {
  await page().locator('.settings-back').click();
  await page().locator('.row:not(.is-bone)').first().waitFor();
}
async function download(click) {
  const wait = page().waitForEvent('download');
  await click();
  const d = await wait;
  return { name: d.suggestedFilename(), bytes: readFileSync(await d.path()) };
}
async function received(subject) {
  const imap = await imapOf('alice');
  try {
    return await eventually(async () => {
      await imap.select('INBOX');
      const uids = await imap.search(`HEADER Subject "${subject}"`);
      return uids.length ? imap.source(uids.at(-1)) : null;
    }, `a mail "${subject}"`);
  } finally { imap.close(); }
}
async function sendToSelf(subject, text) {
  await alice.newMessage();
  await alice.to(ADDRESS);
  await alice.composer().locator('.subject-input').fill(subject);
  await alice.mode('sign_encrypt');
  await alice.write(text);
  await alice.composer().locator('.recipients-table td.is-good, .recipient.is-good').first().waitFor();
  await alice.send();
  await alice.sent();
  const source = await received(subject);
  await alice.folder('Archive'); // without a reload: the keyring ends with its last page
  await alice.folder('Inbox');
  return source;
}
/** Serial numbers of the certificates a mail is encrypted to. */
const recipients = (source) => [...openssl(['cms', '-cmsout', '-print', '-noout', '-inform', 'DER'], derOf(source)).toString().matchAll(/serialNumber: (\w+)/g)].map((m) => BigInt(m[1].startsWith('0x') ? m[1] : m[1]));
const serialOf = (der) => BigInt(`0x${openssl(['x509', '-inform', 'DER', '-noout', '-serial'], der).toString().trim().replace('serial=', '')}`);

before(async () => {
  await forget('alice');
  oracle = new Oracle(instance.keys);
  browser = await Browser.launch();
  alice = await (await browser.person('alice')).signIn();
  api = await signedIn('alice');
});
after(async () => {
  await browser?.close();
  api?.close();
  oracle?.close();
  const imap = await imapOf('alice');
  for (const folder of ['INBOX', 'Sent', 'Drafts']) {
    await imap.select(folder);
    for (const uid of await imap.search(`OR SUBJECT "${run}" SUBJECT "Encrypted draft"`)) await imap.command(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
    await imap.command('EXPUNGE');
  }
  imap.close();
  await forget('alice');
});

test('after an import the key is unlocked: encrypted mail opens without asking', async () => {
  await alice.importKey();
  await page().locator('.keyring-chip').waitFor();
  assert.equal(await page().locator('.key-card').getByRole('button', { name: 'Unlock' }).count(), 0);
  assert.match(await page().locator('.key-card-head').innerText(), /Unlocked/);
  await back();
  await alice.open(OLD_MAIL);
  await alice.hasVerdict('encrypted+signed-valid');
  assert.equal(await page().locator('form.unlock').count(), 0);
  noFaults(alice);
});

test('separate certificates: one signs, one receives, and the mail is made with them', async () => {
  const signs = makeP12('t', { name: 'Alice signs', address: ADDRESS, usage: 'digitalSignature' });
  const receives = makeP12('t', { name: 'Alice receives', address: ADDRESS, usage: 'keyEncipherment' });
  const both = openssl(['x509', '-in', oracle.key('alice.pem'), '-outform', 'DER']);
  for (const { p12 } of [signs, receives]) await alice.importKey({ file: p12, passphrase: 't' });
  for (const use of ['Sign', 'Receive']) {
    await certRow(both).getByRole('button', { name: new RegExp(`${use} with it`) }).click();
    await certRow(both).getByText(`${use}s`, { exact: true }).waitFor();
  }
  assert.deepEqual((await vault()).primary, { sign: fingerprint(both), encrypt: fingerprint(both) });
  assert.equal(await certRow(signs.der).getByRole('button', { name: /Receive with it/ }).count(), 0, 'not made for that');
  await certRow(signs.der).getByRole('button', { name: /Sign with it/ }).click();
  await certRow(signs.der).getByText('Signs', { exact: true }).waitFor();
  await certRow(receives.der).getByRole('button', { name: /Receive with it/ }).click();
  await certRow(receives.der).getByText('Receives', { exact: true }).waitFor();
  assert.deepEqual((await vault()).primary, { sign: fingerprint(signs.der), encrypt: fingerprint(receives.der) });
  await page().locator('.key-card', { has: page().locator('.key-old') }).first().waitFor();
  await back();
  const source = await sendToSelf(`Separate ${run}`, 'With two certificates.');
  assert.ok(recipients(source).every((s) => s === serialOf(receives.der)), 'encrypted to the one that receives');
  await alice.open(`Separate ${run}`);
  await alice.hasVerdict('encrypted+signed-valid');
  await withKeyOf(receives.p12, 't', (key) => {
    const signer = oracle.verify(signedParts(openssl(['cms', '-decrypt', '-binary', '-inform', 'DER', '-inkey', key], derOf(source))));
    assert.equal(fingerprint(openssl(['x509', '-outform', 'DER'], signer)), fingerprint(signs.der));
  });
  noFaults(alice);
});

test('a new passphrase: the old one opens nothing any more, the backup opens with the new one only', async () => {
  await forget('alice');
  await alice.importKey();
  const { keys: [{ label }] } = await vault();
  await action(label, 'Change passphrase');
  const fill = async (old, first, second = first) => {
    await dialog().locator('#old-passphrase').fill(old);
    await dialog().locator('#new-passphrase').fill(first);
    await dialog().locator('#new-passphrase-again').fill(second);
    await submit().click();
  };
  await fill('not the one', NEXT);
  await dialog().getByText('The present passphrase is wrong').waitFor();
  await fill(passphraseOf('alice'), 'short');
  await dialog().getByText('too short').waitFor();
  await fill(passphraseOf('alice'), NEXT, `${NEXT}.`);
  await dialog().getByText('differ').waitFor();
  await fill(passphraseOf('alice'), NEXT);
  await dialog().getByText('The passphrase of one key was changed.').waitFor({ timeout: 60_000 });
  const { bytes } = await download(() => dialog().locator('.backup-button').click());
  const opens = (passphrase) => openssl(['pkcs12', '-passin', `pass:${passphrase}`, '-nodes', '-nocerts'], bytes).toString();
  const modulus = (pem) => openssl(['rsa', '-noout', '-modulus'], pem).toString();
  assert.equal(modulus(opens(NEXT)), openssl(['rsa', '-noout', '-modulus', '-in', oracle.key('alice.key')]).toString());
  assert.throws(() => opens(passphraseOf('alice')));
  await submit().click();
  await closed();
  await page().locator('wx-keys-panel').getByRole('button', { name: 'Lock now' }).click();
  await page().locator('.keyring-chip').waitFor({ state: 'detached' });
  await card(label).getByRole('button', { name: 'Unlock' }).click();
  await alice.unlock(passphraseOf('alice'));
  await page().locator('.field-error').waitFor();
  await alice.unlock(NEXT);
  await page().locator('.keyring-chip').waitFor();
  noFaults(alice);
});

test('one passphrase for several keys is changed for all of them at once', async () => {
  const second = makeP12('t', { name: 'Alice again', address: ADDRESS });
  const other = makeP12('t', { name: 'Alice apart', address: ADDRESS });
  await alice.importKey({ file: second.p12, passphrase: 't', keep: NEXT });
  await alice.importKey({ file: other.p12, passphrase: 't', keep: 'quite another passphrase' });
  await action('Alice again', 'Change passphrase');
  await dialog().locator('#old-passphrase').fill(NEXT);
  for (const id of ['#new-passphrase', '#new-passphrase-again']) await dialog().locator(id).fill(passphraseOf('alice'));
  assert.ok(await dialog().locator('#all-keys').isChecked());
  await submit().click();
  await dialog().getByText(/The passphrase of \W?2\W? keys was changed/).waitFor({ timeout: 120_000 }); // three files, slow on purpose
  await submit().click();
  await closed();
  const { keys } = await vault();
  const open = async (k, passphrase) => openssl(['pkcs12', '-passin', `pass:${passphrase}`, '-nodes', '-nocerts'], Buffer.from((await api.post(`/api/v1/smime/keys/${k.id}/file`, {})).json.p12, 'base64'));
  for (const k of keys) await open(k, k.label === 'Alice apart' ? 'quite another passphrase' : passphraseOf('alice'));
  noFaults(alice);
});

test('making an RSA key can be given up: the Worker ends, nothing is stored', async () => {
  const before = (await vault()).keys.length;
  await page().getByRole('button', { name: 'Make a new key' }).click();
  await submit().click();
  for (const id of ['#new-passphrase', '#new-passphrase-again']) await dialog().locator(id).fill(NEXT);
  const worker = page().waitForEvent('worker');
  await submit().click();
  const made = await worker;
  const ended = new Promise((resolve) => made.once('close', resolve));
  await dialog('make-dialog').getByRole('button', { name: 'Cancel' }).click();
  await closed();
  await ended;
  assert.equal((await vault()).keys.length, before);
  noFaults(alice);
});

test('a key made here: request, certificate, first mail; the old key opens old mail; no secret on the wire', async () => {
  await forget('alice');
  await alice.importKey();
  browser.relay.recording = true;
  await page().getByRole('button', { name: 'Make a new key' }).click();
  await dialog().locator('#key-holder').fill('Alice Árcher');
  await dialog().locator('input[value=p256]').check();
  await submit().click();
  for (const id of ['#new-passphrase', '#new-passphrase-again']) await dialog().locator(id).fill(passphraseOf('alice'));
  assert.match(await dialog().innerText(), /Nobody can recover this passphrase/);
  await submit().click();
  await dialog().locator('.request-text').waitFor();
  const csr = await download(() => dialog().locator('.request-save').click());
  assert.equal(csr.name, `${ADDRESS}.csr`);
  assert.equal(csr.bytes.toString(), await dialog().locator('.request-text').inputValue());
  const text = openssl(['req', '-noout', '-verify', '-text', '-nameopt', 'utf8'], csr.bytes).toString();
  assert.match(text, /Subject: CN ?= ?Alice Árcher\n/);
  assert.match(text, /email:alice@demo\.test\n/);
  await submit().click();
  await closed();
  const label = `Key of ${new Date().getFullYear()}`;
  assert.match(await card(label).innerText(), /Waits for its certificate/);

  const certificate = answerRequest(csr.bytes);
  const strange = answerRequest(openssl(['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', '/dev/null', '-subj', '/CN=Somebody']));
  await card(label).getByRole('button', { name: /The certificate has arrived/ }).click();
  const give = async (name, buffer) => {
    await dialog().locator('input[type=file]').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
    await dialog().locator('#keyring-passphrase').fill(passphraseOf('alice'));
    await submit().click();
  };
  await give('somebody.pem', strange.pem);
  await dialog().getByText('belongs to another key').waitFor();
  await dialog().getByRole('button', { name: 'Cancel' }).click();
  await closed();
  await card(label).getByRole('button', { name: /The certificate has arrived/ }).click();
  await give('alice.p7b', certificate.p7b);
  await dialog().locator('.key-card').getByText('Alice Árcher').first().waitFor();
  assert.ok(await dialog().locator('#use-now').isChecked());
  await submit().click();
  await dialog().getByText('The certificate was added').waitFor();
  const backup = await download(() => dialog().locator('.backup-button').click());
  await submit().click();
  await closed();
  assert.deepEqual((await vault()).primary, { sign: fingerprint(certificate.der), encrypt: fingerprint(certificate.der) });
  assert.match(await card(label).innerText(), /Unlocked/);
  assert.match(await certRow(certificate.der).innerText(), /issued by .*Waxseal Demo Root CA/);
  await page().locator('.key-old').waitFor();

  await back();
  const source = await sendToSelf(`First mail ${run}`, 'Made with a key of this browser.');
  assert.ok(recipients(source).every((s) => s === serialOf(certificate.der)));
  await alice.open(`First mail ${run}`);
  await alice.hasVerdict('encrypted+signed-valid');
  await alice.reads('Made with a key of this browser');
  await withKeyOf(backup.bytes, passphraseOf('alice'), async (key) => {
    // Another program, with the backup only, reads it too and verifies who signed.
    const inner = openssl(['cms', '-decrypt', '-binary', '-inform', 'DER', '-inkey', key], derOf(source));
    assert.match(oracle.verify(signedParts(inner)), /BEGIN CERTIFICATE/);
    assert.match(inner.toString('latin1'), /Made with a key of this browser/);
    const texts = browser.relay.texts();
    browser.relay.recording = false;
    const sent = (method, pattern) => browser.relay.exchanges.some((e) => e.method === method && pattern.test(e.url) && e.status === 200 && e.request.length > 0);
    for (const [method, url] of [['POST', /\/smime\/keys$/], ['PUT', /\/smime\/keys\/[^/]+$/], ['POST', /\/smime\/keys\/[^/]+\/file$/]]) assert.ok(sent(method, url), `recorded: ${method} ${url}`);
    assert.deepEqual(search(texts, [...keyNeedles('the new key', key), ...passphraseNeedles(passphraseOf('alice'))]), []);
    assert.ok(search([{ where: 'the key file', bytes: readFileSync(key) }], keyNeedles('the new key', key)).length > 0, 'the search finds the key where it is');
  });
  await alice.open(OLD_MAIL);
  await alice.hasVerdict('encrypted+signed-valid');
  noFaults(alice);
});

test('a .p12 that comes instead of a certificate goes to the import', async () => {
  await alice.settings('Security');
  const { p12 } = makeP12('t', { name: 'Alice by mail', address: ADDRESS });
  await page().locator('.key-card wx-menu [data-trigger]').first().click();
  await page().getByRole('menuitem', { name: 'Add a certificate' }).click();
  await dialog().locator('input[type=file]').setInputFiles({ name: 'new.p12', mimeType: 'application/x-pkcs12', buffer: p12 });
  await dialog().getByRole('button', { name: 'Import .p12' }).click();
  await dialog('import-dialog').locator('#file-password').waitFor();
  await dialog().getByRole('button', { name: 'Cancel' }).click();
  await closed();
  noFaults(alice);
});

test('rename; delete only after its name was typed', async () => {
  const [{ label }] = (await vault()).keys;
  await action(label, 'Rename');
  await dialog().locator('#key-label').fill('Old key, 2024');
  await submit().click();
  await closed();
  await action('Old key, 2024', 'Delete key');
  assert.match(await dialog().innerText(), /can never be read again/);
  assert.ok(await submit().isDisabled());
  await dialog().locator('#remove-word').fill('old key');
  assert.ok(await submit().isDisabled());
  await page().keyboard.press('Enter');
  assert.ok((await vault()).keys.some((k) => k.label === 'Old key, 2024'), 'Enter does not get around it');
  await dialog().locator('#remove-word').fill(' Old key,  2024 ');
  await submit().click();
  await closed();
  assert.deepEqual((await vault()).keys.filter((k) => k.label === 'Old key, 2024'), []);
  noFaults(alice);
});

test('a certificate that ends soon: a reminder, once for each step; Renew opens the wizard with its name', async () => {
  await forget('alice');
  const soon = makeP12('t', { name: 'Alice Soon', address: ADDRESS, days: 6 });
  await alice.importKey({ file: soon.p12, passphrase: 't' });
  assert.match(await certRow(soon.der).innerText(), /expires in \W?6\W? days/);
  await page().goto(`${instance.origin}/mail/`);
  const bar = page().locator('wx-key-reminder .key-reminder');
  await bar.waitFor();
  assert.match(await bar.innerText(), /Your certificate expires on/);
  await bar.getByRole('button', { name: 'Renew…' }).click();
  await dialog('make-dialog').waitFor();
  assert.equal(await dialog().locator('#key-holder').inputValue(), 'Alice Soon');
  assert.match(await dialog().innerText(), /The old key stays/);
  await dialog().getByRole('button', { name: 'Cancel' }).click();
  await closed();
  await back();
  await bar.getByRole('button', { name: 'Remind me later' }).click();
  await bar.waitFor({ state: 'detached' });
  assert.equal((await api.get('/api/v1/settings')).json.security.reminded[fingerprint(soon.der)], 7);
  const loaded = page().waitForResponse(/\/smime\/keys$/);
  await page().goto(`${instance.origin}/mail/`);
  await loaded;
  await page().locator('.row:not(.is-bone)').first().waitFor();
  assert.equal(await bar.count(), 0, 'said once');
  noFaults(alice);
});

test('nothing went to another host', () => assert.deepEqual(browser.strangers, []));
