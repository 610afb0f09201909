// Entry of the administration's page: texts, session, address, then the shell.
import './shared.ts';
import { ApiError } from '../api/client.ts';
import { effect, untracked } from '../core/signals.ts';
import { LANGUAGES, loadLanguage, pickLanguage, language } from '../core/i18n.ts';
import { useDates } from '../core/format.ts';
import { html } from '../core/lit.ts';
import { startTooltips } from '../views/parts/tooltip.ts';
import { asking, getSession, post } from './api.ts';
import { startBrand } from './brand.ts';
import { entered } from './gate.ts';
import { parsePath, startRouter } from './router.ts';
import { gate, lacksFactor, session, storedLanguage, theme, useTheme } from './state.ts';
import { startStepUp } from './step-up.ts';
import { say } from './words.ts';
import type { WxAdmin } from './shell.ts';
import type { Organisation, Page } from './types.ts';

let password = '';
/** The second factor's part is loaded when it is set up: after a sign-in without one, or by a button of the page. */
async function enrol(): Promise<void> {
  const shell = document.querySelector<WxAdmin>('wx-admin')!;
  const leave = (): void => { void begin().then(() => { gate.value = null; shell.enrolment = null; }); };
  const typed = password;
  password = '';
  await import('./enrol.ts');
  shell.enrolment = html`<wx-enrol .password=${typed} .done=${leave} .leave=${leave}></wx-enrol>`;
}

let begun = false;
/** The session names the first organisations only: the one of the address is asked for where it is none of them. */
async function begin(): Promise<void> {
  if (begun) return;
  begun = true;
  const { organisation: id } = parsePath(location.pathname);
  const s = session.value;
  if (s && id && (s.organisation_count ?? 0) > s.organisations.length && !s.organisations.some((o) => o.id === id)) {
    const found = await post<Page<Organisation>>('organisations/query', { text: id, offset: 0, limit: 50 }).catch(() => null);
    const one = found?.rows.find((o) => o.id === id);
    if (one) session.value = { ...s, organisations: [...s.organisations, one] };
  }
  startRouter();
  startBrand();
}

async function start(): Promise<void> {
  const lang = pickLanguage(storedLanguage() || document.documentElement.lang, navigator.languages);
  const texts = loadLanguage(lang in LANGUAGES ? lang : 'en');
  useTheme(theme.value);
  startStepUp();
  let found = null;
  try { found = await getSession(); } catch (error) {
    await texts;
    if (!(error instanceof ApiError) || error.status !== 401) throw new Error(say(error));
  }
  await texts;
  effect(() => { void language.value; useDates('', '', navigator.languages); });
  startTooltips();
  entered.then = (s, typed) => { if (lacksFactor(s)) { password = typed; gate.value = 'enrol'; } else void begin().then(() => { gate.value = null; }); };
  asking.factor = () => { gate.value = 'enrol'; };
  if (found) { session.value = found; await begin(); } else gate.value = 'signin';
  document.querySelector('.boot')?.remove();
  effect(() => { if (gate.value === 'enrol') untracked(() => void enrol()); });
}

start().catch((error: unknown) => {
  const box = document.querySelector('.boot');
  if (box) { box.classList.add('is-bad'); box.textContent = error instanceof Error ? error.message : String(error); }
});
