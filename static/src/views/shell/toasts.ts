import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { liftOf } from '../../core/lift.ts';
import type { Box } from '../../core/lift.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing, repeat } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { dismiss, toasts } from '../../store/toasts.ts';
import { announcement } from '../../store/ui.ts';

const LOOK_MS = 150, CLICK_MS = 400;
const PRESSED = 'button, a[href], input, select, textarea, summary, [role="tab"], [role="option"], .first-run, .composer.is-small';
/** What can be pressed, apart from the rows of the list and what these messages bring themselves. */
function controls(): Box[] {
  const out: Box[] = [];
  for (const e of document.querySelectorAll<HTMLElement>(PRESSED)) {
    if (e.closest('.grid, .toasts, [inert], [hidden]')) continue;
    const b = e.getBoundingClientRect();
    if (b.width > 0 && b.bottom > innerHeight / 3 && b.top < innerHeight && e.checkVisibility({ visibilityProperty: true })) out.push(b);
  }
  return out;
}

export class WxToasts extends WxElement {
  #lift = 0;
  #shown = '';
  #watch: ReturnType<typeof setTimeout> | undefined;
  /** Between press and click no message comes, goes or moves: the click would meet nothing, and Undo would be lost. */
  #pressed = false;
  #end: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.onLeave(() => { clearTimeout(this.#watch); clearTimeout(this.#end); this.#pressed = false; });
    this.listen(this, 'pointerdown', (e: PointerEvent) => { if (e.button === 0) { clearTimeout(this.#end); this.#pressed = true; } });
    this.listen(this, 'click', this.#release);
    // A press that ends elsewhere brings no click; a finger's click comes some time after it is lifted.
    for (const up of ['pointerup', 'pointercancel']) this.listen(window, up, () => { if (this.#pressed) this.#end = setTimeout(this.#release, CLICK_MS); });
  }
  #release = (): void => {
    clearTimeout(this.#end);
    this.#pressed = false;
    this.requestUpdate();
  };
  override shouldUpdate(): boolean { return !this.#pressed; }

  /** While a message stands there the page may change under it: a composer opens, a card comes. */
  #place = (): void => {
    clearTimeout(this.#watch);
    if (this.#pressed) return; // looks again after the click
    const box = this.querySelector<HTMLElement>('.toasts')!;
    const shown = [...box.querySelectorAll('.toast')].map((e) => e.getBoundingClientRect());
    if (shown.length === 0) { this.#lift = 0; return; }
    // The box itself does not move while its messages rise.
    const { top, bottom } = box.getBoundingClientRect();
    const at = this.#lift;
    const all = { left: Math.min(...shown.map((b) => b.left)), right: Math.max(...shown.map((b) => b.right)), top: top + at, bottom: bottom + at };
    const ids = toasts.value.map((x) => x.id).join();
    this.#lift = liftOf(all, controls(), innerHeight * 0.7, ids === this.#shown ? at : 0);
    this.#shown = ids;
    box.style.setProperty('--lift', String(this.#lift));
    this.#watch = setTimeout(this.#place, LOOK_MS);
  };

  override updated(): void { this.#place(); }

  override render(): TemplateResult {
    return html`<div class="toasts" role="region" aria-label=${t('notifications')}>
      <div class="visually-hidden" role="status">${announcement.value}</div>
      ${repeat(toasts.value, (x) => x.id, (x) => html`<div class="toast ${x.kind === 'bad' ? 'is-bad' : ''}" role=${x.kind === 'bad' ? 'alert' : 'status'}>
        <span class="toast-text">${x.text}</span>${x.left ? html`<span class="toast-left" aria-hidden="true">${x.left.value}</span>` : nothing}
        ${x.action ? html`<button type="button" class="toast-action" @click=${() => { x.action!.run(); dismiss(x.id); }}>${x.action.label}</button>` : nothing}
        <button type="button" class="icon-button is-small" aria-label=${t('close')} @click=${() => dismiss(x.id)}>${icon('x')}</button>
      </div>`)}</div>`;
  }
}
define('wx-toasts', WxToasts);
