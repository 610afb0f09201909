// What can be taken back: the newest step by "z", each by the Undo of its message at the bottom.
import { sentence } from '../api/client.ts';
import { t } from '../core/i18n.ts';
import { computed, signal } from '../core/signals.ts';
import { dismiss, toast } from './toasts.ts';

/** about: the path of the folder it can be done to. */
interface Step { run: () => Promise<void>; toast: number | null; about: string | null }
/** What was changed is not there any longer, or is another thing now: nothing was taken back, and never can be. */
export class Gone extends Error { override name = 'Gone'; }
/** Steps further back are forgotten: what happened since would be in the way. */
const MOST = 20;
const steps = signal<readonly Step[]>([]);
/** Changes shown already that the server has not answered yet. */
const waiting = signal(0);
let idle: (() => void)[] = [];
export const canUndo = computed(() => steps.value.length > 0 || waiting.value > 0);

/** A change that will offer to be taken back, or fail. */
export async function underway<T>(run: () => Promise<T>): Promise<T> {
  waiting.value++;
  try { return await run(); } finally {
    if (--waiting.value === 0) for (const go of idle.splice(0)) go();
  }
}

/** Counts who is signed in. */
let person = 0;
const undoOf = (step: Step): { label: string; run: () => void } => ({ label: t('undo'), run: () => void take(step) });
function put(step: Step): void { steps.value = [...steps.value.slice(1 - MOST), step]; }

async function take(step: Step): Promise<void> {
  // Once only: a double click must not move the messages of somebody else's undo.
  if (!steps.value.includes(step)) return;
  steps.value = steps.value.filter((s) => s !== step);
  if (step.toast !== null) dismiss(step.toast);
  const mine = person;
  try {
    await step.run();
    toast(t('undone'));
  } catch (error) {
    // Not taken back: it can still be, when the server answers again. Unless another person is here now.
    const same = mine === person && !(error instanceof Gone);
    if (same) put(step);
    step.toast = toast(error instanceof Gone ? t('err-not-found') : sentence(error), { kind: 'bad', ...(same ? { action: undoOf(step) } : {}) });
  }
}

/** text null: the change is seen where it happened; only "z" takes it back. run throws where nothing is taken back.
 *  Answers what makes it forgotten. */
export function offer(text: string | null, run: () => Promise<void>, about: string | null = null): () => void {
  const step: Step = { run, toast: null, about };
  if (text !== null) step.toast = toast(text, { action: undoOf(step) });
  put(step);
  return () => { steps.value = steps.value.filter((s) => s !== step); };
}

/** A folder is gone from its path, with what is in it: a step that would look for it there could meet another one. */
export function dropUndo(path: string, delimiter: string): void {
  const lost = (s: Step): boolean => s.about !== null && (s.about === path || (delimiter !== '' && s.about.startsWith(path + delimiter)));
  for (const s of steps.value.filter(lost)) if (s.toast !== null) dismiss(s.toast);
  steps.value = steps.value.filter((s) => !lost(s));
}

export async function undoLast(): Promise<void> {
  const newest = (): Step | undefined => steps.value[steps.value.length - 1];
  const before = newest();
  const meantThis = waiting.value > 0;
  if (meantThis) await new Promise<void>((go) => { idle.push(go); });
  const step = newest();
  // Meant was the change that is seen: where the server refused it, nothing older goes in its place.
  if (step && !(meantThis && step === before)) await take(step);
}

/** Numbers of messages mean nothing any longer (signed out, another person). */
export function forgetUndo(): void { person++; steps.value = []; }
