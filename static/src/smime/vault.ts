// The person's keyring and the still encrypted files of the vault, for all views of this folder.
import * as api from '../api/smime.ts';
import { assetUrl } from '../core/assets.ts';
import { effect, signal } from '../core/signals.ts';
import { hasKeys, me, session, settings, signOutHooks } from '../store/session.ts';
import type { VaultKey, VaultKeys } from '../api/types.ts';
import { fromBase64 } from './bytes.ts';
import { connectWorker } from './connect.ts';
import { Keyring, KeyringError } from './keyring.ts';

export async function fetchModule(): Promise<Uint8Array> {
  const answer = await fetch(assetUrl('keyring.wasm'));
  if (!answer.ok) throw new KeyringError('unavailable');
  return new Uint8Array(await answer.arrayBuffer());
}

export const keyring = new Keyring({ connect: connectWorker, wasm: fetchModule });
export const vault = signal<VaultKeys | null>(null);

effect(() => { if (vault.value) hasKeys.value = vault.value.keys.length > 0; });

let loading: Promise<VaultKeys> | null = null;
/** again: as it is from now on. What is being asked already may have been answered before the last change. */
export function loadVault(again = false): Promise<VaultKeys> {
  if (vault.value && !again) return Promise.resolve(vault.value);
  if (loading && !again) return loading;
  const ask = (): Promise<VaultKeys> => api.getKeys().then((v) => { vault.value = v; return v; });
  const mine: Promise<VaultKeys> = (loading ? loading.then(ask, ask) : ask()).finally(() => { if (loading === mine) loading = null; });
  loading = mine;
  return mine;
}

export function ownFingerprints(): Set<string> {
  return new Set((vault.value?.keys ?? []).flatMap((k) => k.certificates.map((c) => c.fingerprint)));
}

export function isOpen(fingerprint: string): boolean {
  return keyring.state.value.keys.some((k) => k.certificates.some((c) => c.fingerprint === fingerprint));
}

/** Files that hold one of these certificates; all of them when none is named. */
export function filesFor(wanted: readonly string[]): VaultKey[] {
  const keys = vault.value?.keys ?? [];
  if (wanted.length === 0) return keys;
  return keys.filter((k) => k.certificates.some((c) => wanted.includes(c.fingerprint)));
}

/** Opens the files this passphrase fits, the wanted ones first. KeyringError wrong_passphrase when it fits none of
 *  the wanted. The passphrase is handed to the Worker once for each file; the caller's string cannot be wiped. */
export async function unlock(passphrase: string, wanted: readonly string[], lockAfter: number): Promise<void> {
  await loadVault();
  // A key that waits for its certificate can do nothing yet.
  const useful = (keys: readonly VaultKey[]): VaultKey[] => keys.filter((k) => k.certificates.length > 0);
  const first = useful(filesFor(wanted));
  if (first.length === 0) throw new KeyringError('unknown');
  let failure: unknown = null;
  let opened = 0;
  for (const key of [...first, ...useful(vault.value?.keys ?? []).filter((k) => !first.includes(k))]) {
    if (key.certificates.some((c) => isOpen(c.fingerprint))) { opened++; continue; }
    // Others are tried too, so that one unlock opens what one passphrase can; their failure is no news.
    const needed = first.includes(key);
    try {
      const { p12 } = await api.getKeyFile(key.id);
      await keyring.unlock(fromBase64(p12), new TextEncoder().encode(passphrase), key.label, lockAfter);
      if (needed) opened++;
    } catch (error) {
      if (needed) failure ??= error;
    }
  }
  if (opened === 0) throw failure ?? new KeyringError('wrong_passphrase');
}

/* --- life of the page ------------------------------------------------------------------ */

const TOUCH_EVERY = 20_000;
let touched = 0;

function touch(): void {
  const now = Date.now();
  if (now - touched < TOUCH_EVERY) return;
  touched = now;
  keyring.touch();
}

let watching = false;
/** Once per page: account, idle clock, time-out setting, and leaving. */
export function watchPage(): void {
  if (watching) return;
  watching = true;
  keyring.setAccount(`${session.value?.instance ?? ''} ${me.value.address}`);
  for (const type of ['pointerdown', 'keydown', 'wheel']) addEventListener(type, touch, { passive: true, capture: true });
  addEventListener('pagehide', () => keyring.leave());
  addEventListener('pageshow', (e) => { if (e.persisted) void keyring.look().catch(() => undefined); });
  signOutHooks.push(() => keyring.logout());
  let last = settings.value.security.lock_after_minutes;
  effect(() => {
    const now = settings.value.security.lock_after_minutes;
    if (now !== last) void keyring.setTimeout(now).catch(() => undefined);
    last = now;
  });
  // Another tab may have it open; learning that loads no module.
  void keyring.look().catch(() => undefined);
}
