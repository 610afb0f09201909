// "More options" of the composer: priority, a read receipt, delivery reports. What was asked for stays in sight.
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { REPORTS } from '../../core/wishes.ts';
import type { Priority, Report } from '../../core/wishes.ts';
import type { Composer } from '../../store/compose.ts';
import { learnReports, offered } from '../../store/reports.ts';
import { announce } from '../../store/ui.ts';
import { separator } from '../parts/menu.ts';
import type { MenuItem } from '../parts/menu.ts';
import { useSheet } from '../parts/sheet.ts';

const STYLE = `
.wish-line { display: flex; flex-wrap: wrap; gap: .35rem; list-style: none; padding: var(--s1) var(--s5); margin: 0; border-block-end: 1px solid var(--line); flex: none; }
.wish { display: inline-flex; align-items: center; gap: .35rem; padding-inline: .6rem .1rem; border: 1px solid var(--line); border-radius: var(--r2); font-size: var(--text-s); color: var(--ink-2); }
.wish > .icon { inline-size: .875rem; block-size: .875rem; color: var(--ink-3); }
.wish-fault { display: flex; gap: var(--s2); align-items: flex-start; padding: var(--s2) var(--s5); color: var(--warn); font-size: var(--text-s); border-block-end: 1px solid var(--line); flex: none; }
.wish-fault .icon { inline-size: 1rem; block-size: 1rem; flex: none; margin-block-start: .1rem; }
`;
export function wishStyle(): void { useSheet('wishes', STYLE); }

const PRIORITIES: readonly Priority[] = ['high', 'normal', 'low'];

async function told(): Promise<void> { if ((await learnReports(true)) === false) announce(t('report-unavailable')); }

export function wishItems(c: Composer): MenuItem[] {
  const { priority, receipt, dsn } = c.wishes.value;
  const toggled = (r: Report): readonly Report[] => REPORTS.filter((x) => (x === r) !== dsn.includes(x));
  const set = (what: Parameters<Composer['setWishes']>[0], said: string): void => { c.setWishes(what); announce(said); };
  return [
    { label: t('priority'), heading: true, run: () => undefined },
    ...PRIORITIES.map((p): MenuItem => ({ label: t(`priority-${p}`), radio: true, checked: p === priority, run: () => set({ priority: p }, t(`priority-${p}-said`)) })),
    separator,
    { label: t('receipt-ask'), checked: receipt, run: () => set({ receipt: !receipt }, t(receipt ? 'receipt-ask-off' : 'receipt-ask-on')) },
    separator,
    { label: t('reports'), heading: true, run: () => undefined },
    ...REPORTS.map((r): MenuItem => ({ label: t(`report-${r}`), checked: dsn.includes(r), run: () => { set({ dsn: toggled(r) }, t(dsn.includes(r) ? 'report-off' : 'report-on', { what: t(`report-${r}`) })); if (!dsn.includes(r)) void told(); } })),
  ];
}

/** What is not as usual, each with a button that takes it off. */
export function wishLine(c: Composer, back: () => void): TemplateResult | typeof nothing {
  const { priority, receipt, dsn } = c.wishes.value;
  const blind = receipt && c.bcc.value.length > 0;
  const one = (glyph: string, words: string, off: Parameters<Composer['setWishes']>[0]): TemplateResult => html`<li class="wish">${icon(glyph)}<span>${words}</span>
    <button type="button" class="icon-button is-small" aria-label=${t('wish-off', { what: words })} data-tip=${t('wish-off', { what: words })} @click=${() => { c.setWishes(off); announce(t('wish-gone', { what: words })); back(); }}>${icon('x')}</button></li>`;
  if (priority === 'normal' && !receipt && !dsn.length) return nothing;
  if (dsn.length) queueMicrotask(() => void learnReports(false)); // of a draft, or by a template
  return html`<ul class="wish-line" aria-label=${t('wishes')}>
    ${priority === 'normal' ? nothing : one(priority === 'high' ? 'circle-alert' : 'chevron-down', t(`priority-${priority}-said`), { priority: 'normal' })}
    ${receipt ? one('mail-open', t(blind ? 'receipt-ask-seen' : 'receipt-ask-on'), { receipt: false }) : nothing}
    ${dsn.length ? one('send', t('report-on', { what: dsn.map((r) => t(`report-${r}`)).join(', ') }), { dsn: [] }) : nothing}</ul>
    ${dsn.length && offered.value === false ? html`<p class="wish-fault" data-notice="no-reports">${icon('triangle-alert')}<span>${t('report-unavailable')}</span></p>` : nothing}`;
}
