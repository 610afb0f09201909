// The new window's side: takes a message over from the window that opened it, and is gone with it.
import '../../core/shared.ts';
import { t } from '../../core/i18n.ts';
import { go } from '../../core/router.ts';
import { effect, untracked } from '../../core/signals.ts';
import type { Composer } from '../../store/compose.ts';
import { composers, drop, ended, openOne } from '../../store/composers.ts';
import { GIVEN, HEARD, READY, SAID, complete, unpack } from '../../store/handover.ts';
import type { Handed, Word } from '../../store/handover.ts';
import { session, product } from '../../store/session.ts';
import { dismiss, toast, toasts } from '../../store/toasts.ts';
import type { WxComposer } from './composer.ts';
import { fetchOffered } from './open.ts';

const READ_MS = 15_000;
const LOOK_MS = 50;
/** For what was begun: the draft deleted, the answered message marked. */
const END_MS = 20_000;
const SLOW_MS = 1500;
const HEAR_MS = 2000;
const STAY_MS = 60_000;
const wait = (ms: number): Promise<void> => new Promise((done) => { setTimeout(done, ms); });

/** Nobody opened this window for a message: it becomes the mail. */
function leave(): void { go({ page: 'mail', folder: null, uid: null, search: false }, { replace: true }); }

function given(from: Window): Promise<{ h: Handed; port: MessagePort } | null> {
  return new Promise((resolve) => {
    const end = (r: { h: Handed; port: MessagePort } | null): void => { clearTimeout(timer); removeEventListener('message', hear); resolve(r); };
    const hear = (e: MessageEvent<unknown>): void => {
      if (e.source !== from || e.origin !== location.origin) return;
      const m = e.data as { type?: unknown; given?: Handed } | null;
      if (m?.type === GIVEN && m.given && e.ports[0]) end({ h: m.given, port: e.ports[0] });
    };
    const timer = setTimeout(() => end(null), READ_MS);
    addEventListener('message', hear);
    from.postMessage(READY, location.origin);
  });
}

/** The text stands in its editor, with its pictures and files. */
async function stands(c: Composer, h: Handed): Promise<boolean> {
  for (const until = performance.now() + READ_MS; performance.now() < until; await wait(LOOK_MS)) {
    if (c.rich.value && !c.readBody) continue;
    if (await complete(c, h)) return true;
  }
  return false;
}

/** Whether it is this window's now. 'alone': no answer came; the other window is gone, has begun anew, or sleeps and may go
 *  on with it: rather twice than lost. */
function mine(port: MessagePort, from: Window): Promise<'yours' | 'alone' | 'no'> {
  return new Promise((resolve) => {
    const until = performance.now() + READ_MS;
    const look = setInterval(() => { if (from.closed || performance.now() > until) end('alone'); }, LOOK_MS * 5);
    const end = (whose: 'yours' | 'alone' | 'no'): void => { clearInterval(look); port.close(); resolve(whose); };
    port.onmessage = (e: MessageEvent<unknown>) => end(e.data === 'yours' ? 'yours' : 'no');
    port.postMessage('holds');
  });
}

/** The browser's history keeps titles: the subject of what may be encrypted is none. */
function followTitle(c: Composer): void {
  effect(() => { document.title = `${c.mayEncrypt.value ? t('compose-new') : c.title} – ${product.value}`; });
}

function say(from: Window, words: readonly Word[]): void { if (words.length && !from.closed) from.postMessage({ type: SAID, words }, location.origin); }

/** False: nobody there has heard it, as far as is known. */
function told(from: Window, words: readonly Word[]): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (yes: boolean): void => { clearTimeout(timer); removeEventListener('message', hear); resolve(yes); };
    const hear = (e: MessageEvent<unknown>): void => { if (e.source === from && e.origin === location.origin && e.data === HEARD) end(true); };
    const timer = setTimeout(() => end(false), from.closed ? 0 : HEAR_MS);
    addEventListener('message', hear);
    say(from, words);
  });
}

/** Closes when all that was begun has ended, and what went wrong is known in the other window; stays as the mail otherwise. */
async function gone(from: Window, before: number): Promise<void> {
  const heard = new Map<number, Word>();
  const forget = effect(() => { for (const x of toasts.value) if (x.id > before) heard.set(x.id, { text: x.text, bad: x.kind === 'bad' }); });
  let waits = 0;
  const slow = setTimeout(() => { waits = toast(t('compose-out-ending'), { ms: END_MS }); }, SLOW_MS);
  const over = await ended(END_MS);
  clearTimeout(slow);
  forget();
  dismiss(waits);
  const words = [...heard].filter(([id]) => id !== waits).map(([, w]) => w);
  const bad = words.filter((w) => w.bad);
  // Under way still: its own word comes here.
  if (!over || (bad.length && !(await told(from, words)))) {
    for (const w of bad) toast(w.text, { kind: 'bad', ms: STAY_MS });
    leave();
    return;
  }
  if (!bad.length) say(from, words);
  window.close();
  // A browser that does not close it shows the mail instead.
  setTimeout(leave, 500);
}

function leftAs(c: Composer): string {
  if (c.saveState.value === 'saved') return t('compose-out-closed');
  if (c.draft.value) return t('compose-out-closed-late');
  return c.hasEdits ? t('compose-out-closed-lost') : '';
}

export async function arrive(): Promise<void> {
  const from = window.opener as Window | null;
  // Loaded anew: what was written is in Drafts.
  const again = (performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming | undefined)?.type === 'reload';
  if (!from || again) { leave(); return; }
  const g = await given(from);
  if (!g || g.h.account !== session.value?.user.address) { g?.port.postMessage('no'); window.close(); leave(); return; }
  const c = unpack(g.h, fetchOffered);
  openOne(c);
  const whose = (await stands(c, g.h)) ? await mine(g.port, from) : 'no';
  if (whose === 'no') { g.port.postMessage('no'); drop(c); window.close(); leave(); return; }
  if (whose === 'alone') c.writeApart();
  c.resume();
  followTitle(c);
  const element = document.querySelector<WxComposer>('wx-composer');
  void element?.updateComplete.then(() => element.begin());
  effect(() => {
    if (composers.value.length) return;
    const before = untracked(() => toasts.value.at(-1)?.id ?? 0); // what is said from here on is about how it ended
    setTimeout(() => void gone(from, before));
  });
  // Closed by the browser's own means, or left: where it can be found is told where the person looks next.
  addEventListener('pagehide', () => { if (composers.value.includes(c)) say(from, [{ text: leftAs(c), bad: false }].filter((w) => w.text)); });
}
