// The second factor: set up with a QR code, recovery codes, off again. Each step asks for what proves the owner.
import { ApiError, sentence } from '../../api/client.ts';
import * as account from '../../api/account.ts';
import type { SecondFactor } from '../../api/account.ts';
import { WxElement, define } from '../../core/element.ts';
import { dayDate } from '../../core/format.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { me } from '../../store/session.ts';
import { toast } from '../../store/toasts.ts';
import { dialog } from '../parts/dialog.ts';
import { saveBlob } from '../reader/save.ts';
import { qrCode } from './qr.ts';

type Step = { what: 'start' | 'off' | 'recovery' } | { what: 'scan'; secret: string; uri: string } | { what: 'codes'; codes: string[] } | null;

export class WxSecondFactor extends WxElement {
  static override properties = { state: { state: true }, step: { state: true }, problem: { state: true }, busy: { state: true } };
  declare state: SecondFactor | null;
  declare step: Step;
  declare problem: { field: string; text: string } | null;
  declare busy: boolean;
  constructor() { super(); this.state = null; this.step = null; this.problem = null; this.busy = false; }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  async #load(): Promise<void> {
    try { this.state = await account.getSecondFactor(); } catch (error) { toast(sentence(error), { kind: 'bad' }); }
  }

  #field(id: string): string { return this.querySelector<HTMLInputElement>(`#${id}`)?.value ?? ''; }
  #opener = '';
  #open(what: 'start' | 'off' | 'recovery'): void { this.#opener = what; this.step = { what }; }
  #close = (): void => { this.step = null; this.problem = null; this.#goOn(); };

  /** The dialog stays when its step changes: the focus goes to what the step asks for, and back to the card at the end. */
  #goOn(): void {
    void this.updateComplete.then(() => {
      const wrong = this.problem?.field === 'password' || this.problem?.field === 'code' ? `#totp-${this.problem.field}` : null;
      const field = this.step ? this.querySelector<HTMLElement>(wrong ?? '.dialog-body .input') ?? this.querySelector<HTMLElement>('.dialog-body .button')
        : this.querySelector<HTMLElement>(`[data-opens="${this.#opener}"]`) ?? this.querySelector<HTMLElement>('[data-opens]');
      field?.focus();
      if (field instanceof HTMLInputElement) field.select();
    });
  }

  async #run(act: () => Promise<Step>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.problem = null;
    try {
      this.step = await act();
      await this.#load();
    } catch (error) {
      this.problem = { field: error instanceof ApiError ? error.field : '', text: error instanceof ApiError && error.field === 'password' ? t('ask-password-wrong') : error instanceof ApiError && error.field === 'code' ? t('totp-code-wrong') : sentence(error) };
    } finally { this.busy = false; }
    this.#goOn();
  }

  #submit = (): void => {
    const s = this.step;
    if (s?.what === 'start') void this.#run(async () => ({ what: 'scan', ...(await account.startSecondFactor(this.#field('totp-password'))) }));
    if (s?.what === 'scan') void this.#run(async () => ({ what: 'codes', codes: await account.confirmSecondFactor(this.#field('totp-code')) }));
    if (s?.what === 'recovery') void this.#run(async () => ({ what: 'codes', codes: await account.newRecoveryCodes(this.#field('totp-password'), this.#field('totp-code')) }));
    if (s?.what === 'off') void this.#run(async () => { await account.endSecondFactor(this.#field('totp-password'), this.#field('totp-code')); toast(t('totp-is-off')); return null; });
    if (s?.what === 'codes') this.#close();
  };

  #password(): TemplateResult {
    const bad = this.problem?.field === 'password';
    return html`<input type="text" class="visually-hidden" tabindex="-1" aria-hidden="true" autocomplete="username" readonly .value=${me.value.address}>
      <label class="field"><span class="field-label">${t('signin-password')}</span><input class="input" id="totp-password" type="password" autocomplete="current-password" required maxlength="1024" autofocus aria-invalid=${bad ? 'true' : 'false'}></label>
      ${bad ? html`<p class="field-error" role="alert">${this.problem!.text}</p>` : nothing}`;
  }

  #code(): TemplateResult {
    const bad = this.problem?.field === 'code';
    return html`<label class="field"><span class="field-label">${t('signin-code')}</span><input class="input code-input" id="totp-code" autocomplete="one-time-code" inputmode=${this.step?.what === 'scan' ? 'numeric' : 'text'} spellcheck="false" required maxlength="64" aria-invalid=${bad ? 'true' : 'false'}></label>
      ${bad ? html`<p class="field-error" role="alert">${this.problem!.text}</p>` : nothing}`;
  }

  #saveCodes(codes: string[]): void {
    saveBlob(new Blob([`${t('totp-codes-file', { address: me.value.address })}\n\n${codes.join('\n')}\n`.replace(/[\u2066-\u2069]/g, '')], { type: 'text/plain' }), 'waxseal-recovery-codes.txt');
  }

  #body(s: NonNullable<Step>): unknown {
    const other = this.problem && !['password', 'code'].includes(this.problem.field) ? html`<p class="note note-bad" role="alert">${this.problem.text}</p>` : nothing;
    if (s.what === 'scan') {
      return html`<p>${t('totp-scan')}</p>${qrCode(s.uri, t('totp-qr'))}
        <details class="technical"><summary>${t('totp-by-hand')}</summary><p class="mono totp-secret">${s.secret.replace(/.{4}(?=.)/g, '$& ')}</p></details>${this.#code()}${other}`;
    }
    if (s.what === 'codes') {
      return html`<p>${t('totp-codes-text')}</p><ul class="code-list mono">${s.codes.map((c) => html`<li>${c}</li>`)}</ul>
        <button type="button" class="button button-small" @click=${() => this.#saveCodes(s.codes)}>${icon('download')}${t('totp-codes-save')}</button>`;
    }
    return html`<p>${t(s.what === 'start' ? 'totp-start-text' : s.what === 'off' ? 'totp-off-text' : 'totp-recovery-text')}</p>${this.#password()}${s.what === 'start' ? nothing : this.#code()}${other}`;
  }

  #dialog(): TemplateResult | typeof nothing {
    const s = this.step;
    if (!s) return nothing;
    const last = s.what === 'codes';
    return dialog({
      title: t(`totp-step-${s.what}`), body: this.#body(s), submit: this.#submit, ...(last ? {} : { close: this.#close }),
      foot: html`${last ? nothing : html`<button type="button" class="button button-quiet" @click=${this.#close}>${t('cancel')}</button>`}
        <button type="submit" class="button ${s.what === 'off' ? 'button-danger' : 'button-primary'}" ?disabled=${this.busy}>${t(last ? 'totp-codes-kept' : s.what === 'scan' ? 'totp-confirm' : s.what === 'off' ? 'totp-turn-off' : 'continue')}</button>`,
    });
  }

  override render(): TemplateResult {
    const s = this.state;
    return html`<div class="set-card"><div class="set-card-head">${icon(s?.on ? 'shield-check' : 'shield')}<h2>${t('totp-title')}</h2><span class="pill ${s?.on ? 'pill-good' : ''}">${s ? t(s.on ? 'totp-on' : 'totp-off') : ''}</span></div>
      <p class="muted">${t('totp-hint')}</p>
      ${s?.on ? html`<p class="muted">${t('totp-since', { date: dayDate(s.since), n: s.recovery_left })}</p>${s.recovery_left < 3 ? html`<p class="note note-bad">${t('totp-few-codes')}</p>` : nothing}` : nothing}
      <div class="button-row">${!s ? nothing : s.on
        ? html`<button type="button" class="button button-small" data-opens="recovery" @click=${() => this.#open('recovery')}>${icon('refresh-cw')}${t('totp-new-codes')}</button><button type="button" class="button button-small" data-opens="off" @click=${() => this.#open('off')}>${t('totp-turn-off')}</button>`
        : html`<button type="button" class="button button-small button-primary" data-opens="start" @click=${() => this.#open('start')}>${t('totp-turn-on')}</button>`}</div>
      ${this.#dialog()}</div>`;
  }
}
define('wx-second-factor', WxSecondFactor);
