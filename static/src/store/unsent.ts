// Messages whose time to be sent came while nobody was there to sign them: told once the list stands, and to a page that
// is open already when another tab that held one is gone.
import { held } from '../api/compose.ts';
import { sessionExpired } from '../api/client.ts';
import type { Held } from '../api/types.ts';
import { signal } from '../core/signals.ts';
import type { Composer } from './compose.ts';
import { composers } from './composers.ts';
import { session, settings } from './session.ts';

export const unsent = signal<readonly Held[]>([]);
/** Those that wait to be sent in another window, whose time is not over. */
const leaving = signal<readonly Held[]>([]);
/** The draft that shall leave as soon as its composer is open; forgotten when the person goes elsewhere. */
export const sendWhenOpen = signal<Held | null>(null);

let timer: ReturnType<typeof setTimeout> | undefined;
let looking = false;
/** Something was said while it was asked: the answer may be older. */
let again = false;
let channel: BroadcastChannel | null = null;

/** One that may still be on its way in another window is looked at again when it no longer can. */
async function look(): Promise<void> {
  if (looking) { again = true; return; }
  if (sessionExpired.value) return;
  looking = true;
  again = false;
  clearTimeout(timer);
  try {
    const all = await held();
    // What is open here is not lost, and has its own words.
    const elsewhere = all.filter((h) => !composers.value.some((c) => c.submission === h.submission));
    unsent.value = elsewhere.filter((h) => h.left === 0);
    leaving.value = elsewhere.filter((h) => h.left > 0);
    const next = Math.min(...all.filter((h) => h.left > 0).map((h) => h.left));
    if (Number.isFinite(next)) timer = setTimeout(lookForUnsent, (next + 1) * 1000);
  } finally { looking = false; }
  if (again) await look();
}
/** Without an answer it is asked again when somebody looks at the page. */
export function lookForUnsent(): void { look().catch(() => undefined); }

/** A message begins to wait here, or was taken back: the other tabs look, and when its time is over once more, should this one be gone by then. */
export function tellHeld(): void { channel?.postMessage('held'); }

export function followUnsent(): void {
  const wanted = (): boolean => settings.value.composing.undo_seconds > 0;
  if (typeof BroadcastChannel === 'function') {
    channel = new BroadcastChannel(`waxseal-held ${session.value?.instance ?? ''} ${session.value?.user.address ?? ''}`);
    channel.addEventListener('message', lookForUnsent);
  }
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible' && wanted()) lookForUnsent(); });
  if (wanted()) lookForUnsent();
}

/** This draft waits to be sent, and may leave yet. */
export function isLeaving(folder: string | undefined, uid: number): boolean {
  return leavingHere(folder, uid) !== undefined || leaving.value.some((h) => h.draft.folder === folder && h.draft.uid === uid);
}
/** The composer of this window that it waits in. */
export function leavingHere(folder: string | undefined, uid: number): Composer | undefined {
  return composers.value.find((c) => c.held.value && c.draft.value?.uid === uid && c.draft.value.folder === folder);
}

/** Of a draft in a list: it was finished, and did not leave. */
export function isUnsent(folder: string | undefined, uid: number): boolean {
  return unsent.value.some((h) => h.draft.folder === folder && h.draft.uid === uid);
}
