// One row of the message list: who and when, what, and where wished how it begins. Icons with words for those who
// cannot see them.
import type { Address, Folder, Row } from '../../api/types.ts';
import { count, fullDate, initials, listDate, nameList, nameOf, tintOf } from '../../core/format.ts';
import { shownAddress } from '../../core/idn.ts';
import { icon } from '../../core/icon.ts';
import { language, t } from '../../core/i18n.ts';
import { css, html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { FLAGGED, SEEN } from '../../store/actions.ts';
import { folder, folderName } from '../../store/folders.ts';
import { labelsOf } from '../../store/labels.ts';
import type { ShownLabel } from '../../store/labels.ts';
import { me } from '../../store/session.ts';
import { peopleOf } from '../../store/snippets.ts';
import { isLeaving, isUnsent } from '../../store/unsent.ts';
import { waitingMark } from '../../store/waiting-marks.ts';

export interface RowState {
  position: number; top: number; active: boolean; selected: boolean; open: boolean; folder: Folder | undefined; smime: boolean;
  /** null: no such line; undefined: not here yet. */
  snippet: string | null | undefined;
}

export function rowId(uid: number): string { return `row-${uid}`; }

/** The list knows from the structure alone that a message is encrypted or signed, not whether it is valid. */
export function securityMark(row: Row): TemplateResult | typeof nothing {
  if (row.security === 'encrypted') return icon('lock', t('row-encrypted'), 'mark');
  if (row.security === 'signed') return icon('seal-plain', t('row-signed'), 'mark');
  if (row.security === 'opaque') return icon('shield', t('row-opaque'), 'mark');
  return nothing;
}

export function boneRow(position: number, top: number): TemplateResult {
  return html`<div class="row is-bone" role="row" aria-rowindex=${position + 1} aria-busy="true" ${css({ transform: `translateY(${top}px)` })}>
    <span class="bone bone-avatar"></span><span class="row-main" role="gridcell" aria-label=${t('loading')}><span class="bone bone-a"></span><span class="bone bone-b"></span></span></div>`;
}

interface Words { key: string; who: string; initials: string; tint: number; date: string; full: string }
const known = new WeakMap<Row, Words>();

/** Who takes part in a conversation: the first ones by their first names, oneself as "me". */
function participants(list: readonly Address[]): string {
  const names = new Map<string, string>();
  for (const a of list) {
    const mine = a.address.toLowerCase() === me.value.address.toLowerCase();
    const name = nameOf(a);
    names.set(a.address.toLowerCase(), mine ? t('me') : name.includes('@') ? name.split('@')[0]! : (name.split(/[\s,]+/).find((w) => !w.endsWith('.')) ?? name));
  }
  const all = [...names.values()];
  return all.length > 3 ? `${all[0]} … ${all.slice(-2).join(', ')}` : all.join(', ');
}

/** What Intl makes of a row, made once per row, language and day: scrolling asks again for each frame. */
function wordsOf(row: Row, outgoing: boolean, draft: boolean): Words {
  const writers = outgoing ? null : peopleOf(row);
  const key = `${language.value} ${outgoing} ${draft} ${new Date().toDateString()} ${writers?.length ?? ''}`;
  const hit = known.get(row);
  if (hit?.key === key) return hit;
  const people = outgoing ? row.to : row.from;
  // Whom an encrypted draft is for stands inside it.
  const sealedDraft = draft && row.security !== null && row.security !== 'signed';
  const date = row.date || row.received;
  const words: Words = {
    key, who: writers && new Set(writers.map((a) => a.address.toLowerCase())).size > 1 ? participants(writers) : people.length ? nameList(outgoing ? people.map((a) => (a.name.trim() ? a : { ...a, address: shownAddress(a.address) })) : people) : outgoing ? t(sealedDraft ? 'row-draft-sealed' : 'row-no-recipient') : t('someone-unknown'),
    initials: people.length || !outgoing ? initials(people[0]) : '–', tint: tintOf(people[0]), date: listDate(date), full: fullDate(date),
  };
  known.set(row, words);
  return words;
}

export function labelChip(l: ShownLabel): TemplateResult { return html`<span class="label label-${l.colour}" title=${l.name}><span class="truncate" dir="auto">${l.name}</span></span>`; }

function chips(row: Row): TemplateResult | typeof nothing {
  const all = labelsOf(row);
  if (!all.length) return nothing;
  const more = all.length - 2;
  return html`<span class="row-labels">${all.slice(0, 2).map(labelChip)}${more > 0 ? html`<span class="label label-grey" dir="ltr" title=${all.slice(2).map((l) => l.name).join(', ')}>+${more}</span>` : nothing}</span>`;
}

/** A draft that should have left by now, or that waits for a certificate, or waits no longer. */
function waitChip(row: Row, s: RowState): TemplateResult | typeof nothing {
  if (s.folder?.role !== 'drafts') return nothing;
  if (isUnsent(s.folder.id, row.uid)) return html`<span class="label label-red row-unsent">${t('row-unsent')}</span>`;
  if (isLeaving(s.folder.id, row.uid)) return html`<span class="label label-grey row-leaving">${t('row-leaving')}</span>`;
  const mark = waitingMark(s.folder.id, row.uid);
  return mark ? html`<span class="label label-${mark === 'ready' ? 'green' : 'grey'} row-waiting">${t(`row-${mark}`)}</span>` : nothing;
}

export function messageRow(row: Row, s: RowState): TemplateResult {
  const n = row.thread?.count ?? 1;
  const unread = row.thread ? row.thread.unread > 0 : !row.flags.includes(SEEN);
  const starred = row.thread ? Boolean(row.thread.flagged) : row.flags.includes(FLAGGED);
  const outgoing = s.folder?.role === 'sent' || s.folder?.role === 'drafts';
  const w = wordsOf(row, outgoing, s.folder?.role === 'drafts');
  const subject = row.subject.trim() || t('no-subject');
  const date = row.date || row.received;
  const sealed = row.security === 'encrypted';
  return html`<div class="row ${unread ? 'is-unread' : ''} ${s.active ? 'is-active' : ''} ${s.open ? 'is-open' : ''}" role="row" id=${rowId(row.uid)}
      aria-rowindex=${s.position + 1} aria-selected=${s.selected} data-uid=${row.uid} draggable="true" ${css({ transform: `translateY(${s.top}px)` })}>
    <span class="row-pick" role="gridcell">
      <span class="avatar tint-${w.tint}" aria-hidden="true">${w.initials}</span>
      <input type="checkbox" class="check" data-pick tabindex="-1" aria-label=${t('row-select', { subject })} .checked=${s.selected}>
    </span>
    <span class="row-main" role="gridcell">
      <span class="row-line">
        ${unread ? html`<span class="row-dot" role="img" aria-label=${t('unread')}></span>` : nothing}
        <span class="row-who truncate" dir="auto">${outgoing && row.to.length ? t('row-to', { names: w.who }) : w.who}</span>
        ${n > 1 ? html`<span class="row-count" title=${t('row-thread', { n })}><span aria-hidden="true">${count(n)}</span><span class="visually-hidden">${t('row-thread', { n })}</span></span>` : nothing}
        ${row.flags.includes('\\Answered') ? icon('reply', t('answered'), 'mark') : nothing}
        ${row.flags.includes('$Forwarded') ? icon('forward', t('forwarded'), 'mark') : nothing}
        <time class="row-date" datetime=${date} title=${w.full}>${w.date}</time>
      </span>
      <span class="row-line">
        <span class="row-subject truncate" dir="auto">${subject}</span>
        ${s.smime ? securityMark(row) : nothing}
        ${row.attachment ? icon('paperclip', t('row-attachment'), 'mark') : nothing}
        ${waitChip(row, s)}${chips(row)}
        ${row.at ? html`<span class="row-where truncate" title=${t('row-in', { folder: folderName(folder(row.at.folder)) })}><bdi>${folderName(folder(row.at.folder))}</bdi></span>` : nothing}
      </span>
      ${s.snippet === null ? nothing : html`<span class="row-snippet truncate ${sealed ? 'is-sealed' : ''}" dir="auto">${sealed ? t('snippet-encrypted') : s.snippet ?? ''}</span>`}
    </span>
    <span class="row-end" role="gridcell"><button type="button" class="row-star" data-star tabindex="-1" aria-pressed=${starred} aria-label=${t(starred ? 'unflag' : 'flag')}>${icon('star')}</button></span>
  </div>`;
}
