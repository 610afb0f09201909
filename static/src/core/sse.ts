// Server-sent events out of pieces of text as they arrive (HTML, section 9.2). Pure.

export interface ServerEvent { name: string; data: string }

/** An event longer than that is no event of ours. */
const MOST = 1_000_000;

export class EventParser {
  #rest = '';

  /** Events that are complete now. A comment alone is none. */
  feed(text: string): ServerEvent[] {
    this.#rest += text.replaceAll('\r\n', '\n');
    const out: ServerEvent[] = [];
    for (let at = this.#rest.indexOf('\n\n'); at >= 0; at = this.#rest.indexOf('\n\n')) {
      const event = read(this.#rest.slice(0, at));
      this.#rest = this.#rest.slice(at + 2);
      if (event) out.push(event);
    }
    if (this.#rest.length > MOST) throw new Error('an event without end');
    return out;
  }
}

function read(block: string): ServerEvent | null {
  let name = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') name = value;
    if (field === 'data') data.push(value);
  }
  return data.length ? { name, data: data.join('\n') } : null;
}

/** Milliseconds before the nth new attempt (from 0): doubled to a minute, spread so that not all come at once. */
export function backoff(n: number, random = Math.random): number {
  return Math.min(60_000, 1000 * 2 ** Math.min(n, 10)) * (0.5 + random());
}
