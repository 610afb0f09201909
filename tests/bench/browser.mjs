// First load in a real browser: bytes and requests until the list is visible, with an empty cache, then a reload.
import { chromium } from 'playwright-core';
import { account, instance } from '../lib/instance.mjs';
import { calm } from '../lib/measure.mjs';

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
const context = await browser.newContext({ viewport: { width: 1360, height: 860 } });
const page = await context.newPage();
const cdp = await context.newCDPSession(page);
await cdp.send('Network.enable');
let seen = [];
const urls = new Map();
cdp.on('Network.responseReceived', (e) => urls.set(e.requestId, [new URL(e.response.url).pathname, e.response.fromDiskCache]));
cdp.on('Network.loadingFinished', (e) => { const u = urls.get(e.requestId); if (u && !u[1]) seen.push([u[0], e.encodedDataLength]); });
const visible = () => page.locator('.row:not(.is-bone)').first().waitFor();
const sum = () => `${(seen.reduce((n, [, b]) => n + b, 0) / 1000).toFixed(1)} KB in ${seen.length} requests`;

await page.goto(`${instance.origin}/signin`);
await page.fill('#username', account('alice').address);
await page.fill('#password', account('alice').password);
let start = Date.now();
await page.click('button[type=submit]');
await visible();
const cold = Date.now() - start;
await calm(page);
console.log(`\n## First load to the list\n\nFrom the sign-in page to the visible list, empty cache: **${sum()}**, ${cold} ms (goal ≤ 90 KB, ≤ 10 requests, ≤ 120 ms).\n`);
console.log('| file | bytes on the wire |\n|---|---|');
for (const [u, b] of seen) console.log(`| ${u.replace(/\.[A-Za-z0-9_-]{8,12}\./, '.*.')} | ${b} |`);
seen = [];
const reloads = [], clicks = [];
for (let i = 0; i < 7; i++) {
  start = Date.now();
  await page.reload();
  await visible();
  reloads.push(Date.now() - start);
}
console.log(`\nReload to visible list: ${reloads.sort((a, b) => a - b)[3]} ms (goal ≤ 80).`);
for (let i = 0; i < 7; i++) {
  const row = page.locator('.row:not(.is-bone)').nth(4 + i);
  const subject = await row.locator('.row-subject').innerText();
  start = Date.now();
  await row.locator('.row-subject').click();
  await page.locator('.message-subject', { hasText: subject.slice(0, 30) }).waitFor();
  clicks.push(Date.now() - start);
}
console.log(`Click to message: ${clicks.sort((a, b) => a - b)[3]} ms (goal ≤ 60).`);
await browser.close();
