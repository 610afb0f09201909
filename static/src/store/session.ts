// Who is signed in, what the plan allows, and the settings (saved at once, no Save button).
import { ApiError, setAccount, setCsrf } from '../api/client.ts';
import * as mail from '../api/mail.ts';
import type { Identity, Session, Settings, SettingsPatch } from '../api/types.ts';
import { batch, computed, signal } from '../core/signals.ts';

export const session = signal<Session | null>(null);
export const smimeOn = computed(() => session.value?.features.smime === true);
/** The vault holds keys; null: nobody said yet. */
export const hasKeys = signal<boolean | null>(null);
/** Of the person's organisation, else of the installation. */
export const brand = computed(() => session.value?.brand ?? null);
export const product = computed(() => brand.value?.name ?? 'Waxseal');
export const me = computed(() => session.value?.user ?? { address: '', name: '' });
export const settings = signal<Settings>(defaults());
/** Asked before the person signs out; false: they stay. */
export const leaveGuards: (() => Promise<boolean>)[] = [];
/** What must be done before the page goes, whether the server could be told or not (keys are locked). */
export const signOutHooks: (() => Promise<unknown>)[] = [];

export function defaults(): Settings {
  return {
    security: { mode: 'auto', lock_after_minutes: 15, last_mode: null },
    reading: { mark_read: true, mark_read_after: 0, images: 'ask' },
    composing: { undo_seconds: 0 },
    list: { threads: true, sort: 'arrival', order: 'desc', density: 'comfortable', snippets: true, preview: 'right' },
    notifications: { desktop: false, details: true }, ui: { theme: 'system', language: '' },
    time_zone: '', shortcuts: true, remote_images: [], labels: [], identities: [],
  };
}

export function merge(base: Settings, patch: SettingsPatch): Settings {
  return {
    ...base, ...patch,
    security: { ...base.security, ...patch.security }, reading: { ...base.reading, ...patch.reading }, composing: { ...base.composing, ...patch.composing }, list: { ...base.list, ...patch.list },
    notifications: { ...base.notifications, ...patch.notifications }, ui: { ...base.ui, ...patch.ui },
  };
}

/** The identity a new message begins with. */
export const identity = computed<Identity>(() => settings.value.identities.find((i) => i.default) ?? settings.value.identities[0]
  ?? { name: me.value.name, address: me.value.address, reply_to: '', signature: '', default: true });

export function useSession(s: Session): void {
  setCsrf(s.csrf);
  setAccount(s.user.address);
  batch(() => {
    session.value = s;
    hasKeys.value = s.keys ?? null;
    known = merge(defaults(), s.settings ?? {});
    show();
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

// ---- changing ----

/** What a change makes of the settings as they are; null: there is nothing left to do it to. */
export type Change = (now: Settings) => SettingsPatch | null;
/** What the server has, and what is on its way there, in order: together what is shown. */
let known: Settings = settings.value;
let underway: Change[] = [];
let queue: Promise<unknown> = Promise.resolve();
const TRIES = 5;
/** Told when the server took a change, for the other tabs of the browser (store/live.ts). */
export const settingsHooks: (() => void)[] = [];

const show = (): void => { settings.value = underway.reduce((s, c) => merge(s, c(s) ?? {}), known); };
function inTurn<T>(run: () => Promise<T>): Promise<T> {
  const mine = queue.then(run);
  queue = mine.catch(() => undefined);
  return mine;
}
const conflict = (error: unknown): boolean => error instanceof ApiError && error.code === 'conflict';

async function put(change: Change, onto: boolean): Promise<void> {
  for (let n = 1; ; n++) {
    const patch = change(known);
    if (!patch) throw new ApiError('conflict', '', 409);
    try {
      const answer = await mail.putSettings(onto ? { ...patch, version: known.version ?? '' } : patch);
      known = merge(known, answer);
      underway = underway.filter((c) => c !== change);
      return;
    } catch (error) {
      if (!onto || !conflict(error) || n === TRIES) throw error;
      known = merge(defaults(), await mail.getSettings());
      show();
    }
  }
}

/** Shows the change at once and takes it (no other) back when the server refuses. Lists are changed by a function: it
 *  is done again to what another tab or device has made of them meanwhile. */
export async function changeSettings(what: SettingsPatch | Change): Promise<void> {
  const change: Change = typeof what === 'function' ? what : () => what;
  if (!underway.length) known = settings.value;
  underway.push(change);
  show();
  try {
    await inTurn(() => put(change, typeof what === 'function'));
    for (const f of settingsHooks) f();
  } finally {
    underway = underway.filter((c) => c !== change);
    show();
  }
}

/** Somebody else changed them: another tab, or the server itself. */
export function reloadSettings(): Promise<void> {
  return inTurn(async () => {
    const now = merge(defaults(), await mail.getSettings());
    known = now;
    show();
  });
}
