// The password, and the code where a second factor is on, asked again: for what an open page left alone must not be enough for.
import { ApiError, sentence } from '../../api/client.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { me } from '../../store/session.ts';

export interface Proof { password: string; code: string }

/** The server asks for this (or says that it is wrong), nothing else is the matter. */
export function asksForProof(error: unknown): boolean { return error instanceof ApiError && (error.field === 'password' || error.field === 'code'); }

/** asked: whether the field for the code was on the screen already. */
export function proofProblem(error: unknown, asked: boolean): string {
  const field = error instanceof ApiError ? error.field : '';
  if (field === 'code') return asked ? t('totp-code-wrong') : t('err-code-needed');
  return field === 'password' ? t('ask-password-wrong') : sentence(error);
}

/** id: what the fields' ids begin with. */
export function proofFields(id: string, code: boolean, problem: string): TemplateResult {
  return html`<input type="text" class="visually-hidden" tabindex="-1" aria-hidden="true" autocomplete="username" readonly .value=${me.value.address}>
    <label class="field"><span class="field-label">${t('signin-password')}</span><input class="input" id=${`${id}-password`} type="password" autocomplete="current-password" required maxlength="1024" autofocus></label>
    ${code ? html`<label class="field"><span class="field-label">${t('signin-code')}</span><input class="input code-input" id=${`${id}-code`} autocomplete="one-time-code" maxlength="64"></label>` : nothing}
    ${problem ? html`<p class="field-error" role="alert">${problem}</p>` : nothing}`;
}

export function proofIn(root: ParentNode, id: string): Proof {
  const value = (name: string): string => root.querySelector<HTMLInputElement>(`#${id}-${name}`)?.value ?? '';
  return { password: value('password'), code: value('code') };
}
