// What the administration's API says (docs/PLAN.md, "The admin role"). Fields the page does not use are not named.
export type Role = 'owner' | 'writer' | 'reader';
export interface Organisation { id: string; name: string; role: Role | 'operator'; customer: string; smime: 'enabled' | 'disabled' | 'lapsed' }
/** What people see instead of the product's own. */
export interface Brand { name: string | null; accent: string | null; support: string | null; logo: string | null }
export interface Session {
  name: string; operator: boolean; csrf: string; /** A code of it was given in this session. */ second_factor: boolean; second_factor_on?: boolean; /** A role that writes. */ may_write: boolean; fresh_until: string | null;
  /** The first of them; others are found by organisations/query. */ organisations: Organisation[]; organisation_count?: number; instance: string; version: string; branding?: Brand | null;
}
export type LicenceState = 'active' | 'revoke_pending' | 'inactive';
export interface AccountLicence { state: LicenceState; since?: string | null; until?: string | null }
export interface Primary { primary: string; not_after: string }
export interface AccountCertificates { state: 'valid' | 'expiring' | 'expired' | 'revoked' | 'former' | 'none'; sign: Primary | null; encrypt: Primary | null; count: number; custody: 'agent' | 'user' | 'none' | null }
export interface Account {
  address: string; name: string; state: 'active' | 'suspended'; plan: string | null; licence: AccountLicence; certificates: AccountCertificates;
  from: string[]; outbound_per_hour: number | null; outbound_recipients: number | null; version: number;
}
export interface LicenceSummary {
  quota: number | null; active: number; pending: number; free: number | null; valid_from: string | null; valid_until: string | null; lapsed: boolean;
  forecast?: { days_left: number | null; per_month: number } | null; frees?: { at: string; seats: number }[]; warnings?: { code: string; at?: string; n?: number }[];
}
export interface MailDay { day: string; signed: number; encrypted: number; decrypted: number; validated: number; skipped: number; refused: number; deferred: number }
export interface Warning { code: string; a?: string | number | null; b?: string | number | null }
export interface Overview {
  accounts: number; active: number; licences: LicenceSummary; certificates: { valid: number; expiring_30: number; expired: number; without: number };
  domains: number; rules: { count: number; warnings: number }; mail: MailDay[]; warnings: Warning[];
}
export interface BulkRow { address: string; ok: boolean; result?: string; code?: string; field?: string; message?: string }
export interface Bulk { rows: BulkRow[]; done: number; failed: number }
export interface Page<T> { total: number; offset: number; rows: T[]; version: number | string }
export interface Query { offset: number; limit: number; text?: string; sort?: string; descending?: boolean; [filter: string]: unknown }
export interface Conflict { version: number; who: string; at: string; changes: { field: string; before: unknown; after: unknown }[] | null }
export interface AuditEntry { id: string; at: string; who: string; what: string; before: unknown; after: unknown }
