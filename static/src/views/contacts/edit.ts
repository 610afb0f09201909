// Making and changing a contact. What is typed is kept for this tab until it is saved or thrown away, whatever is looked at
// meanwhile; what somebody else changed in the meantime is taken over where it is not in the way, and said where it is.
import { ApiError, sentence } from '../../api/client.ts';
import * as api from '../../api/contacts.ts';
import type { Contact } from '../../api/types.ts';
import { foldAddress } from '../../core/address.ts';
import { WxElement, define } from '../../core/element.ts';
import { foreign } from '../../core/foreign.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, ifDefined, live, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { go } from '../../core/router.ts';
import * as people from '../../store/people.ts';
import { signOutHooks } from '../../store/session.ts';
import { toast } from '../../store/toasts.ts';
import { confirm, newcomer } from '../../store/ui.ts';
import { titleOf } from './face.ts';
import { LABELS, labelOf, labelWord } from './labels.ts';
import { LIMITS, blank, formOf, hasProblem, isChanged, problemsOf, shown, take, tidy, together } from './form.ts';
import type { Field, Form, Problems } from './form.ts';

interface Draft {
  form: Form;
  /** What the change is measured against; version 0: it is new. */
  before: Form;
  version: number;
}
/** Not saved yet, by id of the contact. */
const drafts = new Map<string, Draft>();
signOutHooks.push(async () => drafts.clear());
addEventListener('beforeunload', (e) => { if ([...drafts.values()].some((d) => isChanged(d.before, d.form))) e.preventDefault(); });
export function hasDraft(id: string): boolean { const d = drafts.get(id); return d !== undefined && isChanged(d.before, d.form); }

export class WxPersonEdit extends WxElement {
  static override properties = { who: {}, draft: { state: true }, problems: { state: true }, problem: { state: true }, clashes: { state: true }, taken: { state: true }, owner: { state: true }, gone: { state: true }, busy: { state: true }, failure: { state: true } };
  declare who: string;
  declare draft: Draft | null;
  declare problems: Problems;
  declare problem: string;
  /** Fields that both changed, and how the other has them. */
  declare clashes: { field: Field; theirs: Form }[];
  declare taken: Field[];
  /** Somebody who has one of the addresses already. */
  declare owner: { id: string; name: string; address: string } | null;
  /** It was removed elsewhere while it was being edited. */
  declare gone: boolean;
  declare busy: boolean;
  declare failure: unknown;
  constructor() { super(); this.who = ''; this.draft = null; this.failure = null; this.#fresh(); }

  #fresh(): void { this.problems = { lines: {} }; this.problem = ''; this.clashes = []; this.taken = []; this.owner = null; this.gone = false; this.busy = false; }

  override willUpdate(changed: Map<string, unknown>): void { if (changed.has('who')) void this.#load(); }

  async #load(): Promise<void> {
    const id = this.who;
    this.#fresh();
    this.failure = null;
    const kept = drafts.get(id);
    const who = newcomer.peek();
    if (id === 'new') newcomer.value = null;
    // Somebody else is to be added while what was typed for another is not saved.
    const other = kept && id === 'new' && who !== null && isChanged(kept.before, kept.form) && !(await confirm({ title: t('person-discard-title'), text: t('person-discard-how'), action: t('person-discard'), danger: true }));
    if (id !== this.who) return;
    if (kept && (other || !(id === 'new' && who))) { this.draft = kept; this.#focus(); return; }
    if (id === 'new') {
      this.#hold({ form: blank(who?.name ?? '', who?.address ?? ''), before: blank(), version: 0 });
      this.#focus();
      return;
    }
    this.draft = null;
    try {
      const c = await api.getPerson(id);
      if (id !== this.who) return;
      this.#hold({ form: formOf(c), before: formOf(c), version: c.version });
      this.#focus();
    } catch (error) { if (id === this.who) this.failure = error; }
  }
  #hold(d: Draft): void { this.draft = d; drafts.set(this.who, d); }
  #focus(): void { void this.updateComplete.then(() => this.querySelector<HTMLElement>('#person-name')?.focus()); }

  #set(change: (f: Form) => void): void {
    const d = this.draft!;
    const form: Form = { ...d.form, lines: d.form.lines.map((l) => ({ ...l })) };
    change(form);
    this.#hold({ ...d, form });
    if (hasProblem(this.problems)) this.problems = problemsOf(form);
  }

  // ---- saving ----

  async #save(): Promise<void> {
    const d = this.draft;
    const id = this.gone ? 'new' : this.who;
    if (!d || this.busy) return;
    this.problems = problemsOf(d.form);
    this.problem = '';
    this.owner = null;
    if (hasProblem(this.problems)) { void this.updateComplete.then(() => this.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()); return; }
    const f = tidy(d.form);
    this.busy = true;
    const who = this.who;
    try {
      const saved = await api.savePerson(id, { name: f.name, addresses: f.lines, phone: f.phone, notes: f.notes, ...(id === 'new' ? {} : { version: d.version }) });
      drafts.delete(who);
      toast(t('person-saved', { name: titleOf(saved) }));
      void people.refresh();
      if (this.isConnected && this.who === who) go({ page: 'contacts', id: saved.id }, { replace: true });
    } catch (error) {
      if (error instanceof ApiError && error.code === 'conflict') await this.#changed();
      else if (error instanceof ApiError && error.code === 'not_found' && id !== 'new') this.gone = true;
      else await this.#refused(error, f);
    } finally { this.busy = false; }
  }

  /** Somebody saved it in the meantime. */
  async #changed(): Promise<void> {
    const d = this.draft!;
    try {
      const now = await api.getPerson(this.who);
      const theirs = formOf(now);
      const both = together(d.before, d.form, theirs);
      this.taken = both.taken;
      this.clashes = both.clashes.map((field) => ({ field, theirs }));
      this.#hold({ form: both.form, before: theirs, version: now.version });
      void this.updateComplete.then(() => this.querySelector<HTMLElement>('.person-clash')?.focus());
    } catch (error) {
      if (error instanceof ApiError && error.code === 'not_found') this.gone = true;
      else this.problem = sentence(error);
    }
  }

  /** Whose address it is already is worth more than "not accepted". */
  async #refused(error: unknown, f: Form): Promise<void> {
    this.problem = sentence(error);
    if (!(error instanceof ApiError) || error.field !== 'addresses') return;
    const fold = (a: string): string => foldAddress(a).toLowerCase();
    for (const l of f.lines) {
      const page = await api.getPeople({ offset: 0, limit: 50, text: l.address, group: null }).catch(() => null);
      const other = page?.contacts.find((c: Contact) => c.id !== this.who && c.addresses.some((a) => fold(a.address) === fold(l.address)));
      if (other) { this.owner = { id: other.id, name: titleOf(other), address: l.address }; return; }
    }
  }

  async #leave(): Promise<void> {
    const d = this.draft;
    const id = this.who;
    if (d && isChanged(d.before, d.form) && !(await confirm({ title: t('person-discard-title'), text: t('person-discard-how'), action: t('person-discard'), danger: true }))) return;
    drafts.delete(id);
    go({ page: 'contacts', id: id === 'new' ? null : id }, { replace: true });
  }

  // ---- what is drawn ----

  #said(field: keyof Problems & string, max: number): TemplateResult | typeof nothing {
    const key = this.problems[field as 'name'];
    return key ? html`<span class="field-error" id="person-${field}-problem" role="alert">${t(key, { n: max })}</span>` : nothing;
  }

  #clash(): TemplateResult | typeof nothing {
    if (this.gone) return html`<div class="notice is-warning" role="alert">${icon('triangle-alert')}<div class="notice-text">${t('person-gone-editing')}</div></div>`;
    if (!this.clashes.length && !this.taken.length) return nothing;
    const d = this.draft!;
    const names = (list: readonly Field[]): string => list.map((f) => t(`person-${f}`)).join(', ');
    return html`<div class="notice is-warning person-clash" role="alert" tabindex="-1">${icon('triangle-alert')}<div class="notice-text"><strong>${t('person-changed')}</strong>
      <p>${t('person-changed-kept')}${this.taken.length ? html` ${t('person-changed-taken', { fields: names(this.taken) })}` : nothing}</p>
      ${this.clashes.map((c) => html`<p class="person-theirs" data-field=${c.field}><span>${t('person-changed-theirs', { field: t(`person-${c.field}`) })} <q><bdi>${foreign(shown(c.theirs, c.field), 300) || t('person-empty')}</bdi></q></span>
        ${shown(d.form, c.field) === shown(c.theirs, c.field) ? nothing : html`<button type="button" class="button button-small" @click=${() => this.#set((f) => take(f, c.theirs, c.field))}>${t('person-take-theirs')}</button>`}</p>`)}</div></div>`;
  }

  #line(l: { address: string; label: string }, i: number, n: number): TemplateResult {
    const wrong = this.problems.lines[i] ?? (i === 0 ? this.problems.none : undefined);
    const mine = this.owner && foldAddress(this.owner.address).toLowerCase() === foldAddress(l.address.trim()).toLowerCase();
    return html`<li class="address-line"><input class="input" type="email" inputmode="email" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="254" data-line=${i} aria-label=${t('person-address-n', { n: i + 1 })} placeholder=${t('person-address')}
        aria-invalid=${wrong || mine ? 'true' : 'false'} aria-describedby=${ifDefined(wrong ? `line-problem-${i}` : undefined)} .value=${live(l.address)} @input=${(e: InputEvent) => this.#set((f) => { f.lines[i]!.address = (e.target as HTMLInputElement).value; })}>
      <input class="input address-label" list="address-labels" autocomplete="off" maxlength=${LIMITS.label} aria-label=${t('person-label-n', { n: i + 1 })} placeholder=${t('person-label')} .value=${live(LABELS.includes(l.label) ? labelWord(l.label) : l.label)} @input=${(e: InputEvent) => this.#set((f) => { f.lines[i]!.label = labelOf((e.target as HTMLInputElement).value); })}>
      <button type="button" class="icon-button" aria-label=${t('person-address-remove', { n: i + 1 })} data-tip=${t('person-address-remove-tip')} ?disabled=${n === 1 && l.address === ''} @click=${() => { this.#set((f) => { f.lines.splice(i, 1); if (!f.lines.length) f.lines.push({ address: '', label: '' }); }); }}>${icon('x')}</button>
      ${wrong ? html`<span class="field-error" id="line-problem-${i}" role="alert">${t(wrong)}</span>` : nothing}</li>`;
  }

  #form(d: Draft): TemplateResult {
    const f = d.form;
    const value = (e: Event): string => (e.target as HTMLInputElement).value;
    const add = (): void => { this.#set((x) => { x.lines.push({ address: '', label: '' }); }); void this.updateComplete.then(() => this.querySelector<HTMLElement>(`[data-line="${this.draft!.form.lines.length - 1}"]`)?.focus()); };
    return html`<form class="person person-form" novalidate @submit=${(e: Event) => { e.preventDefault(); void this.#save(); }} @keydown=${(e: KeyboardEvent) => { if (e.key === 'Escape') { e.preventDefault(); e.stopPropagation(); void this.#leave(); } else if (e.key === 's' && (e.ctrlKey || e.metaKey)) { e.preventDefault(); void this.#save(); } }}>
      <h1 class="message-subject">${this.who === 'new' ? t('person-new') : t('person-edit-title')}</h1>
      ${this.#clash()}
      ${this.problem || this.owner ? html`<div role="alert"><div class="notice is-bad">${icon('octagon-x')}<div class="notice-text">${this.owner ? html`${t('person-address-owner', { address: foreign(this.owner.address, 120), name: this.owner.name })}
        <div class="notice-actions"><button type="button" class="button button-small" @click=${() => go({ page: 'contacts', id: this.owner!.id })}>${t('person-owner-open', { name: this.owner.name })}</button></div>` : this.problem}</div></div></div>` : nothing}
      <div class="field"><label class="field-label" for="person-name">${t('person-name')}</label><input class="input" id="person-name" autocomplete="off" maxlength=${LIMITS.name} .value=${live(f.name)} aria-invalid=${this.problems.name ? 'true' : 'false'} aria-describedby=${ifDefined(this.problems.name ? 'person-name-problem' : undefined)} @input=${(e: Event) => this.#set((x) => { x.name = value(e); })}>${this.#said('name', LIMITS.name)}</div>
      <fieldset class="field address-lines"><legend class="field-label">${t('person-addresses')}</legend><ul>${f.lines.map((l, i) => this.#line(l, i, f.lines.length))}</ul>
        <datalist id="address-labels">${LABELS.map((l) => html`<option value=${t(`label-${l}`)}></option>`)}</datalist>
        ${f.lines.length < LIMITS.addresses ? html`<button type="button" class="button button-small set-inline" data-act="add-address" @click=${add}>${icon('plus')}${t('person-address-add')}</button>` : html`<span class="field-hint">${t('person-addresses-full', { n: LIMITS.addresses })}</span>`}</fieldset>
      <div class="field"><label class="field-label" for="person-phone">${t('person-phone')}</label><input class="input" id="person-phone" type="tel" autocomplete="off" maxlength=${LIMITS.phone} .value=${live(f.phone)} aria-invalid=${this.problems.phone ? 'true' : 'false'} @input=${(e: Event) => this.#set((x) => { x.phone = value(e); })}>${this.#said('phone', LIMITS.phone)}</div>
      <div class="field"><label class="field-label" for="person-notes">${t('person-notes')}</label><textarea class="textarea" id="person-notes" rows="6" maxlength=${LIMITS.notes} .value=${live(f.notes)} aria-invalid=${this.problems.notes ? 'true' : 'false'} @input=${(e: Event) => this.#set((x) => { x.notes = value(e); })}></textarea>${this.#said('notes', LIMITS.notes)}</div>
      <div class="person-acts"><button type="submit" class="button button-primary" ?disabled=${this.busy}>${this.gone ? t('person-save-new') : t('save')}</button><button type="button" class="button" data-act="cancel" ?disabled=${this.busy} @click=${() => void this.#leave()}>${t('cancel')}</button></div></form>`;
  }

  override render(): TemplateResult {
    return html`<div class="reader-bar" role="toolbar" aria-label=${t('contacts')}><button type="button" class="icon-button" aria-label=${t('person-edit-back')} data-tip=${t('person-edit-back')} @click=${() => void this.#leave()}>${icon('arrow-left')}</button></div>
      <div class="reader-scroll" tabindex="-1" aria-busy=${!this.draft && !this.failure}>${this.failure ? html`<div class="empty" role="alert"><span class="empty-art">${icon('circle-alert')}</span><h2>${t('person-failed')}</h2><p>${sentence(this.failure)}</p><button type="button" class="button" @click=${() => void this.#load()}>${icon('refresh-cw')}${t('try-again')}</button></div>`
        : this.draft ? this.#form(this.draft) : nothing}</div>`;
  }
}
define('wx-person-edit', WxPersonEdit);
