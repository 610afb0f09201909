// Settings > Security, below the four options: my keys and certificates, import, backup, lock now, activity.
import '../core/shared.ts';
import './common.ts';
import { dropKey, getKeyFile, setPrimary } from '../api/smime.ts';
import { sentence } from '../api/client.ts';
import type { Cert, VaultKey } from '../api/types.ts';
import { fullDate } from '../core/format.ts';
import { t } from '../core/i18n.ts';
import { WxElement, define } from '../core/element.ts';
import { icon } from '../core/icon.ts';
import { html, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { me } from '../store/session.ts';
import { toast } from '../store/toasts.ts';
import { confirm } from '../store/ui.ts';
import { dialog } from '../views/parts/dialog.ts';
import { separator } from '../views/parts/menu.ts';
import type { MenuItem } from '../views/parts/menu.ts';
import { saveBlob } from '../views/reader/save.ts';
import { activityList } from './activity.ts';
import { fromBase64 } from './bytes.ts';
import { day, keyringSentence, keySize, note } from './form.ts';
import { IMPORT_DONE_EVENT } from './first-run.ts';
import { backupName } from './importing.ts';
import { UNLOCKED_EVENT } from './unlock.ts';
import { isOpen, keyring, loadVault, vault, watchPage } from './vault.ts';
import './wizard.ts';

const SOON = 30 * 86_400_000;

export class WxKeysPanel extends WxElement {
  static override properties = { importing: { state: true }, unlocking: { state: true }, error: { state: true }, downloads: { state: true } };
  declare importing: boolean;
  declare unlocking: string[] | null;
  declare error: string;
  declare downloads: { label: string; list: { time: string; address: string }[] } | null;

  constructor() {
    super();
    this.importing = false;
    this.unlocking = null;
    this.error = '';
    this.downloads = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    watchPage();
    this.listen(this, IMPORT_DONE_EVENT, () => { this.importing = false; });
    this.listen(this, UNLOCKED_EVENT, () => { this.unlocking = null; });
    loadVault(true).catch((error: unknown) => { this.error = sentence(error); });
  }

  async #try(act: () => Promise<unknown>): Promise<void> {
    try { await act(); } catch (error) { toast(keyringSentence(error), { kind: 'bad' }); }
  }

  #backup(k: VaultKey): Promise<void> {
    return this.#try(async () => {
      const { p12 } = await getKeyFile(k.id);
      saveBlob(new Blob([fromBase64(p12)], { type: 'application/x-pkcs12' }), backupName(me.value.address, Date.now()));
      toast(t('smime-backup-done'));
    });
  }

  #showDownloads(k: VaultKey): Promise<void> {
    return this.#try(async () => { this.downloads = { label: k.label, list: (await getKeyFile(k.id)).downloads }; });
  }

  async #remove(k: VaultKey): Promise<void> {
    const yes = await confirm({ title: t('smime-remove-title', { label: k.label }), text: t('smime-remove-text'), action: t('smime-remove'), danger: true });
    if (yes) await this.#try(async () => { await dropKey(k.id); await loadVault(true); });
  }

  #makePrimary(c: Cert): Promise<void> {
    return this.#try(async () => {
      const p = vault.value!.primary;
      await setPrimary(c.can_sign ? c.fingerprint : p.sign, c.can_encrypt ? c.fingerprint : p.encrypt);
      await loadVault(true);
    });
  }

  #menu(k: VaultKey): MenuItem[] {
    const now = Date.now();
    const candidates = k.certificates.filter((c) => (c.can_sign || c.can_encrypt) && Date.parse(c.not_after) > now && c.fingerprint !== vault.value?.primary.sign);
    return [
      { label: t('smime-backup-save'), icon: 'download', run: () => void this.#backup(k) },
      { label: t('smime-downloads'), icon: 'clock', run: () => void this.#showDownloads(k) },
      ...candidates.slice(0, 1).map((c) => ({ label: t('smime-make-primary'), icon: 'seal-plain', run: () => void this.#makePrimary(c) })),
      separator, { label: t('smime-remove'), icon: 'trash', danger: true, run: () => void this.#remove(k) },
    ];
  }

  #certificate(c: Cert): TemplateResult {
    const now = Date.now();
    const end = Date.parse(c.not_after);
    const p = vault.value?.primary;
    const uses = [c.can_sign ? t('smime-use-sign') : '', c.can_encrypt ? t('smime-use-encrypt') : ''].filter(Boolean).join(', ') || t('smime-use-none');
    return html`<div class="key-cert"><div class="key-cert-main"><bdi>${c.addresses.join(', ') || c.subject}</bdi>
        <div class="muted">${uses} · ${keySize(c.key)} · ${end < now ? t('smime-expired-on', { date: day(end) }) : t('smime-valid-until', { date: day(end) })}</div></div>
      <span class="key-badges">
        ${p?.sign === c.fingerprint ? html`<span class="chip">${icon('seal-plain')}${t('smime-primary-sign')}</span>` : nothing}
        ${p?.encrypt === c.fingerprint ? html`<span class="chip">${icon('lock')}${t('smime-primary-encrypt')}</span>` : nothing}
        ${end < now ? html`<span class="chip is-warning">${icon('clock')}${t('smime-expired')}</span>` : end - now < SOON ? html`<span class="chip is-warning">${icon('clock')}${t('smime-expires-soon')}</span>` : nothing}
        ${c.weak ? html`<span class="chip is-warning">${icon('triangle-alert')}${t('smime-weak')}</span>` : nothing}</span></div>`;
  }

  #key(k: VaultKey): TemplateResult {
    const open = k.certificates.some((c) => isOpen(c.fingerprint));
    return html`<li class="key-card"><div class="key-card-head">${icon(open ? 'lock-keyhole-open' : 'lock-keyhole', t(open ? 'smime-state-open' : 'smime-state-locked'))}
        <div class="key-card-name"><strong><bdi>${k.label}</bdi></strong><div class="muted">${t(open ? 'smime-state-open' : 'smime-state-locked')} · ${t('smime-added', { date: fullDate(k.created) })}</div></div>
        ${open ? nothing : html`<button type="button" class="button button-small" @click=${() => { this.unlocking = k.certificates.map((c) => c.fingerprint); }}>${t('smime-unlock')}</button>`}
        <wx-menu label=${t('more-actions')} .items=${() => this.#menu(k)}></wx-menu></div>
      ${k.certificates.map((c) => this.#certificate(c))}</li>`;
  }

  #keys(): TemplateResult {
    const v = vault.value;
    if (this.error) return html`<div role="alert">${note('bad', this.error)}</div>`;
    if (!v) return html`<p class="muted" role="status">${t('loading')}</p>`;
    if (v.keys.length === 0) return html`<div class="empty keys-empty"><span class="empty-art">${icon('key-round')}</span><h2>${t('smime-keys-none')}</h2><p>${t('smime-keys-none-text')}</p>
      <button type="button" class="button button-primary" @click=${() => { this.importing = true; }}>${icon('plus')}${t('smime-import')}</button></div>`;
    return html`<ul class="key-list">${v.keys.map((k) => this.#key(k))}</ul>`;
  }

  override render(): TemplateResult {
    const s = keyring.state.value;
    const some = (vault.value?.keys.length ?? 0) > 0;
    return html`<section class="set-group keys-panel" aria-labelledby="keys-title">
        <div class="keys-head"><h2 id="keys-title" class="set-legend">${t('smime-keys')}</h2>
          ${some ? html`<button type="button" class="button button-small" @click=${() => { this.importing = true; }}>${icon('plus')}${t('smime-import')}</button>` : nothing}</div>
        <p class="field-hint">${t('smime-keys-text')}</p>${this.#keys()}</section>
      <section class="set-group" aria-labelledby="activity-title"><div class="keys-head"><h2 id="activity-title" class="set-legend">${t('smime-activity')}</h2>
          ${s.locked ? nothing : html`<button type="button" class="button button-small" @click=${() => void this.#try(() => keyring.lock())}>${icon('lock-keyhole')}${t('smime-lock-now')}</button>`}</div>
        ${activityList(keyring.activity.value)}</section>
      ${this.importing ? html`<wx-import-wizard></wx-import-wizard>` : nothing}
      ${this.unlocking ? dialog({ title: t('smime-unlock-title'), close: () => { this.unlocking = null; }, body: html`<wx-unlock .wanted=${this.unlocking}></wx-unlock>` }) : nothing}
      ${this.downloads ? dialog({
        title: t('smime-downloads'), close: () => { this.downloads = null; },
        body: html`<p class="muted">${t('smime-downloads-text', { label: this.downloads.label })}</p><ol class="activity">${this.downloads.list.map((d) => html`<li>${icon('download')}<span class="activity-text mono">${d.address}</span><time class="muted">${fullDate(d.time)}</time></li>`)}</ol>`,
      }) : nothing}`;
  }
}
define('wx-keys-panel', WxKeysPanel);
