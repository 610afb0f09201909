// Many rows brought at once: first a check, which writes nothing and says of each row what would become of it; then the doing, row by
// row, with a report that can be filtered and taken along. What was cut off can be brought again.
import { ApiError } from '../../api/client.ts';
import { WxElement } from '../../core/element.ts';
import { count } from '../../core/format.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { css, html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { signal } from '../../core/signals.ts';
import { answerOf, of } from '../api.ts';
import { guardPlace } from '../router.ts';
import { organisationId } from '../state.ts';
import { codeText, say } from '../words.ts';
import { confirmed } from './dialog.ts';
import { Rows } from './rows.ts';
import { card, emptyState, pill, saveAs } from './small.ts';
import type { Column, WxTable } from './table.ts';
import './table.ts';

export interface ReportRow { row: number; ok: boolean; result: string; code: string | null; field: string | null; message: string | null }
export interface End { stopped: string | null; unused?: string[] }
export type Mode = 'check' | 'do';
/** Rows of the report that belong together, and how many those are is said. */
export interface Part<R> { id: string; label: string; tone?: 'is-bad' | 'is-warn'; has: (r: R) => boolean }
/** has: a column that no row of the report has anything for takes no room. */
export interface ReportColumn<R> extends Column<R> { has?: (r: R) => boolean }
export function rowColumn<R extends ReportRow>(): Column<R> { return { id: 'row', label: t('adm-imp-col-row'), width: '4rem', cell: (r) => count(r.row), end: true }; }
/** On a phone the row's number stands before what became of it. */
export function rowAndResult(r: ReportRow, words: string, tone: 'good' | 'warn' | 'bad'): TemplateResult { return html`<span class="phone-word">${t('adm-imp-row-n', { n: count(r.row) })} </span>${pill(words, tone)}`; }
export function whyCell(why: string): TemplateResult { return html`<span class="imp-why" title=${why}>${why}</span>`; }
const DEADLINE_MS = 4 * 3_600_000;

/** A field of the table that goes out; what a spreadsheet would take for a formula is not one. */
const cell = (v: unknown): string => `"${String(v ?? '').replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""')}"`;
export function tableText(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  return `\ufeff${[columns.join(','), ...rows.map((r) => r.map(cell).join(','))].join('\r\n')}\r\n`;
}

/** Reads the answer as it comes: a line for each row; the whole at its end. */
async function readReport<R>(answer: Response, row: (r: R, of: number) => void): Promise<End> {
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let all = '';
  let begin = 0;
  let most = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    all += value;
    for (let end = all.indexOf('\n', begin); end >= 0; begin = end + 1, end = all.indexOf('\n', begin)) {
      const line = all.slice(begin, end).replace(/,$/, '');
      if (line.startsWith('{"of"')) most = Number(/\d+/.exec(line)?.[0] ?? 0);
      else if (line.startsWith('{"row"')) row(JSON.parse(line) as R, most);
    }
  }
  return JSON.parse(all) as End;
}

export abstract class WxReport<R extends ReportRow> extends WxElement {
  readonly o = organisationId.peek();
  readonly mode = signal<Mode | null>(null); // at work
  readonly told = signal<Mode | null>(null); // what the report is of
  readonly problem = signal('');
  readonly end = signal<End | null>(null);
  all: R[] = [];
  readonly #of = signal(0);
  readonly #count = signal(0);
  readonly #filter = signal('');
  #stop: AbortController | null = null;
  readonly #rows = new Rows<R>((q) => {
    const part = this.parts().find((p) => p.id === this.#filter.peek());
    const found = part ? this.all.filter((r) => part.has(r)) : this.all;
    return Promise.resolve({ total: found.length, offset: q.offset, rows: found.slice(q.offset, q.offset + q.limit), version: this.all.length });
  }, (r) => String(r.row));

  /** Below the organisation. */
  abstract readonly path: string;
  /** Begins the keys of the texts that differ: <words>-leave-text, -cut, -stopped, -checking, -doing. */
  abstract readonly words: string;
  abstract body(): Blob | null;
  abstract steps(): TemplateResult;
  abstract parts(): Part<R>[];
  /** Those that are shown first, the first of them that there are. */
  abstract readonly worst: readonly string[];
  abstract columns(): Column<R>[];
  /** Why the whole was refused. */
  refused(error: unknown): string { return say(error); }
  filled(columns: readonly ReportColumn<R>[]): Column<R>[] { return columns.filter((c) => !c.has || this.all.some(c.has)); }
  abstract csv(): string;

  override connectedCallback(): void {
    super.connectedCallback();
    this.onLeave(guardPlace(async () => !this.mode.value || (await confirmed({ title: t('adm-imp-leave'), text: t(`${this.words}-leave-text`), yes: t('adm-imp-leave-yes'), danger: true }))));
    this.onLeave(() => this.#stop?.abort());
  }

  /** Something else is brought: what was said of the last one goes. */
  forget(): void {
    this.all = [];
    this.end.value = null;
    this.told.value = null;
    this.problem.value = '';
  }

  async run(mode: Mode): Promise<void> {
    const body = this.body();
    if (!body || this.mode.value) return;
    this.forget();
    this.#count.value = this.#of.value = 0;
    this.#filter.value = '';
    this.mode.value = mode;
    this.told.value = mode;
    this.#stop = new AbortController();
    try {
      const answer = await answerOf(of(this.o, `${this.path}?mode=${mode}`), { body, deadline: DEADLINE_MS, signal: this.#stop.signal });
      this.end.value = await readReport<R>(answer, (r, most) => { this.all.push(r); this.#of.value = most; this.#count.value = this.all.length; });
    } catch (error) {
      const cut = this.all.length > 0;
      const words = (): string => t(`${this.words}-cut`, { n: this.all.length });
      if (!cut) this.told.value = null;
      this.problem.value = this.#stop.signal.aborted ? (cut ? words() : '') : cut && !(error instanceof ApiError) ? words() : this.refused(error);
    } finally {
      this.mode.value = null;
      const parts = this.parts();
      this.#filter.value = this.worst.find((id) => this.all.some((r) => parts.find((p) => p.id === id)?.has(r))) ?? '';
      this.#rows.ask({});
      this.dispatchEvent(new CustomEvent('imported'));
    }
    await this.updateComplete;
    this.querySelector<HTMLElement>('.imp-report h2, .notice')?.focus();
  }

  #progress(): TemplateResult {
    const most = this.#of.value;
    const n = this.#count.value;
    // Said aloud at each tenth, not at each row.
    const said = most ? Math.floor((n / most) * 10) * 10 : 0;
    return card({ name: 'progress', body: html`<p>${t(`${this.words}-${this.mode.value === 'check' ? 'checking' : 'doing'}`, { n, of: most })}</p><div class="progress" aria-hidden="true"><span ${css({ 'inline-size': `${most ? (n / most) * 100 : 0}%` })}></span></div>
      <span class="visually-hidden" role="status">${most ? t('adm-imp-percent', { n: said }) : t('app-loading')}</span><div><button type="button" class="button button-small" data-act="stop" @click=${() => this.#stop?.abort()}>${t('adm-imp-stop')}</button></div>` });
  }

  #report(mode: Mode): TemplateResult {
    const end = this.end.value;
    const take = (id: string): void => { this.#filter.value = id; this.#rows.ask({}); this.querySelector<WxTable>('wx-table')?.top(); };
    const sums = this.parts().map((p) => ({ ...p, n: this.all.filter((r) => p.has(r)).length })).filter((p) => p.n > 0);
    const columns = this.columns();
    return html`<section class="adm-card imp-report" data-card="report" data-of=${mode}><div class="adm-card-head"><h2 tabindex="-1">${t(mode === 'check' ? 'adm-imp-report-check' : 'adm-imp-report-do')}</h2>
        <button type="button" class="button button-small" data-act="csv" @click=${() => saveAs(new Blob([this.csv()], { type: 'text/csv' }), `${this.o}-${mode === 'check' ? 'check' : 'result'}-${new Date().toISOString().slice(0, 10)}.csv`)}>${icon('download')}${t('adm-imp-csv')}</button></div>
      ${end?.stopped ? html`<p class="notice is-bad" role="alert">${icon('circle-alert')}<span class="notice-text">${t(`${this.words}-stopped`, { why: codeText(end.stopped) })}</span></p>` : nothing}
      <div class="imp-sums" role="group" aria-label=${t('adm-imp-filter')}><button type="button" class="adm-number-card" aria-pressed=${this.#filter.value === '' ? 'true' : 'false'} @click=${() => take('')}><strong>${count(this.all.length)}</strong><span>${t('adm-imp-all')}</span></button>
        ${sums.map((p) => html`<button type="button" class="adm-number-card ${p.tone ?? ''}" data-result=${p.id} aria-pressed=${this.#filter.value === p.id ? 'true' : 'false'} @click=${() => take(p.id)}><strong>${count(p.n)}</strong><span>${p.label}</span></button>`)}</div>
      <wx-table class="imp-table" .columns=${columns} .rows=${this.#rows} ?tall=${columns.some((c) => c.id === 'why')} .label=${t('adm-imp-rows')} .empty=${() => emptyState({ icon: 'list-checks', title: t('adm-imp-none') })}></wx-table>
      ${this.below()}</section>`;
  }
  below(): unknown { return nothing; }

  override render(): TemplateResult {
    return html`${this.steps()}${this.mode.value ? this.#progress() : nothing}${!this.mode.value && this.told.value && this.all.length ? this.#report(this.told.value) : nothing}`;
  }
}
