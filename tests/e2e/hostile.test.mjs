// Odd and hostile mail in a real browser: nothing runs, nothing leaves, nothing navigates, no attack gets a green badge.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Browser, forget, passphraseOf } from '../lib/browser.mjs';
import { account, imapOf, instance, top } from '../lib/instance.mjs';
import { html, message } from '../lib/mime.mjs';

const corpus = process.env.WAXSEAL_CORPUS ?? path.join(top, '../shared/corpus');
const SCRATCH = 'Scratch hostile';
let browser, alice;

const crlf = (bytes) => Buffer.from(bytes.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');

async function fill(mails) {
  const imap = await imapOf('alice');
  await imap.create(SCRATCH);
  for (const m of mails) await imap.append(SCRATCH, m, ['\\Seen']);
  imap.close();
}
async function drop() {
  const imap = await imapOf('alice');
  await imap.command(`DELETE "${SCRATCH}"`).catch(() => undefined);
  await imap.command(`UNSUBSCRIBE "${SCRATCH}"`).catch(() => undefined);
  imap.close();
}
async function uids(folder) {
  const imap = await imapOf('alice');
  await imap.select(folder);
  const all = await imap.search('ALL');
  imap.close();
  return all;
}

/** Opens a message by its address, lets it settle, and says what the reader shows. */
async function look(folder, uid) {
  const { page } = alice;
  await page.evaluate((to) => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')); }, `/mail/${Buffer.from(folder).toString('base64url')}/${uid}`);
  await page.locator('wx-reader .message:not(.is-loading), wx-reader .empty').first().waitFor();
  await page.waitForFunction(() => !document.querySelector('wx-reader [aria-busy=true], .unlock-busy'));
  for (const frame of page.frames().filter((f) => /\/mailframe/.test(f.url()))) {
    await frame.waitForLoadState('load');
    // Everything in the mail is poked: what a careless pointer or the Tab key could set off. Script cannot run in
    // there; these events are made from outside, as the browser's own tools can.
    await frame.locator('body').evaluate((b) => {
      for (const x of b.querySelectorAll('*')) for (const type of ['mouseover', 'focus', 'error', 'load', 'toggle', 'animationstart']) x.dispatchEvent(new Event(type, { bubbles: true }));
    }).catch(() => undefined);
  }
  return page.evaluate(() => ({
    failed: document.querySelector('wx-reader .empty[role=alert]')?.textContent ?? '',
    subject: document.querySelector('.message-subject')?.textContent ?? '', verdict: document.querySelector('wx-security-bar .security')?.dataset.verdict ?? null,
    good: document.querySelectorAll('.security-item[data-level=good]').length,
    dangerous: [...document.querySelectorAll('iframe.mail-frame')].flatMap((f) => [...(f.contentDocument?.querySelectorAll('script, iframe, object, embed, base, meta[http-equiv], svg, math, form, link, animate') ?? [])].map((e) => e.localName)),
    handlers: [...document.querySelectorAll('iframe.mail-frame')].flatMap((f) => [...(f.contentDocument?.querySelectorAll('*') ?? [])].flatMap((e) => [...e.attributes].filter((a) => /^on|^(?:href|src|action|formaction)$/i.test(a.name) && (/^on/i.test(a.name) || /^\s*(?:javascript|data:text|vbscript)/i.test(a.value))).map((a) => `${a.name}=${a.value.slice(0, 40)}`))),
  }));
}
async function walk(folder, check = () => undefined) {
  for (const uid of await uids(folder)) {
    const seen = await look(folder, uid);
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
  await alice.unlock(passphraseOf('alice'));
  await alice.hasVerdict('encrypted+signed-valid');
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
  await walk(SCRATCH);
  await drop();
});

const there = existsSync(corpus) ? false : `the corpus is not at ${corpus}`;
test('the HTML mails of the corpus', { skip: there }, async () => {
  const dir = path.join(corpus, 'html/mail');
  await fill(readdirSync(dir).filter((f) => f.endsWith('.eml')).map((f) => crlf(readFileSync(path.join(dir, f)))));
  await walk(SCRATCH);
  await drop();
});

test('the attack mails of the corpus: none is green', { skip: there }, async () => {
  const dir = path.join(corpus, 'attacks');
  const files = readdirSync(dir, { recursive: true }).filter((f) => f.endsWith('.eml') && !f.startsWith('dos'));
  await fill(files.map((f) => crlf(readFileSync(path.join(dir, f)))));
  await walk(SCRATCH, (seen) => assert.equal(seen.good, 0, `${seen.subject}: ${seen.verdict}`));
  assert.ok(files.length >= 15, `${files.length} files`);
  await drop();
});
