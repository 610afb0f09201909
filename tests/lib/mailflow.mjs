// Mail as a mail program submits it, and as it comes from outside, on an instance whose mail flow runs (GATE=yes).
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import net from 'node:net';
import path from 'node:path';
import { account, eventually, imapOf, instance } from './instance.mjs';

export const ALICE = `alice@${instance.domain}`, BOB = `bob@${instance.domain}`;

/** The text of a mail; `more`: lines of its header. */
export function letter({ from = ALICE, to = [BOB], cc = [], subject = 'Hello', body = 'Grüße aus dem Garten.\r\n', more = [], id = `<${randomUUID()}@mailflow.test>`, type = 'text/plain; charset=utf-8', encoding = '8bit' } = {}) {
  const lines = [`From: ${from}`, `To: ${to.join(', ')}`, ...(cc.length ? [`Cc: ${cc.join(', ')}`] : []), `Subject: ${subject}`, `Message-ID: ${id}`, 'Date: Mon, 5 Jan 2026 10:00:00 +0000', 'MIME-Version: 1.0', `Content-Type: ${type}`, `Content-Transfer-Encoding: ${encoding}`, ...more];
  return { id, text: `${lines.join('\r\n')}\r\n\r\n${body}` };
}

/** By the submission server, as this person. Resolves with curl's exit code. */
export function submit(name, to, text, { from = `${name}@${instance.domain}` } = {}) {
  const args = ['-sS', '--cacert', instance.ca, `smtps://localhost:${instance.ports.smtps}/client.test`, '--user', `${account(name).address}:${account(name).password}`, '--mail-from', `<${from}>`, ...to.flatMap((x) => ['--mail-rcpt', `<${x}>`]), '--upload-file', '-', '--resolve', `localhost:${instance.ports.smtps}:127.0.0.1`];
  return new Promise((resolve) => {
    const curl = spawn('curl', args, { stdio: ['pipe', 'ignore', 'pipe'] });
    let said = '';
    curl.stderr.on('data', (d) => { said += d; });
    curl.on('close', (code) => resolve(code === 0 ? 'taken' : said));
    curl.stdin.end(text);
  });
}

/** By LMTP to one of the mail flow's own doors; resolves with the reply for each recipient. */
export function lmtp(door, from, to, text) {
  return new Promise((resolve, reject) => {
    const s = net.connect(path.join(instance.data, `run/gate/${door}.sock`));
    let seen = '', stage = 0;
    const replies = [];
    const stages = ['LHLO outside.test', [`MAIL FROM:<${from}>`, ...to.map((x) => `RCPT TO:<${x}>`), 'DATA'], null, 'QUIT'];
    const whole = () => seen.split('\r\n').slice(0, -1).filter((l) => /^\d{3} /.test(l));
    s.on('error', reject);
    s.on('close', () => resolve(replies));
    s.on('data', (d) => {
      if (stage > 3) return; // its farewell
      seen += d;
      const need = [1, 1, to.length + 2, to.length][stage];
      if (whole().length < need) return;
      if (stage === 3) replies.push(...whole());
      else if (stage === 2 && !whole().at(-1).startsWith('354')) { replies.push(...whole()); s.end('QUIT\r\n'); return; }
      seen = '';
      if (stage === 0) s.write(`${stages[0]}\r\n`);
      else if (stage === 1) s.write(`${stages[1].join('\r\n')}\r\n`);
      else if (stage === 2) s.write(`${text.replace(/^\./gm, '..')}${text.endsWith('\r\n') ? '' : '\r\n'}.\r\n`);
      else s.end('QUIT\r\n');
      stage++;
    });
  });
}

/** The mail with this Message-ID in somebody's folder, as it was stored. */
export async function stored(name, id, { folder = 'INBOX', wait = true } = {}) {
  const imap = name === 'quarantine' ? await quarantineImap() : await imapOf(name);
  try {
    const find = async () => {
      await imap.command(`SELECT "${folder}"`);
      const found = (await imap.command(`UID SEARCH HEADER Message-ID "${id}"`)).map((r) => /^\* SEARCH(.*)/.exec(r.text)?.[1].trim()).find((x) => x);
      if (!found) return null;
      const uids = found.split(' ');
      const [{ literals }] = (await imap.command(`UID FETCH ${uids[0]} BODY.PEEK[]`)).filter((r) => r.literals.length);
      return { text: literals[0].toString('latin1'), bytes: literals[0], copies: uids.length };
    };
    return wait ? await eventually(find, `${name} gets ${id}`) : await find();
  } finally { imap.close(); }
}
async function quarantineImap() {
  const { Imap } = await import('./imap.mjs');
  return Imap.open(instance.ports.imap, `quarantine@${instance.domain}`, 'quarantine-demo');
}

/** What `openssl cms` says: the content of a signed mail, verified against the demo's root; throws otherwise. */
export const verified = (bytes) => execFileSync('openssl', ['cms', '-verify', '-in', '-', '-CAfile', instance.ca, '-purpose', 'smimesign'], { input: bytes, stdio: ['pipe', 'pipe', 'pipe'] }).toString();
