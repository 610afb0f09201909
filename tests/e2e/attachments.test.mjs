// What goes with a message: brought by drop, paste, picker and from the mail that is answered; refused in words, kept when
// the way breaks, and received byte for byte.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, ftruncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { after, afterEach, before, test } from 'node:test';
import { crc32 } from '../lib/crc32.mjs';
import { Browser, forget } from '../lib/browser.mjs';
import { eventually, imapOf } from '../lib/instance.mjs';

let browser, alice, cdp, dir, imap;
const run = Date.now().toString(36);
const unwrapped = (source) => source.replace(/\r\n/g, '');
const THROTTLE = { offline: false, latency: 0, downloadThroughput: -1 };
const slow = (bytes) => cdp.send('Network.emulateNetworkConditions', { ...THROTTLE, uploadThroughput: bytes });

before(async () => {
  await forget('alice');
  browser = await Browser.launch();
  alice = await browser.person('alice');
  await alice.signIn();
  cdp = await alice.context.newCDPSession(alice.page);
  await cdp.send('Network.enable');
  dir = mkdtempSync(path.join(tmpdir(), 'waxseal-'));
  imap = { alice: await imapOf('alice'), bob: await imapOf('bob') };
});
afterEach(async () => {
  await slow(-1);
  for (const c of await alice.page.locator('wx-composer').all()) {
    await c.getByRole('button', { name: 'Discard' }).click();
    await alice.page.locator('.dialog .button-danger').or(alice.page.locator('.toast', { hasText: 'discarded' })).first().waitFor();
    if (await alice.page.locator('.dialog .button-danger').count()) await alice.page.locator('.dialog .button-danger').click();
    await c.waitFor({ state: 'detached' });
  }
});
after(async () => { imap.alice.close(); imap.bob.close(); await browser.close(); rmSync(dir, { recursive: true }); });

async function begin(subject, text = 'Words that stay.') {
  await alice.newMessage();
  await alice.to('bob@demo.test');
  await alice.composer().locator('.subject-input').fill(subject);
  await alice.write(text);
}
const attach = (...files) => alice.composer().locator('.file-input').setInputFiles(files);
const chip = (name) => alice.composer().locator('.file-chip', { hasText: name });
const notice = () => alice.composer().locator('.composer-notice');
const saved = () => alice.composer().locator('.composer-saved', { hasText: /^Saved/ }).waitFor();
async function source(who, folder, subject) {
  const uid = await eventually(async () => { await imap[who].select(folder); return (await imap[who].search(`SUBJECT "${subject}"`)).at(-1); }, `"${subject}" in ${folder}`);
  return (await imap[who].source(uid)).toString('latin1');
}

test('a file of 100 MB is refused in a sentence; the text, the other file and the draft stay', async () => {
  const large = path.join(dir, 'film.mkv');
  const fd = openSync(large, 'w');
  ftruncateSync(fd, 100_000_000);
  closeSync(fd);
  await begin(`Large ${run}`);
  await attach({ name: 'small.txt', mimeType: 'text/plain', buffer: Buffer.from('small') });
  await chip('small.txt').waitFor();
  await alice.composer().locator('.file-input').setInputFiles(large);
  await notice().filter({ hasText: /film\.mkv.* is .?100 MB.?\. Attachments may be .* together/ }).waitFor();
  assert.equal(await chip('film.mkv').count(), 0);
  assert.match(await alice.composer().locator('.files-total').innerText(), /1.? file, .*5 bytes/);
  assert.match(await alice.editor().innerText(), /Words that stay/);
  await alice.page.keyboard.press('Control+s');
  await saved();
  assert.match(await source('alice', 'Drafts', `Large ${run}`), /Words that stay/);
  assert.deepEqual(alice.faults.splice(0), []);
});

test('a folder that is dropped is named, beside the file that is taken', async () => {
  const folder = path.join(dir, 'holiday');
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'inside.txt'), 'x');
  const file = path.join(dir, 'list.txt');
  writeFileSync(file, 'a list');
  await begin(`Folder ${run}`);
  // A true drop, once on the head of the window and once into the text's own frame.
  for (const target of ['.composer-head', '.editor-frame']) {
    const box = await alice.composer().locator(target).boundingBox();
    const data = { items: [], files: [folder, file], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop']) await cdp.send('Input.dispatchDragEvent', { type, x: box.x + box.width / 2, y: box.y + box.height / 2, data });
    await notice().filter({ hasText: /holiday.* is a folder/ }).waitFor();
    await chip('list.txt').waitFor();
    assert.equal(await chip('holiday').count(), 0);
    await chip('list.txt').getByRole('button').click();
    await chip('list.txt').waitFor({ state: 'detached' });
    await alice.composer().locator('.attach-button:focus').waitFor();
    await alice.composer().locator('.composer-notice').waitFor({ state: 'detached' });
  }
  assert.match(await alice.editor().innerText(), /Words that stay/);
  assert.deepEqual(alice.faults.splice(0), []);
});

test('an upload is watched, ended, broken off and repeated from what is held; what arrives is what was chosen', async () => {
  const bytes = randomBytes(3_000_000);
  await begin(`Resume ${run}`);
  await attach({ name: 'plan.bin', mimeType: 'application/octet-stream', buffer: bytes });
  await chip('plan.bin').waitFor();
  const bar = alice.composer().locator('.upload');
  await slow(150_000);
  await alice.page.keyboard.press('Control+s');
  await bar.filter({ hasText: /Saving the draft: .* of .?3 MB/ }).waitFor();
  await chip('plan.bin').locator('progress').waitFor();
  await bar.getByRole('button', { name: 'Cancel' }).click();
  await bar.filter({ hasText: 'The upload was stopped. Everything is still here.' }).waitFor();
  // Sending asks for the same way; its end leaves the message to be written on.
  await alice.send();
  await bar.filter({ hasText: /Sending: .* of .?3 MB/ }).waitFor();
  await bar.getByRole('button', { name: 'Cancel' }).click();
  await alice.composer().locator('.send-button:not([disabled])').waitFor();
  await alice.intoEditor();
  await alice.page.keyboard.type('More. ');
  // The network goes while it is on its way.
  await slow(150_000);
  await alice.page.keyboard.press('Control+s');
  await bar.locator('progress').waitFor();
  await eventually(async () => { browser.relay.server.closeAllConnections(); return (await notice().filter({ hasText: 'The draft could not be saved' }).count()) > 0; }, 'it is said that nothing was saved');
  await slow(-1);
  await bar.getByRole('button', { name: 'Upload again' }).click();
  await saved();
  assert.ok(unwrapped(await source('alice', 'Drafts', `Resume ${run}`)).includes(bytes.toString('base64')), 'the draft has every byte');
  await alice.send();
  await alice.sent();
  const got = await source('bob', 'INBOX', `Resume ${run}`);
  assert.ok(unwrapped(got).includes(bytes.toString('base64')), 'every byte arrived');
  assert.match(got, /More\./);
  assert.deepEqual(alice.faults.splice(0), []);
});

/** 200 by 200 points of one colour. */
function picture() {
  const chunk = (type, data) => { const body = Buffer.concat([Buffer.from(type), data]); const n = Buffer.alloc(8); n.writeUInt32BE(data.length); n.writeUInt32BE(crc32(body), 4); return Buffer.concat([n.subarray(0, 4), body, n.subarray(4)]); };
  const head = Buffer.from([0, 0, 0, 200, 0, 0, 0, 200, 8, 0, 0, 0, 0]);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', deflateSync(Buffer.alloc(200 * 201, 90))), chunk('IEND', Buffer.alloc(0))]);
}
const PNG = picture().toString('base64');

test('a picture pasted or dropped into the text stands there, is made smaller, and goes with the message; other files are attached', async () => {
  await begin(`Picture ${run}`);
  await alice.editor().evaluate((root, png) => {
    const bytes = Uint8Array.from(atob(png), (c) => c.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], 'image.png', { type: 'image/png' }));
    data.items.add(new File(['notes'], 'notes.txt', { type: 'text/plain' }));
    root.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, PNG);
  await chip('notes.txt').waitFor();
  const img = alice.editor().locator('img');
  await img.waitFor();
  assert.equal(await chip('image.png').count(), 0);
  // A click shows the handles; the lower right one is pushed in.
  await img.click();
  const handle = alice.composer().frameLocator('iframe').locator('.squire-resize-handle-se');
  await handle.waitFor();
  const at = await handle.boundingBox();
  await alice.page.mouse.move(at.x + at.width / 2, at.y + at.height / 2);
  await alice.page.mouse.down();
  await alice.page.mouse.move(at.x - 46, at.y - 46, { steps: 4 });
  await alice.page.mouse.up();
  await eventually(async () => (await img.boundingBox()).width < 150, 'the picture is smaller');
  await alice.send();
  await alice.sent();
  const got = await source('bob', 'INBOX', `Picture ${run}`);
  const cid = /Content-ID: <([^>]+)>/i.exec(got)?.[1];
  assert.ok(cid, got.slice(0, 4000));
  assert.ok(unwrapped(got).includes(PNG), 'the picture is the one that was pasted');
  const html = unwrapped(got).replace(/=\r?\n?(?=[^0-9A-F])/g, '').replace(/=3D/g, '=');
  assert.ok(html.includes(`cid:${cid}`), 'the text shows it');
  assert.match(html, /<img[^>]*width[=:]\W*(?:8|9|10|11)\d?/, 'as large as it was made');
  assert.match(got, /notes\.txt/);
  assert.doesNotMatch(got, /squire/);
  assert.deepEqual(alice.faults.splice(0), []);
});

test('an answer offers the files of the mail that is answered', async () => {
  await begin(`Files ${run}`);
  await alice.to('alice@demo.test');
  await attach({ name: 'first.txt', mimeType: 'text/plain', buffer: Buffer.from('the first') }, { name: 'photo\u202egpj.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('odd') });
  // What turns the letters around is not in the name that is shown or sent.
  await chip('photogpj.exe').waitFor();
  await alice.send();
  await alice.sent();
  await alice.folder('Inbox');
  await eventually(async () => (await alice.row(`Files ${run}`).count()) > 0, 'it arrived');
  await alice.open(`Files ${run}`);
  await alice.reply();
  await alice.composer().getByRole('button', { name: /Attach the .?2.? files of the original message/ }).click();
  await chip('first.txt').waitFor();
  await chip('photogpj.exe').waitFor();
  await alice.composer().locator('.file-offer').waitFor({ state: 'detached' });
  assert.match(await alice.composer().locator('.files-total').innerText(), /2.? files/);
  assert.deepEqual(alice.faults.splice(0), []);
});
