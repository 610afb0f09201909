// The running instance a test works on: tests/run (or `make run`) names its accounts.json in WAXSEAL_ACCOUNTS.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Imap } from './imap.mjs';
import { Client } from './http.mjs';

export const top = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const file = process.env.WAXSEAL_ACCOUNTS ?? path.join(top, 'run/demo/accounts.json');

export const instance = JSON.parse(readFileSync(file, 'utf8'));

export function account(name) {
  const a = instance.accounts.find((x) => x.address === `${name}@${instance.domain}`);
  if (!a) throw new Error(`no account ${name}`);
  return a;
}
export const imapOf = (name) => Imap.open(instance.ports.imap, account(name).address, account(name).password);
/** A folder a test made, with all in it, is gone; as if it never was. */
export async function dropFolder(name, folder) {
  const imap = await imapOf(name);
  await imap.command(`DELETE "${folder}"`).catch(() => undefined);
  await imap.command(`UNSUBSCRIBE "${folder}"`).catch(() => undefined);
  imap.close();
}

// A client that is signed in.
export async function signedIn(name) {
  const c = new Client(instance.origin);
  await c.signIn(account(name).address, account(name).password);
  return c;
}

export function ctl(...args) {
  return execFileSync(path.join(top, process.env.BUILD ?? 'build', 'waxsealctl'), ['--config', instance.ctl_config, ...args], { encoding: 'utf8' });
}
export const folderId = (name) => Buffer.from(name).toString('base64url');

// Redis as one of its ACL users; what redis-cli prints.
export function redis(user, ...args) {
  const password = readFileSync(path.join(instance.data, 'etc', `redis-${user}.password`), 'utf8').trim();
  return execFileSync('redis-cli', ['-s', instance.redis_socket, '--user', user, '--no-auth-warning', ...args],
    { encoding: 'utf8', env: { ...process.env, REDISCLI_AUTH: password } });
}
// Waits until probe() gives something true, and gives that back; the deadline only ends a hang.
export async function eventually(probe, what, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > end) throw new Error(`never happened: ${what}`);
    await new Promise((r) => setTimeout(r, 50));
  }
}
