// The message on the screen. Plain messages are cached for quick reading; nothing decrypted is ever cached.
import * as mail from '../api/mail.ts';
import type { LayerKey, Message, MessageRef, Security } from '../api/types.ts';
import { batch, signal } from '../core/signals.ts';

export interface Open { ref: MessageRef; message: Message | null; failure: unknown; keys: LayerKey[] }
export const open = signal<Open | null>(null);

const CACHE_MESSAGES = 30;
const CACHE_CHARS = 4_000_000;
const cache = new Map<string, { message: Message; chars: number }>();
const under = new Map<string, Promise<Message>>();
const keyOf = (m: MessageRef): string => `${m.folder}/${m.uidvalidity}/${m.uid}`;

function remember(key: string, message: Message): void {
  // A message that came out of an encrypted layer never stays in memory beyond its screen.
  if (message.parts.some((p) => p.sealed) || message.security?.encryption?.layers.some((l) => l.opened)) return;
  const chars = message.parts.reduce((n, p) => n + p.content.length, 0);
  if (chars > CACHE_CHARS / 4) return;
  cache.delete(key);
  cache.set(key, { message, chars });
  let sum = 0;
  for (const c of cache.values()) sum += c.chars;
  for (const [k, c] of cache) {
    if (cache.size <= CACHE_MESSAGES && sum <= CACHE_CHARS) break;
    cache.delete(k);
    sum -= c.chars;
  }
}

function fetchMessage(ref: MessageRef): Promise<Message> {
  const key = keyOf(ref);
  const hit = cache.get(key);
  if (hit) return Promise.resolve(hit.message);
  const running = under.get(key);
  if (running) return running;
  const run = mail.getMessage(ref).then((m) => { remember(key, m); return m; }).finally(() => under.delete(key));
  under.set(key, run);
  return run;
}

/** Fetches ahead (next message, pointer down on a row); failures are of no interest here. */
export function prefetch(ref: MessageRef): void {
  if (!cache.has(keyOf(ref)) && cache.size + under.size < CACHE_MESSAGES * 2) fetchMessage(ref).catch(() => undefined);
}

export function isCached(ref: MessageRef): boolean { return cache.has(keyOf(ref)); }

export async function show(ref: MessageRef): Promise<void> {
  const now = open.value;
  if (now && keyOf(now.ref) === keyOf(ref) && !now.failure) return;
  const hit = cache.get(keyOf(ref));
  open.value = { ref, message: hit?.message ?? null, failure: null, keys: [] };
  if (hit) return;
  try {
    const message = await fetchMessage(ref);
    if (open.value && keyOf(open.value.ref) === keyOf(ref)) open.value = { ref, message, failure: null, keys: [] };
  } catch (failure) {
    if (open.value && keyOf(open.value.ref) === keyOf(ref)) open.value = { ref, message: null, failure, keys: [] };
  }
}

export function retry(): void {
  const o = open.value;
  if (o) { open.value = null; void show(o.ref); }
}

/** The server opened an encrypted layer: replaces what is shown, keeps the keys only for this screen. */
export function opened(ref: MessageRef, message: Message, keys: LayerKey[]): void {
  const o = open.value;
  if (o && keyOf(o.ref) === keyOf(ref)) batch(() => { open.value = { ...o, message, keys }; });
}

/** A newer verdict for what was shown as `was`. What is on the screen is touched only while it is still that message. */
export function judged(ref: MessageRef, was: Message, security: Security): void {
  const hit = cache.get(keyOf(ref));
  if (hit && hit.message.security === was.security) hit.message = { ...hit.message, security };
  const o = open.value;
  if (o?.message && keyOf(o.ref) === keyOf(ref) && o.message.security === was.security) open.value = { ...o, message: { ...o.message, security } };
}

export function close(): void { open.value = null; }

export function patchCached(ref: MessageRef, flags: string[]): void {
  const hit = cache.get(keyOf(ref));
  if (hit) hit.message = { ...hit.message, flags };
  const o = open.value;
  if (o?.message && keyOf(o.ref) === keyOf(ref)) open.value = { ...o, message: { ...o.message, flags } };
}

export function forgetAll(): void { cache.clear(); open.value = null; }
