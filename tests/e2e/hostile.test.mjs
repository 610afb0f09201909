// Odd and hostile mail in a real browser: nothing runs, nothing leaves, nothing navigates, no attack gets a green badge.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Browser, forget, passphraseOf } from '../lib/browser.mjs';
import { account, dropFolder, imapOf, instance, top } from '../lib/instance.mjs';
import { look } from '../lib/look.mjs';
import { html, message } from '../lib/mime.mjs';

// A new one for each test: the client may know the UIDs of the one before.
let scratch = 'Scratch hostile', count = 0;
let browser, alice;

async function fill(mails) {
  const imap = await imapOf('alice');
  scratch = `Scratch hostile ${++count}`;
  await imap.create(scratch);
  for (const m of mails) await imap.append(scratch, m, ['\\Seen']);
  imap.close();
}
const drop = () => dropFolder('alice', scratch);
async function uids(folder) {
  const imap = await imapOf('alice');
  await imap.select(folder);
  const all = await imap.search('ALL');
  imap.close();
  return all;
}

async function walk(folder, check = () => undefined) {
  for (const uid of await uids(folder)) {
    const seen = await look(alice.page, folder, uid);
    assert.equal(seen.failed, '', `${folder} ${uid} is shown, however odd`);
    assert.deepEqual(seen.dangerous, [], `${folder} ${uid} ${seen.subject}: elements that must not be there`);
    assert.deepEqual(seen.handlers, [], `${folder} ${uid} ${seen.subject}: attributes that must not be there`);
    assert.deepEqual(alice.faults, [], `${folder} ${uid} ${seen.subject}`);
    assert.deepEqual(browser.strangers, [], `${folder} ${uid} ${seen.subject}: connections to elsewhere`);
    assert.equal(new URL(alice.page.url()).origin, instance.origin);
    assert.equal(alice.context.pages().length, 1, `${seen.subject}: no window opened`);
    check(seen, uid);
  }
}

before(async () => {
  await forget('alice');
  await drop();
  browser = await Browser.launch();
  alice = await (await browser.person('alice')).signIn();
  await alice.importKey();
  await alice.page.locator('.settings-back').click();
  await alice.folder('Inbox');
  await alice.open('Offer for the Lindqvist account');
  await alice.unlocked(passphraseOf('alice'), 'encrypted+signed-valid');
});
after(async () => {
  await browser?.close();
  await drop();
});

test('the traps work: a request, a dialog and a policy violation of a page are seen', async () => {
  const p = await browser.person('carol');
  await p.page.goto(`${instance.origin}/signin`);
  await p.page.evaluate(() => { const i = new Image(); i.src = 'http://canary.example/x'; document.body.append(i); });
  await p.page.evaluate(() => alert('canary'));
  await p.page.locator('img').waitFor({ state: 'attached' });
  await p.page.waitForFunction(() => document.images[0].complete);
  assert.ok(p.faults.some((f) => f.startsWith('dialog: alert canary')), p.faults.join('\n'));
  assert.ok(p.faults.some((f) => f.startsWith('policy: img-src')), p.faults.join('\n'));
  await p.close();
  const free = await browser.chromium.newContext();
  const page = await free.newPage();
  await page.goto('http://canary.example/').catch(() => undefined);
  assert.ok(browser.strangers.includes('canary.example'));
  browser.strangers.length = 0;
  await free.close();
});

test("everything in alice's folder Odd and hostile", async () => {
  let n = 0;
  await walk('Odd and hostile', (seen) => {
    n++;
    // Mallory signs as Mallory under her own address here: true, whatever her display name says.
    if (seen.subject.includes('A name that looks like an address')) return;
    assert.equal(seen.good, 0, `${seen.subject}: green (${seen.verdict})`);
  });
  assert.ok(n >= 40, `${n} messages`);
});

test('the HTML vectors, each in a mail of its own', async () => {
  const { vectors } = JSON.parse(readFileSync(path.join(top, 'tests/fixtures/hostile/mail-html.json'), 'utf8'));
  await fill(vectors.map((v) => message({ from: account('bob').address, to: account('alice').address, subject: v.id, date: new Date(), id: `<${v.id}@demo.test>` }, html(v.payload))));
  await walk(scratch);
  await drop();
});
