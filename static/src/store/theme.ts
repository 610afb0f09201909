// Theme and density on the root element; the settings remember them.
import type { Density, SettingsPatch, Theme } from '../api/types.ts';
import { changeSettings, settings } from './session.ts';
import { sentence } from '../api/client.ts';
import { toast } from './toasts.ts';

export function applyLook(): void {
  const root = document.documentElement;
  root.dataset.theme = settings.value.ui.theme;
  root.dataset.density = settings.value.list.density;
}
async function change(patch: SettingsPatch): Promise<void> {
  try { await changeSettings(patch); } catch (error) { toast(sentence(error), { kind: 'bad' }); }
}
export function setTheme(theme: Theme): Promise<void> { return change({ ui: { theme } }); }
export function setDensity(density: Density): Promise<void> { return change({ list: { density } }); }
