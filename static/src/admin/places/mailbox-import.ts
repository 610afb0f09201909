// Many mailboxes from one table, pasted or from a file (parts/import.ts). Nothing of it leaves the page before the check.
import { ApiError } from '../../api/client.ts';
import { define } from '../../core/element.ts';
import { foreign } from '../../core/foreign.ts';
import { icon } from '../../core/icon.ts';
import { hasText, language, t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { signal } from '../../core/signals.ts';
import { WxReport, rowAndResult, rowColumn, tableText, whyCell } from '../parts/import.ts';
import type { Part, ReportRow } from '../parts/import.ts';
import { card, pill, saveAs } from '../parts/small.ts';
import type { Column } from '../parts/table.ts';
import { follow, hrefOf } from '../router.ts';
import { codeText, forShell, say } from '../words.ts';
import { COLUMNS, headFault } from './mailbox-table.ts';

interface Row extends ReportRow { address: string; name: string; licence: 'given' | 'there' | 'none' | 'missing' | null; differs: string[] }
const MOST = 4 << 20;

/** What a spreadsheet of the West saved without saying so is no UTF-8: its letters are told apart by eye. */
export function textOf(bytes: BufferSource): { text: string; guessed: boolean } {
  try { return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), guessed: false }; } catch { return { text: new TextDecoder('windows-1252').decode(bytes), guessed: true }; }
}

/** Why a row was refused, or has no licence: a value of the table is named by its column. */
export function whyOf(r: Row): string {
  const own = `adm-mbi-why-${`${r.code}-${r.field}`.replaceAll('_', '-')}`;
  const said = (language.value !== 'en' || forShell(r.message ?? '')) && hasText(own) ? t(own) : codeText(r.code ?? 'internal', r.field ?? '', foreign(r.message, 300));
  return r.field !== null && COLUMNS.includes(r.field) ? t('adm-imp-in-column', { column: r.field, why: said }) : said;
}

export class WxMailboxImport extends WxReport<Row> {
  override readonly path = 'accounts/import';
  override readonly words = 'adm-mbi';
  override readonly worst = ['refused', 'not_tried', 'missing', 'differs'];
  readonly #text = signal('');
  readonly #guessed = signal(false);

  set(text: string, guessed = false): void {
    if (this.mode.value) return;
    this.forget();
    this.#guessed.value = guessed;
    this.problem.value = new Blob([text]).size > MOST ? t('adm-mbi-large') : '';
    this.#text.value = text;
  }
  async take(file: File | null): Promise<void> {
    if (!file || this.mode.value) return;
    if (file.size > MOST) { this.problem.value = t('adm-mbi-large'); return; }
    const { text, guessed } = textOf(await file.arrayBuffer());
    this.set(text.replace(/^\ufeff/, ''), guessed);
  }
  override body(): Blob | null { return this.#text.value.trim() && !this.#tooLarge() ? new Blob([this.#text.value], { type: 'text/csv' }) : null; }
  override refused(error: unknown): string {
    const fault = error instanceof ApiError && error.code === 'invalid' && error.field === 'table' ? headFault(this.#text.value) : null;
    return fault ? t(`adm-mbi-head-${fault.kind}`, { column: foreign(fault.column, 60), columns: COLUMNS.join(', ') }) : say(error);
  }
  #tooLarge(): boolean { return this.#text.value.length > MOST; }

  override csv(): string {
    const columns = ['row', 'address', 'name', 'result', 'licence', 'differs', 'code', 'field', 'message'] as const;
    const said = (r: Row, c: (typeof columns)[number]): unknown => (c === 'differs' ? r.differs.join(' ') : this.told.value === 'check' && c === 'result' && r.result === 'added' ? 'can_be_added' : this.told.value === 'check' && c === 'licence' && r.licence === 'given' ? 'can_be_given' : r[c]);
    return tableText(columns, this.all.map((r) => columns.map((c) => said(r, c))));
  }
  #result(r: string): string { return t(`adm-mbi-${this.told.value === 'check' && r === 'added' ? 'could' : r.replace('_', '-')}`); }
  override parts(): Part<Row>[] {
    return [
      { id: 'added', label: this.#result('added'), has: (r) => r.result === 'added' },
      { id: 'already', label: this.#result('already'), has: (r) => r.result === 'already' },
      { id: 'differs', label: t('adm-mbi-differs'), tone: 'is-warn', has: (r) => r.differs.length > 0 },
      { id: 'given', label: t(this.told.value === 'check' ? 'adm-mbi-could-licence' : 'adm-mbi-licences'), has: (r) => r.licence === 'given' },
      { id: 'missing', label: t('adm-mbi-missing'), tone: 'is-warn', has: (r) => r.licence === 'missing' },
      { id: 'refused', label: this.#result('refused'), tone: 'is-bad', has: (r) => r.result === 'refused' },
      { id: 'not_tried', label: this.#result('not_tried'), tone: 'is-warn', has: (r) => r.result === 'not_tried' },
    ];
  }

  #has(r: Row): string { return r.licence && r.licence !== 'none' ? r.licence : ''; }
  #why(r: Row): string {
    if (r.licence === 'missing') return t(r.result === 'added' ? 'adm-mbi-why-missing' : 'adm-mbi-why-missing-already', { why: whyOf(r) });
    if (r.differs.length) return t('adm-mbi-why-differs', { columns: r.differs.join(', ') });
    return r.code ? whyOf(r) : '';
  }
  override columns(): Column<Row>[] {
    return this.filled([
      rowColumn(),
      { id: 'address', label: t('adm-imp-col-address'), width: 'minmax(12rem, 1fr)', phone: 'first', cell: (r) => foreign(r.address) },
      { id: 'name', label: t('adm-member-name'), width: 'minmax(6rem, .5fr)', cell: (r) => foreign(r.name), has: (r) => r.name !== '' },
      { id: 'result', label: t('adm-imp-col-result'), width: '8.5rem', phone: 'second', cell: (r) => rowAndResult(r, this.told.value === 'check' && r.result === 'added' ? t('adm-mbi-new') : this.#result(r.result), r.result === 'refused' ? 'bad' : r.ok ? 'good' : 'warn') },
      { id: 'licence', label: t('adm-col-licence'), width: '7.5rem', has: (r) => this.#has(r) !== '', cell: (r) => (r.licence === 'missing' ? pill(t('adm-mbi-licence-missing'), 'warn') : r.licence === 'given' || r.licence === 'there' ? pill(t(`adm-mbi-licence-${this.told.value === 'check' && r.licence === 'given' ? 'could' : r.licence}`), 'good') : '') },
      { id: 'why', label: t('adm-imp-col-why'), width: 'minmax(20rem, 4fr)', phone: 'second', has: (r) => this.#why(r) !== '', cell: (r) => whyCell(this.#why(r)) },
    ]);
  }
  override below(): unknown {
    return this.told.value === 'do' ? html`<div><a class="button button-small" href=${hrefOf('mailboxes')} @click=${follow('mailboxes')}>${t('adm-mbi-to-list')}</a></div>` : nothing;
  }

  override steps(): TemplateResult {
    const busy = this.mode.value !== null;
    const text = this.#text.value;
    const add = this.all.filter((r) => r.result === 'added').length;
    const give = this.all.filter((r) => r.licence === 'given').length;
    const checked = this.told.value === 'check' && this.end.value !== null;
    const lines = text.split('\n').filter((l) => l.trim()).length;
    return card({ name: 'import', body: html`<p>${t('adm-mbi-text')}</p>
      <pre class="imp-example" tabindex="0" aria-label=${t('adm-imp-example')}>address,name,licence,from
anna@example.com,Anna Berg,yes,
pat@example.com,Pat Lund,no,sales@example.com</pre>
      <div class="field"><label class="field-label" for="mbi-text">${t('adm-mbi-table')}</label>
        <textarea class="input imp-text" id="mbi-text" rows="8" spellcheck="false" autocomplete="off" aria-describedby="mbi-hint" ?readonly=${busy} .value=${text} @input=${(e: Event) => this.set((e.target as HTMLTextAreaElement).value)}></textarea>
        <span class="field-hint" id="mbi-hint">${t('adm-mbi-hint')} ${lines ? t('adm-mbi-lines', { n: lines }) : nothing}</span></div>
      <div class="button-row"><label class="button button-small imp-pick">${icon('file-text')}${t('adm-mbi-file')}<input class="visually-hidden" type="file" accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain" ?disabled=${busy} @change=${(e: Event) => { const input = e.target as HTMLInputElement; void this.take(input.files?.[0] ?? null); input.value = ''; }}></label>
        <button type="button" class="button button-small button-quiet" data-act="template" @click=${() => saveAs(new Blob([`\ufeff${COLUMNS.join(',')}\r\n`], { type: 'text/csv' }), 'mailboxes.csv')}>${icon('download')}${t('adm-imp-template')}</button></div>
      ${this.#guessed.value ? html`<p class="notice is-warning" role="status">${icon('triangle-alert')}<span class="notice-text">${t('adm-mbi-guessed')}</span></p>` : nothing}
      ${this.problem.value ? html`<p class="notice is-bad" role="alert" tabindex="-1">${icon('circle-alert')}<span class="notice-text">${this.problem.value}</span></p>` : nothing}
      <div class="button-row"><button type="button" class="button ${checked ? '' : 'button-primary'}" data-act="check" ?disabled=${!lines || busy} @click=${() => void this.run('check')}>${icon('list-checks')}${t('adm-imp-check')}</button>
        <button type="button" class="button ${checked ? 'button-primary' : ''}" data-act="do" ?disabled=${busy || !checked || add + give === 0} @click=${() => void this.run('do')}>${icon('plus')}${!checked ? t('adm-mbi-do') : add || !give ? t('adm-mbi-do-n', { n: add }) : t('adm-mbi-give-n', { n: give })}</button></div>` });
  }
}
define('wx-mailbox-import', WxMailboxImport);
