// Brand, search, keyring chip, settings and the account menu.
import { WxElement, define } from '../../core/element.ts';
import { initials, tintOf } from '../../core/format.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { later } from '../../core/later.ts';
import { html, nothing, live } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { go, pathOf, route } from '../../core/router.ts';
import { runCommand } from '../../core/commands.ts';
import { brand, me, product, settings, smimeOn } from '../../store/session.ts';
import { clearSearch, searchText, startSearch } from '../../store/search.ts';
import { fieldReady, loadField } from '../parts/search.ts';
import { drawer, link } from '../../store/ui.ts';
import { folder, folderName } from '../../store/folders.ts';
import * as list from '../../store/list.ts';
import { separator } from '../parts/menu.ts';
import type { MenuItem } from '../parts/menu.ts';
import { commandItem } from '../parts/command-button.ts';
import { setTheme } from '../../store/theme.ts';

const FIELD_MS = 2500;

export class WxHeader extends WxElement {
  /** Where the organisation, or the installation, helps. */
  #support(): MenuItem[] {
    const href = brand.value?.support ?? '';
    if (!/^(?:https|mailto):/.test(href)) return [];
    return [{ label: t('account-support'), icon: 'circle-question-mark', run: () => Object.assign(document.createElement('a'), { href, target: '_blank', rel: 'noopener noreferrer' }).click() }];
  }

  #account(): MenuItem[] {
    const theme = settings.value.ui.theme ?? 'system';
    return [
      commandItem('go.contacts'), commandItem('app.settings'), commandItem('app.shortcuts'), commandItem('app.palette'), ...this.#support(), separator,
      { label: t('theme-system'), icon: 'monitor', checked: theme === 'system', run: () => void setTheme('system') },
      { label: t('theme-light'), icon: 'sun', checked: theme === 'light', run: () => void setTheme('light') },
      { label: t('theme-dark'), icon: 'moon', checked: theme === 'dark', run: () => void setTheme('dark') },
      separator, commandItem('app.signout'),
    ];
  }

  #search(event: Event): void {
    event.preventDefault();
    const input = this.querySelector<HTMLInputElement>('#search')!;
    if (input.value.trim()) { startSearch(input.value); input.blur(); document.querySelector<HTMLElement>('.grid')?.focus(); } else clearSearch();
  }

  /** The field with chips takes the place of the plain one, with what is being typed. */
  async #better(): Promise<void> {
    try { await loadField(); } catch { return; }
    if (fieldReady.value) return;
    const plain = this.querySelector<HTMLInputElement>('form.search > #search');
    const at = plain === document.activeElement ? plain?.selectionEnd ?? 0 : null;
    fieldReady.value = true;
    await this.updateComplete;
    const field = this.querySelector('wx-search') as (HTMLElement & { updateComplete: Promise<unknown> }) | null;
    await field?.updateComplete;
    const input = field?.querySelector<HTMLInputElement>('#search');
    if (at !== null && input) { input.focus(); input.setSelectionRange(Math.min(at, input.value.length), Math.min(at, input.value.length)); }
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // Its turn comes when the list stands; whoever wants it earlier has it earlier.
    later(FIELD_MS, () => void this.#better());
  }

  override render(): TemplateResult {
    const user = { name: me.value.name, address: me.value.address };
    const where = folder(list.source.value?.folder ?? null);
    return html`
      <button type="button" class="icon-button drawer-button" aria-label=${t('folders-show')} aria-expanded=${drawer.value} @click=${() => { drawer.value = !drawer.value; }}>${icon('menu')}</button>
      <a class="brand" href="/mail/" aria-label=${product.value} @click=${(e: MouseEvent) => { if (e.ctrlKey || e.metaKey) return; e.preventDefault(); runCommand('go.inbox'); }}>
        ${brand.value?.logo ? html`<img class="brand-logo" src=${brand.value.logo} alt="">` : icon('brand', undefined, 'brand-seal')}<span class="brand-name">${product.value}</span></a>
      ${fieldReady.value ? html`<wx-search></wx-search>` : html`<form class="search" role="search" @submit=${this.#search} @focusin=${() => void this.#better()}>
        ${icon('search')}
        <input id="search" class="search-input" type="search" name="q" autocomplete="off" spellcheck="false" maxlength="400" enterkeyhint="search"
          placeholder=${where && route.value.page === 'mail' ? t('search-in', { folder: folderName(where) }) : t('search')} aria-label=${t('search')} .value=${live(searchText.value)}
          @input=${(e: InputEvent) => { searchText.value = (e.target as HTMLInputElement).value; }}
          @keydown=${(e: KeyboardEvent) => { if (e.key === 'Escape') { e.preventDefault(); clearSearch(); (e.target as HTMLElement).blur(); document.querySelector<HTMLElement>('.grid')?.focus(); } }}>
        ${searchText.value ? html`<button type="button" class="icon-button is-small" aria-label=${t('search-clear')} data-tip=${t('search-clear')} @click=${() => clearSearch()}>${icon('x')}</button>` : html`<kbd class="search-key" aria-hidden="true">/</kbd>`}
      </form>`}
      <div class="header-end">
        <span role="status">${link.value === 'offline' || link.value === 'lost' ? html`<span class="chip header-link" data-link=${link.value} data-tip=${t(`link-${link.value}-text`)}>${icon('wifi-off')}<span class="header-link-text">${t(`link-${link.value}`)}</span></span>` : nothing}</span>
        ${smimeOn.value ? html`<wx-keyring-chip></wx-keyring-chip>` : nothing}
        <a class="icon-button header-contacts" href="/contacts/" aria-label=${t('contacts')} data-tip=${t('contacts')} data-keys="g c" aria-current=${route.value.page === 'contacts' ? 'page' : 'false'}
          @click=${(e: MouseEvent) => { if (e.ctrlKey || e.metaKey) return; e.preventDefault(); runCommand('go.contacts'); }}>${icon('users')}</a>
        <a class="icon-button header-settings" href=${pathOf({ page: 'settings', section: 'general' })} aria-label=${t('settings')} data-tip=${t('settings')}
          aria-current=${route.value.page === 'settings' ? 'page' : 'false'}
          @click=${(e: MouseEvent) => { if (e.ctrlKey || e.metaKey) return; e.preventDefault(); go({ page: 'settings', section: 'general' }); }}>${icon('settings')}</a>
        <wx-menu class="account tint-${tintOf(user)}" label=${t('account-of', { name: user.name || user.address })} button-class="avatar account-button" glyph=${initials(user)} .items=${() => this.#account()}
          .head=${html`<div class="menu-who"><strong class="truncate">${user.name || user.address}</strong>${user.name ? html`<span class="muted truncate">${user.address}</span>` : nothing}</div><div class="menu-sep" role="separator"></div>`}></wx-menu>
      </div>`;
  }
}
define('wx-header', WxHeader);
