// The new window's side: takes a message over from the window that opened it, and is gone with it.
import '../../core/shared.ts';
import { t } from '../../core/i18n.ts';
import { go } from '../../core/router.ts';
import { effect, untracked } from '../../core/signals.ts';
import type { Composer } from '../../store/compose.ts';
import { composers, drop, openOne } from '../../store/composers.ts';
import { GIVEN, READY, SAID, complete, unpack } from '../../store/handover.ts';
import type { Handed } from '../../store/handover.ts';
import { session } from '../../store/session.ts';
import { toasts } from '../../store/toasts.ts';
import type { WxComposer } from './composer.ts';
import { fetchOffered } from './open.ts';

const READ_MS = 15_000;
const LOOK_MS = 50;
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

/** 'yours'. Where no answer comes, the other window is gone or has begun anew: then nobody else has it. Should both have
 *  it after all, the draft and the submission tell one from the other: rather twice than lost. */
function mine(port: MessagePort, from: Window): Promise<boolean> {
  return new Promise((resolve) => {
    const until = performance.now() + READ_MS;
    const look = setInterval(() => { if (from.closed || performance.now() > until) end(true); }, LOOK_MS * 5);
    const end = (yes: boolean): void => { clearInterval(look); port.close(); resolve(yes); };
    port.onmessage = (e: MessageEvent<unknown>) => end(e.data === 'yours');
    port.postMessage('holds');
  });
}

/** The browser's history keeps titles: the subject of what may be encrypted is none. */
function followTitle(c: Composer): void {
  effect(() => { document.title = `${c.mayEncrypt.value ? t('compose-new') : c.title} – Waxseal`; });
}

function say(from: Window, text: string): void { if (text && !from.closed) from.postMessage({ type: SAID, text }, location.origin); }

function gone(from: Window): void {
  say(from, toasts.value.at(-1)?.text ?? '');
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
  if (!(await stands(c, g.h)) || !(await mine(g.port, from))) { g.port.postMessage('no'); drop(c); window.close(); leave(); return; }
  c.resume();
  followTitle(c);
  const element = document.querySelector<WxComposer>('wx-composer');
  void element?.updateComplete.then(() => element.begin());
  effect(() => { if (!composers.value.length) untracked(() => setTimeout(() => gone(from))); });
  // Closed by the browser's own means, or left: where it can be found is told where the person looks next.
  addEventListener('pagehide', () => { if (composers.value.includes(c)) say(from, leftAs(c)); });
}
