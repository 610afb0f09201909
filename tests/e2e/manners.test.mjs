// What a newcomer stumbled over: faults of a message said at once and where they are, what may be forgotten asked last and
// once, files that are refused, a message that is about to leave and is not called "not sent".
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { axe } from '../lib/axe.mjs';
import { Browser, forget } from '../lib/browser.mjs';
import { account, eventually, imapOf, signedIn } from '../lib/instance.mjs';

const run = crypto.randomUUID().slice(0, 8);
const bob = account('bob').address;
let browser, dir;

async function undoSeconds(name, n) {
  const c = await signedIn(name);
  const r = await c.put('/api/v1/settings', { composing: { undo_seconds: n } });
  assert.equal(r.status, 200, r.text);
  await c.post('/api/v1/signout', {});
  c.close();
}
async function clearDrafts(name) {
  const imap = await imapOf(name);
  try {
    await imap.select('Drafts');
    for (const uid of await imap.search(`HEADER Subject "${run}"`)) await imap.command(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
    await imap.command('EXPUNGE');
  } finally { imap.close(); }
}
const plain = (s) => s.replace(/[\u2066-\u2069]/g, '');
const noFaults = (p) => assert.deepEqual(p.faults, []);
async function discard(p) {
  await p.composer().getByRole('button', { name: 'Discard' }).click();
  await p.page.locator('.dialog').getByRole('button', { name: 'Discard' }).click();
  await p.composer().waitFor({ state: 'detached' });
}

before(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'wx-manners-'));
  await forget('dave', 'erin');
  browser = await Browser.launch();
});
after(async () => {
  await browser?.close();
  rmSync(dir, { recursive: true, force: true });
  await undoSeconds('dave', 0);
  await clearDrafts('dave');
  await forget('dave', 'erin');
});

test('every bad address is named at once, the first has the focus; who cannot be encrypted to comes before what was forgotten', async () => {
  const p = await (await browser.person('erin')).signIn();
  const dialog = p.page.locator('dialog[open]');
  await p.newMessage();
  await p.mode('encrypt');
  await p.to('good@elsewhere.test', 'bad one', 'worse@');
  await p.composer().locator('.cc-button').click();
  await p.composer().locator('wx-chips[data-field=cc] .chips-input').fill('also bad');
  await p.write('The plan is attached.');
  await p.send();
  const why = p.composer().locator('.composer-notice[role=alert]');
  await why.waitFor();
  assert.equal(plain((await why.innerText()).trim()), '3 entries are no e-mail addresses: “bad one”, “worse@”, and “also bad”.');
  await p.page.waitForFunction(() => document.activeElement?.matches('wx-chips[data-field=to] .recipient[data-at="1"]'));
  assert.equal(await dialog.count(), 0, 'nothing is asked before');
  assert.deepEqual(await axe(p.page), []);
  await p.page.keyboard.press('Delete');
  await p.page.keyboard.press('Delete');
  await p.composer().locator('wx-chips[data-field=cc] .recipient').focus();
  await p.page.keyboard.press('Delete');
  await p.send();
  const cannot = p.composer().locator('[data-notice=cannot-encrypt]');
  await cannot.waitFor();
  assert.equal(await dialog.count(), 0, 'no question before it is clear that it can go');
  await p.mode('none');
  await p.send();
  await dialog.waitFor();
  assert.match(plain(await dialog.innerText()), /^Send without a subject and an attachment\?[\s\S]*empty subject line\. Your text says “attached”/);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  await p.composer().waitFor();
  await discard(p);
  noFaults(p);
  await p.close();
});

test('a file that is too large is refused in a sentence that stays, on a phone too', async () => {
  const p = await (await browser.person('erin', { viewport: { width: 390, height: 500 }, hasTouch: true, isMobile: true })).signIn();
  const big = path.join(dir, 'holiday.mov');
  writeFileSync(big, '');
  truncateSync(big, 63_000_000);
  await p.page.locator('.compose-round').click();
  await p.composer().waitFor();
  await p.editor().waitFor();
  await p.composer().locator('.file-input').setInputFiles(big);
  const refused = p.composer().locator('[data-notice=refused]');
  await refused.waitFor();
  assert.match(plain(await refused.innerText()), /“holiday\.mov” is 63 MB\. Attachments may be \d+ MB together\./);
  // In the window, all of it, and not under anything else.
  await p.page.waitForFunction(() => {
    const r = document.querySelector('[data-notice=refused]').getBoundingClientRect();
    return r.top >= 0 && r.bottom <= innerHeight && document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2)?.closest('[data-notice=refused]') !== null;
  });
  await p.composer().locator('.subject-input').fill(`Holiday ${run}`);
  await p.write('Words.');
  await refused.waitFor();
  await refused.getByRole('button').click();
  await refused.waitFor({ state: 'detached' });
  await discard(p);
  noFaults(p);
  await p.close();
});

test('while the countdown runs its draft is about to be sent, here and in another window; then Undo is there too', async () => {
  await undoSeconds('dave', 30);
  const other = await (await browser.person('dave')).signIn();
  const p = await (await browser.person('dave')).signIn();
  const subject = `Soon ${run}`;
  await p.newMessage();
  await p.to(bob);
  await p.composer().locator('.subject-input').fill(subject);
  await p.write('Words that wait.');
  await p.send();
  await p.page.locator('.toast', { has: p.page.locator('.toast-left') }).waitFor();
  await p.folder('Drafts');
  await p.row(subject).locator('.row-leaving').waitFor();
  await p.row(subject).locator('.row-subject').click();
  const notice = p.page.locator('[data-notice=leaving]');
  await notice.waitFor();
  assert.equal(await p.page.getByText('It has not been sent').count(), 0);
  assert.equal(await p.page.locator('.row-unsent').count(), 0);
  assert.deepEqual(await axe(p.page), []);
  // A page that was loaded meanwhile, in another browser.
  await other.page.reload();
  await other.folder('Drafts');
  await other.row(subject).locator('.row-leaving').waitFor();
  await other.row(subject).locator('.row-subject').click();
  await other.page.locator('[data-notice=leaving]', { hasText: 'another window' }).waitFor();
  assert.equal(await other.page.locator('wx-composer').count(), 0, 'it is not taken up by being looked at');
  await notice.getByRole('button', { name: 'Undo' }).click();
  await p.composer().waitFor();
  assert.equal(await p.composer().locator('.subject-input').inputValue(), subject);
  await notice.waitFor({ state: 'detached' });
  await eventually(async () => {
    const imap = await imapOf('dave');
    try { await imap.select('Drafts'); return (await imap.search('HEADER X-Waxseal-Held "until"')).length === 0; } finally { imap.close(); }
  }, 'the mark is gone');
  await discard(p);
  noFaults(p);
  noFaults(other);
  await p.close();
  await other.close();
});

test('where delivery reports cannot be had, the box says so; where certificates cannot be looked for, the Security tab does', async () => {
  const p = await (await browser.person('erin')).signIn();
  const json = (status, body) => (r) => r.fulfill({ status, contentType: 'application/json', body: JSON.stringify(body) });
  await p.page.route('**/api/v1/compose/reports', json(200, { offered: false }));
  await p.page.route('**/api/v1/compose/recipients', json(503, { code: 'state_down', message: 'Later.', details: {} }));
  await p.newMessage();
  await p.composer().getByRole('button', { name: 'More options' }).click();
  await p.composer().locator('.wish-menu .menu').getByRole('menuitemcheckbox').last().click();
  const none = p.composer().locator('[data-notice=no-reports]');
  await none.waitFor();
  assert.match(await none.innerText(), /offers no delivery reports/);
  await p.to('somebody@elsewhere.test');
  await p.composer().getByRole('tab', { name: 'Security' }).click();
  const trouble = p.composer().locator('[data-notice=lookup]');
  await trouble.waitFor();
  assert.match(await trouble.innerText(), /^Certificates could not be looked for\. ./);
  assert.deepEqual(await axe(p.page), []);
  await p.page.unroute('**/api/v1/compose/recipients');
  await p.composer().locator('.security-again').click();
  await trouble.waitFor({ state: 'detached' });
  await p.composer().getByRole('tab', { name: 'Message' }).click();
  await p.composer().locator('.wish button').click();
  await none.waitFor({ state: 'detached' });
  await discard(p);
  noFaults(p);
  await p.close();
});

test('certificates of thousands: the first are shown while others come, few are drawn, and a word finds who is far', async () => {
  const p = await (await browser.person('erin')).signIn();
  const TOTAL = 5300;
  let free;
  const held = new Promise((done) => { free = done; });
  const person = (n) => ({ id: n.toString(16).padStart(16, '0'), name: `Person ${String(n).padStart(4, '0')}`, addresses: [{ address: `p${n}@many.test`, label: '' }], phone: '', photo: false, groups: [], version: 1,
    certificates: [{ fingerprint: n.toString(16).padStart(64, '0'), subject: `CN=Person ${n}`, issuer: 'CN=Issuer', serial: '1', addresses: [`p${n}@many.test`], not_before: '2026-01-01T00:00:00Z', not_after: '2036-01-01T00:00:00Z', key: { algorithm: 'rsa', bits: 3072, curve: null },
      can_sign: true, can_encrypt: true, weak: false, der: '', source: 'harvested', since: '2026-01-01T00:00:00Z', state: 'valid', why: null, preferred: false, takes_gcm: true, revocation: null, status: 'ready', provenance: null }] });
  await p.page.route('**/api/v1/contacts/search', async (r) => {
    const { offset = 0, limit = 200, text = '' } = r.request().postDataJSON();
    if (offset >= 400) await held;
    const all = Array.from({ length: TOTAL }, (_, i) => i).filter((n) => !text || person(n).name.includes(text));
    await r.fulfill({ json: { total: all.length, contacts: all.slice(offset, offset + limit).map(person) } });
  });
  await p.settings('Certificates of others');
  const cards = p.page.locator('wx-certificates-panel .key-card');
  await cards.first().waitFor();
  await p.page.locator('.certificates-more').waitFor();
  assert.ok((await cards.count()) <= 80, 'only what is near is drawn');
  await p.page.locator('wx-certificates-panel input[type=search]').fill('Person 5250');
  await cards.filter({ hasText: 'p5250@many.test' }).waitFor();
  assert.equal(await cards.count(), 1);
  free();
  await p.page.locator('wx-certificates-panel input[type=search]').fill('');
  await cards.nth(30).waitFor();
  await p.page.locator('.certificates-more').scrollIntoViewIfNeeded();
  await cards.nth(60).waitFor();
  noFaults(p);
  await p.close();
});
