// Registered certificates: what the API says of them, and the words and colours for it.
import { t } from '../core/i18n.ts';
import type { TemplateResult } from '../core/lit.ts';
import { pill } from './parts/small.ts';

export type Usage = 'sign' | 'encrypt' | 'both';
export interface Certificate {
  address: string; fingerprint: string; usage: Usage; primary: 'none' | Usage; custody: 'agent' | 'user' | 'none'; status: 'valid' | 'expiring' | 'expired' | 'not_yet_valid' | 'revoked';
  not_before: string; not_after: string; algorithm: string; subject: string; issuer: string; serial: string; addresses: string[]; key: string | null; seq: number;
  source: string; since: string; replaced_by: string | null; replaced_at: string | null; revoked_at?: string | null; former?: string | null; der?: string; version: number;
}
export const keyOf = (c: Certificate): string => `${c.address} ${c.fingerprint}`;
export function statusPill(c: Certificate): TemplateResult {
  const look = { valid: ['good', 'shield-check'], expiring: ['warn', 'clock'], expired: ['bad', 'shield-x'], revoked: ['bad', 'ban'], not_yet_valid: ['info', 'clock'] } as const;
  return pill(t(`adm-cert-status-${c.status.replaceAll('_', '-')}`), look[c.status][0], look[c.status][1]);
}
export function primaryPill(c: Certificate): TemplateResult | string {
  return c.primary === 'none' ? t(c.replaced_by ? 'adm-cert-replaced' : 'adm-cert-not-primary') : pill(t(`adm-cert-primary-${c.primary}`), 'good', 'check');
}
/** As people compare them: groups of four. */
export const fingerprintText = (f: string): string => f.match(/.{1,4}/g)?.join(' ') ?? f;
export function pemOf(der: string): string { return `-----BEGIN CERTIFICATE-----\n${der.match(/.{1,64}/g)?.join('\n') ?? ''}\n-----END CERTIFICATE-----\n`; }
/** Of a distinguished name what people read: its CN, else all of it. */
export const commonName = (dn: string): string => /(?:^|, ?)CN=((?:\\.|[^,])+)/.exec(dn)?.[1]?.replace(/\\(.)/g, '$1') ?? dn;
