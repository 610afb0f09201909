// The administration's page: signing in with the second factor set up on the way, a code asked for again, two at once, a
// session that ends, what a reader sees; axe on every place in each look, and never an error or a policy violation.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { adminClient, adminOrigin, org } from '../lib/admin.mjs';
import { AdminPerson, PLACES, launch, showPlace } from '../lib/adminpage.mjs';
import { axe } from '../lib/axe.mjs';
import { account, ctl, eventually, instance, redis } from '../lib/instance.mjs';
import { LOOKS } from '../lib/screens.mjs';
import { codeAt, stepNow } from '../lib/totp.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

/** Opens, and never forgets to look at what went wrong and to close. */
async function as(name, options, run) {
  const p = await AdminPerson.open(browser, name, options);
  try {
    await run(p);
    assert.deepEqual(p.faults, []);
  } finally { await p.close(); }
}

const AXE = { light: LOOKS.light, 'dark, from right to left': { ...LOOKS.dark, rtl: true }, phone: LOOKS.phone };
for (const [look, options] of Object.entries(AXE)) {
  test(`axe finds nothing serious on any place (${look})`, async () => {
    await as('dave', options, async (p) => {
      for (const place of PLACES) {
        await showPlace(p, place);
        assert.deepEqual(await axe(p.page), [], place[0]);
      }
    });
  });
}

test('who may write sets up the second factor at the first sign-in, and only looks without', async () => {
  const who = account('erin');
  const forget = () => redis('admin', 'DEL', `${instance.instance}:a:u:${who.address}:totp`);
  forget();
  ctl('role', 'give', who.address, 'writer', 'demo');
  try {
    await as(null, {}, async (p) => {
      await p.at('/o/demo/mailboxes', '#gate-name');
      assert.deepEqual(await axe(p.page), []);
      const signIn = async (password) => {
        await p.page.fill('#gate-name', who.address);
        await p.page.fill('#gate-password', password);
        await p.page.keyboard.press('Enter');
      };
      await signIn('not the password');
      await p.page.locator('#gate-problem').waitFor();
      await signIn(who.password);
      // The password was typed a moment ago: it is not asked for again.
      const secret = (await p.page.locator('.adm-copy-text').innerText()).replaceAll(' ', '');
      assert.deepEqual(await axe(p.page), []);
      await p.page.getByRole('button', { name: 'Not now: only look' }).click();
      await p.page.locator('.adm-banner', { hasText: 'You can look, not change' }).waitFor();
      await p.rows().first().waitFor();
      assert.equal(await p.page.locator('[data-act=add]').count(), 0, 'nothing to change with');
      await p.page.locator('.adm-banner').getByRole('button', { name: 'Set it up' }).click();
      await p.page.fill('#enrol-password', who.password);
      await p.page.keyboard.press('Enter');
      await p.page.locator('.qr').waitFor();
      const again = (await p.page.locator('.adm-copy-text').innerText()).replaceAll(' ', '');
      assert.notEqual(again, secret, 'what was left half done is good for nothing');
      await p.page.fill('#enrol-code', '000000');
      await p.page.keyboard.press('Enter');
      await p.page.locator('.field-error').waitFor();
      await p.page.fill('#enrol-code', codeAt(again, stepNow()));
      await p.page.keyboard.press('Enter');
      await p.page.locator('.adm-codes li').nth(9).waitFor();
      assert.deepEqual(await axe(p.page), []);
      const done = p.page.getByRole('button', { name: 'Go on' });
      assert.equal(await done.getAttribute('aria-disabled'), 'true', 'not before they are saved');
      const code = await p.page.locator('.adm-codes li').first().innerText();
      await p.page.check('#enrol-kept');
      await done.click();
      await p.page.locator('[data-act=add]').waitFor();
      // And the next sign-in asks for a code.
      await p.page.locator('.account-button').click();
      await p.page.getByRole('menuitem', { name: 'Sign out' }).click();
      await p.page.locator('#gate-name').waitFor();
      await signIn(who.password);
      await p.page.fill('#gate-code', code);
      await p.page.keyboard.press('Enter');
      await p.page.locator('.adm-nav').waitFor();
    });
  } finally {
    ctl('role', 'take', who.address, 'demo');
    forget();
  }
});

test('two administrators at once: the second is shown the difference and says what shall stand', async () => {
  const walt = await adminClient('walt');
  const find = async () => (await walt.post(org('accounts/query'), { text: 'carol@' })).json.rows[0];
  const before = await find();
  try {
    await as('olga', {}, async (p) => {
      await p.at('/o/demo/mailboxes', '.table-body .table-row:not(.is-bone)');
      await p.page.fill('[data-search]', 'carol@');
      await p.page.locator('.table-body .table-row', { hasText: 'carol@' }).click();
      await p.page.locator('.adm-panel-body').getByRole('button', { name: 'Change' }).click();
      const dialog = p.page.locator('dialog[open]');
      await dialog.getByLabel('Name').fill('Carol of Olga');
      await dialog.locator('[data-field=outbound_per_hour] input').fill('70');
      const r = await walt.post(org('accounts/set'), { address: before.address, patch: { name: 'Carol of <b>Walt</b>', outbound_recipients: 9 }, version: before.version });
      assert.equal(r.status, 200);
      await dialog.getByRole('button', { name: 'Save' }).click();
      const compare = p.page.locator('.adm-compare');
      await compare.waitFor();
      assert.deepEqual(await axe(p.page), []);
      assert.match(await compare.locator('tr[data-field=name]').innerText(), /Carol of <b>Walt<\/b>[\s\S]*Carol of Olga/, 'both, as text');
      assert.match(await compare.locator('tr[data-field=outbound_recipients]').innerText(), /9/);
      await compare.locator('tr[data-field=name] input[value=theirs]').check();
      await p.page.getByRole('button', { name: 'Write this' }).click();
      await p.toast('Saved.').waitFor();
      const now = await find();
      assert.deepEqual([now.name, now.outbound_per_hour, now.outbound_recipients], ['Carol of <b>Walt</b>', 70, 9]);
    });
  } finally {
    await walt.post(org('accounts/set'), { address: before.address, patch: { name: before.name, outbound_per_hour: before.outbound_per_hour, outbound_recipients: before.outbound_recipients } });
    walt.close();
  }
});

test('an act that wants a fresh code asks for it once and goes on; left alone it changes nothing', async () => {
  const dave = await adminClient('dave');
  try {
    await as('olga', {}, async (p) => {
      await p.at('/o/demo/people', '[data-card=roles] li');
      // The server's answer to a session whose code is older than ten minutes, and then its own.
      let stale = true;
      await p.page.route('**/roles/set', (route) => (stale ? route.fulfill({ status: 403, contentType: 'application/json', body: '{"code":"step_up","message":"","details":{}}' }) : route.continue()));
      await p.page.route('**/stepup', (route) => { const right = route.request().postDataJSON().code === '123456'; stale = !right; return route.fulfill({ status: right ? 200 : 401, contentType: 'application/json', body: right ? '{"fresh_until":"2036-01-01T00:00:00Z"}' : '{"code":"wrong_code","message":"","details":{"field":"code"}}' }); });
      const row = p.page.locator('[data-person="rita@demo.test"]');
      const change = async () => {
        await row.getByRole('button', { name: 'Change' }).click();
        await p.page.locator('dialog[open] input[value=writer]').check();
        await p.page.getByRole('button', { name: 'Save' }).click();
      };
      const code = p.page.locator('dialog[open]', { hasText: 'Your code, please' });
      await change();
      await code.waitFor();
      await code.getByRole('button', { name: 'Cancel' }).click();
      await p.page.locator('dialog[open] .notice', { hasText: 'Nothing was changed' }).waitFor();
      await p.page.keyboard.press('Escape');
      await change();
      await code.waitFor();
      await p.page.keyboard.type('000000');
      await p.page.keyboard.press('Enter');
      await code.locator('.field-error').waitFor();
      await code.locator('.code-input').fill('123456');
      await p.page.keyboard.press('Enter');
      await row.locator('.adm-pill', { hasText: 'Writer' }).waitFor();
      assert.equal((await dave.get(org('roles'))).json.rows.find((x) => x.name === 'rita@demo.test').role, 'writer');
    });
  } finally {
    await dave.post(org('roles/set'), { name: 'rita@demo.test', role: 'reader' });
    dave.close();
  }
});

test('a session that ends covers the page; its owner goes on where it was', async () => {
  await as('olga', {}, async (p) => {
    await p.at('/o/demo/mailboxes', '.table-body .table-row:not(.is-bone)');
    let over = true;
    await p.page.route('**/api/admin/v1/**', (route) => {
      if (route.request().url().endsWith('/signin')) { over = false; return route.fulfill({ status: 200, contentType: 'application/json', body: JSON.stringify(session) }); }
      return over ? route.fulfill({ status: 401, contentType: 'application/json', body: '{"code":"unauthenticated","message":"","details":{}}' }) : route.continue();
    });
    const olga = await adminClient('olga');
    const session = olga.session;
    olga.close();
    await p.page.fill('[data-search]', 'alice');
    await p.page.locator('.adm-over #gate-password').waitFor();
    assert.equal(await p.page.locator('.table').isVisible(), false, 'nothing of the page is seen');
    assert.deepEqual(await axe(p.page), []);
    assert.equal(await p.page.inputValue('#gate-name'), 'olga@demo.test');
    await p.page.fill('#gate-password', 'whatever');
    await p.page.keyboard.press('Enter');
    await p.page.locator('.table-body .table-row', { hasText: 'alice@' }).waitFor();
    await eventually(async () => (await p.rows().count()) === 1, 'the search that waited is answered');
    // What was typed in a dialog is there again, and the request that waited goes on.
    await p.page.locator('[data-act=add]').click();
    await p.page.locator('dialog[open] [data-field=address] input').fill('eve@elsewhere.test');
    over = true;
    await p.page.locator('dialog[open]').getByRole('button', { name: 'Add', exact: true }).click();
    await p.page.locator('.adm-over #gate-password').fill('whatever');
    assert.equal(await p.page.locator('[data-field=address]').isVisible(), false);
    await p.page.keyboard.press('Enter');
    await p.page.locator('dialog[open] [data-field=address] .field-error').waitFor();
    assert.equal(await p.page.locator('[data-field=address] input').inputValue(), 'eve@elsewhere.test');
  });
});

test('what a role may not do has no button; text of the registry is text', async () => {
  const walt = await adminClient('walt');
  const rows = async () => (await walt.post(org('accounts/query'), { text: 'carol@' })).json.rows[0];
  const before = await rows();
  try {
    await walt.post(org('accounts/set'), { address: before.address, patch: { name: '<img src=x onerror=alert(1)>\u202etxt' } });
    await as('walt', {}, async (p) => {
      await p.at('/o/demo/people', '[data-card=roles] li');
      assert.equal(await p.page.locator('[data-act=role], [data-act=token]').count(), 0, 'a writer gives no roles');
      await p.at('/o/demo/mailboxes', '.table-body .table-row:not(.is-bone)');
      await p.page.locator('.table-body .table-row', { hasText: '<img src=x onerror=alert(1)>txt' }).waitFor();
      await p.at('/system', '.empty');
      assert.equal(await p.page.locator('[data-place=system]').count(), 0);
    });
    assert.equal((await walt.get(`${adminOrigin}/o/demo/mailboxes`)).status, 200);
  } finally {
    await walt.post(org('accounts/set'), { address: before.address, patch: { name: before.name } });
    walt.close();
  }
});

test('a server that is gone is said at once, and what was asked for comes when it is back', async () => {
  await as('olga', {}, async (p) => {
    await p.at('/o/demo/mailboxes', '.table-body .table-row:not(.is-bone)');
    await p.page.route('**/api/admin/v1/**', (route) => route.abort());
    await p.page.fill('[data-search]', 'bob@');
    await p.page.locator('.adm-banner.is-bad', { hasText: 'does not answer' }).waitFor();
    await p.page.locator('.table-over').getByRole('button', { name: 'Try again' }).waitFor();
    await p.page.unroute('**/api/admin/v1/**');
    await p.page.locator('.table-over').getByRole('button', { name: 'Try again' }).click();
    await p.page.locator('.table-body .table-row', { hasText: 'bob@' }).waitFor();
    await p.page.locator('.adm-banner').waitFor({ state: 'detached' });
  });
});
