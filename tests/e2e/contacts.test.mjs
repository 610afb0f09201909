// The page of people on the whole stack: writing, two who change the same contact, files of vCards, groups, merging, photographs,
// certificates that wait, earlier correspondents, thousands of people, keyboard and phone.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { Authority } from '../lib/authority.mjs';
import { axe } from '../lib/axe.mjs';
import { Browser } from '../lib/browser.mjs';
import { account, eventually, folderId, imapOf, instance, signedIn } from '../lib/instance.mjs';
import { entity, message, multipart, text } from '../lib/mime.mjs';
import { LOOKS } from '../lib/screens.mjs';
import { Smime, openssl } from '../lib/smime.mjs';

const V1 = '/api/v1';
const FOLDER = 'Scratch people';
let browser, dave, page, api;

async function clear() {
  for (;;) {
    const { contacts } = (await api.get(`${V1}/contacts`)).json;
    if (contacts.length === 0) break;
    for (let i = 0; i < contacts.length; i += 8) await Promise.all(contacts.slice(i, i + 8).map((c) => api.delete(`${V1}/contacts/${c.id}`, {})));
  }
  for (const g of (await api.get(`${V1}/groups`)).json.groups) await api.delete(`${V1}/groups/${g.id}`, {});
}
const make = async (body) => { const r = await api.put(`${V1}/contacts/new`, body); assert.equal(r.status, 200, r.text); return r.json; };
const importText = async (body) => { const r = await api.request('POST', `${V1}/contacts/import`, { body, headers: { 'Content-Type': 'text/vcard' } }); assert.equal(r.status, 200, r.text); return r.json; };
const stored = async (id) => (await api.get(`${V1}/contacts/${id}`)).json;
const all = async () => (await api.get(`${V1}/contacts`)).json.contacts;
async function go(where = '') {
  await page.goto(`${instance.origin}/contacts/${where}`);
  await page.locator(where === '' ? 'wx-people .people[aria-busy=false]' : 'article.person, .person-form').first().waitFor();
}
const row = (name) => page.locator('.person-row', { has: page.locator('.person-name', { hasText: name }) });
const shown = (name) => page.locator('article.person h1', { hasText: name }).waitFor();
const save = () => page.locator('.person-form button[type=submit]').click();
const search = async (words, ...names) => {
  await page.fill('#people-search', words);
  await eventually(async () => (await page.locator('.person-row .person-name').allInnerTexts()).join() === names.join(), `only ${names.join()}`);
};
/** Without the marks that keep names of others to themselves. */
const words = async (where) => (await where.innerText()).replace(/[\u2066-\u2069]/g, '');
const undoable = (text) => page.locator('.toast', { hasText: text }).getByRole('button', { name: 'Undo' }).waitFor();
const noFaults = () => assert.deepEqual(dave.faults, []);

before(async () => {
  api = await signedIn('dave');
  await clear();
  browser = await Browser.launch();
  dave = await (await browser.person('dave')).signIn();
  page = dave.page;
});
// What one test leaves typed is not asked about in the next.
beforeEach(async () => {
  await page.close();
  dave.faults.length = 0;
  page = dave.page = await dave.context.newPage();
});
after(async () => {
  await browser?.close();
  await clear();
  const imap = await imapOf('dave');
  await imap.command(`DELETE "${FOLDER}"`).catch(() => undefined);
  imap.close();
  api?.close();
});

test('somebody is made, found, changed and removed; Undo brings back all there was, groups too', async () => {
  await page.goto(`${instance.origin}/mail/`);
  await page.locator('.row:not(.is-bone), .grid-empty').first().waitFor();
  await page.locator('wx-list .grid').focus();
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await page.locator('.empty', { hasText: 'No contacts yet' }).waitFor();
  await page.waitForFunction(() => document.activeElement?.matches('.people'));
  await page.locator('#search[placeholder="Search mail"]').waitFor();
  assert.match(await page.title(), /Contacts – Waxseal/);
  await page.locator('[data-act=new]').click();
  await page.fill('#person-name', 'Žofie Nováková');
  await save();
  await page.locator('.field-error', { hasText: 'needs an e-mail address' }).waitFor();
  await page.fill('[data-line="0"]', 'zofie at book.test');
  await save();
  await page.locator('.field-error', { hasText: 'not an e-mail address' }).waitFor();
  await page.fill('[data-line="0"]', 'zofie@book.test');
  await page.locator('.address-label').first().fill('Work');
  await page.locator('[data-act=add-address]').click();
  await page.fill('[data-line="1"]', 'zn@home.book.test');
  await page.fill('#person-phone', '+420 1 23');
  await page.fill('#person-notes', 'Sings alto.\nMondays.');
  await save();
  await shown('Žofie Nováková');
  const id = new URL(page.url()).pathname.split('/')[2];
  const made = await stored(id);
  assert.deepEqual([made.name, made.addresses, made.phone, made.notes], ['Žofie Nováková', [{ address: 'zofie@book.test', label: 'work' }, { address: 'zn@home.book.test', label: '' }], '+420 1 23', 'Sings alto.\nMondays.']);
  assert.match(await page.locator('article.person').innerText(), /zofie@book\.test\s*Work[\s\S]*Sings alto\.\nMondays\./);

  const group = (await api.post(`${V1}/groups`, { name: 'Choir', members: [id] })).json;
  await make({ name: 'Albert', addresses: ['albert@book.test'] });
  await go();
  await search('zof', 'Žofie Nováková');
  await search('home.book', 'Žofie Nováková');
  await search('ofie');
  await search('', 'Albert', 'Žofie Nováková');
  await row('Žofie').click();
  await shown('Žofie Nováková');
  await page.locator('[data-act=remove]').click();
  await undoable('was removed');
  await eventually(async () => (await all()).length === 1, 'she is gone');
  await page.keyboard.press('z');
  await page.locator('.toast', { hasText: 'Undone' }).waitFor();
  await row('Žofie').waitFor();
  const back = (await all()).find((c) => c.name === 'Žofie Nováková');
  const whole = await stored(back.id);
  assert.deepEqual([whole.addresses, whole.phone, whole.notes, whole.groups], [made.addresses, made.phone, made.notes, [group.id]]);
  noFaults();
});

test('two change the same contact: what is typed stays, the other change is taken over or told', async () => {
  await clear();
  const c = await make({ name: 'Karl Krone', addresses: ['karl@book.test'], phone: '1', notes: 'old' });
  await go(`${c.id}/edit`);
  await page.fill('#person-name', 'Karl Krone-Mine');
  await page.fill('#person-notes', 'typed here');
  assert.equal((await api.put(`${V1}/contacts/${c.id}`, { ...c, name: 'Karl Krone-Theirs', phone: '2' })).status, 200);
  await save();
  const notice = page.locator('.person-clash');
  await notice.waitFor();
  assert.match(await words(notice), /changed elsewhere[\s\S]*Nothing you typed is lost[\s\S]*Taken over from there: Phone[\s\S]*Name there:[\s\S]*Karl Krone-Theirs/);
  assert.deepEqual([await page.inputValue('#person-name'), await page.inputValue('#person-notes'), await page.inputValue('#person-phone')], ['Karl Krone-Mine', 'typed here', '2']);
  assert.equal((await stored(c.id)).name, 'Karl Krone-Theirs', 'nothing was written over');
  await notice.getByRole('button', { name: 'Take this' }).click();
  assert.equal(await page.inputValue('#person-name'), 'Karl Krone-Theirs');
  await page.fill('#person-name', 'Karl Krone-Both');
  await save();
  await shown('Karl Krone-Both');
  const now = await stored(c.id);
  assert.deepEqual([now.name, now.phone, now.notes, now.version], ['Karl Krone-Both', '2', 'typed here', 3]);

  // removed elsewhere: what is typed can be saved as somebody new
  await page.locator('[data-act=edit]').click();
  await page.fill('#person-notes', 'typed before it was removed');
  await api.delete(`${V1}/contacts/${c.id}`, {});
  await save();
  await page.locator('.notice', { hasText: 'removed elsewhere' }).waitFor();
  await page.getByRole('button', { name: 'Save as new' }).click();
  await shown('Karl Krone-Both');
  assert.deepEqual((await Promise.all((await all()).map((x) => stored(x.id)))).map((x) => x.notes), ['typed before it was removed']);
  noFaults();
});

test('what is typed and not saved is still there after looking at somebody else; whose address it is is said', async () => {
  await clear();
  const one = await make({ name: 'Nina One', addresses: ['nina@book.test'] });
  await make({ name: 'Olaf Two', addresses: ['olaf@book.test'] });
  await go(`${one.id}/edit`);
  await page.fill('#person-phone', '777');
  await row('Olaf Two').click();
  await shown('Olaf Two');
  await page.locator('[data-act=write]').click();
  await dave.composer().waitFor();
  await dave.composer().locator('.recipient', { hasText: 'olaf@book.test' }).waitFor();
  await dave.composer().getByRole('button', { name: 'Discard' }).click();
  await dave.composer().waitFor({ state: 'detached' });
  await row('Nina One').click();
  await shown('Nina One');
  await page.locator('[data-act=edit]').click();
  await page.locator('#person-phone').waitFor();
  assert.equal(await page.inputValue('#person-phone'), '777');
  await page.fill('[data-line="0"]', 'OLAF@book.test');
  await save();
  await page.locator('.notice', { hasText: /belongs to .Olaf Two. already/ }).waitFor();
  assert.equal(await page.inputValue('#person-phone'), '777');
  await page.locator('[data-act=cancel]').click();
  await page.locator('dialog[open]', { hasText: 'Throw away what you typed?' }).locator('.button-danger').click();
  await shown('Nina One');
  assert.deepEqual([(await stored(one.id)).phone, (await stored(one.id)).version], ['', 1]);
  noFaults();
});

test('a file of vCards comes in; what was left out is told by line and name; both versions go out', async () => {
  await clear();
  await make({ name: 'One', addresses: ['one@in.test'] });
  await make({ name: 'Two', addresses: ['two@in.test'] });
  await go();
  const menu = async (name) => { await page.locator('.people-head').getByRole('button', { name: 'More actions' }).click(); await page.getByRole('menuitem', { name }).click(); };
  await menu('Import contacts');
  const dialog = page.locator('.dialog-cards');
  const file = (name, body) => dialog.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/vcard', buffer: Buffer.from(body) });
  await file('nothing.vcf', '');
  await dialog.locator('.notice', { hasText: /nothing\.vcf.” is empty\./ }).waitFor();
  await file('letter.txt', 'Dear all');
  await dialog.locator('.notice', { hasText: /letter\.txt.” holds no vCard\./ }).waitFor();
  await file('people.vcf', ['BEGIN:VCARD', 'FN:Nobody Anywhere', 'END:VCARD',
    'BEGIN:VCARD', 'FN:Both', 'EMAIL:one@in.test', 'EMAIL:two@in.test', 'END:VCARD',
    'BEGIN:VCARD', 'VERSION:4.0', 'FN:Jörg\\, Müller', 'EMAIL:joerg@in.test', 'ORG:Works', 'END:VCARD',
    'BEGIN:VCARD', 'FN:With key', 'EMAIL:key@in.test', 'KEY;ENCODING=b;TYPE=X509:AAAA', 'END:VCARD', ''].join('\n'));
  await dialog.locator('.card-report').nth(1).waitFor();
  assert.match(await words(dialog.locator('.notice')), /2 people were added, nobody was changed/);
  const lines = await dialog.locator('tbody tr').evaluateAll((l) => l.map((r) => [...r.children].map((c) => c.textContent)));
  assert.deepEqual(lines, [['1', 'Nobody Anywhere', 'Has no e-mail address'], ['4', 'Both', 'Its addresses belong to two of your contacts'], ['9', 'Jörg, Müller', 'The company'], ['15', 'With key', 'The certificate is damaged']]);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await row('Jörg, Müller').waitFor();
  for (const [name, version] of [['Export (vCard 4)', '4.0'], ['Export for older programs (vCard 3)', '3.0']]) {
    const download = page.waitForEvent('download');
    await menu(name);
    const got = await download;
    const out = readFileSync(await got.path(), 'utf8');
    assert.equal(got.suggestedFilename(), 'contacts.vcf');
    assert.equal(out.match(/^BEGIN:VCARD/gm).length, 4);
    assert.ok(out.includes(`VERSION:${version}\r\n`) && out.includes('joerg@in.test'));
  }
  noFaults();
});

test('groups: made of those chosen, filtered by, renamed while somebody else adds, removed and brought back', async () => {
  await clear();
  const [a, b, c] = [await make({ name: 'Ana Lund', addresses: ['ana@book.test'] }), await make({ name: 'Ben Moor', addresses: ['ben@book.test'] }), await make({ name: 'Cleo Nash', addresses: ['cleo@book.test'] })];
  await go();
  await row('Ana Lund').locator('.person-pick').click();
  await row('Ben Moor').locator('.person-pick').click();
  await page.locator('[data-act=group]').click();
  const dialog = page.locator('.dialog-group');
  await dialog.locator('#group-name').fill('Rowing');
  await dialog.locator('#group-add').fill('guest@elsewhere.test');
  await dialog.locator('#group-add').press('Enter');
  await dialog.locator('.group-members li').nth(2).waitFor();
  await dialog.locator('button[type=submit]').click();
  await page.locator('.toast', { hasText: /Rowing.” has .?3.? members/ }).waitFor();
  const groups = async () => (await api.get(`${V1}/groups`)).json.groups;
  const [made] = await groups();
  assert.deepEqual(made.members.toSorted(), [a.id, b.id, 'guest@elsewhere.test'].toSorted());
  await page.locator('.people-narrow select').selectOption(made.id);
  await eventually(async () => (await page.locator('.person-name').allInnerTexts()).join() === 'Ana Lund,Ben Moor', 'only the members');

  await page.locator('.people-head').getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: /Group “.Rowing/ }).click();
  await dialog.locator('.group-members li', { hasText: 'Ana Lund' }).getByRole('button').click();
  await dialog.locator('#group-name').fill('Rowers');
  assert.equal((await api.put(`${V1}/groups/${made.id}`, { ...made, members: [...made.members, c.id] })).status, 200);
  await dialog.locator('button[type=submit]').click();
  await dialog.locator('.notice', { hasText: 'changed elsewhere' }).waitFor();
  await dialog.locator('.group-members li', { hasText: 'Cleo Nash' }).waitFor();
  assert.equal(await dialog.locator('#group-name').inputValue(), 'Rowers');
  await dialog.locator('button[type=submit]').click();
  await dialog.waitFor({ state: 'detached' });
  assert.deepEqual((await groups()).map((g) => [g.name, g.members.toSorted().join()]), [['Rowers', [b.id, c.id, 'guest@elsewhere.test'].toSorted().join()]]);

  await page.locator('.people-head').getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: /Group “.Rowers/ }).click();
  await dialog.locator('.group-members li').nth(2).waitFor();
  await dialog.locator('[data-act=remove]').click();
  await undoable('was removed');
  await dialog.waitFor({ state: 'detached' });
  await eventually(async () => (await page.locator('.person-name').allInnerTexts()).length === 3, 'everyone again');
  await page.keyboard.press('z');
  await eventually(async () => (await groups())[0]?.members.length === 3, 'the group is back');
  noFaults();
});

test('several become one: what comes out is shown first, looked at again when one has changed, and is what happens', async () => {
  await clear();
  const a = await make({ name: 'Twin Peak', addresses: [{ address: 'twin@merge.test', label: 'work' }], notes: 'first' });
  const b = await make({ name: 'T. Peak', addresses: ['tp@merge.test'], phone: '55', notes: 'second' });
  await go();
  await page.locator('.people').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('x');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('x');
  await page.locator('[data-act=merge]').click();
  const dialog = page.locator('.dialog-merge');
  await dialog.locator('.option', { hasText: 'Twin Peak' }).locator('input').check();
  const out = dialog.locator('.merge-out');
  await out.locator('dd', { hasText: 'Twin Peak' }).waitFor();
  const looks = (await words(out)).replace(/\s+/g, ' ');
  assert.match(looks, /Name Twin Peak E-mail addresses twin@merge\.test Work tp@merge\.test Phone 55 Notes first second/);
  assert.equal((await api.put(`${V1}/contacts/${b.id}`, { ...b, phone: '66' })).status, 200);
  await dialog.locator('button[data-act=merge]').click();
  await dialog.locator('.notice', { hasText: 'was changed meanwhile' }).waitFor();
  await out.locator('dd', { hasText: '66' }).waitFor();
  assert.equal((await all()).length, 2, 'nothing has happened yet');
  await dialog.locator('button[data-act=merge]').click();
  await shown('Twin Peak');
  assert.equal(new URL(page.url()).pathname, `/contacts/${a.id}`);
  const one = await stored(a.id);
  assert.deepEqual([one.name, one.addresses.map((x) => x.address), one.phone, one.notes, (await all()).length], ['Twin Peak', ['twin@merge.test', 'tp@merge.test'], '66', 'first\n\nsecond', 1]);
  await page.locator('wx-person', { hasText: 'tp@merge.test' }).waitFor();
  await page.locator('.toast', { hasText: 'Twin Peak' }).getByRole('button', { name: 'Undo' }).click();
  await eventually(async () => (await all()).length === 2, 'they are two again');
  await page.locator('wx-person', { hasText: 'twin@merge.test' }).filter({ hasNotText: 'tp@merge.test' }).waitFor();
  const again = await stored(a.id), other = await stored((await all()).find((x) => x.id !== a.id).id);
  assert.deepEqual([again.name, again.addresses.map((x) => x.address), again.phone, again.notes], ['Twin Peak', ['twin@merge.test'], '', 'first']);
  assert.deepEqual([other.name, other.addresses.map((x) => x.address), other.phone, other.notes], ['T. Peak', ['tp@merge.test'], '66', 'second']);
  noFaults();
});

test('several people are written to at once, and removed at once; Undo brings them all back', async () => {
  for (const n of ['Uma', 'Una', 'Ute']) await make({ name: `${n} Several`, addresses: [`${n.toLowerCase()}@several.test`, `${n.toLowerCase()}@home.test`], notes: `of ${n}` });
  await go();
  await search('several', 'Uma Several', 'Una Several', 'Ute Several');
  await page.locator('.people').focus();
  for (const key of ['x', 'j', 'x', 'j', 'x']) await page.keyboard.press(key);
  await page.locator('.list-title', { hasText: '3' }).waitFor();
  assert.deepEqual(await axe(page), []);
  await page.locator('[data-act=write]').click();
  await dave.composer().waitFor();
  await eventually(async () => (await dave.composer().locator('wx-chips[data-field=to] .recipient bdi').allInnerTexts()).join() === 'uma@several.test,una@several.test,ute@several.test', 'all three are written to');
  await dave.composer().getByRole('button', { name: 'Close' }).click();
  await dave.composer().waitFor({ state: 'detached' });
  await page.locator('.people').focus();
  for (const key of ['Home', 'x', 'j', 'x']) await page.keyboard.press(key);
  await page.locator('[data-act=remove]').click();
  await eventually(async () => (await page.locator('.person-row .person-name').allInnerTexts()).join() === 'Ute Several', 'one is left');
  await page.locator('.toast', { hasText: 'contacts were removed' }).getByRole('button', { name: 'Undo' }).click();
  await search('several', 'Uma Several', 'Una Several', 'Ute Several');
  const back = (await all()).find((c) => c.name === 'Uma Several');
  assert.deepEqual([back.addresses.map((a) => a.address), (await stored(back.id)).notes], [['uma@several.test', 'uma@home.test'], 'of Uma']);
  noFaults();
});

test('a photograph is made small, shown, and taken away with Undo; what is no picture is said', async () => {
  await clear();
  const c = await make({ name: 'Foto Graf', addresses: ['foto@book.test'] });
  await go(c.id);
  const input = page.locator('#person-photo');
  await input.setInputFiles({ name: 'no.png', mimeType: 'image/png', buffer: Buffer.from('not a picture') });
  await page.locator('.notice', { hasText: /no\.png.” is no picture/ }).waitFor();
  const png = Buffer.from(await page.evaluate(() => { const k = document.createElement('canvas'); k.width = 1600; k.height = 900; const x = k.getContext('2d'); x.fillStyle = '#2a6'; x.fillRect(0, 0, 1600, 900); return k.toDataURL('image/png').split(',')[1]; }), 'base64');
  await input.setInputFiles({ name: 'face.png', mimeType: 'image/png', buffer: png });
  const size = () => page.locator('article.person .face-photo').evaluate((e) => (e.complete ? `${e.naturalWidth}x${e.naturalHeight}` : ''));
  await page.locator('article.person .face-photo').waitFor();
  await eventually(async () => (await size()) === '384x384', 'it is shown');
  const kept = await api.get(`${V1}/contacts/${c.id}/photo`);
  assert.deepEqual([kept.headers['content-type'], kept.bytes.length < 256 << 10], ['image/jpeg', true]);
  await page.locator('wx-person').getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Remove the photograph' }).click();
  await undoable('photograph was removed');
  await page.locator('article.person .face-photo').waitFor({ state: 'detached' });
  await page.keyboard.press('z');
  await page.locator('article.person .face-photo').waitFor();
  assert.ok((await api.get(`${V1}/contacts/${c.id}/photo`)).bytes.equals(kept.bytes));
  noFaults();
});

test('a certificate that waits is compared and accepted on the page of the person; removing her asks first', async () => {
  await clear();
  const day = 86_400_000;
  const demo = new Authority('', { adopt: { pem: path.join(instance.keys, 'root.pem'), key: path.join(instance.keys, 'root.key') } });
  try {
    demo.issue('petra1', 'petra@orchard.test', { commonName: 'Petra Orchard', from: new Date(Date.now() - 9 * day) });
    demo.issue('petra2', 'petra@orchard.test', { commonName: 'Petra Orchard', from: new Date(Date.now() - day) });
    const smime = new Smime(demo.dir);
    const imap = await imapOf('dave');
    await imap.create(FOLDER).catch(() => undefined);
    for (const n of ['petra1', 'petra2']) {
      const body = text(`By ${n}.`);
      const p7s = openssl(['cms', '-sign', '-binary', '-md', 'sha256', '-outform', 'DER', '-signer', smime.file(`${n}.pem`), '-inkey', smime.file(`${n}.key`), '-certfile', smime.file('ca.pem')], body);
      const part = entity([['Content-Type', 'application/pkcs7-signature; name="smime.p7s"'], ['Content-Transfer-Encoding', 'base64']], `${p7s.toString('base64').match(/.{1,76}/g).join('\r\n')}\r\n`);
      await imap.append(FOLDER, message({ from: { name: 'Petra Orchard', address: 'petra@orchard.test' }, to: account('dave').address, subject: n, date: new Date(), id: `<${n}.${Date.now()}@demo.test>` },
        multipart('signed', [body, part], '; protocol="application/pkcs7-signature"; micalg=sha-256')), ['\\Seen']);
    }
    imap.close();
    const folder = folderId(FOLDER);
    const list = (await api.get(`${V1}/folders/${folder}/messages?offset=0&limit=10`)).json;
    const mails = ['petra1', 'petra2'].map((n) => list.messages.find((m) => m.subject === n));
    const reasons = [];
    for (const m of mails) reasons.push((await api.post(`${V1}/smime/harvest`, { folder, uid: m.uid, uidvalidity: list.uidvalidity, keys: [] })).json.reason);
    assert.deepEqual(reasons, ['harvested', 'pending']);
    await go();
    await row('Petra Orchard').locator('.person-mark[aria-label="A certificate waits for your decision"]').waitFor();
    await row('Petra Orchard').click();
    const states = () => page.locator('article.person [data-state]').evaluateAll((l) => l.map((e) => e.dataset.state).join());
    await eventually(async () => (await states()) === 'pending,valid', 'both certificates');
    await page.locator('article.person [data-act=review]').click();
    const dialog = page.locator('.dialog', { has: page.locator('.compare') });
    const facts = (await dialog.innerText()).replace(/\s/g, '').toLowerCase();
    for (const n of ['petra1', 'petra2']) assert.ok(facts.includes(demo.fingerprint(n)), n);
    await dialog.locator('[data-act=accept]').click();
    await eventually(async () => (await states()) === 'valid,superseded', 'the new one is used');
    await row('Petra Orchard').locator('.person-mark[aria-label="A certificate waits for your decision"]').waitFor({ state: 'detached' });
    await page.locator('[data-act=remove]').click();
    const sure = page.locator('dialog[open]', { hasText: /Remove .Petra Orchard. from your contacts\?/ });
    assert.match(await words(sure), /2 certificates go too/);
    await sure.locator('.button-danger').click();
    await eventually(async () => (await all()).length === 0, 'she is gone');
    assert.equal(await page.locator('.toast', { hasText: 'was removed' }).getByRole('button', { name: 'Undo' }).count(), 0, 'no Undo that could not keep its word');
    noFaults();
  } finally { demo.close(); }
});

test('whom one has written to is offered, becomes a contact by a word, and is forgotten by another', async () => {
  await clear();
  await page.goto(`${instance.origin}/mail/`);
  await page.locator('.row:not(.is-bone), .grid-empty').first().waitFor();
  await dave.newMessage();
  await dave.to(account('bob').address, account('carol').address);
  await dave.composer().locator('.subject-input').fill('Met in passing');
  await dave.write('Hello.');
  await dave.send();
  await dave.sent();
  await go();
  await page.fill('#people-search', 'demo');
  const met = (name) => page.locator('.met-row', { hasText: name });
  await met('bob@').waitFor();
  await met('carol@').getByRole('button', { name: 'Propose' }).click();
  await met('carol@').waitFor({ state: 'detached' });
  const found = (await api.post(`${V1}/contacts/complete`, { text: 'carol' })).json.found;
  assert.deepEqual(found, []);
  await met('bob@').getByRole('button', { name: 'Add' }).click();
  await page.locator('#person-name').waitFor();
  assert.equal(await page.inputValue('[data-line="0"]'), account('bob').address);
  await page.fill('#person-name', 'Bob the Builder');
  await save();
  await shown('Bob the Builder');
  await page.locator('[data-act=mails]').click();
  await page.locator('.row-subject', { hasText: 'Met in passing' }).first().waitFor();
  noFaults();
});

test('in the reader: somebody who is called as a contact but writes from elsewhere; the card leads to the page', async () => {
  await clear();
  await make({ name: 'Rosa Winter', addresses: ['rosa@book.test', 'rw@book.test'] });
  const imap = await imapOf('dave');
  await imap.create(FOLDER).catch(() => undefined);
  for (const [from, subject] of [['rosa@elsewhere.test', 'Not the one you know'], ['RW@book.test', 'The one you know']]) {
    await imap.append(FOLDER, message({ from: { name: 'Rósa WINTER', address: from }, to: account('dave').address, subject, date: new Date(), id: `<${subject.length}.${Date.now()}@demo.test>` }, text('Hello.')), ['\\Seen']);
  }
  imap.close();
  await page.goto(`${instance.origin}/mail/${folderId(FOLDER)}`);
  await dave.open('Not the one you know');
  const caution = dave.message().locator('.notice', { hasText: 'You know' });
  await caution.waitFor();
  assert.match(await words(caution), /You know Rosa Winter under another address: rosa@book\.test\. This message came from rosa@elsewhere\.test\./);
  await dave.message().locator('.message-name').click();
  const card = page.locator('.sender-card');
  await card.getByText('Not in your contacts').waitFor();
  await card.getByRole('button', { name: 'Add to contacts' }).click();
  await page.locator('#person-name').waitFor();
  assert.deepEqual([await page.inputValue('#person-name'), await page.inputValue('[data-line="0"]')], ['Rósa WINTER', 'rosa@elsewhere.test']);
  await page.fill('#person-name', 'Rosa Elsewhere');
  await save();
  await shown('Rosa Elsewhere');

  await page.goto(`${instance.origin}/mail/${folderId(FOLDER)}`);
  await dave.open('The one you know');
  await dave.message().locator('.message-name').click();
  await card.getByText('In your contacts as').waitFor();
  assert.equal(await caution.count(), 0);
  await card.getByRole('button', { name: 'Open contact' }).click();
  await shown('Rosa Winter');
  noFaults();
});

test('the search field proposes people of the whole address book, asked for in a body', async () => {
  await clear();
  await importText(Array.from({ length: 300 }, (_, i) => `BEGIN:VCARD\nFN:Filler ${i}\nEMAIL:f${i}@crowd.test\nEND:VCARD\n`).join(''));
  await make({ name: 'Zoran Último', addresses: ['zoran@last.test'] });
  const urls = [];
  page.on('request', (r) => urls.push(r.url()));
  await page.goto(`${instance.origin}/mail/`);
  await page.locator('.row:not(.is-bone), .grid-empty').first().waitFor();
  await page.locator('#search').click();
  await page.locator('wx-search #search').waitFor();
  await page.locator('wx-search #search').pressSequentially('from:ulti');
  const option = page.locator('.search-option', { hasText: 'Zoran Último' });
  await option.waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator('.search-chip', { hasText: 'zoran@last.test' }).waitFor();
  await page.locator('wx-search #search').pressSequentially('zor');
  await option.waitFor();
  await page.keyboard.press('Escape');
  await option.waitFor({ state: 'hidden' });
  assert.deepEqual(urls.filter((u) => /ulti|zor/i.test(u)), []);
  noFaults();
});

test('thousands of people: only what is near is on the page, the end is reached, a word finds one', async () => {
  await clear();
  const N = 2500;
  for (let i = 0; i < N; i += 1250) await importText(Array.from({ length: 1250 }, (_, k) => `BEGIN:VCARD\nFN:Person ${String(i + k).padStart(5, '0')}\nEMAIL:p${i + k}@crowd.test\nEND:VCARD\n`).join(''));
  await go();
  await page.locator('.list-count', { hasText: '2,500' }).or(page.locator('.list-count', { hasText: '2500' })).waitFor();
  await page.locator('.people').focus();
  await page.keyboard.press('End');
  await row('Person 02499').waitFor();
  assert.ok((await page.locator('.person-row').count()) < 60);
  await page.keyboard.press('Enter');
  await shown('Person 02499');
  await search('01234', 'Person 01234');
  await clear();
  noFaults();
});

test('on a phone: one pane at a time, Back leads to the list; the account menu leads here', async () => {
  await clear();
  await make({ name: 'Pia Pocket', addresses: ['pia@book.test'], notes: 'small' });
  const p = await (await browser.person('dave', LOOKS.phone)).signIn();
  try {
    await p.page.locator('.account-button').click();
    await p.page.getByRole('menuitem', { name: 'Contacts' }).click();
    await p.page.locator('.person-row', { hasText: 'Pia Pocket' }).click();
    await p.page.locator('article.person').waitFor();
    assert.equal(await p.page.locator('wx-people').isVisible(), false);
    await p.page.goBack();
    await p.page.locator('.person-row', { hasText: 'Pia Pocket' }).waitFor();
    await p.page.locator('.person-row', { hasText: 'Pia Pocket' }).click();
    await p.page.locator('.reader-back').click();
    await p.page.locator('.person-row', { hasText: 'Pia Pocket' }).waitFor();
    assert.deepEqual(p.faults, []);
  } finally { await p.close(); }
});

test('in German nothing of the page is English', async () => {
  const p = await (await browser.person('dave', { locale: 'de-DE' })).signIn();
  try {
    await p.page.goto(`${instance.origin}/contacts/`);
    await p.page.locator('.person-row', { hasText: 'Pia Pocket' }).click();
    await p.page.locator('article.person').waitFor();
    assert.match(await words(p.page.locator('wx-contacts')), /Kontakte[\s\S]*Eine Person[\s\S]*Nachrichten mit dieser Person[\s\S]*E-Mail-Adressen[\s\S]*Notizen/);
  } finally { await p.close(); }
});
