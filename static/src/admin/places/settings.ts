// Settings of the organisation. Sections stand side by side in `SECTIONS`; each is a chunk of its own that defines one element.
import { WxElement, define } from '../../core/element.ts';
import { t } from '../../core/i18n.ts';
import { html } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { signal } from '../../core/signals.ts';
import { bones, failure, head } from '../parts/small.ts';
import { follow, hrefOf, route } from '../router.ts';

interface Section { id: string; tag: string; load: () => Promise<unknown> }
/** The title of a section is the text adm-section-<id>. */
const SECTIONS: readonly Section[] = [
  { id: 'domains', tag: 'wx-section-domains', load: () => import('./settings-domains.ts') },
  { id: 'roots', tag: 'wx-section-roots', load: () => import('./settings-roots.ts') },
  { id: 'branding', tag: 'wx-section-branding', load: () => import('./settings-branding.ts') },
];

export class WxPlaceSettings extends WxElement {
  readonly #here = signal(new Set<string>());
  readonly #failed = signal<unknown>(null);
  readonly #made = new Map<string, HTMLElement>();

  #load(s: Section): void { s.load().then(() => { this.#here.value = new Set([...this.#here.value, s.id]); }, (error: unknown) => { this.#failed.value = error ?? new Error(); }); }
  #body(s: Section): unknown {
    if (this.#failed.value !== null) return failure(this.#failed.value, () => { this.#failed.value = null; this.#load(s); });
    if (!this.#here.value.has(s.id)) { this.#load(s); return bones(2); }
    let el = this.#made.get(s.id);
    if (!el) this.#made.set(s.id, (el = Object.assign(document.createElement(s.tag), { className: 'adm-section' })));
    return el;
  }
  override render(): TemplateResult {
    const s = SECTIONS.find((x) => x.id === route.value.rest[0]) ?? SECTIONS[0]!;
    return html`${head({ title: t('adm-place-settings') })}
      ${SECTIONS.length > 1 ? html`<nav class="adm-tabs" aria-label=${t('adm-place-settings')}>${SECTIONS.map((x) => html`<a class="tab" href=${hrefOf('settings', [x.id])} aria-current=${x === s ? 'page' : 'false'} @click=${follow('settings', [x.id])}>${t(`adm-section-${x.id}`)}</a>`)}</nav>` : ''}${this.#body(s)}`;
  }
}
define('wx-place-settings', WxPlaceSettings);
