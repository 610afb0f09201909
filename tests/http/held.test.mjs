// Undo send at the server: a draft with the mark, its list, and how the mark goes.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import test from 'node:test';
import { account, imapOf, instance, signedIn } from '../lib/instance.mjs';
import { composeBody, fillVault } from '../lib/keyring.mjs';

const address = (name) => `${name}@${instance.domain}`;
let c, mail;
test.before(async () => { c = await signedIn('alice'); mail = await imapOf('alice'); await fillVault(c, 'alice'); });
test.after(async () => { mail?.close(); await c?.post('/api/v1/signout', {}); c?.close(); });

const letter = (fields = {}) => ({ submission: crypto.randomUUID(), from: { name: 'Alice', address: address('alice') }, to: [{ name: null, address: address('bob') }], cc: [], bcc: [],
  reply_to: null, subject: 'Held', text: 'Text\n', html: null, in_reply_to: null, references: null, mode: 'none', may_encrypt: false, signer: null, attachments: [], ...fields });
async function draft(fields) {
  const r = await c.request('POST', '/api/v1/compose/draft', composeBody(fields, []));
  assert.equal(r.status, 200, r.text);
  return r.json;
}
const hold = (submission, seconds, more = {}) => c.post('/api/v1/compose/hold', { submission, seconds, ...more });
const compose = (what, fields) => c.request('POST', `/api/v1/compose/${what}`, composeBody(fields, []));
const listed = async (fields) => (await c.get('/api/v1/compose/held')).json.held.find((h) => h.submission === fields.submission);
async function drafts(fields) {
  await mail.select('Drafts');
  const out = [];
  for (const uid of await mail.search(`HEADER X-Waxseal-Submission "${fields.submission}"`)) out.push((await mail.source(uid)).toString('latin1'));
  return out;
}
const unmarked = (text) => text.replace(/^X-Waxseal-Held: .*\r\n/m, '');

test('the mark comes and goes; all the rest of the draft stays as it is', async () => {
  for (const fields of [letter(), letter({ may_encrypt: true, mode: 'encrypt', subject: 'Secret', text: 'kept secret\n' })]) {
    await draft(fields);
    const [before] = await drafts(fields);
    const r = await hold(fields.submission, 30);
    assert.equal(r.status, 200, r.text);
    const [held, ...others] = await drafts(fields);
    assert.deepEqual(others, [], 'one draft');
    assert.match(held, new RegExp(`^X-Waxseal-Held: until ${r.json.until}\r$`, 'm'));
    assert.equal(unmarked(held), before);
    assert.ok(!held.includes('kept secret') && !held.includes('Secret'), 'sealed stays sealed');
    const h = await listed(fields);
    assert.deepEqual([h.draft, h.until, h.encrypted], [{ folder: r.json.folder, uid: r.json.uid, uidvalidity: r.json.uidvalidity }, r.json.until, fields.may_encrypt]);
    assert.ok(h.left > 0 && h.left <= 50, String(h.left));
    assert.equal(h.subject, fields.may_encrypt ? 'Encrypted draft' : 'Held');
    const again = await hold(fields.submission, 5);
    assert.equal((await drafts(fields)).length, 1);
    assert.equal((await drafts(fields))[0].match(/X-Waxseal-Held/g).length, 1, 'held again: one mark');
    assert.ok(again.json.until < r.json.until);
    assert.equal((await hold(fields.submission, 0)).status, 200);
    assert.deepEqual(await drafts(fields), [before]);
    assert.equal(await listed(fields), undefined);
  }
});

test('one whose time is past is not sent; saving it and preparing it take the mark off', async () => {
  const fields = letter({ subject: 'Grüße' });
  await draft(fields);
  await hold(fields.submission, 1);
  const [held] = await drafts(fields);
  const another = fields.submission.replace(/^./, (x) => (x === 'a' ? 'b' : 'a'));
  // The same draft as another program, or a long night, would leave it.
  await mail.append('Drafts', held.replace(/until \d+/, 'until 1700000000').replaceAll(fields.submission, another));
  const old = { submission: another };
  assert.deepEqual([(await listed(old)).left, (await listed(old)).subject], [0, 'Grüße']);
  await draft(fields);
  assert.equal(await listed(fields), undefined, 'a save takes it off');
  await hold(fields.submission, 30);
  const p = await c.request('POST', '/api/v1/compose/prepare', composeBody(fields, []));
  assert.equal(p.status, 200, p.text);
  assert.equal(await listed(fields), undefined, 'prepare takes it off');
  assert.equal((await c.post('/api/v1/compose/finish', { ticket: p.json.ticket, signature: null, content_key: null })).json.status, 'sent');
  const r = await hold(fields.submission, 10);
  assert.equal(r.status, 409, r.text);
  await mail.select('Drafts');
  for (const uid of await mail.search(`HEADER X-Waxseal-Submission "${old.submission}"`)) await mail.command(`UID STORE ${uid} +FLAGS (\\Deleted)`);
  await mail.command('EXPUNGE');
});

test('nothing to hold, too long, nonsense', async () => {
  assert.equal((await hold(crypto.randomUUID(), 10)).status, 404);
  const fields = letter();
  await draft(fields);
  for (const [submission, seconds, status] of [[fields.submission, 121, 422], [fields.submission, -1, 422], [fields.submission, 'x', 422], ['../x', 10, 422]])
    assert.equal((await hold(submission, seconds)).status, status, `${submission} ${seconds}`);
  assert.doesNotMatch((await drafts(fields))[0], /X-Waxseal-Held/);
});

test('the setting: 0 to 30 seconds', async () => {
  assert.equal((await c.get('/api/v1/settings')).json.composing.undo_seconds, 0);
  for (const [value, status] of [[30, 200], [31, 422], [-1, 422], ['5', 422], [0, 200]])
    assert.equal((await c.put('/api/v1/settings', { composing: { undo_seconds: value } })).status, status, String(value));
  assert.ok(account('alice'));
});

test('holding against saving, at the same time: the text that was confirmed stays, and no secret comes back in the clear', async () => {
  for (let i = 0; i < 24; i++) {
    const fields = letter({ text: `kingfisher ${i}\n` });
    const { uid } = await draft(fields);
    const next = i % 2 ? { ...fields, text: 'confirmed\n', base: uid } : { ...fields, may_encrypt: true, mode: 'encrypt', base: uid };
    const [h, s] = await Promise.all([hold(fields.submission, 30, { base: uid }), compose('draft', next)]);
    assert.deepEqual([h.status, s.status].sort(), [200, 409], `${h.text} ${s.text}`);
    const left = await drafts(fields);
    assert.equal(left.length, 1);
    if (s.status === 200) assert.ok(i % 2 ? left[0].includes('confirmed') : !left[0].includes('kingfisher'), `${i}`);
    // Without base, too: what is marked is never older than what is noted.
    const free = { ...letter({ text: `kingfisher ${i}\n` }) };
    const at = (await draft(free)).uid;
    const [, saved] = await Promise.all([hold(free.submission, 30), compose('draft', { ...free, may_encrypt: true, mode: 'encrypt', base: at })]);
    if (saved.status === 200) assert.deepEqual((await drafts(free)).map((d) => d.includes('kingfisher')), [false]);
    for (const f of [fields, free]) await c.delete('/api/v1/compose/draft', { submission: f.submission });
  }
});

test('taken back in another window: the first one neither sends it nor holds it again', async () => {
  const fields = letter();
  await draft(fields);
  const first = (await hold(fields.submission, 5)).json;
  const back = (await hold(fields.submission, 0)).json;
  for (const r of [await compose('prepare', { ...fields, base: { uid: first.uid, uidvalidity: first.uidvalidity } }), await hold(fields.submission, 5, { base: first.uid }), await hold(fields.submission, 5, { base: first.uid, renew: true })]) {
    assert.equal(r.status, 409, r.text);
    assert.equal(r.json.details.draft.uid, back.uid);
  }
  assert.equal(await listed(fields), undefined);
  assert.equal((await drafts(fields)).length, 1);
});

test('while it is still being uploaded it is not "not sent", and its draft stays where it is', async () => {
  const fields = letter();
  await draft(fields);
  const place = (await hold(fields.submission, 1)).json;
  const before = (await listed(fields)).left;
  const r = await hold(fields.submission, 60, { renew: true, base: place.uid });
  assert.deepEqual([r.status, r.json.uid], [200, place.uid], r.text);
  const now = await listed(fields);
  assert.deepEqual([now.draft.uid, now.left > before + 40], [place.uid, true]);
  const p = await compose('prepare', { ...fields, base: place.uid });
  assert.equal(p.status, 200, p.text);
  assert.equal((await hold(fields.submission, 60, { renew: true, base: place.uid })).status, 409, 'prepared: nothing to renew');
  const again = (await hold(fields.submission, 1)).json;
  assert.ok((await listed(fields)).left <= 21, 'a new mark knows nothing of the old one');
  assert.equal((await c.delete('/api/v1/compose/draft', { submission: fields.submission, base: again.uid })).status, 200);
});
