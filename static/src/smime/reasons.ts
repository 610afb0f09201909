// The reasons of a verdict in the person's language. Codes and levels are those of mail/message_reasons.def
// (static/tests/i18n.test.ts compares); the server's own sentences are English.
import type { Level, Reason } from '../api/types.ts';
import { foreign } from '../core/foreign.ts';
import { dayDate } from '../core/format.ts';
import { hasText, language, t } from '../core/i18n.ts';

const list = (words: string): string[] => words.trim().split(/\s+/);
/** What a finding makes of the whole; every other one is a remark. */
export const LEVELS: Partial<Record<Level, string[]>> = {
  good: list('signature_valid'),
  neutral: list(`signer_certificate_missing signature_unsupported issuer_unknown chain_incomplete revocation_not_checked revocation_unknown encrypted_unauthenticated opened_unauthenticated key_needed
    attached_encrypted signs_ciphertext_only`),
  warning: list(`signature_without_signer weak_algorithm chain_invalid certificate_purpose certificate_weak certificate_expired certificate_expired_since certificate_not_yet_valid
    issuer_not_valid_now signing_time_outside signing_time_future revocation_required list_rewrote_from address_unconfirmed from_missing inner_from_differs name_is_address weak_cipher
    cipher_unsupported partially_signed partially_encrypted left_over damaged too_large too_deep`),
  bad: list('signature_altered outer_signature_altered signature_damaged certificate_revoked address_mismatch resent_by_signer from_several from_differs decrypt_failed'),
};

export function reasonLevel(r: Reason): Level {
  for (const level of ['bad', 'warning', 'neutral', 'good'] as const) if (LEVELS[level]!.includes(r.code)) return level;
  return 'none';
}

/** Words the server puts in for what it does not know, and those of RFC 5280 section 5.3.1. */
const VALUES = /^(?:an unknown day|no reason given|keyCompromise|cACompromise|aACompromise|affiliationChanged|superseded|cessationOfOperation|certificateHold|privilegeWithdrawn|unspecified)$/;

/** A value of a reason or detail: days and fixed words in the person's language, everything else as it is, made safe. */
export function value(v: string | null): string {
  if (v === null) return '';
  if (/^\d{4}-\d\d-\d\d$/.test(v)) return dayDate(`${v}T12:00:00Z`);
  if (VALUES.test(v)) return t(`value-${v.toLowerCase().replaceAll(' ', '-')}`);
  return foreign(v, 200);
}

const keyOf = (r: Reason): string => r.code.replaceAll('_', '-');

/** English sentences come from the server; other languages have texts by code, with what varies in them. */
export function reasonText(r: Reason): string {
  const key = `reason-${keyOf(r)}`;
  if (hasText(key)) return t(key, { a: value(r.a), b: value(r.b) });
  return language.value === 'en' ? foreign(r.text, 600) : t('smime-reason-other', { code: r.code });
}

/** What would make it better; '' where nothing would. */
export function betterText(r: Reason): string {
  if (!r.better) return '';
  const key = `better-${keyOf(r)}`;
  if (hasText(key)) return t(key, { a: value(r.a), b: value(r.b) });
  return language.value === 'en' ? foreign(r.better, 600) : '';
}
