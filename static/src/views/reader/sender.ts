// The card of a sender: the whole address, what is known of it, and what one can do with it. Loaded with the first use.
import '../../core/shared.ts';
import type { Address, MessageRef } from '../../api/types.ts';
import { sameAddress } from '../../core/address.ts';
import { WxElement, define } from '../../core/element.ts';
import { initials, nameOf, tintOf } from '../../core/format.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { me } from '../../store/session.ts';
import { startSearch } from '../../store/search.ts';
import { toast } from '../../store/toasts.ts';
import { composeTo } from '../../app/compose.ts';
import { place } from '../parts/menu.ts';
import { known, sameName } from './people.ts';

export class WxSender extends WxElement {
  static override properties = { who: { attribute: false } };
  declare who: Address;
  #anchor: HTMLElement | null = null;

  open(anchor: HTMLElement, who: Address): void {
    this.who = who;
    this.#anchor = anchor;
    void this.updateComplete.then(() => {
      const card = this.querySelector<HTMLElement>('.sender-card');
      if (!card || card.matches(':popover-open')) return;
      card.showPopover();
      place(card, anchor);
      card.querySelector<HTMLElement>('button')?.focus();
    });
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
    const contact = known.value.find((k) => k.addresses.some((x) => sameAddress(x.toLowerCase(), a.address.toLowerCase())));
    const other = sameName(a, [{ name: me.value.name, addresses: [me.value.address] }, ...known.value]);
    return html`<div class="sender-card" popover role="dialog" aria-label=${t('sender-card', { name: nameOf(a) })} @toggle=${(e: ToggleEvent) => { if (e.newState === 'closed' && this.contains(document.activeElement)) this.#anchor?.focus(); }}>
      <div class="sender-head"><span class="avatar tint-${tintOf(a)}" aria-hidden="true">${initials(a)}</span><div><strong class="sender-name"><bdi>${nameOf(a)}</bdi></strong><bdi class="sender-address">${a.address}</bdi></div></div>
      <p class="muted">${contact ? t('sender-known', { name: contact.name || contact.addresses[0]! }) : t('sender-new')}</p>
      ${other ? html`<div class="notice is-warning">${icon('triangle-alert')}<div class="notice-text">${t('from-same-name', { name: other.name, address: other.addresses[0]!, real: a.address })}</div></div>` : nothing}
      <div class="sender-acts">
        <button type="button" class="button button-small" @click=${() => void this.#copy()}>${icon('copy')}${t('sender-copy')}</button>
        <button type="button" class="button button-small" @click=${() => this.#done(() => void composeTo(`mailto:${encodeURIComponent(a.address)}`))}>${icon('pen-line')}${t('sender-write')}</button>
        <button type="button" class="button button-small" @click=${() => this.#done(() => startSearch(`from:${a.address}`))}>${icon('search')}${t('sender-search')}</button></div>
    </div>`;
  }
}
define('wx-sender', WxSender);

export function openSender(anchor: HTMLElement, who: Address, _ref: MessageRef): void {
  let card = document.querySelector<WxSender>('wx-sender');
  if (!card) { card = new WxSender(); document.body.append(card); }
  card.open(anchor, who);
}
