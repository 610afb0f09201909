// The composer is one column: whatever stands in it at once, no part is drawn over another, the text keeps its room,
// what has come to be said is in sight, and Send is always there.
import assert from 'node:assert/strict';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { axe } from '../lib/axe.mjs';
import { Browser, forget } from '../lib/browser.mjs';
import { eventually } from '../lib/instance.mjs';

let browser, dir;
before(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'waxseal-'));
  const fd = openSync(path.join(dir, 'big.bin'), 'w');
  ftruncateSync(fd, 100_000_000);
  closeSync(fd);
  await forget('alice');
  browser = await Browser.launch();
});
after(async () => {
  await browser?.close();
  rmSync(dir, { recursive: true, force: true });
  await forget('alice');
});

/** Every block of the column with its place in the column; the part of the window that it may be seen in. */
const places = (page) => page.locator('wx-composer .composer').last().evaluate((root) => {
  const of = (e) => { const r = e.getBoundingClientRect(); return { top: r.top, bottom: r.bottom, left: r.left, right: r.right, height: r.height }; };
  const named = { tabs: '.composer-tabs', recipients: 'wx-recipients', subject: '.subject-row', tools: '.editor-tools', editor: '.editor-frame', files: '.file-chips', total: '.files-total', refused: '[data-notice=refused]', cannot: '[data-notice=cannot-encrypt]' };
  const blocks = Object.entries(named).map(([name, s]) => { const e = root.querySelector(s); return { name, missing: !e, ...(e ? of(e) : {}) }; });
  return { blocks, scroll: of(root.querySelector('.composer-scroll')), foot: of(root.querySelector('.composer-foot')), send: of(root.querySelector('.send-button')), root: of(root),
    // What a field shows is not longer than the field.
    spilt: ['wx-recipients', '.subject-row', '.file-chips', '.files-total', '[data-notice=refused]', '[data-notice=cannot-encrypt]'].filter((s) => { const e = root.querySelector(s); return e && e.scrollHeight > e.clientHeight + 1; }) };
});

async function fill(p, { bcc }) {
  const { page } = p;
  await page.locator('.compose-button:visible, .compose-round:visible').first().click();
  await p.composer().waitFor();
  await p.editor().waitFor();
  await p.mode('sign_encrypt');
  await p.to('bob@demo.test', 'carol@demo.test', 'very.long.address.of.somebody@some-long-domain.example.org', ...(bcc ? [] : ['erin@demo.test']));
  const c = p.composer();
  if (bcc) {
    await c.locator('.cc-button').click();
    const field = c.locator('wx-chips[data-field=bcc] .chips-input');
    await field.fill('dave@demo.test');
    await field.press('Enter');
  }
  await c.locator('.subject-input').fill('A column');
  await p.write('Words that stay in sight.');
  await c.locator('.file-input').setInputFiles([{ name: 'small.txt', mimeType: 'text/plain', buffer: Buffer.from('Eleven byte') }, { name: 'rnd.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(300_000, 7) }]);
  await c.locator('.file-chip').nth(1).waitFor();
  await c.locator('.file-input').setInputFiles(path.join(dir, 'big.bin'));
  await c.locator('[data-notice=refused]').waitFor();
  await inSight(page, 'refused');
  await p.send();
  await c.locator('[data-notice=cannot-encrypt]').waitFor();
}

/** Its beginning, or all of it. */
const inSight = (page, name) => eventually(async () => {
  const { blocks, scroll } = await places(page);
  const b = blocks.find((x) => x.name === name);
  return !b.missing && b.top >= scroll.top - 1 && (b.bottom <= scroll.bottom + 1 || b.top < scroll.bottom - 60);
}, `${name} is in sight`);

function hold({ blocks, scroll, foot, send, root, spilt }) {
  for (const b of blocks) assert.ok(!b.missing, `${b.name} is there`);
  for (const [i, a] of blocks.entries()) for (const b of blocks.slice(i + 1)) {
    if (a.name === 'tabs') continue; // above what scrolls
    assert.ok(a.bottom <= b.top + 0.5, `${a.name} (to ${a.bottom}) stands above ${b.name} (from ${b.top})`);
  }
  assert.deepEqual(spilt, []);
  assert.ok(blocks.find((b) => b.name === 'editor').height >= 60, 'the text keeps some lines');
  assert.ok(blocks[0].bottom <= scroll.top + 0.5 && scroll.bottom <= foot.top + 0.5, 'the column lies between tabs and foot');
  assert.ok(scroll.bottom - scroll.top >= 200, 'and has room');
  assert.ok(send.top >= foot.top && send.bottom <= root.bottom + 0.5 && foot.bottom <= root.bottom + 0.5, 'Send is in the window');
}

for (const [name, options, bcc] of [['docked', {}, true], ['on a phone', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }, false]]) {
  test(`recipients, files, a refusal and "Cannot encrypt to" at once, ${name}: nothing lies over anything else`, async () => {
    const p = await (await browser.person('alice', options)).signIn();
    await fill(p, { bcc });
    const { page } = p;
    await inSight(page, 'cannot');
    hold(await places(page));
    await page.screenshot({ path: process.env.WX_SHOTS ? `${process.env.WX_SHOTS}/column-${bcc}.png` : undefined });
    // Scrolled to its beginning everything keeps its place, and the text can be written in.
    await p.composer().locator('.composer-scroll').evaluate((e) => { e.scrollTop = 0; });
    hold(await places(page));
    await page.screenshot({ path: process.env.WX_SHOTS ? `${process.env.WX_SHOTS}/column-${bcc}-top.png` : undefined });
    await p.write('Once more. ');
    assert.match(await p.editor().innerText(), /^Once more\. Words that stay in sight\./);
    assert.deepEqual(await axe(page), []);
    assert.deepEqual(p.faults.splice(0), []);
    await p.composer().getByRole('button', { name: 'Discard' }).click();
    await page.locator('.dialog').getByRole('button', { name: 'Discard' }).click();
    await p.composer().waitFor({ state: 'detached' });
    await p.close();
  });
}
