// No private key and no passphrase ever crosses the wire. All HTTP traffic of import, unlock, reading, writing and
// locking is recorded and searched; the same search must find what a client built to leak sends.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Browser, forget, passphraseOf } from '../lib/browser.mjs';
import { account, imapOf, instance, signedIn, top } from '../lib/instance.mjs';
import { withKeyOf } from '../lib/issue.mjs';
import { keyNeedles, passphraseNeedles, search } from '../lib/secrets.mjs';

const run = Date.now().toString(36);
const WRONG = 'Not the Pässphrase at all?';
let needles;

async function flow(browser) {
  const alice = await (await browser.person('alice')).signIn();
  await alice.importKey();
  await alice.page.goto(`${instance.origin}/mail/`);
  await alice.open('Offer for the Lindqvist account');
  await alice.unlock(WRONG);
  await alice.page.locator('.field-error').waitFor();
  await alice.unlock(passphraseOf('alice'));
  await alice.hasVerdict('encrypted+signed-valid');
  await alice.reply();
  await alice.write(`Traffic ${run}`);
  await alice.composer().locator('.recipients-table td.is-good, .recipient.is-good').first().waitFor();
  await alice.page.keyboard.press('Control+s');
  await alice.page.locator('.composer-saved', { hasText: /saved/i }).waitFor();
  await alice.send();
  await alice.sent();
  await alice.settings('Security');
  await alice.page.locator('wx-keys-panel').getByRole('button', { name: /lock now/i }).click();
  await alice.page.locator('.keyring-chip').waitFor({ state: 'detached' });
  await alice.close();
  const bob = await (await browser.person('bob')).signIn();
  await bob.importKey();
  await bob.page.goto(`${instance.origin}/mail/`);
  await bob.open('Re: Offer for the Lindqvist account');
  await bob.unlock(passphraseOf('bob'));
  await bob.hasVerdict('encrypted+signed-valid');
  await bob.close();
}

before(async () => {
  await forget('alice', 'bob');
  needles = ['alice', 'bob'].flatMap((n) => [...keyNeedles(n, path.join(instance.keys, `${n}.key`)),
    ...passphraseNeedles(account(n).passphrase), ...passphraseNeedles(passphraseOf(n))]).concat(passphraseNeedles(WRONG));
});
after(async () => {
  for (const [who, folder] of [['bob', 'INBOX'], ['alice', 'Sent'], ['alice', 'Drafts']]) {
    const imap = await imapOf(who);
    await imap.select(folder);
    for (const uid of await imap.search('OR SUBJECT "Re: Offer for the Lindqvist" SUBJECT "Encrypted draft"')) await imap.command(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
    await imap.command('EXPUNGE');
    imap.close();
  }
});

test('the search finds each form in which it looks, at any place', () => {
  for (const n of needles) {
    const hits = search([{ where: 'here', bytes: Buffer.concat([Buffer.from('before '), n.bytes, Buffer.from(' after')]) }], needles);
    assert.ok(hits.some((h) => h.startsWith(n.what)), n.what);
  }
  const der = needles.find((n) => n.what.startsWith('PKCS#8')).bytes;
  for (const skip of [0, 1, 2]) {
    const wrapped = Buffer.concat([Buffer.alloc(skip + 30, 7), der, Buffer.alloc(9)]).toString('base64').replace(/.{76}/g, '$&\r\n');
    assert.ok(search([{ where: 'here', bytes: Buffer.from(wrapped) }], needles).length > 0, `base64 in lines, shifted by ${skip}`);
  }
  assert.deepEqual(search([{ where: 'here', bytes: Buffer.from('nothing of that kind') }], needles), []);
});

test('no passphrase and no private key in all traffic of the main job', async () => {
  const browser = await Browser.launch();
  try {
    browser.relay.recording = true;
    await flow(browser);
    const texts = browser.relay.texts();
    const seen = (method, pattern) => browser.relay.exchanges.some((e) => e.method === method && pattern.test(e.url) && e.status === 200 && e.request.length > 0);
    for (const [method, url] of [['POST', /\/smime\/keys$/], ['POST', /\/smime\/keys\/[^/]+\/file$/], ['POST', /\/open$/], ['POST', /\/compose\/draft$/],
      ['POST', /\/compose\/prepare$/], ['POST', /\/compose\/finish$/], ['GET', /\/keyring\/worker\.js$/], ['GET', /keyring\.\w+\.wasm$/], ['POST', /\/signin$/]]) {
      if (String(url) !== String(/\/signin$/)) assert.ok(seen(method, url), `recorded: ${method} ${url}`);
    }
    // The recorder sees bodies: what must be there is there.
    assert.ok(search(texts, passphraseNeedles(account('alice').password)).length > 0, 'the account password of the sign-in was recorded');
    assert.deepEqual(search(texts, needles), []);
    assert.deepEqual(browser.strangers, []);
  } finally { await browser.close(); }
});

test('a client that leaks on purpose is found out', async () => {
  execFileSync('make', ['-s', '-C', top, 'leak-client'], { stdio: ['ignore', 'ignore', 'inherit'] });
  await forget('alice');
  const browser = await Browser.launch();
  try {
    browser.relay.recording = true;
    browser.relay.overlay = path.join(top, 'build/mutant-LEAK/static');
    const alice = await (await browser.person('alice')).signIn();
    await alice.importKey();
    const hits = search(browser.relay.texts(), needles);
    // The key that is made here, too: known to the test by its file in the vault, which alone left the browser.
    const { page } = alice;
    await page.getByRole('button', { name: 'Make a new key' }).click();
    await page.locator('.make-dialog button[type=submit]').click();
    for (const id of ['#new-passphrase', '#new-passphrase-again']) await page.locator(id).fill(passphraseOf('alice'));
    await page.locator('.make-dialog button[type=submit]').click();
    await page.locator('.request-text').waitFor({ timeout: 120_000 });
    const api = await signedIn('alice');
    const { keys } = (await api.get('/api/v1/smime/keys')).json;
    const { p12 } = (await api.post(`/api/v1/smime/keys/${keys.find((k) => k.request).id}/file`, {})).json;
    api.close();
    const made = await withKeyOf(Buffer.from(p12, 'base64'), passphraseOf('alice'), (key) => search(browser.relay.texts(), keyNeedles('the new key', key)));
    for (const n of ['prime1', 'prime2', 'privateExponent']) assert.ok(made.some((h) => h.startsWith(`${n} of the new key`) && h.endsWith('in request POST /api/v1/leak')), `${n} of the key made here is found`);
    const leaked = (what) => hits.some((h) => h.startsWith(what) && h.endsWith('in request POST /api/v1/leak'));
    assert.ok(leaked('passphrase'), 'the passphrase is found');
    for (const n of ['prime1', 'prime2', 'privateExponent']) assert.ok(leaked(`${n} of alice`), `${n} is found in the memory that was sent`);
  } finally { await browser.close(); }
});
