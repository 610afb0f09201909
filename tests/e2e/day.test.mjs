// A day in a full mailbox, with the mouse: sign in, read, unlock, answer, search, label, move, archive, undo,
// everything at once, conversations, two tabs, new mail, a phone.
// MESSAGES says how full (3,000 here, 100,000 in `make scale`); PICTURES=FOLDER keeps pictures of it.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Browser, passphraseOf } from '../lib/browser.mjs';
import { FOLDER, MESSAGES, NEWS, QUESTION, RECEIPTS, SEALED, SECRET, deliver, evening, holds, morning } from '../lib/erin.mjs';
import { eventually, instance } from '../lib/instance.mjs';
import { rested } from '../lib/measure.mjs';
import { LOOKS } from '../lib/screens.mjs';

let browser, erin, total;
const ANSWER = `Tom has it; it hangs behind the door. (${Date.now().toString(36)})`;
const numbers = new Intl.NumberFormat('en');
async function picture(p, name) {
  if (!process.env.PICTURES) return;
  await p.page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => undefined))));
  await p.page.screenshot({ path: path.join(process.env.PICTURES, `day-${name}.png`) });
}
const says = (p, n) => p.page.locator('wx-list .list-count', { hasText: numbers.format(n) }).waitFor();
const toast = (p, text) => p.page.locator('.toast', { hasText: text }).first();
const unread = (p) => p.page.locator('wx-sidebar .folder-link[aria-current=page] .folder-count').innerText().then((t) => Number(t.replace(/\D/g, '')));
const top = (p) => p.page.locator('wx-list .grid').evaluate((g) => g.scrollTop);

before(async () => {
  total = await morning();
  browser = await Browser.launch();
  erin = await browser.person('erin', { viewport: { width: 1440, height: 900 } });
});
after(async () => {
  await browser?.close();
  await evening();
});

test('signing in shows the newest of all, and how many there are', async () => {
  await erin.signIn();
  assert.ok(total >= MESSAGES + 5);
  await says(erin, total);
  await erin.row(QUESTION).waitFor();
  assert.equal(await erin.page.locator('wx-list .grid').getAttribute('aria-rowcount'), String(total));
  assert.ok(await erin.page.locator('.row').count() <= 60, 'only the rows near the window are in the page');
  await picture(erin, 'list');
});

test('reading: the message is there, and one less is unread', async () => {
  const before = await unread(erin);
  await erin.open(QUESTION);
  await erin.page.locator('.parts').getByText('the second key').waitFor();
  await eventually(async () => (await unread(erin)) === before - 1, 'the count of unread messages follows');
  await eventually(async () => (await holds('INBOX', `SEEN HEADER Subject "${QUESTION}"`)) === 1, 'the server knows it');
  await picture(erin, 'read');
});

test('an encrypted one opens with the key, once the keyring is unlocked', async () => {
  await erin.importKey();
  await erin.page.goto(`${instance.origin}/mail/`);
  await erin.open(SEALED);
  await erin.unlock(passphraseOf('erin'));
  await erin.hasVerdict('encrypted+signed-valid');
  await erin.page.locator('.parts').getByText(SECRET).waitFor();
  await picture(erin, 'sealed');
});

test('answering: it arrives, and the message is marked as answered', async () => {
  await erin.open(QUESTION);
  await erin.reply();
  await erin.write(ANSWER);
  await picture(erin, 'answer');
  await erin.send();
  await erin.sent();
  await eventually(async () => (await holds('INBOX', `HEADER Subject "Re: ${QUESTION}"`, 'alice')) === 1, 'alice gets it');
  await eventually(async () => (await holds('INBOX', `ANSWERED HEADER Subject "${QUESTION}"`)) === 1, 'it is marked as answered');
});

test('searching: as many as the server finds; closing it returns to the list', async () => {
  const { page } = erin;
  const found = await holds('INBOX', 'SUBJECT "crane"');
  assert.ok(found > 3);
  await page.fill('#search', 'subject:crane');
  await page.press('#search', 'Enter');
  await says(erin, found);
  await page.locator('.row', { hasText: /crane/i }).first().waitFor();
  await picture(erin, 'search');
  await page.locator('.row-subject', { hasText: /crane/i }).first().click();
  await page.locator('.message-subject', { hasText: /crane/i }).waitFor();
  await page.locator('.search-close').click();
  await says(erin, total);
});

test('choosing three, moving them, and taking that back', async () => {
  const { page } = erin;
  for (const subject of RECEIPTS) {
    await erin.row(subject).hover();
    await erin.row(subject).locator('.row-pick').click();
  }
  await page.locator('.list-head', { hasText: /\b3\W*selected/ }).waitFor();
  await picture(erin, 'choose');
  await page.locator('.list-head').getByRole('button', { name: /^Move to/ }).click();
  await page.locator('.chooser-input').fill(FOLDER);
  await page.locator('.choice.is-active', { hasText: FOLDER }).waitFor();
  await picture(erin, 'move');
  await page.keyboard.press('Enter');
  await toast(erin, FOLDER).waitFor();
  await says(erin, total - 3);
  await eventually(async () => (await holds(FOLDER)) === 3, 'they are there');
  await toast(erin, FOLDER).getByRole('button', { name: 'Undo' }).click();
  await says(erin, total);
  for (const subject of RECEIPTS) await erin.row(subject).waitFor();
  await eventually(async () => (await holds(FOLDER)) === 0, 'they are back');
});

test('archiving what is open shows the next one; undo brings it back', async () => {
  const { page } = erin;
  await erin.open(RECEIPTS[2]);
  await page.locator('.reader-bar').getByRole('button', { name: 'Archive' }).click();
  await toast(erin, 'rchived').waitFor();
  await says(erin, total - 1);
  await page.locator('.message-subject').waitFor();
  assert.ok(!(await page.locator('.message-subject').innerText()).includes(RECEIPTS[2]));
  await eventually(async () => (await holds('Archive')) === 1, 'it is there');
  await toast(erin, 'rchived').getByRole('button', { name: 'Undo' }).click();
  await says(erin, total);
  await erin.row(RECEIPTS[2]).waitFor();
});

test('a label for three: in the list, on the server, taken back', async () => {
  const { page } = erin;
  for (const subject of RECEIPTS) {
    await erin.row(subject).hover();
    await erin.row(subject).locator('.row-pick').click();
  }
  // Beside a narrow list there is no room for it: it is in the menu.
  await page.locator('.list-head').getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: /^Labels/ }).click();
  await page.locator('.chooser-input').fill('invoi');
  await page.locator('.choice', { hasText: 'Invoices' }).click();
  await page.locator('.choice[aria-checked=true]', { hasText: 'Invoices' }).waitFor();
  await picture(erin, 'label');
  await page.locator('.dialog').getByRole('button', { name: 'Done' }).click();
  for (const subject of RECEIPTS) await erin.row(subject).getByText('Invoices').waitFor();
  await eventually(async () => (await holds('INBOX', 'KEYWORD invoices HEADER Subject "hardware shop"')) === 3, 'the server knows it');
  await toast(erin, 'Invoices').getByRole('button', { name: 'Undo' }).click();
  await eventually(async () => (await holds('INBOX', 'KEYWORD invoices HEADER Subject "hardware shop"')) === 0, 'the label is off again');
  await page.locator('.list-head').getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Clear selection' }).click();
});

test('everything there is: chosen without loading it, marked as read in one go, and taken back', async () => {
  const { page } = erin;
  const before = await holds('INBOX', 'UNSEEN');
  assert.ok(before > 5);
  await page.locator('.list-all input').click();
  await page.locator('.list-banner').getByRole('button', { name: /^Select all/ }).click();
  await page.locator('.list-banner', { hasText: numbers.format(total) }).waitFor();
  assert.ok(await page.locator('.row').count() <= 60);
  await picture(erin, 'everything');
  await page.locator('.list-head').getByRole('button', { name: /unread|as read/i }).click();
  await eventually(async () => (await holds('INBOX', 'UNSEEN')) === 0, 'nothing is unread', 60);
  await toast(erin, /marked as read/).getByRole('button', { name: 'Undo' }).click();
  await eventually(async () => (await holds('INBOX', 'UNSEEN')) === before, 'those that were unread are so again, and no others', 60);
  await page.locator('.list-banner').getByRole('button', { name: /Clear/ }).click();
});

test('conversations: fewer rows, opened as one', async () => {
  const { page } = erin;
  const view = async () => { await page.locator('.list-head').getByRole('button', { name: 'View' }).click(); await page.getByRole('menuitemcheckbox', { name: 'Group conversations' }).click(); };
  await view();
  await page.locator('wx-list .list-count', { hasText: 'conversations' }).waitFor();
  await page.locator('.row:not(.is-bone)').first().waitFor();
  // In a large folder they are found out while the list of messages stands.
  const rows = async () => Number(await page.locator('wx-list .grid').getAttribute('aria-rowcount'));
  await eventually(async () => (await rows()) > 50 && (await rows()) < total, 'there are fewer rows than messages', 60);
  const many = page.locator('.row', { has: page.locator('.row-count') }).first();
  await many.waitFor();
  await many.locator('.row-subject').click();
  await page.locator('.conversation-item').nth(1).waitFor();
  await picture(erin, 'conversation');
  await view();
  await says(erin, total);
});

test('two tabs keep step: a star, an archived one, the counts', async () => {
  const other = Object.assign(Object.create(erin), { page: await erin.context.newPage() });
  await other.page.goto(`${instance.origin}/mail/`);
  await other.row(RECEIPTS[0]).waitFor();
  await says(other, total);
  await erin.page.bringToFront();
  await erin.row(RECEIPTS[0]).hover();
  await erin.row(RECEIPTS[0]).locator('.row-star').click();
  await other.row(RECEIPTS[0]).locator('.row-star[aria-pressed=true]').waitFor({ state: 'attached' });
  await erin.open(RECEIPTS[1]);
  await erin.page.locator('.reader-bar').getByRole('button', { name: 'Archive' }).click();
  await says(other, total - 1);
  await other.row(RECEIPTS[1]).waitFor({ state: 'detached' });
  assert.equal(await unread(other), await unread(erin));
  await toast(erin, 'rchived').getByRole('button', { name: 'Undo' }).click();
  await says(other, total);
  await other.row(RECEIPTS[1]).waitFor();
  await other.page.close();
});

test('new mail comes by itself, in every tab, and moves nothing that is read', async () => {
  const other = Object.assign(Object.create(erin), { page: await erin.context.newPage() });
  await other.page.goto(`${instance.origin}/mail/`);
  await other.row(QUESTION).waitFor();
  await other.page.locator('wx-list .grid').evaluate((g) => { g.scrollTop = 3000; });
  await rested(other.page);
  await other.page.waitForFunction(() => !document.querySelector('.row.is-bone'));
  const first = () => other.page.evaluate(() => {
    const edge = document.querySelector('wx-list .grid').getBoundingClientRect().top;
    const row = [...document.querySelectorAll('.row')].find((r) => r.getBoundingClientRect().bottom > edge + 4);
    return `${row.dataset.uid} ${Math.round(row.getBoundingClientRect().top - edge)}`;
  });
  const held = await first();
  const before = await unread(erin);
  await deliver();
  await erin.row(NEWS).waitFor();
  await says(erin, total + 1);
  await says(other, total + 1);
  await eventually(async () => (await first()) === held, 'what is read stays where it is');
  await eventually(async () => (await unread(erin)) === before + 1 && (await unread(other)) === before + 1, 'one more is unread, in both tabs');
  await picture(erin, 'news');
  total++;
  await other.page.close();
});

test('far down the list: the oldest is there; going to a folder and back keeps the place', async () => {
  const { page } = erin;
  const grid = page.locator('wx-list .grid');
  await grid.focus();
  await page.keyboard.press('End');
  await page.locator(`.row[aria-rowindex="${total}"]`).waitFor();
  assert.ok(await top(erin) > 0);
  await picture(erin, 'oldest');
  await page.keyboard.press('Home');
  await erin.row(QUESTION).waitFor();
});

test('on a phone: list, message, back to the same place, folders, search', async () => {
  const p = await browser.person('erin', LOOKS.phone);
  const { page } = p;
  await p.signIn();
  await says(p, total);
  await picture(p, 'phone-list');
  await page.locator('wx-list .grid').evaluate((g) => { g.scrollTop = 2000; });
  await page.waitForFunction(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(!document.querySelector('.row.is-bone'))))));
  const row = page.locator('.row').nth(10);
  const subject = await row.locator('.row-subject').innerText();
  const place = await top(p);
  await row.locator('.row-subject').tap();
  await page.locator('.message-subject').waitFor();
  assert.ok(!(await page.locator('wx-list').isVisible()), 'the message has the page');
  await picture(p, 'phone-read');
  await page.goBack();
  await page.locator('.row-subject', { hasText: subject }).first().waitFor();
  assert.ok(Math.abs((await top(p)) - place) < 2, 'the list is where it was');
  await p.folder('Archive');
  await page.locator('.drawer-button').click();
  await picture(p, 'phone-folders');
  await page.locator('wx-sidebar .folder-link', { hasText: 'Inbox' }).click();
  await says(p, total);
  await page.fill('#search', 'subject:crane');
  await page.press('#search', 'Enter');
  await page.locator('.search-close').waitFor();
  await page.locator('.row', { hasText: /crane/i }).first().waitFor();
  await picture(p, 'phone-search');
  assert.deepEqual(p.faults, []);
  await p.close();
});

test('no fault was noted, and nothing went to another host', () => {
  assert.deepEqual(erin.faults, []);
  assert.deepEqual(browser.strangers, []);
});
