// How the organisation stands: what needs somebody first, then numbers, licences, what expires, and the mail of thirty days.
import { WxElement, define } from '../../core/element.ts';
import { count } from '../../core/format.ts';
import { foreign } from '../../core/foreign.ts';
import { icon } from '../../core/icon.ts';
import { hasText, t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { ask, of } from '../api.ts';
import { Loaded } from '../parts/loaded.ts';
import type { ChartData } from '../parts/chart.ts';
import { bones, card, emptyState, failure, head, meter } from '../parts/small.ts';
import { licenceWords } from '../licence-words.ts';
import { placeOf } from '../places.ts';
import { follow, hrefOf } from '../router.ts';
import { mayWrite, organisation, organisationId } from '../state.ts';
import type { MailDay, Overview, Warning } from '../types.ts';

/** Where each warning is mended; the rest have no place of their own. */
const MENDED: Record<string, string> = {
  licences: 'licences', lapse: 'licences', period: 'licences', lapsed: 'licences', forecast: 'licences', certificate: 'certificates', certificates: 'certificates', expiring: 'certificates', expired: 'certificates', without: 'certificates',
  mailboxes: 'mailboxes', rule: 'rules', rules: 'rules', ended: 'licences', ends: 'licences', quota: 'licences', seat: 'licences', seats: 'licences', begun: 'licences', disabled: 'licences', domain: 'settings', domains: 'settings', claim: 'settings', account: 'mailboxes', accounts: 'mailboxes', mail: 'mail', refused: 'mail', deferred: 'mail', plan: 'licences',
};
/** Mailboxes that a warning counts are those of that filter: the same number stands there. */
const FILTERED: Record<string, string> = { mailboxes_expired: 'certificate-expired', mailboxes_expiring: 'certificate-expiring' };
const mendedAt = (code: string): string | null => { const word = code.split('_').find((w) => w in MENDED); const place = word ? MENDED[word]! : null; return place && placeOf(place) ? place : null; };

const DAYS = 30;
const KINDS = ['signed', 'encrypted', 'decrypted', 'validated', 'skipped', 'refused', 'deferred'] as const;
const TONES: Record<(typeof KINDS)[number], string> = { encrypted: 'chart-1', signed: 'chart-2', decrypted: 'chart-3', validated: 'chart-4', deferred: 'chart-5', refused: 'chart-6', skipped: 'chart-7' };

export class WxPlaceOverview extends WxElement {
  readonly #id = organisationId.peek();
  readonly #data = new Loaded<Overview>(() => ask<Overview>(of(this.#id, 'overview')));

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#data.load();
    this.listen(window, 'focus', () => void this.#data.load());
  }

  #warning(w: Warning): TemplateResult {
    const place = mendedAt(w.code);
    const rest = w.code in FILTERED ? [FILTERED[w.code]!] : [];
    // Those of the licences are said as the licences say them.
    const key = `adm-warn-${w.code.replace(/^licences_/, '').replaceAll('_', '-')}`;
    const word = (x: Warning['a']): string | number => (typeof x === 'number' ? x : foreign(x ?? '', 80));
    return html`<li class="is-warn">${icon('triangle-alert')}<span class="adm-list-words"><strong>${hasText(key) ? t(key, { a: word(w.a), b: word(w.b) }) : foreign(`${w.code} ${w.a ?? ''} ${w.b ?? ''}`)}</strong></span>${place ? html`<a class="button button-small" href=${hrefOf(place, rest)} @click=${follow(place, rest)}>${t('adm-warn-go', { place: t(`adm-place-${place}`) })}</a>` : nothing}</li>`;
  }

  #number(n: number, label: string, place: string, rest: string[] = [], tone = ''): TemplateResult {
    const inner = html`<strong>${count(n)}</strong><span>${label}</span>`;
    return placeOf(place) ? html`<a class="adm-number-card ${tone}" href=${hrefOf(place, rest)} @click=${follow(place, rest)}>${inner}</a>` : html`<div class="adm-number-card ${tone}">${inner}</div>`;
  }

  #chart(days: MailDay[]): TemplateResult {
    const shown = KINDS.filter((k) => days.some((d) => d[k] > 0));
    if (shown.length === 0) return emptyState({ icon: 'mail', title: t('adm-mail-none'), text: t('adm-mail-none-text') });
    // Days without mail are not told: they are zero.
    const known = new Map(days.map((d) => [d.day.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3'), d]));
    const last = [...known.keys()].sort().at(-1)! > new Date().toISOString().slice(0, 10) ? [...known.keys()].sort().at(-1)! : new Date().toISOString().slice(0, 10);
    const dates = Array.from({ length: DAYS }, (_, i) => new Date(Date.parse(`${last}T00:00:00Z`) - (DAYS - 1 - i) * 86_400_000).toISOString().slice(0, 10));
    const data: ChartData = { label: t('adm-mail-chart'), unit: t('adm-mail-unit'), days: dates, series: shown.map((k) => ({ label: t(`adm-mail-${k}`), tone: TONES[k], values: dates.map((d) => known.get(d)?.[k] ?? 0) })) };
    return html`<wx-chart .data=${data}></wx-chart>`;
  }

  override render(): TemplateResult {
    const o = this.#data.value.value;
    const title = head({ title: t('adm-place-overview'), text: foreign(organisation.value?.name ?? '') });
    if (!o) return html`${title}${this.#data.failure.value !== null ? failure(this.#data.failure.value, this.#data.load) : bones(4)}`;
    const l = licenceWords(o.licences);
    const c = o.certificates;
    const begin = o.accounts === 0 ? card({ name: 'begin', body: emptyState({ icon: 'mailbox', title: t('adm-begin-title'), text: t(o.domains ? 'adm-begin-accounts' : 'adm-begin-domain'),
      action: mayWrite.value ? html`<a class="button button-primary" href=${hrefOf(o.domains ? 'mailboxes' : 'settings')} @click=${follow(o.domains ? 'mailboxes' : 'settings')}>${t(o.domains ? 'adm-mailbox-add' : 'adm-domain-claim')}</a>` : nothing }) }) : nothing;
    return html`${title}${this.#data.failure.value !== null ? failure(this.#data.failure.value, this.#data.load) : nothing}${begin}
      ${o.warnings.length ? card({ name: 'warnings', title: t('adm-warnings', { n: o.warnings.length }), icon: 'triangle-alert', body: html`<ul class="adm-list">${o.warnings.map((w) => this.#warning(w))}</ul>` }) : nothing}
      <div class="adm-numbers">${this.#number(o.accounts, t('adm-n-accounts', { n: o.accounts }), 'mailboxes')}${this.#number(o.active, t('adm-n-active', { n: o.active }), 'mailboxes', ['state-active'])}
        ${this.#number(o.domains, t('adm-n-domains', { n: o.domains }), 'settings')}${this.#number(o.rules.count, t('adm-n-rules', { n: o.rules.count }), 'rules')}</div>
      <div class="adm-cards">
        ${card({ name: 'licences', title: t('adm-place-licences'), icon: 'ticket', aside: placeOf('licences') ? html`<a class="link" href=${hrefOf('licences')} @click=${follow('licences')}>${t('adm-more')}</a>` : nothing,
          body: html`<p><strong>${l.used}</strong></p>${meter({ used: o.licences.active, pending: o.licences.pending, most: o.licences.quota, label: l.used })}<p class="muted">${l.more}</p>` })}
        ${card({ name: 'certificates', title: t('adm-place-certificates'), icon: 'badge-check', aside: placeOf('certificates') ? html`<a class="link" href=${hrefOf('certificates')} @click=${follow('certificates')}>${t('adm-more')}</a>` : nothing,
          body: html`<div class="adm-numbers">${this.#number(c.valid, t('adm-n-valid'), 'certificates', ['valid'])}${this.#number(c.expiring_30, t('adm-n-expiring', { n: c.expiring_30 }), 'certificates', ['expiring'], c.expiring_30 ? 'is-warn' : '')}${this.#number(c.expired, t('adm-n-expired'), 'certificates', ['expired'], c.expired ? 'is-bad' : '')}${this.#number(c.without, t('adm-n-without', { n: c.without }), 'mailboxes', ['certificate-none'])}</div>` })}</div>
      ${card({ name: 'mail', title: t('adm-mail-chart'), icon: 'activity', body: this.#chart(o.mail) })}`;
  }
}
define('wx-place-overview', WxPlaceOverview);
