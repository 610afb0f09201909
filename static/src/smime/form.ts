// Pieces that several views of this folder share: passphrase fields, errors, validity of a certificate in words.
import { sentence } from '../api/client.ts';
import { dayDate } from '../core/format.ts';
import { hasText, t } from '../core/i18n.ts';
import { icon } from '../core/icon.ts';
import { html, ifDefined, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { KeyringError } from './keyring.ts';

/** A sentence for whatever went wrong with keys. */
export function keyringSentence(error: unknown): string {
  if (!(error instanceof KeyringError)) return sentence(error);
  const key = `smime-err-${error.code.replaceAll('_', '-')}`;
  return hasText(key) ? t(key) : t('smime-err-failed');
}

export interface SecretField { id: string; label: string; shown: boolean; toggle: () => void; error?: string; autocomplete?: string; hint?: string; disabled?: boolean }

/** Paste is allowed, managers may fill it, and it is never a password of the account. */
export function secretField(o: SecretField): TemplateResult {
  return html`<div class="field"><label class="field-label" for=${o.id}>${o.label}</label>
    <span class="secret"><input class="input" id=${o.id} name=${o.id} type=${o.shown ? 'text' : 'password'} autocomplete=${o.autocomplete ?? 'off'} autocapitalize="off" autocorrect="off"
      spellcheck="false" maxlength="1000" ?disabled=${o.disabled ?? false} aria-invalid=${o.error ? 'true' : 'false'} aria-describedby=${ifDefined(o.error ? `${o.id}-error` : o.hint ? `${o.id}-hint` : undefined)}>
      <button type="button" class="secret-toggle" aria-pressed=${o.shown} @click=${o.toggle}>${t(o.shown ? 'smime-hide' : 'smime-show')}</button></span>
    ${o.error ? html`<span class="field-error" id="${o.id}-error" role="alert">${o.error}</span>` : o.hint ? html`<span class="field-hint" id="${o.id}-hint">${o.hint}</span>` : nothing}</div>`;
}

/** Takes the text out of a field and empties it. */
export function takeSecret(root: ParentNode, id: string): string {
  const input = root.querySelector<HTMLInputElement>(`#${id}`);
  const text = input?.value ?? '';
  if (input) input.value = '';
  return text;
}

export function day(milliseconds: number): string {
  return Number.isFinite(milliseconds) ? dayDate(new Date(milliseconds).toISOString()) : '';
}

export { keySize } from '../core/certificate-words.ts';

export function note(kind: 'good' | 'warning' | 'bad' | 'info', text: unknown): TemplateResult {
  const glyph = { good: 'circle-check', warning: 'triangle-alert', bad: 'octagon-x', info: 'info' }[kind];
  return html`<div class="notice is-${kind}">${icon(glyph)}<div class="notice-text">${text}</div></div>`;
}
