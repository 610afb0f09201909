import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test, { after, before } from 'node:test';
import { account, folderId, imapOf, signedIn } from '../lib/instance.mjs';
import { message, text } from '../lib/mime.mjs';

let c, imap;
const inbox = folderId('INBOX');
const list = (f, q = 'offset=0&limit=50') => c.get(`/api/v1/folders/${f}/messages?${q}`);
before(async () => { c = await signedIn('alice'); imap = await imapOf('alice'); });
after(() => { imap.close(); c.close(); });

// A message of this test's own, put into a folder by IMAP. Gives {subject, uid, uidvalidity}.
async function ownMessage(folder = 'INBOX', body = 'Only a test.\n') {
  const subject = `Test ${randomUUID()}`;
  const bytes = message({ from: 'tester@demo.test', to: 'alice@demo.test', subject, date: new Date(), id: `<${randomUUID()}@demo.test>` }, text(body));
  const uid = await imap.append(folder, bytes);
  const { uidvalidity } = await imap.select(folder);
  return { subject, uid, uidvalidity, bytes };
}

test('folders come with their roles, counts and names', async () => {
  const r = await c.get('/api/v1/folders');
  assert.equal(r.status, 200, r.text);
  const by = (role) => r.json.folders.find((f) => f.role === role);
  for (const role of ['inbox', 'sent', 'drafts', 'trash', 'junk', 'archive']) assert.ok(by(role), role);
  assert.equal(by('inbox').id, inbox);
  const box = await imap.command('STATUS INBOX (MESSAGES UNSEEN)');
  const [, total, unseen] = /MESSAGES (\d+) UNSEEN (\d+)/.exec(box[0].text);
  assert.deepEqual([by('inbox').total, by('inbox').unread], [Number(total), Number(unseen)]);
  const shared = r.json.folders.find((f) => f.path.startsWith('shared/') && f.name === 'Aurora');
  assert.ok(shared?.shared, 'the folder Bob shares');
  // What Bob allows, as the mail server itself tells it.
  const told = await imap.command(`MYRIGHTS "${shared.path}"`);
  const letters = told.map((x) => /^\* MYRIGHTS \S+ "?(\w+)/.exec(x.text)?.[1]).find(Boolean) ?? told.map((x) => /(\w+)"?\s*$/.exec(x.text)?.[1]).find(Boolean);
  assert.equal([...shared.rights].sort().join(''), [...letters].sort().join(''));
  assert.match(shared.rights, /l.*r|r.*l/);
  assert.equal(shared.owner, account('bob').address);
  assert.ok(r.json.folders.filter((f) => !f.shared).every((f) => f.owner === null && f.rights === null), 'of own folders nothing is asked');
});

test('the list shows the newest first, by position', async () => {
  const own = await ownMessage();
  const r = await list(inbox, 'offset=0&limit=10');
  assert.equal(r.status, 200, r.text);
  assert.equal(r.json.messages.length, 10);
  assert.equal(r.json.uidvalidity, own.uidvalidity);
  assert.equal(r.json.messages[0].subject, own.subject);
  assert.deepEqual(r.json.messages[0].from, [{ name: '', address: 'tester@demo.test' }]);
  assert.ok(!r.json.messages[0].flags.includes('\\Seen'));
  const next = await list(inbox, 'offset=10&limit=10');
  const uids = [...r.json.messages, ...next.json.messages].map((m) => m.uid);
  assert.equal(new Set(uids).size, 20);
  assert.deepEqual(uids, [...uids].sort((a, b) => b - a));
  const beyond = await list(inbox, 'offset=100000&limit=10');
  assert.deepEqual([beyond.status, beyond.json.messages], [200, []]);
  assert.equal((await list(inbox, 'offset=0&limit=201')).status, 422);
  assert.equal((await list(inbox, 'offset=-1&limit=x')).status, 422);
});

test("a list's tag is its session's: what one was told, another is never told to keep", async () => {
  const other = await signedIn('alice');
  const url = `/api/v1/folders/${inbox}/messages?offset=0&limit=50`;
  const { etag } = (await c.get(url)).headers;
  const theirs = await other.get(url, { headers: { 'If-None-Match': etag } });
  assert.equal(theirs.status, 200);
  assert.notEqual(theirs.headers.etag, etag, 'the same mailbox in the same state');
  assert.equal((await other.get(url, { headers: { 'If-None-Match': theirs.headers.etag } })).status, 304);
  other.close();
});

test('an unchanged list is 304, a changed one is not', async () => {
  const first = await list(inbox);
  const again = await c.get(`/api/v1/folders/${inbox}/messages?offset=0&limit=50`, { headers: { 'If-None-Match': first.headers.etag } });
  assert.equal(again.status, 304);
  assert.equal(again.bytes.length, 0);
  const own = await ownMessage();
  const changed = await c.get(`/api/v1/folders/${inbox}/messages?offset=0&limit=50`, { headers: { 'If-None-Match': first.headers.etag } });
  assert.equal(changed.status, 200);
  assert.equal(changed.json.messages[0].uid, own.uid);
});

test('names and subjects in any script arrive as Unicode', async () => {
  const r = await list(inbox, 'offset=0&limit=200');
  const find = (s) => r.json.messages.find((m) => m.subject === s);
  assert.equal(find('Wasseranschluss Baufeld Nord').from[0].name, 'Jonas Größler');
  assert.equal(find('Final files').from[0].name, '佐藤 由紀');
  assert.ok(find('Olá de Lisboa'));
});

test('a message opens with header, text and attachments, and its source is byte for byte what IMAP has', async () => {
  const r = await list(inbox, 'offset=0&limit=200');
  const row = r.json.messages.find((m) => m.subject === 'Drawings, revision C');
  assert.equal(row.attachment, true);
  const url = `/api/v1/folders/${inbox}/messages/${row.uid}`;
  const m = await c.get(`${url}?uidvalidity=${r.json.uidvalidity}`);
  assert.equal(m.status, 200, m.text);
  assert.equal(m.json.headers.subject, 'Drawings, revision C');
  assert.ok(m.json.parts.some((p) => p.kind === 'html' && p.content.includes('Revision C')));
  assert.deepEqual(m.json.attachments.filter((a) => !a.inline).map((a) => a.name), ['sections-rev-C.pdf', 'Grundriss Südflügel.pdf', 'all-sheets.zip']);
  assert.equal(m.json.security?.level ?? 'none', 'none');
  const source = await c.get(`${url}/source?uidvalidity=${r.json.uidvalidity}`);
  assert.match(source.headers['content-disposition'], /^attachment/);
  await imap.select('INBOX');
  assert.ok(source.bytes.equals(await imap.source(row.uid)));
  const pdf = m.json.attachments[0];
  const part = await c.get(`${url}/parts/${pdf.id}?uidvalidity=${r.json.uidvalidity}`);
  assert.equal(part.status, 200);
  assert.match(part.text, /^%PDF-1\.4/);
  assert.equal(part.bytes.length, pdf.size);
  assert.match(part.headers['content-disposition'], /^attachment/);
  assert.equal(part.headers['x-content-type-options'], 'nosniff');
  assert.match(part.headers['content-security-policy'], /sandbox/);
});

test('opening does not mark as read; flags do what they say', async () => {
  const own = await ownMessage();
  const m = await c.get(`/api/v1/folders/${inbox}/messages/${own.uid}?uidvalidity=${own.uidvalidity}`);
  assert.equal(m.status, 200);
  assert.ok(!(await imap.flags(own.uid)).includes('\\Seen'));
  const flag = (add, remove) => c.post(`/api/v1/folders/${inbox}/flags`, { uidvalidity: own.uidvalidity, uids: [own.uid], add, remove });
  assert.equal((await flag(['\\Seen', '\\Flagged'], [])).status, 200);
  const flags = await imap.flags(own.uid);
  assert.ok(flags.includes('\\Seen') && flags.includes('\\Flagged'));
  assert.equal((await flag([], ['\\Flagged'])).status, 200);
  assert.ok(!(await imap.flags(own.uid)).includes('\\Flagged'));
  for (const bad of ['\\Seen) x', 'a\r\nb', '', '\\Recent', 'x'.repeat(500)])
    assert.equal((await flag([bad], [])).status, 422, JSON.stringify(bad));
});

test('move, copy, delete to Trash, delete for good', async () => {
  const own = await ownMessage();
  const archive = folderId('Archive'), trash = folderId('Trash');
  const copied = await c.post(`/api/v1/folders/${inbox}/copy`, { uidvalidity: own.uidvalidity, uids: [own.uid], to: archive });
  assert.equal(copied.status, 200, copied.text);
  const moved = await c.post(`/api/v1/folders/${inbox}/move`, { uidvalidity: own.uidvalidity, uids: [own.uid], to: archive });
  assert.equal(moved.status, 200, moved.text);
  await imap.select('INBOX');
  assert.deepEqual(await imap.search(`SUBJECT "${own.subject}"`), []);
  const { uidvalidity } = await imap.select('Archive');
  const there = await imap.search(`SUBJECT "${own.subject}"`);
  assert.equal(there.length, 2);
  assert.ok(there.includes(moved.json.uids[0]));
  const deleted = await c.post(`/api/v1/folders/${archive}/delete`, { uidvalidity, uids: there });
  assert.equal(deleted.json.moved_to, trash, deleted.text);
  assert.equal(deleted.json.uids.length, 2);
  await imap.select('Trash');
  const inTrash = await imap.search(`SUBJECT "${own.subject}"`);
  const gone = await c.post(`/api/v1/folders/${trash}/delete`, { uidvalidity: deleted.json.uidvalidity, uids: inTrash });
  assert.equal(gone.json.moved_to, null, gone.text);
  await imap.select('Trash');
  assert.deepEqual(await imap.search(`SUBJECT "${own.subject}"`), []);
});

test('a stale uidvalidity is a conflict, a message that is gone is 404', async () => {
  const own = await ownMessage();
  const stale = await c.post(`/api/v1/folders/${inbox}/flags`, { uidvalidity: own.uidvalidity + 1, uids: [own.uid], add: ['\\Seen'], remove: [] });
  assert.deepEqual([stale.status, stale.json.code], [409, 'conflict']);
  const open = await c.get(`/api/v1/folders/${inbox}/messages/${own.uid}?uidvalidity=${own.uidvalidity + 1}`);
  assert.equal(open.status, 409);
  const none = await c.get(`/api/v1/folders/${inbox}/messages/4000000000?uidvalidity=${own.uidvalidity}`);
  assert.equal(none.status, 404);
  const noFolder = await list(folderId('No such folder'));
  assert.equal(noFolder.status, 404);
});

test('append puts a message where it is asked to', async () => {
  const subject = `Appended ${randomUUID()}`;
  const bytes = message({ from: 'alice@demo.test', to: 'bob@demo.test', subject, date: new Date(), id: `<${randomUUID()}@demo.test>` }, text('Kept.\n'));
  const r = await c.request('POST', `/api/v1/folders/${folderId('Archive')}/append`, { body: bytes, headers: { 'Content-Type': 'message/rfc822' } });
  assert.equal(r.status, 200, r.text);
  const { uidvalidity } = await imap.select('Archive');
  assert.deepEqual([r.json.uidvalidity, await imap.search(`SUBJECT "${subject}"`)], [uidvalidity, [r.json.uid]]);
  assert.ok((await imap.source(r.json.uid)).equals(bytes));
});

test("another user's folders do not exist, the shared one does", async () => {
  const carol = await signedIn('carol');
  for (const name of ['shared/bob@demo.test/Projects/Aurora', 'shared/alice@demo.test/INBOX', '../alice@demo.test/Maildir', 'INBOX\r\nA1 LOGOUT', 'x\0y']) {
    const r = await carol.get(`/api/v1/folders/${folderId(name)}/messages`);
    assert.ok([400, 404, 422].includes(r.status), `${JSON.stringify(name)}: ${r.status}`);
  }
  const r = await list(folderId('shared/bob@demo.test/Projects/Aurora'));
  assert.equal(r.status, 200, r.text);
  assert.equal(r.json.total, 3);
});

test('every odd and hostile message opens without an error of ours', async () => {
  const odd = folderId('Odd and hostile');
  const r = await list(odd, 'offset=0&limit=200');
  assert.ok(r.json.messages.length > 30);
  for (const row of r.json.messages) {
    const m = await c.get(`/api/v1/folders/${odd}/messages/${row.uid}?uidvalidity=${r.json.uidvalidity}`);
    assert.equal(m.status, 200, `${row.subject}: ${m.text.slice(0, 200)}`);
  }
});

test('folders can be made, and bad names are refused', async () => {
  const name = `Made ${randomUUID().slice(0, 8)} für Übung`;
  const r = await c.post('/api/v1/folders', { path: name });
  assert.equal(r.status, 200, r.text);
  const folders = (await c.get('/api/v1/folders')).json.folders;
  assert.equal(folders.find((f) => f.id === r.json.id)?.name, name);
  for (const bad of ['', 'a\r\nb', 'x'.repeat(2000), '/', 'INBOX']) {
    const refused = await c.post('/api/v1/folders', { path: bad });
    assert.ok(refused.status >= 400 && refused.status < 500, `${JSON.stringify(bad).slice(0, 20)}: ${refused.status}`);
  }
});
