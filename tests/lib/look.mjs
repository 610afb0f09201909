// Opens a message in the client the way a careless reader would, and says what is there.

/** Opens a message by its address, lets it settle, and says what the reader shows. */
export async function look(page, folder, uid) {
  const id = Buffer.from(folder).toString('base64url');
  await page.evaluate((to) => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')); }, `/mail/${id}/${uid}`);
  // The message asked for, not the one before it; its verdict and all of its frames.
  await page.locator(`wx-reader .reader-scroll[data-shown="${id}/${uid}"]`).waitFor();
  await page.waitForFunction(() => !document.querySelector('wx-reader [aria-busy=true], .unlock-busy') &&
    [...document.querySelectorAll('iframe.mail-frame')].every((f) => f.contentDocument?.querySelector('.wx-mail')));
  // The verdict may still get better: what counts is the one after the check. It begins with the first drawing.
  await page.waitForFunction(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>
    done(!document.querySelector('wx-security-bar') || document.querySelector('wx-security-bar .security[data-checking=no]') !== null)))));
  // Attached messages are opened in place: each has a verdict and a frame of its own.
  for (const button of await page.locator('wx-reader .attachment-open[aria-expanded=false]').all()) {
    await button.click();
    await page.waitForFunction(() => document.querySelectorAll('.attachment-open[aria-expanded=true]').length === document.querySelectorAll('.attached').length &&
      !document.querySelector('.attached[aria-busy=true]') && [...document.querySelectorAll('iframe.mail-frame')].every((f) => f.contentDocument?.querySelector('.wx-mail')));
  }
  for (const frame of page.frames().filter((f) => /\/mailframe/.test(f.url()))) {
    await frame.waitForLoadState('load');
    // Everything in the mail is poked: what a careless pointer or the Tab key could set off. Script cannot run in
    // there; these events are made from outside, as the browser's own tools can.
    await frame.locator('body').evaluate((b) => {
      for (const x of b.querySelectorAll('*')) for (const type of ['mouseover', 'focus', 'error', 'load', 'toggle', 'animationstart']) x.dispatchEvent(new Event(type, { bubbles: true }));
    }).catch(() => undefined);
  }
  return page.evaluate(() => ({
    failed: document.querySelector('wx-reader .empty[role=alert]')?.textContent ?? '',
    subject: document.querySelector('.message-subject')?.textContent ?? '', verdict: document.querySelector('[data-asked] wx-security-bar .security')?.dataset.verdict ?? null,
    good: [...document.querySelectorAll('wx-reader [data-level=good]')].filter((e) => !e.closest('.attached')).length,
    attached: [...document.querySelectorAll('.attached')].map((e) => ({ text: e.innerText, verdict: e.querySelector('.security')?.dataset.verdict ?? null, failed: e.querySelector('[role=alert]')?.textContent ?? '' })),
    level: document.querySelector('[data-asked] wx-security-bar .security')?.dataset.level ?? null,
    text: [...document.querySelectorAll('iframe.mail-frame')].map((f) => f.contentDocument?.body?.innerText ?? '').join('\n'),
    dangerous: [...document.querySelectorAll('iframe.mail-frame')].flatMap((f) => [...(f.contentDocument?.querySelectorAll('script, iframe, object, embed, base, meta[http-equiv], svg, math, form, link, animate') ?? [])].map((e) => e.localName)),
    handlers: [...document.querySelectorAll('iframe.mail-frame')].flatMap((f) => [...(f.contentDocument?.querySelectorAll('*') ?? [])].flatMap((e) => [...e.attributes].filter((a) => /^on|^(?:href|src|action|formaction)$/i.test(a.name) && (/^on/i.test(a.name) || /^\s*(?:javascript|data:text|vbscript)/i.test(a.value))).map((a) => `${a.name}=${a.value.slice(0, 40)}`))),
  }));
}
