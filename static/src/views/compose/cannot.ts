// "Cannot encrypt to": who, why, and every way on. Nothing goes in clear without being chosen here and confirmed.
import type { Address, RecipientStatus } from '../../api/types.ts';
import { foldAddress, isAddress } from '../../core/address.ts';
import { WxElement, define } from '../../core/element.ts';
import { dayDate } from '../../core/format.ts';
import { shownAddress } from '../../core/idn.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { unquoted } from '../../core/reply.ts';
import { blockers } from '../../core/security-mode.ts';
import type { Composer } from '../../store/compose.ts';
import { close } from '../../store/composers.ts';
import { lockWords } from '../../store/demands.ts';
import { lookupTrouble } from '../../store/lookup.ts';
import { session } from '../../store/session.ts';
import { announce } from '../../store/ui.ts';
import { waiting } from '../../store/waiting-marks.ts';
import { dialog } from '../parts/dialog.ts';
import { MOST_ASKED, NoteRules, ask, noteText } from './asking.ts';
import { pickMode } from './security-tab.ts';
import { send } from './send.ts';
import { isForward, sendSplit } from './split.ts';

interface Blocker { address: string; status: RecipientStatus | 'unknown'; expires: string | null }

const NAMED = 3;
const named = (list: readonly Address[]): string => list.slice(0, NAMED).map((a) => shownAddress(a.address)).join(', ') + (list.length > NAMED ? ' …' : '');

export class WxCannot extends WxElement {
  static override properties = { composer: { attribute: false }, asking: { state: true }, busy: { state: true }, looked: { state: true }, cut: { state: true } };
  declare composer: Composer;
  declare asking: 'ask' | 'split' | 'clear' | null;
  declare busy: 'find' | 'ask' | null;
  /** Certificates were looked for, and these are still missing. */
  declare looked: boolean;
  /** What is quoted of an encrypted mail stays out of what goes in clear. */
  declare cut: boolean;
  /** What the rules say of a note to whom they demand encryption to. */
  #note: NoteRules | null = null;

  constructor() { super(); this.asking = null; this.busy = null; this.looked = false; this.cut = true; }

  override firstUpdated(): void { this.#show(); }
  #show(): void { requestAnimationFrame(() => this.querySelector('.composer-notice')?.scrollIntoView({ block: 'nearest' })); }

  get #c(): Composer { return this.composer; }
  /** Encryption to one of these is demanded: not even a copy goes to them in clear, and a note only where the rules let it. */
  #theirs(bad: readonly Blocker[]): boolean {
    return this.#c.rules.answer.value?.recipients.some((r) => r.encrypt.level === 'require' && bad.some((b) => b.address.toLowerCase() === r.address)) === true;
  }
  /** Who can be asked for a certificate. */
  #asks(bad: readonly Blocker[]): Address[] {
    const people = this.#people(bad);
    return this.#theirs(bad) ? this.#note?.lets(people) ?? [] : people;
  }

  /** The rules are asked about the note once for the people, and again when they have another answer. */
  override updated(): void {
    const bad = this.#bad;
    if (!bad.length || !this.#theirs(bad) || !bad.every((b) => isAddress(b.address))) { this.#note?.stop(); return; }
    this.#note ??= new NoteRules(this.#c, () => this.#told());
    this.#note.about(this.#people(bad), JSON.stringify([this.#c.rules.answer.value?.locked, this.#c.identity.value.address]));
  }
  #told(): void {
    if (!this.isConnected) return;
    this.requestUpdate();
    void this.updateComplete.then(() => this.#show());
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#note?.stop();
  }
  get #bad(): Blocker[] { return blockers(this.#c.everyone.map((a) => foldAddress(a.address)), this.#c.info.value); }
  get #waits(): ReadonlyMap<string, string> {
    const w = waiting.value.find((x) => x.submission === this.#c.submission);
    return new Map((w?.addresses ?? []).map((a) => [foldAddress(a.address), a.asked]));
  }

  #people(bad: readonly Blocker[]): Address[] {
    const seen = new Set<string>();
    return this.#c.everyone.filter((a) => { const f = foldAddress(a.address); return bad.some((b) => b.address === f) && !seen.has(f) && seen.add(f); });
  }

  // ---- what can be done ----

  /** By the button, which goes with the answer. */
  async #askRules(): Promise<void> {
    const note = this.#note;
    await note?.again();
    await this.updateComplete;
    if (note?.why) announce(note.why);
    else if (!document.activeElement || document.activeElement === document.body) this.querySelector<HTMLElement>('.cannot-ask, .cannot-aside')?.focus();
  }

  async #find(): Promise<void> {
    this.busy = 'find';
    await this.#c.lookUp(true);
    this.busy = null;
    this.looked = true;
    const n = this.#bad.length;
    if (this.#c.lookupWhy.value) this.looked = false; // nobody was asked
    announce(n && this.#c.lookupWhy.value ? this.#c.lookupWhy.value : n ? t('cannot-found-none', { n }) : t('cannot-none-left'));
  }

  async #ask(people: Address[]): Promise<void> {
    this.asking = null;
    this.busy = 'ask';
    try {
      if (await ask(this.#c, people)) announce(t('ask-done', { n: people.length }));
    } finally { this.busy = null; }
  }

  #remove(bad: readonly Blocker[]): void {
    const c = this.#c;
    const without = (list: Address[]): Address[] => list.filter((a) => !bad.some((b) => b.address === foldAddress(a.address)));
    c.auto.value = false; // other recipients, the same protection
    c.setRecipients({ to: without(c.to.value), cc: without(c.cc.value), bcc: without(c.bcc.value) });
    announce(t('cannot-removed', { n: bad.length }));
    this.closest('wx-composer')?.querySelector<HTMLElement>('.send-button')?.focus();
  }

  async #split(bad: readonly Blocker[]): Promise<void> {
    this.asking = null;
    await sendSplit(this.#c, new Set(bad.map((b) => b.address)), this.#quotes && this.cut);
  }

  /** An answer to an encrypted mail is looked at once more, without the quotation, before it goes; anything else goes now. */
  async #clear(): Promise<void> {
    const c = this.#c;
    this.asking = null;
    if (this.#quotes && this.cut) {
      if (c.rich.value) c.cutQuote?.();
      else c.plain = unquoted(c.plain, c.start.intro ?? '', isForward(c));
    }
    pickMode(c, c.mode.value === 'sign_encrypt' ? 'sign' : 'none');
    if (!c.start.toEncrypted) { await send(c); return; }
    const window = this.closest('wx-composer'); // this element goes with the mode
    c.cleared.value = true;
    window?.querySelector<HTMLElement>('.send-button')?.focus();
  }

  /** Text of somebody else's secret is in it. */
  get #quotes(): boolean { return this.#c.start.toEncrypted === true; }

  // ---- what is asked before ----

  #cutChoice(): TemplateResult | typeof nothing {
    return this.#quotes ? html`<label class="check-line"><input type="checkbox" class="check cut-quote" .checked=${this.cut} @change=${(e: Event) => { this.cut = (e.target as HTMLInputElement).checked; }}><span>${t('cannot-cut')}</span></label>` : nothing;
  }

  #dialog(bad: readonly Blocker[]): TemplateResult | typeof nothing {
    if (!this.asking) return nothing;
    const people = this.#people(bad);
    const names = (list: readonly Address[]): TemplateResult => html`<ul class="cannot-names">${list.map((a) => html`<li><bdi>${shownAddress(a.address)}</bdi></li>`)}</ul>`;
    const close = (): void => { this.asking = null; };
    const stay = html`<button type="button" class="button" autofocus @click=${close}>${t('cancel')}</button>`;
    if (this.asking === 'ask') {
      const asked = this.#asks(bad);
      return dialog({
        title: t('ask-title'), className: 'cannot-dialog', close, submit: () => void this.#ask(asked), reads: true,
        body: html`<p>${t('ask-to', { n: asked.length })}</p>${names(asked)}<blockquote class="ask-note" dir="auto">${noteText(this.#c)}</blockquote><p class="muted">${t('ask-waits')}</p>`,
        foot: html`<button type="button" class="button" @click=${close}>${t('cancel')}</button><button type="submit" class="button button-primary">${t('ask-do', { n: asked.length })}</button>`,
      });
    }
    if (this.asking === 'split') {
      return dialog({
        title: t('split-title'), className: 'cannot-dialog', close, submit: () => void this.#split(bad), reads: true,
        body: html`<p>${t('split-secret')}</p>${names(this.#c.everyone.filter((a) => !bad.some((b) => b.address === foldAddress(a.address))))}
          <p><strong>${t('split-clear')}</strong></p>${names(people)}<p class="muted">${t('split-apart')}</p>${this.#cutChoice()}`,
        foot: html`${stay}<button type="submit" class="button button-danger">${t('split-do')}</button>`,
      });
    }
    return dialog({
      title: t('cannot-plain-title'), className: 'cannot-dialog', close, submit: () => void this.#clear(),
      body: html`<p>${t(this.#quotes ? 'cannot-plain-reply-text' : 'cannot-plain-text')}</p>${this.#cutChoice()}`,
      foot: html`${stay}<button type="submit" class="button button-danger">${t(this.#quotes ? 'cannot-plain-do' : 'cannot-plain-send')}</button>`,
    });
  }

  // ---- what is shown ----

  #row(b: Blocker, asked: string | undefined): TemplateResult {
    return html`<li><bdi>${shownAddress(b.address)}</bdi> – ${t(`recipient-why-${b.status.replaceAll('_', '-')}`, { date: dayDate(b.expires) })}${asked ? html` · <span class="muted">${t('ask-since', { date: dayDate(asked) })}</span>` : nothing}</li>`;
  }

  #choices(bad: readonly Blocker[], asked: boolean): TemplateResult {
    const c = this.#c;
    const real = bad.every((b) => isAddress(b.address));
    const left = new Set(c.everyone.map((a) => foldAddress(a.address))).size - bad.length;
    const busy = this.busy !== null;
    const d = c.rules.answer.value;
    const rule = d?.locked.encrypt != null;
    const theirs = this.#theirs(bad);
    const asks = this.#asks(bad);
    // A rule keeps a note from somebody, or nobody could say whether it does: the ways around the mail are said, and it may wait.
    const people = this.#people(bad);
    const refused = theirs ? this.#note?.refuses(people) ?? [] : [];
    const why = theirs ? this.#note?.why ?? '' : '';
    const waits = asked || refused.length > 0 || why !== '';
    const clear = session.value?.clear_fallback !== false && !rule;
    const words = clear ? nothing : rule ? lockWords(c.rules.answer.value).map((w) => html`<p class="cannot-rule">${w}</p>`) : html`<p class="muted">${t('cannot-clear-forbidden')}</p>`;
    return html`${words}${refused.length ? html`<p class="cannot-unasked">${t('cannot-ask-rule', { who: named(refused) })}</p>` : nothing}
      ${why ? html`<p class="cannot-unknown">${t('cannot-ask-unknown', { who: named(people), why })}</p>` : nothing}<div class="notice-actions">
      <button type="button" class="button button-small cannot-find" ?disabled=${busy} @click=${() => void this.#find()}>${icon(this.busy === 'find' ? 'loader-circle' : 'search', undefined, this.busy === 'find' ? 'spin' : '')}${t('cannot-find')}</button>
      ${real && asks.length > 0 && asks.length <= MOST_ASKED ? html`<button type="button" class="button button-small cannot-ask" ?disabled=${busy} @click=${() => { this.asking = 'ask'; }}>${icon(this.busy === 'ask' ? 'loader-circle' : 'mail', undefined, this.busy === 'ask' ? 'spin' : '')}${t(asked ? 'cannot-ask-again' : 'cannot-ask', { n: asks.length })}</button>` : nothing}
      ${why ? html`<button type="button" class="button button-small cannot-ask-rules" ?disabled=${busy || this.#note?.asking} @click=${() => void this.#askRules()}>${icon(this.#note?.asking ? 'loader-circle' : 'refresh-cw', undefined, this.#note?.asking ? 'spin' : '')}${t('cannot-ask-rules')}</button>` : nothing}
      ${left > 0 ? html`<button type="button" class="button button-small cannot-remove" ?disabled=${busy} @click=${() => this.#remove(bad)}>${t('cannot-remove', { n: bad.length })}</button>` : nothing}
      ${session.value?.clear_fallback !== false && !theirs && left > 0 && real ? html`<button type="button" class="button button-small cannot-split" ?disabled=${busy} @click=${() => { this.cut = true; this.asking = 'split'; }}>${t('cannot-split', { n: bad.length })}</button>` : nothing}
      ${clear ? html`<button type="button" class="button button-small button-quiet cannot-clear" ?disabled=${busy} @click=${() => { this.cut = true; this.asking = 'clear'; }}>${t('cannot-plain')}</button>` : nothing}
      ${waits ? html`<button type="button" class="button button-small button-quiet cannot-aside" ?disabled=${busy} @click=${() => void close(c)}>${t('ask-aside')}</button>` : nothing}
    </div>`;
  }

  override render(): TemplateResult | typeof nothing {
    const c = this.#c;
    const bad = this.#bad;
    if (!bad.length) {
      return html`<div class="notice is-good composer-notice" role="status" data-notice="can-encrypt">${icon('lock')}<div class="notice-text"><strong>${t('cannot-none-left')}</strong>
        <div class="notice-actions"><button type="button" class="button button-small button-primary" @click=${() => void send(c)}>${t('waiting-send')}</button></div></div></div>`;
    }
    const waits = this.#waits;
    const asked = bad.every((b) => waits.has(b.address));
    const text = asked ? 'ask-waiting' : bad.every((b) => b.status === 'untrusted') ? 'cannot-encrypt-untrusted' : this.looked ? 'cannot-found-none' : 'cannot-encrypt-text';
    const down = lookupTrouble(c.lookup.value, c.lookupWhy.value);
    return html`<div class="notice is-warning composer-notice" role="alert" data-notice="cannot-encrypt">${icon('lock-keyhole-open')}<div class="notice-text"><strong>${t('cannot-encrypt')}</strong>
      <ul class="cannot-list">${bad.map((b) => this.#row(b, waits.get(b.address)))}</ul><p>${t(text, { n: bad.length })}</p>${down ? html`<p class="cannot-lookup">${down}</p>` : nothing}${this.#choices(bad, asked)}</div></div>
      <div class="cannot-dialogs" @keydown=${(e: Event) => e.stopPropagation()}>${this.#dialog(bad)}</div>`;
  }
}
define('wx-cannot', WxCannot);
