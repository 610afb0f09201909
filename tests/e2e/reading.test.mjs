// Small faults of reading that would be large ones: style that loads, hidden text that would be quoted, the middle
// button on a link that lies; and that the search field says what the list shows.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, forget } from '../lib/browser.mjs';
import { account, dropFolder, imapOf, instance } from '../lib/instance.mjs';
import { html, message } from '../lib/mime.mjs';

const FOLDER = 'Scratch reading';
let browser, alice;

const drop = () => dropFolder('alice', FOLDER);
const mail = (subject, body) => message({ from: account('bob').address, to: account('alice').address, subject, date: new Date(), id: `<${subject.replace(/\W/g, '')}@demo.test>` }, html(body));

/* Each names a host of its own. The escapes and var() keep the text out of reach of a look at parsed values. */
const STYLES = `<style>
@property --a { syntax: "*"; inherits: false; initial-value: url(https://property.canary.example/a) }
@counter-style c { system: cyclic; symbols: url(https://counter.canary.example/c); suffix: " " }
@font-face { font-family: F; src: url(https://font.canary.example/f) }
@page { background: url(https://page.canary.example/g) }
@namespace x url(https://namespace.canary.example/n);
@media screen { @supports (display: block) { @font-face { font-family: G; src: url(https://deep.canary.example/f) } .one { background: url(https://media.canary.example/m) } } }
@layer l { @property --d { syntax: "*"; inherits: false; initial-value: url(https://layer.canary.example/d) } }
.one { background-image: var(--a); list-style: c inside; font-family: F }
.two { --e: \\75 rl("https://escape.canary.example/e"); background-image: var(--e) }
.three { background: u\\72l("https://short.canary.example/s") var(--none,); }
.four { background: url(https://shorthand.canary.example/s) var(--none,) }
.five { --i: image-set("https://set.canary.example/i" 1x); background-image: var(--i) }
.six { border-image: url(https://border.canary.example/b) var(--none,) 1; cursor: url(https://cursor.canary.example/c), auto }
.seven { color: rgb(120, 2, 3); & .inner { background: url(https://nested.canary.example/n) } }
</style><style>@property --b { syntax: "<image>"; inherits: true; initial-value: url("https://typed.canary.example/b") }</style><p class="one">one</p><p class="two">two</p><p class="three">three</p><p class="four">four</p><p class="five">five</p><p class="six">six</p><p class="seven">seven <b class="inner">inner</b></p>
<p style="--x: \\75 rl('https://inline.canary.example/x'); background-image: var(--x)">eight</p><p style="background: url(https://inlined.canary.example/y) var(--none,)">nine</p>`;

const HIDDEN = `<p>Visible question.</p>
<div style="color:#ffffff;background:#ffffff">sentence in white</div>
<div style="position:absolute;left:-9999px">sentence beside the page</div>
<div style="clip-path:inset(50%);height:1px;overflow:hidden">sentence clipped</div>
<div style="text-indent:-9999px">sentence indented away</div>
<div style="transform:scale(0)">sentence scaled away</div>
<div style="display:none">sentence not displayed</div>
<div style="visibility:hidden">sentence invisible</div>
<div style="opacity:0">sentence transparent</div>
<div style="font-size:0">sentence of no size</div>`;

before(async () => {
  await forget('alice');
  await drop();
  const imap = await imapOf('alice');
  await imap.create(FOLDER);
  for (const m of [mail('Style that loads', STYLES), mail('Hidden sentences', HIDDEN), mail('A link that lies', '<p>Go to <a href="https://evil.canary.example/login">www.mybank.test</a></p>')]) await imap.append(FOLDER, m, ['\\Seen']);
  imap.close();
  browser = await Browser.launch();
  alice = await (await browser.person('alice')).signIn();
  await alice.folder(FOLDER);
});
after(async () => {
  await browser?.close();
  await drop();
});

test('style sheets of a mail: no rule and no declaration that loads is left, and nothing is asked for', async () => {
  await alice.open('Style that loads');
  await alice.frameText().getByText('nine').waitFor();
  const seen = await alice.page.locator('iframe.mail-frame').evaluate((f) => {
    const d = f.contentDocument;
    return {
      text: [...d.querySelectorAll('style')].map((s) => s.textContent).join('\n'), inline: [...d.querySelectorAll('.wx-mail [style]')].map((e) => e.getAttribute('style')).join('\n'),
      kinds: [...d.querySelectorAll('style')].flatMap((s) => [...s.sheet.cssRules].map((r) => r.constructor.name)),
      images: [...d.querySelectorAll('p')].map((p) => f.contentWindow.getComputedStyle(p).backgroundImage), colour: f.contentWindow.getComputedStyle(d.querySelector('.seven')).color,
    };
  });
  assert.doesNotMatch(seen.text + seen.inline, /canary/, seen.text + seen.inline);
  assert.ok(seen.kinds.every((k) => /^CSS(?:Style|Media|Supports|LayerBlock)Rule$/.test(k)), seen.kinds.join());
  assert.deepEqual([...new Set(seen.images)], ['none']);
  assert.equal(seen.colour, 'rgb(120, 2, 3)', 'harmless style is kept');
  assert.deepEqual(browser.strangers, []);
  assert.deepEqual(alice.faults, [], 'not even stopped by the policy: nothing was tried');
});

test('encrypted mail that calls itself a text has its verdict when it is opened', async () => {
  await alice.folder('Odd and hostile');
  await alice.open('Encrypted, labelled as text');
  await alice.page.locator('section.security[data-verdict="encrypted-no-key"]').waitFor();
  await alice.page.locator('.message .plain').waitFor({ state: 'detached' });
  await alice.folder(FOLDER);
});

test('a reply quotes no sentence that the reader could not see, and none stays hidden', async () => {
  await alice.open('Hidden sentences');
  await alice.frameText().getByText('Visible question.').waitFor();
  await alice.reply();
  await alice.editor().getByText('Visible question.').waitFor();
  const quote = await alice.editor().evaluate((root) => ({
    text: root.textContent, styles: [...root.querySelectorAll('blockquote [style]')].map((e) => e.getAttribute('style')),
    hidden: [...root.querySelectorAll('blockquote div')].filter((d) => d.textContent?.includes('sentence')).filter((d) => { const s = getComputedStyle(d); const b = d.getBoundingClientRect(); return b.left < 0 || b.height < 8 || s.visibility !== 'visible' || s.opacity === '0' || s.textIndent !== '0px' || s.clipPath !== 'none' || s.transform !== 'none' || s.color === 'rgb(255, 255, 255)'; }).map((d) => d.textContent),
  }));
  assert.match(quote.text, /Visible question/);
  for (const gone of ['not displayed', 'invisible', 'transparent', 'of no size']) assert.doesNotMatch(quote.text, new RegExp(gone), gone);
  assert.deepEqual(quote.hidden, [], 'what is quoted can be seen');
  assert.doesNotMatch(quote.styles.join(), /color|position|left|indent|clip|transform|opacity|overflow/);
  await alice.composer().getByRole('button', { name: 'Discard' }).click();
  await alice.composer().waitFor({ state: 'detached' }); // nothing was written, so nothing is asked
});

test('a link that lies asks first, with the left and with the middle button', async () => {
  await alice.open('A link that lies');
  const link = alice.frameText().getByText('www.mybank.test');
  await link.waitFor();
  for (const button of ['left', 'middle']) {
    await link.click({ button });
    const dialog = alice.page.locator('.dialog', { hasText: 'leads somewhere else' });
    await dialog.waitFor();
    assert.match(await dialog.innerText(), /evil\.canary\.example/);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    assert.equal(alice.context.pages().length, 1, `${button}: no window opened`);
  }
  assert.deepEqual(browser.strangers, []);
});

test('the search field says what the list shows', async () => {
  const { page } = alice;
  const field = () => page.inputValue('#search');
  await page.fill('#search', 'Hidden');
  await page.press('#search', 'Enter');
  await page.locator('.search-bar').waitFor();
  await alice.folder('Inbox');
  assert.equal(await field(), '', 'another folder, no search');
  await page.goBack();
  await page.locator('.search-bar').waitFor();
  assert.equal(await field(), 'Hidden', 'back at the search');
  await alice.folder(FOLDER);
  await page.fill('#search', 'half typed');
  await alice.open('Hidden sentences');
  assert.equal(await field(), 'half typed', 'reading on loses nothing');
  assert.equal(new URL(page.url()).origin, instance.origin);
});
