// What happens between two answers: a key file that another tab replaces, a dialog that is closed, a keyring that is locked
// while a mail is being opened, a certificate that goes while a mail is written, values that do not belong together.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Authority } from '../lib/authority.mjs';
import { Browser, forget, passphraseOf } from '../lib/browser.mjs';
import { account, folderId, dropFolder, imapOf, instance, signedIn } from '../lib/instance.mjs';
import { answerRequest } from '../lib/issue.mjs';
import { entity, message, multipart, text } from '../lib/mime.mjs';
import { Smime, openssl } from '../lib/smime.mjs';

const OLD_MAIL = 'Offer for the Lindqvist account';
const FOLDER = 'Scratch races';
const NEXT = 'another keyring test passphrase';
const RUN = Date.now().toString(36);
let browser, alice, api, demo, unknown;
const page = () => alice.page;
const dialog = () => page().locator('dialog[open]');
const submit = () => dialog().locator('button[type=submit]');
const card = (label) => page().locator('.key-list .key-card', { has: page().getByRole('heading', { name: label, exact: true }) });
const noFaults = () => assert.deepEqual(alice.faults, []);
const vault = async () => (await api.get('/api/v1/smime/keys')).json;
const fileOf = async (id) => (await api.post(`/api/v1/smime/keys/${id}/file`, {})).json;
const opens = (p12, passphrase) => openssl(['pkcs12', '-passin', `pass:${passphrase}`, '-nodes', '-nocerts'], Buffer.from(p12, 'base64'));

/** Holds the first request of this kind: {asked: Promise, release()}. */
async function hold(pattern, method) {
  let release, arrived, taken = false;
  const go = new Promise((r) => { release = r; });
  const asked = new Promise((r) => { arrived = r; });
  await page().route(pattern, async (route) => {
    if (taken || route.request().method() !== method) { await route.fallback(); return; }
    taken = true;
    arrived();
    await go;
    await route.continue();
  });
  return { asked, release };
}
async function action(label, item) {
  await card(label).locator('wx-menu [data-trigger]').click();
  await page().getByRole('menuitem', { name: item, exact: true }).click();
  await dialog().waitFor();
}
async function fillChange(old, next) {
  await dialog().locator('#old-passphrase').fill(old);
  for (const id of ['#new-passphrase', '#new-passphrase-again']) await dialog().locator(id).fill(next);
  await submit().click();
}
/** What another tab does: the same keys under the same passphrase in another file. */
async function replaceElsewhere(id) {
  const before = await fileOf(id);
  const answer = await api.put(`/api/v1/smime/keys/${id}`, { p12: before.p12, version: before.version });
  assert.equal(answer.status, 200, answer.text);
  return (await fileOf(id)).version;
}
const drop = () => dropFolder('alice', FOLDER);

before(async () => {
  await forget('alice');
  await drop();
  api = await signedIn('alice');
  demo = new Authority('', { adopt: { pem: path.join(instance.keys, 'root.pem'), key: path.join(instance.keys, 'root.key') } });
  unknown = new Authority('Meadow Mail Authority');
  browser = await Browser.launch();
  alice = await (await browser.person('alice')).signIn();
});
after(async () => {
  await browser?.close();
  await drop();
  await forget('alice');
  for (const a of [demo, unknown]) a?.close();
  api?.close();
});

test('a passphrase is not changed over a file that another tab has replaced', async () => {
  await alice.importKey();
  const { keys: [{ id, label }] } = await vault();
  await action(label, 'Change passphrase');
  const put = await hold('**/smime/keys/*', 'PUT');
  await fillChange(passphraseOf('alice'), NEXT);
  await put.asked;
  const version = await replaceElsewhere(id);
  put.release();
  await dialog().getByText('changed in another window').waitFor();
  const now = await fileOf(id);
  assert.equal(now.version, version, 'what the other tab stored is there');
  opens(now.p12, passphraseOf('alice'));
  await dialog().getByRole('button', { name: 'Cancel' }).click();
  await dialog().waitFor({ state: 'detached' });
  noFaults();
});

test('a dialog that was closed before the server was told changes nothing', async () => {
  const { keys: [{ id, label }] } = await vault();
  const { version } = await fileOf(id);
  await action(label, 'Change passphrase');
  const file = await hold('**/smime/keys/*/file', 'POST');
  let puts = 0;
  page().on('request', (r) => { if (r.method() === 'PUT' && r.url().includes('/smime/keys/')) puts++; });
  await fillChange(passphraseOf('alice'), NEXT);
  await file.asked;
  await page().keyboard.press('Escape');
  await dialog().waitFor({ state: 'detached' });
  // The next one is answered by the Worker after the first, so that nothing of the first is left to come.
  await action(label, 'Change passphrase');
  file.release();
  await fillChange('not the one', NEXT);
  await dialog().getByText('The present passphrase is wrong').waitFor();
  await dialog().getByRole('button', { name: 'Cancel' }).click();
  await dialog().waitFor({ state: 'detached' });
  const now = await fileOf(id);
  assert.equal(now.version, version);
  opens(now.p12, passphraseOf('alice'));
  assert.equal(puts, 0);
  noFaults();
});

test('a certificate that arrived does not bring back a file that another tab has replaced', async () => {
  await page().getByRole('button', { name: 'Make a new key' }).click();
  await dialog().locator('#key-holder').fill('Alice Races');
  await dialog().locator('input[value=p256]').check();
  await submit().click();
  for (const id of ['#new-passphrase', '#new-passphrase-again']) await dialog().locator(id).fill(passphraseOf('alice'));
  await submit().click();
  const pem = await dialog().locator('.request-text').inputValue();
  await submit().click();
  const key = (await vault()).keys.find((k) => k.request);
  await card(key.label).getByRole('button', { name: /The certificate has arrived/ }).click();
  await dialog().locator('input[type=file]').setInputFiles({ name: 'alice.p7b', mimeType: 'application/octet-stream', buffer: answerRequest(Buffer.from(pem)).p7b });
  await dialog().locator('#keyring-passphrase').fill(passphraseOf('alice'));
  await submit().click();
  await dialog().locator('#use-now').waitFor();
  const version = await replaceElsewhere(key.id);
  await submit().click();
  await dialog().getByText('changed in another window').waitFor();
  assert.equal((await fileOf(key.id)).version, version);
  // From here it goes on with the file of now. A lock by another tab, before it is written anew, asks once more...
  const again = async () => {
    await dialog().locator('#keyring-passphrase').fill(passphraseOf('alice'));
    await submit().click();
    await dialog().locator('#use-now').waitFor();
  };
  await again();
  const second = await alice.context.newPage();
  await second.goto(`${instance.origin}/settings/security`);
  const lock = async () => {
    await second.locator('wx-keys-panel').getByRole('button', { name: 'Lock now' }).click();
    await page().locator('.keyring-chip').waitFor({ state: 'detached' });
  };
  await lock();
  await submit().click();
  await dialog().getByText('Your keyring is locked').waitFor();
  await again();
  // ...and after that takes nothing away. Something must be open to be locked.
  await second.locator('.key-list .key-card').getByRole('button', { name: 'Unlock' }).first().click();
  await second.locator('form.unlock #keyring-passphrase').fill(passphraseOf('alice'));
  await second.locator('form.unlock button[type=submit]').click();
  await page().locator('.keyring-chip').waitFor();
  const put = await hold('**/smime/keys/*', 'PUT');
  await submit().click();
  await put.asked;
  await lock();
  put.release();
  await dialog().getByText('The certificate was added').waitFor();
  await submit().click();
  await second.close();
  const done = (await vault()).keys.find((k) => k.id === key.id);
  assert.equal(done.request ?? null, null);
  assert.equal(done.certificates.length > 0, true);
  noFaults();
});

test('a mail that the server opens while the keyring is locked stays closed', async () => {
  await page().locator('.settings-back').click();
  await alice.open(OLD_MAIL);
  const open = await hold('**/messages/*/open', 'POST');
  await page().locator('form.unlock').waitFor();
  await alice.unlock(passphraseOf('alice'));
  await open.asked;
  await page().locator('.keyring-chip').click();
  await dialog().getByRole('button', { name: 'Lock now' }).click();
  await page().locator('.keyring-chip').waitFor({ state: 'detached' });
  const answered = page().waitForResponse('**/messages/*/open');
  open.release();
  await (await answered).finished();
  await page().evaluate(() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r))));
  await page().locator('form.unlock').waitFor();
  assert.equal(await page().locator('iframe.mail-frame, .plain-block').count(), 0);
  await alice.unlock(passphraseOf('alice'));
  await alice.hasVerdict('encrypted+signed-valid');
  noFaults();
});

test('a certificate that goes while a mail is written: nothing leaves, and who cannot be encrypted to is named', async () => {
  demo.issue('wilma', 'wilma@meadow.test', { commonName: 'Wilma Meadow' });
  const added = await api.post('/api/v1/smime/certificates', { certificate: demo.pem('wilma') });
  assert.equal(added.status, 200, added.text);
  await alice.newMessage();
  await alice.mode('encrypt');
  await alice.to('wilma@meadow.test');
  await alice.composer().locator('.subject-input').fill(`Too late ${RUN}`);
  await alice.write('Not for the world.');
  await alice.composer().locator('.recipient.is-good, .recipients-table td.is-good').first().waitFor();
  const { contacts } = (await api.get('/api/v1/contacts')).json;
  await api.delete(`/api/v1/contacts/${contacts.find((c) => c.addresses.some((a) => a.address === 'wilma@meadow.test')).id}`, {});
  let finished = 0;
  page().on('request', (r) => { if (r.url().endsWith('/finish')) finished++; });
  await alice.send();
  await alice.composer().locator('[data-notice=cannot-encrypt]', { hasText: /wilma@meadow\.test/ }).waitFor();
  assert.equal(finished, 0);
  await alice.composer().getByRole('button', { name: 'Discard' }).click();
  await page().locator('.dialog .button-danger').click();
  await alice.composer().waitFor({ state: 'detached' });
  noFaults();
});

test('the fingerprint that is compared is of the certificate that is trusted, whatever stands beside it', async () => {
  unknown.issue('otto', 'otto@meadow.test', { commonName: 'Otto Meadow' });
  const smime = new Smime(unknown.dir);
  const body = text('As agreed.');
  const p7s = openssl(['cms', '-sign', '-binary', '-md', 'sha256', '-outform', 'DER', '-signer', smime.file('otto.pem'), '-inkey', smime.file('otto.key'), '-certfile', smime.file('ca.pem')], body);
  const signature = entity([['Content-Type', 'application/pkcs7-signature; name="smime.p7s"'], ['Content-Transfer-Encoding', 'base64']], `${p7s.toString('base64').match(/.{1,76}/g).join('\r\n')}\r\n`);
  const imap = await imapOf('alice');
  await imap.create(FOLDER);
  await imap.append(FOLDER, message({ from: { name: 'Otto', address: 'otto@meadow.test' }, to: account('alice').address, subject: 'Compare this', date: new Date(), id: `<${RUN}.compare@demo.test>` },
    multipart('signed', [body, signature], '; protocol="application/pkcs7-signature"; micalg=sha-256')), ['\\Seen']);
  imap.close();
  let lies = 0;
  await page().route(/\/messages\/\d+(?:\/check)?(?:\?|$)/, async (route) => {
    const answer = await route.fetch();
    const json = await answer.json();
    for (const s of (json.security ?? {}).signature?.signers ?? []) for (const c of s.path) { c.fingerprint = 'ab'.repeat(32); lies++; }
    await route.fulfill({ response: answer, json });
  });
  await page().goto(`${instance.origin}/mail/${folderId(FOLDER)}`);
  await alice.open('Compare this');
  await page().locator('wx-security-bar .security[data-level=neutral][data-checking=no]').waitFor();
  await page().locator('wx-security-bar .security-toggle').first().click();
  for (const [act, of] of [['trust-certificate', 'otto'], ['trust-issuer', 'ca']]) {
    await page().locator(`[data-act=${act}]`).click();
    const shown = (await page().locator('.dialog-trust').innerText()).replace(/\s/g, '').toLowerCase();
    assert.ok(lies > 0);
    assert.ok(shown.includes(unknown.fingerprint(of)), act);
    assert.ok(!shown.includes('ab'.repeat(32)), act);
    await page().locator('.dialog-trust').getByRole('button', { name: 'Cancel' }).click();
  }
  noFaults();
});
