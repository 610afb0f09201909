// Care of folders in the browser: new inside, rename, all read and undone, empty, delete.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test, { after, before } from 'node:test';
import { Browser } from '../lib/browser.mjs';
import { imapOf } from '../lib/instance.mjs';
import { message, text } from '../lib/mime.mjs';

let browser, p, imap;
const name = `Care ${randomUUID().slice(0, 8)}`;
const put = (mailbox) => imap.append(mailbox, message({ from: 'tester@demo.test', to: 'dave@demo.test', subject: 'For the folder', date: new Date(), id: `<${randomUUID()}@demo.test>` }, text('x')));
before(async () => {
  browser = await Browser.launch();
  imap = await imapOf('dave');
  p = await (await browser.person('dave')).signIn();
});
after(async () => { imap?.close(); await browser?.close(); });

// Selected anew each time: a connection may show an older state.
async function found(mailbox, criteria) {
  await imap.select(mailbox);
  const uids = await imap.search(criteria);
  await imap.select('INBOX');
  return uids.length;
}
const link = (n) => p.page.locator('.folders .folder').filter({ has: p.page.getByText(n, { exact: true }) });
async function choose(n, item) {
  await link(n).hover();
  await link(n).locator('wx-menu [data-trigger]').click();
  await p.page.getByRole('menuitem', { name: item }).click();
}
async function fillIn(value, button) {
  await p.page.locator('.dialog input').fill(value);
  await p.page.locator('.dialog').getByRole('button', { name: button }).click();
  await p.page.locator('.dialog').waitFor({ state: 'detached' });
}

test('made, made inside, renamed: the tree follows', async () => {
  await p.page.getByRole('button', { name: 'New folder' }).click();
  await fillIn(name, 'Create folder');
  await link(name).waitFor();
  await choose(name, 'New folder inside');
  await fillIn('Inside', 'Create folder');
  await link('Inside').waitFor();
  await choose(name, 'Rename');
  assert.equal(await p.page.locator('.dialog input').inputValue(), name);
  await p.page.locator('.dialog input').fill('Archive');
  await p.page.locator('.dialog').getByRole('button', { name: 'Rename' }).click();
  await p.page.locator('.dialog [role=alert]').waitFor();
  await fillIn(`${name} new`, 'Rename');
  await link(`${name} new`).waitFor();
  await link('Inside').waitFor();
  const there = await imap.command(`LIST "" "${name} new*"`);
  assert.equal(there.length, 2);
});

test('moved into another folder and back; a name with the separator is explained', async () => {
  const outer = `${name} outer`, inner = `${name} new`;
  await p.page.getByRole('button', { name: 'New folder' }).click();
  await fillIn(outer, 'Create folder');
  await link(outer).waitFor();
  await choose(inner, 'Rename');
  await p.page.locator('.dialog input').fill(`${outer}/elsewhere`);
  await p.page.locator('.dialog').getByRole('button', { name: 'Rename' }).click();
  await p.page.locator('.dialog [role=alert]', { hasText: 'Move folder to' }).waitFor();
  await p.page.locator('.dialog').getByRole('button', { name: 'Cancel' }).click();
  await choose(inner, 'Move folder to');
  const choices = p.page.locator('.choice');
  await choices.first().waitFor();
  assert.equal(await choices.filter({ hasText: inner }).count(), 0, 'not into itself');
  assert.equal(await choices.filter({ hasText: 'Top level' }).count(), 0, 'it is there already');
  await p.page.locator('.chooser-input').fill(outer);
  await choices.filter({ hasText: outer }).click();
  await p.page.locator('.toast', { hasText: 'is now in' }).waitFor();
  await p.page.locator('.folders li', { has: p.page.getByText(outer, { exact: true }) }).locator('ul').getByText(inner, { exact: true }).waitFor();
  assert.equal((await imap.command(`LIST "" "${outer}/${inner}*"`)).length, 2, 'with what is inside');
  await p.page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await p.page.locator('.toast', { hasText: 'Undone' }).waitFor();
  assert.equal((await imap.command(`LIST "" "${inner}*"`)).length, 2);
  await imap.command(`DELETE "${outer}"`);
  await p.page.reload();
  await link(inner).waitFor();
});

test('the last folder of one that is only a name goes back under it', async () => {
  const above = `Only ${name}`, inside = `Last ${name}`;
  await imap.command(`CREATE "${above}/${inside}"`);
  await imap.command(`SUBSCRIBE "${above}/${inside}"`);
  await p.page.reload();
  await link(inside).waitFor();
  await choose(inside, 'Move folder to');
  await p.page.locator('.choice', { hasText: 'Top level' }).click();
  await p.page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await p.page.locator('.toast', { hasText: 'Undone' }).waitFor();
  assert.equal((await imap.command(`LIST "" "${above}/${inside}"`)).length, 1);
  await link(inside).waitFor();
  for (const path of [`${above}/${inside}`, above]) await imap.command(`DELETE "${path}"`);
});

test('all read, and undone', async () => {
  for (let i = 0; i < 3; i++) await put(`${name} new`);
  await p.page.reload();
  await link(`${name} new`).locator('.folder-count').waitFor();
  // Under the pointer the menu's button comes, and the number stays beside it.
  await link(`${name} new`).hover();
  const [number, menu] = [await link(`${name} new`).locator('.folder-count').boundingBox(), await link(`${name} new`).locator('wx-menu [data-trigger]').boundingBox()];
  assert.ok(number.width > 0 && number.x + number.width <= menu.x, 'both are seen');
  assert.equal(await link(`${name} new`).locator('.folder-count').evaluate((e) => getComputedStyle(e).visibility), 'visible');
  await choose(`${name} new`, 'Mark all as read');
  await link(`${name} new`).locator('.folder-count').waitFor({ state: 'detached' });
  assert.equal(await found(`${name} new`, 'UNSEEN'), 0);
  await p.page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await link(`${name} new`).locator('.folder-count').waitFor({ state: 'attached' });
  assert.equal(await found(`${name} new`, 'UNSEEN'), 3);
});

test('needed folders cannot be renamed or deleted; Trash can be emptied', async () => {
  await put('Trash');
  await p.page.reload();
  await link('Trash').hover();
  await link('Trash').locator('wx-menu [data-trigger]').click();
  await p.page.getByRole('menuitem', { name: 'Empty' }).waitFor();
  assert.equal(await p.page.getByRole('menuitem', { name: 'Delete folder' }).count(), 0);
  assert.equal(await p.page.getByRole('menuitem', { name: 'Rename' }).count(), 0);
  await p.page.getByRole('menuitem', { name: 'Empty' }).click();
  await p.page.locator('.dialog').getByRole('button', { name: 'Cancel' }).click();
  assert.notEqual(await found('Trash', 'ALL'), 0, 'cancelled');
  await choose('Trash', 'Empty');
  await p.page.locator('.dialog .button-danger').click();
  await p.page.locator('.toast').getByText('deleted for good').waitFor();
  assert.equal(await found('Trash', 'ALL'), 0);
});

test('deleted: first what is inside, with a warning where messages are', async () => {
  await link(`${name} new`).locator('a').click();
  await choose(`${name} new`, 'Delete folder');
  await p.page.locator('.dialog .button-danger').click();
  await p.page.locator('.toast.is-bad').waitFor(); // a folder inside
  await choose('Inside', 'Delete folder');
  await p.page.locator('.dialog .button-danger').click();
  await link('Inside').waitFor({ state: 'detached' });
  await choose(`${name} new`, 'Delete folder');
  await p.page.locator('.dialog').getByText(/3.* messages inside/).waitFor();
  await p.page.locator('.dialog .button-danger').click();
  await link(`${name} new`).waitFor({ state: 'detached' });
  assert.equal((await imap.command(`LIST "" "${name}*"`)).length, 0);
  await p.page.waitForURL(/\/mail\/(SU5CT1g)?$/);
});
