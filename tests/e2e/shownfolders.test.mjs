// Which folders the tree shows: by the menu of one, by the list of all, with the keyboard alone; in German too.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test, { after, before } from 'node:test';
import { axe } from '../lib/axe.mjs';
import { Browser } from '../lib/browser.mjs';
import { eventually, imapOf, signedIn } from '../lib/instance.mjs';

let browser, p, page, imap, web;
const run = randomUUID().slice(0, 6);
const [A, B, IN] = [`Show A ${run}`, `Show B ${run}`, `Inside ${run}`];
before(async () => {
  browser = await Browser.launch();
  [imap, web] = [await imapOf('dave'), await signedIn('dave')];
  for (const name of [A, B, `${B}/${IN}`]) await imap.create(name);
  p = await (await browser.person('dave')).signIn();
  page = p.page;
});
after(async () => {
  await web?.put('/api/v1/settings', { ui: { language: 'en' } });
  for (const name of [A, `${B}/${IN}`, B]) {
    await imap?.command(`DELETE "${name}"`).catch(() => undefined);
    await imap?.command(`UNSUBSCRIBE "${name}"`).catch(() => undefined);
  }
  imap?.close();
  web?.close();
  await browser?.close();
});
const link = (n) => page.locator('.folders .folder').filter({ has: page.getByText(n, { exact: true }) });
const box = (n) => page.locator('.dialog .shown-line').filter({ has: page.getByText(n, { exact: true }) }).getByRole('checkbox');
const subscribed = async (name) => (await imap.command(`LSUB "" "${name}"`)).length > 0;
const focused = () => page.evaluate(() => document.activeElement.closest('label')?.querySelector('bdi')?.textContent ?? document.activeElement.className);

test('hidden from its menu, with Undo; the folder itself is untouched', async () => {
  await link(A).hover();
  await link(A).locator('wx-menu [data-trigger]').click();
  await page.getByRole('menuitem', { name: 'Hide', exact: true }).click();
  await link(A).waitFor({ state: 'detached' });
  assert.equal(await subscribed(A), false);
  assert.equal((await imap.command(`LIST "" "${A}"`)).length, 1);
  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await link(A).waitFor();
  assert.equal(await subscribed(A), true);
});

test('the list of all: what the program needs stays, a parent stays for what is inside, all comes back', async () => {
  await page.locator('.folders').getByRole('button', { name: 'Hide/show folders' }).click();
  await page.getByRole('dialog', { name: 'Hide or show folders' }).waitFor();
  assert.deepEqual([await box('Inbox').isChecked(), await box('Inbox').isDisabled(), await box(A).isChecked()], [true, true, true]);
  assert.deepEqual(await axe(page), []);
  await box(A).uncheck();
  await box(B).uncheck();
  await eventually(async () => !(await subscribed(A)) && !(await subscribed(B)), 'both are hidden on the server');
  await page.getByRole('button', { name: 'Done' }).click();
  await link(A).waitFor({ state: 'detached' });
  await link(IN).waitFor();
  assert.equal(await link(B).count(), 1, 'the way to what is inside');
  await page.reload();
  await link(IN).waitFor();
  assert.equal(await link(A).count(), 0, 'also after a reload');
});

test('by keyboard: from the filter with arrows to the box, Space, Escape back to the button', async () => {
  const opener = page.locator('.folders').getByRole('button', { name: 'Hide/show folders' });
  await opener.focus();
  await page.keyboard.press('Enter');
  await page.locator('.dialog .chooser-input:focus').waitFor();
  await page.keyboard.type(run);
  await page.keyboard.press('ArrowDown');
  assert.equal(await focused(), A);
  assert.equal(await box(A).isChecked(), false);
  await page.keyboard.press('Space');
  await eventually(() => subscribed(A), 'shown on the server');
  assert.equal(await focused(), A, 'the focus stays');
  await page.keyboard.press('End');
  assert.equal(await focused(), IN);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Space');
  await eventually(() => subscribed(B), 'the other one too');
  await page.keyboard.press('Escape');
  await page.locator('.dialog').waitFor({ state: 'detached' });
  assert.ok(await opener.evaluate((b) => b === document.activeElement), 'the focus is where it was');
  await link(A).waitFor();
});

test('a hidden folder is still found by the chooser; German', async () => {
  await web.put('/api/v1/settings', { ui: { language: 'de' } });
  await page.reload();
  await page.locator('.folders').getByRole('button', { name: 'Ordner ein-/ausblenden' }).click();
  await page.getByRole('dialog', { name: 'Ordner ein- oder ausblenden' }).waitFor();
  await box(A).uncheck();
  await eventually(async () => !(await subscribed(A)), 'hidden on the server');
  await page.keyboard.press('Escape');
  await link(A).waitFor({ state: 'detached' });
  await page.keyboard.press('Control+k');
  await page.locator('.chooser-input').fill(A);
  await page.locator('.choice', { hasText: A }).first().click();
  await link(A).waitFor(); // shown while it is open
});
