// Who a message goes to: the fields To, Cc, Bcc and, on request, Reply-To. One person stands in one of them.
import { membersOf } from '../../api/complete.ts';
import type { Found } from '../../api/complete.ts';
import { sentence } from '../../api/client.ts';
import type { Address } from '../../api/types.ts';
import { isAddress } from '../../core/address.ts';
import { shownAddress } from '../../core/idn.ts';
import { WxElement, define } from '../../core/element.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { FIELDS_IN_ORDER, changeField, placeRecipients } from '../../core/recipients.ts';
import type { Field, Placed } from '../../core/recipients.ts';
import { encrypts } from '../../core/security-mode.ts';
import type { Composer } from '../../store/compose.ts';
import { me, session, smimeOn } from '../../store/session.ts';
import { announce } from '../../store/ui.ts';
import { faultWords } from './chips.ts';
import type { WxChips } from './chips.ts';
import { summary } from './security-tab.ts';

/** As the server takes them. */
export const MOST_RECIPIENTS = 500;

export class WxRecipients extends WxElement {
  static override properties = { composer: { attribute: false }, said: { state: true }, busy: { state: true } };
  declare composer: Composer;
  /** What became of the last change, where it is not what one would expect. */
  declare said: string;
  declare busy: boolean;

  constructor() { super(); this.said = ''; this.busy = false; }

  get #c(): Composer { return this.composer; }
  #label(f: Field): string { return t(`header-${f}`); }
  #field(f: Field | 'reply'): WxChips | null { return this.querySelector<WxChips>(`wx-chips[data-field="${f}"]`); }

  #say(text: string): void { this.said = text; if (text) announce(text); }

  #took(p: Placed, twice: readonly { who: Address; where: Field }[] = []): void {
    this.#c.setRecipients(p.fields);
    const names = (list: readonly Address[]): string => list.slice(0, 3).map((a) => a.name || shownAddress(a.address)).join(', ');
    const parts: string[] = [];
    for (const f of FIELDS_IN_ORDER) {
      const there = [...p.already, ...twice].filter((x) => x.where === f).map((x) => x.who);
      if (there.length) parts.push(t('recipients-already', { n: there.length, names: names(there), field: this.#label(f) }));
    }
    if (p.moved.length) parts.push(t('recipients-moved', { n: p.moved.length, names: names(p.moved) }));
    this.#say(parts.join(' '));
  }

  #changed(f: Field, list: readonly Address[], twice: readonly Address[] = []): void { this.#took(changeField(this.#c.fields, f, list), twice.map((who) => ({ who, where: f }))); }

  async #move(f: string, list: readonly Address[]): Promise<void> {
    const to = f as Field;
    const p = placeRecipients(this.#c.fields, to, list, true);
    if (to !== 'to') this.#c.showCc.value = true;
    this.#c.setRecipients(p.fields);
    if (p.added.length + p.moved.length) this.#say(t('recipients-moved-to', { n: p.added.length + p.moved.length, field: this.#label(to) }));
    await this.updateComplete;
    const field = this.#field(to);
    await field?.updateComplete;
    [...field?.querySelectorAll<HTMLElement>('.recipient') ?? []].at(-1)?.focus();
  }

  /** A group becomes its members: whoever of them cannot be written to is said, and stays to be seen. */
  async #group(f: Field, g: Found): Promise<void> {
    this.busy = true;
    try {
      const { members, gone } = await membersOf(g.id ?? '');
      const p = placeRecipients(this.#c.fields, f, members);
      this.#took(p);
      const bad = members.filter((a) => !isAddress(a.address));
      const said = members.length ? t('group-added', { n: p.added.length + p.moved.length, name: g.name }) : t('group-empty', { name: g.name });
      const there = p.already.length ? ` ${t('group-already', { n: p.already.length })}` : '';
      this.#say(`${said}${there}${bad.length ? ` ${t('group-broken', { n: bad.length, names: bad.slice(0, 3).map((a) => a.name || a.address).join(', '), why: faultWords(bad[0]!) })}` : ''}${gone ? ` ${t('group-gone', { n: gone })}` : ''}`);
    } catch (error) {
      this.#say(t('group-failed', { name: g.name, why: sentence(error) }));
    } finally {
      this.busy = false;
    }
  }

  #chips(f: Field): TemplateResult {
    const c = this.#c;
    const at = FIELDS_IN_ORDER.indexOf(f);
    const moves = FIELDS_IN_ORDER.filter((x) => x !== f).map((x) => ({ to: x, label: this.#label(x), key: FIELDS_IN_ORDER.indexOf(x) === at - 1 ? 'ArrowUp' as const : FIELDS_IN_ORDER.indexOf(x) === at + 1 ? 'ArrowDown' as const : '' as const }));
    return html`<wx-chips data-field=${f} .label=${this.#label(f)} .value=${c[f].value} .infoOf=${(a: Address) => c.infoOf(a)} .strict=${encrypts(c.mode.value)} .smime=${smimeOn.value} .own=${this.#own()} .moves=${moves} data-info=${c.info.value.size}
      @wx-chips=${(e: CustomEvent<readonly Address[]>) => this.#changed(f, e.detail, (e.currentTarget as WxChips).twice)} @wx-chips-move=${(e: CustomEvent<{ to: string; list: Address[] }>) => void this.#move(e.detail.to, e.detail.list)}
      @wx-chips-dropped=${(e: CustomEvent<Address[]>) => void this.#move(f, e.detail)} @wx-group=${(e: CustomEvent<Found>) => void this.#group(f, e.detail)} @wx-chips-say=${(e: CustomEvent<string>) => this.#say(e.detail)}></wx-chips>`;
  }

  #own(): string[] { return (session.value?.user.addresses ?? [me.value.address]).map((a) => a.toLowerCase()); }

  /** Commits what still stands in the inputs. */
  commit(): void { for (const x of this.querySelectorAll<WxChips>('wx-chips')) x.commit(); }

  async #show(field: 'cc' | 'reply'): Promise<void> {
    const c = this.#c;
    if (field === 'cc') c.showCc.value = true;
    else { c.replyTo.value = c.ownReplyTo; }
    await this.updateComplete;
    this.#field(field)?.input.focus();
  }

  #replyTo(): TemplateResult {
    const c = this.#c;
    return html`<wx-chips data-field="reply" single .label=${t('reply-to')} .value=${c.replyTo.value ?? []} .own=${this.#own()} @wx-chips-say=${(e: CustomEvent<string>) => this.#say(e.detail)}
      @wx-chips=${(e: CustomEvent<Address[]>) => { c.replyTo.value = [...e.detail]; c.changed(); }} @wx-group=${() => this.#say(t('reply-to-one'))}></wx-chips>`;
  }

  /** What Auto changed by itself is heard too. */
  #heard = 0;
  override updated(): void {
    const n = this.#c.said.value;
    if (n === this.#heard) return;
    this.#heard = n;
    announce(summary(this.#c));
  }

  override render(): TemplateResult {
    const c = this.#c;
    void c.said.value;
    const n = c.everyone.length;
    const words = [this.said, n > MOST_RECIPIENTS ? t('recipients-too-many', { n, most: MOST_RECIPIENTS }) : ''].filter(Boolean);
    return html`<div class="composer-to" aria-busy=${this.busy}>${this.#chips('to')}<span class="cc-buttons">
        ${c.showCc.value ? (c.replyTo.value ? nothing : html`<button type="button" class="link reply-to-button" @click=${() => void this.#show('reply')}>${t('reply-to')}</button>`)
          : html`<button type="button" class="link cc-button" @click=${() => void this.#show('cc')}>${t('cc-bcc')}</button>`}</span></div>
      ${c.showCc.value ? html`${this.#chips('cc')}${this.#chips('bcc')}` : nothing}
      ${c.replyTo.value ? this.#replyTo() : nothing}
      ${words.length ? html`<p class="recipients-said ${n > MOST_RECIPIENTS ? 'is-bad' : ''}">${words.join(' ')}</p>` : nothing}`;
  }
}
define('wx-recipients', WxRecipients);
