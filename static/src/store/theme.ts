// Theme and density on the root element; the settings remember them.
import type { Density, Theme } from '../api/types.ts';
import { changeSettings, settings } from './session.ts';
import { sentence } from '../api/client.ts';
import { toast } from './toasts.ts';

export function applyLook(): void {
  const root = document.documentElement;
  root.dataset.theme = settings.value.ui.theme ?? 'system';
  root.dataset.density = settings.value.ui.density ?? 'comfortable';
}
async function change(patch: { theme?: Theme; density?: Density }): Promise<void> {
  try { await changeSettings({ ui: patch }); } catch (error) { toast(sentence(error), { kind: 'bad' }); }
}
export function setTheme(theme: Theme): Promise<void> { return change({ theme }); }
export function setDensity(density: Density): Promise<void> { return change({ density }); }
