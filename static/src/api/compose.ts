// Writing: the compose body with its attachments in one request, prepare and finish.
import { api } from './client.ts';
import { upload } from './upload.ts';
import type { UploadOptions } from './upload.ts';
import type { ComposeBody, DraftSaved, Held, MessageRef, Prepared, Lookup, RecipientInfo, SecurityMode, Sent, Turn, Waiting } from './types.ts';

const V1 = '/api/v1/compose';
const TYPE = 'application/vnd.waxseal.compose';

/** Length of the JSON in decimal, LF, the JSON, then the attachments' bytes one after the other. */
export function composeBlob(body: ComposeBody, files: readonly Blob[]): Blob {
  const json = new TextEncoder().encode(JSON.stringify(body));
  return new Blob([`${json.length}\n`, json, ...files], { type: TYPE });
}

/** How an upload is followed and ended. */
export type Following = Pick<UploadOptions, 'signal' | 'progress'>;
export function saveDraft(body: ComposeBody, files: readonly Blob[], o: Following = {}): Promise<DraftSaved> {
  return upload<DraftSaved>(`${V1}/draft`, composeBlob(body, files), TYPE, { ...o, deadline: 180_000 });
}
/** base: the draft that was seen; another one now: 409, and it stays. */
export function dropDraft(submission: string, known: Pick<ComposeBody, 'base' | 'turn'> = {}): Promise<unknown> {
  return api(`${V1}/draft`, { method: 'DELETE', json: { submission, ...known }, keepalive: true });
}
/** Marks the draft as about to be sent in so many seconds; 0 takes the mark off. Answers its new place. base: the draft
 *  that this window knows; another one now: 409. renew: says only that it is on its way for so long yet; nothing moves. */
export function hold(submission: string, seconds: number, o: { base?: ComposeBody['base']; turn?: Turn; renew?: boolean } = {}): Promise<MessageRef> {
  return api<MessageRef>(`${V1}/hold`, { method: 'POST', json: { submission, seconds, ...o }, deadline: 60_000 });
}
/** Whether the outgoing server takes requests for delivery reports. */
export async function reportsOffered(): Promise<boolean> { return (await api<{ offered: boolean }>(`${V1}/reports`, { method: 'POST', json: {} })).offered; }
export async function held(): Promise<Held[]> { return (await api<{ held: Held[] }>(`${V1}/held`)).held; }
export function prepare(body: ComposeBody, files: readonly Blob[], o: Following = {}): Promise<Prepared> {
  return upload<Prepared>(`${V1}/prepare`, composeBlob(body, files), TYPE, { ...o, deadline: 300_000 });
}
export function finish(ticket: string, signature: string | null, contentKey: string | null): Promise<Sent> {
  return api<Sent>(`${V1}/finish`, { method: 'POST', json: { ticket, signature, content_key: contentKey }, deadline: 300_000 });
}
/** A POST: a Sent copy that could not be filed is tried again with it. */
export function sendStatus(submission: string): Promise<Sent> {
  return api<Sent>(`${V1}/status/${encodeURIComponent(submission)}`, { method: 'POST', json: {} });
}
/** After asking the directory about those who cannot be encrypted to; again: also about whom it did not know. */
export function find(addresses: string[], again: boolean): Promise<{ recipients: RecipientInfo[]; lookup: Lookup }> {
  return api(`${V1}/find`, { method: 'POST', json: { addresses, again } });
}
/** others: belong to the same message, and are not looked at. mode: the one last used for all of them together. */
export function recipients(addresses: string[], others: string[] = []): Promise<{ recipients: RecipientInfo[]; mode: SecurityMode | null }> {
  return api(`${V1}/recipients`, { method: 'POST', json: { addresses, others } });
}
/** The draft waits for certificates of these; note: the submission of the message that asked. */
export async function ask(submission: string, asked: { address: string; note: string }[]): Promise<Waiting[]> {
  return (await api<{ waiting: Waiting[] }>(`${V1}/ask`, { method: 'POST', json: { submission, asked } })).waiting;
}
export async function waiting(): Promise<Waiting[]> { return (await api<{ waiting: Waiting[] }>(`${V1}/waiting`)).waiting; }
