// One certificate of a key: for whom, by whom, until when, what for, and whether it is the one in use.
import type { Cert, VaultKeys } from '../api/types.ts';
import { t } from '../core/i18n.ts';
import { icon } from '../core/icon.ts';
import { html, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { day, keySize } from './form.ts';
import { canBe, expiryOf, issuerName } from './keys.ts';
import type { Expiry } from './keys.ts';

function lasting(c: Cert, e: Expiry): string {
  const date = day(Date.parse(c.not_after));
  if (e.state === 'ended') return t('smime-ended', { n: e.days, date });
  if (e.state === 'not_yet') return t('smime-valid-from', { date: day(Date.parse(c.not_before)) });
  return e.state === 'soon' ? t('smime-ends', { n: e.days, date }) : t('smime-valid-until', { date });
}

const chip = (glyph: string, text: string, kind = ''): TemplateResult => html`<span class="chip ${kind}">${icon(glyph)}${text}</span>`;

export function certificateRow(c: Cert, primary: VaultKeys['primary'], now: number, use: (what: 'sign' | 'encrypt') => void): TemplateResult {
  const e = expiryOf(c, now);
  const who = c.addresses.join(', ') || c.subject;
  const uses = [c.can_sign ? t('smime-use-sign') : '', c.can_encrypt ? t('smime-use-encrypt') : ''].filter(Boolean).join(', ') || t('smime-use-none');
  const choose = (what: 'sign' | 'encrypt'): TemplateResult | typeof nothing => (primary[what] !== c.fingerprint && canBe(c, what, now)
    ? html`<button type="button" class="button button-small" @click=${() => use(what)}>${t(`smime-choose-${what}`)}<span class="visually-hidden"> ${t('smime-choose-which', { who, date: day(Date.parse(c.not_after)) })}</span></button>` : nothing);
  return html`<div class="key-cert" data-fingerprint=${c.fingerprint}><div class="key-cert-main"><bdi>${who}</bdi>
      <div class="muted">${uses} · ${keySize(c.key)} · <span class="key-lasts is-${e.state}">${lasting(c, e)}</span></div>
      <div class="muted" title=${c.issuer}>${t('smime-issued-by', { issuer: issuerName(c) })}</div></div>
    <span class="key-badges">
      ${primary.sign === c.fingerprint ? chip('seal-plain', t('smime-primary-sign')) : nothing}${primary.encrypt === c.fingerprint ? chip('lock', t('smime-primary-encrypt')) : nothing}
      ${e.state === 'ended' ? chip('clock', t('smime-expired'), 'is-warning') : e.state === 'soon' ? chip('clock', t('smime-expires-soon'), 'is-warning') : nothing}
      ${c.weak ? chip('triangle-alert', t('smime-weak'), 'is-warning') : nothing}${choose('sign')}${choose('encrypt')}</span></div>`;
}
