// The event stream of the session, read by fetch: EventSource neither tells the status nor leaves the pace to us.
import { EventParser } from '../core/sse.ts';
import type { ServerEvent } from '../core/sse.ts';
import { accountHeader, answerError } from './client.ts';

/** Reads until the stream ends. alive: bytes came, perhaps only a sign of life. Throws ApiError for a refusal. */
export async function readEvents(on: (e: ServerEvent) => void, alive: () => void, signal: AbortSignal): Promise<void> {
  const answer = await fetch('/api/v1/events', {
    headers: { Accept: 'text/event-stream', 'X-Waxseal-Background': '1', ...accountHeader() }, credentials: 'same-origin', cache: 'no-store', redirect: 'error', signal,
  });
  if (!answer.ok || !answer.body) throw await answerError(answer);
  const parser = new EventParser();
  const text = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await text.read();
    if (done) return;
    alive();
    for (const e of parser.feed(value)) on(e);
  }
}
