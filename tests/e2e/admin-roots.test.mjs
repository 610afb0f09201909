// Trust roots in the administration's page: an owner adds one, what is no authority is refused in words, and it is taken back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe } from '../lib/axe.mjs';
import { adminOrigin } from '../lib/admin.mjs';
import { AdminPerson, launch } from '../lib/adminpage.mjs';
import { Authority } from '../lib/authority.mjs';
import { ctl } from '../lib/instance.mjs';

const house = new Authority('The house CA of the page');
let browser, olga, page;
before(async () => {
  house.issue('leaf', 'leaf@house.example');
  browser = await launch();
  olga = await AdminPerson.open(browser, 'olga');
  page = olga.page;
});
after(async () => {
  await browser?.close();
  for (const r of JSON.parse(ctl('trust', 'list', 'demo', '--json'))) ctl('trust', 'remove', 'demo', r.fingerprint);
  house.close();
});

test('an owner trusts an authority by its file, compares its fingerprint, and trusts it no longer', async () => {
  await page.goto(`${adminOrigin}/o/demo/settings/roots`);
  await page.getByText('No authority of your own').waitFor();
  await page.locator('[data-act=add]').click();
  const dialog = page.locator('dialog[open]');
  await dialog.locator('input[type=file]').setInputFiles(house.file('leaf.pem'));
  await dialog.getByRole('button', { name: 'Trust it' }).click();
  await dialog.getByText('it is no authority’s').or(dialog.getByText("it is no authority's")).waitFor();
  assert.deepEqual(await axe(page), []);
  await dialog.locator('input[type=file]').setInputFiles(house.file('ca.pem'));
  // Before it is trusted: whose it is, and the whole fingerprint.
  await dialog.locator('[data-part=read] h3', { hasText: 'The house CA of the page' }).waitFor();
  assert.equal((await dialog.locator('[data-part=read] .mono').textContent()).replaceAll(' ', ''), house.fingerprint('ca'));
  await dialog.getByRole('button', { name: 'Trust it' }).click();
  const row = page.locator(`[data-root="${house.fingerprint('ca')}"]`);
  await row.getByText('The house CA of the page').waitFor();
  assert.deepEqual(await axe(page), []);
  assert.equal(JSON.parse(ctl('trust', 'list', 'demo', '--json')).length, 1);
  await row.locator('[data-act=remove]').click();
  await dialog.getByText('will be shown as not trusted').waitFor();
  await dialog.getByRole('button', { name: 'Stop trusting', exact: true }).click();
  await page.getByText('No authority of your own').waitFor();
  assert.deepEqual(JSON.parse(ctl('trust', 'list', 'demo', '--json')), []);
  assert.deepEqual(olga.faults, []);
});
