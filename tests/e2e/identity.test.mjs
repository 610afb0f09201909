// Writing as another identity: From, the address for answers and the signature change together, in rich and in plain text;
// what was changed by hand stays.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, forget } from '../lib/browser.mjs';
import { account, ctl, eventually, imapOf, signedIn } from '../lib/instance.mjs';

const me = account('dave').address;
// The demo's outgoing server lets him write from it.
const DESK = 'postmaster@demo.test';
let browser, dave, page;
let were = [];

const takeBack = () => { try { ctl('alias', 'remove', me, DESK); } catch { /* there is none */ } };
before(async () => {
  await forget('dave');
  takeBack();
  assert.match(ctl('alias', 'add', me, DESK), /added/);
  const api = await signedIn('dave');
  were = (await api.get('/api/v1/settings')).json.identities.filter((i) => i.address === me);
  const r = await api.put('/api/v1/settings', { identities: [
    { name: 'Dave Dunn', address: me, reply_to: '', signature: 'Dave Dunn\nRoom 4', default: true },
    { name: 'Help desk', address: DESK, reply_to: 'answers@demo.test', signature: 'Your help desk\n<b>always</b> open', default: false },
    { name: 'Dave, short', address: me, reply_to: '', signature: '', default: false }] });
  assert.equal(r.status, 200, r.text);
  api.close();
  browser = await Browser.launch();
  dave = await (await browser.person('dave')).signIn();
  page = dave.page;
});
after(async () => {
  await dave?.close();
  await browser?.close();
  const api = await signedIn('dave');
  const r = await api.put('/api/v1/settings', { identities: were.length ? were : [{ name: '', address: me, reply_to: '', signature: '', default: true }] });
  assert.equal(r.status, 200, r.text);
  api.close();
  takeBack();
  await forget('dave');
});

const from = (n) => dave.composer().locator('.composer-from select').selectOption(String(n));
const text = () => dave.editor().evaluate((e) => e.innerText.replace(/\u200b/g, '').replace(/\n{2,}/g, '\n').trim());
const reads = (wanted) => eventually(async () => (await text()) === wanted, `the text reads ${JSON.stringify(wanted)}`);

test('the signature changes in rich text, whatever stands above it', async () => {
  await dave.newMessage();
  await reads('Dave Dunn\nRoom 4');
  await dave.write('Dear Bob,');
  await reads('Dear Bob,\nDave Dunn\nRoom 4');
  await from(1);
  await reads('Dear Bob,\nYour help desk\n<b>always</b> open');
  assert.equal(await dave.editor().locator('b').count(), 0, 'it is text, not HTML');
  await from(2);
  await reads('Dear Bob,');
  await from(0);
  await reads('Dear Bob,\nDave Dunn\nRoom 4');
  const tool = (name) => dave.composer().locator('.editor-tools').getByRole('button', { name });
  await tool('Undo').click();
  await reads('Dear Bob,');
  await tool('Redo').click();
  await reads('Dear Bob,\nDave Dunn\nRoom 4');
  await tool('Undo').click();
  await reads('Dear Bob,');
  await tool('Undo').click();
  await reads('Dear Bob,\nYour help desk\n<b>always</b> open');
  await tool('Redo').click();
  await reads('Dear Bob,');
  await from(2);
  await from(0);
  await reads('Dear Bob,\nDave Dunn\nRoom 4');
});

test('by hand it stays, and that is said; over to plain text it still gives way', async () => {
  await dave.composer().getByRole('button', { name: 'Plain text' }).or(dave.composer().locator('.composer-foot .icon-button').nth(1)).first().click();
  const plain = dave.composer().locator('.plain-input');
  await plain.waitFor();
  await from(1);
  assert.match(await plain.inputValue(), /Dear Bob,[\s\S]*Your help desk\n<b>always<\/b> open\s*$/);
  await plain.fill('Dear Bob,\n\nYour help desk, closed');
  await from(0);
  await page.locator('.toast', { hasText: 'changed by hand' }).waitFor();
  assert.equal(await plain.inputValue(), 'Dear Bob,\n\nYour help desk, closed');
});

test('it leaves with the name, the address and the place for answers of the identity', async () => {
  const subject = `From the desk ${Date.now()}`;
  await from(1);
  await dave.to(account('bob').address);
  await dave.composer().locator('.subject-input').fill(subject);
  await dave.send();
  await dave.sent();
  const imap = await imapOf('bob');
  const uid = await eventually(async () => { await imap.select('INBOX'); return (await imap.search(`HEADER Subject "${subject}"`))[0]; }, 'it arrives');
  const source = String(await imap.source(uid));
  imap.close();
  assert.match(source, /^From: Help desk <postmaster@demo\.test>\r?$/m);
  assert.match(source, /^Reply-To: answers@demo\.test\r?$/m);
});
