// The same day by keyboard alone: no pointer touches the page, the focus is always somewhere that can be seen, and the
// "?" sheet names each shortcut that was used.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, passphraseOf } from '../lib/browser.mjs';
import { FOLDER, NEWS, QUESTION, RECEIPTS, SEALED, SECRET, deliver, evening, holds, morning } from '../lib/erin.mjs';
import { account, eventually, instance } from '../lib/instance.mjs';
import { Keys } from '../lib/keys.mjs';

let browser, erin, keys, total;
const numbers = new Intl.NumberFormat('en');
const says = (n) => erin.page.locator('wx-list .list-count', { hasText: numbers.format(n) }).waitFor();
const toast = (text) => erin.page.locator('.toast', { hasText: text }).first().waitFor();

before(async () => {
  total = await morning();
  browser = await Browser.launch();
  const first = await (await browser.person('erin')).signIn();
  await first.importKey();
  await first.close();
  erin = await browser.person('erin', { viewport: { width: 1440, height: 900 } });
  await Keys.guard(erin.context);
  keys = new Keys(erin);
});
after(async () => {
  await browser?.close();
  await evening();
});

test('signing in', async () => {
  const { page } = erin;
  await page.goto(`${instance.origin}/`);
  await keys.isOn('#username');
  await keys.type(account('erin').address);
  await keys.key('Tab');
  await keys.isOn('#password');
  await page.keyboard.type(account('erin').password);
  await page.keyboard.press('Enter');
  await page.locator('.row:not(.is-bone)').first().waitFor();
  await keys.key('Tab');
  await keys.isOn('.skip');
  await keys.key('Enter');
  await keys.isOn('.grid');
  await says(total);
});

test('reading: up and down, open, unlock', async () => {
  const { page } = erin;
  await keys.key('Home');
  await keys.press('j');
  await keys.press('k');
  await keys.rowTo(QUESTION);
  await keys.press('o');
  await page.locator('.parts').getByText('the second key').waitFor();
  await keys.rowTo(SEALED);
  await page.locator('form.unlock').waitFor();
  await keys.tabTo('#keyring-passphrase');
  await page.keyboard.type(passphraseOf('erin'));
  await page.keyboard.press('Enter');
  await erin.hasVerdict('encrypted+signed-valid');
  await page.locator('.parts').getByText(SECRET).waitFor();
  await keys.held('unlocking');
});

test('answering', async () => {
  await keys.press('u');
  await keys.isOn('.grid');
  await keys.key('Home');
  await keys.rowTo(QUESTION);
  await keys.press('o');
  await erin.page.locator('.parts').getByText('the second key').waitFor();
  await keys.press('r');
  await keys.isOn('iframe.editor-frame');
  await erin.textHasFocus();
  await keys.type('Tom has it.');
  assert.match(await erin.editor().innerText(), /^Tom has it\./);
  await erin.page.keyboard.press('Control+Enter');
  await erin.sent();
  await keys.held('sending');
  await eventually(async () => (await holds('INBOX', `HEADER Subject "Re: ${QUESTION}"`, 'alice')) === 1, 'alice gets it');
});

test('searching, and back', async () => {
  const { page } = erin;
  await keys.press('/');
  await keys.isOn('#search');
  await keys.type('subject:crane');
  await keys.key('Enter');
  await says(await holds('INBOX', 'SUBJECT "crane"'));
  await keys.isOn('.grid');
  await keys.press('j');
  await keys.key('Enter');
  await page.locator('.message-subject', { hasText: /crane/i }).waitFor();
  await keys.press('u');
  await keys.key('Escape');
  await says(total);
  await keys.held('closing the search');
});

test('choosing, moving, undo', async () => {
  const { page } = erin;
  await keys.press('g i', ['g', 'i']);
  await keys.key('Home');
  await keys.rowTo(RECEIPTS[2]);
  await keys.press('x');
  await keys.press('Shift J', ['Shift+J']);
  await keys.press('Shift J', ['Shift+J']);
  await page.locator('.list-head', { hasText: /\b3\W*selected/ }).waitFor();
  await keys.press('v');
  await keys.isOn('.chooser-input');
  await keys.type(FOLDER);
  await keys.key('Enter');
  await toast(FOLDER);
  await says(total - 3);
  await keys.press('z');
  await says(total);
  await eventually(async () => (await holds(FOLDER)) === 0, 'they are back');
});

test('archiving, the star, unread, deleting', async () => {
  await keys.key('Home');
  await keys.rowTo(RECEIPTS[1]);
  await keys.press('e');
  await says(total - 1);
  await keys.press('z');
  await says(total);
  await keys.rowTo(RECEIPTS[1]);
  await keys.press('s');
  await eventually(async () => (await holds('INBOX', `FLAGGED HEADER Subject "${RECEIPTS[1]}"`)) === 1, 'it has a star');
  await keys.press('Shift U', ['Shift+U']);
  await eventually(async () => (await holds('INBOX', `UNSEEN HEADER Subject "${RECEIPTS[1]}"`)) === 1, 'it is unread');
  await keys.press('#', ['#']);
  await says(total - 1);
  await keys.press('z');
  await says(total);
});

test('a label, and everything at once', async () => {
  const { page } = erin;
  await keys.key('Home');
  await keys.rowTo(RECEIPTS[0]);
  await keys.press('l');
  await keys.isOn('.chooser-input');
  await keys.type('invoi');
  await keys.key('Enter');
  await page.locator('.choice[aria-checked=true]', { hasText: 'Invoices' }).waitFor();
  await keys.key('Escape');
  await keys.isOn('.grid');
  await eventually(async () => (await holds('INBOX', `KEYWORD invoices HEADER Subject "${RECEIPTS[0]}"`)) === 1, 'it has the label');
  await keys.press('z');
  await eventually(async () => (await holds('INBOX', `KEYWORD invoices HEADER Subject "${RECEIPTS[0]}"`)) === 0, 'it has it no longer');
  const before = await holds('INBOX', 'UNSEEN');
  await keys.press('* a', ['*', 'a']);
  await page.locator('.list-banner', { hasText: numbers.format(total) }).waitFor();
  await keys.press('Shift U', ['Shift+U']);
  await eventually(async () => (await holds('INBOX', 'UNSEEN')) === 0, 'nothing is unread', 60);
  await keys.press('z');
  await eventually(async () => (await holds('INBOX', 'UNSEEN')) === before, 'the same are unread again', 60);
  await keys.press('* n', ['*', 'n']);
  await page.locator('.list-head.is-selecting').waitFor({ state: 'detached' });
});

test('new mail comes: the cursor stays on its message, and the focus where it is', async () => {
  await keys.key('Home');
  await keys.rowTo(RECEIPTS[2]);
  await deliver();
  total++;
  await says(total);
  await erin.row(NEWS).waitFor();
  await keys.isOn('.grid');
  assert.match(await erin.page.locator('.row.is-active .row-subject').innerText(), new RegExp(RECEIPTS[2]));
  await keys.held('the arrival of a mail');
});

test('the palette, the settings and back', async () => {
  const { page } = erin;
  await keys.press('Ctrl K', ['Control+k']);
  await keys.isOn('.chooser-input');
  await keys.type('Settings');
  await keys.key('Enter');
  await page.waitForURL(/\/settings/);
  await keys.held('opening the settings');
  await keys.press('g s', ['g', 's']);
  await page.locator('wx-list .list-title', { hasText: 'Sent' }).waitFor();
  await keys.press('g a', ['g', 'a']);
  await page.locator('wx-list .list-title', { hasText: 'Archive' }).waitFor();
  await keys.press('g i', ['g', 'i']);
  await says(total);
});

test('menus open, walk and give the focus back', async () => {
  await keys.tabTo('wx-list .list-head wx-menu [data-trigger]', 80);
  await keys.key('Enter');
  await keys.isOn('.menu-item');
  await keys.key('ArrowDown');
  await keys.key('Escape');
  await keys.isOn('[data-trigger]');
});

test('the sheet names every shortcut that was used', async () => {
  const { page } = erin;
  await keys.press('?', ['?']);
  await page.locator('.sheet-keys').waitFor();
  const named = await page.locator('.key-row dd').evaluateAll((all) => all.map((d) => [...d.querySelectorAll('kbd')].map((k) => k.textContent).join(' ')));
  for (const shortcut of keys.used) assert.ok(named.includes(shortcut), `${shortcut} is not in: ${named.join(', ')}`);
  await keys.key('Escape');
  await page.locator('.sheet-keys').waitFor({ state: 'detached' });
  await keys.held('closing the sheet');
});

test('no pointer touched the page, and no fault was noted', () => assert.deepEqual(erin.faults, []));

test('a pointer would have been noticed, by its first move in a page and by its second', async () => {
  const page = await erin.context.newPage();
  await page.goto(`${instance.origin}/`);
  for (const [x, y] of [[30, 40], [31, 40]]) {
    await page.mouse.move(x, y);
    await eventually(() => erin.faults.includes(`pointer: mousemove at ${x},${y}`), `a fault for the move to ${x},${y}`);
  }
  await page.close();
});
