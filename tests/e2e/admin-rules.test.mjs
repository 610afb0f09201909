// Rules in the administration's page: made, ordered and published by hand, obeyed by the mail client at once; simulated beside the
// draft; two administrators at once; a reader; hostile names; for everyone to use.
import assert from 'node:assert/strict';
import test, { after, afterEach, before, beforeEach } from 'node:test';
import { AdminPerson, launch } from '../lib/adminpage.mjs';
import { adminClient, adminOrigin, adminReader, org } from '../lib/admin.mjs';
import { axe } from '../lib/axe.mjs';
import { eventually, instance, redis, signedIn } from '../lib/instance.mjs';

const ALICE = `alice@${instance.domain}`;
const HOSTILE = '<img src=x onerror=alert(1)>\u202eevil\u202c {{7*7}} "\'`';
const rule = (id, priority, more = {}) => ({ id, priority, from: ['@managed'], to: ['*'], ...more });
let browser, api, alice, stored, p; // p: whoever sits at the page, anew for each test

const ok = (r) => { assert.equal(r.status, 200, r.text); return r.json; };
const rules = async () => ok(await api.get(org('rules')));
const set = async (list, more = {}) => ok(await api.put(org('rules'), { rules: list, ...more })).version;
/** What the composer is told of a mail to Pat. */
const demand = async () => Object.values(ok(await alice.post('/api/v1/compose/demands', { from: { name: '', address: ALICE }, to: [{ name: '', address: 'pat@partner.example' }], cc: [], bcc: [], subject: 'x', mode: 'none' })).locked).map(Boolean);
const name = (id) => p.page.locator(`[data-rule="${id}"] .rl-name`);
/** The order as somebody sees it. */
const order = () => p.page.locator('.rl-band').evaluateAll((all) => all.map((b) => `${b.dataset.priority}:${[...b.querySelectorAll('[data-rule]')].map((r) => r.dataset.rule).join('')}`).join(' '));
const isOrder = (want) => eventually(async () => (await order()) === want, `order ${want}`).catch(async (e) => { throw new Error(`${e.message}, but ${await order()}`); });
const list = async (first = '.rl-row') => { await p.at('/o/demo/rules', first); await p.settled(); };
const publish = async () => {
  await p.page.locator('.rl-draft').getByRole('button', { name: 'Publish' }).click();
  await p.page.locator('dialog[open] .dialog-foot .button-primary').click();
};

before(async () => {
  browser = await launch();
  [api, alice] = [await adminClient('dave'), await signedIn('alice')];
  const { version, ...rest } = await rules();
  assert.equal(typeof version, 'number');
  stored = rest;
});
beforeEach(async () => { p = await AdminPerson.open(browser, 'walt'); });
afterEach(async () => { await p?.close(); });
after(async () => {
  await api?.put(org('rules'), stored);
  await browser?.close();
  for (const c of [api, alice]) c?.close();
});

test('a rule that is made and published by the page is obeyed by the mail client at once', async () => {
  await set([]);
  assert.deepEqual(await demand(), [false, false]);
  await list('.empty');
  await p.page.locator('.empty').getByRole('button', { name: 'New rule' }).click();
  await p.page.locator('#rule-name').fill('Partner');
  const to = p.page.locator('[data-side=to]');
  await to.locator('input').fill('*@partner.example');
  await to.locator('input').press('Enter');
  await to.locator('.field-error').waitFor(); // said, and left to be mended
  await to.locator('input').fill('partner.example');
  await to.locator('input').press('Enter');
  await to.locator('.rl-chip', { hasText: 'partner.example' }).waitFor();
  assert.equal(await to.locator('.rl-chip').count(), 1, 'it took the place of anyone');
  await p.page.locator('input[name=preset-out][value=enforce]').check();
  await p.page.locator('.rl-sentence', { hasText: /From \S*your organisation\S* to \S*partner\.example\S*: \S*Outgoing: \S*enforced encryption/ }).waitFor();
  await p.page.getByRole('button', { name: 'Keep in the draft' }).click();
  await p.page.locator('.rl-draft', { hasText: 'One change' }).waitFor();
  assert.deepEqual(await demand(), [false, false], 'a draft demands nothing');
  await publish();
  await p.toast('Published').waitFor();
  assert.deepEqual(await demand(), [true, true]);
  const [made] = (await rules()).rules;
  assert.deepEqual([made.name, made.priority, made.from, made.to, made.sign, made.encrypt, made.decrypt], ['Partner', 1, ['@managed'], ['partner.example'], 'require', 'require', undefined]);
});

test('rules are put in order by keys, by number and by drag, and what is deleted comes back', async () => {
  await set([rule('A', 1), rule('B', 2), rule('C', 3)]);
  await list();
  await isOrder('1:A 2:B 3:C');
  await name('C').focus();
  await p.page.keyboard.press('Alt+ArrowUp');
  await isOrder('1:A 2:C 3:B');
  assert.equal(await name('C').evaluate((e) => e === document.activeElement), true, 'the focus goes along');
  await p.page.locator('wx-rules-order [role=status]', { hasText: /place \S*2\S* of \S*3/ }).waitFor({ state: 'attached' });
  await p.page.keyboard.press('Alt+End');
  await isOrder('1:A 3:B 4:C');
  await p.page.locator('[data-rule=C] .rl-prio input').fill('1');
  // The warnings of the order before may come now: they draw the rows anew, and take nothing of what is being typed.
  await p.page.locator('wx-rules-order').evaluate((l) => { l.requestUpdate(); return l.updateComplete; });
  await p.page.locator('[data-rule=C] .rl-prio input').press('Tab');
  await isOrder('1:AC 3:B');
  const box = await p.page.locator('[data-rule=B]').boundingBox();
  await p.page.locator('[data-rule=A] .rl-grip').dragTo(p.page.locator('.rl-band[data-priority="3"]'), { targetPosition: { x: 200, y: box.height - 3 } });
  await isOrder('1:C 3:B 4:A');
  await p.page.locator('[data-rule=C] .rl-grip').dragTo(p.page.locator('.rl-band[data-priority="3"]'), { targetPosition: { x: 200, y: box.height / 2 } });
  await isOrder('3:BC 4:A');
  await name('B').focus();
  await p.page.keyboard.press('Delete');
  await isOrder('3:C 4:A');
  await p.toast('was deleted from the draft').getByRole('button', { name: 'Undo' }).click();
  await isOrder('3:BC 4:A');
  await publish();
  await p.toast('Published').waitFor();
  assert.deepEqual((await rules()).rules.map((r) => `${r.id}${r.priority}`).sort(), ['A4', 'B3', 'C3']);
});

test('simulate says why, and what the draft would change', async () => {
  await set([rule('A', 1, { name: 'Sign', sign: 'on', encrypt: 'off' }), rule('B', 2, { name: 'Other', to: ['other.example'] })]);
  await list();
  await p.page.locator('[data-rule=A] .switch').click();
  await p.page.locator('.rl-draft').getByRole('link', { name: 'Try' }).click();
  await p.page.locator('[data-mail=to]').fill('pat@partner.example');
  await p.page.getByRole('button', { name: 'Simulate' }).click();
  await p.page.locator('.field-error', { hasText: 'One address' }).waitFor();
  await p.page.locator('[data-mail=from]').fill(ALICE);
  await p.page.locator('[data-mail=from]').press('Enter');
  const side = (label) => p.page.getByRole('region', { name: label, exact: true });
  await side('Rules in effect').locator('.rl-pass', { hasText: /The rule “\S*Sign\S*” was executed/ }).waitFor();
  await side('Your draft').locator('.rl-pass', { hasText: 'No rule matches: the defaults count.' }).waitFor();
  await side('Your draft').locator('[data-trace=A].is-different').waitFor({ state: 'attached' });
  assert.equal(await side('Your draft').locator('[data-trace=B].is-different').count(), 0);
  await p.page.locator('.notice', { hasText: 'different for one recipient' }).waitFor();
  await p.page.locator('.adm-nav').getByRole('link', { name: 'Rules' }).click();
  await p.page.locator('.rl-draft').getByRole('button', { name: 'Discard' }).click();
  await p.page.locator('dialog[open]').getByRole('button', { name: 'Discard' }).click();
  await p.page.locator('.rl-draft').waitFor({ state: 'detached' });
});

test('two administrators at once: the second sees both, chooses, and nothing is lost', async () => {
  await set([rule('A', 1, { name: 'First' }), rule('B', 2, { name: 'Second' })]);
  await list();
  await p.page.locator('[data-rule=A] .switch').click();
  await p.page.locator('[data-rule=B] .switch').click();
  await p.page.locator('.rl-draft', { hasText: /2\S* changes/ }).waitFor();
  await set([rule('A', 1, { name: 'Theirs' }), rule('B', 2, { name: 'Second' }), rule('C', 3, { name: 'Added' })]);
  await publish();
  const dialog = p.page.locator('dialog[open]', { hasText: 'Changed by somebody else meanwhile' });
  await dialog.locator('[data-change="rules.C"]', { hasText: 'new' }).waitFor();
  await dialog.locator('[data-contested="rules.A"] input[value=mine]').check();
  await dialog.getByRole('button', { name: 'Take over into my draft' }).click();
  await p.page.locator('dialog[open]', { hasText: 'Publish these changes?' }).locator('.button-primary').click();
  await p.toast('Published').waitFor();
  assert.deepEqual((await rules()).rules.map((r) => [r.id, r.name, r.enabled ?? true]), [['A', 'First', false], ['B', 'Second', false], ['C', 'Added', true]]);
});

test('hostile names are text, and a reader sees them and changes nothing', async () => {
  await set([rule('<b>x', 1, { name: HOSTILE, note: HOSTILE, filter: { field: 'subject', op: 'contains', value: HOSTILE }, to: ['dataset:<i>'] })], { datasets: { '<i>': [HOSTILE] } });
  // Signed in without a second factor: reads only.
  const reader = await adminReader('rita');
  const rita = await AdminPerson.open(browser, null);
  await rita.context.addCookies([...reader.cookies].map(([key, value]) => ({ name: key, value, url: adminOrigin.replace('http:', 'https:'), secure: true, httpOnly: true, sameSite: 'Strict' })));
  reader.close();
  for (const who of [p, rita]) {
    await who.at('/o/demo/rules', '.rl-row');
    assert.equal(await who.page.locator('.rl-grip').count(), who === rita ? 0 : 1);
    await who.page.locator('.rl-name', { hasText: '<img src=x onerror=alert(1)>evil {{7*7}}' }).click();
    await who.page.locator('.rl-form').waitFor();
    assert.equal(await who.page.getByRole('button', { name: 'Keep in the draft' }).count(), who === rita ? 0 : 1);
    await who.at('/o/demo/rules/lists', '[data-list]');
    assert.equal(await who.page.locator('img, .adm-main b, .adm-main i').count(), 0);
  }
  await rita.close();
  assert.deepEqual([p.faults, rita.faults], [[], []]);
});

const LOOKS = { light: {}, dark: { colorScheme: 'dark' }, phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }, rtl: { rtl: true } };
test('everybody can use these places: light, dark, on a phone, from right to left', async () => {
  await set([rule('A', 1, { name: 'Law', outbound: 'enforce', to: ['dataset:law'], bidirectional: true }), rule('B', 2, { filter: { all: [{ field: 'size', op: 'gt', value: 10 }, { not: { field: 'has_attachment', op: 'equals', value: true } }] }, sign: 'on' }), rule('C', 2, { enabled: false })], { datasets: { law: ['law.example'] } });
  redis('web', 'XADD', `${instance.instance}:log:demo`, '*', 'message_id', '<axe@x>', 'source', 'web', 'from', ALICE, 'recipients', 'axe@x.example', 'count', '1', 'direction', 'outbound', 'outcome', 'reject', 'status', '5.7.3', 'rules', 'A', 'version', '1', 'groups',
    JSON.stringify([{ recipients: ['axe@x.example'], direction: 'outbound', rule: 'A', effective: { sign: 'require' }, from_rule: { sign: 'A' }, trace: { A: 'selected' }, actions: { sign: { result: 'unavailable', reason: 'no_certificate' } }, outcome: 'reject', status: '5.7.3' }]));
  for (const [look, options] of Object.entries(LOOKS)) {
    const q = await AdminPerson.open(browser, 'walt', options);
    // Inside the page: the draft is not published, and leaving would be asked about.
    const to = async (path, ready) => { await q.page.evaluate((there) => { history.pushState(null, '', there); dispatchEvent(new PopStateEvent('popstate')); }, path); await q.page.locator(ready).first().waitFor(); };
    const clean = async (what) => { await q.settled(); assert.deepEqual(await axe(q.page), [], `${what}, ${look}`); };
    await q.at('/o/demo/rules', '.rl-row');
    await q.page.locator('.rl-warnings').first().waitFor();
    await q.page.locator('[data-rule=C] .switch').click();
    await q.page.locator('.rl-draft').waitFor();
    await clean('rules');
    await q.page.locator('[data-rule=B] .rl-name').click();
    await q.page.locator('.rl-form').waitFor();
    await clean('a rule');
    assert.ok(await q.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `no sideways scrolling, ${look}`);
    await q.page.locator('.rl-form-head button').click();
    await q.page.locator('.rl-draft').getByRole('link', { name: 'Try' }).click();
    await q.page.locator('[data-mail=from]').fill(ALICE);
    await q.page.locator('[data-mail=to]').fill('pat@law.example');
    await q.page.locator('[data-mail=to]').press('Enter');
    await q.page.locator('.rl-versus .rl-recipient').nth(1).waitFor();
    await clean('simulate');
    await to('/o/demo/mail', '.rl-entry');
    await q.page.locator('.rl-entry', { hasText: 'axe@x.example' }).locator('.rl-entry-head').first().click();
    await q.page.locator('.rl-why-panel', { hasText: 'Refused: there is no certificate for it' }).waitFor();
    await clean('mail');
    await to('/o/demo/rules/lists', '[data-list]');
    await clean('lists');
    assert.deepEqual(q.faults, []);
    await q.close();
  }
});
