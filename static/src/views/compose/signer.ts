// What this message is signed with: the certificate that is used, and a choice where the address has several.
import type { Cert } from '../../api/types.ts';
import { issuerName, keySize } from '../../core/certificate-words.ts';
import { WxElement, define } from '../../core/element.ts';
import { dayDate } from '../../core/format.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import type { Composer } from '../../store/compose.ts';
import { announce } from '../../store/ui.ts';
import { loadSmime } from '../parts/smime.ts';

export class WxSigner extends WxElement {
  static override properties = { composer: { attribute: false }, found: { state: true } };
  declare composer: Composer;
  /** The one that is used by itself comes first; null: not known yet. */
  declare found: readonly Cert[] | null;
  #for = '';

  constructor() { super(); this.found = null; }

  override willUpdate(): void {
    const { address } = this.composer.identity.value;
    if (address === this.#for) return;
    this.#for = address;
    this.found = null;
    void loadSmime('sending').then((p) => p?.sending.signersFor(address) ?? []).catch((): Cert[] => []).then((list) => { if (this.#for === address) this.found = list; });
  }

  #words(c: Cert): string { return [keySize(c.key), issuerName(c), t('certificate-until', { date: dayDate(c.not_after) })].join(' · '); }

  override render(): TemplateResult | typeof nothing {
    const c = this.composer;
    void c.identity.value;
    const list = this.found;
    if (!list?.length) return nothing;
    const now = list.find((x) => x.fingerprint === c.signer.value) ?? list[0]!;
    const id = `signer-${c.submission}`;
    if (list.length === 1) return html`<p class="signer"><span class="signer-label">${icon('seal-plain')}${t('signer')}</span><span class="muted" title=${now.fingerprint}>${this.#words(now)}</span></p>`;
    return html`<p class="signer"><label class="signer-label" for=${id}>${icon('seal-plain')}${t('signer')}</label><span class="select-wrap"><select class="select" id=${id} @change=${(e: Event) => {
      const next = list[Number((e.target as HTMLSelectElement).value)];
      if (!next) return;
      c.setSigner(next.fingerprint);
      announce(`${t('signer')}: ${this.#words(next)}`);
    }}>${list.map((x, n) => html`<option value=${n} ?selected=${x === now}>${this.#words(x)}</option>`)}</select>${icon('chevron-down')}</span></p>`;
  }
}
define('wx-signer', WxSigner);
