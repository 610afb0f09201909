// Settings that are words and switches: appearance, language and time, list, reading, notifications.
import type { Density, ListOrder, ListSort, Preview, Theme } from '../../api/types.ts';
import { define } from '../../core/element.ts';
import { browserZone, zones } from '../../core/zones.ts';
import { icon } from '../../core/icon.ts';
import { LANGUAGES, language, t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { runCommand } from '../../core/commands.ts';
import { settings } from '../../store/session.ts';
import { overlay } from '../../store/ui.ts';
import { WxSection } from './section.ts';

/** Regions whose style of dates may be chosen, by language. */
const REGIONS: Record<string, string[]> = { en: ['GB', 'US', 'AU', 'CA', 'IE', 'IN', 'NZ', 'ZA'], de: ['DE', 'AT', 'CH', 'LI', 'LU'] };
const SAMPLE = new Date(2026, 0, 31, 16, 5);

function sample(tag: string): string { return new Intl.DateTimeFormat(tag, { dateStyle: 'short', timeStyle: 'short' }).format(SAMPLE); }
function regionName(code: string): string { return new Intl.DisplayNames([language.value], { type: 'region' }).of(code) ?? code; }

export class WxGeneralSection extends WxSection {
  #language(): TemplateResult {
    const [base = '', region = ''] = settings.value.ui.language.split('-');
    const save = (name: string, tag: string): void => void this.change(name, { ui: { language: tag } });
    const lang = base || language.value;
    return html`${this.choice('language', t('set-language'), base, [{ value: '', title: t('set-language-browser') }, ...Object.entries(LANGUAGES).map(([value, title]) => ({ value, title }))], (v) => save('language', v))}
      ${this.choice('dates', t('set-dates'), region, [{ value: '', title: t('set-dates-default') }, ...(REGIONS[lang] ?? []).map((code) => ({ value: code, title: `${regionName(code)} — ${sample(`${lang}-${code}`)}` }))],
        (code) => save('dates', code ? `${lang}-${code}` : base), t('set-dates-hint'))}`;
  }

  #zone(): TemplateResult {
    const groups = new Map<string, string[]>();
    for (const z of zones()) { const g = z.includes('/') ? z.slice(0, z.indexOf('/')) : 'Etc'; groups.set(g, [...(groups.get(g) ?? []), z]); }
    const now = settings.value.time_zone;
    const rows = [html`<option value="" ?selected=${now === ''}>${t('set-zone-browser', { zone: browserZone().replaceAll('_', ' ') })}</option>`,
      ...[...groups].map(([group, list]) => html`<optgroup label=${group}>${list.map((z) => html`<option value=${z} ?selected=${z === now}>${z.replaceAll('_', ' ')}</option>`)}</optgroup>`)];
    return this.choice('zone', t('set-zone'), now, rows, (time_zone) => void this.change('zone', { time_zone }), t('set-zone-hint'));
  }

  override render(): TemplateResult {
    const s = settings.value;
    return html`<h1>${t('settings-general')}</h1>
      ${this.radios<Theme>('theme', t('set-theme'), s.ui.theme, (['system', 'light', 'dark'] as Theme[]).map((v) => ({ value: v, title: t(`theme-${v}`) })), (theme) => void this.change('theme', { ui: { theme } }))}
      ${this.#language()}${this.#zone()}
      <div class="set-group">${this.toggle('keys', t('set-shortcuts'), t('set-shortcuts-hint'), s.shortcuts, (shortcuts) => void this.change('keys', { shortcuts }))}
        <button type="button" class="button button-small set-inline" @click=${() => runCommand('app.shortcuts')}>${icon('keyboard')}${t('shortcuts-show')}</button></div>`;
  }
}
define('wx-settings-general', WxGeneralSection);

export class WxListSection extends WxSection {
  override render(): TemplateResult {
    const l = settings.value.list;
    const sorts: ListSort[] = ['arrival', 'date', 'from', 'to', 'subject', 'size'];
    return html`<h1>${t('settings-list')}</h1>
      <div class="set-group">
        ${this.toggle('threads', t('set-threads'), t('set-threads-hint'), l.threads, (threads) => void this.change('threads', { list: { threads } }))}
        ${this.toggle('snippets', t('set-snippets'), t('set-snippets-hint'), l.snippets, (snippets) => void this.change('snippets', { list: { snippets } }))}</div>
      ${this.radios<Density>('density', t('set-density'), l.density, (['compact', 'comfortable', 'spacious'] as Density[]).map((v) => ({ value: v, title: t(`density-${v}`) })), (density) => void this.change('density', { list: { density } }))}
      ${this.radios<Preview>('preview', t('set-preview'), l.preview, (['right', 'below', 'none'] as Preview[]).map((v) => ({ value: v, title: t(`set-preview-${v}`) })), (preview) => void this.change('preview', { list: { preview } }))}
      ${this.choice('sort', t('set-sort'), l.sort, sorts.map((v) => ({ value: v, title: t(`set-sort-${v}`) })), (v) => void this.change('sort', { list: { sort: v as ListSort } }))}
      ${this.radios<ListOrder>('order', t('set-order'), l.order, (['desc', 'asc'] as ListOrder[]).map((v) => ({ value: v, title: t(`set-order-${v}`) })), (order) => void this.change('order', { list: { order } }))}
      <div class="set-group"><span class="set-legend">${t('labels')}</span><p class="field-hint">${t('set-labels-hint')}</p>
        <button type="button" class="button button-small set-inline" @click=${() => { overlay.value = 'labels'; }}>${icon('tags')}${t('set-labels')}</button></div>`;
  }
}
define('wx-settings-list', WxListSection);

export class WxReadingSection extends WxSection {
  #senders(): TemplateResult | typeof nothing {
    const list = settings.value.remote_images;
    if (!list.length) return nothing;
    return html`<div class="set-group"><span class="set-legend">${t('set-senders')}${this.mark('senders')}</span><ul class="plain-list">
      ${list.toSorted().map((a) => html`<li class="set-row"><bdi>${a}</bdi><button type="button" class="icon-button" aria-label=${t('set-senders-remove', { address: a })} data-tip=${t('remove')}
        @click=${() => void this.change('senders', (now) => ({ remote_images: now.remote_images.filter((x) => x !== a) }))}>${icon('x')}</button></li>`)}</ul></div>`;
  }

  override render(): TemplateResult {
    const r = settings.value.reading;
    const delays = [0, 1, 2, 5, 10];
    return html`<h1>${t('settings-reading')}</h1>
      <div class="set-group">${this.toggle('mark', t('set-mark-read'), t('set-mark-read-hint'), r.mark_read, (mark_read) => void this.change('mark', { reading: { mark_read } }))}</div>
      ${r.mark_read ? this.choice('mark-after', t('set-mark-after'), String(r.mark_read_after), [...new Set([...delays, r.mark_read_after])].toSorted((a, b) => a - b).map((n) => ({ value: String(n), title: n === 0 ? t('set-mark-at-once') : t('set-seconds', { n }) })),
        (v) => void this.change('mark-after', { reading: { mark_read_after: Number(v) } })) : nothing}
      ${this.radios('images', t('set-images'), r.images, (['ask', 'always', 'never'] as const).map((v) => ({ value: v, title: t(`set-images-${v}`), text: t(`set-images-${v}-text`) })), (images) => void this.change('images', { reading: { images } }))}
      ${this.#senders()}`;
  }
}
define('wx-settings-reading', WxReadingSection);
