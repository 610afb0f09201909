// The account: sessions, second factor, export, deletion, filters. URLs are known here and nowhere above.
import { api, request } from './client.ts';

const V1 = '/api/v1';

export interface DeviceSession { id: string; created: string; last_used: string; address: string; browser: string | null; system: string | null; current: boolean }
export interface SecondFactor { on: boolean; since: string | null; recovery_left: number }

export async function getSessions(): Promise<DeviceSession[]> { return (await api<{ sessions: DeviceSession[] }>(`${V1}/sessions`)).sessions; }
export function endSession(id: string): Promise<unknown> { return api(`${V1}/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' }); }
export function signOutEverywhere(): Promise<unknown> { return api(`${V1}/signout?everywhere=1`, { method: 'POST', json: {} }); }

export function getSecondFactor(): Promise<SecondFactor> { return api(`${V1}/totp`); }
export function startSecondFactor(password: string): Promise<{ secret: string; uri: string }> { return api(`${V1}/totp`, { method: 'POST', json: { action: 'start', password } }); }
export async function confirmSecondFactor(code: string): Promise<string[]> { return (await api<{ recovery: string[] }>(`${V1}/totp`, { method: 'POST', json: { action: 'confirm', code } })).recovery; }
export async function newRecoveryCodes(password: string, code: string): Promise<string[]> { return (await api<{ recovery: string[] }>(`${V1}/totp`, { method: 'POST', json: { action: 'recovery', password, code } })).recovery; }
export function endSecondFactor(password: string, code: string): Promise<unknown> { return api(`${V1}/totp`, { method: 'POST', json: { action: 'off', password, code } }); }

export async function exportData(password: string, code: string): Promise<Blob> { return (await request(`${V1}/account/export`, { method: 'POST', json: { password, code }, deadline: 120_000 })).blob(); }
export function deleteData(password: string, code: string): Promise<unknown> { return api(`${V1}/account/delete`, { method: 'POST', json: { password, code } }); }

export type TextOp = 'contains' | 'not_contains' | 'is' | 'is_not' | 'begins' | 'ends';
/** field: from, to, cc, recipient, subject, list, body, header:NAME, size (value in KB), attachment (no value). */
export interface Condition { field: string; op: TextOp | 'over' | 'under' | 'yes' | 'no'; value?: string | number }
export type ActionType = 'move' | 'copy' | 'label' | 'read' | 'star' | 'forward' | 'keep' | 'discard';
export interface RuleAction { type: ActionType; value?: string }
export interface Rule { name: string; enabled: boolean; match: 'all' | 'any'; conditions: Condition[]; actions: RuleAction[]; stop: boolean }
/** from and until: dates of the calendar ("2026-07-01"), inclusive; zone: "+0200". */
export interface Vacation {
  enabled: boolean; from: string | null; until: string | null; zone?: string | null; subject: string; text: string; days: number; once: boolean; addresses: string[];
}
export interface Filters {
  supported: boolean; implementation?: string; extensions?: string[]; max_redirects?: number;
  /** changed: our script, changed by hand; foreign: another one is active. */
  mode?: 'visual' | 'changed' | 'foreign';
  active?: string | null; scripts?: { name: string; active: boolean; ours: boolean }[];
  rules?: Rule[]; vacation?: Vacation | null; version?: string; raw?: { name: string; script: string; version: string } | null;
}
export function getFilters(): Promise<Filters> { return api(`${V1}/filters`); }
export type FilterChange = { rules: Rule[]; vacation: Vacation | null; version?: string; take_over?: boolean } | { name: string; script: string; version: string; activate: boolean } | { active: string | null };
/** proof: what sends mail to an address it did not go to before is refused without (fields password, code). */
export function putFilters(change: FilterChange, proof: { password: string; code: string } | null = null): Promise<Filters> { return api(`${V1}/filters`, { method: 'PUT', json: { ...change, ...proof } }); }
