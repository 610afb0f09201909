// The client at a full mailbox: what it weighs is a budget and may fail here; how fast it is goes to the report
// (BUDGETS=FILE gets it as JSON, `make scale` turns that into docs/reports/scale.md). MESSAGES says how full.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import { after, before, test } from 'node:test';
import { Browser } from '../lib/browser.mjs';
import { account, instance, signedIn } from '../lib/instance.mjs';
import { busy, calm, keyToPaint, percentile, rested, round, scroll, seenAt, watchPaints, weigh } from '../lib/measure.mjs';
import { bigBox } from '../stack/seed/big.mjs';

const MESSAGES = Number(process.env.MESSAGES ?? 3000);
const MIB = 1 << 20;
const found = { messages: MESSAGES, rows: [] };
/** A row of the report: what, value, unit, goal, and whether the goal may fail the test. */
function row(what, value, unit, goal, hard = false) {
  found.rows.push({ what, value: round(value, unit === 'ms' ? 1 : 2), unit, goal, hard, met: goal === null ? null : value <= goal });
  console.log(`# ${what}: ${round(value, 2)} ${unit}${goal === null ? '' : ` (goal ${goal})`}`);
  if (hard) assert.ok(value <= goal, `${what}: ${value} ${unit}, at most ${goal}`);
}

let browser, p, total;
before(async () => {
  await bigBox(instance, MESSAGES);
  const c = await signedIn('erin');
  assert.equal((await c.put('/api/v1/settings', { list: { threads: false } })).status, 200);
  c.close();
  browser = await Browser.launch();
  p = await browser.person('erin');
  await watchPaints(p.context);
});
after(async () => {
  await browser?.close();
  found.load = os.loadavg()[0];
  if (process.env.BUDGETS) writeFileSync(process.env.BUDGETS, JSON.stringify(found, null, 1));
});

test('the mailbox is as full as it should be', async () => {
  const c = await signedIn('erin');
  const { folders } = (await c.get('/api/v1/folders')).json;
  // A day that was lived in it may have left a mail or two.
  total = folders.find((f) => f.role === 'inbox').total;
  assert.ok(total >= MESSAGES - 5 && total <= MESSAGES + 20, String(total));
  c.close();
});

test('from the press of Sign in to the list', async () => {
  const { page } = p;
  const times = [], reloads = [];
  for (let i = 0; i < 3; i++) {
    await p.context.clearCookies();
    const cdp = await p.context.newCDPSession(page);
    await cdp.send('Network.clearBrowserCache');
    await cdp.detach();
    await page.goto(`${instance.origin}/signin`);
    await page.fill('#username', account('erin').address);
    await page.fill('#password', account('erin').password);
    await page.click('button[type=submit]');
    await page.waitForURL(/\/mail/);
    const at = await seenAt(page, 'list');
    times.push(at - Number(await page.evaluate(() => sessionStorage.getItem('wx-submit'))));
  }
  row('submit → list, empty cache', percentile(times, 50), 'ms', 120);
  for (let i = 0; i < 5; i++) {
    await page.reload();
    reloads.push((await seenAt(page, 'list')) - (await page.evaluate(() => performance.timeOrigin)));
  }
  row('reload → list', percentile(reloads, 50), 'ms', 80);
});

test('the list just loaded: heap and nodes', async () => {
  const { page } = p;
  await page.goto(`${instance.origin}/mail/`);
  await rested(page);
  await calm(page);
  const w = await weigh(page);
  row('elements, list just loaded', w.nodes, 'elements', 1500, true);
  row('all nodes, texts and markers too', w.all, 'nodes', null);
  row('heap, list just loaded', w.heap / MIB, 'MiB', 4, true);
});

test('click → message', async () => {
  const { page } = p;
  const times = [];
  for (let i = 0; i < 12; i++) {
    const line = page.locator('.row:not(.is-bone)').nth(3 + i);
    const uid = await line.getAttribute('data-uid');
    await line.locator('.row-subject').click();
    const shown = await seenAt(page, `message ${Buffer.from('INBOX').toString('base64url')}/${uid}`);
    times.push(shown - (await page.evaluate(() => window.wxClick)));
  }
  row('click → message, median', percentile(times.slice(2), 50), 'ms', 60);
  row('click → message, p95', percentile(times.slice(2), 95), 'ms', null);
  await page.goto(`${instance.origin}/mail/`);
  await rested(page);
});

test('scrolling: frames, rows, nothing blank for good', async () => {
  const { page } = p;
  await page.locator('wx-list .grid').evaluate((g) => { g.scrollTop = 0; });
  await rested(page);
  const still = await scroll(page, { step: 0, frames: 120 });
  const work = await busy(page, () => scroll(page, { step: 480, frames: 240 }));
  const hand = work.result;
  const spin = await scroll(page, { step: 9000, frames: 120 });
  row('frame of this machine, nothing moves, p95', still.p95, 'ms', null);
  row('frame, 480 px a frame, median', hand.p50, 'ms', null);
  row('frame, 480 px a frame, p95', hand.p95, 'ms', 25);
  row('work of the page a frame, 480 px a frame', work.task / 240, 'ms', null);
  row('of it script', work.script / 240, 'ms', null);
  row('of it style and layout', (work.style + work.layout) / 240, 'ms', null);
  row('frame, 9,000 px a frame, p95', spin.p95, 'ms', null);
  row('rows in the page at most while scrolling', Math.max(hand.rows, spin.rows), 'rows', 60, true);
  await rested(page);
});

test('after scrolling through all of it: heap, nodes, and the last row is the oldest', async () => {
  const { page } = p;
  const grid = page.locator('wx-list .grid');
  await grid.evaluate((g) => { g.scrollTop = 0; });
  const stops = Math.min(500, Math.ceil(MESSAGES / 100));
  for (let i = 0; i <= stops; i++) {
    await grid.evaluate((g, part) => { g.scrollTop = part * (g.scrollHeight - g.clientHeight); }, i / stops);
    if (i % 5 === 0) await rested(page);
  }
  await rested(page);
  assert.equal(await page.locator('.row').last().getAttribute('aria-rowindex'), String(total));
  const w = await weigh(page);
  row('elements after scrolling through all', w.nodes, 'elements', 1500, true);
  row('heap after scrolling through all', w.heap / MIB, 'MiB', 16, true);
});

test('key → paint: the cursor, the star, the selection', async () => {
  const { page } = p;
  await page.locator('wx-list .grid').evaluate((g) => { g.scrollTop = 0; });
  await rested(page);
  await page.locator('wx-list .grid').focus();
  const { result: moved, task } = await busy(page, () => keyToPaint(page, 'ArrowDown', 60));
  row('work of the page a key, cursor', task / 60, 'ms', null);
  row('key → paint, cursor, p95', percentile(moved, 95), 'ms', 50);
  const { result: picked, task: picking } = await busy(page, () => keyToPaint(page, 'x', 30));
  row('work of the page a key, selection', picking / 30, 'ms', null);
  row('key → paint, selection, p95', percentile(picked, 95), 'ms', 50);
  const star = await keyToPaint(page, 's', 20);
  row('key → paint, star, p95', percentile(star, 95), 'ms', 50);
  assert.deepEqual(p.faults, []);
});
