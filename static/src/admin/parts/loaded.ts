// What a place shows of one answer of the server: asked for when it is opened and again when somebody comes back to the page.
import { signal } from '../../core/signals.ts';

export class Loaded<T> {
  readonly value = signal<T | null>(null);
  readonly failure = signal<unknown>(null);
  readonly #get: () => Promise<T>;
  #round = 0;
  constructor(get: () => Promise<T>) { this.#get = get; }
  /** What is there stays on the screen until the new answer is here. */
  load = async (): Promise<void> => {
    const round = ++this.#round;
    try {
      const v = await this.#get();
      if (round === this.#round) { this.value.value = v; this.failure.value = null; }
    } catch (error) { if (round === this.#round) this.failure.value = error; }
  };
}
