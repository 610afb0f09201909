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
  // Each rule with those it is about: two of them may meet in one message.
  return [...new Set(all.map((d) => d.rule ?? ''))].map((rule) => sentenceOf(rule, all.filter((d) => (d.rule ?? '') === rule))).join(' ');
}

function sentenceOf(rule: string, all: readonly Demand[]): string {
  const sign = all.some((d) => d.sign), encrypt = all.some((d) => d.encrypt);
  const what = sign && encrypt ? 'both' : sign ? 'sign' : 'encrypt';
  if (!rule) return t(`demand-subject-${what}`);
  const who = all.slice(0, NAMED).map((d) => d.address).join(', ') + (all.length > NAMED ? ' …' : '');
  return t(`demand-${what}`, { who, rule });
}
