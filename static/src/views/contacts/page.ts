// The address book: people on one side, one of them on the other; one at a time where there is no room for both.
import '../../core/shared.ts';
import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { route } from '../../core/router.ts';
import * as people from '../../store/people.ts';
import { useSheet } from '../parts/sheet.ts';
import sheet from './contacts.css';
import './edit.ts';
import './list.ts';
import './person.ts';
import type { WxPerson } from './person.ts';

useSheet('contacts', sheet);

export class WxContacts extends WxElement {
  override connectedCallback(): void {
    super.connectedCallback();
    // What was done in another tab, or on another device, meanwhile.
    this.listen(document, 'visibilitychange', () => {
      if (document.visibilityState !== 'visible') return;
      void people.refresh();
      people.loadGroups().catch(() => undefined);
      void this.querySelector<WxPerson>('wx-person')?.load();
    });
  }

  override render(): TemplateResult {
    const r = route.value;
    const id = r.page === 'contacts' ? r.id : null;
    const edit = r.page === 'contacts' && (r.edit === true || id === 'new');
    return html`<section class="pane-list" aria-label=${t('contacts')}><wx-people></wx-people></section>
      <section class="pane-reader" aria-label=${t('person-region')}>${id === null ? html`<div class="empty empty-reader"><span class="empty-art">${icon('users')}</span><h2>${t('person-none')}</h2><p>${t('person-none-how')}</p></div>`
        : edit ? html`<wx-person-edit .who=${id}></wx-person-edit>` : html`<wx-person .who=${id}></wx-person>`}</section>`;
  }
}
define('wx-contacts', WxContacts);
