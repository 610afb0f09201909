// How the keyring Worker is started. Its own response carries its policy; the page's does not reach it.
import type { Link } from './keyring.ts';

const URL_OF_WORKER = '/keyring/worker.js';

interface Factory { createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): unknown } }
let policy: { createScriptURL(url: string): unknown } | null = null;

/** Trusted Types: the one policy for script addresses gives out this path and no other. */
function workerUrl(): string {
  const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
  if (!factory) return URL_OF_WORKER;
  policy ??= factory.createPolicy('app-url', {
    createScriptURL: (url) => {
      if (url !== URL_OF_WORKER) throw new TypeError('not a script of ours');
      return url;
    },
  });
  return policy.createScriptURL(URL_OF_WORKER) as string;
}

/** One keyring for all tabs where the browser has SharedWorker. */
export function connectWorker(): Link {
  if (typeof SharedWorker === 'function') {
    const worker = new SharedWorker(workerUrl(), { name: 'waxseal-keyring' });
    return {
      shared: true,
      post: (message, transfer) => worker.port.postMessage(message, transfer),
      listen: (onmessage, onerror) => {
        worker.port.onmessage = (e: MessageEvent<unknown>) => onmessage(e.data);
        worker.onerror = onerror;
      },
      close: () => worker.port.close(),
    };
  }
  return connectOwnWorker();
}

/** A Worker of this tab only, which close() ends at once, also in the middle of a long computation. */
export function connectOwnWorker(): Link {
  const worker = new Worker(workerUrl(), { name: 'waxseal-keyring' });
  return {
    shared: false,
    post: (message, transfer) => worker.postMessage(message, transfer),
    listen: (onmessage, onerror) => {
      worker.onmessage = (e: MessageEvent<unknown>) => onmessage(e.data);
      worker.onerror = onerror;
    },
    close: () => worker.terminate(),
  };
}
