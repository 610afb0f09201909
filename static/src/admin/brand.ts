// How the page looks: as the organisation one stands in says, else, and where one stands in none, as the installation does.
import { effect, signal } from '../core/signals.ts';
import { ask, of } from './api.ts';
import { placeOf } from './places.ts';
import { route } from './router.ts';
import { organisationId, session } from './state.ts';
import type { Brand } from './types.ts';

const frame = (): DOMStringMap => document.querySelector<HTMLElement>('wx-admin')?.dataset ?? {};
/** Before anybody is signed in the page itself says it. */
const installation = (): Brand => session.value?.branding ?? { name: frame().name || null, logo: frame().logo || null, accent: null, support: null };
const known = new Map<string, Brand>();
export const brand = signal<Brand>(installation());
let now = '';

/** The colours are a sheet of the server's, for light and dark; the old one goes when the new one is there. */
function dye(accent: string | null): void {
  const old = [...document.querySelectorAll<HTMLLinkElement>('link[href^="/brand/"]')];
  const href = accent && /^#[0-9a-f]{6}$/.test(accent) ? `/brand/${accent.slice(1)}.css` : '';
  const keep = old.find((l) => l.getAttribute('href') === href);
  const drop = (): void => { for (const l of old) if (l !== keep) l.remove(); };
  if (!href || keep) { drop(); return; }
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = href;
  link.onload = drop;
  document.head.append(link);
}
function show(b: Brand): void {
  brand.value = b;
  dye(b.accent);
}
async function dress(id: string): Promise<void> {
  now = id;
  const has = id ? known.get(id) : installation();
  if (has) { show(has); return; }
  let b: Brand | null = null;
  try { b = (await ask<{ shown: Brand }>(of(id, 'branding'))).shown; known.set(id, b); } catch { /* How it looks is never in the way of anything. */ }
  if (now === id) show(b ?? installation());
}
/** It was changed here. */
export function dressAgain(): void { known.clear(); void dress(now); }

export function startBrand(): void {
  effect(() => { if (session.value) void dress(placeOf(route.value.place)?.of ? '' : organisationId.value); });
}
