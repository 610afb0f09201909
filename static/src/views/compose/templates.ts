// Templates: put into the message, made of it, renamed, deleted. What may be encrypted is never kept as one: the server
// would hold its words in clear.
import '../../core/shared.ts';
import { ApiError, sentence } from '../../api/client.ts';
import * as api from '../../api/templates.ts';
import type { Template, Templates } from '../../api/templates.ts';
import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing, repeat } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import type { Composer } from '../../store/compose.ts';
import { announce } from '../../store/ui.ts';
import { dialog } from '../parts/dialog.ts';
import { useSheet } from '../parts/sheet.ts';

const STYLE = `
.templates { display: grid; gap: var(--s1); max-block-size: 18rem; overflow-y: auto; list-style: none; padding: 0; margin: 0 0 var(--s4); }
.templates li { display: flex; align-items: center; gap: var(--s2); }
.template-use { flex: 1; min-inline-size: 0; display: grid; text-align: start; padding: var(--s2) var(--s3); border-radius: var(--r2); }
.template-use:hover { background: var(--sunk); }
.template-use .muted { font-size: var(--text-s); }
.template-keep { display: flex; gap: var(--s2); align-items: end; flex-wrap: wrap; }
.template-keep .field { flex: 1; min-inline-size: 10rem; }
`;
const MOST = 200;

export class WxTemplates extends WxElement {
  static override properties = { composer: { attribute: false }, insert: { attribute: false }, read: { attribute: false }, done: { attribute: false }, list: { state: true }, problem: { state: true }, busy: { state: true } };
  declare composer: Composer;
  declare insert: (x: Template) => void;
  /** The writer's own part of the message: no quote, no signature, no pictures. */
  declare read: () => Promise<{ html: string | null; text: string }>;
  declare done: () => void;
  declare list: Templates | null;
  declare problem: string;
  declare busy: boolean;

  constructor() { super(); this.list = null; this.problem = ''; this.busy = false; }

  override connectedCallback(): void {
    super.connectedCallback();
    useSheet('templates', STYLE);
    this.#loaded = this.#load();
  }

  #loaded: Promise<void> = Promise.resolve();
  async #load(): Promise<void> {
    try { this.list = await api.templates(); } catch (error) { this.problem = sentence(error); }
  }

  /** change gets what the server has now; where another tab was faster it is applied once more to what that left,
   *  unless the message has become a secret by then. */
  async #change(change: (now: Template[]) => Template[], said: string, still: () => boolean = () => true): Promise<boolean> {
    await this.#loaded; // whoever is faster than the list is not told nothing
    if (!this.list || this.busy || !still()) return false;
    this.busy = true;
    this.problem = '';
    try {
      try { this.list = await api.putTemplates({ ...this.list, templates: change(this.list.templates) }); }
      catch (error) {
        if (!(error instanceof ApiError) || error.code !== 'conflict') throw error;
        const now = await api.templates();
        if (!still()) return false;
        this.list = await api.putTemplates({ ...now, templates: change(now.templates) });
      }
      announce(said);
      return true;
    } catch (error) { this.problem = sentence(error); return false; } finally { this.busy = false; }
  }

  async #keep(): Promise<void> {
    const c = this.composer;
    const field = this.querySelector<HTMLInputElement>('#template-name')!;
    const name = field.value.trim();
    if (!name) { field.focus(); return; }
    // Looked at again here: meanwhile the message may have become one that may be encrypted.
    const may = (): boolean => !c.mayEncrypt.value && !c.planLost.value;
    if (!may()) return;
    const own = await this.read();
    if (!may()) return;
    const one: Template = { id: crypto.randomUUID(), name, subject: c.subject.value.trim(), html: own.html, text: own.text.trim(), ...c.wishes.value };
    if (await this.#change((now) => [...now.filter((x) => x.name !== name), one], t('template-kept', { name }), may)) field.value = '';
  }

  async #remove(x: Template): Promise<void> {
    const at = this.list!.templates.indexOf(x);
    if (!(await this.#change((now) => now.filter((y) => y.id !== x.id), t('template-gone', { name: x.name })))) return;
    await this.updateComplete;
    const left = this.querySelectorAll<HTMLElement>('.template-use');
    (left[Math.min(at, left.length - 1)] ?? this.querySelector<HTMLElement>('#template-name'))?.focus();
  }

  #keeping(): TemplateResult {
    const c = this.composer;
    if (c.mayEncrypt.value || c.planLost.value) return html`<p class="muted template-secret">${t('template-secret')}</p>`;
    const full = (this.list?.templates.length ?? 0) >= MOST;
    return html`<div class="template-keep"><label class="field"><span class="field-label">${t('template-name')}</span><input class="input" id="template-name" maxlength="80" autocomplete="off" .value=${c.subject.value.trim().slice(0, 80)}></label>
      <button type="submit" class="button" ?disabled=${this.busy || full}>${t('template-keep')}</button></div>`;
  }

  override render(): TemplateResult {
    const all = (this.list?.templates ?? []).toSorted((a, b) => a.name.localeCompare(b.name));
    return dialog({
      title: t('templates'), className: 'templates-dialog', close: () => this.done(), submit: () => void this.#keep(),
      body: html`${this.problem ? html`<div class="notice is-bad" role="alert">${icon('circle-alert')}<div class="notice-text">${this.problem}</div></div>` : nothing}
        ${this.list && !all.length ? html`<p class="muted">${t('templates-none')}</p>` : nothing}
        ${all.length ? html`<ul class="templates">${repeat(all, (x) => x.id, (x) => html`<li><button type="button" class="template-use" @click=${() => { this.done(); this.insert(x); }}><bdi class="truncate">${x.name}</bdi><span class="muted truncate" dir="auto">${x.text.replace(/\s+/g, ' ').slice(0, 120)}</span></button>
          <button type="button" class="icon-button is-small" ?disabled=${this.busy} aria-label=${t('template-delete', { name: x.name })} data-tip=${t('template-delete', { name: x.name })} @click=${() => void this.#remove(x)}>${icon('trash')}</button></li>`)}</ul>` : nothing}
        ${this.#keeping()}`,
      foot: html`<button type="button" class="button" @click=${() => this.done()}>${t('close')}</button>`,
    });
  }
}
define('wx-templates', WxTemplates);
