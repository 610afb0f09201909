// Dialogs as promises: openDialog((close) => …) answers what it was closed with, null when the person left it. One above another is
// possible (a code is asked for over a form). On <dialog>: the focus stays inside, Escape and the backdrop close, it goes back after.
import { WxElement, define } from '../../core/element.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing, repeat } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { signal } from '../../core/signals.ts';

export interface DialogView {
  title: string;
  body: unknown;
  foot?: unknown;
  wide?: boolean;
  submit?: () => void;
  /** No cross, no Escape: something must be taken note of first. */
  stay?: boolean;
}
type Close<T> = (result: T | null) => void;
interface Open { id: number; view: () => DialogView; close: Close<never>; from: Element | null }

const open = signal<Open[]>([]);
/** From so many on, the number is typed. */
const MANY = 25;
let serial = 0;

export function openDialog<T>(make: (close: Close<T>) => () => DialogView): Promise<T | null> {
  return new Promise((resolve) => {
    const id = ++serial;
    const close: Close<T> = (result) => {
      const mine = open.value.find((d) => d.id === id);
      if (!mine) return;
      open.value = open.value.filter((d) => d !== mine);
      resolve(result);
      queueMicrotask(() => { if (mine.from instanceof HTMLElement && mine.from.isConnected && (document.activeElement === document.body || !document.activeElement)) mine.from.focus(); });
    };
    open.value = [...open.value, { id, view: make(close), close, from: document.activeElement }];
  });
}
export function anyDialog(): boolean { return open.value.length > 0; }

class WxAdminDialog extends WxElement {
  static override properties = { entry: { attribute: false } };
  declare entry: Open;

  override firstUpdated(): void {
    const el = this.querySelector('dialog')!;
    el.showModal();
    const body = '.dialog-body :is(input:not([type=radio], [type=checkbox], [type=file]), textarea, select):not(:disabled)';
    (el.querySelector<HTMLElement>('[autofocus]:not(:disabled)') ?? el.querySelector<HTMLElement>(body) ?? el.querySelector<HTMLElement>('.dialog-foot button:not(:disabled)') ?? el.querySelector<HTMLElement>('.dialog-body'))?.focus();
  }

  override render(): TemplateResult {
    const v = this.entry.view();
    const leave = (): void => { if (!v.stay) this.entry.close(null as never); };
    const backdrop = (e: MouseEvent): void => {
      const el = e.currentTarget as HTMLDialogElement;
      const box = el.getBoundingClientRect();
      if (e.target === el && (e.clientX < box.left || e.clientX > box.right || e.clientY < box.top || e.clientY > box.bottom)) leave();
    };
    const title = `dialog-${this.entry.id}`;
    return html`<dialog class="dialog ${v.wide ? 'dialog-wide' : ''}" aria-labelledby=${title} @cancel=${(e: Event) => { e.preventDefault(); leave(); }} @mousedown=${backdrop}>
      <form class="dialog-form" novalidate @submit=${(e: Event) => { e.preventDefault(); v.submit?.(); }}>
        <div class="dialog-head"><h2 id=${title}>${v.title}</h2>${v.stay ? nothing : html`<button type="button" class="icon-button" aria-label=${t('close')} @click=${leave}>${icon('x')}</button>`}</div>
        <div class="dialog-body" tabindex="-1">${v.body}</div>
        ${v.foot ? html`<div class="dialog-foot">${v.foot}</div>` : nothing}
      </form>
    </dialog>`;
  }
}
define('wx-admin-dialog', WxAdminDialog);

/** Stands once in the shell. */
class WxDialogs extends WxElement {
  override render(): TemplateResult { return html`${repeat(open.value, (d) => d.id, (d) => html`<wx-admin-dialog .entry=${d}></wx-admin-dialog>`)}`; }
}
define('wx-dialogs', WxDialogs);

/** Yes or no; true when it was confirmed. `also`: what more there is to say, a list for instance. What is dangerous is never only one
 *  Enter away; `n`: so many are concerned, and where they are many the number is typed. */
export async function confirmed(o: { title: string; text: string; yes: string; danger?: boolean; also?: unknown; n?: number }): Promise<boolean> {
  const many = (o.n ?? 0) >= MANY;
  const typed = signal('');
  const right = (): boolean => !many || typed.value.replace(/[^0-9]/g, '') === String(o.n);
  return (await openDialog<boolean>((close) => () => ({
    title: o.title, submit: () => { if (right()) close(true); },
    body: html`<p>${o.text}</p>${o.also ?? nothing}${many ? html`<label class="field"><span class="field-label">${t('adm-sure-type', { n: o.n! })}</span><input class="input" inputmode="numeric" autocomplete="off" autofocus data-sure .value=${typed.value} @input=${(e: Event) => { typed.value = (e.target as HTMLInputElement).value; }}></label>` : nothing}`,
    foot: html`<button type="button" class="button button-quiet" ?autofocus=${o.danger && !many} @click=${() => close(null)}>${t('cancel')}</button><button type="submit" class="button ${o.danger ? 'button-danger' : 'button-primary'}" ?autofocus=${!o.danger && !many} ?disabled=${!right()}>${o.yes}</button>`,
  }))) === true;
}
