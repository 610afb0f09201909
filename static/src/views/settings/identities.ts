// Settings: whom one writes as. Several identities, of the addresses the operator allows; one is where a new message begins.
import '../../core/shared.ts';
import type { Identity } from '../../api/types.ts';
import { ApiError } from '../../api/client.ts';
import { define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, live, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { changeSettings, me, session, settings } from '../../store/session.ts';
import { sentence } from '../../api/client.ts';
import { WxSection } from './section.ts';

const MOST = 20;

export class WxIdentitiesSection extends WxSection {
  static override properties = { ...WxSection.properties, problem: { state: true } };
  /** Which field of which identity the server refused, and its sentence. */
  declare problem: { at: number; field: string; text: string } | null;
  constructor() { super(); this.problem = null; }

  async #save(list: Identity[], name: string, at = 0): Promise<void> {
    this.problem = null;
    try {
      await changeSettings({ identities: list });
      this.tell(name);
    } catch (error) {
      const m = error instanceof ApiError ? /^identities\[(\d+)\](?:\.(\w+))?/.exec(error.field) : null;
      this.problem = { at: m ? Number(m[1]) : at, field: m?.[2] ?? '', text: sentence(error) };
    }
  }

  #edit(at: number, patch: Partial<Identity>, name: string): void {
    const list = settings.value.identities;
    void this.#save(list.map((i, n) => (patch.default ? { ...i, default: n === at } : n === at ? { ...i, ...patch } : i)), name, at);
  }

  #add = (): void => {
    const used = settings.value.identities.map((i) => i.address);
    const address = this.#addresses().find((a) => !used.includes(a)) ?? me.value.address;
    void this.#save([...settings.value.identities, { name: settings.value.identities[0]?.name ?? '', address, reply_to: '', signature: '', default: false }], 'add');
  };

  #remove(at: number): void {
    const rest = settings.value.identities.filter((_, n) => n !== at);
    if (!rest.some((i) => i.default)) rest[0] = { ...rest[0]!, default: true };
    void this.#save(rest, 'remove');
  }

  #addresses(): string[] { return session.value?.user.addresses ?? [me.value.address]; }

  #problem(at: number, field: string): TemplateResult | typeof nothing {
    const p = this.problem;
    return p && p.at === at && p.field === field ? html`<p class="field-error" role="alert">${p.text}</p>` : nothing;
  }

  #card(i: Identity, at: number, several: boolean): TemplateResult {
    const value = (e: Event): string => (e.target as HTMLInputElement).value;
    const from = this.#addresses();
    return html`<li class="set-card identity-card">
      <div class="set-card-head"><h2><bdi>${i.name || i.address}</bdi></h2>
        ${several && i.default ? html`<span class="pill">${t('identity-default')}</span>` : nothing}${this.mark(`identity-${at}`)}
        ${several && !i.default ? html`<button type="button" class="button button-small button-quiet" @click=${() => this.#edit(at, { default: true }, `identity-${at}`)}>${t('identity-make-default')}</button>` : nothing}
        ${several ? html`<button type="button" class="icon-button" aria-label=${t('identity-remove', { name: i.name || i.address })} data-tip=${t('identity-remove-tip')} @click=${() => this.#remove(at)}>${icon('trash')}</button>` : nothing}</div>
      <label class="field"><span class="field-label">${t('set-address')}</span>${from.length > 1
        ? html`<span class="select-wrap"><select class="select" .value=${live(i.address)} @change=${(e: Event) => this.#edit(at, { address: value(e) }, `identity-${at}`)}>${from.map((a) => html`<option value=${a} ?selected=${a === i.address}>${a}</option>`)}</select>${icon('chevron-down')}</span>`
        : html`<input class="input" readonly .value=${i.address}>`}</label>${this.#problem(at, 'address')}
      <label class="field"><span class="field-label">${t('set-name')}</span><input class="input" maxlength="200" autocomplete="name" .value=${live(i.name)} @change=${(e: Event) => this.#edit(at, { name: value(e).trim() }, `identity-${at}`)}></label>
      <p class="field-hint">${t('set-name-hint')}</p>${this.#problem(at, 'name')}
      <label class="field"><span class="field-label">${t('identity-reply-to')}</span><input class="input" type="email" maxlength="254" autocomplete="off" .value=${live(i.reply_to)} @change=${(e: Event) => this.#edit(at, { reply_to: value(e).trim() }, `identity-${at}`)}></label>${this.#problem(at, 'reply_to')}
      <label class="field"><span class="field-label">${t('set-signature')}</span><textarea class="textarea" rows="4" maxlength="4000" .value=${live(i.signature)} @change=${(e: Event) => this.#edit(at, { signature: value(e) }, `identity-${at}`)}></textarea></label>
      <p class="field-hint">${t('set-signature-hint')}</p>${this.#problem(at, 'signature')}${this.#problem(at, '')}</li>`;
  }

  override render(): TemplateResult {
    const list = settings.value.identities.length ? settings.value.identities : [{ name: '', address: me.value.address, reply_to: '', signature: '', default: true }];
    return html`<h1>${t('settings-identity')}</h1><ul class="card-list">${list.map((i, at) => this.#card(i, at, list.length > 1))}</ul>
      ${list.length < MOST ? html`<div><button type="button" class="button button-small" @click=${this.#add}>${icon('plus')}${t('identity-add')}</button>
        ${this.#addresses().length > 1 ? nothing : html`<p class="field-hint">${t('identity-add-hint')}</p>`}</div>` : nothing}`;
  }
}
define('wx-settings-identity', WxIdentitiesSection);
