// What event streams cost: STREAMS of them (default 1,900) in one worker process beside a running instance, held open over
// the process's own socket as nginx would, once of few accounts and once each of an account of its own, which takes an
// IMAP connection each. Memory: what the process has for itself (PSS) above the same process before, and CPU while
// nothing happens. The mail server is played by this script.
//
//     WAXSEAL_ACCOUNTS=…/accounts.json node tests/bench/push.mjs      (STREAMS=1900 IDLE=60, root for /proc)
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { cpus, loadavg } from 'node:os';
import path from 'node:path';
import { Server, begin, params, stdin } from '../lib/fastcgi.mjs';
import { instance, top } from '../lib/instance.mjs';

const STREAMS = Number(process.env.STREAMS ?? 1900), IDLE = Number(process.env.IDLE ?? 60);
const OF_ACCOUNT = 24, OF_SESSION = 6; // webmail/push/events.h
const program = path.join(top, process.env.BUILD ?? 'build', 'waxseald');
const wait = (ms) => new Promise((r) => { setTimeout(r, ms); });
const now = () => Number(process.hrtime.bigint()) / 1e6;

// --- a mail server that offers NOTIFY, has six folders for everybody and speaks when it is told to -------------------
const FOLDERS = ['INBOX', 'Sent', 'Drafts', 'Trash', 'Junk', 'Archive'];
let uidnext = 100;
const status = (f) => `* STATUS ${f} (MESSAGES ${uidnext} UNSEEN 3 UIDVALIDITY 7 UIDNEXT ${uidnext} HIGHESTMODSEQ ${uidnext})\r\n`;
const watching = new Set();
function serve(s) {
  let text = '';
  s.setEncoding('latin1');
  s.on('error', () => {}).on('close', () => watching.delete(s));
  s.write('* OK ready\r\n');
  s.on('data', (d) => {
    text += d;
    for (let at; (at = text.indexOf('\r\n')) >= 0;) {
      const [tag, word] = text.slice(0, at).split(' ');
      text = text.slice(at + 2);
      if (word === 'CAPABILITY') s.write('* CAPABILITY IMAP4rev1 LITERAL+ ENABLE CONDSTORE QRESYNC NOTIFY LIST-EXTENDED LIST-STATUS SPECIAL-USE\r\n');
      if (word === 'NOTIFY') watching.add(s);
      if (word === 'LIST') s.write(FOLDERS.map((f) => `* LIST () "/" ${f}\r\n${status(f)}`).join(''));
      if (word === 'LOGOUT') { s.end(`* BYE\r\n${tag} OK bye\r\n`); return; }
      s.write(`${tag} OK done\r\n`);
    }
  });
}

// --- one process -----------------------------------------------------------------------------------------------------
const worker = (s) => Number(execFileSync('ps', ['-o', 'pid=', '--ppid', String(s.process.pid)], { encoding: 'utf8' }).trim());
const pss = (pid) => Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) / 1024;
function cpu(pid) { // milliseconds so far
  const f = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /, '').split(' ');
  return (Number(f[11]) + Number(f[12])) * 10;
}

function stream(socket, cookie) {
  return new Promise((resolve, reject) => {
    const c = net.connect(socket, () => c.write(Buffer.concat([begin(), params({ REQUEST_METHOD: 'GET', REQUEST_URI: '/api/v1/events', HTTP_COOKIE: cookie }), stdin('')])));
    const one = { c, events: 0, text: '' };
    c.setEncoding('latin1');
    c.on('data', (d) => {
      one.text = (one.text + d).slice(-400);
      one.events += d.split('event: folder').length - 1;
      if (!one.ready && one.text.includes('event: hello')) { one.ready = true; one.text = ''; resolve(one); }
      if (/Status: [45]/.test(d)) reject(new Error(d.slice(0, 300)));
    });
    c.on('error', reject);
    c.on('close', () => { one.closed = true; if (!one.ready) reject(new Error(`closed: ${one.text}`)); });
  });
}

async function inTurns(list, n, run) {
  const out = [];
  let at = 0;
  await Promise.all(Array.from({ length: n }, async () => { while (at < list.length) { const i = at++; out[i] = await run(list[i], i); } }));
  return out;
}

async function measure(name, accounts, imapPort) {
  const s = await Server.start(instance, program, {
    processes: 1, threads: 10, push_streams: STREAMS + 10, imap_idle_seconds: 5, imap: `imap://127.0.0.1:${imapPort}`,
  });
  const cookies = [];
  const each = Math.ceil(STREAMS / accounts), sessions = Math.ceil(each / OF_SESSION);
  for (let a = 0; a < accounts; a++) for (let k = 0; k < sessions; k++) {
    s.cookie = '';
    await s.signIn(`bench${a}@${instance.domain}`, 'x');
    cookies.push(s.cookie);
  }
  await wait(9000); // the connections of the sign-ins are closed
  const pid = worker(s);
  const before = pss(pid);
  const started = now();
  const all = await inTurns(Array.from({ length: STREAMS }), 16, (_, i) => stream(s.socket, cookies[i % cookies.length]));
  const opened = now() - started;
  await wait(3000);
  const after = pss(pid);
  const c0 = cpu(pid), t0 = now();
  await wait(IDLE * 1000);
  const idle = (cpu(pid) - c0) / (now() - t0) * 100;
  // Every mailbox gets a message at once: until the last stream was told.
  uidnext++;
  const c1 = cpu(pid), told = now();
  for (const w of watching) w.write(status('INBOX'));
  while (all.some((x) => x.events === 0)) await wait(5);
  const fanout = now() - told, fanoutCpu = cpu(pid) - c1;
  const late = pss(pid);
  const row = { name, streams: all.length, imap: watching.size, before, above: after - before, each: (after - before) * 1024 / all.length, afterEvent: late - before, opened, idle, fanout, fanoutCpu, threads: Number(/^Threads:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) };
  for (const x of all) x.c.destroy();
  await wait(1500);
  row.left = pss(pid) - before;
  await s.stop();
  return row;
}

const server = net.createServer(serve).listen(0, '127.0.0.1');
await once(server, 'listening');
const rows = [];
rows.push(await measure('few accounts', Math.ceil(STREAMS / OF_ACCOUNT), server.address().port));
rows.push(await measure('each its own account', STREAMS, server.address().port));
server.close();
const n = (x, d = 1) => x.toFixed(d);
console.log(`${cpus().length} cores, load ${loadavg().map((x) => n(x)).join(' ')}, idle for ${IDLE} s\n`);
console.log('| | streams | IMAP connections | threads | PSS before, MiB | above it, MiB | a stream, KiB | after one event for all, MiB | left after all went, MiB | CPU while idle, % of a core | all opened in, s | one event to all: ms (CPU ms) |');
console.log('|---|---|---|---|---|---|---|---|---|---|---|---|');
for (const r of rows) console.log(`| ${r.name} | ${r.streams} | ${r.imap} | ${r.threads} | ${n(r.before)} | ${n(r.above)} | ${n(r.each, 2)} | ${n(r.afterEvent)} | ${n(r.left)} | ${n(r.idle, 2)} | ${n(r.opened / 1000)} | ${n(r.fanout, 0)} (${r.fanoutCpu}) |`);
process.exit(0);
