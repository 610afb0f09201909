// Branding in the pages: an owner sets it with a preview in light and dark, the mail client of the organisation's accounts and the
// sign-in page show it, and nothing of it breaks the pages' policy or what can be read.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { adminOrigin } from '../lib/admin.mjs';
import { AdminPerson, launch } from '../lib/adminpage.mjs';
import { axe } from '../lib/axe.mjs';
import { Browser } from '../lib/browser.mjs';
import { ctl, eventually, instance } from '../lib/instance.mjs';

/** 32 by 32 pixels of black. */
const LOGO = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAAAAABWESUoAAAAEklEQVR42mNgGAWjYBSMAuwAAAQgAAF8we+4AAAAAElFTkSuQmCC', 'base64');
let admin, browser;
before(async () => { [admin, browser] = [await launch(), await Browser.launch()]; });
after(async () => {
  await admin?.close();
  await browser?.close();
  for (const of of [['demo'], []]) ctl('branding', 'remove', ...of);
});
const wax = (page) => page.evaluate(() => { const el = document.body.appendChild(document.createElement('i')); el.style.color = 'var(--wax)'; const c = getComputedStyle(el).color; el.remove(); return c; });

test('an owner says how the mail of the organisation looks, and sees it before', async () => {
  const olga = await AdminPerson.open(admin, 'olga'), { page } = olga;
  await page.goto(`${adminOrigin}/o/demo/settings/branding`);
  await page.locator('[data-act=brand-change]').click();
  const dialog = page.locator('dialog[open]');
  await dialog.getByLabel('Product name').fill('<b>Demo</b> Mail');
  await dialog.getByLabel('Link to your support').fill('javascript:alert(1)');
  await dialog.getByLabel('Accent colour').fill('#FFD400');
  await dialog.locator('input[type=file]').setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: LOGO });
  for (const look of ['light', 'dark']) await dialog.locator(`.brand-look.is-${look}`, { hasText: '<b>Demo</b> Mail' }).locator('img').waitFor();
  assert.deepEqual(await axe(page), []);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('Give a whole link').waitFor();
  await dialog.getByLabel('Link to your support').fill('https://help.demo.test/');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.locator('[data-card=brand-own]').getByText('https://help.demo.test/').waitFor();
  // The page itself wears it at once, where one stands in the organisation, and nowhere else.
  await page.locator('.adm-bar .brand', { hasText: '<b>Demo</b> Mail' }).locator('img').waitFor();
  await page.locator('link[href="/brand/ffd400.css"]').waitFor({ state: 'attached' });
  await eventually(async () => (await wax(page)) !== 'rgb(140, 47, 69)', 'the colour');
  assert.deepEqual(await axe(page), []);
  await page.goto(`${adminOrigin}/settings`);
  await page.locator('[data-card=sessions]').waitFor();
  await page.locator('.adm-bar .brand svg').waitFor();
  await page.locator('[data-place=overview]').click();
  await page.locator('.adm-bar .brand img').waitFor();
  assert.deepEqual(olga.faults, []);
  await olga.close();
});

for (const colorScheme of ['light', 'dark']) {
  test(`the mail of its accounts and the sign-in page show it, ${colorScheme}`, async () => {
    ctl('branding', 'set', '--name', 'House Mail', '--accent', '#0a5fd1', '--support', 'mailto:help@demo.test');
    const p = await browser.person('alice', { colorScheme });
    try {
      await p.page.goto(`${instance.origin}/signin`);
      await p.page.getByRole('heading', { name: 'House Mail' }).waitFor();
      assert.equal(await p.page.getByRole('link', { name: 'Help and support' }).getAttribute('href'), 'mailto:help@demo.test');
      assert.deepEqual(await axe(p.page), []);
      await p.signIn();
      await p.page.locator('.brand', { hasText: '<b>Demo</b> Mail' }).locator('img').waitFor();
      assert.match(await p.page.title(), /<b>Demo<\/b> Mail$/);
      assert.notEqual(await wax(p.page), colorScheme === 'light' ? 'rgb(140, 47, 69)' : 'rgb(228, 138, 156)');
      await p.page.locator('.account-button').click();
      await p.page.getByRole('menuitem', { name: 'Help and support' }).waitFor();
      assert.deepEqual(await axe(p.page), []);
      assert.deepEqual(p.faults, []);
    } finally { await p.close(); }
  });
}
