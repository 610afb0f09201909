// Publish: what will change is shown before it counts; whoever was first is shown beside what is mine.
import { ApiError } from '../../api/client.ts';
import { foreign } from '../../core/foreign.ts';
import { fullDate } from '../../core/format.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, live, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { signal } from '../../core/signals.ts';
import { toast } from '../../store/toasts.ts';
import { conflictOf, valueText } from '../parts/conflict.ts';
import { openDialog } from '../parts/dialog.ts';
import type { Conflict } from '../types.ts';
import { say } from '../words.ts';
import { membersOf, merge, merged } from './differ.ts';
import type { Change } from './differ.ts';
import { readAnew } from './draft.ts';
import type { Draft } from './draft.ts';
import { levelsOf } from './presets.ts';
import { filterWords, fieldWords, levelWords, ruleName, ruleSentence, sideWords } from './say.ts';
import { FIELDS } from './types.ts';
import type { FieldName, Filter, Level, Rule } from './types.ts';

const SIDES = ['from', 'to', 'exclude_from', 'exclude_to'];
function memberName(field: string): string { return FIELDS.includes(field as FieldName) ? fieldWords(field as FieldName) : t(`adm-rule-member-${field.replaceAll('_', '-')}`); }
function memberText(field: string, v: unknown): string {
  if (FIELDS.includes(field as FieldName)) return levelWords(field as FieldName, (v as Level | null) ?? 'inherit');
  if (SIDES.includes(field)) return Array.isArray(v) && v.length ? sideWords(v as string[], 10) : t('adm-value-none');
  if (field === 'filter') return v ? filterWords(v as Filter) : t('adm-value-none');
  if (field === 'enabled') return t(v === false ? 'adm-value-no' : 'adm-value-yes');
  return valueText(v);
}
/** A rule with its presets written out, so that two ways to say the same are one. */
function plain(v: unknown): unknown {
  if (!v || typeof v !== 'object' || !('from' in v)) return v;
  const { outbound, inbound, ...rest } = v as Rule;
  void outbound; void inbound;
  return { ...rest, ...Object.fromEntries(Object.entries(levelsOf(v as Rule)).filter(([, l]) => l !== 'inherit')) };
}
export function changeTitle(c: Change): string {
  if (!c.field.startsWith('rules.')) return t(`adm-rules-part-${c.field}`);
  return ruleName((c.after ?? c.before) as Rule);
}
export function changeView(c: Change): TemplateResult {
  const isRule = c.field.startsWith('rules.');
  const kind = c.before === null ? 'new' : c.after === null ? 'gone' : 'changed';
  const members = isRule && kind === 'changed' ? membersOf(plain(c.before), plain(c.after)) : !isRule ? membersOf(c.before, c.after) : [];
  return html`<li class="rl-change" data-change=${c.field}><div class="rl-change-head"><strong>${changeTitle(c)}</strong><span class="adm-pill ${kind === 'gone' ? 'is-bad' : kind === 'new' ? 'is-good' : 'is-info'}">${t(`adm-rule-mark-${isRule || kind === 'changed' ? kind : 'changed'}`)}</span></div>
    ${isRule && kind !== 'changed' ? html`<p class="muted">${ruleSentence((c.after ?? c.before) as Rule)}</p>` : nothing}
    ${members.length ? html`<dl class="rl-members">${members.map((m) => html`<div><dt>${isRule ? memberName(m.field) : c.field === 'defaults' ? fieldWords(m.field as FieldName) : c.field === 'triggers' ? fieldWords(m.field as FieldName) : foreign(m.field, 80)}</dt><dd><del>${isRule || c.field === 'defaults' ? memberText(m.field, m.before) : valueText(m.before)}</del> ${icon('arrow-right', t('adm-becomes'), 'rl-arrow')} <ins>${isRule || c.field === 'defaults' ? memberText(m.field, m.after) : valueText(m.after)}</ins></dd></div>`)}</dl>` : nothing}</li>`;
}

/** Both beside each other; what is kept of mine by field, or null: nothing is decided. */
async function settle(draft: Draft, c: Conflict): Promise<boolean> {
  const theirs = await readAnew(draft.organisation);
  const m = merge(draft.base.value!, theirs, draft.doc.value!);
  const mine = signal<ReadonlySet<string>>(new Set());
  const keep = (field: string, on: boolean): void => { const next = new Set(mine.value); if (on) next.add(field); else next.delete(field); mine.value = next; };
  const whose = (v: unknown, field: string): string => (v === null ? t('adm-rule-mark-gone') : field.startsWith('rules.') ? ruleSentence(v as Rule) : valueText(v));
  const done = await openDialog<boolean>((close) => () => ({
    title: t('adm-conflict-title'), wide: true, submit: () => close(true),
    body: html`<p>${t('adm-rules-conflict', { who: foreign(c.who), when: fullDate(c.at) })}</p>
      ${m.theirs.length ? html`<h3>${t('adm-rules-conflict-theirs')}</h3><ul class="rl-changes">${m.theirs.map(changeView)}</ul>` : nothing}
      ${m.contested.length ? html`<h3>${t('adm-rules-conflict-both')}</h3>${m.contested.map((x) => html`<fieldset class="rl-contested" data-contested=${x.field}><legend>${changeTitle({ field: x.field, before: x.before, after: x.mine ?? x.theirs })}</legend>
        <label class="option"><input type="radio" class="radio" name=${`keep-${x.field}`} value="theirs" .checked=${live(!mine.value.has(x.field))} @change=${() => keep(x.field, false)}><span class="option-title">${t('adm-rules-keep-theirs')}</span><span class="option-text">${whose(x.theirs, x.field)}</span></label>
        <label class="option"><input type="radio" class="radio" name=${`keep-${x.field}`} value="mine" .checked=${live(mine.value.has(x.field))} @change=${() => keep(x.field, true)}><span class="option-title">${t('adm-rules-keep-mine')}</span><span class="option-text">${whose(x.mine, x.field)}</span></label></fieldset>`)}` : html`<p class="notice is-info"><span class="notice-text">${t('adm-conflict-apart')}</span></p>`}`,
    foot: html`<button type="button" class="button button-quiet" @click=${() => close(null)}>${t('adm-conflict-leave')}</button><button type="submit" class="button button-primary">${t('adm-rules-take-over')}</button>`,
  }));
  if (!done) return false;
  draft.take(theirs, merged(theirs, m, mine.value));
  return true;
}

/** True when it was published. Asks again after a conflict, with what was made of both. */
export async function publish(draft: Draft): Promise<boolean> {
  for (;;) {
    if (!draft.dirty.value) return false;
    const bad = signal('');
    const busy = signal(false);
    let conflict: Conflict | null = null;
    const done = await openDialog<'done' | 'conflict'>((close) => () => ({
      title: t('adm-rules-publish-title'), wide: true,
      body: html`<p>${t('adm-rules-publish-text', { n: draft.changes.value.length })}</p><p class="muted">${t('adm-rules-reach')}</p><ul class="rl-changes">${draft.changes.value.map(changeView)}</ul>
        ${draft.warnings.value.length ? html`<p class="notice is-warning">${icon('triangle-alert')}<span class="notice-text">${t('adm-rules-publish-warnings', { n: draft.warnings.value.length })}</span></p>` : nothing}
        ${bad.value ? html`<p class="notice is-bad" role="alert">${icon('circle-alert')}<span class="notice-text">${bad.value}</span></p>` : nothing}`,
      submit: () => {
        if (busy.value) return;
        busy.value = true;
        draft.publish().then(() => close('done'), (error: unknown) => {
          busy.value = false;
          conflict = conflictOf(error);
          if (conflict) close('conflict'); else bad.value = error instanceof ApiError && error.field ? `${say(error)} (${error.field})` : say(error);
        });
      },
      foot: html`<button type="button" class="button button-quiet" @click=${() => close(null)}>${t('cancel')}</button><button type="submit" class="button button-primary" aria-disabled=${busy.value ? 'true' : nothing}>${t('adm-rules-publish')}</button>`,
    }));
    if (done === 'done') { toast(t('adm-rules-published')); return true; }
    if (done !== 'conflict' || !conflict || !(await settle(draft, conflict))) return false;
  }
}
