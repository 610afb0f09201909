// A Unix socket in front of Redis that counts what goes through it: what a client sends until it is answered is one
// round trip, and each command of it is noted by name.
import net from 'node:net';
import { rmSync } from 'node:fs';

export class RedisProxy {
  trips = 0;
  commands = [];

  static async start(socket, upstream) {
    const p = new RedisProxy();
    p.socket = socket;
    rmSync(socket, { force: true });
    p.server = net.createServer((from) => p.#join(from, net.connect(upstream)));
    await new Promise((resolve) => p.server.listen(socket, resolve));
    return p;
  }
  #join(from, to) {
    let waiting = false;
    from.on('data', (d) => {
      if (!waiting) this.trips++;
      waiting = true;
      for (const [, name] of d.toString('latin1').matchAll(/\*\d+\r\n\$\d+\r\n([A-Z_]+)\r\n/g)) this.commands.push(name);
      to.write(d);
    });
    to.on('data', (d) => { waiting = false; from.write(d); });
    for (const [a, b] of [[from, to], [to, from]]) { a.on('error', () => b.destroy()); a.on('close', () => b.destroy()); }
  }
  /** What was sent while f ran. */
  async during(f) {
    const [trips, at] = [this.trips, this.commands.length];
    await f();
    return { trips: this.trips - trips, commands: this.commands.slice(at) };
  }
  close() { return new Promise((resolve) => this.server.close(resolve)); }
}
