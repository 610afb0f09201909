// A real Postfix of our own that passes everything on to one address of loopback: a relay on the way of a mail.
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

/** A reason to skip, or false. */
export const missing = process.getuid() !== 0 ? 'Postfix must be started by root' : existsSync('/usr/sbin/postfix') ? false : 'postfix is not installed';

const id = (name, flag = '-u') => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
function freePort() {
  return new Promise((resolve) => { const s = net.createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => resolve(port)); }); });
}
function listens(port) {
  return new Promise((resolve) => { const c = net.connect(port, '127.0.0.1', () => { c.destroy(); resolve(true); }); c.on('error', () => resolve(false)); });
}

const SERVICES = `pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
smtp unix - - n - - smtp
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`;

export class Postfix {
  /** next: the port it passes mail on to; settings: more of main.cf. */
  static async start(next, settings = {}) {
    const p = new Postfix();
    p.dir = mkdtempSync(path.join(os.tmpdir(), 'waxseal-postfix-'));
    chmodSync(p.dir, 0o755);
    p.port = await freePort();
    for (const d of ['etc', 'queue', 'queue/pid', 'data']) mkdirSync(path.join(p.dir, d));
    chownSync(path.join(p.dir, 'data'), id('postfix'), 0);
    p.log = path.join(p.dir, 'log');
    const main = {
      compatibility_level: '3.6', queue_directory: `${p.dir}/queue`, data_directory: `${p.dir}/data`, command_directory: '/usr/sbin', daemon_directory: '/usr/lib/postfix/sbin',
      mail_owner: 'postfix', setgid_group: 'postdrop', maillog_file: p.log, maillog_file_prefixes: p.dir, inet_interfaces: '127.0.0.1', inet_protocols: 'ipv4', myhostname: 'relay.demo.test',
      mydestination: '', mynetworks: '127.0.0.0/8', alias_maps: '', alias_database: '', relayhost: `[127.0.0.1]:${next}`, smtpd_relay_restrictions: 'permit_mynetworks, reject',
      smtp_tls_security_level: 'none', smtpd_error_sleep_time: '0', message_size_limit: '104857600', mailbox_size_limit: '0', append_dot_mydomain: 'no', smtp_dns_support_level: 'disabled', ...settings,
    };
    writeFileSync(path.join(p.dir, 'etc/main.cf'), Object.entries(main).map(([k, v]) => `${k} = ${v}\n`).join(''));
    writeFileSync(path.join(p.dir, 'etc/master.cf'), `127.0.0.1:${p.port} inet n - n - - smtpd\n${SERVICES}`);
    execFileSync('postfix', ['-c', path.join(p.dir, 'etc'), 'start'], { stdio: 'pipe' });
    for (let i = 0; !(await listens(p.port)); i++) {
      if (i > 200) throw new Error(`Postfix did not start: ${p.text}`);
      await new Promise((done) => { setTimeout(done, 50); });
    }
    return p;
  }
  get text() { return existsSync(this.log) ? readFileSync(this.log, 'utf8') : ''; }
  stop() {
    execFileSync('postfix', ['-c', path.join(this.dir, 'etc'), 'stop'], { stdio: 'pipe' });
    rmSync(this.dir, { recursive: true, force: true });
  }
}
