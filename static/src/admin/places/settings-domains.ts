// Domains of the organisation: what is attached, and what is claimed until the DNS proves it.
import { ApiError } from '../../api/client.ts';
import { WxElement, define } from '../../core/element.ts';
import { dayDate } from '../../core/format.ts';
import { foreign } from '../../core/foreign.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { signal } from '../../core/signals.ts';
import { toast } from '../../store/toasts.ts';
import { ask, of, post } from '../api.ts';
import { confirmed } from '../parts/dialog.ts';
import { formDialog } from '../parts/form.ts';
import { Loaded } from '../parts/loaded.ts';
import { bones, card, copyable, emptyState, failure, pill, tell } from '../parts/small.ts';
import { mayWrite, organisationId, session } from '../state.ts';
import { say } from '../words.ts';

interface Domain { domain: string; plan: string | null; proof: 'operator' | 'dns' | null; version: number }
interface Claim { domain: string; name: string; text: string; since: string }
const CLAIM_DAYS = 30;
const word = (v: unknown): string => String(v ?? '').trim().toLowerCase().replace(/\.$/, '');

export class WxSectionDomains extends WxElement {
  readonly #o = organisationId.peek();
  readonly #data = new Loaded<{ rows: Domain[]; claims: Claim[] }>(() => ask(of(this.#o, 'domains')));
  /** What the last look at the DNS gave, by domain. */
  readonly #looked = signal<Record<string, string>>({});
  readonly #looking = signal('');
  override connectedCallback(): void { super.connectedCallback(); void this.#data.load(); }

  async #claim(): Promise<void> {
    const made = await formDialog<Claim>({ title: t('adm-domain-claim'), text: t('adm-domain-claim-text'), yes: t('adm-domain-claim-go'),
      fields: [{ name: 'domain', label: t('adm-domain'), required: true, mono: true, placeholder: 'example.org', most: 253, check: (v) => (/^[^\s@.]+(\.[^\s@.]+)+$/.test(word(v)) ? '' : t('adm-domain-wrong')) }],
      act: (v) => post<Claim>(of(this.#o, 'domains/claim'), { domain: word(v.domain) }) });
    if (made) void this.#data.load();
  }
  async #attach(): Promise<void> {
    const done = await formDialog<object>({ title: t('adm-domain-attach'), text: t('adm-domain-attach-text'), yes: t('adm-domain-attach-go'),
      fields: [{ name: 'domain', label: t('adm-domain'), required: true, mono: true, placeholder: 'example.org', most: 253 }], act: (v) => post<object>(of(this.#o, 'domains/attach'), { domain: word(v.domain) }) });
    if (done) { toast(t('adm-saved')); void this.#data.load(); }
  }
  async #verify(c: Claim): Promise<void> {
    if (this.#looking.value) return;
    this.#looking.value = c.domain;
    try {
      await post(of(this.#o, 'domains/verify'), { domain: c.domain });
      toast(t('adm-domain-attached', { domain: foreign(c.domain) }));
      await this.#data.load();
    } catch (error) {
      const text = error instanceof ApiError && error.code === 'forbidden' ? t('adm-domain-not-yet') : say(error);
      this.#looked.value = { ...this.#looked.value, [c.domain]: text };
    } finally { this.#looking.value = ''; }
  }
  async #release(d: Domain): Promise<void> {
    if (!(await confirmed({ title: t('adm-domain-release'), text: t('adm-domain-release-text', { domain: foreign(d.domain) }), yes: t('adm-domain-release'), danger: true }))) return;
    await tell(() => post(of(this.#o, 'domains/release'), { domain: d.domain }), t('adm-did-remove', { what: foreign(d.domain) }));
    void this.#data.load();
  }

  #proof(c: Claim): TemplateResult {
    const said = this.#looked.value[c.domain];
    const busy = this.#looking.value === c.domain;
    return html`<li class="domain-claim" data-domain=${c.domain}><span class="adm-list-words"><strong>${foreign(c.domain)}</strong><span>${t('adm-claim-since', { since: dayDate(c.since), until: dayDate(new Date(Date.parse(c.since) + CLAIM_DAYS * 86_400_000).toISOString()) })}</span></span>${pill(t('adm-claim-open'), 'warn', 'clock')}
      <ol class="adm-steps domain-steps"><li>${t('adm-claim-step-open')}</li><li>${t('adm-claim-step-add')}<dl class="adm-facts domain-record"><div><dt>${t('adm-claim-type')}</dt><dd><code>TXT</code></dd></div><div><dt>${t('adm-claim-name')}</dt><dd>${copyable(c.name, t('adm-claim-name'))}</dd></div><div><dt>${t('adm-claim-value')}</dt><dd>${copyable(c.text, t('adm-claim-value'))}</dd></div></dl></li>
        <li>${t('adm-claim-step-look')}${mayWrite.value ? html`<div class="button-row"><button type="button" class="button button-small button-primary" aria-disabled=${busy ? 'true' : nothing} @click=${() => void this.#verify(c)}>${icon(busy ? 'loader-circle' : 'globe', undefined, busy ? 'spin' : '')}${t('adm-claim-look')}</button></div>` : nothing}
        ${said ? html`<p class="notice is-warning" role="status">${icon('info')}<span class="notice-text">${said}</span></p>` : nothing}</li></ol></li>`;
  }

  override render(): TemplateResult {
    const d = this.#data.value.value;
    const f = this.#data.failure.value;
    if (!d) return f !== null ? failure(f, this.#data.load) : bones(2);
    const acts = html`${session.value?.operator ? html`<button type="button" class="button button-small" @click=${() => void this.#attach()}>${t('adm-domain-attach')}</button>` : nothing}${mayWrite.value ? html`<button type="button" class="button button-small button-primary" data-act="claim" @click=${() => void this.#claim()}>${icon('plus')}${t('adm-domain-claim')}</button>` : nothing}`;
    return html`${card({ name: 'domains', title: t('adm-section-domains'), icon: 'globe', aside: acts, body: d.rows.length === 0 && d.claims.length === 0 ? emptyState({ icon: 'globe', title: t('adm-domains-none'), text: t('adm-begin-domain') }) : html`<ul class="adm-list">${d.rows.map((x) => html`<li data-domain=${x.domain}>${icon('globe-lock')}<span class="adm-list-words"><strong>${foreign(x.domain)}</strong><span>${t(x.proof === 'dns' ? 'adm-proof-dns' : 'adm-proof-operator')}${x.plan ? ` · ${t('adm-col-plan')}: ${foreign(x.plan, 64)}` : ''}</span></span>${pill(t('adm-domain-on'), 'good', 'check')}
      ${mayWrite.value ? html`<button type="button" class="button button-small button-quiet" @click=${() => void this.#release(x)}>${t('adm-domain-release')}</button>` : nothing}</li>`)}</ul>` })}
      ${d.claims.length ? card({ name: 'claims', title: t('adm-claims'), icon: 'clock', body: html`<ul class="adm-list">${d.claims.map((c) => this.#proof(c))}</ul>` }) : nothing}`;
  }
}
define('wx-section-domains', WxSectionDomains);
