// What sending costs the server: memory of waxseald while an attachment of 25 MB is prepared and finished, beside the
// message it becomes, and processor time of a 10 KB mail, beside the same IMAP and SMTP steps by the same client code
// (build/bench/send). Needs a running instance (WAXSEAL_ACCOUNTS). Judges nothing.
import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import path from 'node:path';
import { account, imapOf, instance, signedIn, top } from '../lib/instance.mjs';
import { certificateDer, composeBody, fillVault, fingerprint, signAttributes } from '../lib/keyring.mjs';

const ROUNDS = Number(process.env.ROUNDS ?? 100), SIZE = Number(process.env.SIZE ?? 25 << 20);
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const must = (r, what) => { if (r.status !== 200) throw new Error(`${what}: ${r.status} ${r.text.slice(0, 200)}`); return r.json; };
const master = Number(readFileSync(path.join(instance.data, 'run/waxseald.pid'), 'utf8'));
const workers = () => execFileSync('pgrep', ['-P', String(master)], { encoding: 'utf8' }).trim().split('\n');

/** Nanoseconds on the processor of all worker threads. */
function processor() {
  let sum = 0;
  for (const pid of workers())
    for (const tid of execFileSync('ls', [`/proc/${pid}/task`], { encoding: 'utf8' }).trim().split('\n'))
      sum += Number(readFileSync(`/proc/${pid}/task/${tid}/schedstat`, 'utf8').split(' ')[0]);
  return sum;
}
const field = (pid, name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
/** MB (2^20) that the worker which served `request` held at most above what it had before. */
async function peak(request) {
  const before = new Map(workers().map((pid) => { writeFileSync(`/proc/${pid}/clear_refs`, '5'); return [pid, field(pid, 'VmRSS')]; }));
  const result = await request();
  return { result, most: Math.max(...[...before].map(([pid, had]) => field(pid, 'VmHWM') - had)) / 1024 };
}

const c = await signedIn('alice');
await fillVault(c, 'alice');
const contacts = async () => { const all = []; for (const name of ['bob', 'erin']) all.push(...must(await c.post('/api/v1/contacts/complete', { text: `${name}@demo.test` }), 'complete').found.filter((f) => f.source === 'contact').map((f) => f.id)); return all; };
const had = new Set(await contacts());
for (const name of ['bob', 'erin']) must(await c.post('/api/v1/smime/certificates', { address: `${name}@demo.test`, certificate: certificateDer(name).toString('base64') }), 'certificate');
const compose = (mode, file, bcc) => composeBody({ submission: randomUUID(), from: { name: '', address: 'alice@demo.test' }, to: [{ name: '', address: 'bob@demo.test' }], cc: [],
  bcc: bcc ? [{ name: '', address: 'erin@demo.test' }] : [], reply_to: [], subject: `bench ${mode}`, text: 'bench\n', html: null, in_reply_to: null, references: null, mode,
  may_encrypt: /encrypt/.test(mode), signer: mode === 'none' ? null : fingerprint('alice'), attachments: [{ name: 'a.bin', type: 'application/octet-stream', size: file.length, content_id: null }] }, [file]);
const prepare = async (body) => must(await c.request('POST', '/api/v1/compose/prepare', body), 'prepare');
async function finish(mode, p) {
  const signature = /sign/.test(mode) ? signAttributes('alice', p.attributes, p.digest) : null;
  const sent = must(await c.post('/api/v1/compose/finish', { ticket: p.ticket, signature, content_key: p.content_key }), 'finish');
  if (sent.status !== 'sent') throw new Error(JSON.stringify(sent));
}

const large = randomBytes(SIZE), small = randomBytes(7500);
const MODES = [['plain', 'none'], ['plain, with a blind copy', 'none', true], ['signed', 'sign'], ['encrypted', 'encrypt'], ['encrypted, with a blind copy', 'encrypt', true], ['signed and encrypted', 'sign_encrypt']];
console.log(`## Sending\n\n${new Date().toISOString().slice(0, 10)}, load average ${loadavg()[0].toFixed(1)} at the start.\n`);
for (const [, mode, bcc] of MODES) await finish(mode, await prepare(compose(mode, small, bcc))); // OpenSSL's tables, connections
console.log(`| attachment of ${(SIZE / 2 ** 20).toFixed(0)} MB, peak of waxseald above idle | prepare MB | of the file | finish MB | of the file |\n|---|---|---|---|---|`);
for (const [name, mode, bcc] of MODES) {
  const a = [], b = [];
  for (let i = 0; i < 3; i++) {
    const body = compose(mode, large, bcc);
    const p = await peak(() => prepare(body));
    a.push(p.most);
    b.push((await peak(() => finish(mode, p.result))).most);
  }
  const ratio = (m) => (m / (SIZE / 2 ** 20)).toFixed(2);
  console.log(`| ${name} | ${median(a).toFixed(1)} | ${ratio(median(a))} | ${median(b).toFixed(1)} | ${ratio(median(b))} |`);
}
console.log('\nA message of such a file has 1.37 of its bytes, one encrypted as well 1.87.\n');

// Processor time. The program says what the same steps cost the server's own IMAP and SMTP client.
const alone = Number(execFileSync(path.join(top, 'build/bench/send'), ['127.0.0.1', String(instance.ports.imap), String(instance.ports.smtp), account('alice').address, account('alice').password, 'bob@demo.test', '10000', String(ROUNDS)], { encoding: 'utf8' }));
console.log(`| mail of 10 KB, ${ROUNDS} rounds, processor time | ms | beyond SMTP and IMAP | ratio | goal |\n|---|---|---|---|---|`);
console.log(`| the steps in IMAP and SMTP by the same client code, connections held or made as in the server | ${alone.toFixed(3)} | | | |`);
for (const [name, mode, bcc] of MODES) {
  const spent = [];
  for (let k = 0; k < 3; k++) {
    const before = processor();
    for (let i = 0; i < ROUNDS; i++) await finish(mode, await prepare(compose(mode, small, bcc)));
    spent.push((processor() - before) / ROUNDS / 1e6);
  }
  const m = median(spent);
  console.log(`| ${name} | ${m.toFixed(3)} | ${(m - alone).toFixed(3)} | ${(m / alone).toFixed(2)} | ≤ 1 beyond |`);
}
console.log(`\nLoad average ${loadavg()[0].toFixed(1)} at the end.`);
// Nothing stays: some of it is large.
for (const id of await contacts()) if (!had.has(id)) must(await c.delete(`/api/v1/contacts/${id}`), 'contact');
for (const name of ['bob', 'erin']) must(await c.post('/api/v1/contacts/forget', { address: `${name}@demo.test` }), 'forget');
c.close();
for (const [who, folders] of [['alice', ['Sent', 'Drafts']], ['bob', ['INBOX']], ['erin', ['INBOX']]]) {
  const imap = await imapOf(who);
  for (const folder of folders) {
    await imap.select(folder);
    const found = (await imap.command('UID SEARCH SUBJECT "bench"')).map((r) => r.text ?? String(r)).join(' ');
    const uids = /SEARCH((?: \d+)+)/.exec(found)?.[1].trim().split(' ') ?? [];
    if (uids.length) { await imap.command(`UID STORE ${uids.join(',')} +FLAGS.SILENT (\\Deleted)`); await imap.command('EXPUNGE'); }
  }
  imap.close();
}
process.exit(0);
