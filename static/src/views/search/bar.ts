// Above the rows of a search: where and what is searched, filters, how far it has come, what was left out.
import '../../core/shared.ts';
import { ApiError } from '../../api/client.ts';
import { language } from '../../core/i18n.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import type { SearchFilters, SearchQuery } from '../../api/types.ts';
import * as found from '../../store/found.ts';
import { folder, folderName } from '../../store/folders.ts';
import * as list from '../../store/list.ts';
import { clearSearch, daysWord, dropFolders, everywhere, hasFilter, listHeaderOnly, searchedIn, setDays, setEverywhere, setFilter, setScope } from '../../store/search.ts';
import { smimeOn } from '../../store/session.ts';

const FILTERS: (keyof SearchFilters)[] = ['unread', 'flagged', 'attachment', 'encrypted', 'signed'];
const DAYS = ['after:today', 'after:7d', 'after:30d', 'after:1y'];

function filterButton(name: keyof SearchFilters): TemplateResult {
  const on = hasFilter(name);
  return html`<button type="button" class="chip" aria-pressed=${on} @click=${() => setFilter(name, !on)}>${t(`filter-${name}`)}</button>`;
}
function days(): TemplateResult {
  const now = daysWord();
  const other = now !== '' && !DAYS.includes(now);
  return html`<label class="search-days"><span class="visually-hidden">${t('search-days')}</span>
    <select class="select is-small" @change=${(e: Event) => setDays((e.target as HTMLSelectElement).value || null)}>
      <option value="" ?selected=${now === ''}>${t('days-any')}</option>
      ${DAYS.map((d) => html`<option value=${d} ?selected=${now === d}>${t(`days-${d.slice(6)}`)}</option>`)}
      ${other ? html`<option value=${now} selected>${now}</option>` : nothing}
    </select></label>`;
}

function progressLine(): TemplateResult | typeof nothing {
  const p = found.progress.value;
  if (p.running && p.of > 0) {
    return html`<div class="search-progress"><progress max=${p.of} value=${p.done} aria-label=${t('search-running')}></progress><span>${t('search-running')}</span>
      <button type="button" class="link" @click=${() => found.stop()}>${t('search-stop')}</button></div>`;
  }
  if (p.stopped) return html`<div class="search-progress" role="status"><span>${t('search-stopped')}</span><button type="button" class="link" @click=${() => found.resume()}>${t('search-go-on')}</button></div>`;
  return nothing;
}

export function searchBar(): TemplateResult | typeof nothing {
  const s = list.source.value;
  const q = s?.query;
  if (!q) return nothing;
  const only = list.headerOnly.value;
  const named = searchedIn(q.text);
  const wide = named === null && (q.everywhere ?? false);
  const all = (): void => { if (named !== null) dropFolders(); else setEverywhere(true); };
  return html`<div class="search-bar" role="group" aria-label=${t('search-scope')}>
    <div class="search-line">
      <div class="search-choices">
        <div class="segments" role="group" aria-label=${t('search-where')}>
          <button type="button" class="segment truncate" aria-pressed=${!wide} @click=${() => { if (named === null) setEverywhere(false); }}>${named === '' ? 'in: …' : named ?? folderName(folder(s.folder))}</button>
          <button type="button" class="segment" aria-pressed=${wide} @click=${all}>${t('search-everywhere')}</button>
        </div>
        <div class="search-filters" role="group" aria-label=${t('filter')}>${FILTERS.filter((f) => smimeOn.value || (f !== 'encrypted' && f !== 'signed')).map(filterButton)}${days()}</div>
        <div class="segments" role="group" aria-label=${t('search-what')}>
          <button type="button" class="segment" aria-pressed=${q.scope === 'all'} @click=${() => setScope('all')}>${t('search-scope-all')}</button>
          <button type="button" class="segment" aria-pressed=${q.scope === 'headers'} @click=${() => setScope('headers')}>${t('search-scope-headers')}</button>
        </div>
      </div>
      <button type="button" class="icon-button is-small search-close" aria-label=${t('search-close')} data-tip=${t('search-close')} @click=${() => clearSearch()}>${icon('x')}</button>
    </div>
    ${progressLine()}
    ${found.isCut() ? html`<p class="search-note" role="status">${icon('info')}<span>${t('search-cut', { n: found.MOST })}</span></p>` : nothing}
    ${only > 0 && q.scope === 'all' ? html`<p class="search-note" role="status">${icon('lock')}<span>${t('search-header-only', { n: only })} <button type="button" class="link" @click=${() => listHeaderOnly()}>${t('search-header-only-show', { n: only })}</button></span></p>` : nothing}
  </div>`;
}

/** The server does not understand the words: says which, in the person's language. */
function refused(error: ApiError, q: SearchQuery): TemplateResult {
  const at = Number(error.details.position);
  const word = [...q.text].slice(at - 1).join('').split(/\s/)[0]!.slice(0, 40);
  const why = language.value === 'en' ? error.message : word ? t('search-wrong', { position: at, word }) : t('search-wrong-end', { position: at });
  return html`<div class="empty" role="alert"><span class="empty-art">${icon('search')}</span><h2>${t('search-not-understood')}</h2><p>${why}</p>
    <button type="button" class="button" @click=${() => document.querySelector<HTMLElement>('#search')?.focus()}>${t('search-change')}</button></div>`;
}

/** Nothing was found, or nothing yet: something to do about it. */
export function emptySearch(q: SearchQuery): TemplateResult {
  const failed = list.failure.value;
  if (failed instanceof ApiError && failed.details.position) return refused(failed, q);
  if (found.progress.value.running) return html`<div class="empty" role="status"><span class="empty-art">${icon('search')}</span><h2>${t('search-running')}</h2><p>${t('search-running-text')}</p></div>`;
  return html`<div class="empty" role="status"><span class="empty-art">${icon('search')}</span><h2>${t('search-none')}</h2><p>${t('search-none-text')}</p>
    <div class="empty-actions">
      ${q.everywhere ? nothing : html`<button type="button" class="button" @click=${() => setEverywhere(true)}>${t('search-everywhere-now')}</button>`}
      ${q.scope === 'headers' ? html`<button type="button" class="button" @click=${() => setScope('all')}>${t('search-whole-now')}</button>` : nothing}
      <button type="button" class="button" @click=${() => { everywhere.value = false; clearSearch(); }}>${t('search-close')}</button>
    </div></div>`;
}
