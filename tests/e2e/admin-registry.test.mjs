// In the page: a token is made, shown once, works, and is revoked; the whole registry is saved as a document, and an import of it is
// looked at before it is done.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { adminClient, adminOrigin, api, org } from '../lib/admin.mjs';
import { AdminPerson, launch } from '../lib/adminpage.mjs';
import { axe } from '../lib/axe.mjs';
import { Client } from '../lib/http.mjs';

const NAME = 'page-test', CUSTOMER = 'page-test-customer';
let browser, dave;
async function forget() {
  for (const x of (await dave.get(org('tokens'))).json.rows.filter((row) => row.name === NAME)) await dave.delete(org(`tokens/${x.id}`));
  await dave.post(api('customers/remove'), { id: CUSTOMER });
}
before(async () => {
  dave = await adminClient('dave');
  await forget();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await forget();
  dave.close();
});

test('a token works until it is revoked; an import is shown before it is done', async () => {
  const p = await AdminPerson.open(browser, 'dave'), { page } = p, dialog = page.locator('dialog[open]');
  await p.at('/o/demo/people', '[data-card=tokens]');
  await page.locator('[data-act=token]').click();
  await dialog.getByLabel('Name').fill(NAME);
  await dialog.getByRole('button', { name: 'Make it' }).click();
  await dialog.getByText('choose at least one area').waitFor();
  await dialog.locator('[data-field=accounts] select').selectOption('read');
  await dialog.getByRole('button', { name: 'Make it' }).click();
  const token = await dialog.locator('.adm-copy-text').innerText();
  assert.match(token, /^wxs_[\w-]{43}$/);
  assert.deepEqual(await axe(page), []);
  await dialog.getByRole('button', { name: 'I have put it there' }).click();
  const program = new Client(adminOrigin), ask = async () => (await program.post(org('accounts/query'), {}, { headers: { Authorization: `Bearer ${token}` } })).status;
  assert.equal(await ask(), 200);

  await p.at('/system/registry', '[data-card=export]');
  const saved = page.waitForEvent('download');
  await page.locator('[data-act=export]').click();
  const text = readFileSync(await (await saved).path(), 'utf8'), document = JSON.parse(text);
  assert.equal(Object.values(document.tokens).filter((x) => x.name === NAME).length, 1);
  assert.ok(!text.includes(token) && !('sealed_keys' in document), 'neither tokens nor keys');
  document.customers[CUSTOMER] = { name: 'Made by import', quota: 3 };
  const look = async () => {
    await page.locator('[data-act=import]').click();
    await dialog.locator('input[type=file]').setInputFiles({ name: 'registry.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(document)) });
    await dialog.getByRole('button', { name: 'Look what would change' }).click();
  };
  const there = async () => (await dave.get(api('customers'))).json.rows.some((x) => x.id === CUSTOMER);
  await look();
  await dialog.locator('.adm-list li', { hasText: `customers ${CUSTOMER}` }).waitFor();
  await dialog.locator('.adm-import-sum', { hasText: /1\W* added/ }).waitFor();
  assert.deepEqual(await axe(page), []);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.equal(await there(), false, 'only looked at');
  await look();
  await dialog.locator('button.button-danger').click();
  await p.toast('Imported.').waitFor();
  assert.equal(await there(), true);
  assert.equal(await ask(), 200, 'the token came through');

  await p.at('/o/demo/people', '[data-card=tokens] li');
  await page.locator('[data-card=tokens] li', { hasText: NAME }).getByRole('button', { name: 'Revoke' }).click();
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await page.locator('[data-card=tokens] li', { hasText: NAME }).waitFor({ state: 'detached' });
  assert.equal(await ask(), 401);
  program.close();
  assert.deepEqual(p.faults, []);
  await p.close();
});
