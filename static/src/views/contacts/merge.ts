// Several contacts become one: what comes out is shown before it is done. It can be taken back where no certificates change hands.
import { ApiError, sentence } from '../../api/client.ts';
import * as api from '../../api/contacts.ts';
import type { Contact } from '../../api/types.ts';
import { define } from '../../core/element.ts';
import { foreign } from '../../core/foreign.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { go } from '../../core/router.ts';
import * as people from '../../store/people.ts';
import { smimeOn } from '../../store/session.ts';
import { toast } from '../../store/toasts.ts';
import { offer } from '../../store/undo.ts';
import { Asking, ask } from '../../smime/asking.ts';
import { dialog } from '../parts/dialog.ts';
import { face, titleOf } from './face.ts';
import { labelWord } from './labels.ts';
import { MOST_JOINED, joined } from './joining.ts';
import { canUnmerge, photosOf, unmerging } from './unmerge.ts';

/** What became of them, and what Undo needs; undo null: it cannot be taken back. */
interface Merged { one: Contact; undo: (() => Promise<void>) | null }
class WxMerge extends Asking<Merged | null> {
  static override properties = { all: { state: true }, busy: { state: true }, problem: { state: true } };
  declare all: Contact[];
  declare busy: boolean;
  declare problem: string;
  constructor() { super(); this.all = []; this.busy = false; this.problem = ''; }

  #lead(c: Contact): void { this.all = [c, ...this.all.filter((x) => x !== c)]; }

  async #do(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.problem = '';
    try {
      // What was shown is what happens: where one of them is another by now, it is shown anew first.
      const now = await Promise.all(this.all.map((c) => api.getPerson(c.id)));
      if (now.some((c, i) => c.version !== this.all[i]!.version)) { this.all = now; this.problem = t('merge-changed'); return; }
      const { all } = this;
      const undoes = canUnmerge(all, smimeOn.value);
      const photos = undoes ? await photosOf(all.slice(1)) : new Map<string, Blob>();
      const one = await api.mergePeople(all.map((c) => c.id));
      this.done({ one, undo: undoes ? unmerging(all, one, photos) : null });
    } catch (error) { this.problem = error instanceof ApiError && error.code === 'not_found' ? t('merge-gone') : sentence(error); } finally { this.busy = false; }
  }

  #preview(): TemplateResult {
    const j = joined(this.all);
    const row = (label: string, what: unknown): TemplateResult => html`<div class="fact"><dt>${label}</dt><dd>${what}</dd></div>`;
    return html`<section class="merge-out" aria-labelledby="merge-out"><h3 id="merge-out">${t('merge-out')}</h3><dl class="facts">
      ${row(t('person-name'), html`<bdi>${foreign(j.name, 120) || t('person-no-name')}</bdi>`)}
      ${row(t('person-addresses'), html`<ul class="plain-list">${j.lines.map((l) => html`<li><bdi>${foreign(l.address, 120)}</bdi>${l.label ? html` <span class="muted">${labelWord(l.label)}</span>` : nothing}</li>`)}</ul>`)}
      ${j.phone ? row(t('person-phone'), html`<bdi>${foreign(j.phone, 64)}</bdi>`) : nothing}
      ${j.notes ? row(t('person-notes'), html`<span class="person-notes">${j.notes}</span>`) : nothing}
      ${j.photo ? row(t('person-photo'), face(j.photo)) : nothing}
      ${j.groups ? row(t('person-groups'), t('merge-groups', { n: j.groups })) : nothing}
      ${smimeOn.value && j.certificates ? row(t('person-certificates'), t('merge-certificates', { n: j.certificates })) : nothing}</dl>
      ${j.problem ? html`<div role="alert" class="notice is-bad">${icon('octagon-x')}<div class="notice-text">${t(j.problem === 'addresses' ? 'merge-too-many-addresses' : 'merge-notes-long')}</div></div>` : nothing}</section>`;
  }

  override render(): TemplateResult {
    const stuck = joined(this.all).problem !== null;
    return dialog({
      title: t('merge-title', { n: this.all.length }), className: 'dialog-wide dialog-merge', close: () => { if (!this.busy) this.done(null); }, submit: () => { if (!stuck) void this.#do(); },
      body: html`<p>${t('merge-how')}</p>${this.problem ? html`<div role="alert" class="notice is-warning">${icon('triangle-alert')}<div class="notice-text">${this.problem}</div></div>` : nothing}
        <fieldset class="merge-first"><legend class="field-label">${t('merge-first')}</legend><div class="set-options">${this.all.toSorted((a, b) => a.id.localeCompare(b.id)).map((c) => html`<label class="option"><input class="radio" type="radio" name="merge-first" .checked=${this.all[0] === c} @change=${() => this.#lead(c)}>
          <span class="option-title"><bdi>${titleOf(c)}</bdi></span><span class="option-text"><bdi>${foreign(c.addresses.map((a) => a.address).join(', '), 160)}</bdi></span></label>`)}</div></fieldset>
        ${this.#preview()}<p class="muted">${[canUnmerge(this.all, smimeOn.value) ? '' : t('merge-no-undo'), smimeOn.value && this.all.some((c) => c.certificates.length) ? t('merge-waits') : ''].filter(Boolean).join(' ')}</p>`,
      foot: html`<button type="button" class="button" ?disabled=${this.busy} @click=${() => this.done(null)}>${t('cancel')}</button><button type="submit" class="button button-primary" data-act="merge" ?disabled=${this.busy || stuck}>${t('merge-do')}</button>`,
    });
  }
}
define('wx-merge', WxMerge);

export async function merge(ids: readonly string[]): Promise<void> {
  if (ids.length > MOST_JOINED) { toast(t('merge-many', { n: MOST_JOINED }), { kind: 'bad' }); return; }
  try {
    const box = document.createElement('wx-merge') as WxMerge;
    box.all = await Promise.all(ids.map((id) => api.getPerson(id)));
    const merged = await ask(box);
    if (!merged) return;
    const { one, undo } = merged;
    people.clearChosen();
    void people.refresh();
    people.loadGroups().catch(() => undefined);
    if (undo) offer(t('merge-done', { name: titleOf(one) }), undo); else toast(t('merge-done', { name: titleOf(one) }));
    go({ page: 'contacts', id: one.id }, { replace: true });
  } catch (error) { toast(error instanceof ApiError && error.code === 'not_found' ? t('merge-gone') : sentence(error), { kind: 'bad' }); }
}
