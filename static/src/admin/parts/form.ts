// Forms by a list of fields. What the server refuses stands at the field it names (`details.field`), else above the buttons.
import { ApiError } from '../../api/client.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, live, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { signal } from '../../core/signals.ts';
import type { Signal } from '../../core/signals.ts';
import { openDialog } from './dialog.ts';
import { say } from '../words.ts';

export type Value = string | boolean | number | string[] | null | File;
export type Values = Record<string, Value>;
export interface Choice { value: string; label: string; hint?: string }
export interface Field {
  name: string;
  label: string;
  /** lines: one value a line, as a list; radio: choices with an explanation each; file: one file. */
  kind?: 'text' | 'email' | 'password' | 'code' | 'number' | 'date' | 'select' | 'radio' | 'check' | 'area' | 'lines' | 'file';
  value?: Value;
  hint?: string;
  /** What the hint says is not said beside a refusal, which knows it better. */
  yields?: boolean;
  required?: boolean;
  choices?: Choice[];
  /** A machine's word: monospaced, no spelling. */
  mono?: boolean;
  most?: number;
  min?: number;
  accept?: string;
  placeholder?: string;
  autocomplete?: string;
  disabled?: boolean;
  when?: (v: Values) => boolean;
  /** A sentence where what is typed cannot be right; '' where it may be. */
  check?: (v: Value, all: Values) => string;
}
export interface Problem { field: string; text: string }

/** What was typed, as the fields mean it. */
function empty(f: Field): Value { return f.value ?? (f.kind === 'check' ? false : f.kind === 'lines' ? [] : f.kind === 'number' || f.kind === 'file' ? null : f.kind === 'select' || f.kind === 'radio' ? f.choices?.[0]?.value ?? '' : ''); }
let forms = 0;

export class Form {
  readonly fields: readonly Field[];
  readonly values: Signal<Values>;
  readonly problems = signal<Problem[]>([]);
  readonly busy = signal(false);
  readonly #id = `form-${++forms}`;
  readonly #begun: Values;

  constructor(fields: readonly Field[]) {
    this.fields = fields;
    this.#begun = Object.fromEntries(fields.map((f) => [f.name, empty(f)]));
    this.values = signal({ ...this.#begun });
  }

  set(name: string, value: Value): void {
    this.values.value = { ...this.values.value, [name]: value };
    if (this.problems.value.some((p) => p.field === name)) this.problems.value = this.problems.value.filter((p) => p.field !== name);
  }
  text(name: string): string { return String(this.values.value[name] ?? '').trim(); }
  shown(): Field[] { return this.fields.filter((f) => !f.when || f.when(this.values.value)); }
  dirty(): boolean { return this.fields.some((f) => JSON.stringify(this.values.value[f.name]) !== JSON.stringify(this.#begun[f.name])); }
  /** Members that differ from what the form began with. */
  changed(): Values { return Object.fromEntries(this.shown().map((f) => [f.name, this.values.value[f.name] ?? null] as const).filter(([name, v]) => JSON.stringify(v) !== JSON.stringify(this.#begun[name]))); }

  /** True when everything that can be judged here is right; else says so and goes to the first wrong field. */
  check(): boolean {
    const v = this.values.value;
    this.problems.value = this.shown().flatMap((f) => {
      const value = v[f.name] ?? null;
      const missing = f.required && (value === null || value === '' || (Array.isArray(value) && value.length === 0));
      const text = missing ? t('adm-field-missing') : value !== '' && value !== null ? f.check?.(value, v) ?? '' : '';
      return text ? [{ field: f.name, text }] : [];
    });
    this.#toProblem();
    return this.problems.value.length === 0;
  }

  /** Takes what the server refused. */
  refuse(error: unknown): void {
    const field = error instanceof ApiError ? error.field : '';
    const known = this.shown().some((f) => f.name === field);
    this.problems.value = [{ field: known ? field : '', text: say(error) }];
    this.#toProblem();
  }
  #toProblem(): void {
    const first = this.problems.value[0];
    if (first && !first.field) setTimeout(() => document.getElementById(this.#of(''))?.scrollIntoView({ block: 'nearest' }));
    if (first?.field) setTimeout(() => { const el = document.getElementById(this.#of(first.field)); el?.focus(); if (el instanceof HTMLInputElement && el.type !== 'file') el.select(); });
  }

  /** Runs once, with the form locked; the result, or null when it was refused (which the form says then). */
  async run<T>(act: (values: Values) => Promise<T>): Promise<T | null> {
    if (this.busy.value || !this.check()) return null;
    this.busy.value = true;
    try { return await act(this.values.value); } catch (error) { this.busy.value = false; this.refuse(error); return null; } finally { this.busy.value = false; }
  }

  #of(name: string): string { return `${this.#id}-${name}`; }

  #control(f: Field, bad: boolean, describes: string): TemplateResult {
    const id = this.#of(f.name);
    const v = this.values.value[f.name] ?? null;
    const said = bad ? 'true' : nothing;
    const by = describes || nothing;
    const typed = (e: Event): void => this.set(f.name, (e.target as HTMLInputElement).value);
    switch (f.kind) {
      case 'select': return html`<span class="select-wrap adm-select"><select class="select" id=${id} ?disabled=${f.disabled} aria-describedby=${by} aria-invalid=${said} @change=${typed}>
        ${f.choices?.map((c) => html`<option value=${c.value} ?selected=${c.value === v}>${c.label}</option>`)}</select>${icon('chevron-down')}</span>`;
      case 'area': return html`<textarea class="textarea ${f.mono ? 'mono' : ''}" id=${id} maxlength=${f.most ?? 4000} ?disabled=${f.disabled} aria-describedby=${by} aria-invalid=${said} .value=${live(String(v ?? ''))} @input=${typed}></textarea>`;
      case 'lines': return html`<textarea class="textarea mono" id=${id} maxlength=${f.most ?? 8000} spellcheck="false" autocapitalize="none" ?disabled=${f.disabled} aria-describedby=${by} aria-invalid=${said}
        .value=${(v as string[] | null ?? []).join('\n')} @change=${(e: Event) => this.set(f.name, (e.target as HTMLTextAreaElement).value.split(/[\s,;]+/).filter(Boolean))}></textarea>`;
      case 'number': return html`<input class="input adm-number" id=${id} type="number" inputmode="numeric" min=${f.min ?? 0} max=${f.most ?? 1_000_000_000} step="1" placeholder=${f.placeholder ?? ''} ?disabled=${f.disabled} aria-describedby=${by} aria-invalid=${said}
        .value=${live(v === null ? '' : String(v))} @input=${(e: Event) => { const el = e.target as HTMLInputElement; this.set(f.name, el.value === '' ? null : el.valueAsNumber); }}>`;
      case 'file': return html`<input class="adm-file" id=${id} type="file" accept=${f.accept ?? ''} ?disabled=${f.disabled} aria-describedby=${by} aria-invalid=${said} @change=${(e: Event) => this.set(f.name, (e.target as HTMLInputElement).files?.[0] ?? null)}>`;
      default: return html`<input class="input ${f.mono ? 'mono' : ''} ${f.kind === 'code' ? 'code-input' : ''}" id=${id} type=${f.kind === 'password' || f.kind === 'date' ? f.kind : 'text'} inputmode=${f.kind === 'email' ? 'email' : f.kind === 'code' ? 'text' : nothing}
        autocomplete=${f.autocomplete ?? (f.kind === 'code' ? 'one-time-code' : f.kind === 'password' ? 'current-password' : 'off')} autocapitalize=${f.kind === 'email' || f.mono ? 'none' : nothing} spellcheck=${f.kind === 'text' && !f.mono ? nothing : 'false'}
        maxlength=${f.most ?? 1024} placeholder=${f.placeholder ?? ''} ?disabled=${f.disabled} aria-describedby=${by} aria-invalid=${said} aria-required=${f.required ? 'true' : nothing} .value=${live(String(v ?? ''))} @input=${typed}>`;
    }
  }

  #field(f: Field): TemplateResult {
    const id = this.#of(f.name);
    const problem = this.problems.value.find((p) => p.field === f.name);
    const hint = problem && f.yields ? '' : f.hint;
    const describes = [hint ? `${id}-hint` : '', problem ? `${id}-bad` : ''].filter(Boolean).join(' ');
    const below = html`${hint ? html`<span class="field-hint" id=${`${id}-hint`}>${hint}</span>` : nothing}${problem ? html`<span class="field-error" id=${`${id}-bad`} role="alert">${problem.text}</span>` : nothing}`;
    const v = this.values.value[f.name];
    if (f.kind === 'check') {
      return html`<div class="field" data-field=${f.name}><label class="adm-check"><input type="checkbox" class="check" id=${id} ?disabled=${f.disabled} aria-describedby=${describes || nothing} .checked=${live(v === true)} @change=${(e: Event) => this.set(f.name, (e.target as HTMLInputElement).checked)}><span>${f.label}</span></label>${below}</div>`;
    }
    if (f.kind === 'radio') {
      return html`<fieldset class="field" data-field=${f.name}><legend class="field-label">${f.label}</legend><div class="set-options">${f.choices?.map((c) => html`<label class="option"><input type="radio" class="radio" name=${id} value=${c.value} ?disabled=${f.disabled} .checked=${live(v === c.value)} @change=${() => this.set(f.name, c.value)}>
        <span class="option-title">${c.label}</span>${c.hint ? html`<span class="option-text">${c.hint}</span>` : nothing}</label>`)}</div>${below}</fieldset>`;
    }
    return html`<div class="field" data-field=${f.name}><label class="field-label" for=${id}>${f.label}${f.required || f.kind === 'select' ? nothing : html` <span class="adm-optional">${t('adm-optional')}</span>`}</label>${this.#control(f, problem !== undefined, describes)}${below}</div>`;
  }

  /** The fields, and what is wrong with none of them in particular. */
  view(): TemplateResult {
    const other = this.problems.value.find((p) => p.field === '');
    return html`${this.shown().map((f) => this.#field(f))}${other ? html`<p class="notice is-bad" id=${this.#of('')} role="alert">${icon('circle-alert')}<span class="notice-text">${other.text}</span></p>` : nothing}`;
  }
}

export interface FormDialog<T> {
  title: string;
  text?: string;
  fields: Field[];
  yes: string;
  danger?: boolean;
  wide?: boolean;
  /** Below the fields, by what they hold now. */
  also?: (values: Values) => unknown;
  act: (values: Values, form: Form) => Promise<T>;
}
/** Asks, acts, and closes when it was done; what is refused stays to be mended. */
export function formDialog<T>(o: FormDialog<T>): Promise<T | null> {
  const form = new Form(o.fields);
  return openDialog<T>((close) => () => ({
    title: o.title, ...(o.wide ? { wide: true } : {}),
    body: html`${o.text ? html`<p>${o.text}</p>` : nothing}${form.view()}${o.also?.(form.values.value) ?? nothing}`,
    submit: () => { void form.run((v) => o.act(v, form)).then((done) => { if (done !== null) close(done); }); },
    foot: html`<button type="button" class="button button-quiet" @click=${() => close(null)}>${t('cancel')}</button>
      <button type="submit" class="button ${o.danger ? 'button-danger' : 'button-primary'}" aria-disabled=${form.busy.value ? 'true' : nothing}>${form.busy.value ? icon('loader-circle', undefined, 'spin') : nothing}${o.yes}</button>`,
  }));
}
