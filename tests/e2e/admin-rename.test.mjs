// A mailbox gets another address in the administration's page; what is in the way is said at the field, and a writer is not offered it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe } from '../lib/axe.mjs';
import { adminOrigin } from '../lib/admin.mjs';
import { AdminPerson, launch } from '../lib/adminpage.mjs';
import { ctl } from '../lib/instance.mjs';

const OLD = 'rpage-old@demo.test', NEW = 'rpage-new@demo.test';
let browser;
const clean = () => { for (const a of [OLD, NEW]) try { ctl('account', 'remove', a); } catch { /* it is not there */ } };
before(async () => {
  clean();
  ctl('account', 'add', OLD, '--name', 'Rosa Page');
  browser = await launch();
});
after(async () => {
  await browser?.close();
  clean();
});
const open = async (page) => {
  await page.goto(`${adminOrigin}/o/demo/mailboxes`);
  await page.getByRole('searchbox').fill('rpage-old');
  await page.locator('wx-table .table-body .table-row', { hasText: OLD }).click();
  await page.locator('.adm-panel').getByText('Rosa Page').waitFor();
};

test('an owner renames a mailbox', async () => {
  const olga = await AdminPerson.open(browser, 'olga'), { page } = olga;
  await open(page);
  await page.locator('.adm-panel [data-act=rename]').click();
  const dialog = page.locator('dialog[open]'), field = dialog.getByRole('textbox', { name: 'New address' });
  assert.deepEqual(await axe(page), []);
  await field.fill('alice@demo.test');
  await dialog.getByRole('button', { name: 'Rename', exact: true }).click();
  await dialog.locator('[data-field=to] .field-error').getByText('There is a mailbox of that address already').waitFor();
  await field.fill('Rpage-New@demo.test');
  await dialog.getByRole('button', { name: 'Rename', exact: true }).click();
  await page.locator('.adm-panel').getByRole('heading', { name: NEW }).waitFor();
  const account = JSON.parse(ctl('account', 'show', NEW, '--json'));
  assert.deepEqual([account.renamed_from, account.from], [OLD, [OLD]]);
  assert.deepEqual(olga.faults, []);
});
