// The composer in a window of its own: the same message goes on there with everything, handed over in memory only and
// exactly once; a window that does not come leaves it where it was.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe } from '../lib/axe.mjs';
import { Browser, Person, forget, passphraseOf } from '../lib/browser.mjs';
import { certificateDer } from '../lib/keyring.mjs';
import { account, eventually, signedIn } from '../lib/instance.mjs';
import { clearDrafts, texts } from '../lib/mailbox.mjs';

const run = crypto.randomUUID().slice(0, 8);
const bob = account('bob').address;
const SECRET = `Plaintext${run}`;
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYPj/HwADAgH/5ncLrgAAAABJRU5ErkJggg==';
let browser;
let p;

const mails = (name, mailbox, field, value) => texts(name, mailbox, `HEADER ${field} "${value}"`);
/** The same person at another window of the browser. */
function at(page) {
  const other = Object.create(Person.prototype);
  return Object.assign(other, { browser, name: p.name, account: p.account, context: p.context, faults: p.faults, page });
}
async function out() {
  const opened = p.context.waitForEvent('page');
  await p.composer().getByRole('button', { name: 'Open in a window of its own' }).click();
  const w = at(await opened);
  await w.editor().waitFor();
  await w.page.locator('.composer-body:not([inert])').waitFor();
  await p.page.locator('wx-composer').waitFor({ state: 'detached' });
  return w;
}
/** Everything that a browser keeps of an origin, as one text. */
const kept = (page) => page.evaluate(async () => {
  const all = [location.href, JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), JSON.stringify(history.state), document.cookie, window.name];
  for (const { name } of await indexedDB.databases()) {
    const db = await new Promise((done, fail) => { const r = indexedDB.open(name); r.onsuccess = () => done(r.result); r.onerror = () => fail(r.error); });
    for (const store of db.objectStoreNames) all.push(name, store, JSON.stringify(await new Promise((done, fail) => { const r = db.transaction(store).objectStore(store).getAll(); r.onsuccess = () => done(r.result); r.onerror = () => fail(r.error); })));
    db.close();
  }
  for (const name of await caches.keys()) { const c = await caches.open(name); for (const q of await c.keys()) all.push(q.url, await (await c.match(q)).text()); }
  return all.join('\n');
});
const noFaults = () => assert.deepEqual(p.faults, []);

before(async () => {
  await forget('alice', 'bob');
  await clearDrafts('alice');
  const c = await signedIn('alice');
  assert.equal((await c.post('/api/v1/smime/certificates', { address: bob, certificate: certificateDer('bob').toString('base64') })).status, 200);
  await c.post('/api/v1/signout', {});
  c.close();
  browser = await Browser.launch();
  p = await (await browser.person('alice')).signIn();
  await p.importKey();
  await p.page.locator('.settings-back').click();
});
after(async () => {
  await browser?.close();
  await clearDrafts('alice');
  await forget('alice', 'bob');
});

test('everything goes along: text, recipients, files, pictures and mode; it is in one window only and in no storage', async () => {
  browser.relay.exchanges.length = 0;
  browser.relay.recording = true;
  await p.newMessage();
  await p.to(bob);
  await p.mode('sign_encrypt');
  await p.composer().locator('.subject-input').fill(`Subject ${SECRET}`);
  await p.write(`Text ${SECRET}`);
  await p.composer().locator('.file-input').setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from(`File ${SECRET}`) });
  await p.composer().locator('.file-chip', { hasText: 'notes.txt' }).waitFor();
  await p.editor().evaluate((root, png) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(png), (c) => c.charCodeAt(0))], 'seal.png', { type: 'image/png' }));
    root.focus();
    root.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, PNG);
  await p.editor().locator('img').waitFor();
  const w = await out();
  assert.equal(await w.editor().locator('img').getAttribute('src'), `data:image/png;base64,${PNG}`);
  assert.equal(await w.composer().locator('.subject-input').inputValue(), `Subject ${SECRET}`);
  assert.match(await w.editor().innerText(), new RegExp(`Text ${SECRET}`));
  assert.match(await w.composer().locator('wx-recipients').innerText(), /bob/i);
  assert.equal(await w.composer().locator('.file-chip', { hasText: 'notes.txt' }).count(), 1);
  assert.match(await w.composer().locator('.send-button').innerText(), /encrypt/i);
  assert.equal(await w.editor().getAttribute('spellcheck'), 'false', 'no spell check of what may be encrypted');
  // The history of the browser keeps titles and addresses.
  assert.doesNotMatch(await w.page.title(), new RegExp(SECRET));
  for (const page of [p.page, w.page]) assert.doesNotMatch(await kept(page), new RegExp(SECRET));
  for (const e of browser.relay.exchanges) {
    assert.doesNotMatch(e.url, new RegExp(SECRET));
    if (!/^\/api\/v1\/compose\/(?:draft|send|prepare|submission)/.test(e.url)) assert.ok(!Buffer.concat(e.request).includes(SECRET), `in the request of ${e.url}`);
  }
  browser.relay.recording = false;
  assert.deepEqual(await axe(w.page), []);
  await w.send();
  await eventually(async () => w.page.isClosed() || (await w.page.locator('#keyring-passphrase').count()) > 0, 'it is signed, or asks for the key');
  if (!w.page.isClosed()) await w.unlock(passphraseOf('alice'));
  await p.page.locator('.toast', { hasText: 'sent' }).first().waitFor();
  await eventually(() => w.page.isClosed(), 'its window is gone with it');
  const got = await eventually(async () => { const all = await mails('bob', 'INBOX', 'Subject', `Subject ${SECRET}`); return all.length ? all : null; }, 'bob has it');
  assert.equal(got.length, 1, 'once');
  assert.match(got[0], /application\/pkcs7-mime/i);
  assert.ok(!got[0].includes(`Text ${SECRET}`), 'encrypted on its way');
  noFaults();
});

test('a window that is blocked, or closed before it has everything: the message stays, with a word about it', async () => {
  await p.newMessage();
  await p.mode('none'); // the one before was encrypted, which is remembered
  await p.composer().locator('.subject-input').fill(`Blocked ${run}`);
  await p.write('Words that stay.');
  const button = p.composer().getByRole('button', { name: 'Open in a window of its own' });
  await p.page.evaluate(() => { window.wxOpen = window.open; window.open = () => null; });
  await button.click();
  await p.composer().getByText('did not open another window').waitFor();
  // Closed at once, before a line of its script has run.
  await p.page.evaluate(() => { window.open = (...a) => { const w = window.wxOpen.apply(window, a); w.close(); return w; }; });
  await button.click();
  await p.composer().getByText('could not take the message over').waitFor();
  await p.page.evaluate(() => { window.open = window.wxOpen; });
  await p.write('More. ');
  assert.match(await p.editor().innerText(), /More\. Words that stay\./);
  assert.equal(await p.composer().locator('.subject-input').inputValue(), `Blocked ${run}`);
  await eventually(async () => (await mails('alice', 'Drafts', 'Subject', `Blocked ${run}`)).some((m) => m.includes('More.')), 'it is saved from here');
  await p.composer().getByRole('button', { name: 'Discard' }).click();
  await p.page.locator('dialog[open]').getByRole('button', { name: 'Discard' }).click();
  await p.composer().waitFor({ state: 'detached' });
  noFaults();
});

test('Close there keeps the draft, is told in the first window, and the subject of open mail is its title', async () => {
  await p.newMessage();
  await p.mode('none');
  await p.composer().locator('.subject-input').fill(`Kept ${run}`);
  await p.write('Begun here,');
  const w = await out();
  await w.page.waitForFunction((s) => document.title.startsWith(s), `Kept ${run}`);
  await w.intoEditor();
  await w.page.keyboard.press('Control+End');
  await w.page.keyboard.type(' and ended there.');
  await w.composer().getByRole('button', { name: 'Close' }).click();
  await eventually(() => w.page.isClosed(), 'the window is gone');
  await p.page.locator('.toast', { hasText: 'Draft' }).first().waitFor();
  const drafts = await mails('alice', 'Drafts', 'Subject', `Kept ${run}`);
  assert.equal(drafts.length, 1, 'one draft');
  assert.match(drafts[0], /Begun here,.{0,40}and ended there\./s);
  noFaults();
});

test('discarded there: the window stays until the server has answered, and a refusal is told in the first window, or stays in sight', async () => {
  for (const [alone, away] of [[false, false], [false, true], [true, true]]) {
    const subject = `Away ${alone} ${away} ${run}`;
    await p.newMessage();
    await p.mode('none');
    await p.composer().locator('.subject-input').fill(subject);
    await p.write('Words to be thrown away.');
    await p.page.keyboard.press('Control+s');
    await p.composer().locator('.composer-saved', { hasText: /saved/i }).waitFor({ timeout: 30_000 });
    const w = await out();
    if (alone) await w.page.evaluate(() => Object.defineProperty(MessageEvent.prototype, 'source', { get: () => null })); // nobody answers there
    let asked, go;
    const begun = new Promise((done) => { asked = done; });
    const gate = new Promise((done) => { go = done; });
    const hold = async (r) => {
      if (r.request().method() !== 'DELETE') { await r.continue(); return; }
      asked();
      await gate;
      await (away ? r.abort() : r.continue());
    };
    await p.context.route('**/api/v1/compose/draft', hold);
    try {
      await w.composer().getByRole('button', { name: 'Discard' }).click();
      await w.page.locator('dialog[open]').getByRole('button', { name: 'Discard' }).click();
      await begun;
      await w.page.locator('.toast', { hasText: 'as soon as the server has answered' }).waitFor();
      assert.equal(w.page.isClosed(), false, 'it waits');
      go();
      if (alone) {
        await w.page.locator('.toast', { hasText: 'cannot be reached' }).waitFor();
        await w.page.locator('.row:not(.is-bone), .grid-empty').first().waitFor();
        await w.page.close();
      } else {
        await p.page.locator('.toast', { hasText: away ? 'cannot be reached' : 'Draft discarded' }).first().waitFor();
        await eventually(() => w.page.isClosed(), 'then its window goes');
      }
      assert.equal((await mails('alice', 'Drafts', 'Subject', subject)).length, away ? 1 : 0, 'as was said');
    } finally {
      go();
      await p.context.unroute('**/api/v1/compose/draft', hold);
    }
  }
  noFaults();
});

test('answers with what they quote, and plain text, go on as they are', async () => {
  for (const subject of ["Minutes of Tuesday's call", 'Visitors, weekly report']) {
    await p.open(subject);
    await p.reply();
    await p.mode('none');
    await p.write('My answer.');
    const words = (await p.editor().innerText()).replace(/\s+/g, ' ').trim();
    const w = await out();
    assert.equal((await w.editor().innerText()).replace(/\s+/g, ' ').trim(), words, subject);
    assert.ok(await w.editor().locator('blockquote').count() > 0, 'a quotation still');
    await w.composer().getByRole('button', { name: 'Discard' }).click();
    await w.page.locator('dialog[open]').getByRole('button', { name: 'Discard' }).click();
    await eventually(() => w.page.isClosed(), 'the window is gone');
  }
  await p.newMessage();
  await p.mode('none');
  await p.composer().getByRole('button', { name: 'Plain text' }).click();
  await p.composer().locator('.plain-input').fill('  Lines\n\nas they\tare.');
  const opened = p.context.waitForEvent('page');
  await p.composer().locator('.composer-out').click();
  const w = at(await opened);
  await w.page.locator('.composer-body:not([inert]) .plain-input').waitFor();
  assert.equal(await w.composer().locator('.plain-input').inputValue(), '  Lines\n\nas they\tare.');
  await w.composer().getByRole('button', { name: 'Discard' }).click();
  await w.page.locator('dialog[open]').getByRole('button', { name: 'Discard' }).click();
  await eventually(() => w.page.isClosed(), 'the window is gone');
  await p.composer().waitFor({ state: 'detached' });
  noFaults();
});

test('/compose/ opened by nobody is the mail; a phone has no such button', async () => {
  const page = await p.context.newPage();
  await page.goto(`${new URL(p.page.url()).origin}/compose/`);
  await page.locator('.row:not(.is-bone), .grid-empty').first().waitFor();
  await page.close();
  await p.newMessage();
  await p.composer().locator('.composer-out').waitFor();
  await p.page.setViewportSize({ width: 390, height: 844 });
  await p.composer().locator('.composer-out').waitFor({ state: 'hidden' });
  await p.page.setViewportSize({ width: 1360, height: 860 });
  await p.composer().getByRole('button', { name: 'Close' }).click();
  await p.composer().waitFor({ state: 'detached' });
  noFaults();
});

test('the caret stands where it stood, and undo leads back past the move', async () => {
  await p.newMessage();
  await p.mode('none');
  await p.write('One two four');
  const steps = (at) => at.editor().evaluate((root) => root.innerText);
  await p.page.keyboard.press('Enter');
  await p.page.keyboard.type('next line');
  await p.page.keyboard.press('Control+b');
  await p.page.keyboard.type(' bold');
  await p.page.keyboard.press('Control+Home');
  for (let i = 0; i < 'One two '.length; i++) await p.page.keyboard.press('ArrowRight');
  const before = await steps(p);
  const w = await out();
  await w.composer().locator('.subject-input').fill(`Steps ${run}`);
  await w.page.keyboard.press('Enter'); // from the subject to the text, as it was left
  await w.textHasFocus();
  await w.page.keyboard.type('three ');
  assert.match(await w.editor().innerText(), /^One two three four\s/);
  const undo = w.composer().getByRole('button', { name: 'Undo', exact: true });
  const seen = new Set();
  for (let i = 0; i < 12 && !(await undo.isDisabled()); i++) {
    const now = await steps(w);
    seen.add(now.trim());
    await undo.click();
    await eventually(async () => (await steps(w)) !== now || (await undo.isDisabled()), 'a step back', 2).catch(() => undefined); // one may only move the caret
  }
  seen.add((await steps(w)).trim());
  assert.ok(seen.has(before.trim()), `as it came: ${JSON.stringify([...seen])}`);
  assert.ok([...seen].some((x) => x && !/bold/.test(x)), `and further, to what was before it: ${JSON.stringify([...seen])}`);
  await w.composer().getByRole('button', { name: 'Discard', exact: true }).click();
  await w.page.locator('dialog[open]').getByRole('button', { name: 'Discard' }).click();
  await eventually(() => w.page.isClosed(), 'the window is gone');
  noFaults();
});

test('two windows at once do not know each other; one that is closed by the browser leaves its draft, and that is told', async () => {
  const windows = [];
  for (const n of ['first', 'second']) {
    await p.newMessage();
    await p.mode('none');
    await p.composer().locator('.subject-input').fill(`The ${n} ${run}`);
    await p.write(`Text of the ${n}. `);
    windows.push(await out());
  }
  for (const [i, w] of windows.entries()) {
    await w.intoEditor();
    await w.page.keyboard.press('Control+End');
    await w.page.keyboard.type(`More ${i + 1}.`);
    await w.page.keyboard.press('Control+s');
    await w.composer().locator('.composer-saved', { hasText: /saved/i }).waitFor();
  }
  await windows[0].page.evaluate(() => { setTimeout(() => window.close()); });
  await p.page.locator('.toast', { hasText: 'Its draft is in Drafts' }).waitFor();
  await eventually(() => windows[0].page.isClosed(), 'the window is gone');
  assert.match(await windows[1].editor().innerText(), /Text of the second\.\s*More 2\./);
  await windows[1].composer().getByRole('button', { name: 'Close' }).click();
  await eventually(() => windows[1].page.isClosed(), 'the window is gone');
  for (const [i, n] of ['first', 'second'].entries()) {
    const drafts = await mails('alice', 'Drafts', 'Subject', `The ${n} ${run}`);
    assert.equal(drafts.length, 1, 'one draft each');
    assert.match(drafts[0], new RegExp(`Text of the ${n}\\.`));
    assert.match(drafts[0], new RegExp(`More ${i + 1}\\.`));
  }
  noFaults();
});

test('a locked key is asked for in the window, and what is signed there is what was written', async () => {
  await p.settings('Security');
  const lock = p.page.locator('wx-keys-panel').getByRole('button', { name: /lock now/i });
  if (await lock.count()) { await lock.click(); await p.page.locator('.keyring-chip').waitFor({ state: 'detached' }); }
  await p.page.locator('.settings-back').click();
  await p.newMessage();
  await p.to(bob);
  await p.mode('sign');
  await p.composer().locator('.subject-input').fill(`Signed there ${run}`);
  await p.write('Signed in a window of its own.');
  const w = await out();
  await w.send();
  await w.page.locator('#keyring-passphrase').waitFor();
  await w.unlock(passphraseOf('alice'));
  await p.page.locator('.toast', { hasText: 'sent' }).first().waitFor();
  await eventually(() => w.page.isClosed(), 'its window is gone with it');
  const got = await eventually(async () => { const all = await mails('bob', 'INBOX', 'Subject', `Signed there ${run}`); return all.length ? all : null; }, 'bob has it');
  assert.match(got[0], /application\/pkcs7-signature/i);
  noFaults();
});

async function undoSeconds(n) {
  const c = await signedIn('alice');
  const r = await c.put('/api/v1/settings', { composing: { undo_seconds: n } });
  assert.equal(r.status, 200, r.text);
  await c.post('/api/v1/signout', {});
  c.close();
}

test('undo send counts down there, and brings the message back there', async () => {
  await undoSeconds(30);
  try {
    await p.page.reload();
    await p.newMessage();
    await p.to(bob);
    await p.mode('none');
    await p.composer().locator('.subject-input').fill(`Taken back ${run}`);
    await p.write('Words that stay.');
    const w = await out();
    await w.send();
    await w.page.locator('.toast .toast-left').waitFor();
    await w.composer().waitFor({ state: 'hidden' });
    await w.page.locator('.toast', { has: w.page.locator('.toast-left') }).locator('.toast-action').click();
    await w.composer().waitFor();
    assert.match(await w.editor().innerText(), /Words that stay\./);
    assert.deepEqual(await mails('bob', 'INBOX', 'Subject', `Taken back ${run}`), []);
    await w.composer().getByRole('button', { name: 'Discard' }).click();
    await w.page.locator('dialog[open]').getByRole('button', { name: 'Discard' }).click();
    await eventually(() => w.page.isClosed(), 'the window is gone');
    noFaults();
  } finally { await undoSeconds(0); }
});

test('signing out in the first window ends it there too: nothing is on the screen until its owner is back', async () => {
  await p.page.reload();
  await p.newMessage();
  await p.mode('none');
  await p.composer().locator('.subject-input').fill(`Left open ${run}`);
  await p.write('Words on the screen.');
  const w = await out();
  const ended = p.page.waitForURL(/\/signin/);
  await p.page.locator('.account-button').first().click();
  await p.page.getByRole('menuitem', { name: 'Sign out' }).click();
  await ended;
  await w.page.locator('html.is-away').waitFor();
  await w.composer().waitFor({ state: 'hidden' });
  noFaults();
});
