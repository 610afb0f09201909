// A year of certificates that end: month by month, the fuller a day the more end on it. Arrow keys go from one such day to the next;
// the same as a table below. Only what is in use counts.
import { WxElement, define } from '../../core/element.ts';
import { count, dayDate } from '../../core/format.ts';
import { foreign } from '../../core/foreign.ts';
import { language, t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { signal } from '../../core/signals.ts';
import { ask, of } from '../api.ts';
import { Loaded } from '../parts/loaded.ts';
import { bones, card, emptyState, failure } from '../parts/small.ts';
import { organisationId } from '../state.ts';

interface Day { day: string; count: number; addresses: string[] }
interface Calendar { from: string; until: string; days: Day[]; expired: number; later: number }
const DAY_MS = 86_400_000;

export class WxCertificateCalendar extends WxElement {
  /** Shows what ends on a day in the list. */
  declare show: (day: string) => void;
  readonly #id = organisationId.peek();
  readonly #data = new Loaded<Calendar>(() => ask<Calendar>(of(this.#id, 'certificates/calendar')));
  readonly #day = signal('');

  override connectedCallback(): void { super.connectedCallback(); void this.#data.load(); this.listen(window, 'focus', () => void this.#data.load()); }

  #key(e: KeyboardEvent, days: Day[]): void {
    const at = days.findIndex((d) => d.day === (e.target as HTMLElement).dataset.day);
    if (at < 0) return;
    const back = getComputedStyle(this).direction === 'rtl' ? 'ArrowRight' : 'ArrowLeft';
    const to = ['ArrowRight', 'ArrowLeft'].includes(e.key) ? at + (e.key === back ? -1 : 1) : e.key === 'ArrowDown' ? at + 1 : e.key === 'ArrowUp' ? at - 1 : e.key === 'Home' ? 0 : e.key === 'End' ? days.length - 1 : -1;
    if (!days[to]) return;
    e.preventDefault();
    this.querySelector<HTMLElement>(`[data-day="${days[to].day}"]`)?.focus();
  }

  /** Months from the first to the last day, each with its days in weeks that begin on Monday. */
  #month(first: Date, days: Map<string, Day>, most: number, stop: string): TemplateResult {
    const name = new Intl.DateTimeFormat(language.value, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(first);
    const cells: (TemplateResult | typeof nothing)[] = Array.from({ length: (first.getUTCDay() + 6) % 7 }, () => html`<span></span>`);
    let sum = 0;
    for (let d = first; d.getUTCMonth() === first.getUTCMonth(); d = new Date(+d + DAY_MS)) {
      const iso = d.toISOString().slice(0, 10);
      const on = days.get(iso);
      sum += on?.count ?? 0;
      const level = on ? Math.max(1, Math.ceil((on.count / most) * 4)) : 0;
      cells.push(on ? html`<button type="button" class="cal-day is-${level}" data-day=${iso} tabindex=${iso === stop ? 0 : -1} aria-pressed=${this.#day.value === iso ? 'true' : 'false'} aria-label=${t('adm-cal-day', { date: dayDate(iso), n: on.count })} @click=${() => { this.#day.value = iso; }}>${d.getUTCDate()}</button>` : html`<span class="cal-day" aria-hidden="true">${d.getUTCDate()}</span>`);
    }
    return html`<section class="cal-month" aria-label=${t('adm-cal-month', { month: name, n: sum })}><h3>${name}${sum ? html` <span class="muted">${count(sum)}</span>` : nothing}</h3><div class="cal-days">${cells}</div></section>`;
  }

  #chosen(days: Day[]): TemplateResult {
    const d = days.find((x) => x.day === this.#day.value);
    return html`<div class="cal-chosen" role="status">${d ? html`<h3>${t('adm-cal-day', { date: dayDate(d.day), n: d.count })}</h3><ul>${d.addresses.map((a) => html`<li>${foreign(a)}</li>`)}</ul>
      ${d.count > d.addresses.length ? html`<p class="muted">${t('adm-cal-more', { n: d.count - d.addresses.length })}</p>` : nothing}
      <div><button type="button" class="button button-small" data-act="show-day" @click=${() => this.show(d.day)}>${t('adm-cal-show')}</button></div>` : html`<p class="muted">${t('adm-cal-choose')}</p>`}</div>`;
  }

  override render(): TemplateResult {
    const c = this.#data.value.value;
    if (!c) return this.#data.failure.value !== null ? failure(this.#data.failure.value, this.#data.load) : bones(3);
    const all = c.days.reduce((n, d) => n + d.count, 0);
    if (all + c.expired + c.later === 0) return emptyState({ icon: 'calendar', title: t('adm-cal-none'), text: t('adm-cal-none-text') });
    const days = new Map(c.days.map((d) => [d.day, d]));
    const most = Math.max(1, ...c.days.map((d) => d.count));
    const stop = days.has(this.#day.value) ? this.#day.value : c.days[0]?.day ?? '';
    const months: TemplateResult[] = [];
    const first = new Date(c.from);
    for (let i = 0; i < 13; i++) months.push(this.#month(new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + i, 1)), days, most, stop));
    return card({ name: 'calendar', body: html`<p>${t('adm-cal-sum', { n: all })} ${c.expired ? html`<strong>${t('adm-cal-expired', { n: c.expired })}</strong>` : nothing} ${c.later ? t('adm-cal-later', { n: c.later }) : nothing}</p>
      <div class="cal" @keydown=${(e: KeyboardEvent) => this.#key(e, c.days)}>${months}</div>${c.days.length ? this.#chosen(c.days) : nothing}
      <details class="chart-table"><summary>${t('adm-cal-table')}</summary><div class="adm-scroll" tabindex="0" role="region" aria-label=${t('adm-cal-table')}><table><thead><tr><th scope="col">${t('adm-cal-col-day')}</th><th scope="col">${t('adm-cal-col-count')}</th></tr></thead>
        <tbody>${c.days.map((d) => html`<tr><th scope="row">${dayDate(d.day)}</th><td>${count(d.count)}</td></tr>`)}</tbody></table></div></details>` });
  }
}
define('wx-certificate-calendar', WxCertificateCalendar);
