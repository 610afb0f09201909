// The security bar of a message: one line of words, the details panel, and the unlock prompt in place. Decrypting is
// one act: the person opened this message, the keyring gives this message's content key, the server opens it.
import '../core/shared.ts';
import './common.ts';
import * as mail from '../api/mail.ts';
import { getContacts } from '../api/mail.ts';
import { harvest } from '../api/smime.ts';
import type { LayerKey, Message, MessageRef } from '../api/types.ts';
import { WxElement, define } from '../core/element.ts';
import { t } from '../core/i18n.ts';
import { icon } from '../core/icon.ts';
import { html, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { effect, untracked } from '../core/signals.ts';
import { byRole, folder } from '../store/folders.ts';
import { me } from '../store/session.ts';
import { announce } from '../store/ui.ts';
import { OPENED_EVENT, SEALED_EVENT } from './contract.ts';
import type { OpenedDetail } from './contract.ts';
import { securityDetails } from './details.ts';
import { keyringSentence, note } from './form.ts';
import { KeyringError } from './keyring.ts';
import { IMPORT_DONE_EVENT, loadWizard } from './first-run.ts';
import { canOpen, contentKey, matching } from './opening.ts';
import { UNLOCKED_EVENT } from './unlock.ts';
import { fromBase64 } from './bytes.ts';
import { keyring, loadVault, vault, watchPage } from './vault.ts';
import { mainSigner, summary } from './words.ts';
import type { Item, KeyState } from './words.ts';

const keyOf = (r: MessageRef): string => `${r.folder}/${r.uidvalidity}/${r.uid}`;
/** Asked once per page: the server judges again by itself and answers the same. */
const harvestAsked = new Set<string>();

export class WxSecurityBar extends WxElement {
  static override properties = {
    message: { attribute: false }, ref: { attribute: false }, open: { state: true }, busy: { state: true }, error: { state: true }, harvested: { state: true }, importing: { state: true },
  };
  declare message: Message;
  declare ref: MessageRef;
  declare open: boolean;
  declare busy: boolean;
  declare error: string;
  declare harvested: string;
  declare importing: boolean;
  #keys: LayerKey[] = [];
  #shown = '';
  #tried = '';

  constructor() {
    super();
    this.open = false;
    this.busy = false;
    this.error = '';
    this.harvested = '';
    this.importing = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    watchPage();
    this.listen(this, IMPORT_DONE_EVENT, () => { this.importing = false; });
    this.listen(this, UNLOCKED_EVENT, () => { this.#tried = ''; void this.#openIfPossible(); });
    // One unlock, here or in another tab, opens what waits on the screen; one lock closes it again.
    this.onLeave(effect(() => {
      const { locked } = keyring.state.value;
      untracked(() => queueMicrotask(() => { if (this.isConnected) this.#follow(locked); }));
    }));
  }

  #follow(locked: boolean): void {
    if (!locked) { void this.#openIfPossible(); return; }
    if (this.#keys.length === 0) return;
    this.#keys = [];
    this.#tried = '';
    this.dispatchEvent(new CustomEvent(SEALED_EVENT, { bubbles: true }));
  }

  override willUpdate(): void {
    const now = keyOf(this.ref);
    if (now === this.#shown) return;
    this.#shown = now;
    this.#keys = [];
    this.#tried = '';
    this.open = false;
    this.error = '';
    this.harvested = '';
    if (this.message.security?.job) loadVault().catch(() => undefined);
  }

  override updated(): void {
    void this.#openIfPossible();
    void this.#harvestIfGood();
  }

  /** Once for each layer of the message on the screen; again only after a new unlock or by the button. */
  async #openIfPossible(): Promise<void> {
    const job = this.message.security?.job;
    if (!job || this.busy || !canOpen(job, keyring)) return;
    const attempt = `${keyOf(this.ref)} ${job.layer}`;
    if (this.#tried === attempt) return;
    this.#tried = attempt;
    const { ref } = this;
    this.busy = true;
    this.error = '';
    try {
      const key = await contentKey(job, keyring, { folder: folder(ref.folder)?.name ?? '', uid: ref.uid, subject: this.message.headers.subject });
      const keys = [...this.#keys.filter((k) => k.layer !== key.layer), key];
      const message = await mail.openMessage(ref, keys);
      if (keyOf(ref) !== keyOf(this.ref)) return;
      this.#keys = keys;
      announce(t('smime-opened'));
      this.dispatchEvent(new CustomEvent<OpenedDetail>(OPENED_EVENT, { bubbles: true, detail: { message, keys } }));
    } catch (error) {
      if (error instanceof KeyringError && error.code === 'locked') this.#tried = '';
      else this.error = keyringSentence(error);
    } finally { this.busy = false; }
  }

  /** After a full verdict the sender's certificate goes into one's own book; never from a shared mailbox. */
  async #harvestIfGood(): Promise<void> {
    const s = this.message.security;
    const mark = keyOf(this.ref);
    const signer = s ? mainSigner(s) : undefined;
    if (!s || s.job || s.level !== 'good' || !s.signature?.whole || !signer || signer.match === 'no') return;
    if (folder(this.ref.folder)?.shared || this.ref.folder === byRole('sent')?.id || signer.address?.toLowerCase() === me.value.address.toLowerCase()) return;
    if (harvestAsked.has(mark)) return;
    harvestAsked.add(mark);
    try {
      const known = (await getContacts()).some((c) => c.certificates.some((x) => x.fingerprint === signer.fingerprint && !x.pending));
      if (known) return;
      const answer = await harvest(this.ref, this.#keys);
      if (answer.harvested && mark === keyOf(this.ref)) this.harvested = t('smime-harvested', { address: signer.address ?? '' });
    } catch { harvestAsked.delete(mark); /* Nothing was lost: it is asked again when the message is shown again. */ }
  }

  #again(): void {
    this.#tried = '';
    this.error = '';
    void this.#openIfPossible();
  }

  #item(i: Item): TemplateResult {
    return html`<span class="security-item is-${i.level}" data-kind=${i.kind} data-level=${i.level}>${icon(i.icon)}<span>${t(i.text, i.args)}</span></span>`;
  }

  /** Certificates of the vault that the waiting layer names. Asked of the vault, not of the server's answer: a key may
   *  have been imported since. */
  #wanted(): string[] {
    const job = this.message.security?.job;
    if (!job) return [];
    return matching(job, (vault.value?.keys ?? []).flatMap((k) => k.certificates.map((c) => ({ fingerprint: c.fingerprint, der: fromBase64(c.der) }))));
  }

  #keyState(): KeyState {
    const job = this.message.security?.job;
    if (job && canOpen(job, keyring)) return 'open';
    if (vault.value?.keys.length === 0) return 'none';
    if (!vault.value) return job?.recipients.some((r) => r.mine) ? 'locked' : 'other';
    return this.#wanted().length ? 'locked' : 'other';
  }

  #import(title: string, text: string): TemplateResult {
    return html`<div class="unlock"><div class="unlock-head"><span class="unlock-seal">${icon('key-round')}</span><div><h2 class="unlock-title">${title}</h2><p class="unlock-text">${text}</p></div></div>
      <div><button type="button" class="button button-primary" @click=${() => { void loadWizard().then(() => { this.importing = true; }); }}>${icon('plus')}${t('smime-import')}</button></div></div>`;
  }

  #prompt(keys: KeyState): TemplateResult | typeof nothing {
    const s = this.message.security!;
    if (this.error) return html`<div class="unlock-failed" role="alert">${note('bad', this.error)}<button type="button" class="button button-small" @click=${() => this.#again()}>${icon('refresh-cw')}${t('try-again')}</button></div>`;
    if (!s.job) return nothing;
    if (this.busy || keys === 'open') return html`<p class="unlock-busy" role="status">${icon('loader-circle', undefined, 'spin')}${t('smime-opening')}</p>`;
    if (keys === 'none') return this.#import(t('smime-first-read-title'), t('smime-first-read-text'));
    if (keys === 'other') return this.#import(t('smime-other-title'), t('smime-no-key'));
    return html`<wx-unlock .wanted=${this.#wanted()}></wx-unlock>`;
  }

  override render(): TemplateResult | typeof nothing {
    const m = this.message;
    if (!m.security) return nothing;
    const keys = this.#keyState();
    const items = summary(m, keys);
    return html`<section class="security is-${m.security.level}" aria-label=${t('smime-security')} data-verdict=${m.security.verdict}>
      <div class="security-bar">
        <span class="security-items">${items.map((i) => this.#item(i))}</span>
        <button type="button" class="link security-toggle" aria-expanded=${this.open} @click=${() => { this.open = !this.open; }}>${t(this.open ? 'smime-details-hide' : 'smime-details')}${icon('chevron-down')}</button>
      </div>
      ${this.open ? securityDetails(m, this.harvested) : this.harvested ? html`<p class="harvested">${icon('circle-check')}${this.harvested}</p>` : nothing}
      ${this.#prompt(keys)}
      ${this.importing ? html`<wx-import-wizard></wx-import-wizard>` : nothing}
    </section>`;
  }
}
define('wx-security-bar', WxSecurityBar);
