// One side of a rule: its selectors as chips with what each means, and a field that takes several at once.
import { WxElement, define } from '../../core/element.ts';
import { foreign } from '../../core/foreign.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, live, nothing, repeat } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { isFault, readSelector, splitSelectors, withSelector } from './selectors.ts';
import { selectorWords } from './say.ts';

let serial = 0;

export class WxSelectors extends WxElement {
  static override properties = { label: {}, hint: {}, value: { attribute: false }, datasets: { attribute: false }, needed: { type: Boolean }, problem: {}, typed: { state: true }, fault: { state: true }, at: { state: true } };
  declare label: string;
  declare hint: string;
  declare value: string[];
  declare datasets: string[];
  declare needed: boolean;
  /** What the server said of it. */
  declare problem: string;
  declare typed: string;
  declare fault: string;
  declare at: number;
  #id = `sel-${++serial}`;

  constructor() { super(); this.label = this.hint = this.problem = this.typed = this.fault = ''; this.value = []; this.datasets = []; this.needed = false; this.at = -1; }

  #change(next: string[]): void { this.value = next; this.dispatchEvent(new CustomEvent('selectors', { detail: next })); }
  /** Takes what was typed; false: some of it is wrong and stays to be mended. */
  commit(): boolean {
    const left: string[] = [];
    let fault = '';
    let next = [...this.value];
    for (const word of splitSelectors(this.typed)) {
      const s = readSelector(word, this.datasets);
      if (isFault(s)) { left.push(word); fault ||= t(`adm-sel-fault-${s}`, { text: foreign(word, 60) }); } else next = withSelector(next, word);
    }
    this.typed = left.join(' ');
    this.fault = fault;
    if (next.join(' ') !== this.value.join(' ')) this.#change(next);
    return left.length === 0;
  }
  #remove(at: number): void {
    this.#change(this.value.filter((_, i) => i !== at));
    void this.updateComplete.then(() => { (this.querySelectorAll<HTMLElement>('.rl-chip-x')[Math.min(at, this.value.length - 1)] ?? this.querySelector<HTMLElement>('input'))?.focus(); });
  }
  #key(e: KeyboardEvent): void {
    const input = e.target as HTMLInputElement;
    if (e.key === 'Enter' || e.key === ',' || e.key === ';') { if (this.typed.trim() !== '' || e.key !== 'Enter') { e.preventDefault(); this.commit(); } }
    else if (e.key === 'Backspace' && input.value === '' && this.value.length) { e.preventDefault(); this.typed = this.value.at(-1)!; this.#change(this.value.slice(0, -1)); }
  }
  #paste(e: ClipboardEvent): void {
    const text = e.clipboardData?.getData('text/plain') ?? '';
    if (!/[\s,;]/u.test(text.trim())) return;
    e.preventDefault();
    this.typed = `${this.typed} ${text.slice(0, 100_000)}`;
    this.commit();
  }

  override render(): TemplateResult {
    const id = this.#id;
    const choices = ['*', '@managed', '@external', ...this.datasets.map((d) => `dataset:${d}`)].filter((c) => !this.value.includes(c));
    const said = this.fault || this.problem || (this.needed && this.value.length === 0 ? t('adm-sel-needed') : '');
    return html`<div class="field rl-side"><label class="field-label" for=${id}>${this.label}</label>
      <div class="rl-chips" @click=${(e: Event) => { if (e.target === e.currentTarget) this.querySelector('input')?.focus(); }}>
        ${this.value.length ? html`<ul class="rl-chip-list">${repeat(this.value, (s) => s, (s, i) => {
          const read = readSelector(s, this.datasets);
          const means = isFault(read) ? t(`adm-sel-fault-${read}`, { text: foreign(s, 60) }) : t(`adm-sel-class-${read.kind}`);
          return html`<li class="chip rl-chip ${isFault(read) ? 'is-bad' : `is-${read.kind}`}" data-tip=${means}><span class="rl-chip-text">${isFault(read) ? html`${icon('triangle-alert')}` : nothing}${selectorWords(s)}</span><span class="visually-hidden">, ${means}</span>
            <button type="button" class="rl-chip-x" aria-label=${t('adm-sel-remove', { what: selectorWords(s) })} @click=${() => this.#remove(i)}>${icon('x')}</button></li>`;
        })}</ul>` : nothing}
        <input class="rl-chip-input" id=${id} list=${`${id}-list`} maxlength="4000" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby=${`${id}-hint ${id}-bad`} aria-invalid=${said ? 'true' : 'false'} placeholder=${t('adm-sel-placeholder')}
          .value=${live(this.typed)} @input=${(e: Event) => { this.typed = (e.target as HTMLInputElement).value; this.fault = ''; if (choices.includes(this.typed)) this.commit(); }} @keydown=${(e: KeyboardEvent) => this.#key(e)} @paste=${(e: ClipboardEvent) => this.#paste(e)} @blur=${() => { if (this.typed.trim()) this.commit(); }}>
        <datalist id=${`${id}-list`}>${choices.map((c) => html`<option value=${c}>${selectorWords(c)}</option>`)}</datalist>
      </div>
      <div class="rl-quick">${choices.slice(0, 3).filter((c) => !c.startsWith('dataset:')).map((c) => html`<button type="button" class="button button-small button-quiet" @click=${() => { this.typed = c; this.commit(); }}>${icon('plus')}${selectorWords(c)}</button>`)}</div>
      <span class="field-hint" id=${`${id}-hint`}>${this.hint}</span>${said ? html`<span class="field-error" id=${`${id}-bad`} role="alert">${said}</span>` : nothing}</div>`;
  }
}
define('wx-selectors', WxSelectors);
