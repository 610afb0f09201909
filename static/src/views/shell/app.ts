// The frame of the app: header, folders, list, reader or settings, composers, overlays.
import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { route } from '../../core/router.ts';
import { sessionExpired } from '../../api/client.ts';
import { confirming, drawer, overlay } from '../../store/ui.ts';
import { composers } from '../../store/composers.ts';
import { settings, smimeOn } from '../../store/session.ts';
import { unsent } from '../../store/unsent.ts';
import '../../smime/first-run.ts';
import './header.ts';
import './sidebar.ts';
import './toasts.ts';
import '../list/list.ts';

export class WxApp extends WxElement {
  #lazy = new Set<string>();

  /** Loads a part when it is first needed; what it registers then shows itself. */
  #want(name: string, load: () => Promise<unknown>): void {
    if (this.#lazy.has(name)) return;
    this.#lazy.add(name);
    load().catch(() => { this.#lazy.delete(name); });
  }

  #page(): TemplateResult {
    const r = route.value;
    if (r.page === 'settings') {
      this.#want('settings', () => import('../settings/settings.ts'));
      return html`<main class="page" id="main" tabindex="-1" ?inert=${sessionExpired.value}><wx-settings></wx-settings></main>`;
    }
    if (r.page === 'contacts') {
      this.#want('contacts', () => import('../contacts/page.ts'));
      return html`<main class="panes" id="main" tabindex="-1" data-preview="right" data-pane=${r.id ? 'reader' : 'list'} ?inert=${sessionExpired.value}><wx-contacts></wx-contacts></main>`;
    }
    if (r.page === 'compose') return html``;
    if (unsent.value.length) this.#want('unsent', () => import('../compose/unsent.ts'));
    if (r.uid) this.#want('reader', () => import('../reader/reader.ts'));
    return html`<main class="panes" id="main" data-preview=${settings.value.list.preview} data-pane=${r.uid ? 'reader' : 'list'} ?inert=${sessionExpired.value}>
      <section class="pane-list" aria-label=${t('list-region')}><wx-list></wx-list>${unsent.value.length ? html`<wx-unsent></wx-unsent>` : nothing}${smimeOn.value ? html`<wx-first-run></wx-first-run><wx-key-reminder></wx-key-reminder><wx-answered></wx-answered>` : nothing}</section>
      <section class="pane-reader" aria-label=${t('reader-region')}>${r.uid ? html`<wx-reader></wx-reader>` : html`
        <div class="empty empty-reader"><span class="empty-seal">${icon('brand')}</span><h2>${t('reader-empty')}</h2><p>${t('reader-empty-text')}</p></div>`}</section>
    </main>`;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // What the server drew while the script was loading.
    this.querySelector(':scope > .boot')?.remove();
  }

  override render(): TemplateResult {
    // Who signs in again may be somebody else: until then nothing of the mail is painted (states.css).
    const away = sessionExpired.value;
    document.documentElement.classList.toggle('is-away', away);
    const over = overlay.value !== null || confirming.value !== null || sessionExpired.value;
    if (over) this.#want('overlays', () => import('./overlays.ts'));
    if (route.value.page === 'compose') return html`<main id="main" class="page-compose" tabindex="-1" ?inert=${away}><div class="empty" role="status"><span class="empty-seal">${icon('brand')}</span></div>${composers.value.length ? html`<wx-composers></wx-composers>` : nothing}</main><wx-overlays></wx-overlays><wx-toasts></wx-toasts>`;
    return html`<a class="skip" href="#main" @click=${(e: Event) => { e.preventDefault(); (this.querySelector<HTMLElement>('.grid') ?? this.querySelector<HTMLElement>('#main'))?.focus(); }}>${t('skip')}</a>
      <wx-header class="header" role="banner" ?inert=${away}></wx-header>
      <wx-sidebar class="sidebar ${drawer.value ? 'is-open' : ''}" ?inert=${away}></wx-sidebar>
      ${drawer.value ? html`<div class="scrim" @click=${() => { drawer.value = false; }}></div>` : nothing}
      ${this.#page()}
      ${composers.value.length ? html`<wx-composers ?inert=${away}></wx-composers>` : nothing}
      <wx-overlays></wx-overlays>
      <wx-toasts></wx-toasts>`;
  }
}
/** After texts and session are here: only then may the shell draw itself. */
export function startShell(): void { define('wx-app', WxApp); }
