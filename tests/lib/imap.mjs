// A small IMAP client for seeding and for looking behind the product's back in tests. Plain TCP on loopback.
import net from 'node:net';

const CRLF = Buffer.from('\r\n');

export class Imap {
  #socket; #buffer = Buffer.alloc(0); #wake = null; #tag = 0; #ended = false;

  static async open(port, user, password) {
    const imap = new Imap();
    imap.#socket = net.connect(port, '127.0.0.1');
    imap.#socket.on('data', (d) => { imap.#buffer = Buffer.concat([imap.#buffer, d]); imap.#wake?.(); });
    imap.#socket.on('close', () => { imap.#ended = true; imap.#wake?.(); });
    imap.#socket.on('error', () => { imap.#ended = true; imap.#wake?.(); });
    await imap.#response();
    await imap.command(`LOGIN ${quote(user)} ${quote(password)}`);
    return imap;
  }

  // One server response: {text, literals}; a literal stands in text as {n}.
  async #response() {
    const literals = [];
    let text = '';
    for (;;) {
      const at = this.#buffer.indexOf(CRLF);
      if (at < 0) { await this.#more(); continue; }
      const line = this.#buffer.subarray(0, at).toString('utf8');
      const size = /\{(\d+)\}$/.exec(line);
      if (!size) { this.#buffer = this.#buffer.subarray(at + 2); return { text: text + line, literals }; }
      const n = Number(size[1]);
      while (this.#buffer.length < at + 2 + n) await this.#more();
      literals.push(Buffer.from(this.#buffer.subarray(at + 2, at + 2 + n)));
      this.#buffer = this.#buffer.subarray(at + 2 + n);
      text += line;
    }
  }
  async #more() {
    if (this.#ended) throw new Error('the IMAP server closed the connection');
    await new Promise((resolve) => { this.#wake = resolve; });
    this.#wake = null;
  }

  // Sends one command, returns the untagged responses; throws on NO and BAD.
  async command(text, literal) {
    const tag = `t${++this.#tag}`;
    this.#socket.write(`${tag} ${text}${literal ? ` {${literal.length}+}` : ''}\r\n`);
    if (literal) { this.#socket.write(literal); this.#socket.write(CRLF); }
    const untagged = [];
    for (;;) {
      const r = await this.#response();
      if (!r.text.startsWith(`${tag} `)) { untagged.push(r); continue; }
      if (!r.text.startsWith(`${tag} OK`)) throw new Error(`IMAP ${text.slice(0, 60)}: ${r.text}`);
      untagged.tagged = r.text;
      return untagged;
    }
  }

  async create(mailbox) {
    const have = await this.command(`LIST "" ${quote(mailbox)}`);
    if (!have.length) await this.command(`CREATE ${quote(mailbox)}`);
    await this.command(`SUBSCRIBE ${quote(mailbox)}`);
  }
  // date: JS Date for INTERNALDATE. Returns the UID.
  async append(mailbox, message, flags = [], date = new Date()) {
    const r = await this.command(`APPEND ${quote(mailbox)} (${flags.join(' ')}) "${internalDate(date)}"`, message);
    return Number(/APPENDUID \d+ (\d+)/.exec(r.tagged)?.[1] ?? 0);
  }
  async select(mailbox) {
    const r = await this.command(`SELECT ${quote(mailbox)}`);
    const number = (re) => Number(r.map((x) => re.exec(x.text)?.[1]).find(Boolean) ?? 0);
    return { exists: number(/^\* (\d+) EXISTS/), uidvalidity: number(/UIDVALIDITY (\d+)/), uidnext: number(/UIDNEXT (\d+)/) };
  }
  async search(criteria) {
    const r = await this.command(`UID SEARCH ${criteria}`);
    return r.flatMap((x) => (/^\* SEARCH(.*)/.exec(x.text)?.[1] ?? '').trim().split(' ').filter(Boolean).map(Number));
  }
  async source(uid) {
    const r = await this.command(`UID FETCH ${uid} (BODY.PEEK[])`);
    return r.find((x) => x.literals.length)?.literals[0];
  }
  async flags(uid) {
    const r = await this.command(`UID FETCH ${uid} (FLAGS)`);
    return (/FLAGS \(([^)]*)\)/.exec(r.find((x) => x.text.includes('FLAGS'))?.text ?? '')?.[1] ?? '').split(' ').filter(Boolean);
  }
  close() { this.#socket.end('zz LOGOUT\r\n'); }
}

export function quote(s) { return `"${String(s).replace(/["\\]/g, '\\$&')}"`; }

function internalDate(d) {
  const month = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][d.getUTCMonth()];
  const two = (n) => String(n).padStart(2, '0');
  return `${two(d.getUTCDate())}-${month}-${d.getUTCFullYear()} ${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())} +0000`;
}
