// HTTP to our own server: one error shape, CSRF, deadline, and "session expired" held until the person signed in again.
import { signal } from '../core/signals.ts';
import { hasText, language, t } from '../core/i18n.ts';

export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: Record<string, unknown>;
  constructor(code: string, message: string, status: number, details: Record<string, unknown> = {}) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.status = status;
    this.details = details;
  }
  /** After so many seconds it may be tried again (Retry-After); 0: not said. */
  get wait(): number { return typeof this.details.retry_after === 'number' ? this.details.retry_after : 0; }
  get field(): string { return typeof this.details.field === 'string' ? this.details.field : ''; }
}

/** These codes say little; the server's sentence, which is English, says more. */
const VAGUE = ['invalid', 'bad_request', 'throttled', 'unsupported', 'smtp_refused', 'source_unavailable'];

/** What to tell a person: our own words by code; in English the server's sentence where that says more. */
export function sentence(error: unknown): string {
  if (error instanceof ApiError) {
    const key = `err-${error.code.replaceAll('_', '-')}`;
    // Whose certificate it is stands in the field.
    const named = VAGUE.includes(error.code) || (['no_certificate', 'conflict'].includes(error.code) && error.field !== '');
    if (language.value === 'en' && error.message && (named || !hasText(key))) return error.message;
    if (!hasText(key)) return t('err-internal');
    return error.field.includes('@') ? `${t(key)} (${error.field})` : t(key);
  }
  if (error instanceof Error && error.name === 'AbortError') return t('err-cancelled');
  return t('err-internal');
}

let csrf = '';
export function setCsrf(token: string): void { csrf = token; }
export function csrfHeader(): Record<string, string> { return { 'X-Waxseal-Csrf': csrf }; }

let account = '';
/** Whose page this is. Every request says so: the cookie may be somebody else's by now, and then nothing is answered. */
export function setAccount(address: string): void { account = address; }
export function accountHeader(): Record<string, string> { return account ? { 'X-Waxseal-Account': encodeURIComponent(account) } : {}; }

/** True while requests wait for a new sign-in. */
export const sessionExpired = signal(false);
let renewal: Promise<void> | null = null;
let renewed: (() => void) | null = null;

export function waitForSignIn(): Promise<void> {
  if (!renewal) {
    sessionExpired.value = true;
    renewal = new Promise((resolve) => { renewed = resolve; });
  }
  return renewal;
}

/** Called after a successful sign-in in the overlay: everything that waited goes on. */
export function sessionRenewed(): void {
  sessionExpired.value = false;
  renewal = null;
  renewed?.();
  renewed = null;
}

/** Features of the plan as the last answer named them; null: not told yet. A change has effect in pages that run. */
export const featuresNow = signal<string | null>(null);

/** Counts what was told of changes of the organisation's rules. */
export const rulesNow = signal(0);

/** Called when something was done in this page that verdicts depend on. */
export const trustHooks: (() => void)[] = [];
export function trustChanged<T>(done: Promise<T>): Promise<T> { return done.then((x) => { for (const f of trustHooks) f(); return x; }); }

const KEPT_ALIVE = 4096;
export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  json?: unknown;
  body?: Blob;
  type?: string;
  signal?: AbortSignal;
  /** Answer bytes as they are instead of JSON. */
  raw?: boolean;
  /** false: a 401 is an error at once (sign-in itself). */
  holdOnExpiry?: boolean;
  deadline?: number;
  /** Goes on when the page is left meanwhile. For small bodies: browsers take 64 KB of such at a time. */
  keepalive?: boolean;
}

/** A page that nobody touched for that long asks by itself: that keeps no session (the server's idle time). */
const QUIET_MS = 60_000;
let touched = performance.now();
for (const type of ['pointerdown', 'keydown', 'wheel', 'touchstart']) globalThis.addEventListener?.(type, () => { touched = performance.now(); }, { passive: true, capture: true });

async function once(path: string, o: RequestOptions): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json', ...accountHeader() };
  const method = o.method ?? 'GET';
  let body: BodyInit | undefined;
  if (o.json !== undefined) { body = JSON.stringify(o.json); headers['Content-Type'] = 'application/json'; }
  else if (o.body) { body = o.body; headers['Content-Type'] = o.type ?? 'application/octet-stream'; }
  if (method !== 'GET') headers['X-Waxseal-Csrf'] = csrf;
  else if (performance.now() - touched > QUIET_MS) headers['X-Waxseal-Background'] = '1';
  const signals = [AbortSignal.timeout(o.deadline ?? 60_000)];
  if (o.signal) signals.push(o.signal);
  try {
    const init: RequestInit = { method, headers, credentials: 'same-origin', redirect: 'error', signal: AbortSignal.any(signals) };
    if (body !== undefined) init.body = body;
    if (o.keepalive && typeof body === 'string' && body.length <= KEPT_ALIVE) init.keepalive = true;
    const answer = await fetch(path, init);
    featuresNow.value = answer.headers.get('X-Waxseal-Features') ?? featuresNow.value;
    return answer;
  } catch (cause) {
    if (o.signal?.aborted) throw cause;
    const timedOut = cause instanceof Error && cause.name === 'TimeoutError';
    throw new ApiError(timedOut ? 'timeout' : 'offline', t(timedOut ? 'err-timeout' : 'err-offline'), 0);
  }
}

export async function answerError(answer: Response): Promise<ApiError> {
  const after = Number(answer.headers.get('Retry-After') ?? 0);
  const wait = Number.isFinite(after) && after > 0 ? { retry_after: after } : {};
  try {
    const j = (await answer.json()) as { code?: unknown; message?: unknown; details?: unknown };
    if (typeof j.code === 'string') {
      return new ApiError(j.code, typeof j.message === 'string' ? j.message : '', answer.status, { ...(j.details as Record<string, unknown> | undefined), ...wait });
    }
  } catch { /* Not our JSON (a proxy answered): said by status below. */ }
  if (answer.status === 429) return new ApiError('throttled', t('err-throttled'), 429, wait);
  if (answer.status === 413) return new ApiError('too_large', t('err-too-large'), 413);
  if (answer.status === 502 || answer.status === 503 || answer.status === 504) return new ApiError('gateway', t('err-gateway'), answer.status);
  return new ApiError('internal', t('err-internal'), answer.status);
}

export async function request(path: string, o: RequestOptions = {}): Promise<Response> {
  for (;;) {
    const answer = await once(path, o);
    if (answer.ok) return answer;
    const error = await answerError(answer);
    const stale = error.code === 'unauthenticated' || error.code === 'csrf';
    if (!stale || o.holdOnExpiry === false) throw error;
    await waitForSignIn();
  }
}

export async function api<T>(path: string, o: RequestOptions = {}): Promise<T> {
  const answer = await request(path, o);
  return (await answer.json()) as T;
}
