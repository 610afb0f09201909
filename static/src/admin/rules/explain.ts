// Why a mail is treated as it is, in sentences: the outcome, each organisation's pass, field by field, rule by rule.
import { foreign } from '../../core/foreign.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { pill } from '../parts/small.ts';
import { fieldWords, levelWords, ruleName } from './say.ts';
import { FIELDS } from './types.ts';
import type { Action, Decision, FieldName, Pass, RecipientDecision, Rule } from './types.ts';
import { actionKey, directionKey, needsReason, outcomeKey, outcomeTone, reasonKey, reportKey, statusKey, toneOf, traceOrder, verdictKey } from './words.ts';

export interface Explaining {
  /** Rules by id, of the organisation that looks; another's have their id only. */
  rules: ReadonlyMap<string, Rule>;
  organisation: string;
  /** What it is called. */
  name?: string | undefined;
  /** Paths that differ from the other side (rules/differ.ts). */
  differs?: ReadonlySet<string>;
  openRule?: ((id: string) => void) | undefined;
}
const MARKS = { good: 'circle-check', warn: 'triangle-alert', bad: 'circle-x', plain: 'minus' } as const;
const nameIn = (e: Explaining, p: Pass, id: string): string => { const r = p.org === e.organisation || !p.org ? e.rules.get(id) : undefined; return r ? ruleName(r) : foreign(id, 120); };
const mark = (e: Explaining, path: string): TemplateResult | typeof nothing => (e.differs?.has(path) ? html`<span class="rl-differs">${t('adm-sim-differs')}</span>` : nothing);
const cls = (e: Explaining, path: string): string => (e.differs?.has(path) ? 'is-different' : '');

function giver(e: Explaining, p: Pass, by: string): string {
  if (by === 'default') return t('adm-by-default');
  if (by === 'user') return t('adm-by-user');
  return t('adm-by-rule', { name: nameIn(e, p, by) });
}
function actionWords(f: FieldName, a: Action): TemplateResult {
  const tone = toneOf(a);
  return html`<span class="rl-act is-${tone}">${icon(MARKS[tone])}<span>${t(actionKey(f, a))}${needsReason(a) || f === 'validate' ? html` <span class="rl-why">${t(reasonKey(a.reason))}</span>` : nothing}</span></span>`;
}
function fields(e: Explaining, p: Pass, i: number): TemplateResult {
  const shown = FIELDS.filter((f) => p.effective?.[f] !== undefined || p.actions?.[f]);
  return html`<div class="rl-scroll" tabindex="0" role="region" aria-label=${t('adm-why-fields')}><table class="rl-table"><thead><tr><th scope="col">${t('adm-why-field')}</th><th scope="col">${t('adm-why-level')}</th><th scope="col">${t('adm-why-by')}</th><th scope="col">${t('adm-why-result')}</th></tr></thead><tbody>
    ${shown.map((f) => { const l = p.effective?.[f]; const a = p.actions?.[f]; const by = p.from_rule?.[f];
      return html`<tr data-field=${f}><th scope="row">${fieldWords(f)}</th><td class=${cls(e, `${i}.effective.${f}`)}>${l ? levelWords(f, l) : ''}${mark(e, `${i}.effective.${f}`)}</td><td data-label=${t('adm-why-by')}>${by ? giver(e, p, by) : ''}</td><td class=${cls(e, `${i}.actions.${f}`)}>${a ? actionWords(f, a) : f === 'on_partial' ? '' : html`<span class="muted">${t('adm-why-not-reached')}</span>`}${mark(e, `${i}.actions.${f}`)}</td></tr>`; })}</tbody></table></div>`;
}
function trace(e: Explaining, p: Pass, i: number): TemplateResult | typeof nothing {
  const all = traceOrder(p.trace ?? {});
  if (all.length === 0) return nothing;
  const passed = all.filter(([, v]) => v !== 'no_match' && v !== 'disabled');
  const rest = all.filter(([, v]) => v === 'no_match' || v === 'disabled');
  const row = ([id, v]: [string, string]): TemplateResult => {
    const r = e.rules.get(id);
    const name = nameIn(e, p, id);
    return html`<li class="rl-trace is-${v} ${cls(e, `${i}.trace.${id}`)}" data-trace=${id}><span class="rl-trace-name">${e.openRule && r && p.org === e.organisation ? html`<button type="button" class="link" @click=${() => e.openRule!(id)}>${name}</button>` : name}${r ? html` <span class="muted">${t('adm-rule-band', { n: r.priority })}</span>` : nothing}</span><span class="rl-trace-why">${t(verdictKey(v))}</span>${mark(e, `${i}.trace.${id}`)}</li>`;
  };
  const differs = rest.some(([id]) => e.differs?.has(`${i}.trace.${id}`));
  return html`<details class="rl-more" ?open=${passed.length > 0 && passed.length < 6}><summary>${t('adm-why-trace', { n: all.length })}</summary><ol class="rl-traces">${passed.map(row)}</ol>
    ${rest.length ? html`<details class="rl-more rl-rest" ?open=${differs}><summary>${t('adm-why-rest', { n: rest.length })}</summary><ol class="rl-traces">${rest.slice(0, 500).map(row)}</ol></details>` : nothing}</details>`;
}
function pass(e: Explaining, p: Pass, i: number): TemplateResult {
  const title = t(`adm-pass-${p.pass}`, { org: foreign((p.org === e.organisation && e.name) || p.org, 64) });
  if (p.note) return html`<section class="rl-pass" data-pass=${p.pass}><h4>${title}</h4><p>${t(`adm-pass-note-${p.note.replaceAll('_', '-')}`)}</p></section>`;
  return html`<section class="rl-pass" data-pass=${p.pass}><h4>${title}</h4>
    <p class=${cls(e, `${i}.rule`)}>${p.rule === null ? t('adm-why-no-rule') : t('adm-why-rule', { name: nameIn(e, p, p.rule) })}${mark(e, `${i}.rule`)}</p>${fields(e, p, i)}${trace(e, p, i)}</section>`;
}

/** One sentence that says what becomes of the mail for this recipient. */
export function verdictSentence(r: RecipientDecision): string {
  const acts = r.passes.flatMap((p) => Object.entries(p.actions ?? {}) as [FieldName, Action][]);
  const did = (f: FieldName, ...results: string[]): boolean => acts.some(([g, a]) => g === f && results.includes(a.result));
  if (r.outcome !== 'deliver') {
    // What stands in the way is the last thing that was looked at and failed.
    const bad = acts.filter(([, a]) => ['unavailable', 'refused', 'deferred'].includes(a.result)).at(-1);
    return bad && !r.held ? `${t(outcomeKey(r))} ${t(reasonKey(bad[1].reason))}` : `${t(outcomeKey(r))}${r.status === '4.3.0' ? ` ${t('adm-pass-note-rules-unavailable')}` : ''}`;
  }
  const done = [did('sign', 'done', 'satisfied') ? t('adm-done-signed') : '', did('encrypt', 'done', 'satisfied') ? t('adm-done-encrypted') : '', did('decrypt', 'done') ? t('adm-done-decrypted') : ''].filter(Boolean);
  return done.length ? t('adm-outcome-deliver-done', { what: done.join(', ') }) : t('adm-outcome-deliver-plain');
}
export function recipientView(e: Explaining, address: string, r: RecipientDecision): TemplateResult {
  return html`<article class="adm-card rl-recipient" data-recipient=${address}><header class="rl-recipient-head ${cls(e, 'outcome')}"><div><h3>${foreign(address, 254)}</h3><p class="rl-verdict is-${outcomeTone(r)}">${icon(MARKS[outcomeTone(r)])}<span>${verdictSentence(r)}</span>${mark(e, 'outcome')}</p></div>
    <div class="rl-pills">${pill(t(directionKey(r.direction)), 'plain')}${pill(r.status, outcomeTone(r) === 'plain' ? 'plain' : outcomeTone(r) as 'good' | 'warn' | 'bad')}</div></header>
    ${r.outcome === 'deliver' ? nothing : html`<p class="muted">${t(statusKey(r.status))}</p>`}
    ${r.stored ? html`<p class="muted ${cls(e, 'stored')}">${t(`adm-stored-${r.stored}`)}${mark(e, 'stored')}</p>` : nothing}
    ${r.passes.length === 0 ? html`<p>${t('adm-why-relay')}</p>` : r.passes.map((p, i) => pass(e, p, i))}</article>`;
}
export function afterwards(d: Decision): TemplateResult | typeof nothing {
  if (d.copies.length === 0 && d.notify.length === 0 && d.subject === undefined) return nothing;
  const list = (x: string[]): string => x.map((a) => foreign(a, 120)).join(', ');
  return html`<section class="adm-card rl-after"><h3>${t('adm-sim-after')}</h3><ul class="plain-list">
    ${d.subject === undefined ? nothing : html`<li>${t('adm-sim-subject', { subject: foreign(d.subject, 200) })}</li>`}
    ${d.copies.map((c) => html`<li>${icon('send')} ${t(c.signed && c.encrypted ? 'adm-copy-both' : c.encrypted ? 'adm-copy-encrypted' : c.signed ? 'adm-copy-signed' : 'adm-copy-plain', { who: list(c.recipients) })}</li>`)}
    ${d.notify.map((n) => html`<li>${icon('info')} ${t(reportKey(n.kind), { who: list(n.recipients), to: foreign(n.to ?? '', 120), status: n.status })}</li>`)}</ul></section>`;
}
