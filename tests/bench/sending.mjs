// What sending costs the server: memory and processor time while an attachment of 25 MB is prepared and finished, beside the
// message it becomes, the same bytes by the same IMAP and SMTP client alone (build/bench/send) and `openssl cms`; and processor time
// of a 10 KB mail beside the same steps and what `openssl speed` says of its public-key operations. Needs a running instance
// (WAXSEAL_ACCOUNTS). Judges nothing.
import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { account, imapOf, instance, signedIn, top } from '../lib/instance.mjs';
import { certificateDer, composeBody, fillVault, fingerprint, signAttributes } from '../lib/keyring.mjs';
import { each, median, program, spent, speed } from './spent.mjs';

const ROUNDS = Number(process.env.ROUNDS ?? 100), SIZE = Number(process.env.SIZE ?? 25 << 20);
const must = (r, what) => { if (r.status !== 200) throw new Error(`${what}: ${r.status} ${r.text.slice(0, 200)}`); return r.json; };
/** The same steps in IMAP and SMTP alone, milliseconds on the processor. */
const alone = (bytes, rounds) => Number(execFileSync(path.join(top, 'build/bench/send'), ['127.0.0.1', String(instance.ports.imap), String(instance.ports.smtp), account('alice').address, account('alice').password, 'bob@demo.test', String(bytes), String(rounds)], { encoding: 'utf8' }));

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
const mb = (SIZE / 2 ** 20).toFixed(0), text = Math.round(SIZE * 1.37);
console.log(`| attachment of ${mb} MB, peak of waxseald above idle | prepare MB | of the file | finish MB | of the file | processor ms | beside IMAP and SMTP alone |\n|---|---|---|---|---|---|---|`);
const raw = alone(text, 3);
for (const [name, mode, bcc] of MODES) {
  const a = [], b = [], ms = [];
  for (let i = 0; i < 3; i++) {
    const body = compose(mode, large, bcc);
    const p = await spent(() => prepare(body)), f = await spent(() => finish(mode, p.result));
    a.push(p.most);
    b.push(f.most);
    ms.push(p.ms + f.ms);
  }
  const ratio = (m) => (m / (SIZE / 2 ** 20)).toFixed(2);
  console.log(`| ${name} | ${median(a).toFixed(1)} | ${ratio(median(a))} | ${median(b).toFixed(1)} | ${ratio(median(b))} | ${median(ms).toFixed(0)} | ${(median(ms) / raw).toFixed(2)} |`);
}
const dir = mkdtempSync(path.join(tmpdir(), 'waxseal-bench-')), file = path.join(dir, 'text'), pem = path.join(dir, 'bob.pem');
writeFileSync(file, Buffer.alloc(text, 'JVBERi0xLjQKJcfsj6IKNSAwIG9iago8PC9MZW5ndGgg\r\n'));
writeFileSync(pem, `-----BEGIN CERTIFICATE-----\n${certificateDer('bob').toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`);
const cms = median([0, 1, 2].map(() => program('openssl', ['cms', '-encrypt', '-binary', '-aes-256-gcm', '-in', file, '-out', path.join(dir, 'out'), pem])));
rmSync(dir, { recursive: true });
console.log(`\nA message of such a file has 1.37 of its bytes, one encrypted as well 1.87. The steps of the plain one in IMAP and SMTP alone: ${raw.toFixed(0)} ms on the processor; encrypting it once by \`openssl cms\`: ${cms.toFixed(0)} ms.\n`);

// Processor time. The program says what the same steps cost the server's own IMAP and SMTP client.
const limit = alone(10000, ROUNDS);
console.log(`| mail of 10 KB, ${ROUNDS} rounds, processor time | ms | beyond SMTP and IMAP | ratio | goal |\n|---|---|---|---|---|`);
console.log(`| the steps in IMAP and SMTP by the same client code, connections held or made as in the server | ${limit.toFixed(3)} | | | |`);
for (const [name, mode, bcc] of MODES) {
  const list = [];
  for (let k = 0; k < 3; k++) list.push(await each(ROUNDS, async () => finish(mode, await prepare(compose(mode, small, bcc)))));
  const m = median(list);
  console.log(`| ${name} | ${m.toFixed(3)} | ${(m - limit).toFixed(3)} | ${(m / limit).toFixed(2)} | ≤ 1 beyond |`);
}
console.log(`\n\`openssl speed\` in the same run:\n\n\`\`\`\n${speed('rsa2048', 'ecdhp256', 'ecdsap256').join('\n')}\n\`\`\``);
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
