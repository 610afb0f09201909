// Templates in the composer, and the question about a file that was promised.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { axe } from '../lib/axe.mjs';
import { Browser, forget } from '../lib/browser.mjs';
import { signedIn } from '../lib/instance.mjs';

let browser, alice, client;
const run = Date.now().toString(36);
const empty = async () => { const { version } = (await client.get('/api/v1/templates')).json; await client.put('/api/v1/templates', { templates: [], version }); };
before(async () => {
  await forget('alice');
  client = await signedIn('alice');
  await empty();
  browser = await Browser.launch();
  alice = await browser.person('alice');
  await alice.signIn();
});
afterEach(async () => {
  for (const c of await alice.page.locator('wx-composer').all()) {
    await c.getByRole('button', { name: 'Discard', exact: true }).click();
    await alice.page.locator('.dialog .button-danger').click();
    await c.waitFor({ state: 'detached' });
  }
});
after(async () => { await empty(); client.close(); await browser.close(); });

const c = () => alice.composer();
const box = () => alice.page.locator('.templates-dialog');
const open = async () => { await c().locator('.template-button').click(); await box().waitFor(); };
const wish = async (name) => {
  await c().locator('.wish-menu [data-trigger]').click();
  await c().locator('.wish-menu').getByRole(/receipt/i.test(String(name)) ? 'menuitemcheckbox' : 'menuitemradio', { name }).first().click();
};
const close = async () => { await box().getByRole('button', { name: 'Close' }).last().click(); await box().waitFor({ state: 'detached' }); };

test('a message becomes a template and begins the next one, rich and plain; it can be deleted', async () => {
  await alice.newMessage();
  await c().locator('.subject-input').fill(`Offer ${run}`);
  await alice.write('Dear customer, here it is.');
  await wish(/High/);
  await wish(/receipt/i);
  // Enter before the list is there is not lost: it waits for it.
  let letGo;
  const held = new Promise((resolve) => { letGo = resolve; });
  await alice.page.route('**/api/v1/templates', async (r) => { if (r.request().method() === 'GET') await held; await r.continue(); });
  await open();
  assert.deepEqual(await axe(alice.page), []);
  await box().locator('#template-name').fill(`Standard ${run}`);
  await alice.page.keyboard.press('Enter');
  letGo();
  await box().locator('.template-use', { hasText: `Standard ${run}` }).waitFor();
  await alice.page.unroute('**/api/v1/templates');
  const [kept] = (await client.get('/api/v1/templates')).json.templates;
  assert.deepEqual([kept.name, kept.subject, kept.text], [`Standard ${run}`, `Offer ${run}`, 'Dear customer, here it is.']);
  await close();
  await c().getByRole('button', { name: 'Discard', exact: true }).click();
  await alice.page.locator('.dialog .button-danger').click();
  await c().waitFor({ state: 'detached' });

  await alice.newMessage();
  await open();
  await box().locator('.template-use').click();
  await box().waitFor({ state: 'detached' });
  await alice.editor().filter({ hasText: 'Dear customer, here it is.' }).waitFor();
  assert.equal(await c().locator('.subject-input').inputValue(), `Offer ${run}`);
  // What it asks for beside its text came along, and stands in sight.
  assert.deepEqual([kept.priority, kept.receipt, kept.dsn], ['high', true, []]);
  await c().locator('.wish').nth(1).waitFor();
  assert.equal(await c().locator('.wish').count(), 2);
  await c().getByRole('button', { name: /plain text/i }).click();
  await c().locator('.plain-input').fill('');
  await open();
  await box().locator('.template-use').click();
  await box().waitFor({ state: 'detached' });
  assert.equal(await c().locator('.plain-input').inputValue(), 'Dear customer, here it is.');
  await open();
  await box().getByRole('button', { name: /^Delete/ }).click();
  await box().locator('.template-use').waitFor({ state: 'detached' });
  assert.deepEqual((await client.get('/api/v1/templates')).json.templates, []);
  await close();
  assert.deepEqual(alice.faults.splice(0), []);
});

test('hostile HTML in a template is cleaned when it is used; what may be encrypted cannot become one', async () => {
  const { version } = (await client.get('/api/v1/templates')).json;
  const html = '<div>Seen<img src="https://elsewhere.test/x.png" onerror="wxFault(2)"><script>wxFault("ran")</script><iframe src="https://elsewhere.test"></iframe><a href="javascript:wxFault(1)">link</a></div>';
  await client.put('/api/v1/templates', { templates: [{ id: crypto.randomUUID(), name: 'Hostile', subject: '', html, text: 'x' }], version });
  await alice.newMessage();
  await open();
  await box().locator('.template-use').click();
  await alice.editor().filter({ hasText: 'Seen' }).waitFor();
  const inside = await alice.editor().evaluate((e) => e.getHTML());
  assert.doesNotMatch(inside, /script|iframe|onerror|elsewhere|javascript/);
  await alice.mode('encrypt');
  await open();
  await box().locator('.template-secret').waitFor();
  assert.equal(await box().locator('#template-name').count(), 0);
  await close();
  assert.equal(browser.strangers.length, 0);
  // Chromium reports the handler as refused by the policy while the text is parsed aside, before it is cleaned: it never ran.
  assert.deepEqual(alice.faults.splice(0).filter((f) => !/Executing inline event handler violates|^policy: script-src-attr inline/.test(f)), []);
});

test('a file that the text promises is asked for; a quoted promise is not', async () => {
  await alice.newMessage();
  await alice.to('bob@demo.test');
  await c().locator('.subject-input').fill(`Promise ${run}`);
  await alice.write('Please see the attached plan.');
  await alice.send();
  const question = alice.page.locator('.dialog', { hasText: 'Send without an attachment?' });
  await question.waitFor();
  assert.match(await question.innerText(), /attached/);
  await question.getByRole('button', { name: 'Cancel' }).click();
  await question.waitFor({ state: 'detached' });
  await c().locator('.file-input').setInputFiles({ name: 'plan.txt', mimeType: 'text/plain', buffer: Buffer.from('plan') });
  await c().locator('.file-chip').waitFor();
  await alice.send();
  await alice.sent();
  assert.deepEqual(alice.faults.splice(0), []);
});

test('another tab was faster, and the message became a secret meanwhile: it is not kept as a template after all', async () => {
  const path = '**/api/v1/templates';
  let puts = 0;
  await alice.newMessage();
  await c().locator('.subject-input').fill(`Secret ${run}`);
  await alice.write('Nobody else reads this.');
  await open();
  await alice.page.route(path, async (r) => {
    if (r.request().method() === 'PUT') { puts += 1; await r.fulfill({ status: 409, contentType: 'application/json', body: '{"code":"conflict","message":"x"}' }); return; }
    await alice.page.evaluate(() => document.querySelector('wx-composer').composer.setMode('sign_encrypt'));
    await r.continue();
  });
  try {
    await box().locator('#template-name').fill(`Secret ${run}`);
    await alice.page.keyboard.press('Enter');
    await box().locator('.template-secret').waitFor();
    await alice.page.waitForFunction(() => document.querySelector('wx-templates').busy === false);
    assert.equal(puts, 1, 'not put again');
  } finally { await alice.page.unroute(path); }
  await close();
});
