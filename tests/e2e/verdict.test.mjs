// What the reader says about a message, on the whole stack: grey until the issuer was asked and green then, trust that is
// given and taken back, a certificate that changes, a message inside a message, the proof, the hidden subject.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Authority } from '../lib/authority.mjs';
import { Browser, forget, passphraseOf } from '../lib/browser.mjs';
import { account, eventually, folderId, dropFolder, imapOf, instance, signedIn, top } from '../lib/instance.mjs';
import { entity, html, message, multipart, text } from '../lib/mime.mjs';
import { OCSP, Outside, missing } from '../lib/outside.mjs';
import { Smime, openssl } from '../lib/smime.mjs';

const FOLDER = 'Scratch verdict';
const RUN = Date.now().toString(36);
const outside = missing();
let browser, alice, api, demo, asked, unknown, place;

const shots = process.env.SHOTS;
/** A picture to look at, where SHOTS names a folder. */
async function shot(name, p = alice) {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  for (const scheme of ['light', 'dark']) {
    await p.page.emulateMedia({ colorScheme: scheme });
    await p.page.screenshot({ path: path.join(shots, `${name}-${scheme}.png`) });
  }
  await p.page.setViewportSize({ width: 390, height: 844 });
  await p.page.screenshot({ path: path.join(shots, `${name}-narrow.png`) });
  await p.page.setViewportSize({ width: 1360, height: 860 });
  await p.page.emulateMedia({ colorScheme: 'light' });
}

const drop = () => dropFolder('alice', FOLDER);
/** A clear-signed mail by NAME of an authority, with its chain. */
function signed(authority, name, address, subject, { body = text('As agreed.'), certs = 'ca.pem' } = {}) {
  const smime = new Smime(authority.dir);
  const p7s = openssl(['cms', '-sign', '-binary', '-md', 'sha256', '-outform', 'DER', '-signer', smime.file(`${name}.pem`), '-inkey', smime.file(`${name}.key`), ...(certs ? ['-certfile', smime.file(certs)] : [])], body);
  const signature = entity([['Content-Type', 'application/pkcs7-signature; name="smime.p7s"'], ['Content-Transfer-Encoding', 'base64'], ['Content-Disposition', 'attachment; filename="smime.p7s"']], `${p7s.toString('base64').match(/.{1,76}/g).join('\r\n')}\r\n`);
  return message({ from: { name: 'Olga Orchard', address }, to: account('alice').address, subject, date: new Date(), id: `<${RUN}.${subject.replace(/\W/g, '')}@demo.test>` },
    multipart('signed', [body, signature], '; protocol="application/pkcs7-signature"; micalg=sha-256'));
}
async function put(...mails) {
  const imap = await imapOf('alice');
  for (const m of mails) await imap.append(FOLDER, m, ['\\Seen']);
  imap.close();
  if (!alice) return;
  await alice.folder('Inbox');
  await alice.folder(FOLDER);
}
const level = () => alice.verdict().getAttribute('data-level');
const becomes = (l) => alice.page.locator(`wx-security-bar .security[data-level=${l}][data-checking=no]`).waitFor();
async function discard(p = alice) {
  await p.composer().getByRole('button', { name: 'Discard' }).click();
  await p.page.locator('.dialog .button-danger').click();
  await p.composer().waitFor({ state: 'detached' });
}
async function details() {
  if (!(await alice.page.locator('.security-details').count())) await alice.page.locator('wx-security-bar .security-toggle').first().click();
  return alice.page.locator('wx-security-bar .security-details');
}
const noFaults = (p = alice) => assert.deepEqual(p.faults, []);

before(async () => {
  await forget('alice', 'bob');
  await drop();
  api = await signedIn('alice');
  for (const e of (await api.get('/api/v1/smime/trust')).json.entries) await api.delete(`/api/v1/smime/trust/${e.id}`, {});
  const adopt = { pem: path.join(instance.keys, 'root.pem'), key: path.join(instance.keys, 'root.key') };
  demo = new Authority('', { adopt });
  asked = new Authority('', { adopt, names: { ocsp: OCSP } });
  unknown = new Authority('Orchard Mail Authority');
  const imap = await imapOf('alice');
  await imap.create(FOLDER);
  imap.close();
  browser = await Browser.launch();
});
after(async () => {
  await browser?.close();
  place?.close();
  await drop();
  await forget('alice', 'bob');
  for (const a of [demo, asked, unknown]) a?.close();
  api?.close();
});

test('grey while nobody was asked, green after the check, in place and without a flicker', { skip: outside }, async () => {
  asked.issue('olga', 'olga@orchard.test', { commonName: 'Olga Orchard' });
  asked.issue('omar', 'omar@orchard.test'); // the responder reads its index once
  place = new Outside();
  await place.ocsp(asked);
  await put(signed(asked, 'olga', 'olga@orchard.test', 'Checked after it is shown', { body: html('<p>Apples and pears.</p>') }));
  alice = await (await browser.person('alice')).signIn();
  await alice.folder(FOLDER);
  const uid = (await api.get(`/api/v1/folders/${folderId(FOLDER)}/messages?offset=0&limit=5`)).json;
  const first = (await api.get(`/api/v1/folders/${folderId(FOLDER)}/messages/${uid.messages[0].uid}?uidvalidity=${uid.uidvalidity}`)).json;
  assert.equal(first.security.level, 'neutral', 'a GET asks nobody');
  assert.equal(first.security.check, true);

  let release;
  const held = new Promise((r) => { release = r; });
  await alice.page.route('**/check', async (route) => { await held; await route.continue(); });
  await alice.open('Checked after it is shown');
  await alice.frameText().getByText('Apples and pears.').waitFor();
  assert.equal(await level(), 'neutral', 'shown at once, and not green yet');
  await shot('verdict-before');
  await alice.page.evaluate(() => { document.querySelector('iframe.mail-frame').dataset.mark = 'same'; globalThis.moved = 0; new PerformanceObserver((l) => { for (const e of l.getEntries()) globalThis.moved += e.value; }).observe({ type: 'layout-shift', buffered: false }); });
  release();
  await becomes('good');
  assert.equal(await alice.page.locator('iframe.mail-frame[data-mark=same]').count(), 1, 'the text was not drawn again');
  assert.ok((await alice.page.evaluate(() => globalThis.moved)) < 0.01, 'nothing moved');
  await eventually(async () => /Sender confirmed/.test(await alice.page.locator('.toasts [role=status]').first().textContent()), 'it is said to screen readers');
  const panel = await details();
  const words = await panel.innerText();
  assert.equal((words.match(/revo(?:ked|cation)/gi) ?? []).length, 1, `revocation is told once: ${words}`);
  await panel.locator('summary').click();
  assert.match(await panel.innerText(), /OCSP http:\/\/11\.1\.2\.3/);
  await shot('verdict-after');
  noFaults();
});

test('a check that ends after the message was left touches nothing else', { skip: outside }, async () => {
  await put(signed(asked, 'omar', 'omar@orchard.test', 'Left before the answer'), signed(unknown, (unknown.issue('nina', 'nina@nowhere.test'), 'nina'), 'nina@nowhere.test', 'Read instead'));
  let release, ended;
  const held = new Promise((r) => { release = r; });
  const done = new Promise((r) => { ended = r; });
  await alice.page.unroute('**/check');
  await alice.page.route('**/check', async (route) => { await held; const answer = await route.fetch(); await route.fulfill({ response: answer }); ended(); }, { times: 1 });
  await alice.open('Left before the answer');
  await alice.page.locator('wx-security-bar .security[data-checking=yes]').waitFor();
  await alice.open('Read instead');
  await becomes('neutral');
  const before = await alice.verdict().innerText();
  release();
  await done;
  await alice.page.evaluate(() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r))));
  assert.equal(await level(), 'neutral');
  assert.equal(await alice.verdict().innerText(), before);
  await alice.open('Left before the answer');
  await becomes('good');
  noFaults();
});

test('unknown issuer: trusted for this certificate it is green "trusted by you", taken back it is grey again', async () => {
  alice ??= await (await browser.person('alice')).signIn();
  unknown.issue('otto', 'otto@orchard.test', { commonName: 'Otto Orchard' });
  await put(signed(unknown, 'otto', 'otto@orchard.test', 'Issuer nobody knows'));
  for (const [act, name] of [['trust-certificate', /exactly this certificate/], ['trust-issuer', /Orchard Mail Authority/]]) {
    await alice.open('Issuer nobody knows');
    await becomes('neutral');
    const panel = await details();
    assert.match(await panel.innerText(), /not known here[\s\S]*you can trust it for your own mail/);
    await shot(`verdict-${act}-before`);
    await panel.locator(`[data-act=${act}]`).click();
    const dialog = alice.page.locator('.dialog-trust');
    assert.match(await dialog.innerText(), name);
    const shown = (await dialog.innerText()).replace(/\s/g, '').toLowerCase();
    assert.ok(shown.includes(unknown.fingerprint(act === 'trust-issuer' ? 'ca' : 'otto')), 'the fingerprint of what is trusted');
    assert.ok(await dialog.locator('button[type=submit]').isDisabled(), 'only after a comparison');
    await shot(`verdict-${act}`);
    if (act === 'trust-issuer') {
      assert.ok(await dialog.locator('input[value=address]').isChecked(), 'no wider than needed, unless it is wanted');
      await dialog.locator('input[value=any]').check();
    }
    await dialog.locator('input[type=checkbox]').check();
    await dialog.locator('button[type=submit]').click();
    await becomes('good');
    assert.match(await alice.item('signature').innerText(), /Signed by .*otto@orchard\.test.*, trusted by you/);
    await alice.settings('Trusted by you');
    const entry = alice.page.locator('wx-trust-panel .key-card');
    await entry.waitFor();
    assert.equal(await entry.count(), 1);
    assert.match(await entry.innerText(), act === 'trust-issuer' ? /Orchard Mail Authority[\s\S]*Issuer, for every address/ : /Otto Orchard[\s\S]*for .?otto@orchard\.test/);
    await shot(`settings-${act}`);
    await entry.getByRole('button', { name: 'Remove' }).click();
    await alice.page.locator('.dialog .button-danger').click();
    await entry.waitFor({ state: 'detached' });
    await alice.page.goto(`${instance.origin}/mail/${folderId(FOLDER)}`);
    await alice.open('Issuer nobody knows');
    await becomes('neutral');
  }
  noFaults();
});

test('a certificate that changes waits for the reader, who compares and accepts', async () => {
  const day = 86_400_000;
  demo.issue('vera1', 'vera@orchard.test', { commonName: 'Vera Orchard', from: new Date(Date.now() - 9 * day) });
  demo.issue('vera2', 'vera@orchard.test', { commonName: 'Vera Orchard', from: new Date(Date.now() - day) });
  await put(signed(demo, 'vera1', 'vera@orchard.test', 'First certificate'), signed(demo, 'vera2', 'vera@orchard.test', 'Second certificate'));
  await alice.open('First certificate');
  await alice.page.locator('.toast', { hasText: 'was saved in your contacts' }).waitFor();
  await alice.open('Second certificate');
  const notice = alice.page.locator('[data-notice=pending-change]');
  await notice.waitFor();
  assert.match(await notice.innerText(), /uses a new certificate/);
  await shot('change-notice');
  const state = async () => Object.fromEntries((await api.get('/api/v1/contacts')).json.contacts.find((c) => c.addresses.some((a) => a.address === 'vera@orchard.test')).certificates.map((k) => [k.fingerprint.replace(/\W/g, '').toLowerCase(), k.state]));
  assert.deepEqual(await state(), { [demo.fingerprint('vera1')]: 'valid', [demo.fingerprint('vera2')]: 'pending' });

  // the page of certificates knows it too
  await alice.settings('Certificates of others');
  const card = alice.page.locator('wx-certificates-panel [data-contact="vera@orchard.test"]');
  await card.waitFor();
  assert.deepEqual(await card.locator('[data-state]').evaluateAll((l) => l.map((e) => e.dataset.state)), ['pending', 'valid']);
  assert.match(await card.innerText(), /from a signed message[\s\S]*Second certificate/);
  await shot('settings-certificates');
  await card.locator('[data-act=review]').click();
  const dialog = alice.page.locator('.dialog', { has: alice.page.locator('.compare') });
  const shown = (await dialog.innerText()).replace(/\s/g, '').toLowerCase();
  for (const n of ['vera1', 'vera2']) assert.ok(shown.includes(demo.fingerprint(n)), n);
  await shot('change-compare');
  await dialog.locator('[data-act=accept]').click();
  await eventually(async () => (await card.locator('[data-state]').evaluateAll((l) => l.map((e) => e.dataset.state))).join() === 'valid,superseded', 'the new one is used');
  assert.deepEqual(await state(), { [demo.fingerprint('vera1')]: 'superseded', [demo.fingerprint('vera2')]: 'valid' });
  // removed by the menu
  await card.locator('.kept-cert').nth(1).getByRole('button', { name: 'More actions' }).click();
  await alice.page.getByRole('menuitem', { name: 'Remove' }).click();
  await alice.page.locator('.dialog .button-danger').click();
  await eventually(async () => (await card.locator('[data-state]').count()) === 1, 'it is gone');
  noFaults();
});

test('a certificate file can be added; revoked and missing certificates stop an encrypted mail and say why', async () => {
  const panel = alice.page.locator('wx-certificates-panel');
  await alice.page.goto(`${instance.origin}/settings/certificates`);
  await panel.locator('input[type=file]').setInputFiles({ name: 'nothing.cer', mimeType: 'application/pkix-cert', buffer: Buffer.from('this is none') });
  await panel.locator('.notice.is-bad').waitFor();
  assert.match(await panel.locator('.notice.is-bad').innerText(), /nothing\.cer.* holds no certificate/);
  demo.issue('wim', 'wim@orchard.test', { commonName: 'Wim Orchard' });
  await panel.locator('input[type=file]').setInputFiles({ name: 'wim.pem', mimeType: 'application/x-pem-file', buffer: Buffer.from(demo.pem('wim')) });
  await panel.locator('[data-contact="wim@orchard.test"]').waitFor();
  await alice.page.goto(`${instance.origin}/mail/`);
  await alice.newMessage();
  await alice.mode('encrypt');
  await alice.to('wim@orchard.test', 'vera@orchard.test', 'nobody@orchard.test');
  await alice.composer().getByRole('tab', { name: 'Security' }).click();
  const row = (a) => alice.composer().locator('.recipients-table tr', { hasText: a });
  await row('wim@orchard.test').locator('.is-good').waitFor();
  assert.match(await row('nobody@orchard.test').innerText(), /No certificate known/);
  await shot('compose-recipients');
  await discard();
  noFaults();
});

test('recipients whose certificate was revoked are named so', { skip: outside }, async () => {
  asked.issue('rita', 'rita@orchard.test');
  asked.revoke('rita');
  place.close();
  place = new Outside();
  await place.ocsp(asked);
  const added = await api.post('/api/v1/smime/certificates', { certificate: asked.pem('rita') });
  assert.equal(added.status, 200, added.text);
  await alice.page.goto(`${instance.origin}/mail/`);
  await alice.newMessage();
  await alice.mode('encrypt');
  await alice.to('rita@orchard.test');
  await alice.composer().locator('.subject-input').fill('x');
  await alice.composer().getByRole('tab', { name: 'Security' }).click();
  const cell = alice.composer().locator('.recipients-table tr', { hasText: 'rita@orchard.test' }).locator('td').nth(1);
  await cell.getByText('Certificate was revoked').waitFor();
  await alice.composer().getByRole('tab', { name: 'Message' }).click();
  await alice.send();
  await alice.composer().locator('[data-notice=cannot-encrypt]', { hasText: /rita@orchard\.test – certificate revoked/ }).waitFor();
  await discard();
  noFaults();
});

test('a message inside a message has its own header, frame and verdict, and lends none to the whole', async () => {
  demo.issue('xena', 'xena@orchard.test', { commonName: 'Xena Orchard' });
  const inner = signed(demo, 'xena', 'xena@orchard.test', 'The signed one inside', { body: html('<p>Inner words.</p>') });
  const outer = message({ from: { name: 'Mallory', address: 'mallory@demo.test' }, to: account('alice').address, subject: 'Forwarded with a signed one', date: new Date(), id: `<${RUN}.outer@demo.test>` },
    multipart('mixed', [html('<p>Outer words, signed by nobody.</p>'), entity([['Content-Type', 'message/rfc822'], ['Content-Disposition', 'attachment; filename="inner.eml"']], inner)]));
  await put(outer);
  await alice.open('Forwarded with a signed one');
  await alice.frameText().getByText('Outer words').waitFor();
  const green = () => alice.page.locator('[data-level=good]').count();
  assert.equal(await green(), 0);
  await alice.page.locator('.attachment-open').click();
  const box = alice.page.locator('wx-attached .attached');
  await box.frameLocator('iframe.mail-frame').getByText('Inner words.').waitFor();
  assert.match(await box.innerText(), /^Attached message/);
  assert.match(await box.locator('.attached-subject').innerText(), /The signed one inside/);
  assert.equal(await box.locator('.security').getAttribute('data-level'), 'good');
  assert.equal(await alice.page.locator('wx-security-bar [data-level=good]').count(), 0, 'the whole has no green of it');
  assert.equal(await alice.page.locator('[data-level=good]').count(), await box.locator('[data-level=good]').count());
  assert.equal(await alice.page.locator('iframe.mail-frame').count(), 2, 'each in a frame of its own');
  await shot('attached');
  await alice.page.locator('.attachment-open').click();
  await box.waitFor({ state: 'detached' });
  noFaults();
});

test('the proof downloads and names verdict, signer and digests', async () => {
  await alice.open('Second certificate');
  const panel = await details();
  const download = alice.page.waitForEvent('download');
  await panel.locator('[data-act=proof]').click();
  const file = await download;
  assert.match(file.suggestedFilename(), /^Proof.*\.txt$/);
  const proof = readFileSync(await file.path(), 'utf8');
  assert.match(proof, /signed-valid/);
  assert.match(proof, /vera@orchard\.test/);
  assert.ok(proof.toLowerCase().replace(/[: ]/g, '').includes(demo.fingerprint('vera2')), proof);
  noFaults();
});

test('what a hostile certificate says of itself stays text, short and in order', async () => {
  const name = '\u202e<img src=x onerror=alert(1)>\u2066 Your Bank\u2069';
  unknown.issue('evil', 'evil@orchard.test', { commonName: name.slice(0, 60) });
  await put(signed(unknown, 'evil', 'evil@orchard.test', 'A certificate with a name'));
  await alice.open('A certificate with a name');
  await becomes('neutral');
  const panel = await details();
  await panel.locator('summary').click();
  const bar = alice.page.locator('wx-security-bar');
  assert.equal(await bar.locator('img').count(), 0);
  // Fluent's own isolates around values come in pairs; nothing of the certificate's is left.
  const all = await bar.evaluate((e) => e.textContent);
  assert.doesNotMatch(all, /[\u202a-\u202e\u2066\u2067]/);
  assert.equal((all.match(/\u2068/g) ?? []).length, (all.match(/\u2069/g) ?? []).length);
  assert.match(all, /<img src=x/, 'as text');
  await panel.locator('[data-act=trust-certificate]').click();
  assert.doesNotMatch(await alice.page.locator('.dialog-trust').evaluate((e) => e.textContent), /[\u202a-\u202e\u2066\u2067]/);
  await alice.page.locator('.dialog-trust').getByRole('button', { name: 'Cancel' }).click();
  noFaults();
});

test('in German nothing of the verdict is left in English', async () => {
  const german = new Map(readFileSync(path.join(top, 'static/i18n/de.ftl'), 'utf8').split('\n').map((l) => /^((?:reason|better)-[a-z-]+) = (.*)$/.exec(l)).filter(Boolean).map((m) => [m[1], m[2]]));
  const p = await (await browser.person('alice', { locale: 'de-DE' })).signIn();
  await p.page.goto(`${instance.origin}/mail/${folderId('Odd and hostile')}`);
  await p.page.locator('.row:not(.is-bone)').first().waitFor();
  const seen = new Set();
  for (const uid of (await api.get(`/api/v1/folders/${folderId('Odd and hostile')}/messages?offset=0&limit=200`)).json.messages.map((m) => m.uid)) {
    await p.page.evaluate((to) => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')); }, `/mail/${folderId('Odd and hostile')}/${uid}`);
    await p.page.waitForFunction((n) => document.querySelector('.row.is-open')?.dataset.uid === String(n) && document.querySelector('wx-reader .message:not(.is-loading), wx-reader .empty') && (document.querySelector('wx-security-bar')?.ref.uid ?? n) === n, uid);
    const toggle = p.page.locator('wx-security-bar .security-toggle[aria-expanded=false]');
    if (!(await p.page.locator('wx-security-bar').count())) continue;
    await p.page.locator('wx-security-bar .security-toggle').waitFor();
    if (await toggle.count()) await toggle.click();
    for (const li of await p.page.locator('.security-details .reasons li').evaluateAll((l) => l.map((e) => ({ code: e.dataset.code, text: e.querySelector('.reason-text').textContent, better: e.querySelector('.reason-better')?.textContent ?? '' })))) {
      const key = li.code.replaceAll('_', '-');
      const fits = (k, said) => new RegExp(`^${(german.get(k) ?? '\0').replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{ \\\$[ab] \}/g, '.*')}$`, 's').test(said);
      assert.ok(fits(`reason-${key}`, li.text), `${li.code}: ${li.text}`);
      if (li.better) assert.ok(fits(`better-${key}`, li.better), `${li.code}: ${li.better}`);
      seen.add(li.code);
    }
  }
  assert.ok(seen.size >= 10, [...seen].join());
  await p.close();
});

test('a hidden subject: servers see "[...]", the recipient the subject, and the answer hides it too', async () => {
  const SECRET = `Orchard takeover ${RUN}`;
  const bob = await (await browser.person('bob')).signIn();
  await bob.importKey();
  await alice.page.goto(`${instance.origin}/mail/`);
  await alice.importKey();
  await alice.page.locator('.settings-nav a', { hasText: 'Security' }).first().click();
  const pref = alice.page.locator('.set-switch', { hasText: 'Hide the subject' });
  await pref.waitFor();
  assert.ok(!(await pref.locator('input').isChecked()), 'off at first');
  await shot('settings-security');
  const cert = readFileSync(path.join(instance.keys, 'bob.pem'), 'utf8');
  assert.equal((await api.post('/api/v1/smime/certificates', { certificate: cert })).status, 200);
  await alice.page.goto(`${instance.origin}/mail/`);
  await alice.newMessage();
  const c = alice.composer();
  assert.equal(await c.locator('.subject-seen').count(), 0, 'nothing to say of a plain mail');
  await alice.mode('sign_encrypt');
  assert.match(await c.locator('.subject-seen').innerText(), /Servers can read the subject/);
  await c.getByRole('tab', { name: 'Security' }).click();
  await c.locator('.hide-subject').check();
  await shot('compose-security');
  await c.getByRole('tab', { name: 'Message' }).click();
  assert.match(await c.locator('.subject-seen').innerText(), /Servers see “\[\.\.\.\]”/);
  await alice.to(account('bob').address);
  await c.locator('.subject-input').fill(SECRET);
  await alice.write('Only between us.');
  await shot('compose-hidden');
  await alice.send();
  await alice.unlock(passphraseOf('alice'));
  await alice.sent();
  const find = async (who, folder) => {
    const imap = await imapOf(who);
    try {
      return await eventually(async () => {
        await imap.select(folder);
        const uids = await imap.search('HEADER Subject "[...]"');
        return uids.length ? (await imap.source(uids.at(-1))).toString('latin1') : null;
      }, `the mail in ${folder} of ${who}`);
    } finally { imap.close(); }
  };
  for (const [who, folder] of [['bob', 'INBOX'], ['alice', 'Sent']]) {
    const source = await find(who, folder);
    assert.ok(!source.includes('Orchard takeover'), `${who}: the subject is nowhere in the clear`);
  }
  await bob.page.goto(`${instance.origin}/mail/`);
  await bob.row('[...]').locator('.row-subject').click();
  await bob.unlock(passphraseOf('bob'));
  await bob.page.locator('.message-subject', { hasText: SECRET }).waitFor();
  await bob.hasVerdict('encrypted+signed-valid');
  await bob.reads('Only between us.');
  assert.match(await bob.frameText().innerText(), /^Only between us\./, 'no line for older programs is shown');
  await bob.reply();
  assert.equal(await bob.composer().locator('.subject-seen').getAttribute('data-hidden'), 'yes', 'the answer does not betray it');
  await bob.composer().getByRole('button', { name: 'Discard' }).click();
  noFaults();
  noFaults(bob);
  for (const [who, folder] of [['bob', 'INBOX'], ['alice', 'Sent']]) {
    const imap = await imapOf(who);
    await imap.select(folder);
    for (const uid of await imap.search('HEADER Subject "[...]"')) await imap.command(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
    await imap.command('EXPUNGE');
    imap.close();
  }
  await bob.close();
});
