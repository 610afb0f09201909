// The reading pane: toolbar, the conversation, and what is asked about its messages. A lazy chunk.
import '../../core/shared.ts';
import { sentence } from '../../api/client.ts';
import type { Message } from '../../api/types.ts';
import { markText } from '../parts/search.ts';
import { WxElement, define } from '../../core/element.ts';
import { initials, listDate, fullDate, nameOf, tintOf } from '../../core/format.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { css, html, nothing, repeat } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { route } from '../../core/router.ts';
import { runCommand } from '../../core/commands.ts';
import { FLAGGED, SEEN } from '../../store/actions.ts';
import * as list from '../../store/list.ts';
import * as reader from '../../store/reader.ts';
import { byRole, folder } from '../../store/folders.ts';
import { smimeOn } from '../../store/session.ts';
import { toast } from '../../store/toasts.ts';
import { commandButton, commandItem } from '../parts/command-button.ts';
import { separator } from '../parts/menu.ts';
import type { MenuItem } from '../parts/menu.ts';
import { composeTo } from '../../app/compose.ts';
import { skeleton } from './head.ts';
import { linkTarget, pointAt } from './link-target.ts';
import { snippetOf, wantSnippets } from './snippets.ts';
import { beginReading, followReading } from './seen.ts';
import './message.ts';

/** So many folded messages in a row become one line. */
const STACK_FROM = 4;

export class WxReader extends WxElement {
  static override properties = { spread: { state: true }, sheet: { state: true } };
  /** The stack of folded messages was opened. */
  declare spread: boolean;
  declare sheet: TemplateResult | null;
  #asked: string | null = null;
  #settled = '';
  /** How many messages the list knows of. */
  #count = 0;

  /** Ends what was begun for the message asked for. */
  #stop = new AbortController();

  constructor() { super(); this.spread = false; this.sheet = null; }

  override connectedCallback(): void {
    super.connectedCallback();
    import('./mail-frame.ts').catch(() => undefined); // most mail is HTML: beside the message, not after it
    this.onLeave(() => this.#stop.abort());
    this.listen(window, 'wx-print', () => this.#with('print'));
    this.listen(window, 'wx-source', () => this.#with('source'));
    this.listen(window, 'wx-headers', () => this.#with('headers'));
    this.listen(window, 'wx-conversation', (e: CustomEvent<string>) => this.#walk(e.detail));
    for (const type of ['pointerover', 'focusin']) this.listen(this, type, (e: Event) => { const a = (e.target as Element).closest<HTMLAnchorElement>('.plain a[href]'); pointAt(a ? { href: a.href, odd: false } : null); }, { passive: true });
    this.listen(this, 'wx-mailto', (e: CustomEvent<string>) => void composeTo(e.detail));
  }

  #with(what: 'print' | 'source' | 'headers'): void {
    const o = reader.open.value;
    if (!o?.message) return;
    this.#stop.abort();
    const { signal } = (this.#stop = new AbortController());
    const show = (sheet: TemplateResult | null): void => { this.sheet = sheet; };
    const run = what === 'print' ? import('./print.ts').then((p) => p.printMessage(o)) : import('./source.ts').then((s) => s.openSource(o, what === 'headers', show, signal));
    run.catch((error: unknown) => { if (!signal.aborted) toast(sentence(error), { kind: 'bad' }); });
  }

  // ---- walking through the conversation ----

  #places(): HTMLElement[] { return [...this.querySelectorAll<HTMLElement>('.conversation .folded, .conversation .stack, .conversation .message')]; }

  #walk(what: string): void {
    if (what === 'unfold') { this.spread = true; reader.unfoldAll(); return; }
    if (what === 'fold') { reader.foldAll(); return; }
    const all = this.#places();
    const focus = document.activeElement;
    let at = all.findIndex((e) => e.contains(focus));
    const o = reader.open.value;
    if (at < 0 && o) at = all.findIndex((e) => e.closest<HTMLElement>('[data-key]')?.dataset.key === reader.keyOf(o.ref));
    const next = all[Math.max(0, Math.min(all.length - 1, at + (what === 'next' ? 1 : -1)))];
    const item = reader.items.value.find((i) => reader.keyOf(i.ref) === next?.closest<HTMLElement>('[data-key]')?.dataset.key);
    if (item) reader.turnTo(item.ref);
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: next.clientHeight > this.clientHeight / 2 ? 'start' : 'nearest' });
  }

  override willUpdate(): void {
    const asked = reader.asked.value;
    if (asked !== this.#asked) {
      this.#asked = asked;
      // Another message of the same conversation moves nothing but the place.
      if (reader.items.value.length < 2) this.spread = false;
      this.sheet = null;
      this.#stop.abort(); // what is still being read belongs to the one before
      this.#settled = '';
      beginReading();
      this.#count = 0;
    }
    // A new answer arrived, or one went: the list was told.
    void list.version.value;
    const shown = reader.items.value.find((i) => reader.keyOf(i.ref) === asked);
    const count = shown && list.source.value?.folder === shown.ref.folder ? list.rowOf(shown.ref.uid)?.thread?.count ?? 0 : 0;
    if (count && this.#count && count !== this.#count) void reader.gatherAgain();
    if (count) this.#count = count;
  }

  /** At the top, or at what is to be read first: once for each message asked for, when the conversation stands. */
  override updated(): void {
    markText();
    followReading();
    const all = reader.items.value;
    const mark = `${this.#asked}/${all.length > 1}`;
    if (!this.#asked || reader.gathering.value || mark === this.#settled) return;
    const before = this.#settled;
    this.#settled = mark;
    const pane = this.querySelector('.reader-scroll');
    if (!pane) return;
    if (all.length < 2) { pane.scrollTop = 0; return; }
    if (before && pane.scrollTop > 0) return; // reading already: the browser keeps the place
    const last = all.at(-1);
    const first = last && reader.keyOf(last.ref) === this.#asked ? all.find((i) => i.unfolded) : all.find((i) => reader.keyOf(i.ref) === this.#asked);
    const element = first && this.querySelector(`[data-key="${CSS.escape(reader.keyOf(first.ref))}"]`);
    const down = element ? element.getBoundingClientRect().top - pane.getBoundingClientRect().top + pane.scrollTop : 0;
    pane.scrollTop = down < pane.clientHeight / 3 ? 0 : down - 48;
  }

  #menu(): MenuItem[] {
    const here = route.value.page === 'mail' ? folder(route.value.folder) : undefined;
    const items = [commandItem('message.unread'), commandItem('message.junk'), separator, commandItem('message.print'), commandItem('message.headers'), commandItem('message.source')];
    if (here?.role === 'junk') items[1] = { ...items[1]!, label: t('cmd-not-junk') };
    return items;
  }

  #toolbar(m: Message | null): TemplateResult {
    const starred = m?.flags.includes(FLAGGED) ?? false;
    const at = list.positionOf(list.activeUid.value);
    return html`<div class="reader-bar" role="toolbar" aria-label=${t('message-actions')}>
      <button type="button" class="icon-button reader-back" aria-label=${t('cmd-back')} data-tip=${t('cmd-back')} data-keys="u" @click=${() => runCommand('message.back')}>${icon('arrow-left')}</button>
      ${byRole('archive') ? commandButton('message.archive') : nothing}${commandButton('message.delete')}${commandButton('message.move')}
      ${commandButton('message.flag', { pressed: starred, label: t(starred ? 'unflag' : 'flag') })}
      <wx-menu label=${t('more-actions')} .items=${() => this.#menu()}></wx-menu>
      <span class="reader-where">${at >= 0 ? t('position-of', { n: at + 1, total: list.total.value }) : nothing}</span>
      <button type="button" class="icon-button" aria-label=${t('cmd-previous')} data-tip=${t('cmd-previous')} data-keys="k" ?disabled=${at <= 0} @click=${() => runCommand('list.previous')}>${icon('chevron-up')}</button>
      <button type="button" class="icon-button" aria-label=${t('cmd-next')} data-tip=${t('cmd-next')} data-keys="j" ?disabled=${at < 0 || at >= list.total.value - 1} @click=${() => runCommand('list.next')}>${icon('chevron-down')}</button>
    </div>`;
  }

  /** A message in one line: who, how it begins, what the list knows of its protection, when. */
  #folded(i: reader.Item): TemplateResult {
    const row = i.row!;
    const from = row.from[0];
    const mark = !smimeOn.value || !row.security ? nothing : row.security === 'encrypted' ? icon('lock', t('row-encrypted'), 'mark') : row.security === 'signed' ? icon('seal-plain', t('row-signed'), 'mark') : icon('shield', t('row-opaque'), 'mark');
    const date = row.date || row.received;
    return html`<button type="button" class="folded ${row.flags.includes(SEEN) ? '' : 'is-unread'}" data-uid=${row.uid} aria-expanded="false" @click=${() => { reader.turnTo(i.ref); reader.unfold(i.ref); this.#focusSoon(i); }}>
      <span class="avatar tint-${tintOf(from)}" aria-hidden="true">${initials(from)}</span><span class="folded-who truncate"><bdi>${nameOf(from)}</bdi></span>
      <span class="folded-text truncate muted"><bdi>${snippetOf(i.ref) ?? (row.security === 'encrypted' ? t('row-encrypted') : '')}</bdi></span>
      ${mark}${row.attachment ? icon('paperclip', t('row-attachment'), 'mark') : nothing}${row.flags.includes(FLAGGED) ? icon('star', t('folder-flagged'), 'mark is-star') : nothing}
      <time datetime=${date} title=${fullDate(date)}>${listDate(date)}</time></button>`;
  }

  /** The focus stays where the person is working. */
  #focusSoon(i: reader.Item): void {
    void this.updateComplete.then(() => requestAnimationFrame(() => this.querySelector<HTMLElement>(`[data-key="${CSS.escape(reader.keyOf(i.ref))}"] .message`)?.focus({ preventScroll: true })));
  }

  #conversation(all: readonly reader.Item[]): TemplateResult {
    const asked = all.find((i) => reader.keyOf(i.ref) === reader.asked.value) ?? all[0]!;
    const subject = (asked.message?.headers.subject ?? asked.row?.subject ?? '').trim();
    const many = all.length > 1;
    const stacked = this.#stack(all);
    // One passphrase opens all that wait: it is asked for once, at the message asked for or at the first one.
    const waiting = all.filter((i) => i.unfolded && i.message?.security?.job);
    const waits = waiting.includes(asked) ? asked : waiting[0];
    if (many) wantSnippets(all.filter((i) => !i.unfolded && i.row?.security !== 'encrypted').map((i) => i.ref));
    return html`<div class="conversation ${many ? 'is-many' : ''}" aria-busy=${!asked.message && !asked.failure}>
      <header class="conversation-head"><h1 class="message-subject">${asked.message || asked.row ? html`<bdi>${subject || t('no-subject')}</bdi>` : html`<span class="bone" ${css({ 'inline-size': '55%', 'block-size': '1.5rem' })}></span>`}</h1>
        ${many ? html`<span class="conversation-acts"><span class="muted">${t('messages-count', { n: all.length })}</span>
          <button type="button" class="link" @click=${() => this.#walk(all.every((i) => i.unfolded) ? 'fold' : 'unfold')}>${t(all.every((i) => i.unfolded) ? 'conversation-fold' : 'conversation-unfold')}</button></span>` : nothing}</header>
      ${repeat(all, (i) => reader.keyOf(i.ref), (i) => {
        if (stacked.has(i)) {
          return i !== [...stacked][0] ? nothing : html`<div class="conversation-item"><button type="button" class="stack" @click=${() => { this.spread = true; }}><span class="stack-count">${stacked.size}</span>${t('conversation-more', { n: stacked.size })}</button></div>`;
        }
        return html`<div class="conversation-item ${i.unfolded ? 'is-unfolded' : ''}" data-key=${reader.keyOf(i.ref)} ?data-asked=${i === asked}>${i.unfolded || !many ? html`<wx-message .item=${i} .alone=${!many} .heading=${subject} .prompts=${i === waits}></wx-message>` : this.#folded(i)}</div>`;
      })}
    </div>`;
  }

  /** Folded messages between the first and the last folded one, when they are many. */
  #stack(all: readonly reader.Item[]): Set<reader.Item> {
    if (this.spread) return new Set();
    const until = all.findIndex((i) => i.unfolded);
    const run = all.slice(1, Math.max(1, until - 1));
    return run.length >= STACK_FROM - 1 ? new Set(run) : new Set();
  }

  override render(): TemplateResult {
    const all = reader.items.value;
    const asked = all.find((i) => reader.keyOf(i.ref) === reader.asked.value);
    const failure = all.length === 1 && asked?.failure ? asked.failure : list.failure.value && !asked ? list.failure.value : null;
    return html`${this.#toolbar(reader.open.value?.message ?? null)}
      <div class="reader-scroll" tabindex="-1" data-shown=${asked && !reader.gathering.value && (asked.message || failure) ? `${asked.ref.folder}/${asked.ref.uid}` : nothing}>
        ${failure ? html`<div class="empty" role="alert"><span class="empty-art">${icon('circle-alert')}</span><h2>${t('message-failed')}</h2><p>${sentence(failure)}</p>
            <button type="button" class="button" @click=${() => reader.retry(asked?.ref)}>${icon('refresh-cw')}${t('try-again')}</button></div>`
          : asked && !reader.gathering.value ? this.#conversation(all) : html`<div class="conversation"><header class="conversation-head"><h1 class="message-subject"><span class="bone" ${css({ 'inline-size': '55%', 'block-size': '1.5rem' })}></span></h1></header>${skeleton()}</div>`}
      </div>
      ${linkTarget()}${this.sheet ?? nothing}`;
  }
}
define('wx-reader', WxReader);
