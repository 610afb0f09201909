// Two administrators at once: the second is told what the first made of it, field by field, and says for each which shall stand.
import { ApiError } from '../../api/client.ts';
import { fullDate } from '../../core/format.ts';
import { foreign } from '../../core/foreign.ts';
import { hasText, t } from '../../core/i18n.ts';
import { html, live, nothing } from '../../core/lit.ts';
import { signal } from '../../core/signals.ts';
import type { Conflict } from '../types.ts';
import { openDialog } from './dialog.ts';

/** The conflict an answer tells of; null: something else is the matter. */
export function conflictOf(error: unknown): Conflict | null {
  if (!(error instanceof ApiError) || error.code !== 'conflict') return null;
  const c = error.details.conflict as Conflict | null | undefined;
  return c && typeof c.version === 'number' ? c : null;
}

/** Name of a record's member in words; the member itself where there are none. */
export function fieldName(field: string): string {
  const key = `adm-member-${field.replaceAll('_', '-')}`;
  return hasText(key) ? t(key) : field;
}
/** A value of a record as text: never more than that, and of a list `most` characters. */
export function valueText(v: unknown, most = 400): string {
  if (v === null || v === undefined || v === '') return t('adm-value-none');
  if (typeof v === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(v)) return fullDate(v);
  if (v === true || v === false) return t(v ? 'adm-value-yes' : 'adm-value-no');
  if (Array.isArray(v)) return v.length ? foreign(v.map((x) => (typeof x === 'string' ? x : JSON.stringify(x))).join(', '), most) : t('adm-value-none');
  if (typeof v === 'object' && 'left_out' in v && typeof v.left_out === 'number') return t('adm-value-left-out', { n: v.left_out });
  return foreign(typeof v === 'object' ? JSON.stringify(v) : String(v), 400);
}

/** Which members of the patch shall be written now; null: nothing is written. */
function decide(patch: Record<string, unknown>, c: Conflict): Promise<string[] | null> {
  const changes = c.changes ?? [];
  const both = changes.filter((x) => x.field in patch && JSON.stringify(x.after) !== JSON.stringify(patch[x.field]));
  const mine = signal(new Set<string>());
  const choose = (field: string, keep: boolean): void => { const next = new Set(mine.value); if (keep) next.add(field); else next.delete(field); mine.value = next; };
  return openDialog<string[]>((close) => () => ({
    title: t('adm-conflict-title'), wide: true,
    body: html`<p>${t('adm-conflict-text', { who: foreign(c.who), when: fullDate(c.at) })}</p>
      ${c.changes === null ? html`<p class="notice is-warning"><span class="notice-text">${t('adm-conflict-unknown')}</span></p>` : html`<table class="adm-compare"><thead><tr><th scope="col">${t('adm-conflict-field')}</th><th scope="col">${t('adm-conflict-before')}</th><th scope="col">${t('adm-conflict-theirs')}</th><th scope="col">${t('adm-conflict-mine')}</th></tr></thead>
      <tbody>${changes.map((x) => { const contested = both.includes(x); return html`<tr data-field=${x.field}><th scope="row">${fieldName(x.field)}</th><td class="muted">${valueText(x.before)}</td>
        <td>${contested ? html`<label class="adm-check"><input type="radio" class="radio" name=${`keep-${x.field}`} value="theirs" .checked=${live(!mine.value.has(x.field))} @change=${() => choose(x.field, false)}><span>${valueText(x.after)}</span></label>` : valueText(x.after)}</td>
        <td>${contested ? html`<label class="adm-check"><input type="radio" class="radio" name=${`keep-${x.field}`} value="mine" .checked=${live(mine.value.has(x.field))} @change=${() => choose(x.field, true)}><span>${valueText(patch[x.field])}</span></label>` : html`<span class="muted">${x.field in patch ? t('adm-conflict-same') : t('adm-conflict-untouched')}</span>`}</td></tr>`; })}</tbody></table>`}
      ${both.length === 0 && c.changes !== null ? html`<p class="notice is-info"><span class="notice-text">${t('adm-conflict-apart')}</span></p>` : nothing}`,
    submit: () => close(Object.keys(patch).filter((f) => !both.some((x) => x.field === f) || mine.value.has(f))),
    foot: html`<button type="button" class="button button-quiet" @click=${() => close(null)}>${t('adm-conflict-leave')}</button><button type="submit" class="button button-primary">${t('adm-conflict-write')}</button>`,
  }));
}

/** Writes a patch on the version that was seen; after somebody else's change it asks, and writes what shall stand. False: nothing was written by us. */
export async function writeRecord(patch: Record<string, unknown>, version: number, write: (patch: Record<string, unknown>, version: number) => Promise<unknown>): Promise<boolean> {
  let [now, at] = [patch, version];
  for (;;) {
    if (Object.keys(now).length === 0) return false;
    try { await write(now, at); return true; } catch (error) {
      const c = conflictOf(error);
      if (!c) throw error;
      const keep = await decide(now, c);
      if (!keep) return false;
      now = Object.fromEntries(keep.map((f) => [f, now[f]]));
      at = c.version;
    }
  }
}
