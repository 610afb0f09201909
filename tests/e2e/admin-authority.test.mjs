// The place "Issuing" of the administration's page: an authority is made, one mailbox gets a certificate, it is revoked, a request goes out; a
// reader is shown no button that changes something; nothing is inaccessible.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AdminPerson, launch } from '../lib/adminpage.mjs';
import { axe } from '../lib/axe.mjs';
import { ctl, eventually, instance, redis } from '../lib/instance.mjs';
import { openssl } from '../lib/smime.mjs';

const EVE = 'place-eve@demo.test';
const json = (...args) => JSON.parse(ctl(...args, '--json'));
let browser, olga;
function forget() {
  for (const x of json('certificate', 'issued', 'demo')) if (!x.revoked_at) ctl('certificate', 'revoke', x.address, x.fingerprint, '--reason', 'cessationOfOperation');
  for (const c of json('certificate', 'list', 'demo')) if (c.source === 'issued') ctl('certificate', 'remove', c.address, c.fingerprint);
  for (const x of json('certificate', 'requests', 'demo')) ctl('certificate', 'withdraw', 'demo', x.key);
  if (json('authority', 'list').some((x) => x.organisation === 'demo')) ctl('authority', 'remove', 'demo');
}
before(async () => {
  forget();
  ctl('account', 'add', EVE);
  ctl('licence', 'activate', 'demo', EVE);
  browser = await launch();
  olga = await AdminPerson.open(browser, 'olga');
});
after(async () => {
  await browser?.close();
  forget();
  ctl('account', 'remove', EVE);
});

test('an authority is made, issues, revokes, and asks others', async () => {
  const { page } = olga, dialog = page.locator('dialog[open]');
  await olga.at('/o/demo/authority', '[data-act=create]');
  await page.locator('[data-act=create]').click();
  await dialog.getByText('Elliptic curve, P-256').click();
  await dialog.getByRole('button', { name: 'Make it' }).click();
  await page.locator('[data-card=authority]').getByText('demo.test').waitFor();

  await page.locator('[data-act=issue-some]').click();
  await dialog.getByLabel('Addresses').fill(`${EVE}\nnobody@demo.test`);
  await dialog.getByRole('button', { name: 'Issue' }).click();
  await dialog.locator('.bulk-bad', { hasText: 'nobody@demo.test' }).waitFor();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  const row = page.locator('[data-card=issued] .table-body .table-row', { hasText: EVE });
  await row.getByText('Holds').waitFor();
  await olga.settled();
  assert.deepEqual(await axe(page), []);

  // What still holds is said before anything is to be confirmed, and shown.
  await page.locator('[data-act=remove]').click();
  await dialog.locator('[data-part=still]', { hasText: 'one certificate that it issued still holds' }).waitFor();
  assert.equal(await dialog.locator('.button-danger').count(), 0);
  await dialog.locator('[data-act=show-holding]').click();
  await page.locator('[data-card=issued] .table-body .table-row', { hasText: EVE }).waitFor();
  assert.equal(await page.locator('[data-card=issued] select').inputValue(), 'valid');
  await page.locator('[data-card=issued] select').selectOption('');

  await row.click();
  await dialog.locator('[data-part=issued]', { hasText: EVE }).waitFor();
  await dialog.locator('[data-act=revoke]').click();
  await dialog.getByRole('button', { name: 'Revoke', exact: true }).click();
  await dialog.locator('[data-field=reason] .field-error').waitFor(); // a reason is chosen, never assumed
  await dialog.getByLabel('Reason').selectOption('keyCompromise');
  await dialog.getByRole('button', { name: 'Revoke', exact: true }).click();
  await row.getByText('Key in wrong hands').waitFor();
  await eventually(async () => (await page.locator('[data-card=list] .adm-facts dd').first().textContent()) === '1', 'one on the list');

  await page.locator('[data-act=request]').click();
  await dialog.getByLabel('Address').fill(EVE);
  await dialog.getByText('Elliptic curve, P-256').click();
  const saved = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Make the request' }).click();
  assert.equal((await saved).suggestedFilename(), `${EVE}.csr`);
  await page.locator('[data-card=requests] li', { hasText: EVE }).locator('[data-act=csr-withdraw]').click();
  await dialog.getByRole('button', { name: 'Withdraw' }).click();
  await page.getByText('No request waits for its answer.').waitFor();
  assert.deepEqual(olga.faults, []);
});

test('who asks with a key of their own gets a certificate, or a reason', async () => {
  const { page } = olga, dialog = page.locator('dialog[open]');
  const csr = openssl(['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', '/dev/null', '-subj', '/CN=Eve', '-addext', `subjectAltName=email:${EVE}`, '-outform', 'DER']);
  const stamp = (ms) => `${new Date(Date.now() + ms).toISOString().slice(0, 19)}Z`;
  const asks = () => redis('web', 'HSET', `${instance.instance}:req:demo`, EVE, JSON.stringify({ key: 'own', csr: csr.toString('base64'), algorithm: 'P-256', state: 'waiting', since: stamp(0), until: stamp(86400e3) }));
  const row = page.locator('[data-card=asked] li', { hasText: EVE });
  asks();
  await olga.at('/o/demo/authority', `[data-card=asked] li[data-address="${EVE}"]`);
  await olga.settled();
  assert.deepEqual(await axe(page), []);
  await row.locator('[data-act=refuse]').click();
  await dialog.getByLabel('Reason').fill('Please come by first.');
  await dialog.getByRole('button', { name: 'Refuse', exact: true }).click();
  await page.getByText('Nobody waits for a certificate.').waitFor();
  assert.equal(JSON.parse(redis('web', 'HGET', `${instance.instance}:req:demo`, EVE)).reason, 'Please come by first.');
  asks();
  await olga.at('/o/demo/authority', `[data-card=asked] li[data-address="${EVE}"]`);
  await row.locator('[data-act=approve]').click();
  await dialog.getByRole('button', { name: 'Issue', exact: true }).click();
  await page.getByText('Nobody waits for a certificate.').waitFor();
  assert.ok(json('certificate', 'list', 'demo', EVE).some((c) => c.custody === 'user' && c.source === 'issued'));
  assert.deepEqual(olga.faults, []);
});

test('a reader is shown everything and can change nothing', async () => {
  const rita = await AdminPerson.open(browser, 'rita', { reader: true, viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
  try {
    await rita.at('/o/demo/authority', '[data-card=issued] .table-body .table-row');
    await rita.settled();
    assert.deepEqual(await rita.page.locator('wx-place-authority [data-act]').evaluateAll((all) => all.map((x) => x.dataset.act)), ['save']);
    assert.deepEqual(await axe(rita.page), []);
    assert.equal(await rita.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    assert.deepEqual(rita.faults, []);
  } finally { await rita.close(); }
});
