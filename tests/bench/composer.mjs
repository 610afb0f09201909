// From the press of Compose to a composer one can write in: the first time, with all that is fetched for it, and again.
import { Browser } from '../lib/browser.mjs';
import { calm } from '../lib/measure.mjs';

const browser = await Browser.launch();
const alice = await browser.person('alice');
await alice.signIn();
const page = alice.page;
await calm(page);
const cdp = await page.context().newCDPSession(page);
await cdp.send('Network.enable');
await cdp.send('Network.setCacheDisabled', { cacheDisabled: true });
const had = new Set(await page.evaluate(() => performance.getEntriesByType('resource').map((r) => new URL(r.name).pathname)));
const urls = new Map(), seen = [];
cdp.on('Network.responseReceived', (e) => urls.set(e.requestId, new URL(e.response.url).pathname));
cdp.on('Network.loadingFinished', (e) => { const u = urls.get(e.requestId); if (u?.startsWith('/static/') && !had.has(u)) seen.push([u, e.encodedDataLength]); });
const times = [];
for (let i = 0; i < 8; i++) {
  const start = performance.now();
  await page.locator('.compose-button').click();
  await alice.editor().waitFor();
  times.push(performance.now() - start);
  if (i === 0) await calm(page);
  await alice.composer().getByRole('button', { name: 'Discard', exact: true }).click();
  await page.locator('wx-composer').waitFor({ state: 'detached' });
}
const [first, ...again] = times;
console.log(`## Opening the composer\n\nFrom the click to a text that can be written: ${first.toFixed(0)} ms the first time, then ${again.sort((a, b) => a - b)[3].toFixed(0)} ms (goal ≤ 100).`);
console.log(`Fetched for it: **${(seen.reduce((n, [, b]) => n + b, 0) / 1000).toFixed(1)} KB** in ${seen.length} files (goal ≤ 45 KB):\n\n| file | bytes on the wire |\n|---|---|`);
for (const [u, b] of seen.sort((a, b) => b[1] - a[1])) console.log(`| ${u.replace(/\.[A-Za-z0-9_-]{8,12}\./, '.*.')} | ${b} |`);
await browser.close();
process.exit(0);
