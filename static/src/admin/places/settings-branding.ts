// What people see instead of the product's own name, colour and mark: of the organisation, and for operators of the whole installation.
import { ApiError } from '../../api/client.ts';
import { WxElement, define } from '../../core/element.ts';
import { foreign } from '../../core/foreign.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { css, html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { toBase64 } from '../../smime/bytes.ts';
import { toast } from '../../store/toasts.ts';
import { useSheet } from '../../views/parts/sheet.ts';
import { accentTokens, readAccent } from '../accent.ts';
import { ask, of, renewSession } from '../api.ts';
import { dressAgain } from '../brand.ts';
import { confirmed } from '../parts/dialog.ts';
import { formDialog } from '../parts/form.ts';
import type { Values } from '../parts/form.ts';
import { Loaded } from '../parts/loaded.ts';
import { bones, card, facts, failure, tell } from '../parts/small.ts';
import { mayOwn, organisationId, session } from '../state.ts';
import type { Brand } from '../types.ts';

interface Branding { version: number; name: string | null; accent: string | null; support: string | null; logo: { url: string; type: string; width: number; height: number } | null }
interface Answer { branding: Branding; shown: Brand }
const LOGO_MOST = 64 * 1024;
/** What may be wrong has sentences of its own. */
const FAULTS = ['name', 'accent', 'support', 'logo'];

useSheet('branding', `.brand-looks { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(16rem, 100%), 1fr)); gap: var(--s3); }
.brand-look { display: grid; gap: var(--s3); padding: var(--s4); border: 1px solid var(--line); border-radius: var(--r3); background: var(--sheet); color: var(--ink); min-inline-size: 0; }
.brand-look.is-light { color-scheme: light; } .brand-look.is-dark { color-scheme: dark; }
.brand-look-head { display: flex; align-items: center; gap: var(--s2); font-weight: 650; min-inline-size: 0; }
.brand-look-head img { max-inline-size: 6rem; block-size: 1.75rem; object-fit: contain; } .brand-look-head .icon { inline-size: 1.75rem; block-size: 1.75rem; flex: none; }
.brand-look-row { padding: var(--s2) var(--s3); border-radius: var(--r2); background: var(--selected); border-inline-start: 3px solid var(--wax); }
.brand-look-end { display: flex; flex-wrap: wrap; align-items: center; gap: var(--s3); }
.brand-look-button { padding: var(--s2) var(--s4); border-radius: var(--r2); background: var(--wax-fill); color: var(--on-wax); font-weight: 600; }
.brand-look-link { color: var(--wax); text-decoration: underline; }`);

let shownFile: { file: File; url: string } | null = null;
/** The chosen file as a picture of this page; of one file at a time. */
function pictureOf(file: File): string {
  if (shownFile?.file === file) return shownFile.url;
  if (shownFile) URL.revokeObjectURL(shownFile.url);
  shownFile = { file, url: URL.createObjectURL(file) };
  return shownFile.url;
}

/** A piece of the product in both looks; the real colours, by the same derivation as the server's. */
function preview(name: string, accent: string, logo: string): TemplateResult {
  const rgb = readAccent(accent);
  const colours = rgb === null ? {} : Object.fromEntries(Object.entries(accentTokens(rgb)).map(([token, [light, dark]]) => [token, `light-dark(${light}, ${dark})`]));
  return html`<div class="brand-looks">${(['light', 'dark'] as const).map((look) => html`<div class="brand-look is-${look}" role="img" aria-label=${t(`adm-brand-look-${look}`)} ${css(colours)}>
    <span class="brand-look-head">${logo ? html`<img src=${logo} alt="">` : icon('brand')}<span class="truncate">${foreign(name, 40) || 'Waxseal'}</span></span>
    <span class="brand-look-row">${t('adm-brand-sample')}</span>
    <span class="brand-look-end"><span class="brand-look-button">${t('adm-brand-button')}</span><span class="brand-look-link">${t('adm-brand-link')}</span></span></div>`)}</div>`;
}

export class WxBrandCard extends WxElement {
  static override properties = { path: {}, kind: {} };
  declare path: string;
  declare kind: 'own' | 'all';
  readonly #data = new Loaded<Answer>(() => ask(this.path));
  override connectedCallback(): void { super.connectedCallback(); void this.#data.load(); }

  async #put(patch: Record<string, string | null>, version: number): Promise<Answer> {
    try { return await ask<Answer>(this.path, { method: 'PUT', json: { patch, version } }); } catch (error) {
      const field = error instanceof ApiError ? error.field : '';
      if (!(error instanceof ApiError) || !FAULTS.includes(field)) throw error;
      throw new ApiError(`brand_${field}`, t(`adm-err-brand-${field}`), 422, { field });
    }
  }
  async #change(b: Branding, shown: Brand): Promise<void> {
    const word = (v: Values, name: string): string => String(v[name] ?? '').trim();
    const done = await formDialog<Answer>({ title: t('adm-brand-change'), text: t('adm-brand-change-text'), yes: t('adm-brand-save'), wide: true,
      fields: [
        { name: 'name', label: t('adm-brand-name'), value: b.name ?? '', most: 40 },
        { name: 'accent', label: t('adm-brand-accent'), value: b.accent ?? '', mono: true, most: 7, placeholder: '#8c2f45', hint: t('adm-brand-accent-hint'), check: (v) => (readAccent(String(v).trim().toLowerCase()) === null ? t('adm-err-brand-accent') : '') },
        { name: 'support', label: t('adm-brand-support'), value: b.support ?? '', most: 500, mono: true, placeholder: 'https://', hint: t('adm-brand-support-hint') },
        { name: 'logo', label: t('adm-brand-logo'), kind: 'file', accept: 'image/png,image/webp', hint: t('adm-brand-logo-hint'), check: (v) => (v instanceof File && v.size > LOGO_MOST ? t('adm-err-brand-logo') : '') },
        ...(b.logo ? [{ name: 'none', label: t('adm-brand-logo-none'), kind: 'check' as const, value: false }] : []),
      ],
      also: (v) => preview(word(v, 'name') || (b.name === null ? shown.name ?? '' : ''), word(v, 'accent').toLowerCase() || (b.accent === null ? shown.accent ?? '' : ''), v.logo instanceof File ? pictureOf(v.logo) : v.none === true ? '' : shown.logo ?? ''),
      act: async (v) => {
        const patch: Record<string, string | null> = { name: word(v, 'name') || null, accent: word(v, 'accent').toLowerCase() || null, support: word(v, 'support') || null };
        if (v.logo instanceof File) patch.logo = toBase64(new Uint8Array(await v.logo.arrayBuffer()));
        else if (v.none === true) patch.logo = null;
        return this.#put(patch, b.version);
      } });
    if (!done) return;
    toast(t('adm-saved'));
    this.#wear();
  }
  #wear(): void {
    void this.#data.load();
    (this.kind === 'all' ? renewSession() : Promise.resolve()).then(dressAgain, () => undefined);
  }
  async #remove(b: Branding): Promise<void> {
    if (!(await confirmed({ title: t('adm-brand-remove'), text: t('adm-brand-remove-text'), yes: t('adm-brand-remove'), danger: true }))) return;
    await tell(() => this.#put({ name: null, accent: null, support: null, logo: null }, b.version), t('adm-saved'));
    this.#wear();
  }
  override render(): TemplateResult {
    const d = this.#data.value.value;
    const f = this.#data.failure.value;
    if (!d) return f !== null ? failure(f, this.#data.load) : bones(2);
    const { branding: b, shown } = d;
    const said = (own: string | null, seen: string | null): unknown => (own ? foreign(own, 500) : seen ? html`${foreign(seen, 500)} <span class="muted">${t('adm-brand-inherited')}</span>` : html`<span class="muted">${t('adm-brand-nothing')}</span>`);
    return card({ name: `brand-${this.kind}`, title: t(`adm-brand-${this.kind}`), icon: 'eye', aside: mayOwn.value ? html`<button type="button" class="button button-small button-primary" data-act="brand-change" @click=${() => void this.#change(b, shown)}>${t('adm-brand-change-short')}</button>${b.version ? html`<button type="button" class="button button-small button-quiet" data-act="brand-remove" @click=${() => void this.#remove(b)}>${t('adm-brand-remove')}</button>` : nothing}` : nothing,
      body: html`<p class="muted">${t(`adm-brand-${this.kind}-text`)}</p>
        ${facts([[t('adm-brand-name'), said(b.name, shown.name)], [t('adm-brand-accent'), said(b.accent, shown.accent)], [t('adm-brand-support'), said(b.support, shown.support)]])}
        ${preview(shown.name ?? '', shown.accent ?? '', shown.logo ?? '')}` });
  }
}
define('wx-brand-card', WxBrandCard);

export class WxSectionBranding extends WxElement {
  readonly #o = organisationId.peek();
  override render(): TemplateResult {
    return html`<wx-brand-card path=${of(this.#o, 'branding')} kind="own"></wx-brand-card>${session.value?.operator ? html`<wx-brand-card path="branding" kind="all"></wx-brand-card>` : nothing}`;
  }
}
define('wx-section-branding', WxSectionBranding);
