// Searches beside raw IMAP on a held, selected connection, measured in turn; how soon the first hits of a body search
// are there, and what a list costs meanwhile. MESSAGES (10000), ROUNDS (10); needs WAXSEAL_ACCOUNTS.
import { account, folderId, imapOf, signedIn } from '../lib/instance.mjs';
import { message, text } from '../lib/mime.mjs';

const MESSAGES = Number(process.env.MESSAGES ?? 10000), ROUNDS = Number(process.env.ROUNDS ?? 10), BOX = 'Search bench';
const now = () => Number(process.hrtime.bigint()) / 1e6;
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const words = 'roof beam crane survey invoice meeting garden window ticket plan draft order north canal timber budget'.split(' ');

async function fill(imap) {
  await imap.create(BOX);
  for (let k = 0; k < MESSAGES; k++) {
    const subject = `${words[k % 16]} ${words[(k * 7) % 16]} ${k}`;
    await imap.append(BOX, message({ from: { name: `Writer ${k % 97}`, address: `w${k % 97}@demo.test` }, to: account('dave').address, subject, date: new Date(Date.now() - (MESSAGES - k) * 60000), id: `<search.${k}@demo.test>` }, text(`${subject}\r\n`.repeat(60) + (k % 500 === 0 ? 'needle\r\n' : ''))), []);
  }
}

const imap = await imapOf('dave'), c = await signedIn('dave'), other = await signedIn('dave');
const f = folderId(BOX);
const must = (r) => { if (r.status !== 200) throw new Error(`${r.status} ${r.text}`); return r.json; };
const at = (body) => c.post(`/api/v1/folders/${f}/search`, { scope: 'all', filters: {}, limit: 50, ...body }).then(must);
async function parts(body) {
  const start = now();
  let r = await at({ ...body, parts: true }), first = null, n = 1;
  if (r.total) first = now() - start;
  while (r.next) { r = await at({ ...body, parts: true, next: r.next }); n++; if (first === null && r.total) first = now() - start; }
  return { all: now() - start, first, n };
}
try {
  await fill(imap);
  await imap.select(BOX);
  await at({ text: 'is:encrypted' }); // what kind each message is, is learnt once
  console.log(`${MESSAGES} messages, ${ROUNDS} rounds, medians in ms\n\n| search | raw | ours | ratio | goal |\n|---|---|---|---|---|`);
  const compare = async (name, goal, raw, ours) => {
    const t = { raw: [], ours: [] };
    for (let i = 0; i < ROUNDS + 1; i++) for (const [k, run] of [['raw', raw], ['ours', ours]]) { const s = now(); await run(i); if (i) t[k].push(now() - s); }
    console.log(`| ${name} | ${median(t.raw).toFixed(1)} | ${median(t.ours).toFixed(1)} | ${(median(t.ours) / median(t.raw)).toFixed(2)} | ${goal} |`);
  };
  await compare('subject, 50 rows with it', '≤ 1.2', () => imap.command('UID SEARCH SUBJECT "timber 1"'), () => at({ text: 'subject:"timber 1"', scope: 'headers' }));
  await compare('subject, nothing found', '≤ 1.2', (i) => imap.command(`UID SEARCH SUBJECT "zzq${i}"`), (i) => at({ text: `subject:zzq${i}`, scope: 'headers' }));
  await compare('body', '≤ 1.02', (i) => imap.command(`UID SEARCH BODY "zzq${i}"`), (i) => at({ text: `body:zzq${i}` }));
  await compare('body, in parts', '≤ 1.02', (i) => imap.command(`UID SEARCH BODY "zzq${i}"`), (i) => parts({ text: `body:zzq${i}` }));
  await compare('body and headers', '', (i) => imap.command(`UID SEARCH OR FROM "zzq${i}" OR TO "zzq${i}" OR CC "zzq${i}" OR SUBJECT "zzq${i}" BODY "zzq${i}"`), (i) => at({ text: `zzq${i}` }));
  const hits = await parts({ text: 'body:needle' });
  console.log(`\nA body search shows its first hits after ${hits.first.toFixed(0)} ms of ${hits.all.toFixed(0)} ms (${hits.n} parts).`);
  const alone = [], beside = [];
  const list = async (into) => { const s = now(); must(await other.get(`/api/v1/folders/${folderId('INBOX')}/messages?offset=0&limit=50`)); into.push(now() - s); };
  for (let i = 0; i < 30; i++) await list(alone);
  let running = true;
  const scan = parts({ text: 'body:zzz' }).then(() => { running = false; });
  while (running) await list(beside);
  await scan;
  console.log(`A list of the inbox meanwhile: ${median(beside).toFixed(1)} ms (alone ${median(alone).toFixed(1)} ms; ${beside.length} asked).`);
} finally {
  await imap.command('UNSELECT').catch(() => undefined);
  await imap.command(`DELETE "${BOX}"`).catch(() => undefined);
  imap.close(); c.close(); other.close();
}
