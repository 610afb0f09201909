// Buttons and menu items drawn from the command table.
import { allCommands, command, isEnabled, runCommand, shownKeys } from '../../core/commands.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, ifDefined } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import type { MenuItem } from './menu.ts';

export const isMac = (): boolean => /Mac|iPhone|iPad/.test(navigator.platform);

export function commandButton(id: string, o: { pressed?: boolean; icon?: string; label?: string } = {}): TemplateResult {
  const c = command(id);
  const off = !isEnabled(c);
  const keys = shownKeys(c.keys, isMac()).map((p) => p.join('+')).join(' ');
  const label = o.label ?? t(c.label);
  return html`<button type="button" class="icon-button" data-command=${id} aria-label=${label} data-tip=${label} data-keys=${ifDefined(keys || undefined)}
    aria-disabled=${ifDefined(off ? 'true' : undefined)} aria-pressed=${ifDefined(o.pressed === undefined ? undefined : o.pressed ? 'true' : 'false')}
    @click=${() => runCommand(id)}>${icon(o.icon ?? c.icon ?? 'ellipsis')}</button>`;
}

export function commandItem(id: string): MenuItem {
  const c = command(id);
  return { label: t(c.label), icon: c.icon, keys: shownKeys(c.keys, isMac()), disabled: !isEnabled(c), danger: id === 'message.delete', run: () => runCommand(id) };
}

export function hasCommand(id: string): boolean { return allCommands().some((c) => c.id === id); }
