// Live updates in the browser: two tabs and one stream, a leader that is closed, numbers, place and selection, what one
// tab does shown in the other, notifications, no network.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Browser } from '../lib/browser.mjs';
import { account, eventually, folderId, imapOf, instance, signedIn } from '../lib/instance.mjs';
import { message, text } from '../lib/mime.mjs';

const run = randomUUID().slice(0, 8);
const BOX = `Live ${run}`;
let browser, p, imap, two;

const mail = (subject, headers = {}) => message({ from: '"Nora Quist" <nora@x.test>', to: account('dave').address, subject, date: new Date(), id: `<${randomUUID()}@x.test>`, ...headers }, text('x'));
const put = (mailbox, subject) => imap.append(mailbox, mail(`${subject} ${run}`));
const inTab = (page) => ({
  row: (subject) => page.locator('.row', { has: page.locator('.row-subject', { hasText: `${subject} ${run}` }) }),
  folder: (name) => page.locator('wx-sidebar .folder', { has: page.getByText(name, { exact: true }) }),
  count: async (name) => (await page.locator('wx-sidebar .folder', { has: page.getByText(name, { exact: true }) }).locator('.folder-count').allInnerTexts())[0] ?? '0',
  subjects: () => page.locator('.row:not(.is-bone) .row-subject').allInnerTexts(),
});
const streams = () => p.page.evaluate(() => navigator.locks.query().then((q) => q.held.filter((l) => l.name.startsWith('waxseal-live')).length));
const eventRequests = [];
/** Notifications as the page makes them; the browser's own are not shown to anybody in a test. */
const STUB = () => {
  window.shownNotes = [];
  window.Notification = class {
    static permission = 'granted';
    static requestPermission() { window.askedForNotes = true; return Promise.resolve('granted'); }
    constructor(title, o) { this.title = title; this.o = o; window.shownNotes.push({ title, body: o.body, tag: o.tag }); window.lastNote = this; }
    close() {}
  };
};

before(async () => {
  const c = await signedIn('dave');
  await c.put('/api/v1/settings', { notifications: { desktop: false, details: true } });
  await c.post('/api/v1/signout', {});
  c.close();
  browser = await Browser.launch();
  imap = await imapOf('dave');
  await imap.create(BOX);
  for (let i = 0; i < 4; i++) await put(BOX, `old${i}`);
  p = await browser.person('dave');
  await p.context.addInitScript(STUB);
  p.context.on('request', (r) => { if (r.url().endsWith('/api/v1/events')) eventRequests.push(r); });
  await p.signIn();
  two = await p.context.newPage();
  await two.goto(`${instance.origin}/mail/${folderId(BOX)}`);
  await two.locator('.row:not(.is-bone)').first().waitFor();
});
after(async () => {
  await browser?.close();
  for (const box of [BOX, 'INBOX']) {
    await imap.select(box);
    for (const uid of await imap.search(`HEADER Subject "${run}"`)) await imap.command(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
    await imap.command('EXPUNGE');
  }
  await imap.command('SELECT INBOX');
  await imap.command(`DELETE "${BOX}"`);
  imap.close();
});

test('two tabs share one stream; mail that arrives is in the list and in the numbers of both', async () => {
  await eventually(async () => (await streams()) === 1, 'a leader');
  const a = inTab(p.page), b = inTab(two);
  const unread = Number(await a.count(BOX));
  await put(BOX, 'fresh');
  await b.row('fresh').waitFor();
  assert.match((await b.subjects())[0], /fresh/);
  await eventually(async () => Number(await a.count(BOX)) === unread + 1 && Number(await b.count(BOX)) === unread + 1, 'the number in both tabs');
  assert.equal(new Set(eventRequests.map((r) => r.frame().page())).size, 1, 'one tab asked for events');
  assert.deepEqual(p.faults, []);
});

test('what is removed and read elsewhere follows; the selection and the cursor stay on their messages', async () => {
  const b = inTab(two);
  await b.row('old2').locator('input[type=checkbox], .row-check').first().click({ force: true });
  await two.locator('.row[aria-selected=true], .row.is-selected').first().waitFor();
  const chosen = async () => (await two.locator('.row[aria-selected=true] .row-subject, .row.is-selected .row-subject').allInnerTexts()).join();
  assert.match(await chosen(), /old2/);
  await imap.select(BOX);
  const [first] = await imap.search(`HEADER Subject "old3 ${run}"`);
  await imap.command(`UID STORE ${first} +FLAGS.SILENT (\\Deleted)`);
  await imap.command('EXPUNGE');
  await b.row('old3').waitFor({ state: 'detached' });
  assert.match(await chosen(), /old2/);
  await put(BOX, 'newer');
  await b.row('newer').waitFor();
  assert.match(await chosen(), /old2/);
  await two.keyboard.press('Escape');
});

test('what one tab does, the other shows at once, before any server could tell', async () => {
  await p.page.goto(`${instance.origin}/mail/${folderId(BOX)}`);
  const a = inTab(p.page), b = inTab(two);
  await a.row('old1').waitFor();
  await eventually(async () => (await streams()) === 1, 'a leader');
  // Both listen: one leads, the other waits for its turn.
  await eventually(() => p.page.evaluate(() => navigator.locks.query().then((q) => [...q.held, ...q.pending].filter((l) => l.name.startsWith('waxseal-live')).length >= 2)), 'both tabs listen');
  // No word from the server reaches the second tab: what it shows came from the first.
  await two.route('**/api/v1/**', (route) => route.abort());
  try {
    await two.evaluate(() => new Promise((r) => { setTimeout(r); }));
    await a.row('old1').locator('.row-subject').click();
    await p.page.locator('.message-subject', { hasText: 'old1' }).waitFor();
    await p.page.keyboard.press('#');
    await a.row('old1').waitFor({ state: 'detached' });
    await b.row('old1').waitFor({ state: 'detached' });
  } finally { await two.unroute('**/api/v1/**'); }
});

test('the leading tab is closed: another takes over, and nothing is missed', async () => {
  const held = async (page) => page.evaluate(() => navigator.locks.query().then((q) => q.held.find((l) => l.name.startsWith('waxseal-live'))?.clientId ?? null));
  const extra = await p.context.newPage();
  await extra.goto(`${instance.origin}/mail/${folderId(BOX)}`);
  await extra.locator('.row:not(.is-bone)').first().waitFor();
  await eventually(() => held(two), 'a leader');
  const before = await held(two);
  const leader = eventRequests.at(-1).frame().page();
  const others = [p.page, two, extra].filter((x) => x !== leader);
  await leader.close();
  await put(BOX, 'meanwhile');
  await eventually(async () => { const now = await held(others[0]); return now && now !== before; }, 'another leader');
  for (const x of others) {
    if (!x.url().includes(folderId(BOX))) await x.goto(`${instance.origin}/mail/${folderId(BOX)}`);
    await inTab(x).row('meanwhile').waitFor();
  }
  await put(BOX, 'after');
  for (const x of others) await inTab(x).row('after').waitFor();
  [p.page, two] = others;
});

test('without a network that is said calmly, and made up for', async () => {
  for (const x of [p.page, two]) await x.goto(`${instance.origin}/mail/${folderId(BOX)}`);
  await inTab(two).row('after').waitFor();
  await p.context.setOffline(true);
  await two.locator('.header-link[data-link=offline]').waitFor();
  assert.ok((await inTab(two).subjects()).length > 0, 'what was loaded is still there');
  await put(BOX, 'offline');
  await p.context.setOffline(false);
  await two.locator('.header-link').waitFor({ state: 'detached' });
  await inTab(two).row('offline').waitFor();
  p.faults.length = 0; // requests that failed for want of a network
});

test('notifications: asked for after a click only; sender and subject of plain mail, nothing of encrypted mail, one in all', async () => {
  const { page } = p;
  await page.goto(`${instance.origin}/settings/notifications`);
  await page.locator('#set-notify-desktop').waitFor();
  assert.equal(await page.evaluate(() => window.askedForNotes ?? false), false);
  await page.evaluate(() => { Notification.permission = 'default'; Notification.requestPermission = () => { window.askedForNotes = true; Notification.permission = 'granted'; return Promise.resolve('granted'); }; });
  await page.locator('#set-notify-desktop').check({ force: true });
  await eventually(() => page.evaluate(() => window.askedForNotes === true), 'the question');
  await eventually(() => page.locator('#set-notify-desktop').isChecked(), 'switched on');
  await page.locator('.saved', { hasText: 'Saved' }).waitFor();
  const tabs = [page, two];
  for (const x of tabs) {
    await x.goto(`${instance.origin}/mail/`);
    await x.locator('.row:not(.is-bone), .grid-empty').first().waitFor();
    // As when the person looks at another window.
    await x.evaluate(() => { document.hasFocus = () => false; });
  }
  const notes = async () => (await Promise.all(tabs.map((x) => x.evaluate(() => window.shownNotes)))).flat();
  await eventually(async () => (await streams()) === 1, 'a leader');
  await imap.append('INBOX', mail(`plain ${run}`));
  await inTab(two).row('plain').waitFor();
  await eventually(async () => (await notes()).length > 0, 'a notification');
  assert.deepEqual((await notes()).map((n) => [n.title, n.body]), [['Nora Quist', `plain ${run}`]]);
  const sealed = Buffer.from(`From: "Nora Quist" <nora@x.test>\r\nTo: ${account('dave').address}\r\nSubject: secret ${run}\r\nMessage-ID: <${randomUUID()}@x.test>\r\nMIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\nMIIB\r\n`);
  await imap.append('INBOX', sealed);
  await inTab(two).row('secret').waitFor();
  await eventually(async () => (await notes()).length > 1, 'the second notification');
  const all = await notes();
  assert.deepEqual(all.slice().sort((x, y) => x.title.localeCompare(y.title)).map((n) => [n.title, n.body]), [['New message', ''], ['Nora Quist', `plain ${run}`]]);
  // Somebody looks at one of the tabs: the screen tells already.
  await two.evaluate(() => { document.hasFocus = () => true; });
  await imap.append('INBOX', mail(`looked ${run}`));
  await inTab(two).row('looked').waitFor();
  await two.evaluate(() => { document.hasFocus = () => false; });
  await imap.append('INBOX', mail(`last ${run}`));
  await eventually(async () => (await notes()).some((n) => n.body === `last ${run}`), 'the last notification');
  assert.equal((await notes()).some((n) => n.body === `looked ${run}`), false);
});

test('a click on the notification opens the message', async () => {
  const tab = (await Promise.all([p.page, two].map((x) => x.evaluate(() => Boolean(window.lastNote))))).indexOf(true) === 0 ? p.page : two;
  await tab.evaluate(() => { window.lastNote.onclick(); });
  await tab.locator('.message-subject', { hasText: `last ${run}` }).waitFor();
});

test('signed out elsewhere: the page asks to sign in again', async () => {
  const { page } = p;
  await page.goto(`${instance.origin}/mail/`);
  await page.locator('.row:not(.is-bone), .grid-empty').first().waitFor();
  await eventually(async () => (await streams()) === 1, 'a leader');
  const elsewhere = await signedIn('dave');
  assert.equal((await elsewhere.post('/api/v1/signout?everywhere=1', {})).status, 200);
  elsewhere.close();
  await page.locator('#expired-password').waitFor();
  for (const what of ['wx-header', 'wx-sidebar', '#main']) {
    await page.waitForFunction((x) => { const e = document.querySelector(x); return e.inert && getComputedStyle(e).visibility === 'hidden'; }, what, { timeout: 5000 });
  }
  await eventually(async () => (await page.locator('.row:not(.is-bone)').count()) === 0, 'nothing of the mail is left behind the dialog');
});
