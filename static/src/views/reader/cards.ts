// What some files say, drawn as what they are: invitations, cards of people, reports of servers, and what Outlook hides in
// winmail.dat. The server reads them; every value is text. Loaded with the first such file.
import '../../core/shared.ts';
import sheet from './cards.css';
import { sentence } from '../../api/client.ts';
import { getPreview } from '../../api/reading.ts';
import type { CalendarEvent, Card, Labelled, Person, Preview, Time } from '../../api/reading.ts';
import type { Attachment, LayerKey, Message, MessageRef, PreviewKind } from '../../api/types.ts';
import { WxElement, define } from '../../core/element.ts';
import { foreign } from '../../core/foreign.ts';
import { dateTag, timeZone } from '../../core/format.ts';
import { icon } from '../../core/icon.ts';
import { hasText, language, t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { composeTo } from '../../app/compose.ts';
import { useSheet } from '../parts/sheet.ts';
import { attachmentList } from './attachments.ts';

export interface CardFile { id: string; name: string; sealed: boolean; kind: PreviewKind }
export interface FileActs { busy: ReadonlySet<string>; download: (a: Attachment) => void; preview: (files: Attachment[], a: Attachment) => void }

const DAY: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric' };
const HOUR: Intl.DateTimeFormatOptions = { hour: 'numeric', minute: '2-digit' };
/** Of times without a zone and of days: as they are written, whoever reads them wherever. */
const FLOATING = { timeZone: 'UTC' };

function dateText(from: Date, options: Intl.DateTimeFormatOptions, to?: Date): string {
  const format = new Intl.DateTimeFormat(dateTag.value || language.value, timeZone.value ? { timeZone: timeZone.value, ...options } : options);
  return to ? format.formatRange(from, to) : format.format(from);
}

function moment(x: Time): { date: Date; options: Intl.DateTimeFormatOptions } | null {
  const date = new Date(x.utc ?? (x.local.length > 10 ? `${x.local}Z` : `${x.local}T00:00:00Z`));
  return Number.isNaN(date.getTime()) ? null : { date, options: x.utc ? {} : FLOATING };
}

/** "Thu, 26 November 2026, 10:00–11:30", in the reader's zone where the event names an instant. */
export function span(start: Time | null, end: Time | null, allDay: boolean): string {
  const a = start && moment(start);
  if (!a) return '';
  let b = end && moment(end);
  // The end of a whole day is the first day after it.
  if (b && allDay) b = { ...b, date: new Date(Math.max(a.date.getTime(), b.date.getTime() - 86_400_000)) };
  const options = { ...DAY, ...(allDay ? {} : HOUR), ...a.options };
  return b && b.date.getTime() !== a.date.getTime() ? dateText(a.date, options, b.date) : dateText(a.date, options);
}

function fact(label: string, value: unknown): TemplateResult | typeof nothing { return value ? html`<div><dt>${label}</dt><dd dir="auto">${value}</dd></div>` : nothing; }
const personText = (p: Person): string => foreign(p.name, 100) || foreign(p.address, 160);
const ANSWERS: Record<string, [string, string]> = { ACCEPTED: ['circle-check', 'is-good'], DECLINED: ['circle-x', 'is-bad'], TENTATIVE: ['circle-question-mark', ''] };
const slug = (value: string | null): string => (value ?? '').toLowerCase().replace(/[^a-z]+/g, '-');
const said = (key: string): string => (hasText(key) ? t(key) : '');

function event(e: CalendarEvent, method: string | null): TemplateResult {
  const off = method === 'CANCEL' || e.status === 'CANCELLED';
  const start = e.start && moment(e.start);
  const rule = e.repeats;
  const repeats = rule ? [t(`repeat-${['daily', 'weekly', 'monthly', 'yearly'].includes(rule.frequency.toLowerCase()) ? rule.frequency.toLowerCase() : 'other'}`, { n: rule.interval }), rule.count ? t('repeat-count', { n: rule.count }) : '', rule.until ? t('repeat-until', { date: span(rule.until, null, true) }) : ''].filter(Boolean).join(', ') : '';
  const zone = e.start?.zone && e.start.utc && e.start.local.length > 10 && dateText(new Date(`${e.start.local}Z`), { ...HOUR, ...FLOATING }) !== dateText(new Date(e.start.utc), HOUR) ? t('event-zone', { time: dateText(new Date(`${e.start.local}Z`), { ...HOUR, ...FLOATING }), zone: foreign(e.start.zone, 60) }) : '';
  return html`<div class="card-head">${start ? html`<div class="card-day" aria-hidden="true"><b>${dateText(start.date, { month: 'short', ...start.options })}</b><span>${dateText(start.date, { day: 'numeric', ...start.options })}</span></div>` : html`<span class="card-glyph">${icon('calendar')}</span>`}
      <div class="card-main"><span class="card-kind">${off ? t('event-cancel') : said(`event-${slug(method)}`) || t('event-publish')}</span><strong class="card-title ${off ? 'is-off' : ''}"><bdi>${foreign(e.summary, 300) || t('no-subject')}</bdi></strong>
        <span>${span(e.start, e.end, e.all_day)}${zone ? html` <span class="muted">${zone}</span>` : nothing}</span></div></div>
    <dl class="card-facts">${fact(t('event-repeats'), repeats)}${fact(t('event-where'), foreign(e.location, 400))}${fact(t('event-organizer'), e.organizer ? html`<bdi>${personText(e.organizer)}</bdi>` : '')}
      ${e.attendees.length ? fact(t('event-attendees'), html`<ul class="card-people">${e.attendees.map((p) => html`<li title=${p.address}>${ANSWERS[p.status ?? ''] ? icon(ANSWERS[p.status!]![0], said(`answer-${slug(p.status)}`), ANSWERS[p.status!]![1]) : nothing}<bdi>${personText(p)}</bdi></li>`)}${e.attendees_total > e.attendees.length ? html`<li>${t('and-more', { n: e.attendees_total - e.attendees.length })}</li>` : nothing}</ul>`) : nothing}
      ${fact(t('event-notes'), e.description ? e.description.slice(0, 2000) : '')}</dl>`;
}

function labelled(list: readonly Labelled[], link: (v: string) => unknown = (v) => foreign(v, 300)): unknown {
  return list.length ? html`${list.map((x) => html`<div>${link(x.value)}${x.label ? html` <span class="muted">${foreign(x.label, 40)}</span>` : nothing}</div>`)}` : '';
}
function contact(c: Card): TemplateResult {
  const mail = (v: string): TemplateResult => html`<button type="button" class="link" @click=${() => void composeTo(`mailto:${encodeURIComponent(v)}`)}><bdi>${foreign(v, 160)}</bdi></button>`;
  return html`<div class="card-head"><span class="card-glyph">${icon('user')}</span><div class="card-main"><span class="card-kind">${t('contact-card')}</span><strong class="card-title"><bdi>${foreign(c.name, 160) || foreign(c.organization, 160)}</bdi></strong>
      ${c.title || c.organization ? html`<span class="muted"><bdi>${[c.title, c.name ? c.organization : ''].filter(Boolean).map((x) => foreign(x, 160)).join(', ')}</bdi></span>` : nothing}</div></div>
    <dl class="card-facts">${fact(t('contact-mail'), labelled(c.emails, mail))}${fact(t('contact-phone'), labelled(c.phones))}${fact(t('contact-address'), labelled(c.addresses))}${fact(t('contact-web'), labelled(c.urls))}${fact(t('contact-birthday'), c.birthday ? foreign(c.birthday, 40) : '')}${fact(t('contact-note'), c.note.slice(0, 1000))}</dl>`;
}

/** What the code of a server means (RFC 3463), as far as a person can do something with it. */
export function undeliveredText(status: string | null, action: string): string {
  const code = status?.match(/^[245]\.(\d{1,3})\.(\d{1,3})$/);
  const key = code ? `report-${code[1]}-${code[2]}` : '';
  if (key && hasText(key)) return t(key);
  const group = code ? `report-${code[1]}` : '';
  return group && hasText(group) ? t(group) : t(action === 'delayed' ? 'report-delayed-why' : 'report-why');
}
const asRead = (iso: string | null): string => (iso ? span({ utc: iso, local: '', zone: null }, null, false) : '');

function report(p: Extract<Preview, { kind: 'report' }>): TemplateResult {
  const about = p.original?.subject ? foreign(p.original.subject, 200) : t('no-subject');
  if (p.report === 'disposition') {
    const read = /displayed/i.test(p.disposition);
    return html`<div class="card-head"><span class="card-glyph">${icon('mail-open')}</span><div class="card-main"><span class="card-kind">${t('receipt')}</span>
      <strong class="card-title">${t(read ? 'receipt-read' : 'receipt-other', { who: foreign(p.recipient, 160) || t('someone-unknown'), subject: about })}</strong>
      <span class="muted">${t(p.automatic ? 'receipt-automatic' : 'receipt-note')}</span></div></div>`;
  }
  return html`${p.recipients.map((r) => {
    const bad = r.action === 'failed';
    const text = `report-${['failed', 'delayed', 'delivered', 'relayed', 'expanded'].includes(r.action) ? r.action : 'other'}`;
    return html`<div class="card-head" data-action=${r.action}><span class="card-glyph ${bad ? 'is-bad' : r.action === 'delayed' ? 'is-warning' : ''}">${icon(bad ? 'mail-x' : r.action === 'delayed' ? 'clock' : 'circle-check')}</span>
      <div class="card-main"><strong class="card-title">${t(text, { who: foreign(r.address, 200), subject: about })}</strong>
        ${bad || r.action === 'delayed' ? html`<span>${undeliveredText(r.status, r.action)}${r.retry_until ? ` ${t('report-retry', { date: asRead(r.retry_until) })}` : ''}</span>` : nothing}
        ${r.diagnostic ? html`<details><summary>${t('report-said')}</summary><pre dir="auto">${foreign(r.status, 20)} ${foreign(r.diagnostic, 1000)}${r.remote ? `\n${foreign(r.remote, 200)}` : ''}</pre></details>` : nothing}</div></div>`;
  })}
    ${p.total > p.recipients.length ? html`<p class="card-notice">${t('and-more', { n: p.total - p.recipients.length })}</p>` : nothing}<p class="card-notice">${t('report-note')}</p>`;
}

export class WxFileCard extends WxElement {
  static override properties = { source: { attribute: false }, file: { attribute: false }, keys: { attribute: false }, acts: { attribute: false }, found: { state: true }, failure: { state: true } };
  declare source: MessageRef;
  declare file: CardFile;
  declare keys: LayerKey[];
  declare acts: FileActs;
  declare found: Preview | null;
  declare failure: unknown;
  #shown = '';

  constructor() { super(); this.keys = []; this.found = null; this.failure = null; }

  override connectedCallback(): void { super.connectedCallback(); useSheet('cards', sheet); }

  override willUpdate(): void {
    const now = `${this.source.folder}/${this.source.uidvalidity}/${this.source.uid}/${this.file.id}`;
    if (now === this.#shown) return;
    this.#shown = now;
    this.found = null;
    this.failure = null;
    getPreview(this.source, this.file.id, this.file.sealed ? this.keys : []).then((p) => { if (now === this.#shown) this.found = p; }, (e: unknown) => { if (now === this.#shown) this.failure = e; });
  }

  #inside(p: Preview): TemplateResult | typeof nothing {
    if (p.kind === 'calendar') return html`${p.events.map((e) => event(e, p.method))}${p.total > p.events.length ? html`<p class="card-notice">${t('and-more', { n: p.total - p.events.length })}</p>` : nothing}`;
    if (p.kind === 'contact') return html`${p.contacts.map(contact)}${p.total > p.contacts.length ? html`<p class="card-notice">${t('and-more', { n: p.total - p.contacts.length })}</p>` : nothing}`;
    if (p.kind === 'report') return report(p);
    const files: Attachment[] = p.attachments.map((a) => ({ ...a, inline: false, content_id: null, sealed: this.file.sealed }));
    if (!files.length) return html`<p class="card-notice">${t('tnef-empty', { name: foreign(this.file.name, 80) })}</p>`;
    return html`<p class="card-notice">${t('tnef-note', { name: foreign(this.file.name, 80) })}</p>
      ${attachmentList({ attachments: files, parts: [] } as unknown as Message, { busy: this.acts.busy, open: null, toggle: () => undefined, download: this.acts.download, link: null, preview: (a) => this.acts.preview(files, a) }, files)}`;
  }

  override render(): TemplateResult | typeof nothing {
    if (this.failure) return html`<p class="card-notice" role="status">${t('card-failed', { name: foreign(this.file.name, 80) || t('attachment-unnamed') })} ${sentence(this.failure)}</p>`;
    const p = this.found;
    if (!p) return nothing;
    return html`<section class="card" data-kind=${p.kind} aria-label=${t(`card-${p.kind}`)}>${this.#inside(p)}</section>`;
  }
}
define('wx-file-card', WxFileCard);
