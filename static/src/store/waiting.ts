// Drafts that wait for certificates: asked for when something may have arrived, told of once a page, and opened.
import '../core/shared.ts';
import { ApiError } from '../api/client.ts';
import * as api from '../api/compose.ts';
import type { Waiting } from '../api/types.ts';
import { t } from '../core/i18n.ts';
import { go } from '../core/router.ts';
import { effect, untracked } from '../core/signals.ts';
import type { Composer } from './compose.ts';
import { composers } from './composers.ts';
import { session, smimeOn } from './session.ts';
import { toast } from './toasts.ts';
import { waiting } from './waiting-marks.ts';

const TOLD_MS = 60_000;
const told = new Set<string>();

/** The draft is a message in Drafts: the reader opens it with the key, then the composer takes it over. */
function open(w: Waiting): void { go({ page: 'mail', folder: w.draft.folder, uid: w.draft.uid, search: false }); }

/** What is on its way, or waits its time, stays out of sight; told anew when it comes back. */
async function bringUp(c: Composer, w: Waiting): Promise<void> {
  const away = (): boolean => c.held.value || c.starting || c.sendState.value === 'sending';
  if (!away()) await c.lookUp(true);
  if (away()) { told.delete(w.submission); return; }
  c.cannot.value = true;
  c.minimized.value = false;
}

function tell(w: Waiting): void {
  if (told.has(w.submission)) return;
  told.add(w.submission);
  const c = composers.value.find((x) => x.submission === w.submission);
  // It is being written on: what stands there is brought up to date instead.
  if (c) { void bringUp(c, w); return; }
  toast(t('waiting-arrived', { addresses: w.addresses.map((a) => a.address).join(', ') }), { ms: TOLD_MS, action: { label: t('waiting-open'), run: () => open(w) } });
}

/** Puts down what the server says; whoever was told already is not told again, unless it waited anew. */
export function take(list: Waiting[]): void {
  waiting.value = list;
  for (const w of list) if (w.ready) tell(w); else told.delete(w.submission);
}

/** Asks how it stands. always: also where nothing was known to wait. */
export async function look(always = false): Promise<void> {
  if (!smimeOn.value || (!always && !waiting.value.length && session.value?.waiting !== true)) return;
  try {
    take(await api.waiting());
  } catch (error) {
    if (!(error instanceof ApiError)) throw error; // asked again with the next news
  }
}

/** A draft that waits was saved: it lies elsewhere now, and may wait for others. */
function moved(submission: string, draft: Waiting['draft']): void {
  const w = waiting.value.find((x) => x.submission === submission);
  if (!w || (w.draft.uid === draft.uid && w.draft.folder === draft.folder)) return;
  waiting.value = waiting.value.map((x) => (x === w ? { ...w, draft: { folder: draft.folder, uid: draft.uid, uidvalidity: draft.uidvalidity } } : x));
  void look();
}

effect(() => {
  for (const c of composers.value) {
    const draft = c.draft.value;
    if (draft) untracked(() => moved(c.submission, draft));
  }
});
