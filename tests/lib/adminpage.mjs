// A person at the administration's page in headless Chromium, already signed in with a second factor (lib/admin.mjs), and its places.
import { chromium } from 'playwright-core';
import { adminClient, adminOrigin, adminReader } from './admin.mjs';
import { CHROMIUM } from './chromium.mjs';

export function launch() {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--disable-background-networking', '--disable-component-update', '--no-default-browser-check', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])] });
}

export class AdminPerson {
  /** Things that must not happen: script errors, dialogs of the browser, policy violations, requests elsewhere. */
  faults = [];

  /** name: null is nobody signed in. options of the context, and rtl; reader: signed in by the password alone. */
  static async open(browser, name, { rtl, reader, ...options } = {}) {
    const p = new AdminPerson();
    const { faults } = p;
    p.context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', viewport: { width: 1360, height: 860 }, reducedMotion: 'reduce', ...options });
    p.context.setDefaultTimeout(Number(process.env.WX_WAIT ?? 60_000));
    await p.context.exposeFunction('wxFault', (text) => { faults.push(text); });
    await p.context.addInitScript(() => { addEventListener('securitypolicyviolation', (e) => { void window.wxFault?.(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile ?? ''}`); }); });
    if (rtl) await p.context.addInitScript(() => { addEventListener('DOMContentLoaded', () => { document.documentElement.dir = 'rtl'; }); });
    p.context.on('dialog', (d) => { faults.push(`dialog: ${d.message()}`); void d.dismiss(); });
    p.context.on('weberror', (e) => { faults.push(`error: ${e.error().stack ?? e.error().message}`); });
    p.context.on('request', (r) => { if (!/^(?:blob|data|about):/.test(r.url()) && new URL(r.url()).origin !== adminOrigin) faults.push(`request: ${r.url()}`); });
    p.context.on('console', (m) => { if (/Content.Security.Policy|Trusted ?Type/i.test(m.text())) faults.push(`console: ${m.text()}`); });
    if (name) {
      const c = reader ? await adminReader(name) : await adminClient(name);
      // A __Host- cookie wants a secure origin to be set by; the browser counts localhost as one when it sends it.
      await p.context.addCookies([...c.cookies].map(([key, value]) => ({ name: key, value, url: adminOrigin.replace('http:', 'https:'), secure: true, httpOnly: true, sameSite: 'Strict' })));
      c.close();
    }
    p.page = await p.context.newPage();
    return p;
  }
  async at(path, ready) {
    await this.page.goto(`${adminOrigin}${path}`);
    await this.page.locator(ready).first().waitFor();
    return this;
  }
  /** Nothing is being asked for any more. */
  async settled() { await this.page.waitForFunction(() => !document.querySelector('.adm-bones, .is-bone, [aria-busy=true]')); }
  /** What somebody sees of the rows of a table. */
  rows() { return this.page.locator('.table-body .table-row:not(.is-bone)'); }
  toast(text) { return this.page.locator('.toast', { hasText: text }).first(); }
  async close() { await this.context.close(); }
}

/** [name, address, what stands there when it is ready, what to do then]. For an operator (dave). */
export const PLACES = [
  ['overview', '/o/demo/overview', '[data-card=licences]'],
  ['mailboxes', '/o/demo/mailboxes', '.table-body .table-row:not(.is-bone)'],
  ['mailbox', '/o/demo/mailboxes', '.table-body .table-row:not(.is-bone)', async (p) => { await p.rows().first().click(); await p.page.locator('.adm-panel-body').waitFor(); }],
  ['mailbox-edit', null, '.adm-panel-body', async (p) => { await p.page.locator('.adm-panel-body').getByRole('button', { name: 'Change' }).click(); await p.page.locator('dialog[open] .field').first().waitFor(); }],
  ['many', '/o/demo/mailboxes/import', '#mbi-text'],
  ['authority', '/o/demo/authority', '[data-act=create], [data-card=issued]'],
  ['licences', '/o/demo/licences', '[data-card=frees]'],
  ['people', '/o/demo/people', '[data-card=tokens]'],
  ['token', null, '[data-act=token]', async (p) => { await p.page.locator('[data-act=token]').click(); await p.page.locator('dialog[open] .field').first().waitFor(); }],
  ['audit', '/o/demo/audit', '.audit-end, .empty'],
  ['settings', '/o/demo/settings', '[data-card=domains]'],
  ['roots', '/o/demo/settings/roots', '[data-card=roots]'],
  ['system', '/system', '[data-card=customers] li'],
  ['organisations', '/system/organisations', '[data-card=organisations] li'],
  ['registry', '/system/registry', '[data-card=import]'],
  ['account', '/settings', '[data-card=sessions] li'],
];
export async function showPlace(p, [, path, ready, then]) {
  if (path) await p.at(path, ready);
  else await p.page.locator(ready).first().waitFor();
  await p.settled();
  await then?.(p);
}

/** Each look a place is judged in. */
export const ADMIN_LOOKS = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  rtl: { colorScheme: 'light', rtl: true },
  phone: { colorScheme: 'light', viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};
