// Pictures of each screen in light, dark and phone width, for the README: docs/images/NAME-LOOK.png (make screenshots).
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Browser, forget, passphraseOf } from '../lib/browser.mjs';
import { instance, top } from '../lib/instance.mjs';
import { LOOKS, SCREENS } from '../lib/screens.mjs';

const out = process.env.OUT ?? path.join(top, 'docs/images');
const only = process.argv.slice(2);
mkdirSync(out, { recursive: true });
await forget('alice');
const browser = await Browser.launch();
try {
  const first = await (await browser.person('alice')).signIn();
  await first.importKey({ keep: passphraseOf('alice') });
  await first.close();
  for (const [look, options] of Object.entries(LOOKS).filter(([name]) => (process.env.LOOKS ?? 'light dark phone').split(' ').includes(name))) {
    const p = await browser.person('alice', { viewport: { width: 1280, height: 800 }, ...options });
    const shot = async (name) => {
      if (only.length && !only.some((o) => name.startsWith(o))) return;
      await p.page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => undefined))));
      // The list's first words come when it rests.
      await p.page.waitForFunction(() => !document.querySelector('.row') || [...document.querySelectorAll('.row-snippet')].some((e) => e.textContent.trim() && !e.matches('.is-sealed, em')), null, { timeout: 1500 }).catch(() => undefined);
      // one device pixel per CSS pixel keeps the files small; a phone is taken as sharp as it is
      await p.page.screenshot({ path: path.join(out, `${name}-${look}.png`) });
      console.log(`${name}-${look}`);
    };
    await p.page.goto(`${instance.origin}/signin`);
    await p.page.locator('#username').waitFor();
    await shot('signin');
    await p.signIn();
    for (const [name, go] of SCREENS) {
      await go(p);
      await shot(name);
    }
    await p.close();
  }
} finally { await browser.close(); }
