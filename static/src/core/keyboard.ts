// Key presses to commands. Single-key shortcuts rest while somebody types and can be switched off (WCAG 2.1.4).
import { tinykeys } from 'tinykeys';
import { allCommands, isEnabled } from './commands.ts';
import type { Command } from './commands.ts';

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  if (target instanceof HTMLIFrameElement) return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit', 'file', 'range'].includes(target.type);
}

/** A key that is held down moves the cursor on; everything else is done once a press. */
export function runFor(event: Pick<KeyboardEvent, 'repeat' | 'preventDefault'>, commands: readonly Command[]): void {
  const c = commands.find(isEnabled);
  if (!c) return;
  event.preventDefault();
  if (!event.repeat || c.repeats) void c.run();
}

let stop: (() => void) | null = null;

/** Binds the table anew; call again after commands were registered. blocked() true: no single keys (open dialog). */
export function bindKeys(singleKeys: () => boolean, blocked: () => boolean): void {
  stop?.();
  const bindings: Record<string, (event: KeyboardEvent) => void> = {};
  const byPress = new Map<string, Command[]>();
  for (const c of allCommands()) {
    for (const press of c.keys?.split('|') ?? []) {
      const key = press.trim();
      byPress.set(key, [...(byPress.get(key) ?? []), c]);
    }
  }
  for (const [press, commands] of byPress) {
    const withModifier = press.includes('$mod+') || press.includes('Control+');
    bindings[press] = (event) => {
      if (event.defaultPrevented || blocked()) return;
      if (!withModifier && (!singleKeys() || isTyping(event.target))) return;
      runFor(event, commands);
    };
  }
  stop = tinykeys(window, bindings, { timeout: 800 });
}
