// Pictures of rules, simulation and processed mail for docs/ADMIN.md: docs/images/admin-NAME-LOOK.png. (make screenshots). The demo's own rules are put back; the entry of the log is harmless and stays.
import assert from 'node:assert/strict';
import path from 'node:path';
import { adminClient, org } from '../lib/admin.mjs';
import { AdminPerson, launch } from '../lib/adminpage.mjs';
import { instance, redis, top } from '../lib/instance.mjs';
import { LOOKS } from '../lib/screens.mjs';

const out = process.env.OUT ?? path.join(top, 'docs/images');
const DOCUMENT = {
  rules: [
    { id: 'R1', priority: 1, name: 'Law firm: always encrypted', from: ['@managed'], to: ['law.example', '*.law.example'], outbound: 'enforce', note: 'Contract 7/2026' },
    { id: 'R2', priority: 2, name: 'Partner, both ways', from: ['@managed'], to: ['partner.example'], bidirectional: true, outbound: 'optional', inbound: 'optional', exclude_to: ['news@partner.example'] },
    { id: 'R3', priority: 2, name: 'Confidential words are signed', from: ['@managed'], to: ['@external'], sign: 'require', filter: { any: [{ field: 'subject', op: 'contains_word_of', value: 'confidential' }, { all: [{ field: 'has_attachment', op: 'equals', value: true }, { field: 'to', op: 'in_dataset', value: 'banks' }] }] } },
    { id: 'R4', priority: 5, enabled: false, name: 'Banks must sign', from: ['dataset:banks'], to: ['@managed'], validate: 'require' },
    { id: 'R5', priority: 9, name: 'Everything else', from: ['*'], to: ['*'], outbound: 'sign_only', inbound: 'optional' },
  ],
  datasets: { confidential: ['secret', 'confidential'], banks: ['bank.example', 'savings.example'] },
};
const alice = `alice@${instance.domain}`;
const group = { recipients: ['jo@law.example'], direction: 'outbound', rule: 'R1', effective: { sign: 'require', encrypt: 'require', on_partial: 'split' }, from_rule: { sign: 'R1', encrypt: 'R1', on_partial: 'default' }, trace: { R1: 'selected', R3: 'filter_false', R5: 'outranked' },
  actions: { sign: { result: 'satisfied', reason: 'already_signed' }, encrypt: { result: 'unavailable', reason: 'no_certificate' } }, outcome: 'reject', status: '5.7.3' };
redis('web', 'XADD', `${instance.instance}:log:demo`, '*', 'message_id', '<offer@demo.test>', 'source', 'web', 'from', alice, 'recipients', 'jo@law.example', 'count', '1', 'direction', 'outbound', 'outcome', 'reject', 'status', '5.7.3', 'rules', 'R1', 'version', '1', 'groups', JSON.stringify([group]));

const dave = await adminClient('dave');
const { json: { version, ...stored } } = await dave.get(org('rules'));
assert.equal(typeof version, 'number');
const browser = await launch();
try {
  assert.equal((await dave.put(org('rules'), DOCUMENT)).status, 200);
  for (const look of ['light', 'dark', 'phone']) {
    const p = await AdminPerson.open(browser, 'dave', { viewport: { width: 1280, height: 860 }, ...LOOKS[look] });
    const shot = async (name) => {
      await p.page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => undefined))));
      await p.page.screenshot({ path: path.join(out, `admin-${name}-${look}.png`) });
      console.log(`admin-${name}-${look}`);
    };
    await p.at('/o/demo/rules', '.rl-row');
    await p.settled();
    await shot('rules');
    if (look !== 'light') { await p.close(); continue; }
    await p.page.locator('[data-rule=R3] .rl-name').click();
    await p.page.locator('.rl-form').waitFor();
    await shot('rule');
    await p.page.locator('.rl-form-head button').click();
    await p.page.locator('[data-rule=R3] .rl-name').press('Alt+ArrowUp');
    await p.page.locator('[data-rule=R1] .switch').click();
    await p.page.locator('.rl-draft').getByRole('link', { name: 'Try' }).click();
    await p.page.locator('[data-mail=from]').fill(alice);
    await p.page.locator('[data-mail=to]').fill('jo@law.example');
    await p.page.locator('[data-mail=subject]').fill('Our offer');
    await p.page.locator('[data-mail=subject]').press('Enter');
    await p.page.locator('.rl-versus .rl-recipient').nth(1).waitFor();
    await shot('simulate');
    await p.page.locator('.adm-nav').getByRole('link', { name: 'Mail', exact: true }).click();
    await p.page.locator('.rl-entry', { hasText: 'jo@law.example' }).first().locator('.rl-entry-head').click();
    await p.page.locator('.rl-why-panel').waitFor();
    await shot('mail');
    await p.close();
  }
} finally {
  await browser.close();
  const r = await dave.put(org('rules'), stored);
  dave.close();
  assert.equal(r.status, 200, r.text);
}
