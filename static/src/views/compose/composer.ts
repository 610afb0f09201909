// One composer window: docked at the bottom, full on request, always full on a phone.
import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, ifDefined, nothing, repeat } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { withTemplate } from '../../core/wishes.ts';
import { ownText } from '../../core/own-text.ts';
import { textToHtml } from '../../core/reply.ts';
import { coverPage, route } from '../../core/router.ts';
import { encrypts, sendLabel, signs } from '../../core/security-mode.ts';
import { effect } from '../../core/signals.ts';
import { brought, fileName, take } from '../../store/attach.ts';
import type { Brought } from '../../store/attach.ts';
import type { Composer, FileItem } from '../../store/compose.ts';
import { close, composers, discard, minimizeAll, writing } from '../../store/composers.ts';
import { settings, smimeOn } from '../../store/session.ts';
import { lockWords, signerDemanded } from '../../store/demands.ts';
import { sentence } from '../../api/client.ts';
import { toast } from '../../store/toasts.ts';
import { announce, confirm, confirming } from '../../store/ui.ts';
import { loadSmime } from '../parts/smime.ts';
import { commandVersion, shownKeys } from '../../core/commands.ts';
import { isMac } from '../parts/command-button.ts';
import type { WxEditor } from './editor.ts';
import type { Template } from '../../api/templates.ts';
import type { PlainMarks } from './plain-marks.ts';
import type { WxSpelling } from './spelling.ts';
import type { Marked } from '../../store/spelling.ts';
import { attachmentStyle, fileList, refusedNotice, uploadBar } from './attachments.ts';
import { securityTab, summary } from './security-tab.ts';
import { focusFault } from './faults.ts';
import { anew, askAgain, send } from './send.ts';
import { wishItems, wishLine, wishStyle } from './wishes.ts';
import type { WxChips } from './chips.ts';
import type { WxRecipients } from './recipients.ts';
import { rulesUnknown } from './rules-unknown.ts';
import './cannot.ts';
import './recipients.ts';
import './editor.ts';

export class WxComposer extends WxElement {
  static override properties = { composer: { attribute: false }, dropping: { state: true }, marked: { state: true }, templating: { state: true }, signer: { state: true } };
  declare composer: Composer;
  declare dropping: boolean;
  /** The text as the spell check sees it; null where none may look. */
  declare marked: Marked | null;
  declare templating: boolean;
  /** undefined: not asked yet; null: the vault has none for this address. */
  declare signer: string | null | undefined;
  #askedSigner = false;
  #keys: (() => void) | null = null;
  #started = false;

  #plainMarks: PlainMarks | null = null;

  constructor() { super(); this.dropping = false; this.marked = null; this.templating = false; }

  get #c(): Composer { return this.composer; }
  get #editor(): WxEditor | null { return this.querySelector<WxEditor>('wx-editor'); }

  override connectedCallback(): void {
    super.connectedCallback();
    attachmentStyle();
    wishStyle();
    this.listen(this, 'wx-files', (e: CustomEvent<Brought>) => void this.#addFiles(e.detail, true));
    this.listen(this, 'wx-cids', (e: CustomEvent<string[]>) => this.#fillImages(e.detail));
    this.listen(this, 'wx-editor-send', () => this.#send());
    this.listen(this, 'wx-misspelt', (e: CustomEvent<number>) => void this.querySelector<WxSpelling>('wx-spelling')?.ask(e.detail));
    this.listen(this, 'wx-editor-save', () => void this.#c.save());
    this.listen(this, 'wx-editor-escape', () => this.#minimize());
    // Tab leads from the subject to the text; what stands between them is on the way back.
    this.listen(this, 'wx-editor-tab-back', () => ([...this.querySelectorAll<HTMLElement>('.editor-tools button:not(:disabled)')].find((b) => b.tabIndex === 0) ?? this.querySelector<HTMLElement>('.subject-input'))?.focus());
    this.listen(this, 'wx-editor-ready', () => this.#begin());
    this.listen(window, 'beforeunload', (e: BeforeUnloadEvent) => { if (['dirty', 'saving', 'failed', 'impossible'].includes(this.#c.saveState.value) || this.#c.sendState.value === 'sending' || this.#c.moving.value) e.preventDefault(); });
  }

  /** Focus where the person goes on: the first empty field, else the text. */
  #begin(): void {
    if (this.#started) return;
    this.#started = true;
    // Somebody who was quicker stays where they are.
    if (!this.querySelector('.composer-body')?.contains(document.activeElement)) this.begin();
  }

  /** A field takes text at once; only the text itself waits for its frame. */
  async #beginField(): Promise<void> {
    const r = this.querySelector<WxRecipients>('wx-recipients');
    await r?.updateComplete;
    await r?.querySelector<WxChips>('wx-chips')?.updateComplete;
    if (!this.#c.moving.value && (!this.#c.to.value.length || !this.#c.subject.value)) this.#begin();
  }

  begin(): void {
    if (!this.#c.to.value.length) this.querySelector<HTMLInputElement>('.chips-input')?.focus();
    else if (!this.#c.subject.value) this.querySelector<HTMLElement>('.subject-input')?.focus();
    else this.#focusBody();
  }

  /** What still stands in an input is meant too. */
  #send(): void {
    this.querySelector<WxRecipients>('wx-recipients')?.commit();
    // Sent is what is seen: not before all of it is here.
    if (this.#c.loading.value !== 'no') { announce(t(this.#c.loading.value === 'busy' ? 'compose-loading' : 'compose-not-loaded')); return; }
    void this.#sendNow();
  }

  /** Where it stops at the choice of a mode, that is where the person goes on; else where they were: what is pressed next
   *  is meant for the message, not for the list behind it. */
  async #sendNow(): Promise<void> {
    const c = this.#c;
    const was = c.tab.value;
    const from = document.activeElement;
    await send(c);
    await this.updateComplete;
    if ([document.body, this.querySelector('.composer')].includes(document.activeElement as HTMLElement | null) && from instanceof HTMLElement && this.contains(from)) from.focus();
    if (c.problem.value && c.sendState.value === 'editing' && c.tab.value === 'message') await focusFault(c, this);
    if (was === c.tab.value || c.tab.value !== 'security') return;
    this.querySelector<HTMLElement>('.mode-options .radio:checked')?.focus();
  }

  #focusBody(): void {
    if (this.#c.rich.value) this.#editor?.focusBody();
    else { const area = this.querySelector<HTMLTextAreaElement>('.plain-input'); area?.focus(); area?.setSelectionRange(0, 0); }
  }

  #fillImages(cids: string[]): void {
    const c = this.#c;
    const left = new Set(cids);
    c.await({
      fetch: async () => {
        for (const cid of left) {
          const blob = await c.start.picture?.(cid) ?? null;
          this.#editor?.fill(cid, blob && await dataUrl(blob));
          left.delete(cid);
        }
      },
      without: () => { for (const cid of left) this.#editor?.fill(cid, null); },
    });
  }

  /** What belongs to it is fetched, or could not be. */
  #loading(): TemplateResult | typeof nothing {
    const c = this.#c;
    if (c.loading.value === 'no' || c.minimized.value) return nothing;
    if (c.loading.value === 'busy') return html`<div class="upload" role="status" data-notice="loading">${icon('loader-circle', undefined, 'spin')}<span>${t('compose-loading')}</span></div>`;
    return html`<div class="notice is-bad composer-notice" role="alert" data-notice="not-loaded">${icon('circle-alert')}<div class="notice-text"><strong>${t('compose-not-loaded')}</strong><p>${t(c.reopened ? 'compose-not-loaded-draft' : 'compose-not-loaded-text')}</p>
      <div class="notice-actions"><button type="button" class="button button-small" @click=${() => c.fetchAgain()}>${t('try-again')}</button><button type="button" class="button button-small" @click=${() => c.goWithout()}>${t('compose-go-without')}</button></div></div></div>`;
  }

  /** Into the text go pictures that were dropped or pasted there; everything else is attached. */
  async #addFiles(b: Brought, intoText = false): Promise<void> {
    const c = this.#c;
    const editor = intoText && c.rich.value ? this.#editor : null;
    const r = await take(c, b, editor ? (f) => this.#placePicture(editor, f) : null);
    c.refused.value = r.problem;
    if (r.attached) announce(t('attached', { n: r.attached }));
    if (r.placed) announce(t('attach-placed', { n: r.placed }));
  }

  async #placePicture(editor: WxEditor, f: File): Promise<boolean> {
    try {
      editor.insertImage(`${crypto.randomUUID()}@waxseal`, await dataUrl(f), f.name === 'image.png' ? '' : fileName(f.name));
      return true;
    } catch { return false; /* It was readable a moment ago: attached instead, where a failure is told. */ }
  }

  async #templates(): Promise<void> {
    try { await import('./templates.ts'); this.templating = true; } catch { this.#c.problem.value = t('err-offline'); }
  }

  /** The subject is filled where there is none; what the template asks for beside its text is asked for too. */
  #useTemplate(x: Template): void {
    const c = this.#c;
    if (!c.subject.value.trim()) c.subject.value = x.subject;
    c.setWishes(withTemplate(c.wishes.value, x));
    if (c.rich.value) this.#editor?.insertHtml(x.html ?? textToHtml(x.text));
    else {
      const area = this.querySelector<HTMLTextAreaElement>('.plain-input')!;
      area.focus();
      area.setRangeText(x.text, area.selectionStart, area.selectionEnd, 'end');
      area.dispatchEvent(new InputEvent('input', { bubbles: true }));
    }
    c.changed();
  }

  async #ownPart(): Promise<{ html: string | null; text: string }> {
    const c = this.#c;
    if (!c.rich.value || !this.#editor) return { html: null, text: ownText(c.plain) };
    const { html, text } = await this.#editor.read(true, true);
    return { html, text };
  }

  #removeFile(f: FileItem): void {
    const at = this.#c.files.value.findIndex((x) => x.id === f.id);
    this.#c.removeFile(f.id);
    announce(t('attach-removed', { name: f.name }));
    // The focus goes to the file that took the place, else to the button that brings files.
    void this.updateComplete.then(() => { const left = this.querySelectorAll<HTMLElement>('.file-chip button'); (left[Math.min(at, left.length - 1)] ?? this.querySelector<HTMLElement>('.attach-button'))?.focus(); });
  }

  async #bring(): Promise<void> {
    const c = this.#c;
    if (!c.start.offered || c.bringing.value) return;
    c.bringing.value = true;
    try {
      const r = await take(c, { files: await c.start.offered.fetch(), folders: [] }, null);
      c.refused.value = r.problem;
      if (!r.attached) return;
      c.broughtAlong.value = true;
      announce(t('attached', { n: r.attached }));
      void this.updateComplete.then(() => this.querySelector<HTMLElement>('.file-chip button')?.focus());
    } catch (error) { c.problem.value = sentence(error); } finally { c.bringing.value = false; }
  }

  /** The files are held here: nothing has to be chosen again. */
  #uploadAgain(): void {
    const c = this.#c;
    c.stopped.value = false;
    c.problem.value = '';
    c.saveState.value = 'dirty';
    void c.save();
  }

  #pick(): void {
    const input = this.querySelector<HTMLInputElement>('.file-input')!;
    input.value = '';
    input.click();
  }

  #drag(event: DragEvent, on: boolean): void {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.dropping = on;
  }

  #drop(event: DragEvent): void {
    this.dropping = false;
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    void this.#addFiles(brought(event.dataTransfer));
  }

  /** Files pasted outside of the rich text, which has its own way. */
  #paste(event: ClipboardEvent): void {
    const data = event.clipboardData;
    if (!data?.types.includes('Files') || data.types.includes('text/plain') || data.types.includes('text/html')) return;
    event.preventDefault();
    void this.#addFiles(brought(data));
  }

  #minimize(): void {
    if (alone()) return;
    this.#c.minimized.value = !this.#c.minimized.value;
    this.#c.full.value = false;
    if (this.#c.minimized.value) { void this.#c.save(); document.querySelector<HTMLElement>('.grid')?.focus(); }
  }

  async #popOut(): Promise<void> {
    try { await (await import('./popout.ts')).popOut(this.#c); } catch { this.#c.problem.value = t('err-offline'); }
  }

  async #discard(): Promise<void> {
    if ((this.#c.hasEdits || this.#c.reopened) && !(await confirm({ title: t('discard-title'), text: t('discard-text'), action: t('discard'), danger: true }))) return;
    await discard(this.#c);
  }

  async #togglePlain(): Promise<void> {
    const c = this.#c;
    if (c.rich.value) {
      const body = c.readBody ? await c.readBody() : null;
      if (body && /<(?:b|i|u|s|ul|ol|img|table|h\d|strong|em)\b/i.test(body.html) && !(await confirm({ title: t('plain-title'), text: t('plain-text'), action: t('plain-do') }))) return;
      if (body) c.plain = body.text;
      c.rich.value = false;
      c.readBody = null;
    } else {
      c.start.html = textToHtml(c.plain);
      delete c.start.quote;
      delete c.start.signature;
      c.rich.value = true;
    }
    c.changed();
    await this.updateComplete;
    if (!c.rich.value) this.#focusBody();
  }

  #key(event: KeyboardEvent): void {
    if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') { event.preventDefault(); event.stopPropagation(); this.#send(); }
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 's') { event.preventDefault(); void this.#c.save(); }
    else if (event.key === 'Escape' && !event.defaultPrevented) { event.preventDefault(); event.stopPropagation(); this.#minimize(); }
  }

  override willUpdate(): void {
    if (!this.#askedSigner && smimeOn.value && signs(this.#c.mode.value)) {
      this.#askedSigner = true;
      void this.#askSigner(this.#c.identity.value.address);
    }
  }

  async #askSigner(address: string): Promise<void> {
    try {
      const p = await loadSmime('sending');
      const found = await p?.sending.signerFor(address);
      if (address !== this.#c.identity.value.address) return; // asked of another one meanwhile
      this.signer = found;
      if (!p || this.#keys || !this.isConnected) return;
      const again = (): void => { this.#askedSigner = false; this.requestUpdate(); };
      this.#keys = p.sending.onKeys(again);
      this.onLeave(() => { this.#keys?.(); this.#keys = null; this.#askedSigner = false; });
    } catch { this.#askedSigner = false; }
  }

  /** What Send would refuse is said before; the other tab says it itself, and after Send the refusal does. */
  #noSigner(): TemplateResult | typeof nothing {
    const c = this.#c;
    if (this.signer !== null || !smimeOn.value || !signs(c.mode.value) || !signerDemanded(c.rules.answer.value)) return nothing;
    if (c.tab.value !== 'message' || c.problem.value || c.planLost.value || !['editing', 'failed'].includes(c.sendState.value)) return nothing;
    return html`<div class="notice is-warning composer-notice" role="status" data-notice="no-signer">${icon('seal-question')}<div class="notice-text">${t('rule-no-signer')}</div></div>`;
  }

  /** What has come to be said stands at the end of a column that may be longer than the window. */
  #said: readonly Element[] = [];
  #showSaid(): void {
    const now = [...this.querySelectorAll('.composer-scroll > .composer-notice')];
    const fresh = now.find((n) => !this.#said.includes(n));
    this.#said = now;
    if (fresh) requestAnimationFrame(() => { if (fresh.isConnected) fresh.scrollIntoView({ block: 'nearest' }); });
  }

  /** The spell check is loaded when the first mail is written that will not be encrypted, and has to do with no other. */
  override updated(): void {
    const c = this.#c;
    this.#showSaid();
    const area = this.querySelector<HTMLTextAreaElement>('.plain-input');
    const back = this.querySelector<HTMLElement>('.plain-back');
    if (this.#plainMarks && !area) { this.#plainMarks.stop(); this.#plainMarks = null; }
    if (c.mayEncrypt.value || c.planLost.value) { this.marked = null; return; }
    void import('./spelling.ts').then((p) => {
      if (c.mayEncrypt.value || c.planLost.value || !this.isConnected) return;
      if (area && back && area.isConnected) this.#plainMarks ??= new p.PlainMarks(area, back, (id) => void this.querySelector<WxSpelling>('wx-spelling')?.ask(id));
      this.marked = c.rich.value ? this.#editor?.marked ?? null : this.#plainMarks;
    }, () => undefined); // without it one writes without marks
  }

  override firstUpdated(): void { if (this.#c.rich.value) void this.#beginField(); else this.#begin(); }

  // ---- parts ----

  #head(): TemplateResult {
    const c = this.#c;
    const words = { clean: '', dirty: '', saving: t('draft-saving'), saved: t(c.draft.value?.encrypted ? 'draft-saved-encrypted' : 'draft-saved'), failed: t('draft-not-saved'), impossible: t('draft-impossible-short') }[c.saveState.value];
    const own = alone();
    const busy = c.moving.value || c.starting || c.loading.value !== 'no' || !['editing', 'failed'].includes(c.sendState.value);
    return html`<header class="composer-head" @dblclick=${() => { if (own) return; c.full.value = !c.full.value; c.minimized.value = false; }}>
      <h2 class="composer-title truncate" id="composer-${c.submission}">${c.title}</h2><span class="composer-saved" role="status">${words}</span>
      ${own ? nothing : html`<button type="button" class="icon-button is-small composer-out" ?disabled=${busy} aria-label=${t('compose-out')} data-tip=${t('compose-out')} @click=${() => void this.#popOut()}>${icon('external-link')}</button>
      <button type="button" class="icon-button is-small composer-min" aria-label=${t(c.minimized.value ? 'compose-show' : 'compose-minimize')} data-tip=${t(c.minimized.value ? 'compose-show' : 'compose-minimize')} @click=${() => this.#minimize()}>${icon(c.minimized.value ? 'chevron-up' : 'minus')}</button>
      <button type="button" class="icon-button is-small composer-max" aria-label=${t('compose-full')} data-tip=${t('compose-full')} aria-pressed=${c.full.value} @click=${() => { c.full.value = !c.full.value; c.minimized.value = false; }}>${icon('maximize-2')}</button>`}
      <button type="button" class="icon-button is-small" aria-label=${t('compose-close')} data-tip=${t('compose-close')} @click=${() => void close(c)}>${icon('x')}</button></header>`;
  }

  #tabs(): TemplateResult | typeof nothing {
    if (!smimeOn.value) return nothing;
    const c = this.#c;
    const tab = (name: 'message' | 'security', glyph: string, text: string): TemplateResult => html`<button type="button" class="tab" role="tab" aria-selected=${c.tab.value === name} aria-controls="${name}-${c.submission}" tabindex=${c.tab.value === name ? 0 : -1}
      @click=${() => { c.tab.value = name; }} @keydown=${(e: KeyboardEvent) => { if (e.key !== 'ArrowRight' && e.key !== 'ArrowLeft') return; e.preventDefault(); c.tab.value = name === 'message' ? 'security' : 'message'; void this.updateComplete.then(() => this.querySelector<HTMLElement>('.tab[aria-selected="true"]')?.focus()); }}>${icon(glyph)}<span>${text}</span></button>`;
    return html`<div class="tabs composer-tabs" role="tablist" aria-label=${t('compose-tabs')}>${tab('message', 'mail', t('message'))}${tab('security', encrypts(c.mode.value) ? 'lock' : signs(c.mode.value) ? 'seal-plain' : 'shield', t('security'))}
      <span class="tabs-note">${summary(c)}</span></div>`;
  }

  #cannot(): TemplateResult | typeof nothing {
    const c = this.#c;
    if (c.cleared.value && !encrypts(c.mode.value)) return html`<div class="notice is-warning composer-notice" role="status" data-notice="cleared">${icon('lock-keyhole-open')}<div class="notice-text">${t('cannot-clear-look')}</div></div>`;
    return this.#stands ? html`<wx-cannot .composer=${c}></wx-cannot>` : nothing;
  }
  /** Who cannot be encrypted to is said, and the rule with it. */
  get #stands(): boolean {
    const c = this.#c;
    return c.cannot.value && c.loading.value === 'no' && smimeOn.value && encrypts(c.mode.value) && c.sendState.value !== 'sending';
  }

  /** The plan changed under the writer: said at once, and gone on only by a decision of theirs. */
  async #release(): Promise<void> {
    const c = this.#c;
    const secret = c.mayEncrypt.value;
    const yes = await confirm({ title: t('plan-lost-confirm'), text: t(c.start.toEncrypted ? 'cannot-plain-reply-text' : secret ? 'cannot-plain-text' : 'plan-lost-unsigned'), action: t('plan-lost-do'), danger: true });
    if (yes) { c.release(); announce(summary(c)); }
  }

  #planLost(): TemplateResult {
    const c = this.#c;
    return html`<div class="notice is-warning composer-notice" role="alert" data-notice="plan-lost">${icon('shield-alert')}<div class="notice-text"><strong>${t('plan-lost-title')}</strong>
      <p>${t('plan-lost-text', { mode: t(`mode-${(c.mode.value === 'none' ? 'encrypt' : c.mode.value).replace('_', '-')}`) })}</p>
      <div class="notice-actions"><button type="button" class="button button-small" @click=${() => void this.#release()}>${t('plan-lost-do')}</button></div></div></div>`;
  }

  #result(): TemplateResult | typeof nothing {
    const c = this.#c;
    if (c.planLost.value) return this.#planLost();
    const o = c.outcome.value;
    if (c.sendState.value === 'partly' && o) {
      const bad = o.envelopes.flatMap((e) => e.recipients).filter((r) => r.status !== 'sent' && r.status !== 'ok' && r.status !== 'accepted');
      return html`<div class="notice is-warning composer-notice" role="alert">${icon('triangle-alert')}<div class="notice-text"><strong>${t('sent-partly')}</strong>
        <ul>${bad.map((r) => html`<li><bdi>${r.address}</bdi>${r.reply ? html` – <span class="muted">${r.reply}</span>` : nothing}</li>`)}</ul><p>${t('sent-partly-text')}</p>
        <div class="notice-actions"><button type="button" class="button button-small" @click=${() => { c.stop(); composers.value = composers.value.filter((x) => x !== c); }}>${t('close')}</button></div></div></div>`;
    }
    if (c.sendState.value === 'unknown') {
      return html`<div class="notice is-warning composer-notice" role="alert">${icon('circle-question-mark')}<div class="notice-text"><strong>${t(o?.status === 'sent' || o?.status === 'partly' ? 'sent-before' : 'sent-unknown')}</strong><p>${t(o?.status === 'sent' || o?.status === 'partly' ? 'sent-before-text' : 'sent-unknown-text')}</p>
        <div class="notice-actions"><button type="button" class="button button-small" @click=${() => void askAgain(c)}>${t('sent-ask')}</button><button type="button" class="button button-small" @click=${() => void anew(c)}>${t('sent-anew')}</button></div></div></div>`;
    }
    if (c.problem.value) return html`<div class="notice is-bad composer-notice" role="alert">${icon('circle-alert')}<div class="notice-text">${c.problem.value.split('\n').map((line) => html`<p>${line}</p>`)}</div></div>`;
    if (c.saveState.value === 'impossible') return html`<div class="notice is-info composer-notice" role="status">${icon('info')}<div class="notice-text">${t('draft-impossible')}</div></div>`;
    if (c.start.answersRequest) return html`<div class="notice is-info composer-notice" role="status" data-notice="request">${icon(signs(c.mode.value) ? 'seal-plain' : 'info')}<div class="notice-text">${t(signs(c.mode.value) ? 'request-answer' : 'request-answer-unsigned')}</div></div>`;
    return nothing;
  }

  #foot(): TemplateResult {
    const c = this.#c;
    const sending = c.sendState.value === 'sending';
    const done = c.sendState.value === 'unknown' || c.sendState.value === 'partly';
    const glyph = encrypts(c.mode.value) ? 'lock' : signs(c.mode.value) ? 'seal-plain' : 'send';
    const locks = smimeOn.value && c.tab.value === 'message' && !this.#stands ? lockWords(c.rules.answer.value) : []; // the other tab says it itself, and so does the notice
    return html`${locks.length ? html`<p class="composer-rule" id="rule-${c.submission}" role="status">${icon('lock')}<span>${locks.join(' ')}</span></p>` : nothing}<footer class="composer-foot">
      <button type="button" class="button button-primary send-button" data-tip=${t('send-tip')} aria-describedby=${ifDefined(locks.length ? `rule-${c.submission}` : undefined)} data-keys=${shownKeys('$mod+Enter', isMac())[0]!.join('+')} ?disabled=${sending || done || c.planLost.value || c.loading.value !== 'no'} @click=${() => this.#send()}>${icon(sending ? 'loader-circle' : glyph, undefined, sending ? 'spin' : '')}<span>${t(sending ? 'sending' : sendLabel(c.mode.value))}</span></button>
      <button type="button" class="icon-button attach-button" aria-label=${t('attach')} data-tip=${t('attach')} @click=${() => this.#pick()}>${icon('paperclip')}</button>
      <button type="button" class="icon-button" aria-label=${t(c.rich.value ? 'plain-to' : 'rich-to')} data-tip=${t(c.rich.value ? 'plain-to' : 'rich-to')} ?disabled=${c.loading.value !== 'no'} @click=${() => void this.#togglePlain()}>${icon(c.rich.value ? 'remove-formatting' : 'pen-line')}</button>
      <button type="button" class="icon-button template-button" aria-label=${t('templates')} data-tip=${t('templates')} @click=${() => void this.#templates()}>${icon('file-text')}</button>
      <wx-menu class="wish-menu" .label=${t('wishes-more')} .items=${() => wishItems(c)}></wx-menu>
      ${this.marked && !c.mayEncrypt.value ? html`<wx-spelling .composer=${c} .view=${this.marked}></wx-spelling>` : nothing}
      ${c.mayEncrypt.value ? html`<span class="spell-off" role="note" tabindex="0" data-tip=${t('spell-off-why')} aria-label=${t('spell-off-why')}>${icon('spell-check')}<span>${t('spell-off')}</span></span>` : nothing}
      <span class="composer-gap"></span>
      <button type="button" class="icon-button" aria-label=${t('discard')} data-tip=${t('discard')} @click=${() => void this.#discard()}>${icon('trash')}</button>
      <input class="file-input" type="file" multiple hidden @change=${(e: Event) => void this.#addFiles({ files: Array.from((e.target as HTMLInputElement).files ?? []), folders: [] })}></footer>`;
  }

  /** What servers will see of the subject, where the rest is hidden from them. */
  #seen(): TemplateResult | typeof nothing {
    const c = this.#c;
    if (!smimeOn.value || !encrypts(c.mode.value)) return nothing;
    const hidden = c.hideSubject.value;
    return html`<div class="subject-seen" data-hidden=${hidden ? 'yes' : 'no'}>${icon(hidden ? 'lock' : 'info')}<span id="seen-${c.submission}">${t(hidden ? 'subject-hidden' : 'subject-seen')}</span>
      <button type="button" class="link" @click=${() => { c.setHideSubject(!hidden); announce(t(hidden ? 'subject-seen' : 'subject-hidden')); }}>${t(hidden ? 'subject-show' : 'subject-hide')}</button></div>`;
  }

  /** Only who has several identities chooses one. */
  #from(): TemplateResult | typeof nothing {
    const c = this.#c;
    const list = settings.value.identities;
    if (list.length < 2) return nothing;
    const at = list.findIndex((i) => i.address === c.identity.value.address && i.name === c.identity.value.name);
    const pick = (e: Event): void => {
      const next = list[Number((e.target as HTMLSelectElement).value)];
      if (!next) return;
      if (!c.setIdentity(next)) toast(t('signature-kept'));
      this.signer = undefined;
      this.#askedSigner = false;
      this.requestUpdate();
    };
    return html`<div class="composer-from"><label for="from-${c.submission}">${t('header-from')}</label><span class="select-wrap"><select class="select" id="from-${c.submission}" @change=${pick}>
      ${list.map((i, n) => html`<option value=${n} ?selected=${n === Math.max(0, at)}>${i.name ? `${i.name} <${i.address}>` : i.address}</option>`)}</select>${icon('chevron-down')}</span></div>`;
  }

  #message(): TemplateResult {
    const c = this.#c;
    const secret = c.mayEncrypt.value;
    const off = secret ? 'off' : undefined;
    return html`<div class="composer-message" id="message-${c.submission}" role=${ifDefined(smimeOn.value ? 'tabpanel' : undefined)} aria-label=${ifDefined(smimeOn.value ? t('message') : undefined)} ?hidden=${c.tab.value !== 'message' && smimeOn.value}>
      ${this.#from()}
      <wx-recipients .composer=${c}></wx-recipients>
      <div class="subject-row"><label class="visually-hidden" for="subject-${c.submission}">${t('subject')}</label>
        <input class="subject-input" id="subject-${c.submission}" placeholder=${t('subject')} maxlength="900" autocomplete="off" dir="auto" .value=${c.subject.value}
          spellcheck=${secret ? 'false' : 'true'} writingsuggestions=${secret ? 'false' : 'true'} autocorrect=${ifDefined(off)} autocapitalize=${secret ? 'off' : 'sentences'} translate=${secret ? 'no' : 'yes'}
          data-gramm=${ifDefined(secret ? 'false' : undefined)} data-gramm_editor=${ifDefined(secret ? 'false' : undefined)} data-enable-grammarly=${ifDefined(secret ? 'false' : undefined)} data-lt-active=${ifDefined(secret ? 'false' : undefined)}
          @input=${(e: InputEvent) => { c.subject.value = (e.target as HTMLInputElement).value; c.changed(); }} @keydown=${(e: KeyboardEvent) => { if ((e.key === 'Enter' || (e.key === 'Tab' && !e.shiftKey)) && !e.ctrlKey && !e.metaKey && !e.altKey) { e.preventDefault(); this.#focusBody(); } }} aria-describedby=${ifDefined(smimeOn.value && encrypts(c.mode.value) ? `seen-${c.submission}` : undefined)}>
        ${this.#seen()}</div>
      ${wishLine(c, () => this.querySelector<HTMLElement>('.wish-menu [data-trigger]')?.focus())}
      ${c.rich.value ? html`<wx-editor .composer=${c} .guarded=${secret}></wx-editor>` : html`<div class="plain-wrap"><div class="plain-back" aria-hidden="true"></div><textarea class="plain-input" aria-label=${t('editor-label')} placeholder=${t('editor-placeholder')} dir="auto" .value=${c.plain}
          spellcheck=${secret || this.marked ? 'false' : 'true'} writingsuggestions=${secret ? 'false' : 'true'} autocorrect=${ifDefined(off)} autocapitalize=${secret ? 'off' : 'sentences'} translate=${secret ? 'no' : 'yes'}
          data-gramm=${ifDefined(secret ? 'false' : undefined)} data-gramm_editor=${ifDefined(secret ? 'false' : undefined)} data-enable-grammarly=${ifDefined(secret ? 'false' : undefined)} data-lt-active=${ifDefined(secret ? 'false' : undefined)}
          @input=${(e: InputEvent) => { c.plain = (e.target as HTMLTextAreaElement).value; c.typed(); }}></textarea></div>`}
    </div>`;
  }

  override render(): TemplateResult {
    const c = this.#c;
    void commandVersion.value;
    return html`<section class="composer ${c.minimized.value ? 'is-small' : ''} ${c.full.value ? 'is-full' : ''} ${alone() ? 'is-alone' : ''} ${this.dropping ? 'is-dropping' : ''}" ?hidden=${c.held.value} role="dialog" tabindex="-1" aria-modal="false" aria-labelledby="composer-${c.submission}" aria-busy=${c.sendState.value === 'sending' || c.moving.value}
        @keydown=${this.#key} @dragover=${(e: DragEvent) => this.#drag(e, true)} @dragleave=${(e: DragEvent) => { if (!this.contains(e.relatedTarget as Node | null)) this.dropping = false; }} @drop=${this.#drop} @paste=${this.#paste}>
      ${this.#head()}
      ${c.minimized.value ? nothing : uploadBar(c, () => this.#uploadAgain())}${this.#loading()}
      <div class="composer-body" ?hidden=${c.minimized.value} ?inert=${c.sendState.value === 'sending' || c.moving.value}>
        ${this.#tabs()}
        <div class="composer-scroll">
        ${c.tab.value === 'security' && smimeOn.value ? securityTab(c, this.signer, `security-${c.submission}`) : nothing}
        ${this.#message()}${fileList(c, { remove: (f) => this.#removeFile(f), bring: () => void this.#bring() })}${refusedNotice(c)}${rulesUnknown(c)}${this.#noSigner()}${this.#result()}${this.#cannot()}
        </div>${this.#foot()}
      </div>
      ${this.templating ? html`<wx-templates .composer=${c} .insert=${(x: Template) => this.#useTemplate(x)} .read=${() => this.#ownPart()} .done=${() => { this.templating = false; }}></wx-templates>` : nothing}
      ${this.dropping ? html`<div class="drop-hint">${icon('paperclip')}${t('editor-drop')}</div>` : nothing}
    </section>`;
  }
}
/** In a window of its own it can neither be put aside nor be made larger. */
const alone = (): boolean => route.value.page === 'compose';
define('wx-composer', WxComposer);

function dataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const r = new FileReader();
    r.onload = () => resolve(String(r.result));
    r.onerror = () => reject(r.error ?? new Error('read'));
    r.readAsDataURL(blob);
  });
}

export class WxComposers extends WxElement {
  #uncover: (() => void) | null = null;

  /** On a phone the composer is the whole page: Back puts it aside before it leads anywhere. */
  override connectedCallback(): void {
    super.connectedCallback();
    const phone = matchMedia('(max-width: 40rem)');
    const follow = (): void => {
      const over = phone.matches && writing.value && !alone();
      if (over === (this.#uncover !== null)) return;
      if (over) this.#uncover = coverPage(() => this.#aside());
      else this.#free();
    };
    this.onLeave(effect(follow));
    this.listen(phone, 'change', follow);
    this.onLeave(() => this.#free());
  }

  #free(): void {
    this.#uncover?.();
    this.#uncover = null;
  }

  #aside(): void {
    this.#uncover = null;
    confirming.value?.resolve(false);
    minimizeAll();
    document.querySelector<HTMLElement>('.grid, .reader-scroll')?.focus();
  }

  override render(): TemplateResult {
    return html`<div class="composers">${repeat(composers.value, (c) => c.key, (c) => html`<wx-composer .composer=${c}></wx-composer>`)}</div>`;
  }
}
define('wx-composers', WxComposers);
