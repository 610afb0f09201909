// Settings: whom one writes as. Several identities, of the addresses the operator allows; one is where a new message begins.
import '../../core/shared.ts';
import type { Identity, Settings } from '../../api/types.ts';
import { ApiError } from '../../api/client.ts';
import { define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, live, nothing, repeat } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { changeSettings, me, session, settings } from '../../store/session.ts';
import { sentence } from '../../api/client.ts';
import { proposedName } from '../../store/own-name.ts';
import { edited, keyOf, without } from './identity-list.ts';
import { WxSection } from './section.ts';

const MOST = 20;

export class WxIdentitiesSection extends WxSection {
  static override properties = { ...WxSection.properties, problem: { state: true }, typed: { state: true }, proposed: { state: true } };
  /** Which field of which identity the server refused, and its sentence. */
  declare problem: { key: string; field: string; text: string } | null;
  /** What stands in fields and is not saved: no answer writes over it. */
  declare typed: Readonly<Record<string, string>>;
  /** What a person of an address seems to be called, asked for where no name is set. */
  declare proposed: Readonly<Record<string, string>>;
  constructor() { super(); this.problem = null; this.typed = {}; this.proposed = {}; }

  #asked = new Set<string>();

  /** Only offered: no name is written that the person did not choose. */
  #propose(address: string, key: string): TemplateResult | typeof nothing {
    if (!this.#asked.has(address)) {
      this.#asked.add(address);
      void proposedName(address).then((name) => { if (name) this.proposed = { ...this.proposed, [address]: name }; });
    }
    const name = this.proposed[address];
    if (!name) return nothing;
    const use = (): void => void this.#write(key, 'name', name).then(() => this.querySelector<HTMLElement>(`[data-name="${CSS.escape(key)}"]`)?.focus());
    return html`<div class="name-proposal"><button type="button" class="button button-small" @click=${use}>${icon('user')}${t('name-use', { name })}</button></div>`;
  }


  #all(s: Settings): Identity[] { return s.identities.length ? s.identities : [{ name: '', address: me.value.address, reply_to: '', signature: '', default: true }]; }

  async #save(change: (list: Identity[]) => Identity[] | null, name: string, key = ''): Promise<boolean> {
    this.problem = null;
    try {
      await changeSettings((s) => { const identities = change(this.#all(s)); return identities && { identities }; });
      this.tell(name);
      return true;
    } catch (error) {
      const m = error instanceof ApiError ? /^identities\[(\d+)\](?:\.(\w+))?/.exec(error.field) : null;
      const all = this.#all(settings.value);
      this.problem = { key: m && all[Number(m[1])] ? keyOf(all, Number(m[1])) : key || keyOf(all, 0), field: m?.[2] ?? '', text: sentence(error) };
      return false;
    }
  }

  #edit(key: string, patch: Partial<Identity>): Promise<boolean> { return this.#save((list) => edited(list, key, patch), `identity-${key}`, key); }

  /** What is typed while the answer is on its way stays, and so does what was refused. */
  async #write(key: string, field: 'name' | 'reply_to' | 'signature', text: string): Promise<void> {
    const id = `${key} ${field}`;
    this.typed = { ...this.typed, [id]: text };
    if (!(await this.#edit(key, { [field]: field === 'signature' ? text : text.trim() })) || this.typed[id] !== text) return;
    const { [id]: _, ...rest } = this.typed;
    this.typed = rest;
  }

  #add = (): void => {
    const used = settings.value.identities.map((i) => i.address);
    const address = this.#addresses().find((a) => !used.includes(a)) ?? me.value.address;
    const fresh: Identity = { name: settings.value.identities[0]?.name ?? '', address, reply_to: '', signature: '', default: false };
    void this.#save((list) => [...list, fresh], 'add');
  };

  #remove(key: string): void {
    void this.#save((list) => without(list, key), 'remove', key).then((ok) => {
      // Which of several with one address: those behind it have another number now.
      const address = key.slice(0, key.lastIndexOf('#') + 1);
      if (ok) this.typed = Object.fromEntries(Object.entries(this.typed).filter(([id]) => !id.startsWith(address)));
    });
  }

  #addresses(): string[] { return session.value?.user.addresses ?? [me.value.address]; }

  #problem(key: string, field: string): TemplateResult | typeof nothing {
    const p = this.problem;
    return p && p.key === key && p.field === field ? html`<p class="field-error" role="alert">${p.text}</p>` : nothing;
  }

  #card(i: Identity, key: string, several: boolean): TemplateResult {
    const value = (e: Event): string => (e.target as HTMLInputElement).value;
    const from = this.#addresses();
    const typed = (field: 'name' | 'reply_to' | 'signature'): string => this.typed[`${key} ${field}`] ?? i[field];
    const input = (field: string) => (e: Event): void => { this.typed = { ...this.typed, [`${key} ${field}`]: value(e) }; };
    return html`<li class="set-card identity-card">
      <div class="set-card-head"><h2><bdi>${i.name || i.address}</bdi></h2>
        ${several && i.default ? html`<span class="pill">${t('identity-default')}</span>` : nothing}${this.mark(`identity-${key}`)}
        ${several && !i.default ? html`<button type="button" class="button button-small button-quiet" @click=${() => void this.#edit(key, { default: true })}>${t('identity-make-default')}</button>` : nothing}
        ${several ? html`<button type="button" class="icon-button" aria-label=${t('identity-remove', { name: i.name || i.address })} data-tip=${t('identity-remove-tip')} @click=${() => this.#remove(key)}>${icon('trash')}</button>` : nothing}</div>
      <label class="field"><span class="field-label">${t('set-address')}</span>${from.length > 1
        ? html`<span class="select-wrap"><select class="select" .value=${live(i.address)} @change=${(e: Event) => void this.#edit(key, { address: value(e) })}>${from.map((a) => html`<option value=${a} ?selected=${a === i.address}>${a}</option>`)}</select>${icon('chevron-down')}</span>`
        : html`<input class="input" readonly .value=${i.address}>`}</label>${this.#problem(key, 'address')}
      <label class="field"><span class="field-label">${t('set-name')}</span><input class="input" maxlength="200" autocomplete="name" data-name=${key} .value=${live(typed('name'))} @input=${input('name')} @change=${(e: Event) => void this.#write(key, 'name', value(e))}></label>
      <p class="field-hint">${t('set-name-hint')}</p>${i.name || typed('name') ? nothing : this.#propose(i.address, key)}${this.#problem(key, 'name')}
      <label class="field"><span class="field-label">${t('identity-reply-to')}</span><input class="input" type="email" maxlength="254" autocomplete="off" .value=${live(typed('reply_to'))} @input=${input('reply_to')} @change=${(e: Event) => void this.#write(key, 'reply_to', value(e))}></label>${this.#problem(key, 'reply_to')}
      <label class="field"><span class="field-label">${t('set-signature')}</span><textarea class="textarea" rows="4" maxlength="4000" .value=${live(typed('signature'))} @input=${input('signature')} @change=${(e: Event) => void this.#write(key, 'signature', value(e))}></textarea></label>
      <p class="field-hint">${t('set-signature-hint')}</p>${this.#problem(key, 'signature')}${this.#problem(key, '')}</li>`;
  }

  override render(): TemplateResult {
    const list = this.#all(settings.value);
    return html`<h1>${t('settings-identity')}</h1><ul class="card-list">${repeat(list, (_, at) => keyOf(list, at), (i, at) => this.#card(i, keyOf(list, at), list.length > 1))}</ul>
      ${list.length < MOST ? html`<div><button type="button" class="button button-small" @click=${this.#add}>${icon('plus')}${t('identity-add')}</button>
        ${this.#addresses().length > 1 ? nothing : html`<p class="field-hint">${t('identity-add-hint')}</p>`}</div>` : nothing}`;
  }
}
define('wx-settings-identity', WxIdentitiesSection);
