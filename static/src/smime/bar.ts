// The one bar of a message: its status (icon, words, colour) and what is encrypted and signed. The message on the screen
// and a message attached to it are shown by the same words.
import type { Message } from '../api/types.ts';
import { t } from '../core/i18n.ts';
import { icon } from '../core/icon.ts';
import { html, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { status, summary } from './words.ts';
import type { Item, KeyState } from './words.ts';

function item(i: Item): TemplateResult {
  return html`<span class="security-item is-${i.level}" data-kind=${i.kind} data-level=${i.level}>${icon(i.icon)}<span>${t(i.text, i.args)}</span></span>`;
}

export function statusBar(m: Message, keys: KeyState, o: { open: boolean; checking: boolean; toggle: () => void }): TemplateResult {
  const s = status(m.security!, keys);
  return html`<div class="security-bar">
    <span class="security-items"><span class="security-status is-${s.level}" data-level=${s.level}>${icon(s.icon)}<strong>${t(s.text)}</strong></span>${summary(m, keys).map(item)}</span>
    <span class="security-busy" aria-hidden="true">${o.checking ? icon('loader-circle', undefined, 'spin') : nothing}</span>
    <button type="button" class="link security-toggle" aria-expanded=${o.open} @click=${o.toggle}>${t(o.open ? 'smime-details-hide' : 'smime-details')}${icon('chevron-down')}</button>
  </div>`;
}
