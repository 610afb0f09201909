// Mail: what was decided about each processed message, found by address or Message-ID, and why.
import { WxElement, define } from '../../core/element.ts';
import { foreign } from '../../core/foreign.ts';
import { fullDate } from '../../core/format.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, live, nothing, repeat } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { useSheet } from '../../views/parts/sheet.ts';
import { ask, of, post } from '../api.ts';
import { bones, emptyState, failure, head, pill } from '../parts/small.ts';
import { placeOf } from '../places.ts';
import { go, keepState, placeState } from '../router.ts';
import { organisation, organisationId } from '../state.ts';
import { say } from '../words.ts';
import { draftOf } from '../rules/draft.ts';
import { recipientView } from '../rules/explain.ts';
import { ruleName } from '../rules/say.ts';
import { useRuleSheet } from '../rules/sheet.ts';
import type { Action, FieldName, Outcome, Pass, RecipientDecision } from '../rules/types.ts';
import { directionKey, outcomeTone } from '../rules/words.ts';

useRuleSheet(useSheet);

interface Entry { id: string; at: string; message_id: string; source: string; direction: string; from: string; recipients: string[]; count: number; outcome: Outcome; status: string; rule: string | null; rules: string[]; version: number; actions: Partial<Record<FieldName, Action>> }
interface Group extends Omit<Pass, 'org' | 'pass'> { recipients: string[]; direction: Pass['pass']; outcome: Outcome; status: string; held?: boolean }
interface Whole extends Entry { groups: Group[] }
interface Wanted { text: string; status: string; direction: string; rule: string; from: string; until: string }
const NOTHING: Wanted = { text: '', status: '', direction: '', rule: '', from: '', until: '' };
const PAGE = 50;

/** What was done, as marks of a row. */
function did(e: Entry): [string, 'good' | 'warn' | 'bad' | 'plain'][] {
  // Of a mail that did not go on, nothing was done.
  if (e.outcome !== 'deliver') return [];
  const a = e.actions;
  const out: [string, 'good' | 'warn' | 'bad' | 'plain'][] = [];
  const done = (f: FieldName, word: string): void => { if (a[f]?.result === 'done' || a[f]?.result === 'satisfied') out.push([t(`adm-done-${word}`), 'good']); else if (a[f]?.result === 'unavailable') out.push([t(`adm-done-${word}-skipped`), 'warn']); };
  done('sign', 'signed'); done('encrypt', 'encrypted'); done('decrypt', 'decrypted');
  if (a.validate?.result === 'reported' && a.validate.reason === 'valid') out.push([t('adm-done-validated'), 'good']);
  return out;
}
function asDecision(g: Group, organisation: string): RecipientDecision {
  const { recipients, direction, outcome, status, held, ...rest } = g;
  void recipients;
  return { direction, outcome, status, ...(held ? { held } : {}), passes: [{ ...rest, org: organisation, pass: direction }] };
}

export class WxPlaceMail extends WxElement {
  static override properties = { wanted: { state: true }, entries: { state: true }, more: { state: true }, error: { state: true }, opened: { state: true }, whole: { state: true }, wholeError: { state: true } };
  declare wanted: Wanted;
  declare entries: Entry[] | null;
  declare more: boolean;
  declare error: unknown;
  declare opened: string;
  declare whole: Whole | null;
  declare wholeError: unknown;
  readonly #id = organisationId.peek();
  readonly #draft = draftOf(this.#id);
  #round = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() { super(); this.wanted = { ...NOTHING }; this.entries = null; this.more = false; this.error = this.wholeError = null; this.opened = ''; this.whole = null; }

  override connectedCallback(): void {
    super.connectedCallback();
    // A reload keeps what was looked for; it is never part of the address.
    this.wanted = { ...NOTHING, ...placeState<Partial<Wanted>>() };
    void this.#draft.load().catch(() => undefined);
    void this.#load();
  }
  override disconnectedCallback(): void { super.disconnectedCallback(); clearTimeout(this.#timer); }

  #question(): Record<string, unknown> {
    const w = this.wanted;
    const text = w.text.trim();
    const isId = /^<.*>$/.test(text);
    return { limit: PAGE, ...(text ? (isId ? { message_id: text } : { address: text }) : {}), ...(w.status ? { status: w.status } : {}), ...(w.direction ? { direction: w.direction } : {}), ...(w.rule ? { rule: w.rule } : {}), ...(w.from ? { from: w.from } : {}), ...(w.until ? { until: `${w.until}T23:59:59Z` } : {}) };
  }
  async #load(older = false): Promise<void> {
    const round = ++this.#round;
    this.error = null;
    try {
      const ask = (q: Record<string, unknown>): Promise<{ entries: Entry[]; more: boolean }> => post(of(this.#id, 'log/query'), q);
      const q = this.#question();
      let answer = await ask({ ...q, ...(older && this.entries?.length ? { before_id: this.entries.at(-1)!.id } : {}) });
      // A Message-ID that was written without its brackets.
      if (!older && answer.entries.length === 0 && typeof q.address === 'string' && q.address.includes('@')) { const { address, ...rest } = q; answer = await ask({ ...rest, message_id: address }); }
      if (round !== this.#round) return;
      this.entries = older ? [...(this.entries ?? []), ...answer.entries] : answer.entries;
      this.more = answer.more;
    } catch (error) { if (round === this.#round) this.error = error; }
  }
  #want(patch: Partial<Wanted>, wait = 0): void {
    this.wanted = { ...this.wanted, ...patch };
    keepState({ ...this.wanted });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#load(), wait);
  }
  async #show(id: string): Promise<void> {
    if (this.opened === id) { this.opened = ''; this.whole = null; return; }
    this.opened = id;
    this.whole = null;
    this.wholeError = null;
    try { const w = await ask<Whole>(of(this.#id, `log/${id}`)); if (this.opened === id) this.whole = w; } catch (error) { if (this.opened === id) this.wholeError = error; }
    await this.updateComplete;
    this.querySelector<HTMLElement>('.rl-why-panel')?.focus();
  }
  #ruleWords(id: string | null): string {
    if (id === null || id === '-') return t('adm-mail-no-rule');
    const r = this.#draft.base.value?.rules.find((x) => x.id === id);
    return r ? ruleName(r) : foreign(id, 80);
  }

  #filters(): TemplateResult {
    const w = this.wanted;
    const select = (name: 'status' | 'direction' | 'rule', label: string, options: readonly (readonly [string, string])[]): TemplateResult => html`<label class="field"><span class="field-label">${label}</span><span class="select-wrap rl-select"><select class="select" data-wanted=${name} @change=${(e: Event) => this.#want({ [name]: (e.target as HTMLSelectElement).value })}>${options.map(([v, words]) => html`<option value=${v} ?selected=${v === w[name]}>${words}</option>`)}</select>${icon('chevron-down')}</span></label>`;
    const rules = this.#draft.base.value?.rules ?? [];
    return html`<form class="rl-filters" role="search" @submit=${(e: Event) => { e.preventDefault(); this.#want({}); }}><label class="field rl-filters-text"><span class="field-label">${t('adm-mail-find')}</span><input class="input" type="search" data-wanted="text" maxlength="998" autocomplete="off" placeholder=${t('adm-mail-find-hint')} .value=${live(w.text)} @input=${(e: Event) => this.#want({ text: (e.target as HTMLInputElement).value }, 300)}></label>
      ${select('status', t('adm-mail-outcome'), [['', t('adm-mail-any')], ...(['deliver', 'reject', 'defer', 'quarantine'] as const).map((o) => [o, t(`adm-mail-outcome-${o}`)] as const)])}
      ${select('direction', t('adm-mail-direction'), [['', t('adm-mail-any')], ...(['outbound', 'inbound', 'internal'] as const).map((d) => [d, t(directionKey(d))] as const)])}
      ${select('rule', t('adm-mail-rule'), [['', t('adm-mail-any')], ...rules.slice(0, 500).map((r) => [r.id, ruleName(r)] as const), ['-', t('adm-mail-no-rule')]])}
      <label class="field"><span class="field-label">${t('adm-mail-from-day')}</span><input class="input" type="date" .value=${live(w.from)} @change=${(e: Event) => this.#want({ from: (e.target as HTMLInputElement).value })}></label>
      <label class="field"><span class="field-label">${t('adm-mail-until-day')}</span><input class="input" type="date" .value=${live(w.until)} @change=${(e: Event) => this.#want({ until: (e.target as HTMLInputElement).value })}></label></form>`;
  }
  #why(e: Entry): TemplateResult {
    if (this.wholeError) return failure(this.wholeError, () => { this.opened = ''; void this.#show(e.id); });
    const w = this.whole;
    if (!w) return bones(3);
    const about = { rules: new Map((this.#draft.base.value?.rules ?? []).map((r) => [r.id, r])), organisation: this.#id, name: organisation.value?.name, openRule: (id: string) => void go('rules', ['rule'], { keep: { id } }) };
    return html`<div class="rl-why-panel" tabindex="-1" role="region" aria-label=${t('adm-mail-why')}>
      <dl class="rl-facts"><div><dt>Message-ID</dt><dd class="mono">${foreign(w.message_id, 300) || t('adm-value-none')}</dd></div><div><dt>${t('adm-mail-version')}</dt><dd>${w.version}${this.#draft.base.value && this.#draft.base.value.version !== w.version ? html` <span class="muted">${t('adm-mail-version-now', { n: this.#draft.base.value.version })}</span>` : nothing}</dd></div><div><dt>${t('adm-mail-source')}</dt><dd>${t(w.source === 'gate' ? 'adm-mail-source-gate' : 'adm-mail-source-web')}</dd></div></dl>
      ${w.groups.length === 0 ? html`<p class="muted">${t('adm-mail-why-lost')}</p>` : w.groups.map((g) => recipientView(about, g.recipients.slice(0, 5).join(', ') + (g.recipients.length > 5 ? ` +${g.recipients.length - 5}` : ''), asDecision(g, this.#id)))}
      ${placeOf('simulate') ? html`<div class="button-row"><button type="button" class="button" @click=${() => void go('simulate', [], { keep: { log: w.id } })}>${icon('flask-conical')}${t('adm-mail-again')}</button></div>` : nothing}</div>`;
  }
  #row(e: Entry): TemplateResult {
    const open = this.opened === e.id;
    const acts = did(e);
    return html`<li class="rl-entry ${open ? 'is-open' : ''}" data-entry=${e.id}><button type="button" class="rl-entry-head" aria-expanded=${open ? 'true' : 'false'} @click=${() => void this.#show(e.id)}>
      <span class="rl-entry-who"><strong>${foreign(e.from, 120) || t('adm-mail-null')}</strong><span class="muted">${icon('arrow-right', t('adm-rule-arrow'), 'rl-arrow')} ${e.recipients.slice(0, 2).map((r) => foreign(r, 120)).join(', ')}${e.count > 2 ? html` ${t('adm-mail-others', { n: e.count - 2 })}` : nothing}</span></span>
      <span class="rl-entry-did">${pill(t(`adm-mail-outcome-${e.outcome}`), outcomeTone(e) === 'plain' ? 'plain' : outcomeTone(e) as 'good' | 'warn' | 'bad')}${acts.map(([words, tone]) => pill(words, tone))}</span>
      <span class="rl-entry-rule muted">${e.rules.map((r) => this.#ruleWords(r)).join(', ')}</span><span class="rl-entry-way muted">${e.direction.split(' ').map((d) => t(directionKey(d))).join(', ')}</span><time class="muted" datetime=${e.at}>${fullDate(e.at)}</time>${icon('chevron-down', undefined, 'rl-chevron')}</button>
      ${open ? this.#why(e) : nothing}</li>`;
  }
  override render(): TemplateResult {
    const list = this.entries;
    const filtered = Object.values(this.wanted).some((v) => v !== '');
    return html`<div class="adm-place rl-place rl-wide">${head({ title: t('adm-place-mail'), text: t('adm-mail-text'), actions: html`<button type="button" class="button" @click=${() => void this.#load()}>${icon('refresh-cw')}${t('adm-mail-refresh')}</button>` })}${this.#filters()}
      ${this.error ? html`<p class="notice is-bad" role="alert">${icon('circle-alert')}<span class="notice-text">${say(this.error)}</span></p>` : nothing}
      ${list === null ? (this.error ? nothing : bones(6)) : list.length === 0 ? emptyState({ icon: 'mail', title: t(filtered ? 'adm-mail-nothing' : 'adm-mail-empty'), text: t(filtered ? 'adm-mail-nothing-text' : 'adm-mail-empty-text'), action: filtered ? html`<button type="button" class="button" @click=${() => this.#want({ ...NOTHING })}>${t('adm-mail-all')}</button>` : nothing })
      : html`<ul class="rl-entries">${repeat(list, (e) => e.id, (e) => this.#row(e))}</ul>${this.more ? html`<div class="rl-older"><button type="button" class="button" @click=${() => void this.#load(true)}>${t('adm-mail-older')}</button></div>` : nothing}`}</div>`;
  }
}
define('wx-place-mail', WxPlaceMail);
