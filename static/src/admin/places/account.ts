// One's own: second factor, recovery codes, where one is signed in.
import { WxElement, define } from '../../core/element.ts';
import { fullDate, dayDate } from '../../core/format.ts';
import { foreign } from '../../core/foreign.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { ask } from '../api.ts';
import { confirmed, openDialog } from '../parts/dialog.ts';
import { Loaded } from '../parts/loaded.ts';
import { bones, card, facts, failure, head, pill, tell } from '../parts/small.ts';
import { gate, session } from '../state.ts';
import type { Role } from '../types.ts';
import '../enrol.ts';

interface Device { id: string; created: string; last_used: string | null; address: string; browser: string | null; system: string | null; current: boolean }
interface Factor { on: boolean; since: string | null; recovery_left: number }

export class WxPlaceAccount extends WxElement {
  readonly #factor = new Loaded<Factor>(() => ask<Factor>('totp'));
  readonly #devices = new Loaded<Device[]>(async () => (await ask<{ sessions: Device[] }>('sessions')).sessions);
  override connectedCallback(): void { super.connectedCallback(); void this.#factor.load(); void this.#devices.load(); }

  async #codes(): Promise<void> {
    await openDialog<boolean>((close) => () => ({ title: t('totp-new-codes'), body: html`<div class="enrol-inline"><wx-enrol again .done=${() => close(true)} .leave=${() => close(null)}></wx-enrol></div>` }));
    void this.#factor.load();
  }
  async #end(d: Device): Promise<void> {
    const where = foreign([d.browser, d.system].filter(Boolean).join(', ') || d.address, 80);
    if (!(await confirmed({ title: t('adm-session-end'), text: t('adm-session-end-text', { where }), yes: t('adm-session-end'), danger: true }))) return;
    await tell(() => ask(`sessions/${d.id}`, { method: 'DELETE' }), t('adm-session-ended'));
    void this.#devices.load();
  }

  #factorCard(): TemplateResult {
    const f = this.#factor.value.value;
    return card({ name: 'factor', title: t('totp-title'), icon: f?.on ? 'shield-check' : 'shield-alert', aside: f ? pill(t(f.on ? 'totp-on' : 'totp-off'), f.on ? 'good' : 'warn') : nothing,
      body: !f ? (this.#factor.failure.value !== null ? failure(this.#factor.failure.value, this.#factor.load) : bones(1)) : html`<p class="muted">${t('adm-factor-text')}</p>
        ${f.on ? facts([[t('adm-factor-since'), dayDate(f.since)], [t('adm-factor-left'), f.recovery_left < 3 ? pill(String(f.recovery_left), 'warn') : String(f.recovery_left)]]) : nothing}
        <div class="button-row">${f.on ? html`<button type="button" class="button button-small" @click=${() => void this.#codes()}>${icon('refresh-cw')}${t('totp-new-codes')}</button>` : html`<button type="button" class="button button-small button-primary" @click=${() => { gate.value = 'enrol'; }}>${t('adm-enrol-now')}</button>`}</div>` });
  }
  #devicesCard(): TemplateResult {
    const list = this.#devices.value.value;
    return card({ name: 'sessions', title: t('adm-sessions'), icon: 'monitor', body: !list ? (this.#devices.failure.value !== null ? failure(this.#devices.failure.value, this.#devices.load) : bones(2)) : html`<ul class="adm-list">${list.map((d) => html`<li>${icon('monitor')}<span class="adm-list-words"><strong>${foreign([d.browser, d.system].filter(Boolean).join(', ') || t('adm-session-unknown'), 80)}</strong><span>${t('adm-session-where', { address: foreign(d.address, 60), when: fullDate(d.last_used ?? d.created) })}</span></span>
      ${d.current ? pill(t('adm-session-this'), 'good') : html`<button type="button" class="button button-small" @click=${() => void this.#end(d)}>${t('adm-session-end')}</button>`}</li>`)}</ul>` });
  }

  override render(): TemplateResult {
    const s = session.value!;
    const role = (r: Role | 'operator'): string => t(`adm-role-${r}`);
    return html`${head({ title: t('adm-place-account'), text: foreign(s.name) })}<div class="adm-cards">${this.#factorCard()}
      ${card({ name: 'roles', title: t('adm-my-roles'), icon: 'users', body: html`<ul class="adm-list">${s.operator ? html`<li>${icon('server')}<span class="adm-list-words"><strong>${role('operator')}</strong><span>${t('adm-role-operator-text')}</span></span></li>` : nothing}${s.organisations.filter((o) => o.role !== 'operator').map((o) => html`<li>${icon('building')}<span class="adm-list-words"><strong>${foreign(o.name || o.id)}</strong><span>${role(o.role)}</span></span></li>`)}</ul>` })}</div>${this.#devicesCard()}`;
  }
}
define('wx-place-account', WxPlaceAccount);
