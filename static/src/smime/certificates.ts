// Certificates of others: what is kept of each contact, and files that are added.
import '../core/shared.ts';
import './common.ts';
import { sentence } from '../api/client.ts';
import { getPeople } from '../api/contacts.ts';
import type { Contact } from '../api/types.ts';
import { WxElement, define } from '../core/element.ts';
import { foreign } from '../core/foreign.ts';
import { t } from '../core/i18n.ts';
import { icon } from '../core/icon.ts';
import { html, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { matches } from '../core/fold.ts';
import { toast } from '../store/toasts.ts';
import { NoCertificate, addCertificateFile } from './certificate-file.ts';
import { note } from './form.ts';
import { nameOf } from './kept.ts';

const MANY = 8;
/** Of a larger address book the first by name; the page of each contact has its certificates. */
const MOST = 5000;
const addressesOf = (c: Contact): string[] => c.addresses.map((a) => a.address);

// ---- Settings > Certificates of others ----

export class WxCertificatesPanel extends WxElement {
  static override properties = { contacts: { state: true }, error: { state: true }, problem: { state: true }, typed: { state: true } };
  declare contacts: Contact[] | null;
  declare error: string;
  declare problem: string;
  declare typed: string;

  constructor() { super(); this.contacts = null; this.error = ''; this.problem = ''; this.typed = ''; }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  async #load(): Promise<void> {
    this.error = '';
    const all: Contact[] = [];
    try {
      for (let total = 1; all.length < Math.min(total, MOST);) {
        const page = await getPeople({ offset: all.length, limit: 200, text: '', group: null });
        if (!page.contacts.length) break;
        all.push(...page.contacts);
        total = page.total;
      }
      this.contacts = all;
    } catch (error) { this.error = sentence(error); }
  }

  async #import(file: File | undefined): Promise<void> {
    this.problem = '';
    if (!file) return;
    try {
      const contact = await addCertificateFile(file);
      await this.#load();
      toast(t('certificates-imported', { name: nameOf(contact) }));
    } catch (error) { this.problem = error instanceof NoCertificate ? t('certificates-not-one', { file: foreign(file.name, 80) }) : sentence(error); }
  }

  #contact(c: Contact): TemplateResult {
    const changed = (e: CustomEvent<Contact>): void => { this.contacts = (this.contacts ?? []).map((x) => (x.id === c.id ? e.detail : x)); };
    return html`<li class="key-card" data-contact=${c.addresses[0]?.address ?? ''}><div class="key-card-head">${icon('user')}<div class="key-card-name"><strong><bdi>${nameOf(c)}</bdi></strong>
      ${c.name ? html`<div class="muted"><bdi>${foreign(addressesOf(c).join(', '), 160)}</bdi></div>` : nothing}</div></div><wx-kept class="kept-list" .contact=${c} @wx-contact=${changed}></wx-kept></li>`;
  }

  #list(): TemplateResult {
    if (this.error) return html`<div role="alert">${note('bad', this.error)}</div>`;
    if (!this.contacts) return html`<p class="muted" role="status">${t('loading')}</p>`;
    const all = this.contacts.filter((c) => c.certificates.length > 0);
    if (all.length === 0) return html`<div class="empty keys-empty"><span class="empty-art">${icon('users')}</span><h2>${t('certificates-none')}</h2><p>${t('certificates-none-text')}</p></div>`;
    const shown = all.filter((c) => matches(`${c.name} ${addressesOf(c).join(' ')}`, this.typed)).toSorted((a, b) => Number(b.certificates.some((k) => k.state === 'pending')) - Number(a.certificates.some((k) => k.state === 'pending')) || nameOf(a).localeCompare(nameOf(b)));
    return html`${all.length > MANY ? html`<label class="field"><span class="visually-hidden">${t('certificates-filter')}</span><input class="input" type="search" placeholder=${t('certificates-filter')} .value=${this.typed} @input=${(e: InputEvent) => { this.typed = (e.target as HTMLInputElement).value; }}></label>` : nothing}
      ${shown.length ? html`<ul class="key-list">${shown.slice(0, 200).map((c) => this.#contact(c))}</ul>` : html`<p class="muted" role="status">${t('nothing-found')}</p>`}`;
  }

  override render(): TemplateResult {
    return html`<div class="keys-head"><p class="field-hint">${t('certificates-text')}</p>
        <label class="button button-small file-button">${icon('plus')}${t('certificates-import')}<input class="visually-hidden" type="file" accept=".cer,.crt,.pem,.der,application/pkix-cert,application/x-x509-user-cert" @change=${(e: Event) => { const f = e.target as HTMLInputElement; void this.#import(f.files?.[0]).then(() => { f.value = ''; }); }}></label></div>
      ${this.problem ? html`<div role="alert">${note('bad', this.problem)}</div>` : nothing}${this.#list()}`;
  }
}
define('wx-certificates-panel', WxCertificatesPanel);
