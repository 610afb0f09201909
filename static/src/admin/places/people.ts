// Who may administer the organisation, and which programs: roles and tokens.
import { WxElement, define } from '../../core/element.ts';
import { dayDate } from '../../core/format.ts';
import { foreign } from '../../core/foreign.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { toast } from '../../store/toasts.ts';
import { ask, of, post, renewSession } from '../api.ts';
import { writeRecord } from '../parts/conflict.ts';
import { confirmed, openDialog } from '../parts/dialog.ts';
import { formDialog } from '../parts/form.ts';
import { Loaded } from '../parts/loaded.ts';
import { bones, card, copyable, emptyState, failure, head, pill, tell, untilDay } from '../parts/small.ts';
import { mayOwn, organisationId, session } from '../state.ts';
import type { Role } from '../types.ts';

interface Person { name: string; role: Role; version: number }
export interface Token { id: string; name: string; scopes: string[]; ended?: boolean; made_by?: string; expires: string | null; last_used: string | null }
const ROLES: readonly Role[] = ['owner', 'writer', 'reader'];
const AREAS = ['accounts', 'certificates', 'licences', 'rules', 'log', 'audit', 'organisation'] as const;
const DAYS = ['30', '90', '365', '730'] as const;

export class WxPlacePeople extends WxElement {
  readonly #o = organisationId.peek();
  readonly #roles = new Loaded<Person[]>(async () => (await ask<{ rows: Person[] }>(of(this.#o, 'roles'))).rows);
  readonly #tokens = new Loaded<Token[]>(async () => (await ask<{ rows: Token[] }>(of(this.#o, 'tokens'))).rows);
  override connectedCallback(): void { super.connectedCallback(); void this.#roles.load(); void this.#tokens.load(); }

  readonly #choices = ROLES.map((r) => ({ value: r, label: t(`adm-role-${r}`), hint: t(`adm-role-${r}-text`) }));
  async #give(p: Person | null): Promise<void> {
    const done = await formDialog<{ wrote: boolean }>({
      title: t(p ? 'adm-role-change' : 'adm-role-give', { who: foreign(p?.name ?? '', 80) }), yes: t(p ? 'adm-save' : 'adm-act-add'),
      fields: [...(p ? [] : [{ name: 'name', label: t('adm-gate-name'), kind: 'email' as const, required: true, hint: t('adm-role-name-hint'), most: 320 }]), { name: 'role', label: t('adm-member-role'), kind: 'radio', value: p?.role ?? 'reader', choices: this.#choices }],
      act: async (v) => {
        const name = p?.name ?? String(v.name).trim().toLowerCase();
        if (!p) { await post(of(this.#o, 'roles/set'), { name, role: v.role }); return { wrote: true }; }
        if (v.role === p.role) return { wrote: false };
        return { wrote: await writeRecord({ role: v.role }, p.version, (patch, version) => post(of(this.#o, 'roles/set'), { name, role: patch.role, version })) };
      },
    });
    if (done?.wrote) { toast(t('adm-saved')); await this.#roles.load(); if (p?.name === session.value?.name) void renewSession(); }
  }
  async #take(p: Person): Promise<void> {
    const own = p.name === session.value?.name;
    if (!(await confirmed({ title: t('adm-role-take'), text: t(own ? 'adm-role-take-own' : 'adm-role-take-text', { who: foreign(p.name) }), yes: t('adm-role-take'), danger: true }))) return;
    const ok = await tell(() => post(of(this.#o, 'roles/set'), { name: p.name, role: null, version: p.version }), t('adm-did-remove', { what: foreign(p.name) }));
    if (ok && own) { await renewSession().catch(() => undefined); location.assign('/'); return; }
    void this.#roles.load();
  }

  async #token(): Promise<void> {
    const made = await formDialog<Token & { token: string }>({
      title: t('adm-token-new'), text: t('adm-token-text'), yes: t('adm-token-make'), wide: true,
      fields: [{ name: 'name', label: t('adm-token-name'), required: true, most: 64, hint: t('adm-token-name-hint') },
        { name: 'days', label: t('adm-token-days'), kind: 'select', value: '90', choices: DAYS.map((d) => ({ value: d, label: t('adm-days', { n: Number(d) }) })) },
        ...AREAS.map((a) => ({ name: a, label: t(`adm-scope-${a}`), kind: 'select' as const, value: '', choices: [{ value: '', label: t('adm-scope-none') }, { value: 'read', label: t('adm-scope-read') }, ...(a === 'log' || a === 'audit' ? [] : [{ value: 'write', label: t('adm-scope-write') }])] }))],
      act: async (v) => {
        const scopes = AREAS.filter((a) => v[a]).map((a) => `${a}:${String(v[a])}`);
        if (scopes.length === 0) throw new Error(t('adm-token-no-scope'));
        const expires = new Date(Date.now() + Number(v.days) * 86_400_000).toISOString().replace(/\.\d+/, '');
        return post(of(this.#o, 'tokens'), { name: String(v.name).trim(), scopes, expires });
      },
    });
    if (!made) return;
    void this.#tokens.load();
    await openDialog<boolean>((close) => () => ({
      title: t('adm-token-made'), stay: true, submit: () => close(true),
      body: html`<p>${t('adm-token-once')}</p>${copyable(made.token, t('adm-token'))}<p class="muted">${t('adm-token-use')}</p>`,
      foot: html`<button type="submit" class="button button-primary">${t('adm-token-kept')}</button>`,
    }));
  }
  async #revoke(k: Token): Promise<void> {
    if (!(await confirmed({ title: t('adm-token-revoke'), text: t('adm-token-revoke-text', { what: foreign(k.name) }), yes: t('adm-token-revoke'), danger: true }))) return;
    await tell(() => ask(of(this.#o, `tokens/${k.id}`), { method: 'DELETE' }), t('adm-did-remove', { what: foreign(k.name) }));
    void this.#tokens.load();
  }

  #people(): TemplateResult {
    const list = this.#roles.value.value;
    const f = this.#roles.failure.value;
    return card({ name: 'roles', title: t('adm-roles'), icon: 'users', aside: mayOwn.value ? html`<button type="button" class="button button-small" data-act="role" @click=${() => void this.#give(null)}>${icon('user-plus')}${t('adm-role-add')}</button>` : nothing,
      body: f !== null ? failure(f, this.#roles.load) : !list ? bones(2) : list.length === 0 ? emptyState({ icon: 'users', title: t('adm-roles-none'), text: t('adm-roles-none-text') }) : html`<ul class="adm-list">${list.map((p) => html`<li data-person=${p.name}>${icon('user')}<span class="adm-list-words"><strong>${foreign(p.name)}</strong><span>${t(`adm-role-${p.role}-text`)}</span></span>${pill(t(`adm-role-${p.role}`), p.role === 'owner' ? 'info' : 'plain')}
        ${mayOwn.value ? html`<span class="button-row"><button type="button" class="button button-small" aria-label=${t('adm-edit-what', { what: foreign(p.name) })} @click=${() => void this.#give(p)}>${t('adm-edit')}</button><button type="button" class="icon-button is-small" aria-label=${t('adm-role-take-of', { who: foreign(p.name) })} data-tip=${t('adm-role-take')} @click=${() => void this.#take(p)}>${icon('trash')}</button></span>` : nothing}</li>`)}</ul>` });
  }
  #programs(): TemplateResult {
    const list = this.#tokens.value.value;
    const f = this.#tokens.failure.value;
    return card({ name: 'tokens', title: t('adm-tokens'), icon: 'key-round', aside: mayOwn.value ? html`<button type="button" class="button button-small" data-act="token" @click=${() => void this.#token()}>${icon('plus')}${t('adm-token-new')}</button>` : nothing,
      body: f !== null ? failure(f, this.#tokens.load) : !list ? bones(2) : list.length === 0 ? emptyState({ icon: 'key-round', title: t('adm-tokens-none'), text: t('adm-tokens-none-text') }) : html`<ul class="adm-list">${list.map((k) => { const until = untilDay(k.expires); return html`<li>${icon('key-round')}<span class="adm-list-words"><strong>${foreign(k.name)}</strong><span>${k.scopes.map((s) => foreign(s, 40)).join(', ')}</span><span>${k.last_used ? t('adm-token-used', { date: dayDate(k.last_used) }) : t('adm-token-unused')}</span></span>${k.ended ? pill(t('adm-token-ended', { date: until.text }), 'bad') : pill(t('adm-until', { date: until.text }), until.tone)}
        ${mayOwn.value ? html`<button type="button" class="button button-small" @click=${() => void this.#revoke(k)}>${t('adm-token-revoke')}</button>` : nothing}</li>`; })}</ul>` });
  }
  override render(): TemplateResult {
    return html`${head({ title: t('adm-place-people'), text: t('adm-people-text') })}${mayOwn.value ? nothing : html`<p class="notice is-info">${icon('info')}<span class="notice-text">${t('adm-people-owners')}</span></p>`}${this.#people()}${this.#programs()}`;
  }
}
define('wx-place-people', WxPlacePeople);
