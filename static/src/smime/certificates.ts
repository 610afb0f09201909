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
import { html, nothing, repeat } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { matches } from '../core/fold.ts';
import { toast } from '../store/toasts.ts';
import { NoCertificate, addCertificateFile } from './certificate-file.ts';
import { note } from './form.ts';
import { nameOf } from './kept.ts';

const MANY = 8;
/** Of a larger address book the first by name, and whoever is looked for. */
const MOST = 5000;
const PAGE = 200;
/** So many are drawn, and so many more when the end is reached. */
const STEP = 40;
const WAIT_MS = 200;
const addressesOf = (c: Contact): string[] => c.addresses.map((a) => a.address);

// ---- Settings > Certificates of others ----

export class WxCertificatesPanel extends WxElement {
  static override properties = { contacts: { state: true }, error: { state: true }, problem: { state: true }, typed: { state: true }, drawn: { state: true }, busy: { state: true } };
  declare contacts: Contact[] | null;
  declare error: string;
  declare problem: string;
  declare typed: string;
  declare drawn: number;
  /** Pages are on their way. */
  declare busy: boolean;
  /** All there are, whether they are here or not. */
  #total = 0;
  /** Counts what is asked for: an older round ends without a word. */
  #round = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #end: IntersectionObserver | null = null;

  constructor() { super(); this.contacts = null; this.error = ''; this.problem = ''; this.typed = ''; this.drawn = STEP; this.busy = false; }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }
  override disconnectedCallback(): void { super.disconnectedCallback(); this.#round++; clearTimeout(this.#timer); this.#end?.disconnect(); this.#end = null; }

  /** Each page is shown when it comes. */
  async #load(): Promise<void> {
    const mine = ++this.#round;
    this.error = '';
    this.busy = true;
    const all: Contact[] = [];
    try {
      do {
        const page = await getPeople({ offset: all.length, limit: PAGE, text: '', group: null });
        if (mine !== this.#round) return;
        all.push(...page.contacts);
        this.#total = page.total;
        if (!page.contacts.length) break;
        this.contacts = [...all];
      } while (all.length < Math.min(this.#total, MOST));
      this.contacts = [...all];
    } catch (error) { if (mine === this.#round) this.error = sentence(error); } finally { if (mine === this.#round) this.busy = false; }
  }

  /** Who is not here (yet) is asked for by name or address. */
  #type(words: string): void {
    this.typed = words;
    this.drawn = STEP;
    clearTimeout(this.#timer);
    if (words.trim() && (this.busy || this.#total > MOST)) this.#timer = setTimeout(() => void this.#find(words.trim()), WAIT_MS);
  }
  async #find(words: string): Promise<void> {
    try {
      const { contacts } = await getPeople({ offset: 0, limit: PAGE, text: words, group: null });
      const here = new Set((this.contacts ?? []).map((c) => c.id));
      if (this.typed.trim() === words) this.#found = contacts.filter((c) => !here.has(c.id));
      this.requestUpdate();
    } catch (error) { toast(sentence(error), { kind: 'bad' }); }
  }
  #found: Contact[] = [];

  /** The button that draws more is pressed by itself when it comes into sight. */
  override updated(): void {
    const more = this.querySelector('.certificates-more');
    this.#end?.disconnect();
    if (!more) return;
    this.#end = new IntersectionObserver((seen) => { if (seen.some((x) => x.isIntersecting)) this.drawn += STEP; });
    this.#end.observe(more);
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
    const changed = (e: CustomEvent<Contact>): void => { const put = (x: Contact): Contact => (x.id === c.id ? e.detail : x); this.#found = this.#found.map(put); this.contacts = (this.contacts ?? []).map(put); };
    return html`<li class="key-card" data-contact=${c.addresses[0]?.address ?? ''}><div class="key-card-head">${icon('user')}<div class="key-card-name"><strong><bdi>${nameOf(c)}</bdi></strong>
      ${c.name ? html`<div class="muted"><bdi>${foreign(addressesOf(c).join(', '), 160)}</bdi></div>` : nothing}</div></div><wx-kept class="kept-list" .contact=${c} @wx-contact=${changed}></wx-kept></li>`;
  }

  #list(): TemplateResult {
    if (this.error && !this.contacts) return html`<div role="alert">${note('bad', this.error)}</div>`;
    if (!this.contacts) return html`<p class="muted" role="status">${t('loading')}</p>`;
    const here = new Set(this.contacts.map((c) => c.id));
    const all = [...this.contacts, ...this.#found.filter((c) => !here.has(c.id))].filter((c) => c.certificates.length > 0);
    if (all.length === 0 && this.busy) return html`<p class="muted" role="status">${t('loading')}</p>`;
    if (all.length === 0) return html`<div class="empty keys-empty"><span class="empty-art">${icon('users')}</span><h2>${t('certificates-none')}</h2><p>${t('certificates-none-text')}</p></div>`;
    const shown = all.filter((c) => matches(`${c.name} ${addressesOf(c).join(' ')}`, this.typed)).toSorted((a, b) => Number(b.certificates.some((k) => k.state === 'pending')) - Number(a.certificates.some((k) => k.state === 'pending')) || nameOf(a).localeCompare(nameOf(b)));
    const left = shown.length - this.drawn;
    return html`${this.error ? html`<div role="alert">${note('bad', this.error)}</div>` : nothing}${all.length > MANY || this.#total > MOST ? html`<label class="field"><span class="visually-hidden">${t('certificates-filter')}</span><input class="input" type="search" placeholder=${t('certificates-filter')} .value=${this.typed} @input=${(e: InputEvent) => this.#type((e.target as HTMLInputElement).value)}></label>` : nothing}
      ${shown.length ? html`<ul class="key-list">${repeat(shown.slice(0, this.drawn), (c) => c.id, (c) => this.#contact(c))}</ul>${left > 0 ? html`<button type="button" class="button button-small certificates-more" @click=${() => { this.drawn += STEP; }}>${t('certificates-more', { n: left })}</button>` : nothing}` : html`<p class="muted" role="status">${t('nothing-found')}</p>`}`;
  }

  override render(): TemplateResult {
    return html`<div class="keys-head"><p class="field-hint">${t('certificates-text')}</p>
        <label class="button button-small file-button">${icon('plus')}${t('certificates-import')}<input class="visually-hidden" type="file" accept=".cer,.crt,.pem,.der,application/pkix-cert,application/x-x509-user-cert" @change=${(e: Event) => { const f = e.target as HTMLInputElement; void this.#import(f.files?.[0]).then(() => { f.value = ''; }); }}></label></div>
      ${this.problem ? html`<div role="alert">${note('bad', this.problem)}</div>` : nothing}${this.#list()}`;
  }
}
define('wx-certificates-panel', WxCertificatesPanel);
