// A picture in the text that was clicked: whatever is pressed then does what it does elsewhere in a text, and nothing typed is lost.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { crc32 } from '../lib/crc32.mjs';
import { Browser, forget } from '../lib/browser.mjs';
import { eventually, imapOf } from '../lib/instance.mjs';
import { attachment, html, message, multipart } from '../lib/mime.mjs';

const run = Date.now().toString(36);
/** 200 by 200 points of one colour. */
function picture() {
  const chunk = (type, data) => { const body = Buffer.concat([Buffer.from(type), data]); const n = Buffer.alloc(8); n.writeUInt32BE(data.length); n.writeUInt32BE(crc32(body), 4); return Buffer.concat([n.subarray(0, 4), body, n.subarray(4)]); };
  const head = Buffer.from([0, 0, 0, 200, 0, 0, 0, 200, 8, 0, 0, 0, 0]);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', deflateSync(Buffer.alloc(200 * 201, 90))), chunk('IEND', Buffer.alloc(0))]);
}
const PNG = picture();
const SUBJECT = `A picture to answer ${run}`;
let browser, alice, imap;

before(async () => {
  imap = await imapOf('alice');
  await forget('alice');
  await imap.append('INBOX', message({ from: 'bob@demo.test', to: 'alice@demo.test', subject: SUBJECT, date: new Date(), id: `<picture.${run}@demo.test>` },
    multipart('related', [html('<p>Before.</p><p><img src="cid:p@x" alt="Plan"></p><p>After.</p>'), attachment('p.png', 'image/png', PNG, { inline: true, cid: 'p@x' })])));
  browser = await Browser.launch();
  alice = await (await browser.person('alice')).signIn();
  await alice.open(SUBJECT);
});
after(async () => {
  await browser?.close();
  await imap.select('INBOX');
  for (const uid of await imap.search(`HEADER Subject "${SUBJECT}"`)) await imap.command(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
  await imap.command('EXPUNGE');
  imap.close();
  await forget('alice');
});

const frame = () => alice.composer().frameLocator('iframe');
const handles = () => frame().locator('.squire-image-resize-container');
/** The picture is clicked, and chosen. */
async function choose() {
  const img = frame().locator('#root img').first();
  await img.scrollIntoViewIfNeeded();
  await img.click();
  await handles().waitFor({ state: 'attached' });
}
/** What stands in the text, the picture as a sign. */
const says = () => alice.editor().evaluate((root) => {
  const walk = (n) => (n.nodeName === 'IMG' ? '▣' : n.nodeType === 3 ? n.data : n.classList?.contains('squire-image-resize-container') ? '' : [...n.childNodes].map(walk).join(''));
  return walk(root).replace(/\u200b/g, '').replace(/\u00a0/g, ' ');
});
const text = (wanted, why) => eventually(async () => wanted.test(await says()), why);

test('after a click on a quoted picture: Control+Home and typing, typing at once, arrows, Escape, Delete and Undo', async () => {
  const { keyboard } = alice.page;
  await alice.reply();
  await frame().locator('#root img[src^="data:"]').waitFor();
  await choose();
  await keyboard.press('Control+Home');
  await keyboard.type('First ');
  await text(/^First /, 'typed at the beginning');
  assert.equal(await handles().count(), 0, 'the picture is left');
  await choose();
  await keyboard.type('beside');
  await text(/▣beside/, 'typed beside the picture');
  await choose();
  await keyboard.press('ArrowLeft');
  await keyboard.type('left');
  await text(/left▣beside/, 'an arrow leads to its side');
  await choose();
  await keyboard.press('ArrowRight');
  await keyboard.type('right');
  await text(/left▣rightbeside/, 'and the other to the other');
  await choose();
  await keyboard.press('Escape');
  await handles().waitFor({ state: 'detached' });
  assert.equal(await alice.composer().locator('.composer-body[hidden]').count(), 0, 'Escape leaves the picture, not the composer');
  await keyboard.type('on');
  await text(/left▣onrightbeside/, 'and one types on');
  await choose();
  await keyboard.press('Shift+A');
  await text(/left▣Aonrightbeside/, 'with Shift too');
  await choose();
  await keyboard.press('Delete');
  await text(/leftAonrightbeside/, 'Delete takes the picture');
  await keyboard.press('Control+z');
  await text(/left▣Aonrightbeside/, 'and Undo brings it back');
  await text(/Before\..*After\./s, 'the rest of the quotation stands');
  assert.deepEqual(alice.faults.splice(0), []);
});
