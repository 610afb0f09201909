// Two small dialogs about one key: another name, and removal, which asks that its name be typed.
import type { VaultKey } from '../api/types.ts';
import { t } from '../core/i18n.ts';
import { define } from '../core/element.ts';
import { icon } from '../core/icon.ts';
import { html } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { dialog } from '../views/parts/dialog.ts';
import { note } from './form.ts';
import { isPending } from './keys.ts';
import { KeyDialog } from './step.ts';
import { loadVault } from './vault.ts';

export class WxRenameKey extends KeyDialog {
  static override properties = { ...KeyDialog.properties, of: { attribute: false }, act: { attribute: false } };
  declare of: VaultKey;
  declare act: (label: string) => Promise<unknown>;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.focusField();
  }

  #rename(): Promise<void> {
    const label = this.querySelector<HTMLInputElement>('#key-label')?.value.trim() ?? '';
    if (!label) { this.error = t('smime-rename-empty'); return this.focusField(); }
    return this.work(async () => {
      await this.act(label);
      await loadVault(true);
      this.done();
    });
  }

  override render(): TemplateResult {
    return dialog({
      title: t('smime-rename'), close: () => this.done(), submit: () => void this.#rename(),
      body: html`<label class="field"><span class="field-label">${t('smime-rename-label')}</span><input class="input" id="key-label" maxlength="80" autocomplete="off" .value=${this.of.label}></label>${this.problem()}`,
      foot: this.foot('smime-rename'),
    });
  }
}
define('wx-rename-key', WxRenameKey);

/** Without blanks at the ends and in one Unicode form: what a person types who reads it. */
const plain = (text: string): string => text.normalize('NFC').trim().replace(/\s+/g, ' ');

export class WxRemoveKey extends KeyDialog {
  static override properties = { ...KeyDialog.properties, of: { attribute: false }, act: { attribute: false }, backup: { attribute: false }, typed: { state: true } };
  declare of: VaultKey;
  declare act: () => Promise<unknown>;
  declare backup: () => Promise<void>;
  declare typed: string;

  constructor() { super(); this.typed = ''; }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.focusField();
  }

  /** What must be typed; a key without a name has one here. */
  get #word(): string { return plain(this.of.label) || t('smime-remove'); }
  get #agreed(): boolean { return plain(this.typed) === this.#word; }

  #remove(): Promise<void> {
    if (!this.#agreed) return Promise.resolve();
    return this.work(async () => {
      await this.act();
      await loadVault(true);
      this.done();
    });
  }

  override render(): TemplateResult {
    return dialog({
      title: t('smime-remove-title', { label: this.of.label }), close: () => this.done(), submit: () => void this.#remove(), className: 'remove-dialog',
      body: html`${note('bad', t(isPending(this.of) ? 'smime-remove-pending' : 'smime-remove-text'))}
        <button type="button" class="button backup-button" @click=${() => void this.backup()}>${icon('download')}${t('smime-backup-save')}</button>
        <label class="field"><span class="field-label">${t('smime-remove-type', { word: this.#word })}</span>
          <input class="input" id="remove-word" autocomplete="off" autocapitalize="off" spellcheck="false" .value=${this.typed} @input=${(e: InputEvent) => { this.typed = (e.target as HTMLInputElement).value; }}></label>${this.problem()}`,
      foot: html`<button type="button" class="button" @click=${() => this.done()}>${t('cancel')}</button>
        <button type="submit" class="button button-danger" ?disabled=${!this.#agreed || this.busy}>${t('smime-remove')}</button>`,
    });
  }
}
define('wx-remove-key', WxRemoveKey);
