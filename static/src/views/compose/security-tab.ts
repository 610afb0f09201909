// The Security tab: mode of this message, one row per recipient with its certificate, and what is not protected.
import type { By, Demands } from '../../api/demands.ts';
import type { RecipientInfo, SecurityMode } from '../../api/types.ts';
import { foldAddress, isAddress } from '../../core/address.ts';
import { issuerName, keySize } from '../../core/certificate-words.ts';
import { dayDate } from '../../core/format.ts';
import { shownAddress } from '../../core/idn.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { MODES, blockers, encrypts, signs } from '../../core/security-mode.ts';
import type { Composer } from '../../store/compose.ts';
import { lockWords, ruleName, signerDemanded, withLocked } from '../../store/demands.ts';
import { lookupTrouble } from '../../store/lookup.ts';
import { session, settings, smimeOn } from '../../store/session.ts';
import { announce } from '../../store/ui.ts';
import './signer.ts';

const key = (m: SecurityMode): string => m.replace('_', '-');

/** "Signed and encrypted for 3 of 3"; one line for the footer and for screen readers. */
export function summary(c: Composer): string { return c.auto.value ? t('security-auto', { what: protection(c) }) : protection(c); }

function protection(c: Composer): string {
  const all = c.everyone;
  const mode = c.mode.value;
  if (mode === 'none') return t('security-none');
  if (!encrypts(mode)) return t('security-sign');
  const key = signs(mode) ? 'security-sign-encrypt' : 'security-encrypt';
  // "For 0 of 2" would be wrong as long as nobody has looked.
  if (all.some((a) => isAddress(a.address) && !c.infoOf(a)) && !c.lookupWhy.value) return t(key, { ready: 0, all: 0 });
  const missing = blockers(all.map((a) => foldAddress(a.address)), c.info.value).length;
  return t(key, { ready: all.length - missing, all: all.length });
}

export function pickMode(c: Composer, mode: SecurityMode): void {
  c.setMode(mode);
  announce(`${t(`mode-${key(mode)}`)}. ${summary(c)}`);
}

/** Whether and why somebody can receive encrypted mail: icon, words, colour. strict: the message will be encrypted. untold: nobody could say. */
export function recipientState(i: RecipientInfo | undefined, address: string, strict: boolean, untold = false): { glyph: string; words: string; level: string } {
  if (!isAddress(address)) return { glyph: 'circle-alert', words: t('recipient-invalid-address'), level: 'bad' };
  if (!i) return untold ? { glyph: 'triangle-alert', words: t('recipient-not-told'), level: 'warning' } : { glyph: 'clock', words: t('recipient-unknown'), level: 'plain' };
  const words = t(`recipient-${i.status.replaceAll('_', '-')}`);
  if (i.status === 'ready') return { glyph: 'lock', words, level: 'good' };
  if (i.status === 'pending_change') return { glyph: 'seal-question', words, level: 'good' };
  if (i.status === 'none') return { glyph: 'lock-keyhole-open', words, level: strict ? 'warning' : 'plain' };
  if (i.status === 'revoked') return { glyph: 'circle-x', words, level: strict ? 'bad' : 'warning' };
  return { glyph: 'triangle-alert', words, level: 'warning' };
}

function source(i: RecipientInfo | undefined): string {
  const known = ['harvested', 'contact', 'registered', 'directory', 'ldap', 'imported', 'own'];
  return i?.source ? (known.includes(i.source) ? t(`certificate-${i.source}`) : i.source) : '';
}

const byWords = (by: By): string => (by.kind === 'rule' ? t('rule-by', { rule: ruleName(by) }) : t(`rule-by-${by.kind}`));

/** What counts for one recipient, and who says so. */
function levelWords(d: Demands | null, address: string): TemplateResult | typeof nothing {
  const r = d?.recipients.find((x) => x.address === address.toLowerCase());
  const parts = (['sign', 'encrypt'] as const).flatMap((what) => {
    const l = r?.[what];
    return !l || l.level === 'off' || (l.level === 'on' && l.by.kind !== 'rule') ? [] : [`${t(`rule-level-${what}-${l.level}`)} (${byWords(l.by)})`];
  });
  return parts.length ? html`<span class="recipient-rule">${parts.join(' · ')}</span>` : nothing;
}

function wishWords(d: Demands | null, mode: SecurityMode): string[] {
  return (['sign', 'encrypt'] as const).flatMap((what) => {
    const by = d?.wished[what];
    return by && d?.locked[what] === null ? [t(`rule-wish-${what}${(what === 'sign' ? signs(mode) : encrypts(mode)) ? '' : '-declined'}`, { rule: ruleName(by) })] : [];
  });
}

export function securityTab(c: Composer, signer: string | null | undefined, id: string): TemplateResult {
  const mode = c.mode.value;
  const def = settings.value.security.mode;
  const group = `mode-${c.submission}`;
  const trouble = lookupTrouble(c.lookup.value, c.lookupWhy.value);
  // The server refuses it too (docs/ADMIN.md, clear_fallback).
  const d = smimeOn.value ? c.rules.answer.value : null;
  const demands = lockWords(d);
  const rules = (a: string): TemplateResult | typeof nothing => levelWords(d, a);
  const locked = (m: SecurityMode): boolean => withLocked(m, d) !== m || answers(m);
  const answers = (m: SecurityMode): boolean => session.value?.clear_fallback === false && c.start.toEncrypted === true && !c.released.value && !encrypts(m);
  return html`<div class="security-tab" id=${id} role="tabpanel" aria-label=${t('security')}>
    <fieldset><legend class="set-legend">${t('security-this-message')}</legend>
      <p class="field-hint">${t(c.auto.value ? 'security-follows' : 'security-default', { mode: t(`mode-default-${def.replace('_', '-')}`) })}
        ${def === 'auto' && !c.auto.value ? html`<button type="button" class="link follow-button" @click=${() => { c.setAuto(); announce(t('security-follows')); }}>${t('security-follow')}</button>` : nothing}</p>
      <div class="mode-options">${MODES.map((m) => html`<label class="option"><input type="radio" class="radio" name=${group} .value=${m} .checked=${m === mode} ?disabled=${locked(m)} @click=${() => pickMode(c, m)}>
        <span class="option-title">${t(`mode-${key(m)}`)}</span><span class="option-text">${t(`mode-${key(m)}-text`)}</span></label>`)}</div>
      ${answers('none') ? html`<p class="field-hint security-locked">${icon('lock')}${t('security-locked')}</p>` : nothing}
      ${demands.map((w) => html`<p class="field-hint security-locked is-rule">${icon('lock')}<span>${w}</span></p>`)}
      ${wishWords(d, mode).map((w) => html`<p class="field-hint security-locked is-wish">${icon('info')}<span>${w}</span></p>`)}</fieldset>
    ${c.start.toEncrypted && !encrypts(mode) ? html`<div class="notice is-warning">${icon('triangle-alert')}<div class="notice-text">${t('security-reply-plain')}</div></div>` : nothing}
    ${signs(mode) ? html`<wx-signer .composer=${c}></wx-signer>` : nothing}
    ${signs(mode) && signer === null ? html`<div class="notice is-warning">${icon('seal-question')}<div class="notice-text">${t(signerDemanded(d) ? 'rule-no-signer' : 'security-no-signer')}</div></div>` : nothing}
    ${c.lateGuard.value && encrypts(mode) ? html`<div class="notice is-info">${icon('spell-check')}<div class="notice-text">${t('security-late')}</div></div>` : nothing}
    <section><h3>${t('security-recipients')}</h3>
      ${c.everyone.length === 0 ? html`<p class="muted">${t('security-recipients-none')}</p>` : html`<table class="recipients-table"><thead class="visually-hidden"><tr><th>${t('recipient')}</th><th>${t('certificate')}</th><th>${t('certificate-expires')}</th></tr></thead><tbody>
      ${c.everyone.map((a) => {
        const i = c.infoOf(a);
        const s = recipientState(i, a.address, true, c.lookupWhy.value !== '');
        return html`<tr><td><bdi>${a.name || shownAddress(a.address)}</bdi>${a.name ? html`<span class="muted"> ${shownAddress(a.address)}</span>` : nothing}</td>
          <td class="is-${s.level}"><span class="recipient-status">${icon(s.glyph)}<span>${s.words}</span></span>${i?.certificate || source(i) ? html`<span class="muted certificate-source" title=${i?.certificate?.fingerprint ?? nothing}>${[source(i), ...(i?.certificate ? [keySize(i.certificate.key), issuerName(i.certificate)] : [])].filter(Boolean).join(' · ')}</span>` : nothing}${rules(foldAddress(a.address))}</td>
          <td class="muted">${i?.certificate ? t('certificate-until', { date: dayDate(i.certificate.not_after) }) : ''}</td></tr>`;
      })}</tbody></table>${trouble ? html`<div class="notice is-warning" role="status" data-notice="lookup">${icon('triangle-alert')}<div class="notice-text">${trouble}</div></div>` : nothing}<button type="button" class="button button-small security-again" @click=${() => void c.lookUp(true)}>${icon('refresh-cw')}${t('security-look-again')}</button>`}
    </section>
    ${encrypts(mode) ? html`<label class="set-switch"><span class="set-switch-text"><span class="option-title">${t('hide-subject')}</span><span class="option-text">${t('hide-subject-text')}</span></span>
      <input class="switch hide-subject" type="checkbox" role="switch" .checked=${c.hideSubject.value} @change=${(e: Event) => { c.setHideSubject((e.target as HTMLInputElement).checked); announce(t(c.hideSubject.value ? 'subject-hidden' : 'subject-seen')); }}></label>` : nothing}
    ${signs(mode) ? html`<label class="set-switch"><span class="set-switch-text"><span class="option-title">${t('opaque')}</span><span class="option-text">${t(encrypts(mode) ? 'opaque-inside-text' : 'opaque-text')}</span></span>
      <input class="switch opaque-sign" type="checkbox" role="switch" .checked=${c.opaque.value} @change=${(e: Event) => { c.setOpaque((e.target as HTMLInputElement).checked); announce(t(c.opaque.value ? 'opaque-on' : 'opaque-off')); }}></label>` : nothing}
    ${encrypts(mode) ? html`<ul class="security-notes">${c.hideSubject.value ? nothing : html`<li>${icon('info')}${t('security-subject-note')}</li>`}<li>${icon('spell-check')}${t('security-spell-note')}</li><li>${icon('lock')}${t('security-draft-note')}</li></ul>` : nothing}
  </div>`;
}
