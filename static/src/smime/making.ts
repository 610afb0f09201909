// "Make a new key": who it is for, kind, passphrase; the key is made in a Worker of its own (closing the dialog ends it),
// written as an encrypted file there, and only that file and the request for the certificate come out.
import '../core/shared.ts';
import './common.ts';
import { addPendingKey } from '../api/smime.ts';
import { plainText, t } from '../core/i18n.ts';
import { define } from '../core/element.ts';
import { html, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { identity, me, session } from '../store/session.ts';
import { dialog } from '../views/parts/dialog.ts';
import { toBase64 } from './bytes.ts';
import { connectOwnWorker } from './connect.ts';
import { note, takeSecret } from './form.ts';
import { ITERATIONS } from './importing.ts';
import { Keyring } from './keyring.ts';
import { requestName } from './keys.ts';
import type { KeyKind } from './protocol.ts';
import { requestActions } from './request.ts';
import { KeyDialog } from './step.ts';
import { fetchModule, loadVault, vault } from './vault.ts';

const KINDS: KeyKind[] = ['rsa3072', 'p256', 'p384'];
type Step = 'about' | 'passphrase' | 'request';

export class WxMakeKey extends KeyDialog {
  static override properties = { ...KeyDialog.properties, step: { state: true }, kind: { state: true }, holder: { attribute: false }, renews: { attribute: false } };
  declare step: Step;
  declare kind: KeyKind;
  /** Name for the certificate; of the one that is renewed. */
  declare holder: string;
  /** Label of the key that is renewed, or ''. */
  declare renews: string;
  #maker: Keyring | null = null;
  #request = '';

  constructor() {
    super();
    this.step = 'about';
    this.kind = 'rsa3072';
    this.holder = '';
    this.renews = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.focusField();
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#maker?.stop();
  }

  #about(): void {
    this.holder = requestName(this.querySelector<HTMLInputElement>('#key-holder')?.value ?? '', me.value.address);
    this.step = 'passphrase';
    this.error = '';
    void this.focusField();
  }

  #make(): Promise<void> {
    const first = takeSecret(this, 'new-passphrase');
    if (!this.accepts(first, takeSecret(this, 'new-passphrase-again'))) return Promise.resolve();
    return this.work(async () => {
      const maker = new Keyring({ connect: connectOwnWorker, wasm: fetchModule });
      this.#maker = maker;
      maker.setAccount(`${session.value?.instance ?? ''} ${me.value.address}`);
      try {
        const { handle } = await maker.make(this.kind);
        const request = toBase64(await maker.request(handle, this.holder, me.value.address));
        const file = await maker.rewrap(handle, new TextEncoder().encode(first), ITERATIONS);
        await maker.logout(); // wipes
        if (!this.isConnected) return;
        await addPendingKey(toBase64(file), plainText('smime-make-label', { year: String(new Date().getFullYear()) }), request);
        this.#request = request;
        this.step = 'request';
      } finally { maker.stop(); }
      await loadVault(true);
    });
  }

  #aboutStep(): TemplateResult {
    return html`${this.renews ? html`<p>${t('smime-renew-text', { label: this.renews })}</p>` : html`<p class="muted">${t('smime-make-text')}</p>`}
      <label class="field"><span class="field-label">${t('smime-make-name')}</span><input class="input" id="key-holder" maxlength="64" autocomplete="name" .value=${this.holder || requestName(identity.value.name || me.value.name, me.value.address)}></label>
      <label class="field"><span class="field-label">${t('set-address')}</span><input class="input" readonly .value=${me.value.address}></label>
      <fieldset class="set-group"><legend class="field-label">${t('smime-make-kind')}</legend><div class="set-options">
        ${KINDS.map((k) => html`<label class="option"><input class="radio" type="radio" name="key-kind" .value=${k} .checked=${k === this.kind} @change=${() => { this.kind = k; }}>
          <span class="option-title">${t(`smime-kind-${k}`)}</span><span class="option-text">${t(`smime-kind-${k}-text`)}</span></label>`)}</div></fieldset>`;
  }

  #passphraseStep(): TemplateResult {
    return html`<p class="muted">${t((vault.value?.keys.length ?? 0) > 0 ? 'smime-make-passphrase-more' : 'smime-make-passphrase')}</p>${this.newPassphrase()}
      ${this.busy && this.kind === 'rsa3072' ? html`<p class="muted">${t('smime-make-wait')}</p>` : nothing}`;
  }

  #requestStep(): TemplateResult {
    return html`<div role="status">${note('good', t('smime-make-done'))}</div><p>${t('smime-request-text')}</p>${requestActions(this.#request, true)}`;
  }

  override render(): TemplateResult {
    const bodies: Record<Step, () => TemplateResult> = { about: () => this.#aboutStep(), passphrase: () => this.#passphraseStep(), request: () => this.#requestStep() };
    const submit: Record<Step, () => void> = { about: () => this.#about(), passphrase: () => void this.#make(), request: () => this.done() };
    return dialog({
      title: t(this.step === 'request' ? 'smime-request' : this.renews ? 'smime-renew' : 'smime-make'), close: () => this.done(), submit: submit[this.step], className: 'make-dialog',
      body: html`${bodies[this.step]()}${this.problem()}`,
      foot: this.step === 'request' ? html`<button type="submit" class="button button-primary">${t('smime-done')}</button>` : this.foot(this.step === 'about' ? 'smime-import-next' : 'smime-make-go'),
    });
  }
}
define('wx-make-key', WxMakeKey);
