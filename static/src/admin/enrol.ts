// The second factor: set up at the first sign-in of whoever may write, and new recovery codes later. Drawn here; the secret goes nowhere else.
import { ApiError } from '../api/client.ts';
import { WxElement, define } from '../core/element.ts';
import { icon } from '../core/icon.ts';
import { t } from '../core/i18n.ts';
import { html, live, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { qrCode } from '../views/settings/qr.ts';
import { post, renewSession } from './api.ts';
import { copyText, copyable, saveAs } from './parts/small.ts';
import { session } from './state.ts';
import { say } from './words.ts';

type Step = { what: 'begin' } | { what: 'scan'; secret: string; uri: string } | { what: 'codes'; codes: string[] };
interface Answer { secret?: string; uri?: string; recovery?: string[] }

export class WxEnrol extends WxElement {
  static override properties = { step: { state: true }, problem: { state: true }, busy: { state: true }, kept: { state: true }, password: { attribute: false }, again: { type: Boolean } };
  declare step: Step;
  declare problem: { field: string; text: string } | null;
  declare busy: boolean;
  declare kept: boolean;
  /** As it was typed a moment ago; forgotten with the first step. */
  declare password: string;
  /** New recovery codes of a factor that is on. */
  declare again: boolean;
  declare done: () => void;
  declare leave: (() => void) | null;
  constructor() { super(); this.step = { what: 'begin' }; this.problem = null; this.busy = false; this.kept = false; this.password = ''; this.again = false; this.done = () => undefined; this.leave = null; }

  override firstUpdated(): void { if (this.password) void this.#start(this.password); else this.#focus(); }
  #focus(): void { void this.updateComplete.then(() => this.querySelector<HTMLElement>('.input, .check, .button-primary')?.focus()); }
  #value(id: string): string { return this.querySelector<HTMLInputElement>(`#enrol-${id}`)?.value ?? ''; }

  async #run(act: () => Promise<Step | null>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.problem = null;
    try {
      const next = await act();
      if (next) this.step = next;
    } catch (error) {
      const field = error instanceof ApiError ? error.field : '';
      const wrong = error instanceof ApiError && (error.code === 'wrong_code' || field === 'code');
      this.problem = { field: wrong ? 'code' : field, text: wrong ? t('adm-code-wrong') : field === 'password' ? t('adm-password-wrong') : say(error) };
    } finally { this.busy = false; this.password = ''; }
    this.#focus();
  }
  #start(password: string): Promise<void> {
    return this.#run(async () => { const a = await post<Answer>('totp', { action: 'start', password }); return { what: 'scan', secret: a.secret ?? '', uri: a.uri ?? '' }; });
  }

  #submit = (e: Event): void => {
    e.preventDefault();
    const s = this.step;
    if (s.what === 'begin' && this.again) void this.#run(async () => ({ what: 'codes', codes: (await post<Answer>('totp', { action: 'recovery', password: this.#value('password'), code: this.#value('code').trim() })).recovery ?? [] }));
    else if (s.what === 'begin') void this.#start(this.#value('password'));
    else if (s.what === 'scan') void this.#run(async () => { const a = await post<Answer>('totp', { action: 'confirm', code: this.#value('code').replace(/\s/g, '') }); await renewSession(); return { what: 'codes', codes: a.recovery ?? [] }; });
    else if (this.kept) this.done();
  };

  #code(): TemplateResult {
    const bad = this.problem?.field === 'code';
    return html`<label class="field"><span class="field-label">${t('signin-code')}</span><input class="input code-input" id="enrol-code" autocomplete="one-time-code" inputmode=${this.step.what === 'scan' ? 'numeric' : 'text'} spellcheck="false" maxlength="64" aria-invalid=${bad ? 'true' : nothing}>${bad ? html`<span class="field-error" role="alert">${this.problem!.text}</span>` : nothing}</label>`;
  }
  #body(): TemplateResult {
    const s = this.step;
    if (s.what === 'scan') {
      return html`<ol class="adm-steps"><li>${t('adm-enrol-app')}</li><li>${t('adm-enrol-scan')}${qrCode(s.uri, t('totp-qr'))}<span class="adm-steps-also">${t('adm-enrol-by-hand')}</span>${copyable(s.secret.replace(/.{4}(?=.)/g, '$& '), t('adm-enrol-secret'))}</li><li>${t('adm-enrol-code')}${this.#code()}</li></ol>`;
    }
    if (s.what === 'codes') {
      const text = `${t('totp-codes-file', { address: session.value?.name ?? '' }).replace(/[\u2066-\u2069]/g, '')}\n\n${s.codes.join('\n')}\n`;
      return html`<p>${t('adm-enrol-codes')}</p><ul class="adm-codes mono">${s.codes.map((c) => html`<li>${c}</li>`)}</ul>
        <div class="button-row"><button type="button" class="button button-small" @click=${() => void copyText(s.codes.join('\n'))}>${icon('copy')}${t('adm-copy-all')}</button><button type="button" class="button button-small" @click=${() => saveAs(new Blob([text], { type: 'text/plain' }), 'waxseal-recovery-codes.txt')}>${icon('download')}${t('totp-codes-save')}</button></div>
        <label class="adm-check"><input type="checkbox" class="check" id="enrol-kept" .checked=${live(this.kept)} @change=${(e: Event) => { this.kept = (e.target as HTMLInputElement).checked; }}><span>${t('adm-enrol-kept')}</span></label>`;
    }
    const bad = this.problem?.field === 'password';
    return html`<p>${t(this.again ? 'totp-recovery-text' : 'adm-enrol-why')}</p><input type="text" class="visually-hidden" tabindex="-1" aria-hidden="true" autocomplete="username" readonly .value=${session.value?.name ?? ''}>
      <label class="field"><span class="field-label">${t('signin-password')}</span><input class="input" id="enrol-password" type="password" autocomplete="current-password" maxlength="1024" aria-invalid=${bad ? 'true' : nothing}>${bad ? html`<span class="field-error" role="alert">${this.problem!.text}</span>` : nothing}</label>${this.again ? this.#code() : nothing}`;
  }

  override render(): TemplateResult {
    const other = this.problem && !['password', 'code'].includes(this.problem.field) ? html`<p class="note note-bad" role="alert">${this.problem.text}</p>` : nothing;
    const s = this.step;
    const title = html`<header class="gate-brand">${icon('shield-check', undefined, 'enrol-shield')}<h1 id="enrol-title">${t(s.what === 'codes' ? 'adm-enrol-codes-title' : 'adm-enrol-title')}</h1></header>`;
    const form = html`<form class="gate-form" novalidate @submit=${this.#submit}>${this.#body()}${other}
        <button class="button button-primary button-wide" type="submit" aria-disabled=${this.busy || (s.what === 'codes' && !this.kept) ? 'true' : nothing}>${t(s.what === 'codes' ? 'adm-enrol-done' : s.what === 'scan' ? 'totp-confirm' : 'continue')}</button>
        ${this.leave && s.what !== 'codes' ? html`<button type="button" class="button button-quiet button-wide" @click=${this.leave}>${t(this.again ? 'cancel' : 'adm-enrol-later')}</button>` : nothing}
      </form>`;
    // Beside a dialog's own title it has none, and is no page.
    return this.again ? html`<div class="gate-card">${form}</div>` : html`<main class="gate-card enrol-card" aria-labelledby="enrol-title">${title}${form}</main>`;
  }
}
define('wx-enrol', WxEnrol);
