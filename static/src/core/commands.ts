// Every command once: {id, label key, shortcut, enabled, run}. Toolbars, menus, the palette (Ctrl+K) and
// the "?" sheet are all drawn from this table.
import { t } from './i18n.ts';
import { signal } from './signals.ts';

export interface Command {
  id: string;
  /** Key of the text. */
  label: string;
  icon?: string;
  /** tinykeys syntax, several separated by "|"; single keys are off while typing and can be turned off. */
  keys?: string;
  group: 'go' | 'message' | 'list' | 'compose' | 'app';
  enabled?: () => boolean;
  /** label is the text itself, not its key. */
  spoken?: boolean;
  /** Not offered in the palette (moves of the cursor). */
  hidden?: boolean;
  /** Done again and again while the key is held. */
  repeats?: boolean;
  run: () => void | Promise<void>;
}

const table = new Map<string, Command>();
export const commandVersion = signal(0);

export function register(commands: Command[]): void {
  for (const c of commands) table.set(c.id, c);
  commandVersion.value++;
}

export function command(id: string): Command {
  const c = table.get(id);
  if (!c) throw new Error(`no command "${id}"`);
  return c;
}

export function allCommands(): Command[] { return [...table.values()]; }
export function isEnabled(c: Command): boolean { return c.enabled ? c.enabled() : true; }

export function runCommand(id: string): void {
  const c = command(id);
  if (isEnabled(c)) void c.run();
}

const SIGNS: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→' };
/** What stands on the keys, which is not the same everywhere. */
function nameOf(key: string, mac: boolean): string | null {
  switch (key) {
    case '$mod': return mac ? '⌘' : t('key-ctrl');
    case 'Shift': return mac ? '⇧' : t('key-shift');
    case 'Escape': return t('key-escape');
    case 'Enter': return t('key-enter');
    case 'Delete': return t('key-delete');
    default: return SIGNS[key] ?? null;
  }
}

/** First shortcut of a command as keys to show: "$mod+k" -> [["Ctrl","K"]], "g i" -> [["g"],["i"]]. */
export function shownKeys(keys: string | undefined, mac = false): string[][] {
  const first = keys?.split('|')[0]?.trim();
  if (!first) return [];
  return first.split(' ').map((press) => {
    const parts = press.replace(/\+\+$/, '+Plus').split('+').map((p) => p.replace(/^Plus$/, '+'));
    return parts.map((p) => {
      return nameOf(p, mac) ?? (parts.length > 1 && p.length === 1 ? p.toUpperCase() : p);
    });
  });
}
