// The places that certificates name, for tests that need the instance's servers as well and so cannot run inside
// the network namespace themselves: starts this file there (tests/lib/netns.sh) with waxseal-fetch, a web server at
// http://places.example/ and one `openssl ocsp` for each authority, and talks with it over its standard input.
//
//     const places = await Places.start({ authorities: [ca], env });   // Authority made with Places.names('name')
//     await places.serve('name.crl', der);
//     await places.down(true);       // the web server refuses every connection's request with 503
//     places.socket                  // of waxseal-fetch
import { spawn } from 'node:child_process';
import http from 'node:http';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { closeAll, connectable, dnsServer, fetchDaemon, folder, httpServer, run, until } from './netns.mjs';

const self = fileURLToPath(import.meta.url);
const ADDRESS = '11.1.2.3';

export class Places {
  /** What an authority of this name puts into its certificates. */
  static names(name) { return { ocsp: `http://places.example/ocsp/${name}`, crl: `http://places.example/${name}.crl`, aia: `http://places.example/${name}.der` }; }
  /** authorities: {name: Authority}; env: for the OCSP responders (a clock). */
  static async start({ authorities, env = {} }) {
    const p = new Places();
    const responders = Object.fromEntries(Object.entries(authorities).map(([name, a], i) => [name, { port: 8801 + i, args: a.responder({ port: 8801 + i }) }]));
    p.child = spawn('bash', [path.join(path.dirname(self), 'netns.sh'), process.execPath, self, JSON.stringify({ responders, env })], { stdio: ['pipe', 'pipe', 'inherit'] });
    p.lines = readline.createInterface({ input: p.child.stdout })[Symbol.asyncIterator]();
    p.socket = (await p.#next()).socket;
    return p;
  }
  async #next() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error('the places ended');
    return JSON.parse(value);
  }
  async #ask(command) {
    this.child.stdin.write(`${JSON.stringify(command)}\n`);
    return this.#next();
  }
  serve(name, bytes) { return this.#ask({ serve: name, bytes: bytes.toString('base64') }); }
  down(down) { return this.#ask({ down }); }
  /** Paths asked for since the last call. */
  async requests() { return (await this.#ask({ requests: true })).requests; }
  async close() {
    this.child.stdin.end();
    await new Promise((resolve) => { this.child.on('close', resolve); });
  }
}

async function inside({ responders, env }) {
  const files = new Map(), say = (v) => process.stdout.write(`${JSON.stringify(v)}\n`);
  let down = false, requests = [];
  for (const { port, args } of Object.values(responders)) {
    run('openssl', args, { env: { ...process.env, ...env } });
    await until('openssl ocsp', () => connectable('127.0.0.1', port));
  }
  const names = await dnsServer();
  names.set('places.example', [ADDRESS]);
  await httpServer(ADDRESS, 80, (request, response, { body }) => {
    requests.push(request.url);
    const responder = responders[/^\/ocsp\/(.*?)\/?$/.exec(request.url)?.[1]];
    const file = files.get(request.url.slice(1));
    if (down) response.writeHead(503).end();
    else if (responder) {
      const onward = http.request({ host: '127.0.0.1', port: responder.port, method: 'POST', path: '/', agent: false, headers: { 'Content-Type': 'application/ocsp-request', 'Content-Length': body.length } },
        (answer) => { response.writeHead(answer.statusCode, { 'Content-Type': 'application/ocsp-response' }); answer.pipe(response); });
      onward.on('error', () => response.writeHead(502).end());
      onward.end(body);
    } else if (file) response.writeHead(200, { 'Content-Type': 'application/pkix-crl' }).end(file);
    else response.writeHead(404).end();
  });
  const daemon = await fetchDaemon();
  say({ socket: daemon.socket });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const command = JSON.parse(line);
    if (command.serve) files.set(command.serve, Buffer.from(command.bytes, 'base64'));
    if (command.down !== undefined) ({ down } = command);
    say({ requests });
    if (command.requests) requests = [];
  }
  await closeAll();
}
if (process.argv[1] === self && folder) await inside(JSON.parse(process.argv[2]));
