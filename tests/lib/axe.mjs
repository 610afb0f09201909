// axe-core in the page under its own policy (the script is put in by the browser's tools, not by the page).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Serious and critical findings as lines of text. */
export async function axe(page) {
  const session = await page.context().newCDPSession(page);
  try {
    if (!(await session.send('Runtime.evaluate', { expression: 'typeof axe' })).result.value.startsWith('o')) await session.send('Runtime.evaluate', { expression: `${source};undefined` });
    // What moves is judged when it has arrived.
    await page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => undefined))));
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      expression: `axe.run(document, { resultTypes: ['violations'], iframes: false }).then((r) => JSON.stringify({ checked: r.passes.length, found: r.violations.filter((v) => ['serious', 'critical'].includes(v.impact)).flatMap((v) => v.nodes.map((n) => v.id + ': ' + n.target.join(' ') + ' ' + n.html.slice(0, 160) + ' ' + (n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? ''))) }))`,
      awaitPromise: true, returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    const r = JSON.parse(result.value);
    if (r.checked < 5) throw new Error('axe checked next to nothing');
    return r.found;
  } finally { await session.detach(); }
}
