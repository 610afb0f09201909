// A certificate has arrived for a key of the vault: the file with the key is opened, the certificate is put in when it
// belongs to the key, and what was written anew takes the old file's place.
import '../core/shared.ts';
import './common.ts';
import { forgetAsked, getKeyFile, replaceKey, setPrimary } from '../api/smime.ts';
import type { VaultKey } from '../api/types.ts';
import { t } from '../core/i18n.ts';
import { define } from '../core/element.ts';
import { icon } from '../core/icon.ts';
import { html, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { me, settings } from '../store/session.ts';
import { dialog } from '../views/parts/dialog.ts';
import { saveBlob } from '../views/reader/save.ts';
import { fromBase64, toBase64 } from './bytes.ts';
import { note, takeSecret } from './form.ts';
import { ITERATIONS, backupName, canImport, classifyFile, summarize, vaultCertificates } from './importing.ts';
import type { KeySummary } from './importing.ts';
import type { OpenedFile } from './protocol.ts';
import { KeyDialog } from './step.ts';
import { keySummary } from './summary.ts';
import { keyring, loadVault } from './vault.ts';

type Step = 'file' | 'passphrase' | 'summary' | 'done';
/** Bubbles, with the file: it is a .p12 and brings a key of its own. */
export const IMPORT_INSTEAD = 'wx-import-instead';

export class WxCertificateArrived extends KeyDialog {
  static override properties = { ...KeyDialog.properties, of: { attribute: false }, given: { attribute: false }, step: { state: true }, over: { state: true }, p12: { state: true } };
  declare of: VaultKey;
  /** What came from the organisation instead of a file: PEM, the certificate first. */
  declare given: { text: string; name: string } | null;
  declare step: Step;
  declare over: boolean;
  /** What was chosen is a .p12. */
  declare p12: File | null;
  #name = '';
  #bytes: Uint8Array | null = null;
  #version = '';
  #passphrase: Uint8Array | null = null;
  #opened: OpenedFile | null = null;
  #summary: KeySummary[] = [];
  #file: Uint8Array | null = null;

  constructor() {
    super();
    this.given = null;
    this.step = 'file';
    this.over = false;
    this.p12 = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.given) return;
    this.#bytes = new TextEncoder().encode(this.given.text);
    this.#name = this.given.name;
    this.step = 'passphrase';
    void this.focusField();
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#passphrase?.fill(0);
    this.#forget();
  }
  #forget(): void {
    if (this.#opened) void keyring.close(this.#opened.handle).catch(() => undefined);
    this.#opened = null;
  }

  #pick(file: File | undefined): Promise<void> {
    if (!file) return Promise.resolve();
    return this.work(async () => {
      this.p12 = null;
      const bytes = new Uint8Array(await file.slice(0, 4 << 20).arrayBuffer());
      const kind = classifyFile(bytes);
      if (kind === 'p12') { this.p12 = file; return; }
      if (kind === 'empty' || kind === 'too_large' || kind === 'pem_key') { this.error = t(`smime-file-${kind.replace('_', '-')}`); return; }
      this.#bytes = bytes;
      this.#name = file.name;
      this.step = 'passphrase';
      void this.focusField();
    });
  }

  #take(): Promise<void> {
    const text = takeSecret(this, 'keyring-passphrase');
    return this.work(async () => {
      this.#forget();
      const { p12, version } = await getKeyFile(this.of.id);
      this.#version = version;
      this.#opened = await keyring.open(fromBase64(p12), new TextEncoder().encode(text));
      if (this.isConnected) this.#opened = await keyring.take(this.#opened.handle, this.#bytes!.slice());
      // Closed meanwhile: nothing of the key stays open behind it.
      if (!this.isConnected) { this.#forget(); return; }
      this.#passphrase = new TextEncoder().encode(text);
      this.#summary = summarize(this.#opened, me.value.address, Date.now()).filter((s) => s.key.certificates.length > 0);
      this.shown = false;
      this.step = 'summary';
    }, { empty: t('smime-arrived-other', { label: this.of.label }), damaged: t('smime-arrived-none', { file: this.#name }) });
  }

  protected override replaced(): void {
    this.#forget();
    this.step = 'passphrase';
  }

  #store(): Promise<void> {
    const use = this.querySelector<HTMLInputElement>('#use-now')?.checked ?? false;
    return this.work(async () => {
      const opened = this.#opened!;
      this.#file = await keyring.rewrap(opened.handle, this.#passphrase!.slice(), ITERATIONS);
      if (!this.isConnected) return;
      await replaceKey(this.of.id, { p12: toBase64(this.#file), version: this.#version, certificates: vaultCertificates(opened).map(toBase64) });
      // It is stored. Where another tab has locked everything meanwhile, this key is locked too.
      await keyring.keep(opened.handle, this.of.label, settings.value.security.lock_after_minutes).catch(() => undefined);
      if (use) await this.#usePrimary();
      await loadVault(true);
      if (this.given) await forgetAsked().catch(() => undefined); // it ends by itself, too
      this.#passphrase?.fill(0);
      this.step = 'done';
    });
  }

  async #usePrimary(): Promise<void> {
    const { primary } = await loadVault(true);
    const fit = (u: 'canSign' | 'canEncrypt'): string | null => this.#summary.find((s) => s.usable && s.cert?.[u])?.key.main ?? null;
    await setPrimary(fit('canSign') ?? primary.sign, fit('canEncrypt') ?? primary.encrypt);
  }
  #usableNow(): boolean { return this.#summary.some((s) => s.usable && !s.problems.some((p) => p === 'expired' || p === 'not_yet_valid' || p === 'weak')); }

  #fileStep(): TemplateResult {
    return html`<p>${t('smime-arrived-text', { label: this.of.label })}</p>
      <label class="drop ${this.over ? 'is-over' : ''}" @dragover=${(e: DragEvent) => { e.preventDefault(); this.over = true; }} @dragleave=${() => { this.over = false; }}
        @drop=${(e: DragEvent) => { e.preventDefault(); this.over = false; void this.#pick(e.dataTransfer?.files[0]); }}>
        ${icon('file')}<span class="drop-title">${t('smime-import-choose')}</span><span class="muted">${t('smime-arrived-kinds')}</span>
        <input class="visually-hidden" type="file" name="certificate" accept=".pem,.crt,.cer,.der,.p7b,.p7c,.p12,.pfx,.txt" @change=${(e: Event) => void this.#pick((e.target as HTMLInputElement).files?.[0])}></label>
      ${this.p12 ? note('info', html`${t('smime-arrived-p12')} <button type="button" class="link" @click=${() => this.dispatchEvent(new CustomEvent(IMPORT_INSTEAD, { bubbles: true, detail: this.p12 }))}>${t('smime-import')}</button>`) : nothing}`;
  }

  #summaryStep(): TemplateResult {
    return html`${this.#summary.map((s) => keySummary(s))}
      ${canImport(this.#summary) ? nothing : note('bad', t('smime-import-useless', { address: me.value.address }))}
      ${this.#usableNow() ? html`<label class="check-line"><input class="check" type="checkbox" id="use-now" checked ?disabled=${this.busy}><span>${t('smime-arrived-use')}</span></label>` : nothing}`;
  }

  #doneStep(): TemplateResult {
    return html`<div role="status">${note('good', t('smime-arrived-done'))}</div><p>${t('smime-backup-text')}</p>
      <button type="button" class="button backup-button" @click=${() => saveBlob(new Blob([this.#file!.slice()]), backupName(me.value.address, Date.now()))}>${icon('download')}${t('smime-backup-save')}</button>`;
  }

  override render(): TemplateResult {
    const bodies: Record<Step, () => TemplateResult> = {
      file: () => this.#fileStep(), summary: () => this.#summaryStep(), done: () => this.#doneStep(),
      passphrase: () => html`<p>${t('smime-arrived-passphrase', { file: this.#name, label: this.of.label })}</p>${this.secret('keyring-passphrase', t('smime-passphrase'))}`,
    };
    const submit: Record<Step, () => void> = { file: () => undefined, passphrase: () => void this.#take(), summary: () => { if (canImport(this.#summary)) void this.#store(); }, done: () => this.done() };
    return dialog({
      title: t('smime-arrived'), close: () => this.done(), submit: submit[this.step], className: 'arrived-dialog', body: html`${bodies[this.step]()}${this.problem()}`,
      foot: this.step === 'done' ? html`<button type="submit" class="button button-primary">${t('smime-done')}</button>`
        : this.foot(this.step === 'file' ? null : this.step === 'passphrase' ? 'smime-import-next' : 'smime-import-store', { blocked: this.step === 'summary' && !canImport(this.#summary) }),
    });
  }
}
define('wx-certificate-arrived', WxCertificateArrived);
