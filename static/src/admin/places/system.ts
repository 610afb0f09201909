// For operators: customers with their contract, organisations, plans, operators, and the whole registry as one document.
import { WxElement, define } from '../../core/element.ts';
import { count, dayDate } from '../../core/format.ts';
import { foreign } from '../../core/foreign.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { toast } from '../../store/toasts.ts';
import { answerOf, ask, post, renewSession } from '../api.ts';
import { writeRecord } from '../parts/conflict.ts';
import { confirmed, openDialog } from '../parts/dialog.ts';
import { formDialog } from '../parts/form.ts';
import type { Field, Values } from '../parts/form.ts';
import { Loaded } from '../parts/loaded.ts';
import { bones, card, emptyState, failure, head, pill, saveAs, tell, untilDay } from '../parts/small.ts';
import { follow, goOrganisation, hrefOf, route } from '../router.ts';
import { mayWrite, session } from '../state.ts';

interface Customer { id: string; name: string; plan: string | null; valid_from: string | null; valid_until: string | null; quota: number; disabled: boolean; outbound_per_hour: number | null; outbound_recipients: number | null; version: number }
interface Org { id: string; customer: string; name: string; smime: 'enabled' | 'disabled'; directory?: 'off' | 'certificates' | 'names'; outbound_per_hour: number | null; outbound_recipients: number | null; version: number }
interface Plan { id: string; smime: boolean | null; configured: boolean; version: number }
interface Operator { name: string; version: number }
interface Imported { added: number; changed: number; removed: number; changes: { what: string; change: string }[] }
/** What is left of an organisation's audit; name null: it was removed. */
interface Kept { organisation: string | null; name: string | null; ended: string | null; entries: number; last: string | null }
const TABS = ['customers', 'organisations', 'plans', 'operators', 'audits', 'registry'] as const;
const ID: Field = { name: 'id', label: '', required: true, mono: true, most: 64, check: (v) => (/^[a-z0-9_-]{1,64}$/.test(String(v)) ? '' : t('adm-id-wrong')) };
const rows = <T>(path: string): (() => Promise<T[]>) => async () => (await ask<{ rows: T[] }>(path)).rows;
const DOCUMENT_MOST = 128 * 1024 * 1024;
const CHANGES_SHOWN = 500;
/** The last day that is in a period: it ends at that second. */
const lastDay = (iso: string | null): string => (iso ? new Date(Date.parse(iso) - 1000).toISOString().slice(0, 10) : '');
const day = (iso: string | null): string => iso?.slice(0, 10) ?? '';

/** Over what each mailbox may send; `otherwise` says whose counts where nothing is given. */
const ceilings = (row: { outbound_per_hour: number | null; outbound_recipients: number | null } | null, otherwise: string): Field[] => [
  { name: 'outbound_per_hour', label: t('adm-ceiling-per-hour'), kind: 'number', value: row?.outbound_per_hour ?? null, min: 0, most: 1_000_000, placeholder: otherwise, hint: t('adm-ceiling-hint') },
  { name: 'outbound_recipients', label: t('adm-ceiling-recipients'), kind: 'number', value: row?.outbound_recipients ?? null, min: 0, most: 1_000_000, placeholder: otherwise },
];

export class WxPlaceSystem extends WxElement {
  readonly #customers = new Loaded<Customer[]>(rows('customers'));
  readonly #organisations = new Loaded<Org[]>(rows('organisations'));
  readonly #plans = new Loaded<Plan[]>(rows('plans'));
  readonly #operators = new Loaded<Operator[]>(rows('operators'));
  /** Of organisations that are no more; those that are have a place of their own. */
  readonly #audits = new Loaded<Kept[]>(async () => (await rows<Kept>('audits')()).filter((x) => x.organisation !== null && x.name === null));
  override connectedCallback(): void { super.connectedCallback(); for (const l of [this.#customers, this.#organisations, this.#plans, this.#operators, this.#audits]) void l.load(); }

  #list<T>(l: Loaded<T[]>, o: { name: string; icon: string; add?: unknown; text?: string }, row: (x: T) => TemplateResult): TemplateResult {
    const list = l.value.value;
    const f = l.failure.value;
    return card({ name: o.name, title: t(`adm-system-${o.name}`), icon: o.icon, aside: mayWrite.value ? o.add : nothing,
      body: html`${o.text ? html`<p class="muted">${o.text}</p>` : nothing}${f !== null ? failure(f, l.load) : !list ? bones(3) : list.length === 0 ? emptyState({ icon: o.icon, title: t(`adm-system-${o.name}-none`), text: t(`adm-system-${o.name}-none-text`) }) : html`<ul class="adm-list">${list.map(row)}</ul>`}` });
  }
  #buttons(edit: (() => void) | null, remove: () => void, what: string): TemplateResult | typeof nothing {
    return mayWrite.value ? html`<span class="button-row">${edit ? html`<button type="button" class="button button-small" aria-label=${t('adm-edit-what', { what })} @click=${edit}>${t('adm-edit')}</button>` : nothing}<button type="button" class="icon-button is-small" aria-label=${t('adm-remove-what', { what })} data-tip=${t('adm-act-remove')} @click=${remove}>${icon('trash')}</button></span>` : nothing;
  }
  async #remove(path: string, body: object, what: string, l: Loaded<unknown[]>): Promise<void> {
    if (!(await confirmed({ title: t('adm-remove-what', { what: foreign(what, 80) }), text: t(`adm-remove-text-${path.split('/')[0]!}`), yes: t('adm-act-remove'), danger: true }))) return;
    await tell(() => post(path, body), t('adm-did-remove', { what: foreign(what) }));
    void l.load();
    if (path.startsWith('organisations')) void this.#audits.load();
    if (path.startsWith('organisations')) void renewSession().catch(() => undefined);
  }

  // --- customers ---

  #planField(value: string | null): Field {
    return { name: 'plan', label: t('adm-col-plan'), kind: 'select', value: value ?? '', choices: [{ value: '', label: t('adm-plan-default') }, ...[...new Set([...(this.#plans.value.value ?? []).map((p) => p.id), ...(value ? [value] : [])])].map((p) => ({ value: p, label: foreign(p, 60) }))] };
  }
  async #customer(c: Customer | null): Promise<void> {
    const patchOf = (v: Values): Record<string, unknown> => Object.fromEntries(Object.entries(v).filter(([k]) => k !== 'id').map(([k, x]) => [k, k === 'plan' ? x || null : k.startsWith('valid_') ? (x ? `${String(x)}T${k === 'valid_until' ? '23:59:59' : '00:00:00'}Z` : null) : k === 'name' ? String(x).trim() : x]));
    const done = await formDialog<{ wrote: boolean }>({
      title: c ? t('adm-edit-what', { what: foreign(c.name || c.id, 80) }) : t('adm-customer-new'), yes: t(c ? 'adm-save' : 'adm-act-add'),
      fields: [...(c ? [] : [{ ...ID, label: t('adm-id'), hint: t('adm-id-hint') }]), { name: 'name', label: t('adm-member-name'), required: true, value: c?.name ?? '', most: 200 }, this.#planField(c?.plan ?? null),
        { name: 'quota', label: t('adm-member-quota'), kind: 'number', required: true, value: c?.quota ?? 0 }, { name: 'valid_from', label: t('adm-member-valid-from'), kind: 'date', value: day(c?.valid_from ?? null) },
        { name: 'valid_until', label: t('adm-member-valid-until'), kind: 'date', hint: t('adm-member-valid-until-hint'), value: lastDay(c?.valid_until ?? null), check: (v, all) => (all.valid_from && String(v) < String(all.valid_from) ? t('adm-period-wrong') : '') }, ...ceilings(c, t('adm-ceiling-configured')),
        { name: 'disabled', label: t('adm-customer-disabled'), kind: 'check', value: c?.disabled ?? false }],
      act: async (v, form) => {
        if (!c) { await post('customers/set', { id: v.id, patch: patchOf(v), add: true }); return { wrote: true }; }
        return { wrote: await writeRecord(patchOf(form.changed()), c.version, (patch, version) => post('customers/set', { id: c.id, patch, version })) };
      },
    });
    if (done?.wrote) { toast(t('adm-saved')); void this.#customers.load(); }
  }
  #customerRow = (c: Customer): TemplateResult => {
    const until = untilDay(c.valid_until);
    const what = foreign(c.name || c.id, 120);
    return html`<li data-id=${c.id}>${icon('users')}<span class="adm-list-words"><strong>${what}</strong><span>${foreign(c.id)} · ${t('adm-customer-quota', { n: c.quota })}${c.plan ? ` · ${foreign(c.plan, 64)}` : ''}</span></span>
      ${c.disabled ? pill(t('adm-customer-off'), 'bad', 'ban') : c.valid_until ? pill(t('adm-until', { date: until.text }), until.tone) : nothing}${this.#buttons(() => void this.#customer(c), () => void this.#remove('customers/remove', { id: c.id, version: c.version }, c.name || c.id, this.#customers), what)}</li>`;
  };

  // --- organisations ---

  async #organisation(o: Org | null): Promise<void> {
    const customers = this.#customers.value.value ?? [];
    const done = await formDialog<{ wrote: boolean; id: string }>({
      title: o ? t('adm-edit-what', { what: foreign(o.name || o.id, 80) }) : t('adm-organisation-new'), yes: t(o ? 'adm-save' : 'adm-act-add'),
      fields: [...(o ? [] : [{ ...ID, label: t('adm-id'), hint: t('adm-id-hint') }, { name: 'customer', label: t('adm-member-customer'), kind: 'select' as const, choices: customers.map((c) => ({ value: c.id, label: foreign(c.name || c.id, 80) })) }]),
        { name: 'name', label: t('adm-member-name'), required: true, value: o?.name ?? '', most: 200 }, { name: 'smime', label: t('adm-member-smime'), kind: 'select', value: o?.smime ?? 'enabled', choices: [{ value: 'enabled', label: t('adm-smime-enabled') }, { value: 'disabled', label: t('adm-smime-disabled') }] },
        ...(!o || o.directory !== undefined ? [{ name: 'directory', label: t('adm-member-directory'), kind: 'select' as const, value: o?.directory ?? 'certificates', choices: (['off', 'certificates', 'names'] as const).map((d) => ({ value: d, label: t(`adm-directory-${d}`) })) }] : []), ...ceilings(o, t('adm-ceiling-customer'))],
      act: async (v, form) => {
        if (!o) { const { id, ...patch } = v; await post('organisations/set', { id, patch, add: true }); return { wrote: true, id: String(id) }; }
        return { wrote: await writeRecord(form.changed(), o.version, (patch, version) => post('organisations/set', { id: o.id, patch, version })), id: o.id };
      },
    });
    if (!done?.wrote) return;
    toast(t('adm-saved'));
    void this.#organisations.load();
    void renewSession().catch(() => undefined);
  }
  #organisationRow = (o: Org): TemplateResult => {
    const what = foreign(o.name || o.id, 120);
    return html`<li data-id=${o.id}>${icon('building')}<span class="adm-list-words"><strong>${what}</strong><span>${foreign(o.id)} · ${foreign((this.#customers.value.value ?? []).find((c) => c.id === o.customer)?.name || o.customer)}</span></span>${o.smime === 'disabled' ? pill(t('adm-smime-disabled'), 'warn') : nothing}
      <button type="button" class="button button-small" aria-label=${t('adm-open-what', { what })} @click=${() => void this.#goTo(o)}>${t('adm-org-open')}</button>${this.#buttons(() => void this.#organisation(o), () => void this.#remove('organisations/remove', { id: o.id, version: o.version }, o.name || o.id, this.#organisations), what)}</li>`;
  };
  async #goTo(o: Org): Promise<void> {
    await renewSession().catch(() => undefined);
    const s = session.value;
    // The session names the first organisations only.
    if (s && !s.organisations.some((x) => x.id === o.id)) session.value = { ...s, organisations: [...s.organisations, { id: o.id, name: o.name, role: 'operator', customer: o.customer, smime: o.smime }] };
    await goOrganisation(o.id);
  }

  // --- plans, operators ---

  #planRow = (p: Plan): TemplateResult => html`<li data-id=${p.id}>${icon('id-card')}<span class="adm-list-words"><strong>${foreign(p.id)}</strong><span>${t(p.configured ? 'adm-plan-configured' : 'adm-plan-registry')}</span></span>${p.smime === null ? pill(t('adm-plan-as-configured')) : pill(t(p.smime ? 'adm-plan-smime' : 'adm-plan-no-smime'), p.smime ? 'good' : 'plain')}${this.#buttons(() => void this.#plan(p), () => void this.#remove('plans/remove', { id: p.id, version: p.version }, p.id, this.#plans), foreign(p.id, 64))}</li>`;
  async #plan(p: Plan | null): Promise<void> {
    const done = await formDialog<{ wrote: boolean }>({
      title: p ? t('adm-edit-what', { what: foreign(p.id, 64) }) : t('adm-plan-new'), yes: t('adm-save'), fields: [...(p ? [] : [{ ...ID, label: t('adm-id') }]), { name: 'smime', label: t('adm-member-smime'), kind: 'select', value: p?.smime === true ? 'yes' : p?.smime === false ? 'no' : '', choices: [{ value: '', label: t('adm-plan-as-configured') }, { value: 'yes', label: t('adm-plan-smime') }, { value: 'no', label: t('adm-plan-no-smime') }] }],
      act: async (v) => {
        const smime = v.smime === 'yes' ? true : v.smime === 'no' ? false : null;
        if (!p) { await post('plans/set', { id: v.id, patch: { smime } }); return { wrote: true }; }
        return { wrote: await writeRecord({ smime }, p.version, (patch, version) => post('plans/set', { id: p.id, patch, version })) };
      },
    });
    if (done?.wrote) { toast(t('adm-saved')); void this.#plans.load(); }
  }
  #operatorRow = (o: Operator): TemplateResult => html`<li data-id=${o.name}>${icon('user-key')}<span class="adm-list-words"><strong>${foreign(o.name)}</strong></span>${this.#buttons(null, () => void this.#remove('operators/set', { name: o.name, operator: false, version: o.version }, o.name, this.#operators), foreign(o.name, 80))}</li>`;
  async #operator(): Promise<void> {
    const done = await formDialog<object>({ title: t('adm-operator-new'), text: t('adm-operator-text'), yes: t('adm-act-add'), danger: true, fields: [{ name: 'name', label: t('adm-gate-name'), kind: 'email', required: true, most: 320 }], act: (v) => post<object>('operators/set', { name: String(v.name).trim().toLowerCase(), operator: true }) });
    if (done) { toast(t('adm-saved')); void this.#operators.load(); }
  }

  // --- audits of organisations that were removed ---

  #auditRow = (k: Kept): TemplateResult => {
    const id = k.organisation ?? '';
    const what = foreign(id, 64);
    return html`<li data-id=${id}>${icon('scroll-text')}<span class="adm-list-words"><strong>${what}</strong><span>${t('adm-audits-entries', { n: k.entries })}${k.ended ? ` · ${t('adm-audits-ended', { date: dayDate(k.ended) })}` : ''}</span></span>
      <a class="button button-small" href=${hrefOf('system', ['audits', id])} aria-label=${t('adm-open-what', { what })} @click=${follow('system', ['audits', id])}>${t('adm-org-open')}</a>${this.#buttons(null, () => void this.#remove('audits/remove', { organisation: id }, id, this.#audits), what)}</li>`;
  };
  #auditOf(id: string): TemplateResult {
    void import('./audit.ts');
    return html`<p><a class="button button-small button-quiet" href=${hrefOf('system', ['audits'])} @click=${follow('system', ['audits'])}>${icon('arrow-left')}${t('adm-system-audits')}</a></p><wx-place-audit .kept=${id}></wx-place-audit>`;
  }

  // --- the registry as one document ---

  async #export(keys: boolean): Promise<void> {
    if (keys && !(await confirmed({ title: t('adm-export-keys-sure'), text: t('adm-export-keys-text'), yes: t('adm-export-keys') }))) return;
    await tell(async () => {
      const answer = await answerOf('registry/export', { json: { sealed_keys: keys }, deadline: 180_000 });
      saveAs(await answer.blob(), `waxseal-registry-${keys ? 'with-sealed-keys-' : ''}${new Date().toISOString().slice(0, 10)}.json`);
    });
  }
  async #import(): Promise<void> {
    const found = await formDialog<{ document: unknown; said: Imported }>({
      title: t('adm-import'), text: t('adm-import-text'), yes: t('adm-import-look'), fields: [{ name: 'document', label: t('adm-import-file'), kind: 'file', required: true, accept: 'application/json,.json' }],
      act: async (v) => {
        const file = v.document as File;
        if (file.size > DOCUMENT_MOST) throw new Error(t('err-too-large'));
        let document: unknown;
        try { document = JSON.parse(await file.text()); } catch { throw new Error(t('adm-import-no-json')); }
        return { document, said: await post<Imported>('registry/import', { document, dry_run: true }, { deadline: 180_000 }) };
      },
    });
    if (!found) return;
    const { said } = found;
    const n = said.added + said.changed + said.removed;
    if (n === 0) { toast(t('adm-import-same')); return; }
    const sure = await openDialog<boolean>((close) => () => ({
      title: t('adm-import-sure'), wide: true, submit: () => close(true),
      body: html`<p class="adm-import-sum">${pill(t('adm-import-added', { n: said.added }), 'good')} ${pill(t('adm-import-changed', { n: said.changed }), 'info')} ${pill(t('adm-import-removed', { n: said.removed }), said.removed ? 'bad' : 'plain')}</p><p>${t('adm-import-sure-text')}</p>
        <div class="adm-scroll" tabindex="0" role="region" aria-label=${t('adm-import-list')}><ul class="adm-list">${said.changes.slice(0, CHANGES_SHOWN).map((c) => html`<li><span class="adm-list-words">${foreign(c.what, 300)}</span>${pill(t(`adm-audit-${c.change === 'added' || c.change === 'removed' ? c.change : 'changed'}`), c.change === 'added' ? 'good' : c.change === 'removed' ? 'bad' : 'info')}</li>`)}</ul></div>${said.changes.length > CHANGES_SHOWN ? html`<p class="muted">${t('adm-import-more', { n: said.changes.length - CHANGES_SHOWN })}</p>` : nothing}`,
      foot: html`<button type="button" class="button button-quiet" autofocus @click=${() => close(null)}>${t('cancel')}</button><button type="submit" class="button button-danger">${t('adm-import-do', { n })}</button>`,
    }));
    if (!sure) return;
    const done = await tell(() => post<Imported>('registry/import', { document: found.document, dry_run: false }, { deadline: 180_000 }), t('adm-import-done'));
    if (done) { for (const l of [this.#customers, this.#organisations, this.#plans, this.#operators]) void l.load(); void renewSession().catch(() => undefined); }
  }
  #registry(): TemplateResult {
    return html`<div class="adm-cards">${card({ name: 'export', title: t('adm-export'), icon: 'download', body: html`<p class="muted">${t('adm-export-text')}</p><div class="button-row"><button type="button" class="button" data-act="export" @click=${() => void this.#export(false)}>${icon('download')}${t('adm-export-do')}</button><button type="button" class="button button-quiet" @click=${() => void this.#export(true)}>${t('adm-export-keys')}</button></div>` })}
      ${card({ name: 'import', title: t('adm-import'), icon: 'upload', body: html`<p class="muted">${t('adm-import-about')}</p><div class="button-row"><button type="button" class="button" data-act="import" @click=${() => void this.#import()}>${icon('upload')}${t('adm-import-choose')}</button></div>` })}</div>`;
  }

  override render(): TemplateResult {
    const tab = TABS.find((x) => x === route.value.rest[0]) ?? 'customers';
    const add = (label: string, run: () => void): TemplateResult => html`<button type="button" class="button button-small button-primary" data-act="add" @click=${run}>${icon('plus')}${label}</button>`;
    const n = (l: Loaded<unknown[]>): unknown => (l.value.value ? html`<span class="badge">${count(l.value.value.length)}</span>` : nothing);
    const numbers: Record<(typeof TABS)[number], unknown> = { customers: n(this.#customers), organisations: n(this.#organisations), plans: n(this.#plans), operators: n(this.#operators), audits: n(this.#audits), registry: nothing };
    const kept = tab === 'audits' ? route.value.rest[1] : undefined;
    if (kept) return this.#auditOf(kept);
    return html`${head({ title: t('adm-place-system'), text: t('adm-system-text') })}
      <nav class="adm-tabs" aria-label=${t('adm-place-system')}>${TABS.map((x) => html`<a class="tab" href=${hrefOf('system', [x])} aria-current=${x === tab ? 'page' : 'false'} @click=${follow('system', [x])}>${t(`adm-system-${x}`)}${numbers[x]}</a>`)}</nav>
      ${tab === 'customers' ? this.#list(this.#customers, { name: 'customers', icon: 'users', add: add(t('adm-customer-new'), () => void this.#customer(null)), text: t('adm-customers-text') }, this.#customerRow)
        : tab === 'organisations' ? this.#list(this.#organisations, { name: 'organisations', icon: 'building', add: (this.#customers.value.value ?? []).length ? add(t('adm-organisation-new'), () => void this.#organisation(null)) : nothing }, this.#organisationRow)
          : tab === 'plans' ? this.#list(this.#plans, { name: 'plans', icon: 'id-card', add: add(t('adm-plan-new'), () => void this.#plan(null)), text: t('adm-plans-text') }, this.#planRow)
            : tab === 'audits' ? this.#list(this.#audits, { name: 'audits', icon: 'scroll-text', text: t('adm-audits-text') }, this.#auditRow) : tab === 'operators' ? this.#list(this.#operators, { name: 'operators', icon: 'user-key', add: add(t('adm-operator-new'), () => void this.#operator()) }, this.#operatorRow) : this.#registry()}`;
  }
}
define('wx-place-system', WxPlaceSystem);
