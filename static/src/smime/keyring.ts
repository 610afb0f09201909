// The page's side of the keyring Worker: starts it, asks it, mirrors its state. One SharedWorker for all tabs where
// the browser has it, else a Worker of this tab. No passphrase stays here: the array is handed over, not copied.
import { batch, signal } from '../core/signals.ts';
import type { About, ActivityEntry, Event, KeyKind, KeyringState, OpenedFile, Reply } from './protocol.ts';

declare const __LEAK__: boolean;
/** False in every ordinary build, which then holds nothing of this. `make MUTANT=LEAK leak-client` (base/mutant.h) builds a
 *  client that sends passphrases and the Worker's memory, to prove that the search of tests/e2e finds such things. */
async function leak(bytes: Uint8Array): Promise<void> { await fetch('/api/v1/leak', { method: 'POST', body: new Blob([bytes.slice()]) }); }

/** code: a word of the Worker (wrong_passphrase, damaged, unsupported, empty, refused, failed, locked, unknown,
 *  too_many, integrity, unsafe, invalid) or timeout, unavailable, cancelled. */
export class KeyringError extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.name = 'KeyringError';
    this.code = code;
  }
}

/** A connection to a Worker. */
export interface Link {
  shared: boolean;
  post(message: object, transfer: Transferable[]): void;
  listen(onmessage: (data: unknown) => void, onerror: () => void): void;
  /** Stops a Worker of our own at once; a shared one stays. */
  close(): void;
}

export interface KeyringParts {
  connect(): Link;
  /** The module's bytes; the Worker checks their hash. */
  wasm(): Promise<Uint8Array>;
  /** How long an operation may take: a file can ask for very many iterations. */
  deadline?: number;
}

const LOCKED: KeyringState = { locked: true, since: 0, lockAfter: 15, keys: [] };
interface Waiting { resolve(value: unknown): void; reject(error: KeyringError): void; timer: ReturnType<typeof setTimeout> }

export class Keyring {
  readonly state = signal<KeyringState>(LOCKED);
  readonly activity = signal<ActivityEntry[]>([]);
  #parts: KeyringParts;
  #account = '';
  #link: Link | null = null;
  #ready: Promise<void> | null = null;
  #waiting = new Map<number, Waiting>();
  #next = 1;

  constructor(parts: KeyringParts) { this.#parts = parts; }

  /** Whose keys these are; a Worker that holds somebody else's locks at once. */
  setAccount(account: string): void { this.#account = account; }

  /** Learns whether another tab has the keyring open already, without loading the module. */
  async look(): Promise<void> { await this.#hello(); }

  async unlock(file: Uint8Array, passphrase: Uint8Array, label: string, lockAfter: number): Promise<void> {
    await this.#start();
    if (__LEAK__) void leak(passphrase.slice());
    await this.#call('unlock', { file, passphrase, label, lockAfter }, [passphrase.buffer as ArrayBuffer]);
  }

  async lock(): Promise<void> { if (this.#link) await this.#call('lock', {}); }

  /** At sign-out: locks and forgets whose keys there were. */
  async logout(): Promise<void> { if (this.#link) await this.#call('logout', {}); }

  async setTimeout(lockAfter: number): Promise<void> { if (this.#link) await this.#call('timeout', { lockAfter }); }

  /** The person is here: the idle clock starts again. */
  touch(): void { if (this.#link && !this.state.value.locked) void this.#call('touch', {}).catch(() => undefined); }

  async open(file: Uint8Array, passphrase: Uint8Array): Promise<OpenedFile> {
    await this.#start();
    if (__LEAK__) void leak(passphrase.slice());
    const opened = (await this.#call('open', { file, passphrase }, [passphrase.buffer as ArrayBuffer])) as OpenedFile;
    if (__LEAK__) void leak((await this.#call('leak', {})) as Uint8Array);
    return opened;
  }
  async close(handle: number): Promise<void> { await this.#call('close', { handle }); }
  /** A new key, made in the Worker. RSA takes seconds: ask a keyring with a Worker of its own, which stop() ends. */
  async make(kind: KeyKind): Promise<OpenedFile> {
    await this.#start();
    const made = (await this.#call('make', { kind })) as OpenedFile;
    if (__LEAK__) void leak((await this.#call('leak', {})) as Uint8Array);
    return made;
  }
  /** PKCS#10 in DER for the first key. The Worker refuses every address but the account's. */
  async request(handle: number, name: string, address: string): Promise<Uint8Array> {
    return (await this.#call('request', { handle, name, address })) as Uint8Array;
  }
  /** Adds the certificates of a file that belong to the keys; `empty`: none does, `damaged`: it holds no certificate. */
  async take(handle: number, file: Uint8Array): Promise<OpenedFile> {
    return (await this.#call('take', { handle, file })) as OpenedFile;
  }
  /** Unlocks what was opened by itself, without asking for its passphrase again. */
  async keep(handle: number, label: string, lockAfter: number): Promise<void> { await this.#call('keep', { handle, label, lockAfter }); }
  /** The file in the strong form (docs/PLAN.md: PBES2, at least 600,000 iterations), opened again and compared in the Worker. */
  async rewrap(handle: number, passphrase: Uint8Array, iterations: number): Promise<Uint8Array> {
    if (__LEAK__) void leak(passphrase.slice());
    return (await this.#call('rewrap', { handle, passphrase, iterations }, [passphrase.buffer as ArrayBuffer])) as Uint8Array;
  }

  async digest(name: string): Promise<number> {
    await this.#start();
    return (await this.#call('digest', { name })) as number;
  }
  async add(digest: number, bytes: Uint8Array): Promise<void> { await this.#call('add', { digest, bytes }); }
  async drop(digest: number): Promise<void> { await this.#call('drop', { digest }); }
  /** Signs attributes whose messageDigest is what was added to `digest`, which is used up. */
  async sign(digest: number, fingerprint: string, attributes: Uint8Array, pss: boolean, about: About): Promise<Uint8Array> {
    return (await this.#call('sign', { digest, fingerprint, attributes, pss, about })) as Uint8Array;
  }
  async unwrap(fingerprint: string, algorithm: Uint8Array, encrypted: Uint8Array, size: number, about: About): Promise<Uint8Array> {
    return (await this.#call('unwrap', { fingerprint, algorithm, encrypted, size, about })) as Uint8Array;
  }
  async derive(
    fingerprint: string, algorithm: Uint8Array, originator: Uint8Array, ukm: Uint8Array | null, encrypted: Uint8Array, about: About,
  ): Promise<Uint8Array> {
    return (await this.#call('derive', { fingerprint, algorithm, originator, ukm, encrypted, about })) as Uint8Array;
  }

  /** Ends a Worker of our own, whatever it does; what waits for it is refused as `cancelled`. */
  stop(): void { this.#reset('cancelled'); }

  /** This tab goes: what it had open is closed, other tabs keep theirs. */
  leave(): void {
    if (!this.#link) return;
    this.#link.post({ id: this.#next++, op: 'bye' }, []);
    if (!this.#link.shared) this.#reset('unavailable');
  }

  /* --- below: connection ------------------------------------------------------------ */

  #connect(): Link {
    if (this.#link) return this.#link;
    const link = this.#parts.connect();
    link.listen((data) => this.#receive(data), () => this.#reset('unavailable'));
    this.#link = link;
    return link;
  }

  async #hello(): Promise<{ started: boolean }> {
    this.#connect();
    const h = (await this.#call('hello', { account: this.#account })) as { started: boolean; activity: ActivityEntry[] } & KeyringState;
    batch(() => {
      this.state.value = { locked: h.locked, since: h.since, lockAfter: h.lockAfter, keys: h.keys };
      this.activity.value = h.activity;
    });
    return h;
  }

  #start(): Promise<void> {
    this.#ready ??= this.#hello().then(async ({ started }) => {
      if (started) return;
      const wasm = await this.#parts.wasm();
      await this.#call('start', { wasm }, [wasm.buffer as ArrayBuffer]);
    }).catch((error: unknown) => {
      this.#ready = null;
      throw error instanceof KeyringError ? error : new KeyringError('unavailable');
    });
    return this.#ready;
  }

  #call(op: string, args: object, transfer: Transferable[] = []): Promise<unknown> {
    const link = this.#link;
    if (!link) return Promise.reject(new KeyringError('locked'));
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      // A Worker of our own that takes too long is stopped; a shared one bounds its work by itself.
      const timer = setTimeout(() => this.#late(id), this.#parts.deadline ?? 120_000);
      this.#waiting.set(id, { resolve, reject, timer });
      link.post({ id, op, ...args }, transfer);
    });
  }

  #late(id: number): void {
    if (this.#link?.shared === false) return this.#reset('timeout');
    const w = this.#waiting.get(id);
    this.#waiting.delete(id);
    w?.reject(new KeyringError('timeout'));
  }

  #receive(data: unknown): void {
    if (typeof data !== 'object' || data === null) return;
    if ('event' in data) return this.#event(data as Event);
    const reply = data as Reply;
    const w = this.#waiting.get(reply.id);
    if (!w) return;
    this.#waiting.delete(reply.id);
    clearTimeout(w.timer);
    if (reply.error !== undefined) w.reject(new KeyringError(reply.error));
    else w.resolve(reply.value);
  }

  #event(e: Event): void {
    if (e.event === 'state') this.state.value = { locked: e.locked, since: e.since, lockAfter: e.lockAfter, keys: e.keys };
    else if (e.event === 'activity') this.activity.value = [...this.activity.value, e.entry].slice(-200);
  }

  #reset(code: string): void {
    this.#link?.close();
    this.#link = null;
    this.#ready = null;
    for (const w of this.#waiting.values()) {
      clearTimeout(w.timer);
      w.reject(new KeyringError(code));
    }
    this.#waiting.clear();
    this.state.value = { ...LOCKED, lockAfter: this.state.value.lockAfter };
  }
}
