// Ten thousand mailboxes of one organisation in the administration's page: rows in the document bounded, found and filtered by the
// server, chosen over all that is found, and a quota that ends in the middle of "all of them", told exactly. By keyboard alone, too.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { adminClient, api, org } from '../lib/admin.mjs';
import { AdminPerson, launch } from '../lib/adminpage.mjs';
import { axe } from '../lib/axe.mjs';
import { eventually } from '../lib/instance.mjs';

const N = 10_000;
const QUOTA = 9_990;
const ROWS = 60;
const address = (i) => `person${String(i).padStart(5, '0')}@many.test`;
let browser, dave, document;

before(async () => {
  browser = await launch();
  dave = await adminClient('dave');
  // The registry as it is, and with one customer more; afterwards it is as it was.
  document = (await dave.post(api('registry/export'), { sealed_keys: true })).json;
  const more = structuredClone(document);
  more.customers.many = { ...Object.values(document.customers)[0], name: 'Many', quota: QUOTA };
  more.organisations.many = { ...Object.values(document.organisations)[0], customer: 'many', name: 'Ten thousand' };
  more.domains['many.test'] = { ...Object.values(document.domains)[0], organisation: 'many' };
  const like = Object.values(Object.values(document.accounts)[0])[0];
  more.accounts.many = Object.fromEntries(Array.from({ length: N }, (_, i) => [address(i), { ...like, name: `Person ${i}` }]));
  const r = await dave.post(api('registry/import'), { document: more });
  assert.equal(r.status, 200, r.text);
});
after(async () => {
  await browser?.close();
  const r = document && await dave.post(api('registry/import'), { document });
  dave?.close();
  if (r) assert.equal(r.status, 200, r.text);
});

async function opened(run) {
  const p = await AdminPerson.open(browser, 'dave');
  try {
    await p.at('/o/many/mailboxes', '.table-body .table-row:not(.is-bone)');
    await run(p);
    assert.deepEqual(p.faults, []);
  } finally { await p.close(); }
}
/** Values stand between invisible direction marks. */
const words = (text) => new RegExp(text.replaceAll('.', '\\.').replace(/\d[\d,]*/g, '\\p{Cf}*$&\\p{Cf}*'), 'u');
const rowOf = (p, i) => p.page.locator('.table-body .table-row', { hasText: address(i) });

test('scrolled from end to end, found and filtered: the document stays small', async () => {
  await opened(async (p) => {
    const { page } = p;
    const grid = page.getByRole('grid');
    assert.equal(await grid.getAttribute('aria-rowcount'), String(N + 1));
    for (const part of [0.25, 0.5, 0.999]) {
      const i = Math.min(N - 1, Math.floor(N * part));
      await page.locator('.table-scroll').evaluate((e, [at, n]) => { e.scrollTop = (e.querySelector('.table-body').offsetHeight / n) * at; }, [i, N]);
      await rowOf(p, i).waitFor();
      assert.ok((await page.locator('.table-body .table-row').count()) <= ROWS, 'rows in the document');
    }
    await page.fill('[data-search]', 'person0123');
    await rowOf(p, 1230).waitFor();
    await eventually(async () => (await grid.getAttribute('aria-rowcount')) === '11', 'ten are found');
    // Neither a reload nor the way back forgets the words, and no address says them.
    assert.doesNotMatch(page.url(), /person/);
    await page.reload();
    await rowOf(p, 1230).waitFor();
    assert.equal(await page.inputValue('[data-search]'), 'person0123');
    await page.locator('[data-place=licences]').click();
    await page.locator('[data-act=all-off]').waitFor();
    await page.goBack();
    await rowOf(p, 1239).waitFor();
    await eventually(async () => (await grid.getAttribute('aria-rowcount')) === '11', 'ten are found again');
    await page.fill('[data-search]', 'nobody of that name');
    await page.locator('.empty').waitFor();
    await page.locator('.empty').getByRole('button', { name: 'Clear filters' }).click();
    await rowOf(p, 0).waitFor();
  });
});

test('by keyboard alone: chosen by range, suspended, found by the filter, opened, left, resumed', async () => {
  await opened(async (p) => {
    const { page } = p;
    const { keyboard } = page;
    await page.locator('.table-scroll').focus();
    await keyboard.press('Home');
    await keyboard.press('Space');
    for (let i = 0; i < 2; i++) await keyboard.press('Shift+ArrowDown');
    await page.locator('.table-bulk-count', { hasText: words('3 chosen') }).waitFor();
    // From the table to what is done with the chosen, and down its menu.
    for (let i = 0; i < 20 && !(await page.evaluate(() => document.activeElement?.closest('wx-menu') && document.activeElement?.closest('.table-bulk'))); i++) await keyboard.press('Tab');
    await keyboard.press('Enter');
    await page.locator('.menu:popover-open').waitFor();
    await keyboard.press('Enter');
    await page.locator('dialog[open]', { hasText: words('Suspend 3 mailboxes') }).waitFor();
    await keyboard.press('Enter');
    await p.toast(words('3 done.')).waitFor();
    await rowOf(p, 2).locator('.adm-pill', { hasText: 'suspended' }).waitFor();
    await page.goto(page.url().replace(/mailboxes.*/, 'mailboxes/state-suspended'));
    await rowOf(p, 2).waitFor();
    assert.equal(await page.getByRole('grid').getAttribute('aria-rowcount'), '4');
    await page.locator('.table-scroll').focus();
    await keyboard.press('Control+a');
    await page.locator('.table-bulk-count', { hasText: words('3 chosen') }).waitFor();
    await keyboard.press('Escape');
    await keyboard.press('End');
    await keyboard.press('Enter');
    await page.locator('.adm-panel h2', { hasText: address(2) }).waitFor();
    for (let i = 0; i < 20 && !(await page.evaluate(() => document.activeElement?.textContent.trim() === 'Resume')); i++) await keyboard.press('Tab');
    await keyboard.press('Enter');
    await p.toast('is in use again').waitFor();
    await rowOf(p, 2).waitFor({ state: 'detached' });
  });
});

test('a licence for all: what the quota did not reach is listed, one by one, and nothing else', async () => {
  await opened(async (p) => {
    const { page } = p;
    await page.locator('.table-scroll').focus();
    await page.keyboard.press('Control+a');
    await page.locator('.table-bulk-count', { hasText: words('10,000 chosen') }).waitFor();
    // One is left out: the others are named one by one.
    await rowOf(p, 0).locator('.table-pick').click();
    await page.locator('.table-bulk-count', { hasText: words('9,999 chosen') }).waitFor();
    await page.locator('[data-act=activate]').click();
    await page.locator('.bulk-sum', { hasText: words('9,990 done, 9 not') }).waitFor();
    assert.deepEqual(await page.locator('.bulk-bad th').allInnerTexts(), Array.from({ length: 9 }, (_, i) => address(N - 9 + i)));
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save the whole result' }).click();
    const lines = await (await download).createReadStream().then(async (s) => { let t = ''; for await (const d of s) t += d; return t.trim().split('\r\n'); });
    assert.equal(lines.length, N, 'a line for each, and a head');
    await page.locator('dialog[open]').getByRole('button', { name: 'Close' }).last().click();
    const summary = (await dave.get(org('licences', 'many'))).json;
    assert.deepEqual([summary.active, summary.free], [QUOTA, 0]);
    assert.equal((await dave.post(org('accounts/query', 'many'), { licence: 'inactive' })).json.total, 10);
    await page.goto(page.url().replace(/mailboxes.*/, 'licences'));
    await page.locator('.licence-big', { hasText: words('9,990 of 9,990 used') }).waitFor();
    await page.locator('.adm-list strong', { hasText: 'No licence is free' }).waitFor();
    // What is grave for many is never one press away.
    await page.locator('[data-act=all-off]').click();
    const sure = page.locator('dialog[open]');
    await sure.locator('[data-sure]').fill('9,99');
    await sure.locator('[data-sure]').press('Enter');
    await sure.locator('button.button-danger:disabled').waitFor();
    await sure.locator('[data-sure]').fill('9,990');
    assert.deepEqual(await axe(page), []);
    await sure.locator('button.button-danger:enabled').click();
    await p.toast(words('10,000 done.')).waitFor();
    const left = (await dave.get(org('licences', 'many'))).json;
    assert.deepEqual([left.active, left.pending], [0, QUOTA]);
  });
});

test('a table of mailboxes: checked without a trace, added, what is partial named, the result taken along', async () => {
  await opened(async (p) => {
    const { page } = p;
    const first = (await dave.post(org('accounts/query', 'many'), { limit: 1 })).json.total;
    await page.goto(page.url().replace(/mailboxes.*/, 'mailboxes/import'));
    await page.fill('#mbi-text', 'E-Mail;Name\nzoe@many.test;Zo\u00eb\n');
    await page.locator('[data-act=check]').click();
    await page.locator('.notice.is-bad', { hasText: /\u201c\S*E-Mail\S*\u201d, which is not known\. Known are: \S*address, name/u }).waitFor();
    await page.fill('#mbi-text', 'Address;Name;Licence\nzoe@many.test;Zo\u00eb Zimmer;yes\nmax@many.test;;no\nada@elsewhere.test;;\nmax@many.test;Max;\nperson00000@many.test;Somebody else;\n');
    const report = async (mode) => {
      await page.locator(`[data-act=${mode}]`).click();
      const card = page.locator(`.imp-report[data-of=${mode}]`);
      for (const [id, n] of [['added', 2], ['already', 1], ['differs', 1], ['missing', 1], ['refused', 2]]) await card.locator(`[data-result=${id}] strong`, { hasText: words(String(n)) }).waitFor();
      await card.locator('.table-row', { hasText: 'Row 3 has this address already' }).waitFor();
    };
    await report('check');
    assert.equal((await dave.post(org('accounts/query', 'many'), { limit: 1 })).json.total, first, 'a check writes nothing');
    assert.deepEqual(await axe(page), []);
    await report('do');
    await page.locator('[data-result=missing]').click();
    await page.locator('.imp-report .table-row', { hasText: 'No licence is left' }).waitFor();
    const download = page.waitForEvent('download');
    await page.locator('.imp-report [data-act=csv]').click();
    const text = await (await download).createReadStream().then(async (s) => { let t = ''; for await (const d of s) t += d; return t; });
    assert.match(text, /^\ufeffrow,address,name,result,licence,differs,code,field,message\r\n"2","zoe@many\.test","Zo\u00eb Zimmer","added","missing","","storage_full","quota",/);
    await page.locator('.imp-report a.button').click();
    await page.fill('[data-search]', 'zimmer');
    await page.locator('.table-body .table-row', { hasText: 'zoe@many.test' }).waitFor();
  });
});
