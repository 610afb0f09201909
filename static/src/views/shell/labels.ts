// Labels: put on messages (with a filter, new ones made in place) and cared for (name, colour, removal). Part of the
// overlays' chunk.
import { sentence } from '../../api/client.ts';
import * as mail from '../../api/mail.ts';
import type { Label, LabelColour } from '../../api/types.ts';
import { WxElement, define } from '../../core/element.ts';
import { matches } from '../../core/fold.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, ifDefined, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { aim, countOf, labelState, reflag, setLabel } from '../../store/actions.ts';
import type { Aim } from '../../store/actions.ts';
import { folders } from '../../store/folders.ts';
import { COLOURS, isLabel, keywordFor, labelOf, labels, nameIsFree, queryOf } from '../../store/labels.ts';
import * as list from '../../store/list.ts';
import { changeSettings, settings } from '../../store/session.ts';
import { toast } from '../../store/toasts.ts';
import { confirm, overlay } from '../../store/ui.ts';
import { Gone, offer } from '../../store/undo.ts';
import { dialog } from '../parts/dialog.ts';

const MOST = 100;
/** Every word this page has met, so that no new label takes one that has a meaning already. */
const taken = (): string[] => [...settings.value.labels.flatMap((l) => [l.keyword, l.name]), ...list.loadedRows().flatMap((r) => r.flags.filter(isLabel))];
async function save(change: (now: Label[]) => Label[]): Promise<boolean> {
  try { await changeSettings((s) => ({ labels: change(s.labels) })); return true; } catch (error) { toast(sentence(error), { kind: 'bad' }); return false; }
}
async function create(name: string): Promise<Label | null> {
  const colour = COLOURS[1 + (settings.value.labels.length % (COLOURS.length - 1))]!;
  const label: Label = { keyword: keywordFor(name, taken()), name, colour };
  // Another tab may just have made it: then that one is meant, and its word must not be there twice.
  if (!(await save((now) => (nameIsFree(name, '', now) && !now.some((l) => l.keyword === label.keyword) ? [...now, label] : now)))) return null;
  return settings.value.labels.find((l) => l.name.toLowerCase() === name.toLowerCase()) ?? null;
}

interface Choice { keyword: string; name: string; colour: LabelColour; state: 'all' | 'some' | 'none' }

/** The menu on "l": a tick is put or taken at once. */
export class WxLabelPicker extends WxElement {
  static override properties = { typed: { state: true }, at: { state: true } };
  declare typed: string;
  declare at: number;
  #aim: Aim | null = null;
  constructor() { super(); this.typed = ''; this.at = 0; }

  override connectedCallback(): void { super.connectedCallback(); this.#aim = aim(); }
  #close = (): void => { overlay.value = null; };

  #choices(): Choice[] {
    const a = this.#aim;
    if (!a) return [];
    // Keywords that other programs gave these messages can be taken off as well.
    const strange = 'uids' in a ? [...new Set(a.uids.flatMap((u) => list.rowOf(u)?.flags.filter(isLabel) ?? []))].map(labelOf).filter((l) => !labels.value.some((x) => x.keyword.toLowerCase() === l.keyword.toLowerCase())) : [];
    return [...labels.value, ...strange].filter((l) => matches(l.name, this.typed)).map((l) => ({ ...l, state: labelState(a, l.keyword) }));
  }

  #toggle(c: Choice): void { void setLabel(this.#aim, c.keyword, c.name, c.state !== 'all'); this.requestUpdate(); }

  async #make(): Promise<void> {
    const name = this.typed.trim();
    if (!name || settings.value.labels.length >= MOST) return;
    const label = await create(name);
    if (!label) return;
    this.typed = '';
    void setLabel(this.#aim, label.keyword, label.name, true);
  }

  #keys(event: KeyboardEvent, all: Choice[], canMake: boolean): void {
    const last = all.length - 1 + (canMake ? 1 : 0);
    if (event.key === 'ArrowDown') this.at = Math.min(last, this.at + 1);
    else if (event.key === 'ArrowUp') this.at = Math.max(0, this.at - 1);
    else if (event.key === 'Enter') { const c = all[this.at]; if (c) this.#toggle(c); else if (canMake) void this.#make(); }
    else return;
    event.preventDefault();
    void this.updateComplete.then(() => this.querySelector('.choice.is-active')?.scrollIntoView({ block: 'nearest' }));
  }

  override render(): TemplateResult {
    void list.version.value;
    const all = this.#choices();
    const name = this.typed.trim();
    const canMake = name !== '' && name.length <= 60 && nameIsFree(name, '', labels.value) && settings.value.labels.length < MOST;
    const at = Math.min(this.at, Math.max(0, all.length - 1 + (canMake ? 1 : 0)));
    const option = (i: number, run: () => void, inside: unknown, checked?: string): TemplateResult => html`<div class="choice ${i === at ? 'is-active' : ''}" id="choice-${i}" role="option" aria-selected=${i === at}
      aria-checked=${ifDefined(checked as 'true' | 'false' | 'mixed' | undefined)} @click=${run} @pointermove=${() => { if (this.at !== i) this.at = i; }}>${inside}</div>`;
    return dialog({
      title: t('label-title', { n: this.#aim ? (countOf(this.#aim)) : 0 }), className: 'dialog-chooser', close: this.#close,
      body: html`<div class="chooser-field">${icon('tag')}<input class="chooser-input" autofocus role="combobox" aria-expanded="true" aria-controls="choices" aria-autocomplete="list" autocomplete="off" spellcheck="false" maxlength="60"
          aria-label=${t('label-hint')} placeholder=${t('label-hint')} aria-activedescendant=${ifDefined(all.length || canMake ? `choice-${at}` : undefined)} .value=${this.typed}
          @input=${(e: InputEvent) => { this.typed = (e.target as HTMLInputElement).value; this.at = 0; }} @keydown=${(e: KeyboardEvent) => this.#keys(e, all, canMake)}></div>
        <div class="choices" id="choices" role=${all.length || canMake ? 'listbox' : nothing} aria-multiselectable=${all.length || canMake ? 'true' : nothing} aria-label=${all.length || canMake ? t('labels') : nothing}>
          ${all.map((c, i) => option(i, () => this.#toggle(c), html`${icon('tag', undefined, `label-ink label-${c.colour}`)}<span class="choice-label truncate">${c.name}</span>
            <span class="choice-state">${c.state === 'all' ? icon('check', t('label-on-all')) : c.state === 'some' ? icon('minus', t('label-on-some')) : nothing}</span>`, c.state === 'all' ? 'true' : c.state === 'some' ? 'mixed' : 'false'))}
          ${canMake ? option(all.length, () => void this.#make(), html`${icon('plus')}<span class="choice-label truncate">${t('label-make', { name })}</span>`) : nothing}
          ${all.length === 0 && !canMake ? html`<p class="choices-none" role="status">${t(name !== '' && !nameIsFree(name, '', labels.value) ? 'label-name-taken' : 'label-none')}</p>` : nothing}
        </div>`,
      foot: html`<button type="button" class="button button-quiet" @click=${() => { overlay.value = 'labels'; }}>${t('labels-edit')}</button><button type="button" class="button button-primary" @click=${this.#close}>${t('done')}</button>`,
    });
  }
}
define('wx-label-picker', WxLabelPicker);

/** Names, colours, removal. */
export class WxLabelCare extends WxElement {
  static override properties = { typed: { state: true }, busy: { state: true } };
  declare typed: string;
  declare busy: string;
  constructor() { super(); this.typed = ''; this.busy = ''; }

  async #add(): Promise<void> {
    const name = this.typed.trim();
    if (!name || this.#clash(name, '')) return;
    if (await create(name)) this.typed = '';
  }
  #clash(name: string, keyword: string): boolean { return !nameIsFree(name, keyword, settings.value.labels); }

  async #change(l: Label, patch: Partial<Label>): Promise<void> {
    const set = (p: Partial<Label>) => (now: Label[]): Label[] => now.map((x) => (x.keyword === l.keyword ? { ...x, ...p } : x));
    if (!(await save(set(patch)))) return;
    offer(null, async () => {
      if (!settings.value.labels.some((x) => x.keyword === l.keyword)) throw new Gone();
      await changeSettings((s) => ({ labels: set('name' in patch ? { name: l.name } : { colour: l.colour })(s.labels) }));
    });
  }
  #rename(l: Label, input: HTMLInputElement): void {
    const name = input.value.trim();
    if (!name || this.#clash(name, l.keyword)) { input.value = l.name; return; }
    if (name !== l.name) void this.#change(l, { name });
  }

  /** The word goes from every message of every folder, so that nothing of the label is left; Undo puts it back. */
  async #remove(l: Label): Promise<void> {
    overlay.value = null;
    if (!(await confirm({ title: t('label-remove-title', { label: l.name }), text: t('label-remove-text'), action: t('label-remove'), danger: true }))) { overlay.value = 'labels'; return; }
    const done: { folder: string; uidvalidity: number; set: string }[] = [];
    try {
      for (const f of folders.value.filter((x) => x.selectable && !x.shared && x.total > 0)) {
        const page = await mail.getList(f.id, 0, 1);
        const answer = await mail.setFlags(f.id, page.uidvalidity, { all: { search: { text: queryOf(l.keyword), scope: 'headers', filters: {} }, below: page.uidnext } }, [], [l.keyword]);
        if (answer.count) done.push({ folder: f.id, uidvalidity: page.uidvalidity, set: String(answer.uids ?? '') });
      }
      await changeSettings((now) => ({ labels: now.labels.filter((x) => x.keyword !== l.keyword) }));
    } catch (error) { toast(sentence(error), { kind: 'bad' }); }
    await list.reload();
    if (settings.value.labels.some((x) => x.keyword === l.keyword)) return;
    offer(t('label-removed', { label: l.name }), async () => {
      await changeSettings((now) => ({ labels: [...now.labels.filter((x) => x.keyword !== l.keyword), l] }));
      for (const d of done) await reflag(d.folder, d.uidvalidity, d.set, [l.keyword], []);
    });
  }

  override render(): TemplateResult {
    const all = labels.value;
    return dialog({
      title: t('labels'), className: 'dialog-labels', close: () => { overlay.value = null; }, submit: () => void this.#add(),
      body: html`<p class="muted">${t('labels-text')}</p>
        ${all.length ? html`<ul class="label-list">${all.map((l) => html`<li class="label-line">
          <wx-menu class="label-colour" label=${t('label-colour', { label: l.name })} icon="tag" button-class="icon-button label-ink label-${l.colour}" .items=${() => COLOURS.map((colour) => ({ label: t(`colour-${colour}`), icon: 'tag', colour, radio: true, checked: colour === l.colour, run: () => void this.#change(l, { colour }) }))}></wx-menu>
          <input class="input" maxlength="60" aria-label=${t('label-name-of', { label: l.name })} .value=${l.name} @change=${(e: Event) => this.#rename(l, e.target as HTMLInputElement)}
            @keydown=${(e: KeyboardEvent) => { if (e.key === 'Enter') { e.preventDefault(); (e.target as HTMLInputElement).blur(); } }}>
          <button type="button" class="icon-button" aria-label=${t('label-remove-one', { label: l.name })} data-tip=${t('label-remove')} @click=${() => void this.#remove(l)}>${icon('trash')}</button></li>`)}</ul>` : nothing}
        <div class="label-add"><input class="input" maxlength="60" autofocus placeholder=${t('label-new')} aria-label=${t('label-new')} .value=${this.typed} @input=${(e: InputEvent) => { this.typed = (e.target as HTMLInputElement).value; }}>
          <button type="submit" class="button" ?disabled=${!this.typed.trim() || this.#clash(this.typed.trim(), '') || settings.value.labels.length >= MOST}>${icon('plus')}${t('label-add')}</button></div>
        ${this.typed.trim() && this.#clash(this.typed.trim(), '') ? html`<p class="field-hint" role="status">${t('label-name-taken')}</p>` : nothing}`,
      foot: html`<button type="button" class="button button-primary" @click=${() => { overlay.value = null; }}>${t('done')}</button>`,
    });
  }
}
define('wx-label-care', WxLabelCare);
