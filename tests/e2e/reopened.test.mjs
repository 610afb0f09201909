// A message that is taken up again, or taken over from another, is whole: its pictures and files are there before it is
// kept or sent, and where they cannot be fetched nothing is kept or sent without a word.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, forget } from '../lib/browser.mjs';
import { account, eventually, instance } from '../lib/instance.mjs';
import { clearDrafts, texts } from '../lib/mailbox.mjs';

const run = crypto.randomUUID().slice(0, 8);
const bob = account('bob').address;
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const PICTURE = PNG.slice(0, 40);
const FILE = Buffer.from('cormorant file').toString('base64').slice(0, 16);
let browser, p;

const drafts = () => texts('dave', 'Drafts', 'ALL');
const withText = async (text) => (await drafts()).filter((d) => d.includes(text));
const arrived = (subject) => texts('bob', 'INBOX', `HEADER Subject "${subject}"`);
const written = (subject, text) => p.begin(subject, text, bob);
const closed = async (q = p) => {
  await q.composer().getByRole('button', { name: 'Close' }).click();
  await q.composer().waitFor({ state: 'detached' });
};
const keep = async (q = p) => {
  await q.composer().locator('.subject-input').press('Control+s');
  await q.composer().locator('.composer-saved', { hasText: 'Saved' }).waitFor();
};
/** A draft with a picture in its text and a file, written, closed, and the page loaded anew. */
async function draft(subject, text, { picture = false, file = false }) {
  await written(subject, text);
  if (picture) {
    await p.editor().evaluate((root, b64) => {
      const d = new DataTransfer();
      d.items.add(new File([Uint8Array.from(atob(b64), (x) => x.charCodeAt(0))], 'pic.png', { type: 'image/png' }));
      root.dispatchEvent(new ClipboardEvent('paste', { clipboardData: d, bubbles: true, cancelable: true }));
    }, PNG);
    await p.editor().locator('img').waitFor();
  }
  if (file) {
    await p.composer().locator('.file-input').setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('cormorant file') });
    await p.composer().locator('.file-chip').waitFor();
  }
  await keep();
  await closed();
  await p.page.goto(`${instance.origin}/mail/`);
  await p.folder('Drafts');
}
async function reopen(subject, text, q = p) {
  await q.row(subject).locator('.row-subject').click();
  await q.editor().getByText(text).waitFor();
}
/** Parts of messages wait until they are let go. */
async function held() {
  let go;
  const gate = new Promise((r) => { go = r; });
  await p.page.route(/\/parts?\//, async (r) => { await gate; await r.continue().catch(() => undefined); });
  return go;
}

before(async () => {
  await forget('dave');
  await clearDrafts('dave');
  browser = await Browser.launch();
  p = await (await browser.person('dave')).signIn();
});
after(async () => {
  await browser?.close();
  await clearDrafts('dave');
  await forget('dave');
});

test('a draft that is opened again shows its pictures, is not saved for that, and keeps them when it is', async () => {
  const subject = `Picture ${run}`;
  await draft(subject, 'Look at this: ', { picture: true, file: true });
  const before = await withText(PICTURE);
  assert.equal(before.length, 1);
  await reopen(subject, 'Look at this');
  await p.editor().locator('img[src^="data:image/png"]').waitFor();
  await p.composer().locator('.file-chip', { hasText: 'a.txt' }).waitFor();
  assert.equal(await p.composer().locator('.file-chip').count(), 1, 'the picture is in the text only');
  assert.equal(await p.composer().locator('.composer-saved').innerText(), '', 'what comes is no change');
  assert.deepEqual(await withText(PICTURE), before, 'the same draft as before');
  await p.write('More words. ');
  await keep();
  const now = await drafts();
  assert.equal(now.length, 1);
  assert.ok(now[0].includes('More words') && now[0].includes(PICTURE) && now[0].includes(FILE), 'all of it');
  // Back to the beginning and forth again.
  await p.intoEditor();
  for (let i = 0; i < 4; i++) await p.page.keyboard.press('Control+z');
  await p.editor().getByText('More words').waitFor({ state: 'detached' });
  await p.editor().locator('img[src^="data:image/png"]').waitFor();
  assert.match(await p.editor().innerText(), /Look at this/, 'undo leads back to what was opened');
  await p.composer().locator('.subject-input').fill(`${subject} later`);
  await keep();
  assert.equal((await withText(PICTURE)).length, 1, 'also after an undo');
  await closed();
  assert.deepEqual(p.faults, []);
  await clearDrafts('dave');
});

test('what is typed, closed or sent before the files are here waits for them', async () => {
  const subject = `Early ${run}`;
  await draft(subject, 'See the paper. ', { picture: true, file: true });
  const go = await held();
  try {
    await reopen(subject, 'See the paper');
    await p.composer().locator('[data-notice=loading]').waitFor();
    await p.write('Typed early. ');
    // Asked to be saved: nothing may leave before all is here.
    let saves = 0;
    const count = (r) => { if (r.url().endsWith('/compose/draft') || r.url().endsWith('/compose/prepare')) saves++; };
    p.page.on('request', count);
    await p.page.keyboard.press('Control+s');
    await p.page.keyboard.press('Control+Enter');
    assert.ok(await p.composer().locator('.send-button').isDisabled());
    await p.composer().getByRole('button', { name: 'Close' }).click();
    assert.equal(saves, 0);
    p.page.off('request', count);
    go();
    await p.composer().waitFor({ state: 'detached' });
  } finally { go(); await p.page.unroute(/\/parts?\//); }
  const now = await drafts();
  assert.equal(now.length, 1);
  assert.ok(now[0].includes('Typed early') && now[0].includes(PICTURE) && now[0].includes(FILE), 'all of it');
  await p.page.goto(`${instance.origin}/mail/`);
  await p.folder('Drafts');
  await reopen(subject, 'Typed early');
  await p.send();
  await p.sent();
  await eventually(async () => (await arrived(subject)).length === 1, 'it arrived');
  const [mail] = await arrived(subject);
  assert.ok(mail.includes(FILE) && mail.includes(PICTURE), 'with its file and its picture');
  assert.deepEqual(p.faults, []);
  await clearDrafts('dave');
});

test('files that cannot be fetched: said, nothing kept or sent, tried again, or given up for a draft of its own', async () => {
  const subject = `Failing ${run}`;
  await draft(subject, 'The old words. ', { picture: true, file: true });
  const old = await drafts();
  await p.page.route(/\/parts?\//, (r) => r.fulfill({ status: 502, contentType: 'application/json', body: '{"code":"imap_unavailable","message":"x"}' }));
  try {
    await reopen(subject, 'The old words');
    const note = p.composer().locator('[data-notice=not-loaded]');
    await note.waitFor();
    await p.write('New words. ');
    await p.composer().locator('.subject-input').press('Control+s');
    await p.composer().locator('.composer-saved', { hasText: /not saved/i }).waitFor();
    assert.ok(await p.composer().locator('.send-button').isDisabled());
    assert.deepEqual(await drafts(), old, 'the draft is as it was');
    await note.getByRole('button', { name: 'Go on without them' }).click();
    await note.waitFor({ state: 'detached' });
    await keep();
    const now = await drafts();
    assert.equal(now.length, 2);
    assert.ok(now.includes(old[0]), 'the old one with its file stays as it is');
    assert.ok(now.some((d) => d.includes('New words') && !d.includes(FILE)));
    await closed();
  } finally { await p.page.unroute(/\/parts?\//); }
  // And the other way on: again.
  await clearDrafts('dave');
  await draft(`${subject} again`, 'The old words. ', { file: true });
  await p.page.route(/\/parts?\//, (r) => r.abort());
  try {
    await reopen(`${subject} again`, 'The old words');
    await p.composer().locator('[data-notice=not-loaded]').waitFor();
  } finally { await p.page.unroute(/\/parts?\//); }
  await p.composer().locator('[data-notice=not-loaded]').getByRole('button', { name: 'Try again' }).click();
  await p.composer().locator('.file-chip', { hasText: 'a.txt' }).waitFor();
  await closed();
  assert.deepEqual(p.faults, []);
  await clearDrafts('dave');
});

test('a draft that a second window has open never takes the place of what the first one keeps', async () => {
  const subject = `Opened twice ${run}`;
  await written(subject, 'Common words. ');
  await keep();
  const q = await (await browser.person('dave')).signIn();
  await q.folder('Drafts');
  await reopen(subject, 'Common words', q);
  await p.write('First window. ');
  await keep();
  await closed();
  await q.write('Second window. ');
  await q.composer().locator('.subject-input').press('Control+s');
  await q.page.locator('.toast', { hasText: 'another window' }).waitFor();
  await eventually(async () => (await withText('Second window')).length === 1, 'the second one kept its own');
  assert.equal((await withText('First window')).length, 1, 'and the first one its own');
  await q.close();
  await clearDrafts('dave');
});

test('a window that is behind neither sends nor discards what another one wrote', async () => {
  const subject = `Behind ${run}`;
  await written(subject, 'Common words. ');
  await keep();
  const q = await (await browser.person('dave')).signIn();
  await q.folder('Drafts');
  await reopen(subject, 'Common words', q);
  await q.write('Newer words. ');
  await keep(q);
  await closed(q);
  await p.send();
  await p.page.locator('.toast', { hasText: 'not sent' }).waitFor();
  assert.match(await p.editor().innerText(), /Common words/, 'what it has is still there');
  await eventually(async () => (await drafts()).length === 2, 'kept as a draft of its own');
  assert.equal((await withText('Newer words')).length, 1);
  assert.equal((await arrived(subject)).length, 0, 'nothing left');
  await closed();
  // Discard: what another window wrote since stays.
  await clearDrafts('dave');
  await p.page.goto(`${instance.origin}/mail/`);
  await p.page.locator('.row:not(.is-bone)').first().waitFor();
  await written(`${subject} again`, 'Common words. ');
  await keep();
  await q.folder('Drafts');
  await reopen(`${subject} again`, 'Common words', q);
  await q.write('Newer words. ');
  await keep(q);
  await closed(q);
  await p.composer().getByRole('button', { name: 'Discard' }).click();
  await p.page.locator('dialog, .dialog').getByRole('button', { name: 'Discard' }).click();
  await p.page.locator('.toast', { hasText: 'another window' }).waitFor();
  assert.equal((await withText('Newer words')).length, 1);
  assert.deepEqual([...p.faults, ...q.faults], []);
  await q.close();
  await clearDrafts('dave');
});
