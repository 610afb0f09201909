// What is said when certificates cannot be looked for: how long to wait, or why.
import { ApiError, sentence } from '../api/client.ts';
import type { Lookup } from '../api/types.ts';
import { t } from '../core/i18n.ts';

/** "Try again in 40 s", in minutes where it is long. */
export function lookupWords(error: ApiError): string {
  if (error.code !== 'throttled') return t('lookup-failed', { why: sentence(error) });
  const n = Math.max(1, Math.ceil(error.wait));
  return n > 90 ? t('lookup-throttled-minutes', { n: Math.ceil(n / 60) }) : t('lookup-throttled', { n });
}

/** How the last asking went, where it did not go well; '' otherwise. */
export function lookupTrouble(lookup: Lookup, why: string): string {
  return why || (lookup === 'refused' || lookup === 'down' || lookup === 'timeout' ? t(`lookup-${lookup}`) : '');
}
