// The details panel of a message's security: sentences first, technical values behind a fold.
import type { Message, Reason, Signer } from '../api/types.ts';
import { fullDate } from '../core/format.ts';
import { hasText, t } from '../core/i18n.ts';
import { icon } from '../core/icon.ts';
import { html, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';

type Mark = 'good' | 'neutral' | 'warning' | 'bad';
const GLYPH: Record<Mark, string> = { good: 'circle-check', neutral: 'circle-question-mark', warning: 'triangle-alert', bad: 'circle-x' };

function check(mark: Mark, text: unknown): TemplateResult {
  return html`<li class="check-line is-${mark}">${icon(GLYPH[mark], t(`smime-mark-${mark}`))}<span>${text}</span></li>`;
}

const CHAIN: Record<string, Mark> = { trusted: 'good', expired: 'warning', not_yet_valid: 'warning', weak: 'warning', purpose: 'warning', invalid: 'bad' };
const REVOCATION: Record<string, Mark> = { good: 'good', revoked: 'bad' };
const INTEGRITY: Record<string, Mark> = { intact: 'good', altered: 'bad' };

function word(group: string, value: string): string {
  const key = `smime-${group}-${value.replaceAll('_', '-')}`;
  return hasText(key) ? t(key) : value;
}

function fact(name: string, value: unknown): TemplateResult | typeof nothing {
  return value ? html`<div class="fact"><dt>${name}</dt><dd>${value}</dd></div>` : nothing;
}

function signer(s: Signer): TemplateResult {
  const match: Mark = s.match === 'yes' ? 'good' : s.match === 'case' ? 'neutral' : 'bad';
  return html`<section class="signer">
    <h2 class="signer-name">${icon('seal-plain')}<bdi>${s.address ?? s.subject}</bdi></h2>
    <ul class="checks">
      ${check(INTEGRITY[s.integrity] ?? 'neutral', word('integrity', s.integrity))}
      ${check(match, word('match', s.match))}
      ${check(CHAIN[s.chain] ?? 'neutral', html`${word('chain', s.chain)}${s.chain_detail && s.chain !== 'trusted' ? html` <span class="muted">${s.chain_detail}</span>` : nothing}`)}
      ${check(REVOCATION[s.revocation] ?? 'neutral', word('revocation', s.revocation))}
    </ul>
    <details class="technical"><summary>${t('smime-technical')}</summary><dl class="facts">
      ${fact(t('smime-fact-subject'), s.subject)}${fact(t('smime-fact-issuer'), s.issuer)}
      ${fact(t('smime-fact-valid'), s.not_before && s.not_after ? t('smime-fact-valid-span', { from: fullDate(s.not_before), to: fullDate(s.not_after) }) : '')}
      ${fact(t('smime-fact-signed-at'), s.signed_at ? t('smime-fact-claimed', { date: fullDate(s.signed_at) }) : '')}
      ${fact(t('smime-fact-algorithm'), s.algorithm)}${fact(t('smime-fact-serial'), html`<span class="mono">${s.serial}</span>`)}
      ${fact(t('smime-fact-fingerprint'), html`<span class="mono">${s.fingerprint.replace(/(.{4})(?=.)/g, '$1 ')}</span>`)}
    </dl></details>
  </section>`;
}

/** English sentences come from the server; other languages have texts by code, with what varies in them. */
function reasonText(r: Reason): string {
  const key = `reason-${r.code.replaceAll('_', '-')}`;
  return hasText(key) ? t(key, { a: r.a ?? '', b: r.b ?? '' }) : r.text;
}

export function securityDetails(m: Message, harvested: string): TemplateResult {
  const s = m.security!;
  return html`<div class="security-details">
    <ul class="reasons">${s.reasons.map((r) => html`<li data-code=${r.code}>${reasonText(r)}</li>`)}</ul>
    ${harvested ? html`<p class="harvested">${icon('circle-check')}${harvested}</p>` : nothing}
    ${s.signature ? s.signature.signers.map(signer) : nothing}
    ${s.encryption ? html`<section class="signer"><h2 class="signer-name">${icon('lock')}${t('smime-encryption')}</h2><dl class="facts">
      ${s.encryption.layers.map((l) => fact(t('smime-layer', { n: l.layer + 1 }), html`${l.cipher} · ${t(l.authenticated ? 'smime-authenticated' : 'smime-not-authenticated')} · ${t('smime-recipients', { n: l.recipients })}`))}
      ${m.headers.protected ? fact(t('smime-headers'), t('smime-headers-protected')) : nothing}</dl></section>` : nothing}
  </div>`;
}
