// Which folders the tree shows: a list of all of them with a box for each. A change is made at once.
import { sentence } from '../../api/client.ts';
import type { Folder } from '../../api/types.ts';
import { WxElement, define } from '../../core/element.ts';
import { matches } from '../../core/fold.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { css, html, live, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { setShown } from '../../store/folder-care.ts';
import { allShown, buildTree, folderName, folders, loadFolders, staysShown } from '../../store/folders.ts';
import type { Node } from '../../store/folders.ts';
import { announce, overlay } from '../../store/ui.ts';
import { dialog } from '../parts/dialog.ts';
import { folderIcon } from './sidebar.ts';

/** In the order of the tree, closed or not. */
function flat(nodes: readonly Node[]): Node[] { return nodes.flatMap((n) => [n, ...flat(n.children)]); }

export class WxShownFolders extends WxElement {
  static override properties = { typed: { state: true }, busy: { state: true }, problem: { state: true } };
  declare typed: string;
  /** Folders whose change the server has not answered yet, and what is wanted. */
  declare busy: ReadonlyMap<string, boolean>;
  declare problem: string;
  constructor() { super(); this.typed = ''; this.busy = new Map(); this.problem = ''; }

  /** What had the focus before; a menu's item is gone by then, and the focus falls to what is around it. */
  #opener: Element | null = null;

  override connectedCallback(): void { super.connectedCallback(); this.#opener = document.activeElement; }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    const to = this.#opener;
    if (to instanceof HTMLElement && to.isConnected && to !== document.body) to.focus();
  }
  #close = (): void => { overlay.value = null; };

  #mark(id: string, wanted: boolean | null): void {
    const next = new Map(this.busy);
    if (wanted === null) next.delete(id); else next.set(id, wanted);
    this.busy = next;
  }

  async #set(f: Folder, shown: boolean): Promise<void> {
    if (this.busy.has(f.id)) return;
    this.#mark(f.id, shown);
    this.problem = '';
    try {
      await setShown(f, shown);
      announce(t(shown ? 'folder-shown' : 'folder-hidden', { folder: folderName(f) }));
    } catch (error) {
      this.problem = sentence(error);
      await loadFolders();
    } finally { this.#mark(f.id, null); }
  }

  /** Arrows go from box to box, Home and End to the first and the last one. */
  #keys(event: KeyboardEvent): void {
    const boxes = [...this.querySelectorAll<HTMLInputElement>('.shown-list input:not(:disabled)')];
    const at = boxes.indexOf(event.target as HTMLInputElement);
    const to = event.key === 'ArrowDown' ? at + 1 : event.key === 'ArrowUp' ? at - 1 : event.key === 'Home' && at >= 0 ? 0 : event.key === 'End' && at >= 0 ? boxes.length - 1 : null;
    if (to === null) return;
    event.preventDefault();
    if (to < 0) this.querySelector<HTMLInputElement>('.chooser-input')?.focus();
    else boxes[Math.min(to, boxes.length - 1)]?.focus();
  }

  #line(n: Node): TemplateResult {
    const f = n.folder;
    const stays = staysShown(f);
    const on = stays || (this.busy.get(f.id) ?? (f.subscribed || allShown(folders.value, f.shared)));
    // Not disabled while it waits: that would throw the focus away.
    return html`<li><label class="shown-line" ${css({ '--depth': String(this.typed ? 0 : n.depth) })}>
      <input type="checkbox" class="check" .checked=${live(on)} ?disabled=${stays} aria-busy=${this.busy.has(f.id) ? 'true' : nothing} @change=${(e: Event) => void this.#set(f, (e.target as HTMLInputElement).checked)}>
      ${icon(folderIcon(f.role))}<bdi class="folder-name truncate">${folderName(f)}</bdi>
      ${stays ? html`<span class="muted">${t('folder-stays')}</span>` : this.typed && f.path !== f.name ? html`<bdi class="muted truncate shown-path">${f.path.replaceAll(f.delimiter || '/', ' › ')}</bdi>` : nothing}</label></li>`;
  }

  override render(): TemplateResult {
    const { own, shared } = buildTree(folders.value);
    const fits = (n: Node): boolean => n.folder.selectable && (!this.typed || matches(n.folder.path + folderName(n.folder), this.typed));
    const [mine, theirs] = [flat(own).filter(fits), flat(shared).filter(fits)];
    return dialog({
      title: t('folders-choose-title'), className: 'dialog-chooser dialog-shown', close: this.#close,
      body: html`<div class="chooser-field" @keydown=${(e: KeyboardEvent) => this.#keys(e)}>${icon('search')}<input class="chooser-input" type="text" autofocus autocomplete="off" spellcheck="false" aria-label=${t('move-hint')} placeholder=${t('move-hint')} aria-describedby="shown-hint"
          .value=${this.typed} @input=${(e: InputEvent) => { this.typed = (e.target as HTMLInputElement).value; }}></div>
        <p class="muted shown-hint" id="shown-hint">${t('folders-choose-text')}</p>
        ${this.problem ? html`<p class="field-error shown-hint" role="alert">${this.problem}</p>` : nothing}
        <div class="shown-list" @keydown=${(e: KeyboardEvent) => this.#keys(e)}>
          ${mine.length ? html`<ul aria-label=${t('folders')}>${mine.map((n) => this.#line(n))}</ul>` : nothing}
          ${theirs.length ? html`<h3 class="folders-title">${t('folders-shared')}</h3><ul aria-label=${t('folders-shared')}>${theirs.map((n) => this.#line(n))}</ul>` : nothing}
          ${mine.length + theirs.length === 0 ? html`<p class="choices-none" role="status">${t('nothing-found')}</p>` : nothing}
        </div>`,
      foot: html`<button type="button" class="button button-primary" @click=${this.#close}>${t('done')}</button>`,
    });
  }
}
define('wx-shown-folders', WxShownFolders);
