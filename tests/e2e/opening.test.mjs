// Opening the composer: an editor's frame stands ready and is moved in without being loaded again, fields take text before
// any editor is there, a frame that is no editor (any more) is left for one that is; nothing of it where data is saved.
// How fast: tests/bench/composer.mjs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser } from '../lib/browser.mjs';
import { eventually, signedIn } from '../lib/instance.mjs';

let browser;
before(async () => {
  const c = await signedIn('alice');
  // Plain mail, so that nothing is asked when it is thrown away.
  assert.equal((await c.put('/api/v1/settings', { security: { mode: 'none' } })).status, 200);
  c.close();
  browser = await Browser.launch();
});
after(async () => {
  await browser?.close();
  const c = await signedIn('alice');
  await c.put('/api/v1/settings', { security: { mode: 'auto' } });
  c.close();
});

async function discard(p, asked = true) {
  await p.composer().getByRole('button', { name: 'Discard', exact: true }).click();
  if (asked) await p.page.locator('.dialog .button-danger').click();
  await p.page.locator('wx-composer').waitFor({ state: 'detached' });
}
const spare = (p) => p.page.frameLocator('.spare-editor iframe').locator('#root').waitFor({ state: 'attached' });
const mark = (p, name) => p.page.evaluate((n) => { document.querySelector('.spare-editor iframe').dataset.mark = n; }, name);
const marked = (p) => p.composer().locator('iframe').getAttribute('data-mark');
/** A person in whose pages every request for an editor's frame goes through `answer`. */
async function person(answer, script) {
  const p = await browser.person('alice');
  await p.context.route('**/editor', answer);
  if (script) await p.context.addInitScript(script);
  return p.signIn();
}

test('the frame that stands ready is the one that is written in, and another one follows', async () => {
  const p = await (await browser.person('alice')).signIn();
  for (const n of ['first', 'second']) {
    await spare(p);
    await mark(p, n);
    await p.newMessage();
    await p.page.locator('.composer .chips-input:focus').waitFor();
    assert.equal(await marked(p), n, 'moved, not loaded again');
    await p.write(`Words of the ${n}.`);
    assert.match(await p.editor().innerText(), new RegExp(`Words of the ${n}\\.`));
    await eventually(() => p.page.locator('.composer-saved', { hasText: /saved/i }).count(), 'kept as a draft');
    await discard(p);
  }
  assert.deepEqual(p.faults, []);
  await p.close();
});

test('what is typed while no editor is there stands in its field, and stays there when it comes', async () => {
  let release;
  const held = new Promise((done) => { release = done; });
  const p = await person(async (route) => { await held; await route.continue(); });
  await p.page.keyboard.press('c');
  await p.page.locator('.composer .chips-input:focus').waitFor();
  await p.page.keyboard.type('bob@demo.test,');
  await p.composer().locator('.recipient', { hasText: 'bob' }).waitFor();
  await p.page.keyboard.type('carol@');
  release();
  await p.editor().waitFor();
  await p.page.waitForFunction(() => document.querySelector('wx-editor').ready);
  await p.page.keyboard.type('demo.test');
  assert.equal(await p.composer().locator('.chips-input').first().inputValue(), 'carol@demo.test', 'the focus was left where it was');
  await discard(p);
  await p.close();
});

test('a frame that is no editor is not used, and one that went silent is left for another', async () => {
  let n = 0;
  const p = await person((route) => (n++ === 0 ? route.fulfill({ status: 503, contentType: 'text/html', body: '<p>Later</p>' }) : route.continue()));
  await p.page.frameLocator('.spare-editor iframe').getByText('Later').waitFor({ state: 'attached' });
  await p.newMessage();
  await p.write('Written all the same.');
  assert.match(await p.editor().innerText(), /Written all the same\./);
  await discard(p);
  await p.page.reload();
  await p.page.locator('.row:not(.is-bone)').first().waitFor();
  await spare(p);
  await mark(p, 'silent');
  const frame = p.page.frames().find((f) => f.url().endsWith('/editor'));
  await frame.evaluate(() => Object.defineProperty(MessagePort.prototype, 'onmessage', { set() {} }));
  await p.newMessage();
  await p.page.waitForFunction(() => document.querySelector('wx-editor').ready);
  assert.equal(await marked(p), null, 'another one');
  await p.write('And here.');
  assert.match(await p.editor().innerText(), /And here\./);
  await discard(p);
  await p.close();
});

test('where data is saved nothing is fetched ahead', async () => {
  let asked = 0;
  const p = await person((route) => { asked++; return route.continue(); }, () => Object.defineProperty(Object.getPrototypeOf(navigator), 'connection', { get: () => ({ saveData: true, addEventListener() {}, removeEventListener() {} }) }));
  await p.page.waitForFunction(() => performance.getEntriesByType('resource').some((r) => /\/live\.[^/]*\.js$/.test(r.name)));
  // Timers of one page come in their order: what would be fetched ahead would have been asked for by now.
  await p.page.evaluate(() => new Promise((done) => { setTimeout(() => requestIdleCallback(done, { timeout: 5000 }), 2500); }));
  assert.equal(await p.page.locator('.spare-editor').count(), 0);
  assert.equal(asked, 0);
  await p.newMessage();
  assert.equal(asked, 1, 'it opens all the same');
  await discard(p, false);
  await p.close();
});

test('undo is off until there is something to undo; Ctrl+B is bold whatever Caps Lock and the alphabet write', async () => {
  const p = await (await browser.person('alice')).signIn();
  await p.newMessage();
  const undo = p.composer().getByRole('button', { name: 'Undo', exact: true });
  await p.intoEditor();
  await p.page.keyboard.press('ArrowDown');
  assert.ok(await undo.isDisabled(), 'a focus is nothing to undo');
  await p.page.keyboard.type('plain ');
  await p.composer().locator('button[aria-label="Undo"]:not([disabled])').waitFor();
  for (const [key, word] of [['B', 'caps'], ['и', 'cyrillic']]) {
    const bold = (init) => p.editor().evaluate((root, i) => root.dispatchEvent(new KeyboardEvent('keydown', { ...i, code: 'KeyB', ctrlKey: true, bubbles: true, cancelable: true })), init);
    assert.equal(await bold({ key }), false, 'taken');
    await p.page.keyboard.type(word);
    assert.equal(await p.editor().locator('b', { hasText: word }).count(), 1);
    await bold({ key });
    await p.page.keyboard.type(' plain ');
  }
  await undo.click();
  await undo.click();
  await discard(p);
  await p.close();
});
