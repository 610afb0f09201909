// Messages whose time to be sent came while nobody was there to sign them: told once the list stands, and to a page that
// is open already when another tab that held one is gone.
import { held } from '../api/compose.ts';
import { sessionExpired } from '../api/client.ts';
import type { Held } from '../api/types.ts';
import { signal } from '../core/signals.ts';
import { composers } from './composers.ts';
import { session, settings } from './session.ts';

export const unsent = signal<readonly Held[]>([]);
/** The draft that shall leave as soon as its composer is open; forgotten when the person goes elsewhere. */
export const sendWhenOpen = signal<Held | null>(null);

let timer: ReturnType<typeof setTimeout> | undefined;
let looking = false;
let channel: BroadcastChannel | null = null;

/** One that may still be on its way in another window is looked at again when it no longer can. */
async function look(): Promise<void> {
  if (looking || sessionExpired.value) return;
  looking = true;
  clearTimeout(timer);
  try {
    const all = await held();
    // What is open here is not lost, and has its own words.
    unsent.value = all.filter((h) => h.left === 0 && !composers.value.some((c) => c.submission === h.submission));
    const next = Math.min(...all.filter((h) => h.left > 0).map((h) => h.left));
    if (Number.isFinite(next)) timer = setTimeout(lookForUnsent, (next + 1) * 1000);
  } finally { looking = false; }
}
/** Without an answer it is asked again when somebody looks at the page. */
export function lookForUnsent(): void { look().catch(() => undefined); }

/** A message begins to wait here: the other tabs look when its time is over, should this one be gone by then. */
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

/** Of a draft in a list: it was finished, and did not leave. */
export function isUnsent(folder: string | undefined, uid: number): boolean {
  return unsent.value.some((h) => h.draft.folder === folder && h.draft.uid === uid);
}
