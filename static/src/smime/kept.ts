// What is kept of somebody's certificates: where each came from, which one is used, and what waits for a word of the reader.
import '../core/shared.ts';
import './common.ts';
import { sentence } from '../api/client.ts';
import { certificateAction } from '../api/smime.ts';
import type { CertificateAction } from '../api/smime.ts';
import type { Contact, KeptCert, KeptState } from '../api/types.ts';
import { WxElement, define } from '../core/element.ts';
import { foreign } from '../core/foreign.ts';
import { dayDate } from '../core/format.ts';
import { hasText, t } from '../core/i18n.ts';
import { icon } from '../core/icon.ts';
import { html, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { toast } from '../store/toasts.ts';
import { announce, confirm } from '../store/ui.ts';
import { dialog } from '../views/parts/dialog.ts';
import { separator } from '../views/parts/menu.ts';
import type { MenuItem } from '../views/parts/menu.ts';
import { Asking, ask } from './asking.ts';
import { keySize, note } from './form.ts';
import { certFacts } from './trusting.ts';

const SOURCES = ['harvested', 'contact', 'directory', 'ldap', 'imported', 'own'];
const ORDER: KeptState[] = ['pending', 'valid', 'superseded', 'rejected'];

export function sourceWord(source: string | null): string { return source ? (SOURCES.includes(source) ? t(`certificate-${source}`) : foreign(source, 60)) : ''; }
export const nameOf = (c: Contact): string => foreign(c.name || c.addresses[0]?.address, 80);

/** Why a change waits; '' where the server does not say. */
function whyWord(k: KeptCert): string {
  const key = `change-why-${(k.why ?? '').replaceAll('_', '-')}`;
  return k.why && hasText(key) ? t(key) : '';
}

// ---- "X uses a new certificate" ----

/** The contact as it is after the decision; null: later. */
type Review = Contact | null;
class WxChangeDialog extends Asking<Review> {
  static override properties = { busy: { state: true }, problem: { state: true } };
  declare busy: boolean;
  declare problem: string;
  contact!: Contact;
  pending!: KeptCert;

  constructor() { super(); this.busy = false; this.problem = ''; }

  async #do(action: 'accept' | 'reject'): Promise<void> {
    this.busy = true;
    try {
      const next = await certificateAction(this.contact.id, this.pending.fingerprint, action);
      toast(t(action === 'accept' ? 'change-accepted' : 'change-rejected', { name: nameOf(this.contact) }));
      this.done(next);
    } catch (error) { this.problem = sentence(error); this.busy = false; }
  }

  override render(): TemplateResult {
    const known = this.contact.certificates.filter((c) => c.state === 'valid');
    return dialog({
      title: t(known.length ? 'change-title' : 'change-first-title', { name: nameOf(this.contact) }), className: 'dialog-wide', close: () => this.done(null),
      body: html`<p>${known.length ? t('change-explain') : t('change-first-explain', { name: nameOf(this.contact) })}${whyWord(this.pending) ? html` <strong>${whyWord(this.pending)}</strong>` : nothing}</p>${this.problem ? html`<div role="alert">${note('bad', this.problem)}</div>` : nothing}
        <div class="compare"><section>${known.length ? html`<h3>${t('change-new')}</h3>` : nothing}${certFacts(this.pending)}</section>
          ${known.map((c) => html`<section><h3>${t('change-known', { date: dayDate(c.since) })}</h3>${certFacts(c)}</section>`)}</div>`,
      foot: html`<button type="button" class="button button-quiet" @click=${() => this.done(null)}>${t('change-later')}</button>
        <button type="button" class="button" data-act="reject" ?disabled=${this.busy} @click=${() => void this.#do('reject')}>${t('change-reject')}</button>
        <button type="button" class="button button-primary" data-act="accept" ?disabled=${this.busy} @click=${() => void this.#do('accept')}>${t(known.length ? 'change-accept' : 'change-accept-first')}</button>`,
    });
  }
}
define('wx-change-dialog', WxChangeDialog);

/** Old and new beside each other; answers the contact after what was decided, null for later. */
export function reviewChange(contact: Contact, pending: KeptCert): Promise<Review> {
  const box = document.createElement('wx-change-dialog') as WxChangeDialog;
  Object.assign(box, { contact, pending });
  return ask(box);
}

// ---- the list ----

/** The certificates of one person. Says wx-contact with the contact as it is after a change. */
export class WxKept extends WxElement {
  static override properties = { contact: { attribute: false } };
  declare contact: Contact;

  async #act(c: Contact, k: KeptCert, action: CertificateAction): Promise<void> {
    if (action === 'remove' && !(await confirm({ title: t('certificates-remove-title', { name: nameOf(c) }), text: t('certificates-remove-text'), action: t('certificates-remove'), danger: true }))) return;
    try {
      this.#say(await certificateAction(c.id, k.fingerprint, action));
      announce(t(`certificates-did-${action}`));
    } catch (error) { toast(sentence(error), { kind: 'bad' }); }
  }

  async #review(c: Contact, k: KeptCert): Promise<void> { const next = await reviewChange(c, k); if (next) this.#say(next); }
  #say(next: Contact): void { this.dispatchEvent(new CustomEvent('wx-contact', { detail: next, bubbles: true })); }

  #menu(c: Contact, k: KeptCert): MenuItem[] {
    const items: MenuItem[] = [];
    const item = (action: CertificateAction, glyph: string): void => { items.push({ label: t(`certificates-${action}`), icon: glyph, danger: action === 'remove', run: () => void (action === 'accept' ? this.#review(c, k) : this.#act(c, k, action)) }); }; // used only after a look at it
    if (k.state === 'rejected') item('accept', 'check');
    if (k.state === 'valid' && !k.preferred && k.can_encrypt) item('prefer', 'lock');
    if (items.length) items.push(separator);
    item('remove', 'trash');
    return items;
  }

  #badges(k: KeptCert): TemplateResult {
    const ended = Date.parse(k.not_after) < Date.now();
    const untrusted = k.state === 'valid' && k.status === 'untrusted'; // kept, and used for nothing while nobody vouches for it
    const look = untrusted ? ['seal-question', 'is-warning'] : { valid: ['circle-check', 'is-good'], pending: ['clock', 'is-warning'], superseded: ['clock', ''], rejected: ['circle-x', ''] }[k.state] ?? ['info', ''];
    return html`<span class="key-badges"><span class="chip ${look[1]}" data-state=${k.state}>${icon(look[0]!)}${t(untrusted ? 'certificates-state-untrusted' : `certificates-state-${k.state}`)}</span>
      ${k.preferred ? html`<span class="chip">${icon('lock')}${t('certificates-preferred')}</span>` : nothing}
      ${k.revocation === 'revoked' ? html`<span class="chip is-bad">${icon('circle-x')}${t('certificates-revoked')}</span>` : nothing}
      ${ended ? html`<span class="chip is-warning">${icon('clock')}${t('smime-expired')}</span>` : nothing}
      ${k.weak ? html`<span class="chip is-warning">${icon('triangle-alert')}${t('smime-weak')}</span>` : nothing}</span>`;
  }

  #certificate(c: Contact, k: KeptCert): TemplateResult {
    const uses = [k.can_sign ? t('smime-use-sign') : '', k.can_encrypt ? t('smime-use-encrypt') : ''].filter(Boolean).join(', ') || t('smime-use-none');
    const p = k.provenance;
    return html`<div class="key-cert kept-cert" data-fingerprint=${k.fingerprint}><div class="key-cert-main"><bdi>${foreign(k.addresses.join(', '), 160) || foreign(k.subject, 120)}</bdi>
        <div class="muted">${uses} · ${keySize(k.key)} · ${t(Date.parse(k.not_after) < Date.now() ? 'certificates-expired-on' : 'smime-valid-until', { date: dayDate(k.not_after) })}</div>
        <div class="muted">${sourceWord(k.source)} · ${t('certificates-since', { date: dayDate(k.since) })}${p ? html` · ${t('certificates-provenance', { subject: foreign(p.subject, 60) || t('no-subject'), date: dayDate(p.date) })}` : nothing}</div>
        ${k.state === 'pending' ? html`${whyWord(k) ? html`<div>${whyWord(k)}</div>` : nothing}<div class="notice-actions"><button type="button" class="button button-small" data-act="review" @click=${() => void this.#review(c, k)}>${t(c.certificates.some((x) => x.state === 'valid') ? 'change-review' : 'change-look')}</button></div>` : nothing}
        <details class="technical"><summary>${t('smime-technical')}</summary>${certFacts(k)}</details></div>
      <span class="kept-end">${this.#badges(k)}<wx-menu label=${t('more-actions')} .items=${() => this.#menu(c, k)}></wx-menu></span></div>`;
  }

  override render(): TemplateResult {
    const c = this.contact;
    return html`${c.certificates.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || b.not_before.localeCompare(a.not_before)).map((k) => this.#certificate(c, k))}`;
  }
}
define('wx-kept', WxKept);
