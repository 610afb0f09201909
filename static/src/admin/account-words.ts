// States of a mailbox in words and colours, the same in every place.
import { pill, shortDay } from './parts/small.ts';
import { t } from '../core/i18n.ts';
import type { TemplateResult } from '../core/lit.ts';
import type { Account, AccountLicence } from './types.ts';

export function licencePill(l: AccountLicence): TemplateResult {
  if (l.state === 'active') return pill(t('adm-licence-active'), 'good', 'check');
  if (l.state === 'revoke_pending') return pill(l.until ? t('adm-licence-pending-until', { date: shortDay(l.until) }) : t('adm-licence-revoke-pending'), 'warn', 'clock');
  return pill(t('adm-licence-inactive'));
}
export function statePill(a: Account): TemplateResult { return a.state === 'suspended' ? pill(t('adm-state-suspended'), 'bad', 'ban') : pill(t('adm-state-active')); }
export function certificatePill(a: Account): TemplateResult {
  const c = a.certificates;
  const first = [c.sign?.not_after, c.encrypt?.not_after].filter((x): x is string => !!x).sort()[0];
  if (c.state === 'expired') return pill(first ? t('adm-certificate-ended', { date: shortDay(first) }) : t('adm-n-expired'), 'bad', 'shield-x');
  if (c.state === 'revoked') return pill(t('adm-certificate-revoked'), 'bad', 'ban');
  if (c.state === 'former') return pill(t('adm-certificate-former'), 'warn', 'clock');
  if (c.state === 'expiring') return pill(first ? t('adm-certificate-until', { date: shortDay(first) }) : t('adm-n-expiring', { n: 1 }), 'warn', 'clock');
  if (c.state === 'valid') return pill(first ? t('adm-certificate-until', { date: shortDay(first) }) : t('adm-n-valid'), 'good', 'shield-check');
  return pill(t('adm-certificate-none'));
}
