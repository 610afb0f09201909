// The promise: text inside encrypted mail is never matched, and the answer says how many were searched by header only.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { folderId, imapOf, signedIn } from '../lib/instance.mjs';

let c, imap;
const odd = folderId('Odd and hostile'), inbox = folderId('INBOX');
const search = (f, body) => c.post(`/api/v1/folders/${f}/search`, { text: '', scope: 'all', filters: {}, offset: 0, limit: 200, ...body });
const subjects = (r) => r.json.messages.map((m) => m.subject);
before(async () => { c = await signedIn('alice'); imap = await imapOf('alice'); });
after(() => { imap.close(); c.close(); });

test('plain words are found in headers, and in bodies when asked', async () => {
  const header = await search(inbox, { text: 'Lindqvist', scope: 'headers' });
  assert.ok(subjects(header).includes('Offer for the Lindqvist account'), 'the subject of an encrypted mail is searchable');
  assert.ok(subjects(header).includes('Timber prices for the second quarter'), 'senders are searched');
  const none = await search(inbox, { text: 'saw mill confirmed', scope: 'headers' });
  assert.equal(none.json.total, 0);
  const body = await search(inbox, { text: 'saw mill confirmed' });
  assert.equal(body.json.total, 1);
});

test('fragments that stand in the base64 of encrypted mail match nothing', async () => {
  await imap.select('Odd and hostile');
  const uids = await imap.search('SUBJECT "as a streaming program writes it"');
  const raw = (await imap.source(uids[0])).toString('latin1');
  const base64 = raw.slice(raw.indexOf('\r\n\r\n') + 4).split('\r\n');
  assert.match(base64[0], /^MIAG/);
  for (const fragment of ['MIAG', base64[0].slice(0, 12), base64[2].slice(10, 22), base64[3].slice(0, 8), 'MII']) {
    const r = await search(odd, { text: fragment });
    assert.equal(r.status, 200, r.text);
    const hits = subjects(r).filter((s) => /ncrypted|streaming/.test(s));
    assert.deepEqual(hits, [], `"${fragment}" found ${hits}`);
  }
});

test('mislabelled encrypted parts are not searched either', async () => {
  for (const subject of ['Encrypted, with a wrong label', 'Encrypted, labelled as any file', 'Encrypted, labelled as text']) {
    await imap.select('Odd and hostile');
    const [uid] = await imap.search(`SUBJECT "${subject}"`);
    const raw = (await imap.source(uid)).toString('latin1');
    const fragment = raw.slice(raw.indexOf('\r\n\r\n') + 4).split('\r\n')[4].slice(3, 20);
    if (subject.endsWith('text')) assert.ok((await imap.search(`BODY "${fragment}"`)).includes(uid), 'the mail server alone finds it');
    const r = await search(odd, { text: fragment });
    assert.equal(r.status, 200, r.text);
    assert.ok(!subjects(r).includes(subject), subject);
  }
});

test('the count of mails searched by header only is exact', async () => {
  const r = await search(odd, { text: 'zzz-not-there' });
  assert.equal(r.json.total, 0);
  // with an encrypted part: cbc, wrong label, octet-stream, text, streaming, Bob only, among others, efail, damaged, changed
  assert.equal(r.json.header_only, 10);
  const all = await search(inbox, { text: 'zzz-not-there' });
  assert.equal(all.json.header_only, 3);
  const headers = await search(inbox, { text: 'zzz-not-there', scope: 'headers' });
  assert.equal(headers.json.total, 0);
});

test('filters narrow', async () => {
  const enc = await search(inbox, { filters: { encrypted: true } });
  assert.deepEqual(subjects(enc).sort(), ['Keys for the archive room', 'Offer for the Lindqvist account', 'Re: salary bands']);
  const flagged = await search(inbox, { filters: { flagged: true } });
  assert.ok(subjects(flagged).includes('Deadline for the comments: Friday'));
  assert.ok(flagged.json.messages.every((m) => m.flags.includes('\\Flagged')));
});

test('search text cannot become a command', async () => {
  for (const text of ['x" ALL "', 'x\r\nA1 DELETE INBOX', '{5}', '\\', '"', 'ü" or ALL', 'a'.repeat(1000)]) {
    const r = await search(inbox, { text });
    assert.ok(r.status === 200 || r.status === 422, `${JSON.stringify(text).slice(0, 20)}: ${r.status}`);
    if (r.status === 200 && text.length > 2) assert.equal(r.json.total, 0, text);
  }
  assert.equal((await c.get('/api/v1/folders')).status, 200);
});

// ---- operators ----

const found = async (f, text, scope = 'headers') => {
  const r = await search(f, { text, scope });
  assert.equal(r.status, 200, `${text}: ${r.text}`);
  return subjects(r);
};

test('operators, OR, parentheses and a minus', async () => {
  const bob = await found(inbox, 'from:bob');
  assert.ok(bob.length > 1);
  const all = (await search(inbox, {})).json.total;
  assert.equal((await found(inbox, '-from:bob')).length, all - bob.length);
  assert.equal((await found(inbox, 'from:bob OR -from:bob')).length, all);
  assert.deepEqual(await found(inbox, 'from:(bob OR zzz) subject:Lindqvist'), ['Offer for the Lindqvist account']);
  assert.deepEqual(await found(inbox, '(subject:Lindqvist OR subject:"salary bands") is:encrypted'), await found(inbox, 'is:encrypted -subject:Keys'));
  const large = await found(inbox, 'larger:10k');
  assert.equal(large.length + (await found(inbox, '-larger:10k')).length, all);
  assert.equal((await found(inbox, 'after:2000')).length, all);
  assert.deepEqual(await found(inbox, 'before:2000'), []);
  assert.equal((await found(inbox, 'is:starred')).length, (await found(inbox, 'is:flagged')).length);
  assert.deepEqual((await found(inbox, 'filename:.PDF')).sort(), (await found(inbox, 'has:attachment filename:pdf')).sort());
  assert.ok((await found(inbox, 'filename:.pdf')).length >= 1);
  assert.deepEqual(await found(inbox, 'filename:.pdf -has:attachment'), []);
  assert.deepEqual(await found(inbox, 'filename:smime.p7m'), [], 'names inside encrypted mail are not looked at');
});

test('days count from the day where the user is', async () => {
  const at = (today, text) => search(inbox, { text, scope: 'headers', today });
  const far = await at('2200-01-01', 'after:7d');
  assert.equal(far.json.total, 0);
  assert.equal((await at('2200-01-01', 'before:7d')).json.total, (await search(inbox, {})).json.total);
  assert.equal((await at('tomorrow', 'after:7d')).status, 422);
});

test('what makes no sense is told with its place', async () => {
  for (const [text, position, says] of [['is:foo', 4, /takes unread/], ['Änderung after:soon', 16, /not a date/], ['(a', 1, /not closed/], ['a OR', 3, /Behind OR/], ['larger:big', 8, /not a size/], ['from:', 1, /missing/]]) {
    for (const url of [`/api/v1/folders/${inbox}/search`, '/api/v1/search']) {
      const r = await c.post(url, { text, scope: 'all' });
      assert.equal(r.status, 422, `${text}: ${r.text}`);
      assert.equal(r.json.code, 'invalid');
      assert.equal(r.json.details.field, 'text');
      assert.equal(r.json.details.position, position, text);
      assert.match(r.json.message, says);
    }
  }
});

test('label: takes the name a person gave, or the keyword', async () => {
  const before = (await c.get('/api/v1/settings')).json.labels ?? [];
  const list = await search(inbox, {});
  const { uidvalidity } = list.json;
  const { uid } = list.json.messages[2];
  const uids = async (text) => (await search(inbox, { text, scope: 'headers' })).json.messages.map((m) => m.uid); // not subjects: tests before this one sent several of one subject
  try {
    await c.request('PUT', '/api/v1/settings', { json: { labels: [{ keyword: 'wx-todo', name: 'To do soon', colour: 'green' }] } });
    assert.equal((await c.post(`/api/v1/folders/${inbox}/flags`, { uidvalidity, uids: [uid], add: ['wx-todo'], remove: [] })).status, 200);
    assert.deepEqual(await uids('label:"to do soon"'), [uid]);
    assert.deepEqual(await uids('label:wx-todo'), [uid]);
    const others = await uids('-label:wx-todo');
    assert.ok(others.length > 0 && !others.includes(uid));
  } finally {
    await c.post(`/api/v1/folders/${inbox}/flags`, { uidvalidity, uids: [uid], add: [], remove: ['wx-todo'] });
    await c.request('PUT', '/api/v1/settings', { json: { labels: before } });
  }
});

// ---- in parts ----

const expand = (set) => set === '' ? [] : set.split(',').flatMap((r) => { const [a, b = a] = r.split(':').map(Number); return Array.from({ length: b - a + 1 }, (_, i) => a + i); });

test('a search in parts adds up to the search at once', async () => {
  for (const [text, scope] of [['the', 'all'], ['the', 'headers'], ['is:signed OR has:attachment', 'all'], ['body:zzz-not-there', 'all'], ['', 'headers']]) {
    const once = await search(odd, { text, scope });
    let next, uids = [], headerOnly = 0, total = 0, rounds = 0;
    do {
      const r = await search(odd, { text, scope, limit: 5, parts: true, ...(next ? { next } : {}) });
      assert.equal(r.status, 200, r.text);
      assert.ok(r.json.messages.length <= 5);
      uids.push(...expand(r.json.uids));
      headerOnly += r.json.header_only;
      total += r.json.total;
      next = r.json.next;
      assert.equal(r.json.complete, next === null);
      assert.ok(++rounds < 200);
    } while (next);
    assert.equal(total, once.json.total, text);
    assert.equal(headerOnly, once.json.header_only, text);
    assert.deepEqual(uids.sort((a, b) => b - a), once.json.messages.map((m) => m.uid));
  }
  for (const next of ['x', '1', '1.2', '1.2.99999999', '1.2.65537', '-1.2.3', 'a'.repeat(3000)]) assert.equal((await search(odd, { text: 'the', parts: true, next })).status, 422, next);
  assert.equal((await search(odd, { text: 'the', parts: true, next: '7.2.3' })).status, 409, 'of a folder that is no more');
});

const everywhere = async (body) => {
  const all = { total: 0, header_only: 0, hits: [], messages: [] };
  let next;
  do {
    const r = await c.post('/api/v1/search', { scope: 'all', limit: 200, ...body, ...(next ? { next } : {}) });
    assert.equal(r.status, 200, r.text);
    all.total += r.json.total;
    all.header_only += r.json.header_only;
    for (const h of r.json.hits) for (const [i, uid] of h.uids.entries()) all.hits.push({ folder: h.folder, uid, uidvalidity: h.uidvalidity, time: h.times[i] });
    all.messages.push(...r.json.messages);
    next = r.json.next;
  } while (next);
  return all;
};

test('everywhere: all folders but Trash and Junk, newest first, each hit once', async () => {
  const folders = (await c.get('/api/v1/folders')).json.folders;
  const all = await everywhere({ text: '', scope: 'headers' });
  const meant = folders.filter((f) => f.selectable && f.role !== 'trash' && f.role !== 'junk');
  assert.equal(all.total, meant.reduce((n, f) => n + f.total, 0));
  assert.equal(new Set(all.hits.map((h) => `${h.folder} ${h.uid}`)).size, all.hits.length);
  for (const m of all.messages) {
    assert.ok(meant.some((f) => f.id === m.folder));
    assert.ok(m.uidvalidity > 0);
    assert.ok(all.hits.some((h) => h.folder === m.folder && h.uid === m.uid && h.time === Date.parse(m.received) / 1000));
  }
  const times = all.messages.map((m) => m.received);
  assert.deepEqual(times, [...times].sort().reverse());
  const trash = folders.find((f) => f.role === 'trash');
  assert.equal((await everywhere({ text: 'in:trash', scope: 'headers' })).total, trash.total);
  assert.equal((await everywhere({ text: 'in:anywhere', scope: 'headers' })).total, folders.reduce((n, f) => n + f.total, 0));
  const two = await everywhere({ text: 'in:inbox OR in:"Odd and hostile"', scope: 'headers' });
  assert.deepEqual([...new Set(two.hits.map((h) => h.folder))].sort(), [inbox, odd].sort());
  assert.equal((await everywhere({ text: 'in:nowhere', scope: 'headers' })).total, 0);
});

test('everywhere the promise about encrypted mail holds too, and its count', async () => {
  const r = await everywhere({ text: 'zzz-not-there in:inbox' });
  assert.equal(r.total, 0);
  assert.equal(r.header_only, 3);
  const both = await everywhere({ text: 'in:inbox OR in:"Odd and hostile" zzz-not-there' });
  assert.equal(both.header_only, 13);
  const listed = await everywhere({ text: 'is:encrypted in:inbox' });
  assert.equal(listed.total, 3, 'the list on request is what was counted');
});

test('rows come for what was found, wherever it is, and not for what is gone', async () => {
  const all = await everywhere({ text: 'in:inbox OR in:"Odd and hostile"', scope: 'headers' });
  const some = [...all.hits.filter((h) => h.folder === inbox).slice(0, 3), ...all.hits.filter((h) => h.folder === odd).slice(-3)];
  const of = [inbox, odd].map((folder) => ({ folder, uidvalidity: some.find((h) => h.folder === folder).uidvalidity, uids: some.filter((h) => h.folder === folder).map((h) => h.uid) }));
  const rows = await c.post('/api/v1/rows', { of });
  assert.deepEqual(rows.json.messages.map((m) => [m.folder, m.uid]), some.map((h) => [h.folder, h.uid]));
  assert.ok(rows.json.messages.every((m) => m.subject !== undefined && m.from));
  of[0].uids.push(4000000000);
  of[1].uidvalidity++;
  assert.deepEqual((await c.post('/api/v1/rows', { of })).json.messages.map((m) => m.folder), [inbox, inbox, inbox]);
  for (const bad of [{}, { of: [] }, { of: [{ folder: inbox, uidvalidity: 1 }] }, { of: [{ folder: inbox, uidvalidity: 1, uids: [0] }] }, { of: [{ folder: inbox, uidvalidity: 1, uids: ['1'] }] }, { of: [{ folder: inbox, uidvalidity: 1, uids: Array.from({ length: 201 }, (_, i) => i + 1) }] }])
    assert.ok([413, 422].includes((await c.post('/api/v1/rows', bad)).status), JSON.stringify(bad).slice(0, 60));
});

test('a long search leaves the other requests their connections', async () => {
  let ended = 0;
  const long = Array.from({ length: 6 }, () => search(odd, { text: 'zzz-not-there body:yyy' }).then((r) => { ended++; assert.equal(r.status, 200, r.text); }));
  const list = await c.get(`/api/v1/folders/${inbox}/messages?offset=0&limit=10`);
  assert.equal(list.status, 200);
  await Promise.all(long);
  assert.equal(ended, 6);
});
