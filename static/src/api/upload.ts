// Large bodies go by XMLHttpRequest: fetch does not say how much of a body has left. Everything else is as in client.ts.
import { t } from '../core/i18n.ts';
import { ApiError, accountHeader, answerError, api, csrfHeader, featuresNow, waitForSignIn } from './client.ts';

export interface UploadOptions {
  deadline: number;
  signal?: AbortSignal;
  /** Bytes of the body that have left, and all of them. Called for what takes long enough to look at only. */
  progress?: (sent: number, total: number) => void;
}

const LARGE = 256 * 1024;

function once(path: string, body: Blob, type: string, o: UploadOptions): Promise<Response> {
  return new Promise((resolve, reject) => {
    const x = new XMLHttpRequest();
    const stop = (): void => x.abort();
    const done = (what: () => void): void => { o.signal?.removeEventListener('abort', stop); what(); };
    x.open('POST', path);
    x.timeout = o.deadline;
    for (const [name, value] of Object.entries({ Accept: 'application/json', 'Content-Type': type, ...accountHeader(), ...csrfHeader() })) x.setRequestHeader(name, value);
    x.upload.onprogress = (e) => o.progress?.(e.loaded, e.total);
    x.onload = () => done(() => {
      // A redirect would be an answer of somebody else: fetch refuses it, and so do we.
      if (new URL(x.responseURL).pathname !== path) { reject(new ApiError('gateway', t('err-gateway'), 0)); return; }
      featuresNow.value = x.getResponseHeader('X-Waxseal-Features') ?? featuresNow.value;
      resolve(new Response(x.responseText, { status: x.status, headers: { 'Content-Type': x.getResponseHeader('Content-Type') ?? '' } }));
    });
    x.onerror = () => done(() => reject(new ApiError('offline', t('err-offline'), 0)));
    x.ontimeout = () => done(() => reject(new ApiError('timeout', t('err-timeout'), 0)));
    x.onabort = () => done(() => reject(new ApiError('cancelled', t('err-cancelled'), 0)));
    o.signal?.addEventListener('abort', stop);
    x.send(body);
  });
}

export async function upload<T>(path: string, body: Blob, type: string, o: UploadOptions): Promise<T> {
  if (body.size < LARGE || typeof XMLHttpRequest === 'undefined') {
    const plain = { method: 'POST' as const, body, type, deadline: o.deadline };
    return api<T>(path, o.signal ? { ...plain, signal: o.signal } : plain);
  }
  for (;;) {
    if (o.signal?.aborted) throw new ApiError('cancelled', t('err-cancelled'), 0);
    o.progress?.(0, body.size);
    const answer = await once(path, body, type, o);
    if (answer.ok) return (await answer.json()) as T;
    const error = await answerError(answer);
    if (error.code !== 'unauthenticated' && error.code !== 'csrf') throw error;
    await waitForSignIn();
  }
}
