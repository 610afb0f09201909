// One row of the message list: two lines, icons with words for those who cannot see them.
import type { Folder, Row } from '../../api/types.ts';
import { fullDate, initials, listDate, nameList, tintOf } from '../../core/format.ts';
import { icon } from '../../core/icon.ts';
import { language, t } from '../../core/i18n.ts';
import { css, html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { FLAGGED, SEEN } from '../../store/actions.ts';

export interface RowState { position: number; top: number; active: boolean; selected: boolean; open: boolean; selecting: boolean; folder: Folder | undefined; smime: boolean }

export function rowId(uid: number): string { return `row-${uid}`; }

/** The list knows from the structure alone that a message is encrypted or signed, not whether it is valid. */
export function securityMark(row: Row): TemplateResult | typeof nothing {
  if (row.security === 'encrypted') return icon('lock', t('row-encrypted'), 'mark');
  if (row.security === 'signed') return icon('seal-plain', t('row-signed'), 'mark');
  if (row.security === 'opaque') return icon('shield', t('row-opaque'), 'mark');
  return nothing;
}

export function boneRow(s: RowState): TemplateResult {
  return html`<div class="row is-bone" role="row" aria-rowindex=${s.position + 1} aria-busy="true" ${css({ transform: `translateY(${s.top}px)` })}>
    <span class="bone bone-avatar"></span><span class="row-main" role="gridcell" aria-label=${t('loading')}><span class="bone bone-a"></span><span class="bone bone-b"></span></span></div>`;
}

interface Words { key: string; who: string; initials: string; tint: number; date: string; full: string }
const known = new WeakMap<Row, Words>();

/** What Intl makes of a row, made once per row, language and day: scrolling asks again for each frame. */
function wordsOf(row: Row, outgoing: boolean): Words {
  const key = `${language.value} ${outgoing} ${new Date().toDateString()}`;
  const hit = known.get(row);
  if (hit?.key === key) return hit;
  const people = outgoing ? row.to : row.from;
  const date = row.date || row.received;
  const words: Words = {
    key, who: people.length ? nameList(people) : outgoing ? t('row-no-recipient') : t('someone-unknown'),
    initials: initials(people[0]), tint: tintOf(people[0]), date: listDate(date), full: fullDate(date),
  };
  known.set(row, words);
  return words;
}

export function messageRow(row: Row, s: RowState): TemplateResult {
  const unread = !row.flags.includes(SEEN);
  const starred = row.flags.includes(FLAGGED);
  const outgoing = s.folder?.role === 'sent' || s.folder?.role === 'drafts';
  const people = outgoing ? row.to : row.from;
  const w = wordsOf(row, outgoing);
  const subject = row.subject.trim() || t('no-subject');
  const date = row.date || row.received;
  return html`<div class="row ${unread ? 'is-unread' : ''} ${s.active ? 'is-active' : ''} ${s.open ? 'is-open' : ''}" role="row" id=${rowId(row.uid)}
      aria-rowindex=${s.position + 1} aria-selected=${s.selected} data-uid=${row.uid} draggable="true" ${css({ transform: `translateY(${s.top}px)` })}>
    <span class="row-pick" role="gridcell">
      <span class="avatar tint-${w.tint}" aria-hidden="true">${w.initials}</span>
      <input type="checkbox" class="check" data-pick tabindex="-1" aria-label=${t('row-select', { subject })} .checked=${s.selected}>
    </span>
    <span class="row-main" role="gridcell">
      <span class="row-line">
        ${unread ? html`<span class="row-dot" role="img" aria-label=${t('unread')}></span>` : nothing}
        <span class="row-who truncate">${outgoing && people.length ? t('row-to', { names: w.who }) : w.who}</span>
        ${row.flags.includes('\\Answered') ? icon('reply', t('answered'), 'mark') : nothing}
        ${row.flags.includes('$Forwarded') ? icon('forward', t('forwarded'), 'mark') : nothing}
        <time class="row-date" datetime=${date} title=${w.full}>${w.date}</time>
      </span>
      <span class="row-line">
        <span class="row-subject truncate">${subject}</span>
        ${s.smime ? securityMark(row) : nothing}
        ${row.attachment ? icon('paperclip', t('row-attachment'), 'mark') : nothing}
      </span>
    </span>
    <span class="row-end" role="gridcell"><button type="button" class="row-star" data-star tabindex="-1" aria-pressed=${starred} aria-label=${t(starred ? 'unflag' : 'flag')}>${icon('star')}</button></span>
  </div>`;
}
