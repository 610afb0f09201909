// Many certificates from one archive: a table and the files it names (parts/import.ts).
import { define } from '../../core/element.ts';
import { foreign } from '../../core/foreign.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { signal } from '../../core/signals.ts';
import { WxReport, rowAndResult, rowColumn, tableText, whyCell } from '../parts/import.ts';
import type { Mode, Part, ReportRow } from '../parts/import.ts';
import { card, saveAs } from '../parts/small.ts';
import type { Column } from '../parts/table.ts';
import { codeText } from '../words.ts';

interface Row extends ReportRow { address: string; file: string; fingerprint: string | null }
const MOST = 64 << 20;
const RESULTS = ['registered', 'already', 'refused', 'not_tried'] as const;

/** mode: a check registers nothing, and its report does not say so. */
export function reportCsv(rows: readonly Row[], mode: Mode): string {
  const columns = ['row', 'address', 'file', 'result', 'fingerprint', 'code', 'field', 'message'] as const;
  return tableText(columns, rows.map((r) => columns.map((c) => (c === 'result' && mode === 'check' && r.result === 'registered' ? 'can_be_registered' : r[c]))));
}

const COLUMNS = ['address', 'file', 'passphrase', 'usage', 'primary'];
/** Why a row was refused; a value of the table is named by its column. */
export function whyOf(r: Row): string {
  const said = codeText(r.code ?? 'internal', r.field ?? '', foreign(r.message, 300));
  return r.field !== null && COLUMNS.includes(r.field) ? t('adm-imp-in-column', { column: r.field, why: said }) : said;
}

export class WxCertificateImport extends WxReport<Row> {
  override readonly path = 'certificates/import';
  override readonly words = 'adm-imp';
  override readonly worst = ['refused', 'not_tried'];
  readonly #file = signal<File | null>(null);

  take(file: File | null): void {
    if (this.mode.value) return;
    this.forget();
    this.problem.value = file && file.size > MOST ? t('adm-imp-large') : '';
    this.#file.value = file && file.size <= MOST ? file : null;
  }
  override body(): Blob | null { return this.#file.value && new Blob([this.#file.value], { type: 'application/zip' }); }
  override csv(): string { return reportCsv(this.all, this.told.value ?? 'do'); }
  #name(r: string): string { return t(`adm-imp-${this.told.value === 'check' && r === 'registered' ? 'could' : r.replace('_', '-')}`); }
  override parts(): Part<Row>[] {
    return RESULTS.map((id) => ({ id, label: this.#name(id), ...(id === 'refused' ? { tone: 'is-bad' as const } : id === 'not_tried' ? { tone: 'is-warn' as const } : {}), has: (r: Row) => r.result === id }));
  }

  override steps(): TemplateResult {
    const file = this.#file.value;
    const busy = this.mode.value !== null;
    const can = this.all.filter((r) => r.result === 'registered').length;
    const checked = this.told.value === 'check' && this.end.value !== null;
    return card({ name: 'import', body: html`<p>${t('adm-imp-text')}</p>
      <pre class="imp-example" tabindex="0" aria-label=${t('adm-imp-example')}>address,file,passphrase,usage,primary
anna@example.com,keys/anna.p12,"…",,
pat@partner.example,pat.pem,,encrypt,</pre>
      <div><button type="button" class="button button-small" @click=${() => saveAs(new Blob(['\ufeffaddress,file,passphrase,usage,primary\r\n'], { type: 'text/csv' }), 'certificates.csv')}>${icon('download')}${t('adm-imp-template')}</button></div>
      <div class="field"><span class="button-row"><label class="button button-small imp-pick">${icon('file')}${t('adm-imp-choose')}<input class="visually-hidden" id="imp-file" type="file" accept=".zip,application/zip" aria-describedby="imp-hint" ?disabled=${busy} @change=${(e: Event) => this.take((e.target as HTMLInputElement).files?.[0] ?? null)}></label><span>${file ? foreign(file.name, 120) : nothing}</span></span><span class="field-hint" id="imp-hint">${t('adm-imp-hint')}</span></div>
      ${this.problem.value ? html`<p class="notice is-bad" role="alert">${icon('circle-alert')}<span class="notice-text">${this.problem.value}</span></p>` : nothing}
      <div class="button-row"><button type="button" class="button ${checked ? '' : 'button-primary'}" data-act="check" ?disabled=${!file || busy} @click=${() => void this.run('check')}>${icon('list-checks')}${t('adm-imp-check')}</button>
        <button type="button" class="button ${checked ? 'button-primary' : ''}" data-act="do" ?disabled=${!file || busy || !checked || can === 0} @click=${() => void this.run('do')}>${icon('upload')}${checked ? t('adm-imp-do-n', { n: can }) : t('adm-imp-do')}</button></div>` });
  }

  override columns(): Column<Row>[] {
    const why = (r: Row): string => (r.ok || !r.code ? (r.result === 'already' ? t('adm-imp-already-why') : '') : whyOf(r));
    return this.filled([
      rowColumn(),
      { id: 'address', label: t('adm-imp-col-address'), width: 'minmax(13rem, 1.2fr)', phone: 'first', cell: (r) => foreign(r.address) },
      { id: 'file', label: t('adm-imp-col-file'), width: 'minmax(8rem, .8fr)', cell: (r) => foreign(r.file) },
      { id: 'result', label: t('adm-imp-col-result'), width: 'minmax(10rem, .6fr)', phone: 'second', cell: (r) => rowAndResult(r, this.#name(r.result), r.ok ? 'good' : r.result === 'refused' ? 'bad' : 'warn') },
      { id: 'why', label: t('adm-imp-col-why'), width: 'minmax(16rem, 2fr)', phone: 'second', has: (r) => why(r) !== '', cell: (r) => whyCell(why(r)) },
    ]);
  }
  override below(): unknown {
    const unused = this.end.value?.unused ?? [];
    return unused.length ? html`<p class="muted">${t('adm-imp-unused', { n: unused.length })} ${unused.slice(0, 10).map((f) => foreign(f, 80)).join(', ')}</p>` : nothing;
  }
}
define('wx-certificate-import', WxCertificateImport);
