// One act on many: how far it is, a way to stop, and exactly what became of each that could not be done.
import { count } from '../../core/format.ts';
import { foreign } from '../../core/foreign.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { signal } from '../../core/signals.ts';
import { toast } from '../../store/toasts.ts';
import type { Bulk, BulkRow } from '../types.ts';
import { codeText, say } from '../words.ts';
import { openDialog } from './dialog.ts';
import { meter, saveAs } from './small.ts';

const SHOWN = 500;
const reason = (r: BulkRow): string => codeText(r.code ?? 'internal', r.field ?? '', r.message ?? '');
const quoted = (x: string): string => `"${x.replace(/"/g, '""').replace(/^([=+@-])/, "'$1")}"`;

function results(rows: BulkRow[], error: unknown, left: number): TemplateResult {
  const bad = rows.filter((r) => !r.ok);
  const kinds = new Map<string, number>();
  for (const r of bad) kinds.set(reason(r), (kinds.get(reason(r)) ?? 0) + 1);
  const csv = (): void => saveAs(new Blob([`address,result,reason\r\n${rows.map((r) => [r.address, r.ok ? r.result ?? 'done' : 'failed', r.ok ? '' : reason(r)].map(quoted).join(',')).join('\r\n')}\r\n`], { type: 'text/csv' }), 'waxseal-result.csv');
  return html`<p class="bulk-sum" role="status">${icon(bad.length || error || left ? 'triangle-alert' : 'circle-check')}<strong>${t('adm-bulk-sum', { done: rows.length - bad.length, failed: bad.length })}</strong></p>
    ${error ? html`<p class="notice is-bad" role="alert"><span class="notice-text">${say(error)}</span></p>` : nothing}
    ${left ? html`<p class="notice is-warning"><span class="notice-text">${t('adm-bulk-left', { n: left })}</span></p>` : nothing}
    ${bad.length ? html`<ul class="bulk-kinds">${[...kinds].map(([text, n]) => html`<li><strong>${count(n)} ×</strong> ${foreign(text, 300)}</li>`)}</ul>
      <div class="adm-scroll" tabindex="0" role="region" aria-label=${t('adm-bulk-failed')}><table class="adm-compare"><thead><tr><th scope="col">${t('adm-col-address')}</th><th scope="col">${t('adm-bulk-reason')}</th></tr></thead><tbody>${bad.slice(0, SHOWN).map((r) => html`<tr class="bulk-bad"><th scope="row">${foreign(r.address)}</th><td>${foreign(reason(r), 300)}</td></tr>`)}</tbody></table></div>
      ${bad.length > SHOWN ? html`<p class="muted">${t('adm-bulk-more', { n: bad.length - SHOWN })}</p>` : nothing}` : nothing}
    <div class="button-row"><button type="button" class="button button-small" @click=${csv}>${icon('download')}${t('adm-bulk-save')}</button></div>`;
}

/** parts: what is sent one after another (a filter is one part). total: how many rows that is. Answers all rows that were told. */
export async function runBulk<P>(o: { title: string; parts: P[]; total: number; send: (part: P) => Promise<Bulk>; sizeOf: (part: P) => number }): Promise<BulkRow[]> {
  const rows = signal<BulkRow[]>([]);
  const state = signal<'runs' | 'stops' | 'over'>('runs');
  const failed = signal<unknown>(null);
  const reached = signal(0);
  let end = (): void => undefined;
  const shown = openDialog<boolean>((close) => { end = () => close(true); return () => {
    const over = state.value === 'over';
    return {
      title: o.title, wide: over, stay: !over, submit: () => { if (over) close(true); },
      body: over ? results(rows.value, failed.value, o.total - reached.value) : html`<p role="status">${t('adm-bulk-runs', { n: count(reached.value), total: count(o.total) })}</p>${meter({ used: reached.value, most: Math.max(1, o.total), label: t('adm-bulk-runs', { n: count(reached.value), total: count(o.total) }) })}`,
      foot: over ? html`<button type="submit" class="button button-primary" autofocus>${t('close')}</button>` : html`<button type="button" class="button" aria-disabled=${state.value === 'stops' ? 'true' : nothing} @click=${() => { state.value = 'stops'; }}>${t(state.value === 'stops' ? 'adm-bulk-stops' : 'adm-bulk-stop')}</button>`,
    };
  }; });
  for (const part of o.parts) {
    if (state.value === 'stops') break;
    try {
      const answer = await o.send(part);
      rows.value = [...rows.value, ...answer.rows];
      reached.value += o.parts.length === 1 ? o.total : o.sizeOf(part);
    } catch (error) { failed.value = error; break; }
  }
  state.value = 'over';
  if (!failed.value && reached.value >= o.total && rows.value.every((r) => r.ok)) {
    toast(t('adm-bulk-all-done', { n: rows.value.length }));
    end(); // Nothing to read.
  }
  await shown;
  return rows.value;
}
export function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}
