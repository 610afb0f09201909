// Short messages at the bottom, with Undo where something can be taken back.
import { signal } from '../core/signals.ts';

export interface Toast { id: number; text: string; kind: 'plain' | 'bad'; action?: { label: string; run: () => void } }
export const toasts = signal<Toast[]>([]);
let last = 0;

export function toast(text: string, o: { kind?: Toast['kind']; action?: Toast['action']; ms?: number } = {}): number {
  const id = ++last;
  const entry: Toast = { id, text, kind: o.kind ?? 'plain' };
  if (o.action) entry.action = o.action;
  // Two at most: the newest matter.
  toasts.value = [...toasts.value.slice(-1), entry];
  const ms = o.ms ?? (o.action || o.kind === 'bad' ? 9000 : 4500);
  setTimeout(() => dismiss(id), ms);
  return id;
}

export function dismiss(id: number): void {
  if (toasts.value.some((x) => x.id === id)) toasts.value = toasts.value.filter((x) => x.id !== id);
}
