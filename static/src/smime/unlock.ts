// The prompt for the keyring passphrase: inside the message (not a dialog), and as the body of a dialog when sending.
import { t } from '../core/i18n.ts';
import { WxElement, define } from '../core/element.ts';
import { icon } from '../core/icon.ts';
import { html, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { go } from '../core/router.ts';
import { me, settings } from '../store/session.ts';
import { keyringSentence, note, secretField, takeSecret } from './form.ts';
import { filesFor, loadVault, unlock, vault } from './vault.ts';

export const UNLOCKED_EVENT = 'wx-unlocked';
const TIMES = [5, 15, 60, 0];

export class WxUnlock extends WxElement {
  static override properties = { wanted: { attribute: false }, busy: { state: true }, error: { state: true }, shown: { state: true }, help: { state: true }, minutes: { state: true } };
  /** Fingerprints of certificates; one of their keys must open. */
  declare wanted: readonly string[];
  declare busy: boolean;
  declare error: string;
  declare shown: boolean;
  declare help: boolean;
  declare minutes: number;

  constructor() {
    super();
    this.wanted = [];
    this.busy = false;
    this.error = '';
    this.shown = false;
    this.help = false;
    this.minutes = settings.value.security.lock_after_minutes;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    loadVault().catch((error: unknown) => { this.error = keyringSentence(error); });
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    event.stopPropagation();
    if (this.busy) return;
    const passphrase = takeSecret(this, 'keyring-passphrase');
    this.busy = true;
    this.error = '';
    try {
      await unlock(passphrase, this.wanted, this.minutes);
      this.dispatchEvent(new CustomEvent(UNLOCKED_EVENT, { bubbles: true }));
    } catch (error) {
      this.error = keyringSentence(error);
      this.busy = false;
      await this.updateComplete;
      this.querySelector<HTMLInputElement>('#keyring-passphrase')?.focus();
    } finally { this.busy = false; }
  }

  #empty(): TemplateResult {
    return html`<div class="unlock">${note('info', t('smime-unlock-none'))}
      <button type="button" class="button" @click=${() => go({ page: 'settings', section: 'security' })}>${icon('key-round')}${t('smime-unlock-import')}</button></div>`;
  }

  override render(): TemplateResult {
    if (vault.value && filesFor(this.wanted).length === 0) return this.#empty();
    const labels = filesFor(this.wanted).map((k) => k.label).slice(0, 3).join(', ');
    const minutes = TIMES.includes(this.minutes) ? TIMES : [this.minutes, ...TIMES];
    return html`<form class="unlock" @submit=${this.#submit}>
      <div class="unlock-head"><span class="unlock-seal">${icon('lock-keyhole')}</span><div><h2 class="unlock-title">${t('smime-unlock-title')}</h2>
        <p class="unlock-text">${t('smime-unlock-text')} <span class="muted">${labels ? t('smime-unlock-key', { label: labels, address: me.value.address }) : nothing}</span></p></div></div>
      ${secretField({ id: 'keyring-passphrase', label: t('smime-passphrase'), shown: this.shown, toggle: () => { this.shown = !this.shown; }, error: this.error, disabled: this.busy, autocomplete: 'off' })}
      <div class="unlock-row">
        <label class="unlock-keep"><span>${t('smime-keep')}</span><span class="select-wrap"><select class="select" ?disabled=${this.busy} @change=${(e: Event) => { this.minutes = Number((e.target as HTMLSelectElement).value); }}>
          ${minutes.map((m) => html`<option value=${m} ?selected=${m === this.minutes}>${t('smime-keep-minutes', { n: m })}</option>`)}</select>${icon('chevron-down')}</span></label>
        <button type="submit" class="button button-primary" ?disabled=${this.busy} aria-busy=${this.busy}>${this.busy ? icon('loader-circle', undefined, 'spin') : icon('lock-keyhole-open')}${t(this.busy ? 'smime-unlocking' : 'smime-unlock')}</button>
      </div>
      <div><button type="button" class="link" aria-expanded=${this.help} @click=${() => { this.help = !this.help; }}>${t('smime-forgot')}</button>
        ${this.help ? html`<p class="field-hint unlock-help">${t('smime-forgot-text')}</p>` : nothing}</div>
    </form>`;
  }
}
define('wx-unlock', WxUnlock);
