// Everything about one contact, and what one can do with it.
import { ApiError, sentence } from '../../api/client.ts';
import * as api from '../../api/contacts.ts';
import type { Contact } from '../../api/types.ts';
import { composeTo } from '../../app/compose.ts';
import { WxElement, define } from '../../core/element.ts';
import { folded } from '../../core/fold.ts';
import { foreign } from '../../core/foreign.ts';
import { icon } from '../../core/icon.ts';
import { shownAddress } from '../../core/idn.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { quoted } from '../../core/query.ts';
import { go } from '../../core/router.ts';
import { effect } from '../../core/signals.ts';
import * as people from '../../store/people.ts';
import { everywhere, startSearch } from '../../store/search.ts';
import { smimeOn } from '../../store/session.ts';
import { toast } from '../../store/toasts.ts';
import { confirm } from '../../store/ui.ts';
import { offer, underway } from '../../store/undo.ts';
import { separator } from '../parts/menu.ts';
import type { MenuItem } from '../parts/menu.ts';
import { loadSmime } from '../parts/smime.ts';
import { face, titleOf } from './face.ts';
import { changeMembers, editGroup } from './groups.ts';
import { inSteps, madeAgain } from './steps.ts';
import { labelWord } from './labels.ts';
import { mailsWith } from './mails.ts';
import { merge } from './merge.ts';
import { NoPicture, putPhoto } from './photo.ts';

const bare = (name: string): string => folded(name).replace(/[^\p{L}\p{N}]+/gu, ' ').trim();

export class WxPerson extends WxElement {
  static override properties = { who: {}, contact: { state: true }, failure: { state: true }, problem: { state: true }, namesakes: { state: true }, busy: { state: true } };
  /** Id of the contact. */
  declare who: string;
  declare contact: Contact | null;
  declare failure: unknown;
  declare problem: string;
  declare namesakes: readonly Contact[];
  declare busy: boolean;
  constructor() { super(); this.who = ''; this.contact = null; this.failure = null; this.problem = ''; this.namesakes = []; this.busy = false; }

  override willUpdate(changed: Map<string, unknown>): void { if (changed.has('who')) void this.load(); }

  /** The list knows of another state, by Undo of a merge or by another window: the card that stands open follows. */
  override connectedCallback(): void {
    super.connectedCallback();
    this.onLeave(effect(() => {
      void people.version.value;
      const row = people.rowAt(people.positionOf(this.who || null));
      if (row && this.contact?.id === row.id && row.version > this.contact.version) void this.load();
    }));
  }

  async load(): Promise<void> {
    const id = this.who;
    if (this.contact?.id !== id) { this.contact = null; this.namesakes = []; }
    this.failure = null;
    this.problem = '';
    try {
      const c = await api.getPerson(id);
      if (id !== this.who) return;
      this.#take(c);
      if (smimeOn.value && c.certificates.length) void loadSmime('kept').catch(() => undefined);
      await this.#look(c);
    } catch (error) { if (id === this.who) this.failure = error; }
  }
  /** Who else is called so. */
  async #look(c: Contact): Promise<void> {
    const name = bare(c.name);
    if (!name.includes(' ')) { this.namesakes = []; return; }
    const page = await api.getPeople({ offset: 0, limit: 20, text: c.name, group: null }).catch(() => null);
    if (page && this.contact?.id === c.id) this.namesakes = page.contacts.filter((x) => x.id !== c.id && bare(x.name) === name);
  }
  #take(c: Contact): void { this.contact = c; people.replace(c); }

  // ---- acts ----

  async #remove(c: Contact): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      const whole = await api.getPerson(c.id);
      const name = titleOf(whole);
      const n = whole.certificates.length;
      // What was collected from mail cannot be written back, and without S/MIME nobody knows whether there is any: then it
      // is asked before. Everything else is taken back after.
      const asks = n > 0 || !smimeOn.value;
      if (asks && !(await confirm({ title: t('person-remove-title', { name }), text: n > 0 ? t('person-remove-how', { n }) : t('person-remove-plain'), action: t('person-remove'), danger: true }))) return;
      await underway(() => this.#removed(whole, asks));
      const left = new Map(people.chosen.peek());
      if (left.delete(c.id)) people.chosen.value = left;
      if (this.who === c.id) go({ page: 'contacts', id: null }, { replace: true });
      void people.refresh();
      people.loadGroups().catch(() => undefined);
    } catch (error) { toast(sentence(error), { kind: 'bad' }); } finally { this.busy = false; }
  }

  async #removed(whole: Contact, asked: boolean): Promise<void> {
    const photo = !asked && whole.photo ? await api.getPhoto(whole.id) : null;
    await api.dropPerson(whole.id);
    const text = t('person-removed', { name: titleOf(whole) });
    if (asked) { toast(text); return; }
    offer(text, inSteps([], [madeAgain(whole, photo)], () => people.refresh()));
  }

  async #photo(file: File | undefined): Promise<void> {
    const c = this.contact;
    if (!file || !c) return;
    this.problem = '';
    this.busy = true;
    try {
      const next = await putPhoto(c.id, file);
      if (this.who === next.id) this.#take(next);
      toast(t('photo-set'));
    } catch (error) { this.problem = error instanceof NoPicture ? t('photo-none', { file: foreign(file.name, 80) }) : sentence(error); } finally { this.busy = false; }
  }
  async #dropPhoto(c: Contact): Promise<void> {
    try {
      const old = await api.getPhoto(c.id);
      const next = await api.dropPhoto(c.id);
      if (this.who === next.id) this.#take(next);
      offer(t('photo-removed'), async () => { const back = await api.setPhoto(c.id, old); if (this.who === back.id) this.#take(back); });
    } catch (error) { this.problem = sentence(error); }
  }

  async #certificate(file: File | undefined): Promise<void> {
    if (!file) return;
    this.problem = '';
    const part = await loadSmime('file').catch(() => null);
    if (!part) return;
    try {
      const next = await part.addCertificateFile(file);
      void loadSmime('kept').catch(() => undefined);
      toast(t('certificates-imported', { name: titleOf(next) }));
      if (next.id === this.who) this.#take(next);
      else go({ page: 'contacts', id: next.id }, { replace: true });
      void people.refresh();
    } catch (error) { this.problem = error instanceof part.NoCertificate ? t('certificates-not-one', { file: foreign(file.name, 80) }) : sentence(error); }
  }

  async #group(c: Contact, id: string, into: boolean): Promise<void> {
    try {
      await changeMembers(id, into ? [c.id] : [], into ? [] : [c.id]);
      if (this.who === c.id) this.#take({ ...this.contact!, groups: into ? [...c.groups, id] : c.groups.filter((g) => g !== id) });
      if (people.group.peek()) void people.refresh();
    } catch (error) { this.problem = error instanceof ApiError && error.code === 'not_found' ? t('circle-gone') : sentence(error); people.loadGroups().catch(() => undefined); }
  }
  #groupMenu(c: Contact): MenuItem[] {
    const make = async (): Promise<void> => { const g = await editGroup(null, [c.id]); if (g && this.who === c.id) this.#take({ ...this.contact!, groups: [...c.groups, g.id] }); };
    const all = people.groups.value;
    return [...all.map((g) => ({ label: g.name, checked: c.groups.includes(g.id), run: () => void this.#group(c, g.id, !c.groups.includes(g.id)) })), ...(all.length ? [separator] : []), { label: t('circle-new'), icon: 'plus', run: () => void make() }];
  }

  #menu(c: Contact): MenuItem[] {
    return [
      { label: t('photo-choose'), icon: 'image', run: () => this.querySelector<HTMLInputElement>('#person-photo')?.click() },
      ...(c.photo ? [{ label: t('photo-remove'), icon: 'image-off', run: () => void this.#dropPhoto(c) }] : []),
      ...(smimeOn.value ? [{ label: t('person-certificate-add'), icon: 'seal-plain', run: () => this.querySelector<HTMLInputElement>('#person-certificate')?.click() }] : []),
      separator, { label: t('person-remove'), icon: 'trash', danger: true, run: () => void this.#remove(c) },
    ];
  }

  // ---- what is drawn ----

  async #copy(address: string): Promise<void> {
    try { await navigator.clipboard.writeText(address); toast(t('clipboard-done')); } catch { toast(t('clipboard-failed'), { kind: 'bad' }); }
  }

  #addresses(c: Contact): TemplateResult {
    return html`<section aria-labelledby="person-addresses"><h2 id="person-addresses">${t('person-addresses')}</h2><ul class="person-lines">${c.addresses.map((a) => html`<li class="person-line">
      <span class="person-line-text"><bdi class="person-address">${foreign(shownAddress(a.address), 254)}</bdi>${a.label ? html` <span class="pill"><bdi>${labelWord(a.label)}</bdi></span>` : nothing}</span>
      <button type="button" class="icon-button" aria-label=${t('person-write-to', { address: a.address })} data-tip=${t('sender-write')} @click=${() => void composeTo(`mailto:${encodeURIComponent(a.address)}`)}>${icon('pen-line')}</button>
      <button type="button" class="icon-button" aria-label=${t('person-copy', { address: a.address })} data-tip=${t('sender-copy')} @click=${() => void this.#copy(a.address)}>${icon('copy')}</button></li>`)}</ul></section>`;
  }

  #certificates(c: Contact): TemplateResult | typeof nothing {
    if (!smimeOn.value) return nothing;
    const changed = (e: CustomEvent<Contact>): void => { if (e.detail.id === this.who) this.#take(e.detail); };
    return html`<section aria-labelledby="person-certificates"><h2 id="person-certificates">${t('person-certificates')}</h2>
      ${c.certificates.length ? html`<wx-kept class="kept-list" .contact=${c} @wx-contact=${changed}></wx-kept>` : html`<p class="muted">${t('person-no-certificates')}</p>`}
      <label class="button button-small file-button person-add-file">${icon('plus')}${t('certificates-import')}<input class="visually-hidden" id="person-certificate" type="file" accept=".cer,.crt,.pem,.der,application/pkix-cert,application/x-x509-user-cert" @change=${(e: Event) => { const f = e.target as HTMLInputElement; void this.#certificate(f.files?.[0]).then(() => { f.value = ''; }); }}></label></section>`;
  }

  #bar(c: Contact | null): TemplateResult {
    return html`<div class="reader-bar" role="toolbar" aria-label=${t('contacts')}>
      <button type="button" class="icon-button reader-back" aria-label=${t('contacts-back')} data-tip=${t('contacts-back')} @click=${() => go({ page: 'contacts', id: null }, { replace: true })}>${icon('arrow-left')}</button>
      ${c ? html`<button type="button" class="button button-quiet button-small" data-act="edit" @click=${() => go({ page: 'contacts', id: c.id, edit: true })}>${icon('pen-line')}${t('person-edit')}</button>
        <button type="button" class="button button-quiet button-small" data-act="remove" ?disabled=${this.busy} @click=${() => void this.#remove(c)}>${icon('trash')}${t('person-remove')}</button>
        <span class="person-bar-end"><wx-menu label=${t('more-actions')} .items=${() => this.#menu(c)}></wx-menu></span>` : nothing}</div>`;
  }

  #person(c: Contact): TemplateResult {
    const groups = people.groups.value.filter((g) => c.groups.includes(g.id));
    const others = this.namesakes;
    const write = (): void => void composeTo(`mailto:${encodeURIComponent(c.addresses[0]!.address)}`);
    const mails = (): void => { everywhere.value = true; startSearch(mailsWith(c.addresses.map((a) => quoted(a.address)))); };
    return html`<article class="person" data-id=${c.id}>
      <header class="person-head">${face(c, true)}<div class="person-title"><h1 class="message-subject"><bdi>${titleOf(c)}</bdi></h1>
          <div class="person-groups">${groups.map((g) => html`<button type="button" class="chip" @click=${() => void people.narrow('', g.id)}>${icon('users')}<bdi class="truncate">${g.name}</bdi></button>`)}
            <wx-menu text=${t('person-groups')} icon="tags" button-class="chip" .items=${() => this.#groupMenu(c)}></wx-menu></div></div></header>
      <input class="visually-hidden" id="person-photo" type="file" tabindex="-1" aria-label=${t('photo-choose')} accept="image/png,image/jpeg,image/webp,image/gif,image/avif" @change=${(e: Event) => { const f = e.target as HTMLInputElement; void this.#photo(f.files?.[0]).then(() => { f.value = ''; }); }}>
      <div class="person-acts"><button type="button" class="button button-primary" data-act="write" @click=${write}>${icon('pen-line')}${t('sender-write')}</button>
        <button type="button" class="button" data-act="mails" @click=${mails}>${icon('search')}${t('person-mails')}</button></div>
      ${this.problem ? html`<div role="alert"><div class="notice is-bad">${icon('octagon-x')}<div class="notice-text">${this.problem}</div></div></div>` : nothing}
      ${others.length ? html`<div class="notice is-info">${icon('users')}<div class="notice-text">${t('person-namesakes', { name: titleOf(c), n: others.length })}<div class="notice-actions"><button type="button" class="button button-small" data-act="namesakes" @click=${() => void merge([c.id, ...others.map((x) => x.id)].slice(0, 20))}>${t('person-namesakes-look')}</button></div></div></div>` : nothing}
      ${this.#addresses(c)}
      ${c.phone ? html`<section aria-labelledby="person-phone"><h2 id="person-phone">${t('person-phone')}</h2><p><a class="link" href="tel:${c.phone.replace(/[^\d+*#]/g, '')}"><bdi>${foreign(c.phone, 64)}</bdi></a></p></section>` : nothing}
      ${c.notes ? html`<section aria-labelledby="person-notes"><h2 id="person-notes">${t('person-notes')}</h2><p class="person-notes"><bdi>${c.notes}</bdi></p></section>` : nothing}
      ${this.#certificates(c)}</article>`;
  }

  override render(): TemplateResult {
    const c = this.contact;
    return html`${this.#bar(c)}<div class="reader-scroll" tabindex="-1" aria-busy=${!c && !this.failure}>
      ${this.failure ? html`<div class="empty" role="alert"><span class="empty-art">${icon('circle-alert')}</span><h2>${this.failure instanceof ApiError && this.failure.code === 'not_found' ? t('person-gone') : t('person-failed')}</h2>
          <p>${this.failure instanceof ApiError && this.failure.code === 'not_found' ? t('person-gone-how') : sentence(this.failure)}</p><button type="button" class="button" @click=${() => void this.load()}>${icon('refresh-cw')}${t('try-again')}</button></div>`
        : c ? this.#person(c) : html`<div class="person"><header class="person-head"><span class="bone face is-large"></span><span class="bone person-bone"></span></header></div>`}</div>`;
  }
}
define('wx-person', WxPerson);
