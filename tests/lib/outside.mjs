// What waxseal-fetch of the running instance can reach. In the demo it has a network of its own with nothing in it; a
// test can put a place there: every address becomes local, and nothing leaves the machine.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { instance } from './instance.mjs';

const RESPONDER = '11.1.2.3';
/** For the certificates of an Authority: where `Outside.ocsp` answers. */
export const OCSP = `http://${RESPONDER}/`;

function pidOfFetch() { return readFileSync(path.join(instance.data, 'run/fetch.pid'), 'utf8').trim(); }

/** false, or why a test cannot have places outside: for node:test's `skip`. */
export function missing() {
  if (process.getuid?.() !== 0) return 'needs root';
  try {
    if (readlinkSync(`/proc/${pidOfFetch()}/ns/net`) === readlinkSync('/proc/self/ns/net')) return 'waxseal-fetch has no network of its own here';
  } catch { return 'waxseal-fetch does not run here'; }
  return false;
}

export class Outside {
  #running = [];
  #enter(args) { return ['--net', '--target', pidOfFetch(), ...args]; }
  constructor() {
    for (const line of ['ip link set lo up', 'ip route replace local 0.0.0.0/0 dev lo', 'sysctl -q -w net.ipv4.ip_unprivileged_port_start=0']) {
      execFileSync('nsenter', this.#enter(line.split(' ')), { stdio: 'pipe', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` } });
    }
  }
  /** The real `openssl ocsp` for an authority; it reads its index once. */
  async ocsp(authority) {
    const child = spawn('nsenter', this.#enter(['openssl', ...authority.responder({ port: 80 })]), { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#running.push(child);
    let said = '';
    await new Promise((resolve, reject) => {
      for (const s of [child.stdout, child.stderr]) s.on('data', (d) => { said += d; if (/waiting for OCSP/i.test(said)) resolve(); });
      child.on('exit', () => reject(new Error(`openssl ocsp ended: ${said}`)));
    });
    return child;
  }
  close() { for (const c of this.#running) c.kill(); }
}
