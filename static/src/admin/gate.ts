// Signing in: by the mailbox's password, and the code where a second factor is on. Over an open page whose session ended, the same
// name goes on where it was; anybody else begins anew.
import { ApiError } from '../api/client.ts';
import { WxElement, define } from '../core/element.ts';
import { icon } from '../core/icon.ts';
import { t } from '../core/i18n.ts';
import { html, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { cameBack, post } from './api.ts';
import { brand } from './brand.ts';
import { gone, session } from './state.ts';
import type { Session } from './types.ts';
import { say } from './words.ts';

/** Set by admin.ts: what follows a sign-in of a page that was empty. The password goes to the setting up of the second factor, which asks for it. */
export const entered = { then: (_s: Session, _password: string): void => undefined };

export class WxGate extends WxElement {
  static override properties = { over: { type: Boolean }, code: { state: true }, problem: { state: true }, busy: { state: true }, shown: { state: true } };
  /** A page of this session lies under it. */
  declare over: boolean;
  declare code: boolean;
  declare problem: string;
  declare busy: boolean;
  declare shown: boolean;
  constructor() { super(); this.over = false; this.code = false; this.problem = ''; this.busy = false; this.shown = false; }

  override firstUpdated(): void { this.querySelector<HTMLElement>(this.over ? '#gate-password' : '#gate-name')?.focus(); }
  #value(id: string): string { return this.querySelector<HTMLInputElement>(`#gate-${id}`)?.value ?? ''; }

  #submit = async (e: Event): Promise<void> => {
    e.preventDefault();
    if (this.busy) return;
    const [username, password, code] = [this.#value('name').trim(), this.#value('password'), this.#value('code').trim()];
    if (!username || !password) { this.querySelector<HTMLElement>(username ? '#gate-password' : '#gate-name')?.focus(); return; }
    this.busy = true;
    this.problem = '';
    try {
      const s = await post<Session>('signin', { username, password, ...(this.code && code ? { code } : {}) }, { bare: true });
      const before = session.value;
      if (this.over && before?.name !== s.name) { location.reload(); return; }
      session.value = s;
      gone.value = false;
      if (this.over) cameBack(); else entered.then(s, password);
    } catch (error) {
      const word = error instanceof ApiError ? error.code : '';
      const asked = this.code;
      if (word === 'code_needed' || word === 'wrong_code') this.code = true;
      this.problem = word === 'code_needed' && !asked ? '' : word === 'wrong_code' || word === 'code_needed' ? t('adm-code-wrong') : say(error);
      await this.updateComplete;
      const field = this.querySelector<HTMLInputElement>(this.code ? '#gate-code' : '#gate-password');
      field?.focus();
      field?.select();
    } finally { this.busy = false; }
  };

  override render(): TemplateResult {
    const who = session.value?.name ?? '';
    return html`<main class="gate-card" aria-labelledby="gate-title">
      <header class="gate-brand">${brand.value.logo ? html`<img class="gate-logo" src=${brand.value.logo} alt="">` : icon('brand', undefined, 'gate-seal')}<h1 id="gate-title">${t('adm-gate-title')}</h1><p>${t(this.over ? 'adm-gate-ended' : 'adm-gate-text')}</p></header>
      ${gone.value && !this.problem ? html`<p class="note note-bad" role="alert">${t('err-offline')}</p>` : nothing}
      ${this.problem ? html`<p class="note note-bad" role="alert" id="gate-problem">${this.problem}</p>` : nothing}
      <form class="gate-form" novalidate @submit=${this.#submit}>
        <label class="field"><span class="field-label">${t('adm-gate-name')}</span><input class="input" id="gate-name" inputmode="email" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="320" .value=${this.over ? who : ''}></label>
        <div class="field"><label class="field-label" for="gate-password">${t('signin-password')}</label><span class="input-group"><input class="input" id="gate-password" type=${this.shown ? 'text' : 'password'} autocomplete="current-password" required maxlength="1024" aria-describedby=${this.problem ? 'gate-problem' : nothing}>
          <button class="reveal" type="button" aria-pressed=${String(this.shown) as 'true'} aria-controls="gate-password" @click=${() => { this.shown = !this.shown; }}>${t('signin-show')}</button></span></div>
        ${this.code ? html`<label class="field"><span class="field-label">${t('signin-code')}</span><input class="input code-input" id="gate-code" autocomplete="one-time-code" autocapitalize="characters" spellcheck="false" maxlength="64" aria-describedby="gate-code-hint"><span class="field-hint" id="gate-code-hint">${t('adm-code-hint')}</span></label>` : nothing}
        <button class="button button-primary button-wide" type="submit" aria-disabled=${this.busy ? 'true' : nothing}>${this.busy ? icon('loader-circle', undefined, 'spin') : nothing}${t('signin-submit')}</button>
      </form>
      ${this.over ? html`<p class="gate-foot"><a class="link" href="/">${t('adm-gate-other')}</a></p>` : html`<p class="gate-foot">${t('adm-gate-foot')}</p>`}</main>`;
  }
}
define('wx-admin-gate', WxGate);
