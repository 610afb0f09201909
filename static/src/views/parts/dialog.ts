// A modal dialog on <dialog>: traps focus natively, closes on Escape and on the backdrop, returns focus.
import { rememberOpener } from '../../core/focus.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing, ref } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';

export interface DialogOptions {
  title: string;
  body: unknown;
  foot?: unknown;
  className?: string;
  /** Absent: the dialog cannot be closed by the person (session expired). */
  close?: (() => void) | undefined;
  submit?: (() => void) | undefined;
  /** Text only: the keyboard scrolls it where it is long. */
  reads?: boolean;
}

/** Into what is to be filled in or decided, never onto the cross: what is typed there would close the dialog. */
function focusIn(el: HTMLDialogElement): void {
  const wanted = el.querySelector<HTMLElement>('[autofocus]:not(:disabled)')
    ?? [...el.querySelectorAll<HTMLElement>('.dialog-body :is(input:not([type=radio], [type=checkbox], [type=file]), textarea, select):not(:disabled)')].find((e) => e.getClientRects().length > 0);
  if (wanted) wanted.focus();
  else if (document.activeElement === el.querySelector('.dialog-head button')) (el.querySelector<HTMLElement>('.dialog-foot button:not(:disabled)') ?? el.querySelector<HTMLElement>('.dialog-body'))?.focus();
}

export function dialog(o: DialogOptions): TemplateResult {
  const opened = (el: Element | undefined): void => {
    if (!(el instanceof HTMLDialogElement) || el.open) return;
    rememberOpener(el);
    // The element is in the document only after this render.
    queueMicrotask(() => { if (el.isConnected && !el.open) { el.showModal(); focusIn(el); } });
  };
  const cancel = (e: Event): void => { e.preventDefault(); o.close?.(); };
  const backdrop = (e: MouseEvent): void => {
    const el = e.currentTarget as HTMLDialogElement;
    if (e.target !== el || !o.close) return;
    const box = el.getBoundingClientRect();
    if (e.clientX < box.left || e.clientX > box.right || e.clientY < box.top || e.clientY > box.bottom) o.close();
  };
  return html`<dialog class="dialog ${o.className ?? ''}" aria-labelledby="dialog-title" ${ref(opened)} @cancel=${cancel} @mousedown=${backdrop}>
    <form method="dialog" class="dialog-form" @submit=${(e: Event) => { e.preventDefault(); o.submit?.(); }}>
      <div class="dialog-head"><h2 id="dialog-title">${o.title}</h2>
        ${o.close ? html`<button type="button" class="icon-button" aria-label=${t('close')} data-tip=${t('close')} @click=${o.close}>${icon('x')}</button>` : nothing}</div>
      <div class="dialog-body" tabindex=${o.reads ? '0' : nothing}>${o.body}</div>
      ${o.foot ? html`<div class="dialog-foot">${o.foot}</div>` : nothing}
    </form>
  </dialog>`;
}
