// The security bar of a message: one line of words, the details panel, and the unlock prompt in place. Decrypting is
// one act: the person opened this message, the keyring gives this message's content key, the server opens it.
import '../core/shared.ts';
import './common.ts';
import { sentence } from '../api/client.ts';
import * as mail from '../api/mail.ts';
import { addTrust, harvest } from '../api/smime.ts';
import type { Contact, KeptCert, LayerKey, Message, MessageRef, Signer } from '../api/types.ts';
import { foreign } from '../core/foreign.ts';
import { WxElement, define } from '../core/element.ts';
import { t } from '../core/i18n.ts';
import { icon } from '../core/icon.ts';
import { html, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { effect, untracked } from '../core/signals.ts';
import { byRole, folder, ownerOf } from '../store/folders.ts';
import * as reader from '../store/reader.ts';
import { me } from '../store/session.ts';
import { toast } from '../store/toasts.ts';
import { announce } from '../store/ui.ts';
import { saveBlob } from '../views/reader/save.ts';
import { OPENED_EVENT, SEALED_EVENT } from './contract.ts';
import type { OpenedDetail } from './contract.ts';
import { issuerOf, securityDetails } from './details.ts';
import type { Acts } from './details.ts';
import { keyringSentence, note } from './form.ts';
import { KeyringError } from './keyring.ts';
import { IMPORT_DONE_EVENT, loadWizard } from './first-run.ts';
import { canOpen, contentKey, matching } from './opening.ts';
import { UNLOCKED_EVENT } from './unlock.ts';
import { fromBase64 } from './bytes.ts';
import { keyring, loadVault, vault, watchPage } from './vault.ts';
import { mainSigner, status, summary } from './words.ts';
import type { KeyState } from './words.ts';
import { statusBar } from './bar.ts';

const keyOf = (r: MessageRef): string => `${r.folder}/${r.uidvalidity}/${r.uid}`;
/** Asked once per page: the server judges again by itself and answers the same. */
const harvestAsked = new Set<string>();

export class WxSecurityBar extends WxElement {
  static override properties = {
    message: { attribute: false }, ref: { attribute: false }, prompts: { attribute: false }, open: { state: true }, busy: { state: true }, error: { state: true }, harvested: { state: true }, importing: { state: true },
    checking: { state: true }, proving: { state: true }, change: { state: true },
  };
  declare message: Message;
  declare ref: MessageRef;
  /** false: another message on the screen asks for the passphrase, which opens this one, too. */
  declare prompts: boolean;
  declare open: boolean;
  declare busy: boolean;
  declare error: string;
  declare harvested: string;
  declare importing: boolean;
  declare checking: boolean;
  declare proving: boolean;
  /** The sender's new certificate that waits for a word of the reader. */
  declare change: { contact: Contact; pending: KeptCert } | null;
  #keys: LayerKey[] = [];
  #shown = '';
  #tried = '';
  #checked = '';

  constructor() {
    super();
    this.prompts = true;
    this.open = false;
    this.busy = false;
    this.error = '';
    this.harvested = '';
    this.importing = false;
    this.checking = false;
    this.proving = false;
    this.change = null;
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
    this.#checked = '';
    this.checking = false;
    this.change = null;
    if (this.message.security?.job) loadVault().catch(() => undefined);
  }

  override updated(): void {
    void this.#openIfPossible();
    if (!this.#checkOnce()) void this.#harvestIfGood();
  }

  /** What a GET may not do: asks outside, once for each state of the message on the screen. True while it is under way. */
  #checkOnce(): boolean {
    const s = this.message.security;
    if (this.checking) return true;
    if (!s?.check || this.busy || (s.job && canOpen(s.job, keyring))) return false;
    const mark = `${keyOf(this.ref)} ${this.#keys.length}`;
    if (this.#checked === mark) return false;
    this.#checked = mark;
    void this.#check();
    return true;
  }

  /** The message is on the screen already; only its verdict may change, and only if it is still this message. */
  async #check(loud = false): Promise<void> {
    const { message, ref } = this;
    const words = (m: Message): string => [t(status(m.security!, this.#keyState()).text), ...summary(m, this.#keyState()).map((i) => t(i.text, i.args))].join('. ');
    const was = words(message);
    this.checking = true;
    try {
      const security = await mail.checkMessage(ref, this.#keys);
      reader.judged(ref, message, security);
      const now = words({ ...message, security });
      if (keyOf(this.ref) === keyOf(ref) && (loud || now !== was)) announce(now);
    } catch (error) {
      // Quiet: what is shown stays true, and "Check again" is in the details.
      if (loud) toast(sentence(error), { kind: 'bad' });
    } finally { if (keyOf(this.ref) === keyOf(ref)) this.checking = false; }
  }

  async #proof(): Promise<void> {
    this.proving = true;
    try {
      const subject = foreign(this.message.headers.subject, 40).replace(/[^\p{L}\p{N} ._-]/gu, '').trim();
      saveBlob(await mail.getProof(this.ref, this.#keys), `${t('smime-proof-file')}${subject ? ` ${subject}` : ''}.txt`);
    } catch (error) { toast(sentence(error), { kind: 'bad' }); } finally { this.proving = false; }
  }

  /** "Trust this certificate for ADDRESS", "Trust this issuer": after a dialog that says what it means. */
  async #trust(kind: 'certificate' | 'issuer', s: Signer): Promise<void> {
    const { ref } = this;
    const cert = kind === 'issuer' ? issuerOf(s) : (s.path[0] ?? null);
    if (!cert?.der) return;
    try {
      const { askTrust } = await import('./trusting.ts');
      const { der } = cert;
      const scope = await askTrust(kind, s.address ?? '', { ...cert, der });
      if (scope === false) return;
      await addTrust(kind, der, scope);
      toast(t(kind === 'issuer' ? 'trust-done-issuer' : 'trust-done-certificate', { address: foreign(s.address, 120) }));
      if (keyOf(ref) === keyOf(this.ref)) await this.#check(true);
    } catch (error) { toast(sentence(error), { kind: 'bad' }); }
  }

  async #review(): Promise<void> {
    const c = this.change;
    if (!c) return;
    const { reviewChange } = await import('./kept.ts');
    const done = await reviewChange(c.contact, c.pending);
    if (done && this.change === c) { this.change = null; if (done.certificates.some((k) => k.fingerprint === c.pending.fingerprint && k.state === 'valid')) await this.#check(true); }
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
      // Locked while the server was at it: what was locked is not shown.
      if (keyring.state.value.locked) { this.#tried = ''; return; }
      this.#keys = keys;
      announce(t('smime-opened'));
      this.dispatchEvent(new CustomEvent<OpenedDetail>(OPENED_EVENT, { bubbles: true, detail: { ref, message, keys } }));
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
    if (!s || s.job || s.level !== 'good' || !s.signature?.whole || !signer || signer.match === 'no' || signer.known === 'known') return;
    if (folder(this.ref.folder)?.shared || this.ref.folder === byRole('sent')?.id || signer.address?.toLowerCase() === me.value.address.toLowerCase()) return;
    if (harvestAsked.has(mark)) return;
    harvestAsked.add(mark);
    try {
      const answer = await harvest(this.ref, this.#keys);
      if (mark !== keyOf(this.ref)) { harvestAsked.delete(mark); return; }
      if (answer.harvested) {
        this.harvested = t(signer.known === 'changed' ? 'smime-harvested-changed' : 'smime-harvested', { address: foreign(signer.address, 120) });
        toast(this.harvested); // beside the text: somebody is reading it already
        void import('../store/waiting.ts').then((m) => m.look());
      }
      // What mail would be encrypted to; not always what was signed with.
      const pending = answer.contact?.certificates.find((x) => x.state === 'pending' && x.fingerprint === (answer.certificate ?? signer.fingerprint));
      // A first one that waits is no change: it settles by itself, or on the page of certificates.
      if (pending && answer.contact!.certificates.some((x) => x.state === 'valid')) this.change = { contact: answer.contact!, pending };
    } catch { harvestAsked.delete(mark); /* Nothing was lost: it is asked again when the message is shown again. */ }
  }

  #again(): void {
    this.#tried = '';
    this.error = '';
    void this.#openIfPossible();
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
    if (!this.prompts) return html`<p class="unlock-waits">${icon('lock-keyhole')}${t('smime-waits')}</p>`;
    const place = folder(this.ref.folder);
    const owner = ownerOf(place);
    // Somebody else's mailbox: nothing that could be unlocked or imported here would open it.
    if (keys !== 'locked' && place?.shared && owner?.toLowerCase() !== me.value.address.toLowerCase()) {
      return html`<p class="unlock-waits" data-notice="owner">${icon('lock-keyhole')}${owner ? t('smime-owner', { owner: foreign(owner, 160) }) : t('smime-owner-unnamed')}</p>`;
    }
    if (keys === 'none') return this.#import(t('smime-first-read-title'), t('smime-first-read-text'));
    if (keys === 'other') return this.#import(t('smime-other-title'), t('smime-no-key'));
    return html`<wx-unlock .wanted=${this.#wanted()}></wx-unlock>`;
  }

  #changed(): TemplateResult | typeof nothing {
    const c = this.change;
    if (!c) return nothing;
    return html`<div class="notice is-warning" role="status" data-notice="pending-change">${icon('seal-question')}<div class="notice-text"><strong>${t('change-title', { name: foreign(c.contact.name || c.contact.addresses[0]?.address, 80) })}</strong>
      <p>${t('change-text')}</p><div class="notice-actions"><button type="button" class="button button-small" @click=${() => void this.#review()}>${t('change-review')}</button></div></div></div>`;
  }

  override render(): TemplateResult | typeof nothing {
    const m = this.message;
    if (!m.security) return nothing;
    const keys = this.#keyState();
    const acts: Acts = {
      harvested: this.harvested, checking: this.checking, proving: this.proving, proof: () => void this.#proof(), checkAgain: () => void this.#check(true), trust: (kind, s) => void this.#trust(kind, s),
    };
    return html`<section class="security is-${m.security.level}" aria-label=${t('smime-security')} data-verdict=${m.security.verdict} data-level=${m.security.level} data-checking=${this.checking ? 'yes' : 'no'}>
      ${statusBar(m, keys, { open: this.open, checking: this.checking, toggle: () => { this.open = !this.open; } })}
      ${this.open ? securityDetails(m, acts) : nothing}
      ${this.#changed()}
      ${this.#prompt(keys)}
      ${this.importing ? html`<wx-import-wizard></wx-import-wizard>` : nothing}
    </section>`;
  }
}
define('wx-security-bar', WxSecurityBar);
