// What only the reader asks of the server; loaded with it.
import { api, request } from './client.ts';
import type { Attachment, LayerKey, Message, MessageRef } from './types.ts';

const url = (m: MessageRef): string => `/api/v1/folders/${encodeURIComponent(m.folder)}/messages/${m.uid}`;
const post = (json: unknown): { method: 'POST'; json: unknown } => ({ method: 'POST', json });

/** From now on the pictures of this message (remember: of this sender) may be fetched, by the server. Never for decrypted mail. */
export function allowImages(m: MessageRef, remember: boolean): Promise<Message> { return api(`${url(m)}/images`, post({ uidvalidity: m.uidvalidity, remember })); }

export async function getZip(m: MessageRef, keys: LayerKey[], parts?: string[]): Promise<Blob> {
  return (await request(`${url(m)}/zip`, { ...post({ uidvalidity: m.uidvalidity, keys, ...(parts ? { parts } : {}) }), deadline: 300_000 })).blob();
}

export function unsubscribe(m: MessageRef): Promise<{ done: boolean; status: number | null }> { return api(`${url(m)}/unsubscribe`, post({ uidvalidity: m.uidvalidity })); }

/** Pictures under their true type, text as plain UTF-8; anything else is refused. */
export async function getInline(m: MessageRef, part: string, keys: LayerKey[], signal?: AbortSignal): Promise<{ blob: Blob; cut: boolean }> {
  const answer = await request(`${url(m)}/parts/${encodeURIComponent(part)}`, { ...post({ uidvalidity: m.uidvalidity, keys, inline: true }), deadline: 120_000, ...(signal ? { signal } : {}) });
  return { blob: await answer.blob(), cut: answer.headers.get('X-Waxseal-Truncated') === 'yes' };
}

/** The beginning of the source as it travelled; the rest is not fetched. Ends with the header when headOnly. */
export async function readSource(m: MessageRef, most: number, headOnly: boolean, signal?: AbortSignal): Promise<{ text: string; cut: boolean }> {
  const answer = await request(`${url(m)}/source?uidvalidity=${m.uidvalidity}`, signal ? { signal } : {});
  const reader = answer.body!.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    text += decoder.decode(value, { stream: !done });
    const end = headOnly ? text.search(/\r?\n\r?\n/) : -1;
    if (end < 0 && text.length < most && !done) continue;
    if (!done) void reader.cancel();
    const stop = end >= 0 ? end : Math.min(text.length, most);
    return { text: text.slice(0, stop), cut: end < 0 && (!done || text.length > most) };
  }
}

// ---- previews: what the server read for us; every value is text ----

export interface Time { utc: string | null; local: string; zone: string | null }
export interface Person { name: string; address: string }
export interface CalendarEvent {
  uid: string; sequence: number; status: string | null; summary: string; location: string; description: string; url: string | null; start: Time | null; end: Time | null; all_day: boolean;
  repeats: { frequency: string; interval: number; count: number | null; until: Time | null; days: string[] } | null; recurrence_id: Time | null;
  organizer: Person | null; attendees: (Person & { role: string | null; status: string | null })[]; attendees_total: number;
}
export interface Labelled { value: string; label: string }
export interface Card { name: string; organization: string; title: string; emails: Labelled[]; phones: Labelled[]; addresses: Labelled[]; urls: Labelled[]; birthday: string | null; note: string }
export interface Original { subject: string; from: string; to: string; date: string | null; message_id: string | null }
export interface Undelivered { address: string; action: string; status: string | null; diagnostic: string | null; remote: string | null; last_attempt: string | null; retry_until: string | null }
export type Preview =
  | { kind: 'calendar'; method: string | null; events: CalendarEvent[]; total: number }
  | { kind: 'contact'; contacts: Card[]; total: number }
  | { kind: 'tnef'; subject: string | null; attachments: Pick<Attachment, 'id' | 'name' | 'type' | 'size' | 'preview'>[]; total: number }
  | { kind: 'report'; report: 'delivery'; reporter: string | null; arrived: string | null; recipients: Undelivered[]; total: number; original: Original | null }
  | { kind: 'report'; report: 'disposition'; recipient: string | null; disposition: string; automatic: boolean; reporter: string | null; problem: string | null; original: Original | null };
export function getPreview(m: MessageRef, part: string, keys: LayerKey[]): Promise<Preview> { return api(`${url(m)}/preview`, post({ uidvalidity: m.uidvalidity, keys, part })); }
