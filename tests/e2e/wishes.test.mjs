// Priority, a receipt and delivery reports, asked for in the composer: by keyboard, kept in the draft, in what arrives.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe } from '../lib/axe.mjs';
import { Browser, forget } from '../lib/browser.mjs';
import { account, eventually } from '../lib/instance.mjs';
import { clearDrafts, texts } from '../lib/mailbox.mjs';

const run = crypto.randomUUID().slice(0, 8);
const bob = account('bob').address, dave = account('dave').address;
let browser, p;

/** '': not there yet, or saved anew meanwhile. */
const source = async (name, folder, criteria) => (await texts(name, folder, criteria))[0] ?? '';

before(async () => {
  await forget('dave');
  await clearDrafts('dave');
  browser = await Browser.launch();
  p = await (await browser.person('dave')).signIn();
});
after(async () => {
  await browser?.close();
  await clearDrafts('dave');
});

const c = () => p.composer();
const menu = () => c().locator('.wish-menu .menu');
const wish = (words) => c().locator('.wish', { hasText: words });
async function choose(role, name) {
  await c().getByRole('button', { name: 'More options' }).click();
  await menu().getByRole(role, { name, exact: true }).click();
  await menu().waitFor({ state: 'hidden' });
}

test('what is asked for by keyboard stays in sight, in the draft, and arrives', async () => {
  const subject = `Wishes ${run}`;
  await p.newMessage();
  await p.to(bob);
  await c().locator('.subject-input').fill(subject);
  await p.write('Please read.');
  assert.equal(await c().locator('.wish').count(), 0);
  await c().getByRole('button', { name: 'More options' }).focus();
  await p.page.keyboard.press('Enter');
  const high = menu().getByRole('menuitemradio', { name: 'High' });
  await high.waitFor();
  assert.equal(await menu().getByRole('menuitemradio', { name: 'Normal' }).getAttribute('aria-checked'), 'true');
  assert.deepEqual(await axe(p.page), []);
  await eventually(() => high.evaluate((b) => b === document.activeElement), 'the first choice has the focus');
  await p.page.keyboard.press('Enter');
  await wish('High priority').waitFor();
  await choose('menuitemcheckbox', 'Ask for a read receipt');
  await wish('A read receipt is asked for').waitFor();
  assert.deepEqual(await axe(p.page), []);
  await eventually(async () => /^X-Waxseal-Receipt: yes\r$/m.test(await source('dave', 'Drafts', `SUBJECT "${subject}"`)), 'the draft keeps it');
  await c().locator('.composer-saved', { hasText: /saved/i }).waitFor();
  await c().getByRole('button', { name: 'Close and keep as draft', exact: true }).click();
  await c().waitFor({ state: 'detached' });
  await p.folder('Drafts');
  await p.row(subject).locator('.row-subject').click();
  await p.editor().waitFor();
  await wish('High priority').waitFor();
  await wish('A read receipt is asked for').waitFor();
  await p.send();
  await p.sent();
  await eventually(() => source('bob', 'INBOX', `SUBJECT "${subject}"`), 'it arrives');
  const mail = await source('bob', 'INBOX', `SUBJECT "${subject}"`);
  assert.match(mail, /^X-Priority: 1\r\nImportance: high\r$/m);
  assert.match(mail, new RegExp(`^Disposition-Notification-To: .*<?${dave}>?\r$`, 'm'));
  assert.doesNotMatch(mail, /^X-Waxseal/mi);
});

test('the reader says both in words, and answers nothing', async () => {
  const subject = `Wishes ${run}`;
  const q = await (await browser.person('bob')).signIn();
  await q.open(subject);
  const said = q.page.locator('.message-wanted');
  await said.getByText('High priority', { exact: true }).waitFor();
  await said.getByText('The sender asks for a read receipt. None is sent.', { exact: true }).waitFor();
  assert.deepEqual(await axe(q.page), []);
  assert.deepEqual([...q.faults], []);
  await q.close();
  assert.equal(await source('dave', 'INBOX', `SUBJECT "${subject}"`), '', 'no answer to it');
});

test('it can be taken off again; blind recipients alone are not asked, and that is said before anything leaves', async () => {
  const subject = `Taken off ${run}`;
  await p.newMessage();
  await c().locator('.subject-input').fill(subject);
  await p.write('Text.');
  await choose('menuitemradio', 'Low');
  await choose('menuitemcheckbox', 'Ask for a read receipt');
  await wish('Low priority').getByRole('button').click();
  await wish('Low priority').waitFor({ state: 'detached' });
  await c().getByRole('button', { name: /^Cc/ }).first().click();
  await c().getByRole('combobox', { name: 'Bcc' }).fill(bob);
  await p.send();
  await c().locator('.composer-notice', { hasText: 'Blind recipients are not asked' }).waitFor();
  await wish('not of blind recipients').getByRole('button').click();
  await p.send();
  await p.sent();
  await eventually(() => source('bob', 'INBOX', `SUBJECT "${subject}"`), 'it arrives');
  assert.doesNotMatch(await source('bob', 'INBOX', `SUBJECT "${subject}"`), /^(?:X-Priority|Importance|Disposition-Notification-To)/mi);
  assert.deepEqual([...p.faults], []);
});
