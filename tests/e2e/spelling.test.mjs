// Spell check while writing: marks, a menu by mouse, key and button, words of one's own. And nothing of it, from the
// first letter on, where the message is or may be encrypted.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Browser, forget } from '../lib/browser.mjs';
import { eventually, signedIn } from '../lib/instance.mjs';

let browser, alice, client;
const run = Date.now().toString(36);
before(async () => {
  await forget('alice');
  client = await signedIn('alice');
  browser = await Browser.launch();
  alice = await browser.person('alice');
  await alice.signIn();
});
afterEach(async () => {
  browser.relay.recording = false;
  browser.relay.exchanges.length = 0;
  await client.put('/api/v1/spell/words', { language: 'en', words: [] });
  for (const c of await alice.page.locator('wx-composer').all()) {
    await c.getByRole('button', { name: 'Discard' }).click();
    await alice.page.locator('.dialog .button-danger').click();
    await c.waitFor({ state: 'detached' });
  }
});
after(async () => { client.close(); await browser.close(); });

const c = () => alice.composer();
const frame = () => alice.editor();
const marked = () => frame().evaluate(() => [...(CSS.highlights.get('spelling') ?? [])].map((r) => r.toString()));
async function marks(...words) {
  let now;
  await eventually(async () => { now = await marked(); return JSON.stringify(now) === JSON.stringify(words); }, `marked: ${words}`).catch((e) => { throw new Error(`${e.message}, but ${now}`); });
}
const menu = () => c().locator('.spell-menu');
const choice = (name) => menu().getByRole('menuitem', { name, exact: true });
async function begin(text) {
  await alice.newMessage();
  await c().locator('.subject-input').fill(`Spelling ${run}`);
  await alice.write(text);
}
async function language(name) {
  await c().locator('.spell-button').click();
  await c().locator('wx-spelling').getByRole('menuitemradio', { name }).click();
}
/** The middle of a marked word, in the window. */
async function middle(word) {
  const at = await frame().evaluate((_, w) => { const r = [...CSS.highlights.get('spelling')].find((x) => x.toString() === w).getBoundingClientRect(); return { x: r.x + r.width / 2, y: r.y + r.height / 2 }; }, word);
  const box = await c().locator('.editor-frame').boundingBox();
  return { x: box.x + at.x, y: box.y + at.y };
}

test('rich text: marks come and go with the words, the menu corrects by mouse, key and button, and the mail holds no mark', async () => {
  await begin('I beleive the adress is corect, but Waxsealius is not a mispelt name.');
  await marks('beleive', 'adress', 'corect', 'Waxsealius', 'mispelt');
  assert.equal(await alice.editor().getAttribute('spellcheck'), 'false', 'the browser does not mark beside us');
  const p = await middle('beleive');
  await alice.page.mouse.click(p.x, p.y, { button: 'right' });
  await choice('believe').click();
  await marks('adress', 'corect', 'Waxsealius', 'mispelt');
  assert.match(await alice.editor().innerText(), /^I believe the adress/);
  // By the button, then by arrow keys; Escape leads back to the text.
  await c().locator('.spell-button').focus();
  await alice.page.keyboard.press('Enter');
  await c().locator('wx-spelling .menu-item:focus').waitFor();
  await alice.page.keyboard.press('Enter');
  await choice('address').waitFor();
  await eventually(() => menu().locator('.menu-item:focus').count(), 'the focus is in the menu');
  await alice.page.keyboard.press('Home');
  await menu().locator('.menu-title + .menu-item:focus').waitFor();
  await alice.page.keyboard.press('Escape');
  await menu().waitFor({ state: 'hidden' });
  await marks('adress', 'corect', 'Waxsealius', 'mispelt');
  await c().locator('.spell-button').click();
  await c().locator('wx-spelling').getByRole('menuitem', { name: /Look at .?4.? words/ }).click();
  await choice('address').click();
  await marks('corect', 'Waxsealius', 'mispelt');
  // The menu key, with the caret in the word.
  await frame().evaluate(() => { const r = [...CSS.highlights.get('spelling')].find((x) => x.toString() === 'Waxsealius'); getSelection().collapse(r.startContainer, r.startOffset + 2); });
  await alice.page.keyboard.press('Shift+F10');
  await choice('Add to my words').click();
  await marks('corect', 'mispelt');
  assert.deepEqual((await client.get('/api/v1/spell/words')).json.words, { en: ['Waxsealius'] });
  const q = await middle('mispelt');
  await alice.page.mouse.click(q.x, q.y, { button: 'right' });
  await choice('Ignore here').click();
  await marks('corect');
  // Typing mends a word and takes its mark; undo of a correction brings the word back.
  await alice.editor().press('Control+End');
  await alice.page.keyboard.type(' Anohter mispelt Waxsealius.');
  await marks('corect', 'Anohter');
  await alice.to('bob@demo.test');
  const draft = await frame().evaluate(() => document.getElementById('root').getHTML());
  assert.doesNotMatch(draft, /highlight|mark|spell/i);
  assert.deepEqual(alice.faults.splice(0), []);
});

test('plain text has the same marks and menu; the language is found out, chosen, and may be none', async () => {
  await begin('x');
  await c().getByRole('button', { name: /plain text/i }).click();
  const area = c().locator('.plain-input');
  await area.fill('Das ist ein Feler in diesem Satz.\n\n> Quotd text is nott ours\n');
  const lines = c().locator('.plain-back u');
  await eventually(async () => (await lines.allInnerTexts()).join() === 'Feler', 'marked');
  assert.equal(await area.getAttribute('spellcheck'), 'false');
  await c().locator('.spell-button').click();
  await c().locator('wx-spelling').getByRole('menuitemradio', { name: /Found out: .?German/ }).waitFor();
  await alice.page.keyboard.press('Escape');
  await area.press('Control+Home');
  for (let i = 0; i < 14; i++) await area.press('ArrowRight');
  await alice.page.keyboard.press('Shift+F10');
  await choice('Fehler').click();
  await eventually(async () => /^Das ist ein Fehler in diesem Satz/.test(await area.inputValue()), 'the word was taken');
  await lines.first().waitFor({ state: 'detached' });
  await language(/^French/);
  await eventually(async () => (await lines.allInnerTexts()).includes('Satz'), 'another language');
  await language('No spell check');
  await lines.first().waitFor({ state: 'detached' });
  assert.equal(await lines.count(), 0);
  await language('Find out by the text');
  assert.deepEqual(alice.faults.splice(0), []);
});

test('turning encryption on takes every mark, and the check is gone', async () => {
  await begin('A mispelt line.');
  await marks('mispelt');
  await alice.mode('encrypt');
  await c().locator('.spell-off').waitFor();
  await marks();
  assert.equal(await c().locator('wx-spelling').count(), 0);
  assert.equal(await alice.editor().getAttribute('spellcheck'), 'false');
  await alice.mode('none');
  await c().locator('wx-spelling').waitFor();
  assert.deepEqual(alice.faults.splice(0), []);
});

test('while an encrypted mail is written, no request but those of its own draft and sending holds a word of it', async () => {
  const words = ['Silbervogel', 'Nordlaterne', 'mispelltt', 'Rauchquarz'].map((w) => `${w}${run}`);
  const seen = (needle) => browser.relay.exchanges.filter((e) => Buffer.concat(e.request).includes(needle)).map((e) => `${e.method} ${e.url}`);
  const spelled = () => browser.relay.exchanges.filter((e) => e.url.startsWith('/api/v1/spell')).map((e) => e.url);
  // The recording hears the check of a mail that is plain: it would hear one of a secret, too.
  browser.relay.recording = true;
  await begin('A plainlly mispelt line.');
  await marks('plainlly', 'mispelt');
  assert.ok(seen('plainlly').includes('POST /api/v1/spell'));
  await c().getByRole('button', { name: 'Discard' }).click();
  await alice.page.locator('.dialog .button-danger').click();
  await c().waitFor({ state: 'detached' });

  await client.put('/api/v1/settings', { security: { mode: 'sign_encrypt' } });
  try {
    await alice.page.reload();
    await alice.page.locator('.row:not(.is-bone), .grid-empty').first().waitFor();
    browser.relay.exchanges.length = 0;
    await alice.newMessage();
    await c().locator('.spell-off').waitFor();
    for (const el of [alice.editor(), c().locator('.subject-input')]) assert.equal(await el.getAttribute('spellcheck'), 'false', 'before the first letter');
    await alice.to('bob@demo.test');
    await c().locator('.subject-input').pressSequentially(`${words[0]} und`);
    await alice.write(`${words[1]} ist ${words[2]}. `);
    // Everything one does while writing: other tabs, plain text, a draft, full size, aside and back.
    await c().getByRole('tab', { name: 'Security' }).click();
    await c().getByRole('tab', { name: 'Message' }).click();
    await c().getByRole('button', { name: /plain text/i }).click();
    await c().locator('.plain-input').press('Control+End');
    await alice.page.keyboard.type(words[3]);
    await alice.page.keyboard.press('Shift+F10');
    await alice.page.keyboard.press('Control+s');
    await c().locator('.composer-min').click();
    await c().locator('.composer-min').click();
    await c().locator('.composer-saved', { hasText: /Saved, encrypted|Not kept/ }).waitFor();
    await alice.send();
    await c().locator('.composer-notice').first().waitFor(); // alice has no certificate in this browser: nothing leaves
    const own = new Set(['POST /api/v1/compose/draft', 'POST /api/v1/compose/prepare']);
    for (const w of words) {
      for (const needle of [w, encodeURIComponent(w), Buffer.from(w).toString('base64').replace(/.{0,4}=*$/, ''), Buffer.from(w, 'utf16le')]) {
        assert.deepEqual(seen(needle).filter((r) => !own.has(r)), [], `${w} as ${needle}`);
      }
    }
    assert.deepEqual(spelled(), []);
    assert.ok(browser.relay.exchanges.length > 0, 'it was heard');
    assert.equal(browser.strangers.length, 0);
    assert.deepEqual(alice.faults.splice(0), []);
  } finally {
    await client.put('/api/v1/settings', { security: { mode: 'auto' } });
  }
});
