// Certificates in the administration's page: one by file, many by archive (checked first), the year, history, in use, removed; a reader is
// shown nothing that changes something; no screen is inaccessible.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { adminOrigin } from '../lib/admin.mjs';
import { ADMIN_LOOKS, AdminPerson, launch } from '../lib/adminpage.mjs';
import { axe } from '../lib/axe.mjs';
import { TestIssuer, bulk, fingerprint } from '../lib/bulk.mjs';
import { ctl } from '../lib/instance.mjs';

const issuer = new TestIssuer('Authority of a test'), anna = 'cpage-anna@demo.test', many = bulk({ count: 40, domain: 'demo.test', prefix: 'pcert' });
const first = issuer.mailbox(anna, 'first test passphrase', { to: 100 }), second = issuer.mailbox(anna, 'x', { to: 300 });
const made = [anna, ...many.accounts];
let browser, walt, page;
const place = (what = '') => `${adminOrigin}/o/demo/certificates${what}`;
const row = (text) => page.locator('wx-table .table-body .table-row', { hasText: text });
const file = (name, buffer) => ({ name, mimeType: 'application/octet-stream', buffer });

before(async () => {
  for (const a of made) ctl('account', 'add', a);
  browser = await launch();
  walt = await AdminPerson.open(browser, 'walt');
  page = walt.page;
});
after(async () => {
  await browser?.close();
  for (const c of JSON.parse(ctl('certificate', 'list', 'demo', '--json'))) if (made.includes(c.address) || c.address.endsWith('@outside.test')) ctl('certificate', 'remove', c.address, c.fingerprint, '--organisation', 'demo');
  for (const a of made) ctl('account', 'remove', a);
});

test('one is registered by file; a wrong passphrase stays to be mended; another is put in use; one is removed', async () => {
  await page.goto(place());
  await page.locator('[data-act=add]').click();
  const dialog = page.locator('dialog[open]');
  await dialog.getByLabel('Address').fill(anna);
  await dialog.locator('input[type=file]').setInputFiles(file('anna.p12', first.p12));
  await dialog.getByLabel('Passphrase of the file').fill('wrong');
  await dialog.getByRole('button', { name: 'Register' }).click();
  await dialog.locator('[data-field=passphrase] .field-error').waitFor();
  await dialog.getByLabel('Passphrase of the file').fill('first test passphrase');
  await dialog.getByRole('button', { name: 'Register' }).click();
  const panel = page.locator('.adm-panel');
  await panel.getByText('Held here').waitFor();
  await panel.getByText('Nobody can get the key out again').waitFor();
  assert.equal(await dialog.count(), 0);

  // another one, dropped on the page
  const dropped = await page.evaluateHandle((bytes) => { const d = new DataTransfer(); d.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], 'next.p12')); return d; }, second.p12.toString('base64'));
  await page.dispatchEvent('wx-place-certificates', 'drop', { dataTransfer: dropped });
  await dialog.getByText(/next\.p12/).waitFor();
  await dialog.getByLabel('Address').fill(anna);
  await dialog.getByLabel('Passphrase of the file').fill('x');
  await dialog.getByRole('button', { name: 'Register' }).click();
  await panel.getByText('One more of this address').waitFor();
  await panel.locator('[data-act=primary]').click();
  await dialog.getByRole('button', { name: 'Put in use' }).click();
  await panel.locator('.adm-facts').getByText('Signs and encrypts').waitFor();
  const list = JSON.parse(ctl('certificate', 'list', 'demo', anna, '--json'));
  assert.deepEqual(Object.fromEntries(list.map((c) => [c.fingerprint, c.primary])), { [fingerprint(first.der)]: 'none', [fingerprint(second.der)]: 'both' });

  const saved = page.waitForEvent('download');
  await panel.locator('[data-act=download]').click();
  const text = readFileSync(await (await saved).path(), 'utf8');
  assert.equal(text.replace(/-----[^-]+-----|\s/g, ''), second.der.toString('base64')); // the certificate, and nothing else

  await panel.getByRole('button', { name: /^Look at/ }).click();
  await panel.locator('.adm-facts').getByText('Replaced').first().waitFor();
  await panel.locator('[data-act=remove]').click();
  await dialog.getByText('for good').waitFor();
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await panel.getByText('One more of this address').waitFor({ state: 'detached' });
  assert.equal(JSON.parse(ctl('certificate', 'list', 'demo', anna, '--json')).length, 1);
});

test('many by archive: checked, then registered; the report filters and can be taken along', async () => {
  await page.goto(place('/import'));
  await page.locator('#imp-file').setInputFiles(file('many.zip', many.zip));
  assert.equal(await page.locator('[data-act=do]').isDisabled(), true); // nothing without a check
  await page.locator('[data-act=check]').click();
  await page.getByText('What would become of each row').waitFor();
  const registered = many.expect.filter((r) => r.result === 'registered').length, refused = many.expect.filter((r) => r.result === 'refused').length;
  await page.locator('[data-act=do]', { hasText: String(registered) }).click();
  await page.getByText('What became of each row').waitFor();
  const sum = (r) => page.locator(`[data-result=${r}] strong`).textContent();
  assert.deepEqual([await sum('registered'), await sum('refused'), await sum('already')].map(Number), [registered, refused, 1]);
  await row('RSA with 1024 bits').waitFor(); // the refused are shown first
  const saved = page.waitForEvent('download');
  await page.locator('[data-act=csv]').click();
  const lines = readFileSync(await (await saved).path(), 'utf8').trim().split('\r\n');
  assert.equal(lines.length, many.expect.length + 1);
  for (const p of many.passphrases) assert.ok(!lines.some((l) => l.includes(p)));
  await page.locator('[data-result=already]').click();
  await row('Nothing to do').waitFor();
  // no archive: said where it is chosen
  await page.locator('#imp-file').setInputFiles(file('no.zip', Buffer.from('nothing')));
  await page.locator('[data-act=check]').click();
  await page.locator('.notice', { hasText: 'no complete ZIP archive' }).waitFor();
});

test('the year: arrow keys go from day to day, and a day leads to its certificates', async () => {
  await page.goto(place('/calendar'));
  const day = new Date(Date.now() + 300 * 86400e3).toISOString().slice(0, 10); // when Anna's ends
  const button = page.locator(`[data-day="${day}"]`);
  await button.waitFor();
  const stop = page.locator('button.cal-day[tabindex="0"]');
  assert.equal(await stop.count(), 1);
  await stop.focus();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  await page.locator('button.cal-day:focus').waitFor();
  await button.click();
  await page.locator('.cal-chosen', { hasText: anna }).waitFor();
  await page.locator('[data-act=show-day]').click();
  await row(anna).waitFor();
  await page.getByRole('button', { name: /^Ends on/ }).waitFor();
});

test('a reader looks and changes nothing', async () => {
  const rita = await AdminPerson.open(browser, 'rita', { reader: true });
  try {
    page = rita.page;
    await page.goto(place());
    await page.locator('[data-search]').fill('cpage-anna');
    await row(anna).waitFor();
    await row(anna).click();
    await page.locator('.adm-panel [data-act=download]').waitFor();
    assert.equal(await page.locator('[data-act=add], [data-act=remove], [data-act=primary]').count(), 0);
    assert.equal(await page.getByRole('link', { name: 'Many at once' }).count(), 0);
    await page.goto(place('/import'));
    await page.getByRole('link', { name: 'Year' }).waitFor();
    assert.equal(await page.locator('#imp-file').count(), 0);
    assert.deepEqual(rita.faults, []);
  } finally { await rita.close(); page = walt.page; }
});

test('no screen has serious faults of accessibility, in any look', async () => {
  for (const [look, options] of Object.entries(ADMIN_LOOKS)) {
    const who = await AdminPerson.open(browser, 'walt', options), p = who.page;
    const judge = async (what) => assert.deepEqual(await axe(p), [], `${what}, ${look}`);
    await p.goto(place());
    const any = p.locator('wx-table .table-body .table-row:not(.is-bone)').first();
    await any.waitFor();
    await judge('list');
    await any.click();
    await p.locator('.adm-panel').waitFor();
    await judge('panel');
    await p.goto(place('/calendar'));
    await p.locator('button.cal-day').first().waitFor();
    await p.locator('button.cal-day').first().click();
    await p.locator('.cal-chosen ul').waitFor();
    await judge('year');
    await p.goto(place('/import'));
    await p.locator('#imp-file').setInputFiles(file('many.zip', many.zip));
    await p.locator('[data-act=check]').click();
    await p.locator('.imp-report').waitFor();
    await judge('report');
    assert.deepEqual(who.faults, []);
    await who.close();
  }
  assert.deepEqual(walt.faults, []);
});
