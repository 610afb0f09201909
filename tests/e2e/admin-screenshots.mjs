// Pictures of the administration's page for docs/ADMIN.md: docs/images/admin-NAME-LOOK.png (make screenshots). An organisation with some
// hundred mailboxes and a month of mail is put beside the demo's own, and the registry is as it was afterwards.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { adminClient, adminOrigin, api, org } from '../lib/admin.mjs';
import { AdminPerson, launch } from '../lib/adminpage.mjs';
import { instance, redis, top } from '../lib/instance.mjs';
import { TestIssuer, bulk } from '../lib/bulk.mjs';
import { LOOKS } from '../lib/screens.mjs';

const ID = 'harbour';
const out = process.env.OUT ?? path.join(top, 'docs/images');
const only = process.argv.slice(2);
const NAMES = ['Ana López', 'Jonas Weber', 'Mina Okafor', 'Tomáš Novák', 'Elena Rossi', 'Sara Cohen', 'Jürgen Müller', 'Priya Nair', 'Liam Byrne', 'Zofia Nowak', 'Hugo Martin', 'Ingrid Dahl'];
const local = (name, i) => `${name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(' ', '.')}${i < NAMES.length ? '' : Math.floor(i / NAMES.length)}`;
const days = Array.from({ length: 30 }, (_, i) => new Date(Date.now() - i * 86_400_000).toISOString().slice(0, 10).replaceAll('-', ''));
mkdirSync(out, { recursive: true });

async function furnish(dave, document) {
  const more = structuredClone(document);
  const first = (section) => Object.values(section)[0];
  const like = first(first(document.accounts));
  more.customers[ID] = { ...first(document.customers), name: 'Harbour Printing House', quota: 250, valid_until: `${new Date().getFullYear() + 1}-06-30T00:00:00Z` };
  more.organisations[ID] = { ...first(document.organisations), customer: ID, name: 'Harbour Printing House' };
  more.domains['harbour.test'] = { ...first(document.domains), organisation: ID };
  more.accounts[ID] = Object.fromEntries(Array.from({ length: 240 }, (_, i) => { const name = NAMES[i % NAMES.length]; return [`${local(name, i)}@harbour.test`, { ...like, name, state: i % 29 === 7 ? 'suspended' : 'active', plan: i % 11 === 3 ? 'basic' : null }]; }));
  const r = await dave.post(api('registry/import'), { document: more });
  assert.equal(r.status, 200, r.text);
  const addresses = Object.keys(more.accounts[ID]).sort();
  await dave.post(org('licences/activate', ID), { addresses: addresses.slice(0, 236) });
  await dave.post(org('licences/deactivate', ID), { addresses: addresses.slice(40, 52) });
  await dave.post(org('domains/claim', ID), { domain: 'harbour.example' });
  await dave.post(org('roles/set', ID), { name: 'olga@demo.test', role: 'owner' });
  await dave.post(org('roles/set', ID), { name: 'walt@demo.test', role: 'writer' });
  const issuer = new TestIssuer('Harbour Printing House CA');
  for (const [i, address] of addresses.slice(0, 60).entries()) {
    for (const to of i === 1 ? [12, 340] : [6 + ((i * 53) % 350)]) await dave.post(org('certificates/add', ID), { address, file: issuer.mailbox(address, 'x', { to }).p12.toString('base64'), passphrase: 'x' });
  }
  assert.equal((await dave.post(org('authority/create', ID), { algorithm: 'p256' })).status, 200);
  const { json: issued } = await dave.post(org('issue', ID), { addresses: addresses.slice(60, 76) });
  await dave.post(org('revoke', ID), { address: addresses[62], fingerprint: issued.rows[2].fingerprint, reason: 'keyCompromise' });
  await dave.post(org('csr', ID), { address: addresses[80], algorithm: 'p256' });
  days.forEach((day, i) => {
    const n = Math.round(180 + 70 * Math.sin(i * 1.7)) * ([0, 6].includes(new Date(Date.now() - i * 86_400_000).getUTCDay()) ? 0.25 : 1);
    const counts = { messages: n, signed: n * 0.8, encrypted: n * 0.45, decrypted: n * 0.2, validated: n * 0.3, refused: i % 9 === 4 ? 3 : 0 };
    for (const [what, x] of Object.entries(counts)) redis('web', 'HINCRBY', `${instance.instance}:stat:${ID}:${day}`, what, Math.round(x));
  });
}

const SHOTS = [
  ['overview', '/o/harbour/overview', '.chart-plot canvas'],
  ['mailboxes', '/o/harbour/mailboxes', '.table-body .table-row:not(.is-bone)', async (p) => {
    if (p.page.viewportSize().width > 700) for (const i of [2, 3, 5]) await p.rows().nth(i).locator('.table-pick').click();
  }],
  ['mailbox', '/o/harbour/mailboxes', '.table-body .table-row:not(.is-bone)', async (p) => { await p.rows().nth(1).click(); await p.page.locator('.adm-panel-body').waitFor(); }],
  ['certificates', '/o/harbour/certificates', '.table-body .table-row:not(.is-bone)', async (p) => { await p.rows().nth(1).click(); await p.page.locator('.adm-panel .adm-list').waitFor(); }],
  ['certificates-year', '/o/harbour/certificates/calendar', 'button.cal-day', async (p) => { await p.page.locator('button.cal-day').nth(4).click(); }],
  ['certificates-many', '/o/harbour/certificates/import', '#imp-file', async (p) => {
    const many = bulk({ count: 60, domain: 'harbour.test' });
    for (const address of many.accounts) await dave.post(org('accounts/add', ID), { address });
    await p.page.locator('#imp-file').setInputFiles({ name: 'mailboxes.zip', mimeType: 'application/zip', buffer: many.zip });
    await p.page.locator('[data-act=check]').click();
    await p.page.locator('.imp-report .table-body .table-row').first().waitFor();
    await p.page.locator('.imp-report').evaluate((e) => e.scrollIntoView());
  }],
  ['authority', '/o/harbour/authority', '[data-card=issued] .table-body .table-row:not(.is-bone)'],
  ['licences', '/o/harbour/licences', '[data-card=frees] li'],
  ['people', '/o/harbour/people', '[data-card=roles] li'],
  ['audit', '/o/harbour/audit', '.audit-entry'],
  ['domains', '/o/harbour/settings', '.domain-claim'],
  ['system', '/system/organisations', '[data-card=organisations] li'],
];

const dave = await adminClient('dave');
const { json: document } = await dave.post(api('registry/export'), { sealed_keys: true });
const browser = await launch();
try {
  await furnish(dave, document);
  for (const [look, options] of Object.entries(LOOKS).filter(([name]) => (process.env.LOOKS ?? 'light dark phone').split(' ').includes(name))) {
    const p = await AdminPerson.open(browser, 'dave', { viewport: { width: 1280, height: 800 }, ...options });
    for (const [name, at, ready, then] of SHOTS) {
      // In the dark and on a phone two of them are enough for the manual.
      if (only.length ? !only.includes(name) : look !== 'light' && !['overview', 'mailboxes'].includes(name)) continue;
      const size = p.page.viewportSize();
      if (['overview', 'authority'].includes(name) && size.width > 700) await p.page.setViewportSize({ ...size, height: 1120 });
      await p.at(at, ready);
      await p.settled();
      await then?.(p);
      await p.page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => undefined))));
      await p.page.screenshot({ path: path.join(out, `admin-${name}-${look}.png`) });
      await p.page.setViewportSize(size);
      console.log(`admin-${name}-${look}`);
    }
    await p.close();
    const stranger = await AdminPerson.open(browser, null, { viewport: { width: 1280, height: 800 }, ...options });
    if (only.length ? only.includes('signin') : look === 'light') {
      await stranger.page.goto(adminOrigin);
      await stranger.page.locator('#gate-name').waitFor();
      await stranger.page.screenshot({ path: path.join(out, `admin-signin-${look}.png`) });
    }
    await stranger.close();
  }
} finally {
  await browser.close();
  for (const day of days) redis('web', 'EXPIRE', `${instance.instance}:stat:${ID}:${day}`, '0');
  const r = await dave.post(api('registry/import'), { document });
  dave.close();
  assert.equal(r.status, 200, r.text);
}
