// Who changed what: newest first, without an end, before and after as a difference.
import { WxElement, define } from '../../core/element.ts';
import { fullDate } from '../../core/format.ts';
import { foreign } from '../../core/foreign.ts';
import { icon } from '../../core/icon.ts';
import { hasText, t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { signal } from '../../core/signals.ts';
import { of, post } from '../api.ts';
import { fieldName, valueText } from '../parts/conflict.ts';
import { bones, emptyState, failure, head, pill } from '../parts/small.ts';
import { organisationId } from '../state.ts';
import type { AuditEntry } from '../types.ts';

const PAGE = 100;
/** Kinds of records, as the registry calls them. */
const KINDS = ['account', 'accounts', 'licence', 'licences', 'certificate', 'rules', 'domain', 'claim', 'role', 'token', 'organisation', 'customer', 'authority', 'issued', 'request', 'root', 'branding'];
const SEARCH_MS = 300;
/** Of a list, as of the mailboxes a table added: an entry has at most 16 KB. From so many on it is shut at first. */
const [LIST_MAX, LONG] = [16_384, 12];

/** Members that differ, in the order of the newer one. Records are flat; what is deeper is compared as a whole. */
export function difference(before: unknown, after: unknown): { field: string; before: unknown; after: unknown }[] {
  const record = (x: unknown): Record<string, unknown> => (x && typeof x === 'object' && !Array.isArray(x) ? x as Record<string, unknown> : {});
  const [a, b] = [record(before), record(after)];
  const names = [...new Set([...Object.keys(b), ...Object.keys(a)])].filter((n) => n !== 'version');
  return names.filter((n) => JSON.stringify(a[n] ?? null) !== JSON.stringify(b[n] ?? null)).map((n) => ({ field: n, before: a[n], after: b[n] }));
}
/** "account ana@x.test" → kind and which. */
export function parts(what: string): { kind: string; id: string } {
  const at = what.indexOf(' ');
  return at < 0 ? { kind: what, id: '' } : { kind: what.slice(0, at), id: what.slice(at + 1) };
}

export class WxPlaceAudit extends WxElement {
  /** For operators: the id of an organisation that was removed. */
  kept: string | null = null;
  readonly #o = organisationId.peek();
  readonly #entries = signal<AuditEntry[] | null>(null);
  readonly #more = signal(false);
  readonly #busy = signal(false);
  readonly #failure = signal<unknown>(null);
  readonly #filter = signal({ text: '', what: '', from: '', until: '' });
  #round = 0;
  #typing: ReturnType<typeof setTimeout> | undefined;
  #watch: IntersectionObserver | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load(true);
    this.#watch = new IntersectionObserver((seen) => { if (seen.some((e) => e.isIntersecting) && this.#more.value && !this.#busy.value) void this.#load(false); }, { rootMargin: '600px' });
    this.onLeave(() => this.#watch?.disconnect());
  }
  override updated(): void { const end = this.querySelector('.audit-end'); this.#watch?.disconnect(); if (end) this.#watch?.observe(end); }

  async #load(anew: boolean): Promise<void> {
    const round = anew ? ++this.#round : this.#round;
    const f = this.#filter.value;
    const last = anew ? undefined : this.#entries.value?.at(-1)?.id;
    const until = f.until ? new Date(Date.parse(`${f.until}T00:00:00Z`) + 86_400_000).toISOString().replace(/\.\d+/, '') : '';
    this.#busy.value = true;
    try {
      const a = await post<{ entries: AuditEntry[]; more: boolean }>(this.kept === null ? of(this.#o, 'audit/query') : 'audit/query', { limit: PAGE, ...(this.kept === null ? {} : { organisation: this.kept }), ...(f.text.trim() ? { text: f.text.trim() } : {}), ...(f.what ? { what: f.what } : {}), ...(f.from ? { from: `${f.from}T00:00:00Z` } : {}), ...(until ? { until } : {}), ...(last ? { before_id: last } : {}) });
      if (round !== this.#round) return;
      this.#entries.value = [...(anew ? [] : this.#entries.value ?? []), ...a.entries];
      this.#more.value = a.more;
      this.#failure.value = null;
    } catch (error) { if (round === this.#round) { this.#failure.value = error; this.#more.value = false; } } finally { if (round === this.#round) this.#busy.value = false; }
  }
  #set(patch: Partial<{ text: string; what: string; from: string; until: string }>, wait = false): void {
    this.#filter.value = { ...this.#filter.value, ...patch };
    clearTimeout(this.#typing);
    if (wait) this.#typing = setTimeout(() => void this.#load(true), SEARCH_MS); else void this.#load(true);
  }

  #entry(e: AuditEntry): TemplateResult {
    const { kind, id } = parts(e.what);
    const act = e.before === null || e.before === undefined ? 'added' : e.after === null || e.after === undefined ? 'removed' : 'changed';
    const key = `adm-kind-${kind}`;
    const rows = difference(e.before, e.after);
    const many = (v: unknown): number => (Array.isArray(v) && v.length >= LONG ? v.length : 1);
    const n = rows.reduce((sum, r) => sum + Math.max(many(r.before), many(r.after)), 0);
    return html`<li class="audit-entry" data-what=${e.what}><div class="audit-head">${pill(t(`adm-audit-${act}`), act === 'added' ? 'good' : act === 'removed' ? 'bad' : 'info')}<strong>${hasText(key) ? t(key) : foreign(kind, 40)} ${foreign(id, 200)}</strong><span class="audit-who">${foreign(e.who)} <time datetime=${e.at}>${fullDate(e.at)}</time></span></div>
      ${rows.length ? html`<details class="audit-more" ?open=${rows.length <= 4 && n < LONG}><summary>${t('adm-audit-fields', { n })}</summary><dl class="audit-diff">${rows.map((r) => html`<div><dt>${fieldName(r.field)}</dt><dd>${act === 'added' ? nothing : html`<del>${valueText(r.before, LIST_MAX)}</del>`}${act === 'changed' ? icon('arrow-right', t('adm-audit-became'), 'audit-arrow') : nothing}${act === 'removed' ? nothing : html`<ins>${valueText(r.after, LIST_MAX)}</ins>`}</dd></div>`)}</dl></details>` : nothing}</li>`;
  }

  override render(): TemplateResult {
    const list = this.#entries.value;
    const f = this.#filter.value;
    const filtered = f.text !== '' || f.what !== '' || f.from !== '' || f.until !== '';
    const day = (name: 'from' | 'until'): TemplateResult => html`<label class="audit-day"><span class="field-label">${t(`adm-audit-${name}`)}</span><input class="input" type="date" .value=${f[name]} @change=${(e: Event) => this.#set({ [name]: (e.target as HTMLInputElement).value })}></label>`;
    return html`${head({ title: this.kept === null ? t('adm-place-audit') : t('adm-audit-of', { what: foreign(this.kept, 64) }), text: t(this.kept === null ? 'adm-audit-text' : 'adm-audit-kept-text'), actions: html`<button type="button" class="icon-button" aria-label=${t('adm-refresh')} data-tip=${t('adm-refresh')} @click=${() => void this.#load(true)}>${icon('refresh-cw')}</button>` })}
      <div class="adm-tools is-plain" role="search"><label class="adm-search">${icon('search')}<span class="visually-hidden">${t('adm-audit-search')}</span><input class="input" type="search" data-search placeholder=${t('adm-audit-search')} autocomplete="off" spellcheck="false" maxlength="200" .value=${f.text} @input=${(e: Event) => this.#set({ text: (e.target as HTMLInputElement).value }, true)}></label>
        <span class="adm-filter ${f.what ? 'is-on' : ''}"><select class="select" aria-label=${t('adm-audit-kind')} @change=${(e: Event) => this.#set({ what: (e.target as HTMLSelectElement).value })}><option value="">${t('adm-audit-kind')}</option>${KINDS.map((k) => html`<option value=${k} ?selected=${k === f.what}>${t(`adm-kind-${k}`)}</option>`)}</select>${icon('chevron-down')}</span>${day('from')}${day('until')}
        ${filtered ? html`<button type="button" class="button button-small button-quiet" @click=${() => { this.#filter.value = { text: '', what: '', from: '', until: '' }; void this.#load(true); }}>${icon('x')}${t('adm-filter-clear')}</button>` : nothing}</div>
      ${this.#failure.value !== null ? failure(this.#failure.value, () => void this.#load(list === null)) : nothing}
      ${list === null ? (this.#failure.value === null ? bones(4) : nothing) : list.length === 0 ? emptyState({ icon: 'scroll-text', title: t(filtered ? 'adm-found-none' : 'adm-audit-none'), text: t(filtered ? 'adm-found-none-text' : 'adm-audit-none-text') })
        : html`<ol class="audit" aria-busy=${String(this.#busy.value) as 'true'}>${list.map((e) => this.#entry(e))}</ol><div class="audit-end">${this.#more.value ? (this.#busy.value ? bones(1) : nothing) : html`<p class="muted">${t('adm-audit-end')}</p>`}</div>`}`;
  }
}
define('wx-place-audit', WxPlaceAudit);
