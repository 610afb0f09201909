// Accessibility and weight: axe finds nothing serious on any screen in any look; a mail can be opened and answered by
// keyboard alone; the first load is small; spell check is off, with the reason, where a message may be encrypted;
// search says how many encrypted mails it could not look into.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe } from '../lib/axe.mjs';
import { Browser, forget, passphraseOf } from '../lib/browser.mjs';
import { account, eventually, imapOf, instance, signedIn } from '../lib/instance.mjs';
import { LOOKS, SCREENS } from '../lib/screens.mjs';

let browser;
before(async () => {
  await forget('alice');
  browser = await Browser.launch();
  const first = await (await browser.person('alice')).signIn();
  await first.importKey();
  await first.close();
});
after(async () => { await browser?.close(); });

test('axe sees what it should: a picture without a text', async () => {
  const p = await browser.person('alice');
  await p.page.goto(`${instance.origin}/signin`);
  await p.page.evaluate(() => document.querySelector('main').append(Object.assign(document.createElement('img'), { src: 'data:image/gif;base64,R0lGODlhAQABAAAAACw=' })));
  assert.ok((await axe(p.page)).some((f) => f.startsWith('image-alt')));
  await p.close();
});

// Large text and forced colours have tests of their own: axe sees no difference there. The colours change on the screen that stands.
for (const [look, also] of [['light', 'dark'], ['rtl', null], ['phone', 'dark']]) {
  test(`axe: nothing serious or critical on any screen, ${look}${also ? `, and ${also}` : ''}`, async (t) => {
    const p = await browser.person('alice', LOOKS[look]);
    const judge = async (name) => {
      await t.test(name, async () => assert.deepEqual(await axe(p.page), []));
      if (!also) return;
      const ground = () => p.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const before = await ground();
      await p.page.emulateMedia({ colorScheme: also });
      await t.test(`${name}, ${also}`, async () => {
        await eventually(async () => (await ground()) !== before, `${also} is another look`);
        assert.deepEqual(await axe(p.page), []);
      });
      await p.page.emulateMedia({ colorScheme: LOOKS[look].colorScheme });
      await eventually(async () => (await ground()) === before, 'and goes');
    };
    try {
      await p.page.goto(`${instance.origin}/signin`);
      await judge('signin');
      await p.signIn();
      for (const [name, go] of SCREENS) {
        await go(p);
        await judge(name);
        const wide = await p.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(wide <= 0, `${name}: the page is ${wide} px too wide`);
      }
    } finally { await p.close(); }
  });
}

test('forced colours: what is chosen, unread or open can be told without a colour of ours', async () => {
  const p = await (await browser.person('alice', LOOKS.forced)).signIn();
  const { page } = p;
  const looks = (selector, pseudo) => page.locator(selector).first().evaluate((e, pseudo) => { const s = getComputedStyle(e, pseudo); return `${s.backgroundColor} ${s.borderColor}`; }, pseudo);
  await page.locator('wx-list .grid').focus();
  await page.keyboard.press('Home');
  const off = await looks('.row .check');
  await page.keyboard.press('x');
  await page.locator('.row[aria-selected=true] .check').waitFor();
  await eventually(async () => (await looks('.row[aria-selected=true] .check')) !== off, 'what is chosen looks chosen');
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.notEqual((await looks('.row-dot')).split(') ')[0], ground.slice(0, -1));
  await page.goto(`${instance.origin}/settings/security`);
  await page.locator('.radio:checked').first().waitFor();
  assert.notEqual(await looks('.radio:checked'), await looks('.radio:not(:checked)'));
  await page.locator('.switch').first().waitFor();
  assert.notEqual((await looks('.switch', '::after')).split(') ')[0], (await looks('.switch')).split(') ')[0], 'the knob can be told from the switch');
  assert.deepEqual(p.faults, []);
  await p.close();
});

test('large text (400 % of 1,280 px): no screen scrolls sideways, nothing of a toolbar is cut off', async () => {
  const p = await (await browser.person('alice', LOOKS.narrow)).signIn();
  for (const [name, go] of SCREENS) {
    await go(p);
    const found = await p.page.evaluate(() => ({
      wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      outside: [...document.querySelectorAll('button, a[href], input, select')].filter((e) => {
        const b = e.getBoundingClientRect();
        const hidden = b.width < 2 || e.closest('.skip, .visually-hidden, [popover]:not(:popover-open), .sidebar:not(.is-open), .editor-tools, .composer-tools') !== null || !e.checkVisibility({ visibilityProperty: true, opacityProperty: true });
        return !hidden && (b.right > innerWidth + 1 || b.left < -1);
      }).map((e) => e.outerHTML.slice(0, 120)),
    }));
    assert.ok(found.wide <= 0, `${name}: the page is ${found.wide} px too wide`);
    assert.deepEqual(found.outside, [], name);
  }
  await p.close();
});

test('reduced motion: nothing moves for longer than a moment', async () => {
  const p = await (await browser.person('alice')).signIn();
  await p.page.evaluate(() => { window.wxMoves = []; const look = () => { for (const a of document.getAnimations()) { const t = a.effect.getComputedTiming(); if (t.duration > 20) window.wxMoves.push(`${a.effect.target?.className} ${t.duration}`); } requestAnimationFrame(look); }; look(); });
  await p.page.keyboard.press('Control+k');
  await p.page.locator('.chooser-input').waitFor();
  await p.page.keyboard.press('Escape');
  await p.open('Lunch on Friday?');
  await p.newMessage();
  await p.composer().getByRole('button', { name: 'Close' }).click();
  assert.deepEqual(await p.page.evaluate(() => window.wxMoves), []);
  await p.close();
});

test('by keyboard alone: open, unlock, answer, send', async () => {
  const p = await (await browser.person('alice')).signIn();
  const { page } = p;
  const keys = page.keyboard;
  const focused = (selector) => page.waitForFunction((s) => document.activeElement?.matches(s), selector);
  await keys.press('Tab');
  await focused('.skip');
  await keys.press('Enter');
  await focused('.grid');
  const subject = () => page.locator('.row.is-active .row-subject').innerText().catch(() => '');
  await keys.press('Home');
  for (let i = 0; i < 60 && !/Minutes of Tuesday/.test(await subject()); i++) await keys.press('ArrowDown');
  assert.match(await subject(), /Minutes of Tuesday/);
  await keys.press('Enter');
  await p.hasVerdict('signed-valid');
  await keys.press('r');
  await p.composer().waitFor();
  await p.editor().waitFor();
  await p.textHasFocus();
  await keys.type('By keyboard.');
  assert.match(await p.editor().innerText(), /^By keyboard\./);
  await keys.press('Control+Enter');
  const unlock = page.locator('wx-composer form.unlock, .dialog form.unlock');
  await page.locator('.toast', { hasText: 'sent' }).or(unlock).first().waitFor();
  if (await unlock.count()) { await keys.type(passphraseOf('alice')); await keys.press('Enter'); }
  await p.sent();
  assert.deepEqual(p.faults, []);
  await p.close();
  for (const [who, folder] of [['bob', 'INBOX'], ['alice', 'Sent']]) {
    const imap = await imapOf(who);
    await imap.select(folder);
    for (const uid of await imap.search(`SUBJECT "Re: Minutes of Tuesday's call"`)) await imap.command(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
    await imap.command('EXPUNGE');
    imap.close();
  }
});

test('first load: at most 90 KB and 10 requests', async () => {
  const context = await browser.chromium.newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  await page.goto(`${instance.origin}/signin`);
  await page.fill('#username', account('alice').address);
  await page.fill('#password', account('alice').password);
  await page.click('button[type=submit]');
  await page.locator('.row:not(.is-bone)').first().waitFor();
  // Weighed on the wire and with an empty cache, so that Workers and frames count too.
  const { relay } = browser;
  const session = await context.newCDPSession(page);
  await session.send('Network.clearBrowserCache');
  await page.goto('about:blank'); // the page before asks for nothing more
  Object.assign(relay, { exchanges: [], compressed: true, recording: true });
  await page.goto(`${instance.origin}/mail/`);
  await page.locator('.row:not(.is-bone)').first().waitFor();
  // What was asked for until the list stands; the keyring has its turn later.
  const first = [...relay.exchanges];
  await eventually(() => first.every((e) => e.done || e.dropped || e.url.endsWith('/events')), 'all requests of the first load end');
  Object.assign(relay, { compressed: false, recording: false });
  const all = first.map((e) => ({ url: `${e.method} ${e.url}`, bytes: e.answer.reduce((n, d) => n + d.length, 0) }));
  const bytes = all.reduce((n, r) => n + r.bytes, 0);
  const list = all.map((r) => `${String(r.bytes).padStart(7)} ${r.url}`).join('\n');
  console.log(`# first load: ${all.length} requests, ${(bytes / 1024).toFixed(1)} KB`);
  assert.ok(all.length >= 4 && bytes > 10_000, `measured something:\n${list}`);
  assert.ok(bytes <= 90 * 1024, `${bytes} bytes:\n${list}`);
  assert.ok(all.length <= 10, `${all.length} requests:\n${list}`);
  await context.close();
});

test('with several composers the one that is written in stands wholly in the window', async () => {
  const p = await (await browser.person('alice', { viewport: { width: 1360, height: 860 } })).signIn();
  for (const n of [1, 2, 3]) {
    await p.page.locator('.compose-button').first().click();
    await p.page.locator('wx-composer').nth(n - 1).waitFor();
  }
  for (const width of [1360, 1024, 900, 800, 700]) {
    await p.page.setViewportSize({ width, height: 860 });
    const boxes = await p.page.locator('.composer').evaluateAll((all) => all.map((c) => { const r = c.getBoundingClientRect(); return [Math.round(r.left), Math.round(r.right)]; }));
    assert.equal(boxes.length, 3);
    for (const [left, right] of boxes) assert.ok(left >= 0 && right <= width, `${width}: ${JSON.stringify(boxes)}`);
  }
  await p.close();
});

test('spell check and writing helpers are off where the message is or may be encrypted, and it says why', async () => {
  const p = await (await browser.person('alice')).signIn();
  await p.newMessage();
  const c = p.composer();
  // The frame is told by a message; it begins guarded. In plain mail the words are looked at by our own server, not by the browser.
  const attributes = async (guarded) => {
    await c.frameLocator('iframe').locator(guarded ? '[contenteditable=true][data-gramm=false]' : '[contenteditable=true]:not([data-gramm])').waitFor();
    const read = (e) => ({ spellcheck: e.getAttribute('spellcheck'), suggestions: e.getAttribute('writingsuggestions'), gramm: e.getAttribute('data-gramm'), capitals: e.getAttribute('autocapitalize') });
    return { subject: await c.locator('.subject-input').evaluate(read), body: await p.editor().evaluate(read) };
  };
  await p.mode('none');
  const plain = await attributes(false);
  assert.equal(plain.subject.spellcheck, 'true');
  assert.equal(plain.body.suggestions, null);
  assert.equal(await c.locator('.spell-off').count(), 0);
  for (const mode of ['encrypt', 'sign_encrypt']) {
    await p.mode(mode);
    for (const [where, a] of Object.entries(await attributes(true))) {
      assert.equal(a.spellcheck, 'false', `${mode}: ${where}`);
      assert.equal(a.suggestions, 'false', `${mode}: ${where}`);
      assert.equal(a.gramm, 'false', `${mode}: ${where}`);
    }
    assert.match(await c.locator('.spell-off').getAttribute('aria-label'), /encrypted/i);
  }
  // The answer to an encrypted mail may be encrypted, whatever is chosen now.
  await c.getByRole('button', { name: 'Discard' }).click();
  await p.page.locator('.dialog .button-danger').click();
  await p.open('Offer for the Lindqvist account');
  await p.unlock(passphraseOf('alice'));
  await p.hasVerdict('encrypted+signed-valid');
  await p.reply();
  await p.mode('none');
  for (const [where, a] of Object.entries(await attributes(true))) assert.equal(a.spellcheck, 'false', `answer: ${where}`);
  assert.equal(await c.locator('.spell-off').count(), 1);
  assert.deepEqual(p.faults, []);
  await p.close();
});

test('search: inside encrypted mail nothing is found, and the exact number searched by header only is said', async () => {
  const p = await (await browser.person('alice')).signIn();
  const api = await signedIn('alice');
  const id = Buffer.from('Odd and hostile').toString('base64url');
  for (const word of ['MIAG', 'heliotrope', 'covert']) {
    await p.folder('Odd and hostile');
    await p.page.fill('#search', word);
    await p.page.press('#search', 'Enter');
    const a = await api.post(`/api/v1/folders/${id}/search`, { text: word, scope: 'all', filters: {}, offset: 0, limit: 50 });
    assert.ok(a.json.header_only >= 8, `${a.json.header_only} are searched by header`);
    await p.page.locator('.search-note').waitFor();
    assert.match(await p.page.locator('.search-note').innerText(), new RegExp(`\\b${a.json.header_only}\\b`));
    assert.equal(await p.page.locator('.row', { hasText: 'labelled as text' }).count(), 0);
    assert.equal(a.json.total, 0, word);
  }
  api.close();
  await p.close();
});
