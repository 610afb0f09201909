// "Your certificate expires": a calm card below the list at 30, 7 and 1 days and at the end, once for each step.
import { t } from '../core/i18n.ts';
import { WxElement, define } from '../core/element.ts';
import { icon } from '../core/icon.ts';
import { html, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { go } from '../core/router.ts';
import { signal } from '../core/signals.ts';
import { sentence } from '../api/client.ts';
import { changeSettings, settings } from '../store/session.ts';
import { toast } from '../store/toasts.ts';
import { day } from './form.ts';
import { dueReminder, isPending, remindedWith } from './keys.ts';
import type { Reminder } from './keys.ts';
import { loadVault, vault } from './vault.ts';

/** Id of the key that the settings page shall open the renewal of. */
export const renewal = signal<string | null>(null);
/** Id of the key that it shall put the organisation's answer to. */
export const taking = signal<string | null>(null);

const AFTER_LIST_MS = 900;

export class WxKeyReminder extends WxElement {
  override connectedCallback(): void {
    super.connectedCallback();
    const timer = setTimeout(() => { loadVault().catch(() => undefined); }, AFTER_LIST_MS);
    this.onLeave(() => clearTimeout(timer));
  }

  /** Who has a key that waits for its certificate may have asked the organisation for one: what it answered is told by a part of its own. */
  override updated(): void {
    if (vault.value?.keys.some((k) => isPending(k))) import('./answered.ts').catch(() => undefined); // Preferences say it too
  }

  async #later(r: Reminder): Promise<void> {
    try {
      await changeSettings({ security: { reminded: remindedWith(settings.value.security.reminded ?? {}, r, Date.now()) } });
      await loadVault(true);
    } catch (error) { toast(sentence(error), { kind: 'bad' }); }
  }

  #renew(r: Reminder): void {
    renewal.value = r.key.id;
    go({ page: 'settings', section: 'security' });
  }

  override render(): TemplateResult | typeof nothing {
    const r = dueReminder(vault.value);
    if (!r) return nothing;
    const end = Date.parse(r.certificate.not_after);
    const over = r.days === 0;
    return html`<section class="first-run key-reminder ${over ? 'is-over' : ''}" aria-labelledby="reminder-title"><span class="first-run-seal">${icon('clock')}</span>
      <div class="first-run-text"><h2 id="reminder-title">${over ? t('smime-remind-over', { date: day(end) }) : t('smime-remind', { date: day(end) })}</h2>
        <p>${t(over ? 'smime-remind-over-text' : 'smime-remind-text')}</p>
        <div class="first-run-actions"><button type="button" class="button button-small button-primary" @click=${() => this.#renew(r)}>${t('smime-remind-renew')}</button>
          <button type="button" class="button button-small button-quiet" @click=${() => void this.#later(r)}>${t(over ? 'smime-remind-hide' : 'smime-remind-later')}</button></div></div></section>`;
  }
}
define('wx-key-reminder', WxKeyReminder);
