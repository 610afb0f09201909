// HTTP to the administration's own server: CSRF, deadlines, the code that some acts want, a session that ended, a server that is gone.
import { ApiError, answerError } from '../api/client.ts';
import { t } from '../core/i18n.ts';
import { away, gone, session } from './state.ts';
import type { Session } from './types.ts';

export const BASE = '/api/admin/v1';
export interface Options {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Sent as JSON; makes the request a POST unless said otherwise. */
  json?: unknown;
  body?: Blob;
  signal?: AbortSignal;
  deadline?: number;
  /** For the sign-in itself: an answer "not signed in" is an error like any other. */
  bare?: boolean;
}

/** The shell draws these; here is only who waits for them. */
export const asking = { code: (): Promise<boolean> => Promise.resolve(false), factor: (): void => undefined };

let back: Promise<void> | null = null;
let returned: (() => void) | null = null;
function untilBack(): Promise<void> {
  back ??= new Promise((resolve) => { returned = resolve; });
  away.value = true;
  return back;
}
/** After a sign-in over the page that is open: what waited goes on. */
export function cameBack(): void { away.value = false; back = null; returned?.(); returned = null; }

/** A page that nobody touched for a minute asks by itself: that keeps no session. */
const QUIET_MS = 60_000;
let touched = performance.now();
for (const type of ['pointerdown', 'keydown', 'wheel', 'touchstart']) globalThis.addEventListener?.(type, () => { touched = performance.now(); }, { passive: true, capture: true });

/** The error is one that this product wrote; the answer stays to be read. */
async function isOurs(answer: Response): Promise<boolean> {
  try { return typeof ((await answer.clone().json()) as { code?: unknown }).code === 'string'; } catch { return false; }
}
async function once(path: string, o: Options): Promise<Response> {
  const method = o.method ?? (o.json !== undefined || o.body ? 'POST' : 'GET');
  const headers: Record<string, string> = { Accept: 'application/json' };
  const init: RequestInit = { method, headers, credentials: 'same-origin', redirect: 'error' };
  if (o.json !== undefined) { init.body = JSON.stringify(o.json); headers['Content-Type'] = 'application/json'; }
  else if (o.body) { init.body = o.body; headers['Content-Type'] = o.body.type || 'application/octet-stream'; }
  if (method !== 'GET') headers['X-Waxseal-Csrf'] = session.value?.csrf ?? '';
  if (performance.now() - touched > QUIET_MS) headers['X-Waxseal-Background'] = '1';
  init.signal = AbortSignal.any([AbortSignal.timeout(o.deadline ?? 60_000), ...(o.signal ? [o.signal] : [])]);
  try {
    const answer = await fetch(path.startsWith('/') ? path : `${BASE}/${path}`, init);
    // A refusal in our own words, a name server that does not answer for instance, came from a server that does.
    gone.value = answer.status >= 502 && answer.status <= 504 && !(await isOurs(answer));
    return answer;
  } catch (cause) {
    if (o.signal?.aborted) throw cause;
    const late = cause instanceof Error && cause.name === 'TimeoutError';
    gone.value = true;
    throw new ApiError(late ? 'timeout' : 'offline', t(late ? 'err-timeout' : 'err-offline'), 0);
  }
}

/** The answer, after whatever had to be asked of the person for it; ApiError otherwise. */
export async function answerOf(path: string, o: Options = {}): Promise<Response> {
  let stepped = false;
  for (;;) {
    const answer = await once(path, o);
    if (answer.ok) return answer;
    const error = await answerError(answer);
    if (o.bare) throw error;
    if (error.code === 'unauthenticated' || error.code === 'csrf') { await untilBack(); continue; }
    if (error.code === 'step_up' && !stepped) {
      stepped = true;
      if (await asking.code()) continue;
      throw new ApiError('step_up', t('adm-step-up-left'), 403);
    }
    // On, but no code of it was given in this session: that is asked for. Off: it is set up first.
    if (error.code === 'second_factor' && !stepped && session.value?.second_factor_on) {
      stepped = true;
      if (await asking.code()) { await renewSession(); continue; }
    } else if (error.code === 'second_factor') asking.factor();
    throw error;
  }
}

export async function ask<T>(path: string, o: Options = {}): Promise<T> {
  const answer = await answerOf(path, o);
  return (answer.status === 204 ? {} : await answer.json()) as T;
}
export function post<T>(path: string, json: unknown, o: Options = {}): Promise<T> { return ask<T>(path, { ...o, json }); }
/** Below the organisation that is looked at. */
export function of(organisation: string, path: string): string { return `organisations/${organisation}/${path}`; }

export function getSession(): Promise<Session> { return ask<Session>('session', { bare: true }); }
/** After something that changes what one may do: roles, organisations, the second factor. */
export async function renewSession(): Promise<void> { session.value = await getSession(); }
