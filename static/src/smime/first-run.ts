// "Protect your mail": stands below the list from the first picture on (the page knows whether there is a key), until there
// is one or the person says Later.
import { t } from '../core/i18n.ts';
import { WxElement, define } from '../core/element.ts';
import { icon } from '../core/icon.ts';
import { html, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { hasKeys, me, session } from '../store/session.ts';

/** Kept in this browser only; nothing secret, and the worst that a foreign value can do is to show or hide the card. */
const place = (): string => `waxseal first-run ${session.value?.instance ?? ''} ${me.value.address}`;

export const IMPORT_DONE_EVENT = 'wx-import-done';
/** The wizard is a part of its own: most people import once. */
export function loadWizard(): Promise<unknown> { return import('./wizard.ts'); }

export class WxFirstRun extends WxElement {
  static override properties = { later: { state: true }, importing: { state: true } };
  declare later: boolean;
  declare importing: boolean;

  constructor() {
    super();
    this.importing = false;
    try { this.later = localStorage.getItem(place()) !== null; } catch { this.later = true; /* no storage: do not nag on every page */ }
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.listen(this, IMPORT_DONE_EVENT, () => { this.importing = false; });
  }

  #dismiss(): void {
    this.later = true;
    try { localStorage.setItem(place(), 'later'); } catch { /* shown again next time */ }
  }

  override render(): TemplateResult | typeof nothing {
    if (!this.importing && (this.later || hasKeys.value !== false)) return nothing;
    return html`<section class="first-run" aria-labelledby="first-run-title"><span class="first-run-seal">${icon('key-round')}</span>
        <div class="first-run-text"><h2 id="first-run-title">${t('smime-first-title')}</h2><p>${t('smime-first-text')}</p>
          <div class="first-run-actions"><button type="button" class="button button-small button-primary" @click=${() => { void loadWizard().then(() => { this.importing = true; }); }}>${t('smime-import')}</button>
            <button type="button" class="button button-small button-quiet" @click=${() => this.#dismiss()}>${t('smime-first-later')}</button></div></div></section>
      ${this.importing ? html`<wx-import-wizard></wx-import-wizard>` : nothing}`;
  }
}
define('wx-first-run', WxFirstRun);
