// Folders and messages. URLs are known here and nowhere above.
import { uidsOf } from '../core/sets.ts';
import { api, request, setCsrf } from './client.ts';
import type { Address, Arrangement, Changes, Done, EverywherePart, Folder, FolderPart, FoundRow, LayerKey, ListPage, Message, MessageRef, Quota, Row, SearchQuery, Security, Session, Settings, SettingsPatch, ThreadRow, Which } from './types.ts';

const V1 = '/api/v1';
const folderUrl = (f: string): string => `${V1}/folders/${encodeURIComponent(f)}`;
const messageUrl = (m: MessageRef): string => `${folderUrl(m.folder)}/messages/${m.uid}`;

export async function getSession(): Promise<Session> {
  const s = await api<Session>(`${V1}/session`, { holdOnExpiry: false });
  setCsrf(s.csrf);
  return s;
}
/** code: of the second factor, where the server has asked for one ("code_needed"). */
export async function signIn(username: string, password: string, code = ''): Promise<Session> {
  const s = await api<Session>(`${V1}/signin`, { method: 'POST', json: { username, password, code }, holdOnExpiry: false });
  setCsrf(s.csrf);
  return s;
}
export async function signOut(): Promise<void> {
  await api(`${V1}/signout`, { method: 'POST', json: {}, holdOnExpiry: false });
}

export async function getFolders(): Promise<Folder[]> { return (await api<{ folders: Folder[] }>(`${V1}/folders`)).folders; }
export async function makeFolder(path: string): Promise<string> {
  return (await api<{ id: string }>(`${V1}/folders`, { method: 'POST', json: { path } })).id;
}

export async function renameFolder(folder: string, path: string): Promise<string> {
  return (await api<{ id: string }>(folderUrl(folder), { method: 'PUT', json: { path } })).id;
}
export function subscribe(folder: string, subscribed: boolean): Promise<unknown> { return api(`${folderUrl(folder)}/subscribe`, { method: 'POST', json: { subscribed } }); }
/** withMessages: also when there are still some inside. */
export function deleteFolder(folder: string, withMessages: boolean): Promise<unknown> {
  return api(`${folderUrl(folder)}${withMessages ? '?messages=1' : ''}`, { method: 'DELETE' });
}
export function emptyFolder(folder: string, uidvalidity: number, below: number): Promise<{ count: number }> {
  return api(`${folderUrl(folder)}/empty`, { method: 'POST', json: { uidvalidity, all: { below } }, deadline: 120_000 });
}
export function getQuota(): Promise<{ quotas: Quota[] }> { return api(`${V1}/quota`); }

type Wire = Omit<Row, 'thread'> & { thread?: Omit<NonNullable<Row['thread']>, 'uids'> & { uids: string } };
const taken = ({ thread, ...row }: Wire): Row => (thread ? { ...row, thread: { ...thread, uids: uidsOf(thread.uids, 500) } } : row);
export async function getList(folder: string, offset: number, limit: number, signal?: AbortSignal, view?: Arrangement): Promise<ListPage> {
  // The order of arrival has one direction; the other one is that of the dates.
  const sort = view && view.sort === 'arrival' && view.order === 'asc' ? 'date' : view?.sort;
  const how = `${view && sort !== 'arrival' ? `&sort=${sort}&order=${view.order}` : ''}${view?.threads ? '&threads=1' : ''}`;
  const page = await api<Omit<ListPage, 'messages'> & { messages: Wire[] }>(`${folderUrl(folder)}/messages?offset=${offset}&limit=${limit}${how}`, signal ? { signal } : {});
  return { ...page, messages: page.messages.map(taken) };
}
/** Who wrote messages: a conversation's row names only the newest one's sender. */
export async function getSenders(folder: string, uidvalidity: number, uids: number[], signal?: AbortSignal): Promise<Record<string, Address>> {
  const o = { method: 'POST' as const, json: { of: [{ folder, uidvalidity, uids }] } };
  const { messages } = await api<{ messages: Row[] }>(`${V1}/rows`, signal ? { ...o, signal } : o);
  return Object.fromEntries(messages.map((m) => [m.uid, m.from[0] ?? { name: '', address: '' }]));
}
/** First words of messages; encrypted ones have none. */
export async function getSnippets(folder: string, uidvalidity: number, uids: number[], signal?: AbortSignal): Promise<Record<string, string>> {
  const o = { method: 'POST' as const, json: { uidvalidity, uids } };
  return (await api<{ snippets: Record<string, string> }>(`${folderUrl(folder)}/snippets`, signal ? { ...o, signal } : o)).snippets;
}
export function getChanges(folder: string, since: { uidvalidity: number; modseq: number; uidnext: number }, signal?: AbortSignal): Promise<Changes> {
  const url = `${folderUrl(folder)}/changes?uidvalidity=${since.uidvalidity}&modseq=${since.modseq}&uidnext=${since.uidnext}`;
  return api<Changes>(url, signal ? { signal } : {});
}
/** Words travel in the body, never in a URL (logs). */
type Asked = SearchQuery & { limit: number; next?: string; today: string };
const asked = ({ everywhere: _, ...q }: Asked & { parts?: boolean }): object => q;
export function searchPart(folder: string, q: Asked & { parts: true }, signal?: AbortSignal): Promise<FolderPart> {
  return api<FolderPart>(`${folderUrl(folder)}/search`, { method: 'POST', json: asked(q), ...(signal ? { signal } : {}) });
}
export function searchAll(q: Asked, signal?: AbortSignal): Promise<EverywherePart> {
  return api<EverywherePart>(`${V1}/search`, { method: 'POST', json: asked(q), ...(signal ? { signal } : {}) });
}
/** Rows of messages wherever they are; those that are gone are missing. */
export async function rowsOf(of: { folder: string; uidvalidity: number; uids: number[] }[], signal?: AbortSignal): Promise<FoundRow[]> {
  return (await api<{ messages: FoundRow[] }>(`${V1}/rows`, { method: 'POST', json: { of }, ...(signal ? { signal } : {}) })).messages;
}
export function getMessage(m: MessageRef, signal?: AbortSignal): Promise<Message> {
  return api<Message>(`${messageUrl(m)}?uidvalidity=${m.uidvalidity}`, signal ? { signal } : {});
}
/** The whole conversation of a message, oldest first, with the answers in Sent. */
export async function getConversation(m: MessageRef): Promise<ThreadRow[]> {
  return (await api<{ messages: ThreadRow[] }>(`${folderUrl(m.folder)}/conversation`, { method: 'POST', json: { uidvalidity: m.uidvalidity, uid: m.uid } })).messages;
}
export function openMessage(m: MessageRef, keys: LayerKey[]): Promise<Message> {
  return api<Message>(`${messageUrl(m)}/open`, { method: 'POST', json: { uidvalidity: m.uidvalidity, keys } });
}
/** Asks outside for what a GET may not (revocation, issuers) and records a good verification. */
export async function checkMessage(m: MessageRef, keys: LayerKey[]): Promise<Security> {
  return (await api<{ security: Security }>(`${messageUrl(m)}/check`, { method: 'POST', json: { uidvalidity: m.uidvalidity, keys } })).security;
}
export async function getProof(m: MessageRef, keys: LayerKey[]): Promise<Blob> {
  return (await request(`${messageUrl(m)}/proof`, { method: 'POST', json: { uidvalidity: m.uidvalidity, keys } })).blob();
}
/** An attached message, judged by itself; ids of its parts and attachments stand below `part`. */
export function getAttached(m: MessageRef, part: string, keys: LayerKey[]): Promise<Message> {
  return api<Message>(`${messageUrl(m)}/attached`, { method: 'POST', json: { uidvalidity: m.uidvalidity, keys, part } });
}
export function sourceUrl(m: MessageRef): string { return `${messageUrl(m)}/source?uidvalidity=${m.uidvalidity}`; }
export async function getSource(m: MessageRef): Promise<Blob> { return (await request(sourceUrl(m))).blob(); }

const partUrl = (m: MessageRef, part: string): string => `${messageUrl(m)}/parts/${encodeURIComponent(part)}`;
/** For a link the browser itself follows (download of a plain part); with its size the server need not hold it. */
export function partDownloadUrl(m: MessageRef, part: string, size = 0): string { return `${partUrl(m, part)}?uidvalidity=${m.uidvalidity}${size > 0 ? `&size=${size}` : ''}`; }
export async function getPart(m: MessageRef, part: string, o: { inline?: boolean; keys?: LayerKey[]; size?: number; signal?: AbortSignal } = {}): Promise<Blob> {
  const answer = o.keys?.length
    ? await request(partUrl(m, part), { method: 'POST', json: { uidvalidity: m.uidvalidity, keys: o.keys }, deadline: 120_000 })
    : await request(`${partDownloadUrl(m, part, o.size)}${o.inline ? '&inline=1' : ''}`, { deadline: 120_000, ...(o.signal ? { signal: o.signal } : {}) });
  return answer.blob();
}

/** Of everything that is meant, or of a set, the answer says which messages they were. */
export function setFlags(folder: string, uidvalidity: number, which: Which, add: string[], remove: string[]): Promise<Partial<Done>> {
  return api(`${folderUrl(folder)}/flags`, { method: 'POST', json: { uidvalidity, ...which, add, remove }, deadline: 120_000 });
}
export function moveMessages(folder: string, uidvalidity: number, which: Which, to: string): Promise<Done> {
  return api(`${folderUrl(folder)}/move`, { method: 'POST', json: { uidvalidity, ...which, to }, deadline: 120_000 });
}
export function copyMessages(folder: string, uidvalidity: number, which: Which, to: string): Promise<unknown> {
  return api(`${folderUrl(folder)}/copy`, { method: 'POST', json: { uidvalidity, ...which, to }, deadline: 120_000 });
}
export function deleteMessages(folder: string, uidvalidity: number, which: Which): Promise<{ moved_to: string | null; count?: number } & Partial<Done>> {
  return api(`${folderUrl(folder)}/delete`, { method: 'POST', json: { uidvalidity, ...which }, deadline: 120_000 });
}

export function getSettings(): Promise<Settings> { return api<Settings>(`${V1}/settings`); }
export function putSettings(patch: SettingsPatch): Promise<Settings> { return api<Settings>(`${V1}/settings`, { method: 'PUT', json: patch, keepalive: true }); }
