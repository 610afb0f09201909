// vCards in and out. What could not be taken over is said line by line, with the name that stands there.
import { sentence } from '../../api/client.ts';
import * as api from '../../api/contacts.ts';
import type { Imported } from '../../api/contacts.ts';
import { define } from '../../core/element.ts';
import { foreign } from '../../core/foreign.ts';
import { icon } from '../../core/icon.ts';
import { hasText, t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import * as people from '../../store/people.ts';
import { toast } from '../../store/toasts.ts';
import { Asking, ask } from '../../smime/asking.ts';
import { dialog } from '../parts/dialog.ts';
import { saveBlob } from '../reader/save.ts';
import { nameAt, namesOf } from './card-names.ts';

/** As the server takes it (docs/PLAN.md). */
const LARGEST = 10 << 20;
const SHOWN = 300;
/** A card, or a key, that did not come in; everything else is a part that was left out of one that did. */
const LEFT_OUT = new Set(['no_address', 'address_taken', 'full']);

const word = (why: string): string => { const key = `vcard-${why.replaceAll('_', '-')}`; return hasText(key) ? t(key) : t('vcard-other'); };

class WxImportCards extends Asking<boolean> {
  static override properties = { busy: { state: true }, problem: { state: true }, report: { state: true }, over: { state: true } };
  declare busy: boolean;
  declare problem: string;
  declare report: Imported | null;
  declare over: boolean;
  #names: ReturnType<typeof namesOf> = [];
  #file = '';
  constructor() { super(); this.busy = false; this.problem = ''; this.report = null; this.over = false; }

  async #take(file: File | undefined): Promise<void> {
    if (!file || this.busy) return;
    this.problem = '';
    this.#file = foreign(file.name, 80);
    if (file.size === 0) { this.problem = t('cards-empty', { file: this.#file }); return; }
    if (file.size > LARGEST) { this.problem = t('cards-large', { file: this.#file }); return; }
    this.busy = true;
    try {
      // Read before it is sent: a folder, or a file that is gone, fails here and not in the middle.
      const bytes = await file.arrayBuffer().catch(() => null);
      if (!bytes) { this.problem = t('cards-unreadable', { file: this.#file }); return; }
      const text = new TextDecoder().decode(bytes);
      if (!/^BEGIN:VCARD/im.test(text)) { this.problem = t('cards-none', { file: this.#file }); return; }
      const report = await api.importCards(new Blob([bytes]));
      this.#names = namesOf(text);
      this.report = report;
      void people.refresh();
    } catch (error) { this.problem = sentence(error); } finally { this.busy = false; }
  }

  #list(title: string, all: Imported['skipped']): TemplateResult | typeof nothing {
    if (!all.length) return nothing;
    return html`<section class="card-report"><h3>${title}</h3><table><thead><tr><th scope="col">${t('cards-line')}</th><th scope="col">${t('cards-who')}</th><th scope="col">${t('cards-why')}</th></tr></thead>
      <tbody>${all.slice(0, SHOWN).map((s) => html`<tr data-why=${s.why}><td>${s.line}</td><td><bdi>${foreign(nameAt(this.#names, s.line), 60)}</bdi></td><td>${word(s.why)}</td></tr>`)}</tbody></table>
      ${all.length > SHOWN ? html`<p class="muted">${t('cards-more', { n: all.length - SHOWN })}</p>` : nothing}</section>`;
  }

  #answer(r: Imported): TemplateResult {
    const none = r.added + r.changed === 0;
    return html`<div class="notice ${none ? 'is-warning' : 'is-good'}" role="status">${icon(none ? 'triangle-alert' : 'circle-check')}<div class="notice-text">${none && !r.skipped.length ? t('cards-known') : t('cards-done', { added: r.added, changed: r.changed })}</div></div>
      ${this.#list(t('cards-skipped'), r.skipped.filter((s) => LEFT_OUT.has(s.why)))}${this.#list(t('cards-parts'), r.skipped.filter((s) => !LEFT_OUT.has(s.why)))}`;
  }

  #choose(): TemplateResult {
    const drop = (e: DragEvent): void => { e.preventDefault(); this.over = false; void this.#take(e.dataTransfer?.files[0]); };
    return html`<p>${t('cards-how')}</p>
      <div class="card-drop ${this.over ? 'is-over' : ''}" @dragover=${(e: DragEvent) => { e.preventDefault(); this.over = true; }} @dragleave=${() => { this.over = false; }} @drop=${drop}>
        <label class="button file-button" aria-disabled=${this.busy ? 'true' : nothing}>${icon('folder-input')}${this.busy ? t('cards-busy') : t('cards-choose')}<input class="visually-hidden" type="file" accept=".vcf,.vcard,text/vcard,text/x-vcard,text/directory" ?disabled=${this.busy}
          @change=${(e: Event) => { const f = e.target as HTMLInputElement; void this.#take(f.files?.[0]).then(() => { f.value = ''; }); }}></label><span class="muted">${t('cards-drop')}</span></div>
      ${this.problem ? html`<div role="alert"><div class="notice is-bad">${icon('octagon-x')}<div class="notice-text">${this.problem}</div></div></div>` : nothing}`;
  }

  override render(): TemplateResult {
    const close = (): void => { if (!this.busy) this.done(this.report !== null); };
    return dialog({
      title: t(this.report ? 'cards-report' : 'cards-import'), className: 'dialog-wide dialog-cards', close, submit: close, body: this.report ? this.#answer(this.report) : this.#choose(), reads: this.report !== null,
      foot: this.report ? html`<button type="button" class="button" @click=${() => { this.report = null; }}>${t('cards-again')}</button><button type="submit" class="button button-primary">${t('done')}</button>`
        : html`<button type="button" class="button" ?disabled=${this.busy} @click=${close}>${t('cancel')}</button>`,
    });
  }
}
define('wx-import-cards', WxImportCards);

export function importFile(): Promise<boolean> { return ask(document.createElement('wx-import-cards') as WxImportCards); }

export async function exportAll(version: 3 | 4): Promise<void> {
  try {
    saveBlob(await api.exportCards(version), 'contacts.vcf');
    toast(t('cards-exported'));
  } catch (error) { toast(sentence(error), { kind: 'bad' }); }
}
