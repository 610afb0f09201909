// What is open on the screen besides the mail itself.
import type { Aim } from './actions.ts';
import type { Address, Folder } from '../api/types.ts';
import { settings } from './session.ts';
import { route } from '../core/router.ts';
import { batch, effect, signal, untracked } from '../core/signals.ts';

export type Overlay = 'palette' | 'shortcuts' | 'move' | 'copy' | 'label' | 'labels' | 'source' | 'empty-confirm' | 'new-folder' | 'rename-folder' | 'move-folder' | 'shown-folders' | null;
export const overlay = signal<Overlay>(null);
/** The folder that new-folder makes one inside of, or that rename-folder renames. */
export const caredFor = signal<Folder | null>(null);
export const drawer = signal(false);
/** Whom the page for a new contact begins with. */
export const newcomer = signal<Address | null>(null);
export const DRAG_TYPE = 'application/x-waxseal-messages';
/** What the pointer carries; only this page's own, so that nothing from outside can name messages. */
export const dragged = signal<Aim | null>(null);
/** Said to screen readers, politely. */
export const announcement = signal('');
export function announce(text: string): void { announcement.value = ''; queueMicrotask(() => { announcement.value = text; }); }

export interface Confirm { title: string; text: string; action: string; danger?: boolean; resolve: (yes: boolean) => void }
export const confirming = signal<Confirm | null>(null);
export function confirm(o: Omit<Confirm, 'resolve'>): Promise<boolean> {
  return new Promise((resolve) => {
    confirming.value = { ...o, resolve: (yes) => { confirming.value = null; resolve(yes); } };
  });
}

/** What a dialog asks is about what was open then: Back or a link ends it, unanswered. */
effect(() => {
  void route.value;
  untracked(() => batch(() => { overlay.value = null; confirming.value?.resolve(false); }));
});

/** List and message are seen together: there is room for both, and the person wants it so. */
export const wide = signal(true);
export function watchWidth(): void {
  const q = matchMedia('(min-width: 62rem)');
  const room = signal(q.matches);
  q.addEventListener('change', () => { room.value = q.matches; });
  effect(() => { wide.value = room.value && settings.value.list.preview !== 'none'; });
}

/** How news arrives: told at once, asked for now and then, or not at all. starting: nobody knows yet. */
export type Link = 'starting' | 'live' | 'polling' | 'lost' | 'offline';
export const link = signal<Link>('starting');
