// The frame of the page: head with the organisation, navigation, the place, and what lies over all of it.
import { WxElement, define } from '../core/element.ts';
import { icon } from '../core/icon.ts';
import { LANGUAGES, language, loadLanguage, t } from '../core/i18n.ts';
import type { Language } from '../core/i18n.ts';
import { html, nothing, ref } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { foreign } from '../core/foreign.ts';
import { initials } from '../core/format.ts';
import type { MenuItem } from '../views/parts/menu.ts';
import '../views/parts/menu.ts';
import { ask, post } from './api.ts';
import { brand } from './brand.ts';
import './parts/dialog.ts';
import { formDialog } from './parts/form.ts';
import { PLACES, maySee, placeOf } from './places.ts';
import type { Place } from './places.ts';
import { emptyState, failure, bones } from './parts/small.ts';
import { follow, go, goOrganisation, hrefOf, route } from './router.ts';
import { away, gate, gone, lacksFactor, organisation, organisationId, session, storeLanguage, theme, useTheme } from './state.ts';
import type { Theme } from './state.ts';
import type { Organisation, Page } from './types.ts';
import './gate.ts';
import './toasts.ts';

/** Fewer stand in the menu; more are looked for by name. */
const MENU_MOST = 12;

/** Looks for an organisation by name, where there are many. */
async function findOrganisation(): Promise<void> {
  const chosen = await formDialog<string>({
    title: t('adm-org-find'), yes: t('adm-org-open'), fields: [{ name: 'text', label: t('adm-org-name'), required: true }],
    act: async (v) => {
      const found = await post<Page<Organisation>>('organisations/query', { text: String(v.text), offset: 0, limit: 2 });
      const one = found.rows.find((o) => o.id === v.text) ?? (found.total === 1 ? found.rows[0] : undefined);
      if (!one) throw new Error(t(found.total ? 'adm-org-several' : 'adm-org-unknown', { n: found.total }));
      const s = session.value;
      if (s && !s.organisations.some((o) => o.id === one.id)) session.value = { ...s, organisations: [...s.organisations, one] };
      return one.id;
    },
  });
  if (chosen) await goOrganisation(chosen);
}

export class WxAdmin extends WxElement {
  static override properties = { side: { state: true }, broken: { state: true }, enrolment: { state: true } };
  declare side: boolean;
  declare broken: unknown;
  declare enrolment: TemplateResult | null;
  #loaded = new Set<string>();
  #place = '';
  constructor() { super(); this.side = false; this.broken = null; this.enrolment = null; }

  async #signOut(): Promise<void> {
    try { await ask('signout', { method: 'POST', bare: true }); } catch { /* Over already, or the server is gone: the page is left either way. */ }
    location.assign('/');
  }

  #load(p: Place): void {
    this.broken = null;
    p.load().then(() => { this.#loaded.add(p.id); this.requestUpdate(); }, (error: unknown) => { this.broken = error ?? new Error(); });
  }

  override updated(): void {
    document.documentElement.classList.toggle('adm-away', away.value);
    const r = route.value;
    const p = placeOf(r.place);
    const at = `${organisationId.value}/${r.place}`;
    if (at === this.#place) return;
    const first = this.#place === '';
    this.#place = at;
    this.side = false;
    document.title = `${p ? t(`adm-place-${p.id}`) : t('adm-gate-title')} – ${organisation.value ? `${foreign(organisation.value.name, 60)} – ` : ''}${foreign(brand.value.name, 40) || 'Waxseal'}`;
    // Who went somewhere by the navigation begins at its title.
    if (!first) setTimeout(() => { if (!document.querySelector('dialog[open]')) this.querySelector<HTMLElement>('.adm-main')?.focus({ preventScroll: true }); });
  }

  #nav(): TemplateResult {
    const r = route.value;
    const groups = ['daily', 'rules', 'who', 'all'] as const;
    return html`<nav class="adm-nav" aria-label=${t('adm-nav')}>${groups.map((g) => {
      const places = PLACES.filter((p) => p.group === g && maySee(p) && (p.of || organisationId.value));
      return places.length === 0 ? nothing : html`<div class="adm-nav-group">${g === 'daily' ? nothing : html`<p class="adm-nav-title" id=${`nav-${g}`}>${t(`adm-nav-${g}`)}</p>`}<ul>${places.map((p) => html`<li><a class="adm-nav-link" href=${hrefOf(p.id)} data-place=${p.id} aria-current=${r.place === p.id ? 'page' : nothing} @click=${follow(p.id)}>${icon(p.icon)}<span>${t(`adm-place-${p.id}`)}</span></a></li>`)}</ul></div>`;
    })}</nav>`;
  }

  #organisations(): TemplateResult | typeof nothing {
    const s = session.value!;
    if (s.organisations.length === 0 && !s.operator) return nothing;
    const items = (): MenuItem[] => [
      ...s.organisations.slice(0, MENU_MOST).map((o) => ({ label: foreign(o.name || o.id, 60), checked: o.id === organisationId.value, radio: true, run: () => void goOrganisation(o.id) })),
      ...(s.operator || s.organisations.length > MENU_MOST ? [{ label: '', separator: true, run: () => undefined }, { label: t('adm-org-find'), icon: 'search', run: () => void findOrganisation() }] : []),
    ];
    const now = organisation.value;
    return html`<wx-menu class="adm-org" button-class="adm-org-button" .label=${t('adm-org')} .text=${now ? foreign(now.name || now.id, 48) : t('adm-org-none')} .icon=${'building'} .items=${items}></wx-menu>`;
  }

  #me(): TemplateResult {
    const s = session.value!;
    const look: Theme[] = ['system', 'light', 'dark'];
    const items = (): MenuItem[] => [
      { label: t('adm-place-account'), icon: 'user-key', run: () => void go('account') },
      { label: '', separator: true, run: () => undefined }, { label: t('adm-look'), heading: true, run: () => undefined },
      ...look.map((x) => ({ label: t(`theme-${x}`), icon: x === 'dark' ? 'moon' : x === 'light' ? 'sun' : 'monitor', radio: true, checked: theme.value === x, run: () => useTheme(x) })),
      { label: t('adm-language'), heading: true, run: () => undefined },
      ...Object.entries(LANGUAGES).map(([lang, name]) => ({ label: name, radio: true, checked: language.value === lang, run: () => { storeLanguage(lang); void loadLanguage(lang as Language).then(() => { this.#place = ''; this.requestUpdate(); }); } })),
      { label: '', separator: true, run: () => undefined }, { label: t('adm-sign-out'), icon: 'log-out', run: () => void this.#signOut() },
    ];
    const head = html`<div class="menu-who"><strong class="truncate">${foreign(s.name)}</strong><span class="muted">${s.operator ? t('adm-role-operator') : organisation.value ? t(`adm-role-${organisation.value.role}`) : ''}</span></div>`;
    return html`<wx-menu class="account" button-class="avatar is-small account-button tint-0" .label=${t('adm-me')} .glyph=${initials({ name: '', address: s.name })} .items=${items} .head=${head}></wx-menu>`;
  }

  #banner(): TemplateResult | typeof nothing {
    const s = session.value!;
    if (gone.value) return html`<div class="adm-banner is-bad" role="alert">${icon('wifi-off')}<span>${t('adm-gone')}</span><button type="button" class="button button-small" @click=${() => void ask('session').then(() => this.requestUpdate(), () => undefined)}>${t('adm-again')}</button></div>`;
    if (lacksFactor(s)) return html`<div class="adm-banner is-warning" role="status">${icon('shield-alert')}<span>${t('adm-reading-only')}</span><button type="button" class="button button-small" @click=${() => { gate.value = 'enrol'; }}>${t('adm-enrol-now')}</button></div>`;
    return nothing;
  }

  #main(): TemplateResult {
    const r = route.value;
    const p = placeOf(r.place);
    if (!p || !maySee(p)) return emptyState({ icon: 'circle-question-mark', title: t('adm-no-place'), text: t('adm-no-place-text'), action: html`<a class="button" href=${hrefOf('overview')} @click=${follow('overview')}>${t('adm-place-overview')}</a>` });
    if (!p.of && !organisation.value) {
      return emptyState({ icon: 'building', title: t('adm-no-org'), text: t(session.value!.operator ? 'adm-no-org-operator' : 'adm-no-org-text'),
        action: session.value!.operator && placeOf('system') ? html`<a class="button button-primary" href=${hrefOf('system')} @click=${follow('system')}>${t('adm-place-system')}</a>` : nothing });
    }
    if (this.broken !== null) return failure(this.broken, () => this.#load(p));
    if (!this.#loaded.has(p.id)) { this.#load(p); return html`<div class="adm-place">${bones(4)}</div>`; }
    return html`${placeElement(p.tag, `${organisationId.value}/${p.id}`)}`;
  }

  override render(): TemplateResult {
    if (gate.value === 'signin') return html`<div class="gate"><wx-admin-gate></wx-admin-gate></div><wx-admin-toasts></wx-admin-toasts>`;
    if (gate.value === 'enrol') return html`<div class="gate">${this.enrolment ?? bones(2)}</div><wx-admin-toasts></wx-admin-toasts>`;
    const s = session.value;
    if (!s) return html``; // The template's own picture stands until then.
    return html`<div class="adm ${this.side ? 'has-side' : ''}" ?inert=${away.value}>
      <a class="skip" href="#main" @click=${(e: Event) => { e.preventDefault(); this.querySelector<HTMLElement>('.adm-main')?.focus(); }}>${t('adm-skip')}</a>
      <header class="adm-bar"><button type="button" class="icon-button adm-burger" aria-label=${t('adm-nav')} aria-expanded=${String(this.side) as 'true'} aria-controls="adm-side" @click=${() => { this.side = !this.side; }}>${icon('menu')}</button>
        <a class="brand" aria-label=${foreign(brand.value.name, 40) || 'Waxseal'} href=${hrefOf('overview')} @click=${follow('overview')}>${brand.value.logo ? html`<img class="brand-logo" src=${brand.value.logo} alt="">` : icon('brand', undefined, 'brand-seal')}<span class="brand-name">${foreign(brand.value.name, 40) || 'Waxseal'}</span></a>${this.#organisations()}<span class="adm-bar-end">${this.#me()}</span></header>
      <div class="adm-side" id="adm-side" @keydown=${(e: KeyboardEvent) => { if (e.key === 'Escape' && this.side) { this.side = false; this.querySelector<HTMLElement>('.adm-burger')?.focus(); } }}>${this.#nav()}<p class="adm-version muted">Waxseal ${s.version}</p></div>
      ${this.side ? html`<div class="adm-scrim" @click=${() => { this.side = false; }}></div>` : nothing}
      <main class="adm-main" id="main" tabindex="-1">${this.#banner()}${this.#main()}</main></div>
      <wx-dialogs></wx-dialogs>
      ${away.value ? html`<dialog class="gate adm-over" aria-labelledby="gate-title" ${ref(modal)} @cancel=${(e: Event) => e.preventDefault()}><wx-admin-gate over></wx-admin-gate></dialog>` : nothing}<wx-admin-toasts></wx-admin-toasts>`;
  }
}
/** Over all there is, open dialogs too: what was typed in them is there again afterwards. */
function modal(el: Element | undefined): void {
  if (el instanceof HTMLDialogElement) queueMicrotask(() => { if (el.isConnected && !el.open) { el.showModal(); el.querySelector<HTMLElement>('#gate-password')?.focus(); } });
}
const placed = new Map<string, HTMLElement>();
/** One element for a place of an organisation, made anew when one goes elsewhere. */
function placeElement(tag: string, key: string): HTMLElement {
  let el = placed.get(key);
  if (!el) { placed.clear(); placed.set(key, (el = document.createElement(tag))); el.className = 'adm-place'; }
  return el;
}
define('wx-admin', WxAdmin);
