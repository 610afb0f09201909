// "Send" on what was not sent: its draft is open, and leaves as soon as all of it is here.
import type { Composer } from '../../store/compose.ts';
import { sendWhenOpen } from '../../store/unsent.ts';
import { send } from './send.ts';

export async function sendOpened(c: Composer): Promise<void> {
  if (sendWhenOpen.value?.submission !== c.submission) return;
  sendWhenOpen.value = null;
  // With its files and pictures, or not at all: the window says what is missing.
  if (await c.whole()) await send(c);
}
