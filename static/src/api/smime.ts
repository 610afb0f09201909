// Keys and certificates. Only re-wrapped, still encrypted PKCS#12 files pass here.
import { api, trustChanged } from './client.ts';
import type { Contact, LayerKey, MessageRef, TrustEntry, VaultKey, VaultKeys } from './types.ts';

const V1 = '/api/v1/smime';

export function getKeys(): Promise<VaultKeys> { return api<VaultKeys>(`${V1}/keys`); }
export function addKey(p12: string, label: string, certificates: string[]): Promise<VaultKey> {
  return api<VaultKey>(`${V1}/keys`, { method: 'POST', json: { p12, label, certificates } });
}
/** A key made in the browser, whose certificate has not arrived yet. request: PKCS#10. */
export function addPendingKey(p12: string, label: string, request: string): Promise<VaultKey> {
  return api<VaultKey>(`${V1}/keys`, { method: 'POST', json: { p12, label, certificates: [], request } });
}
/** What is given takes the place of what is there; all of it or nothing. A file goes with the version it was made of: when
 *  another tab has replaced that one meanwhile, the answer is `conflict` and nothing changes. */
export function replaceKey(id: string, change: { label: string } | { p12: string; version: string; certificates?: string[] }): Promise<VaultKey> {
  return api<VaultKey>(`${V1}/keys/${encodeURIComponent(id)}`, { method: 'PUT', json: change });
}
export function getKeyFile(id: string): Promise<{ p12: string; version: string; downloads: { time: string; address: string }[] }> {
  return api(`${V1}/keys/${encodeURIComponent(id)}/file`, { method: 'POST', json: {} });
}
export function dropKey(id: string): Promise<unknown> { return api(`${V1}/keys/${encodeURIComponent(id)}`, { method: 'DELETE', json: {} }); }
/** What the person asked the organisation for. certificate, issuers: DER in base64. */
export interface Asked { key: string; state: 'waiting' | 'issued' | 'refused'; since: string; until: string; reason: string | null; certificate: string | null; issuers: string[] | null }
export function getAsked(): Promise<{ available: boolean; request: Asked | null }> { return api(`${V1}/requests`); }
export async function askOrganisation(key: string): Promise<Asked> { return (await api<{ request: Asked }>(`${V1}/requests`, { method: 'POST', json: { key } })).request; }
export function forgetAsked(): Promise<unknown> { return api(`${V1}/requests`, { method: 'DELETE', json: {} }); }
export function setPrimary(sign: string | null, encrypt: string | null): Promise<unknown> {
  return api(`${V1}/primary`, { method: 'PUT', json: { sign, encrypt } });
}
export function addCertificate(certificate: string, address?: string): Promise<Contact> {
  return trustChanged(api<Contact>(`${V1}/certificates`, { method: 'POST', json: address ? { address, certificate } : { certificate } }));
}
export function harvest(m: MessageRef, keys: LayerKey[]): Promise<{ harvested: boolean; reason: string; why?: string | null; certificate?: string; contact?: Contact }> {
  return api(`${V1}/harvest`, { method: 'POST', json: { ...m, keys } });
}
export type CertificateAction = 'accept' | 'reject' | 'prefer' | 'remove';
export function certificateAction(contact: string, fingerprint: string, action: CertificateAction): Promise<Contact> {
  return trustChanged(api<Contact>(`/api/v1/contacts/${encodeURIComponent(contact)}/certificates/${encodeURIComponent(fingerprint)}`, { method: 'POST', json: { action } }));
}
export async function getTrust(): Promise<TrustEntry[]> { return (await api<{ entries: TrustEntry[] }>(`${V1}/trust`)).entries; }
export function addTrust(kind: TrustEntry['kind'], certificate: string, address: string | null): Promise<TrustEntry> {
  return trustChanged(api<TrustEntry>(`${V1}/trust`, { method: 'POST', json: { kind, certificate, address } }));
}
export function dropTrust(id: string): Promise<unknown> { return trustChanged(api(`${V1}/trust/${encodeURIComponent(id)}`, { method: 'DELETE', json: {} })); }
