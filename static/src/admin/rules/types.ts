// Rule documents, described mail and decisions as the server speaks of them (policy/rules_json.h, policy/decision_json.h).
export const FIELDS = ['sign', 'encrypt', 'decrypt', 'validate', 'on_partial'] as const;
export type FieldName = (typeof FIELDS)[number];
export type Level = 'inherit' | 'off' | 'on' | 'require' | 'always' | 'force' | 'split' | 'all_or_none';
export const LEVELS: Record<FieldName, readonly Level[]> = {
  sign: ['inherit', 'off', 'on', 'require'], encrypt: ['inherit', 'off', 'on', 'require'], decrypt: ['inherit', 'off', 'on', 'always', 'force'],
  validate: ['inherit', 'off', 'on', 'require'], on_partial: ['inherit', 'split', 'all_or_none'],
};
/** What counts where neither a rule nor the organisation says anything. */
export const BUILTIN: Record<FieldName, Level> = { sign: 'on', encrypt: 'off', decrypt: 'on', validate: 'on', on_partial: 'split' };

export type FilterField = 'subject' | 'size' | 'has_attachment' | 'from' | 'to' | `header:${string}`;
export type FilterOp = 'equals' | 'contains' | 'gt' | 'lt' | 'in_dataset' | 'contains_word_of';
export interface FilterTest { field: FilterField; op: FilterOp; value: string | number | boolean }
export type Filter = { all: Filter[] } | { any: Filter[] } | { not: Filter } | FilterTest;

export type Side = 'from' | 'to' | 'exclude_from' | 'exclude_to';
export interface Rule extends Partial<Record<FieldName, Level>> {
  id: string; priority: number; created?: number; enabled?: boolean; bidirectional?: boolean;
  from: string[]; to: string[]; exclude_from?: string[]; exclude_to?: string[];
  outbound?: string; inbound?: string; filter?: Filter | null; name?: string; note?: string;
}
export interface RuleDocument {
  rules: Rule[]; datasets?: Record<string, string[]>; defaults?: Partial<Record<FieldName, Level>>; triggers?: { sign?: string | null; encrypt?: string | null };
  version: number;
}
export interface Warning { rule: string; warning: string; text: string; by?: string; accounts?: { count: number; of: number; first: string } }

export type Outcome = 'deliver' | 'reject' | 'defer' | 'quarantine';
export interface Action { result: string; reason: string; cert?: string }
export interface Pass {
  org: string; pass: 'outbound' | 'inbound' | 'internal'; rule: string | null; note?: string; effective?: Partial<Record<FieldName, Level>>;
  from_rule?: Partial<Record<FieldName, string>>; trace?: Record<string, string>; actions?: Partial<Record<FieldName, Action>>;
}
export interface RecipientDecision { direction: string; passes: Pass[]; outcome: Outcome; status: string; stored?: 'plain' | 'encrypted'; held?: boolean }
export interface Decision {
  recipients: Record<string, RecipientDecision>; copies: { recipients: string[]; signed: boolean; encrypted: boolean }[];
  notify: { kind: string; to?: string; recipients: string[]; status: string }[]; subject?: string;
}
export interface Message {
  authenticated: boolean; mail_from: string; from: string; to: string[]; cc?: string[]; bcc?: string[]; subject: string; headers?: Record<string, string>;
  size?: number; has_attachment?: boolean; content_type?: string; auth?: 'pass' | 'fail'; user?: { sign?: boolean; encrypt?: boolean };
  signed?: { result: string } | null; encrypted?: { for: string[]; cipher: string; integrity: 'ok' | 'tampered'; inner_signed?: string } | null;
}
export interface Simulated { decision: Decision; rules_version: number | null; notes: string[]; message?: Message; assumed?: string[] }
