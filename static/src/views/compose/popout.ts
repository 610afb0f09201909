// The old window's side of handing a message to a window of its own (store/handover.ts).
import { t } from '../../core/i18n.ts';
import type { Composer } from '../../store/compose.ts';
import { drop } from '../../store/composers.ts';
import { GIVEN, READY, SAID, pack } from '../../store/handover.ts';
import { session } from '../../store/session.ts';
import { toast } from '../../store/toasts.ts';
import { announce } from '../../store/ui.ts';

const OPEN_MS = 20_000;
const LOOK_MS = 250;

/** Answers with the first message of this window with this word; null: it was closed, or said nothing in time. */
function heard(w: Window, word: string): Promise<boolean> {
  return new Promise((resolve) => {
    const until = performance.now() + OPEN_MS;
    const end = (yes: boolean): void => { clearInterval(look); removeEventListener('message', hear); resolve(yes); };
    const hear = (e: MessageEvent<unknown>): void => { if (e.source === w && e.origin === location.origin && e.data === word) end(true); };
    const look = setInterval(() => { if (w.closed || performance.now() > until) end(false); }, LOOK_MS);
    addEventListener('message', hear);
  });
}

function holds(w: Window, port: MessagePort): Promise<boolean> {
  return new Promise((resolve) => {
    const until = performance.now() + OPEN_MS;
    const end = (yes: boolean): void => { clearInterval(look); port.onmessage = null; resolve(yes); };
    port.onmessage = (e: MessageEvent<unknown>) => end(e.data === 'holds');
    const look = setInterval(() => { if (w.closed || performance.now() > until) end(false); }, LOOK_MS);
  });
}

/** What became of it there is told here, where the person looks when that window is gone. */
function listen(w: Window): void {
  const hear = (e: MessageEvent<unknown>): void => {
    if (e.source !== w || e.origin !== location.origin) return;
    const m = e.data as { type?: unknown; text?: unknown } | null;
    if (m?.type === SAID && typeof m.text === 'string') { removeEventListener('message', hear); toast(m.text.slice(0, 500)); }
  };
  addEventListener('message', hear);
}

export async function popOut(c: Composer): Promise<void> {
  if (c.moving.value) return;
  c.problem.value = '';
  const w = window.open('/compose/', '_blank', 'popup,width=760,height=780');
  if (!w) { c.problem.value = t('compose-out-blocked'); return; }
  c.moving.value = true;
  const channel = new MessageChannel();
  try {
    if (!(await heard(w, READY))) throw new Error('no answer');
    const given = await pack(c, session.value?.user.address ?? '');
    const taken = holds(w, channel.port1);
    w.postMessage({ type: GIVEN, given }, location.origin, [channel.port2]);
    if (!(await taken)) throw new Error('not taken');
    drop(c);
    channel.port1.postMessage('yours');
    listen(w);
  } catch {
    channel.port1.postMessage('kept');
    channel.port1.close();
    w.close();
    c.resume();
    c.problem.value = t('compose-out-failed');
    announce(c.problem.value);
  }
}
