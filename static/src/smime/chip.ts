// "Keyring open" in the header, with what it was used for and Lock now. Nothing while it is locked.
import '../core/shared.ts';
import './common.ts';
import { t } from '../core/i18n.ts';
import { WxElement, define } from '../core/element.ts';
import { icon } from '../core/icon.ts';
import { html, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { announce } from '../store/ui.ts';
import { dialog } from '../views/parts/dialog.ts';
import { activityList } from './activity.ts';
import './first-run.ts';
import { keyring, watchPage } from './vault.ts';

export class WxKeyringChip extends WxElement {
  static override properties = { panel: { state: true } };
  declare panel: boolean;
  #was = true;

  constructor() { super(); this.panel = false; }

  override connectedCallback(): void {
    super.connectedCallback();
    watchPage();
  }

  async #lock(): Promise<void> {
    this.panel = false;
    await keyring.lock();
  }

  override updated(): void {
    const locked = keyring.state.value.locked;
    if (locked !== this.#was) announce(t(locked ? 'smime-now-locked' : 'smime-now-open'));
    this.#was = locked;
  }

  override render(): TemplateResult | typeof nothing {
    const s = keyring.state.value;
    if (s.locked) return nothing;
    return html`<button type="button" class="chip keyring-chip" data-tip=${t('smime-chip-tip')} aria-haspopup="dialog" @click=${() => { this.panel = true; }}>
        ${icon('lock-keyhole-open')}<span class="keyring-chip-text">${t('smime-chip')}</span></button>
      ${this.panel ? dialog({
        title: t('smime-activity'), close: () => { this.panel = false; },
        body: html`<p class="muted">${s.lockAfter > 0 ? t('smime-locks-after', { n: s.lockAfter }) : t('smime-locks-never')}</p>${activityList(keyring.activity.value)}`,
        foot: html`<button type="button" class="button button-primary" @click=${() => void this.#lock()}>${icon('lock-keyhole')}${t('smime-lock-now')}</button>`,
      }) : nothing}`;
  }
}
define('wx-keyring-chip', WxKeyringChip);
