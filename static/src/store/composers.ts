// The composers that are open. Their text lives here and in the drafts, so that a redraw never loses a word.
import { signal } from '../core/signals.ts';
import type { Composer } from './compose.ts';

export const composers = signal<Composer[]>([]);
