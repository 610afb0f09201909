// What a page of the client weighs and how fast it is, measured inside Chromium: heap and nodes after a collection of
// garbage, time from a key or click to the next paint, time of each frame while the list scrolls.

export const percentile = (list, p) => { const s = [...list].sort((a, b) => a - b); return s[Math.min(s.length - 1, Math.ceil((p / 100) * s.length) - 1)] ?? NaN; };
export const round = (n, digits = 1) => Number(n.toFixed(digits));

/** What was put off until after the list (keyring, live updates) has come: nothing has been fetched for a second. */
export const calm = (page) => page.evaluate(() => new Promise((done) => {
  let last = performance.now();
  new PerformanceObserver(() => { last = performance.now(); }).observe({ type: 'resource' });
  const look = () => { if (performance.now() - last > 1000) done(); else setTimeout(look, 100); };
  look();
}));

/** {heap: bytes after collecting garbage, nodes: elements in the page, all: every node of it, texts and markers too}. */
export async function weigh(page) {
  const cdp = await page.context().newCDPSession(page);
  try {
    for (let i = 0; i < 3; i++) await cdp.send('HeapProfiler.collectGarbage');
    const { usedSize } = await cdp.send('Runtime.getHeapUsage');
    const [nodes, all] = await page.evaluate(() => {
      const w = document.createTreeWalker(document, NodeFilter.SHOW_ALL);
      let n = 0;
      while (w.nextNode()) n++;
      return [document.querySelectorAll('*').length, n];
    });
    return { heap: usedSize, nodes, all };
  } finally { await cdp.detach(); }
}

/** Scrolls the list by `step` pixels in each of `frames` frames, from where it is: {p50, p95, worst, bones: frames that
 *  showed a row not yet loaded}, in ms a frame. step 0 measures the machine. */
export function scroll(page, { step, frames }) {
  return page.evaluate(async ({ step, frames }) => {
    const grid = document.querySelector('wx-list .grid');
    const next = () => new Promise((done) => { requestAnimationFrame(done); });
    const times = [];
    let bones = 0, rows = 0;
    let before = await next();
    for (let i = 0; i < frames; i++) {
      grid.scrollTop += step;
      const now = await next();
      times.push(now - before);
      before = now;
      const n = grid.querySelectorAll('.row').length;
      rows = Math.max(rows, n);
      if (grid.querySelector('.row.is-bone')) bones++;
    }
    times.sort((a, b) => a - b);
    const at = (p) => times[Math.min(times.length - 1, Math.ceil((p / 100) * times.length) - 1)];
    return { p50: at(50), p95: at(95), worst: times.at(-1), bones, rows, top: grid.scrollTop };
  }, { step, frames });
}

/** What the page's main thread did during `work`, in ms: {task, script, style, layout}. Says more than frame times on a
 *  machine that has other things to do. */
export async function busy(page, work) {
  const cdp = await page.context().newCDPSession(page);
  try {
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
    const read = async () => Object.fromEntries((await cdp.send('Performance.getMetrics')).metrics.map((m) => [m.name, m.value * 1000]));
    const before = await read();
    const result = await work();
    const now = await read();
    const took = (name) => now[name] - before[name];
    return { result, task: took('TaskDuration'), script: took('ScriptDuration'), style: took('RecalcStyleDuration'), layout: took('LayoutDuration') };
  } finally { await cdp.detach(); }
}

/** The list comes to rest: no row is missing in the window. */
export const rested = (page) => page.waitForFunction(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>
  done(!!document.querySelector('wx-list .row') && !document.querySelector('wx-list .row.is-bone'))))));

/** Milliseconds from each press of `key` until after the frame that shows it. */
export async function keyToPaint(page, key, times) {
  await page.evaluate((key) => {
    window.wxPaints = [];
    window.wxOnKey = (e) => {
      if (e.key !== key) return;
      requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = () => window.wxPaints.push(performance.now() - e.timeStamp); c.port2.postMessage(0); });
    };
    addEventListener('keydown', window.wxOnKey, true);
  }, key);
  for (let i = 0; i < times; i++) {
    await page.keyboard.press(key);
    await page.waitForFunction((n) => window.wxPaints.length > n, i);
  }
  return page.evaluate(() => { removeEventListener('keydown', window.wxOnKey, true); return window.wxPaints; });
}

/** Notes in every page of the context when the first row, and the subject of an opened message, were painted. */
export async function watchPaints(context) {
  await context.addInitScript(() => {
    if (top !== self) return;
    window.wxSeen = {};
    const after = (f) => requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = f; c.port2.postMessage(0); });
    const note = (name) => { if (!(name in window.wxSeen)) { window.wxSeen[name] = 0; after(() => { window.wxSeen[name] = performance.timeOrigin + performance.now(); }); } };
    new MutationObserver(() => {
      if (document.querySelector('wx-list .row:not(.is-bone)')) note('list');
      const shown = document.querySelector('wx-reader .reader-scroll[data-shown]:not([aria-busy=true])');
      if (shown && document.querySelector('.message-subject')) note(`message ${shown.dataset.shown}`);
    }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-shown', 'aria-busy', 'class'] });
    addEventListener('click', (e) => { window.wxClick = performance.timeOrigin + e.timeStamp; }, true);
    addEventListener('submit', () => { sessionStorage.setItem('wx-submit', String(performance.timeOrigin + performance.now())); }, true);
  });
}
export const seenAt = (page, name) => page.waitForFunction((n) => window.wxSeen?.[n] || 0, name).then((h) => h.jsonValue());
