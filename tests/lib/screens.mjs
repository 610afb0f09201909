// The screens of the client, for accessibility checks and pictures: [name, how a signed-in person gets there].
import { instance, signedIn } from './instance.mjs';
import { passphraseOf } from './browser.mjs';

export const LOOKS = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  rtl: { colorScheme: 'light', rtl: true },
  // As large text makes it of 1,280 px: 400 % (WCAG 1.4.10).
  narrow: { colorScheme: 'light', viewport: { width: 320, height: 640 } },
  forced: { forcedColors: 'active' },
  phone: { colorScheme: 'light', viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};
const settled = (page) => page.waitForFunction(() => !document.querySelector('wx-app [aria-busy=true], .unlock-busy, .is-bone'));
async function discard(p) {
  await p.composer().getByRole('button', { name: 'Discard' }).click();
  await p.page.locator('.dialog .button-danger').click();
  await p.composer().waitFor({ state: 'detached' });
}
const home = async (p) => { if (await p.composer().count()) await discard(p); await p.page.goto(`${instance.origin}/mail/`); await p.page.locator('.row:not(.is-bone)').first().waitFor(); await settled(p.page); };

/** Two people to look at; gone with the next forget(). */
async function people(name) {
  const c = await signedIn(name);
  const r = await c.request('POST', '/api/v1/contacts/import', { body: 'BEGIN:VCARD\nFN:Ada Zweig\nEMAIL;TYPE=work:ada@screens.test\nEMAIL;TYPE=home:zweig@screens.test\nTEL:+43 1 23\nNOTE:Alto\\nMondays\nEND:VCARD\nBEGIN:VCARD\nFN:Adam Zweig\nEMAIL:adam@screens.test\nEND:VCARD\n', headers: { 'Content-Type': 'text/vcard' } });
  if (r.status !== 200) throw new Error(r.text);
  await c.post('/api/v1/signout', {});
  c.close();
}

export const SCREENS = [
  ['list', async (p) => { await home(p); }],
  ['unlock', async (p) => { await home(p); await p.open('Offer for the Lindqvist account'); await p.page.locator('form.unlock').waitFor(); await settled(p.page); }],
  ['reader', async (p) => { await p.unlock(passphraseOf(p.name)); await p.hasVerdict('encrypted+signed-valid'); await p.frameText().getByText('cormorant').waitFor(); await settled(p.page); }],
  ['details', async (p) => { await p.page.locator('[data-asked] .security-toggle').click(); await p.page.locator('.security-details').waitFor(); }],
  ['compose-security', async (p) => {
    await p.page.locator('[data-asked] .answer-row button').first().click();
    await p.editor().waitFor();
    await p.composer().getByRole('tab', { name: 'Security' }).click();
    await p.composer().locator('td.is-good').first().waitFor();
  }],
  ['compose', async (p) => {
    await p.composer().getByRole('tab', { name: 'Message' }).click();
    await p.write('Dear Bob, accepted as it stands. Alice');
  }],
  ['signed', async (p) => { await home(p); await p.open("Minutes of Tuesday's call"); await p.hasVerdict('signed-valid'); await settled(p.page); }],
  ['plain', async (p) => { await home(p); await p.open('Lunch on Friday?'); await settled(p.page); }],
  ['tampered', async (p) => { await home(p); await p.folder('Odd and hostile'); await p.open('Please transfer the money'); await p.page.locator('[data-asked] .security-item.is-bad').first().waitFor(); await settled(p.page); }],
  ['attached', async (p) => { await home(p); await p.open('Fwd: parking permits'); await p.page.locator('.attachment-open').click(); await p.page.locator('.attached .plain').waitFor(); await settled(p.page); }],
  ['conversation', async (p) => { await home(p); await p.open('Aurora: site visit on Thursday'); await p.page.locator('.conversation-item').nth(2).waitFor(); await settled(p.page); }],
  ['preview', async (p) => { await home(p); await p.folder('Inbox'); await p.open('Logo: three directions'); await p.page.locator('.conversation-item .folded').first().click(); await p.page.locator('button.attachment', { hasText: 'direction-1.png' }).click(); await p.page.locator('dialog[open] img').waitFor(); await settled(p.page); }],
  ['choose', async (p) => { await home(p); await p.page.keyboard.press('Escape'); await p.page.locator('wx-list .grid').focus(); await p.page.keyboard.press('Home'); await p.page.keyboard.press('Control+a'); await p.page.locator('.list-head.is-selecting').waitFor(); }],
  ['label', async (p) => { await p.page.keyboard.press('l'); await p.page.locator('.chooser-input').waitFor(); }],
  ['labels', async (p) => { await p.page.locator('.dialog').getByRole('button', { name: 'Edit labels' }).click(); await p.page.locator('.dialog h2', { hasText: /^Labels/ }).waitFor(); }],
  ['move', async (p) => { await p.page.keyboard.press('Escape'); await p.page.locator('dialog').waitFor({ state: 'detached' }); await p.page.keyboard.press('v'); await p.page.locator('.chooser-input').waitFor(); }],
  ['view', async (p) => { await home(p); await p.page.locator('.list-head').getByRole('button', { name: 'View' }).click(); await p.page.getByRole('menuitemcheckbox', { name: 'Group conversations' }).waitFor(); }],
  ['search', async (p) => { await home(p); await p.page.fill('#search', 'Bob'); await p.page.press('#search', 'Enter'); await p.page.locator('.search-close').waitFor(); await settled(p.page); }],
  ['palette', async (p) => { await p.page.keyboard.press('Control+k'); await p.page.locator('.chooser-input').waitFor(); await p.page.keyboard.type('se'); await p.page.locator('.choice').first().waitFor(); }],
  ['palette-none', async (p) => { await p.page.keyboard.type('zzz'); await p.page.locator('.choices-none').waitFor(); }],
  ['shortcuts', async (p) => { await p.page.keyboard.press('Escape'); await p.page.locator('dialog').waitFor({ state: 'detached' }); await p.page.keyboard.press('?'); await p.page.locator('.sheet-keys').waitFor(); }],
  ['contacts', async (p) => {
    // As many as the seed and other tests left, and these.
    await p.page.goto(`${instance.origin}/contacts/`);
    await p.page.locator('wx-people .people[aria-busy=false]').waitFor();
    if (!(await p.page.locator('.person-row[data-id]', { hasText: 'Ada Zweig' }).count())) await people(p.name);
    await p.page.reload();
    await p.page.locator('.person-row[data-id]', { hasText: 'Ada Zweig' }).waitFor();
    await settled(p.page);
  }],
  ['contact', async (p) => { await p.page.locator('.person-row[data-id]', { hasText: 'Ada Zweig' }).click(); await p.page.locator('article.person').waitFor(); await settled(p.page); }],
  ['contact-edit', async (p) => { await p.page.locator('[data-act=edit]').click(); await p.page.locator('#person-name').waitFor(); await p.page.fill('[data-line="0"]', 'nobody'); await p.page.locator('.person-form button[type=submit]').click(); await p.page.locator('.field-error').waitFor(); }],
  ['contacts-merge', async (p) => {
    await p.page.locator('[data-act=cancel]').click();
    await p.page.locator('dialog[open] .button-danger').click();
    await p.page.locator('article.person').waitFor();
    await p.page.goto(`${instance.origin}/contacts/`);
    await p.page.locator('.person-row[data-id]', { hasText: 'Ada Zweig' }).locator('.person-pick').click();
    await p.page.locator('.person-row[data-id]', { hasText: 'Adam Zweig' }).locator('.person-pick').click();
    await p.page.locator('[data-act=merge]').click();
    await p.page.locator('.dialog-merge .merge-out').waitFor();
  }],
  ['contacts-group', async (p) => {
    await p.page.keyboard.press('Escape');
    await p.page.locator('dialog').waitFor({ state: 'detached' });
    await p.page.locator('[data-act=group]').click();
    await p.page.locator('.dialog-group .group-members, .group-choices').first().waitFor();
    if (await p.page.locator('.group-choices').count()) await p.page.locator('dialog[open]').getByRole('button', { name: 'New group' }).click();
    await p.page.locator('.dialog-group .group-members').waitFor();
    await p.page.locator('#group-add').pressSequentially('Ad');
  }],
  ['contacts-import', async (p) => {
    await p.page.goto(`${instance.origin}/contacts/`);
    await p.page.locator('.person-row[data-id]').first().waitFor();
    await p.page.locator('.people-head').getByRole('button', { name: 'More actions' }).click();
    await p.page.getByRole('menuitem', { name: 'Import contacts' }).click();
    await p.page.locator('.dialog-cards input[type=file]').setInputFiles({ name: 'people.vcf', mimeType: 'text/vcard', buffer: Buffer.from('BEGIN:VCARD\nFN:Nobody Anywhere\nEND:VCARD\nBEGIN:VCARD\nFN:Ada Zweig\nEMAIL:ada@screens.test\nORG:Works\nEND:VCARD\n') });
    await p.page.locator('.card-report').nth(1).waitFor();
  }],
  ['settings-general', async (p) => { await p.page.goto(`${instance.origin}/settings/general`); await p.page.locator('.settings-body h1').waitFor(); }],
  ...['list', 'reading', 'notifications', 'identity', 'filters', 'account'].map((name) => [`settings-${name}`, async (p) => { await p.page.goto(`${instance.origin}/settings/${name}`); await p.page.locator('.settings-body h1, .settings-section h1').first().waitFor(); await settled(p.page); }]),
  ['settings-certificates', async (p) => { await p.page.goto(`${instance.origin}/settings/certificates`); await p.page.locator('wx-certificates-panel .kept-cert').first().waitFor(); await p.page.locator('wx-certificates-panel summary').first().click(); }],
  ['settings-trust', async (p) => { await p.page.goto(`${instance.origin}/settings/trust`); await p.page.locator('wx-trust-panel .empty, wx-trust-panel .key-card').first().waitFor(); }],
  ['settings-security', async (p) => { await p.page.goto(`${instance.origin}/settings/security`); await p.page.locator('.key-list .key-card').first().waitFor(); }],
  ['keys', async (p) => { await p.page.locator('#keys-title').evaluate((e) => { const main = e.closest('.page'); main.scrollTop += e.getBoundingClientRect().top - main.getBoundingClientRect().top - 16; }); }],
  ['keys-make', async (p) => { await p.page.getByRole('button', { name: 'Make a new key' }).click(); await p.page.locator('.make-dialog #key-holder').waitFor(); }],
  ['keys-make-passphrase', async (p) => { await p.page.locator('.make-dialog button[type=submit]').click(); await p.page.locator('#new-passphrase').waitFor(); }],
  ['keys-delete', async (p) => {
    await p.page.keyboard.press('Escape');
    await p.page.locator('.make-dialog').waitFor({ state: 'detached' });
    await p.page.locator('.key-card wx-menu [data-trigger]').first().click();
    await p.page.getByRole('menuitem', { name: 'Delete key' }).click();
    await p.page.locator('#remove-word').waitFor();
  }],
  ['keys-passphrase', async (p) => {
    await p.page.keyboard.press('Escape');
    await p.page.locator('.remove-dialog').waitFor({ state: 'detached' });
    await p.page.locator('.key-card wx-menu [data-trigger]').first().click();
    await p.page.getByRole('menuitem', { name: 'Change passphrase' }).click();
    await p.page.locator('#old-passphrase').waitFor();
  }],
];
