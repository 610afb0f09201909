// The server's spell check. It looks into the draft it is told of, and refuses every one that is or may be encrypted.
import { api } from './client.ts';
import type { DraftSaved, Misspelt } from './types.ts';

const V1 = '/api/v1/spell';
interface Checked { language: string; misspelt: Misspelt[] }

const of = (d: DraftSaved): object => ({ uid: d.uid, uidvalidity: d.uidvalidity, folder: d.folder });

/** Places only: suggestions cost more than the whole check. */
export function check(draft: DraftSaved, language: string, hint: string, text: string, signal: AbortSignal): Promise<Checked> {
  return api<Checked>(V1, { method: 'POST', json: { draft: of(draft), language, hint, text, suggest: false }, signal });
}
export function suggest(draft: DraftSaved, language: string, word: string): Promise<Checked> {
  return api<Checked>(V1, { method: 'POST', json: { draft: of(draft), language, text: word } });
}
export async function languages(): Promise<string[]> { return (await api<{ languages: string[] }>(`${V1}/languages`)).languages; }
export function addWord(language: string, word: string): Promise<unknown> { return api(`${V1}/words`, { method: 'PUT', json: { language, add: [word] } }); }
