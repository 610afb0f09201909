// Settings: where the account is signed in, the second factor, one's data out of here or away.
import '../../core/shared.ts';
import { ApiError, sentence } from '../../api/client.ts';
import * as account from '../../api/account.ts';
import type { DeviceSession } from '../../api/account.ts';
import { define } from '../../core/element.ts';
import { fullDate } from '../../core/format.ts';
import { icon } from '../../core/icon.ts';
import { ago } from '../../core/zones.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { leave } from '../../store/leave.ts';
import { me, smimeOn } from '../../store/session.ts';
import { toast } from '../../store/toasts.ts';
import { dialog } from '../parts/dialog.ts';
import { saveBlob } from '../reader/save.ts';
import { proofFields, proofIn, proofProblem } from './proof.ts';
import { WxSection } from './section.ts';
import './totp.ts';

const SHOWN = 8;

export class WxAccountSection extends WxSection {
  static override properties = { ...WxSection.properties, sessions: { state: true }, asking: { state: true }, problem: { state: true }, busy: { state: true }, code: { state: true }, all: { state: true } };
  declare sessions: DeviceSession[] | null;
  /** What the password is asked for. */
  declare asking: '' | 'export' | 'delete';
  declare problem: string;
  declare busy: boolean;
  declare code: boolean;
  declare all: boolean;
  constructor() { super(); this.sessions = null; this.asking = ''; this.problem = ''; this.busy = false; this.code = false; this.all = false; }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  async #load(): Promise<void> {
    try { this.sessions = await account.getSessions(); } catch (error) { toast(sentence(error), { kind: 'bad' }); }
  }

  async #try(act: () => Promise<unknown>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try { await act(); } catch (error) { toast(sentence(error), { kind: 'bad' }); } finally { this.busy = false; }
  }

  #revoke(s: DeviceSession): Promise<void> {
    return this.#try(async () => {
      await account.endSession(s.id);
      if (s.current) { await leave(); return; }
      this.sessions = (this.sessions ?? []).filter((x) => x.id !== s.id);
      toast(t('sessions-ended'));
    });
  }

  #everywhere = (): void => { void this.#try(async () => { await account.signOutEverywhere(); await leave(); }); };

  async #export(password: string, code: string): Promise<void> {
    saveBlob(await account.exportData(password, code), `waxseal-${me.value.address}.json`);
    this.asking = '';
  }

  async #delete(password: string, code: string): Promise<void> {
    await account.deleteData(password, code);
    await leave();
  }

  async #prove(): Promise<void> {
    if (this.busy || !this.asking) return;
    const act = this.asking;
    this.busy = true;
    this.problem = '';
    try {
      const { password, code } = proofIn(this, act);
      await (act === 'export' ? this.#export(password, code) : this.#delete(password, code));
    } catch (error) {
      this.problem = proofProblem(error, this.code);
      this.code ||= error instanceof ApiError && error.field === 'code';
    } finally { this.busy = false; }
  }

  #ask(act: 'export' | 'delete'): void {
    this.asking = act;
    this.code = false;
    this.problem = '';
  }

  #words(s: DeviceSession): string {
    if (s.browser && s.system) return t('sessions-on', { browser: s.browser, system: s.system });
    return s.browser ?? s.system ?? t('sessions-unknown');
  }

  #row(s: DeviceSession): TemplateResult {
    const phone = s.system === 'iPhone' || s.system === 'Android' || s.system === 'iPad';
    return html`<li class="session-row ${s.current ? 'is-current' : ''}">${icon(phone ? 'smartphone' : 'monitor')}
      <div class="session-what"><strong>${this.#words(s)}</strong>${s.current ? html` <span class="pill pill-good">${t('sessions-this')}</span>` : nothing}
        <div class="muted"><bdi>${s.address}</bdi> · <span title=${fullDate(s.last_used)}>${s.current ? t('sessions-now') : t('sessions-used', { when: ago(s.last_used) })}</span> · ${t('sessions-since', { date: fullDate(s.created) })}</div></div>
      ${s.current ? nothing : html`<button type="button" class="button button-small" ?disabled=${this.busy} @click=${() => void this.#revoke(s)} aria-label=${t('sessions-end-one', { what: this.#words(s) })}>${t('sessions-end')}</button>`}</li>`;
  }

  #dialog(): TemplateResult | typeof nothing {
    const act = this.asking;
    if (!act) return nothing;
    const close = (): void => { this.asking = ''; this.problem = ''; };
    const gone = act === 'delete';
    return dialog({
      title: gone ? t('delete-data') : t('export-title'), close, submit: () => void this.#prove(),
      body: html`<p>${gone ? t('delete-data-text') : t('export-ask')}</p>${gone && smimeOn.value ? html`<p class="note note-bad">${t('delete-data-keys')}</p>` : nothing}
        ${proofFields(act, this.code, this.problem)}`,
      foot: html`<button type="button" class="button button-quiet" @click=${close}>${t('cancel')}</button><button type="submit" class="button ${gone ? 'button-danger' : 'button-primary'}" ?disabled=${this.busy}>${gone ? t('delete-data-do') : t('export-do')}</button>`,
    });
  }

  override render(): TemplateResult {
    const list = this.sessions;
    return html`<h1>${t('settings-account')}</h1>
      <div class="set-group"><span class="set-legend" id="sessions-title">${t('sessions-title')}</span><p class="field-hint">${t('sessions-hint')}</p>
        ${list ? html`<ul class="session-list" aria-labelledby="sessions-title">${(this.all ? list : list.slice(0, SHOWN)).map((s) => this.#row(s))}</ul>${!this.all && list.length > SHOWN ? html`<button type="button" class="button button-small button-quiet set-inline" @click=${() => { this.all = true; }}>${t('sessions-all', { n: list.length })}</button>` : nothing}` : html`<p class="muted" role="status">${t('loading')}</p>`}
        <div class="button-row"><button type="button" class="button button-small" ?disabled=${this.busy} @click=${this.#everywhere}>${icon('log-out')}${t('sessions-everywhere')}</button></div></div>
      <wx-second-factor></wx-second-factor>
      <div class="set-card"><div class="set-card-head">${icon('download')}<h2>${t('export-title')}</h2></div><p class="muted">${t('export-text')}</p>
        <div class="button-row"><button type="button" class="button button-small" ?disabled=${this.busy} @click=${() => this.#ask('export')}>${t('export-do')}</button></div></div>
      <div class="set-card"><div class="set-card-head">${icon('trash')}<h2>${t('delete-data')}</h2></div><p class="muted">${t('delete-data-hint')}</p>
        <div class="button-row"><button type="button" class="button button-small button-danger" @click=${() => this.#ask('delete')}>${t('delete-data-open')}</button></div></div>
      ${this.#dialog()}`;
  }
}
define('wx-settings-account', WxAccountSection);
