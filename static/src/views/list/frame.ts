// What stands around the rows: head with actions, search bar, the offer to take everything, empty states, pages.
import { ApiError, sentence } from '../../api/client.ts';
import type { SearchQuery } from '../../api/types.ts';
import type { MenuItem } from '../parts/menu.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { count } from '../../core/format.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { folder, folderName } from '../../store/folders.ts';
import * as list from '../../store/list.ts';
import { searchedIn } from '../../store/search.ts';
import * as chosen from '../../store/selection.ts';
import { commandButton } from '../parts/command-button.ts';
import { searchPart } from '../parts/search.ts';

type Menus = typeof import('./menus.ts');
const from = (pick: (m: Menus) => () => MenuItem[]) => async (): Promise<() => MenuItem[]> => pick(await import('./menus.ts'));
const MORE = from((m) => m.moreItems);
const VIEW = from((m) => m.viewItems);
const FILTER = from((m) => m.filterItems);

function foundWhere(n: number, q: SearchQuery, here: string): string {
  const named = searchedIn(q.text);
  if (named === '') return t('messages-count', { n });
  return named === null && q.everywhere ? t('search-found-everywhere', { n }) : t('search-found', { n, folder: named ?? here });
}

export function listHead(n: number, all: () => void): TemplateResult {
  const s = list.source.value;
  const f = folder(s?.folder ?? null);
  const picked = chosen.chosenCount.value;
  const full = picked > 0 && picked >= n;
  const box = html`<span class="list-all"><input type="checkbox" class="check" aria-label=${t('select-all')} data-tip=${t('select-all')} .checked=${full} .indeterminate=${picked > 0 && !full} ?disabled=${n === 0} @click=${(e: Event) => { e.preventDefault(); all(); }}></span>`;
  if (chosen.choosing.value) {
    return html`<div class="list-head is-selecting" role="toolbar" aria-label=${t('selection-actions')}>${box}
      <strong class="list-title truncate" aria-live="polite">${t('selected-count', { n: picked })}</strong>
      ${commandButton('message.archive')}${commandButton('message.delete')}${commandButton('message.move')}${commandButton('message.label')}${commandButton('message.unread')}
      <wx-menu label=${t('more-actions')} .lazy=${MORE}></wx-menu></div>`;
  }
  const rows = s?.view?.threads && !s.query ? t('conversations-count', { n }) : t('messages-count', { n });
  return html`<div class="list-head">${box}
    <div class="list-name"><h1 class="list-title truncate"><bdi>${s?.query ? t('search-results') : folderName(f)}</bdi></h1>
      <span class="list-count truncate">${list.loading.value && n === 0 ? nothing : s?.query ? foundWhere(n, s.query, folderName(f)) : rows}</span></div>
    ${commandButton('list.refresh')}
    <wx-menu label=${t('view-menu')} icon="sliders-horizontal" .lazy=${VIEW}></wx-menu>
    <wx-menu label=${t('filter')} icon="list-filter" .lazy=${FILTER}></wx-menu></div>`;
}

/** Rows that are on the screen were chosen, and there are more: the offer to take everything. */
export function selectionBanner(n: number): TemplateResult | typeof nothing {
  const s = list.source.value;
  const name = folderName(folder(s?.folder ?? null));
  // Of a search all that was found is chosen one by one; what is found later is offered anew.
  if (chosen.everything.value || (s?.query && chosen.wholeView.value && chosen.selection.value.size >= n)) {
    return html`<div class="list-banner" role="status"><span>${t(s?.query ? 'all-found-selected' : 'all-selected', { n: chosen.chosenCount.value, folder: name })}</span>
      <button type="button" class="link" @click=${() => chosen.clearSelection()}>${t('cmd-clear-selection')}</button></div>`;
  }
  if (!chosen.wholeView.value || chosen.selection.value.size >= n) return nothing;
  return html`<div class="list-banner"><button type="button" class="link" @click=${() => chosen.selectEverything()}>${t(s?.query ? 'select-all-found' : 'select-all-in', { n, folder: name })}</button></div>`;
}

export function searchBar(): TemplateResult | typeof nothing { return list.source.value?.query ? (searchPart.value?.searchBar() ?? nothing) : nothing; }

export function emptyList(): TemplateResult {
  const s = list.source.value;
  const wrong = s?.query && list.failure.value instanceof ApiError && list.failure.value.details.position !== undefined;
  if (list.failure.value && !wrong) {
    return html`<div class="empty" role="alert"><span class="empty-art">${icon('circle-alert')}</span><h2>${t('list-failed')}</h2><p>${sentence(list.failure.value)}</p>
      <button type="button" class="button" @click=${() => void list.refresh()}>${icon('refresh-cw')}${t('try-again')}</button></div>`;
  }
  if (s?.query) return searchPart.value?.emptySearch(s.query) ?? html`<div class="empty" role="status"></div>`;
  const role = folder(s?.folder ?? null)?.role;
  return html`<div class="empty" role="status"><span class="empty-art">${icon(role === 'inbox' ? 'inbox' : role === 'trash' ? 'trash' : 'mail-open')}</span>
    <h2>${t(role === 'inbox' ? 'empty-inbox' : 'empty-folder')}</h2><p>${t(role === 'inbox' ? 'empty-inbox-text' : role === 'trash' ? 'empty-trash-text' : role === 'drafts' ? 'empty-drafts-text' : 'empty-folder-text')}</p></div>`;
}

export function pager(range: { from: number; to: number }, n: number, turn: (by: number) => void): TemplateResult {
  return html`<nav class="list-pager" aria-label=${t('pages')}>
    <button type="button" class="button button-small" ?disabled=${range.from === 0} @click=${() => turn(-1)}>${icon('chevron-left')}${t('page-newer')}</button>
    <span class="list-range" role="status">${t('page-range', { from: count(range.from + 1), to: count(range.to), n: count(n) })}</span>
    <button type="button" class="button button-small" ?disabled=${range.to >= n} @click=${() => turn(1)}>${t('page-older')}${icon('chevron-right')}</button></nav>`;
}
