// Desktop notifications: asked for only after a click, and told what they may show.
import type { Settings } from '../../api/types.ts';
import { define } from '../../core/element.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { settings } from '../../store/session.ts';
import { WxSection } from './section.ts';

const can = (): boolean => typeof Notification === 'function';

export class WxNotifications extends WxSection {
  static override properties = { ...WxSection.properties, refused: { state: true } };
  declare private refused: boolean;

  constructor() { super(); this.refused = can() && Notification.permission === 'denied'; }

  #change(patch: Partial<Settings['notifications']>): void { void this.change('notify', { notifications: patch }); }

  async #desktop(box: HTMLInputElement): Promise<void> {
    const on = box.checked;
    if (on && Notification.permission !== 'granted') {
      const answer = await Notification.requestPermission();
      this.refused = answer === 'denied';
      if (answer !== 'granted') { box.checked = false; return; }
    }
    this.#change({ desktop: on });
  }

  override render(): TemplateResult {
    const s = settings.value.notifications;
    // The browser may have forgotten, or be another one than the one that was asked.
    const on = s.desktop && can() && Notification.permission === 'granted';
    return html`<fieldset class="set-group"><legend class="set-legend">${t('set-notify')}${this.mark('notify')}</legend>
      <label class="set-switch"><span class="set-switch-text"><span class="option-title">${t('set-notify-desktop')}</span><span class="option-text">${t('set-notify-desktop-hint')}</span></span>
        <input class="switch" id="set-notify-desktop" type="checkbox" role="switch" .checked=${on} ?disabled=${!can()} @change=${(e: Event) => void this.#desktop(e.target as HTMLInputElement)}></label>
      <label class="set-switch"><span class="set-switch-text"><span class="option-title">${t('set-notify-details')}</span><span class="option-text">${t('set-notify-details-hint')}</span></span>
        <input class="switch" type="checkbox" role="switch" .checked=${s.details} ?disabled=${!on} @change=${(e: Event) => this.#change({ details: (e.target as HTMLInputElement).checked })}></label>
      ${!can() || this.refused ? html`<p class="field-hint" role="status">${t(can() ? 'set-notify-refused' : 'set-notify-none')}</p>` : nothing}</fieldset>`;
  }
}
define('wx-notifications', WxNotifications);
