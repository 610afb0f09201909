// What counts as read; drafts that are encrypted; and where the focus is while reading.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, forget, passphraseOf } from '../lib/browser.mjs';
import { account, eventually, imapOf, instance } from '../lib/instance.mjs';
import { message, text } from '../lib/mime.mjs';
import { Smime, p7m } from '../lib/smime.mjs';

const FOLDER = 'Scratch unread';
const RUN = Date.now().toString(36);
const smime = new Smime(instance.keys);
let browser, alice, imap;

const mail = (subject, body, from = account('bob').address) => message({ from, to: from === account('bob').address ? account('alice').address : undefined, subject, date: new Date(), id: `<${subject.replace(/\W/g, '')}.${RUN}@unread.test>` }, body);
async function drop() {
  await imap.select('INBOX');
  await imap.command(`DELETE "${FOLDER}"`).catch(() => undefined);
  await imap.command(`UNSUBSCRIBE "${FOLDER}"`).catch(() => undefined);
  await imap.select('Drafts');
  for (const uid of await imap.search('HEADER Message-ID "@unread.test"')) await imap.command(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
  await imap.command('EXPUNGE');
}
async function unread() {
  await imap.select(FOLDER);
  return (await imap.search('UNSEEN')).length;
}

before(async () => {
  await forget('alice');
  imap = await imapOf('alice');
  await drop();
  await imap.create(FOLDER);
  const sealed = smime.envelopedDer(text('The secret is a grebe.'), ['alice']);
  await imap.append(FOLDER, mail('Closed for now', smime.encrypted(text('The secret is a grebe.'), ['alice'])));
  await imap.append(FOLDER, mail('Closed for ever', smime.encrypted(text('For another.'), ['bob'])));
  await imap.append(FOLDER, mail('Broken on the way', p7m('authEnveloped-data', sealed.subarray(0, sealed.length >> 1))));
  await imap.append(FOLDER, mail('Plain and open', text('Anybody can read this.')));
  await imap.append('Drafts', mail('Encrypted draft', smime.encrypted(text('Half a sentence about a wigeon.'), ['alice']), account('alice').address), ['\\Draft', '\\Seen']);
  browser = await Browser.launch();
  alice = await (await browser.person('alice')).signIn();
  await alice.importKey();
  await alice.page.goto(`${instance.origin}/`); // a new page has no open key
  await alice.page.locator('.row:not(.is-bone)').first().waitFor();
});
after(async () => {
  await browser?.close();
  await drop();
  imap.close();
  await forget('alice');
});

test('a message counts as read only when its text was shown', async () => {
  await alice.folder(FOLDER);
  assert.equal(await unread(), 4);
  for (const [subject, word] of [['Closed for now', 'encrypted-no-key'], ['Closed for ever', 'encrypted-no-key'], ['Broken on the way', 'damaged']]) {
    await alice.open(subject);
    await alice.message().locator(`.security[data-verdict*="${word}"]`).waitFor();
  }
  await alice.open('Plain and open');
  await alice.message().getByText('Anybody can read this.').waitFor();
  // What was opened before it would have been marked before it.
  await eventually(async () => (await unread()) < 4, 'the one that was read is marked');
  await imap.select(FOLDER);
  assert.equal((await imap.search('SEEN')).length, 1);
  assert.equal((await imap.search('SEEN SUBJECT "Plain and open"')).length, 1);
  assert.equal(await alice.page.locator('.row.is-unread').count(), 3);
  await alice.open('Closed for now');
  await alice.unlocked(passphraseOf('alice'), 'encrypted');
  await alice.message().getByText('The secret is a grebe.').waitFor();
  await eventually(async () => (await unread()) === 2, 'once it is open it is read');
});

test('the line of the focus lies along the top of what is read, in forced colours too, and frames nothing', async () => {
  const { page } = alice;
  await alice.folder(FOLDER);
  await alice.open('Plain and open');
  await alice.message().getByText('Anybody can read this.').waitFor();
  const pane = page.locator('.reader-scroll');
  for (const forced of ['none', 'active']) {
    await page.emulateMedia({ forcedColors: forced });
    try {
      await page.locator('.header-settings').focus();
      const without = await pane.screenshot();
      await page.keyboard.press('Tab');
      await pane.evaluate((e) => { e.focus({ focusVisible: true }); return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))); });
      const line = await pane.evaluate((e) => { const s = getComputedStyle(e, '::before'); const b = getComputedStyle(e); return { width: s.borderTopWidth, style: s.borderTopStyle, outline: b.outlineColor }; });
      assert.deepEqual([line.width, line.style], ['3px', 'solid']);
      if (forced === 'none') assert.equal(line.outline, 'rgba(0, 0, 0, 0)', 'no frame');
      assert.ok(!without.equals(await pane.screenshot()), 'it can be seen');
      if (process.env.WX_LOOK) await page.screenshot({ path: `${process.env.WX_LOOK}/focus-${forced}.png` });
    } finally { await page.emulateMedia({ forcedColors: null }); }
  }
});

test('an encrypted draft says what it is: in the list, and when it is opened what is needed', async () => {
  const { page } = alice;
  await page.goto(`${instance.origin}/`);
  await page.locator('.row:not(.is-bone)').first().waitFor();
  await alice.folder('Drafts');
  const row = alice.row('Encrypted draft');
  await row.locator('.icon.mark').first().waitFor();
  assert.match(await row.innerText(), /Recipients encrypted/);
  assert.equal(await row.getByRole('img', { name: 'Encrypted' }).count(), 1);
  await alice.open('Encrypted draft');
  const card = alice.message().locator('[data-notice=draft-sealed]');
  await card.waitFor();
  assert.match(await card.innerText(), /Encrypted draft, not sent\.[^]*Unlock your key/);
  assert.equal(await alice.message().getByRole('button', { name: 'Continue writing' }).count(), 0);
  if (process.env.WX_LOOK) await page.screenshot({ path: `${process.env.WX_LOOK}/draft.png` });
  await alice.unlock(passphraseOf('alice'));
  await alice.editor().getByText('wigeon').waitFor();
  await alice.composer().getByRole('button', { name: 'Discard' }).click();
  const sure = page.locator('.dialog .button-danger'); // asked where the editor has made something of its own of it
  await sure.or(page.locator('body:not(:has(wx-composer .composer))')).first().waitFor();
  if (await sure.count()) await sure.click();
  await alice.composer().waitFor({ state: 'detached' });
  await imap.select('Drafts');
  await eventually(async () => (await imap.search('SUBJECT "Encrypted draft"')).length === (await imap.search('HEADER Message-ID "@unread.test"')).length, 'nothing is left of the editor');
});
