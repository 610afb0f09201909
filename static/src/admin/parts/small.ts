// Small things every place shows the same way.
import { dateFormat, dayDate } from '../../core/format.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { toast } from '../../store/toasts.ts';
import { say } from '../words.ts';

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'plain';
export function pill(text: string, tone: Tone = 'plain', mark?: string): TemplateResult { return html`<span class="adm-pill is-${tone}">${mark ? icon(mark) : nothing}${text}</span>`; }

/** Nothing here: why, and what to do next. */
export function emptyState(o: { icon: string; title: string; text?: string; action?: unknown }): TemplateResult {
  return html`<div class="empty"><div class="empty-art">${icon(o.icon)}</div><h2>${o.title}</h2>${o.text ? html`<p>${o.text}</p>` : nothing}${o.action ?? nothing}</div>`;
}
/** A place whose contents could not be had. */
export function failure(error: unknown, again: () => void): TemplateResult {
  return html`<div class="notice is-bad" role="alert">${icon('circle-alert')}<span class="notice-text">${say(error)}</span><button type="button" class="button button-small" @click=${again}>${icon('refresh-cw')}${t('adm-again')}</button></div>`;
}
export function bones(n = 3): TemplateResult { return html`<div class="adm-bones" aria-busy="true"><span class="visually-hidden">${t('app-loading')}</span>${Array.from({ length: n }, () => html`<div class="bone"></div>`)}</div>`; }

/** The head of a place: its name, what is done there, and a word about it. */
export function head(o: { title: string; text?: unknown; actions?: unknown; id?: string }): TemplateResult {
  return html`<header class="adm-head"><div class="adm-head-words"><h1 tabindex="-1" id=${o.id ?? 'place-title'}>${o.title}</h1>${o.text ? html`<p class="muted">${o.text}</p>` : nothing}</div>${o.actions ? html`<div class="adm-head-actions">${o.actions}</div>` : nothing}</header>`;
}
/** A part of a place with a title. */
export function card(o: { title?: string; icon?: string; aside?: unknown; body: unknown; className?: string; name?: string }): TemplateResult {
  return html`<section class="adm-card ${o.className ?? ''}" data-card=${o.name ?? nothing}>${o.title ? html`<div class="adm-card-head">${o.icon ? icon(o.icon) : nothing}<h2>${o.title}</h2>${o.aside ?? nothing}</div>` : nothing}${o.body}</section>`;
}
/** Names and values side by side. */
export function facts(list: readonly (readonly [string, unknown] | null)[]): TemplateResult {
  return html`<dl class="adm-facts">${list.map((x) => (x ? html`<div><dt>${x[0]}</dt><dd>${x[1]}</dd></div>` : nothing))}</dl>`;
}
/** How much of something is used: a bar with its numbers in words. */
export function meter(o: { used: number; pending?: number; most: number | null; label: string }): TemplateResult {
  const most = o.most ?? 0;
  const share = (n: number): string => (most > 0 ? String(Math.min(100, (n / most) * 100)) : '0');
  const pending = o.pending ?? 0;
  const tone = most > 0 && o.used + pending >= most ? 'is-bad' : most > 0 && (o.used + pending) / most >= 0.9 ? 'is-warn' : '';
  return html`<svg class="adm-meter ${tone}" viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label=${o.label}><rect class="adm-meter-all" width="100" height="4" rx="0"></rect><rect class="adm-meter-used" width=${share(o.used)} height="4"></rect><rect class="adm-meter-pending" x=${share(o.used)} width=${share(pending)} height="4"></rect></svg>`;
}

/** Runs something a button asked for: says what went wrong in a toast, and what went right where there is something to say. */
export async function tell<T>(act: () => Promise<T>, done?: string | ((result: T) => string)): Promise<T | null> {
  try {
    const result = await act();
    const text = typeof done === 'function' ? done(result) : done;
    if (text) toast(text);
    return result;
  } catch (error) { toast(say(error), { kind: 'bad' }); return null; }
}
export async function copyText(text: string, done = t('adm-copied')): Promise<void> {
  try { await navigator.clipboard.writeText(text); toast(done); } catch { toast(t('adm-copy-failed'), { kind: 'bad' }); }
}
/** Something to be taken elsewhere as it is: shown, and copied by a button. */
export function copyable(text: string, label: string): TemplateResult {
  return html`<span class="adm-copy"><code class="adm-copy-text" tabindex="0" aria-label=${label}>${text}</code><button type="button" class="icon-button is-small" aria-label=${t('adm-copy', { what: label })} data-tip=${t('adm-copy', { what: label })} @click=${() => void copyText(text)}>${icon('copy')}</button></span>`;
}
export function saveAs(blob: Blob, name: string): void {
  const a = document.createElement('a');
  a.href = URL.createObjectURL(blob);
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 60_000);
}

/** A day where there is little room. */
export function shortDay(iso: string | null | undefined): string { const at = Date.parse(iso ?? ''); return Number.isNaN(at) ? '' : dateFormat({ day: 'numeric', month: 'short', year: 'numeric' }).format(at); }

/** How far a day is away, in words, with the tone it deserves. */
export function untilDay(iso: string | null | undefined): { text: string; tone: Tone } {
  if (!iso) return { text: t('adm-value-none'), tone: 'plain' };
  const days = Math.ceil((Date.parse(iso) - Date.now()) / 86_400_000);
  return { text: dayDate(iso), tone: days < 0 ? 'bad' : days <= 30 ? 'warn' : 'plain' };
}
