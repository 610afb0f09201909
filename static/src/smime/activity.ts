// What the keyring was used for, newest first.
import { dateFormat } from '../core/format.ts';
import { t } from '../core/i18n.ts';
import { icon } from '../core/icon.ts';
import { html } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import type { ActivityEntry } from './protocol.ts';

const GLYPHS = { unlock: 'lock-keyhole-open', lock: 'lock-keyhole', sign: 'seal', decrypt: 'mail-open' } as const;

function words(a: ActivityEntry): string {
  if (a.action === 'unlock') return t('smime-did-unlock', { label: a.label ?? '' });
  if (a.action === 'lock') return t(`smime-did-lock-${a.reason ?? 'user'}`);
  return t(a.action === 'sign' ? 'smime-did-sign' : 'smime-did-decrypt', { subject: a.subject || t('no-subject') });
}

export function activityList(entries: readonly ActivityEntry[]): TemplateResult {
  // The list lives as long as the keyring: a reload of the only tab ends both, which must not look like "never".
  if (entries.length === 0) return html`<p class="muted">${t('smime-activity-none')}</p>`;
  const time = dateFormat({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
  return html`<ol class="activity">${entries.toReversed().map((a) => html`<li>${icon(GLYPHS[a.action])}<span class="activity-text" dir="auto">${words(a)}</span>
    <time class="muted" datetime=${new Date(a.time).toISOString()}>${time.format(a.time)}</time></li>`)}</ol>`;
}
