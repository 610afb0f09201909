// A licence summary in words.
import { count, dayDate } from '../core/format.ts';
import { t } from '../core/i18n.ts';
import type { LicenceSummary } from './types.ts';

export function licenceWords(l: LicenceSummary): { used: string; more: string; full: boolean } {
  const taken = l.active + l.pending;
  const used = l.quota === null ? t('adm-licence-used-unlimited', { used: count(taken) }) : t('adm-licence-used', { used: count(taken), quota: count(l.quota) });
  const parts = [l.lapsed ? t('adm-licence-lapsed') : '', l.quota === null ? '' : t('adm-licence-free', { n: l.free ?? Math.max(0, l.quota - taken) }), l.pending ? t('adm-licence-pending', { n: l.pending }) : '', l.valid_until ? t(l.lapsed ? 'adm-licence-ended' : 'adm-licence-until', { date: dayDate(l.valid_until) }) : ''];
  return { used, more: parts.filter(Boolean).join(' · '), full: l.quota !== null && taken >= l.quota };
}
