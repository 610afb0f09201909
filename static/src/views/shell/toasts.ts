import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing, repeat } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { dismiss, toasts } from '../../store/toasts.ts';
import { announcement } from '../../store/ui.ts';

interface Box { left: number; right: number; top: number; bottom: number }
const GAP = 8;
const LOOK_MS = 150;
const over = (box: Box, lift: number, o: Box): boolean => o.left < box.right + GAP && o.right > box.left - GAP && o.top < box.bottom - lift + GAP && o.bottom > box.top - lift - GAP;
/** How far a box must be lifted so that it lies over none of the others; 0 where there is no such place in reach. Where
 *  it is now (`now`) it stays as long as it lies over nothing. Pure, so that it can be tested. */
export function liftOf(box: Box, others: readonly Box[], reach: number, now = 0): number {
  if (now > 0 && now <= reach && !others.some((o) => over(box, now, o))) return now;
  let lift = 0;
  for (const o of [...others].sort((a, b) => b.bottom - a.bottom)) if (over(box, lift, o)) lift = box.bottom - o.top + GAP + 1;
  return lift <= reach ? lift : 0;
}

const PRESSED = 'button, a[href], input, select, textarea, summary, [role="tab"], [role="option"]';
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

  override connectedCallback(): void {
    super.connectedCallback();
    this.onLeave(() => clearTimeout(this.#watch));
  }

  /** While a message stands there the page may change under it: a composer opens, a card comes. */
  #place = (): void => {
    clearTimeout(this.#watch);
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
        <span class="toast-text">${x.text}</span>
        ${x.action ? html`<button type="button" class="toast-action" @click=${() => { x.action!.run(); dismiss(x.id); }}>${x.action.label}</button>` : nothing}
        <button type="button" class="icon-button is-small" aria-label=${t('close')} @click=${() => dismiss(x.id)}>${icon('x')}</button>
      </div>`)}</div>`;
  }
}
define('wx-toasts', WxToasts);
