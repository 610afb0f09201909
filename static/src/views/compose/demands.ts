// What the organisation's rules demand of a message that was refused, in the words of who writes it.
import { ApiError } from '../../api/client.ts';
import { t } from '../../core/i18n.ts';

interface Demand { address: string; sign: boolean; encrypt: boolean; rule: string | null }

const NAMED = 3;

/** Why a message was refused, where rules or its own subject demand more than it has; otherwise ''. */
export function demanded(error: unknown): string {
  const list = error instanceof ApiError ? error.details.demands : undefined;
  if (!Array.isArray(list) || list.length === 0) return '';
  const all = list as Demand[];
  const sign = all.some((d) => d.sign), encrypt = all.some((d) => d.encrypt);
  const what = sign && encrypt ? 'both' : sign ? 'sign' : 'encrypt';
  const rule = all[0]?.rule ?? '';
  if (!rule) return t(`demand-subject-${what}`);
  const who = all.slice(0, NAMED).map((d) => d.address).join(', ') + (all.length > NAMED ? ' …' : '');
  return t(`demand-${what}`, { who, rule });
}
