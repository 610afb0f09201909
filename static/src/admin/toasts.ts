// Short messages at the bottom; lifted where they would lie over something that can be pressed.
import { WxElement, define } from '../core/element.ts';
import { icon } from '../core/icon.ts';
import { liftOf } from '../core/lift.ts';
import { t } from '../core/i18n.ts';
import { html, nothing, repeat } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { dismiss, toasts } from '../store/toasts.ts';

class WxAdminToasts extends WxElement {
  override updated(): void {
    const box = this.querySelector<HTMLElement>('.toasts');
    const shown = [...this.querySelectorAll('.toast')].map((e) => e.getBoundingClientRect());
    if (!box || shown.length === 0) { box?.style.removeProperty('--lift'); return; }
    const { top, bottom } = box.getBoundingClientRect();
    const lift = Number(box.style.getPropertyValue('--lift') || 0);
    const all = { left: Math.min(...shown.map((b) => b.left)), right: Math.max(...shown.map((b) => b.right)), top: top + lift, bottom: bottom + lift };
    const pressed = [...document.querySelectorAll<HTMLElement>('.table-bulk:not(.is-off), .adm-panel-foot, .rl-draft, .adm-side:popover-open')].map((e) => e.getBoundingClientRect()).filter((b) => b.width > 0);
    box.style.setProperty('--lift', String(liftOf(all, pressed, innerHeight * 0.6)));
  }
  override render(): TemplateResult {
    return html`<div class="toasts" role="region" aria-label=${t('notifications')}>${repeat(toasts.value, (x) => x.id, (x) => html`<div class="toast ${x.kind === 'bad' ? 'is-bad' : ''}" role=${x.kind === 'bad' ? 'alert' : 'status'}><span class="toast-text">${x.text}</span>
      ${x.action ? html`<button type="button" class="toast-action" @click=${() => { x.action!.run(); dismiss(x.id); }}>${x.action.label}</button>` : nothing}
      <button type="button" class="icon-button is-small" aria-label=${t('close')} @click=${() => dismiss(x.id)}>${icon('x')}</button></div>`)}</div>`;
  }
}
define('wx-admin-toasts', WxAdminToasts);
