// Processor time of waxseald for opening a 10 KB signed and encrypted mail, beside handing out its source
// (the same request, session and IMAP work without any S/MIME). Needs a running instance (WAXSEAL_ACCOUNTS).
import { folderId, instance, signedIn } from '../lib/instance.mjs';
import { fillVault, unwrap } from '../lib/keyring.mjs';
import * as mime from '../lib/mime.mjs';
import { Smime } from '../lib/smime.mjs';
import { each } from './spent.mjs';

const ROUNDS = Number(process.env.ROUNDS ?? 300), inbox = folderId('INBOX');
const c = await signedIn('alice');
await fillVault(c, 'alice');
const smime = new Smime(instance.keys);
const entity = smime.encrypted(smime.clearSigned(mime.multipart('mixed', [mime.text('The text.'), mime.attachment('a.bin', 'application/octet-stream', Buffer.alloc(4200, 'x'))]), 'bob'), ['alice']);
const raw = mime.message({ from: 'bob@demo.test', to: 'alice@demo.test', subject: 'bench', date: new Date(), id: '<bench@demo.test>' }, entity);
const { uid, uidvalidity } = (await c.request('POST', `/api/v1/folders/${inbox}/append`, { body: raw, headers: { 'Content-Type': 'message/rfc822' } })).json;
const base = `/api/v1/folders/${inbox}/messages/${uid}`;
const { job } = (await c.get(`${base}?uidvalidity=${uidvalidity}`)).json.security;
const keys = [{ layer: job.layer, content_key: unwrap('alice', job) }];

async function cost(request) {
  await each(20, request);
  return each(ROUNDS, request);
}
const opens = async () => {
  const r = await c.post(`${base}/open`, { uidvalidity, keys });
  if (r.json.security.level !== 'good') throw new Error(r.text);
};
const rows = [];
for (let i = 0; i < 3; i++) rows.push([await cost(() => c.get(`${base}/source?uidvalidity=${uidvalidity}`)), await cost(opens)]);
const [source, open] = rows.sort((a, b) => a[1] - a[0] - (b[1] - b[0]))[1];
console.log(`| what (${raw.length} bytes, ${ROUNDS} rounds, processor time of waxseald) | ms | goal |\n|---|---|---|`);
console.log(`| source: session, IMAP | ${source.toFixed(3)} | |\n| open: the same, decrypt, verify, judge, JSON | ${open.toFixed(3)} | |`);
console.log(`| difference | ${(open - source).toFixed(3)} | ≤ 1 |\n| ratio | ${(open / source).toFixed(2)} | |`);
await c.post(`/api/v1/folders/${inbox}/delete`, { uidvalidity, uids: [uid] });
c.close();
