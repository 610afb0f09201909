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
  for (const text of ['x" ALL "', 'x\r\nA1 DELETE INBOX', '{5}', '\\', '"', 'ü" OR ALL', 'a'.repeat(1000)]) {
    const r = await search(inbox, { text });
    assert.ok(r.status === 200 || r.status === 422, `${JSON.stringify(text).slice(0, 20)}: ${r.status}`);
    if (r.status === 200 && text.length > 2) assert.equal(r.json.total, 0, text);
  }
  assert.equal((await c.get('/api/v1/folders')).status, 200);
});
