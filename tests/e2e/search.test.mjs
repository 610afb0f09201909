// Searching as a person does it: chips and proposals by keyboard, in one folder and in all of them, marks, progress,
// what is said about encrypted mail, and actions on what was found in several folders.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe } from '../lib/axe.mjs';
import { Browser, forget } from '../lib/browser.mjs';
import { account, folderId, imapOf, instance } from '../lib/instance.mjs';
import { html, message, text } from '../lib/mime.mjs';

const ONE = 'Scratch search', TWO = 'Scratch other';
let browser, alice;

async function drop() {
  const imap = await imapOf('alice');
  for (const f of [ONE, TWO]) {
    await imap.command(`DELETE "${f}"`).catch(() => undefined);
    await imap.command(`UNSUBSCRIBE "${f}"`).catch(() => undefined);
  }
  imap.close();
}
const day = (n) => new Date(Date.now() - n * 86400000);
const mail = (from, subject, body, date) => message({ from: { name: from, address: `${from.toLowerCase()}@heron.example` }, to: account('alice').address, subject, date, id: `<${subject.replace(/\W/g, '')}@heron.example>` }, body);

before(async () => {
  await forget('alice');
  await drop();
  const imap = await imapOf('alice');
  for (const f of [ONE, TWO]) await imap.create(f);
  for (const [f, m, flags, date] of [
    [ONE, mail('Petra', 'Heronry plans', text('The quagga stands in the reeds.\r\nQuagga again.\r\n'), day(5)), ['\\Seen'], day(5)],
    [ONE, mail('Petra', 'Quagga in the subject', html('<p>Of a <b>quagga</b> in HTML.</p>'), day(4)), [], day(4)],
    [ONE, mail('Oskar', 'Nothing of the kind', text('Reeds only.\r\n'), day(3)), [], day(3)],
    [TWO, mail('Oskar', 'Quagga elsewhere', text('Here too.\r\n'), day(2)), [], day(2)],
    [TWO, mail('Petra', 'Another quagga', text('And here.\r\n'), day(1)), [], day(1)],
  ]) await imap.append(f, m, flags, date);
  imap.close();
  browser = await Browser.launch();
  alice = await (await browser.person('alice')).signIn();
  await alice.folder(ONE);
  await alice.page.evaluate(() => { window.pageErrors = 0; });
});
after(async () => { await browser?.close(); await drop(); });

const rows = () => alice.page.locator('.grid .row:not(.is-bone) .row-subject');
const subjects = async () => (await rows().allInnerTexts()).map((s) => s.trim());
const field = () => alice.page.locator('wx-search #search');
async function shows(expected, { anyOrder = false } = {}) {
  await alice.page.waitForFunction((n) => document.querySelectorAll('.grid .row:not(.is-bone)').length === n && !document.querySelector('.search-progress progress'), expected.length, { timeout: 15_000 })
    .catch(async () => { assert.fail(`shown at ${alice.page.url()}: ${JSON.stringify(await subjects())} ${await alice.page.locator('.list-head').innerText()}`); });
  // In one folder rows stand as they arrived there: what an undo moved back came last.
  const now = await subjects();
  assert.deepEqual(anyOrder ? now.sort() : now, anyOrder ? [...expected].sort() : expected);
}
async function search(words) {
  await alice.page.keyboard.press('Escape').catch(() => undefined);
  await alice.page.locator('.grid').focus();
  await alice.page.keyboard.press('/');
  await field().waitFor();
  await alice.page.waitForFunction(() => document.activeElement?.id === 'search' && document.activeElement.getAttribute('role') === 'combobox');
  await field().fill(words);
  await alice.page.keyboard.press('Enter');
  await alice.page.locator('.search-bar').waitFor();
}
const marked = (name = 'found') => alice.page.evaluate((n) => [...(CSS.highlights.get(n) ?? [])].map((r) => r.toString().toLowerCase()), name);

test('by keyboard: an operator is proposed, becomes a chip, and finds', async () => {
  const { page } = alice;
  await page.locator('.grid').focus();
  await page.keyboard.press('/');
  await field().waitFor();
  await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'combobox');
  await page.keyboard.type('fro');
  const options = page.locator('[role=option]');
  await page.keyboard.press('ArrowDown');
  assert.equal(await field().getAttribute('aria-activedescendant'), 'search-option-0');
  assert.match(await options.first().innerText(), /from:/);
  await page.keyboard.press('Enter');
  assert.equal(await field().inputValue(), 'from:');
  await page.keyboard.type('petr');
  await page.waitForFunction(() => document.querySelector('#search-option-0')?.textContent.includes('petra@heron.example'));
  assert.equal(await field().getAttribute('aria-expanded'), 'true');
  assert.deepEqual((await axe(page)).filter((v) => ['serious', 'critical'].includes(v.impact)), [], 'the open list of proposals');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  assert.match(await page.locator('.search-chip').innerText(), /from:\s*petra@heron\.example/);
  await page.keyboard.type('quagga');
  await page.keyboard.press('Enter');
  await shows(['Quagga in the subject', 'Heronry plans']);
  assert.equal(await page.evaluate(() => document.activeElement.className.includes('grid')), true, 'the rows have the focus');
  assert.deepEqual([...new Set(await marked())].sort(), ['petra', 'quagga'].filter((w) => w === 'quagga'));
  assert.deepEqual((await axe(page)).filter((v) => ['serious', 'critical'].includes(v.impact)), [], 'results');
});

test('chips are changed and removed by keyboard; Escape leaves', async () => {
  const { page } = alice;
  await page.keyboard.press('/');
  await page.keyboard.press('Home');
  await page.keyboard.press('Backspace');
  assert.equal(await field().inputValue(), 'quagga from:petra@heron.example', 'the chip is text again');
  await field().fill('quagga from:oskar ');
  assert.equal(await page.locator('.search-chip').count(), 1, 'a blank makes it a chip');
  await page.keyboard.press('Enter');
  await page.locator('.empty', { hasText: 'No message matches' }).waitFor();
  await page.getByRole('button', { name: 'Search all folders' }).click();
  await shows(['Quagga elsewhere']);
  assert.match(new URL(page.url()).pathname, /^\/mail\/search$/);
  await page.keyboard.press('/');
  await page.keyboard.press('Escape');
  if (await page.locator('.search-bar').count()) await page.keyboard.press('Escape');
  await page.locator('.search-bar').waitFor({ state: 'detached' });
  assert.equal(new URL(page.url()).pathname, `/mail/${folderId(ONE)}`);
  assert.equal(await field().inputValue(), '');
});

test('words are marked in the rows and in the opened message, plain and HTML', async () => {
  await search('quagga');
  await alice.page.locator('.segment', { hasText: ONE }).click();
  await shows(['Quagga in the subject', 'Heronry plans']);
  await alice.open('Heronry plans');
  await alice.page.waitForFunction(() => (CSS.highlights.get('found-text')?.size ?? 0) === 2);
  await alice.open('Quagga in the subject');
  await alice.frameText().getByText('quagga').waitFor();
  await alice.page.waitForFunction(() => [...document.querySelectorAll('iframe')].some((f) => { try { return (f.contentWindow.CSS.highlights.get('found')?.size ?? 0) === 1; } catch { return false; } }));
});

test('all folders: newest first with their folder named, opened, starred, moved and taken back', async () => {
  const { page } = alice;
  await search('quagga');
  await page.locator('.segment', { hasText: 'All folders' }).click();
  await shows(['Another quagga', 'Quagga elsewhere', 'Quagga in the subject', 'Heronry plans']);
  assert.deepEqual(await page.locator('.row-where').allInnerTexts(), [TWO, TWO, ONE, ONE]);
  await alice.open('Quagga elsewhere');
  const imap = await imapOf('alice');
  try {
    await imap.select(TWO);
    const [uid] = await imap.search('SUBJECT "Quagga elsewhere"');
    assert.equal(new URL(page.url()).pathname, `/mail/search/${folderId(TWO)}/${uid}`);
    await page.goBack();
    await shows(['Another quagga', 'Quagga elsewhere', 'Quagga in the subject', 'Heronry plans']);
    // Two of different folders at once.
    await page.locator('.grid').focus();
    await page.locator('.row', { hasText: 'Quagga elsewhere' }).locator('[data-pick]').click({ force: true });
    await page.locator('.row', { hasText: 'Heronry plans' }).locator('[data-pick]').click({ force: true });
    await page.keyboard.press('s');
    await page.waitForFunction(() => document.querySelectorAll('.row-star[aria-pressed=true]').length === 2);
    const flagged = async (f, s) => { await imap.select(f); return (await imap.search(`FLAGGED SUBJECT "${s}"`)).length; };
    for (let i = 0; i < 100 && !(await flagged(ONE, 'Heronry') && await flagged(TWO, 'elsewhere')); i++) await new Promise((r) => setTimeout(r, 50));
    assert.deepEqual([await flagged(ONE, 'Heronry'), await flagged(TWO, 'elsewhere')], [1, 1]);
    await page.keyboard.press('#');
    await shows(['Another quagga', 'Quagga in the subject']);
    await page.keyboard.press('z');
    await shows(['Another quagga', 'Quagga elsewhere', 'Quagga in the subject', 'Heronry plans']);
    assert.deepEqual([await flagged(ONE, 'Heronry'), await flagged(TWO, 'elsewhere')], [1, 1], 'back where they were');
  } finally { imap.close(); }
  await page.reload();
  await page.locator('.grid').waitFor();
  assert.notEqual(new URL(page.url()).pathname, '/mail/search', 'the words were in memory only');
});

test('what stands above the rows is one line, reached by keyboard; in: is headed by its folder', async () => {
  const { page } = alice;
  await alice.folder(ONE);
  await search('quagga');
  await page.locator('.segment', { hasText: ONE }).click();
  await shows(['Quagga in the subject', 'Heronry plans'], { anyOrder: true });
  for (const size of [{ width: 1360, height: 860 }, { width: 1100, height: 800 }, { width: 390, height: 844 }]) {
    await page.setViewportSize(size);
    const line = await page.locator('.search-bar').boundingBox();
    assert.ok(line.height <= 52, `${size.width}: ${line.height} px`);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, 'the page is not wider');
  }
  await page.setViewportSize({ width: 1360, height: 860 });
  await page.locator('.grid').focus();
  await page.keyboard.press('Shift+Tab'); // closes the search
  for (let i = 0; i < 12 && !(await page.evaluate(() => document.activeElement.matches('.search-filters .chip'))); i++) await page.keyboard.press('Shift+Tab');
  assert.equal(await page.evaluate(() => { const b = document.activeElement.getBoundingClientRect(), l = document.querySelector('.search-choices').getBoundingClientRect(); return document.activeElement.matches('.search-filters .chip') && b.left >= l.left - 4 && b.right <= l.right + 4; }), true, 'a filter has the focus and is seen');
  await search(`quagga in:"${TWO}"`);
  await shows(['Another quagga', 'Quagga elsewhere'], { anyOrder: true });
  assert.match((await page.locator('.list-count').innerText()).replace(/[\u2066-\u2069]/g, ''), new RegExp(`2 in ${TWO}`));
  assert.equal((await page.locator('.segment[aria-pressed=true]').first().innerText()).trim(), TWO);
  await page.locator('.segment', { hasText: 'All folders' }).click();
  await shows(['Another quagga', 'Quagga elsewhere', 'Quagga in the subject', 'Heronry plans'], { anyOrder: true });
  assert.match(await page.locator('.list-count').innerText(), /all folders/);
});

test('asked again, a search begins anew: one that is under way and one that is over', async () => {
  const { page } = alice;
  let asked = 0, go;
  const held = new Promise((resolve) => { go = resolve; });
  await page.route('**/api/v1/search', async (route) => {
    if (asked++ === 0) await held;
    await route.continue().catch(() => undefined); // the page gave the first one up
  });
  const imap = await imapOf('alice');
  try {
    await search('subject:quagga');
    await page.locator('.segment', { hasText: 'All folders' }).click();
    await page.waitForFunction(() => document.querySelector('.search-bar .segment[aria-pressed=true]')?.textContent.includes('All'));
    await page.locator('.grid').focus();
    await page.keyboard.press('Shift+R');
    await shows(['Another quagga', 'Quagga elsewhere', 'Quagga in the subject'], { anyOrder: true });
    assert.ok(asked >= 2, 'it did not wait for the one that hung');
    go();
    await imap.append(TWO, mail('Petra', 'A third quagga', text('Late.\r\n'), day(0)), [], day(0));
    await page.locator('.grid').focus();
    await page.keyboard.press('Shift+R');
    await shows(['A third quagga', 'Another quagga', 'Quagga elsewhere', 'Quagga in the subject'], { anyOrder: true });
    await imap.select(TWO);
    const [uid] = await imap.search('SUBJECT "A third"');
    await imap.command(`UID STORE ${uid} +FLAGS (\\Deleted)`);
    await imap.command(`UID EXPUNGE ${uid}`);
  } finally {
    go();
    imap.close();
    await page.unroute('**/api/v1/search');
  }
});

test('filters are words of the search; days can be chosen; what makes no sense is told', async () => {
  const { page } = alice;
  const imap = await imapOf('alice');
  await imap.select(ONE);
  await imap.command(`UID STORE ${(await imap.search('SUBJECT "Heronry"'))[0]} +FLAGS (\\Flagged)`);
  imap.close();
  await alice.folder(ONE);
  await search('from:petra');
  await page.locator('.segment', { hasText: ONE }).click();
  await shows(['Quagga in the subject', 'Heronry plans'], { anyOrder: true });
  await page.locator('.search-filters .chip', { hasText: 'Starred' }).click();
  await shows(['Heronry plans']);
  assert.match(await page.locator('.search-chips').innerText(), /is:\s*starred/);
  await page.locator('.search-filters .chip', { hasText: 'Starred' }).click();
  await shows(['Quagga in the subject', 'Heronry plans'], { anyOrder: true });
  await page.locator('.search-days select').selectOption('after:today');
  await page.locator('.empty', { hasText: 'No message matches' }).waitFor();
  await search('is:strange');
  await page.locator('.empty', { hasText: 'is: takes unread' }).waitFor();
  assert.match(await page.locator('.grid .empty').innerText(), /Position 4/);
});

test('a link to a search: its words go to no server and do not stay in the address', async () => {
  const { page } = alice;
  const seen = [];
  const note = (r) => seen.push(r.url());
  page.on('request', note);
  await page.goto(`${instance.origin}/mail/search#q=${encodeURIComponent('subject:"quagga elsewhere"')}`);
  await shows(['Quagga elsewhere']);
  page.off('request', note);
  assert.equal(new URL(page.url()).hash, '');
  assert.ok(seen.every((u) => !decodeURIComponent(new URL(u).pathname + new URL(u).search).includes('quagga')));
});

test('encrypted mail: the sentence, and its list on request', async () => {
  const { page } = alice;
  await alice.folder('Inbox');
  await search('zzz-not-there');
  await page.locator('.segment').first().click();
  const note = page.locator('.search-note');
  await note.waitFor();
  const n = Number(/\d+/.exec(await note.innerText())[0]);
  assert.ok(n >= 3);
  await note.getByRole('button', { name: 'Show' }).click();
  await page.waitForFunction((want) => document.querySelectorAll('.grid .row:not(.is-bone)').length === want, n);
  assert.match(await page.locator('.search-chips').innerText(), /is:\s*encrypted/);
});
