// One hand and a phone: Compose is over the list, Back puts the composer aside before it leads anywhere, how many are
// chosen is said whole, and no message at the bottom lies over what can be pressed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, forget } from '../lib/browser.mjs';
import { eventually, imapOf, instance, signedIn } from '../lib/instance.mjs';
import { html, message } from '../lib/mime.mjs';
import { LOOKS } from '../lib/screens.mjs';

let browser, p, page, imap;
before(async () => {
  browser = await Browser.launch();
  imap = await imapOf('carol');
  p = await (await browser.person('carol', LOOKS.phone)).signIn();
  page = p.page;
});
after(async () => {
  imap?.close();
  await browser?.close();
});

const round = () => page.locator('.compose-round');
const path = () => page.evaluate(() => location.pathname);
async function home() {
  await page.goto(`${instance.origin}/mail/`);
  await page.locator('.row:not(.is-bone)').first().waitFor();
}
async function write(subject) {
  await round().tap();
  await p.composer().waitFor();
  await p.editor().waitFor();
  await p.composer().locator('.subject-input').fill(subject);
}
/** Somebody wrote in it: then it asks. */
async function throwAway(asks = false) {
  await p.composer().getByRole('button', { name: 'Discard' }).click();
  if (asks) await page.locator('.dialog .button-danger').click();
  await p.composer().waitFor({ state: 'detached' });
}
const overlaps = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

test('Compose is over the list, large enough and named; not while somebody chooses or writes', async () => {
  await home();
  const box = await round().boundingBox();
  assert.ok(box.width >= 44 && box.height >= 44, `${box.width} × ${box.height}`);
  assert.ok(box.x + box.width <= 390 && box.y + box.height <= 844);
  assert.equal(await round().getAttribute('aria-label'), 'Compose');
  // What the last row brings can be pressed: it is scrolled out from under the button.
  const grid = page.locator('wx-list .grid');
  await grid.evaluate((g) => { g.scrollTop = g.scrollHeight; });
  const n = await grid.getAttribute('aria-rowcount');
  const last = page.locator(`.row[aria-rowindex="${n}"] .row-star`);
  await last.waitFor();
  await eventually(async () => !overlaps(await last.boundingBox(), await round().boundingBox()), 'the last star is free');
  await page.locator('.row:not(.is-bone) .row-pick').first().tap();
  await page.locator('.list-head.is-selecting').waitFor();
  await round().waitFor({ state: 'detached' });
  const title = page.locator('.list-head.is-selecting .list-title');
  assert.match((await title.textContent()).replace(/[\u2066-\u2069]/g, ''), /^1 selected$/);
  assert.ok(await title.evaluate((e) => e.scrollWidth <= e.clientWidth), 'said whole');
  await page.locator('.list-all').tap();
  await page.locator('.list-head.is-selecting').waitFor({ state: 'detached' });
  await round().waitFor();
});

test('a wide mail is shown smaller, and stays so when its pictures are asked for and do not come', async () => {
  const mail = message({ from: 'wide@x.test', to: 'carol@demo.test', subject: 'Made for a desk', date: new Date(), id: `<wide-${process.pid}@x.test>` },
    html('<body style="background:#eee"><table width="600"><tr><td><p>Wide news.</p><img src="https://pictures.canary.example/w.png" alt="Hedge" style="display:block;width:600px;height:80px"></td></tr></table></body>'));
  await imap.append('INBOX', mail, ['\\Seen']);
  await page.route('**/api/v1/image?**', (r) => r.fulfill({ status: 502, contentType: 'application/json', body: '{}' }));
  try {
    await home();
    await p.open('Made for a desk');
    await p.frameText().getByText('Wide news.').waitFor();
    const frame = p.message().locator('iframe.mail-frame');
    const fits = () => frame.evaluate((f) => { const e = f.contentDocument.documentElement; return e.scrollWidth <= e.clientWidth + 1; });
    await eventually(fits, 'it fits as it is');
    await page.locator('.frame-notice').getByRole('button', { name: 'Show pictures' }).tap();
    await page.locator('.frame-notice[role=status]').waitFor();
    await eventually(fits, 'it fits with places for pictures');
  } finally { await page.unroute('**/api/v1/image?**'); }
  p.faults.length = 0; // the browser says that pictures did not come
});

test('Back puts the composer aside and keeps what was typed; the page behind it stays', async () => {
  await home();
  const drafts = async () => { await imap.select('Drafts'); const n = (await imap.search('SUBJECT "Typed on the way"')).length; await imap.select('INBOX'); return n; };
  const before = await drafts();
  await p.open(await page.locator('.row:not(.is-bone) .row-subject').first().textContent());
  const there = await path();
  await page.goBack();
  await round().waitFor();
  await write('Typed on the way');
  await p.write('Half a sentence');
  await round().waitFor({ state: 'detached' });
  const at = await path();
  await page.goBack();
  await page.locator('.composer.is-small').waitFor();
  assert.equal(await path(), at);
  await eventually(async () => (await drafts()) === before + 1, 'kept as a draft');
  // Beside the small one another can be begun.
  await round().waitFor();
  const [a, b] = [await round().boundingBox(), await page.locator('.composer.is-small').boundingBox()];
  assert.ok(!overlaps(a, b), 'the two lie beside each other');
  await page.locator('.composer.is-small .composer-min').tap();
  await page.locator('.composer:not(.is-small)').waitFor();
  await eventually(async () => (await p.editor().textContent()).includes('Half a sentence'), 'the text is there');
  assert.equal(await p.composer().locator('.subject-input').inputValue(), 'Typed on the way');
  await page.goBack();
  await page.locator('.composer.is-small').waitFor();
  assert.equal(await path(), at);
  await page.locator('.composer.is-small .composer-min').tap();
  await throwAway(true);
  assert.ok(there !== at);
});

test('a composer that was closed otherwise is no step of Back', async () => {
  await home();
  await p.open(await page.locator('.row:not(.is-bone) .row-subject').first().textContent());
  const open = await path();
  await p.reply();
  await throwAway();
  assert.equal(await path(), open);
  await page.goBack();
  await page.locator('wx-list .grid').waitFor();
  assert.notEqual(await path(), open, 'one Back leads to the list');
  assert.equal(await p.composer().count(), 0);
});

test('a reply is left by Back, then the message', async () => {
  await home();
  await p.open(await page.locator('.row:not(.is-bone) .row-subject').first().textContent());
  const open = await path();
  await p.reply();
  await page.goBack();
  await page.locator('.composer.is-small').waitFor();
  assert.equal(await path(), open);
  await page.locator('.message-subject').waitFor();
  await page.goBack();
  await page.locator('wx-list .grid').waitFor();
  await page.locator('.composer.is-small .composer-min').tap();
  await throwAway();
});

test('messages at the bottom lie over nothing that can be pressed', async () => {
  const clear = async (what) => {
    const covered = () => page.evaluate(() => {
      const toasts = [...document.querySelectorAll('.toast')].map((e) => e.getBoundingClientRect());
      if (toasts.length === 0) return ['nothing, for it went'];
      return [...document.querySelectorAll('button, a[href], input, select')].filter((e) => !e.closest('.grid, .toasts') && e.checkVisibility({ visibilityProperty: true })).filter((e) => {
        const b = e.getBoundingClientRect();
        return b.width > 0 && toasts.some((q) => b.left < q.right && q.left < b.right && b.top < q.bottom && q.top < b.bottom);
      }).map((e) => e.getAttribute('aria-label') || e.textContent.trim());
    });
    await page.locator('.toast').first().waitFor();
    await eventually(async () => (await covered()).length === 0, `${what}: ${await covered()}`);
  };
  await home();
  const row = page.locator('.row:not(.is-bone) .row-pick').first();
  const unread = async () => { await row.tap(); await page.locator('.list-head.is-selecting').waitFor(); };
  // over the list, with the round button
  await unread();
  await page.locator('[data-command="message.archive"]').first().tap();
  await clear('list');
  // a composer opened under it
  await page.locator('.compose-round').tap();
  await p.composer().waitFor();
  await p.editor().waitFor();
  await clear('composer');
  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await page.locator('.toast', { hasText: 'Undone' }).waitFor();
  await clear('composer, undone');
  await p.composer().getByRole('button', { name: 'Discard' }).click();
  await p.composer().waitFor({ state: 'detached' });
  assert.deepEqual(p.faults, []);
});

test('the offer to import a key stands there from the first picture on: the list keeps its height', async () => {
  await forget('dave');
  const web = await signedIn('dave');
  assert.equal((await web.get('/api/v1/session')).json.keys, false);
  web.close();
  for (const look of [{}, LOOKS.phone]) {
    const q = await (await browser.person('dave', look)).signIn();
    await q.page.addInitScript(() => {
      // The height of the list and what is below it when the first row is drawn.
      new MutationObserver((_, me) => {
        if (window.atFirst || !document.querySelector('.row:not(.is-bone)')) return;
        me.disconnect();
        requestAnimationFrame(() => { window.atFirst = { list: document.querySelector('.grid').clientHeight, card: document.querySelector('.first-run') !== null }; });
      }).observe(document, { childList: true, subtree: true });
    });
    const keys = q.page.waitForResponse((r) => r.url().endsWith('/api/v1/smime/keys'));
    await q.page.reload();
    await q.page.waitForFunction(() => window.atFirst);
    await keys;
    await q.page.evaluate(() => customElements.whenDefined('wx-keyring-chip'));
    await q.page.waitForFunction(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true)))));
    const first = await q.page.evaluate(() => window.atFirst);
    assert.equal(first.card, true);
    assert.equal(await q.page.locator('.grid').evaluate((g) => g.clientHeight), first.list);
    assert.equal(await q.page.locator('.first-run').count(), 1);
    if (look === LOOKS.phone) {
      // A composer put aside stands over its empty part only.
      const later = q.page.locator('.first-run').getByRole('button', { name: 'Later' });
      await q.page.locator('.compose-round').tap();
      await q.editor().waitFor();
      await q.page.goBack();
      await q.page.locator('.composer.is-small').waitFor();
      await eventually(async () => !overlaps(await later.boundingBox(), await q.page.locator('.composer.is-small').boundingBox()), 'Later can be pressed');
    }
    assert.deepEqual(q.faults, []);
    await q.close();
  }
});
