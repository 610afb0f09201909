// What the organisation demands of this message could not be asked: what is known, what that means until there is an answer, and a way to ask again.
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import type { Composer } from '../../store/compose.ts';
import { lockWords } from '../../store/demands.ts';
import { smimeOn } from '../../store/session.ts';
import { announce } from '../../store/ui.ts';

async function again(c: Composer): Promise<void> {
  await c.rules.again();
  announce(c.rules.trouble.value === 'no' ? t('rules-known') : c.rules.why.value);
}

export function rulesUnknown(c: Composer): TemplateResult | typeof nothing {
  const trouble = c.rules.trouble.value;
  if (trouble === 'no' || c.minimized.value || c.planLost.value || !['editing', 'failed'].includes(c.sendState.value)) return nothing;
  const asking = c.rules.asking.value;
  // Said beside why only where it is so: without S/MIME nothing is ever kept otherwise.
  const means = smimeOn.value ? t(c.waitsForRules ? 'rules-unknown-kept' : 'rules-unknown-means') : '';
  return html`<div class="notice is-warning composer-notice" role="status" data-notice="rules-unknown">${icon(trouble === 'late' ? 'clock' : 'triangle-alert')}<div class="notice-text"><strong>${t(trouble === 'late' ? 'rules-late' : 'rules-unknown')}</strong>
    ${trouble === 'failed' ? html`<p>${c.rules.why.value}</p>` : nothing}
    ${means ? html`<p>${means}${lockWords(c.rules.answer.value).length ? ` ${t('rules-unknown-last')}` : ''}</p>` : nothing}
    ${trouble === 'failed' ? html`<p>${t('rules-unknown-send')}</p><div class="notice-actions"><button type="button" class="button button-small rules-again" ?disabled=${asking} @click=${() => void again(c)}>${icon(asking ? 'loader-circle' : 'refresh-cw', undefined, asking ? 'spin' : '')}${t('rules-again')}</button></div>` : nothing}</div></div>`;
}
