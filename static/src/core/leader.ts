// Which tab of a browser does what only one may do: the one that holds a Web Lock. When it is closed, the browser gives
// the lock to the next. A tab that is frozen keeps it without doing anything: then another takes it away.

export interface Locks {
  request(name: string, o: { steal?: boolean; signal?: AbortSignal }, run: () => Promise<void>): Promise<unknown>;
}
export interface LeaderOptions {
  name: string;
  /** null: the browser has none; then every tab leads. */
  locks: Locks | null;
  now: () => number;
  /** A leader that was not heard for so many milliseconds is taken for frozen. */
  stale: number;
  lead: () => void;
  lose: () => void;
}

export class Leader {
  leading = false;
  #o: LeaderOptions;
  #turn = 0;
  #heard = 0;
  #withdraw: AbortController | null = null;
  #release: (() => void) | null = null;
  #started = false;

  constructor(o: LeaderOptions) { this.#o = o; }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#queue(false);
  }

  /** The leader gave a sign of life. */
  heard(): void { this.#heard = this.#o.now(); }

  /** Called now and then by tabs that are looked at: takes the place of a leader that says nothing any longer. */
  check(): void {
    if (this.#started && !this.leading && this.#o.now() - this.#heard > this.#o.stale) this.#queue(true);
  }

  /** Lets another tab lead (this one is about to be frozen or closed). start() stands in line again. */
  stop(): void {
    this.#started = false;
    this.#turn++;
    this.#withdraw?.abort();
    this.#release?.();
    this.#release = null;
    this.#set(false);
  }

  #set(on: boolean): void {
    if (this.leading === on) return;
    this.leading = on;
    if (on) this.#o.lead(); else this.#o.lose();
  }

  #queue(steal: boolean): void {
    const turn = ++this.#turn;
    this.#heard = this.#o.now();
    this.#withdraw?.abort();
    this.#release = null;
    if (!this.#o.locks) { this.#set(true); return; }
    const withdraw = new AbortController();
    this.#withdraw = withdraw;
    let granted = false;
    const hold = (): Promise<void> => new Promise((done) => {
      if (turn !== this.#turn) { done(); return; }
      granted = true;
      this.#release = done;
      this.#set(true);
    });
    const over = (): void => {
      if (turn !== this.#turn) return;
      // Taken away: in line again. Never had: locks do not work here, so everybody leads.
      if (granted) { this.#set(false); this.#queue(false); } else this.#set(true);
    };
    // The two options exclude each other.
    this.#o.locks.request(this.#o.name, steal ? { steal } : { signal: withdraw.signal }, hold).then(over, over);
  }
}
