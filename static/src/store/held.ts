// Undo send: a finished message waits in its composer, out of sight, until its time has come. The server keeps it as a
// held draft meanwhile: a tab that is gone by then means "not sent", and the next sign-in says so.
import '../core/shared.ts';
import * as api from '../api/compose.ts';
import { t } from '../core/i18n.ts';
import { signal } from '../core/signals.ts';
import type { Composer } from './compose.ts';
import { composers } from './composers.ts';
import { leaveGuards } from './session.ts';
import { dismiss, toast } from './toasts.ts';
import { tellHeld } from './unsent.ts';
import { confirm } from './ui.ts';
import { Gone, offer } from './undo.ts';

const waiting = new Map<Composer, () => void>();

/** What was written comes back as it was; the mark goes. */
function release(c: Composer): void {
  waiting.get(c)?.();
  for (const other of composers.value) other.minimized.value = other !== c;
  c.held.value = false;
  c.sendState.value = 'editing';
  // Without an answer the mark goes with the next save.
  api.hold(c.submission, 0).then((place) => c.moved(place), () => c.changed());
}

/** Waits so many seconds with Undo in sight. True: it is time to send; false: it was taken back. Throws where the
 *  server could not keep it: then nothing waits. */
export async function countDown(c: Composer, seconds: number): Promise<boolean> {
  c.moved(await api.hold(c.submission, seconds));
  tellHeld();
  return new Promise((resolve) => {
    const left = signal(seconds);
    const end = performance.now() + seconds * 1000;
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
      if (performance.now() < end) return;
      stop();
      resolve(true);
    }, 250);
    waiting.set(c, stop);
    c.held.value = true;
    shown = toast(t('held-sending'), { left, ms: seconds * 1000 + 60_000, action: { label: t('undo'), run: () => { undo().catch(() => undefined); } } });
  });
}

leaveGuards.push(async () => waiting.size === 0
  || confirm({ title: t('held-leave-title', { n: waiting.size }), text: t('held-leave-text'), action: t('held-leave-do'), danger: true }));
