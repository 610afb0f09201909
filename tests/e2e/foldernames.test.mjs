// Folder names as odd as there are, in the browser: text in tree, chooser, list, titles and messages of ours, never more.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test, { after, before } from 'node:test';
import { Browser } from '../lib/browser.mjs';
import { folderId, imapOf, instance } from '../lib/instance.mjs';
import { message, text } from '../lib/mime.mjs';
import { FOREIGN, ODD, utf7 } from '../lib/oddnames.mjs';

let browser, p, page, imap;
const base = `Odd ${randomUUID().slice(0, 8)}`;
const quote = (s) => `"${s.replace(/[\\"]/g, '\\$&')}"`;
const NAMES = [...ODD, ...FOREIGN];
const raw = (name) => `${base}/${FOREIGN.includes(name) ? name : utf7(name)}`;
before(async () => {
  browser = await Browser.launch();
  imap = await imapOf('dave');
  await imap.create(base);
  await imap.append(base, message({ from: 'tester@demo.test', to: 'dave@demo.test', subject: 'Goes round', date: new Date(), id: `<${randomUUID()}@demo.test>` }, text('x')));
  for (const name of NAMES) {
    await imap.command(`CREATE ${quote(raw(name))}`);
    await imap.command(`SUBSCRIBE ${quote(raw(name))}`);
  }
  p = await (await browser.person('dave')).signIn();
  page = p.page;
  await page.evaluate(() => { window.alert = () => { document.body.dataset.ran = 'yes'; }; });
});
after(async () => {
  for (const name of [...NAMES, 'Healed']) {
    await imap?.command(`DELETE ${quote(raw(name))}`).catch(() => undefined);
    await imap?.command(`UNSUBSCRIBE ${quote(raw(name))}`).catch(() => undefined);
  }
  await imap?.command(`DELETE ${quote(base)}`).catch(() => undefined);
  await imap?.command(`UNSUBSCRIBE ${quote(base)}`).catch(() => undefined);
  imap?.close();
  await browser?.close();
});
const link = (name) => page.locator(`.folders a[href="/mail/${folderId(raw(name))}"]`);
/** Nothing of a name has become an element or ran, no text leaves its line or its place. */
async function unharmed(what) {
  const seen = await page.evaluate(() => ({
    ran: document.body.dataset.ran ?? '', strange: document.querySelectorAll('wx-app script, wx-app img[src="x"], wx-overlays script, wx-overlays img[src="x"], wx-toasts img').length,
    wider: document.documentElement.scrollWidth > document.documentElement.clientWidth,
  }));
  assert.deepEqual(seen, { ran: '', strange: 0, wider: false }, what);
}

test('the tree shows every name as its text, on one line of its own', async () => {
  await link(NAMES[0]).waitFor();
  for (const name of NAMES) {
    assert.equal(await link(name).locator('.folder-name').textContent(), name);
    const box = await link(name).boundingBox();
    assert.ok(box.height < 40 && box.x + box.width <= 233, `${JSON.stringify(name)} ${JSON.stringify(box)}`);
  }
  await unharmed('tree');
});

test('opened: title, heading and what a screen reader is told are that name', async () => {
  for (const name of NAMES) {
    await link(name).click();
    await page.locator('.list-title', { hasText: name.trim().slice(0, 20).replace(/\s+/g, ' ') }).waitFor();
    assert.equal(await page.locator('.list-title').textContent(), name);
    await page.waitForFunction((n) => document.title.includes(n.trim().replace(/\s+/g, ' ')), name);
    const label = (await page.locator('wx-list .grid').getAttribute('aria-label')).replace(/[\u2066-\u2069]/g, '');
    assert.ok(label.includes(name), label);
  }
  await unharmed('list');
});

test('the chooser finds a name by its letters; messages are moved into it and the toast says where', async () => {
  let from = base;
  for (const name of ['<img src=x onerror=alert(1)>', 'AT&T &amp; &-', 'شركة "عربية"', 'x'.repeat(120), FOREIGN[0]]) {
    await page.goto(`${instance.origin}/mail/${folderId(from)}`);
    await p.row('Goes round').click();
    await p.message().waitFor();
    await page.keyboard.press('v');
    await page.locator('.chooser-input').fill(name);
    const choice = page.locator('.choice', { has: page.locator('.choice-label', { hasText: name }) }).first();
    await choice.waitFor();
    assert.equal(await choice.locator('.choice-label').textContent(), name);
    await unharmed(`chooser ${name}`);
    await page.keyboard.press('Enter');
    const toast = page.locator('.toast', { hasText: name }).first();
    await toast.waitFor();
    await unharmed(`toast ${name}`);
    await imap.select(raw(name));
    assert.equal((await imap.search('ALL')).length, 1, name);
    await imap.select('INBOX');
    from = raw(name);
  }
});

test('menu, dialogs of renaming and deleting: text only; a name of another program is made better', async () => {
  for (const name of ['<script>alert(1)<!--', 'x'.repeat(120), FOREIGN[1]]) {
    const line = page.locator('.folder', { has: page.locator(`a[href="/mail/${folderId(raw(name))}"]`) });
    await line.hover();
    await line.locator('wx-menu [data-trigger]').click();
    await page.getByRole('menuitem', { name: 'Delete folder' }).click();
    await page.locator('.dialog h2', { hasText: name }).waitFor();
    await unharmed(`delete ${name}`);
    await page.locator('.dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.locator('.dialog').waitFor({ state: 'detached' });
    await line.hover();
    await line.locator('wx-menu [data-trigger]').click();
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    assert.equal(await page.locator('.dialog input').inputValue(), name);
    await unharmed(`rename ${name}`);
    if (name === FOREIGN[1]) {
      await page.locator('.dialog input').fill('Healed');
      await page.locator('.dialog').getByRole('button', { name: 'Rename' }).click();
      await link('Healed').waitFor();
      await link(name).waitFor({ state: 'detached' });
    } else await page.keyboard.press('Escape');
    await page.locator('.dialog').waitFor({ state: 'detached' });
  }
});
