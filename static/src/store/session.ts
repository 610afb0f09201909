// Who is signed in, what the plan allows, and the settings (saved at once, no Save button).
import { setCsrf } from '../api/client.ts';
import * as mail from '../api/mail.ts';
import type { Identity, Session, Settings, SettingsPatch } from '../api/types.ts';
import { batch, computed, signal } from '../core/signals.ts';

export const session = signal<Session | null>(null);
export const smimeOn = computed(() => session.value?.features.smime === true);
export const me = computed(() => session.value?.user ?? { address: '', name: '' });
export const settings = signal<Settings>(defaults());
/** What must be done before the page goes, whether the server could be told or not (keys are locked). */
export const signOutHooks: (() => Promise<unknown>)[] = [];

export function defaults(): Settings {
  return {
    security: { mode: 'auto', lock_after_minutes: 15, last_mode: null },
    reading: { mark_read: true, mark_read_after: 0, images: 'ask' },
    list: { threads: true, sort: 'arrival', order: 'desc', density: 'comfortable', snippets: true, preview: 'right' },
    notifications: { desktop: false, details: true }, ui: { theme: 'system', language: '' },
    time_zone: '', shortcuts: true, remote_images: [], labels: [], identities: [],
  };
}

export function merge(base: Settings, patch: SettingsPatch): Settings {
  return {
    ...base, ...patch,
    security: { ...base.security, ...patch.security }, reading: { ...base.reading, ...patch.reading }, list: { ...base.list, ...patch.list },
    notifications: { ...base.notifications, ...patch.notifications }, ui: { ...base.ui, ...patch.ui },
  };
}

/** The identity a new message begins with. */
export const identity = computed<Identity>(() => settings.value.identities.find((i) => i.default) ?? settings.value.identities[0]
  ?? { name: me.value.name, address: me.value.address, reply_to: '', signature: '', default: true });

export function useSession(s: Session): void {
  setCsrf(s.csrf);
  batch(() => {
    session.value = s;
    settings.value = merge(defaults(), s.settings ?? {});
  });
}

/** The plan was changed while the page runs: takes the feature over. True when it differs from what was known. */
export function takeFeatures(words: string | null): boolean {
  const s = session.value;
  const smime = words === 'smime';
  if (!s || words === null || s.features.smime === smime) return false;
  session.value = { ...s, features: { ...s.features, smime } };
  return true;
}

/** Boot data of the page; null where the server left none. */
export function readBoot(): Session | null {
  const text = document.getElementById('boot')?.textContent;
  if (!text) return null;
  try {
    const s = JSON.parse(text) as Session;
    return s && typeof s.csrf === 'string' ? s : null;
  } catch { return null; }
}

/** Shows the change at once and takes it back when the server refuses. */
export async function changeSettings(patch: SettingsPatch): Promise<void> {
  const before = settings.value;
  settings.value = merge(before, patch);
  try {
    await mail.putSettings(patch);
  } catch (error) {
    settings.value = before;
    throw error;
  }
}
