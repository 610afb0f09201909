// What an open page left alone must not be enough for: forwarding mail and taking the data along ask for the password. And settings
// that are changed in two places at once.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { after, before } from 'node:test';
import { axe as violations } from '../lib/axe.mjs';
import { Browser } from '../lib/browser.mjs';
import { account, eventually, imapOf, instance, signedIn } from '../lib/instance.mjs';

let browser, p, api;
const dave = account('dave');
const nobody = { name: '', address: dave.address, reply_to: '', signature: '', default: true };
before(async () => {
  api = await signedIn('dave');
  await api.put('/api/v1/filters', { rules: [], vacation: null, take_over: true });
  browser = await Browser.launch();
  p = await (await browser.person('dave')).signIn();
});
after(async () => {
  await api?.put('/api/v1/filters', { rules: [], vacation: null, take_over: true });
  await api?.put('/api/v1/settings', { identities: [nobody] });
  api?.close();
  await browser?.close();
});
const open = async (section) => { await p.page.goto(`${instance.origin}/settings/${section}`); await p.page.locator('.settings-body h1').waitFor(); };
const rules = async () => (await api.get('/api/v1/filters')).json.rules;
const focused = (page) => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent?.trim() || document.activeElement?.localName);

test('a filter that forwards mail is stored only after the password was given', async () => {
  const { page } = p;
  await open('filters');
  await page.getByRole('button', { name: 'New filter' }).click();
  const form = page.locator('wx-rule-editor');
  await form.getByLabel('What to look at').selectOption('subject');
  await form.getByRole('textbox', { name: 'Text' }).fill('nobody writes this');
  await form.getByLabel('What to do').selectOption('forward');
  await form.getByLabel('Address').fill('elsewhere@x.test');
  await form.getByRole('button', { name: 'Save' }).click();
  const dialog = page.locator('.dialog', { hasText: 'Forward mail' });
  await dialog.waitFor();
  await eventually(async () => (await focused(page)) === 'forward-password', 'the password can be typed');
  assert.deepEqual(await violations(page), []);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  assert.deepEqual(await rules(), [], 'nothing was stored');
  assert.equal(await form.getByLabel('Address').inputValue(), 'elsewhere@x.test', 'what was written is there still');
  await form.getByRole('button', { name: 'Save' }).click();
  await page.locator('#forward-password').fill('wrong');
  await dialog.getByRole('button', { name: 'Confirm' }).click();
  await dialog.locator('.field-error', { hasText: 'This password is wrong.' }).waitFor();
  assert.deepEqual(await rules(), []);
  await page.locator('#forward-password').fill(dave.password);
  await dialog.getByRole('button', { name: 'Confirm' }).click();
  await form.waitFor({ state: 'detached' });
  await dialog.waitFor({ state: 'detached' });
  assert.deepEqual((await rules()).map((r) => r.actions), [[{ type: 'forward', value: 'elsewhere@x.test' }]]);
  // Off needs nothing; on again does, and the switch shows what is so when nobody answers.
  const on = page.locator('.rule-card').getByRole('switch');
  await on.click();
  await eventually(async () => (await rules())[0].enabled === false, 'off');
  await page.locator('.rule-card.is-off').waitFor();
  await on.click();
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await eventually(async () => !(await on.isChecked()), 'it is off still');
  assert.equal((await rules())[0].enabled, false);
});

test('the data is saved as a file after the password was given, not before', async () => {
  const { page } = p;
  await open('account');
  const opener = page.locator('.set-card', { hasText: 'Your data' }).getByRole('button', { name: 'Download' });
  await opener.click();
  const dialog = page.locator('.dialog', { hasText: 'Your data' });
  await dialog.waitFor();
  await eventually(async () => (await focused(page)) === 'export-password', 'the password can be typed');
  assert.deepEqual(await violations(page), []);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await eventually(async () => (await focused(page)) === 'Download', 'the focus is where it came from');
  await opener.click();
  await page.locator('#export-password').fill('wrong');
  await page.locator('.dialog [type=submit]').click();
  await dialog.locator('.field-error', { hasText: 'This password is wrong.' }).waitFor();
  await page.locator('#export-password').fill(dave.password);
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('.dialog [type=submit]').click()]);
  assert.equal(download.suggestedFilename(), `waxseal-${dave.address}.json`);
  const data = JSON.parse(readFileSync(await download.path(), 'utf8'));
  assert.deepEqual([data.format, data.address], ['waxseal-export', dave.address]);
  assert.ok(data.settings && !JSON.stringify(data).includes(dave.password));
  await dialog.waitFor({ state: 'detached' });
});

test('a name is proposed where none is set, from what was sent, and written only when it is chosen', async () => {
  const { page } = p;
  assert.equal((await api.put('/api/v1/settings', { identities: [nobody] })).status, 200);
  const sent = (await api.get('/api/v1/folders')).json.folders.find((f) => f.role === 'sent');
  const imap = await imapOf('dave');
  await imap.append(sent.path, `From: "Dave Proposed" <${dave.address}>\r\nTo: x@x.test\r\nSubject: proposed ${process.pid}\r\nMessage-ID: <p${process.pid}@x.test>\r\nDate: Mon, 02 Nov 2026 10:00:00 +0000\r\n\r\nx\r\n`);
  imap.close();
  await open('identity');
  const name = page.locator('.identity-card').getByLabel('Name').first();
  const use = page.locator('.name-proposal button');
  await use.waitFor();
  const proposed = (await use.textContent()).replace(/[\u2066-\u2069]/g, '').trim();
  assert.match(proposed, /^Use “Dave/);
  assert.equal(await name.inputValue(), '');
  assert.equal((await api.get('/api/v1/settings')).json.identities[0].name, '', 'nothing is written by itself');
  assert.deepEqual(await violations(page), []);
  await use.click();
  await eventually(async () => `Use “${(await api.get('/api/v1/settings')).json.identities[0]?.name}”` === proposed, 'chosen');
  await use.waitFor({ state: 'detached' });
  await name.fill('');
  await name.press('Tab');
  await use.waitFor();
});

test('settings that another tab changes in the same moment: neither change is lost, and both tabs show both', async () => {
  const { page } = p;
  const mine = { name: 'Mine', address: dave.address, reply_to: '', signature: 'mine', default: true };
  await api.put('/api/v1/settings', { identities: [mine] });
  await open('identity');
  const other = await p.context.newPage();
  await other.goto(`${instance.origin}/settings/identity`);
  await other.locator('.identity-card').waitFor();
  // Both listen: one leads, the other waits for its turn.
  await eventually(() => page.evaluate(() => navigator.locks.query().then((q) => [...q.held, ...q.pending].filter((l) => l.name.startsWith('waxseal-live')).length >= 2)), 'both tabs listen');
  // Between what this tab has read and what it writes, somebody else writes: 409, read anew, written onto that.
  const answers = [];
  const put = (r) => { if (r.request().method() === 'PUT' && r.url().endsWith('/api/v1/settings')) answers.push(r.status()); };
  page.on('response', put);
  let late = true;
  await page.route('**/api/v1/settings', async (route) => {
    if (late && route.request().method() === 'PUT') {
      late = false;
      await api.put('/api/v1/settings', { identities: [{ ...mine, signature: 'from elsewhere' }] });
    }
    await route.continue();
  });
  try {
    await page.locator('.identity-card').getByLabel('Name').first().fill('Renamed here');
    await page.locator('.identity-card').getByLabel('Name').first().press('Tab');
    await page.locator('.saved', { hasText: 'Saved' }).waitFor();
  } finally {
    await page.unroute('**/api/v1/settings');
    page.off('response', put);
  }
  assert.deepEqual(answers, [409, 200]);
  const [stored] = (await api.get('/api/v1/settings')).json.identities;
  assert.deepEqual([stored.name, stored.signature], ['Renamed here', 'from elsewhere']);
  for (const tab of [page, other]) {
    await tab.locator('.identity-card h2', { hasText: 'Renamed here' }).waitFor();
    await eventually(async () => (await tab.getByLabel('Signature').first().inputValue()) === 'from elsewhere', 'what was written elsewhere is shown');
  }
  await other.close();
  assert.deepEqual(p.faults.filter((f) => !/40[39]|422/.test(f)), []);
});
