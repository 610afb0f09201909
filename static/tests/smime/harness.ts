// The real Worker script with the real module, in this process: a fake `self`, a clock that can be moved.
import { existsSync, readFileSync } from 'node:fs';
import { webcrypto } from 'node:crypto';
import { Keyring } from '../../src/smime/keyring.ts';
import { toHex } from '../../src/smime/bytes.ts';
import type { Link } from '../../src/smime/keyring.ts';

const WASM = 'build/keyring/keyring.wasm';
const WORKER = 'build/keyring/worker.js';
/** False: not built (make keyring); the tests that need it are skipped and say so. */
export const built = existsSync(WASM) && existsSync(WORKER);
export const NOT_BUILT = 'build/keyring is missing: run make keyring';

export const wasmBytes = (): Uint8Array => new Uint8Array(readFileSync(WASM));
export const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(`tests/fixtures/p12/${name}`));
export function unhex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (h) => parseInt(h, 16));
}
export function concat(...parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) { out.set(p, at); at += p.length; }
  return out;
}
const tlv = (tag: number, ...parts: Uint8Array[]): Uint8Array => {
  const body = concat(...parts);
  const head = body.length < 128 ? [tag, body.length] : body.length < 256 ? [tag, 0x81, body.length] : [tag, 0x82, body.length >> 8, body.length & 255];
  return concat(Uint8Array.from(head), body);
};
export { tlv };
/** SET OF contentType and messageDigest (and what is given), in DER. */
export function attributes(digest: Uint8Array, ...more: Uint8Array[]): Uint8Array {
  const type = tlv(0x30, unhex('06092a864886f70d010903'), tlv(0x31, unhex('06092a864886f70d010701')));
  const sum = tlv(0x30, unhex('06092a864886f70d010904'), tlv(0x31, tlv(0x04, digest)));
  const all = [type, sum, ...more].sort((a, b) => Buffer.compare(a, b));
  return tlv(0x31, ...all);
}

export const pass = (text: string): Uint8Array => new TextEncoder().encode(text);

type Listener = (event: { data: unknown }) => void;
interface Port { onmessage: Listener | null; postMessage(m: unknown, transfer?: Transferable[]): void }

type Connect = (e: { ports: Port[] }) => void;
export interface FakeOptions { open?: 'eval' | 'fetch' | 'importScripts' | 'same-origin fetch' | 'same-origin importScripts'; source?: string }

export class FakeWorker {
  now = 1_790_000_000_000;
  /** What the Worker sent, over all links. */
  sent: unknown[] = [];
  memories: WebAssembly.Memory[] = [];
  scope: Record<string, unknown>;
  #connect: Connect | null = null;
  #tick: () => void = () => undefined;

  constructor(o: FakeOptions = {}) {
    const blocked = (name: string) => (url = '') => {
      const own = url.startsWith('https://mail.test/');
      if (o.open === name || (own && o.open === `same-origin ${name}`)) return name === 'fetch' ? Promise.resolve({}) : undefined;
      throw new Error('blocked by policy');
    };
    const prototype = { indexedDB: {}, caches: {}, fetch: blocked('fetch'), importScripts: blocked('importScripts') };
    this.scope = Object.assign(Object.create(prototype) as Record<string, unknown>, {
      crypto: webcrypto, location: { href: 'https://mail.test/keyring/worker.js' }, ['eval']: blocked('eval'), BroadcastChannel: class {}, WebSocket: class {}, onconnect: null,
      setInterval: (f: () => void) => { this.#tick = f; return 1; },
    });
    const watch = (m: WebAssembly.Module, imports: WebAssembly.Imports): WebAssembly.Instance => {
      const instance = new WebAssembly.Instance(m, imports);
      this.memories.push(instance.exports.memory as WebAssembly.Memory);
      return instance;
    };
    // A called constructor that returns an object gives that object.
    const instance = function (this: unknown, m: WebAssembly.Module, i: WebAssembly.Imports) { return watch(m, i); };
    const wa = { compile: (b: BufferSource) => WebAssembly.compile(b), Instance: instance };
    const clock = { now: () => this.now };
    new Function('self', 'WebAssembly', 'Date', o.source ?? readFileSync(WORKER, 'utf8'))(this.scope, wa, clock);
    this.#connect = this.scope.onconnect as Connect;
  }

  /** One tab. */
  link(): Link {
    let receive: (data: unknown) => void = () => undefined;
    const port: Port = {
      onmessage: null,
      postMessage: (m, transfer = []) => {
        const copy: unknown = structuredClone(m, { transfer });
        this.sent.push(copy);
        queueMicrotask(() => receive(copy));
      },
    };
    this.#connect!({ ports: [port] });
    return {
      shared: true,
      post: (m, transfer) => port.onmessage!({ data: structuredClone(m, { transfer }) }),
      listen: (onmessage) => { receive = onmessage; },
      close: () => undefined,
    };
  }

  async tick(milliseconds: number): Promise<void> {
    this.now += milliseconds;
    this.#tick();
    await new Promise((r) => setImmediate(r));
  }

  contains(needle: Uint8Array): boolean {
    const text = toHex(needle);
    return this.memories.some((m) => Buffer.from(m.buffer).toString('hex').includes(text));
  }
}

export function newKeyring(worker: FakeWorker, account = 'zoe@zoo.example'): Keyring {
  const keyring = new Keyring({ connect: () => worker.link(), wasm: () => Promise.resolve(wasmBytes()) });
  keyring.setAccount(account);
  return keyring;
}
