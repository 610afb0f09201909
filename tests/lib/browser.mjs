// A person at the web client in headless Chromium. Everything the browser sends passes a relay of ours, which
// records it (lib/relay.mjs); every other host resolves to a trap that only counts.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { chromium } from 'playwright-core';
import { CHROMIUM } from './chromium.mjs';
import { Client } from './http.mjs';
import { account, eventually, instance, redis } from './instance.mjs';
import { Relay } from './relay.mjs';

/** What each person's keyring passphrase becomes at import. A test passphrase. */
export const passphraseOf = (name) => `${name} keyring test passphrase`;

export class Browser {
  static async launch() {
    const b = new Browser();
    b.relay = await Relay.start(Number(new URL(instance.origin).port));
    b.strangers = [];
    b.trap = net.createServer((s) => {
      const at = b.strangers.push('a connection that said nothing') - 1;
      // The host's name is in the Host field or, unencrypted too, in the TLS greeting.
      s.once('data', (d) => { b.strangers[at] = /[a-z0-9-]+(?:\.[a-z0-9-]+)+/i.exec(d.toString('latin1').replace(/^[A-Z]+ \S* HTTP.1.1/, ''))?.[0] ?? 'a connection without a name'; });
      s.on('error', () => {});
      setTimeout(() => s.destroy(), 200);
    });
    b.trap.listen(0, '127.0.0.1');
    await once(b.trap, 'listening');
    const { host } = new URL(instance.origin);
    b.chromium = await chromium.launch({
      executablePath: CHROMIUM,
      // The browser's own services (updates, form statistics) are no traffic of the page: they get no address at all.
      args: [`--host-resolver-rules=MAP ${host} 127.0.0.1:${b.relay.port}, MAP *.googleapis.com ~NOTFOUND, MAP *.google.com ~NOTFOUND, MAP *.gvt1.com ~NOTFOUND, MAP * 127.0.0.1:${b.trap.address().port}`,
        '--disable-background-networking', '--disable-features=AutofillServerCommunication,OptimizationHints,MediaRouter,PreloadTopChromeWebUI,SpareRendererForSitePerProcess', '--disable-component-update', '--no-default-browser-check', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
    });
    return b;
  }
  /** name: account of the demo. options of the context (colorScheme, viewport, reducedMotion), and rtl. */
  async person(name, { rtl, ...options } = {}) {
    const context = await this.chromium.newContext({ locale: 'en-GB', timezoneId: 'UTC', viewport: { width: 1360, height: 860 }, reducedMotion: 'reduce', ...options });
    // No text of ours runs from right to left yet; the layout must.
    if (rtl) await context.addInitScript(() => { const turn = () => { if (document.documentElement && document.documentElement.dir !== 'rtl') document.documentElement.dir = 'rtl'; }; turn(); new MutationObserver(turn).observe(document, { childList: true, subtree: false }); addEventListener('DOMContentLoaded', turn); });
    const p = new Person(this, name, context);
    await p.start();
    return p;
  }
  async close() {
    await this.chromium.close();
    await this.relay.stop();
    this.trap.close();
  }
}

export class Person {
  /** Things that must not happen: script errors, dialogs, policy violations, requests elsewhere. */
  faults = [];

  constructor(browser, name, context) {
    this.browser = browser;
    this.name = name;
    this.account = account(name);
    this.context = context;
  }
  async start() {
    const { context, faults } = this;
    context.setDefaultTimeout(Number(process.env.WX_WAIT ?? 60_000));
    await context.exposeFunction('wxFault', (text) => { faults.push(text); });
    await context.addInitScript(() => {
      addEventListener('securitypolicyviolation', (e) => { void window.wxFault?.(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile ?? ''}`); });
    });
    context.on('dialog', (d) => { faults.push(`dialog: ${d.type()} ${d.message()}`); void d.dismiss(); });
    context.on('weberror', (e) => { faults.push(`error: ${e.error().stack ?? e.error().message}`); });
    context.on('request', (r) => { if (!/^(?:blob|data|about):/.test(r.url()) && new URL(r.url()).origin !== instance.origin) faults.push(`request: ${r.url()}`); });
    context.on('console', (m) => { if (/Content.Security.Policy|Trusted ?Type/i.test(m.text())) faults.push(`console: ${m.text()}`); });
    this.page = await context.newPage();
  }
  async signIn() {
    const { page } = this;
    await page.goto(`${instance.origin}/`);
    await page.fill('#username', this.account.address);
    await page.fill('#password', this.account.password);
    await page.click('button[type=submit]');
    await page.locator('.row:not(.is-bone), .grid-empty').first().waitFor();
    return this;
  }
  close() { return this.context.close(); }

  // --- list and reader ---
  async folder(name) {
    const link = this.page.locator('wx-sidebar .folder-link', { has: this.page.getByText(name, { exact: true }) });
    // Where the folders are a drawer it is opened first; where a message has the only pane, that is left.
    await link.waitFor({ state: 'attached' });
    const drawer = this.page.locator('.drawer-button');
    if (!(await link.isVisible()) && !(await drawer.isVisible())) await this.page.locator('.reader-back').click();
    if (!(await link.isVisible())) await drawer.click();
    await link.click();
    await this.page.locator('wx-list .list-title', { hasText: name }).waitFor();
    await this.page.locator('wx-list .grid[aria-busy=false]').waitFor();
  }
  row(subject) { return this.page.locator('.row', { has: this.page.locator('.row-subject', { hasText: subject }) }).first(); }
  async open(subject) {
    // The list holds only the rows near the window: scrolls until the row is there.
    const { page } = this;
    await page.locator('.row:not(.is-bone)').first().waitFor();
    const grid = page.locator('wx-list .grid');
    if (!(await this.row(subject).count())) await grid.evaluate((g) => { g.scrollTop = 0; });
    while (!(await this.row(subject).count())) {
      const more = await grid.evaluate((g) => { const before = g.scrollTop; g.scrollTop += g.clientHeight / 2; return g.scrollTop > before; });
      if (!more) break;
      await page.waitForFunction(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(!document.querySelector('.row.is-bone'))))));
    }
    await this.row(subject).locator('.row-subject').click();
    await this.page.locator('.message-subject', { hasText: subject }).waitFor();
  }
  /** The message asked for; others of its conversation may stand around it. */
  message() { return this.page.locator('wx-reader [data-asked]'); }
  verdict() { return this.message().locator('wx-security-bar .security'); }
  item(kind) { return this.message().locator(`.security-item[data-kind=${kind}]`); }
  /** Waits until the verdict is this word. */
  async hasVerdict(word) { await this.message().locator(`wx-security-bar .security[data-verdict="${word}"]`).waitFor(); }
  frameText() { return this.message().frameLocator('iframe.mail-frame').locator('body'); }
  /** Until the text in its frame has this: it is drawn after the verdict stands. */
  async reads(text) { await this.frameText().filter({ hasText: text }).waitFor(); }

  // --- keyring ---
  async unlock(passphrase) {
    const form = this.page.locator('form.unlock');
    await form.locator('#keyring-passphrase').fill(passphrase);
    await form.locator('button[type=submit]').click();
  }
  /** Until the message has this verdict; a keyring that is open already asks for nothing. */
  async unlocked(passphrase, word) {
    await this.page.locator(`form.unlock, wx-reader [data-asked] wx-security-bar .security[data-verdict="${word}"]`).first().waitFor();
    if (await this.page.locator('form.unlock').count()) await this.unlock(passphrase);
    await this.hasVerdict(word);
  }
  async settings(section) {
    await this.page.locator('.header-settings').click();
    // On a phone the sections fold into one line.
    await this.page.locator('.settings-nav').waitFor();
    const fold = this.page.locator('.settings-menu:not([open]) > summary');
    if (await fold.count()) await fold.click();
    await this.page.locator('.settings-nav a', { hasText: section }).click();
  }
  /** Settings > Security > Import, all five steps. Returns the downloaded backup. */
  async importKey({ file = this.account.p12, passphrase = this.account.passphrase, keep = passphraseOf(this.name) } = {}) {
    const { page } = this;
    await this.settings('Security');
    await page.locator('wx-keys-panel').getByRole('button', { name: /^Import/ }).first().click();
    const dialog = page.locator('.import-dialog');
    await dialog.locator('input[type=file]').setInputFiles(typeof file === 'string' ? file : { name: 'key.p12', mimeType: 'application/x-pkcs12', buffer: file });
    await dialog.locator('#file-password').fill(passphrase);
    await dialog.locator('button[type=submit]').click();
    await dialog.locator('.key-card').first().waitFor();
    await dialog.locator('button[type=submit]').click();
    await dialog.locator('#new-passphrase').fill(keep);
    await dialog.locator('#new-passphrase-again').fill(keep);
    await dialog.locator('button[type=submit]').click();
    const download = page.waitForEvent('download');
    await dialog.locator('.backup-button').click();
    const backup = readFileSync(await (await download).path());
    await dialog.locator('button[type=submit]').click();
    await dialog.waitFor({ state: 'detached' });
    await page.locator('.key-list .key-card').first().waitFor();
    return backup;
  }

  // --- writing ---
  composer() { return this.page.locator('wx-composer .composer').last(); }
  editor() { return this.composer().frameLocator('iframe').locator('[contenteditable=true]'); }
  async newMessage() {
    await this.page.locator('.compose-button').click();
    await this.composer().waitFor();
    await this.editor().waitFor();
  }
  /** A picture that arrives between press and release moves what is below it away from the pointer: no click comes of it. */
  async picturesAreThere() {
    for (const frame of await this.message().locator('iframe.mail-frame').all()) {
      const inside = await (await frame.elementHandle())?.contentFrame();
      await eventually(async () => !inside || inside.isDetached() || inside.locator('img').evaluateAll((all) => all.every((i) => i.complete)), 'the pictures are there');
    }
  }
  async reply() {
    await this.picturesAreThere();
    await this.message().locator('.answer-row button').first().click();
    await this.composer().waitFor();
    await this.editor().waitFor();
  }
  async mode(mode) {
    const c = this.composer();
    await c.getByRole('tab', { name: 'Security' }).click();
    // A click also where it is chosen already: then it no longer follows the recipients.
    await c.locator(`.mode-options input[value=${mode}]`).click();
    await c.getByRole('tab', { name: 'Message' }).click();
  }
  async to(...addresses) {
    const input = this.composer().locator('.chips-input').first();
    for (const a of addresses) { await input.fill(a); await input.press('Enter'); }
  }
  /** The editor's frame is a process of its own: keys go to where the focus was until the page has heard of the click. */
  async intoEditor() {
    await this.editor().click();
    await this.page.waitForFunction(() => document.activeElement?.matches('wx-composer iframe'));
  }
  /** Where the focus comes by a key, the page has it before the frame hears of it; what is typed meanwhile goes nowhere. */
  async textHasFocus() {
    await this.page.waitForFunction(() => document.activeElement?.matches('wx-composer iframe'));
    const frame = await (await this.composer().locator('iframe').elementHandle()).contentFrame();
    await frame.waitForFunction(() => document.hasFocus() && document.activeElement?.isContentEditable);
  }
  async write(text) {
    await this.intoEditor();
    await this.page.keyboard.press('Control+Home');
    await this.page.keyboard.type(text);
  }
  /** A new message to these, with subject and text. */
  async begin(subject, text, ...to) {
    await this.newMessage();
    await this.to(...to);
    await this.composer().locator('.subject-input').fill(subject);
    await this.write(text);
  }
  async send() { await this.composer().locator('.send-button').click(); }
  async sent() { await this.page.locator('.toast', { hasText: 'sent' }).first().waitFor(); await this.composer().waitFor({ state: 'detached' }); }
}

/** Forgets keys, contacts and preferences, so that a test begins as on the first day. */
export async function forget(...names) {
  for (const name of names) {
    const c = new Client(instance.origin);
    await c.signIn(account(name).address, account(name).password);
    for (const k of (await c.get('/api/v1/smime/keys')).json?.keys ?? []) await c.delete(`/api/v1/smime/keys/${k.id}`, {});
    for (const x of (await c.get('/api/v1/contacts')).json.contacts) await c.delete(`/api/v1/contacts/${x.id}`, {});
    await c.put('/api/v1/settings', { security: { mode: 'auto', lock_after_minutes: 15, last_mode: 'none', lookups: true, listed: true }, ui: { theme: 'system' },
      list: { threads: true, sort: 'arrival', order: 'desc', density: 'comfortable', snippets: true, preview: 'right' }, labels: [] });
    // What Auto remembers of sets of recipients: nobody was written to.
    redis('web', 'DEL', ...['modes', 'modes-used'].map((k) => `${instance.instance}:u:${account(name).address}:${k}`));
    await c.post('/api/v1/signout', {});
    c.close();
  }
}
