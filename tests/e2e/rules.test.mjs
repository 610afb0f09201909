// The organisation's rules while one writes: a lock appears and goes without a reload, what is demanded cannot be chosen away, what is
// wished can, a trigger leaves the subject, and nothing of what will be encrypted is kept or checked in the clear before.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { axe } from '../lib/axe.mjs';
import { Browser, forget } from '../lib/browser.mjs';
import { account, ctl, eventually, imapOf, signedIn } from '../lib/instance.mjs';
import { certificateDer } from '../lib/keyring.mjs';
import { message, text } from '../lib/mime.mjs';

const erin = account('erin').address, bob = account('bob').address, carol = account('carol').address;
const NOBODY = 'nobody@rules-e2e.example';
const stamp = Date.now();
const dir = mkdtempSync(path.join(tmpdir(), 'waxseal-rules-e2e-'));
let browser, p, page;

function setRules(rules, more = {}) {
  writeFileSync(path.join(dir, 'rules.json'), JSON.stringify({ rules: rules.map((r, i) => ({ id: `R${i}`, priority: i + 1, from: [erin], to: [bob, 'rules-e2e.example'], ...r })), ...more }));
  ctl('rules', 'set', 'demo', path.join(dir, 'rules.json'));
}
const PARTNERS = [{ encrypt: 'require', name: 'Partners' }];

before(async () => {
  setRules([]);
  await forget('erin');
  const api = await signedIn('erin');
  const r = await api.post('/api/v1/smime/certificates', { address: bob, certificate: certificateDer('bob').toString('base64') });
  assert.equal(r.status, 200, r.text);
  api.close();
  browser = await Browser.launch();
  p = await (await browser.person('erin')).signIn();
  page = p.page;
  await p.importKey();
  await page.locator('.brand, .header-brand, a[href="/"]').first().click();
  await page.locator('wx-list .grid').waitFor();
});
after(async () => {
  setRules([]);
  await p?.close();
  await browser?.close();
  await forget('erin');
  rmSync(dir, { recursive: true });
});

const c = () => p.composer();
const plain = (text) => text.replace(/[\u2066-\u2069]/g, '');
const tab = (name) => c().getByRole('tab', { name }).click();
const choices = async () => Object.fromEntries(await c().locator('.mode-options input').evaluateAll((list) => list.map((x) => [x.value, x.disabled ? 'locked' : x.checked ? 'on' : 'free'])));
const button = (text) => c().locator('.send-button').getByText(text, { exact: true }).waitFor();
async function discard() {
  await c().getByRole('button', { name: 'Discard' }).click();
  await page.locator('dialog, .dialog').getByRole('button', { name: 'Discard' }).click();
  await c().waitFor({ state: 'detached' });
}
async function arrived(subject) {
  const imap = await imapOf('bob');
  try {
    return await eventually(async () => { await imap.select('INBOX'); const [uid] = await imap.search(`HEADER Subject "${subject}"`); return uid && String(await imap.source(uid)); }, `${subject} arrives`);
  } finally { imap.close(); }
}

test('a rule that is made while one writes locks at once, and frees when it goes', async () => {
  try {
    await p.newMessage();
    await p.to(bob);
    await c().locator('.subject-input').fill(`Locked ${stamp}`);
    await button('Send');
    setRules(PARTNERS);
    await c().locator('.composer-rule', { hasText: 'demands encryption' }).waitFor();
    assert.match(plain(await c().locator('.composer-rule').innerText()), /^Your organisation demands encryption to demo\.test \(rule “Partners”\)\.$/);
    await button('Send encrypted');
    await c().locator('.spell-off').waitFor();
    await tab('Security');
    await c().locator('.recipient-rule', { hasText: 'Encryption demanded' }).waitFor();
    assert.deepEqual(await choices(), { none: 'locked', sign: 'locked', encrypt: 'on', sign_encrypt: 'free' });
    assert.deepEqual(await axe(page), []);
    if (process.env.SHOT) await page.screenshot({ path: `${process.env.SHOT}-lock.png` });
    await tab('Message');
    if (process.env.SHOT) await page.screenshot({ path: `${process.env.SHOT}-send.png` });
    await p.write('What nobody else reads.');
    await page.keyboard.press('Control+s');
    await c().locator('.composer-saved', { hasText: /encrypted/i }).waitFor();
    setRules([]);
    await c().locator('.composer-rule').waitFor({ state: 'detached' });
    await tab('Security');
    assert.equal((await choices()).none, 'free');
    setRules(PARTNERS);
    await c().locator('.security-locked.is-rule').waitFor();
    await tab('Message');
    await p.send();
    await p.sent();
    assert.match(await arrived(`Locked ${stamp}`), /^Content-Type: application\/pkcs7-mime;[^]*?enveloped-data/im);
  } finally { setRules([]); }
});

test('a secret is none of the spell check\'s or of a plain draft\'s before it is known whom it goes to', async () => {
  setRules(PARTNERS);
  let free;
  const held = new Promise((done) => { free = done; });
  const spelt = [];
  const seen = (r) => { if (/\/api\/v1\/spell$/.test(new URL(r.url()).pathname)) spelt.push(r.url()); };
  try {
    await page.route('**/api/v1/compose/demands', async (route) => { await held; await route.continue(); });
    page.on('request', seen);
    await p.newMessage();
    await c().locator('.spell-off').waitFor(); // nobody has said yet what is demanded
    await p.write('A secrett word.');
    assert.deepEqual(spelt, []);
    free();
    await c().locator('.subject-input').fill(`Early ${stamp}`);
    await page.keyboard.press('Control+s');
    await c().locator('.composer-saved', { hasText: /encrypted/i }).waitFor(); // nobody it goes to yet
    assert.deepEqual(spelt, []);
    await p.to(carol); // under no rule
    await c().locator('.spell-off').waitFor({ state: 'detached' });
  } finally {
    free();
    await page.unroute('**/api/v1/compose/demands');
    page.off('request', seen);
    setRules([]);
  }
  await discard();
});

test('what nobody can say is said, nothing is kept in clear or checked meanwhile, and asking again helps', async () => {
  let asked = 0;
  const away = (route) => { asked++; return route.fulfill({ status: 503, json: { code: 'state_unavailable', message: 'x' } }); };
  try {
    await page.route('**/api/v1/compose/demands', away);
    await p.newMessage();
    await p.to(bob);
    await c().locator('.subject-input').fill(`Unknown ${stamp}`);
    const notice = c().locator('[data-notice=rules-unknown]');
    await notice.getByText('is not known').waitFor();
    await notice.getByText('cannot reach its own memory').waitFor();
    await c().locator('.spell-off').waitFor();
    await p.write('Nobody knows what is demanded of it.');
    await page.keyboard.press('Control+s');
    await c().locator('.composer-saved', { hasText: /encrypted/i }).waitFor();
    assert.deepEqual(await axe(page), []);
    if (process.env.SHOT) await page.screenshot({ path: `${process.env.SHOT}-unknown.png` });
    const before = asked;
    await notice.getByRole('button', { name: 'Ask again' }).click();
    await eventually(() => asked > before, 'it was asked again');
    await page.unroute('**/api/v1/compose/demands', away);
    setRules(PARTNERS); // news, with which it is asked again
    await notice.waitFor({ state: 'detached' });
    await c().locator('.composer-rule', { hasText: 'demands encryption' }).waitFor();
  } finally {
    await page.unroute('**/api/v1/compose/demands');
    setRules([]);
  }
  await discard();
});

test('a trigger in the subject locks, is said to leave, and does', async () => {
  setRules([], { triggers: { encrypt: '[secret]' } });
  try {
    await p.newMessage();
    await p.to(bob);
    await c().locator('.subject-input').fill(`[Secret] Triggered ${stamp}`);
    await c().locator('.composer-rule', { hasText: 'The subject asks for encryption' }).waitFor();
    await c().locator('.composer-rule', { hasText: new RegExp(`leaves as .*Triggered ${stamp}`) }).waitFor();
    await p.write('By its subject.');
    await button('Send encrypted');
    await p.send();
    await p.sent();
    const mail = await arrived(`Triggered ${stamp}`);
    assert.match(mail, new RegExp(`^Subject: Triggered ${stamp}\r?$`, 'm'));
    assert.doesNotMatch(mail, /\[Secret\]/i);
  } finally { setRules([]); }
});

test('who cannot be encrypted to gets nothing in clear; what is wished for may be declined', async () => {
  setRules([...PARTNERS, { sign: 'on', to: [carol], name: 'Friends' }]);
  let asked = 0;
  // Of the note only, which would be signed and no more.
  const away = (route) => {
    if (route.request().postDataJSON().mode !== 'sign') return route.fallback();
    asked++;
    return route.fulfill({ status: 503, json: { code: 'state_unavailable', message: 'x' } });
  };
  try {
    await page.route('**/api/v1/compose/demands', away);
    await p.newMessage();
    await p.to(NOBODY);
    await c().locator('.composer-rule').waitFor();
    await c().locator('.subject-input').fill(`Never ${stamp}`);
    await p.write('Stays here.');
    await p.send();
    await c().locator('wx-cannot .cannot-rule').waitFor();
    await c().locator('wx-cannot .cannot-find').waitFor();
    await c().locator('wx-cannot .cannot-unknown', { hasText: 'cannot reach its own memory' }).waitFor();
    assert.deepEqual([await c().locator('wx-cannot .cannot-unasked, wx-cannot .cannot-ask').count(), await c().locator('wx-cannot .cannot-aside').count()], [0, 1]);
    assert.deepEqual(await axe(page), []);
    if (process.env.SHOT) await page.screenshot({ path: `${process.env.SHOT}-note-unknown.png` });
    const before = asked;
    await c().locator('wx-cannot').getByRole('button', { name: 'Ask the rules again' }).click();
    await eventually(() => asked > before, 'it was asked again');
    await page.unroute('**/api/v1/compose/demands', away);
    await c().locator('wx-cannot .cannot-unasked', { hasText: 'lets no unencrypted request' }).waitFor();
    await c().locator('wx-cannot .cannot-aside').waitFor();
    assert.deepEqual(await axe(page), []);
    assert.deepEqual(await c().locator('wx-cannot .cannot-clear, wx-cannot .cannot-split, wx-cannot .cannot-ask').count(), 0);
    if (process.env.SHOT) await page.screenshot({ path: `${process.env.SHOT}-cannot.png` });
    // What a word in the subject demands is not demanded of a note that asks for a certificate.
    setRules([{ sign: 'on', to: [carol], name: 'Friends' }], { triggers: { encrypt: '[secret]' } });
    await c().locator('wx-cannot .cannot-rule').waitFor({ state: 'detached' });
    await c().locator('.subject-input').fill(`[secret] Never ${stamp}`);
    await c().locator('wx-cannot .cannot-rule', { hasText: 'The subject asks for encryption' }).waitFor();
    await c().locator('wx-cannot .cannot-ask').click();
    await c().locator('.cannot-dialog', { hasText: NOBODY }).getByRole('button', { name: 'Cancel' }).click();
    await discard();
    await p.newMessage();
    await p.to(carol);
    await button('Send signed');
    await tab('Security');
    await c().locator('.security-locked.is-wish', { hasText: 'You may choose otherwise' }).waitFor();
    await c().locator('.mode-options input[value=none]').click();
    await c().locator('.security-locked.is-wish', { hasText: 'goes without' }).waitFor();
    assert.equal((await choices()).none, 'on');
  } finally {
    await page.unroute('**/api/v1/compose/demands');
    setRules([]);
  }
  await discard();
});

test('on reading, what is demanded and not met stands beside the verdict', async () => {
  const imap = await imapOf('erin');
  const subject = `Unsigned ${stamp}`;
  try {
    setRules([{ from: ['rules-e2e.example'], to: [erin], encrypt: 'inherit', validate: 'require', name: 'Partners' }]);
    await imap.select('INBOX');
    await imap.append('INBOX', message({ from: 'pat@rules-e2e.example', to: erin, subject, date: new Date(), id: `<${stamp}@rules-e2e.example>` }, text('Pay at once.')));
    await page.reload();
    await p.open(subject);
    const notice = p.message().locator('[data-policy=refused]');
    await notice.waitFor();
    assert.match(plain(await notice.innerText()), /demands a valid signature on mail from pat@rules-e2e\.example \(rule “Partners”\)[^]*not signed/);
    assert.deepEqual(await axe(page), []);
    if (process.env.SHOT) await page.screenshot({ path: `${process.env.SHOT}-read.png` });
  } finally {
    setRules([]);
    await imap.select('INBOX');
    for (const uid of await imap.search(`HEADER Subject "${subject}"`)) await imap.command(`UID STORE ${uid} +FLAGS (\\Deleted)`);
    await imap.command('EXPUNGE');
    imap.close();
  }
});

test('a demanded signature without a certificate is said before Send, and no more once there is one', async () => {
  try {
    setRules([{ sign: 'require', name: 'Signed' }]);
    await forget('erin');
    await page.reload();
    await p.newMessage();
    await p.to(bob);
    const notice = c().locator('[data-notice=no-signer]');
    await notice.getByText('you have no certificate to sign with').waitFor();
    assert.deepEqual(await axe(page), []);
    if (process.env.SHOT) await page.screenshot({ path: `${process.env.SHOT}-signer.png` });
    await tab('Security');
    await notice.waitFor({ state: 'detached' }); // it is said there
    await c().locator('.security-tab').getByText('you have no certificate to sign with').waitFor();
    await tab('Message');
    await notice.waitFor();
    await c().locator('.composer-min').click();
    await p.importKey();
    await c().locator('.composer-min').click();
    await c().locator('.composer-rule', { hasText: 'demands a signature' }).waitFor();
    await notice.waitFor({ state: 'detached' });
  } finally { setRules([]); }
  await discard();
});
