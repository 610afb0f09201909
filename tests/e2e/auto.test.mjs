// Auto: what was chosen once for some recipients holds for the next message to the same ones, and for no others; answers
// to encrypted mail are encrypted whatever was chosen before.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, forget } from '../lib/browser.mjs';
import { account, eventually, imapOf, signedIn } from '../lib/instance.mjs';
import { certificateDer } from '../lib/keyring.mjs';

let browser, alice, page;
before(async () => {
  await forget('alice');
  const api = await signedIn('alice');
  await api.put('/api/v1/settings', { security: { mode: 'auto', last_mode: 'none' } });
  const r = await api.post('/api/v1/smime/certificates', { address: account('bob').address, certificate: certificateDer('bob').toString('base64') });
  assert.equal(r.status, 200, r.text);
  api.close();
  browser = await Browser.launch();
  alice = await (await browser.person('alice')).signIn();
  page = alice.page;
  await alice.importKey();
  await page.locator('.brand, .header-brand, a[href="/"]').first().click();
  await page.locator('wx-list .grid').waitFor();
});
after(async () => {
  await alice?.close();
  await browser?.close();
  await forget('alice');
});

const note = (text) => alice.composer().locator('.tabs-note', { hasText: new RegExp([...text].map((c) => c.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[\\u2068\\u2069]*')) }).waitFor();
const button = (text) => alice.composer().locator('.send-button').getByText(text, { exact: true }).waitFor();
async function send(subject) {
  await alice.composer().locator('.subject-input').fill(subject);
  await alice.write('A few words.');
  await alice.send();
}
const stamp = Date.now();
const bob = account('bob').address;
const carol = account('carol').address;

test('the choice for one message is remembered for its recipients', async () => {
  await alice.newMessage();
  await note('Auto: Not protected');
  await alice.to(carol);
  await send(`Plain to Carol ${stamp}`);
  await alice.sent();

  await alice.newMessage();
  await alice.to(bob);
  await alice.mode('sign_encrypt');
  await note('Signed and encrypted for 1 of 1');
  assert.equal((await alice.composer().locator('.tabs-note').innerText()).includes('Auto'), false, 'chosen, not followed');
  // What it is encrypted to and signed with: source, key, issuer, end.
  const c = alice.composer();
  await c.getByRole('tab', { name: 'Security' }).click();
  await c.locator('.recipients-table tr', { hasText: bob }).locator('.certificate-source', { hasText: /·.*(?:RSA \d{4}|P-\d{3}|prime256v1).*·/ }).waitFor();
  await c.locator('.signer', { hasText: /Signed with.*(?:RSA \d{4}|P-\d{3}|prime256v1).*·.*·/ }).waitFor();
  if (process.env.SHOT) await page.screenshot({ path: process.env.SHOT });
  await c.getByRole('tab', { name: 'Message' }).click();
  await send(`First to Bob ${stamp}`);
  await alice.sent();
});

test('the next message to the same ones follows, that to others does not; both are said before anything is sent', async () => {
  await alice.newMessage();
  await alice.to(carol);
  await note('Auto: Not protected');
  await button('Send');
  await alice.to(bob);
  await note('Auto: Signed and encrypted for 1 of 2');
  await page.locator('[role=status]', { hasText: /Auto: .*Signed and encrypted/ }).first().waitFor({ state: 'attached' });
  // Bob alone: as he was written to.
  await alice.composer().locator('.recipient', { hasText: 'carol' }).locator('.recipient-remove').click();
  await note('Auto: Signed and encrypted for 1 of 1');
  await button('Send signed and encrypted');
  await alice.composer().locator('.recipient', { hasText: 'bob' }).locator('.recipient-remove').click();
  await alice.to(carol);
  await note('Auto: Not protected');
  await button('Send');
  // By one's own choice, and back.
  await alice.mode('sign');
  await note('Will be signed');
  await alice.composer().getByRole('tab', { name: 'Security' }).click();
  await alice.composer().locator('.follow-button').click();
  await note('Auto: Not protected');
  await alice.composer().getByRole('button', { name: 'Discard' }).click();
  await page.locator('dialog, .dialog').getByRole('button', { name: 'Discard' }).click();
  await alice.composer().waitFor({ state: 'detached' });
});

test('sent with the keyboard before the answer came: it goes as it was remembered', async () => {
  let letGo;
  const held = new Promise((r) => { letGo = r; });
  await alice.newMessage();
  await alice.composer().locator('.subject-input').fill(`Fast to Bob ${stamp}`);
  const questions = '**/api/v1/compose/recipients';
  let asked = 0;
  await page.route(questions, async (route) => { asked += 1; await held; await route.continue(); });
  try {
    await alice.composer().locator('.chips-input').first().fill(bob);
    await page.keyboard.press('Control+Enter');
    await page.waitForFunction(() => document.querySelector('wx-composer .recipient'));
    while (!asked) await page.waitForTimeout(20);
    assert.equal(await alice.composer().count(), 1, 'waits');
    letGo();
    await page.locator('.toast', { hasText: 'Sent, signed and encrypted.' }).last().waitFor();
    await alice.composer().waitFor({ state: 'detached' });
  } finally {
    letGo();
    await page.unroute(questions);
  }
});

test('nobody can say what holds for the recipients: nothing goes by a guess; a choice sends it, and so does an answer', async () => {
  const questions = '**/api/v1/compose/recipients';
  const imap = await imapOf('bob');
  const at = async (subject) => { await imap.select('INBOX'); return imap.search(`HEADER Subject "${subject}"`); };
  const c = alice.composer();
  const begin = async (subject) => {
    await alice.newMessage();
    await alice.to(bob);
    await send(subject);
    await c.locator('.notice', { hasText: 'could not be found out' }).waitFor();
  };
  await page.route(questions, (r) => r.fulfill({ status: 503, contentType: 'application/json', body: '{"code":"unavailable","message":"x"}' }));
  try {
    await begin(`Chosen for Bob ${stamp}`);
    await page.waitForFunction(() => document.activeElement?.matches('.mode-options .radio'));
    // None was prepared, in whatever way.
    assert.equal((await at(`Chosen for Bob ${stamp}`)).length, 0);
    await c.locator('.mode-options .radio[value=none]').click();
    await alice.send();
    await alice.sent();
    const [uid] = await eventually(async () => { const found = await at(`Chosen for Bob ${stamp}`); return found.length && found; }, 'the choice is followed');
    assert.match(String(await imap.source(uid)), /A few words/);
    await begin(`Asked for Bob ${stamp}`);
  } finally { await page.unroute(questions); }
  try {
    await c.getByRole('tab', { name: 'Message' }).click();
    await alice.mode('sign_encrypt');
    await alice.send();
    await alice.sent();
    const [uid] = await eventually(async () => { const found = await at(`Asked for Bob ${stamp}`); return found.length && found; }, 'it arrives');
    assert.match(String(await imap.source(uid)), /smime-type=(?:enveloped|authEnveloped)-data/);
  } finally { imap.close(); }
});

test('Send pressed twice while the text is still being asked for: one message; where the text does not come, that is said', async () => {
  const imap = await imapOf('carol');
  try {
    const subject = `Twice ${stamp}`;
    await alice.newMessage();
    await alice.to(carol);
    await note('Auto: Not protected');
    await alice.composer().locator('.subject-input').fill(subject);
    await alice.write('A few words.');
    // The text is asked for, and comes when we say so.
    await page.evaluate(() => {
      const c = document.querySelector('wx-composer').composer, real = c.readBody;
      window.wxBody = { n: 0 };
      const held = new Promise((go, fail) => { Object.assign(window.wxBody, { go, fail }); });
      c.readBody = async (...all) => { window.wxBody.n++; await held; return real(...all); };
    });
    let prepared = 0;
    const count = (r) => { if (r.url().endsWith('/compose/prepare')) prepared++; };
    page.on('request', count);
    await alice.composer().locator('.subject-input').press('Control+Enter');
    await page.waitForFunction(() => window.wxBody.n > 0);
    await alice.composer().locator('.subject-input').press('Control+Enter');
    await page.evaluate(() => window.wxBody.go());
    await alice.sent();
    page.off('request', count);
    assert.equal(prepared, 1);
    await eventually(async () => { await imap.select('INBOX'); return (await imap.search(`HEADER Subject "${subject}"`)).length === 1; }, 'one message');

    await alice.newMessage();
    await alice.to(carol);
    await alice.composer().locator('.subject-input').fill(`Silent ${stamp}`);
    await alice.write('A few words.');
    await page.evaluate(() => { document.querySelector('wx-composer').composer.readBody = () => Promise.reject(new Error('the frame does not answer')); });
    await alice.send();
    await alice.composer().locator('.notice', { hasText: 'did not hand over the text' }).waitFor();
    await alice.composer().getByRole('button', { name: 'Discard' }).click();
    await page.locator('dialog, .dialog').getByRole('button', { name: 'Discard' }).click();
    await alice.composer().waitFor({ state: 'detached' });
  } finally { imap.close(); }
});

test('the text goes inside its signature where one wants that, and reads as well', async () => {
  const subject = `Opaque to Bob ${stamp}`;
  await alice.newMessage();
  await alice.to(bob);
  await alice.mode('sign');
  await alice.composer().getByRole('tab', { name: 'Security' }).click();
  await alice.composer().locator('.opaque-sign').check();
  await alice.composer().getByRole('tab', { name: 'Message' }).click();
  await send(subject);
  await alice.sent();
  const imap = await imapOf('bob');
  const uid = await eventually(async () => { await imap.select('INBOX'); return (await imap.search(`HEADER Subject "${subject}"`))[0]; }, 'it arrives');
  assert.match(String(await imap.source(uid)), /smime-type=signed-data/);
  imap.close();
  await alice.folder('Sent');
  await alice.open(subject);
  await alice.hasVerdict('signed-valid');
  await alice.reads('A few words');
});
