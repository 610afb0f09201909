// The reader on the whole stack: conversations with their answers in Sent, one unlock for all that wait, pictures by the
// relay only, previews, cards, headers, print, leaving a list, a mailbox of somebody else.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, forget, passphraseOf } from '../lib/browser.mjs';
import { account, eventually, folderId, imapOf, instance, signedIn } from '../lib/instance.mjs';
import { attachment, entity, html, message, multipart, text } from '../lib/mime.mjs';
import { Smime } from '../lib/smime.mjs';

const FOLDER = 'Scratch reader';
const RUN = Date.now().toString(36);
const SHARED = 'Projects/Aurora';
const id = (name) => `<${name}.${RUN}@reader.test>`;
const at = (minutes) => new Date(Date.now() - minutes * 60_000);
const smime = new Smime(instance.keys);
const uids = {};
let browser, alice;

/** kept: of a thread, name of the message before it. */
function mail(name, subject, body, { from = account('bob').address, to = account('alice').address, date = at(60), after: before_ = [], more } = {}) {
  return message({ from, to, subject, date, id: id(name), inReplyTo: before_.length ? id(before_.at(-1)) : undefined, references: before_.map(id), more }, body);
}
async function drop() {
  const imap = await imapOf('alice');
  await imap.command(`DELETE "${FOLDER}"`).catch(() => undefined);
  await imap.command(`UNSUBSCRIBE "${FOLDER}"`).catch(() => undefined);
  for (const folder of ['Sent']) {
    await imap.select(folder);
    for (const uid of await imap.search(`HEADER Message-ID "${RUN}@reader.test"`)) await imap.command(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
    await imap.command('EXPUNGE');
  }
  imap.close();
  const bob = await imapOf('bob');
  await bob.select(SHARED);
  for (const uid of await bob.search(`HEADER Message-ID "${RUN}@reader.test"`)) await bob.command(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
  await bob.command('EXPUNGE');
  bob.close();
}

const OUTLOOK = `<html><head><style>p.MsoNormal{margin:0;font-size:11.0pt;color:black}</style></head><body lang=EN-GB style='background:white'><div class=WordSection1><p class=MsoNormal style='color:windowtext'>The answer of today.</p>
<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b>From:</b> Alice<br><b>Sent:</b> Monday<br><b>To:</b> Bob<br><b>Subject:</b> Plans</p></div><p class=MsoNormal>The question of yesterday.</p></div></body></html>`;
const NEWSLETTER = '<body style="background:#f4efe9"><p style="color:#803040">News of the harbour.</p><img src="https://pictures.canary.example/a.png?x=1&amp;y=2" width="100" height="50" alt="Harbour"><div style="background:url(\'https://pictures.canary.example/b.png\')">Ground</div></body>';
/** One of three comes; a fourth only counts readers. */
const QUAY = '<p>Pictures of the quay.</p><img src="https://quay.canary.example/a.png" alt="Quay"><img src="https://quay.canary.example/b.png" alt="Pier" width="80" height="40"><img src="https://quay.canary.example/c.png"><img src="https://quay.canary.example/t.gif" width="1" height="1">';
const GOOD = Buffer.from('https://quay.canary.example/a.png').toString('base64url');
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC', 'base64');
const PDF = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n');
const ICS = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'METHOD:REQUEST', 'PRODID:-//test//EN', 'BEGIN:VEVENT', 'UID:reader@reader.test', 'DTSTAMP:20260101T000000Z', 'DTSTART:20261126T090000Z', 'DTEND:20261126T103000Z', 'SUMMARY:Second <b>reading</b>', 'LOCATION:Room 4', 'ORGANIZER;CN=Bob:mailto:bob@demo.test', 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n');

before(async () => {
  await forget('alice');
  await drop();
  const me = await signedIn('alice');
  await me.put('/api/v1/settings', { list: { threads: true }, reading: { mark_read: true, images: 'ask' }, remote_images: [] });
  me.close();
  const imap = await imapOf('alice');
  await imap.create(FOLDER);
  const put = async (name, m, flags = [], folder = FOLDER, arrived = at(60)) => { uids[name] = await imap.append(folder, m, flags, arrived); };
  const chain = ['t1', 't2', 't3', 't4', 't5', 't6', 't7'];
  for (const [i, name] of chain.entries()) {
    const own = name === 't4';
    await put(name, mail(name, `${i ? 'Re: ' : ''}Plans for the boathouse`, i % 2 ? text(`Plain words number ${i + 1}.`) : html(`<p>Rich words number ${i + 1}.</p>`), { date: at(100 - i), after: chain.slice(0, i), ...(own ? { from: account('alice').address, to: account('bob').address } : {}) }), i < 5 ? ['\\Seen'] : [], own ? 'Sent' : FOLDER, at(100 - i));
  }
  await put('e1', mail('e1', 'Keys of the shed', smime.encrypted(text('The first secret is cormorant.'), ['alice']), { date: at(50) }), ['\\Seen'], FOLDER, at(50));
  await put('e2', mail('e2', 'Re: Keys of the shed', text('A plain word between.'), { date: at(49), after: ['e1'] }), ['\\Seen'], FOLDER, at(49));
  await put('e3', mail('e3', 'Re: Keys of the shed', smime.encrypted(html('<p>The last secret is heron.</p>'), ['alice']), { date: at(48), after: ['e1', 'e2'] }), ['\\Seen'], FOLDER, at(48));
  await put('outlook', mail('outlook', 'Plans by Outlook', html(OUTLOOK)), ['\\Seen']);
  await put('news', mail('news', 'News with pictures', html(NEWSLETTER), { from: 'news@harbour.test', more: [['List-Unsubscribe', '<mailto:leave@harbour.test?subject=leave>']] }), ['\\Seen']);
  await put('quay', mail('quay', 'Three pictures and a counter', html(QUAY)), ['\\Seen']);
  await put('files', mail('files', 'Files of all kinds', multipart('mixed', [text('See the files.'), attachment('notes.txt', 'text/plain', Buffer.from('First line of the notes.\nSecond line.')), attachment('setup.pdf.exe', 'application/pdf', Buffer.from('MZ')),
    attachment('pixel.png', 'image/png', Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC', 'base64')), attachment('plan.pdf', 'application/pdf', PDF), attachment('fake.png', 'image/png', Buffer.from('<svg onload="alert(1)"/>'))])), ['\\Seen']);
  await put('invitation', mail('invitation', 'An invitation', multipart('alternative', [text('Please come.'), entity([['Content-Type', 'text/calendar; charset=utf-8; method=REQUEST'], ['Content-Transfer-Encoding', '8bit']], ICS)])), ['\\Seen']);
  imap.close();
  const bob = await imapOf('bob');
  await bob.append(SHARED, mail('shared', 'Sealed for Bob', smime.encrypted(text('Only for Bob.'), ['bob'])), []);
  bob.close();
  browser = await Browser.launch();
  alice = await (await browser.person('alice')).signIn();
});
after(async () => {
  await browser?.close();
  await drop();
  await forget('alice');
});
const open = async (name, folder = FOLDER) => {
  await alice.page.goto(`${instance.origin}/mail/${folderId(folder)}/${uids[name]}`);
  await alice.page.locator(`wx-reader .reader-scroll[data-shown="${folderId(folder)}/${uids[name]}"]`).waitFor();
};
const quiet = () => { assert.deepEqual(alice.faults, []); assert.deepEqual(browser.strangers, []); };

test('a conversation: oldest first, read ones folded, unread ones and the newest open, with the answer in Sent', async () => {
  await open('t7');
  const { page } = alice;
  await page.locator('.conversation.is-many').waitFor();
  assert.equal(await page.locator('.conversation-acts').innerText().then((t) => /7\P{L}+messages/u.test(t)), true);
  assert.equal(await page.locator('wx-message').count(), 2, 'the sixth, unread, and the newest');
  await page.locator('.stack').click();
  assert.equal(await page.locator('.folded').count(), 5);
  const keys = await page.locator('.conversation-item').evaluateAll((l) => l.map((e) => e.dataset.key));
  assert.deepEqual(keys.map((k) => k.split('/').at(-1)), ['t1', 't2', 't3', 't4', 't5', 't6', 't7'].map((n) => String(uids[n])));
  assert.equal(keys[3].split('/')[0], folderId('Sent'), 'one of them lies in Sent');
  await page.locator('.folded', { hasText: 'Plain words number 2' }).waitFor();
  // What was shown is read, on the server too; what was folded was not touched.
  const imap = await imapOf('alice');
  await eventually(async () => { await imap.select(FOLDER); const seen = await imap.search('SEEN'); return [uids.t6, uids.t7].every((u) => seen.includes(u)); }, 'both are read');
  imap.close();
  quiet();
});

test('an answer that arrives is put beside the others, folded and unread; nothing else moves', async () => {
  const { page } = alice;
  const imap = await imapOf('alice');
  uids.t8 = await imap.append(FOLDER, mail('t8', 'Re: Plans for the boathouse', text('Plain words number 8.'), { date: at(1), after: ['t1', 't2', 't3', 't4', 't5', 't6', 't7'] }), [], at(1));
  await page.keyboard.press('Shift+R'); // what the push would do by itself
  const eighth = page.locator(`[data-key$="/${uids.t8}"] .folded.is-unread`);
  await eighth.waitFor();
  assert.equal(await page.locator('wx-message').count(), 2);
  assert.match(page.url(), new RegExp(`/${uids.t7}$`));
  await imap.select(FOLDER);
  assert.ok(!(await imap.search('SEEN')).includes(uids.t8), 'not read yet');
  await imap.command(`UID STORE ${uids.t8} +FLAGS.SILENT (\\Deleted)`);
  await imap.command('EXPUNGE');
  imap.close();
  await page.keyboard.press('Shift+R');
  await eighth.waitFor({ state: 'detached' });
  quiet();
});

test('n and p walk, Enter opens, each message has a frame of its own and an answer of its own', async () => {
  const { page } = alice;
  await page.locator('[data-asked] .message').focus();
  for (const key of ['p', 'p']) await page.keyboard.press(key);
  const focused = () => page.evaluate(() => document.activeElement.closest('[data-key]')?.dataset.key.split('/').at(-1));
  assert.equal(await focused(), String(uids.t5));
  await page.keyboard.press('Enter');
  const fifth = page.locator(`[data-key$="/${uids.t5}"]`);
  await fifth.frameLocator('iframe.mail-frame').getByText('Rich words number 5.').waitFor();
  await page.keyboard.press('n');
  assert.equal(await focused(), String(uids.t6));
  assert.equal(await page.locator('iframe.mail-frame').count(), 2, 'two of the open ones are HTML, each in its frame');
  await fifth.locator('.answer-row button').first().click();
  await alice.editor().getByText('Rich words number 5.').waitFor();
  assert.doesNotMatch(await alice.editor().innerText(), /number [67]/, 'the answer quotes this message only');
  await alice.composer().getByRole('button', { name: 'Discard' }).click();
  await alice.composer().waitFor({ state: 'detached' }); // nothing was written, so nothing is asked
  await page.locator('.conversation-acts .link').click();
  assert.equal(await page.locator('wx-message').count(), 7);
  await page.locator('.conversation-acts .link').click();
  assert.equal(await page.locator('.folded').count(), 6, 'all but the one in hand');
});

test('an address names one message of a conversation: it is open; without threads it stands alone', async () => {
  await open('t2');
  await alice.page.locator('.conversation.is-many').waitFor();
  await alice.message().locator('.parts', { hasText: 'Plain words number 2' }).waitFor();
  const me = await signedIn('alice');
  await me.put('/api/v1/settings', { list: { threads: false } });
  await open('t2');
  assert.equal(await alice.page.locator('.conversation-item').count(), 1);
  await me.put('/api/v1/settings', { list: { threads: true } });
  me.close();
});

test('one unlock opens all that wait in the view, one prompt asks for it, one lock closes them again', async () => {
  await alice.importKey();
  await alice.page.reload(); // locks
  await open('e3');
  const { page } = alice;
  await page.locator('form.unlock').waitFor();
  await page.locator('.conversation-acts .link').click();
  await page.locator('.unlock-waits', { hasText: 'together' }).waitFor();
  assert.equal(await page.locator('form.unlock').count(), 1);
  await alice.unlock(passphraseOf('alice'));
  await page.locator('[data-asked] iframe.mail-frame[src="/mailframe/sealed"]').waitFor();
  await page.locator(`[data-key$="/${uids.e1}"]`).getByText('cormorant').waitFor();
  assert.match(await page.locator(`[data-key$="/${uids.e2}"] .parts`).innerText(), /plain word/);
  assert.equal(await page.locator('wx-security-bar .security').count(), 2, 'the plain one between has no verdict of theirs');
  await page.locator(`[data-key$="/${uids.e1}"] .message-fold`).click();
  assert.doesNotMatch(await page.locator(`[data-key$="/${uids.e1}"]`).innerText(), /cormorant/, 'a folded one shows nothing of its text');
  await page.locator('.keyring-chip button, button.keyring-chip').first().click();
  await page.getByRole('button', { name: /lock now/i }).click();
  await page.locator('form.unlock').waitFor();
  assert.doesNotMatch(await page.locator('wx-reader').innerText(), /heron|cormorant/);
  quiet();
});

test('a mail without colours of its own follows the theme, and what Outlook quotes is folded', async () => {
  await alice.page.emulateMedia({ colorScheme: 'dark' });
  await open('outlook');
  const frame = alice.message().locator('iframe.mail-frame');
  await alice.frameText().getByText('The answer of today.').waitFor();
  const seen = await frame.evaluate((f) => { const w = f.contentWindow; const p = f.contentDocument.querySelector('p'); return { paper: f.classList.contains('is-paper'), ink: w.getComputedStyle(p).color, quote: f.contentDocument.querySelector('details.wx-quote')?.textContent ?? '', open: f.contentDocument.querySelector('details.wx-quote')?.open }; });
  assert.equal(seen.paper, false);
  assert.ok(Number(/\d+/.exec(seen.ink)[0]) > 200, `light ink on dark: ${seen.ink}`);
  assert.match(seen.quote, /From:[^]*question of yesterday/);
  assert.equal(seen.open, false);
  assert.doesNotMatch(seen.quote, /answer of today/);
});

test('a designed mail stays on paper until it is asked to follow; pictures come only when asked, and only from us', async () => {
  await open('news');
  const { page } = alice;
  const frame = alice.message().locator('iframe.mail-frame');
  await alice.frameText().getByText('News of the harbour.').waitFor();
  assert.ok(await frame.evaluate((f) => f.classList.contains('is-paper')));
  await page.locator('.frame-tools button').click();
  assert.ok(!(await frame.evaluate((f) => f.classList.contains('is-paper'))));
  await page.emulateMedia({ colorScheme: 'light' });
  const asked = [];
  page.on('request', (r) => asked.push(r.url()));
  assert.equal(await frame.evaluate((f) => f.contentDocument.querySelectorAll('img[src]').length), 0);
  await page.locator('.frame-notice').getByRole('button', { name: 'Show pictures' }).click();
  await page.waitForFunction(() => document.querySelector('[data-asked] iframe.mail-frame').contentDocument.querySelector('img[src]'));
  const shown = await frame.evaluate((f) => [...f.contentDocument.querySelectorAll('img')].map((i) => i.getAttribute('src')));
  assert.ok(shown.every((s) => /^\/api\/v1\/image\?/.test(s)), shown.join());
  assert.ok(asked.every((u) => new URL(u).origin === instance.origin), asked.join());
  assert.deepEqual(browser.strangers, []);
  alice.faults.length = 0; // the picture is nowhere: the browser says so
});

test('pictures that do not come are said, and where they should be; asked again they come', async () => {
  const { page } = alice;
  let broken = true;
  await page.route('**/api/v1/image?**', (r) => (broken && !r.request().url().includes(GOOD) ? r.fulfill({ status: 502, contentType: 'application/json', body: '{}' }) : r.fulfill({ contentType: 'image/png', body: PIXEL })));
  try {
    await open('quay');
    await alice.frameText().getByText('Pictures of the quay.').waitFor();
    await page.locator('.frame-notice').getByRole('button', { name: 'Show pictures' }).click();
    const lost = page.locator('.frame-notice[role=status]');
    await lost.getByText(/2\W+of\W+3\W+pictures could not be loaded/).waitFor();
    const marked = () => alice.message().locator('iframe.mail-frame').evaluate((f) => [...f.contentDocument.querySelectorAll('img[data-failed]')].map((i) => i.alt));
    assert.deepEqual(await marked(), ['Pier', 'Picture not available']);
    if (process.env.WX_LOOK) await page.screenshot({ path: `${process.env.WX_LOOK}/pictures.png` });
    broken = false;
    await lost.getByRole('button', { name: 'Try again' }).click();
    await lost.waitFor({ state: 'detached' });
    assert.deepEqual(await marked(), []);
  } finally { await page.unroute('**/api/v1/image?**'); }
  assert.deepEqual(browser.strangers, []);
  alice.faults.length = 0;
});

test('a dialog that a menu opened gives the focus back to the button of the menu', async () => {
  await open('news');
  const { page } = alice;
  await alice.frameText().getByText('News of the harbour.').waitFor();
  const trigger = alice.message().locator('.message-answer wx-menu [data-trigger]');
  for (const item of ['Show all headers', 'Unsubscribe', /source/i]) {
    await trigger.focus();
    await page.keyboard.press('Enter');
    await alice.message().locator('.message-answer [role=menuitem]', { hasText: item }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.locator('dialog[open]');
    await dialog.waitFor();
    await page.waitForFunction(() => document.querySelector('dialog[open]').contains(document.activeElement));
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement?.matches('.message-answer wx-menu [data-trigger]')).catch(async () => assert.fail(`${item}: ${await page.evaluate(() => document.activeElement.outerHTML.slice(0, 200))}`));
  }
});

test('leaving a list is asked first; a letter is prepared, not sent', async () => {
  await open('news');
  await alice.message().locator('.unsubscribe').click();
  const dialog = alice.page.locator('.dialog', { hasText: 'leave@harbour.test' });
  await dialog.waitFor();
  await dialog.getByRole('button', { name: 'Write it' }).click();
  await alice.composer().waitFor();
  assert.match(await alice.composer().innerText(), /leave@harbour\.test/);
  await alice.composer().getByRole('button', { name: 'Discard' }).click();
  await alice.composer().waitFor({ state: 'detached' }); // nothing was written, so nothing is asked
});

test('the name opens a card; the address always stands beside it', async () => {
  await open('t7');
  const { page } = alice;
  assert.match(await alice.message().locator('.message-from').innerText(), /bob@demo\.test/);
  await alice.message().locator('.message-name').click();
  await page.locator('.sender-card:popover-open').waitFor();
  assert.match(await page.locator('.sender-card').innerText(), /bob@demo\.test/);
  await page.keyboard.press('Escape');
  await page.locator('.sender-card:popover-open').waitFor({ state: 'detached' });
  await alice.message().locator('.message-name').waitFor(); // and the message is still there
});

test('files: text and pictures are shown, a picture that is none is not, programs ask first, all come as one', async () => {
  await open('files');
  const { page } = alice;
  const files = alice.message().locator('.attachments');
  await files.locator('button.attachment', { hasText: 'notes.txt' }).click();
  await page.locator('.preview-text', { hasText: 'First line of the notes.' }).waitFor();
  await page.keyboard.press('ArrowRight');
  await page.locator('.preview-none').waitFor();
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => document.querySelector('.preview-image')?.naturalWidth === 10);
  await page.keyboard.press('ArrowRight');
  await page.locator('.preview-none', { hasText: 'tab of their own' }).waitFor();
  await page.keyboard.press('ArrowRight');
  await page.locator('.preview-none', { hasNotText: 'tab of their own' }).waitFor();
  assert.equal(await page.locator('.preview-image').count(), 0, 'an SVG that calls itself PNG');
  await page.keyboard.press('Escape');
  await page.locator('wx-preview').waitFor({ state: 'detached' });
  assert.match(await page.evaluate(() => document.activeElement.textContent), /notes\.txt/, 'the focus is back');
  await files.locator('.attachment', { hasText: 'setup.pdf.exe' }).click();
  const pdf = files.locator('a.attachment', { hasText: 'plan.pdf' });
  assert.deepEqual(await pdf.evaluate((a) => [a.target, a.rel]), ['_blank', 'noopener noreferrer']);
  const shown = await page.evaluate(async (url) => { const r = await fetch(url); return [r.headers.get('content-type'), r.headers.get('content-security-policy')]; }, await pdf.getAttribute('href'));
  assert.equal(shown[0], 'application/pdf');
  assert.match(shown[1], /sandbox(;|$)/, 'a document without origin');
  const ask = page.locator('.dialog', { hasText: 'Download this file?' });
  await ask.waitFor();
  await ask.getByRole('button', { name: 'Cancel' }).click();
  const download = page.waitForEvent('download');
  await files.locator('.attachments-all').click();
  assert.match((await download).suggestedFilename(), /\.zip$/);
  quiet();
});

test('an invitation is drawn as one, and its words are text', async () => {
  await open('invitation');
  const card = alice.message().locator('.card[data-kind=calendar]');
  await card.waitFor();
  const said = await card.innerText();
  assert.match(said, /Second <b>reading<\/b>/);
  assert.match(said, /Room 4/);
  assert.match(said, /26 November 2026|November 26, 2026/);
  quiet();
});

test('all headers, and the message alone on paper', async () => {
  await open('t2');
  const { page } = alice;
  await page.evaluate(() => dispatchEvent(new Event('wx-headers')));
  const lines = page.locator('.header-lines');
  await lines.waitFor();
  assert.match(await lines.innerText(), /Message-ID/i);
  assert.doesNotMatch(await lines.innerText(), /Plain words/);
  await page.keyboard.press('Escape');
  await lines.waitFor({ state: 'detached' });
  await page.evaluate(() => {
    document.addEventListener('load', (e) => {
      if (!e.target.matches?.('iframe.print-frame')) return;
      const f = e.target;
      f.contentWindow.print = () => { window.wxPrinted = { text: f.contentDocument.body.innerText, sandbox: f.getAttribute('sandbox'), scripts: f.contentDocument.querySelectorAll('script').length }; };
    }, true);
    dispatchEvent(new Event('wx-print'));
  });
  await page.waitForFunction(() => window.wxPrinted);
  const printed = await page.evaluate(() => window.wxPrinted);
  assert.match(printed.text, /Plans for the boathouse[^]*bob@demo\.test[^]*Plain words number 2/);
  assert.doesNotMatch(printed.text, /number [13-7]|Inbox/);
  assert.deepEqual([printed.sandbox, printed.scripts], ['allow-same-origin allow-modals', 0]);
  quiet();
});

test("a mailbox of somebody else: the header, and that only the owner's key opens it; nothing to unlock, no error", async () => {
  const place = folderId(`shared/${account('bob').address}/${SHARED}`);
  await alice.page.goto(`${instance.origin}/mail/${place}`);
  await alice.open('Sealed for Bob');
  const note = alice.message().locator('[data-notice=owner]');
  await note.waitFor();
  assert.match(await note.innerText(), /bob@demo\.test/);
  assert.equal(await alice.page.locator('form.unlock, .unlock-failed, [role=alert]').count(), 0);
  assert.equal(await alice.message().getByRole('button', { name: /import/i }).count(), 0);
  quiet();
});
