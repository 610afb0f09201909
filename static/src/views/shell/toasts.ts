import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing, repeat } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { dismiss, toasts } from '../../store/toasts.ts';
import { announcement } from '../../store/ui.ts';

export class WxToasts extends WxElement {
  override render(): TemplateResult {
    return html`<div class="toasts" role="region" aria-label=${t('notifications')}>
      <div class="visually-hidden" role="status">${announcement.value}</div>
      ${repeat(toasts.value, (x) => x.id, (x) => html`<div class="toast ${x.kind === 'bad' ? 'is-bad' : ''}" role=${x.kind === 'bad' ? 'alert' : 'status'}>
        <span class="toast-text">${x.text}</span>
        ${x.action ? html`<button type="button" class="toast-action" @click=${() => { x.action!.run(); dismiss(x.id); }}>${x.action.label}</button>` : nothing}
        <button type="button" class="icon-button is-small" aria-label=${t('close')} @click=${() => dismiss(x.id)}>${icon('x')}</button>
      </div>`)}</div>`;
  }
}
define('wx-toasts', WxToasts);
