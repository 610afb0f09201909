// Recipients of one field as chips with one input: an ARIA combobox over the address book. Comma, semicolon, Enter, Tab,
// leaving and paste make chips; Backspace at the beginning selects the last one; arrows walk, Shift selects, Enter edits in
// place, Alt with arrows (and drag) moves to another field, copy and cut take the chosen ones along. Nothing that was typed
// is dropped: what is no address stays as a marked chip that says why.
import { complete, forgetMet } from '../../api/complete.ts';
import type { Found } from '../../api/complete.ts';
import type { Address, RecipientInfo } from '../../api/types.ts';
import { isAddress } from '../../core/address.ts';
import { asciiAddress, shownAddress } from '../../core/idn.ts';
import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, ifDefined, live, nothing, repeat } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { addressFault, endsRecipient, parseRecipients, personKey, recipientText } from '../../core/recipients.ts';
import { Completion, stillFits } from '../../store/completion.ts';
import { byRole } from '../../store/folders.ts';
import { loadedRows, source } from '../../store/list.ts';
import { announce } from '../../store/ui.ts';
import type { MenuItem } from '../parts/menu.ts';
import type { WxChipMenu } from './chip-menu.ts';
import { recipientState } from './security-tab.ts';
import './chip-menu.ts';

export const DRAGGED = 'application/x-waxseal-recipients';
/** A field that nobody is in shows this many, and always those that need a look. */
const FOLD_ABOVE = 9;
const FOLD_TO = 7;
const PASTE_MAX = 400_000;

/** Those of the messages at hand, except of what was sorted out as junk. */
function peopleShown(text: string): Found[] {
  if (source.value?.folder && source.value.folder === byRole('junk')?.id) return [];
  const out = new Map<string, Found>();
  for (const r of loadedRows()) for (const a of [...r.from, ...r.to]) if (isAddress(a.address) && !out.has(personKey(a)) && stillFits(a, text)) out.set(personKey(a), { ...a, source: 'shown', id: null, ready: null });
  return [...out.values()];
}

/** As it was typed, with its letters (core/idn.ts). */
const typedText = (a: Address): string => recipientText({ name: a.name, address: shownAddress(a.address) });

/** Why nothing can be sent to it, as a sentence. */
export function faultWords(a: Address): string {
  const f = addressFault(a.address);
  return f ? t(`address-fault-${f.fault}`, { sign: f.sign }) : '';
}

let serial = 0;

export class WxChips extends WxElement {
  static override properties = {
    label: {}, value: { attribute: false }, infoOf: { attribute: false }, strict: { type: Boolean }, smime: { type: Boolean }, own: { attribute: false }, moves: { attribute: false }, single: { type: Boolean },
    typed: { state: true }, found: { state: true }, at: { state: true }, chip: { state: true }, picked: { state: true }, editing: { state: true }, inside: { state: true }, over: { state: true },
  };
  declare label: string;
  declare value: readonly Address[];
  declare infoOf: (a: Address) => RecipientInfo | undefined;
  /** The message will be encrypted: a missing certificate is a warning, not a remark. */
  declare strict: boolean;
  declare smime: boolean;
  /** The person's own addresses, in lower case. */
  declare own: readonly string[];
  /** Other fields: key of the label, and the way there by Alt and an arrow. */
  declare moves: readonly { to: string; label: string; key: 'ArrowUp' | 'ArrowDown' | '' }[];
  /** Takes one address only. */
  declare single: boolean;
  declare typed: string;
  declare found: readonly Found[];
  declare at: number;
  declare chip: number;
  declare picked: ReadonlySet<number>;
  declare editing: { at: number; text: string } | null;
  declare inside: boolean;
  declare over: boolean;
  /** Who came a second time with the last change, and stands here once. */
  twice: readonly Address[] = [];
  #id = `chips-${++serial}`;
  #anchor = -1;
  #closed = true;
  #completion = new Completion(complete, (found, settled) => this.#offer(found, settled), peopleShown);

  constructor() {
    super();
    this.label = ''; this.value = []; this.infoOf = () => undefined; this.strict = false; this.smime = false; this.own = []; this.moves = []; this.single = false;
    this.typed = ''; this.found = []; this.at = -1; this.chip = -1; this.picked = new Set(); this.editing = null; this.inside = false; this.over = false;
  }

  /** To this chip, by somebody who found a fault in it. */
  goTo(at: number): void { this.#focusChip(at); }

  get input(): HTMLInputElement { return this.querySelector<HTMLInputElement>('.chips-input')!; }

  override connectedCallback(): void {
    super.connectedCallback();
    // The button that unfolds is gone when it unfolds: only its click does.
    this.listen(this, 'focusin', (e: FocusEvent) => { if (!(e.target as Element).matches('.chips-more')) this.inside = true; });
    this.listen(this, 'focusout', () => this.#left());
    this.listen(this, 'copy', (e: ClipboardEvent) => this.#copy(e, false));
    this.listen(this, 'cut', (e: ClipboardEvent) => this.#copy(e, true));
    this.listen(this, 'paste', (e: ClipboardEvent) => this.#paste(e));
    this.onLeave(() => this.#completion.stop());
  }

  /** After the browser has moved on: another window leaves the focus where it is, and nothing is committed by that. */
  #left(): void {
    setTimeout(() => {
      if (!this.isConnected || this.contains(document.activeElement)) return;
      this.#close();
      this.inside = false;
      this.picked = new Set();
      this.chip = -1;
      this.#completion.stop();
      this.#endEdit(true, false);
      this.commit();
    });
  }

  // ---- the list ----

  #add(list: readonly Address[], at?: number): void {
    if (!list.length) return;
    const where = at ?? this.value.length;
    const there = new Set(this.value.map(personKey));
    const fresh = new Map(list.filter((a) => !there.has(personKey(a))).map((a) => [personKey(a), a]));
    this.#put([...this.value.slice(0, where), ...list, ...this.value.slice(where)]);
    const bad = [...fresh.values()].filter((a) => !isAddress(a.address)).length;
    const said = fresh.size ? `${t('chips-added', { n: fresh.size })}${bad ? ` ${t('chips-added-bad', { n: bad })}` : ''}` : '';
    if (said && !this.twice.length) announce(said);
  }

  #put(list: readonly Address[]): void {
    const seen = new Set<string>();
    const twice = new Map<string, Address>();
    const one = list.filter((a) => { const k = personKey(a); return seen.has(k) ? (twice.set(k, a), false) : (seen.add(k), true); });
    this.twice = [...twice.values()];
    // Shown at once, so that the focus has somewhere to go; the composer answers with what it took.
    this.value = this.single ? one.slice(-1) : one;
    this.picked = new Set();
    this.dispatchEvent(new CustomEvent('wx-chips', { detail: this.value }));
  }

  #close(): void { this.found = []; this.at = -1; this.#closed = true; }

  /** Turns what is typed into chips. */
  commit(): void {
    const list = parseRecipients(this.typed);
    this.typed = '';
    this.#close();
    this.#add(list);
  }

  #choose(f: Found): void {
    this.typed = '';
    this.#close();
    if (f.address === null) this.dispatchEvent(new CustomEvent('wx-group', { detail: f }));
    else this.#add([{ name: f.name, address: f.address }]);
    this.input.focus();
  }

  #chosen(i: number): number[] { return this.picked.size && (i < 0 || this.picked.has(i)) ? [...this.picked].sort((a, b) => a - b) : i < 0 ? [] : [i]; }

  #remove(which: readonly number[], next: number): void {
    const gone = which.map((i) => this.value[i]!).filter(Boolean);
    if (!gone.length) return;
    this.#put(this.value.filter((_, n) => !which.includes(n)));
    announce(gone.length === 1 ? t('chips-removed', { name: gone[0]!.name || shownAddress(gone[0]!.address) }) : t('chips-removed-n', { n: gone.length }));
    this.#anchor = -1;
    void this.updateComplete.then(() => this.#focusChip(next < 0 ? this.value.length : next));
  }

  // ---- editing in place ----

  #edit(i: number): void {
    const a = this.value[i];
    if (!a) return;
    this.editing = { at: i, text: typedText(a) };
    this.picked = new Set();
    void this.updateComplete.then(() => { const e = this.querySelector<HTMLInputElement>('.chip-edit'); e?.focus(); e?.select(); });
  }

  #endEdit(keep: boolean, stay = true): void {
    const e = this.editing;
    if (!e) return;
    this.editing = null;
    const was = this.value[e.at];
    if (keep && was && e.text !== typedText(was)) {
      const list = parseRecipients(e.text);
      this.#put([...this.value.slice(0, e.at), ...list, ...this.value.slice(e.at + 1)]);
      announce(list.length ? t('chips-changed', { name: list.map(typedText).join(', ') }) : t('chips-removed', { name: was.name || shownAddress(was.address) }));
    }
    if (stay) void this.updateComplete.then(() => this.#focusChip(e.at));
  }

  #editKey(event: KeyboardEvent): void {
    if (event.isComposing || (event.key === 'Enter' && (event.ctrlKey || event.metaKey))) return;
    event.stopPropagation();
    if (event.key === 'Enter' || (event.key === 'Tab' && !event.shiftKey)) { event.preventDefault(); this.#endEdit(true); } else if (event.key === 'Escape') { event.preventDefault(); this.#endEdit(false); }
  }

  // ---- typing ----

  #offer(found: readonly Found[], settled: boolean): void {
    if (this.#closed) return;
    const there = new Set(this.value.map(personKey));
    const next = found.filter((f) => f.address === null || !there.has(f.address.toLowerCase()));
    const was = this.found[this.at];
    this.found = next;
    // What is a whole address by itself is taken as it stands, unless another is chosen by arrow.
    const whole = isAddress(asciiAddress(this.typed.trim())) && /@.*\../.test(this.typed);
    const same = next.findIndex((f) => f.address?.toLowerCase() === this.typed.trim().toLowerCase());
    const kept = was ? next.findIndex((f) => f.source === was.source && f.id === was.id && f.address === was.address) : -1;
    this.at = !next.length ? -1 : whole ? same : this.#walked && kept >= 0 ? kept : 0;
    if (settled && this.typed.trim()) announce(next.length ? t('chips-found', { n: next.length }) : '');
  }
  /** An arrow was used since the last letter. */
  #walked = false;

  #type(event: InputEvent): void {
    this.typed = (event.target as HTMLInputElement).value;
    this.#walked = false;
    if (!event.isComposing && endsRecipient(this.typed)) { this.commit(); return; }
    this.#closed = false;
    this.#completion.type(this.typed);
  }

  #paste(event: ClipboardEvent): void {
    if ((event.target as HTMLElement).classList.contains('chip-edit')) return;
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (!text.trim()) return;
    if (text.length > PASTE_MAX) { event.preventDefault(); announce(t('chips-paste-long')); this.dispatchEvent(new CustomEvent('wx-chips-say', { detail: t('chips-paste-long') })); return; }
    const input = this.input;
    const inInput = event.target === input;
    const before = inInput ? this.typed.slice(0, input.selectionStart ?? 0) : '';
    const after = inInput ? this.typed.slice(input.selectionEnd ?? 0) : this.typed;
    const list = parseRecipients(`${before}${text}${after}`);
    const several = list.length > 1 || /[\n\t]/.test(text.trim());
    if (inInput && !several && !(list[0] && isAddress(list[0].address) && !before && !after)) return;
    event.preventDefault();
    this.typed = '';
    this.#close();
    this.#add(list);
    if (!inInput) input.focus();
  }

  #key(event: KeyboardEvent): void {
    const { key } = event;
    if (event.isComposing) return;
    const open = this.found.length > 0;
    if ((key === 'ArrowDown' || key === 'ArrowUp') && !event.altKey) {
      if (open) { event.preventDefault(); this.#walked = true; this.at = this.at < 0 ? (key === 'ArrowDown' ? 0 : this.found.length - 1) : (this.at + (key === 'ArrowDown' ? 1 : -1) + this.found.length) % this.found.length; this.#reveal(); }
      else if (key === 'ArrowDown' && this.typed.trim()) { event.preventDefault(); this.#closed = false; this.#completion.type(this.typed); }
      return;
    }
    if (key === 'Enter' || (key === 'Tab' && !event.shiftKey && (open && this.at >= 0 || this.typed.trim() !== ''))) {
      if (event.ctrlKey || event.metaKey) { this.commit(); return; }
      event.preventDefault();
      const pick = open ? this.found[this.at] : undefined;
      if (pick) this.#choose(pick); else this.commit();
      return;
    }
    if (key === 'Escape' && (open || this.typed)) { event.preventDefault(); event.stopPropagation(); if (open) this.#close(); else this.typed = ''; return; }
    if (key === 'Delete' && event.shiftKey && open && this.found[this.at]?.source === 'met') { event.preventDefault(); void this.#forget(this.found[this.at]!); return; }
    const start = this.input.selectionStart === 0 && this.input.selectionEnd === 0;
    const back = getComputedStyle(this).direction === 'rtl' ? 'ArrowRight' : 'ArrowLeft';
    if (start && this.value.length && (key === 'Backspace' || key === back)) { event.preventDefault(); this.#focusChip(this.value.length - 1); }
    else if (key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey) && !this.typed && this.value.length) { event.preventDefault(); this.#pickAll(); }
  }

  /** Who comes may fill the field: where one types goes on being seen. */
  protected override updated(changed: Map<PropertyKey, unknown>): void {
    super.updated(changed);
    if (changed.has('value') && document.activeElement === this.input) this.input.scrollIntoView({ block: 'nearest' });
  }

  #reveal(): void { void this.updateComplete.then(() => this.querySelector('.suggestion.is-active')?.scrollIntoView({ block: 'nearest' })); }

  async #forget(f: Found): Promise<void> {
    if (!f.address) return;
    this.found = this.found.filter((x) => x !== f);
    this.at = Math.min(this.at, this.found.length - 1);
    this.#completion.forget();
    announce(t('chips-forgotten', { name: f.address }));
    try { await forgetMet(f.address); } catch { this.dispatchEvent(new CustomEvent('wx-chips-say', { detail: t('chips-not-forgotten', { name: f.address }) })); }
    this.input.focus();
  }

  // ---- chips ----

  #pickAll(): void { this.picked = new Set(this.value.keys()); this.#anchor = 0; this.#focusChip(this.value.length - 1, true); }

  #focusChip(i: number, keep = false): void {
    if (!keep) { this.picked = new Set(); this.#anchor = -1; }
    if (i >= this.value.length) { this.chip = -1; this.input.focus(); return; }
    this.chip = Math.max(0, i);
    this.inside = true;
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(`.recipient[data-at="${this.chip}"]`)?.focus());
  }

  #stretch(i: number): void {
    if (i < 0 || i >= this.value.length) return;
    if (this.#anchor < 0) this.#anchor = this.chip;
    const [a, b] = [Math.min(this.#anchor, i), Math.max(this.#anchor, i)];
    this.picked = new Set(Array.from({ length: b - a + 1 }, (_, n) => a + n));
    this.#focusChip(i, true);
  }

  #chipKey(event: KeyboardEvent, i: number): void {
    const { key } = event;
    const mod = event.ctrlKey || event.metaKey;
    const rtl = getComputedStyle(this).direction === 'rtl';
    const step = key === 'ArrowLeft' ? (rtl ? 1 : -1) : key === 'ArrowRight' ? (rtl ? -1 : 1) : 0;
    const way = event.altKey ? this.moves.find((m) => m.key !== '' && m.key === key) : undefined;
    if (key === 'Backspace') this.#remove(this.#chosen(i), Math.max(0, i - 1) === i ? this.value.length : i - 1);
    else if (key === 'Delete') this.#remove(this.#chosen(i), i);
    else if (way) this.#move(this.#chosen(i), way.to);
    else if (step && event.shiftKey) this.#stretch(i + step);
    else if (step && !mod && !event.altKey) this.#focusChip(i + step);
    else if (key === 'Home') this.#focusChip(0);
    else if (key === 'End' || key === 'Escape') this.#focusChip(this.value.length);
    else if ((key === 'Enter' && !mod) || key === 'F2') this.#edit(i);
    else if (key === 'ContextMenu' || (key === 'F10' && event.shiftKey)) this.#menu(event.currentTarget as HTMLElement, i);
    else if (key.toLowerCase() === 'a' && mod) this.#pickAll();
    else if (key.length === 1 && key !== ' ' && !mod && !event.altKey) { this.#focusChip(this.value.length); return; }
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #copy(event: ClipboardEvent, cut: boolean): void {
    if (!(event.target as HTMLElement).classList.contains('recipient')) return;
    const which = this.#chosen(this.chip);
    if (!which.length) return;
    event.preventDefault();
    event.clipboardData?.setData('text/plain', which.map((i) => recipientText(this.value[i]!)).join(', '));
    if (cut) this.#remove(which, which[0]!); else announce(t('chips-copied', { n: which.length }));
  }

  #move(which: readonly number[], to: string): void {
    this.dispatchEvent(new CustomEvent('wx-chips-move', { detail: { to, list: which.map((i) => this.value[i]!) } }));
    this.picked = new Set();
  }

  #menu(anchor: HTMLElement, i: number): void {
    const a = this.value[i];
    if (!a) return;
    const which = this.#chosen(i);
    const items: MenuItem[] = [
      { label: t('chip-edit'), icon: 'pen-line', keys: [['Enter']], run: () => this.#edit(i) },
      { label: t('chip-copy'), icon: 'copy', run: () => void navigator.clipboard.writeText(which.map((n) => recipientText(this.value[n]!)).join(', ')).then(() => announce(t('chips-copied', { n: which.length })), () => undefined) },
      ...this.moves.map((m) => ({ label: t('chip-move', { field: m.label }), icon: 'forward', keys: m.key ? [['Alt', m.key === 'ArrowUp' ? '↑' : '↓']] : [], run: () => this.#move(which, m.to) })),
      { label: t('chip-remove'), icon: 'trash', danger: true, keys: [['Del']], run: () => this.#remove(which, i) },
    ];
    void this.querySelector<WxChipMenu>('wx-chip-menu')!.show(anchor, a.name || shownAddress(a.address), items);
  }

  #click(event: MouseEvent, i: number): void {
    const touch = (event as PointerEvent).pointerType === 'touch';
    if (event.shiftKey && this.chip >= 0) { this.#stretch(i); return; }
    if (event.ctrlKey || event.metaKey) { const next = new Set(this.picked.size ? this.picked : this.chip >= 0 ? [this.chip] : []); if (!next.delete(i)) next.add(i); this.picked = next; this.#focusChip(i, true); return; }
    this.#focusChip(i);
    if (touch) this.#menu(event.currentTarget as HTMLElement, i);
  }

  // ---- drag and drop ----

  #drag(event: DragEvent, i: number): void {
    const list = this.#chosen(i).map((n) => this.value[n]!);
    event.dataTransfer?.setData(DRAGGED, JSON.stringify(list));
    event.dataTransfer?.setData('text/plain', list.map(recipientText).join(', '));
    if (event.dataTransfer) event.dataTransfer.effectAllowed = 'copyMove';
  }

  #dragOver(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes(DRAGGED) || this.single) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'move';
    this.over = true;
  }

  #drop(event: DragEvent): void {
    this.over = false;
    const data = event.dataTransfer;
    if (!data || data.types.includes('Files')) return;
    if (!data.types.includes(DRAGGED) && !data.types.includes('text/plain')) return;
    event.preventDefault();
    event.stopPropagation();
    if (data.types.includes(DRAGGED)) this.dispatchEvent(new CustomEvent('wx-chips-dropped', { detail: JSON.parse(data.getData(DRAGGED)) as Address[] }));
    else this.#add(parseRecipients(data.getData('text/plain').slice(0, PASTE_MAX)));
  }

  // ---- pictures ----

  #state(a: Address): { glyph: string; words: string; level: string } | null {
    if (!isAddress(a.address)) return { glyph: 'circle-alert', words: faultWords(a), level: 'bad' };
    return this.smime ? recipientState(this.infoOf(a), a.address, this.strict) : null;
  }

  #chip(a: Address, i: number): TemplateResult {
    if (this.editing?.at === i) {
      return html`<input class="chip-edit" type="text" aria-label=${t('chip-edit')} autocomplete="off" autocapitalize="off" autocorrect="off" spellcheck="false" dir="auto" .value=${this.editing.text}
        @input=${(e: InputEvent) => { this.editing = { at: i, text: (e.target as HTMLInputElement).value }; }} @keydown=${(e: KeyboardEvent) => this.#editKey(e)} @blur=${() => this.#endEdit(true, false)}>`;
    }
    const s = this.#state(a);
    const me = this.own.includes(a.address.toLowerCase());
    const address = shownAddress(a.address);
    const said = [a.name || address, a.name ? address : '', address === a.address ? '' : a.address, me ? t('chip-you') : '', s?.words ?? ''].filter(Boolean);
    return html`<span class="recipient is-${s?.level ?? 'plain'} ${this.picked.has(i) ? 'is-picked' : ''}" role="button" tabindex=${this.chip === i ? 0 : -1} data-at=${i} draggable="true"
        aria-label=${[...said, this.picked.has(i) ? t('chip-picked') : '', t('chip-hint')].filter(Boolean).join(', ')} data-tip=${(a.name ? said.slice(1) : said).join(' · ')} data-tip-under=".chips"
        @keydown=${(e: KeyboardEvent) => this.#chipKey(e, i)} @dblclick=${() => this.#edit(i)} @click=${(e: MouseEvent) => this.#click(e, i)}
        @contextmenu=${(e: MouseEvent) => { e.preventDefault(); this.#menu(e.currentTarget as HTMLElement, i); }} @dragstart=${(e: DragEvent) => this.#drag(e, i)} @focus=${() => { this.chip = i; }}>
      ${s ? icon(s.glyph) : nothing}<bdi class="truncate">${a.name || address}</bdi>${me ? html`<span class="recipient-me">${t('chip-you')}</span>` : nothing}
      <span class="recipient-remove" role="presentation" @click=${(e: Event) => { e.stopPropagation(); this.#remove([i], this.value.length); }}>${icon('x')}</span></span>`;
  }

  /** Those that are shown while nobody is in the field, by index. */
  #visible(): number[] {
    const all = [...this.value.keys()];
    if (this.inside || this.value.length <= FOLD_ABOVE) return all;
    const needs = (i: number): boolean => ['bad', ...(this.strict ? ['warning'] : [])].includes(this.#state(this.value[i]!)?.level ?? '');
    return all.filter((i) => i < FOLD_TO || needs(i)).slice(0, FOLD_TO + 8);
  }

  #suggestion(f: Found, i: number): TemplateResult {
    const group = f.address === null;
    const from = group ? t('found-members', { n: f.members ?? 0 }) : t(`found-${f.source}`);
    return html`<div class="suggestion ${i === this.at ? 'is-active' : ''}" id="${this.#id}-${i}" role="option" aria-selected=${i === this.at} data-source=${f.source}
        @pointermove=${() => { if (this.at !== i) { this.at = i; this.#walked = true; } }} @pointerdown=${(e: Event) => e.preventDefault()} @click=${() => this.#choose(f)}>
      ${icon(group ? 'users' : f.source === 'met' || f.source === 'shown' ? 'clock' : 'user')}
      <span class="suggestion-who"><bdi class="truncate">${f.name || shownAddress(f.address ?? '')}</bdi>${f.name && f.address ? html`<bdi class="muted truncate">${shownAddress(f.address)}</bdi>` : nothing}</span>
      <span class="suggestion-source">${from}</span>
      ${f.ready ? icon('lock', t('found-ready'), 'suggestion-lock') : nothing}
      ${f.source === 'met' ? html`<span class="suggestion-forget" role="presentation" data-tip=${t('found-forget')} @click=${(e: Event) => { e.stopPropagation(); void this.#forget(f); }}>${icon('x')}</span>` : nothing}</div>`;
  }

  override render(): TemplateResult {
    const open = this.found.length > 0 && this.inside;
    const visible = this.#visible();
    const hidden = this.value.length - visible.length;
    return html`<div class="chips ${this.over ? 'is-over' : ''}" role="group" aria-label=${this.label} @click=${(e: MouseEvent) => { if (e.target === e.currentTarget) this.input.focus(); }}
        @dragover=${(e: DragEvent) => this.#dragOver(e)} @dragleave=${(e: DragEvent) => { if (!this.contains(e.relatedTarget as Node | null)) this.over = false; }} @drop=${(e: DragEvent) => this.#drop(e)}>
      <label class="chips-label" for=${this.#id}>${this.label}</label>
      ${repeat(visible, (i) => personKey(this.value[i]!), (i) => this.#chip(this.value[i]!, i))}
      ${hidden ? html`<button type="button" class="link chips-more" @pointerdown=${(e: Event) => e.preventDefault()} @click=${() => this.input.focus()}>${t('chips-more', { n: hidden })}</button>` : nothing}
      <input class="chips-input" id=${this.#id} type="text" inputmode="email" autocomplete="off" autocapitalize="off" autocorrect="off" spellcheck="false" role="combobox" aria-autocomplete="list"
        aria-expanded=${open} aria-controls="${this.#id}-list" aria-activedescendant=${ifDefined(open && this.at >= 0 ? `${this.#id}-${this.at}` : undefined)}
        .value=${live(this.typed)} @input=${this.#type} @keydown=${this.#key}>
      <div class="suggestions" id="${this.#id}-list" role="listbox" aria-label=${t('suggestions')} ?hidden=${!open}>${open ? this.found.map((f, i) => this.#suggestion(f, i)) : nothing}</div>
      <wx-chip-menu></wx-chip-menu></div>`;
  }
}
define('wx-chips', WxChips);
