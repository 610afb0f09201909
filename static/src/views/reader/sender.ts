// The card of a sender: the whole address, what is known of it, and what one can do with it. Loaded with the first use.
import '../../core/shared.ts';
import { getPeople } from '../../api/contacts.ts';
import type { Address, Contact, MessageRef } from '../../api/types.ts';
import { sameAddress } from '../../core/address.ts';
import { WxElement, define } from '../../core/element.ts';
import { foreign } from '../../core/foreign.ts';
import { initials, nameOf, tintOf } from '../../core/format.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { go } from '../../core/router.ts';
import { me } from '../../store/session.ts';
import { startSearch } from '../../store/search.ts';
import { toast } from '../../store/toasts.ts';
import { newcomer } from '../../store/ui.ts';
import { composeTo } from '../../app/compose.ts';
import { place } from '../parts/menu.ts';
import { known, sameName } from './people.ts';

export class WxSender extends WxElement {
  static override properties = { who: { attribute: false }, contact: { state: true } };
  declare who: Address;
  /** Whose address it is; null: of no contact; undefined: not known yet. */
  declare contact: Contact | null | undefined;
  #anchor: HTMLElement | null = null;

  open(anchor: HTMLElement, who: Address): void {
    this.who = who;
    this.contact = undefined;
    void this.#look(who);
    this.#anchor = anchor;
    void this.updateComplete.then(() => {
      const card = this.querySelector<HTMLElement>('.sender-card');
      if (!card || card.matches(':popover-open')) return;
      card.showPopover();
      place(card, anchor);
      card.querySelector<HTMLElement>('button')?.focus();
    });
  }

  async #look(who: Address): Promise<void> {
    const page = await getPeople({ offset: 0, limit: 50, text: who.address, group: null }).catch(() => null);
    if (this.who !== who || !page) return;
    this.contact = page.contacts.find((c) => c.addresses.some((a) => sameAddress(a.address.toLowerCase(), who.address.toLowerCase()))) ?? null;
  }

  #keep(): void {
    const c = this.contact;
    if (!c) newcomer.value = { name: this.who.name, address: this.who.address };
    go({ page: 'contacts', id: c ? c.id : 'new' });
  }

  #done(run: () => void): void {
    this.querySelector<HTMLElement>('.sender-card')?.hidePopover();
    run();
  }

  async #copy(): Promise<void> {
    try { await navigator.clipboard.writeText(this.who.address); toast(t('clipboard-done')); } catch { toast(t('clipboard-failed'), { kind: 'bad' }); }
  }

  override render(): TemplateResult | typeof nothing {
    const a = this.who;
    if (!a) return nothing;
    const contact = this.contact;
    const other = sameName(a, [{ name: me.value.name, addresses: [me.value.address] }, ...known.value]);
    return html`<div class="sender-card" popover role="dialog" aria-label=${t('sender-card', { name: nameOf(a) })} @toggle=${(e: ToggleEvent) => { if (e.newState === 'closed' && this.contains(document.activeElement)) this.#anchor?.focus(); }}>
      <div class="sender-head"><span class="avatar tint-${tintOf(a)}" aria-hidden="true">${initials(a)}</span><div><strong class="sender-name"><bdi>${nameOf(a)}</bdi></strong><bdi class="sender-address">${a.address}</bdi></div></div>
      <p class="muted">${contact === undefined ? t('loading') : contact ? t('sender-known', { name: foreign(contact.name || contact.addresses[0]?.address, 80) }) : t('sender-new')}</p>
      ${other ? html`<div class="notice is-warning">${icon('triangle-alert')}<div class="notice-text">${t('from-same-name', { name: other.name, address: other.addresses[0]!, real: a.address })}</div></div>` : nothing}
      <div class="sender-acts">
        <button type="button" class="button button-small" @click=${() => void this.#copy()}>${icon('copy')}${t('sender-copy')}</button>
        <button type="button" class="button button-small" @click=${() => this.#done(() => void composeTo(`mailto:${encodeURIComponent(a.address)}`))}>${icon('pen-line')}${t('sender-write')}</button>
        <button type="button" class="button button-small" @click=${() => this.#done(() => startSearch(`from:${a.address}`))}>${icon('search')}${t('sender-search')}</button>
        ${contact === undefined ? nothing : html`<button type="button" class="button button-small" data-act="contact" @click=${() => this.#done(() => this.#keep())}>${icon(contact ? 'user' : 'plus')}${t(contact ? 'sender-contact' : 'met-add-tip')}</button>`}</div>
    </div>`;
  }
}
define('wx-sender', WxSender);

export function openSender(anchor: HTMLElement, who: Address, _ref: MessageRef): void {
  let card = document.querySelector<WxSender>('wx-sender');
  if (!card) { card = new WxSender(); document.body.append(card); }
  card.open(anchor, who);
}
