// The administrator turns S/MIME off for a plan while a person works: with the next request it is gone, for the server
// and on the screen; turned on again, everything is back.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Browser, forget, passphraseOf } from '../lib/browser.mjs';
import { message, text } from '../lib/mime.mjs';
import { Smime } from '../lib/smime.mjs';
import { account, ctl, folderId, imapOf, instance, signedIn, top } from '../lib/instance.mjs';

let browser, alice, api;
const inbox = folderId('INBOX');

/** Routes with the feature smime, from the generated table; {id} and the like filled in. */
async function routes() {
  const imap = await imapOf('alice');
  await imap.select('INBOX');
  const [uid] = await imap.search('HEADER Subject "Offer for the Lindqvist account"');
  imap.close();
  const rows = readFileSync(path.join(top, 'docs/API.md'), 'utf8').split('\n').filter((l) => /^\| `(GET|POST|PUT|DELETE) /.test(l) && l.split('|')[4].trim() === 'smime');
  return rows.map((l) => {
    const [, method, pattern] = /`(\w+) ([^`]+)`/.exec(l);
    return { method, url: pattern.replace('{f}', inbox).replace('{uid}', String(uid)).replace('{id}', 'x'.repeat(16)).replace('*', '1') };
  });
}
function body(mode) {
  const json = Buffer.from(JSON.stringify({ submission: crypto.randomUUID(), from: { name: 'Alice', address: account('alice').address }, to: [{ name: '', address: account('bob').address }], cc: [], bcc: [], reply_to: [],
    subject: 'x', text: 'x', html: null, in_reply_to: null, references: null, mode, may_encrypt: mode !== 'none', signer: null, attachments: [] }));
  return { body: Buffer.concat([Buffer.from(`${json.length}\n`), json]), headers: { 'Content-Type': 'application/vnd.waxseal.compose' } };
}

before(async () => {
  await forget('alice');
  browser = await Browser.launch();
  alice = await (await browser.person('alice')).signIn();
  await alice.importKey();
  api = await signedIn('alice');
});
after(async () => {
  ctl('plan', 'set', 'enterprise', 'smime', 'on');
  await browser?.close();
  api?.close();
});

test('on: tab, page and routes are there', async () => {
  await alice.page.goto(`${instance.origin}/mail/`);
  await alice.open('Offer for the Lindqvist account');
  await alice.unlock(passphraseOf('alice'));
  await alice.hasVerdict('encrypted+signed-valid');
  for (const r of await routes()) {
    const a = await api.request(r.method, r.url, r.method === 'GET' ? {} : { json: {} });
    assert.notEqual(a.json?.code, 'feature_disabled', `${r.method} ${r.url}`);
  }
});

test('off while writing: nothing is sent or kept, it says so, and only the writer goes on without', async () => {
  const p = await (await browser.person('alice')).signIn();
  const sent = [];
  p.page.on('request', (r) => { if (/compose\/(draft|prepare|finish)/.test(r.url()) && r.method() === 'POST') sent.push(r.url()); });
  await p.newMessage();
  await p.to(account('bob').address);
  await p.mode('sign_encrypt');
  await p.composer().getByRole('tab', { name: 'Security' }).click(); // the tab that goes away
  ctl('plan', 'set', 'enterprise', 'smime', 'off');
  try {
    await p.folder('Archive');
    const notice = p.composer().locator('[data-notice=plan-lost]');
    await notice.waitFor();
    assert.match(await notice.innerText(), /Sign and encrypt/);
    assert.ok(await p.composer().locator('.send-button').isDisabled());
    sent.length = 0;
    await p.write('The secret of the harbour');
    await p.page.keyboard.press('Control+Enter');
    await p.composer().locator('.subject-input').press('Control+s');
    await p.composer().locator('.subject-input').press('Control+Enter');
    await p.composer().locator('.composer-saved', { hasText: 'Not kept' }).waitFor();
    assert.deepEqual(sent, [], 'nothing left the page');
    assert.equal(await p.editor().getAttribute('spellcheck'), 'false', 'still guarded');
    await notice.getByRole('button').click();
    await p.page.locator('.dialog .button-danger').click();
    await notice.waitFor({ state: 'detached' });
    assert.match(await p.composer().locator('.send-button').innerText(), /^Send$/);
    assert.deepEqual(p.faults, []);
  } finally { ctl('plan', 'set', 'enterprise', 'smime', 'on'); }
  await p.close();
});

test('off: the next request of the running page takes everything away', async () => {
  ctl('plan', 'set', 'enterprise', 'smime', 'off');
  await alice.folder('Archive');
  await alice.page.locator('.keyring-chip').waitFor({ state: 'detached' });
  await alice.folder('Inbox');
  assert.equal(await alice.page.locator('.row .mark[aria-label*="ncrypted"]').count(), 0, 'no lock in the list');
  await alice.open('Offer for the Lindqvist account');
  await alice.page.locator('[data-asked] .attachment', { hasText: 'smime.p7m' }).waitFor();
  assert.equal(await alice.page.locator('wx-security-bar').count(), 0, 'an encrypted mail is a mail with an attachment');
  assert.equal(await alice.page.locator('iframe.mail-frame').count(), 0);
  await alice.open("Minutes of Tuesday's call");
  await alice.page.locator('.attachment', { hasText: 'smime.p7s' }).waitFor();
  await alice.message().locator('.parts', { hasText: 'Carol orders the desks' }).waitFor();
  assert.equal(await alice.page.locator('wx-security-bar').count(), 0);
  assert.deepEqual(alice.faults, []);
});

test('off: no Security page, no Security tab, no spell guard', async () => {
  await alice.newMessage();
  assert.equal(await alice.composer().getByRole('tab').count(), 0);
  assert.equal(await alice.composer().locator('.spell-off').count(), 0);
  assert.match(await alice.composer().locator('.send-button').innerText(), /^Send$/);
  await alice.composer().getByRole('button', { name: 'Close' }).click();
  await alice.page.locator('.header-settings').click();
  await alice.page.locator('.settings-nav a').first().waitFor();
  assert.equal(await alice.page.locator('.settings-nav a', { hasText: 'Security' }).count(), 0);
  await alice.page.goto(`${instance.origin}/settings/security`);
  await alice.page.locator('.settings-body h1').waitFor();
  assert.equal(await alice.page.locator('wx-keys-panel').count(), 0, 'nor by its address');
  assert.doesNotMatch(await alice.page.locator('body').innerText(), /S\/MIME|certificate|keyring/i);
});

test('off: an encrypted draft is left as it is', async () => {
  const imap = await imapOf('alice');
  const smime = new Smime(instance.keys);
  const subject = `Sealed draft ${Date.now()}`;
  const uid = await imap.append('Drafts', message({ from: account('alice').address, to: account('bob').address, subject, date: new Date() }, smime.encrypted(text('The words of the draft.'), ['alice'])), ['\\Draft', '\\Seen']);
  await alice.page.goto(`${instance.origin}/mail/${folderId('Drafts')}/${uid}`);
  await alice.page.locator('.message-subject', { hasText: subject }).waitFor();
  await alice.page.locator('.attachment', { hasText: 'smime.p7m' }).waitFor();
  assert.equal(await alice.page.locator('wx-composer').count(), 0, 'no composer that would replace it');
  assert.equal(await alice.page.getByRole('button', { name: 'Continue writing' }).count(), 0);
  await imap.select('Drafts');
  assert.deepEqual(await imap.search(`UID ${uid}`), [uid], 'it is there');
  await imap.command(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
  await imap.command('EXPUNGE');
  imap.close();
});

test('off: 403 feature_disabled on every S/MIME route and for every mode but plain', async () => {
  const list = await routes();
  assert.ok(list.length >= 10, `${list.length} routes in docs/API.md`);
  for (const r of list) {
    const a = await api.request(r.method, r.url, r.method === 'GET' ? {} : { json: {} });
    assert.equal(a.status, 403, `${r.method} ${r.url}: ${a.text}`);
    assert.equal(a.json.code, 'feature_disabled', `${r.method} ${r.url}`);
  }
  for (const mode of ['sign', 'encrypt', 'sign_encrypt']) {
    const a = await api.request('POST', '/api/v1/compose/prepare', body(mode));
    assert.equal(a.json?.code, 'feature_disabled', `prepare ${mode}: ${a.text}`);
  }
  const a = await api.request('POST', '/api/v1/compose/prepare', body('none'));
  assert.equal(a.status, 200, a.text);
  const s = await api.get('/api/v1/session');
  assert.equal(s.json.features.smime, false);
});

test('on again: the next request brings everything back, keys included', async () => {
  await alice.page.goto(`${instance.origin}/mail/`);
  await alice.row('Offer for the Lindqvist account').waitFor();
  ctl('plan', 'set', 'enterprise', 'smime', 'on');
  await alice.open('Offer for the Lindqvist account');
  await alice.page.locator('form.unlock').waitFor();
  await alice.unlock(passphraseOf('alice'));
  await alice.hasVerdict('encrypted+signed-valid');
  await alice.settings('Security');
  await alice.page.locator('.key-list .key-card').first().waitFor();
  assert.deepEqual(alice.faults, []);
});
