// One tooltip for the whole page: any element with data-tip (and data-keys) gets it on hover and keyboard focus.
import { place } from './menu.ts';

let tip: HTMLElement | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
let owner: Element | null = null;

function hide(): void {
  clearTimeout(timer);
  owner = null;
  if (tip?.matches(':popover-open')) tip.hidePopover();
}

function show(target: HTMLElement): void {
  if (!target.isConnected || target.getAttribute('aria-expanded') === 'true') return;
  if (!tip) {
    tip = document.createElement('div');
    tip.className = 'tip';
    tip.popover = 'manual';
    tip.setAttribute('role', 'presentation');
    document.body.append(tip);
  }
  tip.replaceChildren(target.dataset.tip ?? '');
  for (const key of target.dataset.keys?.split(' ') ?? []) {
    const kbd = document.createElement('kbd');
    kbd.textContent = key;
    tip.append(kbd);
  }
  tip.showPopover();
  // Beneath all of what the element is one of: it must not lie over its neighbours.
  place(tip, target, target.dataset.tipUnder ? target.closest(target.dataset.tipUnder) : null);
}

function arm(target: Element | null, delay: number): void {
  if (target === owner) return;
  hide();
  owner = target;
  if (target instanceof HTMLElement) timer = setTimeout(() => show(target), delay);
}

export function startTooltips(): void {
  document.addEventListener('pointerover', (e) => {
    if (e.pointerType === 'touch') return;
    arm((e.target as Element).closest?.('[data-tip]') ?? null, 450);
  }, { passive: true });
  document.addEventListener('focusin', (e) => {
    const target = (e.target as Element).closest('[data-tip]');
    if (target?.matches(':focus-visible')) arm(target, 250);
    else hide();
  });
  for (const type of ['pointerdown', 'keydown', 'scroll', 'focusout']) document.addEventListener(type, hide, { capture: true, passive: true });
}
