// Care of folders, and requests that mean every message of one.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test, { after, before } from 'node:test';
import path from 'node:path';
import { Server } from '../lib/fastcgi.mjs';
import { account, folderId, imapOf, instance, signedIn, top } from '../lib/instance.mjs';
import { quote } from '../lib/imap.mjs';
import { message, text } from '../lib/mime.mjs';

let c, imap;
const base = `Care ${randomUUID().slice(0, 8)}`;
before(async () => { c = await signedIn('alice'); imap = await imapOf('alice'); });
after(async () => {
  for (const r of (await imap.command(`LIST "" ${quote(`${base}*`)}`)).reverse()) {
    const name = /"((?:[^"\\]|\\.)*)"$/.exec(r.text)?.[1];
    if (name && !/NonExistent|Noselect/i.test(r.text)) await imap.command(`DELETE "${name}"`);
  }
  imap.close();
  c.close();
});
async function make(path) {
  const r = await c.post('/api/v1/folders', { path });
  assert.equal(r.status, 200, r.text);
  return r.json.id;
}
const folder = async (path) => (await c.get('/api/v1/folders')).json.folders.find((f) => f.path === path);
const put = (id, json) => c.request('PUT', `/api/v1/folders/${id}`, { json });
const drop = (id, query = '') => c.request('DELETE', `/api/v1/folders/${id}${query}`);
// By a connection of its own: Dovecot ends those whose selected folder goes.
async function fill(mailbox, n, flags = []) {
  const own = await imapOf('alice');
  for (let i = 0; i < n; i++)
    await own.append(mailbox, message({ from: 'tester@demo.test', to: 'alice@demo.test', subject: `Number ${i}${i % 3 ? '' : ' third'}`, date: new Date(), id: `<${randomUUID()}@demo.test>` }, text('x')), flags);
  const box = await own.select(mailbox);
  own.close();
  return box;
}

test('a folder is renamed with all inside, its messages and its place among the shown ones', async () => {
  const id = await make(`${base}/Old & new`);
  await make(`${base}/Old & new/Inside ü`);
  await fill(`${base}/Old &- new`, 2);
  const r = await put(id, { path: `${base}/Projekte "2026"` });
  assert.equal(r.status, 200, r.text);
  const renamed = await folder(`${base}/Projekte "2026"`);
  assert.equal(renamed.id, r.json.id);
  assert.deepEqual([renamed.total, renamed.subscribed], [2, true]);
  assert.equal((await folder(`${base}/Projekte "2026"/Inside ü`)).subscribed, true);
  assert.equal(await folder(`${base}/Old & new`), undefined);
  const shown = await imap.command('LSUB "" "*"');
  assert.ok(!shown.some((x) => x.text.includes('Old')), 'the old name is not shown any more');
});

test('a name that is taken, is none, or would take a needed folder along is refused', async () => {
  const id = await make(`${base}/One`);
  await make(`${base}/Two`);
  const taken = await put(id, { path: `${base}/Two` });
  assert.deepEqual([taken.status, taken.json.details.field], [409, 'path']);
  for (const path of ['', 'a*b', 'a\r\nX LOGOUT', '%', 'x'.repeat(900)]) {
    const r = await put(id, { path });
    assert.deepEqual([r.status, r.json.details.field], [422, 'path'], JSON.stringify(path));
  }
  assert.equal((await put(folderId('Drafts'), { path: `${base}/Drafts` })).status, 403);
  assert.equal((await put(folderId('INBOX'), { path: `${base}/x` })).status, 403);
  assert.equal((await put(folderId('Nothing here'), { path: `${base}/x` })).status, 404);
});

test('what a person can mend in a name is said with the field, never as a failure of the server', async () => {
  const id = await make(`${base}/Moved`);
  for (const path of [`${base}/a.b`, `${base}//x`, `${base}/Moved/inside`, '~away', '/above']) {
    const r = await put(id, { path });
    assert.deepEqual([r.status, r.json.details.field], [422, 'path'], `${path}: ${r.text}`);
    assert.notEqual(r.json.message, 'A value is not acceptable.', path);
  }
  await make(`${base}/Elsewhere`);
  const there = await put(id, { path: `${base}/Elsewhere/Moved` });
  assert.equal(there.status, 200, there.text);
  assert.equal((await folder(`${base}/Elsewhere/Moved`)).id, there.json.id);
});

test('a folder is deleted; with messages or folders inside only when that is meant', async () => {
  const id = await make(`${base}/Gone`), inside = await make(`${base}/Gone/In`);
  await fill(`${base}/Gone/In`, 1);
  assert.equal((await drop(id)).status, 409, 'a folder inside');
  // a held connection has it selected
  assert.equal((await c.get(`/api/v1/folders/${inside}/messages?offset=0&limit=10`)).json.total, 1);
  assert.equal((await drop(inside)).status, 409, 'a message inside');
  assert.equal((await drop(inside, '?messages=1')).status, 200);
  assert.equal((await c.get(`/api/v1/folders/${inside}/messages?offset=0&limit=10`)).status, 404);
  assert.equal((await drop(id)).status, 200);
  assert.equal(await folder(`${base}/Gone`), undefined);
  assert.equal((await drop(folderId('Trash'))).status, 403);
  assert.equal((await c.get('/api/v1/folders')).status, 200, 'and the session goes on');
});

test('a folder is hidden and shown', async () => {
  const id = await make(`${base}/Seldom`);
  for (const subscribed of [false, true]) {
    assert.equal((await c.post(`/api/v1/folders/${id}/subscribe`, { subscribed })).status, 200);
    assert.equal((await folder(`${base}/Seldom`)).subscribed, subscribed);
  }
});

test('all messages of a folder: marked, moved and moved back by the set of the answer, without the excepted and the later ones', async () => {
  const id = await make(`${base}/All`), other = await make(`${base}/Other`);
  const { uidvalidity, uidnext } = await fill(`${base}/All`, 12);
  await fill(`${base}/All`, 1); // came after the person looked
  const url = (what, f = id) => `/api/v1/folders/${f}/${what}`;
  const seen = await c.post(url('flags'), { uidvalidity, all: { search: null, below: uidnext, except: [2] }, add: ['\\Seen'], remove: [] });
  assert.deepEqual([seen.status, seen.json.count, seen.json.uids], [200, 11, '1,3:12'], seen.text);
  await imap.select(`${base}/All`);
  assert.deepEqual(await imap.search('UNSEEN'), [2, 13]);
  await imap.select('INBOX');
  // of some messages those that a search finds: what Undo has to take back
  const some = await c.post(url('flags'), { uidvalidity, all: { search: { text: '', filters: { unread: true } }, below: uidnext, only: '1:4,9' }, add: ['\\Seen'], remove: [] });
  assert.deepEqual([some.status, some.json.count, some.json.uids], [200, 1, '2'], some.text);
  for (const only of ['', '1:*', '0', 4]) assert.equal((await c.post(url('flags'), { uidvalidity, all: { below: uidnext, only }, add: [], remove: ['\\Seen'] })).status, 422, String(only));
  const moved = await c.post(url('move'), { uidvalidity, all: { search: { text: 'third', scope: 'headers' }, below: uidnext }, to: other });
  assert.deepEqual([moved.status, moved.json.count, moved.json.uids], [200, 4, '1:4'], moved.text);
  const back = await c.post(url('move', other), { uidvalidity: moved.json.uidvalidity, uids: moved.json.uids, to: id });
  assert.deepEqual([back.status, back.json.count], [200, 4], back.text);
  // counted on a connection that has the folder selected and did not see what came back
  assert.equal((await c.get(`/api/v1/folders/${id}/messages?offset=0&limit=1`)).json.total, 13);
  await fill(`${base}/All`, 1);
  assert.equal((await folder(`${base}/All`)).total, 14);
  const none = await c.post(url('move'), { uidvalidity, all: { search: { text: 'not there' }, below: uidnext }, to: other });
  assert.deepEqual([none.status, none.json.count, none.json.uids], [200, 0, ''], none.text);
});

test('all that a search with in: finds is meant with the one connection that there is', async () => {
  const server = new Server(instance, path.join(top, process.env.BUILD ?? 'build', 'waxseald'),
    { imap_connections_per_session: '1', request_timeout_ms: '20000', processes: '1' });
  const id = await make(`${base}/Held`), { uidvalidity, uidnext } = await fill(`${base}/Held`, 3);
  await server.start();
  try {
    await server.signIn(account('alice').address, account('alice').password);
    for (const [text, count] of [[`in:"${base}/Held"`, 3], ['in:inbox', 0]]) {
      const r = await server.post(`/api/v1/folders/${id}/flags`, { uidvalidity, all: { search: { text, scope: 'headers' }, below: uidnext }, add: ['\\Flagged'], remove: [] });
      assert.deepEqual([r.status, r.json.count], [200, count], r.text);
    }
  } finally { await server.stop(); }
});

test('a set that is none is refused, and so is one beside all', async () => {
  const { uidvalidity } = await imap.select('INBOX');
  const ask = (json) => c.post(`/api/v1/folders/${folderId('INBOX')}/flags`, { uidvalidity, add: ['\\Flagged'], remove: [], ...json });
  for (const uids of ['', '0', '1:*', '*', '1;2', '1:99999999', '4294967296', '1,,2', 7, {}, [0], [1.5], []])
    assert.equal((await ask({ uids })).status, 422, JSON.stringify(uids));
  assert.equal((await ask({ uids: [1], all: { below: 5 } })).status, 422);
  assert.equal((await ask({ all: {} })).status, 422);
  assert.equal((await ask({ all: { below: 5, search: { scope: 'everything' } } })).status, 422);
});

test('Trash is emptied up to what was seen; another folder is not', async () => {
  const trash = folderId('Trash');
  const { uidvalidity, uidnext } = await fill('Trash', 3);
  await fill('Trash', 1);
  const r = await c.post(`/api/v1/folders/${trash}/empty`, { uidvalidity, all: { below: uidnext } });
  assert.equal(r.status, 200, r.text);
  assert.ok(r.json.count >= 3);
  await imap.select('Trash');
  assert.deepEqual(await imap.search('ALL'), [uidnext]);
  assert.equal((await c.post(`/api/v1/folders/${folderId('Archive')}/empty`, { uidvalidity: 1, all: { below: 9 } })).status, 403);
  assert.equal((await c.post(`/api/v1/folders/${trash}/empty`, { uidvalidity, uids: [1] })).status, 422);
});

test('the quota is told as the server tells it', async () => {
  const r = await c.get('/api/v1/quota');
  assert.equal(r.status, 200, r.text);
  const storage = r.json.quotas.find((q) => q.resource === 'storage');
  assert.ok(storage && storage.limit > 0 && storage.used >= 0 && storage.used <= storage.limit, r.text);
});
