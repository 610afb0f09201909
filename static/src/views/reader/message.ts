// One message with its own head, verdict, frames and keys: alone on the screen or among the others of its conversation.
import '../../core/shared.ts';
import { sentence } from '../../api/client.ts';
import * as mail from '../../api/mail.ts';
import { getZip } from '../../api/reading.ts';
import type { Attachment, Message, Part, PreviewKind } from '../../api/types.ts';
import { runCommand } from '../../core/commands.ts';
import { markText } from '../parts/search.ts';
import { WxElement, define } from '../../core/element.ts';
import { fullDate } from '../../core/format.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { isSealed } from '../../core/security-mode.ts';
import { html, nothing, repeat } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { folder } from '../../store/folders.ts';
import * as reader from '../../store/reader.ts';
import { isLeaving, leavingHere } from '../../store/unsent.ts';
import { toast } from '../../store/toasts.ts';
import { OPENED_EVENT, SEALED_EVENT } from '../../smime/contract.ts';
import type { OpenedDetail } from '../../smime/contract.ts';
import { commandButton } from '../parts/command-button.ts';
import { separator } from '../parts/menu.ts';
import type { MenuItem } from '../parts/menu.ts';
import { loadSmime } from '../parts/smime.ts';
import { compose } from '../../app/compose.ts';
import { attachmentList, shownAttachments } from './attachments.ts';
import type { CardFile, FileActs } from './cards.ts';
import { facts, request, sender, skeleton, wanted, warnings } from './head.ts';
import { bareSubject, learnAbout, recipientsLine } from './people.ts';
import { plainPart } from './plain.ts';
import { saveBlob } from './save.ts';
import { policyLine } from './policy.ts';

const MOST_CARDS = 5;

export class WxMessage extends WxElement {
  static override properties = { item: { attribute: false }, alone: { type: Boolean }, heading: {}, prompts: { type: Boolean }, details: { state: true }, busy: { state: true }, inside: { state: true } };
  declare item: reader.Item;
  /** No other message stands beside it. */
  declare alone: boolean;
  /** What stands above all messages; a subject that differs from it is shown here. */
  declare heading: string;
  /** The one of the conversation that asks for the passphrase. */
  declare prompts: boolean;
  declare details: boolean;
  declare busy: ReadonlySet<string>;
  /** Attached messages that are open in place. */
  declare inside: ReadonlySet<string>;
  #bar = false;

  constructor() { super(); this.alone = true; this.heading = ''; this.prompts = true; this.details = false; this.busy = new Set(); this.inside = new Set(); }

  override connectedCallback(): void {
    super.connectedCallback();
    this.listen(this, SEALED_EVENT, () => { this.#putAway(); reader.retry(this.item.ref); });
    this.onLeave(() => this.#putAway());
    this.listen(this, OPENED_EVENT, (e: CustomEvent<OpenedDetail>) => reader.opened(e.detail.ref, e.detail.message, e.detail.keys));
    // Whatever is done inside a message makes it the one that shortcuts are about.
    for (const type of ['pointerdown', 'focusin', 'wx-worked']) this.listen(this, type, () => reader.turnTo(this.item.ref));
  }

  /** A file on the whole screen goes with its message, and with the key that opened it. */
  #putAway(): void { const shown = document.querySelector('wx-preview'); if (shown && 'ref' in shown && shown.ref === this.item.ref) shown.remove(); document.querySelector('iframe.print-frame')?.remove(); }

  override willUpdate(): void {
    if (this.item.message?.security && !this.#bar) {
      this.#bar = true;
      loadSmime('reading').then(() => loadSmime('chip')).catch(() => { this.#bar = false; });
    }
    if (this.item.message) learnAbout(this.item.message.headers.from[0]);
    // Text needs no sanitiser: its code comes with the first HTML (and is asked for by the reader before it is needed).
    if (this.item.message?.parts.some((p) => p.kind === 'html')) import('./mail-frame.ts').catch((error: unknown) => toast(sentence(error), { kind: 'bad' }));
  }

  async #busyWith(id: string, run: () => Promise<void>): Promise<void> {
    if (this.busy.has(id)) return;
    this.busy = new Set([...this.busy, id]);
    try { await run(); } catch (error) { toast(sentence(error), { kind: 'bad' }); } finally { this.busy = new Set([...this.busy].filter((x) => x !== id)); }
  }

  #keysOf(a: { sealed: boolean }): reader.Item['keys'] { return a.sealed ? this.item.keys : []; }

  #download(a: Attachment): Promise<void> {
    const { ref } = this.item;
    return this.#busyWith(a.id, async () => saveBlob(await mail.getPart(ref, a.id, { keys: this.#keysOf(a), size: a.size }), a.name || t('attachment-unnamed')));
  }

  #menu(m: Message): MenuItem[] {
    const { ref } = this.item;
    const say = (name: string) => (): void => { reader.turnTo(ref); dispatchEvent(new Event(name)); };
    const one = (id: string, label: string, glyph: string): MenuItem => ({ label: t(label), icon: glyph, run: () => { reader.turnTo(ref); runCommand(id); } });
    return [
      one('message.reply', 'cmd-reply', 'reply'), ...(m.headers.to.length + m.headers.cc.length > 1 ? [one('message.reply-all', 'cmd-reply-all', 'reply-all')] : []), one('message.forward', 'cmd-forward', 'forward'), separator,
      { label: t('cmd-print'), icon: 'printer', run: say('wx-print') }, { label: t('headers-show'), icon: 'list', run: say('wx-headers') }, { label: t('cmd-source'), icon: 'code', run: say('wx-source') },
      { label: t('message-save'), icon: 'download', run: () => void this.#busyWith('eml', async () => saveBlob(await mail.getSource(ref), `${m.headers.subject.trim().slice(0, 80) || t('no-subject')}.eml`)) },
      ...(m.unsubscribe ? [separator, { label: t('unsubscribe'), icon: 'mail-x', run: () => this.#unsubscribe(m) }] : []),
    ];
  }

  #unsubscribe(m: Message): void {
    const { ref } = this.item;
    void this.#busyWith('unsubscribe', async () => (await import('./unsubscribe.ts')).askUnsubscribe(ref, m));
  }

  #headers(m: Message): TemplateResult {
    const h = m.headers;
    const own = h.subject.trim();
    return html`<header class="message-head">
      ${this.alone || bareSubject(own) === bareSubject(this.heading) ? nothing : html`<p class="message-own-subject"><bdi>${own || t('no-subject')}</bdi></p>`}
      <div class="message-who">
        ${sender(h.from[0], this.item.ref)}
        <div class="message-to"><button type="button" class="details-toggle" aria-expanded=${this.details} data-tip=${t(this.details ? 'details-hide' : 'details-show')} @click=${() => { this.details = !this.details; }}><span class="truncate">${recipientsLine(m)}</span>${icon('chevron-down')}</button>
          ${m.unsubscribe ? html`<button type="button" class="link unsubscribe" ?disabled=${this.busy.has('unsubscribe')} @click=${() => this.#unsubscribe(m)}>${t('unsubscribe')}</button>` : nothing}</div>
        <div class="message-when"><time datetime=${h.date ?? m.received} title=${t('received-at', { date: fullDate(m.received) })}>${fullDate(h.date ?? m.received)}</time>
          <span class="message-answer">${commandButton('message.reply')}${commandButton('message.forward')}
            <wx-menu label=${t('message-more')} .items=${() => this.#menu(m)}></wx-menu>
            ${this.alone ? nothing : html`<button type="button" class="icon-button message-fold" aria-label=${t('message-fold')} data-tip=${t('message-fold')} @click=${() => reader.fold(this.item.ref)}>${icon('chevron-up')}</button>`}</span></div>
      </div>
      ${wanted(m)}
      ${warnings(m)}${request(m)}
      ${this.details ? facts(m) : nothing}
    </header>`;
  }

  /** What some files say, drawn as what they are; at most so many. */
  #cards(m: Message, kinds: readonly PreviewKind[]): TemplateResult | typeof nothing {
    const { ref, keys } = this.item;
    const files: CardFile[] = m.attachments.filter((a) => kinds.includes(a.preview as PreviewKind)).map((a) => ({ id: a.id, name: a.name, sealed: a.sealed, kind: a.preview as PreviewKind }));
    // A delivery report is a part of its own kind, which is no file.
    const told = kinds.includes('report') ? m.report : null;
    if (told && !files.some((f) => f.id === told.part)) files.unshift({ id: told.part, name: '', sealed: m.parts.some((p) => p.sealed), kind: 'report' });
    if (!files.length) return nothing;
    import('./cards.ts').catch(() => undefined); // without it the files are still listed
    const acts: FileActs = { busy: this.busy, download: (a) => void this.#download(a), preview: (some, a) => this.#preview(some, a) };
    return html`${repeat(files.slice(0, MOST_CARDS), (f) => f.id, (f) => html`<wx-file-card .source=${ref} .file=${f} .keys=${keys} .acts=${acts}></wx-file-card>`)}`;
  }

  #part(p: Part, m: Message): TemplateResult {
    const { ref, keys } = this.item;
    if (p.kind === 'text') return plainPart(p);
    return html`<wx-mail-frame .content=${p} .message=${ref} .attachments=${m.attachments} .keys=${keys} .remote=${m.remote ?? null} .from=${m.headers.from[0]?.address ?? ''} .confirmed=${m.sender_confirmed ?? false}></wx-mail-frame>`;
  }

  #attachments(m: Message): TemplateResult {
    const { ref, keys } = this.item;
    const open = m.attachments.filter((a) => this.inside.has(a.id));
    if (open.length) import('./attached.ts').catch(() => { this.inside = new Set(); });
    return html`${attachmentList(m, {
      busy: this.busy, open: this.inside, toggle: (id) => this.#toggle(id), download: (a) => void this.#download(a), link: (a) => mail.partDownloadUrl(ref, a.id, a.size),
      preview: (a) => this.#preview(shownAttachments(m), a), zip: () => void this.#zip(m),
    })}
      ${repeat(open, (a) => `${ref.uid}/${a.id}`, (a) => html`<wx-attached .source=${ref} .file=${a} .keys=${keys}></wx-attached>`)}`;
  }

  #preview(files: Attachment[], a: Attachment): void {
    const { ref, keys } = this.item;
    void this.#busyWith(a.id, async () => (await import('./preview.ts')).openPreview({ ref, keys, files, at: a.id, download: (x) => void this.#download(x) }));
  }

  #zip(m: Message): Promise<void> {
    const { ref, keys } = this.item;
    return this.#busyWith('zip', async () => {
      saveBlob(await getZip(ref, m.attachments.some((a) => a.sealed) ? keys : []), `${m.headers.subject.trim().slice(0, 80) || t('attachments')}.zip`);
    });
  }

  #toggle(id: string): void {
    const next = new Set(this.inside);
    if (!next.delete(id)) next.add(id);
    this.inside = next;
  }

  /** A draft that waits to be sent: not "not sent", as long as it may leave. */
  #leaving(): TemplateResult {
    const { ref } = this.item;
    const here = leavingHere(ref.folder, ref.uid);
    return html`<div class="notice is-info" data-notice="leaving">${icon('send')}<div class="notice-text">${t(here ? 'draft-leaving' : 'draft-leaving-elsewhere')}</div>
      ${here ? html`<button type="button" class="button button-small" @click=${() => void import('../../store/held.ts').then((h) => h.takeBack(here), () => undefined)}>${t('undo')}</button>` : nothing}</div>`;
  }

  #content(m: Message): TemplateResult {
    const { ref } = this.item;
    const locked = m.security?.job != null;
    const role = folder(ref.folder)?.role;
    return html`${this.#headers(m)}
      ${role === 'drafts' && isLeaving(ref.folder, ref.uid) ? this.#leaving() : role === 'drafts' && isSealed(m) ? html`<div class="notice is-info" data-notice="draft-sealed">${icon('lock')}<div class="notice-text"><strong>${t('draft-sealed-title')}</strong> ${t(!m.security ? 'draft-sealed-off' : locked ? 'draft-sealed-text' : 'draft-sealed-damaged')}</div></div>`
        : role === 'drafts' ? html`<div class="notice is-info">${icon('pen-line')}<div class="notice-text">${t('draft-edit-text')}</div><button type="button" class="button button-small" @click=${() => void compose('draft')}>${t('draft-edit')}</button></div>` : nothing}
      ${m.security && m.security.verdict !== 'none' ? html`<wx-security-bar .message=${m} .ref=${ref} .prompts=${this.prompts}></wx-security-bar>` : nothing}
      ${policyLine(m)}
      ${locked ? nothing : this.#cards(m, ['calendar', 'report'])}
      <div class="parts">${repeat(m.parts, (p) => `${p.sealed ? ref.uid : ''}/${p.id}/${p.kind}`, (p) => this.#part(p, m))}
        ${m.parts.length === 0 && !isSealed(m) ? html`<p class="muted parts-none">${t(m.attachments.length ? 'body-none-attachments' : 'body-none')}</p>` : nothing}</div>
      ${locked ? nothing : html`${this.#cards(m, ['contact', 'tnef'])}${this.#attachments(m)}`}
      ${locked || role === 'drafts' ? nothing : html`<div class="answer-row">
        <button type="button" class="button" @click=${() => runCommand('message.reply')}>${icon('reply')}${t('cmd-reply')}</button>
        ${m.headers.to.length + m.headers.cc.length > 1 ? html`<button type="button" class="button" @click=${() => runCommand('message.reply-all')}>${icon('reply-all')}${t('cmd-reply-all')}</button>` : nothing}
        <button type="button" class="button" @click=${() => runCommand('message.forward')}>${icon('forward')}${t('cmd-forward')}</button></div>`}`;
  }

  override updated(): void { markText(); }

  override render(): TemplateResult {
    const { message: m, failure } = this.item;
    if (failure) {
      return html`<article class="message is-failed"><div class="notice is-bad" role="alert">${icon('circle-alert')}<div class="notice-text">${sentence(failure)}
        <div class="notice-actions"><button type="button" class="button button-small" @click=${() => reader.retry(this.item.ref)}>${t('try-again')}</button></div></div></div></article>`;
    }
    if (!m) return skeleton();
    return html`<article class="message" tabindex="-1" aria-label=${t('message-of', { name: m.headers.from[0]?.name || m.headers.from[0]?.address || t('someone-unknown') })}>${this.#content(m)}</article>`;
  }
}
define('wx-message', WxMessage);
