// The message as it travelled: all header lines, or the beginning of the source. Text nodes only. Loaded with the first use.
import '../../core/shared.ts';
import { sourceUrl } from '../../api/mail.ts';
import { readSource } from '../../api/reading.ts';
import { foreign } from '../../core/foreign.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import type { Open } from '../../store/reader.ts';
import { toast } from '../../store/toasts.ts';
import { dialog } from '../parts/dialog.ts';

const SOURCE_MOST = 300_000;
const HEAD_MOST = 64_000;

export interface Field { name: string; value: string }

/** Header lines as they stand, continued ones joined (RFC 5322 section 2.2). What is no field keeps an empty name. */
export function fieldsOf(head: string): Field[] {
  const out: Field[] = [];
  for (const line of head.split(/\r\n|\n|\r/)) {
    const last = out.at(-1);
    if (/^[ \t]/.test(line) && last) { last.value += ` ${line.trim()}`; continue; }
    const m = /^([!-9;-~]+)[ \t]*:(.*)$/s.exec(line);
    if (m) out.push({ name: m[1]!, value: m[2]!.trim() });
    else if (line.trim()) out.push({ name: '', value: line.trim() });
  }
  return out;
}

async function copy(text: string): Promise<void> {
  try { await navigator.clipboard.writeText(text); toast(t('clipboard-done')); } catch { toast(t('clipboard-failed'), { kind: 'bad' }); }
}

export async function openSource(o: Open, headers: boolean, show: (sheet: TemplateResult | null) => void, signal: AbortSignal): Promise<void> {
  const { text, cut } = await readSource(o.ref, headers ? HEAD_MOST : SOURCE_MOST, headers, signal);
  if (signal.aborted) return; // another message is on the screen
  const close = (): void => show(null);
  const fields = headers ? fieldsOf(text) : [];
  show(dialog({
    title: t(headers ? 'headers-title' : 'cmd-source'), className: 'dialog-source', close,
    body: html`${headers ? html`<dl class="header-lines" tabindex="0">${fields.map((f) => html`<div class="fact"><dt class="mono">${f.name}</dt><dd class="mono"><bdi>${foreign(f.value, 4000)}</bdi></dd></div>`)}</dl>` : html`<pre class="source mono" tabindex="0">${text}</pre>`}
      ${cut ? html`<p class="muted">${t('source-cut')}</p>` : nothing}`,
    foot: html`<button type="button" class="button" @click=${() => void copy(text)}>${icon('copy')}${t('clipboard-copy')}</button><a class="button" href=${sourceUrl(o.ref)} download>${icon('download')}${t('source-download')}</a>`,
  }));
}
