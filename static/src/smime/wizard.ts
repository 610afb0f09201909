// Import of a .p12: file, its password, what is inside, a keyring passphrase, backup. Everything happens in this
// browser; what goes to the vault is the re-wrapped file.
import '../core/shared.ts';
import './common.ts';
import { addKey, setPrimary } from '../api/smime.ts';
import { t } from '../core/i18n.ts';
import { WxElement, define } from '../core/element.ts';
import { icon } from '../core/icon.ts';
import { html, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { me, settings } from '../store/session.ts';
import { dialog } from '../views/parts/dialog.ts';
import { saveBlob } from '../views/reader/save.ts';
import { toBase64 } from './bytes.ts';
import { keyringSentence, note, secretField, takeSecret } from './form.ts';
import { IMPORT_DONE_EVENT } from './first-run.ts';
import { ITERATIONS, backupName, canImport, classifyFile, judgePassphrase, labelOf, summarize, vaultCertificates } from './importing.ts';
import type { KeySummary } from './importing.ts';
import { keySummary } from './summary.ts';
import type { OpenedFile } from './protocol.ts';
import { KeyringError } from './keyring.ts';
import { keyring, loadVault, vault, watchPage } from './vault.ts';

type Step = 'file' | 'password' | 'summary' | 'passphrase' | 'backup';
const STEPS: Step[] = ['file', 'password', 'summary', 'passphrase', 'backup'];

export class WxImportWizard extends WxElement {
  static override properties = { given: { attribute: false }, step: { state: true }, busy: { state: true }, error: { state: true }, shown: { state: true }, over: { state: true }, kept: { state: true } };
  /** A file that was chosen elsewhere already. */
  declare given: File | null;
  declare step: Step;
  declare busy: boolean;
  declare error: string;
  declare shown: boolean;
  declare over: boolean;
  /** The backup was saved. */
  declare kept: boolean;
  #name = '';
  #bytes: Uint8Array | null = null;
  #opened: OpenedFile | null = null;
  #summary: KeySummary[] = [];
  #strong: Uint8Array | null = null;

  constructor() {
    super();
    this.given = null;
    this.step = 'file';
    this.busy = false;
    this.error = '';
    this.shown = false;
    this.over = false;
    this.kept = false;
    watchPage();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.given) void this.#pick(this.given);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.#opened) void keyring.close(this.#opened.handle).catch(() => undefined);
    this.#opened = null;
    this.#bytes?.fill(0);
  }

  #close(): void { this.dispatchEvent(new CustomEvent(IMPORT_DONE_EVENT, { bubbles: true })); }

  /** wrong: what to say of a secret that does not fit; a file has a password, the keyring a passphrase. */
  async #work(act: () => Promise<void>, wrong = ''): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.error = '';
    try { await act(); } catch (error) { this.error = wrong && error instanceof KeyringError && error.code === 'wrong_passphrase' ? wrong : keyringSentence(error); } finally { this.busy = false; }
  }

  async #pick(file: File | undefined): Promise<void> {
    if (!file) return;
    await this.#work(async () => {
      const kind = file.size > 4 << 20 ? 'too_large' : classifyFile(new Uint8Array(await file.arrayBuffer()));
      if (kind !== 'p12') { this.error = t(`smime-file-${kind.replace('_', '-')}`); return; }
      this.#bytes = new Uint8Array(await file.arrayBuffer());
      this.#name = file.name;
      this.step = 'password';
      void this.#focus();
    });
  }

  async #focus(): Promise<void> {
    await this.updateComplete;
    this.querySelector<HTMLInputElement>('.dialog-body .input')?.focus();
  }

  #openFile(): Promise<void> {
    const password = takeSecret(this, 'file-password');
    return this.#work(async () => {
      this.#opened = await keyring.open(this.#bytes!.slice(), new TextEncoder().encode(password));
      this.#summary = summarize(this.#opened, me.value.address, Date.now());
      this.shown = false;
      this.step = 'summary';
    }, t('smime-file-password-wrong'));
  }

  #rewrap(): Promise<void> {
    const first = takeSecret(this, 'new-passphrase');
    const second = takeSecret(this, 'new-passphrase-again');
    const fault = judgePassphrase(first, second);
    if (fault) {
      this.error = t(`smime-passphrase-${fault}`);
      return this.#focus();
    }
    return this.#work(async () => {
      this.#strong = await keyring.rewrap(this.#opened!.handle, new TextEncoder().encode(first), ITERATIONS);
      this.kept = false;
      this.step = 'backup';
    });
  }

  #backup(): void {
    saveBlob(new Blob([this.#strong!.slice()], { type: 'application/x-pkcs12' }), backupName(me.value.address, Date.now()));
    this.kept = true;
  }

  #store(): Promise<void> {
    return this.#work(async () => {
      const file = this.#opened!;
      await addKey(toBase64(this.#strong!), labelOf(this.#summary, this.#name), vaultCertificates(file).map(toBase64));
      // It was opened here a moment ago: nobody is asked for the passphrase twice.
      // Where another tab has locked everything meanwhile it is stored all the same, and locked.
      await keyring.keep(file.handle, labelOf(this.#summary, this.#name), settings.value.security.lock_after_minutes).catch(() => undefined);
      await this.#choosePrimary();
      await loadVault(true);
      this.#close();
    });
  }

  /** The first usable certificates become the ones to sign and encrypt with. */
  async #choosePrimary(): Promise<void> {
    const { primary } = await loadVault(true);
    const now = Date.now();
    const fit = (use: 'canSign' | 'canEncrypt'): string | null => {
      const s = this.#summary.find((x) => x.usable && x.cert?.[use] && x.cert.notBefore <= now && now <= x.cert.notAfter);
      return s?.key.main ?? null;
    };
    const sign = primary.sign ?? fit('canSign');
    const encrypt = primary.encrypt ?? fit('canEncrypt');
    if (sign !== primary.sign || encrypt !== primary.encrypt) await setPrimary(sign, encrypt);
  }

  /* --- steps ------------------------------------------------------------------------ */

  #fileStep(): TemplateResult {
    return html`<p>${t('smime-import-intro')}</p>
      <label class="drop ${this.over ? 'is-over' : ''}" @dragover=${(e: DragEvent) => { e.preventDefault(); this.over = true; }} @dragleave=${() => { this.over = false; }}
        @drop=${(e: DragEvent) => { e.preventDefault(); this.over = false; void this.#pick(e.dataTransfer?.files[0]); }}>
        ${icon('key-round')}<span class="drop-title">${t('smime-import-choose')}</span><span class="muted">${t('smime-import-kinds')}</span>
        <input class="visually-hidden" type="file" name="p12" accept=".p12,.pfx,application/x-pkcs12" @change=${(e: Event) => void this.#pick((e.target as HTMLInputElement).files?.[0])}></label>`;
  }

  #passwordStep(): TemplateResult {
    return html`<p>${t('smime-import-password', { file: this.#name })}</p>
      ${secretField({ id: 'file-password', label: t('smime-file-password'), shown: this.shown, toggle: () => { this.shown = !this.shown; }, disabled: this.busy, hint: t('smime-file-password-hint') })}`;
  }

  #summaryStep(): TemplateResult {
    return html`${this.#summary.map((s) => keySummary(s))}${canImport(this.#summary) ? nothing : note('bad', t('smime-import-useless', { address: me.value.address }))}`;
  }

  #passphraseStep(): TemplateResult {
    const toggle = (): void => { this.shown = !this.shown; };
    return html`<p>${t('smime-import-passphrase')}</p>
      ${secretField({ id: 'new-passphrase', label: t('smime-passphrase'), shown: this.shown, toggle, disabled: this.busy, autocomplete: 'new-password', hint: t('smime-passphrase-hint') })}
      ${secretField({ id: 'new-passphrase-again', label: t('smime-passphrase-again'), shown: this.shown, toggle, disabled: this.busy, autocomplete: 'new-password' })}
      ${note('warning', t('smime-passphrase-lost'))}`;
  }

  #backupStep(): TemplateResult {
    return html`<p>${t('smime-backup-text')}</p>
      <button type="button" class="button backup-button" @click=${() => this.#backup()}>${icon('download')}${t('smime-backup-save')}</button>
      ${this.kept ? note('good', t('smime-backup-kept')) : note('info', t('smime-backup-why'))}`;
  }

  #next(): void {
    if (this.step === 'password') void this.#openFile();
    else if (this.step === 'summary') { this.step = 'passphrase'; void this.#focus(); }
    else if (this.step === 'passphrase') void this.#rewrap();
    else if (this.step === 'backup' && this.kept) void this.#store();
  }

  #foot(): TemplateResult {
    const labels: Record<Step, string> = { file: '', password: 'smime-import-open', summary: 'smime-import-next', passphrase: 'smime-import-protect', backup: 'smime-import-store' };
    const blocked = (this.step === 'summary' && !canImport(this.#summary)) || (this.step === 'backup' && !this.kept);
    return html`<span class="steps" aria-hidden="true">${STEPS.map((s) => html`<span class="step-dot ${s === this.step ? 'is-here' : ''}"></span>`)}</span>
      <button type="button" class="button button-quiet" @click=${() => this.#close()}>${t('cancel')}</button>
      ${this.step === 'file' ? nothing : html`<button type="submit" class="button button-primary" ?disabled=${this.busy || blocked}>${this.busy ? icon('loader-circle', undefined, 'spin') : nothing}${t(labels[this.step])}</button>`}`;
  }

  override render(): TemplateResult {
    void vault.value;
    const bodies: Record<Step, () => TemplateResult> = {
      file: () => this.#fileStep(), password: () => this.#passwordStep(), summary: () => this.#summaryStep(), passphrase: () => this.#passphraseStep(), backup: () => this.#backupStep(),
    };
    return dialog({
      title: t(`smime-import-title-${this.step}`), close: () => this.#close(), submit: () => this.#next(), className: 'import-dialog',
      body: html`${bodies[this.step]()}${this.busy && (this.step === 'passphrase' || this.step === 'password') ? html`<p class="muted" role="status">${t('smime-working')}</p>` : nothing}
        ${this.error ? html`<div role="alert">${note('bad', this.error)}</div>` : nothing}`,
      foot: this.#foot(),
    });
  }
}
define('wx-import-wizard', WxImportWizard);
