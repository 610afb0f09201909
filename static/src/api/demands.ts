// What the organisation's rules demand of a message, asked while it is written.
import { api } from './client.ts';
import type { Address, SecurityMode } from './types.ts';

/** Who says so: a rule, the organisation's default, or the subject itself. */
export interface By { kind: 'rule' | 'default' | 'trigger'; id?: string; name?: string | null; note?: string | null }
export interface Level { level: 'off' | 'on' | 'require'; by: By; result: string; reason: string; certificate?: string }
export interface Demands {
  organisation: string | null;
  recipients: { address: string; sign: Level; encrypt: Level }[];
  locked: { sign: By | null; encrypt: By | null };
  wished: { sign: By | null; encrypt: By | null };
  trigger: { sign: boolean; encrypt: boolean } | null;
  /** As it will leave, without the trigger; null: as it is written. */
  subject: string | null;
  may: { sign: boolean; encrypt: boolean; subject: boolean };
}
export interface Asked { from: Address; to: Address[]; cc: Address[]; bcc: Address[]; subject: string; mode: SecurityMode; user: { sign: boolean; encrypt: boolean }; priority: string; receipt: boolean; attachment: boolean; size: number }

export function demands(asked: Asked): Promise<Demands> { return api('/api/v1/compose/demands', { method: 'POST', json: asked, deadline: 10_000 }); }
