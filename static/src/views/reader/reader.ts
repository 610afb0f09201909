// The reading pane: toolbar, headers, security bar, parts, attachments. A lazy chunk.
import '../../core/shared.ts';
import { sentence } from '../../api/client.ts';
import * as mail from '../../api/mail.ts';
import type { Address, Attachment, Message, Part } from '../../api/types.ts';
import { WxElement, define } from '../../core/element.ts';
import { fileSize, fullDate, initials, nameList, nameOf, tintOf } from '../../core/format.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { css, html, nothing, repeat } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { route } from '../../core/router.ts';
import { runCommand } from '../../core/commands.ts';
import { FLAGGED } from '../../store/actions.ts';
import * as list from '../../store/list.ts';
import * as reader from '../../store/reader.ts';
import { byRole, folder, INBOX_ID } from '../../store/folders.ts';
import { toast } from '../../store/toasts.ts';
import { OPENED_EVENT, SEALED_EVENT } from '../../smime/contract.ts';
import type { OpenedDetail } from '../../smime/contract.ts';
import { commandButton, commandItem } from '../parts/command-button.ts';
import { dialog } from '../parts/dialog.ts';
import { separator } from '../parts/menu.ts';
import type { MenuItem } from '../parts/menu.ts';
import { loadSmime } from '../parts/smime.ts';
import { compose, composeTo } from '../../app/compose.ts';
import { attachmentList } from './attachments.ts';
import { plainPart } from './plain.ts';
import { saveBlob } from './save.ts';
import './mail-frame.ts';

export class WxReader extends WxElement {
  static override properties = { details: { state: true }, busy: { state: true }, source: { state: true }, inside: { state: true } };
  declare details: boolean;
  declare busy: ReadonlySet<string>;
  /** Attached messages that are open in place. */
  declare inside: ReadonlySet<string>;
  declare source: { text: string; cut: boolean } | null;
  #shown = '';
  #bar = false;

  constructor() { super(); this.details = false; this.busy = new Set(); this.source = null; this.inside = new Set(); }

  override connectedCallback(): void {
    super.connectedCallback();
    this.listen(window, 'wx-print', () => window.print());
    this.listen(window, 'wx-source', () => void this.#showSource());
    this.listen(this, 'wx-mailto', (e: CustomEvent<string>) => void composeTo(e.detail));
    this.listen(this, SEALED_EVENT, () => reader.retry());
    this.listen(this, OPENED_EVENT, (e: CustomEvent<OpenedDetail>) => {
      reader.opened(e.detail.ref, e.detail.message, e.detail.keys);
    });
  }

  async #showSource(): Promise<void> {
    const o = reader.open.value;
    if (!o) return;
    try {
      const blob = await mail.getSource(o.ref);
      const text = await blob.slice(0, 300_000).text();
      this.source = { text, cut: blob.size > 300_000 };
    } catch (error) { toast(sentence(error), { kind: 'bad' }); }
  }

  async #download(a: Attachment): Promise<void> {
    const o = reader.open.value;
    if (!o || this.busy.has(a.id)) return;
    this.busy = new Set([...this.busy, a.id]);
    try {
      saveBlob(await mail.getPart(o.ref, a.id, { keys: a.sealed ? o.keys : [] }), a.name || t('attachment-unnamed'));
    } catch (error) { toast(sentence(error), { kind: 'bad' }); } finally {
      const next = new Set(this.busy);
      next.delete(a.id);
      this.busy = next;
    }
  }

  override willUpdate(): void {
    const r = reader.open.value?.ref;
    const shown = r ? `${r.folder}/${r.uidvalidity}/${r.uid}` : ''; // UIDs repeat in other folders
    if (shown !== this.#shown) { this.#shown = shown; this.details = false; this.source = null; this.inside = new Set(); }
    if (reader.open.value?.message?.security && !this.#bar) {
      this.#bar = true;
      loadSmime('reading').then(() => loadSmime('chip')).catch(() => { this.#bar = false; });
    }
  }

  #menu(): MenuItem[] {
    const here = route.value.page === 'mail' ? folder(route.value.folder) : undefined;
    const items = [commandItem('message.unread'), commandItem('message.junk'), separator, commandItem('message.print'), commandItem('message.source')];
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

  #people(label: string, people: readonly Address[]): TemplateResult | typeof nothing {
    if (!people.length) return nothing;
    return html`<div class="fact"><dt>${label}</dt><dd>${people.map((a) => html`<span class="person"><bdi>${a.name}</bdi> <bdi class="muted">${a.name ? `<${a.address}>` : a.address}</bdi></span>`)}</dd></div>`;
  }

  #headers(m: Message): TemplateResult {
    const h = m.headers;
    const from = h.from[0];
    return html`<header class="message-head">
      <h1 class="message-subject"><bdi>${h.subject.trim() || t('no-subject')}</bdi></h1>
      <div class="message-who">
        <span class="avatar tint-${tintOf(from)}" aria-hidden="true">${initials(from)}</span>
        <div class="message-people">
          <div class="message-from"><strong><bdi>${nameOf(from)}</bdi></strong>${from && nameOf(from) !== from.address ? html` <bdi class="muted message-address">${from.address}</bdi>` : nothing}</div>
          <div class="message-to"><span class="truncate">${t('to-list', { names: nameList([...h.to, ...h.cc], 3) || t('row-no-recipient') })}</span>
            <button type="button" class="link details-toggle" aria-expanded=${this.details} @click=${() => { this.details = !this.details; }}>${t(this.details ? 'details-hide' : 'details-show')}</button></div>
        </div>
        <div class="message-when"><time datetime=${h.date ?? m.received} title=${t('received-at', { date: fullDate(m.received) })}>${fullDate(h.date ?? m.received)}</time>
          <span class="message-answer">${commandButton('message.reply')}${commandButton('message.reply-all')}${commandButton('message.forward')}</span></div>
      </div>
      ${from && from.name.includes('@') && nameOf(from) !== from.name.trim() ? html`<div class="notice is-warning">${icon('triangle-alert')}<div class="notice-text">${t('from-name-address', { name: from.name, address: from.address })}</div></div>` : nothing}
      ${h.from.length > 1 ? html`<div class="notice is-warning">${icon('triangle-alert')}<div class="notice-text">${t('from-several')}</div></div>` : nothing}
      ${this.details ? html`<dl class="facts">
        ${this.#people(t('header-from'), h.from)}${this.#people(t('header-sender'), h.sender.filter((s) => s.address !== from?.address))}${this.#people(t('header-reply-to'), h.reply_to)}
        ${this.#people(t('header-to'), h.to)}${this.#people(t('header-cc'), h.cc)}${this.#people(t('header-bcc'), h.bcc)}
        <div class="fact"><dt>${t('header-date')}</dt><dd>${fullDate(h.date)}</dd></div>
        <div class="fact"><dt>${t('header-received')}</dt><dd>${fullDate(m.received)}</dd></div>
        ${h.outer_subject ? html`<div class="fact"><dt>${t('header-outer-subject')}</dt><dd>${h.outer_subject}</dd></div>` : nothing}
        ${h.message_id ? html`<div class="fact"><dt>${t('header-message-id')}</dt><dd class="mono">${h.message_id}</dd></div>` : nothing}
        <div class="fact"><dt>${t('header-size')}</dt><dd>${fileSize(m.size)}</dd></div>
      </dl>` : nothing}
    </header>`;
  }

  #part(p: Part, m: Message, o: reader.Open): TemplateResult {
    if (p.kind === 'text') return plainPart(p);
    return html`<wx-mail-frame .content=${p} .message=${o.ref} .attachments=${m.attachments} .keys=${o.keys}></wx-mail-frame>`;
  }

  #attachments(m: Message, o: reader.Open): TemplateResult {
    const open = m.attachments.filter((a) => this.inside.has(a.id));
    if (open.length) import('./attached.ts').catch(() => { this.inside = new Set(); });
    return html`${attachmentList(m, { busy: this.busy, open: this.inside, toggle: (id) => this.#toggle(id), download: (a) => void this.#download(a), link: (a) => mail.partDownloadUrl(o.ref, a.id) })}
      ${repeat(open, (a) => `${o.ref.uid}/${a.id}`, (a) => html`<wx-attached .source=${o.ref} .file=${a} .keys=${o.keys}></wx-attached>`)}`;
  }

  #toggle(id: string): void {
    const next = new Set(this.inside);
    if (!next.delete(id)) next.add(id);
    this.inside = next;
  }

  #skeleton(): TemplateResult {
    return html`<div class="message is-loading" aria-busy="true" aria-label=${t('loading')}><span class="bone" ${css({ 'inline-size': '55%', 'block-size': '1.5rem' })}></span>
      <div class="message-who"><span class="bone bone-avatar"></span><div class="message-people"><span class="bone" ${css({ 'inline-size': '12rem', 'block-size': '.9rem' })}></span><span class="bone" ${css({ 'inline-size': '8rem', 'block-size': '.8rem', 'margin-block-start': '.5rem' })}></span></div></div>
      ${[92, 88, 95, 60].map((w) => html`<span class="bone" ${css({ 'inline-size': `${w}%`, 'block-size': '.9rem', 'margin-block-start': '.7rem' })}></span>`)}</div>`;
  }

  #body(o: reader.Open): TemplateResult {
    const m = o.message;
    if (!m) return this.#skeleton();
    const locked = m.security?.job != null;
    const here = route.value.page === 'mail' ? folder(route.value.folder ?? INBOX_ID) : undefined;
    return html`<article class="message">
      ${this.#headers(m)}
      ${here?.role === 'drafts' && !locked ? html`<div class="notice is-info">${icon('pen-line')}<div class="notice-text">${t('draft-edit-text')}</div><button type="button" class="button button-small" @click=${() => void compose('draft')}>${t('draft-edit')}</button></div>` : nothing}
      ${m.security && m.security.verdict !== 'none' ? html`<wx-security-bar .message=${m} .ref=${o.ref}></wx-security-bar>` : nothing}
      <div class="parts">${repeat(m.parts, (p) => `${p.sealed ? o.ref.uid : ''}/${p.id}/${p.kind}`, (p) => this.#part(p, m, o))}
        ${m.parts.length === 0 && !locked ? html`<p class="muted parts-none">${t(m.attachments.length ? 'body-none-attachments' : 'body-none')}</p>` : nothing}</div>
      ${locked ? nothing : this.#attachments(m, o)}
      ${locked || here?.role === 'drafts' ? nothing : html`<div class="answer-row">
        <button type="button" class="button" @click=${() => runCommand('message.reply')}>${icon('reply')}${t('cmd-reply')}</button>
        ${m.headers.to.length + m.headers.cc.length > 1 ? html`<button type="button" class="button" @click=${() => runCommand('message.reply-all')}>${icon('reply-all')}${t('cmd-reply-all')}</button>` : nothing}
        <button type="button" class="button" @click=${() => runCommand('message.forward')}>${icon('forward')}${t('cmd-forward')}</button></div>`}
    </article>`;
  }

  override render(): TemplateResult {
    const o = reader.open.value;
    const failure = o?.failure ?? (list.failure.value && !o ? list.failure.value : null);
    return html`${this.#toolbar(o?.message ?? null)}
      <div class="reader-scroll" tabindex="-1" data-shown=${o && (o.message || failure) ? `${o.ref.folder}/${o.ref.uid}` : nothing}>
        ${failure ? html`<div class="empty" role="alert"><span class="empty-art">${icon('circle-alert')}</span><h2>${t('message-failed')}</h2><p>${sentence(failure)}</p>
            <button type="button" class="button" @click=${() => reader.retry()}>${icon('refresh-cw')}${t('try-again')}</button></div>`
          : o ? this.#body(o) : this.#skeleton()}
      </div>
      ${this.source ? dialog({
        title: t('cmd-source'), className: 'dialog-source', close: () => { this.source = null; },
        body: html`<pre class="source mono" tabindex="0">${this.source.text}</pre>${this.source.cut ? html`<p class="muted">${t('source-cut')}</p>` : nothing}`,
        foot: o ? html`<a class="button" href=${mail.sourceUrl(o.ref)} download>${icon('download')}${t('source-download')}</a>` : nothing,
      }) : nothing}`;
  }
}
define('wx-reader', WxReader);
