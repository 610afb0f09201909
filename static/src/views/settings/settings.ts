// Settings. Every change is saved at once and says so; nothing has a Save button except forms that are only right as a whole.
import '../../core/shared.ts';
import type { SecurityDefault } from '../../api/types.ts';
import { assetUrl } from '../../core/assets.ts';
import { define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, ifDefined, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { back, go, pathOf, route } from '../../core/router.ts';
import { me, session, settings, smimeOn } from '../../store/session.ts';
import { loadSmime } from '../parts/smime.ts';
import './basics.ts';
import './notifications.ts';
import { WxSection } from './section.ts';

const MODES: SecurityDefault[] = ['auto', 'none', 'sign', 'sign_encrypt'];
const GLYPHS: Record<string, string> = {
  general: 'settings', list: 'list', reading: 'mail-open', notifications: 'bell', identity: 'user', composing: 'pen-line', filters: 'list-filter', security: 'shield', certificates: 'users', trust: 'seal-plain', account: 'key-round', about: 'info',
};

export class WxSettings extends WxSection {
  static override properties = { ...WxSection.properties, narrow: { state: true } };
  /** No room for the sections beside: they fold into one line. */
  declare private narrow: boolean;
  #asked = new Set<string>();
  #room = matchMedia('(max-width: 52rem)');

  constructor() { super(); this.narrow = this.#room.matches; }

  override connectedCallback(): void {
    super.connectedCallback();
    this.listen(this.#room, 'change', () => { this.narrow = this.#room.matches; });
  }

  #open(section: string): void {
    const menu = this.querySelector<HTMLDetailsElement>('.settings-menu');
    if (menu) { menu.open = false; menu.querySelector('summary')?.focus(); }
    go({ page: 'settings', section }, { replace: true });
  }

  #security(): TemplateResult {
    const s = settings.value.security;
    this.#load('settings');
    return html`<h1>${t('settings-security')}</h1>
      ${this.radios<SecurityDefault>('mode', t('set-mode'), s.mode, MODES.map((v) => ({ value: v, title: t(`mode-default-${v.replace('_', '-')}`), text: t(`mode-default-${v.replace('_', '-')}-text`) })), (mode) => void this.change('mode', { security: { mode } }))}
      <div class="set-group"><label class="set-legend" for="set-lock">${t('set-lock')}${this.mark('lock')}</label>
        <span class="select-wrap"><select class="select" id="set-lock" @change=${(e: Event) => void this.change('lock', { security: { lock_after_minutes: Number((e.target as HTMLSelectElement).value) } })}>
          ${[5, 15, 60, 240].map((m) => html`<option value=${m} ?selected=${m === s.lock_after_minutes}>${t('set-lock-minutes', { n: m })}</option>`)}</select>${icon('chevron-down')}</span>
        <p class="field-hint">${t('set-lock-hint')}</p></div>
      <div class="set-group">${this.toggle('hide', t('set-hide-subject'), t('set-hide-subject-hint'), s.hide_subject === true, (hide_subject) => void this.change('hide', { security: { hide_subject } }))}</div>
      ${session.value?.features.smime ? html`<div class="set-group">${this.toggle('lookups', t('set-lookups'), t(session.value.directories ? 'set-lookups-hint' : 'set-lookups-inside-hint'), s.lookups !== false, (lookups) => void this.change('lookups', { security: { lookups } }))}</div>
      <div class="set-group">${this.toggle('listed', t('set-listed'), t('set-listed-hint'), s.listed !== false, (listed) => void this.change('listed', { security: { listed } }))}</div>` : nothing}
      <wx-keys-panel></wx-keys-panel>`;
  }

  /** A part of the keyring, when its section is shown. */
  #load(part: 'settings' | 'trusting' | 'certificates'): void {
    if (this.#asked.has(part)) return;
    this.#asked.add(part);
    loadSmime(part).catch(() => { this.#asked.delete(part); });
  }

  #certificates(): TemplateResult {
    this.#load('certificates');
    return html`<h1>${t('settings-certificates')}</h1><div class="set-group"><wx-certificates-panel></wx-certificates-panel></div>`;
  }

  #trust(): TemplateResult {
    this.#load('trusting');
    return html`<h1>${t('settings-trust')}</h1><div class="set-group"><wx-trust-panel></wx-trust-panel></div>`;
  }

  #about(): TemplateResult {
    const s = session.value;
    return html`<h1>${t('settings-about')}</h1><div class="set-group about">${icon('brand', undefined, 'about-seal')}<div><strong>Waxseal</strong> <span class="muted">${s?.version ?? ''}</span>
      <p class="muted">${t('about-text')}</p></div></div>
      <dl class="facts"><div class="fact"><dt>${t('about-account')}</dt><dd>${me.value.address}</dd></div><div class="fact"><dt>${t('about-plan')}</dt><dd>${s?.plan ?? ''}</dd></div>
        <div class="fact"><dt>${t('about-instance')}</dt><dd>${s?.instance ?? ''}</dd></div>
        ${smimeOn.value && assetUrl('keyring.version') ? html`<div class="fact"><dt>${t('about-keyring')}</dt><dd>${assetUrl('keyring.version')}<br><span class="mono muted">SHA-256 ${assetUrl('keyring.sha256')}</span></dd></div>` : nothing}</dl>`;
  }

  /** A section that is a file of its own, when it is shown. */
  #lazy(name: 'identities' | 'composing' | 'filters' | 'account'): void {
    if (this.#asked.has(name)) return;
    this.#asked.add(name);
    const parts = { identities: () => import('./identities.ts'), composing: () => import('./composing.ts'), filters: () => import('./filters.ts'), account: () => import('./account.ts') };
    parts[name]().catch(() => { this.#asked.delete(name); });
  }

  #body(section: string): TemplateResult {
    switch (section) {
      case 'list': return html`<wx-settings-list class="settings-section"></wx-settings-list>`;
      case 'reading': return html`<wx-settings-reading class="settings-section"></wx-settings-reading>`;
      case 'notifications': return html`<h1>${t('settings-notifications')}</h1><wx-notifications></wx-notifications>`;
      case 'identity': this.#lazy('identities'); return html`<wx-settings-identity class="settings-section"></wx-settings-identity>`;
      case 'composing': this.#lazy('composing'); return html`<wx-settings-composing class="settings-section"></wx-settings-composing>`;
      case 'filters': this.#lazy('filters'); return html`<wx-settings-filters class="settings-section"></wx-settings-filters>`;
      case 'account': this.#lazy('account'); return html`<wx-settings-account class="settings-section"></wx-settings-account>`;
      case 'security': return this.#security();
      case 'certificates': return this.#certificates();
      case 'trust': return this.#trust();
      case 'about': return this.#about();
      default: return html`<wx-settings-general class="settings-section"></wx-settings-general>`;
    }
  }

  /** An address that is no section, or none of this plan: the one that is shown takes its place. */
  override updated(): void {
    const r = route.value;
    if (r.page === 'settings' && !this.#sections().includes(r.section)) go({ page: 'settings', section: 'general' }, { replace: true });
  }

  #sections(): string[] { return ['general', 'list', 'reading', 'notifications', 'identity', 'composing', 'filters', ...(smimeOn.value ? ['security', 'certificates', 'trust'] : []), 'account', 'about']; }

  override render(): TemplateResult {
    const r = route.value;
    const sections = this.#sections();
    const wanted = r.page === 'settings' ? r.section : 'general';
    const section = sections.includes(wanted) ? wanted : 'general';
    const links = html`<div class="settings-links">${sections.map((s) => html`<a class="folder-link ${s === 'certificates' || s === 'trust' ? 'is-sub' : ''}" href=${pathOf({ page: 'settings', section: s })} aria-current=${ifDefined(s === section ? 'page' : undefined)}
          @click=${(e: MouseEvent) => { if (e.ctrlKey || e.metaKey) return; e.preventDefault(); this.#open(s); }}>${icon(GLYPHS[s]!)}<span>${t(`settings-${s}`)}</span></a>`)}</div>`;
    return html`<div class="settings">
      <nav class="settings-nav" aria-label=${t('settings')}>
        <button type="button" class="button button-quiet settings-back" @click=${() => back({ page: 'mail', folder: null, uid: null, search: false })}>${icon('arrow-left')}${t('settings-back')}</button>
        ${this.narrow ? html`<details class="settings-menu"><summary>${icon(GLYPHS[section]!)}<span>${t(`settings-${section}`)}</span>${icon('chevron-down')}</summary>${links}</details>` : links}
      </nav>
      <div class="settings-body">${this.#body(section)}</div></div>`;
  }
}
define('wx-settings', WxSettings);
