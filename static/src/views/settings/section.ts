// What the sections of the settings share: a change is saved at once and says so beside its name.
import { sentence } from '../../api/client.ts';
import type { SettingsPatch } from '../../api/types.ts';
import { WxElement } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, live, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { changeSettings } from '../../store/session.ts';
import type { Change } from '../../store/session.ts';
import { toast } from '../../store/toasts.ts';

const SAVED_SHOWN_MS = 2500;

export interface Option<T extends string> { value: T; title: string; text?: string }

export abstract class WxSection extends WxElement {
  static override properties = { saved: { state: true } };
  declare saved: string;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() { super(); this.saved = ''; }

  /** Says "Saved" beside the group of this name for a moment. */
  protected tell(name: string): void {
    this.saved = name;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { this.saved = ''; }, SAVED_SHOWN_MS);
  }

  protected async change(name: string, patch: SettingsPatch | Change): Promise<boolean> {
    try {
      await changeSettings(patch);
      this.tell(name);
      return true;
    } catch (error) {
      toast(sentence(error), { kind: 'bad' });
      this.requestUpdate();
      return false;
    }
  }

  protected mark(name: string): TemplateResult {
    return html`<span class="saved" role="status">${this.saved === name ? html`${icon('check')}${t('saved')}` : nothing}</span>`;
  }

  protected radios<T extends string>(name: string, legend: string, value: T, options: Option<T>[], pick: (v: T) => void): TemplateResult {
    return html`<fieldset class="set-group"><legend class="set-legend">${legend}${this.mark(name)}</legend><div class="set-options ${options.some((o) => o.text) ? '' : 'set-options-row'}">
      ${options.map((o) => html`<label class="option"><input class="radio" type="radio" name=${name} .value=${o.value} .checked=${live(o.value === value)} @change=${() => pick(o.value)}>
        <span class="option-title">${o.title}</span>${o.text ? html`<span class="option-text">${o.text}</span>` : nothing}</label>`)}
    </div></fieldset>`;
  }

  protected toggle(name: string, label: string, hint: string, on: boolean, set: (on: boolean) => void): TemplateResult {
    return html`<label class="set-switch"><span class="set-switch-text"><span class="option-title">${label}</span>${hint ? html`<span class="option-text">${hint}</span>` : nothing}</span>
      ${this.mark(name)}<input class="switch" type="checkbox" role="switch" data-set=${name} .checked=${live(on)} @change=${(e: Event) => set((e.target as HTMLInputElement).checked)}></label>`;
  }

  protected choice(name: string, label: string, value: string, options: Option<string>[] | TemplateResult[], pick: (v: string) => void, hint = ''): TemplateResult {
    const id = `set-${name}`;
    const rows = options.map((o) => ('value' in o ? html`<option value=${o.value} ?selected=${o.value === value}>${o.title}</option>` : o));
    return html`<div class="set-group"><label class="set-legend" for=${id}>${label}${this.mark(name)}</label>
      <span class="select-wrap"><select class="select" id=${id} .value=${live(value)} @change=${(e: Event) => pick((e.target as HTMLSelectElement).value)}>${rows}</select>${icon('chevron-down')}</span>
      ${hint ? html`<p class="field-hint">${hint}</p>` : nothing}</div>`;
  }
}
