// Which rows of a list of fixed-height rows are near the window, and where they are drawn. Pure, so that it can be tested.
export function windowOf(top: number, height: number, row: number, total: number, over: number): { from: number; to: number } {
  const first = Math.floor(Math.max(0, top) / row);
  const last = Math.ceil((Math.max(0, top) + height) / row);
  const to = Math.min(total, last + over);
  return { from: Math.max(0, Math.min(first - over, to)), to };
}

/** No element is made higher: Firefox stops at 17.8 million pixels, and single precision counts whole ones to 16. */
export const MOST_PX = 15_000_000;

/** The way from the scroll bar to the list. A list that is too high for an element is scrolled by its own pixels as long
 *  as somebody scrolls, and by proportion where somebody drags the bar: `base` is what lies between the two. */
export class Track {
  base = 0;
  #full = 0;
  #view = 0;
  readonly most: number;
  constructor(most = MOST_PX) { this.most = most; }

  set(full: number, view: number): void {
    this.#full = full;
    this.#view = view;
    if (!this.scaled) this.base = 0;
  }
  get scaled(): boolean { return this.#full > this.most; }
  /** Height of the element. */
  get height(): number { return Math.min(this.#full, this.most); }
  get #end(): number { return Math.max(0, this.#full - this.#view); }

  /** The list's own pixel at the upper edge. */
  at(scrollTop: number): number { return this.scaled ? Math.max(0, Math.min(scrollTop + this.base, this.#end)) : scrollTop; }

  /** After the bar went from one place to another. */
  moved(before: number, now: number): void {
    if (!this.scaled) return;
    const edge = now <= 0 || now >= this.most - this.#view;
    if (edge || Math.abs(now - before) > 3 * this.#view) this.base = Math.round((now / (this.most - this.#view)) * this.#end) - now;
  }

  /** Where the bar belongs for a pixel of the list; what is drawn stays where it is. */
  seek(pixel: number): number {
    if (!this.scaled) return pixel;
    const to = Math.max(0, Math.min(pixel, this.#end));
    const top = Math.round((to / this.#end) * (this.most - this.#view));
    this.base = to - top;
    return top;
  }
}
