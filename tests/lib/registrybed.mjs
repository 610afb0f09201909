// What a test of waxsealctl with registry and key agent stands on: a folder of its own, a private Redis, configurations.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeAll } from './netns.mjs';

const ACL = path.join(import.meta.dirname, '../stack/conf/redis-users.acl');
/** What asks Redis as whom, where there are users: each one's password is its name. */
const CALLERS = ['ctl', 'admin'];

/** A bed {dir, at(name)}: files and keys of one test. */
export function registryBed(name) {
  const dir = mkdtempSync(path.join(tmpdir(), `waxseal-${name}-`));
  return { dir, at: (file) => path.join(dir, file) };
}

/** The file of a configuration; admin: the agent's socket for it; user: whom Redis sees (absent: nobody in particular). */
export function writeConfig({ dir, at }, file, { instance, admin, gate = at('gate'), user, trust = dir, origin = 'http://localhost' }) {
  const login = user ? `redis_user = ${user}\nredis_password_file = ${at(`${user}.password`)}\n` : '';
  writeFileSync(at(file), `[server]
instance = ${instance}
listen = ${at('s')}
public_origin = ${origin}
static_dir = ${dir}
template_dir = ${dir}
redis_socket = ${at('redis.sock')}
${login}host_key_file = ${at('key')}
trust_dir = ${trust}
[keyd]
gate_socket = ${gate}
admin_socket = ${admin}
gate_users = root
admin_users = root
master_keys = ${at('master')}
[domain *]
imap = imap://127.0.0.1:1
smtp = smtp://127.0.0.1:1
[plan basic]
smime = off
`);
}

/** The private Redis, when it answers. usersOf: the instance whose users it has, as a deployment has them; more: further lines of the ACL. */
export async function startRedis({ dir, at }, { usersOf, more = '' } = {}) {
  if (usersOf) {
    const acl = readFileSync(ACL, 'utf8').replaceAll('@INSTANCE@', usersOf).replace(/@REDIS_([A-Z]+)@/g, (_, user) => user.toLowerCase());
    writeFileSync(at('users.acl'), `${acl}\n${more}`);
    for (const user of CALLERS) writeFileSync(at(`${user}.password`), `${user}\n`);
  }
  const redis = spawn('redis-server', ['--port', '0', '--unixsocket', at('redis.sock'), ...(usersOf ? ['--aclfile', at('users.acl')] : []), '--save', '', '--dir', dir], { stdio: 'ignore' });
  while (!existsSync(at('redis.sock'))) {
    if (redis.exitCode !== null) throw new Error(`redis-server ended with ${redis.exitCode}`);
    await sleep(10);
  }
  return redis;
}

/** Ends Redis and the agents, and removes the folder. */
export async function endBed({ dir }, redis) {
  const ended = new Promise((resolve) => { redis.once('exit', resolve); });
  redis.kill('SIGKILL');
  await ended;
  await closeAll();
  rmSync(dir, { recursive: true });
}
