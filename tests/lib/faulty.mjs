// Mail servers that fail on demand.
import { once } from 'node:events';
import net from 'node:net';

async function listen(onConnection) {
  const open = new Set();
  const server = net.createServer((s) => {
    open.add(s);
    s.on('close', () => open.delete(s));
    s.on('error', () => {});
    onConnection(s);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: server.address().port, close: () => { for (const s of open) s.destroy(); server.close(); } };
}

// An SMTP server. `script(step, line)` answers a reply, null for the usual one, or 'cut' to hang up; steps: ehlo, auth,
// mail, rcpt, data, dot. Messages it took (all that came to their dot and were not refused there) are in `messages`.
export class FakeSmtp {
  messages = [];
  script = () => null;
  async start() {
    this.server = await listen((s) => this.#serve(s));
    this.port = this.server.port;
    return this;
  }
  close() { this.server.close(); }

  #serve(s) {
    let buffer = '', inside = false, to = [];
    s.setEncoding('latin1');
    s.write('220 fake\r\n');
    const answer = async (step, line, usual) => {
      const reply = (await this.script(step, line)) ?? usual;
      if (reply === 'cut') s.destroy();
      else s.write(`${reply}\r\n`);
      return reply;
    };
    const command = async (line) => {
      const word = line.slice(0, 4).toUpperCase();
      if (word === 'EHLO') return answer('ehlo', line, '250-fake\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME');
      if (word === 'AUTH') return answer('auth', line, '235 ok');
      if (word === 'MAIL') { to = []; return answer('mail', line, '250 ok'); }
      if (word === 'RCPT') { to.push(/<(.*)>/.exec(line)[1]); return answer('rcpt', line, '250 ok'); }
      if (word === 'DATA') { inside = (await answer('data', line, '354 go')).startsWith('354'); return null; }
      if (word === 'QUIT') return s.end('221 bye\r\n');
      return s.write('250 ok\r\n');
    };
    const run = async () => {
      for (;;) {
        const end = buffer.indexOf(inside ? '\r\n.\r\n' : '\r\n');
        if (end < 0) return;
        const text = buffer.slice(0, end);
        buffer = buffer.slice(end + (inside ? 5 : 2));
        if (!inside) { await command(text); continue; }
        inside = false;
        const message = { to, text: text.replace(/^\.\./gm, '.') };
        this.messages.push(message);
        if (/^[45]/.test(await answer('dot', '', '250 queued'))) this.messages = this.messages.filter((m) => m !== message);
      }
    };
    let work = Promise.resolve();
    s.on('data', (d) => { buffer += d; work = work.then(run); });
  }
}

// In front of a real IMAP server; `refuse` (a RegExp or null) is matched with each command line, which then gets a NO
// and never reaches the server. `spoil` (a function or null) gets what the server says and gives {bytes, then} for the
// client instead: `then` is 'cut' (hang up), 'hang' (nothing more, ever) or undefined; null leaves it as it is.
// `hold` (a RegExp or null) is matched with each command line, too: the first that fits waits, and nothing else waits
// then; `held` is resolved with the function that lets it go on. `appended` counts the APPENDs it let through.
export class ImapProxy {
  refuse = null;
  appended = 0;
  hold = null;
  held = new Promise((done) => { this.isHeld = done; });
  spoil = null;
  constructor(port) { this.target = port; }
  async start() {
    this.server = await listen((s) => this.#serve(s));
    this.port = this.server.port;
    return this;
  }
  close() { this.server.close(); }

  #serve(client) {
    const server = net.connect(this.target, '127.0.0.1');
    server.on('error', () => client.destroy());
    server.on('close', () => client.destroy());
    client.on('close', () => server.destroy());
    let mute = false;
    server.on('data', (d) => {
      const spoilt = mute ? { bytes: '' } : this.spoil?.(d);
      client.write(spoilt ? spoilt.bytes : d);
      mute ||= spoilt?.then === 'hang';
      if (spoilt?.then === 'cut') client.end();
    });
    let buffer = Buffer.alloc(0), skip = 0, pass = 0, no = null, waiting = false;
    const run = () => {
      while (buffer.length && !waiting) {
        if (skip || pass) { // a literal and what follows it
          const n = Math.min(buffer.length, skip || pass);
          if (pass) { server.write(buffer.subarray(0, n)); pass -= n; } else skip -= n;
          buffer = buffer.subarray(n);
          if (!skip && no) { client.write(`${no} NO refused\r\n`); no = null; }
          continue;
        }
        const end = buffer.indexOf('\r\n');
        if (end < 0) return;
        const line = buffer.subarray(0, end).toString('latin1');
        const literal = /\{(\d+)(\+?)\}$/.exec(line);
        if (this.hold?.test(line)) {
          this.hold = null;
          waiting = true;
          this.isHeld(() => { waiting = false; run(); });
          return;
        }
        if (this.refuse?.test(line)) {
          buffer = buffer.subarray(end + 2);
          if (literal?.[2]) { no = line.split(' ')[0]; skip = Number(literal[1]) + 2; } else client.write(`${line.split(' ')[0]} NO refused\r\n`);
          continue;
        }
        if (/^\S+ APPEND /i.test(line)) this.appended++;
        server.write(buffer.subarray(0, end + 2));
        buffer = buffer.subarray(end + 2);
        if (literal) pass = Number(literal[1]);
      }
    };
    client.on('data', (d) => { buffer = Buffer.concat([buffer, d]); run(); });
  }
}
