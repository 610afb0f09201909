// What the organisation answered to a request for a certificate, told below the list: once for each answer, until it is acted on or put aside.
import '../core/shared.ts';
import './common.ts';
import { getAsked } from '../api/smime.ts';
import type { Asked } from '../api/smime.ts';
import { ApiError, sentence } from '../api/client.ts';
import { WxElement, define } from '../core/element.ts';
import { foreign } from '../core/foreign.ts';
import { t } from '../core/i18n.ts';
import { icon } from '../core/icon.ts';
import { html, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { go } from '../core/router.ts';
import { changeSettings, settings } from '../store/session.ts';
import { toast } from '../store/toasts.ts';
import { answerMark, newAnswer } from './keys.ts';
import { taking } from './reminder.ts';
import { vault } from './vault.ts';

/** An administrator answers in hours or days. */
const EVERY_MS = 300_000;
const REASON_MOST = 200;
/** As the server keeps of what was put aside; it joins, and the oldest make room. */
const MOST = 64;

export class WxAnswered extends WxElement {
  static override properties = { asked: { state: true } };
  declare asked: Asked | null;
  #mark = '';
  #looking = false;

  constructor() { super(); this.asked = null; }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#look();
    const timer = setInterval(() => { if (document.visibilityState === 'visible') void this.#look(); }, EVERY_MS);
    this.onLeave(() => clearInterval(timer));
    this.listen(window, 'focus', () => void this.#look());
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const { request } = await getAsked();
      this.#mark = request ? await answerMark(request) : '';
      this.asked = request;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // asked again by itself
    } finally { this.#looking = false; }
  }

  #act(a: Asked): void {
    if (a.state === 'issued') taking.value = a.key;
    go({ page: 'settings', section: 'security' });
  }

  async #aside(): Promise<void> {
    try {
      const before = Object.entries(settings.value.security.reminded ?? {}).slice(1 - MOST);
      await changeSettings({ security: { reminded: { ...Object.fromEntries(before), [this.#mark]: 0 } } });
    } catch (error) { toast(sentence(error), { kind: 'bad' }); }
  }

  override render(): TemplateResult | typeof nothing {
    const a = this.asked;
    const state = newAnswer(a, vault.value?.keys ?? [], this.#mark, settings.value.security.reminded ?? {});
    if (!a || !state) return nothing;
    return html`<section class="first-run key-reminder ${state === 'refused' ? 'is-over' : ''}" data-answer=${state} aria-labelledby="answered-title"><span class="first-run-seal">${icon(state === 'issued' ? 'badge-check' : 'circle-x')}</span>
      <div class="first-run-text" role="status"><h2 id="answered-title">${t(`smime-answered-${state}`)}</h2>
        <p>${state === 'issued' ? t('smime-answered-issued-text') : t('smime-asked-refused', { reason: foreign(a.reason ?? '', REASON_MOST) })}</p>
        <div class="first-run-actions"><button type="button" class="button button-small button-primary" @click=${() => this.#act(a)}>${t(state === 'issued' ? 'smime-asked-take' : 'smime-answered-see')}</button>
          <button type="button" class="button button-small button-quiet" @click=${() => void this.#aside()}>${t('smime-remind-hide')}</button></div></div></section>`;
  }
}
define('wx-answered', WxAnswered);
