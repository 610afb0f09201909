// The session ended elsewhere: what leaves the page before anybody is asked to sign in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sessionExpired, sessionRenewed } from '../src/api/client.ts';
import type { Message, Session } from '../src/api/types.ts';
import { putAway } from '../src/store/away.ts';
import * as list from '../src/store/list.ts';
import * as reader from '../src/store/reader.ts';
import { defaults, signOutHooks, useSession } from '../src/store/session.ts';
import { canUndo, offer } from '../src/store/undo.ts';

const REF = { folder: 'F', uid: 3, uidvalidity: 7 };
const headers = { subject: 's', from: [], sender: [], reply_to: [], to: [], cc: [], bcc: [], date: null, message_id: null, in_reply_to: null, references: null, protected: false, outer_subject: null };
const message: Message = { uid: 3, uidvalidity: 7, flags: [], size: 9, received: '2026-11-22T09:00:00Z', attachments: [], security: null, headers, parts: [{ id: '1', kind: 'text', flowed: false, delsp: false, sealed: false, content: 'text' }] };
const row = { uid: 3, flags: [], size: 9, received: message.received, date: message.received, subject: 'secret plan', from: [], to: [], attachment: false, security: null };
let over = false;
const said: (string | null)[] = [];
globalThis.fetch = (async (input: string, init: RequestInit) => {
  const path = String(input);
  said.push(new Headers(init.headers).get('X-Waxseal-Account'));
  if (over) return Response.json({ code: 'unauthenticated', message: '', details: {} }, { status: 401 });
  if (/\/messages\/\d/.test(path)) return Response.json(message);
  if (path.includes('/messages')) return Response.json({ uidvalidity: 7, uidnext: 4, modseq: 1, total: 1, unread: 0, rows: 1, offset: 0, messages: [row] });
  return Response.json({ folders: [] });
}) as typeof fetch;
const settled = async (): Promise<void> => { for (let i = 0; i < 10; i++) await new Promise((r) => setTimeout(r)); };
const removed: string[] = [];
globalThis.document = { querySelectorAll: (what: string) => what.split(', ').map((w) => ({ remove: () => removed.push(w) })) } as unknown as Document;

test('decrypted mail, keys, rows and undo go before the sign-in; it all comes back for who signs in', async () => {
  let locked = false;
  signOutHooks.push(async () => { locked = true; });
  useSession({ user: { address: 'ana@x.test', name: '' }, csrf: 'c', plan: '', features: { smime: true }, limits: { message_bytes: 1, attachment_bytes: 1 }, instance: 'i', version: '1', settings: { ...defaults(), list: { ...defaults().list, threads: false } } } as Session);
  await list.show({ folder: 'F', query: null });
  await reader.show(REF);
  reader.opened(REF, { ...message, parts: [{ ...message.parts[0]!, sealed: true, content: 'secret' }] }, [{ layer: 1, content_key: 'k' }]);
  offer('done', async () => undefined);
  assert.equal(list.loadedRows().length, 1);
  assert.ok(canUndo.value);
  over = true;
  const done = putAway();
  assert.deepEqual(reader.items.value, [], 'at once, before the network is asked');
  assert.ok(!reader.isCached(REF));
  assert.equal(list.loadedRows().length, 0);
  assert.ok(!canUndo.value);
  assert.deepEqual(removed, ['wx-preview', 'iframe.print-frame']);
  await settled();
  assert.ok(locked);
  assert.ok(sessionExpired.value, 'the sign-in is asked for');
  over = false;
  sessionRenewed();
  await done;
  assert.equal(list.loadedRows().length, 1);
  assert.ok(said.every((who) => who === 'ana%40x.test'), 'every request says whose page it is');
});
