// Base of the dialogs that do something with keys: one task at a time, its error in words, secrets out of the fields.
import { ApiError } from '../api/client.ts';
import { WxElement } from '../core/element.ts';
import { icon } from '../core/icon.ts';
import { html, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { t } from '../core/i18n.ts';
import { keyringSentence, note, secretField } from './form.ts';
import { judgePassphrase } from './importing.ts';
import { KeyringError } from './keyring.ts';

/** Bubbles: the dialog is done with, or was given up. */
export const KEY_DIALOG_DONE = 'wx-key-dialog-done';

export abstract class KeyDialog extends WxElement {
  static override properties = { busy: { state: true }, error: { state: true }, shown: { state: true } };
  declare busy: boolean;
  declare error: string;
  declare shown: boolean;

  constructor() {
    super();
    this.busy = false;
    this.error = '';
    this.shown = false;
  }

  protected done(): void { this.dispatchEvent(new CustomEvent(KEY_DIALOG_DONE, { bubbles: true })); }

  /** words: what to say of some codes of the keyring instead of the general sentence. */
  protected async work(act: () => Promise<void>, words: Readonly<Record<string, string>> = {}): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.error = '';
    try { await act(); } catch (error) {
      const code = error instanceof KeyringError ? error.code : '';
      const replaced = error instanceof ApiError && error.code === 'conflict'; // in another tab
      const gone = code === 'unknown'; // another tab has locked the keyring, and what was opened here with it
      if (replaced || gone) this.replaced();
      if (code !== 'cancelled') this.error = replaced ? t('smime-key-replaced') : gone ? t('smime-err-locked') : words[code] ?? keyringSentence(error);
    } finally { this.busy = false; }
    if (this.error) void this.focusField();
  }

  /** The key's file is another one than what was opened here, or that is not open any more. */
  protected replaced(): void { /* the next try asks for it anew */ }

  protected async focusField(): Promise<void> {
    await this.updateComplete;
    this.querySelector<HTMLElement>('.dialog-body :is(.input:not([readonly]), .drop input, textarea)')?.focus();
  }

  protected secret(id: string, label: string, o: { hint?: string; autocomplete?: string } = {}): TemplateResult {
    return secretField({ id, label, shown: this.shown, toggle: () => { this.shown = !this.shown; }, disabled: this.busy, ...o });
  }

  protected newPassphrase(): TemplateResult {
    return html`${this.secret('new-passphrase', t('smime-passphrase-new'), { autocomplete: 'new-password', hint: t('smime-passphrase-hint') })}
      ${this.secret('new-passphrase-again', t('smime-passphrase-again'), { autocomplete: 'new-password' })}
      ${note('warning', t('smime-passphrase-lost'))}`;
  }
  /** False, and said so, when the two do not make a passphrase. */
  protected accepts(first: string, second: string): boolean {
    const fault = judgePassphrase(first, second);
    if (!fault) return true;
    this.error = t(`smime-passphrase-${fault}`);
    void this.focusField();
    return false;
  }

  protected problem(): TemplateResult {
    return html`${this.busy ? html`<p class="muted" role="status">${t('smime-working')}</p>` : nothing}${this.error ? html`<div role="alert">${note('bad', this.error)}</div>` : nothing}`;
  }
  protected foot(action: string | null, o: { blocked?: boolean; cancel?: string } = {}): TemplateResult {
    return html`<button type="button" class="button button-quiet" @click=${() => this.done()}>${t(o.cancel ?? 'cancel')}</button>
      ${action === null ? nothing : html`<button type="submit" class="button button-primary" ?disabled=${this.busy || (o.blocked ?? false)}>${this.busy ? icon('loader-circle', undefined, 'spin') : nothing}${t(action)}</button>`}`;
  }
}
