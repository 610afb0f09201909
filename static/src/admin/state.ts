// What the whole page knows: who is signed in, the organisation that is looked at, whether the server answers.
import { computed, signal } from '../core/signals.ts';
import type { Organisation, Session } from './types.ts';

export const session = signal<Session | null>(null);
/** What stands instead of the page: signing in, setting up the second factor, or nothing. */
export const gate = signal<'signin' | 'enrol' | null>(null);
/** The session ended while the page was open: the page is covered until its owner is back. */
export const away = signal(false);
/** The server did not answer the last request. */
export const gone = signal(false);

export const organisationId = signal('');
export const organisation = computed<Organisation | null>(() => session.value?.organisations.find((o) => o.id === organisationId.value) ?? null);
/** A code of the second factor was given, or will be asked for. */
const mayAt = computed(() => session.value?.may_write === true && (session.value.second_factor || session.value.second_factor_on === true));
/** Whoever looks only is shown no button that changes something. */
export const mayWrite = computed(() => mayAt.value && (session.value?.operator === true || ['owner', 'writer'].includes(organisation.value?.role ?? '')));
export const mayOwn = computed(() => mayAt.value && (session.value?.operator === true || organisation.value?.role === 'owner'));

/** Somebody who could write with a second factor, and has none. */
export function lacksFactor(s: Session): boolean { return s.may_write && !s.second_factor && s.second_factor_on !== true; }

const LAST = 'waxseal-admin-organisation';
/** The organisation a page is opened with: as the address says, else the last one, else the first. */
export function chooseOrganisation(wanted: string): void {
  const all = session.value?.organisations ?? [];
  const has = (id: string | null): boolean => all.some((o) => o.id === id);
  let last: string | null = null;
  try { last = localStorage.getItem(LAST); } catch { /* No storage: the first one then. */ }
  organisationId.value = has(wanted) ? wanted : wanted ? '' : has(last) ? last! : all[0]?.id ?? '';
  if (organisationId.value) try { localStorage.setItem(LAST, organisationId.value); } catch { /* Not kept then. */ }
}

export type Theme = 'system' | 'light' | 'dark';
const THEME = 'waxseal-admin-theme';
function storedTheme(): Theme {
  try { const t = localStorage.getItem(THEME); return t === 'light' || t === 'dark' ? t : 'system'; } catch { return 'system'; }
}
export const theme = signal<Theme>(storedTheme());
export function useTheme(next: Theme): void {
  theme.value = next;
  document.documentElement.dataset.theme = next;
  try { if (next === 'system') localStorage.removeItem(THEME); else localStorage.setItem(THEME, next); } catch { /* Not kept then. */ }
}
const LANGUAGE = 'waxseal-admin-language';
export function storedLanguage(): string { try { return localStorage.getItem(LANGUAGE) ?? ''; } catch { return ''; } }
export function storeLanguage(lang: string): void { try { localStorage.setItem(LANGUAGE, lang); } catch { /* Not kept then. */ } }
