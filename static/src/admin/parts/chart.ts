// Columns by day with a unit, and the same numbers as a table for whoever does not see them. uPlot is loaded when one is shown.
import { WxElement, define } from '../../core/element.ts';
import { calendarDate, count } from '../../core/format.ts';
import { language, t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { theme } from '../state.ts';

/** tone: a custom property of the style sheet (--chart-1 …). Series stand upon each other. */
export interface Series { label: string; tone: string; values: number[] }
export interface ChartData { label: string; unit: string; days: string[]; series: Series[] }

export class WxChart extends WxElement {
  static override properties = { data: { attribute: false }, failed: { state: true } };
  declare data: ChartData | null;
  declare failed: boolean;
  #undo: (() => void) | null = null;
  #key = '';
  constructor() { super(); this.data = null; this.failed = false; }

  override updated(): void {
    const box = this.querySelector<HTMLElement>('.chart-plot');
    const key = JSON.stringify([this.data, theme.peek(), language.peek()]);
    if (!box || !this.data || key === this.#key) return;
    this.#key = key;
    void import('./plot.ts').then((m) => {
      if (key !== this.#key || !box.isConnected || !this.data) return;
      this.#undo?.();
      this.#undo = m.plot(box, this.data);
    }, () => { this.failed = true; });
  }
  override disconnectedCallback(): void { super.disconnectedCallback(); this.#undo?.(); this.#undo = null; this.#key = ''; }

  override render(): TemplateResult {
    void theme.value;
    const d = this.data;
    if (!d) return html``;
    const sum = (s: Series): number => s.values.reduce((a, b) => a + b, 0);
    return html`<figure class="chart"><figcaption class="visually-hidden">${d.label} (${d.unit})</figcaption>
      <ul class="chart-legend">${d.series.map((s) => html`<li><span class="chart-mark ${s.tone}"></span>${s.label} <strong>${count(sum(s))}</strong></li>`)}</ul>
      ${this.failed ? nothing : html`<div class="chart-plot" aria-hidden="true"></div>`}
      <details class="chart-table" ?open=${this.failed}><summary>${t('adm-chart-table')}</summary><div class="adm-scroll" tabindex="0" role="region" aria-label=${d.label}><table><caption class="visually-hidden">${d.label} (${d.unit})</caption>
        <thead><tr><th scope="col">${t('adm-chart-day')}</th>${d.series.map((s) => html`<th scope="col">${s.label}</th>`)}</tr></thead>
        <tbody>${d.days.map((day, i) => html`<tr><th scope="row">${calendarDate(day)}</th>${d.series.map((s) => html`<td>${count(s.values[i] ?? 0)}</td>`)}</tr>`).reverse()}</tbody></table></div></details></figure>`;
  }
}
define('wx-chart', WxChart);
