// Groups: making one, its name and members, putting people into one. A member is a contact or just an address.
import { ApiError, sentence } from '../../api/client.ts';
import * as api from '../../api/contacts.ts';
import type { Found, Group } from '../../api/contacts.ts';
import { isAddress } from '../../core/address.ts';
import { define } from '../../core/element.ts';
import { foreign } from '../../core/foreign.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, ifDefined, nothing, repeat } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import * as people from '../../store/people.ts';
import { toast } from '../../store/toasts.ts';
import { announce } from '../../store/ui.ts';
import { offer } from '../../store/undo.ts';
import { composeTo } from '../../app/compose.ts';
import { Asking, ask } from '../../smime/asking.ts';
import { dialog } from '../parts/dialog.ts';
import { titleOf } from './face.ts';

/** As the server counts (docs/PLAN.md). */
const MEMBERS = 500;
const NAME = 100;
interface Member { id: string; name: string; address: string }

/** Names and addresses of the members; those that are only an address come after the people. */
async function membersOf(g: Group): Promise<Member[]> {
  const known = new Map<string, Member>();
  for (let offset = 0, total = 1; offset < total; offset += 200) {
    const page = await api.getPeople({ offset, limit: 200, text: '', group: g.id });
    for (const c of page.contacts) known.set(c.id, { id: c.id, name: titleOf(c), address: c.addresses[0]?.address ?? '' });
    total = page.total;
  }
  return [...known.values(), ...g.members.filter((m) => m.includes('@')).map((m) => ({ id: m, name: '', address: m }))];
}

class WxGroup extends Asking<Group | null> {
  static override properties = { name: { state: true }, members: { state: true }, typed: { state: true }, found: { state: true }, at: { state: true }, busy: { state: true }, problem: { state: true } };
  declare name: string;
  /** null: being asked for. */
  declare members: Member[] | null;
  declare typed: string;
  declare found: Found[];
  declare at: number;
  declare busy: boolean;
  declare problem: string;
  group: Group | null = null;
  /** Who is in it from the beginning. */
  first: string[] = [];
  #asked = 0;
  constructor() { super(); this.name = ''; this.members = null; this.typed = ''; this.found = []; this.at = -1; this.busy = false; this.problem = ''; }

  override connectedCallback(): void {
    super.connectedCallback();
    this.name = this.group?.name ?? '';
    void this.#load();
  }
  async #load(): Promise<void> {
    if (!this.group) {
      const shown = this.first.map((id) => ({ id, name: ((c) => (c ? titleOf(c) : ''))(people.chosen.peek().get(id)), address: '' }));
      this.members = shown;
      return;
    }
    try { this.members = await membersOf(this.group); } catch (error) { this.problem = sentence(error); }
  }

  async #ask(words: string): Promise<void> {
    this.typed = words;
    const mine = ++this.#asked;
    if (!words.trim()) { this.found = []; this.at = -1; return; }
    try {
      const all = await api.complete(words.trim(), 12);
      if (mine !== this.#asked) return;
      const inside = new Set((this.members ?? []).flatMap((m) => [m.id, m.address.toLowerCase()]));
      const seen = new Set<string>();
      this.found = all.filter((f) => f.source !== 'group' && f.address !== null && !inside.has(f.id ?? '') && !inside.has(f.address.toLowerCase()) && !seen.has(f.id ?? f.address) && seen.add(f.id ?? f.address) !== undefined);
      this.at = this.found.length ? 0 : -1;
    } catch { if (mine === this.#asked) this.found = []; }
  }

  #put(m: Member): void {
    if (!this.members || this.members.some((x) => x.id === m.id)) return;
    if (this.members.length >= MEMBERS) { this.problem = t('circle-full', { n: MEMBERS }); return; }
    this.members = [...this.members, m];
    this.typed = '';
    this.found = [];
    this.at = -1;
    announce(t('circle-added', { name: m.name || m.address }));
  }
  #take(f: Found): void { this.#put({ id: f.source === 'contact' && f.id ? f.id : f.address!, name: foreign(f.name, 80), address: f.address! }); }

  #key(event: KeyboardEvent): void {
    const n = this.found.length;
    if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && n) { event.preventDefault(); this.at = (this.at + (event.key === 'ArrowDown' ? 1 : -1) + n) % n; return; }
    if (event.key === 'Escape' && n) { event.preventDefault(); event.stopPropagation(); this.found = []; return; }
    if (event.key !== 'Enter' || !this.typed.trim()) return;
    event.preventDefault();
    const pick = this.found[this.at];
    const address = this.typed.trim();
    if (isAddress(address) && !(pick && pick.address!.toLowerCase() === address.toLowerCase())) this.#put({ id: address, name: '', address });
    else if (pick) this.#take(pick);
    else this.problem = t('circle-nobody', { text: foreign(address, 60) });
  }

  async #save(): Promise<void> {
    const name = this.name.trim();
    if (!name) { this.problem = t('circle-name-missing'); return; }
    if (this.busy || !this.members) return;
    this.busy = true;
    this.problem = '';
    const members = this.members.map((m) => m.id);
    try {
      const saved = this.group ? await api.saveGroup({ ...this.group, name, members }) : await api.makeGroup(name, members);
      await people.loadGroups();
      void people.refresh();
      this.done(saved);
    } catch (error) {
      if (error instanceof ApiError && error.code === 'conflict' && this.group) await this.#changed();
      else this.problem = error instanceof ApiError && error.code === 'not_found' ? t('circle-gone') : sentence(error);
    } finally { this.busy = false; }
  }

  /** Somebody else changed it meanwhile: what was put in or taken out here stays so, what they did is taken over. */
  async #changed(): Promise<void> {
    const before = this.group!;
    const now = (await api.getGroups()).find((g) => g.id === before.id);
    if (!now) { this.problem = t('circle-gone'); return; }
    const mine = this.members!;
    const put = mine.filter((m) => !before.members.includes(m.id));
    const out = new Set(before.members.filter((id) => !mine.some((m) => m.id === id)));
    if (this.name.trim() === before.name) this.name = now.name;
    this.group = now;
    const theirs = await membersOf(now);
    this.members = [...theirs.filter((m) => !out.has(m.id)), ...put.filter((m) => !theirs.some((x) => x.id === m.id))];
    this.problem = t('circle-changed');
  }

  async #remove(): Promise<void> {
    const g = this.group;
    if (!g || this.busy) return;
    this.busy = true;
    try {
      const now = (await api.getGroups()).find((x) => x.id === g.id) ?? g;
      await api.dropGroup(g.id);
      await people.loadGroups();
      offer(t('circle-removed', { name: foreign(now.name, 80) }), async () => { await api.makeGroup(now.name, now.members); await people.loadGroups(); });
      this.done(null);
    } catch (error) { this.problem = sentence(error); this.busy = false; }
  }

  #write(): void {
    const to = (this.members ?? []).map((m) => m.address).filter(Boolean);
    this.done(null);
    void composeTo(`mailto:${to.map(encodeURIComponent).join(',')}`);
  }

  #members(): TemplateResult {
    if (!this.members) return html`<p class="muted" role="status">${t('loading')}</p>`;
    if (!this.members.length) return html`<p class="muted">${t('circle-no-members')}</p>`;
    return html`<ul class="group-members" aria-label=${t('circle-members')}>${repeat(this.members, (m) => m.id, (m) => html`<li class="set-row"><span class="person-who"><bdi class="truncate">${m.name || m.address}</bdi>${m.name && m.address ? html`<bdi class="muted truncate">${foreign(m.address, 120)}</bdi>` : nothing}</span>
      <button type="button" class="icon-button is-small" aria-label=${t('circle-take-out', { name: m.name || m.address })} data-tip=${t('circle-take-out-tip')} @click=${() => { this.members = this.members!.filter((x) => x !== m); }}>${icon('x')}</button></li>`)}</ul>`;
  }

  override render(): TemplateResult {
    const open = this.found.length > 0;
    const n = this.members?.length ?? 0;
    return dialog({
      title: this.group ? t('circle-edit', { name: foreign(this.group.name, 60) }) : t('circle-new'), className: 'dialog-group', close: () => this.done(null), submit: () => void this.#save(),
      body: html`${this.problem ? html`<div role="alert"><div class="notice is-warning">${icon('triangle-alert')}<div class="notice-text">${this.problem}</div></div></div>` : nothing}
        <label class="field"><span class="field-label">${t('circle-name')}</span><input class="input" autofocus maxlength=${NAME} id="group-name" autocomplete="off" .value=${this.name} @input=${(e: InputEvent) => { this.name = (e.target as HTMLInputElement).value; }}></label>
        <div class="field group-add"><label class="field-label" for="group-add">${t('circle-add')}</label>
          <input class="input" id="group-add" autocomplete="off" spellcheck="false" role="combobox" aria-autocomplete="list" aria-expanded=${open} aria-controls="group-found" aria-activedescendant=${ifDefined(open && this.at >= 0 ? `group-found-${this.at}` : undefined)}
            placeholder=${t('circle-add-hint')} .value=${this.typed} @input=${(e: InputEvent) => { this.problem = ''; void this.#ask((e.target as HTMLInputElement).value); }} @keydown=${this.#key} @blur=${() => { setTimeout(() => { this.found = []; }, 150); }}>
          <div class="suggestions" id="group-found" role="listbox" aria-label=${t('suggestions')} ?hidden=${!open}>${this.found.map((f, i) => html`<div class="suggestion ${i === this.at ? 'is-active' : ''}" id="group-found-${i}" role="option" aria-selected=${i === this.at} @pointerdown=${(e: Event) => { e.preventDefault(); this.#take(f); }}>
            <bdi class="truncate">${foreign(f.name || f.address, 80)}</bdi>${f.name ? html`<bdi class="muted truncate">${f.address}</bdi>` : nothing}</div>`)}</div></div>
        ${this.#members()}`,
      foot: html`${this.group ? html`<button type="button" class="button button-quiet group-remove" data-act="remove" ?disabled=${this.busy} @click=${() => void this.#remove()}>${icon('trash')}${t('circle-remove')}</button>
          <button type="button" class="button" ?disabled=${n === 0} @click=${() => this.#write()}>${icon('pen-line')}${t('circle-write')}</button>` : nothing}
        <button type="button" class="button" @click=${() => this.done(null)}>${t('cancel')}</button><button type="submit" class="button button-primary" ?disabled=${this.busy || !this.members}>${t(this.group ? 'save' : 'circle-make')}</button>`,
    });
  }
}
define('wx-group-edit', WxGroup);

export function editGroup(group: Group | null, first: string[] = []): Promise<Group | null> {
  const box = document.createElement('wx-group-edit') as WxGroup;
  Object.assign(box, { group, first });
  return ask(box);
}

class WxGroupChooser extends Asking<string | null> {
  override render(): TemplateResult {
    return dialog({
      title: t('circle-which'), close: () => this.done(null),
      body: html`<div class="group-choices">${people.groups.value.map((g) => html`<button type="button" class="button" @click=${() => this.done(g.id)}>${icon('users')}<bdi class="truncate">${g.name}</bdi><span class="muted">${g.members.length}</span></button>`)}</div>`,
      foot: html`<button type="button" class="button" @click=${() => this.done(null)}>${t('cancel')}</button><button type="button" class="button" @click=${() => this.done('')}>${icon('plus')}${t('circle-new')}</button>`,
    });
  }
}
define('wx-group-chooser', WxGroupChooser);

/** Puts people in a group or takes them out; done again on what is there when somebody else changed it meanwhile. */
export async function changeMembers(id: string, put: readonly string[], out: readonly string[]): Promise<Group> {
  for (let i = 0; ; i++) {
    const g = (await api.getGroups()).find((x) => x.id === id);
    if (!g) throw new ApiError('not_found', '', 404);
    const members = [...g.members.filter((m) => !out.includes(m)), ...put.filter((m) => !g.members.includes(m))];
    try {
      const saved = await api.saveGroup({ ...g, members });
      await people.loadGroups();
      return saved;
    } catch (error) { if (i >= 3 || !(error instanceof ApiError) || error.code !== 'conflict') throw error; }
  }
}

/** The people who are chosen, into a group that is asked for. */
export async function addToGroup(ids: string[]): Promise<void> {
  const id = people.groups.peek().length ? await ask(document.createElement('wx-group-chooser') as WxGroupChooser) : '';
  if (id === null) return;
  try {
    const g = id === '' ? await editGroup(null, ids) : await changeMembers(id, ids, []);
    if (!g) return;
    people.clearChosen();
    void people.refresh();
    toast(t('circle-has', { name: foreign(g.name, 80), n: g.members.length }));
  } catch (error) { toast(sentence(error), { kind: 'bad' }); }
}
