// The message list in the browser: place and focus, choosing, conversations, order, labels, moving, fingers, undo.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test, { after, before } from 'node:test';
import { axe } from '../lib/axe.mjs';
import { Browser } from '../lib/browser.mjs';
import { eventually, folderId, imapOf, instance, signedIn } from '../lib/instance.mjs';
import { message, text } from '../lib/mime.mjs';

const run = randomUUID().slice(0, 6);
const BOX = `List ${run}`, OTHER = `Goal ${run}`, TALK = `Talk ${run}`;
const N = 260;
const PLAIN = { threads: false, sort: 'arrival', order: 'desc', density: 'comfortable', snippets: false, preview: 'right' };
let browser, p, page, imap, web;

const put = (mailbox, subject, o = {}) => imap.append(mailbox, message({ from: o.from ?? 'tester@demo.test', to: 'dave@demo.test', subject, date: o.date ?? new Date(), id: o.id ?? `<${randomUUID()}@demo.test>`, ...(o.refs ? { references: [o.refs], inReplyTo: o.refs } : {}) }, text(o.body ?? 'What it says.')), o.flags ?? ['\\Seen'], o.date ?? new Date());
const list = (settings) => web.put('/api/v1/settings', { list: { ...PLAIN, ...settings } });
const go = async (mailbox, uid = '') => {
  await page.goto(`${instance.origin}/mail/${folderId(mailbox)}${uid ? `/${uid}` : ''}`);
  await page.locator('wx-list .list-title', { hasText: mailbox }).waitFor();
  await page.locator('.row:not(.is-bone), .grid-empty').first().waitFor();
};
const grid = () => page.locator('wx-list .grid');
/** Scrolls to a position; the list may just be on its way to the place it was left at. */
const scrollTo = async (px, subject) => {
  for (let i = 0; i < 20; i++) {
    await grid().evaluate((g, y) => { g.scrollTop = y; }, px);
    if (await page.getByText(subject, { exact: true }).waitFor({ timeout: 3000 }).then(() => true, () => false)) return;
  }
  throw new Error(`${subject} did not come into view`);
};
const row = (subject) => page.locator('.row').filter({ has: page.getByText(subject, { exact: true }) });
async function found(mailbox, criteria) {
  await imap.select(mailbox);
  const uids = await imap.search(criteria);
  await imap.select('INBOX');
  return uids;
}
/** Values in texts stand between invisible marks of direction. */
const words = (s) => new RegExp([...s].map((c) => c.replace(/[.*+?^${}()|[\]\\]/, '\\$&')).join('[\u2066-\u2069]*'));
const toast = (s) => page.locator('.toast', { hasText: words(s) }).first();
/** Subjects that are wholly on the screen, from above. */
const seen = () => grid().evaluate((g) => {
  const box = g.getBoundingClientRect();
  return [...g.querySelectorAll('.row:not(.is-bone)')].map((r) => ({ top: r.getBoundingClientRect().top, bottom: r.getBoundingClientRect().bottom, subject: r.querySelector('.row-subject').textContent }))
    .filter((r) => r.top >= box.top - 1 && r.bottom <= box.bottom + 1).sort((a, b) => a.top - b.top).map((r) => r.subject);
});
const settled = () => page.waitForFunction(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(!document.querySelector('.row.is-bone'))))));

before(async () => {
  browser = await Browser.launch();
  imap = await imapOf('dave');
  web = await signedIn('dave');
  for (const name of [BOX, OTHER, TALK]) await imap.create(name);
  for (let i = 1; i <= N; i++) await put(BOX, `Number ${i}`, { date: new Date(Date.UTC(2026, 0, 1) + i * 3_600_000), flags: i % 10 ? ['\\Seen'] : [] });
  await list({});
  await web.put('/api/v1/settings', { labels: [], shortcuts: true });
  p = await (await browser.person('dave')).signIn();
  page = p.page;
});
after(async () => {
  if (web) { await list({ threads: true, snippets: true }); await web.put('/api/v1/settings', { labels: [], shortcuts: true }); web.close(); }
  for (const name of [BOX, OTHER, TALK]) await imap?.command(`DELETE "${name}"`).catch(() => undefined);
  imap?.close();
  await browser?.close();
});

test('few rows for many messages, the cursor\'s row always among them', async () => {
  await go(BOX);
  assert.equal(await grid().getAttribute('aria-rowcount'), String(N));
  await grid().focus();
  await page.keyboard.press('j');
  const active = await grid().getAttribute('aria-activedescendant');
  await grid().evaluate((g) => { g.scrollTop = g.scrollHeight; });
  await page.getByText('Number 1', { exact: true }).waitFor();
  assert.equal(await page.locator(`#${active}`).count(), 1, 'not unmounted');
  assert.equal(await grid().getAttribute('aria-activedescendant'), active);
  assert.ok((await page.locator('.row').count()) <= 60);
  assert.ok((await page.evaluate(() => document.querySelectorAll('*').length)) <= 1500);
  await page.keyboard.press('Home');
  await page.keyboard.press('End');
  await page.locator(`.row.is-active[aria-rowindex="${N}"]`).waitFor();
});

test('mail that comes and goes above leaves the place alone', async () => {
  await go(BOX);
  await scrollTo(100 * 68 + 20, 'Number 155');
  await settled();
  const was = await seen();
  await put(BOX, 'Arrived meanwhile');
  await page.keyboard.press('Shift+R');
  await page.locator(`.grid[aria-rowcount="${N + 1}"]`).waitFor();
  await settled();
  assert.deepEqual(await seen(), was);
  const [uid] = await found(BOX, 'SUBJECT "Arrived meanwhile"');
  await imap.select(BOX);
  await imap.command(`UID STORE ${uid} +FLAGS (\\Deleted)`);
  await imap.command('EXPUNGE');
  await imap.select('INBOX');
  await page.keyboard.press('Shift+R');
  await page.locator(`.grid[aria-rowcount="${N}"]`).waitFor();
  await settled();
  assert.deepEqual(await seen(), was);
});

test('a link to a message far down opens it and shows its row; Back and reload lead to the same place', async () => {
  const [uid] = await found(BOX, 'SUBJECT "Number 40"');
  await go(BOX, uid);
  await page.locator('.message-subject', { hasText: 'Number 40' }).waitFor();
  await page.locator('.row.is-open', { hasText: 'Number 40' }).waitFor();
  await go(BOX);
  await scrollTo(120 * 68 + 30, 'Number 135');
  await settled();
  // the place is noted when the scrolling has come to rest
  await page.waitForFunction(() => history.state?.at?.position > 100);
  const was = await seen();
  await p.folder('Archive');
  await page.goBack();
  await page.locator('wx-list .list-title', { hasText: BOX }).waitFor();
  await settled();
  assert.deepEqual(await seen(), was);
  await page.reload();
  await page.getByText(was[0], { exact: true }).waitFor();
  await settled();
  assert.deepEqual(await seen(), was);
  await page.locator('.header-settings').click();
  await page.locator('.settings-nav').waitFor();
  await page.goBack();
  await settled();
  assert.deepEqual(await seen(), was);
});

test('chosen by key, by Shift and all at once: moved with "Move to", counted, taken back', async () => {
  await go(BOX);
  await grid().focus();
  await page.keyboard.press('j');
  await page.locator('.row.is-active').waitFor(); // its row may still have to be fetched
  await page.keyboard.press('x');
  await page.keyboard.press('Shift+J');
  await page.keyboard.press('Shift+J');
  await page.locator('.list-title', { hasText: words('3 selected') }).waitFor();
  await page.keyboard.press('v');
  await page.locator('.chooser-input').fill(OTHER);
  await page.keyboard.press('Enter');
  await toast('3 messages moved').waitFor();
  await eventually(async () => (await found(OTHER, 'ALL')).length === 3, 'three are over there');
  await page.keyboard.press('z');
  await toast('Undone').waitFor();
  await eventually(async () => (await found(OTHER, 'ALL')).length === 0 && (await found(BOX, 'ALL')).length === N, 'all are back');

  await page.locator('.list-head .list-all .check').click();
  await page.locator('.list-banner .link').click();
  await page.locator('.list-banner', { hasText: words(`All ${N}`) }).waitFor();
  const first = page.locator('.row:not(.is-bone)').first();
  const kept = await first.locator('.row-subject').textContent();
  await first.locator('.row-pick').click();
  await page.locator('.list-title', { hasText: words(`${N - 1} selected`) }).waitFor();
  await page.keyboard.press('v');
  await page.locator('.chooser-input').fill(OTHER);
  await page.keyboard.press('Enter');
  await toast(`${N - 1} messages moved`).waitFor();
  assert.equal((await found(OTHER, 'ALL')).length, N - 1);
  assert.deepEqual(await seen(), [kept]);
  await toast(`${N - 1} messages moved`).getByRole('button', { name: 'Undo' }).click();
  await eventually(async () => (await found(BOX, 'ALL')).length === N, 'all are back');
  await page.locator(`.grid[aria-rowcount="${N}"]`).waitFor();
});

test('everything marked as read and undone: those that were read before stay read', async () => {
  await go(BOX);
  const unread = (await found(BOX, 'UNSEEN')).length;
  assert.ok(unread > 10);
  await grid().focus();
  await page.keyboard.press('*');
  await page.keyboard.press('a');
  await page.keyboard.press('Shift+U');
  await toast(`${unread} messages marked as read`).waitFor();
  assert.equal((await found(BOX, 'UNSEEN')).length, 0);
  await page.keyboard.press('z');
  await eventually(async () => (await found(BOX, 'UNSEEN')).length === unread, 'as it was');
});

test('refused by the server: the rows come back, a sentence says why', async () => {
  await go(BOX);
  await settled();
  // The lowest row may be cut off or not: what stands above it counts.
  const top = async () => (await seen()).slice(0, 9);
  const was = await top();
  assert.equal(was.length, 9);
  await page.route('**/move', (r) => r.fulfill({ status: 507, contentType: 'application/json', body: JSON.stringify({ code: 'storage_full', message: 'Full.', details: {} }) }));
  await grid().focus();
  await page.keyboard.press('j');
  await page.keyboard.press('e');
  await page.locator('.toast.is-bad', { hasText: 'no room left' }).waitFor();
  await page.unroute('**/move');
  assert.deepEqual(await top(), was);
});

test('an Undo that is being pressed stays under the pointer, whatever comes up below it', async () => {
  await go(BOX);
  await grid().focus();
  await page.keyboard.press('j');
  await page.locator('.row.is-active').waitFor();
  await page.keyboard.press('e');
  await eventually(async () => (await found(BOX, 'ALL')).length === N - 1, 'archived');
  await toast('Archived').getByRole('button', { name: 'Undo' }).hover();
  await page.mouse.down();
  // A message gives way to what can be pressed (views/shell/toasts.ts looks again and again), but not now.
  await page.evaluate(() => new Promise((done) => {
    const b = document.body.appendChild(document.createElement('button')), { top, height } = document.querySelector('.toast').getBoundingClientRect();
    b.className = 'in-the-way';
    b.style.cssText = `position:fixed;inset-inline:0;inline-size:100%;top:${top}px;block-size:${height}px`;
    setTimeout(done, 500);
  }));
  await page.mouse.up();
  await page.evaluate(() => document.querySelector('.in-the-way').remove());
  await eventually(async () => (await found(BOX, 'ALL')).length === N, 'it is back');
});

test('conversations: one row each, acted on as a whole, taken back', async () => {
  const one = `<one-${run}@demo.test>`;
  await put(TALK, 'Where to meet', { id: one, flags: [] });
  await put(TALK, 'Something else', { flags: [], date: new Date(Date.now() - 3_600_000) });
  await put(TALK, 'Re: Where to meet', { refs: one, from: 'bob@demo.test' });
  await put(TALK, 'Re: Where to meet', { refs: one, from: 'carol@demo.test', flags: [] });
  await list({ threads: true, snippets: true });
  await go(TALK);
  await page.locator('.list-count', { hasText: words('2 conversations') }).waitFor();
  const talk = row('Re: Where to meet');
  assert.equal(await talk.locator('.row-count > span').first().textContent(), '3');
  await talk.locator('.row-snippet', { hasText: 'What it says' }).waitFor();
  await talk.locator('.row-who', { hasText: 'tester, bob, carol' }).waitFor();
  await talk.locator('.row-pick').click();
  await page.keyboard.press('Shift+U');
  await eventually(async () => (await found(TALK, 'UNSEEN')).length === 1, 'all three are read');
  await page.keyboard.press('z');
  await eventually(async () => (await found(TALK, 'UNSEEN')).length === 3, 'the two are unread again');
  assert.equal((await found(TALK, 'SEEN')).length, 1, 'and the third is read as before');
  await page.keyboard.press('e');
  await toast('3 messages archived').waitFor();
  assert.equal((await found(TALK, 'ALL')).length, 1);
  await page.locator('.list-count', { hasText: words('1 conversation') }).waitFor();
  await page.keyboard.press('z');
  await page.locator('.list-count', { hasText: words('2 conversations') }).waitFor();
  assert.equal((await found(TALK, 'ALL')).length, 4);
  // What was archived and taken back stands where it stood, although the server gives it a new number.
  await row('Something else').locator('.row-pick').click();
  await page.keyboard.press('e');
  await page.locator('.list-count', { hasText: words('1 conversation') }).waitFor();
  await page.keyboard.press('z');
  await page.locator('.list-count', { hasText: words('2 conversations') }).waitFor();
  await eventually(async () => (await seen()).join() === 'Re: Where to meet,Something else', 'both are where they were');
  await page.reload();
  await eventually(async () => (await seen()).join() === 'Re: Where to meet,Something else', 'and stay there');
  await list({});
});

test('the view menu: order, spacing, first words; kept for the next time', async () => {
  await go(TALK);
  const view = page.locator('.list-head').getByRole('button', { name: 'View' });
  const choose = async (name) => { await view.click(); await page.getByRole('menuitemradio', { name, exact: true }).or(page.getByRole('menuitemcheckbox', { name, exact: true })).click(); };
  await choose('Subject');
  await eventually(async () => (await seen())[0] === 'Something else', 'from A');
  await choose('Z to A');
  await eventually(async () => /Where to meet/.test((await seen())[0]), 'from Z');
  const high = () => page.locator('.row').first().evaluate((r) => r.offsetHeight);
  const before = await high();
  await choose('Compact');
  await eventually(async () => (await high()) < before, 'rows are lower');
  await choose('Show how messages begin');
  await page.locator('.row-snippet', { hasText: 'What it says' }).first().waitFor();
  await page.reload();
  await page.locator('.row-snippet').first().waitFor();
  assert.match((await seen())[0], /Where to meet/);
  await choose('Pages instead of scrolling');
  await page.locator('.list-pager').waitFor();
  await p.folder(BOX);
  await page.locator('.list-range', { hasText: words(`50 of ${N}`) }).waitFor();
  await page.locator('.list-pager').getByRole('button', { name: 'Next' }).click();
  await page.locator('.list-range', { hasText: words(`100 of ${N}`) }).waitFor();
  assert.deepEqual(await axe(page), []);
  await choose('Pages instead of scrolling');
  await list({});
});

test('labels: made while putting one on, shown in the row, found, renamed, taken off everywhere', async () => {
  await go(BOX);
  await grid().focus();
  await page.keyboard.press('j');
  await page.locator('.row.is-active').waitFor(); // its row may still have to be fetched
  await page.keyboard.press('x');
  await page.keyboard.press('Shift+J');
  await page.keyboard.press('l');
  await page.locator('.chooser-input').fill('Für später');
  await page.keyboard.press('Enter');
  await toast('Label “Für später” added to 2').waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('.row .label', { hasText: 'Für später' }).count(), 2);
  assert.equal((await found(BOX, 'KEYWORD fur_spater')).length, 2);
  assert.deepEqual(await axe(page), []);
  await page.keyboard.press('Escape');
  await page.locator('.folders').getByRole('button', { name: 'Für später' }).click();
  await page.locator('wx-list .list-count', { hasText: '2' }).waitFor();
  await page.locator('.folders-title').getByRole('button', { name: 'Edit labels' }).click();
  await page.getByRole('textbox', { name: 'Name of the label' }).fill('Later');
  await page.keyboard.press('Enter');
  await page.locator('.row .label', { hasText: 'Later' }).first().waitFor();
  await page.getByRole('button', { name: 'Remove the label' }).click();
  await page.locator('.dialog .button-danger').click();
  await toast('was removed').waitFor();
  assert.equal((await found(BOX, 'KEYWORD fur_spater')).length, 0);
  await toast('was removed').getByRole('button', { name: 'Undo' }).click();
  await eventually(async () => (await found(BOX, 'KEYWORD fur_spater')).length === 2, 'the label is back on both');
  assert.deepEqual((await web.get('/api/v1/settings')).json.labels.map((l) => l.name), ['Later']);
});

test('dragged onto a folder: moved; with Ctrl copied', async () => {
  await go(BOX);
  const goal = page.locator('wx-sidebar .folder').filter({ has: page.getByText(OTHER, { exact: true }) });
  // What is still being drawn would move away under the pointer.
  await goal.waitFor();
  await settled();
  await page.locator('.row:not(.is-bone)').first().dragTo(goal);
  await toast(`Moved to ${OTHER}`).waitFor();
  await eventually(async () => (await found(OTHER, 'ALL')).length === 1 && (await found(BOX, 'ALL')).length === N - 1, 'it is moved');
  await page.keyboard.press('z');
  await eventually(async () => (await found(BOX, 'ALL')).length === N, 'it is back');
  await eventually(async () => (await page.locator('wx-list .grid').getAttribute('aria-rowcount')) === String(N), 'the list shows it');
  await settled();
  await page.keyboard.down('Control');
  await page.locator('.row:not(.is-bone)').first().dragTo(goal);
  await page.keyboard.up('Control');
  await toast('Copied to').waitFor();
  assert.deepEqual([(await found(OTHER, 'ALL')).length, (await found(BOX, 'ALL')).length], [1, N]);
});

test('palette and "?" sheet come from one table; shortcuts can be turned off', async () => {
  await go(BOX);
  await page.keyboard.press('Control+k');
  await page.locator('.chooser-input').fill('sort by size');
  await page.keyboard.press('Enter');
  await eventually(async () => (await web.get('/api/v1/settings')).json.list.sort === 'size', 'sorted by size');
  await list({});
  await go(BOX);
  await page.keyboard.press('?');
  const keys = page.locator('.sheet-keys');
  for (const name of ['Labels', 'Undo', 'Select everything here', 'Move to']) await keys.getByText(name).first().waitFor();
  await page.keyboard.press('Escape');
  await web.put('/api/v1/settings', { shortcuts: false });
  await page.reload();
  await page.locator('.row:not(.is-bone)').first().click();
  await page.locator('.message-subject').waitFor();
  await page.keyboard.press('x');
  await page.keyboard.press('e');
  await page.keyboard.press('Control+k');
  await page.locator('.chooser-input').waitFor();
  assert.equal(await page.locator('.row[aria-selected=true]').count(), 0);
  assert.equal((await found(BOX, 'ALL')).length, N);
  await page.keyboard.press('Escape');
  await web.put('/api/v1/settings', { shortcuts: true });
});

test('fingers: swiped to archive and undone, a long press chooses, Back leads from the message to the list', async () => {
  const phone = await (await browser.person('dave', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })).signIn();
  const q = phone.page;
  await q.goto(`${instance.origin}/mail/${folderId(BOX)}`);
  await q.locator('.row:not(.is-bone)').first().waitFor();
  const cdp = await phone.context.newCDPSession(q);
  const touch = (type, x, y) => cdp.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y }] });
  await q.locator('.row:not(.is-bone)').first().tap();
  await q.locator('.message-subject').waitFor();
  await q.goBack();
  await q.locator('wx-list .grid').waitFor();
  const box = await q.locator('.row:not(.is-bone)').nth(1).boundingBox();
  const y = box.y + box.height / 2;
  await touch('touchStart', 90, y);
  for (let x = 100; x <= 280; x += 20) await touch('touchMove', x, y);
  await touch('touchEnd');
  await q.locator('.toast', { hasText: 'Archived' }).waitFor();
  await eventually(async () => (await found(BOX, 'ALL')).length === N - 1, 'archived');
  await q.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await eventually(async () => (await found(BOX, 'ALL')).length === N, 'back');
  await q.locator('.toast', { hasText: 'Undone' }).waitFor();
  await touch('touchStart', 120, y);
  await q.locator('.list-head.is-selecting').waitFor();
  await touch('touchEnd');
  assert.equal(await q.locator('.row[aria-selected=true]').count(), 1);
  assert.equal(await q.locator('.message-subject').count(), 0, 'the press opened nothing');
  assert.deepEqual(await axe(q), []);
  assert.deepEqual(phone.faults, []);
  await phone.close();
});

test('forced colours and right to left: nothing serious, nothing lost', async () => {
  await go(BOX);
  await page.evaluate(() => { document.documentElement.dir = 'rtl'; });
  assert.deepEqual(await axe(page), []);
  const [star, name] = await page.locator('.row:not(.is-bone)').first().evaluate((r) => [r.querySelector('.row-star').getBoundingClientRect().x, r.querySelector('.row-who').getBoundingClientRect().x]);
  assert.ok(star < name, 'mirrored');
  await page.evaluate(() => { document.documentElement.dir = 'ltr'; });
  await page.emulateMedia({ forcedColors: 'active' });
  await grid().focus();
  await page.keyboard.press('j');
  assert.notEqual(await page.locator('.row.is-active').evaluate((r) => getComputedStyle(r).outlineStyle), 'none');
  await page.emulateMedia({ forcedColors: 'none' });
  // WCAG 2.5.8: 24 pixels
  for (const what of ['.row-star', '.row-pick', '.list-head .icon-button', '.list-all']) {
    const b = await page.locator(what).first().boundingBox();
    assert.ok(b.width >= 24 && b.height >= 24, `${what} ${b.width} × ${b.height}`);
  }
  assert.deepEqual(p.faults, []);
});
