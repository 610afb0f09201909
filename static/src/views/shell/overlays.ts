// Dialogs of the shell: confirm, move to, new folder, shortcuts, palette, session expired. A lazy chunk.
import '../../core/shared.ts';
import { ApiError, sentence, sessionExpired, sessionRenewed } from '../../api/client.ts';
import * as mail from '../../api/mail.ts';
import { allCommands, commandVersion, isEnabled, shownKeys } from '../../core/commands.ts';
import type { Command } from '../../core/commands.ts';
import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, ifDefined, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { matches } from '../../core/fold.ts';
import { go } from '../../core/router.ts';
import { aim, copyTo, countOf, moveTo, opening } from '../../store/actions.ts';
import type { Aim } from '../../store/actions.ts';
import { moveFolder, parentPath, pathProblem, placesFor, rename } from '../../store/folder-care.ts';
import { folderName, folders, loadFolders } from '../../store/folders.ts';
import { may } from '../../store/rights.ts';
import { me, useSession } from '../../store/session.ts';
import { toast } from '../../store/toasts.ts';
import { caredFor, confirming, overlay } from '../../store/ui.ts';
import { isMac } from '../parts/command-button.ts';
import { dialog } from '../parts/dialog.ts';
import { viewCommands } from '../list/menus.ts';
import { paletteCommands, wordsOf } from './palette.ts';
import { folderIcon } from './sidebar.ts';
import './labels.ts';
import './shown-folders.ts';

interface Choice { id: string; label: string; hint: string; icon: string; keys: string[][]; run: () => void; words?: string }

/** What works while one writes: these keys belong to the composer and its frame, not to the table. */
const WRITING: readonly (readonly [string, string])[] = [['$mod+Enter', 'key-sends'], ['$mod+s', 'key-saves'], ['Escape', 'compose-minimize'], ['$mod+b', 'editor-bold'], ['$mod+i', 'editor-italic'], ['$mod+u', 'editor-underline'], ['$mod+z', 'editor-undo'], ['Delete', 'key-takes-out']];
const EVERYWHERE: readonly (readonly [string, string])[] = [['Escape', 'key-closes']];

export class WxOverlays extends WxElement {
  static override properties = { typed: { state: true }, at: { state: true }, busy: { state: true }, problem: { state: true }, askCode: { state: true } };
  declare typed: string;
  declare at: number;
  declare busy: boolean;
  declare problem: string;
  /** The account has a second factor: the sign-in after the session's end asks for its code too. */
  declare askCode: boolean;
  #last: string | null = null;
  /** What was meant when the chooser of a folder was opened. */
  #aim: Aim | null = null;

  constructor() { super(); this.typed = ''; this.at = 0; this.busy = false; this.problem = ''; this.askCode = false; }

  #close = (): void => { overlay.value = null; };

  override willUpdate(): void {
    const now = sessionExpired.value ? 'expired' : overlay.value;
    if (now !== this.#last) { this.#last = now; if (now === 'move' || now === 'copy') this.#aim = aim(); this.typed = now === 'rename-folder' ? caredFor.value?.name ?? '' : ''; this.at = 0; this.problem = ''; this.busy = false; }
  }

  // ---- lists with a filter: palette and "move to" ----

  #choices(): Choice[] {
    const copies = overlay.value === 'copy';
    if (copies || overlay.value === 'move') {
      const here = opening();
      const meant = this.#aim;
      return folders.value.filter((f) => f.selectable && may(f, 'i') && f.id !== here && matches(f.path + folderName(f), this.typed)).map((f) => ({
        id: f.id, label: folderName(f), hint: f.path === f.name ? '' : f.path.replaceAll(f.delimiter || '/', ' › '), icon: folderIcon(f.role), keys: [],
        run: () => void (copies ? copyTo(f.id, meant) : moveTo(f.id, meant)),
      }));
    }
    const moved = caredFor.value;
    if (overlay.value === 'move-folder' && moved) {
      return placesFor(moved).filter((f) => matches(f ? f.path + folderName(f) : t('folder-top'), this.typed)).map((f) => ({
        id: f?.id ?? 'top', label: f ? folderName(f) : t('folder-top'), hint: f && f.path !== f.name ? f.path.replaceAll(f.delimiter, ' › ') : '', icon: f ? folderIcon(f.role) : 'mail', keys: [],
        run: () => void moveFolder(moved, f),
      }));
    }
    void commandVersion.value;
    // What is many is offered once something is typed.
    const offers = this.typed.trim() ? paletteCommands() : [];
    const commands: Choice[] = [...allCommands(), ...viewCommands(), ...offers].filter((c) => !c.hidden && isEnabled(c)).map((c: Command & { words?: string }) => ({
      words: c.words ?? wordsOf(c.id), id: c.id, label: c.spoken ? c.label : t(c.label), hint: '', icon: c.icon ?? 'chevron-right', keys: shownKeys(c.keys, isMac()), run: () => void c.run(),
    }));
    const places: Choice[] = folders.value.filter((f) => f.selectable).map((f) => ({
      id: `go-${f.id}`, label: t('go-to', { folder: folderName(f) }), hint: '', icon: folderIcon(f.role), keys: [],
      run: () => go({ page: 'mail', folder: f.id, uid: null, search: false }),
    }));
    const found = [...commands, ...places].filter((c) => matches(`${c.label} ${c.words ?? ''}`, this.typed));
    // What is called so comes before what is only called so by some.
    return [...found.filter((c) => matches(c.label, this.typed)), ...found.filter((c) => !matches(c.label, this.typed))].slice(0, 60);
  }

  #pick(c: Choice | undefined): void {
    if (!c) return;
    this.#close();
    // After the dialog has gone, so that the command finds the focus where the person left it.
    setTimeout(c.run);
  }

  #keys(event: KeyboardEvent, list: Choice[]): void {
    if (event.key === 'ArrowDown') this.at = Math.min(list.length - 1, this.at + 1);
    else if (event.key === 'ArrowUp') this.at = Math.max(0, this.at - 1);
    else if (event.key === 'Enter') { this.#pick(list[this.at]); }
    else return;
    event.preventDefault();
    void this.updateComplete.then(() => this.querySelector('.choice.is-active')?.scrollIntoView({ block: 'nearest' }));
  }

  #chooser(title: string, hint: string): TemplateResult {
    const list = this.#choices();
    const at = Math.min(this.at, Math.max(0, list.length - 1));
    return dialog({
      title, className: 'dialog-chooser', close: this.#close,
      body: html`<div class="chooser-field">${icon('search')}<input class="chooser-input" autofocus role="combobox" aria-expanded="true" aria-controls="choices" aria-autocomplete="list" autocomplete="off" spellcheck="false"
          aria-label=${hint} placeholder=${hint} aria-activedescendant=${ifDefined(list[at] ? `choice-${at}` : undefined)} .value=${this.typed}
          @input=${(e: InputEvent) => { this.typed = (e.target as HTMLInputElement).value; this.at = 0; }} @keydown=${(e: KeyboardEvent) => this.#keys(e, list)}></div>
        <div class="choices" id="choices" role=${list.length ? 'listbox' : nothing} aria-label=${list.length ? title : nothing}>
          ${list.map((c, i) => html`<div class="choice ${i === at ? 'is-active' : ''}" id="choice-${i}" role="option" aria-selected=${i === at} @click=${() => this.#pick(c)} @pointermove=${() => { if (this.at !== i) this.at = i; }}>
            ${icon(c.icon)}<bdi class="choice-label truncate">${c.label}</bdi>${c.hint ? html`<bdi class="muted truncate">${c.hint}</bdi>` : nothing}
            <span class="menu-keys" aria-hidden="true">${c.keys.map((p) => p.map((k) => html`<kbd>${k}</kbd>`))}</span></div>`)}
          ${list.length === 0 ? html`<p class="choices-none" role="status">${t('nothing-found')}</p>` : nothing}
        </div>`,
    });
  }

  #shortcuts(): TemplateResult {
    const groups: Command['group'][] = ['go', 'list', 'message', 'compose', 'app'];
    return dialog({
      title: t('shortcuts'), className: 'dialog-wide', close: this.#close, reads: true,
      body: html`<div class="sheet-keys">${groups.map((g) => html`<section><h3>${t(`shortcuts-${g}`)}</h3><dl>
        ${[...allCommands().filter((c) => c.group === g && c.keys).map((c) => [c.keys!, c.label] as const), ...(g === 'compose' ? WRITING : g === 'app' ? EVERYWHERE : [])].map(([keys, label]) => html`<div class="key-row"><dt>${t(label)}</dt><dd class="keys">${shownKeys(keys, isMac()).map((p) => p.map((k) => html`<kbd>${k}</kbd>`))}</dd></div>`)}
      </dl></section>`)}</div><p class="muted">${t('shortcuts-off-hint')}</p>`,
    });
  }

  /** Makes a folder (inside the one cared for), or renames that one. */
  async #saveFolder(): Promise<void> {
    const name = this.typed.trim();
    const at = caredFor.value;
    if (!name || this.busy) return;
    const renames = overlay.value === 'rename-folder' && at !== null;
    // A name is a name; where a folder stands is chosen from a list.
    if (renames && at.delimiter && name.includes(at.delimiter)) { this.problem = t('folder-name-delimiter', { delimiter: at.delimiter }); return; }
    const above = renames ? parentPath(at) : at?.path ?? '';
    const path = above && at ? above + at.delimiter + name : name;
    this.busy = true;
    try {
      if (renames) {
        await rename(at, path);
        toast(t('folder-renamed', { name }));
      } else {
        await mail.makeFolder(path);
        await loadFolders();
        toast(t('folder-made', { name }));
      }
      this.#close();
    } catch (error) { this.problem = pathProblem(error, path); } finally { this.busy = false; }
  }

  #folderName(): TemplateResult {
    const submit = (): void => void this.#saveFolder();
    const renames = overlay.value === 'rename-folder';
    const at = caredFor.value;
    const hint = renames ? t('folder-rename-hint') : !at ? t('folder-name-hint') : t('folder-inside-hint', { folder: folderName(at) });
    return dialog({
      title: renames ? t('folder-rename-title', { folder: folderName(at ?? undefined) }) : t('folder-new'), close: this.#close, submit,
      body: html`<label class="field"><span class="field-label">${t('folder-name')}</span>
        <input class="input" autofocus maxlength="200" autocomplete="off" .value=${this.typed} aria-invalid=${this.problem ? 'true' : 'false'} aria-describedby="folder-problem" @input=${(e: InputEvent) => { this.typed = (e.target as HTMLInputElement).value; this.problem = ''; }}></label>
        ${this.problem ? html`<p class="field-error" id="folder-problem" role="alert">${this.problem}</p>` : html`<p class="field-hint" id="folder-problem">${hint}</p>`}`,
      foot: html`<button type="button" class="button" @click=${this.#close}>${t('cancel')}</button><button type="submit" class="button button-primary" ?disabled=${!this.typed.trim() || this.busy}>${t(renames ? 'folder-rename' : 'folder-make')}</button>`,
    });
  }

  #confirm(): TemplateResult | typeof nothing {
    const c = confirming.value;
    if (!c) return nothing;
    return dialog({
      title: c.title, close: () => c.resolve(false), submit: () => c.resolve(true), body: html`<p class="muted">${c.text}</p>`,
      foot: html`<button type="button" class="button" autofocus @click=${() => c.resolve(false)}>${t('cancel')}</button><button type="submit" class="button ${c.danger ? 'button-danger' : 'button-primary'}">${c.action}</button>`,
    });
  }

  async #signIn(): Promise<void> {
    const field = this.querySelector<HTMLInputElement>('#expired-password');
    if (!field || this.busy) return;
    this.busy = true;
    this.problem = '';
    try {
      const next = await mail.signIn(me.value.address, field.value, this.querySelector<HTMLInputElement>('#expired-code')?.value ?? '');
      if (next.user.address !== me.value.address) { location.reload(); return; }
      useSession(next);
      field.value = '';
      sessionRenewed();
      toast(t('expired-back'));
    } catch (error) {
      this.problem = error instanceof ApiError && error.code === 'unauthenticated' ? t('err-wrong-password') : sentence(error);
      const code = error instanceof ApiError && (error.code === 'code_needed' || error.code === 'wrong_code');
      this.askCode ||= code;
      if (code) void this.updateComplete.then(() => this.querySelector<HTMLInputElement>('#expired-code')?.select());
      else field.select();
    } finally { this.busy = false; }
  }

  #expired(): TemplateResult {
    return dialog({
      title: t('expired-title'), submit: () => void this.#signIn(),
      body: html`<p class="muted">${t('expired-text')}</p>
        <input type="text" class="visually-hidden" tabindex="-1" aria-hidden="true" autocomplete="username" readonly .value=${me.value.address}>
        <p class="expired-who"><strong>${me.value.address}</strong></p>
        <label class="field"><span class="field-label">${t('signin-password')}</span><input id="expired-password" class="input" type="password" autocomplete="current-password" autofocus aria-describedby="expired-problem" aria-invalid=${this.problem ? 'true' : 'false'}></label>
        ${this.askCode ? html`<label class="field"><span class="field-label">${t('signin-code')}</span><input id="expired-code" class="input code-input" autocomplete="one-time-code" spellcheck="false" maxlength="64" aria-describedby="expired-problem"></label>` : nothing}
        ${this.problem ? html`<p class="field-error" id="expired-problem" role="alert">${this.problem}</p>` : nothing}`,
      foot: html`<a class="button button-quiet" href="/signin">${t('expired-other')}</a><button type="submit" class="button button-primary" ?disabled=${this.busy}>${t('signin-submit')}</button>`,
    });
  }

  override render(): TemplateResult {
    if (sessionExpired.value) return html`${this.#expired()}`;
    const which = overlay.value;
    return html`
      ${which === 'palette' ? this.#chooser(t('palette'), t('palette-hint')) : nothing}
      ${which === 'move' || which === 'copy' ? this.#chooser(t(which === 'copy' ? 'copy-title' : 'move-title', { n: this.#aim ? countOf(this.#aim) : 0 }), t('move-hint')) : nothing}
      ${which === 'move-folder' ? this.#chooser(t('folder-move-title', { folder: folderName(caredFor.value ?? undefined) }), t('move-hint')) : nothing}
      ${which === 'label' ? html`<wx-label-picker></wx-label-picker>` : nothing}
      ${which === 'labels' ? html`<wx-label-care></wx-label-care>` : nothing}
      ${which === 'shortcuts' ? this.#shortcuts() : nothing}
      ${which === 'new-folder' || which === 'rename-folder' ? this.#folderName() : nothing}
      ${which === 'shown-folders' ? html`<wx-shown-folders></wx-shown-folders>` : nothing}
      ${this.#confirm()}`;
  }
}
define('wx-overlays', WxOverlays);
