// Lists in an order, lists of conversations, and whole conversations.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test, { after, before } from 'node:test';
import { eventually, folderId, imapOf, signedIn } from '../lib/instance.mjs';
import { message, text } from '../lib/mime.mjs';

let c, imap, uidvalidity;
const box = `Orders ${randomUUID().slice(0, 8)}`, f = folderId(box), sent = folderId('Sent');
const id = (n) => `<${n}.${box.replace(/ /g, '.')}@demo.test>`;
const list = (q = '', folder = f) => c.get(`/api/v1/folders/${folder}/messages?offset=0&limit=50${q}`);
const subjects = (r) => { assert.equal(r.status, 200, r.text); return r.json.messages.map((m) => m.subject); };

async function put(n, fields = {}, folder = box, flags = []) {
  const { subject = `Subject ${n}`, from = 'tester@demo.test', to = 'alice@demo.test', minute = 0, body = 'x\n', refs, ...more } = fields;
  const bytes = message({ from, to, subject, date: new Date(Date.UTC(2024, 0, 1, 0, minute)), id: id(n), references: refs?.map(id), ...more }, text(body));
  const uid = await imap.append(folder, bytes, [], new Date(Date.UTC(2024, 5, 1, 0, 0, clock++)));
  await imap.select(folder);
  if (flags.length) await imap.command(`UID STORE ${uid} +FLAGS (${flags.join(' ')})`);
  return uid;
}

const uid = {};
let clock = 0; // each message arrives a second after the one before
before(async () => {
  c = await signedIn('alice');
  imap = await imapOf('alice');
  await imap.create(box);
  // three conversations: a (with a2, a3), b, d (with d2); and c that has b's subject but nothing to do with it
  uid.a = await put('a', { subject: 'Roof', from: { name: 'Zoe', address: 'aa@demo.test' }, minute: 30, body: 'x'.repeat(3000) }, box, ['\\Seen']);
  uid.b = await put('b', { subject: 'Invoice', from: { name: 'Adam', address: 'zz@demo.test' }, minute: 50 }, box, ['\\Seen']);
  uid.a2 = await put('a2', { subject: 'Re: Roof', from: { name: 'Mia', address: 'mm@demo.test' }, refs: ['a'], minute: 20 }, box, ['\\Flagged']);
  uid.c = await put('c', { subject: 'Invoice', from: { name: 'Bea', address: 'bb@demo.test' }, minute: 10 }, box, ['\\Seen']);
  uid.d = await put('d', { subject: 'Lunch', from: { name: 'Cleo', address: 'cc@demo.test' }, minute: 5 }, box, ['\\Seen']);
  uid.a3 = await put('a3', { subject: 'Re: Roof', from: { name: 'Zoe', address: 'aa@demo.test' }, refs: ['a', 'a2'], minute: 40 }, box, ['\\Seen']);
  uid.d2 = await put('d2', { subject: 'Re: Lunch', from: { name: 'Alice', address: 'alice@demo.test' }, refs: ['d'], minute: 6 }, box, ['\\Seen']);
  ({ uidvalidity } = await imap.select(box));
});
after(async () => { await imap.command(`DELETE "${box}"`).catch(() => {}); imap.close(); c.close(); });

test('each key sorts as it says, both ways', async () => {
  assert.deepEqual(subjects(await list('&sort=date')), ['Invoice', 'Re: Roof', 'Roof', 'Re: Roof', 'Invoice', 'Re: Lunch', 'Lunch']);
  assert.deepEqual(subjects(await list('&sort=date&order=asc')), ['Lunch', 'Re: Lunch', 'Invoice', 'Re: Roof', 'Roof', 'Re: Roof', 'Invoice']);
  const names = async (q) => (await list(q)).json.messages.map((m) => m.from[0].name);
  assert.deepEqual(await names('&sort=from'), ['Adam', 'Alice', 'Bea', 'Cleo', 'Mia', 'Zoe', 'Zoe']);
  assert.deepEqual(await names('&sort=from&order=desc'), ['Zoe', 'Zoe', 'Mia', 'Cleo', 'Bea', 'Alice', 'Adam']);
  assert.equal((await list('&sort=size')).json.messages[0].uid, uid.a, 'the largest first');
  assert.deepEqual((await list('&sort=subject')).json.messages.map((m) => m.uid), [uid.c, uid.b, uid.d2, uid.d, uid.a3, uid.a2, uid.a], 'equal ones: newest first');
  assert.equal((await list('&sort=to')).status, 200);
  const up = await list('&order=asc');
  assert.deepEqual(up.json.messages.map((m) => m.uid), Object.values(uid).sort((x, y) => x - y), 'by position, the oldest first');
  assert.deepEqual([up.json.total, up.json.rows], [7, 7]);
});

test('pages of an order follow each other without gap or double', async () => {
  for (const q of ['&sort=date', '&sort=from', '&threads=1', '&order=asc', '&order=asc&threads=1', '&sort=date&threads=1']) {
    const whole = await list(q), seen = [];
    for (let offset = 0; offset < whole.json.rows; offset += 2) {
      const page = await c.get(`/api/v1/folders/${f}/messages?offset=${offset}&limit=2${q}`);
      assert.equal(page.status, 200, page.text);
      seen.push(...page.json.messages);
    }
    assert.deepEqual(seen, whole.json.messages, q);
  }
  const beyond = await c.get(`/api/v1/folders/${f}/messages?offset=4000000000&limit=2&threads=1`);
  assert.deepEqual([beyond.status, beyond.json.messages], [200, []]);
});

test('conversations are rows that tell of all their messages', async () => {
  const r = await list('&threads=1');
  assert.equal(r.status, 200, r.text);
  assert.deepEqual(r.json.messages.map((m) => m.uid), [uid.d2, uid.a3, uid.c, uid.b]);
  assert.deepEqual([r.json.total, r.json.rows], [7, 4]);
  const roof = r.json.messages[1];
  assert.deepEqual(roof.thread, { count: 3, unread: 1, flagged: true, uids: [uid.a, uid.a2, uid.a3].join(',') });
  assert.deepEqual(r.json.messages[2].thread, { count: 1, unread: 0, flagged: false, uids: `${uid.c}` });
  assert.ok(!('thread' in (await list()).json.messages[0]), 'none in a list of messages');
  const byDate = await list('&threads=1&sort=date');
  assert.deepEqual(byDate.json.messages.map((m) => m.uid), [uid.b, uid.a3, uid.c, uid.d2], 'placed as the newest message is');
});

test('a list of conversations follows flags, arrivals and departures at once', async () => {
  const first = await list('&threads=1');
  const etag = first.headers.etag;
  assert.ok(etag);
  const again = () => c.get(`/api/v1/folders/${f}/messages?offset=0&limit=50&threads=1`, { headers: { 'If-None-Match': etag } });
  assert.equal((await again()).status, 304);
  assert.equal((await list('&threads=1&sort=date')).headers.etag === etag, false, 'another order is another page');
  await imap.command(`UID STORE ${uid.a2} FLAGS (\\Seen)`);
  const flagged = await again();
  assert.equal(flagged.status, 200);
  assert.deepEqual([flagged.json.messages[1].thread.unread, flagged.json.messages[1].thread.flagged], [0, false]);
  const late = await put('a4', { subject: 'Re: Roof', refs: ['a', 'a2', 'a3'], minute: 45 });
  const arrived = await again();
  assert.deepEqual(arrived.json.messages[0].thread, { count: 4, unread: 1, flagged: false, uids: [uid.a, uid.a2, uid.a3, late].join(',') });
  for (const gone of [late, uid.a3]) await c.post(`/api/v1/folders/${f}/delete`, { uidvalidity, uids: [gone] });
  const left = await again();
  assert.deepEqual(left.json.messages.map((m) => [m.uid, m.thread.count]), [[uid.d2, 2], [uid.c, 1], [uid.a2, 2], [uid.b, 1]]);
});

test('what is moved away and back stands where it stood; an imported mail stands where it belongs', async () => {
  const before = (await list('&threads=1')).json.messages.map((m) => m.subject);
  const away = await c.post(`/api/v1/folders/${f}/move`, { uidvalidity, uids: [uid.c], to: folderId('Archive') });
  assert.equal(away.status, 200, away.text);
  assert.deepEqual(subjects(await list('&threads=1')), before.toSpliced(1, 1));
  const back = await c.post(`/api/v1/folders/${folderId('Archive')}/move`, { uidvalidity: away.json.uidvalidity, uids: away.json.uids, to: f });
  assert.equal(back.status, 200, back.text);
  uid.c = Number(back.json.uids[0]);
  assert.deepEqual(subjects(await list('&threads=1')), before);
  assert.deepEqual(subjects(await list('&threads=1&order=asc')), before.toReversed());
  const old = await imap.append(box, message({ from: 'tester@demo.test', to: 'alice@demo.test', subject: 'From the old server', date: new Date(), id: id('old') }, text('x\n')), [], new Date(Date.UTC(2020, 0, 1)));
  assert.deepEqual(subjects(await list('&threads=1')), [...before, 'From the old server']);
  await c.post(`/api/v1/folders/${f}/delete`, { uidvalidity, uids: [old] });
});

test('bad parameters are refused by name', async () => {
  for (const [q, field] of [['&sort=colour', 'sort'], ['&sort=', 'sort'], ['&sort=DATE', 'sort'], ['&order=up', 'order'], ['&order=', 'order'],
    ['&threads=yes', 'threads'], ['&threads=2', 'threads'], ['&sort=date%0d%0aA1%20LOGOUT', 'sort']]) {
    const r = await list(q);
    assert.deepEqual([r.status, r.json.code, r.json.details.field], [422, 'invalid', field], q);
  }
  assert.equal((await list('&threads=0')).status, 200);
  assert.equal((await list('&threads=1&sort=date', folderId('No such folder'))).status, 404);
});

test('a conversation comes whole, oldest first, with the answers in Sent', async () => {
  const answer = await put('s1', { subject: 'Re: Lunch', from: 'alice@demo.test', refs: ['d', 'd2'] }, 'Sent');
  const other = await put('s2', { subject: 'Re: Lunch', from: 'alice@demo.test' }, 'Sent');
  const sentValidity = (await imap.select('Sent')).uidvalidity;
  const r = await c.post(`/api/v1/folders/${f}/conversation`, { uidvalidity, uid: uid.d });
  assert.equal(r.status, 200, r.text);
  assert.deepEqual(r.json.messages.map((m) => [m.folder, m.uidvalidity, m.uid]), [[f, uidvalidity, uid.d], [f, uidvalidity, uid.d2], [sent, sentValidity, answer]]);
  assert.ok(!r.json.messages.some((m) => m.uid === other && m.folder === sent), 'an equal subject is no answer');
  const alone = await c.post(`/api/v1/folders/${f}/conversation`, { uidvalidity, uid: uid.c });
  assert.deepEqual(alone.json.messages.map((m) => m.uid), [uid.c]);
  // an answer that is sent while the folders are known
  const late = await put('s3', { subject: 'Re: Invoice', from: 'alice@demo.test', refs: ['c'] }, 'Sent');
  const more = await c.post(`/api/v1/folders/${f}/conversation`, { uidvalidity, uid: uid.c });
  assert.deepEqual(more.json.messages.map((m) => m.uid), [uid.c, late]);
});

test('a copy in Sent of what is in the folder is not shown twice', async () => {
  const own = await put('twice', { subject: 'To the list' });
  await put('twice', { subject: 'To the list' }, 'Sent');
  const r = await c.post(`/api/v1/folders/${f}/conversation`, { uidvalidity, uid: own });
  assert.deepEqual(r.json.messages.map((m) => [m.folder, m.uid]), [[f, own]]);
});

test('conversations of what is not there', async () => {
  const ask = (body, folder = f) => c.post(`/api/v1/folders/${folder}/conversation`, body);
  assert.equal((await ask({ uidvalidity, uid: 4000000000 })).status, 404);
  assert.equal((await ask({ uidvalidity: uidvalidity + 1, uid: uid.c })).status, 409);
  assert.equal((await ask({ uidvalidity, uid: 0 })).status, 422);
  assert.equal((await ask({ uidvalidity, uid: 'x' })).status, 422);
  assert.equal((await ask({ uid: uid.c })).status, 422);
  assert.equal((await ask({ uidvalidity, uid: uid.c }, folderId('No such folder'))).status, 404);
  const gone = await put('gone', {});
  await c.post(`/api/v1/folders/${f}/delete`, { uidvalidity, uids: [gone] });
  assert.equal((await ask({ uidvalidity, uid: gone })).status, 404);
});

test('a large folder is shown while its conversations are found out, and then with them', async () => {
  const large = `Large ${randomUUID().slice(0, 8)}`, id5 = folderId(large);
  await imap.create(large);
  for (let i = 0; i < 82; i++) {
    await imap.append(large, message({ from: 'tester@demo.test', to: 'alice@demo.test', subject: `L${i}`, date: new Date(), id: `<${i}.${large.replace(' ', '.')}@demo.test>`,
      references: i % 2 ? [`<${i - 1}.${large.replace(' ', '.')}@demo.test>`] : undefined }, text('x\n')));
  }
  await imap.select(large);
  for (let n = 82; n < 5200; n *= 2) await imap.command(`COPY 1:${n} "${large}"`);
  const total = 82 * 64;
  const page = (offset, q = '&threads=1') => c.get(`/api/v1/folders/${id5}/messages?offset=${offset}&limit=200${q}`);
  const known = await eventually(async () => {
    const r = await page(0);
    assert.equal(r.status, 200, r.text);
    assert.equal(r.json.total, total);
    if (!r.json.pending) return r;
    assert.deepEqual([r.json.rows, r.headers.etag, r.json.messages.some((m) => m.thread)], [total, undefined, false], 'by position until then');
    return false;
  }, 'the conversations are known', 60);
  assert.ok(known.json.rows < total);
  let messages = 0;
  for (let offset = 0; offset < known.json.rows; offset += 200)
    for (const m of (await page(offset)).json.messages) messages += m.thread.count;
  assert.equal(messages, total, 'each message is in one of them');
  const sorted = await eventually(async () => { const r = await page(0, '&sort=subject'); return r.json.pending ? false : r; }, 'the order is known', 60);
  assert.deepEqual([...new Set(sorted.json.messages.map((m) => m.subject))], ['L0', 'L1', 'L10', 'L11'].slice(0, new Set(sorted.json.messages.map((m) => m.subject)).size));
  const talk = await c.post(`/api/v1/folders/${id5}/conversation`, { uidvalidity: known.json.uidvalidity, uid: known.json.messages[0].uid });
  assert.equal(talk.json.messages.filter((m) => m.folder === id5).length, known.json.messages[0].thread.count);
  await imap.select('INBOX');
  await imap.command(`DELETE "${large}"`);
});
