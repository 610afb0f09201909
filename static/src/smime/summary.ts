// What a key and its certificate are good for, as a card: before an import, and when a certificate has arrived.
import { t } from '../core/i18n.ts';
import { icon } from '../core/icon.ts';
import { html, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { me } from '../store/session.ts';
import { day, keySize, note } from './form.ts';
import type { KeySummary, Problem } from './importing.ts';

const MILD: ReadonlySet<Problem> = new Set(['address_case', 'expires_soon', 'sign_only', 'encrypt_only']);

export function keySummary(s: KeySummary): TemplateResult {
  const c = s.cert;
  return html`<section class="key-card ${s.usable ? '' : 'is-unusable'}"><div class="key-card-head">${icon('key-round')}<div><strong><bdi>${c?.commonName || s.key.name || t('smime-key-unnamed')}</bdi></strong>
      <div class="muted">${c ? c.addresses.join(', ') || t('smime-no-address') : nothing}</div></div></div>
    <dl class="facts">
      ${c ? html`<div class="fact"><dt>${t('smime-fact-valid')}</dt><dd>${t('smime-fact-valid-span', { from: day(c.notBefore), to: day(c.notAfter) })}</dd></div>
        <div class="fact"><dt>${t('smime-fact-issuer')}</dt><dd>${c.issuerText}</dd></div>
        <div class="fact"><dt>${t('smime-fact-use')}</dt><dd>${[c.canSign ? t('smime-use-sign') : '', c.canEncrypt ? t('smime-use-encrypt') : ''].filter(Boolean).join(', ') || t('smime-use-none')}</dd></div>` : nothing}
      <div class="fact"><dt>${t('smime-fact-key')}</dt><dd>${c ? keySize(c.key) : `${s.key.type} ${s.key.bits}`}</dd></div></dl>
    ${s.problems.map((p) => note(MILD.has(p) ? 'info' : s.usable ? 'warning' : 'bad', t(`smime-problem-${p.replaceAll('_', '-')}`, { address: me.value.address })))}
    ${s.problems.length === 0 ? note('good', t('smime-problem-none', { address: me.value.address })) : nothing}</section>`;
}
