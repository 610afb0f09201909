// Pasting and dropping into the text, from a word processor and from hostile pages: clean markup stays, nothing runs,
// nothing is asked for, and what leaves with the draft is as clean as what stands there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Browser, forget } from '../lib/browser.mjs';
import { eventually } from '../lib/instance.mjs';
import { HOSTILE } from '../fixtures/paste/hostile.mjs';

const WORD = readFileSync(new URL('../fixtures/paste/word.html', import.meta.url), 'utf8');
let browser;
let p;

before(async () => {
  await forget('dave');
  browser = await Browser.launch();
  p = await (await browser.person('dave')).signIn();
  await p.newMessage();
});
after(async () => {
  await browser?.close();
  await forget('dave');
});

const ways = {
  paste: (root, html) => {
    const data = new DataTransfer();
    data.setData('text/html', html);
    data.setData('text/plain', 'the plain form');
    root.focus();
    root.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  },
  drop: (root, html) => {
    const data = new DataTransfer();
    data.setData('text/html', html);
    const at = root.getBoundingClientRect();
    root.focus();
    root.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true, clientX: at.x + 5, clientY: at.y + 5 }));
  },
};

/** Everything that stands in the editor and is not on the list of what may. */
const unclean = (root) => {
  const TAGS = /^(?:A|H1|B|I|U|S|EM|STRONG|DEL|P|DIV|SPAN|BR|UL|OL|LI|TABLE|TBODY|TR|TD|PRE|DETAILS|SUMMARY|PICTURE|IMG)$/;
  const ATTRIBUTES = { href: /^(?:https?:\/\/|mailto:)/, src: /^data:image\/(?:png|gif|jpe?g|webp);base64,/, alt: /^/, style: /^[a-z-]+: (?!.*(?:url|mso|image-set|expression)).*$/, border: /^\d+$/, cellspacing: /^\d+$/, cellpadding: /^\d+$/, width: /^\d+$/, height: /^\d+$/, valign: /^\w+$/, lang: /^[\w-]+$/, open: /^$/, cite: /^mailto:/, datetime: /^[\dT:-]+$/, title: /^/, 'data-cid': /^stolen@elsewhere\.test$/, rel: /^no/, target: /^_blank$/, class: /^(?:font|size)$/ }; // Squire's own names
  const bad = [];
  const all = document.createTreeWalker(root, NodeFilter.SHOW_ALL);
  while (all.nextNode()) {
    const n = all.currentNode;
    if (n.nodeType === 3) continue;
    if (n.nodeType !== 1 || !TAGS.test(n.nodeName) || n.shadowRoot) { bad.push(`${n.nodeName} ${n.nodeValue ?? ''}`); continue; }
    for (const a of n.attributes) if (!Object.hasOwn(ATTRIBUTES, a.name) || !ATTRIBUTES[a.name].test(a.value)) bad.push(`${n.nodeName} ${a.name}=${a.value}`);
  }
  return bad;
};
const empty = async () => {
  await p.intoEditor();
  await p.page.keyboard.press('Control+a');
  await p.page.keyboard.press('Delete');
  await p.editor().evaluate((root) => new Promise((done) => { const look = () => { if (root.textContent.replace(/\u200b/g, '').trim() === '' && !root.querySelector('img, table, li, details')) done(); else requestAnimationFrame(look); }; look(); }));
};
/** The text has come, and what it would have started had its time. */
async function stands(words) {
  await p.editor().getByText(words).first().waitFor();
  await p.editor().evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))); }));
}
/* The sanitiser parses in a document that cannot run or load anything; the browser tells even there of a handler it
   reads, and that the policy would stop it. All else is a fault. */
const ONLY_READ = /^(?:policy: script-src-attr inline |console: Executing inline event handler violates )/;
function quiet(what) {
  assert.deepEqual(p.faults.filter((f) => !ONLY_READ.test(f)), [], what);
  assert.deepEqual(browser.strangers, [], `${what}: asked elsewhere`);
}
/** The next draft that is saved, as the server gets it. */
async function draft() {
  const mark = `mark${crypto.randomUUID().slice(0, 8)}`;
  browser.relay.exchanges.length = 0;
  browser.relay.recording = true;
  try {
    await p.page.keyboard.press('Control+End');
    await p.page.keyboard.type(mark);
    await p.page.keyboard.press('Control+s');
    return await eventually(() => {
      const asked = browser.relay.exchanges.find((e) => e.url === '/api/v1/compose/draft' && e.done && Buffer.concat(e.request).includes(mark));
      return asked ? Buffer.concat(asked.request).toString('utf8') : null;
    }, 'the draft is saved');
  } finally { browser.relay.recording = false; }
}

test('from a word processor: the text and its form stay, nothing of its making', async () => {
  for (const way of Object.keys(ways)) {
    await empty();
    await p.editor().evaluate(ways[way], WORD);
    await stands('Quarterly figures');
    assert.deepEqual(await p.editor().evaluate(unclean), [], way);
    const text = (await p.editor().innerText()).replace(/\u00a0/g, ' ');
    for (const words of ['Bold words', 'slanted ones', 'First point', 'Second point', 'North', '17 %', '[The chart]']) assert.ok(text.includes(words), `${way}: ${words}`);
    for (const words of ['SecretViewWord', 'HiddenByTheAuthor', 'FieldCodeInside', 'Font Definitions', 'supportLists', 'the plain form', 'clip_']) assert.ok(!text.includes(words), `${way}: ${words}`);
    assert.equal(await p.editor().locator('h1').count(), 1, 'a heading');
    assert.equal(await p.editor().locator('b', { hasText: 'Bold words' }).count(), 1, 'bold');
    assert.equal(await p.editor().locator('i', { hasText: 'slanted ones' }).count(), 1, 'italic');
    assert.equal(await p.editor().locator('td').count(), 2, 'a table');
    assert.equal(await p.editor().locator('a', { hasText: 'link to them' }).getAttribute('href'), 'https://figures.example/q3');
    const sent = await draft();
    assert.match(sent, /Bold words/);
    assert.doesNotMatch(sent, /mso-|Mso|urn:schemas|<o:|<\/?xml|<!--|<!\[|file:\/\/|msohtmlclip|elsewhere\.test/, `${way}: as the server gets it`);
    quiet(way);
  }
});

for (const [name, html, words] of HOSTILE) {
  test(`from a hostile page, ${name}: nothing runs, nothing is asked for`, async () => {
    for (const way of Object.keys(ways)) {
      await empty();
      await p.editor().evaluate(ways[way], html);
      await stands(words.split(' ')[0]);
      assert.deepEqual(await p.editor().evaluate(unclean), [], way);
      assert.equal(await p.editor().evaluate(() => window.wxPwned ?? 0), 0, `${way}: ran in the frame`);
      assert.equal(await p.page.evaluate(() => window.wxPwned ?? 0), 0, `${way}: ran in the page`);
      assert.doesNotMatch(await p.editor().innerText(), /unseen|hidden words|wxPwned/, way);
      quiet(way);
    }
  });
}

test('what came from hostile pages leaves as clean as it stands there', async () => {
  await empty();
  for (const [, html] of HOSTILE) await p.editor().evaluate(ways.paste, html);
  await stands('Stays');
  assert.doesNotMatch(await draft(), /elsewhere\.test|javascript:|vbscript:|wxPwned|<script|<iframe|<form|\son\w+=|<svg|<meta|<base|<link/i);
  quiet('all of them');
});
