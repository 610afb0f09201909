// Where a link really leads, said at the edge of the window while it is pointed at or has the focus.
import { icon } from '../../core/icon.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { signal } from '../../core/signals.ts';

export interface Pointed { href: string; odd: boolean }
const pointed = signal<Pointed | null>(null);
export function pointAt(to: Pointed | null): void { if (pointed.value?.href !== to?.href) pointed.value = to; }

/** What stands before the host, the host, and what follows; the host is what counts. */
export function partsOf(href: string): [string, string, string] {
  if (/^mailto:/i.test(href)) return ['', decodeSafely(href.slice(7).split('?')[0]!), ''];
  try {
    const u = new URL(href);
    // A name before the "@" is no host, however much it looks like one.
    const rest = `${u.pathname}${u.search}${u.hash}`;
    return [`${u.protocol}//${u.username ? '…@' : ''}`, u.host, rest === '/' ? '' : rest.length > 80 ? `${rest.slice(0, 80)}…` : rest];
  } catch { return ['', href.slice(0, 120), '']; }
}
function decodeSafely(s: string): string { try { return decodeURIComponent(s); } catch { return s; } }

export function linkTarget(): TemplateResult | typeof nothing {
  const p = pointed.value;
  if (!p) return nothing;
  const [before, host, after] = partsOf(p.href);
  return html`<div class="link-target ${p.odd ? 'is-odd' : ''}" aria-hidden="true">${p.odd ? icon('triangle-alert') : nothing}<bdi>${before}<strong>${host}</strong>${after}</bdi></div>`;
}
