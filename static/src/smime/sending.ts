// Before anything is sent: the server's proposal is compared with the composer, and signed only when they agree.
import '../core/shared.ts';
import './common.ts';
import type { Cert, Prepared } from '../api/types.ts';
import { t } from '../core/i18n.ts';
import { html, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { WxElement, define } from '../core/element.ts';
import { effect, untracked } from '../core/signals.ts';
import { dialog } from '../views/parts/dialog.ts';
import { SendCheckError } from './contract.ts';
import type { Frozen, SendCheck } from './contract.ts';
import { keyringSentence } from './form.ts';
import { KeyringError } from './keyring.ts';
import { DifferenceError } from './sendcheck.ts';
import { checkAndSign } from './signing.ts';
import { UNLOCKED_EVENT } from './unlock.ts';
import { keyring, loadVault, ownFingerprints, vault, watchPage } from './vault.ts';

/** A dialog around the unlock prompt, on the body; answers false when it is closed. */
class WxUnlockDialog extends WxElement {
  static override properties = { wanted: { attribute: false } };
  declare wanted: readonly string[];
  done: (opened: boolean) => void = () => undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.listen(this, UNLOCKED_EVENT, () => this.done(true));
  }

  override render(): TemplateResult {
    return dialog({ title: t('smime-sign-unlock'), close: () => this.done(false), body: html`<wx-unlock .wanted=${this.wanted ?? []}></wx-unlock>${nothing}` });
  }
}
define('wx-unlock-dialog', WxUnlockDialog);

function askForKey(fingerprint: string): Promise<void> {
  const box = document.createElement('wx-unlock-dialog') as WxUnlockDialog;
  box.wanted = [fingerprint];
  return new Promise((resolve, reject) => {
    box.done = (opened) => {
      box.remove();
      if (opened) resolve();
      else reject(new SendCheckError('cancelled', t('smime-send-cancelled')));
    };
    document.body.append(box);
  });
}

async function check(prepared: Prepared, frozen: Frozen): Promise<{ signature: string | null }> {
  watchPage();
  await loadVault();
  try {
    const signature = await checkAndSign(prepared, frozen, { keyring, needKey: askForKey, own: ownFingerprints(), now: Date.now() });
    return { signature };
  } catch (error) {
    if (error instanceof SendCheckError) throw error;
    if (error instanceof DifferenceError) throw new SendCheckError(`differs_${error.difference}`, `${t(`smime-check-${error.difference}`)} ${t('smime-check-nothing-signed')}`);
    if (error instanceof KeyringError) {
      // The Worker hashed what is here; the server's digest is of something else.
      if (error.code === 'refused') throw new SendCheckError('differs_digest', `${t('smime-check-digest')} ${t('smime-check-nothing-signed')}`);
      throw new SendCheckError(error.code, keyringSentence(error));
    }
    throw error;
  }
}

const at = (address: string): string => address.toLowerCase();

/** Valid certificates of the vault for an address. */
async function usable(address: string, use: 'can_sign' | 'can_encrypt'): Promise<Cert[]> {
  const { keys } = await loadVault();
  const now = Date.now();
  return keys.flatMap((k) => k.certificates).filter((c) => c[use] && Date.parse(c.not_before) <= now && now <= Date.parse(c.not_after) && c.addresses.some((a) => at(a) === at(address)));
}

export const sending: SendCheck = {
  checkAndSign: check,
  async signerFor(address) {
    return (await this.signersFor(address))[0]?.fingerprint ?? null;
  },
  async signersFor(address) {
    const all = await usable(address, 'can_sign');
    const primary = vault.value?.primary.sign;
    return [...all.filter((c) => c.fingerprint === primary), ...all.filter((c) => c.fingerprint !== primary && !c.weak)];
  },
  onKeys(then) {
    let known = vault.peek();
    return effect(() => {
      const now = vault.value;
      if (now && now !== known) untracked(then);
      known = now;
    });
  },
  async canEncryptToSelf() {
    const { keys } = await loadVault();
    const now = Date.now();
    return keys.some((k) => k.certificates.some((c) => c.can_encrypt && Date.parse(c.not_before) <= now && now <= Date.parse(c.not_after)));
  },
};
