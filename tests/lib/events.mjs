// Server-sent events as the web client reads them, over node's http: each stream has its own connection.
import http from 'node:http';

export class EventStream {
  events = [];
  comments = 0;
  ended = null; // 'end' properly, 'cut' otherwise
  #text = '';
  #from = 0;
  #wake = [];

  /** Answers {status, headers, stream}; stream is null unless the status is 200, text the body otherwise. */
  static open(client, headers = {}) {
    const url = new URL('/api/v1/events', client.origin);
    const cookie = [...client.cookies].map(([k, v]) => `${k}=${v}`).join('; ');
    return new Promise((resolve, reject) => {
      const q = http.request({ host: '127.0.0.1', port: url.port, path: url.pathname, headers: { Host: url.host, ...(cookie ? { Cookie: cookie } : {}), ...headers }, agent: false }, (r) => {
        const s = new EventStream();
        s.request = q;
        if (r.statusCode === 200) {
          s.#read(r);
          resolve({ status: 200, headers: r.headers, stream: s });
          return;
        }
        let text = '';
        r.setEncoding('utf8').on('data', (d) => { text += d; }).on('end', () => resolve({ status: r.statusCode, headers: r.headers, stream: null, text, json: JSON.parse(text) }));
      });
      q.on('error', (e) => (q.destroyed ? resolve({ status: 0 }) : reject(e)));
      q.end();
    });
  }
  #read(r) {
    const done = (how) => { this.ended ??= how; this.#notify(); };
    r.setEncoding('utf8');
    r.on('data', (d) => { this.#text += d; this.#parse(); });
    r.on('end', () => done('end'));
    r.on('error', () => done('cut'));
    r.on('close', () => done(r.complete ? 'end' : 'cut'));
  }
  #parse() {
    for (let at; (at = this.#text.indexOf('\n\n')) >= 0;) {
      const block = this.#text.slice(0, at);
      this.#text = this.#text.slice(at + 2);
      const event = { name: 'message', data: null };
      for (const line of block.split('\n')) {
        if (line.startsWith(':')) this.comments++;
        if (line.startsWith('event: ')) event.name = line.slice(7);
        if (line.startsWith('data: ')) event.data = JSON.parse(line.slice(6));
      }
      if (event.data !== null) this.events.push(event);
    }
    this.#notify();
  }
  #notify() { for (const w of this.#wake.splice(0)) w(); }
  async #until(probe, what, seconds) {
    let late = false;
    const timer = setTimeout(() => { late = true; this.#notify(); }, seconds * 1000);
    try {
      for (;;) {
        const found = probe();
        if (found) return found;
        if (late) throw new Error(`never came: ${what}; there are ${JSON.stringify(this.events.slice(-8))}${this.ended ? `, it is over (${this.ended})` : ''}`);
        await new Promise((r) => { this.#wake.push(r); });
      }
    } finally { clearTimeout(timer); }
  }
  /** The next event of that name that fits; those before it are passed over. */
  next(name, fits = () => true, seconds = 30) {
    return this.#until(() => {
      while (this.#from < this.events.length) {
        const e = this.events[this.#from++];
        if (e.name === name && fits(e.data)) return e;
      }
      return null;
    }, name, seconds).then((e) => e.data);
  }
  over(seconds = 30) { return this.#until(() => this.ended, 'the end', seconds); }
  close() { this.request.destroy(); }
}
