// The files of a message beneath its text: what they weigh, how far they are on their way, and how to end or repeat that.
import { fileSize } from '../../core/format.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing, repeat } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { overfull, sentPart, sizeWords } from '../../store/attach.ts';
import type { Composer, FileItem } from '../../store/compose.ts';
import { announce } from '../../store/ui.ts';
import { useSheet } from '../parts/sheet.ts';

/** Brought with the first composer. */
export function attachmentStyle(): void { useSheet('attachments', STYLE); }
const STYLE = `
.file-chip { position: relative; overflow: hidden; }
.file-chip .muted { white-space: nowrap; }
.file-chip progress, .upload progress { appearance: none; border: 0; accent-color: var(--wax); background: var(--sunk); }
.file-chip progress { position: absolute; inset-inline: 0; inset-block-end: 0; inline-size: 100%; block-size: 3px; }
.file-chip progress::-webkit-progress-bar, .upload progress::-webkit-progress-bar { background: var(--sunk); }
.file-chip progress::-webkit-progress-value, .upload progress::-webkit-progress-value { background: var(--wax-fill); }
.file-chip progress::-moz-progress-bar, .upload progress::-moz-progress-bar { background: var(--wax-fill); }
.files-total { padding-inline: var(--s5); padding-block-end: var(--s2); font-size: var(--text-s); color: var(--ink-3); flex: none; }
.files-total.is-over { color: var(--bad); }
.upload { display: flex; align-items: center; gap: var(--s3); padding: var(--s2) var(--s5); font-size: var(--text-s); color: var(--ink-2); border-block-end: 1px solid var(--line); flex: none; }
.upload progress { flex: 1; min-inline-size: 3rem; block-size: .375rem; border-radius: var(--r-full); overflow: hidden; }
.upload span { font-variant-numeric: tabular-nums; }
.file-offer { padding-inline: var(--s5); padding-block: var(--s2); flex: none; }
.plain-wrap { position: relative; flex: 1 0 auto; display: flex; min-block-size: 9rem; }
.plain-wrap .plain-input { position: relative; background: transparent; }
.plain-back { position: absolute; inset: 0; overflow: hidden; white-space: pre-wrap; overflow-wrap: break-word; color: transparent; pointer-events: none; padding: var(--s4) var(--s5); font-family: var(--font-mono); font-size: .875rem; line-height: 1.6; scrollbar-gutter: stable; }
.plain-back u { text-decoration: underline wavy #c93434; text-decoration-skip-ink: none; }
@media (forced-colors: active) { .file-chip progress, .upload progress { appearance: auto; } }
`;

function chip(c: Composer, f: FileItem, at: number, remove: (f: FileItem) => void): TemplateResult {
  const s = c.sending.value;
  const label = t('attach-remove', { name: f.name });
  return html`<li class="file-chip">${icon('paperclip')}<bdi class="truncate">${f.name}</bdi><span class="muted">${fileSize(f.size)}</span>
    <button type="button" class="icon-button is-small" aria-label=${label} data-tip=${label} @click=${() => remove(f)}>${icon('x')}</button>
    ${s ? html`<progress max="1" .value=${sentPart(c.files.value, at, s.sent, s.total)} aria-label=${f.name}></progress>` : nothing}</li>`;
}

/** Files that came with the mail that is answered: brought along only when the person wants that. */
function offer(c: Composer, bring: () => void): TemplateResult | typeof nothing {
  const n = c.start.offered?.names.length ?? 0;
  if (!n || c.broughtAlong.value) return nothing;
  return html`<div class="file-offer"><button type="button" class="link" ?disabled=${c.bringing.value} @click=${bring}>${t('attach-original', { n })}</button></div>`;
}

export function fileList(c: Composer, o: { remove: (f: FileItem) => void; bring: () => void }): TemplateResult {
  const files = c.files.value;
  return html`${offer(c, o.bring)}${files.length ? html`<ul class="file-chips" aria-label=${t('attachments')}>${repeat(files, (f) => f.id, (f, n) => chip(c, f, n, o.remove))}</ul>
    <p class="files-total ${overfull(c) ? 'is-over' : ''}">${sizeWords(c)}</p>` : nothing}`;
}

/** What was brought and is not attached: in sight, also where a keyboard covers half of the screen. */
export function refusedNotice(c: Composer): TemplateResult | typeof nothing {
  if (!c.refused.value) return nothing;
  return html`<div class="notice is-bad composer-notice" role="alert" data-notice="refused">${icon('circle-alert')}<div class="notice-text">${c.refused.value}</div>
    <button type="button" class="icon-button is-small" aria-label=${t('close')} data-tip=${t('close')} @click=${(e: Event) => { const w = (e.currentTarget as Element).closest('.composer'); c.refused.value = ''; w?.querySelector<HTMLElement>('.attach-button')?.focus(); }}>${icon('x')}</button></div>`;
}

/** Stands above the text and stays reachable while everything beneath it waits. */
export function uploadBar(c: Composer, again: () => void): TemplateResult | typeof nothing {
  const s = c.sending.value;
  if (s) {
    const whole = s.sent >= s.total;
    return html`<div class="upload"><span>${whole ? t('upload-whole') : t(c.sendState.value === 'sending' ? 'upload-sending' : 'upload-saving', { sent: fileSize(s.sent), total: fileSize(s.total) })}</span>
      <progress max="1" .value=${s.total ? s.sent / s.total : 0} aria-label=${t('upload-progress')}></progress>
      <button type="button" class="button button-small" @click=${() => { c.cancel(); announce(t('upload-stopped')); }}>${t('cancel')}</button></div>`;
  }
  if (!c.stopped.value || c.sendState.value === 'sending') return nothing;
  return html`<div class="upload" role="status"><span>${t('upload-stopped')}</span><span class="composer-gap"></span>
    <button type="button" class="button button-small" @click=${again}>${t('upload-again')}</button></div>`;
}
