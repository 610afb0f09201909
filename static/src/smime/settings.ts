// Settings > Security, below the four options: my keys and certificates and all that can be done with them, and what they
// were used for.
import '../core/shared.ts';
import './common.ts';
import { askOrganisation, dropKey, forgetAsked, getAsked, getKeyFile, replaceKey, setPrimary } from '../api/smime.ts';
import type { Asked } from '../api/smime.ts';
import { sentence } from '../api/client.ts';
import type { Cert, VaultKey } from '../api/types.ts';
import { foreign } from '../core/foreign.ts';
import { dayDate, fullDate } from '../core/format.ts';
import { t } from '../core/i18n.ts';
import { WxElement, define } from '../core/element.ts';
import { icon } from '../core/icon.ts';
import { html, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { me } from '../store/session.ts';
import { toast } from '../store/toasts.ts';
import { dialog } from '../views/parts/dialog.ts';
import { separator } from '../views/parts/menu.ts';
import type { MenuItem } from '../views/parts/menu.ts';
import { saveBlob } from '../views/reader/save.ts';
import { activityList } from './activity.ts';
import './arrived.ts';
import { IMPORT_INSTEAD } from './arrived.ts';
import { fromBase64 } from './bytes.ts';
import { certificateRow } from './certificate-row.ts';
import { keyringSentence, note } from './form.ts';
import { IMPORT_DONE_EVENT } from './first-run.ts';
import { backupName } from './importing.ts';
import { holderOf, isPending, opensOldMail, pemOf } from './keys.ts';
import './making.ts';
import './naming.ts';
import './passphrase.ts';
import { renewal, taking } from './reminder.ts';
import { requestActions } from './request.ts';
import { KEY_DIALOG_DONE } from './step.ts';
import { UNLOCKED_EVENT } from './unlock.ts';
import { isOpen, keyring, loadVault, vault, watchPage } from './vault.ts';
import './wizard.ts';

/** The dialog that is open, and the key it is about. */
type Task = { what: 'import'; given: File | null } | { what: 'make'; holder: string; renews: string } | { what: 'arrived'; key: VaultKey; given: { text: string; name: string } | null } | { what: 'unlock' | 'passphrase' | 'rename' | 'remove'; key: VaultKey }
  | { what: 'downloads'; label: string; list: { time: string; address: string }[] } | null;

export class WxKeysPanel extends WxElement {
  static override properties = { task: { state: true }, error: { state: true }, asked: { state: true }, mayAsk: { state: true } };
  declare task: Task;
  declare error: string;
  declare asked: Asked | null;
  /** The organisation has an authority. */
  declare mayAsk: boolean;
  /** A key waited when this was drawn last. */
  #waited = false;
  #turn = 0;

  constructor() {
    super();
    this.task = null;
    this.error = '';
    this.asked = null;
    this.mayAsk = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    watchPage();
    for (const type of [IMPORT_DONE_EVENT, UNLOCKED_EVENT, KEY_DIALOG_DONE]) this.listen(this, type, () => { this.task = null; if (this.#pendingKey()) this.#loadAsked(); });
    this.listen(window, 'focus', () => { if (this.asked?.state === 'waiting') this.#loadAsked(); });
    this.listen(this, IMPORT_INSTEAD, (e: CustomEvent<File>) => { this.task = { what: 'import', given: e.detail }; });
    loadVault(true).then((v) => {
      const key = v.keys.find((k) => k.id === renewal.value);
      renewal.value = null;
      if (key) this.#renew(key);
    }).catch((error: unknown) => { this.error = sentence(error); });
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
    return this.#try(async () => { this.task = { what: 'downloads', label: k.label, list: (await getKeyFile(k.id)).downloads }; });
  }

  #use(c: Cert, use: 'sign' | 'encrypt'): Promise<void> {
    return this.#try(async () => {
      const p = vault.value!.primary;
      await setPrimary(use === 'sign' ? c.fingerprint : p.sign, use === 'encrypt' ? c.fingerprint : p.encrypt);
      await loadVault(true);
    });
  }

  #renew(k: VaultKey): void {
    const last = k.certificates.toSorted((a, b) => Date.parse(b.not_after) - Date.parse(a.not_after))[0];
    this.task = { what: 'make', holder: last ? holderOf(last) : '', renews: k.label };
  }

  #menu(k: VaultKey): MenuItem[] {
    const pending = isPending(k);
    return [
      { label: t('smime-rename'), icon: 'pen-line', run: () => { this.task = { what: 'rename', key: k }; } },
      { label: t('smime-passphrase-change'), icon: 'key-round', run: () => { this.task = { what: 'passphrase', key: k }; } },
      { label: t('smime-backup-save'), icon: 'download', run: () => void this.#backup(k) },
      { label: t('smime-downloads'), icon: 'clock', run: () => void this.#showDownloads(k) },
      ...(pending ? [] : [separator, { label: t('smime-renew'), icon: 'refresh-cw', run: () => this.#renew(k) }, { label: t('smime-arrived'), icon: 'file', run: () => { this.task = { what: 'arrived', key: k, given: null }; } }]),
      separator, { label: t('smime-remove'), icon: 'trash', danger: true, run: () => { this.task = { what: 'remove', key: k }; } },
    ];
  }

  #pendingKey(): boolean { return vault.value?.keys.some((k) => isPending(k)) ?? false; }
  /** A key that waits may come into the list after its dialog is done with. */
  override updated(): void {
    const pending = this.#pendingKey();
    if (pending && !this.#waited) this.#loadAsked();
    this.#waited = pending;
  }
  /** Whom it cannot be asked of, asks elsewhere: a failure only leaves the card as it was. */
  #loadAsked(): void {
    const turn = ++this.#turn;
    getAsked().then(({ available, request }) => {
      this.mayAsk = available;
      if (turn !== this.#turn) return; // older than what was done meanwhile
      this.asked = request;
      this.#takeNow();
    }).catch(() => undefined);
  }
  /** By the reminder in the mail: the answer is put to its key at once. */
  #takeNow(): void {
    const k = vault.value?.keys.find((x) => x.id === taking.value);
    taking.value = null;
    if (k && isPending(k) && this.asked?.key === k.id && this.asked.state === 'issued') this.#take(k, this.asked);
  }
  #take(k: VaultKey, a: Asked): void {
    const text = [a.certificate ?? '', ...(a.issuers ?? [])].map((c) => pemOf(c, 'CERTIFICATE')).join('');
    this.task = { what: 'arrived', key: k, given: { text, name: t('smime-asked-name') } };
  }
  #ask(k: VaultKey): Promise<void> {
    return this.#try(async () => { this.asked = await askOrganisation(k.id); this.#turn++; toast(t('smime-asked-done')); });
  }
  #withdraw(): Promise<void> {
    return this.#try(async () => { await forgetAsked(); this.#turn++; this.asked = null; });
  }

  /** The organisation's part of a key that waits; null: nothing to say. */
  #organisation(k: VaultKey): TemplateResult | null {
    const a = this.asked;
    const mine = a?.key === k.id;
    if (mine && a.state === 'issued') {
      return html`${note('good', t('smime-asked-issued'))}<div class="button-row"><button type="button" class="button button-small button-primary" data-act="take" @click=${() => this.#take(k, a)}>${icon('badge-check')}${t('smime-asked-take')}</button></div>`;
    }
    if (mine && a.state === 'waiting') return html`${note('info', t('smime-asked-waiting', { since: dayDate(a.since), until: dayDate(a.until) }))}<div class="button-row"><button type="button" class="button button-small" data-act="withdraw" @click=${() => void this.#withdraw()}>${icon('x')}${t('smime-asked-withdraw')}</button></div>`;
    if (!this.mayAsk || a?.state === 'waiting') return null;
    return html`${mine ? note('warning', t('smime-asked-refused', { reason: foreign(a.reason ?? '', 200) })) : note('info', t('smime-asked-text'))}
      <div class="button-row"><button type="button" class="button button-small button-primary" data-act="ask" @click=${() => void this.#ask(k)}>${icon('badge-check')}${t(mine ? 'smime-asked-again' : 'smime-asked-go')}</button></div>`;
  }

  #pending(k: VaultKey): TemplateResult {
    const organisation = this.#organisation(k);
    if (organisation) return html`<div class="key-pending">${organisation}<details class="technical"><summary>${t('smime-asked-elsewhere')}</summary>
      <div class="button-row"><button type="button" class="button button-small" @click=${() => { this.task = { what: 'arrived', key: k, given: null }; }}>${icon('file')}${t('smime-arrived-go')}</button></div>${requestActions(k.request ?? '', false)}</details></div>`;
    return html`<div class="key-pending">${note('info', t('smime-pending-text'))}
      <div class="button-row"><button type="button" class="button button-small button-primary" @click=${() => { this.task = { what: 'arrived', key: k, given: null }; }}>${icon('file')}${t('smime-arrived-go')}</button></div>
      ${requestActions(k.request ?? '', false)}</div>`;
  }

  #key(k: VaultKey): TemplateResult {
    const open = k.certificates.some((c) => isOpen(c.fingerprint));
    const pending = isPending(k);
    const state = t(pending ? 'smime-state-pending' : open ? 'smime-state-open' : 'smime-state-locked');
    const now = Date.now();
    return html`<li class="key-card" data-key=${k.id}><div class="key-card-head">${icon(pending ? 'clock' : open ? 'lock-keyhole-open' : 'lock-keyhole')}
        <div class="key-card-name"><h3><bdi>${k.label}</bdi></h3><div class="muted">${state} · ${t('smime-added', { date: fullDate(k.created) })}</div></div>
        ${open || pending ? nothing : html`<button type="button" class="button button-small" @click=${() => { this.task = { what: 'unlock', key: k }; }}>${t('smime-unlock')}</button>`}
        <wx-menu label=${t('smime-key-actions', { label: k.label })} .items=${() => this.#menu(k)}></wx-menu></div>
      ${opensOldMail(k, vault.value!.primary) ? html`<p class="key-old">${icon('mail-open')}${t('smime-old')}</p>` : nothing}
      ${pending ? this.#pending(k) : k.certificates.map((c) => certificateRow(c, vault.value!.primary, now, (use) => void this.#use(c, use)))}</li>`;
  }

  #import = (): void => { this.task = { what: 'import', given: null }; };
  #make = (): void => { this.task = { what: 'make', holder: '', renews: '' }; };

  #keys(): TemplateResult {
    const v = vault.value;
    if (this.error) return html`<div role="alert">${note('bad', this.error)}</div>`;
    if (!v) return html`<p class="muted" role="status">${t('loading')}</p>`;
    if (v.keys.length === 0) return html`<div class="empty keys-empty"><span class="empty-art">${icon('key-round')}</span><h3>${t('smime-keys-none')}</h3><p>${t('smime-keys-none-text')}</p>
      <div class="button-row"><button type="button" class="button button-primary" @click=${this.#import}>${icon('plus')}${t('smime-import')}</button>
        <button type="button" class="button" @click=${this.#make}>${icon('key-round')}${t('smime-make')}</button></div></div>`;
    return html`<ul class="key-list">${v.keys.map((k) => this.#key(k))}</ul>`;
  }

  #dialog(): TemplateResult | typeof nothing {
    const task = this.task;
    const close = (): void => { this.task = null; };
    switch (task?.what) {
      case 'import': return html`<wx-import-wizard .given=${task.given}></wx-import-wizard>`;
      case 'make': return html`<wx-make-key .holder=${task.holder} .renews=${task.renews}></wx-make-key>`;
      case 'arrived': return html`<wx-certificate-arrived .of=${task.key} .given=${task.given}></wx-certificate-arrived>`;
      case 'passphrase': return html`<wx-change-passphrase .of=${task.key}></wx-change-passphrase>`;
      case 'rename': return html`<wx-rename-key .of=${task.key} .act=${(label: string) => replaceKey(task.key.id, { label })}></wx-rename-key>`;
      case 'remove': return html`<wx-remove-key .of=${task.key} .act=${() => dropKey(task.key.id)} .backup=${() => this.#backup(task.key)}></wx-remove-key>`;
      case 'unlock': return dialog({ title: t('smime-unlock-title'), close, body: html`<wx-unlock .wanted=${task.key.certificates.map((c) => c.fingerprint)}></wx-unlock>` });
      case 'downloads': return dialog({
        title: t('smime-downloads'), close,
        body: html`<p class="muted">${t('smime-downloads-text', { label: task.label })}</p><ol class="activity">${task.list.map((d) => html`<li>${icon('download')}<span class="activity-text mono">${d.address}</span><time class="muted">${fullDate(d.time)}</time></li>`)}</ol>`,
      });
      default: return nothing;
    }
  }

  override render(): TemplateResult {
    const s = keyring.state.value;
    const some = (vault.value?.keys.length ?? 0) > 0;
    return html`<section class="set-group keys-panel" aria-labelledby="keys-title">
        <div class="keys-head"><h2 id="keys-title" class="set-legend">${t('smime-keys')}</h2>
          ${some ? html`<div class="button-row"><button type="button" class="button button-small" @click=${this.#import}>${icon('plus')}${t('smime-import')}</button>
            <button type="button" class="button button-small" @click=${this.#make}>${icon('key-round')}${t('smime-make')}</button></div>` : nothing}</div>
        <p class="field-hint">${t('smime-keys-text')}</p>${this.#keys()}</section>
      <section class="set-group" aria-labelledby="activity-title"><div class="keys-head"><h2 id="activity-title" class="set-legend">${t('smime-activity')}</h2>
          ${s.locked ? nothing : html`<button type="button" class="button button-small" @click=${() => void this.#try(() => keyring.lock())}>${icon('lock-keyhole')}${t('smime-lock-now')}</button>`}</div>
        ${activityList(keyring.activity.value)}</section>
      ${this.#dialog()}`;
  }
}
define('wx-keys-panel', WxKeysPanel);
