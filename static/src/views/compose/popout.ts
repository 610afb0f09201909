// The old window's side of handing a message to a window of its own (store/handover.ts).
import { t } from '../../core/i18n.ts';
import type { Composer } from '../../store/compose.ts';
import { drop } from '../../store/composers.ts';
import { GIVEN, HEARD, READY, SAID, pack } from '../../store/handover.ts';
import type { Word } from '../../store/handover.ts';
import { loadFolders } from '../../store/folders.ts';
import * as list from '../../store/list.ts';
import { session } from '../../store/session.ts';
import { toast } from '../../store/toasts.ts';
import { announce } from '../../store/ui.ts';

const OPEN_MS = 20_000;
const LOOK_MS = 250;
const LATE_LOOKS = 4;

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

/** 'holds'. A page that slept over the time hears what was said meanwhile before it gives up: by then the new window may
 *  have gone on with it. */
function holds(w: Window, port: MessagePort): Promise<boolean> {
  return new Promise((resolve) => {
    const until = performance.now() + OPEN_MS;
    let late = 0;
    const end = (yes: boolean): void => { clearInterval(look); port.onmessage = null; resolve(yes); };
    port.onmessage = (e: MessageEvent<unknown>) => end(e.data === 'holds' && !w.closed);
    const look = setInterval(() => { if (w.closed || (performance.now() > until && ++late > LATE_LOOKS)) end(false); }, LOOK_MS);
  });
}

/** What became of it there is told here, where the person looks when that window is gone. */
function listen(w: Window): void {
  const hear = (e: MessageEvent<unknown>): void => {
    if (e.source !== w || e.origin !== location.origin) return;
    const m = e.data as { type?: unknown; words?: unknown } | null;
    if (m?.type !== SAID || !Array.isArray(m.words)) return;
    removeEventListener('message', hear);
    for (const word of (m.words as Word[]).slice(-2)) toast(String(word.text).slice(0, 500), { kind: word.bad === true ? 'bad' : 'plain' });
    // It is over: lists here may show what is gone by now.
    if (list.source.value) void list.refresh();
    void loadFolders();
    w.postMessage(HEARD, location.origin);
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
  } catch {
    channel.port1.postMessage('kept');
    channel.port1.close();
    w.close();
    c.resume();
    c.problem.value = t('compose-out-failed');
    announce(c.problem.value);
    return;
  }
  drop(c);
  channel.port1.postMessage('yours');
  listen(w);
}
