// Licences of the customer: how many are used, how long they last, which come back when, and all of them at once.
import { WxElement, define } from '../../core/element.ts';
import { count, dayDate } from '../../core/format.ts';
import { icon } from '../../core/icon.ts';
import { hasText, t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { toast } from '../../store/toasts.ts';
import { ask, of, post } from '../api.ts';
import { licenceWords } from '../licence-words.ts';
import { runBulk } from '../parts/bulk.ts';
import { confirmed } from '../parts/dialog.ts';
import { Loaded } from '../parts/loaded.ts';
import { bones, card, emptyState, facts, failure, head, meter, tell } from '../parts/small.ts';
import { follow, hrefOf } from '../router.ts';
import { mayWrite, organisationId } from '../state.ts';
import type { Account, Bulk, LicenceSummary, Overview, Page } from '../types.ts';

export class WxPlaceLicences extends WxElement {
  readonly #o = organisationId.peek();
  readonly #data = new Loaded<{ licences: LicenceSummary; accounts: number }>(async () => {
    const [licences, overview] = await Promise.all([ask<LicenceSummary>(of(this.#o, 'licences')), ask<Overview>(of(this.#o, 'overview'))]);
    return { licences, accounts: overview.accounts };
  });
  override connectedCallback(): void {
    super.connectedCallback();
    void this.#data.load();
    this.listen(window, 'focus', () => void this.#data.load());
  }

  async #all(on: boolean): Promise<void> {
    // The licences count over all organisations of the customer; only this one's are taken.
    const n = on ? this.#data.value.value?.accounts ?? 0 : (await tell(() => post<Page<Account>>(of(this.#o, 'accounts/query'), { licence: 'active', offset: 0, limit: 1 })))?.total;
    if (n === undefined) return;
    if (n === 0) { toast(t('adm-licence-none-active')); return; }
    const l = this.#data.value.value!.licences;
    const text = on ? t('adm-licence-all-text', { n, free: l.free ?? 0 }) : t('adm-sure-deactivate', { n });
    const word = on ? 'activate' : 'deactivate';
    if (!(await confirmed({ title: t(`adm-licence-all-${word}`), text, yes: t(`adm-act-${word}`), danger: !on, ...(on ? {} : { n }) }))) return;
    await runBulk({ title: t(`adm-licence-all-${word}`), parts: [{ all: true }], total: n, sizeOf: () => n, send: (part) => post<Bulk>(of(this.#o, `licences/${word}`), part, { deadline: 180_000 }) });
    void this.#data.load();
  }

  #warnings(l: LicenceSummary): TemplateResult | typeof nothing {
    const list = l.warnings ?? [];
    if (list.length === 0) return nothing;
    return html`<ul class="adm-list">${list.map((w) => {
      const key = `adm-warn-${w.code.replaceAll('_', '-')}`;
      const bad = ['ended', 'disabled', 'over_quota', 'no_seat_left'].includes(w.code);
      const n = Object.values(w).find((x) => typeof x === 'number') ?? 0;
      return html`<li class=${bad ? 'is-bad' : 'is-warn'}>${icon('triangle-alert')}<span class="adm-list-words"><strong>${hasText(key) ? t(key, { a: n }) : w.code}</strong><span>${t(hasText(`${key}-text`) ? `${key}-text` : 'adm-warn-ask-operator')}</span></span></li>`;
    })}</ul>`;
  }

  override render(): TemplateResult {
    const d = this.#data.value.value;
    const title = head({ title: t('adm-place-licences'), text: t('adm-licences-text'), actions: d && mayWrite.value && d.accounts ? html`<button type="button" class="button button-primary" data-act="all-on" @click=${() => void this.#all(true)}>${t('adm-licence-all-activate')}</button><button type="button" class="button" data-act="all-off" @click=${() => void this.#all(false)}>${t('adm-licence-all-deactivate')}</button>` : nothing });
    if (!d) return html`${title}${this.#data.failure.value !== null ? failure(this.#data.failure.value, this.#data.load) : bones(3)}`;
    const l = d.licences;
    const words = licenceWords(l);
    const forecast = l.forecast;
    const frees = l.frees ?? [];
    return html`${title}${this.#data.failure.value !== null ? failure(this.#data.failure.value, this.#data.load) : nothing}
      ${card({ name: 'meter', title: t('adm-licence-meter'), icon: 'ticket', body: html`<p class="licence-big"><strong>${words.used}</strong></p>${meter({ used: l.active, pending: l.pending, most: l.quota, label: words.used })}<p class="muted">${words.more}</p>${this.#warnings(l)}` })}
      <div class="adm-cards">
        ${card({ name: 'who', title: t('adm-licence-who'), icon: 'mailbox', body: html`<ul class="adm-list">
          <li><span class="adm-list-words"><strong>${count(l.active)}</strong><span>${t('adm-licence-of-customer')}</span></span><a class="button button-small" href=${hrefOf('mailboxes', ['licence-active'])} @click=${follow('mailboxes', ['licence-active'])}>${t('adm-show')}</a></li>
          <li><span class="adm-list-words"><strong>${count(l.pending)}</strong><span>${t('adm-licence-pending-note')}</span></span><a class="button button-small" href=${hrefOf('mailboxes', ['licence-revoke-pending'])} @click=${follow('mailboxes', ['licence-revoke-pending'])}>${t('adm-show')}</a></li>
          <li><span class="adm-list-words"><strong>${t('adm-licence-without')}</strong></span><a class="button button-small" href=${hrefOf('mailboxes', ['licence-inactive'])} @click=${follow('mailboxes', ['licence-inactive'])}>${t('adm-show')}</a></li></ul>` })}
        ${card({ name: 'forecast', title: t('adm-licence-forecast'), icon: 'activity', body: facts([
          [t('adm-licence-pace'), t('adm-licence-pace-of', { n: forecast?.per_month ?? 0 })],
          [t('adm-licence-last'), forecast?.days_left === null || forecast?.days_left === undefined ? t('adm-licence-last-none') : t('adm-licence-last-days', { n: forecast.days_left })],
          [t('adm-licence-contract'), l.valid_until ? t('adm-licence-contract-of', { from: l.valid_from ? dayDate(l.valid_from) : '–', until: dayDate(l.valid_until) }) : t('adm-licence-contract-open')]]) })}</div>
      ${card({ name: 'frees', title: t('adm-licence-frees'), icon: 'clock', body: frees.length ? html`<ul class="adm-list">${frees.slice(0, 20).map((f) => html`<li><span class="adm-list-words"><strong>${dayDate(f.at)}</strong><span>${t('adm-licence-frees-n', { n: f.seats })}</span></span></li>`)}</ul>` : emptyState({ icon: 'clock', title: t('adm-licence-frees-none'), text: t('adm-licence-frees-none-text') }) })}`;
  }
}
define('wx-place-licences', WxPlaceLicences);
