// From the press that opens the composer to the frame in which it takes text, by the page's own clock: from the event's
// time (what the browser's driver does before is not in it) to the frame after the focus stands in a field, and to the
// one from which on the text itself can be written. The first time, with all that is fetched for it, and again. Beside
// it, in the same page: what loading one editor frame anew takes.
import { Browser } from '../lib/browser.mjs';
import { calm, percentile } from '../lib/measure.mjs';

const ROUNDS = Number(process.env.ROUNDS ?? 9);
const browser = await Browser.launch();
const alice = await browser.person('alice');

function watch() {
  if (top !== self) return;
  window.wxOpenings = [];
  const begin = (e) => {
    if (e.type === 'keydown' ? !['c', 'r'].includes(e.key) || e.target.closest('input, textarea') : !e.target.closest?.('.compose-button, .answer-row button')) return;
    const o = { field: null, text: null, next: null };
    window.wxOpenings.push(o);
    requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = () => { o.next = performance.now() - e.timeStamp; }; c.port2.postMessage(0); });
    // Looked at in each frame, before it is painted: what stands then is on the screen with it.
    const look = () => {
      const composer = [...document.querySelectorAll('wx-composer')].at(-1);
      const at = document.activeElement;
      const editor = composer?.querySelector('wx-editor');
      if (o.field === null && composer?.contains(at) && (at.matches('input, textarea') || (at.matches('iframe') && editor.ready))) o.field = performance.now() - e.timeStamp;
      if (o.text === null && editor?.ready) o.text = performance.now() - e.timeStamp;
      if (o.text === null || o.field === null) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  };
  addEventListener('keydown', begin, true);
  addEventListener('click', begin, true);
}
await alice.context.addInitScript(watch);
await alice.signIn();
const page = alice.page;

async function once(open) {
  await page.evaluate(() => { window.wxOpenings.length = 0; });
  await open();
  await page.waitForFunction(() => window.wxOpenings[0]?.text != null && window.wxOpenings[0].field != null && window.wxOpenings[0].next != null);
  const took = await page.evaluate(() => window.wxOpenings[0]);
  await alice.editor().waitFor();
  await alice.composer().getByRole('button', { name: 'Discard', exact: true }).click();
  await page.locator('wx-composer').waitFor({ state: 'detached' });
  return took;
}
/** One more editor, out of sight: document, script, and its first words to us. */
const frame = () => page.evaluate(() => new Promise((done) => {
  const f = document.createElement('iframe');
  f.setAttribute('sandbox', 'allow-scripts');
  f.hidden = true;
  f.src = '/editor';
  const start = performance.now();
  f.onload = () => {
    const c = new MessageChannel();
    c.port1.onmessage = (e) => { if (e.data.type !== 'ready') return; const took = performance.now() - start; f.remove(); done(took); };
    f.contentWindow.postMessage('waxseal-editor', '*', [c.port2]);
    c.port1.postMessage({ type: 'init', html: '', quote: '', intro: '', signature: '', look: {}, guarded: true });
  };
  document.body.append(f);
}));
const rows = [];
async function measure(name, open, prepare = async () => {}) {
  const all = [];
  for (let i = 0; i < ROUNDS; i++) { await calm(page); await spare(); await prepare(); all.push(await once(open)); }
  const mid = (what) => percentile(all.map((o) => o[what]), 50), most = (what) => Math.max(...all.map((o) => o[what]));
  rows.push([name, mid('next'), mid('field'), most('field'), mid('text'), most('text')]);
}
/** One editor stands ready again: nobody opens two composers in the same second. */
const spare = () => page.frameLocator('.spare-editor iframe').locator('#root').waitFor({ state: 'attached' });
const press = () => page.locator('.compose-button').click();
const key = () => page.keyboard.press('c');
await page.locator('wx-list .grid').focus();

// What it weighs, and the first time, as it comes to somebody who presses at once, and to somebody who reads the list first.
const cdp = await page.context().newCDPSession(page);
await cdp.send('Network.enable');
await cdp.send('Network.setCacheDisabled', { cacheDisabled: true });
const had = new Set(await page.evaluate(() => performance.getEntriesByType('resource').map((r) => new URL(r.name).pathname)));
const urls = new Map(), seen = [];
cdp.on('Network.responseReceived', (e) => urls.set(e.requestId, new URL(e.response.url).pathname));
cdp.on('Network.loadingFinished', (e) => { const u = urls.get(e.requestId); if (u?.startsWith('/static/') && !had.has(u)) seen.push([u, e.encodedDataLength]); });
const cold = await once(press);
await calm(page);
const weight = [...seen];
await cdp.send('Network.setCacheDisabled', { cacheDisabled: false });
await page.reload();
await page.locator('.row:not(.is-bone)').first().waitFor();
await calm(page);
await spare();
const first = await once(press);

await measure('new, by the button', press);
await measure('new, by the key', key, () => page.locator('wx-list .grid').focus());
await alice.open('Lunch on Friday?');
await measure('answer, by the key', () => page.keyboard.press('r'), () => page.locator('wx-reader .reader-scroll').focus());
const frames = [];
for (let i = 0; i < ROUNDS; i++) frames.push(await frame());
const one = percentile(frames, 50);
const n = (x) => x.toFixed(0);
console.log(`## Opening the composer\n\nMilliseconds, by the page's clock, from the press; median of ${ROUNDS} (worst). An editor frame loaded anew, in the same page: ${n(one)}.\n`);
console.log('| what | next frame | a field takes text | the text can be written | of one frame | goal |\n|---|---|---|---|---|---|');
console.log(`| new, pressed as soon as the list stands, nothing in the cache | ${n(cold.next)} | ${n(cold.field)} | ${n(cold.text)} | ${(cold.text / one).toFixed(2)} | |`);
console.log(`| new, the first time, some seconds after the list | ${n(first.next)} | ${n(first.field)} | ${n(first.text)} | ${(first.text / one).toFixed(2)} | ≤ 100 |`);
for (const [name, next, field, worstField, text, worstText] of rows) console.log(`| ${name} | ${n(next)} | ${n(field)} (${n(worstField)}) | ${n(text)} (${n(worstText)}) | ${(text / one).toFixed(2)} | ≤ 100 |`);
console.log(`\nFetched from the press on, with what the list puts off until later (live updates, texts, keys): **${(weight.reduce((s, [, b]) => s + b, 0) / 1000).toFixed(1)} KB** in ${weight.length} files:\n\n| file | bytes on the wire |\n|---|---|`);
for (const [u, b] of weight.sort((a, b) => b[1] - a[1])) console.log(`| ${u.replace(/\.[A-Za-z0-9_-]{8,12}\./, '.*.')} | ${b} |`);
await browser.close();
process.exit(0);
