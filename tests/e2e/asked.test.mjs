// Asking one's organisation for a certificate in a real browser: a key made here, asked for, refused, asked again, issued, put to the key
// behind the passphrase; the first mail signed with it is green to a colleague. A certificate for another key is refused by the keyring.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, forget, passphraseOf } from '../lib/browser.mjs';
import { axe } from '../lib/axe.mjs';
import { account, ctl, eventually, imapOf, instance, redis, signedIn } from '../lib/instance.mjs';
import { answerRequest } from '../lib/issue.mjs';
import { openssl } from '../lib/smime.mjs';

const ADDRESS = account('alice').address, QUEUE = `${instance.instance}:req:demo`;
const SUBJECT = `Asked ${Date.now().toString(36)}`;
const json = (...args) => JSON.parse(ctl(...args, '--json'));
const row = () => JSON.parse(redis('web', 'HGET', QUEUE, ADDRESS));
function tidy() {
  for (const x of json('certificate', 'issued', 'demo')) if (!x.revoked_at) ctl('certificate', 'revoke', x.address, x.fingerprint, '--reason', 'cessationOfOperation');
  for (const c of json('certificate', 'list', 'demo', ADDRESS)) if (c.source === 'issued') ctl('certificate', 'remove', ADDRESS, c.fingerprint);
  if (json('authority', 'list').some((x) => x.organisation === 'demo')) ctl('authority', 'remove', 'demo');
}
let browser, alice, bob, own;
before(async () => {
  tidy();
  await forget('alice');
  ctl('authority', 'create', 'demo', '--algorithm', 'p256');
  browser = await Browser.launch();
  alice = await (await browser.person('alice')).signIn();
  bob = await signedIn('bob');
  own = await signedIn('alice');
});
after(async () => {
  await browser?.close();
  bob?.close();
  own?.close();
  await forget('alice');
  tidy();
});

test('asked, refused, asked again, issued, joined, and the mail is green', async () => {
  const { page } = alice, dialog = page.locator('dialog[open]'), submit = dialog.locator('button[type=submit]');
  const card = page.locator('.key-pending'), act = (name) => card.locator(`[data-act=${name}]`);
  await alice.settings('Security');
  await page.getByRole('button', { name: 'Make a new key' }).click();
  await dialog.locator('#key-holder').fill('Alice');
  await dialog.locator('input[value=p256]').check();
  await submit.click();
  for (const id of ['#new-passphrase', '#new-passphrase-again']) await dialog.locator(id).fill(passphraseOf('alice'));
  // The list with the new key comes only after the dialog is done with.
  let list;
  const done = new Promise((go) => { list = go; });
  await page.route('**/api/v1/smime/keys', async (r) => { if (r.request().method() === 'GET') await done; await r.continue(); });
  await submit.click();
  await dialog.locator('.request-text').waitFor();
  await submit.click();
  await dialog.waitFor({ state: 'detached' });
  list();
  await act('ask').click();
  await page.unroute('**/api/v1/smime/keys');
  await act('withdraw').waitFor();
  assert.deepEqual(await axe(page), []);
  ctl('certificate', 'refuse', 'demo', ADDRESS, '--reason', 'Please come by first.');
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await card.getByText('Please come by first.').waitFor();
  // Told in the mail, too, until it is put aside; that is remembered, and another answer is news again.
  const news = (state) => page.locator(`wx-answered [data-answer=${state}]`);
  const back = () => page.locator('.settings-back').click();
  await back();
  await news('refused').getByText('Please come by first.').waitFor();
  assert.deepEqual(await axe(page), []);
  await news('refused').getByRole('button', { name: 'Do not show again' }).click();
  await news('refused').waitFor({ state: 'detached' });
  await eventually(async () => Object.keys((await own.get('/api/v1/settings')).json.security.reminded ?? {}).length > 0, 'it is remembered');
  await alice.settings('Security');
  await act('ask').click();
  await act('withdraw').waitFor();

  // A server that lies: a certificate for somebody else's key. The keyring does not take it.
  const strange = answerRequest(openssl(['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', '/dev/null', '-subj', '/CN=Alice', '-addext', `subjectAltName=email:${ADDRESS}`]));
  const waiting = row();
  redis('web', 'HSET', QUEUE, ADDRESS, JSON.stringify({ ...waiting, state: 'issued', certificate: strange.der.toString('base64'), issuers: [] }));
  const join = async () => {
    await page.evaluate(() => window.dispatchEvent(new Event('focus')));
    await act('take').click();
    await dialog.locator('#keyring-passphrase').fill(passphraseOf('alice'));
    await submit.click();
  };
  await join();
  await dialog.getByText('belongs to another key').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  redis('web', 'HSET', QUEUE, ADDRESS, JSON.stringify(waiting));
  assert.equal(json('certificate', 'approve', 'demo', ADDRESS).done, 1);
  await back();
  await news('issued').getByRole('button', { name: 'Put it to the key' }).click();
  await dialog.locator('#keyring-passphrase').fill(passphraseOf('alice'));
  await submit.click();
  await dialog.locator('#use-now').waitFor();
  await submit.click();
  await dialog.getByText('The certificate was added').waitFor();
  await submit.click();
  await page.locator('.key-card').getByText('Unlocked').waitFor();
  const issued = json('certificate', 'list', 'demo', ADDRESS).find((c) => c.custody === 'user');
  await page.locator(`.key-cert[data-fingerprint="${issued.fingerprint}"]`).getByText('Signs', { exact: true }).waitFor();
  await eventually(() => redis('web', 'HEXISTS', QUEUE, ADDRESS).trim() === '0', 'the answer is put away');

  await page.locator('.settings-back').click();
  await alice.newMessage();
  await alice.to('bob@demo.test');
  await alice.composer().locator('.subject-input').fill(SUBJECT);
  await alice.mode('sign');
  await alice.write('Signed with what the organisation issued.');
  await alice.send();
  await alice.sent();
  const imap = await imapOf('bob');
  try {
    const uid = await eventually(async () => { await imap.select('INBOX'); return (await imap.search(`HEADER Subject "${SUBJECT}"`)).at(-1) ?? null; }, 'the mail');
    const inbox = (await bob.get('/api/v1/folders')).json.folders.find((f) => f.role === 'inbox').id;
    const { uidvalidity } = (await bob.get(`/api/v1/folders/${inbox}/messages?offset=0&limit=1`)).json;
    const s = (await bob.get(`/api/v1/folders/${inbox}/messages/${uid}?uidvalidity=${uidvalidity}`)).json.security;
    assert.deepEqual([s.verdict, s.level, s.signature.signers[0].fingerprint], ['signed-valid', 'good', issued.fingerprint], JSON.stringify(s));
    await imap.command(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
    await imap.command('EXPUNGE');
  } finally { imap.close(); }
  assert.deepEqual(alice.faults, []);
});
