// The server's operations beside raw IMAP on a held, selected connection: measured in turn in each round, medians.
import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { account, folderId, imapOf, instance, signedIn } from '../lib/instance.mjs';
import { certificateDer, certificateFile, composeBody, fillVault, fingerprint, keyFile, signAttributes, unwrap } from '../lib/keyring.mjs';
import { alternative, attachment, message, multipart, text } from '../lib/mime.mjs';
import { Smime } from '../lib/smime.mjs';

const ROUNDS = Number(process.env.ROUNDS ?? 30), MESSAGES = Number(process.env.MESSAGES ?? 10000);
const now = () => Number(process.hrtime.bigint()) / 1e6;
const median = (list) => { const s = [...list].sort((a, b) => a - b); return s.length % 2 ? s[s.length >> 1] : (s[s.length / 2 - 1] + s[s.length / 2]) / 2; };

async function fill(imap) {
  await imap.create('Large');
  const words = 'roof beam crane survey invoice meeting garden window ticket plan draft order north canal timber budget'.split(' ');
  for (let k = 0; k < MESSAGES; k++) {
    const subject = `${words[k % 16]} ${words[(k * 7) % 16]} ${k}`;
    const fields = { from: { name: `Writer ${k % 97}`, address: `w${k % 97}@demo.test` }, to: account('dave').address, subject, date: new Date(Date.now() - (MESSAGES - k) * 60000), id: `<bench.${k}@demo.test>` };
    const body = k % 10 === 0 ? multipart('mixed', [text(`${subject}\n`.repeat(20)), attachment('a.pdf', 'application/pdf', Buffer.alloc(3000, k))]) : alternative(`${subject}\n`.repeat(30), `<p>${subject}</p>`.repeat(30));
    await imap.append('Large', message(fields, body), k % 3 ? ['\\Seen'] : [], fields.date);
  }
}

const rows = [];
// name, raw and ours are functions run in turn; prepare runs before both, unmeasured.
async function compare(name, goal, raw, ours, { rounds = ROUNDS, prepare = async () => {} } = {}) {
  const times = { raw: [], ours: [] };
  for (let i = 0; i < rounds + 3; i++) {
    for (const [key, run] of [['raw', raw], ['ours', ours]]) {
      if (!run) continue;
      await prepare(i, key);
      const start = now();
      await run(i);
      if (i >= 3) times[key].push(now() - start);
    }
  }
  const r = raw ? median(times.raw) : null, o = median(times.ours);
  rows.push(`| ${name} | ${r === null ? '–' : r.toFixed(2)} | ${o.toFixed(2)} | ${r === null ? '–' : (o / r).toFixed(2)} | ${goal} |`);
}
const must = (r, what) => { if (r.status !== 200) throw new Error(`${what}: ${r.status} ${r.text.slice(0, 200)}`); return r; };

async function lists(c, imap) {
  const large = folderId('Large');
  await imap.select('Large');
  const raw = async () => { await imap.command('NOOP'); await imap.command(`FETCH ${MESSAGES - 49}:${MESSAGES} (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)`); };
  const url = `/api/v1/folders/${large}/messages?offset=0&limit=50`;
  const first = must(await c.get(url), 'list');
  let on = false;
  const other = await imapOf('dave');
  await other.select('Large');
  const flip = async () => { on = !on; await other.command(`STORE 1 ${on ? '+' : '-'}FLAGS.SILENT (\\Flagged)`); };
  await compare(`list of 50 of ${MESSAGES}, changed`, '≤ 1.3', raw, async () => { const r = must(await c.get(url), 'list'); if (r.json.messages.length !== 50) throw new Error('not 50 rows'); }, { prepare: flip });
  await compare('the same, nothing changed', '≤ 0.5', raw, async () => must(await c.get(url), 'list'));
  let etag = first.headers.etag;
  await compare('the same, browser asks with its ETag (304)', '≤ 0.5', raw, async () => {
    const r = await c.get(url, { headers: { 'If-None-Match': etag } });
    if (r.status !== 304) { etag = r.headers.etag; if (r.status !== 200) throw new Error(`list: ${r.status}`); }
  });
  const uids = first.json.messages.map((m) => m.uid);
  await compare('open a text and HTML mail', '≤ 2.5', async (i) => { await imap.command('NOOP'); await imap.command(`UID FETCH ${uids[1 + (i % 8)]} (FLAGS ENVELOPE BODYSTRUCTURE BODY.PEEK[])`); },
    async (i) => must(await c.get(`/api/v1/folders/${large}/messages/${uids[1 + (i % 8)]}?uidvalidity=${first.json.uidvalidity}`), 'open'));
  await compare('search subject', '≤ 1.2', async (i) => imap.command(`UID SEARCH SUBJECT "timber ${i}"`),
    async (i) => must(await c.post(`/api/v1/folders/${large}/search`, { text: `subject:"timber ${i}"`, scope: 'headers', filters: {}, offset: 0, limit: 50 }), 'search'), { rounds: 10 });
  await compare('search bodies', '≤ 1.02', async (i) => imap.command(`UID SEARCH TEXT "zzq${i}"`),
    async (i) => must(await c.post(`/api/v1/folders/${large}/search`, { text: `zzq${i}`, scope: 'all', filters: {}, offset: 0, limit: 50 }), 'search'), { rounds: 4 });
  other.close();
}

async function downloads(c, imap) {
  const bytes = randomBytes(25 << 20);
  const uid = await imap.append('Large', message({ from: 'a@demo.test', to: 'dave@demo.test', subject: 'Large attachment', date: new Date(), id: '<bench.big@demo.test>' }, multipart('mixed', [text('big\n'), attachment('big.bin', 'application/octet-stream', bytes)])));
  const { uidvalidity } = await imap.select('Large');
  const url = `/api/v1/folders/${folderId('Large')}/messages/${uid}`;
  const opened = must(await c.get(`${url}?uidvalidity=${uidvalidity}`), 'open');
  await compare('download 25 MB', '≤ 1.3', async () => imap.command(`UID FETCH ${uid} (BODY.PEEK[2])`),
    async () => { const a = opened.json.attachments[0], r = must(await c.get(`${url}/parts/${a.id}?uidvalidity=${uidvalidity}&size=${a.size}`), 'part'); if (!r.bytes.equals(bytes)) throw new Error('other bytes'); }, { rounds: 5 });
}

function smtpSend(to, bytes) {
  return new Promise((resolve, reject) => {
    const auth = Buffer.from(`\0${account('alice').address}\0${account('alice').password}`).toString('base64');
    const steps = ['EHLO b', `AUTH PLAIN ${auth}`, `MAIL FROM:<${account('alice').address}>`, `RCPT TO:<${to}>`, 'DATA', null, 'QUIT'];
    const s = net.connect(instance.ports.smtp, '127.0.0.1');
    let buffer = '';
    s.on('error', reject);
    s.on('close', () => (steps.length ? reject(new Error('cut')) : resolve()));
    s.on('data', (d) => {
      buffer += d;
      for (let m; (m = /^(\d)\d\d([ -]).*\r\n/.exec(buffer)); buffer = buffer.slice(m[0].length)) {
        if (m[2] === '-') continue;
        if (m[1] > '3') reject(new Error(m[0]));
        const step = steps.shift();
        if (step === undefined) return s.end();
        if (step === null) { s.write(bytes); s.write('\r\n.\r\n'); } else s.write(`${step}\r\n`);
      }
    });
  });
}

async function sending(alice, imap) {
  const file = randomBytes(1 << 20);
  const body = (mode) => ({ submission: randomUUID(), from: { name: '', address: 'alice@demo.test' }, to: [{ name: '', address: 'bob@demo.test' }], cc: [], bcc: [], reply_to: [], subject: `bench ${mode}`, text: 'bench\n', html: null,
    in_reply_to: null, references: null, mode, may_encrypt: mode === 'sign_encrypt', signer: mode === 'none' ? null : fingerprint('alice'), attachments: [{ name: 'a.bin', type: 'application/octet-stream', size: file.length, content_id: null }] });
  const send = async (mode) => {
    const p = must(await alice.request('POST', '/api/v1/compose/prepare', composeBody(body(mode), [file])), 'prepare');
    const signature = mode === 'none' ? null : signAttributes('alice', p.json.attributes, p.json.digest);
    const s = must(await alice.post('/api/v1/compose/finish', { ticket: p.json.ticket, signature, content_key: p.json.content_key }), 'finish');
    if (s.json.status !== 'sent') throw new Error(s.text);
  };
  const plain = message({ from: 'alice@demo.test', to: 'bob@demo.test', subject: 'bench', date: new Date(), id: '<bench.send@demo.test>' }, multipart('mixed', [text('bench\n'), attachment('a.bin', 'application/octet-stream', file)]));
  const raw = async () => { await imap.append('Drafts', plain); await smtpSend('bob@demo.test', plain); await imap.append('Sent', plain); };
  await compare('send 1 MB (raw: append the draft, submit, append to Sent)', '≤ 1.5', raw, () => send('none'), { rounds: 10 });
  const inner = multipart('mixed', [text('bench\n'), attachment('a.bin', 'application/octet-stream', file)]);
  const s = new Smime(instance.keys);
  await compare('sign, encrypt and send 1 MB (raw: openssl cms twice, then as above)', '≤ 0.7', async () => {
    const sealed = message({ from: 'alice@demo.test', to: 'bob@demo.test', subject: 'bench', date: new Date(), id: '<bench.sealed@demo.test>' }, s.encrypted(s.clearSigned(inner, 'alice'), ['alice', 'bob'], { cipher: 'aes-256-cbc' }));
    await imap.append('Drafts', sealed);
    await smtpSend('bob@demo.test', sealed);
    await imap.append('Sent', sealed);
  }, () => send('sign_encrypt'), { rounds: 10 });
}

async function opening(alice, imap) {
  const s = new Smime(instance.keys);
  const dir = mkdtempSync(path.join(tmpdir(), 'waxseal-'));
  for (const [name, size] of [['10 KB', 10000], ['1 MB', 1 << 20]]) {
    const inner = multipart('mixed', [text('bench\n'), attachment('a.bin', 'application/octet-stream', randomBytes(size))]);
    const uid = await imap.append('Archive', message({ from: 'bob@demo.test', to: 'alice@demo.test', subject: `bench ${name}`, date: new Date(), id: `<bench.${size}@demo.test>` }, s.encrypted(s.clearSigned(inner, 'bob'), ['alice', 'bob'])));
    const { uidvalidity } = await imap.select('Archive');
    const url = `/api/v1/folders/${folderId('Archive')}/messages/${uid}`;
    const job = must(await alice.get(`${url}?uidvalidity=${uidvalidity}`), 'open').json.security.job;
    const keys = [{ layer: job.layer, content_key: unwrap('alice', job) }];
    await compare(`open signed and encrypted, ${name} (raw: FETCH, then openssl cms twice)`, '≤ 0.35', async () => {
      const r = await imap.command(`UID FETCH ${uid} (BODY.PEEK[])`);
      writeFileSync(path.join(dir, 'm'), r.find((x) => x.literals.length).literals[0]);
      execFileSync('openssl', ['cms', '-decrypt', '-in', path.join(dir, 'm'), '-inkey', keyFile('alice'), '-recip', certificateFile('alice'), '-out', path.join(dir, 'i')]);
      execFileSync('openssl', ['cms', '-verify', '-in', path.join(dir, 'i'), '-CAfile', instance.ca, '-purpose', 'smimesign', '-out', path.join(dir, 'o')], { stdio: 'pipe' });
    }, async () => {
      must(await alice.get(`${url}?uidvalidity=${uidvalidity}`), 'first look');
      const r = must(await alice.post(`${url}/open`, { uidvalidity, keys }), 'open');
      if (r.json.security.verdict !== 'encrypted+signed-valid') throw new Error(r.json.security.verdict);
    });
  }
  rmSync(dir, { recursive: true });
}

const dave = await signedIn('dave'), alice = await signedIn('alice');
const daveImap = await imapOf('dave'), aliceImap = await imapOf('alice');
await fillVault(alice, 'alice');
must(await alice.post('/api/v1/smime/certificates', { address: 'bob@demo.test', certificate: certificateDer('bob').toString('base64') }), 'certificate');
await fill(daveImap);
console.log(`# Speed beside raw IMAP\n\n${new Date().toISOString().slice(0, 10)}, ${MESSAGES} messages, ${ROUNDS} rounds, load average ${loadavg()[0].toFixed(1)} at the start. Milliseconds, medians of one client; ratio = ours / raw.\n`);
await lists(dave, daveImap);
await downloads(dave, daveImap);
await compare('sign in (raw: connect and LOGIN)', '–', async () => (await imapOf('dave')).close(), async () => { (await signedIn('dave')).close(); }, { rounds: 10 });
await sending(alice, aliceImap);
await opening(alice, aliceImap);
console.log(`| operation | raw | Waxseal | ratio | goal |\n|---|---|---|---|---|\n${rows.join('\n')}\n\nLoad average ${loadavg()[0].toFixed(1)} at the end.`);
process.exit(0);
