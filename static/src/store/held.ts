// Undo send: a finished message waits in its composer, out of sight, until its time has come. The server keeps it as a
// held draft meanwhile: a tab that is gone by then means "not sent", and the next sign-in says so. So does one that slept
// over its time: others have read "not sent" by then, and went by it.
import '../core/shared.ts';
import * as api from '../api/compose.ts';
import type { Base, ComposeBody } from '../api/types.ts';
import { t } from '../core/i18n.ts';
import { signal } from '../core/signals.ts';
import type { Composer } from './compose.ts';
import { composers } from './composers.ts';
import { leaveGuards } from './session.ts';
import { dismiss, toast } from './toasts.ts';
import { tellHeld } from './unsent.ts';
import { confirm } from './ui.ts';
import { Gone, offer } from './undo.ts';

const waiting = new Map<Composer, { stop: () => void; undo: () => Promise<void> }>();
/** The server gives 20 s of grace to what is on its way; half of it is for preparing. */
const LATE_MS = 10_000;
const RENEW_MS = 10_000;
const RENEW_SECONDS = 30;
const RENEW_MOST_MS = 600_000;

const baseOf = (c: Composer): { base?: Base } => (c.draft.value ? { base: { uid: c.draft.value.uid, uidvalidity: c.draft.value.uidvalidity } } : {});

/** Sets or takes off the mark, with no save in between. */
function mark(c: Composer, seconds: number): Promise<void> {
  const id = c.submission;
  return c.inTurn(async () => {
    const place = await api.hold(id, seconds, c.next());
    if (c.submission === id) c.moved(place);
  });
}

/** What was written comes back as it was; the mark goes. */
function release(c: Composer): void {
  waiting.get(c)?.stop();
  for (const other of composers.value) other.minimized.value = other !== c;
  c.held.value = false;
  c.sendState.value = 'editing';
  // Without an answer the mark goes with the next save.
  mark(c, 0).then(tellHeld, () => c.changed());
}

/** Its window slept, or was frozen, while its time came. */
function late(c: Composer): void {
  waiting.get(c)?.stop();
  c.held.value = false;
  c.minimized.value = false;
  c.sendState.value = 'failed';
  c.problem.value = t('send-failed', { why: t('held-late') });
}

/** Long uploads are not "not sent": said until the server has it, or no longer gets it. */
function stayBusy(c: Composer, submission: string, base: Base): void {
  const most = performance.now() + RENEW_MOST_MS;
  const again = setInterval(() => {
    if (!c.closed && c.submission === submission && c.sendState.value === 'sending' && c.draft.value?.uid === base.uid && performance.now() < most)
      // Refused: it was prepared meanwhile, or is another window's now, which prepare itself is told.
      api.hold(submission, RENEW_SECONDS, { base, renew: true }).catch(() => undefined);
    else clearInterval(again);
  }, RENEW_MS);
}

/** Waits so many seconds with Undo in sight. True: it is time to send; false: it was taken back, or its time is long
 *  past. Throws where the server could not keep it: then nothing waits. body: goes only while what is held is the newest. */
export async function countDown(c: Composer, seconds: number, body: ComposeBody): Promise<boolean> {
  await mark(c, seconds);
  tellHeld();
  const { base } = baseOf(c);
  return new Promise((resolve) => {
    const left = signal(seconds);
    const end = performance.now() + seconds * 1000;
    // A clock that stands still in sleep, and one that does not.
    const latest = [end + LATE_MS, Date.now() + seconds * 1000 + LATE_MS] as const;
    let shown = 0;
    const stop = (): void => {
      clearInterval(tick);
      waiting.delete(c);
      forget();
      dismiss(shown);
    };
    const undo = async (): Promise<void> => {
      if (!waiting.has(c)) throw new Gone();
      release(c);
      resolve(false);
    };
    const forget = offer(null, undo);
    const tick = setInterval(() => {
      left.value = Math.max(0, Math.ceil((end - performance.now()) / 1000));
      if (performance.now() > latest[0] || Date.now() > latest[1]) { late(c); resolve(false); return; }
      if (performance.now() < end) return;
      stop();
      if (base) {
        body.base = base;
        stayBusy(c, c.submission, base);
      }
      resolve(true);
    }, 250);
    waiting.set(c, { stop, undo });
    c.held.value = true;
    shown = toast(t('held-sending'), { left, ms: seconds * 1000 + 60_000, action: { label: t('undo'), run: () => { undo().catch(() => undefined); } } });
  });
}

/** Undo, from elsewhere than its message at the bottom; nothing where it leaves already. */
export function takeBack(c: Composer): void { waiting.get(c)?.undo().catch(() => undefined); }

leaveGuards.push(async () => waiting.size === 0
  || confirm({ title: t('held-leave-title', { n: waiting.size }), text: t('held-leave-text'), action: t('held-leave-do'), danger: true }));
