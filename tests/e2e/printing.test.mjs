// A message on paper, where its sender wants to write over what we say of it: sender, date and verdict stay ours.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, forget } from '../lib/browser.mjs';
import { account, dropFolder, imapOf, instance } from '../lib/instance.mjs';
import { attachment, html, message, multipart } from '../lib/mime.mjs';
import { Smime } from '../lib/smime.mjs';

const FOLDER = 'Scratch printing';
const smime = new Smime(instance.keys);
const LIE = 'Sender confirmed: chef@bank.example';
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC', 'base64');
const cover = (style) => `<div style="${style};background:#fff;color:#000;z-index:2147483647;pointer-events:none">${LIE}</div>`;
/** Each wants to lie above the printed head, in another way. */
const HOSTILE = {
  fixed: cover('position:fixed;inset:0;width:100vw;height:100vh'),
  absolute: cover('position:absolute;top:-400px;left:-200px;width:3000px;height:900px'),
  margin: cover('margin:-500px -300px 0;height:700px'),
  relative: cover('position:relative;top:-300px;height:600px'),
  moved: cover('transform:translateY(-300px) scale(4);height:300px'),
  shadow: `<p style="box-shadow:0 0 0 4000px #fff;outline:3000px solid #fff;text-shadow:0 -90px #000">${LIE}</p>`,
  sticky: `${cover('position:sticky;top:0')}${cover('float:left;shape-outside:none;margin-top:-300px;height:500px;width:900px')}`,
  filter: `<div style="filter:drop-shadow(0 -200px #000) drop-shadow(0 -120px #000)">${LIE}</div>`,
  host: `<style>:host,:root,html,body,header,.part,:host(.part){position:fixed!important;inset:0!important;contain:none!important;overflow:visible!important;z-index:99!important;background:#fff!important}.wx-mail{position:fixed!important;inset:-500px!important;height:2000px!important;background:#fff!important;overflow:visible!important}@page{margin:0;@top-center{content:"lie"}}@media print{.wx-mail{top:-500px!important}}</style><p>${LIE}</p>`,
};
let browser, alice;

const drop = () => dropFolder('alice', FOLDER);
const mail = (subject, body, from = account('bob').address) => message({ from, to: account('alice').address, subject, date: new Date(), id: `<${subject.replace(/\W/g, '')}.${Date.now()}@demo.test>` }, body);

before(async () => {
  await forget('alice');
  await drop();
  const imap = await imapOf('alice');
  await imap.create(FOLDER);
  for (const [name, body] of Object.entries(HOSTILE)) await imap.append(FOLDER, mail(`Paper ${name}`, smime.clearSigned(html(`<p>Before.</p>${body}`), 'bob'), 'mallory@demo.test'), ['\\Seen']);
  await imap.append(FOLDER, mail('Paper with a picture', multipart('related', [html('<p>See <img src="cid:p%40x" alt="A picture"></p>'), attachment('p.png', 'image/png', PNG, { inline: true, cid: 'p@x' })])), ['\\Seen']);
  imap.close();
  browser = await Browser.launch();
  alice = await (await browser.person('alice')).signIn();
  await alice.page.evaluate(() => {
    window.wxUrls = [];
    const make = URL.createObjectURL.bind(URL);
    URL.createObjectURL = (blob) => { const url = make(blob); window.wxUrls.push(url); return url; };
    document.addEventListener('load', (e) => {
      const f = e.target;
      if (f.matches?.('iframe.print-frame')) f.contentWindow.print = () => { f.dataset.printed = 'yes'; };
    }, true);
  });
  await alice.folder(FOLDER);
});
after(async () => {
  await browser?.close();
  await drop();
});

/** The frame that is printed, brought where it can be looked at as paper. */
async function print(subject) {
  const { page } = alice;
  await alice.open(subject);
  await alice.frameText().getByText(/Before|See/).first().waitFor();
  if (subject in { 'Paper with a picture': 1 } === false) await alice.hasVerdict('signer-mismatch');
  await page.evaluate(() => { dispatchEvent(new Event('wx-print')); });
  const frame = page.locator('iframe.print-frame[data-printed]');
  await frame.waitFor({ state: 'attached' });
  await frame.evaluate((f) => Object.assign(f.style, { insetInlineStart: '0', zIndex: '9999', background: '#fff' }));
  return frame;
}
const endOf = (frame) => frame.evaluate((f) => f.contentWindow.dispatchEvent(new Event('afterprint')));

test('whatever a mail is drawn with: the printed head says who wrote it and what that is worth, and nothing lies over it', async () => {
  const { page } = alice;
  try {
    for (const name of Object.keys(HOSTILE)) {
      await page.emulateMedia({ media: null });
      const frame = await print(`Paper ${name}`);
      await page.emulateMedia({ media: 'print' });
      const box = await frame.evaluate((f) => {
        const d = f.contentDocument;
        const b = d.querySelector('header').getBoundingClientRect();
        return { x: b.x, y: b.y, width: b.width, height: b.height, text: d.querySelector('header').innerText, parts: d.querySelectorAll('.part').length };
      });
      assert.match(box.text, /Paper [^]*mallory@demo\.test[^]*Do not trust this/, name);
      assert.doesNotMatch(box.text, /chef@bank/, name);
      assert.equal(box.parts, 1);
      const clip = { x: 0, y: 0, width: Math.ceil(box.width), height: Math.ceil(box.y + box.height) };
      if (process.env.WX_LOOK) await page.screenshot({ path: `${process.env.WX_LOOK}/paper-${name}.png` });
      const withMail = await page.screenshot({ clip });
      await frame.evaluate((f) => { f.contentDocument.querySelector('.part').style.visibility = 'hidden'; for (const s of f.contentDocument.querySelector('.part').shadowRoot.children) s.remove(); });
      const alone = await page.screenshot({ clip });
      assert.ok(withMail.equals(alone), `${name} drew over the head`);
      await endOf(frame);
      await frame.waitFor({ state: 'detached' });
    }
  } finally {
    await page.emulateMedia({ media: null });
    await page.evaluate(() => document.querySelector('iframe.print-frame')?.remove());
  }
});

test('a picture inside is printed, and its address in memory is gone before the printer asks', async () => {
  const { page } = alice;
  await page.evaluate(() => { window.wxUrls = []; });
  const frame = await print('Paper with a picture');
  const seen = await frame.evaluate(async (f) => {
    const image = f.contentDocument.querySelector('.part').shadowRoot.querySelector('img');
    const alive = await fetch(image.src).then(() => true, () => false);
    return { alive, of: window.wxUrls.includes(image.src), width: image.naturalWidth, head: f.contentDocument.querySelector('header').innerText };
  });
  assert.deepEqual([seen.alive, seen.of, seen.width], [false, true, 10]);
  assert.doesNotMatch(seen.head, /Security|trust/i, 'ordinary mail has no verdict');
  await endOf(frame);
  await frame.waitFor({ state: 'detached' });
});
