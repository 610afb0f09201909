// Short messages at the bottom, with Undo where something can be taken back.
import { signal } from '../core/signals.ts';

export interface Toast { id: number; text: string; kind: 'plain' | 'bad'; action?: { label: string; run: () => void }; left?: { readonly value: number } }
export const toasts = signal<Toast[]>([]);
let last = 0;

export function toast(text: string, o: { kind?: Toast['kind']; action?: Toast['action']; ms?: number; left?: { readonly value: number } } = {}): number {
  const id = ++last;
  const entry: Toast = { id, text, kind: o.kind ?? 'plain' };
  if (o.action) entry.action = o.action;
  // left: seconds that are counted down; such a message stays. Two others at most: the newest matter.
  if (o.left) entry.left = o.left;
  toasts.value = [...toasts.value.filter((x) => x.left), ...toasts.value.filter((x) => !x.left).slice(-1), entry];
  const ms = o.ms ?? (o.action || o.kind === 'bad' ? 9000 : 4500);
  setTimeout(() => dismiss(id), ms);
  return id;
}

export function dismiss(id: number): void {
  if (toasts.value.some((x) => x.id === id)) toasts.value = toasts.value.filter((x) => x.id !== id);
}
