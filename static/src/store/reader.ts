// The conversation on the screen: one message, or all of a thread, oldest first. Each message has its own text, verdict
// and keys. Plain messages are cached for quick reading; nothing decrypted is ever cached.
import { trustHooks } from '../api/client.ts';
import * as mail from '../api/mail.ts';
import type { LayerKey, Message, MessageRef, Security, ThreadRow } from '../api/types.ts';
import { batch, computed, signal, untracked } from '../core/signals.ts';
import { folder } from './folders.ts';
import { settings } from './session.ts';

export interface Open { ref: MessageRef; message: Message | null; failure: unknown; keys: LayerKey[] }
/** A message of the conversation. row: what a list tells of it (null for one that stands alone); unfolded: its text is shown. */
export interface Item extends Open { row: ThreadRow | null; unfolded: boolean }

export const items = signal<readonly Item[]>([]);
/** The message the address names; the others came with it. */
export const asked = signal<string | null>(null);
/** Waiting for the messages around the one asked for. */
export const gathering = signal(false);
const at = signal<string | null>(null);
/** The message that commands are about: the one asked for, until another one is worked on. */
export const open = computed<Item | null>(() => items.value.find((i) => keyOf(i.ref) === at.value) ?? null);

const CACHE_MESSAGES = 30;
const CACHE_CHARS = 4_000_000;
/** What opens by itself beside the message asked for; the rest waits for a click. */
const MOST_UNFOLDED = 8;
/** Asked for so lately (ahead of the click) that it is shown as it is. What is older is shown at once and asked for anew. */
const FRESH_MS = 10_000;
const cache = new Map<string, { message: Message; chars: number; at: number }>();
/** Answers from before a change of trust are of no use. */
let trust = 0;
const under = new Map<string, Promise<Message>>();
export const keyOf = (m: MessageRef): string => `${m.folder}/${m.uidvalidity}/${m.uid}`;
const threads = (): boolean => settings.value.list.threads;
const find = (key: string): Item | undefined => items.value.find((i) => keyOf(i.ref) === key);

function remember(key: string, message: Message): void {
  // A message that came out of an encrypted layer never stays in memory beyond its screen.
  if (message.parts.some((p) => p.sealed) || message.security?.encryption?.layers.some((l) => l.opened)) return;
  const chars = message.parts.reduce((n, p) => n + p.content.length, 0);
  if (chars > CACHE_CHARS / 4) return;
  cache.delete(key);
  cache.set(key, { message, chars, at: performance.now() });
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
  const running = under.get(key);
  if (running) return running;
  const asOf = trust;
  const run = mail.getMessage(ref).then((m) => {
    if (asOf !== trust) return fetchMessage(ref);
    remember(key, m);
    return m;
  }).finally(() => { if (under.get(key) === run) under.delete(key); });
  under.set(key, run);
  return run;
}

/** What can be shown before the server answers. A layer that waits for its key is no text: it is asked for. */
function cached(key: string): Message | null {
  const hit = cache.get(key);
  return hit && !(isOld(key) && hit.message.security?.job) ? hit.message : null;
}
function isOld(key: string): boolean { const hit = cache.get(key); return !hit || performance.now() - hit.at > FRESH_MS; }

/** Fetches ahead (next message, pointer down on a row); failures are of no interest here. */
export function prefetch(ref: MessageRef): void {
  if (!cache.has(keyOf(ref)) && cache.size + under.size < CACHE_MESSAGES * 2) fetchMessage(ref).catch(() => undefined);
}

export function isCached(ref: MessageRef): boolean { return cache.has(keyOf(ref)); }

function patch(key: string, change: Partial<Item>): void {
  if (find(key)) items.value = items.value.map((i) => (keyOf(i.ref) === key ? { ...i, ...change } : i));
}

const same = <T>(was: T, now: T): T => (JSON.stringify(was) === JSON.stringify(now) ? was : now);
/** A newer answer for what is on the screen: what says the same stays the same, so that nothing is drawn again. */
function renewed(was: Message, shown: Message, now: Message): Message {
  return {
    ...now, parts: same(was.parts, now.parts), attachments: same(was.attachments, now.attachments), security: same(was.security, now.security),
    flags: shown.flags === was.flags ? now.flags : shown.flags, remote: now.remote ?? shown.remote ?? null,
  };
}

/** A cached message is on the screen: the server is asked anew, and its verdict is the one that stays. Without an answer
 *  no verdict from before is left standing. */
async function renew(ref: MessageRef): Promise<void> {
  const key = keyOf(ref);
  const was = find(key)?.message;
  if (!was) return;
  // Opened or judged meanwhile: that is newer.
  const still = (): Message | null => { const m = find(key)?.message; return m && m.parts === was.parts && m.security === was.security ? m : null; };
  try {
    const now = await fetchMessage(ref);
    const shown = still();
    if (!shown) return;
    const message = renewed(was, shown, now);
    remember(key, message);
    patch(key, { message, failure: null });
  } catch (failure) {
    cache.delete(key);
    if (was.security && still()) patch(key, { message: null, failure });
  }
}

/** Of a message whose layer was opened only the verdict is asked for: its text was never the server's to keep. */
async function rejudge(i: Item, was: Message): Promise<void> {
  try {
    judged(i.ref, was, await mail.checkMessage(i.ref, i.keys));
  } catch (failure) { if (find(keyOf(i.ref))?.message === was) patch(keyOf(i.ref), { message: null, failure, keys: [] }); }
}

/** Trust was given or withdrawn, a kept certificate changed, here or in another tab: no verdict from before stays. */
export function forgetVerdicts(): void {
  trust++;
  cache.clear();
  under.clear();
  for (const i of untracked(() => items.value)) {
    if (!i.message?.security) continue;
    if (i.keys.length) void rejudge(i, i.message); else void renew(i.ref);
  }
}
trustHooks.push(forgetVerdicts);

/** Brings the text of a message on the screen. */
async function load(ref: MessageRef): Promise<void> {
  const key = keyOf(ref);
  try {
    const message = await fetchMessage(ref);
    // Opened meanwhile (a key was there): that is newer.
    if (!find(key)?.message) patch(key, { message, failure: null });
  } catch (failure) { if (!find(key)?.message) patch(key, { failure }); }
}

/** Loads what is not here, and asks anew for what has lain here for a while. */
function bring(ref: MessageRef): Promise<void> {
  if (!find(keyOf(ref))?.message) return load(ref);
  return isOld(keyOf(ref)) ? renew(ref) : Promise.resolve();
}

const fresh = (ref: MessageRef, row: ThreadRow | null, unfolded: boolean): Item => ({ ref, row, unfolded, message: unfolded ? cached(keyOf(ref)) : null, failure: null, keys: [] });

/** expected: how many messages the list knows of; with more than one, the first drawing waits for them. */
export async function show(ref: MessageRef, expected = 1): Promise<void> {
  const key = keyOf(ref);
  const now = find(key);
  if (now && !now.failure) {
    batch(() => { asked.value = key; at.value = key; });
    unfold(ref);
    return;
  }
  const together = threads() && folder(ref.folder)?.role !== 'drafts';
  batch(() => { items.value = [fresh(ref, null, true)]; asked.value = key; at.value = key; gathering.value = together && expected > 1; });
  const around = together ? gather(ref) : null;
  await bring(ref);
  await around;
}

async function gather(ref: MessageRef): Promise<void> {
  const key = keyOf(ref);
  try {
    const rows = await mail.getConversation(ref);
    if (asked.value === key && items.value.length === 1) place(rows);
  } catch { /* The message itself is shown; nothing is lost but its company. */ } finally { if (asked.value === key) gathering.value = false; }
}

/** Puts the others around the message asked for. Unread ones and the newest are unfolded. */
function place(rows: readonly ThreadRow[]): void {
  const me = items.value[0];
  if (!me || rows.length < 2 || !rows.some((r) => keyOf(r) === keyOf(me.ref))) return;
  const wanted = rows.filter((r, i) => i === rows.length - 1 || !r.flags.includes('\\Seen')).slice(-MOST_UNFOLDED).map(keyOf);
  const next = rows.map((row) => {
    const { folder: f, uid, uidvalidity } = row;
    return keyOf(row) === keyOf(me.ref) ? { ...me, row } : fresh({ folder: f, uid, uidvalidity }, row, wanted.includes(keyOf(row)));
  });
  batch(() => { items.value = next; gathering.value = false; });
  for (const i of next) if (i.unfolded && i !== me) void bring(i.ref);
}

/** The list knows of another number of messages: who came is put beside the others, folded; who went goes. Nothing else moves. */
export async function gatherAgain(): Promise<void> {
  const key = asked.value;
  const me = key ? find(key) : undefined;
  if (!me || gathering.value || !threads() || folder(me.ref.folder)?.role === 'drafts') return;
  try {
    const rows = await mail.getConversation(me.ref);
    if (asked.value !== key || !rows.some((r) => keyOf(r) === key)) return;
    if (items.value.length < 2) { place(rows); return; }
    items.value = rows.map((row) => { const old = find(keyOf(row)); return old ? { ...old, row: old.row ?? row } : fresh({ folder: row.folder, uid: row.uid, uidvalidity: row.uidvalidity }, row, false); });
  } catch { /* What is shown stays; the next change of the list asks again. */ }
}

export function unfold(ref: MessageRef): void {
  const i = find(keyOf(ref));
  if (!i || i.unfolded) return;
  patch(keyOf(ref), { unfolded: true, message: i.message ?? cached(keyOf(ref)) });
  void bring(ref);
}

/** What was decrypted leaves memory with its place on the screen. */
export function fold(ref: MessageRef): void { patch(keyOf(ref), { unfolded: false, message: null, failure: null, keys: [] }); }
export function unfoldAll(): void { for (const i of untracked(() => items.value)) unfold(i.ref); }
export function foldAll(): void { for (const i of untracked(() => items.value)) if (keyOf(i.ref) !== at.value) fold(i.ref); }

/** Commands are about this message from now on. */
export function turnTo(ref: MessageRef): void { if (find(keyOf(ref))) at.value = keyOf(ref); }

/** Asks again: for one message, or for the one commands are about. */
export function retry(ref = open.value?.ref): void {
  if (!ref) return;
  patch(keyOf(ref), { message: null, failure: null, keys: [] });
  void load(ref);
}

/** The server opened an encrypted layer: replaces what is shown, keeps the keys only for this screen. */
export function opened(ref: MessageRef, message: Message, keys: LayerKey[]): void {
  if (find(keyOf(ref))?.unfolded) patch(keyOf(ref), { message, keys });
}

/** A newer verdict for what was shown as `was`. What is on the screen is touched only while it is still that message. */
export function judged(ref: MessageRef, was: Message, security: Security): void {
  const hit = cache.get(keyOf(ref));
  if (hit && hit.message.security === was.security) hit.message = { ...hit.message, security };
  const i = find(keyOf(ref));
  if (i?.message && i.message.security === was.security) patch(keyOf(ref), { message: { ...i.message, security } });
}

export function close(): void { batch(() => { items.value = []; asked.value = null; at.value = null; gathering.value = false; }); }

export function patchCached(ref: MessageRef, flags: string[]): void {
  const hit = cache.get(keyOf(ref));
  if (hit) hit.message = { ...hit.message, flags };
  const i = find(keyOf(ref));
  if (i) patch(keyOf(ref), { ...(i.message ? { message: { ...i.message, flags } } : {}), ...(i.row ? { row: { ...i.row, flags } } : {}) });
}

/** Pictures from outside that may be shown now: their addresses here, by the addresses in the mail. */
export function pictures(ref: MessageRef, remote: Record<string, string>): void {
  const hit = cache.get(keyOf(ref));
  if (hit) hit.message = { ...hit.message, remote };
  const i = find(keyOf(ref));
  if (i?.message) patch(keyOf(ref), { message: { ...i.message, remote } });
}

export function forgetAll(): void { trust++; cache.clear(); under.clear(); close(); }
