// Whom the outgoing server refused, and its own words: one line for each reply.
import type { Sent } from '../../api/types.ts';
import { foreign } from '../../core/foreign.ts';
import { shownAddress } from '../../core/idn.ts';
import { t } from '../../core/i18n.ts';

const MOST_LINES = 5;
const MOST_NAMES = 5;

export function refusals(s: Sent): string[] {
  const by = new Map<string, string[]>();
  for (const r of s.envelopes.flatMap((e) => e.recipients)) {
    // With one of them refused nobody gets it: those whom the server would have taken are not named.
    if (r.code === null || r.code < 400) continue;
    const words = foreign(`${r.code} ${r.reply ?? ''}`.trim(), 300);
    by.set(words, [...by.get(words) ?? [], foreign(shownAddress(r.address), 120)]);
  }
  return [...by].slice(0, MOST_LINES).map(([reply, who]) => t('send-refused', { who: `${who.slice(0, MOST_NAMES).join(', ')}${who.length > MOST_NAMES ? ', …' : ''}`, reply }));
}
