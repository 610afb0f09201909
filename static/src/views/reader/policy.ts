// What the reader's organisation demands of a message, on a line of its own beside the verdict: never a part of it, and never better.
import type { Message } from '../../api/types.ts';
import { foreign } from '../../core/foreign.ts';
import { shownAddress } from '../../core/idn.ts';
import { hasText, t } from '../../core/i18n.ts';
import { icon } from '../../core/icon.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';

export function policyLine(m: Message): TemplateResult | typeof nothing {
  const p = m.security?.policy;
  if (!p || p.reason === 'pending') return nothing;
  if (p.reason === 'rules_unavailable') return html`<p class="policy-line" data-policy="unknown">${icon('info')}<span>${t('policy-unknown')}</span></p>`;
  const who = shownAddress(m.headers.from[0]?.address ?? '');
  const rule = p.rule ? t('policy-rule', { rule: foreign(p.rule.name ?? p.rule.id, 120) }) : t('policy-default');
  if (!p.refused) return html`<p class="policy-line" data-policy="met">${icon('circle-check')}<span>${t('policy-met', { who, rule })}</span></p>`;
  const clear = p.reason === 'not_encrypted' || p.reason === 'no_key';
  const why = `policy-why-${p.reason.replaceAll('_', '-')}`;
  return html`<div class="notice is-warning" role="status" data-notice="policy" data-policy="refused">${icon('shield-alert')}<div class="notice-text"><strong>${t(clear ? 'policy-refused-encrypted' : 'policy-refused-signed', { who, rule })}</strong>
    <p>${hasText(why) ? t(why) : t('policy-why-other')}</p></div></div>`;
}
