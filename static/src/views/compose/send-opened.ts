// "Send" on what was not sent: its draft is open, and leaves as soon as its editor has the text.
import type { Composer } from '../../store/compose.ts';
import { sendWhenOpen } from '../../store/unsent.ts';
import { send } from './send.ts';

const LOOK_MS = 50;

export async function sendOpened(c: Composer): Promise<void> {
  if (sendWhenOpen.value?.submission !== c.submission) return;
  sendWhenOpen.value = null;
  while (c.rich.value && !c.readBody) {
    if (c.closed) return;
    await new Promise((done) => { setTimeout(done, LOOK_MS); });
  }
  await send(c);
}
