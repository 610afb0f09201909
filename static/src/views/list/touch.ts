// Fingers on the list: a row is swiped towards the end of the line to archive it and towards its beginning to delete it,
// a long press chooses it. Mirrored where one writes from right to left. Loaded where there is a touch screen.
import '../../core/shared.ts';
import { t } from '../../core/i18n.ts';
import * as actions from '../../store/actions.ts';
import { byRole, folder } from '../../store/folders.ts';
import * as chosen from '../../store/selection.ts';
import * as list from '../../store/list.ts';
import { assetUrl } from '../../core/assets.ts';
import { effect } from '../../core/signals.ts';
import { drawer } from '../../store/ui.ts';

const LONG_MS = 450;
const SLOP = 10;
/** This far, or a third of the row, and it is done when the finger leaves. */
const FAR = 120;

let swallow = false;
/** The touch was something else than a tap. Asked once per click. */
export function swallowsClick(): boolean { const s = swallow; swallow = false; return s; }

/** A phone's Back button ends a choice and closes the folders before it leaves the list (browsers that have CloseWatcher). */
function endsWithBack(on: () => boolean, end: () => void): void {
  const Watcher = (globalThis as { CloseWatcher?: new () => { onclose: (() => void) | null; destroy(): void } }).CloseWatcher;
  if (!Watcher) return;
  let now: { onclose: (() => void) | null; destroy(): void } | null = null;
  effect(() => {
    if (on() === (now !== null)) return;
    if (now) { now.destroy(); now = null; return; }
    now = new Watcher();
    now.onclose = () => { now = null; end(); };
  });
}
endsWithBack(() => chosen.choosing.value, () => chosen.clearSelection());
endsWithBack(() => drawer.value, () => { drawer.value = false; });

const calm = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

function underlay(row: HTMLElement, name: 'archive' | 'trash', word: string): HTMLElement {
  const under = document.createElement('div');
  under.className = `swipe-under is-${name}`;
  under.setAttribute('aria-hidden', 'true');
  under.style.transform = row.style.transform;
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'icon');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `${assetUrl('icons.svg')}#${name}`);
  svg.append(use);
  const text = document.createElement('span');
  text.textContent = word;
  under.append(svg, text);
  row.parentElement!.append(under);
  return under;
}

export function begin(event: PointerEvent, grid: HTMLElement): void {
  const row = (event.target as Element).closest<HTMLElement>('.row[data-uid]');
  if (!row || !event.isPrimary) return;
  const uid = Number(row.dataset.uid);
  const rtl = getComputedStyle(grid).direction === 'rtl';
  const role = folder(actions.opening())?.role;
  const mayArchive = role !== 'archive' && byRole('archive') !== undefined;
  let swiping = false, under: HTMLElement | null = null, side = 0, dx = 0;
  swallow = false;
  // A long press must not begin the browser's own drag.
  row.draggable = false;

  const long = setTimeout(() => {
    swallow = true;
    chosen.toggle(uid);
    list.activeUid.value = uid;
    navigator.vibrate?.(12);
    stop();
  }, LONG_MS);

  const move = (e: PointerEvent): void => {
    if (e.pointerId !== event.pointerId) return;
    dx = e.clientX - event.clientX;
    const dy = e.clientY - event.clientY;
    if (!swiping) {
      if (Math.abs(dx) > SLOP || Math.abs(dy) > SLOP) clearTimeout(long);
      if (Math.abs(dy) > SLOP && Math.abs(dy) >= Math.abs(dx)) { stop(); return; }
      if (Math.abs(dx) <= SLOP || chosen.choosing.value) return;
      swiping = true;
      swallow = true;
      grid.setPointerCapture(e.pointerId);
      row.classList.add('is-swiping');
    }
    const toEnd = dx > 0 !== rtl;
    if (toEnd && !mayArchive) dx = Math.sign(dx) * Math.min(Math.abs(dx), 24);
    const now = Math.sign(dx);
    if (now !== side) {
      under?.remove();
      side = now;
      under = side === 0 ? null : underlay(row, toEnd ? 'archive' : 'trash', t(toEnd ? 'cmd-archive' : 'cmd-delete'));
    }
    under?.classList.toggle('is-far', far());
    row.style.translate = `${dx}px 0`;
  };
  const far = (): boolean => Math.abs(dx) > Math.min(FAR, row.clientWidth / 3);
  const end = (e: PointerEvent): void => {
    if (e.pointerId !== event.pointerId) return;
    const done = swiping && e.type === 'pointerup' && far();
    const toEnd = dx > 0 !== rtl;
    stop(done ? Math.sign(dx) * row.clientWidth : 0, () => {
      if (!done) return;
      if (toEnd) void actions.archive(actions.aimAt([uid])); else void actions.remove(actions.aimAt([uid]));
    });
  };
  const menu = (e: Event): void => { if (swallow) e.preventDefault(); };

  function stop(to = 0, then: () => void = () => undefined): void {
    clearTimeout(long);
    removeEventListener('pointermove', move);
    removeEventListener('pointerup', end);
    removeEventListener('pointercancel', end);
    setTimeout(() => { removeEventListener('contextmenu', menu, { capture: true }); row!.draggable = true; }, 600);
    const gone = (): void => { row!.style.translate = ''; row!.classList.remove('is-swiping'); under?.remove(); };
    if (!swiping || calm()) { then(); gone(); return; }
    const way = row!.animate([{ translate: `${dx}px 0` }, { translate: `${to}px 0` }], { duration: 160, easing: 'cubic-bezier(.2,0,0,1)', fill: 'forwards' });
    void way.finished.catch(() => undefined).then(() => { then(); way.cancel(); gone(); });
  }
  addEventListener('pointermove', move);
  addEventListener('pointerup', end);
  addEventListener('pointercancel', end);
  addEventListener('contextmenu', menu, { capture: true });
}
