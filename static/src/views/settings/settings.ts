// Settings. Every change is saved at once and says so; nothing has a Save button except free text.
import '../../core/shared.ts';
import { sentence } from '../../api/client.ts';
import type { Density, SecurityDefault, SettingsPatch, Theme } from '../../api/types.ts';
import { assetUrl } from '../../core/assets.ts';
import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { LANGUAGES, language, t } from '../../core/i18n.ts';
import { html, ifDefined, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { back, go, pathOf, route } from '../../core/router.ts';
import { runCommand } from '../../core/commands.ts';
import './notifications.ts';
import { changeSettings, identity, me, session, settings, smimeOn } from '../../store/session.ts';
import { toast } from '../../store/toasts.ts';
import { loadSmime } from '../parts/smime.ts';

const MODES: SecurityDefault[] = ['auto', 'none', 'sign', 'sign_encrypt'];

export class WxSettings extends WxElement {
  static override properties = { saved: { state: true } };
  declare saved: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = new Set<string>();

  constructor() { super(); this.saved = ''; }

  async #change(name: string, patch: SettingsPatch): Promise<void> {
    try {
      await changeSettings(patch);
      this.saved = name;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => { this.saved = ''; }, 2500);
    } catch (error) { toast(sentence(error), { kind: 'bad' }); }
  }

  #saved(name: string): TemplateResult {
    return html`<span class="saved" role="status">${this.saved === name ? html`${icon('check')}${t('saved')}` : nothing}</span>`;
  }

  #radios<T extends string>(name: string, legend: string, value: T, options: { value: T; title: string; text?: string }[], pick: (v: T) => void): TemplateResult {
    return html`<fieldset class="set-group"><legend class="set-legend">${legend}${this.#saved(name)}</legend><div class="set-options">
      ${options.map((o) => html`<label class="option"><input class="radio" type="radio" name=${name} .value=${o.value} .checked=${o.value === value} @change=${() => pick(o.value)}>
        <span class="option-title">${o.title}</span>${o.text ? html`<span class="option-text">${o.text}</span>` : nothing}</label>`)}
    </div></fieldset>`;
  }

  #switch(name: string, label: string, hint: string, on: boolean, set: (on: boolean) => void): TemplateResult {
    return html`<label class="set-switch"><span class="set-switch-text"><span class="option-title">${label}</span><span class="option-text">${hint}</span></span>
      ${this.#saved(name)}<input class="switch" type="checkbox" role="switch" .checked=${on} @change=${(e: Event) => set((e.target as HTMLInputElement).checked)}></label>`;
  }

  #general(): TemplateResult {
    const s = settings.value;
    return html`<h1>${t('settings-general')}</h1>
      ${this.#radios<Theme>('theme', t('set-theme'), s.ui.theme, (['system', 'light', 'dark'] as Theme[]).map((v) => ({ value: v, title: t(`theme-${v}`) })), (theme) => void this.#change('theme', { ui: { theme } }))}
      ${this.#radios<Density>('density', t('set-density'), s.list.density, (['compact', 'comfortable', 'spacious'] as Density[]).map((v) => ({ value: v, title: t(`density-${v}`) })), (density) => void this.#change('density', { list: { density } }))}
      <div class="set-group"><label class="set-legend" for="set-language">${t('set-language')}${this.#saved('language')}</label>
        <span class="select-wrap"><select class="select" id="set-language" .value=${s.ui.language || language.value} @change=${(e: Event) => void this.#change('language', { ui: { language: (e.target as HTMLSelectElement).value } })}>
          ${Object.entries(LANGUAGES).map(([code, name]) => html`<option value=${code} ?selected=${code === language.value}>${name}</option>`)}</select>${icon('chevron-down')}</span></div>
      <div class="set-group">
        ${this.#switch('mark', t('set-mark-read'), t('set-mark-read-hint'), s.reading.mark_read, (mark_read) => void this.#change('mark', { reading: { mark_read } }))}
        ${this.#switch('keys', t('set-shortcuts'), t('set-shortcuts-hint'), s.shortcuts, (shortcuts) => void this.#change('keys', { shortcuts }))}
        <button type="button" class="button button-small set-inline" @click=${() => runCommand('app.shortcuts')}>${icon('keyboard')}${t('shortcuts-show')}</button></div>
      <wx-notifications></wx-notifications>`;
  }

  #identity(): TemplateResult {
    const save = (patch: { name?: string; signature?: string }, name: string): void => void this.#change(name, { identities: settings.value.identities.map((i) => i === identity.value ? { ...i, ...patch } : i) });
    return html`<h1>${t('settings-identity')}</h1>
      <div class="set-group"><label class="field"><span class="field-label">${t('set-address')}</span><input class="input" readonly .value=${me.value.address}></label></div>
      <div class="set-group"><label class="field"><span class="field-label">${t('set-name')}${this.#saved('name')}</span>
        <input class="input" maxlength="200" autocomplete="name" .value=${identity.value.name} @change=${(e: Event) => save({ name: (e.target as HTMLInputElement).value.trim() }, 'name')}></label><p class="field-hint">${t('set-name-hint')}</p></div>
      <div class="set-group"><label class="field"><span class="field-label">${t('set-signature')}${this.#saved('signature')}</span>
        <textarea class="textarea" rows="5" maxlength="4000" .value=${identity.value.signature} @change=${(e: Event) => save({ signature: (e.target as HTMLTextAreaElement).value }, 'signature')}></textarea></label><p class="field-hint">${t('set-signature-hint')}</p></div>`;
  }

  #security(): TemplateResult {
    const s = settings.value.security;
    this.#load('settings');
    return html`<h1>${t('settings-security')}</h1>
      ${this.#radios<SecurityDefault>('mode', t('set-mode'), s.mode, MODES.map((v) => ({ value: v, title: t(`mode-default-${v.replace('_', '-')}`), text: t(`mode-default-${v.replace('_', '-')}-text`) })), (mode) => void this.#change('mode', { security: { mode } }))}
      <div class="set-group"><label class="set-legend" for="set-lock">${t('set-lock')}${this.#saved('lock')}</label>
        <span class="select-wrap"><select class="select" id="set-lock" @change=${(e: Event) => void this.#change('lock', { security: { lock_after_minutes: Number((e.target as HTMLSelectElement).value) } })}>
          ${[5, 15, 60, 240].map((m) => html`<option value=${m} ?selected=${m === s.lock_after_minutes}>${t('set-lock-minutes', { n: m })}</option>`)}</select>${icon('chevron-down')}</span>
        <p class="field-hint">${t('set-lock-hint')}</p></div>
      <div class="set-group">${this.#switch('hide', t('set-hide-subject'), t('set-hide-subject-hint'), s.hide_subject === true, (hide_subject) => void this.#change('hide', { security: { hide_subject } }))}</div>
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

  override render(): TemplateResult {
    const r = route.value;
    const sections = ['general', 'identity', ...(smimeOn.value ? ['security', 'certificates', 'trust'] : []), 'about'];
    const wanted = r.page === 'settings' ? r.section : 'general';
    const section = sections.includes(wanted) ? wanted : 'general';
    const glyphs: Record<string, string> = { general: 'settings', identity: 'user', security: 'shield', certificates: 'users', trust: 'seal-plain', about: 'info' };
    const bodies: Record<string, () => TemplateResult> = { general: () => this.#general(), identity: () => this.#identity(), security: () => this.#security(), certificates: () => this.#certificates(), trust: () => this.#trust(), about: () => this.#about() };
    return html`<div class="settings">
      <nav class="settings-nav" aria-label=${t('settings')}>
        <button type="button" class="button button-quiet settings-back" @click=${() => back({ page: 'mail', folder: null, uid: null, search: false })}>${icon('arrow-left')}${t('settings-back')}</button>
        ${sections.map((s) => html`<a class="folder-link ${s === 'certificates' || s === 'trust' ? 'is-sub' : ''}" href=${pathOf({ page: 'settings', section: s })} aria-current=${ifDefined(s === section ? 'page' : undefined)}
          @click=${(e: MouseEvent) => { if (e.ctrlKey || e.metaKey) return; e.preventDefault(); go({ page: 'settings', section: s }, { replace: true }); }}>${icon(glyphs[s]!)}<span>${t(`settings-${s}`)}</span></a>`)}
      </nav>
      <div class="settings-body">${bodies[section]!()}</div></div>`;
  }
}
define('wx-settings', WxSettings);
