// Settings of the mailbox in the browser: saved at once, sessions ended in another browser, sign-in with a code (without
// JavaScript too), filters and vacation that work on what really arrives.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { axe as violations } from '../lib/axe.mjs';
import { Browser } from '../lib/browser.mjs';
import { account, eventually, instance, redis, signedIn } from '../lib/instance.mjs';
import { deliver } from '../lib/lmtp.mjs';
import { codeAt, stepNow } from '../lib/totp.mjs';

let browser, p, api;
const dave = account('dave');
const totpKey = `${instance.instance}:u:${dave.address}:totp`;
before(async () => {
  api = await signedIn('dave');
  await api.put('/api/v1/filters', { rules: [], vacation: null, take_over: true });
  browser = await Browser.launch();
  p = await (await browser.person('dave')).signIn();
});
after(async () => {
  redis('web', 'DEL', totpKey);
  await api?.put('/api/v1/filters', { rules: [], vacation: null, take_over: true });
  await api?.put('/api/v1/settings', { list: { threads: true, preview: 'right' }, time_zone: '', ui: { language: '' } });
  api?.close();
  await browser?.close();
});
const open = async (section) => { await p.page.goto(`${instance.origin}/settings/${section}`); await p.page.locator('.settings-body h1').waitFor(); };
const saved = (scope) => scope.locator('.saved', { hasText: 'Saved' }).waitFor();
const stored = async () => (await api.get('/api/v1/settings')).json;

test('every section has its own address, works by keyboard, and a change is saved at once', async () => {
  await open('list');
  const threads = p.page.locator('[data-set=threads]');
  await threads.focus();
  await p.page.keyboard.press('Space');
  await saved(p.page);
  assert.equal((await stored()).list.threads, false);
  await p.page.getByRole('radio', { name: 'Below the list' }).check();
  await eventually(async () => (await stored()).list.preview === 'below', 'the pane is stored');
  await p.page.reload();
  assert.equal(await p.page.locator('[data-set=threads]').isChecked(), false);
  await open('general');
  await p.page.getByLabel('Time zone').selectOption('Pacific/Auckland');
  await eventually(async () => (await stored()).time_zone === 'Pacific/Auckland', 'the zone is stored');
  await p.page.getByLabel('Style of dates').selectOption('US');
  await eventually(async () => (await stored()).ui.language === 'en-US', 'the style is stored');
});

test('an address that is no section becomes the one that is shown', async () => {
  await open('nonsense');
  await p.page.waitForURL(/\/settings\/general$/);
  await p.page.locator('.settings-body h1', { hasText: 'General' }).waitFor();
});

test('the palette finds settings by what people call them; the sheet of keys tells what works while one writes', async () => {
  const { page } = p;
  await open('general');
  const pick = async (typed, wanted) => {
    await page.keyboard.press('Control+k');
    await page.locator('.chooser-input').fill(typed);
    await page.locator('.choice.is-active', { hasText: wanted }).waitFor();
    await page.keyboard.press('Enter');
  };
  await pick('out of office', 'Vacation message');
  await page.waitForURL(/\/settings\/filters$/);
  await pick('signature', 'Signature');
  await page.waitForURL(/\/settings\/identity$/);
  await pick('dark mode', 'Dark');
  await eventually(async () => (await stored()).ui.theme === 'dark', 'dark');
  await pick('theme system', 'Like the system');
  await eventually(async () => (await stored()).ui.theme === 'system', 'as before');
  await page.keyboard.press('Control+k');
  await page.locator('.chooser-input').fill('log out');
  await page.locator('.choice.is-active', { hasText: 'Sign out' }).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.chooser-input').waitFor({ state: 'detached' });
  await open('general');
  await page.getByRole('button', { name: 'Show all shortcuts' }).click();
  const row = page.locator('.key-row', { hasText: 'Send' }).filter({ hasText: 'Enter' });
  await row.waitFor();
  assert.deepEqual(await row.locator('kbd').allTextContents(), ['Ctrl', 'Enter']);
  await page.locator('.key-row', { hasText: 'Minimize' }).filter({ hasText: 'Esc' }).waitFor();
  await page.keyboard.press('Escape');
});

test('the reading pane: below the list, none, and beside it again', async () => {
  const { page } = p;
  const boxes = async () => { const [list, reader] = await Promise.all(['.pane-list', '.pane-reader'].map((s) => page.locator(s).boundingBox())); return { list, reader }; };
  const choose = async (name, value) => { await open('list'); await page.getByRole('radio', { name }).check(); await eventually(async () => (await stored()).list.preview === value, 'stored'); await page.goto(`${instance.origin}/mail/`); await page.locator('.row:not(.is-bone)').first().waitFor(); };
  await choose('Below the list', 'below');
  const below = await boxes();
  assert.ok(below.reader.y >= below.list.y + below.list.height - 1 && Math.abs(below.reader.x - below.list.x) < 2, JSON.stringify(below));
  await choose('No pane', 'none');
  assert.equal((await boxes()).reader, null, 'only the list');
  await page.locator('.row:not(.is-bone)').first().click();
  await page.locator('.reader-back').waitFor();
  assert.equal((await boxes()).list, null, 'only the message');
  await page.locator('.reader-back').click();
  await page.locator('.row:not(.is-bone)').first().waitFor();
  await choose('Beside the list', 'right');
  const beside = await boxes();
  assert.ok(beside.reader.x >= beside.list.x + beside.list.width - 1 && Math.abs(beside.reader.y - beside.list.y) < 2, JSON.stringify(beside));
});

test('the sections have no serious fault for people who use a screen reader, on a phone too', async () => {
  for (const section of ['general', 'list', 'reading', 'notifications', 'identity', 'filters', 'account']) {
    for (const size of [{ width: 1360, height: 860 }, { width: 390, height: 800 }]) {
      await p.page.setViewportSize(size);
      await open(section);
      await p.page.locator('.settings-body [role=status]', { hasText: 'Loading' }).waitFor({ state: 'detached' });
      assert.deepEqual(await violations(p.page), [], `${section} at ${size.width}`);
      assert.ok(await p.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${section} at ${size.width} does not scroll sideways`);
    }
  }
  await p.page.setViewportSize({ width: 1360, height: 860 });
});

test('an identity is written, refused with its field, and another one added', async () => {
  await open('identity');
  await p.page.locator('.identity-card').getByLabel('Name').first().fill('Dave D.');
  await p.page.locator('.identity-card').getByLabel('Name').first().press('Tab');
  await eventually(async () => (await stored()).identities[0].name === 'Dave D.', 'stored');
  await p.page.getByLabel('Replies go to').first().fill('nonsense');
  await p.page.getByLabel('Replies go to').first().press('Tab');
  await p.page.locator('.identity-card .field-error').waitFor();
  assert.equal((await stored()).identities[0].reply_to, '');
  await p.page.getByRole('button', { name: 'Add an identity' }).click();
  await p.page.locator('.identity-card').nth(1).waitFor();
  await p.page.locator('.identity-card').nth(1).getByRole('button', { name: 'Begin new messages with this' }).click();
  await eventually(async () => (await stored()).identities[1]?.default, 'the second is the default');
  await p.page.locator('.identity-card').nth(1).getByRole('button', { name: /^Remove/ }).click();
  await eventually(async () => (await stored()).identities.length === 1 && (await stored()).identities[0].default, 'one is left, and it is the default');
});

test('a session ended here ends at once in the other browser', async () => {
  const other = await (await browser.person('dave', { userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1' })).signIn();
  await open('account');
  const rows = p.page.locator('.session-row', { hasText: /Safari.*iPhone/ });
  await rows.first().waitFor(); // last used first
  assert.equal(await p.page.locator('.session-row.is-current').count(), 1);
  const before = await rows.count();
  await rows.first().getByRole('button').click();
  await eventually(async () => (await rows.count()) === before - 1, 'it is gone from the list');
  assert.equal(await other.page.evaluate(async () => (await fetch('/api/v1/session')).status), 401);
  await other.context.close();
});

test('a code at sign-in: set up by scanning, used without JavaScript, switched off', async () => {
  await open('account');
  const title = (text) => p.page.locator('.dialog h2', { hasText: text }).waitFor();
  const focused = (selector) => eventually(() => p.page.evaluate((s) => document.activeElement?.matches(s), selector), `the focus is on ${selector}`);
  await p.page.getByRole('button', { name: 'Turn on' }).click();
  await title('Code at sign-in: your password');
  await focused('#totp-password');
  await p.page.keyboard.press('Escape');
  await p.page.locator('.dialog').waitFor({ state: 'detached' });
  await focused('[data-opens=start]');
  await p.page.keyboard.press('Enter');
  await p.page.locator('#totp-password').fill('wrong');
  await p.page.locator('.dialog [type=submit]').click();
  await p.page.locator('.dialog .field-error').waitFor();
  await focused('#totp-password');
  await p.page.keyboard.type(dave.password); // what was wrong is chosen and gives way
  await p.page.keyboard.press('Enter');
  await p.page.locator('.dialog .qr').waitFor();
  await title('Code at sign-in: scan and confirm');
  await focused('#totp-code');
  assert.deepEqual(await violations(p.page), []);
  const secret = (await p.page.locator('.totp-secret').textContent()).replaceAll(' ', '');
  const step = stepNow();
  await p.page.locator('#totp-code').fill(codeAt(secret, step));
  await p.page.locator('.dialog [type=submit]').click();
  await p.page.locator('.code-list li').nth(9).waitFor();
  await title('Your recovery codes');
  await focused('.dialog-body .button');
  const codes = await p.page.locator('.code-list li').allTextContents();
  assert.equal(codes.length, 10);
  await p.page.getByRole('button', { name: 'I have kept them' }).click();
  await p.page.locator('wx-second-factor .pill-good').waitFor();
  await focused('wx-second-factor [data-opens]');

  const bare = await browser.chromium.newContext({ javaScriptEnabled: false, locale: 'en-GB' });
  const page = await bare.newPage();
  await page.goto(`${instance.origin}/signin`);
  await page.fill('#username', dave.address);
  await page.fill('#password', dave.password);
  await page.click('button[type=submit]');
  await page.locator('#code').waitFor();
  assert.equal(await page.locator('#username').inputValue(), dave.address);
  await page.fill('#password', dave.password);
  await page.fill('#code', codeAt(secret, step + 1));
  await page.click('button[type=submit]');
  await page.waitForURL(/\/mail\//);
  await bare.close();

  await p.page.getByRole('button', { name: 'Turn off' }).first().click();
  await p.page.locator('#totp-password').fill(dave.password);
  await p.page.locator('#totp-code').fill(codes[0].toLowerCase());
  await p.page.locator('.dialog [type=submit]').click();
  await p.page.locator('.dialog').waitFor({ state: 'detached' });
  await focused('[data-opens=start]');
  assert.equal((await api.get('/api/v1/totp')).json.on, false);
});

test('a filter made in the editor moves what arrives; order and switch are saved at once', async () => {
  const words = `Gutter ${process.pid}`;
  await open('filters');
  await p.page.getByRole('button', { name: 'New filter' }).click();
  const form = p.page.locator('wx-rule-editor');
  await form.getByLabel('Name (optional)').fill('Gutters');
  await form.getByLabel('What to look at').selectOption('subject');
  await form.getByRole('textbox', { name: 'Text' }).fill(words);
  await form.getByRole('button', { name: 'Save' }).click();
  await form.locator('.field-error').waitFor();
  await form.getByLabel('Folder').selectOption('Archive');
  await form.getByRole('button', { name: 'Another action' }).click();
  await form.getByRole('button', { name: 'Save' }).click();
  await form.waitFor({ state: 'detached' });
  const card = p.page.locator('.rule-card', { hasText: 'Gutters' });
  assert.match((await card.locator('.rule-what p').textContent()).replace(/[\u2066-\u2069]/g, ''), new RegExp(`If Subject contains “${words}”: move to “Archive”, Mark as read`));
  const id = await deliver(dave.address, `${words} and beams`);
  const archive = (await api.get('/api/v1/folders')).json.folders.find((f) => f.path === 'Archive');
  const row = await eventually(async () => (await api.get(`/api/v1/folders/${archive.id}/messages?offset=0&limit=20`)).json.messages.find((m) => m.message_id?.includes(id)), 'it lies in Archive');
  assert.ok(row.flags.includes('\\Seen'));

  await p.page.getByRole('button', { name: 'New filter' }).click();
  await form.getByRole('button', { name: 'Remove this condition' }).click();
  await form.getByLabel('What to do').selectOption('star');
  await form.getByRole('button', { name: 'Save' }).click();
  await p.page.locator('.rule-card').nth(1).getByRole('button', { name: /up$/ }).click();
  await eventually(async () => (await api.get('/api/v1/filters')).json.rules[1]?.name === 'Gutters', 'the order is stored');
  await p.page.locator('.rule-card').nth(1).filter({ hasText: 'Gutters' }).waitFor();
  await p.page.locator('.rule-card', { hasText: 'Gutters' }).getByRole('switch').click();
  await eventually(async () => (await api.get('/api/v1/filters')).json.rules[1]?.enabled === false, 'switched off');
  assert.deepEqual(await violations(p.page), []);
  await p.page.locator('.rule-card', { hasText: 'Gutters' }).getByRole('button', { name: /^Remove.*Gutters/ }).click();
  await p.page.getByRole('button', { name: 'Undo' }).click();
  await eventually(async () => (await api.get('/api/v1/filters')).json.rules.length === 2, 'taken back');
});

test('the vacation message is set in its form and answers', async () => {
  const subject = `Gone ${process.pid}-${Date.now()}`;
  const bob = await signedIn('bob');
  await open('filters');
  const card = p.page.locator('wx-vacation');
  await card.getByRole('button', { name: 'Edit' }).click();
  // What is wrong is shown, however far from the button.
  await card.getByLabel('First day').fill('2031-05-10');
  await card.getByLabel('Last day').fill('2031-05-01');
  await card.getByRole('button', { name: 'Save' }).click();
  await card.locator('.field-error').waitFor();
  await eventually(() => p.page.evaluate(() => document.activeElement?.matches('wx-vacation input[type=date]')), 'the field with the fault');
  await card.getByLabel('First day').fill('');
  await card.getByLabel('Last day').fill('');
  await card.getByLabel('Subject').fill(subject);
  await card.getByRole('textbox', { name: 'Text' }).fill('Back on Monday.\n.\n"Bye"');
  await card.getByRole('button', { name: 'Save' }).click();
  // The first one is meant: it is on, and that is said.
  await card.getByText('On until you switch it off.').waitFor();
  assert.equal((await api.get('/api/v1/filters')).json.vacation?.enabled, true);
  await deliver(dave.address, 'are you there?', { from: account('bob').address });
  const inbox = (await bob.get('/api/v1/folders')).json.folders.find((f) => f.role === 'inbox');
  await eventually(async () => (await bob.get(`/api/v1/folders/${inbox.id}/messages?offset=0&limit=50`)).json.messages.some((m) => m.subject.includes(subject)), 'the answer', 40);
  await card.getByRole('switch', { name: 'Vacation message' }).click();
  await card.getByText('Off: nobody is answered.').waitFor();
  assert.equal((await api.get('/api/v1/filters')).json.vacation?.enabled, false);
  bob.close();
});

test('a script that is not ours is text; the server\'s own words say what is wrong with it', async () => {
  await api.put('/api/v1/filters', { name: 'by hand', script: '# <script>alert(1)</script>\r\nkeep;\r\n', activate: true });
  await open('filters');
  const area = p.page.locator('.script-text');
  assert.match(await area.inputValue(), /<script>alert\(1\)<\/script>/);
  await area.fill('if {');
  await p.page.getByRole('button', { name: 'Check and save' }).click();
  await p.page.locator('.script-problem').waitFor();
  assert.match(await p.page.locator('.script-problem').textContent(), /line/);
  await area.fill('keep;');
  await p.page.getByRole('button', { name: 'Check and save' }).click();
  await saved(p.page.locator('.settings-body'));
  await p.page.getByRole('button', { name: 'Use the editor instead' }).click();
  await p.page.locator('.dialog').getByRole('button', { name: 'Use the editor' }).click();
  await p.page.locator('wx-vacation').waitFor();
  assert.ok((await api.get('/api/v1/filters')).json.scripts.some((s) => s.name === 'by hand' && !s.active));
});

test('nothing on these pages broke a policy or went elsewhere', () => {
  assert.deepEqual(p.faults, []);
  assert.deepEqual(browser.strangers, []);
});
