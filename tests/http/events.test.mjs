// Live updates: the event stream, what ends it, and `changes`.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { EventStream } from '../lib/events.mjs';
import { Client } from '../lib/http.mjs';
import { account, ctl, eventually, folderId, imapOf, instance, redis, signedIn } from '../lib/instance.mjs';

const INBOX = folderId('INBOX');
const BOX = 'Live';
const clients = [], streams = [];
let imap, carol;

async function client(name = 'carol') {
  const c = await signedIn(name);
  clients.push(c);
  return c;
}
async function open(c, headers) {
  const r = await EventStream.open(c, headers);
  if (r.stream) streams.push(r.stream);
  return r;
}
async function live(c) {
  const { status, stream } = await open(c);
  assert.equal(status, 200);
  await stream.next('hello');
  return stream;
}
const mail = (subject) => Buffer.from(`From: x@demo.test\r\nSubject: ${subject}\r\n\r\nbody\r\n`);
const counts = async (c, id) => (await c.get('/api/v1/folders')).json.folders.find((f) => f.id === id);
const page = async (c, id = folderId(BOX)) => (await c.get(`/api/v1/folders/${id}/messages?limit=50`)).json;
const changes = (c, p, id = folderId(BOX)) => c.get(`/api/v1/folders/${id}/changes?uidvalidity=${p.uidvalidity}&modseq=${p.modseq}&uidnext=${p.uidnext}`);
const setOf = (text) => (text ?? '').split(',').filter(Boolean).flatMap((r) => {
  const [a, b] = r.split(':').map(Number);
  return Array.from({ length: (b ?? a) - a + 1 }, (_, i) => a + i);
});
/** Where Redis keeps the session: by the hash of the first half of the cookie. */
function recordOf(c) {
  const id = Buffer.from([...c.cookies.values()][0], 'base64url').subarray(0, 16);
  return `${instance.instance}:s:${createHash('sha256').update(id).digest('hex')}`;
}

function lmtp(to, message) {
  return new Promise((resolve, reject) => {
    const s = net.connect(path.join(instance.data, 'run/lmtp.sock'));
    const say = ['LHLO test', 'MAIL FROM:<x@demo.test>', `RCPT TO:<${to}>`, 'DATA', `${message.toString('latin1')}.`, 'QUIT'];
    let text = '';
    s.setEncoding('latin1');
    s.on('error', reject);
    s.on('data', (d) => {
      text += d;
      for (let at; (at = text.indexOf('\r\n')) >= 0;) {
        const line = text.slice(0, at);
        text = text.slice(at + 2);
        if (line[3] === '-') continue;
        if (Number(line[0]) > 3) { reject(new Error(line)); s.destroy(); return; }
        if (!say.length) { s.end(); resolve(); return; }
        s.write(`${say.shift()}\r\n`);
      }
    });
  });
}

before(async () => {
  imap = await imapOf('carol');
  await imap.create(BOX);
  carol = await client();
});
beforeEach(() => { for (const s of streams.splice(0)) s.close(); });
after(async () => {
  for (const s of streams) s.close();
  for (const c of clients) c.close();
  await imap.command('CLOSE').catch(() => {});
  await imap.command(`DELETE ${BOX}`).catch(() => {});
  imap.close();
});

test('a stream says hello once everything is watched, and whose it is', async () => {
  const { status, headers, stream } = await open(carol);
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'text/event-stream');
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(headers['x-accel-buffering'], undefined, 'nginx obeys it and keeps it');
  const hello = await stream.next('hello');
  assert.deepEqual(hello, { account: account('carol').address, heartbeat: 25 });
});

test('without a session there is none', async () => {
  const c = new Client(instance.origin);
  const r = await open(c);
  assert.equal(r.status, 401);
  assert.equal(r.json.code, 'unauthenticated');
  c.close();
});

test('mail delivered by LMTP, read, starred and removed elsewhere: each is told with right numbers', async () => {
  const s = await live(carol);
  const was = await counts(carol, INBOX);
  await lmtp(account('carol').address, mail('delivered'));
  const came = await s.next('folder', (d) => d.id === INBOX && d.total === was.total + 1);
  assert.equal(came.unread, was.unread + 1);
  const now = await page(carol, INBOX);
  assert.deepEqual([came.uidvalidity, came.uidnext, came.total, came.unread], [now.uidvalidity, now.uidnext, now.total, now.unread]);
  assert.ok(came.modseq > 0);

  await imap.select('INBOX');
  const uid = now.messages[0].uid;
  await imap.command(`UID STORE ${uid} +FLAGS (\\Seen)`);
  const read = await s.next('folder', (d) => d.id === INBOX && d.unread === was.unread);
  await imap.command(`UID STORE ${uid} +FLAGS (\\Flagged)`);
  await s.next('folder', (d) => d.id === INBOX && d.modseq > read.modseq);
  await imap.command(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
  await imap.command('EXPUNGE');
  const gone = await s.next('folder', (d) => d.id === INBOX && d.total === was.total);
  assert.equal(gone.uidnext, came.uidnext);
  const told = (await changes(carol, now, INBOX)).json;
  assert.deepEqual([told.reset, told.total, setOf(told.vanished), told.changed], [false, was.total, [uid], []]);
});

test('other folders are told of, and folders that come and go', async () => {
  const s = await live(carol);
  await imap.append(BOX, mail('elsewhere'));
  await s.next('folder', (d) => d.id === folderId(BOX) && d.unread > 0);
  await imap.command('CREATE "Live more"');
  await s.next('folders');
  assert.ok((await counts(carol, folderId('Live more'))).selectable);
  await imap.command('DELETE "Live more"');
  await s.next('folders');
});

test('every stream of an account hears it, whichever session it is of', async () => {
  const other = await client();
  const all = await Promise.all([live(carol), live(carol), live(other)]);
  const { total } = await counts(carol, folderId(BOX));
  await imap.append(BOX, mail('for all'));
  for (const s of all) await s.next('folder', (d) => d.id === folderId(BOX) && d.total === total + 1);
});

test('nobody hears of another account', async () => {
  const dave = await client('dave');
  const s = await live(dave);
  const mine = await live(carol);
  await imap.append(BOX, mail('private'));
  await mine.next('folder', (d) => d.id === folderId(BOX));
  const own = await imapOf('dave');
  await own.append('INBOX', mail('for dave'));
  const first = await s.next('folder');
  assert.equal(first.id, INBOX);
  assert.equal(first.total, (await counts(dave, INBOX)).total);
  own.close();
});

test('signing out ends its streams and no others', async () => {
  const going = await client(), staying = await client();
  const ends = await live(going), stays = await live(staying);
  assert.equal((await going.post('/api/v1/signout', {})).status, 200);
  assert.deepEqual(await ends.next('signout'), {});
  assert.equal(await ends.over(), 'end');
  await imap.append(BOX, mail('after'));
  await stays.next('folder', (d) => d.id === folderId(BOX));
  assert.equal(stays.ended, null);
  assert.equal((await open(going)).status, 401);
});

test('signing out everywhere ends all of them', async () => {
  const one = await client('dave'), two = await client('dave');
  const a = await live(one), b = await live(two);
  assert.equal((await one.post('/api/v1/signout?everywhere=1', {})).status, 200);
  for (const s of [a, b]) { await s.next('signout'); assert.equal(await s.over(), 'end'); }
});

test('a session that runs out ends its stream, and a stream keeps no session', async () => {
  const c = await client();
  const key = recordOf(c);
  assert.ok(Number(redis('web', 'TTL', key)) > 600);
  redis('web', 'EXPIRE', key, '600');
  const s = await live(c);
  await c.get('/api/v1/folders', { headers: { 'X-Waxseal-Background': '1' } });
  assert.ok(Number(redis('web', 'TTL', key)) <= 600, 'what the page does by itself is no activity');
  await c.get('/api/v1/folders');
  assert.ok(Number(redis('web', 'TTL', key)) > 600, 'what a person does is');
  redis('web', 'PEXPIRE', key, '1200');
  redis('web', 'INCR', `${instance.instance}:s:ver`);
  await s.next('signout');
  assert.equal(await s.over(), 'end');
});

test('a change of the plan is told, and the stream goes on', async () => {
  const dave = await client('dave');
  const s = await live(dave);
  try {
    ctl('user', 'set', account('dave').address, 'basic');
    assert.deepEqual(await s.next('features'), { smime: false, plan: 'basic' });
  } finally { ctl('user', 'set', account('dave').address, 'enterprise'); }
  assert.deepEqual(await s.next('features'), { smime: true, plan: 'enterprise' });
  assert.equal(s.ended, null);
});

test('more streams than a session may have are refused and said why; one that goes makes room', async () => {
  const c = await client('dave');
  const opened = [];
  let refused = null;
  // Six in each process, and there are two.
  for (let i = 0; i < 13; i++) {
    const r = await open(c);
    if (r.status === 200) opened.push(r.stream); else refused = r;
  }
  assert.ok(refused && opened.length <= 12 && opened.length >= 6);
  assert.equal(refused.status, 429);
  assert.equal(refused.json.code, 'throttled');
  assert.equal(refused.headers['retry-after'], '60');
  for (const s of opened) s.close();
  await eventually(async () => {
    const r = await open(c);
    return r.status === 200;
  }, 'room for another');
});

test('the connection to the mail server is cut again and again: nothing that happened is missed', async () => {
  const s = await live(carol);
  const known = await page(carol);
  let { total } = known;
  const conf = path.join(instance.data, 'etc/dovecot.conf');
  for (let i = 0; i < 3; i++) {
    execFileSync('doveadm', ['-c', conf, 'kick', account('carol').address]);
    const again = await imapOf('carol');
    await again.append(BOX, mail(`while cut ${i}`));
    again.close();
    total++;
    const t = total;
    await s.next('folder', (d) => d.id === folderId(BOX) && d.total === t, 60);
  }
  assert.equal(s.ended, null);
  const told = (await changes(carol, known)).json;
  assert.equal(told.reset, false);
  assert.equal(told.uidnext, known.uidnext + 3);
  imap = await imapOf('carol');
});

test('workers that are replaced end their streams properly', async () => {
  const s = await live(carol);
  process.kill(Number(readFileSync(path.join(instance.data, 'run/waxseald.pid'), 'utf8')), 'SIGHUP');
  assert.equal(await s.over(), 'end');
  await live(carol);
});

// --- changes -----------------------------------------------------------------------------------------------------

test('changes tells exactly what happened below uidnext, once', async () => {
  const uids = [];
  for (let i = 0; i < 4; i++) uids.push(await imap.append(BOX, mail(`c${i}`)));
  const known = await page(carol);
  let r = (await changes(carol, known)).json;
  assert.deepEqual([r.changed, r.vanished, r.reset, r.modseq], [[], null, false, known.modseq]);
  await imap.select(BOX);
  await imap.command(`UID STORE ${uids[0]} +FLAGS (\\Seen work)`);
  await imap.command(`UID STORE ${uids[1]},${uids[2]} +FLAGS.SILENT (\\Deleted)`);
  await imap.command('EXPUNGE');
  await imap.append(BOX, mail('new'));
  r = (await changes(carol, known)).json;
  assert.equal(r.reset, false);
  assert.equal(r.total, known.total - 1);
  assert.equal(r.uidnext, known.uidnext + 1);
  assert.deepEqual(setOf(r.vanished), [uids[1], uids[2]]);
  assert.deepEqual(r.changed.map((x) => [x.uid, [...x.flags].sort()]), [[uids[0], ['\\Seen', 'work']]]);
  const next = (await changes(carol, { ...known, modseq: r.modseq, uidnext: r.uidnext })).json;
  assert.deepEqual([next.changed, next.vanished, next.reset], [[], null, false]);
});

test('changes asks to begin anew when it cannot know', async () => {
  const known = await page(carol);
  for (const odd of [{ uidvalidity: known.uidvalidity + 1 }, { modseq: 0 }, { modseq: known.modseq + 1e6 }, { uidnext: known.uidnext + 1 }, { uidnext: 0 }]) {
    const r = await changes(carol, { ...known, ...odd });
    assert.equal(r.status, 200);
    assert.equal(r.json.reset, true, JSON.stringify(odd));
    assert.equal(r.json.total, known.total);
  }
});

test('changes refuses what is no number', async () => {
  const id = folderId(BOX);
  for (const [query, field] of [
    ['', 'uidvalidity'], ['uidvalidity=1', 'modseq'], ['uidvalidity=1&modseq=1', 'uidnext'], ['uidvalidity=x&modseq=1&uidnext=1', 'uidvalidity'],
    ['uidvalidity=1&modseq=-1&uidnext=1', 'modseq'], ['uidvalidity=4294967296&modseq=1&uidnext=1', 'uidvalidity'],
    ['uidvalidity=1&modseq=99999999999999999999&uidnext=1', 'modseq'], ['uidvalidity=1&modseq=1&uidnext=1%0d%0a', 'uidnext'],
  ]) {
    const r = await carol.get(`/api/v1/folders/${id}/changes?${query}`);
    assert.equal(r.status, 422, query);
    assert.equal(r.json.details.field, field, query);
  }
  assert.equal((await carol.get('/api/v1/folders/!!/changes?uidvalidity=1&modseq=1&uidnext=1')).status, 404);
  assert.equal((await changes(carol, { uidvalidity: 1, modseq: 1, uidnext: 1 }, folderId('no such box'))).status, 404);
});
