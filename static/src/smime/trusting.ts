// Personal trust: the question before it is given, and the list in the settings where it is taken back.
import '../core/shared.ts';
import './common.ts';
import { sentence } from '../api/client.ts';
import { dropTrust, getTrust } from '../api/smime.ts';
import type { PathCert, TrustEntry } from '../api/types.ts';
import { WxElement, define } from '../core/element.ts';
import { commonName, foreign } from '../core/foreign.ts';
import { dayDate } from '../core/format.ts';
import { t } from '../core/i18n.ts';
import { icon } from '../core/icon.ts';
import { html, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { toast } from '../store/toasts.ts';
import { confirm } from '../store/ui.ts';
import { dialog } from '../views/parts/dialog.ts';
import { Asking, ask } from './asking.ts';
import { fromBase64 } from './bytes.ts';
import { fingerprint } from './details.ts';
import { note } from './form.ts';

type Kind = TrustEntry['kind'];

/** Names first, the rest of the subject after: what a person compares is the fingerprint. */
export function certFacts(c: { subject: string; issuer: string; serial: string; not_before: string; not_after: string; fingerprint: string }): TemplateResult {
  const row = (name: string, what: unknown): TemplateResult => html`<div class="fact"><dt>${name}</dt><dd>${what}</dd></div>`;
  return html`<dl class="facts cert-facts">${row(t('smime-fact-subject'), html`<bdi>${foreign(c.subject, 240)}</bdi>`)}${row(t('smime-fact-issuer'), html`<bdi>${foreign(c.issuer, 240)}</bdi>`)}
    ${row(t('smime-fact-valid'), t('smime-fact-valid-span', { from: dayDate(c.not_before), to: dayDate(c.not_after) }))}
    ${row(t('trust-fingerprint'), fingerprint(c.fingerprint))}</dl>`;
}

/** The address trust is limited to, null for every one; false: none is given. */
type Scope = string | null | false;
class WxTrustDialog extends Asking<Scope> {
  static override properties = { compared: { state: true }, any: { state: true } };
  declare compared: boolean;
  /** An issuer: for every address, not only for the sender's. */
  declare any: boolean;
  kind: Kind = 'certificate';
  address = '';
  cert!: PathCert;

  constructor() { super(); this.compared = false; this.any = false; }

  #scope(address: string): TemplateResult {
    const option = (any: boolean, text: string): TemplateResult => html`<label class="option"><input class="radio" type="radio" name="trust-scope" value=${any ? 'any' : 'address'} .checked=${this.any === any} @change=${() => { this.any = any; }}><span class="option-title">${text}</span></label>`;
    return html`<fieldset><legend class="visually-hidden">${t('trust-scope')}</legend><div class="set-options">${option(false, t('trust-scope-address', { address }))}${option(true, t('trust-scope-any'))}</div></fieldset>`;
  }

  override render(): TemplateResult {
    const address = foreign(this.address, 120);
    const issuer = this.kind === 'issuer';
    return dialog({
      title: issuer ? t('trust-issuer-title') : t('trust-certificate-title', { address }), className: 'dialog-trust', close: () => this.done(false),
      submit: () => { if (this.compared) this.done(issuer && this.any ? null : this.address); },
      body: html`<p>${issuer ? t('trust-issuer-text', { name: commonName(this.cert.subject) || foreign(this.cert.subject, 80) }) : t('trust-certificate-text', { address })}</p>
        <p>${t('trust-means')}</p>${certFacts(this.cert)}${issuer ? this.#scope(address) : nothing}
        <label class="check-row"><input type="checkbox" class="check" .checked=${this.compared} @change=${(e: Event) => { this.compared = (e.target as HTMLInputElement).checked; }}><span>${t(issuer ? 'trust-compared-issuer' : 'trust-compared')}</span></label>`,
      foot: html`<button type="button" class="button" @click=${() => this.done(false)}>${t('cancel')}</button>
        <button type="submit" class="button button-primary" ?disabled=${!this.compared}>${t('trust-do')}</button>`,
    });
  }
}
define('wx-trust-dialog', WxTrustDialog);

/** The fingerprint of the very bytes that are trusted if the answer is yes, not the one that came beside them. */
export async function digestOf(base64: string): Promise<string> {
  return Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', fromBase64(base64).slice())), (b) => b.toString(16).padStart(2, '0')).join('');
}

export async function askTrust(kind: Kind, address: string, cert: PathCert & { der: string }): Promise<Scope> {
  const box = document.createElement('wx-trust-dialog') as WxTrustDialog;
  Object.assign(box, { kind, address, cert: { ...cert, fingerprint: await digestOf(cert.der) } });
  return ask(box);
}

export class WxTrustPanel extends WxElement {
  static override properties = { entries: { state: true }, error: { state: true } };
  declare entries: TrustEntry[] | null;
  declare error: string;

  constructor() { super(); this.entries = null; this.error = ''; }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  async #load(): Promise<void> {
    this.error = '';
    try { this.entries = await getTrust(); } catch (error) { this.error = sentence(error); }
  }

  async #remove(e: TrustEntry): Promise<void> {
    const name = this.#name(e);
    if (!(await confirm({ title: t('trust-remove-title', { name }), text: t('trust-remove-text'), action: t('trust-remove'), danger: true }))) return;
    try {
      await dropTrust(e.id);
      this.entries = (this.entries ?? []).filter((x) => x !== e);
      toast(t('trust-removed'));
    } catch (error) { toast(sentence(error), { kind: 'bad' }); }
  }

  #name(e: TrustEntry): string { return commonName(e.certificate.subject) || foreign(e.certificate.subject, 80); }

  #entry(e: TrustEntry): TemplateResult {
    return html`<li class="key-card" data-trust=${e.kind}><div class="key-card-head">${icon(e.kind === 'issuer' ? 'shield' : 'seal-plain')}
        <div class="key-card-name"><strong><bdi>${this.#name(e)}</bdi></strong><div class="muted">${e.kind === 'issuer' && e.address === null ? t('trust-kind-issuer') : t(e.kind === 'issuer' ? 'trust-kind-issuer-for' : 'trust-kind-certificate', { address: foreign(e.address, 120) })} · ${t('trust-since', { date: dayDate(e.since) })}</div></div>
        <button type="button" class="button button-small" @click=${() => void this.#remove(e)}>${icon('trash')}${t('trust-remove')}</button></div>
      <details class="technical"><summary>${t('smime-technical')}</summary>${certFacts(e.certificate)}</details></li>`;
  }

  override render(): TemplateResult {
    return html`<p class="field-hint">${t('trust-text')}</p>
      ${this.error ? html`<div role="alert">${note('bad', this.error)}</div>` : this.entries === null ? html`<p class="muted" role="status">${t('loading')}</p>`
        : this.entries.length === 0 ? html`<div class="empty keys-empty"><span class="empty-art">${icon('shield')}</span><h2>${t('trust-none')}</h2><p>${t('trust-none-text')}</p></div>`
        : html`<ul class="key-list">${this.entries.map((e) => this.#entry(e))}</ul>`}${nothing}`;
  }
}
define('wx-trust-panel', WxTrustPanel);
