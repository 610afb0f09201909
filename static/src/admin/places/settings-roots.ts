// Authorities that the organisation's accounts trust beside those of the installation.
import { ApiError } from '../../api/client.ts';
import { WxElement, define } from '../../core/element.ts';
import { dayDate } from '../../core/format.ts';
import { foreign } from '../../core/foreign.ts';
import { icon } from '../../core/icon.ts';
import { signal } from '../../core/signals.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { toast } from '../../store/toasts.ts';
import { ask, of, post } from '../api.ts';
import { commonName, fingerprintText } from '../certificate-words.ts';
import { confirmed } from '../parts/dialog.ts';
import { formDialog } from '../parts/form.ts';
import type { Value } from '../parts/form.ts';
import { Loaded } from '../parts/loaded.ts';
import { bones, card, copyable, emptyState, facts, failure, pill, tell } from '../parts/small.ts';
import { mayOwn, organisationId } from '../state.ts';
import { toBase64 } from '../../smime/bytes.ts';
import { rootsIn } from '../root-file.ts';
import type { FileRoot } from '../root-file.ts';

interface Root { fingerprint: string; subject: string; issuer: string; not_before: string; not_after: string; algorithm: string; status: 'valid' | 'expired' | 'not_yet_valid'; source: 'upload' | 'issued'; since: string }
interface Roots { version: number; roots: Root[] }
const FILE_MOST = 1 << 20;
/** What may be wrong with a file of authorities has sentences of its own. */
const FAULTS = ['file', 'ca', 'key', 'algorithm', 'validity', 'roots'];

export class WxSectionRoots extends WxElement {
  readonly #o = organisationId.peek();
  readonly #data = new Loaded<Roots>(() => ask(of(this.#o, 'roots')));
  override connectedCallback(): void { super.connectedCallback(); void this.#data.load(); }

  async #add(): Promise<void> {
    // What the file says is seen before it is believed: read here, judged by the server.
    const seen = signal<{ file: Value; roots: FileRoot[] | null } | null>(null);
    const read = (file: Value): unknown => {
      if (!(file instanceof File) || file.size > FILE_MOST) return nothing;
      if (seen.value?.file !== file) {
        queueMicrotask(async () => { if (seen.peek()?.file !== file) { seen.value = { file, roots: null }; const roots = await rootsIn(file); if (seen.peek()?.file === file) seen.value = { file, roots }; } });
        return nothing;
      }
      const roots = seen.value.roots;
      if (!roots) return nothing;
      return html`<div class="adm-root-read" role="status" data-part="read">${roots.length ? roots.slice(0, 50).map((r) => html`<section><h3>${foreign(r.name, 120)}</h3>${facts([[t('adm-ca-subject'), foreign(r.subject, 300)], [t('adm-cert-fingerprint'), html`<span class="mono adm-whole">${fingerprintText(r.fingerprint)}</span>`], [t('adm-root-read-valid'), t('adm-root-read-days', { from: dayDate(r.from), until: dayDate(r.until) })], [t('adm-root-read-key'), r.key]])}</section>`) : html`<p class="notice is-warning">${icon('triangle-alert')}<span class="notice-text">${t('adm-root-read-none')}</span></p>`}</div>`;
    };
    const done = await formDialog<Roots>({ title: t('adm-root-add'), text: t('adm-root-add-text'), yes: t('adm-root-add-yes'), also: (v) => read(v.file ?? null),
      fields: [{ name: 'file', label: t('adm-root-file'), kind: 'file', required: true, accept: '.pem,.crt,.cer,.der', hint: t('adm-root-file-hint'), check: (v) => (v instanceof File && v.size > FILE_MOST ? t('adm-err-root-file') : '') }],
      act: async (v) => {
        try { return await post<Roots>(of(this.#o, 'roots/add'), { file: toBase64(new Uint8Array(await (v.file as File).arrayBuffer())) }); } catch (error) {
          const field = error instanceof ApiError ? error.field : '';
          if (!FAULTS.includes(field)) throw error;
          throw new ApiError(`root_${field}`, t(`adm-err-root-${field}`), 422, { field: 'file' });
        }
      } });
    if (!done) return;
    toast(t('adm-saved'));
    void this.#data.load();
  }
  async #remove(r: Root): Promise<void> {
    if (!(await confirmed({ title: t('adm-root-remove'), text: t('adm-root-remove-text', { name: foreign(commonName(r.subject), 80) }), yes: t('adm-root-remove'), danger: true }))) return;
    await tell(() => post(of(this.#o, 'roots/remove'), { fingerprint: r.fingerprint }), t('adm-did-remove', { what: foreign(commonName(r.subject), 80) }));
    void this.#data.load();
  }
  #status(r: Root): TemplateResult {
    return r.status === 'valid' ? pill(t('adm-root-until', { day: dayDate(r.not_after) }), 'good', 'check') : pill(t(r.status === 'expired' ? 'adm-root-expired' : 'adm-root-early'), 'bad', 'circle-alert');
  }
  override render(): TemplateResult {
    const d = this.#data.value.value;
    const f = this.#data.failure.value;
    if (!d) return f !== null ? failure(f, this.#data.load) : bones(2);
    const add = mayOwn.value ? html`<button type="button" class="button button-small button-primary" data-act="add" @click=${() => void this.#add()}>${icon('plus')}${t('adm-root-add-short')}</button>` : nothing;
    return card({ name: 'roots', title: t('adm-section-roots'), icon: 'shield-check', aside: add, body: html`<p class="muted">${t('adm-roots-text')}</p>
      ${d.roots.length === 0 ? emptyState({ icon: 'shield-check', title: t('adm-roots-none'), text: t('adm-roots-none-text') }) : html`<ul class="adm-list">${d.roots.map((r) => html`<li data-root=${r.fingerprint}>${icon('shield-check')}<span class="adm-list-words"><strong>${foreign(commonName(r.subject), 120)}</strong><span>${r.algorithm} · ${t(r.source === 'issued' ? 'adm-root-issued' : 'adm-root-uploaded', { day: dayDate(r.since) })}</span>${copyable(fingerprintText(r.fingerprint), t('adm-cert-fingerprint'))}</span>${this.#status(r)}
        ${mayOwn.value ? html`<button type="button" class="button button-small button-quiet" data-act="remove" aria-label=${t('adm-root-remove-one', { name: foreign(commonName(r.subject), 80) })} @click=${() => void this.#remove(r)}>${t('adm-root-remove')}</button>` : nothing}</li>`)}</ul>`}` });
  }
}
define('wx-section-roots', WxSectionRoots);
