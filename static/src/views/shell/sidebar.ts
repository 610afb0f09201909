// Compose button and folder tree.
import { WxElement, define } from '../../core/element.ts';
import { count } from '../../core/format.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing, css, ifDefined } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { go, pathOf, route } from '../../core/router.ts';
import { runCommand } from '../../core/commands.ts';
import { folderName, folders, foldersError, INBOX_ID, loadFolders, staysShown, tree } from '../../store/folders.ts';
import type { Node } from '../../store/folders.ts';
import type { Folder } from '../../api/types.ts';
import { copyTo, moveTo } from '../../store/actions.ts';
import { labels, queryOf } from '../../store/labels.ts';
import { query, startSearch } from '../../store/search.ts';
import { caredFor, DRAG_TYPE, dragged, drawer, overlay } from '../../store/ui.ts';
import { separator } from '../parts/menu.ts';
import type { MenuItem } from '../parts/menu.ts';
import { may } from '../../store/rights.ts';
import * as care from '../../store/folder-care.ts';
import { sentence } from '../../api/client.ts';

const ICONS: Record<string, string> = { inbox: 'inbox', drafts: 'pen-line', sent: 'send', archive: 'archive', junk: 'octagon-x', trash: 'trash', all: 'mail', flagged: 'star' };
/** A closed folder opens under messages that are held above it. */
const OPENS_MS = 700;

export function folderIcon(role: string | null): string { return ICONS[role ?? ''] ?? 'folder'; }

export class WxSidebar extends WxElement {
  static override properties = { closed: { state: true }, over: { state: true } };
  declare closed: ReadonlySet<string>;
  declare over: string | null;
  #opens: ReturnType<typeof setTimeout> | undefined;
  constructor() { super(); this.closed = new Set(); this.over = null; }

  #toggle(id: string): void {
    const next = new Set(this.closed);
    if (!next.delete(id)) next.add(id);
    this.closed = next;
  }

  #open(event: MouseEvent, id: string): void {
    if (event.ctrlKey || event.metaKey || event.button !== 0) return;
    event.preventDefault();
    drawer.value = false;
    go({ page: 'mail', folder: id, uid: null, search: false });
  }

  #drag(event: DragEvent, id: string): void {
    if (!dragged.value || !event.dataTransfer?.types.includes(DRAG_TYPE)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = event.ctrlKey || event.altKey ? 'copy' : 'move';
    if (this.over === id) return;
    this.over = id;
    clearTimeout(this.#opens);
    if (this.closed.has(id)) this.#opens = setTimeout(() => { if (this.over === id) this.#toggle(id); }, OPENS_MS);
  }

  #left(event: DragEvent): void {
    // Going over what is inside a folder is no leaving.
    if (event.currentTarget instanceof Element && event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget)) return;
    this.over = null;
    clearTimeout(this.#opens);
  }

  #drop(event: DragEvent, id: string): void {
    this.over = null;
    clearTimeout(this.#opens);
    const what = dragged.value;
    if (!what || !event.dataTransfer?.types.includes(DRAG_TYPE)) return;
    event.preventDefault();
    dragged.value = null;
    void (event.ctrlKey || event.altKey ? copyTo(id, what) : moveTo(id, what));
  }

  #menu(f: Folder): MenuItem[] {
    const ask = (which: 'new-folder' | 'rename-folder' | 'move-folder') => (): void => { caredFor.value = f; overlay.value = which; };
    const rubbish = !f.shared && (f.role === 'trash' || f.role === 'junk');
    const own = f.role === null || f.shared;
    return [
      ...(f.selectable && may(f, 's') ? [{ label: t('folder-read'), icon: 'mail-open', disabled: f.unread === 0, run: () => void care.markAllRead(f) }] : []),
      ...(f.delimiter && f.role !== 'inbox' && may(f, 'k') ? [{ label: t('folder-new-inside'), icon: 'folder-plus', run: ask('new-folder') }] : []),
      ...(rubbish ? [separator, { label: t('folder-empty'), icon: 'trash', danger: true, disabled: f.total === 0, run: () => void care.empty(f) }] : []),
      ...(own && may(f, 'x') ? [{ label: t('folder-rename'), icon: 'pen-line', run: ask('rename-folder') },
        ...(f.delimiter ? [{ label: t('folder-move'), icon: 'folder-input', run: ask('move-folder') }] : []), separator,
        { label: t('folder-delete'), icon: 'trash', danger: true, run: () => void care.remove(f) }] : []),
      separator,
      ...(staysShown(f) ? [] : [{ label: t('folder-hide'), icon: 'minus', run: () => void care.hide(f) }]),
      { label: t('folders-choose'), icon: 'list-checks', run: () => { overlay.value = 'shown-folders'; } },
    ];
  }

  #node(n: Node): TemplateResult {
    const f = n.folder;
    const here = route.value.page === 'mail' && (route.value.folder ?? INBOX_ID) === f.id;
    const shut = this.closed.has(f.id);
    const kids = n.children.length > 0;
    const name = folderName(f);
    // Drafts count what waits to be sent, Junk and Trash nothing.
    const number = f.role === 'drafts' ? f.total : f.role === 'trash' || f.role === 'sent' ? 0 : f.unread;
    return html`<li>
      <div class="folder ${here ? 'is-here' : ''} ${this.over === f.id ? 'is-over' : ''}" ${css({ '--depth': String(n.depth) })}
        @dragover=${(e: DragEvent) => { if (f.selectable && may(f, 'i')) this.#drag(e, f.id); }} @dragleave=${(e: DragEvent) => this.#left(e)} @drop=${(e: DragEvent) => this.#drop(e, f.id)}>
        ${kids ? html`<button type="button" class="folder-twist" aria-expanded=${!shut} aria-label=${t('folder-toggle', { name })} @click=${() => this.#toggle(f.id)}>${icon('chevron-down')}</button>` : nothing}
        ${f.selectable ? html`<a class="folder-link" href=${pathOf({ page: 'mail', folder: f.id, uid: null, search: false })} aria-current=${ifDefined(here ? 'page' : undefined)}
            @click=${(e: MouseEvent) => this.#open(e, f.id)}>
            ${icon(folderIcon(f.role))}<bdi class="folder-name truncate">${name}</bdi>
            ${number > 0 ? html`<span class="folder-count ${f.role === 'drafts' || f.role === 'junk' ? 'is-faint' : ''}" aria-hidden="true">${count(number)}</span><span class="visually-hidden">${t(f.role === 'drafts' ? 'folder-drafts-count' : 'folder-unread', { n: number })}</span>` : nothing}
          </a>` : html`<span class="folder-link is-plain">${icon('folder')}<bdi class="folder-name truncate">${name}</bdi></span>`}
        <wx-menu class="folder-menu" .label=${t('folder-actions', { folder: name })} .items=${() => this.#menu(f)}></wx-menu>
      </div>
      ${kids && !shut ? html`<ul>${n.children.map((c) => this.#node(c))}</ul>` : nothing}
    </li>`;
  }

  #labels(): TemplateResult | typeof nothing {
    if (!labels.value.length) return nothing;
    const shown = route.value.page === 'mail' && route.value.search ? query.value?.text : undefined;
    return html`<h2 class="folders-title">${t('labels')}<button type="button" class="icon-button is-small" aria-label=${t('labels-edit')} data-tip=${t('labels-edit')} @click=${() => { overlay.value = 'labels'; }}>${icon('pen-line')}</button></h2>
      <ul>${labels.value.map((l) => html`<li><div class="folder"><button type="button" class="folder-link" aria-current=${ifDefined(shown === queryOf(l.keyword) ? 'page' : undefined)}
        @click=${() => { drawer.value = false; startSearch(queryOf(l.keyword)); }}>${icon('tag', undefined, `label-ink label-${l.colour}`)}<span class="folder-name truncate">${l.name}</span></button></div></li>`)}</ul>`;
  }

  #skeleton(): TemplateResult {
    return html`<ul aria-hidden="true">${[70, 52, 60, 44, 50, 58].map((w) => html`<li class="folder-bone"><span class="bone" ${css({ 'inline-size': `${w}%` })}></span></li>`)}</ul>`;
  }

  override render(): TemplateResult {
    const { own, shared } = tree.value;
    return html`
      <div class="sidebar-top"><button type="button" class="button button-primary compose-button" @click=${() => { drawer.value = false; runCommand('compose.new'); }}>${icon('pen-line')}<span>${t('compose')}</span></button></div>
      <nav class="folders" aria-label=${t('folders')}>
        ${folders.value.length === 0 ? foldersError.value ? html`<div class="notice is-bad folders-error">${icon('circle-alert')}<div class="notice-text">${sentence(foldersError.value)}
            <div class="notice-actions"><button class="button button-small" type="button" @click=${() => void loadFolders()}>${t('try-again')}</button></div></div></div>` : this.#skeleton() : nothing}
        <ul>${own.map((n) => this.#node(n))}</ul>
        ${shared.length ? html`<h2 class="folders-title">${t('folders-shared')}</h2><ul>${shared.map((n) => this.#node(n))}</ul>` : nothing}
        ${this.#labels()}
        ${folders.value.length ? html`<button type="button" class="folder-new" @click=${() => { caredFor.value = null; overlay.value = 'new-folder'; }}>${icon('plus')}<span>${t('folder-new')}</span></button>
          <button type="button" class="folder-new" aria-haspopup="dialog" @click=${() => { overlay.value = 'shown-folders'; }}>${icon('list-checks')}<span>${t('folders-choose')}</span></button>` : nothing}
      </nav>`;
  }
}
define('wx-sidebar', WxSidebar);
