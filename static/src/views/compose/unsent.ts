// "Not sent": what waited to be sent when its tab went away.
import '../../core/shared.ts';
import { hold } from '../../api/compose.ts';
import type { Held } from '../../api/types.ts';
import { ApiError, sentence } from '../../api/client.ts';
import { WxElement, define } from '../../core/element.ts';
import { fullDate } from '../../core/format.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing, repeat } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { go, route } from '../../core/router.ts';
import { effect, untracked } from '../../core/signals.ts';
import { toast } from '../../store/toasts.ts';
import { lookForUnsent, sendWhenOpen, unsent } from '../../store/unsent.ts';

/** Whoever goes elsewhere before the draft is open (and unlocked) has thought better of it. */
effect(() => {
  const r = route.value, h = sendWhenOpen.value;
  if (h && !(r.page === 'mail' && r.uid === h.draft.uid)) untracked(() => { sendWhenOpen.value = null; });
});

export class WxUnsent extends WxElement {
  #forget(h: Held): void { unsent.value = unsent.value.filter((x) => x !== h); }

  /** Its composer opens with the draft; an encrypted one asks for the key first. */
  #open(h: Held, send: boolean): void {
    this.#forget(h);
    go({ page: 'mail', folder: h.draft.folder, uid: h.draft.uid, search: false });
    sendWhenOpen.value = send ? h : null;
  }

  async #keep(h: Held): Promise<void> {
    try {
      await hold(h.submission, 0, { base: { uid: h.draft.uid, uidvalidity: h.draft.uidvalidity } });
      this.#forget(h);
      toast(t('unsent-kept'));
    } catch (error) {
      // Opened, changed or sent in another window since.
      if (error instanceof ApiError && error.code === 'conflict') { this.#forget(h); lookForUnsent(); return; }
      toast(sentence(error), { kind: 'bad' });
    }
  }

  override render(): TemplateResult | typeof nothing {
    const list = unsent.value;
    if (!list.length) return nothing;
    return html`<section class="unsent" aria-labelledby="unsent-title">${icon('triangle-alert')}<div class="unsent-text"><h2 id="unsent-title">${t('unsent-title', { n: list.length })}</h2>
      <p>${t('unsent-text')}</p><ul>${repeat(list, (h) => h.submission, (h) => {
        const name = h.encrypted ? t('unsent-encrypted', { date: fullDate(new Date(h.until * 1000).toISOString()) }) : h.subject || t('no-subject');
        return html`<li><bdi class="truncate">${name}</bdi><span class="unsent-actions">
          <button type="button" class="button button-small" aria-label=${t('unsent-open-what', { name })} @click=${() => this.#open(h, false)}>${t('unsent-open')}</button>
          <button type="button" class="button button-small button-primary" aria-label=${t('unsent-send-what', { name })} @click=${() => this.#open(h, true)}>${t('unsent-send')}</button>
          <button type="button" class="icon-button is-small" aria-label=${t('unsent-keep', { name })} data-tip=${t('unsent-keep', { name })} @click=${() => void this.#keep(h)}>${icon('x')}</button></span></li>`;
      })}</ul></div></section>`;
  }
}
define('wx-unsent', WxUnsent);
