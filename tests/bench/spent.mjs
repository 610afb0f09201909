// What the server spends: processor time and memory of the workers of the running instance (WAXSEAL_ACCOUNTS).
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { instance } from '../lib/instance.mjs';

const master = Number(readFileSync(path.join(instance.data, 'run/waxseald.pid'), 'utf8'));
const lines = (program, args) => execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim().split('\n');
const workers = () => lines('pgrep', ['-P', String(master)]);
const field = (pid, name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

/** Nanoseconds on the processor of all worker threads until now. */
export function processor() {
  let sum = 0;
  for (const pid of workers())
    for (const tid of lines('ls', [`/proc/${pid}/task`])) sum += Number(readFileSync(`/proc/${pid}/task/${tid}/schedstat`, 'utf8').split(' ')[0]);
  return sum;
}

/** What a request costs: its answer, milliseconds on the processor, and MB (2^20) that a worker held at most above what it had before. */
export async function spent(request) {
  const before = new Map(workers().map((pid) => { writeFileSync(`/proc/${pid}/clear_refs`, '5'); return [pid, field(pid, 'VmRSS')]; }));
  const start = processor();
  const result = await request();
  return { result, ms: (processor() - start) / 1e6, most: Math.max(...[...before].map(([pid, had]) => field(pid, 'VmHWM') - had)) / 1024 };
}

/** Milliseconds on the processor of one of `rounds` requests. */
export async function each(rounds, request) {
  const before = processor();
  for (let i = 0; i < rounds; i++) await request();
  return (processor() - before) / rounds / 1e6;
}

/** Milliseconds on the processor of a program. */
export function program(command, args) {
  const [user, system] = lines('bash', ['-c', 'TIMEFORMAT="%U %S"; { time "$@" >/dev/null 2>&1; } 2>&1', 'time', command, ...args]).at(-1).split(' ');
  return (Number(user) + Number(system)) * 1000;
}

/** What `openssl speed` says of these, each for a second. */
export const speed = (...what) => lines('openssl', ['speed', '-seconds', '1', ...what]).filter((l) => / bits /.test(l));

export const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
