// Every HTML payload of the corpus as a mail, and how a careless reader reads it in whatever browser.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { top } from './instance.mjs';
import { html, message } from './mime.mjs';

const corpus = process.env.WAXSEAL_CORPUS ?? path.resolve(top, '../shared/corpus');
const LISTS = ['dompurify', 'html5sec', 'mail-html', 'roundcube-washtml', 'webmail-cves'];
export const noCorpus = existsSync(path.join(corpus, 'html/dompurify.json')) ? false : `SKIPPED: no corpus at ${corpus} (set WAXSEAL_CORPUS)`;

/** [{family, id, mail}]. The mails of advisories are in the repository; the lists of others may not be copied. */
export function payloads(to) {
  const hostile = path.join(top, 'tests/fixtures/hostile');
  const out = readdirSync(hostile).filter((f) => f.endsWith('.eml')).sort()
    .map((f) => ({ family: 'mails of advisories', id: f, mail: Buffer.from(readFileSync(path.join(hostile, f)).toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1') }));
  if (noCorpus) return out;
  for (const family of LISTS) {
    for (const v of JSON.parse(readFileSync(path.join(corpus, `html/${family}.json`), 'utf8')).vectors) {
      out.push({ family, id: v.id, mail: message({ from: 'mallory@outside.test', to, subject: `Payload ${v.id}`, date: new Date('2026-01-01T00:00:00Z'), id: `<${String(v.id).replace(/[^\w.-]/g, '-')}@outside.test>` }, html(v.payload)) });
    }
  }
  return out;
}

/** In the page: opens the message, lets it settle, pokes everything in it, and says what is there. It must stand alone. */
export async function readInPage(to) {
  const settled = (ok) => new Promise((done, fail) => {
    const end = Date.now() + 20_000; // only ends a hang
    const look = () => { if (ok()) done(); else if (Date.now() > end) fail(new Error(`never settled: ${to}`)); else requestAnimationFrame(look); };
    look();
  });
  const frames = () => [...document.querySelectorAll('iframe.mail-frame')];
  history.pushState(null, '', to);
  dispatchEvent(new PopStateEvent('popstate'));
  await settled(() => document.querySelector(`wx-reader .reader-scroll[data-shown="${to.slice('/mail/'.length)}"]`) && !document.querySelector('wx-reader [aria-busy=true]') && frames().every((f) => f.contentDocument?.querySelector('.wx-mail')));
  for (const f of frames()) {
    for (const x of f.contentDocument.querySelectorAll('*')) {
      for (const type of ['pointerover', 'mouseover', 'mousemove', 'focusin', 'focus', 'error', 'load', 'toggle', 'animationstart', 'transitionend', 'scroll', 'wheel', 'beforeinput', 'keydown']) x.dispatchEvent(new f.contentWindow.Event(type, { bubbles: true }));
    }
    for (const d of f.contentDocument.querySelectorAll('details')) d.open = true;
  }
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const all = frames().flatMap((f) => [...f.contentDocument.querySelectorAll('body, body *')]);
  const box = frames().map((f) => f.getBoundingClientRect());
  return {
    failed: document.querySelector('wx-reader .empty[role=alert], wx-reader .is-failed')?.textContent ?? '', frames: frames().length,
    dangerous: all.filter((e) => e.matches('script, iframe, object, embed, base, meta, svg, math, form, link, input, button, video, audio, source, template')).map((e) => e.localName),
    handlers: all.flatMap((e) => [...e.attributes].filter((a) => /^on/i.test(a.name) || (/^(?:href|src|action|formaction|xlink:href)$/i.test(a.name) && /^\s*(?:javascript|vbscript|data:(?!image\/(?:png|gif|jpe?g|webp|avif|bmp)))/i.test(a.value))).map((a) => `${e.localName} ${a.name}=${a.value.slice(0, 60)}`)),
    loads: all.flatMap((e) => [...e.attributes].filter((a) => /^(?:src|srcset|background|poster)$/i.test(a.name) && !/^(?:blob:|data:image\/)/.test(a.value)).map((a) => `${e.localName} ${a.name}=${a.value.slice(0, 60)}`)),
    // What a mail draws stays inside the frame; the frame stays inside the pane.
    escapes: box.some((b) => { const p = document.querySelector('.reader-scroll').getBoundingClientRect(); return b.left < p.left - 1 || b.right > p.right + 1; }),
    ran: [window, ...frames().map((f) => f.contentWindow)].some((w) => Boolean(w.canary ?? w.pwned ?? w.xss ?? w.xssed)), here: location.href,
  };
}
