// Change of the keyring passphrase: each file that the old one opens is opened, written anew, compared and only then
// sent. The server keeps the old file until it has taken the new one.
import '../core/shared.ts';
import './common.ts';
import { getKeyFile, replaceKey } from '../api/smime.ts';
import type { VaultKey } from '../api/types.ts';
import { t } from '../core/i18n.ts';
import { define } from '../core/element.ts';
import { icon } from '../core/icon.ts';
import { html, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { me } from '../store/session.ts';
import { toast } from '../store/toasts.ts';
import { dialog } from '../views/parts/dialog.ts';
import { saveBlob } from '../views/reader/save.ts';
import { fromBase64, toBase64 } from './bytes.ts';
import { note, takeSecret } from './form.ts';
import { ITERATIONS, backupName } from './importing.ts';
import { KeyringError } from './keyring.ts';
import { KeyDialog } from './step.ts';
import { keyring, loadVault, vault } from './vault.ts';

const secret = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The file in the vault opens with `next` after this, and with nothing else. Answers the new file. `wanted` is asked before
 *  the server is told: who has closed the dialog by then has changed nothing. */
export async function changePassphrase(key: VaultKey, old: string, next: string, wanted: () => boolean): Promise<Uint8Array> {
  const { p12, version } = await getKeyFile(key.id);
  const { handle } = await keyring.open(fromBase64(p12), secret(old));
  try {
    const file = await keyring.rewrap(handle, secret(next), ITERATIONS);
    if (!wanted()) throw new KeyringError('cancelled');
    await replaceKey(key.id, { p12: toBase64(file), version });
    return file;
  } finally { await keyring.close(handle).catch(() => undefined); }
}

export class WxChangePassphrase extends KeyDialog {
  static override properties = { ...KeyDialog.properties, of: { attribute: false }, changed: { state: true } };
  declare of: VaultKey;
  declare changed: { key: VaultKey; file: Uint8Array }[] | null;

  constructor() { super(); this.changed = null; }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.focusField();
  }

  #change(): Promise<void> {
    const others = this.querySelector<HTMLInputElement>('#all-keys')?.checked ?? false;
    const old = takeSecret(this, 'old-passphrase');
    const first = takeSecret(this, 'new-passphrase');
    const second = takeSecret(this, 'new-passphrase-again');
    if (!this.accepts(first, second)) return Promise.resolve();
    if (first === old) { this.error = t('smime-passphrase-same'); return this.focusField(); }
    return this.work(async () => {
      const here = (): boolean => this.isConnected;
      const done = [{ key: this.of, file: await changePassphrase(this.of, old, first, here) }];
      for (const key of others ? this.#others() : []) {
        try { done.push({ key, file: await changePassphrase(key, old, first, here) }); } catch (error) {
          // Another passphrase opens that one: it is not meant.
          if (!(error instanceof KeyringError && error.code === 'wrong_passphrase')) { this.#tell(done); throw error; }
        }
      }
      this.#tell(done);
      await loadVault(true);
    }, { wrong_passphrase: t('smime-passphrase-old-wrong') });
  }

  /** What was changed is said also when the dialog was closed meanwhile. */
  #tell(done: { key: VaultKey; file: Uint8Array }[]): void {
    this.changed = done;
    if (!this.isConnected) toast(t('smime-passphrase-changed', { n: done.length }));
  }

  #others(): VaultKey[] { return (vault.value?.keys ?? []).filter((k) => k.id !== this.of.id); }

  #form(): TemplateResult {
    return html`<p class="muted">${t('smime-passphrase-change-text', { label: this.of.label })}</p>
      ${this.secret('old-passphrase', t('smime-passphrase-old'))}${this.newPassphrase()}
      ${this.#others().length ? html`<label class="check-line"><input class="check" type="checkbox" id="all-keys" checked ?disabled=${this.busy}><span>${t('smime-passphrase-all')}</span></label>` : nothing}`;
  }

  #result(): TemplateResult {
    return html`<div role="status">${note('good', t('smime-passphrase-changed', { n: this.changed!.length }))}</div>
      <p class="muted">${t('smime-passphrase-backups')}</p>
      ${this.changed!.map(({ key, file }) => html`<button type="button" class="button backup-button" @click=${() => saveBlob(new Blob([file.slice()]), backupName(me.value.address, Date.now()))}>${icon('download')}${t('smime-backup-save-of', { label: key.label })}</button>`)}`;
  }

  override render(): TemplateResult {
    void vault.value;
    return dialog({
      title: t('smime-passphrase-change'), close: () => this.done(), submit: () => { if (this.changed) this.done(); else void this.#change(); },
      body: html`${this.changed ? this.#result() : this.#form()}${this.problem()}`,
      foot: this.changed ? html`<button type="submit" class="button button-primary">${t('smime-done')}</button>` : this.foot('smime-passphrase-change'),
    });
  }
}
define('wx-change-passphrase', WxChangePassphrase);
