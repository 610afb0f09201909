// Words of decisions: keys of texts (static/i18n/admin-*.ftl) for what the server says by codes. Pure; test says that each has a text.
import type { Action, FieldName, RecipientDecision } from './types.ts';

export const REASONS = ['ok', 'off', 'user_declined', 'already_encrypted', 'already_signed', 'feature_lapsed', 'no_account', 'licence_revoke_pending', 'licence_inactive', 'no_certificate', 'not_primary', 'cert_revoked',
  'cert_expired', 'cert_not_yet_valid', 'cert_untrusted', 'alg_unsupported', 'key_user_held', 'no_key', 'not_for_recipient', 'recipient_revoke_pending', 'recipient_inactive', 'revocation_unknown', 'not_encrypted',
  'same_pass', 'cipher_refused', 'tampered', 'null_sender_exempt', 'opaque', 'unsigned', 'valid', 'corrupt', 'untrusted', 'expired', 'revoked', 'mismatch'] as const;
export const RESULTS = ['done', 'satisfied', 'none', 'unavailable', 'deferred', 'refused', 'reported'] as const;
export const VERDICTS = ['selected', 'inherited_from', 'outranked', 'no_match', 'excluded', 'filter_false', 'transparent', 'disabled'] as const;
export const STATUSES = ['2.0.0', '5.7.3', '5.7.6', '5.7.5', '5.7.7', '5.7.1', '4.7.5', '4.3.0'] as const;
export const DIRECTIONS = ['relay', 'outbound', 'inbound', 'internal', 'outbound+inbound'] as const;
export const REPORTS = ['smtp_reject', 'dsn', 'quarantine', 'defer'] as const;
export const WARNINGS = ['hidden', 'disabled', 'sets_nothing', 'matches_nobody', 'dataset_missing', 'dataset_empty', 'all_excluded', 'filter_never', 'wrong_way', 'cannot_sign', 'cannot_encrypt', 'cannot_open', 'browser_signs', 'browser_opens'] as const;
/** A rule that never counts refuses nobody's mail: what it would do is not said beside that. */
const IDLE = ['hidden', 'disabled', 'sets_nothing', 'matches_nobody', 'dataset_missing', 'dataset_empty', 'all_excluded', 'filter_never', 'wrong_way'];
export function tellable<W extends { warning: string }>(list: readonly W[]): W[] { return list.some((w) => IDLE.includes(w.warning)) ? list.filter((w) => IDLE.includes(w.warning)) : [...list]; }
const word = (s: string): string => s.replace(/[_.+]/g, '-');
const known = (list: readonly string[], s: string): string => (list.includes(s) ? word(s) : 'unknown');

export const reasonKey = (reason: string): string => `adm-why-${known(REASONS, reason)}`;
export const verdictKey = (verdict: string): string => `adm-trace-${known(VERDICTS, verdict)}`;
export const directionKey = (d: string): string => `adm-direction-${known(DIRECTIONS, d)}`;
export const reportKey = (kind: string): string => `adm-report-${known(REPORTS, kind)}`;
export const warningKey = (w: string): string => `adm-rule-warning-${known(WARNINGS, w)}`;
/** "signed", "already signed", "not signed", "could not be signed"… */
export const actionKey = (f: FieldName, a: Action): string => `adm-act-${f === 'on_partial' ? 'sign' : f}-${known(RESULTS, a.result)}`;
/** Reasons that say no more than the result itself. */
const PLAIN = ['ok', 'not_encrypted', 'unsigned', 'valid', 'already_signed', 'already_encrypted'];
export function needsReason(a: Action): boolean { return !PLAIN.includes(a.reason) || a.result === 'refused'; }

export type Tone = 'good' | 'warn' | 'bad' | 'plain';
export function toneOf(a: Action): Tone {
  if (a.result === 'done' || a.result === 'satisfied') return a.reason === 'revocation_unknown' ? 'warn' : 'good';
  if (a.result === 'refused') return 'bad';
  if (a.result === 'unavailable' || a.result === 'deferred') return 'warn';
  return a.result === 'reported' ? (a.reason === 'valid' ? 'good' : a.reason === 'unsigned' ? 'plain' : 'warn') : 'plain';
}
export function outcomeTone(r: Pick<RecipientDecision, 'outcome'>): Tone { return r.outcome === 'deliver' ? 'good' : r.outcome === 'defer' ? 'warn' : 'bad'; }
export const outcomeKey = (r: Pick<RecipientDecision, 'outcome' | 'held'>): string => (r.held ? `adm-outcome-held-${r.outcome}` : `adm-outcome-${r.outcome}`);
export const statusKey = (code: string): string => `adm-status-${known(STATUSES, code)}`;
/** The rules of a trace in the order of what they did: the one that counts first. */
export function traceOrder(trace: Record<string, string>): [string, string][] {
  return Object.entries(trace).sort(([, a], [, b]) => VERDICTS.indexOf(a as never) - VERDICTS.indexOf(b as never));
}
