// Recipients as a person enters them: the combobox by keyboard, a list pasted, chips edited, moved, copied and folded, a
// group with its members, faults that are said and lose nothing, Reply-To on request.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Browser, forget } from '../lib/browser.mjs';
import { axe } from '../lib/axe.mjs';
import { account, imapOf, signedIn } from '../lib/instance.mjs';

const V1 = '/api/v1';
let browser, alice, page, api;
const ids = {};

before(async () => {
  await forget('alice');
  api = await signedIn('alice');
  for (const [key, name, ...addresses] of [['anna', 'Anna Probst', 'anna.probst@book.test', 'anna@home.test'], ['anton', 'Anton Reber', 'anton@book.test'], ['berta', 'Berta, the second', 'berta@book.test'], ['none', 'Nadja Ohne', 'nadja@book.test']]) {
    const r = await api.put(`${V1}/contacts/new`, { name, addresses });
    assert.equal(r.status, 200, r.text);
    ids[key] = r.json.id;
  }
  for (const g of (await api.get(`${V1}/groups`)).json.groups) await api.delete(`${V1}/groups/${g.id}`);
  const g = await api.post(`${V1}/groups`, { name: 'Anlage West', members: [ids.anna, ids.none, 'raw@group.test', ids.berta] });
  assert.equal(g.status, 200, g.text);
  ids.group = g.json.id;
  browser = await Browser.launch();
  alice = await (await browser.person('alice')).signIn();
  page = alice.page;
});
after(async () => {
  await alice?.close();
  await browser?.close();
  if (ids.group) await api?.delete(`${V1}/groups/${ids.group}`);
  api?.close();
  await forget('alice');
});

/** A text with values in it: each stands between marks that nobody sees. */
const as = (text) => new RegExp([...text].map((c) => c.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[\u2068\u2069]*'));
const field = (name) => alice.composer().locator(`wx-chips[data-field=${name}]`);
const input = (name = 'to') => field(name).locator('.chips-input');
const option = (name, text) => field(name).locator('.suggestion', { hasText: text });
const shown = (name = 'to') => field(name).locator('.recipient').evaluateAll((all) => all.map((e) => e.querySelector('bdi').textContent));
/** Until the field shows exactly these. */
const shows = (list, name = 'to') => page.waitForFunction(([f, wanted]) => {
  const all = [...document.querySelectorAll(`wx-composer:last-of-type wx-chips[data-field=${f}] .recipient bdi`)].map((e) => e.textContent);
  return JSON.stringify(all) === wanted;
}, [name, JSON.stringify(list)]);
const said = (text) => alice.composer().locator('.recipients-said', { hasText: as(text) }).waitFor();
const focusedIn = (selector) => page.waitForFunction((s) => document.activeElement?.matches(s), selector);
const paste = (text, name = 'to') => input(name).evaluate((e, t) => {
  const data = new DataTransfer();
  data.setData('text/plain', t);
  e.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
}, text);
const openFields = async () => { await alice.composer().locator('.cc-button').click(); await field('bcc').waitFor(); };
const close = async () => {
  while (await page.locator('wx-composer').count()) {
    const one = page.locator('wx-composer').first();
    await one.getByRole('button', { name: 'Discard' }).click();
    const sure = page.locator('dialog, .dialog').getByRole('button', { name: 'Discard' });
    await sure.or(page.locator('body:not(:has(wx-composer))')).first().waitFor();
    if (await sure.count()) await sure.click();
    await one.waitFor({ state: 'detached' });
  }
};
beforeEach(async () => { await close(); await alice.newMessage(); });

test('typing offers contacts and groups, by keyboard alone; what is a whole address is taken as it stands', async () => {
  await input().pressSequentially('an');
  await option('to', 'Anna Probst').first().waitFor();
  await option('to', 'Anlage West').getByText(as('Group of 4')).waitFor();
  assert.equal(await input().getAttribute('aria-expanded'), 'true');
  const active = async () => field('to').locator(`#${await input().getAttribute('aria-activedescendant')}`).innerText();
  const first = await active();
  await input().press('ArrowDown');
  assert.notEqual(await active(), first);
  await input().press('ArrowUp');
  assert.equal(await active(), first);
  await input().press('Escape');
  assert.equal(await input().getAttribute('aria-expanded'), 'false');
  assert.equal(await input().inputValue(), 'an', 'Escape closes the list and keeps what was typed');
  await input().pressSequentially('ton');
  await option('to', 'Anton Reber').getByText('Contact').waitFor();
  await input().press('Tab');
  await shows(['Anton Reber']);
  assert.equal(await input().inputValue(), '');
  await focusedIn('.chips-input');
  // Another address begins with the very text that is a whole address.
  await input().pressSequentially('anna@home.test');
  await option('to', 'Anna Probst').waitFor();
  await input().fill('anna@ho.me');
  await input().press('Enter');
  await shows(['Anton Reber', 'anna@ho.me']);
  await input().pressSequentially('x@y.test,');
  await shows(['Anton Reber', 'anna@ho.me', 'x@y.test']);
  // A comma in a name is part of it.
  await input().pressSequentially('Doe, John <john@doe.test>;');
  await shows(['Anton Reber', 'anna@ho.me', 'x@y.test', 'Doe, John']);
  // All of it in one step, as a password manager or a voice types.
  await input().fill('x2@y.test; x3@y.test;');
  await shows(['Anton Reber', 'anna@ho.me', 'x@y.test', 'Doe, John', 'x2@y.test', 'x3@y.test']);
  assert.equal(await input().inputValue(), '');
  await input().pressSequentially('left@behind.test');
  await alice.composer().locator('.subject-input').focus();
  await shows(['Anton Reber', 'anna@ho.me', 'x@y.test', 'Doe, John', 'x2@y.test', 'x3@y.test', 'left@behind.test']);
});

test('a group becomes its members; the one without an address is said and stays to be seen', async () => {
  // The server keeps no contact without an address; an answer that has one none the less must lose nobody.
  const answers = `**${V1}/contacts?*group=*`;
  await page.route(answers, async (route) => {
    const answer = await route.fetch();
    const json = await answer.json();
    for (const c of json.contacts) if (c.name === 'Nadja Ohne') c.addresses = [];
    await route.fulfill({ response: answer, json });
  });
  try { await broken(); } finally { await page.unroute(answers); }
});

async function broken() {
  await input().pressSequentially('west');
  await option('to', 'Anlage West').waitFor();
  await input().press('Enter');
  await shows(['Anna Probst', 'Nadja Ohne', 'raw@group.test', 'Berta, the second']);
  await said('One cannot be written to: Nadja Ohne. There is no e-mail address.');
  await field('to').locator('.recipient.is-bad', { hasText: 'Nadja Ohne' }).waitFor();
  await alice.composer().locator('.subject-input').fill('x');
  await alice.send();
  await alice.composer().locator('.composer-notice', { hasText: 'Nadja Ohne' }).waitFor();
  await input().pressSequentially('west');
  await option('to', 'Anlage West').waitFor();
  await input().press('Enter');
  await said('4 were there already');
}

test('a list is pasted in the forms people have it; what is no address is marked, says why and is edited in place', async () => {
  await paste('Team: Zoe <zoe@x.test>, "Roe, Jane" <jane@x.test>;\r\nnobody\r\nmüller@x.test; anna@bücher.example\tzoe@X.test');
  await shows(['Zoe', 'Roe, Jane', 'nobody', 'müller@x.test', 'anna@bücher.example']);
  const bad = field('to').locator('.recipient.is-bad');
  assert.deepEqual(await bad.evaluateAll((l) => l.map((e) => e.getAttribute('data-tip').replace(/[\u2068\u2069]/g, ''))), [
    'nobody · An e-mail address has an @, as in name@example.org.'], 'letters of all scripts are fine before the @');
  await bad.first().click();
  await page.keyboard.press('Enter');
  const edit = field('to').locator('.chip-edit');
  await edit.waitFor();
  await edit.press('Escape');
  await shows(['Zoe', 'Roe, Jane', 'nobody', 'müller@x.test', 'anna@bücher.example']);
  await page.keyboard.press('F2');
  await edit.fill('Somebody <some@body.test>, other@body.test');
  await edit.press('Enter');
  await shows(['Zoe', 'Roe, Jane', 'Somebody', 'other@body.test', 'müller@x.test', 'anna@bücher.example']);
});

test('chips by keyboard: walk, choose, remove, copy, and over to another field', async () => {
  await paste('a@x.test, b@x.test, c@x.test, d@x.test');
  await shows(['a@x.test', 'b@x.test', 'c@x.test', 'd@x.test']);
  await input().press('Backspace');
  await focusedIn('.recipient[data-at="3"]');
  await page.keyboard.press('Backspace');
  await shows(['a@x.test', 'b@x.test', 'c@x.test']);
  await focusedIn('.recipient[data-at="2"]');
  await page.keyboard.press('Shift+ArrowLeft');
  await focusedIn('.recipient[data-at="1"]');
  const copied = await field('to').locator('.recipient[data-at="1"]').evaluate((e) => {
    const data = new DataTransfer();
    e.dispatchEvent(new ClipboardEvent('copy', { clipboardData: data, bubbles: true, cancelable: true }));
    return data.getData('text/plain');
  });
  assert.equal(copied, 'b@x.test, c@x.test');
  await page.keyboard.press('Alt+ArrowDown');
  await shows(['a@x.test']);
  await shows(['b@x.test', 'c@x.test'], 'cc');
  await said('2 moved to Cc.');
  await focusedIn('wx-chips[data-field=cc] .recipient');
  await page.keyboard.press('Alt+ArrowDown');
  await shows(['c@x.test'], 'bcc');
  await shows(['b@x.test'], 'cc');
  // Who is in To already does not come a second time, and it is said.
  await input('bcc').fill('A@x.test');
  await input('bcc').press('Enter');
  await said('A@x.test is already in To.');
  await shows(['c@x.test'], 'bcc');
  // The same in the field where they stand, and twice in what is pasted.
  await input('cc').fill('B@x.test');
  await input('cc').press('Enter');
  await said('B@x.test is already in Cc.');
  await shows(['b@x.test'], 'cc');
  await input('cc').fill('e@x.test, E@x.test, b@x.test');
  await input('cc').press('Enter');
  await said('E@x.test, b@x.test are already in Cc.');
  await shows(['b@x.test', 'e@x.test'], 'cc');
  await field('cc').locator('.recipient').last().focus();
  await page.keyboard.press('Delete');
  await alice.composer().locator('.recipients-said').waitFor({ state: 'detached' });
  await input('to').fill('c@x.test');
  await input('to').press('Enter');
  await shows(['a@x.test', 'c@x.test']);
  await shows([], 'bcc');
  await input('to').press('Control+a');
  await page.keyboard.press('Delete');
  await shows([]);
  await focusedIn('wx-chips[data-field=to] .chips-input');
});

test('chips are dragged between fields, and have a menu that says what else can be done', async () => {
  await openFields();
  await paste('Ana <a@x.test>, b@x.test');
  await shows(['Ana', 'b@x.test']);
  await field('to').locator('.recipient', { hasText: 'Ana' }).dragTo(field('bcc').locator('.chips'));
  await shows(['Ana'], 'bcc');
  await shows(['b@x.test']);
  await field('bcc').locator('.recipient').click({ button: 'right' });
  const menu = page.getByRole('menu', { name: 'Ana' });
  await menu.getByRole('menuitem', { name: as('Move to Cc') }).waitFor();
  assert.deepEqual((await axe(page)).map((v) => v.id ?? v), []);
  await page.keyboard.press('Escape');
  await focusedIn('wx-chips[data-field=bcc] .recipient');
  await page.keyboard.press('Shift+F10');
  await menu.getByRole('menuitem', { name: as('Move to Cc') }).click();
  await shows(['Ana'], 'cc');
});

test('500 are taken at once, fold while nobody is in the field, and one more is said', async () => {
  await paste(Array.from({ length: 500 }, (_, i) => `Person ${i} <p${i}@many.test>`).join('; '));
  await field('to').locator('.recipient[data-at="499"]').waitFor();
  await alice.composer().locator('.subject-input').focus();
  await field('to').locator('.chips-more', { hasText: as('and 493 more') }).waitFor();
  assert.equal(await field('to').locator('.recipient').count(), 7);
  await field('to').locator('.chips-more').click();
  await field('to').locator('.recipient[data-at="499"]').waitFor();
  await paste('one@too.test, many@too.test');
  await said('A message can have 500 recipients, this one has 502.');
  await alice.composer().locator('.subject-input').fill('Too many');
  await alice.send();
  await alice.composer().locator('.composer-notice', { hasText: as('500 recipients') }).waitFor();
});

test('a faulty one among many stays in sight', async () => {
  await paste(`${Array.from({ length: 40 }, (_, i) => `p${i}@many.test`).join('\n')}\nnobody`);
  await alice.composer().locator('.subject-input').focus();
  await field('to').locator('.chips-more', { hasText: as('and 33 more') }).waitFor();
  await field('to').locator('.recipient.is-bad', { hasText: 'nobody' }).waitFor();
});

test('Reply-To is there on request and leaves with the message; who was written to is offered, and can be forgotten', async () => {
  const subject = `Answers elsewhere ${Date.now()}`;
  const bob = account('bob').address;
  await alice.mode('none');
  await alice.to(bob);
  await openFields();
  await alice.composer().locator('.reply-to-button').click();
  await input('reply').fill('Office <office@answers.test>');
  await input('reply').press('Enter');
  await shows(['Office'], 'reply');
  await alice.composer().locator('.subject-input').fill(subject);
  await alice.write('Please answer to the office.');
  await alice.send();
  await alice.sent();
  const imap = await imapOf('bob');
  let uid;
  while (!uid) { await imap.select('INBOX'); [uid] = await imap.search(`HEADER Subject "${subject}"`); }
  assert.match(String(await imap.source(uid)), /^Reply-To: Office <office@answers\.test>\r?$/m);
  imap.close();
  await alice.newMessage();
  await input().pressSequentially(bob.slice(0, 3));
  await field('to').locator('.suggestion[data-source=met]').getByText('Written to before').waitFor();
  await input().press('Shift+Delete');
  await field('to').locator('.suggestion[data-source=met]').waitFor({ state: 'detached' });
  const gone = async () => (await api.post(`${V1}/contacts/complete`, { text: bob })).json.found.every((f) => f.source !== 'met');
  while (!(await gone())) await new Promise((r) => setTimeout(r, 50));
});
